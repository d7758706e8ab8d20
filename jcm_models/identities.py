"""What must hold on every run: the order of the levels (E1), and that no tonne is lost (K7)."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jcm_models import emissions
from jcm_models.batch import Batch
from jcm_models.level_settings import OWN, numbers_of
from jcm_models.problems import Problem
from jcm_models.scenario import Scenario
from jcm_models.steps import Arrays, IdentityError, injecting

__all__ = ["assert_identity", "assert_mass", "credited_beyond_injection", "levels_out_of_order"]

# Half a kilogram, and the noise of arithmetic on large sums: far below the tonne of K7.
_TONNES = 5e-4
_RELATIVE = 1e-12


def levels_out_of_order(batch: Batch, known: Arrays) -> list[Problem]:
    """Find the scenarios in which the reference lies above BaU, or below nothing (E1)."""
    bau, reference = known["bau_emissions"], known["reference_emissions"]
    wrong = emissions.above(reference, bau)
    below = np.broadcast_to(reference < -_TONNES, wrong.shape)
    problems = []
    for index, scenario in enumerate(batch.scenarios):
        rows = slice(None) if batch.is_alone else batch.rows_of(index)
        some = np.flatnonzero((wrong | below)[rows].any(axis=-1))
        if not some.size:
            continue
        row = (rows.start or 0) + int(some[0])
        if wrong[row].any():
            problems.append(_above(scenario, batch, row, wrong[row], known))
        else:
            problems.append(_below_nothing(scenario, batch.years[below[row]][0]))
        if batch.samples > 1:
            problems[-1] = _in_samples(problems[-1], some.size, batch.samples)
    return problems


def _in_samples(problem: Problem, some: int, samples: int) -> Problem:
    """Say in how many samples something is wrong; the problem tells of the first of them."""
    text = (
        f"in {some:,} of {samples:,} samples {problem.message}; narrow what is uncertain, "
        "or write reference.above_bau: lowered"
    )
    return replace(problem, message=text)


def _above(
    scenario: Scenario, batch: Batch, index: int, wrong: NDArray[np.bool_], known: Arrays
) -> Problem:
    years = batch.years[wrong]
    at = int(np.flatnonzero(wrong)[0])
    levels = (known["bau_emissions"], known["reference_emissions"])
    bau, reference = (array[min(index, len(array) - 1), at] for array in levels)
    path = _setting(scenario, "reference")
    message = (
        f"the reference lies above BaU in {years[0]}"
        f"{f' and {years.size - 1} more years' if years.size > 1 else ''}: "
        f"{reference:,.0f} against {bau:,.0f} tCO2e/yr; the reference must not exceed "
        f"{_setting(scenario, 'bau')} (convention E1)"
    )
    return Problem(path, message, scenario.document.place(tuple(path.split("."))))


def _below_nothing(scenario: Scenario, year: int) -> Problem:
    path = _setting(scenario, "reference")
    text = f"the reference is below zero in {year}; it must be 0 or more (convention E1)"
    return Problem(path, text, scenario.document.place(tuple(path.split("."))))


def credited_beyond_injection(batch: Batch, known: Arrays) -> list[Problem]:
    """Find CCS projects whose crediting period is given and reaches beyond the injection (K5)."""
    problems: list[Problem] = []
    inside = injecting(batch, known) > 0
    for index, scenario in enumerate(batch.scenarios):
        rows = slice(None) if batch.is_alone else batch.rows_of(index)
        years = batch.years[inside[rows].any(axis=0)]
        if scenario.injects and years.size:
            problems += _beyond(scenario, int(years[0]), int(years[-1]))
    return problems


def _beyond(scenario: Scenario, first_year: int, last_year: int) -> Iterator[Problem]:
    crediting, operation = scenario.crediting, scenario.operation
    first = datetime.date(first_year, 1, 1)
    last = datetime.date(last_year, 12, 31)
    first, last = max(first, operation.start or first), min(last, operation.end or last)
    for key, day, wrong in (
        ("start", crediting.start, crediting.start and crediting.start < first),
        ("end", crediting.end, crediting.end and crediting.end > last),
    ):
        if wrong:
            text = (
                f"found {day}, but CO2 is injected from {first} to {last}, and credits arise from "
                "the start to the end of injection only (convention K5); leave it out, or credit "
                "within the injection"
            )
            place = scenario.document.place(("crediting", key))
            yield Problem(f"crediting.{key}", text, place)


def _setting(scenario: Scenario, level: str) -> str:
    """Return the key that sets a level, apart from what both levels share."""
    if level == "reference" and scenario.reference.rules != (OWN,):
        return "reference"
    moved = [path for path, _ in numbers_of(scenario.bau, ("bau",))]
    if level == "bau" and moved:
        return ".".join(moved[0][:2])
    for part in scenario.parts:
        own = [each.name for each in part.method.inputs if each.name.startswith(f"{level}_")]
        given = [name for name in own if name in part.values]
        if given:
            return ".".join((*part.path, given[0]))
    return "project"


def assert_identity(batch: Batch, known: Arrays) -> None:
    """Assert K7: what each project saves equals the sum of where it goes, in every year.

    Raises
    ------
    IdentityError
        If it does not; the message names the year and all parts.
    """
    bau, reference = known["bau_emissions"], known["reference_emissions"]
    saved = np.where(np.isnan(bau), reference, bau)
    saved = saved - known["project_emissions"] - known["leakage_emissions"]
    parts = dict(_parts(known))
    total = sum(np.asarray(part, dtype=float) for part in parts.values())
    wrong = ~(np.abs(saved - total) <= _TONNES + _RELATIVE * np.abs(saved))  # NaN is wrong too
    wrong |= (known["credits"] < 0).any(axis=-2) | (known["reserve_withheld"] < 0)
    if not wrong.any():
        return
    at = tuple(int(i) for i in np.argwhere(wrong)[0])
    sums = ", ".join(f"{name} {float(part[at]):,.3f}" for name, part in parts.items())
    whose = "" if batch.is_alone else f"{batch.scenario_of(at[0]).name}: "
    message = (
        f"{whose}in {batch.years[at[-1]]} the project saves {saved[at]:,.3f} "
        f"tCO2e but the parts add up to {np.asarray(total)[at]:,.3f} ({sums}); convention K7"
    )
    raise IdentityError(message)


def assert_mass(batch: Batch, known: Arrays) -> None:
    """Assert R1: what was stored is retained or leaked, and no more leaks than was stored.

    Raises
    ------
    IdentityError
        If not; the message names the year and both sides.
    """
    if "co2_leaked" not in known or "co2_stored" not in known:
        return
    stored = np.cumsum(known["co2_stored"], axis=-1)
    leaked = np.cumsum(known["co2_leaked"], axis=-1)
    retained = known["co2_retained"]
    most = _TONNES + _RELATIVE * np.abs(stored)
    wrong = ~(np.abs(stored - leaked - retained) <= most) | ~(retained >= -most)
    wrong |= known["co2_leaked"] < -most
    if wrong.any():
        at = tuple(int(i) for i in np.argwhere(wrong)[0])
        message = (
            f"{batch.scenario_of(at[0]).name}: by the end of {batch.years[at[1]]} "
            f"{stored[at]:,.3f} tCO2 are stored, but {retained[at]:,.3f} are retained and "
            f"{leaked[at]:,.3f} leaked (convention R1)"
        )
        raise IdentityError(message)


def _parts(known: Arrays) -> Iterator[tuple[str, NDArray[Any]]]:
    yield "not issued (BaU - reference)", np.nan_to_num(known["unissued_reductions"], nan=0.0)
    yield "outside the crediting period", known["reductions_outside_crediting"]
    yield "calculated conservatively", known["reductions_by_conservative_project"]
    yield "discounted", known["reductions_discounted"]
    yield "deficits", known["deficit_settled"]
    yield "rounded away", known["reductions_rounded_away"]
    yield "reserve", known["reserve_withheld"]
    yield "parties", known["credits"].sum(axis=-2)
