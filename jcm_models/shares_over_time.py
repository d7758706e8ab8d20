"""The shares of a scenario over its years: given, made of contributions, agreed, or in phases."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jcm_models import allocation, contributions
from jcm_models.allocation import NEVER, Phases
from jcm_models.allocation_settings import Division, Phase
from jcm_models.batch import Batch
from jcm_models.documents import dotted
from jcm_models.problems import Problem, ScenarioError
from jcm_models.results import Results
from jcm_models.scenario import Scenario
from jcm_models.variables import PARTIES

__all__ = ["allocated", "share_sensitivity", "shares_out_of_order"]

Array = NDArray[np.float64]
Whole = NDArray[np.int64]


def allocated(batch: Batch, total: Whole) -> dict[str, NDArray[Any]]:
    """Divide the credits of every issuance among the parties.

    Parameters
    ----------
    batch : Batch
        The scenarios.
    total : array of int, shape (project, issuance)
        Credits issued less the reserve [tCO2e].

    Returns
    -------
    dict of str to array
        ``allocation_share`` [1], shape (project, party, year); ``allocation_phase``, shape
        (project, year); ``credits_by_issuance`` [tCO2e], shape (project, party, issuance).

    Raises
    ------
    ScenarioError
        If agreed tonnes are not what is to be divided; with every vintage of which this is so.
    """
    shares = np.zeros((batch.size, len(PARTIES), batch.years.size))
    phase = np.zeros((batch.size, batch.years.size), dtype=np.int64)
    whole = np.zeros((batch.size, len(PARTIES), total.shape[-1]), dtype=np.int64)
    problems: list[Problem] = []
    for (how, rounding), rows in batch.by_rule(lambda s: (_way(s), s.allocation.rounding)):
        phases, vintage = _stacked(batch, rows), batch.verified.vintage[rows]
        if how == "pay-back":
            whole[rows], phase[rows] = allocation.allocate_in_phases(
                total[rows], vintage, phases, rounding
            )
        else:
            years = np.broadcast_to(np.arange(batch.years.size), phase[rows].shape)
            phase[rows] = allocation.phase_in_force(phases.begins[:, np.newaxis], years)
        in_force = phase[rows][:, np.newaxis, np.newaxis]
        shares[rows] = np.take_along_axis(phases.shares, in_force, axis=1)[:, 0]
        if how == "shares":
            of_vintage = np.take_along_axis(shares[rows], vintage[:, np.newaxis], axis=-1)
            whole[rows] = allocation.allocate(total[rows], of_vintage, rounding)
        for row in rows if how == "agreed" else ():
            problems += _not_as_issued(batch, row, total[row])
            whole[row] = _agreed_tonnes(batch, row, total[row])
    if problems:
        raise ScenarioError(problems)
    return {"allocation_share": shares, "allocation_phase": phase + 1, "credits_by_issuance": whole}


def _way(scenario: Scenario) -> str:
    if scenario.allocation.agreed is not None:
        return "agreed"
    waiting = any(phase.after_payback_of for phase in scenario.allocation.phases or ())
    return "pay-back" if waiting else "shares"


def _stacked(batch: Batch, rows: Whole) -> Phases:
    """Lay the phases of several scenarios side by side, over the years of all."""
    found = [_phases(batch.scenarios[row]) for row in rows]
    most = max(each.begins.size for each in found)
    stacked = Phases(
        shares=np.zeros((rows.size, most, len(PARTIES), batch.years.size)),
        begins=np.full((rows.size, most), NEVER),
        party=np.zeros((rows.size, most), dtype=np.int64),
        owed=np.full((rows.size, most), np.inf),
        price=np.zeros((rows.size, most, batch.years.size)),
    )
    for at, (row, each) in enumerate(zip(rows, found, strict=True)):
        own = slice(each.begins.size)
        stacked.shares[at, own] = batch.spread(row, each.shares)
        later = (each.begins > 0) & (each.begins != NEVER)
        stacked.begins[at, own] = each.begins + later * batch.spans[row].start
        stacked.party[at, own], stacked.owed[at, own] = each.party, each.owed
        stacked.price[at, own] = batch.spread(row, each.price)
    return stacked


def _phases(scenario: Scenario) -> Phases:
    """Return the phases of a scenario over its own years; one, where it has one division."""
    years = scenario.calendar_years
    divisions = [division for _, division in scenario.allocation.divisions()]
    begins, party = np.zeros((2, len(divisions)), dtype=np.int64)
    owed, price = np.full(len(divisions), np.inf), np.zeros((len(divisions), years.size))
    for at, division in enumerate(divisions):
        if not isinstance(division, Phase):
            continue
        begins[at] = max((division.from_ or years[0]) - years[0], 0)
        if division.after_payback_of and division.price:
            begins[at], party[at] = NEVER, PARTIES.index(division.after_payback_of)
            owed[at] = _contributed(scenario, division.after_payback_of)
            price[at] = division.price.at(years)
    shares = np.stack([_shares(scenario, division) for division in divisions])
    return Phases(shares, begins, party, owed, price)


def _contributed(scenario: Scenario, party: str) -> float:
    given = (scenario.allocation.contributions or {}).values()
    return float(sum(each.amount.points[0] for each in given if each.by == party))


def _shares(scenario: Scenario, division: Division) -> Array:
    """Return the shares of one division [1], shape (party, year)."""
    years = scenario.calendar_years
    if scenario.allocation.agreed is not None:
        tonnes = np.array([_agreed_vector(scenario, year) for year in years], dtype=float).T
        sums = tonnes.sum(axis=0)
        return np.asarray(tonnes / np.maximum(sums, 1.0))
    if division.shares is not None:
        return division.shares_at(years)
    amounts, by, floors = _brought(scenario, division)
    return contributions.shares_of(amounts, by, floors)


def _brought(scenario: Scenario, division: Division) -> tuple[Array, Whole, Array]:
    """Return the weighted contributions (contribution, year), who made them, and the floors."""
    years = scenario.calendar_years
    given = tuple((scenario.allocation.contributions or {}).values())
    amounts = np.array([each.amount.points[0] for each in given])
    if division.counted == "to_date":
        made = np.array([each.year or 0 for each in given])
        counted = contributions.counted(amounts, made, years)
    else:
        counted = np.repeat(amounts[:, np.newaxis], years.size, axis=1)
    if division.weights is not None:
        counted = counted * np.stack([division.weights[each.kind].at(years) for each in given])
    by = np.array([PARTIES.index(each.by) for each in given])
    return counted, by, division.floors_at(years, scenario.programme_floor(division))


def _agreed_vector(scenario: Scenario, year: int) -> list[int]:
    vector = (scenario.allocation.agreed or {}).get(int(year), {})
    return [vector.get(party, 0) for party in PARTIES]  # type: ignore[call-overload]


def _agreed_tonnes(batch: Batch, row: int, total: Whole) -> Whole:
    """Return the agreed tonnes at the issuances of their vintages, shape (party, issuance)."""
    years = batch.years[batch.verified.vintage[row]]
    tonnes = np.array([_agreed_vector(batch.scenarios[row], year) for year in years]).T
    return np.where(total > 0, tonnes, 0)


def _not_as_issued(batch: Batch, row: int, total: Whole) -> Iterator[Problem]:
    """Find the vintages whose agreed tonnes are not those issued less the reserve."""
    scenario = batch.scenarios[row]
    issued: dict[int, list[int]] = {}
    for vintage, tonnes in zip(batch.verified.vintage[row], total.tolist(), strict=True):
        if tonnes > 0:
            issued.setdefault(int(batch.years[vintage]), []).append(tonnes)
    for year in sorted({*issued, *(scenario.allocation.agreed or {})}):
        found, agreed = issued.get(year, []), sum(_agreed_vector(scenario, year))
        if len(found) < 2 and sum(found) == agreed:
            continue
        text = f"found {agreed:,} t, but {sum(found):,} t are issued less the reserve"
        if len(found) > 1:
            listed = " and ".join(f"{tonnes:,} t" for tonnes in found)
            text = (
                f"is issued {len(found)} times ({listed}), and one agreed vector cannot divide "
                "several issuances; give shares, or monitoring periods that end with the year"
            )
        path = ("allocation", "agreed", str(year))
        yield Problem(dotted(path), text, scenario.document.place(path))


def shares_out_of_order(scenario: Scenario) -> Iterator[Problem]:
    """Find rules that leave nothing to divide, or a party that contributed with nothing.

    Parameters
    ----------
    scenario : Scenario
        A scenario without contradictions.

    Yields
    ------
    Problem
        With its place.
    """
    if not scenario.allocation.by_contributions:
        return
    place = scenario.document.place
    for path, division in scenario.allocation.divisions():
        if division.shares is not None:
            continue
        amounts, by, floors = _brought(scenario, division)
        nothing = np.flatnonzero(~(amounts.sum(axis=0) > 0))
        if nothing.size:
            year = scenario.calendar_years[nothing[0]]
            key = (
                ("allocation", "contributions") if division.weights is None else (*path, "weights")
            )
            text = f"no contribution counts for anything in {year}; see amounts and weights"
            yield Problem(dotted(key), text, place(key))
            continue
        shares = contributions.shares_of(amounts, by, floors)
        first = {party: name for name, party in reversed(_makers(scenario))}
        for party, name in first.items():
            if not shares[PARTIES.index(party)].any():
                key = ("allocation", "contributions", name)
                text = (
                    f"the rule gives {party} nothing, which contributed; see the weights of its "
                    "kinds, and the floors of the others"
                )
                yield Problem(dotted(key), text, place(key))


def _makers(scenario: Scenario) -> list[tuple[str, str]]:
    return [(name, each.by) for name, each in (scenario.allocation.contributions or {}).items()]


def share_sensitivity(results: Results) -> Array:
    """Tell how the share of each party moves with each contribution.

    Parameters
    ----------
    results : Results
        Of a scenario.

    Returns
    -------
    array, shape (contribution, party, year)
        Percentage points by which the share moves when the contribution grows by 1 %; the
        contributions in the order of the scenario. Nothing where shares are given. When a
        pay-back is reached earlier or later for it is left out.
    """
    scenario = results.scenario
    given: Sequence[str] = tuple(scenario.allocation.contributions or ())
    moved = np.zeros((len(given), len(PARTIES), scenario.calendar_years.size))
    phase = results.arrays.get("allocation_phase", np.ones(moved.shape[-1]))
    if not scenario.allocation.by_contributions:
        return moved
    for number, (_, division) in enumerate(scenario.allocation.divisions(), start=1):
        if division.shares is None:
            found = contributions.sensitivities(*_brought(scenario, division))
            moved = np.where(phase == number, found, moved)
    return moved
