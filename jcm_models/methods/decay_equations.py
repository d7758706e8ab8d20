"""Equations of methane by decay, in names and in print: sums over years that are read, not run."""

from __future__ import annotations

from jcm_models.method_catalogue import Equation

__all__ = [
    "BIOLOGICAL",
    "COMPOSTING_EQUATIONS",
    "IPCC",
    "IPCC_EQUATIONS",
    "SEMI_AEROBIC_EQUATIONS",
    "TOOL",
    "TOOL_EQUATIONS",
    "TUNISIA",
]

TOOL = "CDM Tool 04, Emissions from solid waste disposal sites"
IPCC = "IPCC 2006 Guidelines, volume 5, chapter 3, equations 3.1, 3.2 and 3.4 to 3.6"
TUNISIA = f"Proposed JCM methodology TN_PM001 (jcm.go.jp); {TOOL}"
BIOLOGICAL = "IPCC 2006 Guidelines, volume 5, chapter 4, equations 4.1 and 4.2"


def _decay(
    symbol: str,
    factor: tuple[str, str],
    *,
    waste: str = "waste_diverted",
    correction: tuple[str, str] = ("methane_correction_factor", r"\mathrm{MCF}_x"),
    from_next_year: bool = False,
    source: str = TOOL,
) -> Equation:
    """Return the equation of emissions by decay; it is read, not evaluated.

    Parameters
    ----------
    symbol : str
        What it gives, in LaTeX: ``RE``.
    factor : tuple of str
        What stands before the sum, in names and in LaTeX; empty where nothing does.
    waste : str
        Name of the input that holds the waste.
    correction : tuple of str
        Name of the methane correction factor, and its symbol.
    from_next_year : bool
        Whether decay begins in the year after disposal, as with the IPCC.
    source : str
        Where it is published.

    Returns
    -------
    Equation
        In the names of the inputs, and in LaTeX.
    """
    before, before_math = factor
    years, age = ("x before y", "y - 1 - x") if from_next_year else ("x up to y", "y - x")
    sign = "<" if from_next_year else r"\le"
    return Equation(
        plain=(
            f"{before and before + ' * '}(1 - oxidation_factor) * gwp_methane * 16 / 12"
            f" * methane_fraction * the sum over kinds of waste and years {years} of"
            f" ({waste} * waste_composition * degradable_carbon * degradable_carbon_decomposed"
            f" * {correction[0]} in x) * exp(-decay_rate * ({age})) * (1 - exp(-decay_rate))"
        ),
        math=(
            rf"\mathrm{{{symbol}}}_y = {before_math} (1 - \mathrm{{OX}}) \,"
            rf" \mathrm{{GWP}}_{{\mathrm{{CH}}_4}} \, \frac{{16}}{{12}} F"
            rf" \sum_{{x {sign} y}} \sum_j W_x w_j \, \mathrm{{DOC}}_j \, \mathrm{{DOC}}_{{f,j}}"
            rf" \, {correction[1]} \, e^{{-k_j ({age})}} (1 - e^{{-k_j}})"
        ),
        source=source,
    )


_BAU_ESCAPES = ("(1 - bau_captured_share)", r"(1 - f_\mathrm{BaU})")
_REFERENCE_ESCAPES = ("(1 - reference_captured_share)", r"(1 - f_\mathrm{RE})")
_CAUTIOUS = ("reference_model_correction", r"\varphi")

TOOL_EQUATIONS = {
    "bau_emissions": _decay("BaU", _BAU_ESCAPES),
    "reference_emissions": _decay(
        "RE",
        (f"{_CAUTIOUS[0]} * {_REFERENCE_ESCAPES[0]}", f"{_CAUTIOUS[1]} {_REFERENCE_ESCAPES[1]}"),
    ),
}
IPCC_EQUATIONS = {
    "bau_emissions": _decay("BaU", _BAU_ESCAPES, from_next_year=True, source=IPCC),
    "reference_emissions": _decay("RE", _REFERENCE_ESCAPES, from_next_year=True, source=IPCC),
}
SEMI_AEROBIC_EQUATIONS = {
    f"{level}_emissions": _decay(
        symbol,
        _CAUTIOUS if level == "reference" else ("", ""),
        waste="waste_disposed",
        correction=(
            f"{level}_methane_correction_factor",
            rf"\mathrm{{MCF}}_{{\mathrm{{{short}}},x}}",
        ),
        source=TUNISIA,
    )
    for level, symbol, short in (
        ("bau", "BaU", "BaU"),
        ("reference", "RE", "RE"),
        ("project", "PE", "PJ"),
    )
}
COMPOSTING_EQUATIONS = {
    **TOOL_EQUATIONS,
    "project_emissions": Equation(
        plain=(
            "waste_diverted * (project_composting_methane * gwp_methane"
            " + project_composting_nitrous_oxide * gwp_nitrous_oxide) / 1000"
        ),
        math=(
            r"\mathrm{PE}_y = W_y \left( \mathrm{EF}_{\mathrm{CH}_4} \mathrm{GWP}_{\mathrm{CH}_4}"
            r" + \mathrm{EF}_{\mathrm{N}_2\mathrm{O}} \mathrm{GWP}_{\mathrm{N}_2\mathrm{O}}"
            r" \right) / 1000"
        ),
        source=BIOLOGICAL,
    ),
}
