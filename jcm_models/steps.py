"""The steps from scenarios to their results, in order; each adds arrays to those known.

Arrays have shape (project, ..., year); projects whose components use the same method are
computed together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jcm_models import crediting, emissions
from jcm_models.article6_over_time import itmos
from jcm_models.batch import Batch
from jcm_models.components import Part
from jcm_models.defaults import whence
from jcm_models.levels_over_time import levels_of
from jcm_models.method_catalogue import OWN_FAMILY, Emissions, Method
from jcm_models.problems import Problem, ScenarioError
from jcm_models.reserve import account
from jcm_models.scenario import Scenario
from jcm_models.shares_over_time import allocated
from jcm_models.storage_over_time import reversals
from jcm_models.strict_yaml import dotted
from jcm_models.variables import result_variables

__all__ = ["BY_ISSUANCE", "STEPS", "Arrays", "IdentityError", "component_emissions", "injecting"]

# What is known of each issuance, beside what is known of each year.
BY_ISSUANCE = ("issued_by_issuance", "reserve_by_issuance", "credits_by_issuance")

Array = NDArray[np.float64]
Arrays = dict[str, NDArray[Any]]

_LEVELS = ("bau", "reference", "project", "leakage")


class IdentityError(ArithmeticError):
    """The parts of a result do not add up; the message names the year and both sides."""


@dataclass
class _Group:
    """Components that are computed in one call: the same method, the same inputs given."""

    method: Method
    owners: list[tuple[int, int]] = field(default_factory=list)
    arrays: list[dict[str, Array]] = field(default_factory=list)


def _groups(batch: Batch) -> list[_Group]:
    found: dict[Any, _Group] = {}
    for index, scenario in enumerate(batch.scenarios):
        years, operating = scenario.calendar_years, scenario.share_operating
        assessed = scenario.years_assessed
        for position, part in enumerate(scenario.parts):
            arrays = _wide(batch, index, part, part.arrays(years, operating, assessed))
            alone = (index, position) if part.method.family == OWN_FAMILY else None
            shapes = tuple((name, array.shape) for name, array in arrays.items())
            group = found.setdefault((part.method, shapes, alone), _Group(part.method))
            group.owners.append((index, position))
            group.arrays.append(arrays)
    return list(found.values())


def _wide(batch: Batch, index: int, part: Part, arrays: dict[str, Array]) -> dict[str, Array]:
    """Lay the inputs over the years of all; outside a scenario's own years nothing flows."""
    if batch.own_years[index].all():
        return arrays
    flows = {g.name for g in part.method.inputs if g.variable.kind == "flow"}
    return {
        name: batch.spread(index, array, ends=0.0 if name in flows else None)
        for name, array in arrays.items()
    }


def _called(group: _Group, batch: Batch) -> Emissions:
    """Call the method once for the whole group; each result has shape (component, year)."""
    size, years = len(group.owners), batch.years.size
    inputs = group.arrays[0]
    if size > 1:
        inputs = {name: np.stack([arrays[name] for arrays in group.arrays]) for name in inputs}
    try:
        found = group.method.function(**inputs)
    except ValueError as error:
        raise ScenarioError([_refused(group, batch, str(error))]) from None
    if not isinstance(found, Emissions):
        message = f"method {group.method.name} must return jcm.Emissions(bau=..., reference=...)"
        raise IdentityError(message)
    shape = (years,) if size == 1 else (size, years)
    levels: list[Any] = [
        None if level is None else _every_year(group.method, name, level, shape)
        for name, level in zip(_LEVELS, found[:4], strict=True)
    ]
    more = {
        name: _every_year(group.method, name, array, shape) for name, array in found.more.items()
    }
    below = [name for name, array in more.items() if (array < 0).any()]
    if below:  # more is vented or lost than is captured (R1)
        raise ScenarioError([_refused(group, batch, f"{below[0]} falls below zero")])
    bau, reference, project, leakage = levels
    return Emissions(bau, reference, project, leakage, more)


