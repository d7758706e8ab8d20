"""Decay methane: landfills that emit for decades what was brought in, and ways to avoid it."""

from __future__ import annotations

from jcm_models.method_catalogue import Array, Emissions, method
from jcm_models.methods.decay_equations import (
    BIOLOGICAL,
    COMPOSTING_EQUATIONS,
    IPCC,
    IPCC_EQUATIONS,
    SEMI_AEROBIC_EQUATIONS,
    TOOL,
    TOOL_EQUATIONS,
    TUNISIA,
)
from jcm_models.methods.first_order_decay import (
    a_year_later,
    decomposed_carbon,
    deposited_carbon,
    emitted_methane,
    over_years,
)
from jcm_models.methods.terms import assembled
from jcm_models.quantities import units

__all__ = ["composting", "landfill_methane", "landfill_methane_ipcc", "semi_aerobic_landfill"]

_KG_PER_T = 1000

_LANDFILL_UNITS = {
    "waste_composition": "1",
    "degradable_carbon": "1",
    "degradable_carbon_decomposed": "1",
    "methane_fraction": "1",
    "oxidation_factor": "1",
    "decay_rate": "1/yr",
    "gwp_methane": "tCO2e/t",
    "returns": "tCO2e/yr",
}
_DIVERTED_UNITS = {
    **_LANDFILL_UNITS,
    "waste_diverted": "t/yr",
    "methane_correction_factor": "1",
    "reference_captured_share": "1",
    "bau_captured_share": "1",
}
_AS_MODELLED = 1.0


def _levels(
    methane: Array,
    gwp_methane: Array,
    cautious: Array | float,
    reference_captured_share: Array | float,
    bau_captured_share: Array | None,
) -> Emissions:
    """Return the emissions of a landfill whose waste a project keeps out of it."""
    emitted = methane * gwp_methane
    bau = None if bau_captured_share is None else emitted * (1 - bau_captured_share)
    return assembled(bau, emitted * cautious * (1 - reference_captured_share))


@method(
    title="Avoided landfill methane (CDM Tool 04)",
    title_ja="埋立メタンの回避・CDMツール04",
    equations=TOOL_EQUATIONS,
    source=TOOL,
)
@units(**_DIVERTED_UNITS, reference_model_correction="1")
def landfill_methane(
    waste_diverted: Array,
    waste_composition: Array,
    degradable_carbon: Array,
    degradable_carbon_decomposed: Array,
    methane_correction_factor: Array,
    methane_fraction: Array,
    oxidation_factor: Array,
    decay_rate: Array,
    gwp_methane: Array,
    reference_model_correction: Array,
    reference_captured_share: Array | float = 0.0,
    bau_captured_share: Array | None = None,
) -> Emissions:
    r"""Methane of a landfill from waste that a project burns, ferments or recycles instead.

    Decay begins in the year of disposal. What the project itself emits is another component.

    Parameters
    ----------
    waste_diverted : array, shape (..., year)
        Wet waste that would have been disposed of in the year [t/yr].
    waste_composition : array, shape (..., waste, year)
        Share of each kind of waste, by wet weight [1].
    degradable_carbon, degradable_carbon_decomposed : array, shape (..., waste, year)
        Degradable organic carbon in wet waste, and the share of it that decomposes [1].
    methane_correction_factor : array, shape (..., year)
        Share that decomposes without air, by the landfill's build [1].
    methane_fraction, oxidation_factor : array, shape (..., year)
        Share of methane in the gas; share of the methane oxidised in the cover [1].
    decay_rate : array, shape (..., waste, year)
        Rate of decay [1/yr].
    gwp_methane : array, shape (..., year)
        Global warming potential of methane [tCO2e/t].
    reference_model_correction : array, shape (..., year)
        Factor for the model's uncertainty, on reference emissions only [1].
    reference_captured_share : array, shape (..., year)
        Share of the methane captured at the landfill, by law or practice [1].
    bau_captured_share : array or None, shape (..., year)
        The same as expected without the project [1]; BaU is unknown without it.

    Returns
    -------
    Emissions
        BaU, reference, project and leakage emissions [tCO2e/yr], shape (..., year).

    Notes
    -----
    :math:`\mathrm{RE}_y = \varphi (1 - f) (1 - \mathrm{OX}) \mathrm{GWP} \frac{16}{12} F
    \sum_{x \le y} \sum_j D_{j,x} e^{-k_j (y - x)} (1 - e^{-k_j})`; BaU without :math:`\varphi`.

    References
    ----------
    CDM Tool 04, Emissions from solid waste disposal sites.
    """
    waste = over_years(waste_diverted, oxidation_factor, gwp_methane, reference_captured_share)
    deposited = deposited_carbon(
        waste,
        waste_composition,
        degradable_carbon,
        degradable_carbon_decomposed,
        methane_correction_factor,
    )
    decomposed = decomposed_carbon(deposited, decay_rate)
    return _levels(
        emitted_methane(decomposed, methane_fraction, oxidation_factor),
        gwp_methane,
        reference_model_correction,
        reference_captured_share,
        bau_captured_share,
    )


