"""Whether each Party adjusted for what it reports: added and subtracted, and nothing else (U2)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from jcm_models.article6_records import Action
from jcm_models.double_counting.authorizations import FIRST_TRANSFER, NDC, purposes_of
from jcm_models.double_counting.reports import USE, Finding, Report, identifiers

__all__ = ["adjustment_findings"]

_SAME = 0.5  # adjustments are whole tonnes


@dataclass(slots=True)
class _Year:
    """What a Party reports for one year [tCO2e], and the actions it comes from."""

    first_transferred: int = 0
    used: int = 0
    acquired: set[int] = field(default_factory=set)
    actions: list[Action] = field(default_factory=list)


def adjustment_findings(report: Report) -> Iterator[Finding]:
    """Compare a Party's adjustments with its first transfers and its uses.

    Parameters
    ----------
    report : Report
        What the Party reports.

    Yields
    ------
    Finding
        For each year in which it adjusts for something else.

    Notes
    -----
    :math:`A_y = F_y - U_y`, with first transfers by vintage and uses by the year for which they
    are used (decision 2/CMA.3, annex, paragraph 8).
    """
    years = _years(report)
    for year in sorted({*years, *report.adjustments}):
        done = years.get(year, _Year())
        found = report.adjustments.get(year, 0)
        due = done.first_transferred - done.used
        if _same(found, due):
            continue
        kind, way_out = _diagnosis(done, found, due)
        others = _others(report.party, done.actions)
        message = (
            f"{report.party} adjusts by {found:+,.0f} tCO2e, and reports {due:+,} "
            f"({done.first_transferred:,} first transferred, {done.used:,} used"
            f"{_names(done.actions, others)}); {way_out}"
        )
        subject = f"adjustment of {report.party} for {year}"
        yield Finding(kind, subject, (report.party, *others), message)


def _years(report: Report) -> dict[int, _Year]:
    years: dict[int, _Year] = defaultdict(_Year)
    by_day: dict[int, int] = defaultdict(int)
    by_vintage: dict[int, int] = defaultdict(int)
    for action in report.actions:
        if action.metric != "GHG":
            continue
        if action.kind == FIRST_TRANSFER:
            years[action.vintage].first_transferred += action.quantity
            years[action.vintage].actions.append(action)
        elif action.kind == USE and NDC in purposes_of(action) and action.use_year is not None:
            years[action.use_year].used += action.quantity
            years[action.use_year].actions.append(action)
        elif action.kind == "Acquisition":
            by_day[action.day.year] += action.quantity
            by_vintage[action.vintage] += action.quantity
    for amounts in (by_day, by_vintage):
        for year, amount in amounts.items():
            years[year].acquired.add(amount)
    return years


def _diagnosis(done: _Year, found: float, due: int) -> tuple[str, str]:
    """Return which of the known mistakes an adjustment shows, and the way out."""
    over = found - due
    if due and _same(found, -due):
        return "adjustment_reversed", "the sign is reversed: first transfers add, uses subtract"
    if done.first_transferred and _same(over, -done.first_transferred):
        return "first_transfer_not_added", "add what was first transferred"
    if done.used and _same(over, done.used):
        return "use_not_subtracted", "subtract what was used, or undo the use"
    if done.used and _same(over, 2 * done.used):
        return "use_added", "uses are subtracted, not added"
    if any(_same(abs(over), amount) for amount in done.acquired):
        return "acquired_counted", "acquiring changes nothing; only a use is subtracted"
    if over > 0 and found > done.first_transferred:
        way_out = "credits that were never first transferred, such as the host's own, need none"
        return "adjustment_without_first_transfer", way_out
    return "adjustment_differs", "adjust by the first transfers less the uses"


def _same(one: float, other: float) -> bool:
    return abs(one - other) < _SAME


def _names(actions: list[Action], others: list[str]) -> str:
    if not actions:
        return ""
    more = f" and {len(actions) - 1} more" if len(actions) > 1 else ""
    side = f", with {' and '.join(others)}" if others else ""
    return f"{side}: {identifiers(actions[0])}{more}"


def _others(party: str, actions: list[Action]) -> list[str]:
    parties = {
        name
        for action in actions
        for name in (action.acquiring_party, action.first_transferring_party)
    }
    return sorted(parties - {"", party})
