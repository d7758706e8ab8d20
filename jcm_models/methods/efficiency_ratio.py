"""Efficiency ratio: the same service by equipment that needs less energy for it."""

from __future__ import annotations

import numpy as np

from jcm_models.method_catalogue import Array, Emissions, method
from jcm_models.methods import efficiency_equations as equations
from jcm_models.methods.terms import ENERGY_UNITS, assembled, energy_used
from jcm_models.quantities import units

__all__ = [
    "absorption_cooling",
    "efficient_boiler",
    "efficient_burner",
    "efficient_cooling",
    "efficient_lighting",
    "specific_electricity",
]

_W_PER_MW = 1e6


def _over(amount: Array, divisor: Array | None) -> Array | None:
    return None if divisor is None else amount / divisor


@method(
    title="Efficient cooling",
    title_ja="高効率冷却設備",
    equations=equations.COOLING,
    source=equations.COOLING_SOURCE,
)
@units(
    electricity_consumed="MWh/yr",
    project_performance="1",
    reference_performance="1",
    electricity_emission_factor="tCO2e/MWh",
    bau_performance="1",
    returns="tCO2e/yr",
)
def efficient_cooling(
    electricity_consumed: Array,
    project_performance: Array,
    reference_performance: Array,
    electricity_emission_factor: Array,
    bau_performance: Array | None = None,
) -> Emissions:
    r"""Emissions of chillers, refrigerators and air conditioners of a better performance.

    Parameters
    ----------
    electricity_consumed : array, shape (..., year)
        Electricity that the project's equipment consumes in the year [MWh/yr].
    project_performance : array, shape (..., year)
        Coefficient of performance of that equipment [1].
    reference_performance : array, shape (..., year)
        That of the reference: the best of what is on the market is conservative [1].
    electricity_emission_factor : array, shape (..., year)
        Emission factor of the electricity [tCO2e/MWh].
    bau_performance : array or None, shape (..., year)
        That of what would be bought without the project [1]; None where it is unknown.

    Returns
    -------
    Emissions
        BaU, reference and project emissions [tCO2e/yr], shape (..., year).

    Notes
    -----
    :math:`\mathrm{RE}_y = \mathrm{EC}_y \times \mathrm{COP}_\mathrm{PJ} / \mathrm{COP}_\mathrm{RE}
    \times \mathrm{EF}_{\mathrm{el},y}`.

    References
    ----------
    JCM methodologies ID_AM002, ID_AM003, ID_AM004, TH_AM005, https://www.jcm.go.jp.
    """
    project = np.asarray(electricity_consumed, dtype=float) * electricity_emission_factor
    service = project * project_performance
    return assembled(_over(service, bau_performance), service / reference_performance, project)


@method(
    title="Absorption cooling",
    title_ja="吸収式冷凍機",
    equations=equations.ABSORPTION,
    source=equations.ABSORPTION_SOURCE,
)
@units(
    cooling_supplied="MWh/yr",
    reference_performance="1",
    bau_performance="1",
    **ENERGY_UNITS,
    returns="tCO2e/yr",
)
def absorption_cooling(
    cooling_supplied: Array,
    reference_performance: Array,
    electricity_emission_factor: Array,
    bau_performance: Array | None = None,
    electricity_consumed: Array | float = 0.0,
    project_fuel: Array | float = 0.0,
    project_fuel_heating_value: Array | None = None,
    project_fuel_emission_factor: Array | None = None,
) -> Emissions:
    r"""Emissions of cooling from heat in place of electric chillers.

    Parameters
    ----------
    cooling_supplied : array, shape (..., year)
        Cooling that the absorption chiller supplies in the year [MWh/yr].
    reference_performance : array, shape (..., year)
        Coefficient of performance of the electric chiller displaced [1].
    electricity_emission_factor : array, shape (..., year)
        Emission factor of the electricity [tCO2e/MWh].
    bau_performance : array or None, shape (..., year)
        That of the usual electric chiller [1]; None where it is unknown.
    electricity_consumed : array, shape (..., year)
        Electricity that the absorption chiller needs [MWh/yr]; pumps and towers cancel.
    project_fuel : array, shape (..., year)
        Fuel that it burns [t/yr]; 0 where it runs on waste heat.
    project_fuel_heating_value, project_fuel_emission_factor : array or None, shape (..., year)
        Of that fuel [GJ/t, tCO2e/GJ].

    Returns
    -------
    Emissions
        BaU, reference and project emissions [tCO2e/yr], shape (..., year).

    Notes
    -----
    :math:`\mathrm{RE}_y = \mathrm{CE}_y / \mathrm{COP}_\mathrm{RE} \times
    \mathrm{EF}_{\mathrm{el},y}`.

    References
    ----------
    JCM methodology ID_AM022, https://www.jcm.go.jp.
    """
    service = np.asarray(cooling_supplied, dtype=float) * electricity_emission_factor
    project = energy_used(
        project_fuel,
        project_fuel_heating_value,
        project_fuel_emission_factor,
        electricity_consumed,
        electricity_emission_factor,
    )
    return assembled(_over(service, bau_performance), service / reference_performance, project)


