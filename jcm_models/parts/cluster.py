"""Workers of an existing dask cluster, which need no folder in common with this machine."""

from __future__ import annotations

import contextlib
import logging
import pickle
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import CancelledError, Executor, Future
from functools import partial
from typing import Any

import numpy as np

from jcm_models.parts.failures import Failure, PartsError, attempt
from jcm_models.parts.locally import Lost
from jcm_models.parts.optional import optional
from jcm_models.parts.plan import Part
from jcm_models.parts.storing import Arrays, Store
from jcm_models.parts.working import Result, Task, Work, work_through

__all__ = ["by_workers", "on_cluster"]

_PATIENCE = 10  # [s] for a scheduler that does not answer
_PARTS_PER_THREAD = 2  # one is computed while another waits or is on its way back


def on_cluster(
    work: Work, store: Store, parts: list[Part], address: str, code: str
) -> Generator[Part]:
    """Compute parts on a dask cluster, and write them here.

    Parameters
    ----------
    work : callable
        ``work(start, stop)`` gives every variable for these samples.
    store : Store
        Where this process writes what the workers send back.
    parts : list of Part
        What is to be computed.
    address : str
        Of the scheduler, such as ``tcp://192.0.2.1:8786``.
    code : str
        Hash of the code that the workers must have.

    Yields
    ------
    Part
        What is done and written.

    Raises
    ------
    PartsError
        Where dask is not installed, the cluster is not there or has other code, or a part could
        not be computed or written.
    """
    task = partial(_compute, pickle.dumps(work), code)
    for part, arrays in by_workers(task, parts, address):
        if isinstance(arrays, Lost):
            raise PartsError(
                f"Worker after worker of the cluster died over {part}. Most often memory has "
                "run out: use a smaller chunk, or fewer threads per worker."
            )
        store.write(part, arrays)
        yield part


def by_workers(
    work: Callable[[Task], Result | Failure], tasks: Sequence[Task], address: str
) -> Generator[tuple[Task, Result | Lost]]:
    """Have tasks done by a dask cluster, which does again what a dead worker leaves.

    Parameters
    ----------
    work : callable
        What is done with a task; sent to the workers with it.
    tasks : sequence
        What is to be done.
    address : str
        Of the scheduler, such as ``tcp://192.0.2.1:8786``.

    Yields
    ------
    tuple
        A task and what came of it, in the order in which they are done.

    Raises
    ------
    PartsError
        Where dask is not installed, or the cluster is not there or goes away.
    """
    running: dict[Future[Result | Failure], Task] = {}
    waiting = deque(tasks)
    with _client(address) as client, _explained(address):
        executor = _Executor(client)
        died = optional("distributed", address).KilledWorker
        while waiting or running:
            try:
                yield from work_through(executor, work, waiting, running, lambda: _room(client))
            except died:
                for future in [future for future in running if _died(future, died)]:
                    yield running.pop(future), Lost()


class _Executor(Executor):
    """Has tasks done by a cluster.

    Dask's own executor takes a result for an error if the worker that holds it dies while it is on
    its way here; the result may have arrived nevertheless.
    """

    def __init__(self, client: Any) -> None:
        self._client = client

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Have a function called by a worker."""
        there = self._client.submit(fn, *args, pure=False, **kwargs)
        here: Future[Any] = Future()
        self._client.loop.add_callback(_hand_over, there, here)
        return here


async def _hand_over(there: Any, here: Future[Any]) -> None:
    try:
        here.set_result(await there)
    except CancelledError:
        here.cancel()
        here.set_running_or_notify_cancel()  # wakes who waits
    except BaseException as error:
        here.set_exception(error)


def _died(future: Future[Any], died: type[Exception]) -> bool:
    return future.done() and isinstance(future.exception(), died)


def _room(client: Any) -> int:
    # Asked anew each time: workers come and go. With none, parts wait for the next to come.
    threads: int = sum(client.nthreads().values())
    return max(1, _PARTS_PER_THREAD * threads)


def _compute(pickled: bytes, code: str, part: Part) -> Arrays | Failure:
    return attempt(lambda: _arrays(pickled, code, part))


def _arrays(pickled: bytes, code: str, part: Part) -> Arrays:
    from jcm_models.runs import code_hash

    if code_hash() != code:
        raise PartsError(
            f"A worker of the cluster has other code: {code_hash()}, here it is {code}. "
            "Install the same version of jcm-models on all machines."
        )
    work: Work = pickle.loads(pickled)
    arrays = work(part.start, part.stop)
    # What stands once for all samples is laid out, as dask cannot send it otherwise.
    return {name: np.ascontiguousarray(array) for name, array in arrays.items()}


@contextlib.contextmanager
def _client(address: str) -> Iterator[Any]:
    distributed = optional("distributed", f"The dask cluster at {address}")
    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)  # it is told in one line
    try:
        _check(distributed, address)
        client = distributed.Client(address, timeout=_PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise PartsError(f"No dask scheduler answers at {address}: {error}.") from error
    with client:
        yield client


def _check(distributed: Any, address: str) -> None:
    """Raise what a client would, which takes half a minute to end if it is made in vain."""
    distributed.comm.resolve_address(address)
    known = distributed.Security().get_connection_args("client")
    if address.startswith("tls:") and known.get("ssl_context") is None:
        raise ValueError("no certificate of this side is named; see CLUSTER.md")


@contextlib.contextmanager
def _explained(address: str) -> Iterator[None]:
    try:
        yield
    except (CancelledError, optional("distributed.comm", address).CommClosedError) as error:
        raise PartsError(f"The dask cluster at {address} is not there any more.") from error
