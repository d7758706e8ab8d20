"""Emission factor of a grid from its plants: operating, build and combined margin (CDM Tool 07).

Functions on arrays of shape (plant,), and `grid_emission_factor`, which puts them together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from jcm_models.method_catalogue import Array
from jcm_models.plants import Plant, problems_of, read_plants, unit_emission_factor
from jcm_models.problems import ScenarioError
from jcm_models.quantities import units

__all__ = [
    "OPERATING_MARGINS",
    "WEIGHTS",
    "GridFactor",
    "Plant",
    "Weights",
    "average_operating_margin",
    "build_margin",
    "combined_margin",
    "grid_emission_factor",
    "newest_plants",
    "read_plants",
    "simple_adjusted_operating_margin",
    "simple_operating_margin",
    "unit_emission_factor",
]


class Weights(NamedTuple):
    """Weights of the two margins in the combined one [1]."""

    operating: float
    build: float


# Every number of Tool 07 here is quoted from memory and is to be checked against its text: the
# weights, the five newest units, the newest 20 % of generation, the half, and the ten years.
WEIGHTS: Mapping[str, Weights] = MappingProxyType(
    {
        "wind_solar": Weights(0.75, 0.25),
        "other_first": Weights(0.5, 0.5),
        "other_later": Weights(0.25, 0.75),
    }
)
NEWEST_UNITS = 5
NEWEST_SHARE = 0.2
MOST_MUST_RUN = 0.5
OLDEST_YEARS = 10

OPERATING_MARGINS = ("simple", "simple_adjusted", "average")

_HOURS_PER_YEAR = 8760
_ROUNDING = 1e-9  # sums of floats that should be equal to a threshold are

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
    share = _must_run_share(generation, must_run)
    if share >= MOST_MUST_RUN - _ROUNDING:
        raise ScenarioError([_too_much_must_run(share)])
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
    share = hours_on_margin / _HOURS_PER_YEAR
    follows = average_operating_margin(generation[~must_run], emission_factor[~must_run])
    runs = average_operating_margin(generation[must_run], emission_factor[must_run])
    return (1 - share) * follows + share * runs


def _newest_first(
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
    order = _newest_first(generation, emission_factor, commissioned)
    reached = np.cumsum(generation[order]) / np.sum(generation)
    by_share = int(np.argmax(reached >= NEWEST_SHARE - _ROUNDING)) + 1
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


@dataclass(frozen=True)
class GridFactor:
    """The emission factor of a grid, and what it was made of.

    Parameters
    ----------
    operating_margin, build_margin, combined_margin : float
        The margins [tCO2e/MWh].
    method : str
        How the operating margin was found, one of `OPERATING_MARGINS`.
    weights : Weights
        Weights of the operating and the build margin [1].
    must_run_share : float
        Share of low-cost and must-run plants in generation [1].
    newest : tuple of str
        Plants of the build margin, the newest first.
    newest_share : float
        Their share in generation [1].
    warnings : tuple of str
        What a reader should look at again.
    """

    operating_margin: float
    build_margin: float
    combined_margin: float
    method: str
    weights: Weights
    must_run_share: float
    newest: tuple[str, ...]
    newest_share: float
    warnings: tuple[str, ...] = ()


class _Grid(NamedTuple):
    """The plants as arrays, shape (plant,)."""

    generation: Array
    emission_factor: Array
    commissioned: Array
    must_run: Flags


def grid_emission_factor(
    plants: Iterable[Plant],
    weights: str = "wind_solar",
    operating_margin: str = "simple",
    hours_on_margin: float | None = None,
) -> GridFactor:
    """Calculate the emission factor of a grid from its plants in one year.

    Parameters
    ----------
    plants : iterable of Plant
        Every plant or unit of the electricity system.
    weights : str
        For which project: ``wind_solar``, or another in its first or a later crediting period
        (``other_first``, ``other_later``).
    operating_margin : str
        ``simple``, ``simple_adjusted`` or ``average``.
    hours_on_margin : float, optional
        Hours in which low-cost or must-run plants are on the margin [h/yr]; the simple adjusted
        margin needs them.

    Returns
    -------
    GridFactor
        The margins, the plants of the build margin, and warnings.

    Raises
    ------
    ScenarioError
        With everything that is wrong.

    Notes
    -----
    The tool takes three years for the operating margin, leaves projects that are registered out
    of the build margin, and limits its age; here one year is taken, registered projects are left
    out by not listing them, and old plants are warned of.

    References
    ----------
    CDM Tool 07, Tool to calculate the emission factor for an electricity system; its numbers are
    quoted from memory.
    """
    given = sorted(plants, key=lambda plant: plant.name)
    grid = _Grid(
        np.array([plant.generation for plant in given], dtype=float),
        np.array([plant.emission_factor for plant in given], dtype=float),
        np.array([plant.commissioned for plant in given], dtype=float),
        np.array([plant.must_run for plant in given], dtype=bool),
    )
    problems = problems_of(given)
    if not problems:  # else there is nothing to reckon with
        problems += _obstacles(grid, operating_margin, hours_on_margin)
    problems += _unknown("weights", weights, WEIGHTS)
    problems += _unknown("operating_margin", operating_margin, OPERATING_MARGINS)
    if problems:
        raise ScenarioError(problems)
    return _reckoned(given, grid, WEIGHTS[weights], operating_margin, hours_on_margin or 0.0)


def _reckoned(
    plants: Sequence[Plant], grid: _Grid, weights: Weights, method: str, hours: float
) -> GridFactor:
    """Return the margins of plants in which nothing is wrong."""
    operating = _operating_margin(grid, method, hours)
    build = build_margin(grid.generation, grid.emission_factor, grid.commissioned)
    newest = newest_plants(grid.generation, grid.emission_factor, grid.commissioned)
    order = _newest_first(grid.generation, grid.emission_factor, grid.commissioned)
    return GridFactor(
        operating_margin=operating,
        build_margin=build,
        combined_margin=combined_margin(operating, build, weights.operating),
        method=method,
        weights=weights,
        must_run_share=_must_run_share(grid.generation, grid.must_run),
        newest=tuple(plants[index].name for index in order if newest[index]),
        newest_share=float(np.sum(grid.generation[newest]) / np.sum(grid.generation)),
        warnings=tuple(_warnings(plants, grid, newest)),
    )


def _operating_margin(grid: _Grid, method: str, hours: float) -> float:
    if method == "average":
        return average_operating_margin(grid.generation, grid.emission_factor)
    if method == "simple":
        return simple_operating_margin(grid.generation, grid.emission_factor, grid.must_run)
    return simple_adjusted_operating_margin(
        grid.generation, grid.emission_factor, grid.must_run, hours
    )


def _must_run_share(generation: Array, must_run: Flags) -> float:
    return float(np.sum(generation[must_run]) / np.sum(generation))


def _too_much_must_run(share: float) -> Problem:
    message = (
        "the simple margin needs low-cost and must-run plants below "
        f"{MOST_MUST_RUN:.0%} of the generation; found {share:.1%}; "
        "use simple_adjusted or average"
    )
    return Problem("operating_margin", message)


def _unknown(path: str, found: str, allowed: Iterable[str]) -> list[Problem]:
    if found in allowed:
        return []
    known = tuple(allowed)
    message = f"found {found!r}{nearest(str(found), known)}; allowed: {', '.join(known)}"
    return [Problem(path, message)]


def _obstacles(grid: _Grid, method: str, hours: float | None) -> list[Problem]:
    """Return why margins cannot be had of plants whose numbers are right."""
    total = float(np.sum(grid.generation))
    if total == 0:
        return [Problem("generation", "no plant generates anything")]
    share = _must_run_share(grid.generation, grid.must_run)
    if method == "simple" and share >= MOST_MUST_RUN - _ROUNDING:
        return [_too_much_must_run(share)]
    if method != "simple_adjusted":
        return []
    found = []
    if hours is None or not 0 <= hours <= _HOURS_PER_YEAR:
        said = "missing" if hours is None else f"found {hours:g}"
        message = f"{said}; the simple adjusted margin needs 0 to {_HOURS_PER_YEAR} h/yr"
        found.append(Problem("hours_on_margin", message))
    if np.sum(grid.generation[grid.must_run]) in (0, total):
        group = "must-run plants" if share == 0 else "plants that follow the load"
        message = f"the simple adjusted margin needs {group} too; there are none that generate"
        found.append(Problem("operating_margin", message))
    return found


def _warnings(plants: Sequence[Plant], grid: _Grid, newest: Flags) -> Iterator[str]:
    """Say what in the plants, right as it may be, a reader should look at again."""
    last = int(grid.commissioned[newest].min())
    cut = grid.commissioned[~newest] == last
    if cut.any():
        yield (
            f"several plants are of {last}, the last year in the build margin: those with the "
            "lower emission factors were taken"
        )
    old = grid.commissioned[newest] < grid.commissioned.max() - OLDEST_YEARS
    if old.any():
        yield f"the build margin reaches back to {last}, more than {OLDEST_YEARS} years"
    if len(plants) < NEWEST_UNITS:
        yield f"there are fewer than {NEWEST_UNITS} plants"
    clean = grid.emission_factor == 0
    for flags, words in (
        (~grid.must_run & clean, "without emissions but not must-run, which lowers the margin"),
        (grid.must_run & ~clean, "must-run though burning a fuel, which leaves it out"),
        (grid.generation == 0, "without generation"),
    ):
        names = [plant.name for plant, flag in zip(plants, flags, strict=True) if flag]
        if names:
            yield f"{', '.join(names)}: {words}"
