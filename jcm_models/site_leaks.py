"""What leaks from the sites of a scenario by expectation, and the models by which it leaks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from jcm_models.drawn_scenarios import replaced
from jcm_models.level_settings import numbers_of
from jcm_models.scenario import Scenario
from jcm_models.storage import (
    ConstantShare,
    DecayingShare,
    Injection,
    LeakModel,
    LeakTable,
    SecurityCalculator,
    YearlyChance,
    read_leak_table,
)
from jcm_models.storage_regimes import means
from jcm_models.storage_settings import Leakage, Site, Storage
from jcm_models.values import Value

__all__ = [
    "SiteInjection",
    "alike",
    "column",
    "expected_leaks",
    "injections",
    "leak_model",
    "leak_table",
    "of_samples",
    "shares_of_sites",
]

Array = NDArray[np.float64]
Whole = NDArray[np.int64]


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
    stored : array, shape (year,) or (sample, year)
        CO2 stored in each year [tCO2e/yr]; in the same years in every sample.

    Returns
    -------
    list of SiteInjection
        Of the sites that store anything, in their order.
    """
    shares = shares_of_sites(storage, scenario.calendar_years)
    found = []
    for site in range(shares.shape[-2]):
        amounts = shares[..., site, :] * stored
        (years,) = np.nonzero((amounts > 0).reshape(-1, amounts.shape[-1]).any(axis=0))
        if years.size:
            first, last = int(years[0]), int(years[-1])
            found.append(SiteInjection(first, Injection(amounts[..., first : last + 1])))
    return found


def shares_of_sites(storage: Storage, years: Whole) -> Array:
    """Return each site's share of what is stored in each year [1], shape (..., site, year)."""
    sites = storage.sites
    if isinstance(sites, int):
        return np.full((sites, years.size), 1 / sites)
    each = [_active(site, years) for site in sites.values()]
    shares = np.stack(np.broadcast_arrays(*each), axis=-2)
    total = shares.sum(axis=-2, keepdims=True)
    return np.asarray(np.divide(shares, total, out=np.zeros_like(shares), where=total > 0))


def _active(site: Site, years: Whole) -> Array:
    first = years[0] if site.first is None else site.first
    last = years[-1] if site.last is None else site.last
    return np.where((years >= first) & (years <= last), column(site.share.number), 0.0)


def leak_model(scenario: Scenario, leakage: Leakage) -> LeakModel:
    """Return the model by which stored CO2 leaks, with every parameter at its number or mean.

    Parameters
    ----------
    scenario : Scenario
        The scenario; a table stands beside its file.
    leakage : Leakage
        What it says.
    """
    match leakage.model:
        case "constant":
            return ConstantShare(_number(leakage.rate))
        case "decaying":
            floor = 0.0 if leakage.floor is None else _number(leakage.floor)
            return DecayingShare(_number(leakage.rate), floor, _number(leakage.decay))
        case "pool":
            return YearlyChance(_number(leakage.probability), _number(leakage.loss))
        case "table":
            return leak_table(scenario)
        case _:
            return SecurityCalculator(means(str(leakage.regime)))


def column(number: Any) -> Any:
    """Return numbers of samples as a column, so that they meet years; one number as it is."""
    return number[:, np.newaxis] if isinstance(number, np.ndarray) else number


def _number(value: Value | None) -> Any:
    assert value is not None  # a scenario without what its model needs is refused
    return value.number


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


def expected_leaks(scenario: Scenario, stored: Array) -> Array:
    """Return what leaks in each year by expectation.

    Parameters
    ----------
    scenario : Scenario
        The scenario.
    stored : array, shape (sample, year)
        CO2 stored in each year [tCO2e/yr].

    Returns
    -------
    array, shape (sample, year)
        [tCO2e/yr].
    """
    leaked = np.zeros(stored.shape)
    for rows in alike(stored):
        own = of_samples(scenario, rows, len(stored))
        leaked[rows] = _expected(own, stored[rows])
    return leaked


def _expected(scenario: Scenario, stored: Array) -> Array:
    storage, years = scenario.storage, stored.shape[-1]
    leaked = np.zeros(stored.shape)
    for start, plan in injections(scenario, storage, stored):
        since = np.arange(1, years - start + 1)
        amounts: Any = np.zeros(since.size)
        if storage.leakage:
            amounts = leak_model(scenario, storage.leakage).leaked(plan, since)
        amounts = np.minimum(amounts + _events_by(storage) * since, plan.injected(since))
        leaked[:, start:] += np.diff(amounts, prepend=0.0, axis=-1)
    return leaked


def alike(stored: Array) -> Iterator[Whole]:
    """Yield the samples that store CO2 in the same years.

    Parameters
    ----------
    stored : array, shape (sample, year)
        CO2 stored [tCO2e/yr]; samples that store nothing are left out.
    """
    patterns, which = np.unique(stored > 0, axis=0, return_inverse=True)
    for number, pattern in enumerate(patterns):
        if pattern.any():
            yield np.flatnonzero(which.ravel() == number)


def of_samples(scenario: Scenario, rows: Whole, samples: int) -> Scenario:
    """Return a scenario with the numbers of its storage in some samples only."""
    if rows.size == samples:
        return scenario
    found = dict(numbers_of(scenario.storage, ()))
    own = {path: value.of(rows) for path, value in found.items() if value.drawn is not None}
    return scenario.model_copy(update={"storage": replaced(scenario.storage, own)})


def _events_by(storage: Storage) -> Any:
    """Return what events let escape at a site in a year, by expectation [tCO2e/yr]."""
    if storage.events is None:
        return 0.0
    yearly = storage.events.per_year.number + storage.dependence.shocks_at_a_site
    return column(yearly * storage.events.mass.number)
