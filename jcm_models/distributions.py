"""Distributions of uncertain numbers: mean, inverse distribution function, survival function."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Distribution",
    "DoubleLogNormal",
    "Exponential",
    "Fixed",
    "LogNormal",
    "Normal",
    "Pareto",
    "Triangular",
    "Uniform",
    "require_mean",
]

Array = NDArray[np.float64]

_CUT = 6.0  # standard deviations
_NODES = 200


class Distribution(Protocol):
    """How uncertain a number is."""

    @property
    def mean(self) -> float:
        """The mean; infinite where there is none."""
        ...

    def quantile(self, share: Array) -> Array:
        """Return the amount that is not exceeded with a probability, in [0, 1]."""
        ...

    def survival(self, amount: Array) -> Array:
        """Return the probability that an amount is exceeded."""
        ...


def require_mean(name: str, distribution: Distribution) -> None:
    """Refuse a distribution of which nothing can be expected.

    Parameters
    ----------
    name : str
        What it is the distribution of.
    distribution : Distribution
        The distribution.

    Raises
    ------
    ValueError
        If its mean is infinite.
    """
    if not math.isfinite(distribution.mean):
        message = (
            f"{name}: {distribution} has an infinite mean, so no loss can be expected and no "
            "reserve suffices on average; give a Pareto index above 1, or a distribution that "
            "ends, such as Triangular"
        )
        raise ValueError(message)


def _standard_quantile(share: Array) -> Array:
    from scipy.special import ndtri  # a run without draws goes without scipy

    return np.asarray(ndtri(share))


def _standard_survival(amount: Array) -> Array:
    from scipy.special import ndtr

    return np.asarray(ndtr(-np.asarray(amount)))


@dataclass(frozen=True)
class Fixed:
    """A number that is certain."""

    amount: float

    @property
    def mean(self) -> float:
        """The number."""
        return self.amount

    def quantile(self, share: Array) -> Array:
        """Return the number for every share."""
        return np.full(np.shape(share), self.amount)

    def survival(self, amount: Array) -> Array:
        """Return 1 below the number, and 0 from it on."""
        return np.where(np.asarray(amount) < self.amount, 1.0, 0.0)


@dataclass(frozen=True)
class Uniform:
    """All amounts between two ends alike."""

    least: float
    most: float

    @property
    def mean(self) -> float:
        """The middle."""
        return (self.least + self.most) / 2

    def quantile(self, share: Array) -> Array:
        """Return the amount not exceeded with a probability."""
        return np.asarray(self.least + (self.most - self.least) * np.asarray(share))

    def survival(self, amount: Array) -> Array:
        """Return the probability that an amount is exceeded."""
        width = max(self.most - self.least, np.finfo(float).tiny)
        return np.clip((self.most - np.asarray(amount)) / width, 0.0, 1.0)


@dataclass(frozen=True)
class Triangular:
    """Most likely at the mode, impossible beyond the ends."""

    least: float
    mode: float
    most: float

    @property
    def mean(self) -> float:
        """The mean of the three."""
        return (self.least + self.mode + self.most) / 3

    def quantile(self, share: Array) -> Array:
        """Return the amount not exceeded with a probability."""
        share = np.asarray(share, dtype=float)
        width = self.most - self.least
        rising = self.least + np.sqrt(share * width * (self.mode - self.least))
        falling = self.most - np.sqrt((1 - share) * width * (self.most - self.mode))
        return np.where(share * width < self.mode - self.least, rising, falling)

    def survival(self, amount: Array) -> Array:
        """Return the probability that an amount is exceeded."""
        x = np.clip(np.asarray(amount, dtype=float), self.least, self.most)
        width = self.most - self.least
        # Where the mode is an end, the side beyond it is never taken.
        below = (x - self.least) ** 2 / (width * (self.mode - self.least) or 1.0)
        above = (self.most - x) ** 2 / (width * (self.most - self.mode) or 1.0)
        return np.asarray(np.where(x < self.mode, 1 - below, above))


@dataclass(frozen=True)
class Normal:
    """Normal distribution around a centre."""

    centre: float
    sd: float

    @property
    def mean(self) -> float:
        """The centre."""
        return self.centre

    def quantile(self, share: Array) -> Array:
        """Return the amount not exceeded with a probability."""
        return self.centre + self.sd * _standard_quantile(share)

    def survival(self, amount: Array) -> Array:
        """Return the probability that an amount is exceeded."""
        return _standard_survival((np.asarray(amount) - self.centre) / self.sd)


@dataclass(frozen=True)
class LogNormal:
    """The exponential of a normal distribution."""

    log_centre: float
    log_sd: float

    @classmethod
    def of_mean(cls, mean: float, sd: float) -> LogNormal:
        """Return the distribution with a mean and a standard deviation of its own."""
        variance = math.log1p((sd / mean) ** 2)
        return cls(math.log(mean) - variance / 2, math.sqrt(variance))

    @property
    def mean(self) -> float:
        """The mean, above the median."""
        return math.exp(self.log_centre + self.log_sd**2 / 2)

    def quantile(self, share: Array) -> Array:
        """Return the amount not exceeded with a probability."""
        return np.asarray(np.exp(self.log_centre + self.log_sd * _standard_quantile(share)))

    def survival(self, amount: Array) -> Array:
        """Return the probability that an amount is exceeded."""
        with np.errstate(divide="ignore"):
            logarithm = np.log(np.maximum(np.asarray(amount, dtype=float), 0.0))
        return _standard_survival((logarithm - self.log_centre) / self.log_sd)


@dataclass(frozen=True)
class DoubleLogNormal:
    """The exponential of the exponential of a normal distribution.

    Without an end its mean is infinite, so it is cut at six standard deviations of the normal
    distribution; beyond lies a billionth of the draws.
    """

    centre: float
    sd: float

    @functools.cached_property
    def mean(self) -> float:
        """The mean of the distribution as it is cut, by quadrature."""
        nodes, weights = np.polynomial.legendre.leggauss(_NODES)
        z = _CUT * nodes
        density = np.exp(-(z**2) / 2)
        values = np.exp(np.exp(self.centre + self.sd * z))
        return float((weights * density * values).sum() / (weights * density).sum())

    def quantile(self, share: Array) -> Array:
        """Return the amount not exceeded with a probability."""
        z = np.clip(_standard_quantile(share), -_CUT, _CUT)
        return np.exp(np.exp(self.centre + self.sd * z))

    def survival(self, amount: Array) -> Array:
        """Return the probability that an amount is exceeded."""
        with np.errstate(divide="ignore"):
            twice = np.log(np.maximum(np.log(np.maximum(np.asarray(amount, float), 1.0)), 0.0))
        z = (twice - self.centre) / self.sd
        return np.where(z >= _CUT, 0.0, np.where(z < -_CUT, 1.0, _standard_survival(z)))


@dataclass(frozen=True)
class Exponential:
    """Exponential distribution of a mean."""

    mean: float

    def quantile(self, share: Array) -> Array:
        """Return the amount not exceeded with a probability."""
        with np.errstate(divide="ignore"):
            return np.asarray(-self.mean * np.log1p(-np.asarray(share, dtype=float)))

    def survival(self, amount: Array) -> Array:
        """Return the probability that an amount is exceeded."""
        return np.exp(-np.maximum(np.asarray(amount), 0.0) / self.mean)


@dataclass(frozen=True)
class Pareto:
    """Pareto distribution: the chance to exceed x falls as (least / x) ** index."""

    least: float
    index: float

    @property
    def mean(self) -> float:
        """The mean; infinite where the index is 1 or less."""
        return self.least * self.index / (self.index - 1) if self.index > 1 else math.inf

    def quantile(self, share: Array) -> Array:
        """Return the amount not exceeded with a probability."""
        with np.errstate(divide="ignore"):
            return np.asarray(self.least * (1 - np.asarray(share, float)) ** (-1 / self.index))

    def survival(self, amount: Array) -> Array:
        """Return the probability that an amount is exceeded."""
        ratio = self.least / np.maximum(np.asarray(amount, float), self.least)
        return np.asarray(ratio**self.index)
