"""The sections on credits: contributions and shares, tonnes by party, issuances, both countries."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping

import numpy as np
from markupsafe import Markup

from jcm_models.article6_over_time import NdcOutcome, countries_of, ndc_outcome
from jcm_models.figures import adjustments_figure, flow_figure
from jcm_models.pieces import render
from jcm_models.results import Results
from jcm_models.scenario import Scenario
from jcm_models.shares_over_time import share_sensitivity
from jcm_models.variables import PARTIES, categories
from jcm_models.wording import Words, number, unit_text

__all__ = ["CREDIT_SECTIONS"]

_TENTH = 10.0  # of a contribution: what a change of it by 10 % does to the shares [%]
_LEAST_MOVE = 0.005  # percentage points of which nothing would be seen


def contributions(results: Results, words: Words) -> str:
    """Return who contributes what, the shares that follow, and what moves them."""
    scenario = results.scenario
    allocation = scenario.allocation
    return render(
        "contributions.html",
        words,
        how=words(f"credit.way_{allocation.way}"),
        rule=" ".join(_rule(scenario, words)),
        rows=list(_contributed(results, words)),
        moves=list(_moves(results)),
        parties=[words.party(party) for party in PARTIES],
        shares=list(_shares(results, words)),
        spans=[_span(run) for run in _runs(results)],
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
        unit = unit_text(each.amount.unit) or words("credit.points")
        yield {
            "name": _spoken(name),
            "kind": words.choose(kinds[each.kind].en, kinds[each.kind].ja),
            "party": words.party(each.by),
            "amount": f"{number(each.amount.points[0], 'USD')} {unit}",
            "year": str(each.year or ""),
        }


def _spoken(name: str) -> str:
    """Return a key as people write it: own_finance as Own finance."""
    text = name.replace("_", " ")
    return text[:1].upper() + text[1:]


def _moves(results: Results) -> Iterator[tuple[str, list[str]]]:
    """Yield by how many points each share of the last year moves with a tenth of a contribution."""
    scenario = results.scenario
    if not scenario.allocation.by_contributions:
        return
    moved = share_sensitivity(results)[..., -1] * _TENTH
    for name, row in zip(scenario.allocation.contributions or {}, moved, strict=True):
        yield _spoken(name), [_points(points) for points in row.tolist()]


def _points(points: float) -> str:
    return "0" if abs(points) < _LEAST_MOVE else f"{points:+.2f}".replace("-", "\N{MINUS SIGN}")


def _runs(results: Results) -> list[tuple[int, int, int]]:
    """Return the stretches of years with the same shares: first and last year, and a column."""
    shares = results["allocation_share"]
    starts = np.flatnonzero(np.any(np.abs(np.diff(shares, axis=-1)) > 1e-9, axis=0)) + 1
    edges = [0, *starts.tolist(), shares.shape[-1]]
    years = results["year"].tolist()
    return [(years[a], years[b - 1], a) for a, b in itertools.pairwise(edges)]


def _span(run: tuple[int, int, int]) -> str:
    first, last, _ = run
    return str(first) if first == last else f"{first}–{last}"


def _shares(results: Results, words: Words) -> Iterator[tuple[str, list[str]]]:
    columns = [column for *_, column in _runs(results)]
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
            f"{each.monitored_from} – {each.monitored_to}",
            [
                str(each.issued_on or "–"),
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
    figure = flow_figure(results, words, host=_host(results, words))
    title = words("credit.flow")
    return render("figure.html", words, n=1, title=title, figure=Markup(figure.html()))


def balances(results: Results, words: Words) -> str:
    """Return both countries' adjustments, and how they stand against their NDCs."""
    names = dict(zip(countries_of(results.scenario), _names(results, words), strict=True))
    host, japan = names.values()
    ndcs = results.scenario.article6
    years = results["year"]
    final = {
        name: _final(ndc.accounting, ndc.first_year, ndc.last_year, years)
        for name, ndc in ((host, ndcs.host), (japan, ndcs.japan))
    }
    amounts = dict(zip((host, japan), results["corresponding_adjustment"], strict=True))
    figure = adjustments_figure(years, amounts, final, words, host=host)
    outcomes = [(names[code], ndc_outcome(results, code)) for code in names]
    return render(
        "balances.html",
        words,
        n=2,
        title=words("credit.balances"),
        figure=Markup(figure.html()),
        accounts=[_accounts(results, at, name, words) for at, name in enumerate(names.values())],
        countries=[_standing(name, found, words) for name, found in outcomes if found],
        unknown=[words("credit.no_target", country=name) for name, found in outcomes if not found],
        oversold=_oversold(host, outcomes[0][1], words),
    )


def _host(results: Results, words: Words) -> str:
    return _names(results, words)[0]


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
    "balances": balances,
}
