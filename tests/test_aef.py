"""The agreed electronic format: its columns, and files that are read as they were written."""

import csv
import dataclasses
import datetime
import io
import re
import zipfile
from dataclasses import replace

import openpyxl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jcm_models.aef import (
    AefReport,
    ItmoIdentifier,
    parse_identifier,
    read_aef,
    write_aef,
)
from jcm_models.aef.tables import tables
from jcm_models.aef.values import as_no_formula, from_no_formula
from jcm_models.aef.writing import MOST_ROWS
from jcm_models.problems import ScenarioError
from tests.aef_examples import LONGEST, SAMPLE, TEXTS, TRICKY, reports

FORMS = ("report.xlsx", "report")
each_form = pytest.mark.parametrize("form", FORMS)
in_a_folder = settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def refused(call, *arguments):
    """Return what a call complains of, line by line."""
    with pytest.raises(ScenarioError) as caught:
        call(*arguments)
    return [str(problem) for problem in caught.value.problems]


# The columns.


def test_the_tables_have_as_many_columns_as_the_decision_prints():
    assert {table.sheet: len(table.columns) for table in tables()} == {
        "Submission": 9,
        "Authorizations": 19,
        "Actions": 27,
        "Holdings": 16,
        "Authorized entities": 8,
    }


def test_the_columns_are_the_fields_of_the_records_in_their_order():
    for table in tables():
        fields = [field.name for field in dataclasses.fields(table.record)]
        assert [column.field for column in table.columns] == fields


def test_the_platform_fills_in_five_columns():
    found = [(t.sheet, c.heading) for t in tables() for c in t.columns if c.platform]
    assert found == [
        ("Submission", "Review status of the initial report"),
        ("Submission", "Result of the consistency check of this AEF submission"),
        (
            "Submission",
            "Reference to the Article 6 technical expert review report of the initial report",
        ),
        ("Authorizations", "Authorization documentation"),
        ("Actions", "Result of the consistency checks"),
    ]


def test_the_headings_of_actions_and_holdings_are_those_of_the_decision():
    actions, holdings = ([column.heading for column in table.columns] for table in tables()[2:4])
    shared = [
        "Cooperative approach ID",
        "Authorization ID",
        "First transferring participating Party ID",
        "Party ITMO registry ID",
        "First ID",
        "Last ID",
        "Underlying unit registry ID",
        "First unit ID",
        "Last unit ID",
        "Metric",
        "Applicable GWP value(s)",
        "Applicable non-GHG metric",
        "Quantity (t CO2 eq)",
        "Quantity (in non-GHG metric)",
        "Mitigation type",
        "Vintage",
    ]
    assert holdings == shared
    assert actions == [
        "Action date",
        "Action type",
        "Action subtype",
        *shared,
        "Transferring participating Party ID",
        "Acquiring participating Party ID",
        "Purpose for which the ITMO has been used towards or cancelled for OIMP",
        "Using/cancelling participating Party ID",
        "Using/cancelling authorized entity ID",
        "Calendar year for which the ITMOs are used towards the Party's NDC",
        "Result of the consistency checks",
        "Additional explanatory information",
    ]


# Written and read back.


@each_form
@in_a_folder
@given(report=reports())
def test_what_was_written_is_read_back_unchanged(tmp_path, form, report):
    write_aef(report, tmp_path / form)
    assert read_aef(tmp_path / form) == report


@each_form
@pytest.mark.parametrize("text", TRICKY + LONGEST, ids=lambda text: ascii(text[:10]))
def test_difficult_text_is_read_back_unchanged(tmp_path, form, text):
    entity = replace(SAMPLE.entities[0], name=text)
    report = replace(SAMPLE, entities=(entity,))
    write_aef(report, tmp_path / form)
    assert read_aef(tmp_path / form) == report


@in_a_folder
@given(first=st.integers(1, 10**18 - 1), count=st.integers(1, 10**6), form=st.sampled_from(FORMS))
def test_unique_identifiers_are_read_as_their_whole_numbers(tmp_path, first, count, form):
    last = min(first + count, 10**18 - 1)
    report = replace(SAMPLE, actions=(replace(SAMPLE.actions[0], first=first, last=last),))
    write_aef(report, tmp_path / form, full_identifiers=True)
    assert read_aef(tmp_path / form) == report


def test_unique_identifiers_stand_in_the_file_where_they_are_asked_for(tmp_path):
    write_aef(SAMPLE, tmp_path, full_identifiers=True)
    action = (tmp_path / "actions.csv").read_text("utf-8-sig")
    assert ",CA0004-VUT01-VUT-601-2024,CA0004-VUT01-VUT-1000-2024," in action
    write_aef(SAMPLE, tmp_path)
    assert ",VUT01,601,1000," in (tmp_path / "actions.csv").read_text("utf-8-sig")


