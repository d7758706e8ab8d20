r"""How well levers do whatever the future: regret and satisficing.

An outcome is a number for each lever in each sample: arrays of (lever, sample, ...), where all
levers have met the same samples. Larger is better, as with credits, unless `larger_is_better` is
False.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from jcm_models.estimation import Estimate, mean_of, quantiles_of, share_of

__all__ = ["Regrets", "regret", "relative_regret", "satisficing", "summed_up"]

Array = NDArray[np.float64]


class Regrets(NamedTuple):
    """What is regretted of each lever at most, on average, and in bad samples; of (lever, ...)."""

    maximum: Array
    mean: Estimate
    quantile: Estimate


def regret(outcomes: Array, larger_is_better: bool = True) -> Array:
    r"""Return what each lever is short of the best lever in the same sample.

    Parameters
    ----------
    outcomes : array, shape (lever, sample, ...)
        In any unit.
    larger_is_better : bool
        Whether the best is the largest.

    Returns
    -------
    array, shape (lever, sample, ...)
        :math:`\max_l y_l - y`, never below 0, in the unit of the outcomes; NaN in a sample in which
        an outcome is NaN, for nobody knows the best there.

    Notes
    -----
    Source: L.J. Savage: The theory of statistical decision, Journal of the American Statistical
    Association 46 (1951), 55-67.
    """
    if larger_is_better:
        return np.asarray(outcomes.max(axis=0) - outcomes)
    return np.asarray(outcomes - outcomes.min(axis=0))


def relative_regret(outcomes: Array, larger_is_better: bool = True) -> Array:
    """Return the regret as a share of what the best lever reaches in the same sample.

    Parameters
    ----------
    outcomes : array, shape (lever, sample, ...)
        In any unit.
    larger_is_better : bool
        Whether the best is the largest.

    Returns
    -------
    array, shape (lever, sample, ...)
        Share of the size of the best outcome [1]; 0 where nothing is regretted, and infinite where
        something is and the best outcome is 0.
    """
    absolute = regret(outcomes, larger_is_better)
    best = np.abs(outcomes.max(axis=0) if larger_is_better else outcomes.min(axis=0))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(absolute == 0, 0.0, absolute / best)


def summed_up(regrets: Array, share: float = 0.9) -> Regrets:
    """Return the regrets of each lever over all samples.

    Parameters
    ----------
    regrets : array, shape (lever, sample, ...)
        As of `regret` or `relative_regret`.
    share : float
        In how many samples the regret is at most the quantile [1].

    Returns
    -------
    Regrets
        Maximum, mean and quantile, each of (lever, ...), in the unit of the regrets. The maximum
        has no error: further samples can only raise it.
    """
    by_sample = np.moveaxis(regrets, 1, 0)
    value, error = quantiles_of(by_sample, [share])
    quantile = Estimate(np.asarray(value)[0], np.asarray(error)[0])
    return Regrets(np.asarray(by_sample.max(axis=0)), mean_of(by_sample), quantile)


def satisficing(outcomes: Array, threshold: ArrayLike, larger_is_better: bool = True) -> Estimate:
    """Return the share of samples in which each lever is good enough.

    Parameters
    ----------
    outcomes : array, shape (lever, sample, ...)
        In any unit.
    threshold : array_like, shape broadcasting to (...)
        What is just good enough, in the same unit.
    larger_is_better : bool
        Whether larger outcomes are good enough too; else smaller ones are.

    Returns
    -------
    Estimate
        Of shape (lever, ...) [1]. An outcome that is NaN is not good enough.

    Notes
    -----
    The domain criterion. Source: M.K. Starr: Product design and decision theory (Prentice-Hall,
    1963); see C. McPhail et al.: Robustness metrics: how are they calculated, when should they be
    used and why do they give different results?, Earth's Future 6 (2018), 169-191.
    """
    limit = np.asarray(threshold, dtype=float)
    good = outcomes >= limit if larger_is_better else outcomes <= limit
    return share_of(np.moveaxis(good, 1, 0))
