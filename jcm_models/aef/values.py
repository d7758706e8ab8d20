"""What stands in a cell: from the fields of records to text and numbers, and back."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jcm_models.aef.identifiers import parse_identifier
from jcm_models.aef.tables import NOT_APPLICABLE, Column

__all__ = [
    "LONGEST_TEXT",
    "Refused",
    "as_no_formula",
    "day_text",
    "from_no_formula",
    "read_identifier",
    "read_value",
    "unwritable",
]

LONGEST_TEXT = 32_767  # of a cell in a workbook, in units of UTF-16
_BEYOND_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# What makes a spreadsheet take text for a formula, in a Japanese one also in full width.
_FORMULA = re.compile("'*[=+@\t\r\n＝＋－＠-]")  # noqa: RUF001
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_WHOLE_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,999})")
_DAY = re.compile(r"([0-9]{2})/([0-9]{2})/([0-9]{4})")
_ISO_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(T[0-9:.]+Z?)?")


@dataclass(frozen=True)
class Refused:
    """What stands in a cell and can be no value, such as a formula."""

    found: str


def unwritable(value: Any) -> str | None:
    """Say why no cell can hold a value; None where one can.

    Parameters
    ----------
    value : str, int, float, datetime.date or None
        A field of a record.
    """
    if isinstance(value, float) and not math.isfinite(value):
        return f"found {value}, which no cell can hold; leave it out"
    if not isinstance(value, str):
        return None
    if found := _BEYOND_XML.search(value):
        place, sign = found.start() + 1, f"U+{ord(found.group()):04X}"
        return f"found the character {sign} in place {place}, which no file can hold; delete it"
    if len(value) > LONGEST_TEXT // 2 and (length := _length(value)) > LONGEST_TEXT:
        return f"found {length:,} characters; a cell holds {LONGEST_TEXT:,}, so shorten it"
    return None


def _length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def day_text(day: datetime.date) -> str:
    """Write a day as dd/mm/yyyy."""
    return f"{day.day:02}/{day.month:02}/{day.year:04}"


def as_no_formula(text: str) -> str:
    """Put an apostrophe before text of a csv file that a spreadsheet could take for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def from_no_formula(text: str) -> str | Refused:
    """Take away the apostrophe that `as_no_formula` put; refuse a formula that has none."""
    if not _FORMULA.match(text) or _NUMBER.fullmatch(text):
        return text
    if text.startswith("'"):
        return text[1:]
    return Refused(f"the formula {_shown(text)}")


def read_value(column: Column, found: Any) -> Any:
    """Turn what a cell holds into the value of a field.

    Parameters
    ----------
    column : Column
        The column it stands in.
    found : str, int, float, datetime.date, datetime.datetime, Refused or None
        What was read.

    Raises
    ------
    ValueError
        If it is no such value; the message says what was found and what is allowed.
    """
    if isinstance(found, Refused):
        message = f"found {found.found}; write {_NAMES[column.kind]} in its place"
        raise ValueError(message)  # noqa: TRY004 - the fault is the file's
    if column.kind is str:
        return _text(found)
    if found in (None, "") or (column.optional and found == NOT_APPLICABLE):
        if column.optional:
            return None
        raise ValueError(f"found nothing; write {_NAMES[column.kind]}")
    return _READERS[column.kind](found)


def _text(found: Any) -> str:
    if isinstance(found, datetime.date):
        message = f"found the date {day_text(found)}; format the cell as text"
        raise ValueError(message)  # noqa: TRY004 - the fault is the file's
    if isinstance(found, float) and found.is_integer():
        return str(int(found))
    text = "" if found is None else str(found)
    if reason := unwritable(text):
        raise ValueError(reason)
    return text


def _whole_number(found: Any) -> int:
    if isinstance(found, float) and found.is_integer():
        return int(found)
    if not isinstance(found, int) and not _WHOLE_NUMBER.fullmatch(str(found)):
        raise ValueError(f"found {_shown(found)}; write a whole number, of digits only")
    return int(found)


def _number(found: Any) -> float:
    try:
        number = float(found)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise ValueError(f"found {_shown(found)}; write a number, with a point for decimals")
    return number


def _day(found: Any) -> datetime.date:
    if isinstance(found, datetime.date):
        return found.date() if isinstance(found, datetime.datetime) else found
    try:
        if parts := _DAY.fullmatch(str(found)):
            day, month, year = map(int, parts.groups())
            return datetime.date(year, month, day)
        if parts := _ISO_DAY.fullmatch(str(found)):
            return datetime.date.fromisoformat(parts[1])
    except ValueError as error:
        raise ValueError(f"found {_shown(found)}, which is no day of the calendar") from error
    raise ValueError(f"found {_shown(found)}; write the date as dd/mm/yyyy or yyyy-mm-dd")


def _shown(found: Any) -> str:
    """Return what was found as it is quoted in a message; not all of a long text."""
    if isinstance(found, datetime.date):
        return f"the date {day_text(found)}"
    text = str(found)
    return repr(text if len(text) <= 50 else f"{text[:50]}…")


_READERS = {int: _whole_number, float: _number, datetime.date: _day}
_NAMES = {
    str: "text",
    int: "a whole number",
    float: "a number",
    datetime.date: "a date as dd/mm/yyyy",
}


def read_identifier(found: str, row: Mapping[str, Any]) -> int:
    """Read a First ID or Last ID: a whole number, or a unique identifier that fits its row.

    Parameters
    ----------
    found : str
        What stands in the cell.
    row : mapping of str to object
        The other fields of its row, where they could be read.

    Raises
    ------
    ValueError
        If it is neither, or says something else than the other columns.
    """
    if "-" not in found[1:]:
        return _whole_number(found)
    identifier = parse_identifier(found)
    others = {
        "cooperative_approach": identifier.cooperative_approach,
        "itmo_registry": identifier.registry,
        "first_transferring_party": identifier.party,
        "vintage": identifier.vintage,
    }
    wrong = [
        f"{said} and its column {row[field]}"
        for field, said in others.items()
        if field in row and row[field] != said
    ]
    if wrong:
        raise ValueError(f"found {found!r}, which says {'; '.join(wrong)}: correct one of them")
    return identifier.serial