def _refused(group: _Group, batch: Batch, reason: str) -> Problem:
    """Tell what a method found missing, and where its default would come from."""
    index, position = group.owners[0]
    scenario = batch.scenarios[index]
    part = scenario.parts[position]
    hints = [
        whence(each.variable, part.chosen)
        for each in group.method.inputs
        if each.name in reason and each.name not in part.values
    ]
    text = f"method {group.method.name}: {reason}{''.join(hints)}"
    return Problem(dotted(part.path), text, scenario.document.place(part.path))


def _every_year(method: Method, name: str, found: Any, shape: tuple[int, ...]) -> Array:
    """Assert that a method returns one number a year; one alone would spread over all (D3, D4)."""
    nothing = isinstance(found, float) and found == 0.0 and name in {"project", "leakage"}
    array = np.zeros(shape) if nothing else np.asarray(found)
    if array.shape != shape or not np.all(np.isfinite(array)):
        message = (
            f"method {method.name}: {name} emissions have shape {array.shape} or are not finite; "
            f"needed is a finite number for each of {shape[-1]} years, the last axis"
        )
        raise IdentityError(message)
    unknown = name not in _LEVELS and name not in result_variables()
    if unknown:
        message = f"method {method.name} returns {name!r}, which is not in the table of variables"
        raise IdentityError(message)
    return array.reshape(-1, shape[-1])


def component_emissions(batch: Batch, _: Arrays) -> Arrays:
    """Emissions by component, summed by project; BaU is NaN where a component's is unknown."""
    shape = (batch.size, batch.years.size)
    sums = {name: np.zeros(shape) for name in _LEVELS}
    more: Arrays = {}
    most = max(len(scenario.parts) for scenario in batch.scenarios)
    parts = {name: np.zeros((batch.size, most, shape[-1])) for name in _LEVELS}
    for group in _groups(batch):
        found = _called(group, batch)
        rows = np.array([index for index, _ in group.owners])
        positions = np.array([position for _, position in group.owners])
        inside = batch.own_years[rows]
        for name, level in zip(_LEVELS, found[:4], strict=True):
            values = np.full(inside.shape, np.nan) if level is None else level * inside
            np.add.at(sums[name], rows, values)
            parts[name][rows, positions] = values
        for name, array in found.more.items():
            np.add.at(more.setdefault(name, np.zeros(shape)), rows, array * inside)
    components = {f"component_{name}_emissions": parts[name] for name in _LEVELS}
    return {**{f"{name}_emissions": sums[name] for name in _LEVELS}, **components, **more}


def _levels(batch: Batch, known: Arrays) -> Arrays:
    """BaU as it moves and the reference as it is set, where a scenario says more of them."""
    bau, reference = known["bau_emissions"].copy(), known["reference_emissions"].copy()
    by_rule: Arrays = {}
    problems: list[Problem] = []
    for index, scenario in enumerate(batch.scenarios):
        if not scenario.is_levelled:
            continue
        span = batch.spans[index]
        own = known["bau_emissions"][index, span]
        found = levels_of(
            scenario,
            None if np.isnan(own).any() else own,
            known["reference_emissions"][index, span],
        )
        problems += found.problems
        bau[index, span] = np.nan if found.bau is None else found.bau
        reference[index, span] = found.reference
        if batch.size == 1:
            by_rule["reference_by_rule"] = np.stack(list(found.by_rule.values()))[np.newaxis]
    if problems:
        raise ScenarioError(problems)
    if batch.size == 1 and not by_rule:
        by_rule["reference_by_rule"] = reference[:, np.newaxis]
    share = np.divide(reference, bau, out=np.ones_like(bau), where=~(bau == 0.0))
    return {
        "bau_emissions": bau,
        "reference_emissions": reference,
        **by_rule,
        "reference_below_bau": 1.0 - share,
    }


def _reductions(_: Batch, known: Arrays) -> Arrays:
    reference = known["reference_emissions"]
    reductions = emissions.emission_reductions(
        reference, known["project_emissions"], known["leakage_emissions"]
    )
    unissued = emissions.unissued_reductions(known["bau_emissions"], reference)
    return {"emission_reductions": reductions, "unissued_reductions": unissued}


