"""Equations of efficiency ratios, in names and in print, and where they are published."""

from __future__ import annotations

from jcm_models.method_catalogue import Equation
from jcm_models.methods.level_equations import project, two_levels
from jcm_models.methods.terms import ENERGY_MATH, ENERGY_PLAIN

__all__ = [
    "ABSORPTION",
    "ABSORPTION_SOURCE",
    "BOILER",
    "BURNER",
    "BURNER_SOURCE",
    "COOLING",
    "COOLING_SOURCE",
    "LIGHTING",
    "LIGHTING_SOURCE",
    "SPECIFIC",
]

COOLING_SOURCE = (
    "JCM methodologies ID_AM002, ID_AM003, ID_AM004 and TH_AM005 (jcm.go.jp): the project's "
    "consumption times the ratio of performances"
)
ABSORPTION_SOURCE = "JCM methodology ID_AM022 (jcm.go.jp): absorption chillers"
LIGHTING_SOURCE = "JCM methodology VN_AM003 (jcm.go.jp): lighting of commercial buildings"
BURNER_SOURCE = "JCM methodology ID_AM009 (jcm.go.jp): regenerative burners"


def _level(level: str, mark: str, plain: str, math: str, source: str = "") -> tuple[str, Equation]:
    """Write one level: LEVEL stands for it in names and in print."""
    equation = Equation(
        plain=plain.replace("LEVEL", level),
        math=rf"\mathrm{{{'PE' if mark == 'PJ' else mark}}}_y = "
        + math.replace("LEVEL", rf"\mathrm{{{mark}}}"),
        source=source if level == "reference" else "",
    )
    return f"{level}_emissions", equation


_ELECTRICITY = (
    "electricity_consumed * electricity_emission_factor",
    r"\mathrm{EC}_y \times \mathrm{EF}_{\mathrm{el},y}",
)
COOLING = {
    **two_levels(
        "electricity_consumed * project_performance / LEVEL_performance "
        "* electricity_emission_factor",
        r"\mathrm{EC}_y \times \frac{\mathrm{COP}_\mathrm{PJ}}{\mathrm{COP}_{LEVEL}} "
        r"\times \mathrm{EF}_{\mathrm{el},y}",
        COOLING_SOURCE,
    ),
    **project(*_ELECTRICITY),
}
ABSORPTION = {
    **two_levels(
        "cooling_supplied / LEVEL_performance * electricity_emission_factor",
        r"\frac{\mathrm{CE}_y}{\mathrm{COP}_{LEVEL}} \times \mathrm{EF}_{\mathrm{el},y}",
        ABSORPTION_SOURCE,
    ),
    **project(ENERGY_PLAIN, ENERGY_MATH),
}
LIGHTING = dict(
    _level(
        level,
        mark,
        "number_of_units * LEVEL_power * hours_of_operation * electricity_emission_factor / 1e6",
        r"n \, P_{LEVEL} \, h_y \, \mathrm{EF}_{\mathrm{el},y} / 10^6",
        LIGHTING_SOURCE,
    )
    for level, mark in (("bau", "BaU"), ("reference", "RE"), ("project", "PJ"))
)
BOILER = {
    **two_levels(
        "heat_supplied / LEVEL_boiler_efficiency * LEVEL_fuel_emission_factor",
        r"\frac{\mathrm{HG}_y}{\eta_{LEVEL}} \times \mathrm{EF}_{\mathrm{fuel},LEVEL}",
    ),
    **project(
        "heat_supplied / project_boiler_efficiency * project_fuel_emission_factor "
        "+ electricity_consumed * electricity_emission_factor",
        r"\frac{\mathrm{HG}_y}{\eta_\mathrm{PJ}} \times \mathrm{EF}_\mathrm{fuel} + "
        r"\mathrm{EC}_y \, \mathrm{EF}_{\mathrm{el},y}",
    ),
}
BURNER = {
    **two_levels(
        "project_fuel * project_fuel_heating_value * project_burner_efficiency "
        "/ LEVEL_burner_efficiency * project_fuel_emission_factor",
        r"\mathrm{FC}_y \, \mathrm{NCV} \times \frac{\eta_\mathrm{PJ}}{\eta_{LEVEL}} "
        r"\times \mathrm{EF}_\mathrm{fuel}",
        BURNER_SOURCE,
    ),
    **project(ENERGY_PLAIN, ENERGY_MATH),
}
SPECIFIC = dict(
    _level(
        level,
        mark,
        "production * LEVEL_specific_electricity * electricity_emission_factor",
        r"Q_y \times \mathrm{SEC}_{LEVEL} \times \mathrm{EF}_{\mathrm{el},y}",
    )
    for level, mark in (("bau", "BaU"), ("reference", "RE"), ("project", "PJ"))
)
