"""Blocks that the methods share: electricity, fuel, transport, waste, gases.

Each is one term of an equation, a pure function on arrays of shape (..., year); what is given by
category has shape (..., category, year).
"""

from __future__ import annotations

import numpy as np

from jcm_models.method_catalogue import Array
from jcm_models.quantities import units

__all__ = [
    "auxiliary_electricity",
    "captive_electricity_factor",
    "electricity_emissions",
    "flare_emissions",
    "fuel_emissions",
    "fugitive_gas",
    "mixed_electricity_factor",
    "transport_emissions",
    "waste_combustion_gases",
    "waste_fossil_carbon",
]

_CO2_PER_CARBON = 44 / 12
_HOURS_PER_DAY = 24
_KWH_PER_MWH = 1000
_G_PER_T = 1e6


@units(electricity="MWh/yr", emission_factor="tCO2e/MWh", returns="tCO2e/yr")
def electricity_emissions(electricity: Array, emission_factor: Array) -> Array:
    r"""Emissions of electricity taken from a grid or a generator.

    Parameters
    ----------
    electricity : array, shape (..., year)
        Electricity consumed in the year [MWh/yr].
    emission_factor : array, shape (..., year)
        Emissions per unit of it [tCO2e/MWh].

    Returns
    -------
    array, shape (..., year)
        Emissions of the year [tCO2e/yr].

    Notes
    -----
    :math:`E_y = \mathrm{EC}_y \times \mathrm{EF}_{\mathrm{el},y}`.
    """
    return electricity * emission_factor


@units(fuel="t/yr", heating_value="GJ/t", emission_factor="tCO2e/GJ", returns="tCO2e/yr")
def fuel_emissions(fuel: Array, heating_value: Array, emission_factor: Array) -> Array:
    r"""Emissions of a fuel that is burnt.

    Parameters
    ----------
    fuel : array, shape (..., year)
        Fuel burnt in the year [t/yr].
    heating_value : array, shape (..., year)
        Net calorific value [GJ/t].
    emission_factor : array, shape (..., year)
        Emissions per unit of heat [tCO2e/GJ].

    Returns
    -------
    array, shape (..., year)
        Emissions of the year [tCO2e/yr].

    Notes
    -----
    :math:`E_y = \mathrm{FC}_y \times \mathrm{NCV} \times \mathrm{EF}`.

    References
    ----------
    IPCC 2006 Guidelines, volume 2, equation 2.1.
    """
    return fuel * heating_value * emission_factor


def _divided(amount: Array, by: Array, otherwise: Array | float = 0.0) -> Array:
    """Divide where there is something to divide by; years without operation have nothing."""
    amount, by, instead = np.broadcast_arrays(amount, by, otherwise)
    result: Array = np.divide(amount, by, out=np.array(instead, dtype=float), where=by != 0)
    return result


@units(
    fuel="t/yr",
    heating_value="GJ/t",
    emission_factor="tCO2e/GJ",
    electricity_generated="MWh/yr",
    returns="tCO2e/MWh",
)
def captive_electricity_factor(
    fuel: Array, heating_value: Array, emission_factor: Array, electricity_generated: Array
) -> Array:
    r"""Emission factor of the electricity of a generator whose fuel and output are measured.

    Parameters
    ----------
    fuel : array, shape (..., year)
        Fuel that the generator burns in the year [t/yr].
    heating_value : array, shape (..., year)
        Its net calorific value [GJ/t].
    emission_factor : array, shape (..., year)
        Emissions per unit of its heat [tCO2e/GJ].
    electricity_generated : array, shape (..., year)
        Electricity generated in the year [MWh/yr].

    Returns
    -------
    array, shape (..., year)
        Emissions per unit of electricity [tCO2e/MWh]; 0 in a year without generation.

    Notes
    -----
    :math:`\mathrm{EF}_\mathrm{cap} = \mathrm{FC}_y \times \mathrm{NCV} \times \mathrm{EF} /
    \mathrm{EG}_y`.
    """
    return _divided(fuel_emissions(fuel, heating_value, emission_factor), electricity_generated)


