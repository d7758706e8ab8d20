"""A scenario as plain data: files that extend each other, overrides, the place of every key."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path as FilePath
from typing import Any

from jcm_models.problems import Place, Problem, ScenarioError
from jcm_models.strict_yaml import KeyPath, YamlReader, dotted, is_file, shown
from jcm_models.written import FORMS

__all__ = ["Change", "Document", "KeyPath", "dotted", "is_file", "override", "parse_set"]
__all__ += ["parse_overrides", "parse_sets", "read", "read_text", "shown"]

_SHOWN_OF_A_NAME = 80
# What holds one of these is replaced whole: a number with its source, a text with its translation.
_WHOLE_VALUES = {*FORMS, "en", "ja"}
# Shares mean something only together: a file that gives any gives them all.
_TOGETHER = {("allocation", "shares")}
# One way of dividing credits takes the place of another, with all that belongs to it.
_WAYS = {"shares", "contributions", "agreed", "phases"}
_OF_EVERY_WAY = {"rounding"}


@dataclass(frozen=True)
class Change:
    """One override: the key, what stood there and what stands there now."""

    path: str
    old: Any
    new: Any


@dataclass(frozen=True)
class Document:
    """Plain data, the place of every key, the files read and the overrides applied."""

    data: dict[str, Any]
    places: dict[KeyPath, Place]
    files: tuple[FilePath, ...] = ()
    changes: tuple[Change, ...] = ()
    problems: tuple[Problem, ...] = field(default=())

    def place(self, path: KeyPath) -> Place | None:
        """Return where the key, or else what it stands in, was written."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.places:
                return self.places[path[:length]]
        inside = [place for known, place in self.places.items() if known[: len(path)] == path]
        if path and inside:
            return inside[0]
        return Place(shown(self.files[0])) if self.files else None


def read(path: FilePath, children: tuple[FilePath, ...] = ()) -> Document:
    """Read a YAML file and the files it extends, nearest last.

    Parameters
    ----------
    path : pathlib.Path
        The file; ``extends`` in it names another, from its own folder.
    children : tuple of pathlib.Path
        The files that led here; a file among them closes a circle.

    Returns
    -------
    Document
        The merged data; what is wrong stands in its ``problems``.
    """
    reader = YamlReader(path)
    return _extended(reader, reader.load(), children)


def read_text(text: str, path: FilePath) -> Document:
    """Read the text of a scenario that is in no file, as if it stood in one.

    Parameters
    ----------
    text : str
        What somebody wrote.
    path : pathlib.Path
        Where it would stand; ``extends`` names a file from there.

    Returns
    -------
    Document
        The merged data; what is wrong stands in its ``problems``.
    """
    reader = YamlReader(path)
    return _extended(reader, reader.load_given(text), ())


def _extended(reader: YamlReader, data: dict[str, Any], children: tuple[FilePath, ...]) -> Document:
    """Lay what was read over what it extends."""
    path = reader.path
    document = Document(data, reader.places, (path,), problems=tuple(reader.problems))
    parent = data.pop("extends", None)
    if parent is None:
        return document
    place = reader.places.pop(("extends",), None)
    chain = (*children, path)
    target = path.parent / str(parent)
    wrong = ""
    if not is_file(target):
        wrong = f"there is no file {str(parent)[:_SHOWN_OF_A_NAME]!r} beside {shown(path)}"
    elif any(target.resolve() == file.resolve() for file in chain):
        wrong = f"goes in a circle: {' -> '.join(file.name for file in (*chain, target))}"
    if wrong:
        problem = Problem("extends", wrong, place)
        return replace(document, problems=(*document.problems, problem))
    return _merged(read(target, chain), document)


def _merged(base: Document, top: Document) -> Document:
    """Lay `top` over `base`: sections are merged, a number with its source is replaced whole."""
    places = dict(base.places)
    data = _overlay(base.data, top.data, (), places)
    return Document(
        data,
        {**places, **top.places},
        (*top.files, *base.files),
        problems=(*base.problems, *top.problems),
    )


def _overlay(
    base: dict[str, Any], top: dict[str, Any], path: KeyPath, places: dict[KeyPath, Place]
) -> dict[str, Any]:
    stale = _stale(base, top, path)
    for key in stale:
        _forget(places, (*path, key))
    merged = {key: value for key, value in base.items() if str(key) not in stale}
    for key, value in top.items():
        here = (*path, str(key))
        old = base.get(key)
        together = here in _TOGETHER or (isinstance(old, dict) and not _is_section(old))
        if isinstance(old, dict) and not together and _is_section(value):
            merged[key] = _overlay(old, value, here, places)
        else:
            _forget(places, here)
            merged[key] = value
    return merged


