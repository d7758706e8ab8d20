"""A hundred reports by `jcm report` on two cores, beside papermill called one after another."""

import json
import math
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
import psutil

import jcm_models as jcm
from tests.commands import BIN
from tests.conftest import ROOT

Row = tuple[str, float, float | None, str, float]

RUNS = 100
JOBS = 2
_SCENARIOS = 25
_NOTEBOOK = ROOT / "notebooks/reference_vs_bau.ipynb"
# What differs from one execution to the next in what a cell shows.
_OF_THE_MOMENT = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|name-\d+")

# papermill as its documentation shows it, in one process: it pays its own import once only.
_PLAIN = """
import json, logging, sys, warnings, papermill
warnings.simplefilter("ignore")
logging.getLogger("papermill").setLevel(logging.ERROR)
for task in json.load(open(sys.argv[1])):
    papermill.execute_notebook(
        task["notebook"], task["output"], parameters=task["parameters"], progress_bar=False
    )
"""


def tasks() -> list[tuple[str, float]]:
    """Return so many runs: shipped scenarios, each with four discounts."""
    names = [
        name
        for name in sorted(file.stem for file in (ROOT / "scenarios").glob("*.yaml"))
        if jcm.load_scenario(name).notebooks == ("reference_vs_bau",)
    ]
    discounts = [0.9, 0.92, 0.94, 0.96]
    return [(name, discount) for name in names[:_SCENARIOS] for discount in discounts][:RUNS]


def measure() -> Iterator[Row]:
    """Yield what is measured [ms]; the memory in MB."""
    runs = tasks()
    with TemporaryDirectory() as place:
        plain = _plainly(runs, Path(place))
        ours, most = _by_report(runs, Path(place))
        different = _different(runs, Path(place))
    model = _model_ms(runs)
    each = ours * JOBS / RUNS
    yield (
        f"{RUNS} reports by {JOBS} jobs",
        ours,
        plain / 5,
        "papermill serially, notebooks only",
        plain,
    )
    yield "notebooks that show something else", different, 0, "", math.nan
    yield "a report, in its job", each, None, "load_scenario and simulate alone", model
    yield "memory of a job, shared pages once [MB]", most / JOBS, None, "", math.nan


def _plainly(runs: list[tuple[str, float]], place: Path) -> float:
    asked = [
        {
            "notebook": str(_NOTEBOOK),
            "output": str(place / f"{name}-{discount}.ipynb"),
            "parameters": {
                "scenario": str(ROOT / f"scenarios/{name}.yaml"),
                "overrides": f"crediting.discount={discount}",
            },
        }
        for name, discount in runs
    ]
    (place / "tasks.json").write_text(json.dumps(asked))
    started = time.perf_counter()
    command = [sys.executable, "-c", _PLAIN, str(place / "tasks.json")]
    subprocess.run(command, cwd=ROOT, check=True, stderr=subprocess.DEVNULL)
    return 1000 * (time.perf_counter() - started)


def _by_report(runs: list[tuple[str, float]], place: Path) -> tuple[float, float]:
    """Return how long the command takes [ms], and the most memory of all its processes [MB]."""
    files = list(dict.fromkeys(f"scenarios/{name}.yaml" for name, _ in runs))
    discounts = ",".join(dict.fromkeys(str(discount) for _, discount in runs))
    command = [BIN / "jcm", "report", *files, "--matrix", f"crediting.discount={discounts}"]
    options = ["--jobs", str(JOBS), "--reports", str(place / "reports")]
    started = time.perf_counter()
    process = subprocess.Popen([*command, *options], cwd=ROOT, stdout=subprocess.DEVNULL)
    most = 0.0
    while process.poll() is None:
        most = max(most, memory(process.pid))
        time.sleep(0.5)
    assert process.returncode == 0
    return 1000 * (time.perf_counter() - started), most


def memory(pid: int) -> float:
    """Return the memory of a process and of all below it, shared pages counted once [MB]."""
    total = 0
    try:
        first = psutil.Process(pid)
        for process in [first, *first.children(recursive=True)]:
            try:
                total += process.memory_full_info().pss
            except psutil.Error:
                continue
    except psutil.Error:
        return 0.0
    return total / 1e6


def _different(runs: list[tuple[str, float]], place: Path) -> int:
    """Count the notebooks that show something else than papermill's."""
    kept = {}
    for file in (place / "reports").glob("[!.]*/[!.]*/run.json"):
        record = json.loads(file.read_text())
        kept[record["scenario"], record["totals"]["changes"]] = file.with_name("notebook.ipynb")
    return sum(
        _shown(kept[name, f"crediting.discount={discount}"])
        != _shown(place / f"{name}-{discount}.ipynb")
        for name, discount in runs
    )


def _shown(file: Path) -> list[str]:
    notebook = nbformat.read(file, as_version=4)
    return [
        _OF_THE_MOMENT.sub("", output["data"].get("text/html", ""))
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if "data" in output
    ]


def _model_ms(runs: list[tuple[str, float]]) -> float:
    took = []
    for name, discount in runs[::10]:
        started = time.perf_counter()
        jcm.simulate(jcm.load_scenario(name, {"crediting.discount": discount}))
        took.append(1000 * (time.perf_counter() - started))
    return statistics.median(took)