@method(
    title="Avoided landfill methane (IPCC)",
    title_ja="埋立メタンの回避・IPCC",
    equations=IPCC_EQUATIONS,
    source=IPCC,
)
@units(**_DIVERTED_UNITS)
def landfill_methane_ipcc(
    waste_diverted: Array,
    waste_composition: Array,
    degradable_carbon: Array,
    degradable_carbon_decomposed: Array,
    methane_correction_factor: Array,
    methane_fraction: Array,
    oxidation_factor: Array,
    decay_rate: Array,
    gwp_methane: Array,
    reference_captured_share: Array | float = 0.0,
    bau_captured_share: Array | None = None,
) -> Emissions:
    r"""Methane of a landfill as national inventories count it: from the year after disposal.

    Parameters
    ----------
    waste_diverted : array, shape (..., year)
        Wet waste that would have been disposed of in the year [t/yr].
    waste_composition : array, shape (..., waste, year)
        Share of each kind of waste, by wet weight [1].
    degradable_carbon, degradable_carbon_decomposed : array, shape (..., waste, year)
        Degradable organic carbon in wet waste, and the share of it that decomposes [1].
    methane_correction_factor : array, shape (..., year)
        Share that decomposes without air, by the landfill's build [1].
    methane_fraction, oxidation_factor : array, shape (..., year)
        Share of methane in the gas; share of the methane oxidised in the cover [1].
    decay_rate : array, shape (..., waste, year)
        Rate of decay [1/yr].
    gwp_methane : array, shape (..., year)
        Global warming potential of methane [tCO2e/t].
    reference_captured_share : array, shape (..., year)
        Share of the methane captured at the landfill, by law or practice [1].
    bau_captured_share : array or None, shape (..., year)
        The same as expected without the project [1]; BaU is unknown without it.

    Returns
    -------
    Emissions
        BaU, reference, project and leakage emissions [tCO2e/yr], shape (..., year).

    Notes
    -----
    :math:`\mathrm{RE}_y = (1 - f) (1 - \mathrm{OX}) \mathrm{GWP} \frac{16}{12} F
    \sum_{x < y} \sum_j D_{j,x} e^{-k_j (y - 1 - x)} (1 - e^{-k_j})`.

    References
    ----------
    IPCC 2006 Guidelines, volume 5, equations 3.1, 3.2 and 3.4 to 3.6.
    """
    waste = over_years(waste_diverted, oxidation_factor, gwp_methane, reference_captured_share)
    deposited = deposited_carbon(
        waste,
        waste_composition,
        degradable_carbon,
        degradable_carbon_decomposed,
        methane_correction_factor,
    )
    decomposed = decomposed_carbon(a_year_later(deposited), decay_rate)
    return _levels(
        emitted_methane(decomposed, methane_fraction, oxidation_factor),
        gwp_methane,
        _AS_MODELLED,
        reference_captured_share,
        bau_captured_share,
    )


@method(
    title="Semi-aerobic landfill",
    title_ja="準好気性埋立",
    equations=SEMI_AEROBIC_EQUATIONS,
    source=TUNISIA,
)
@units(
    **_LANDFILL_UNITS,
    waste_disposed="t/yr",
    reference_methane_correction_factor="1",
    reference_model_correction="1",
    project_methane_correction_factor="1",
    bau_methane_correction_factor="1",
)
def semi_aerobic_landfill(
    waste_disposed: Array,
    waste_composition: Array,
    degradable_carbon: Array,
    degradable_carbon_decomposed: Array,
    methane_fraction: Array,
    oxidation_factor: Array,
    decay_rate: Array,
    gwp_methane: Array,
    reference_methane_correction_factor: Array,
    reference_model_correction: Array,
    project_methane_correction_factor: Array,
    bau_methane_correction_factor: Array | None = None,
) -> Emissions:
    r"""Methane of a landfill that is built so that air enters, against one without air.

    Parameters
    ----------
    waste_disposed : array, shape (..., year)
        Wet waste disposed of in the year, with the project and without [t/yr].
    waste_composition : array, shape (..., waste, year)
        Share of each kind of waste, by wet weight [1].
    degradable_carbon, degradable_carbon_decomposed : array, shape (..., waste, year)
        Degradable organic carbon in wet waste, and the share of it that decomposes [1].
    methane_fraction, oxidation_factor : array, shape (..., year)
        Share of methane in the gas; share of the methane oxidised in the cover [1].
    decay_rate : array, shape (..., waste, year)
        Rate of decay [1/yr].
    gwp_methane : array, shape (..., year)
        Global warming potential of methane [tCO2e/t].
    reference_methane_correction_factor, project_methane_correction_factor : array, (..., year)
        Share that decomposes without air in the reference and the project landfill [1].
    reference_model_correction : array, shape (..., year)
        Factor for the model's uncertainty, on reference emissions only [1].
    bau_methane_correction_factor : array or None, shape (..., year)
        Share expected to decompose without air without the project [1].

    Returns
    -------
    Emissions
        BaU, reference, project and leakage emissions [tCO2e/yr], shape (..., year).

    Notes
    -----
    All three are those of CDM Tool 04; they differ by the methane correction factor, and the
    reference also by :math:`\varphi`. Waste of earlier years emits the same in all, and drops out.

    References
    ----------
    Proposed JCM methodology TN_PM001; CDM Tool 04.
    """
    waste = over_years(waste_disposed, oxidation_factor, gwp_methane)

    def emissions(correction_factor: Array) -> Array:
        deposited = deposited_carbon(
            waste,
            waste_composition,
            degradable_carbon,
            degradable_carbon_decomposed,
            correction_factor,
        )
        decomposed = decomposed_carbon(deposited, decay_rate)
        return emitted_methane(decomposed, methane_fraction, oxidation_factor) * gwp_methane

    bau_factor = bau_methane_correction_factor
    return assembled(
        bau=None if bau_factor is None else emissions(bau_factor),
        reference=emissions(reference_methane_correction_factor) * reference_model_correction,
        project=emissions(project_methane_correction_factor),
    )


