"""The sections on stored CO2 and its reserve: what leaks, and whether the reserve suffices."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping

import numpy as np

from jcm_models import reserve_sections
from jcm_models.figures import bands_figure
from jcm_models.reserve_answers import ReserveStudy, reserve_study
from jcm_models.results import Results
from jcm_models.sections import question
from jcm_models.site_leaks import injections
from jcm_models.storage import SecurityCalculator, Trapped
from jcm_models.storage_regimes import described, label_of, means
from jcm_models.study_pieces import Table, listed, page, share_text, spread, years_text
from jcm_models.wording import Words, number

__all__ = ["STORAGE_SECTIONS"]


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
                *spread(leaked[:, at]),
                *spread(retained[:, at]),
            ],
        )
        for at in listed(years.size)
    ]
    heads = [words("table.year"), words("ccs.injected")]
    heads += [words(f"ccs.{name}_{place}") for name in ("leaked", "stored") for place in _PLACES]
    tables = [Table(words("ccs.stocks_caption"), heads, rows, folded=True, years=True)]
    tables += [*_trapped(study, words), *_regime(study, words)]
    title = words("storage.stocks_title")
    return page(
        words, title, figure=figure, place=2, sentences=list(_stages(study, words)), tables=tables
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
    yearly = sum(plan.total / plan.period for _, plan in plans)
    wells = yearly / means(str(leakage.regime))["injection_per_well"].item()
    yield Table(words("ccs.held_caption", wells=number(math.ceil(wells))), heads, rows, folded=True)


def _regime(study: ReserveStudy, words: Words) -> Iterator[Table]:
    """Yield the parameters of the leak model, where they are those of a published regime."""
    leakage = study.results.scenario.storage.leakage
    if leakage is None or leakage.regime is None:
        return
    rows = [
        (
            words.choose(parameter.label.en, parameter.label.ja),
            [words.written(distribution), words.unit(parameter.unit) or words("text.unit_share")],
        )
        for parameter, distribution in described(leakage.regime)
    ]
    heads = [words(f"ccs.{name}") for name in ("parameter", "distribution")]
    regime = label_of(leakage.regime)
    caption = words("ccs.regime_caption", regime=words.choose(regime.en, regime.ja))
    yield Table(caption, [*heads, words("methods.unit")], rows, folded=True)


_PLACES = ("low", "middle", "high")
_TRAPPED = (30, 100, 500, 1000, 5000, 10_000)


def _stages(study: ReserveStudy, words: Words) -> Iterator[str]:
    """Say when injection ends, and when the project is terminated and complete."""
    years, stage = study.results["year"], study.results["storage_stage"]
    monitored = study.results.scenario.storage.monitoring is not None
    for number_ in (1, 2, 3, 4) if monitored else (1,):
        (inside,) = np.nonzero(stage == number_)
        if inside.size:
            first, last = int(years[inside[0]]), int(years[inside[-1]])
            yield words(f"ccs.stage_{number_}", first=first, last=last)


def _answer(results: Results, words: Words) -> str:
    """Return whether the reserve suffices, or that nothing can be said of it."""
    found = _where_it_leaks(reserve_sections.reserve_answer)(results, words)
    return found or page(words, words("ccs.answer"), sentences=[words("ccs.nothing")])


def _question(results: Results, words: Words) -> str:
    """Return the question, answered by whether the reserve suffices where CO2 leaks."""
    found = _where_it_leaks(reserve_sections.suffices)(results, words)
    return question(results, words, [found] if found else [])


STORAGE_SECTIONS: Mapping[str, Section] = {
    "reserve_question": _question,
    "reserve_answer": _answer,
    "stored": _where_it_leaks(stored),
    "reserve_account": _where_it_leaks(reserve_sections.account),
    "adequacy": _where_it_leaks(reserve_sections.adequacy),
    "required_rate": _where_it_leaks(reserve_sections.required),
    "diversification": _where_it_leaks(reserve_sections.diversification),
}
