"""The key of a figure: swatches and what they mean, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from jcm_models.figures import svg
from jcm_models.figures.palette import LEADING, Look, text_width, wrap
from jcm_models.figures.svg import Element

__all__ = ["SWATCH", "Swatch", "key", "patch", "stroke"]

SWATCH, _HIGH, _GAP, _BETWEEN = 22.0, 11.0, 7.0, 22.0  # of a swatch, and around its words [px]

Swatch = Callable[[float, float], Element]
"""Draws a swatch from its left end and its middle [px]."""


def patch(role: str, /, **more: svg.Value) -> Swatch:
    """Return a swatch of an area."""
    return lambda x, y: svg.rectangle(x, y - _HIGH / 2, SWATCH, _HIGH, role, **more)


def stroke(role: str, /, **more: svg.Value) -> Swatch:
    """Return a swatch of a line."""
    return lambda x, y: svg.line(x, y, x + SWATCH, y, role, **more)


def key(
    entries: Sequence[tuple[Swatch, str]], top: float, look: Look, left: float, right: float
) -> tuple[list[Element], float]:
    """Set swatches with their words in as many lines as it takes.

    Parameters
    ----------
    entries : sequence of (Swatch, str)
        Swatches and what they mean.
    top : float
        Where the key begins [px].
    look : Look
        The size of type.
    left, right : float
        The room for it [px].

    Returns
    -------
    tuple of (list of Element, float)
        The key, and where it ends [px].
    """
    high = look.small * LEADING
    elements: list[Element] = []
    x, y, rows = left, top, 0
    for swatch, words in entries:
        wide = SWATCH + _GAP + text_width(words, look.small)
        if rows and x + wide > right:
            x, y, rows = left, y + rows * high + 3, 0
        lines = wrap(words, right - x - SWATCH - _GAP, look.small, at_most=9)
        elements.append(swatch(x, y + high / 2))
        elements += svg.paragraph(x + SWATCH + _GAP, y, lines, look.small)
        x, rows = x + wide + _BETWEEN, max(rows, len(lines))
    return elements, y + rows * high
