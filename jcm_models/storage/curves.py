"""Cumulative leaks of the Storage Security Calculator in closed form."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from jcm_models.storage.injection import Injection

__all__ = ["Rates", "cumulative"]

Array = NDArray[np.float64]
Whole = NDArray[np.int64]


class Rates(NamedTuple):
    """A leak rate over time, each of shape (sample,): tonnes a year, or events a year.

    `filling` is reached when all is injected, `closed` holds right after the injection and decays
    to its share `floor` [1] at the speed `decay` [1/yr].
    """

    filling: Array
    closed: Array
    floor: Array
    decay: Array


def cumulative(rates: Rates, injection: Injection, years: Whole) -> Array:
    r"""Return what has leaked by the end of some years.

    Parameters
    ----------
    rates : Rates
        Leak rates, shape (sample,).
    injection : Injection
        What is injected.
    years : array of int, shape (year,) or (sample, year)
        Counted from the first year of injection.

    Returns
    -------
    array, shape (sample, year)
        In the unit of the rates times a year.

    Notes
    -----
    During injection the rate follows the share that is injected, :math:`l(t) = L_1 I(t) / Q`, and
    after its P years :math:`l(t) = L_2 (A + (1 - A) e^{-B (t - P - 1)})`. The published code adds
    the rates up by the trapezoidal rule; with :math:`l(0) = 0` the same sum is

    :math:`C(t) = \sum_{s \le t} l(s) - l(t) / 2`, and after the injection the sum of the
    exponential is :math:`(1 - e^{-B m}) / (1 - e^{-B})` with :math:`m = t - P`.
    """
    filling, closed, floor, decay = (
        np.atleast_1d(np.asarray(each, dtype=float))[:, np.newaxis] for each in rates
    )
    years = np.atleast_2d(years)
    amounts = np.atleast_2d(injection.injected(np.arange(1, injection.period + 1)))
    share = amounts / np.atleast_1d(injection.total)[:, np.newaxis]
    halves = np.cumsum(share, axis=-1) - share / 2
    at = np.clip(years, 1, injection.period) - 1
    during = filling * np.take_along_axis(halves, at, axis=-1)
    if years.max() <= injection.period:
        return np.asarray(during * (years > 0))
    after = np.maximum(years - injection.period, 0)
    before_last = np.exp(-decay * np.maximum(after - 1, 0))
    # (1 - e^-Bm) / (1 - e^-B) tends to m where nothing decays.
    with np.errstate(invalid="ignore", divide="ignore"):
        decayed = np.where(decay > 0, (1 - before_last * np.exp(-decay)) / -np.expm1(-decay), after)
    # The year of the last injection counts whole once another follows it.
    sums = filling * share.sum(axis=-1, keepdims=True) + closed * (
        floor * after + (1 - floor) * decayed
    )
    found = sums - closed * (floor + (1 - floor) * before_last) / 2
    return np.asarray(np.where(after > 0, found, during * (years > 0)))
