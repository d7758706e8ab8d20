"""What becomes of a reserve in the ledger: cancelled for reversals, filled up, released."""

from __future__ import annotations

import datetime
from typing import NamedTuple

import sqlalchemy as sa

from jcm_models.issuance_records import SIDES
from jcm_models.ledger import JAPAN
from jcm_models.ledger_booking import account_of
from jcm_models.ledger_database import Booked, Ledger, schema
from jcm_models.ledger_database.operations import (
    Amount,
    cancel,
    cancel_reserve,
    release_reserve,
    transfer,
)
from jcm_models.reserve.account import BEARERS
from jcm_models.results import Results

__all__ = ["Reversals", "book_reversals"]

_REASON = "reversal"


class Reversals(NamedTuple):
    """What was booked, and by year what is still open [tCO2e].

    Open are reversals that nobody bears or that issuances owe, and those for which a bearer holds
    too few credits of the project.
    """

    booked: list[Booked]
    open: dict[int, int]


def book_reversals(ledger: Ledger, results: Results, *, reserve_register: str = "") -> Reversals:
    """Book what becomes of the reserve of a scenario.

    Parameters
    ----------
    ledger : Ledger
        Where the events of `scenario_events` are booked already.
    results : Results
        The scenario, computed.
    reserve_register : str
        The register that keeps the reserve; the host's by default, which is assumed.

    Returns
    -------
    Reversals
        Year by year, dated the last day of the year, or the day of the last issuance so far where
        that is later: the reserve is cancelled; what exceeds it is cancelled from the accounts of
        those who bear it; participants of the register add to the reserve, and get what is
        released.

    Raises
    ------
    LedgerError
        If the ledger's reserve is not that of the scenario.
    """
    if not results.scenario.keeps_account:
        return Reversals([], {})
    books = _Books(ledger, results, reserve_register or results.scenario.host)
    booked: list[Booked] = []
    still_open: dict[int, int] = {}
    for at, year in enumerate(results["year"].tolist()):
        found, left = books.year(at, year)
        booked += found
        if left:
            still_open[year] = left
    return Reversals(booked, still_open)


class _Books:
    """Books one year after another."""

    def __init__(self, ledger: Ledger, results: Results, register: str) -> None:
        scenario = results.scenario
        self.ledger, self.results, self.project = ledger, results, scenario.name
        self.reserve = f"{register}-reserve"
        side = "japan" if register == JAPAN else "host"
        self.participants = self._account(f"{side}_participants")
        # Those of the register first: their credits are where the reserve is.
        others = [self._account(f"{each}_participants") for each in SIDES if each != side]
        self.bearers = {
            "participants": [self.participants, *others],
            "host": [self._account("host_government")],
        }

    def _account(self, party: str) -> str:
        return account_of(party, self.results.scenario.host, self.project)

    def year(self, at: int, year: int) -> tuple[list[Booked], int]:
        """Return what is booked for a year, and what stays open [tCO2e]."""
        day = self._day(year)
        amounts = {name: int(self.results[name][at]) for name in _MOVES}
        booked: list[Booked] = []
        if amounts["reserve_cancelled"]:
            amount = Amount(self.reserve, amounts["reserve_cancelled"], self.project)
            booked += cancel_reserve(self.ledger, day, amount, reason=_REASON)
        left = 0
        for bearer, tonnes in zip(
            BEARERS[1:], self.results["reversal_borne"][1:, at].tolist(), strict=True
        ):
            for account in self.bearers.get(bearer, []):
                part = min(tonnes, self._held(account, day))
                if part:
                    amount = Amount(account, part, self.project)
                    booked += cancel(self.ledger, day, amount, reason=_REASON)
                    tonnes -= part
            left += tonnes
        booked += self._filled(day, amounts["reserve_topped_up"])
        if amounts["reserve_released"]:
            amount = Amount(self.reserve, amounts["reserve_released"], self.project)
            booked += release_reserve(self.ledger, day, amount, self.participants)
        return booked, left

    def _filled(self, day: datetime.date, tonnes: int) -> list[Booked]:
        if not tonnes:
            return []
        amount = Amount(self.participants, tonnes, self.project)
        return transfer(self.ledger, day, amount, self.reserve)

    def _day(self, year: int) -> datetime.date:
        issued = [
            each.issued_on or each.monitored_to + datetime.timedelta(days=1)
            for each in self.results.issuances()
            if each.vintage <= year
        ]
        return max([datetime.date(year, 12, 31), *issued])

    def _held(self, account: str, day: datetime.date) -> int:
        """Return how much of the project an account holds that was there by a day [tCO2e]."""
        block, issuance = schema.block.c, schema.issuance.c
        query = (
            sa.select(sa.func.coalesce(sa.func.sum(block.last - block.first + 1), 0))
            .join(schema.issuance, issuance.number == block.issuance)
            .where(block.account == account, issuance.project == self.project, block.since <= day)
        )
        with self.ledger.reading() as connection:
            return int(connection.execute(query).scalar_one())


_MOVES = ("reserve_cancelled", "reserve_topped_up", "reserve_released")
