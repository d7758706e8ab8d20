"""The sections on what goes in: every input with its source, and what a reader should doubt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from jcm_models.components import Input
from jcm_models.method_sections import part_title
from jcm_models.pieces import render
from jcm_models.plausibility import warnings_of
from jcm_models.results import Results
from jcm_models.scenario import Scenario
from jcm_models.strict_yaml import dotted
from jcm_models.variables import PARTIES, categories
from jcm_models.wording import Words, unit_text

__all__ = ["assumptions", "input_label", "inputs", "standing_sentence"]

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
    scenario = results.scenario
    given = list(scenario.inputs())
    titles = _component_titles(scenario, words)
    labels = {each.path: input_label(each, words, titles) for each in given}
    doubts = [(labels.get(p.path, p.path), p.message) for p in warnings_of(scenario)]
    groups = []
    for standing in _DOUBTED:
        rows = [_row(each, words, titles) for each in given if each.value.standing == standing]
        head = words(f"assumptions.{standing.replace(' ', '_')}", count=len(rows))
        groups += [(head, rows)] if rows else []
    return render("assumptions.html", words, doubts=doubts, groups=groups)


def inputs(results: Results, words: Words) -> str:
    """Return the table of every input with value, source and place."""
    titles = _component_titles(results.scenario, words)
    rows = [_row(given, words, titles) for given in results.scenario.inputs()]
    return render("inputs.html", words, rows=rows)


def _component_titles(scenario: Scenario, words: Words) -> dict[str, str]:
    """Return what people call each component, by the key it stands under; none of a single one."""
    if len(scenario.parts) == 1:
        return {}
    return {f"{dotted(part.path)}.": part_title(part, words) for part in scenario.parts}


def input_label(given: Input, words: Words, titles: Mapping[str, str]) -> str:
    """Return what people call an input: its component, its name, and its party or category."""
    above = [title for prefix, title in titles.items() if given.path.startswith(prefix)]
    return ": ".join([*above, _own_label(given, words)])


def _own_label(given: Input, words: Words) -> str:
    label = words.label(given.variable)
    if given.category in PARTIES:
        return f"{label}: {words.party(given.category)}"
    if not given.category:
        return label
    known = categories(given.variable.by).get(given.category) if given.variable.by else None
    name = words.choose(known.en, known.ja) if known else given.category.replace("_", " ")
    return f"{label}: {name}"


def _row(given: Input, words: Words, titles: Mapping[str, str]) -> dict[str, Any]:
    value = given.value
    return {
        "label": input_label(given, words, titles),
        "path": given.path,
        "value": unit_text(value.written),
        "standing": value.standing,
        "source": value.source or "",
        "note": (value.note or "") if given.place else "",
        "place": str(given.place) if given.place else words("table.default"),
    }
