"""The probability that a reserve suffices where it can be had without chance."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from jcm_models.estimation import Estimate
from jcm_models.reserve.compound import Claims, rounding_shift
from jcm_models.reserve.ruin import probability_of_shortfall
from jcm_models.reserve_timeline import Timeline
from jcm_models.scenario import Scenario

__all__ = ["exactly_sufficient"]

_STEPS = 4000  # of the largest reserve
_SHIFT = 1e-3  # of the reserve: what rounding to the grid may add up to


def exactly_sufficient(scenario: Scenario, timeline: Timeline) -> Estimate | None:
    r"""Return the probability that a reserve has sufficed until each year, by transform.

    Parameters
    ----------
    scenario : Scenario
        What is said of sites and events.
    timeline : Timeline
        The years, and what has been withheld by then.

    Returns
    -------
    Estimate or None
        The probability [1], shape (horizon,), and how far halving the step moved it; None where
        leaks are not independent events alone, where claims would be capped, or where the masses
        of the events are lost on the grid.

    Notes
    -----
    Claims only rise, so where the reserve stays the same it is enough to look at the last year.
    """
    if not (_is_of_events_alone(scenario) and _is_without_caps(scenario, timeline)):
        return None
    reserve = timeline.reserve.astype(float)
    coarse_step, step = (float(reserve[-1]) / (steps + 0.5) for steps in (_STEPS // 2, _STEPS))
    events = _claims(scenario, np.array([timeline.years[-1]]))
    if rounding_shift(events, step, 2 * _STEPS) > _SHIFT * reserve[-1]:
        return None
    yearly = [[each] for each in _claims(scenario, np.diff(timeline.years, prepend=0))]
    coarse, fine = (probability_of_shortfall(yearly, reserve, each) for each in (coarse_step, step))
    return Estimate(1.0 - fine, np.abs(fine - coarse))


def _is_of_events_alone(scenario: Scenario) -> bool:
    storage = scenario.storage
    alone = storage.leakage is None and storage.events is not None
    alike = isinstance(storage.sites, int) and scenario.reserve.liable == "always"
    return alone and alike and storage.dependence.kind == "independent"


def _is_without_caps(scenario: Scenario, timeline: Timeline) -> bool:
    """Tell whether the reserve is gone before a site has leaked all, or all credits are claimed."""
    each = timeline.stored / scenario.storage.number_of_sites
    most = np.minimum(each, timeline.credits)
    return bool(timeline.reserve[-1] > 0 and (most > timeline.reserve).all())


def _claims(scenario: Scenario, years: NDArray[np.int64]) -> list[Claims]:
    """Return the claims of all sites in so many years each."""
    events, sites = scenario.storage.events, scenario.storage.number_of_sites
    assert events is not None
    rate, mass = events.per_year.points[0], events.mass.distribution
    return [Claims(float(rate * sites * gone), mass) for gone in years]
