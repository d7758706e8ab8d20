"""Stored CO2 of scenarios over the years: what leaks, and which credits that reverses.

A single run takes what leaks by expectation; an ensemble draws it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jcm_models.batch import Batch
from jcm_models.correlations import require_correlation
from jcm_models.problems import Problem
from jcm_models.reserve.account import BEARERS, Rules, kept
from jcm_models.scenario import Scenario
from jcm_models.site_leaks import expected_leaks, leak_table, shares_of_sites
from jcm_models.storage import Stages
from jcm_models.storage_draws import leaks_of_samples

__all__ = [
    "COMPLETE",
    "LEAKING",
    "account_rules",
    "last_issuances",
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


def reversals(batch: Batch, known: Mapping[str, NDArray[Any]], withheld: Whole) -> dict[str, Any]:
    """Return what leaks, which credits that reverses, and what becomes of the reserves.

    Parameters
    ----------
    batch : Batch
        The scenarios.
    known : mapping of str to array
        ``co2_stored`` [tCO2e/yr] and ``credits_issued`` [tCO2e/yr], shape (row, year).
    withheld : array of int, shape (project, year)
        Credits withheld as reserve by the rate [tCO2e/yr].

    Returns
    -------
    dict of str to array
        The results named in `LEAKING`, ``reserve_balance`` [tCO2e], and ``extra`` [tCO2e/yr]:
        what issuances make good beyond the rate.
    """
    issued = known["credits_issued"]
    shape = (batch.size, batch.years.size)
    stored = known.get("co2_stored", np.zeros(shape))
    leaked = np.zeros(shape)
    stage = np.zeros(shape, dtype=np.int64)
    for index, (scenario, span) in enumerate(zip(batch.scenarios, batch.spans, strict=True)):
        rows = batch.rows_of(index)
        own = np.broadcast_to(stored, shape)[rows, span]
        if scenario.storage.can_leak and batch.chance is not None:
            leaked[rows, span] = leaks_of_samples(scenario, own, batch.chance)
        elif scenario.storage.can_leak:
            leaked[rows, span] = expected_leaks(scenario, own)
        if scenario.injects:
            stage[rows, span] = _stages(scenario, own, leaked[rows, span])
    withheld, issued = np.broadcast_to(withheld, shape), np.broadcast_to(issued, shape)
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
    stage = np.zeros(stored.shape, dtype=np.int64)
    for rows, (first, last) in _by_injection(stored):
        after = np.cumsum(stored[rows] - leaked[rows], axis=-1)[:, first:]
        rates = np.divide(leaked[rows, first:], after, out=np.zeros_like(after), where=after > 0)
        stage[rows, first:] = _stages_of(scenario, rows, last - first + 1, rates)
    return stage


def _by_injection(stored: Array) -> Iterator[tuple[Whole, tuple[int, int]]]:
    """Yield the samples that inject from the same first to the same last year, and both years."""
    injects = stored > 0
    first = injects.argmax(axis=-1)
    last = stored.shape[-1] - 1 - injects[:, ::-1].argmax(axis=-1)
    some = np.flatnonzero(injects.any(axis=-1))
    for pair in np.unique(np.stack([first, last])[:, some], axis=1).T:
        rows = some[(first[some] == pair[0]) & (last[some] == pair[1])]
        yield rows, (int(pair[0]), int(pair[1]))


def _stages_of(scenario: Scenario, rows: Whole, period: int, rates: Array) -> Whole:
    monitoring = scenario.storage.monitoring
    if monitoring is None:
        return np.where(np.arange(rates.shape[-1]) < period, 1, 2)
    limit = monitoring.leak_rate_below
    stages = Stages(
        preparatory=_whole_years(monitoring.preparatory.number, rows),
        after_termination=_whole_years(monitoring.after_termination.number, rows),
        leak_rate_below=None if limit is None else _of(limit.number, rows),
        for_years=monitoring.for_years,
    )
    return stages.of_years(period, rates)


def _of(number: Any, rows: Whole) -> Any:
    return number[rows] if isinstance(number, np.ndarray) else number


def _whole_years(number: Any, rows: Whole) -> Whole:
    return np.asarray(np.round(_of(number, rows)), dtype=np.int64)


def _reversed(batch: Batch, leaked: Array, issued: Whole, stage: Whole) -> Whole:
    """Return the credits reversed in each year; each tonne leaked reverses one, while any is left.

    After completion nothing is reversed any more where the scenario ends the liability there.
    """
    ends = np.array([s.reserve.liable == "until_completion" for s in batch.scenarios])
    counted = np.where(batch.each_row(ends[:, np.newaxis]) & (stage == COMPLETE), 0.0, leaked)
    so_far = np.minimum(np.cumsum(counted, axis=-1), np.cumsum(issued, axis=-1))
    whole = np.ceil(so_far - _ROUNDING).astype(np.int64)
    return np.asarray(np.diff(np.maximum(whole, 0), axis=-1, prepend=0))


def last_issuances(batch: Batch, issued: Whole) -> Whole:
    """Return the position of the year in which each row issues last, shape (row,)."""
    by_vintage = issued.shape[-1] - 1 - np.argmax(issued[:, ::-1] > 0, axis=1)
    days = [[p.issued for p in s.crediting.monitoring if p.issued] for s in batch.scenarios]
    by_day = [max((day.year for day in each), default=0) - int(batch.years[0]) for each in days]
    return np.asarray(np.maximum(by_vintage, batch.each_row(np.array(by_day))))


def account_rules(batch: Batch) -> Rules:
    """Return how the reserve accounts of all rows are kept."""
    reserves = [scenario.reserve for scenario in batch.scenarios]

    def each(numbers: list[Any]) -> Any:
        return np.concatenate([np.broadcast_to(number, (batch.samples,)) for number in numbers])

    return Rules(
        bearer=each([BEARERS.index(reserve.shortfall) for reserve in reserves]),
        top_up=each([BEARERS.index(reserve.top_up) for reserve in reserves]),
        release_after=each([reserve.released_from for reserve in reserves]),
        release_share=each([reserve.released_share for reserve in reserves]),
        # A sample pays for no other, and a project alone has its own reserve only.
        pooled=each([reserve.pooled and not batch.is_alone for reserve in reserves]),
        last_year=each([span.stop - 1 for span in batch.spans]),
    )


def without_a_site(batch: Batch, known: Mapping[str, NDArray[Any]]) -> list[Problem]:
    """Find scenarios that store CO2 in years in which none of their sites injects."""
    problems = []
    for index, scenario in enumerate(batch.scenarios):
        if not scenario.injects or isinstance(scenario.storage.sites, int):
            continue
        years = scenario.calendar_years
        rows = slice(None) if batch.is_alone else batch.rows_of(index)
        stored = known["co2_stored"][rows, batch.spans[index]].max(axis=0)
        shares = shares_of_sites(scenario.storage, years)
        shares = shares.reshape(-1, *shares.shape[-2:])[0]
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
