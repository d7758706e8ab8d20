"""What visitors of an app bring along: changes in a link, the text of a scenario.

Nobody knows who they are, so nothing that they bring reaches a file outside the folder of
scenarios.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path, PureWindowsPath
from typing import Any

from jcm_models.documents import parse_sets, read_text
from jcm_models.links import LARGEST_FILE
from jcm_models.problems import Problem, ScenarioError
from jcm_models.scenario import Scenario
from jcm_models.simulation import checked_document
from jcm_models.strict_yaml import YamlReader

__all__ = ["changes_of", "load_brought"]

ORIGIN = "link"
_NAME_FILES = {"extends", "table"}
_LONGEST_CHANGE = 500
_MOST_CHANGES = 100
_LONGEST_NAME = 80


def changes_of(texts: Iterable[str]) -> dict[str, Any]:
    """Read the changes of a link.

    Parameters
    ----------
    texts : iterable of str
        Each as ``key=value``.

    Raises
    ------
    ScenarioError
        If one is no change, or reaches for a file.
    """
    texts = list(texts)
    problems = []
    if len(texts) > _MOST_CHANGES:
        problems.append(Problem("", f"there are more than {_MOST_CHANGES} changes"))
    if any(len(text) > _LONGEST_CHANGE for text in texts):
        problems.append(Problem("", f"a change is longer than {_LONGEST_CHANGE} characters"))
    if problems:
        raise ScenarioError(problems)
    changes = parse_sets(texts, ORIGIN)
    _refuse([*_files_in(changes)])
    return changes


def load_brought(text: str, folder: Path, name: str) -> Scenario:
    """Load the text of a scenario.

    Parameters
    ----------
    text : str
        What a visitor brought.
    folder : pathlib.Path
        The folder of scenarios; what the text extends stands there, or nowhere.
    name : str
        What the visitor calls it.

    Raises
    ------
    ScenarioError
        With every problem there is.
    """
    if len(text.encode(errors="replace")) > LARGEST_FILE:
        raise ScenarioError([Problem("", f"the file is larger than {LARGEST_FILE:,} bytes")])
    plain = re.sub(r"[^\w.-]", "_", PureWindowsPath(name).stem)[:_LONGEST_NAME].lstrip(".")
    file = folder / f"{plain or 'scenario'}.yaml"
    first = YamlReader(file)
    data = first.load_given(text)
    _refuse([*first.problems, *_files_in(data)])  # before any of them is looked for
    return checked_document(read_text(text, file))


def _refuse(problems: list[Problem]) -> None:
    if problems:
        raise ScenarioError(problems)


def _files_in(data: Any, path: str = "") -> Iterator[Problem]:
    """Yield what names a file anywhere but beside the scenarios."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield from _files_in(value, f"{path}.{key}" if path else str(key))
    elif isinstance(data, list):
        for value in data:
            yield from _files_in(value, path)
    elif path.rpartition(".")[2] in _NAME_FILES and not _stands_beside(str(data)):
        text = f"found {str(data)[:80]!r}; only files beside the scenarios can be named here"
        yield Problem(path, text)


def _stands_beside(name: str) -> bool:
    pure = PureWindowsPath(name)  # which knows both slashes, and drives
    return not pure.anchor and ".." not in pure.parts and "\0" not in name
