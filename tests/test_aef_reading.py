"""Files in the agreed electronic format that are not as they should be: refused as a whole."""

import csv
import datetime
from dataclasses import replace

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jcm_models.aef import read_aef, write_aef
from jcm_models.aef.tables import tables
from jcm_models.problems import ScenarioError
from tests.aef_examples import SAMPLE

TABLES = {table.sheet: table for table in tables()}
ACTIONS = [
    replace(SAMPLE.actions[0], first=first, last=first + 9, quantity=10)
    for first in range(1, 101, 10)
]
LONG = replace(SAMPLE, actions=tuple(ACTIONS))


def complaints(path):
    """Return what reading complains of, without the names of files."""
    with pytest.raises(ScenarioError) as caught:
        read_aef(path)
    return [
        (problem.place.line, problem.path, problem.message) for problem in caught.value.problems
    ]


def column_of(sheet, heading):
    """Return the number of a column, counted from 1."""
    return [column.heading for column in TABLES[sheet].columns].index(heading) + 1


class Edited:
    """A report as a file, in which cells, sheets and rows can be changed by hand."""

    def __init__(self, form, folder, report=SAMPLE):
        self.path = folder / form
        write_aef(report, self.path)
        self.is_workbook = form.endswith(".xlsx")

    def edit(self, sheet, change):
        """Let `change` change the rows of a sheet, with its headings."""
        if self.is_workbook:
            book = openpyxl.load_workbook(self.path)
            old = book[sheet]
            rows = [[cell.value for cell in row] for row in old.iter_rows()]
            place = book.sheetnames.index(sheet)
            book.remove(old)
            new = book.create_sheet(sheet, place)
            change(rows)
            for row in rows:
                new.append(row)
            book.save(self.path)
            return self
        path = self.path / TABLES[sheet].file
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file))
        change(rows)
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows(rows)
        return self

    def put(self, sheet, row, heading, value):
        """Write into one cell."""

        def change(rows):
            rows[row - 1][column_of(sheet, heading) - 1] = value

        return self.edit(sheet, change)


@pytest.fixture(params=["report.xlsx", "report"])
def edited(request, tmp_path):
    """The sample as a workbook and as csv."""
    return Edited(request.param, tmp_path)


def test_a_file_that_was_only_opened_and_saved_is_read(edited):
    assert read_aef(edited.edit("Actions", list).path) == SAMPLE


@pytest.mark.parametrize(
    ("sheet", "heading", "value", "complaint"),
    [
        ("Actions", "Quantity (t CO2 eq)", "many", "found 'many'; write a whole number"),
        ("Actions", "Quantity (t CO2 eq)", "400.5", "found '400.5'; write a whole number"),
        ("Actions", "Quantity (t CO2 eq)", "4,000", "found '4,000'; write a whole number"),
        ("Actions", "Quantity (t CO2 eq)", "0400", "found '0400'; write a whole number"),
        ("Actions", "Quantity (t CO2 eq)", "400 ", "found '400 '; write a whole number"),
        ("Actions", "Quantity (t CO2 eq)", "", "found nothing; write a whole number"),
        ("Actions", "Quantity (t CO2 eq)", "NA", "found 'NA'; write a whole number"),
        ("Actions", "Quantity (in non-GHG metric)", "1.5.2", "found '1.5.2'; write a number"),
        ("Actions", "Quantity (in non-GHG metric)", "nan", "found 'nan'; write a number"),
        ("Actions", "Vintage", "=2024", "found the formula"),
        ("Actions", "Action subtype", "=HYPERLINK(1)", "found the formula"),
        ("Actions", "Action date", "2025/01/15", "found '2025/01/15'; write the date as dd/mm"),
        ("Actions", "Action date", "15.01.2025", "found '15.01.2025'; write the date as dd/mm"),
        ("Actions", "Action date", "1/15/2025", "found '1/15/2025'; write the date as dd/mm"),
        ("Actions", "Action date", "01/15/2025", "which is no day of the calendar"),
        ("Actions", "Action date", "2025-02-30", "which is no day of the calendar"),
        ("Actions", "Action date", "", "found nothing; write a date"),
        ("Actions", "First ID", "CA4-VUT01-VUT-601-2024", "'CA4' for the cooperative approach"),
        ("Actions", "First ID", "CA0005-VUT01-VUT-601-2024", "says CA0005 and its column CA0004"),
        ("Actions", "Last ID", "CA0004-VUT01-CHE-601-2023", "says CHE and its column VUT; 2023"),
        ("Holdings", "Vintage", "soon", "found 'soon'; write a whole number"),
        ("Submission", "Reported year", "", "found nothing; write a whole number"),
        ("Authorizations", "Authorized quantity", "lots", "found 'lots'; write a whole number"),
        ("Authorized entities", "Date of the authorization", "x" * 99, "…'; write the date"),
    ],
)
def test_a_cell_that_cannot_be_read_is_refused_with_its_place(
    edited, sheet, heading, value, complaint
):
    ((row, path, message),) = complaints(edited.put(sheet, 2, heading, value).path)
    assert (row, path) == (2, heading)
    assert complaint in message


