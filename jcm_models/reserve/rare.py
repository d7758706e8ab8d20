r"""Shortfalls so rare that drawing claims would hardly ever meet one: conditional Monte Carlo.

Of the claims the largest is not drawn: given all others, the probability that it brings the sum
beyond the reserve is known. So every draw adds something, however rare a shortfall is. The
estimator is that of Asmussen and Kroese (2006), Improved algorithms for rare event simulation with
heavy tails, Advances in Applied Probability 38, 545-558.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from jcm_models.distributions import Fixed
from jcm_models.estimation import Estimate
from jcm_models.reserve.compound import Claims

__all__ = ["probability_of_rare_shortfall"]

Array = NDArray[np.float64]

_SCRAMBLES = 16
_MOST_DIMENSIONS = 21_000  # of Sobol points


def probability_of_rare_shortfall(
    claims: Claims, amount: float, points: int = 2**13, seed: int = 1
) -> Estimate:
    r"""Return the probability that claims exceed an amount.

    Parameters
    ----------
    claims : Claims
        Claims of one kind, their number Poisson or with a frailty.
    amount : float
        The reserve [tCO2e].
    points : int
        How many points to take in all; a power of two, 32 or more.
    seed : int
        Where the scrambling starts.

    Returns
    -------
    Estimate
        The probability [1] and its standard error, from sixteen scramblings.

    Raises
    ------
    ValueError
        If so many claims are expected that the points cannot be laid, the points are no power of
        two, or the mass is fixed: equal masses have no largest, which the estimator needs.

    Notes
    -----
    :math:`Z = N \, \bar F(\max(M_{N-1}, x - S_{N-1}))` with the number of claims N, and the
    largest M and the sum S of the others; given that there is a claim at all, which happens with a
    probability that is known. The points are scrambled Sobol points: the first dimension tells
    the number, the others the masses.
    """
    _require_fitting(claims, points)
    shares, largest = _numbers(claims)
    if largest > _MOST_DIMENSIONS:
        message = (
            f"{claims.expected:g} claims are expected, too many for a rare event; the transform "
            "(probability_of_more) takes any number"
        )
        raise ValueError(message)
    # Spawned, so that neighbouring seeds have no scrambling in common.
    scramblings = np.random.default_rng(seed).spawn(_SCRAMBLES)
    means = np.array(
        [_scrambled(claims, shares, largest, amount, points, each) for each in scramblings]
    )
    return Estimate(float(means.mean()), float(means.std(ddof=1) / np.sqrt(_SCRAMBLES)))


def _require_fitting(claims: Claims, points: int) -> None:
    """Raise ValueError if the estimator cannot take the claims or the points."""
    if isinstance(claims.mass, Fixed):
        message = (
            f"found claims of {claims.mass.amount:g} each, of which none is the largest; "
            "the transform (probability_of_more) takes them"
        )
        raise ValueError(message)  # noqa: TRY004 - the type is right, its values do not fit
    if points < 2 * _SCRAMBLES or points & (points - 1):
        message = f"found {points} points; allowed is a power of two, {2 * _SCRAMBLES} or more"
        raise ValueError(message)


def _scrambled(
    claims: Claims,
    shares: Array,
    largest: int,
    amount: float,
    points: int,
    generator: np.random.Generator,
) -> float:
    from scipy.stats.qmc import Sobol  # slow to import, and hardly ever needed

    sobol = Sobol(largest, rng=generator)
    drawn = sobol.random(points // _SCRAMBLES)
    none = shares[0]
    number = 1 + np.searchsorted(np.cumsum(shares[1:]), drawn[:, 0] * (1 - none))
    number = np.minimum(number, largest)
    others = np.zeros((drawn.shape[0], largest))
    there = np.arange(1, largest) < number[:, np.newaxis]
    others[:, 1:][there] = claims.mass.quantile(drawn[:, 1:][there])
    threshold = np.maximum(others.max(axis=1), amount - others.sum(axis=1))
    beyond = number * claims.mass.survival(threshold)
    return float((1 - none) * beyond.mean())


def _numbers(claims: Claims) -> tuple[Array, int]:
    """Return the probability of each number of claims, until hardly any is left."""
    from scipy.stats import nbinom, poisson

    if claims.trials is not None:
        message = "found a binomial number of claims; the transform (probability_of_more) takes it"
        raise ValueError(message)
    if claims.frailty is None:
        count = poisson(claims.expected)
    else:
        count = nbinom(claims.frailty, claims.frailty / (claims.frailty + claims.expected))
    largest = max(int(count.isf(1e-14)), 1)
    return np.asarray(count.pmf(np.arange(largest + 1))), largest
