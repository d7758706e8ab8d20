"""Curves: lines through points, how far they spread, and names beside them that keep apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from jcm_models.figures import svg
from jcm_models.figures.axes import END_GAP
from jcm_models.figures.palette import Look, wrap
from jcm_models.figures.svg import Array, Block, Element

__all__ = ["LABEL_BETWEEN", "LABEL_GAP", "Curve", "label", "labels", "lines", "listed_points"]
__all__ += ["numbers"]

_RULE = 4.0  # width of a label's rule [px]
LABEL_BETWEEN = 10.0  # keeps labels apart [px]
LABEL_GAP = END_GAP + 2 * _RULE  # from the panel to the words of a label [px]
_ROOM = {False: 170.0, True: 84.0}  # for the words, by whether the drawing is narrow [px]
_LISTED = 8  # so many points of a line are told in words
_OPACITY = 0.2  # of a band; bands that lie on each other grow darker


@dataclass(frozen=True, eq=False)
class Curve:
    """A line through points, in the units of both axes, and the words beside its end."""

    role: str
    x: Array
    y: Array
    name: str
    told: str
    bands: Sequence[tuple[Array, Array]] = ()
    dots: tuple[Array, Array] = (np.empty(0), np.empty(0))
    style: svg.Attributes | None = None


def numbers(name: str, values: ArrayLike, size: int) -> Array:
    """Return `values` as an array of one finite number for each of `size` points.

    Raises
    ------
    ValueError
        If there is not one finite number for each point.
    """
    found = np.asarray(values, dtype=float)
    if found.shape != (size,) or not np.isfinite(found).all():
        finite = int(np.isfinite(found).sum())
        message = (
            f"{name}: a figure needs one finite number for each of its {size} points, not"
            f" {finite} of shape {found.shape}"
        )
        raise ValueError(message)
    return found


def listed_points(size: int) -> list[int]:
    """Return the first, the last and a few points between, evenly spaced, for words to tell."""
    points = np.linspace(0, size - 1, min(size, _LISTED)).round().astype(int)
    return [int(point) for point in points]


def lines(
    curves: Sequence[Curve], x: Callable[[Array], Array], y: Callable[[Array], Array]
) -> list[Element]:
    """Draw the bands of all curves, then their lines, then their dots."""
    elements: list[Element] = []
    for curve in curves:
        places = x(curve.x)
        for low, high in curve.bands:
            d = _path(places, y(high)) + "L" + _path(places[::-1], y(low)[::-1])[1:] + "Z"
            look: svg.Attributes = {"fill": curve.role, "fill-opacity": _OPACITY, "d": d}
            elements.append(Element("path", look))
    for curve in curves:
        stroke: svg.Attributes = {"fill": "none", "stroke": curve.role, "stroke-width": 2.4}
        d = _path(x(curve.x), y(curve.y))
        elements.append(Element("path", stroke | (curve.style or {}) | {"d": d}))
    for curve in curves:
        for across, down in zip(x(curve.dots[0]), y(curve.dots[1]), strict=True):
            dot: svg.Attributes = {"cx": float(across), "cy": float(down), "r": 3.5}
            elements.append(Element("circle", dot | {"fill": curve.role}))
    return elements


def _path(x: Array, y: Array) -> str:
    """Return straight lines through points, the first, the last and one for each pixel across."""
    kept = np.append(np.diff(np.floor(x)) != 0, True)
    kept[0] = True
    x, y = x[kept], y[kept].round(1)
    turns = np.ones(y.size, dtype=bool)  # on level ground only the two ends are needed
    turns[1:-1] = (y[1:-1] != y[:-2]) | (y[1:-1] != y[2:])
    across, down = x[turns].tolist(), y[turns].tolist()  # floats of numpy are slow to write
    return "M" + "L".join(f"{a:.1f} {b:.1f}" for a, b in zip(across, down, strict=True))


def label(name: str, told: str, look: Look) -> Block:
    """Set the words that stand beside the end of a line."""
    room = _ROOM[look.narrow]
    bold = wrap(name, room, look.small, bold=True, at_most=9)
    return Block("ink", bold, wrap(told, room, look.small, at_most=9) if told else [], look.small)


def labels(
    ends: Sequence[tuple[str, float, Block]], right: float, pixels: tuple[float, float]
) -> tuple[list[Element], float]:
    """Set labels beside a panel, as level with the ends of their lines as there is room.

    Parameters
    ----------
    ends : sequence of (str, float, Block)
        The colour of each line, where it ends [px], and its words.
    right : float
        Where the panel ends [px].
    pixels : tuple of float
        Bottom and top of the panel [px].

    Returns
    -------
    tuple of (list of Element, float)
        The labels, and where the lowest ends [px].
    """
    sizes = [block.height + LABEL_BETWEEN for _, _, block in ends]
    middles = svg.spread([level for _, level, _ in ends], sizes, pixels[1] - 4, pixels[0] + 4)
    x = right + END_GAP
    elements = []
    for (role, level, block), middle in zip(ends, middles, strict=True):
        top = middle - block.height / 2
        elements.append(svg.line(right + 1, level, x, middle, role))
        elements.append(svg.rectangle(x, top, _RULE, block.height, role))
        elements += replace(block, x=right + LABEL_GAP, top=top - 1).draw()
    return elements, max(m + size / 2 for m, size in zip(middles, sizes, strict=True))
