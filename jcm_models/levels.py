"""How business as usual and the reference move over time: two levels, each set in its own way.

The reference lies below business as usual (E1). It may be set by the partner's NDC, by current
policies, by the best technology, by conservative factors, by history, by a given pathway, or by
a mixture of these (E3).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from jcm_models.quantities import units

__all__ = [
    "below",
    "decarbonisation_factor",
    "growth_factor",
    "mixture",
    "ndc_reduction",
    "turnover_factor",
]

Array = NDArray[np.float64]
Years = NDArray[np.int64]


def _elapsed(years: Years, since: int) -> Array:
    return np.maximum(years - since, 0).astype(float)


def growth_factor(years: Years, rate: Array, since: int) -> Array:
    r"""Factor by which business as usual has grown.

    Parameters
    ----------
    years : array of int, shape (year,)
        Calendar years.
    rate : array, shape (..., year)
        Growth from year to year [1]; negative where it shrinks.
    since : int
        The year from which it grows.

    Returns
    -------
    array, shape (..., year)
        Factor on the emissions [1]; 1 up to `since`.

    Notes
    -----
    :math:`g_y = \prod_{i = y_0 + 1}^{y} (1 + r_i)`; before the first of `years` the rate is that of
    the first.
    """
    return _compounded(years, 1.0 + np.asarray(rate), since)


def _compounded(years: Years, step: Array, since: int) -> Array:
    """Multiply the steps of the years after `since` up to each year."""
    steps = np.where(years > since, step, 1.0)
    steps[..., 0] = steps[..., 0] ** max(int(years[0]) - since, 1)
    return np.asarray(np.cumprod(steps, axis=-1))


def turnover_factor(years: Years, new_share: Array, since: int, lifetime: Array) -> Array:
    r"""Factor on emissions while an old stock is replaced, an equal part of it each year.

    Parameters
    ----------
    years : array of int, shape (year,)
        Calendar years.
    new_share : array, shape (..., year)
        Emissions of new equipment as a share of those of the old [1].
    since : int
        The year in which all of the stock is old.
    lifetime : array, shape (..., year)
        Years after which all of it is replaced [yr].

    Returns
    -------
    array, shape (..., year)
        Factor on the emissions [1].

    Notes
    -----
    :math:`t_y = 1 - \min\left(\frac{\max(y - y_0, 0)}{L}, 1\right) (1 - n)`.
    """
    replaced = np.minimum(_elapsed(years, since) / lifetime, 1.0)
    return np.asarray(1.0 - replaced * (1.0 - new_share))


def decarbonisation_factor(years: Years, rate: Array, since: int, floor: Array) -> Array:
    r"""Factor on emissions of a grid that decarbonises by itself, down to a floor.

    Parameters
    ----------
    years : array of int, shape (year,)
        Calendar years.
    rate : array, shape (..., year)
        Fall from year to year [1].
    since : int
        The year from which it falls.
    floor : array, shape (..., year)
        Share of the emissions that stays [1].

    Returns
    -------
    array, shape (..., year)
        Factor on the emissions [1].

    Notes
    -----
    :math:`d_y = \max\left(\prod_{i = y_0 + 1}^{y} (1 - r_i), f\right)`.
    """
    return np.maximum(_compounded(years, 1.0 - np.asarray(rate), since), floor)


def ndc_reduction(years: Years, reduction: Array, since: int, target_year: int) -> Array:
    r"""Share below business as usual on the straight way to the target of an NDC.

    Parameters
    ----------
    years : array of int, shape (year,)
        Calendar years.
    reduction : array, shape (..., year)
        Share below business as usual in the target year [1].
    since, target_year : int
        The year in which it is nothing, and the target year, after which it stays.

    Returns
    -------
    array, shape (..., year)
        Share below business as usual [1].

    Notes
    -----
    :math:`\rho_y = \rho_T \min\left(\frac{\max(y - y_0, 0)}{T - y_0}, 1\right)`.
    """
    way = max(target_year - since, 1)
    done = np.minimum(_elapsed(years, since) / way, 1.0)
    return np.asarray(reduction * np.where(years >= target_year, 1.0, done))


@units(bau_emissions="tCO2e/yr", share="1", returns="tCO2e/yr")
def below(bau_emissions: Array, share: Array) -> Array:
    r"""Emissions that lie a share below business as usual.

    Parameters
    ----------
    bau_emissions : array, shape (..., year)
        Business-as-usual emissions [tCO2e/yr].
    share : array, shape (..., year)
        How far below [1].

    Returns
    -------
    array, shape (..., year)
        Emissions [tCO2e/yr].

    Notes
    -----
    :math:`\mathrm{RE}_y = \mathrm{BaU}_y (1 - \rho_y)`.
    """
    return bau_emissions * (1.0 - share)


def mixture(candidates: Array, how: str, weights: Array | None = None) -> Array:
    """Make one reference of several.

    Parameters
    ----------
    candidates : array, shape (rule, ..., year)
        The reference by each rule [tCO2e/yr].
    how : {"lowest", "average", "weighted"}
        The lowest in each year; their average; or their average by weight.
    weights : array, shape (rule, ..., year), optional
        The weights [1]; they add up to 1.

    Returns
    -------
    array, shape (..., year)
        The reference [tCO2e/yr].
    """
    if how == "weighted" and weights is not None:
        return np.asarray((candidates * weights).sum(axis=0))
    if how == "average":
        return np.asarray(candidates.mean(axis=0))
    return np.asarray(candidates.min(axis=0))
