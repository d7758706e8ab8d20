"""Shares by contribution: what the parties brought in, floors, and what moves the split (K6)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["counted", "sensitivities", "shares_of"]

Array = NDArray[np.float64]


def counted(amounts: Array, made: NDArray[np.int64], years: NDArray[np.int64]) -> Array:
    """Count in each year the contributions made by then.

    Parameters
    ----------
    amounts : array, shape (..., contribution)
        Amounts, in one currency or in points.
    made : array of int, shape (contribution,)
        Calendar year of each.
    years : array of int, shape (year,)
        Calendar years; those before the first contribution count that of the first.

    Returns
    -------
    array, shape (..., contribution, year)
        In the unit of `amounts`.
    """
    by_then = made[:, np.newaxis] <= np.maximum(years, made.min())
    return np.where(by_then, amounts[..., np.newaxis], 0.0)


def shares_of(amounts: Array, by: NDArray[np.int64], floors: Array) -> Array:
    r"""Turn contributions into the shares of the parties.

    Parameters
    ----------
    amounts : array, shape (..., contribution, year)
        Contributions, weighted; in every year some are more than nothing.
    by : array of int, shape (contribution,)
        Position of the party that made each.
    floors : array, shape (..., party, year)
        Least share of each party [1]; together at most 1.

    Returns
    -------
    array, shape (..., party, year)
        Shares [1]; they add up to 1.

    Notes
    -----
    :math:`s_p = \max(f_p, t \, A_p)`, where :math:`A_p = \sum_{c \in p} w_c a_c` and :math:`t` is
    such that :math:`\sum_p s_p = 1`: those above their floors share in proportion what the floors
    leave.

    Examples
    --------
    >>> import numpy as np
    >>> shares_of(np.array([[1.0], [3.0]]), np.array([0, 1]), np.array([[0.5], [0.0]]))[:, 0]
    array([0.5, 0.5])
    """
    brought, scale, held = _scaled(amounts, by, floors)
    return np.where(held, floors, brought * scale)


def _scaled(
    amounts: Array, by: NDArray[np.int64], floors: Array
) -> tuple[Array, Array, NDArray[np.bool_]]:
    """Return what each party brought, the share per unit of it, and who is held at the floor."""
    parties = floors.shape[-2]
    # Added up one by one, so that no sample depends on how many there are beside it.
    own = [amounts[..., by == party, :].sum(axis=-2) for party in range(parties)]
    brought = np.stack(own, axis=-2)
    held = np.zeros(np.broadcast_shapes(brought.shape, floors.shape), dtype=bool)
    for _ in range(parties + 1):  # each round but the last holds at least one more
        left = 1.0 - np.where(held, floors, 0.0).sum(axis=-2, keepdims=True)
        rest = np.where(held, 0.0, brought).sum(axis=-2, keepdims=True)
        scale = np.divide(np.maximum(left, 0.0), rest, out=np.zeros_like(rest), where=rest > 0)
        more = held | (brought * scale < floors)
        if (more == held).all():
            break
        held = more
    return brought, scale, held


def sensitivities(amounts: Array, by: NDArray[np.int64], floors: Array) -> Array:
    r"""Tell how the share of each party moves with each contribution.

    Parameters
    ----------
    amounts : array, shape (..., contribution, year)
        Contributions, weighted.
    by : array of int, shape (contribution,)
        Position of the party that made each.
    floors : array, shape (..., party, year)
        Least share of each party [1].

    Returns
    -------
    array, shape (..., contribution, party, year)
        Percentage points by which the share moves when the contribution grows by 1 %.

    Notes
    -----
    :math:`a_c \, \partial s_p / \partial a_c = t \, w_c a_c (\delta_{pq} - s_p / m)`, where
    :math:`q` made the contribution and :math:`m` is what those above their floors share; nothing
    where :math:`p` or :math:`q` is held at its floor. Exactly at a floor the share moves on one
    side only, and what is told is that of the side above.
    """
    brought, scale, held = _scaled(amounts, by, floors)
    free = np.where(held, 0.0, brought * scale)
    total = free.sum(axis=-2, keepdims=True)
    part = np.divide(free, total, out=np.zeros_like(free), where=total > 0)
    own = (by[:, np.newaxis] == np.arange(floors.shape[-2]))[..., np.newaxis]
    moved = (amounts * scale)[..., np.newaxis, :] * (own - part[..., np.newaxis, :, :])
    both = ~held[..., by, np.newaxis, :] & ~held[..., np.newaxis, :, :]
    return np.where(both, moved, 0.0)
