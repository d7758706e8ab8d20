"""Every notebook in two of its lives: plain papermill and JupyterLab; the third is test_app.py."""

import contextlib
import re
import shutil
import sys

import nbformat
import papermill
import pytest
from playwright.sync_api import TimeoutError, expect

from jcm_models.variables import families
from tests.app_pages import Visit
from tests.commands import BIN, run
from tests.conftest import ROOT, Server

METHODS = ROOT / "notebooks/methods.ipynb"
NOTEBOOKS = [path for path in sorted((ROOT / "notebooks").glob("*.ipynb")) if path != METHODS]
# One of a single method, one of several components; every scenario goes through `make report`.
SCENARIOS = ("thailand_floating_solar", "myanmar_waste_to_energy")


# What a notebook draws only of some scenarios: one that it can, and one that it cannot.
OWN = {
    "ccs_reserve": ("indonesia_ccs_reserve", "thailand_floating_solar"),
    "uncertainty": ("thailand_solar_uncertainty", "thailand_floating_solar"),
}
each = pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)


def executed(notebook, out, engine=None, **parameters):
    """Return the code cells of a notebook that papermill has run, however it ended."""
    with contextlib.suppress(papermill.PapermillExecutionError):
        papermill.execute_notebook(
            str(notebook), str(out), parameters, engine_name=engine, progress_bar=False, cwd=ROOT
        )
    cells = nbformat.read(out, as_version=4).cells
    return [cell for cell in cells if cell.cell_type == "code"]


def html_of(cells):
    assert {cell.metadata.papermill.status for cell in cells} == {"completed"}
    outputs = (output for cell in cells for output in cell.outputs if "data" in output)
    return "".join(output.data.get("text/html", "") for output in outputs)


def assert_shows(html, notebook, scenario):
    can = OWN.get(notebook.stem, (scenario,))[0] == scenario
    assert ('role="img"' in html) == can
    assert ("Nothing can be said of that" in html) == (not can)
    assert ("<math" in html) == (notebook.stem != "compare")  # which names the methods only
    assert f"scenarios/{scenario}.yaml" in html


def scenarios(notebook):
    return OWN.get(notebook.stem, SCENARIOS)


@each
def test_a_notebook_runs_under_plain_papermill(notebook, tmp_path):
    out, scenario = tmp_path / "out.ipynb", scenarios(notebook)[0]
    shown = ("-p", "scenario", f"scenarios/{scenario}.yaml")
    done = run("papermill", str(notebook), str(out), *shown)
    assert done.returncode == 0, done.stderr
    cells = nbformat.read(out, as_version=4).cells
    html = html_of([cell for cell in cells if cell.cell_type == "code"])
    assert_shows(html, notebook, scenario)


@each
def test_a_notebook_runs_in_a_forked_kernel_on_quite_another_scenario(notebook, tmp_path, forking):
    scenario = scenarios(notebook)[1]
    file = f"scenarios/{scenario}.yaml"
    cells = executed(notebook, tmp_path / "out.ipynb", "jcm", scenario=file)
    assert_shows(html_of(cells), notebook, scenario)


@pytest.mark.parametrize("family", ["all", "decay_methane"])
def test_the_notebook_of_methods_runs_under_papermill(family, tmp_path, forking):
    engine = None if family == "all" else "jcm"
    cells = executed(METHODS, tmp_path / "out.ipynb", engine, family=family)
    html = html_of(cells)
    assert html.count("jcm-family") == (1 if family != "all" else len(families()))
    assert "Worked example" in html
    assert cells[-1].outputs[0].data["text/plain"] == "840.0"  # by the method of one's own


@each
def test_a_notebook_says_what_its_parameters_are(notebook):
    found = papermill.inspect_notebook(str(notebook))  # what papermill --help-notebook prints
    kinds = {name: told["inferred_type_name"] for name, told in found.items()}
    assert {"scenario": "str", "overrides": "str", "lang": "str"}.items() <= kinds.items()


