"""The probability that a reserve suffices where it can be had without chance."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from jcm_models.reserve.compound import Claims, rounding_shift
from jcm_models.reserve.estimates import Estimate
from jcm_models.reserve.ruin import probability_of_shortfall
from jcm_models.storage_settings import Storage

__all__ = ["exactly_sufficient", "is_exact", "is_fine_enough"]

Array = NDArray[np.float64]
Whole = NDArray[np.int64]

_STEPS = 4000  # of the largest reserve
_SHIFT = 1e-3  # of the reserve: what rounding to the grid may add up to


def is_exact(storage: Storage) -> bool:
    """Tell whether leaks are independent events alone, whose distribution is known."""
    alone = storage.leakage is None and storage.events is not None
    return alone and storage.dependence.kind == "independent"


def is_fine_enough(storage: Storage, years: int, reserve: float, sites: int) -> bool:
    """Tell whether the grid of a transform is fine enough for the masses of the events."""
    assert storage.events is not None
    rate, mass = storage.events.per_year.points[0], storage.events.mass.distribution
    step = reserve / (_STEPS + 0.5)
    shift = rounding_shift([Claims(float(rate * years * sites), mass)], step, 2 * _STEPS)
    return shift < _SHIFT * reserve


def exactly_sufficient(storage: Storage, years: Whole, reserve: Array, sites: Whole) -> Estimate:
    r"""Return the probability that a reserve has sufficed until each year, by transform.

    Parameters
    ----------
    storage : Storage
        What is said of events; see `is_exact`.
    years : array of int, shape (horizon,)
        Years since the first injection, rising.
    reserve : array, shape (horizon,)
        What has been withheld by then [tCO2e]; between years that are left out it stays.
    sites : array of int, shape (horizon,)
        How many sites events can happen at in the years until then.

    Returns
    -------
    Estimate
        The probability [1], shape (horizon,), and how far halving the step moved it.

    Notes
    -----
    Claims only rise, so where the reserve stays the same it is enough to look at the last year.
    """
    assert storage.events is not None
    rate, mass = storage.events.per_year.points[0], storage.events.mass.distribution
    passed = np.diff(years, prepend=0) * sites
    claims = [[Claims(float(rate * gone), mass)] for gone in passed]
    coarse, fine = (
        probability_of_shortfall(claims, reserve, float(reserve.max()) / (steps + 0.5))
        for steps in (_STEPS // 2, _STEPS)
    )
    return Estimate(1.0 - fine, np.abs(fine - coarse))
