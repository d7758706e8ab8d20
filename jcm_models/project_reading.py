"""The project of a scenario: which methods it names, and its inputs read by them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from jcm_models.components import Component, Section, component_model
from jcm_models.documents import Document, KeyPath, dotted
from jcm_models.method_catalogue import Method, find_method
from jcm_models.problems import Problem
from jcm_models.scenario import Combined
from jcm_models.written import FORMS

__all__ = ["Structure", "model_at", "read_project", "structure_of"]

_PROJECT = "The project: its method and inputs, or its components, is needed"
_RESERVED = {*FORMS, "en", "ja"}  # what holds one of these is read as a number or a text
_ALONE = ("project",)
_PARTS = ("project", "components")

Structure: TypeAlias = Method | tuple[tuple[str, Method], ...]


def structure_of(document: Document) -> tuple[Structure | None, list[Problem]]:
    """Find the method of the project, or that of each component.

    Parameters
    ----------
    document : Document
        What was read.

    Returns
    -------
    tuple of Structure or None, and list of Problem
        None, and why, where a method is not known.
    """
    project = document.data.get("project")
    if not isinstance(project, dict):
        return None, [_no_method(document)]
    components = project.get("components")
    if not isinstance(components, dict) or not components:
        method, problems = _method(document, project, ("project",))
        return method, problems if method or problems else [_no_method(document)]
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
    if name in _RESERVED:
        text = f"found {name!r}, which means something else in a number or a text; choose another"
        return [Problem(dotted(path), text, document.place(path))]
    if name.isidentifier() and not name.startswith("_"):
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


def read_project(
    structure: Structure | None, section: Any, context: Mapping[str, Any] | None = None
) -> tuple[Section, list[ErrorDetails]]:
    """Read the section of the project by the methods it names.

    Parameters
    ----------
    structure : Structure or None
        Its methods; None where they are not known, and nothing is read.
    section : any
        What the scenario says of the project.
    context : mapping, optional
        What the validation of numbers must know, such as the folders of their tables.

    Returns
    -------
    tuple of Section and list of dict
        The project, a stand-in where it is not sound, and what is wrong with it.
    """
    if structure is None:
        return Combined(components={}), []
    if isinstance(structure, Method):
        found, errors = _component(structure, section, _ALONE, context)
        return found or Combined(components={}), errors
    parts: dict[str, Component] = {}
    errors = []
    for name, method in structure:
        written = next(v for key, v in section["components"].items() if str(key) == name)
        part, wrong = _component(method, written, (*_PARTS, name), context)
        errors += wrong
        if part is not None:
            parts[name] = part
    try:
        return Combined.model_validate({**section, "components": parts}), errors
    except ValidationError as error:
        return Combined(components=parts), [*_below(error, _ALONE), *errors]


def _component(
    method: Method, section: Any, path: KeyPath, context: Mapping[str, Any] | None
) -> tuple[Component | None, list[ErrorDetails]]:
    try:
        return component_model(method).model_validate(section, context=context), []
    except ValidationError as error:
        return None, _below(error, path)


def _below(error: ValidationError, path: KeyPath) -> list[ErrorDetails]:
    """Return the errors of a section with the path of keys that leads to it."""
    found = error.errors(include_url=False)
    for each in found:
        each["loc"] = (*path, *each["loc"])
    return found


def model_at(path: KeyPath, structure: Structure | None) -> tuple[type[BaseModel] | None, int]:
    """Return the section that a key of the project stands in, and how many keys lead to it.

    Parameters
    ----------
    path : tuple of str
        The key.
    structure : Structure or None
        The methods of the project.

    Returns
    -------
    tuple of type or None, and int
        None for keys outside the project.
    """
    if path[:1] != _ALONE or structure is None:
        return None, 0
    if isinstance(structure, Method):
        return component_model(structure), len(_ALONE)
    parts = dict(structure)
    if path[:2] == _PARTS and path[2:3] and path[2] in parts:
        return component_model(parts[path[2]]), len(_PARTS) + 1
    return Combined, len(_ALONE)
