"""How long ensembles take, beside other ways over the same model: part of ``make bench``."""

import json
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

import jcm_models as jcm
from jcm_models.drawn import Drawn
from jcm_models.drawn_scenarios import with_draws
from jcm_models.ensemble import EnsembleWork, draw_ensemble
from jcm_models.scenario import Scenario
from jcm_models.simulation import compute_samples
from tests.conftest import ROOT

SAMPLES, PROJECTS, OF_EMA, LARGE = 10_000, 255, 200, 2**21
YEARS = {"years": {"first": 2022, "last": 2051}}
PERIOD = {"crediting.start": "2022-01-01", "crediting.end": "2051-12-31"}
DRAWN = {
    "project.electricity_supplied": ("MWh/yr", 7000, 8500),
    "project.reference_emission_factor": ("tCO2e/MWh", 0.30, 0.33),
    "project.bau_emission_factor": ("tCO2e/MWh", 0.50, 0.58),
}

Row = tuple[str, float, float | None, str, float]


def scenario() -> Scenario:
    """A solar plant over 30 years with three uncertain inputs."""
    spread = {
        path: {"distribution": {"shape": "uniform", "low": low, "high": high}, "unit": unit}
        for path, (unit, low, high) in DRAWN.items()
    }
    file = ROOT / "scenarios/thailand_floating_solar.yaml"
    return jcm.load_scenario(file, {**YEARS, **PERIOD, **spread})


def seconds(action: Callable[[], object], times: int = 5) -> float:
    """Return the median duration of an action [s], after one that does not count."""
    action()
    durations = []
    for _ in range(times):
        started = time.perf_counter()
        action()
        durations.append(time.perf_counter() - started)
    return float(np.median(durations))


def by_hand(values: np.ndarray) -> dict[str, np.ndarray]:
    """The same sums for one project as a person would write them in numpy, without any rule."""
    supplied, reference_factor, bau_factor = (column[:, np.newaxis] for column in values.T)
    years = np.ones(30)
    reference, bau = supplied * reference_factor * years, supplied * bau_factor * years
    reductions = reference - np.zeros_like(reference)
    issued = np.floor(np.round(reductions, 6)).astype(np.int64)
    shares = np.array([0.5, 0.0, 0.3, 0.2])[:, np.newaxis]
    ideal = np.round(shares * issued[:, np.newaxis, :], 6)
    whole = np.floor(ideal).astype(np.int64)
    left = issued - whole.sum(axis=1)
    order = np.argsort(np.argsort(-(ideal - whole), axis=1, kind="stable"), axis=1, kind="stable")
    credits_ = whole + (order < left[:, np.newaxis, :])
    first = credits_[:, :2].sum(axis=1)
    inside = np.arange(30) < 9
    adjustment = np.cumsum(np.where(inside, first, 0), axis=1) / np.arange(2, 32) * inside
    return {
        "bau": bau,
        "reference": reference,
        "unissued": bau - reference,
        "share": 1 - reference / bau,
        "issued": issued,
        "rounded": reductions - issued,
        "credits": credits_,
        "adjustment": np.stack([adjustment, -adjustment], axis=1),
        "totals": issued.sum(axis=1),
    }


