"""The sections of the page on two scenarios, as HTML: A, B and the difference everywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from jcm_models.comparison import ResultDifference
from jcm_models.comparison_sentences import difference, signed
from jcm_models.figures import Figure, Side, paired_emissions_figure, paired_split_figure
from jcm_models.input_sections import doubted, standing_sentence
from jcm_models.links import app_link
from jcm_models.lives import in_an_app
from jcm_models.method_sections import method_titles
from jcm_models.pair_answer import reasons, sentences
from jcm_models.pair_inputs import input_cells, input_names, side_label
from jcm_models.pairs import LETTERS, Pair
from jcm_models.pieces import render
from jcm_models.results import Results
from jcm_models.sections import host_name, identity_rows
from jcm_models.variables import families
from jcm_models.wording import Words, inside, number, rounded

__all__ = ["PAIR_SECTIONS", "key_figures"]

_YEARLY = ("emission_reductions", "credits_issued")
_MANY = 12  # so many inputs are shown at once; more are folded away
# The figures of the cards: the words, the role of their colour, and the name in a comparison.
_CARDS = (
    ("reductions", "project", "reductions"),
    ("unissued_card", "unissued", "unissued"),
    ("issued", "reference", "issued"),
    ("japan_card", "japan_government", "japan"),
    ("host_card", "host_government", "host_credits"),
    ("reserve_card", "reserve", "reserve"),
)


def question(pair: Pair, words: Words) -> str:
    """Return both titles, the question, and the answer in sentences."""
    hosts = dict.fromkeys(host_name(each, words) for each in pair.sides)
    over = "compare.over_one" if pair.is_one_project else "compare.over_two"
    first, *rest = sentences(pair, words)
    return render(
        "pair_question.html",
        words,
        over=words(over, countries=words("compare.and").join(hosts)),
        title=_title(pair.first, words) if pair.is_one_project else "",
        sides=[_about(pair, at, words) for at in range(len(LETTERS))],
        answer=[first, reasons(pair, words)],
        rest=rest,
    )


def key_figures(pair: Pair, words: Words, template: str = "pair_cards.html") -> str:
    """Return a card for each figure: A, B and the difference."""
    figures = {each.name: each for each in pair.comparison.results}
    shown = [each for each in _CARDS if each[2] != "reserve" or any(figures["reserve"].values)]
    cards = [_card(label, role, figures[name], words) for label, role, name in shown]
    if len(cards) < len(_CARDS):
        cards.append(_share_card(pair, words))
    return render(template, words, letters=LETTERS, cards=cards)


def emissions(pair: Pair, words: Words) -> str:
    """Return the figure of both scenarios' emissions on the same axes."""
    first, second = _sides(pair, words)
    figure = paired_emissions_figure(first, second, words, ghost=pair.is_one_project)
    return _figure(1, words("section.emissions"), figure, words)


def split(pair: Pair, words: Words) -> str:
    """Return the figure of where both scenarios' reductions go."""
    first, second = _sides(pair, words)
    return _figure(2, words("section.split"), paired_split_figure(first, second, words), words)


def by_year(pair: Pair, words: Words) -> str:
    """Return the table by year: reductions and credits of A, of B, and the difference."""
    columns: list[NDArray[np.float64]] = []
    for name in _YEARLY:
        first, second = pair.yearly(name)
        change = np.nan_to_num(second).round() - np.nan_to_num(first).round()
        columns += [first, second, change]
    rows = [
        (str(year), [_amount(float(column[at]), nth) for nth, column in enumerate(columns)])
        for at, year in enumerate(pair.years.tolist())
    ]
    totals = [round(float(np.nansum(column))) for column in columns]
    totals[2::3] = [b - a for a, b in zip(totals[::3], totals[1::3], strict=True)]
    sums = [_amount(total, nth) for nth, total in enumerate(totals)]
    groups = [words(f"table.{name}") for name in _YEARLY]
    return render(
        "pair_years.html",
        words,
        groups=groups,
        heads=[*LETTERS, words("compare.change")],
        rows=rows,
        sums=sums,
    )


def differing(pair: Pair, words: Words) -> str:
    """Return the table of the inputs that differ, with what each does alone where they are few."""
    names, effects = input_names(pair, words), pair.effects
    rows = [
        (names[each.path], input_cells(each, pair, words), _effect(effects.get(each.path)))
        for each in pair.inputs
    ]
    main = pair.comparison.main(1)
    figure = words(f"runs.figure_{main.name}") if main else ""
    count = len(rows)
    return render(
        "pair_differing.html",
        words,
        letters=LETTERS,
        inputs=[row if effects else row[:2] for row in rows],
        inputs_caption=words(
            f"compare.differing_caption{'_one' if count == 1 else ''}", count=count
        ),
        effect_head=words("compare.alone", figure=inside(figure)) if effects else "",
        effect_about=words("compare.alone_about", figure=inside(figure)) if effects else "",
        folded=count > _MANY,
    )


def assumptions(pair: Pair, words: Words) -> str:
    """Return what a reader should doubt of both."""
    found = [doubted(each, words) for each in pair.sides]
    told = [standing_sentence(each, words) for each in pair.sides]
    parts = [
        {"head": head, "sentence": sentence, **each}
        for head, sentence, each in zip(_heads(pair, words), told, found, strict=True)
    ]
    if found[0] == found[1] and told[0] == told[1]:
        parts = [{**parts[0], "head": words("compare.both")}]
    return render("pair_assumptions.html", words, parts=parts)


