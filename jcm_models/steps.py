"""The steps from scenarios to their results, in order; each adds arrays to those known.

Arrays have shape (row, ..., year), a row being one project in one sample; what is the same in
all rows may have one row for all. Projects whose components use the same method are computed
together.
"""

from __future__ import annotations

import functools
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
            shapes = tuple((name, array.shape[1:]) for name, array in arrays.items())
            group = found.setdefault((part.method, shapes, alone), _Group(part.method))
            group.owners.append((index, position))
            group.arrays.append(arrays)
    return list(found.values())


def _wide(batch: Batch, index: int, part: Part, arrays: dict[str, Array]) -> dict[str, Array]:
    """Lay the inputs over the years of all; outside a scenario's own years nothing flows.

    Each has shape (sample, [category,] year), with one sample where it was not drawn.
    """
    rows = {each.name: each.variable for each in part.method.inputs}
    found = {}
    for name, array in arrays.items():
        wide = batch.spread(index, array, ends=0.0 if rows[name].kind == "flow" else None)
        is_certain = wide.ndim == (2 if rows[name].by else 1)
        found[name] = wide[np.newaxis] if is_certain else wide
    return found


def _called(group: _Group, batch: Batch) -> Emissions:
    """Call the method once for the whole group; each result has shape (component, sample, year)."""
    size = len(group.owners)
    inputs = _called_with(group, batch)
    try:
        found = group.method.function(**inputs)
    except ValueError as error:
        raise ScenarioError([_refused(group, batch, str(error))]) from None
    if not isinstance(found, Emissions):
        message = f"method {group.method.name} must return jcm.Emissions(bau=..., reference=...)"
        raise IdentityError(message)
    levels: list[Any] = [
        None if level is None else _every_year(group.method, name, level, batch, size)
        for name, level in zip(_LEVELS, found[:4], strict=True)
    ]
    more = {
        name: _every_year(group.method, name, array, batch, size)
        for name, array in found.more.items()
    }
    below = [name for name, array in more.items() if (array < 0).any()]
    if below:  # more is vented or lost than is captured (R1)
        raise ScenarioError([_refused(group, batch, f"{below[0]} falls below zero")])
    bau, reference, project, leakage = levels
    return Emissions(bau, reference, project, leakage, more)


def _called_with(group: _Group, batch: Batch) -> dict[str, Array]:
    """Lay the inputs of components side by side; one component, or one sample, has no such axis."""
    inputs = group.arrays[0]
    if len(group.owners) > 1:
        inputs = {
            name: np.stack(np.broadcast_arrays(*(arrays[name] for arrays in group.arrays)))
            for name in inputs
        }
    if batch.samples > 1:
        return inputs
    one = (slice(None), 0) if len(group.owners) > 1 else (0,)
    return {name: array[one] for name, array in inputs.items()}


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


def _every_year(method: Method, name: str, found: Any, batch: Batch, size: int) -> Array:
    """Assert that a method returns one number a year; one alone would spread over all (D3, D4)."""
    components = () if size == 1 else (size,)
    certain = (*components, *(() if batch.samples == 1 else (1,)), batch.years.size)
    drawn = (*components, *(() if batch.samples == 1 else (batch.samples,)), batch.years.size)
    nothing = isinstance(found, float) and found == 0.0 and name in {"project", "leakage"}
    array = np.zeros(certain) if nothing else np.asarray(found)
    if array.shape not in {certain, drawn} or not np.all(np.isfinite(array)):
        samples = "" if batch.samples == 1 else f" {batch.samples} samples (or one for all) and"
        message = (
            f"method {method.name}: {name} emissions have shape {array.shape} or are not finite; "
            f"needed is a finite number for each of{samples} {batch.years.size} years, the last "
            "axis"
        )
        raise IdentityError(message)
    unknown = name not in _LEVELS and name not in result_variables()
    if unknown:
        message = f"method {method.name} returns {name!r}, which is not in the table of variables"
        raise IdentityError(message)
    return array.reshape(size, -1, batch.years.size)


def component_emissions(batch: Batch, _: Arrays) -> Arrays:
    """Emissions by component, summed by project; BaU is NaN where a component's is unknown."""
    found: dict[tuple[int, int], dict[str, Array]] = {}
    for group in _groups(batch):
        results = _called(group, batch)
        for at, owner in enumerate(group.owners):
            found[owner] = _of_component(batch, owner[0], results, at)
    by_project = [
        [found[index, position] for position in range(len(scenario.parts))]
        for index, scenario in enumerate(batch.scenarios)
    ]
    names = dict.fromkeys(name for component in found.values() for name in component)
    sums = {name: _rows(batch, [_total(parts, name) for parts in by_project]) for name in names}
    if not batch.is_alone:
        return sums
    levels = [_emitted(level) for level in _LEVELS]
    return sums | {f"component_{name}": _stacked(by_project[0], name) for name in levels}


