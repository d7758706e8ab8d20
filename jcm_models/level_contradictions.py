"""What does not fit together in the settings of operation, business as usual and reference."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

import numpy as np

from jcm_models.level_settings import RULES
from jcm_models.problems import Problem
from jcm_models.scenario import Scenario

__all__ = ["contradictions_of_levels"]

_SUM_OF_WEIGHTS = 1e-9


def contradictions_of_levels(scenario: Scenario, unsound: Collection[str]) -> list[Problem]:
    """Find the contradictions between the settings of operation, BaU and reference.

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
    found: list[Problem] = []
    stand_ins = any(key.split(".")[0] == "years" for key in unsound)
    for check in _CHECKS[2:] if stand_ins else _CHECKS:
        for path, text in check(scenario):
            if not any(f"{path}.".startswith(f"{key}.") for key in unsound):
                place = scenario.document.place(tuple(path.split(".")))
                found.append(Problem(path, text, place))
    return found


Check = Callable[[Scenario], Iterator[tuple[str, str]]]


def _operation(scenario: Scenario) -> Iterator[tuple[str, str]]:
    operation, years = scenario.operation, scenario.years
    lifetime = operation.lifetime
    if lifetime is not None and (lifetime.years or lifetime.since is not None):
        yield "operation.lifetime", "changes over the years; one number is needed"
    if operation.lifetime is not None and operation.start is None:
        yield "operation.lifetime", "counts from operation.start, which is missing"
    if operation.start and years.first <= years.last and not np.any(scenario.share_operating):
        span = f"{operation.start} to {operation.end or 'the end'}"
        yield "operation", f"{span} lies outside {years.first} to {years.last}"


def _renewals(scenario: Scenario) -> Iterator[tuple[str, str]]:
    period, years = scenario.crediting, scenario.years
    renewals = period.renewals
    if list(renewals) != sorted(set(renewals)):
        yield "crediting.renewals", "must rise from one to the next"
    for day in renewals:
        if not years.first < day.year <= years.last:
            yield (
                "crediting.renewals",
                f"found {day}; a renewal lies after the first year, {years.first}, "
                f"and not after {years.last}",
            )
        elif (period.start and day <= period.start) or (period.end and day > period.end):
            yield (
                "crediting.renewals",
                f"found {day}, which lies outside the crediting period that it renews, "
                f"{period.start or 'from the start'} to {period.end or 'the end'}",
            )
    if scenario.reference.assessed == "at_renewal" and not renewals:
        text = "needs crediting.renewals, the days on which the reference is assessed anew"
        yield "reference.assessed", text


def _ndc(scenario: Scenario) -> Iterator[tuple[str, str]]:
    ndc = scenario.reference.ndc
    if ndc is None:
        return
    if scenario.ndc_reduction is None:
        text = (
            f"missing; no target below BaU is known for {scenario.partner.name}; "
            "give the share below BaU that its NDC means for this sector, and target_year"
        )
        yield "reference.ndc.reduction", text
    since, target = scenario.ndc_years
    if target <= since:
        yield "reference.ndc.target_year", f"found {target}, not after reference.ndc.since: {since}"


def _rules(scenario: Scenario) -> Iterator[tuple[str, str]]:
    settings = scenario.reference
    rules = settings.rules
    if not rules:
        listed = ", ".join(RULES[1:])
        yield "reference.own", f"not_used leaves no reference; give one of {listed}"
    weighted = settings.combine == "weighted"
    if settings.weights is None and weighted:
        yield "reference.combine", "weighted needs reference.weights, one for each rule"
    if settings.weights is None:
        return
    if not weighted:
        yield "reference.weights", "are used by combine: weighted only"
    if set(settings.weights) != set(rules):
        text = f"found weights of {', '.join(settings.weights)}; the rules are {', '.join(rules)}"
        yield "reference.weights", text
        return
    years = scenario.calendar_years
    try:
        sums = np.sum([weight.at(years) for weight in settings.weights.values()], axis=0)
    except ValueError:  # a pathway that does not cover the years is told by itself
        return
    wrong = np.abs(sums - 1.0) > _SUM_OF_WEIGHTS
    if wrong.any():
        text = f"add up to {sums[wrong][0]:.6g} in {years[wrong][0]}; they must add up to 1"
        yield "reference.weights", text


_CHECKS: tuple[Check, ...] = (_operation, _renewals, _ndc, _rules)
