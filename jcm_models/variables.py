"""The table of every quantity, read from ``variables.yaml`` once."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

from jcm_models.tables import read_table

__all__ = ["PARTIES", "Variable", "input_variable", "party_label", "result_variables"]

PARTIES = ("japan_government", "japan_participants", "host_government", "host_participants")


@dataclass(frozen=True)
class Variable:
    """What a quantity is: one row of ``variables.yaml``.

    ``kind`` says how it may be added up: a flow over years, a stock and a share never.
    ``inputs`` names what its equation uses; ``least`` and ``most`` bound an input.
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
    least: float | None = None
    most: float | None = None
    example: float | None = None
    symbol: str = ""


@functools.cache
def _table() -> dict[str, dict[str, Any]]:
    return read_table("variables.yaml")


def _variable(name: str, row: dict[str, Any]) -> Variable:
    known = {key: value for key, value in row.items() if key not in {"dims", "from"}}
    dims, inputs = tuple(row.get("dims", ())), tuple(row.get("from", ()))
    return Variable(name=name, dims=dims, inputs=inputs, **known)


@functools.cache
def result_variables() -> dict[str, Variable]:
    """Return every result by name, in the order in which it is computed and shown."""
    return {name: _variable(name, row) for name, row in _table()["results"].items()}


def input_variable(name: str, unit: str = "1") -> Variable:
    """Return the row of an input; a method's own input that has none is named by its words."""
    row = _table()["inputs"].get(name)
    if row is None:
        words = name.replace("_", " ").replace(".", ": ")
        return Variable(name, unit, "factor", words[:1].upper() + words[1:], words)
    return _variable(name, row)


def party_label(party: str, language: str = "en") -> str:
    """Return what people call the party, in the given language."""
    row = _table()["parties"][party]
    return str(row["label_ja" if language == "ja" else "label"])
