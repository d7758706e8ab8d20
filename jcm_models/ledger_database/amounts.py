"""An amount in tonnes: which units it is, and an event for each range of them."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from jcm_models.ledger import (
    Acquisition,
    Event,
    FirstTransfer,
    LedgerError,
    Transfer,
    Units,
)
from jcm_models.ledger_database import schema
from jcm_models.ledger_database.database import Booked, Writer
from jcm_models.problems import Problem

__all__ = ["Amount", "book_amount", "held_by"]


@dataclass(frozen=True)
class Amount:
    """So many tonnes of what an account holds.

    Parameters
    ----------
    account : str
        Where the units stand.
    quantity : int
        How many [tCO2e].
    project, vintage : optional
        Only units of this project, of this vintage.
    """

    account: str
    quantity: int
    project: str | None = None
    vintage: int | None = None

    def __str__(self) -> str:
        of = f" of {self.project}" if self.project else ""
        return f"{self.quantity:,} tCO2e{of}{f' of vintage {self.vintage}' if self.vintage else ''}"


def _units(writer: Writer, amount: Amount, state: str = "", *where: Any) -> list[Units]:
    """Choose units that together are an amount, or refuse to overdraw the account."""
    if amount.quantity < 1:
        text = f"found a quantity of {amount.quantity:,} tCO2e; ask for 1 or more"
        raise LedgerError([Problem(amount.account, text)])
    found: list[Units] = []
    left = amount.quantity
    for register, first, last in _held(writer.connection, amount, where):
        if not left:
            break
        found.append(Units(register, first, min(last, first + left - 1)))
        left -= found[-1].quantity
    if left:
        text = (
            f"{amount} {state}are asked for and {amount.quantity - left:,} tCO2e are there; ask "
            "for no more than there is (jcm ledger balance)"
        )
        raise LedgerError([Problem(amount.account, text)])
    return found


def _held(
    connection: sa.Connection, amount: Amount, where: tuple[Any, ...]
) -> Iterator[tuple[str, int, int]]:
    block, issuance = schema.block.c, schema.issuance.c
    query = (
        sa.select(block.register, block.first, block.last)
        .join(schema.issuance, issuance.number == block.issuance)
        .where(block.account == amount.account, *where)
        .order_by(block.issuance, block.first)
    )
    if amount.project is not None:
        query = query.where(issuance.project == amount.project)
    if amount.vintage is not None:
        query = query.where(issuance.vintage == amount.vintage)
    for row in connection.execute(query):
        yield row.register, row.first, row.last


def book_amount(
    writer: Writer,
    amount: Amount,
    event: Callable[[Units], Event],
    state: str = "",
    *where: Any,
) -> list[Booked]:
    """Book an event, and what it entails, for each range of units of an amount.

    Parameters
    ----------
    writer : Writer
        Within its transaction.
    amount : Amount
        What it happens to; units issued first go first.
    event : callable
        The event of a range of units.
    state : str
        How the units that can take part are called in the message.
    *where : optional
        Conditions on their blocks.

    Raises
    ------
    LedgerError
        If the account is overdrawn, or a rule refuses the event.
    """
    return writer.book(
        [
            part
            for units in _units(writer, amount, state, *where)
            for part in _with_acquisition(event(units))
        ]
    )


def held_by(writer: Writer, account: str, project: str, day: datetime.date) -> int:
    """Return how much of a project an account holds that was there by a day [tCO2e].

    Parameters
    ----------
    writer : Writer
        Within its transaction.
    account, project : str
        Whose units, and of what.
    day : datetime.date
        Units that were issued or moved later do not count.
    """
    block, issuance = schema.block.c, schema.issuance.c
    query = (
        sa.select(sa.func.coalesce(sa.func.sum(block.last - block.first + 1), 0))
        .join(schema.issuance, issuance.number == block.issuance)
        .where(block.account == account, issuance.project == project, block.since <= day)
    )
    return int(writer.connection.execute(query).scalar_one())


def _with_acquisition(event: Event) -> Iterator[Event]:
    yield event
    if isinstance(event, Transfer | FirstTransfer):
        here, there = (code.partition("-")[0] for code in (event.source, event.target))
        if here != there:
            yield Acquisition(
                day=event.day,
                units=event.units,
                source=f"{there}-incoming",
                target=event.target,
            )
