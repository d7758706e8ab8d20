"""The shares of a scenario over its years: given, made of contributions, agreed, or in phases."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jcm_models import allocation, contributions, crediting
from jcm_models.allocation import NEVER, Phases
from jcm_models.allocation_settings import Division, Phase
from jcm_models.batch import Batch, Rows
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
    total : array of int, shape (row, issuance)
        Credits issued less the reserve [tCO2e].

    Returns
    -------
    dict of str to array
        ``allocation_share`` [1], shape (row, party, year); ``allocation_phase``, shape (row,
        year), both with one row where all are alike; ``credits_by_issuance`` [tCO2e], shape (row,
        party, issuance).

    Raises
    ------
    ScenarioError
        If agreed tonnes are not what is to be divided; with every vintage of which this is so.
    """
    found: dict[str, NDArray[Any]] = {}
    problems: list[Problem] = []
    for (how, rounding), rows in batch.by_rule(lambda s: (_way(s), s.allocation.rounding)):
        own = _Divided(batch, rows, total[rows])
        problems += own.disagreeing if how == "agreed" else []
        for name, array in zip(_ALLOCATED, own.by(how, rounding), strict=True):
            if isinstance(rows, slice):
                found[name] = array
            else:
                shape = (batch.size, *array.shape[1:])
                found.setdefault(name, np.zeros(shape, dtype=array.dtype))[rows] = array
    if problems:
        raise ScenarioError(problems)
    return {**found, "allocation_phase": found["allocation_phase"] + 1}


_ALLOCATED = ("allocation_share", "allocation_phase", "credits_by_issuance")


