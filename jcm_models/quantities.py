"""Units at the door: parse, convert or refuse; bare arrays inside.

Greenhouse gases are counted in tCO2e, a dimension of its own, so that tonnes of coal and
tonnes of CO2e cannot be confused. A number without a unit is in the unit its place declares;
a number with one is converted or refused, never guessed (convention U3).
"""

from __future__ import annotations

import functools
import inspect
import re
import warnings
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import numpy as np

if TYPE_CHECKING:
    import pint

__all__ = ["DECLARED_UNITS", "convert", "multiplied", "parse", "registry", "units", "warn_of_units"]

P = ParamSpec("P")
R = TypeVar("R")

DECLARED_UNITS = "__units__"

_DEFINITIONS = (
    "tCO2e = [greenhouse_gas] = tCO2 = tCO2eq",
    "gCO2e = 1e-6 tCO2e = gCO2 = gCO2eq",
    "USD = [currency]",
    "JPY = [currency_yen]",
    "output = [output] = outputs",  # what a project makes, in the unit its scenario names
    "kilotonne = 1e3 metric_ton = kt",  # pint alone reads kt as knots
    "m2 = meter ** 2",
    "m3 = meter ** 3",
    "km2 = kilometer ** 2",
    "tonne_of_coal_equivalent = 29.3076 GJ = tce",
)
_NUMBER = re.compile(
    r"[-+]?(?:(?:\d+(?:[,_ ]\d{3})+|\d+)(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?", re.ASCII
)
# Names with small powers, multiplied and divided: a unit never asks for arithmetic.
_TERM = r"\(*(?:[^\W\d_]\w*|%|1)(?:(?:\*\*|\^)-?[1-9])?\)*"
_UNIT = re.compile(rf"{_TERM}(?:\s*[*/\N{{MIDDLE DOT}}]?\s*{_TERM})*")
_LONGEST_UNIT = 60
_PER_CENT = re.compile(r"%|per\s?cent")


@functools.cache
def registry() -> pint.UnitRegistry[float]:
    """Return the one registry of units, built when first needed [0.2 s]."""
    import pint

    units_known: pint.UnitRegistry[float] = pint.UnitRegistry(cache_folder=None)
    for definition in _DEFINITIONS:
        units_known.define(definition)
    return units_known


def parse(text: str) -> tuple[float, str | None]:
    """Split "12.5 ktCO2e/yr" into its number and its unit.

    Parameters
    ----------
    text : str
        A number, with thousands separated by commas if at all, and perhaps a unit.

    Returns
    -------
    tuple of float and str or None
        The number and the unit as written; None where there is none.

    Raises
    ------
    ValueError
        If `text` does not begin with a number.
    """
    match = _NUMBER.match(text.strip())
    if match is None:
        message = f"found {text!r}; a number is needed, with or without a unit after it"
        raise ValueError(message)
    unit = text.strip()[match.end() :].strip()
    return float(re.sub(r"[,_ ]", "", match.group())), unit or None


def convert(value: float, unit: str | None, target: str) -> float:
    """Convert `value` from `unit` to `target`.

    Parameters
    ----------
    value : float
        The number, in `unit`.
    unit : str or None
        The unit as written; None stands for `target`.
    target : str
        The unit needed, "1" for a share.

    Returns
    -------
    float
        The number in `target`.

    Raises
    ------
    ValueError
        If `unit` is unknown or measures something else than `target`.

    Examples
    --------
    >>> convert(12.5, "ktCO2e/yr", "tCO2e/yr")
    12500.0
    """
    if unit is None or unit == target:
        return float(value)
    if target == "1" and not _PER_CENT.fullmatch(unit.strip()):
        message = f"{unit} does not fit; {_shown(target)} is needed"
        raise ValueError(message)
    _refuse_unreadable(unit, target)
    return _converted(float(value), _spelled(unit), target, unit)


def _refuse_unreadable(unit: str, target: str) -> None:
    """Refuse what is more than names with small powers, and names that are not known."""
    import pint

    message = f"the unit {unit!r} cannot be read; {_shown(target)} is needed"
    if len(unit) <= _LONGEST_UNIT and _UNIT.fullmatch(unit.strip()):
        try:
            registry().parse_units(_spelled(unit))
        except pint.UndefinedUnitError:
            message = f"the unit {unit!r} is not known; {_shown(target)} is needed"
        except Exception:
            pass
        else:
            return
    raise ValueError(message)


def _converted(value: float, unit: str, target: str, shown: str) -> float:
    """Convert from a unit that can be read; `shown` is how the errors call it."""
    import pint

    try:
        converted = float(registry().Quantity(value, unit).to(_spelled(target)).magnitude)
    except pint.DimensionalityError:
        message = f"{shown} does not fit; {_shown(target)} is needed"
        raise ValueError(message) from None
    except pint.UndefinedUnitError:
        message = f"the unit {target!r} that a method declares is not known"
        raise ValueError(message) from None
    if _per_time(unit) == _per_time(target):
        return converted
    message = (
        f"{shown} does not fit: a capacity and a yearly amount are two things; "
        f"{_shown(target)} is needed"
    )
    raise ValueError(message)


