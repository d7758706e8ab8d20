"""A workbook of sheets for people, made by XlsxWriter."""

from __future__ import annotations

import datetime
import math
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import xlsxwriter

__all__ = ["Sheet", "Shown", "write_workbook"]

Cell: TypeAlias = Any  # text, a number, a date, None, or one of these `Shown` in a style

_MADE = datetime.datetime(2000, 1, 1)  # the same for all, so that the same rows give the same bytes
_LINE = 15.0  # height of a line [points]
_LONGEST = 32_767  # characters that a cell can hold
_A4 = 9

_TOP = {"valign": "top"}
_NUMBERS = {
    "number": "General",
    "whole": "#,##0",
    "cents": "#,##0.00",
    "digits": "#,##0.0#########",
    "share": "0.0%",
    "percent": "0%",
    "percents": "0.0####%",
    "year": "0",
    "date": "yyyy-mm-dd",
}
_STYLES = {
    "text": {"text_wrap": True, **_TOP},
    "line": _TOP,
    "beside": {"indent": 1, **_TOP},
    "title": {"bold": True, "font_size": 15, **_TOP},
    "section": {"bold": True, "bottom": 1, **_TOP},
    "heading": {"bold": True, "text_wrap": True, "bg_color": "#E8ECEF", **_TOP},
    "unit": {"italic": True, "bg_color": "#E8ECEF", "font_color": "#3C4650", "bottom": 1, **_TOP},
    **{name: {"num_format": pattern, **_TOP} for name, pattern in _NUMBERS.items()},
    **{
        f"{name} total": {"num_format": pattern, "bold": True, "top": 1, **_TOP}
        for name, pattern in _NUMBERS.items()
    },
    "text total": {"bold": True, "top": 1, **_TOP},
}


class Shown(NamedTuple):
    """A cell in another style than that of its column."""

    value: Cell
    style: str


@dataclass(frozen=True)
class Sheet:
    """A sheet: headings that stay in sight, and rows below them.

    Parameters
    ----------
    name : str
        What its tab says.
    heads : sequence of sequence
        The rows of headings, units in the last one where there are several.
    rows : sequence of sequence
        The rows; a cell is text, a number, a date, None, or one of these `Shown` in a style.
    styles : sequence of str
        The style of each column.
    widths : sequence of int
        The width of each column [characters].
    fixed : int
        How many columns stay in sight.
    """

    name: str
    heads: Sequence[Sequence[Cell]]
    rows: Sequence[Sequence[Cell]]
    styles: Sequence[str]
    widths: Sequence[int]
    fixed: int = 0


class _Exact(float):
    """A number that is written with all its digits; XlsxWriter would leave out the last."""

    def __format__(self, pattern: str) -> str:
        return repr(float(self))


def write_workbook(path: Path, title: str, sheets: Iterable[Sheet]) -> None:
    """Write a workbook; the same sheets give the same bytes.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    title : str
        What its properties say that it is.
    sheets : iterable of Sheet
        The sheets. Text stays text, whatever it begins with; a number that is not finite is left
        empty.
    """
    with xlsxwriter.Workbook(path, {"in_memory": True}) as workbook:
        workbook.set_properties({"title": title, "created": _MADE})
        formats = {name: workbook.add_format(style) for name, style in _STYLES.items()}
        for sheet in sheets:
            _fill(workbook.add_worksheet(sheet.name), sheet, formats)


def _fill(worksheet: Any, sheet: Sheet, formats: dict[str, Any]) -> None:
    for column, width in enumerate(sheet.widths):
        worksheet.set_column(column, column, width)
    worksheet.freeze_panes(len(sheet.heads), sheet.fixed)
    worksheet.set_landscape()
    worksheet.set_paper(_A4)
    worksheet.fit_to_pages(1, 0)
    if sheet.heads:
        worksheet.repeat_rows(0, len(sheet.heads) - 1)
    for number, head in enumerate(sheet.heads):
        last = number == len(sheet.heads) - 1 and number > 0
        worksheet.set_row(number, _height(head, sheet.widths))
        for column, cell in enumerate(head):
            _write(worksheet, number, column, cell, formats["unit" if last else "heading"])
    for number, row in enumerate(sheet.rows, len(sheet.heads)):
        for column, cell in enumerate(row):
            value, style = cell if isinstance(cell, Shown) else (cell, sheet.styles[column])
            _write(worksheet, number, column, value, formats[style])


def _write(worksheet: Any, row: int, column: int, value: Cell, style: Any) -> None:
    if value is None or value == "":
        worksheet.write_blank(row, column, None, style)
    elif isinstance(value, str):
        worksheet.write_string(row, column, value[:_LONGEST], style)
    elif isinstance(value, datetime.date):
        worksheet.write_datetime(row, column, value, style)
    elif math.isfinite(value):
        exact = value if isinstance(value, int) else _Exact(value)
        worksheet.write_number(row, column, exact, style)


def _height(cells: Iterable[Cell], widths: Iterable[int]) -> float:
    """Return how high a row of headings is [points]; no program measures it for us."""
    pairs = zip(cells, widths, strict=True)
    return _LINE * max(math.ceil(1.15 * _length(str(cell)) / width) or 1 for cell, width in pairs)


def _length(text: str) -> int:
    """Count the characters of a text; Chinese and Japanese ones are twice as wide."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
