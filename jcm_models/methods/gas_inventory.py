"""Gas inventory: masses of fluorinated and other gases, times their global warming potential."""

from __future__ import annotations

import numpy as np

from jcm_models.method_catalogue import Array, Emissions, Equation, method
from jcm_models.methods.terms import (
    ENERGY_MATH,
    ENERGY_PLAIN,
    ENERGY_UNITS,
    FREIGHT_MATH,
    assembled,
    energy_used,
    freight_carried,
)
from jcm_models.quantities import units

__all__ = ["gas_destruction", "refrigerant_leakage"]

_DESTRUCTION = (
    "Structure of destruction protocols, such as Isometric's for HFC and ODS, version 1.0; "
    "its form is from memory"
)
_GASES = r"\sum_g M_{g,y} \, v_{LEVEL,g} \, \mathrm{GWP}_g"
_LEAKS = r"l_{LEVEL} \sum_g C_{LEVEL,g} \, \mathrm{GWP}_g"
_DESTRUCTION_EQUATIONS = {
    "bau_emissions": Equation(
        plain="np.sum(gas_destroyed * bau_vented_share * global_warming_potential, axis=-2)",
        math=r"\mathrm{BaU}_y = " + _GASES.replace("LEVEL", r"\mathrm{BaU}"),
    ),
    "reference_emissions": Equation(
        plain="np.sum(gas_destroyed * reference_vented_share * global_warming_potential, axis=-2)",
        math=r"\mathrm{RE}_y = " + _GASES.replace("LEVEL", r"\mathrm{RE}"),
        source=_DESTRUCTION,
    ),
    "project_emissions": Equation(
        plain="(1 - destruction_efficiency) * np.sum(gas_destroyed * global_warming_potential, "
        "axis=-2) + destruction_efficiency * np.sum(gas_destroyed * carbon_dioxide_from_gas, "
        "axis=-2) + np.sum(gas_destroyed, axis=-2) * transport_distance * "
        f"transport_emission_factor + {ENERGY_PLAIN}",
        math=r"\mathrm{PE}_y = \sum_g M_{g,y} \left( (1 - \mathrm{DRE}) \, \mathrm{GWP}_g + "
        rf"\mathrm{{DRE}} \, c_g + {FREIGHT_MATH} \right) + {ENERGY_MATH}",
        source=_DESTRUCTION,
    ),
}
_LEAK_EQUATIONS = {
    f"{level}_emissions": Equation(
        plain=f"{level}_leak_rate * np.sum({level}_refrigerant_charge * "
        "global_warming_potential, axis=-2)",
        math=rf"\mathrm{{{short}}}_y = " + _LEAKS.replace("LEVEL", rf"\mathrm{{{mark}}}"),
    )
    for level, short, mark in (
        ("bau", "BaU", "BaU"),
        ("reference", "RE", "RE"),
        ("project", "PE", "PJ"),
    )
}


