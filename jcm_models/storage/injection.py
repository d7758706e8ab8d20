"""What is injected in each year, and the stages that a storage project goes through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

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
    amounts : array, shape (year,) or (sample, year)
        In each year from the first year of injection to the last [t]; those are the same years in
        every sample.

    Raises
    ------
    ValueError
        If nothing is injected, or in some year less than nothing.
    """

    amounts: Array

    def __post_init__(self) -> None:
        amounts = np.asarray(self.amounts, dtype=float)
        object.__setattr__(self, "amounts", amounts)
        if amounts.ndim not in {1, 2} or not amounts.size or not _both_ends(amounts).all():
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
    def total(self) -> Any:
        """All that is injected [t]: one number, or an array of shape (sample,)."""
        return self.amounts.sum(axis=-1)

    @property
    def period(self) -> int:
        """Years from the first injection to the last [yr]."""
        return int(self.amounts.shape[-1])

    @property
    def is_steady(self) -> bool:
        """Whether every year injects the same amount, but for noise."""
        amounts = self.amounts
        return bool((np.ptp(amounts, axis=-1) <= 1e-12 * amounts.max(axis=-1)).all())

    def of(self, samples: Whole) -> Injection:
        """Return the injection of some samples only."""
        return self if self.amounts.ndim == 1 else Injection(self.amounts[samples])

    def injected(self, years: Whole) -> Array:
        """Return what has been injected by the end of years counted from 1.

        Parameters
        ----------
        years : array of int, shape (year,) or (sample, year)
            Calendar years play no part.

        Returns
        -------
        array, shape (..., year)
            [t].
        """
        sums = np.cumsum(self.amounts, axis=-1)
        sums = np.concatenate([np.zeros((*sums.shape[:-1], 1)), sums], axis=-1)
        at = np.clip(years, 0, self.period)
        if sums.ndim == 1 or at.ndim == 1:
            return np.asarray(sums[..., at])
        return np.take_along_axis(sums, at, axis=-1)


def _both_ends(amounts: Array) -> NDArray[np.bool_]:
    """Tell whether anything is injected in the first and in the last year of each sample."""
    return np.asarray((amounts[..., 0] > 0) & (amounts[..., -1] > 0))


@dataclass(frozen=True)
class Stages:
    """How long a project is monitored after its injection, and when it is complete.

    Parameters
    ----------
    preparatory, after_termination : int or array of int, shape (sample,)
        Least years of the termination-preparatory and of the post-termination period [yr].
    leak_rate_below : float or array, shape (sample,), or None
        Share of the stored CO2 a year [1/yr]; the termination waits until less leaks.
    for_years : int
        For how many years in a row it must [yr].
    """

    preparatory: int | Whole
    after_termination: int | Whole
    leak_rate_below: float | Array | None = None
    for_years: int = 1

    def of_years(self, period: int, leak_rates: Array) -> Whole:
        """Return the stage of every year since the first injection.

        Parameters
        ----------
        period : int
            Years of injection [yr].
        leak_rates : array, shape (..., year)
            Share of the stored CO2 that leaks in each year [1/yr].

        Returns
        -------
        array of int, shape (..., year)
            1 injection, 2 termination-preparatory period, 3 post-termination period, 4 complete.
        """
        last = leak_rates.shape[-1]
        years = np.arange(1, last + 1)
        ready = years >= period + _column(self.preparatory)
        if self.leak_rate_below is not None:
            quiet = np.cumsum(leak_rates < _column(self.leak_rate_below), axis=-1)
            before = np.zeros_like(quiet)
            before[..., self.for_years :] = quiet[..., : -self.for_years]
            ready = ready & (quiet - before == self.for_years)
        terminated = np.where(ready.any(axis=-1), 1 + ready.argmax(axis=-1), last)[..., np.newaxis]
        complete = terminated + _column(self.after_termination)
        after = [years > end for end in (period, terminated, complete)]
        return np.asarray(1 + sum(each.astype(np.int64) for each in after))


def _column(numbers: Array | Whole | float) -> NDArray[Any]:
    """Return one number, or one for each sample, so that it meets years."""
    return np.asarray(numbers)[..., np.newaxis]
