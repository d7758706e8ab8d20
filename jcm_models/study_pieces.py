"""Pieces of the sections on storage: tables beside figures, shares with their error."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from jcm_models.figures import Figure
from jcm_models.pieces import render
from jcm_models.reserve_answers import ReserveStudy
from jcm_models.wording import Words, number

__all__ = [
    "HIGH",
    "LOW",
    "MIDDLE",
    "Table",
    "injection_period",
    "listed",
    "page",
    "share_text",
    "spread",
    "with_error",
    "years_text",
]

LOW, MIDDLE, HIGH = 0, 2, -1
"""Where the quantiles of a study stand that are told."""
_YEARS_APART = 5


@dataclass(frozen=True)
class Table:
    """A table beside a figure: its heads, and rows of a name and cells."""

    caption: str
    heads: Sequence[str]
    rows: Sequence[tuple[str, Sequence[str]]]
    folded: bool = False
    years: bool = False


def page(
    words: Words,
    title: str,
    *,
    figure: Figure | None = None,
    place: int = 0,
    sentences: Sequence[str] = (),
    tables: Sequence[Table] = (),
) -> str:
    """Return a section: a figure with its number, sentences, and tables."""
    drawn = Markup(figure.html()) if figure else None
    return render(
        "study.html",
        words,
        title=title,
        figure=drawn,
        n=place,
        sentences=sentences,
        tables=tables,
    )


def share_text(value: float) -> str:
    """Write a share in per cent, with as many digits as say something."""
    return number(float(value), "1")


def with_error(value: float, error: float, words: Words) -> str:
    """Write a share and its standard error in per cent, to the digits that the error leaves."""
    percent, spread = 100 * float(value), 100 * float(error)
    if spread <= 0:
        return share_text(value)
    digits = max(-math.floor(math.log10(spread)), 0)
    text = f"{percent:.{digits}f} ± {spread:.{digits}f} %"
    if spread > percent / 2 > 0:  # so few draws tell a range and no more
        low, high = max(percent - 2 * spread, 0.0), min(percent + 2 * spread, 100.0)
        ends = {"low": f"{low:.{digits}f}", "high": f"{high:.{digits}f} %"}
        text = words("ensemble_figures.range", **ends)
    return text.replace(" ", "\N{NO-BREAK SPACE}")


def years_text(horizon: int, words: Words) -> str:
    """Write a number of years."""
    return words("storage.horizon_years", years=number(horizon))


def injection_period(study: ReserveStudy) -> int:
    """Return the years from the first injection to the last."""
    (years,) = np.nonzero(study.results["co2_stored"] > 0)
    return int(years[-1] - years[0]) + 1


def spread(quantiles: NDArray[Any]) -> list[str]:
    """Write the low, the middle and the high of five quantiles in whole tonnes."""
    return [number(round(float(quantiles[at]))) for at in (LOW, MIDDLE, HIGH)]


def listed(years: int) -> list[int]:
    """Return the positions of the years in a table: every fifth, and the last."""
    found = list(range(0, years, _YEARS_APART))
    return found if found[-1] == years - 1 else [*found, years - 1]
