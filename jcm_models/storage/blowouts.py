"""Blow-outs as events: so many at random, at random times, of random mass."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from jcm_models.distributions import Distribution

__all__ = ["Escaped", "draw_blowouts", "summed_up"]

Array = NDArray[np.float64]
Whole = NDArray[np.int64]


class Escaped(NamedTuple):
    """What events have let escape by the end of each year [t].

    `samples` are those in which anything happened, shape (hit,), and `amounts` belongs to them,
    shape (hit, year).
    """

    samples: Whole
    amounts: Array


def draw_blowouts(
    by_the_end: Array,
    expected: Callable[[Whole], Array],
    mass: Distribution,
    generator: np.random.Generator,
) -> Escaped:
    """Draw the CO2 that blow-outs of one kind let escape.

    Parameters
    ----------
    by_the_end : array, shape (sample,)
        Expected number of blow-outs by the end of the last year.
    expected : callable
        Takes some samples, and returns their expected numbers by the end of each year, never
        falling, shape (hit, year).
    mass : Distribution
        CO2 that escapes in one of them [t].
    generator : numpy.random.Generator
        Where chance comes from.

    Returns
    -------
    Escaped
        Of the samples in which anything blows out.

    Notes
    -----
    A compound Poisson process: the number until the last year is Poisson distributed, and each
    event falls where the expected number passes a uniform share of its end, so that work grows
    with the events and not with the years. The mean is `expected` times that of `mass`.
    """
    # Published parameters are normal at times, and one draw in a thousand is a rate below nothing.
    total = np.maximum(by_the_end, 0.0)
    numbers = generator.poisson(total)
    (hit,) = np.nonzero(numbers)
    owner = np.repeat(hit, numbers[hit])
    passed = generator.random(owner.size)
    # One search for all that are hit: each one's shares lie between its number and the next.
    shares = np.maximum(expected(hit), 0.0) / total[hit, np.newaxis]
    years = shares.shape[1]
    rank = np.repeat(np.arange(hit.size), numbers[hit])
    at = np.searchsorted((shares + hit[:, np.newaxis]).ravel(), passed + owner) - rank * years
    year = np.clip(at, 0, years - 1)
    return summed_up(owner, year, mass.quantile(generator.random(owner.size)), years)


def summed_up(owner: Whole, year: Whole, amounts: Array, years: int) -> Escaped:
    """Add up what happens at times, sample by sample.

    Parameters
    ----------
    owner, year : array of int, shape (event,)
        The sample that each event belongs to, and the position of its year.
    amounts : array, shape (event,)
        What each of them lets escape [t].
    years : int
        Number of years.
    """
    happened = np.bincount(owner) > 0
    (hit,) = np.nonzero(happened)
    places = (np.cumsum(happened) - 1)[owner] * years + year
    sums = np.bincount(places, weights=amounts, minlength=hit.size * years).astype(float)
    return Escaped(hit, np.cumsum(sums.reshape(hit.size, years), axis=1))
