"""results.xlsx: what people open holds every number of the run, in words, with units."""

import datetime
import zipfile

import numpy as np
import openpyxl
import pytest

import jcm_models as jcm
from jcm_models.exporting import write_results
from jcm_models.exporting.workbook import Sheet, Shown, write_workbook
from jcm_models.exporting.yearly import SHEETS
from jcm_models.results import inputs_of
from jcm_models.variables import result_variables
from jcm_models.wording import LANGUAGES, Words
from tests.examples import load
from tests.exporting.runs import KINDS, folder, results, sheets


def columns_of(name, words):
    """Return the columns of the sheets by year: label and unit, and the cells in the years."""
    there = sheets(folder(name, words.language) / "results.xlsx")
    years = results(name)["year"].tolist()
    found = []
    for key in SHEETS:
        rows = there.get(words(f"export.{key}"), [])
        above = 0 if not rows else next(i for i, row in enumerate(rows) if row[0] == years[0])
        body = [row for row in rows[above:] if row[0] in years]
        assert [row[0] for row in body] == (years if rows else [])
        for at in range(1, len(rows[0]) if rows else 0):
            heads = rows[0][at], rows[above - 1][at]
            found.append((*heads, [row[at] for row in body]))
    return found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", KINDS)
def test_every_number_of_the_run_stands_in_the_sheets_by_year(name, language):
    words, found = Words(language), columns_of(name, Words(language))
    for variable_name, array in results(name).items():
        variable = result_variables()[variable_name]
        series = array[None] if variable.dims == ("year",) else array
        labelled = [values for label, _, values in found if label == words.label(variable)]
        if not labelled:  # a sheet of zeros alone is left out
            assert not np.any(array)
            continue
        assert len(labelled) == len(series)
        for values, expected in zip(labelled, series, strict=True):
            known = [None if np.isnan(number) else number for number in expected.tolist()]
            assert values == known


@pytest.mark.parametrize("name", KINDS)
def test_every_column_has_a_unit(name):
    words = Words("en")
    units = {unit for _, unit, _ in columns_of(name, words)}
    assert units <= {"tCO₂e/yr", "tCO₂e", "share", "–"}
    assert "tCO₂e/yr" in units


@pytest.mark.parametrize("name", KINDS)
def test_totals_are_the_sums_of_flows_and_stand_below_nothing_else(name):
    there = sheets(folder(name) / "results.xlsx")
    rows = there["By year"]
    total = dict(zip(rows[0], rows[-1], strict=True))
    assert total["Year"] == "Total"
    assert total["Credits issued, by vintage"] == results(name)["credits_issued"].sum()
    assert total.get("How far the reference lies below BaU") is None
    assert "Total" not in [row[0] for row in there.get("Article 6", [])]


@pytest.mark.parametrize("name", KINDS)
def test_the_inputs_are_complete_with_value_source_and_place(name):
    heading, *rows = sheets(folder(name) / "results.xlsx")["Inputs"]
    found = {}
    for row in rows:
        each = dict(zip(heading, row, strict=True))
        found.setdefault(each["Key"], []).append(each)
    expected = {each["path"]: each for each in inputs_of(results(name).scenario)}
    assert list(found) == list(expected)
    for path, each in expected.items():
        written = found[path]
        points = each["value"] if isinstance(each["value"], dict) else {None: each["value"]}
        assert [row["Value"] for row in written] == list(points.values())
        if None not in points:
            assert [str(row["Year"]) for row in written] == list(points)
        for row in written:
            assert row["Source"] == (each["source"] or None)
            assert row["Standing"] == each["standing"]
            assert row["File and line"] == (each["place"] or "not given; default of the workbench")
            assert row["Unit"]


def test_the_issuances_are_those_of_the_run():
    name = "mongolia_darkhan_issuances"
    heading, units, *rows = sheets(folder(name) / "results.xlsx")["Issuances"]
    assert units[4:] == ("tCO₂e",) * (len(heading) - 4)
    issuances = results(name).issuances()
    assert len(rows) == len(issuances) > 1
    for row, each in zip(rows, issuances, strict=True):
        assert row[0] == each.vintage
        assert [day.date() for day in row[1:3]] == [each.monitored_from, each.monitored_to]
        assert row[4:] == (each.issued, each.reserve, *each.credits.values())


@pytest.mark.parametrize("name", KINDS)
def test_the_summary_tells_what_the_run_is_and_comes_to(name):
    rows = sheets(folder(name) / "results.xlsx")["Summary"]
    scenario, credits_ = results(name).scenario, results(name)["credits"]
    assert rows[0][0] == scenario.title.en
    assert rows[1][0] == scenario.question.en
    said = {row[0]: row[1] for row in rows}
    assert said["Scenario"] == name
    assert said["Run"] == "0123456789ab"
    assert said["Credits issued"] == results(name)["credits_issued"].sum()
    assert said["Government of Japan"] == credits_[0].sum()
    shares = [row[3] for row in rows if row[0] in PARTS_OF_THE_CREDITS]
    assert sum(shares) == pytest.approx(1)


PARTS_OF_THE_CREDITS = (
    *("Government of Japan", "Japanese participants", "Partner government"),
    *("Partner participants", "Reserve against reversals"),
)


