"""The five tables of the agreed electronic format, and a report that fills them."""

from __future__ import annotations

import functools
import re
import typing
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from jcm_models.article6_records import (
    Action,
    Authorization,
    AuthorizedEntity,
    Holding,
    Submission,
)
from jcm_models.problems import Place, Problem
from jcm_models.tables import read_table

__all__ = [
    "FIRST_ROW",
    "NOT_APPLICABLE",
    "AefReport",
    "Column",
    "Format",
    "Record",
    "Table",
    "repeated",
    "tables",
]

Record: TypeAlias = Submission | Authorization | Action | Holding | AuthorizedEntity

NOT_APPLICABLE = "NA"
FIRST_ROW = 2  # of a sheet, below the headings

_RECORDS: dict[str, type[Record]] = {
    "submission": Submission,
    "authorizations": Authorization,
    "actions": Action,
    "holdings": Holding,
    "entities": AuthorizedEntity,
}


@dataclass(frozen=True, kw_only=True)
class AefReport:
    """What a Party reports on one year.

    Parameters
    ----------
    submission : Submission
        Who reports on which year.
    authorizations, actions, holdings, entities : tuple
        The rows of the other tables, in their order.
    """

    submission: Submission
    authorizations: tuple[Authorization, ...] = ()
    actions: tuple[Action, ...] = ()
    holdings: tuple[Holding, ...] = ()
    entities: tuple[AuthorizedEntity, ...] = ()


@dataclass(frozen=True)
class Format:
    """How the text of a column is formed: a regular expression, and the same in words."""

    pattern: re.Pattern[str]
    words: str


@dataclass(frozen=True, kw_only=True, eq=False)  # there is one of each
class Column:
    """One column of a table.

    Parameters
    ----------
    field, heading : str
        The field of the record, and the heading in the file.
    kind : type
        ``str``, ``int``, ``float`` or ``datetime.date``.
    optional : bool
        Whether the record may hold None.
    is_identifier : bool
        Whether a unique identifier of a mitigation outcome may stand for its whole number.
    required : bool
        Whether a row without it is incomplete.
    platform : bool
        Whether the Centralized Accounting and Reporting Platform fills it in.
    format : Format or None
        How its text is formed.
    choices : tuple of str
        What may stand in it; empty where anything may.
    several : bool
        Whether it may name several, with commas or semicolons between them.
    only, needed : mapping of str to sequence of str
        The values of another column to which it applies, and for which it is needed.
    """

    field: str
    heading: str
    kind: type
    optional: bool
    is_identifier: bool
    required: bool = False
    platform: bool = False
    format: Format | None = None
    choices: tuple[str, ...] = ()
    several: bool = False
    only: Mapping[str, Sequence[str]]
    needed: Mapping[str, Sequence[str]]


@dataclass(frozen=True, eq=False)  # there is one of each
class Table:
    """One table: its name in a report, its sheet and file, its records and columns."""

    name: str
    sheet: str
    file: str
    record: type[Record]
    columns: tuple[Column, ...]

    def rows(self, report: AefReport) -> tuple[Any, ...]:
        """Return the records of this table in a report."""
        records = getattr(report, self.name)
        return records if isinstance(records, tuple) else (records,)


def repeated(rows: Iterable[tuple[int, Record]], where: str) -> Iterator[Problem]:
    """Find rows that say the same as one above them.

    Parameters
    ----------
    rows : iterable of (int, Record)
        Each row with its number in the sheet.
    where : str
        The sheet or file.
    """
    known: dict[Record, int] = {}
    for number, row in rows:
        if (first := known.setdefault(row, number)) != number:
            message = f"says the same as row {first}; delete one, or say how they differ"
            yield Problem("", message, Place(where, number))


@functools.cache
def tables() -> tuple[Table, ...]:
    """Return the five tables, in order."""
    written = read_table("aef/format.yaml")
    formats = {
        name: Format(re.compile(row["pattern"]), row["words"])
        for name, row in written["formats"].items()
    }
    return tuple(
        Table(
            name=name,
            sheet=row["sheet"],
            file=row["file"],
            record=_RECORDS[name],
            columns=tuple(_columns(name, row["columns"], formats, written["lists"])),
        )
        for name, row in written["tables"].items()
    )


def _columns(
    table: str,
    written: Mapping[str, Mapping[str, Any]],
    formats: Mapping[str, Format],
    lists: Mapping[str, Sequence[str]],
) -> Iterator[Column]:
    kinds = typing.get_type_hints(_RECORDS[table])
    for field, given in written.items():
        row = dict(given)
        choices = lists[row.pop("list")] if "list" in row else ()
        needed = row.pop("needed", {})
        kind, *rest = typing.get_args(kinds[field]) or (kinds[field],)
        yield Column(
            field=field,
            kind=kind,
            optional=bool(rest),
            is_identifier=field in ("first", "last"),
            format=formats[row.pop("format")] if "format" in row else None,
            choices=tuple(choices),
            only=row.pop("only", needed),
            needed=needed,
            **row,
        )
