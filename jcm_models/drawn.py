"""Numbers as they were drawn: one for each sample, or a factor for each sample and year."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

__all__ = ["Drawn"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Drawn:
    """What a number of a scenario is in each sample.

    Parameters
    ----------
    numbers : array, shape (sample,), optional
        What stands in place of the number, in its unit.
    factors : array, shape (sample, year), optional
        What multiplies it in each year from `first` on [1].
    first : int
        The year of the first factor.
    least, most : float
        The number stays within these bounds, in its unit.
    """

    numbers: Array | None = None
    factors: Array | None = None
    first: int = 0
    least: float = -math.inf
    most: float = math.inf

    @property
    def shown(self) -> Array:
        """What is shown of it: the numbers, or else the factors."""
        if self.numbers is not None:
            return self.numbers
        assert self.factors is not None
        return self.factors[:, 0] if self.factors.shape[1] == 1 else self.factors

    def of(self, rows: NDArray[np.int64]) -> Drawn:
        """Return what the number is in some samples only."""
        numbers = None if self.numbers is None else self.numbers[rows]
        factors = None if self.factors is None else self.factors[rows]
        return replace(self, numbers=numbers, factors=factors)

    def at(self, years: NDArray[np.int64], certain: Array, growth: Array | None = None) -> Array:
        """Return the number of every sample and year, shape (sample, year).

        Parameters
        ----------
        years : array of int, shape (year,)
            Calendar years.
        certain : array, shape (year,)
            What it would be without the draws.
        growth : array, shape (year,), optional
            What multiplies the number from year to year, where it changes [1].
        """
        if self.numbers is not None:
            drawn = self.numbers[:, np.newaxis]
            shape = (self.numbers.size, years.size)
            return np.broadcast_to(drawn, shape) if growth is None else drawn * growth
        assert self.factors is not None
        last = self.factors.shape[-1] - 1  # beyond the years simulated the nearest holds
        at = np.clip(years - self.first, 0, last)
        return np.clip(certain * self.factors[:, at], self.least, self.most)

    def number(self, certain: float) -> Array:
        """Return the number of every sample, shape (sample,); with factors, in their first year."""
        if self.numbers is not None:
            return self.numbers
        assert self.factors is not None
        return np.clip(certain * self.factors[:, 0], self.least, self.most)
