"""The five sheets of a workbook, a hundred thousand rows in seconds.

xlsxwriter makes the workbook with its headings, widths and formats. The rows are then put into its
sheets as text: passed to the library cell by cell, they would take three times as long.
"""

from __future__ import annotations

import datetime
import functools
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias
from xml.sax.saxutils import escape

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from jcm_models.aef.tables import Table
from jcm_models.aef.values import day_text

__all__ = ["Cells", "unescaped", "write_workbook"]

Cells: TypeAlias = tuple[Any, ...]

_NUMBER_FORMATS = {str: "@", int: "0", float: "General", datetime.date: "dd/mm/yyyy"}
_HEADING = {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1, "bg_color": "#E8ECEF"}
_PLATFORM = {**_HEADING, "bold": False, "italic": True, "font_color": "#5A6570"}
_PLATFORM_NOTE = "Filled in by the Centralized Accounting and Reporting Platform; leave it empty."
_NARROWEST, _WIDEST = 12, 32  # columns [characters]

_MOST_DIGITS = 10**15  # a spreadsheet keeps 15 digits of a number
_DAY_ZERO = datetime.date(1899, 12, 30)
_FIRST_DAY = datetime.date(1900, 3, 1)  # before it, spreadsheets know a day that never was
_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_ESCAPED = re.compile(r"_x(005[Ff]|00[01][0-9A-Fa-f])_")
_COLUMN = re.compile(r'<col min="([0-9]+)" max="([0-9]+)" [^>]*style="([0-9]+)"')
_ROWS_AT_ONCE = 1000


def write_workbook(
    path: Path, day: datetime.date, sheets: Mapping[Table, tuple[int, Iterable[Cells]]]
) -> None:
    """Write the sheets of a workbook; the same rows give the same bytes.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    day : datetime.date
        The day of which the workbook says that it was made.
    sheets : mapping of Table to (int, iterable of tuple)
        How many rows each table has, and the values of each row in the order of its columns.

    Notes
    -----
    Structure of the sheets: ECMA-376, part 1, 18.3.1 (worksheets).
    """
    empty = _without_rows(day, sheets)
    names = {f"xl/worksheets/sheet{n}.xml": table for n, table in enumerate(sheets, 1)}
    with (
        zipfile.ZipFile(empty) as source,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as target,
    ):
        for part in source.infolist():
            content = source.read(part)
            if part.filename not in names:
                target.writestr(part, content)
                continue
            count, rows = sheets[names[part.filename]]
            with target.open(part, "w", force_zip64=True) as file:
                for piece in _with_rows(content.decode(), count, rows):
                    file.write(piece.encode())


def _without_rows(day: datetime.date, sheets: Iterable[Table]) -> io.BytesIO:
    """Return a workbook that has headings only."""
    whole = io.BytesIO()
    with xlsxwriter.Workbook(whole, {"in_memory": True}) as workbook:
        made = datetime.datetime.combine(max(day, _FIRST_DAY), datetime.time())
        workbook.set_properties({"created": made})
        formats = {
            kind: workbook.add_format({"num_format": pattern, "valign": "top"})
            for kind, pattern in _NUMBER_FORMATS.items()
        }
        heading, platform = workbook.add_format(_HEADING), workbook.add_format(_PLATFORM)
        for table in sheets:
            sheet = workbook.add_worksheet(table.sheet)
            sheet.freeze_panes(1, 0)
            for number, column in enumerate(table.columns):
                width = min(max(_NARROWEST, len(column.heading) + 2), _WIDEST)
                sheet.set_column(number, number, width, formats[column.kind])
                style = platform if column.platform else heading
                sheet.write_string(0, number, column.heading, style)
                if column.platform:
                    sheet.write_comment(0, number, _PLATFORM_NOTE)
    return whole


def _with_rows(sheet: str, count: int, rows: Iterable[Cells]) -> Iterator[str]:
    """Yield a sheet in pieces, with rows below its headings."""
    before, end, after = sheet.partition("</sheetData>")
    # A cell does not take on the format of its column: it names the same.
    columns = [
        (xl_col_to_name(number - 1), style)
        for first, last, style in _COLUMN.findall(before)
        for number in range(int(first), int(last) + 1)
    ]
    area = f'<dimension ref="A1:{columns[-1][0]}{count + 1}"/>'
    yield re.sub(r"<dimension [^>]*/>", area, before)
    pieces: list[str] = []
    for number, row in enumerate(rows, 2):
        pieces.append(_row(number, row, columns))
        if len(pieces) == _ROWS_AT_ONCE:
            yield "".join(pieces)
            pieces.clear()
    yield "".join(pieces)
    yield end + after


def _row(number: int, values: Cells, columns: Iterable[tuple[str, str]]) -> str:
    cells = [
        f'<c r="{letters}{number}" s="{style}"{_content(value)}</c>'
        for value, (letters, style) in zip(values, columns, strict=True)
        if value is not None and value != ""
    ]
    return f'<row r="{number}">{"".join(cells)}</row>'


def _content(value: Any) -> str:
    """Return what a cell holds, from the end of its attributes on."""
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, datetime.date):
        whole = (value - _DAY_ZERO).days
        return f"><v>{whole}</v>" if value >= _FIRST_DAY else _text(day_text(value))
    if isinstance(value, int) and abs(value) >= _MOST_DIGITS:
        return _text(str(value))
    return f"><v>{value!r}</v>"


@functools.lru_cache(maxsize=4096)  # much of the text in a report says the same
def _text(text: str) -> str:
    written = _ESCAPE.sub("_x005F_", escape(text, {"\r": "&#13;"}))
    space = ' xml:space="preserve"' if text != text.strip() else ""
    return f' t="inlineStr"><is><t{space}>{written}</t></is>'


def unescaped(text: str) -> str:
    """Return text as people see it: workbooks write ``_x000D_`` for a carriage return."""
    return _ESCAPED.sub(lambda sign: chr(int(sign[1], 16)), text)
