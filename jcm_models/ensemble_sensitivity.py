"""Which uncertain inputs a result depends on: year by year, one at a time, or as a screening."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from jcm_models.ensemble import PIECE, drawn_inputs, drawn_once
from jcm_models.ensemble_design import Experiment
from jcm_models.problems import Problem, ScenarioError, nearest
from jcm_models.results import described
from jcm_models.scenario import Scenario
from jcm_models.sensitivity_analysis import morris, sobol, tornado
from jcm_models.sensitivity_analysis import regression as by_ranks
from jcm_models.variables import PARTIES, Variable, outcome_variables

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["CHANCE", "regression", "screening", "sensitivity", "sobol_indices", "swing_ranges"]
__all__ += ["swings"]

Array = NDArray[np.float64]

CHANCE = "chance"
"""What leaks of stored CO2 come to at random, as if it were an input."""

INDICES = ("first", "total")


@dataclass(frozen=True, eq=False)
class _Study:
    """A result of a scenario as a function of the points that draw its inputs.

    Inputs that are correlated move together, as one: they are independent of all others.
    """

    scenario: Scenario
    output: str
    party: str | None
    samples: int
    seed: int

    @functools.cached_property
    def experiment(self) -> Experiment:
        """What is drawn; levers stay as the scenario has them."""
        return Experiment.of(self.scenario, self.samples, self.seed, with_levers=False)

    @functools.cached_property
    def groups(self) -> dict[str, NDArray[np.int64]]:
        """The columns of each input, or of inputs that are correlated, by their paths."""
        design = self.experiment.design
        found = {}
        for together in design.correlated_groups:
            name = " + ".join(design.inputs[at].path for at in together)
            own = [design.columns[at] for at in together]
            found[name] = np.concatenate([np.arange(each.start, each.stop) for each in own])
        return found

    @property
    def warning(self) -> str:
        """What to beware of where inputs are correlated; nothing where none are."""
        design = self.experiment.design
        if design.correlation is None:
            return ""
        paths = [given.path for given in design.inputs]
        return by_ranks.correlation_warning(paths, design.correlation)

    @property
    def has_chance(self) -> bool:
        """Whether leaks are drawn, too."""
        return self.scenario.storage.can_leak

    def require_inputs(self) -> None:
        """Refuse a scenario in which nothing but leaks at random is uncertain."""
        if not self.groups:
            text = "only leaks at random are uncertain; jcm.sensitivity tells their share"
            place = self.scenario.document.place(("storage",))
            raise ScenarioError([Problem("storage", text, place)])

    def at(self, unit: Array, stream: int | None = 0) -> Array:
        """Return the result at some points, shape (sample, ...)."""
        found = [
            self._picked(self.experiment.simulated(unit[first : first + PIECE], first, stream))
            for first in range(0, len(unit), PIECE)
        ]
        return np.concatenate(found).astype(float)

    def _picked(self, arrays: dict[str, NDArray[Any]]) -> NDArray[Any]:
        if self.output not in arrays:
            text = f"the scenario has no such result{nearest(self.output, tuple(arrays))}; it has "
            raise ScenarioError([Problem(self.output, text + ", ".join(arrays))])
        array = arrays[self.output]
        if set(self.variable.dims) - {"party", "year"}:
            text = f"is known by {', '.join(self.variable.dims)}; name a result over the year alone"
            raise ScenarioError([Problem(self.output, text)])
        if "party" not in self.variable.dims:
            return array
        if self.party not in PARTIES:
            text = f"is known of each party; give party as one of {', '.join(PARTIES)}"
            raise ScenarioError([Problem(self.output, text)])
        return array[:, PARTIES.index(self.party)]

    @property
    def variable(self) -> Variable:
        """What the result is."""
        known = outcome_variables()
        return known[self.output] if self.output in known else described(self.output, self.scenario)


def sensitivity(
    scenario: Scenario,
    output: str = "credits_issued",
    *,
    party: str | None = None,
    samples: int = 1024,
    seed: int = 1,
    confidence: float = 0.95,
) -> xr.Dataset:
    """Return the share of a result's variance that each uncertain input accounts for, by year.

    Parameters
    ----------
    scenario : Scenario
        The scenario; its levers stay as they are.
    output : str
        Name of a result or of an outcome, such as ``credits_issued`` or ``total_credits``.
    party : str, optional
        Whose, where the result is known of each party.
    samples : int
        A power of two; simulated are as many for each input and twice as many more.
    seed : int
        Where chance starts.
    confidence : float
        How often the intervals hold the true index [1].

    Returns
    -------
    xarray.Dataset
        ``sensitivity``, ``sensitivity_low`` and ``sensitivity_high`` [1] over parameter, index
        (first, total) and year. NaN in years in which the result is the same in all samples.
        Correlated inputs are one parameter, and leaks at random another, named ``chance``.

    Raises
    ------
    ScenarioError
        If nothing is uncertain, or the scenario has no such result.
    ValueError
        If `samples` is no power of two.

    Notes
    -----
    Estimated by `scipy.stats.sobol_indices`; see `sensitivity.sobol`.
    """
    study = _Study(scenario, output, party, samples, seed)
    return _labelled(study, _indices(study, confidence))


def sobol_indices(
    scenario: Scenario, output: str, *, party: str | None = None, samples: int = 1024, seed: int = 1
) -> sobol.SobolIndices:
    """Return what `sensitivity` labels, as bare arrays: what an app needs."""
    return _indices(_Study(scenario, output, party, samples, seed), 0.95)


def _indices(study: _Study, confidence: float) -> sobol.SobolIndices:
    samples, seed = study.samples, study.seed
    a, b = sobol.design(samples, max(study.experiment.design.dimensions, 1), seed)
    names = list(study.groups)
    f_ab = [study.at(sobol.mixed(a, b, group)) for group in study.groups.values()]
    if study.has_chance:
        names.append(CHANCE)
        f_ab.append(study.at(a, stream=1))
    return sobol.indices(study.at(a), study.at(b, stream=1), np.stack(f_ab), names, confidence)


def _labelled(study: _Study, found: sobol.SobolIndices) -> xr.Dataset:
    import xarray as xr

    by_year = found.first.ndim > 1
    dims = ("parameter", "index", "year") if by_year else ("parameter", "index")
    about = {"units": "1", "long_name": f"Share of the variance of: {study.variable.label}"}
    pairs = {
        "sensitivity": (found.first, found.total),
        "sensitivity_low": (found.first_low, found.total_low),
        "sensitivity_high": (found.first_high, found.total_high),
    }
    coordinates: dict[str, Any] = {"parameter": list(found.names), "index": list(INDICES)}
    if by_year:
        coordinates["year"] = study.scenario.calendar_years
    return xr.Dataset(
        {name: (dims, np.stack(pair, axis=1), about) for name, pair in pairs.items()},
        coords=coordinates,
        attrs={
            "output": study.output,
            "party": study.party or "",
            "samples": study.samples,
            "seed": study.seed,
            "unknown": "NaN in years in which the result is the same in all samples",
            "correlated": "; ".join(name for name in found.names if " + " in name),
            "warning": study.warning,
        },
    )


def regression(ensemble: xr.Dataset, output: str) -> xr.Dataset:
    """Read off an ensemble that is there how a result goes with each input, without new runs.

    Parameters
    ----------
    ensemble : xarray.Dataset
        As of `simulate` with samples, without levers, or one of its scenarios.
    output : str
        Name of a result or an outcome, over the year at most.

    Returns
    -------
    xarray.Dataset
        ``rank_correlation`` and ``rank_regression`` [1] over parameter (and year): Spearman's
        correlation, and the change in standard deviations of the ranks with all other inputs held;
        ``fit`` [1], the R² of the latter. NaN where input or result is the same in all samples.

    Raises
    ------
    ValueError
        If the result is known of several scenarios or parties, or there is none of this name.
    """
    import xarray as xr

    if output not in ensemble or not {"sample"} <= {*ensemble[output].dims} <= {"sample", "year"}:
        message = f"{output} is no result over sample and year alone; choose a scenario or a party"
        raise ValueError(message)
    array = ensemble[output].transpose("sample", ...)
    drawn = {n: c for n, c in drawn_inputs(ensemble).items() if c.dims == ("sample",)}
    if not drawn:
        message = "no input was drawn; a regression needs one"
        raise ValueError(message)
    names = list(drawn)
    inputs = np.stack([drawn[name].to_numpy() for name in names], axis=-1)
    outputs = array.to_numpy().astype(float)
    found = by_ranks.regression(inputs, outputs, ranks=True)
    dims = ("parameter", *array.dims[1:])
    label = array.attrs.get("long_name", output)
    about = {"units": "1", "long_name": f"Rank correlation with: {label}"}
    moved = {"units": "1", "long_name": f"Standardised rank regression of: {label}"}
    return xr.Dataset(
        {
            "rank_correlation": (dims, by_ranks.rank_correlations(inputs, outputs), about),
            "rank_regression": (dims, found.coefficients, moved),
            "fit": (dims[1:], found.fit, {"units": "1", "long_name": "R² of the ranks"}),
        },
        coords={"parameter": names, **{d: array[d] for d in array.dims[1:] if d in array.coords}},
        attrs={"output": output, "samples": array.sizes["sample"]},
    )


def swings(
    scenario: Scenario,
    output: str = "total_credits",
    *,
    party: str | None = None,
    low: float = 0.1,
    high: float = 0.9,
) -> tornado.Tornado:
    """Return what an outcome comes to with one input low or high, all others at their medians.

    Leaks at random stay as expected.

    Parameters
    ----------
    scenario : Scenario
        The scenario; its levers stay as they are.
    output : str
        Name of an outcome, or of a result, of which the last year is taken.
    party : str, optional
        Whose, where the result is known of each party.
    low, high : float
        Quantiles of the input [1].

    Returns
    -------
    sensitivity.tornado.Tornado
        The widest swing first.

    Raises
    ------
    ScenarioError
        If nothing is uncertain, or the scenario has no such result.
    """
    study = _Study(scenario, output, party, 1, 1)
    study.require_inputs()
    points = tornado.design(list(study.groups.values()), low, high)
    found = study.at(points, stream=None)
    return tornado.tornado(found.reshape(len(found), -1)[:, -1], list(study.groups))


def swing_ranges(
    scenario: Scenario, *, low: float = 0.1, high: float = 0.9
) -> dict[str, dict[str, tuple[float, float]]]:
    """Return from where to where `swings` moves each input.

    Parameters
    ----------
    scenario : Scenario
        The scenario.
    low, high : float
        Quantiles [1].

    Returns
    -------
    dict of str to dict of str to tuple of float
        By the name of the swing, and the path of each input that moves in it, in its unit; of one
        that moves over the years the mean factor.
    """
    study = _Study(scenario, "total_credits", None, 1, 1)
    drawn = study.experiment.drawn(tornado.design(list(study.groups.values()), low, high))
    found = {}
    for place, name in enumerate(study.groups):
        ends = (2 * place + 1, 2 * place + 2)
        moved = {path: drawn_once(drawn[path])[list(ends)] for path in name.split(" + ")}
        found[name] = {path: (float(pair[0]), float(pair[1])) for path, pair in moved.items()}
    return found


def screening(
    scenario: Scenario,
    output: str = "total_credits",
    *,
    party: str | None = None,
    trajectories: int = 20,
    seed: int = 1,
) -> morris.Effects:
    """Screen many inputs with few runs, after Morris: which of them matter at all.

    Leaks at random stay as expected.

    Parameters
    ----------
    scenario : Scenario
        The scenario; its levers stay as they are.
    output : str
        Name of a result or an outcome.
    party : str, optional
        Whose, where the result is known of each party.
    trajectories : int
        Walks through the inputs; each takes one run more than there are inputs.
    seed : int
        Where chance starts.

    Returns
    -------
    sensitivity.morris.Effects
        Mean size of the effect of each input, and how it spreads.

    Raises
    ------
    ScenarioError
        If nothing is uncertain, or the scenario has no such result.
    """
    study = _Study(scenario, output, party, 1, seed)
    study.require_inputs()
    groups = list(study.groups.values())
    points = morris.design(trajectories, groups, seed)
    return morris.effects(points, study.at(points, stream=None), groups, list(study.groups), seed)
