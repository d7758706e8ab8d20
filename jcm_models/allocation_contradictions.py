"""What does not fit together in the settings of allocation: ways, shares, rules, phases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

import numpy as np

from jcm_models.allocation_settings import POINTS, PROGRAMMES, Division, Phase
from jcm_models.documents import dotted
from jcm_models.scenario import Scenario
from jcm_models.variables import PARTIES

__all__ = ["contradictions_of_allocation", "contradictions_over_years"]

Said: TypeAlias = Iterator[tuple[str, str]]
Check: TypeAlias = Callable[[Scenario, str, Division], Said]

_SUM_OF_SHARES = 1e-9
_WAYS = ("shares", "rule", "agreed", "phases")
_OF_A_RULE = ("weights", "floors", "programme")


def contradictions_of_allocation(scenario: Scenario) -> Said:
    """Yield the key and the words of what is wrong with the allocation.

    Parameters
    ----------
    scenario : Scenario
        The scenario; each number of its allocation is sound by itself.
    """
    for check in (_ways, _contributions, _phases):
        yield from check(scenario)
    yield from _of_each_division(scenario, (_shares, _rule))


def contradictions_over_years(scenario: Scenario) -> Said:
    """Yield the key and the words of what is wrong with the allocation in some year.

    Parameters
    ----------
    scenario : Scenario
        The scenario; its years are sound, and each number of its allocation covers them.
    """
    first = next(iter(scenario.allocation.phases or ()), None)
    if first and (first.after_payback_of or (first.from_ or 0) > scenario.years.first):
        text = "the first phase holds from the first year simulated; leave out its start"
        yield "allocation.phases.0", f"{text}, or give from: {scenario.years.first}"
    yield from _of_each_division(scenario, (_sum_of_shares, _floors, _counted))


def _of_each_division(scenario: Scenario, checks: tuple[Check, ...]) -> Said:
    if scenario.allocation.agreed is None:
        for path, division in scenario.allocation.divisions():
            for check in checks:
                yield from check(scenario, dotted(path), division)


def _ways(scenario: Scenario) -> Said:
    """Find the way of dividing missing, or more than one of them."""
    allocation = scenario.allocation
    given = [way for way in _WAYS if getattr(allocation, way) is not None]
    if not given and allocation.contributions is None:
        yield (
            "allocation.shares",
            "missing; Share of each party is needed, or one of contributions, agreed, phases",
        )
    for other in given[1:]:
        text = f"found beside {given[0]}; credits are divided in one way: {', '.join(_WAYS)}"
        yield f"allocation.{other}", text
    if given[:1] in (["agreed"], ["phases"]):
        for key in _OF_A_RULE:
            if getattr(allocation, key) is not None:
                text = f"is used by a rule on contributions only, not by {given[0]}"
                yield f"allocation.{key}", text
    waiting = any(phase.after_payback_of for phase in allocation.phases or ())
    if allocation.contributions is not None and not (allocation.by_contributions or waiting):
        found = given[0] if given else "phases"
        text = f"are used by nothing, since {found} divides the credits; leave one of them out"
        yield "allocation.contributions", text


def _contributions(scenario: Scenario) -> Said:
    given = scenario.allocation.contributions
    if given == {}:
        yield "allocation.contributions", "found none; name at least one, or give shares"
    units = {name: each.amount.unit for name, each in (given or {}).items()}
    for name, unit in units.items():
        path = f"allocation.contributions.{name}.amount"
        first, known = next(iter(units.items()))
        if unit != known:
            yield (
                path,
                f"found an amount in {unit}, but {first} is in {known}; give all in one currency, "
                "or all in points without a unit: none is converted",
            )
        amount = (given or {})[name].amount
        if amount.constant == 0:
            yield path, "found 0, which contributes nothing; give an amount, or leave it out"
        if amount.years or amount.since is not None:
            text = "changes over the years; one number is needed, and a contribution for each year"
            yield path, text


def _phases(scenario: Scenario) -> Said:
    phases = scenario.allocation.phases
    if phases == ():
        yield "allocation.phases", "found none; give at least one, or shares"
    before: int | None = None
    for number, phase in enumerate(phases or ()):
        key = f"allocation.phases.{number}"
        starts = [name for name in ("from_", "after_payback_of") if getattr(phase, name)]
        if number and len(starts) != 1:
            found = "both" if starts else "neither"
            yield key, f"needs one of from and after_payback_of; found {found}"
        if phase.from_ and before and phase.from_ <= before:
            yield f"{key}.from", f"found {phase.from_}, not after the phase before it: {before}"
        before = phase.from_ or before
        yield from _payback(scenario, key, phase)


def _payback(scenario: Scenario, key: str, phase: Phase) -> Said:
    party, price = phase.after_payback_of, phase.price
    if party is None and price is not None:
        yield f"{key}.price", "is used with after_payback_of only"
    if party is None:
        return
    if price is None:
        text = "missing; the price at which the credits pay back, in USD/tCO2e or JPY/tCO2e"
        yield f"{key}.price", f"{text}, is needed"
    given = (scenario.allocation.contributions or {}).values()
    units = {each.amount.unit for each in given if each.by == party}
    if not any(each.by == party and any(each.amount.points) for each in given):
        text = f"{party} has contributed nothing that could be paid back"
        yield f"{key}.after_payback_of", f"{text}; give its contributions"
    elif POINTS in units:
        text = f"the contributions of {party} are in points, which no credits pay back"
        yield f"{key}.after_payback_of", f"{text}; give them in USD or JPY"
    elif price is not None and units != {price.unit.split("/")[0]}:
        found = " and ".join(sorted(units))
        text = f"found a price in {price.unit}, but the contributions of {party} are in {found}"
        yield f"{key}.price", f"{text}; give both in one currency"


def _shares(_: Scenario, key: str, division: Division) -> Said:
    """Find parties that fixed shares give nothing, and keys that fixed shares do not use."""
    if division.shares is None:
        return
    for party, share in division.shares.items():
        if not any(share.points):
            text = "found 0, which gives this party nothing; give it a share or leave it out"
            yield f"{key}.shares.{party}", text
    for other in _OF_A_RULE:
        if getattr(division, other) is not None:
            yield f"{key}.{other}", "is used by a rule on contributions only, not by shares"


def _sum_of_shares(scenario: Scenario, key: str, division: Division) -> Said:
    given = division.shares
    if given is None:
        return
    sums = division.shares_at(scenario.calendar_years).sum(axis=0)
    wrong = np.flatnonzero(np.abs(sums - 1.0) > _SUM_OF_SHARES)
    if wrong.size:
        year = scenario.calendar_years[wrong[0]]
        listed = " + ".join(given[p].written for p in PARTIES if p in given) or "nothing"
        text = (
            f"add up to {sums[wrong[0]]:.6g} in {year} ({listed}); they must add up to 1, and a "
            "file that gives any gives them all"
        )
        yield f"{key}.shares", text


def _rule(scenario: Scenario, key: str, division: Division) -> Said:
    """Find a rule without contributions, and weights that are not those of their kinds."""
    if division.shares is not None:
        return
    given = scenario.allocation.contributions
    if given is None and isinstance(division, Phase):
        text = "missing; Share of each party is needed, or allocation.contributions"
        yield f"{key}.shares", text
    elif given is None and division.rule:
        yield f"{key}.rule", "needs allocation.contributions: who brought what into the project"
    weighted = division.rule == "weighted"
    if weighted and division.weights is None:
        yield f"{key}.rule", "weighted needs weights, one for each kind of contribution"
    if division.weights is None:
        return
    if not weighted:
        yield f"{key}.weights", "are used by rule: weighted only"
    kinds = {each.kind for each in (given or {}).values()}
    without = sorted(set(division.weights) - kinds)
    if without:
        text = f"found weights of {', '.join(without)}, of which there are no contributions"
        yield f"{key}.weights", text
    unweighted = sorted(kinds - set(division.weights))
    if unweighted:
        text = f"missing for {', '.join(unweighted)}, of which there are contributions"
        yield f"{key}.weights", text


def _floors(scenario: Scenario, key: str, division: Division) -> Said:
    years = scenario.calendar_years
    floor = scenario.programme_floor(division)
    if division.programme and floor is None:
        rule = PROGRAMMES[division.programme][1]
        text = (
            f"no rule {rule} applied in {scenario.partner.name} when crediting began; leave the "
            "programme out and give floors"
        )
        yield f"{key}.programme", text
    floors = division.floors_at(years, floor)
    sums = floors.sum(axis=0)
    wrong = np.flatnonzero(sums > 1.0 + _SUM_OF_SHARES)
    if wrong.size:
        at = wrong[0]
        listed = " + ".join(
            f"{p} {f:.6g}" for p, f in zip(PARTIES, floors[:, at], strict=True) if f
        )
        text = f"add up to {sums[at]:.6g} in {years[at]} ({listed}); together they are at most 1"
        yield f"{key}.floors", text


def _counted(scenario: Scenario, key: str, division: Division) -> Said:
    """Find years to be credited before any contribution was made."""
    given = scenario.allocation.contributions
    if division.shares is not None or division.counted == "all" or not given:
        return
    undated = [name for name, each in given.items() if each.year is None]
    for name in undated:
        text = f"missing; the year of each contribution is needed by {key}.counted: to_date"
        yield f"allocation.contributions.{name}.year", text
    credited = scenario.calendar_years[scenario.share_credited > 0]
    begins = division.from_ if isinstance(division, Phase) else None
    waiting = isinstance(division, Phase) and division.after_payback_of is not None
    years = credited[credited >= (begins or 0)]
    made = min(each.year for each in given.values() if each.year) if not undated else 0
    if years.size and not waiting and made > years[0]:
        text = (
            f"to_date counts nothing in {years[0]}: the first contribution was made in {made}; "
            "count all, or begin crediting later"
        )
        yield f"{key}.counted", text
