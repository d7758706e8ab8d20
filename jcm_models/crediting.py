"""From reductions to credits: period, margin, discount, deficits, whole tonnes (E3, E4, K1-K3)."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Crediting", "by_year", "credit", "of_vintage", "whole_tonnes"]

Array = NDArray[np.float64]

# A product such as 0.29 * 100 falls a hair short of 29; a tonne must not be lost to that.
_GRAMS = 6


class Crediting(NamedTuple):
    """Where each reduction goes, each [tCO2e/yr]; the parts add up to it.

    `outside` has shape (..., year), the others (..., issuance).
    """

    outside: Array
    conservative: Array
    discounted: Array
    deficit: Array
    rounded: Array
    issued: NDArray[np.int64]


def credit(
    reductions: Array,
    inside: Array,
    discount: Array,
    *,
    margin: Array | float = 0.0,
    vintage: NDArray[np.int64] | None = None,
    negative: str = "carried",
    rounding: str = "down",
) -> Crediting:
    """Turn the reductions of each year into whole credits of that vintage.

    Parameters
    ----------
    reductions : array, shape (..., year)
        Reductions against the reference [tCO2e/yr]; negative where the project emits more.
    inside : array, shape (..., issuance)
        Share of its year's reductions that an issuance covers [1].
    discount : array, shape (..., year)
        Factor the reductions are multiplied by [1]; 1 takes nothing away.
    margin : array, shape (..., year)
        Calculated less actual project emissions [tCO2e/yr].
    vintage : array of int, shape (..., issuance)
        Position of the year of each issuance, in order of time; without it every year is issued
        by itself.
    negative : {"carried", "ignored"}
        What happens to an issuance above the reference: it is made good by those after it before
        credits arise again, or it is left out.
    rounding : {"down", "nearest"}
        How fractions of a tonne are rounded, per vintage and issuance.

    Returns
    -------
    Crediting
        Outside what is verified, calculated conservatively, discounted, deficit, rounded away,
        issued [tCO2e/yr].

    Notes
    -----
    :math:`ER_y = OUT_y + CON_y + DIS_y + DEF_y + RND_y + I_y` in every year, summed over its
    issuances.
    """
    years = reductions.shape[-1]
    added = np.broadcast_to(margin, np.broadcast_shapes(np.shape(margin), (years,)))
    if vintage is None:
        vintage = np.arange(years)
    eligible = of_vintage(reductions, vintage) * inside
    conservative = of_vintage(added, vintage) * inside
    left = eligible - conservative
    discounted = np.maximum(left, 0.0) * (1.0 - of_vintage(discount, vintage))
    net = left - discounted + 0.0  # a zero is positive, whatever it was made of
    creditable = _deficits_made_good(net) if negative == "carried" else np.maximum(net, 0.0)
    issued = whole_tonnes(creditable, rounding)
    return Crediting(
        outside=reductions - by_year(eligible, vintage, years),
        conservative=np.broadcast_to(conservative, net.shape),
        discounted=discounted,
        deficit=net - creditable,
        rounded=creditable - issued,
        issued=issued,
    )


def of_vintage(yearly: NDArray[Any], vintage: NDArray[np.int64]) -> NDArray[Any]:
    """Return for each issuance what stands at its year.

    Parameters
    ----------
    yearly : array, shape (..., year)
        In any unit.
    vintage : array of int, shape (..., issuance)
        Position of the year of each issuance.

    Returns
    -------
    array, shape (..., issuance)
        In the same unit.
    """
    if _each_year_once(vintage, yearly.shape[-1]):
        return yearly
    if math.prod(vintage.shape[:-1]) == 1:
        return np.take(yearly, vintage.ravel(), axis=-1)
    shape = np.broadcast_shapes(yearly.shape[:-1], vintage.shape[:-1])
    return np.take_along_axis(
        np.broadcast_to(yearly, (*shape, yearly.shape[-1])),
        np.broadcast_to(vintage, (*shape, vintage.shape[-1])),
        axis=-1,
    )


def by_year(amounts: NDArray[Any], vintage: NDArray[np.int64], years: int) -> NDArray[Any]:
    """Add up over the issuances of each year.

    Parameters
    ----------
    amounts : array, shape (..., issuance)
        Amounts of the issuances [tCO2e].
    vintage : array of int, shape (..., issuance)
        Position of the year of each issuance.
    years : int
        Number of years.

    Returns
    -------
    array, shape (..., year)
        Sums [tCO2e/yr].

    Examples
    --------
    >>> import numpy as np
    >>> by_year(np.array([50, 8, 4]), np.array([0, 1, 1]), 3)
    array([50, 12,  0])
    """
    if _each_year_once(vintage, years):
        return amounts
    if math.prod(vintage.shape[:-1]) == 1:
        found = np.zeros((*amounts.shape[:-1], years), dtype=amounts.dtype)
        for at, year in enumerate(vintage.ravel()):
            found[..., year] += amounts[..., at]
        return found
    rows = np.arange(math.prod(amounts.shape[:-1])) * years
    place = np.broadcast_to(vintage, amounts.shape) + rows.reshape(*amounts.shape[:-1], 1)
    sums = np.zeros(rows.size * years, dtype=amounts.dtype)
    np.add.at(sums, place.ravel(), amounts.ravel())
    return sums.reshape(*amounts.shape[:-1], years)


def _each_year_once(vintage: NDArray[np.int64], years: int) -> bool:
    """Tell whether all issue every year by itself, so that issuances are years."""
    return (
        math.prod(vintage.shape[:-1]) == 1
        and vintage.size == years
        and bool((vintage.ravel() == np.arange(years)).all())
    )


def _deficits_made_good(net: Array) -> Array:
    """Return what each issuance leaves to credit after it has made good those before it."""
    if (net >= 0).all():
        return net
    creditable = np.zeros_like(net)
    owed = np.zeros(net.shape[:-1])
    for issuance in range(net.shape[-1]):
        available = net[..., issuance] - owed
        creditable[..., issuance] = np.maximum(available, 0.0)
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