@each
def test_a_wrong_scenario_fails_with_its_problems_and_without_a_traceback(
    notebook, tmp_path, forking
):
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("title: x\nreserv_rate: 3\n")
    cells = executed(notebook, tmp_path / "out.ipynb", "jcm", scenario=str(wrong))
    (error,) = [
        output for cell in cells for output in cell.outputs if output.output_type == "error"
    ]
    shown = "\n".join(error.traceback)
    assert "reserv_rate: unknown key, did you mean reserve.rate?" in shown
    assert "jcm_models/" not in shown


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """JupyterLab on a copy of the notebooks, so that running them changes none."""
    folder = tmp_path_factory.mktemp("lab")
    for name in ("notebooks", "scenarios"):
        shutil.copytree(ROOT / name, folder / name)
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--port={port}"),
        *("--ip=127.0.0.1", "--IdentityProvider.token=t", "--LabApp.news_url=None"),
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]
    with Server(command, ready="/api/status?token=t", cwd=folder) as server:
        yield server


def run_all(page, url):
    """Open a notebook in JupyterLab and run all its cells."""
    page.goto(url)
    page.locator(".jp-NotebookPanel .jp-Cell").first.wait_for(timeout=90_000)
    # A cell that runs before its kernel is connected is lost.
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=90_000)
    for _ in range(3):
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_text("Run All Cells", exact=True).first.click()
        try:
            page.get_by_text(re.compile(r"^\[(\d+|\*)\]:$")).first.wait_for(timeout=15_000)
        except TimeoutError:
            continue
        return
    message = "no cell has run"
    raise AssertionError(message)


def test_the_notebook_runs_in_jupyterlab_and_a_slider_moves_it(lab, watched):
    page = watched.page
    run_all(
        page, f"{lab.url}/lab/workspaces/reference/tree/notebooks/reference_vs_bau.ipynb?token=t"
    )
    page.locator(".jcm-card").first.wait_for(timeout=90_000)
    handle = page.locator(".noUi-handle").first
    handle.wait_for(timeout=30_000)
    handle.focus()
    page.keyboard.press("ArrowRight")
    moved = page.locator(".jcm-amount", has_text=re.compile("^28,237$"))
    moved.wait_for(timeout=20_000)  # 8,050 MWh x 0.319 = 2,567.95, eleven times 2,567
    assert watched.outside == []


def test_two_scenarios_are_compared_in_jupyterlab_and_a_slider_moves_one(lab, watched):
    page = watched.page
    run_all(page, f"{lab.url}/lab/workspaces/compare/tree/notebooks/compare.ipynb?token=t")
    issued = page.locator(".jcm-card", has_text="Credits issued").first
    expect(issued).to_contain_text("28,072", timeout=90_000)
    handle = page.locator(".noUi-handle").first
    handle.wait_for(timeout=30_000)
    handle.focus()
    page.keyboard.press("ArrowRight")
    expect(issued).to_contain_text("28,237", timeout=20_000)
    assert page.locator(".jp-OutputArea-output[data-mime-type$='stderr']").count() == 0
    assert watched.outside == []


def test_the_notebook_of_methods_runs_in_jupyterlab(lab, watched):
    page = watched.page
    run_all(page, f"{lab.url}/lab/workspaces/methods/tree/notebooks/methods.ipynb?token=t")
    page.locator(".jcm-family").first.wait_for(timeout=90_000)
    page.get_by_text("840.0").first.wait_for(timeout=30_000)  # by the method of one's own
    assert watched.outside == []


def test_the_notebook_of_methods_is_an_app_whose_picker_shows_one_family(watched, workbench):
    page = Visit(watched, workbench).open("methods").page
    assert page.locator(".jcm-family").count() == len(families())
    page.get_by_label("Family of methods").select_option(label="Rice methane")
    expect(page.locator(".jcm-family")).to_have_count(1)
    assert "alternate wetting and drying" in page.locator(".jcm-family").inner_text()


def test_an_app_of_a_notebook_that_is_not_there_is_refused():
    refused = run(str(BIN / "jcm"), "app", "--notebook", "method", "--no-browser")
    assert refused.returncode == 2
    assert "did you mean methods?" in refused.stderr
