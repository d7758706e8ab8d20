"""What is injected in each year, and the stages that a storage project goes through."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Injection", "Stages"]

Array = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Injection:
    """CO2 injected at a site.

    Parameters
    ----------
    amounts : array, shape (year,)
        In each year from the first year of injection to the last [t].

    Raises
    ------
    ValueError
        If nothing is injected, or in some year less than nothing.
    """

    amounts: Array

    def __post_init__(self) -> None:
        amounts = np.asarray(self.amounts, dtype=float)
        object.__setattr__(self, "amounts", amounts)
        if amounts.ndim != 1 or not amounts.size or not amounts[-1] > 0 or not amounts[0] > 0:
            message = (
                f"found {amounts.tolist()}; injection needs an amount for each year from its first "
                "to its last, above 0 in both"
            )
            raise ValueError(message)
        if not np.isfinite(amounts).all() or (amounts < 0).any():
            message = f"found {amounts.tolist()}; no year can inject less than nothing"
            raise ValueError(message)

    @classmethod
    def steady(cls, total: float, period: int) -> Injection:
        """Return the injection of the same amount in every year of a period.

        Raises
        ------
        ValueError
            If the period is shorter than a year.
        """
        if period < 1:
            message = f"injection over {period} years ends before it starts; give 1 year or more"
            raise ValueError(message)
        return cls(np.full(period, total / period))

    @property
    def total(self) -> float:
        """All that is injected [t]."""
        return float(self.amounts.sum())

    @property
    def period(self) -> int:
        """Years from the first injection to the last [yr]."""
        return self.amounts.size

    @property
    def is_steady(self) -> bool:
        """Whether every year injects the same amount, but for noise."""
        return bool(np.ptp(self.amounts) <= 1e-12 * self.amounts.max())

    def injected(self, years: Whole) -> Array:
        """Return what has been injected by the end of years counted from 1 [t], shape (year,)."""
        sums = np.concatenate([[0.0], np.cumsum(self.amounts)])
        return np.asarray(sums[np.clip(years, 0, self.period)])


@dataclass(frozen=True)
class Stages:
    """How long a project is monitored after its injection, and when it is complete.

    Parameters
    ----------
    preparatory, after_termination : int
        Least years of the termination-preparatory and of the post-termination period [yr].
    leak_rate_below : float or None
        Share of the stored CO2 a year [1/yr]; the termination waits until less leaks.
    for_years : int
        For how many years in a row it must [yr].
    """

    preparatory: int
    after_termination: int
    leak_rate_below: float | None = None
    for_years: int = 1

    def of_years(self, period: int, leak_rates: Array) -> Whole:
        """Return the stage of every year since the first injection.

        Parameters
        ----------
        period : int
            Years of injection [yr].
        leak_rates : array, shape (year,)
            Share of the stored CO2 that leaks in each year [1/yr].

        Returns
        -------
        array of int, shape (year,)
            1 injection, 2 termination-preparatory period, 3 post-termination period, 4 complete.
        """
        years = np.arange(1, leak_rates.size + 1)
        calm = np.ones(leak_rates.size, dtype=bool)
        if self.leak_rate_below is not None:
            quiet = np.cumsum(leak_rates < self.leak_rate_below)
            before = np.concatenate([np.zeros(self.for_years), quiet])[: quiet.size]
            calm = quiet - before == self.for_years
        (ready,) = np.nonzero(calm & (years >= period + self.preparatory))
        terminated = int(years[ready[0]]) if ready.size else leak_rates.size
        complete = terminated + self.after_termination
        return np.asarray(1 + np.sum([years > e for e in (period, terminated, complete)], axis=0))
