"""How long a portfolio of storage sites takes, event by event: part of ``make bench``."""

import math
import time
import tracemalloc
from collections.abc import Callable, Iterator

import numpy as np

from jcm_models.distributions import LogNormal
from jcm_models.reserve.portfolio import Portfolio, simulate

SITES, SAMPLES, YEARS, RATE = 50, 1_000_000, 100, 0.002
MASS = LogNormal(math.log(5e4), 1.5)
FEW = SAMPLES // 100

Row = tuple[str, float, float | None, str, float]


def portfolio(times: int = 1, frailty: float | None = None) -> Portfolio:
    """Return 50 sites; with so many times the years, as many events as with once."""
    rates = np.full((SITES, YEARS * times), RATE / times)
    return Portfolio(rates, [MASS], [0] * SITES, frailty)


def issued(times: int = 1) -> np.ndarray:
    """Return credits issued so far, 0.1 Mt a year and site over 30 years."""
    return np.minimum(np.arange(1, YEARS * times + 1), 30) * 1e5 * SITES


def year_by_year(samples: int) -> np.ndarray:
    """Return the rates required in the plain way: every site in every year of every draw."""
    generator = np.random.default_rng(1)
    claims, required = np.zeros(samples), np.zeros(samples)
    for credits_so_far in issued():
        numbers = generator.poisson(RATE, (samples, SITES)).sum(axis=1)
        owner = np.repeat(np.arange(samples), numbers)
        masses = generator.lognormal(MASS.log_centre, MASS.log_sd, owner.size)
        claims += np.bincount(owner, masses, minlength=samples)
        required = np.maximum(required, claims / credits_so_far)
    return required


def milliseconds(action: Callable[[], object], times: int = 3) -> float:
    """Return the shortest of some durations of an action [ms]: others share the processors."""
    durations = []
    for _ in range(times):
        started = time.perf_counter()
        action()
        durations.append(1000 * (time.perf_counter() - started))
    return min(durations)


def measure() -> Iterator[Row]:
    """A million draws of 50 sites over 100 years, and what makes them cost more or less."""
    size = f"{SITES} sites × {SAMPLES:,} draws × {YEARS} years"

    def of(times: int = 1, frailty: float | None = None, workers: int | None = None) -> float:
        sites, credits_so_far = portfolio(times, frailty), issued(times)
        return milliseconds(lambda: simulate(sites, credits_so_far, SAMPLES, 1, workers=workers))

    usual = of()
    plain = milliseconds(lambda: year_by_year(FEW)) * SAMPLES / FEW
    yield size, usual, 2000, f"year by year in numpy, {FEW:,} draws scaled", plain
    yield "the same by one worker", of(workers=1), None, "by all processors", usual
    yield "ten times the years, a tenth of the rate", of(times=10), None, size, usual
    yield "the same with a shared gamma frailty", of(frailty=1.0), None, size, usual
    yield from memory(size)


def memory(size: str) -> Iterator[Row]:
    """What is allocated at most at once [MB in place of ms], beside the results alone."""
    tracemalloc.start()
    outcome = simulate(portfolio(), issued(), SAMPLES, 1)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    results = sum(array.nbytes for array in vars(outcome).values() if array is not None)
    yield f"{size}: peak memory [MB]", peak / 2**20, 2000, "results alone [MB]", results / 2**20
