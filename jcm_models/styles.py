"""The one style sheet of reports and apps, and the lines that run along the pages on paper."""

from __future__ import annotations

import functools
import re
from pathlib import Path

from jcm_models.figures import stylesheet

__all__ = ["running_lines", "style_sheet"]


@functools.cache
def style_sheet() -> str:
    """Return the style sheet: the colours of the figures, then the page, then the page on paper."""
    templates = Path(__file__).parent / "templates"
    files = (templates / "page.css", templates / "print.css")
    return "\n".join([stylesheet(), *(file.read_text(encoding="utf-8") for file in files)])


def running_lines(head: str, foot: str) -> str:
    """Return the style of the lines above and below each page on paper.

    Parameters
    ----------
    head : str
        What stands above each page but the first.
    foot : str
        What stands below each page, beside its number.
    """
    lines = (
        f"@top-left {{ content: {_quoted(head)}; }} @bottom-left {{ content: {_quoted(foot)}; }}"
    )
    return f"@page {{ {lines} }}\n@page :first {{ @top-left {{ content: none; }} }}\n"


def _quoted(text: str) -> str:
    """Write a text as a string of CSS, which no text can end."""
    return '"' + re.sub(r"[\"\\<\x00-\x1f]", lambda m: f"\\{ord(m[0]):x} ", text) + '"'
