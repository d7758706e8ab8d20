"""Does a reserve suffice? Leaks drawn at random, and all that follows from one set of draws."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from jcm_models.batch import Batch
from jcm_models.estimation import Estimate, mean_of, share_of
from jcm_models.problems import Problem, ScenarioError
from jcm_models.reserve.account import BEARERS, Flows, kept
from jcm_models.reserve.adequacy import (
    expected_shortfall,
    rate_that_suffices,
    required_rates,
    share_that_suffices,
)
from jcm_models.reserve_exact import exactly_sufficient
from jcm_models.reserve_pooling import POOLS, pooled_rates
from jcm_models.reserve_timeline import Timeline, withheld_by_rate
from jcm_models.results import Named, Results, inputs_of, labels
from jcm_models.scenario import Scenario
from jcm_models.simulation import compute
from jcm_models.site_leaks import SiteInjection, injections
from jcm_models.storage_draws import drawn_leaks
from jcm_models.storage_over_time import account_rules, last_issuances
from jcm_models.variables import study_variables

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["ReserveStudy", "reserve_study"]

Array = NDArray[np.float64]
Whole = NDArray[np.int64]

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
SHARES = (0.90, 0.95, 0.99)
RISKS = (0.01, 0.05, 0.10, 0.50)
DISCOUNTS = (0.0, 0.01, 0.02, 0.03, 0.05)

_NOISE = 1e-12  # of a division
_LEAST_TOP = 0.06  # of the rates that are tried: twice the published one
_ROUNDING = 1e-6  # tonnes that are noise and no reversal
_DRAWS = 20_000  # of all sites together, unless a number is asked for
_LEAST_DRAWS, _MOST_DRAWS = 500, 4000
_RATES = 201


@dataclass(frozen=True)
class ReserveStudy(Named):
    """What one set of draws says of a reserve; arrays by name, `to_dataset` labels them.

    Parameters
    ----------
    results : Results
        The scenario at its means.
    samples, seed : int
        How often leaks were drawn, and from which seed.
    way : str
        How the probability that the reserve suffices was computed: by ``draws`` or ``transform``.
    arrays : mapping of str to array
        Quantities and coordinates by name; what was sampled has its standard error in
        ``<name>_error``.
    """

    results: Results
    samples: int
    seed: int
    way: str
    arrays: Mapping[str, NDArray[Any]]

    def at(self, horizon: int) -> int:
        """Return the position of a year since the first injection.

        Raises
        ------
        KeyError
            If it is not among those looked at.
        """
        (found,) = np.nonzero(self["horizon"] == horizon)
        if not found.size:
            message = f"{horizon} years are not looked at; those are {self['horizon'].tolist()}"
            raise KeyError(message)
        return int(found[0])

    def to_dataset(self) -> xr.Dataset:
        """Return the study as a labelled Dataset, with units, equations and the inputs (D1, D2)."""
        import xarray as xr

        from jcm_models import __version__

        rows = study_variables()
        used = {dim for name in self if name in rows for dim in rows[name].dims}
        variables: dict[str, Any] = {}
        for name, row in rows.items():
            variables[name] = (row.dims, self[name], labels(row))
            error = f"{name}_error"
            if error in self:
                text = {"units": row.unit, "long_name": f"{row.label}, standard error"}
                variables[error] = (row.dims, self[error], text)
        name = self.results.scenario.name
        return xr.Dataset(
            variables,
            coords={dim: (dim, self[dim], _COORDINATES[dim]) for dim in sorted(used)},
            attrs={
                "title": self.results.scenario.title.en,
                "way": self.way,
                "samples": self.samples,
                "seed": self.seed,
                "inputs": json.dumps(list(inputs_of(self.results.scenario))),
                "code_version": __version__,
                "history": f"jcm_models {__version__}: reserve_study({name}, {self.samples} draws)",
            },
        )


_COORDINATES = {
    "horizon": {"long_name": "Years since the first injection", "units": "yr"},
    "simulated_year": {"long_name": "Year", "calendar": "gregorian"},
    "quantile": {"long_name": "Share of draws that are lower"},
    "rate": {"long_name": "Reserve rate", "units": "1"},
    "share": {"long_name": "Share of draws in which the reserve suffices", "units": "1"},
    "risk": {"long_name": "Share of draws that have fallen short", "units": "1"},
    "discount": {"long_name": "Discount rate", "units": "1/yr"},
    "bearer": {"long_name": "Who makes a reversal good"},
    "dependence": {"long_name": "How sites depend on each other"},
    "sites": {"long_name": "Number of sites"},
}


def reserve_study(
    scenario: Scenario | Results, samples: int | None = None, seed: int = 1
) -> ReserveStudy:
    r"""Draw leaks of a scenario's stored CO2, and tell whether its reserve suffices.

    Parameters
    ----------
    scenario : Scenario or Results
        The scenario, or its results; it must say how stored CO2 leaks.
    samples : int, optional
        How often to draw; by default 4,000, fewer where there are many sites.
    seed : int
        Where chance starts; the same seed gives the same numbers.

    Returns
    -------
    ReserveStudy
        Quantiles over time, the adequacy curve, the rates that suffice, expected shortfalls, who
        bears them, and the effect of more sites; what is sampled with its standard error.

    Raises
    ------
    ScenarioError
        If the scenario says nothing of leaks, or stores nothing.

    Notes
    -----
    Without release or top-up the reserve suffices until T exactly if its rate is at least
    :math:`R^*(T) = \max_{t \le T} S(t) / C(t)`, with credits reversed S and issued C until t, so
    the distribution of R* is the whole adequacy curve (convention R4).
    """
    results = scenario if isinstance(scenario, Results) else compute(scenario)
    sites = results.scenario.storage.number_of_sites
    samples = samples or int(np.clip(_DRAWS // sites, _LEAST_DRAWS, _MOST_DRAWS))
    plans = _plans(results)
    timeline = Timeline.of(results, plans)
    generator = np.random.default_rng(seed)
    storage = results.scenario.storage
    leaked = drawn_leaks(results.scenario, storage, plans, timeline.years, samples, generator)
    exact = exactly_sufficient(results.scenario, timeline)
    claims = np.minimum(_counted(leaked, timeline), timeline.credits)
    arrays: dict[str, NDArray[Any]] = {
        **_coordinates(timeline),
        **_over_time(leaked, timeline),
        **_adequacy(claims, timeline, exact),
        **_accounts(claims, timeline, results),
        **_delay(leaked, timeline),
        **pooled_rates(results, seed, int(timeline.years[timeline.liable - 1])),
    }
    return ReserveStudy(results, samples, seed, "draws" if exact is None else "transform", arrays)


def _coordinates(timeline: Timeline) -> dict[str, NDArray[Any]]:
    return {
        "horizon": timeline.years,
        "simulated_year": timeline.first + np.arange(timeline.simulated),
        "quantile": np.array(QUANTILES),
        "share": np.array(SHARES),
        "risk": np.array(RISKS),
        "discount": np.array(DISCOUNTS),
        "bearer": np.array(BEARERS),
        "sites": np.array(POOLS),
    }


def _plans(results: Results) -> list[SiteInjection]:
    scenario = results.scenario
    problem = ""
    if not scenario.storage.can_leak:
        problem = "says nothing of how stored CO2 leaks; give storage.leakage or storage.events"
    elif not results["co2_stored"].any():
        problem = "stores no CO2 in the years simulated"
    if problem:
        raise ScenarioError([Problem("storage", problem, scenario.document.place(("storage",)))])
    return injections(scenario, scenario.storage, results["co2_stored"])


def _counted(leaked: Array, timeline: Timeline) -> Array:
    """Return what leaks while it counts as a reversal; afterwards nothing is added."""
    at = np.minimum(np.arange(timeline.years.size), timeline.liable - 1)
    return leaked[:, np.maximum(at, 0)] if timeline.liable else np.zeros_like(leaked)


def _over_time(leaked: Array, timeline: Timeline) -> dict[str, NDArray[Any]]:
    share = np.divide(leaked, timeline.stored, out=np.zeros_like(leaked), where=timeline.stored > 0)
    return {
        "leaked": np.quantile(leaked, QUANTILES, axis=0),
        "retained": np.quantile(timeline.stored - leaked, QUANTILES, axis=0),
        "retained_share": np.quantile(1.0 - share, QUANTILES, axis=0),
    }


def _pairs(name: str, estimate: Estimate) -> dict[str, NDArray[Any]]:
    return {name: np.asarray(estimate.value), f"{name}_error": np.asarray(estimate.error)}


def _adequacy(claims: Array, timeline: Timeline, exact: Estimate | None) -> dict[str, NDArray[Any]]:
    required = required_rates(claims, timeline.credits)
    issued = int(timeline.credits[-1])
    by_rate = float(timeline.reserve[-1]) / issued if issued else 0.0
    top = max(_nice(float(np.quantile(required[:, -1], 0.99))), 2 * by_rate, _LEAST_TOP)
    short = np.maximum.accumulate(claims > timeline.reserve * (1 + _NOISE), axis=1)
    rates = np.linspace(0.0, min(top, 1.0), _RATES)
    return {
        "rate": rates,
        "reserve_rate": np.asarray(by_rate),
        **_pairs("adequacy", share_that_suffices(required, rates)),
        **_pairs("sufficient", share_of(~short) if exact is None else exact),
        "first_shortfall": _first_shortfalls(short, timeline.years),
        **_pairs("required_rate", rate_that_suffices(required, SHARES)),
        **_pairs("expected_shortfall", expected_shortfall(claims, timeline.reserve)),
    }


def _first_shortfalls(short: NDArray[np.bool_], years: Whole) -> Array:
    """Return the years by which so many of the draws have fallen short [yr]; infinite if never."""
    share = short.mean(axis=0)
    at = np.array([np.searchsorted(share, risk) for risk in RISKS])
    return np.asarray(np.append(years.astype(float), np.inf)[at])


def _nice(rate: float) -> float:
    """Return the next round rate above."""
    power = 10.0 ** np.floor(np.log10(max(rate, 1e-6)))
    return float(min(step * power for step in (1, 2, 5, 10) if step * power >= rate))


def _accounts(claims: Array, timeline: Timeline, results: Results) -> dict[str, NDArray[Any]]:
    """Keep the account of every draw over the years simulated, by the scenario's own rules."""
    years = timeline.simulated
    whole = np.ceil(claims[:, :years] - _ROUNDING).astype(np.int64)
    reversals = np.diff(whole, axis=1, prepend=0)
    issued = results["credits_issued"][-years:]
    shape = reversals.shape
    batch = Batch([results.scenario])
    # Each draw is a history of its own: none pays for another, and no other project does.
    rules = replace(account_rules(batch), pooled=np.array([False]))
    last = last_issuances(batch, results["credits_issued"][np.newaxis])
    flows = kept(
        np.broadcast_to(withheld_by_rate(results)[-years:], shape),
        np.broadcast_to(issued, shape),
        reversals,
        rules,
        np.broadcast_to(last - (results["year"].size - years), shape[:1]),
    )
    short = np.maximum.accumulate(flows.borne[:, 0] < reversals, axis=1)
    return {
        "reserve_balance": np.quantile(flows.balance, QUANTILES, axis=0),
        **_pairs("sufficient_by_rules", share_of(~short)),
        **_borne(flows),
    }


