"""The main job: from scenario files to reports that open anywhere."""

import contextlib
import csv
import html
import json
import re
import shutil
from pathlib import Path

import nbformat
import numpy as np
import pytest
import xarray as xr

import jcm_models as jcm
from jcm_models.reporting import Settings, plan, report
from jcm_models.runs import new_folder
from tests.commands import jcm as command
from tests.conftest import ROOT

NAMES = ("thailand_floating_solar", "mongolia_darkhan_solar")


@pytest.fixture(scope="module")
def reports(tmp_path_factory, forking):
    """Both shipped scenarios, reported on by a real run of the command."""
    folder = tmp_path_factory.mktemp("reports")
    files = [f"scenarios/{name}.yaml" for name in NAMES]
    done = command("report", *files, "--reports", str(folder), "--jobs", "2")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert sorted(line.split()[1] for line in lines[:2]) == [
        "mongolia_darkhan_solar:",
        f"{NAMES[0]}:",
    ]
    assert lines[-1].startswith("2 of 2 reports are there (2 done, 0 skipped, 0 failed); open ")
    return folder


def run_folder(reports, name):
    (folder,) = [path for path in (reports / name).iterdir() if path.is_dir()]
    return folder


def text_of(page):
    body = re.sub(r"<(style|title|desc)\b.*?</\1>", " ", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", body)))


@pytest.mark.parametrize("name", NAMES)
def test_a_run_folder_is_complete(reports, name):
    found = {path.name for path in run_folder(reports, name).iterdir()}
    assert found == {
        "iamc.csv",
        "iamc.xlsx",
        "inputs.json",
        "notebook.ipynb",
        "report.html",
        "results.csv",
        "results.nc",
        "results.xlsx",
        "run.json",
        "run.log",
        "sources",
    }


@pytest.mark.parametrize("name", NAMES)
def test_the_report_loads_nothing_and_holds_no_code(reports, name):
    page = (run_folder(reports, name) / "report.html").read_text()
    assert not re.search(r"<script|<link rel=.stylesheet|@import|url\(|<iframe", page)
    assert not re.search(r"(?:src|href)=\"(?!\.\./\.\./index\.html|data:)", page)
    for code in ("jcm.View", "import jcm_models", "view.question", "Traceback"):
        assert code not in page


@pytest.mark.parametrize(
    ("name", "figures"),
    [
        ("thailand_floating_solar", ("2,552", "4,337", "28,072", "14,036", "0.319 tCO₂e/MWh")),
        ("mongolia_darkhan_solar", ("15,034", "288", "14,746", "206,444", "1.0601 tCO₂e/MWh")),
    ],
)
def test_the_report_says_what_a_decision_maker_asks(reports, name, figures):
    page = (run_folder(reports, name) / "report.html").read_text()
    text = text_of(page)
    scenario = jcm.load_scenario(name)
    assert scenario.title.en in text
    assert scenario.question.en in text
    for expected in (
        *figures,
        "never issued",
        "assumed. Those assumed",
        "Year by year",
        "This run",
    ):
        assert expected in text
    for given in scenario.inputs():
        assert given.value.source is None or given.value.source in text
        assert str(given.place).replace("/", "/") in text.replace("/ ", "/")
    assert "<math" in page
    assert page.count('role="img"') >= 2
    assert run_folder(reports, name).name in text


def test_raw_names_of_variables_are_not_shown(reports):
    page = (run_folder(reports, NAMES[0]) / "report.html").read_text()
    text = text_of(page).replace("thailand_floating_solar", "").replace("model_project", "")
    assert re.findall(r"\b[a-z]+_[a-z_]+\b", text) == []


@pytest.mark.parametrize("name", NAMES)
def test_the_results_are_those_of_simulate(reports, name):
    folder = run_folder(reports, name)
    expected = jcm.simulate(jcm.load_scenario(name))
    with xr.open_dataset(folder / "results.nc", engine="h5netcdf") as found:
        xr.testing.assert_identical(found.load().drop_attrs(), expected.drop_attrs())
    rows = list(csv.DictReader((folder / "results.csv").read_text().splitlines()))
    assert [int(row["year"]) for row in rows] == expected["year"].values.tolist()
    column = [float(row["credits japan_government [tCO2e/yr]"]) for row in rows]
    np.testing.assert_array_equal(column, expected["credits"].sel(party="japan_government"))


def test_the_inputs_are_kept_with_file_line_and_source(reports):
    kept = json.loads((run_folder(reports, NAMES[1]) / "inputs.json").read_text())
    rows = {row["path"]: row for row in kept["inputs"]}
    row = rows["project.reference_emission_factor"]
    assert row["value"] == 1.0601
    assert row["place"].startswith("scenarios/mongolia_darkhan_solar.yaml:")
    assert "15pro_mgl_01" in row["source"]
    assert kept["files"] == [
        "scenarios/mongolia_darkhan_solar.yaml",
        "scenarios/base/model_project.yaml",
    ]


def test_the_executed_notebook_ran_to_its_end(reports):
    notebook = nbformat.read(run_folder(reports, NAMES[0]) / "notebook.ipynb", as_version=4)
    statuses = [c.metadata.papermill.status for c in notebook.cells if c.cell_type == "code"]
    assert set(statuses) == {"completed"}
    assert notebook.metadata.papermill.exception is None


def test_a_second_call_leaves_complete_runs_alone(reports):
    before = (run_folder(reports, NAMES[0]) / "results.nc").stat().st_mtime_ns
    done = command("report", f"scenarios/{NAMES[0]}.yaml", "--reports", str(reports))
    assert done.returncode == 0
    assert "(up to date)" in done.stdout
    assert (run_folder(reports, NAMES[0]) / "results.nc").stat().st_mtime_ns == before


def test_the_same_inputs_give_the_same_bytes_one_run_at_a_time_or_several(reports, tmp_path):
    files = [f"scenarios/{name}.yaml" for name in NAMES]
    done = command("report", *files, "--reports", str(tmp_path), "--jobs", "1")
    assert done.returncode == 0, done.stderr
    for name in NAMES:
        first, second = run_folder(reports, name), run_folder(tmp_path, name)
        assert first.name == second.name
        written = ("results.nc", "results.csv", "results.xlsx", "iamc.csv", "iamc.xlsx")
        for file in (*written, "inputs.json", "run.json", "notebook.ipynb", "report.html"):
            assert (first / file).read_bytes() == (second / file).read_bytes(), file


def test_a_changed_value_is_another_run_that_names_it_and_stands_beside_the_one_without(
    reports, tmp_path
):
    both = shutil.copytree(reports, tmp_path / "both")
    (first,) = (both / NAMES[0]).iterdir()
    change = ("--set", "crediting.discount=0.95")
    done = command("report", f"scenarios/{NAMES[0]}.yaml", *change, "--reports", str(both))
    assert done.returncode == 0, done.stderr
    (folder,) = set((both / NAMES[0]).iterdir()) - {first}
    text = text_of((folder / "report.html").read_text())
    assert "crediting.discount: 1 → 0.95" in text
    assert "2,424" in text  # 2,552 x 0.95 = 2,424.4, rounded down
    page = (both / "index.html").read_text()
    assert page.count("5 MW floating solar power plant, Thailand</a>") == 2
    for share in ("95", "100"):
        assert page.count(f"(discount factor): {share}\N{NO-BREAK SPACE}%</span>") == 1


def test_a_notebook_that_fails_leaves_no_folder_and_one_line(tmp_path, monkeypatch):
    broken = nbformat.read(ROOT / "notebooks/reference_vs_bau.ipynb", as_version=4)
    broken.cells.append(nbformat.v4.new_code_cell("raise RuntimeError('the grid is down')"))
    (tmp_path / "notebooks").mkdir()
    nbformat.write(broken, tmp_path / "notebooks/reference_vs_bau.ipynb")
    monkeypatch.chdir(tmp_path)
    scenario = jcm.load_scenario(ROOT / "scenarios/thailand_floating_solar.yaml")
    outcome = report(plan(scenario, {}, ""), Settings(tmp_path / "reports"))
    assert outcome.report is None
    assert outcome.error == "RuntimeError: the grid is down"
    assert list((tmp_path / "reports").rglob("*.html")) == []
    left = {file.name for file in (tmp_path / "reports").glob("*/*/*")}
    assert left == {"failure.json", "notebook.ipynb", "run.log"}
    assert "the grid is down" in outcome.log.read_text()


def test_a_cell_of_ones_own_becomes_part_of_the_report(tmp_path, monkeypatch):
    mine = nbformat.read(ROOT / "notebooks/reference_vs_bau.ipynb", as_version=4)
    mine.cells.append(nbformat.v4.new_markdown_cell("## My finding\n\nBelow $E = m c^2$."))
    mine.cells.append(nbformat.v4.new_code_cell("round(float(view.dataset.credits_issued.sum()))"))
    (tmp_path / "notebooks").mkdir()
    nbformat.write(mine, tmp_path / "notebooks/reference_vs_bau.ipynb")
    monkeypatch.chdir(tmp_path)
    scenario = jcm.load_scenario(ROOT / "scenarios/thailand_floating_solar.yaml")
    outcome = report(plan(scenario, {}, ""), Settings(tmp_path / "reports"))
    assert outcome.error == ""
    page = outcome.report.read_text()
    assert "My finding" in page
    assert "28072" in page
    assert "$E" not in page
    assert "<mi>E</mi>" in page


def test_a_folder_appears_whole_or_not_at_all(tmp_path):
    final = tmp_path / "run"
    with contextlib.suppress(KeyboardInterrupt), new_folder(final) as folder:
        (folder / "half").write_text("x")
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []
    for content in ("first", "second"):
        with new_folder(final) as folder:
            (folder / "whole").write_text(content)
            assert not final.exists() or (final / "whole").read_text() == "first"
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    assert (final / "whole").read_text() == "second"


@pytest.mark.parametrize("width", [1280, 390])
def test_reports_open_in_a_browser_without_network_and_fit_the_screen(reports, watched, width):
    watched.page.set_viewport_size({"width": width, "height": 900})
    watched.page.goto((reports / "index.html").as_uri())
    links = watched.page.locator("#runs a")
    assert links.count() == len(NAMES)
    for i in range(len(NAMES)):
        watched.page.goto((reports / "index.html").as_uri())
        links.nth(i).click()
        watched.page.wait_for_url("**/report.html")
        assert watched.page.locator("figure svg:visible").count() == 2
        size = watched.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert size[0] <= size[1]
        artefact = ROOT / ".pytest_cache" / "screenshots"
        artefact.mkdir(parents=True, exist_ok=True)
        watched.page.screenshot(path=artefact / f"report-{i}-{width}.png", full_page=True)
    assert watched.outside == []
    assert watched.errors == []


def test_the_picture_of_the_readme_is_current():
    from tests.example_picture import PICTURE, picture

    assert Path(PICTURE).read_text() == picture(), "run: python -m tests.example_picture"
