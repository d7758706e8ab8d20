"""Parallel axes: every sample of an ensemble as a line through its inputs and its outcomes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from jcm_models.figures import svg
from jcm_models.figures.key import Swatch, key, stroke
from jcm_models.figures.measures import Measure, measure
from jcm_models.figures.palette import LEADING, Look, text_width, wrap
from jcm_models.figures.samples import Samples, samples
from jcm_models.figures.svg import Array, Element, Linear

if TYPE_CHECKING:
    from jcm_models.wording import Words

__all__ = ["parallel_figure"]

_UPRIGHT = 8  # so many axes stand side by side on a page, more lie one below another
_HEIGHT, _BRUSH, _GAP = 300.0, 7.0, 60.0  # of an axis, of a brush, between strips [px]
_APART = 10.0  # words of axes that stand side by side [px]
_PATHS = 8  # so many paths hold the lines of a group: where they cross, lines grow darker
_STROKES: dict[str, svg.Attributes] = {
    "others": {"stroke": "sample", "stroke-width": 0.7, "stroke-opacity": 0.45},
    "selected": {"stroke": "met", "stroke-width": 1.1, "stroke-opacity": 0.7},
    "every": {"stroke": "met", "stroke-width": 0.7, "stroke-opacity": 0.6},
    "met": {"stroke": "met", "stroke-width": 1.1, "stroke-opacity": 0.7},
    "missed": {
        "stroke": "missed",
        "stroke-width": 1.1,
        "stroke-opacity": 0.8,
        "stroke-dasharray": "5 3",
    },
}

Points = Sequence[tuple[Array, Array]]
"""The points that lines go through: of each, where it is for every sample that is drawn [px]."""


@dataclass(frozen=True, eq=False)
class _Axis:
    """An input or an outcome, and where its samples lie from low (0) to high (1)."""

    measure: Measure
    outcome: bool
    limits: tuple[float, float] | None
    words: Words

    def place(self, value: Array) -> Array:
        """Return where values lie on the axis; if all are the same, in its middle."""
        low, high = self.measure.low, self.measure.high
        if high == low:
            return np.full_like(value, 0.5)
        return np.asarray(np.clip((value - low) / (high - low), 0.0, 1.0))

    @property
    def brush(self) -> tuple[float, float] | None:
        """From where to where on the axis samples are chosen."""
        if self.limits is None:
            return None
        low, high = self.place(np.array(self.limits)).tolist()
        return low, high

    @property
    def chosen(self) -> str:
        """Write the range in which samples are chosen."""
        return self.measure.limits(self.limits or (self.measure.low, self.measure.high))


@dataclass(frozen=True, eq=False)
class _Scene:
    """What is drawn, before any size is known."""

    axes: list[_Axis]
    samples: Samples
    title: str
    subtitle: str
    words: Words

    @property
    def entries(self) -> list[tuple[str, str]]:
        return [(group.kind, group.name(self.words)) for group in self.samples.groups]


def parallel_figure(
    inputs: Mapping[str, ArrayLike],
    outcomes: Mapping[str, ArrayLike],
    words: Words,
    *,
    units: Mapping[str, str],
    limits: Mapping[str, tuple[float, float]] | None = None,
    good: ArrayLike | None = None,
    title: str | None = None,
) -> svg.Figure:
    """Draw samples as lines through parallel axes, one for each input and each outcome.

    Parameters
    ----------
    inputs, outcomes : mapping of str to array-like, shape (sample,)
        The values of each by its name [its unit].
    words : Words
        The words of a language.
    units : mapping of str to str
        The unit of each; ``1`` for a share.
    limits : mapping of str to (float, float), optional
        By name: from where to where samples are chosen, both included; they are drawn in front of
        the others.
    good : array-like of bool, shape (sample,), optional
        Whether the outcome of each sample is good; tells the chosen ones apart.
    title : str, optional
        Stands above the figure instead of the usual title.

    Returns
    -------
    Figure
        At most `samples.MOST_DRAWN` samples are drawn, evenly by their order; all are counted. Each
        axis goes from the smallest to the largest value of all samples. On a telephone, or where
        there is no room for them side by side, the axes lie one below another.

    Raises
    ------
    ValueError
        If there is not one finite number for each sample, or a limit has no values.
    """
    every = dict(inputs) | dict(outcomes)
    drawn = samples(every, limits=limits, good=good)
    axes = [
        _Axis(
            measure(name, units[name], values, words),
            name in outcomes,
            drawn.limits.get(name),
            words,
        )
        for name, values in drawn.values.items()
    ]
    usual = "parallel_limits" if drawn.limits else "parallel"
    title = title or words(f"ensemble_figures.{usual}_title")
    subtitle = drawn.counted(words)
    scene = _Scene(axes, drawn, title, subtitle, words)
    caption = drawn.told(words)
    described = words("figure.sentence_gap").join(
        [words("text.sentence", text=subtitle), *_listed(scene), caption]
    )
    return svg.Figure(title, described, caption, partial(_draw, scene))


def _draw(scene: _Scene, look: Look) -> svg.Drawing:
    upright = not look.narrow and _fits_upright(scene.axes, look)
    return (_draw_upright if upright else _draw_level)(scene, look)


def _fits_upright(axes: Sequence[_Axis], look: Look) -> bool:
    """Return whether there is room for axes side by side, and for the numbers at their ends."""
    ends = [
        axis.measure.write(end) for axis in axes for end in (axis.measure.low, axis.measure.high)
    ]
    room = (look.width - 2 * look.margin) / len(axes) - _APART
    return len(axes) <= _UPRIGHT and max(text_width(end, look.small) for end in ends) <= room


def _head(scene: _Scene, look: Look) -> tuple[list[Element], float]:
    elements, top = svg.heading(scene.title, scene.subtitle, look)
    entries = [(_swatch(kind), text) for kind, text in scene.entries]
    more, bottom = key(entries, top + 8, look, look.margin, look.width - look.margin)
    return elements + more, bottom + 10


def _swatch(kind: str) -> Swatch:
    """Return a swatch of the lines of a group, strong enough to be told apart."""
    role = str(_STROKES[kind]["stroke"])
    return stroke(role, **_STROKES[kind] | {"stroke-width": 2.4, "stroke-opacity": 1})


def _lines(scene: _Scene, pieces: Sequence[Points]) -> Iterator[Element]:
    """Yield the lines of each group, from back to front, in pieces from axis to axis."""
    for group in scene.samples.groups:
        chosen = np.flatnonzero(group.where[scene.samples.drawn])
        for part in np.array_split(chosen, min(_PATHS, max(chosen.size, 1))):
            d = "".join(
                "M" + "L".join(f"{x[line]:.1f} {y[line]:.1f}" for x, y in points)
                for line in part
                for points in pieces
            )
            if d:
                yield Element("path", {"fill": "none", **_STROKES[group.kind], "d": d})


def _draw_upright(scene: _Scene, look: Look) -> svg.Drawing:
    """Draw the axes side by side; their names above, the ends of their ranges beside them."""
    elements, top = _head(scene, look)
    wide = (look.width - 2 * look.margin) / len(scene.axes)
    places = [look.margin + wide * (index + 0.5) for index in range(len(scene.axes))]
    names = [
        wrap(a.measure.title, wide - _APART, look.small, bold=a.outcome, at_most=9)
        for a in scene.axes
    ]
    ends = [[a.measure.write(v) for v in (a.measure.high, a.measure.low)] for a in scene.axes]
    high = look.small * LEADING
    above = top + max(len(name) for name in names) * high
    first = above + high + 6
    last = first + _HEIGHT
    scale = Linear((0.0, 1.0), (last, first))
    drawn = scene.samples.drawn
    points = [
        (np.full(drawn.size, place), scale(a.place(scene.samples.values[a.measure.name][drawn])))
        for a, place in zip(scene.axes, places, strict=True)
    ]
    elements += _lines(scene, [points])
    for axis, place, name, (most, least) in zip(scene.axes, places, names, ends, strict=True):
        weight = 700 if axis.outcome else 400
        start = above - len(name) * high
        middle: svg.Attributes = {"text_anchor": "middle"}
        elements += svg.paragraph(place, start, name, look.small, font_weight=weight, **middle)
        elements.append(svg.text(place, above + look.small, most, look.small, "muted", **middle))
        elements.append(svg.text(place, last + high, least, look.small, "muted", **middle))
        elements.append(svg.line(place, first, place, last, "ink", stroke_width=1.2))
        if axis.brush:
            bottom, ceiling = (scale(end) for end in axis.brush)
            elements += _brush(place, ceiling, bottom, upright=True)
    return svg.Drawing(look.width, round(last + high + look.margin), tuple(elements))


def _brush(at: float, start: float, end: float, *, upright: bool) -> list[Element]:
    """Draw the range that is chosen as a bar on an axis; the thinnest can still be seen."""
    long = max(end - start, 3.0)
    more: svg.Attributes = {"stroke": "ink", "fill_opacity": 0.85}
    if upright:
        return [svg.rectangle(at - _BRUSH / 2, start, _BRUSH, long, "surface", **more)]
    return [svg.rectangle(start, at - _BRUSH / 2, long, _BRUSH, "surface", **more)]


def _draw_level(scene: _Scene, look: Look) -> svg.Drawing:
    """Draw the axes one below another, each as a strip with its words, between strips the lines."""
    elements, top = _head(scene, look)
    left, right = look.margin, look.width - look.margin
    scale, drawn = Linear((0.0, 1.0), (left, right)), scene.samples.drawn
    tops: list[tuple[Array, Array]] = []
    bottoms: list[tuple[Array, Array]] = []
    strips: list[Element] = []
    for axis in scene.axes:
        words, height = _strip(axis, top, look)
        places = scale(axis.place(scene.samples.values[axis.measure.name][drawn]))
        tops.append((places, np.full(drawn.size, top)))
        bottoms.append((places, np.full(drawn.size, top + height)))
        strips += words
        for edge in (top, top + height):
            strips.append(svg.line(left, edge, right, edge, "ink", stroke_width=1.2))
            if axis.brush:
                start, end = (scale(each) for each in axis.brush)
                strips += _brush(edge, start, end, upright=False)
        top += height + _GAP
    pieces = list(zip(bottoms, tops[1:], strict=False))
    elements += [*_lines(scene, pieces), *strips]
    return svg.Drawing(look.width, round(top - _GAP + look.margin), tuple(elements))


def _strip(axis: _Axis, top: float, look: Look) -> tuple[list[Element], float]:
    """Set the words of an axis on a strip where no lines are; and how high it is [px]."""
    left, right, high = look.margin, look.width - look.margin, look.small * LEADING
    name = wrap(axis.measure.title, right - left, look.small, bold=True)
    weight = 700 if axis.outcome else 400
    ends = [axis.measure.write(value) for value in (axis.measure.low, axis.measure.high)]
    height = (len(name) + 1) * high + 10
    elements = svg.paragraph(left, top + 4, name, look.small, font_weight=weight)
    base = top + 4 + len(name) * high + look.small
    elements.append(svg.text(left, base, ends[0], look.small, "muted"))
    elements.append(svg.text(right, base, ends[1], look.small, "muted", text_anchor="end"))
    if axis.brush:
        chosen = axis.words("ensemble_figures.chosen", range=axis.chosen)
        room = right - left - 2 * max(text_width(end, look.small) for end in ends) - 16
        if text_width(chosen, look.small) <= room:
            middle = (left + right) / 2
            elements.append(svg.text(middle, base, chosen, look.small, text_anchor="middle"))
    return elements, height


def _listed(scene: _Scene) -> Iterator[str]:
    """Yield a sentence for each axis: from where to where it goes, and what is chosen."""
    words = scene.words
    for axis in scene.axes:
        kind = "outcome" if axis.outcome else "input"
        whole = axis.measure.between(axis.measure.low, axis.measure.high)
        places = {"name": axis.measure.name, "range": whole}
        if axis.limits is None:
            yield words(f"ensemble_figures.axis_{kind}", **places)
        else:
            yield words(f"ensemble_figures.axis_{kind}_chosen", chosen=axis.chosen, **places)
