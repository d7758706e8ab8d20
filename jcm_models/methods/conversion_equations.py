"""Equations of methane from waste water and manure, in names and in print."""

from __future__ import annotations

from jcm_models.method_catalogue import Equation

__all__ = [
    "LAGOON",
    "LAGOON_EQUATIONS",
    "MANURE",
    "MANURE_EQUATIONS",
    "SMALL_SCALE",
    "WASTE_WATER_EQUATIONS",
]

SMALL_SCALE = "CDM AMS-III.H; IPCC 2006 Guidelines, volume 5, equations 6.4 and 6.5"
LAGOON = "CDM ACM0014"
MANURE = "CDM AMS-III.D; IPCC 2006 Guidelines, volume 4, equations 10.22 and 10.23"

_OXYGEN_DEMAND = "waste_water * chemical_oxygen_demand / 1000"
_CAPACITY = f"{_OXYGEN_DEMAND} * oxygen_demand_removed * waste_water_methane_capacity * gwp_methane"
_CAPACITY_MATH = r"\frac{Q_y \, \mathrm{COD}}{1000} r B_o \, \mathrm{GWP}_{\mathrm{CH}_4}"
_TEMPERATURE = (
    "np.where(lagoon_temperature < 9.85, 0, np.minimum(0.95, np.exp("
    "15175 * (lagoon_temperature - 30.01) / (1.987 * 303.16 * (lagoon_temperature + 273.15)))))"
)
_FLARE = "methane_to_flare * (1 - flare_efficiency) * gwp_methane"
_FLARE_MATH = r"F_{\mathrm{CH}_4,y} (1 - \eta_\mathrm{fl}) \mathrm{GWP}_{\mathrm{CH}_4}"
_DIGESTER = Equation(
    plain=(
        f"{_OXYGEN_DEMAND} * waste_water_methane_capacity * gwp_methane"
        " * (project_oxygen_demand_removed * project_digester_leakage"
        " + (1 - project_oxygen_demand_removed) * project_effluent_conversion_factor)"
        f" + {_FLARE}"
    ),
    math=(
        r"\mathrm{PE}_y = \frac{Q_y \, \mathrm{COD}}{1000} B_o \, \mathrm{GWP}_{\mathrm{CH}_4}"
        r" \left( r_\mathrm{PJ} \, l + (1 - r_\mathrm{PJ}) \mathrm{MCF}_\mathrm{eff} \right) + "
        + _FLARE_MATH
    ),
    source=LAGOON,
)
WASTE_WATER_EQUATIONS = {
    "bau_emissions": Equation(
        plain=f"{_CAPACITY} * bau_methane_conversion_factor",
        math=rf"\mathrm{{BaU}}_y = {_CAPACITY_MATH} \, \mathrm{{MCF}}_\mathrm{{BaU}}",
        source=SMALL_SCALE,
    ),
    "reference_emissions": Equation(
        plain=f"{_CAPACITY} * reference_methane_conversion_factor * reference_uncertainty_factor",
        math=rf"\mathrm{{RE}}_y = {_CAPACITY_MATH} \, \mathrm{{MCF}}_\mathrm{{RE}} \, u",
        source=SMALL_SCALE,
    ),
    "project_emissions": _DIGESTER,
}
LAGOON_EQUATIONS = {
    "bau_emissions": Equation(
        plain=f"(1 - bau_captured_share) * {_CAPACITY} * lagoon_depth_factor * {_TEMPERATURE}",
        math=rf"\mathrm{{BaU}}_y = (1 - f_\mathrm{{BaU}}) {_CAPACITY_MATH} \, f_d \, f_T(T)",
        source=LAGOON,
    ),
    "reference_emissions": Equation(
        plain=(
            f"(1 - reference_captured_share) * {_CAPACITY} * lagoon_depth_factor * {_TEMPERATURE}"
            " * reference_uncertainty_factor"
        ),
        math=rf"\mathrm{{RE}}_y = (1 - f_\mathrm{{RE}}) {_CAPACITY_MATH} \, f_d \, f_T(T) \, u",
        source=LAGOON,
    ),
    "project_emissions": _DIGESTER,
}
_SOLIDS = (
    "np.sum(animals * volatile_solids_per_head * manure_methane_capacity, axis=-2)"
    " * methane_density * gwp_methane"
)
_SOLIDS_MATH = (
    r"\sum_a N_a \, \mathrm{VS}_a B_{o,a} \, \rho_{\mathrm{CH}_4} \, \mathrm{GWP}_{\mathrm{CH}_4}"
)
MANURE_EQUATIONS = {
    "bau_emissions": Equation(
        plain=f"{_SOLIDS} * bau_manure_conversion_factor",
        math=rf"\mathrm{{BaU}}_y = {_SOLIDS_MATH} \, \mathrm{{MCF}}_\mathrm{{BaU}}",
        source=MANURE,
    ),
    "reference_emissions": Equation(
        plain=f"{_SOLIDS} * reference_manure_conversion_factor",
        math=rf"\mathrm{{RE}}_y = {_SOLIDS_MATH} \, \mathrm{{MCF}}_\mathrm{{RE}}",
        source=MANURE,
    ),
    "project_emissions": Equation(
        plain=(
            f"{_SOLIDS} * (project_digester_leakage + project_manure_conversion_factor) + {_FLARE}"
        ),
        math=(
            rf"\mathrm{{PE}}_y = {_SOLIDS_MATH} \left( l + \mathrm{{MCF}}_\mathrm{{PJ}} \right) + "
            + _FLARE_MATH
        ),
        source=MANURE,
    ),
}
