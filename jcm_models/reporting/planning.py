"""From a scenario to tasks: its notebooks and their parameters, checked before any runs."""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat

from jcm_models.documents import parse_overrides
from jcm_models.kernels.parameters import known_parameters, parameter_defaults, parameter_problems
from jcm_models.problems import Problem, ScenarioError, nearest
from jcm_models.reporting.tasks import OTHER, Task
from jcm_models.scenario import Scenario
from jcm_models.simulation import load_scenario
from jcm_models.strict_yaml import here_and_above
from jcm_models.wording import LANGUAGES

if TYPE_CHECKING:
    from jcm_models.report_templates import ReportTemplate

__all__ = ["assert_writable", "find_notebook", "plan", "plan_each"]

_SET_HERE = ("scenario", "overrides")
_OTHER_CHANGES = "other_overrides"


def find_notebook(name: str, near: Path, template: Path | None = None) -> Path:
    """Find a notebook by its path, or its bare name in a ``notebooks/`` folder.

    Parameters
    ----------
    name : str
        A path, or the name of a notebook.
    near : pathlib.Path
        Where else to look than here and above: at and above the folder of the scenario.
    template : pathlib.Path, optional
        A folder of a team's own, whose ``notebooks/`` come first.

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
    own = [template] if template else []
    for folder in (*own, *here_and_above(), there, *there.parents):
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


def plan(
    scenario: Scenario,
    parameters: Mapping[str, Any],
    changes: str = "",
    notebook: str | None = None,
    template: ReportTemplate | None = None,
) -> Task:
    """Prepare a task: find the notebook and check its parameters before any kernel starts.

    Parameters
    ----------
    scenario : Scenario
        What is reported on, with its changes.
    parameters : mapping of str to any
        Parameters of the notebook, beside the scenario and its changes.
    changes : str
        The changes to the scenario, as the notebook shall read them.
    notebook : str, optional
        Path or name of the notebook; the first that the scenario names by default.
    template : ReportTemplate, optional
        The looks of a team, whose notebooks are found first.

    Returns
    -------
    Task
        Ready to be run.

    Raises
    ------
    ScenarioError
        If there is no such notebook, or a parameter is not one of its own.
    """
    (task,) = plan_each(scenario, parameters, changes, [notebook] if notebook else [], template)[:1]
    return task


def plan_each(
    scenario: Scenario,
    parameters: Mapping[str, Any],
    changes: str = "",
    notebooks: Sequence[str] = (),
    template: ReportTemplate | None = None,
) -> list[Task]:
    """Prepare a task for each notebook of a scenario, as `plan` does.

    A parameter goes to the notebooks that have it; one at least must.
    """
    taken = [name for name in _SET_HERE if name in parameters]
    if taken:
        text = "is set by the command itself: name the file, and use --set for its values"
        raise ScenarioError([Problem(name, text) for name in taken])
    near = scenario.document.files[0].parent
    folder = template.folder if template else None
    files = [find_notebook(name, near, folder) for name in notebooks or scenario.notebooks]
    own = {"scenario": str(scenario.document.files[0]), "overrides": changes}
    given = _divided(files, own, parameters)
    return [_task(scenario, file, given[file], template) for file in files]


def _task(
    scenario: Scenario, file: Path, given: dict[str, Any], template: ReportTemplate | None
) -> Task:
    """Load the second scenario of a notebook that compares, so that it belongs to the run."""
    asked = parameter_defaults(_read(file)) | given
    if not {OTHER, _OTHER_CHANGES} <= set(asked) or not asked[OTHER]:
        return Task(scenario, file, given, template)
    changes = parse_overrides(str(asked[_OTHER_CHANGES]))
    other = load_scenario(str(asked[OTHER]), changes, _OTHER_CHANGES)
    named = given | {OTHER: str(other.document.files[0])}
    return Task(scenario, file, named, template, other)


def _divided(
    files: Sequence[Path], own: Mapping[str, Any], parameters: Mapping[str, Any]
) -> dict[Path, dict[str, Any]]:
    """Give each notebook the parameters that it has, or say what is wrong with them."""
    given, problems = {}, []
    read = {file: _read(file) for file in files}
    known = {file: known_parameters(notebook) or {} for file, notebook in read.items()}
    anywhere = {name for names in known.values() for name in names}
    for file, notebook in read.items():
        fitting = {n: v for n, v in parameters.items() if n in known[file] or n not in anywhere}
        given[file] = {**own, **fitting}
        problems += [_of(file, each) for each in parameter_problems(notebook, given[file])]
    if parameters.get("lang", LANGUAGES[0]) not in LANGUAGES:
        problems.append(Problem("lang", f"found {parameters['lang']!r}; there is {_LANGUAGES}"))
    if problems:
        raise ScenarioError(problems)
    return given


_LANGUAGES = ", ".join(LANGUAGES)


def _of(file: Path, problem: Problem) -> Problem:
    return Problem(problem.path, problem.message.replace("the notebook", file.name, 1))


def _read(file: Path) -> nbformat.NotebookNode:
    try:
        return _read_once(file.absolute(), file.stat().st_mtime_ns)
    except (OSError, ValueError) as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        problem = Problem("notebook", f"{file} cannot be read as a notebook: {reason}")
        raise ScenarioError([problem]) from None


@functools.lru_cache(maxsize=8)
def _read_once(file: Path, changed: int) -> nbformat.NotebookNode:
    """Read a notebook, again only if it has changed since; the tasks of a batch have few."""
    read: nbformat.NotebookNode = nbformat.read(  # type: ignore[no-untyped-call]
        file, as_version=4
    )
    return read


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
