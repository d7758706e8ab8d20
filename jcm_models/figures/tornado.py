"""Tornado: how far an outcome moves if one input after the other goes from low to high."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from jcm_models.figures import svg
from jcm_models.figures.curves import numbers
from jcm_models.figures.key import key, patch
from jcm_models.figures.measures import Measure, measure
from jcm_models.figures.palette import LEADING, Look, text_width, wrap
from jcm_models.figures.svg import Element, Linear

if TYPE_CHECKING:
    from jcm_models.wording import Words

__all__ = ["tornado_figure"]

_BAR, _ROW, _NAMES = 22.0, 18.0, 300.0  # a bar, room between bars, room for names [px]
_SHORTEST = 1.5  # of a bar that can be seen [px]
_ROLES = ("input-low", "input-high")


@dataclass(frozen=True)
class _Bar:
    """An input with its range, and the outcome at both of its ends."""

    name: str
    range: str
    low: float
    high: float

    @property
    def swing(self) -> float:
        return abs(self.high - self.low)


@dataclass(frozen=True)
class _Scene:
    """What is drawn, before any size is known."""

    bars: list[_Bar]  # the longest first
    central: float
    outcome: Measure
    title: str
    words: Words

    @property
    def swatches(self) -> list[tuple[svg.Value, str]]:
        ends = ("low_end", "high_end")
        return [
            (role, self.words(f"ensemble_figures.{end}"))
            for role, end in zip(_ROLES, ends, strict=True)
        ]

    @property
    def subtitle(self) -> str:
        central = self.outcome.amount(self.central)
        places = {"outcome": self.outcome.title, "central": central}
        return self.words("ensemble_figures.tornado_subtitle", **places)


def tornado_figure(
    outcomes: Mapping[str, ArrayLike],
    ranges: Mapping[str, ArrayLike],
    central: float,
    words: Words,
    *,
    outcome: str,
    unit: str,
    units: Mapping[str, str],
    title: str | None = None,
) -> svg.Figure:
    """Draw how far an outcome moves with each input, the input that moves it most at the top.

    Parameters
    ----------
    outcomes : mapping of str to array-like, shape (2,)
        By input: the outcome where the input is low and where it is high, and all others are at
        their central values [unit].
    ranges : mapping of str to array-like, shape (2,)
        By input: its low and its high value [its unit].
    central : float
        The outcome where all inputs are at their central values [unit].
    words : Words
        The words of a language.
    outcome : str
        What people call the outcome.
    unit : str
        The unit of the outcome; ``1`` for a share.
    units : mapping of str to str
        The unit of each input.
    title : str, optional
        Stands above the figure instead of the usual title.

    Returns
    -------
    Figure
        Inputs that move the outcome equally far stay in their order.

    Raises
    ------
    ValueError
        If an input has not two finite values, or no range.
    """
    scene = _scene(outcomes, ranges, central, words, outcome, unit, units, title)
    caption = _caption(scene)
    gap = words("figure.sentence_gap")
    described = gap.join([words("text.sentence", text=scene.subtitle), *_listed(scene)])
    return svg.Figure(scene.title, gap.join([described, caption]), caption, partial(_draw, scene))


def _scene(
    outcomes: Mapping[str, ArrayLike],
    ranges: Mapping[str, ArrayLike],
    central: float,
    words: Words,
    outcome: str,
    unit: str,
    units: Mapping[str, str],
    title: str | None,
) -> _Scene:
    missing = [name for name in outcomes if name not in ranges]
    if missing or not outcomes:
        message = f"ranges: give low and high of {', '.join(missing) or 'at least one input'}"
        raise ValueError(message)
    moved = {name: numbers(name, values, 2) for name, values in outcomes.items()}
    scale = measure(outcome, unit, np.append(np.concatenate(list(moved.values())), central), words)
    bars = []
    for name, (low, high) in moved.items():
        ends = numbers(name, ranges[name], 2)
        written = measure(name, units[name], ends, words).between(float(ends[0]), float(ends[1]))
        bars.append(_Bar(name, written, float(low), float(high)))
    bars.sort(key=lambda bar: -bar.swing)
    chosen = title or words("ensemble_figures.tornado_title", outcome=outcome, name=bars[0].name)
    return _Scene(bars, float(central), scale, chosen, words)


def _draw(scene: _Scene, look: Look) -> svg.Drawing:
    elements, top = svg.heading(scene.title, scene.subtitle, look)
    left, right = look.margin, look.width - look.margin
    entries = [(patch(str(role)), text) for role, text in scene.swatches]
    swatches, top = key(entries, top + 8, look, left, right)
    elements += swatches
    bars_from = left if look.narrow else left + _NAMES
    x = _scale(scene, bars_from, right, look.small)
    top += 14
    first = top
    for bar in scene.bars:
        words, height, middle = _row(bar, left, top, look)
        elements += [*words, *_bar(scene, bar, x, middle, look.small)]
        top += height
    place = x(scene.central)
    if not look.narrow:
        elements.append(svg.line(place, first - 4, place, top - 4, "ink", stroke_width=1.4))
    return svg.Drawing(look.width, round(top + look.margin / 2), tuple(elements))


def _scale(scene: _Scene, left: float, right: float, size: float) -> Linear:
    """Return the scale of the outcome; the numbers beside the bars have room on both sides."""
    room = max(
        text_width(scene.outcome.write(value), size)
        for bar in scene.bars
        for value in (bar.low, bar.high)
    )
    low, high = scene.outcome.low, scene.outcome.high
    domain = (low, high) if high > low else (low - 0.5, low + 0.5)
    return Linear(domain, (left + room + 8, right - room - 8))


def _row(bar: _Bar, left: float, top: float, look: Look) -> tuple[list[Element], float, float]:
    """Set name and range of an input; and the height of its row, and the middle of its bar."""
    room = look.width - 2 * look.margin if look.narrow else _NAMES - 24
    name = wrap(bar.name, room, look.body, bold=True)
    below = wrap(bar.range, room, look.small)
    split = top + len(name) * look.body * LEADING
    end = split + len(below) * look.small * LEADING
    elements = svg.paragraph(left, top, name, look.body, font_weight=700)
    elements += svg.paragraph(left, split, below, look.small, "muted")
    if look.narrow:
        return elements, end - top + _BAR + _ROW, end + 4 + _BAR / 2
    return elements, end - top + _ROW, (top + end) / 2


def _bar(scene: _Scene, bar: _Bar, x: Linear, middle: float, size: float) -> list[Element]:
    """Draw the bar of an input from the central value to both ends, and the numbers there."""
    centre, ends = x(scene.central), (x(bar.low), x(bar.high))
    one_sided = (ends[0] - centre) * (ends[1] - centre) > 0
    height = _BAR / 2 if one_sided else _BAR
    elements = []
    for index, (end, role) in enumerate(zip(ends, _ROLES, strict=True)):
        top = middle - _BAR / 2 + index * height * one_sided
        wide = max(abs(end - centre), _SHORTEST)
        start = min(end, centre) if abs(end - centre) >= _SHORTEST else centre - wide / 2
        elements.append(svg.rectangle(start, top, wide, height, role))
    elements.append(svg.line(centre, middle - _BAR / 2 - 3, centre, middle + _BAR / 2 + 3, "ink"))
    return [*elements, *_numbers(scene, bar, x, middle, size)]


def _numbers(scene: _Scene, bar: _Bar, x: Linear, middle: float, size: float) -> Iterator[Element]:
    """Yield the outcome beside both ends of a bar; at the central value there is none."""
    low, high, centre = min(bar.low, bar.high), max(bar.low, bar.high), x(scene.central)
    base = middle + 0.35 * size
    if x(low) < centre - _SHORTEST:
        written = scene.outcome.write(low)
        yield svg.text(x(low) - 6, base, written, size, text_anchor="end")
    if x(high) > centre + _SHORTEST:
        yield svg.text(x(high) + 6, base, scene.outcome.write(high), size)


def _caption(scene: _Scene) -> str:
    """Say which input moves the outcome the most, and between what."""
    bar = scene.bars[0]
    if not bar.swing:
        return scene.words("ensemble_figures.tornado_nothing", outcome=scene.outcome.name)
    between = scene.outcome.between(*sorted((bar.low, bar.high)))
    places = {"name": bar.name, "range": bar.range, "outcome": scene.outcome.name}
    return scene.words("ensemble_figures.tornado_caption", between=between, **places)


def _listed(scene: _Scene) -> Iterator[str]:
    """Yield a sentence for each input."""
    for bar in scene.bars:
        low, high = (scene.outcome.amount(value) for value in (bar.low, bar.high))
        places = {"name": bar.name, "range": bar.range, "low": low, "high": high}
        yield scene.words("ensemble_figures.tornado_row", **places)
