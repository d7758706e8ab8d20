"""Blow-outs as events: so many at random, at random times, of random mass."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from jcm_models.distributions import Distribution

__all__ = ["draw_blowouts", "summed_up"]

Array = NDArray[np.float64]
Whole = NDArray[np.int64]


def draw_blowouts(expected: Array, mass: Distribution, generator: np.random.Generator) -> Array:
    """Draw the CO2 that blow-outs of one kind let escape.

    Parameters
    ----------
    expected : array, shape (sample, year)
        Expected number of blow-outs by the end of each year, never falling.
    mass : Distribution
        CO2 that escapes in one of them [t].
    generator : numpy.random.Generator
        Where chance comes from.

    Returns
    -------
    array, shape (sample, year)
        CO2 that has escaped by the end of each year [t].

    Notes
    -----
    A compound Poisson process: the number until the last year is Poisson distributed, and each
    event falls where the expected number passes a uniform share of its end, so that work grows
    with the events and not with the years. The mean is `expected` times that of `mass`.
    """
    # Published parameters are normal at times, and one draw in a thousand is a rate below nothing.
    total = np.maximum(expected[:, -1], 0.0)
    numbers = generator.poisson(total)
    (hit,) = np.nonzero(numbers)
    passed = generator.random(numbers.sum())
    # One search for all that are hit: each one's shares lie between its number and the next.
    shares = np.maximum(expected[hit], 0.0) / total[hit, np.newaxis]
    edges = (shares + hit[:, np.newaxis]).ravel()
    rank = np.repeat(np.arange(hit.size), numbers[hit])
    owner, years = hit[rank], expected.shape[1]
    at = np.searchsorted(edges, passed + owner) - rank * years
    year = np.clip(at, 0, years - 1)
    return summed_up(owner, year, mass.quantile(generator.random(owner.size)), expected.shape)


def summed_up(owner: Whole, year: Whole, amounts: Array, shape: tuple[int, ...]) -> Array:
    """Add up what happens at times, sample by sample.

    Parameters
    ----------
    owner, year : array of int, shape (event,)
        The sample that each event belongs to, rising, and the position of its year.
    amounts : array, shape (event,)
        What each of them lets escape [t].
    shape : tuple of int
        Numbers of samples and of years.

    Returns
    -------
    array, shape (sample, year)
        All that has escaped by the end of each year [t].
    """
    found = np.zeros(shape)
    hit, rank = np.unique(owner, return_inverse=True)
    places = rank * shape[1] + year
    sums = np.bincount(places, amounts, hit.size * shape[1]).reshape(hit.size, shape[1])
    found[hit] = np.cumsum(sums, axis=1)
    return found