@dataclass(frozen=True, eq=False)
class _Divided:
    """Credits of some rows of a batch [tCO2e], shape (row, issuance), and what divides them."""

    batch: Batch
    rows: Rows
    total: Whole

    @functools.cached_property
    def indices(self) -> list[int]:
        """The scenarios that the rows are of."""
        every = np.arange(self.batch.size)[self.rows] // self.batch.samples
        return [int(index) for index in np.unique(every)]

    @functools.cached_property
    def phases(self) -> Phases:
        """Their phases side by side, over the years of all; one row where nothing differs."""
        found = [_phases(self.batch, index) for index in self.indices]
        if len(found) == 1:
            return found[0]
        most = max(each.begins.shape[-1] for each in found)
        rows = [_with_phases(each, most, self.batch.samples) for each in found]
        return Phases(*(np.concatenate(parts) for parts in zip(*rows, strict=True)))

    @functools.cached_property
    def vintage(self) -> Whole:
        """Position of the year of each issuance."""
        return self.batch.verified.vintage[self.rows]

    def by(self, how: str, rounding: str) -> tuple[Array, Whole, Whole]:
        """Return the shares and phases in force, and the credits of each issuance."""
        phases, years = self.phases, np.arange(self.batch.years.size)
        if how == "pay-back":
            rows = max(map(len, (self.total, *phases)))
            every = Phases(*(np.broadcast_to(each, (rows, *each.shape[1:])) for each in phases))  # type: ignore[arg-type]
            shape = (rows, self.total.shape[-1])
            total, vintage = (np.broadcast_to(each, shape) for each in (self.total, self.vintage))
            whole, phase = allocation.allocate_in_phases(total, vintage, every, rounding)
        else:
            begins = phases.begins[:, np.newaxis]
            each_year = np.broadcast_to(years, (len(begins), years.size))
            phase = allocation.phase_in_force(begins, each_year)
        shares = phases.shares[:, 0]
        if phases.shares.shape[1] > 1:
            in_force = phase[:, np.newaxis, np.newaxis]
            shares = np.take_along_axis(phases.shares, in_force, axis=1)[:, 0]
        if how == "shares":
            of_vintage = crediting.of_vintage(shares, self.vintage[:, np.newaxis])
            whole = allocation.allocate(self.total, of_vintage, rounding)
        elif how == "agreed":
            agreed = np.stack([_agreed_tonnes(self.batch, *each) for each in self.by_scenario])
            whole = np.repeat(agreed, len(self.total) // len(agreed), axis=0)
        return shares, phase, whole

    @property
    def by_scenario(self) -> list[tuple[int, Whole]]:
        """Each scenario, and what it divides; agreed tonnes are of one sample or alike in all."""
        first = self.total.reshape(len(self.indices), -1, self.total.shape[-1])[:, 0]
        return list(zip(self.indices, first, strict=True))

    @property
    def disagreeing(self) -> list[Problem]:
        """What is wrong where agreed tonnes are not those that are issued."""
        if len(np.unique(self.total, axis=0)) > len(self.indices):
            return [_agreed_yet_uncertain(self.batch.scenarios[index]) for index in self.indices]
        return [p for each in self.by_scenario for p in _not_as_issued(self.batch, *each)]


def _way(scenario: Scenario) -> str:
    if scenario.allocation.agreed is not None:
        return "agreed"
    waiting = any(phase.after_payback_of for phase in scenario.allocation.phases or ())
    return "pay-back" if waiting else "shares"


def _with_phases(phases: Phases, most: int, samples: int) -> Phases:
    """Add phases that never begin, and repeat what is the same for all samples."""
    more = most - phases.begins.shape[-1]
    never = (NEVER, 0, np.inf)
    shares = np.pad(phases.shares, ((0, 0), (0, more), (0, 0), (0, 0)))
    single = [
        np.pad(each, ((0, 0), (0, more)), constant_values=value)
        for each, value in zip(phases[1:4], never, strict=True)
    ]
    wide = (shares, *single, np.pad(phases.price, ((0, 0), (0, more), (0, 0))))
    return Phases(*(np.broadcast_to(each, (samples, *each.shape[1:])) for each in wide))


def _phases(batch: Batch, index: int) -> Phases:
    """Return the phases of a scenario; one, where it has one division. One row if all are alike."""
    scenario = batch.scenarios[index]
    years = scenario.calendar_years
    divisions = [division for _, division in scenario.allocation.divisions()]
    begins, party = np.zeros((2, len(divisions)), dtype=np.int64)
    owed: list[Any] = [np.inf] * len(divisions)
    price = [np.zeros(years.size)] * len(divisions)
    for at, division in enumerate(divisions):
        if not isinstance(division, Phase):
            continue
        position = max((division.from_ or years[0]) - years[0], 0)
        begins[at] = position + batch.spans[index].start if position else 0
        if division.after_payback_of and division.price:
            begins[at], party[at] = NEVER, PARTIES.index(division.after_payback_of)
            owed[at] = _contributed(scenario, division.after_payback_of)
            price[at] = division.price.at(years)
    shares = np.stack(
        np.broadcast_arrays(*(_shares(scenario, each) for each in divisions)), axis=-3
    )
    prices = np.stack(np.broadcast_arrays(*price), axis=-2)
    return Phases(
        shares=_with_rows(batch.spread(index, shares), 4),
        begins=begins[np.newaxis],
        party=party[np.newaxis],
        owed=np.atleast_2d(np.stack(np.broadcast_arrays(*owed), axis=-1)),
        price=_with_rows(batch.spread(index, prices), 3),
    )


def _with_rows(array: Array, dimensions: int) -> Array:
    """Return an array with the dimension sample in front."""
    return array if array.ndim == dimensions else array[np.newaxis]


def _contributed(scenario: Scenario, party: str) -> Any:
    """Return what a party contributed [money]; if drawn of shape (sample,)."""
    given = (scenario.allocation.contributions or {}).values()
    return sum(each.amount.number for each in given if each.by == party)


def _shares(scenario: Scenario, division: Division) -> Array:
    """Return the shares of one division [1], shape (..., party, year)."""
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
    """Return the weighted contributions (..., contribution, year), who made them, the floors."""
    years = scenario.calendar_years
    given = tuple((scenario.allocation.contributions or {}).values())
    amounts = np.stack(np.broadcast_arrays(*(each.amount.number for each in given)), axis=-1)
    if division.counted == "to_date":
        made = np.array([each.year or 0 for each in given])
        counted = contributions.counted(amounts, made, years)
    else:
        counted = np.repeat(amounts[..., np.newaxis], years.size, axis=-1)
    if division.weights is not None:
        weights = [division.weights[each.kind].at(years) for each in given]
        counted = counted * np.stack(np.broadcast_arrays(*weights), axis=-2)
    by = np.array([PARTIES.index(each.by) for each in given])
    return counted, by, division.floors_at(years, scenario.programme_floor(division))


def _agreed_vector(scenario: Scenario, year: int) -> list[int]:
    vector = (scenario.allocation.agreed or {}).get(int(year), {})
    return [vector.get(party, 0) for party in PARTIES]  # type: ignore[call-overload]


def _agreed_tonnes(batch: Batch, index: int, total: Whole) -> Whole:
    """Return the agreed tonnes at the issuances of their vintages, shape (party, issuance)."""
    years = batch.years[batch.verified.vintage[batch.rows_of(index)][0]]
    tonnes = np.array([_agreed_vector(batch.scenarios[index], year) for year in years]).T
    return np.where(total > 0, tonnes, 0)


def _agreed_yet_uncertain(scenario: Scenario) -> Problem:
    path = ("allocation", "agreed")
    text = (
        "the tonnes are agreed, but what is issued differs from sample to sample; give shares in "
        "their place, or make certain what the reductions depend on"
    )
    return Problem(dotted(path), text, scenario.document.place(path))


def _not_as_issued(batch: Batch, index: int, total: Whole) -> Iterator[Problem]:
    """Find the vintages whose agreed tonnes are not those issued less the reserve."""
    scenario = batch.scenarios[index]
    issued: dict[int, list[int]] = {}
    of_issuances = batch.verified.vintage[batch.rows_of(index)][0]
    for vintage, tonnes in zip(of_issuances, total.tolist(), strict=True):
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
        counted = amounts.sum(axis=-2).reshape(-1, amounts.shape[-1])
        nothing = np.flatnonzero(~(counted > 0).all(axis=0))
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
            if not shares[..., PARTIES.index(party), :].any():
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
