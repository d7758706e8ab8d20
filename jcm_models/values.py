"""A number of a scenario: a constant, a series over years, a distribution, or made of others.

Written as ``8000``, ``8 GWh/yr``, or a mapping with a ``source`` beside it; held in the unit
of its place, with the words it was written in.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import GetJsonSchemaHandler, InstanceOf
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from jcm_models.distributions import Distribution, Fixed
from jcm_models.drawn import Drawn
from jcm_models.periods import interpolate
from jcm_models.quantities import convert, multiplied, parse
from jcm_models.spreads import (
    Process,
    SpreadReader,
    process_in_words,
    read_process,
    with_table,
)
from jcm_models.variables import Variable
from jcm_models.wording import number
from jcm_models.written import FORMS, Spread, Standing, Strict, Text, Written

__all__ = ["InUnit", "Value"]

_LONGEST_SHOWN = 60
_CHOSEN: Mapping[str, Callable[[tuple[float, ...]], float]] = {
    "average_of": lambda numbers: math.fsum(numbers) / len(numbers),
    "lowest_of": min,
    "highest_of": max,
}


class Value(Strict):
    """A number in the unit of its place, ready to be read at any year."""

    unit: str
    written: str
    """As a person would write it, in the unit of its place."""
    years: tuple[int, ...] = ()
    points: tuple[float, ...]
    """The constant, or the values by year."""
    interpolate: Literal["linear", "step", "none"] = "linear"
    hold: bool = False
    spread: Any = None
    """The distribution, where it has one; `points` holds its mean."""
    process: InstanceOf[Process] | None = None
    """How it moves at random over the years, where it does."""
    form: str = "value"
    """In which of `FORMS` it was written."""
    yearly_change: float = 0.0
    """Share by which it changes from year to year [1/yr]."""
    since: int | None = None
    """The year in which `points` holds, where it changes."""
    source: str | None = None
    standing: Standing = "assumed"
    note: Text | None = None
    drawn: InstanceOf[Drawn] | None = None
    """What it is in each sample, where it was drawn."""

    def at(self, years: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the value of every year [in `unit`], shape (year,), or (sample, year) if drawn.

        Raises
        ------
        ValueError
            If a year lies outside the series and its ends are not held.
        """
        growth = self._growth(years)
        certain = self._certain(years, growth)
        return certain if self.drawn is None else self.drawn.at(years, certain, growth)

    def _growth(self, years: NDArray[np.int64]) -> NDArray[np.float64] | None:
        """Return what multiplies the number in each year; None where it does not change."""
        if self.since is None:
            return None
        elapsed = np.maximum(years - self.since, 0)
        return np.asarray((1 + self.yearly_change) ** elapsed)

    def _certain(
        self, years: NDArray[np.int64], growth: NDArray[np.float64] | None
    ) -> NDArray[np.float64]:
        if growth is not None:
            return np.asarray(self.points[0] * growth)
        if not self.years:
            return np.full(years.shape, self.points[0])
        return interpolate(years, self.years, self.points, self.interpolate, hold=self.hold)

    def of(self, rows: NDArray[np.int64]) -> Value:
        """Return the number in some samples only."""
        own = self.drawn and self.drawn.of(rows)
        return self.model_copy(update={"drawn": own})

    @property
    def number(self) -> Any:
        """The one number of an input that is no series; if drawn an array of shape (sample,)."""
        return self.points[0] if self.drawn is None else self.drawn.number(self.points[0])

    @property
    def constant(self) -> float | None:
        """The number, where it is the same in every year and certain."""
        uncertain = self.spread is not None or self.process is not None
        return None if self.moves or uncertain or self.drawn else self.points[0]

    @property
    def moves(self) -> bool:
        """Whether it is another number in another year."""
        by_chance = self.process is not None and self.process.kind != "level"
        return bool(self.years) or self.since is not None or by_chance

    @property
    def distribution(self) -> Distribution:
        """How uncertain the number is; a number that is certain is fixed."""
        return self.spread or Fixed(self.points[0])


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
        return core_schema.with_info_after_validator_function(self._read, handler(Written))

    def _read(self, written: Written, info: core_schema.ValidationInfo) -> Value:
        """Convert what is written; tables stand in the folders that the validation names."""
        return self.value(with_table(written, (info.context or {}).get("folders", ())))

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
        spread = process = None
        if written.series is not None:
            years = tuple(sorted(written.series))
            points = tuple(self._bounded(written.series[y], written.unit, f"{y}: ") for y in years)
            said = _in_words(self.variable.shown_unit, years, points)
        elif written.distribution is not None:
            spread, said = self._spread(written.distribution, written.unit)
            points = (spread.mean,)
        else:
            points = (self._one(written),)
            said = _in_words(self.variable.shown_unit, years, points)
        change = self._change(written.yearly_change)
        said += _made_of(written) + _moving(change, written.since)
        if written.uncertainty is not None:
            process = read_process(written.uncertainty)
            said += f", {process_in_words(process)}"
        return Value(
            unit=self.variable.unit,
            written=said,
            form=next(key for key in FORMS if getattr(written, key) is not None),
            yearly_change=change,
            since=written.since,
            years=years,
            points=points,
            interpolate=written.interpolate,
            hold=written.beyond == "hold",
            spread=spread,
            process=process,
            source=written.source,
            standing=written.standing or ("published" if written.source else "assumed"),
            note=written.note,
        )

    def _one(self, written: Written) -> float:
        """Return the one number that is written, or that is made of those written."""
        for form, choose in _CHOSEN.items():
            numbers_given = getattr(written, form)
            if numbers_given is not None:
                return choose(
                    tuple(
                        self._bounded(point, written.unit, f"{form} {name}: ")
                        for name, point in numbers_given.items()
                    )
                )
        factors = written.product or written.quotient
        if factors is None:
            return self._bounded(written.value, written.unit, "")
        made = multiplied(
            [str(point) for point in factors], self.variable.unit, divided=written.product is None
        )
        return self._bounded(made, None, "")

    def _change(self, point: Any) -> float:
        if point is None:
            return 0.0
        try:
            change, unit = parse(point) if isinstance(point, str) else (float(point), None)
            share = convert(change, unit, "1/yr" if unit and "/" in unit else "1")
        except ValueError as error:
            message = f"yearly_change: {error}"
            raise ValueError(message) from None
        if not -1 < share <= 1:
            message = f"yearly_change: found {_short(point)}; allowed is more than -100 % to 100 %"
            raise ValueError(message)
        return share

    def _bounded(self, point: Any, unit: str | None, what: str) -> float:
        number_here = self._number(point, unit, what)
        least, most = self.variable.least, self.variable.most
        low = -math.inf if least is None else least
        high = math.inf if most is None else most
        if low <= number_here <= high and math.isfinite(number_here):
            return number_here
        message = f"{what}found {_short(point)}; allowed is {self._allowed()}"
        raise ValueError(message + _slip(number_here, low, high, self.variable.unit))

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

    def _spread(self, spread: Spread, unit: str | None) -> tuple[Distribution, str]:
        """Read a distribution; its ends and means lie within the bounds."""

        def bounded(point: Any, what: str) -> float:
            return self._bounded(point, unit, what)

        def free(point: Any, what: str) -> float:
            found = self._number(point, unit, what)
            if not math.isfinite(found):
                message = f"{what}found {_short(point)}; a finite number is needed"
                raise ValueError(message)
            return found

        return SpreadReader(spread, self.variable, bounded, free).read()


