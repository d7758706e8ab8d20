"""Sites that depend on each other: correlated parameters, rates that a basin shares."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from jcm_models.correlations import require_correlation

__all__ = ["correlated_shares", "frailties"]

Array = NDArray[np.float64]

_NOISE = 1e-9


def correlated_shares(
    generator: np.random.Generator, samples: int, sites: int, correlation: ArrayLike
) -> Array:
    """Draw uniform shares of sites that are correlated by a Gaussian copula.

    Parameters
    ----------
    generator : numpy.random.Generator
        Where chance comes from.
    samples, sites : int
        How many to draw.
    correlation : float or array, shape (site, site)
        Correlation of the normal variables behind them [1]: of any two sites, or the matrix.

    Returns
    -------
    array, shape (sample, site)
        Each uniform in (0, 1).

    Raises
    ------
    ValueError
        If no sites can be correlated like this, or the matrix is for another number of sites.

    Notes
    -----
    The normal variables are :math:`A z` with independent z and :math:`A A^T` the matrix, from its
    eigenvectors, as it may be singular: 1 between all sites gives every site the same share.
    """
    from scipy.special import ndtr  # a run without draws goes without scipy

    given = np.asarray(correlation, dtype=float)
    if given.ndim == 0:
        given = np.full((sites, sites), float(given))
        np.fill_diagonal(given, 1.0)
    matrix = require_correlation(given)
    if len(matrix) != sites:
        message = f"the correlation is for {len(matrix)} sites, but there are {sites}"
        raise ValueError(message)
    values, vectors = np.linalg.eigh(matrix)
    # The root of a rounding error would be a correlation that nobody asked for.
    root = vectors * np.sqrt(np.where(values > _NOISE, values, 0.0))
    return np.asarray(ndtr(generator.standard_normal((samples, sites)) @ root.T))


def frailties(
    generator: np.random.Generator, samples: int, shape: float | Array, basins: Sequence[int]
) -> Array:
    """Draw what multiplies the rate of events at each site, the same for all of a basin.

    Parameters
    ----------
    generator : numpy.random.Generator
        Where chance comes from.
    samples : int
        How often to draw.
    shape : float or array, shape (sample,)
        Of the gamma distribution, whose mean is 1 and variance 1 / shape.
    basins : sequence of int
        The number of each site's basin, from 0 on.

    Returns
    -------
    array, shape (sample, site)
        Factors [1].
    """
    shapes = np.asarray(shape, dtype=float).reshape(-1, 1)
    drawn = generator.gamma(shapes, 1 / shapes, (samples, max(basins) + 1))
    return np.asarray(drawn[:, list(basins)])
