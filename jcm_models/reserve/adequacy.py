r"""Whether a reserve suffices, from claims that were drawn at random (R4).

Without release or top-up a reserve of the share r of the credits C(t) meets every claim until T
exactly if :math:`r \ge R^*(T) = \max_{t \le T} S(t) / C(t)`. So the distribution of R* over the
draws is the whole adequacy curve, and no rate has to be tried. Every answer has the standard error
of its sampling.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from jcm_models.estimation import Estimate, mean_of, quantiles_of, share_error

__all__ = [
    "diversification",
    "expected_shortfall",
    "first_shortfalls",
    "rate_that_suffices",
    "required_rates",
    "share_that_suffices",
    "sufficient_until",
]

Array = NDArray[np.float64]


def required_rates(claims: Array, credits_issued: ArrayLike) -> Array:
    r"""Return the rate that would have sufficed in each draw until each year.

    Parameters
    ----------
    claims : array, shape (sample, year)
        Credits reversed by the end of each year, cumulative [tCO2e].
    credits_issued : array, shape (year,)
        Credits issued by then, cumulative [tCO2e].

    Returns
    -------
    array, shape (sample, year)
        :math:`R^*_y = \max_{t \le y} S_t / C_t` [1]; infinite where something is claimed before
        anything is issued.
    """
    issued = np.asarray(credits_issued, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(claims > 0, claims / issued, 0.0)
    return np.asarray(np.maximum.accumulate(ratio, axis=-1))


def share_that_suffices(required: Array, rates: ArrayLike, *, are_sorted: bool = False) -> Estimate:
    """Return the adequacy curve: the share of draws in which a rate suffices.

    Parameters
    ----------
    required : array, shape (sample, year) or (sample,)
        As of `required_rates` [1].
    rates : array, shape (rate,)
        Reserve rates [1].
    are_sorted : bool
        Whether the samples rise already, in each year by itself.

    Returns
    -------
    Estimate
        Of shape (year, rate) or (rate,) [1].
    """
    samples = required.shape[0]
    order = required if are_sorted else np.sort(required, axis=0)
    # A rate equal to the one required suffices, whatever the last digit of a division.
    tried = np.asarray(rates, dtype=float) * (1 + _NOISE)
    columns = order.reshape(samples, -1).T
    counts = np.array([np.searchsorted(column, tried, side="right") for column in columns])
    share = counts.reshape(*order.shape[1:], tried.size) / samples
    return Estimate(share, share_error(share, samples))


_NOISE = 1e-12


def rate_that_suffices(
    required: Array, shares: Sequence[float], *, are_sorted: bool = False
) -> Estimate:
    r"""Return the rate that suffices in a share of the draws.

    Parameters
    ----------
    required : array, shape (sample, year) or (sample,)
        As of `required_rates` [1].
    shares : sequence of float
        In how many of the draws it shall [1].
    are_sorted : bool
        Whether the samples rise already, in each year by itself.

    Returns
    -------
    Estimate
        Of shape (share, year) or (share,) [1]: the order statistic next above, with the error of
        `quantiles_of`.
    """
    return quantiles_of(required, shares, are_sorted=are_sorted)


def expected_shortfall(claims: Array, reserve: ArrayLike) -> Estimate:
    r"""Return what is expected to be lacking: :math:`E[\max(S - R, 0)]`.

    Parameters
    ----------
    claims : array, shape (sample, year)
        Credits reversed by the end of each year, cumulative [tCO2e].
    reserve : array, shape (year,)
        Credits withheld by then, cumulative [tCO2e].

    Returns
    -------
    Estimate
        Of shape (year,) [tCO2e].
    """
    return mean_of(np.maximum(claims - np.asarray(reserve, dtype=float), 0.0))


def first_shortfalls(first: NDArray[np.int64], years: int) -> Estimate:
    """Return when a reserve first falls short, if it does.

    Parameters
    ----------
    first : array of int, shape (sample,)
        Position of the year in which it first does; the number of years where it never does.
    years : int
        Number of years.

    Returns
    -------
    Estimate
        Share of draws [1] in which the first shortfall falls into each year, and last of those
        in which there is none: shape (year + 1,).
    """
    share = np.bincount(first, minlength=years + 1) / first.size
    return Estimate(share, share_error(share, first.size))


def sufficient_until(first: NDArray[np.int64], years: int) -> Estimate:
    """Return the probability that a reserve suffices until the end of each year.

    Parameters
    ----------
    first : array of int, shape (sample,)
        Position of the year in which it first falls short; the number of years where it never
        does.
    years : int
        Number of years.

    Returns
    -------
    Estimate
        Of shape (year,) [1].
    """
    short = np.cumsum(np.bincount(first, minlength=years + 1)[:years])
    share = 1.0 - short / first.size
    return Estimate(share, share_error(share, first.size))


def diversification(claims: Array, credits_issued: ArrayLike, shares: Sequence[float]) -> Estimate:
    r"""Return the rate that suffices for pools of the first, the first two, ... and all sites.

    Parameters
    ----------
    claims : array, shape (sample, site)
        Credits reversed of each site by the end [tCO2e]; one set of draws serves all pools.
    credits_issued : array, shape (site,)
        Credits issued to each site by then [tCO2e], more than 0 to the first.
    shares : sequence of float
        In how many of the draws it shall suffice [1].

    Returns
    -------
    Estimate
        Of shape (share, pool) [1]: the quantiles of :math:`\sum_{i \le n} S_i / \sum_{i \le n}
        C_i` at the end, where they are highest once no more is issued.
    """
    issued = np.cumsum(np.asarray(credits_issued, dtype=float))
    return rate_that_suffices(np.cumsum(claims, axis=1) / issued, shares)
