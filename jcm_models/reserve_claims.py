"""What drawn leaks claim of a reserve: which rate suffices, when it falls short, who bears what."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jcm_models.batch import Batch
from jcm_models.estimation import Estimate, between_samples, mean_of, named, share_of
from jcm_models.lately import Lately
from jcm_models.reserve.account import BEARERS, Flows, kept
from jcm_models.reserve.adequacy import (
    expected_shortfall,
    rate_that_suffices,
    required_rates,
    share_that_suffices,
)
from jcm_models.reserve_leaks import QUANTILES, Leaks
from jcm_models.reserve_timeline import Timeline, withheld_by_rate
from jcm_models.results import Results
from jcm_models.storage_over_time import account_rules, last_issuances

__all__ = ["RISKS", "SHARES", "Claims"]

Array = NDArray[np.float64]
Whole = NDArray[np.int64]
Arrays = dict[str, NDArray[Any]]

SHARES = (0.90, 0.95, 0.99)
RISKS = (0.01, 0.05, 0.10, 0.50)

_NOISE = 1e-12  # of a division
_LEAST_TOP = 0.06  # of the rates that are tried: twice the published one
_ROUNDING = 1e-6  # tonnes that are noise and no reversal
_RATES = 201
_AT_ONCE = 500  # accounts are kept; the memory of some is that of the next
_KEPT: Lately[Array] = Lately(1)


class Claims:
    """Credits reversed by the end of each year in every draw, and what follows from them.

    Parameters
    ----------
    leaks : Leaks
        One set of draws.
    timeline : Timeline
        The years looked at, and what is issued and withheld in them.
    results : Results
        The scenario at its means.
    exact : Estimate, optional
        The probability that the reserve suffices, where it is known without draws.
    """

    def __init__(
        self, leaks: Leaks, timeline: Timeline, results: Results, exact: Estimate | None
    ) -> None:
        self._leaks = leaks
        self._claims = np.minimum(_counted(leaks.leaked, timeline), timeline.credits)
        self._timeline, self._results, self._exact = timeline, results, exact

    @property
    def parts(self) -> dict[tuple[str, ...], Callable[[], Arrays]]:
        """What computes which arrays, in groups that come together."""
        return {
            ("rate",): lambda: {"rate": self._rates},
            ("reserve_rate",): self._held,
            ("adequacy", "adequacy_error"): self._adequacy,
            ("sufficient", "sufficient_error", "first_shortfall"): self._sufficient,
            ("required_rate", "required_rate_error"): self._required,
            ("expected_shortfall", "expected_shortfall_error"): self._lacking,
            (
                "reserve_balance",
                *("sufficient_by_rules", "sufficient_by_rules_error"),
                *("borne", "borne_error"),
            ): self._accounts,
        }

    @functools.cached_property
    def _order(self) -> Array:
        """The rates that would have sufficed in each draw, sorted for each year."""
        timeline = self._timeline

        def ordered() -> Array:
            required = required_rates(self._claims, timeline.credits)
            order = np.ascontiguousarray(required.T)  # the draws of a year stand together
            order.sort(axis=-1)
            return order.T

        # They do not depend on what is withheld, which a visitor moves most.
        return _KEPT.get((self._leaks, timeline.credits.tolist(), timeline.liable), ordered)

    @property
    def _reserve_rate(self) -> float:
        """What is withheld by the rate, as a share of what is issued [1]."""
        issued = int(self._timeline.credits[-1])
        return float(self._timeline.reserve[-1]) / issued if issued else 0.0

    def _held(self) -> Arrays:
        return {"reserve_rate": np.asarray(self._reserve_rate)}

    @functools.cached_property
    def _rates(self) -> Array:
        """The rates that are tried, twice the reserve's own and more [1]."""
        most = float(between_samples(self._order[:, -1], [0.99])[0])
        top = max(_nice(most), 2 * self._reserve_rate, _LEAST_TOP)
        return np.linspace(0.0, min(top, 1.0), _RATES)

    def _adequacy(self) -> Arrays:
        found = share_that_suffices(self._order, self._rates, are_sorted=True)
        return named("adequacy", found)

    def _sufficient(self) -> Arrays:
        short = self._claims > self._timeline.reserve * (1 + _NOISE)
        short = np.maximum.accumulate(short, axis=1)
        sufficient = share_of(~short) if self._exact is None else self._exact
        years = _first_shortfalls(short, self._timeline.years)
        return {**named("sufficient", sufficient), "first_shortfall": years}

    def _required(self) -> Arrays:
        found = rate_that_suffices(self._order, SHARES, are_sorted=True)
        return named("required_rate", found)

    def _lacking(self) -> Arrays:
        # Where the draws of a year stand together they are added up in pairs, which rounds less.
        claims = np.asfortranarray(self._claims)
        found = expected_shortfall(claims, self._timeline.reserve)
        return named("expected_shortfall", found)

    def _accounts(self) -> Arrays:
        """Keep the account of every draw over the years simulated, by the scenario's own rules."""
        years = self._timeline.simulated
        whole = np.ceil(self._claims[:, :years] - _ROUNDING).astype(np.int64)
        reversals = np.diff(whole, axis=1, prepend=0)
        balance = np.empty(reversals.shape[::-1])  # the draws of a year stand together
        short = np.empty(reversals.shape, dtype=bool)
        borne = np.empty((len(reversals), len(BEARERS)))
        keep = _keeper(self._results, years)
        for first in range(0, len(reversals), _AT_ONCE):
            draws = slice(first, first + _AT_ONCE)
            flows = keep(reversals[draws])
            balance[:, draws] = flows.balance.T
            short[draws] = flows.borne[:, 0] < reversals[draws]
            borne[draws] = _borne(flows)
        balance.sort(axis=-1)
        return {
            "reserve_balance": between_samples(balance, QUANTILES),
            **named("sufficient_by_rules", share_of(~np.maximum.accumulate(short, axis=1))),
            **named("borne", mean_of(borne)),
        }