@pytest.mark.parametrize("text", ["+1+2", "@SUM(A1)", "-A1", "-1+A1", "＝A1", "\t=1"])  # noqa: RUF001
def test_text_that_a_spreadsheet_takes_for_a_formula_is_refused_in_csv(tmp_path, text):
    edited = Edited("report", tmp_path).put(
        "Actions", 2, "Additional explanatory information", text
    )
    ((row, path, message),) = complaints(edited.path)
    assert (row, path) == (2, "Additional explanatory information")
    assert message.startswith("found the formula")


@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        (True, "found the truth value True"),
        (datetime.time(9, 30), "found the time 09:30:00"),
        ("#N/A", "found the error #N/A"),
        (datetime.datetime(2025, 1, 15), "found the date 15/01/2025; format the cell as text"),
    ],
)
def test_what_is_no_text_is_refused_in_a_column_of_text(tmp_path, value, complaint):
    edited = Edited("report.xlsx", tmp_path).put("Actions", 2, "Action subtype", value)
    ((row, path, message),) = complaints(edited.path)
    assert (row, path) == (2, "Action subtype")
    assert complaint in message


@pytest.mark.parametrize(
    "value",
    ["15/01/2025", "2025-01-15", "2025-01-15T09:00:00.000Z", "2025-01-15T09:00:00"],
)
def test_dates_are_read_in_both_forms(edited, value):
    assert read_aef(edited.put("Actions", 2, "Action date", value).path) == SAMPLE


@pytest.mark.parametrize(
    ("heading", "value"),
    [
        ("First ID", "CA0004-VUT01-VUT-601-2024"),
        ("Last ID", "CA0004-VUT01-VUT-1,000-2024"),
        ("First ID", "601"),
        ("Quantity (t CO2 eq)", "400"),
        ("Quantity (in non-GHG metric)", "NA"),
        ("Calendar year for which the ITMOs are used towards the Party's NDC", "NA"),
    ],
)
def test_other_spellings_say_the_same(edited, heading, value):
    assert read_aef(edited.put("Actions", 2, heading, value).path) == SAMPLE


@pytest.mark.parametrize(
    ("value", "text"), [(500601, "500601"), (500601.0, "500601"), (1.5, "1.5")]
)
def test_a_number_in_a_column_of_text_is_its_digits(tmp_path, value, text):
    edited = Edited("report.xlsx", tmp_path).put("Actions", 2, "First unit ID", value)
    assert read_aef(edited.path).actions[0].first_unit == text


def test_headings_may_differ_in_capitals_and_line_breaks(edited):
    edited.put("Actions", 1, "Action type", "ACTION\n type")
    assert read_aef(edited.path) == SAMPLE


def test_empty_cells_beside_the_table_are_passed_over(edited):
    def change(rows):
        for row in rows:
            row.extend(["", ""])

    assert read_aef(edited.edit("Actions", change).path) == SAMPLE


def test_empty_rows_are_passed_over(edited):
    def change(rows):
        rows.insert(1, [""] * len(rows[0]))
        rows.append([""] * len(rows[0]))

    assert read_aef(edited.edit("Actions", change).path) == SAMPLE


@settings(
    deadline=None, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    bad=st.sets(st.integers(2, len(ACTIONS) + 1), min_size=1),
    form=st.sampled_from(["report.xlsx", "report"]),
)
def test_every_bad_row_is_listed_and_no_good_one(tmp_path, bad, form):
    edited = Edited(form, tmp_path, LONG)

    def change(rows):
        for row in bad:
            rows[row - 1][column_of("Actions", "Vintage") - 1] = "2024?"

    edited.edit("Actions", change)
    assert [row for row, *_ in complaints(edited.path)] == sorted(bad)


def test_what_is_wrong_in_several_columns_and_tables_is_said_at_once(edited):
    edited.put("Actions", 2, "Vintage", "a").put("Actions", 2, "Action date", "b")
    edited.put("Holdings", 2, "First ID", "c")
    assert sorted(path for _, path, _ in complaints(edited.path)) == [
        "Action date",
        "First ID",
        "Vintage",
    ]


def test_a_row_that_is_there_twice_is_refused(edited):
    def change(rows):
        rows.append(list(rows[1]))

    ((row, _, message),) = complaints(edited.edit("Holdings", change).path)
    assert row == 3
    assert message.startswith("says the same as row 2")


def test_a_heading_that_is_not_right_is_refused_with_the_right_one(edited):
    found = complaints(edited.put("Actions", 1, "Action type", "Type of action").path)
    assert [(path, message) for _, path, message in found] == [
        ("Action type", "is not among the headings; a column must be called so"),
        ("Type of action", "is no heading of Actions; delete it"),
    ]


def test_a_misspelt_heading_is_told_the_heading_it_should_be(edited):
    found = complaints(edited.put("Actions", 1, "Action type", "Action typ").path)
    assert [(path, message) for _, path, message in found] == [
        ("Action type", "is not among the headings; a column must be called so"),
        ("Action typ", "is no heading of Actions, did you mean Action type?"),
    ]


