"""Matrices of correlations: what one is, and the nearest to numbers that are none."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["nearest_correlation", "require_correlation"]

Array = NDArray[np.float64]

_NOISE = 1e-9
_ROUNDS = 1000


def require_correlation(matrix: ArrayLike, of: str = "site") -> Array:
    """Return a matrix of correlations, or say what keeps it from being one.

    Parameters
    ----------
    matrix : array, shape (site, site)
        Correlations between sites, or between what else they are of [1].
    of : str
        What is correlated, as messages call one of them.

    Raises
    ------
    ValueError
        With everything that is wrong; where it is not positive semi-definite, with the nearest
        matrix that is.
    """
    try:
        found = np.asarray(matrix, dtype=float)
    except ValueError:
        found = np.zeros(0)
    if found.ndim != 2 or found.shape[0] != found.shape[1] or not found.size:
        message = "its rows are not as long as there are rows; a correlation needs a square"
        raise ValueError(message)
    if wrong := [*_faults(found, of)]:
        raise ValueError("; ".join(wrong))
    return found


def _faults(matrix: Array, of: str) -> Iterator[str]:
    """Say what keeps a square of numbers from being a matrix of correlations."""
    apart = np.argwhere(~np.isclose(matrix, matrix.T, rtol=0, atol=_NOISE, equal_nan=True))
    if apart.size:
        row, column = apart[0]
        yield (
            f"it is not symmetric: {matrix[row, column]:g} in row {row + 1}, column {column + 1}, "
            f"but {matrix[column, row]:g} in row {column + 1}, column {row + 1}"
        )
    if not np.allclose(np.diag(matrix), 1.0, atol=_NOISE, rtol=0):
        yield f"its diagonal is {np.diag(matrix).tolist()}; every {of} has 1 with itself"
    outside = np.argwhere(~(np.abs(matrix) <= 1 + _NOISE))  # what is no number is, too
    if outside.size:
        row, column = outside[0]
        yield (
            f"{matrix[row, column]:g} in row {row + 1}, column {column + 1}; correlations lie "
            "between -1 and 1"
        )
    # Whatever else is wrong, so that what is said of the nearest matrix holds when it is mended.
    bounded = np.clip(np.nan_to_num(matrix), -1.0, 1.0)
    mended = (bounded + bounded.T) / 2
    np.fill_diagonal(mended, 1.0)
    if np.linalg.eigvalsh(mended).min() < -_NOISE:
        yield (
            f"no {of}s can be correlated like this together: the matrix is not positive "
            f"semi-definite; the nearest that is: {_written(nearest_correlation(mended)).tolist()}"
        )


def _written(matrix: Array) -> Array:
    """Round correlations to four decimals, a hair towards independence, so that they stay some."""
    rounding = 0.5e-4 * len(matrix)  # bounds what rounding takes off the least eigenvalue
    rounded = np.round((1 - rounding) * matrix, 4)
    np.fill_diagonal(rounded, 1.0)
    return rounded


def nearest_correlation(matrix: Array) -> Array:
    """Return the correlation matrix that is nearest to a symmetric one.

    Parameters
    ----------
    matrix : array, shape (site, site)
        Symmetric.

    Returns
    -------
    array, shape (site, site)
        Positive semi-definite with ones on its diagonal, nearest in the Frobenius norm.

    Notes
    -----
    Alternating projections with the correction of Dykstra: Higham (2002), Computing the nearest
    correlation matrix, IMA Journal of Numerical Analysis 22, 329-343.
    """
    found, correction = matrix.copy(), np.zeros_like(matrix)
    for _ in range(_ROUNDS):
        before = found
        tried = found - correction
        values, vectors = np.linalg.eigh(tried)
        definite = (vectors * np.maximum(values, 0.0)) @ vectors.T
        correction = definite - tried
        found = definite.copy()
        np.fill_diagonal(found, 1.0)
        if np.abs(found - before).max() < _NOISE / 10:
            break
    # The last projection leaves the diagonal, so eigenvalues may lie a hair below nothing.
    values, vectors = np.linalg.eigh(found)
    definite = (vectors * np.maximum(values, 0.0)) @ vectors.T
    scale = np.sqrt(np.diag(definite))
    return np.asarray(definite / np.outer(scale, scale))
