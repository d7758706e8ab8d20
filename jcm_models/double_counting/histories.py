"""Each mitigation outcome's history, read from all reports at once.

One sweep over the identifiers cuts them into stretches whose outcomes share one history, so that a
block may be split and split again and every part keeps what happened to the whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby, islice
from operator import itemgetter
from typing import NamedTuple

from jcm_models.article6_records import Action, Holding
from jcm_models.double_counting.authorizations import FIRST_TRANSFER
from jcm_models.double_counting.reports import ENDS, Report
from jcm_models.double_counting.rows import KINDS

__all__ = ["MOST_ROWS", "Act", "Held", "History", "Span", "histories", "stretches"]

# An outcome that more rows speak of is not looked into, but named: reading them all for each
# stretch would take time by the square of the rows.
MOST_ROWS = 64


class Act(NamedTuple):
    """An action and the Party that reports it."""

    party: str
    row: Action

    def __str__(self) -> str:
        return f"{self.party} reports {self.row.kind.lower()} on {self.row.day}"


class Held(NamedTuple):
    """A holding, the Party that reports it, and the year at whose end it held it."""

    party: str
    row: Holding
    year: int


@dataclass(slots=True)
class History:
    """What is reported of the outcomes `first` to `last`, in the order in which it happened.

    `ends` are uses and cancellations, after which nothing can happen.
    """

    first: int
    last: int
    rows: list[Act | Held]
    crowded: bool
    authorizations: list[Act] = field(default_factory=list)
    first_transfers: list[Act] = field(default_factory=list)
    transfers: list[Act] = field(default_factory=list)
    acquisitions: list[Act] = field(default_factory=list)
    ends: list[Act] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)

    def __post_init__(self) -> None:
        of_kind = {
            "Authorization": self.authorizations,
            FIRST_TRANSFER: self.first_transfers,
            "Transfer": self.transfers,
            "Acquisition": self.acquisitions,
            **dict.fromkeys(ENDS, self.ends),
        }
        for row in self.rows:
            if isinstance(row, Held):
                self.held.append(row)
            elif row.row.kind in of_kind:
                of_kind[row.row.kind].append(row)


class Span(NamedTuple):
    """A range of numbers of one series, and what stands for it."""

    series: Hashable
    first: int
    last: int
    row: Act | Held


def stretches(spans: Iterable[Span]) -> Iterator[tuple[int, int, list[Act | Held], bool]]:
    """Cut ranges into stretches that the same rows speak of.

    Parameters
    ----------
    spans : iterable of Span
        In the order in which the rows shall come.

    Yields
    ------
    first, last, rows, crowded
        Stretch by stretch; where it is crowded only two rows come along.

    Notes
    -----
    One sort and one pass, O(n log n), as long as few rows speak of the same number.
    """
    by_series: dict[Hashable, list[Span]] = defaultdict(list)
    for span in spans:
        if span.first <= span.last:
            by_series[span.series].append(span)
    for series in by_series.values():
        turns = [(span.first, True, index) for index, span in enumerate(series)]
        turns += [(span.last + 1, False, index) for index, span in enumerate(series)]
        turns.sort()
        active: set[int] = set()
        start = 0
        for place, changes in groupby(turns, key=itemgetter(0)):
            if active:
                crowded = len(active) > MOST_ROWS
                rows = list(islice(active, 2)) if crowded else sorted(active)
                yield start, place - 1, [series[index].row for index in rows], crowded
            for _, begins, index in changes:
                (active.add if begins else active.remove)(index)
            start = place


def histories(reports: Mapping[str, Report]) -> Iterator[History]:
    """Read the history of every mitigation outcome from all reports."""
    acts = [Act(party, row) for party, report in reports.items() for row in report.actions]
    acts.sort(key=_when)
    rows: list[Act | Held] = [*acts]
    for party, report in reports.items():
        rows += (Held(party, row, report.year) for row in report.holdings)
    spans = (Span(_series(found.row), found.row.first, found.row.last, found) for found in rows)
    return (History(*stretch) for stretch in stretches(spans))


_RANK = {kind: rank for rank, kind in enumerate(KINDS)}


def _when(act: Act) -> tuple[int, int]:
    return act.row.day.toordinal(), _RANK.get(act.row.kind, len(_RANK))


def _series(row: Action | Holding) -> Hashable:
    approach, registry = row.cooperative_approach, row.itmo_registry
    return approach, registry, row.first_transferring_party, row.vintage
