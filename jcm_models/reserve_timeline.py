"""The years that a study of a reserve looks at, and what is certain in them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jcm_models.reserve.account import withheld
from jcm_models.results import Results
from jcm_models.site_leaks import SiteInjection
from jcm_models.storage_over_time import COMPLETE

__all__ = ["FAR", "Timeline", "withheld_by_rate"]

Array = NDArray[np.float64]
Whole = NDArray[np.int64]

FAR = (*range(5, 200, 5), 200, 300, 500, 700, 1000, 1500, 2000, 3000, 5000, 7000, 10_000)
"""Years since the first injection that are looked at beyond those simulated."""


@dataclass(frozen=True, eq=False)
class Timeline:
    """The years looked at, and what is stored, issued and withheld until then without any leak.

    `years` counts from the first injection, shape (horizon,); the first `simulated` of them are
    those of the scenario, from the calendar year `first` on, and in the first `liable` of them
    leaks count as reversals. `stored` [t], `credits` and `reserve`, as the rate withholds it
    [tCO2e], are cumulative, shape (horizon,).
    """

    years: Whole
    simulated: int
    first: int
    stored: Array
    credits: Whole
    reserve: Whole
    liable: int

    @classmethod
    def of(cls, results: Results, plans: list[SiteInjection]) -> Timeline:
        """Lay out the years of a scenario, and those far beyond."""
        start = min(plan.start for plan in plans)
        simulated = results["year"].size - start
        years = np.array([*range(1, simulated + 1), *(far for far in FAR if far > simulated)])
        at = np.minimum(years, simulated) - 1 + start
        return cls(
            years,
            simulated,
            int(results["year"][start]),
            np.cumsum(results["co2_stored"])[at],
            np.cumsum(results["credits_issued"])[at],
            np.cumsum(withheld_by_rate(results))[at],
            int(np.searchsorted(years, _liable_years(results, start), side="right")),
        )


def _liable_years(results: Results, start: int) -> float:
    """Return for how many years since the first injection leaks count as reversals [yr].

    Where the project is not complete in the years simulated, the least that it takes counts.
    """
    storage, reserve = results.scenario.storage, results.scenario.reserve
    if reserve.liable == "always" or storage.monitoring is None:
        return math.inf
    (complete,) = np.nonzero(results["storage_stage"] == COMPLETE)
    if complete.size:
        return float(complete[0] - start)
    (injecting,) = np.nonzero(results["co2_stored"] > 0)
    monitoring = storage.monitoring
    more = monitoring.preparatory.points[0] + monitoring.after_termination.points[0]
    least = float(injecting[-1] + 1 - start) + more
    return max(least, float(results["year"].size - start))


def withheld_by_rate(results: Results) -> Whole:
    """Return what the rate withholds, without what issuances make good of earlier reversals."""
    scenario = results.scenario
    issued = results.by_issuance["issued_by_issuance"]
    at = scenario.verified.vintage - scenario.years.first
    found = np.zeros(results["year"].shape, dtype=np.int64)
    np.add.at(found, at, withheld(issued, scenario.reserve_rates[at]))
    return found
