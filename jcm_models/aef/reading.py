"""A report read from a workbook, or from a folder with a csv file for each table."""

from __future__ import annotations

import contextlib
import csv
import datetime
import xml.etree.ElementTree as ET
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import openpyxl

from jcm_models.aef.tables import FIRST_ROW, AefReport, Column, Record, Table, repeated, tables
from jcm_models.aef.values import Refused, from_no_formula, read_identifier, read_value
from jcm_models.aef.workbook import unescaped
from jcm_models.problems import Place, Problem, ScenarioError, nearest
from jcm_models.strict_yaml import shown

__all__ = ["read_aef"]

Row: TypeAlias = Sequence[Any]
Rows: TypeAlias = Iterator[Row]

_WORKBOOKS = (".xlsx", ".xlsm")
_REFUSED = {"b": "the truth value {}", "e": "the error {}", "f": "the formula {}"}


def read_aef(path: Path) -> AefReport:
    """Read a report that `write_aef` or a spreadsheet wrote.

    Parameters
    ----------
    path : pathlib.Path
        A workbook, or a folder with five csv files.

    Returns
    -------
    AefReport
        What it says; `jcm_models.aef.check_aef` tells whether a Party may report that.

    Raises
    ------
    ScenarioError
        If anything cannot be read as it is meant: a sheet or file that is missing, a heading that
        is not in its place, a formula, text in place of a number, a date in another form, the same
        row twice. Nothing is then read, and every place is named.

    Notes
    -----
    Dates may be dd/mm/yyyy or ISO 8601, whose time of day is left out. First ID and Last ID may be
    whole numbers or unique identifiers. Columns of numbers that may be empty may say NA.
    """
    problems: list[Problem] = []
    found: dict[str, tuple[Record, ...]] = {}
    for table, where, rows in (_csv_files if path.is_dir() else _sheets)(path, problems):
        found[table.name] = tuple(_records(table, where, rows, problems))
    submissions = found.pop("submission", ())
    if len(submissions) != 1 and not problems:
        message = f"found {len(submissions)} rows; a report has one submission"
        problems.append(Problem("Submission", message, Place(shown(path))))
    if problems:
        raise ScenarioError(problems)
    return AefReport(submission=submissions[0], **found)  # type: ignore[arg-type]


@contextlib.contextmanager
def _readable(path: Path, what: str) -> Iterator[None]:
    """Turn what goes wrong in a damaged file into words."""
    try:
        yield
    except (
        OSError,
        EOFError,
        KeyError,
        ValueError,
        zipfile.BadZipFile,
        zlib.error,
        ET.ParseError,
        csv.Error,
    ) as error:
        message = f"cannot be read ({error}); give {what}"
        raise ScenarioError([Problem("", message, Place(shown(path)))]) from error


def _sheets(path: Path, problems: list[Problem]) -> Iterator[tuple[Table, str, Rows]]:
    """Yield each table of a workbook with its place and rows, the headings first."""
    with _readable(path, "a workbook or a folder of csv files"):
        path.stat()  # that there is no such file comes before how its name ends
        if path.suffix.lower() not in _WORKBOOKS:
            message = f"no workbook's name ends with {path.suffix!r}; one ends with .xlsx"
            raise ValueError(message)
        workbook = openpyxl.load_workbook(path, read_only=True, keep_links=False)
    with contextlib.closing(workbook):
        sheets = {sheet.title: sheet for sheet in workbook.worksheets}
        for table in tables():
            if table.sheet in sheets:
                where = f"{shown(path)} ({table.sheet})"
                yield table, where, _sheet_rows(path, sheets.pop(table.sheet))
            else:
                message = f"is missing; name a sheet so{nearest(table.sheet, sheets)}"
                problems.append(Problem(f"sheet {table.sheet}", message, Place(shown(path))))


def _sheet_rows(path: Path, sheet: Any) -> Rows:
    sheet.reset_dimensions()  # what a file says of its size need not be so
    with _readable(path, "a workbook or a folder of csv files"):
        for cells in sheet.iter_rows():
            yield [_cell(cell) for cell in cells]


