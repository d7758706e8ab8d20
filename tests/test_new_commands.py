"""What ``jcm new`` starts: a notebook that reports, and nothing written over."""

import nbformat
import papermill
import pytest

import jcm_models as jcm
from jcm_models.pages import report_page
from tests.commands import jcm as command
from tests.commands import run
from tests.conftest import ROOT
from tests.report_pages import RUN


@pytest.fixture(scope="module")
def mine(tmp_path_factory):
    path = tmp_path_factory.mktemp("team") / "notebooks" / "my.ipynb"
    done = command("new", "--notebook", str(path))
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{path}: written; open it in jcm lab and add cells of your own\n"
    return path


def test_a_new_notebook_holds_no_output_and_is_well_formed(mine):
    nbformat.validate(nbformat.read(mine, as_version=4))
    assert run("nbstripout", "--verify", str(mine)).returncode == 0
    assert run("ruff", "check", str(mine)).returncode == 0


def test_its_parameters_have_a_type_and_say_what_they_are(mine):
    found = papermill.inspect_notebook(str(mine))
    assert list(found) == ["scenario", "overrides", "lang", "price"]
    assert all(each["inferred_type_name"] != "None" and each["help"] for each in found.values())


def test_it_runs_to_a_report_with_a_section_of_its_own(mine, tmp_path):
    parameters = {"scenario": str(ROOT / "scenarios/thailand_floating_solar.yaml"), "price": 2.0}
    executed = papermill.execute_notebook(
        str(mine), str(tmp_path / "out.ipynb"), parameters=parameters, progress_bar=False
    )
    scenario = jcm.load_scenario(parameters["scenario"])
    page = report_page(executed, scenario, RUN, "en")
    assert "What the credits may be worth</h2>" in page
    assert "<td>5,104</td>" in page  # 2,552 t at 2 USD
    assert "My notebook" not in page
    assert "This run" in page


def test_nothing_is_written_over_and_all_is_told_at_once(mine, tmp_path):
    (tmp_path / "template").mkdir()
    before = mine.read_bytes()
    done = command(
        "new",
        str(tmp_path / "my.yaml"),
        "--notebook",
        str(mine),
        "--template",
        str(tmp_path / "template"),
    )
    assert done.returncode == 2
    told = done.stderr.splitlines()
    assert len(told) == 2
    assert all("is there already; choose another name" in line for line in told)
    assert mine.read_bytes() == before
    assert list(tmp_path.iterdir()) == [tmp_path / "template"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--notebook", "my.yaml"), "my.yaml: is no name of a notebook; let it end in .ipynb"),
        (("--method", "flare", "--notebook", "a.ipynb"), "--method: is for a scenario; name its"),
    ],
)
def test_what_does_not_fit_is_one_line(tmp_path, arguments, told):
    done = command("new", *arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith(told)
    assert len(done.stderr.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []
