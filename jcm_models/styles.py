"""The one style sheet of reports and apps."""

from __future__ import annotations

import functools
from pathlib import Path

__all__ = ["style_sheet"]

_HERE = Path(__file__).parent


@functools.cache
def style_sheet() -> str:
    """Return the style sheet: the colours of the figures, then the page."""
    parts = (_HERE / "figures" / "figures.css", _HERE / "templates" / "page.css")
    return "\n".join(part.read_text(encoding="utf-8") for part in parts)
