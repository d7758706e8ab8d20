"""How long many projects take together, beside one after another: part of ``make bench``."""

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence

import jcm_models as jcm
from jcm_models.scenario import Scenario
from tests.conftest import ROOT

SCENARIOS = sorted((ROOT / "scenarios").glob("*.yaml"))
YEARS = {"years": {"first": 2021, "last": 2060}, "operation": {}, "crediting": {}}

Row = tuple[str, float, float | None, str, float]

_MEMORY = """
import resource, sys
from tests.bench.portfolio import portfolio
import jcm_models as jcm
projects = portfolio({count})
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
jcm.compute_all(projects)
print(before / 1024, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def portfolio(count: int) -> list[Scenario]:
    """Return so many projects of 40 years, of the kinds that are shipped, in turn."""
    kinds = []
    for path in SCENARIOS:
        try:
            kinds.append(jcm.load_scenario(path).with_({**YEARS, "reference.above_bau": "lowered"}))
        except jcm.ScenarioError:  # its series end earlier than 2060
            continue
    projects = []
    for number in range(count):
        project = kinds[number % len(kinds)].model_copy()
        project._document = kinds[number % len(kinds)].document
        project._name = f"project_{number}"
        projects.append(project)
    return projects


def seconds(action: object, times: int = 3) -> float:
    """Return the median duration of an action [s], after one that does not count."""
    action()  # type: ignore[operator]
    durations = []
    for _ in range(times):
        started = time.perf_counter()
        action()  # type: ignore[operator]
        durations.append(time.perf_counter() - started)
    return statistics.median(durations)


def one_by_one(projects: Sequence[Scenario]) -> None:
    """Simulate projects one after another."""
    for project in projects:
        jcm.compute(project)


def shipped() -> Iterator[Row]:
    """All shipped scenarios: read from their files and simulated together."""

    def together() -> None:
        jcm.compute_all([jcm.load_scenario(path) for path in SCENARIOS])

    loaded = [jcm.load_scenario(path) for path in SCENARIOS]
    yield (
        f"{len(SCENARIOS)} shipped scenarios: read, checked, simulated together",
        1000 * seconds(together),
        1000,
        "the same, one after another",
        1000 * seconds(lambda: one_by_one([jcm.load_scenario(path) for path in SCENARIOS])),
    )
    yield (
        f"{len(SCENARIOS)} shipped scenarios: simulated together",
        1000 * seconds(lambda: jcm.compute_all(loaded)),
        None,
        "simulated one after another",
        1000 * seconds(lambda: one_by_one(loaded)),
    )


def thousand() -> Iterator[Row]:
    """A portfolio of 1,000 projects over 40 years, and what each costs as they grow in number."""
    durations = {}
    for count in (10, 100, 1000):
        projects = portfolio(count)
        durations[count] = 1000 * seconds(lambda p=projects: jcm.compute_all(p))  # type: ignore[misc]
    projects = portfolio(1000)
    yield (
        "1,000 projects over 40 years, together",
        durations[1000],
        2000,
        "one after another",
        1000 * seconds(lambda: one_by_one(projects), 1),
    )
    for count in (100, 1000):
        yield (
            f"each of {count:,} projects",
            durations[count] / count,
            None,
            "each of 10 projects",
            durations[10] / 10,
        )


def memory() -> Iterator[Row]:
    """Peak memory of a process that simulates 1,000 projects [MB in place of ms]."""
    code = _MEMORY.format(count=1000)
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    before, peak = map(float, ran.stdout.split())
    yield (
        "1,000 projects over 40 years: peak memory [MB]",
        peak,
        500,
        "before simulating [MB]",
        before,
    )


def core() -> Iterator[Row]:
    """The numeric core in a fresh process, beside numpy alone."""
    modules = "emissions crediting allocation reversal levels methods.displaced_energy"
    ours = "; ".join(f"import jcm_models.{name}" for name in modules.split())

    def fresh(code: str) -> float:
        return seconds(
            lambda: subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True), 7
        )

    name = "import numpy, fresh process"
    yield (
        "import the numeric core, fresh process",
        1000 * fresh(ours),
        300,
        name,
        1000 * fresh("import numpy"),
    )
