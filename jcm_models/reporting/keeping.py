"""The executed notebook as it is kept: what its inputs determine, and nothing of the moment."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, TextIO

import nbformat
from nbformat import NotebookNode

from jcm_models.documents import shown
from jcm_models.reporting.tasks import OTHER, Task

__all__ = ["kept_notebook", "report_of_cells"]

_TIMES = ("start_time", "end_time", "duration")
_WIDGET = "application/vnd.jupyter.widget-view+json"
_RANDOM_NAME = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\b")
_INJECTED = "injected-parameters"


def kept_notebook(notebook: NotebookNode, task: Task) -> NotebookNode:
    """Return an executed notebook without times, random names and code in view.

    Parameters
    ----------
    notebook : NotebookNode
        What papermill has run.
    task : Task
        Of which run.

    Returns
    -------
    NotebookNode
        The same inputs give the same bytes. Code is folded away, and can be unfolded.
    """
    notebook = nbformat.from_dict(notebook)  # type: ignore[no-untyped-call]
    notebook.metadata.pop("widgets", None)
    _forget_times(notebook.metadata)
    for key in ("input_path", "output_path", "environment_variables"):
        notebook.metadata.get("papermill", {}).pop(key, None)
    asked = notebook.metadata.get("papermill", {}).get("parameters", {})
    known = {"scenario": shown(task.scenario.document.files[0])}
    if task.other is not None:
        known[OTHER] = shown(task.other.document.files[0])
    asked |= {name: file for name, file in known.items() if name in asked}
    names: dict[str, str] = {}
    for cell in notebook.cells:
        _forget_times(cell.metadata)
        if _INJECTED in cell.metadata.get("tags", []):
            cell.id = _INJECTED
            for name, file in known.items():
                given = str(task.parameters.get(name, ""))
                cell.source = cell.source.replace(f'"{given}"', f'"{file}"')
        if cell.cell_type == "code":
            cell.metadata.jupyter = {"source_hidden": True}
            for output in cell.outputs:
                _forget_widget(output)
                _rename(output, names)
    return notebook


def _forget_times(metadata: NotebookNode) -> None:
    metadata.pop("execution", None)
    for name in _TIMES:
        metadata.get("papermill", {}).pop(name, None)


def _forget_widget(output: NotebookNode) -> None:
    """Leave the HTML of a section; its widget does not live on, and its plain text is the same."""
    data = output.get("data", {})
    widget = data.pop(_WIDGET, None)
    if "text/html" in data and (widget is not None or data.get("text/plain") == ""):
        data.pop("text/plain", None)


def _rename(output: NotebookNode, names: dict[str, str]) -> None:
    """Give numbers to what has random names in a page, such as the folds of xarray."""
    html = output.get("data", {}).get("text/html")
    if isinstance(html, str):
        output.data["text/html"] = _RANDOM_NAME.sub(
            lambda found: names.setdefault(found[0], f"name-{len(names) + 1}"), html
        )


def report_of_cells(notebook: Mapping[str, Any], log: TextIO) -> None:
    """Write into a log how long each cell took, what it printed, and how it failed.

    Parameters
    ----------
    notebook : mapping
        What papermill has written, as plain data.
    log : file
        Where to write.
    """
    for number, cell in enumerate(notebook["cells"], start=1):
        run = cell["metadata"].get("papermill", {})
        if cell["cell_type"] != "code" or not run:
            continue
        seconds = run.get("duration")
        took = f" {seconds:.2f} s" if seconds is not None else ""
        log.write(f"cell {number}: {run.get('status')}{took}\n")
        for text in _printed(cell["outputs"]):
            log.write(text if text.endswith("\n") else text + "\n")


def _printed(outputs: list[Mapping[str, Any]]) -> Iterator[str]:
    for output in outputs:
        if output["output_type"] == "stream":
            yield "".join(output["text"])
        elif output["output_type"] == "error":
            yield f"{output['ename']}: {output['evalue']}"
            yield "\n".join(output["traceback"])
