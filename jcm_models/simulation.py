"""From a scenario to its results: the steps in their order, and the identities that must hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from jcm_models import allocation, crediting, emissions, reversal
from jcm_models.problems import Problem, ScenarioError
from jcm_models.reading import read_scenario
from jcm_models.results import Results
from jcm_models.scenario import Scenario

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["IdentityError", "compute", "load_scenario", "simulate"]

Arrays = dict[str, NDArray[Any]]

# Half a kilogram, and the noise of arithmetic on large sums: far below the tonne of K7.
_TONNES = 5e-4
_RELATIVE = 1e-12


class IdentityError(ArithmeticError):
    """The parts of a result do not add up; the message names the year and both sides."""


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
    reading = read_scenario(name, overrides, origin)
    problems = list(reading.problems)
    if reading.scenario is not None and not _unsound(problems):
        problems += _levels_out_of_order(reading.scenario, _emissions(reading.scenario, {}))
    if problems or reading.scenario is None:
        raise ScenarioError(problems)
    return reading.scenario


def _unsound(problems: list[Problem]) -> bool:
    """Tell whether years or project have a problem, so that no level can be judged."""
    return any(problem.path.split(".")[0] in {"years", "project"} for problem in problems)


def _levels_out_of_order(scenario: Scenario, arrays: Arrays) -> list[Problem]:
    """Find the years in which the reference lies above BaU (E1)."""
    if "bau_emissions" not in arrays:
        return []
    bau, reference = arrays["bau_emissions"], arrays["reference_emissions"]
    years = scenario.calendar_years[emissions.above(reference, bau)]
    if not years.size:
        return []
    at = int(np.flatnonzero(scenario.calendar_years == years[0])[0])
    path = _setting(scenario, "reference_emissions")
    message = (
        f"the reference lies above BaU in {years[0]}"
        f"{f' and {years.size - 1} more years' if years.size > 1 else ''}: "
        f"{reference[at]:,.0f} against {bau[at]:,.0f} tCO2e/yr; the reference must not exceed "
        f"{_setting(scenario, 'bau_emissions')} (convention E1)"
    )
    return [Problem(path, message, scenario.document.place(tuple(path.split("."))))]


def _setting(scenario: Scenario, result: str) -> str:
    """Return the key that sets the level of a result, apart from what both levels share."""
    equations, given = scenario.method.equations, scenario.project_values()
    shared = {"bau_emissions", "reference_emissions"} - {result}
    others = {name for key in shared for name in equations[key].inputs}
    own = [n for n in equations[result].inputs if n in given and n not in others]
    return f"project.{own[0]}" if own else "project"


def simulate(scenario: Scenario) -> xr.Dataset:
    """Simulate a scenario.

    Parameters
    ----------
    scenario : Scenario
        What to simulate; a distribution stands at its mean.

    Returns
    -------
    xarray.Dataset
        Emissions, reductions, credits and their allocation, over year and party; each variable
        with unit, label, equation and source, the inputs with file and line in the attributes.

    Raises
    ------
    ScenarioError
        If the reference lies above BaU in some year (convention E1).
    IdentityError
        If the parts of the outcome do not add up to it (convention K7).
    """
    return compute(scenario).to_dataset()


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
    arrays: Arrays = {}
    for step in STEPS:
        arrays.update(step(scenario, arrays))
    problems = _levels_out_of_order(scenario, arrays)
    if problems:
        raise ScenarioError(problems)
    _assert_identity(scenario, arrays)
    return Results(scenario, arrays)


def _emissions(scenario: Scenario, _: Arrays) -> Arrays:
    years = scenario.calendar_years
    values = {name: value.at(years) for name, value in scenario.project_values().items()}
    found = scenario.method.function(**values)
    arrays = {
        "bau_emissions": found.bau,
        "reference_emissions": found.reference,
        "project_emissions": found.project,
        "leakage_emissions": found.leakage,
    }
    known = {name: array for name, array in arrays.items() if array is not None}
    for name, array in known.items():
        _assert_every_year(scenario, name, array)
    return known


def _assert_every_year(scenario: Scenario, name: str, array: NDArray[Any]) -> None:
    """Assert that a method returns one number a year; one alone would spread over all (D3, D4)."""
    years = scenario.calendar_years
    found = np.shape(array)
    if found[-1:] != years.shape or not np.all(np.isfinite(array)):
        message = (
            f"method {scenario.method.name}: {name} has shape {found} or is not finite; "
            f"needed is a finite number for each of {years.size} years"
        )
        raise IdentityError(message)


def _reductions(_: Scenario, known: Arrays) -> Arrays:
    reference = known["reference_emissions"]
    reductions = emissions.emission_reductions(
        reference, known["project_emissions"], known["leakage_emissions"]
    )
    arrays = {"emission_reductions": reductions}
    if "bau_emissions" in known:
        bau = known["bau_emissions"]
        arrays["unissued_reductions"] = emissions.unissued_reductions(bau, reference)
    return arrays


def _crediting(scenario: Scenario, known: Arrays) -> Arrays:
    rules = scenario.crediting
    credited = crediting.credit(
        known["emission_reductions"],
        scenario.share_credited,
        rules.discount.at(scenario.calendar_years),
        negative=rules.negative,
        rounding=rules.rounding,
    )
    return {
        "reductions_outside_crediting": credited.outside,
        "reductions_discounted": credited.discounted,
        "deficit_settled": credited.deficit,
        "reductions_rounded_away": credited.rounded,
        "credits_issued": credited.issued,
    }


def _reversal(scenario: Scenario, known: Arrays) -> Arrays:
    rate = scenario.reserve.rate.at(scenario.calendar_years)
    withheld = reversal.withheld(known["credits_issued"], rate)
    return {"reserve_withheld": withheld, "reserve_balance": reversal.reserve_balance(withheld)}


def _allocation(scenario: Scenario, known: Arrays) -> Arrays:
    shares = scenario.shares()
    total = known["credits_issued"] - known["reserve_withheld"]
    whole = allocation.allocate(total, shares, scenario.allocation.rounding)
    return {"allocation_share": shares, "credits": whole}


STEPS: tuple[Callable[[Scenario, Arrays], Arrays], ...] = (
    _emissions,
    _reductions,
    _crediting,
    _reversal,
    _allocation,
)


def _assert_identity(scenario: Scenario, known: Arrays) -> None:
    """Assert K7: what the project saves equals the sum of where it goes, in every year."""
    top = known.get("bau_emissions", known["reference_emissions"])
    saved = top - known["project_emissions"] - known["leakage_emissions"]
    parts = {
        "not issued (BaU - reference)": known.get("unissued_reductions", np.zeros(1)),
        "outside the crediting period": known["reductions_outside_crediting"],
        "discounted": known["reductions_discounted"],
        "deficits": known["deficit_settled"],
        "rounded away": known["reductions_rounded_away"],
        "reserve": known["reserve_withheld"],
        "parties": known["credits"].sum(axis=-2),
    }
    shown = dict(zip(parts, np.broadcast_arrays(saved, *parts.values())[1:], strict=True))
    total = np.sum(list(shown.values()), axis=0)
    wrong = np.abs(saved - total) > _TONNES + _RELATIVE * np.abs(saved)
    if not wrong.any():
        return
    at = int(np.flatnonzero(wrong.reshape(-1, wrong.shape[-1]).any(axis=0))[0])
    sums = ", ".join(f"{name} {_first(part, at):,.3f}" for name, part in shown.items())
    message = (
        f"in {scenario.calendar_years[at]} the project saves {_first(saved, at):,.3f} "
        f"tCO2e but the parts add up to {_first(total, at):,.3f} ({sums}); convention K7"
    )
    raise IdentityError(message)


def _first(array: NDArray[Any], at: int) -> float:
    """Return the number of a year, the first where there are several samples."""
    return float(np.ravel(array[..., at])[0])
