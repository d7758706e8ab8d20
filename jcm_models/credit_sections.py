"""The sections on credits: contributions and shares, tonnes by party, issuances, both countries."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from jcm_models.allocation_settings import Phase
from jcm_models.article6_over_time import NdcOutcome, countries_of, ndc_outcome
from jcm_models.figures import Figure, adjustments_figure, flow_figure
from jcm_models.pieces import render
from jcm_models.results import Results
from jcm_models.scenario import Scenario
from jcm_models.sections import question
from jcm_models.shares_over_time import share_sensitivity
from jcm_models.variables import PARTIES, categories
from jcm_models.wording import Words, number
from jcm_models.written import called

__all__ = ["CREDIT_SECTIONS"]

Whole = NDArray[np.int64]

_TENTH = 10.0  # of a contribution: what a change of it by 10 % does to the shares [%]
_LEAST_MOVE = 0.005  # percentage points of which nothing would be seen


def contributions(results: Results, words: Words) -> str:
    """Return who contributes what, the shares that follow, and what moves them."""
    scenario = results.scenario
    runs = _runs(results, results["allocation_share"])
    gap = words("figure.sentence_gap")
    return render(
        "contributions.html",
        words,
        how=words(f"credit.way_{scenario.allocation.way}"),
        rule=gap.join(_rule(scenario, words)),
        rows=list(_contributed(results, words)),
        moves=list(_moves(results, words)),
        moves_caption=gap.join(_moves_caption(results, words)),
        parties=[words.party(party) for party in PARTIES],
        begins=gap.join(_begins(results, words)),
        shares=list(_shares(results, runs, words)),
        spans=[_span(run, words) for run in runs],
    )


def _rule(scenario: Scenario, words: Words) -> Iterator[str]:
    """Say in sentences how the contributions become shares, and how shares become tonnes."""
    allocation = scenario.allocation
    if allocation.by_contributions and allocation.way == "contributions":
        yield words(f"credit.rule_{allocation.rule or 'proportional'}")
        if allocation.counted == "to_date":
            yield words("credit.counted_to_date")
        if allocation.programme or allocation.floors:
            yield words("credit.floor")
    if allocation.way != "agreed":
        yield words(f"credit.rounding_{allocation.rounding}")


def _contributed(results: Results, words: Words) -> Iterator[dict[str, str]]:
    """Yield a row for each contribution."""
    given = results.scenario.allocation.contributions or {}
    kinds = categories("contribution")
    for name, each in given.items():
        unit = words.unit(each.amount.unit) or words("credit.points")
        yield {
            "name": _spoken(name, results.scenario, words),
            "kind": words.choose(kinds[each.kind].en, kinds[each.kind].ja),
            "party": words.party(each.by),
            "amount": f"{number(each.amount.points[0], 'USD')} {unit}",
            "year": str(each.year or ""),
        }


def _spoken(name: str, scenario: Scenario, words: Words) -> str:
    """Return a name as people write it: own_finance as Own finance."""
    text = called(name, scenario.names, words.language)
    return text[:1].upper() + text[1:]


def _phase(results: Results) -> Whole:
    """Return the number of the phase in force in each year; 1 where there are none."""
    only = np.ones(results["year"].shape, dtype=np.int64)
    return np.asarray(results.arrays.get("allocation_phase", only))


def _decided(results: Results) -> NDArray[np.bool_]:
    """Tell the years in which contributions decide, and not shares that are given."""
    allocation = results.scenario.allocation
    made = [division.shares is None for _, division in allocation.divisions()]
    return np.array(made)[_phase(results) - 1] & allocation.by_contributions


def _moves(results: Results, words: Words) -> Iterator[tuple[str, list[tuple[str, list[str]]]]]:
    """Yield by how many points each share moves with a tenth of a contribution, by years."""
    decided, names = _decided(results), results.scenario.allocation.contributions or {}
    moved = share_sensitivity(results) * _TENTH
    for run in _runs(results, np.vstack([*moved, decided])):
        if decided[run[-1]]:
            spoken = [_spoken(name, results.scenario, words) for name in names]
            rows = [[_points(points) for points in row[:, run[-1]].tolist()] for row in moved]
            yield _span(run, words), list(zip(spoken, rows, strict=True))


def _moves_caption(results: Results, words: Words) -> Iterator[str]:
    """Say what the points are, and what they leave out."""
    divisions = [division for _, division in results.scenario.allocation.divisions()]
    yield words("credit.moves_caption")
    if any(each.shares is None and (each.programme or each.floors) for each in divisions):
        yield words("credit.moves_floor")
    if not _decided(results).all():
        yield words("credit.moves_given")
    for each in divisions:
        if isinstance(each, Phase) and each.after_payback_of:
            yield words("credit.moves_payback", party=words.party(each.after_payback_of))


def _begins(results: Results, words: Words) -> Iterator[str]:
    """Say when each phase but the first begins, and why; or that a pay-back is not reached."""
    years, phases = results["year"], results.scenario.allocation.phases or ()
    for number_, phase in enumerate(phases[1:], start=2):
        begun = years[_phase(results) == number_].tolist()
        if phase.after_payback_of is None:
            if begun:
                yield words("credit.phase_begins", year=begun[0])
            continue
        party = words.party(phase.after_payback_of)
        if begun:
            yield words("credit.paid_back", year=begun[0], before=begun[0] - 1, party=party)
        else:
            yield _not_begun(results, phase, party, words)


def _not_begun(results: Results, phase: Phase, party: str, words: Words) -> str:
    """Say what the credits of a party are worth, where a phase waits for it to be paid back."""
    assert phase.price is not None  # a scenario without it is refused
    given = (results.scenario.allocation.contributions or {}).values()
    owed = [each.amount for each in given if each.by == phase.after_payback_of]
    credits_ = results["credits"][PARTIES.index(str(phase.after_payback_of))]
    worth = float((credits_ * phase.price.at(results["year"])).sum())
    total = sum(float(amount.points[0]) for amount in owed)
    key = "credit.not_paid_back" if worth < total else "credit.paid_back_late"
    places = {"worth": number(worth, "USD"), "owed": number(total, "USD")}
    return words(key, party=party, unit=words.unit(owed[0].unit), **places)


def _points(points: float) -> str:
    return "0" if abs(points) < _LEAST_MOVE else f"{points:+.2f}".replace("-", "\N{MINUS SIGN}")


def _runs(results: Results, values: NDArray[np.float64]) -> list[tuple[int, int, int]]:
    """Return the stretches of years with the same values: first and last year, and a column."""
    starts = np.flatnonzero(np.any(np.abs(np.diff(values, axis=-1)) > 1e-9, axis=0)) + 1
    edges = [0, *starts.tolist(), values.shape[-1]]
    years = results["year"].tolist()
    return [(years[a], years[b - 1], a) for a, b in itertools.pairwise(edges)]


def _span(run: tuple[int, int, int], words: Words) -> str:
    first, last, _ = run
    return words("figure.year" if first == last else "figure.span", first=first, last=last)


def _shares(
    results: Results, runs: list[tuple[int, int, int]], words: Words
) -> Iterator[tuple[str, list[str]]]:
    columns = [column for *_, column in runs]
    for party, shares in zip(PARTIES, results["allocation_share"], strict=True):
        if shares.any():
            yield words.party(party), [number(float(shares[column]), "1") for column in columns]


def allocated(results: Results, words: Words) -> str:
    """Return the tonnes of each party by vintage, and what became of the credits before."""
    parties = [
        (party, credits)
        for party, credits in zip(PARTIES, results["credits"], strict=True)
        if credits.any()
    ]
    heads = [words("table.credits_issued")]
    columns = [results["credits_issued"]]
    if results["reserve_withheld"].any():
        heads.append(words("table.reserve_withheld"))
        columns.append(results["reserve_withheld"])
    heads += [words.party(party) for party, _ in parties]
    columns += [credits for _, credits in parties]
    rows = [
        (str(year), [number(int(column[at])) for column in columns])
        for at, year in enumerate(results["year"].tolist())
        if results["credits_issued"][at]
    ]
    sums = [number(int(column.sum())) for column in columns]
    return render("allocated.html", words, heads=heads, rows=rows, sums=sums)


def issuances(results: Results, words: Words) -> str:
    """Return the issuances: monitoring period, vintage, and tonnes; where there are periods."""
    scenario = results.scenario
    listed = results.issuances() if scenario.crediting.monitoring else []
    rows = [
        (
            words(
                "credit.from_to",
                first=words.date(each.monitored_from),
                last=words.date(each.monitored_to),
            ),
            [
                words.date(each.issued_on) if each.issued_on else "–",
                str(each.vintage),
                number(each.issued),
                *(number(each.credits.get(party, 0)) for party in PARTIES),
            ],
        )
        for each in listed
    ]
    heads = [words(f"credit.{name}") for name in ("issued_on", "vintage", "issued")]
    heads += [words.party(party) for party in PARTIES]
    return render("issuances.html", words, heads=heads, rows=rows)


def flow(results: Results, words: Words) -> str:
    """Return the figure of where the outcome ends up."""
    article6 = results.scenario.article6
    sides = {"host": article6.host, "japan": article6.japan}
    periods = {side: (ndc.first_year, ndc.last_year) for side, ndc in sides.items()}
    figure = flow_figure(results, words, host=_names(results, words)[0], periods=periods)
    title = words("credit.flow")
    return render("figure.html", words, n=1, title=title, figure=Markup(figure.html()))


def balance_question(results: Results, words: Words) -> str:
    """Return the question, answered by both countries' balances where a target is known."""
    found = ndc_outcome(results, countries_of(results.scenario)[0])
    if found is None:
        return question(results, words)
    target = words("figure.sentence_gap").join(_oversold(_names(results, words)[0], found, words))
    return question(results, words, [_adjusted(results, words).caption, *filter(None, [target])])


