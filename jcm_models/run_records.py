"""The runs that stand in a folder of reports: complete ones, failed ones, the newest of each."""

from __future__ import annotations

import contextlib
import datetime
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jcm_models.comparison import Facts
from jcm_models.documents import KeyPath, dotted
from jcm_models.problems import Problem, ScenarioError
from jcm_models.scenario import Scenario

__all__ = ["Kept", "complete_runs", "failed_runs", "newest", "read_facts", "settings_of", "task_of"]

_RECORD, _INPUTS, _FAILURE = "run.json", "inputs.json", "failure.json"
_FAILED = ".failed"
_NEEDED = ("title", "issued", "by_year")  # of the figures of a run, to compare it

# What is said about a scenario, or beside a number, and changes no result.
_SAID = {"title", "question", "names", "notes", "notebook", "source", "standing", "note"}


@dataclass(frozen=True)
class Kept:
    """A run as it is kept: its folder, its record, when it was last asked for, if it failed."""

    folder: Path
    record: Mapping[str, Any]
    when: datetime.datetime
    failed: bool = False

    @property
    def scenario(self) -> str:
        """The name of the scenario."""
        return str(self.record["scenario"])

    @property
    def run_id(self) -> str:
        """The name of the run."""
        return str(self.record["run_id"])

    @property
    def changes(self) -> str:
        """The changes to the scenario, as they were asked for."""
        return _changes_of(self.record)

    @property
    def task(self) -> tuple[str, ...]:
        """What was asked for: the same task run again takes the place of an earlier run."""
        return task_of(self.record)


def task_of(record: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what a record says was asked for, so that the same task is told from others."""
    parameters = json.dumps(record.get("parameters", {}), sort_keys=True, default=str)
    notebook = str(record.get("notebook", ""))
    return str(record["scenario"]), _changes_of(record), notebook, parameters


def _changes_of(record: Mapping[str, Any]) -> str:
    told = record if "changes" in record else record.get("totals", {})
    return str(told.get("changes") or "")


def complete_runs(reports: Path) -> list[Kept]:
    """Return every complete run in a folder of reports, the newest first within a scenario."""
    return _in_order(_read(reports, _RECORD))


def failed_runs(reports: Path) -> list[Kept]:
    """Return every run that failed and left a trace, the newest first within a scenario."""
    return _in_order(_read(reports, _FAILURE))


def _in_order(runs: Iterable[Kept]) -> list[Kept]:
    return sorted(runs, key=lambda run: (run.scenario, -run.when.timestamp(), run.run_id))


def _read(reports: Path, name: str) -> Iterator[Kept]:
    for file in reports.glob(f"[!.]*/[!.]*/{name}"):
        if (name == _FAILURE) != file.parent.name.endswith(_FAILED):
            continue
        # One that is being replaced is listed by whoever replaces it.
        with contextlib.suppress(FileNotFoundError):
            record = json.loads(file.read_text(encoding="utf-8"))
            yield Kept(file.parent, record, _when(file, record), failed=name == _FAILURE)


def _when(file: Path, record: Mapping[str, Any]) -> datetime.datetime:
    """Return when a run failed, or when a complete one was last asked for."""
    with contextlib.suppress(KeyError, ValueError):
        return datetime.datetime.fromisoformat(record["when"]).astimezone(datetime.UTC)
    return datetime.datetime.fromtimestamp(file.stat().st_mtime, tz=datetime.UTC)


def newest(runs: Iterable[Kept]) -> list[Kept]:
    """Return the newest complete run of every task, and its failure where that is newer still.

    Parameters
    ----------
    runs : iterable of Kept
        Complete and failed runs.

    Returns
    -------
    list of Kept
        By scenario, the newest first.
    """
    last: dict[tuple[str, ...], dict[bool, Kept]] = {}
    for run in sorted(runs, key=lambda run: (run.when, run.run_id)):
        last.setdefault(run.task, {})[run.failed] = run
    found = []
    for of_task in last.values():
        done, failure = of_task.get(False), of_task.get(True)
        found += [done] if done else []
        found += [failure] if failure and (done is None or failure.when > done.when) else []
    return _in_order(found)


def read_facts(run: Kept) -> Facts:
    """Return what a complete run says of itself, for a comparison.

    Parameters
    ----------
    run : Kept
        A complete run.

    Returns
    -------
    Facts
        Its figures and what went in.

    Raises
    ------
    ScenarioError
        If its record lacks something, as that of an earlier version may.
    """
    inputs = json.loads((run.folder / _INPUTS).read_text(encoding="utf-8"))
    totals = run.record.get("totals", {})
    lacking = [f"{_RECORD}: totals.{key}" for key in _NEEDED if key not in totals]
    lacking += [f"{_INPUTS}: {key}" for key in ("inputs", "settings") if key not in inputs]
    if lacking:
        version = run.record.get("code_version", "an unknown version")
        text = (
            f"cannot be compared, as its record lacks {', '.join(lacking)} (made by {version}); "
            f"run it again: jcm report {run.scenario}"
        )
        raise ScenarioError([Problem(run.run_id, text)])
    rows = [*inputs["inputs"], *inputs["settings"]]
    code = str(run.record.get("code", ""))
    return Facts(run.run_id, run.scenario, totals, rows, code, run.folder)


def settings_of(scenario: Scenario) -> Iterator[dict[str, Any]]:
    """Yield every choice of a scenario that is none of its numbers, as `inputs_of` the numbers.

    Yields
    ------
    dict
        Its ``path``, ``label``, what is ``written`` and its ``place``.
    """
    numbers = {given.path for given in scenario.inputs()}
    for path, value in _leaves(scenario.document.data, (), numbers):
        named = path[1:] if path[0] == "project" else path
        yield {
            "path": dotted(path),
            "label": " ".join(named).replace("_", " "),
            "written": str(value).replace("_", " "),
            "value": str(value),
            "place": str(scenario.document.place(path) or ""),
        }


def _leaves(data: Any, path: KeyPath, numbers: set[str]) -> Iterator[tuple[KeyPath, Any]]:
    if dotted(path) in numbers:
        return
    if isinstance(data, list):
        data = dict(enumerate(data))
    if not isinstance(data, dict):
        yield path, data
        return
    for key, value in data.items():
        if key not in _SAID:
            yield from _leaves(value, (*path, str(key)), numbers)
