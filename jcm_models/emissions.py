"""From emissions to reductions: the project against the reference, the reference against BaU."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from jcm_models.quantities import units

__all__ = ["above", "emission_reductions", "unissued_reductions"]

Array = NDArray[np.float64]

_RELATIVE_NOISE = 1e-12


@units(
    reference_emissions="tCO2e/yr",
    project_emissions="tCO2e/yr",
    leakage_emissions="tCO2e/yr",
    returns="tCO2e/yr",
)
def emission_reductions(
    reference_emissions: Array, project_emissions: Array, leakage_emissions: Array
) -> Array:
    """Reductions that may be credited; negative where the project emits more (K1, E4).

    Parameters
    ----------
    reference_emissions, project_emissions, leakage_emissions : array, shape (..., year)
        Emissions of the year [tCO2e/yr].

    Returns
    -------
    array, shape (..., year)
        Reductions of the year [tCO2e/yr].

    Notes
    -----
    :math:`ER_y = RE_y - PE_y - LE_y`.
    """
    return reference_emissions - project_emissions - leakage_emissions


@units(bau_emissions="tCO2e/yr", reference_emissions="tCO2e/yr", returns="tCO2e/yr")
def unissued_reductions(bau_emissions: Array, reference_emissions: Array) -> Array:
    """Reductions between BaU and reference: never issued, they stay with the partner country.

    Parameters
    ----------
    bau_emissions, reference_emissions : array, shape (..., year)
        Emissions of the year [tCO2e/yr].

    Returns
    -------
    array, shape (..., year)
        Reductions of the year [tCO2e/yr].

    Notes
    -----
    :math:`NET_y = BaU_y - RE_y`.
    """
    return bau_emissions - reference_emissions


def above(reference_emissions: Array, bau_emissions: Array) -> NDArray[np.bool_]:
    """Tell in which years the reference lies above BaU, which convention E1 forbids.

    Parameters
    ----------
    reference_emissions, bau_emissions : array, shape (..., year)
        Emissions of the year [tCO2e/yr].

    Returns
    -------
    array of bool, shape (..., year)
        True where it does, by more than the noise of floating-point arithmetic.
    """
    return reference_emissions > bau_emissions * (1 + _RELATIVE_NOISE)
