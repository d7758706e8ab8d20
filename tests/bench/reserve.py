"""How long the mathematics of storage and reserve take: part of ``make bench``."""

import importlib.util
import logging
import math
import time
from collections.abc import Callable, Iterator

import numpy as np

from jcm_models.distributions import LogNormal
from jcm_models.reserve.compound import Claims, sum_of
from jcm_models.reserve.rare import probability_of_rare_shortfall
from jcm_models.reserve.ruin import probability_of_shortfall
from jcm_models.storage import Injection, SecurityCalculator
from jcm_models.storage_regimes import drawn, regime

REGIME = "well_regulated_offshore"
DRAWS, YEARS, TARGET = 10_000, 10_000, 1.2e10
# 0.02 events a year for 100 years, and 3 % of 30 Mt in reserve.
CENTRE, SPREAD, RESERVE, POINTS, STEP = math.log(5e4), 1.5, 9e5, 2**18, 250.0
USUAL, RARE = (Claims(expected, LogNormal(CENTRE, SPREAD)) for expected in (2.0, 0.02))

Row = tuple[str, float, float | None, str, float]


def milliseconds(action: Callable[[], object], times: int = 7) -> float:
    """Return the shortest of some durations of an action [ms]: others share the processors."""
    action()
    durations = []
    for _ in range(times):
        started = time.perf_counter()
        action()
        durations.append(1000 * (time.perf_counter() - started))
    return min(durations)


def regimes() -> Iterator[Row]:
    """The published regime over ten thousand years, beside the loop through all of them."""
    shares = np.random.default_rng(1).random((DRAWS, len(regime(REGIME))))
    model = SecurityCalculator(drawn(REGIME, shares))
    steady, last = Injection.steady(TARGET, 30), np.array([YEARS])
    ours = milliseconds(lambda: model.leaked(steady, last))
    started = time.perf_counter()
    looped = walked(model, steady)
    plain = 1000 * (time.perf_counter() - started)
    assert np.allclose(looped, model.leaked(steady, last)[:, 0], rtol=1e-9)
    name = f"published regime, {DRAWS:,} draws × {YEARS:,} years"
    yield name, ours, 20, "a plain loop through the years, in numpy", plain


def walked(model: SecurityCalculator, injection: Injection) -> np.ndarray:
    """Return what leaks, year by year for all draws at once, until none has free CO2 left."""
    from jcm_models.storage.calculator import leak_rates

    p = model.parameters
    rates, floor = leak_rates(p, injection), p["floor"] / 100
    leaked, before = np.zeros(DRAWS), np.zeros(DRAWS)
    running = np.ones(DRAWS, dtype=bool)
    for t in range(1, YEARS + 1):
        share = min(t / injection.period, 1.0)
        late = floor + (1 - floor) * np.exp(-p["decay"] * (t - injection.period - 1))
        rate = rates.filling * share if t <= injection.period else rates.closed * late
        tried = leaked + (rate + before) / 2
        before = rate
        kept = injection.total * share - tried
        mineral = kept * (-1.669497e-13 * t**3 + 2.903893e-9 * t**2 + 1.403357e-5 * t)
        dissolved = kept * 0.204 * t**0.0342144145
        left = injection.total * share - mineral - dissolved
        running &= left * (1 - p["residual_saturation"]) - tried > 0
        leaked = np.where(running, tried, leaked)
    return leaked


def transforms() -> Iterator[Row]:
    """The probability of a shortfall on 2^18 amounts, beside the packages that can do it."""
    ours = milliseconds(lambda: sum_of([USUAL], STEP, POINTS).survival(RESERVE))
    value = float(sum_of([USUAL], STEP, POINTS).survival(RESERVE))
    for name, peer in (("aggregate", by_aggregate), ("gemact", by_gemact)):
        if importlib.util.find_spec(name) is None:
            yield "P(claims > reserve), 2^18 amounts", ours, None, f"{name} is not here", math.nan
            continue
        action = peer()
        assert abs(action() - value) < 5e-9, (name, action(), value)
        yield f"P(claims > reserve) = {value:.8f}", ours, None, name, milliseconds(action, 3)


