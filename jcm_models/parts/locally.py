"""Workers on this machine: processes, which end with the process that started them."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import pickle
import signal
import threading
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from typing import Any

from jcm_models.parts.failures import Failure, PartsError, attempt
from jcm_models.parts.plan import Part
from jcm_models.parts.storing import Store
from jcm_models.parts.working import Result, Task, Work, work_through

__all__ = ["Lost", "deaf_to_interrupts", "in_processes", "on_this_machine", "usable_cores"]

_AGAIN = 3


def usable_cores() -> int:
    """Return how many processor cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def on_this_machine(work: Work, store: Store, parts: list[Part], workers: int) -> Generator[Part]:
    """Compute parts on this machine.

    Parameters
    ----------
    work : callable
        ``work(start, stop)`` gives every variable for these samples.
    store : Store
        Where each worker writes what it has computed.
    parts : list of Part
        What is to be computed.
    workers : int
        Processes at most; one worker is this process itself.

    Yields
    ------
    Part
        What is done and written.

    Raises
    ------
    PartsError
        Where a part could not be written, or a worker died over it four times.
    """
    if workers == 1 or len(parts) == 1:
        for part in parts:
            store.write(part, work(part.start, part.stop))
            yield part
        return
    task = partial(_compute, pickle.dumps(work), store)
    for part, result in in_processes(task, parts, workers):
        if isinstance(result, Lost):
            raise _died_over(part)
        yield part


@dataclass(frozen=True)
class Lost:
    """What comes of a task over which workers died again and again."""


def in_processes(
    work: Callable[[Task], Result | Failure],
    tasks: Sequence[Task],
    workers: int,
    *,
    again: int = _AGAIN,
    forked: bool = False,
) -> Generator[tuple[Task, Result | Lost]]:
    """Have tasks done by processes of this machine; what a dead worker leaves is done again.

    Parameters
    ----------
    work : callable
        What is done with a task. It reaches each worker once, and forked ones without a copy.
    tasks : sequence
        What is to be done; each can be told from the others by ``==``.
    workers : int
        Processes at most.
    again : int
        How often a task is tried anew after its worker died.
    forked : bool
        Whether workers have what this process has imported; they are fresh ones otherwise. No
        other thread may run in this process then.

    Yields
    ------
    tuple
        A task and what came of it, in the order in which they are done.
    """
    waiting, losses = deque(tasks), Counter[Task]()
    while waiting:
        running: dict[Future[Result | Failure], Task] = {}
        try:
            with _processes(work, min(workers, len(waiting)), forked=forked) as pool:
                yield from work_through(pool, _worked, waiting, running, lambda: workers)
        except BrokenExecutor:
            lost = sorted(running.values(), key=tasks.index)
            waiting.extendleft(reversed(lost))
            losses.update(lost or [waiting[0]])  # or workers died before any was given a task
            for task in [task for task in waiting if losses[task] > again]:
                waiting.remove(task)
                yield task, Lost()


def _compute(pickled: bytes, store: Store, part: Part) -> Failure | None:
    # Unpickled here, where an error is reported; in the pool's own hands it would end the worker.
    return attempt(lambda: store.write(part, pickle.loads(pickled)(part.start, part.stop)))


def _died_over(part: Part) -> PartsError:
    return PartsError(
        f"A worker died {_AGAIN + 1} times without a result for {part}. "
        "Most often memory has run out: use fewer workers or a smaller chunk. "
        'In a script of your own, what starts workers must stand below `if __name__ == "__main__":`'
        "."
    )


@contextlib.contextmanager
def _processes(work: Callable[..., Any], workers: int, *, forked: bool) -> Iterator[Executor]:
    # A fork copies locks that other threads hold: it is for those who know that there are none.
    context = multiprocessing.get_context("fork" if forked else "spawn")
    # The workers' end tells them when ours is closed, be it here or because we were killed.
    theirs, ours = context.Pipe(duplex=False)
    ends = (theirs, ours) if forked else (theirs,)
    pool = ProcessPoolExecutor(workers, context, _become_worker, (work, *ends))
    try:
        # All at once, for a worker that is started for a later part would not be deaf.
        with deaf_to_interrupts():
            for _ in range(workers):
                pool.submit(_be_there)
        yield pool
    except BaseException:
        ours.close()
        raise
    finally:
        pool.shutdown(cancel_futures=True)
        ours.close()
        theirs.close()


@contextlib.contextmanager
def deaf_to_interrupts() -> Iterator[None]:
    """Start processes that Ctrl-C does not reach, from their first moment on.

    It goes to all processes of a terminal, but it is their starter who decides what follows.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _be_there() -> None:
    pass


_OF_THIS_WORKER: list[Callable[..., Any]] = []


def _become_worker(
    work: Callable[..., Any], starter: Connection, inherited: Connection | None = None
) -> None:
    _OF_THIS_WORKER[:] = [work]
    if inherited is not None:
        inherited.close()
    threading.Thread(target=_wait_for_end, args=(starter,), daemon=True).start()


def _worked(task: Any) -> Any:
    return _OF_THIS_WORKER[0](task)


def _wait_for_end(starter: Connection) -> None:
    with contextlib.suppress(EOFError, OSError):
        starter.recv_bytes()
    os._exit(1)
