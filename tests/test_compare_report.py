"""Reports of comparisons: by papermill and by ``jcm report``; both scenarios belong to the run."""

import re
from html import unescape

import nbformat
import pytest

import jcm_models as jcm
from jcm_models.problems import ScenarioError
from jcm_models.reporting.planning import plan
from tests.commands import jcm as command
from tests.commands import run
from tests.conftest import ROOT

SOLAR, MONGOLIA = "thailand_floating_solar", "mongolia_darkhan_solar"


def planned(other, changes="", scenario=SOLAR):
    loaded = jcm.load_scenario(ROOT / f"scenarios/{scenario}.yaml")
    return plan(loaded, {"other": str(other), "other_overrides": changes}, notebook="compare")


def text_of(html):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).replace("\xa0", " ").split())


@pytest.mark.parametrize(
    ("other", "changes", "said"),
    [
        ("lao_redd_plus", "", "Two scenarios compared"),
        ("", "crediting.discount=0.9", "B issues 2,816 tCO₂e fewer credits than A"),
    ],
)
def test_the_other_scenario_is_a_parameter_of_papermill(other, changes, said, tmp_path):
    out = tmp_path / "out.ipynb"
    done = run(
        *("papermill", str(ROOT / "notebooks/compare.ipynb"), str(out)),
        *("-r", "other", other, "-r", "other_overrides", changes),
    )
    assert done.returncode == 0, done.stderr
    codes = [c for c in nbformat.read(out, as_version=4).cells if c.cell_type == "code"]
    assert {cell.metadata.papermill.status for cell in codes} == {"completed"}
    html = "".join(o.data["text/html"] for c in codes for o in c.outputs if "text/html" in o.data)
    assert said in text_of(html)
    assert "<script" not in html


def test_jcm_report_compares_and_makes_the_same_bytes_again(tmp_path):
    asked = (
        *("report", f"scenarios/{SOLAR}.yaml", "--notebook", "compare", "-p", f"other={MONGOLIA}"),
        *("-p", "other_overrides=crediting.discount=0.9; reserve.rate=0.03"),
        *("--reports", str(tmp_path)),
    )
    done = command(*asked)
    assert done.returncode == 0, done.stderr
    (report,) = tmp_path.glob(f"{SOLAR}/*/report.html")
    told = text_of(report.read_text())
    other = jcm.load_scenario(MONGOLIA, {"crediting.discount": 0.9, "reserve.rate": 0.03})
    issued = int(jcm.simulate(other)["credits_issued"].sum())
    assert f"{issued:,} instead of 28,072 tCO₂e" in told
    assert "Figure 2" in told
    assert "up to date" in command(*asked).stdout
    again = command("reproduce", str(report.parent))
    assert "come out the same, byte by byte" in again.stdout, again.stdout


def test_a_run_is_another_when_the_other_scenario_changes(tmp_path):
    text = (ROOT / f"scenarios/{MONGOLIA}.yaml").read_text()
    text = text.replace("base/model_project.yaml", str(ROOT / "scenarios/base/model_project.yaml"))
    file = tmp_path / "mine.yaml"
    names = []
    for rate in ("0", "0.03"):
        file.write_text(f"{text}\nreserve: {{rate: {{value: {rate}, standing: assumed}}}}\n")
        names.append(planned(file).run.run_id)
    assert len({*names, planned(MONGOLIA).run.run_id}) == 3


def test_a_run_is_the_same_however_the_other_scenario_is_named():
    named = [planned(MONGOLIA), planned(ROOT / f"scenarios/{MONGOLIA}.yaml")]
    assert len({task.run.run_id for task in named}) == 1
    assert planned(MONGOLIA, "reserve.rate=0.03").run.run_id != named[0].run.run_id


def test_a_run_of_another_notebook_has_no_other_scenario():
    scenario = jcm.load_scenario(ROOT / f"scenarios/{SOLAR}.yaml")
    task = plan(scenario, {}, notebook="reference_vs_bau")
    assert task.other is None
    assert "other_inputs" not in task.run.record


def test_an_other_scenario_that_is_not_there_is_told_before_anything_runs():
    with pytest.raises(ScenarioError, match="mongolia_darkan"):
        planned("mongolia_darkan_solar")
