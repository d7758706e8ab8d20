"""Small projects to run batches of, and batches that can be killed and counted."""

import json
import os
import signal
import subprocess
import uuid
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from jcm_models.kernels.server import ADDRESS
from jcm_models.runs import LOG, RECORD, file_hashes
from tests.commands import BIN, environment
from tests.examples import TINY

PARAMETERS = 'scenario: str = ""\noverrides: str = ""\nlang: str = "en"'
FINE = "print(scenario)"
NEXT_CELL = "\n# %%\n"
# Says which kernel it is, and waits until it may go on.
WAITS = """\
import os, pathlib, time
here = pathlib.Path(scenario).absolute().parent
(here / f"pid-{pathlib.Path(scenario).stem}-{os.getpid()}").touch()
while not (here / "go").exists():
    time.sleep(0.02)
"""
_MARK = "JCM_BATCH_OF_TESTS"


def notebook(folder: Path, name: str, source: str, parameters: str | None = PARAMETERS) -> Path:
    """Write a notebook: a cell of parameters, if it has any, and those of its source."""
    cells = [_cell("parameters", parameters)] if parameters is not None else []
    cells += [_cell(f"body-{at}", cell) for at, cell in enumerate(source.split(NEXT_CELL))]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    content = {"cells": cells, "metadata": {"kernelspec": kernel}}
    file = folder / "notebooks" / f"{name}.ipynb"
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps({**content, "nbformat": 4, "nbformat_minor": 5}), encoding="utf-8")
    return file


def _cell(name: str, source: str) -> Mapping[str, object]:
    tags = ["parameters"] if name == "parameters" else []
    return {
        "cell_type": "code",
        "id": name,
        "execution_count": None,
        "metadata": {"tags": tags},
        "outputs": [],
        "source": source,
    }


def scenario(folder: Path, name: str, through: str = "fine", more: str = "") -> Path:
    """Write a scenario that goes through a notebook."""
    file = folder / f"{name}.yaml"
    text = TINY.replace("title: Tiny", f"title: Tiny {name}")
    file.write_text(f"{text}notebook: {through}\n{more}", encoding="utf-8")
    return file


class Batch:
    """A call of ``jcm report`` that goes on while a test does something to it.

    All that it starts can be told from other processes by a variable of its environment; it forks
    its kernels from a process of its own. It ends with the ``with`` statement.
    """

    def __init__(self, folder: Path, *arguments: str, before: Iterable[str] = ()) -> None:
        self._mark = uuid.uuid4().hex
        self.process = subprocess.Popen(
            [*before, str(BIN / "jcm"), "report", *arguments],
            cwd=folder,
            env=environment({_MARK: self._mark, ADDRESS: ""}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def __enter__(self) -> "Batch":
        return self

    def __exit__(self, *_: object) -> None:
        for pid in self.alive():
            os.kill(pid, signal.SIGKILL)
        self.process.communicate()

    def alive(self) -> list[int]:
        """Return the processes that it is or has started and that still run."""
        wanted = f"{_MARK}={self._mark}".encode()
        return [pid for pid, values, _ in _processes() if wanted in values]

    def workers(self) -> list[int]:
        """Return the processes that make its runs: what it has forked from itself."""
        own = self.process.pid
        command = _read(own, "cmdline")
        return [
            pid
            for pid, _, parent in _processes()
            if parent == own and _read(pid, "cmdline") == command
        ]

    def end(self) -> tuple[int, str, str]:
        """Wait for the end; return the exit code and what was printed."""
        out, err = self.process.communicate(timeout=180)
        return self.process.returncode, out, err


def _processes() -> Iterator[tuple[int, list[bytes], int]]:
    """Yield number, environment and parent of each process that runs."""
    for path in Path("/proc").glob("[0-9]*"):
        try:
            state, parent = (path / "stat").read_text().rpartition(")")[2].split()[:2]
            values = (path / "environ").read_bytes().split(b"\0")
        except OSError:  # it has ended, or is another user's
            continue
        if state != "Z":
            yield int(path.name), values, int(parent)


def _read(pid: int, name: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes()
    except OSError:
        return b""


def complete(reports: Path) -> list[Path]:
    """Return the run folders that count as complete."""
    return sorted(file.parent for file in reports.glob(f"[!.]*/[!.]*/{RECORD}"))


def half(reports: Path) -> list[str]:
    """Name all that is neither a whole run nor a failed one, hidden things too."""
    found = [path.name for path in reports.glob("*/.*")]
    for folder in reports.glob("*/[!.]*"):
        if folder.name.endswith(".failed"):
            continue
        record = folder / RECORD
        if not record.is_file():
            found.append(f"{folder.name} has no record")
        elif json.loads(record.read_text())["files"] != file_hashes(folder):
            found.append(f"{folder.name} has other files than its record says")
    return found


def failures(reports: Path) -> dict[str, Path]:
    """Return the folders of failed runs by scenario."""
    return {path.parent.name: path for path in reports.glob("*/[!.]*.failed")}


def contents(reports: Path) -> dict[str, bytes]:
    """Return every file of every complete run but its log, by its place."""
    return {
        file.relative_to(reports).as_posix(): file.read_bytes()
        for folder in complete(reports)
        for file in sorted(folder.rglob("*"))
        if file.is_file() and file.name != LOG
    }


def runs_in(stdout: str) -> list[str]:
    """Return the paths of the reports that a call has printed."""
    return [word for word in stdout.split() if word.endswith("/report.html")]
