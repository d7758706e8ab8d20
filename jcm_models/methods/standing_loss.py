"""Standing loss: transformers and lines that lose less of what passes through them."""

from __future__ import annotations

import numpy as np

from jcm_models.method_catalogue import Array, Emissions, Equation, method
from jcm_models.methods.terms import assembled
from jcm_models.quantities import units

__all__ = ["efficient_lines", "efficient_transformers"]

_W_PER_MW = 1e6
_TRANSFORMERS = "CDM AM0067 and JCM transformer methodologies, whose form is quoted from memory"
_LINES = "JCM methodology MN_AM001 (jcm.go.jp): energy-saving transmission lines"
_LEVELS = (("bau", "BaU", "BaU"), ("reference", "RE", "RE"), ("project", "PE", "PJ"))
_TRANSFORMER_EQUATIONS = {
    f"{level}_emissions": Equation(
        plain=f"number_of_units * {level}_no_load_loss"
        + (" * (1 + loss_uncertainty)" if level == "project" else "")
        + " * hours_of_operation * (1 - blackout_rate) * electricity_emission_factor / 1e6",
        math=rf"\mathrm{{{symbol}}}_y = n \, \mathrm{{NLL}}_\mathrm{{{mark}}} \, "
        + (r"(1 + u) \, " if level == "project" else "")
        + r"h_y \, (1 - b) \, \mathrm{EF}_{\mathrm{el},y} / 10^6",
        source=_TRANSFORMERS if level == "reference" else "",
    )
    for level, symbol, mark in _LEVELS
}
_LINE_EQUATIONS = {
    **{
        f"{level}_emissions": Equation(
            plain=f"electricity_lost * {level}_resistance / project_resistance "
            "* electricity_emission_factor",
            math=rf"\mathrm{{{symbol}}}_y = L_y \times \frac{{R_\mathrm{{{mark}}}}}"
            r"{R_\mathrm{PJ}} \times \mathrm{EF}_{\mathrm{el},y}",
            source=_LINES if level == "reference" else "",
        )
        for level, symbol, mark in _LEVELS[:2]
    },
    "project_emissions": Equation(
        plain="electricity_lost * electricity_emission_factor",
        math=r"\mathrm{PE}_y = L_y \times \mathrm{EF}_{\mathrm{el},y}",
    ),
}


@method(
    title="Efficient transformers",
    title_ja="高効率変圧器（アモルファス）",
    equations=_TRANSFORMER_EQUATIONS,
    source=_TRANSFORMERS,
)
@units(
    number_of_units="1",
    reference_no_load_loss="W",
    project_no_load_loss="W",
    hours_of_operation="h/yr",
    electricity_emission_factor="tCO2e/MWh",
    bau_no_load_loss="W",
    loss_uncertainty="1",
    blackout_rate="1",
    returns="tCO2e/yr",
)
def efficient_transformers(
    number_of_units: Array,
    reference_no_load_loss: Array,
    project_no_load_loss: Array,
    hours_of_operation: Array,
    electricity_emission_factor: Array,
    bau_no_load_loss: Array | None = None,
    loss_uncertainty: Array | float = 0.0,
    blackout_rate: Array | float = 0.0,
) -> Emissions:
    r"""Emissions of what transformers lose while they are under voltage, loaded or not.

    Parameters
    ----------
    number_of_units : array, shape (..., year)
        Transformers in operation [1].
    reference_no_load_loss, project_no_load_loss : array, shape (..., year)
        Loss of one without load, on average over the ratings [W].
    hours_of_operation : array, shape (..., year)
        Hours of the year under voltage [h/yr].
    electricity_emission_factor : array, shape (..., year)
        Emission factor of the grid [tCO2e/MWh].
    bau_no_load_loss : array or None, shape (..., year)
        Loss of what would be bought without the project [W]; None where unknown.
    loss_uncertainty : array, shape (..., year)
        Share by which the project's losses may be understated, added to them [1].
    blackout_rate : array, shape (..., year)
        Share of the hours in which the grid is down [1].

    Returns
    -------
    Emissions
        BaU, reference and project emissions [tCO2e/yr], shape (..., year).

    Notes
    -----
    :math:`\mathrm{RE}_y = n \, \mathrm{NLL}_\mathrm{RE} \, h_y \, (1 - b) \,
    \mathrm{EF}_{\mathrm{el},y} / 10^6`. Losses under load are taken as equal.

    References
    ----------
    CDM AM0067, quoted from memory.
    """
    hours = np.asarray(number_of_units, dtype=float) * hours_of_operation
    per_watt = hours * (1 - np.asarray(blackout_rate)) * electricity_emission_factor / _W_PER_MW
    return assembled(
        None if bau_no_load_loss is None else per_watt * bau_no_load_loss,
        per_watt * reference_no_load_loss,
        per_watt * project_no_load_loss * (1 + np.asarray(loss_uncertainty)),
    )


@method(
    title="Efficient transmission lines",
    title_ja="低損失送電線",
    equations=_LINE_EQUATIONS,
    source=_LINES,
)
@units(
    electricity_lost="MWh/yr",
    reference_resistance="ohm/km",
    project_resistance="ohm/km",
    electricity_emission_factor="tCO2e/MWh",
    bau_resistance="ohm/km",
    returns="tCO2e/yr",
)
def efficient_lines(
    electricity_lost: Array,
    reference_resistance: Array,
    project_resistance: Array,
    electricity_emission_factor: Array,
    bau_resistance: Array | None = None,
) -> Emissions:
    r"""Emissions of what a transmission line loses, by its resistance.

    Parameters
    ----------
    electricity_lost : array, shape (..., year)
        Electricity sent less electricity received over the project's line [MWh/yr].
    reference_resistance, project_resistance : array, shape (..., year)
        Resistance of the conductors to direct current [ohm/km].
    electricity_emission_factor : array, shape (..., year)
        Emission factor of the grid [tCO2e/MWh].
    bau_resistance : array or None, shape (..., year)
        That of the conductor that would be strung without the project [ohm/km].

    Returns
    -------
    Emissions
        BaU, reference and project emissions [tCO2e/yr], shape (..., year).

    Notes
    -----
    :math:`\mathrm{RE}_y = L_y \times R_\mathrm{RE} / R_\mathrm{PJ} \times
    \mathrm{EF}_{\mathrm{el},y}`.

    References
    ----------
    JCM methodology MN_AM001, https://www.jcm.go.jp.
    """
    project = np.asarray(electricity_lost, dtype=float) * electricity_emission_factor
    per_resistance = project / project_resistance
    return assembled(
        None if bau_resistance is None else per_resistance * bau_resistance,
        per_resistance * reference_resistance,
        project,
    )
