"""The methods on a page: families, equations, inputs and a worked example each.

All of it is read from the code, the table of variables and the worked examples.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from jcm_models.controls import Choice
from jcm_models.defaults import default_of
from jcm_models.downloads import Download
from jcm_models.input_sections import input_rows
from jcm_models.links import asked
from jcm_models.method_catalogue import Method, MethodInput, find_method, method_names
from jcm_models.method_sections import equation_rows
from jcm_models.methods_downloads import Described, method_files
from jcm_models.page_sections import Section
from jcm_models.pieces import mathml, render
from jcm_models.problems import Problem, ScenarioError, nearest
from jcm_models.section_pages import SectionPage, words_in
from jcm_models.variables import (
    DefaultByChoice,
    Label,
    Variable,
    choice_label,
    families,
    result_variables,
)
from jcm_models.wording import Words, number
from jcm_models.worked_examples import WorkedExample, worked_examples

__all__ = ["MethodsPage"]

ALL = "all"
_LONGEST_NAME = 80
_WHOLE_FROM = 100


class MethodsPage(SectionPage):
    """The methods there are, on the screen.

    Parameters
    ----------
    family : str
        The family shown; ``all`` shows every one.
    lang : str
        Language of the page.

    Raises
    ------
    ScenarioError
        If there is no such family or language.
    """

    def __init__(self, family: str = ALL, lang: str = "en") -> None:
        link = asked()
        super().__init__(words_in(link.language or lang))
        self._shown = ALL
        self._set("family", family)
        self.problems = link.problems
        self.try_to([("family", link.one("family"))] if link.one("family") else [])

    @property
    def heading(self) -> Section:
        """What the page is, and how many methods it shows."""
        return self.section("heading")

    @property
    def body(self) -> Section:
        """The families: equations, inputs and worked examples."""
        return self.section("body")

    @property
    def title(self) -> str:
        """What a window with this page is called."""
        return self.words("app.methods")

    def link(self) -> dict[str, list[str]]:
        """Return the query of a link that shows this page, beside its language."""
        return {"family": [self._shown]}

    def controls_of(self, group: str) -> Sequence[Choice]:
        """Return the picker of the family."""
        options = [(ALL, self.words("methods.all"))]
        options += [(name, label) for name, (label, _) in self._titles()]
        return (Choice("family", self.words("methods.family"), tuple(options), self._shown),)

    def _set(self, key: str, value: object) -> None:
        if key != "family":
            super()._set(key, value)
        if value not in {ALL, *self._families}:
            given = str(value)[:_LONGEST_NAME]
            text = f"found {given!r}{nearest(given, self._families)}; allowed: "
            raise ScenarioError([Problem("family", text + ", ".join([ALL, *self._families]))])
        self._shown = str(value)

    @property
    def _families(self) -> dict[str, tuple[Label, list[Method]]]:
        return _families(self.words.language)

    def _titles(self) -> Iterator[tuple[str, tuple[str, Label]]]:
        for name, (label, _) in self._families.items():
            yield name, (self.words.choose(label.en, label.ja), label)

    def _html(self, name: str) -> str:
        if name == "heading":
            count = sum(len(found) for _, found in self._families.values())
            return render("methods_heading.html", self.words, methods=count)
        return "".join(
            render(
                "family.html",
                self.words,
                title=self.words.choose(label.en, label.ja),
                summary=self.words.choose(label.summary, label.summary_ja),
                methods=[_method(method, self.words) for method in found],
            )
            for label, found in self._in_sight()
        )

    def files(self) -> Mapping[str, tuple[str, Callable[[], Download]]]:
        """Return the files to take along: inputs and equations of the methods that are shown."""
        return method_files(self._described, self.words)

    def _in_sight(self) -> list[tuple[Label, list[Method]]]:
        names = list(self._families) if self._shown == ALL else [self._shown]
        return [self._families[name] for name in names]

    def _described(self) -> Described:
        return [
            (
                method,
                {"title": self.words.choose(method.title, method.title_ja)},
                [_input(given, self.words) for given in method.inputs],
            )
            for _, found in self._in_sight()
            for method in found
        ]


@functools.cache
def _families(language: str) -> dict[str, tuple[Label, list[Method]]]:
    found = [find_method(name) for name in method_names()]
    known = dict(families())
    text = Words(language)("methods.others")
    for method in found:
        known.setdefault(method.family, Label(text, text))
    by_family = {n: (label, [m for m in found if m.family == n]) for n, label in known.items()}
    return {name: (label, own) for name, (label, own) in by_family.items() if own}


def _method(method: Method, words: Words) -> dict[str, Any]:
    example = worked_examples().get(method.name)
    symbols = [g.variable for g in method.inputs if g.variable.symbol]
    return {
        "name": method.name.replace("_", "-"),
        "title": words.choose(method.title, method.title_ja),
        "summary": words.summary(method.name, method.summary.splitlines()[0]),
        "source": method.source,
        "equations": equation_rows(method, words),
        "symbols": [(mathml(v.symbol), words.label(v)) for v in symbols],
        "inputs": [_input(given, words) for given in method.inputs],
        "example": _example(example, words) if example else None,
    }


def _input(given: MethodInput, words: Words) -> dict[str, str]:
    row = given.variable
    return {
        "name": given.name,
        "label": words.label(row),
        "unit": _unit(row, words),
        "default": _default(given, words),
        "source": row.source,
    }


def _unit(row: Variable, words: Words) -> str:
    if row.unit == "1":
        return words("methods.share" if row.shown_unit else "methods.number")
    return words.unit(row.unit)


def _default(given: MethodInput, words: Words) -> str:
    row = given.variable
    if isinstance(row.default, DefaultByChoice):
        label = choice_label(row.default.choice)
        return words("methods.by_choice", choice=words.choose(label.en.lower(), label.ja))
    default = default_of(row, {})
    if default is not None:
        standing = words(f"standing.{default.value.standing}")
        return words(
            "methods.founded", value=words.written(default.value.written), standing=standing
        )
    return words("methods.required" if given.required else "methods.optional")


def _example(example: WorkedExample, words: Words) -> dict[str, Any]:
    found = example.results()
    table = result_variables()
    inputs = [
        words("text.labelled", name=row["label"], text=row["value"])
        for row in input_rows(example.part.inputs(lambda _: None), words, {})
    ]
    results = [
        (words.label(table[name]), _amount(value), _amount(example.expected[name]))
        for name, value in found.items()
        if name in example.expected
    ]
    return {
        "title": example.title,
        "source": example.source,
        "standing": example.standing,
        "inputs": inputs,
        "results": results,
    }


def _amount(value: float) -> str:
    return number(round(value, 1 if abs(value) < _WHOLE_FROM else 0))
