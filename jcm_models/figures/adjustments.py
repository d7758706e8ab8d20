"""Corresponding adjustments of both countries: what each adds to its emissions, year by year."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from jcm_models.figures import svg
from jcm_models.figures.axes import AXIS_ROOM, END_GAP, Panel, grid, tooltips
from jcm_models.figures.outcome import span_text, yearly
from jcm_models.figures.palette import Look, amount, mass, text_width, unit_for, wrap
from jcm_models.figures.svg import Array, Block, Element, Linear, Years

if TYPE_CHECKING:
    from jcm_models.wording import Words

__all__ = ["adjustments_figure"]

_HEIGHT, _WIDEST, _RULE = 260.0, 72.0, 4.0  # of the panel, of a bar, of a label's rule [px]
_SPACE = 0.12  # of a year, on both sides of its bars
_ROOM = {False: 170.0, True: 84.0}  # for labels, by whether the drawing is narrow [px]
_LEAST = 0.0005  # an adjustment of less is none [tCO2e/yr]


@dataclass(frozen=True, eq=False)
class _Country:
    """The adjustments of a country [tCO2e/yr], and which of them are final."""

    name: str
    role: str
    amounts: Array
    base: Array
    final: NDArray[np.bool_]

    @property
    def adjusted(self) -> NDArray[np.bool_]:
        return np.asarray(np.abs(self.amounts) >= _LEAST)

    @property
    def told(self) -> int | None:
        """Which year words tell: the last that is final, or else the last."""
        last = np.flatnonzero(self.adjusted & (self.final if self.decided else True))
        return int(last[-1]) if last.size else None

    @property
    def decided(self) -> bool:
        return bool((self.adjusted & self.final).any())

    def standing(self, at: int) -> str:
        return "final" if self.final[at] else "indicative"


@dataclass(frozen=True, eq=False)
class _Scene:
    """What is drawn, before any size is known."""

    years: Years
    countries: list[_Country]
    words: Words

    @property
    def ends(self) -> Array:
        """Where all bars end [tCO2e/yr]."""
        return np.concatenate([[0.0], *(each.base + each.amounts for each in self.countries)])

    @property
    def largest(self) -> float:
        return float(np.abs(self.ends).max())

    def does(self, country: _Country, at: int, written: str) -> str:
        way = "adds" if country.amounts[at] > 0 else "subtracts"
        return self.words(f"figure.adjustments_{way}", amount=written)

    def signed(self, value: float) -> str:
        """Write an adjustment in the unit of the axis, with its sign."""
        tonnes, _ = unit_for(self.largest)
        return f"{'+' if value >= _LEAST else ''}{amount(value / tonnes, whole=tonnes == 1)}"


def adjustments_figure(
    years: ArrayLike,
    amounts: Mapping[str, ArrayLike],
    final: Mapping[str, ArrayLike],
    words: Words,
    *,
    host: str,
    title: str | None = None,
) -> svg.Figure:
    """Draw the corresponding adjustments of both countries, final ones full, indicative ones pale.

    Parameters
    ----------
    years : array-like of int, shape (year,)
        Calendar years.
    amounts : mapping of str to array-like
        By the name of the country, the host first: what is added to its emissions [tCO2e/yr];
        what is subtracted is negative.
    final : mapping of str to array-like of bool
        By the same names: in which years the adjustment is final and not indicative.
    words : Words
        The words of a language.
    host : str
        The partner country, by its name.
    title : str, optional
        Stands above the figure instead of the usual title.

    Returns
    -------
    Figure
        The axis begins and ends with the years in which a country adjusts anything. Where both
        countries add in a year, or both subtract, their bars stand on each other.

    Raises
    ------
    ValueError
        If there is not one number for each year.
    """
    title = title or words("figure.adjustments_title")
    scene = _scene(np.asarray(years).astype(np.int64), amounts, final, words, host)
    subtitle = _subtitle(scene)
    if scene.largest >= _LEAST:
        caption = words("figure.sentence_gap").join(_told(scene))
        draw = partial(_draw, scene, title, subtitle)
    else:
        span = span_text(scene.years, words)
        caption = words("figure.adjustments_none", span=span, host=host)
        draw = partial(svg.message, title, subtitle, words("figure.nothing"))
    described = words("figure.sentence_gap").join(
        [words("text.sentence", text=subtitle), *_listed(scene), caption]
    )
    return svg.Figure(title, described, caption, draw)


def _scene(
    years: Years,
    amounts: Mapping[str, ArrayLike],
    final: Mapping[str, ArrayLike],
    words: Words,
    host: str,
) -> _Scene:
    """Keep the years from the first to the last adjustment, and stack bars of the same sign."""
    results = {**amounts, "year": years}
    values = {name: yearly(results, name) for name in amounts}
    adjusted = np.flatnonzero(np.any([np.abs(v) >= _LEAST for v in values.values()], axis=0))
    shown = slice(adjusted[0], adjusted[-1] + 1) if adjusted.size else slice(None)
    countries: list[_Country] = []
    for name, value in values.items():
        stands = yearly({"year": years, name: final[name]}, name) > 0
        role = "host" if name == host else "japan"
        same = [(c.amounts * value[shown] > 0) * c.amounts for c in countries]
        base = np.sum(same, axis=0) if same else np.zeros(years[shown].shape)
        countries.append(_Country(name, role, value[shown], base, stands[shown]))
    return _Scene(years[shown], countries, words)


def _subtitle(scene: _Scene) -> str:
    """Say what the axis measures, and how final and indicative bars differ."""
    unit = unit_for(scene.largest)[1]
    subtitle = scene.words("figure.adjustments_subtitle", unit=unit)
    stand = {bool(f) for each in scene.countries for f in each.final[each.adjusted]}
    if not stand:
        return subtitle
    key = "both" if len(stand) > 1 else "final" if stand == {True} else "indicative"
    key = scene.words(f"figure.adjustments_key_{key}")
    return scene.words("figure.adjustments_keyed", subtitle=subtitle, which=key)


def _draw(scene: _Scene, title: str, subtitle: str, look: Look) -> svg.Drawing:
    head, top = svg.heading(title, subtitle, look)
    tonnes, unit = unit_for(scene.largest)
    low, high = float(scene.ends.min()) / tonnes, float(scene.ends.max()) / tonnes
    ticks = svg.nice_ticks(low, high, 5 if look.narrow else 6)
    named = {tick * tonnes: scene.signed(tick * tonnes) for tick in ticks}
    labels = {c.name: _label(scene, c, c.told, look) for c in scene.countries if c.told is not None}
    left = look.margin + max(text_width(word, look.small) for word in named.values()) + 8
    right = look.width - look.margin - max(label.width for label in labels.values())
    x = Linear((float(scene.years[0]), scene.years[-1] + 1.0), (left, right - END_GAP - 2 * _RULE))
    y = Linear((ticks[0] * tonnes, ticks[-1] * tonnes), (top + 14 + _HEIGHT, top + 14))
    panel = Panel(scene.years, x, y)
    written, bottom = _labels(scene, labels, panel)
    elements = [*head, *grid(panel, named, look), *_bars(scene, panel), *written]
    elements += [] if look.narrow else tooltips(panel, _tips(scene, unit))
    height = max(y.pixels[0] + AXIS_ROOM, bottom + look.margin)
    return svg.Drawing(look.width, round(height), tuple(elements))


def _bars(scene: _Scene, panel: Panel) -> Iterator[Element]:
    """Draw a bar for each adjustment; an indicative one is pale with an edge."""
    for country in scene.countries:
        for at in np.flatnonzero(country.adjusted).tolist():
            start, end = float(panel.starts[at]), float(panel.ends[at])
            inset = max(_SPACE * (end - start), (end - start - _WIDEST) / 2)
            base = float(country.base[at])
            edges = sorted(panel.y(level) for level in (base, base + float(country.amounts[at])))
            role = f"{country.role}_government"
            pale = {} if country.final[at] else {"stroke": role}
            yield svg.rectangle(
                start + inset,
                edges[0],
                end - start - 2 * inset,
                max(edges[1] - edges[0], 1.0),
                f"{country.role}-wash" if pale else role,
                **pale,
            )


def _label(scene: _Scene, country: _Country, at: int, look: Look) -> Block:
    """Say what a country adjusts in the year that is told."""
    written = scene.signed(abs(float(country.amounts[at]))).lstrip("+")
    standing = scene.words(f"figure.adjustments_{country.standing(at)}")
    when = scene.words("figure.adjustments_when", year=scene.years[at], standing=standing)
    room = _ROOM[look.narrow]
    name = wrap(country.name, room, look.small, bold=True, at_most=9)
    lines = [scene.does(country, at, written), when]
    return Block("ink", name, [row for t in lines for row in wrap(t, room, look.small)], look.small)


def _labels(
    scene: _Scene, labels: Mapping[str, Block], panel: Panel
) -> tuple[list[Element], float]:
    """Set the labels beside the panel, level with the bars they tell; and where they end."""
    bottom, top = panel.y.pixels
    told = [country for country in scene.countries if country.name in labels]
    levels = [panel.y(float((c.base + c.amounts / 2)[c.told or 0])) for c in told]
    sizes = [labels[country.name].height + 10 for country in told]
    middles = svg.spread(levels, sizes, top, bottom)
    x = panel.x.pixels[1] + END_GAP
    elements = []
    for country, middle in zip(told, middles, strict=True):
        label = labels[country.name]
        start = middle - label.height / 2
        role = f"{country.role}_government"
        elements.append(svg.rectangle(x, start, _RULE, label.height, role))
        elements += replace(label, x=x + 2 * _RULE, top=start - 1).draw()
    return elements, max(m + size / 2 for m, size in zip(middles, sizes, strict=True))


def _tips(scene: _Scene, unit: str) -> list[str]:
    words = scene.words
    return [
        words(
            "figure.tooltip",
            year=year,
            unit=unit,
            lines=words("figure.list_gap").join(
                words("figure.tooltip_line", name=c.name, amount=scene.signed(float(c.amounts[at])))
                for c in scene.countries
            ),
        )
        for at, year in enumerate(scene.years)
    ]


def _told(scene: _Scene) -> Iterator[str]:
    """Say in sentences what both countries adjust in the years that are told."""
    words = scene.words
    acts: dict[tuple[int, str], list[str]] = {}
    idle = []
    for country in scene.countries:
        at = country.told
        if at is None:
            what = words("figure.adjustments_nothing")
            idle.append(words("figure.adjustments_who", country=country.name, what=what))
            continue
        written = mass(abs(float(country.amounts[at])), scene.largest, words)
        what = scene.does(country, at, written)
        act = words("figure.adjustments_who", country=country.name, what=what)
        acts.setdefault((at, country.standing(at)), []).append(act)
    for (at, standing), both in acts.items():
        what = words("figure.adjustments_and").join([*both, *idle])
        yield words(f"figure.adjustments_told_{standing}", year=scene.years[at], what=what)


def _listed(scene: _Scene) -> Iterator[str]:
    """Yield a sentence for each country with all its adjustments."""
    words = scene.words
    for country in scene.countries:
        listed = [
            words(
                "figure.adjustments_year",
                amount=scene.signed(float(country.amounts[at])),
                year=scene.years[at],
                standing=words(f"figure.adjustments_{country.standing(at)}"),
            )
            for at in np.flatnonzero(country.adjusted).tolist()
        ]
        if listed:
            amounts = words("figure.list_gap").join(listed)
            yield words("figure.adjustments_row", country=country.name, amounts=amounts)