@method(
    title="Efficient lighting",
    title_ja="高効率照明",
    equations=equations.LIGHTING,
    source=equations.LIGHTING_SOURCE,
)
@units(
    number_of_units="1",
    hours_of_operation="h/yr",
    reference_power="W",
    project_power="W",
    electricity_emission_factor="tCO2e/MWh",
    bau_power="W",
    returns="tCO2e/yr",
)
def efficient_lighting(
    number_of_units: Array,
    hours_of_operation: Array,
    reference_power: Array,
    project_power: Array,
    electricity_emission_factor: Array,
    bau_power: Array | None = None,
) -> Emissions:
    r"""Emissions of lamps or other equipment that run at a rated power.

    Parameters
    ----------
    number_of_units : array, shape (..., year)
        Units in operation [1].
    hours_of_operation : array, shape (..., year)
        Hours that each runs in the year [h/yr].
    reference_power, project_power : array, shape (..., year)
        Rated power of one unit [W].
    electricity_emission_factor : array, shape (..., year)
        Emission factor of the electricity [tCO2e/MWh].
    bau_power : array or None, shape (..., year)
        Rated power of what would be bought without the project [W]; None where unknown.

    Returns
    -------
    Emissions
        BaU, reference and project emissions [tCO2e/yr], shape (..., year).

    Notes
    -----
    :math:`\mathrm{RE}_y = n \, P_\mathrm{RE} \, h_y \, \mathrm{EF}_{\mathrm{el},y} / 10^6`.

    References
    ----------
    JCM methodology VN_AM003, https://www.jcm.go.jp.
    """
    hours = np.asarray(number_of_units, dtype=float) * hours_of_operation
    per_watt = hours * electricity_emission_factor / _W_PER_MW
    return assembled(
        None if bau_power is None else per_watt * bau_power,
        per_watt * reference_power,
        per_watt * project_power,
    )


@method(title="Efficient boilers", title_ja="高効率ボイラー", equations=equations.BOILER)
@units(
    heat_supplied="GJ/yr",
    reference_boiler_efficiency="1",
    project_boiler_efficiency="1",
    reference_fuel_emission_factor="tCO2e/GJ",
    project_fuel_emission_factor="tCO2e/GJ",
    bau_boiler_efficiency="1",
    bau_fuel_emission_factor="tCO2e/GJ",
    electricity_consumed="MWh/yr",
    electricity_emission_factor="tCO2e/MWh",
    returns="tCO2e/yr",
)
def efficient_boiler(
    heat_supplied: Array,
    reference_boiler_efficiency: Array,
    project_boiler_efficiency: Array,
    reference_fuel_emission_factor: Array,
    project_fuel_emission_factor: Array,
    bau_boiler_efficiency: Array | None = None,
    bau_fuel_emission_factor: Array | None = None,
    electricity_consumed: Array | float = 0.0,
    electricity_emission_factor: Array | None = None,
) -> Emissions:
    r"""Emissions of boilers that need less fuel, or another one, for the same heat.

    Parameters
    ----------
    heat_supplied : array, shape (..., year)
        Net heat supplied in the year [GJ/yr].
    reference_boiler_efficiency, project_boiler_efficiency : array, shape (..., year)
        Efficiency by the lower heating value [1].
    reference_fuel_emission_factor, project_fuel_emission_factor : array, shape (..., year)
        Emission factor of the fuel [tCO2e/GJ].
    bau_boiler_efficiency, bau_fuel_emission_factor : array or None, shape (..., year)
        Of the usual boiler [1, tCO2e/GJ]; BaU is unknown where either is None.
    electricity_consumed : array, shape (..., year)
        Electricity that the project's boiler needs [MWh/yr].
    electricity_emission_factor : array or None, shape (..., year)
        Its emission factor [tCO2e/MWh].

    Returns
    -------
    Emissions
        BaU, reference and project emissions [tCO2e/yr], shape (..., year).

    Notes
    -----
    :math:`\mathrm{RE}_y = \mathrm{HG}_y / \eta_\mathrm{RE} \times \mathrm{EF}_\mathrm{fuel,RE}`,
    project emissions likewise.
    """
    heat = np.asarray(heat_supplied, dtype=float)
    bau = None
    if bau_boiler_efficiency is not None and bau_fuel_emission_factor is not None:
        bau = heat / bau_boiler_efficiency * bau_fuel_emission_factor
    power = energy_used(0.0, None, None, electricity_consumed, electricity_emission_factor)
    return assembled(
        bau,
        heat / reference_boiler_efficiency * reference_fuel_emission_factor,
        heat / project_boiler_efficiency * project_fuel_emission_factor + power,
    )


