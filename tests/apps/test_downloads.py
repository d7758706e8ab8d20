"""Files that a visitor takes along: read again, they say what the page says."""

import csv
import io
import xml.etree.ElementTree as ET

import openpyxl
import pytest
import xarray as xr

import jcm_models as jcm
from jcm_models.downloads import download, downloads_of
from jcm_models.ensemble import draw_ensemble
from jcm_models.method_catalogue import find_method
from jcm_models.problems import ScenarioError
from jcm_models.visitors import load_brought
from tests.apps.pages import Visit
from tests.conftest import ROOT


@pytest.fixture
def visit(hosted):
    visit = Visit(jcm.View("thailand_floating_solar"), shown=("question", "emissions", "split"))
    visit.set(("project.electricity_supplied", 9000))
    return visit


def test_the_table_and_the_workbook_hold_the_numbers_on_the_screen(visit):
    issued = visit.page.results["credits_issued"]
    rows = list(csv.DictReader(io.StringIO(download(visit.page, "csv").content.decode())))
    assert [float(row["credits_issued [tCO2e/yr]"]) for row in rows] == pytest.approx(issued)
    book = openpyxl.load_workbook(io.BytesIO(download(visit.page, "workbook").content))
    cells = [cell.value for sheet in book for row in sheet.iter_rows() for cell in row]
    assert 9000 in cells
    assert issued.sum() in cells


def test_the_netcdf_file_holds_everything(visit, tmp_path):
    (tmp_path / "x.nc").write_bytes(download(visit.page, "netcdf").content)
    with xr.open_dataset(tmp_path / "x.nc") as read:
        xr.testing.assert_equal(
            read[list(visit.page.dataset)].drop_attrs(), visit.page.dataset.drop_attrs()
        )


@pytest.mark.parametrize("file", sorted(ROOT.glob("scenarios/*.yaml"))[::3], ids=lambda f: f.stem)
def test_a_scenario_taken_along_and_opened_again_gives_the_same_results(hosted, file):
    page = jcm.View(file)
    moved = next(c for c in page.controls_of("controls") if hasattr(c, "high"))
    page.change([(moved.key, moved.high)])
    page.problems or page.change([])
    text = download(page, "scenario").content.decode()
    assert "extends" not in text
    again = jcm.simulate(load_brought(text, ROOT / "scenarios", "again.yaml"))
    assert again.drop_attrs().identical(page.dataset.drop_attrs())


def test_a_figure_is_a_file_of_its_own_in_the_colours_of_paper(visit):
    drawn = download(visit.page, "svg:emissions:0")
    root = ET.fromstring(drawn.content)
    assert root.get("width") == "920"
    assert b"var(" not in drawn.content
    assert drawn.name == "thailand_floating_solar_emissions_with_and_without_the_project.svg"
    png = download(visit.page, "png:split:0")
    assert png.content.startswith(b"\x89PNG")
    assert len(png.content) > 20_000


@pytest.mark.parametrize(
    "wanted",
    [
        "",
        "exe",
        "svg",
        "svg::0",
        "svg:question:0",
        "svg:emissions:1",
        "png:../x:0",
        "svg:emissions:²",
    ],
)
def test_what_is_not_offered_is_not_made(visit, wanted):
    with pytest.raises(ScenarioError, match="there is no such file"):
        download(visit.page, wanted)


def test_a_page_without_results_offers_no_results(hosted):
    page = jcm.MethodsPage()
    assert set(downloads_of(page)) == {"workbook", "csv"}
    with pytest.raises(ScenarioError, match="there is no such file"):
        download(page, "netcdf")


def test_the_report_is_that_of_the_command_for_the_same_values(visit, tmp_path):
    visit.set(("language", "ja"))
    page = download(visit.page, "report").content.decode()
    assert 'lang="ja"' in page
    amount = f"{int(visit.page.results['credits_issued'].sum()):,}"
    assert amount in page
    assert "project.electricity_supplied" in page
    assert str(ROOT) not in page
    assert "<script" not in page


def test_samples_taken_along_are_those_that_were_drawn(hosted, tmp_path):
    page = jcm.UncertaintyPage("thailand_solar_uncertainty", samples=64)
    page.change([("crediting.discount", 0.5)])
    scenario = jcm.load_scenario(
        ROOT / "scenarios/thailand_solar_uncertainty.yaml", {"crediting.discount": 0.5}
    )
    alone = draw_ensemble(scenario, 64, 1, with_levers=False)
    rows = list(csv.reader(io.StringIO(download(page, "samples_csv").content.decode("utf-8-sig"))))
    at = rows[0].index("Credits issued over all years [tCO₂e]")
    assert [float(row[at]) for row in rows[1:]] == alone["total_credits"].tolist()
    supplied = rows[0].index("Electricity supplied by the project [MWh/yr]")
    assert [float(row[supplied]) for row in rows[1:]] == pytest.approx(
        alone.drawn["project.electricity_supplied"]
    )
    book = openpyxl.load_workbook(io.BytesIO(download(page, "samples_workbook").content))
    (sheet,) = book.worksheets
    assert [list(row) for row in sheet.iter_rows(min_row=2, values_only=True)] == [
        pytest.approx([float(cell) for cell in row]) for row in rows[1:]
    ]
    (tmp_path / "x.nc").write_bytes(download(page, "samples_netcdf").content)
    with xr.open_dataset(tmp_path / "x.nc") as read:
        assert read.sizes["sample"] == 64
        xr.testing.assert_equal(
            read["total_credits"].drop_attrs(), page.dataset["total_credits"].drop_attrs()
        )
    assert downloads_of(page)["csv"] == "Plan: Results as a table (csv)"


def test_the_methods_taken_along_are_those_of_the_family_that_is_shown(hosted):
    page = jcm.MethodsPage()
    every = list(csv.DictReader(io.StringIO(_text(page, "csv"))))
    page.change([("family", "displaced_energy")])
    rows = list(csv.DictReader(io.StringIO(_text(page, "csv"))))
    method = find_method("displaced_electricity")
    keys = {row["Key in the scenario"] for row in rows if row["Method"] == method.title}
    assert keys == {each.name for each in method.inputs}
    assert 0 < len(rows) < len(every)
    book = openpyxl.load_workbook(io.BytesIO(download(page, "workbook").content))
    assert book.sheetnames == ["Inputs", "Equations"]
    assert [cell.value for cell in book["Inputs"]["B"]][1:] == [
        row["Key in the scenario"] for row in rows
    ]
    written = " ".join(str(cell.value) for cell in book["Equations"]["B"])
    assert method.equations["reference_emissions"].plain in written


def _text(page, kind):
    return download(page, kind).content.decode("utf-8-sig")


def test_a_figure_that_is_taken_along_is_of_the_newest_values(hosted):
    visit = Visit(jcm.View("thailand_floating_solar"))
    before = visit.ask(download="svg:emissions:0")["download"]["content"]
    visit.ask(changes=[["project.electricity_supplied", 9000]], seen=["question"])
    after = visit.ask(download="svg:emissions:0")["download"]["content"]
    visit.rest()
    assert before != after == visit.ask(download="svg:emissions:0")["download"]["content"]
