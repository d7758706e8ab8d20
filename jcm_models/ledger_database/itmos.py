"""Mitigation outcomes by country and year: what both NDC balances are adjusted by."""

from __future__ import annotations

import json
from collections import Counter

import sqlalchemy as sa

from jcm_models.ledger import Retirement
from jcm_models.ledger_database import schema
from jcm_models.ledger_database.database import Ledger

__all__ = ["itmos_first_transferred", "itmos_used"]


def itmos_first_transferred(ledger: Ledger) -> Counter[tuple[str, int]]:
    """Return what each host has first transferred, by vintage [tCO2e].

    Parameters
    ----------
    ledger : Ledger
        The ledger.

    Returns
    -------
    Counter of (str, int)
        By country and calendar year in which the reductions happened (U2).
    """
    block, issuance = schema.block.c, schema.issuance.c
    by = (issuance.host, issuance.vintage)
    query = (
        sa.select(*by, sa.func.sum(block.last - block.first + 1))
        .join(schema.issuance, issuance.number == block.issuance)
        .where(block.first_transferred.is_not(None))
        .group_by(*by)
    )
    with ledger.reading() as connection:
        return Counter({(host, year): int(sum_) for host, year, sum_ in connection.execute(query)})


def itmos_used(ledger: Ledger) -> Counter[tuple[str, int]]:
    """Return what each Party has used towards its NDC, by the year it counts for [tCO2e].

    Parameters
    ----------
    ledger : Ledger
        The ledger.

    Returns
    -------
    Counter of (str, int)
        By country and calendar year of use; credits that a host counts at home are none (A1).
    """
    event, block = schema.event.c, schema.block.c
    within = sa.and_(
        block.register == event.register, block.first >= event.first, block.first <= event.last
    )
    query = (
        sa.select(event.details, sa.func.sum(block.last - block.first + 1))
        .select_from(schema.event)
        .join(schema.block, within)
        .where(event.kind == Retirement.kind, block.first_transferred.is_not(None))
        .group_by(event.details)
    )
    used: Counter[tuple[str, int]] = Counter()
    with ledger.reading() as connection:
        for details, quantity in connection.execute(query):
            found = json.loads(details)
            if found["purpose"] == "NDC":
                used[found["party"], found["year"]] += int(quantity)
    return used
