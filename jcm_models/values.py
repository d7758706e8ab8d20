"""A number of a scenario: a constant, a series over years or a distribution.

Written as ``8000``, ``8 GWh/yr``, or a mapping with a ``source`` beside it; held in the unit
of its place, with the words it was written in.
"""

from __future__ import annotations

import math
import numbers
from typing import Annotated, Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    WithJsonSchema,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from jcm_models.periods import interpolate
from jcm_models.quantities import convert, parse
from jcm_models.variables import Variable
from jcm_models.wording import number

__all__ = ["InUnit", "Standing", "Value", "Written"]

Standing: TypeAlias = Literal["published", "derived", "from memory", "assumed"]


def _is_point(data: Any) -> Any:
    if isinstance(data, str):
        return data
    if isinstance(data, dict):
        message = "found a list of keys; numbers by year stand under series:, not under value:"
        raise ValueError(message)  # noqa: TRY004
    if isinstance(data, bool) or not isinstance(data, numbers.Real):
        message = f"found {data!r}; a number is needed, with or without a unit after it"
        raise ValueError(message)  # noqa: TRY004  (pydantic collects value errors)
    return data if isinstance(data, int) else float(data)


_Point: TypeAlias = Annotated[
    Any, AfterValidator(_is_point), WithJsonSchema({"type": ["number", "string"]})
]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class _Spread(_Strict):
    """A distribution: uniform(low, high), triangular(low, mode, high), normal or lognormal."""

    shape: Literal["uniform", "triangular", "normal", "lognormal"]
    """Shape of the distribution (uniform, triangular, normal or lognormal)."""
    low: _Point | None = None
    """Lower end of a uniform or triangular distribution."""
    mode: _Point | None = None
    """Most likely value of a triangular distribution."""
    high: _Point | None = None
    """Upper end of a uniform or triangular distribution."""
    mean: _Point | None = None
    """Mean of a normal or lognormal distribution."""
    sd: _Point | None = None
    """Standard deviation of a normal or lognormal distribution."""

    @model_validator(mode="after")
    def _has_what_it_needs(self) -> _Spread:
        needed = set(_PARAMETERS[self.shape])
        given = {name for name in _ALL_PARAMETERS if getattr(self, name) is not None}
        if given != needed:
            message = f"a {self.shape} distribution needs {_listed(needed)}; found {_listed(given)}"
            raise ValueError(message)
        return self


_PARAMETERS = {
    "uniform": ("low", "high"),
    "triangular": ("low", "mode", "high"),
    "normal": ("mean", "sd"),
    "lognormal": ("mean", "sd"),
}
_LONGEST_SHOWN = 60
_ALL_PARAMETERS = ("low", "mode", "high", "mean", "sd")


def _listed(names: set[str]) -> str:
    return ", ".join(name for name in _ALL_PARAMETERS if name in names) or "none of these"


class Written(_Strict):
    """A number as written in a scenario, with what belongs to it."""

    value: _Point | None = None
    """The number, with or without a unit: 8000, or 8 GWh/yr."""
    series: dict[int, _Point] | None = Field(default=None, min_length=1)
    """Numbers by year, in place of one value."""
    distribution: _Spread | None = None
    """How uncertain the number is, in place of one value; a single run takes its mean."""
    unit: str | None = None
    """Unit of the numbers here that carry none themselves."""
    interpolate: Literal["linear", "step", "none"] = "linear"
    """Between two years of a series: a straight line, the earlier value, or nothing."""
    beyond: Literal["refuse", "hold"] = "refuse"
    """Before and after the years of a series: an error, or the first and last value hold."""
    source: str | None = None
    """Where the number is published: document, page or address."""
    standing: Standing | None = None
    """How well founded it is; "published" with a source and "assumed" without, unless said."""
    note: str | None = None
    """What a reader should know of the number."""

    @model_validator(mode="before")
    @classmethod
    def _from_a_bare_number(cls, data: Any) -> Any:
        return data if isinstance(data, dict) else {"value": _is_point(data)}

    @model_validator(mode="after")
    def _is_one_of_three(self) -> Written:
        given = [k for k in ("value", "series", "distribution") if getattr(self, k) is not None]
        if len(given) != 1:
            found = " and ".join(given) or "none of them"
            message = f"needs one of value, series and distribution; found {found}"
            raise ValueError(message)
        if self.standing == "published" and not self.source:
            message = "a published number needs its source"
            raise ValueError(message)
        return self


