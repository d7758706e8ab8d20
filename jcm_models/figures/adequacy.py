"""Whether a reserve suffices: the probability of it against the share of credits withheld."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from jcm_models.figures import svg
from jcm_models.figures.charts import Axis, Chart, Mark, draw_chart, styles
from jcm_models.figures.curves import Curve, numbers
from jcm_models.figures.svg import Array

if TYPE_CHECKING:
    from jcm_models.wording import Words

__all__ = ["adequacy_figure", "horizon_name", "share"]

_SETTLED, _ROUNDING = 0.005, 1e-9  # probabilities: where a curve no longer rises, and noise
_DIGITS = 9  # of a share, after the point


@dataclass(frozen=True, eq=False)
class _Scene:
    """What is drawn, before any size is known."""

    rates: Array
    curves: dict[int, Array]
    marked: float
    injection: int | None
    words: Words

    def name(self, years: int, phrase: str = "horizon") -> str:
        return horizon_name(years, self.injection, self.words, phrase)

    def at(self, rate: float, curve: Array) -> str:
        return share(float(np.interp(rate, self.rates, curve)))


def adequacy_figure(
    rates: ArrayLike,
    curves: Mapping[int, ArrayLike],
    words: Words,
    *,
    marked: float = 0.03,
    injection: int | None = None,
    title: str | None = None,
) -> svg.Figure:
    """Draw how probable it is that a reserve suffices, against the share withheld.

    Parameters
    ----------
    rates : array-like, shape (rate,)
        Shares of the issued credits that are withheld [1], rising.
    curves : mapping of int to array-like, shape (rate,)
        By horizon, in years from the first injection on: the probability that the reserve covers
        all reversals up to then [1].
    words : Words
        The words of a language.
    marked : float
        The rate that is marked [1]; at it, the probability of each horizon is read off.
    injection : int, optional
        The horizon that is called the end of injection [yr].
    title : str, optional
        Stands above the figure instead of the usual title.

    Returns
    -------
    Figure
        The axis ends where no curve rises any more, and never before twice the marked rate.

    Raises
    ------
    ValueError
        If there is not one probability for each rate, the rates do not rise, or the marked rate
        lies outside them.
    """
    scene = _scene(rates, curves, words, marked, injection)
    title = title or words("storage.adequacy_title")
    caption = _caption(scene)
    gap = words("figure.sentence_gap")
    described = gap.join(
        [words("text.sentence", text=words("storage.adequacy_subtitle")), *_listed(scene), caption]
    )
    chart = _chart(scene, title)
    return svg.Figure(title, described, caption, partial(draw_chart, chart))


def share(value: float) -> str:
    """Write a share as a percentage; what numerical noise leaves of nothing is nothing."""
    from jcm_models.wording import number  # here, as it loads YAML: 60 ms to the import

    return number(round(value, _DIGITS) + 0.0, "1")


def horizon_name(years: int, injection: int | None, words: Words, phrase: str = "horizon") -> str:
    """Return what people call a horizon, by itself or in a sentence (`phrase` is ``for``)."""
    from jcm_models.wording import number  # here, for the same reason

    key = "injection" if years == injection else "years" if years > 1 else "year"
    return words(f"storage.{phrase}_{key}", years=number(years))


def _scene(
    rates: ArrayLike,
    curves: Mapping[int, ArrayLike],
    words: Words,
    marked: float,
    injection: int | None,
) -> _Scene:
    withheld = numbers("rates", rates, np.size(rates))
    if not (np.diff(withheld) > 0).all():
        message = f"rates: the shares withheld must rise, not {withheld.tolist()}"
        raise ValueError(message)
    if not withheld[0] <= marked <= withheld[-1]:
        message = (
            f"marked: {marked:g} lies outside the rates, which are {withheld[0]:g} to"
            f" {withheld[-1]:g}; compute the curves at rates around it"
        )
        raise ValueError(message)
    checked = {}
    for years, values in curves.items():
        name = horizon_name(years, injection, words)
        found = numbers(name, values, withheld.size)
        if (np.abs(found - 0.5) > 0.5 + _ROUNDING).any():
            message = f"{name}: probabilities are 0 to 1, not {found.min():g} to {found.max():g}"
            raise ValueError(message)
        checked[years] = found
    return _Scene(withheld, checked, marked, injection, words)


def _chart(scene: _Scene, title: str) -> Chart:
    words, ticks = scene.words, svg.nice_ticks(0.0, _settled(scene), 5)
    most = min(ticks[-1], float(scene.rates[-1]))
    inside = np.append(scene.rates[scene.rates < most], most)
    marked = np.array([scene.marked])
    at = {"rate": share(scene.marked)}
    curves = [
        Curve(
            role,
            inside,
            np.interp(inside, scene.rates, values),
            scene.name(years),
            words("storage.adequacy_at", probability=scene.at(scene.marked, values), **at),
            dots=(marked, np.interp(marked, scene.rates, values)),
            style=style,
        )
        for (years, values), (role, style) in zip(scene.curves.items(), styles(), strict=False)
    ]
    named = {tick: share(tick) for tick in ticks if tick <= most + _ROUNDING}
    x = Axis(words("storage.withheld_axis"), (0.0, most), named)
    every = {quarter / 4: share(quarter / 4) for quarter in range(5)}
    y = Axis(words("storage.adequacy_subtitle"), (0.0, 1.0), every)
    return Chart(title, x, y, curves, Mark(scene.marked, words("storage.marked", **at), True))


def _settled(scene: _Scene) -> float:
    """Return the rate from which on no curve rises any more, at least twice the marked one."""
    values = np.stack(list(scene.curves.values()))
    settled = (values >= values[:, -1:] - _SETTLED).all(axis=0)
    return float(min(max(scene.rates[settled.argmax()], 2 * scene.marked), scene.rates[-1]))


def _caption(scene: _Scene) -> str:
    words = scene.words
    readings = words("figure.list_gap").join(
        words(
            "storage.adequacy_reading",
            probability=scene.at(scene.marked, values),
            horizon=scene.name(years, "for"),
        )
        for years, values in scene.curves.items()
    )
    return words("storage.adequacy_caption", rate=share(scene.marked), readings=readings)


def _listed(scene: _Scene) -> Iterator[str]:
    """Yield a sentence for each horizon with some of its probabilities."""
    words = scene.words
    for years, values in scene.curves.items():
        listed = words("figure.list_gap").join(
            words("storage.adequacy_at", probability=scene.at(rate, values), rate=share(rate))
            for rate in sorted({scene.rates[0], scene.marked, 2 * scene.marked, scene.rates[-1]})
            if rate <= scene.rates[-1]
        )
        yield words("storage.row", name=scene.name(years), listed=listed)
