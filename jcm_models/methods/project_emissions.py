"""Project emissions by themselves, to be combined with any family of methods.

Each method here leaves business as usual and the reference at zero, so that it can stand beside
the component that has them.
"""

from __future__ import annotations

import numpy as np

from jcm_models.method_catalogue import Array, Emissions, Equation, method
from jcm_models.methods import blocks
from jcm_models.quantities import units

__all__ = [
    "flare",
    "fugitive_methane",
    "project_electricity",
    "project_fuel_use",
    "project_mixed_electricity",
    "project_transport",
    "waste_incineration",
]

_INCINERATION = "IPCC 2006 Guidelines, volume 5, chapter 5, equations 5.2, 5.4 and 5.5"
_FUEL = "IPCC 2006 Guidelines, volume 2, equation 2.1"


def _project_equations(plain: str, math: str, source: str = "") -> dict[str, Equation]:
    """Say that a method adds to the project's emissions and to nothing else."""
    return {
        "bau_emissions": Equation("0", r"\mathrm{BaU}_y = 0"),
        "reference_emissions": Equation("0", r"\mathrm{RE}_y = 0"),
        "project_emissions": Equation(plain, rf"\mathrm{{PE}}_y = {math}", source),
    }


def _by_the_project(emissions: Array) -> Emissions:
    zero = np.zeros_like(emissions, dtype=float)
    return Emissions(bau=zero, reference=zero, project=emissions, leakage=zero)


@method(
    title="Electricity used by the project",
    title_ja="プロジェクトの電力消費",
    equations=_project_equations(
        plain="electricity_consumed * electricity_emission_factor",
        math=r"\mathrm{EC}_y \times \mathrm{EF}_{\mathrm{el},y}",
    ),
)
@units(electricity_consumed="MWh/yr", electricity_emission_factor="tCO2e/MWh", returns="tCO2e/yr")
def project_electricity(
    electricity_consumed: Array, electricity_emission_factor: Array
) -> Emissions:
    r"""Emissions of the electricity that a project consumes.

    Parameters
    ----------
    electricity_consumed : array, shape (..., year)
        Electricity that the project consumes in the year [MWh/yr].
    electricity_emission_factor : array, shape (..., year)
        Emissions per unit of it [tCO2e/MWh].

    Returns
    -------
    Emissions
        Project emissions, beside zeros [tCO2e/yr], shape (..., year).

    Notes
    -----
    :math:`\mathrm{PE}_y = \mathrm{EC}_y \times \mathrm{EF}_{\mathrm{el},y}`.
    """
    return _by_the_project(
        blocks.electricity_emissions(electricity_consumed, electricity_emission_factor)
    )


