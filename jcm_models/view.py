"""A scenario on the screen: sections that follow sliders, and stand still in a report.

Each section shows itself as a widget where something can move it, and as plain HTML where nothing
can: papermill, nbconvert, a page on paper. So one notebook has three lives.
"""

from __future__ import annotations

import functools
import os
import urllib.parse
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from jcm_models.components import Input
from jcm_models.credit_sections import CREDIT_SECTIONS
from jcm_models.documents import parse_overrides, read
from jcm_models.input_sections import component_titles, input_label
from jcm_models.pieces import render
from jcm_models.problems import Problem, ScenarioError
from jcm_models.reading import find_file
from jcm_models.results import Results
from jcm_models.scenario import Scenario
from jcm_models.section_pages import Controls, Section, SectionPage, served_by_voila
from jcm_models.sections import SECTIONS
from jcm_models.simulation import compute, load_scenario
from jcm_models.sliders import can_move, has_moved, named, slider_for
from jcm_models.storage_sections import STORAGE_SECTIONS
from jcm_models.wording import Words, number

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["View", "asked_for", "scenarios_beside", "words_in"]

_SECTIONS = {**SECTIONS, **CREDIT_SECTIONS, **STORAGE_SECTIONS}

# What sliders move unless a notebook says otherwise; more of them would bury the page.
MOVED = ("project.", "bau.", "reference.", "crediting.", "reserve.rate")
_MOST_SLIDERS = 10


def words_in(language: str) -> Words:
    """Return the words of a language, or say which languages there are."""
    try:
        return Words(language)
    except ValueError as error:
        raise ScenarioError([Problem("lang", str(error))]) from None


