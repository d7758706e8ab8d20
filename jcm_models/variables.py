"""The table of every quantity, read from ``variables.yaml`` once."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from jcm_models.tables import read_table

__all__ = [
    "PARTIES",
    "DefaultByChoice",
    "Label",
    "Variable",
    "categories",
    "choice_label",
    "choices",
    "families",
    "input_variable",
    "is_free",
    "party_label",
    "result_variables",
]

PARTIES = ("japan_government", "japan_participants", "host_government", "host_participants")


@dataclass(frozen=True)
class DefaultByChoice:
    """A default that a choice picks from a table: the table, the choice, perhaps the entry."""

    table: str
    choice: str
    entry: str = ""


@dataclass(frozen=True)
class Label:
    """What people call something, in English and Japanese, and a sentence about it."""

    en: str
    ja: str
    summary: str = ""
    summary_ja: str = ""


@dataclass(frozen=True)
class Variable:
    """What a quantity is: one row of ``variables.yaml``.

    ``kind`` says how it may be added up: a flow over years, a stock and a share never.
    ``inputs`` names what its equation uses. Of an input, ``least`` and ``most`` are the physical
    bounds and ``usual`` the range in which it is plausible; ``by`` names the code list that it is
    given by; ``source``, ``standing`` and ``note`` are those of its default. Of a result, ``iamc``
    is its name in the IAMC format and ``sheet`` the sheet of a workbook that it stands on.
    """

    name: str
    unit: str
    kind: str
    label: str
    label_ja: str
    dims: tuple[str, ...] = ()
    equation: str = ""
    math: str = ""
    inputs: tuple[str, ...] = ()
    source: str = ""
    iamc: str = ""
    sheet: str = "years"
    least: float | None = None
    most: float | None = None
    usual: tuple[float, float] | None = None
    example: float | None = None
    symbol: str = ""
    by: str = ""
    sums_to_one: bool = False
    default: float | DefaultByChoice | None = None
    standing: str = ""
    note: Label | None = None

    @property
    def shown_unit(self) -> str:
        """The unit as people write numbers in it: per cent for shares, nothing for counts."""
        return "" if self.unit == "1" and self.kind != "share" else self.unit


@functools.cache
def _table() -> dict[str, dict[str, Any]]:
    return read_table("variables.yaml")


def _variable(name: str, row: dict[str, Any]) -> Variable:
    known = {key: value for key, value in row.items() if key not in {"dims", "from"}}
    if isinstance(known.get("default"), dict):
        known["default"] = DefaultByChoice(**known["default"])
    if "note" in known:
        known["note"] = Label(**known["note"])
    if "usual" in known:
        known["usual"] = tuple(known["usual"])
    dims, inputs = tuple(row.get("dims", ())), tuple(row.get("from", ()))
    return Variable(name=name, dims=dims, inputs=inputs, **known)


@functools.cache
def result_variables() -> dict[str, Variable]:
    """Return every result by name, in the order in which it is computed and shown."""
    return {name: _variable(name, row) for name, row in _table()["results"].items()}


@functools.cache
def study_variables() -> dict[str, Variable]:
    """Return every answer of a study of the reserve by name."""
    return {name: _variable(name, row) for name, row in _table()["reserve_study"].items()}


@functools.cache
def outcome_variables() -> dict[str, Variable]:
    """Return what a sample of an ensemble comes to over all years, by name."""
    return {name: _variable(name, row) for name, row in _table()["outcomes"].items()}


@functools.cache
def input_variable(name: str, unit: str | None = None) -> Variable:
    """Return the row of an input; a method's own input that has none is named by its words.

    Where a method declares another unit than the row, the row's numbers do not hold.
    """
    row = _table()["inputs"].get(name)
    if row is None:
        words = name.replace("_", " ").replace(".", ": ")
        label = words[:1].upper() + words[1:]
        kind = "flow" if unit and "/yr" in unit else "factor"
        return Variable(name, unit or "1", kind, label, label)
    found = _variable(name, row)
    if unit in {found.unit, None}:
        return found
    return replace(found, unit=unit, least=None, most=None, usual=None, example=None, default=None)


@functools.cache
def _labels(section: str, name: str) -> Mapping[str, Label]:
    rows = _table()[section].get(name) or {}
    rows = rows.get("options", rows) if section == "choices" else rows
    if isinstance(rows, str):  # free: people name their own
        return MappingProxyType({})
    return MappingProxyType(
        {key: Label(row["label"], row["label_ja"]) for key, row in rows.items()}
    )


def categories(code_list: str) -> Mapping[str, Label]:
    """Return the entries of a code list that inputs are given by; none where people name them."""
    return _labels("categories", code_list)


def is_free(code_list: str) -> bool:
    """Tell whether people name the categories of a code list themselves."""
    return not categories(code_list)


def choices(choice: str) -> Mapping[str, Label]:
    """Return the options of a choice, such as those of ``climate``."""
    return _labels("choices", choice)


@functools.cache
def choice_label(choice: str) -> Label:
    """Return what people call a choice."""
    row = _table()["choices"][choice]
    return Label(row["label"], row["label_ja"])


@functools.cache
def families() -> Mapping[str, Label]:
    """Return the families of methods, in the order in which they are shown."""
    rows = _table()["families"]
    return {
        key: Label(row["label"], row["label_ja"], row["summary"], row["summary_ja"])
        for key, row in rows.items()
    }


def party_label(party: str, language: str = "en") -> str:
    """Return what people call the party, in the given language."""
    row = _table()["parties"][party]
    return str(row["label_ja" if language == "ja" else "label"])
