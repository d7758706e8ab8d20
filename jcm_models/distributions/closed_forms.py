"""Distributions in closed form."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from jcm_models.distributions.protocol import Array
from jcm_models.lately import Lately

__all__ = [
    "DoubleLogNormal",
    "Exponential",
    "Fixed",
    "LogNormal",
    "Normal",
    "Pareto",
    "Pert",
    "Triangular",
    "Uniform",
]

_CUT = 6.0  # standard deviations
_NODES = 200
# A page draws the same samples anew whenever something else is moved.
_FEW = 4096
_INVERTED: Lately[Array] = Lately(8)


def _standard_quantile(share: Array) -> Array:
    from scipy.special import ndtri  # a run without draws goes without scipy

    return np.asarray(ndtri(share))


@functools.cache
def _gauss_nodes() -> tuple[Array, Array]:
    """Return nodes and weights of a quadrature from -1 to 1; finding them takes 0.05 s."""
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    return nodes, weights


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

    @property
    def support(self) -> tuple[float, float]:
        """Nothing but the number."""
        return self.amount, self.amount

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

    @property
    def support(self) -> tuple[float, float]:
        """The two ends."""
        return self.least, self.most

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

    @property
    def support(self) -> tuple[float, float]:
        """The two ends."""
        return self.least, self.most

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
class Pert:
    """Most likely at the mode and smoother than a triangle: a beta distribution between the ends.

    Notes
    -----
    Shape parameters :math:`1 + 4 (m - l) / (h - l)` and :math:`1 + 4 (h - m) / (h - l)`, whose mean
    is that of PERT, :math:`(l + 4 m + h) / 6`: Malcolm, Roseboom, Clark and Fazar (1959),
    Application of a technique for research and development program evaluation, Operations Research
    7, 646-669; the shapes are from memory.
    """

    least: float
    mode: float
    most: float

    @property
    def mean(self) -> float:
        """The mean, four times as near to the mode as to each end."""
        return (self.least + 4 * self.mode + self.most) / 6

    @property
    def support(self) -> tuple[float, float]:
        """The two ends."""
        return self.least, self.most

    @property
    def _shapes(self) -> tuple[float, float]:
        rise = (self.mode - self.least) / (self.most - self.least)
        return 1 + 4 * rise, 5 - 4 * rise

    def quantile(self, share: Array) -> Array:
        """Return the amount not exceeded with a probability."""
        return np.asarray(self.least + (self.most - self.least) * self._between(np.asarray(share)))

    def _between(self, share: Array) -> Array:
        """Return quantiles between the two ends [1], which take far longer than all others here."""
        from scipy.special import betaincinv

        shapes = self._shapes
        if share.size > _FEW:
            return np.asarray(betaincinv(*shapes, share))
        key = shapes, share.shape, share.tobytes()
        return _INVERTED.get(key, lambda: np.asarray(betaincinv(*shapes, share)))

    def survival(self, amount: Array) -> Array:
        """Return the probability that an amount is exceeded."""
        from scipy.special import betaincc

        between = (np.asarray(amount) - self.least) / (self.most - self.least)
        return np.asarray(betaincc(*self._shapes, np.clip(between, 0.0, 1.0)))


@dataclass(frozen=True)
class Normal:
    """Normal distribution around a centre."""

    centre: float
    sd: float

    @classmethod
    def of_quantiles(cls, quantiles: Mapping[float, float]) -> Normal:
        """Return the distribution with two quantiles, given by their share in (0, 1)."""
        (share, amount), (higher, more) = sorted(quantiles.items())
        z, above = NormalDist().inv_cdf(share), NormalDist().inv_cdf(higher)
        sd = (more - amount) / (above - z)
        return cls(amount - z * sd, sd)

    @property
    def mean(self) -> float:
        """The centre."""
        return self.centre

    @property
    def support(self) -> tuple[float, float]:
        """All numbers."""
        return -math.inf, math.inf

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

    @classmethod
    def of_quantiles(cls, quantiles: Mapping[float, float]) -> LogNormal:
        """Return the distribution with two quantiles, given by their share in (0, 1)."""
        logs = {share: math.log(amount) for share, amount in quantiles.items()}
        normal = Normal.of_quantiles(logs)
        return cls(normal.centre, normal.sd)

    @property
    def mean(self) -> float:
        """The mean, above the median."""
        return math.exp(self.log_centre + self.log_sd**2 / 2)

    @property
    def support(self) -> tuple[float, float]:
        """What is not negative."""
        return 0.0, math.inf

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
        nodes, weights = _gauss_nodes()
        z = _CUT * nodes
        density = np.exp(-(z**2) / 2)
        values = np.exp(np.exp(self.centre + self.sd * z))
        return float((weights * density * values).sum() / (weights * density).sum())

    @property
    def support(self) -> tuple[float, float]:
        """Where it is cut."""
        return (
            math.exp(math.exp(self.centre - _CUT * self.sd)),
            math.exp(math.exp(self.centre + _CUT * self.sd)),
        )

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

    @property
    def support(self) -> tuple[float, float]:
        """What is not negative."""
        return 0.0, math.inf

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

    @property
    def support(self) -> tuple[float, float]:
        """From the least amount on."""
        return self.least, math.inf

    def quantile(self, share: Array) -> Array:
        """Return the amount not exceeded with a probability."""
        with np.errstate(divide="ignore"):
            return np.asarray(self.least * (1 - np.asarray(share, float)) ** (-1 / self.index))

    def survival(self, amount: Array) -> Array:
        """Return the probability that an amount is exceeded."""
        ratio = self.least / np.maximum(np.asarray(amount, float), self.least)
        return np.asarray(ratio**self.index)
