"""Keep workers busy with parts, whoever the workers are."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from typing import TypeVar

from jcm_models.parts.failures import Failure, outcome
from jcm_models.parts.plan import Part
from jcm_models.parts.storing import Arrays

__all__ = ["Work", "work_through"]

T = TypeVar("T")

Work = Callable[[int, int], Arrays]


def work_through(
    executor: Executor,
    task: Callable[[Part], T | Failure],
    waiting: deque[Part],
    running: dict[Future[T | Failure], Part],
    at_a_time: Callable[[], int],
) -> Iterator[tuple[Part, T]]:
    """Have parts computed, a bounded number at a time.

    Parameters
    ----------
    executor : concurrent.futures.Executor
        Who computes.
    task : callable
        What is done with a part.
    waiting : deque of Part
        What is to be done; emptied.
    running : dict of Future to Part
        Filled with what is being done, so that the caller sees what is lost if workers die.
    at_a_time : callable
        How many parts may be on their way now.

    Yields
    ------
    tuple of Part and any
        What is done, in the order in which it is.
    """
    while waiting or running:
        while waiting and len(running) < at_a_time():
            running[executor.submit(task, waiting[0])] = waiting[0]
            waiting.popleft()
        for future in wait(running, return_when=FIRST_COMPLETED).done:
            result = outcome(future.result())
            yield running.pop(future), result
