"""Booking: an event is judged by the rules, then does what it says; all of it or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from jcm_models.ledger.book import Block, Book
from jcm_models.ledger.events import (
    Acquisition,
    Authorization,
    Cancellation,
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
    Units,
)
from jcm_models.ledger.register_rules import OTHER_PURPOSES
from jcm_models.ledger.rules import refusals
from jcm_models.problems import Problem

__all__ = ["LedgerError", "book_all", "move"]


class LedgerError(ValueError):
    """Events that the ledger refuses, each with every reason; none of the batch is booked."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


def book_all(
    book: Book, events: Sequence[Event], name: Callable[[int], str] | None = None
) -> list[Event]:
    """Book events in their order.

    Parameters
    ----------
    book : Book
        The state before; it is of no further use if an event is refused.
    events : sequence of Event
        What happened.
    name : callable, optional
        What the event at a position is called in the message, such as the row of a file.

    Returns
    -------
    list of Event
        The same events; the units of issuances have their numbers.

    Raises
    ------
    LedgerError
        With all events that are refused, judged as if the others before them were booked; what
        follows for units of a refused event is not judged.
    """
    booked: list[Event] = []
    problems: list[Problem] = []
    unsound: list[Units] = []
    for position, event in enumerate(events):
        units = event.units if isinstance(event, UnitEvent) else None
        if units and _touched(units, unsound):
            continue
        blocks = book.overlapping(units) if units else []
        reasons = refusals(book, event, blocks)
        if not reasons:
            booked.append(_book(book, event, blocks))
            continue
        called = name(position) if name else f"event {position + 1}"
        problems.append(Problem(f"{called}, {event}", "; ".join(dict.fromkeys(reasons))))
        unsound += [units] if units else []
    if problems:
        raise LedgerError(problems)
    return booked


def _touched(units: Units, unsound: list[Units]) -> bool:
    """Tell whether units are those of a refused event, after which nothing can be said of them."""
    return any(
        each.register == units.register and each.first <= units.last and units.first <= each.last
        for each in unsound
    )


def _book(book: Book, event: Event, blocks: list[Block]) -> Event:
    if isinstance(event, UnitEvent):
        effect = _EFFECTS[event.kind](book, event)
        _, target = move(event)

        def happen(block: Block) -> None:
            block.since = event.day
            effect(block)
            block.account = target or block.account

        book.change(event.units, blocks, happen)
    elif isinstance(event, Issuance):
        return book.issue(event)
    else:
        _note(book, event)
    return event


def _note(book: Book, event: Event) -> None:
    """Take note of an event that moves no units."""
    match event:
        case Opening():
            book.participants.add(event.account)
        case Registration():
            book.projects[event.project] = event
        case Notice():
            book.notices[event.partner] = event.day
        case Grant():
            book.grants[event.authorization] = event


def move(event: Event) -> tuple[str | None, str | None]:
    """Return the accounts an event takes units from and brings them to; None where it moves none.

    Between two registers units go by way of the incoming account of the second.
    """
    if isinstance(event, Issuance):
        return None, event.target
    if not isinstance(event, UnitEvent):
        return None, None
    register = event.source.partition("-")[0]
    match event:
        case Transfer() | FirstTransfer():
            there = event.target.partition("-")[0]
            target = event.target if there == register else f"{there}-incoming"
        case Acquisition() | ReserveRelease():
            target = event.target
        case Retirement():
            target = f"{register}-retirement"
        case Cancellation() | ReserveCancellation():
            target = f"{register}-cancellation"
        case _:
            target = event.source
    return (None, None) if target == event.source else (event.source, target)


def _authorized(book: Book, event: Authorization) -> Callable[[Block], None]:
    grant = book.grants[event.authorization]
    book.authorized[grant.authorization] += event.units.quantity
    at_once = set(grant.purposes) & set(OTHER_PURPOSES)
    by = grant.first_transfer if at_once else ""

    def happen(block: Block) -> None:
        block.authorization = grant.authorization
        if by in ("Authorisation", "Issuance"):
            _transferred_first(block, event, by)

    return happen


def _transferred_first(block: Block, event: UnitEvent, by: str) -> None:
    if block.first_transferred is None:
        block.first_transferred, block.transferred_by = event.day, by


def _sent(_: Book, event: FirstTransfer | Transfer) -> Callable[[Block], None]:
    here, there = (code.partition("-")[0] for code in (event.source, event.target))
    first = isinstance(event, FirstTransfer)

    def happen(block: Block) -> None:
        if first:
            _transferred_first(block, event, "First transfer to another Party")
        block.transferred_to = event.target if here != there else ""

    return happen


def _used(_: Book, event: Retirement | Cancellation) -> Callable[[Block], None]:
    def happen(block: Block) -> None:
        if event.purpose in OTHER_PURPOSES:
            _transferred_first(block, event, "Use or Cancellation")

    return happen


def _moved(_: Book, event: UnitEvent) -> Callable[[Block], None]:
    def happen(block: Block) -> None:
        if isinstance(event, Acquisition):
            block.transferred_to = ""

    return happen


_EFFECTS: dict[str, Callable[[Book, Any], Callable[[Block], None]]] = {
    Authorization.kind: _authorized,
    FirstTransfer.kind: _sent,
    Transfer.kind: _sent,
    Acquisition.kind: _moved,
    Retirement.kind: _used,
    Cancellation.kind: _used,
    ReserveCancellation.kind: _moved,
    ReserveRelease.kind: _moved,
}
