"""Explain a figure: its value, its equation, and the way down to the lines it was written in."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from jcm_models.level_settings import OWN, RULE_EQUATIONS
from jcm_models.method_catalogue import find_method
from jcm_models.problems import nearest
from jcm_models.variables import PARTIES
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
    return _Explainer(dataset).explain(name, _Where(year, party))


def _among(what: str, found: str, known: Any) -> None:
    if found not in known:
        message = f"no {what} {found!r}{nearest(found, known)}; there is {', '.join(known)}"
        raise ValueError(message)


@dataclass(frozen=True)
class _Where:
    """The coordinates of a figure: the year, and what else picks one of its dimensions."""

    year: int
    party: str | None = None
    component: str | None = None
    rule: str | None = None

    def picks(self, array: Any) -> dict[str, Any]:
        """Return the coordinates that an array has."""
        return {n: v for n, v in vars(self).items() if v is not None and n in array.dims}

    def shown(self, array: Any) -> str:
        """Write the coordinates as ``[party, 2025]``."""
        picked = self.picks(array)
        named = [str(value) for name, value in picked.items() if name != "year"]
        return f"[{', '.join([*named, str(self.year)])}]"


class _Explainer:
    """Walks from a figure down to what was written; what it has explained it explains once."""

    def __init__(self, dataset: Any) -> None:
        self.dataset = dataset
        self.rows: dict[str, Any] = {
            row["path"]: row for row in json.loads(dataset.attrs["inputs"])
        }
        self.methods: dict[str, str] = json.loads(dataset.attrs["components"])
        assessed = json.loads(dataset.attrs["reference_assessed"])
        self.assessed: dict[int, int] = dict(zip(dataset["year"].values, assessed, strict=True))
        self.done: dict[tuple[str, _Where], Explanation] = {}

    def explain(self, name: str, where: _Where) -> Explanation:
        """Explain one figure."""
        if (name, where) not in self.done:
            array = self.dataset[name]
            equation, inputs, source = self._arises(name, where)
            self.done[name, where] = Explanation(
                name=f"{name}{where.shown(array)}",
                value=_value(array, where),
                equation=equation,
                source=source,
                place="",
                inputs=tuple(self._below(inputs, where)),
            )
        return self.done[name, where]

    def _arises(self, name: str, where: _Where) -> tuple[str, tuple[str, ...], str]:
        """Return the equation of a figure, the names in it, and its source."""
        attributes = self.dataset[name].attrs
        if name.startswith("component_") and where.component:
            return self._of_component(name.removeprefix("component_"), where.component)
        if name == "reference_by_rule" and where.rule:
            below = ("component_reference_emissions",) if where.rule == OWN else ()
            above = ("bau_emissions",) if RULE_EQUATIONS[where.rule][0].startswith("bau") else ()
            return RULE_EQUATIONS[where.rule][0], (*below, *above, f"reference.{where.rule}"), ""
        inputs = json.loads(attributes["inputs"])
        equation = f"{attributes['equation']}{self._operation(name)}"
        return equation, tuple(inputs), str(attributes["source"])

    def _of_component(self, result: str, component: str) -> tuple[str, tuple[str, ...], str]:
        found = find_method(self.methods[component])
        equation = found.equations.get(result)
        prefix = f"project.components.{component}"
        if not any(path.startswith(prefix) for path in self.rows):
            prefix = "project"
        inputs = tuple(f"{prefix}.{name}" for name in found.inputs_of(result))
        operation = self._operation(result)
        if equation is None and found.equations:
            return "0: the method has none", (), ""
        if equation is None:
            return f"{found.name}({', '.join(found.inputs_of(result))}){operation}", inputs, ""
        return equation.plain + operation, inputs, equation.source

    def _operation(self, result: str) -> str:
        """Say that yearly amounts count while the project operates, where that is not always."""
        span = self.dataset.attrs["operation"]
        counted = f"; yearly amounts count for the share of the year in operation ({span})"
        return counted if span and result in _EMISSIONS else ""

    def _below(self, inputs: tuple[str, ...], where: _Where) -> Iterator[Explanation]:
        for name in inputs:
            if name not in self.dataset.data_vars:
                yield from self._written(name, where)
                continue
            if name.startswith("component_"):
                for component in self.methods:
                    yield self.explain(name, replace(where, component=component, rule=None))
            elif name == "reference_by_rule":
                for rule in self.dataset["rule"].values:
                    yield self.explain(name, replace(where, rule=str(rule), component=None))
            else:
                yield self.explain(name, replace(where, component=None, rule=None))

    def _written(self, path: str, where: _Where) -> Iterator[Explanation]:
        """Explain the numbers of the scenario at and below a key; none where it was not given."""
        if path == "allocation.phases":
            phase = self.dataset["allocation_phase"].sel(year=where.year)
            path = f"{path}.{int(phase) - 1}"
        others = tuple(f".shares.{p}" for p in PARTIES if where.party not in {None, p})
        for key, row in self.rows.items():
            if (key == path or key.startswith(f"{path}.")) and not key.endswith(others):
                year = self.assessed[where.year] if _is_held(row["variable"]) else where.year
                yield _number(row, year - int(self.dataset["year"].values[0]), year)


_EMISSIONS = ("bau_emissions", "reference_emissions", "project_emissions", "leakage_emissions")


def _is_held(variable: str) -> bool:
    """Tell whether an input is read at the year in which the reference was assessed."""
    yearly = {"reference.pathway.emissions", "reference.weights"}
    return variable.startswith(("reference_", "reference.")) and variable not in yearly


def _number(row: Mapping[str, Any], at: int, year: int) -> Explanation:
    value = row["written"]
    if row["by_year"] is not None:
        unit = row["shown_unit"]
        found = f"{number(row['by_year'][at], unit)} {unit_text(unit)}".rstrip()
        value = f"{found} in {year}, of {value}"
    return Explanation(
        name=row["path"],
        value=value,
        equation="",
        source=row["source"] or row["standing"],
        place=row["place"] or row["note"] or "",
    )


def _value(array: Any, where: _Where) -> str:
    # A number that is no share, such as that of a phase, is not written in per cent.
    counted = array.attrs["units"] == "1" and array.attrs["kind"] != "share"
    unit = "" if counted else str(array.attrs["units"])
    chosen = array.sel(**where.picks(array))
    if chosen.ndim:
        (dim,) = chosen.dims
        return ", ".join(
            f"{label} {number(float(v), unit)}"
            for label, v in zip(chosen[dim].values, chosen.values, strict=True)
        )
    return f"{number(float(chosen), unit)} {unit_text(unit)}".rstrip()
