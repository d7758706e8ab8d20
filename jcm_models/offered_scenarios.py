"""The scenarios that a page offers: those in the folder of its own."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jcm_models.documents import read

__all__ = ["scenarios_beside"]


def scenarios_beside(file: Path, language: str = "en") -> Mapping[str, tuple[str, Path]]:
    """Return the scenarios in the folder of `file`: title and file by name, by title.

    They are read for their titles only; whether one is sound is seen when it is picked.
    """
    found: dict[str, tuple[str, Path]] = {}
    for other in file.parent.glob("*.yaml"):
        title = _title_in(other.resolve(), other.stat().st_mtime_ns)
        if isinstance(title, dict):
            title = title.get(language, title.get("en"))
        if isinstance(title, str):
            found[other.stem] = (title, other)
    return dict(sorted(found.items(), key=lambda item: item[1][0]))


@functools.cache
def _title_in(file: Path, _when: int) -> Any:
    """Return the title that a file gives its project, if it has one; read anew when changed."""
    data = read(file).data
    return data.get("title") if "project" in data else None