@method(
    title="Recovery and destruction of gases",
    title_ja="フロン等ガスの回収・破壊",
    equations=_DESTRUCTION_EQUATIONS,
    source=_DESTRUCTION,
)
@units(
    gas_destroyed="t/yr",
    reference_vented_share="1",
    global_warming_potential="tCO2e/t",
    destruction_efficiency="1",
    carbon_dioxide_from_gas="tCO2e/t",
    bau_vented_share="1",
    **ENERGY_UNITS,
    transport_distance="km",
    transport_emission_factor="tCO2e/t/km",
    returns="tCO2e/yr",
)
def gas_destruction(
    gas_destroyed: Array,
    reference_vented_share: Array,
    global_warming_potential: Array,
    destruction_efficiency: Array,
    carbon_dioxide_from_gas: Array,
    bau_vented_share: Array | None = None,
    project_fuel: Array | float = 0.0,
    project_fuel_heating_value: Array | None = None,
    project_fuel_emission_factor: Array | None = None,
    electricity_consumed: Array | float = 0.0,
    electricity_emission_factor: Array | None = None,
    transport_distance: Array | float = 0.0,
    transport_emission_factor: Array | None = None,
) -> Emissions:
    r"""Emissions of gases that are recovered and destroyed instead of vented.

    Parameters
    ----------
    gas_destroyed : array, shape (..., gas, year)
        Each gas fed to the destruction in the year [t/yr].
    reference_vented_share : array, shape (..., gas, year)
        Share of it that would escape, by a conservative count [1].
    global_warming_potential : array, shape (..., gas, year)
        Of each gas [tCO2e/t].
    destruction_efficiency : array, shape (..., year)
        Share of the gas fed that is destroyed [1].
    carbon_dioxide_from_gas : array, shape (..., gas, year)
        Carbon dioxide that the carbon of each gas becomes [tCO2e/t].
    bau_vented_share : array or None, shape (..., gas, year)
        Share that is expected to escape without the project [1]; None where unknown.
    project_fuel : array, shape (..., year)
        Fuel of the destruction [t/yr].
    project_fuel_heating_value : array or None, shape (..., year)
        Its net calorific value [GJ/t].
    project_fuel_emission_factor : array or None, shape (..., year)
        Emissions per unit of its heat [tCO2e/GJ].
    electricity_consumed : array, shape (..., year)
        Electricity of recovery and destruction [MWh/yr].
    electricity_emission_factor : array or None, shape (..., year)
        Emissions per unit of it [tCO2e/MWh].
    transport_distance : array, shape (..., year)
        Distance that the gases are carried over [km].
    transport_emission_factor : array or None, shape (..., year)
        Emissions per tonne and kilometre [tCO2e/t/km].

    Returns
    -------
    Emissions
        BaU, reference and project emissions [tCO2e/yr], shape (..., year).

    Notes
    -----
    :math:`\mathrm{RE}_y = \sum_g M_{g,y} \, v_{\mathrm{RE},g} \, \mathrm{GWP}_g` and
    :math:`\mathrm{PE}_y = \sum_g M_{g,y} ((1 - \mathrm{DRE}) \, \mathrm{GWP}_g +
    \mathrm{DRE} \, c_g)`, with transport, fuel and electricity.

    References
    ----------
    https://registry.isometric.com/protocol/hfc-ods-destruction/1.0.
    """
    mass = np.asarray(gas_destroyed, dtype=float)
    potential = mass * global_warming_potential
    escaped = 1 - np.asarray(destruction_efficiency)
    project = (
        escaped * potential.sum(axis=-2)
        + destruction_efficiency * np.sum(mass * carbon_dioxide_from_gas, axis=-2)
        + freight_carried(mass.sum(axis=-2), transport_distance, transport_emission_factor)
        + energy_used(
            project_fuel,
            project_fuel_heating_value,
            project_fuel_emission_factor,
            electricity_consumed,
            electricity_emission_factor,
        )
    )
    return assembled(
        None if bau_vented_share is None else np.sum(potential * bau_vented_share, axis=-2),
        np.sum(potential * reference_vented_share, axis=-2),
        project,
    )


@method(
    title="Leakage of refrigerants",
    title_ja="冷媒の漏洩",
    equations=_LEAK_EQUATIONS,
)
@units(
    reference_refrigerant_charge="t",
    reference_leak_rate="1/yr",
    global_warming_potential="tCO2e/t",
    bau_refrigerant_charge="t",
    bau_leak_rate="1/yr",
    project_refrigerant_charge="t",
    project_leak_rate="1/yr",
    returns="tCO2e/yr",
)
def refrigerant_leakage(
    reference_refrigerant_charge: Array,
    reference_leak_rate: Array,
    global_warming_potential: Array,
    bau_refrigerant_charge: Array | None = None,
    bau_leak_rate: Array | None = None,
    project_refrigerant_charge: Array | float = 0.0,
    project_leak_rate: Array | float = 0.0,
) -> Emissions:
    r"""Refrigerant that escapes from cooling equipment, of one gas or another.

    Parameters
    ----------
    reference_refrigerant_charge : array, shape (..., gas, year)
        Charge of each gas in the reference equipment, all of it together [t].
    reference_leak_rate : array, shape (..., year)
        Share of the charge that escapes in a year of operation [1/yr].
    global_warming_potential : array, shape (..., gas, year)
        Of each gas [tCO2e/t].
    bau_refrigerant_charge : array or None, shape (..., gas, year)
        Charge of each gas in the equipment expected without the project [t].
    bau_leak_rate : array or None, shape (..., year)
        Share of it that escapes in a year [1/yr]; BaU is unknown where either is None.
    project_refrigerant_charge : array, shape (..., gas, year)
        Charge of each gas in the project's equipment [t].
    project_leak_rate : array, shape (..., year)
        Share of it that escapes in a year [1/yr].

    Returns
    -------
    Emissions
        BaU, reference and project emissions [tCO2e/yr], shape (..., year).

    Notes
    -----
    :math:`\mathrm{RE}_y = l_\mathrm{RE} \sum_g C_{\mathrm{RE},g} \, \mathrm{GWP}_g`; business as
    usual and the project alike. Electricity of the equipment is a component of its own.
    """
    potential = np.asarray(global_warming_potential, dtype=float)

    def escaped(charge: Array | float, leak_rate: Array | float) -> Array:
        return np.asarray(leak_rate * np.sum(charge * potential, axis=-2))

    bau = None
    if bau_refrigerant_charge is not None and bau_leak_rate is not None:
        bau = escaped(bau_refrigerant_charge, bau_leak_rate)
    return assembled(
        bau,
        escaped(reference_refrigerant_charge, reference_leak_rate),
        escaped(project_refrigerant_charge, project_leak_rate),
    )