def _counted(leaked: Array, timeline: Timeline) -> Array:
    """Return what leaks while it counts as a reversal; afterwards nothing is added."""
    if timeline.liable >= timeline.years.size:
        return leaked
    at = np.minimum(np.arange(timeline.years.size), timeline.liable - 1)
    return leaked[:, np.maximum(at, 0)] if timeline.liable else np.zeros_like(leaked)


def _first_shortfalls(short: NDArray[np.bool_], years: Whole) -> Array:
    """Return the years by which so many of the draws have fallen short [yr]; infinite if never."""
    share = short.mean(axis=0)
    at = np.array([np.searchsorted(share, risk) for risk in RISKS])
    return np.asarray(np.append(years.astype(float), np.inf)[at])


def _nice(rate: float) -> float:
    """Return the next round rate above."""
    power = 10.0 ** np.floor(np.log10(max(rate, 1e-6)))
    return float(min(step * power for step in (1, 2, 5, 10) if step * power >= rate))


def _keeper(results: Results, years: int) -> Callable[[Whole], Flows]:
    """Return what keeps the account of each draw, with reversals of shape (sample, year)."""
    issued, regular = results["credits_issued"][-years:], withheld_by_rate(results)[-years:]
    batch = Batch([results.scenario])
    # Each draw is a history of its own: none pays for another, and no other project does.
    rules = replace(account_rules(batch), pooled=np.array([False]))
    last = last_issuances(batch, results["credits_issued"][np.newaxis])
    last = last - (results["year"].size - years)

    def keep(reversals: Whole) -> Flows:
        of_each = (
            np.broadcast_to(regular, reversals.shape),
            np.broadcast_to(issued, reversals.shape),
        )
        return kept(*of_each, reversals, rules, np.broadcast_to(last, reversals.shape[:1]))

    return keep


def _borne(flows: Flows) -> Array:
    """Return what each bearer makes good in each draw over the years simulated [tCO2e]."""
    total: Array = flows.borne.sum(axis=-1).astype(np.float64)
    total[:, BEARERS.index("next_issuance")] -= flows.owed[:, -1]
    total[:, BEARERS.index("nobody")] += flows.owed[:, -1]
    return total
