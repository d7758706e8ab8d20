"""A scenario on the screen: sections that follow sliders, and stand still in a report.

Each section shows itself as a widget where something can move it, and as plain HTML where nothing
can: papermill, nbconvert, a page on paper. So one notebook has three lives.
"""

from __future__ import annotations

import functools
import math
import os
import urllib.parse
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from jcm_models.components import Input
from jcm_models.documents import parse_set, read
from jcm_models.input_sections import component_titles, input_label
from jcm_models.pieces import render
from jcm_models.problems import Problem, ScenarioError
from jcm_models.reading import find_file
from jcm_models.results import Results
from jcm_models.scenario import Scenario
from jcm_models.sections import SECTIONS
from jcm_models.simulation import compute, load_scenario
from jcm_models.styles import style_sheet
from jcm_models.wording import Words, number, unit_text, written_text

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["Controls", "Section", "View", "parse_overrides", "served_by_voila", "words_in"]

_STEPS_OF_A_SLIDER = 100
# What sliders move, in this order; more of them would bury the page.
_MOVED = ("project.", "bau.", "reference.", "crediting.discount", "reserve.rate")
_MOST_SLIDERS = 8
_IDLE = {"capacity"}  # it only serves a check


def served_by_voila() -> bool:
    """Tell whether this kernel serves an app."""
    return os.environ.get("SERVER_SOFTWARE", "").startswith("voila/")


def parse_overrides(text: str) -> dict[str, Any]:
    """Read "crediting.discount=0.95; reserve.rate=3 %" as values by dotted key.

    Raises
    ------
    ScenarioError
        If a part is not written as key=value.
    """
    found: dict[str, Any] = {}
    problems = []
    for part in filter(None, (piece.strip() for piece in text.split(";"))):
        try:
            key, value = parse_set(part)
            found[key] = value
        except ValueError as error:
            problems.append(Problem("overrides", str(error)))
    if problems:
        raise ScenarioError(problems)
    return found


def words_in(language: str) -> Words:
    """Return the words of a language, or say which languages there are."""
    try:
        return Words(language)
    except ValueError as error:
        raise ScenarioError([Problem("lang", str(error))]) from None


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


class View:
    """A scenario on the screen.

    Parameters
    ----------
    scenario : str or Path
        A scenario file, or the name of one in ``scenarios/``.
    overrides : str
        Changes, such as ``"crediting.discount=0.95; reserve.rate=0.03"``.
    lang : str
        Language of the page.

    Raises
    ------
    ScenarioError
        With every problem there is.
    """

    def __init__(self, scenario: str | Path, overrides: str = "", lang: str = "en") -> None:
        self.words = words_in(lang)
        file = find_file(scenario)
        self._choices = _scenarios_beside(file)
        file = _asked_for(self._choices) or file
        self._loaded = load_scenario(file, parse_overrides(overrides))
        self._results = compute(self._loaded)
        self._sections: dict[str, Section] = {}
        self._sliders: dict[str, widgets.FloatSlider] = {}
        self._quiet = False

    @property
    def scenario(self) -> Scenario:
        """The scenario as it stands on the screen."""
        return self._results.scenario

    @property
    def results(self) -> Results:
        """The results that are shown, as bare arrays."""
        return self._results

    @property
    def dataset(self) -> xr.Dataset:
        """The results that are shown, as an xarray Dataset."""
        return self._results.to_dataset()

    @property
    def in_app(self) -> bool:
        """Whether the page is an app that Voilà serves."""
        return served_by_voila()

    @property
    def question(self) -> Section:
        """Title, question and answer."""
        return self._section("question")

    @property
    def key_figures(self) -> Section:
        """Cards with the sums over all years."""
        return self._section("key_figures")

    @property
    def assumptions(self) -> Section:
        """What is assumed and what is doubtful."""
        return self._section("assumptions")

    @property
    def components(self) -> Section:
        """The parts of the project and the rules of the reference, where there are several."""
        return self._section("components")

    @property
    def emissions(self) -> Section:
        """BaU, reference and project emissions over the years."""
        return self._section("emissions")

    @property
    def split(self) -> Section:
        """Where the reductions go."""
        return self._section("split")

    @property
    def by_year(self) -> Section:
        """The table by year."""
        return self._section("by_year")

    @property
    def inputs(self) -> Section:
        """Every input with its source."""
        return self._section("inputs")

    @property
    def method(self) -> Section:
        """The method in words and equations."""
        return self._section("method")

    @property
    def notes(self) -> Section:
        """What a reader must know."""
        return self._section("notes")

    @property
    def identity(self) -> Section:
        """What identifies the run."""
        return self._section("identity")

    def _section(self, name: str) -> Section:
        if name not in self._sections:
            style = "" if self._sections else f"<style>{style_sheet()}</style>"
            section = Section(layout=widgets.Layout(width="auto", overflow="visible"))
            section.jcm_style = style
            self._sections[name] = section
            self._fill(name)
        return self._sections[name]

    def _fill(self, name: str) -> None:
        section = self._sections[name]
        section.value = section.jcm_style + SECTIONS[name](self._results, self.words)

    @functools.cached_property
    def controls(self) -> Controls:
        """The scenario picker, the sliders and the reset button."""
        picker = widgets.Dropdown(
            options=[(title, name) for name, (title, _) in self._choices.items()],
            value=self._loaded.name if self._loaded.name in self._choices else None,
            layout=widgets.Layout(width="auto"),
        )
        picker.observe(lambda change: self._pick(change["new"]), "value")
        reset = widgets.Button(description=self.words("controls.reset"))
        reset.on_click(lambda _: self._reset())
        reset.add_class("jcm-reset")
        self._message = widgets.HTML()
        self._grid = widgets.Box(self._slider_boxes())
        self._grid.add_class("jcm-sliders")
        named = _named(self.words("controls.scenario"), "", picker)
        controls = Controls([named, self._grid, reset, self._message])
        controls.add_class("jcm-controls")
        self._say(())
        return controls

    def _pick(self, name: str) -> None:
        if name not in self._choices:
            return
        try:
            self._loaded = load_scenario(self._choices[name][1])
        except ScenarioError as error:  # the file was changed since it was offered
            self._say(error.problems)
            return
        self._sliders.clear()
        self._grid.children = self._slider_boxes()
        self._move()

    def _reset(self) -> None:
        self._quiet = True
        for given in self._loaded.inputs():
            if given.path in self._sliders and given.value.constant is not None:
                self._sliders[given.path].value = given.value.constant
        self._quiet = False
        self._move()

    def _slider_boxes(self) -> tuple[widgets.VBox, ...]:
        offered = [given for given in self._loaded.inputs() if _can_move(given)]
        rest = [given for given in offered if not given.path.startswith("project.")]
        project = [given for given in offered if given.path.startswith("project.")]
        shown = project[: _MOST_SLIDERS - len(rest)] + rest
        return tuple(self._slider_box(given) for given in shown)

    def _slider_box(self, given: Input) -> widgets.VBox:
        slider = _slider(given)
        slider.observe(lambda _: self._move(), "value")
        self._sliders[given.path] = slider
        unit = given.variable.shown_unit
        tail = f" {unit_text(unit)}" if unit_text(unit) else ""
        allowed = self.words(
            "controls.range",
            least=number(slider.min, unit),
            most=number(slider.max, unit),
            unit=tail,
        )
        titles = component_titles(self._loaded, self.words)
        return _named(input_label(given, self.words, titles), allowed, slider)

    def _move(self) -> None:
        """Compute anew and redraw; where the values do not fit, say so and keep the picture."""
        if self._quiet:
            return
        try:
            self._results = compute(self._moved())
        except ScenarioError as error:
            self._say(error.problems)
            return
        for name in self._sections:
            self._fill(name)
        self._say(())

    def _moved(self) -> Scenario:
        changes = {
            given.path: {
                "value": self._sliders[given.path].value,
                "unit": given.value.unit,
                "note": self.words("controls.moved", value=written_text(given.value.written)),
            }
            for given in self._loaded.inputs()
            if given.path in self._sliders and _has_moved(self._sliders[given.path], given)
        }
        return self._loaded.with_(changes) if changes else self._loaded

    def _say(self, problems: tuple[Problem, ...]) -> None:
        messages = [problem.message for problem in problems]
        self._message.value = render("message.html", self.words, messages=messages)


