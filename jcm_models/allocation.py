"""Allocation: shares propose, whole tonnes are allocated, and the sum is kept (K6)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["ROUNDINGS", "allocate"]

Whole = NDArray[np.int64]

ROUNDINGS = ("largest_remainder", "government_residual", "government_ceiling")

# Shares such as 0.56 are not exact in binary: of 9,066,400 tonnes that is a hair more than a whole
# number, which must not be rounded up, and a tie between remainders must stay a tie.
_SAME = 6


def allocate(
    total: Whole, shares: NDArray[np.float64], rounding: str = "largest_remainder"
) -> Whole:
    """Divide whole credits among the parties by their shares.

    Parameters
    ----------
    total : array of int, shape (..., year)
        Credits to divide [tCO2e/yr].
    shares : array, shape (..., party, year)
        Shares of the parties [1]; they add up to 1. The first party is the Government of Japan.
    rounding : {"largest_remainder", "government_residual", "government_ceiling"}
        Fractions go to the largest remainders, the first party first among equals; or the
        others are rounded half up and the government takes what is left; or the government is
        rounded up and the others share the rest by largest remainder.

    Returns
    -------
    array of int, shape (..., party, year)
        Credits of each party [tCO2e/yr]; they add up to `total` exactly.

    Examples
    --------
    >>> import numpy as np
    >>> thirds = np.array([[0.6], [0.2], [0.2]])
    >>> allocate(np.array([44817]), thirds, "government_residual")[:, 0]
    array([26891,  8963,  8963])
    """
    exact = shares / shares.sum(axis=-2, keepdims=True)
    ideal = np.round(exact * total[..., np.newaxis, :], _SAME)
    if rounding == "largest_remainder":
        return _largest_remainder(ideal, total)
    whole = np.empty(ideal.shape, dtype=np.int64)
    if rounding == "government_residual":
        others = np.floor(ideal[..., 1:, :] + 0.5).astype(np.int64)
        others = _at_most(others, total)
        government = total - others.sum(axis=-2)
    else:
        government = np.minimum(np.ceil(ideal[..., 0, :]).astype(np.int64), total)
        rest = total - government
        weight = ideal[..., 1:, :]
        sums = weight.sum(axis=-2, keepdims=True)
        scale = np.divide(rest[..., np.newaxis, :], sums, out=np.zeros_like(sums), where=sums > 0)
        others = _largest_remainder(np.round(weight * scale, _SAME), rest)
    whole[..., 0, :] = government
    whole[..., 1:, :] = others
    return whole


def _largest_remainder(ideal: NDArray[np.float64], total: Whole) -> Whole:
    """Round down, then give the tonnes left over to the largest remainders."""
    whole = np.floor(ideal).astype(np.int64)
    left = total - whole.sum(axis=-2)
    remainder = np.round(ideal - whole, _SAME)
    order = np.argsort(-remainder, axis=-2, kind="stable")
    rank = np.argsort(order, axis=-2, kind="stable")
    return np.asarray(whole + (rank < left[..., np.newaxis, :]))


def _at_most(others: Whole, total: Whole) -> Whole:
    """Take back, from the last party first, what half-up rounding gave beyond the total."""
    excess = np.maximum(others.sum(axis=-2) - total, 0)
    for party in range(others.shape[-2] - 1, -1, -1):
        taken = np.minimum(excess, others[..., party, :])
        others[..., party, :] -= taken
        excess = excess - taken
    return others
