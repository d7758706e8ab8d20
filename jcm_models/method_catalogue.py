"""What a method is, and which methods there are.

A method is a pure function on arrays whose signature declares units. Built-in methods and
those of installed packages are found the same way: by the entry point group
``jcm_models.methods``.
"""

from __future__ import annotations

import functools
import importlib.metadata
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from jcm_models.problems import nearest
from jcm_models.quantities import DECLARED_UNITS
from jcm_models.variables import Variable, input_variable

__all__ = ["Emissions", "Equation", "Method", "MethodInput", "find_method", "method", "methods"]

GROUP = "jcm_models.methods"
_DESCRIPTION = "__method__"

Array = NDArray[np.float64]
F = TypeVar("F", bound=Callable[..., "Emissions"])


class Emissions(NamedTuple):
    """What a method returns, each [tCO2e/yr], shape (..., year); BaU is None where unknown."""

    bau: Array | None
    reference: Array
    project: Array
    leakage: Array


@dataclass(frozen=True)
class Equation:
    """One equation of a method: in names, in print (LaTeX), its inputs, where it is published."""

    plain: str
    math: str
    inputs: tuple[str, ...]
    source: str = ""


@dataclass(frozen=True)
class MethodInput:
    """One input of a method: its place in the scenario, its unit and its default."""

    name: str
    unit: str
    required: bool
    default: float | None
    variable: Variable


@dataclass(frozen=True)
class Method:
    """A method of a scenario's ``project.method``: its function and what it says of itself."""

    name: str
    title: str
    title_ja: str
    summary: str
    function: Callable[..., Emissions]
    inputs: tuple[MethodInput, ...]
    equations: Mapping[str, Equation]
    source: str


def method(
    *, title: str, title_ja: str, equations: Mapping[str, Equation], source: str
) -> Callable[[F], F]:
    """Describe a function as a method; put it above ``@units``.

    Parameters
    ----------
    title, title_ja : str
        What people call the method, in English and Japanese.
    equations : mapping of str to Equation
        By the name of the result: ``reference_emissions``, ``project_emissions`` and so on.
    source : str
        Where the method is published.

    Returns
    -------
    Callable
        The decorator; the function itself is unchanged.

    Raises
    ------
    TypeError
        If the function does not declare its units.
    """

    def decorate(function: F) -> F:
        declared = getattr(function, DECLARED_UNITS, None)
        if declared is None:
            message = f"{function.__name__} needs @units(...) below @method(...)"
            raise TypeError(message)
        described = Method(
            name=function.__name__,
            title=title,
            title_ja=title_ja,
            summary=inspect.getdoc(function) or title,
            function=function,
            inputs=_inputs(function, declared),
            equations=dict(equations),
            source=source,
        )
        setattr(function, _DESCRIPTION, described)
        return function

    return decorate


def _inputs(function: Callable[..., Any], declared: Mapping[str, str]) -> tuple[MethodInput, ...]:
    return tuple(
        MethodInput(
            name=name,
            unit=declared[name],
            required=parameter.default is inspect.Parameter.empty,
            default=None if parameter.default is inspect.Parameter.empty else parameter.default,
            variable=input_variable(name, declared[name]),
        )
        for name, parameter in inspect.signature(function).parameters.items()
    )


@functools.cache
def methods() -> dict[str, importlib.metadata.EntryPoint]:
    """Return the methods that are installed, by name; none is imported yet."""
    found = importlib.metadata.entry_points(group=GROUP)
    return {entry.name: entry for entry in sorted(found)}


@functools.cache
def find_method(name: str) -> Method:
    """Import a method by its name; hyphens and underscores are the same.

    Raises
    ------
    ValueError
        If there is no such method; the message lists those there are.
    """
    known = methods()
    plain = name.replace("-", "_")
    if plain not in known:
        allowed = ", ".join(known)
        message = f"found {name!r}, which is no method{nearest(name, known)}; allowed: {allowed}"
        raise ValueError(message)
    described: Method = getattr(known[plain].load(), _DESCRIPTION)
    return described
