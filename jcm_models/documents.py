"""Read YAML as plain data that remembers where each value was written.

The reader is stricter than YAML: no Python objects, no key given twice, no aliases that
explode, and ``yes`` stays a word while ``1e-3`` is a number.
"""

from __future__ import annotations

import contextlib
import datetime
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path as FilePath
from typing import Any, TypeAlias

import yaml

from jcm_models.problems import Place, Problem
from jcm_models.tables import FAST_LOADER

__all__ = ["Change", "Document", "KeyPath", "dotted", "is_file", "override", "parse_set"]
__all__ += ["read", "shown"]

KeyPath: TypeAlias = tuple[str, ...]

_LARGEST_FILE = 1_000_000
_MOST_NODES = 50_000
_DEEPEST = 50
_LONGEST_NUMBER = 300
_SHOWN_OF_A_NAME = 80
_STANDARD = "tag:yaml.org,2002:"
_STANDARD_TAGS = {"null", "bool", "int", "float", "str", "timestamp", "map", "seq", "merge"}
_INTEGER = re.compile(r"[-+]?[0-9][0-9_]*")
_FLOAT = re.compile(r"[-+]?([0-9][0-9_]*\.?[0-9_]*|\.[0-9]+)([eE][-+]?[0-9]+)?")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_WORDS = {"": None, "~": None, "null": None, "true": True, "false": False}
# What holds one of these is replaced whole: a number with its source, a text with its translation.
_WHOLE_VALUES = {"value", "series", "distribution", "en", "ja"}


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
        return Place(shown(self.files[0])) if self.files else None


def dotted(path: KeyPath) -> str:
    """Write a path of keys as people do: ``crediting.discount``."""
    return ".".join(path)


def shown(path: FilePath) -> str:
    """Return a path as people know it: from here, or from the project that we are inside of."""
    here = FilePath.cwd()
    projects = (folder for folder in here.parents if (folder / "scenarios").is_dir())
    whole = here / path
    for folder in (here, *projects):
        if whole.is_relative_to(folder):
            return whole.relative_to(folder).as_posix()
    return str(path)


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
    reader = _Reader(path)
    data = reader.load()
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


