"""Credits of several runs over the years: a line for each, with its name and sum beside it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from jcm_models.figures import svg
from jcm_models.figures.charts import styles
from jcm_models.figures.curves import Curve, numbers
from jcm_models.figures.measures import measure
from jcm_models.figures.over_years import Page, calendar, draw_curves, middles

if TYPE_CHECKING:
    from jcm_models.wording import Words

__all__ = ["compared_figure"]


def compared_figure(
    years: ArrayLike, credits: Mapping[str, ArrayLike], words: Words, *, title: str
) -> svg.Figure:
    """Draw the credits that runs issue over the years.

    Parameters
    ----------
    years : array-like of int, shape (year,)
        Calendar years, rising.
    credits : mapping of str to array-like, shape (year,)
        Credits issued by the short name of each run [tCO2e/yr].
    words : Words
        The words of a language.
    title : str
        Stands above the figure and says what is seen.

    Returns
    -------
    Figure
        One panel; lines differ in colour and in stroke.

    Raises
    ------
    ValueError
        If there is not one finite number for each year, or years do not rise.
    """
    from jcm_models.wording import number  # here, as it loads YAML: 60 ms to the import

    span = calendar(years)
    rows = {name: numbers(name, values, span.size) for name, values in credits.items()}
    scale = measure(title, "tCO2e/yr", np.concatenate([[0.0], *rows.values()]), words)
    sums = {name: words("runs.in_all", amount=number(row.sum())) for name, row in rows.items()}
    curves = [
        Curve(role, middles(span), np.pad(row, 1, mode="edge"), name, sums[name], style=style)
        for (name, row), (role, style) in zip(rows.items(), styles(), strict=False)
    ]
    subtitle = words("runs.picture_unit", unit=scale.unit)
    page = Page(title, subtitle, span, scale.ticks())
    listed = words("figure.list_gap").join(f"{name} {told}" for name, told in sums.items())
    caption = words("runs.picture_caption", first=span[0], last=span[-1], listed=listed)
    described = words("figure.sentence_gap").join(
        [caption, *(_described(name, row, span, words) for name, row in rows.items())]
    )
    return svg.Figure(title, described, caption, partial(draw_curves, page, curves))


def _described(name: str, row: svg.Array, years: svg.Years, words: Words) -> str:
    from jcm_models.wording import number

    places = {"first": number(row[0]), "last": number(row[-1]), "sum": number(row.sum())}
    return words("runs.picture_row", name=name, start=years[0], end=years[-1], **places)
