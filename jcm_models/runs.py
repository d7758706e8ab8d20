"""One run, one folder: named by the hash of what goes into it, complete or not there at all."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import platform
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from jcm_models import __version__
from jcm_models.documents import shown
from jcm_models.results import inputs_of
from jcm_models.run_records import settings_of
from jcm_models.scenario import Scenario
from jcm_models.uncertain_inputs import uncertain_inputs

__all__ = [
    "LOG",
    "RECORD",
    "Run",
    "code_hash",
    "file_hashes",
    "inputs_hash",
    "new_folder",
    "packages",
    "run_of",
    "write_inputs",
    "write_record",
]

_PACKAGES = ("numpy", "scipy", "pandas", "xarray", "pydantic", "pint", "papermill", "nbconvert")
RECORD = "run.json"
LOG = "run.log"
# The record itself, how long it took, and what is printed of it later.
_OF_THE_MOMENT = {RECORD, LOG, "report.pdf"}


@dataclass(frozen=True)
class Run:
    """One run: its scenario, its name and what that name stands for."""

    scenario: str
    run_id: str
    record: Mapping[str, Any]

    @property
    def folder(self) -> Path:
        """The folder of the run, below the folder of all reports."""
        return Path(self.scenario) / self.run_id


def inputs_hash(scenario: Scenario) -> str:
    """Return the SHA-256 of a scenario's resolved data, with its tables, in hexadecimal."""
    text = json.dumps(scenario.document.data, sort_keys=True, default=str, ensure_ascii=False)
    if scenario.leak_table is not None:
        text += scenario.leak_table.read_text(encoding="utf-8")
    # Of a table of draws the data hold the name only.
    text += "".join(repr(given.value.spread) for given in uncertain_inputs(scenario))
    return hashlib.sha256(text.encode()).hexdigest()


@functools.cache
def code_hash() -> str:
    """Return the SHA-256 of every file of the package, in hexadecimal."""
    digest = hashlib.sha256()
    here = Path(__file__).parent
    for file in sorted(here.rglob("*")):
        if file.is_file() and "__pycache__" not in file.parts:
            digest.update(file.relative_to(here).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def run_of(
    scenario: Scenario,
    notebook: Path,
    parameters: Mapping[str, Any],
    template: str | None = None,
    other: Scenario | None = None,
) -> Run:
    """Name the run of a scenario through a notebook.

    Parameters
    ----------
    scenario : Scenario
        What is simulated.
    notebook : pathlib.Path
        What reports on it.
    parameters : mapping of str to any
        Parameters of the notebook beside the scenario; ``seed`` may be one.
    template : str, optional
        Identity of a team's own looks.
    other : Scenario, optional
        What the notebook compares the scenario with.

    Returns
    -------
    Run
        Its ``run_id`` is the same whenever inputs, notebook, code and parameters are.
    """
    record = {
        "scenario": scenario.name,
        "inputs": inputs_hash(scenario),
        "notebook": notebook.name,
        "notebook_hash": hashlib.sha256(notebook.read_bytes()).hexdigest(),
        "parameters": dict(parameters),
        "code": code_hash(),
        "code_version": __version__,
        "seed": parameters.get("seed"),
        "template": template,
    }
    if other is not None:
        record["other_inputs"] = inputs_hash(other)
    text = json.dumps(record, sort_keys=True, default=str)
    return Run(scenario.name, hashlib.sha256(text.encode()).hexdigest()[:12], record)


@contextlib.contextmanager
def new_folder(final: Path) -> Iterator[Path]:
    """Give a folder to write in, and put it in its place when it is whole.

    Parameters
    ----------
    final : pathlib.Path
        Where the folder shall stand; one that stands there already is replaced.

    Yields
    ------
    pathlib.Path
        The folder to write in; it is removed if the writing fails.
    """
    final.parent.mkdir(parents=True, exist_ok=True)
    working = Path(tempfile.mkdtemp(prefix=f".{final.name}-", dir=final.parent))
    try:
        yield working
        working.chmod(0o755)
        if final.exists():
            old = Path(tempfile.mkdtemp(prefix=f".{final.name}-", dir=final.parent))
            final.replace(old / "old")
            working.replace(final)
            shutil.rmtree(old)
        else:
            working.replace(final)
    except BaseException:
        shutil.rmtree(working, ignore_errors=True)
        raise


def write_inputs(folder: Path, scenario: Scenario) -> None:
    """Write what went into a run: ``inputs.json``.

    Parameters
    ----------
    folder : pathlib.Path
        The folder of the run.
    scenario : Scenario
        What is simulated.
    """
    document = scenario.document
    changes = [{"path": c.path, "old": c.old, "new": c.new} for c in document.changes]
    inputs = {
        "resolved": document.data,
        "inputs": list(inputs_of(scenario)),
        "settings": list(settings_of(scenario)),
        "files": [shown(file) for file in document.files],
        "overrides": changes,
    }
    _write_json(folder / "inputs.json", inputs)


def write_record(folder: Path, run: Run, totals: Mapping[str, Any]) -> None:
    """Write what identifies a run, with the SHA-256 of each of its files: ``run.json``.

    Parameters
    ----------
    folder : pathlib.Path
        The folder of the run, with all other files in it.
    run : Run
        Its name.
    totals : mapping of str to any
        The figures that the list of all runs shows.
    """
    machine = {"python": platform.python_version(), "packages": packages()}
    record = {"run_id": run.run_id, **run.record, **machine, "totals": totals}
    _write_json(folder / RECORD, {**record, "files": file_hashes(folder)})


def packages() -> dict[str, str]:
    """Return the versions of the packages that results depend on."""
    return {name: version(name) for name in _PACKAGES}


def file_hashes(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file of a run that its inputs alone determine."""
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    return {
        file.relative_to(folder).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in files
        if file.relative_to(folder).as_posix() not in _OF_THE_MOMENT
    }


def _write_json(path: Path, data: Mapping[str, Any]) -> None:
    text = json.dumps(data, indent=2, ensure_ascii=False, default=str)
    path.write_text(text + "\n", encoding="utf-8")
