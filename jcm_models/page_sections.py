"""A section of a page, as each of the three lives of a notebook shows it."""

from __future__ import annotations

import re
from typing import Any

from jcm_models.figures.palette import NARROW, WIDE, Look
from jcm_models.lives import in_a_report, in_an_app

__all__ = ["Section", "alone"]

# What many visitors never ask for; an app shows its heading until they do.
_FOLDED = ("inputs", "method", "identity", "issuances")
_HEAD = re.compile(r"<h2>(.*?)</h2>", re.DOTALL)
_END_OF_A_FIGURE = "</figcaption></figure>"
_DRAWING = {
    look: re.compile(rf'<svg [^>]*class="jcm-{name}".*?</svg>', re.DOTALL)
    for look, name in ((WIDE, "wide"), (NARROW, "narrow"))
}


class Section:
    """A part of a page: a name, and the HTML that it holds at the time."""

    def __init__(self, name: str, style: str = "") -> None:
        self.name = name
        self._style = style
        self._html = ""
        self._widget: Any = None
        self.shown = ""  # where an app began

    @property
    def value(self) -> str:
        """The HTML of the section; the first of a page brings the style with it."""
        return self._style + self._html

    @property
    def html(self) -> str:
        """The HTML of the section alone."""
        return self._html

    def fill_in_part(self, html: str, look: Look) -> bool:
        """Put something else into the section, whose figures have the drawing of one size only.

        Returns
        -------
        bool
            Whether the section is whole all the same: it has no figure, or says what it said.
        """
        other = _DRAWING[NARROW if look is WIDE else WIDE]
        before, left_out = other.subn("", self._html)
        if left_out and before == html:
            return True
        self.fill(html)
        return _END_OF_A_FIGURE not in html

    @property
    def live(self) -> str:
        """The section as an app shows it: its figures can be taken along."""
        *figures, rest = self._html.split(_END_OF_A_FIGURE)
        ended = [f"{before}{_taken(self.name, at)}" for at, before in enumerate(figures)]
        html = "".join([*ended, rest])
        return _folded(html) if self.name in _FOLDED else html

    def fill(self, html: str) -> None:
        """Put something else into the section, also where it is shown already."""
        self._html = html
        if self._widget is not None:
            self._widget.value = self.value

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        if in_an_app():
            self.shown = self.live
            part = f'<div class="jcm-part" data-section="{self.name}">{self.shown}</div>'
            return {"text/html": self._style + part}
        if in_a_report():
            return alone(self.value)
        from jcm_models.lab_widgets import section_widget

        if self._widget is None:
            self._widget = section_widget(self.value)
        bundle: dict[str, Any] = self._widget._repr_mimebundle_(**kwargs) or {}
        return {**bundle, "text/html": self.value}


def _taken(section: str, place: int) -> str:
    buttons = " ".join(
        f'<button type="button" data-download="{kind}:{section}:{place}">{kind.upper()}</button>'
        for kind in ("svg", "png")
    )
    return f'</figcaption><p class="jcm-take">{buttons}</p></figure>'


def _folded(html: str) -> str:
    """Fold what stands below the heading of a section away."""
    head = _HEAD.search(html)
    if head is None:
        return html
    inside = html[: head.start()] + html[head.end() :]
    summary = f'<summary class="jcm"><h2>{head[1]}</h2></summary>'
    return f'<details class="jcm-fold">{summary}{inside}</details>'


def alone(html: str) -> dict[str, Any]:
    """Return HTML with nothing beside it; IPython would add the name of an object as text."""
    return {"text/html": html, "text/plain": ""}
