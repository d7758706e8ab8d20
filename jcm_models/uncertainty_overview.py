"""An ensemble at a glance: the cards of its outcomes, and the credits year by year."""

from __future__ import annotations

import numpy as np

from jcm_models.estimation import exceedance, quantiles_of
from jcm_models.figures import QUANTILES
from jcm_models.pieces import render
from jcm_models.results import described
from jcm_models.study_pieces import Table, page, share_text, with_error
from jcm_models.uncertainty_study import OUTCOME, UncertaintyStudy
from jcm_models.wording import number

__all__ = ["by_year", "key_figures"]

_CREDITS, _UNISSUED = "credits_issued", "total_unissued"
_LOW, _MIDDLE, _HIGH = 0, 2, 4
_ROLES = {"total_shortfall": "reserve", "oversold": "host_government"}


def key_figures(study: UncertaintyStudy, template: str = "key_figures.html") -> str:
    """Return the cards: credits and their spread, the plan, what is never issued, what fails."""
    words = study.words
    below = exceedance(-study.outcomes[OUTCOME], -study.planned[OUTCOME])
    share = with_error(float(below.value), float(below.error), words)
    cards = [
        _spread_card(study, OUTCOME, "reference"),
        {
            "label": words("uncertainty.card_plan"),
            "amount": number(round(study.planned[OUTCOME])),
            "role": "project",
            "detail": words("uncertainty.card_below", share=share),
        },
    ]
    if np.any(study.outcomes.get(_UNISSUED, 0)):
        cards.append(_spread_card(study, _UNISSUED, "unissued"))
    cards += [_failure_card(study, name) for name in study.failures]
    return render(template, words, cards=cards)


def _spread_card(study: UncertaintyStudy, outcome: str, role: str) -> dict[str, str]:
    values = np.asarray(quantiles_of(study.outcomes[outcome], QUANTILES).value)
    low, middle, high = (number(round(float(values[at]))) for at in (_LOW, _MIDDLE, _HIGH))
    return {
        "label": study.words(f"uncertainty.card_{outcome}"),
        "amount": middle,
        "role": role,
        "detail": study.words("uncertainty.card_spread", low=low, high=high),
    }


def _failure_card(study: UncertaintyStudy, name: str) -> dict[str, str]:
    array = study.failures[name]
    return {
        "label": study.words(f"uncertainty.card_{name}"),
        "amount": share_text(float(exceedance(array, 0.0).value)),
        "unit": study.words("uncertainty.card_of_samples"),
        "role": _ROLES[name],
        "detail": study.words("uncertainty.card_mean", amount=number(round(float(array.mean())))),
    }


def by_year(study: UncertaintyStudy) -> str:
    """Return the table of the credits of each year: quantiles and mean of the samples, the plan."""
    words, credits_ = study.words, study.ensemble[_CREDITS]
    plan = study.middle[_CREDITS]
    values = np.asarray(quantiles_of(credits_, QUANTILES).value)[[_LOW, _MIDDLE, _HIGH]]
    columns = [*values, credits_.mean(axis=0), plan]
    busy = np.flatnonzero(np.any(columns, axis=0))
    rows = [
        (str(study.scenario.calendar_years[at]), [number(round(float(c[at]))) for c in columns])
        for at in (range(busy[0], busy[-1] + 1) if busy.size else ())
    ]
    heads = [words(f"uncertainty.head_{n}") for n in ("low", "middle", "high", "mean_alone")]
    table = Table(
        words("uncertainty.by_year_caption", name=words.label(described(_CREDITS, study.scenario))),
        [words("table.year"), *heads, words("uncertainty.plan")],
        rows,
        years=True,
    )
    return page(words, words("uncertainty.by_year"), tables=[table] if rows else [])
