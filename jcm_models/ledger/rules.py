"""What the ledger refuses, and why; every reason is found before anything is booked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from jcm_models.ledger import register_rules
from jcm_models.ledger.accounts import FINAL, HOLDING, Account
from jcm_models.ledger.book import JAPAN, Block, Book
from jcm_models.ledger.events import (
    Acquisition,
    Authorization,
    Cancellation,
    Entity,
    Event,
    FirstTransfer,
    Grant,
    Issuance,
    Notice,
    Opening,
    Registration,
    ReserveCancellation,
    ReserveRelease,
    Retirement,
    Transfer,
    UnitEvent,
)
from jcm_models.ledger.register_rules import NDC, OTHER_PURPOSES, PURPOSES
from jcm_models.ledger.texts import unwritable

__all__ = ["MOST_UNITS", "refusals"]

PLEDGE = "pledge"
# A million billion tonnes: far more than there is to reduce, and within what databases count.
MOST_UNITS = 10**15


def refusals(book: Book, event: Event, blocks: list[Block]) -> list[str]:
    """Return every reason why an event on some blocks cannot be booked; none where it can."""
    found = unwritable(event)
    if found:
        return found
    if isinstance(event, UnitEvent):
        found += _no_units(event) or _common(book, event, blocks)
        if found and not blocks:
            return found
    return [*found, *_RULES[event.kind](book, event, blocks)]


def _no_units(event: UnitEvent) -> list[str]:
    """Refuse a range in which there can be no units."""
    units = event.units
    if units.first > units.last or units.first < 1:
        return [f"the range {units} holds no units; it goes from the first to the last unit"]
    if units.last > MOST_UNITS:
        return [f"unit {units.last} lies beyond the {MOST_UNITS:,} that a register can number"]
    return []


def _common(book: Book, event: UnitEvent, blocks: list[Block]) -> Iterator[str]:
    """Refuse units that are not there, not in the account, final, or touched on a later day."""
    units = event.units
    missing = units.quantity - sum(
        min(block.last, units.last) - max(block.first, units.first) + 1 for block in blocks
    )
    if missing:
        yield f"{missing:,} of its units were never issued"
    elsewhere = sorted({block.account for block in blocks} - {event.source})
    if elsewhere:
        yield f"its units are not all in {event.source}: some stand in {', '.join(elsewhere)}"
    kind = Account.parse(event.source).kind if book.knows(event.source) else ""
    if not kind:
        yield f"there is no account {event.source}; open it first"
    if kind in FINAL:
        yield f"{event.source} holds units that are retired or cancelled; they never move again"
    if kind == "incoming" and not isinstance(event, Acquisition):
        yield f"{event.source} holds units on their way; the register must acquire them first"
    if kind == "reserve" and not isinstance(event, ReserveCancellation | ReserveRelease):
        yield (
            f"{event.source} is a reserve; its units leave it by a reserve cancellation or release "
            "only"
        )
    latest = max((block.since for block in blocks), default=event.day)
    if event.day < latest:
        yield f"it is dated before {latest}, when its units were issued or last moved"


def _issuance(book: Book, event: Issuance, _: list[Block]) -> Iterator[str]:
    project = book.projects.get(event.project)
    if project is None:
        yield f"project {event.project} is not registered"
    if not 1 <= event.quantity <= MOST_UNITS:
        yield f"found {event.quantity} tonnes; credits are whole tonnes, 1 to {MOST_UNITS:,}"
    if event.monitored_to < event.monitored_from:
        yield f"its monitoring period ends on {event.monitored_to}, before {event.monitored_from}"
    elif not event.monitored_from.year <= event.vintage <= event.monitored_to.year:
        yield (
            f"vintage {event.vintage} lies outside its monitoring period, {event.monitored_from} "
            f"to {event.monitored_to}"
        )
    if event.day <= event.monitored_to:
        yield f"it is dated {event.day}, before the monitoring period ends on {event.monitored_to}"
    if project and event.day < project.day:
        yield f"it is dated {event.day}, before the project was registered on {project.day}"
    yield from _issued_into(book, event, project.host if project else "")
    yield from _issued_twice(book, event)


def _issued_into(book: Book, event: Issuance, host: str) -> Iterator[str]:
    if not book.knows(event.target):
        yield f"there is no account {event.target}; open it first"
        return
    account = Account.parse(event.target)
    if book.next_serial[account.register] + event.quantity - 1 > MOST_UNITS:
        yield f"the register of {account.register} can number {MOST_UNITS:,} units and no more"
    if host and account.register not in (JAPAN, host):
        yield f"credits of a project in {host} are issued in the registers of JPN and {host} only"
    if account.kind not in (*HOLDING, "reserve"):
        yield f"credits are not issued into {event.target}, but to a holder or into a reserve"


def _issued_twice(book: Book, event: Issuance) -> Iterator[str]:
    for other in book.issued_for[event.project]:
        if other.vintage != event.vintage:
            continue
        period = (other.monitored_from, other.monitored_to)
        same = period == (event.monitored_from, event.monitored_to)
        apart = (
            other.monitored_to < event.monitored_from or event.monitored_to < other.monitored_from
        )
        if same and other.target == event.target:
            yield f"vintage {event.vintage} of this period was issued to {event.target} already"
        elif not same and not apart:
            yield f"its monitoring period overlaps one issued already, {period[0]} to {period[1]}"


def _authorization(book: Book, event: Authorization, blocks: list[Block]) -> Iterator[str]:
    grant = book.grants.get(event.authorization)
    if grant is None:
        yield f"there is no authorization {event.authorization!r}"
        return
    if event.day < grant.day:
        yield f"it is dated {event.day}, before the authorization was given on {grant.day}"
    if any(block.authorization for block in blocks):
        yield "some of its units are under an authorization already"
    for number in sorted({block.issuance for block in blocks}):
        yield from _not_covered(book, grant, book.issuances[number])
    total = book.authorized[grant.authorization] + event.units.quantity
    if grant.quantity is not None and total > grant.quantity:
        yield (
            f"authorization {grant.authorization} covers {grant.quantity:,} tCO2e; with these "
            f"{event.units.quantity:,} it would be {total:,}"
        )


def _not_covered(book: Book, grant: Grant, issued: Issuance) -> Iterator[str]:
    host = book.projects[issued.project].host
    if issued.vintage < book.first_itmo_vintage:
        yield f"vintage {issued.vintage} is before {book.first_itmo_vintage} and cannot be an ITMO"
    elif not grant.first_vintage <= issued.vintage <= grant.last_vintage:
        yield (
            f"authorization {grant.authorization} covers vintages {grant.first_vintage} to "
            f"{grant.last_vintage}, not {issued.vintage}"
        )
    if host != grant.host or (grant.projects and issued.project not in grant.projects):
        yield f"authorization {grant.authorization} does not cover project {issued.project}"


def _first_transfer(book: Book, event: FirstTransfer, blocks: list[Block]) -> Iterator[str]:
    yield from _held_by_a_holder(book, event.target)
    acquiring = Account.parse(event.target).register if book.knows(event.target) else ""
    for block in blocks:
        grant = book.grant_of(block)
        if grant is None:
            yield "some of its units are under no authorization"
        elif NDC not in grant.purposes:
            yield f"authorization {grant.authorization} is not for use towards an NDC"
        elif grant.parties and acquiring and acquiring not in grant.parties:
            yield f"authorization {grant.authorization} is for {', '.join(grant.parties)} only"
        if block.first_transferred:
            yield f"some of its units were first transferred already, on {block.first_transferred}"
        if book.host_of(block) == acquiring:
            yield f"a first transfer leaves the host, and {acquiring} is the host"
    here = Account.parse(event.source).register if book.knows(event.source) else ""
    if here and acquiring == here and event.target != event.source:
        yield "units already in the acquiring register stay in their account; transfer them after"


def _held_by_a_holder(book: Book, target: str) -> Iterator[str]:
    if not book.knows(target):
        yield f"there is no account {target}; open it first"
    elif Account.parse(target).kind in FINAL:
        yield f"units come to {target} by retirement or cancellation only"
    elif Account.parse(target).kind == "incoming":
        yield f"{target} is for units on their way; name the account that shall hold them"


def _transfer(book: Book, event: Transfer, blocks: list[Block]) -> Iterator[str]:
    yield from _held_by_a_holder(book, event.target)
    if event.target == event.source:
        yield f"its units are in {event.source} already"
    if not (book.knows(event.source) and book.knows(event.target)):
        return
    here, there = (Account.parse(code).register for code in (event.source, event.target))
    if here != there and not all(block.first_transferred for block in blocks):
        yield f"its units leave the register of {here} for the first time: book a first transfer"


def _acquisition(book: Book, event: Acquisition, blocks: list[Block]) -> Iterator[str]:
    yield from _held_by_a_holder(book, event.target)
    source = Account.parse(event.source) if book.knows(event.source) else None
    if source and source.kind != "incoming":
        yield f"only what another register has sent is acquired; {event.source} holds its own"
    meant = sorted({block.transferred_to for block in blocks} - {event.target})
    if source and source.kind == "incoming" and meant:
        yield f"its units were sent to {', '.join(meant)}, not to {event.target}"


def _retirement(book: Book, event: Retirement, blocks: list[Block]) -> Iterator[str]:
    if event.purpose not in (*PURPOSES, PLEDGE):
        yield f"found purpose {event.purpose!r}; allowed are {', '.join((*PURPOSES, PLEDGE))}"
    elif event.purpose == NDC:
        yield from _ndc_use(book, event, blocks)
    elif event.purpose == PLEDGE:
        late = [block for block in blocks if _vintage(book, block) >= book.first_itmo_vintage]
        if late:
            yield (
                f"vintages from {book.first_itmo_vintage} on serve an NDC or another international "
                "purpose; a pledge outside Article 6 takes earlier ones"
            )
    else:
        yield from _other_use(book, event.purpose, blocks)


def _vintage(book: Book, block: Block) -> int:
    return book.issuances[block.issuance].vintage


def _ndc_use(book: Book, event: Retirement, blocks: list[Block]) -> Iterator[str]:
    register = Account.parse(event.source).register if book.knows(event.source) else event.party
    if event.party != register:
        found = event.party or "no Party"
        yield f"a Party uses units of its own register; found {found}, and units in {register}'s"
    if event.year is None:
        yield "a use towards an NDC names the calendar year it counts for"
    for block in blocks:
        if event.year is not None and event.year < _vintage(book, block):
            yield f"vintage {_vintage(book, block)} cannot be used for {event.year}, before it"
        if book.host_of(block) == event.party:
            if block.first_transferred:
                yield f"some of its units were first transferred; {event.party} cannot count them"
        else:
            yield from _abroad(book, event, block)


def _abroad(book: Book, event: Retirement, block: Block) -> Iterator[str]:
    grant = book.grant_of(block)
    if grant is None:
        yield "some of its units are under no authorization; nobody but the host may count them"
    elif NDC not in grant.purposes:
        yield f"authorization {grant.authorization} is not for use towards an NDC"
    elif grant.parties and event.party not in grant.parties:
        yield f"authorization {grant.authorization} is for {', '.join(grant.parties)} only"
    if block.first_transferred is None:
        yield "some of its units were not first transferred; the host would count them too"


def _other_use(book: Book, purpose: str, blocks: list[Block]) -> Iterator[str]:
    for block in blocks:
        grant = book.grant_of(block)
        if grant is None:
            yield "some of its units are under no authorization"
        elif purpose not in grant.purposes:
            yield f"authorization {grant.authorization} is for {', '.join(grant.purposes)} only"


def _cancellation(book: Book, event: Cancellation, blocks: list[Block]) -> Iterator[str]:
    if event.purpose and event.purpose not in OTHER_PURPOSES:
        allowed = " or ".join(OTHER_PURPOSES)
        yield f"found purpose {event.purpose!r}; a cancellation serves {allowed}, or none"
    elif event.purpose:
        yield from _other_use(book, event.purpose, blocks)


def _reserve_cancellation(book: Book, event: ReserveCancellation, _: list[Block]) -> Iterator[str]:
    if book.knows(event.source) and Account.parse(event.source).kind != "reserve":
        yield f"{event.source} is no reserve; cancel its units by a cancellation"


def _reserve_release(book: Book, event: ReserveRelease, _: list[Block]) -> Iterator[str]:
    if book.knows(event.source) and Account.parse(event.source).kind != "reserve":
        yield f"{event.source} is no reserve; move its units by a transfer"
    yield from _held_by_a_holder(book, event.target)
    if book.knows(event.target) and Account.parse(event.target).kind == "reserve":
        yield f"{event.target} is a reserve, too; a release is for a holder"
    if event.source.partition("-")[0] != event.target.partition("-")[0]:
        yield "a release stays in the register of the reserve; transfer its units after"


_RULES: dict[str, Callable[[Book, Any, list[Block]], Iterator[str]]] = {
    Opening.kind: register_rules.opening,
    Registration.kind: register_rules.registration,
    Notice.kind: register_rules.notice,
    Grant.kind: register_rules.grant,
    Entity.kind: register_rules.entity,
    Issuance.kind: _issuance,
    Authorization.kind: _authorization,
    FirstTransfer.kind: _first_transfer,
    Transfer.kind: _transfer,
    Acquisition.kind: _acquisition,
    Retirement.kind: _retirement,
    Cancellation.kind: _cancellation,
    ReserveCancellation.kind: _reserve_cancellation,
    ReserveRelease.kind: _reserve_release,
}
