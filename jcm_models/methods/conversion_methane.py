"""Conversion methane: what is degradable in waste water or manure, and the share that turns to gas.

The methane is the capacity of the matter times a conversion factor, which says how far the air is
kept out of a lagoon, a pit or a digester. Energy from the biogas is another component.
"""

from __future__ import annotations

import numpy as np

from jcm_models.method_catalogue import Array, Emissions, method
from jcm_models.methods.blocks import flare_emissions
from jcm_models.methods.conversion_equations import (
    LAGOON,
    LAGOON_EQUATIONS,
    MANURE,
    MANURE_EQUATIONS,
    SMALL_SCALE,
    WASTE_WATER_EQUATIONS,
)
from jcm_models.methods.terms import assembled
from jcm_models.quantities import units

__all__ = ["lagoon_methane", "manure_methane", "temperature_factor", "waste_water_methane"]

_KG_PER_T = 1000

# The formula of ACM0014 for anaerobic lagoons, after van 't Hoff and Arrhenius.
_ACTIVATION_ENERGY = 15175.0  # cal/mol
_GAS_CONSTANT = 1.987  # cal/mol/K
_WARM = 303.16  # K, where all that can be converted is
_TOO_COLD = 283.0  # K, below which nothing is
_HIGHEST = 0.95
_ZERO_CELSIUS = 273.15


@units(lagoon_temperature="degC", returns="1")
def temperature_factor(lagoon_temperature: Array) -> Array:
    r"""Share of the methane that a lagoon can give which it gives at its temperature.

    Parameters
    ----------
    lagoon_temperature : array, shape (..., year)
        Temperature of the lagoon [degC].

    Returns
    -------
    array, shape (..., year)
        The factor, 0 in the cold and at most 0.95 [1].

    Notes
    -----
    :math:`f_T = \exp \frac{E (T - T_1)}{R \, T_1 \, T}` with :math:`T_1 = 303.16` K. The curve
    bends upwards, so that a mean temperature gives less than the mean over the months.

    References
    ----------
    CDM ACM0014.
    """
    kelvin = np.asarray(lagoon_temperature, dtype=float) + _ZERO_CELSIUS
    rise = _ACTIVATION_ENERGY * (kelvin - _WARM) / (_GAS_CONSTANT * _WARM * kelvin)
    factor: Array = np.where(kelvin < _TOO_COLD, 0.0, np.minimum(np.exp(rise), _HIGHEST))
    return factor


def _oxygen_demand(waste_water: Array, chemical_oxygen_demand: Array) -> Array:
    """Return the chemical oxygen demand of a year's waste water [t/yr]."""
    demand: Array = waste_water * np.asarray(chemical_oxygen_demand) / _KG_PER_T
    return demand


_WATER_UNITS = {
    "waste_water": "m3/yr",
    "chemical_oxygen_demand": "kg/m3",
    "oxygen_demand_removed": "1",
    "waste_water_methane_capacity": "t/t",
    "gwp_methane": "tCO2e/t",
    "reference_uncertainty_factor": "1",
    "project_oxygen_demand_removed": "1",
    "project_digester_leakage": "1",
    "project_effluent_conversion_factor": "1",
    "methane_to_flare": "t/yr",
    "flare_efficiency": "1",
    "returns": "tCO2e/yr",
}


