"""``jcm compare``: its arguments, what it does, and what it says."""

from __future__ import annotations

import argparse
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from jcm_models.wording import LANGUAGES

if TYPE_CHECKING:
    from jcm_models.comparison import Facts

__all__ = ["add_compare"]

_OF_A_NAME = 6  # so many characters of a run's name go into that of the page


def add_compare(commands: Any) -> None:
    """Add ``jcm compare``."""
    compare = commands.add_parser(
        "compare", help="say which inputs of runs differ, and by how much the results"
    )
    compare.add_argument(
        "runs",
        nargs="+",
        metavar="run",
        help="a folder of a run, the name of a run or its beginning, a scenario (its newest run), "
        "or a scenario file",
    )
    compare.add_argument("--reports", type=Path, default=Path("reports"), help="folder of reports")
    compare.add_argument("--output", type=Path, metavar="FILE.html", help="page to write")
    compare.add_argument("--lang", choices=LANGUAGES, default="en", help="language")
    compare.set_defaults(say=_compare)


def _compare(given: argparse.Namespace) -> str:
    from jcm_models.comparison import compare_facts
    from jcm_models.comparison_page import comparison_page, comparison_text
    from jcm_models.run_finding import find_facts
    from jcm_models.wording import Words

    facts = find_facts(given.runs, given.reports)
    names = [run.name[:_OF_A_NAME] if run.folder else run.scenario for run in facts]
    output = given.output or given.reports / f"compare-{'-'.join(names)}.html"
    words = Words(given.lang)
    comparison = compare_facts([_with_page(run, output) for run in facts])
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(comparison_page(comparison, words), encoding="utf-8")
    return f"{comparison_text(comparison, words)}\n\n{output}: written"


def _with_page(run: Facts, output: Path) -> Facts:
    """Link the report of a run from where the page will stand."""
    if run.folder is None:
        return run
    page = os.path.relpath(run.folder / "report.html", output.parent)
    return replace(run, page=quote(Path(page).as_posix()))
