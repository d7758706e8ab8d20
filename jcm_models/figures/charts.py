"""Charts of curves over an axis that is no calendar: shares, years on a logarithmic axis, sites."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from jcm_models.figures import svg
from jcm_models.figures.axes import END_GAP, Logarithmic, levels
from jcm_models.figures.curves import LABEL_GAP, Curve, label, labels, lines
from jcm_models.figures.palette import LEADING, Look, text_width, wrap
from jcm_models.figures.svg import Block, Element, Linear

__all__ = ["Axis", "Chart", "Mark", "below_panel", "draw_chart", "styles"]

_HEIGHT = 320.0  # of the panel [px]
_MARKED: svg.Attributes = {"stroke-width": 1.6, "stroke-dasharray": "3 4"}

_ROLES = tuple(f"line-{number}" for number in range(1, 6))
_STROKES: tuple[svg.Attributes, ...] = (  # one more than colours: thirty lines all differ
    {},
    {"stroke-dasharray": "9 4"},
    {"stroke-dasharray": "3 3"},
    {"stroke-dasharray": "10 3 2 3"},
    {"stroke-width": 3.4},
    {"stroke-dasharray": "16 5"},
)


@dataclass(frozen=True)
class Axis:
    """What an axis measures, from where to where, and what may be named on it."""

    title: str
    domain: tuple[float, float]
    ticks: Mapping[float, str]
    logarithmic: bool = False

    def scale(self, pixels: tuple[float, float]) -> Linear | Logarithmic:
        """Return the scale that draws the axis between `pixels`."""
        return (Logarithmic if self.logarithmic else Linear)(self.domain, pixels)


@dataclass(frozen=True)
class Mark:
    """A value that is marked by a line across the panel, upright or level."""

    value: float
    name: str
    upright: bool = False


@dataclass(frozen=True, eq=False)
class Chart:
    """What is drawn, before any size is known; the title of `y` stands in the subtitle."""

    title: str
    x: Axis
    y: Axis
    curves: Sequence[Curve]
    mark: Mark


def styles() -> Iterator[tuple[str, svg.Attributes]]:
    """Return colour and stroke of the first, second … curve, which differ without colour too."""
    return zip(itertools.cycle(_ROLES), itertools.cycle(_STROKES), strict=False)


def draw_chart(chart: Chart, look: Look) -> svg.Drawing:
    """Draw curves with their names beside them and a value marked."""
    head, top = svg.heading(chart.title, chart.y.title, look)
    words = [label(curve.name, curve.told, look) for curve in chart.curves]
    named = Block("ink", [chart.mark.name], [], look.small)
    column = words if chart.mark.upright else [*words, named]
    left = look.margin + max(text_width(w, look.small) for w in chart.y.ticks.values()) + 8
    right = look.width - look.margin - max(block.width for block in column) - LABEL_GAP
    ceiling = top + 14 + chart.mark.upright * (named.height + 2)
    x = chart.x.scale((left, right))
    y = Linear(chart.y.domain, (ceiling + _HEIGHT, ceiling))
    ends = [
        (curve.role, y(float(curve.y[-1])), block)
        for curve, block in zip(chart.curves, words, strict=True)
    ]
    if not chart.mark.upright:
        ends.append(("ink", y(chart.mark.value), named))
    beside, bottom = labels(ends, right, y.pixels)
    below, floor = below_panel(chart.x, x, y.pixels[0], look)
    elements = [*head, *levels(x.pixels, y, chart.y.ticks, look), *below]
    elements += [*_mark(chart.mark, named, x, y), *lines(chart.curves, x, y), *beside]
    return svg.Drawing(look.width, round(max(floor, bottom) + look.margin), tuple(elements))


def below_panel(
    axis: Axis, scale: Linear | Logarithmic, bottom: float, look: Look
) -> tuple[list[Element], float]:
    """Name ticks and axis below the panel; and where that ends [px]."""
    (left, right), small = scale.pixels, look.small
    elements = []
    for place, middle, word in _with_room(axis, scale, small):
        elements.append(svg.line(place, bottom, place, bottom + 4, "axis"))
        at = middle, bottom + 1.5 * small
        elements.append(svg.text(*at, word, small, "muted", text_anchor="middle"))
    title, top = wrap(axis.title, right - left, small), bottom + 1.9 * small
    elements += svg.paragraph(left, top, title, small, "muted")
    return elements, top + len(title) * LEADING * small


def _with_room(
    axis: Axis, scale: Linear | Logarithmic, size: float
) -> list[tuple[float, float, str]]:
    """Return the first tick, the last and those between that have room: where, and their words."""
    edge = scale.pixels[1] + END_GAP - 4
    every = [
        (place, min(place, edge - text_width(word, size) / 2), word)
        for place, word in ((scale(tick), word) for tick, word in axis.ticks.items())
    ]
    kept: list[tuple[float, float, str]] = []
    for tick in [every[0], every[-1], *every[1:-1]]:
        _, middle, word = tick
        room = (12 + (text_width(word, size) + text_width(w, size)) / 2 for *_, w in kept)
        if all(abs(middle - at) >= need for (_, at, _), need in zip(kept, room, strict=True)):
            kept.append(tick)
    return kept


def _mark(mark: Mark, named: Block, x: Linear | Logarithmic, y: Linear) -> list[Element]:
    """Draw the line of the mark; where it is upright its name stands above it."""
    (left, right), (bottom, top) = x.pixels, y.pixels
    if not mark.upright:
        level = y(mark.value)
        return [svg.line(left, level, right, level, "ink", **_MARKED)]
    place = float(x(np.float64(mark.value)))
    start = min(max(place - named.width / 2, left), right - named.width)
    words = replace(named, x=start, top=top - named.height - 4).draw()
    return [svg.line(place, top - 2, place, bottom, "ink", **_MARKED), *words]
