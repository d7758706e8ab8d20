"""Whether a Party may report what a report says: all that is wrong, with table, row and column."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from operator import attrgetter
from typing import Any

from jcm_models.aef.row_rules import row_problems
from jcm_models.aef.tables import (
    FIRST_ROW,
    NOT_APPLICABLE,
    AefReport,
    Column,
    Record,
    Table,
    repeated,
    tables,
)
from jcm_models.problems import Place, Problem, nearest

__all__ = ["check_aef", "wrong_fields"]

_SEPARATORS = re.compile("[,;]")


def check_aef(report: AefReport) -> list[Problem]:
    """Check a report against the nomenclatures and against itself.

    Parameters
    ----------
    report : AefReport
        What is to be submitted.

    Returns
    -------
    list of Problem
        Empty if nothing is wrong; each names the table and row (place) and the column (path).

    Notes
    -----
    By column: what is required, the lists, the forms of identifiers, to what a column applies, and
    that nothing stands where the platform writes. By row: last ≥ first; for the metric GHG,
    quantity = last − first + 1, which is the number of units where these are numbered;
    2021 ≤ vintage ≤ year of the action; dates within the reported year. Between rows: known
    authorizations and entities, no row twice, nothing held twice.

    Source: decision 4/CMA.6, annex II, as implemented in the registry package of UNDP (aef-v2) and
    a public checker (AEFSyntaxCheck). That authorizations and entities are in the same report, and
    that no action comes before its authorization, is derived.
    """
    problems: list[Problem] = []
    for table in tables():
        rows = table.rows(report)
        for column in table.columns:
            problems.extend(_column_problems(table, column, rows))
        problems.extend(repeated(enumerate(rows, FIRST_ROW), table.sheet))
    problems.extend(row_problems(report))
    return problems


def wrong_fields(table: str, **fields: str) -> list[Problem]:
    """Check fields that reports will have to repeat, before they are given for good.

    Parameters
    ----------
    table : str
        Name of the table in which they will be reported, such as ``authorizations``.
    **fields : str
        What shall stand in some of its fields.

    Returns
    -------
    list of Problem
        Empty if nothing is wrong; each names the column (path).
    """
    (reported,) = (each for each in tables() if each.name == table)
    return [
        Problem(column.heading, reason)
        for column in reported.columns
        if column.field in fields and (reason := _wrong_value(column, fields[column.field]))
    ]


def _column_problems(table: Table, column: Column, rows: Sequence[Record]) -> Iterator[Problem]:
    values = list(map(attrgetter(column.field), rows))
    # Most rows say the same as others: it is quicker to look at each thing said once.
    wrong = {value: reason for value in set(values) if (reason := _wrong_value(column, value))}
    for number, value in enumerate(values, FIRST_ROW) if wrong else ():
        if value in wrong:
            yield Problem(column.heading, wrong[value], Place(table.sheet, number))
    for number, reason in _wrong_place(table, column, values, rows):
        yield Problem(column.heading, reason, Place(table.sheet, number))


def _wrong_value(column: Column, value: Any) -> str | None:
    """Say what is wrong with a value, whatever else its row says."""
    if _is_empty(value):
        return "is required; found nothing" if column.required else None
    if column.platform:
        return f"found {value!r}, which the platform writes; leave it empty"
    if not isinstance(value, str):
        return None
    parts = _SEPARATORS.split(value) if column.several else [value]
    reasons = (_wrong_part(column, part.strip() if column.several else part) for part in parts)
    return next((reason for reason in reasons if reason), None)


def _wrong_part(column: Column, part: str) -> str | None:
    if column.choices and part not in column.choices:
        hint = nearest(part, column.choices)
        return f"found {part!r}; allowed are {', '.join(column.choices)}{hint}"
    if column.format and not column.format.pattern.fullmatch(part):
        return f"found {part!r}; write {column.format.words}"
    return None


def _wrong_place(
    table: Table, column: Column, values: Sequence[Any], rows: Sequence[Record]
) -> Iterator[tuple[int, str]]:
    """Find values in rows to which a column does not apply, and rows that need one."""
    for field, allowed in column.only.items():
        (other,) = (other for other in table.columns if other.field == field)
        for number, (value, row) in enumerate(zip(values, rows, strict=True), FIRST_ROW):
            said = getattr(row, field)
            if said not in allowed and not _is_empty(value):
                wanted = " or ".join(allowed)
                reason = f"found {value!r} where {other.heading} is {said!r}; only for {wanted}"
                yield number, reason
            elif said in allowed and column.needed and _is_empty(value):
                yield number, f"found nothing; {other.heading} {said!r} needs it"


def _is_empty(value: Any) -> bool:
    return value is None or value in ("", NOT_APPLICABLE)
