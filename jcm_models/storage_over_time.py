"""Stored CO2 of scenarios over the years: what leaks as expected, and which credits that reverses.

What is drawn at random stands in `reserve_answers`; here every input is at its value or mean.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from jcm_models.batch import Batch
from jcm_models.problems import Problem
from jcm_models.reserve.account import BEARERS, Rules, kept
from jcm_models.reserve.dependence import require_correlation
from jcm_models.scenario import Scenario
from jcm_models.storage import (
    ConstantShare,
    DecayingShare,
    Injection,
    LeakModel,
    LeakTable,
    SecurityCalculator,
    Stages,
    YearlyChance,
    read_leak_table,
)
from jcm_models.storage_regimes import means
from jcm_models.storage_settings import Leakage, Site, Storage

__all__ = [
    "COMPLETE",
    "LEAKING",
    "SiteInjection",
    "account_rules",
    "injections",
    "last_issuances",
    "leak_model",
    "leak_table",
    "reversals",
    "storage_problems",
    "without_a_site",
]

Array = NDArray[np.float64]
Whole = NDArray[np.int64]

LEAKING = (
    "co2_leaked",
    "co2_retained",
    "storage_stage",
    "reversal",
    "reserve_topped_up",
    "reserve_cancelled",
    "reserve_released",
    "reversal_shortfall",
    "reversal_borne",
)
"""Results that only a scenario has which stores CO2, or releases its reserve."""

COMPLETE = 4
"""The stage in which nothing is monitored any more."""

_ROUNDING = 1e-6  # tonnes that are noise and no reversal


class SiteInjection(NamedTuple):
    """What is stored at a site, from the year at position `start` on."""

    start: int
    plan: Injection


def injections(scenario: Scenario, storage: Storage, stored: Array) -> list[SiteInjection]:
    """Divide what a project stores among its sites.

    Parameters
    ----------
    scenario : Scenario
        The scenario.
    storage : Storage
        Its sites, or others.
    stored : array, shape (year,)
        CO2 stored in each year [tCO2e/yr].

    Returns
    -------
    list of SiteInjection
        Of the sites that store anything, in their order.
    """
    shares = _shares(storage, scenario.calendar_years)
    found = []
    for amounts in shares * stored:
        (years,) = np.nonzero(amounts > 0)
        if years.size:
            first, last = int(years[0]), int(years[-1])
            found.append(SiteInjection(first, Injection(amounts[first : last + 1])))
    return found


def _shares(storage: Storage, years: Whole) -> Array:
    """Return each site's share of what is stored in each year [1], shape (site, year)."""
    sites = storage.sites
    if isinstance(sites, int):
        return np.full((sites, years.size), 1 / sites)
    shares = np.stack([_active(site, years) for site in sites.values()])
    total = shares.sum(axis=0)
    return np.asarray(np.divide(shares, total, out=np.zeros_like(shares), where=total > 0))


def _active(site: Site, years: Whole) -> Array:
    first = years[0] if site.first is None else site.first
    last = years[-1] if site.last is None else site.last
    return np.where((years >= first) & (years <= last), site.share.points[0], 0.0)


def leak_model(scenario: Scenario, leakage: Leakage) -> LeakModel:
    """Return the model by which stored CO2 leaks, with every parameter at its mean.

    Parameters
    ----------
    scenario : Scenario
        The scenario; a table stands beside its file.
    leakage : Leakage
        What it says.
    """
    match leakage.model:
        case "constant":
            return ConstantShare(_one(leakage.rate))
        case "decaying":
            floor = 0.0 if leakage.floor is None else _one(leakage.floor)
            return DecayingShare(_one(leakage.rate), floor, _one(leakage.decay))
        case "pool":
            return YearlyChance(_one(leakage.probability), _one(leakage.loss))
        case "table":
            return leak_table(scenario)
        case _:
            return SecurityCalculator(means(str(leakage.regime)))


def _one(number: Any) -> float:
    return float(number.points[0])


