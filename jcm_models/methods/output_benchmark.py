"""Products against their specific emissions: one or several outputs, the feed of a refinery."""

from __future__ import annotations

import numpy as np

from jcm_models.method_catalogue import Array, Emissions, method
from jcm_models.methods.level_equations import project, two_levels
from jcm_models.methods.terms import (
    ENERGY_MATH,
    ENERGY_PLAIN,
    ENERGY_UNITS,
    assembled,
    energy_used,
)
from jcm_models.quantities import units

__all__ = ["output_benchmark", "refinery_optimisation"]

_REFINERY = (
    "JCM methodology ID_AM006 (jcm.go.jp): feed times the mean of historical specific emissions "
    "in the band of the feed"
)


@method(
    title="Benchmark by output",
    title_ja="産出量ベンチマーク",
    equations=two_levels(
        "np.sum(output_supplied * LEVEL_specific_emissions, axis=-2)",
        r"\sum_o O_{o,y} \, \mathrm{SE}_{LEVEL,o}",
    )
    | project(
        f"np.sum(output_supplied * project_specific_emissions, axis=-2) + {ENERGY_PLAIN}",
        rf"\sum_o O_{{o,y}} \, \mathrm{{SE}}_{{\mathrm{{PJ}},o}} + {ENERGY_MATH}",
    ),
)
@units(
    output_supplied="output/yr",
    reference_specific_emissions="tCO2e/output",
    bau_specific_emissions="tCO2e/output",
    project_specific_emissions="tCO2e/output",
    **ENERGY_UNITS,
    returns="tCO2e/yr",
)
def output_benchmark(
    output_supplied: Array,
    reference_specific_emissions: Array,
    bau_specific_emissions: Array | None = None,
    project_specific_emissions: Array | float = 0.0,
    project_fuel: Array | float = 0.0,
    project_fuel_heating_value: Array | None = None,
    project_fuel_emission_factor: Array | None = None,
    electricity_consumed: Array | float = 0.0,
    electricity_emission_factor: Array | None = None,
) -> Emissions:
    r"""Emissions of making one or several outputs, each against its specific emissions.

    Parameters
    ----------
    output_supplied : array, shape (..., output, year)
        What the project makes in the year, each output in a unit of its own [output/yr].
    reference_specific_emissions : array, shape (..., output, year)
        Conservative emissions per unit of it [tCO2e/output].
    bau_specific_emissions : array or None, shape (..., output, year)
        Emissions per unit expected without the project [tCO2e/output]; None where unknown.
    project_specific_emissions : array, shape (..., output, year)
        Emissions of the project per unit, beside fuel and electricity [tCO2e/output].
    project_fuel : array, shape (..., year)
        Fuel that the project burns [t/yr].
    project_fuel_heating_value : array or None, shape (..., year)
        Its net calorific value [GJ/t].
    project_fuel_emission_factor : array or None, shape (..., year)
        Emissions per unit of its heat [tCO2e/GJ].
    electricity_consumed : array, shape (..., year)
        Electricity that the project uses [MWh/yr].
    electricity_emission_factor : array or None, shape (..., year)
        Emissions per unit of it [tCO2e/MWh].

    Returns
    -------
    Emissions
        BaU, reference and project emissions [tCO2e/yr], shape (..., year).

    Notes
    -----
    :math:`\mathrm{RE}_y = \sum_o O_{o,y} \, \mathrm{SE}_{\mathrm{RE},o}`, business as usual alike.
    """
    supplied = np.asarray(output_supplied, dtype=float)

    def by_output(specific: Array | float) -> Array:
        return np.asarray(np.sum(supplied * specific, axis=-2))

    return assembled(
        None if bau_specific_emissions is None else by_output(bau_specific_emissions),
        by_output(reference_specific_emissions),
        by_output(project_specific_emissions)
        + energy_used(
            project_fuel,
            project_fuel_heating_value,
            project_fuel_emission_factor,
            electricity_consumed,
            electricity_emission_factor,
        ),
    )