def _cell(cell: Any) -> Any:
    value = cell.value
    if isinstance(value, str) and cell.data_type == "s":
        return unescaped(value)
    if cell.data_type in _REFUSED:
        return Refused(_REFUSED[cell.data_type].format(getattr(value, "text", value)))
    if isinstance(value, datetime.time | datetime.timedelta):
        return Refused(f"the time {value}")
    return value


def _csv_files(folder: Path, problems: list[Problem]) -> Iterator[tuple[Table, str, Rows]]:
    """Yield each table of a folder with its place and rows, the headings first."""
    others = {path.name for path in folder.glob("*.csv")}
    for table in tables():
        path = folder / table.file
        if path.is_file():
            others.discard(table.file)
            yield table, shown(path), _csv_rows(path)
        else:
            message = f"is missing; name a file so{nearest(table.file, others)}"
            problems.append(Problem(f"file {table.file}", message, Place(shown(folder))))


def _csv_rows(path: Path) -> Rows:
    what = "csv with commas, in UTF-8"
    with _readable(path, what), path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.reader(file, strict=True):
            yield [from_no_formula(text) for text in row]


def _records(table: Table, where: str, rows: Rows, problems: list[Problem]) -> list[Record]:
    """Read the rows of a table below its headings, noting what is wrong in any of them."""
    rows = (_fitted(row, len(table.columns)) for row in rows)
    headings = list(_wrong_headings(table, where, next(rows, ())))
    if headings:
        problems.extend(headings)
        return []
    read: list[tuple[int, Record]] = []
    for number, row in enumerate(rows, FIRST_ROW):
        if all(found in (None, "") for found in row):
            continue
        wrong: dict[str, str] = {}
        record = _record(table, row, wrong)
        problems.extend(Problem(key, text, Place(where, number)) for key, text in wrong.items())
        if record is not None:
            read.append((number, record))
    problems.extend(repeated(read, where))
    return [record for _, record in read]


def _wrong_headings(table: Table, where: str, row: Row) -> Iterator[Problem]:
    found = [" ".join(str(cell or "").split()) for cell in row]
    right = [column.heading for column in table.columns]
    if [heading.casefold() for heading in found] == [heading.casefold() for heading in right]:
        return
    place = Place(where, FIRST_ROW - 1)
    missing = [heading for heading in right if heading not in found]
    strange = [heading for heading in found if heading and heading not in right]
    for heading in missing:
        yield Problem(heading, "is not among the headings; a column must be called so", place)
    for heading in strange:
        way_out = nearest(heading, missing) or "; delete it"
        yield Problem(heading, f"is no heading of {table.sheet}{way_out}", place)
    if not missing and not strange:
        names = " | ".join(right)
        yield Problem("", f"the headings stand in another order, or twice; it is {names}", place)


def _fitted(row: Row, width: int) -> Row:
    """Return a row in the width of its table, unless something stands beside it."""
    needed = len(row)
    while needed > width and row[needed - 1] in (None, ""):
        needed -= 1
    return [*row[:needed], *[None] * (width - needed)]


def _record(table: Table, row: Row, wrong: dict[str, str]) -> Record | None:
    """Read one row; note by heading what is wrong, and return nothing then."""
    if len(row) != len(table.columns):
        wrong[""] = f"found {len(row)} cells; {table.sheet} has {len(table.columns)} columns"
        return None
    values: dict[str, Any] = {}
    identifiers: dict[Column, str] = {}  # read last: they are compared with the rest of the row
    for column, found in zip(table.columns, row, strict=True):
        if column.is_identifier and isinstance(found, str):
            identifiers[column] = found
            continue
        try:
            values[column.field] = read_value(column, found)
        except ValueError as error:
            wrong[column.heading] = str(error)
    for column, text in identifiers.items():
        try:
            values[column.field] = read_identifier(text, values)
        except ValueError as error:
            wrong[column.heading] = str(error)
    return None if wrong else table.record(**values)
