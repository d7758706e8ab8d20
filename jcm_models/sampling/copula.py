"""Points of the unit cube that depend on each other by a Gaussian copula."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from jcm_models.correlations import require_correlation

__all__ = ["correlated"]

Array = NDArray[np.float64]

_NOISE = 1e-9
_LEAST, _MOST = float(np.finfo(float).tiny), float(np.nextafter(1.0, 0.0))


def correlated(
    points: Array, correlation: ArrayLike, columns: Sequence[int] | None = None
) -> Array:
    r"""Return points whose columns are correlated by a Gaussian copula.

    Parameters
    ----------
    points : array, shape (sample, dimension)
        Independent columns, strictly between 0 and 1 [1].
    correlation : array, shape (column, column)
        Correlations of the normal variables behind the columns [1]; positive semi-definite.
    columns : sequence of int, optional
        Which columns it is for, in its order; all unless they are named.

    Returns
    -------
    array, shape (sample, dimension)
        Every column as uniform as before, strictly between 0 and 1 [1]. To the last byte as they
        were are columns that are not named, the first that is, and, unless the correlations are
        singular, those that depend on none named before them.

    Raises
    ------
    ValueError
        If no inputs can be correlated like this, with the nearest correlations that can be; if the
        correlations are for another number of columns, or a column is named twice.

    Notes
    -----
    :math:`u'_i = \Phi(\sum_{j \le i} L_{ij} \Phi^{-1}(u_j))` with L lower triangular and
    :math:`L L^T` the correlations, so that the first column keeps its balance and the others follow
    it. The rank correlation (Spearman's) of two columns is :math:`6/\pi \arcsin(r/2)`.
    """
    matrix = require_correlation(correlation, of="input")
    chosen = [*range(points.shape[1])] if columns is None else [*columns]
    if len(chosen) != len(matrix):
        message = f"the correlation is for {len(matrix)} inputs, but there are {len(chosen)}"
        raise ValueError(message)
    if len({*chosen}) < len(chosen):
        message = f"columns {chosen}: each can be named once"
        raise ValueError(message)
    found = points.copy()
    root = _root(matrix)
    dependent = [i for i in range(1, len(chosen)) if root[i, i] != 1.0]
    if dependent:
        _follow(found, points, root, chosen, dependent)
    return found


def _follow(
    found: Array, points: Array, root: Array, chosen: Sequence[int], dependent: Sequence[int]
) -> None:
    """Put in the columns that depend on others."""
    from scipy.special import ndtr, ndtri  # a run without draws goes without scipy

    terms = {i: [int(j) for j in np.flatnonzero(root[i])] for i in dependent}
    normal = {j: ndtri(points[:, chosen[j]]) for j in {*itertools.chain(*terms.values())}}
    for i in dependent:
        total = np.zeros(len(points))
        for j in terms[i]:  # no matrix product: its rounding may depend on the number of samples
            total += root[i, j] * normal[j]
        # The sum of extremes may lie where its probability is rounded to 0 or 1.
        found[:, chosen[i]] = np.clip(ndtr(total), _LEAST, _MOST)


def _root(matrix: Array) -> Array:
    """Return the lower triangle whose product with its transpose is a matrix of correlations."""
    values, vectors = np.linalg.eigh(matrix)
    if values[0] > _NOISE:
        return np.asarray(np.linalg.cholesky(matrix))
    # Singular, as where two inputs are one: the same triangle from the eigenvectors.
    # The root of a rounding error would be a correlation that nobody asked for.
    half = vectors * np.sqrt(np.where(values > _NOISE, values, 0.0))
    upper = np.asarray(np.linalg.qr(half.T, mode="r"))
    root = upper.T * np.where(np.diag(upper) < 0, -1.0, 1.0)
    return np.where(np.abs(root) > _NOISE, root, 0.0)
