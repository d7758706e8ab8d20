"""The sections of a report or app, as HTML: the same words and numbers in all three lives."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from markupsafe import Markup

from jcm_models import __version__
from jcm_models.documents import shown
from jcm_models.figures import emissions_figure, split_figure
from jcm_models.input_sections import assumptions, inputs, standing_sentence
from jcm_models.method_sections import components, method, method_titles, reference_sentence
from jcm_models.pieces import render
from jcm_models.results import Results
from jcm_models.rulebook import Partner
from jcm_models.runs import inputs_hash
from jcm_models.summary import Summary, summarise
from jcm_models.variables import PARTIES
from jcm_models.wording import Words, number

__all__ = ["SECTIONS", "host_name", "identity_rows", "question"]

_BY_YEAR = (
    "bau_emissions",
    "reference_emissions",
    "project_emissions",
    "leakage_emissions",
    "emission_reductions",
    "credits_issued",
    "reserve_withheld",
)
_ALWAYS = {"reference_emissions", "project_emissions", "emission_reductions", "credits_issued"}


def question(results: Results, words: Words, first: Sequence[str] = ()) -> str:
    """Return the title, the question and the answer in sentences; what is asked for comes first."""
    scenario = results.scenario
    host = host_name(results, words)
    over = words(
        "section.of_host",
        method=method_titles(scenario, words),
        host=host,
        first=scenario.years.first,
        last=scenario.years.last,
    )
    return render(
        "question.html",
        words,
        title=scenario.title.in_language(words.language),
        over=over,
        question=scenario.question.in_language(words.language),
        answer=[*first, *_answer(results, words, host)],
    )


def host_name(results: Results, words: Words) -> str:
    """Return the name of the partner country."""
    partner = results.scenario.partner
    return words.choose(partner.name, partner.name_ja)


def _answer(results: Results, words: Words, host: str) -> list[str]:
    """Say the outcome, what is never issued, and how much of it is assumed."""
    total = summarise(results)
    span = words(
        "answer.one_year" if total.years == 1 else "answer.years",
        first=total.first,
        last=total.last,
    )
    sentences = [*_outcome(total, words, host, span), _unissued(total, words, host)]
    if results.scenario.partner.signed is None:
        sentences.append(words("answer.no_memorandum", country=host))
    return [*sentences, reference_sentence(results, words), standing_sentence(results, words)]


def _outcome(total: Summary, words: Words, host: str, span: str) -> list[str]:
    if round(total.reductions) < 0:
        return [words("answer.more", years=span, amount=number(round(-total.reductions)))]
    if total.issued == 0:
        return [words("answer.none", years=span)]
    reductions = words(
        "answer.reductions",
        years=span,
        reductions=number(round(total.reductions)),
        per_year=number(round(total.reductions / total.years)),
    )
    credited = words(
        "answer.credits_reserve" if total.reserve else "answer.credits",
        issued=number(total.issued),
        japan=number(total.japan),
        japan_share=number(total.japan / total.issued, "1"),
        host=number(total.host),
        host_share=number(total.host / total.issued, "1"),
        country=host,
        reserve=number(total.reserve),
    )
    return [reductions, credited]


def _unissued(total: Summary, words: Words, host: str) -> str:
    if total.unissued is None:
        return words("answer.bau_unknown")
    if not round(total.unissued):
        return words("answer.unissued_none")
    key = "answer.unissued" if total.issued else "answer.unissued_alone"
    return words(key, unissued=number(round(total.unissued)), country=host)


def key_figures(results: Results, words: Words, template: str = "key_figures.html") -> str:
    """Return the cards with the sums over all years."""
    total = summarise(results)
    host = host_name(results, words)
    known = total.unissued is not None
    cards = [
        ("card.saved" if known else "card.saved_unknown", total.saved, "project", _yearly(total)),
        ("card.unissued", total.unissued or 0.0, "unissued", ("saved", total.unissued or 0.0)),
        ("card.issued", total.issued, "reference", ("saved", total.issued)),
        ("card.japan", total.japan, "japan_government", ("credits", total.japan)),
        ("card.host", total.host, "host_government", ("credits", total.host)),
        ("card.reserve", total.reserve, "reserve", ("credits", total.reserve)),
    ]
    hidden = set() if round(total.unissued or 0.0) else {"card.unissued"}
    hidden |= set() if total.reserve else {"card.reserve"}
    shown = [
        {
            "label": words(key, country=host),
            "amount": number(round(amount)),
            "role": role,
            "detail": _detail(detail, words, {"saved": total.saved, "credits": total.issued}),
        }
        for key, amount, role, detail in cards
        if key not in hidden
    ]
    return render(template, words, cards=shown)


def _yearly(total: Summary) -> tuple[str, float]:
    return "year", total.saved / total.years


def _detail(detail: tuple[str, float], words: Words, wholes: Mapping[str, float]) -> str:
    kind, amount = detail
    if kind == "year":
        return words("card.per_year", amount=number(round(amount)))
    if wholes[kind] <= 0:
        return words("card.no_share")
    share = number(amount / wholes[kind], "1")
    return words(f"card.share_of_{kind}", share=share)


def emissions(results: Results, words: Words) -> str:
    """Return the figure of BaU, reference and project emissions."""
    figure = emissions_figure(results, words, host=host_name(results, words))
    return render(
        "figure.html", words, n=1, title=words("section.emissions"), figure=Markup(figure.html())
    )


def split(results: Results, words: Words) -> str:
    """Return the figure of where the reductions go."""
    figure = split_figure(results, words, host=host_name(results, words))
    return render(
        "figure.html", words, n=2, title=words("section.split"), figure=Markup(figure.html())
    )


def by_year(results: Results, words: Words) -> str:
    """Return the table by year, with the sums of the flows in its last row."""
    columns: list[tuple[str, np.ndarray]] = [
        (words(f"table.{name}"), results[name])
        for name in _BY_YEAR
        if name in results and (name in _ALWAYS or name == "bau_emissions" or results[name].any())
    ]
    columns += [
        (words.party(party), credited)
        for party, credited in zip(PARTIES, results["credits"], strict=True)
        if credited.any()
    ]
    # Nothing is told of the years after the last in which something flows.
    flowing = np.flatnonzero(np.any([np.nan_to_num(column) != 0 for _, column in columns], axis=0))
    busy = int(flowing[-1]) + 1 if flowing.size else results["year"].size
    rows = [
        (str(year), [number(round(float(column[i]))) for _, column in columns])
        for i, year in enumerate(results["year"])
        if i < busy
    ]
    sums = [number(round(float(column.sum()))) for _, column in columns]
    heads = [head for head, _ in columns]
    left_out = busy < results["year"].size
    after = words("table.after", year=rows[-1][0]) if left_out else ""
    return render("by_year.html", words, heads=heads, rows=rows, sums=sums, after=after)


def notes(results: Results, words: Words) -> str:
    """Return what a reader must know; nothing where the scenario notes nothing."""
    return render(
        "notes.html",
        words,
        notes=[note.in_language(words.language) for note in results.scenario.notes],
    )


def identity(results: Results, words: Words) -> str:
    """Return what identifies the run: files, inputs, changes, version."""
    return render("identity.html", words, rows=identity_rows(results, words))


def identity_rows(results: Results, words: Words) -> list[tuple[str, str, str]]:
    """Return what identifies a run: what each thing is called, what it is, and its source."""
    scenario = results.scenario
    changes = [f"{c.path}: {_plain(c.old)} → {_plain(c.new)}" for c in scenario.document.changes]
    rows = [
        ("identity.scenario", ", ".join(map(shown, scenario.document.files))),
        ("identity.changes", "; ".join(changes) or words("identity.none")),
        ("identity.inputs", inputs_hash(results.scenario)),
        ("identity.version", __version__),
        ("identity.gwp", words("identity.gwp_text", gwp=scenario.gwp)),
        ("identity.memorandum", _memorandum(scenario.partner, words)),
    ]
    sources = {"identity.memorandum": scenario.partner.source}
    return [(words(key), text, sources.get(key, "")) for key, text in rows]


def _memorandum(partner: Partner, words: Words) -> str:
    if partner.signed is None:
        return words("identity.no_memorandum")
    return words.date(partner.signed)


def _plain(value: Any) -> str:
    """Write an overridden value without what stood beside it."""
    return str(value.get("value", value) if isinstance(value, dict) else value)


SECTIONS: Mapping[str, Callable[[Results, Words], str]] = {
    "question": question,
    "key_figures": key_figures,
    "assumptions": assumptions,
    "emissions": emissions,
    "split": split,
    "components": components,
    "by_year": by_year,
    "inputs": inputs,
    "method": method,
    "notes": notes,
    "identity": identity,
}
