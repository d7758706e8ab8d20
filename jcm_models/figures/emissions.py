"""Emissions over the years, with and without the project, and the reductions between them.

Every flow is the total of a calendar year, so it is drawn level through its year. The areas between
the lines are then exact: equal areas are equal tonnes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from itertools import combinations, permutations, product
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from jcm_models.figures import svg
from jcm_models.figures.axes import AXIS_ROOM, END_GAP, Panel, grid, tooltips
from jcm_models.figures.emission_scene import (
    Scene,
    Wedge,
    areas,
    caption_of,
    curves,
    description_of,
    end_blocks,
    end_labels,
    hatch,
    level_text,
    scene_of,
)
from jcm_models.figures.outcome import span_text
from jcm_models.figures.palette import Look, amount, mass, text_width, unit_for, wrap
from jcm_models.figures.svg import PAD, Block, Element, Flag, Linear

if TYPE_CHECKING:
    from jcm_models.wording import Words

__all__ = ["emissions_figure"]

_HEIGHT, _LOWEST = 440.0, 200.0  # [px]
_THICK = 0.4  # of where a wedge is thickest: where it is still thick enough to point at


def emissions_figure(
    results: Mapping[str, ArrayLike],
    words: Words,
    host: str,
    *,
    title: str | None = None,
) -> svg.Figure:
    """Draw business-as-usual, reference and project emissions and name the reductions between them.

    Parameters
    ----------
    results : mapping of str to array-like
        ``year`` and the annual totals by name [tCO2e/yr]; business as usual may be absent.
    words : Words
        The words of a language.
    host : str
        The partner country.
    title : str, optional
        Stands above the figure instead of the usual title.

    Returns
    -------
    Figure
        Leakage is drawn as part of the project's emissions. What lies below the reference but is
        not credited (outside the crediting period, discounted, a deficit) has an area of its own.
    """
    scene = scene_of(results, words, host)
    title = title or words("figure.emissions_title")
    draw = partial(_draw, scene, title)
    return svg.Figure(title, description_of(scene), caption_of(scene), draw)


def _draw(scene: Scene, title: str, look: Look) -> svg.Drawing:
    every = np.concatenate([*scene.lines.values(), [0.0]])
    tonnes, unit = unit_for(float(every.max()))
    low, high = float(every.min()) / tonnes, float(every.max()) / tonnes
    ticks = svg.nice_ticks(low, high if high - low > 1e-3 else low + 1, 5 if look.narrow else 6)
    words = [amount(tick, whole=False) for tick in ticks]
    ends = end_blocks(scene, tonnes, look)
    head, top = svg.heading(title, scene.words("figure.emissions_subtitle", unit=unit), look)
    left = look.margin + max(text_width(word, look.small) for word in words) + 8
    right = look.width - look.margin - max(block.width for block in ends.values()) - END_GAP
    x = Linear((float(scene.years[0]), scene.years[-1] + 1.0), (left, right))

    def panel_below(room: float) -> Panel:
        ceiling = top + 14 + room
        pixels = max(_HEIGHT, ceiling + _LOWEST), ceiling
        return Panel(scene.years, x, Linear((ticks[0] * tonnes, ticks[-1] * tonnes), pixels))

    panel, names = _name_wedges(scene, panel_below, top, look)
    named = {tick * tonnes: word for tick, word in zip(ticks, words, strict=True)}
    elements = [*head, *grid(panel, named, look)]
    elements += [hatch(), *areas(scene, panel), *curves(scene, panel)]
    elements += [*end_labels(scene, ends, panel), *names]
    elements += [] if look.narrow else _tooltips(scene, panel, tonnes, unit)
    return svg.Drawing(look.width, round(panel.y.pixels[0] + AXIS_ROOM), tuple(elements))


def _tooltips(scene: Scene, panel: Panel, tonnes: float, unit: str) -> list[Element]:
    titles = []
    for index, year in enumerate(scene.years):
        lines = scene.words("figure.list_gap").join(
            scene.words("figure.tooltip_line", name=scene.name(kind), amount=amount)
            for kind, values in scene.lines.items()
            for amount in [level_text(values[index], tonnes)]
        )
        titles.append(scene.words("figure.tooltip", year=year, lines=lines, unit=unit))
    return tooltips(panel, titles)


def _name_wedges(
    scene: Scene, panel_below: Callable[[float], Panel], top: float, look: Look
) -> tuple[Panel, list[Element]]:
    """Name each wedge inside it where there is room, the others from above the lines."""
    outside = [wedge for wedge in scene.wedges if wedge.kind == "above"]  # words need calm ground
    while True:
        above = [(_set(scene, wedge, 0.55 * look.width, look), wedge) for wedge in outside]
        panel = panel_below(sum(block.height for block, _ in above) + 4 * bool(above))
        tried = {w: _inside(scene, w, panel, look) for w in scene.wedges if w not in outside}
        inside = [block for block in tried.values() if block]
        flags = _hoist(above, panel, top, inside)
        crossed = [block for block in inside if any(flag.crosses(block) for flag in flags)]
        failed = [w for w, block in tried.items() if block is None or block in crossed]
        if not failed:
            names: list[Block | Flag] = [*inside, *flags]
            return panel, [part for name in names for part in name.draw()]
        outside += failed


def _set(scene: Scene, wedge: Wedge, width: float, look: Look, *, rows: bool = True) -> Block:
    """Set name and tonnes of a wedge below each other, or else on one row."""
    role = "above" if wedge.kind == "above" else f"{wedge.kind}-text"
    name, tonnes = scene.name(wedge.kind), mass(wedge.tonnes, scene.largest, scene.words)
    if not rows:
        name, tonnes = scene.words("figure.mass_of", name=name, mass=tonnes), ""
    elif not look.narrow:
        years = span_text(scene.years[wedge.where], scene.words)
        tonnes = scene.words("figure.mass_in", mass=tonnes, span=years)
    names = wrap(name, width, look.body, bold=True, at_most=3 if rows else 1)
    return Block(role, names, wrap(tonnes, width, look.body) if rows else [], look.body)


def _inside(scene: Scene, wedge: Wedge, panel: Panel, look: Look) -> Block | None:
    """Place a name inside its wedge: as central as the room allows."""
    (left, right), tops = panel.x.pixels, panel.y(wedge.top)
    bottoms = panel.y(np.maximum(wedge.bottom, scene.lines["project"]))  # not on the hatching
    for part, rows in ((1.0, True), (0.6, True), (0.4, True), (0.28, True), (1.0, False)):
        block = _set(scene, wedge, part * (right - left - 2 * PAD), look, rows=rows)
        x = np.linspace(left + PAD, right - PAD - block.width, 31)[:, np.newaxis]
        under = (panel.starts < x + block.width + PAD) & (panel.ends > x - PAD)
        highest = np.where(under, tops, -np.inf).max(axis=1)
        lowest = np.where(under, bottoms, np.inf).min(axis=1)
        spare = np.where(under.any(axis=1), lowest - highest - block.height - PAD, -np.inf)
        score = np.minimum(spare, 20) - np.abs(np.linspace(-20, 20, 31))
        best = int(np.argmax(np.where(spare >= 0, score, -np.inf)))
        if spare[best] >= 0 and not block.name[-1].endswith("…"):
            top = float(highest[best] + lowest[best] - block.height) / 2
            return replace(block, x=float(x[best, 0]), top=top - 1, align=0.5)
    return None


def _hoist(
    named: list[tuple[Block, Wedge]], panel: Panel, top: float, inside: list[Block]
) -> list[Flag]:
    """Place names above the lines so that no pole crosses another name, if that can be had."""
    best: tuple[int, list[Flag]] = (1 << 30, [])
    for order in permutations(named):
        tops = top + 6 + np.cumsum([0.0] + [block.height for block, _ in order])
        choices = [_flags(pair, float(y), panel) for pair, y in zip(order, tops[:-1], strict=True)]
        few = slice(None, None, 1 if len(named) < 3 else 2)  # or there are too many to try
        for flags in product(*(places[few] for places in choices)):
            blocks = [*(flag.block for flag in flags), *inside]
            crossed = sum(flag.crosses(block) for flag in flags for block in blocks)
            touch = sum(abs(a.pole - b.pole) < 3 * PAD for a, b in combinations(flags, 2))
            best = min(best, (crossed + touch, list(flags)), key=lambda one: one[0])
            if not best[0]:
                return best[1]
    return best[1]


def _flags(pair: tuple[Block, Wedge], top: float, panel: Panel) -> list[Flag]:
    """Return places for a name on its row: right or left of a pole, or over it."""
    block, wedge = pair
    thick, edge = wedge.top - wedge.bottom, panel.x.pixels[1] + END_GAP
    columns = np.flatnonzero(thick >= _THICK * thick.max())
    flags = []
    for part, side in ((0.1, 1.0), (0.25, 1.0), (0.5, 1.0), (0.9, 0.0), (0.5, 0.0), (0.5, 0.5)):
        index = columns[round(part * (len(columns) - 1))]
        pole = float(panel.x(panel.years[index] + 0.5))
        foot = float(panel.y((wedge.top[index] + wedge.bottom[index]) / 2))
        wanted = pole - block.width + side * block.width + (2 * side - 1) * PAD
        x = min(max(wanted, PAD), edge - block.width)
        if x == wanted or side == 0.5:
            flags.append(Flag(replace(block, x=x, top=top, align=1 - side), pole, foot))
    return flags
