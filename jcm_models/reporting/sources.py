"""The files that a run came from, kept in its folder, from which it can be run again anywhere."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from jcm_models.documents import parse_overrides, shown
from jcm_models.problems import Problem, ScenarioError
from jcm_models.reporting.planning import plan
from jcm_models.reporting.tasks import ORIGIN, OTHER, Task
from jcm_models.scenario import Scenario
from jcm_models.simulation import load_scenario
from jcm_models.strict_yaml import FROM_ROOT

__all__ = ["SOURCES", "copy_sources", "read_task", "source_files"]

SOURCES = "sources"
_TASK = "task.json"
_TEMPLATE = "template"
_ASKED = ("scenario", "notebook", "template", "parameters", "changes")
_SET_BY_PLAN = {"scenario", "overrides"}


def source_files(task: Task) -> dict[str, Path]:
    """Return every file that a run is made from, by its name in the folder of its sources.

    Parameters
    ----------
    task : Task
        A scenario through a notebook.

    Returns
    -------
    dict of str to pathlib.Path
        The files of the scenario and its tables as they are shown to people, the notebook, and
        the team's template.
    """
    scenarios = [task.scenario] if task.other is None else [task.scenario, task.other]
    files = {name_of(file): file for each in scenarios for file in _of_scenario(each)}
    files[f"notebooks/{task.notebook.name}"] = task.notebook
    if task.template:
        for file in task.template.folder.rglob("*"):
            if file.is_file():
                name = file.relative_to(task.template.folder).as_posix()
                files[f"{_TEMPLATE}/{name}"] = file
    return files


def name_of(file: Path) -> str:
    """Return the name of a file among the sources; `shown` there is what it is here."""
    name = shown(file)
    return FROM_ROOT + name.lstrip("/").replace(":", "") if Path(name).is_absolute() else name


def _of_scenario(scenario: Scenario) -> Iterator[Path]:
    document = scenario.document
    yield from document.files
    for table in _tables(document.data):
        for file in document.files:
            if (file.parent / table).is_file():
                yield file.parent / table
                break


def _tables(data: Any) -> Iterator[str]:
    """Yield the files that a scenario names beside itself."""
    if isinstance(data, Mapping):
        table = data.get("table")
        if isinstance(table, str):
            yield table
        data = list(data.values())
    if isinstance(data, list):
        for item in data:
            yield from _tables(item)


def copy_sources(task: Task, folder: Path) -> None:
    """Copy the files of a task to a folder, and write down what is asked.

    Parameters
    ----------
    task : Task
        What is run.
    folder : pathlib.Path
        Where they go.
    """
    for name, file in source_files(task).items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
    parameters = {k: v for k, v in task.parameters.items() if k not in _SET_BY_PLAN}
    if task.other is not None:
        parameters[OTHER] = name_of(task.other.document.files[0])
    asked = {
        "scenario": name_of(task.scenario.document.files[0]),
        "notebook": f"notebooks/{task.notebook.name}",
        "template": _TEMPLATE if task.template else None,
        "parameters": parameters,
        "changes": task.changes,
    }
    text = json.dumps(asked, indent=2, ensure_ascii=False, default=str)
    (folder / _TASK).write_text(text + "\n", encoding="utf-8")


def read_task(folder: Path) -> Task:
    """Read what `copy_sources` has written; the current folder must be that folder.

    Parameters
    ----------
    folder : pathlib.Path
        The folder of the sources.

    Returns
    -------
    Task
        The same task, from the copies.

    Raises
    ------
    ScenarioError
        If the copies no longer are a sound scenario.
    """
    from jcm_models.report_templates import read_template

    asked = _asked(folder / _TASK)
    changes = asked["changes"]
    scenario = load_scenario(asked["scenario"], parse_overrides(changes), origin=ORIGIN)
    template = read_template(Path(asked["template"])) if asked["template"] else None
    return plan(scenario, asked["parameters"], changes, asked["notebook"], template)


def _asked(file: Path) -> dict[str, Any]:
    try:
        asked: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        return {key: asked[key] for key in _ASKED}
    except (OSError, ValueError, KeyError, TypeError):
        text = "does not say what was run; it must stand as the run has left it"
        raise ScenarioError([Problem(f"{SOURCES}/{file.name}", text)]) from None
