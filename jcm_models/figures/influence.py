"""Which input the spread of an outcome comes from, over the years: Sobol indices."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from jcm_models.figures import svg
from jcm_models.figures.adequacy import share
from jcm_models.figures.charts import styles
from jcm_models.figures.curves import Curve
from jcm_models.figures.measures import measure
from jcm_models.figures.outcome import span_text
from jcm_models.figures.over_years import Page, calendar, draw_curves, draw_page, middles
from jcm_models.figures.palette import Look
from jcm_models.figures.svg import Array, Element, Years

if TYPE_CHECKING:
    from jcm_models.wording import Words

__all__ = ["influence_figure", "total_influence_figure"]

_SHOWN = 5  # so many inputs have an area or a line of their own
_ROUNDED = 3  # digits of a share after the point
_MORE, _INTERACTIONS = "influence-more", "influence-interactions"


@dataclass(frozen=True, eq=False)
class _Area:
    """A share of the variance in each year, between two lines [1]."""

    name: str
    role: str
    bottom: Array
    top: Array

    @property
    def share(self) -> Array:
        thick: Array = self.top - self.bottom
        return thick


@dataclass(frozen=True, eq=False)
class _Scene:
    """What is drawn, before any size is known."""

    years: Years
    told: NDArray[np.bool_]  # the years in which the outcome varies
    title: str
    outcome: str
    words: Words

    @property
    def left_out(self) -> list[str]:
        """Name the years in which the outcome does not vary."""
        if self.told.all():
            return []
        years = span_text(self.years[~self.told], self.words)
        return [self.words("ensemble_figures.influence_left_out", years=years)]

    def page(self, subtitle: str, highest: float) -> Page:
        scale = measure("", "1", [0.0, max(1.0, highest)], self.words)
        return Page(self.title, subtitle, self.years, scale.ticks(5))

    @property
    def runs(self) -> list[slice]:
        return list(svg.runs(self.years, self.told))


def influence_figure(
    years: ArrayLike,
    first: Mapping[str, ArrayLike],
    words: Words,
    *,
    outcome: str,
    title: str | None = None,
) -> svg.Figure:
    """Draw first-order Sobol indices over the years as areas, and what interactions leave.

    Parameters
    ----------
    years : array-like of int, shape (year,)
        Calendar years, rising.
    first : mapping of str to array-like, shape (year,)
        By input: its first-order index, the share of the variance that it explains by itself [1];
        NaN in years in which the outcome does not vary.
    words : Words
        The words of a language.
    outcome : str
        What people call the outcome.
    title : str, optional
        Stands above the figure instead of the usual title.

    Returns
    -------
    Figure
        Estimates below zero are drawn as zero. What the indices leave of the whole is the share of
        interactions; where their errors make them more than the whole, the areas go beyond it.
        The inputs with the largest indices have areas of their own, the others share one.

    Raises
    ------
    ValueError
        If there is not one index for each year, or some inputs have one in a year and others not,
        or no year has any.
    """
    scene, found = _scene(years, first, words, outcome, title, "influence_title")
    areas = _areas(found, scene)
    subtitle = words("ensemble_figures.influence_subtitle")
    page = scene.page(subtitle, float(np.nanmax(areas[-1].top)))
    listed = [_listed(scene, area.name, area.share) for area in areas]
    caption = _caption(scene, {area.name: area.share for area in areas})
    described = words("figure.sentence_gap").join(
        [words("text.sentence", text=subtitle), *listed, caption]
    )
    return svg.Figure(scene.title, described, caption, partial(_draw_areas, scene, page, areas))


def total_influence_figure(
    years: ArrayLike,
    total: Mapping[str, ArrayLike],
    words: Words,
    *,
    outcome: str,
    low: Mapping[str, ArrayLike] | None = None,
    high: Mapping[str, ArrayLike] | None = None,
    title: str | None = None,
) -> svg.Figure:
    """Draw total Sobol indices over the years as lines with their intervals.

    Parameters
    ----------
    years : array-like of int, shape (year,)
        Calendar years, rising.
    total : mapping of str to array-like, shape (year,)
        By input: its total index, the share of the variance that it has to do with, by itself or
        with others [1]; NaN in years in which the outcome does not vary.
    words : Words
        The words of a language.
    outcome : str
        What people call the outcome.
    low, high : mapping of str to array-like, shape (year,), optional
        By input: the ends of the interval of each index [1].
    title : str, optional
        Stands above the figure instead of the usual title.

    Returns
    -------
    Figure
        Only the inputs with the largest indices are drawn; the others are named.

    Raises
    ------
    ValueError
        As for `influence_figure`.
    """
    scene, found = _scene(years, total, words, outcome, title, "total_title")
    ends = {name: (values, values) for name, values in found.items()}
    if low is not None and high is not None:
        ends = {
            name: (_indices(name, low[name], scene.years), _indices(name, high[name], scene.years))
            for name in found
        }
    shown = _largest(found)
    curves = [
        curve
        for name, (role, style) in zip(shown, styles(), strict=False)
        for curve in _curves(scene, name, (found[name], *ends[name]), role, style)
    ]
    subtitle = words(f"ensemble_figures.total_subtitle{'' if low is None else '_interval'}")
    highest = max(float(np.nanmax(ends[name][1])) for name in shown)
    page = scene.page(subtitle, highest)
    listed = [_listed(scene, name, found[name], ends[name]) for name in found]
    caption = _caption(scene, found, [name for name in found if name not in shown])
    described = words("figure.sentence_gap").join(
        [words("text.sentence", text=subtitle), *listed, caption]
    )
    return svg.Figure(scene.title, described, caption, partial(draw_curves, page, curves))


def _scene(
    years: ArrayLike,
    indices: Mapping[str, ArrayLike],
    words: Words,
    outcome: str,
    title: str | None,
    usual: str,
) -> tuple[_Scene, dict[str, Array]]:
    span = calendar(years)
    found = {name: _indices(name, values, span) for name, values in indices.items()}
    if not found:
        message = "indices: a figure of influence needs at least one input"
        raise ValueError(message)
    known = np.stack([np.isfinite(values) for values in found.values()])
    uneven = span[known.any(axis=0) != known.all(axis=0)].tolist()
    if uneven or not known.any():
        years_ = f"in {uneven} some inputs have an index and others not" if uneven else "none"
        message = f"indices: {years_}; give all inputs of a year, or NaN for all, and one year"
        raise ValueError(message)
    chosen = title or words(f"ensemble_figures.{usual}", outcome=outcome)
    return _Scene(span, np.asarray(known.all(axis=0)), chosen, outcome, words), found


def _indices(name: str, values: ArrayLike, years: Years) -> Array:
    found = np.asarray(values, dtype=float)
    if found.shape != years.shape:
        message = f"{name}: give one index for each year {years.shape}, not {found.shape}"
        raise ValueError(message)
    return found


def _largest(found: Mapping[str, Array]) -> list[str]:
    """Return the inputs with the largest indices, in the order given."""
    ranked = sorted(found, key=lambda name: -float(np.nanmean(found[name])))
    return [name for name in found if name in ranked[:_SHOWN]]


def _areas(found: Mapping[str, Array], scene: _Scene) -> list[_Area]:
    """Stack the largest indices, then all others, then what they leave of the whole."""
    shown = _largest(found)
    shares = {name: np.maximum(found[name], 0.0) for name in shown}
    roles = [role for _, (role, _) in zip(shown, styles(), strict=False)]
    others = [name for name in found if name not in shown]
    if others:
        name = scene.words("ensemble_figures.influence_more", count=len(others))
        shares[name] = np.sum([np.maximum(found[other], 0.0) for other in others], axis=0)
        roles.append(_MORE)
    rest = np.maximum(1.0 - np.sum(list(shares.values()), axis=0), 0.0)
    if (rest[scene.told] > 0).any():
        shares[scene.words("ensemble_figures.influence_interactions")] = rest
        roles.append(_INTERACTIONS)
    tops = np.cumsum(list(shares.values()), axis=0)
    return [
        _Area(name, role, top - values, top)
        for (name, values), role, top in zip(shares.items(), roles, tops, strict=True)
    ]


def _draw_areas(scene: _Scene, page: Page, areas: list[_Area], look: Look) -> svg.Drawing:
    last = scene.runs[-1].stop - 1
    names = [
        (a.role, float(a.bottom[last] + a.top[last]) / 2, a.name, _share(a.share[last]))
        for a in areas
    ]
    elements, panel, bottom = draw_page(page, names, look)
    for area in areas:
        for run in scene.runs:
            top, below = panel.y(area.top[run]), panel.y(area.bottom[run])
            d = svg.area(panel.starts[run], panel.ends[run], top, below)
            look_: svg.Attributes = {"fill": area.role, "stroke": "surface", "d": d}
            elements.append(Element("path", look_))
    return svg.Drawing(look.width, round(bottom + look.margin / 2), tuple(elements))


def _curves(
    scene: _Scene, name: str, rows: tuple[Array, ...], role: str, style: svg.Attributes
) -> Iterator[Curve]:
    """Yield a curve for each stretch of years; the last has the name."""
    for place, run in enumerate(scene.runs):
        value, low, high = (np.maximum(np.pad(r[run], 1, mode="edge"), 0.0) for r in rows)
        band = [(low, high)] if (high > low).any() else []
        curve = Curve(role, middles(scene.years[run]), value, "", "", band, style=style)
        named = place == len(scene.runs) - 1
        yield replace(curve, name=name, told=_share(float(value[-1]))) if named else curve


def _share(value: float) -> str:
    return share(round(float(value), _ROUNDED))


def _listed(
    scene: _Scene, name: str, values: Array, ends: tuple[Array, Array] | None = None
) -> str:
    """Tell some of the indices of an input, with their intervals where they have one."""
    words, told = scene.words, np.flatnonzero(scene.told)
    some = told[np.unique(np.linspace(0, told.size - 1, min(told.size, 5)).round().astype(int))]
    parts = []
    for at in some:
        written = _share(values[at])
        if ends is not None and ends[1][at] > ends[0][at]:
            low, high = _share(ends[0][at]), _share(ends[1][at])
            written = words("storage.spread", middle=written, low=low, high=high)
        parts.append(words("ensemble_figures.in_year", told=written, year=scene.years[at]))
    return words("storage.row", name=name, listed=words("figure.list_gap").join(parts))


def _caption(scene: _Scene, shares: Mapping[str, Array], hidden: list[str] | None = None) -> str:
    """Say what matters most in the first and in the last year, and what is left out."""
    words, told = scene.words, np.flatnonzero(scene.told)
    sentences = []
    for at in sorted({int(told[0]), int(told[-1])}):
        most = max(shares, key=lambda name: float(shares[name][at]))
        places = {"year": scene.years[at], "name": most, "share": _share(shares[most][at])}
        sentences.append(
            words("ensemble_figures.influence_caption", outcome=scene.outcome, **places)
        )
    if hidden:
        names = words("figure.list_gap").join(hidden)
        sentences.append(words("ensemble_figures.influence_hidden", names=names))
    return words("figure.sentence_gap").join([*sentences, *scene.left_out])
