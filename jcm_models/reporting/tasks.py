"""What is to be run, and what became of it."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jcm_models.runs import Run, run_of
from jcm_models.scenario import Scenario

if TYPE_CHECKING:
    from jcm_models.report_templates import ReportTemplate

__all__ = ["ORIGIN", "OTHER", "REPORT", "Outcome", "Settings", "Task"]

REPORT = "report.html"
ORIGIN = "--set"  # where the changes of a run are said to come from

OTHER = "other"  # the parameter of a notebook that names a second scenario
_OF_THE_SCENARIO = {"scenario", "overrides"}
_USUAL_TIMEOUT = 1800.0


@dataclass(frozen=True)
class Task:
    """A scenario, the notebook that reports on it, and how.

    Parameters
    ----------
    scenario : Scenario
        What is simulated, with its changes.
    notebook : pathlib.Path
        What reports on it.
    parameters : mapping of str to any
        All parameters of the notebook; ``scenario`` and ``overrides`` name the scenario.
    template : ReportTemplate, optional
        The looks of a team.
    other : Scenario, optional
        What the notebook compares the scenario with, where it compares.
    """

    scenario: Scenario
    notebook: Path
    parameters: Mapping[str, Any]
    template: ReportTemplate | None = None
    other: Scenario | None = None

    @functools.cached_property
    def run(self) -> Run:
        """The run, named by all that goes into it."""
        own = {k: v for k, v in self.parameters.items() if k not in _OF_THE_SCENARIO}
        if self.other is not None:  # by its name and what is in it, wherever it stands
            own[OTHER] = self.other.name
        looks = self.template.identity if self.template else None
        return run_of(self.scenario, self.notebook, own, looks, self.other)

    @property
    def changes(self) -> str:
        """The changes to the scenario, as they were asked for."""
        return str(self.parameters.get("overrides", ""))

    @property
    def language(self) -> str:
        """The language of the report."""
        return str(self.parameters.get("lang", "en"))

    @property
    def label(self) -> str:
        """The run as people tell it from others."""
        parts = [self.scenario.name]
        if self.notebook.stem != self.scenario.notebooks[0]:
            parts.append(self.notebook.stem)
        return " ".join([*parts, f"({self.changes})"] if self.changes else parts)


@dataclass(frozen=True)
class Settings:
    """How tasks are run.

    Parameters
    ----------
    reports : pathlib.Path
        The folder of all reports.
    timeout : float
        When a run is given up [s].
    force : bool
        Whether what is complete is run again.
    forked : bool
        Whether kernels are forked, from a process that is started for it if there is none.
    """

    reports: Path
    timeout: float = _USUAL_TIMEOUT
    force: bool = False
    forked: bool = True


@dataclass(frozen=True)
class Outcome:
    """What became of a task: its report, or why there is none."""

    task: Task
    report: Path | None
    seconds: float
    up_to_date: bool = False
    error: str = ""
    log: Path | None = None

    @property
    def label(self) -> str:
        """The run as people tell it from others."""
        return self.task.label

    @property
    def state(self) -> str:
        """``done``, ``skipped`` or ``failed``."""
        if self.report is None:
            return "failed"
        return "skipped" if self.up_to_date else "done"
