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

__all__ = ["scenarios_beside"]


_Known = tuple[tuple[str, int], ...]
"""Files and when each was changed."""


def scenarios_beside(
    file: Path, language: str = "en", *, uncertain: bool = False
) -> Mapping[str, tuple[str, Path]]:
    """Return the scenarios in the folder of `file`: title and file by name, by title.

    They are read for their titles only, again when one has changed; whether one is sound is seen
    when it is picked.

    Parameters
    ----------
    file : Path
        A file of the folder, which need not be there.
    language : str
        Language of the titles.
    uncertain : bool
        Whether only those are wanted that say that something is uncertain.

    Returns
    -------
    mapping of str to (str, Path)
        Title and file by name; nothing where there is no folder.
    """
    folder = file.parent.resolve()
    # Every change of a page asks for them: a scan is far quicker than a path for each file.
    known = (
        (entry.path, entry.stat().st_mtime_ns)
        for entry in (os.scandir(folder) if folder.is_dir() else ())
        if entry.name.endswith(".yaml")
    )
    return _offered(tuple(known), language, uncertain)


@functools.lru_cache(maxsize=16)
def _offered(known: _Known, language: str, uncertain: bool) -> Mapping[str, tuple[str, Path]]:
    found: dict[str, tuple[str, Path]] = {}
    for path, when in known:
        title = _title_in(path, when)
        if isinstance(title, dict):
            title = title.get(language, title.get("en"))
        if isinstance(title, str) and (not uncertain or _says_uncertain(path, when)):
            found[Path(path).stem] = (title, Path(path))
    return dict(sorted(found.items(), key=lambda item: item[1][0]))


@functools.cache
def _title_in(file: str, _when: int) -> Any:
    """Return the title that a file gives its project, if it has one; read anew when changed."""
    data = read(Path(file)).data
    return data.get("title") if "project" in data else None


@functools.cache
def _says_uncertain(file: str, _when: int) -> bool:
    """Tell whether a scenario says that something is uncertain; one that is wrong says nothing."""
    data = read(Path(file)).data
    if "ensemble" in data:
        return True
    text = str(data)
    if "'distribution'" not in text and "'uncertainty'" not in text:
        return False  # so that few have to be understood whole
    try:
        return bool(uncertain_inputs(load_scenario(file)))
    except ScenarioError:
        return False
