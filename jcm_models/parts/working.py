"""Keep workers busy with parts or other tasks, whoever the workers are."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from typing import TypeVar

from jcm_models.parts.failures import Failure, outcome
from jcm_models.parts.storing import Arrays

__all__ = ["Result", "Task", "Work", "work_through"]

Task = TypeVar("Task")
Result = TypeVar("Result")

Work = Callable[[int, int], Arrays]


def work_through(
    executor: Executor,
    work: Callable[[Task], Result | Failure],
    waiting: deque[Task],
    running: dict[Future[Result | Failure], Task],
    at_a_time: Callable[[], int],
) -> Iterator[tuple[Task, Result]]:
    """Have tasks done, a bounded number at a time.

    Parameters
    ----------
    executor : concurrent.futures.Executor
        Who works.
    work : callable
        What is done with a task.
    waiting : deque
        What is to be done; emptied.
    running : dict of Future
        Filled with what is being done, so that the caller sees what is lost if workers die.
    at_a_time : callable
        How many tasks may be on their way now.

    Yields
    ------
    tuple
        A task that is done and what came of it, in the order in which they are.
    """
    while waiting or running:
        while waiting and len(running) < at_a_time():
            running[executor.submit(work, waiting[0])] = waiting[0]
            waiting.popleft()
        for future in wait(running, return_when=FIRST_COMPLETED).done:
            result = outcome(future.result())
            yield running.pop(future), result
