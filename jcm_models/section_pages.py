"""A page of sections and controls, in the three lives of a notebook.

In JupyterLab the sections are widgets that follow stock sliders, in a report they are plain HTML,
and in an app they are parts of a page that browser and kernel keep in step (``live_pages``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from jcm_models.controls import Control
from jcm_models.lives import in_a_report, in_an_app, served_by_voila
from jcm_models.pieces import render
from jcm_models.problems import Problem, ScenarioError
from jcm_models.styles import style_sheet
from jcm_models.wording import Words

if TYPE_CHECKING:
    from jcm_models.downloads import Download
    from jcm_models.results import Results

__all__ = [
    "ControlGroups",
    "Controls",
    "Section",
    "SectionPage",
    "words_in",
]

LANGUAGE = "language"
_LONGEST_KEY = 80
# What many visitors never ask for; an app shows its heading until they do.
_FOLDED = ("inputs", "method", "identity", "issuances")
_HEAD = re.compile(r"<h2>(.*?)</h2>", re.DOTALL)
_END_OF_A_FIGURE = "</figcaption></figure>"


def words_in(language: str) -> Words:
    """Return the words of a language, or say which languages there are."""
    try:
        return Words(language)
    except ValueError as error:
        raise ScenarioError([Problem("lang", str(error))]) from None


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
            return _alone(self.value)
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


def _alone(html: str) -> dict[str, Any]:
    """Return HTML with nothing beside it; IPython would add the name of an object as text."""
    return {"text/html": html, "text/plain": ""}


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
            return _alone("")
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
            return _alone("")
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

    def fill_stale(self, names: Iterable[str] | None = None) -> list[Section]:
        """Draw those sections anew that no longer say what is; return them.

        Parameters
        ----------
        names : iterable of str, optional
            The sections that are seen; all of them unless given.
        """
        wanted = self._stale & set(self._sections if names is None else names)
        drawn = [name for name in self._sections if name in wanted]
        for name in drawn:
            self._fill(name)
        return [self._sections[name] for name in drawn]

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
        html = self._controls_html(name) if name in self.groups else self._html(name)
        self._sections[name].fill(html)
        self._stale.discard(name)

    def _controls_html(self, group: str) -> str:
        controls = self.controls_of(group)
        if not controls:
            return ""
        told = self.told_in(group)
        return render(
            "controls.html",
            self.words,
            group=group,
            heading=self.heading_of(group),
            headed=self.shows_headings,
            folded=group == self.groups[0],
            controls=controls,
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
