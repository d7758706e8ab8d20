"""The page that lists all runs of a folder of reports."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jcm_models.runs import complete_runs

__all__ = ["write_index"]


def write_index(reports: Path, language: str = "en") -> Path:
    """Write the page that lists the newest run of every scenario.

    Parameters
    ----------
    reports : pathlib.Path
        The folder of all reports.
    language : str
        Language of the page.

    Returns
    -------
    pathlib.Path
        ``index.html`` in that folder.
    """
    from jcm_models.pages import index_page

    newest: dict[str, Mapping[str, Any]] = {}
    for record in complete_runs(reports):
        changes = record["totals"].get("changes", "")
        newest.setdefault(f"{record['scenario']} {changes}", record)
    page = index_page(list(newest.values()), language)
    reports.mkdir(parents=True, exist_ok=True)
    temporary = reports / f".index-{os.getpid()}.html"
    temporary.write_text(page, encoding="utf-8")
    temporary.replace(reports / "index.html")
    return reports / "index.html"