def test_identifiers_that_cannot_be_formed_are_refused(tmp_path):
    wrong = replace(SAMPLE.actions[0], cooperative_approach="CA4", itmo_registry="VU1")
    report = replace(SAMPLE, actions=(*SAMPLE.actions, wrong))
    with pytest.raises(ScenarioError) as caught:
        write_aef(report, tmp_path / "report.xlsx", full_identifiers=True)
    (problem,) = caught.value.problems
    assert str(problem).startswith("Actions:3: First ID and Last ID: ")
    assert "'CA4' for the cooperative approach" in problem.message
    assert "'VU1' for the registry" in problem.message
    assert not (tmp_path / "report.xlsx").exists()


def test_the_same_report_gives_the_same_bytes(tmp_path):
    for name in ("one.xlsx", "other.xlsx"):
        write_aef(SAMPLE, tmp_path / name)
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "other.xlsx").read_bytes()


# Workbooks.


@pytest.fixture
def workbook(tmp_path):
    """The sample as a workbook, as a library for spreadsheets reads it."""
    path = tmp_path / "report.xlsx"
    write_aef(SAMPLE, path)
    return openpyxl.load_workbook(path)


def test_there_is_one_sheet_for_each_table_with_its_headings_in_the_first_row(workbook):
    assert workbook.sheetnames == [table.sheet for table in tables()]
    for table in tables():
        headings = [cell.value for cell in workbook[table.sheet][1]]
        assert headings == [column.heading for column in table.columns]


def test_headings_stay_in_view_and_columns_are_wide_enough_to_read(workbook):
    for sheet in workbook:
        assert sheet.freeze_panes == "A2"
        widths = [dimension.width for dimension in sheet.column_dimensions.values()]
        assert all(10 < width < 40 for width in widths)


def test_what_the_platform_fills_in_is_empty_and_marked(workbook):
    for table in tables():
        for number, column in enumerate(table.columns, 1):
            heading, below = (workbook[table.sheet].cell(row, number) for row in (1, 2))
            assert (heading.comment is not None) == column.platform
            assert heading.font.italic == column.platform
            if column.platform:
                assert below.value is None


def test_dates_are_dates_shown_as_day_month_year(workbook):
    cell = workbook["Actions"]["A2"]
    assert cell.value == datetime.datetime(2025, 1, 15)
    assert cell.number_format == "dd/mm/yyyy"


def test_what_a_spreadsheet_would_change_is_text(tmp_path):
    """It rounds numbers of more than 15 digits, and counts days wrongly before March 1900."""
    numbers = (10**15 - 1, 10**15, -(10**15))
    days = (datetime.date(1900, 3, 1), datetime.date(1900, 2, 28))
    report = replace(
        SAMPLE,
        actions=tuple(replace(SAMPLE.actions[0], quantity=number) for number in numbers),
        entities=tuple(replace(SAMPLE.entities[0], day=day) for day in days),
    )
    write_aef(report, tmp_path / "report.xlsx")
    book = openpyxl.load_workbook(tmp_path / "report.xlsx")
    place = [column.field for column in tables()[2].columns].index("quantity")
    quantities = [row[place] for row in book["Actions"].iter_rows(min_row=2, values_only=True)]
    assert quantities == [10**15 - 1, "1000000000000000", "-1000000000000000"]
    dates = [cell.value for cell in book["Authorized entities"]["A"][1:]]
    assert dates == [datetime.datetime(1900, 3, 1), "28/02/1900"]
    assert read_aef(tmp_path / "report.xlsx") == report


