"""The scenarios that a page offers: those in the folder of its own."""

from __future__ import annotations

import functools
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jcm_models.documents import read
from jcm_models.problems import ScenarioError
from jcm_models.simulation import load_scenario
from jcm_models.uncertain_inputs import uncertain_inputs

__all__ = ["is_uncertain", "scenarios_beside"]


def scenarios_beside(file: Path, language: str = "en") -> Mapping[str, tuple[str, Path]]:
    """Return the scenarios in the folder of `file`: title and file by name, by title.

    They are read for their titles only; whether one is sound is seen when it is picked.
    """
    found: dict[str, tuple[str, Path]] = {}
    folder = file.parent.resolve()
    # Every change of a page asks for them: a scan is far quicker than a path for each file.
    for entry in os.scandir(folder) if folder.is_dir() else ():
        if not entry.name.endswith(".yaml"):
            continue
        title = _title_in(entry.path, entry.stat().st_mtime_ns)
        if isinstance(title, dict):
            title = title.get(language, title.get("en"))
        if isinstance(title, str):
            other = Path(entry.path)
            found[other.stem] = (title, other)
    return dict(sorted(found.items(), key=lambda item: item[1][0]))


@functools.cache
def _title_in(file: str, _when: int) -> Any:
    """Return the title that a file gives its project, if it has one; read anew when changed."""
    data = read(Path(file)).data
    return data.get("title") if "project" in data else None


def is_uncertain(file: Path) -> bool:
    """Tell whether a scenario says that something is uncertain; one that is wrong says nothing."""
    return _says_uncertain(file.resolve(), file.stat().st_mtime_ns)


@functools.cache
def _says_uncertain(file: Path, _when: int) -> bool:
    data = read(file).data
    if "ensemble" in data:
        return True
    text = str(data)
    if "'distribution'" not in text and "'uncertainty'" not in text:
        return False  # so that few have to be understood whole
    try:
        return bool(uncertain_inputs(load_scenario(file)))
    except ScenarioError:
        return False
