"""A report written as a workbook, or as a folder with a csv file for each table."""

from __future__ import annotations

import csv
import datetime
from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter
from pathlib import Path
from typing import Any

from jcm_models.aef.identifiers import ItmoIdentifier
from jcm_models.aef.tables import FIRST_ROW, AefReport, Record, Table, repeated, tables
from jcm_models.aef.values import as_no_formula, day_text, unwritable
from jcm_models.aef.workbook import Cells, write_workbook
from jcm_models.problems import Place, Problem, ScenarioError

__all__ = ["MOST_ROWS", "write_aef"]

MOST_ROWS = 1_048_576  # of a sheet, with its headings


def write_aef(report: AefReport, target: Path, *, full_identifiers: bool = False) -> None:
    """Write a report, so that `read_aef` reads the same.

    Parameters
    ----------
    report : AefReport
        What to write.
    target : pathlib.Path
        A workbook if its name ends with ``.xlsx``, else a folder, which gets five csv files. What
        was there under the same names is replaced.
    full_identifiers : bool
        Write First ID and Last ID as unique identifiers in place of their whole numbers.

    Raises
    ------
    ScenarioError
        If something cannot be written as it is: text that is too long or that has a character no
        file can hold, too many rows, the same row twice, or identifiers that cannot be formed. Or
        if the file or folder cannot be written.

    Notes
    -----
    Text is never a formula, whatever it begins with. In a csv file an apostrophe stands before
    text that a spreadsheet could take for one, one more where there was one; reading takes one
    away. In a workbook, dates are dates, text is text, and whole numbers of more
    than 15 digits, which a spreadsheet would round, are text.
    """
    sheets = {table: table.rows(report) for table in tables()}
    problems = [p for table, rows in sheets.items() for p in _unwritable(table, rows)]
    if target.suffix not in ("", ".xlsx"):
        message = f"ends with {target.suffix!r}; end it with .xlsx, or with nothing for csv files"
        problems.append(Problem(target.name, message))
    if full_identifiers and not problems:
        problems = [p for table, rows in sheets.items() for p in _unidentified(table, rows)]
    if problems:
        raise ScenarioError(problems)
    cells = {table: _cells(table, rows, full_identifiers) for table, rows in sheets.items()}
    try:
        if target.suffix:
            counted = {table: (len(sheets[table]), rows) for table, rows in cells.items()}
            write_workbook(target, report.submission.day, counted)
            return
        target.mkdir(parents=True, exist_ok=True)
        for table, rows in cells.items():
            _write_csv(target / table.file, table, rows)
    except OSError as error:
        message = (
            f"cannot be written ({error.strerror}); name a .xlsx file in a folder that is there, "
            "or a folder for csv files"
        )
        raise ScenarioError([Problem(str(target), message)]) from error


def _unwritable(table: Table, rows: Sequence[Record]) -> Iterator[Problem]:
    if len(rows) >= MOST_ROWS:
        message = f"found {len(rows):,} rows; a sheet holds {MOST_ROWS - 1:,}, so split the report"
        yield Problem("", message, Place(table.sheet))
        return
    for column in table.columns:
        values = list(map(attrgetter(column.field), rows))
        # Most rows say the same as others: it is quicker to look at each thing said once.
        wrong = {value: reason for value in set(values) if (reason := unwritable(value))}
        for number, value in enumerate(values, FIRST_ROW) if wrong else ():
            if value in wrong:
                yield Problem(column.heading, wrong[value], Place(table.sheet, number))
    yield from repeated(enumerate(rows, FIRST_ROW), table.sheet)


def _unidentified(table: Table, rows: Sequence[Record]) -> Iterator[Problem]:
    if not any(column.is_identifier for column in table.columns):
        return
    for number, row in enumerate(rows, FIRST_ROW):
        try:
            _identifiers(row)
        except ValueError as error:
            yield Problem("First ID and Last ID", str(error), Place(table.sheet, number))


def _cells(table: Table, rows: Sequence[Record], full_identifiers: bool) -> Iterator[Cells]:
    """Yield the values of each row, with unique identifiers where they are asked for."""
    fields = [column.field for column in table.columns]
    values = attrgetter(*fields)
    if not full_identifiers or "first" not in fields:
        yield from map(values, rows)
        return
    place = fields.index("first")
    for row in rows:
        cells = values(row)
        yield (*cells[:place], *_identifiers(row), *cells[place + 2 :])


def _identifiers(row: Any) -> tuple[str, str]:
    first, last = (
        ItmoIdentifier(
            row.cooperative_approach,
            row.itmo_registry,
            row.first_transferring_party,
            serial,
            row.vintage,
        )
        for serial in (row.first, row.last)
    )
    return str(first), str(last)


def _write_csv(path: Path, table: Table, rows: Iterable[Cells]) -> None:
    # With a byte order mark, by which Excel knows that it is UTF-8.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([column.heading for column in table.columns])
        writer.writerows(map(_csv_cells, rows))


def _csv_cells(cells: Cells) -> list[Any]:
    return [
        as_no_formula(value)
        if isinstance(value, str)
        else day_text(value)
        if isinstance(value, datetime.date)
        else value
        for value in cells
    ]
