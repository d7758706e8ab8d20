"""Axes of figures: where amounts and years are drawn, and what names them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from jcm_models.figures import svg
from jcm_models.figures.palette import Look, text_width
from jcm_models.figures.svg import Array, Element, Linear, Numbers, Years

__all__ = ["AXIS_ROOM", "END_GAP", "Logarithmic", "Panel", "grid", "levels", "tooltips"]
__all__ += ["years_below"]

AXIS_ROOM, END_GAP = 30.0, 14.0  # below the panel for the years, right of it before labels [px]
_YEARS_NAMED, _YEAR_STEPS = 13, (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)


@dataclass(frozen=True)
class Panel:
    """Where amounts over the years are drawn."""

    years: Years
    x: Linear
    y: Linear

    @property
    def starts(self) -> Array:
        """Where each year begins [px]."""
        return self.x(self.years.astype(float))

    @property
    def ends(self) -> Array:
        """Where each year ends [px]."""
        return self.x(self.years.astype(float) + 1)


@dataclass(frozen=True)
class Logarithmic:
    """A logarithmic scale from a positive domain to pixels."""

    domain: tuple[float, float]
    pixels: tuple[float, float]

    def __call__(self, value: Numbers) -> Numbers:
        """Return where a number, or each of an array, is drawn [px]."""
        (low, high), (start, end) = self.domain, self.pixels
        place: Numbers = np.log(value / low) * ((end - start) / np.log(high / low)) + start
        return place


def grid(panel: Panel, ticks: Mapping[float, str], look: Look) -> list[Element]:
    """Draw a line for each tick, a stronger one at zero, and name ticks and years."""
    return levels(panel.x.pixels, panel.y, ticks, look) + years_below(panel, look)


def levels(
    pixels: tuple[float, float], scale: Linear, ticks: Mapping[float, str], look: Look
) -> list[Element]:
    """Draw a line for each tick from left to right, a stronger one at zero, and name it."""
    left, right = pixels
    elements = []
    for tick, word in ticks.items():
        y, role = scale(tick), "grid" if tick else "axis"
        elements.append(svg.line(left, y, right, y, role))
        place = left - 8, y + 0.35 * look.small
        elements.append(svg.text(*place, word, look.small, "muted", text_anchor="end"))
    return elements


def years_below(panel: Panel, look: Look) -> list[Element]:
    """Name years below a panel."""
    right, bottom = panel.x.pixels[1], panel.y.pixels[0]
    elements = []
    for year in _named_years(panel, look.small):
        half = text_width(f"{year}", look.small) / 2
        place = min(panel.x(year + 0.5), right + END_GAP - 4 - half), bottom + 1.5 * look.small
        elements.append(svg.text(*place, f"{year}", look.small, "muted", text_anchor="middle"))
    return elements


def _named_years(panel: Panel, size: float) -> list[int]:
    """Return the first and the last year and the round ones between that have room."""
    first, last = int(panel.years[0]), int(panel.years[-1])
    column = panel.x(1.0) - panel.x(0.0)
    need = text_width(f"{last}", size) + 12
    room = max(need, (last - first) * column / _YEARS_NAMED)
    step = next((step for step in _YEAR_STEPS if step * column >= room), last)
    between = (int(year) for year in panel.years if year % step == 0)
    kept = {year for year in between if min(year - first, last - year) * column >= need}
    return sorted({first, *kept, last})


def tooltips(panel: Panel, titles: list[str]) -> list[Element]:
    """Lay a text over each year, which a pointer shows."""
    bottom, top = panel.y.pixels
    more: svg.Attributes = {"class": "jcm-year", "pointer-events": "all"}
    return [
        svg.rectangle(
            float(start),
            top,
            float(end - start),
            bottom - top,
            "none",
            Element("title", {}, (title,)),
            **more,
        )
        for start, end, title in zip(panel.starts, panel.ends, titles, strict=True)
    ]
