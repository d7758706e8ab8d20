"""Two scenarios in one figure: what each is called, and how the two are told apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from numpy.typing import ArrayLike

from jcm_models.figures import svg
from jcm_models.figures.palette import LEADING, Look, wrap
from jcm_models.figures.svg import Element

__all__ = ["Side", "letter_mark", "side_heading"]

_ROUND = 1.55  # width of a letter's mark, in sizes of its type


@dataclass(frozen=True, eq=False)
class Side:
    """One of two scenarios.

    Attributes
    ----------
    letter, title, host : str
        A or B, the name of the project, the partner country.
    results : mapping of str to array-like
        ``year``, annual totals by name and ``credits`` by party and year [tCO2e/yr].
    """

    letter: str
    title: str
    host: str
    results: Mapping[str, ArrayLike]


def letter_mark(letter: str, x: float, middle: float, size: float) -> list[Element]:
    """Return a letter in its mark: the first full, the second a dashed ring."""
    width = _ROUND * size
    full = letter == "A"
    ring: svg.Attributes = {"cx": x + width / 2, "cy": middle, "r": width / 2}
    ring |= {"fill": "ink"} if full else {"fill": "surface", "stroke": "ink"}
    ring |= {} if full else {"stroke-width": 1.5, "stroke-dasharray": "3 2"}
    place = x + width / 2, middle + 0.35 * size
    role = "surface" if full else "ink"
    more: svg.Attributes = {"text-anchor": "middle", "font-weight": 700}
    return [Element("circle", ring), svg.text(*place, letter, size, role, **more)]


def side_heading(
    side: Side, left: float, right: float, top: float, look: Look
) -> tuple[list[Element], float]:
    """Set the letter and the name of a scenario; and where that ends [px]."""
    size = look.body
    start = left + _ROUND * size + 8
    lines = wrap(side.title, right - start, size, bold=True, at_most=3)
    mark = letter_mark(side.letter, left, top + 0.56 * size * LEADING, size * 0.95)
    title = svg.paragraph(start, top, lines, size, font_weight=700)
    return [*mark, *title], top + len(lines) * size * LEADING
