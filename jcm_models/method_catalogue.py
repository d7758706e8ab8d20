"""What a method is, and which methods there are.

A method is a pure function on arrays whose signature declares units. Built-in methods and
those of installed packages are found the same way: by the entry point group
``jcm_models.methods``. A researcher's own, written in a notebook, is known from the moment it is
defined.
"""

from __future__ import annotations

import functools
import importlib.metadata
import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from jcm_models.problems import nearest
from jcm_models.quantities import DECLARED_UNITS, warn_of_units

if TYPE_CHECKING:
    from jcm_models.variables import Variable

__all__ = [
    "OWN_FAMILY",
    "Emissions",
    "Equation",
    "Method",
    "MethodInput",
    "find_method",
    "method",
    "method_names",
]

GROUP = "jcm_models.methods"
OWN_FAMILY = "own"
_BUILT_IN = "jcm_models.methods."
_DESCRIPTION = "__method__"
_NAME = re.compile(r"[a-z_]\w*")
_NOTHING: Mapping[str, Any] = MappingProxyType({})

Array = NDArray[np.float64]
F = TypeVar("F", bound=Callable[..., "Emissions"])


class Emissions(NamedTuple):
    """What a method returns, each [tCO2e/yr], shape (..., year).

    ``bau`` is None where business as usual is unknown. ``more`` holds results that are reported
    but enter no sum, by their name in the table of variables, such as ``co2_stored``.
    """

    bau: Array | None
    reference: Array
    project: Array | float = 0.0
    leakage: Array | float = 0.0
    more: Mapping[str, Array] = _NOTHING


@dataclass(frozen=True)
class Equation:
    """One equation of a method: in names, in print (LaTeX), and where it is published."""

    plain: str
    math: str
    source: str = ""

    def inputs(self, known: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the names in the equation that are among those known, in their order."""
        names = dict.fromkeys(_NAME.findall(self.plain))
        return tuple(name for name in names if name in known)


@dataclass(frozen=True)
class MethodInput:
    """One input of a method: its name, its unit, and whether it can be left out."""

    name: str
    unit: str
    required: bool

    @property
    def variable(self) -> Variable:
        """What the input is: its row in the table of variables."""
        # The science runs without the table; only what is shown or read from a file needs it.
        from jcm_models.variables import input_variable

        return input_variable(self.name, self.unit)


@dataclass(frozen=True, eq=False)
class Method:
    """A method of a scenario's project: its function and what it says of itself."""

    name: str
    family: str
    title: str
    title_ja: str
    summary: str
    function: Callable[..., Emissions]
    inputs: tuple[MethodInput, ...]
    equations: Mapping[str, Equation]
    source: str

    def inputs_of(self, result: str) -> tuple[str, ...]:
        """Return the names of the inputs that the equation of a result uses; all without one."""
        known = {given.name: given for given in self.inputs}
        equation = self.equations.get(result)
        return tuple(known) if equation is None else equation.inputs(known)


def method(
    *,
    title: str,
    title_ja: str = "",
    equations: Mapping[str, Equation] = _NOTHING,
    source: str = "",
    family: str = "",
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
    family : str
        The family it belongs to; that of its module unless given.

    Returns
    -------
    Callable
        The decorator; the function itself is unchanged.

    Raises
    ------
    TypeError
        If the function does not declare its units.
    ValueError
        If an installed method has the name of the function already, or a unit is not known.

    Warns
    -----
    UserWarning
        If the units of the inputs do not make up the unit that is returned, as where kWh meets a
        factor per MWh and nothing in the function converts them.

    Examples
    --------
    >>> from jcm_models.quantities import units
    >>> @method(title="Cool roofs")
    ... @units(area="m2", saving="kWh/m2/yr", factor="tCO2e/kWh", returns="tCO2e/yr")
    ... def cool_roofs(area, saving, factor):
    ...     return Emissions(bau=None, reference=area * saving * factor)
    """

    def decorate(function: F) -> F:
        declared = getattr(function, DECLARED_UNITS, None)
        if declared is None:
            message = f"{function.__name__} needs @units(...) below @method(...)"
            raise TypeError(message)
        module = function.__module__
        described = Method(
            name=function.__name__,
            family=family or _family(module),
            title=title,
            title_ja=title_ja or title,
            summary=inspect.getdoc(function) or title,
            function=function,
            inputs=_inputs(function, declared),
            equations=dict(equations),
            source=source,
        )
        setattr(function, _DESCRIPTION, described)
        if not module.startswith(_BUILT_IN):
            _register(described, module)
            warn_of_units(function)
        return function

    return decorate


_defined_here: dict[str, Method] = {}


def _family(module: str) -> str:
    if not module.startswith(_BUILT_IN):
        return OWN_FAMILY
    return module.removeprefix(_BUILT_IN).partition(".")[0]


def _register(described: Method, module: str) -> None:
    """Make a method known that was defined in a notebook or a script; a later one replaces it."""
    installed = _installed().get(described.name)
    if installed is not None and installed.module != module:
        message = f"{installed.module} has a method {described.name} already; choose another name"
        raise ValueError(message)
    _defined_here[described.name] = described


def _inputs(function: Callable[..., Any], declared: Mapping[str, str]) -> tuple[MethodInput, ...]:
    return tuple(
        MethodInput(
            name=name,
            unit=declared[name],
            required=parameter.default is inspect.Parameter.empty,
        )
        for name, parameter in inspect.signature(function).parameters.items()
    )


@functools.cache
def _installed() -> dict[str, importlib.metadata.EntryPoint]:
    found = importlib.metadata.entry_points(group=GROUP)
    return {entry.name: entry for entry in sorted(found)}


def method_names() -> tuple[str, ...]:
    """Return the names of the methods there are: installed, and defined in this session."""
    return tuple(dict.fromkeys([*_installed(), *_defined_here]))


def find_method(name: str) -> Method:
    """Find a method by its name, importing it if need be; hyphens and underscores are the same.

    Raises
    ------
    ValueError
        If there is no such method; the message lists those there are.
    """
    plain = name.replace("-", "_")
    if plain in _defined_here:
        return _defined_here[plain]
    return _loaded(plain, name)


@functools.cache
def _loaded(plain: str, name: str) -> Method:
    known = _installed()
    if plain not in known:
        there = method_names()
        hint = nearest(name, there)
        listed = "; jcm new --list shows all" if hint else f"; allowed: {', '.join(there)}"
        message = f"found {name!r}, which is no method{hint}{listed}"
        raise ValueError(message)
    described: Method = getattr(known[plain].load(), _DESCRIPTION)
    return described
