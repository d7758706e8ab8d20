"""Equations of displaced energy, in names and in print, and where they are published."""

from __future__ import annotations

from jcm_models.method_catalogue import Equation
from jcm_models.methods.level_equations import two_levels
from jcm_models.methods.terms import ENERGY_MATH, ENERGY_PLAIN

__all__ = [
    "ACM0002",
    "CEMENT",
    "ELECTRICITY",
    "FUEL",
    "GENERATOR",
    "GENSET",
    "GEOTHERMAL",
    "HEAT",
    "HYDRO",
    "HYDRO_SOURCE",
    "MIXED",
    "MIXED_SOURCE",
    "SOLAR",
    "WASTE_HEAT",
]

SOLAR = (
    "Solar methodologies MN_AM003, TH_AM001 and VN_AM007 (jcm.go.jp): reference emissions "
    "are AC output times a conservative emission factor"
)
MIXED_SOURCE = (
    "JCM methodologies ID_AM017 and BD_PM002 (jcm.go.jp): the grid's factor and that of the "
    "user's own generator, by measured shares"
)
CEMENT = "JCM methodology ID_AM001 (jcm.go.jp): waste heat recovery in the cement industry"
HYDRO_SOURCE = "JCM methodology PH_AM001 (jcm.go.jp): run-of-river hydro power"
ACM0002 = "CDM ACM0002, quoted from memory"
GENSET = "JCM methodology ID_AM017 (jcm.go.jp): solar panels and storage displacing generators"
_STATED = "As stated in the project's documents"


def _displaced(amount: str, symbol: str, source: str = "") -> dict[str, Equation]:
    return two_levels(
        f"{amount} * LEVEL_emission_factor", rf"{symbol} \times \mathrm{{EF}}_{{LEVEL,y}}", source
    )


ELECTRICITY = {
    **_displaced("electricity_supplied", r"\mathrm{EG}_y", SOLAR),
    "project_emissions": Equation(
        plain="stated_project_emissions",
        math=r"\mathrm{PE}_y = \mathrm{PE}_{\mathrm{st},y}",
        source=_STATED,
    ),
    "leakage_emissions": Equation(
        plain="stated_leakage_emissions",
        math=r"\mathrm{LE}_y = \mathrm{LE}_{\mathrm{st},y}",
        source=_STATED,
    ),
}
MIXED = two_levels(
    "(electricity_supplied - auxiliary_electricity) * "
    "((1 - captive_share) * LEVEL_emission_factor + captive_share * captive_emission_factor)",
    r"(\mathrm{EG}_y - \mathrm{EA}_y) \left( (1 - s_\mathrm{cap}) \, \mathrm{EF}_{LEVEL,y} + "
    r"s_\mathrm{cap} \, \mathrm{EF}_{\mathrm{cap},y} \right)",
    MIXED_SOURCE,
)
WASTE_HEAT = _displaced(
    "(electricity_supplied - auxiliary_capacity * 24 * days_of_operation / 1000)",
    r"\left( \mathrm{EG}_y - P_\mathrm{aux} \times 24 \, D_y / 1000 \right)",
    CEMENT,
)
HYDRO = {
    **_displaced("electricity_supplied", r"\mathrm{EG}_y", HYDRO_SOURCE),
    "project_emissions": Equation(
        plain="electricity_supplied * np.where((reservoir_area > 0) & "
        "(reservoir_area * 10 >= capacity), reservoir_emission_factor, 0)",
        math=r"\mathrm{PE}_y = \mathrm{EG}_y \times \mathrm{EF}_\mathrm{res} \quad "
        r"\mathrm{where} \quad 0 < P / A \le 10",
        source=ACM0002,
    ),
}
GEOTHERMAL = {
    **_displaced("electricity_supplied", r"\mathrm{EG}_y", ACM0002),
    "project_emissions": Equation(
        plain="(steam_carbon_dioxide_share + steam_methane_share * gwp_methane) * steam_released "
        "+ working_fluid_loss * working_fluid_gwp",
        math=r"\mathrm{PE}_y = (w_{\mathrm{CO}_2} + w_{\mathrm{CH}_4} \, "
        r"\mathrm{GWP}_{\mathrm{CH}_4}) \, M_{\mathrm{st},y} + "
        r"M_{\mathrm{wf},y} \, \mathrm{GWP}_\mathrm{wf}",
        source=ACM0002,
    ),
}
_ENERGY = {
    "project_emissions": Equation(plain=ENERGY_PLAIN, math=r"\mathrm{PE}_y = " + ENERGY_MATH)
}
GENERATOR = {**_displaced("electricity_load", r"\mathrm{EL}_y", GENSET), **_ENERGY}
HEAT = {
    **two_levels(
        "heat_supplied / LEVEL_boiler_efficiency * LEVEL_fuel_emission_factor",
        r"\frac{\mathrm{HG}_y}{\eta_{LEVEL}} \times \mathrm{EF}_{\mathrm{fuel},LEVEL}",
    ),
    **_ENERGY,
}
FUEL = {
    **two_levels(
        "fuel_energy_supplied * LEVEL_fuel_emission_factor",
        r"\mathrm{FE}_y \times \mathrm{EF}_{\mathrm{fuel},LEVEL}",
    ),
    **_ENERGY,
}