def test_a_column_too_few_or_too_many_is_refused(edited):
    def fewer(rows):
        for row in rows:
            del row[column_of("Actions", "Metric") - 1]

    def more(rows):
        for number, row in enumerate(rows):
            row.append("Remarks" if number == 0 else "x")

    edited.edit("Actions", fewer).edit("Holdings", more)
    assert [path for _, path, _ in complaints(edited.path)] == ["Metric", "Remarks"]


def test_columns_in_another_order_are_refused(edited):
    def change(rows):
        for row in rows:
            row[0], row[1] = row[1], row[0]

    ((row, _, message),) = complaints(edited.edit("Actions", change).path)
    assert row == 1
    assert message.startswith("the headings stand in another order, or twice")


def test_a_heading_in_place_of_another_is_refused_though_all_are_there(edited):
    def change(rows):
        rows[0].append(rows[0][0])

    ((row, _, message),) = complaints(edited.edit("Actions", change).path)
    assert row == 1
    assert message.startswith("the headings stand in another order, or twice")


def test_cells_beside_the_table_are_refused(edited):
    def change(rows):
        rows[1].append("beside")

    ((row, _, message),) = complaints(edited.edit("Holdings", change).path)
    assert row == 2
    assert message == "found 17 cells; Holdings has 16 columns"


@pytest.mark.parametrize(("count", "again"), [(0, 0), (2, 1)])
def test_a_report_has_one_submission(edited, count, again):
    def change(rows):
        other = list(rows[1])
        other[1] = "2.0"
        rows[1:] = [rows[1], other][:count]

    ((_, path, message),) = complaints(edited.edit("Submission", change).path)
    assert (path, message) == ("Submission", f"found {count} rows; a report has one submission")


def test_a_sheet_that_is_missing_is_named_with_the_nearest(tmp_path):
    edited = Edited("report.xlsx", tmp_path)
    book = openpyxl.load_workbook(edited.path)
    book["Holdings"].title = "Holding"
    del book["Actions"]
    book.save(edited.path)
    assert [(path, message) for _, path, message in complaints(edited.path)] == [
        ("sheet Actions", "is missing; name a sheet so"),
        ("sheet Holdings", "is missing; name a sheet so, did you mean Holding?"),
    ]


def test_a_file_that_is_missing_is_named_with_the_nearest(tmp_path):
    edited = Edited("report", tmp_path)
    (edited.path / "holdings.csv").rename(edited.path / "holding.csv")
    ((_, path, message),) = complaints(edited.path)
    assert path == "file holdings.csv"
    assert message == "is missing; name a file so, did you mean holding.csv?"


@pytest.mark.parametrize("content", [b"", b"no workbook", b"PK\x03\x04 damaged"])
def test_what_is_no_workbook_is_refused(tmp_path, content):
    (tmp_path / "report.xlsx").write_bytes(content)
    ((_, _, message),) = complaints(tmp_path / "report.xlsx")
    assert message.startswith("cannot be read (")


def test_a_file_that_is_not_there_is_refused(tmp_path):
    ((_, _, message),) = complaints(tmp_path / "report.xlsx")
    assert "No such file" in message


@pytest.mark.parametrize("name", ["ledger.sqlite", "README.md", "report"])
def test_a_file_that_is_no_workbook_by_its_name_is_refused(tmp_path, name):
    (tmp_path / name).write_text("text")
    ((_, _, message),) = complaints(tmp_path / name)
    suffix = (tmp_path / name).suffix
    assert f"no workbook's name ends with {suffix!r}; one ends with .xlsx" in message


@pytest.mark.parametrize("target", ["absent/report.xlsx", "a_file/report", "a_folder.xlsx"])
def test_a_report_that_cannot_be_written_there_is_refused(tmp_path, target):
    (tmp_path / "a_file").write_text("text")
    (tmp_path / "a_folder.xlsx").mkdir()
    with pytest.raises(ScenarioError, match=r"cannot be written \(.*\); name a .xlsx file in"):
        write_aef(SAMPLE, tmp_path / target)


def test_a_damaged_sheet_is_refused(tmp_path):
    edited = Edited("report.xlsx", tmp_path)
    content = edited.path.read_bytes()
    edited.path.write_bytes(content[:3000] + bytes(len(content) - 6000) + content[-3000:])
    assert any("cannot be read" in message for *_, message in complaints(edited.path))


def test_csv_in_another_encoding_is_refused(tmp_path):
    edited = Edited("report", tmp_path)
    path = edited.path / "authorized_entities.csv"
    path.write_bytes(path.read_text("utf-8-sig").replace("Alpine", "日本").encode("cp932"))
    ((_, _, message),) = complaints(edited.path)
    assert message.endswith("give csv with commas, in UTF-8")


def test_csv_with_semicolons_is_refused(tmp_path):
    edited = Edited("report", tmp_path)
    path = edited.path / "holdings.csv"
    path.write_text(path.read_text("utf-8-sig").replace(",", ";"), "utf-8")
    found = complaints(edited.path)
    assert len([path for _, path, message in found if "is not among" in message]) == 16
