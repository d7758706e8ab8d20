"""The projects of a portfolio in many samples, of which only summaries are kept."""

from __future__ import annotations

import multiprocessing
import warnings
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from jcm_models.ensemble import EnsembleWork
from jcm_models.estimation import mean_of, quantiles_of
from jcm_models.parts import usable_cores
from jcm_models.periods import calendar_years
from jcm_models.problems import Problem, ScenarioError, nearest
from jcm_models.results import COORDINATES, labels
from jcm_models.sampling.points import sample_advice
from jcm_models.scenario import Scenario
from jcm_models.simulation import cannot_stand_together, compute
from jcm_models.summaries import QUANTILES
from jcm_models.uncertain_inputs import uncertain_inputs
from jcm_models.variables import result_variables

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["summarise_all"]

Array = NDArray[np.float64]

USUAL = ("emission_reductions", "credits_issued", "reserve_withheld", "itmos_first_transferred")
# So many projects are added up together, however many workers there are: sums keep their order.
_TOGETHER = 8


def summarise_all(
    scenarios: Sequence[Scenario],
    samples: int,
    seed: int = 1,
    *,
    variables: Sequence[str] = USUAL,
    quantiles: Sequence[float] = QUANTILES,
    workers: int | None = None,
) -> xr.Dataset:
    """Simulate the projects of a portfolio in many samples, and keep summaries only.

    Parameters
    ----------
    scenarios : sequence of Scenario
        The projects; their names must differ. Levers stay as the scenarios have them.
    samples : int
        How many; for Sobol points a power of two.
    seed : int
        Where chance starts: the same seed gives the same bytes, however many workers there are.
    variables : sequence of str
        Which results to keep, of the flows over the year alone.
    quantiles : sequence of float
        Shares of the samples that are lower [1].
    workers : int, optional
        Processes at most; as many as there are cores, if not given.

    Returns
    -------
    xarray.Dataset
        Each result over project, quantile and year, with the standard error as ``<name>_error``
        and its mean as ``<name>_mean``; those of all projects together begin with ``total_``.
        Nothing stands outside a project's own years. Projects are independent of each other, which
        is assumed.

    Raises
    ------
    ScenarioError
        If names repeat, sets of warming potentials are mixed, or a sample breaks a convention.
    """
    problems = [*cannot_stand_together(scenarios), *_unknown(variables)]
    if problems:
        raise ScenarioError(problems)
    advice = sample_advice("sobol", samples, 1)
    if advice:
        warnings.warn(advice, stacklevel=2)
    years = calendar_years(
        min(each.years.first for each in scenarios), max(each.years.last for each in scenarios)
    )
    some = _Some(tuple(variables), tuple(quantiles), samples, seed, years)
    groups = [scenarios[at : at + _TOGETHER] for at in range(0, len(scenarios), _TOGETHER)]
    total = np.zeros((len(some.variables), samples, years.size))
    found = []
    for group in _mapped(some, groups, workers or usable_cores()):
        total += group.totals
        found.append(replace(group, totals=total[:, :0]))  # the sums of one group are large
    return _labelled(some, scenarios, found, total)


def _unknown(variables: Sequence[str]) -> Iterator[Problem]:
    """Find names that are none of a flow over the year alone; stocks cannot end with a project."""
    rows = result_variables().items()
    known = [n for n, row in rows if row.dims == ("year",) and row.kind == "flow"]
    for name in variables:
        if name not in known:
            text = f"is no flow over the year alone{nearest(name, known)}; there are "
            yield Problem(name, text + ", ".join(known))


@dataclass(frozen=True, eq=False)
class _Group:
    """Summaries of some projects, and their sums in each sample.

    `quantiles` and their `errors` have shape (variable, project, quantile, year), `means`
    (variable, project, year), `totals` (variable, sample, year).
    """

    quantiles: Array
    errors: Array
    means: Array
    totals: Array


