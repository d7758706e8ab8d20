"""Leakage: what a project causes beyond its boundary, to be combined with any family of methods.

The blocks are terms of equations for other methods to use; the methods leave business as usual,
the reference and the project at zero.
"""

from __future__ import annotations

import numpy as np

from jcm_models.method_catalogue import Array, Emissions, Equation, method
from jcm_models.methods.blocks import fuel_emissions
from jcm_models.quantities import units

__all__ = [
    "competing_biomass",
    "competing_biomass_leakage",
    "displaced_activity",
    "displaced_activity_leakage",
    "upstream_fuel",
    "upstream_fuel_leakage",
]


def _leakage_equations(plain: str, math: str) -> dict[str, Equation]:
    """Say that a method adds to leakage and to nothing else."""
    return {
        "bau_emissions": Equation("0", r"\mathrm{BaU}_y = 0"),
        "reference_emissions": Equation("0", r"\mathrm{RE}_y = 0"),
        "project_emissions": Equation("0", r"\mathrm{PE}_y = 0"),
        "leakage_emissions": Equation(plain, rf"\mathrm{{LE}}_y = {math}"),
    }


def _outside(emissions: Array) -> Emissions:
    zero = np.zeros_like(emissions, dtype=float)
    return Emissions(bau=zero, reference=zero, project=zero, leakage=emissions)


@units(emissions="tCO2e/yr", displaced_share="1", returns="tCO2e/yr")
def displaced_activity(emissions: Array, displaced_share: Array) -> Array:
    r"""Leakage by an activity that moves elsewhere instead of ending.

    Parameters
    ----------
    emissions : array, shape (..., year)
        Emissions that the activity would have where the project is [tCO2e/yr].
    displaced_share : array, shape (..., year)
        Share of it that moves outside the boundary [1].

    Returns
    -------
    array, shape (..., year)
        Leakage of the year [tCO2e/yr].

    Notes
    -----
    :math:`\mathrm{LE}_y = s_y \times E_y`.
    """
    return emissions * displaced_share


@units(biomass="t/yr", emission_factor="tCO2e/t", returns="tCO2e/yr")
def competing_biomass(biomass: Array, emission_factor: Array) -> Array:
    r"""Leakage by those who used the biomass before and now burn something else.

    Parameters
    ----------
    biomass : array, shape (..., year)
        Biomass drawn from other uses in the year [t/yr].
    emission_factor : array, shape (..., year)
        Emissions of what takes its place, per unit of biomass [tCO2e/t].

    Returns
    -------
    array, shape (..., year)
        Leakage of the year [tCO2e/yr].

    Notes
    -----
    :math:`\mathrm{LE}_y = B_y \times \mathrm{EF}_\mathrm{comp}`.
    """
    return biomass * emission_factor


@units(fuel="t/yr", heating_value="GJ/t", upstream_emission_factor="tCO2e/GJ", returns="tCO2e/yr")
def upstream_fuel(fuel: Array, heating_value: Array, upstream_emission_factor: Array) -> Array:
    r"""Emissions of bringing a fuel to where it is burnt: extraction, processing, transport.

    Parameters
    ----------
    fuel : array, shape (..., year)
        Fuel burnt in the year [t/yr].
    heating_value : array, shape (..., year)
        Net calorific value [GJ/t].
    upstream_emission_factor : array, shape (..., year)
        Emissions before it is burnt, per unit of heat [tCO2e/GJ].

    Returns
    -------
    array, shape (..., year)
        Leakage of the year [tCO2e/yr].

    Notes
    -----
    :math:`\mathrm{LE}_y = \mathrm{FC}_y \times \mathrm{NCV} \times \mathrm{EF}_\mathrm{up}`.
    """
    return fuel_emissions(fuel, heating_value, upstream_emission_factor)


@method(
    title="Leakage by competing uses of biomass",
    title_ja="バイオマス競合利用によるリーケージ",
    equations=_leakage_equations(
        plain="biomass_diverted * competing_use_emission_factor",
        math=r"B_y \times \mathrm{EF}_\mathrm{comp}",
    ),
)
@units(biomass_diverted="t/yr", competing_use_emission_factor="tCO2e/t", returns="tCO2e/yr")
def competing_biomass_leakage(
    biomass_diverted: Array, competing_use_emission_factor: Array
) -> Emissions:
    r"""Leakage by those who used the biomass before and now burn something else.

    Parameters
    ----------
    biomass_diverted : array, shape (..., year)
        Biomass drawn from other uses in the year [t/yr].
    competing_use_emission_factor : array, shape (..., year)
        Emissions of what takes its place there, per unit of biomass [tCO2e/t].

    Returns
    -------
    Emissions
        Leakage emissions, beside zeros [tCO2e/yr], shape (..., year).

    Notes
    -----
    :math:`\mathrm{LE}_y = B_y \times \mathrm{EF}_\mathrm{comp}`.
    """
    return _outside(competing_biomass(biomass_diverted, competing_use_emission_factor))


@method(
    title="Leakage by displaced activity",
    title_ja="活動移転によるリーケージ",
    equations=_leakage_equations(
        plain="displaceable_emissions * displaced_share", math=r"s_y \times E_{\mathrm{disp},y}"
    ),
)
@units(displaceable_emissions="tCO2e/yr", displaced_share="1", returns="tCO2e/yr")
def displaced_activity_leakage(displaceable_emissions: Array, displaced_share: Array) -> Emissions:
    r"""Leakage by an activity that moves elsewhere instead of ending.

    Parameters
    ----------
    displaceable_emissions : array, shape (..., year)
        Emissions that the activity would have where the project is [tCO2e/yr].
    displaced_share : array, shape (..., year)
        Share of it that moves outside the boundary [1].

    Returns
    -------
    Emissions
        Leakage emissions, beside zeros [tCO2e/yr], shape (..., year).

    Notes
    -----
    :math:`\mathrm{LE}_y = s_y \times E_{\mathrm{disp},y}`.
    """
    return _outside(displaced_activity(displaceable_emissions, displaced_share))


@method(
    title="Leakage upstream of a fuel",
    title_ja="燃料の上流リーケージ",
    equations=_leakage_equations(
        plain="project_fuel * project_fuel_heating_value * upstream_emission_factor",
        math=r"\mathrm{FC}_y \times \mathrm{NCV} \times \mathrm{EF}_\mathrm{up}",
    ),
)
@units(
    project_fuel="t/yr",
    project_fuel_heating_value="GJ/t",
    upstream_emission_factor="tCO2e/GJ",
    returns="tCO2e/yr",
)
def upstream_fuel_leakage(
    project_fuel: Array, project_fuel_heating_value: Array, upstream_emission_factor: Array
) -> Emissions:
    r"""Leakage by extracting, processing and carrying the fuel that a project burns.

    Parameters
    ----------
    project_fuel : array, shape (..., year)
        Fuel that the project burns in the year [t/yr].
    project_fuel_heating_value : array, shape (..., year)
        Its net calorific value [GJ/t].
    upstream_emission_factor : array, shape (..., year)
        Emissions before it is burnt, per unit of its heat [tCO2e/GJ].

    Returns
    -------
    Emissions
        Leakage emissions, beside zeros [tCO2e/yr], shape (..., year).

    Notes
    -----
    :math:`\mathrm{LE}_y = \mathrm{FC}_y \times \mathrm{NCV} \times \mathrm{EF}_\mathrm{up}`.
    """
    return _outside(
        upstream_fuel(project_fuel, project_fuel_heating_value, upstream_emission_factor)
    )
