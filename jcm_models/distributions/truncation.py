"""Distributions cut where an amount cannot be."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import numpy as np

from jcm_models.distributions.closed_forms import LogNormal, Normal
from jcm_models.distributions.discrete import Discrete
from jcm_models.distributions.protocol import Array, Distribution

__all__ = ["Truncated", "truncated"]

_LEAST_MASS = 1e-9
# So many standard deviations away, or with so little beyond, nothing is cut: beyond lies less than
# what is drawn in doubles, or than what is known of any mean.
_NEVER_DRAWN = 8.5
_NEVER_LEFT = 1e-16
_MEAN_STAYS = 6.0
# Of the quadrature: half the width of its nodes, and their number.
_REACH = 3.2
_NODES = 1001


def truncated(distribution: Distribution, least: float, most: float) -> Distribution:
    """Return a distribution cut at two amounts; itself, where it never reaches them.

    Parameters
    ----------
    distribution : Distribution
        What is cut.
    least, most : float
        The ends; infinite where nothing is cut.

    Raises
    ------
    ValueError
        If less than a billionth of it lies between the two.
    """
    if isinstance(distribution, Discrete):
        found = distribution.between(least, most)
        if not found.values or (found.weights and not sum(found.weights)):
            raise ValueError(_nothing(least, most))
        return distribution if found.values == distribution.values else found
    low = least if _is_cut(distribution, least, above=False) else -math.inf
    high = most if _is_cut(distribution, most, above=True) else math.inf
    if math.isinf(low) and math.isinf(high):
        return distribution
    found_between = Truncated(distribution, low, high)
    if not found_between.mass >= _LEAST_MASS:
        raise ValueError(_nothing(least, most))
    return found_between


def _is_cut(distribution: Distribution, end: float, *, above: bool) -> bool:
    """Tell whether anything that is drawn in doubles lies beyond an end."""
    if math.isinf(end):
        return False
    if isinstance(distribution, (Normal, LogNormal)):  # without scipy, which reading goes without
        away = _standard(distribution, end)
        return (away if above else -away) < _NEVER_DRAWN
    exceeded = float(distribution.survival(np.asarray(end)))
    return (exceeded if above else 1 - exceeded) > _NEVER_LEFT


def _nothing(least: float, most: float) -> str:
    return f"nothing of the distribution lies between {least:g} and {most:g}"


@dataclass(frozen=True)
class Truncated:
    """What lies of a continuous distribution between two amounts.

    Notes
    -----
    With F the distribution function, a share u is mapped to F(least) + u (F(most) - F(least)).
    """

    whole: Distribution
    least: float
    most: float

    @property
    def support(self) -> tuple[float, float]:
        """The ends, or those of the whole where they are nearer."""
        low, high = self.whole.support
        return max(low, self.least), min(high, self.most)

    @functools.cached_property
    def mass(self) -> float:
        """How much of the whole lies between the ends [1]."""
        if isinstance(self.whole, (Normal, LogNormal)):
            return _between(*(_standard(self.whole, end) for end in (self.least, self.most)))
        return self._exceeded(self.least) - self._exceeded(self.most)

    @functools.cached_property
    def _below(self) -> float:
        """Share of the whole below the least amount."""
        return 1.0 - self._exceeded(self.least)

    def _exceeded(self, amount: float) -> float:
        if math.isinf(amount):
            return float(amount < 0)
        return float(self.whole.survival(np.asarray(amount)))

    @functools.cached_property
    def mean(self) -> float:
        """The mean, in closed form for a normal and a lognormal one, else by quadrature."""
        if isinstance(self.whole, Normal):
            return _mean_of_normal(self.whole, self.least, self.most)
        if isinstance(self.whole, LogNormal):
            return _mean_of_lognormal(self.whole, self.least, self.most, self.mass)
        low, high = self.whole.support
        upto = self._below + self.mass
        # Where one side has no end, what is cut off is added up instead: that has.
        if self.most >= high and math.isinf(high):
            found = self.whole.mean - self._area(0.0, self._below)
        elif self.least <= low and math.isinf(low):
            found = self.whole.mean - self._area(upto, 1.0)
        else:
            found = self._area(self._below, upto)
        return found / self.mass

    def _area(self, low: float, high: float) -> float:
        """Return the integral of the quantile of the whole between two shares.

        Notes
        -----
        Double exponential quadrature: Takahasi and Mori (1974), Double exponential formulas for
        numerical integration, Publications of the Research Institute for Mathematical Sciences 9,
        721-741; what is steep at an end does no harm.
        """
        t = np.linspace(-_REACH, _REACH, _NODES)
        steep = np.pi / 2 * np.sinh(t)
        weights = np.cosh(t) / np.cosh(steep) ** 2
        between = 1 / (1 + np.exp(-2 * steep))
        amounts = self.whole.quantile(low + (high - low) * between)
        return float((high - low) * (weights * amounts).sum() / weights.sum())

    def quantile(self, share: Array) -> Array:
        """Return the amount not exceeded with a probability."""
        mapped = self._below + self.mass * np.asarray(share, dtype=float)
        return np.clip(self.whole.quantile(np.minimum(mapped, 1.0)), self.least, self.most)

    def survival(self, amount: Array) -> Array:
        """Return the probability that an amount is exceeded."""
        inside = np.clip(np.asarray(amount, dtype=float), self.least, self.most)
        beyond = self.whole.survival(inside) - self._exceeded(self.most)
        return np.clip(beyond / self.mass, 0.0, 1.0)


def _standard(distribution: Normal | LogNormal, amount: float) -> float:
    """Return how many standard deviations of the normal distribution an amount is away."""
    if isinstance(distribution, Normal):
        return (amount - distribution.centre) / distribution.sd
    logarithm = math.log(amount) if amount > 0 else -math.inf
    return (logarithm - distribution.log_centre) / distribution.log_sd


def _between(low: float, high: float) -> float:
    """Return the share of a standard normal distribution between two amounts."""
    if low > 0:  # the upper tail is exact where the lower is: near nothing
        low, high = -high, -low
    return (math.erfc(-high / math.sqrt(2)) - math.erfc(-low / math.sqrt(2))) / 2


def _density(amount: float) -> float:
    return math.exp(-(amount**2) / 2) / math.sqrt(2 * math.pi)


def _mean_of_normal(whole: Normal, least: float, most: float) -> float:
    low, high = _standard(whole, least), _standard(whole, most)
    low = -math.inf if low <= -_MEAN_STAYS else low
    high = math.inf if high >= _MEAN_STAYS else high
    return whole.centre + whole.sd * (_density(low) - _density(high)) / _between(low, high)


def _mean_of_lognormal(whole: LogNormal, least: float, most: float, mass: float) -> float:
    low, high = _standard(whole, least), _standard(whole, most)
    return whole.mean * _between(low - whole.log_sd, high - whole.log_sd) / mass
