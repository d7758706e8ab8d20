"""A page of sections: widgets where something can move them, plain HTML where nothing can."""

from __future__ import annotations

import os
from typing import Any

import ipywidgets as widgets

from jcm_models.styles import style_sheet

__all__ = ["Controls", "Section", "SectionPage", "served_by_voila"]


def served_by_voila() -> bool:
    """Tell whether this kernel serves an app."""
    return os.environ.get("SERVER_SOFTWARE", "").startswith("voila/")


class Section(widgets.HTML):  # type: ignore[misc]
    """A section of the page: a widget where it can move, HTML where it cannot."""

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        bundle: dict[str, Any] = super()._repr_mimebundle_(**kwargs) or {}
        return {**bundle, "text/html": self.value}


class Controls(widgets.VBox):  # type: ignore[misc]
    """The picker and the sliders; a report shows nothing in their place."""

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        bundle: dict[str, Any] = super()._repr_mimebundle_(**kwargs) or {}
        return {**bundle, "text/html": ""}


class SectionPage:
    """A page whose sections are drawn when they are asked for, and again when something moves.

    A page of its own says in `_html` what a section holds.
    """

    def __init__(self) -> None:
        self._sections: dict[str, Section] = {}

    @property
    def in_app(self) -> bool:
        """Whether the page is an app that Voilà serves."""
        return served_by_voila()

    def section(self, name: str) -> Section:
        """Return a section by its name; the first brings the style of the page."""
        if name not in self._sections:
            style = "" if self._sections else f"<style>{style_sheet()}</style>"
            section = Section(layout=widgets.Layout(width="auto", overflow="visible"))
            section.jcm_style = style
            self._sections[name] = section
            self._fill(name)
        return self._sections[name]

    @property
    def assumptions(self) -> Section:
        """What is assumed and what is doubtful."""
        return self.section("assumptions")

    @property
    def inputs(self) -> Section:
        """Every input with its source."""
        return self.section("inputs")

    @property
    def method(self) -> Section:
        """The method in words and equations."""
        return self.section("method")

    @property
    def notes(self) -> Section:
        """What a reader must know."""
        return self.section("notes")

    @property
    def identity(self) -> Section:
        """What identifies the run."""
        return self.section("identity")

    def _html(self, name: str) -> str:
        """Return what a section holds."""
        raise NotImplementedError(name)

    def _fill(self, name: str) -> None:
        section = self._sections[name]
        section.value = section.jcm_style + self._html(name)

    def _refill(self) -> None:
        """Draw every section anew that has been asked for."""
        for name in self._sections:
            self._fill(name)
