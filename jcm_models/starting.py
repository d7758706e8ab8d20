"""A new scenario to start from: every input of a method, with its unit, default and range."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from jcm_models.components import choices_of, options_of
from jcm_models.defaults import Default, default_of
from jcm_models.method_catalogue import Method, MethodInput, find_method, method_names
from jcm_models.plausibility import UNNAMED
from jcm_models.schema import FILE
from jcm_models.tables import read_table
from jcm_models.variables import (
    Variable,
    categories,
    choice_label,
    families,
)
from jcm_models.wording import number

__all__ = ["method_list", "new_scenario"]

_HOST = "THA"
_GWP = "AR5"
_FREE = ("first", "second")
_FEW = 4  # categories that a new scenario begins with


def new_scenario(names: Sequence[str], path: Path) -> str:
    """Return a scenario that uses one or several methods, ready to be made one's own.

    Parameters
    ----------
    names : sequence of str
        The methods; hyphens and underscores are the same. Several become components.
    path : pathlib.Path
        Where it will stand; named in its comments.

    Returns
    -------
    str
        YAML with a comment beside every input: what it is, unit, range, default and its source.

    Raises
    ------
    ValueError
        If there is no such method.
    """
    found = [find_method(name) for name in names]
    schema = FILE if path.parent.name == "scenarios" else f"scenarios/{FILE}"
    return str(read_table("templates/new_scenario.yaml")["frame"]).format(
        schema=schema,
        title=" + ".join(method.title for method in found) + f" project {UNNAMED}",
        name=path,
        host=_HOST,
        gwp=_GWP,
        project="\n".join(_project_lines(found)),
    )


def _project_lines(found: Sequence[Method]) -> Iterator[str]:
    if len(found) == 1:
        yield from _method_lines(found[0], "  ")
        return
    yield "  components:"
    for name, method in zip(_component_names(found), found, strict=True):
        yield f"    {name}:"
        yield from _method_lines(method, "      ")


def _component_names(found: Sequence[Method]) -> Iterator[str]:
    for position, method in enumerate(found):
        before = [other.name for other in found[:position]].count(method.name)
        yield f"{method.name}_{before + 1}" if before else method.name


def _method_lines(method: Method, pad: str) -> Iterator[str]:
    yield f"{pad}method: {method.name}"
    chosen = {"gwp": _GWP, "host": _HOST}
    for name in choices_of(method):
        options = options_of(method, name)
        chosen[name] = options[0]
        yield f"{pad}# {choice_label(name).en}, picks the defaults below: {', '.join(options)}"
        yield f"{pad}{name}: {options[0]}"
    for given in method.inputs:
        names = _categories(method, given.variable.by, chosen)
        yield from (f"{pad}{line}" for line in _input_lines(given, chosen, names))


def _input_lines(
    given: MethodInput, chosen: dict[str, str], names: tuple[str, ...]
) -> Iterator[str]:
    row = given.variable
    default = default_of(row, chosen, next(iter(names), ""))
    if default is not None:
        source = default.value.source or default.value.standing
        status = f"default {'below' if row.by else default.value.written}; source: {source}"
    elif given.required:
        status = "required"
    else:
        status = _without(row)
    unit = "share" if row.shown_unit == "1" else given.unit
    yield f"# {row.label} [{unit}]; {_range(row)}; {status}"
    if not row.by:
        if default is None:
            yield f"{given.name}: {_number(row, row.example)}"
        else:
            yield f"# {given.name}: {_default_number(default)}"
        return
    yield f"{'' if default is None else '# '}{given.name}:"
    few = names[:_FEW]
    for category in names:
        own = default_of(row, chosen, category)
        active = default is None and category in few
        share = 1 / len(few) if row.sums_to_one else row.example
        written = _default_number(own) if own else _number(row, share)
        yield f"{'' if active else '# '}  {category}: {written}"


def _without(row: Variable) -> str:
    """Say what becomes of an input that is left out."""
    if row.name.startswith("bau_"):
        return "optional; unknown without it"
    amount = row.kind in {"flow", "share"}
    return "optional; 0 without it" if amount else "optional; needed with what it multiplies"


def _categories(method: Method, by: str, chosen: dict[str, str]) -> tuple[str, ...]:
    """Return the categories for which all inputs that have defaults have one."""
    rows = [g.variable for g in method.inputs if g.variable.by == by and g.variable.default]
    known = (tuple(categories(by)) or _FREE) if by else ()
    return tuple(name for name in known if all(default_of(row, chosen, name) for row in rows))


def _number(row: Variable, example: float | None) -> str:
    unit = "" if row.unit == "1" else f" {row.unit}"
    return f"{{value: {1.0 if example is None else example:.15g}{unit}, standing: assumed}}"


def _default_number(default: Default) -> str:
    """Write a default with its standing and its source, so that neither is lost by using it."""
    value = default.value
    unit = "" if value.unit == "1" else f" {value.unit}"
    source = f', source: "{value.source}"' if value.source else ""
    return f"{{value: {value.points[0]:.15g}{unit}, standing: {value.standing}{source}}}"


def _range(row: Variable) -> str:
    least = "any" if row.least is None else number(row.least, row.shown_unit)
    most = "any" if row.most is None else number(row.most, row.shown_unit)
    allowed = f"{least} to {most}" if row.most is not None else f"{least} or more"
    if row.usual is None:
        return allowed
    low, high = (number(bound, row.shown_unit) for bound in row.usual)
    return f"{allowed}, usual {low} to {high}"


def method_list() -> Iterator[tuple[str, list[Method]]]:
    """Yield the methods there are, by family; own methods and those of other packages last."""
    found = [find_method(name) for name in method_names()]
    known = families()
    for family, label in known.items():
        yield label.en, [method for method in found if method.family == family]
    others = [method for method in found if method.family not in known]
    if others:
        yield "Other methods", others
