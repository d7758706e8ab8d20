"""What an axis or a bar measures: its name, its unit, and how its numbers are written."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from jcm_models.figures import svg
from jcm_models.figures.palette import unit_for

if TYPE_CHECKING:
    from jcm_models.wording import Words

__all__ = ["Measure", "measure"]

_TONNES = ("tCO2e", "tCO2e/yr")  # these are written in kt or Mt where they are many
_LEAST = 1e-3  # of the span: a smaller number has no digits of its own
_BESIDE = 0.1  # of a single value: so far an axis goes on both sides of it
_NOISE = 1e-9  # what arithmetic leaves behind the last decimal of a tick
_NOTHING = 1e-30  # what is nearer to zero is zero
_DECIMALS = 12


@dataclass(frozen=True)
class Measure:
    """A quantity as it is read, for values between `low` and `high`."""

    name: str
    unit: str
    divisor: float
    low: float
    high: float
    words: Words
    share: bool = False

    @property
    def title(self) -> str:
        """The name with the unit in brackets, if there is one."""
        if not self.unit:
            return self.name
        return self.words("ensemble_figures.with_unit", name=self.name, unit=self.unit)

    def write(self, value: float) -> str:
        """Write a number without its unit, as fine as the span needs it.

        Notes
        -----
        The last digit is at most a hundredth of the span. A number far smaller than the span keeps
        two digits of its own, down to a thousandth of it; what is smaller still is written as zero.
        """
        from jcm_models.wording import number  # here, as it loads YAML: 60 ms to the import

        scaled = float(value) / self.divisor
        span = (self.high - self.low) / self.divisor or abs(scaled) or 1.0
        size = abs(scaled) if abs(scaled) >= _LEAST * span else span
        digits = max(2 - _power(span), 1 - _power(size))
        return number(round(scaled, min(digits, _DECIMALS)) + 0.0, "1" if self.share else "")

    def amount(self, value: float) -> str:
        """Write a number with its unit."""
        return self._with_unit(self.write(value))

    def between(self, low: float, high: float) -> str:
        """Write a range with its unit: 0.45 to 0.62 tCO2e/MWh."""
        places = {"low": self.write(low), "high": self.write(high)}
        return self._with_unit(self.words("ensemble_figures.range", **places))

    def _with_unit(self, written: str) -> str:
        if not self.unit:
            return written
        return self.words("figure.mass", amount=written, unit=self.unit)

    def limits(self, ends: tuple[float, float]) -> str:
        """Write a range of which an end may be open: that end is the one of the values."""
        low, high = ends
        return self.between(
            low if math.isfinite(low) else self.low, high if math.isfinite(high) else self.high
        )

    def ticks(self, at_most: int = 6) -> dict[float, str]:
        """Return round numbers that cover the values, and how they are written, all alike."""
        scale = (100.0 if self.share else 1.0) / self.divisor
        beside = _BESIDE * abs(self.low) if self.low == self.high else 0.0
        low, high = (self.low - beside) * scale, (self.high + beside) * scale
        places = svg.nice_ticks(low, high, at_most)
        decimals = next(
            (d for d in range(_DECIMALS) if all(abs(p - round(p, d)) < _NOISE for p in places)),
            _DECIMALS,
        )
        sign = "\N{NO-BREAK SPACE}%" if self.share else ""
        written = (f"{place + 0.0:,.{decimals}f}{sign}" for place in places)
        return {
            place / scale: word.replace("-", "\N{MINUS SIGN}")
            for place, word in zip(places, written, strict=True)
        }


def measure(name: str, unit: str, values: ArrayLike, words: Words) -> Measure:
    """Return how a quantity is read whose numbers are as large as `values`.

    Parameters
    ----------
    name : str
        What people call the quantity.
    unit : str
        The unit of the values: ``1`` for a share, nothing for a bare number. Tonnes are written in
        thousands or millions where they are many.
    values : array-like
        The numbers that will be written, in that unit.
    words : Words
        The words of a language.

    Raises
    ------
    ValueError
        If there is no value, or one is not finite.
    """
    found = np.asarray(values, dtype=float)
    if not found.size or not np.isfinite(found).all():
        message = f"{name}: a figure needs finite numbers, not {found.size} with NaN or infinity"
        raise ValueError(
            message if found.size else f"{name}: a figure needs numbers, there is none"
        )
    low, high = (0.0 if abs(end) < _NOTHING else float(end) for end in (found.min(), found.max()))
    if unit in _TONNES:
        tonnes, text = unit_for(max(abs(low), abs(high)))
        return Measure(name, text + unit.removeprefix("tCO2e"), tonnes, low, high, words)
    return Measure(name, words.unit(unit), 1.0, low, high, words, share=unit == "1")


def _power(value: float) -> int:
    return math.floor(math.log10(value))
