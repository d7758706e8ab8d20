"""Issuances: what a ledger books, one record for each vintage of each monitoring period."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from jcm_models.scenario import Scenario
from jcm_models.variables import PARTIES

__all__ = ["Issuance", "issuances_of"]


@dataclass(frozen=True)
class Issuance:
    """Credits of one vintage that are issued together.

    Parameters
    ----------
    monitored_from, monitored_to : datetime.date
        First and last day of the monitoring period; of the year as far as it is credited, where
        the scenario has no monitoring periods.
    issued_on : datetime.date or None
        Day of issuance; None where the scenario does not tell.
    vintage : int
        Calendar year in which the reductions happened.
    issued, reserve : int
        Credits issued, and withheld from them as reserve [tCO2e].
    credits : mapping of str to int
        Credits of each party [tCO2e]; with the reserve they add up to those issued.
    """

    monitored_from: datetime.date
    monitored_to: datetime.date
    issued_on: datetime.date | None
    vintage: int
    issued: int
    reserve: int
    credits: Mapping[str, int]


def issuances_of(scenario: Scenario, arrays: Mapping[str, NDArray[Any]]) -> Iterator[Issuance]:
    """Yield the issuances of a scenario that bring a credit, in order of time.

    Parameters
    ----------
    scenario : Scenario
        What was simulated.
    arrays : mapping of str to array
        ``issued_by_issuance``, ``reserve_by_issuance`` and ``credits_by_issuance`` [tCO2e].
    """
    verified = scenario.verified
    for at, (period, vintage) in enumerate(zip(verified.period, verified.vintage, strict=True)):
        issued = int(arrays["issued_by_issuance"][at])
        if issued == 0:
            continue
        first, last, day = _monitored(scenario, int(period), int(vintage))
        parts = arrays["credits_by_issuance"][:, at].tolist()
        yield Issuance(
            monitored_from=first,
            monitored_to=last,
            issued_on=day,
            vintage=int(vintage),
            issued=issued,
            reserve=int(arrays["reserve_by_issuance"][at]),
            credits=dict(zip(PARTIES, parts, strict=True)),
        )


def _monitored(
    scenario: Scenario, period: int, vintage: int
) -> tuple[datetime.date, datetime.date, datetime.date | None]:
    """Return the first and last day of a monitoring period, and the day of issuance."""
    crediting, operation = scenario.crediting, scenario.operation
    if crediting.monitoring:
        found = crediting.monitoring[period]
        return found.from_, found.to, found.issued
    starts = (datetime.date(vintage, 1, 1), crediting.start, operation.start)
    ends = (datetime.date(vintage, 12, 31), crediting.end, operation.end)
    return max(filter(None, starts)), min(filter(None, ends)), None
