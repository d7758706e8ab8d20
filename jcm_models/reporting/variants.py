"""Many runs of one scenario: every combination of values, or every row of a table."""

from __future__ import annotations

import csv
import datetime
import itertools
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jcm_models.documents import parse_set
from jcm_models.problems import Place, Problem, ScenarioError

__all__ = ["Variant", "as_changes", "read_matrix", "read_scenario_table"]

_SCENARIO, _NOTEBOOK = "scenario", "notebook"
_SAID_OF_A_TABLE = (
    "the first line names the columns: scenario, notebook, or keys such as reserve.rate"
)


@dataclass(frozen=True)
class Variant:
    """What a run changes in a scenario, and where that was written.

    Parameters
    ----------
    values : mapping of str to any
        New values by dotted key.
    origin : str
        Where they were written, such as ``runs.csv:3``.
    scenario, notebook : str
        As the row of a table says; empty otherwise.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    origin: str = "--set"
    scenario: str = ""
    notebook: str = ""

    def with_(self, values: Mapping[str, Any]) -> Variant:
        """Return the variant with more values; what both say differently is a problem."""
        clashes = [
            Problem(key, f"set to {old} by {self.origin} and to {values[key]}; keep one")
            for key, old in self.values.items()
            if key in values and values[key] != old
        ]
        if clashes:
            raise ScenarioError(clashes)
        return Variant({**self.values, **values}, self.origin, self.scenario, self.notebook)


def as_changes(values: Mapping[str, Any]) -> str:
    """Write values as ``--set`` takes them, joined by semicolons, so that they read back the same.

    Raises
    ------
    ScenarioError
        If a value cannot be written so.
    """
    return "; ".join(f"{key}={_as_text(key, value)}" for key, value in values.items())


def _as_text(key: str, value: Any) -> str:
    for text in (str(value), json.dumps(value, ensure_ascii=False, default=str)):
        try:
            if ";" not in text and parse_set(f"{key}={text}") == (key, value):
                return text
        except ValueError:
            continue
    what = "a semicolon" if ";" in str(value) else f"{value!r}"
    text = f"{what} cannot stand in a change here; write it into the scenario"
    raise ScenarioError([Problem(key, text)])


def read_matrix(texts: Sequence[str]) -> list[dict[str, Any]]:
    """Read ``reserve.rate=0.01,0.03,0.05``, once or several times: every combination.

    Parameters
    ----------
    texts : sequence of str
        A key and its values each; a value is what ``--set`` takes.

    Returns
    -------
    list of dict of str to any
        One for each combination, the last key moving fastest; a single empty one without texts.

    Raises
    ------
    ScenarioError
        If a text cannot be read, has no values, or a key comes twice.
    """
    columns: dict[str, list[Any]] = {}
    problems = []
    for text in texts:
        key, _, values = text.partition("=")
        try:
            key, found = parse_set(f"{key}=[{values}]")
        except ValueError:
            problems.append(Problem("--matrix", f"found {text!r}; write key=value,value,value"))
            continue
        if key in columns:
            problems.append(Problem(key, "is given twice by --matrix; give all values at once"))
        elif not found or len({repr(value) for value in found}) != len(found):
            said = "has a value twice" if found else "has no values"
            problems.append(Problem(key, f"{said} in --matrix {text}"))
        columns[key] = found
    if problems:
        raise ScenarioError(problems)
    return [dict(zip(columns, row, strict=True)) for row in itertools.product(*columns.values())]


def read_scenario_table(file: Path) -> list[Variant]:
    """Read a csv or xlsx table with one run in each row and a key in each column.

    Parameters
    ----------
    file : pathlib.Path
        Its first line names the columns: dotted keys such as ``reserve.rate``, and ``scenario`` and
        ``notebook`` if wanted. An empty cell changes nothing.

    Returns
    -------
    list of Variant
        In the order of the rows.

    Raises
    ------
    ScenarioError
        If it cannot be read, has no rows, or a column twice or without a name.
    """
    rows = list(_rows(file))
    head = [str(cell or "").strip() for cell in rows[0][1]] if rows else []
    problems = list(_problems_of_head(file, head, rows))
    if problems:
        raise ScenarioError(problems)
    variants = []
    for number, cells in rows[1:]:
        place = f"{file}:{number}"
        if len(cells) > len(head) and any(_is_given(cell) for cell in cells[len(head) :]):
            text = f"has {len(cells)} cells, and the first line names {len(head)} columns"
            problems.append(Problem("", text, Place(str(file), number)))
            continue
        given = {name: cell for name, cell in zip(head, cells, strict=False) if _is_given(cell)}
        if not given:
            continue
        scenario, notebook = (str(given.pop(name, "")) for name in (_SCENARIO, _NOTEBOOK))
        try:
            values = {key: _value(key, cell) for key, cell in given.items()}
        except ValueError as error:
            problems.append(Problem("", str(error), Place(str(file), number)))
            continue
        variants.append(Variant(values, place, scenario, notebook))
    if problems:
        raise ScenarioError(problems)
    return variants


def _problems_of_head(
    file: Path, head: Sequence[str], rows: Sequence[tuple[int, Sequence[Any]]]
) -> Iterator[Problem]:
    if len(rows) < 2:
        yield Problem("--table", f"{file} has no rows below its heading; {_SAID_OF_A_TABLE}")
    for name in sorted({name for name in head if head.count(name) > 1 and name}):
        yield Problem("--table", f"{file} has the column {name} twice")
    if "" in head:
        yield Problem(
            "--table", f"{file}: column {head.index('') + 1} has no name; {_SAID_OF_A_TABLE}"
        )


def _is_given(cell: Any) -> bool:
    return cell is not None and str(cell).strip() != ""


def _value(key: str, cell: Any) -> Any:
    """Return a cell as ``--set`` would read it."""
    if isinstance(cell, datetime.datetime):
        cell = cell.date()
    if isinstance(cell, str):
        return parse_set(f"{key}={cell}")[1]
    return cell


def _rows(file: Path) -> Iterator[tuple[int, Sequence[Any]]]:
    """Yield number and cells of every row that is not empty."""
    reader = _xlsx_rows if file.suffix.lower() == ".xlsx" else _csv_rows
    try:
        for number, cells in enumerate(reader(file), start=1):
            if any(_is_given(cell) for cell in cells):
                yield number, cells
    except FileNotFoundError:
        raise ScenarioError([Problem("--table", f"there is no file {file}")]) from None
    except (OSError, UnicodeDecodeError, csv.Error, KeyError, zipfile.BadZipFile) as error:
        text = f"{file} cannot be read: {error}; a csv file in UTF-8 or an xlsx file is needed"
        raise ScenarioError([Problem("--table", text)]) from None


def _csv_rows(file: Path) -> Iterable[Sequence[Any]]:
    with file.open(encoding="utf-8-sig", newline="") as opened:
        yield from csv.reader(opened)


def _xlsx_rows(file: Path) -> Iterable[Sequence[Any]]:
    from openpyxl import load_workbook

    book = load_workbook(file, read_only=True, data_only=True)
    try:
        yield from book.worksheets[0].iter_rows(values_only=True)
    finally:
        book.close()