@method(
    title="Electricity from the grid and from the site's generator",
    title_ja="プロジェクトの電力消費・系統と自家発",
    equations=_project_equations(
        plain="electricity_consumed * (grid_electricity * electricity_emission_factor + "
        "captive_fuel * captive_fuel_heating_value * captive_fuel_emission_factor) / "
        "(grid_electricity + captive_electricity)",
        math=r"\mathrm{EC}_y \times \frac{\mathrm{EI}_{\mathrm{grid},y} \, "
        r"\mathrm{EF}_{\mathrm{el},y} + \mathrm{FC}_{\mathrm{cap},y} \, \mathrm{NCV}_\mathrm{cap} "
        r"\, \mathrm{EF}_\mathrm{cap}}"
        r"{\mathrm{EI}_{\mathrm{grid},y} + \mathrm{EG}_{\mathrm{cap},y}}",
    ),
)
@units(
    electricity_consumed="MWh/yr",
    electricity_emission_factor="tCO2e/MWh",
    grid_electricity="MWh/yr",
    captive_electricity="MWh/yr",
    captive_fuel="t/yr",
    captive_fuel_heating_value="GJ/t",
    captive_fuel_emission_factor="tCO2e/GJ",
    returns="tCO2e/yr",
)
def project_mixed_electricity(
    electricity_consumed: Array,
    electricity_emission_factor: Array,
    grid_electricity: Array,
    captive_electricity: Array,
    captive_fuel: Array,
    captive_fuel_heating_value: Array,
    captive_fuel_emission_factor: Array,
) -> Emissions:
    r"""Emissions of electricity that comes partly from the grid, partly from the site's generator.

    Parameters
    ----------
    electricity_consumed : array, shape (..., year)
        Electricity that the project consumes in the year [MWh/yr].
    electricity_emission_factor : array, shape (..., year)
        Emission factor of the grid [tCO2e/MWh].
    grid_electricity, captive_electricity : array, shape (..., year)
        Electricity that the whole site takes from the grid and from its own generator [MWh/yr].
    captive_fuel : array, shape (..., year)
        Fuel that the generator burns in the year [t/yr].
    captive_fuel_heating_value : array, shape (..., year)
        Its net calorific value [GJ/t].
    captive_fuel_emission_factor : array, shape (..., year)
        Emissions per unit of its heat [tCO2e/GJ].

    Returns
    -------
    Emissions
        Project emissions, beside zeros [tCO2e/yr], shape (..., year).

    Notes
    -----
    :math:`\mathrm{PE}_y = \mathrm{EC}_y \times \frac{\mathrm{EI}_{\mathrm{grid},y} \,
    \mathrm{EF}_{\mathrm{el},y} + \mathrm{FC}_{\mathrm{cap},y} \, \mathrm{NCV}_\mathrm{cap} \,
    \mathrm{EF}_\mathrm{cap}}{\mathrm{EI}_{\mathrm{grid},y} + \mathrm{EG}_{\mathrm{cap},y}}`.

    The factor is weighted by what the site takes from each, as measured.
    """
    captive_factor = blocks.captive_electricity_factor(
        captive_fuel, captive_fuel_heating_value, captive_fuel_emission_factor, captive_electricity
    )
    factor = blocks.mixed_electricity_factor(
        grid_electricity, electricity_emission_factor, captive_electricity, captive_factor
    )
    return _by_the_project(blocks.electricity_emissions(electricity_consumed, factor))


@method(
    title="Fuel used by the project",
    title_ja="プロジェクトの燃料消費",
    equations=_project_equations(
        plain="project_fuel * project_fuel_heating_value * project_fuel_emission_factor",
        math=r"\mathrm{FC}_y \times \mathrm{NCV} \times \mathrm{EF}_{\mathrm{fuel}}",
        source=_FUEL,
    ),
    source=_FUEL,
)
@units(
    project_fuel="t/yr",
    project_fuel_heating_value="GJ/t",
    project_fuel_emission_factor="tCO2e/GJ",
    returns="tCO2e/yr",
)
def project_fuel_use(
    project_fuel: Array, project_fuel_heating_value: Array, project_fuel_emission_factor: Array
) -> Emissions:
    r"""Emissions of the fuel that a project burns.

    Parameters
    ----------
    project_fuel : array, shape (..., year)
        Fuel that the project burns in the year [t/yr].
    project_fuel_heating_value : array, shape (..., year)
        Its net calorific value [GJ/t].
    project_fuel_emission_factor : array, shape (..., year)
        Emissions per unit of its heat [tCO2e/GJ].

    Returns
    -------
    Emissions
        Project emissions, beside zeros [tCO2e/yr], shape (..., year).

    Notes
    -----
    :math:`\mathrm{PE}_y = \mathrm{FC}_y \times \mathrm{NCV} \times
    \mathrm{EF}_{\mathrm{fuel}}`.

    References
    ----------
    IPCC 2006 Guidelines, volume 2, equation 2.1.
    """
    emissions = blocks.fuel_emissions(
        project_fuel, project_fuel_heating_value, project_fuel_emission_factor
    )
    return _by_the_project(emissions)


