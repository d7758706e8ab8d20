"""Emissions of two scenarios, panel by panel, on the same axes: equal areas are equal tonnes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from jcm_models.figures import svg
from jcm_models.figures.axes import AXIS_ROOM, END_GAP, Panel, grid, tooltips
from jcm_models.figures.emission_scene import (
    Scene,
    areas,
    curves,
    description_of,
    end_blocks,
    end_labels,
    hatch,
    headline_of,
    level_text,
    scene_of,
)
from jcm_models.figures.key import Swatch, key, patch
from jcm_models.figures.outcome import LEAST
from jcm_models.figures.palette import Look, amount, mass, text_width, unit_for
from jcm_models.figures.sides import Side, side_heading
from jcm_models.figures.svg import Block, Element, Linear

if TYPE_CHECKING:
    from jcm_models.wording import Words

__all__ = ["paired_emissions_figure"]

_GAP, _ABOVE = 26.0, 16.0  # between the panels, and above each [px]
_HEIGHT = {False: 300.0, True: 210.0}  # of a panel, by whether the drawing is narrow [px]
_GHOST: svg.Attributes = {"stroke-width": 1.6, "stroke-dasharray": "1.5 3.5", "fill": "none"}
_FAINT = 0.01  # of the height of the axis: lines nearer to each other are one


@dataclass(frozen=True, eq=False)
class _Page:
    """What both panels share, before any size is known."""

    title: str
    sides: Sequence[Side]
    scenes: Sequence[Scene]
    years: svg.Years
    tonnes: float
    unit: str
    words: Words
    ghost: bool

    @property
    def range(self) -> tuple[float, float]:
        every = [values for scene in self.scenes for values in scene.lines.values()]
        low = min(0.0, *(float(values.min()) for values in every)) / self.tonnes
        return low, max(float(values.max()) for values in every) / self.tonnes


def paired_emissions_figure(
    first: Side, second: Side, words: Words, *, title: str | None = None, ghost: bool = False
) -> svg.Figure:
    """Draw the emissions of two scenarios beside each other.

    Parameters
    ----------
    first, second : Side
        The scenarios; business as usual may be absent in either.
    words : Words
        The words of a language.
    title : str, optional
        Stands above the figure instead of the usual title.
    ghost : bool
        Whether the lines of the first also stand, dotted, in the panel of the second.

    Returns
    -------
    Figure
        A panel for each scenario, both with the same years and the same scale.
    """
    sides = (first, second)
    scenes = [scene_of(side.results, words, side.host) for side in sides]
    title = title or words("figure.emissions_title")
    ends = [int(year) for scene in scenes for year in scene.years[[0, -1]]]
    years = np.arange(min(ends), max(ends) + 1)
    largest = max(float(values.max()) for scene in scenes for values in scene.lines.values())
    tonnes, unit = unit_for(largest)
    subtitle = words("compare.emissions_subtitle", unit=unit)
    if all(abs(values).max() < LEAST for scene in scenes for values in scene.lines.values()):
        nothing = words("compare.emissions_none")
        return svg.Figure(title, nothing, nothing, partial(svg.message, title, subtitle, nothing))
    page = _Page(title, sides, scenes, years, tonnes, unit, words, ghost)
    draw = partial(_draw, page, subtitle)
    return svg.Figure(title, _told(page, description_of), _caption(page), draw)


def _draw(page: _Page, subtitle: str, look: Look) -> svg.Drawing:
    elements, top = svg.heading(page.title, subtitle, look)
    ticks = svg.nice_ticks(*page.range, 5)
    written = {tick * page.tonnes: amount(tick, whole=False) for tick in ticks}
    blocks = [end_blocks(scene, page.tonnes, look, short=True) for scene in page.scenes]
    axis = max(text_width(word, look.small) for word in written.values()) + 8
    beside = max(b.width for each in blocks for b in each.values()) + END_GAP
    columns = _columns(look)
    elements.append(hatch())
    bottom, top = top, top + 10
    floors: list[float] = []
    heads = [_head(page, at, columns[at], top, look) for at in (0, 1)]
    for at, (left, right) in enumerate(columns):
        if look.narrow and at:
            heads[at] = _head(page, at, columns[at], bottom + 14, look)
        ceiling = (heads[at][1] if look.narrow else max(end for _, end in heads)) + _ABOVE
        room = (
            Linear((float(page.years[0]), page.years[-1] + 1.0), (left + axis, right - beside)),
            Linear((min(written), max(written)), (ceiling + _HEIGHT[look.narrow], ceiling)),
        )
        elements += [*heads[at][0], *_panel(page, at, room, written, blocks[at], look)]
        bottom = room[1].pixels[0] + AXIS_ROOM
        floors.append(bottom)
    return svg.Drawing(look.width, round(max(floors) + look.margin / 2), tuple(elements))


def _columns(look: Look) -> list[tuple[float, float]]:
    left, right = look.margin, look.width - look.margin
    if look.narrow:
        return [(left, right), (left, right)]
    width = (right - left - _GAP) / 2
    return [(left, left + width), (right - width, right)]


def _head(
    page: _Page, at: int, column: tuple[float, float], top: float, look: Look
) -> tuple[list[Element], float]:
    """Set what the panel shows, and what its areas come to."""
    scene, words = page.scenes[at], page.words
    heading, below = side_heading(page.sides[at], *column, top, look)
    largest = max(each.largest for each in page.scenes)
    entries: list[tuple[Swatch, str]] = []
    for wedge in scene.wedges:
        name = words("figure.flow_unissued" if wedge.kind == "unissued" else f"figure.{wedge.kind}")
        told = words("figure.mass_of", name=name, mass=mass(wedge.tonnes, largest, words))
        role = "#above" if wedge.kind == "above" else f"{wedge.kind}-wash"
        entries.append((patch(role), told))
    if not entries:
        none = words("compare.emissions_alike")
        return [*heading, *svg.paragraph(column[0], below + 4, [none], look.small, "muted")], (
            below + 4 + 1.3 * look.small
        )
    swatches, below = key(entries, below + 6, look, *column)
    return [*heading, *swatches], below


def _panel(
    page: _Page,
    at: int,
    room: tuple[Linear, Linear],
    written: dict[float, str],
    ends: dict[str, Block],
    look: Look,
) -> list[Element]:
    scene = page.scenes[at]
    panel, own = Panel(page.years, *room), Panel(scene.years, *room)
    elements = [*grid(panel, written, look), *areas(scene, own)]
    elements += _ghosts(page, room, look) if at else []
    elements += [*curves(scene, own), *end_labels(scene, ends, own)]
    return elements + ([] if look.narrow else tooltips(own, _tooltips(page, scene)))


def _apart(page: _Page) -> dict[str, svg.Array]:
    """Return the lines of the first scenario that differ from those of the second."""
    first, second = page.scenes
    if not page.ghost:
        return {}
    low, high = page.range
    least = _FAINT * (high - low) * page.tonnes
    same_years = np.array_equal(first.years, second.years)

    def alike(kind: str) -> bool:
        if not same_years or kind not in second.lines:
            return False
        return float(np.abs(first.lines[kind] - second.lines[kind]).max()) < least

    return {kind: values for kind, values in first.lines.items() if not alike(kind)}


def _ghosts(page: _Page, room: tuple[Linear, Linear], look: Look) -> list[Element]:
    """Draw the lines of the first scenario, dotted, where they differ from those of the second."""
    first = page.scenes[0]
    panel = Panel(first.years, *room)
    elements: list[Element] = []
    letters: list[float] = []
    for kind, values in _apart(page).items():
        for run in svg.runs(first.years):
            d = svg.stairs(panel.starts[run], panel.ends[run], panel.y(values[run]))
            elements.append(Element("path", {**_GHOST, "stroke": kind, "d": d}))
        x, y = float(panel.starts[0]) + 4, float(panel.y(float(values[0]))) - 4
        if all(abs(y - other) > look.small for other in letters):
            letters.append(y)
            letter = page.sides[0].letter
            elements.append(svg.text(x, y, letter, look.small, kind, font_weight=700))
    return elements


def _tooltips(page: _Page, scene: Scene) -> list[str]:
    words = page.words
    titles = []
    for index, year in enumerate(scene.years):
        told = words("figure.list_gap").join(
            words(
                "figure.tooltip_line",
                name=scene.name(kind),
                amount=level_text(values[index], page.tonnes),
            )
            for kind, values in scene.lines.items()
        )
        titles.append(words("figure.tooltip", year=year, lines=told, unit=page.unit))
    return titles


def _told(page: _Page, told: Callable[[Scene], str]) -> str:
    words = page.words
    return words("figure.sentence_gap").join(
        words("compare.of_side", side=side.letter, text=told(scene))
        for side, scene in zip(page.sides, page.scenes, strict=True)
    )


def _caption(page: _Page) -> str:
    words = page.words
    same = words("compare.emissions_caption")
    dotted = [words("compare.emissions_ghost")] if _apart(page) else []
    return words("figure.sentence_gap").join([_told(page, headline_of), same, *dotted])
