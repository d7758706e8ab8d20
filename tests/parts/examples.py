"""Jobs small enough to check, and runs of them in processes that can be stopped."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from jcm_models.parts import Plan, join, run_in_parts
from jcm_models.problems import Place, Problem, ScenarioError
from tests.conftest import ROOT

AXES = {"emissions": 0, "credits": 1, "short": 0, "factor": 0}
SAMPLES, PARTIES, YEARS = 200, 3, 5
PATIENCE = 180  # [s] after which a thing is taken to hang, however busy the machine is


@dataclass(frozen=True)
class Drawn:
    """Samples that depend on their number only.

    Parameters
    ----------
    seconds
        How long a part takes at least.
    """

    seconds: float = 0

    def __call__(self, start, stop):
        time.sleep(self.seconds)
        sample = np.arange(start, stop, dtype=float)
        factor = np.sin(sample + 0.5) ** 2
        emissions = factor[:, None] * np.exp(np.arange(YEARS) / 7)
        credits_ = np.floor(1000 * emissions)[None] // np.arange(1, PARTIES + 1)[:, None, None]
        return {
            "emissions": emissions,
            "credits": credits_.astype(np.int64),
            "short": factor < 0.5,
            "factor": np.where(sample % 7 == 0, 0.0, factor).astype(np.float32),
        }


def template():
    """Return the result of `Drawn` but for its samples."""
    import xarray as xr  # not by every worker: it takes a second

    return xr.Dataset(
        {
            "emissions": (("sample", "year"), np.empty((0, YEARS)), {"units": "tCO2e/yr"}),
            "credits": (("party", "sample", "year"), np.empty((PARTIES, 0, YEARS)), {"a": 1}),
            "short": ("sample", np.empty(0, bool)),
            "discount": ("year", np.full(YEARS, 0.1)),
        },
        coords={
            "sample": np.arange(0),
            "factor": ("sample", np.empty(0)),
            "year": np.arange(2030, 2030 + YEARS),
            "party": ["japan", "host", "others"],
            "party_label": ("party", ["Japan", "Host", "Others"]),
        },
        attrs={"seed": 7, "title": "Beispiel für Teile"},
    )


def compute(folder, work=None, *, chunk=30, **settings):
    """Run the example in parts."""
    settings = {"inputs": "an input", "workers": 1, **settings}
    plan = Plan(SAMPLES, chunk)
    return run_in_parts(work or Drawn(), plan, folder, sample_axis=AXES, **settings)


def whole():
    """Return the example in one go."""
    return Drawn()(0, SAMPLES)


def joined(folder, suffix=".nc"):
    """Join the parts and read them again."""
    import xarray as xr

    target = folder.with_suffix(suffix)
    join(folder, target, template())
    if suffix == ".nc":
        with xr.open_dataset(target, engine="h5netcdf") as dataset:
            return dataset.load()
    with xr.open_zarr(target, chunks=None) as dataset:
        return dataset.load()


def same_bytes(dataset):
    """Say whether a dataset holds the bytes of the example computed in one go."""
    return all(
        (dataset[name].dtype, dataset[name].shape) == (array.dtype, array.shape)
        and dataset[name].values.tobytes() == array.tobytes()
        for name, array in whole().items()
    )


def files(folder):
    """Return the names of all files in a folder, hidden ones too."""
    return sorted(path.name for path in folder.iterdir())


def until(condition):
    """Wait until something is so."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def script(folder: Path, body: str, first: str = "") -> Path:
    """Write a program that uses this module, with what starts workers where it has to be."""
    path = folder / "program.py"
    text = f"{first}\nfrom pathlib import Path\nfrom tests.parts.examples import *\n\n"
    main = textwrap.indent(textwrap.dedent(body), "    ")
    path.write_text(f'{text}if __name__ == "__main__":\n{main}')
    return path


def started(path: Path, *arguments: str) -> subprocess.Popen[str]:
    """Start a program in a session of its own."""
    return subprocess.Popen(
        [sys.executable, "-W", "error", path, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def alive(session: int) -> list[int]:
    """Return the processes of a session that still run."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, _, own, *_ = path.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(own) == session and state != "Z":
            found.append(int(path.parent.name))
    return found


def end(process: subprocess.Popen[str]) -> None:
    """End a program and all that it has started."""
    for pid in alive(process.pid):
        os.kill(pid, signal.SIGKILL)
    process.communicate()


@dataclass(frozen=True)
class Signed(Drawn):
    """Whoever computes a part leaves its process number.

    Parameters
    ----------
    book
        A folder.
    """

    book: Path = Path()

    def __call__(self, start, stop):
        (self.book / str(os.getpid())).touch()
        return super().__call__(start, stop)


@dataclass(frozen=True)
class Dying(Drawn):
    """A worker that computes sample `at` is killed, as for want of memory.

    Parameters
    ----------
    at
        A sample.
    marks
        A folder where each death leaves a file.
    times
        How often it happens.
    """

    at: int = 0
    marks: Path = Path()
    times: int = 1

    def __call__(self, start, stop):
        if start <= self.at < stop:
            deaths = len(files(self.marks))
            if deaths < self.times:
                (self.marks / str(deaths)).touch()
                os.kill(os.getpid(), signal.SIGKILL)
        return super().__call__(start, stop)


class PeculiarError(Exception):
    """Made of two things, of which its base class knows one."""

    def __init__(self, one, two):
        super().__init__(f"{one} and {two}")
        self.two = two


@dataclass(frozen=True)
class Failing(Drawn):
    """Sample `at` cannot be computed.

    Parameters
    ----------
    at
        A sample.
    how
        Kind of error.
    """

    at: int = 0
    how: str = "scenario"

    def __call__(self, start, stop):
        if start <= self.at < stop:
            raise self.error()
        return super().__call__(start, stop)

    def error(self):
        """Return what is raised."""
        if self.how == "scenario":
            place = Place("a.yaml", 7)
            return ScenarioError([Problem("x.y", "cannot be", place), Problem("x", "is missing")])
        if self.how == "file":
            return FileNotFoundError(2, "No such file or directory", "leaks.csv")
        if self.how == "lock":
            error = RuntimeError("cannot be sent")
            error.lock = threading.Lock()
            return error
        return PeculiarError("one", {"two": 2})
