"""The controls of a page as stock widgets: JupyterLab, and Voilà with other templates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import ipywidgets as widgets

from jcm_models.controls import Action, Choice, Control, Slider, Span
from jcm_models.pieces import render
from jcm_models.section_pages import SectionPage
from jcm_models.wording import Words

__all__ = ["ControlBox", "section_widget", "side_by_side"]

_WIDE = {"width": "auto"}


def section_widget(html: str) -> widgets.HTML:
    """Return a section as a widget."""
    return widgets.HTML(html, layout=widgets.Layout(width="auto", overflow="visible"))


def side_by_side(boxes: Sequence[Any]) -> widgets.Box:
    """Return boxes beside each other where there is room, and below each other where not."""
    layout = widgets.Layout(display="flex", flex_flow="row wrap", align_items="flex-start")
    together = widgets.Box(list(boxes), layout=layout)
    together.add_class("jcm-groups")
    return together


class ControlBox:
    """A group of controls as a box of widgets.

    Parameters
    ----------
    page : SectionPage
        What they set, and follow.
    group : str
        Which of its groups.
    """

    def __init__(self, page: SectionPage, group: str) -> None:
        self._page = page
        self._group = group
        self._following = False
        self._widgets: dict[str, Any] = {}
        self.message = widgets.HTML()
        self._grid = widgets.Box()
        self._grid.add_class("jcm-sliders")
        self._heading = widgets.HTML()
        self.box = widgets.VBox([self._grid, self.message])
        self.box.add_class("jcm-controls")
        self.follow()

    def __getitem__(self, key: str) -> Any:
        """Return the widget of a control."""
        return self._widgets[key]

    def follow(self) -> None:
        """Show the controls as they now stand, and what is wrong."""
        self._following = True
        try:
            controls = self._page.controls_of(self._group)
            if [control.key for control in controls] != list(self._widgets):
                self._build(controls)
            for control in controls:
                _put(self._widgets[control.key], control)
            heading = self._page.heading_of(self._group)
            self._heading.value = render("heading.html", self._page.words, heading=heading)
            messages = [self._page.said(problem) for problem in self._page.told_in(self._group)]
            self.message.value = render("message.html", self._page.words, messages=messages)
        finally:
            self._following = False

    def _build(self, controls: Any) -> None:
        self._widgets = {control.key: self._widget(control) for control in controls}
        above = [named(c, self._widgets[c.key]) for c in controls if isinstance(c, Choice)]
        moved = [named(c, self._widgets[c.key]) for c in controls if isinstance(c, Slider | Span)]
        below = [self._widgets[c.key] for c in controls if isinstance(c, Action)]
        self._grid.children = tuple(moved)
        headed = [self._heading] if self._page.shows_headings else []
        self.box.children = (*headed, *above, self._grid, *below, self.message)

    def _widget(self, control: Control) -> Any:
        made = _MAKERS[type(control)](control)
        if isinstance(control, Action):
            made.on_click(lambda _: self._page.change([(control.key, None)]))
            made.add_class("jcm-reset")
        else:
            made.observe(lambda change: self._moved(control.key, change["new"]), "value")
        return made

    def _moved(self, key: str, value: Any) -> None:
        if not self._following:
            self._page.change([(key, list(value) if isinstance(value, tuple) else value)])


def named(control: Control, widget: Any) -> widgets.VBox:
    """Put a name above a widget; the page makes it the widget's accessible name."""
    allowed = getattr(control, "allowed", "")
    name = widgets.HTML(render("label.html", Words(), label=control.label, allowed=allowed))
    box = widgets.VBox([name, widget])
    box.add_class("jcm-input")
    return box


def _choice(control: Choice) -> widgets.Dropdown:
    return widgets.Dropdown(
        options=[(label, value) for value, label in control.options],
        value=control.value if control.value in dict(control.options) else None,
        layout=widgets.Layout(**_WIDE),
    )


def _slider(control: Slider) -> widgets.FloatSlider:
    kind = "%" if control.scale != 1 else "f"
    return widgets.FloatSlider(
        value=control.value,
        min=control.low,
        max=control.high,
        step=control.step,
        readout_format=f"{'' if kind == '%' else ','}.{control.digits}{kind}",
        layout=widgets.Layout(**_WIDE),
    )


def _span(control: Span) -> widgets.FloatRangeSlider:
    return widgets.FloatRangeSlider(
        value=(control.low, control.high),
        min=control.least,
        max=control.most,
        step=control.step,
        readout=False,
        continuous_update=False,
        layout=widgets.Layout(**_WIDE),
    )


def _action(control: Action) -> widgets.Button:
    return widgets.Button(description=control.label)


_MAKERS: dict[type, Any] = {Choice: _choice, Slider: _slider, Span: _span, Action: _action}


def _put(widget: Any, control: Control) -> None:
    """Set a widget to where its control stands."""
    for name, value in _state(control):
        if getattr(widget, name) != value:
            setattr(widget, name, value)


def _state(control: Control) -> Iterator[tuple[str, Any]]:
    if isinstance(control, Choice):
        options = tuple((label, value) for value, label in control.options)
        yield "options", options
        yield "value", control.value if control.value in dict(control.options) else None
    elif isinstance(control, Slider):
        yield "min", min(control.low, control.value)
        yield "max", max(control.high, control.value)
        yield "value", control.value
    elif isinstance(control, Span):
        yield "value", (control.low, control.high)
