"""Allocation: shares propose, whole tonnes are allocated, and the sum is kept (K6)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["NEVER", "ROUNDINGS", "Phases", "allocate", "allocate_in_phases", "phase_in_force"]

Whole = NDArray[np.int64]

ROUNDINGS = ("largest_remainder", "government_residual", "government_ceiling")

# Shares such as 0.56 are not exact in binary: of 9,066,400 tonnes that is a hair more than a whole
# number, which must not be rounded up, and a tie between remainders must stay a tie.
_SAME = 6


# The year in which a phase begins that waits for something.
NEVER = np.iinfo(np.int64).max


class Phases(NamedTuple):
    """Divisions that follow each other; the last that has begun is in force.

    `shares` [1] has shape (..., phase, party, year). `begins` is the position of the first year
    of each phase, NEVER where it waits for the credits of `party`, times `price` [money/tCO2e],
    to reach what is `owed` [money]; these have shape (..., phase), and `price` (..., phase, year).
    """

    shares: NDArray[np.float64]
    begins: Whole
    party: Whole
    owed: NDArray[np.float64]
    price: NDArray[np.float64]


def phase_in_force(begins: Whole, year: Whole) -> Whole:
    """Return the last phase that has begun.

    Parameters
    ----------
    begins : array of int, shape (..., phase)
        Position of the first year of each phase.
    year : array of int, shape (...)
        Position of a year.

    Returns
    -------
    array of int, shape (...)
        Position of the phase; the first, where none has begun.
    """
    begun = begins <= np.asarray(year)[..., np.newaxis]
    return np.asarray((begun * np.arange(begins.shape[-1])).max(axis=-1))


def allocate_in_phases(
    total: Whole, vintage: Whole, phases: Phases, rounding: str = "largest_remainder"
) -> tuple[Whole, Whole]:
    """Divide whole credits, issuance by issuance, where some phase waits for a pay-back.

    Parameters
    ----------
    total : array of int, shape (project, issuance)
        Credits to divide [tCO2e], in order of time.
    vintage : array of int, shape (project, issuance)
        Position of the year of each issuance.
    phases : Phases
        With the dimension project in front. A phase that waits begins in the year after that in
        which the credits have paid back.
    rounding : {"largest_remainder", "government_residual", "government_ceiling"}
        As of `allocate`.

    Returns
    -------
    tuple of array of int
        Credits of each party, shape (project, party, issuance) [tCO2e], and the position of the
        phase in force, shape (project, year).
    """
    rows = np.arange(len(total))
    begins, value = phases.begins.copy(), np.zeros(phases.owed.shape)
    whole = np.zeros((len(total), phases.shares.shape[-2], total.shape[-1]), dtype=np.int64)
    for issuance in range(total.shape[-1]):
        year = vintage[:, issuance]
        shares = phases.shares[rows, phase_in_force(begins, year), :, year]
        divided = allocate(total[:, issuance, np.newaxis], shares[..., np.newaxis], rounding)
        whole[..., issuance] = divided[..., 0]
        credits_ = np.take_along_axis(divided[..., 0], phases.party, axis=-1)
        value += credits_ * phases.price[rows, :, year]
        paid = (value >= phases.owed) & (begins == NEVER)
        begins = np.where(paid, year[:, np.newaxis] + 1, begins)
    years = np.arange(phases.shares.shape[-1])
    return whole, phase_in_force(
        begins[:, np.newaxis], np.broadcast_to(years, (len(total), years.size))
    )


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
    lower = np.floor(ideal)
    whole = lower.astype(np.int64)
    left = total - whole.sum(axis=-2)
    remainder = np.round(ideal - lower, _SAME)
    for party in range(ideal.shape[-2]):
        own = remainder[..., party : party + 1, :]
        rank = (remainder[..., :party, :] >= own).sum(axis=-2)
        rank += (remainder[..., party + 1 :, :] > own).sum(axis=-2)
        whole[..., party, :] += rank < left
    return whole


def _at_most(others: Whole, total: Whole) -> Whole:
    """Take back, from the last party first, what half-up rounding gave beyond the total."""
    excess = np.maximum(others.sum(axis=-2) - total, 0)
    for party in range(others.shape[-2] - 1, -1, -1):
        taken = np.minimum(excess, others[..., party, :])
        others[..., party, :] -= taken
        excess = excess - taken
    return others
