"""Mitigation outcomes of a scenario, and what both countries adjust their balances by (A1–A4)."""

from __future__ import annotations

import datetime
import functools
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from jcm_models.article6_settings import Ndc
from jcm_models.batch import Batch
from jcm_models.corresponding_adjustments import (
    Adjustment,
    NdcAccounting,
    ReferenceReduction,
    Target,
    corresponding_adjustment,
    emissions_balance,
    margin,
    reference_reduction_needed,
    target_level,
    transferable,
)
from jcm_models.results import Results
from jcm_models.rulebook import JAPAN, rules_at
from jcm_models.scenario import Scenario
from jcm_models.variables import PARTIES

__all__ = ["NdcOutcome", "countries_of", "itmos", "ndc_outcome", "oversold"]

Array = NDArray[np.float64]
Whole = NDArray[np.int64]

_JAPANESE = [party.startswith("japan") for party in PARTIES]


def countries_of(scenario: Scenario) -> tuple[str, str]:
    """Return the two countries whose balances are adjusted, the host first."""
    return scenario.host, JAPAN


def itmos(
    batch: Batch, credits_by_party: Whole, leaked: Array | None = None
) -> dict[str, NDArray[Any]]:
    """Return what is first transferred and used, and the adjustments and balances that follow.

    Parameters
    ----------
    batch : Batch
        The scenarios.
    credits_by_party : array of int, shape (row, party, year)
        Credits of each party by vintage [tCO2e/yr].
    leaked : array, shape (row, year), optional
        CO2 leaked from storage [tCO2e/yr]: it counts in the host's inventory (R3).

    Returns
    -------
    dict of str to array
        ``itmos_first_transferred`` and ``itmos_used`` [tCO2e/yr], shape (row, year); for one
        scenario ``corresponding_adjustment`` and, where a country's emissions are given,
        ``emissions_balance`` [tCO2e/yr], shape (row, country, year).
    """
    from_vintage = rules_at(JAPAN, datetime.date.max)["first_itmo_vintage"].value
    japanese = credits_by_party[:, _JAPANESE].sum(axis=1)
    authorized = np.array([s.article6.authorized == "japan" for s in batch.scenarios])
    of_japan = batch.each_row(authorized[:, np.newaxis] & (batch.years >= from_vintage))
    first = japanese * of_japan
    used = np.zeros_like(first)
    for index, scenario in enumerate(batch.scenarios):
        rows = slice(None) if batch.is_alone else batch.rows_of(index)
        lag = min(scenario.article6.years_until_use, batch.years.size)
        used[rows, lag:] = first[rows, : batch.years.size - lag]
    found: dict[str, NDArray[Any]] = {"itmos_first_transferred": first, "itmos_used": used}
    if not batch.is_alone:  # the hosts differ, and each has a period of its own
        return found
    escaped = np.zeros((1, batch.years.size)) if leaked is None else leaked
    return found | _adjusted(batch.scenarios[0], first, used, escaped)


def _adjusted(
    scenario: Scenario, first: Whole, used: Whole, leaked: Array
) -> dict[str, NDArray[Any]]:
    both = [_Country(scenario, code, first, used, leaked) for code in countries_of(scenario)]
    annual = [country.simulated(country.adjustment.annual) for country in both]
    found = {"corresponding_adjustment": np.stack(annual, axis=1)}
    if any(country.ndc.emissions for country in both):
        balances = [country.simulated(country.balance) for country in both]
        found["emissions_balance"] = np.stack(np.broadcast_arrays(*balances), axis=1)
    return found


