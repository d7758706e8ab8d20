"""Whether the host authorized what was done, and whether it was first transferred as it defined."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from jcm_models.article6_records import Action, Authorization
from jcm_models.double_counting.reports import (
    ENDS,
    OTHER_PURPOSES,
    USE,
    Clash,
    Finding,
    Report,
    clash,
    words,
)

__all__ = ["FIRST_TRANSFER", "NDC", "Authorizations", "purposes_of", "subtype_of"]

NDC = "NDC"
FIRST_TRANSFER = "First transfer"
TO_ANOTHER_PARTY = "First transfer to another Party"
_SUBTYPE_BY_DEFINITION = {
    "Authorisation": "Authorization",
    "Issuance": "Issuance",
    "Use or Cancellation": "Use or cancellation",
}


def purposes_of(action: Action) -> frozenset[str]:
    """Return what a use or cancellation serves; a use that does not say serves an NDC."""
    return words(action.purpose) or frozenset({NDC} if action.kind == USE else ())


def subtype_of(action: Action) -> str:
    """Return how a first transfer came about; one to a Party need not say more."""
    return action.subtype or (TO_ANOTHER_PARTY if action.acquiring_party else "")


class Authorizations:
    """The authorizations of all hosts, by version."""

    def __init__(self, reports: Mapping[str, Report]) -> None:
        self._versions: dict[tuple[str, str, str], list[Authorization]] = defaultdict(list)
        for party, report in reports.items():
            for given in sorted(report.authorizations, key=lambda version: version.day):
                key = (party, given.cooperative_approach, given.identifier)
                self._versions[key].append(given)

    def check(self, party: str, action: Action) -> Iterator[Clash]:
        """Check one action of a Party against what the host of the outcomes authorized."""
        served = purposes_of(action) if action.kind in ENDS else frozenset()
        if action.kind != FIRST_TRANSFER and not served:
            return
        host = action.first_transferring_party
        key = (host, action.cooperative_approach, action.authorization)
        versions = self._versions.get(key, [])
        in_force = [version for version in versions if version.day <= action.day]
        if not in_force:
            yield clash("not_authorized", (party, host), _not_authorized(party, action, versions))
            return
        granted = in_force[-1]
        if action.kind == FIRST_TRANSFER:
            yield from _definition(party, action, granted)
        yield from _scope(party, action, granted, served)

    def quantities(self, reports: Mapping[str, Report]) -> Iterator[Finding]:
        """Check that no more is first transferred than an authorization allows."""
        transferred: Counter[tuple[str, str, str]] = Counter()
        for action in (action for report in reports.values() for action in report.actions):
            if action.kind == FIRST_TRANSFER:
                host, approach = action.first_transferring_party, action.cooperative_approach
                transferred[host, approach, action.authorization] += action.quantity
        for (host, approach, name), quantity in transferred.items():
            versions = self._versions.get((host, approach, name))
            allowed = versions[-1].quantity if versions else None
            if allowed is not None and quantity > allowed:
                message = (
                    f"{host} first transfers {quantity:,} tCO2e, and authorizes {allowed:,}; take "
                    "back the rest, or authorize more before it is used"
                )
                yield Finding("more_than_authorized", f"{approach} {name}", (host,), message)


def _not_authorized(party: str, action: Action, versions: list[Authorization]) -> str:
    host, name = action.first_transferring_party, action.authorization or "no authorization"
    done = f"{party} reports {action.kind.lower()} on {action.day} under {name}"
    there = (
        f"which {host} gave on {versions[0].day} only"
        if versions
        else f"and {host} reports none of that name for {action.cooperative_approach}"
    )
    return f"{done}, {there}; {host} must authorize first, or the action must be undone"


def _definition(party: str, action: Action, granted: Authorization) -> Iterator[Clash]:
    """Yield a first transfer that is not what the host defined as one (A3)."""
    purposes = words(granted.purposes)
    allowed = [TO_ANOTHER_PARTY] if NDC in purposes else []
    if purposes & OTHER_PURPOSES:
        defined = _SUBTYPE_BY_DEFINITION.get(granted.first_transfer)
        if defined is None:
            message = (
                f"{party} authorizes other purposes by {granted.identifier}, and names "
                f"{granted.first_transfer!r} as first transfer; it must be one of "
                f"{', '.join(_SUBTYPE_BY_DEFINITION)}"
            )
            yield clash("first_transfer_definition", (party,), message)
            return
        allowed.append(defined)
    found = subtype_of(action)
    if found not in allowed:
        message = (
            f"{party} reports the first transfer as {found or 'nothing in particular'!r}, and "
            f"{granted.identifier} is for {granted.purposes} with {' or '.join(allowed)!r}; "
            "report it as the authorization defines it"
        )
        yield clash("first_transfer_definition", (action.first_transferring_party, party), message)


def _scope(
    party: str, action: Action, granted: Authorization, served: frozenset[str]
) -> Iterator[Clash]:
    """Yield a purpose or a Party that an authorization does not name."""
    host = action.first_transferring_party
    allowed = words(granted.purposes)
    if allowed & OTHER_PURPOSES and ("OIMP" in allowed or "OIMP" in served):
        allowed |= OTHER_PURPOSES
    if served - allowed:
        message = (
            f"{party} reports {action.kind.lower()} for {' and '.join(sorted(served))}, and {host} "
            f"authorizes {granted.purposes} by {granted.identifier}; authorize it or undo the use"
        )
        yield clash("purpose_not_authorized", (party, host), message)
    parties = words(granted.parties)
    acting = action.acquiring_party or (action.using_party or party if NDC in served else "")
    if parties and acting and acting not in parties:
        message = (
            f"{party} reports {action.kind.lower()} in favour of {acting}, and {host} authorizes "
            f"{granted.parties} by {granted.identifier}; authorize {acting} or undo it"
        )
        yield clash("party_not_authorized", (party, acting, host), message)
