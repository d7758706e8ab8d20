"""Events as tests write them, a small setting to write them in, and pictures of what came of it."""

import datetime
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from jcm_models.ledger import (
    Acquisition,
    Authorization,
    Block,
    Book,
    Cancellation,
    Entity,
    Event,
    FirstTransfer,
    Grant,
    Issuance,
    LedgerError,
    Notice,
    Opening,
    Registration,
    ReserveCancellation,
    ReserveRelease,
    Retirement,
    Transfer,
    Units,
)
from jcm_models.ledger_database import Ledger, queries, schema
from jcm_models.rulebook import partners

BEGIN = datetime.date(2024, 1, 10)
LATER = datetime.date(2024, 3, 1)
REGISTERS = frozenset({"JPN", *partners()})

# A unit as tests compare it: project, vintage, account, authorization, day and way of its first
# transfer, where it was sent, and the last day on which something befell it.
Unit = tuple[Any, ...]


def opening(account: str, **more: Any) -> Opening:
    return Opening(**{"day": BEGIN, "account": account, **more})


def registration(project: str = "TH001", host: str = "THA", **more: Any) -> Registration:
    return Registration(**{"day": BEGIN, "project": project, "host": host, **more})


def notice(partner: str = "THA", day: datetime.date = LATER) -> Notice:
    return Notice(day=day, partner=partner)


def grant(authorization: str, *purposes: str, **more: Any) -> Grant:
    usual = {
        "day": BEGIN,
        "cooperative_approach": "CA0001",
        "host": "THA",
        "first_vintage": 2021,
        "last_vintage": 2030,
        "parties": ("JPN",),
    }
    return Grant(authorization=authorization, purposes=purposes, **{**usual, **more})


def entity(name: str = "Company A", **more: Any) -> Entity:
    usual = {
        "day": BEGIN,
        "party": "JPN",
        "country": "JPN",
        "identification": "1234",
        "cooperative_approach": "CA0001",
    }
    return Entity(name=name, **{**usual, **more})


def issuance(target: str, quantity: int = 100, vintage: int = 2022, **more: Any) -> Issuance:
    usual = {
        "day": BEGIN,
        "project": "TH001",
        "monitored_from": datetime.date(vintage, 1, 1),
        "monitored_to": datetime.date(vintage, 12, 31),
    }
    return Issuance(target=target, quantity=quantity, vintage=vintage, **{**usual, **more})


def units(first: int, last: int, register: str = "JPN") -> Units:
    return Units(register, first, last)


def _of_units(kind: Any, given: Units, source: str, **more: Any) -> Any:
    return kind(**{"day": LATER, "units": given, "source": source, **more})


def authorization(given: Units, name: str, source: str = "JPN-participant-A", **more: Any) -> Event:
    return _of_units(Authorization, given, source, authorization=name, **more)


def first_transfer(given: Units, source: str, target: str, **more: Any) -> Event:
    return _of_units(FirstTransfer, given, source, target=target, **more)


def transfer(given: Units, source: str, target: str, **more: Any) -> Event:
    return _of_units(Transfer, given, source, target=target, **more)


def acquisition(given: Units, source: str, target: str, **more: Any) -> Event:
    return _of_units(Acquisition, given, source, target=target, **more)


def retirement(given: Units, source: str, purpose: str, **more: Any) -> Event:
    return _of_units(Retirement, given, source, purpose=purpose, **more)


def ndc_use(given: Units, source: str, year: int | None = 2030, **more: Any) -> Event:
    return retirement(given, source, "NDC", **{"party": source[:3], "year": year, **more})


def cancellation(given: Units, source: str, **more: Any) -> Event:
    return _of_units(Cancellation, given, source, **more)


def reserve_cancellation(given: Units, source: str = "JPN-reserve", **more: Any) -> Event:
    return _of_units(ReserveCancellation, given, source, **more)


def reserve_release(given: Units, target: str, source: str = "JPN-reserve", **more: Any) -> Event:
    return _of_units(ReserveRelease, given, source, target=target, **more)


# Both registers, one project in each of two partner countries, and every kind of authorization.
# Japan's register: 1 to 100 of vintage 2022, 101 to 200 of 2020, 201 to 210 in the reserve,
# 211 to 260 of the project in Indonesia. Thailand's: 1 to 100 of 2022, 101 to 150 of 2020.
SETTING: tuple[Event, ...] = (
    opening("JPN-participant-A"),
    opening("JPN-participant-B"),
    opening("THA-participant-C"),
    registration(),
    registration("ID001", "IDN"),
    grant("ndc", "NDC", quantity=60),
    grant("ndc-21", "NDC", last_vintage=2021),
    grant("ndc-project", "NDC", projects=("TH001",)),
    grant("at-once", "OP", first_transfer="Authorisation"),
    grant("issued", "IMP", "OP", first_transfer="Issuance"),
    grant("when-used", "NDC", "IMP", first_transfer="Use or Cancellation"),
    issuance("JPN-participant-A"),
    issuance("JPN-participant-A", vintage=2020),
    issuance("JPN-reserve", 10),
    issuance("JPN-government", 50, project="ID001"),
    issuance("THA-participant-C"),
    issuance("THA-participant-C", 50, vintage=2020),
)


def refused(ledger: Ledger, events: Iterable[Event]) -> LedgerError | None:
    """Return why a ledger refuses events; None where it has booked them."""
    try:
        ledger.append(events)
    except LedgerError as error:
        return error
    return None


def _looks(block: Block | sa.Row[Any], project: str, vintage: int) -> Unit:
    return (
        project,
        vintage,
        block.account,
        block.authorization,
        block.first_transferred,
        block.transferred_by,
        block.transferred_to,
        block.since,
    )


def units_in(ledger: Ledger) -> dict[tuple[str, int], Unit]:
    """Return each unit of a ledger as its blocks tell it; no unit may stand in two of them."""
    query = sa.select(schema.block, schema.issuance.c.project, schema.issuance.c.vintage).join(
        schema.issuance, schema.issuance.c.number == schema.block.c.issuance
    )
    with ledger.reading() as connection:
        rows = connection.execute(query).all()
    return _one_by_one((row, row.project, row.vintage) for row in rows)


def units_of(book: Book) -> dict[tuple[str, int], Unit]:
    """Return each unit of a book."""
    blocks = ((block, book.issuances[block.issuance]) for block in book)
    return _one_by_one((block, issued.project, issued.vintage) for block, issued in blocks)


def _one_by_one(blocks: Iterable[tuple[Any, str, int]]) -> dict[tuple[str, int], Unit]:
    found: dict[tuple[str, int], Unit] = {}
    for block, project, vintage in blocks:
        for number in range(block.first, block.last + 1):
            assert (block.register, number) not in found, f"{block.register} {number} stands twice"
            found[block.register, number] = _looks(block, project, vintage)
    return found


def picture(ledger: Ledger) -> tuple[Any, ...]:
    """Return all that a ledger tells: events, units, and every table behind them."""
    with ledger.reading() as connection:
        tables = {
            table.name: sorted(map(tuple, connection.execute(sa.select(table))), key=repr)
            for table in schema.metadata.sorted_tables
        }
    return list(queries.events_of(ledger)), queries.balances(ledger), tables


def events_in(ledger: Ledger) -> list[Event]:
    """Return the events of a ledger, which must be numbered from 1 without a gap."""
    booked = list(queries.events_of(ledger))
    assert [number for number, _ in booked] == list(range(1, len(booked) + 1))
    return [event for _, event in booked]
