"""Leaks of stored CO2 drawn at random: parameters, sites that depend on each other, events."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jcm_models.batch import Chance
from jcm_models.reserve.dependence import correlated_shares, frailties
from jcm_models.scenario import Scenario
from jcm_models.site_leaks import (
    SiteInjection,
    alike,
    column,
    injections,
    leak_model,
    of_samples,
)
from jcm_models.storage import (
    ConstantShare,
    DecayingShare,
    Expected,
    Injection,
    LeakModel,
    SecurityCalculator,
    YearlyChance,
    draw_blowouts,
    summed_up,
)
from jcm_models.storage_regimes import drawn, regime
from jcm_models.storage_settings import Dependence, Events, Leakage, Storage
from jcm_models.values import Value
from jcm_models.variables import input_variable

__all__ = ["drawn_leaks", "leaks_of_samples", "spread_over"]

Array = NDArray[np.float64]
Whole = NDArray[np.int64]

# The parameters of models whose numbers the scenario gives, in the order in which they are drawn.
_OWN = ("rate", "floor", "decay")


def leaks_of_samples(scenario: Scenario, stored: Array, chance: Chance) -> Array:
    """Draw what leaks in each year of every sample of an ensemble.

    Parameters
    ----------
    scenario : Scenario
        The scenario, with the numbers of each sample.
    stored : array, shape (sample, year)
        CO2 stored in each year [tCO2e/yr].
    chance : Chance
        Where chance comes from.

    Returns
    -------
    array, shape (sample, year)
        CO2 leaked in each year [tCO2e/yr].
    """
    leaked = np.zeros(stored.shape)
    for block, generator in chance.blocks(len(stored)):
        for within in alike(stored[block]):
            rows = within + block.start
            own = of_samples(scenario, rows, len(stored))
            plans = injections(own, own.storage, stored[rows])
            first = min(plan.start for plan in plans)
            years = np.arange(1, stored.shape[-1] - first + 1)
            drawn_ = drawn_leaks(own, own.storage, plans, years, rows.size, generator)
            leaked[rows, first:] = np.diff(drawn_, prepend=0.0, axis=-1)
    return leaked


def spread_over(scenario: Scenario, sites: int, kind: str) -> Storage:
    """Return the storage of a scenario, spread over other equal sites with another dependence.

    Parameters
    ----------
    scenario : Scenario
        The scenario.
    sites : int
        Number of sites.
    kind : str
        How they depend on each other; what the scenario says of that kind holds.
    """
    storage = scenario.storage
    own, events = storage.dependence, storage.events
    dependence = own if kind == own.kind else Dependence.model_construct(kind=kind)
    if dependence.kind == "copula" and own.correlation is not None:
        given = own.correlation
        correlation = _average(given) if isinstance(given, tuple) else float(given)
        least = -1 / max(sites - 1, 1)
        dependence = dependence.model_copy(update={"correlation": max(correlation, least)})
    if events and kind != own.kind:
        # What shocks let escape must escape without them, too, or unlike leaks are compared.
        more = float(events.per_year.points[0] + own.shocks_at_a_site)
        per_year = events.per_year.model_copy(update={"points": (more,)})
        events = events.model_copy(update={"per_year": per_year})
    basins = min(max(storage.basin_of_sites) + 1, sites)
    changes = {"sites": sites, "basins": basins, "dependence": dependence, "events": events}
    return storage.model_copy(update=changes)


def _average(matrix: Sequence[Sequence[float]]) -> float:
    """Return the mean correlation of two different sites."""
    found = np.array(matrix)
    others = ~np.eye(len(found), dtype=bool)
    return float(found[others].mean()) if len(found) > 1 else 0.0


def drawn_leaks(
    scenario: Scenario,
    storage: Storage,
    plans: Sequence[SiteInjection],
    years: Whole,
    samples: int,
    generator: np.random.Generator,
    mass_scale: float = 1.0,
) -> Array:
    """Draw what leaks from all sites.

    Parameters
    ----------
    scenario : Scenario
        The scenario, beside whose file a leak table stands.
    storage : Storage
        What is said of leakage, events and dependence; that of the scenario, or a variant.
    plans : sequence of SiteInjection
        What is stored at each site.
    years : array of int, shape (horizon,)
        Years since the first injection at any site, rising.
    samples : int
        How often to draw.
    generator : numpy.random.Generator
        Where chance comes from.
    mass_scale : float
        What multiplies the mass of the scenario's events, such as where a site stores less [1].

    Returns
    -------
    array, shape (sample, horizon)
        CO2 leaked by the end of each year [t]; of a site never more than was injected.
    """
    if storage.dependence.kind == "identical":  # what happens at one happens at all
        one, sites = _average_site(plans), len(plans)
        alone = storage.model_copy(update={"dependence": Dependence(), "sites": 1, "basins": 1})
        drawn_once = drawn_leaks(
            scenario, alone, [SiteInjection(0, one)], years, samples, generator, mass_scale
        )
        return sites * drawn_once
    first = min(plan.start for plan in plans)
    draws = _Draws(scenario, storage, len(plans), samples, years, generator, mass_scale)
    total = np.zeros((samples, years.size))
    for site, (start, plan) in enumerate(plans):
        since = np.maximum(years - (start - first), 0)
        leaked = draws.modelled(site, plan, since)
        if storage.events is not None:
            leaked += draws.events(storage.events, site, start - first)
        total += np.minimum(leaked, plan.injected(since))
    return total


def _average_site(plans: Sequence[SiteInjection]) -> Injection:
    """Return the injection of the average site, from the first at any of them on."""
    first = min(plan.start for plan in plans)
    period = max(plan.start - first + plan.plan.period for plan in plans)
    amounts = np.zeros((*plans[0].plan.amounts.shape[:-1], period))
    for start, plan in plans:
        amounts[..., start - first : start - first + plan.period] += plan.amounts / len(plans)
    return Injection(amounts)


@dataclass(frozen=True, eq=False)
class _Draws:
    """What is drawn for all sites together, and for each of them."""

    scenario: Scenario
    storage: Storage
    sites: int
    samples: int
    years: Whole
    generator: np.random.Generator
    mass_scale: float

    def modelled(self, site: int, plan: Injection, since: Whole) -> Array:
        """Return what leaks by the model of a site [t], shape (sample, horizon)."""
        leakage, leaked = self.storage.leakage, np.zeros((self.samples, since.size))
        if leakage is None or not since.any():
            return leaked
        first = int(np.searchsorted(since, 1))  # the years before are those of other sites
        found = self._since_begun(leakage, site, plan, since[first:])
        if found.shape == leaked.shape:
            return found
        leaked[:, first:] = found
        return leaked

    def _since_begun(self, leakage: Leakage, site: int, plan: Injection, years: Whole) -> Array:
        model = self._model(leakage, site)
        if isinstance(model, SecurityCalculator) and leakage.blowouts == "events":
            return self._with_events(model, plan, years, site)
        if isinstance(model, YearlyChance):
            return model.drawn(plan, years, self.samples, self.generator)
        return model.leaked(plan, years)

    def _with_events(
        self, model: SecurityCalculator, plan: Injection, years: Whole, site: int
    ) -> Array:
        leaked, blowouts = model.apart(plan, years)
        often, masses = self._multiplier[:, site], regime(str(self._leakage.regime))

        def numbers(expected: Expected, hit: Whole) -> Array:
            return expected.of_samples(hit) * often[hit, np.newaxis]

        for kind, expected in blowouts.items():
            by_the_end, own = expected.by_the_end * often, functools.partial(numbers, expected)
            escaped = draw_blowouts(by_the_end, own, masses[kind], self.generator)
            leaked[escaped.samples] += escaped.amounts
        return leaked

    @property
    def _leakage(self) -> Leakage:
        assert self.storage.leakage is not None
        return self.storage.leakage

    def _model(self, leakage: Leakage, site: int) -> LeakModel:
        if leakage.model in ("table", "pool"):
            return leak_model(self.scenario, leakage)
        shares = self._shares[:, site]
        if leakage.model == "security_calculator":
            return SecurityCalculator(drawn(str(leakage.regime), shares))
        rate, floor, decay = (
            _quantiles(name, getattr(leakage, name), shares[:, at]) for at, name in enumerate(_OWN)
        )
        if leakage.model == "constant":
            return ConstantShare(rate)
        return DecayingShare(rate, floor, decay)

    @functools.cached_property
    def _shares(self) -> Array:
        """Shares of draws below the parameters of each site, shape (sample, site, parameter)."""
        calculator = self._leakage.model == "security_calculator"
        size = len(regime(str(self._leakage.regime))) if calculator else len(_OWN)
        shape = (self.samples, self.sites, size)
        dependence = self.storage.dependence
        if dependence.kind == "copula" and self.sites > 1:
            correlation = np.array(dependence.correlation)
            draw = functools.partial(correlated_shares, self.generator, self.samples, self.sites)
            return np.stack([draw(correlation) for _ in range(size)], axis=-1)
        return self.generator.random(shape)

    @functools.cached_property
    def _multiplier(self) -> Array:
        """What multiplies the rate of events at each site [1], shape (sample, site)."""
        shape = self.storage.dependence.shape
        if self.storage.dependence.kind != "frailty" or shape is None:
            return np.ones((self.samples, self.sites))
        basins = self.storage.basin_of_sites
        return frailties(self.generator, self.samples, shape.number, basins)

    def events(self, happened: Events, site: int, begins: int) -> Array:
        """Return what events let escape at a site [t], shape (sample, horizon).

        Of the years of the project the site injects from `begins` on.
        """
        since = np.maximum(self.years - begins, 0)
        mass, yearly = happened.mass.distribution, column(happened.per_year.number)
        rate = yearly * self._multiplier[:, site : site + 1]
        own = draw_blowouts(
            (rate * since[-1])[:, 0], lambda hit: rate[hit] * since, mass, self.generator
        )
        owner, moment, at = self._shocks[self.storage.basin_of_sites[site]]
        hit_share = np.broadcast_to(self._hit_share, (self.samples,))[owner]
        hit = (self.generator.random(owner.size) < hit_share) & (moment > begins)
        amounts = mass.quantile(self.generator.random(hit.sum()))
        shared = summed_up(owner[hit], at[hit], amounts, since.size)
        found = np.zeros((self.samples, since.size))
        for escaped in (own, shared):
            found[escaped.samples] += escaped.amounts
        return self.mass_scale * found

    @property
    def _hit_share(self) -> Any:
        share = self.storage.dependence.hit_share
        return 0.0 if share is None else share.number

    @functools.cached_property
    def _shocks(self) -> list[tuple[Whole, Array, Whole]]:
        """The shocks of each basin: the draw of each, its time [yr], and the year it falls in."""
        rate = self.storage.dependence.shocks_per_year
        yearly = 0.0 if rate is None else rate.number
        found, horizon = [], int(self.years[-1])
        for _ in range(max(self.storage.basin_of_sites) + 1):
            numbers = self.generator.poisson(yearly * horizon, self.samples)
            owner = np.repeat(np.arange(self.samples), numbers)
            moment = self.generator.random(owner.size) * horizon
            found.append((owner, moment, np.searchsorted(self.years, moment)))
        return found


def _quantiles(name: str, value: Value | None, shares: Array) -> Array:
    """Return draws of a number of the scenario, within the bounds that it must have."""
    if value is None:
        return np.zeros(shares.shape)
    row = input_variable(f"storage.leakage.{name}")
    return np.clip(value.distribution.quantile(shares), row.least, row.most)
