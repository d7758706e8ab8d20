"""Cumulative leaks of the Storage Security Calculator in closed form."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from jcm_models.storage.injection import Injection

__all__ = ["Course", "Expected", "Rates"]

Array = NDArray[np.float64]
Whole = NDArray[np.int64]


class Rates(NamedTuple):
    """A leak rate, each of shape (sample,): tonnes a year, or events a year.

    `filling` is reached when all is injected, and `closed` holds right after the injection.
    """

    filling: Array
    closed: Array


class Course(NamedTuple):
    r"""How the leaks of a site add up over some years, whatever leaks.

    Notes
    -----
    During injection the rate follows the share that is injected, :math:`l(t) = L_1 I(t) / Q`, and
    after its P years :math:`l(t) = L_2 (A + (1 - A) e^{-B (t - P - 1)})`. The published code adds
    the rates up by the trapezoidal rule; with :math:`l(0) = 0` the same sum is

    :math:`C(t) = \sum_{s \le t} l(s) - l(t) / 2`, and after the injection the sum of the
    exponential is :math:`(1 - e^{-B m}) / (1 - e^{-B})` with :math:`m = t - P`.

    So :math:`C(t) = L_1 f(t)` until the end of injection, and afterwards
    :math:`C(t) = L_1 F + L_2 g(t) - L_2 h(t)`: `filling` is f, `full` F, `closed` g and `last` h.
    The last two have the years after the injection alone, of which `is_after` tells in samples
    that stop earlier.
    """

    filling: Array
    full: Array
    closed: Array
    last: Array
    is_after: NDArray[np.bool_]

    @classmethod
    def of(cls, injection: Injection, years: Whole, floor: Array, decay: Array) -> Course:
        """Return the course of some years.

        Parameters
        ----------
        injection : Injection
            What is injected.
        years : array of int, shape (year,) or (sample, year)
            Counted from the first year of injection, rising.
        floor, decay : array, shape (sample,)
            After the injection rates decay to the share `floor` [1] at the speed `decay` [1/yr].
        """
        years = np.atleast_2d(years)
        amounts = np.atleast_2d(injection.injected(np.arange(1, injection.period + 1)))
        share = amounts / np.atleast_1d(injection.total)[:, np.newaxis]
        halves = np.cumsum(share, axis=-1) - share / 2
        at = np.clip(years, 1, injection.period) - 1
        filling = np.take_along_axis(halves, at, axis=-1) * (years > 0)
        # Most years that are looked at may lie within the injection, and need no exponential.
        late = years[:, _first_above(injection.period, years) :]
        after = np.maximum(late - injection.period, 0).astype(float)
        floor, decay = (_column(each) for each in (floor, decay))
        # Large arrays from here on: each is changed in its place.
        last = -decay * np.maximum(after - 1, 0)
        np.exp(last, out=last)
        # (1 - e^-Bm) / (1 - e^-B) tends to m where nothing decays.
        closed = last * np.exp(-decay)
        np.subtract(1, closed, out=closed)
        with np.errstate(invalid="ignore", divide="ignore"):
            closed /= -np.expm1(-decay)
        np.copyto(closed, after, where=~(decay > 0))
        closed *= 1 - floor
        closed += floor * after
        last *= 1 - floor
        last += floor
        last /= 2
        # The year of the last injection counts whole once another follows it.
        full = share.sum(axis=-1, keepdims=True)
        return cls(filling, full, closed, last, after > 0)

    def cumulative(self, rates: Rates) -> Array:
        """Return what has leaked by the end of each year.

        Parameters
        ----------
        rates : Rates
            Leak rates, shape (sample,).

        Returns
        -------
        array, shape (sample, year)
            In the unit of the rates times a year.
        """
        filling, closed = (_column(each) for each in rates)
        if not self.is_after.size:
            return np.asarray(filling * self.filling)
        sums = filling * self.full
        if closed.any():
            sums = closed * self.closed + sums
            sums -= closed * self.last
        found = np.empty((len(sums), self.filling.shape[-1]))
        late = found.shape[1] - self.is_after.shape[1]
        if self.is_after.all():
            found[:, late:] = sums
            np.multiply(filling, self.filling[:, :late], out=found[:, :late])
        else:
            np.multiply(filling, self.filling, out=found)
            np.copyto(found[:, late:], sums, where=self.is_after)
        return found

    def of_samples(self, samples: Whole) -> Course:
        """Return the course of some samples only; what is one for all stays."""

        def own(array: NDArray[Any]) -> NDArray[Any]:
            return array[samples] if len(array) > 1 else array

        return Course(*map(own, self))

    @property
    def at_the_end(self) -> Course:
        """The course of the last year alone."""
        return Course(
            self.filling[:, -1:],
            self.full,
            self.closed[:, -1:],
            self.last[:, -1:],
            self.is_after[:, -1:],
        )


class Expected(NamedTuple):
    """Expected numbers of events: rates over a course."""

    course: Course
    rates: Rates

    def of_samples(self, samples: Whole) -> Array:
        """Return the numbers of some samples by the end of each year, shape (hit, year)."""
        own = Rates(*(each[samples] if each.size > 1 else each for each in self.rates))
        return self.course.of_samples(samples).cumulative(own)

    @property
    def by_the_end(self) -> Array:
        """The numbers by the end of the last year, shape (sample,)."""
        return self.course.at_the_end.cumulative(self.rates)[:, 0]


def _first_above(period: int, years: Whole) -> int:
    """Return the first position at which any sample has a year beyond a period."""
    return int(np.searchsorted(years.max(axis=0), period, side="right"))


def _column(numbers: Array) -> Array:
    return np.atleast_1d(np.asarray(numbers, dtype=float))[:, np.newaxis]
