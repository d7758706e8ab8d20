"""The default of an input that a scenario does not give: one number, or one picked by a choice.

Every default has a source, or says that it is assumed or quoted from memory, and knows the line
of the table it stands in.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jcm_models.problems import Place
from jcm_models.tables import line_of, read_table
from jcm_models.values import InUnit, Value
from jcm_models.variables import DefaultByChoice, Variable, choice_label, choices
from jcm_models.written import Written

__all__ = ["Default", "default_of", "tables", "whence"]

_TABLES = "defaults.yaml"
_SAID = ("source", "standing", "note")


@dataclass(frozen=True)
class Default:
    """The default of an input and the table it stands in."""

    value: Value
    table: str
    path: tuple[str, ...]

    @property
    def place(self) -> Place:
        """The file and line of the table."""
        return Place(f"jcm_models/{self.table}", line_of(self.table, self.path))


@functools.cache
def tables() -> Mapping[str, Any]:
    """Return the tables of defaults that choices pick from."""
    found: Mapping[str, Any] = read_table(_TABLES)["tables"]
    return found


def default_of(variable: Variable, chosen: Mapping[str, str], category: str = "") -> Default | None:
    """Return the default of an input.

    Parameters
    ----------
    variable : Variable
        The input.
    chosen : mapping of str to str
        What the scenario chooses: ``{"climate": "tropical_wet", "gwp": "AR5"}``.
    category : str
        The category, where the input is given by a code list.

    Returns
    -------
    Default or None
        None where there is none, or where the choice that picks it was not made.
    """
    if variable.default is None:
        return None
    if not isinstance(variable.default, DefaultByChoice):
        return _from_row(variable)
    option = chosen.get(variable.default.choice)
    return _from_table(variable, option, category) if option else None


@functools.cache
def _from_row(variable: Variable) -> Default:
    path = ("inputs", variable.name)
    said: dict[str, Any] = {key: getattr(variable, key) or None for key in _SAID}
    if variable.note:
        said["note"] = {"en": variable.note.en, "ja": variable.note.ja}
    written = Written.model_validate({"value": variable.default, **said})
    return Default(InUnit(variable).value(written), "variables.yaml", path)


@functools.cache
def _from_table(variable: Variable, option: str, category: str) -> Default | None:
    picked = variable.default
    if not isinstance(picked, DefaultByChoice):
        return None
    table = tables()[picked.table]
    path = tuple(filter(None, ("tables", picked.table, "values", option, picked.entry, category)))
    leaf: Any = table["values"]
    for key in path[3:]:
        if not isinstance(leaf, dict) or key not in leaf:
            return None
        leaf = leaf[key]
    own = leaf if isinstance(leaf, dict) else {"value": leaf}
    if "value" not in own:
        return None
    said = {key: table.get(key) for key in _SAID} if "standing" not in own else {}
    written = Written.model_validate({**{k: v for k, v in said.items() if v}, **own})
    return Default(InUnit(variable).value(written), _TABLES, path)


def whence(variable: Variable, chosen: Mapping[str, str]) -> str:
    """Say where the default of an input would come from; nothing where it has none."""
    picked = variable.default
    if not isinstance(picked, DefaultByChoice) or picked.choice in chosen:
        return ""
    options = choices(picked.choice)
    known = [option for option in options if option in tables()[picked.table]["values"]]
    source = tables()[picked.table].get("source", "")
    return (
        f"; or choose {picked.choice} ({choice_label(picked.choice).en.lower()}: "
        f"{', '.join(known)}), from which its default comes" + (f" ({source})" if source else "")
    )
