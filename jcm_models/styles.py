"""The one style sheet of reports and apps."""

from __future__ import annotations

import functools
from pathlib import Path

from jcm_models.figures import stylesheet

__all__ = ["style_sheet"]


@functools.cache
def style_sheet() -> str:
    """Return the style sheet: the colours of the figures, then the page."""
    page = Path(__file__).parent / "templates" / "page.css"
    return "\n".join([stylesheet(), page.read_text(encoding="utf-8")])