def test_text_stays_text_also_when_its_cell_is_edited(tmp_path):
    entities = tuple(replace(SAMPLE.entities[0], name=text) for text in TRICKY)
    write_aef(replace(SAMPLE, entities=entities), tmp_path / "report.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "report.xlsx")["Authorized entities"]
    for cell in sheet["B"][1:]:
        assert (cell.data_type, cell.number_format) == ("s", "@")


def test_the_cells_are_those_that_xlsxwriter_writes(tmp_path, workbook):
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as plain:
        day = plain.add_format({"num_format": "dd/mm/yyyy"})
        for table in tables():
            sheet = plain.add_worksheet(table.sheet)
            for number, row in enumerate(table.rows(SAMPLE), 1):
                for place, value in enumerate(dataclasses.astuple(row)):
                    if isinstance(value, datetime.date):
                        sheet.write_datetime(number, place, value, day)
                    elif isinstance(value, str):
                        sheet.write_string(number, place, value)
                    elif value is not None:
                        sheet.write_number(number, place, value)
    again = openpyxl.load_workbook(buffer)
    for table in tables():
        ours = [[c.value for c in row] for row in workbook[table.sheet].iter_rows(min_row=2)]
        width = len(table.columns)
        theirs = again[table.sheet].iter_rows(min_row=2, max_col=width)
        assert ours == [[c.value or None for c in row] for row in theirs]


def test_each_cell_says_where_it_stands_and_the_sheet_how_large_it_is(tmp_path):
    actions = tuple(replace(SAMPLE.actions[0], first=n, last=n) for n in range(1, 2501))
    write_aef(replace(SAMPLE, actions=actions), tmp_path / "report.xlsx")
    with zipfile.ZipFile(tmp_path / "report.xlsx") as parts:
        assert parts.testzip() is None
        sheet = parts.read("xl/worksheets/sheet3.xml").decode()
    assert '<dimension ref="A1:AA2501"/>' in sheet
    rows = re.findall(r'<row r="(\d+)"[^>]*>(.*?)</row>', sheet)
    assert [int(number) for number, _ in rows] == list(range(1, 2502))
    for number, cells in rows:
        places = re.findall(r'<c r="([A-Z]+)(\d+)"', cells)
        assert {row for _, row in places} == {number}
        letters = [letter for letter, _ in places]
        assert letters == sorted(set(letters), key=lambda letter: (len(letter), letter))


def test_a_workbook_that_a_spreadsheet_saved_again_reads_the_same(tmp_path):
    # Not those that this library itself changes when it saves.
    texts = [text for text in TRICKY if "_x" not in text and "\r" not in text]
    entities = tuple(replace(SAMPLE.entities[0], name=text) for text in texts)
    report = replace(SAMPLE, entities=entities)
    write_aef(report, tmp_path / "report.xlsx")
    again = openpyxl.load_workbook(tmp_path / "report.xlsx")
    for cell in again["Authorized entities"]["B"]:
        cell.data_type = "s"  # this library would take text after = for a formula
    again.save(tmp_path / "again.xlsx")
    assert read_aef(tmp_path / "again.xlsx") == report


# Csv.


def test_csv_files_begin_with_the_mark_by_which_excel_knows_utf_8(tmp_path):
    write_aef(SAMPLE, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "actions.csv",
        "authorizations.csv",
        "authorized_entities.csv",
        "holdings.csv",
        "submission.csv",
    ]
    assert all(path.read_bytes().startswith(b"\xef\xbb\xbf") for path in tmp_path.iterdir())


def test_dates_in_csv_are_day_month_year(tmp_path):
    write_aef(SAMPLE, tmp_path)
    assert "\n15/01/2025,First transfer," in (tmp_path / "actions.csv").read_text("utf-8-sig")


@in_a_folder
@given(report=reports())
def test_no_text_in_csv_begins_like_a_formula(tmp_path, report):
    write_aef(report, tmp_path)
    for table in tables():
        with (tmp_path / table.file).open(encoding="utf-8-sig", newline="") as file:
            for row in csv.reader(file):
                cells = zip(table.columns, row, strict=True)
                texts = [cell for column, cell in cells if column.kind is str]
                assert not any(text.startswith(tuple("=+-@\t\r\n")) for text in texts)


@given(text=TEXTS, other=TEXTS)
def test_the_apostrophe_before_text_can_be_told_from_one_in_it(text, other):
    assert from_no_formula(as_no_formula(text)) == text
    assert (as_no_formula(text) == as_no_formula(other)) == (text == other)


# What no file can hold.


@each_form
@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("a\x00b", "the character U+0000 in place 2"),
        ("\x0b", "the character U+000B in place 1"),
        ("ab\ud800", "the character U+D800 in place 3"),
        ("\uffff", "the character U+FFFF in place 1"),
        ("x" * 32_768, "32,768 characters; a cell holds 32,767"),
        ("😀" * 16_384, "32,768 characters; a cell holds 32,767"),
    ],
    ids=["nul", "vertical tab", "half a pair", "no character", "long", "long in UTF-16"],
)
def test_text_that_no_cell_can_hold_is_refused_with_its_place(tmp_path, form, text, complaint):
    action = replace(SAMPLE.actions[0], note=text)
    report = replace(SAMPLE, actions=(*SAMPLE.actions, action))
    (found,) = refused(write_aef, report, tmp_path / form)
    assert found.startswith("Actions:3: Additional explanatory information: found ")
    assert complaint in found
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_a_quantity_that_is_no_number_is_refused(tmp_path, number):
    report = replace(SAMPLE, actions=(replace(SAMPLE.actions[0], non_ghg_quantity=number),))
    (found,) = refused(write_aef, report, tmp_path / "report.xlsx")
    assert found.startswith("Actions:2: Quantity (in non-GHG metric): ")