def ema_milliseconds(project: Scenario) -> float:
    """The EMA Workbench's evaluator over the same model function, scaled to all samples [ms]."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from ema_workbench import (
            ArrayOutcome,
            Model,
            RealParameter,
            SequentialEvaluator,
        )

        values = {given.path: given.value for given in project.inputs()}

        def one_sample(**numbers: float) -> dict[str, np.ndarray]:
            paths = dict(zip(sorted(numbers), sorted(DRAWN), strict=True))
            draws = {
                paths[key]: (values[paths[key]], Drawn(numbers=np.array([number])))
                for key, number in numbers.items()
            }
            found = compute_samples(with_draws(project, draws), 1)
            return {"credits_issued": found["credits_issued"][0]}

        model = Model("project", function=one_sample)
        model.uncertainties = [
            RealParameter(f"x{at}", low, high)
            for at, (_, low, high) in enumerate(DRAWN[path] for path in sorted(DRAWN))
        ]
        model.outcomes = [ArrayOutcome("credits_issued")]
        with SequentialEvaluator(model) as evaluator:
            started = time.perf_counter()
            evaluator.perform_experiments(scenarios=OF_EMA)
            return 1000 * (time.perf_counter() - started) * SAMPLES / OF_EMA


def one_project() -> Iterator[Row]:
    """One project of 30 years in 10,000 samples: beside the EMA Workbench, and plain numpy."""
    project = scenario()
    ours = 1000 * seconds(lambda: draw_ensemble(project, SAMPLES, 7, "monte_carlo"))
    job = f"1 project × 30 years × {SAMPLES:,} samples"
    ema = ema_milliseconds(project)
    yield job, ours, min(500, ema / 100), f"EMA Workbench, scaled from {OF_EMA}", ema
    drawn = draw_ensemble(project, SAMPLES, 7, "monte_carlo").drawn
    values = np.stack([drawn[path] for path in DRAWN], axis=-1)
    plain = 1000 * seconds(lambda: by_hand(values))
    yield f"{job} [three times]", ours, 3 * plain, "the same sums by hand in numpy", plain


def per_sample() -> Iterator[Row]:
    """What a sample costs as samples grow from a thousand to a hundred thousand [µs]."""
    project = scenario()
    each = {
        count: 1e6 * seconds(lambda n=count: draw_ensemble(project, n, 7, "monte_carlo"), 3) / count
        for count in (1000, 100_000)
    }
    yield "a sample of 100,000 [µs]", each[100_000], None, "a sample of 1,000 [µs]", each[1000]


def two_workers() -> Iterator[Row]:
    """An ensemble into a file by two workers, beside one."""
    with TemporaryDirectory() as name:
        command = [sys.executable, "-m", "tests.bench.ensembles", "workers", name]
        ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        one, two = json.loads(ran.stdout)
    yield f"{LARGE:,} samples, credits issued kept, two workers", two, one / 1.7, "one worker", one


def many_projects() -> Iterator[Row]:
    """A portfolio of which summaries are kept: time, and peak memory [MB]."""
    command = [sys.executable, "-m", "tests.bench.ensembles", "portfolio"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    took, own, child = json.loads(ran.stdout)
    job = f"{PROJECTS} projects × 30 years × {SAMPLES:,} samples, summaries"
    yield job, took, 60_000, "one project × projects, one worker", PROJECTS * _one_summary()
    yield "its peak memory, two workers [MB]", own + 2 * child, 2000, "of that, one worker", child


def _one_summary() -> float:
    from jcm_models.portfolio_summaries import summarise_all

    return 1000 * seconds(lambda: summarise_all([scenario()], SAMPLES, workers=1), 3)


def _portfolio() -> None:
    import resource

    from jcm_models.portfolio_summaries import summarise_all

    projects = []
    for number in range(PROJECTS):
        project = scenario() if not projects else projects[0].model_copy()
        if projects:
            project._document = projects[0].document
        project._name = f"project_{number}"
        projects.append(project)
    started = time.perf_counter()
    summarise_all(projects, SAMPLES)
    took = 1000 * (time.perf_counter() - started)
    peaks = [
        resource.getrusage(who).ru_maxrss / 1024
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    ]
    print(json.dumps([took, *peaks]))


def _workers(folder: Path) -> None:
    from jcm_models.parts import Plan, run_in_parts

    work = EnsembleWork(scenario(), LARGE, 7, variables=("credits_issued", "total_credits"))
    axes = {name: work.sample_axis(name) for name in work(0, 1)}
    durations = []
    for workers in (1, 2):
        started = time.perf_counter()
        plan = Plan(work.samples, 2**15)
        target = folder / str(workers)
        run_in_parts(work, plan, target, inputs="bench", sample_axis=axes, workers=workers)
        durations.append(1000 * (time.perf_counter() - started))
    print(json.dumps(durations))


ROWS = (one_project, per_sample, two_workers, many_projects)

if __name__ == "__main__":
    if sys.argv[1] == "portfolio":
        _portfolio()
    else:
        _workers(Path(sys.argv[2]))
