"""How long sensitivity and discovery take, beside scipy and SALib: part of ``make bench``."""

import math
import time
from collections.abc import Callable, Iterator

import numpy as np

from jcm_models.discovery.prim import trajectory
from jcm_models.sensitivity_analysis.sobol import design, indices, mixed

SAMPLES, INPUTS, YEARS = 4096, 10, 30
WEIGHTS = np.random.default_rng(0).random((INPUTS, YEARS))
NAMES = [f"input {number}" for number in range(INPUTS)]
CASES, COLUMNS = 10_000, 15

Row = tuple[str, float, float | None, str, float]


def milliseconds(action: Callable[[], object], times: int = 5) -> float:
    """Return the shortest of some durations of an action [ms]: others share the processors."""
    action()
    durations = []
    for _ in range(times):
        started = time.perf_counter()
        action()
        durations.append(1000 * (time.perf_counter() - started))
    return min(durations)


def yearly(points: np.ndarray) -> np.ndarray:
    """Return thirty outputs, each a weighted sum with one interaction."""
    together = points[:, 0] * points[:, 1]
    return (points[:, :, np.newaxis] * WEIGHTS).sum(axis=1) + together[:, np.newaxis]


def sobol() -> Iterator[Row]:
    """Sobol indices with intervals for all years, beside SALib's for one year after the other."""
    from SALib.analyze import sobol as salib

    a, b = design(SAMPLES, INPUTS, 1)
    f_a, f_b = yearly(a), yearly(b)
    f_ab = np.stack([yearly(mixed(a, b, [column])) for column in range(INPUTS)])
    ours = milliseconds(lambda: indices(f_a, f_b, f_ab, NAMES))
    found = indices(f_a, f_b, f_ab, NAMES)
    problem = {"num_vars": INPUTS, "names": NAMES, "bounds": [[0, 1]] * INPUTS}
    started = time.perf_counter()
    for year in range(YEARS):
        together = np.column_stack([f_a[:, year], f_ab[:, :, year].T, f_b[:, year]])
        theirs = salib.analyze(problem, together.ravel(), calc_second_order=False, seed=1)
    plain = 1000 * (time.perf_counter() - started)
    assert np.allclose(found.total[:, -1], theirs["ST"], rtol=1e-9)
    half = (found.first_high - found.first_low)[:, -1] / 2
    assert np.allclose(half, theirs["S1_conf"], rtol=0.5)
    name = f"Sobol indices, {SAMPLES:,} samples × {INPUTS} inputs × {YEARS} years"
    yield name, ours, 500, "SALib, 100 resamples", plain


def peeling() -> Iterator[Row]:
    """A planted box found by peeling, beside the same way with a loop over the inputs in numpy."""
    points = np.random.default_rng(1).random((COLUMNS, CASES))
    inputs = {f"input {number}": values for number, values in enumerate(points)}
    cases = (points[0] > 0.6) & (points[1] < 0.4) & (points[2] > 0.2)
    ours = milliseconds(lambda: trajectory(inputs, cases))
    plain = milliseconds(lambda: looped(points, cases), 2)
    name = f"PRIM, {CASES:,} samples × {COLUMNS} inputs"
    yield name, ours, 1000, "peeling alone, a quantile at a time", plain


def looped(points: np.ndarray, cases: np.ndarray) -> int:
    """Return the steps that the plainest peeling takes until all that are left are cases."""
    left, steps = np.arange(cases.size), 0
    while left.size > 0.05 * cases.size and not cases[left].all():
        best = -math.inf
        for values in points:
            low, high = np.quantile(values[left], [0.05, 0.95])
            for keeps in (values[left] >= low, values[left] <= high):
                if cases[left[keeps]].mean() > best:
                    best, chosen = cases[left[keeps]].mean(), left[keeps]
        left, steps = chosen, steps + 1
    return steps
