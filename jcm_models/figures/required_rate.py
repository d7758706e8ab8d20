"""How much a reserve has to withhold: over the horizon, and over the number of sites pooled."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from jcm_models.figures import svg
from jcm_models.figures.adequacy import horizon_name, share
from jcm_models.figures.charts import Axis, Chart, Mark, draw_chart, styles
from jcm_models.figures.curves import Curve, listed_points, numbers
from jcm_models.figures.svg import Array

if TYPE_CHECKING:
    from jcm_models.wording import Words

__all__ = ["diversification_figure", "required_rate_figure"]

Kind = TypeVar("Kind", float, str)

_ERRORS = 2.0  # standard errors on both sides of a line are its band
_DOTTED = 12  # so many points of a line get a dot, more do not
_DECADES = tuple(float(10**power) for power in range(10))


@dataclass(frozen=True, eq=False)
class _Scene:
    """What is drawn, before any size is known."""

    places: Array
    names: list[str]
    curves: dict[str, Array]
    errors: dict[str, Array]
    marked: float
    words: Words

    def told(self, curve: Array, index: int) -> str:
        return self.words(
            "storage.rate_at", rate=share(float(curve[index])), place=self.names[index]
        )


def required_rate_figure(
    horizons: ArrayLike,
    curves: Mapping[float, ArrayLike],
    errors: Mapping[float, ArrayLike],
    words: Words,
    *,
    marked: float = 0.03,
    injection: int | None = None,
    title: str | None = None,
) -> svg.Figure:
    """Draw the rate at which a reserve suffices with a given probability, over the horizon.

    Parameters
    ----------
    horizons : array-like of int, shape (horizon,)
        Years from the first injection on, rising; drawn on a logarithmic axis.
    curves : mapping of float to array-like, shape (horizon,)
        By probability (0.9, 0.95 …): the share of issued credits that has to be withheld [1].
    errors : mapping of float to array-like, shape (horizon,)
        By the same probabilities: the standard error of each share [1].
    words : Words
        The words of a language.
    marked : float
        The rate that is marked [1].
    injection : int, optional
        The horizon that is called the end of injection [yr].
    title : str, optional
        Stands above the figure instead of the usual title.

    Returns
    -------
    Figure
        The band around a line is two standard errors wide on both sides.

    Raises
    ------
    ValueError
        If there is not one share and one error for each horizon, or the horizons do not rise.
    """
    places = _rising("horizons", horizons)
    scene = _Scene(
        places,
        [horizon_name(int(years), injection, words) for years in places],
        *_named(curves, errors, places.size, lambda p: words("storage.sure", share=share(p))),
        marked,
        words,
    )
    low, high = (places[0] / 2, 2 * places[0]) if places.size == 1 else (places[0], places[-1])
    between = [ten for ten in _DECADES if low < ten < high and places.size > 1]
    ticks = {place: _whole(place) for place in sorted({places[0], *between, places[-1]})}
    x = Axis(words("storage.horizon_axis"), (float(low), float(high)), ticks, logarithmic=True)
    subtitle = words("storage.required_subtitle")
    spans = [horizon_name(int(years), injection, words, "for") for years in places]
    caption = words("figure.sentence_gap").join(_enough(scene, spans))
    return _figure(scene, x, title or words("storage.required_title"), subtitle, caption)


def diversification_figure(
    sites: ArrayLike,
    curves: Mapping[str, ArrayLike],
    words: Words,
    *,
    errors: Mapping[str, ArrayLike] | None = None,
    probability: float = 0.95,
    marked: float = 0.03,
    title: str | None = None,
) -> svg.Figure:
    """Draw the rate at which a reserve suffices, over the number of sites that share it.

    Parameters
    ----------
    sites : array-like of int, shape (number,)
        How many sites share the reserve, rising.
    curves : mapping of str to array-like, shape (number,)
        By how the sites depend on each other (``independent``, ``identical``, ``copula``,
        ``frailty``, ``common_shock``): the share of issued credits to be withheld [1].
    words : Words
        The words of a language.
    errors : mapping of str to array-like, shape (number,), optional
        By the same kinds: the standard error of each share [1].
    probability : float
        With which the reserve shall suffice [1].
    marked : float
        The rate that is marked [1].
    title : str, optional
        Stands above the figure instead of the usual title.

    Returns
    -------
    Figure
        The band around a line is two standard errors wide on both sides.

    Raises
    ------
    ValueError
        If there is not one share for each number of sites, or the numbers do not rise.
    """
    places = _rising("sites", sites)
    errors = {kind: np.zeros(places.size) for kind in curves} if errors is None else errors
    scene = _Scene(
        places,
        [words(f"storage.{'sites' if n > 1 else 'site'}", number=_whole(n)) for n in places],
        *_named(curves, errors, places.size, lambda kind: words(f"storage.dependence_{kind}")),
        marked,
        words,
    )
    low, high = float(places[0]), float(places[-1])
    between = [n for n in svg.nice_ticks(low, high, 5) if low < n < high and n % 1 == 0]
    ticks = {place: _whole(place) for place in sorted({low, *between, high})}
    x = Axis(words("storage.sites_axis"), (low, high) if high > low else (low - 1, low + 1), ticks)
    subtitle = words("storage.diversification_subtitle", probability=share(probability))
    title = title or words("storage.diversification_title")
    return _figure(scene, x, title, subtitle, _pooled(scene))


def _whole(value: float) -> str:
    """Write a number of years or sites."""
    from jcm_models.wording import number  # here, as it loads YAML: 60 ms to the import

    return number(float(value))


def _rising(name: str, values: ArrayLike) -> Array:
    found = numbers(name, values, np.size(values))
    if not (np.diff(found, prepend=0.0) > 0).all():
        message = f"{name}: must be above zero and rise, not {found.tolist()}"
        raise ValueError(message)
    return found


def _named(
    curves: Mapping[Kind, ArrayLike],
    errors: Mapping[Kind, ArrayLike],
    size: int,
    name: Callable[[Kind], str],
) -> tuple[dict[str, Array], dict[str, Array]]:
    """Return curves and their errors by what people call them."""
    found = {name(kind): numbers(name(kind), values, size) for kind, values in curves.items()}
    missing = [f"{kind}" for kind in curves if kind not in errors]
    if missing:
        message = f"errors: give standard errors for {', '.join(missing)} too"
        raise ValueError(message)
    return found, {name(kind): numbers(name(kind), errors[kind], size) for kind in curves}


def _figure(scene: _Scene, x: Axis, title: str, subtitle: str, caption: str) -> svg.Figure:
    curves = list(_curves(scene, x.domain))
    highest = max(float((v + _ERRORS * scene.errors[n]).max()) for n, v in scene.curves.items())
    levels = svg.nice_ticks(0.0, max(highest, scene.marked), 6)
    if any(curve.bands for curve in curves):
        subtitle = scene.words("storage.with_errors", subtitle=subtitle)
    y = Axis(subtitle, (levels[0], levels[-1]), {level: share(level) for level in levels})
    mark = Mark(scene.marked, scene.words("storage.marked", rate=share(scene.marked)))
    chart = Chart(title, x, y, curves, mark)
    gap = scene.words("figure.sentence_gap")
    described = gap.join([scene.words("text.sentence", text=subtitle), *_listed(scene), caption])
    return svg.Figure(title, described, caption, partial(draw_chart, chart))


def _curves(scene: _Scene, domain: tuple[float, float]) -> Iterator[Curve]:
    """Yield a line for each curve with its error; through one point it is level, end to end."""
    across = scene.places if scene.places.size > 1 else np.array(domain)
    dotted = slice(None if scene.places.size <= _DOTTED else 0)
    for (name, values), (role, style) in zip(scene.curves.items(), styles(), strict=False):
        rates, reach = (
            np.broadcast_to(each, across.shape) for each in (values, _ERRORS * scene.errors[name])
        )
        band = [(np.maximum(rates - reach, 0.0), rates + reach)] if reach.any() else []
        dots = scene.places[dotted], values[dotted]
        yield Curve(role, across, rates, name, share(float(values[-1])), band, dots, style)


def _listed(scene: _Scene) -> Iterator[str]:
    """Yield a sentence for each line with some of its rates and the largest error."""
    words, told = scene.words, listed_points(scene.places.size)
    for name, values in scene.curves.items():
        listed = words("figure.list_gap").join(scene.told(values, at) for at in told)
        yield words("storage.row", name=name, listed=listed)
        if scene.errors[name].any():
            yield words("storage.error", error=share(float(scene.errors[name].max())))


def _enough(scene: _Scene, spans: Sequence[str]) -> Iterator[str]:
    """Say for each probability up to which horizon the marked rate is enough."""
    for name, values in scene.curves.items():
        over = np.flatnonzero(values > scene.marked)
        first = int(over[0]) if over.size else values.size
        key = "never" if first == 0 else "until" if over.size else "always"
        places = {"name": name, "rate": share(scene.marked), "required": share(float(values[-1]))}
        places |= {"enough": spans[max(first - 1, 0)], "last": spans[-1]}
        yield scene.words(f"storage.enough_{key}", **places)


def _pooled(scene: _Scene) -> str:
    """Say for each kind of dependence what pooling changes."""
    kind = "one" if scene.places.size == 1 else "row"
    rows = scene.words("storage.list_gap").join(
        scene.words(
            f"storage.pooled_{kind}",
            name=name,
            first=share(float(values[0])),
            last=share(float(values[-1])),
        )
        for name, values in scene.curves.items()
    )
    places = {"first": scene.names[0], "last": scene.names[-1], "rows": rows}
    return scene.words(f"storage.pooled_caption_{kind}", **places)
