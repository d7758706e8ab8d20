"""Transport against the vehicles that would render the same service."""

from __future__ import annotations

import numpy as np

from jcm_models.method_catalogue import Array, Emissions, method
from jcm_models.methods.level_equations import project, two_levels
from jcm_models.methods.terms import (
    ENERGY_UNITS,
    FUEL_MATH,
    FUEL_PLAIN,
    assembled,
    energy_used,
    product,
)
from jcm_models.quantities import units

__all__ = ["transport_service"]


@method(
    title="Transport service",
    title_ja="輸送サービス",
    equations=two_levels(
        "service_supplied * LEVEL_energy_per_service * LEVEL_fuel_emission_factor",
        r"S_y \, e_{LEVEL} \, \mathrm{EF}_{\mathrm{fuel},LEVEL}",
    )
    | project(
        f"{FUEL_PLAIN} + electricity_consumed / (1 - grid_loss_share) * "
        "electricity_emission_factor + methane_leaked * gwp_methane",
        FUEL_MATH + r" + \frac{\mathrm{EC}_y}{1 - l_\mathrm{grid}} \, "
        r"\mathrm{EF}_{\mathrm{el},y} + M_{\mathrm{CH}_4,y} \, \mathrm{GWP}_{\mathrm{CH}_4}",
    ),
    family="output_benchmark",
)
@units(
    service_supplied="output/yr",
    reference_energy_per_service="GJ/output",
    reference_fuel_emission_factor="tCO2e/GJ",
    bau_energy_per_service="GJ/output",
    bau_fuel_emission_factor="tCO2e/GJ",
    **ENERGY_UNITS,
    grid_loss_share="1",
    methane_leaked="t/yr",
    gwp_methane="tCO2e/t",
    returns="tCO2e/yr",
)
def transport_service(
    service_supplied: Array,
    reference_energy_per_service: Array,
    reference_fuel_emission_factor: Array,
    bau_energy_per_service: Array | None = None,
    bau_fuel_emission_factor: Array | None = None,
    project_fuel: Array | float = 0.0,
    project_fuel_heating_value: Array | None = None,
    project_fuel_emission_factor: Array | None = None,
    electricity_consumed: Array | float = 0.0,
    electricity_emission_factor: Array | None = None,
    grid_loss_share: Array | float = 0.0,
    methane_leaked: Array | float = 0.0,
    gwp_methane: Array | None = None,
) -> Emissions:
    r"""Emissions of carrying people or freight with cleaner vehicles.

    Parameters
    ----------
    service_supplied : array, shape (..., year)
        Service of the year in any one unit: vehicle-, passenger- or tonne-kilometres [output/yr].
    reference_energy_per_service, bau_energy_per_service : array or None, shape (..., year)
        Fuel that the vehicles replaced need per unit of service [GJ/output].
    reference_fuel_emission_factor, bau_fuel_emission_factor : array or None, shape (..., year)
        Emission factor of that fuel [tCO2e/GJ].
    project_fuel : array, shape (..., year)
        Fuel of the project's vehicles [t/yr].
    project_fuel_heating_value : array or None, shape (..., year)
        Its net calorific value [GJ/t].
    project_fuel_emission_factor : array or None, shape (..., year)
        Emissions per unit of its heat [tCO2e/GJ].
    electricity_consumed : array, shape (..., year)
        Electricity charged or drawn, at the meter [MWh/yr].
    electricity_emission_factor : array or None, shape (..., year)
        Emission factor of the grid, at its plants [tCO2e/MWh].
    grid_loss_share : array, shape (..., year)
        Share of the electricity lost between plant and meter [1].
    methane_leaked : array, shape (..., year)
        Gas that passes the engines unburnt or escapes from the tanks [t/yr].
    gwp_methane : array or None, shape (..., year)
        Global warming potential of methane [tCO2e/t].

    Returns
    -------
    Emissions
        BaU, reference and project emissions [tCO2e/yr], shape (..., year).

    Notes
    -----
    :math:`\mathrm{RE}_y = S_y \, e_\mathrm{RE} \, \mathrm{EF}_{\mathrm{fuel},\mathrm{RE}}`.
    Vehicles that improve by themselves have a reference energy that falls from year to year.

    References
    ----------
    CDM methodologies AMS-III.S and AMS-III.C.
    """
    service = np.asarray(service_supplied, dtype=float)
    bau = None
    if bau_energy_per_service is not None and bau_fuel_emission_factor is not None:
        bau = service * bau_energy_per_service * bau_fuel_emission_factor
    energy = energy_used(
        project_fuel,
        project_fuel_heating_value,
        project_fuel_emission_factor,
        electricity_consumed / (1 - np.asarray(grid_loss_share)),
        electricity_emission_factor,
    )
    return assembled(
        bau,
        service * reference_energy_per_service * reference_fuel_emission_factor,
        energy + product(methane_leaked, "methane_leaked", gwp_methane=gwp_methane),
    )
