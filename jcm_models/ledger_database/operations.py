"""What people ask of the ledger in tonnes: it finds the units, and books the events they need.

Each operation is one transaction. Units issued first go first; a transfer to another register
is sent and acquired in one go.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from jcm_models.ledger import (
    Authorization,
    Cancellation,
    Event,
    FirstTransfer,
    Grant,
    ReserveCancellation,
    ReserveRelease,
    Retirement,
    Transfer,
    Units,
)
from jcm_models.ledger_database import schema
from jcm_models.ledger_database.amounts import Amount, book_amount
from jcm_models.ledger_database.database import Booked, Ledger

__all__ = [
    "Amount",
    "authorize",
    "authorize_all",
    "cancel",
    "cancel_reserve",
    "first_transfer",
    "release_reserve",
    "retire",
    "transfer",
]


def _each(
    ledger: Ledger,
    amount: Amount,
    event: Callable[[Units], Event],
    state: str = "",
    *where: Any,
) -> list[Booked]:
    with ledger.writing() as writer:
        return book_amount(writer, amount, event, state, *where)


def transfer(ledger: Ledger, day: datetime.date, amount: Amount, target: str) -> list[Booked]:
    """Move units to another account.

    Parameters
    ----------
    ledger : Ledger
        The ledger.
    day : datetime.date
        When it happened.
    amount : Amount
        What moves.
    target : str
        The account that shall hold it.

    Raises
    ------
    LedgerError
        If the account is overdrawn, or a rule refuses the transfer.
    """
    source = amount.account
    return _each(
        ledger, amount, lambda units: Transfer(day=day, units=units, source=source, target=target)
    )


def authorize(
    ledger: Ledger, day: datetime.date, amount: Amount, authorization: str
) -> list[Booked]:
    """Bring units under an authorization; those that are under none yet.

    Parameters
    ----------
    ledger, day, amount
        As for `transfer`.
    authorization : str
        Its identifier.

    Raises
    ------
    LedgerError
        If there are fewer such units, or a rule refuses it.
    """
    return _each(
        ledger,
        amount,
        lambda units: Authorization(
            day=day, units=units, source=amount.account, authorization=authorization
        ),
        "not authorized yet ",
        schema.block.c.authorization == "",
    )


def authorize_all(ledger: Ledger, grant: Grant, account: str | None = None) -> list[Booked]:
    """Give an authorization, and bring all units of an account under it that it covers.

    Parameters
    ----------
    ledger : Ledger
        The ledger.
    grant : Grant
        The authorization.
    account : str, optional
        The account; no units where it is left out.

    Raises
    ------
    LedgerError
        If a rule refuses it, such as more units than the authorization covers.
    """
    block, issuance = schema.block.c, schema.issuance.c
    query = (
        sa.select(block.register, block.first, block.last)
        .join(schema.issuance, issuance.number == block.issuance)
        .where(block.account == account, block.authorization == "", issuance.host == grant.host)
        .where(issuance.vintage.between(grant.first_vintage, grant.last_vintage))
        .order_by(block.issuance, block.first)
    )
    if grant.projects:
        query = query.where(issuance.project.in_(grant.projects))
    with ledger.writing() as writer:
        units = [Units(*row) for row in writer.connection.execute(query)]
        return writer.book(
            [
                grant,
                *(
                    Authorization(
                        day=grant.day,
                        units=each,
                        source=account or "",
                        authorization=grant.authorization,
                    )
                    for each in units
                ),
            ]
        )


def first_transfer(
    ledger: Ledger, day: datetime.date, amount: Amount, target: str = ""
) -> list[Booked]:
    """Transfer authorized units internationally for the first time.

    Parameters
    ----------
    ledger, day, amount
        As for `transfer`.
    target : str, optional
        The account of the acquiring Party; units issued in its register stay where they are.

    Raises
    ------
    LedgerError
        If there are fewer such units, or a rule refuses it.
    """
    source = amount.account
    return _each(
        ledger,
        amount,
        lambda units: FirstTransfer(day=day, units=units, source=source, target=target or source),
        "authorized and not first transferred ",
        schema.block.c.authorization != "",
        schema.block.c.first_transferred.is_(None),
    )


def retire(
    ledger: Ledger,
    day: datetime.date,
    amount: Amount,
    purpose: str,
    *,
    party: str = "",
    year: int | None = None,
    entity: str = "",
) -> list[Booked]:
    """Use units.

    Parameters
    ----------
    ledger, day, amount
        As for `transfer`.
    purpose : {"NDC", "IMP", "OP", "pledge"}
        What for.
    party : str
        For an NDC, whose it is; the Party of the account's register by default.
    year : int, optional
        The calendar year of the NDC it counts for.
    entity : str
        For another purpose, who uses it.

    Raises
    ------
    LedgerError
        If the account is overdrawn, or a rule refuses the use.
    """
    source = amount.account
    by = party or (source.partition("-")[0] if purpose == "NDC" else "")
    return _each(
        ledger,
        amount,
        lambda units: Retirement(
            day=day, units=units, source=source, purpose=purpose, party=by, year=year, entity=entity
        ),
    )


def cancel(
    ledger: Ledger,
    day: datetime.date,
    amount: Amount,
    *,
    reason: str = "voluntary",
    purpose: str = "",
    entity: str = "",
) -> list[Booked]:
    """Cancel units.

    Parameters
    ----------
    ledger, day, amount
        As for `transfer`.
    reason : str
        Why.
    purpose : {"", "IMP", "OP"}
        The international purpose it serves, if any.
    entity : str
        Whose purpose it is.

    Raises
    ------
    LedgerError
        If the account is overdrawn, or a rule refuses it.
    """
    return _each(
        ledger,
        amount,
        lambda units: Cancellation(
            day=day,
            units=units,
            source=amount.account,
            reason=reason,
            purpose=purpose,
            entity=entity,
        ),
    )


def cancel_reserve(
    ledger: Ledger, day: datetime.date, amount: Amount, *, reason: str = "reversal"
) -> list[Booked]:
    """Cancel units of a reserve, to make good a reversal.

    Parameters
    ----------
    ledger, day, amount
        As for `transfer`; the account is a reserve.
    reason : str
        What has been reversed.

    Raises
    ------
    LedgerError
        If the reserve is overdrawn, or the account is none.
    """
    return _each(
        ledger,
        amount,
        lambda units: ReserveCancellation(
            day=day, units=units, source=amount.account, reason=reason
        ),
    )


def release_reserve(ledger: Ledger, day: datetime.date, amount: Amount, to: str) -> list[Booked]:
    """Release units of a reserve to a holder of the same register.

    Parameters
    ----------
    ledger, day, amount
        As for `transfer`; the account is a reserve.
    to : str
        The account that gets them.

    Raises
    ------
    LedgerError
        If the reserve is overdrawn, or either account is none that can take part.
    """
    return _each(
        ledger,
        amount,
        lambda units: ReserveRelease(day=day, units=units, source=amount.account, target=to),
    )
