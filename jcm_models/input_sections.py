"""The sections on what goes in: every input with its source, and what a reader should doubt."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from jcm_models.components import Input
from jcm_models.method_sections import part_title
from jcm_models.pieces import render
from jcm_models.plausibility import warnings_of
from jcm_models.results import Results
from jcm_models.scenario import Scenario
from jcm_models.strict_yaml import dotted
from jcm_models.variables import PARTIES
from jcm_models.wording import Words

__all__ = [
    "assumptions",
    "component_titles",
    "doubted",
    "input_label",
    "input_rows",
    "inputs",
    "standing_sentence",
]

_STANDINGS = ("published", "derived", "from memory", "assumed")
_DOUBTED = ("assumed", "from memory")


def standing_sentence(results: Results, words: Words) -> str:
    """Count the inputs by how well founded they are."""
    counted: Counter[str] = Counter(given.value.standing for given in results.scenario.inputs())
    if not any(counted[standing] for standing in _DOUBTED):
        return words("answer.nothing_assumed")
    listed = words("answer.standing_gap").join(
        words(f"answer.standing_{standing.replace(' ', '_')}", count=counted[standing])
        for standing in _STANDINGS
        if counted[standing]
    )
    return words("answer.assumed", all=counted.total(), listed=listed)


def assumptions(results: Results, words: Words) -> str:
    """Return what a reader should doubt: warnings, and the inputs that no source stands behind."""
    return render("assumptions.html", words, **doubted(results, words))


def doubted(results: Results, words: Words) -> dict[str, Any]:
    """Return the warnings on a scenario, and its inputs that are assumed or from memory.

    Returns
    -------
    dict
        ``doubts``, pairs of a label and a text; ``groups``, pairs of a heading and rows of inputs.
    """
    scenario = results.scenario
    given = list(scenario.inputs())
    titles = component_titles(scenario, words)
    labels = {each.path: input_label(each, words, titles) for each in given}
    labels["host"] = words("page.country")
    doubts = [(labels.get(p.path, p.path), p.message) for p in warnings_of(scenario, words)]
    groups = []
    for standing in _DOUBTED:
        founded = [each for each in given if each.value.standing == standing]
        head = words(f"assumptions.{standing.replace(' ', '_')}", count=len(founded))
        groups += [(head, list(input_rows(founded, words, titles)))] if founded else []
    return {"doubts": doubts, "groups": groups}


def inputs(results: Results, words: Words) -> str:
    """Return the table of every input with value, source and place; the defaults folded away."""
    titles = component_titles(results.scenario, words)
    given = list(results.scenario.inputs())
    own = [each for each in given if not (each.is_default and each.place)]
    defaults = [each for each in given if each.is_default and each.place]
    tables = [("", list(input_rows(own, words, titles)))]
    if defaults:
        head = words("table.defaults", count=len(defaults))
        tables.append((head, list(input_rows(defaults, words, titles))))
    return render("inputs.html", words, tables=tables)


def component_titles(scenario: Scenario, words: Words) -> dict[str, str]:
    """Return what people call each component, by the key it stands under; none of a single one."""
    if len(scenario.parts) == 1:
        return {}
    return {f"{dotted(part.path)}.": part_title(part, words) for part in scenario.parts}


def input_label(given: Input, words: Words, titles: Mapping[str, str]) -> str:
    """Return what people call an input: its component, its name, and its party or category."""
    own = _own_label(given, words)
    above = [t for prefix, t in titles.items() if given.path.startswith(prefix) and t != own]
    return _labelled([*above, own], words)


def _own_label(given: Input, words: Words) -> str:
    label = words.label(given.variable)
    if given.category in PARTIES:
        return _labelled([label, words.party(given.category)], words)
    if not given.category:
        return label
    return _labelled([label, given.category_in(words.language)], words)


def _labelled(names: Sequence[str], words: Words) -> str:
    """Set names one after the other, the larger first."""
    return functools.reduce(lambda a, b: words("text.labelled", name=a, text=b), names)


def input_rows(
    inputs: Iterable[Input], words: Words, titles: Mapping[str, str]
) -> Iterator[dict[str, Any]]:
    """Yield a row for each input; what differs by category alone stands in one row."""
    groups: dict[Any, list[Input]] = {}
    for given in inputs:
        alike = (*_same(given), given.value.source, given.value.standing, given.value.note)
        groups.setdefault(alike, []).append(given)
    for together in groups.values():
        first = together[0]
        row = _row(first, words, titles)
        if len(together) > 1:
            base = replace(first, category="")
            row["label"] = input_label(base, words, titles)
            row["value"] = words("storage.list_gap").join(
                f"{each.category_in(words.language)} {each.written_in(words)}" for each in together
            )
        yield row


def _same(given: Input) -> tuple[str, ...]:
    """Return what inputs have in common that differ by category alone."""
    by_category = given.category and given.category not in PARTIES
    return (given.path.removesuffix(f".{given.category}") if by_category else given.path,)


def _row(given: Input, words: Words, titles: Mapping[str, str]) -> dict[str, Any]:
    value = given.value
    return {
        "label": input_label(given, words, titles),
        "path": given.path,
        "value": given.written_in(words),
        "standing": value.standing,
        "source": value.source or "",
        "note": value.note.in_language(words.language) if value.note and given.place else "",
        "place": str(given.place) if given.place else words("table.default"),
    }
