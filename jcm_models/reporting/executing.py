"""One run: a scenario through its notebook, to a folder that is complete or not there at all."""

from __future__ import annotations

import contextlib
import datetime
import json
import logging
import os
import shutil
import sys
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from jcm_models.reporting.keeping import kept_notebook, report_of_cells
from jcm_models.reporting.locking import alone_with
from jcm_models.reporting.sources import SOURCES, copy_sources
from jcm_models.reporting.tasks import REPORT, Outcome, Settings, Task
from jcm_models.run_figures import figures_of
from jcm_models.run_records import task_of
from jcm_models.runs import LOG, RECORD, new_folder, write_inputs, write_record
from jcm_models.simulation import compute

__all__ = ["FAILURE", "failed", "forget_failures", "is_complete", "keep_failure", "report"]

FAILURE = "failure.json"
_ENGINE = "jcm"
_NOTEBOOK = "notebook.ipynb"


class _RunError(Exception):
    """A run cannot be completed; says why in one line."""


def report(task: Task, settings: Settings) -> Outcome:
    """Run a task and leave its folder among the reports; one that is complete is left alone.

    Parameters
    ----------
    task : Task
        What to run.
    settings : Settings
        Where to, for how long at most, and whether what is complete is run again.

    Returns
    -------
    Outcome
        The report, or why there is none and where its log stands.
    """
    started = time.perf_counter()
    final = settings.reports / task.run.folder
    try:
        with alone_with(settings.reports, task.run.run_id):
            skipped = is_complete(task, settings)
            if skipped:
                os.utime(final / RECORD)
            else:
                _run(task, final, settings)
    except (_RunError, OSError) as error:
        return failed(task, settings, _in_one_line(error), time.perf_counter() - started)
    seconds = time.perf_counter() - started
    return Outcome(task, final / REPORT, seconds, skipped, "", final / LOG)


def is_complete(task: Task, settings: Settings) -> bool:
    """Tell whether a run is there and is to be left alone."""
    return not settings.force and (settings.reports / task.run.folder / RECORD).is_file()


def failed(task: Task, settings: Settings, reason: str, seconds: float = 0.0) -> Outcome:
    """Return the outcome of a task that failed."""
    log = _failed(settings.reports / task.run.folder) / LOG
    return Outcome(task, None, seconds, False, reason, log if log.is_file() else None)


def _failed(final: Path) -> Path:
    """Return the folder of a run that failed, beside where the complete one would stand."""
    return final.with_name(f"{final.name}.failed")


def _run(task: Task, final: Path, settings: Settings) -> None:
    with new_folder(final) as folder:
        try:
            with _logged(folder / LOG, task):
                _fill(task, folder, settings)
        except Exception as error:
            reason = _in_one_line(error)
            keep_failure(task, settings.reports, reason, folder)
            raise _RunError(reason) from error
    forget_failures(task, final.parent)


def forget_failures(task: Task, folder: Path) -> None:
    """Remove the traces of earlier failures of the same task, also with an earlier notebook.

    Parameters
    ----------
    task : Task
        What has been completed.
    folder : pathlib.Path
        The folder of the runs of its scenario.
    """
    asked = task_of({**task.run.record, "changes": task.changes})
    for file in folder.glob(f"[!.]*.failed/{FAILURE}"):
        with contextlib.suppress(OSError, ValueError):
            if task_of(json.loads(file.read_text(encoding="utf-8"))) == asked:
                shutil.rmtree(file.parent, ignore_errors=True)


def _fill(task: Task, folder: Path, settings: Settings) -> None:
    """Write everything that a run leaves into an empty folder."""
    from jcm_models.exporting import write_results
    from jcm_models.pages import report_page

    run = task.run
    copy_sources(task, folder / SOURCES)
    results = compute(task.scenario)
    write_results(results, folder, task.language, run.run_id)
    executed = kept_notebook(_executed(task, folder / _NOTEBOOK, settings), task)
    _write(folder / _NOTEBOOK, executed)
    page = report_page(executed, task.scenario, run.run_id, task.language, task.template)
    (folder / REPORT).write_text(page, encoding="utf-8")
    write_inputs(folder, task.scenario)
    totals = {**figures_of(task.scenario, results.to_dataset()), "changes": task.changes}
    write_record(folder, run, totals)


