"""The sections on stored CO2 and its reserve: what leaks, and whether the reserve suffices."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jcm_models.figures import (
    adequacy_figure,
    bands_figure,
    diversification_figure,
    required_rate_figure,
)
from jcm_models.reserve_answers import SHARES, ReserveStudy, reserve_study
from jcm_models.reserve_pooling import POOL_SHARE
from jcm_models.results import Results
from jcm_models.storage import SecurityCalculator, Trapped
from jcm_models.storage_over_time import injections
from jcm_models.storage_regimes import means
from jcm_models.study_pieces import Table, page, share_text, with_error, years_text
from jcm_models.wording import Words, number

__all__ = ["STORAGE_SECTIONS"]

Array = NDArray[Any]

_SHOWN = (100, 1000, 10_000)
_LISTED = (10, 20, 30, 50, 100, 200, 500, 1000, 2000, 5000, 10_000)
_SURE = SHARES.index(0.95)
_HELD = 0.03  # the published rate, marked where the scenario withholds nothing
_MIDDLE, _LOW, _HIGH = 2, 0, -1
_YEARS_APART = 5


class _Latest:
    """The study of the results shown last, so that several sections draw once."""

    results: Results | None = None
    study: ReserveStudy | None = None

    def of(self, results: Results) -> ReserveStudy:
        """Return the study of some results."""
        if self.results is not results or self.study is None:
            self.study, self.results = reserve_study(results), results
        return self.study


_latest = _Latest()


Section = Callable[[Results, Words], str]


def _where_it_leaks(section: Callable[[ReserveStudy, Words], str]) -> Section:
    """Return a section that is empty where the scenario says nothing of leaks."""

    def shown(results: Results, words: Words) -> str:
        if not results.scenario.storage.can_leak or not results["co2_stored"].any():
            return ""
        return section(_latest.of(results), words)

    return shown


def reserve_answer(study: ReserveStudy, words: Words) -> str:
    """Return in sentences whether the reserve suffices, and what stays under ground."""
    period = _period(study)
    near, far = study.at(_SHOWN[0]), study.at(_SHOWN[-1])
    rate = float(study["reserve_rate"])
    sentences = [
        words(
            "ccs.stored",
            stored=number(round(float(study.results["co2_stored"].sum()))),
            years=number(period),
            retained=share_text(study["retained_share"][_MIDDLE, near]),
            far=share_text(study["retained_share"][_MIDDLE, far]),
        ),
        words(
            "ccs.suffices",
            rate=share_text(rate),
            near=with_error(study["sufficient"][near], study["sufficient_error"][near]),
            far=with_error(study["sufficient"][far], study["sufficient_error"][far]),
        ),
        words(
            "ccs.needed",
            near=share_text(study["required_rate"][_SURE, near]),
            far=share_text(study["required_rate"][_SURE, far]),
        ),
        words(
            "ccs.first_shortfall",
            times=words("ccs.first_gap").join(_first_shortfalls(study, words)),
        ),
        words("ccs.drawn", draws=number(study.samples), seed=study.seed, way=_way(study, words)),
    ]
    return page(words, words("ccs.answer"), sentences=sentences)


def _first_shortfalls(study: ReserveStudy, words: Words) -> Iterator[str]:
    for risk, years in zip(study["risk"], study["first_shortfall"], strict=True):
        known = math.isfinite(years)
        key = "ccs.first_after" if known else "ccs.first_never"
        yield words(key, risk=share_text(risk), years=number(round(years)) if known else "")


def _way(study: ReserveStudy, words: Words) -> str:
    return words(f"ccs.way_{study.way}")


def _period(study: ReserveStudy) -> int:
    """Return the years from the first injection to the last."""
    (years,) = np.nonzero(study.results["co2_stored"] > 0)
    return int(years[-1] - years[0]) + 1


def stored(study: ReserveStudy, words: Words) -> str:
    """Return what is injected, stored and leaked over the years."""
    years = study["simulated_year"]
    injected = np.cumsum(study.results["co2_injected"])[-years.size :]
    retained, leaked = study["retained"][:, : years.size], study["leaked"][:, : years.size]
    figure = bands_figure(
        years,
        [{"injected": injected, "stored": retained}, {"leaked": leaked}],
        words,
        title=words("storage.stocks_title"),
    )
    rows = [
        (
            str(years[at]),
            [
                number(round(float(injected[at]))),
                *_spread(retained[:, at]),
                *_spread(leaked[:, at]),
            ],
        )
        for at in _listed(years.size)
    ]
    heads = [words("table.year"), words("ccs.injected")]
    heads += [words(f"ccs.{name}_{place}") for name in ("stored", "leaked") for place in _PLACES]
    tables = [Table(words("ccs.stocks_caption"), heads, rows, folded=True, years=True)]
    tables += _trapped(study, words)
    title = words("storage.stocks_title")
    return page(
        words, title, figure=figure, place=1, sentences=list(_stages(study, words)), tables=tables
    )


def _trapped(study: ReserveStudy, words: Words) -> Iterator[Table]:
    """Yield how the CO2 is held in the long run, where the model tells."""
    scenario = study.results.scenario
    leakage = scenario.storage.leakage
    if leakage is None or leakage.model != "security_calculator":
        return
    plans = injections(scenario, scenario.storage, study.results["co2_stored"])
    model = SecurityCalculator(means(str(leakage.regime)))
    years = np.array(_TRAPPED)
    held = [model.trapped(plan, years) for _, plan in plans]
    total = sum(plan.total for _, plan in plans)
    shares = {
        name: sum(getattr(each, name)[0] for each in held) / total for name in Trapped._fields
    }
    rows = [
        (years_text(int(year), words), [share_text(share[at]) for share in shares.values()])
        for at, year in enumerate(years)
    ]
    heads = [words("ccs.horizon"), *(words(f"ccs.held_{name}") for name in shares)]
    wells = total / plans[0].plan.period / means(str(leakage.regime))["injection_per_well"].item()
    yield Table(words("ccs.held_caption", wells=number(math.ceil(wells))), heads, rows, folded=True)


_PLACES = ("low", "middle", "high")
_TRAPPED = (30, 100, 500, 1000, 5000, 10_000)


def _spread(quantiles: Array) -> list[str]:
    return [number(round(float(quantiles[at]))) for at in (_LOW, _MIDDLE, _HIGH)]


def _listed(years: int) -> list[int]:
    """Return the positions of the years in a table: every fifth, and the last."""
    found = list(range(0, years, _YEARS_APART))
    return found if found[-1] == years - 1 else [*found, years - 1]


def _stages(study: ReserveStudy, words: Words) -> Iterator[str]:
    """Say when injection ends, and when the project is terminated and complete."""
    years, stage = study.results["year"], study.results["storage_stage"]
    monitored = study.results.scenario.storage.monitoring is not None
    for number_ in (1, 2, 3, 4) if monitored else (1,):
        (inside,) = np.nonzero(stage == number_)
        if inside.size:
            first, last = int(years[inside[0]]), int(years[inside[-1]])
            yield words(f"ccs.stage_{number_}", first=first, last=last)


def account(study: ReserveStudy, words: Words) -> str:
    """Return the balance of the reserve over the years, and who bears reversals."""
    years, balance = study["simulated_year"], study["reserve_balance"]
    title = words("storage.balance_title")
    figure = bands_figure(years, [{"reserve": balance}], words, title=title)
    by_rules, error = study["sufficient_by_rules"], study["sufficient_by_rules_error"]
    rows = [
        (str(years[at]), [*_spread(balance[:, at]), with_error(by_rules[at], error[at])])
        for at in _listed(years.size)
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
    rules = list(_rules(study, words))
    return page(words, title, figure=figure, place=2, sentences=rules, tables=tables)


def _rules(study: ReserveStudy, words: Words) -> Iterator[str]:
    """Say how the account is kept."""
    reserve = study.results.scenario.reserve
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
    period, rates = _period(study), study["rate"]
    horizons = sorted({period, *_SHOWN})
    curves = {horizon: study["adequacy"][study.at(horizon)] for horizon in horizons}
    title = words("storage.adequacy_title")
    figure = adequacy_figure(rates, curves, words, marked=_marked(study), injection=period)
    picked = np.unique(
        np.searchsorted(rates, np.linspace(0, rates[-1], 11)).clip(0, rates.size - 1)
    )
    errors = study["adequacy_error"]
    rows = [
        (
            share_text(rates[at]),
            [
                with_error(curve[at], errors[study.at(horizon)][at])
                for horizon, curve in curves.items()
            ],
        )
        for at in picked
    ]
    heads = [words("ccs.rate"), *(years_text(horizon, words) for horizon in horizons)]
    tables = [Table(words("ccs.adequacy_caption"), heads, rows, folded=True)]
    return page(words, title, figure=figure, place=3, tables=tables)


def _marked(study: ReserveStudy) -> float:
    rate = float(study["reserve_rate"])
    return round(rate, 4) or _HELD


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
        injection=_period(study),
    )
    rows = [
        (
            years_text(int(horizon), words),
            [
                *(
                    with_error(rate[at], error[at])
                    for rate, error in zip(rates, errors, strict=True)
                ),
                _tonnes(study, "expected_shortfall", place),
                share_text(study["retained_share"][_MIDDLE, place]),
                share_text(study["retained_share"][_LOW, place]),
            ],
        )
        for at, (horizon, place) in enumerate(zip(horizons, places, strict=True))
    ]
    heads = [words("ccs.horizon"), *(words("storage.sure", share=share_text(s)) for s in SHARES)]
    heads += [words(f"ccs.{name}") for name in ("shortfall", "retained", "retained_low")]
    tables = [Table(words("ccs.required_caption"), heads, rows), _delay(study, words)]
    title = words("storage.required_title")
    return page(words, title, figure=figure, place=4, tables=tables)


def _tonnes(study: ReserveStudy, name: str, at: int) -> str:
    value, error = (round(float(study[key][at])) for key in (name, f"{name}_error"))
    return f"{number(value)} ± {number(error)}" if value or error else "0"


def _delay(study: ReserveStudy, words: Words) -> Table:
    rows = [
        (share_text(rate), [with_error(value, error)])
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
        (number(int(count)), [with_error(rates[k, at], errors[k, at]) for k in range(len(kinds))])
        for at, count in enumerate(sites)
    ]
    heads = [words("ccs.sites"), *(words(f"storage.dependence_{kind}") for kind in kinds)]
    tables = [Table(words("ccs.diversification_caption"), heads, rows)]
    return page(words, title, figure=figure, place=5, tables=tables)


def _answer(results: Results, words: Words) -> str:
    """Return whether the reserve suffices, or that nothing can be said of it."""
    found = _where_it_leaks(reserve_answer)(results, words)
    return found or page(words, words("ccs.answer"), sentences=[words("ccs.nothing")])


STORAGE_SECTIONS: Mapping[str, Section] = {
    "reserve_answer": _answer,
    "stored": _where_it_leaks(stored),
    "reserve_account": _where_it_leaks(account),
    "adequacy": _where_it_leaks(adequacy),
    "required_rate": _where_it_leaks(required),
    "diversification": _where_it_leaks(diversification),
}