class Value(_Strict):
    """A number in the unit of its place, ready to be read at any year."""

    unit: str
    written: str
    """As a person would write it, in the unit of its place."""
    years: tuple[int, ...] = ()
    points: tuple[float, ...]
    """The constant, or the values by year."""
    interpolate: Literal["linear", "step", "none"] = "linear"
    hold: bool = False
    spread: tuple[str, tuple[float, ...]] | None = None
    """Shape and parameters of the distribution; `points` holds its mean."""
    source: str | None = None
    standing: Standing = "assumed"
    note: str | None = None

    def at(self, years: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the value of every year [in `unit`], shape (year,).

        Raises
        ------
        ValueError
            If a year lies outside the series and its ends are not held.
        """
        if not self.years:
            return np.full(years.shape, self.points[0])
        return interpolate(years, self.years, self.points, self.interpolate, hold=self.hold)

    @property
    def constant(self) -> float | None:
        """The number, where it is the same in every year and certain."""
        return None if self.years or self.spread else self.points[0]


class InUnit:
    """Marks a field as a number in a unit: reads what is written, converts or refuses it.

    Parameters
    ----------
    variable : Variable
        What the number is: its unit and its physical bounds.
    """

    def __init__(self, variable: Variable) -> None:
        self.variable = variable

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> CoreSchema:
        """Read as `Written`, then convert to a `Value`."""
        return core_schema.no_info_after_validator_function(self.value, handler(Written))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Allow a bare number or text beside the full form, for editors."""
        full = handler(schema)
        row = self.variable
        bounds = {"minimum": row.least, "maximum": row.most}
        numeric = {"type": "number", **{k: v for k, v in bounds.items() if v is not None}}
        text = f"{row.label} [{'share' if row.unit == '1' else row.unit}]"
        return {"description": text, "anyOf": [numeric, {"type": "string"}, full]}

    def value(self, written: Written) -> Value:
        """Convert every number of `written` to the unit and check the bounds."""
        years: tuple[int, ...] = ()
        spread = None
        if written.series is not None:
            years = tuple(sorted(written.series))
            points = tuple(self._bounded(written.series[y], written.unit, f"{y}: ") for y in years)
        elif written.distribution is not None:
            spread = self._spread(written.distribution, written.unit)
            points = (_mean(*spread),)
        else:
            points = (self._bounded(written.value, written.unit, ""),)
        return Value(
            unit=self.variable.unit,
            written=_in_words(self.variable.unit, years, points, spread),
            years=years,
            points=points,
            interpolate=written.interpolate,
            hold=written.beyond == "hold",
            spread=spread,
            source=written.source,
            standing=written.standing or ("published" if written.source else "assumed"),
            note=written.note,
        )

    def _bounded(self, point: Any, unit: str | None, what: str) -> float:
        number_here = self._number(point, unit, what)
        least, most = self.variable.least, self.variable.most
        low = -math.inf if least is None else least
        high = math.inf if most is None else most
        if low <= number_here <= high and math.isfinite(number_here):
            return number_here
        message = f"{what}found {_short(point)}; allowed is {self._allowed()}"
        raise ValueError(message)

    def _allowed(self) -> str:
        row = self.variable
        least = "any number" if row.least is None else number(row.least)
        most = "any number" if row.most is None else number(row.most)
        return f"{least} to {most}" + ("" if row.unit == "1" else f" {row.unit}")

    def _number(self, point: Any, unit: str | None, what: str = "") -> float:
        try:
            magnitude, own = parse(point) if isinstance(point, str) else (float(point), None)
            return convert(magnitude, own or unit, self.variable.unit)
        except OverflowError:
            message = f"{what}found a number beyond all bounds; allowed is {self._allowed()}"
        except ValueError as error:
            message = f"{what}{error}"
        raise ValueError(message)

    def _spread(self, spread: _Spread, unit: str | None) -> tuple[str, tuple[float, ...]]:
        names = _PARAMETERS[spread.shape]
        by_mean = names[0] == "mean"
        numbers = tuple(
            self._parameter(name, getattr(spread, name), unit, free=name == "sd") for name in names
        )
        ordered = numbers[1] > 0 if by_mean else list(numbers) == sorted(numbers)
        if not ordered:
            order = "sd > 0" if by_mean else " <= ".join(names)
            message = f"the distribution needs {order}"
            raise ValueError(message)
        if spread.shape == "lognormal" and numbers[0] <= 0:
            message = "a lognormal distribution needs mean > 0"
            raise ValueError(message)
        return spread.shape, numbers

    def _parameter(self, name: str, point: Any, unit: str | None, *, free: bool) -> float:
        """Read a parameter of a distribution; ends and means lie within the bounds."""
        if not free:
            return self._bounded(point, unit, f"{name}: ")
        found = self._number(point, unit, f"{name}: ")
        if not math.isfinite(found):
            message = f"{name}: found {_short(point)}; a finite number is needed"
            raise ValueError(message)
        return found


def _short(point: Any) -> str:
    text = str(point)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


def _mean(shape: str, parameters: tuple[float, ...]) -> float:
    """Return the mean of a distribution, in closed form."""
    if shape in {"normal", "lognormal"}:
        return parameters[0]
    return sum(parameters) / len(parameters)


def _in_words(
    unit: str,
    years: tuple[int, ...],
    points: tuple[float, ...],
    spread: tuple[str, tuple[float, ...]] | None,
) -> str:
    tail = "" if unit == "1" else f" {unit}"
    if spread is not None:
        shape, numbers = spread
        return f"{shape}({', '.join(number(n, unit) for n in numbers)}){tail}"
    if years:
        first, last = number(points[0], unit), number(points[-1], unit)
        return f"{first} ({years[0]}) to {last}{tail} ({years[-1]})"
    return f"{number(points[0], unit)}{tail}"
