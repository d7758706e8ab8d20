"""From a file to a scenario, or to everything that is wrong with it."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from jcm_models import documents
from jcm_models.complaints import key_path, told
from jcm_models.contradictions import contradictions
from jcm_models.documents import Document, KeyPath, dotted
from jcm_models.method_catalogue import Method, find_method
from jcm_models.problems import Problem, ScenarioError
from jcm_models.scenario import Scenario, scenario_model
from jcm_models.strict_yaml import here_and_above
from jcm_models.written import FORMS, Written

__all__ = ["Reading", "changed", "find_file", "read_document", "read_scenario"]

# What stands in for a key that is missing or wrong, so that the rest can be looked at.
_STAND_INS: Mapping[str, Any] = {
    "title": "-",
    "question": "-",
    "host": "THA",
    "years": {"first": 2020, "last": 2020},
    "years.first": 2020,
    "years.last": 2020,
    "allocation": {"shares": {}},
    "allocation.shares": {},
}
_PROJECT = "The project: its method and inputs, or its components, is needed"


@dataclass(frozen=True)
class Reading:
    """What was read, and every problem in it.

    Where there are problems other values stand in for those they concern, so that more can be
    checked; None where not even that can be read.
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
    for folder in here_and_above() if given.name else ():
        for candidate in (folder / given, folder / "scenarios" / given):
            for file in (candidate, candidate.with_name(f"{candidate.name}.yaml")):
                if documents.is_file(file):
                    return file.relative_to(here) if file.is_relative_to(here) else file
    return given


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
    structure, unknown = _structure(document)
    problems += unknown
    model = scenario_model(structure) if structure else Scenario
    scenario, errors = _validated(model, document.data, document)
    if structure is None:  # which inputs are right cannot be known
        errors = [e for e in errors if key_path(e)[:1] != ("project",)]
        problems += [] if unknown else [_no_method(document)]
    problems += [told(error, document, model) for error in errors]
    if scenario is None:
        sound = _without(document.data, errors)
        scenario = _with_stand_ins(model, sound, document, known=structure is not None)
    if scenario is not None:
        problems += contradictions(scenario, {problem.path for problem in problems})
    return Reading(scenario, tuple(problems))


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


Structure: TypeAlias = Method | tuple[tuple[str, Method], ...]


def _structure(document: Document) -> tuple[Structure | None, list[Problem]]:
    """Find the method of the project, or that of each component; None where one is not known."""
    project = document.data.get("project")
    if not isinstance(project, dict):
        return None, []
    components = project.get("components")
    if not isinstance(components, dict) or not components:
        return _method(document, project, ("project",))
    found, problems = [], []
    for name, section in components.items():
        path = ("project", "components", str(name))
        method, unknown = _method(document, section if isinstance(section, dict) else {}, path)
        if method is None and not unknown:
            text = "missing; the name of a method is needed in each component"
            unknown = [Problem(dotted((*path, "method")), text, document.place(path))]
        problems += [*unknown, *_misnamed(document, path)]
        found.append((str(name), method))
    known = tuple((name, method) for name, method in found if method is not None)
    return (None if problems else known), problems


def _misnamed(document: Document, path: KeyPath) -> list[Problem]:
    name = path[-1]
    if name.isidentifier() and not name.startswith(("_", "model_")):
        return []
    text = f"found {name!r}; the name of a component is one word, such as landfill_methane"
    return [Problem(dotted(path), text, document.place(path))]


def _method(
    document: Document, section: dict[Any, Any], path: KeyPath
) -> tuple[Method | None, list[Problem]]:
    name = section.get("method")
    if not isinstance(name, str):
        return None, []
    try:
        return find_method(name), []
    except ValueError as error:
        path = (*path, "method")
        return None, [Problem(dotted(path), str(error), document.place(path))]


def _no_method(document: Document) -> Problem:
    project = document.data.get("project")
    if not isinstance(project, dict):
        text = f"{'missing' if project is None else f'found {project!r}'}; {_PROJECT}"
        return Problem("project", text, document.place(("project",)))
    if "method" in project:
        text = f"found {project['method']!r}; the name of a method is needed"
        return Problem("project.method", text, document.place(("project", "method")))
    text = "missing; Name of the method is needed, or components: that name one each"
    return Problem("project.method", text, document.place(("project", "method")))


def _validated(
    model: type[Scenario], data: dict[str, Any], document: Document
) -> tuple[Scenario | None, list[ErrorDetails]]:
    try:
        scenario = model.model_validate(data)
    except ValidationError as error:
        return None, error.errors(include_url=False)
    scenario._document = document
    scenario._name = document.files[0].stem if document.files else "scenario"
    return scenario, []


def _without(data: dict[str, Any], errors: list[ErrorDetails]) -> dict[str, Any]:
    """Return the data without what is wrong by itself: a key, or a number as a whole."""
    sound = copy.deepcopy(data)
    for error in errors:
        section: Any = sound
        path = key_path(error)
        for length, part in enumerate(path, start=1):
            key = next((k for k in section if str(k) == part), part)
            inner = section.get(key)
            if length == len(path) or not isinstance(inner, dict) or _spoils(inner, path, length):
                section.pop(key, None)
                break
            section = inner
    return sound


def _spoils(number: dict[Any, Any], path: KeyPath, length: int) -> bool:
    """Tell whether an error makes a number useless; a stray word beside it does not."""
    # A section at the top is no number, whatever keys somebody writes into it.
    is_number = length > 1 and bool(set(FORMS) & number.keys())
    stray = length == len(path) - 1 and path[-1] not in Written.model_fields
    return is_number and not stray


def _with_stand_ins(
    model: type[Scenario], data: dict[str, Any], document: Document, *, known: bool
) -> Scenario | None:
    """Read what is sound, with stand-ins for what is missing."""
    if not known:
        data["project"] = {"components": {}}
    for _ in range(2):  # a section first, then what it lacks
        scenario, errors = _validated(model, data, document)
        for error in errors:
            path = key_path(error)
            if dotted(path) not in _STAND_INS:
                return None
            _put(data, path, _STAND_INS[dotted(path)])
    return scenario or _validated(model, data, document)[0]


def _put(data: dict[str, Any], path: KeyPath, value: Any) -> None:
    section = data
    for part in path[:-1]:
        section = section.setdefault(part, {})
    section[path[-1]] = copy.deepcopy(value)