def leak_table(scenario: Scenario) -> LeakTable:
    """Read the leak table of a scenario.

    Raises
    ------
    OSError, ValueError
        If it cannot be read, or with every row that is wrong.
    """
    file = scenario.leak_table
    assert file is not None  # a scenario without it is refused
    return read_leak_table(file.read_text(encoding="utf-8"))


def _expected_leak(scenario: Scenario, stored: Array) -> Array:
    """Return what leaks in each year by expectation [tCO2e/yr], shape (year,)."""
    storage, years = scenario.storage, stored.size
    leaked = np.zeros(years)
    for start, plan in injections(scenario, storage, stored):
        since = np.arange(1, years - start + 1)
        amounts = np.zeros(since.size)
        if storage.leakage:
            amounts = leak_model(scenario, storage.leakage).leaked(plan, since)[0]
        amounts = np.minimum(amounts + _events_by(storage) * since, plan.injected(since))
        leaked[start:] += np.diff(amounts, prepend=0.0)
    return leaked


def _events_by(storage: Storage) -> float:
    """Return what events let escape at a site in a year, by expectation [tCO2e/yr]."""
    if storage.events is None:
        return 0.0
    yearly = _one(storage.events.per_year) + storage.dependence.shocks_at_a_site
    return yearly * _one(storage.events.mass)


def reversals(batch: Batch, known: Mapping[str, NDArray[Any]], withheld: Whole) -> dict[str, Any]:
    """Return what leaks, which credits that reverses, and what becomes of the reserves.

    Parameters
    ----------
    batch : Batch
        The scenarios.
    known : mapping of str to array
        ``co2_stored`` [tCO2e/yr] and ``credits_issued`` [tCO2e/yr], shape (project, year).
    withheld : array of int, shape (project, year)
        Credits withheld as reserve by the rate [tCO2e/yr].

    Returns
    -------
    dict of str to array
        The results named in `LEAKING`, ``reserve_balance`` [tCO2e], and ``extra`` [tCO2e/yr]:
        what issuances make good beyond the rate.
    """
    issued = known["credits_issued"]
    stored = known.get("co2_stored", np.zeros(issued.shape))
    leaked = np.zeros(issued.shape)
    stage = np.zeros(issued.shape, dtype=np.int64)
    for row, (scenario, span) in enumerate(zip(batch.scenarios, batch.spans, strict=True)):
        if scenario.storage.can_leak:
            leaked[row, span] = _expected_leak(scenario, stored[row, span])
        if scenario.injects:
            stage[row, span] = _stages(scenario, stored[row, span], leaked[row, span])
    reversal = _reversed(batch, leaked, issued, stage)
    flows = kept(withheld, issued, reversal, account_rules(batch), last_issuances(batch, issued))
    return {
        "co2_leaked": leaked,
        "co2_retained": np.cumsum(stored - leaked, axis=-1),
        "storage_stage": stage,
        "reversal": reversal,
        "reserve_topped_up": flows.topped_up,
        "reserve_cancelled": flows.cancelled,
        "reserve_released": flows.released,
        "reversal_shortfall": reversal - flows.borne[:, 0],
        "reversal_borne": flows.borne,
        "reserve_balance": flows.balance,
        "extra": flows.extra,
    }


def _stages(scenario: Scenario, stored: Array, leaked: Array) -> Whole:
    """Return the stage of the project in each year: 0 before injection, then 1 to 4."""
    (years,) = np.nonzero(stored > 0)
    stage = np.zeros(stored.shape, dtype=np.int64)
    monitoring = scenario.storage.monitoring
    if not years.size:
        return stage
    first, last = int(years[0]), int(years[-1])
    if monitoring is None:
        stage[first : last + 1], stage[last + 1 :] = 1, 2
        return stage
    limit = monitoring.leak_rate_below
    stages = Stages(
        preparatory=round(_one(monitoring.preparatory)),
        after_termination=round(_one(monitoring.after_termination)),
        leak_rate_below=None if limit is None else _one(limit),
        for_years=monitoring.for_years,
    )
    held = np.cumsum(stored - leaked)[first:]
    rates = np.divide(leaked[first:], held, out=np.zeros_like(held), where=held > 0)
    stage[first:] = stages.of_years(last - first + 1, rates)
    return stage


