"""From scenarios to their results: one as a Dataset, many together as a portfolio."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from jcm_models.batch import Batch, Chance
from jcm_models.documents import Document
from jcm_models.identities import (
    assert_identity,
    assert_mass,
    credited_beyond_injection,
    levels_out_of_order,
)
from jcm_models.problems import Problem, ScenarioError
from jcm_models.reading import Reading, read_document, read_scenario
from jcm_models.results import Portfolio, Results
from jcm_models.scenario import Scenario
from jcm_models.shares_over_time import shares_out_of_order
from jcm_models.steps import BY_ISSUANCE, STEPS, Arrays, IdentityError
from jcm_models.storage_over_time import LEAKING, storage_problems, without_a_site

if TYPE_CHECKING:
    import xarray as xr

__all__ = [
    "IdentityError",
    "cannot_stand_together",
    "checked_document",
    "compute",
    "compute_all",
    "compute_samples",
    "load_scenario",
    "simulate",
    "simulate_all",
]

# The steps that tell BaU from reference; the others cannot bring a scenario into disorder.
_LEVELS = 2


def load_scenario(
    name: str | Path, overrides: Mapping[str, Any] | None = None, origin: str = "overrides"
) -> Scenario:
    """Load a scenario file and check it.

    Parameters
    ----------
    name : str or pathlib.Path
        The file, or the name of one in ``scenarios/``.
    overrides : mapping of str to any, optional
        Values that replace those of the file, by dotted key: ``{"crediting.discount": 0.95}``.
    origin : str
        Where the overrides come from; named in errors and in the list of inputs.

    Returns
    -------
    Scenario
        Checked: `simulate` will not refuse it.

    Raises
    ------
    ScenarioError
        With every problem there is, each with its file and line.
    """
    return _checked(read_scenario(name, overrides, origin))


def checked_document(document: Document) -> Scenario:
    """Turn what was read into a scenario, checked as `load_scenario` does.

    Raises
    ------
    ScenarioError
        With every problem there is.
    """
    return _checked(read_document(document))


def _checked(reading: Reading) -> Scenario:
    problems = list(reading.problems)
    if reading.scenario is not None and not _unsound(problems):
        sections = {problem.path.split(".")[0] for problem in problems}
        problems += _disorder(reading.scenario, divided="allocation" not in sections)
        if "storage" not in sections:
            problems += storage_problems(reading.scenario)
    if problems or reading.scenario is None:
        raise ScenarioError(problems)
    return reading.scenario


_DECISIVE = {"years", "project", "operation", "bau", "reference"}


def _unsound(problems: list[Problem]) -> bool:
    """Tell whether what makes the levels has a problem, so that none can be judged."""
    return any(problem.path.split(".")[0] in _DECISIVE for problem in problems)


def _disorder(scenario: Scenario, *, divided: bool) -> list[Problem]:
    """Find what only the levels show; `divided` tells whether the allocation can be judged."""
    batch = Batch([scenario])
    try:
        arrays = _levels(batch, divided=divided)
        # Whether agreed tonnes are those issued is known when they are.
        agreed = divided and scenario.allocation.agreed is not None
        for step in STEPS[_LEVELS:] if agreed else ():
            arrays.update(step(batch, arrays))
    except ScenarioError as error:
        return list(error.problems)
    return []


def simulate(
    scenario: Scenario,
    samples: int | None = None,
    seed: int = 1,
    sampling: str = "sobol",
    variables: Sequence[str] = (),
) -> xr.Dataset:
    """Simulate a scenario, once at its means, or in many samples of what is uncertain in it.

    Parameters
    ----------
    scenario : Scenario
        What to simulate; without samples a distribution stands at its mean.
    samples : int, optional
        How many samples to draw; for Sobol points a power of two.
    seed : int
        Where chance starts: the same seed gives the same bytes.
    sampling : {"sobol", "latin_hypercube", "monte_carlo", "grid"}
        How the points are laid that draw the numbers.
    variables : sequence of str
        Which results of the samples to keep; all of them, where none is named.

    Returns
    -------
    xarray.Dataset
        Emissions, reductions, credits and their allocation, over year and party; each variable
        with unit, label, equation and source, the inputs with file and line in the attributes.
        Samples stand along ``sample``, with what was drawn as coordinates by the path of the
        input, and combinations of levers along ``scenario``.

    Raises
    ------
    ScenarioError
        If the reference lies above BaU in some year (convention E1), or nothing is uncertain.
    IdentityError
        If the parts of the outcome do not add up to it (convention K7).
    """
    if samples is None:
        return compute(scenario).to_dataset()
    # An ensemble simulates scenarios, so it cannot be imported before this module is.
    from jcm_models.ensemble import draw_ensemble

    return draw_ensemble(scenario, samples, seed, sampling, variables).to_dataset()


def compute(scenario: Scenario) -> Results:
    """Simulate a scenario without labels: what an app needs in a few milliseconds.

    Parameters
    ----------
    scenario : Scenario
        What to simulate.

    Returns
    -------
    Results
        Bare arrays by name.

    Raises
    ------
    ScenarioError
        If the reference lies above BaU in some year (convention E1).
    IdentityError
        If the parts of the outcome do not add up to it (convention K7).
    """
    if not isinstance(scenario, Scenario):
        message = f"found {scenario!r}; a Scenario is needed, such as load_scenario returns"
        raise TypeError(message)
    arrays = {name: array[0] for name, array in _arrays(Batch([scenario])).items()}
    by_issuance = {name: arrays.pop(name) for name in BY_ISSUANCE}
    return Results(scenario, _of_interest(scenario, arrays), by_issuance)


def compute_samples(scenario: Scenario, samples: int, chance: Chance | None = None) -> Arrays:
    """Simulate a scenario in many samples at once.

    Parameters
    ----------
    scenario : Scenario
        The scenario with the numbers of each sample (`drawn_scenarios.with_draws`).
    samples : int
        How many there are.
    chance : Chance, optional
        Where leaks of stored CO2 are drawn from; without it they are as expected.

    Returns
    -------
    dict of str to array
        Bare arrays by name, shape (sample, ..., year); what is the same in all has one sample.

    Raises
    ------
    ScenarioError
        If the reference lies above BaU in some sample (convention E1).
    IdentityError
        If the parts of the outcome do not add up to it (convention K7).
    """
    arrays = _arrays(Batch([scenario], samples, chance))
    yearly = {name: array for name, array in arrays.items() if name not in BY_ISSUANCE}
    return _of_interest(scenario, yearly)


def _of_interest(scenario: Scenario, arrays: Arrays) -> Arrays:
    """Leave out what says nothing of this scenario."""
    left_out: set[str] = set()
    if scenario.allocation.phases is None:
        left_out.add("allocation_phase")
    if not scenario.keeps_account:
        left_out |= set(LEAKING)
    if np.isnan(arrays["bau_emissions"]).any():  # E2
        left_out |= _FROM_BAU
    if not scenario.is_combined:
        left_out |= _DETAILS
    return {name: array for name, array in arrays.items() if name not in left_out}


_FROM_BAU = {
    "bau_emissions",
    "component_bau_emissions",
    "unissued_reductions",
    "reference_below_bau",
}
_BY_COUNTRY = {"corresponding_adjustment", "emissions_balance"}
_DETAILS = {
    "component_bau_emissions",
    "component_reference_emissions",
    "component_project_emissions",
    "component_leakage_emissions",
    "reference_by_rule",
}


def _arrays(batch: Batch) -> Arrays:
    arrays = _levels(batch)
    for step in STEPS[_LEVELS:]:
        arrays.update(step(batch, arrays))
    assert_identity(batch, arrays)
    assert_mass(batch, arrays)
    return arrays


def _levels(batch: Batch, *, divided: bool = True) -> Arrays:
    """Compute the levels; raise all that they, and what depends on them alone, do wrong."""
    arrays: Arrays = {}
    for step in STEPS[:_LEVELS]:
        arrays.update(step(batch, arrays))
    problems = levels_out_of_order(batch, arrays) + credited_beyond_injection(batch, arrays)
    problems += without_a_site(batch, arrays)
    for scenario in batch.scenarios if divided else ():
        problems += shares_out_of_order(scenario)
    if problems:
        raise ScenarioError(problems)
    return arrays


def simulate_all(scenarios: Sequence[Scenario]) -> xr.Dataset:
    """Simulate many scenarios together, as the projects of one portfolio.

    Parameters
    ----------
    scenarios : sequence of Scenario
        What to simulate; their names must differ.

    Returns
    -------
    xarray.Dataset
        As of `simulate`, over project, party and year; nothing stands outside a project's own
        years. BaU is NaN for projects whose BaU is unknown.

    Raises
    ------
    ScenarioError
        If names repeat, sets of warming potentials are mixed, or a reference lies above BaU.
    IdentityError
        If the parts of an outcome do not add up to it (convention K7).
    """
    return compute_all(scenarios).to_dataset()


def compute_all(scenarios: Sequence[Scenario]) -> Portfolio:
    """Simulate many scenarios together, without labels; projects of one method in one go.

    Parameters
    ----------
    scenarios : sequence of Scenario
        What to simulate; their names must differ.

    Returns
    -------
    Portfolio
        Bare arrays by name, shape (project, ..., year).

    Raises
    ------
    ScenarioError
        If names repeat, sets of warming potentials are mixed, or a reference lies above BaU.
    IdentityError
        If the parts of an outcome do not add up to it (convention K7).
    """
    problems = cannot_stand_together(scenarios)
    if problems:
        raise ScenarioError(problems)
    batch = Batch(scenarios)
    left_out = {*_DETAILS, *BY_ISSUANCE, *_BY_COUNTRY, "allocation_phase"}
    arrays = {name: array for name, array in _arrays(batch).items() if name not in left_out}
    return Portfolio(batch.scenarios, batch.years, arrays)


def cannot_stand_together(scenarios: Sequence[Scenario]) -> list[Problem]:
    """Find why scenarios are no portfolio: none at all, names that repeat, mixed potentials."""
    if not scenarios:
        return [Problem("", "there is no scenario to simulate")]
    counted = Counter(scenario.name for scenario in scenarios)
    twice = sorted(name for name, count in counted.items() if count > 1)
    problems = [Problem(name, "two scenarios have this name; rename one") for name in twice]
    sets = sorted({scenario.gwp for scenario in scenarios})
    if len(sets) > 1:
        text = f"{' and '.join(sets)} are mixed; tonnes of one portfolio need one set (U4)"
        problems.append(Problem("gwp", text))
    return problems
