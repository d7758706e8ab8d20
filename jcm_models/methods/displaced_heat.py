"""Displaced heat, fuel and generators: what boilers and engines need no longer burn."""

from __future__ import annotations

import numpy as np

from jcm_models.method_catalogue import Array, Emissions, method
from jcm_models.methods import displaced_equations as equations
from jcm_models.methods.terms import ENERGY_UNITS, assembled, energy_used
from jcm_models.quantities import units

__all__ = ["displaced_fuel", "displaced_heat", "generator_replacement"]

_FAMILY = "displaced_energy"


@method(title="Displaced heat", title_ja="熱代替", equations=equations.HEAT, family=_FAMILY)
@units(
    heat_supplied="GJ/yr",
    reference_boiler_efficiency="1",
    reference_fuel_emission_factor="tCO2e/GJ",
    bau_boiler_efficiency="1",
    bau_fuel_emission_factor="tCO2e/GJ",
    **ENERGY_UNITS,
    returns="tCO2e/yr",
)
def displaced_heat(
    heat_supplied: Array,
    reference_boiler_efficiency: Array,
    reference_fuel_emission_factor: Array,
    bau_boiler_efficiency: Array | None = None,
    bau_fuel_emission_factor: Array | None = None,
    project_fuel: Array | float = 0.0,
    project_fuel_heating_value: Array | None = None,
    project_fuel_emission_factor: Array | None = None,
    electricity_consumed: Array | float = 0.0,
    electricity_emission_factor: Array | None = None,
) -> Emissions:
    r"""Emissions of heat that a boiler need no longer make: from sun, biogas or waste.

    Parameters
    ----------
    heat_supplied : array, shape (..., year)
        Heat supplied to the user in the year [GJ/yr].
    reference_boiler_efficiency, bau_boiler_efficiency : array, shape (..., year)
        Efficiency of the boiler displaced, a good one and the usual one [1].
    reference_fuel_emission_factor, bau_fuel_emission_factor : array, shape (..., year)
        Emission factor of its fuel [tCO2e/GJ]; BaU is unknown where its factor or efficiency is.
    project_fuel : array, shape (..., year)
        Fuel that the project burns [t/yr].
    project_fuel_heating_value, project_fuel_emission_factor : array or None, shape (..., year)
        Of that fuel [GJ/t, tCO2e/GJ].
    electricity_consumed : array, shape (..., year)
        Electricity that the project uses [MWh/yr].
    electricity_emission_factor : array or None, shape (..., year)
        Its emission factor [tCO2e/MWh].

    Returns
    -------
    Emissions
        BaU, reference and project emissions [tCO2e/yr], shape (..., year).

    Notes
    -----
    :math:`\mathrm{RE}_y = \mathrm{HG}_y / \eta_\mathrm{RE} \times \mathrm{EF}_\mathrm{fuel,RE}`.
    """
    heat = np.asarray(heat_supplied, dtype=float)
    bau = None
    if bau_boiler_efficiency is not None and bau_fuel_emission_factor is not None:
        bau = heat / bau_boiler_efficiency * bau_fuel_emission_factor
    project = energy_used(
        project_fuel,
        project_fuel_heating_value,
        project_fuel_emission_factor,
        electricity_consumed,
        electricity_emission_factor,
    )
    return assembled(
        bau,
        heat / reference_boiler_efficiency * reference_fuel_emission_factor,
        project,
    )


