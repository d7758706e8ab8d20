"""How long the agreed electronic format takes to write, read and check: part of ``make bench``."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import BytesIO
from operator import attrgetter
from pathlib import Path
from tempfile import TemporaryDirectory

import xlsxwriter

from jcm_models.aef import AefReport, check_aef, read_aef, write_aef
from jcm_models.aef.tables import tables
from tests.aef_examples import SAMPLE

Row = tuple[str, float, float | None, str, float]

ROWS = 100_000


def large_report(rows: int) -> AefReport:
    """Return a report with so many actions of 400 t each."""
    action = SAMPLE.actions[0]
    actions = (
        replace(
            action,
            first=first,
            last=first + 399,
            first_unit=str(500_000 + first),
            last_unit=str(500_399 + first),
        )
        for first in range(601, 601 + 400 * rows, 400)
    )
    return replace(SAMPLE, actions=tuple(actions))


def cell_by_cell(report: AefReport) -> None:
    """Write the same actions by the usual calls of the library."""
    columns = next(table.columns for table in tables() if table.name == "actions")
    values = attrgetter(*(column.field for column in columns))
    options = {"strings_to_formulas": False, "default_date_format": "dd/mm/yyyy"}
    with xlsxwriter.Workbook(BytesIO(), options) as workbook:
        sheet = workbook.add_worksheet("Actions")
        sheet.write_row(0, 0, [column.heading for column in columns])
        for number, action in enumerate(report.actions, 1):
            sheet.write_row(number, 0, values(action))


def milliseconds(action: Callable[[], object]) -> float:
    """Return how long an action takes [ms]; once, since it is long."""
    started = time.perf_counter()
    action()
    return 1000 * (time.perf_counter() - started)


def measure() -> Iterator[Row]:
    """A report of 100,000 actions, as a workbook and as csv."""
    report = large_report(ROWS)
    what = f"AEF of {ROWS:,} rows"
    with TemporaryDirectory() as folder:
        book, files = Path(folder, "report.xlsx"), Path(folder, "report")
        by_cell = milliseconds(lambda: cell_by_cell(report))
        writing = milliseconds(lambda: write_aef(report, book))
        yield f"{what}: written as a workbook", writing, 10_000, "cell by cell", by_cell
        writing_csv = milliseconds(lambda: write_aef(report, files))
        yield f"{what}: written as csv", writing_csv, 10_000, "as a workbook", writing
        reading = milliseconds(lambda: read_aef(book))
        reading_csv = milliseconds(lambda: read_aef(files))
        yield f"{what}: read from csv", reading_csv, None, "from a workbook", reading
    checking = milliseconds(lambda: check_aef(report))
    yield f"{what}: checked", checking, None, "written as csv", writing_csv