@pytest.mark.parametrize("name", ["maldives_waste_to_energy", "indonesia_ccs_reserve"])
def test_sheets_and_headings_are_in_japanese_where_asked(name):
    found = sheets(folder(name, "ja") / "results.xlsx")
    words, scenario = Words("ja"), results(name).scenario
    assert list(found)[:2] == ["概要", "年別"]
    assert found["概要"][0][0] == scenario.title.ja
    assert found["年別"][0][:2] == (
        "年",
        words.label(result_variables()[next(iter(results(name)))]),
    )
    assert found["年別"][-1][0] == "合計"
    assert found["入力値"][0][0] == words("table.input")
    numbers = [
        [[cell for cell in row if isinstance(cell, (int, float))] for row in rows]
        for rows in (*found.values(), *sheets(folder(name) / "results.xlsx").values())
    ]
    half = len(numbers) // 2
    assert numbers[:half] == numbers[half:]


def test_sheets_that_would_hold_nothing_are_left_out():
    found = sheets(folder("mongolia_darkhan_issuances") / "results.xlsx")
    assert "Storage and reserve" not in found
    assert "Components and rules" not in found
    assert "Storage and reserve" in sheets(folder("indonesia_ccs_reserve") / "results.xlsx")


@pytest.mark.parametrize("name", KINDS)
def test_headings_stay_in_sight_and_years_are_whole_numbers(name):
    workbook = openpyxl.load_workbook(folder(name) / "results.xlsx")
    sheet = workbook["By year"]
    assert sheet.freeze_panes == "B3"
    assert all(isinstance(cell.value, int) for cell in sheet["A"][2:-1])
    assert {cell.number_format for cell in sheet["A"][2:-1]} == {"0"}
    assert {cell.number_format for cell in sheet["B"][2:]} <= {"#,##0", "#,##0.00", "0.0%"}
    assert all(8 <= column.width <= 120 for column in sheet.column_dimensions.values())


LIKE_FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("x")', "http://x.example", "0012")


def test_text_that_looks_like_a_formula_a_link_or_a_number_stays_text(tmp_path):
    rows = [(text, Shown(text, "title")) for text in LIKE_FORMULAS]
    sheet = Sheet("x", (["=2", "=3"],), rows, ("text", "line"), (10, 10))
    write_workbook(tmp_path / "x.xlsx", "=title", [sheet])
    found = openpyxl.load_workbook(tmp_path / "x.xlsx")["x"]
    assert {cell.data_type for row in found.rows for cell in row} == {"s"}
    assert [row[0].value for row in found.rows] == ["=2", *LIKE_FORMULAS]
    assert [cell.hyperlink for row in found.rows for cell in row if cell.hyperlink] == []


def test_what_a_scenario_says_is_no_formula_either(tmp_path):
    text = """
title: =1+1
question: "@SUM(1)"
host: THA
years: {first: 2020, last: 2022}
project:
  method: displaced_electricity
  electricity_supplied: {value: 8000, source: "=cmd()", note: "+1"}
  reference_emission_factor: 0.319
allocation:
  shares: {japan_government: 1}
notes: ["-1"]
"""
    write_results(jcm.compute(load(tmp_path, text)), tmp_path)
    cells = [
        cell
        for sheet in openpyxl.load_workbook(tmp_path / "results.xlsx")
        for row in sheet.rows
        for cell in row
    ]
    assert not any(cell.data_type == "f" for cell in cells)
    assert {"=1+1", "@SUM(1)", "=cmd()", "+1", "-1"} <= {cell.value for cell in cells}


def test_a_number_keeps_every_digit_and_one_that_is_not_finite_is_empty(tmp_path):
    numbers = [1 / 3, 0.1 + 0.2, 1e-300, 2.0**53 + 2, 123456789.123456789, -5e-324]
    rows = [(number,) for number in (*numbers, float("nan"), float("inf"), 7)]
    write_workbook(tmp_path / "x.xlsx", "", [Sheet("x", (["h"],), rows, ("number",), (10,))])
    _, *found = sheets(tmp_path / "x.xlsx")["x"]
    assert [row[0] for row in found] == [*numbers, None, None, 7]


def test_the_same_results_give_the_same_bytes(tmp_path):
    name = "thailand_ndc_balances"
    again = jcm.compute(jcm.load_scenario(name))
    write_results(again, tmp_path, "en", "0123456789ab")
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"results.nc", "results.csv", "results.xlsx", "iamc.csv", "iamc.xlsx"}
    for file in names:
        assert (tmp_path / file).read_bytes() == (folder(name) / file).read_bytes(), file
    with zipfile.ZipFile(tmp_path / "results.xlsx") as parts:
        assert {part.date_time for part in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    properties = openpyxl.load_workbook(tmp_path / "results.xlsx").properties
    assert properties.created == datetime.datetime(2000, 1, 1)


def test_every_result_has_a_sheet_and_a_name_in_the_iamc_format():
    rows = result_variables().values()
    assert {row.sheet for row in rows} == set(SHEETS)
    assert all(row.iamc.startswith("JCM|") for row in rows)