class View(SectionPage):
    """A scenario on the screen.

    Parameters
    ----------
    scenario : str or Path
        A scenario file, or the name of one in ``scenarios/``.
    overrides : str
        Changes, such as ``"crediting.discount=0.95; reserve.rate=0.03"``.
    lang : str
        Language of the page.
    moves : tuple of str
        How the keys begin that get sliders, the first of them first.

    Raises
    ------
    ScenarioError
        With every problem there is.
    """

    def __init__(
        self,
        scenario: str | Path,
        overrides: str = "",
        lang: str = "en",
        moves: tuple[str, ...] = MOVED,
    ) -> None:
        self.words = words_in(lang)
        self._moves = moves
        file = find_file(scenario)
        self._choices = scenarios_beside(file, lang)
        file = asked_for(self._choices) or file
        self._loaded = load_scenario(file, parse_overrides(overrides))
        self._results = compute(self._loaded)
        super().__init__()
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
    def question(self) -> Section:
        """Title, question and answer."""
        return self.section("question")

    @property
    def balance_question(self) -> Section:
        """Title, question, and the answer on both countries' balances first."""
        return self.section("balance_question")

    @property
    def reserve_question(self) -> Section:
        """Title, question, and the answer on the reserve first."""
        return self.section("reserve_question")

    @property
    def key_figures(self) -> Section:
        """Cards with the sums over all years."""
        return self.section("key_figures")

    @property
    def components(self) -> Section:
        """The parts of the project and the rules of the reference, where there are several."""
        return self.section("components")

    @property
    def emissions(self) -> Section:
        """BaU, reference and project emissions over the years."""
        return self.section("emissions")

    @property
    def split(self) -> Section:
        """Where the reductions go."""
        return self.section("split")

    @property
    def contributions(self) -> Section:
        """Who contributes what, and the shares that follow."""
        return self.section("contributions")

    @property
    def allocated(self) -> Section:
        """The tonnes of each party by vintage."""
        return self.section("allocated")

    @property
    def issuances(self) -> Section:
        """The issuances, where there are monitoring periods."""
        return self.section("issuances")

    @property
    def flow(self) -> Section:
        """Where the outcome ends up."""
        return self.section("flow")

    @property
    def balances(self) -> Section:
        """What both countries adjust, and how they stand against their NDCs."""
        return self.section("balances")

    @property
    def reserve_answer(self) -> Section:
        """Whether the reserve suffices, in sentences."""
        return self.section("reserve_answer")

    @property
    def stored(self) -> Section:
        """CO2 injected, stored and leaked."""
        return self.section("stored")

    @property
    def reserve_account(self) -> Section:
        """The balance of the reserve, and who bears reversals."""
        return self.section("reserve_account")

    @property
    def adequacy(self) -> Section:
        """With which probability which reserve suffices."""
        return self.section("adequacy")

    @property
    def required_rate(self) -> Section:
        """The reserve that suffices for so many years."""
        return self.section("required_rate")

    @property
    def diversification(self) -> Section:
        """What more sites save."""
        return self.section("diversification")

    @property
    def by_year(self) -> Section:
        """The table by year."""
        return self.section("by_year")

    def _html(self, name: str) -> str:
        return _SECTIONS[name](self._results, self.words)

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
        choice = named(self.words("controls.scenario"), "", picker)
        controls = Controls([choice, self._grid, reset, self._message])
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
        offered = [given for given in self._loaded.inputs() if can_move(given, self._moves)]
        first = [given for given in offered if given.path.startswith(self._moves[0])]
        rest = [given for given in offered if not given.path.startswith(self._moves[0])]
        shown = first[: max(_MOST_SLIDERS - len(rest), 0)] + rest[:_MOST_SLIDERS]
        return tuple(self._slider_box(given) for given in shown)

    def _slider_box(self, given: Input) -> widgets.VBox:
        slider = slider_for(given)
        slider.observe(lambda _: self._move(), "value")
        self._sliders[given.path] = slider
        unit = given.variable.shown_unit
        said = self.words.unit(unit)
        tail = f" {said}" if said else ""
        allowed = self.words(
            "controls.range",
            least=number(slider.min, unit),
            most=number(slider.max, unit),
            unit=tail,
        )
        titles = component_titles(self._loaded, self.words)
        return named(input_label(given, self.words, titles), allowed, slider)

    def _move(self) -> None:
        """Compute anew and redraw; where the values do not fit, say so and keep the picture."""
        if self._quiet:
            return
        try:
            self._results = compute(self._moved())
        except ScenarioError as error:
            self._say(error.problems)
            return
        self._refill()
        self._say(())

    def _moved(self) -> Scenario:
        changes = {
            given.path: {
                "value": self._sliders[given.path].value,
                "unit": given.value.unit,
                "note": self.words("controls.moved", value=self.words.written(given.value.written)),
            }
            for given in self._loaded.inputs()
            if given.path in self._sliders and has_moved(self._sliders[given.path], given)
        }
        return self._loaded.with_(changes) if changes else self._loaded

    def _say(self, problems: tuple[Problem, ...]) -> None:
        messages = [problem.message for problem in problems]
        self._message.value = render("message.html", self.words, messages=messages)


def scenarios_beside(file: Path, language: str = "en") -> Mapping[str, tuple[str, Path]]:
    """Return the scenarios in the folder of `file`: title and file by name, by title.

    They are read for their titles only; whether one is sound is seen when it is picked.
    """
    found: dict[str, tuple[str, Path]] = {}
    for other in file.parent.glob("*.yaml"):
        title = _title_in(other.resolve(), other.stat().st_mtime_ns)
        if isinstance(title, dict):
            title = title.get(language, title.get("en"))
        if isinstance(title, str):
            found[other.stem] = (title, other)
    return dict(sorted(found.items(), key=lambda item: item[1][0]))


@functools.cache
def _title_in(file: Path, _when: int) -> Any:
    """Return the title that a file gives its project, if it has one; read anew when changed."""
    data = read(file).data
    return data.get("title") if "project" in data else None


def asked_for(choices: Mapping[str, tuple[str, Path]]) -> Path | None:
    """Return the scenario that the link of an app names, if it is one of those offered."""
    if not served_by_voila():
        return None
    query = urllib.parse.parse_qs(os.environ.get("QUERY_STRING", ""))
    name = query.get("scenario", [""])[0]
    return choices[name][1] if name in choices else None
