"""What can be seen in a single row of what a Party reports."""

from __future__ import annotations

from collections.abc import Iterator

from jcm_models.article6_records import Action, Holding
from jcm_models.double_counting.authorizations import FIRST_TRANSFER, NDC, purposes_of
from jcm_models.double_counting.reports import ENDS, USE, Clash, clash, number

__all__ = ["KINDS", "row_clashes"]

# In the order in which they can happen on one day.
KINDS = ("Authorization", FIRST_TRANSFER, "Transfer", "Acquisition", *ENDS)


def row_clashes(party: str, row: Action | Holding, first_vintage: int) -> Iterator[Clash]:
    """Check one row of a Party's actions or holdings by itself."""
    host = row.first_transferring_party
    if row.vintage < first_vintage:
        message = (
            f"{party} reports vintage {row.vintage}, and mitigation before {first_vintage} is no "
            "ITMO; leave it out, and out of both adjustments"
        )
        yield clash("early_vintage", (party, host), message)
    yield from _quantities(party, row)
    if isinstance(row, Action):
        yield from _action(party, row)


def _quantities(party: str, row: Action | Holding) -> Iterator[Clash]:
    """Yield ranges, units and quantities that do not say the same."""
    host, size = row.first_transferring_party, row.last - row.first + 1
    if size < 1 or (row.metric == "GHG" and row.quantity != size):
        message = (
            f"{party} reports {row.quantity:,} tCO2e for the identifiers {row.first} to "
            f"{row.last}, which are {max(size, 0):,}; correct the one or the other"
        )
        yield clash("quantity_mismatch", (party, host), message)
    if not (row.first_unit or row.last_unit):
        return
    start, end = number(row.first_unit), number(row.last_unit)
    if not start or not end or start[0] != end[0] or end[1] - start[1] + 1 != size:
        message = (
            f"{party} reports {max(size, 0):,} outcomes for the units {row.first_unit!r} to "
            f"{row.last_unit!r} of {row.unit_registry}; give as many units, numbered at the end"
        )
        yield clash("unit_mismatch", (party, host), message)


def _action(party: str, action: Action) -> Iterator[Clash]:
    host = action.first_transferring_party
    if action.kind not in KINDS:
        message = (
            f"{party} reports the action {action.kind!r}, which nothing is checked for; known are "
            f"{', '.join(KINDS)}"
        )
        yield clash("unknown_action", (party, host), message)
    reporter = _who_reports(party, action)
    if reporter != party:
        message = (
            f"{party} reports {action.kind.lower()} by {reporter}; only {reporter} reports and "
            "adjusts for it"
        )
        yield clash("reported_by_another", (party, reporter), message)
    if action.subtype.startswith("Mandatory") and "6.4" not in action.unit_registry:
        message = (
            f"{party} reports {action.subtype.lower()} for units of {action.unit_registry}, and "
            "under Article 6.2 nothing is deducted unless the Parties ask for it"
        )
        yield clash("deduction_not_asked", (party, host), message)
    if action.kind == USE and NDC in purposes_of(action) and action.use_year is None:
        message = (
            f"{party} reports a use towards its NDC for no year; name the calendar year, for "
            "which it is subtracted"
        )
        yield clash("use_without_year", (party, host), message)


def _who_reports(party: str, action: Action) -> str:
    if action.kind == FIRST_TRANSFER:
        return action.first_transferring_party
    if action.kind == USE and NDC in purposes_of(action):
        return action.using_party or party
    return party
