"""A portfolio of sites: events drawn at random, and the reserve rate that would have sufficed."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from jcm_models.distributions import Distribution, require_mean
from jcm_models.reserve.dependence import frailties
from jcm_models.reserve.event_draws import Events, PoissonEvents, hits, in_order

__all__ = ["Outcome", "Portfolio", "Shocks", "simulate"]

Array = NDArray[np.float64]
Whole = NDArray[np.int64]

_EVENTS_AT_ONCE = 2**17  # what a processor keeps at hand
_SAMPLES_AT_ONCE = 2**16
_NOISE = 1e-12  # of a division


@dataclass(frozen=True, eq=False)
class Shocks:
    """Events that come to a whole basin, and may hit each of its sites.

    Parameters
    ----------
    rates : array, shape (basin, year)
        Expected shocks [1/yr].
    hit_share : float
        Probability that a shock makes a site leak, one by one for each site of the basin [1].
    """

    rates: Array
    hit_share: float


@dataclass(frozen=True, eq=False)
class Portfolio:
    """Sites at which events let CO2 escape.

    Parameters
    ----------
    rates : array, shape (site, year)
        Expected events of each site's own [1/yr].
    masses : sequence of Distribution
        What an event lets escape [t]: one for each site, or a single one for all. What lies below
        nothing counts as nothing.
    basins : sequence of int
        The number of each site's basin, from 0 on, shape (site,).
    frailty : float, optional
        Shape of the gamma distribution, of mean 1 and variance 1 / shape, of a factor on the
        rates that all sites of a basin share; without it there is none.
    shocks : Shocks, optional
        What may hit the sites of a basin together; without it nothing does.

    Raises
    ------
    ValueError
        With everything that does not fit together.
    """

    rates: Array
    masses: Sequence[Distribution]
    basins: Sequence[int]
    frailty: float | None = None
    shocks: Shocks | None = None

    def __post_init__(self) -> None:
        faults = [*_faults_of_sites(self), *_faults_of_dependence(self)]
        if faults:
            raise ValueError("\n".join(faults))

    @property
    def sites(self) -> int:
        """Number of sites."""
        return int(self.rates.shape[0])

    @property
    def years(self) -> int:
        """Number of years."""
        return int(self.rates.shape[1])


def _faults_of_sites(portfolio: Portfolio) -> Iterator[str]:
    rates, masses = portfolio.rates, portfolio.masses
    if rates.ndim != 2 or not rates.size:
        yield f"rates: shape {rates.shape}; give a number for each site and year"
        return
    yield from _faults_of_rates("rates", rates)
    if len(masses) not in (1, rates.shape[0]):
        yield (
            f"masses: {len(masses)} distributions for {rates.shape[0]} sites; give one for each, "
            "or one for all"
        )
    for mass in dict.fromkeys(masses):
        try:
            require_mean("masses", mass)
        except ValueError as error:
            yield str(error)


def _faults_of_rates(name: str, rates: Array) -> Iterator[str]:
    wrong = np.argwhere(~(np.isfinite(rates) & (rates >= 0)))
    if wrong.size:
        row, year = wrong[0]
        yield (
            f"{name}: {rates[row, year]:g} events in row {row + 1}, year {year + 1}; expected "
            "events are finite and not negative"
        )


def _faults_of_dependence(portfolio: Portfolio) -> Iterator[str]:
    basins, shocks = np.asarray(portfolio.basins), portfolio.shocks
    sites = len(portfolio.rates)
    if basins.shape != (sites,) or basins.dtype.kind != "i" or (basins < 0).any():
        yield f"basins: {basins.tolist()} for {sites} sites; give each its basin, from 0 on"
        return
    if portfolio.frailty is not None and not 0 < portfolio.frailty < np.inf:
        yield f"frailty: shape {portfolio.frailty:g}; give more than 0, or none for no frailty"
    if shocks is None:
        return
    expected = (int(basins.max(initial=-1)) + 1, *portfolio.rates.shape[1:])
    if shocks.rates.shape != expected:
        yield f"shocks.rates: shape {shocks.rates.shape}, but basins and years are {expected}"
    else:
        yield from _faults_of_rates("shocks.rates", shocks.rates)
    if not 0 <= shocks.hit_share <= 1:
        yield f"shocks.hit_share: {shocks.hit_share:g}; a probability lies between 0 and 1"


@dataclass(frozen=True, eq=False)
class Outcome:
    """What happened in each draw.

    Parameters
    ----------
    required_rate : array, shape (sample,)
        Reserve rate that would have sufficed [1], above 1 where no reserve would have; infinite
        where something leaked before any credit was issued.
    claims : array, shape (sample,)
        All that escaped [t].
    events : array of int, shape (sample,)
        Number of leaks; a shock counts once for each site it makes leak.
    first_shortfall : array of int, shape (rate, sample)
        Position of the year in which a reserve first falls short; the number of years where it
        never does.
    claims_by_site : array, shape (sample, site), or None
        What escaped from each site [t], if it was asked for.
    """

    required_rate: Array
    claims: Array
    events: Whole
    first_shortfall: Whole
    claims_by_site: Array | None

    @classmethod
    def joined(cls, parts: Sequence[Outcome]) -> Outcome:
        """Return the outcome of all draws, one part after the other."""
        by_site = [each.claims_by_site for each in parts if each.claims_by_site is not None]
        return cls(
            np.concatenate([each.required_rate for each in parts]),
            np.concatenate([each.claims for each in parts]),
            np.concatenate([each.events for each in parts]),
            np.concatenate([each.first_shortfall for each in parts], axis=1),
            np.concatenate(by_site) if by_site else None,
        )


def simulate(
    portfolio: Portfolio,
    credits_issued: ArrayLike,
    samples: int,
    seed: int,
    *,
    rates: Sequence[float] = (),
    by_site: bool = False,
    workers: int | None = None,
) -> Outcome:
    r"""Draw the events of a portfolio, and the reserve rate that would have sufficed in each draw.

    Parameters
    ----------
    portfolio : Portfolio
        Sites, their events and how they depend on each other.
    credits_issued : array, shape (year,)
        Credits issued by the end of each year, cumulative [tCO2e].
    samples : int
        How often to draw.
    seed : int
        Where chance starts; the same seed gives the same bytes, whatever the number of workers.
    rates : sequence of float
        Reserve rates of which the year of the first shortfall is wanted [1].
    by_site : bool
        Whether to tell what escaped from each site.
    workers : int, optional
        Threads; by default one for each processor.

    Returns
    -------
    Outcome
        One number of each kind for each draw.

    Raises
    ------
    ValueError
        With everything that does not fit together.

    Notes
    -----
    Without release or top-up a reserve of the share r of issued credits C meets all claims S
    exactly if :math:`r \ge R^* = \max_y S_y / C_y` over the ends of the years (convention R4).
    The ratio grows only where there are events, so only they are looked at: time and memory grow
    with the number of events, not with that of years. Samples are drawn in blocks that each have
    a stream of their own.
    """
    issued = np.asarray(credits_issued, dtype=float)
    _require_simulable(portfolio, issued, samples, rates, workers)
    draws = _Draws(portfolio)
    cuts = [*range(0, samples, draws.samples_at_once), samples]
    sizes = [stop - start for start, stop in pairwise(cuts)]

    def block(size: int, stream: np.random.SeedSequence) -> Outcome:
        generator = np.random.default_rng(stream)
        events = in_order(draws.events(generator, size), portfolio.years)
        masses = draws.masses(generator, events.site)
        if not masses.all():  # what lets nothing escape is no leak
            events, masses = Events(*(column[masses > 0] for column in events)), masses[masses > 0]
        outcome = _settled(events, masses, issued, size, rates)
        if not by_site:
            return outcome
        return replace(outcome, claims_by_site=_by_site(events, masses, size, portfolio.sites))

    with ThreadPoolExecutor(max_workers=workers or os.cpu_count()) as pool:
        return Outcome.joined(
            list(pool.map(block, sizes, np.random.SeedSequence(seed).spawn(len(sizes))))
        )


def _require_simulable(
    portfolio: Portfolio,
    issued: Array,
    samples: int,
    rates: Sequence[float],
    workers: int | None,
) -> None:
    faults = []
    if issued.shape != (portfolio.years,):
        faults.append(
            f"credits: shape {issued.shape}, but events have {portfolio.years} years; give the "
            "credits issued by the end of each"
        )
    if not np.isfinite(issued).all() or (issued < 0).any() or (np.diff(issued) < 0).any():
        faults.append("credits: those issued so far are neither negative nor ever fewer")
    if samples < 1:
        faults.append(f"samples: {samples}; draw at least once")
    faults += [
        f"rates: {rate:g}; a reserve rate lies between 0 and 1"
        for rate in rates
        if not 0 <= rate <= 1
    ]
    if workers is not None and workers < 1:
        faults.append(f"workers: {workers}; give at least one, or none for all processors")
    if faults:
        raise ValueError("\n".join(faults))


class _Draws:
    """A portfolio made ready to be drawn from, block by block."""

    def __init__(self, portfolio: Portfolio) -> None:
        basins = np.asarray(portfolio.basins)
        self._members = [np.flatnonzero(basins == basin) for basin in range(basins.max() + 1)]
        self._frailty, self._shocks = portfolio.frailty, portfolio.shocks
        # Without a factor of its own no basin has to be drawn apart.
        groups = np.zeros_like(basins) if self._frailty is None else basins
        self._own = PoissonEvents(portfolio.rates, groups)
        self._shock_times = None
        if self._shocks is not None:
            one_group = np.zeros(len(self._members), dtype=np.int64)
            self._shock_times = PoissonEvents(self._shocks.rates, one_group)
        numbers = {mass: number for number, mass in enumerate(dict.fromkeys(portfolio.masses))}
        self._kinds = tuple(numbers)
        kind_of_site = [numbers[mass] for mass in portfolio.masses]
        # Few kinds fit into small numbers, which sort faster.
        self._kind_of_site = np.array(kind_of_site, dtype=np.min_scalar_type(len(numbers)))

    @property
    def samples_at_once(self) -> int:
        """How many draws make up a block: by the portfolio alone, whoever works on it."""
        groups = self._own.expected
        expected = float(groups.sum())
        if self._shock_times is not None:
            most_sites = max(map(len, self._members))
            expected += most_sites * float(self._shock_times.expected.sum())
        return int(np.clip(_EVENTS_AT_ONCE / max(expected, groups.size), 1, _SAMPLES_AT_ONCE))

    def events(self, generator: np.random.Generator, samples: int) -> Events:
        """Draw the events of all sites, in no order."""
        factors = None
        if self._frailty is not None:
            basins = range(len(self._members))
            factors = frailties(generator, samples, self._frailty, basins)
        own = self._own.draw(generator, samples, factors)
        if self._shocks is None or self._shock_times is None:
            return own
        shocks = self._shock_times.draw(generator, samples)
        struck = hits(shocks, self._members, self._shocks.hit_share, generator)
        return Events(*map(np.concatenate, zip(own, *struck, strict=True)))

    def masses(self, generator: np.random.Generator, site: Whole) -> Array:
        """Draw what escapes in each event [t], by the distribution of its site."""
        shares = generator.random(site.size)
        if len(self._kinds) == 1:
            return np.maximum(self._kinds[0].quantile(shares), 0.0)
        kind = self._kind_of_site[site]
        order = np.argsort(kind, kind="stable")
        edges = np.cumsum(np.bincount(kind, minlength=len(self._kinds)))
        drawn = np.empty(site.size)
        for mass, own in zip(self._kinds, np.split(order, edges[:-1]), strict=True):
            drawn[own] = mass.quantile(shares[own])
        return np.maximum(drawn, 0.0)


def _settled(
    events: Events, masses: Array, issued: Array, samples: int, rates: Sequence[float]
) -> Outcome:
    """Return what happened in each draw, from its events in the order of their years."""
    years = issued.size
    outcome = Outcome(
        np.zeros(samples),
        np.zeros(samples),
        np.bincount(events.sample, minlength=samples),
        np.full((len(rates), samples), years),
        None,
    )
    if not masses.size:
        return outcome
    first = np.flatnonzero(np.diff(events.sample, prepend=-1))
    owner, totals = events.sample[first], np.add.reduceat(masses, first)
    with np.errstate(divide="ignore"):
        required = _running(masses, first, totals) / issued[events.year]
    outcome.claims[owner] = totals
    outcome.required_rate[owner] = np.maximum.reduceat(required, first)
    for number, rate in enumerate(rates):
        short = np.where(required > rate * (1 + _NOISE), events.year, years)
        outcome.first_shortfall[number, owner] = np.minimum.reduceat(short, first)
    return outcome


def _running(masses: Array, first: Whole, totals: Array) -> Array:
    """Return what escaped in each draw so far, event by event.

    One sum runs over all draws. Each takes back the total of the one before, and then what was
    left of it, so that what is lost to rounding is a share of one draw and not of all.
    """
    steps = masses.copy()
    steps[first[1:]] -= totals[:-1]
    running = np.cumsum(steps)
    left_over = running[first] - masses[first]
    running -= np.repeat(left_over, np.diff(first, append=masses.size))
    return np.maximum(running, masses)


def _by_site(events: Events, masses: Array, samples: int, sites: int) -> Array:
    cell = events.sample * sites + events.site
    by_cell = np.bincount(cell, masses, minlength=samples * sites)
    return by_cell.astype(float).reshape(samples, sites)  # whole zeros where nothing happened
