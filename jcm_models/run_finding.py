"""Runs as people name them: by folder, name, the beginning of one, scenario or scenario file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from jcm_models.comparison import Facts
from jcm_models.problems import Problem, ScenarioError, nearest
from jcm_models.run_figures import facts_of
from jcm_models.run_records import Kept, complete_runs, failed_runs, read_facts

__all__ = ["MOST", "find_facts"]

MOST = 6
"""So many runs are compared at a time; more lines than that nobody tells apart."""

_YAML = {".yaml", ".yml"}


def find_facts(names: Sequence[str], reports: Path) -> list[Facts]:
    """Find what people name, and read or simulate it.

    Parameters
    ----------
    names : sequence of str
        Folders of runs, names of runs or their beginnings, names of scenarios (their newest run),
        or scenario files, which are simulated.
    reports : pathlib.Path
        The folder of all reports.

    Returns
    -------
    list of Facts
        One for each name, in their order.

    Raises
    ------
    ScenarioError
        With everything that is wrong: names that stand for no run or for several, one run named
        twice, too few or too many, records that lack something.
    """
    if not 2 <= len(names) <= MOST:
        text = f"found {len(names)}; name 2 to {MOST} runs, such as: jcm compare 1a2b3c 4d5e6f"
        raise ScenarioError([Problem("runs", text)])
    done, failed = complete_runs(reports), failed_runs(reports)
    found: list[Kept | Path] = []
    problems: list[Problem] = []
    for name in names:
        try:
            found.append(_find(name, reports, done, failed))
        except ScenarioError as error:
            problems += error.problems
    problems += _twice(names, found) if not problems else []
    if problems:
        raise ScenarioError(problems)
    return _all_read(found)


def _find(name: str, reports: Path, done: list[Kept], failed: list[Kept]) -> Kept | Path:
    path = Path(name)
    if path.suffix in _YAML:
        if path.is_file():
            return path
        raise ScenarioError([Problem(name, "there is no such scenario file")])
    if path.is_dir():
        return _of_folder(path)
    of_scenario = [run for run in done if run.scenario == name]
    if of_scenario:
        return max(of_scenario, key=lambda run: run.when)
    begun = [run for run in done if run.run_id.startswith(name)]
    if len({run.run_id for run in begun}) == 1:
        return begun[0]
    raise ScenarioError([Problem(name, _not_found(name, reports, begun, done, failed))])


def _of_folder(folder: Path) -> Kept:
    """Return the run that a folder holds."""
    inside = folder.resolve()
    there = [*complete_runs(inside.parents[1]), *failed_runs(inside.parents[1])]
    run = next((run for run in there if run.folder.resolve() == inside), None)
    if run is None:
        text = "is no folder of a run, as it holds no run.json; name reports/<scenario>/<run>"
        raise ScenarioError([Problem(str(folder), text)])
    if run.failed:
        raise ScenarioError([Problem(str(folder), _why_failed(run))])
    return run


def _why_failed(run: Kept) -> str:
    return f"failed and has no results: {run.record.get('reason')}; see {run.folder / 'run.log'}"


def _not_found(
    name: str, reports: Path, begun: list[Kept], done: list[Kept], failed: list[Kept]
) -> str:
    if begun:
        listed = ", ".join(f"{run.run_id} ({run.scenario})" for run in begun)
        return f"is the beginning of {len(begun)} runs; which of {listed}?"
    broken = [run for run in failed if name in {run.scenario, run.run_id}]
    if broken:
        return _why_failed(broken[0])
    known = {run.scenario for run in done} | {run.run_id for run in done}
    if not known:
        return f"there are no runs in {reports}; make some: jcm report {name}"
    return (
        f"no run in {reports} has this name, and no scenario{nearest(name, known)}; "
        "a scenario without a run is named by its file, such as scenarios/my.yaml"
    )


def _twice(names: Sequence[str], found: Sequence[Kept | Path]) -> list[Problem]:
    first: dict[str, str] = {}
    problems = []
    for name, one in zip(names, found, strict=True):
        key = str(one.resolve()) if isinstance(one, Path) else one.run_id
        if key in first:
            problems.append(Problem(name, f"is the same run as {first[key]}; name another"))
        first.setdefault(key, name)
    return problems


def _all_read(found: Sequence[Kept | Path]) -> list[Facts]:
    facts: list[Facts] = []
    problems: list[Problem] = []
    for one in found:
        try:
            facts.append(_simulated(one) if isinstance(one, Path) else read_facts(one))
        except ScenarioError as error:
            problems += error.problems
    if problems:
        raise ScenarioError(problems)
    return facts


def _simulated(file: Path) -> Facts:
    from jcm_models.runs import code_hash
    from jcm_models.simulation import compute, load_scenario

    return facts_of(compute(load_scenario(file)), str(file), code_hash())
