r"""What samples tell of a number, and how far the telling may be off.

Every estimate has the standard error of its sampling. The errors are those of independent draws;
scrambled Sobol points are spread more evenly than those, so that for smooth outputs the true error
is smaller, and `replicated` finds it. Samples are the first axis of every array.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "Convergence",
    "Estimate",
    "between_samples",
    "convergence",
    "exceedance",
    "expected_shortfall",
    "mean_of",
    "named",
    "quantiles_of",
    "replicated",
    "share_error",
    "share_of",
]

Array = NDArray[np.float64]
Numbers = Array | float

_NOISE = 1e-12  # 0.07 × 100 is 7.000000000000001, and the seventh is meant


class Estimate(NamedTuple):
    """A value and the standard error of its sampling; 0 where nothing was sampled."""

    value: Numbers
    error: Numbers


def named(name: str, estimate: Estimate) -> dict[str, Array]:
    """Return an estimate as two arrays: its value by a name, its error by ``<name>_error``."""
    return {name: np.asarray(estimate.value), f"{name}_error": np.asarray(estimate.error)}


class Convergence(NamedTuple):
    """What the first so many samples tell: one estimate for each of a growing number of samples."""

    samples: NDArray[np.int64]
    value: Array
    error: Array


def mean_of(outputs: Array) -> Estimate:
    """Return the mean over the samples with its standard error.

    Parameters
    ----------
    outputs : array, shape (sample, ...)
        In any unit.

    Returns
    -------
    Estimate
        Of shape (...), in the unit of the outputs; from one sample alone, the error is NaN: nothing
        is known of the spread.
    """
    samples = outputs.shape[0]
    with np.errstate(invalid="ignore"):  # of infinite outputs nobody knows the spread
        spread = outputs.std(axis=0, ddof=1) if samples > 1 else np.full(outputs.shape[1:], np.nan)
    return Estimate(outputs.mean(axis=0), spread / np.sqrt(samples))


def share_of(happened: NDArray[np.bool_]) -> Estimate:
    """Return the share of samples in which something happened.

    Parameters
    ----------
    happened : array of bool, shape (sample, ...)
        Whether it did.

    Returns
    -------
    Estimate
        Of shape (...) [1], with the error of `share_error`.
    """
    share = happened.mean(axis=0)
    return Estimate(share, share_error(share, happened.shape[0]))


def share_error(share: Array, samples: int) -> Array:
    """Return the standard error of a share of samples, that of a binomial number.

    Parameters
    ----------
    share : array
        Share of the samples in which something happened [1].
    samples : int
        Number of samples.

    Returns
    -------
    array
        Standard error [1]; where all samples agree, that of one sample in as many that would not.
    """
    spread = np.maximum(share * (1 - share), (1 - 1 / samples) / samples)
    return np.asarray(np.sqrt(spread / samples))


def exceedance(outputs: Array, threshold: ArrayLike) -> Estimate:
    """Return the probability that an amount is exceeded.

    Parameters
    ----------
    outputs : array, shape (sample, ...)
        In any unit.
    threshold : array_like, shape broadcasting to (...)
        The amount, in the same unit.

    Returns
    -------
    Estimate
        Of shape (...) [1]; NaN where an output is NaN, for nobody knows then.
    """
    value, error = share_of(outputs > np.asarray(threshold, dtype=float))
    unknown = np.isnan(outputs).any(axis=0)
    return Estimate(np.where(unknown, np.nan, value), np.where(unknown, np.nan, error))


def quantiles_of(outputs: Array, shares: Sequence[float], *, are_sorted: bool = False) -> Estimate:
    r"""Return the amounts that are not exceeded in some shares of the samples.

    Parameters
    ----------
    outputs : array, shape (sample, ...)
        In any unit.
    shares : sequence of float
        Shares [1], each within 0 and 1.
    are_sorted : bool
        Whether the samples rise already, each output by itself.

    Returns
    -------
    Estimate
        Of shape (share, ...), in the unit of the outputs; NaN where an output is NaN. It is the
        order statistic next above; its error is half the distance between the order statistics
        :math:`\sqrt{q (1 - q) n}` places below and above, as the number of samples below a quantile
        is binomial. At the shares 0 and 1 it is NaN: how far the least and the largest sample are
        from the ends, no sample tells.

    Raises
    ------
    ValueError
        If a share is not within 0 and 1.

    Notes
    -----
    Source: H.A. David, H.N. Nagaraja: Order Statistics (Wiley, 3rd edition, 2003), section 7.1.
    """
    if not all(0 <= share <= 1 for share in shares):
        message = f"found shares of {list(shares)}; a share of the samples is within 0 and 1"
        raise ValueError(message)
    samples = outputs.shape[0]
    order = outputs if are_sorted else np.sort(outputs, axis=0)
    values = np.empty((len(shares), *outputs.shape[1:]))
    errors = np.empty_like(values)
    for row, share in enumerate(shares):
        place = _place(share, samples)
        reach = int(np.ceil(np.sqrt(share * (1 - share) * samples)))
        low, high = max(place - reach, 0), min(place + reach, samples - 1)
        values[row] = order[place]
        with np.errstate(invalid="ignore"):  # both may be infinite: then nobody knows how far off
            width = (order[high] - order[low]) * (reach / max(high - low, 1))
        errors[row] = width if reach else np.nan
    unknown = np.isnan(order[-1])  # they are sorted to the end
    values[:, unknown] = errors[:, unknown] = np.nan
    return Estimate(values, errors)


def between_samples(order: Array, shares: Sequence[float]) -> Array:
    """Return quantiles that lie between two samples, as `numpy.quantile` has them.

    Parameters
    ----------
    order : array, shape (..., sample)
        In any unit, sorted along the last axis: one order serves many questions.
    shares : sequence of float
        Shares [1], each within 0 and 1.

    Returns
    -------
    array, shape (share, ...)
        In the unit of the samples, to the last digit what numpy finds.
    """
    place = (order.shape[-1] - 1) * np.asarray(shares, dtype=float)
    below = np.floor(place).astype(int)
    low, high = (np.moveaxis(order[..., at], -1, 0) for at in (below, np.ceil(place).astype(int)))
    part = (place - below).reshape(-1, *[1] * (order.ndim - 1))
    gap = high - low
    return np.asarray(np.where(part >= 0.5, high - gap * (1 - part), low + gap * part))


def _place(share: float, samples: int) -> int:
    return max(int(np.ceil(share * samples * (1 - _NOISE))) - 1, 0)


def expected_shortfall(outputs: Array, share: float, lower: bool = False) -> Estimate:
    r"""Return the mean of the worst share of the samples, beyond a quantile.

    Parameters
    ----------
    outputs : array, shape (sample, ...)
        In any unit.
    share : float
        The worst share [1], above 0 and at most 1; 0.05 is the mean beyond the quantile of 95 %.
    lower : bool
        Whether the small amounts are the worst, as with credits; else the large ones are.

    Returns
    -------
    Estimate
        Of shape (...), in the unit of the outputs.

    Raises
    ------
    ValueError
        If the share is not above 0 and at most 1.

    Notes
    -----
    :math:`ES = v + E[\max(X - v, 0)] / \alpha` with the quantile v that is exceeded with the
    probability :math:`\alpha`; a sample that is only partly among the worst counts in part. The
    error is the standard deviation of :math:`\max(X - v, 0) / \alpha` over the root of the number
    of samples: that v is estimated too is of smaller order.

    Source: R.T. Rockafellar, S. Uryasev: Conditional value-at-risk for general loss distributions,
    Journal of Banking & Finance 26 (2002), 1443-1471.
    """
    if not 0 < share <= 1:
        message = f"found a worst share of {share}; it is above 0 and at most 1"
        raise ValueError(message)
    losses = -outputs if lower else outputs
    quantile = np.asarray(quantiles_of(losses, [1 - share]).value)[0]
    with np.errstate(invalid="ignore"):  # both may be infinite
        excess = np.where(losses == quantile, 0.0, losses - quantile)
    beyond = mean_of(np.maximum(excess, 0.0) / share)
    value = quantile + beyond.value
    return Estimate(-value if lower else value, beyond.error)


Estimator = Callable[[Array], Estimate]


def replicated(outputs: Array, replications: int, estimator: Estimator = mean_of) -> Estimate:
    """Return an estimate whose error is what independent replications differ by.

    Parameters
    ----------
    outputs : array, shape (sample, ...)
        As many samples of each replication, one after the other; every replication is scrambled by
        itself.
    replications : int
        How many there are, at least 2.
    estimator : callable
        What to estimate: `mean_of`, or another of this module.

    Returns
    -------
    Estimate
        The value from all samples together; the error is the standard deviation of the
        replications' values over the root of their number.

    Raises
    ------
    ValueError
        If there are fewer than two replications, or the samples do not divide among them.

    Notes
    -----
    The way to see how much better scrambled Sobol points are than independent draws. Source: A.B.
    Owen: Monte Carlo variance of scrambled net quadrature, SIAM Journal on Numerical Analysis 34
    (1997), 1884-1910.
    """
    samples = outputs.shape[0]
    if replications < 2 or samples % replications:
        message = (
            f"found {samples} samples in {replications} replications; needed are at least two, "
            "each of as many samples"
        )
        raise ValueError(message)
    blocks = outputs.reshape(replications, -1, *outputs.shape[1:])
    values = np.stack([np.asarray(estimator(block).value) for block in blocks])
    return Estimate(estimator(outputs).value, values.std(axis=0, ddof=1) / np.sqrt(replications))


def convergence(
    outputs: Array, estimator: Estimator = mean_of, at: Sequence[int] | None = None
) -> Convergence:
    """Return what is estimated from the first so many samples, as their number grows.

    Parameters
    ----------
    outputs : array, shape (sample, ...)
        In any unit.
    estimator : callable
        What to estimate: `mean_of`, or another of this module.
    at : sequence of int, optional
        Numbers of samples. By default powers of two from 16 on, at which Sobol points are balanced,
        and all.

    Returns
    -------
    Convergence
        Numbers of samples, shape (number,), with the values and errors, shape (number, ...).

    Raises
    ------
    ValueError
        If a number is not within 1 and the number of samples.
    """
    samples = outputs.shape[0]
    powers = [2**power for power in range(4, samples.bit_length()) if 2**power < samples]
    numbers = [*powers, samples] if at is None else [int(number) for number in at]
    wrong = [number for number in numbers if not 1 <= number <= samples]
    if wrong or not numbers:
        message = f"found estimates asked for at {numbers} samples, and there are {samples}"
        raise ValueError(message)
    estimates = [estimator(outputs[:number]) for number in numbers]
    return Convergence(
        np.array(numbers),
        np.stack([np.asarray(estimate.value) for estimate in estimates]),
        np.stack([np.asarray(estimate.error) for estimate in estimates]),
    )
