"""Figures and tables of a page, numbered in the order in which a reader meets them."""

from __future__ import annotations

import re
from itertools import count

from markupsafe import escape

from jcm_models.wording import Words

__all__ = ["numbered"]

_MARKS = re.compile(
    r'(?P<heading><h2 class="jcm-number">)[^<]*'
    r'|(?P<figure><figure class="jcm-figure)'
    r'|(?P<caption><(?:p|summary|caption) class="[^"]*\bjcm-caption\b[^"]*">)'
)


def numbered(html: str, words: Words) -> str:
    """Return a page with its figures and tables numbered.

    A section counts its own figures only, and a cell of one's own counts nothing; here the page is
    whole.

    Parameters
    ----------
    html : str
        The page: figures below a heading with the class ``jcm-number`` or without one, tables
        below a caption with the class ``jcm-caption``.
    words : Words
        Words of the page.

    Returns
    -------
    str
        The page, each figure and each captioned table with its number.
    """
    figures, tables = count(1), count(1)
    is_headed = False

    def with_number(mark: re.Match[str]) -> str:
        nonlocal is_headed
        if mark["caption"]:
            head = escape(words("report.table_number", number=next(tables)))
            return f'{mark["caption"]}<span class="jcm-table-number">{head}</span>'
        if mark["figure"] and is_headed:
            is_headed = False
            return mark["figure"]
        number = escape(words("section.figure_number", number=next(figures)))
        if mark["heading"]:
            is_headed = True
            return f"{mark['heading']}{number}"
        return f'<p class="jcm-number">{number}</p>{mark["figure"]}'

    return _MARKS.sub(with_number, html)
