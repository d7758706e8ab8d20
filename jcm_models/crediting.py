"""From reductions to credits: period, discount, deficits, whole tonnes (E3, E4, K1 to K3)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Crediting", "credit", "whole_tonnes"]

Array = NDArray[np.float64]

# A product such as 0.29 * 100 falls a hair short of 29; a tonne must not be lost to that.
_GRAMS = 6


class Crediting(NamedTuple):
    """Where each reduction goes, each [tCO2e/yr], shape (..., year); the parts add up to it."""

    outside: Array
    discounted: Array
    deficit: Array
    rounded: Array
    issued: NDArray[np.int64]


def credit(
    reductions: Array,
    inside: Array,
    discount: Array,
    *,
    negative: str = "carried",
    rounding: str = "down",
) -> Crediting:
    """Turn the reductions of each year into whole credits of that vintage.

    Parameters
    ----------
    reductions : array, shape (..., year)
        Reductions against the reference [tCO2e/yr]; negative where the project emits more.
    inside : array, shape (year,)
        Share of the year that lies in the crediting period [1].
    discount : array, shape (..., year)
        Factor the reductions are multiplied by [1]; 1 takes nothing away.
    negative : {"carried", "ignored"}
        What happens to a year above the reference: it is made good by the years after it
        before credits arise again, or it is left out.
    rounding : {"down", "nearest"}
        How fractions of a tonne are rounded, per vintage.

    Returns
    -------
    Crediting
        Outside the crediting period, discounted, deficit, rounded away, issued [tCO2e/yr].

    Notes
    -----
    :math:`ER_y = OUT_y + DIS_y + DEF_y + RND_y + I_y` in every year.
    """
    eligible = reductions * inside
    discounted = np.maximum(eligible, 0.0) * (1.0 - discount)
    net = eligible - discounted
    creditable = _deficits_made_good(net) if negative == "carried" else np.maximum(net, 0.0)
    issued = whole_tonnes(creditable, rounding)
    return Crediting(
        outside=reductions - eligible,
        discounted=discounted,
        deficit=net - creditable,
        rounded=creditable - issued,
        issued=issued,
    )


def _deficits_made_good(net: Array) -> Array:
    """Return what each year leaves to credit after it has made good the years before it."""
    creditable = np.zeros_like(net)
    owed = np.zeros(net.shape[:-1])
    for year in range(net.shape[-1]):
        available = net[..., year] - owed
        creditable[..., year] = np.maximum(available, 0.0)
        owed = np.maximum(-available, 0.0)
    return creditable


def whole_tonnes(amount: Array, rounding: str = "down") -> NDArray[np.int64]:
    """Round an amount to whole tonnes.

    Parameters
    ----------
    amount : array
        Not negative [tCO2e].
    rounding : {"down", "nearest", "up"}
        Down to the tonne; to the nearest, halves up; or up to the next.

    Returns
    -------
    array of int
        Whole tonnes [tCO2e].

    Examples
    --------
    >>> import numpy as np
    >>> whole_tonnes(np.array([25.81, 0.29 * 100]))
    array([25, 29])
    """
    exact = np.round(amount, _GRAMS)
    if rounding == "nearest":
        exact = exact + 0.5
    return np.asarray(np.ceil(exact) if rounding == "up" else np.floor(exact)).astype(np.int64)
