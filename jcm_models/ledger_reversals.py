"""What becomes of a reserve in the ledger: cancelled for reversals, filled up, released."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

from jcm_models.issuance_records import SIDES
from jcm_models.ledger import (
    JAPAN,
    Cancellation,
    Event,
    ReserveCancellation,
    ReserveRelease,
    Transfer,
    UnitEvent,
    Units,
)
from jcm_models.ledger_booking import account_of
from jcm_models.ledger_database import Booked, Writer
from jcm_models.ledger_database.amounts import Amount, book_amount, held_by
from jcm_models.reserve.account import BEARERS
from jcm_models.results import Results

__all__ = ["Reversals", "book_reversals"]

_REASON = "reversal"


class Reversals(NamedTuple):
    """What was booked, and what could not be [tCO2e].

    `open` are the reversals of each year that nobody has made good: nobody bears them, no issuance
    has paid for them yet, or a bearer holds too few credits of the project. `lacking` is what the
    reserve holds less in the end than the scenario says, where participants held too little to
    fill it up. What is cancelled for reversals and what is open together are the reversals.
    """

    booked: list[Booked]
    open: dict[int, int]
    lacking: int

    def told(self) -> list[str]:
        """Return in lines what was booked of each kind, and what could not be."""
        tonnes: Counter[str] = Counter()
        for _, event in self.booked:
            if isinstance(event, UnitEvent):
                tonnes[event.kind] += event.units.quantity
        lines = ["expected reversals, as the scenario has them:"]
        lines += [f"{many:,} tCO2e by {kind.replace('_', ' ')}" for kind, many in tonnes.items()]
        lines += [f"{many:,} tCO2e of {year} open" for year, many in self.open.items()]
        if self.lacking:
            lines.append(f"{self.lacking:,} tCO2e not filled up: participants hold too little")
        return lines


def book_reversals(writer: Writer, results: Results, *, reserve_register: str = "") -> Reversals:
    """Book what becomes of the reserve of a scenario.

    Parameters
    ----------
    writer : Writer
        Of a ledger in which the events of `scenario_events` are booked, in this transaction or
        before.
    results : Results
        The scenario, computed by itself: no pool with other projects.
    reserve_register : str
        The register that keeps the reserve; the host's by default, which is assumed.

    Returns
    -------
    Reversals
        Year by year, dated the last day of the year, or the day of the last issuance so far where
        that is later: the reserve is cancelled; what exceeds it is cancelled from the accounts of
        those who bear it; participants of the register add to the reserve, and get what is
        released. What they hold too little for they add as soon as they have it.

    Raises
    ------
    LedgerError
        If the ledger's reserve is not that of the scenario.
    """
    if not results.scenario.keeps_account:
        return Reversals([], {}, 0)
    books = _Books(writer, results, reserve_register or results.scenario.host)
    for at, year in enumerate(results["year"].tolist()):
        books.keep(at, year)
    still_open = books.open + books.owed  # of counters: only what is more than nothing
    return Reversals(books.booked, dict(sorted(still_open.items())), books.lacking)


class _Books:
    """Books one year after another.

    The ledger's reserve is always that of the scenario less what is `lacking`.
    """

    def __init__(self, writer: Writer, results: Results, register: str) -> None:
        self.writer, self.results, self.project = writer, results, results.scenario.name
        self.booked: list[Booked] = []
        self.open: Counter[int] = Counter()
        self.owed: Counter[int] = Counter()  # what issuances to come shall pay for
        self.lacking = 0
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

    def keep(self, at: int, year: int) -> None:
        """Book what becomes of the reserve in a year."""
        day = self._day(year)
        borne = dict(zip(BEARERS, self.results["reversal_borne"][:, at].tolist(), strict=True))
        cancelled = int(self.results["reserve_cancelled"][at])
        self.open[year] += self._cancel_reserve(day, cancelled)
        self._pay(cancelled - borne["reserve"])
        self.owed[year] = borne["next_issuance"]
        self.open[year] += borne["nobody"]
        for bearer in self.bearers:
            self.open[year] += self._cancel(day, bearer, borne[bearer])
        self._fill_up(day, int(self.results["reserve_topped_up"][at]))
        self._release(day, int(self.results["reserve_released"][at]))

    def _day(self, year: int) -> datetime.date:
        issued = [
            each.issued_on or each.monitored_to + datetime.timedelta(days=1)
            for each in self.results.issuances()
            if each.vintage <= year
        ]
        return max([datetime.date(year, 12, 31), *issued])

    def _book(self, account: str, tonnes: int, event: Callable[[Units], Event]) -> None:
        if tonnes:
            amount = Amount(account, tonnes, self.project)
            self.booked += book_amount(self.writer, amount, event)

    def _there(self, day: datetime.date, tonnes: int) -> int:
        """Return how much of what shall leave the reserve is there, but for what is lacking.

        What is missing beyond that is asked for all the same, so that it is refused.
        """
        missing = max(tonnes - held_by(self.writer, self.reserve, self.project, day), 0)
        return tonnes - min(missing, self.lacking)

    def _cancel_reserve(self, day: datetime.date, tonnes: int) -> int:
        """Cancel units of the reserve, and return what it lacks for that."""
        there = self._there(day, tonnes)
        self._book(
            self.reserve,
            there,
            lambda units: ReserveCancellation(
                day=day, units=units, source=self.reserve, reason=_REASON
            ),
        )
        self.lacking -= tonnes - there
        return tonnes - there

    def _pay(self, tonnes: int) -> None:
        """Take note of what an issuance has paid for: what was reversed first."""
        for year in sorted(self.owed):
            paid = min(tonnes, self.owed[year])
            self.owed[year] -= paid
            tonnes -= paid

    def _cancel(self, day: datetime.date, bearer: str, tonnes: int) -> int:
        """Cancel units of those who bear a reversal, and return what they hold too little."""
        for account in self.bearers[bearer]:
            part = min(tonnes, held_by(self.writer, account, self.project, day))
            self._book(account, part, self._cancellation(day, account))
            tonnes -= part
        return tonnes

    def _cancellation(self, day: datetime.date, account: str) -> Callable[[Units], Event]:
        return lambda units: Cancellation(day=day, units=units, source=account, reason=_REASON)

    def _fill_up(self, day: datetime.date, tonnes: int) -> None:
        wanted = tonnes + self.lacking
        part = min(wanted, held_by(self.writer, self.participants, self.project, day))
        self._book(
            self.participants,
            part,
            lambda units: Transfer(
                day=day, units=units, source=self.participants, target=self.reserve
            ),
        )
        self.lacking = wanted - part

    def _release(self, day: datetime.date, tonnes: int) -> None:
        there = self._there(day, tonnes)
        self._book(
            self.reserve,
            there,
            lambda units: ReserveRelease(
                day=day, units=units, source=self.reserve, target=self.participants
            ),
        )
        self.lacking -= tonnes - there
