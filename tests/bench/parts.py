"""How much faster two workers are than one, and how long joining takes: part of ``make bench``."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from jcm_models.parts import Plan, join, run_in_parts

SAMPLES, YEARS, CHUNK, ROUNDS = 131_072, 30, 2_048, 400
AXES = {"level": 0, "reserve": 0}

Row = tuple[str, float, float | None, str, float]


def chain(start: int, stop: int) -> dict[str, np.ndarray]:
    """Many small steps over samples and years, as a scenario takes."""
    level = np.sin(np.arange(start, stop, dtype=float))[:, None] + np.arange(YEARS) / YEARS
    reserve = np.zeros_like(level)
    for _ in range(ROUNDS):
        reduction = np.maximum(level - 0.1, 0)
        level = np.where(reduction > 0.5, np.floor(reduction * 1000) / 1000, level * 0.99)
        reserve = np.minimum(reserve + 0.03 * reduction, level)
    return {"level": level, "reserve": reserve}


def milliseconds(workers: int, folder: Path) -> float:
    """Return how long the job takes, from nothing to the last part on the disk [ms].

    It is the shorter of two durations, for others share the processors.
    """
    plan, durations = Plan(SAMPLES, CHUNK), []
    for attempt in ("a", "b"):
        path = folder / f"{workers}{attempt}"
        started = time.perf_counter()
        run_in_parts(chain, plan, path, inputs="bench", sample_axis=AXES, workers=workers)
        durations.append(1000 * (time.perf_counter() - started))
    return min(durations)


def rows() -> Iterator[Row]:
    """Two workers beside one, which need not be started; and all parts as one file."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        # A program of its own: each worker imports the program that started it.
        command = [sys.executable, "-m", "tests.bench.parts", folder]
        ran = subprocess.run(command, capture_output=True, text=True, check=True)
        one, two = json.loads(ran.stdout)
        job = f"{SAMPLES:,} samples × {YEARS} years in parts, two workers"
        yield job, two, one / 1.7, "one worker", one
        yield from joined(folder)


def joined(folder: Path) -> Iterator[Row]:
    """The parts of the job as one file, beside as many bytes in one write."""
    import xarray as xr

    array = (("sample", "year"), np.empty((0, YEARS)))
    template = xr.Dataset(dict.fromkeys(AXES, array))
    content = bytes(len(AXES) * 8 * SAMPLES * YEARS)
    started = time.perf_counter()
    (folder / "content").write_bytes(content)
    plain = 1000 * (time.perf_counter() - started)
    for suffix in (".nc", ".zarr"):
        started = time.perf_counter()
        join(folder / "1a", folder / f"joined{suffix}", template)
        took = 1000 * (time.perf_counter() - started)
        name = f"its parts as one {suffix} file, {len(content) / 1e6:.0f} MB"
        yield name, took, None, "as many zeros in one write", plain


if __name__ == "__main__":
    print(json.dumps([milliseconds(workers, Path(sys.argv[1])) for workers in (1, 2)]))
