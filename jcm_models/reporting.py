"""The main job: each scenario through its notebook, to a run folder and its report."""

from __future__ import annotations

import logging
import os
import tempfile
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jcm_models.problems import Problem, ScenarioError, nearest
from jcm_models.run_figures import figures_of
from jcm_models.runs import Run, new_folder, run_of, write_inputs
from jcm_models.scenario import Scenario
from jcm_models.simulation import simulate
from jcm_models.strict_yaml import here_and_above
from jcm_models.wording import LANGUAGES

__all__ = ["Outcome", "Task", "find_notebook", "plan", "report"]

_REPORT = "report.html"


@dataclass(frozen=True)
class Task:
    """A scenario, the notebook that reports on it, and the parameters of that notebook."""

    scenario: Scenario
    notebook: Path
    parameters: Mapping[str, Any]


@dataclass(frozen=True)
class Outcome:
    """What became of a task: its report, or why there is none."""

    scenario: str
    report: Path | None
    seconds: float
    up_to_date: bool = False
    error: str = ""


def find_notebook(name: str, near: Path) -> Path:
    """Find a notebook by its path, or its bare name in a ``notebooks/`` folder.

    Parameters
    ----------
    name : str
        A path, or the name of a notebook.
    near : pathlib.Path
        Where else to look than here and above: at and above the folder of the scenario.

    Returns
    -------
    pathlib.Path
        The notebook.

    Raises
    ------
    ScenarioError
        If there is none.
    """
    there = near.resolve()
    for folder in (*here_and_above(), there, *there.parents):
        for candidate in (folder / name, folder / "notebooks" / f"{name}.ipynb"):
            if candidate.is_file():
                return candidate
    offered = sorted(file.stem for file in (Path.cwd() / "notebooks").glob("*.ipynb"))
    hint = nearest(name, offered) + (f"; there is {', '.join(offered)}" if offered else "")
    problem = Problem(
        "notebook",
        f"there is no notebook {name!r} here or above{hint}; call jcm inside the project's folder",
    )
    raise ScenarioError([problem])


def plan(scenario: Scenario, parameters: Mapping[str, Any], origin: str) -> Task:
    """Prepare a task: find the notebook and check its parameters before any kernel starts.

    Parameters
    ----------
    scenario : Scenario
        What is reported on.
    parameters : mapping of str to any
        Parameters of the notebook, beside the scenario and its changes.
    origin : str
        The changes to the scenario, as the notebook shall read them.

    Returns
    -------
    Task
        Ready to be run.

    Raises
    ------
    ScenarioError
        If there is no such notebook, or a parameter is not one of its own.
    """
    taken = [name for name in ("scenario", "overrides") if name in parameters]
    if taken:
        text = "is set by the command itself: name the file, and use --set for its values"
        raise ScenarioError([Problem(name, text) for name in taken])
    notebook = find_notebook(scenario.notebook, scenario.document.files[0].parent)
    all_parameters = {
        "scenario": str(scenario.document.files[0]),
        "overrides": origin,
        **parameters,
    }
    problems = list(_parameter_problems(notebook, all_parameters))
    if problems:
        raise ScenarioError(problems)
    return Task(scenario, notebook, all_parameters)


def _parameter_problems(notebook: Path, parameters: Mapping[str, Any]) -> Iterator[Problem]:
    import papermill

    known = papermill.inspect_notebook(str(notebook))
    if not known:
        yield Problem("notebook", f"{notebook.name} has no cell tagged parameters")
        return
    kinds: dict[str, tuple[type, ...]] = {
        "str": (str,),
        "int": (int,),
        "float": (int, float),
        "bool": (bool,),
    }
    for name, value in parameters.items():
        if name not in known:
            hint = f"unknown parameter of {notebook.name}{nearest(name, known)}"
            yield Problem(name, f"{hint}; allowed: {', '.join(known)}")
            continue
        kind = known[name]["inferred_type_name"]
        if kind in kinds and not isinstance(value, kinds[kind]):
            yield Problem(name, f"found {value!r}; {notebook.name} needs a {kind}")
        elif name == "lang" and value not in LANGUAGES:
            yield Problem(name, f"found {value!r}; there is {', '.join(LANGUAGES)}")


def report(task: Task, reports: Path) -> Outcome:
    """Run a task and leave its folder under `reports`; one that is up to date is left alone.

    Parameters
    ----------
    task : Task
        What to run.
    reports : pathlib.Path
        The folder of all reports.

    Returns
    -------
    Outcome
        The report, or why there is none.
    """
    started = time.perf_counter()
    name = task.scenario.name
    identity = {k: v for k, v in task.parameters.items() if k not in {"scenario", "overrides"}}
    run = run_of(task.scenario, task.notebook, identity)
    final = reports / run.folder
    if (final / _REPORT).is_file():
        os.utime(final / "run.json")
        return Outcome(name, final / _REPORT, time.perf_counter() - started, up_to_date=True)
    try:
        with new_folder(final) as folder:
            _fill(folder, task, run)
    except Exception as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[-1]
        return Outcome(name, None, time.perf_counter() - started, error=reason)
    return Outcome(name, final / _REPORT, time.perf_counter() - started)


def _fill(folder: Path, task: Task, run: Run) -> None:
    from jcm_models.exporting import write_results
    from jcm_models.pages import report_page

    dataset = simulate(task.scenario)
    write_results(dataset, folder)
    executed = _execute(task, folder / "notebook.ipynb")
    page = report_page(executed, task.scenario, run.run_id, str(task.parameters.get("lang", "en")))
    (folder / _REPORT).write_text(page, encoding="utf-8")
    write_inputs(folder, task.scenario, run, figures_of(task.scenario, dataset))


def _execute(task: Task, output: Path) -> Any:
    """Run the notebook through papermill; a cell that raises, raises here."""
    import papermill
    from traitlets.config import Config

    for noisy in ("papermill", "blib2to3"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return papermill.execute_notebook(
            str(task.notebook),
            str(output),
            parameters=dict(task.parameters),
            progress_bar=False,
            config=Config({"KernelManager": {"transport_encryption": "auto"}}),
        )


def assert_writable(reports: Path) -> None:
    """Make the folder of all reports, and see that files can be written there.

    Raises
    ------
    ScenarioError
        If not; before anything is run.
    """
    try:
        reports.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=reports):
            pass
    except OSError as error:
        text = f"reports cannot be written there: {error.strerror}; choose another --reports"
        raise ScenarioError([Problem(str(reports), text)]) from None


def run_all(tasks: Sequence[Task], reports: Path, jobs: int = 1) -> Iterator[Outcome]:
    """Run the tasks and yield what became of each, in their order.

    Parameters
    ----------
    tasks : sequence of Task
        What to run.
    reports : pathlib.Path
        The folder of all reports.
    jobs : int
        How many run at a time; each has a kernel, a process of its own, that does the work.

    Yields
    ------
    Outcome
        Its report, or why there is none.
    """
    with ThreadPoolExecutor(max_workers=jobs) as pool:
        yield from pool.map(lambda task: report(task, reports), tasks)