def method(pair: Pair, words: Words) -> str:
    """Return the methods by name; their equations stand elsewhere."""
    first, second = (method_titles(each.scenario, words) for each in pair.sides)
    if first == second:
        text = words("compare.method_same", method=first)
    else:
        text = words("compare.method_two", first=first, second=second)
    links = [_family_link(family, words) for family in _families_of(pair)] if in_an_app() else []
    return render("pair_method.html", words, text=text, links=links)


def _families_of(pair: Pair) -> list[str]:
    """Return the families of the methods of both, each once."""
    parts = [part for each in pair.sides for part in each.scenario.parts]
    return list(dict.fromkeys(part.method.family for part in parts))


def _family_link(family: str, words: Words) -> tuple[str, str]:
    """Return what a family is called, and a link to its page in the app of the methods."""
    label = families().get(family)
    title = words.choose(label.en, label.ja) if label else words("methods.others")
    return title, app_link("methods", {"family": [family]}, words.language)


def notes(pair: Pair, words: Words) -> str:
    """Return what a reader must know of each; once where both note the same."""
    first, second = (
        [note.in_language(words.language) for note in each.scenario.notes] for each in pair.sides
    )
    heads = _heads(pair, words)
    parts = [(heads[0], first), (heads[1], second)]
    if first == second:
        parts = [(words("compare.both"), first)]
    return render("pair_notes.html", words, parts=[part for part in parts if part[1]])


def identity(pair: Pair, words: Words) -> str:
    """Return what identifies both runs."""
    rows = [identity_rows(each, words) for each in pair.sides]
    parts = list(zip(_heads(pair, words), rows, strict=True))
    return render("pair_identity.html", words, parts=parts)


def _lettered(pair: Pair) -> Iterator[tuple[str, Results]]:
    return zip(LETTERS, pair.sides, strict=True)


def _heads(pair: Pair, words: Words) -> list[str]:
    return [
        words("compare.assumptions_of", side=letter, title=_title(each, words))
        for letter, each in _lettered(pair)
    ]


def _title(results: Results, words: Words) -> str:
    return results.scenario.title.in_language(words.language)


def _about(pair: Pair, at: int, words: Words) -> dict[str, str]:
    results = pair.sides[at]
    scenario = results.scenario
    about = words(
        "compare.about",
        method=method_titles(scenario, words),
        first=scenario.years.first,
        last=scenario.years.last,
        changes=side_label(pair, at, words),
    )
    return {"letter": LETTERS[at], "title": _title(results, words), "about": about}


def _share_card(pair: Pair, words: Words) -> dict[str, Any]:
    """Return the card with the share of the credits that goes to Japan."""
    shares = [total.japan / total.issued if total.issued else None for total in pair.totals]
    amounts = [
        (
            words("compare.no_credits") if share is None else number(share, "1"),
            100 * (share or 0.0),
            share is not None,
        )
        for share in shares
    ]
    change = words("compare.not_known")
    if None not in shares:
        points = 100 * ((shares[1] or 0.0) - (shares[0] or 0.0))
        change = words("compare.points", points=signed(rounded(points, 3)))
    return {
        "label": words("compare.japan_share"),
        "role": "japan_participants",
        "unit": "",
        "amounts": amounts,
        "change": change,
    }


def _card(label: str, role: str, each: ResultDifference, words: Words) -> dict[str, Any]:
    """Return a card with a figure of both."""
    largest = max(abs(value or 0.0) for value in each.values)
    amounts = [
        (
            words("compare.not_known") if value is None else number(round(value)),
            0.0 if not largest else 100 * max(value or 0.0, 0.0) / largest,
            value is not None,
        )
        for value in each.values
    ]
    first, second = (None if value is None else round(value) for value in each.values)
    told = words("compare.not_known")
    if first is not None and second is not None:
        change = second - first  # of what is shown, so that everybody can add it up
        told = words("compare.no_change")
        if change:
            told = difference(change, change / first if first else None, words)
    return {
        "label": words(f"compare.{label}"),
        "role": role,
        "unit": words("card.unit"),
        "amounts": amounts,
        "change": told,
    }


def _sides(pair: Pair, words: Words) -> tuple[Side, Side]:
    first, second = (
        Side(letter, _figure_title(pair, at, words), host_name(each, words), _busy(pair, at, each))
        for at, (letter, each) in enumerate(_lettered(pair))
    )
    return first, second


def _figure_title(pair: Pair, at: int, words: Words) -> str:
    """Return what a scenario is called in a figure; of one project, what tells it apart."""
    return side_label(pair, at, words) if pair.is_one_project else _title(pair.sides[at], words)


def _busy(pair: Pair, at: int, results: Results) -> Mapping[str, Any]:
    """Return what figures draw, up to the last year in which anything flows."""
    last = pair.totals[at].last
    kept = results["year"] <= last
    names = [name for name in results if np.shape(results[name])[-1:] == kept.shape]
    return {"year": results["year"][kept]} | {name: results[name][..., kept] for name in names}


def _figure(n: int, title: str, figure: Figure, words: Words) -> str:
    return render("figure.html", words, n=n, title=title, figure=Markup(figure.html()))


def _amount(value: float, nth: int) -> str:
    """Write a number of the table by year; the third of each group is a difference."""
    if np.isnan(value):
        return number(value)
    return signed(round(value)) if nth % 3 == 2 else number(round(value) + 0.0)


def _effect(effect: float | None) -> str:
    return "–" if effect is None else signed(round(effect))


PAIR_SECTIONS: Mapping[str, Callable[[Pair, Words], str]] = {
    "question": question,
    "key_figures": key_figures,
    "emissions": emissions,
    "split": split,
    "by_year": by_year,
    "differing": differing,
    "assumptions": assumptions,
    "method": method,
    "notes": notes,
    "identity": identity,
}