@dataclass(frozen=True, eq=False)
class _Some:
    """What is kept of each project."""

    variables: tuple[str, ...]
    quantiles: tuple[float, ...]
    samples: int
    seed: int
    years: NDArray[np.int64]

    def __call__(self, scenarios: Sequence[Scenario]) -> _Group:
        size = (len(self.variables), len(scenarios))
        by_quantile = (*size, len(self.quantiles), self.years.size)
        found = _Group(
            np.zeros(by_quantile),
            np.zeros(by_quantile),
            np.zeros((*size, self.years.size)),
            np.zeros((len(self.variables), self.samples, self.years.size)),
        )
        for at, scenario in enumerate(scenarios):
            own = slice(int(scenario.years.first - self.years[0]), None)
            span = slice(own.start, own.start + scenario.calendar_years.size)
            order = self._order(scenario)
            for row, array in enumerate(self._drawn(scenario)):
                value, error = quantiles_of(array, self.quantiles)
                found.quantiles[row, at, :, span] = value
                found.errors[row, at, :, span] = error
                found.means[row, at, span] = mean_of(array).value
                found.totals[row, :, span] += array[order]
        return found

    def _drawn(self, scenario: Scenario) -> Iterable[Array]:
        """Return the results of a project, each of shape (sample, year)."""
        if not uncertain_inputs(scenario) and not scenario.storage.can_leak:
            results = compute(scenario)
            shape = (self.samples, scenario.calendar_years.size)
            return [np.broadcast_to(results[name], shape).astype(float) for name in self.variables]
        seed = self._seed(scenario)
        work = EnsembleWork(scenario, self.samples, seed, "sobol", self.variables, False)
        found = work(0, self.samples)
        return [found[name].astype(float) for name in self.variables]

    def _seed(self, scenario: Scenario) -> int:
        """Return where the chance of a project starts, whatever projects stand beside it."""
        sequence = np.random.SeedSequence((self.seed, zlib.crc32(scenario.name.encode())))
        return int(sequence.generate_state(1)[0])

    def _order(self, scenario: Scenario) -> NDArray[np.int64]:
        """Return which sample of a project meets which of the others: at random.

        Points of two Sobol sequences go together however they are scrambled; in an order of its
        own each project is independent of the others, and its samples stay as balanced.
        """
        return np.random.default_rng(self._seed(scenario)).permutation(self.samples)


def _mapped(
    some: Callable[[Sequence[Scenario]], _Group], groups: Sequence[Sequence[Scenario]], workers: int
) -> Iterator[_Group]:
    if workers == 1 or len(groups) == 1:
        yield from map(some, groups)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(workers, len(groups)), context) as pool:
        yield from pool.map(some, groups)


def _labelled(
    some: _Some, scenarios: Sequence[Scenario], found: Sequence[_Group], total: Array
) -> xr.Dataset:
    import xarray as xr

    from jcm_models import __version__

    quantiles = np.concatenate([group.quantiles for group in found], axis=1)
    errors = np.concatenate([group.errors for group in found], axis=1)
    means = np.concatenate([group.means for group in found], axis=1)
    variables: dict[str, Any] = {}
    for row, name in enumerate(some.variables):
        about = labels(result_variables()[name])
        mean = about | {"long_name": f"{about['long_name']}, mean"}
        whole = about | {"long_name": f"{about['long_name']}, all projects"}
        variables[name] = (("project", "quantile", "year"), quantiles[row], about)
        off = about | {"long_name": f"{about['long_name']}, standard error of the quantile"}
        variables[f"{name}_error"] = (("project", "quantile", "year"), errors[row], off)
        variables[f"{name}_mean"] = (("project", "year"), means[row], mean)
        value, error = quantiles_of(total[row], some.quantiles)
        variables[f"total_{name}"] = (("quantile", "year"), value, whole)
        off = whole | {"long_name": f"{whole['long_name']}, standard error of the quantile"}
        variables[f"total_{name}_error"] = (("quantile", "year"), error, off)
        of_all = whole | {"long_name": f"{whole['long_name']}, mean"}
        variables[f"total_{name}_mean"] = ("year", mean_of(total[row]).value, of_all)
    return xr.Dataset(
        variables,
        coords={
            "project": ("project", [scenario.name for scenario in scenarios]),
            "host": ("project", [scenario.host for scenario in scenarios]),
            "quantile": ("quantile", list(some.quantiles)),
            "year": ("year", some.years, COORDINATES["year"]),
        },
        attrs={
            "samples": some.samples,
            "seed": some.seed,
            "independence": "projects are drawn independently of each other (assumed)",
            "history": f"jcm_models {__version__}: summarise_all({len(scenarios)} scenarios)",
        },
    )
