"""Convergence: how an estimate settles as samples are added."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from jcm_models.figures import svg
from jcm_models.figures.charts import Axis, Chart, Mark, draw_chart
from jcm_models.figures.curves import Curve, listed_points, numbers
from jcm_models.figures.measures import Measure, measure
from jcm_models.figures.svg import Array

if TYPE_CHECKING:
    from jcm_models.wording import Words

__all__ = ["convergence_figure"]

_ERRORS = 2.0  # standard errors on both sides of the line are its band
_DOTTED = 16  # so many points get a dot, more do not
_DECADES = tuple(float(10**power) for power in range(10))


def convergence_figure(
    counts: ArrayLike,
    estimates: ArrayLike,
    errors: ArrayLike,
    words: Words,
    *,
    name: str,
    unit: str,
    title: str | None = None,
) -> svg.Figure:
    """Draw a running estimate with its error band against the number of samples.

    Parameters
    ----------
    counts : array-like of int, shape (point,)
        Numbers of samples, rising; drawn on a logarithmic axis.
    estimates : array-like, shape (point,)
        The estimate from so many samples [unit].
    errors : array-like, shape (point,)
        Its standard error [unit].
    words : Words
        The words of a language.
    name : str
        What people call what is estimated.
    unit : str
        Its unit; ``1`` for a share.
    title : str, optional
        Stands above the figure instead of the usual title.

    Returns
    -------
    Figure
        The band is two standard errors wide on both sides; the last estimate is marked.

    Raises
    ------
    ValueError
        If there is not one finite estimate and error for each number, or the numbers do not rise.
    """
    places = numbers("counts", counts, np.size(counts))
    if not places.size or not (np.diff(places, prepend=0.0) > 0).all():
        message = f"counts: numbers of samples must be above zero and rise, not {places.tolist()}"
        raise ValueError(message)
    values = numbers(name, estimates, places.size)
    reach = _ERRORS * numbers("errors", errors, places.size)
    edges = np.concatenate([values - reach, values + reach])
    scale = measure(name, unit, edges, words)
    fine = _fine(scale, values[-1], reach[-1])
    told = {"estimate": fine.amount(values[-1]), "error": fine.write(reach[-1] / _ERRORS)}
    told |= {"count": _whole(places[-1]), "name": name}
    title = title or words("ensemble_figures.convergence_title", **told)
    subtitle = words("ensemble_figures.convergence_subtitle", name=scale.title)
    chart = _chart((title, subtitle), places, values, reach, scale)
    caption = words("ensemble_figures.convergence_caption", **told)
    listed = words("figure.list_gap").join(
        words(
            "ensemble_figures.convergence_at",
            estimate=_fine(scale, values[at], reach[at]).write(values[at]),
            error=_fine(scale, values[at], reach[at]).write(reach[at] / _ERRORS),
            count=_whole(places[at]),
        )
        for at in listed_points(places.size)
    )
    row = words("storage.row", name=scale.title, listed=listed)
    described = words("figure.sentence_gap").join(
        [words("text.sentence", text=subtitle), row, caption]
    )
    return svg.Figure(title, described, caption, partial(draw_chart, chart))


def _chart(
    heading: tuple[str, str], places: Array, values: Array, reach: Array, scale: Measure
) -> Chart:
    """Return the curve; through one point it is level from end to end."""
    words = scale.words
    low, high = places[0], places[-1]
    if places.size == 1:
        low, high = places[0] / 2, places[0] * 2
    across = places if places.size > 1 else np.array([low, high])
    line, width = (np.broadcast_to(each, across.shape) for each in (values, reach))
    dots = (places, values) if places.size <= _DOTTED else (np.empty(0), np.empty(0))
    between = [ten for ten in _DECADES if low < ten < high and places.size > 1]
    named = {place: _whole(place) for place in sorted({places[0], *between, places[-1]})}
    x = Axis(words("ensemble_figures.convergence_axis"), (low, high), named, logarithmic=True)
    ticks = scale.ticks()
    y = Axis(heading[1], (min(ticks), max(ticks)), ticks)
    band = [(line - width, line + width)] if reach.any() else []
    fine = _fine(scale, values[-1], reach[-1])
    error, estimate = fine.write(reach[-1] / _ERRORS), fine.write(values[-1])
    told = words("ensemble_figures.convergence_label", estimate=estimate, error=error)
    curve = Curve("line-1", across, line, scale.name, told, band, dots)
    mark = Mark(float(values[-1]), words("ensemble_figures.convergence_mark"))
    return Chart(heading[0], x, y, [curve], mark)


def _fine(scale: Measure, value: float, reach: float) -> Measure:
    """Return the scale on which an estimate is written as fine as its own error needs."""
    return replace(scale, low=float(value - reach), high=float(value + reach))


def _whole(value: float) -> str:
    from jcm_models.wording import number  # here, as it loads YAML: 60 ms to the import

    return number(float(value))
