"""Run a job in parts: here or on a cluster, at once or in several goes."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from jcm_models import __version__
from jcm_models.parts.cluster import on_cluster
from jcm_models.parts.failures import PartsError
from jcm_models.parts.folder import Job, alone_in, open_folder
from jcm_models.parts.locally import on_this_machine, usable_cores
from jcm_models.parts.plan import Plan
from jcm_models.parts.progress import Progress
from jcm_models.parts.storing import Store, remove_unfinished
from jcm_models.parts.working import Work

__all__ = ["run_in_parts"]


def run_in_parts(
    work: Work,
    plan: Plan,
    folder: Path,
    *,
    inputs: str,
    sample_axis: Mapping[str, int],
    workers: int | None = None,
    scheduler: str | None = None,
    progress: Progress | None = None,
) -> int:
    """Compute what a folder lacks of a job, part by part.

    Parameters
    ----------
    work : callable
        ``work(start, stop)`` returns the arrays of these samples by name. It can be pickled, and
        gives the same bytes wherever it runs and however the samples are divided.
    plan : Plan
        The samples and how they are divided. A folder that was begun with another chunk size is
        gone on with.
    folder : pathlib.Path
        Where the parts are kept: a folder of this job, an empty one, or none yet.
    inputs : str
        Hash of all that the results depend on beside the code, so that a folder is not taken for
        that of another job.
    sample_axis : mapping of str to int
        Every variable that `work` returns, and which of its axes is that of the samples.
    workers : int, optional
        Processes at most; as many as there are cores for this process, if not given. With one,
        this process works itself.
    scheduler : str, optional
        Address of an existing dask cluster, such as ``tcp://192.0.2.1:8786``, to work instead.
        Its workers send their parts back, and this process writes them.
    progress : callable, optional
        Called with the samples done, the samples in all and the seconds since the run began.

    Returns
    -------
    int
        How many samples were computed; the others were there.

    Raises
    ------
    ValueError
        Where fewer than one worker is asked for.
    PartsError
        Where the folder belongs to another job, workers die again and again, there is no room,
        or the cluster is not there. What is done is kept.
    KeyboardInterrupt
        With how to go on as its message.
    Exception
        Whatever `work` raises.
    """
    if workers is not None and workers < 1:
        raise ValueError(f"workers: {workers} is below 1, the least")
    # Not at the top, where each worker would import all that runs are made of.
    from jcm_models.runs import code_hash

    job = Job(inputs, code_hash(), plan.samples, plan.chunk, dict(sample_axis), __version__)
    store = open_folder(folder, job)
    with alone_in(folder), _tidy(folder):
        parts = plan.missing(store.done())
        missing = sum(map(len, parts))
        if scheduler is None:
            count = usable_cores() if workers is None else workers
            computing = on_this_machine(work, store, parts, count)
        else:
            computing = on_cluster(work, store, parts, scheduler, job.code)
        done = plan.samples - missing
        started = time.monotonic()
        with _resumable(store, plan), contextlib.closing(computing) as computed:
            _tell(progress, done, plan.samples, 0.0)
            for part in computed:
                done += len(part)
                _tell(progress, done, plan.samples, time.monotonic() - started)
    return missing


def _tell(progress: Progress | None, done: int, total: int, seconds: float) -> None:
    if progress is not None:
        progress(done, total, seconds)


@contextlib.contextmanager
def _tidy(folder: Path) -> Iterator[None]:
    remove_unfinished(folder)
    try:
        yield
    finally:
        remove_unfinished(folder)


@contextlib.contextmanager
def _resumable(store: Store, plan: Plan) -> Iterator[None]:
    try:
        yield
    except PartsError as error:
        raise PartsError(f"{error} {_kept(store, plan)}") from error
    except KeyboardInterrupt:
        raise KeyboardInterrupt(f"Stopped. {_kept(store, plan)}") from None


def _kept(store: Store, plan: Plan) -> str:
    done = sum(map(len, store.there()))
    return (
        f"{done:,} of {plan.samples:,} samples are done and kept in {store.folder}; "
        "the same call goes on from there."
    )