def _of_component(batch: Batch, index: int, found: Emissions, at: int) -> dict[str, Array]:
    """Return what one component of a call emits, nothing outside its own years."""
    inside = batch.own_years[index]
    levels = dict(zip(map(_emitted, _LEVELS), found[:4], strict=True))
    unknown = np.full((1, batch.years.size), np.nan)
    known: dict[str, Any] = {**levels, **found.more}
    own = {name: unknown if array is None else array[at] for name, array in known.items()}
    return own if inside.all() else {name: array * inside for name, array in own.items()}


def _emitted(level: str) -> str:
    return f"{level}_emissions"


_PROJECT = _emitted("project")


def _total(parts: list[dict[str, Array]], name: str) -> Array:
    """Add up over the components of a project, shape (sample, year)."""
    arrays = [part[name] for part in parts if name in part]
    return functools.reduce(np.add, arrays) if arrays else np.zeros_like(parts[0][_PROJECT])


def _rows(batch: Batch, arrays: list[Array]) -> Array:
    """Lay the samples of all projects under one another, shape (row, year)."""
    if batch.is_alone:
        return arrays[0]
    shape = (batch.samples, batch.years.size)
    return np.concatenate([np.broadcast_to(array, shape) for array in arrays])


def _stacked(parts: list[dict[str, Array]], name: str) -> Array:
    """Lay the components of a project side by side, shape (sample, component, year)."""
    return np.stack(np.broadcast_arrays(*(part[name] for part in parts)), axis=1)


def _levels(batch: Batch, known: Arrays) -> Arrays:
    """BaU as it moves and the reference as it is set, where a scenario says more of them."""
    bau, reference = known["bau_emissions"], known["reference_emissions"]
    details: Arrays = {}
    if any(scenario.is_levelled for scenario in batch.scenarios):
        bau, reference, details = _levelled(batch, bau, reference)
    if batch.is_alone and not details:
        details["reference_by_rule"] = reference[:, np.newaxis]
    share = np.divide(
        reference, bau, out=np.ones(np.broadcast(reference, bau).shape), where=bau != 0
    )
    return {
        "bau_emissions": bau,
        "reference_emissions": reference,
        **details,
        "reference_below_bau": 1.0 - share,
    }


def _levelled(batch: Batch, bau: Array, reference: Array) -> tuple[Array, Array, Arrays]:
    problems: list[Problem] = []
    both: list[tuple[Array, Array]] = []
    details: Arrays = {}
    for index, (scenario, span) in enumerate(zip(batch.scenarios, batch.spans, strict=True)):
        rows = slice(None) if batch.is_alone else batch.rows_of(index)
        if not scenario.is_levelled:
            both.append((bau[rows], reference[rows]))
            continue
        own = bau[rows, span]
        found = levels_of(scenario, None if np.isnan(own).any() else own, reference[rows, span])
        problems += found.problems
        moved = np.full(own.shape, np.nan) if found.bau is None else found.bau
        both.append(
            (batch.spread(index, moved, ends=0.0), batch.spread(index, found.reference, ends=0.0))
        )
        by_rule = np.broadcast_arrays(*found.by_rule.values())
        details = {"reference_by_rule": np.stack(by_rule, axis=-2)} if batch.is_alone else {}
    if problems:
        raise ScenarioError(problems)
    bau, reference = (_rows(batch, [np.atleast_2d(pair[at]) for pair in both]) for at in (0, 1))
    return bau, reference, details


def _reductions(_: Batch, known: Arrays) -> Arrays:
    reference = known["reference_emissions"]
    reductions = emissions.emission_reductions(
        reference, known["project_emissions"], known["leakage_emissions"]
    )
    unissued = emissions.unissued_reductions(known["bau_emissions"], reference)
    return {"emission_reductions": reductions, "unissued_reductions": unissued}


def _crediting(batch: Batch, known: Arrays) -> Arrays:
    vintage, share = batch.verified
    each = {
        "inside": share * crediting.of_vintage(injecting(batch, known), vintage),
        "discount": batch.stacked(lambda s: s.crediting.discount.at(s.calendar_years)),
        "margin": batch.stacked(_project_margin) * np.abs(known["project_emissions"]),
        "vintage": vintage,
    }
    reductions = known["emission_reductions"]
    found: Arrays = {}
    rules = batch.by_rule(lambda s: (s.crediting.negative, s.crediting.rounding))
    for (negative, rounding), rows in rules:
        own = {name: array[rows] for name, array in each.items()}
        credited = crediting.credit(reductions[rows], **own, negative=negative, rounding=rounding)
        for name, array in zip(_CREDITED, credited, strict=True):
            if isinstance(rows, slice):
                found[name] = array
            else:
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
    if not injects.any():
        return np.ones((1 if batch.is_alone else batch.size, batch.years.size))
    injected = known["co2_injected"] > 0
    begun = np.maximum.accumulate(injected, axis=-1)
    to_end = np.maximum.accumulate(injected[:, ::-1], axis=-1)[:, ::-1]
    return np.where(batch.each_row(injects[:, np.newaxis]), begun & to_end, 1.0)


def _by_year(batch: Batch, amounts: NDArray[Any]) -> NDArray[Any]:
    vintage = batch.verified.vintage
    inside = vintage.reshape(len(vintage), *(1,) * (amounts.ndim - 2), -1)
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
