"""Pieces of the sections on storage: tables beside figures, shares with their error."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from jcm_models.figures import Figure
from jcm_models.pieces import render
from jcm_models.wording import Words, number

__all__ = ["Table", "page", "share_text", "with_error", "years_text"]


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


def with_error(value: float, error: float) -> str:
    """Write a share and its standard error in per cent, to the digits that the error leaves."""
    percent, spread = 100 * float(value), 100 * float(error)
    if spread <= 0:
        return share_text(value)
    digits = max(-math.floor(math.log10(spread)), 0)
    return f"{percent:.{digits}f} ± {spread:.{digits}f} %".replace(" ", "\N{NO-BREAK SPACE}")


def years_text(horizon: int, words: Words) -> str:
    """Write a number of years."""
    return words("storage.horizon_years", years=number(horizon))
