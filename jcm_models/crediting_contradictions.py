"""What does not fit together in the monitoring periods of a scenario."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from jcm_models.scenario import Scenario

__all__ = ["contradictions_of_monitoring"]


def contradictions_of_monitoring(scenario: Scenario) -> Iterator[tuple[str, str]]:
    """Yield the key and the words of what is wrong with the monitoring periods.

    Parameters
    ----------
    scenario : Scenario
        The scenario; its years and each of its days are sound by themselves.
    """
    first, last = _credited(scenario)
    before: datetime.date | None = None
    for number, period in enumerate(scenario.crediting.monitoring):
        key = f"crediting.monitoring.{number}"
        if period.to < period.from_:
            yield f"{key}.to", f"found {period.to}, before from: {period.from_}"
        elif before and period.from_ <= before:
            yield (
                f"{key}.from",
                f"found {period.from_}, but the period before it ends {before}; periods follow "
                "each other in order of time and share no day",
            )
        elif period.from_ < first or period.to > last:
            yield (
                key,
                f"{period.from_} to {period.to} lies outside what is credited, {first} to {last} "
                "(crediting.start and crediting.end, within the years simulated)",
            )
        if period.issued and period.issued <= period.to:
            yield (
                f"{key}.issued",
                f"found {period.issued}, and its period ends on {period.to}; credits are issued "
                "after",
            )
        before = max(before or period.to, period.to)


def _credited(scenario: Scenario) -> tuple[datetime.date, datetime.date]:
    """Return the first and the last day that can be credited."""
    first = datetime.date(scenario.years.first, 1, 1)
    last = datetime.date(scenario.years.last, 12, 31)
    period = scenario.crediting
    return max(first, period.start or first), min(last, period.end or last)