def by_aggregate() -> Callable[[], float]:
    """Return the problem in the package aggregate, without its rescaling of the masses."""
    from aggregate import build

    def action() -> float:
        made = build(
            f"agg P1 2 claims sev exp({CENTRE}) * lognorm {SPREAD} poisson",
            update=False,
        )
        made.update(log2=18, bs=STEP, normalize=False, padding=1)
        return float(made.sf(RESERVE))

    return action


def by_gemact() -> Callable[[], float]:
    """Return the problem in the package gemact."""
    logging.disable(logging.INFO)  # it tells of every step
    from gemact import Frequency, LossModel, PolicyStructure, Severity

    def action() -> float:
        model = LossModel(
            frequency=Frequency(dist="poisson", par={"mu": 2.0}),
            severity=Severity(dist="lognormal", par={"shape": SPREAD, "scale": math.exp(CENTRE)}),
            policystructure=PolicyStructure(),
            aggr_loss_dist_method="fft",
            sev_discr_method="massdispersal",
            sev_discr_step=STEP,
            n_sev_discr_nodes=POINTS,
            n_aggr_dist_nodes=POINTS,
            tilt=True,
            tilt_value=16 / POINTS,
        )
        return float(1 - model.cdf(RESERVE))

    return action


def ruin() -> Iterator[Row]:
    """A reserve that grows, year after year, beside a million drawn histories."""
    yearly = [[Claims(0.02, USUAL.mass)]] * 100
    reserve = 3e4 * np.minimum(np.arange(1, 101), 30)
    ours = milliseconds(lambda: probability_of_shortfall(yearly, reserve, STEP))
    plain = milliseconds(lambda: drawn_ruin(reserve, 1_000_000), 2)
    yield "yearly ruin with a growing reserve", ours, None, "1,000,000 histories in numpy", plain


def drawn_ruin(reserve: np.ndarray, draws: int) -> float:
    """Return the share of drawn histories in which a reserve falls short."""
    generator = np.random.default_rng(1)
    numbers = generator.poisson(0.02 * reserve.size, draws)
    owner = np.repeat(np.arange(draws), numbers)
    year = generator.integers(0, reserve.size, owner.size)
    mass = generator.lognormal(CENTRE, SPREAD, owner.size)
    order = np.lexsort((year, owner))
    sums = np.cumsum(mass[order])
    starts = np.concatenate([[0.0], sums])[np.cumsum(numbers) - numbers]
    short = sums - starts[owner] > reserve[year[order]]
    return np.unique(owner[short]).size / draws


def rare() -> Iterator[Row]:
    """A shortfall of five in ten thousand: how much work the same accuracy takes [ms]."""
    value, error = probability_of_rare_shortfall(RARE, RESERVE)
    ours = milliseconds(lambda: probability_of_rare_shortfall(RARE, RESERVE))
    draws = 1_000_000
    plain = milliseconds(lambda: naive(draws), 3)
    variance = float(value) * (1 - float(value)) / draws
    # What naive Monte Carlo would take for the variance that the points have.
    needed = plain * variance / float(error) ** 2
    name = f"rare shortfall {value:.3e} ± {error:.0e}, conditional"
    yield name, ours, None, "naive Monte Carlo of the same error", needed


def naive(draws: int) -> float:
    """Return the share of draws in which claims exceed the reserve."""
    generator = np.random.default_rng(1)
    numbers = generator.poisson(RARE.expected, draws)
    owner = np.repeat(np.arange(draws), numbers)
    mass = generator.lognormal(CENTRE, SPREAD, owner.size)
    return float((np.bincount(owner, mass, minlength=draws) > RESERVE).mean())


def measure() -> Iterator[Row]:
    """All of them."""
    for part in (regimes, transforms, ruin, rare):
        yield from part()
