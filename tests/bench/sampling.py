"""How long samples of uncertain inputs take: part of ``make bench``."""

import time
from collections.abc import Callable, Iterator

import numpy as np
from scipy import stats

from jcm_models.sampling.copula import correlated
from jcm_models.sampling.points import METHODS, Plan, points
from jcm_models.sampling.processes import dimensions, factors

SAMPLES, INPUTS, YEARS, CHUNK = 10_000, 10, 30, 4096
CORRELATION = np.full((INPUTS, INPUTS), 0.3) + 0.7 * np.eye(INPUTS)

Row = tuple[str, float, float | None, str, float]


def milliseconds(action: Callable[[], object], times: int = 9) -> float:
    """Return the shortest of some durations of an action [ms]: others share the processors."""
    action()
    durations = []
    for _ in range(times):
        started = time.perf_counter()
        action()
        durations.append(1000 * (time.perf_counter() - started))
    return min(durations)


def measure() -> Iterator[Row]:
    """Points by each method with a copula, the last of a million, and factors over years."""
    normals = stats.multivariate_normal(np.zeros(INPUTS), CORRELATION, seed=1)
    by_scipy = milliseconds(lambda: stats.norm.cdf(normals.rvs(SAMPLES)))
    for method in METHODS:
        plan = Plan(method, 2**INPUTS if method == "grid" else SAMPLES, INPUTS, 7)
        ours = milliseconds(lambda p=plan: correlated(points(p, 0, p.samples), CORRELATION))
        name = f"{plan.samples:,} × {INPUTS} correlated points, {method}"
        yield name, ours, 10, f"scipy's multivariate normal, {SAMPLES:,}", by_scipy
    million = Plan("sobol", 2**20, INPUTS, 7)
    last = milliseconds(lambda: points(million, 2**20 - CHUNK, 2**20))
    first = milliseconds(lambda: points(million, 0, CHUNK))
    yield f"the last {CHUNK:,} of a million Sobol points", last, 10, "the first of them", first
    for kind in ("ar1", "random_walk"):
        drawn = points(Plan("sobol", SAMPLES, dimensions(kind, YEARS), 7), 0, SAMPLES)
        ours = milliseconds(lambda k=kind, d=drawn: factors(k, 0.1, 0.8, d))
        plain = milliseconds(lambda d=drawn: np.exp(stats.norm.ppf(d)))
        name = f"{kind}, {SAMPLES:,} samples × {YEARS} years"
        yield name, ours, 10, "exp(norm.ppf(points)) alone", plain