@method(
    title="Waste water treated in a digester",
    title_ja="排水のメタン回収",
    equations=WASTE_WATER_EQUATIONS,
    source=SMALL_SCALE,
)
@units(
    **_WATER_UNITS,
    reference_methane_conversion_factor="1",
    bau_methane_conversion_factor="1",
)
def waste_water_methane(
    waste_water: Array,
    chemical_oxygen_demand: Array,
    oxygen_demand_removed: Array,
    waste_water_methane_capacity: Array,
    gwp_methane: Array,
    reference_methane_conversion_factor: Array,
    reference_uncertainty_factor: Array,
    project_oxygen_demand_removed: Array,
    project_digester_leakage: Array,
    bau_methane_conversion_factor: Array | None = None,
    project_effluent_conversion_factor: Array | float = 0.0,
    methane_to_flare: Array | float = 0.0,
    flare_efficiency: Array | float = 0.0,
) -> Emissions:
    r"""Methane of waste water by the kind of its treatment, against a digester that captures it.

    Parameters
    ----------
    waste_water : array, shape (..., year)
        Waste water treated in the year [m3/yr].
    chemical_oxygen_demand : array, shape (..., year)
        Chemical oxygen demand of the water that flows in [kg/m3].
    oxygen_demand_removed : array, shape (..., year)
        Share of it that the treatment without the project removes [1].
    waste_water_methane_capacity : array, shape (..., year)
        Methane that oxygen demand can give at most [t/t].
    gwp_methane : array, shape (..., year)
        Global warming potential of methane [tCO2e/t].
    reference_methane_conversion_factor : array, shape (..., year)
        Share of it that the reference treatment gives [1].
    reference_uncertainty_factor : array, shape (..., year)
        Factor for the model's uncertainty, on reference emissions only [1].
    project_oxygen_demand_removed, project_digester_leakage : array, shape (..., year)
        Share that the digester removes, and share of its methane that escapes [1].
    bau_methane_conversion_factor : array or None, shape (..., year)
        Conversion factor expected without the project [1].
    project_effluent_conversion_factor : array, shape (..., year)
        Conversion factor of where the digester's effluent goes [1].
    methane_to_flare, flare_efficiency : array, shape (..., year)
        Methane sent to a flare [t/yr], and the share of it destroyed [1].

    Returns
    -------
    Emissions
        BaU, reference, project and leakage emissions [tCO2e/yr], shape (..., year).

    Notes
    -----
    :math:`\mathrm{RE}_y = \mathrm{COD}_y \, r \, B_o \, \mathrm{MCF} \, u \, \mathrm{GWP}`.

    References
    ----------
    CDM AMS-III.H; IPCC 2006 Guidelines, volume 5, equations 6.4 and 6.5.
    """
    demand = _oxygen_demand(waste_water, chemical_oxygen_demand)
    capacity = demand * waste_water_methane_capacity * gwp_methane
    of_reference = capacity * oxygen_demand_removed
    bau_factor = bau_methane_conversion_factor
    left = 1 - np.asarray(project_oxygen_demand_removed)
    escaped = (
        project_oxygen_demand_removed * np.asarray(project_digester_leakage)
        + left * project_effluent_conversion_factor
    )
    flared = flare_emissions(
        np.asarray(methane_to_flare), np.asarray(flare_efficiency), gwp_methane
    )
    return assembled(
        bau=None if bau_factor is None else of_reference * bau_factor,
        reference=of_reference * reference_methane_conversion_factor * reference_uncertainty_factor,
        project=capacity * escaped + flared,
    )


@method(
    title="Waste water from an open lagoon",
    title_ja="嫌気性ラグーンのメタン回収",
    equations=LAGOON_EQUATIONS,
    source=LAGOON,
)
@units(
    **_WATER_UNITS,
    lagoon_depth_factor="1",
    lagoon_temperature="degC",
    reference_captured_share="1",
    bau_captured_share="1",
)
def lagoon_methane(
    waste_water: Array,
    chemical_oxygen_demand: Array,
    oxygen_demand_removed: Array,
    waste_water_methane_capacity: Array,
    lagoon_depth_factor: Array,
    lagoon_temperature: Array,
    gwp_methane: Array,
    reference_uncertainty_factor: Array,
    project_oxygen_demand_removed: Array,
    project_digester_leakage: Array,
    reference_captured_share: Array | float = 0.0,
    bau_captured_share: Array | None = None,
    project_effluent_conversion_factor: Array | float = 0.0,
    methane_to_flare: Array | float = 0.0,
    flare_efficiency: Array | float = 0.0,
) -> Emissions:
    r"""Methane of an open lagoon by its depth and temperature, against a digester.

    Parameters
    ----------
    waste_water, chemical_oxygen_demand, oxygen_demand_removed : array, shape (..., year)
        Waste water [m3/yr], its oxygen demand [kg/m3], the share the lagoon removes [1].
    waste_water_methane_capacity : array, shape (..., year)
        Methane that oxygen demand can give at most [t/t].
    lagoon_depth_factor : array, shape (..., year)
        Share of it that the lagoon's depth lets arise [1].
    lagoon_temperature : array, shape (..., year)
        Mean temperature of the lagoon [degC].
    gwp_methane : array, shape (..., year)
        Global warming potential of methane [tCO2e/t].
    reference_uncertainty_factor : array, shape (..., year)
        Factor for the model's uncertainty, on reference emissions only [1].
    project_oxygen_demand_removed, project_digester_leakage : array, shape (..., year)
        Share that the digester removes, and share of its methane that escapes [1].
    reference_captured_share : array, shape (..., year)
        Share of the lagoon's methane captured, by law or practice [1].
    bau_captured_share : array or None, shape (..., year)
        The same as expected without the project [1]; BaU is unknown without it.
    project_effluent_conversion_factor : array, shape (..., year)
        Conversion factor of where the digester's effluent goes [1].
    methane_to_flare, flare_efficiency : array, shape (..., year)
        Methane sent to a flare [t/yr], and the share of it destroyed [1].

    Returns
    -------
    Emissions
        BaU, reference, project and leakage emissions [tCO2e/yr], shape (..., year).

    Notes
    -----
    The conversion factor of `waste_water_methane` is here :math:`f_d \, f_T`, of the reference
    :math:`f_d \, f_T \, u`.

    References
    ----------
    CDM ACM0014.
    """
    conversion = lagoon_depth_factor * temperature_factor(lagoon_temperature)
    escapes = None if bau_captured_share is None else 1 - np.asarray(bau_captured_share)
    return waste_water_methane(
        waste_water=waste_water,
        chemical_oxygen_demand=chemical_oxygen_demand,
        oxygen_demand_removed=oxygen_demand_removed,
        waste_water_methane_capacity=waste_water_methane_capacity,
        gwp_methane=gwp_methane,
        reference_methane_conversion_factor=conversion * (1 - reference_captured_share),
        reference_uncertainty_factor=reference_uncertainty_factor,
        project_oxygen_demand_removed=project_oxygen_demand_removed,
        project_digester_leakage=project_digester_leakage,
        bau_methane_conversion_factor=None if escapes is None else conversion * escapes,
        project_effluent_conversion_factor=project_effluent_conversion_factor,
        methane_to_flare=methane_to_flare,
        flare_efficiency=flare_efficiency,
    )


