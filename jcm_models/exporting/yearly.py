"""The sheets with a row for each year: a column for each variable, party, component and rule."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from jcm_models.exporting.inputs_sheet import unit_of
from jcm_models.exporting.workbook import Sheet, Shown
from jcm_models.level_settings import OWN
from jcm_models.method_sections import part_title
from jcm_models.results import Results
from jcm_models.rulebook import JAPAN
from jcm_models.variables import Variable, result_variables
from jcm_models.wording import Words

__all__ = ["SHEETS", "yearly_sheet"]

SHEETS = ("years", "parties", "components", "storage", "article6")

_NOT_ADDED = "article6"  # an adjustment may be an average, and a balance is one of its year
_FEW = 100.0  # tonnes of which people read the decimals


class _Column(NamedTuple):
    """A variable, whose it is, and its values by year."""

    variable: Variable
    member: str
    values: NDArray[Any]


def yearly_sheet(name: str, results: Results, words: Words) -> Sheet | None:
    """Return a sheet of results by year.

    Parameters
    ----------
    name : str
        One of `SHEETS`.
    results : Results
        What `compute` returned.
    words : Words
        The words of its language.

    Returns
    -------
    Sheet or None
        A row for each year, and one for the sums of flows; None if there is nothing
        but zeros.
    """
    variables = [row for row in map(result_variables().__getitem__, results) if row.sheet == name]
    columns = [column for row in variables for column in _columns(row, results, words)]
    if not any(np.any(column.values) for column in columns):
        return None
    heads = [
        [words("table.year"), *(words.label(column.variable) for column in columns)],
        ["", *(column.member for column in columns)],
        ["", *(unit_of(column.variable, words) for column in columns)],
    ]
    by_column = [column.values.tolist() for column in columns]
    rows = [list(row) for row in zip(results["year"].tolist(), *by_column, strict=True)]
    if name != _NOT_ADDED:
        rows.append([Shown(words("table.total"), "text total"), *map(_total, columns)])
    return Sheet(
        name=words(f"export.{name}"),
        heads=heads if any(heads[1]) else [heads[0], heads[2]],
        rows=rows,
        styles=("year", *map(_style, columns)),
        widths=(9, *[17] * len(columns)),
        fixed=1,
    )


def _columns(variable: Variable, results: Results, words: Words) -> Iterator[_Column]:
    """Yield the columns of a variable: one, or one for each party, component, rule or country."""
    array, dimension = results[variable.name], variable.dims[0]
    if dimension == "year":
        yield _Column(variable, "", array)
        return
    for name, values in zip(_members(dimension, results, words), array, strict=True):
        yield _Column(variable, name, values)


def _members(dimension: str, results: Results, words: Words) -> list[str]:
    """Return what people call the members of a dimension."""
    if dimension == "component":
        return [part_title(part, words) for part in results.scenario.parts]
    return [_member(dimension, member, results, words) for member in results[dimension].tolist()]


def _member(dimension: str, member: str, results: Results, words: Words) -> str:
    if dimension == "party":
        return words.party(member)
    if dimension == "country":
        partner = results.scenario.partner
        host = words.choose(partner.name, partner.name_ja)
        return words("credit.japan") if member == JAPAN else host
    if dimension == "bearer":
        return words(f"ccs.bearer_{member}")
    own = results.scenario.reference.own
    text = words(f"reference.own_{own}" if member == OWN else f"reference.{member}")
    return text[:1].upper() + text[1:]


def _style(column: _Column) -> str:
    """Return how people read such numbers: whole tonnes, shares in per cent."""
    if column.variable.kind == "share":
        return "share"
    if column.variable.unit == "1":
        return "number"
    known = np.abs(column.values[np.isfinite(column.values)])
    whole = bool(np.all(known == np.round(known)))
    return "whole" if whole or known.max(initial=0.0) >= _FEW else "cents"


def _total(column: _Column) -> Shown:
    """Return the sum of a flow; stocks and shares have none."""
    added = column.values.sum().item() if column.variable.kind == "flow" else None
    return Shown(added, f"{_style(column)} total")
