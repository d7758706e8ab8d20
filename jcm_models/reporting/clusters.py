"""Runs on a dask cluster: the files of a task go there, the files of its run come back."""

from __future__ import annotations

import contextlib
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from jcm_models.kernels import can_fork, shared_server
from jcm_models.parts import PartsError
from jcm_models.parts.cluster import by_workers
from jcm_models.parts.failures import Failure, attempt
from jcm_models.parts.locally import Lost
from jcm_models.parts.optional import optional
from jcm_models.reporting.executing import (
    failed,
    forget_failures,
    is_complete,
    keep_failure,
    report,
)
from jcm_models.reporting.locking import alone_with
from jcm_models.reporting.sources import copy_sources, read_task
from jcm_models.reporting.tasks import REPORT, Outcome, Settings, Task
from jcm_models.runs import LOG, code_hash, new_folder

__all__ = ["run_on_cluster"]

Files = Mapping[str, bytes]

# A worker has one current folder, and one standard output: it makes one run at a time.
_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True, eq=False)
class _Parcel:
    """A task on its way to a worker."""

    number: int
    files: Files


@dataclass(frozen=True)
class _Returned:
    """What a worker sends back: the files of the run, or what it left and why it failed."""

    files: Files
    error: str
    seconds: float


def run_on_cluster(tasks: Sequence[Task], settings: Settings, scheduler: str) -> Iterator[Outcome]:
    """Run tasks on a dask cluster, whose workers need no folder in common with this machine.

    Parameters
    ----------
    tasks : sequence of Task
        What to run.
    settings : Settings
        How; the runs are written here, as they would be by this machine.
    scheduler : str
        Address of the cluster.

    Yields
    ------
    Outcome
        What became of each, as soon as it is known.

    Raises
    ------
    PartsError
        If the cluster is not there, or has other code.
    """
    parcels = [_Parcel(number, _packed(task)) for number, task in enumerate(tasks)]
    work = partial(_run_there, code_hash(), settings.timeout)
    for parcel, returned in by_workers(work, parcels, scheduler):
        task = tasks[parcel.number]
        if isinstance(returned, Lost):
            reason = "worker after worker of the cluster died over it; most often memory ran out"
            returned = _Returned({}, reason, 0.0)
        yield _landed(task, settings, returned)


def _packed(task: Task) -> Files:
    with tempfile.TemporaryDirectory() as folder:
        copy_sources(task, Path(folder))
        return _read(Path(folder))


def _read(folder: Path) -> Files:
    files = (file for file in folder.rglob("*") if file.is_file())
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}


def _write(files: Files, folder: Path) -> None:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def _run_there(code: str, timeout: float, parcel: _Parcel) -> _Returned | Failure:
    return attempt(lambda: _made(code, timeout, parcel.files))


def _made(code: str, timeout: float, files: Files) -> _Returned:
    if code_hash() != code:
        raise PartsError(
            f"A worker of the cluster has other code: {code_hash()}, here it is {code}. "
            "Install the same version of jcm-models on all machines."
        )
    with (
        _ONE_AT_A_TIME,
        _without_dask(),
        # So that nothing stays when the worker is killed.
        tempfile.TemporaryDirectory(dir=shared_server().folder if can_fork() else None) as folder,
    ):
        sources, reports = Path(folder, "sources"), Path(folder, "reports")
        _write(files, sources)
        started = time.perf_counter()
        with contextlib.chdir(sources):
            outcome = report(read_task(Path()), Settings(reports, timeout))
        left = (
            outcome.report.parent if outcome.report else outcome.log.parent if outcome.log else None
        )
        seconds = time.perf_counter() - started
        return _Returned(_read(left) if left else {}, outcome.error, seconds)


@contextlib.contextmanager
def _without_dask() -> Iterator[None]:
    """Keep xarray from asking the scheduler for a lock of each file that it writes."""
    with optional("dask", "A worker").config.set(scheduler="synchronous"):
        yield


def _landed(task: Task, settings: Settings, returned: _Returned) -> Outcome:
    """Write what has come back, as if the run had been made here."""
    final = settings.reports / task.run.folder
    try:
        if returned.error:
            with tempfile.TemporaryDirectory() as left:
                _write(returned.files, Path(left))
                keep_failure(task, settings.reports, returned.error, Path(left))
            return failed(task, settings, returned.error, returned.seconds)
        with alone_with(settings.reports, task.run.run_id):
            if not is_complete(task, settings):
                with new_folder(final) as folder:
                    _write(returned.files, folder)
        forget_failures(task, final.parent)
    except OSError as error:
        return failed(task, settings, str(error), returned.seconds)
    return Outcome(task, final / REPORT, returned.seconds, False, "", final / LOG)
