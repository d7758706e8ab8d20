"""Rice methane: flooded fields give methane, fields that fall dry now and then give less."""

from __future__ import annotations

import numpy as np

from jcm_models.method_catalogue import Array, Emissions, Equation, method
from jcm_models.methods.terms import assembled
from jcm_models.quantities import units

__all__ = ["amendment_factor", "rice_methane"]

_KG_PER_T = 1000

_SOURCE = "IPCC 2019 Refinement, volume 4, chapter 5, equations 5.1 to 5.3"
_FIELD = (
    "cultivated_area * cultivation_days * flooded_field_methane * preseason_factor * "
    "(1 + np.sum(organic_amendment * amendment_conversion_factor, axis=-2))"
    " ** amendment_exponent / 1000 * gwp_methane"
)
_FIELD_MATH = (
    r"A \, t_y \, \frac{\mathrm{EF}_c}{1000} \, \mathrm{SF}_p"
    r" \left( 1 + \sum_i \mathrm{ROA}_i \mathrm{CFOA}_i \right)^b \mathrm{GWP}_{\mathrm{CH}_4}"
)
_EQUATIONS = {
    "bau_emissions": Equation(
        plain=f"{_FIELD} * bau_water_factor",
        math=rf"\mathrm{{BaU}}_y = {_FIELD_MATH} \, \mathrm{{SF}}_{{w,\mathrm{{BaU}}}}",
        source=_SOURCE,
    ),
    "reference_emissions": Equation(
        plain=f"{_FIELD} * reference_water_factor",
        math=rf"\mathrm{{RE}}_y = {_FIELD_MATH} \, \mathrm{{SF}}_{{w,\mathrm{{RE}}}}",
        source=_SOURCE,
    ),
    "project_emissions": Equation(
        plain=(
            f"{_FIELD} * project_water_factor"
            " + cultivated_area * project_nitrous_oxide_rise / 1000 * gwp_nitrous_oxide"
        ),
        math=(
            rf"\mathrm{{PE}}_y = {_FIELD_MATH} \, \mathrm{{SF}}_{{w,\mathrm{{PJ}}}}"
            r" + A \frac{\Delta \mathrm{N}_2\mathrm{O}}{1000} \mathrm{GWP}_{\mathrm{N}_2\mathrm{O}}"
        ),
        source=_SOURCE,
    ),
}


@units(
    organic_amendment="t/ha", amendment_conversion_factor="1", amendment_exponent="1", returns="1"
)
def amendment_factor(
    organic_amendment: Array | None,
    amendment_conversion_factor: Array | None,
    amendment_exponent: Array | None,
) -> Array | float:
    r"""Rise of a field's methane by straw, compost or manure that is worked in.

    Parameters
    ----------
    organic_amendment : array or None, shape (..., amendment, year)
        Organic matter worked in for one crop [t/ha]; None where there is none.
    amendment_conversion_factor : array or None, shape (..., amendment, year)
        Effect of it against straw worked in shortly before cultivation [1].
    amendment_exponent : array or None, shape (..., year)
        Exponent of the sum [1].

    Returns
    -------
    array, shape (..., year)
        The scaling factor, at least 1 [1].

    Raises
    ------
    ValueError
        If there are amendments and their effect is unknown.

    Notes
    -----
    :math:`\mathrm{SF}_o = \left( 1 + \sum_i \mathrm{ROA}_i \mathrm{CFOA}_i \right)^b`.

    References
    ----------
    IPCC 2019 Refinement, volume 4, equation 5.3.
    """
    if organic_amendment is None:
        return 1.0
    if amendment_conversion_factor is None or amendment_exponent is None:
        message = (
            "organic_amendment is given; amendment_conversion_factor and amendment_exponent"
            " must be given with it"
        )
        raise ValueError(message)
    effect = np.sum(organic_amendment * amendment_conversion_factor, axis=-2)
    factor: Array = (1 + effect) ** amendment_exponent
    return factor


@method(
    title="Rice fields that fall dry (alternate wetting and drying)",
    title_ja="水田の間断灌漑",
    equations=_EQUATIONS,
    source=_SOURCE,
)
@units(
    cultivated_area="ha",
    cultivation_days="d/yr",
    flooded_field_methane="kg/ha/d",
    preseason_factor="1",
    gwp_methane="tCO2e/t",
    reference_water_factor="1",
    project_water_factor="1",
    bau_water_factor="1",
    organic_amendment="t/ha",
    amendment_conversion_factor="1",
    amendment_exponent="1",
    project_nitrous_oxide_rise="kg/ha/yr",
    gwp_nitrous_oxide="tCO2e/t",
    returns="tCO2e/yr",
)
def rice_methane(
    cultivated_area: Array,
    cultivation_days: Array,
    flooded_field_methane: Array,
    preseason_factor: Array,
    gwp_methane: Array,
    reference_water_factor: Array,
    project_water_factor: Array,
    gwp_nitrous_oxide: Array,
    bau_water_factor: Array | None = None,
    organic_amendment: Array | None = None,
    amendment_conversion_factor: Array | None = None,
    amendment_exponent: Array | None = None,
    project_nitrous_oxide_rise: Array | float = 0.0,
) -> Emissions:
    r"""Methane of rice fields by their water regime, and the nitrous oxide that drying adds.

    Parameters
    ----------
    cultivated_area : array, shape (..., year)
        Area of the fields [ha].
    cultivation_days : array, shape (..., year)
        Days of the year under rice, of all its crops together [d/yr].
    flooded_field_methane : array, shape (..., year)
        Methane of a field that is always flooded and gets no organic matter [kg/ha/d].
    preseason_factor : array, shape (..., year)
        Scaling factor of the water regime before cultivation [1].
    gwp_methane : array, shape (..., year)
        Global warming potential of methane [tCO2e/t].
    reference_water_factor, project_water_factor : array, shape (..., year)
        Scaling factors of the water regimes during cultivation [1].
    gwp_nitrous_oxide : array, shape (..., year)
        Global warming potential of nitrous oxide [tCO2e/t].
    bau_water_factor : array or None, shape (..., year)
        Scaling factor of the regime expected without the project [1].
    organic_amendment, amendment_conversion_factor : array or None, shape (..., amendment, year)
        Organic matter worked in for one crop [t/ha], and its effect [1].
    amendment_exponent : array or None, shape (..., year)
        Exponent of the sum of these effects [1].
    project_nitrous_oxide_rise : array, shape (..., year)
        Nitrous oxide that the project adds [kg/ha/yr].

    Returns
    -------
    Emissions
        BaU, reference, project and leakage emissions [tCO2e/yr], shape (..., year).

    Notes
    -----
    :math:`E_y = A \, t_y \, \mathrm{EF}_c \, \mathrm{SF}_w \mathrm{SF}_p \mathrm{SF}_o
    \mathrm{GWP} / 1000`, with the water regime of each level.

    References
    ----------
    IPCC 2019 Refinement, volume 4, chapter 5, equations 5.1 to 5.3.
    """
    area = np.asarray(cultivated_area, dtype=float)
    amended = amendment_factor(organic_amendment, amendment_conversion_factor, amendment_exponent)
    flooded = area * cultivation_days * flooded_field_methane * preseason_factor * amended
    warming = flooded / _KG_PER_T * gwp_methane
    nitrous_oxide = area * project_nitrous_oxide_rise / _KG_PER_T
    return assembled(
        bau=None if bau_water_factor is None else warming * bau_water_factor,
        reference=warming * reference_water_factor,
        project=warming * project_water_factor + nitrous_oxide * gwp_nitrous_oxide,
    )
