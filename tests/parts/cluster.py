"""A real dask cluster on 127.0.0.1: a scheduler and two workers, each a process of its own."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Self

from tests.conftest import ROOT, free_port
from tests.parts.examples import until


class Cluster:
    """A scheduler and workers that run inside a ``with`` statement.

    Parameters
    ----------
    folder
        Where the workers keep what they keep; the parts are elsewhere.
    workers
        How many.
    code
        Where they have the package from.
    """

    def __init__(self, folder: Path, workers: int = 2, code: Path = ROOT) -> None:
        self.folder = folder
        self._path = f"{code}{os.pathsep}{ROOT}"
        self._count = workers
        self.address = f"tcp://127.0.0.1:{free_port()}"
        self.workers: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        host, port = ("--host", "127.0.0.1"), self.address.rpartition(":")[2]
        self.scheduler = self._start("scheduler", *host, "--port", port, "--no-dashboard")
        options = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--memory-limit", "0")
        for _ in range(self._count):
            self.workers.append(self._start("worker", self.address, *host, *options))
        try:
            self._wait()
        except BaseException:
            self.stop()
            raise
        return self

    def _start(self, what: str, *options: str) -> subprocess.Popen[bytes]:
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "dask", what, *options],
                cwd=self.folder,
                env={**os.environ, "PYTHONPATH": self._path},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def _wait(self) -> None:
        until(lambda: self.log().count("Registered to:") == self._count)

    def log(self) -> str:
        """Return what scheduler and workers have printed so far."""
        return (self.folder / "log").read_text()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """End whatever still runs."""
        for process in (*self.workers, self.scheduler):
            process.send_signal(signal.SIGKILL)
            process.wait()
