"""Operating, build and combined margin of a grid, on arrays of shape (plant,)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from jcm_models.method_catalogue import Array
from jcm_models.problems import Problem, ScenarioError
from jcm_models.quantities import units

__all__ = [
    "HOURS_PER_YEAR",
    "MOST_MUST_RUN",
    "NEWEST_SHARE",
    "NEWEST_UNITS",
    "Flags",
    "average_operating_margin",
    "build_margin",
    "combined_margin",
    "must_run_objections",
    "must_run_share",
    "newest_first",
    "newest_plants",
    "simple_adjusted_operating_margin",
    "simple_operating_margin",
]

# These numbers of Tool 07 are quoted from memory and are to be checked against its text: the five
# newest units, the newest 20 % of generation, and the half.
NEWEST_UNITS = 5
NEWEST_SHARE = 0.2
MOST_MUST_RUN = 0.5
HOURS_PER_YEAR = 8760

ROUNDING = 1e-9  # sums of floats that should be equal to a threshold are

Flags = NDArray[np.bool_]


@units(generation="MWh/yr", emission_factor="tCO2e/MWh", returns="tCO2e/MWh")
def average_operating_margin(generation: Array, emission_factor: Array) -> float:
    r"""Mean emission factor of all plants, weighted by generation.

    Parameters
    ----------
    generation : array, shape (plant,)
        Electricity sent to the grid in the year [MWh/yr].
    emission_factor : array, shape (plant,)
        Emissions per unit of it [tCO2e/MWh].

    Returns
    -------
    float
        The margin [tCO2e/MWh].

    Notes
    -----
    :math:`\mathrm{EF} = \sum_m \mathrm{EG}_m \mathrm{EF}_m / \sum_m \mathrm{EG}_m`.
    """
    return float(np.sum(generation * emission_factor) / np.sum(generation))


def must_run_share(generation: Array, must_run: Flags) -> float:
    """Return the share of low-cost and must-run plants in generation [1]."""
    return float(np.sum(generation[must_run]) / np.sum(generation))


def must_run_objections(generation: Array, must_run: Flags) -> list[Problem]:
    """Say where low-cost and must-run plants are too many for the simple operating margin."""
    share = must_run_share(generation, must_run)
    if share < MOST_MUST_RUN - ROUNDING:
        return []
    message = (
        "the simple margin needs low-cost and must-run plants below "
        f"{MOST_MUST_RUN:.0%} of the generation; found {share:.1%}; "
        "use simple_adjusted or average"
    )
    return [Problem("operating_margin", message)]


@units(generation="MWh/yr", emission_factor="tCO2e/MWh", must_run="1", returns="tCO2e/MWh")
def simple_operating_margin(generation: Array, emission_factor: Array, must_run: Flags) -> float:
    r"""Mean emission factor of the plants that follow the load.

    Parameters
    ----------
    generation : array, shape (plant,)
        Electricity sent to the grid in the year [MWh/yr].
    emission_factor : array, shape (plant,)
        Emissions per unit of it [tCO2e/MWh].
    must_run : array of bool, shape (plant,)
        Which plants are low-cost or must-run and do not count.

    Returns
    -------
    float
        The margin [tCO2e/MWh].

    Raises
    ------
    ScenarioError
        If the plants left out make half of the generation or more.
    """
    objections = must_run_objections(generation, must_run)
    if objections:
        raise ScenarioError(objections)
    follows = ~must_run
    return average_operating_margin(generation[follows], emission_factor[follows])


@units(
    generation="MWh/yr",
    emission_factor="tCO2e/MWh",
    must_run="1",
    hours_on_margin="h/yr",
    returns="tCO2e/MWh",
)
def simple_adjusted_operating_margin(
    generation: Array, emission_factor: Array, must_run: Flags, hours_on_margin: float
) -> float:
    r"""Mean of both groups of plants, by the hours in which must-run plants follow the load.

    Parameters
    ----------
    generation : array, shape (plant,)
        Electricity sent to the grid in the year [MWh/yr].
    emission_factor : array, shape (plant,)
        Emissions per unit of it [tCO2e/MWh].
    must_run : array of bool, shape (plant,)
        Which plants are low-cost or must-run; there are some of either group.
    hours_on_margin : float
        Hours in which these are on the margin [h/yr].

    Returns
    -------
    float
        The margin [tCO2e/MWh].

    Notes
    -----
    :math:`\mathrm{EF}_\mathrm{OM} = (1 - \lambda) \sum_m \mathrm{EG}_m \mathrm{EF}_m /
    \sum_m \mathrm{EG}_m + \lambda \sum_k \mathrm{EG}_k \mathrm{EF}_k / \sum_k \mathrm{EG}_k`,
    :math:`\lambda` = hours on the margin / 8760, :math:`k` low-cost or must-run.
    """
    share = hours_on_margin / HOURS_PER_YEAR
    follows = average_operating_margin(generation[~must_run], emission_factor[~must_run])
    runs = average_operating_margin(generation[must_run], emission_factor[must_run])
    return (1 - share) * follows + share * runs


def newest_first(
    generation: Array, emission_factor: Array, commissioned: Array
) -> NDArray[np.intp]:
    """Return the order of the plants; of one year, the cleaner come first: conservative."""
    return np.lexsort((-generation, emission_factor, -commissioned))


@units(generation="MWh/yr", emission_factor="tCO2e/MWh", commissioned="1", returns="1")
def newest_plants(generation: Array, emission_factor: Array, commissioned: Array) -> Flags:
    """Tell which plants make the build margin.

    These are the five newest units, or the newest that make 20 % of the generation, the one that
    crosses the line among them; whichever generates more. Of several of the same year the one
    with the lower emission factor comes first.

    Parameters
    ----------
    generation : array, shape (plant,)
        Electricity sent to the grid in the year [MWh/yr].
    emission_factor : array, shape (plant,)
        Emissions per unit of it [tCO2e/MWh].
    commissioned : array, shape (plant,)
        The year in which each began to supply.

    Returns
    -------
    array of bool, shape (plant,)
        Which plants are among them.
    """
    order = newest_first(generation, emission_factor, commissioned)
    reached = np.cumsum(generation[order]) / np.sum(generation)
    by_share = int(np.argmax(reached >= NEWEST_SHARE - ROUNDING)) + 1
    chosen = np.zeros(generation.shape, dtype=bool)
    chosen[order[: max(NEWEST_UNITS, by_share)]] = True
    return chosen


@units(generation="MWh/yr", emission_factor="tCO2e/MWh", commissioned="1", returns="tCO2e/MWh")
def build_margin(generation: Array, emission_factor: Array, commissioned: Array) -> float:
    """Mean emission factor of the newest plants, weighted by generation.

    Parameters
    ----------
    generation : array, shape (plant,)
        Electricity sent to the grid in the year [MWh/yr].
    emission_factor : array, shape (plant,)
        Emissions per unit of it [tCO2e/MWh].
    commissioned : array, shape (plant,)
        The year in which each began to supply.

    Returns
    -------
    float
        The margin [tCO2e/MWh].

    Notes
    -----
    Which plants count: `newest_plants`.
    """
    newest = newest_plants(generation, emission_factor, commissioned)
    return average_operating_margin(generation[newest], emission_factor[newest])


@units(
    operating_margin="tCO2e/MWh",
    build_margin="tCO2e/MWh",
    operating_weight="1",
    returns="tCO2e/MWh",
)
def combined_margin(operating_margin: float, build_margin: float, operating_weight: float) -> float:
    r"""Weighted mean of the two margins.

    Parameters
    ----------
    operating_margin, build_margin : float
        The margins [tCO2e/MWh].
    operating_weight : float
        Weight of the first [1]; the second has the rest.

    Returns
    -------
    float
        The combined margin [tCO2e/MWh].

    Notes
    -----
    :math:`\mathrm{EF}_\mathrm{CM} = w_\mathrm{OM} \mathrm{EF}_\mathrm{OM} +
    (1 - w_\mathrm{OM}) \mathrm{EF}_\mathrm{BM}`.
    """
    return operating_weight * operating_margin + (1 - operating_weight) * build_margin