@method(title="Displaced fuel", title_ja="燃料代替", equations=equations.FUEL, family=_FAMILY)
@units(
    fuel_energy_supplied="GJ/yr",
    reference_fuel_emission_factor="tCO2e/GJ",
    bau_fuel_emission_factor="tCO2e/GJ",
    **ENERGY_UNITS,
    returns="tCO2e/yr",
)
def displaced_fuel(
    fuel_energy_supplied: Array,
    reference_fuel_emission_factor: Array,
    bau_fuel_emission_factor: Array | None = None,
    project_fuel: Array | float = 0.0,
    project_fuel_heating_value: Array | None = None,
    project_fuel_emission_factor: Array | None = None,
    electricity_consumed: Array | float = 0.0,
    electricity_emission_factor: Array | None = None,
) -> Emissions:
    r"""Emissions of a fuel that ethanol, biogas or a fuel made of waste replaces, heat for heat.

    Parameters
    ----------
    fuel_energy_supplied : array, shape (..., year)
        Heat in the fuel supplied, by its net calorific value [GJ/yr].
    reference_fuel_emission_factor, bau_fuel_emission_factor : array, shape (..., year)
        Emission factor of the fuel replaced [tCO2e/GJ]; None where BaU is unknown.
    project_fuel : array, shape (..., year)
        Fossil fuel that making the new fuel takes [t/yr].
    project_fuel_heating_value, project_fuel_emission_factor : array or None, shape (..., year)
        Of that fuel [GJ/t, tCO2e/GJ].
    electricity_consumed : array, shape (..., year)
        Electricity that it takes [MWh/yr].
    electricity_emission_factor : array or None, shape (..., year)
        Its emission factor [tCO2e/MWh].

    Returns
    -------
    Emissions
        BaU, reference and project emissions [tCO2e/yr], shape (..., year).

    Notes
    -----
    :math:`\mathrm{RE}_y = \mathrm{FE}_y \times \mathrm{EF}_\mathrm{fuel,RE}`.
    """
    energy = np.asarray(fuel_energy_supplied, dtype=float)
    project = energy_used(
        project_fuel,
        project_fuel_heating_value,
        project_fuel_emission_factor,
        electricity_consumed,
        electricity_emission_factor,
    )
    return assembled(
        None if bau_fuel_emission_factor is None else energy * bau_fuel_emission_factor,
        energy * reference_fuel_emission_factor,
        project,
    )


@method(
    title="Replacement of generators",
    title_ja="発電機代替（基地局等）",
    equations=equations.GENERATOR,
    source=equations.GENSET,
    family=_FAMILY,
)
@units(
    electricity_load="MWh/yr",
    reference_emission_factor="tCO2e/MWh",
    bau_emission_factor="tCO2e/MWh",
    **ENERGY_UNITS,
    returns="tCO2e/yr",
)
def generator_replacement(
    electricity_load: Array,
    reference_emission_factor: Array,
    bau_emission_factor: Array | None = None,
    project_fuel: Array | float = 0.0,
    project_fuel_heating_value: Array | None = None,
    project_fuel_emission_factor: Array | None = None,
    electricity_consumed: Array | float = 0.0,
    electricity_emission_factor: Array | None = None,
) -> Emissions:
    r"""Emissions of a load that ran on generators and now runs mostly on sun and batteries.

    Parameters
    ----------
    electricity_load : array, shape (..., year)
        Electricity that the equipment needs in the year [MWh/yr].
    reference_emission_factor, bau_emission_factor : array, shape (..., year)
        Of the generators replaced, the best and the usual [tCO2e/MWh]; None where BaU is unknown.
    project_fuel : array, shape (..., year)
        Fuel that generators still burn [t/yr].
    project_fuel_heating_value, project_fuel_emission_factor : array or None, shape (..., year)
        Of that fuel [GJ/t, tCO2e/GJ].
    electricity_consumed : array, shape (..., year)
        Electricity taken from the grid [MWh/yr].
    electricity_emission_factor : array or None, shape (..., year)
        Its emission factor [tCO2e/MWh].

    Returns
    -------
    Emissions
        BaU, reference and project emissions [tCO2e/yr], shape (..., year).

    Notes
    -----
    :math:`\mathrm{RE}_y = \mathrm{EL}_y \, \mathrm{EF}_{\mathrm{RE},y}`.

    References
    ----------
    JCM methodology ID_AM017, https://www.jcm.go.jp, for the displacement of generators.
    """
    load = np.asarray(electricity_load, dtype=float)
    project = energy_used(
        project_fuel,
        project_fuel_heating_value,
        project_fuel_emission_factor,
        electricity_consumed,
        electricity_emission_factor,
    )
    return assembled(
        None if bau_emission_factor is None else load * bau_emission_factor,
        load * reference_emission_factor,
        project,
    )
