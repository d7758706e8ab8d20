"""What an ensemble consists of: uncertain inputs, levers, and the points that draw them."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from jcm_models.batch import Chance
from jcm_models.components import Input
from jcm_models.drawn import Drawn
from jcm_models.drawn_scenarios import with_draws
from jcm_models.ensemble_contradictions import touch
from jcm_models.outcomes import outcomes_of
from jcm_models.problems import Problem, ScenarioError, nearest
from jcm_models.sampling.copula import correlated
from jcm_models.sampling.points import Method, Plan, points
from jcm_models.sampling.processes import dimensions, factors
from jcm_models.scenario import Scenario
from jcm_models.simulation import compute_samples
from jcm_models.uncertain_inputs import DRAWN_BY_SITE, uncertain_inputs
from jcm_models.values import Value
from jcm_models.variables import result_variables

__all__ = ["Design", "Experiment", "Option"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Option:
    """One combination of what the levers of a scenario can be, as a scenario of its own.

    `chosen` names the choice of each lever in words.
    """

    chosen: Mapping[str, str]
    scenario: Scenario

    @functools.cached_property
    def uncertain(self) -> Mapping[str, Input]:
        """The inputs that are drawn for a sample, by path."""
        found = uncertain_inputs(self.scenario)
        return {given.path: given for given in found if given.path not in DRAWN_BY_SITE}

    @property
    def name(self) -> str:
        """What it is called, by the choice of each lever."""
        return ", ".join(f"{lever}: {label}" for lever, label in self.chosen.items())


@dataclass(frozen=True, eq=False)
class Design:
    """Which columns of the unit cube draw which input.

    Parameters
    ----------
    inputs : tuple of Input
        The uncertain inputs; each has a column, one that moves at random over time one per year.
    years : array of int, shape (year,)
        The years simulated.
    correlation : array, shape (input, input), optional
        Of the normal variables behind the inputs that are drawn once.
    """

    inputs: tuple[Input, ...]
    years: NDArray[np.int64]
    correlation: Array | None = None

    @functools.cached_property
    def columns(self) -> tuple[slice, ...]:
        """The columns of each input."""
        ends = list(itertools.accumulate((self.width(each) for each in self.inputs), initial=0))
        return tuple(slice(first, end) for first, end in itertools.pairwise(ends))

    def width(self, given: Input) -> int:
        """Return how many columns an input takes."""
        process = given.value.process
        return 1 if process is None else dimensions(process.kind, self.years.size)

    @property
    def dimensions(self) -> int:
        """Number of columns."""
        return self.columns[-1].stop if self.columns else 0

    def draws(self, unit: Array, own: Mapping[str, Input]) -> dict[str, tuple[Value, Drawn]]:
        """Turn points of the unit cube into numbers.

        Parameters
        ----------
        unit : array, shape (sample, column)
            Points, each coordinate in (0, 1).
        own : mapping of str to Input
            The inputs to draw, by path: all, or those that are uncertain in an option.

        Returns
        -------
        dict of str to tuple of Value and Drawn
            By the path of the input.
        """
        if self.correlation is not None:
            (tied,) = np.nonzero((self.correlation != np.eye(len(self.inputs))).any(axis=0))
            once = [self.columns[at].start for at in tied]
            unit = correlated(unit, self.correlation[np.ix_(tied, tied)], once)
        return {
            given.path: (own[given.path].value, self._drawn(own[given.path], unit[:, columns]))
            for given, columns in zip(self.inputs, self.columns, strict=True)
            if given.path in own
        }

    @functools.cached_property
    def correlated_groups(self) -> list[list[int]]:
        """Positions of inputs that are correlated with each other, directly or through others."""
        groups: list[list[int]] = []
        for at in range(len(self.inputs)):
            tied = [g for g in groups if self._are_tied(at, g)]
            alone = [group for group in groups if group not in tied]
            groups = [*alone, sorted([at, *itertools.chain.from_iterable(tied)])]
        return sorted(groups)

    def _are_tied(self, at: int, group: list[int]) -> bool:
        return self.correlation is not None and bool((self.correlation[at, group] != 0).any())

    def _drawn(self, given: Input, unit: Array) -> Drawn:
        value, row = given.value, given.variable
        if value.process is None:
            return Drawn(numbers=value.distribution.quantile(unit[:, 0]))
        process = value.process
        return Drawn(
            factors=factors(process.kind, process.sd, process.persistence, unit),
            first=int(self.years[0]),
            least=-np.inf if row.least is None else row.least,
            most=np.inf if row.most is None else row.most,
        )


@dataclass(frozen=True, eq=False)
class Experiment:
    """An ensemble before it is simulated; any part of it can be, by itself.

    Parameters
    ----------
    options : tuple of Option
        The combinations of what the levers can be; one, where there is no lever.
    design : Design
        What is drawn.
    plan : Plan
        The points that draw it.
    """

    options: tuple[Option, ...]
    design: Design
    plan: Plan

    @classmethod
    def of(
        cls,
        scenario: Scenario,
        samples: int,
        seed: int = 1,
        method: str = "sobol",
        *,
        with_levers: bool = True,
    ) -> Experiment:
        """Lay out the ensemble of a scenario; without its levers, they stay as it has them.

        Raises
        ------
        ScenarioError
            If nothing in the scenario is uncertain or a lever, or an option of a lever is wrong.
        """
        options = options_of(scenario) if with_levers else (Option({}, scenario),)
        found = {path: given for option in options for path, given in option.uncertain.items()}
        if not found and len(options) == 1 and not scenario.storage.can_leak:
            text = (
                "nothing is uncertain: give a number a distribution, such as {distribution: "
                "{shape: triangular, low: 0.5, mode: 0.6, high: 0.7}}, or levers under ensemble"
            )
            raise ScenarioError([Problem("", text, scenario.document.place(()))])
        inputs = tuple(found.values())
        _require_known_pairs(scenario, found)
        correlation = scenario.ensemble.correlation_matrix([given.path for given in inputs])
        design = Design(inputs, scenario.calendar_years, correlation)
        _require_same_columns(options, design)
        plan = Plan(cast("Method", method), samples, max(design.dimensions, 1), seed)
        return cls(options, design, plan)

    def points(self, start: int, stop: int) -> Array:
        """Return the points of some samples, shape (sample, column)."""
        return points(self.plan, start, stop)

    @functools.cached_property
    def differing(self) -> frozenset[str]:
        """The paths of inputs that options draw from different distributions."""
        return frozenset(
            given.path
            for given in self.design.inputs
            if any(
                option.uncertain[given.path].value != given.value
                for option in self.options
                if given.path in option.uncertain
            )
        )

    def drawn(self, unit: Array) -> dict[str, Array]:
        """Return what is drawn, by the path of the input.

        Parameters
        ----------
        unit : array, shape (sample, column)
            Points of the unit cube.

        Returns
        -------
        dict of str to array
            Numbers of shape (sample,), or factors of shape (sample, year); with the dimension
            scenario in front where options draw from different distributions.
        """
        inputs = {given.path: given for given in self.design.inputs}
        found = {path: draw.shown for path, (_, draw) in self.design.draws(unit, inputs).items()}
        for path in self.differing:
            each = [self._of_option(option, path, unit) for option in self.options]
            found[path] = np.stack(np.broadcast_arrays(*each))
        return found

    def _of_option(self, option: Option, path: str, unit: Array) -> Array:
        """Return what an option draws of an input; the number itself where it is certain there."""
        own = {given.path: given for given in option.scenario.inputs() if given.path == path}
        if path in option.uncertain:
            ((_, draw),) = self.design.draws(unit, own).values()
            return draw.shown
        certain = own[path].value.points[0] if path in own else np.nan
        return np.full(len(unit), certain)

    def simulated(self, unit: Array, start: int, stream: int | None = 0) -> dict[str, NDArray[Any]]:
        """Simulate some samples.

        Parameters
        ----------
        unit : array, shape (sample, column)
            Points of the unit cube.
        start : int
            The number of the first of them, a multiple of `batch.BLOCK`.
        stream : int or None
            Which of several streams of chance leaks are drawn from; None takes them as expected.

        Returns
        -------
        dict of str to array
            By name, shape (sample, ..., year); with levers (scenario, sample, ..., year).
        """
        chance = None if stream is None else Chance(self.plan.seed, start, stream)
        found = [
            _simulated(option, self.design.draws(unit, option.uncertain), len(unit), chance)
            for option in self.options
        ]
        if len(found) == 1:
            return found[0]
        return {name: np.stack([each[name] for each in found]) for name in self._shared(found)}

    def _shared(self, found: Sequence[Mapping[str, NDArray[Any]]]) -> list[str]:
        """Return the results that all options have, over the same rules and components."""
        scenarios = [option.scenario for option in self.options]
        differing = set()
        if len({scenario.reference.rules for scenario in scenarios}) > 1:
            differing.add("rule")
        if len({tuple(part.name for part in scenario.parts) for scenario in scenarios}) > 1:
            differing.add("component")
        rows = result_variables()
        return [
            name
            for name in found[0]
            if all(name in each for each in found)
            and not (name in rows and differing.intersection(rows[name].dims))
        ]


def _require_known_pairs(scenario: Scenario, found: Mapping[str, Input]) -> None:
    """Refuse correlations of what is drawn in no option; reading cannot see what levers bring."""
    problems = []
    for number, pair in enumerate(scenario.ensemble.correlations):
        path = ("ensemble", "correlations", str(number))
        for name in pair.between:
            given = found.get(name)
            process = given.value.process if given else None
            if given is None:
                text = f"{name} is drawn in no option of the levers{nearest(name, tuple(found))}"
            elif process is not None and process.kind != "level":
                text = f"{name} is drawn anew every year; only what is drawn once can be correlated"
            else:
                continue
            problems.append(Problem(".".join(path), text, scenario.document.place(path)))
    if problems:
        raise ScenarioError(problems)


def _require_same_columns(options: Sequence[Option], design: Design) -> None:
    """Refuse options of which one draws an input once, and another anew every year."""
    problems = []
    for given in design.inputs:
        own = [option.uncertain[given.path] for option in options if given.path in option.uncertain]
        if len({design.width(each) for each in own}) > 1:
            text = (
                "is drawn once in one option of a lever and anew every year in another; draw it in "
                "the same way in all, or compare two scenarios"
            )
            problems.append(Problem(given.path, text, given.place))
    if problems:
        raise ScenarioError(problems)


def _simulated(
    option: Option,
    draws: Mapping[str, tuple[Value, Drawn]],
    samples: int,
    chance: Chance | None,
) -> dict[str, NDArray[Any]]:
    drawn = with_draws(option.scenario, draws)
    arrays = compute_samples(drawn, samples, chance)
    arrays |= outcomes_of(drawn, arrays)
    return {n: np.broadcast_to(a, (samples, *a.shape[1:])) for n, a in arrays.items()}


def options_of(scenario: Scenario) -> tuple[Option, ...]:
    """Return all combinations of what the levers of a scenario can be.

    Raises
    ------
    ScenarioError
        With everything that is wrong with an option, which is named.
    """
    levers = scenario.ensemble.lever_options()
    combinations = itertools.product(*(lever.items() for lever in levers.values()))
    found, problems = [], []
    for combination in combinations:
        chosen = {name: label for name, (label, _) in zip(levers, combination, strict=True)}
        overrides = {key: value for _, changes in combination for key, value in changes.items()}
        try:
            found.append(Option(chosen, scenario.with_(overrides) if overrides else scenario))
        except ScenarioError as error:
            option, changes = Option(chosen, scenario), dict(zip(levers, combination, strict=True))
            problems += [_in_option(each, option, changes) for each in error.problems]
    if problems:
        raise ScenarioError(problems)
    return tuple(found)


def _in_option(
    problem: Problem, option: Option, changes: Mapping[str, tuple[str, Mapping[str, Any]]]
) -> Problem:
    """Name the option, and the lever that makes it wrong."""
    levers = [
        lever
        for lever, (_, overrides) in changes.items()
        if any(touch(problem.path, key) for key in overrides)
    ]
    lever = (levers or list(changes))[0]
    place = option.scenario.document.place(("ensemble", "levers", lever))
    return Problem(problem.path, f"with {option.name}: {problem.message}", place)
