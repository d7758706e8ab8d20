"""Scenario discovery: the box of inputs in which most samples of interest lie, and how found."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from jcm_models.figures import svg
from jcm_models.figures.adequacy import share
from jcm_models.figures.axes import levels
from jcm_models.figures.charts import Axis, below_panel
from jcm_models.figures.curves import numbers
from jcm_models.figures.key import key, patch
from jcm_models.figures.measures import measure
from jcm_models.figures.palette import LEADING, Look, text_width, wrap
from jcm_models.figures.svg import Array, Element, Linear

if TYPE_CHECKING:
    from jcm_models.wording import Words

__all__ = ["boxes_figure", "peeling_figure"]

_BAR, _TRACK, _ROW, _NAMES = 14.0, 6.0, 18.0, 320.0  # bar, range, between rows, names [px]
_THINNEST = 4.0  # of a bar [px]
_ROUNDED = 3  # digits of a share after the point
_HEIGHT = 320.0  # of the panel of the trajectory [px]
_QUARTERS = tuple(quarter / 4 for quarter in range(5))

Limits = tuple[float, float] | frozenset[float]
"""From where to where, or which of some values."""


@dataclass(frozen=True)
class _Row:
    """An input that is restricted, in words, and which stretches of its range are in the box."""

    name: str
    limits: str
    range: str
    ends: tuple[str, str]
    stretches: list[tuple[float, float]]  # from low (0) to high (1)


@dataclass(frozen=True)
class _Scene:
    """What is drawn, before any size is known."""

    rows: list[_Row]
    title: str
    subtitle: str
    words: Words


def boxes_figure(
    limits: Mapping[str, Limits],
    ranges: Mapping[str, Collection[float]],
    words: Words,
    *,
    units: Mapping[str, str],
    coverage: float,
    density: float,
    title: str | None = None,
) -> svg.Figure:
    """Draw a box of inputs: of each restricted input the whole range and the part in the box.

    Parameters
    ----------
    limits : mapping of str to (float, float) or frozenset of float
        By restricted input: from where to where it is in the box, or which of its values are [its
        unit]. Infinite ends are those of the range.
    ranges : mapping of str to collection of float
        By input: its lowest and its highest value, or all its values where it has only some.
    words : Words
        The words of a language.
    units : mapping of str to str
        The unit of each; ``1`` for a share.
    coverage : float
        The share of all samples of interest that are in the box [1].
    density : float
        The share of the samples in the box that are of interest [1].
    title : str, optional
        Stands above the figure instead of the usual title.

    Returns
    -------
    Figure
        A box without limits is drawn as a sentence that says so.

    Raises
    ------
    ValueError
        If an input has no range, or a value of the box is none of its values.
    """
    missing = [name for name in limits if name not in ranges]
    if missing:
        message = f"ranges: give the whole range of {', '.join(missing)}"
        raise ValueError(message)
    rows = [
        _row(name, units[name], inside, sorted(ranges[name]), words)
        for name, inside in limits.items()
    ]
    places = {"coverage": _share(coverage), "density": _share(density)}
    subtitle = words("ensemble_figures.box_subtitle", **places)
    scene = _Scene(rows, title or words("ensemble_figures.box_title", **places), subtitle, words)
    caption = _caption(scene)
    draw = _draw if rows else _nothing
    sentence = words("text.sentence", text=subtitle)
    described = words("figure.sentence_gap").join([sentence, *_listed(scene), caption])
    return svg.Figure(scene.title, described, caption, partial(draw, scene))


def _share(value: float) -> str:
    return share(round(float(value), _ROUNDED))


def _row(name: str, unit: str, inside: Limits, whole: list[float], words: Words) -> _Row:
    scale = measure(name, unit, whole, words)
    ends = scale.write(scale.low), scale.write(scale.high)
    every = scale.between(scale.low, scale.high)
    if isinstance(inside, frozenset):
        strange = sorted(inside - set(whole))
        if strange:
            message = f"{name}: {strange} is none of its values, which are {whole}"
            raise ValueError(message)
        chosen = [value for value in whole if value in inside]
        listed = words("figure.list_gap").join(scale.write(value) for value in chosen)
        cells = [
            (index / len(whole), (index + 1) / len(whole))
            for index, value in enumerate(whole)
            if value in inside
        ]
        limits = words("ensemble_figures.one_of", listed=listed)
        return _Row(name, limits, every, ends, cells)
    low, high = np.clip(inside, scale.low, scale.high).tolist()
    span = scale.high - scale.low or 1.0
    stretch = ((low - scale.low) / span, (high - scale.low) / span)
    amounts = {"low": scale.amount(low), "high": scale.amount(high)}
    if high == scale.high and low > scale.low:
        limits = words("ensemble_figures.at_least", **amounts)
    elif low == scale.low and high < scale.high:
        limits = words("ensemble_figures.at_most", **amounts)
    else:
        limits = scale.between(low, high)
    return _Row(name, limits, every, ends, [stretch])


def _nothing(scene: _Scene, look: Look) -> svg.Drawing:
    sentence = scene.words("ensemble_figures.box_none")
    return svg.message(scene.title, scene.subtitle, sentence, look)


def _draw(scene: _Scene, look: Look) -> svg.Drawing:
    elements, top = svg.heading(scene.title, scene.subtitle, look)
    left, right = look.margin, look.width - look.margin
    keys = (("ink", "box_part"), ("influence-more", "box_range"))
    entries = [(patch(role), scene.words(f"ensemble_figures.{text}")) for role, text in keys]
    swatches, top = key(entries, top + 8, look, left, right)
    elements += swatches
    top += 16
    start = left if look.narrow else left + _NAMES
    for row in scene.rows:
        words, height, middle = _words(row, left, top, look)
        elements += words
        elements += _bars(row, Linear((0.0, 1.0), (start, right)), middle, look)
        top += height
    return svg.Drawing(look.width, round(top + look.margin / 2), tuple(elements))


def _words(row: _Row, left: float, top: float, look: Look) -> tuple[list[Element], float, float]:
    """Set name and limits of an input; and the height of its row, and the middle of its bar."""
    room = look.width - 2 * look.margin if look.narrow else _NAMES - 24
    name = wrap(row.name, room, look.body, at_most=9)
    limits = wrap(row.limits, room, look.body, bold=True, at_most=9)
    split = top + len(name) * look.body * LEADING
    end = split + len(limits) * look.body * LEADING
    elements = svg.paragraph(left, top, name, look.body)
    elements += svg.paragraph(left, split, limits, look.body, font_weight=700)
    below = _BAR / 2 + look.small * LEADING
    if look.narrow:
        return elements, end - top + 4 + _BAR / 2 + below + _ROW, end + 4 + _BAR / 2
    return elements, max(end - top, _BAR / 2 + below) + _ROW, top + _BAR / 2 + 4


def _bars(row: _Row, x: Linear, middle: float, look: Look) -> list[Element]:
    """Draw the whole range, in front of it the box, and name the ends of the range."""
    (left, right), small = x.pixels, look.small
    track = svg.rectangle(left, middle - _TRACK / 2, right - left, _TRACK, "influence-more")
    elements = [track]
    for low, high in row.stretches:
        wide = max(x(high) - x(low), _THINNEST)
        start = min(x(low), right - wide)
        elements.append(svg.rectangle(start, middle - _BAR / 2, wide, _BAR, "ink"))
    base = middle + _BAR / 2 + small
    elements.append(svg.text(left, base, row.ends[0], small, "muted"))
    elements.append(svg.text(right, base, row.ends[1], small, "muted", text_anchor="end"))
    return elements


def _caption(scene: _Scene) -> str:
    words = scene.words
    if not scene.rows:
        return words("ensemble_figures.box_none")
    limits = words("storage.list_gap").join(
        words("ensemble_figures.box_limit", name=row.name, limits=row.limits) for row in scene.rows
    )
    return words("ensemble_figures.box_caption", limits=limits)


def _listed(scene: _Scene) -> Iterator[str]:
    """Yield a sentence for each restricted input."""
    for row in scene.rows:
        places = {"name": row.name, "limits": row.limits, "range": row.range}
        yield scene.words("ensemble_figures.box_row", **places)


def peeling_figure(
    coverage: ArrayLike,
    density: ArrayLike,
    chosen: int,
    words: Words,
    *,
    title: str | None = None,
) -> svg.Figure:
    """Draw the boxes of a peeling trajectory, each with its coverage and density.

    Parameters
    ----------
    coverage : array-like, shape (box,)
        The share of all samples of interest that are in each box [1], from the first box, which
        holds all samples, on.
    density : array-like, shape (box,)
        The share of the samples in each box that are of interest [1].
    chosen : int
        Which box is marked.
    words : Words
        The words of a language.
    title : str, optional
        Stands above the figure instead of the usual title.

    Raises
    ------
    ValueError
        If there is not one share for each box, a share is not from 0 to 1, or no such box is.
    """
    x = numbers("coverage", coverage, np.size(coverage))
    y = numbers("density", density, x.size)
    shares = np.concatenate([x, y])
    if not 0 <= chosen < x.size or (np.abs(shares - 0.5) > 0.5).any():
        message = (
            f"peeling: coverage and density are 0 to 1, not {shares.min():g} to {shares.max():g},"
            f" and the box is one of 0 to {x.size - 1}, not {chosen}"
        )
        raise ValueError(message)
    places = {"coverage": _share(x[chosen]), "density": _share(y[chosen])}
    places |= {"first": _share(y[0]), "count": f"{x.size}"}
    title = title or words("ensemble_figures.peeling_title")
    caption = words("ensemble_figures.peeling_caption", **places)
    subtitle = words("ensemble_figures.peeling_subtitle")
    named = words("ensemble_figures.peeling_chosen", **places)
    draw = partial(_trajectory, (title, subtitle, named), (x, y, chosen), words)
    told = np.unique(np.linspace(0, x.size - 1, min(x.size, 6)).round().astype(int))
    listed = words("storage.list_gap").join(
        words("ensemble_figures.peeling_box", coverage=_share(x[at]), density=_share(y[at]))
        for at in told
    )
    sentences = [
        words("text.sentence", text=subtitle),
        words("ensemble_figures.peeling_row", listed=listed),
        caption,
    ]
    described = words("figure.sentence_gap").join(sentences)
    return svg.Figure(title, described, caption, draw)


def _trajectory(
    texts: tuple[str, str, str], found: tuple[Array, Array, int], words: Words, look: Look
) -> svg.Drawing:
    """Draw the boxes as dots, joined in their order, and mark the chosen one."""
    (title, subtitle, named), (coverage, density, chosen) = texts, found
    elements, top = svg.heading(title, subtitle, look)
    ticks = {quarter: share(quarter) for quarter in _QUARTERS}
    swatch = [(lambda x, y: _circle(x + 11, y, 6.5, "above"), named)]
    more, top = key(swatch, top + 8, look, look.margin, look.width - look.margin)
    left = look.margin + max(text_width(word, look.small) for word in ticks.values()) + 8
    right, top = look.width - look.margin - 12, top + 18
    x, y = Linear((0.0, 1.0), (left, right)), Linear((0.0, 1.0), (top + _HEIGHT, top))
    axis = Axis(words("ensemble_figures.peeling_axis"), (0.0, 1.0), ticks)
    below, bottom = below_panel(axis, x, top + _HEIGHT, look)
    points = [(float(x(a)), float(y(b))) for a, b in zip(coverage, density, strict=True)]
    d = "M" + "L".join(f"{a:.1f} {b:.1f}" for a, b in points)
    elements += [*more, *levels(x.pixels, y, ticks, look), *below]
    elements.append(Element("path", {"fill": "none", "stroke": "axis", "d": d}))
    elements += [_circle(a, b, 2.6, "met") for a, b in points]
    elements.append(_circle(*points[chosen], 6.5, "above"))
    return svg.Drawing(look.width, round(bottom + look.margin), tuple(elements))


def _circle(x: float, y: float, radius: float, role: str) -> Element:
    place: svg.Attributes = {"cx": x, "cy": y, "r": radius, "fill": role}
    return Element("circle", place | {"stroke": "surface", "stroke-width": 1.2})
