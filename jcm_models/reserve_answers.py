"""Does a reserve suffice? Leaks drawn at random, and all that follows from one set of draws."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from jcm_models.lately import LazyMapping
from jcm_models.problems import Problem, ScenarioError
from jcm_models.reserve.account import BEARERS
from jcm_models.reserve_claims import RISKS, SHARES, Claims
from jcm_models.reserve_exact import exactly_sufficient
from jcm_models.reserve_leaks import DISCOUNTS, QUANTILES, leaks_of
from jcm_models.reserve_pooling import POOLS, pooled_rates
from jcm_models.reserve_timeline import Timeline
from jcm_models.results import Named, Results, inputs_of, labels
from jcm_models.scenario import Scenario
from jcm_models.simulation import compute
from jcm_models.site_leaks import SiteInjection, injections
from jcm_models.variables import study_variables

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["SHARES", "ReserveStudy", "reserve_study"]

_DRAWS = 20_000  # of all sites together, unless a number is asked for
_LEAST_DRAWS, _MOST_DRAWS = 500, 4000


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
        ``<name>_error``. They are computed when they are asked for.
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
    leaks = leaks_of(results, plans, timeline, samples, seed)
    exact = exactly_sufficient(results.scenario, timeline)
    coordinates = _coordinates(timeline)
    liable = int(timeline.years[timeline.liable - 1])
    parts: dict[tuple[str, ...], Callable[[], Mapping[str, NDArray[Any]]]] = {
        tuple(coordinates): lambda: coordinates,
        ("leaked", "retained", "retained_share"): lambda: leaks.over_time,
        **Claims(leaks, timeline, results, exact).parts,
        ("delayed_value", "delayed_value_error"): lambda: leaks.delay,
        ("dependence", "diversified_rate", "diversified_rate_error"): lambda: pooled_rates(
            results, seed, liable
        ),
    }
    way = "draws" if exact is None else "transform"
    return ReserveStudy(results, samples, seed, way, LazyMapping(parts))


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