def _executed(task: Task, output: Path, settings: Settings) -> NotebookNode:
    """Run the notebook through papermill; a cell that raises, raises here."""
    import papermill

    for noisy in ("papermill", "blib2to3"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
    until = time.monotonic() + settings.timeout
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            executed: NotebookNode = papermill.execute_notebook(
                str(task.notebook),
                str(output),
                parameters=dict(task.parameters),
                engine_name=_ENGINE,
                forked=settings.forked,
                for_report=True,
                progress_bar=False,
                timeout_func=lambda _: max(1.0, until - time.monotonic()),
            )
        finally:
            if output.is_file():
                report_of_cells(json.loads(output.read_text(encoding="utf-8")), sys.stdout)
    return executed


def _write(target: Path, notebook: NotebookNode) -> None:
    text = json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=False)
    target.write_text(text + "\n", encoding="utf-8")


def keep_failure(task: Task, reports: Path, reason: str, left: Path | None = None) -> None:
    """Keep what tells why a run failed, beside where the complete one would stand.

    Parameters
    ----------
    task : Task
        What failed.
    reports : pathlib.Path
        The folder of all reports.
    reason : str
        Why, in one line.
    left : pathlib.Path, optional
        A folder with what the run has left: its log, the notebook as far as it came.
    """
    record: dict[str, Any] = {
        "run_id": task.run.run_id,
        "scenario": task.scenario.name,
        "title": task.scenario.title.model_dump(),
        "notebook": task.notebook.name,
        "changes": task.changes,
        "parameters": dict(task.run.record["parameters"]),
        "reason": reason,
        "when": _now(),
        "file": str(task.scenario.document.files[0].absolute()),
        "notebook_file": str(task.notebook.absolute()),
        "other_file": str(task.other.document.files[0].absolute()) if task.other else None,
        "template_folder": str(task.template.folder.absolute()) if task.template else None,
    }
    text = json.dumps(record, indent=2, ensure_ascii=False, default=str)
    target = _failed(reports / task.run.folder)
    with contextlib.suppress(OSError), new_folder(target) as kept:  # there may be no room for it
        for name in (LOG, _NOTEBOOK):
            if left is not None and (left / name).is_file():
                shutil.copyfile(left / name, kept / name)
        (kept / FAILURE).write_text(text + "\n", encoding="utf-8")


def _in_one_line(error: BaseException) -> str:
    if hasattr(error, "ename"):  # of a cell, as papermill tells it
        text = f"{error.ename}: {getattr(error, 'evalue', '')}".rstrip(": ")
    elif isinstance(error, OSError) and error.strerror:
        text = error.strerror + (f": {error.filename}" if error.filename else "")
    else:
        text = str(error)
    lines = text.strip().splitlines() or [type(error).__name__]
    return lines[0]


@contextlib.contextmanager
def _logged(log: Path, task: Task) -> Iterator[None]:
    """Write into a log what this process and its kernel print meanwhile."""
    started = time.perf_counter()
    with log.open("w", encoding="utf-8") as file, _printed_to(file.fileno()):
        _say(f"{_now()} {task.label}, through {task.notebook}")
        try:
            yield
        except BaseException as error:
            _say(f"{_now()} failed after {time.perf_counter() - started:.1f} s: {error}")
            raise
        _say(f"{_now()} done in {time.perf_counter() - started:.1f} s")


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - it goes to the log


def _now() -> str:
    return datetime.datetime.now(tz=datetime.UTC).isoformat(timespec="seconds")


@contextlib.contextmanager
def _printed_to(file: int) -> Iterator[None]:
    """Let standard output and error of this process, and of whom it starts, go to a file."""
    before = sys.stdout, sys.stderr
    kept = [os.dup(1), os.dup(2)]
    for stream in before:
        stream.flush()
    os.dup2(file, 1)
    os.dup2(file, 2)
    sys.stdout = sys.stderr = os.fdopen(os.dup(file), "w", encoding="utf-8", buffering=1)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):  # there may be no room for the last of it
            sys.stdout.close()
        sys.stdout, sys.stderr = before
        for target, saved in enumerate(kept, start=1):
            os.dup2(saved, target)
            os.close(saved)