@units(
    grid_electricity="MWh/yr",
    grid_emission_factor="tCO2e/MWh",
    captive_electricity="MWh/yr",
    captive_emission_factor="tCO2e/MWh",
    returns="tCO2e/MWh",
)
def mixed_electricity_factor(
    grid_electricity: Array,
    grid_emission_factor: Array,
    captive_electricity: Array,
    captive_emission_factor: Array,
) -> Array:
    r"""Emission factor of a site that takes electricity from the grid and from its own generator.

    Parameters
    ----------
    grid_electricity, captive_electricity : array, shape (..., year)
        Electricity that the site takes from each in the year, as measured [MWh/yr].
    grid_emission_factor, captive_emission_factor : array, shape (..., year)
        Emissions per unit of each [tCO2e/MWh].

    Returns
    -------
    array, shape (..., year)
        Mean factor, weighted by amounts [tCO2e/MWh]; that of the grid where neither is measured.

    Notes
    -----
    :math:`\mathrm{EF} = (\mathrm{EI}_\mathrm{grid} \mathrm{EF}_\mathrm{grid} +
    \mathrm{EG}_\mathrm{cap} \mathrm{EF}_\mathrm{cap}) / (\mathrm{EI}_\mathrm{grid} +
    \mathrm{EG}_\mathrm{cap})`.
    """
    emissions = electricity_emissions(grid_electricity, grid_emission_factor)
    emissions = emissions + electricity_emissions(captive_electricity, captive_emission_factor)
    return _divided(emissions, grid_electricity + captive_electricity, grid_emission_factor)


@units(rated_power="kW", days="d/yr", returns="MWh/yr")
def auxiliary_electricity(rated_power: Array, days: Array) -> Array:
    r"""Electricity of auxiliaries, as if they ran at rated power all day: conservatively high.

    Parameters
    ----------
    rated_power : array, shape (..., year)
        Rated power of all auxiliaries together [kW].
    days : array, shape (..., year)
        Days of operation in the year [d/yr].

    Returns
    -------
    array, shape (..., year)
        Electricity of the year [MWh/yr].

    Notes
    -----
    :math:`\mathrm{EC}_\mathrm{aux} = \mathrm{CAP} \times 24 \times D_y / 1000`.
    """
    return rated_power * _HOURS_PER_DAY * days / _KWH_PER_MWH


@units(freight="t/yr", distance="km", emission_factor="tCO2e/t/km", returns="tCO2e/yr")
def transport_emissions(freight: Array, distance: Array, emission_factor: Array) -> Array:
    r"""Emissions of carrying freight.

    Parameters
    ----------
    freight : array, shape (..., year)
        Freight carried in the year [t/yr].
    distance : array, shape (..., year)
        Distance it is carried over [km].
    emission_factor : array, shape (..., year)
        Emissions per tonne and kilometre [tCO2e/t/km].

    Returns
    -------
    array, shape (..., year)
        Emissions of the year [tCO2e/yr].

    Notes
    -----
    :math:`E_y = F_y \times D \times \mathrm{EF}_\mathrm{tr}`.
    """
    return freight * distance * emission_factor


