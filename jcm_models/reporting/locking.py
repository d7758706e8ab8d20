"""Two batches over one folder of reports: each run is made by one, and what was left is cleared."""

from __future__ import annotations

import contextlib
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows has no such locks
    fcntl = None  # type: ignore[assignment]

__all__ = ["alone_with", "remove_unfinished"]

_LOCKS = ".locks"
_LONG_AGO = 24 * 3600.0  # [s]


@contextlib.contextmanager
def alone_with(reports: Path, run_id: str) -> Iterator[None]:
    """Keep others from making the same run meanwhile; who comes second waits.

    Parameters
    ----------
    reports : pathlib.Path
        The folder of all reports.
    run_id : str
        Name of the run.
    """
    reports.mkdir(parents=True, exist_ok=True)
    if fcntl is None:
        yield
        return
    # A byte of one file stands for a run: the lock ends with whoever holds it, however it ends.
    with (reports / _LOCKS).open("a") as file:
        with contextlib.suppress(OSError):  # some network file systems know no locks
            fcntl.lockf(file, fcntl.LOCK_EX, 1, int(run_id, 16))
        yield


def remove_unfinished(reports: Path) -> None:
    """Remove what killed runs have left, but not what others are writing now.

    Parameters
    ----------
    reports : pathlib.Path
        The folder of all reports.
    """
    for left in reports.glob("[!.]*/.*-*"):
        if left.is_dir() and not _is_written_now(reports, left):
            shutil.rmtree(left, ignore_errors=True)


def _is_written_now(reports: Path, folder: Path) -> bool:
    run_id = folder.name[1:].partition("-")[0].partition(".")[0]
    try:
        place = int(run_id, 16)
    except ValueError:
        return True  # it is not ours
    if fcntl is None:
        return time.time() - folder.stat().st_mtime < _LONG_AGO
    with (reports / _LOCKS).open("a") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, place)
        except OSError:
            return True
    return False
