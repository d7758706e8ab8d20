"""The sheets of ``results.xlsx``: what a run says, in tables for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jcm_models import __version__
from jcm_models.documents import shown
from jcm_models.exporting.inputs_sheet import inputs_sheet, unit_of
from jcm_models.exporting.workbook import Sheet, Shown
from jcm_models.exporting.yearly import SHEETS, yearly_sheet
from jcm_models.results import Results, described
from jcm_models.summary import summarise
from jcm_models.variables import PARTIES
from jcm_models.wording import Words

__all__ = ["sheets_of"]

_TONNES = "tCO2e"


def sheets_of(results: Results, words: Words, run_id: str = "") -> list[Sheet]:
    """Return the sheets of a workbook on a run; one that would be empty is left out.

    Parameters
    ----------
    results : Results
        What `compute` returned.
    words : Words
        The words of its language.
    run_id : str
        Name of the run, where it has one.

    Returns
    -------
    list of Sheet
        The summary, the results by year, the issuances, the inputs, what the quantities are, and
        notes.
    """
    tables = {name: yearly_sheet(name, results, words) for name in SHEETS}
    tables["issuances"] = _issuances(results, words)
    tables["inputs"] = inputs_sheet(results.scenario, words)
    tables["definitions"] = _definitions(results, words)
    tables["notes"] = _notes(results, words)
    there = {name: sheet for name, sheet in tables.items() if sheet is not None}
    return [_summary(results, words, run_id, list(there)), *there.values()]


def _summary(results: Results, words: Words, run_id: str, others: list[str]) -> Sheet:
    scenario = results.scenario
    rows = [
        [Shown(scenario.title.in_language(words.language), "title")],
        [Shown(scenario.question.in_language(words.language), "line")],
        [],
        _section(words("export.run")),
        *(_line(name, said) for name, said in _run(results, words, run_id)),
        [],
        _section(words("export.figures"), "", words("export.unit"), words("export.share")),
        *_figures(results, words),
        [],
        _section(words("export.parts")),
        *(_line(words(f"export.{name}"), words(f"export.{name}_about")) for name in others),
    ]
    return Sheet(
        name=words("export.summary"),
        heads=(),
        rows=rows,
        styles=("text", "whole", "beside", "share"),
        widths=(42, 20, 12, 22),
    )


def _line(*texts: str) -> list[Shown]:
    return [Shown(text, "line") for text in texts]


def _section(*texts: str) -> list[Shown]:
    return [Shown(text, "section") for text in (*texts, "", "", "")[:4]]


def _run(results: Results, words: Words, run_id: str) -> Iterator[tuple[str, str]]:
    """Yield what identifies a run."""
    scenario, total = results.scenario, summarise(results)
    changes = "; ".join(f"{change.path}={change.new}" for change in scenario.document.changes)
    years, partner = scenario.years, scenario.partner
    yield words("export.scenario"), scenario.name
    yield words("export.host"), words.choose(partner.name, partner.name_ja)
    yield words("export.years_simulated"), f"{years.first}–{years.last}"
    yield words("export.years_of_effect"), f"{total.first}–{total.last}"
    yield words("export.gwp"), scenario.gwp
    if changes:
        yield words("export.changes"), changes
    if run_id:
        yield words("export.run_id"), run_id
    yield words("export.version"), __version__


def _figures(results: Results, words: Words) -> Iterator[list[Any]]:
    """Yield the figures that a decision-maker asks for: sums over all years [tCO2e]."""
    total, partner = summarise(results), results.scenario.partner
    country, unit = words.choose(partner.name, partner.name_ja), words.unit(_TONNES)
    known = total.unissued is not None
    yield [words("card.saved" if known else "card.saved_unknown"), total.saved, unit]
    if known:
        yield [words("card.unissued", country=country), total.unissued, unit]
    yield [words("export.reductions"), total.reductions, unit]
    yield [words("export.not_credited"), total.not_credited, unit]
    yield [words("card.issued"), total.issued, unit, _share(total.issued, total.issued)]
    if total.reserve:
        yield [words("card.reserve"), total.reserve, unit, _share(total.reserve, total.issued)]
    for party in PARTIES:
        held = total.parties[party]
        yield [words.party(party), held, unit, _share(held, total.issued)]


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _issuances(results: Results, words: Words) -> Sheet | None:
    rows = [
        (
            each.vintage,
            each.monitored_from,
            each.monitored_to,
            each.issued_on,
            each.issued,
            each.reserve,
            *(each.credits[party] for party in PARTIES),
        )
        for each in results.issuances()
    ]
    if not rows:
        return None
    days = ("monitored_from", "monitored_to", "issued_on")
    heads = [words(f"export.{key}") for key in ("vintage", *days)]
    heads += [words("card.issued"), words("card.reserve"), *map(words.party, PARTIES)]
    amounts = len(heads) - 1 - len(days)
    return Sheet(
        name=words("export.issuances"),
        heads=(heads, [""] * (1 + len(days)) + [words.unit(_TONNES)] * amounts),
        rows=rows,
        styles=("year", *["date"] * len(days), *["whole"] * amounts),
        widths=(10, *[14] * len(days), *[16] * amounts),
        fixed=1,
    )


def _definitions(results: Results, words: Words) -> Sheet:
    variables = [described(name, results.scenario) for name in results]
    rows = [
        (
            words.label(variable),
            unit_of(variable, words),
            variable.equation,
            variable.source,
            variable.name,
            variable.iamc,
        )
        for variable in variables
    ]
    heads = [words(f"export.{key}") for key in ("quantity", "unit", "equation")]
    heads += [words("table.source")]
    heads += [words("export.name_in", file=file) for file in ("results.csv", "iamc.csv")]
    return Sheet(
        name=words("export.definitions"),
        heads=(heads,),
        rows=rows,
        styles=("text",) * len(heads),
        widths=(36, 12, 60, 50, 34, 40),
        fixed=1,
    )


def _notes(results: Results, words: Words) -> Sheet:
    scenario = results.scenario
    document = scenario.document
    changes = (
        words("export.change", path=change.path, old=change.old, new=change.new)
        for change in document.changes
    )
    rows = [
        *(
            (words("export.note_scenario"), note.in_language(words.language))
            for note in scenario.notes
        ),
        *((words("export.note_change"), change) for change in changes),
        *((words("export.note_file"), shown(file)) for file in document.files),
        *((words(f"export.note_{key}"), words(f"export.{key}_are")) for key in _CONVENTIONS),
    ]
    return Sheet(
        name=words("export.notes"),
        heads=([words("export.about"), words("export.text")],),
        rows=rows,
        styles=("text", "text"),
        widths=(24, 110),
    )


_CONVENTIONS = ("years", "numbers", "empty")
