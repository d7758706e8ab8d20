"""A page of sections and controls, in the three lives of a notebook.

In JupyterLab the sections are widgets that follow stock sliders, in a report they are plain HTML,
and in an app they are parts of a page that browser and kernel keep in step (``live_pages``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from jcm_models.control_forms import controls_html
from jcm_models.controls import Control
from jcm_models.figures.palette import Look
from jcm_models.figures.svg import only
from jcm_models.lives import in_a_report, in_an_app, served_by_voila
from jcm_models.page_sections import Section, alone
from jcm_models.problems import Problem, ScenarioError
from jcm_models.styles import style_sheet
from jcm_models.wording import Words

if TYPE_CHECKING:
    from jcm_models.downloads import Download
    from jcm_models.results import Results

__all__ = [
    "ControlGroups",
    "Controls",
    "SectionPage",
    "words_in",
]

LANGUAGE = "language"
_LONGEST_KEY = 80


def words_in(language: str) -> Words:
    """Return the words of a language, or say which languages there are."""
    try:
        return Words(language)
    except ValueError as error:
        raise ScenarioError([Problem("lang", str(error))]) from None


class Controls:
    """The controls of a page; a report shows nothing in their place."""

    def __init__(self, page: SectionPage, group: str) -> None:
        self._page = page
        self._group = group
        self._widget: Any = None

    @property
    def widget(self) -> Any:
        """The controls as widgets of Jupyter, which follow the page."""
        from jcm_models.lab_widgets import ControlBox

        if self._widget is None:
            self._widget = ControlBox(self._page, self._group)
        return self._widget

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        if in_an_app():
            return self._page.section(self._group)._repr_mimebundle_(**kwargs)
        if in_a_report():
            return alone("")
        bundle: dict[str, Any] = self.widget.box._repr_mimebundle_(**kwargs) or {}
        return {**bundle, "text/html": ""}


class ControlGroups:
    """Several groups of controls, shown one below the other in an app, and side by side else."""

    def __init__(self, groups: Sequence[Controls]) -> None:
        self._groups = groups

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        if in_an_app():
            parts = [group._repr_mimebundle_(**kwargs)["text/html"] for group in self._groups]
            return {"text/html": "".join(parts)}
        if in_a_report():
            return alone("")
        from jcm_models.lab_widgets import side_by_side

        box = side_by_side([group.widget.box for group in self._groups])
        bundle: dict[str, Any] = box._repr_mimebundle_(**kwargs) or {}
        return {**bundle, "text/html": ""}


class SectionPage:
    """A page whose sections are drawn when they are asked for, and again when something moves.

    A page of its own says in `_html` what a section holds, in `controls_of` what can be set, and in
    `_set` what that does.

    Parameters
    ----------
    words : Words
        The language of the page.
    """

    # The sections that hold controls, by the keys that these begin with; the first holds the rest.
    groups: ClassVar[tuple[str, ...]] = ("controls",)

    def __init__(self, words: Words) -> None:
        self.words = words
        self.problems: tuple[Problem, ...] = ()
        self._sections: dict[str, Section] = {}
        self._stale: set[str] = set()
        self._boxes: dict[str, Controls] = {}
        if in_an_app():
            from jcm_models.live_pages import serve

            serve(self)

    @property
    def in_app(self) -> bool:
        """Whether the page is an app that Voilà serves."""
        return served_by_voila()

    def section(self, name: str) -> Section:
        """Return a section by its name; the first brings the style of the page."""
        if name not in self._sections:
            style = "" if self._sections else f"<style>{style_sheet()}</style>"
            self._sections[name] = Section(name, style)
            self._fill(name)
        return self._sections[name]

    @property
    def controls(self) -> Controls:
        """What can be set on the page."""
        return self.controls_in(self.groups[0])

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

    def controls_of(self, group: str) -> Sequence[Control]:
        """Return the controls of a group as they stand."""
        raise NotImplementedError(group)

    def change(self, changes: Iterable[tuple[str, object]]) -> bool:
        """Set controls, and draw the page anew.

        Parameters
        ----------
        changes : iterable of (str, object)
            Keys of controls and what they are set to; None is for buttons and for what goes back
            to what the scenario says.

        Returns
        -------
        bool
            Whether all is well; else `problems` says what is not, and the last picture stays.
        """
        before = self.words.language
        self.problems = ()
        self.try_to(changes)
        self._refill(spoken=self.words.language != before)
        return not self.problems

    def try_to(self, changes: Iterable[tuple[str, object]]) -> None:
        """Set controls, and note what cannot be."""
        try:
            for key, value in changes:
                if key == LANGUAGE:
                    self._speak(str(value))
                else:
                    self._set(key, value)
            self._compute()
        except ScenarioError as error:
            self.problems = (*self.problems, *error.problems)

    # Apps that understand the link of this one, and whether it reads scenarios that visitors bring.
    shares_link_with: ClassVar[tuple[str, ...]] = ()
    takes_files: ClassVar[bool] = False

    def current_results(self) -> Results | None:
        """Return the results that are shown, where the page shows those of one scenario."""
        return None

    # What the button that opens a file is called, and whether groups of controls show their names.
    upload: ClassVar[str] = "app.upload"
    shows_headings: ClassVar[bool] = False

    @property
    def stem(self) -> str:
        """How the names of files begin that are taken along."""
        results = self.current_results()
        return "jcm" if results is None else results.scenario.name

    def files(self) -> Mapping[str, tuple[str, Callable[[], Download]]]:
        """Return further files to take along, by kind: what each is called, and what makes it."""
        return {}

    def name_of_file(self, kind: str) -> str:
        """Return what a file of the results is called."""
        return self.words(f"app.download_{kind}")

    def link_to(self, app: str) -> dict[str, list[str]]:
        """Return what a link to another app says of this page, beside its language."""
        return self.link() if app in self.shares_link_with else {}

    def strip(self) -> str:
        """Return the few figures that stay in sight while something is moved."""
        return ""

    def link(self) -> dict[str, list[str]]:
        """Return the query of a link that shows this page, beside its language."""
        return {}

    @property
    def title(self) -> str:
        """What a window with this page is called."""
        return ""

    def names(self) -> tuple[str, ...]:
        """Return the names of the sections that have been asked for."""
        return tuple(self._sections)

    def fill_stale(
        self, names: Iterable[str] | None = None, look: Look | None = None
    ) -> list[Section]:
        """Draw those sections anew that no longer say what is; return them.

        Parameters
        ----------
        names : iterable of str, optional
            The sections that are seen; all of them unless given.
        look : Look, optional
            The one size in which figures are seen; what has a figure stays to be drawn whole.
        """
        wanted = self._stale & set(self._sections if names is None else names)
        drawn = [section for name, section in self._sections.items() if name in wanted]
        for section in drawn:
            if look is None:
                self._fill(section.name)
            else:
                self._fill_in_part(section, look)
        return drawn

    @property
    def is_stale(self) -> bool:
        """Whether a section is still to be drawn anew."""
        return bool(self._stale)

    def controls_in(self, group: str) -> Controls:
        """Return a group of controls, to be shown."""
        return self._boxes.setdefault(group, Controls(self, group))

    def _html(self, name: str) -> str:
        """Return what a section holds."""
        raise NotImplementedError(name)

    def _set(self, key: str, value: object) -> None:
        """Set one control; say what is allowed where that cannot be."""
        raise ScenarioError([Problem(key[:_LONGEST_KEY], "cannot be set here")])

    def _compute(self) -> None:
        """Compute what the controls now say."""

    def _speak(self, language: str) -> None:
        self.words = words_in(language)

    def _fill(self, name: str) -> None:
        self._sections[name].fill(self._drawn(name))
        self._stale.discard(name)

    def _fill_in_part(self, section: Section, look: Look) -> None:
        with only(look):
            html = self._drawn(section.name)
        if section.fill_in_part(html, look):
            self._stale.discard(section.name)

    def _drawn(self, name: str) -> str:
        return self._controls_html(name) if name in self.groups else self._html(name)

    def _controls_html(self, group: str) -> str:
        controls = self.controls_of(group)
        if not controls:
            return ""
        told = self.told_in(group)
        return controls_html(
            controls,
            self.words,
            group=group,
            heading=self.heading_of(group),
            headed=self.shows_headings,
            folded=group == self.groups[0],
            wrong={problem.path for problem in told},
            messages=[self.said(problem) for problem in told],
        )

    def told_in(self, group: str) -> list[Problem]:
        """Return the problems that a group of controls tells: its own, the first also the rest."""
        groups = self.groups if self.problems else ()  # controls take long to describe
        owners = {control.key: name for name in groups for control in self.controls_of(name)}
        return [p for p in self.problems if owners.get(p.path, self.groups[0]) == group]

    def heading_of(self, group: str) -> str:
        """Return what a group of controls is called."""
        return self.words("controls.heading")

    def said(self, problem: Problem) -> str:
        """Return a problem in words: what is an input is called by its name."""
        return self.words.problem(problem)

    def _refill(self, *, spoken: bool) -> None:
        """Mark every section as past; where nobody asks for them one by one, draw them all."""
        kept = self.problems and not spoken  # the last good picture, in its language
        self._stale |= set(self.groups if kept else self._sections) & set(self._sections)
        if in_an_app():
            return
        self.fill_stale()
        for box in self._boxes.values():
            box.widget.follow()