def _reversed(batch: Batch, leaked: Array, issued: Whole, stage: Whole) -> Whole:
    """Return the credits reversed in each year; each tonne leaked reverses one, while any is left.

    After completion nothing is reversed any more where the scenario ends the liability there.
    """
    ends = np.array([s.reserve.liable == "until_completion" for s in batch.scenarios])
    counted = np.where(ends[:, np.newaxis] & (stage == COMPLETE), 0.0, leaked)
    so_far = np.minimum(np.cumsum(counted, axis=-1), np.cumsum(issued, axis=-1))
    whole = np.ceil(so_far - _ROUNDING).astype(np.int64)
    return np.asarray(np.diff(np.maximum(whole, 0), axis=-1, prepend=0))


def last_issuances(batch: Batch, issued: Whole) -> Whole:
    """Return the position of the year in which each scenario issues last, shape (project,)."""
    by_vintage = issued.shape[-1] - 1 - np.argmax(issued[:, ::-1] > 0, axis=1)
    days = [[p.issued for p in s.crediting.monitoring if p.issued] for s in batch.scenarios]
    by_day = [max((day.year for day in each), default=0) - int(batch.years[0]) for each in days]
    return np.asarray(np.maximum(by_vintage, by_day))


def account_rules(batch: Batch) -> Rules:
    """Return how the reserve accounts of scenarios are kept."""
    reserves = [scenario.reserve for scenario in batch.scenarios]
    return Rules(
        bearer=np.array([BEARERS.index(each.shortfall) for each in reserves]),
        top_up=np.array([BEARERS.index(each.top_up) for each in reserves]),
        release_after=np.array([each.released_from for each in reserves]),
        release_share=np.array([each.released_share for each in reserves]),
        pooled=np.array([each.pooled for each in reserves]),
        last_year=np.array([span.stop - 1 for span in batch.spans]),
    )


def without_a_site(batch: Batch, known: Mapping[str, NDArray[Any]]) -> list[Problem]:
    """Find scenarios that store CO2 in years in which none of their sites injects."""
    problems = []
    for row, scenario in enumerate(batch.scenarios):
        if not scenario.injects or isinstance(scenario.storage.sites, int):
            continue
        years = scenario.calendar_years
        stored = known["co2_stored"][row, batch.spans[row]]
        shares = _shares(scenario.storage, years)
        nowhere = years[(stored > 0) & (shares.sum(axis=0) == 0)].tolist()
        idle = [
            name
            for name, share in zip(scenario.storage.sites, shares, strict=True)
            if not (share * stored).any()
        ]
        texts = []
        if nowhere:
            texts.append(f"CO2 is stored in {nowhere[0]}, and no site injects then")
        texts += [f"nothing is stored while {name} injects" for name in idle]
        if texts:
            text = "; ".join(texts) + "; give the sites years that cover those of the injection"
            place = scenario.document.place(("storage", "sites"))
            problems.append(Problem("storage.sites", text, place))
    return problems


def storage_problems(scenario: Scenario) -> Iterator[Problem]:
    """Find what only a closer look at storage shows: a leak table, a matrix of correlations.

    Parameters
    ----------
    scenario : Scenario
        The scenario; its keys fit together.
    """
    checks: list[tuple[tuple[str, ...], Callable[[], object]]] = []
    if scenario.leak_table is not None:
        checks.append((("storage", "leakage", "table"), lambda: leak_table(scenario)))
    correlation = scenario.storage.dependence.correlation
    if isinstance(correlation, tuple):
        path = ("storage", "dependence", "correlation")
        checks.append((path, lambda: require_correlation(np.array(correlation))))
    for key, check in checks:
        try:
            check()
        except (OSError, ValueError) as error:
            yield Problem(".".join(key), str(error), scenario.document.place(key))
