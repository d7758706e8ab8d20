"""Plants against what makes the same apart or from fossil fuel: co-generation, hydrogen."""

from __future__ import annotations

import numpy as np

from jcm_models.method_catalogue import Array, Emissions, method
from jcm_models.methods.level_equations import project, two_levels
from jcm_models.methods.terms import (
    FREIGHT_MATH,
    FUEL_MATH,
    FUEL_PLAIN,
    Given,
    assembled,
    freight_carried,
    product,
)
from jcm_models.quantities import units

__all__ = ["cogeneration", "hydrogen_production"]

_COGENERATION = "JCM methodology TH_AM009 (jcm.go.jp): electricity and heat that recipients use"
_HYDROGEN = (
    "IEA policies database, entry 27982, on the method of the Indian carbon credit trading "
    "scheme that is based on CDM AM0124"
)


def _made_apart(
    electricity: Array,
    heat: Array,
    cooling: Array | float,
    emission_factor: Array,
    boiler_efficiency: Array,
    fuel_emission_factor: Array,
    cooling_performance: Given,
) -> Array:
    """Emissions of electricity, heat and cooling that grid, boiler and chiller make."""
    chiller = None if cooling_performance is None else 1 / np.asarray(cooling_performance)
    cooled = product(cooling, "cooling_supplied", cooling_performance=chiller)
    return np.asarray(
        (electricity + cooled) * emission_factor + heat / boiler_efficiency * fuel_emission_factor
    )


@method(
    title="Co-generation",
    title_ja="コージェネレーション",
    equations=two_levels(
        "electricity_supplied * LEVEL_emission_factor + heat_supplied / LEVEL_boiler_efficiency "
        "* LEVEL_fuel_emission_factor + cooling_supplied / LEVEL_cooling_performance * "
        "LEVEL_emission_factor",
        r"\left( \mathrm{EG}_y + \frac{\mathrm{CE}_y}{\mathrm{COP}_{LEVEL}} \right) "
        r"\mathrm{EF}_{LEVEL,y} + \frac{\mathrm{HG}_y}{\eta_{LEVEL}} \, "
        r"\mathrm{EF}_{\mathrm{fuel},LEVEL}",
        _COGENERATION,
    )
    | project(
        FUEL_PLAIN,
        FUEL_MATH,
        _COGENERATION,
    ),
    source=_COGENERATION,
    family="output_benchmark",
)
@units(
    electricity_supplied="MWh/yr",
    heat_supplied="GJ/yr",
    reference_emission_factor="tCO2e/MWh",
    reference_boiler_efficiency="1",
    reference_fuel_emission_factor="tCO2e/GJ",
    project_fuel="t/yr",
    project_fuel_heating_value="GJ/t",
    project_fuel_emission_factor="tCO2e/GJ",
    cooling_supplied="MWh/yr",
    reference_cooling_performance="1",
    bau_emission_factor="tCO2e/MWh",
    bau_boiler_efficiency="1",
    bau_fuel_emission_factor="tCO2e/GJ",
    bau_cooling_performance="1",
    returns="tCO2e/yr",
)
def cogeneration(
    electricity_supplied: Array,
    heat_supplied: Array,
    reference_emission_factor: Array,
    reference_boiler_efficiency: Array,
    reference_fuel_emission_factor: Array,
    project_fuel: Array,
    project_fuel_heating_value: Array,
    project_fuel_emission_factor: Array,
    cooling_supplied: Array | float = 0.0,
    reference_cooling_performance: Array | None = None,
    bau_emission_factor: Array | None = None,
    bau_boiler_efficiency: Array | None = None,
    bau_fuel_emission_factor: Array | None = None,
    bau_cooling_performance: Array | None = None,
) -> Emissions:
    r"""Emissions of making electricity, heat and perhaps cooling at once instead of apart.

    Parameters
    ----------
    electricity_supplied, cooling_supplied : array, shape (..., year)
        Electricity and cooling that recipients use in the year [MWh/yr].
    heat_supplied : array, shape (..., year)
        Heat that recipients use in the year [GJ/yr].
    reference_emission_factor, bau_emission_factor : array or None, shape (..., year)
        Emission factor of the electricity displaced [tCO2e/MWh].
    reference_boiler_efficiency, bau_boiler_efficiency : array or None, shape (..., year)
        Efficiency of the boiler displaced [1].
    reference_fuel_emission_factor, bau_fuel_emission_factor : array or None, shape (..., year)
        Emission factor of that boiler's fuel [tCO2e/GJ].
    reference_cooling_performance, bau_cooling_performance : array or None, shape (..., year)
        Cooling per unit of electricity of the chiller displaced [1].
    project_fuel : array, shape (..., year)
        Gas that the engine or turbine burns [t/yr].
    project_fuel_heating_value : array, shape (..., year)
        Its net calorific value [GJ/t].
    project_fuel_emission_factor : array, shape (..., year)
        Emissions per unit of its heat [tCO2e/GJ].

    Returns
    -------
    Emissions
        BaU, reference and project emissions [tCO2e/yr], shape (..., year).

    Notes
    -----
    :math:`\mathrm{RE}_y = (\mathrm{EG}_y + \mathrm{CE}_y / \mathrm{COP}_\mathrm{RE})
    \mathrm{EF}_{\mathrm{RE},y} + \mathrm{HG}_y / \eta_\mathrm{RE} \,
    \mathrm{EF}_{\mathrm{RE},\mathrm{fuel}}`.

    References
    ----------
    JCM methodology TH_AM009, https://www.jcm.go.jp/th-jp/methodologies/90.
    """
    made = (electricity_supplied, heat_supplied, cooling_supplied)
    bau = None
    if (
        bau_emission_factor is not None
        and bau_boiler_efficiency is not None
        and bau_fuel_emission_factor is not None
        and (bau_cooling_performance is not None or not np.any(cooling_supplied))
    ):
        bau = _made_apart(
            *made,
            bau_emission_factor,
            bau_boiler_efficiency,
            bau_fuel_emission_factor,
            bau_cooling_performance,
        )
    reference = _made_apart(
        *made,
        reference_emission_factor,
        reference_boiler_efficiency,
        reference_fuel_emission_factor,
        reference_cooling_performance,
    )
    gas = project_fuel * project_fuel_heating_value * project_fuel_emission_factor
    return assembled(bau, reference, gas)


