"""Explain a figure: its value, its equation, and the way down to the lines it was written in."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from jcm_models.method_catalogue import find_method
from jcm_models.problems import nearest
from jcm_models.variables import PARTIES, Variable, result_variables
from jcm_models.wording import number, unit_text

__all__ = ["Explanation", "explain"]


@dataclass(frozen=True)
class Explanation:
    """One figure, how it arises and from what; print it."""

    name: str
    value: str
    equation: str
    source: str
    place: str
    inputs: tuple[Explanation, ...] = ()

    def __str__(self) -> str:
        return "\n".join(self._lines(0, set()))

    def _lines(self, depth: int, shown: set[str]) -> Iterator[str]:
        pad = "  " * depth
        if self.name in shown:
            yield f"{pad}{self.name} = {self.value} (see above)"
            return
        shown.add(self.name)
        yield f"{pad}{self.name} = {self.value}"
        for label, text in (("=", self.equation), ("at", self.place), ("source:", self.source)):
            if text:
                yield f"{pad}    {label} {text}"
        for given in self.inputs:
            yield from given._lines(depth + 1, shown)


def explain(dataset: Any, name: str, year: int, party: str | None = None) -> Explanation:
    """Explain one figure of a result.

    Parameters
    ----------
    dataset : xarray.Dataset
        What `simulate` returned, or read back from its file.
    name : str
        The variable, such as ``credits_issued``.
    year : int
        The year.
    party : str, optional
        The party, where the variable has that dimension; all parties together without it.

    Returns
    -------
    Explanation
        Value, equation, source and inputs, each input with the file and line it stands in.

    Raises
    ------
    ValueError
        If there is no such variable, year or party; the message names what there is.
    """
    known = [str(variable) for variable in dataset.data_vars]
    _among("variable", name, known)
    year = int(year)
    _among("year", str(year), [str(y) for y in np.asarray(dataset["year"])])
    if party is not None:
        _among("party", party, PARTIES)
    written = {row["path"]: row for row in json.loads(dataset.attrs["inputs"])}
    return _result(dataset, name, (year, party), written, {})


def _among(what: str, found: str, known: Any) -> None:
    if found not in known:
        message = f"no {what} {found!r}{nearest(found, known)}; there is {', '.join(known)}"
        raise ValueError(message)


def _result(
    dataset: Any,
    name: str,
    where: tuple[int, str | None],
    written: Mapping[str, Any],
    done: dict[str, Explanation],
) -> Explanation:
    if name in done:
        return done[name]
    array = dataset[name]
    deeper: list[Explanation] = []
    for given in _named_inputs(dataset, name):
        if given in dataset.data_vars:
            deeper.append(_result(dataset, given, where, written, done))
        else:
            deeper += _inputs(given, where, written)
    done[name] = Explanation(
        name=_at(name, array, where),
        value=_value(array, where),
        equation=str(array.attrs["equation"]),
        source=str(array.attrs["source"]),
        place="",
        inputs=tuple(deeper),
    )
    return done[name]


def _named_inputs(dataset: Any, name: str) -> tuple[str, ...]:
    variable: Variable = result_variables()[name]
    equation = find_method(str(dataset.attrs["method"])).equations.get(name)
    if equation is None:
        return variable.inputs
    return tuple(f"project.{given}" for given in equation.inputs)


def _at(name: str, array: Any, where: tuple[int, str | None]) -> str:
    year, party = where
    inside = f"{party}, {year}" if party and "party" in array.dims else str(year)
    return f"{name}[{inside}]"


def _value(array: Any, where: tuple[int, str | None]) -> str:
    year, party = where
    unit = str(array.attrs["units"])
    chosen = array.sel(year=year)
    if "party" in array.dims and party:
        chosen = chosen.sel(party=party)
    if chosen.ndim:
        return ", ".join(
            f"{p} {number(float(v), unit)}" for p, v in zip(PARTIES, chosen.values, strict=True)
        )
    return f"{number(float(chosen), unit)} {unit_text(unit)}".rstrip()


def _inputs(
    path: str, where: tuple[int, str | None], written: Mapping[str, Any]
) -> Iterator[Explanation]:
    """Explain a number of the scenario, or those of the parties; none where it was not given."""
    year, party = where
    of_parties = [f"{path}.{p}" for p in PARTIES if party in (None, p)]
    for row in (written[key] for key in (path, *of_parties) if key in written):
        points = row["value"]
        value = row["written"]
        if isinstance(points, dict) and str(year) in points:
            value = f"{number(points[str(year)], row['unit'])} {unit_text(row['unit'])}".rstrip()
        yield Explanation(
            name=row["path"],
            value=value,
            equation="",
            source=row["source"] or row["standing"],
            place=row["place"] or row["note"] or "",
        )