@method(
    title="Manure in a digester",
    title_ja="家畜ふん尿のメタン回収",
    equations=MANURE_EQUATIONS,
    source=MANURE,
)
@units(
    animals="1",
    volatile_solids_per_head="t/yr",
    manure_methane_capacity="m3/kg",
    methane_density="kg/m3",
    gwp_methane="tCO2e/t",
    reference_manure_conversion_factor="1",
    project_digester_leakage="1",
    bau_manure_conversion_factor="1",
    project_manure_conversion_factor="1",
    methane_to_flare="t/yr",
    flare_efficiency="1",
    returns="tCO2e/yr",
)
def manure_methane(
    animals: Array,
    volatile_solids_per_head: Array,
    manure_methane_capacity: Array,
    methane_density: Array,
    gwp_methane: Array,
    reference_manure_conversion_factor: Array,
    project_digester_leakage: Array,
    bau_manure_conversion_factor: Array | None = None,
    project_manure_conversion_factor: Array | float = 0.0,
    methane_to_flare: Array | float = 0.0,
    flare_efficiency: Array | float = 0.0,
) -> Emissions:
    r"""Methane of manure by the way it is kept, against a digester that captures it.

    Parameters
    ----------
    animals : array, shape (..., livestock, year)
        Animals whose manure is collected, on the average of the year [1].
    volatile_solids_per_head : array, shape (..., livestock, year)
        Volatile solids in the manure of one of them [t/yr].
    manure_methane_capacity : array, shape (..., livestock, year)
        Methane that volatile solids can give at most [m3/kg].
    methane_density : array, shape (..., year)
        Density of methane as that volume is stated [kg/m3].
    gwp_methane : array, shape (..., year)
        Global warming potential of methane [tCO2e/t].
    reference_manure_conversion_factor : array, shape (..., year)
        Share of the capacity that the way of keeping it in the reference gives [1].
    project_digester_leakage : array, shape (..., year)
        Share of the capacity that escapes from the digester [1].
    bau_manure_conversion_factor : array or None, shape (..., year)
        Conversion factor expected without the project [1].
    project_manure_conversion_factor : array, shape (..., year)
        Conversion factor of what the digester leaves, of the same capacity [1].
    methane_to_flare, flare_efficiency : array, shape (..., year)
        Methane sent to a flare [t/yr], and the share of it destroyed [1].

    Returns
    -------
    Emissions
        BaU, reference, project and leakage emissions [tCO2e/yr], shape (..., year).

    Notes
    -----
    :math:`\mathrm{RE}_y = \sum_a N_a \mathrm{VS}_a B_{o,a} \rho_{\mathrm{CH}_4}
    \mathrm{MCF} \, \mathrm{GWP}`.

    References
    ----------
    CDM AMS-III.D; IPCC 2006 Guidelines, volume 4, equations 10.22 and 10.23.
    """
    volume = np.sum(animals * np.asarray(volatile_solids_per_head) * manure_methane_capacity, -2)
    capacity = volume * methane_density * gwp_methane
    bau_factor = bau_manure_conversion_factor
    flared = flare_emissions(
        np.asarray(methane_to_flare), np.asarray(flare_efficiency), gwp_methane
    )
    return assembled(
        bau=None if bau_factor is None else capacity * bau_factor,
        reference=capacity * reference_manure_conversion_factor,
        project=capacity * (project_digester_leakage + project_manure_conversion_factor) + flared,
    )
