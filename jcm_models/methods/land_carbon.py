"""Land carbon: forest that is not lost, against a reference level of its loss."""

from __future__ import annotations

import numpy as np

from jcm_models.method_catalogue import Array, Emissions, Equation, method
from jcm_models.methods.terms import assembled
from jcm_models.quantities import units

__all__ = ["fire_gases", "forest_burning", "forest_carbon_stock", "land_carbon"]

_CO2_PER_CARBON = 44 / 12
_KG_PER_T = 1000
_LEVEL = (
    "JCM methodologies LA_AM004 and KH_PM004 (jcm.go.jp): a reference level by transition of land, "
    "consistent with the national one"
)
_FIRE = "IPCC 2006 Guidelines, volume 4, equation 2.27; from memory"
_LOST = "np.sum({}_area_converted * carbon_stock_loss, axis=-2) * 44 / 12"
_LOST_MATH = r"\frac{44}{12} \sum_t A_{LEVEL,t,y} \, \Delta C_t"
_LAND_EQUATIONS = {
    "bau_emissions": Equation(
        plain=_LOST.format("bau"),
        math=r"\mathrm{BaU}_y = " + _LOST_MATH.replace("LEVEL", r"\mathrm{BaU}"),
    ),
    "reference_emissions": Equation(
        plain="(1 - reference_uncertainty_discount) * " + _LOST.format("reference"),
        math=r"\mathrm{RE}_y = (1 - u) \, " + _LOST_MATH.replace("LEVEL", r"\mathrm{RE}"),
        source=_LEVEL,
    ),
    "project_emissions": Equation(
        plain=_LOST.format("project"),
        math=r"\mathrm{PE}_y = " + _LOST_MATH.replace("LEVEL", r"\mathrm{PJ}"),
        source=_LEVEL,
    ),
    "leakage_emissions": Equation(
        plain="displacement_leakage_share * np.maximum(np.sum((reference_area_converted - "
        "project_area_converted) * carbon_stock_loss, axis=-2) * 44 / 12, 0)",
        math=r"\mathrm{LE}_y = s \, \max\left(\frac{44}{12} \sum_t (A_{\mathrm{RE},t,y} - "
        r"A_{\mathrm{PJ},t,y}) \, \Delta C_t , 0\right)",
        source="JCM methodology KH_PM004 (jcm.go.jp): displaced emissions",
    ),
}
_BURNT = (
    "{}_area_burnt * biomass_available_to_burn * combustion_factor * (methane_from_fire * "
    "gwp_methane + nitrous_oxide_from_fire * gwp_nitrous_oxide) / 1000"
)
_BURNT_MATH = (
    r"10^{-3} A_{LEVEL,\mathrm{fire},y} \, M_\mathrm{B} \, C_\mathrm{f} \left( "
    r"G_{\mathrm{CH}_4} \, \mathrm{GWP}_{\mathrm{CH}_4} + "
    r"G_{\mathrm{N}_2\mathrm{O}} \, \mathrm{GWP}_{\mathrm{N}_2\mathrm{O}} \right)"
)
_FIRE_EQUATIONS = {
    f"{level}_emissions": Equation(
        plain=_BURNT.format(level),
        math=rf"\mathrm{{{short}}}_y = " + _BURNT_MATH.replace("LEVEL", rf"\mathrm{{{mark}}}"),
        source=_FIRE,
    )
    for level, short, mark in (
        ("bau", "BaU", "BaU"),
        ("reference", "RE", "RE"),
        ("project", "PE", "PJ"),
    )
}


@units(above_ground_biomass="t/ha", carbon_fraction="1", root_shoot_ratio="1", returns="t/ha")
def forest_carbon_stock(
    above_ground_biomass: Array, carbon_fraction: Array, root_shoot_ratio: Array
) -> Array:
    r"""Carbon that the trees of a forest hold above and below ground.

    Parameters
    ----------
    above_ground_biomass : array
        Dry matter above ground [t/ha].
    carbon_fraction : array
        Carbon in the dry matter [1].
    root_shoot_ratio : array
        Dry matter below ground per unit above [1].

    Returns
    -------
    array
        Carbon [t/ha].

    Notes
    -----
    :math:`C = \mathrm{AGB} \times \mathrm{CF} \times (1 + R)`.
    """
    return above_ground_biomass * carbon_fraction * (1 + np.asarray(root_shoot_ratio))


@units(
    area_burnt="ha/yr",
    biomass_available_to_burn="t/ha",
    combustion_factor="1",
    gas_from_fire="g/kg",
    returns="t/yr",
)
def fire_gases(
    area_burnt: Array,
    biomass_available_to_burn: Array,
    combustion_factor: Array,
    gas_from_fire: Array,
) -> Array:
    r"""Mass of one gas that a fire gives off.

    Parameters
    ----------
    area_burnt : array, shape (..., year)
        Area burnt in the year [ha/yr].
    biomass_available_to_burn : array, shape (..., year)
        Dry matter that can burn on it [t/ha].
    combustion_factor : array, shape (..., year)
        Share of that which does burn [1].
    gas_from_fire : array, shape (..., year)
        Gas per unit of dry matter burnt [g/kg].

    Returns
    -------
    array, shape (..., year)
        Gas given off in the year [t/yr].

    Notes
    -----
    :math:`L = A \, M_\mathrm{B} \, C_\mathrm{f} \, G_\mathrm{ef} \times 10^{-3}`.

    References
    ----------
    IPCC 2006 Guidelines, volume 4, equation 2.27.
    """
    return area_burnt * biomass_available_to_burn * combustion_factor * gas_from_fire / _KG_PER_T


