"""What no single key shows: periods, pathways and shares that do not fit together."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np
from numpy.typing import NDArray

from jcm_models.allocation_contradictions import (
    contradictions_of_allocation,
    contradictions_over_years,
)
from jcm_models.article6_contradictions import contradictions_of_article6
from jcm_models.components import Input
from jcm_models.crediting_contradictions import contradictions_of_monitoring
from jcm_models.documents import dotted
from jcm_models.ensemble_contradictions import contradictions_of_ensemble
from jcm_models.level_contradictions import contradictions_of_levels
from jcm_models.problems import Problem
from jcm_models.scenario import Scenario
from jcm_models.storage_contradictions import contradictions_of_storage
from jcm_models.variables import DefaultByChoice, input_variable

__all__ = ["contradictions"]

_SUM_OF_COMPOSITION = 1e-6


def contradictions(scenario: Scenario, unsound: Collection[str] = ()) -> list[Problem]:
    """Find the contradictions between the keys of a scenario.

    Parameters
    ----------
    scenario : Scenario
        The scenario; each of its keys is sound by itself, or stands in for one that is not.
    unsound : collection of str
        The keys that have a problem already; nothing is concluded from them.

    Returns
    -------
    list of Problem
        Each with its place.
    """
    problems = [
        *_backwards(scenario, unsound),
        *_lacking(scenario, unsound),
        *contradictions_of_levels(scenario, unsound),
    ]
    # How whole tonnes are rounded decides nothing else.
    if not _touched("allocation", {*unsound} - {"allocation.rounding"}):
        problems += _placed(scenario, contradictions_of_allocation(scenario))
    broken = {*unsound, *(problem.path for problem in problems)}
    if _touched("years", broken):
        return problems
    problems += _outside(scenario, broken)
    pathways = list(_pathways(scenario, unsound))
    broken |= {problem.path for problem in pathways}
    problems += [*pathways, *_compositions(scenario, broken)]
    if not _touched("crediting", broken):
        problems += _placed(scenario, contradictions_of_monitoring(scenario))
    if not _touched("allocation", broken - {"allocation.rounding"}):
        problems += _placed(scenario, contradictions_over_years(scenario))
    if not _touched("storage", broken) and not _touched("reserve", broken):
        problems += _placed(scenario, contradictions_of_storage(scenario))
    if not _touched("article6", broken):
        problems += _placed(scenario, contradictions_of_article6(scenario))
    problems += contradictions_of_ensemble(scenario, broken)
    return problems


def _placed(scenario: Scenario, said: Iterator[tuple[str, str]]) -> Iterator[Problem]:
    for path, text in said:
        yield Problem(path, text, scenario.document.place(tuple(path.split("."))))


def _touched(section: str, keys: Collection[str]) -> bool:
    return any(f"{key}.".startswith(f"{section}.") for key in keys)


def _backwards(scenario: Scenario, unsound: Collection[str]) -> Iterator[Problem]:
    place = scenario.document.place
    years, period = scenario.years, scenario.crediting
    if years.last < years.first and not _touched("years", unsound):
        text = f"found {years.last}, before years.first: {years.first}"
        yield Problem("years.last", text, place(("years", "last")))
    if period.start and period.end and period.end < period.start:
        text = f"found {period.end}, before crediting.start: {period.start}"
        yield Problem("crediting.end", text, place(("crediting", "end")))


def _outside(scenario: Scenario, unsound: Collection[str]) -> Iterator[Problem]:
    period, years = scenario.crediting, scenario.years
    if np.any(scenario.share_credited) or {"crediting.start", "crediting.end"} & set(unsound):
        return
    text = (
        f"the crediting period {period.start or 'from the start'} to {period.end or 'the end'} "
        f"lies outside {years.first} to {years.last}"
    )
    key = "end" if period.end else "start"
    yield Problem("crediting", text, scenario.document.place(("crediting", key)))


def _pathways(scenario: Scenario, unsound: Collection[str]) -> Iterator[Problem]:
    for given in scenario.inputs():
        if _touched(given.path, unsound):
            continue
        try:
            numbers = given.value.at(scenario.calendar_years)
        except ValueError as error:
            yield Problem(given.path, str(error), given.place)
            continue
        yield from _beyond_bounds(given, numbers, scenario)


def _beyond_bounds(
    given: Input, numbers: NDArray[np.float64], scenario: Scenario
) -> Iterator[Problem]:
    """Find the first year in which a number that changes leaves its bounds."""
    row = given.variable
    low = -np.inf if row.least is None else row.least
    high = np.inf if row.most is None else row.most
    wrong = ~(np.isfinite(numbers) & (numbers >= low) & (numbers <= high))
    if wrong.any():
        year, found = scenario.calendar_years[wrong][0], numbers[wrong][0]
        text = f"becomes {found:.6g} in {year}; allowed is {low:g} to {high:g}"
        yield Problem(given.path, text, given.place)


def _lacking(scenario: Scenario, unsound: Collection[str]) -> Iterator[Problem]:
    for part in scenario.parts:
        for each, text in part.lacking():
            path = (*part.path, each.name)
            picked = each.variable.default
            choice = picked.choice if isinstance(picked, DefaultByChoice) else each.name
            keys = {dotted(path), dotted((*part.path, choice))}
            if not any(_touched(key, unsound) for key in keys):
                yield Problem(dotted(path), text, scenario.document.place(path))


def _compositions(scenario: Scenario, unsound: Collection[str]) -> Iterator[Problem]:
    """Find shares by category that are not all there is."""
    years = scenario.calendar_years
    for part in scenario.parts:
        for name, values in part.values.items():
            path = dotted((*part.path, name))
            row = input_variable(name)
            if not isinstance(values, dict) or not row.sums_to_one or _touched(path, unsound):
                continue
            sums = np.sum([value.at(years) for value in values.values()], axis=0)
            if np.any(np.abs(sums - 1.0) > _SUM_OF_COMPOSITION):
                text = f"adds up to {sums[0]:.6g} in {years[0]}; the shares must add up to 1"
                yield Problem(path, text, scenario.document.place((*part.path, name)))
