"""The process that kernels are forked from; ``python -m jcm_models.kernels.fork_server FILE``.

With ``apps`` behind that it also prepares what pages of visitors need.

It imports the scientific packages once and then waits on a socket, the open file of that number.
Each connection is a kernel: it brings a request, is told the pid and later the exit code, and the
kernel ends if it is closed. This process has no threads, so that a fork is safe.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import random
import selectors
import shutil
import signal
import socket
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from jcm_models.kernels.memory import limit_memory
from jcm_models.kernels.priming import import_all, prime, prime_pages

__all__ = ["main"]

# What notebooks import, the heavy first; what is not installed is left out.
PRELOADED = (
    "numpy",
    "scipy.stats",
    "pandas",
    "xarray",
    "h5netcdf",
    "dask.array",  # xarray imports it where it is installed
    "babel.numbers",  # as pint does
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "ipykernel.debugger",
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.extensions.storemagic",
    "ipywidgets",
    "jcm_models.methods_page",
    "jcm_models.uncertainty_page",
    "jcm_models.view",
)
_OWNER = 0  # standard input: whoever started this process holds its other end
_MOST = 2**20  # of a request [B]
_CALM = 2.0  # [s] in which nobody asks for a kernel
_FILES = 2  # standard output and standard error of the kernel


class _Kernels:
    """The kernels that run, each with the connection that asked for it."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._selector = selectors.DefaultSelector()
        self._running: dict[int, socket.socket] = {}
        self._woken, self._waker = os.pipe()
        for end in (self._woken, self._waker):
            os.set_blocking(end, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._waker, warn_on_full_buffer=False)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # there are kernels to end first
        for source in (listener, _OWNER, self._woken):
            self._selector.register(source, selectors.EVENT_READ)

    def serve(self, later: Callable[[], None] | None) -> None:
        """Fork and reap until whoever started this process has gone; do something when it is calm.

        What may be done later shall not keep the first visitors waiting.
        """
        while True:
            asked = self._selector.select(_CALM if later else None)
            if later and not asked:
                later()
                _keep()
                later = None
            for key, _ in asked:
                if key.fileobj == _OWNER:
                    self._end_all()
                    return
                if key.fileobj == self._woken:
                    self._reap()
                elif key.fileobj is self._listener:
                    self._accept()
                elif isinstance(key.fileobj, socket.socket):
                    self._drop(key.fileobj)

    def _accept(self) -> None:
        connection, _ = self._listener.accept()
        connection.settimeout(10)
        files: list[int] = []
        try:
            request = _request(connection, files)
            pid = os.fork()
            if pid == 0:
                self._leave(connection)
                _become_kernel(request, files)
            connection.sendall(json.dumps({"pid": pid}).encode() + b"\n")
        except (OSError, ValueError, RecursionError):  # who asked has gone, or asked for nothing
            connection.close()
            return
        finally:
            for file in files:
                os.close(file)
        self._running[pid] = connection
        self._selector.register(connection, selectors.EVENT_READ)

    def _leave(self, connection: socket.socket) -> None:
        """Let go, in a kernel, of all that belongs to the server."""
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGCHLD, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        self._selector.close()
        for end in (self._woken, self._waker):
            os.close(end)
        for other in (self._listener, connection, *self._running.values()):
            other.close()

    def _drop(self, connection: socket.socket) -> None:
        """End the kernel of a connection that was closed; nothing else comes on one."""
        for pid, other in self._running.items():
            if other is connection:
                _end(pid)
        self._selector.unregister(connection)

    def _reap(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while os.read(self._woken, 4096):
                pass
        with contextlib.suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                self._tell_exit(*ended)

    def _tell_exit(self, pid: int, status: int) -> None:
        connection = self._running.pop(pid)
        with contextlib.suppress(KeyError):
            self._selector.unregister(connection)
        with contextlib.suppress(OSError):
            code = os.waitstatus_to_exitcode(status)
            connection.sendall(json.dumps({"exit": code}).encode() + b"\n")
        connection.close()

    def _end_all(self) -> None:
        for pid in self._running:
            _end(pid)


def _request(connection: socket.socket, files: list[int]) -> dict[str, Any]:
    """Receive what is asked for, and append the files that the kernel writes to."""
    data, received, _, _ = socket.recv_fds(connection, _MOST, _FILES)
    files += received
    while not data.endswith(b"\n"):
        more = connection.recv(_MOST)
        if not more:
            raise ValueError("closed before the request was whole")
        data += more
    request: dict[str, Any] = json.loads(data)
    return request


def _end(pid: int) -> None:
    """End a kernel and what it has started; it leads a process group of its own."""
    for kill in (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError):
            kill(pid, signal.SIGKILL)


def _become_kernel(request: Mapping[str, Any], files: Iterable[int]) -> None:
    """Be a kernel from here on; does not return."""
    code = 1
    try:
        _settle(request, files)
        from ipykernel.kernelapp import IPKernelApp

        # The end of the server is noticed as that of a parent is.
        app: Any = IPKernelApp.instance()
        app.initialize([*request["arguments"], f"--IPKernelApp.parent_handle={os.getppid()}"])
        limit_memory()  # by now it has its own threads, whose stacks count
        app.start()
        code = 0
    except SystemExit as stopped:
        code = stopped.code if isinstance(stopped.code, int) else int(stopped.code is not None)
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _settle(request: Mapping[str, Any], files: Iterable[int]) -> None:
    """Take on the folder, environment and files of whoever asked, and chance of one's own."""
    os.setsid()
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    for target, file in enumerate(files, start=1):
        os.dup2(file, target)
        os.close(file)
    os.environ.clear()
    os.environ.update(request["env"])
    os.chdir(request["cwd"])
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # As `python -m ipykernel_launcher` has them.
    sys.argv = ["ipykernel_launcher", *request["arguments"]]
    sys.path[:] = request["path"]
    random.seed()
    if "numpy" in sys.modules:
        import numpy as np

        np.random.seed()  # noqa: NPY002 - notebooks may use the old global state


def preload(modules: Iterable[str]) -> None:
    """Import modules, and read what the package reads once."""
    # The debugger that Jupyter imports would otherwise warn of what concerns nobody here.
    os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"
    import_all(modules)
    prime()
    _keep()


def _keep() -> None:
    """Never collect what lives now, so that kernels go on sharing the pages it lies in."""
    gc.collect()
    gc.freeze()


def main() -> None:
    """Import what kernels need, then fork one for each connection."""
    file, *more = sys.argv[1:]
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whoever started this process
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})  # kernels are interrupted by it
    with socket.socket(fileno=int(file)) as listener:
        preload(PRELOADED)
        _Kernels(listener).serve(prime_pages if more == ["apps"] else None)
        address = Path(listener.getsockname())
    # Unless whoever started this process was quicker; what it kept there goes too.
    shutil.rmtree(address.parent, ignore_errors=True)


if __name__ == "__main__":
    main()