def balances(results: Results, words: Words) -> str:
    """Return both countries' adjustments, and how they stand against their NDCs."""
    names = dict(zip(countries_of(results.scenario), _names(results, words), strict=True))
    outcomes = [(names[code], ndc_outcome(results, code)) for code in names]
    return render(
        "balances.html",
        words,
        n=2,
        title=words("credit.balances"),
        figure=Markup(_adjusted(results, words).html()),
        accounts=[_accounts(results, at, name, words) for at, name in enumerate(names.values())],
        countries=[_standing(name, found, words) for name, found in outcomes if found],
        unknown=[words("credit.no_target", country=name) for name, found in outcomes if not found],
        oversold=_oversold(*outcomes[0], words),
    )


def _adjusted(results: Results, words: Words) -> Figure:
    """Draw what both countries adjust."""
    host, japan = _names(results, words)
    ndcs, years = results.scenario.article6, results["year"]
    final = {
        name: _final(ndc.accounting, ndc.first_year, ndc.last_year, years)
        for name, ndc in ((host, ndcs.host), (japan, ndcs.japan))
    }
    amounts = dict(zip((host, japan), results["corresponding_adjustment"], strict=True))
    return adjustments_figure(years, amounts, final, words, host=host)


def _names(results: Results, words: Words) -> tuple[str, str]:
    partner = results.scenario.partner
    return words.choose(partner.name, partner.name_ja), words("credit.japan")