@method(
    title="Forest conservation (REDD+)",
    title_ja="森林減少・劣化の抑制・REDD+",
    equations=_LAND_EQUATIONS,
    source=_LEVEL,
)
@units(
    reference_area_converted="ha/yr",
    carbon_stock_loss="t/ha",
    project_area_converted="ha/yr",
    bau_area_converted="ha/yr",
    displacement_leakage_share="1",
    reference_uncertainty_discount="1",
    returns="tCO2e/yr",
)
def land_carbon(
    reference_area_converted: Array,
    carbon_stock_loss: Array,
    project_area_converted: Array,
    bau_area_converted: Array | None = None,
    displacement_leakage_share: Array | float = 0.0,
    reference_uncertainty_discount: Array | float = 0.0,
) -> Emissions:
    r"""Carbon dioxide of forest that is converted, against the reference level.

    Parameters
    ----------
    reference_area_converted : array, shape (..., transition, year)
        Area that goes from one kind of land to another, by the reference level [ha/yr].
    carbon_stock_loss : array, shape (..., transition, year)
        Carbon of the land before less that of the land after [t/ha].
    project_area_converted : array, shape (..., transition, year)
        Area converted in the project, as monitored [ha/yr].
    bau_area_converted : array or None, shape (..., transition, year)
        Area expected to be converted without the project [ha/yr]; None where unknown.
    displacement_leakage_share : array, shape (..., year)
        Share of the conversion avoided that happens elsewhere instead [1].
    reference_uncertainty_discount : array, shape (..., year)
        Share by which the reference level is set lower for its uncertainty [1].

    Returns
    -------
    Emissions
        BaU, reference, project and leakage emissions [tCO2e/yr], shape (..., year).

    Notes
    -----
    :math:`\mathrm{RE}_y = (1 - u) \frac{44}{12} \sum_t A_{\mathrm{RE},t,y} \, \Delta C_t`.
    Displacement is a share of what is avoided before that discount. Methane and nitrous oxide of
    burning are the method `forest_burning`; a discount on the reductions is ``crediting.discount``
    and a buffer ``reserve.rate`` of the scenario.

    References
    ----------
    JCM methodologies LA_AM004 and KH_PM004, https://www.jcm.go.jp.
    """
    loss = np.asarray(carbon_stock_loss, dtype=float) * _CO2_PER_CARBON

    def lost(area: Array) -> Array:
        return np.asarray(np.sum(area * loss, axis=-2))

    level, project = lost(reference_area_converted), lost(project_area_converted)
    return assembled(
        None if bau_area_converted is None else lost(bau_area_converted),
        (1 - np.asarray(reference_uncertainty_discount)) * level,
        project,
        displacement_leakage_share * np.maximum(level - project, 0.0),
    )


@method(
    title="Forest fires",
    title_ja="森林火災",
    equations=_FIRE_EQUATIONS,
    source=_FIRE,
)
@units(
    reference_area_burnt="ha/yr",
    biomass_available_to_burn="t/ha",
    combustion_factor="1",
    methane_from_fire="g/kg",
    nitrous_oxide_from_fire="g/kg",
    gwp_methane="tCO2e/t",
    gwp_nitrous_oxide="tCO2e/t",
    project_area_burnt="ha/yr",
    bau_area_burnt="ha/yr",
    returns="tCO2e/yr",
)
def forest_burning(
    reference_area_burnt: Array,
    biomass_available_to_burn: Array,
    combustion_factor: Array,
    methane_from_fire: Array,
    nitrous_oxide_from_fire: Array,
    gwp_methane: Array,
    gwp_nitrous_oxide: Array,
    project_area_burnt: Array | float = 0.0,
    bau_area_burnt: Array | None = None,
) -> Emissions:
    r"""Methane and nitrous oxide of burning forest, beside the carbon of its trees.

    Parameters
    ----------
    reference_area_burnt : array, shape (..., year)
        Area burnt by the reference level [ha/yr].
    biomass_available_to_burn : array, shape (..., year)
        Dry matter that can burn on it [t/ha].
    combustion_factor : array, shape (..., year)
        Share of that which does burn [1].
    methane_from_fire, nitrous_oxide_from_fire : array, shape (..., year)
        Gas per unit of dry matter burnt [g/kg].
    gwp_methane, gwp_nitrous_oxide : array, shape (..., year)
        Global warming potentials [tCO2e/t].
    project_area_burnt : array, shape (..., year)
        Area burnt in the project, as monitored [ha/yr].
    bau_area_burnt : array or None, shape (..., year)
        Area expected to burn without the project [ha/yr]; None where unknown.

    Returns
    -------
    Emissions
        BaU, reference and project emissions [tCO2e/yr], shape (..., year).

    Notes
    -----
    :math:`\mathrm{RE}_y = 10^{-3} A_{\mathrm{RE},y} \, M_\mathrm{B} \, C_\mathrm{f} \sum_g G_g \,
    \mathrm{GWP}_g`. Carbon dioxide is that of the stock lost, in the method `land_carbon`.

    References
    ----------
    IPCC 2006 Guidelines, volume 4, equation 2.27.
    """

    def burnt(area: Array | float) -> Array:
        fuel = (np.asarray(area), biomass_available_to_burn, combustion_factor)
        methane = fire_gases(*fuel, methane_from_fire) * gwp_methane
        return methane + fire_gases(*fuel, nitrous_oxide_from_fire) * gwp_nitrous_oxide

    return assembled(
        None if bau_area_burnt is None else burnt(bau_area_burnt),
        burnt(reference_area_burnt),
        burnt(project_area_burnt),
    )
