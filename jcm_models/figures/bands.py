"""Stocks over the years, each as a median with the bands in which most draws lie."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from jcm_models.figures import svg
from jcm_models.figures.axes import AXIS_ROOM, Panel, levels, tooltips, years_below
from jcm_models.figures.curves import LABEL_GAP, Curve, label, labels, lines, listed_points, numbers
from jcm_models.figures.palette import Look, amount, text_width, unit_for
from jcm_models.figures.svg import Array, Block, Element, Linear, Years
from jcm_models.lately import Lately

if TYPE_CHECKING:
    from jcm_models.wording import Words

__all__ = ["QUANTILES", "bands_figure", "quantile_rows"]

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
"""The quantiles of a quantity that has a spread, in their order."""

_HEIGHTS = {1: 320.0, 2: 210.0}  # of a panel, by how many there are [px]
_ABOVE, _BETWEEN = 38.0, 14.0  # a panel for its header, and between panels [px]
_ROUNDING = 1e-9  # of the largest: quantiles of equal draws may be out of order by it
_COLUMN = 2.0  # a year that is narrower has no tooltip [px]
_STYLES: dict[str, tuple[str, svg.Attributes]] = {
    "injected": ("bau", {"stroke-dasharray": "7 4"}),
    "stored": ("stored", {}),
    "leaked": ("above", {}),
    "reserve": ("reserve", {}),
}


@dataclass(frozen=True, eq=False)
class _Stock:
    """A quantity at the end of each year [tCO2e], certain or with its quantiles."""

    kind: str
    quantiles: Array  # (quantile, year); one row where it is certain

    @property
    def median(self) -> Array:
        return np.asarray(self.quantiles[len(self.quantiles) // 2])


@dataclass(frozen=True, eq=False)
class _Group:
    """Stocks that share a panel, and the unit of its axis."""

    stocks: list[_Stock]
    tonnes: float
    unit: str
    ticks: dict[float, str]  # by tonnes

    def written(self, value: float) -> str:
        return amount(value / self.tonnes, whole=self.tonnes == 1)


@dataclass(frozen=True, eq=False)
class _Scene:
    """What is drawn, before any size is known."""

    years: Years
    groups: list[_Group]
    words: Words

    def name(self, stock: _Stock) -> str:
        return self.words(f"storage.{stock.kind}")

    def header(self, group: _Group) -> str:
        names = self.words("storage.name_gap").join(self.name(stock) for stock in group.stocks)
        return self.words("storage.header", names=names, unit=group.unit)

    def told(self, group: _Group, stock: _Stock, at: int) -> str:
        """Write a stock in a year, with the band of nine draws in ten where it has one."""
        middle = group.written(stock.median[at])
        if len(stock.quantiles) == 1:
            return middle
        low, high = (group.written(q[at]) for q in (stock.quantiles[0], stock.quantiles[-1]))
        return self.words("storage.spread", middle=middle, low=low, high=high)


def bands_figure(
    years: ArrayLike,
    panels: Sequence[Mapping[str, ArrayLike]],
    words: Words,
    *,
    title: str,
) -> svg.Figure:
    """Draw stocks over calendar years, each a line with two bands, in one panel or two.

    Parameters
    ----------
    years : array-like of int, shape (year,)
        Calendar years, rising; between years that are left out lines are straight.
    panels : sequence of mapping of str to array-like, shape (5, year) or (year,)
        For each panel, which has a scale of its own, by ``injected``, ``stored``, ``leaked`` or
        ``reserve``: the `QUANTILES` of the stock at the end of each year [tCO2e], or the stock
        itself where it is certain.
    words : Words
        The words of a language.
    title : str
        Stands above the figure.

    Returns
    -------
    Figure
        The line is the median; the dark band holds half of the draws, the pale one nine in ten.

    Raises
    ------
    ValueError
        If there is not one number for each year and quantile, the quantiles are out of order, or
        the years do not rise.
    """
    kept = [{name: np.asarray(rows).tolist() for name, rows in panel.items()} for panel in panels]
    key = (np.asarray(years).tolist(), kept, words.language, title)
    return _LATELY.get(key, lambda: _figure(_scene(years, panels, words), words, title))


# Where something is moved on which these stocks do not depend, a visitor need not wait for them.
_LATELY: Lately[svg.Figure] = Lately(4)


def _figure(scene: _Scene, words: Words, title: str) -> svg.Figure:
    spread = any(len(s.quantiles) > 1 for group in scene.groups for s in group.stocks)
    suffix = "_spread" if spread else ""
    subtitle, caption = words(f"storage.stocks{suffix}"), _caption(scene, suffix)
    described = words("figure.sentence_gap").join(
        [words("text.sentence", text=subtitle), *_listed(scene), caption]
    )
    return svg.Figure(title, described, caption, partial(_draw, scene, title, subtitle))


def _scene(years: ArrayLike, panels: Sequence[Mapping[str, ArrayLike]], words: Words) -> _Scene:
    calendar = np.asarray(years).astype(np.int64)
    if not (np.diff(calendar) > 0).all():
        message = f"years: must rise, not {calendar.tolist()}"
        raise ValueError(message)
    groups = []
    for panel in panels:
        stocks = [
            _Stock(kind, quantile_rows(kind, values, calendar.size))
            for kind, values in panel.items()
        ]
        every = np.concatenate([[0.0], *(stock.quantiles.ravel() for stock in stocks)])
        tonnes, unit = unit_for(float(np.abs(every).max()))
        low, high = float(every.min()) / tonnes, float(every.max()) / tonnes
        ticks = svg.nice_ticks(low, high if high - low > 1e-3 else low + 1, 5)
        named = {tick * tonnes: amount(tick, whole=False) for tick in ticks}
        groups.append(_Group(stocks, tonnes, unit, named))
    return _Scene(calendar, groups, words)


def quantile_rows(name: str, values: ArrayLike, size: int) -> Array:
    """Return quantiles of each year, or one row where a quantity is certain.

    Raises
    ------
    ValueError
        If there is not one finite number for each of `size` years, or the quantiles do not rise.
    """
    found = np.atleast_2d(np.asarray(values, dtype=float))
    if len(found) not in (1, len(QUANTILES)):
        message = f"{name}: give {len(QUANTILES)} quantiles or one row, not {len(found)}"
        raise ValueError(message)
    rows = np.stack([numbers(name, row, size) for row in found])
    if (np.diff(rows, axis=0) < -_ROUNDING * np.abs(rows).max()).any():
        message = f"{name}: quantiles must rise from {QUANTILES[0]:.0%} to {QUANTILES[-1]:.0%}"
        raise ValueError(message)
    return rows


def _draw(scene: _Scene, title: str, subtitle: str, look: Look) -> svg.Drawing:
    elements, floor = svg.heading(title, subtitle, look)
    blocks = [[_label(scene, g, stock, look) for stock in g.stocks] for g in scene.groups]
    ticks = [word for group in scene.groups for word in group.ticks.values()]
    left = look.margin + max(text_width(word, look.small) for word in ticks) + 8
    widest = max(block.width for column in blocks for block in column)
    right = look.width - look.margin - widest - LABEL_GAP
    x = Linear((float(scene.years[0]), scene.years[-1] + 1.0), (left, right))
    height = _HEIGHTS.get(len(scene.groups), min(_HEIGHTS.values()))
    for group, column in zip(scene.groups, blocks, strict=True):
        top = floor + _ABOVE
        header = svg.text(look.margin, top - 12, scene.header(group), look.small, "muted")
        y = Linear((min(group.ticks), max(group.ticks)), (top + height, top))
        panel = Panel(scene.years, x, y)
        drawn, bottom = _panel(scene, group, column, panel, look)
        elements += [header, *drawn]
        floor = max(y.pixels[0], bottom) + _BETWEEN
    elements += years_below(panel, look)
    return svg.Drawing(look.width, round(max(floor, y.pixels[0] + AXIS_ROOM)), tuple(elements))


def _label(scene: _Scene, group: _Group, stock: _Stock, look: Look) -> Block:
    return label(scene.name(stock), scene.told(group, stock, -1), look)


def _panel(
    scene: _Scene, group: _Group, column: list[Block], panel: Panel, look: Look
) -> tuple[list[Element], float]:
    """Draw the stocks of a panel with their labels; and where the lowest label ends [px]."""
    curves = [_curve(scene, stock) for stock in group.stocks]
    ends = [
        (curve.role, panel.y(float(curve.y[-1])), block)
        for curve, block in zip(curves, column, strict=True)
    ]
    beside, bottom = labels(ends, panel.x.pixels[1], panel.y.pixels)
    elements = levels(panel.x.pixels, panel.y, group.ticks, look)
    elements += [*lines(curves, panel.x, panel.y), *beside]
    if not look.narrow and float((panel.ends - panel.starts).min()) >= _COLUMN:
        elements += tooltips(panel, _tips(scene, group))
    return elements, bottom


def _curve(scene: _Scene, stock: _Stock) -> Curve:
    """Return the line and bands of a stock; its value stands in the middle of the year."""
    years = scene.years
    x = np.concatenate([years[:1], years + 0.5, years[-1:] + 1.0])
    rows = np.pad(stock.quantiles, ((0, 0), (1, 1)), mode="edge")
    bands = [(rows[0], rows[-1]), (rows[1], rows[-2])] if len(rows) > 1 else []
    role, style = _STYLES[stock.kind]
    return Curve(role, x, rows[len(rows) // 2], scene.name(stock), "", bands, style=style)


def _tips(scene: _Scene, group: _Group) -> list[str]:
    words = scene.words
    return [
        words(
            "figure.tooltip",
            year=year,
            unit=group.unit,
            lines=words("figure.list_gap").join(
                words("figure.tooltip_line", name=scene.name(s), amount=scene.told(group, s, at))
                for s in group.stocks
            ),
        )
        for at, year in enumerate(scene.years)
    ]


def _caption(scene: _Scene, suffix: str) -> str:
    """Say what each stock is at the end."""
    words = scene.words
    stocks = words("storage.list_gap").join(
        words("storage.stock", name=scene.name(s), told=scene.told(g, s, -1), unit=g.unit)
        for g in scene.groups
        for s in g.stocks
    )
    return words(f"storage.stocks_caption{suffix}", year=scene.years[-1], stocks=stocks)


def _listed(scene: _Scene) -> Iterator[str]:
    """Yield a sentence for each stock with some of its years."""
    words, told = scene.words, listed_points(scene.years.size)
    for group in scene.groups:
        for stock in group.stocks:
            listed = words("figure.list_gap").join(
                words("storage.stock_in", told=scene.told(group, stock, at), year=scene.years[at])
                for at in told
            )
            yield words("storage.stock_row", name=scene.name(stock), unit=group.unit, listed=listed)
            if len(stock.quantiles) > 1:
                low, high = (group.written(stock.quantiles[row][-1]) for row in (1, -2))
                yield words("storage.half", low=low, high=high, year=scene.years[-1])
