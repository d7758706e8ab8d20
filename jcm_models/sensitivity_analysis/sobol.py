"""Variance-based sensitivity: the share of an output's variance that each input accounts for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from jcm_models.sensitivity_analysis.inputs import standing, varies

__all__ = ["SobolIndices", "design", "indices", "mixed"]

Array = NDArray[np.float64]

_BITS = 52  # as many as a number between 1/2 and 1 holds, with one left to keep away from the ends


class SobolIndices(NamedTuple):
    """First and total indices [1] with their confidence intervals, each of (input, ...).

    The first index is the share of the variance that would go if this input alone were known, the
    total index the share that would stay if all others were. NaN stands where an output has no
    variance that could be shared out, or is itself not a number in some sample.
    """

    names: tuple[str, ...]
    first: Array
    total: Array
    first_low: Array
    first_high: Array
    total_low: Array
    total_high: Array


def design(samples: int, dimensions: int, seed: int) -> tuple[Array, Array]:
    """Return two independent sets of points that together fill space evenly.

    Parameters
    ----------
    samples : int
        Number of points in each set, a power of two.
    dimensions : int
        Number of columns, of all inputs together.
    seed : int
        The same seed gives the same points.

    Returns
    -------
    tuple of two arrays, shape (sample, dimension)
        A and B: points within the unit cube, never on its edge. They are the two halves of one
        scrambled Sobol sequence of twice as many columns.

    Raises
    ------
    ValueError
        If the number of samples is no power of two.

    Notes
    -----
    Source: A. Saltelli et al.: Variance based sensitivity analysis of model output, Computer
    Physics Communications 181 (2010), 259-270, section 5.
    """
    from scipy.stats.qmc import Sobol  # a plain run goes without scipy

    _require_power_of_two(samples)
    sequence = Sobol(2 * dimensions, bits=_BITS, rng=np.random.default_rng(seed))
    points = sequence.random(samples) + 2.0 ** -(_BITS + 1)
    return points[:, :dimensions], points[:, dimensions:]


def _require_power_of_two(samples: int) -> None:
    if samples < 1 or samples & (samples - 1):
        below = 1 << max(samples.bit_length() - 1, 0)
        message = (
            f"found {samples} samples; Sobol indices need a power of two, such as {below} or "
            f"{2 * below}, for else the points do not fill space evenly"
        )
        raise ValueError(message)


def mixed(a: Array, b: Array, group: Sequence[int] | NDArray[np.int64]) -> Array:
    """Return the points of A with one input taken from B.

    Parameters
    ----------
    a, b : array, shape (sample, dimension)
        As of `design`.
    group : sequence of int
        The columns of the input: several where it has one for each year.

    Returns
    -------
    array, shape (sample, dimension)
    """
    points = a.copy()
    columns = np.asarray(group, dtype=np.int64)
    points[:, columns] = b[:, columns]
    return points


def indices(
    f_a: Array, f_b: Array, f_ab: Array, names: Sequence[str], confidence: float = 0.95
) -> SobolIndices:
    r"""Return first and total Sobol indices of every output.

    Parameters
    ----------
    f_a, f_b : array, shape (sample, ...)
        Outputs at the points A and B, in any unit.
    f_ab : array, shape (input, sample, ...)
        Outputs at A with each input in turn taken from B, as of `mixed`.
    names : sequence of str
        The inputs, in the order of `f_ab`; they must be independent of each other.
    confidence : float
        How often the intervals hold the true index [1].

    Returns
    -------
    SobolIndices
        NaN where an output is the same in all samples (beyond rounding), or not a number in one.

    Raises
    ------
    ValueError
        If the shapes do not belong together, or the number of samples is no power of two.

    Notes
    -----
    With outputs less their mean and their variance V:
    :math:`S_i = \overline{f_B (f_{AB_i} - f_A)} / V` and
    :math:`S_{Ti} = \overline{(f_A - f_{AB_i})^2} / 2 V`, by `scipy.stats.sobol_indices`. Each is a
    ratio :math:`\bar x / \bar v` of means over samples, so its standard error is that of the mean
    of :math:`(x - S v) / V`, by the central limit theorem. It is the one of independent points,
    and on the wide side for points that fill space evenly. An index estimated may lie a little
    below 0 or above 1.

    Sources: A. Saltelli et al. (2010) as above, table 2 (b) and (f); A. Janon et al.: Asymptotic
    normality and efficiency of two Sobol index estimators, ESAIM: Probability and Statistics 18
    (2014), 342-364, for the errors.
    """
    _require_shapes(f_a, f_b, f_ab, names)
    samples = f_a.shape[0]
    known = (varies(np.concatenate([f_a, f_b])) & np.isfinite(f_ab).all(axis=(0, 1))).reshape(-1)
    of_a, of_b = (standing(outputs)[:, known] for outputs in (f_a, f_b))
    found = np.full((4, len(names), known.size), np.nan)
    if known.any():
        for row, outputs in enumerate(f_ab):
            found[:, row, known] = _of_one_input(of_a, of_b, standing(outputs)[:, known])
    first, total, first_error, total_error = found.reshape(4, len(names), *f_a.shape[1:])
    reach = _normal_quantile(0.5 + confidence / 2) / np.sqrt(samples)
    return SobolIndices(
        tuple(names),
        first,
        total,
        first - reach * first_error,
        first + reach * first_error,
        total - reach * total_error,
        total + reach * total_error,
    )


def _require_shapes(f_a: Array, f_b: Array, f_ab: Array, names: Sequence[str]) -> None:
    if f_a.shape != f_b.shape or f_ab.shape != (len(names), *f_a.shape):
        message = (
            f"found outputs of the shapes {f_a.shape} at A, {f_b.shape} at B and {f_ab.shape} "
            f"mixed, for {len(names)} inputs; needed are (sample, ...) twice, and (input, sample, "
            "...)"
        )
        raise ValueError(message)
    _require_power_of_two(f_a.shape[0])


def _of_one_input(of_a: Array, of_b: Array, of_ab: Array) -> tuple[Array, Array, Array, Array]:
    """Return first index, total index, and the deviations of both from sample to sample."""
    from scipy.stats import sobol_indices

    # The first output stands there twice, so that there are two: scipy drops an axis of one.
    outputs = [np.concatenate([f[:, :1], f], axis=1).T for f in (of_a, of_b, of_ab)]
    values = dict(zip(("f_A", "f_B", "f_AB"), (*outputs[:2], outputs[2][np.newaxis]), strict=True))
    estimated = sobol_indices(func=values, n=of_a.shape[0])
    first, total = estimated.first_order[1:], estimated.total_order[1:]
    mean = (of_a.mean(axis=0) + of_b.mean(axis=0)) / 2
    a, b = of_a - mean, of_b - mean
    squares = (a**2 + b**2) / 2
    variance = squares.mean(axis=0)
    change = of_ab - of_a
    first_off = (b * change - first * squares) / variance
    total_off = (change**2 / 2 - total * squares) / variance
    return first, total, first_off.std(axis=0), total_off.std(axis=0)


def _normal_quantile(share: float) -> float:
    from scipy.special import ndtri

    return float(ndtri(share))
