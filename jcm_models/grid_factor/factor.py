"""The emission factor of a grid from the list of its plants."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from jcm_models.grid_factor.margins import (
    HOURS_PER_YEAR,
    NEWEST_UNITS,
    Flags,
    average_operating_margin,
    build_margin,
    combined_margin,
    must_run_objections,
    must_run_share,
    newest_first,
    newest_plants,
    simple_adjusted_operating_margin,
    simple_operating_margin,
)
from jcm_models.grid_factor.plants import Plant, problems_of
from jcm_models.method_catalogue import Array
from jcm_models.problems import Problem, ScenarioError, nearest

__all__ = ["OPERATING_MARGINS", "WEIGHTS", "GridFactor", "Weights", "grid_emission_factor"]


class Weights(NamedTuple):
    """Weights of the two margins in the combined one [1]."""

    operating: float
    build: float


# Quoted from memory, to be checked against the text of Tool 07, as are the ten years.
WEIGHTS: Mapping[str, Weights] = MappingProxyType(
    {
        "wind_solar": Weights(0.75, 0.25),
        "other_first": Weights(0.5, 0.5),
        "other_later": Weights(0.25, 0.75),
    }
)
OPERATING_MARGINS = ("simple", "simple_adjusted", "average")

_OLDEST_YEARS = 10


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
    order = newest_first(grid.generation, grid.emission_factor, grid.commissioned)
    return GridFactor(
        operating_margin=operating,
        build_margin=build,
        combined_margin=combined_margin(operating, build, weights.operating),
        method=method,
        weights=weights,
        must_run_share=must_run_share(grid.generation, grid.must_run),
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


def _unknown(path: str, found: str, allowed: Iterable[str]) -> list[Problem]:
    if found in allowed:
        return []
    known = tuple(allowed)
    message = f"found {found!r}{nearest(str(found), known)}; allowed: {', '.join(known)}"
    return [Problem(path, message)]


def _obstacles(grid: _Grid, method: str, hours: float | None) -> list[Problem]:
    """Return why margins cannot be had of plants whose numbers are right."""
    if np.sum(grid.generation) == 0:
        return [Problem("generation", "no plant generates anything")]
    if method == "simple":
        return must_run_objections(grid.generation, grid.must_run)
    if method != "simple_adjusted":
        return []
    found = []
    if hours is None or not 0 <= hours <= HOURS_PER_YEAR:
        said = "missing" if hours is None else f"found {hours:g}"
        message = f"{said}; the simple adjusted margin needs 0 to {HOURS_PER_YEAR} h/yr"
        found.append(Problem("hours_on_margin", message))
    for members, group in (
        (grid.must_run, "must-run plants"),
        (~grid.must_run, "plants that follow the load"),
    ):
        if not grid.generation[members].any():
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
    old = grid.commissioned[newest] < grid.commissioned.max() - _OLDEST_YEARS
    if old.any():
        yield f"the build margin reaches back to {last}, more than {_OLDEST_YEARS} years"
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