@method(
    title="Efficient burners",
    title_ja="高効率バーナー",
    equations=equations.BURNER,
    source=equations.BURNER_SOURCE,
)
@units(
    project_burner_efficiency="1",
    reference_burner_efficiency="1",
    bau_burner_efficiency="1",
    **ENERGY_UNITS,
    returns="tCO2e/yr",
)
def efficient_burner(
    project_fuel: Array,
    project_fuel_heating_value: Array,
    project_fuel_emission_factor: Array,
    project_burner_efficiency: Array,
    reference_burner_efficiency: Array,
    bau_burner_efficiency: Array | None = None,
    electricity_consumed: Array | float = 0.0,
    electricity_emission_factor: Array | None = None,
) -> Emissions:
    r"""Emissions of burners and furnaces that need less of the same fuel.

    Parameters
    ----------
    project_fuel : array, shape (..., year)
        Fuel that the project burns in the year [t/yr].
    project_fuel_heating_value, project_fuel_emission_factor : array, shape (..., year)
        Of that fuel [GJ/t, tCO2e/GJ].
    project_burner_efficiency, reference_burner_efficiency : array, shape (..., year)
        Share of the heat that reaches the product [1].
    bau_burner_efficiency : array or None, shape (..., year)
        That of what would be bought without the project [1]; None where unknown.
    electricity_consumed : array, shape (..., year)
        Electricity of fans and controls [MWh/yr].
    electricity_emission_factor : array or None, shape (..., year)
        Its emission factor [tCO2e/MWh].

    Returns
    -------
    Emissions
        BaU, reference and project emissions [tCO2e/yr], shape (..., year).

    Notes
    -----
    :math:`\mathrm{RE}_y = \mathrm{FC}_y \, \mathrm{NCV} \times \eta_\mathrm{PJ} / \eta_\mathrm{RE}
    \times \mathrm{EF}_\mathrm{fuel}`.

    References
    ----------
    JCM methodology ID_AM009, https://www.jcm.go.jp.
    """
    burnt = np.asarray(project_fuel, dtype=float) * project_fuel_heating_value
    service = burnt * project_fuel_emission_factor * project_burner_efficiency
    power = energy_used(0.0, None, None, electricity_consumed, electricity_emission_factor)
    return assembled(
        _over(service, bau_burner_efficiency),
        service / reference_burner_efficiency,
        burnt * project_fuel_emission_factor + power,
    )


@method(
    title="Specific electricity of a product",
    title_ja="生産原単位改善",
    equations=equations.SPECIFIC,
)
@units(
    production="output/yr",
    reference_specific_electricity="MWh/output",
    project_specific_electricity="MWh/output",
    electricity_emission_factor="tCO2e/MWh",
    bau_specific_electricity="MWh/output",
    returns="tCO2e/yr",
)
def specific_electricity(
    production: Array,
    reference_specific_electricity: Array,
    project_specific_electricity: Array,
    electricity_emission_factor: Array,
    bau_specific_electricity: Array | None = None,
) -> Emissions:
    r"""Emissions of a factory or press that needs less electricity for each product.

    Parameters
    ----------
    production : array, shape (..., year)
        What is made in the year, in a unit that the scenario names [output/yr].
    reference_specific_electricity, project_specific_electricity : array, shape (..., year)
        Electricity per unit of it [MWh/output].
    electricity_emission_factor : array, shape (..., year)
        Emission factor of the electricity [tCO2e/MWh].
    bau_specific_electricity : array or None, shape (..., year)
        Electricity per unit without the project [MWh/output]; None where unknown.

    Returns
    -------
    Emissions
        BaU, reference and project emissions [tCO2e/yr], shape (..., year).

    Notes
    -----
    :math:`\mathrm{RE}_y = Q_y \times \mathrm{SEC}_\mathrm{RE} \times \mathrm{EF}_{\mathrm{el},y}`.
    """
    per_use = np.asarray(production, dtype=float) * electricity_emission_factor
    return assembled(
        None if bau_specific_electricity is None else per_use * bau_specific_electricity,
        per_use * reference_specific_electricity,
        per_use * project_specific_electricity,
    )
