"""What a model finds wrong with a scenario, told in words: key, place, what is allowed."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from jcm_models.documents import Document, KeyPath, dotted
from jcm_models.problems import Problem, nearest
from jcm_models.values import Value
from jcm_models.written import Written

__all__ = ["key_path", "told", "unknown_key"]

_UNKNOWN = {"extra_forbidden", "invalid_key"}
_LONGEST_SHOWN = 60


def key_path(error: ErrorDetails) -> KeyPath:
    """Return the path of the key that an error concerns."""
    parts = tuple(str(part) for part in error["loc"] if not _is_alternative(str(part)))
    of_a_key = parts[-1:] == ("[key]",) and error["type"] not in _UNKNOWN
    return parts[:-1] if of_a_key else parts


def _is_alternative(part: str) -> bool:
    """Tell a name of one of several types that a value may have from a key."""
    return part in {"constrained-int", "constrained-float"} or part.startswith(("dict[", "tuple["))


def told(
    error: ErrorDetails, document: Document, model: type[BaseModel], depth: int = 0
) -> Problem:
    """Return an error of a model as a problem with its place.

    Parameters
    ----------
    error : dict
        One error of a pydantic validation.
    document : Document
        What was validated.
    model : type of BaseModel
        What it was validated against.
    depth : int
        How many keys lead to what the model describes.

    Returns
    -------
    Problem
        The key, where it stands, what was found and what is allowed.
    """
    path = key_path(error)
    return Problem(dotted(path), _message(error, path[depth:], model), document.place(path))


def _message(error: ErrorDetails, path: KeyPath, model: type[BaseModel]) -> str:
    kind = error["type"]
    if kind in _UNKNOWN:
        return f"unknown key{_suggestion(path, model)}"
    if kind == "missing":
        return f"missing; {_needed(path, model)}"
    if kind == "value_error":
        return str(error["ctx"]["error"])
    if kind == "literal_error":
        found = str(error["input"])
        listed = str(error["ctx"]["expected"]).replace("' or '", "', '")
        allowed = [word.strip("'") for word in listed.split(", ")]
        shown = _short(repr(found))
        return f"found {shown}{nearest(found, allowed)}; allowed: {', '.join(allowed)}"
    if kind.startswith("date"):
        return f"found {_short(repr(error['input']))}; a date is needed, such as 2025-04-01"
    text = error["msg"]
    return f"found {_short(repr(error['input']))}; {text[:1].lower()}{text[1:]}"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


def _fields_at(path: KeyPath, model: type[BaseModel]) -> dict[str, FieldInfo]:
    """Return the fields of the section, or of the number, that the last key stands in."""
    here: Any = model
    for part in path[:-1]:
        section = _section(here)
        if section is None:
            here = _inside(here)
        else:
            described = _fields(section).get(part)
            here = described.annotation if described else None
    section = _section(here)
    return _fields(section) if section else {}


def _fields(section: type[BaseModel]) -> dict[str, FieldInfo]:
    """Return the fields of a section by the keys that people write."""
    return {field.alias or name: field for name, field in section.model_fields.items()}


def _inside(annotation: Any) -> Any:
    """Return the type of what a mapping or a list holds, or of what may also be left out."""
    kinds = {dict: 1, tuple: 0, list: 0}
    for kind in (annotation, *typing.get_args(annotation)):
        if typing.get_origin(kind) in kinds:
            return typing.get_args(kind)[kinds[typing.get_origin(kind)]]
    return None


def _section(annotation: Any) -> type[BaseModel] | None:
    """Return the model that a type stands for: what a number is written as, for a number."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return Written if annotation is Value else annotation
    if typing.get_origin(annotation) in {typing.Annotated, typing.Union, types.UnionType}:
        return _section(typing.get_args(annotation)[0])
    return None


def unknown_key(path: KeyPath, model: type[BaseModel]) -> str:
    """Say that a model has no such key, with the nearest one; nothing where it has.

    Parameters
    ----------
    path : tuple of str
        The key.
    model : type of BaseModel
        What it leads into.
    """
    for length in range(1, len(path) + 1):
        known = _fields_at(path[:length], model)
        if known and path[length - 1] not in known:
            return f"unknown key{_suggestion(path[:length], model)}"
    return ""


def _suggestion(path: KeyPath, model: type[BaseModel]) -> str:
    here = list(_fields_at(path, model))
    anywhere = _all_keys(model) if len(path) == 1 else ()
    listed = f"; allowed here: {', '.join(here)}" if here else ""
    return nearest(path[-1], [*here, *anywhere]) + listed


def _all_keys(model: type[BaseModel], above: KeyPath = ()) -> Iterator[str]:
    for name, described in model.model_fields.items():
        yield dotted((*above, name))
        section = _section(described.annotation)
        if section is not None and section is not Written:
            yield from _all_keys(section, (*above, name))


def _needed(path: KeyPath, model: type[BaseModel]) -> str:
    described = _fields_at(path, model).get(path[-1])
    if described is None or not described.description:
        return "it is needed"
    return f"{described.description.rstrip('.')} is needed"