def is_file(path: FilePath) -> bool:
    """Tell whether there is a file, also of a name that no file can have."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


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
    merged = dict(base)
    for key, value in top.items():
        here = (*path, str(key))
        old = base.get(key)
        if isinstance(old, dict) and _is_section(old) and _is_section(value):
            merged[key] = _overlay(old, value, here, places)
        else:
            _forget(places, here)
            merged[key] = value
    return merged


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
    reader = _Reader(FilePath(f"--set {text}"))
    value = reader.load_text(written.strip()) if written.strip() else None
    if reader.problems:
        raise ValueError(reader.problems[0].message)
    return key.strip(), value


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
    for key, value in overrides.items():
        path = tuple(key.split("."))
        data, old = _replaced(data, path, value)
        _forget(places, path)
        for part in (*_numbers_around(data, path), path):
            places[part] = Place(f"{origin} {key}={value}")
        changes.append(Change(key, old, value))
    return replace(document, data=data, places=places, changes=tuple(changes))


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
    new, old = _replaced(inside if isinstance(inside, dict) else {}, path[1:], value)
    return {**data, head: new}, old


class _Reader:
    """Turns one file into plain data, noting the place of each key and what is wrong."""

    def __init__(self, path: FilePath) -> None:
        self.path = path
        self._shown = shown(path)
        self.places: dict[KeyPath, Place] = {}
        self.problems: list[Problem] = []
        self._nodes = 0
        self._open: set[int] = set()

    def load(self) -> dict[Any, Any]:
        """Read the file; an unreadable one is a problem and no data."""
        try:
            if self.path.stat().st_size > _LARGEST_FILE:
                return self._refuse(f"the file is larger than {_LARGEST_FILE:,} bytes")
            text = self.path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError:
            return self._refuse("the file is not text in UTF-8")
        except OSError as error:
            return self._refuse(f"the file cannot be read: {error.strerror}")
        except ValueError:
            return self._refuse("the file cannot be read: no file can have such a name")
        data = self.load_text(text)
        if self.problems or isinstance(data, dict):
            return data if isinstance(data, dict) else {}
        return self._refuse("found no keys; a scenario is a list of keys and values")

    def load_text(self, text: str) -> Any:
        """Read YAML text; None, and a problem, where it is no YAML."""
        try:
            if _too_deep(text):
                return self._note((), "the file is nested too deeply", None)
            node = yaml.compose(text, FAST_LOADER)
            return self._build(node, ()) if node is not None else {}
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = min(mark.line, text.count("\n")) + 1 if mark else None
            self._note((), f"this is no YAML: {error.problem or error.context}", line)
        except yaml.YAMLError as error:
            self._note((), f"this is no YAML: {error}".splitlines()[0], None)
        except _TooMuchError:
            message = "aliases (*name) repeat each other too often; write the values out"
            self._note((), message, None)
        return None

    def _refuse(self, message: str) -> dict[Any, Any]:
        self._note((), message, None)
        return {}

    def _note(self, path: KeyPath, message: str, line: int | None) -> None:
        self.problems.append(Problem(dotted(path), message, Place(self._shown, line)))

    def _build(self, node: yaml.Node, path: KeyPath) -> Any:
        self._nodes += 1
        if self._nodes > _MOST_NODES or id(node) in self._open:
            raise _TooMuchError
        line = node.start_mark.line + 1
        self.places.setdefault(path, Place(self._shown, line))
        if not self._is_plain(node, path):
            return None
        self._open.add(id(node))
        try:
            if isinstance(node, yaml.MappingNode):
                return self._mapping(node, path)
            if isinstance(node, yaml.SequenceNode):
                return [self._build(item, (*path, str(i))) for i, item in enumerate(node.value)]
            return _scalar(node) if isinstance(node, yaml.ScalarNode) else None
        finally:
            self._open.discard(id(node))

    def _mapping(self, node: yaml.MappingNode, path: KeyPath) -> dict[Any, Any]:
        data: dict[Any, Any] = {}
        seen: set[KeyPath] = set()
        for key_node, value_node in node.value:
            key = self._key(key_node, path)
            line = key_node.start_mark.line + 1
            if not isinstance(key, (str, int)) or isinstance(key, bool):
                self._note(path, "a key must be a word or a year", line)
                continue
            here = (*path, str(key))
            if here in seen:
                first = self.places[here].line
                self._note(here, f"given twice, in lines {first} and {line}; keep one", line)
                continue
            seen.add(here)
            self.places[here] = Place(self._shown, line)
            data[key] = self._build(value_node, here)
        return data

    def _key(self, node: yaml.Node, path: KeyPath) -> Any:
        plain = isinstance(node, yaml.ScalarNode) and self._is_plain(node, path)
        return _scalar(node) if plain and isinstance(node, yaml.ScalarNode) else None

    def _is_plain(self, node: yaml.Node, path: KeyPath) -> bool:
        """Tell whether a node asks for no Python object; one that does is a problem."""
        if node.tag.removeprefix(_STANDARD) in _STANDARD_TAGS:
            return True
        line = node.start_mark.line + 1
        self._note(path, f"the tag {node.tag!r} is refused; write plain values only", line)
        return False


class _TooMuchError(Exception):
    """Aliases unfold to more nodes than any scenario needs, or to themselves."""


def _too_deep(text: str) -> bool:
    """Tell by its events whether YAML is nested too deeply: the composer would crash on it."""
    depth = 0
    for event in yaml.parse(text, FAST_LOADER):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            return True
    return False


def _scalar(node: yaml.ScalarNode) -> Any:
    """Read a plain word as null, truth, number or date, as YAML 1.2 does; else as text."""
    text: str = node.value
    if node.style:
        return text
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    if len(text) > _LONGEST_NUMBER:
        return text
    if _INTEGER.fullmatch(text):
        return int(text.replace("_", ""))
    if _FLOAT.fullmatch(text):
        return float(text.replace("_", ""))
    if _DATE.fullmatch(text):
        with contextlib.suppress(ValueError):
            return datetime.date.fromisoformat(text)
    return text
