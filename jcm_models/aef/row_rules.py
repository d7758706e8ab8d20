"""What the columns of a row say together, and what rows and tables of a report say together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from jcm_models.aef.tables import FIRST_ROW, NOT_APPLICABLE, AefReport, Record, tables
from jcm_models.aef.values import day_text
from jcm_models.article6_records import Action, Authorization, AuthorizedEntity, Holding, Submission
from jcm_models.double_counting.check import FIRST_ITMO_VINTAGE
from jcm_models.double_counting.reports import number
from jcm_models.problems import Place, Problem

__all__ = ["row_problems"]

# The field of a row and what is wrong in it.
Reasons: TypeAlias = Iterator[tuple[str, str]]


def row_problems(report: AefReport) -> Iterator[Problem]:
    """Find what is wrong between the columns of a row, between rows, and between tables.

    Parameters
    ----------
    report : AefReport
        What is to be submitted.

    Yields
    ------
    Problem
        With the table and row (place) and the column (path).
    """
    rules = _Rules(report)
    for table in tables():
        headings = {column.field: column.heading for column in table.columns}
        for place, row in enumerate(table.rows(report), FIRST_ROW):
            for field, reason in rules.broken_by(row):
                yield Problem(headings[field], reason, Place(table.sheet, place))


class _Rules:
    """The rules of a report's rows; it knows the tables to which they point."""

    def __init__(self, report: AefReport) -> None:
        self._year = report.submission.reported_year
        self._authorized: dict[tuple[str, str], Authorization] = {}
        for given in sorted(report.authorizations, key=lambda given: given.day, reverse=True):
            self._authorized[given.identifier, given.cooperative_approach] = given
        self._approaches = {given.cooperative_approach for given in report.authorizations}
        self._entities = {name for e in report.entities for name in (e.identification, e.name)}
        self._held_twice = dict(_overlaps(report.holdings))

    def broken_by(self, row: Record) -> Reasons:
        """Yield the field and the reason of each rule that a row breaks."""
        match row:
            case Submission():
                yield from _submission(row)
            case Authorization():
                yield from self._within_the_year("day", row)
                yield from self._known_entities("entities", row.entities)
            case Action():
                yield from _block(row)
                yield from self._action(row)
                yield from self._known_authorization(row)
                yield from self._known_entities("using_entity", row.using_entity)
            case Holding():
                yield from _block(row)
                yield from self._holding(row)
                yield from self._known_authorization(row)
            case AuthorizedEntity():
                yield from self._within_the_year("day", row)
                yield from self._known_approach(row)

    def _within_the_year(self, field: str, row: Authorization | AuthorizedEntity) -> Reasons:
        if row.day.year > self._year:
            reason = f"found {day_text(row.day)}, after the reported year {self._year}"
            yield field, f"{reason}; report it with its own year"

    def _action(self, row: Action) -> Reasons:
        if row.day.year != self._year:
            reason = f"found {day_text(row.day)}, outside the reported year {self._year}"
            yield "day", f"{reason}; report it with its own year"
        if row.vintage > row.day.year:
            yield "vintage", f"found {row.vintage}, after the action of {day_text(row.day)}"
        granted = self._authorized.get((row.authorization, row.cooperative_approach))
        if granted and row.day < granted.day:
            reason = f"found {day_text(row.day)}, before the authorization {row.authorization}"
            yield "day", f"{reason} of {day_text(granted.day)}; correct one of them"

    def _holding(self, row: Holding) -> Reasons:
        if row.vintage > self._year:
            yield "vintage", f"found {row.vintage}, after the reported year {self._year}"
        if row in self._held_twice:
            other = self._held_twice[row]
            reason = (
                f"found {row.first} to {row.last}; another row holds {other.first} to {other.last}"
            )
            yield "first", f"{reason}, and each can be held once"

    def _known_authorization(self, row: Action | Holding) -> Reasons:
        if row.cooperative_approach not in self._approaches:
            reason = f"found {row.cooperative_approach!r}, for which there is no authorization"
            yield "cooperative_approach", f"{reason}; add it to Authorizations"
        elif (row.authorization, row.cooperative_approach) not in self._authorized:
            reason = f"found {row.authorization!r}, which is no authorization of"
            yield "authorization", f"{reason} {row.cooperative_approach}; add it to Authorizations"

    def _known_approach(self, row: AuthorizedEntity) -> Reasons:
        if row.cooperative_approach not in self._approaches:
            reason = f"found {row.cooperative_approach!r}, for which there is no authorization"
            yield "cooperative_approach", f"{reason}; add it to Authorizations"

    def _known_entities(self, field: str, text: str) -> Reasons:
        for name in text.split(";"):
            # Names of companies have commas: Example Co., Ltd.
            parts = [name] if name.strip() in self._entities else name.split(",")
            for part in parts:
                if part.strip() not in {*self._entities, "", NOT_APPLICABLE}:
                    reason = f"found {part.strip()!r}, which is no name or identification number"
                    yield field, f"{reason} in Authorized entities; add it there"


def _submission(row: Submission) -> Reasons:
    if row.last_ndc_year < row.first_ndc_year:
        yield "last_ndc_year", f"found {row.last_ndc_year}, before the first, {row.first_ndc_year}"
    if row.day.year <= row.reported_year:
        reason = f"found {day_text(row.day)}, before the reported year {row.reported_year} is over"
        yield "day", f"{reason}; holdings are those of its 31 December"


def _block(row: Action | Holding) -> Reasons:
    """Check a block of mitigation outcomes: its range, quantity, units and vintage."""
    if row.vintage < FIRST_ITMO_VINTAGE:
        reason = f"found {row.vintage}; mitigation before {FIRST_ITMO_VINTAGE} is no ITMO"
        yield "vintage", f"{reason}, so leave it out"
    if row.first < 1:
        yield "first", f"found {row.first}; identifiers are numbered from 1"
    size = row.last - row.first + 1
    if size < 1:
        yield "last", f"found {row.last}, before the first, {row.first}; exchange them"
        return
    if row.metric == "GHG" and row.quantity != size:
        reason = f"found {row.quantity:,} for the identifiers {row.first} to {row.last}"
        yield "quantity", f"{reason}, which are {size:,}; correct one of them"
    first, last = number(row.first_unit), number(row.last_unit)
    if first and last and (first[0] != last[0] or last[1] - first[1] + 1 != size):
        reason = f"found {row.last_unit!r} after {row.first_unit!r} for {size:,} identifiers"
        yield "last_unit", f"{reason}; give as many units, numbered at the end"


def _overlaps(holdings: Iterable[Holding]) -> Iterator[tuple[Holding, Holding]]:
    """Yield each holding of which another, with a lower first number, holds a part."""
    stocks: dict[tuple[object, ...], list[Holding]] = defaultdict(list)
    for row in holdings:
        stem = (row.cooperative_approach, row.itmo_registry, row.first_transferring_party)
        stocks[*stem, row.vintage].append(row)
    for stock in stocks.values():
        furthest, *others = sorted(stock, key=lambda row: (row.first, row.last))
        for row in others:
            if row.first <= furthest.last:
                yield row, furthest
            furthest = max(furthest, row, key=lambda row: row.last)