def _of_the_band(specific: Array, band_upper_limit: Array, feed: Array) -> Array:
    """Pick the band with the lowest limit that the feed does not exceed; at most the highest.

    Shapes (..., band, year) and (..., year); the bands may stand in any order.
    """
    limits = np.asarray(band_upper_limit, dtype=float)
    within = np.minimum(feed, limits.max(axis=-2))[..., np.newaxis, :]
    reaching = np.where(limits >= within, limits, np.inf)
    reaching, factors = np.broadcast_arrays(reaching, specific)
    chosen = reaching.argmin(axis=-2, keepdims=True)
    return np.asarray(np.take_along_axis(factors, chosen, axis=-2).squeeze(-2))


@method(
    title="Refinery optimisation",
    title_ja="製油所の運転最適化",
    equations=two_levels(
        "feed * LEVEL_feed_specific_emissions of the band with the lowest band_upper_limit "
        "that the feed does not exceed",
        r"F_y \, \mathrm{SE}_{LEVEL,b(y)} , \quad b(y) \ \mathrm{the\ lowest\ } b \ "
        r"\mathrm{with} \ L_b \geq F_y",
        _REFINERY,
    )
    | project(ENERGY_PLAIN, ENERGY_MATH, _REFINERY),
    source=_REFINERY,
)
@units(
    feed="t/yr",
    band_upper_limit="t/yr",
    reference_feed_specific_emissions="tCO2e/t",
    bau_feed_specific_emissions="tCO2e/t",
    **ENERGY_UNITS,
    returns="tCO2e/yr",
)
def refinery_optimisation(
    feed: Array,
    band_upper_limit: Array,
    reference_feed_specific_emissions: Array,
    bau_feed_specific_emissions: Array | None = None,
    project_fuel: Array | float = 0.0,
    project_fuel_heating_value: Array | None = None,
    project_fuel_emission_factor: Array | None = None,
    electricity_consumed: Array | float = 0.0,
    electricity_emission_factor: Array | None = None,
) -> Emissions:
    r"""Emissions of a unit of a refinery against its own past at the same load.

    Parameters
    ----------
    feed : array, shape (..., year)
        Feed of the unit, or what it makes, in the year [t/yr].
    band_upper_limit : array, shape (..., band, year)
        Highest feed of each band [t/yr]; a feed beyond all of them counts to the highest.
    reference_feed_specific_emissions : array, shape (..., band, year)
        Mean of the historical emissions per unit of feed in each band [tCO2e/t].
    bau_feed_specific_emissions : array or None, shape (..., band, year)
        The same expected without the project [tCO2e/t]; None where unknown.
    project_fuel : array, shape (..., year)
        Fuel that the project burns [t/yr].
    project_fuel_heating_value : array or None, shape (..., year)
        Its net calorific value [GJ/t].
    project_fuel_emission_factor : array or None, shape (..., year)
        Emissions per unit of its heat [tCO2e/GJ].
    electricity_consumed : array, shape (..., year)
        Electricity that the unit uses [MWh/yr].
    electricity_emission_factor : array or None, shape (..., year)
        Emissions per unit of it [tCO2e/MWh].

    Returns
    -------
    Emissions
        BaU, reference and project emissions [tCO2e/yr], shape (..., year).

    Notes
    -----
    :math:`\mathrm{RE}_y = F_y \, \mathrm{SE}_{\mathrm{RE},b(y)}` with the band :math:`b(y)` of
    the year's feed. Limits are amounts of a full year, as the feed is.

    References
    ----------
    JCM methodology ID_AM006, https://www.jcm.go.jp/id-jp/methodologies/96.
    """
    fed = np.asarray(feed, dtype=float)

    def at_the_load(specific: Array) -> Array:
        return fed * _of_the_band(specific, band_upper_limit, fed)

    past = bau_feed_specific_emissions
    return assembled(
        None if past is None else at_the_load(past),
        at_the_load(reference_feed_specific_emissions),
        energy_used(
            project_fuel,
            project_fuel_heating_value,
            project_fuel_emission_factor,
            electricity_consumed,
            electricity_emission_factor,
        ),
    )
