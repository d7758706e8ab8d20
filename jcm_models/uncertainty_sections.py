"""The sections of the page on uncertainty, as HTML: the same in notebook, report and app."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from jcm_models.ensemble_sensitivity import swing_ranges
from jcm_models.estimation import convergence, exceedance, mean_of, quantiles_of
from jcm_models.figures import (
    QUANTILES,
    boxes_figure,
    convergence_figure,
    fans_figure,
    influence_figure,
    peeling_figure,
    tornado_figure,
    total_influence_figure,
)
from jcm_models.pieces import render
from jcm_models.regrets import regret, satisficing, summed_up
from jcm_models.results import described
from jcm_models.study_pieces import Table, page, share_text, with_error
from jcm_models.uncertainty_study import OUTCOME, UncertaintyStudy
from jcm_models.variables import outcome_variables
from jcm_models.wording import number, rounded

__all__ = ["UNCERTAINTY_SECTIONS", "without_uncertainty"]

Array = NDArray[np.float64]

_OVER_TIME = ("credits_issued", "unissued_reductions")
_LOW, _MIDDLE, _HIGH = 0, 2, 4


def answer(study: UncertaintyStudy) -> str:
    """Return the title, the question and what the samples say, in sentences."""
    words = study.words
    credits_ = study.outcomes[OUTCOME]
    low, _, middle, _, high = np.asarray(quantiles_of(credits_, QUANTILES).value)
    planned = study.planned[OUTCOME]
    below = exceedance(-credits_, -planned)
    sentences = [
        words(
            "uncertainty.credits",
            middle=number(round(middle)),
            low=number(round(low)),
            high=number(round(high)),
        ),
        words(
            "uncertainty.below_plan",
            share=with_error(float(below.value), float(below.error), words),
            planned=number(round(planned)),
        ),
    ]
    for name, array in study.failures.items():
        found = exceedance(array, 0.0)
        share = with_error(float(found.value), float(found.error), words)
        sentences.append(words(f"uncertainty.{name}", share=share))
    drawn = words(
        "uncertainty.drawn" if study.drawn else "uncertainty.drawn_leaks",
        samples=number(study.samples),
        inputs=number(len(study.ensemble.inputs)),
        seed=study.seed,
    )
    return _headed(study, [*sentences, drawn])


def without_uncertainty(study: UncertaintyStudy) -> str:
    """Return the title and the question of a scenario in which nothing is uncertain."""
    return _headed(study, [study.words("uncertainty.none")])


def _headed(study: UncertaintyStudy, sentences: list[str]) -> str:
    words, scenario = study.words, study.scenario
    return render(
        "question.html",
        words,
        title=scenario.title.in_language(words.language),
        over=words("uncertainty.over", first=scenario.years.first, last=scenario.years.last),
        question=scenario.question.in_language(words.language),
        answer=sentences,
    )


def over_time(study: UncertaintyStudy) -> str:
    """Return the fans of what is issued and never issued, and of what is kept and leaked."""
    words = study.words
    flows = _fans(study, _OVER_TIME, words("uncertainty.over_time"), 1)
    stored = _fans(study, study.stored, words("uncertainty.over_time_stored"), 2)
    return flows + stored


def _fans(study: UncertaintyStudy, names: Sequence[str], title: str, place: int) -> str:
    """Return one figure of fans, to the last year in which anything happens; or nothing."""
    words, scenario = study.words, study.scenario
    shown = [name for name in names if name in study.ensemble and study.ensemble[name].any()]
    if not shown:
        return ""
    busy = np.any([study.ensemble[name].any(axis=0) for name in shown], axis=0)
    span = slice(int(np.flatnonzero(busy)[-1]) + 1)
    rows = {name: described(name, scenario) for name in shown}
    label = {name: words.label(row) for name, row in rows.items()}
    plan = words("uncertainty.plan")
    figure = fans_figure(
        scenario.calendar_years[span],
        {
            label[name]: np.asarray(quantiles_of(study.ensemble[name][:, span], QUANTILES).value)
            for name in shown
        },
        words,
        title=title,
        units={label[name]: row.unit for name, row in rows.items()},
        plans={label[n]: (plan, study.middle[n][span]) for n in shown[:1]} if place == 1 else None,
    )
    return page(words, title, figure=figure, place=place)


def outcomes(study: UncertaintyStudy) -> str:
    """Return the table of what the samples come to over all years."""
    words, rows = study.words, []
    for name, array in study.outcomes.items():
        if not array.any():
            continue
        value = quantiles_of(array, QUANTILES).value
        low, _, middle, _, high = np.asarray(value)
        mean = mean_of(array)
        cells = [number(round(float(each))) for each in (low, middle, high, mean.value)]
        error = number(rounded(float(mean.error), 2))
        rows.append(
            (
                words.label(outcome_variables()[name]),
                [*cells[:3], f"{cells[3]} ± {error}", number(round(study.planned[name]))],
            )
        )
    heads = [words(f"uncertainty.head_{n}") for n in ("outcome", "low", "middle", "high", "mean")]
    table = Table(words("uncertainty.outcomes_caption"), [*heads, words("uncertainty.plan")], rows)
    return page(words, words("uncertainty.outcomes"), tables=[table])


def influence(study: UncertaintyStudy) -> str:
    """Return which inputs the spread of the credits of each year comes from."""
    words, found = study.words, study.indices
    if not np.isfinite(found.first).any():
        text = words("uncertainty.no_spread")
        return page(words, words("uncertainty.influence"), sentences=[text])
    names = [study.name_of(each) for each in found.names]
    (varying,) = np.nonzero(np.isfinite(found.first).any(axis=0))
    span = slice(int(varying[0]), int(varying[-1]) + 1)
    years = study.scenario.calendar_years[span]
    outcome = words("uncertainty.credits_of_a_year")

    def by_input(array: Array) -> dict[str, Array]:
        return dict(zip(names, array[:, span], strict=True))

    first = influence_figure(years, by_input(found.first), words, outcome=outcome)
    total = total_influence_figure(
        years,
        by_input(found.total),
        words,
        outcome=outcome,
        low=by_input(found.total_low),
        high=by_input(found.total_high),
    )
    tied = [each for each in found.names if " + " in each]
    sentences = [
        words(
            "uncertainty.influence_how",
            samples=number(study.samples_of_each),
            first=years[0],
            last=years[-1],
        ),
        *(words("uncertainty.correlated", names=study.name_of(each)) for each in tied),
    ]
    return page(
        words,
        words("uncertainty.influence"),
        figure=first,
        place=study.figure(2),
        sentences=sentences,
    ) + page(words, words("uncertainty.influence_total"), figure=total, place=study.figure(3))


def one_at_a_time(study: UncertaintyStudy) -> str:
    """Return what the credits come to with one input low or high."""
    if not study.drawn:
        return ""
    words, found, outcome = study.words, study.tornado, study.bad[0]
    moved = swing_ranges(study.scenario)
    ranges, results, units, together = {}, {}, {}, []
    for swing in found.swings:
        (path, ends), *others = moved[swing.name].items()
        name = study.labels[path]
        ranges[name], results[name] = ends, (swing.low, swing.high)
        units[name] = study.unit_of(path)
        together += [_along(study, name, other, pair) for other, pair in others]
    row = outcome_variables()[outcome]
    figure = tornado_figure(
        results,
        ranges,
        found.base,
        words,
        outcome=words.label(row),
        unit=row.unit,
        units=units,
    )
    return page(
        words,
        words("uncertainty.tornado"),
        figure=figure,
        place=study.figure(4),
        sentences=[words("uncertainty.tornado_how"), *together],
    )


def _along(study: UncertaintyStudy, name: str, path: str, ends: tuple[float, float]) -> str:
    """Say what a correlated input does while another is taken from low to high."""
    unit = study.unit_of(path)
    low, high = (number(rounded(end, 4), unit) for end in ends)
    return study.words(
        "uncertainty.along",
        name=name,
        other=study.labels[path],
        low=low,
        high=f"{high} {study.words.unit(unit)}".rstrip(),
    )


def discovery(study: UncertaintyStudy) -> str:
    """Return the ranges of inputs that lead to a bad outcome."""
    words, found = study.words, study.discovery
    title = words("uncertainty.discovery")
    if found is None or not found.boxes:
        text = words("uncertainty.no_box", share=share_text(study.is_bad.mean()))
        return page(words, title, sentences=[text])
    box = found.boxes[0]
    units = {study.labels[path]: study.unit_of(path) for path in study.drawn}
    ranges = {
        study.labels[path]: (float(array.min()), float(array.max()))
        for path, array in study.drawn.items()
    }
    figure = boxes_figure(
        {study.labels[path]: limits for path, limits in box.limits.items()},
        ranges,
        words,
        units=units,
        coverage=box.coverage,
        density=box.density,
    )
    share = share_text(found.share)
    sentences = [
        words("uncertainty.bad", outcome=found.outcome[0].upper() + found.outcome[1:], share=share),
        *found.in_words(words),
    ]
    section = page(words, title, figure=figure, place=study.figure(5), sentences=sentences)
    if found.trajectory is None:
        return section
    way = found.trajectory.boxes
    marked = way.index(found.trajectory.chosen(found.dense))
    peeling = peeling_figure(
        [each.coverage for each in way], [each.density for each in way], marked, words
    )
    return section + page(
        words, words("uncertainty.peeling"), figure=peeling, place=study.figure(6)
    )


def levers(study: UncertaintyStudy) -> str:
    """Return how the combinations of levers compare in the same samples; nothing without any."""
    words, ensemble = study.words, study.levers
    if ensemble is None:
        return ""
    name, limit, below = study.bad
    values = ensemble[name]
    regrets = summed_up(regret(values, larger_is_better=below))
    enough = satisficing(values, limit, larger_is_better=below)
    rows = []
    for at, option in enumerate(ensemble.experiment.options):
        middle = float(np.asarray(quantiles_of(values[at], [0.5]).value)[0])
        cells = [
            number(round(middle)),
            with_error(np.asarray(enough.value)[at], np.asarray(enough.error)[at], words),
            number(round(float(np.asarray(regrets.mean.value)[at]))),
            number(round(float(np.asarray(regrets.quantile.value)[at]))),
            number(round(float(regrets.maximum[at]))),
        ]
        rows.append((lever_label(option.chosen, study), cells))
    row = outcome_variables()[name]
    heads = ("scenario", "median", "good", "regret_mean", "regret_nine", "regret_most")
    table = Table(
        words("uncertainty.levers_caption", outcome=words.label(row), unit=words.unit(row.unit)),
        [words(f"uncertainty.lever_{head}") for head in heads],
        rows,
    )
    kind = "at_least" if below else "at_most"
    sentences = [
        words(f"uncertainty.levers_{kind}", limit=number(round(limit))),
        words("uncertainty.regret"),
    ]
    return page(words, words("uncertainty.levers"), sentences=sentences, tables=[table])


def lever_label(chosen: Mapping[str, str], study: UncertaintyStudy) -> str:
    """Return what a combination of levers is called, in words where a lever is an input."""
    names = study.scenario.names.items()
    named = {name: text.in_language(study.words.language) for name, text in names}
    inputs = {given.path: study.words.label(given.variable) for given in study.scenario.inputs()}
    inputs |= named
    gap = study.words("uncertainty.lever_gap")
    return gap.join(
        study.words(
            "uncertainty.lever", name=inputs.get(lever, lever), choice=named.get(choice, choice)
        )
        for lever, choice in chosen.items()
    )


def settled(study: UncertaintyStudy) -> str:
    """Return how the mean of the credits settles as samples are added."""
    words = study.words
    row = outcome_variables()[OUTCOME]
    found = convergence(study.outcomes[OUTCOME])
    figure = convergence_figure(
        found.samples,
        found.value,
        found.error,
        words,
        name=words("uncertainty.mean_of", name=words.label(row)),
        unit=row.unit,
    )
    return page(
        words,
        words("uncertainty.convergence"),
        figure=figure,
        place=study.figure(9),
        sentences=[words("uncertainty.convergence_how")],
    )


UNCERTAINTY_SECTIONS = {
    "answer": answer,
    "over_time": over_time,
    "outcomes": outcomes,
    "influence": influence,
    "one_at_a_time": one_at_a_time,
    "discovery": discovery,
    "levers": levers,
    "convergence": settled,
}