@method(
    title="Hydrogen production",
    title_ja="水素製造",
    equations=two_levels(
        "hydrogen_supplied * LEVEL_hydrogen_specific_emissions",
        r"M_{\mathrm{H}_2,y} \, \mathrm{SE}_{LEVEL,\mathrm{H}_2}",
        _HYDROGEN,
    )
    | project(
        "electricity_consumed * electricity_emission_factor + hydrogen_supplied * "
        "(transport_distance * transport_emission_factor + hydrogen_leaked_share * gwp_hydrogen)",
        r"\mathrm{EC}_y \, \mathrm{EF}_{\mathrm{el},y} + M_{\mathrm{H}_2,y} \left( "
        + FREIGHT_MATH
        + r" + l_{\mathrm{H}_2} \, \mathrm{GWP}_{\mathrm{H}_2} \right)",
    ),
    source=_HYDROGEN,
    family="output_benchmark",
)
@units(
    hydrogen_supplied="t/yr",
    reference_hydrogen_specific_emissions="tCO2e/t",
    bau_hydrogen_specific_emissions="tCO2e/t",
    electricity_consumed="MWh/yr",
    electricity_emission_factor="tCO2e/MWh",
    transport_distance="km",
    transport_emission_factor="tCO2e/t/km",
    hydrogen_leaked_share="1",
    gwp_hydrogen="tCO2e/t",
    returns="tCO2e/yr",
)
def hydrogen_production(
    hydrogen_supplied: Array,
    reference_hydrogen_specific_emissions: Array,
    bau_hydrogen_specific_emissions: Array | None = None,
    electricity_consumed: Array | float = 0.0,
    electricity_emission_factor: Array | None = None,
    transport_distance: Array | float = 0.0,
    transport_emission_factor: Array | None = None,
    hydrogen_leaked_share: Array | float = 0.0,
    gwp_hydrogen: Array | None = None,
) -> Emissions:
    r"""Emissions of hydrogen from an electrolyser instead of from fossil fuel.

    Parameters
    ----------
    hydrogen_supplied : array, shape (..., year)
        Hydrogen supplied in place of fossil hydrogen in the year [t/yr].
    reference_hydrogen_specific_emissions : array, shape (..., year)
        Emissions per unit of the hydrogen replaced [tCO2e/t].
    bau_hydrogen_specific_emissions : array or None, shape (..., year)
        The same expected without the project [tCO2e/t]; None where unknown.
    electricity_consumed : array, shape (..., year)
        Electricity taken from the grid, beside that of the project's own renewables [MWh/yr].
    electricity_emission_factor : array or None, shape (..., year)
        Emissions per unit of it [tCO2e/MWh].
    transport_distance : array, shape (..., year)
        Distance that the hydrogen is carried over [km].
    transport_emission_factor : array or None, shape (..., year)
        Emissions per tonne and kilometre [tCO2e/t/km].
    hydrogen_leaked_share : array, shape (..., year)
        Hydrogen that escapes, as a share of what is supplied [1].
    gwp_hydrogen : array or None, shape (..., year)
        Global warming potential of hydrogen [tCO2e/t].

    Returns
    -------
    Emissions
        BaU, reference and project emissions [tCO2e/yr], shape (..., year).

    Notes
    -----
    :math:`\mathrm{RE}_y = M_{\mathrm{H}_2,y} \, \mathrm{SE}_{\mathrm{RE},\mathrm{H}_2}`.

    References
    ----------
    CDM methodology AM0124; https://www.iea.org/policies/27982.
    """
    supplied = np.asarray(hydrogen_supplied, dtype=float)
    electricity = product(
        electricity_consumed,
        "electricity_consumed",
        electricity_emission_factor=electricity_emission_factor,
    )
    leaked = product(hydrogen_leaked_share, "hydrogen_leaked_share", gwp_hydrogen=gwp_hydrogen)
    past = bau_hydrogen_specific_emissions
    return assembled(
        None if past is None else supplied * past,
        supplied * reference_hydrogen_specific_emissions,
        electricity
        + freight_carried(supplied, transport_distance, transport_emission_factor)
        + supplied * leaked,
    )
