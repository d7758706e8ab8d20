"""Points of the unit cube, one row for a sample: Sobol, Latin hypercube, Monte Carlo, grid."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

__all__ = ["METHODS", "Method", "Plan", "points", "sample_advice"]

Array = NDArray[np.float64]
Method = Literal["sobol", "latin_hypercube", "monte_carlo", "grid"]

METHODS: tuple[Method, ...] = get_args(Method)

# Joe and Kuo (2008), Constructing Sobol sequences with better two-dimensional projections, SIAM
# Journal on Scientific Computing 30, give directions for so many.
_MOST_DIMENSIONS = 21_201
_SOBOL_BITS = 30
_DRAWN_BITS = 52  # with the half that is added, all that a number holds below one
_BELOW_ONE = math.nextafter(1.0, 0.0)
_TOO_NARROW = 0.01


@dataclass(frozen=True)
class Plan:
    """How many points are taken, and how.

    Parameters
    ----------
    method : {"sobol", "latin_hypercube", "monte_carlo", "grid"}
        Scrambled Sobol points; one point in each of equal slices of every dimension; independent
        points; or the middles of equal cells, the last dimension changing fastest.
    samples : int
        How many points; for a grid a whole number to the power ``dimensions``.
    dimensions : int
        How many numbers a point has.
    seed : int
        Where chance starts; a grid takes no notice of it.

    Raises
    ------
    ValueError
        With everything that is wrong.

    Notes
    -----
    Method, number of dimensions and seed together start chance. A plan with one dimension more is
    another draw in all of its dimensions, so that no input is given numbers that were another's.
    What must be independent belongs in one plan: Sobol points of two plans, however they are
    scrambled, run through their dimensions in a similar order.

    More samples go on where fewer ended with ``sobol`` and ``monte_carlo``; with
    ``latin_hypercube`` and ``grid`` they are others.
    """

    method: Method
    samples: int
    dimensions: int
    seed: int

    def __post_init__(self) -> None:
        if wrong := [*_faults(self)]:
            raise ValueError("; ".join(wrong))


def _faults(plan: Plan) -> Iterator[str]:
    """Say what keeps points from being taken."""
    if plan.method not in METHODS:
        yield f"no method of sampling is called {plan.method!r}; there are {', '.join(METHODS)}"
    if plan.samples < 1:
        yield f"{plan.samples} samples; at least 1 is needed"
    if plan.dimensions < 1:
        yield f"{plan.dimensions} dimensions; without an uncertain input there is nothing to sample"
    if plan.seed < 0:
        yield f"the seed is {plan.seed}; it must be 0 or more"
    if plan.method == "sobol" and plan.dimensions > _MOST_DIMENSIONS:
        yield (
            f"Sobol points have at most {_MOST_DIMENSIONS:,} dimensions, but {plan.dimensions:,} "
            "are needed; take monte_carlo, or let fewer inputs change from year to year"
        )
    if plan.method == "sobol" and plan.samples > 2**_SOBOL_BITS:
        yield f"there are {2**_SOBOL_BITS:,} Sobol points, fewer than {plan.samples:,}"
    if plan.method == "grid" and min(plan.samples, plan.dimensions) >= 1:
        levels = _levels(plan.samples, plan.dimensions)
        if levels**plan.dimensions != plan.samples:
            yield (
                f"{plan.samples:,} samples make no full grid over {plan.dimensions} inputs; "
                f"{_cells(levels, plan.dimensions)} or {_cells(levels + 1, plan.dimensions)} do"
            )


def _levels(samples: int, dimensions: int) -> int:
    """Return the largest whole number whose power is not above the samples."""
    levels = round(math.pow(samples, 1 / dimensions))
    return levels - 1 if levels**dimensions > samples else levels


def _cells(levels: int, dimensions: int) -> str:
    """Write how many samples a grid has; beyond any use, as a power."""
    samples = levels**dimensions
    written = f"{samples:,}" if samples < 10**15 else f"{levels}^{dimensions}"
    return f"{written} ({levels} for each)"


def sample_advice(method: Method, samples: int, dimensions: int) -> str | None:
    """Say what a number of samples does to the quality of points, where it does harm.

    Parameters
    ----------
    method : {"sobol", "latin_hypercube", "monte_carlo", "grid"}
        How the points are taken.
    samples, dimensions : int
        How many, each at least 1.

    Returns
    -------
    str or None
        What happens, and which numbers are better; nothing where all is well.

    Notes
    -----
    The middles of L equal parts have the variance (1 - 1/L^2) / 12, which is 1/L^2 less than that
    of all numbers between 0 and 1.
    """
    if method == "sobol" and samples.bit_count() > 1:
        lower = 1 << (samples.bit_length() - 1)
        return (
            f"{samples:,} Sobol points are no power of two, so their balance is lost: parts of a "
            "range that are equally likely get different numbers of samples, and means become "
            f"less exact; {lower:,} or {2 * lower:,} samples keep it"
        )
    if method == "grid":
        levels = _levels(samples, dimensions)
        narrower = 1 - math.sqrt(1 - 1 / levels**2)
        if narrower >= _TOO_NARROW:
            return (
                f"{samples:,} samples on a grid give each of {dimensions} inputs {levels} "
                f"value{'s' * (levels > 1)}: the standard deviation of a uniform one comes out "
                f"{narrower:.0%} too small, of others more; Sobol points do not have this error"
            )
    return None


def points(plan: Plan, start: int, stop: int) -> Array:
    """Return some of the points of a plan.

    Parameters
    ----------
    plan : Plan
        How they are taken.
    start, stop : int
        From which sample on, and before which, counted from 0.

    Returns
    -------
    array, shape (stop - start, dimension)
        Strictly between 0 and 1 [1]; each the same, to the last byte, whatever others are asked
        for together with it.

    Raises
    ------
    ValueError
        If the plan has no such samples.

    Notes
    -----
    Sobol and Monte Carlo points need memory for those that are asked for; those of a Latin
    hypercube also for one dimension of all samples, as they are put in order at random, and time
    for all of them. Where a method finds multiples of a power of two, half of it is added: no
    point leaves its cell, and none lies at 0, where most distributions have no end.
    """
    if not 0 <= start <= stop <= plan.samples:
        message = f"samples {start} to {stop} of {plan.samples}; there are none such"
        raise ValueError(message)
    if start == stop:
        return np.empty((0, plan.dimensions))
    return _WAYS[plan.method](plan, start, stop)


def _chance(plan: Plan, *column: int) -> np.random.PCG64DXSM:
    """Return where the chance of a plan, or of one of its columns, comes from."""
    key = (METHODS.index(plan.method), plan.dimensions, *column)
    return np.random.PCG64DXSM(np.random.SeedSequence(plan.seed, spawn_key=key))


def _sobol(plan: Plan, start: int, stop: int) -> Array:
    from scipy.stats.qmc import Sobol  # a run without draws goes without scipy

    generator = np.random.Generator(_chance(plan))
    engine = Sobol(plan.dimensions, bits=_SOBOL_BITS, rng=generator)
    # One at first, as scipy warns of other beginnings, be they only the beginning of a chunk.
    first = engine.random(1)
    if start:
        drawn = engine.fast_forward(start - 1).random(stop - start)
    else:
        drawn = np.concatenate([first, engine.random(stop - 1)])
    return np.asarray(drawn + 0.5**_SOBOL_BITS / 2)


def _latin_hypercube(plan: Plan, start: int, stop: int) -> Array:
    slices = np.empty((stop - start, plan.dimensions))
    for column in range(plan.dimensions):
        order = np.random.Generator(_chance(plan, column)).permutation(plan.samples)
        slices[:, column] = order[start:stop]
    return _in_slices(slices, _monte_carlo(plan, start, stop), plan.samples)


def _in_slices(slices: Array, within: Array, samples: int) -> Array:
    """Return points of equal slices; the end of the last one may be rounded to 1."""
    return np.minimum((slices + within) / samples, _BELOW_ONE)


def _monte_carlo(plan: Plan, start: int, stop: int) -> Array:
    chance = _chance(plan)
    chance.advance(start * plan.dimensions)
    raw = chance.random_raw((stop - start) * plan.dimensions)
    return _inside(np.asarray(raw)).reshape(-1, plan.dimensions)


def _inside(raw: NDArray[np.uint64]) -> Array:
    """Return whole numbers of 64 bits as numbers strictly between 0 and 1."""
    drawn = (raw >> np.uint64(64 - _DRAWN_BITS)).astype(float)
    drawn += 0.5
    drawn *= 0.5**_DRAWN_BITS
    return drawn


def _grid(plan: Plan, start: int, stop: int) -> Array:
    levels = _levels(plan.samples, plan.dimensions)
    drawn = np.empty((stop - start, plan.dimensions))
    rest = np.arange(start, stop)
    for column in reversed(range(plan.dimensions)):
        rest, cell = np.divmod(rest, levels)
        drawn[:, column] = (cell + 0.5) / levels
    return drawn


_WAYS = {
    "sobol": _sobol,
    "latin_hypercube": _latin_hypercube,
    "monte_carlo": _monte_carlo,
    "grid": _grid,
}