def _can_move(given: Input) -> bool:
    """Tell whether an input gets a slider: one number that the scenario itself gives, not 0."""
    own = not given.is_default and not given.category
    idle = given.path.rpartition(".")[2] in _IDLE
    return own and not idle and given.path.startswith(_MOVED) and bool(given.value.constant)


def _named(label: str, allowed: str, control: widgets.Widget) -> widgets.VBox:
    """Put a name above a control; the page makes it the control's accessible name."""
    name = widgets.HTML(render("label.html", Words(), label=label, allowed=allowed))
    box = widgets.VBox([name, control])
    box.add_class("jcm-input")
    return box


def _slider(given: Input) -> widgets.FloatSlider:
    """Return a slider around a value, the value itself on one of its steps."""
    value = given.value.constant or 0.0
    least = 0.0 if given.variable.least is None else given.variable.least
    most = math.inf if given.variable.most is None else given.variable.most
    low, high = max(0.5 * value, least), min(1.5 * value, most)
    step = _nice((high - low) / _STEPS_OF_A_SLIDER)
    digits = max(
        -math.floor(math.log10(step)), len(f"{value:.4f}".rstrip("0").partition(".")[2]), 0
    )
    share = given.variable.shown_unit == "1"
    return widgets.FloatSlider(
        value=value,
        min=value - math.floor((value - low) / step + 1e-9) * step,
        max=value + math.floor((high - value) / step + 1e-9) * step,
        step=step,
        readout_format=f".{max(digits - 2, 0)}%" if share else f",.{digits}f",
        layout=widgets.Layout(width="auto"),
    )


def _has_moved(slider: widgets.FloatSlider, given: Input) -> bool:
    """Tell a slider that was moved from one whose value the browser gave back a hair off."""
    moved = abs(float(slider.value) - (given.value.constant or 0.0))
    return moved > 0.01 * float(slider.step)


def _nice(step: float) -> float:
    """Return the step 1, 2 or 5 times a power of ten next below, so that read-outs are round."""
    power = 10.0 ** math.floor(math.log10(step))
    return max(m * power for m in (1, 2, 5) if m * power <= step * (1 + 1e-9))


def _scenarios_beside(file: Path) -> Mapping[str, tuple[str, Path]]:
    """Return the scenarios in the folder of `file`: title and file by name, by title.

    They are read for their titles only; whether one is sound is seen when it is picked.
    """
    found: dict[str, tuple[str, Path]] = {}
    for other in file.parent.glob("*.yaml"):
        document = read(other)
        title = document.data.get("title")
        title = title.get("en") if isinstance(title, dict) else title
        if isinstance(title, str) and "project" in document.data:
            found[other.stem] = (title, other)
    return dict(sorted(found.items(), key=lambda item: item[1][0]))


def _asked_for(choices: Mapping[str, tuple[str, Path]]) -> Path | None:
    """Return the scenario that the link of an app names, if it is one of those offered."""
    if not served_by_voila():
        return None
    query = urllib.parse.parse_qs(os.environ.get("QUERY_STRING", ""))
    name = query.get("scenario", [""])[0]
    return choices[name][1] if name in choices else None