def _final(method: str, first: int, last: int, years: np.ndarray) -> np.ndarray:
    """Tell which adjustments stand; by averaging only that of the last year."""
    return years == last if method == "averaging" else (years >= first) & (years <= last)


def _accounts(results: Results, at: int, name: str, words: Words) -> dict[str, object]:
    """Return a country's balance year by year, where its emissions are given."""
    adjusted = results["corresponding_adjustment"][at]
    balance = results["emissions_balance"][at] if "emissions_balance" in results else None
    rows: list[tuple[str, list[str]]] = []
    if balance is not None and not np.isnan(balance).any():
        for year, adjustment, total in zip(results["year"], adjusted, balance, strict=True):
            cells = [number(round(float(total - adjustment))), _signed(adjustment)]
            rows.append((str(year), [*cells, number(round(float(total)))]))
    return {"name": name, "rows": rows, "caption": words("credit.by_year")}


def _signed(amount: float) -> str:
    whole = round(float(amount))
    return f"{'+' if whole > 0 else ''}{number(whole)}"


def _standing(name: str, found: NdcOutcome, words: Words) -> tuple[str, list[str]]:
    kind = "period" if found.cumulative else "year"
    cells = [
        number(round(found.level)),
        _signed(found.before),
        _signed(found.after),
        words("credit.met" if found.after >= 0 else "credit.missed"),
    ]
    return words(f"credit.target_of_{kind}", country=name), cells


def _oversold(host: str, found: NdcOutcome | None, words: Words) -> list[str]:
    """Say how much the host can transfer, and how much lower the reference would have to be."""
    if found is None or found.most is None or found.reduction is None:
        return []
    most = words("credit.most", country=host, most=number(round(found.most)))
    if found.reduction.oversold <= 0:
        return [most, words("credit.fits")]
    needed = words(
        "credit.oversold",
        oversold=number(round(float(found.reduction.oversold))),
        share=number(float(found.reduction.share), "1"),
        yearly=number(round(float(found.reduction.annual.max()))),
    )
    return [most, needed]


CREDIT_SECTIONS: Mapping[str, Callable[[Results, Words], str]] = {
    "contributions": contributions,
    "allocated": allocated,
    "issuances": issuances,
    "flow": flow,
    "balance_question": balance_question,
    "balances": balances,
}
