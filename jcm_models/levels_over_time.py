"""The two levels of a scenario over its years: BaU as it moves, the reference as it is set."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jcm_models import levels
from jcm_models.level_settings import OWN
from jcm_models.problems import Problem
from jcm_models.scenario import Scenario
from jcm_models.values import Value

__all__ = ["Levels", "levels_of"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Levels:
    """BaU (None where unknown), the reference by each rule and as set [tCO2e/yr], (..., year)."""

    bau: Array | None
    by_rule: Mapping[str, Array]
    reference: Array
    problems: tuple[Problem, ...] = ()


def levels_of(scenario: Scenario, own_bau: Array | None, own_reference: Array) -> Levels:
    """Return the levels of a scenario from those of its methods.

    Parameters
    ----------
    scenario : Scenario
        What says how the levels are set.
    own_bau : array or None, shape (..., year)
        BaU emissions by the methods [tCO2e/yr]; None where they are unknown.
    own_reference : array, shape (..., year)
        Reference emissions by the methods [tCO2e/yr].

    Returns
    -------
    Levels
        BaU and reference, and what is wrong where they cannot be known.
    """
    bau, problems = _bau(scenario, own_bau)
    settings = scenario.reference
    found: dict[str, Array] = {}
    for rule in settings.rules:
        if rule in _FROM_BAU and bau is None:
            problems.append(_needs_bau(scenario, f"reference.{rule}"))
            found[rule] = own_reference
        else:
            found[rule] = own_reference if rule == OWN else _RULES[rule](scenario, bau)
    reference = _mixed(scenario, found)
    if settings.above_bau == "lowered" and bau is not None:
        reference = np.minimum(reference, bau)
    return Levels(bau, found, reference, tuple(problems))


def _needs_bau(scenario: Scenario, key: str) -> Problem:
    text = "needs business as usual; give the bau_ inputs of the project, or bau.emissions"
    return Problem(key, text, scenario.document.place(tuple(key.split("."))))


def _bau(scenario: Scenario, own: Array | None) -> tuple[Array | None, list[Problem]]:
    settings, years = scenario.bau, scenario.calendar_years
    if settings.emissions is not None:
        own = settings.emissions.at(years) * scenario.share_operating
    factors = {}
    if settings.growth is not None:
        rate = settings.growth.rate.at(years)
        factors["growth"] = levels.growth_factor(years, rate, settings.growth.since)
    if settings.stock_turnover is not None:
        stock = settings.stock_turnover
        factors["stock_turnover"] = levels.turnover_factor(
            years, stock.emissions_of_new.at(years), stock.since, stock.lifetime.at(years)
        )
    if settings.grid_decarbonisation is not None:
        grid = settings.grid_decarbonisation
        floor = _or_zero(grid.floor, years)
        factors["grid_decarbonisation"] = levels.decarbonisation_factor(
            years, grid.rate.at(years), grid.since, floor
        )
    if own is None:
        return None, [_needs_bau(scenario, f"bau.{name}") for name in factors]
    return own * functools.reduce(np.multiply, factors.values(), np.ones(years.shape)), []


def _or_zero(value: Value | None, years: NDArray[np.int64]) -> Array:
    return np.zeros(years.shape) if value is None else value.at(years)


def _ndc(scenario: Scenario, bau: Array) -> Array:
    assessed = scenario.years_assessed
    since, target_year = scenario.ndc_years
    reduction = _or_zero(scenario.ndc_reduction, assessed)
    return levels.below(bau, levels.ndc_reduction(assessed, reduction, since, target_year))


def _current_policies(scenario: Scenario, bau: Array) -> Array:
    settings = scenario.reference.current_policies
    reduction = settings.reduction if settings else None
    return levels.below(bau, _or_zero(reduction, scenario.years_assessed))


def _best_technology(scenario: Scenario, bau: Array) -> Array:
    settings = scenario.reference.best_technology
    return bau * _or_zero(settings.emissions_share if settings else None, scenario.years_assessed)


def _conservative_factor(scenario: Scenario, bau: Array) -> Array:
    settings = scenario.reference.conservative_factor
    return bau * _or_zero(settings.factor if settings else None, scenario.years_assessed)


def _historical(scenario: Scenario, _: Array | None) -> Array:
    settings, assessed = scenario.reference.historical, scenario.years_assessed
    past = _or_zero(settings.emissions if settings else None, assessed)
    band = _or_zero(settings.band if settings else None, assessed)
    return past * (1.0 - band) * scenario.share_operating


def _pathway(scenario: Scenario, _: Array | None) -> Array:
    settings = scenario.reference.pathway
    given = _or_zero(settings.emissions if settings else None, scenario.calendar_years)
    return given * scenario.share_operating


_FROM_BAU = {"ndc", "current_policies", "best_technology", "conservative_factor"}
_RULES: Mapping[str, Callable[..., Array]] = {
    "ndc": _ndc,
    "current_policies": _current_policies,
    "best_technology": _best_technology,
    "conservative_factor": _conservative_factor,
    "historical": _historical,
    "pathway": _pathway,
}


def _mixed(scenario: Scenario, found: Mapping[str, Array]) -> Array:
    settings = scenario.reference
    if not found:
        return np.zeros(scenario.calendar_years.shape)
    weights = None
    candidates = np.stack(np.broadcast_arrays(*found.values()))
    if settings.weights is not None and set(settings.weights) == set(found):
        each = (settings.weights[rule].at(scenario.calendar_years) for rule in found)
        weights = np.stack(np.broadcast_arrays(candidates[0], *each)[1:])
        candidates = np.broadcast_to(candidates, weights.shape)
    return levels.mixture(candidates, settings.combine, weights)
