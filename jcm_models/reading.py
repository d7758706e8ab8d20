"""From a file to a scenario, or to everything that is wrong with it."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from jcm_models import documents
from jcm_models.documents import Document, KeyPath, dotted
from jcm_models.method_catalogue import Method, find_method
from jcm_models.problems import Problem, ScenarioError, nearest
from jcm_models.scenario import Scenario, scenario_model
from jcm_models.values import InUnit, Written
from jcm_models.variables import PARTIES

__all__ = ["Reading", "changed", "find_file", "read_document", "read_scenario"]

_SUM_OF_SHARES = 1e-9


@dataclass(frozen=True)
class Reading:
    """What was read, and every problem in it.

    Where there are problems the scenario stands without the values they concern, for further
    checks only; None where not even that can be read.
    """

    scenario: Scenario | None
    problems: tuple[Problem, ...]


def find_file(name: str | Path) -> Path:
    """Find a scenario by its path or its bare name.

    Parameters
    ----------
    name : str or pathlib.Path
        A path from here or from a folder above, or the name of a file in its ``scenarios/``.

    Returns
    -------
    pathlib.Path
        The file; where there is none, `name` as it was given.
    """
    given = Path(name)
    here = Path.cwd()
    for folder in (here, *here.parents):
        for candidate in (folder / given, folder / "scenarios" / given):
            for file in (candidate, candidate.with_name(f"{candidate.name}.yaml")):
                if file.is_file():
                    return _shortest(file)
    return given


def _shortest(file: Path) -> Path:
    here = Path.cwd()
    return file.relative_to(here) if file.is_relative_to(here) else file


def read_scenario(
    name: str | Path, overrides: Mapping[str, Any] | None = None, origin: str = "with_()"
) -> Reading:
    """Read a scenario file.

    Parameters
    ----------
    name : str or pathlib.Path
        The file, or the name of one in ``scenarios/``.
    overrides : mapping of str to any, optional
        Values that replace those of the file, by dotted key.
    origin : str
        Where the overrides come from; shown with what is wrong in them.

    Returns
    -------
    Reading
        The scenario, or every problem with its file and line.
    """
    document = documents.read(find_file(name))
    return read_document(documents.override(document, overrides or {}, origin))


def read_document(document: Document) -> Reading:
    """Turn what was read into a scenario, and find everything that is wrong with it."""
    problems = list(document.problems)
    if problems and not document.data:
        return Reading(None, tuple(problems))
    method, unknown = _method(document)
    problems += unknown
    model = scenario_model(method.name) if method else Scenario
    scenario, found = _validated(model, document.data, document, method)
    problems += found
    if scenario is None and method is not None:
        scenario, _ = _validated(model, _without(document.data, found), document, method)
    if scenario is not None and method is not None:
        problems += _contradictions(scenario)
    return Reading(scenario if method else None, tuple(problems))


def changed(scenario: Scenario, overrides: Mapping[str, Any], origin: str = "with_()") -> Scenario:
    """Return the scenario with some values replaced, checked again.

    Parameters
    ----------
    scenario : Scenario
        What to start from; it stays as it is.
    overrides : mapping of str to any
        New values by dotted key.
    origin : str
        Where the values come from; named in errors and in the list of inputs.

    Returns
    -------
    Scenario
        The changed scenario.

    Raises
    ------
    ScenarioError
        With every problem the new values bring.
    """
    reading = read_document(documents.override(scenario.document, overrides, origin))
    if reading.problems or reading.scenario is None:
        raise ScenarioError(reading.problems)
    return reading.scenario


def _method(document: Document) -> tuple[Method | None, list[Problem]]:
    project = document.data.get("project")
    name = project.get("method") if isinstance(project, dict) else None
    if not isinstance(name, str):
        return None, []
    try:
        return find_method(name), []
    except ValueError as error:
        path = ("project", "method")
        return None, [Problem(dotted(path), str(error), document.place(path))]


def _validated(
    model: type[Scenario], data: dict[str, Any], document: Document, method: Method | None
) -> tuple[Scenario | None, list[Problem]]:
    try:
        scenario = model.model_validate(data)
    except ValidationError as error:
        found = (_problem(e, model, document, method) for e in error.errors(include_url=False))
        return None, [problem for problem in found if problem is not None]
    scenario._document = document
    scenario._name = document.files[0].stem if document.files else "scenario"
    return scenario, []


def _problem(
    error: ErrorDetails, model: type[Scenario], document: Document, method: Method | None
) -> Problem | None:
    path = tuple(str(part) for part in error["loc"] if part != "[key]")
    if method is None and path[:1] == ("project",) and error["type"] == "extra_forbidden":
        return None
    return Problem(dotted(path), _message(error, path, model), document.place(path))


def _message(error: ErrorDetails, path: KeyPath, model: type[BaseModel]) -> str:
    kind = error["type"]
    if kind == "extra_forbidden":
        return f"unknown key{_suggestion(path, model)}"
    if kind == "missing":
        return f"missing; {_needed(path, model)}"
    if kind == "value_error":
        return str(error["ctx"]["error"])
    if kind == "literal_error":
        found = str(error["input"])
        allowed = [part.strip("'") for part in error["ctx"]["expected"].split(", ")]
        allowed = [word for part in allowed for word in part.replace("' or '", "|").split("|")]
        return f"found {found!r}{nearest(found, allowed)}; allowed: {', '.join(allowed)}"
    return f"found {error['input']!r}; {error['msg'][:1].lower()}{error['msg'][1:]}"


def _fields_at(path: KeyPath, model: type[BaseModel]) -> dict[str, FieldInfo]:
    """Return the fields of the section that `path` stands in; those of a number where it is one."""
    section: Any = model
    for part in path[:-1]:
        described = section.model_fields.get(part)
        if described is None:
            return {}
        section = Written if _is_a_number(described) else described.annotation
        if not (isinstance(section, type) and issubclass(section, BaseModel)):
            return {}
    return dict(section.model_fields)


def _is_a_number(described: FieldInfo) -> bool:
    return any(isinstance(mark, InUnit) for mark in described.metadata)


def _suggestion(path: KeyPath, model: type[BaseModel]) -> str:
    here = list(_fields_at(path, model))
    hint = nearest(path[-1], [*here, *(_all_keys(model) if len(path) == 1 else ())])
    return hint + (f"; allowed here: {', '.join(here)}" if here else "")


def _all_keys(model: type[BaseModel], above: KeyPath = ()) -> Iterator[str]:
    for name, described in model.model_fields.items():
        yield dotted((*above, name))
        kind = described.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from _all_keys(kind, (*above, name))


def _needed(path: KeyPath, model: type[BaseModel]) -> str:
    described = _fields_at(path, model).get(path[-1])
    if described is None or not described.description:
        return "it is needed"
    return f"{described.description.rstrip('.')} is needed"


def _without(data: dict[str, Any], found: list[Problem]) -> dict[str, Any]:
    """Return the data without what has a problem of its own: a key, or a number as a whole."""
    sound = copy.deepcopy(data)
    for problem in found:
        section: Any = sound
        *above, last = problem.path.split(".")
        for part in above:
            inner = section.get(part)
            if not isinstance(inner, dict) or _is_number(inner, last):
                last = part
                break
            section = inner
        section.pop(last, None)
    return sound


def _is_number(data: dict[Any, Any], key: str) -> bool:
    """Tell whether `data` is a number with its source, in which `key` is no stray word."""
    stray = key in data and key not in Written.model_fields
    return bool({"value", "series", "distribution"} & data.keys()) and not stray


def _contradictions(scenario: Scenario) -> list[Problem]:
    """Find what no single key shows: periods, pathways and shares that do not fit together."""
    place = scenario.document.place
    if scenario.years.last < scenario.years.first:
        text = f"found {scenario.years.last}, before years.first: {scenario.years.first}"
        return [Problem("years.last", text, place(("years", "last")))]
    problems = list(_period_problems(scenario))
    for given in scenario.inputs():
        try:
            given.value.at(scenario.calendar_years)
        except ValueError as error:
            problems.append(Problem(given.path, str(error), given.place))
    if not any(p.path.startswith("allocation.shares") for p in problems):
        problems += _share_problems(scenario)
    return problems


def _period_problems(scenario: Scenario) -> Iterator[Problem]:
    start, end = scenario.crediting.start, scenario.crediting.end
    place = scenario.document.place(("crediting", "end")) or scenario.document.place(("crediting",))
    if start and end and end < start:
        text = f"found {end}, before crediting.start: {start}"
        yield Problem("crediting.end", text, place)
    elif not np.any(scenario.share_credited):
        first, last = scenario.years.first, scenario.years.last
        text = f"the crediting period {start or ''} to {end or ''} lies outside {first} to {last}"
        yield Problem("crediting", text, place)


def _share_problems(scenario: Scenario) -> Iterator[Problem]:
    given = scenario.allocation.shares
    for party, share in given.items():
        if not any(share.points):
            path = ("allocation", "shares", party)
            text = "found 0, which gives this party nothing; give it a share or leave it out"
            yield Problem(dotted(path), text, scenario.document.place(path))
    sums = scenario.shares().sum(axis=0)
    wrong = np.flatnonzero(np.abs(sums - 1.0) > _SUM_OF_SHARES)
    if wrong.size:
        year = scenario.calendar_years[wrong[0]]
        listed = " + ".join(f"{given[p].written}" for p in PARTIES if p in given) or "nothing"
        text = f"add up to {sums[wrong[0]]:.6g} in {year} ({listed}); they must add up to 1"
        place = scenario.document.place(("allocation", "shares"))
        yield Problem("allocation.shares", text, place)