@units(
    waste="t/yr",
    composition="1",
    dry_matter="1",
    carbon_share="1",
    fossil_carbon_share="1",
    oxidation="1",
    returns="tCO2e/yr",
)
def waste_fossil_carbon(
    waste: Array,
    composition: Array,
    dry_matter: Array,
    carbon_share: Array,
    fossil_carbon_share: Array,
    oxidation: Array,
) -> Array:
    r"""Carbon dioxide of the fossil carbon in waste that is burnt.

    Parameters
    ----------
    waste : array, shape (..., year)
        Wet waste burnt in the year [t/yr].
    composition : array, shape (..., waste, year)
        Share of each kind in the wet waste [1].
    dry_matter, carbon_share, fossil_carbon_share : array, shape (..., waste, year)
        Dry matter in each kind, carbon in its dry matter, fossil carbon in that carbon [1].
    oxidation : array, shape (..., year)
        Share of the carbon that becomes carbon dioxide [1].

    Returns
    -------
    array, shape (..., year)
        Emissions of the year [tCO2e/yr].

    Notes
    -----
    :math:`E_y = W_y \sum_j w_j \, \mathrm{dm}_j \, \mathrm{CF}_j \, \mathrm{FCF}_j \times
    \mathrm{OF} \times 44/12`.

    References
    ----------
    IPCC 2006 Guidelines, volume 5, equation 5.2.
    """
    fossil: Array = np.sum(composition * dry_matter * carbon_share * fossil_carbon_share, axis=-2)
    return waste * fossil * oxidation * _CO2_PER_CARBON


@units(
    waste="t/yr",
    methane="g/t",
    nitrous_oxide="g/t",
    gwp_methane="tCO2e/t",
    gwp_nitrous_oxide="tCO2e/t",
    returns="tCO2e/yr",
)
def waste_combustion_gases(
    waste: Array,
    methane: Array,
    nitrous_oxide: Array,
    gwp_methane: Array,
    gwp_nitrous_oxide: Array,
) -> Array:
    r"""Methane and nitrous oxide that burning waste gives off.

    Parameters
    ----------
    waste : array, shape (..., year)
        Wet waste burnt in the year [t/yr].
    methane, nitrous_oxide : array, shape (..., year)
        Gas per unit of wet waste [g/t], the same number as in kg/Gg.
    gwp_methane, gwp_nitrous_oxide : array, shape (..., year)
        Global warming potentials [tCO2e/t].

    Returns
    -------
    array, shape (..., year)
        Emissions of the year [tCO2e/yr].

    Notes
    -----
    :math:`E_y = W_y (\mathrm{EF}_{\mathrm{CH}_4} \mathrm{GWP}_{\mathrm{CH}_4} +
    \mathrm{EF}_{\mathrm{N}_2\mathrm{O}} \mathrm{GWP}_{\mathrm{N}_2\mathrm{O}}) \times 10^{-6}`.

    References
    ----------
    IPCC 2006 Guidelines, volume 5, equations 5.4 and 5.5.
    """
    per_tonne = (methane * gwp_methane + nitrous_oxide * gwp_nitrous_oxide) / _G_PER_T
    return waste * per_tonne


@units(mass="t/yr", gwp="tCO2e/t", returns="tCO2e/yr")
def fugitive_gas(mass: Array, gwp: Array) -> Array:
    r"""Emissions of a greenhouse gas that escapes.

    Parameters
    ----------
    mass : array, shape (..., year)
        Gas that escapes in the year [t/yr].
    gwp : array, shape (..., year)
        Its global warming potential [tCO2e/t].

    Returns
    -------
    array, shape (..., year)
        Emissions of the year [tCO2e/yr].

    Notes
    -----
    :math:`E_y = M_y \times \mathrm{GWP}`.
    """
    return mass * gwp


@units(methane="t/yr", efficiency="1", gwp_methane="tCO2e/t", returns="tCO2e/yr")
def flare_emissions(methane: Array, efficiency: Array, gwp_methane: Array) -> Array:
    r"""Methane that passes a flare unburnt.

    Parameters
    ----------
    methane : array, shape (..., year)
        Methane sent to the flare in the year [t/yr].
    efficiency : array, shape (..., year)
        Share of it that the flare destroys [1].
    gwp_methane : array, shape (..., year)
        Global warming potential of methane [tCO2e/t].

    Returns
    -------
    array, shape (..., year)
        Emissions of the year [tCO2e/yr].

    Notes
    -----
    :math:`E_y = F_{\mathrm{CH}_4,y} (1 - \eta_\mathrm{fl}) \mathrm{GWP}_{\mathrm{CH}_4}`.
    """
    return fugitive_gas(methane * (1 - efficiency), gwp_methane)
