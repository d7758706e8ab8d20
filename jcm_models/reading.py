"""From a file to a scenario, or to everything that is wrong with it."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from jcm_models import documents
from jcm_models.complaints import key_path, told
from jcm_models.contradictions import contradictions
from jcm_models.documents import Document, KeyPath, dotted
from jcm_models.problems import Problem, ScenarioError
from jcm_models.project_reading import Structure, model_at, read_project, structure_of
from jcm_models.scenario import Scenario
from jcm_models.strict_yaml import here_and_above
from jcm_models.written import FORMS, Written

__all__ = ["Reading", "changed", "find_file", "from_document", "read_document", "read_scenario"]

# What stands in for a key that is missing or wrong, so that the rest can be looked at.
_STAND_INS: Mapping[str, Any] = {
    "title": "-",
    "title.en": "-",
    "question": "-",
    "question.en": "-",
    "host": "THA",
    "years": {"first": 2020, "last": 2020},
    "years.first": 2020,
    "years.last": 2020,
    "allocation": {"shares": {}},
    "allocation.shares": {},
}


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
    structure, unknown = structure_of(document)
    scenario, errors = _validated(structure, document.data, document)
    problems += [*unknown, *(_told(error, document, structure) for error in errors)]
    if scenario is None or structure is None:
        sound = _without(document.data, errors)
        scenario = _with_stand_ins(structure, sound, document)
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


def from_document(document: Document, name: str) -> Scenario:
    """Return the scenario of a document that was checked before, such as in another process."""
    scenario = read_document(document).scenario
    if scenario is None:  # a file beside it is gone
        raise ScenarioError(read_document(document).problems)
    scenario._name = name
    return scenario


def _validated(
    structure: Structure | None, data: dict[str, Any], document: Document
) -> tuple[Scenario | None, list[ErrorDetails]]:
    """Read the project by its methods, then the scenario around it."""
    context = {"folders": tuple(dict.fromkeys(file.parent for file in document.files))}
    project, errors = read_project(structure, data.get("project"), context)
    try:
        scenario = Scenario.model_validate({**data, "project": project}, context=context)
    except ValidationError as error:
        return None, [*error.errors(include_url=False), *errors]
    if errors:
        return None, errors
    scenario._document = document
    scenario._name = document.files[0].stem if document.files else "scenario"
    return scenario, []


def _told(error: ErrorDetails, document: Document, structure: Structure | None) -> Problem:
    model, depth = model_at(key_path(error), structure)
    return told(error, document, model or Scenario, depth)


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
    structure: Structure | None, data: dict[str, Any], document: Document
) -> Scenario | None:
    """Read what is sound, with stand-ins for what is missing."""
    for _ in range(3):  # a section first, then what it lacks
        scenario, errors = _validated(structure, data, document)
        for error in errors:
            path = key_path(error)
            if dotted(path) in _STAND_INS:
                _put(data, path, _STAND_INS[dotted(path)])
            elif len(path) > 2:  # a section that lacks something says nothing
                _drop(data, path[:-1])
            else:
                return None
    return scenario or _validated(structure, data, document)[0]


def _drop(data: dict[str, Any], path: KeyPath) -> None:
    section: Any = data
    for part in path[:-1]:
        section = section.get(part) if isinstance(section, dict) else None
    if isinstance(section, dict):
        section.pop(path[-1], None)


def _put(data: dict[str, Any], path: KeyPath, value: Any) -> None:
    section = data
    for part in path[:-1]:
        section = section.setdefault(part, {})
    section[path[-1]] = copy.deepcopy(value)
