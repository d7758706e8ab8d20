"""What it saves to spread the same CO2 over more sites, by how they depend on each other."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from jcm_models.estimation import Estimate
from jcm_models.lately import Lately
from jcm_models.reserve.adequacy import rate_that_suffices, required_rates
from jcm_models.reserve_leaks import drawn_from
from jcm_models.results import Results
from jcm_models.site_leaks import injections
from jcm_models.storage_draws import drawn_leaks, spread_over

__all__ = ["POOLS", "POOL_SHARE", "pooled_rates"]

POOLS = (1, 2, 5, 10, 20, 50)
"""Numbers of sites that are looked at."""
POOL_SHARE = 0.99
"""The share of draws in which the reserve shall suffice [1]."""

_HORIZON = 100
_DRAWS = 2000
# As many as one comparison draws, so that another rate or discount draws none of them anew.
_KEPT: Lately[NDArray[np.float64]] = Lately(2 * len(POOLS) + 1)


def pooled_rates(results: Results, seed: int, liable: int) -> dict[str, NDArray[Any]]:
    """Return the rate that suffices for 100 years if the same CO2 lay in other numbers of sites.

    Parameters
    ----------
    results : Results
        The scenario at its means.
    seed : int
        Where chance starts.
    liable : int
        For how many years since the first injection leaks count as reversals [yr].

    Returns
    -------
    dict of str to array
        ``dependence`` names what is compared: all sites alike, as the scenario has it, and
        independent; ``diversified_rate`` and its standard error [1] have shape (dependence, sites).
    """
    last = min(_HORIZON, liable)
    own = results.scenario.storage.dependence.kind  # may be one of the others, too
    kinds = dict.fromkeys(["identical", own, "independent"])
    found = {kind: _rates(results, kind, seed, last) for kind in kinds}
    return {
        "dependence": np.array(list(found)),
        "diversified_rate": np.array([[each.value for each in row] for row in found.values()]),
        "diversified_rate_error": np.array(
            [[each.error for each in row] for row in found.values()]
        ),
    }


def _rates(results: Results, kind: str, seed: int, last: int) -> list[Estimate]:
    if kind == "identical":  # however many, they are as one
        return [_rate(results, 1, kind, seed, last)] * len(POOLS)
    return [_rate(results, sites, kind, seed, last) for sites in POOLS]


def _rate(results: Results, sites: int, kind: str, seed: int, last: int) -> Estimate:
    issued = np.cumsum(results["credits_issued"][np.flatnonzero(results["co2_stored"])[0] :])
    # Once nothing is issued any more the ratio only rises: the last year stands for all of them.
    growing = int(np.searchsorted(issued, issued[-1])) + 1
    years = np.append(np.arange(1, min(growing, last - 1) + 1), last)
    so_far = issued[np.minimum(years, issued.size) - 1]
    key = (drawn_from(results), kind, sites, seed, years.tolist())
    leaked = _KEPT.get(key, lambda: _leaked(results, sites, kind, seed, years))
    required = required_rates(np.minimum(leaked, so_far), so_far)[:, -1]
    rate = rate_that_suffices(required, (POOL_SHARE,))
    return Estimate(np.asarray(rate.value).item(), np.asarray(rate.error).item())


def _leaked(
    results: Results, sites: int, kind: str, seed: int, years: NDArray[np.int64]
) -> NDArray[np.float64]:
    scenario = results.scenario
    storage = spread_over(scenario, sites, kind)
    plans = injections(scenario, storage, results["co2_stored"])
    generator = np.random.default_rng([seed, sites])
    # An event at a site that holds less lets less escape.
    scale = scenario.storage.number_of_sites / sites
    return drawn_leaks(scenario, storage, plans, years, _DRAWS, generator, scale)
