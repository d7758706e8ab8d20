"""Fans: quantities over the years as medians with the bands in which most samples lie."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from jcm_models.figures import svg
from jcm_models.figures.axes import AXIS_ROOM, grid
from jcm_models.figures.bands import QUANTILES, quantile_rows
from jcm_models.figures.charts import styles
from jcm_models.figures.curves import Curve, lines, listed_points, numbers
from jcm_models.figures.key import key, stroke
from jcm_models.figures.measures import Measure, measure
from jcm_models.figures.over_years import Page, calendar, draw_curves, middles, panel
from jcm_models.figures.palette import LEADING, Look, text_width, wrap
from jcm_models.figures.svg import Array, Element, Years

if TYPE_CHECKING:
    from jcm_models.wording import Words

__all__ = ["fans_figure"]

_GUTTER, _BETWEEN = 30.0, 20.0  # between panels across and down [px]
_HEIGHTS = {False: 190.0, True: 170.0}  # of a panel, by whether the drawing is narrow [px]
_PLAN: svg.Attributes = {"stroke-width": 1.8, "stroke-dasharray": "5 3"}
_TICKS = 5
_ALIKE = 10.0  # panels share a scale unless one is so many times smaller


@dataclass(frozen=True, eq=False)
class _Fan:
    """A quantity with its quantiles, and what was planned for it."""

    measure: Measure
    rows: Array  # (quantile, year); one row where it is certain
    plan: tuple[str, Array] | None

    def told(self, at: int) -> str:
        """Write the median in a year with the range of nine samples in ten."""
        middle, low, high = (
            self.measure.write(float(self.rows[row][at]))
            for row in (len(self.rows) // 2, 0, len(self.rows) - 1)
        )
        if len(self.rows) == 1:
            return middle
        return self.measure.words("storage.spread", middle=middle, low=low, high=high)


@dataclass(frozen=True, eq=False)
class _Scene:
    """What is drawn, before any size is known."""

    years: Years
    fans: list[_Fan]
    ticks: list[dict[float, str]]  # of each fan; alike where the unit is
    words: Words


def fans_figure(
    years: ArrayLike,
    fans: Mapping[str, ArrayLike],
    words: Words,
    *,
    title: str,
    units: Mapping[str, str],
    plans: Mapping[str, tuple[str, ArrayLike]] | None = None,
    together: bool = False,
) -> svg.Figure:
    """Draw quantities, or one quantity in several scenarios, over the years with their spread.

    Parameters
    ----------
    years : array-like of int, shape (year,)
        Calendar years, rising.
    fans : mapping of str to array-like, shape (5, year) or (year,)
        By name: the `QUANTILES` over the samples in each year [its unit], or the values themselves
        where they are certain.
    words : Words
        The words of a language.
    title : str
        Stands above the figure and says what is seen.
    units : mapping of str to str
        The unit of each by its name; ``1`` for a share. Panels in one unit share a scale,
        unless one would be too low to be seen.
    plans : mapping of str to (str, array-like), optional
        By name of a fan: what the plan or target is called, and its value in each year or in all.
    together : bool
        Whether all are drawn in one panel, for which they need one unit.

    Returns
    -------
    Figure
        One panel for each fan, several across where there is room; one panel if `together` or if
        there is a single fan.

    Raises
    ------
    ValueError
        If there is not one finite number for each year, quantiles fall, years do not rise, or fans
        that are drawn together differ in their units.
    """
    scene = _scene(years, fans, words, units, plans or {}, together)
    spread = any(len(fan.rows) > 1 for fan in scene.fans)
    subtitle = words("ensemble_figures.fans_spread" if spread else "ensemble_figures.fans_certain")
    if together or len(scene.fans) == 1:
        page = _page(scene, title, subtitle)
        draw = partial(draw_curves, page, _named(scene))
    else:
        draw = partial(_multiples, scene, title, subtitle)
    caption = _caption(scene)
    described = words("figure.sentence_gap").join(
        [words("text.sentence", text=subtitle), *_listed(scene), caption]
    )
    return svg.Figure(title, described, caption, draw)


def _scene(
    years: ArrayLike,
    fans: Mapping[str, ArrayLike],
    words: Words,
    units: Mapping[str, str],
    plans: Mapping[str, tuple[str, ArrayLike]],
    together: bool,
) -> _Scene:
    span = calendar(years)
    if together and len({units[name] for name in fans}) > 1:
        written = ", ".join(f"{name} [{units[name]}]" for name in fans)
        message = f"fans: {written} cannot share a scale; draw them in panels of their own"
        raise ValueError(message)
    rows = {name: quantile_rows(name, values, span.size) for name, values in fans.items()}
    planned = {
        name: (plan, numbers(plan, np.broadcast_to(level, span.shape), span.size))
        for name, (plan, level) in plans.items()
    }
    every = {name: [0.0, *values.ravel()] for name, values in rows.items()}
    for name, (_, level) in planned.items():
        every[name] += level.tolist()
    found = [
        _Fan(
            measure(name, units[name], _alike(name, every, units, together), words),
            values,
            planned.get(name),
        )
        for name, values in rows.items()
    ]
    ticks = [fan.measure.ticks(_TICKS) for fan in found]
    return _Scene(span, found, ticks, words)


def _alike(
    name: str, every: Mapping[str, list[float]], units: Mapping[str, str], together: bool
) -> list[float]:
    """Return the numbers on the scale of a fan: its own, and those in its unit if as large."""
    size = {other: max(map(abs, values)) for other, values in every.items()}
    largest = max(size[other] for other in every if units[other] == units[name])
    if size[name] < largest / _ALIKE and not together:
        return every[name]
    return [
        value
        for other, values in every.items()
        if (units[other] == units[name] and size[other] >= largest / _ALIKE) or together
        for value in values
    ]


def _curves(scene: _Scene, fan: _Fan, role: str, style: svg.Attributes) -> list[Curve]:
    """Return a fan and its plan as curves; neither has a name yet."""
    rows = np.pad(fan.rows, ((0, 0), (1, 1)), mode="edge")
    x = middles(scene.years)
    bands = [(rows[0], rows[-1]), (rows[1], rows[-2])] if len(rows) > 1 else []
    curves = [Curve(role, x, rows[len(rows) // 2], "", "", bands, style=style)]
    if fan.plan:
        level = np.pad(fan.plan[1], 1, mode="edge")
        curves.append(Curve("ink", x, level, "", "", style=_PLAN))
    return curves


def _named(scene: _Scene) -> list[Curve]:
    """Return all fans for one panel, each with its name and value; a plan they share, once."""
    curves: list[Curve] = []
    plans: set[tuple[str, bytes]] = set()
    for fan, (role, style) in zip(scene.fans, styles(), strict=False):
        first, *planned = _curves(scene, fan, role, style)
        curves.append(replace(first, name=fan.measure.name, told=fan.told(-1)))
        for curve in planned:
            plan = (fan.plan[0] if fan.plan else "", curve.y.tobytes())
            if plan not in plans:
                told = fan.measure.write(float(curve.y[-1]))
                curves.append(replace(curve, name=plan[0], told=told))
            plans.add(plan)
    return curves


def _page(scene: _Scene, title: str, subtitle: str) -> Page:
    unit = scene.fans[0].measure.unit
    if unit:
        subtitle = scene.words("ensemble_figures.unit_first", unit=unit, subtitle=subtitle)
    return Page(title, subtitle, scene.years, scene.ticks[0])


def _multiples(scene: _Scene, title: str, subtitle: str, look: Look) -> svg.Drawing:
    """Draw a panel for each fan, in columns and rows."""
    elements, top = svg.heading(title, subtitle, look)
    columns = 1 if look.narrow else 2 if len(scene.fans) in (2, 4) else 3
    wide = (look.width - 2 * look.margin - (columns - 1) * _GUTTER) / columns
    named = max(text_width(word, look.small) for ticks in scene.ticks for word in ticks.values())
    for start in range(0, len(scene.fans), columns):
        row = list(range(start, min(start + columns, len(scene.fans))))
        places = [look.margin + place * (wide + _GUTTER) for place in range(len(row))]
        top += _BETWEEN
        heads = [
            _head(scene, scene.fans[index], (left, left + wide), top, look)
            for index, left in zip(row, places, strict=True)
        ]
        below = max(bottom for _, bottom in heads) + 12
        floor = below + _HEIGHTS[look.narrow]
        for index, left, (head, _) in zip(row, places, heads, strict=True):
            across = left + named + 8, left + wide - 14
            inside = panel(scene.years, scene.ticks[index], across, (floor, below))
            curves = _curves(scene, scene.fans[index], "line-1", {})
            elements += head + grid(inside, scene.ticks[index], look)
            elements += lines(curves, inside.x, inside.y)
        top = floor + AXIS_ROOM
    return svg.Drawing(look.width, round(top + look.margin / 2), tuple(elements))


def _head(
    scene: _Scene, fan: _Fan, across: tuple[float, float], top: float, look: Look
) -> tuple[list[Element], float]:
    """Set name, last value and plan above a panel; and where they end [px]."""
    left, right = across
    name = wrap(fan.measure.title, right - left, look.body, bold=True)
    elements = svg.paragraph(left, top, name, look.body, font_weight=700)
    top += len(name) * look.body * LEADING
    told = scene.words("ensemble_figures.in_year", told=fan.told(-1), year=scene.years[-1])
    last = wrap(told, right - left, look.small)
    elements += svg.paragraph(left, top, last, look.small, "muted")
    top += len(last) * look.small * LEADING
    if not fan.plan:
        return elements, top
    more, bottom = key([(stroke("ink", **_PLAN), _planned(fan))], top, look, left, right)
    return elements + more, bottom


def _planned(fan: _Fan) -> str:
    """Write a plan with its last value."""
    name, level = fan.plan or ("", np.zeros(1))
    told = fan.measure.write(float(level[-1]))
    return fan.measure.words("ensemble_figures.planned", name=name, told=told)


def _caption(scene: _Scene) -> str:
    """Say what each fan is at the end, and what was planned."""
    words = scene.words
    parts = []
    for fan in scene.fans:
        places = {"name": fan.measure.name, "told": fan.told(-1), "unit": fan.measure.unit}
        key_ = "fans_at" if fan.measure.unit else "fans_at_bare"
        told = words(f"ensemble_figures.{key_}", **places)
        if fan.plan:
            told = words("ensemble_figures.fans_and_plan", told=told, plan=_planned(fan))
        parts.append(told)
    spread = "spread" if any(len(fan.rows) > 1 for fan in scene.fans) else "certain"
    listed = words("storage.list_gap").join(parts)
    return words(f"ensemble_figures.fans_caption_{spread}", year=scene.years[-1], listed=listed)


def _listed(scene: _Scene) -> Iterator[str]:
    """Yield sentences for each fan: some of its years, half of the samples, the plan."""
    words, told = scene.words, listed_points(scene.years.size)
    for fan in scene.fans:
        years = words("figure.list_gap").join(
            words("ensemble_figures.in_year", told=fan.told(at), year=scene.years[at])
            for at in told
        )
        yield words("storage.row", name=fan.measure.title, listed=years)
        if len(fan.rows) == len(QUANTILES):
            low, high = (fan.measure.write(float(fan.rows[row][-1])) for row in (1, -2))
            yield words("ensemble_figures.half", low=low, high=high, year=scene.years[-1])
        if fan.plan:
            plan = words("figure.list_gap").join(
                words(
                    "ensemble_figures.in_year",
                    told=fan.measure.write(float(fan.plan[1][at])),
                    year=scene.years[at],
                )
                for at in told
            )
            yield words("storage.row", name=fan.plan[0], listed=plan)