@method(
    title="Transport by the project",
    title_ja="プロジェクトの輸送",
    equations=_project_equations(
        plain="freight_transported * transport_distance * transport_emission_factor",
        math=r"F_y \times D \times \mathrm{EF}_\mathrm{tr}",
    ),
)
@units(
    freight_transported="t/yr",
    transport_distance="km",
    transport_emission_factor="tCO2e/t/km",
    returns="tCO2e/yr",
)
def project_transport(
    freight_transported: Array, transport_distance: Array, transport_emission_factor: Array
) -> Emissions:
    r"""Emissions of carrying what a project needs or makes.

    Parameters
    ----------
    freight_transported : array, shape (..., year)
        Freight carried in the year [t/yr].
    transport_distance : array, shape (..., year)
        Distance it is carried over, there and back where the factor asks for it [km].
    transport_emission_factor : array, shape (..., year)
        Emissions per tonne and kilometre [tCO2e/t/km].

    Returns
    -------
    Emissions
        Project emissions, beside zeros [tCO2e/yr], shape (..., year).

    Notes
    -----
    :math:`\mathrm{PE}_y = F_y \times D \times \mathrm{EF}_\mathrm{tr}`.
    """
    emissions = blocks.transport_emissions(
        freight_transported, transport_distance, transport_emission_factor
    )
    return _by_the_project(emissions)


@method(
    title="Waste burnt",
    title_ja="廃棄物の焼却",
    equations=_project_equations(
        plain="waste_burnt * (44 / 12 * oxidation_of_carbon * np.sum(waste_composition * dry_matter"
        " * carbon_share * fossil_carbon_share, axis=-2) + 1e-6 * (methane_from_burning"
        " * gwp_methane + nitrous_oxide_from_burning * gwp_nitrous_oxide))",
        math=r"W_y \left( \frac{44}{12} \, \mathrm{OF} \sum_j w_j \, \mathrm{dm}_j \, \mathrm{CF}_j"
        r" \, \mathrm{FCF}_j + 10^{-6} \left( \mathrm{EF}_{\mathrm{CH}_4} "
        r"\mathrm{GWP}_{\mathrm{CH}_4} + \mathrm{EF}_{\mathrm{N}_2\mathrm{O}} "
        r"\mathrm{GWP}_{\mathrm{N}_2\mathrm{O}} \right) \right)",
        source=_INCINERATION,
    ),
    source=_INCINERATION,
)
@units(
    waste_burnt="t/yr",
    waste_composition="1",
    dry_matter="1",
    carbon_share="1",
    fossil_carbon_share="1",
    oxidation_of_carbon="1",
    methane_from_burning="g/t",
    nitrous_oxide_from_burning="g/t",
    gwp_methane="tCO2e/t",
    gwp_nitrous_oxide="tCO2e/t",
    returns="tCO2e/yr",
)
def waste_incineration(
    waste_burnt: Array,
    waste_composition: Array,
    dry_matter: Array,
    carbon_share: Array,
    fossil_carbon_share: Array,
    oxidation_of_carbon: Array,
    methane_from_burning: Array,
    nitrous_oxide_from_burning: Array,
    gwp_methane: Array,
    gwp_nitrous_oxide: Array,
) -> Emissions:
    r"""Emissions of burning municipal waste: its fossil carbon, methane and nitrous oxide.

    Parameters
    ----------
    waste_burnt : array, shape (..., year)
        Wet waste burnt in the year [t/yr].
    waste_composition : array, shape (..., waste, year)
        Share of each kind of waste in the wet mass [1].
    dry_matter, carbon_share, fossil_carbon_share : array, shape (..., waste, year)
        Dry matter of each kind, carbon in its dry matter, fossil carbon in that carbon [1].
    oxidation_of_carbon : array, shape (..., year)
        Share of the carbon that becomes carbon dioxide [1].
    methane_from_burning, nitrous_oxide_from_burning : array, shape (..., year)
        Gas given off per unit of wet waste [g/t], the same number as in kg/Gg.
    gwp_methane, gwp_nitrous_oxide : array, shape (..., year)
        Global warming potentials [tCO2e/t].

    Returns
    -------
    Emissions
        Project emissions, beside zeros [tCO2e/yr], shape (..., year).

    Notes
    -----
    :math:`\mathrm{PE}_y = W_y \left( \frac{44}{12} \, \mathrm{OF} \sum_j w_j \, \mathrm{dm}_j
    \, \mathrm{CF}_j \, \mathrm{FCF}_j + 10^{-6} \left( \mathrm{EF}_{\mathrm{CH}_4}
    \mathrm{GWP}_{\mathrm{CH}_4} + \mathrm{EF}_{\mathrm{N}_2\mathrm{O}}
    \mathrm{GWP}_{\mathrm{N}_2\mathrm{O}} \right) \right)`.

    Carbon of biological origin is not counted; fuel and electricity of the plant are components
    of their own.

    References
    ----------
    IPCC 2006 Guidelines, volume 5, chapter 5, equations 5.2, 5.4 and 5.5.
    """
    fossil_carbon = blocks.waste_fossil_carbon(
        waste_burnt,
        waste_composition,
        dry_matter,
        carbon_share,
        fossil_carbon_share,
        oxidation_of_carbon,
    )
    gases = blocks.waste_combustion_gases(
        waste_burnt,
        methane_from_burning,
        nitrous_oxide_from_burning,
        gwp_methane,
        gwp_nitrous_oxide,
    )
    return _by_the_project(fossil_carbon + gases)


