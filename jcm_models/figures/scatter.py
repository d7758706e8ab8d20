"""Scatter: one quantity of every sample against another, and a box around some of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from jcm_models.figures import svg
from jcm_models.figures.axes import levels
from jcm_models.figures.charts import Axis, below_panel
from jcm_models.figures.key import Swatch, key, patch
from jcm_models.figures.measures import Measure, measure
from jcm_models.figures.palette import Look, text_width
from jcm_models.figures.samples import Samples, samples
from jcm_models.figures.svg import Array, Element, Linear

if TYPE_CHECKING:
    from jcm_models.wording import Words

__all__ = ["scatter_figure"]

_HEIGHTS = {False: 380.0, True: 300.0}  # of the panel, by whether the drawing is narrow [px]
_ARM = 2.6  # of a cross [px]
_BOX: svg.Attributes = {"fill_opacity": 0.12, "stroke": "ink", "stroke_width": 1.6}
_MARKS: dict[str, svg.Attributes] = {
    "others": {"stroke": "sample", "stroke-width": 3.4, "stroke-linecap": "round"},
    "selected": {"stroke": "met", "stroke-width": 5, "stroke-linecap": "round"},
    "every": {"stroke": "met", "stroke-width": 4, "stroke-linecap": "round"},
    "met": {"stroke": "met", "stroke-width": 5, "stroke-linecap": "round"},
    "missed": {"stroke": "missed", "stroke-width": 1.5},
}


@dataclass(frozen=True, eq=False)
class _Scene:
    """What is drawn, before any size is known."""

    across: Measure
    along: Measure
    samples: Samples
    box: dict[str, tuple[float, float]]
    title: str
    words: Words

    @property
    def subtitle(self) -> str:
        places = {"along": self.along.title, "counted": self.samples.counted(self.words)}
        return self.words("ensemble_figures.scatter_subtitle", **places)


def scatter_figure(
    values: Mapping[str, ArrayLike],
    across: str,
    along: str,
    words: Words,
    *,
    units: Mapping[str, str],
    limits: Mapping[str, tuple[float, float]] | None = None,
    good: ArrayLike | None = None,
    box: Mapping[str, tuple[float, float]] | None = None,
    title: str | None = None,
) -> svg.Figure:
    """Draw one quantity of every sample against another.

    Parameters
    ----------
    values : mapping of str to array-like, shape (sample,)
        Inputs and outcomes by name [their units], those at least that are drawn or limited.
    across, along : str
        The names of what is drawn from left to right and from bottom to top.
    words : Words
        The words of a language.
    units : mapping of str to str
        The unit of each of both; ``1`` for a share.
    limits : mapping of str to (float, float), optional
        By name: from where to where samples are chosen, both included; they are drawn in front of
        the others.
    good : array-like of bool, shape (sample,), optional
        Whether the outcome of each sample is good: a dot, or a cross where it is not.
    box : mapping of str to (float, float), optional
        By name: the ranges of a box; those of both quantities are drawn as a rectangle.
    title : str, optional
        Stands above the figure instead of the usual title.

    Returns
    -------
    Figure
        At most `samples.MOST_DRAWN` samples are drawn, evenly by their order.

    Raises
    ------
    ValueError
        If there is not one finite number for each sample, or a limit has no values.
    """
    drawn = samples(values, limits=limits, good=good)
    axes = [measure(name, units[name], drawn.values[name], words) for name in (across, along)]
    usual = words("ensemble_figures.scatter_title", across=across, along=along)
    chosen = {name: ends for name, ends in (box or {}).items() if name in (across, along)}
    scene = _Scene(axes[0], axes[1], drawn, chosen, title or usual, words)
    caption = drawn.told(words)
    described = words("figure.sentence_gap").join([*_listed(scene), caption])
    return svg.Figure(scene.title, described, caption, partial(_draw, scene))


def _draw(scene: _Scene, look: Look) -> svg.Drawing:
    elements, top = svg.heading(scene.title, scene.subtitle, look)
    swatches, top = key(_entries(scene), top + 8, look, look.margin, look.width - look.margin)
    ticks = [axis.ticks(5 if look.narrow else 7) for axis in (scene.across, scene.along)]
    left = look.margin + max(text_width(word, look.small) for word in ticks[1].values()) + 8
    right = look.width - look.margin - 8
    top += 16
    bottom = top + _HEIGHTS[look.narrow]
    x = Linear((min(ticks[0]), max(ticks[0])), (left, right))
    y = Linear((min(ticks[1]), max(ticks[1])), (bottom, top))
    named = Axis(scene.across.title, x.domain, ticks[0])
    below, end = below_panel(named, x, bottom, look)
    elements += [*swatches, *levels(x.pixels, y, ticks[1], look), *below]
    elements += [*_points(scene, x, y), *_box(scene, x, y)]
    return svg.Drawing(look.width, round(end + look.margin), tuple(elements))


def _entries(scene: _Scene) -> list[tuple[Swatch, str]]:
    entries = [(_mark(group.kind), group.name(scene.words)) for group in scene.samples.groups]
    if scene.box:
        entries.append((patch("ink", **_BOX), scene.words("ensemble_figures.box")))
    return entries


def _mark(kind: str) -> Swatch:
    """Return a swatch of a dot or a cross."""
    return lambda x, y: _marks(kind, np.array([x + 11.0]), np.array([y]))


def _marks(kind: str, x: Array, y: Array) -> Element:
    """Draw a dot at each point, or a cross."""
    if kind == "missed":
        d = "".join(
            f"M{a - _ARM:.1f} {b - _ARM:.1f}L{a + _ARM:.1f} {b + _ARM:.1f}"
            f"M{a - _ARM:.1f} {b + _ARM:.1f}L{a + _ARM:.1f} {b - _ARM:.1f}"
            for a, b in zip(x, y, strict=True)
        )
    else:
        d = "".join(f"M{a:.1f} {b:.1f}H{a:.1f}" for a, b in zip(x, y, strict=True))
    return Element("path", {"fill": "none", **_MARKS[kind], "d": d})


def _points(scene: _Scene, x: Linear, y: Linear) -> Iterator[Element]:
    """Yield the samples of each group, from back to front."""
    drawn = scene.samples.drawn
    across, along = (scene.samples.values[m.name][drawn] for m in (scene.across, scene.along))
    for group in scene.samples.groups:
        where = group.where[drawn]
        if where.any():
            yield _marks(group.kind, x(across[where]), y(along[where]))


def _box(scene: _Scene, x: Linear, y: Linear) -> Iterator[Element]:
    """Yield the rectangle of the box, which ends at the edges of the panel."""
    if not scene.box:
        return
    (left, right), (top, bottom) = (
        sorted(
            float(scale(end)) for end in np.clip(scene.box.get(m.name, scale.domain), *scale.domain)
        )
        for m, scale in ((scene.across, x), (scene.along, y))
    )
    yield svg.rectangle(left, top, right - left, bottom - top, "ink", **_BOX)


def _listed(scene: _Scene) -> Iterator[str]:
    """Yield sentences: how both quantities go together, and the box."""
    words = scene.words
    yield words("text.sentence", text=scene.samples.counted(words))
    for axis in (scene.across, scene.along):
        whole = axis.between(axis.low, axis.high)
        places = {"name": axis.name, "range": whole}
        if axis.name in scene.box:
            box = axis.limits(scene.box[axis.name])
            yield words("ensemble_figures.axis_boxed", box=box, **places)
        else:
            yield words("ensemble_figures.axis", **places)
