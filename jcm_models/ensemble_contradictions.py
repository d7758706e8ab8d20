"""What does not fit together in what a scenario says of its uncertain numbers and levers."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from jcm_models.complaints import unknown_key
from jcm_models.components import Component, Input
from jcm_models.correlations import nearest_correlation
from jcm_models.documents import KeyPath, dotted
from jcm_models.ensemble_settings import Lever
from jcm_models.problems import Problem, nearest
from jcm_models.scenario import Scenario
from jcm_models.uncertain_inputs import DRAWN_BY_SITE, is_uncertain, uncertain_inputs
from jcm_models.variables import outcome_variables, result_variables

__all__ = ["contradictions_of_ensemble", "touch"]

Array = NDArray[np.float64]

_HERE = "ensemble"
_NOISE = 1e-9
_DIMENSIONS = {
    *("scenario", "sample", "project", "party", "year", "country", "bearer", "component", "rule"),
    *("quantile", "parameter", "index"),
}
# What all combinations of levers have in common.
_NO_LEVERS = ("ensemble", "extends", "years", "host", "gwp")
# Sections and numbers that hold for all years.
_ONE_NUMBER = ("storage", "operation.lifetime", "reserve.release_after", "reserve.release_share")
# Beside shares: what is written by name and adds up to one.
_TOGETHER_ONE = (("reference", "weights"), ("storage", "sites"))


def contradictions_of_ensemble(
    scenario: Scenario, unsound: Collection[str] = ()
) -> Iterator[Problem]:
    """Yield what is wrong with uncertain numbers, their correlations and the levers.

    Parameters
    ----------
    scenario : Scenario
        The scenario; each of its numbers is sound by itself.
    unsound : collection of str
        The keys that have a problem already; nothing is concluded from their sections.
    """
    sections = {key.split(".")[0] for key in unsound}
    for given in uncertain_inputs(scenario):
        for text in (_part_of_a_whole(given), _moving(given)):
            if text:
                yield Problem(given.path, text, given.place)
    if _HERE not in sections:
        yield from _levers(scenario, sections)
        yield from _correlations(scenario, sections)


def _part_of_a_whole(given: Input) -> str:
    """Say that a share cannot be drawn by itself, where all of its kind must add up to one."""
    path = tuple(given.path.split("."))
    in_sections = path[-2] == "shares" or path[:2] in _TOGETHER_ONE
    if not (given.variable.sums_to_one or in_sections):
        return ""
    whole = dotted(path[:2] if path[:2] in _TOGETHER_ONE else path[:-1])
    return (
        f"is uncertain, but all of {whole} must add up to 1 in every sample, which shares drawn "
        "one by one do not; give numbers, and compare several sets of them as a lever: "
        f"ensemble: {{levers: {{{whole}: [{{...}}, {{...}}]}}}}"
    )


def _moving(given: Input) -> str:
    """Say where a number is drawn otherwise than by a process over the years."""
    process = given.value.process
    if process is None:
        return ""
    if given.path in DRAWN_BY_SITE:
        return (
            "has an uncertainty over time, but is drawn at every site or event; give it a "
            "distribution instead"
        )
    constant = any(f"{given.path}.".startswith(f"{key}.") for key in _ONE_NUMBER)
    if process.kind != "level" and constant:
        return (
            f"moves over the years by the process {process.kind}, but one number is needed for "
            "all of them; take the process level, or a distribution"
        )
    return ""


def _levers(scenario: Scenario, unsound: Collection[str]) -> Iterator[Problem]:
    owners: dict[str, str] = {}
    for name, options in scenario.ensemble.lever_options().items():
        path: KeyPath = (_HERE, "levers", name)
        keys = list(dict.fromkeys(key for changes in options.values() for key in changes))
        texts = [*_lever(name, scenario.ensemble.levers[name], options)]
        for key in keys:
            texts += [] if key.split(".")[0] in unsound else _key(scenario, key)
            texts += [
                f"sets {key}, which the lever {lever} sets, too; make one lever of both"
                for other, lever in owners.items()
                if touch(key, other)
            ]
        owners |= dict.fromkeys(keys, name)
        yield from _problems(scenario, path, texts)


def _problems(scenario: Scenario, path: KeyPath, texts: Iterable[str]) -> Iterator[Problem]:
    place = scenario.document.place(path)
    yield from (Problem(dotted(path), text, place) for text in texts)


def _lever(name: str, written: Lever, options: Mapping[str, Mapping[str, object]]) -> Iterator[str]:
    """Yield what is wrong with a lever, whatever keys it sets."""
    if len(options) < 2:
        twice = ", given twice" if len(written) > 1 else ""
        yield f"has one value only{twice}; a lever compares at least two"
    elif len(options) < len(written):
        yield "has a value twice; each combination is simulated once, so leave one out"
    if name in {*_DIMENSIONS, *result_variables(), *outcome_variables()}:
        text = "is the name of a dimension or result of an ensemble"
        yield f"{text}; give named options under another name"
    for (one, changes), (other, alike) in itertools.combinations(options.items(), 2):
        if changes == alike:
            yield f"{one} and {other} are the same; each is simulated, so leave one out"


def _key(scenario: Scenario, key: str) -> Iterator[str]:
    path = tuple(key.split("."))
    if path[0] in _NO_LEVERS:
        yield f"sets {key}, which all combinations have in common; no lever can change it"
        return
    text = _unknown(scenario, path)
    if text:
        yield f"{key} is an {text}"


def _unknown(scenario: Scenario, path: KeyPath) -> str:
    """Say that a scenario has no such key, with the nearest; nothing where it has."""
    if path[0] != "project" or len(path) == 1:
        return unknown_key(path, Scenario)
    project = scenario.project
    if isinstance(project, Component):
        return unknown_key(path[1:], type(project))
    if path[1] != "components" or len(path) < 4:
        return unknown_key(path[1:], type(project))
    part = project.components.get(path[2])
    if part is None:
        return f"unknown component{nearest(path[2], project.components)}"
    return unknown_key(path[3:], type(part))


def touch(one: str, other: str) -> bool:
    """Tell whether two dotted keys are the same, or one stands in the other."""
    return f"{one}.".startswith(f"{other}.") or f"{other}.".startswith(f"{one}.")


def _correlations(scenario: Scenario, unsound: Collection[str]) -> Iterator[Problem]:
    levers = scenario.ensemble.lever_options().values()
    moved = [key for options in levers for changes in options.values() for key in changes]
    inputs = {given.path: given for given in scenario.inputs()}
    found: list[Problem] = []
    pairs: set[frozenset[str]] = set()
    for number, pair in enumerate(scenario.ensemble.correlations):
        # What a lever changes may be uncertain in some of its options only.
        known = [
            name
            for name in dict.fromkeys(pair.between)
            if name.split(".")[0] not in unsound and not any(touch(name, key) for key in moved)
        ]
        texts = [text for name in known if (text := _uncorrelated(name, inputs))]
        if len({*pair.between}) == 1:
            texts.append(f"{pair.between[0]} stands on both sides; two inputs are needed")
        elif frozenset(pair.between) in pairs:
            texts.append(f"{_and(pair.between)} are given twice; keep one")
        pairs.add(frozenset(pair.between))
        found += _problems(scenario, (_HERE, "correlations", str(number)), texts)
    yield from found
    if not found and (text := _impossible(scenario)):
        yield from _problems(scenario, (_HERE, "correlations"), [text])


def _uncorrelated(name: str, inputs: Mapping[str, Input]) -> str:
    """Say why an input cannot be correlated; nothing where it can."""
    uncertain = [path for path, given in inputs.items() if is_uncertain(given)]
    if name not in inputs:
        listed = f"; uncertain are {', '.join(uncertain)}" if uncertain else ""
        return f"{name} is no input of this scenario{nearest(name, uncertain)}{listed}"
    if name not in uncertain:
        listed = ", ".join(uncertain) or "none"
        return (
            f"{name} is certain; give it a distribution, or correlate inputs that have one: "
            f"{listed}"
        )
    if name in DRAWN_BY_SITE:
        return f"{name} is drawn at every site or event; storage.dependence says how they go along"
    process = inputs[name].value.process
    if process is not None and process.kind != "level":
        return (
            f"{name} is drawn anew every year by the process {process.kind}; only what is drawn "
            "once, by a distribution or the process level, can be correlated"
        )
    return ""


def _impossible(scenario: Scenario) -> str:
    """Say that correlations cannot be together, and what the nearest are that can."""
    pairs = scenario.ensemble.correlations
    names = list(dict.fromkeys(name for pair in pairs for name in pair.between))
    matrix = scenario.ensemble.correlation_matrix(names)
    if matrix is None:
        return ""
    values, vectors = np.linalg.eigh(matrix)
    if values[0] >= -_NOISE:
        return ""
    involved = [name for name, part in zip(names, vectors[:, 0], strict=True) if abs(part) > _NOISE]
    return (
        f"cannot be together between {_and(involved)}: their matrix has the eigenvalue "
        f"{values[0]:.3g}, and none may be below 0; the nearest that can be: "
        + ", ".join(_mended(matrix, names, involved))
    )


def _mended(matrix: Array, names: Sequence[str], involved: Sequence[str]) -> Iterator[str]:
    # A hair towards independence, so that rounding leaves no eigenvalue below nothing.
    mended = (1 - 0.5e-4 * len(matrix)) * nearest_correlation(matrix)
    at = [index for index, name in enumerate(names) if name in involved]
    for place, one in enumerate(at):
        for other in at[place + 1 :]:
            yield f"{names[one]} and {names[other]} {mended[one, other]:.4f}"


def _and(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}"
