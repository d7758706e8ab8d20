"""A scenario in many samples: every uncertain number drawn, every lever in each of its options."""

from __future__ import annotations

import functools
import json
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from jcm_models.batch import BLOCK
from jcm_models.components import Input
from jcm_models.ensemble_design import Experiment
from jcm_models.problems import Problem, ScenarioError, nearest
from jcm_models.results import (
    COORDINATES,
    Named,
    Results,
    attributes,
    described,
    inputs_of,
    labels,
)
from jcm_models.sampling.points import sample_advice
from jcm_models.scenario import Scenario
from jcm_models.variables import Variable, outcome_variables

if TYPE_CHECKING:
    import xarray as xr

__all__ = [
    "PIECE",
    "Ensemble",
    "EnsembleWork",
    "coordinate",
    "coordinates_of",
    "described_of",
    "draw_ensemble",
    "drawn_inputs",
    "drawn_once",
    "template_of",
]

Array = NDArray[np.float64]

# So many samples are simulated at once: enough for numpy, few enough for a processor's cache.
PIECE = 8 * BLOCK


@dataclass(frozen=True)
class EnsembleWork:
    """Any part of an ensemble, by itself; another process can do it, too.

    Parameters
    ----------
    scenario : Scenario
        The scenario.
    samples, seed : int
        How many samples there are in all, and where chance starts.
    sampling : str
        How the points are laid: sobol, latin_hypercube, monte_carlo or grid.
    variables : tuple of str
        Which results to keep; all of them, where none is named.
    with_levers : bool
        Whether levers are tried, or stay as the scenario has them.
    """

    scenario: Scenario
    samples: int
    seed: int = 1
    sampling: str = "sobol"
    variables: tuple[str, ...] = ()
    with_levers: bool = True

    @functools.cached_property
    def experiment(self) -> Experiment:
        """What is drawn, and how."""
        return Experiment.of(
            self.scenario, self.samples, self.seed, self.sampling, with_levers=self.with_levers
        )

    def __reduce__(self) -> tuple[Any, ...]:
        """Go to another process without what follows from the rest."""
        return EnsembleWork, tuple(getattr(self, each.name) for each in fields(self))

    def __call__(self, start: int, stop: int) -> dict[str, NDArray[Any]]:
        """Simulate the samples from `start`, a multiple of `batch.BLOCK`, to before `stop`.

        Returns
        -------
        dict of str to array
            Results by name, and what was drawn by the path of the input.
        """
        found: dict[str, NDArray[Any]] = {}
        for first in range(start, stop, PIECE):
            last = min(first + PIECE, stop)
            for name, array in self._piece(first, last).items():
                axis = self.sample_axis(name)
                if name not in found:
                    found[name] = _room(array, axis, stop - start)
                if found[name].strides[axis]:
                    own = (slice(None),) * axis + (slice(first - start, last - start),)
                    found[name][own] = array
        return found

    def _piece(self, start: int, stop: int) -> dict[str, NDArray[Any]]:
        experiment = self.experiment
        unit = experiment.points(start, stop)
        drawn = {coordinate(path): array for path, array in experiment.drawn(unit).items()}
        arrays = experiment.simulated(unit, start)
        wanted = self.variables or tuple(arrays)
        unknown = [name for name in wanted if name not in arrays]
        if unknown:
            raise ScenarioError([_unknown(name, tuple(arrays)) for name in unknown])
        return {name: arrays[name] for name in wanted} | drawn

    def sample_axis(self, name: str) -> int:
        """Return which axis of an array is that of the samples."""
        experiment = self.experiment
        inputs = {coordinate(given.path): given.path for given in experiment.design.inputs}
        differs = name not in inputs or inputs[name] in experiment.differing
        return 1 if differs and len(experiment.options) > 1 else 0


def _room(array: NDArray[Any], axis: int, samples: int) -> NDArray[Any]:
    """Return room for all samples of a result; what is the same in all of them stands once."""
    shape = (*array.shape[:axis], samples, *array.shape[axis + 1 :])
    if array.shape[axis] > 1 and array.strides[axis] == 0:
        return np.broadcast_to(array.take([0], axis=axis), shape)
    return np.empty(shape, dtype=array.dtype)


def _unknown(name: str, known: tuple[str, ...]) -> Problem:
    text = f"the scenario has no result of this name{nearest(name, known)}; it has "
    return Problem(name, text + ", ".join(known))


@dataclass(frozen=True)
class Ensemble(Named):
    """What a scenario comes to in each sample; arrays by name, `to_dataset` labels them.

    Parameters
    ----------
    experiment : Experiment
        What was drawn, and how.
    arrays : mapping of str to array
        Results by name, shape (sample, ..., year), with levers (scenario, sample, ..., year).
    drawn : mapping of str to array
        What each uncertain input is, by its path, in its unit, shape (sample,); of one that moves
        at random over time the factors [1], shape (sample, year); with the dimension scenario in
        front where options draw from different distributions.
    """

    experiment: Experiment
    arrays: Mapping[str, NDArray[Any]]
    drawn: Mapping[str, Array]

    @property
    def scenario(self) -> Scenario:
        """The scenario, with the first option of every lever."""
        return self.experiment.options[0].scenario

    @property
    def inputs(self) -> dict[str, Input]:
        """The inputs that were drawn, by their path."""
        return {given.path: given for given in self.experiment.design.inputs}

    def to_dataset(self) -> xr.Dataset:
        """Return the ensemble as a labelled Dataset, with units, sources and inputs (D1, D2)."""
        dataset = template_of(self.experiment, list(self))
        rows = described_of(self.experiment, list(self))
        dataset = dataset.assign(
            {n: (dims, self[n], labels(row)) for n, (dims, row) in rows.items()}
        )
        return dataset.assign_coords(coordinates_of(self.experiment, self.drawn))


