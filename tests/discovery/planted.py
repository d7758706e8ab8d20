"""Samples in which the cases of interest are known."""

import numpy as np
from scipy.stats import qmc


def even(samples=2048, dimensions=4):
    """Return Sobol points without scrambling, moved off the edge: the same for everybody."""
    points = qmc.Sobol(dimensions, scramble=False).random(samples) + 2.0**-20
    return dict(zip("abcdefghij", points.T, strict=False))


def corner(inputs):
    """Return the cases in one corner of a and b."""
    return (inputs["a"] > 0.6) & (inputs["b"] < 0.4)


def bend(inputs):
    """Return the cases beyond a bent edge, which no box describes wholly."""
    return inputs["a"] * inputs["b"] + 0.3 * inputs["c"] > 0.55


def two_corners(inputs):
    """Return the cases in one of two corners."""
    first = (inputs["a"] > 0.75) & (inputs["c"] < 0.5)
    return first | ((inputs["b"] < 0.2) & (inputs["d"] > 0.6))


def drawn(seed, samples=1000, dimensions=4):
    """Return points drawn at random."""
    points = np.random.default_rng(seed).random((samples, dimensions))
    return dict(zip("abcdefghij", points.T, strict=False))
