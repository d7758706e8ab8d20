"""An ensemble as a file: larger than memory, on all cores or a cluster, and gone on with."""

from __future__ import annotations

import hashlib
import json
import math
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from jcm_models.batch import BLOCK
from jcm_models.ensemble import (
    EnsembleWork,
    coordinate,
    coordinates_of,
    described_of,
    template_of,
)
from jcm_models.parts import (
    PartsError,
    Plan,
    Progress,
    join,
    require_format,
    run_in_parts,
    usable_cores,
)
from jcm_models.results import labels
from jcm_models.runs import code_hash, inputs_hash

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["run_id", "sweep"]

_RUN = "run"


def run_id(work: EnsembleWork) -> str:
    """Return the name of an ensemble: the hash of its inputs, samples, seed and code."""
    return hashlib.sha256(f"{_inputs(work)} {code_hash()}".encode()).hexdigest()[:12]


def _run_in(target: Path) -> str:
    """Return the run that a file is of; nothing where it is of none."""
    import xarray as xr

    try:
        with xr.open_dataset(target) as there:
            return str(there.attrs.get(_RUN, ""))
    except (OSError, ValueError):  # it is something else altogether
        return ""


def _inputs(work: EnsembleWork) -> str:
    """Return the hash of all that an ensemble depends on beside the code."""
    stands_for = [
        inputs_hash(work.scenario),
        work.samples,
        work.seed,
        work.sampling,
        list(work.variables),
        work.with_levers,
    ]
    return hashlib.sha256(json.dumps(stands_for).encode()).hexdigest()


def sweep(
    work: EnsembleWork,
    target: Path,
    *,
    workers: int | None = None,
    scheduler: str | None = None,
    chunk: int | None = None,
    progress: Progress | None = None,
) -> int:
    """Simulate an ensemble into a file, part by part.

    Parameters
    ----------
    work : EnsembleWork
        The scenario and how it is drawn.
    target : pathlib.Path
        A netCDF file (``.nc``) or a zarr store (``.zarr``). Parts that are done stand in a folder
        beside it until it is whole, so that a run that was stopped goes on.
    workers : int, optional
        Processes at most; as many as there are cores, if not given.
    scheduler : str, optional
        Address of a dask cluster that works instead, such as ``tcp://192.0.2.1:8786``.
    chunk : int, optional
        Samples of a part, rounded up to whole blocks; about 64 MB unless given.
    progress : callable, optional
        Called with the samples done, the samples in all and the seconds since the run began.

    Returns
    -------
    int
        How many samples were simulated; the others were there.

    Raises
    ------
    PartsError
        If a worker dies again and again, there is no room, the cluster is not there, or the file
        is another ensemble's. What is done is kept.
    ValueError
        If the name of the file ends otherwise.
    """
    require_format(target)
    name = run_id(work)
    if target.exists():
        if _run_in(target) == name:
            return 0
        message = f"{target} is there already, and is no file of this run ({name})"
        raise PartsError(f"{message}; name another file, or remove it if nobody needs it.")
    one = work(0, 1)
    folder = target.with_name(f"{target.name}.parts")
    try:
        computed = run_in_parts(
            work,
            Plan(work.samples, _chunk(work.samples, one, workers, chunk)),
            folder,
            inputs=_inputs(work),
            sample_axis={each: work.sample_axis(each) for each in one},
            workers=workers,
            scheduler=scheduler,
            progress=progress,
        )
    except PartsError as error:
        if any(folder.glob("*.npz")):
            raise
        shutil.rmtree(folder, ignore_errors=True)
        told = str(error).partition(" 0 of ")[0]
        raise PartsError(f"{told} Nothing was done yet.") from error
    join(folder, target, _template(work, one).assign_attrs({_RUN: name}))
    shutil.rmtree(folder)
    return computed


def _chunk(
    samples: int, one: Mapping[str, NDArray[Any]], workers: int | None, asked: int | None
) -> int:
    """Return the samples of a part: whole blocks, so that chance is the same however divided."""
    size = sum(array.nbytes for array in one.values())
    fitting = Plan.fitting(samples, size, workers or usable_cores()).chunk
    return BLOCK * math.ceil((asked or fitting) / BLOCK)


def _template(work: EnsembleWork, one: Mapping[str, NDArray[Any]]) -> xr.Dataset:
    """Return the Dataset in the end, but for its samples."""
    experiment = work.experiment
    empty = {name: np.take(array, [], axis=work.sample_axis(name)) for name, array in one.items()}
    paths = [given.path for given in experiment.design.inputs]
    drawn = {path: empty.pop(coordinate(path)) for path in paths}
    dataset = template_of(experiment, list(empty)).isel(sample=slice(0, 0))
    rows = described_of(experiment, list(empty))
    dataset = dataset.assign({n: (dims, empty[n], labels(row)) for n, (dims, row) in rows.items()})
    return dataset.assign_coords(coordinates_of(experiment, drawn))