def _short(point: Any) -> str:
    text = str(point)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


def _slip(number_here: float, low: float, high: float, unit: str) -> str:
    """Say where a number a thousand times smaller would do: kg for t, kWh for MWh."""
    smaller = number_here / 1000
    if unit == "1" or not number_here > high or not low <= smaller <= high:
        return ""
    return f"; is it a thousand times too large (kg for t, kWh for MWh)? {smaller:g} would do"


def _made_of(written: Written) -> str:
    """Say what a number was made of."""
    if written.product or written.quotient:
        sign = " × " if written.product else " / "
        return f" ({sign.join(str(point) for point in written.product or written.quotient or ())})"
    for form, words in (
        ("average_of", "average"),
        ("lowest_of", "lowest"),
        ("highest_of", "highest"),
    ):
        numbers_given = getattr(written, form)
        if numbers_given is not None:
            listed = ", ".join(
                f"{name.replace('_', ' ')}: {point}" for name, point in numbers_given.items()
            )
            return f" ({words} of {listed})"
    return ""


def _moving(change: float, since: int | None) -> str:
    if since is None:
        return ""
    return f", {'+' if change > 0 else ''}{number(change, '1')} a year from {since}"


def _in_words(unit: str, years: tuple[int, ...], points: tuple[float, ...]) -> str:
    tail = "" if unit in {"", "1"} else f" {unit}"
    if years:
        first, last = number(points[0], unit), number(points[-1], unit)
        return f"{first} ({years[0]}) to {last}{tail} ({years[-1]})"
    return f"{number(points[0], unit)}{tail}"
