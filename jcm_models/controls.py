"""The controls of a page, described: what can be set, to what, in which words.

A notebook in JupyterLab makes widgets of them, an app the elements of a form.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from jcm_models.components import Input
from jcm_models.input_sections import input_label
from jcm_models.wording import Words, number, rounded

__all__ = [
    "Action",
    "Choice",
    "Control",
    "Slider",
    "Span",
    "can_move",
    "moved_to",
    "slider_for",
]

_STEPS_OF_A_SLIDER = 100
_IDLE = {"capacity"}  # it only serves a check
# Of what is given by name or category, shares must add up and do not move one by one; these may.
_EACH_BY_ITSELF = "allocation.contributions."
_PER_CENT = 100.0
_DIGITS_OF_A_MEAN = 4


@dataclass(frozen=True)
class Choice:
    """One of several: the key it sets, and the value and words of each option."""

    key: str
    label: str
    options: tuple[tuple[str, str], ...]
    value: str
    detail: str = ""


@dataclass(frozen=True)
class Slider:
    """A number: where it can be moved, and in which words.

    Attributes
    ----------
    key, label : str
        The key it sets, and what people call it.
    value, given : float
        Where it stands, and what the scenario says.
    low, high, step : float
        The ends and the steps of the slider.
    least, most : float
        What is allowed at all; what is typed may lie beyond the slider's ends.
    unit, allowed, source, standing : str
        Its unit, the range in words, where the scenario's number comes from and how well founded
        it is.
    scale : float
        What a person reads for 1: 100 where a share is read in per cent.
    uncertain : bool
        Whether the scenario draws it; the slider then stands at its mean, and moving it fixes it.
    """

    key: str
    label: str
    value: float
    given: float
    low: float
    high: float
    step: float
    least: float
    most: float
    unit: str = ""
    allowed: str = ""
    source: str = ""
    standing: str = ""
    scale: float = 1.0
    uncertain: bool = False

    @property
    def has_moved(self) -> bool:
        """Whether it stands elsewhere than the scenario; a browser may be a hair off."""
        return abs(self.value - self.given) > 0.01 * self.step

    @property
    def digits(self) -> int:
        """How many digits after the point tell its steps, and the scenario's number, apart."""
        own = f"{self.given:.6f}".rstrip("0").partition(".")[2]
        fine = max(-math.floor(math.log10(self.step)), len(own), 0)
        return max(fine - round(math.log10(self.scale)), 0)

    def read(self, value: float) -> str:
        """Return a value of it as a field of numbers holds it."""
        written = f"{value * self.scale:,.{self.digits + 4}f}"
        return written.rstrip("0").rstrip(".")

    @property
    def measure(self) -> str:
        """What stands behind its number: the unit, or per cent."""
        return self.unit or ("%" if self.scale != 1 else "")


@dataclass(frozen=True)
class Span:
    """A range with two ends."""

    key: str
    label: str
    low: float
    high: float
    least: float
    most: float
    step: float
    allowed: str = ""


@dataclass(frozen=True)
class Action:
    """A button."""

    key: str
    label: str


Control: TypeAlias = Choice | Slider | Span | Action


def can_move(given: Input, moved: tuple[str, ...]) -> bool:
    """Tell whether an input gets a slider: one number, perhaps uncertain, that is given, not 0.

    Parameters
    ----------
    given : Input
        The input.
    moved : tuple of str
        How the keys begin that may move.
    """
    alone = not given.category or given.path.startswith(_EACH_BY_ITSELF)
    own = not given.is_default and alone
    idle = given.path.rpartition(".")[2] in _IDLE
    return own and not idle and given.path.startswith(moved) and bool(_middle(given))


def slider_for(given: Input, words: Words, titles: Mapping[str, str]) -> Slider:
    """Return a slider around the value of an input, the value itself on one of its steps.

    Parameters
    ----------
    given : Input
        What the scenario says.
    words : Words
        The language of the page.
    titles : mapping of str to str
        What people call the components, by the key they stand under.
    """
    value = _middle(given) or 0.0
    if given.value.constant is None:  # a mean has more digits than anybody means
        value = rounded(value, _DIGITS_OF_A_MEAN)
    row = given.variable
    least = -math.inf if row.least is None else row.least
    most = math.inf if row.most is None else row.most
    ends = sorted((0.5 * value, 1.5 * value))
    low, high = max(ends[0], least), min(ends[1], most)
    step = _nice((high - low) / _STEPS_OF_A_SLIDER)
    low = max(value - math.floor((value - low) / step + 1e-9) * step, least)
    high = min(value + math.floor((high - value) / step + 1e-9) * step, most)
    return Slider(
        key=given.path,
        label=input_label(given, words, titles),
        value=value,
        given=value,
        low=low,
        high=high,
        step=step,
        least=least,
        most=most,
        unit=words.unit(row.shown_unit),
        allowed=_range(low, high, row.shown_unit, words),
        source=given.value.source or "",
        standing=given.value.standing,
        uncertain=given.value.constant is None,
        scale=_PER_CENT if row.shown_unit == "1" else 1.0,
    )


def _middle(given: Input) -> float | None:
    """Return the number that holds in all years, of an uncertain one the mean."""
    points = given.value.points
    return points[0] if len(points) == 1 and given.value.since is None else None


def moved_to(slider: Slider, value: float) -> Slider:
    """Return a slider that stands at a value; its ends make room where it lies beyond them."""
    return replace(slider, value=value, low=min(slider.low, value), high=max(slider.high, value))


def _range(low: float, high: float, unit: str, words: Words) -> str:
    said = words.unit(unit)
    tail = f" {said}" if said else ""
    return words("controls.range", least=number(low, unit), most=number(high, unit), unit=tail)


def _nice(step: float) -> float:
    """Return the step 1, 2 or 5 times a power of ten next below, so that read-outs are round."""
    power = 10.0 ** math.floor(math.log10(step))
    return max(m * power for m in (1, 2, 5) if m * power <= step * (1 + 1e-9))