@each_form
def test_more_rows_than_a_sheet_has_are_refused(tmp_path, form):
    report = replace(SAMPLE, actions=SAMPLE.actions * MOST_ROWS)
    (found,) = refused(write_aef, report, tmp_path / form)
    assert found.startswith("Actions: found 1,048,576 rows; a sheet holds 1,048,575")


def test_the_same_row_twice_is_refused(tmp_path):
    report = replace(SAMPLE, holdings=SAMPLE.holdings * 3)
    assert refused(write_aef, report, tmp_path / "report") == [
        "Holdings:3: says the same as row 2; delete one, or say how they differ",
        "Holdings:4: says the same as row 2; delete one, or say how they differ",
    ]


def test_another_ending_is_refused(tmp_path):
    (found,) = refused(write_aef, SAMPLE, tmp_path / "report.xls")
    assert found == "report.xls: ends with '.xls'; end it with .xlsx, or with nothing for csv files"


def test_everything_that_cannot_be_written_is_said_at_once(tmp_path):
    entity = replace(SAMPLE.entities[0], name="\x01", note="\x02")
    holding = replace(SAMPLE.holdings[0], gwp="\x03")
    report = replace(SAMPLE, entities=(entity,), holdings=(holding,))
    assert len(refused(write_aef, report, tmp_path / "report")) == 3


# Unique identifiers.

IDENTIFIERS = st.builds(
    ItmoIdentifier,
    st.from_regex(r"CA[0-9]{4}", fullmatch=True),
    st.from_regex(r"[A-Z]{3}[0-9]{2}", fullmatch=True),
    st.from_regex(r"[A-Z]{3}", fullmatch=True),
    st.integers(1, 10**18 - 1),
    st.integers(1000, 9999),
)


@given(identifier=IDENTIFIERS)
def test_an_identifier_is_read_as_it_was_written(identifier):
    assert parse_identifier(str(identifier)) == identifier


@given(identifier=IDENTIFIERS)
def test_an_identifier_has_the_form_that_the_checker_of_the_format_asks_for(identifier):
    form = r"CA\d{4}-[A-Z]{3}\d{2}-[A-Z]{3}-[1-9]\d{0,2}((\d*)|(,\d{3})*)-\d{4}"
    assert re.fullmatch(form, str(identifier))


def test_a_serial_number_may_have_commas():
    text = "CA0001-XXX01-XXX-1,234,567-2024"
    assert parse_identifier(text) == ItmoIdentifier("CA0001", "XXX01", "XXX", 1_234_567, 2024)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("CA001-XXX01-XXX-1-2024", ["cooperative approach"]),
        ("CA0001-XX01-XXX-1-2024", ["registry"]),
        ("CA0001-XXX01-xxx-1-2024", ["first transferring Party"]),
        ("CA0001-XXX01-XXX-0-2024", ["serial number"]),
        ("CA0001-XXX01-XXX-007-2024", ["serial number"]),
        ("CA0001-XXX01-XXX-1,23-2024", ["serial number"]),
        ("CA0001-XXX01-XXX-1-24", ["vintage"]),
        ("CA000\u0661-XXX01-XXX-1-2024", ["cooperative approach"]),
        ("XX0001-XXX1-XX-x-24", [
            "cooperative approach",
            "registry",
            "first transferring Party",
            "serial number",
            "vintage",
        ]),
    ],
)  # fmt: skip
def test_a_wrong_identifier_is_refused_with_the_parts_that_are_wrong(text, parts):
    with pytest.raises(ValueError, match="which is") as caught:
        parse_identifier(text)
    assert re.findall(r"for the (.*?), which is", str(caught.value)) == parts


@pytest.mark.parametrize(("text", "count"), [("", 1), ("CA0001", 1), ("CA0001-XXX01-XXX-1", 4)])
def test_an_identifier_with_too_few_parts_is_refused(text, count):
    with pytest.raises(ValueError, match=f"has {count} parts between hyphens"):
        parse_identifier(text)


def test_an_identifier_cannot_be_formed_of_wrong_parts():
    with pytest.raises(ValueError, match="'0' for the serial number"):
        ItmoIdentifier("CA0001", "XXX01", "XXX", 0, 2024)


def test_a_report_is_what_its_tables_say():
    assert {table.name for table in tables()} == {f.name for f in dataclasses.fields(AefReport)}