def _crediting(batch: Batch, known: Arrays) -> Arrays:
    vintage, share = batch.verified
    inside = share * crediting.of_vintage(injecting(batch, known), vintage)
    discount = batch.stacked(lambda s: s.crediting.discount.at(s.calendar_years))
    margin = batch.stacked(_project_margin) * np.abs(known["project_emissions"])
    reductions = known["emission_reductions"]
    found: Arrays = {}
    rules = batch.by_rule(lambda s: (s.crediting.negative, s.crediting.rounding))
    for (negative, rounding), rows in rules:
        credited = crediting.credit(
            reductions[rows],
            inside[rows],
            discount[rows],
            margin=margin[rows],
            vintage=vintage[rows],
            negative=negative,
            rounding=rounding,
        )
        for name, array in zip(_CREDITED, credited, strict=True):
            shape = (batch.size, array.shape[-1])
            found.setdefault(name, np.zeros(shape, dtype=array.dtype))[rows] = array
    issued = found["credits_issued"]
    yearly = {name: _by_year(batch, array) for name, array in found.items() if name != _CREDITED[0]}
    return {**found, **yearly, "issued_by_issuance": issued}


_CREDITED = (
    "reductions_outside_crediting",
    "reductions_by_conservative_project",
    "reductions_discounted",
    "deficit_settled",
    "reductions_rounded_away",
    "credits_issued",
)


def _project_margin(scenario: Scenario) -> Array:
    margin, years = scenario.crediting.project_margin, scenario.calendar_years
    return np.zeros(years.shape) if margin is None else margin.at(years)


def injecting(batch: Batch, known: Arrays) -> Array:
    """Return the years in which credits can arise: of CCS projects those of injection (K5).

    Parameters
    ----------
    batch : Batch
        The scenarios.
    known : dict of str to array
        What the methods returned.

    Returns
    -------
    array, shape (project, year)
        1 from the first to the last year of injection, and in every year of other projects.
    """
    injects = np.array([scenario.injects for scenario in batch.scenarios])
    injected = known.get("co2_injected", np.ones((batch.size, batch.years.size))) > 0
    begun = np.maximum.accumulate(injected, axis=-1)
    to_end = np.maximum.accumulate(injected[:, ::-1], axis=-1)[:, ::-1]
    return np.where(injects[:, np.newaxis], begun & to_end, 1.0)


def _by_year(batch: Batch, amounts: NDArray[Any]) -> NDArray[Any]:
    vintage = batch.verified.vintage
    inside = vintage.reshape(batch.size, *(1,) * (amounts.ndim - 2), -1)
    return crediting.by_year(amounts, inside, batch.years.size)


def _reversal(batch: Batch, known: Arrays) -> Arrays:
    rate = batch.stacked(lambda scenario: scenario.reserve_rates)
    vintage, issued = batch.verified.vintage, known["issued_by_issuance"]
    withheld = account.withheld(issued, crediting.of_vintage(rate, vintage))
    yearly = _by_year(batch, withheld)
    if not any(scenario.keeps_account for scenario in batch.scenarios):
        balance = np.cumsum(yearly, axis=-1)
        return {
            "reserve_withheld": yearly,
            "reserve_balance": balance,
            "reserve_by_issuance": withheld,
        }
    found = reversals(batch, known, yearly)
    extra = found.pop("extra")
    withheld = withheld + account.from_issuances(extra, issued - withheld, vintage)
    return {"reserve_withheld": yearly + extra, **found, "reserve_by_issuance": withheld}


def _allocation(batch: Batch, known: Arrays) -> Arrays:
    found = allocated(batch, known["issued_by_issuance"] - known["reserve_by_issuance"])
    return {**found, "credits": _by_year(batch, found["credits_by_issuance"])}


def _article6(batch: Batch, known: Arrays) -> Arrays:
    return itmos(batch, known["credits"], known.get("co2_leaked"))


STEPS: tuple[Callable[[Batch, Arrays], Mapping[str, NDArray[Any]]], ...] = (
    component_emissions,
    _levels,
    _reductions,
    _crediting,
    _reversal,
    _allocation,
    _article6,
)
