"""A panel over calendar years with names beside it: what every such figure has in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from jcm_models.figures import svg
from jcm_models.figures.axes import AXIS_ROOM, Panel, grid
from jcm_models.figures.curves import LABEL_BETWEEN, LABEL_GAP, Curve, label, labels, lines
from jcm_models.figures.palette import Look, text_width
from jcm_models.figures.svg import Array, Element, Linear, Years

__all__ = ["Page", "calendar", "draw_curves", "draw_page", "middles", "panel"]

_HEIGHT, _ABOVE = 320.0, 14.0  # of the panel at least, and above it [px]

Named = tuple[str, float, str, str]
"""Colour, level at the end [in the unit of the axis], name and what is told of it."""


@dataclass(frozen=True)
class Page:
    """What stands around a panel, before any size is known."""

    title: str
    subtitle: str
    years: Years
    ticks: Mapping[float, str]


def calendar(years: ArrayLike) -> Years:
    """Return calendar years, which must rise.

    Raises
    ------
    ValueError
        If there are none, or they do not rise.
    """
    found = np.asarray(years).astype(np.int64)
    if not found.size or not (np.diff(found) > 0).all():
        message = f"years: must rise, not {found.tolist()}"
        raise ValueError(message)
    return found


def panel(
    years: Years, ticks: Mapping[float, str], x: tuple[float, float], y: tuple[float, float]
) -> Panel:
    """Return a panel between `x` and `y` [px] that holds all ticks."""
    across = Linear((float(years[0]), years[-1] + 1.0), x)
    return Panel(years, across, Linear((min(ticks), max(ticks)), y))


def middles(years: Years) -> Array:
    """Return where the values of years stand: in their middles, and level at both ends."""
    return np.concatenate([years[:1], years + 0.5, years[-1:] + 1.0])


def draw_page(page: Page, names: Sequence[Named], look: Look) -> tuple[list[Element], Panel, float]:
    """Set heading, axes and names; return them, the panel, and where all ends [px]."""
    elements, top = svg.heading(page.title, page.subtitle, look)
    blocks = [label(name, told, look) for *_, name, told in names]
    height = max(_HEIGHT, sum(block.height + LABEL_BETWEEN for block in blocks))
    left = look.margin + max(text_width(word, look.small) for word in page.ticks.values()) + 8
    right = look.width - look.margin - max(block.width for block in blocks) - LABEL_GAP
    top += _ABOVE
    inside = panel(page.years, page.ticks, (left, right), (top + height, top))
    ends = [
        (role, inside.y(level), block)
        for (role, level, *_), block in zip(names, blocks, strict=True)
    ]
    beside, bottom = labels(ends, right, inside.y.pixels)
    elements += grid(inside, page.ticks, look) + beside
    return elements, inside, max(bottom, top + height + AXIS_ROOM)


def draw_curves(page: Page, curves: Sequence[Curve], look: Look) -> svg.Drawing:
    """Draw curves over the years; those with a name have it beside their end."""
    names = [(c.role, float(c.y[-1]), c.name, c.told) for c in curves if c.name]
    elements, inside, bottom = draw_page(page, names, look)
    elements += lines(curves, inside.x, inside.y)
    return svg.Drawing(look.width, round(bottom + look.margin / 2), tuple(elements))
