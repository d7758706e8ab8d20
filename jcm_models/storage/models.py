"""Leak models behind one small interface: what has leaked by the end of which year."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from jcm_models.storage.injection import Injection

__all__ = ["ConstantShare", "DecayingShare", "LeakModel", "LeakTable", "YearlyChance"]
__all__ += ["read_leak_table"]

Array = NDArray[np.float64]
Whole = NDArray[np.int64]


class LeakModel(Protocol):
    """How stored CO2 leaks."""

    def leaked(self, injection: Injection, years: Whole) -> Array:
        """Return what has leaked by the end of some years.

        Parameters
        ----------
        injection : Injection
            What is injected at the site.
        years : array of int, shape (year,)
            Counted from the first year of injection, rising, 1 or more.

        Returns
        -------
        array, shape (sample, year)
            CO2 leaked [t]: it never falls and is never more than was injected.
        """
        ...


@dataclass(frozen=True)
class ConstantShare:
    r"""The same share of what is stored leaks in every year.

    Parameters
    ----------
    rate : float or array, shape (sample,)
        Share of what the year begins with that leaks in it [1/yr].

    Notes
    -----
    What is injected in year j has kept :math:`(1 - \lambda)^{y - j}` by the end of year y.
    """

    rate: Array | float

    def leaked(self, injection: Injection, years: Whole) -> Array:
        """Return what has leaked by the end of some years [t], shape (sample, year)."""
        return DecayingShare(self.rate, 1.0, 0.0).leaked(injection, years)


@dataclass(frozen=True)
class DecayingShare:
    r"""The share that leaks decays after injection, down to a floor.

    Parameters
    ----------
    rate : float or array, shape (sample,)
        Share of what is stored that leaks in a year of injection [1/yr].
    floor : float or array, shape (sample,)
        Part of that rate that never decays [1].
    decay : float or array, shape (sample,)
        Speed at which the rest decays [1/yr].

    Notes
    -----
    :math:`\lambda_y = \lambda (A + (1 - A) e^{-B \max(y - P, 0)})` with the years of injection P;
    of what a year begins with the share :math:`\lambda_y` leaks.
    """

    rate: Array | float
    floor: Array | float
    decay: Array | float

    def leaked(self, injection: Injection, years: Whole) -> Array:
        """Return what has leaked by the end of some years [t], shape (sample, year)."""
        rate, floor, decay = (_column(each) for each in (self.rate, self.floor, self.decay))
        during = np.arange(1, min(injection.period, int(years[-1])) + 1)
        # What is left of a tonne since its year of injection, by logarithms so that no year is
        # walked through after the last injection.
        with np.errstate(divide="ignore"):
            alive = np.log1p(-np.minimum(rate, 1.0))
        kept = _kept_during(np.atleast_2d(injection.amounts)[:, : during.size], alive)
        after = years - injection.period
        lost = np.minimum(_sum_after(rate, floor, decay, np.maximum(after, 0)), _MOST)
        then = np.where(after > 0, kept[:, -1:] * np.exp(-lost), 0.0)
        held = np.where(after > 0, then, kept[:, np.clip(years, 1, during.size) - 1])
        return np.asarray(np.maximum(injection.injected(years) - held, 0.0))


_MOST = 700.0  # beyond, exp(-x) is nothing


def _kept_during(amounts: Array, alive: Array) -> Array:
    """Return what is held at the end of each year of injection [t], shape (sample, year)."""
    held = np.zeros(np.broadcast_shapes(alive.shape, amounts.shape))
    stock = np.zeros(len(held))
    for year in range(amounts.shape[1]):
        stock = stock * np.exp(alive[:, 0]) + amounts[:, year]
        held[:, year] = stock
    return held


def _sum_after(rate: Array, floor: Array, decay: Array, years: Whole) -> Array:
    """Return the sum of -log(1 - share) over the years after injection, in blocks of years."""
    shape = np.broadcast_shapes(rate.shape, (1, years.size))
    found = np.zeros(shape)
    total = np.zeros((shape[0], 1))
    # Once the exponential has died away every year is the same.
    slow = np.where(decay > 0, 40.0 / np.maximum(decay, 1e-300), 0.0)
    walked = int(min(years[-1], np.ceil(np.max(slow))))
    edges = np.arange(1, walked + 1)
    for block in np.array_split(edges, max(walked // 1000, 1)):
        shares = np.minimum(rate * (floor + (1 - floor) * np.exp(-decay * block)), 1.0)
        with np.errstate(divide="ignore"):
            sums = total - np.cumsum(np.log1p(-shares), axis=1)
        inside = np.isin(years, block)
        found[:, inside] = sums[:, years[inside] - block[0]] if block.size else 0.0
        total = sums[:, -1:] if block.size else total
    with np.errstate(divide="ignore"):
        last = -np.log1p(-np.minimum(rate * np.where(decay > 0, floor, 1.0), 1.0))
    late = years > walked
    found[:, late] = total + last * (years[late] - walked)
    return found


@dataclass(frozen=True, eq=False)
class LeakTable:
    """Leaks as a table of the user's own says, such as one that a physics code has written.

    Parameters
    ----------
    years : array of int, shape (row,)
        Years since the first injection, without gaps from 1 on.
    shares : array, shape (row,)
        Share of all that is injected which leaks in the year [1/yr]; after the last row nothing.
    """

    years: Whole
    shares: Array

    def leaked(self, injection: Injection, years: Whole) -> Array:
        """Return what has leaked by the end of some years [t], shape (sample, year)."""
        sums = np.concatenate([[0.0], np.cumsum(self.shares)])
        total = np.atleast_1d(injection.total)[:, np.newaxis]
        amounts = sums[np.clip(years, 0, self.years.size)] * total
        return np.asarray(np.minimum(amounts, injection.injected(years)))


@dataclass(frozen=True)
class YearlyChance:
    """In every year there is an event with a probability, and it lets a share escape.

    Parameters
    ----------
    probability : float or array, shape (sample,)
        Of an event in a year; never two [1].
    loss : float or array, shape (sample,)
        Share of all that has been injected so far which one event lets escape [1].

    Notes
    -----
    The model of published buffer pools, such as that of CarbonPlan's article "Forest offset
    projects are burning": the number of events is binomial.
    """

    probability: Array | float
    loss: Array | float

    def leaked(self, injection: Injection, years: Whole) -> Array:
        """Return what has leaked by expectation by the end of some years [t], (sample, year)."""
        gaps = np.diff(years, prepend=0)
        return self._summed(injection, years, _column(self.probability) * gaps)

    def drawn(
        self, injection: Injection, years: Whole, samples: int, generator: np.random.Generator
    ) -> Array:
        """Return what has leaked by the end of some years in each draw [t], (sample, year).

        Between years that are left out all events count as at the end: while CO2 is injected,
        years should follow each other.
        """
        gaps = np.diff(years, prepend=0)
        events = generator.binomial(gaps, _column(self.probability), (samples, years.size))
        return self._summed(injection, years, events)

    def _summed(self, injection: Injection, years: Whole, events: NDArray[Any]) -> Array:
        injected = injection.injected(years)
        lost = np.cumsum(events * _column(self.loss) * injected, axis=1)
        return np.asarray(np.minimum(lost, injected))


def _column(numbers: Array | float) -> Array:
    return np.atleast_1d(np.asarray(numbers, dtype=float))[:, np.newaxis]


_HEADS = ("year", "share_leaked")


def read_leak_table(text: str) -> LeakTable:
    """Read a leak table from the text of a csv file.

    Parameters
    ----------
    text : str
        A heading ``year,share_leaked``, then a row for each year since the first injection: its
        number from 1 on, and the share of all injected CO2 that leaks in it.

    Raises
    ------
    ValueError
        With every row that is wrong.
    """
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))  # Excel writes that mark
    if not rows or tuple(cell.strip() for cell in rows[0]) != _HEADS:
        found = ",".join(rows[0]) if rows else "nothing"
        message = f"line 1: found {found!r}; the heading must be {','.join(_HEADS)}"
        raise ValueError(message)
    problems: list[str] = []
    years: list[int] = []
    shares: list[float] = []
    for line, row in enumerate(rows[1:], start=2):
        try:
            year, share = int(row[0]), float(row[1])
        except (IndexError, ValueError):
            problems.append(f"line {line}: found {','.join(row)!r}; a year and a share are needed")
            continue
        expected = years[-1] + 1 if years else 1
        if year > expected:
            missing = f"{expected} to {year - 1}" if year - expected > 1 else f"{expected}"
            problems.append(f"line {line}: a gap, year {missing} is missing; write 0 where none")
        elif year < expected:
            problems.append(f"line {line}: found year {year} after {expected - 1}; years must rise")
        if not 0 <= share <= 1:
            problems.append(f"line {line}: found a share of {share:g}; allowed is 0 to 1")
        years.append(year)
        shares.append(share)
    if not problems and not years:
        problems.append("there is no row below the heading")
    if not problems and sum(shares) > 1 + 1e-9:
        problems.append(f"the shares add up to {sum(shares):.6g}; more leaks than is injected")
    if problems:
        raise ValueError("; ".join(problems))
    return LeakTable(np.array(years), np.array(shares))
