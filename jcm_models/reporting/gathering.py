"""From what a command asks for to tasks: scenarios, times changes, times notebooks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jcm_models.documents import parse_overrides
from jcm_models.problems import Place, Problem, ScenarioError
from jcm_models.reporting.planning import plan, plan_each
from jcm_models.reporting.tasks import ORIGIN, OTHER, Task
from jcm_models.reporting.variants import Variant, as_changes, read_matrix, read_scenario_table
from jcm_models.run_records import complete_runs, failed_runs, newest
from jcm_models.scenario import Scenario
from jcm_models.simulation import load_scenario

if TYPE_CHECKING:
    from jcm_models.report_templates import ReportTemplate

__all__ = ["Asked", "failed_before", "gather"]


@dataclass(frozen=True)
class Asked:
    """What is asked for, as it was written.

    Parameters
    ----------
    scenarios : tuple of str
        Files or names of scenarios.
    values : mapping of str to any
        What is changed in all of them.
    matrix : tuple of str
        Keys and their values, of which every combination is run.
    table : pathlib.Path, optional
        A file with a run in each row.
    notebooks : tuple of str
        Instead of those that the scenarios name.
    parameters : mapping of str to any
        Parameters of the notebooks.
    """

    scenarios: tuple[str, ...]
    values: Mapping[str, Any] = field(default_factory=dict)
    matrix: tuple[str, ...] = ()
    table: Path | None = None
    notebooks: tuple[str, ...] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)


def gather(asked: Asked, template: ReportTemplate | None = None) -> list[Task]:
    """Return every run that is asked for, checked before any is made.

    Parameters
    ----------
    asked : Asked
        Scenarios, changes, notebooks.
    template : ReportTemplate, optional
        The looks of a team.

    Returns
    -------
    list of Task
        By scenario, change and notebook.

    Raises
    ------
    ScenarioError
        With everything that is wrong with any of them.
    """
    variants = list(_variants(asked))
    loaded = _loaded(variants)
    _refuse_same_names([scenario for _, scenario in loaded])
    tasks: list[Task] = []
    problems: list[Problem] = []
    for variant, scenario in loaded:
        notebooks = [variant.notebook] if variant.notebook else asked.notebooks
        try:
            changes = as_changes(variant.values)
            tasks += plan_each(scenario, asked.parameters, changes, notebooks, template)
        except ScenarioError as error:
            problems += error.problems
    if problems:
        raise ScenarioError(problems)
    _refuse_same_runs(tasks)
    return tasks


def _variants(asked: Asked) -> Iterator[Variant]:
    """Yield each scenario with each change."""
    rows = read_scenario_table(asked.table) if asked.table else [Variant()]
    combinations = read_matrix(asked.matrix)
    own = any(row.scenario for row in rows)
    if own and asked.scenarios:
        text = f"{asked.table} names scenarios itself; name none beside it"
        raise ScenarioError([Problem("--table", text)])
    if not own and not asked.scenarios:
        text = "name a scenario, such as scenarios/*.yaml, or a --table with a column scenario"
        raise ScenarioError([Problem("scenario", text)])
    for row in rows:
        if own and not row.scenario:
            raise ScenarioError([Problem("scenario", f"{row.origin} names no scenario")])
        for name in [row.scenario] if own else asked.scenarios:
            for combination in combinations:
                yield replace(row.with_(asked.values).with_(combination), scenario=name)


def _loaded(variants: Sequence[Variant]) -> list[tuple[Variant, Scenario]]:
    found, problems = [], Counter[Problem]()
    for variant in variants:
        try:
            found.append((variant, load_scenario(variant.scenario, variant.values, ORIGIN)))
        except ScenarioError as error:
            problems.update(_placed(problem, variant) for problem in error.problems)
    if problems:
        raise ScenarioError(_once(problems))
    return found


def _placed(problem: Problem, variant: Variant) -> Problem:
    """Say where a change was written: in the row of a table, or on the command line."""
    place = problem.place
    if place is None or not place.file.startswith(f"{ORIGIN} "):
        return problem
    return replace(problem, place=Place(place.file.replace(ORIGIN, variant.origin, 1)))


def _once(problems: Mapping[Problem, int]) -> Iterator[Problem]:
    """Yield a problem that many rows have once, at the first of them."""
    first: dict[tuple[str, str], Problem] = {}
    more = Counter[tuple[str, str]]()
    for problem in problems:
        key = (problem.path, problem.message)
        if first.setdefault(key, problem) is not problem:
            more[key] += 1
    for key, problem in first.items():
        tail = f" (and so in {more[key]} more)" if more[key] else ""
        yield replace(problem, message=f"{problem.message}{tail}")


def _refuse_same_names(scenarios: Sequence[Scenario]) -> None:
    files: dict[str, set[Path]] = {}
    for scenario in scenarios:
        files.setdefault(scenario.name, set()).add(scenario.document.files[0].resolve())
    clashes = [
        Problem(
            name,
            f"two scenarios have this name: {' and '.join(map(str, sorted(of)))}; "
            "their reports would stand in one folder, so rename one",
        )
        for name, of in files.items()
        if len(of) > 1
    ]
    if clashes:
        raise ScenarioError(clashes)


def _refuse_same_runs(tasks: Sequence[Task]) -> None:
    counts = Counter(task.run.run_id for task in tasks)
    twice = {task.label: counts[task.run.run_id] for task in tasks if counts[task.run.run_id] > 1}
    if twice:
        text = "is asked for {} times with the same inputs and notebook; once is enough"
        raise ScenarioError([Problem(label, text.format(n)) for label, n in twice.items()])


def failed_before(reports: Path) -> list[Task]:
    """Return the runs that failed and have not succeeded since, as they were asked for.

    Parameters
    ----------
    reports : pathlib.Path
        The folder of all reports.

    Returns
    -------
    list of Task
        Checked anew, from the files as they are now.

    Raises
    ------
    ScenarioError
        If there are none, or what they were made from cannot be used.
    """
    runs = newest([*complete_runs(reports), *failed_runs(reports)])
    records = [run.record for run in runs if run.failed]
    if not records:
        raise ScenarioError([Problem("--failed", f"no run under {reports} has failed")])
    tasks: list[Task] = []
    problems: list[Problem] = []
    for record in records:
        try:
            tasks.append(_again(record))
        except ScenarioError as error:
            problems += error.problems
    if problems:
        raise ScenarioError(problems)
    return tasks


def _again(record: Mapping[str, Any]) -> Task:
    from jcm_models.report_templates import read_template

    changes = record["changes"]
    scenario = load_scenario(record["file"], parse_overrides(changes), ORIGIN)
    folder = record["template_folder"]
    template = read_template(Path(folder)) if folder else None
    parameters = dict(record["parameters"])
    if record.get("other_file"):  # its run knows it by its name
        parameters[OTHER] = record["other_file"]
    return plan(scenario, parameters, changes, record["notebook_file"], template)
