"""Blow-outs as events: so many at random, at random times, of random mass."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from jcm_models.distributions import Distribution

__all__ = ["draw_blowouts"]

Array = NDArray[np.float64]


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
    samples, years = expected.shape
    # Published parameters are normal at times, and one draw in a thousand is a rate below nothing.
    expected = np.maximum(expected, 0.0)
    total = expected[:, -1]
    numbers = generator.poisson(total)
    owner = np.repeat(np.arange(samples), numbers)
    found = np.zeros(expected.shape)
    if owner.size:
        passed = generator.random(owner.size)
        # One search for all: each sample's shares lie between its number and the next.
        shares = expected / np.where(total > 0, total, 1.0)[:, np.newaxis]
        edges = (shares + np.arange(samples)[:, np.newaxis]).ravel()
        at = np.searchsorted(edges, passed + owner) - owner * years
        year = np.clip(at, 0, years - 1)
        np.add.at(found, (owner, year), mass.quantile(generator.random(owner.size)))
    return np.cumsum(found, axis=1)