@method(
    title="Composting",
    title_ja="堆肥化",
    equations=COMPOSTING_EQUATIONS,
    source=f"{TOOL}; {BIOLOGICAL}",
)
@units(
    **_DIVERTED_UNITS,
    reference_model_correction="1",
    gwp_nitrous_oxide="tCO2e/t",
    project_composting_methane="kg/t",
    project_composting_nitrous_oxide="kg/t",
)
def composting(
    waste_diverted: Array,
    waste_composition: Array,
    degradable_carbon: Array,
    degradable_carbon_decomposed: Array,
    methane_correction_factor: Array,
    methane_fraction: Array,
    oxidation_factor: Array,
    decay_rate: Array,
    gwp_methane: Array,
    gwp_nitrous_oxide: Array,
    reference_model_correction: Array,
    project_composting_methane: Array,
    project_composting_nitrous_oxide: Array,
    reference_captured_share: Array | float = 0.0,
    bau_captured_share: Array | None = None,
) -> Emissions:
    r"""Waste that is composted: methane of the landfill it is kept from, gases of the compost.

    Parameters
    ----------
    waste_diverted : array, shape (..., year)
        Wet waste composted in the year instead of disposed of [t/yr].
    waste_composition : array, shape (..., waste, year)
        Share of each kind of waste, by wet weight [1].
    degradable_carbon, degradable_carbon_decomposed : array, shape (..., waste, year)
        Degradable organic carbon in wet waste, and the share of it that decomposes [1].
    methane_correction_factor, methane_fraction, oxidation_factor : array, shape (..., year)
        Of the landfill: as in `landfill_methane` [1].
    decay_rate : array, shape (..., waste, year)
        Rate of decay in the landfill [1/yr].
    gwp_methane, gwp_nitrous_oxide : array, shape (..., year)
        Global warming potentials [tCO2e/t].
    reference_model_correction : array, shape (..., year)
        Factor for the model's uncertainty, on reference emissions only [1].
    project_composting_methane, project_composting_nitrous_oxide : array, shape (..., year)
        Gases of composting per tonne of wet waste [kg/t].
    reference_captured_share : array, shape (..., year)
        Share of the methane captured at the landfill, by law or practice [1].
    bau_captured_share : array or None, shape (..., year)
        The same as expected without the project [1]; BaU is unknown without it.

    Returns
    -------
    Emissions
        BaU, reference, project and leakage emissions [tCO2e/yr], shape (..., year).

    Notes
    -----
    :math:`\mathrm{PE}_y = W_y (\mathrm{EF}_{\mathrm{CH}_4} \mathrm{GWP}_{\mathrm{CH}_4} +
    \mathrm{EF}_{\mathrm{N}_2\mathrm{O}} \mathrm{GWP}_{\mathrm{N}_2\mathrm{O}}) / 1000`.

    References
    ----------
    CDM Tool 04; IPCC 2006 Guidelines, volume 5, equations 4.1 and 4.2.
    """
    avoided = landfill_methane(
        waste_diverted=waste_diverted,
        waste_composition=waste_composition,
        degradable_carbon=degradable_carbon,
        degradable_carbon_decomposed=degradable_carbon_decomposed,
        methane_correction_factor=methane_correction_factor,
        methane_fraction=methane_fraction,
        oxidation_factor=oxidation_factor,
        decay_rate=decay_rate,
        gwp_methane=gwp_methane,
        reference_model_correction=reference_model_correction,
        reference_captured_share=reference_captured_share,
        bau_captured_share=bau_captured_share,
    )
    warming = (
        project_composting_methane * gwp_methane
        + project_composting_nitrous_oxide * gwp_nitrous_oxide
    )
    composted = waste_diverted * warming / _KG_PER_T
    return assembled(avoided.bau, avoided.reference, composted)
