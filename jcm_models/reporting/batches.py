"""Many runs: on this machine or on a cluster; one that fails does not stop the others."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from jcm_models.kernels import can_fork, shared_server
from jcm_models.kernels.priming import import_all
from jcm_models.kernels.server import ADDRESS, known_folder
from jcm_models.parts.locally import Lost, in_processes
from jcm_models.reporting.clusters import run_on_cluster
from jcm_models.reporting.executing import failed, is_complete, keep_failure, report
from jcm_models.reporting.locking import remove_unfinished
from jcm_models.reporting.tasks import Outcome, Settings, Task
from jcm_models.runs import code_hash

__all__ = ["expect_many", "run_all"]

# A run whose worker died is tried once more: it may have died of what ran beside it.
_AGAIN = 1
_OF_ALL_WORKERS = (
    "papermill",
    "xarray",
    "dask.array",  # xarray imports it where it is installed
    "h5netcdf",
    "nbconvert",
    "jcm_models.exporting",
    "jcm_models.pages",
)


def expect_many() -> None:
    """Start the process that kernels are forked from, so that it is ready when the tasks are."""
    if can_fork():
        shared_server()


def run_all(
    tasks: Sequence[Task], settings: Settings, *, jobs: int = 1, scheduler: str | None = None
) -> Iterator[Outcome]:
    """Run the tasks and yield what became of each, as soon as it is known.

    Parameters
    ----------
    tasks : sequence of Task
        What to run.
    settings : Settings
        How.
    jobs : int
        How many run at a time, each in a process of its own with a kernel of its own.
    scheduler : str, optional
        Address of a dask cluster that runs them instead, such as ``tcp://192.0.2.1:8786``.

    Yields
    ------
    Outcome
        Its report, or why there is none.

    Raises
    ------
    PartsError
        If the cluster is not there, or has other code.
    """
    remove_unfinished(settings.reports)
    waiting = []
    for task in tasks:
        if is_complete(task, settings):
            yield report(task, settings)
        else:
            waiting.append(task)
    if not waiting:
        return
    try:
        if scheduler is not None:
            yield from run_on_cluster(waiting, settings, scheduler)
        elif len(waiting) == 1:
            # Starting a process to fork from would take longer than starting one kernel.
            yield report(waiting[0], replace(settings, forked=known_folder() is not None))
        elif jobs == 1:
            for task in waiting:
                yield report(task, settings)
        else:
            yield from _run_in_processes(waiting, settings, jobs)
    finally:  # of workers that died, or were stopped
        remove_unfinished(settings.reports)


def _run_in_processes(tasks: Sequence[Task], settings: Settings, jobs: int) -> Iterator[Outcome]:
    if can_fork():
        os.environ[ADDRESS] = shared_server().address
        _import_once()
    work = partial(_report, tasks, settings)
    numbers = range(len(tasks))
    for number, outcome in in_processes(work, numbers, jobs, again=_AGAIN, forked=can_fork()):
        yield _lost(tasks[number], settings) if isinstance(outcome, Lost) else outcome


def _import_once() -> None:
    """Import and read what all workers need, which they then have by being forked."""
    import_all(_OF_ALL_WORKERS)
    code_hash()


def _report(tasks: Sequence[Task], settings: Settings, number: int) -> Outcome:
    return report(tasks[number], settings)


def _lost(task: Task, settings: Settings) -> Outcome:
    reason = "the process that ran it died twice; most often memory has run out: use fewer --jobs"
    keep_failure(task, settings.reports, reason)
    return failed(task, settings, reason)
