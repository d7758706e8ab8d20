"""Read a YAML file strictly, noting where each value was written and what is wrong.

No Python objects, no key given twice, no aliases that explode, no nesting that crashes; ``yes``
stays a word and ``1e-3`` is a number.
"""

from __future__ import annotations

import contextlib
import datetime
import os
import re
from pathlib import Path as FilePath
from typing import Any, TypeAlias

import yaml

from jcm_models.problems import Place, Problem, nearest
from jcm_models.tables import fast_loader

__all__ = ["KeyPath", "YamlReader", "dotted", "here_and_above", "is_file", "shown"]

KeyPath: TypeAlias = tuple[str, ...]

_LARGEST_FILE = 1_000_000
_MOST_NODES = 50_000
_DEEPEST = 50
_LONGEST_NUMBER = 300
_STANDARD = "tag:yaml.org,2002:"
_STANDARD_TAGS = {"null", "bool", "int", "float", "str", "timestamp", "map", "seq", "merge"}
_INTEGER = re.compile(r"[-+]?[0-9][0-9_]*")
_FLOAT = re.compile(r"[-+]?([0-9][0-9_]*\.?[0-9_]*|\.[0-9]+)([eE][-+]?[0-9]+)?")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_BY_SHARE = ("quantiles",)  # whose keys are shares, such as 0.05; kept as they are written
_WORDS = {"": None, "~": None, "null": None, "true": True, "false": False}


def dotted(path: KeyPath) -> str:
    """Write a path of keys as people do: ``crediting.discount``."""
    return ".".join(path)


# Where the copy of a file stands that is in no project: known as what it is a copy of.
FROM_ROOT = "from_root/"


def here_and_above() -> tuple[FilePath, ...]:
    """Return the folder we are in and every folder it lies in, nearest first."""
    here = FilePath.cwd()
    return (here, *here.parents)


def shown(path: FilePath) -> str:
    """Return a path as people know it: from here, or from the project that we are inside of."""
    here, *above = here_and_above()
    projects = (folder for folder in above if (folder / "scenarios").is_dir())
    whole = FilePath(os.path.normpath(here / path))
    for folder in (here, *projects):
        if whole.is_relative_to(folder):
            name = whole.relative_to(folder).as_posix()
            return name.replace(FROM_ROOT, "/", 1) if name.startswith(FROM_ROOT) else name
    return str(whole)


def is_file(path: FilePath) -> bool:
    """Tell whether there is a file, also of a name that no file can have."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


class YamlReader:
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
            return self._refuse(f"the file cannot be read: {error.strerror}{self._hint()}")
        except ValueError:
            return self._refuse("the file cannot be read: no file can have such a name")
        return self.load_given(text)

    def load_given(self, text: str) -> dict[Any, Any]:
        """Read the text of a whole file; one without keys is a problem and no data."""
        data = self.load_text(text)
        if self.problems or isinstance(data, dict):
            return data if isinstance(data, dict) else {}
        return self._refuse("found no keys; a scenario is a list of keys and values")

    def _hint(self) -> str:
        """Say what was perhaps meant by the name of a file that cannot be read."""
        with contextlib.suppress(OSError):
            if self.path.is_dir():
                return f"; name its files, such as {self.path / '*.yaml'}"
        if "*" in self.path.name:
            return "; no file matches"
        folders = (self.path.parent, *(folder / "scenarios" for folder in here_and_above()))
        names = [file.stem for folder in folders for file in folder.glob("*.yaml")]
        return nearest(self.path.stem, names)

    def load_text(self, text: str) -> Any:
        """Read YAML text; None, and a problem, where it is no YAML."""
        try:
            if _too_deep(text):
                return self._note((), "the file is nested too deeply", None)
            node = yaml.compose(text, fast_loader())
            return self._build(node, ()) if node is not None else {}
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = min(mark.line, text.count("\n")) + 1 if mark else None
            self._note((), f"this is no YAML: {_why(error, text, line)}", line)
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
            if path[-1:] == _BY_SHARE and isinstance(key, float):
                key = key_node.value
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


def _why(error: yaml.MarkedYAMLError, text: str, line: int | None) -> str:
    """Say what is wrong in words of the file, for the slips that are made most."""
    reason = error.problem or error.context or ""
    lines = text.splitlines()
    written = lines[line - 1] if line and line <= len(lines) else ""
    if "\t" in written and "token" in reason:
        return "a tab stands here; indent with spaces"
    if reason.startswith("mapping values are not allowed"):
        return "a colon stands inside a text; put the text in quotes"
    return reason


def _too_deep(text: str) -> bool:
    """Tell by its events whether YAML is nested too deeply: the composer would crash on it."""
    depth = 0
    for event in yaml.parse(text, fast_loader()):
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