@method(
    title="Flared methane",
    title_ja="メタンのフレア燃焼",
    equations=_project_equations(
        plain="methane_to_flare * (1 - flare_efficiency) * gwp_methane",
        math=r"F_{\mathrm{CH}_4,y} (1 - \eta_\mathrm{fl}) \mathrm{GWP}_{\mathrm{CH}_4}",
    ),
)
@units(methane_to_flare="t/yr", flare_efficiency="1", gwp_methane="tCO2e/t", returns="tCO2e/yr")
def flare(methane_to_flare: Array, flare_efficiency: Array, gwp_methane: Array) -> Emissions:
    r"""Emissions of methane that passes a flare unburnt.

    Parameters
    ----------
    methane_to_flare : array, shape (..., year)
        Methane sent to the flare in the year [t/yr].
    flare_efficiency : array, shape (..., year)
        Share of it that the flare destroys [1].
    gwp_methane : array, shape (..., year)
        Global warming potential of methane [tCO2e/t].

    Returns
    -------
    Emissions
        Project emissions, beside zeros [tCO2e/yr], shape (..., year).

    Notes
    -----
    :math:`\mathrm{PE}_y = F_{\mathrm{CH}_4,y} (1 - \eta_\mathrm{fl})
    \mathrm{GWP}_{\mathrm{CH}_4}`.
    """
    return _by_the_project(blocks.flare_emissions(methane_to_flare, flare_efficiency, gwp_methane))


@method(
    title="Methane that escapes",
    title_ja="漏洩メタン",
    equations=_project_equations(
        plain="methane_leaked * gwp_methane",
        math=r"M_{\mathrm{CH}_4,y} \times \mathrm{GWP}_{\mathrm{CH}_4}",
    ),
)
@units(methane_leaked="t/yr", gwp_methane="tCO2e/t", returns="tCO2e/yr")
def fugitive_methane(methane_leaked: Array, gwp_methane: Array) -> Emissions:
    r"""Emissions of methane that escapes from what a project operates.

    Parameters
    ----------
    methane_leaked : array, shape (..., year)
        Methane that escapes in the year, from a digester or a line [t/yr].
    gwp_methane : array, shape (..., year)
        Global warming potential of methane [tCO2e/t].

    Returns
    -------
    Emissions
        Project emissions, beside zeros [tCO2e/yr], shape (..., year).

    Notes
    -----
    :math:`\mathrm{PE}_y = M_{\mathrm{CH}_4,y} \times \mathrm{GWP}_{\mathrm{CH}_4}`.
    """
    return _by_the_project(blocks.fugitive_gas(methane_leaked, gwp_methane))