def _stale(base: dict[str, Any], top: dict[str, Any], path: KeyPath) -> set[str]:
    """Name what a section no longer says once credits are divided in another way."""
    if path != ("allocation",) or not _WAYS & top.keys():
        return set()
    return {str(key) for key in base} - _OF_EVERY_WAY


def _is_section(value: Any) -> bool:
    return isinstance(value, dict) and not _WHOLE_VALUES & value.keys()


def _forget(places: dict[KeyPath, Place], path: KeyPath) -> None:
    for known in [known for known in places if known[: len(path)] == path]:
        del places[known]


def parse_set(text: str) -> tuple[str, Any]:
    """Split ``crediting.discount=0.95`` into its key and its value, read as YAML.

    Raises
    ------
    ValueError
        If there is no equals sign, no key, or the value is no YAML.
    """
    key, equals, written = text.partition("=")
    if not equals or not key.strip():
        message = f"found {text!r}; write it as key=value, such as crediting.discount=0.95"
        raise ValueError(message)
    reader = YamlReader(FilePath(f"--set {text}"))
    value = reader.load_text(written.strip()) if written.strip() else None
    if reader.problems:
        raise ValueError(reader.problems[0].message)
    return key.strip(), value


def parse_overrides(text: str) -> dict[str, Any]:
    """Read "crediting.discount=0.95; reserve.rate=3 %" as values by dotted key.

    Raises
    ------
    ScenarioError
        If a part is not written as key=value, or two disagree.
    """
    return parse_sets(filter(None, (piece.strip() for piece in text.split(";"))), "overrides")


def parse_sets(texts: Iterable[str], origin: str) -> dict[str, Any]:
    """Read key=value texts; two that disagree are a problem, not a matter of order.

    Parameters
    ----------
    texts : iterable of str
        Such as ``crediting.discount=0.95``.
    origin : str
        Where they come from, for errors.

    Returns
    -------
    dict of str to any
        Values by dotted key.

    Raises
    ------
    ScenarioError
        With all that is wrong.
    """
    found: dict[str, Any] = {}
    problems = []
    for text in texts:
        try:
            key, value = parse_set(text)
        except ValueError as error:
            problems.append(Problem(origin, str(error)))
            continue
        if found.get(key, value) != value:
            problems.append(Problem(key, f"set twice, to {found[key]} and to {value}; keep one"))
        found[key] = value
    if problems:
        raise ScenarioError(problems)
    return found


def override(document: Document, overrides: Mapping[str, Any], origin: str) -> Document:
    """Replace single values, each named by its dotted key.

    Parameters
    ----------
    document : Document
        What was read.
    overrides : mapping of str to any
        Dotted key and new value.
    origin : str
        Where the overrides come from, such as ``--set``; shown as their place.

    Returns
    -------
    Document
        A new document; ``changes`` lists what was replaced.
    """
    data, places, changes = document.data, dict(document.places), list(document.changes)
    for path, value in _single_values(data, overrides):
        key = dotted(path)
        data, old = _replaced(data, path, value)
        _forget(places, path)
        for part in (*_numbers_around(data, path), path):
            places[part] = Place(f"{origin} {key}={value}")
        changes.append(Change(key, old, value))
    return replace(document, data=data, places=places, changes=tuple(changes))


def _single_values(
    data: dict[str, Any], overrides: Mapping[str, Any]
) -> Iterator[tuple[KeyPath, Any]]:
    """Yield the path of each value to replace; a section is taken apart, not replaced whole."""
    for key, value in overrides.items():
        path = tuple(str(key).split("."))
        known = data.get(path[0]) if len(path) == 1 else None
        if _is_section(known) and _is_section(value):
            stale = _stale(known or {}, value, path)
            yield from (((*path, key), None) for key in sorted(stale))
            yield from (((*path, str(inner)), new) for inner, new in value.items())
        else:
            yield path, value


def _numbers_around(data: dict[Any, Any], path: KeyPath) -> Iterator[KeyPath]:
    """Yield the number that a path leads into: its unit alone makes it another number."""
    section: Any = data
    for length, key in enumerate(path[:-1], start=1):
        section = next((v for k, v in section.items() if str(k) == key), None)
        if not isinstance(section, dict):
            return
        if not _is_section(section):
            yield path[:length]


def _replaced(data: dict[Any, Any], path: KeyPath, value: Any) -> tuple[dict[Any, Any], Any]:
    """Return a copy of `data` with the value at `path` replaced, and what stood there."""
    head: Any = next((key for key in data if str(key) == path[0]), path[0])
    inside = data.get(head)
    if len(path) == 1:
        return {**data, head: value}, inside
    if isinstance(inside, list) and path[1].isdecimal():
        items, old = _replaced(dict(enumerate(inside)), path[1:], value)
        return {**data, head: list(items.values())}, old
    new, old = _replaced(inside if isinstance(inside, dict) else {}, path[1:], value)
    return {**data, head: new}, old