@dataclass(frozen=True, eq=False)
class _Country:
    """One country's accounts over its NDC period and the years simulated.

    `first` and `used` are those of the scenario [tCO2e/yr], shape (..., year): the host
    transfers, Japan uses; CO2 that has `leaked` is in the inventory of the host (R3).
    """

    scenario: Scenario
    code: str
    first: Whole
    used: Whole
    leaked: Array

    @property
    def is_host(self) -> bool:
        """Whether it is the partner country."""
        return self.code == self.scenario.host

    @property
    def ndc(self) -> Ndc:
        """Its NDC, and how it accounts for it."""
        article6 = self.scenario.article6
        return article6.host if self.is_host else article6.japan

    @functools.cached_property
    def accounting(self) -> NdcAccounting:
        """Method and period, over all years that matter."""
        ndc = self.ndc
        return NdcAccounting(
            method=ndc.accounting,
            first_year=ndc.first_year,
            last_year=ndc.last_year,
            years=ndc.years(self.scenario.years.first, self.scenario.years.last),
        )

    def simulated(self, annual: Array) -> Array:
        """Return what lies in the years simulated."""
        return annual[..., self._simulated]

    def over_all_years(self, annual: NDArray[Any]) -> Array:
        """Lay amounts of the years simulated over all years; nothing stands outside."""
        wide = np.zeros((*annual.shape[:-1], self.accounting.years.size))
        wide[..., self._simulated] = annual
        return wide

    @functools.cached_property
    def _simulated(self) -> slice:
        """Where the years simulated lie among all that matter."""
        start = int(self.scenario.years.first - self.accounting.years[0])
        return slice(start, start + self.scenario.calendar_years.size)

    @functools.cached_property
    def adjustment(self) -> Adjustment:
        """What is added to its emissions [tCO2e/yr]."""
        nothing = np.zeros((*self.first.shape[:-1], self.accounting.years.size))
        first = self.over_all_years(self.first) if self.is_host else nothing
        used = nothing if self.is_host else self.over_all_years(self.used)
        return corresponding_adjustment(first, used, self.accounting)

    @property
    def emissions(self) -> Array:
        """Emissions covered by its NDC, with leaked CO2 [tCO2e/yr]; NaN where not given."""
        given = self.ndc.emissions
        years = self.accounting.years
        if given is None:
            return np.full(years.size, np.nan)
        return given.at(years) + (self.over_all_years(self.leaked) if self.is_host else 0.0)

    @property
    def balance(self) -> Array:
        """Its emissions, adjusted [tCO2e/yr]."""
        return emissions_balance(self.emissions, self.adjustment)

    @property
    def target(self) -> Target | None:
        """What it aims for; None where that is not given."""
        ndc = self.ndc
        if ndc.share is None or ndc.baseline is None:
            return None
        of_one_year = ndc.target == "base_year"
        baseline = ndc.baseline.number if of_one_year else ndc.baseline.at(self.accounting.years)
        return Target(kind=ndc.target, share=ndc.share.number, baseline=baseline)


class NdcOutcome(NamedTuple):
    """How a country stands against its NDC, without and with the adjustments of this project.

    `level`, `before` and `after` are those of the target year [tCO2e/yr], or of the whole period
    for a cumulative target [tCO2e]; before and after is how far emissions stay below the level.
    `most` is what a host can first transfer before its own target is missed, over the period
    [tCO2e], and `reduction` how much lower the reference must be for that; None for Japan.
    """

    country: str
    cumulative: bool
    level: float
    before: float
    after: float
    most: float | None = None
    reduction: ReferenceReduction | None = None


def oversold(scenario: Scenario, first: Whole, leaked: Array | None = None) -> Array | None:
    """Return what the host first transfers beyond what leaves its own target met.

    Parameters
    ----------
    scenario : Scenario
        The scenario, perhaps with drawn numbers.
    first : array of int, shape (sample, year)
        First transferred [tCO2e/yr].
    leaked : array, shape (sample, year), optional
        CO2 leaked from storage [tCO2e/yr].

    Returns
    -------
    array of shape (sample,) or None
        [tCO2e], over the NDC period; None where emissions or target of the host are not given.
    """
    nothing = np.zeros((1, scenario.calendar_years.size))
    account = _Country(scenario, scenario.host, first, first, nothing if leaked is None else leaked)
    if account.target is None or account.ndc.emissions is None:
        return None
    how = account.accounting
    most = transferable(account.target, account.emissions, np.zeros(how.years.size), how)
    planned = how.over_period(account.over_all_years(first))
    return np.asarray(np.maximum(planned - most, 0.0))


def _against_the_reference(results: Results) -> Array:
    """Return the reductions behind the credits [tCO2e/yr]: reserve and all, before the discount.

    A tonne off the reference takes the discount factor of a tonne off the credits issued; deficits
    that are carried make that an approximation.
    """
    discount = results.scenario.crediting.discount.at(results.scenario.calendar_years)
    issued = results["credits_issued"].astype(float)
    return np.asarray(np.divide(issued, discount, out=np.zeros_like(issued), where=discount > 0))


def ndc_outcome(results: Results, country: str) -> NdcOutcome | None:
    """Return how a country stands against its NDC.

    Parameters
    ----------
    results : Results
        The scenario, computed.
    country : str
        ISO 3166 alpha-3 code of the host, or JPN.

    Returns
    -------
    NdcOutcome or None
        None where its emissions or its target are not given.
    """
    arrays = results.arrays
    account = _Country(
        results.scenario,
        country,
        arrays["itmos_first_transferred"],
        arrays["itmos_used"],
        arrays.get("co2_leaked", np.zeros(results["year"].shape)),
    )
    target = account.target
    if target is None or account.ndc.emissions is None:
        return None
    how = account.accounting
    found = NdcOutcome(
        country,
        target.kind == "cumulative",
        float(target_level(target, how)),
        float(margin(target, account.emissions, how)),
        float(margin(target, account.balance, how)),
    )
    if not account.is_host:
        return found
    nothing = np.zeros(how.years.size)
    most = transferable(target, account.emissions, nothing, how)
    credited = account.over_all_years(_against_the_reference(results))
    first = account.over_all_years(arrays["itmos_first_transferred"])
    needed = reference_reduction_needed(first, credited, most, how)
    return found._replace(most=float(most), reduction=needed)
