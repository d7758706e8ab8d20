"""The reserve against reversals: what is withheld from issued credits (K4)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["reserve_balance", "withheld"]

_RELATIVE_NOISE = 1e-12


def withheld(issued: NDArray[np.int64], rate: NDArray[np.float64]) -> NDArray[np.int64]:
    r"""Credits withheld as reserve, rounded up to whole tonnes.

    Parameters
    ----------
    issued : array of int, shape (..., year)
        Credits issued [tCO2e/yr].
    rate : array, shape (..., year)
        Share of issued credits withheld [1].

    Returns
    -------
    array of int, shape (..., year)
        Credits withheld [tCO2e/yr].

    Notes
    -----
    :math:`R_y = \lceil r \, I_y \rceil`.

    Examples
    --------
    >>> import numpy as np
    >>> withheld(np.array([10_000, 9_999, 1]), np.array(0.03))
    array([300, 300,   1])
    """
    exact = issued * rate
    return np.asarray(np.ceil(exact * (1 - _RELATIVE_NOISE))).astype(np.int64)


def reserve_balance(reserve_withheld: NDArray[np.int64]) -> NDArray[np.int64]:
    """Reserve at the end of each year [tCO2e], shape (..., year); nothing leaves it yet."""
    return np.cumsum(reserve_withheld, axis=-1)
