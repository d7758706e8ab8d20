r"""The distribution of all claims together, without drawing any: by Fourier transform.

Claims come in a random number, each of random mass. The transform of their sum is the generating
function of the number, taken at the transform of one mass; so one forward and one backward
transform give the whole distribution.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from jcm_models.distributions import Distribution, require_mean
from jcm_models.estimation import Estimate

__all__ = ["Claims", "Sum", "probability_of_more", "rounding_shift", "sum_of"]

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]

# What wraps around the end of the grid is damped to e^-16, a ten-millionth; more would
# cost digits of the masses themselves.
_TILT = 16.0
_LARGEST = 2**20
_SMALLEST = 2**12
_HARDLY = 1e-12
# Rounding of the transforms themselves, at an amount in the middle of the grid.
_ROUNDING = float(np.exp(_TILT / 2) * np.finfo(float).eps)


@dataclass(frozen=True)
class Claims:
    """Claims of one kind: how many are expected, and how large each is.

    Parameters
    ----------
    expected : float
        Expected number.
    mass : Distribution
        Size of each [tCO2e].
    frailty : float or None
        Shape of the gamma distribution, of mean 1, that multiplies the number expected; None for
        none, that is a Poisson number.
    trials : int or None
        If given, the number is binomial: so many trials, each a claim with the same probability.

    Raises
    ------
    ValueError
        If the number is negative, more than the trials, or the mean of the mass is infinite.
    """

    expected: float
    mass: Distribution
    frailty: float | None = None
    trials: int | None = None

    def __post_init__(self) -> None:
        require_mean("mass of a claim", self.mass)
        most = np.inf if self.trials is None else self.trials
        if not 0 <= self.expected <= most:
            message = f"found {self.expected:g} claims expected; allowed is 0 to {most:g}"
            raise ValueError(message)
        if self.frailty is not None and not self.frailty > 0:
            message = f"found a frailty of shape {self.frailty:g}; it must be above 0"
            raise ValueError(message)
        if self.frailty is not None and self.trials is not None:
            message = "found a frailty and trials; a binomial number has no frailty: leave one out"
            raise ValueError(message)

    @property
    def mean(self) -> float:
        """Expected sum [tCO2e]."""
        return self.expected * self.mass.mean

    def generating(self, transform: Complex) -> Complex:
        r"""Return the generating function of the number at a transform.

        Notes
        -----
        Poisson :math:`e^{\Lambda (z - 1)}`, with frailty :math:`(1 - \Lambda (z - 1) / k)^{-k}`,
        binomial :math:`(1 + p (z - 1))^n`.
        """
        above = transform - 1.0
        if self.trials is not None:
            share = self.expected / self.trials if self.trials else 0.0
            return np.asarray((1.0 + share * above) ** self.trials)
        if self.frailty is not None:
            return np.asarray((1.0 - self.expected / self.frailty * above) ** -self.frailty)
        return np.asarray(np.exp(self.expected * above))


@dataclass(frozen=True, eq=False)
class Sum:
    """The distribution of a sum of claims, on a grid of amounts.

    Parameters
    ----------
    step : float
        Distance of the amounts [tCO2e]; the first is 0.
    probability : array, shape (amount,)
        Probability of each [1]; what is missing to one lies beyond the grid.
    """

    step: float
    probability: Array

    @functools.cached_property
    def cumulative(self) -> Array:
        """Probability that no more than each amount is claimed [1]."""
        return np.cumsum(self.probability)

    @property
    def amounts(self) -> Array:
        """The amounts [tCO2e]."""
        return np.asarray(self.step * np.arange(self.probability.size), dtype=float)

    def survival(self, amount: ArrayLike) -> Array:
        """Return the probability that more than an amount is claimed [1]."""
        at = np.floor(np.asarray(amount, dtype=float) / self.step * (1 + 1e-12)).astype(np.int64)
        inside = np.clip(at, 0, self.probability.size - 1)
        return np.asarray(np.where(at < 0, 1.0, 1.0 - self.cumulative[inside]))

    def quantile(self, share: ArrayLike) -> Array:
        """Return the least amount that suffices with a probability [tCO2e]."""
        at = np.searchsorted(self.cumulative, np.asarray(share))
        if (np.asarray(at) >= self.probability.size).any():
            message = f"{np.max(share):g} is not reached on a grid up to {self.amounts[-1]:,.0f}"
            raise ValueError(message)
        return np.asarray(self.step * at)

    def expected_excess(self, amount: float, mean: float) -> float:
        """Return what is expected beyond an amount [tCO2e].

        Parameters
        ----------
        amount : float
            The reserve [tCO2e].
        mean : float
            The mean of the sum [tCO2e], known without the grid: what lies beyond its end counts.
        """
        below = self.amounts <= amount
        covered = np.minimum(self.amounts, amount)[below] @ self.probability[below]
        return float(mean - covered - amount * self.survival(amount))


def _discrete(mass: Distribution, step: float, points: int) -> Array:
    """Return the probability that a mass rounds to each amount of the grid."""
    edges = step * np.arange(-0.5, points + 0.5)
    beyond = mass.survival(edges)
    beyond[0] = 1.0
    return np.asarray(beyond[:-1] - beyond[1:])


def sum_of(claims: Sequence[Claims], step: float, points: int) -> Sum:
    """Return the distribution of the sum of independent claims of several kinds.

    Parameters
    ----------
    claims : sequence of Claims
        The kinds.
    step : float
        Distance of the grid's amounts [tCO2e].
    points : int
        Number of amounts.

    Returns
    -------
    Sum
        Their sum.

    Notes
    -----
    Masses are rounded to the grid, and tilted by :math:`e^{-16 j / n}` so that what lies beyond
    its end does not wrap around (Grübel and Hermesmeier, 1999, ASTIN Bulletin 29, 197-214).
    """
    from scipy.fft import irfft, rfft  # a run without a study goes without scipy

    damping = np.exp(-_TILT / points * np.arange(points))
    product: Complex = np.ones(points // 2 + 1, dtype=complex)
    for mass in dict.fromkeys(each.mass for each in claims):
        transform = rfft(_discrete(mass, step, points) * damping)
        for each in claims:
            if each.mass == mass:
                product = product * each.generating(transform)
    # Noise below nothing stays: to cut it off would add to the sums over many amounts.
    return Sum(step, irfft(product, points) / damping)


def rounding_shift(claims: Sequence[Claims], step: float, points: int) -> float:
    r"""Return how far the rounding of masses to a grid moves the mean of their sum.

    Parameters
    ----------
    claims : sequence of Claims
        The kinds.
    step : float
        Distance of the grid's amounts [tCO2e].
    points : int
        Number of amounts.

    Returns
    -------
    float
        The sum of the shifts of all kinds, each taken positive [tCO2e].

    Notes
    -----
    Masses far below the step all round to nothing, on a grid of half the step too; halving it
    tells nothing then. A mass that reaches beyond the grid counts as not shifted: it is no small
    one.
    """
    amounts = step * np.arange(points, dtype=float)
    total = 0.0
    for each in claims:
        if each.mass.survival(amounts[-1:])[0] < _HARDLY:
            rounded = float(amounts @ _discrete(each.mass, step, points))
            total += each.expected * abs(rounded - each.mass.mean)
    return total


def probability_of_more(
    claims: Sequence[Claims], amount: float, relative: float = 1e-4
) -> Estimate:
    """Return the probability that claims exceed an amount, on a grid fine enough.

    Parameters
    ----------
    claims : sequence of Claims
        The kinds.
    amount : float
        The reserve [tCO2e].
    relative : float
        How far halving the step may still move the result, as a share of it.

    Returns
    -------
    Estimate
        The probability [1], and its error: the larger of how far halving the step moved it and
        how far the rounding of masses does, with what wraps around and the rounding of numbers.
        No finer grid than 2^20 amounts is tried, so the error may stay above what is asked.
    """
    if amount <= 0:
        return Estimate(_any(claims), 0.0)
    points, before = _SMALLEST, np.inf
    mean = sum(each.mean for each in claims) or amount
    while True:
        # The amount lies between two amounts of the grid, whatever the step.
        step = 2 * amount / (points - 1)
        distribution = sum_of(claims, step, points)
        shift = rounding_shift(claims, step, points)
        # A sum far above its mean is shifted as much more; below, by twice to be safe.
        around = amount + max(2.0, amount / mean) * shift * np.arange(-1, 2)
        more, found, less = map(float, distribution.survival(around))
        change = max(abs(found - before), more - found, found - less)
        settled = change <= relative * found and shift <= amount / 100
        if settled or points >= _LARGEST:
            return Estimate(found, change + np.exp(-_TILT) * found + _ROUNDING)
        points, before = 2 * points, found


def _any(claims: Sequence[Claims]) -> float:
    """Return the probability that there is any claim at all."""
    none = 1.0
    for each in claims:
        none *= float(each.generating(np.zeros(1, dtype=complex))[0].real)
    return 1.0 - none