def _borne(flows: Flows) -> dict[str, NDArray[Any]]:
    """Return what each bearer makes good over the years simulated, on average [tCO2e]."""
    total = flows.borne.sum(axis=-1).astype(float)
    total[:, BEARERS.index("next_issuance")] -= flows.owed[:, -1]
    total[:, BEARERS.index("nobody")] += flows.owed[:, -1]
    return _pairs("borne", mean_of(total))


def _delay(leaked: Array, timeline: Timeline) -> dict[str, NDArray[Any]]:
    """Return what stays of the climate's benefit when a tonne later counts for less than now."""
    edges = np.concatenate([[0], timeline.years])
    gaps = np.diff(edges)
    stored = np.diff(timeline.stored, prepend=0.0)
    flows = np.diff(leaked, axis=1, prepend=0.0)
    kept_shares = []
    for rate in DISCOUNTS:
        # The mean of the factors at the middle of each year of a gap: a geometric sum.
        each = (1.0 + rate) ** -(edges[:-1] + 0.5)
        step = 1.0 / (1.0 + rate)
        weights = each * ((1 - step**gaps) / (1 - step) / gaps if rate else 1.0)
        kept_shares.append(1.0 - flows @ weights / (stored @ weights))
    return _pairs("delayed_value", mean_of(np.stack(kept_shares, axis=-1)))
