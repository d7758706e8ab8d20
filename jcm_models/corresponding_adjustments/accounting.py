"""How a Party accounts for its NDC, and what is refused as an amount."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jcm_models.problems import Problem, ScenarioError, nearest

__all__ = ["METHODS", "Array", "NdcAccounting", "amounts", "numbers", "refuse", "unknown"]

Array = NDArray[np.float64]

METHODS = ("averaging", "trajectory", "multi_year")


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class NdcAccounting:
    """How a Party accounts for one implementation period of its NDC.

    Parameters
    ----------
    method : {"averaging", "trajectory", "multi_year"}
        Averaging or an indicative trajectory for an NDC with a target year, annual accounting for
        an NDC over many years. Japan averages over 2021 to 2030, as secondary sources report.
    first_year, last_year : int
        The period; the last year is the NDC year. Japan's are fiscal years.
    years : array of int, shape (year,)
        The years on the last axis of every array, in the calendar of the NDC.

    Raises
    ------
    ScenarioError
        With everything that is wrong.
    """

    method: str
    first_year: int
    last_year: int
    years: NDArray[np.int64]

    def __post_init__(self) -> None:
        refuse(self._problems())

    def _problems(self) -> Iterator[Problem]:
        yield from unknown("method", self.method, METHODS)
        if self.first_year > self.last_year:
            message = f"the NDC period ends in {self.last_year}, before it begins"
            yield Problem("first_year", f"found {self.first_year}, but {message}; swap the two")
        if self.years.size == 0 or (np.diff(self.years) != 1).any():
            message = f"found {self.years.tolist()}; needed is every year once, in order"
            yield Problem("years", message)
        elif self.years[0] > self.first_year:
            message = f"found years from {self.years[0]}, but the NDC period from {self.first_year}"
            way_out = "begin no later, with 0 where nothing was transferred yet"
            yield Problem("years", f"{message}; {way_out}")

    @property
    def inside(self) -> NDArray[np.bool_]:
        """Which years lie in the NDC period, shape (year,)."""
        return np.asarray((self.years >= self.first_year) & (self.years <= self.last_year))

    @property
    def length(self) -> int:
        """How many years the NDC period has [yr]."""
        return self.last_year - self.first_year + 1

    def over_period(self, annual: Array) -> Array:
        """Add up annual amounts over the NDC period: shape (..., year) to (...)."""
        return np.asarray(np.sum(annual, axis=-1, where=self.inside))


def refuse(problems: Iterable[Problem]) -> None:
    """Raise what is wrong, all together, if anything is."""
    found = list(problems)
    if found:
        raise ScenarioError(found)


def unknown(path: str, found: str, allowed: tuple[str, ...]) -> Iterator[Problem]:
    """Refuse a name that is none of those allowed."""
    if found not in allowed:
        known = ", ".join(allowed)
        yield Problem(path, f"found {found!r}{nearest(found, allowed)}; allowed: {known}")


def numbers(path: str, found: Array, accounting: NdcAccounting) -> Iterator[Problem]:
    """Refuse what is no number for each year."""
    years = accounting.years.size
    if found.ndim == 0 or found.shape[-1] != years:
        shape = found.shape[-1] if found.ndim else "one number"
        yield Problem(path, f"found {shape}; needed is a number for each of {years} years")
    elif not np.isfinite(found).all():
        yield Problem(path, "found numbers missing; give 0 where there is nothing")


def amounts(path: str, found: Array, accounting: NdcAccounting) -> Iterator[Problem]:
    """Refuse what is no number for each year, or a negative one."""
    yield from numbers(path, found, accounting)
    if (found < 0).any():
        message = f"found {found.min():g} tCO2e/yr; transfers, uses and credits are not negative"
        yield Problem(path, f"{message}, their sign in the balance is given by the rule")