def described_of(
    experiment: Experiment, names: Sequence[str]
) -> dict[str, tuple[tuple[str, ...], Variable]]:
    """Return the dimensions of results of an ensemble, and what they are."""
    scenario, known = experiment.options[0].scenario, outcome_variables()
    leading = ("scenario", "sample") if len(experiment.options) > 1 else ("sample",)
    rows = {name: known[name] if name in known else described(name, scenario) for name in names}
    return {name: ((*leading, *row.dims), row) for name, row in rows.items()}


def draw_ensemble(
    scenario: Scenario,
    samples: int,
    seed: int = 1,
    sampling: str = "sobol",
    variables: Sequence[str] = (),
    *,
    with_levers: bool = True,
) -> Ensemble:
    """Simulate a scenario in many samples, in memory.

    Parameters
    ----------
    scenario : Scenario
        The scenario; its distributions, processes and levers are drawn and tried.
    samples : int
        How many; for Sobol points a power of two.
    seed : int
        Where chance starts: the same seed gives the same bytes.
    sampling : {"sobol", "latin_hypercube", "monte_carlo", "grid"}
        How the points are laid.
    variables : sequence of str
        Which results to keep; all of them, where none is named.
    with_levers : bool
        Whether levers are tried, or stay as the scenario has them.

    Returns
    -------
    Ensemble
        Every result in every sample.

    Raises
    ------
    ScenarioError
        If nothing is uncertain, an option of a lever is wrong, or a sample breaks a convention.

    Warns
    -----
    UserWarning
        If the number of samples does harm, as where it is no power of two for Sobol points.
    """
    work = EnsembleWork(scenario, samples, seed, sampling, tuple(variables), with_levers)
    plan = work.experiment.plan
    advice = sample_advice(plan.method, plan.samples, plan.dimensions)
    if advice:
        warnings.warn(advice, stacklevel=2)
    found = work(0, samples)
    paths = [given.path for given in work.experiment.design.inputs]
    drawn = {path: found.pop(coordinate(path)) for path in paths}
    return Ensemble(work.experiment, found, drawn)


def template_of(experiment: Experiment, names: Sequence[str]) -> xr.Dataset:
    """Return the Dataset of some results of an ensemble, without these and what was drawn."""
    import xarray as xr

    from jcm_models import __version__

    scenario, plan = experiment.options[0].scenario, experiment.plan
    coordinates: dict[str, Any] = {
        "sample": ("sample", np.arange(plan.samples), {"long_name": "Sample"})
    }
    for lever in experiment.options[0].chosen:
        chosen = [option.chosen[lever] for option in experiment.options]
        taken = lever in {given.path for given in experiment.design.inputs}
        name = coordinate(f"lever {lever}" if taken else lever)
        coordinates[name] = ("scenario", chosen, {"long_name": lever})
    if len(experiment.options) > 1:
        each = [option.name for option in experiment.options]
        coordinates["scenario"] = ("scenario", each, {"long_name": "Scenario by its levers"})
    labelled = Results(scenario, {}, {})
    used = {dim for dims, _ in described_of(experiment, names).values() for dim in dims}
    coordinates |= {
        name: (name, labelled[name], about) for name, about in COORDINATES.items() if name in used
    }
    history = f"jcm_models {__version__}: simulate({scenario.name}, samples={plan.samples})"
    more = {
        "samples": plan.samples,
        "sampling": plan.method,
        "seed": plan.seed,
        "inputs": json.dumps(list(inputs_of(scenario)), ensure_ascii=False),
        "correlations": json.dumps(
            [[*pair.between, pair.value] for pair in scenario.ensemble.correlations]
        ),
        "history": history,
    }
    return xr.Dataset(coords=coordinates, attrs=attributes(scenario) | more)


def coordinates_of(experiment: Experiment, drawn: Mapping[str, Array]) -> dict[str, Any]:
    """Return what was drawn as coordinates along the samples, by the path of the input."""
    found = {}
    for given in experiment.design.inputs:
        array = drawn[given.path]
        differs = given.path in experiment.differing
        moves = array.ndim > 1 + differs
        is_factor = given.value.process is not None
        about = {
            "units": "1" if is_factor else given.value.unit,
            "long_name": f"{given.variable.label}, factor" if is_factor else given.variable.label,
            "written": given.value.written,
            "place": str(given.place or ""),
        }
        dims = ("scenario",) * differs + ("sample",) + ("year",) * moves
        found[coordinate(given.path)] = (dims, array, about)
    return found


def drawn_once(array: Array) -> Array:
    """Return one number for each sample: of factors that move over the years their mean."""
    return array if array.ndim == 1 else array.mean(axis=-1)


def drawn_inputs(ensemble: xr.Dataset) -> dict[str, xr.DataArray]:
    """Return what was drawn, one number for each sample, by the name of the coordinate.

    Of an input that moves at random over the years it is the mean factor of all years; where
    options of a lever draw from different distributions it has the dimension scenario, too.
    """
    found: dict[str, xr.DataArray] = {}
    for name, each in ensemble.coords.items():
        if "sample" not in each.dims or name == "sample":
            continue
        if "year" in each.dims:
            label = f"{each.attrs['long_name']}, mean of all years"
            each = each.mean("year").assign_attrs(each.attrs | {"long_name": label})
        found[str(name)] = each
    return found


def coordinate(path: str) -> str:
    """Return what an input or a lever is called in a Dataset: a file knows no name with a space."""
    return path.replace(" ", "_")