def multiplied(texts: Sequence[str], target: str, *, divided: bool = False) -> float:
    """Multiply numbers with units, and convert the product.

    Parameters
    ----------
    texts : sequence of str
        Numbers, each with its unit if it has one: "60 t/d", "365 d/yr".
    target : str
        The unit needed.
    divided : bool
        Whether all but the first divide instead.

    Returns
    -------
    float
        The product, or quotient, in `target`.

    Raises
    ------
    ValueError
        If a text is no number, a unit is unknown, or their product measures something else.

    Examples
    --------
    >>> multiplied(["60 t/d", "365 d/yr"], "t/yr")
    21900.0
    """
    number, units_of_it = 1.0, []
    for position, text in enumerate(texts):
        value, unit = parse(text)
        below = divided and position > 0
        if below and value == 0:
            message = f"found {text!r} as a divisor; nothing can be divided by 0"
            raise ValueError(message)
        number = number / value if below else number * value
        if unit:
            _refuse_unreadable(unit, target)
            units_of_it.append(f"1/({_spelled(unit)})" if below else f"({_spelled(unit)})")
    product = str((1 * registry().Unit("*".join(units_of_it) or "dimensionless")).units)
    if product == "dimensionless":
        return convert(number, None, target) if target == "1" else _not_fitting(texts, target)
    return _converted(number, product, target, " and ".join(texts))


def _not_fitting(texts: Sequence[str], target: str) -> float:
    message = f"{' and '.join(texts)} do not make up {_shown(target)}, which is needed"
    raise ValueError(message)


def _spelled(unit: str) -> str:
    """Spell the unit as pint reads it: no prefix trouble with tCO2e, per cent as a word."""
    if unit in {"1", ""}:
        return "dimensionless"
    return _PER_CENT.sub("percent", unit).replace("\N{SUBSCRIPT TWO}", "2")


def _per_time(unit: str) -> bool:
    """Tell whether the unit says "per year" or the like (5 MW, or 5 MWh/h, is no MWh/yr)."""
    known = registry()
    parts = dict(known.parse_units(_spelled(unit))._units)
    return any(
        float(str(power)) < 0
        and known.Unit(part).dimensionality == {"[time]": 1}
        and known.Quantity(1.0, part).to("day").magnitude >= 1
        for part, power in parts.items()
    )


def _shown(unit: str) -> str:
    return "a share without unit (or %)" if unit == "1" else unit


def units(*, returns: str, **declared: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Declare the units of a function's arguments and check them at its door.

    An argument may be a number or array (taken to be in the declared unit), a text such as
    "8 GWh/yr", or a pint quantity; inside, the function sees bare arrays in the declared unit.

    Parameters
    ----------
    returns : str
        The unit of what the function returns.
    **declared : str
        The unit of each argument; every argument of the function must be declared.

    Returns
    -------
    Callable
        The decorator; the units are kept on the function, in ``__units__``.

    Raises
    ------
    TypeError
        If the declaration and the signature do not name the same arguments.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        signature = inspect.signature(function)
        if set(declared) != set(signature.parameters):
            message = (
                f"{function.__name__} takes {sorted(signature.parameters)} "
                f"but declares units for {sorted(declared)}"
            )
            raise TypeError(message)

        @functools.wraps(function)
        def checked(*args: P.args, **kwargs: P.kwargs) -> R:
            bound = signature.bind(*args, **kwargs)
            bare = {name: _bare(name, v, declared[name]) for name, v in bound.arguments.items()}
            return function(**bare)  # type: ignore[call-arg]

        setattr(checked, DECLARED_UNITS, {**declared, "return": returns})
        return checked

    return decorate


def warn_of_units(function: Callable[..., Any]) -> None:
    """Call a function once with quantities, and warn where its units do not work out.

    Parameters
    ----------
    function : callable
        Declared by `units`; what it returns may be a tuple of amounts.

    Raises
    ------
    ValueError
        If a unit that it declares is not known.

    Warns
    -----
    UserWarning
        If what it returns is in another unit than it declares, and so needs a number that
        converts; a function that holds such a number may ignore it.
    """
    declared = dict(getattr(function, DECLARED_UNITS))
    returned = declared.pop("return")
    for name, unit in {**declared, "returns": returned}.items():
        try:
            registry().parse_units(_spelled(unit))
        except Exception:
            message = f"{name}: the unit {unit!r} is not known"
            raise ValueError(message) from None
    inner = getattr(function, "__wrapped__", function)
    quantities = {n: registry().Quantity(np.ones(2), _spelled(u)) for n, u in declared.items()}
    try:
        found = inner(**quantities)
    except Exception:
        return
    for amount in found if isinstance(found, tuple) else (found,):
        units_found = getattr(amount, "units", None)
        if units_found is None or _is_unit(units_found, returned):
            continue
        found_in = f"{units_found:~}".replace(" / a", " / yr")
        message = (
            f"{getattr(function, '__name__', 'function')}: the units of the inputs make up "
            f"{found_in}, not {returned}; convert inside the function, or declare other units"
        )
        warnings.warn(message, stacklevel=4)
        return


def _is_unit(found: Any, declared: str) -> bool:
    try:
        factor = registry().Quantity(1.0, found).to(_spelled(declared)).magnitude
    except Exception:
        return False
    return abs(float(factor) - 1.0) < 1e-9


def _bare(name: str, value: Any, unit: str) -> Any:
    """Return the bare number or array in `unit`; refuse what does not fit."""
    if value is None or isinstance(value, (int, float, np.ndarray, np.generic)):
        return value
    try:
        if isinstance(value, str):
            return convert(*parse(value), unit)
        if hasattr(value, "to") and hasattr(value, "magnitude"):
            factor = convert(1.0, str(value.units), unit)
            return np.asarray(value.magnitude) * factor
    except ValueError as error:
        message = f"{name}: {error}"
        raise ValueError(message) from None
    return np.asarray(value, dtype=float)
