"""A run made again from its folder alone, and whether the bytes agree."""

from __future__ import annotations

import contextlib
import json
import platform
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jcm_models.problems import Problem, ScenarioError
from jcm_models.reporting.executing import report
from jcm_models.reporting.sources import SOURCES, read_task
from jcm_models.reporting.tasks import Settings
from jcm_models.runs import RECORD, code_hash, file_hashes, packages

__all__ = ["Reproduction", "reproduce"]


@dataclass(frozen=True)
class Reproduction:
    """What came of making a run again.

    Parameters
    ----------
    run_id : str
        Name of the run.
    changed_before : tuple of str
        What is not as it was when the run was made: files of its folder, packages, code.
    differing : tuple of str
        Files that came out otherwise than they did then.
    files : int
        How many files were compared.
    error : str
        Why the run could not be made again; empty if it could.
    """

    run_id: str
    changed_before: tuple[str, ...]
    differing: tuple[str, ...]
    files: int
    error: str = ""

    @property
    def agrees(self) -> bool:
        """Whether every byte is the same, and nothing was changed in the folder."""
        return not (self.error or self.differing or self.changed_files)

    @property
    def changed_files(self) -> tuple[str, ...]:
        """Files of the folder that were changed, added or removed since."""
        return tuple(text for text in self.changed_before if text.startswith("file "))


def reproduce(run: Path, timeout: float = Settings.timeout) -> Reproduction:
    """Make a run again from what stands in its folder, and compare every file.

    Parameters
    ----------
    run : pathlib.Path
        The folder of a complete run.
    timeout : float
        When the notebook is given up [s].

    Returns
    -------
    Reproduction
        What was changed since, and what came out otherwise.

    Raises
    ------
    ScenarioError
        If the folder is none of a complete run.
    """
    record = _record(run)
    then: Mapping[str, str] = record["files"]
    changed = (*_changed_files(run, then), *_changed_machine(record))
    with tempfile.TemporaryDirectory() as place:
        sources, reports = Path(place, SOURCES), Path(place, "reports")
        shutil.copytree(run / SOURCES, sources)
        try:
            with contextlib.chdir(sources):
                outcome = report(read_task(Path()), Settings(reports, timeout, forked=False))
        except (ScenarioError, OSError) as error:
            return Reproduction(record["run_id"], changed, (), 0, str(error))
        if outcome.report is None:
            return Reproduction(record["run_id"], changed, (), 0, outcome.error)
        now = file_hashes(outcome.report.parent)
    differing = sorted(name for name in then.keys() | now.keys() if then.get(name) != now.get(name))
    return Reproduction(record["run_id"], changed, tuple(differing), len(then))


def _record(run: Path) -> dict[str, Any]:
    try:
        record: dict[str, Any] = json.loads((run / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        text = "is no folder of a complete run; name one such as reports/my_project/0123456789ab"
        raise ScenarioError([Problem(str(run), text)]) from None
    if "files" not in record or not (run / SOURCES).is_dir():
        text = "was made by a version that kept no sources; run its scenario again"
        raise ScenarioError([Problem(str(run), text)])
    return record


def _changed_files(run: Path, then: Mapping[str, str]) -> Iterator[str]:
    now = file_hashes(run)
    for name in sorted(then.keys() | now.keys()):
        if name not in now:
            yield f"file {name} is gone"
        elif name not in then:
            yield f"file {name} was added"
        elif now[name] != then[name]:
            yield f"file {name} was changed"


def _changed_machine(record: Mapping[str, Any]) -> Iterator[str]:
    """Say what differs of the machine: it may, as long as the bytes come out the same."""
    if record["code"] != code_hash():
        yield f"jcm-models is another (code {record['code'][:12]} then, {code_hash()[:12]} now)"
    if record["python"] != platform.python_version():
        yield f"Python is {platform.python_version()}, then it was {record['python']}"
    now = packages()
    for name, version in record["packages"].items():
        if now.get(name) != version:
            yield f"package {name} is {now.get(name, 'missing')}, then it was {version}"
