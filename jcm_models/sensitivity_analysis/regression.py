"""Cheap measures of sensitivity, from an ensemble that is there already."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from jcm_models.sensitivity_analysis.inputs import standing, varies

__all__ = ["Regression", "correlation_warning", "rank_correlations", "regression"]

Array = NDArray[np.float64]

_NAMED = 5  # pairs of correlated inputs that a warning names


class Regression(NamedTuple):
    """Standardised regression coefficients of (input, ...), and the fit R² of (...) [1]."""

    coefficients: Array
    fit: Array


def rank_correlations(inputs: Array, outputs: Array) -> Array:
    """Return Spearman's rank correlation of each input with each output.

    Parameters
    ----------
    inputs : array, shape (sample, input)
        Values of the inputs, in any units.
    outputs : array, shape (sample, ...)
        In any unit.

    Returns
    -------
    array, shape (input, ...)
        Within -1 and 1; NaN where input or output is the same in all samples, or not a number in
        one.

    Raises
    ------
    ValueError
        If there are not as many samples of inputs as of outputs.
    """
    _require_same_samples(inputs, outputs)
    scores, known = _standardised(inputs, ranks=True)
    results, varied = _standardised(standing(outputs), ranks=True)
    found = scores.T @ results / len(inputs)
    found[~known] = np.nan
    found[:, ~varied] = np.nan
    return np.clip(found, -1.0, 1.0).reshape(inputs.shape[1], *outputs.shape[1:])


def regression(inputs: Array, outputs: Array, ranks: bool = False) -> Regression:
    r"""Return how far each output moves with each input, all others held, in standard deviations.

    Parameters
    ----------
    inputs : array, shape (sample, input)
        Values of the inputs, in any units.
    outputs : array, shape (sample, ...)
        In any unit.
    ranks : bool
        Whether ranks stand for values: fits whatever only rises or only falls, linear or not.

    Returns
    -------
    Regression
        NaN where input or output is the same in all samples, or not a number in one.

    Raises
    ------
    ValueError
        If there are not as many samples of inputs as of outputs, or not more than inputs.

    Notes
    -----
    Least squares for :math:`(y - \bar y) / s_y = \sum_i b_i (x_i - \bar x_i) / s_i`. With
    independent inputs and a good fit, :math:`b_i^2` is the share of the variance of input i. Where
    the fit is poor, below 0.7 or so, the coefficients do not tell the whole.

    Source: A. Saltelli et al.: Global sensitivity analysis. The primer (Wiley, 2008), chapter 1.
    """
    _require_same_samples(inputs, outputs)
    if len(inputs) <= inputs.shape[1]:
        message = (
            f"found {len(inputs)} samples of {inputs.shape[1]} inputs; a regression needs more "
            "samples than inputs, and ten times as many to mean anything"
        )
        raise ValueError(message)
    scores, known = _standardised(inputs, ranks)
    results, varied = _standardised(standing(outputs), ranks)
    coefficients = np.full((inputs.shape[1], results.shape[1]), np.nan)
    fitted, *_ = np.linalg.lstsq(scores[:, known], results, rcond=None)
    coefficients[known] = fitted
    fit = 1.0 - ((results - scores[:, known] @ fitted) ** 2).mean(axis=0)
    coefficients[:, ~varied] = np.nan
    fit[~varied] = np.nan
    further = outputs.shape[1:]
    return Regression(coefficients.reshape(-1, *further), fit.reshape(further))


def correlation_warning(names: Sequence[str], correlation: Array) -> str:
    """Return what to beware of where inputs are correlated.

    Parameters
    ----------
    names : sequence of str
        The inputs.
    correlation : array, shape (input, input)
        Of each with each [1].

    Returns
    -------
    str
        Empty where no two are correlated.
    """
    matrix = np.asarray(correlation, dtype=float)
    pairs = [
        (first, second)
        for first in range(len(names))
        for second in range(first + 1, len(names))
        if matrix[first, second] != 0
    ]
    if not pairs:
        return ""
    pairs.sort(key=lambda pair: -abs(matrix[pair]))
    told = [f"{names[i]} and {names[j]} ({matrix[i, j]:+.2g})" for i, j in pairs[:_NAMED]]
    more = len(pairs) - _NAMED
    rest = f", and {more} more {'pair' if more == 1 else 'pairs'}" if more > 0 else ""
    return (
        f"Correlated inputs: {', '.join(told)}{rest}. Sobol indices, Morris effects and a tornado "
        "move each input by itself, as if it were independent of the others: their variance "
        "cannot be told apart that way. Use the rank regression, which holds the others, take the "
        "correlated inputs together as one group, or run the analysis without the correlations."
    )


def _require_same_samples(inputs: Array, outputs: Array) -> None:
    if inputs.ndim != 2 or len(inputs) != len(outputs):
        message = (
            f"found inputs of shape {inputs.shape} and outputs of shape {outputs.shape}; needed "
            "are (sample, input) and (sample, ...) with the same samples"
        )
        raise ValueError(message)


def _standardised(table: Array, ranks: bool) -> tuple[Array, NDArray[np.bool_]]:
    """Return columns of mean 0 and standard deviation 1, and which there are; the others are 0."""
    known = varies(table)
    columns = np.where(known, table, 0.0)
    if ranks:
        from scipy.stats import rankdata  # a plain run goes without scipy

        columns = np.asarray(rankdata(columns, axis=0), dtype=float)
    columns = columns - columns.mean(axis=0)
    deviation = np.where(known, columns.std(axis=0), 1.0)
    return np.where(known, columns / deviation, 0.0), known
