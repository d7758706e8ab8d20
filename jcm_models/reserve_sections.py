"""The sections on the reserve: whether it suffices, its balance, and what would suffice."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from jcm_models.figures import (
    adequacy_figure,
    bands_figure,
    diversification_figure,
    required_rate_figure,
)
from jcm_models.reserve_answers import SHARES, ReserveStudy
from jcm_models.reserve_pooling import POOL_SHARE
from jcm_models.study_pieces import (
    LOW,
    MIDDLE,
    Table,
    injection_period,
    listed,
    page,
    share_text,
    spread,
    with_error,
    years_text,
)
from jcm_models.wording import Words, number

__all__ = ["account", "adequacy", "diversification", "required", "reserve_answer", "suffices"]

_SHOWN = (100, 1000, 10_000)
_LISTED = (10, 20, 30, 50, 100, 200, 500, 1000, 2000, 5000, 10_000)
_ROUND = (0, 0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.3, 0.5, 1)
_SURE = SHARES.index(0.95)
_HELD = 0.03  # the published rate, marked where the scenario withholds nothing
_PLACES = ("low", "middle", "high")


def reserve_answer(study: ReserveStudy, words: Words) -> str:
    """Return in sentences whether the reserve suffices, and what stays under ground."""
    period = injection_period(study)
    near, far = study.at(_SHOWN[0]), study.at(_SHOWN[-1])
    scenario = study.results.scenario
    published = scenario.storage.leakage and scenario.storage.leakage.regime
    sentences = [
        words("ccs.drawn", draws=number(study.samples), seed=study.seed),
        words(
            "ccs.stored",
            stored=number(round(float(study.results["co2_stored"].sum()))),
            years=number(period),
            retained=share_text(study["retained_share"][MIDDLE, near]),
            far=share_text(study["retained_share"][MIDDLE, far]),
        ),
        suffices(study, words),
        *_without_rules(study, words),
        words("ccs.needed", near=_rate(study, near, words), far=_rate(study, far, words)),
        words(
            "ccs.first_shortfall",
            times=words("ccs.first_gap").join(_first_shortfalls(study, words)),
        ),
        *([words("ccs.industry")] if published else []),
        *([words("ccs.way_transform")] if study.way == "transform" else []),
    ]
    return page(words, words("ccs.answer"), sentences=sentences)


def suffices(study: ReserveStudy, words: Words) -> str:
    """Say with which probability the reserve covers all reversals, soon and in the long run."""
    near, far = study.at(_SHOWN[0]), study.at(_SHOWN[-1])
    return words(
        "ccs.suffices",
        rate=share_text(float(study["reserve_rate"])),
        near=with_error(study["sufficient"][near], study["sufficient_error"][near], words),
        far=with_error(study["sufficient"][far], study["sufficient_error"][far], words),
    )


def _without_rules(study: ReserveStudy, words: Words) -> Iterator[str]:
    """Say what the probabilities leave out, where the scenario has it."""
    reserve = study.results.scenario.reserve
    if reserve.release_after is not None or reserve.top_up != "nobody":
        yield words("ccs.without_rules")


def _rate(study: ReserveStudy, at: int, words: Words) -> str:
    return with_error(
        study["required_rate"][_SURE, at], study["required_rate_error"][_SURE, at], words
    )


def _first_shortfalls(study: ReserveStudy, words: Words) -> Iterator[str]:
    """Yield by which year how many draws have fallen short; of equal years the most draws."""
    by_year = dict(zip(study["first_shortfall"].tolist(), study["risk"].tolist(), strict=True))
    for years, risk in by_year.items():
        if math.isfinite(years):
            text = number(round(years))
            yield words("ccs.first_after", risk=share_text(risk), years=text)
    never = study["risk"][np.isinf(study["first_shortfall"])]
    if never.size:
        yield words("ccs.first_never", risk=share_text(never[0]))


def account(study: ReserveStudy, words: Words) -> str:
    """Return the balance of the reserve over the years, and who bears reversals."""
    years, balance = study["simulated_year"], study["reserve_balance"]
    title = words("storage.balance_title")
    figure = bands_figure(years, [{"reserve": balance}], words, title=title)
    by_rules, error = study["sufficient_by_rules"], study["sufficient_by_rules_error"]
    rows = [
        (str(years[at]), [*spread(balance[:, at]), with_error(by_rules[at], error[at], words)])
        for at in listed(years.size)
    ]
    heads = [words("table.year"), *(words(f"ccs.balance_{place}") for place in _PLACES)]
    by_year = Table(
        words("ccs.balance_caption"),
        [*heads, words("ccs.covered")],
        rows,
        folded=True,
        years=True,
    )
    borne = [
        (
            words(f"ccs.bearer_{bearer}"),
            [number(round(float(amount))), number(round(float(error)))],
        )
        for bearer, amount, error in zip(
            study["bearer"], study["borne"], study["borne_error"], strict=True
        )
        if amount > 0
    ]
    heads = [words("ccs.bearer"), words("ccs.expected"), words("ccs.error")]
    span = words("ccs.borne_caption", first=int(years[0]), last=int(years[-1]))
    tables = [*([Table(span, heads, borne)] if borne else []), by_year]
    rules = [*_rules(study, words), words("ccs.mean")]
    return page(words, title, figure=figure, place=3, sentences=rules, tables=tables)


def _rules(study: ReserveStudy, words: Words) -> Iterator[str]:
    """Say how the account is kept."""
    reserve = study.results.scenario.reserve
    yield words(f"ccs.liable_{reserve.liable}")
    yield words(f"ccs.shortfall_{reserve.shortfall}")
    if reserve.top_up != "nobody":
        yield words(f"ccs.top_up_{reserve.top_up}")
    if reserve.release_after is None:
        yield words("ccs.never_released")
    else:
        share, years = reserve.released_share, reserve.release_after.points[0]
        yield words("ccs.released", share=share_text(share), years=number(years))


def adequacy(study: ReserveStudy, words: Words) -> str:
    """Return the adequacy curve: with which probability which reserve suffices."""
    period, rates = injection_period(study), study["rate"]
    horizons = sorted({period, *_SHOWN})
    curves = {horizon: study["adequacy"][study.at(horizon)] for horizon in horizons}
    title = words("storage.adequacy_title")
    figure = adequacy_figure(rates, curves, words, marked=_marked(study), injection=period)
    tried = [*_ROUND, _marked(study)]
    picked = np.unique(np.searchsorted(rates, [rate for rate in tried if rate <= rates[-1]]))
    errors = study["adequacy_error"]
    rows = [
        (
            share_text(rates[at]),
            [
                with_error(curve[at], errors[study.at(horizon)][at], words)
                for horizon, curve in curves.items()
            ],
        )
        for at in picked
    ]
    heads = [words("ccs.rate"), *(years_text(horizon, words) for horizon in horizons)]
    tables = [Table(words("ccs.adequacy_caption"), heads, rows, folded=True)]
    return page(words, title, figure=figure, place=1, tables=tables)


def _marked(study: ReserveStudy) -> float:
    return float(study["reserve_rate"]) or _HELD


def required(study: ReserveStudy, words: Words) -> str:
    """Return the rate that suffices for so many years, and what else each horizon brings."""
    places = [at for at, horizon in enumerate(study["horizon"]) if horizon in _LISTED]
    horizons = study["horizon"][places]
    rates, errors = study["required_rate"][:, places], study["required_rate_error"][:, places]
    figure = required_rate_figure(
        horizons,
        dict(zip(SHARES, rates, strict=True)),
        dict(zip(SHARES, errors, strict=True)),
        words,
        marked=_marked(study),
        injection=injection_period(study),
    )
    named = [years_text(int(horizon), words) for horizon in horizons]
    cells = [
        [with_error(rate, error, words) for rate, error in zip(column, spread_, strict=True)]
        for column, spread_ in zip(rates.T, errors.T, strict=True)
    ]
    heads = [words("ccs.horizon"), *(words("storage.sure", share=share_text(s)) for s in SHARES)]
    tables = [
        Table(words("ccs.required_caption"), heads, list(zip(named, cells, strict=True))),
        _lost(study, places, named, words),
        _delay(study, words),
    ]
    title = words("storage.required_title")
    return page(words, title, figure=figure, place=4, tables=tables)


def _lost(study: ReserveStudy, places: list[int], named: list[str], words: Words) -> Table:
    """Return what is lacking, and what is retained, after so many years."""
    rows = [
        (
            name,
            [
                _tonnes(study, "expected_shortfall", place),
                share_text(study["retained_share"][MIDDLE, place]),
                share_text(study["retained_share"][LOW, place]),
            ],
        )
        for name, place in zip(named, places, strict=True)
    ]
    heads = [words(f"ccs.{name}") for name in ("horizon", "shortfall", "retained", "retained_low")]
    return Table(words("ccs.lost_caption"), heads, rows)


def _tonnes(study: ReserveStudy, name: str, at: int) -> str:
    value, error = (round(float(study[key][at])) for key in (name, f"{name}_error"))
    if not value and not error:
        return "0"
    return f"{number(value)} ± {number(error)}".replace(" ", "\N{NO-BREAK SPACE}")


def _delay(study: ReserveStudy, words: Words) -> Table:
    rows = [
        (share_text(rate), [with_error(value, error, words)])
        for rate, value, error in zip(
            study["discount"],
            study["delayed_value"],
            study["delayed_value_error"],
            strict=True,
        )
    ]
    heads = [words("ccs.discount"), words("ccs.benefit")]
    return Table(words("ccs.delay_caption"), heads, rows, folded=True)


def diversification(study: ReserveStudy, words: Words) -> str:
    """Return what it saves to spread the same CO2 over more sites."""
    kinds, sites = study["dependence"].tolist(), study["sites"]
    rates, errors = study["diversified_rate"], study["diversified_rate_error"]
    title = words("storage.diversification_title")
    figure = diversification_figure(
        sites,
        dict(zip(kinds, rates, strict=True)),
        words,
        errors=dict(zip(kinds, errors, strict=True)),
        probability=POOL_SHARE,
        marked=_marked(study),
    )
    rows = [
        (
            number(int(count)),
            [with_error(rates[k, at], errors[k, at], words) for k in range(len(kinds))],
        )
        for at, count in enumerate(sites)
    ]
    heads = [words("ccs.sites"), *(words(f"storage.dependence_{kind}") for kind in kinds)]
    tables = [Table(words("ccs.diversification_caption"), heads, rows)]
    return page(words, title, figure=figure, place=5, tables=tables)
