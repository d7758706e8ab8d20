"""The inputs in which two scenarios differ: what they are called, and what each scenario says."""

from __future__ import annotations

from collections.abc import Mapping

from jcm_models.comparison import InputDifference, Row
from jcm_models.components import Input
from jcm_models.input_sections import component_titles, input_label
from jcm_models.pairs import Pair
from jcm_models.scenario import Scenario
from jcm_models.setting_names import setting_name, setting_text
from jcm_models.wording import Words

__all__ = ["input_cells", "input_names", "side_label"]

_CHANGED = "with_()"  # where a change comes from that the page has made
_FEW = 2  # so many inputs tell two scenarios of one project apart; of more, their number does


def input_names(pair: Pair, words: Words) -> Mapping[str, str]:
    """Return what people call each input that differs, by its key."""
    names: dict[str, str] = {}
    titles: dict[str, str] = {}
    for results in reversed(pair.sides):  # the first has the last word
        own = component_titles(results.scenario, words)
        titles |= own
        for given in results.scenario.inputs():
            names[given.path] = input_label(given, words, own)
    for each in pair.inputs:
        if each.known.get("variable") is None:
            above = [title for prefix, title in titles.items() if each.path.startswith(prefix)]
            name = setting_name(each.known, words)
            names[each.path] = words("text.labelled", name=above[0], text=name) if above else name
    return {each.path: names[each.path] for each in pair.inputs}


def side_label(pair: Pair, at: int, words: Words) -> str:
    """Return what tells a scenario from the other of the same project: an input, or how many.

    Parameters
    ----------
    pair : Pair
        The two scenarios.
    at : int
        Which of them: 0 or 1.
    words : Words
        The words of a language.
    """
    if pair.is_one_project and 1 <= len(pair.inputs) <= _FEW:
        names = input_names(pair, words)
        return words("figure.list_gap").join(
            words(
                "text.labelled",
                name=names[each.path],
                text=input_cells(each, pair, words)[at]["text"],
            )
            for each in pair.inputs
        )
    count = len(pair.sides[at].scenario.document.changes)
    key = "as_written" if not count else "changed_one" if count == 1 else "changed"
    return words(f"compare.{key}", count=count)


def input_cells(each: InputDifference, pair: Pair, words: Words) -> list[dict[str, str]]:
    """Return what each scenario says of an input: ``text``, ``place`` and ``source``."""
    return [
        _cell(row, text, _given(results.scenario, each.path), words)
        for results, row, text in zip(pair.sides, each.rows, each.texts, strict=True)
    ]


def _given(scenario: Scenario, path: str) -> Input | None:
    return next((given for given in scenario.inputs() if given.path == path), None)


def _cell(row: Row | None, text: str | None, given: Input | None, words: Words) -> dict[str, str]:
    if row is None or text is None:
        return {"text": words("runs.absent"), "place": "", "source": ""}
    place = str(row.get("place") or (words("table.default") if row.get("default") else ""))
    if place.startswith(_CHANGED):
        place = words("compare.changed_here")
    if given is None:
        said = setting_text(row, words)
    elif text == row["written"]:
        said = given.written_in(words)
    else:  # what looks alike is written out
        said = words.written(text)
    return {"text": said, "place": place, "source": str(row.get("source") or "")}
