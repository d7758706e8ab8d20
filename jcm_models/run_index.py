"""The page of all runs: sorted, filtered and compared in a browser, without a server."""

from __future__ import annotations

import contextlib
import json
import os
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from markupsafe import Markup

from jcm_models import __version__
from jcm_models.comparison import FIGURES
from jcm_models.pieces import render
from jcm_models.run_finding import MOST
from jcm_models.run_records import Kept, complete_runs, failed_runs, newest
from jcm_models.run_table import Listed, data_of, listed
from jcm_models.styles import style_sheet
from jcm_models.wording import Words

try:
    import fcntl
except ImportError:  # Windows has no such lock
    fcntl = None  # type: ignore[assignment]

__all__ = ["index_page", "write_index"]

_TEMPLATES = Path(__file__).with_name("templates")
_COLUMNS = {  # what a column is sorted by, and whether it holds numbers
    "project": ("title", False),
    "changes": ("told", False),
    "country": ("country", False),
    "years": ("years", True),
    "reductions": (FIGURES.index("reductions"), True),
    "issued": (FIGURES.index("issued"), True),
    "japan": (FIGURES.index("japan"), True),
    "host": (FIGURES.index("host_credits"), True),
    "notebook": ("notebook", False),
    "state": ("when", True),
}
_OF_THE_SCRIPT = "runs."  # words that the page itself needs


def index_page(runs: Sequence[Kept], language: str = "en") -> str:
    """Return the page that lists runs.

    Parameters
    ----------
    runs : sequence of Kept
        The runs to list; their folders are read.
    language : str
        Language of the page.

    Returns
    -------
    str
        HTML in one file, with links to the reports beside it; without a script it is a table.
    """
    words = Words(language)
    found = listed(runs, words)
    data = data_of(found, words) | {
        "words": words.starting(_OF_THE_SCRIPT),
        "figures": FIGURES,
        "most": MOST,
        "language": language,
    }
    return render(
        "index.html",
        words,
        found=found,
        columns=_COLUMNS,
        style=Markup("\n".join([style_sheet(), _text("index.css")])),
        script=Markup(_text("index.js")),
        data=Markup(_as_json(data)),
        countries=_counted(each.country(words) for each in found),
        notebooks=_counted(_notebook(each) for each in found),
        states=Counter("failed" if each.run.failed else "done" for each in found),
        notebook=_notebook,
        version=__version__,
    )


def _text(name: str) -> str:
    return (_TEMPLATES / name).read_text(encoding="utf-8")


def _as_json(data: Mapping[str, Any]) -> str:
    """Write data as JSON that no text in it can end or open an element of the page."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _counted(values: Iterator[str]) -> list[tuple[str, int]]:
    return sorted((value, count) for value, count in Counter(values).items() if value)


def _notebook(each: Listed) -> str:
    return Path(str(each.run.record.get("notebook", ""))).stem


def write_index(reports: Path, language: str = "en") -> Path:
    """Write the page that lists the newest run of everything that was asked for.

    Parameters
    ----------
    reports : pathlib.Path
        The folder of all reports.
    language : str
        Language of the page.

    Returns
    -------
    pathlib.Path
        ``index.html`` in that folder. Whoever writes it last has read all runs that were complete
        before it began: batches take turns in reading and writing.
    """
    reports.mkdir(parents=True, exist_ok=True)
    target = reports / "index.html"
    temporary = reports / f".index-{os.getpid()}-{threading.get_ident()}.html"
    with _taking_turns(reports):
        runs = newest([*complete_runs(reports), *failed_runs(reports)])
        try:
            temporary.write_text(index_page(runs, language), encoding="utf-8")
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)
    return target


@contextlib.contextmanager
def _taking_turns(folder: Path) -> Iterator[None]:
    """Wait until nobody else writes; the lock ends with the process that holds it."""
    if fcntl is None:
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # some network file systems know no locks
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
