"""A page on one scenario, which visitors choose, change, bring along and hand on as a link."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from jcm_models.controls import Action, Choice, Control
from jcm_models.documents import parse_overrides
from jcm_models.input_sections import component_titles, input_label
from jcm_models.links import Link, asked
from jcm_models.moved_scenarios import MovedScenario
from jcm_models.offered_scenarios import scenarios_beside
from jcm_models.problems import Problem, ScenarioError, nearest
from jcm_models.reading import find_file
from jcm_models.results import Results
from jcm_models.scenario import Scenario
from jcm_models.section_pages import SectionPage, words_in
from jcm_models.simulation import load_scenario
from jcm_models.visitors import changes_of, load_brought

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["MOVED", "ScenarioPage"]

# What can be set unless a notebook says otherwise; more of it would bury the page.
MOVED = ("project.", "bau.", "reference.", "crediting.", "reserve.rate")
_BROUGHT = "brought"  # a scenario that no file here holds
_LONGEST_NAME = 80
_CONTROLS = {"scenario", "language", "lang", "upload", "link"}


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
        self._moves, self._choices = moves, choices
        self._file = find_file(scenario)
        self._moved = self._of(load_scenario(self._file, parse_overrides(overrides)))
        self._compute()
        if link != Link(language=link.language):
            self._follow(link)

    def _of(self, scenario: Scenario, brought: str = "") -> MovedScenario:
        return MovedScenario(scenario, self._moves, self._choices, brought)

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
        offered = self._offered()
        options = [(name, title) for name, (title, _) in offered.items()]
        own = self._moved.loaded.name
        if self._moved.brought:
            own = _BROUGHT
            options.insert(0, (own, self.words("controls.brought", title=self.title)))
        return (
            Choice("scenario", self.words("controls.scenario"), tuple(options), own),
            *self._moved.sliders(self.words),
            *self._moved.options(self.words),
            Action("reset", self.words("controls.reset")),
        )

    def said(self, problem: Problem) -> str:
        """Return a problem in words: what is an input is called by its name."""
        text = super().said(problem)
        titles = component_titles(self._moved.loaded, self.words)
        names: dict[str, str] = {}
        for given in self._moved.loaded.inputs():
            label = input_label(given, self.words, titles)
            names[given.path] = label
            section = given.path.rpartition(".")[0]
            if "." in section:  # a section is called by the first of its inputs
                names.setdefault(section, label)
        if problem.path not in {*names, "", *self.groups, *_CONTROLS}:
            text = self.words("text.labelled", name=problem.path, text=text)
        for key in sorted(names, key=len, reverse=True):
            text = text.replace(key, self.words("controls.quoted", name=names[key]))
        return text

    def current_results(self) -> Results:
        """Return the results that are shown."""
        return self.results

    def link(self) -> dict[str, list[str]]:
        """Return the query of a link that shows this page, beside its language."""
        return self._moved.link()

    def _set(self, key: str, value: object) -> None:
        if key == "scenario" and value != _BROUGHT:
            self._moved = self._of(self._picked(str(value)))
        elif key == "reset":
            self._moved.changes.clear()
        elif key == "upload" and isinstance(value, dict):
            text, name = str(value.get("text", "")), str(value.get("name", ""))
            self._moved = self._of(load_brought(text, self._file.parent, name), text)
        elif key != "scenario":
            self._moved.put(key, value)

    def _compute(self) -> None:
        self._moved.compute(self.words)

    def _offered(self) -> Mapping[str, tuple[str, Path]]:
        """Return the scenarios to choose from: title and file by name."""
        return scenarios_beside(self._file, self.words.language)

    def _picked(self, name: str) -> Scenario:
        offered = self._offered()
        if name not in offered:
            text = f"there is no scenario {name[:_LONGEST_NAME]!r}{nearest(name, offered)}"
            raise ScenarioError([Problem("scenario", text)])
        return load_scenario(offered[name][1])

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
            scenario = load_brought(link.file, self._file.parent, _BROUGHT)
        else:
            scenario = self._picked(link.scenario) if link.scenario else self._moved.loaded
        own = MovedScenario(scenario, self._moves, self._choices, link.file).keys()
        further = {key: value for key, value in changes.items() if key not in own}
        moved = self._of(scenario.with_(further) if further else scenario, link.file)
        moved.further = further
        for key, value in changes.items():
            if key in own:
                moved.put(key, value)
        return moved
