"""Measure how long things take here, each beside a plain way in the same run: ``make bench``."""

import math
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import xarray as xr

import jcm_models as jcm
from tests.bench import (
    aef,
    apps,
    batches,
    ensembles,
    index,
    ledger,
    parts,
    portfolio_of_sites,
    reserve,
    sampling,
    sensitivity,
)
from tests.bench.portfolio import core, memory, shipped, thousand
from tests.commands import BIN, run
from tests.conftest import ROOT

SCENARIO = ROOT / "scenarios/thailand_floating_solar.yaml"
ROW = "{:<58} {:>10} {:>10}   {:<44} {:>10} {:>7}"

Row = tuple[str, float, float | None, str, float]


def median_ms(action: Callable[[], object], times: int) -> float:
    """Return the median duration of an action [ms], after one that does not count."""
    action()
    durations = []
    for _ in range(times):
        started = time.perf_counter()
        action()
        durations.append(1000 * (time.perf_counter() - started))
    return statistics.median(durations)


def python_ms(code: str, times: int = 7) -> float:
    """Return the median duration of a fresh Python that runs some code [ms]."""
    command = [sys.executable, "-c", code]
    return median_ms(lambda: subprocess.run(command, cwd=ROOT, check=True), times)


def by_hand() -> xr.Dataset:
    """The same results in the shortest way: no units, no rules, no checks, no sources."""
    years = np.arange(2020, 2031)
    supplied = np.full(years.size, 8000.0)
    bau, reference, project = supplied * 0.5421, supplied * 0.319, np.zeros(years.size)
    issued = np.floor(reference - project)
    japan = np.ceil(issued / 2)
    host = np.floor((issued - japan) * 0.6)
    credits_ = np.stack([japan, 0 * japan, host, issued - japan - host])
    return xr.Dataset(
        {
            "bau_emissions": ("year", bau),
            "reference_emissions": ("year", reference),
            "project_emissions": ("year", project),
            "credits_issued": ("year", issued),
            "credits": (("party", "year"), credits_),
        },
        coords={"year": years, "party": ["japan", "companies", "host", "companies there"]},
    )


def simulation() -> Iterator[Row]:
    """One simulation of a loaded scenario, as a Dataset and as bare arrays; and a changed value."""
    scenario = jcm.load_scenario(SCENARIO)
    plain = median_ms(by_hand, 200)
    name = "the same by hand, without rules and sources"
    yield (
        "simulate(scenario), as a Dataset",
        median_ms(lambda: jcm.simulate(scenario), 200),
        10,
        name,
        plain,
    )
    yield (
        "compute(scenario), bare arrays for an app",
        median_ms(lambda: jcm.compute(scenario), 200),
        None,
        name,
        plain,
    )
    changed = {"crediting.discount": 0.95}
    loading = median_ms(lambda: jcm.load_scenario(SCENARIO), 50)
    yield (
        "scenario.with_(...), checked again",
        median_ms(lambda: scenario.with_(changed), 100),
        None,
        "load_scenario(...) from its files",
        loading,
    )


def cold_start() -> Iterator[Row]:
    """A fresh process that imports the package and checks a scenario."""
    check = f"import jcm_models as jcm; jcm.load_scenario({str(SCENARIO)!r})"
    name = "import xarray alone, in a fresh process"
    yield (
        "import jcm_models and check a scenario, cold",
        python_ms(check),
        1000,
        name,
        python_ms("import xarray"),
    )


def page() -> Iterator[Row]:
    """A slider moved, without a browser: checked, computed, every section drawn anew."""
    view = jcm.View(SCENARIO)
    sections = "question key_figures emissions split by_year inputs method notes identity"
    for section in sections.split():
        getattr(view, section)
    _ = view.controls
    slider = view._sliders["project.electricity_supplied"]
    values = iter(range(1, 1000))

    def move() -> None:
        slider.value = 8000 + 10 * next(values)

    name = "simulate(scenario) alone"
    yield (
        "slider to all sections, in the kernel",
        median_ms(move, 100),
        50,
        name,
        median_ms(lambda: jcm.simulate(view.scenario), 100),
    )


def reports() -> Iterator[Row]:
    """Two scenarios to reports, beside plain papermill called one after another."""
    files = [
        f"scenarios/{name}.yaml" for name in ("thailand_floating_solar", "mongolia_darkhan_solar")
    ]
    notebook = str(ROOT / "notebooks/reference_vs_bau.ipynb")
    with TemporaryDirectory() as folder:
        out = Path(folder)

        def ours() -> None:
            done = run(str(BIN / "jcm"), "report", *files, "--reports", str(out / "reports"))
            assert done.returncode == 0, done.stderr

        def plain() -> None:
            for file in files:
                run("papermill", notebook, str(out / "out.ipynb"), "-p", "scenario", file)

        started = time.perf_counter()
        ours()
        first = 1000 * (time.perf_counter() - started)
        started = time.perf_counter()
        plain()
        papermill = 1000 * (time.perf_counter() - started)
        yield "jcm report, two scenarios", first, None, "papermill twice, notebooks only", papermill
        yield "jcm report again, nothing changed", median_ms(ours, 3), None, "the first time", first


def main() -> None:
    """Print one table; the goal of a row is what the project promises, not a test."""
    print(ROW.format("measured", "ms", "goal", "beside it", "ms", "ratio"))
    measures = (
        simulation,
        cold_start,
        core,
        shipped,
        thousand,
        memory,
        ledger.measure,
        aef.measure,
        reserve.measure,
        portfolio_of_sites.measure,
        *ensembles.ROWS,
        sampling.measure,
        sensitivity.sobol,
        sensitivity.peeling,
        parts.rows,
        index.measure,
        apps.measure,
        batches.measure,
        page,
        reports,
    )
    wanted = sys.argv[1:]  # such as ensembles; all without a name
    for measure in measures:
        if wanted and measure.__module__.rpartition(".")[2] not in wanted:
            continue
        for what, found, goal, peer, plain in measure():
            goal_text = "" if goal is None else f"{goal:,.0f}"
            plain_text = "" if math.isnan(plain) else f"{plain:,.2f}"
            ratio = "" if math.isnan(plain) else f"{found / plain:,.2f}"
            print(ROW.format(what, f"{found:,.2f}", goal_text, peer, plain_text, ratio), flush=True)


if __name__ == "__main__":
    main()
