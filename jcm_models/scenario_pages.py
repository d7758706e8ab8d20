"""A page on one scenario, which visitors choose, change, bring along and hand on as a link."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from jcm_models.controls import Action, Control
from jcm_models.documents import parse_overrides
from jcm_models.links import Link, asked
from jcm_models.moved_scenarios import MovedScenario
from jcm_models.offered_scenarios import scenarios_beside
from jcm_models.problems import Problem, ScenarioError
from jcm_models.reading import find_file
from jcm_models.results import Results
from jcm_models.scenario import Scenario
from jcm_models.scenario_choosing import BROUGHT, Offered, in_names, picked, scenario_choice
from jcm_models.section_pages import SectionPage, words_in
from jcm_models.simulation import load_scenario
from jcm_models.visitors import changes_of, load_brought

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["MOVED", "ScenarioPage"]

# What can be set unless a notebook says otherwise; more of it would bury the page.
MOVED = ("project.", "bau.", "reference.", "crediting.", "reserve.rate")


class ScenarioPage(SectionPage):
    """A page on one scenario.

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
    choices : tuple of str
        The keys that get a choice of words.

    Raises
    ------
    ScenarioError
        With every problem there is.
    """

    shares_link_with: ClassVar[tuple[str, ...]] = (
        "reference_vs_bau",
        "credit_allocation",
        "ccs_reserve",
        "compare",
    )
    takes_files = True

    def __init__(
        self,
        scenario: str | Path,
        overrides: str = "",
        lang: str = "en",
        moves: tuple[str, ...] = MOVED,
        choices: tuple[str, ...] = (),
    ) -> None:
        link = asked()
        super().__init__(words_in(link.language or lang))
        self._file = find_file(scenario)
        loaded = load_scenario(self._file, parse_overrides(overrides))
        self._moved = MovedScenario(loaded, moves, choices)
        self._compute()
        if link != Link(language=link.language):
            self._follow(link)

    @property
    def scenario(self) -> Scenario:
        """The scenario as it stands on the screen."""
        return self._moved.scenario

    @property
    def results(self) -> Results:
        """The results that are shown, as bare arrays."""
        return self._moved.results

    @property
    def dataset(self) -> xr.Dataset:
        """The results that are shown, as an xarray Dataset."""
        return self._moved.results.to_dataset()

    @property
    def title(self) -> str:
        """The name of the project."""
        return self.scenario.title.in_language(self.words.language)

    def controls_of(self, group: str) -> Sequence[Control]:
        """Return the scenario picker, the sliders, the choices and the way back."""
        return (
            scenario_choice(self._moved, self._offered(), self.words),
            *self._moved.sliders(self.words),
            *self._moved.options(self.words),
            Action("reset", self.words("controls.reset")),
        )

    def said(self, problem: Problem) -> str:
        """Return a problem in words: what is an input is called by its name."""
        text = super().said(problem)
        return in_names(problem, text, self._moved.loaded, self.words, self.groups)

    def current_results(self) -> Results:
        """Return the results that are shown."""
        return self.results

    def link(self) -> dict[str, list[str]]:
        """Return the query of a link that shows this page, beside its language."""
        return self._moved.link()

    def _set(self, key: str, value: object) -> None:
        if key == "scenario" and value != BROUGHT:
            self._moved = self._moved.on(picked(str(value), self._offered()))
        elif key == "reset":
            self._moved.changes.clear()
        elif key == "upload" and isinstance(value, dict):
            text, name = str(value.get("text", "")), str(value.get("name", ""))
            brought = load_brought(text, self._file.parent, name)
            self._moved = self._moved.on(brought, brought=text)
        elif key != "scenario":
            self._moved.put(key, value)

    def _compute(self) -> None:
        self._moved.compute(self.words)

    def _offered(self) -> Offered:
        """Return the scenarios to choose from: title and file by name."""
        return scenarios_beside(self._file, self.words.language)

    def _follow(self, link: Link) -> None:
        """Show what a link asks for, and say what of it cannot be."""
        problems = list(link.problems)
        try:
            self._moved = self._linked(link)
            self._compute()
        except ScenarioError as error:
            problems += error.problems
        self.problems = tuple(problems)

    def _linked(self, link: Link) -> MovedScenario:
        changes = changes_of(link.changes)
        if link.file:
            scenario = load_brought(link.file, self._file.parent, BROUGHT)
        else:
            named = link.scenario
            scenario = picked(named, self._offered()) if named else self._moved.loaded
        return self._moved.on(scenario, changes, link.file)
