"""Two scenarios side by side on the screen: choose both, move either, and see what differs."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from jcm_models.controls import Action, Control
from jcm_models.documents import parse_overrides
from jcm_models.links import UNREADABLE, Link, asked, unpacked
from jcm_models.moved_scenarios import MovedScenario
from jcm_models.offered_scenarios import scenarios_beside
from jcm_models.page_sections import Section
from jcm_models.pair_downloads import pair_files
from jcm_models.pair_sections import PAIR_SECTIONS, key_figures
from jcm_models.pairs import LETTERS, Pair
from jcm_models.problems import Problem, ScenarioError
from jcm_models.reading import find_file
from jcm_models.results import Results
from jcm_models.scenario import Scenario
from jcm_models.scenario_choosing import BROUGHT, Offered, in_names, picked, scenario_choice
from jcm_models.scenario_pages import MOVED
from jcm_models.section_pages import ControlGroups, SectionPage, words_in
from jcm_models.simulation import load_scenario
from jcm_models.visitors import changes_of, load_brought

if TYPE_CHECKING:
    import xarray as xr

    from jcm_models.downloads import Download

__all__ = ["ComparePage"]

FIRST, SECOND = "first", "second"
_SWAP, _COPY, _RESET = "swap", "copy", "reset"
# What a link says of each side: its name, its changes, its text.
_LINKED = {FIRST: ("first", "set1", "file1"), SECOND: ("second", "set2", "file2")}


class ComparePage(SectionPage):
    """Two scenarios on the screen, the second compared with the first.

    Parameters
    ----------
    scenario, other : str or Path
        Scenario files, or names of some in ``scenarios/``; the other is the first where it is
        empty.
    overrides, other_overrides : str
        Changes of each, such as ``"crediting.discount=0.95; reserve.rate=0.03"``.
    lang : str
        Language of the page.

    Raises
    ------
    ScenarioError
        With every problem there is in either.
    """

    groups = (FIRST, SECOND)
    shares_link_with: ClassVar[tuple[str, ...]] = (
        "reference_vs_bau",
        "credit_allocation",
        "ccs_reserve",
    )
    takes_files = True
    upload = "compare.upload"
    shows_headings = True

    def __init__(
        self,
        scenario: str | Path,
        other: str | Path = "",
        overrides: str = "",
        other_overrides: str = "",
        lang: str = "en",
    ) -> None:
        link = asked()
        super().__init__(words_in(link.language or lang))
        self._file = find_file(scenario)
        written = [(self._file, overrides), (find_file(other or scenario), other_overrides)]
        loaded = _all_loaded(written)
        self._sides = {
            name: MovedScenario(each, MOVED) for name, each in zip(self.groups, loaded, strict=True)
        }
        self._compute()
        if link != Link(language=link.language):
            self._follow(link)

    @property
    def results(self) -> tuple[Results, Results]:
        """The results of both, as bare arrays."""
        return self._pair.sides

    @property
    def scenarios(self) -> tuple[Scenario, Scenario]:
        """Both scenarios as they stand on the screen."""
        first, second = (each.scenario for each in self._pair.sides)
        return first, second

    @property
    def datasets(self) -> tuple[xr.Dataset, xr.Dataset]:
        """The results of both, as xarray Datasets."""
        first, second = (each.to_dataset() for each in self._pair.sides)
        return first, second

    @property
    def controls(self) -> ControlGroups:  # type: ignore[override]
        """What can be set: both scenarios, each in a group of its own."""
        return ControlGroups([self.controls_in(group) for group in self.groups])

    @property
    def question(self) -> Section:
        """Both titles, the question and the answer."""
        return self.section("question")

    @property
    def key_figures(self) -> Section:
        """Cards with the sums of both, and the differences."""
        return self.section("key_figures")

    @property
    def emissions(self) -> Section:
        """BaU, reference and project emissions of both, on the same axes."""
        return self.section("emissions")

    @property
    def split(self) -> Section:
        """Where the reductions of both go."""
        return self.section("split")

    @property
    def by_year(self) -> Section:
        """The table by year."""
        return self.section("by_year")

    @property
    def differing(self) -> Section:
        """The inputs that differ."""
        return self.section("differing")

    @property
    def title(self) -> str:
        """What a window with this page is called."""
        language = self.words.language
        first, second = (each.title.in_language(language) for each in self.scenarios)
        if self._pair.is_one_project:
            return self.words("compare.title_one", first=first)
        return self.words("compare.title", first=first, second=second)

    @property
    def stem(self) -> str:
        """How the names of files begin that are taken along."""
        return "_and_".join(dict.fromkeys(each.name for each in self.scenarios))

    def heading_of(self, group: str) -> str:
        """Return what a group of controls is called."""
        return self.words(f"compare.heading_{group}")

    def controls_of(self, group: str) -> Sequence[Control]:
        """Return the picker of a side, its sliders, and what the buttons do."""
        side = self._sides[group]
        own: list[Control] = [
            scenario_choice(side, self._offered(), self.words),
            *side.sliders(self.words),
            *side.options(self.words),
            Action(_RESET, self.words(f"compare.reset_{group}")),
        ]
        both = {FIRST: _SWAP, SECOND: _COPY}[group]
        named = [replace(each, key=_key(group, each.key)) for each in own]
        return (*named, Action(both, self.words(f"compare.{both}")))

    def told_in(self, group: str) -> list[Problem]:
        """Return the problems of a side; the first also tells those of neither."""
        sides = [(problem, problem.path.partition(":")[0]) for problem in self.problems]
        return [p for p, own in sides if (own if own in self.groups else FIRST) == group]

    def said(self, problem: Problem) -> str:
        """Return a problem in words: inputs are called by their names, and their side by its."""
        group, _, path = problem.path.partition(":")
        if group not in self.groups:
            return super().said(problem)
        bare = replace(problem, path=path)
        scenario = self._sides[group].loaded
        text = in_names(bare, super().said(bare), scenario, self.words, self.groups)
        letter = LETTERS[self.groups.index(group)]
        return self.words("compare.of_side", side=letter, text=text)

    def strip(self) -> str:
        """Return the few figures that stay in sight while something is moved."""
        return key_figures(self._pair, self.words, "pair_strip.html")

    def link(self) -> dict[str, list[str]]:
        """Return the query of a link that shows this page, beside its language."""
        said: dict[str, list[str]] = {}
        for group, side in self._sides.items():
            name, sets, file = _LINKED[group]
            own = side.link()
            said |= {file: own["file"]} if "file" in own else {name: own["scenario"]}
            said[sets] = own["set"]
        return said

    def link_to(self, app: str) -> dict[str, list[str]]:
        """Return what a link to another app says: the second scenario, as it stands."""
        return self._sides[SECOND].link() if app in self.shares_link_with else {}

    def files(self) -> Mapping[str, tuple[str, Callable[[], Download]]]:
        """Return the files to take along: the comparison, both scenarios, the report."""
        return pair_files(self, self._pair, self.link())

    def _html(self, name: str) -> str:
        return PAIR_SECTIONS[name](self._pair, self.words)

    def _set(self, key: str, value: object) -> None:
        group, _, own = key.partition(":")
        if key == _SWAP:
            first, second = self._sides.values()
            self._sides = {FIRST: second, SECOND: first}
        elif key == _COPY:
            self._sides[SECOND] = self._sides[FIRST].copy()
        elif key == "upload" and isinstance(value, dict):
            text, name = str(value.get("text", "")), str(value.get("name", ""))
            with _of(SECOND):
                brought = load_brought(text, self._file.parent, name)
                self._sides[SECOND] = self._sides[SECOND].on(brought, brought=text)
        elif group in self.groups:
            with _of(group):
                self._set_side(group, own, value)
        else:
            super()._set(key, value)

    def _set_side(self, group: str, key: str, value: object) -> None:
        side = self._sides[group]
        if key == _RESET:
            side.changes.clear()
        elif key != "scenario":
            side.put(key, value)
        elif value != BROUGHT:
            self._sides[group] = side.on(picked(str(value), self._offered()))

    def _compute(self) -> None:
        problems: list[Problem] = []
        for group, side in self._sides.items():
            try:
                with _of(group):
                    side.compute(self.words)
            except ScenarioError as error:
                problems += error.problems
        first, second = (side.results for side in self._sides.values())
        self._pair = Pair(first, second)
        if problems:
            raise ScenarioError(problems)

    def _offered(self) -> Offered:
        """Return the scenarios to choose from: title and file by name."""
        return scenarios_beside(self._file, self.words.language)

    def _follow(self, link: Link) -> None:
        """Show what a link asks for, and say what of it cannot be."""
        problems = list(link.problems)
        for group, ask in self._asked_of(link):
            try:
                with _of(group):
                    self._sides[group] = ask()
                self._compute()
            except ScenarioError as error:
                problems += error.problems
        self.problems = tuple(dict.fromkeys(problems))

    def _asked_of(self, link: Link) -> Iterator[tuple[str, Callable[[], MovedScenario]]]:
        """Yield what a link asks of each side; one of another app asks for before and after."""
        if link.scenario or link.file or link.changes:
            name, file, changes = link.scenario, link.file, link.changes
            yield FIRST, lambda: self._linked(FIRST, name, (), file)
            yield SECOND, lambda: self._linked(FIRST, name, changes, file)
        for group, (name_key, set_key, file_key) in _LINKED.items():
            if {name_key, set_key, file_key} & set(link.more):
                yield group, self._own_part(group, link)

    def _own_part(self, group: str, link: Link) -> Callable[[], MovedScenario]:
        name_key, set_key, file_key = _LINKED[group]
        packed = link.one(file_key)

        def ask() -> MovedScenario:
            text = unpacked(packed) if packed else ""
            if packed and not text:
                raise ScenarioError([Problem("link", UNREADABLE)])
            return self._linked(group, link.one(name_key), link.more.get(set_key, ()), text)

        return ask

    def _linked(self, group: str, name: str, texts: Sequence[str], file: str) -> MovedScenario:
        changes = changes_of(texts)
        side = self._sides[group]
        if file:
            scenario = load_brought(file, self._file.parent, BROUGHT)
        else:
            scenario = picked(name, self._offered()) if name else side.loaded
        return side.on(scenario, changes, file)


def _key(group: str, key: str) -> str:
    return f"{group}:{key}"


def _all_loaded(written: Sequence[tuple[Path, str]]) -> list[Scenario]:
    """Load scenarios with their changes, or raise with all that is wrong with any."""
    found: list[Scenario] = []
    problems: list[Problem] = []
    for file, overrides in written:
        try:
            found.append(load_scenario(file, parse_overrides(overrides)))
        except ScenarioError as error:
            problems += error.problems
    if problems:
        raise ScenarioError(problems)
    return found


@contextlib.contextmanager
def _of(group: str) -> Iterator[None]:
    """Say of which side it is what is wrong."""
    try:
        yield
    except ScenarioError as error:
        raise ScenarioError(
            replace(each, path=_key(group, each.path)) for each in error.problems
        ) from None
