"""First-order decay of waste in a landfill: each year takes a share of the carbon left.

Two conventions are in use. In CDM Tool 04 decay begins in the year of disposal, in the IPCC
Guidelines in the year after it, so that the first gives in a year what the second gives a year
later. Both run on one recursion over the stock of carbon.
"""

from __future__ import annotations

import numpy as np

from jcm_models.method_catalogue import Array
from jcm_models.quantities import units

__all__ = [
    "a_year_later",
    "decomposed_carbon",
    "deposited_carbon",
    "emitted_methane",
    "over_years",
]

_METHANE_PER_CARBON = 16 / 12


def over_years(amount: Array, *others: Array | float) -> Array:
    """Spread an amount over the years that any of the inputs has, lest it decay in none.

    Parameters
    ----------
    amount : array, shape (..., year)
        A yearly amount, in any unit; perhaps one number for all years.
    *others : array, shape (..., year)
        The inputs it meets later.

    Returns
    -------
    array, shape (..., year)
        The amount in each of the years.
    """
    last = max(np.atleast_1d(each).shape[-1] for each in (amount, *others))
    spread: Array = amount + np.zeros(last)
    return spread


def _by_waste(amount: Array) -> Array:
    return np.expand_dims(np.atleast_1d(np.asarray(amount, dtype=float)), -2)


@units(
    waste="t/yr",
    composition="1",
    degradable_carbon="1",
    decomposed="1",
    correction_factor="1",
    returns="t/yr",
)
def deposited_carbon(
    waste: Array,
    composition: Array,
    degradable_carbon: Array,
    decomposed: Array,
    correction_factor: Array,
) -> Array:
    r"""Carbon that a year's waste brings into a landfill and that will decay without air.

    Parameters
    ----------
    waste : array, shape (..., year)
        Wet waste disposed of in the year [t/yr].
    composition : array, shape (..., waste, year)
        Share of each kind of waste [1].
    degradable_carbon : array, shape (..., waste, year)
        Degradable organic carbon in wet waste [1].
    decomposed : array, shape (..., waste, year)
        Share of it that decomposes in the end [1].
    correction_factor : array, shape (..., year)
        Methane correction factor: the share that decomposes without air [1].

    Returns
    -------
    array, shape (..., waste, year)
        Decomposable carbon deposited in the year [t/yr].

    Notes
    -----
    :math:`D_{j,x} = W_x w_j \mathrm{DOC}_j \mathrm{DOC}_{f,j} \mathrm{MCF}_x`.

    References
    ----------
    IPCC 2006 Guidelines, volume 5, equation 3.2.
    """
    within = _by_waste(waste * np.asarray(correction_factor))
    carbon: Array = within * composition * degradable_carbon * decomposed
    return carbon


@units(deposited="t/yr", decay_rate="1/yr", returns="t/yr")
def decomposed_carbon(deposited: Array, decay_rate: Array) -> Array:
    r"""Carbon that decomposes in each year, beginning in the year in which it is deposited.

    Parameters
    ----------
    deposited : array, shape (..., waste, year)
        Decomposable carbon deposited in the year [t/yr].
    decay_rate : array, shape (..., waste, year)
        Rate of decay [1/yr].

    Returns
    -------
    array, shape (..., waste, year)
        Carbon decomposed in the year [t/yr].

    Notes
    -----
    With the stock :math:`S_y = S_{y-1} e^{-k} + D_y`, a year takes :math:`S_y (1 - e^{-k})`.

    References
    ----------
    CDM Tool 04, whose double sum over years this is.
    """
    carbon, rate = np.broadcast_arrays(deposited, decay_rate)
    share = -np.expm1(-rate)
    decomposed = np.empty(carbon.shape)
    stock = np.zeros(carbon.shape[:-1])
    for year in range(carbon.shape[-1]):
        stock = stock + carbon[..., year]
        decomposed[..., year] = stock * share[..., year]
        stock = stock - decomposed[..., year]
    return decomposed


@units(deposited="t/yr", returns="t/yr")
def a_year_later(deposited: Array) -> Array:
    """Deposits moved by a year: with them, decay begins in the year after disposal.

    Parameters
    ----------
    deposited : array, shape (..., year)
        What is deposited in the year [t/yr].

    Returns
    -------
    array, shape (..., year)
        What was deposited in the year before, nothing in the first [t/yr].

    Notes
    -----
    This is all in which the IPCC form differs from that of CDM Tool 04.
    """
    later = np.zeros(np.shape(deposited))
    later[..., 1:] = deposited[..., :-1]
    return later


@units(decomposed="t/yr", methane_fraction="1", oxidation_factor="1", returns="t/yr")
def emitted_methane(decomposed: Array, methane_fraction: Array, oxidation_factor: Array) -> Array:
    r"""Methane that leaves a landfill, from the carbon of all kinds of waste.

    Parameters
    ----------
    decomposed : array, shape (..., waste, year)
        Carbon decomposed in the year [t/yr].
    methane_fraction : array, shape (..., year)
        Share of methane in landfill gas, by volume [1].
    oxidation_factor : array, shape (..., year)
        Share of the methane that the cover oxidises [1].

    Returns
    -------
    array, shape (..., year)
        Methane emitted in the year [t/yr].

    Notes
    -----
    :math:`M_y = (1 - \mathrm{OX}) \frac{16}{12} F \sum_j Q_{j,y}`.

    References
    ----------
    IPCC 2006 Guidelines, volume 5, equations 3.1 and 3.6; capture is left to the caller.
    """
    carbon: Array = np.sum(decomposed, axis=-2)
    return carbon * methane_fraction * _METHANE_PER_CARBON * (1 - oxidation_factor)
