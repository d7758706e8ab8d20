"""A dask cluster for batches: its workers have a place of their own and do not see the caller's."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psutil

from jcm_models.kernels.server import ADDRESS
from tests.conftest import ROOT
from tests.parts.cluster import Cluster

GATE = "JCM_GATE_OF_TESTS"
# Waits where a test keeps a gate, and says which kernel it is; runs through everywhere else.
WAITS = f"""\
import os, pathlib, time
gate = pathlib.Path(os.environ.get("{GATE}", "/nowhere"))
if gate.is_dir():
    (gate / f"{{pathlib.Path(scenario).stem}}-{{os.getpid()}}").touch()
    while not (gate / "go").exists():
        time.sleep(0.02)
print(scenario)
"""
# Of a kernel that is forked, the parent's parent is the worker.
KILLS = """\
import os, pathlib, signal
parent = pathlib.Path(f"/proc/{os.getppid()}/stat").read_text().rpartition(")")[2].split()[1]
os.kill(int(parent), signal.SIGKILL)
"""
_UNSHARE = ("unshare", "--mount", "--user", "--map-root-user")
_HIDDEN = 'mount -t tmpfs none "$0" && exec "$@"'


def can_hide() -> bool:
    """Tell whether a folder can be hidden from a process here."""
    if not shutil.which(_UNSHARE[0]):
        return False
    tried = [*_UNSHARE, "mount", "-t", "tmpfs", "none", "/mnt"]
    return subprocess.run(tried, capture_output=True, check=False).returncode == 0


class Workers(Cluster):
    """A cluster whose workers have their own current folder and their own temporary one.

    Parameters
    ----------
    folder
        What is the cluster's; its gate, at which notebooks wait, stands there too.
    hidden
        A folder that the workers see as an empty one, where the system allows that.
    env
        Variables of scheduler and workers.
    workers, code
        As those of `Cluster`.
    """

    def __init__(
        self,
        folder: Path,
        hidden: Path | None = None,
        *,
        env: Mapping[str, str] | None = None,
        workers: int = 2,
        code: Path = ROOT,
    ) -> None:
        super().__init__(folder, workers, code)
        self.gate = folder / "gate"
        self._hidden = hidden
        self._env = dict(env or {})
        self._places = 0

    def _start(self, what: str, *options: str) -> subprocess.Popen[bytes]:
        place = self.folder / f"m{self._places}"
        self._places += 1
        place.mkdir()
        command = [sys.executable, "-m", "dask", what, *options]
        if self._hidden and can_hide():
            command = [*_UNSHARE, "sh", "-c", _HIDDEN, str(self._hidden), *command]
        own = {"PYTHONPATH": self._path, "TMPDIR": str(place), GATE: str(self.gate), ADDRESS: ""}
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                command,
                cwd=place,
                env={**os.environ, **own, **self._env},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def alive(self) -> int:
        """Return how many workers there still are."""
        return sum(worker.poll() is None for worker in self.workers)

    def left(self, worker: int) -> list[str]:
        """Name what a worker has in its folder, beside what dask itself keeps there."""
        place = self.folder / f"m{worker + 1}"  # the first place is the scheduler's
        return sorted(path.name for path in place.iterdir() if path.name != "dask-scratch-space")

    def started_by(self, worker: int) -> list[psutil.Process]:
        """Return what a worker has started: the process to fork from, and kernels."""
        return psutil.Process(self.workers[worker].pid).children(recursive=True)

    def waiting(self) -> dict[str, int]:
        """Return the kernels that have come to the gate, by scenario; the latest of each."""
        marks = sorted(self.gate.glob("*-*"), key=lambda mark: mark.stat().st_mtime_ns)
        return {name: int(pid) for name, _, pid in (mark.name.partition("-") for mark in marks)}

    @contextmanager
    def closed_gate(self) -> Iterator[None]:
        """Let notebooks wait at the gate until the end of the ``with`` statement, or before."""
        shutil.rmtree(self.gate, ignore_errors=True)
        self.gate.mkdir()
        try:
            yield
        finally:
            self.open_gate()

    def open_gate(self) -> None:
        """Let those that wait go on, and all others through."""
        (self.gate / "go").touch()


def none_runs(processes: list[psutil.Process]) -> bool:
    """Tell whether processes have ended."""
    return not any(_runs(process) for process in processes)


def _runs(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
