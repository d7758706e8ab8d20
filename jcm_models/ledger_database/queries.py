"""What the ledger can be asked: balances, the history of units, and whether it is sound."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any, NamedTuple

import sqlalchemy as sa

from jcm_models.ledger import Registration, Units
from jcm_models.ledger_database import schema
from jcm_models.ledger_database.database import Booked, Ledger
from jcm_models.ledger_database.rows import event_of
from jcm_models.problems import Problem

__all__ = [
    "Held",
    "balances",
    "balances_on",
    "events_of",
    "history",
    "holdings",
    "last_day",
    "participants",
    "problems_of",
    "projects",
]

_ROWS_AT_A_TIME = 5_000


class Held(NamedTuple):
    """What an account holds of a project and a vintage [tCO2e]."""

    account: str
    project: str
    vintage: int
    quantity: int


def balances(ledger: Ledger) -> dict[str, int]:
    """Return what each account holds now [tCO2e]; accounts that hold nothing are left out.

    Parameters
    ----------
    ledger : Ledger
        The ledger.
    """
    with ledger.reading() as connection:
        return _from_blocks(connection)


def _from_blocks(connection: sa.Connection) -> dict[str, int]:
    block = schema.block.c
    total = sa.func.sum(block.last - block.first + 1)
    query = sa.select(block.account, total).group_by(block.account).order_by(block.account)
    return {account: int(quantity) for account, quantity in connection.execute(query)}


def balances_on(ledger: Ledger, day: datetime.date | None = None) -> dict[str, int]:
    """Return what each account held at the end of a day, added up from the events [tCO2e].

    Parameters
    ----------
    ledger : Ledger
        The ledger.
    day : datetime.date, optional
        The day; today and all days to come by default.
    """
    with ledger.reading() as connection:
        return _from_events(connection, day)


def _from_events(connection: sa.Connection, day: datetime.date | None) -> dict[str, int]:
    event = schema.event.c
    found: dict[str, int] = {}
    for account, sign in ((event.target, 1), (event.source, -1)):
        query = sa.select(account, sa.func.sum(event.last - event.first + 1))
        query = query.where(account.is_not(None)).group_by(account)
        if day is not None:
            query = query.where(event.day <= day)
        for code, quantity in connection.execute(query):
            found[code] = found.get(code, 0) + sign * int(quantity)
    return {code: found[code] for code in sorted(found) if found[code]}


def holdings(ledger: Ledger, account: str | None = None) -> list[Held]:
    """Return what accounts hold, by project and vintage.

    Parameters
    ----------
    ledger : Ledger
        The ledger.
    account : str, optional
        One account; all by default.
    """
    block, issuance = schema.block.c, schema.issuance.c
    by = (block.account, issuance.project, issuance.vintage)
    query = (
        sa.select(*by, sa.func.sum(block.last - block.first + 1))
        .join(schema.issuance, issuance.number == block.issuance)
        .group_by(*by)
        .order_by(*by)
    )
    if account is not None:
        query = query.where(block.account == account)
    with ledger.reading() as connection:
        return [Held(a, p, v, int(quantity)) for a, p, v, quantity in connection.execute(query)]


def events_of(ledger: Ledger) -> Iterator[Booked]:
    """Yield all events in their order, a few thousand in memory at a time."""
    query = sa.select(schema.event).order_by(schema.event.c.number)
    with ledger.reading() as connection:
        yield from _booked(connection, query)


def _booked(connection: sa.Connection, query: Any) -> Iterator[Booked]:
    streamed = connection.execution_options(yield_per=_ROWS_AT_A_TIME).execute(query)
    for row in streamed.mappings():
        yield Booked(row["number"], event_of(row))


def last_day(ledger: Ledger) -> datetime.date | None:
    """Return the day of the latest event; None where there is none."""
    with ledger.reading() as connection:
        latest: datetime.date | None = connection.scalar(sa.select(sa.func.max(schema.event.c.day)))
    return latest


def history(ledger: Ledger, units: Units) -> list[Booked]:
    """Return every event that touched some of these units, since they were issued.

    Parameters
    ----------
    ledger : Ledger
        The ledger.
    units : Units
        One unit or more.
    """
    event = schema.event.c
    query = (
        sa.select(schema.event)
        .where(event.register == units.register)
        .where(event.first <= units.last, event.last >= units.first)
        .order_by(event.number)
    )
    with ledger.reading() as connection:
        return list(_booked(connection, query))


def problems_of(ledger: Ledger) -> list[Problem]:
    """Compare the ledger with itself: what its events add up to, and where its units stand.

    Parameters
    ----------
    ledger : Ledger
        The ledger.

    Returns
    -------
    list of Problem
        None where every unit issued stands in one account, once, and the balances of the blocks
        are those of the events.
    """
    with ledger.reading() as connection:
        from_events = _from_events(connection, None)
        from_blocks = _from_blocks(connection)
        overlaps = list(connection.execute(_OVERLAPS))
        last = connection.scalar(sa.select(sa.func.max(schema.event.c.number))) or 0
        counted = connection.scalar(sa.select(sa.func.count()).select_from(schema.event)) or 0
    problems = [
        Problem(
            account,
            f"its events add up to {from_events.get(account, 0):,} tCO2e and its blocks to "
            f"{from_blocks.get(account, 0):,}",
        )
        for account in sorted(from_events.keys() | from_blocks.keys())
        if from_events.get(account, 0) != from_blocks.get(account, 0)
    ]
    problems += [
        Problem(f"{code} {first}", f"follows a block that ends with unit {before}; one must follow")
        for code, first, before in overlaps
    ]
    if last != counted:
        problems.append(
            Problem("events", f"the last is number {last:,}, and {counted:,} are there")
        )
    return problems


def _overlaps() -> sa.Select[Any]:
    """Find the blocks that do not begin where the one before them ends."""
    block = schema.block.c
    before = sa.func.lag(block.last, 1, 0).over(partition_by=block.register, order_by=block.first)
    follows = sa.select(block.register, block.first, before.label("before")).subquery()
    return sa.select(follows).where(follows.c.first != follows.c.before + 1)


_OVERLAPS = _overlaps()


def participants(connection: sa.Connection) -> set[str]:
    """Return the accounts that participants have opened."""
    return set(connection.scalars(sa.select(schema.account.c.code)))


def projects(connection: sa.Connection) -> dict[str, Registration]:
    """Return the registered projects by their code."""
    query = sa.select(schema.event).join(
        schema.project, schema.project.c.event == schema.event.c.number
    )
    found = map(event_of, connection.execute(query).mappings())
    return {each.project: each for each in found if isinstance(each, Registration)}
