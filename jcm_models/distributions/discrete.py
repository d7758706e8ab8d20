"""Distributions of a few amounts, or of draws that somebody else made."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

from jcm_models.distributions.protocol import Array

__all__ = ["Discrete"]


@dataclass(frozen=True)
class Discrete:
    """Some amounts, each with a weight; without weights all are equally likely.

    Its quantile is the empirical inverse, so that a table of draws is drawn from again.
    """

    values: tuple[float, ...]
    weights: tuple[float, ...] = ()

    @functools.cached_property
    def _steps(self) -> tuple[Array, Array]:
        """The amounts, rising, and the probability that each is not exceeded."""
        values = np.array(self.values, dtype=float)
        weights = np.array(self.weights or np.ones(values.size), dtype=float)
        order = np.argsort(values, kind="stable")
        order = order[weights[order] > 0]
        shares = np.cumsum(weights[order])
        return values[order], shares / shares[-1]

    @functools.cached_property
    def mean(self) -> float:
        """The weighted mean."""
        return float(np.average(self.values, weights=self.weights or None))

    @property
    def support(self) -> tuple[float, float]:
        """The least and the greatest amount that has a weight."""
        values, _ = self._steps
        return float(values[0]), float(values[-1])

    def quantile(self, share: Array) -> Array:
        """Return the amount not exceeded with a probability."""
        values, shares = self._steps
        return np.asarray(values[np.searchsorted(shares, np.asarray(share, dtype=float))])

    def survival(self, amount: Array) -> Array:
        """Return the probability that an amount is exceeded."""
        values, shares = self._steps
        below = np.concatenate([[0.0], shares])
        step = np.searchsorted(values, np.asarray(amount, dtype=float), side="right")
        return np.asarray(1.0 - below[step])

    def between(self, least: float, most: float) -> Discrete:
        """Return what lies between two amounts, both included, with its weights."""
        kept = [index for index, value in enumerate(self.values) if least <= value <= most]
        return Discrete(
            tuple(self.values[index] for index in kept),
            tuple(self.weights[index] for index in kept) if self.weights else (),
        )
