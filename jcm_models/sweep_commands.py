"""``jcm sweep``: its arguments, what it does, and what it says."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jcm_models.wording import number, rounded

if TYPE_CHECKING:
    import xarray as xr

    from jcm_models.scenario import Scenario

__all__ = ["add_sweep"]

# What nobody wants, however seldom it happens.
_RARE = ("total_leaked", "total_shortfall", "oversold")

Loaded = Callable[[argparse.Namespace], "Scenario"]


def add_sweep(commands: Any, loaded: Loaded, add_set: Callable[[Any], None]) -> None:
    """Add ``jcm sweep``; `loaded` reads the scenario that was named, with its changes."""
    sweep = commands.add_parser("sweep", help="simulate a scenario in many samples")
    sweep.add_argument("scenario", metavar="scenario.yaml")
    sweep.add_argument("--samples", type=_positive, default=4096, help="4096 by default")
    sweep.add_argument("--seed", type=_seed, default=1, help="where chance starts; 1 by default")
    sweep.add_argument(
        "--sampling",
        choices=("sobol", "latin_hypercube", "monte_carlo", "grid"),
        default="sobol",
        help="how the points are laid; sobol by default",
    )
    sweep.add_argument(
        "--variables", default="", metavar="NAME,NAME", help="results to keep; all by default"
    )
    sweep.add_argument(
        "--output", type=Path, metavar="FILE.nc", help="netCDF file or zarr store to write"
    )
    sweep.add_argument("--workers", type=_positive, help="processes; one a core by default")
    sweep.add_argument("--chunk", type=_positive, help="samples of a part; chosen by default")
    sweep.add_argument(
        "--scheduler", metavar="tcp://HOST:8786", help="a dask cluster that works instead"
    )
    add_set(sweep)
    sweep.set_defaults(say=lambda given: _sweep(given, loaded(given)))


def _positive(text: str) -> int:
    return _whole(text, 1)


def _seed(text: str) -> int:
    return _whole(text, 0)


def _whole(text: str, least: int) -> int:
    """Read a whole number; the message is argparse's."""
    try:
        found = int(text)
    except ValueError:
        found = least - 1
    if found < least:
        message = f"{text!r} is no whole number of {least} or more"
        raise argparse.ArgumentTypeError(message)
    return found


def _sweep(given: argparse.Namespace, scenario: Scenario) -> str:
    from jcm_models.ensemble import EnsembleWork
    from jcm_models.parts import PartsError, progress_bar
    from jcm_models.sampling.points import sample_advice
    from jcm_models.sweeping import run_id, sweep

    variables = tuple(name for name in given.variables.split(",") if name)
    work = EnsembleWork(scenario, given.samples, given.seed, given.sampling, variables)
    plan = work.experiment.plan
    advice = sample_advice(plan.method, plan.samples, plan.dimensions)
    if advice:
        sys.stderr.write(f"warning: {advice}\n")
    target = given.output or Path("reports", scenario.name, f"ensemble-{run_id(work)}.nc")
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with progress_bar() as progress:
            computed = sweep(
                work,
                target,
                workers=given.workers,
                scheduler=given.scheduler,
                chunk=given.chunk,
                progress=progress,
            )
    except PartsError as error:  # what is done is kept, and the message says how to go on
        raise SystemExit(str(error)) from None
    return "\n".join(_told(work, target, computed))


def _told(work: Any, target: Path, computed: int) -> Iterator[str]:
    """Say what was simulated, what came out, and where it stands."""
    import xarray as xr

    from jcm_models.summaries import exceedance, summarise
    from jcm_models.variables import outcome_variables

    inputs = len(work.experiment.design.inputs)
    before = "" if computed == work.samples else f"; {work.samples - computed:,} were there before"
    yield (
        f"{work.samples:,} samples of {inputs} uncertain input{'s' if inputs != 1 else ''} by "
        f"{work.sampling}, seed {work.seed}{before}"
    )
    engine: dict[str, Any] = {"engine": "zarr"} if target.suffix == ".zarr" else {}
    with xr.open_dataset(target, **engine) as ensemble:
        known = [name for name in outcome_variables() if name in ensemble]
        summary = summarise(ensemble[known], (0.05, 0.5, 0.95)) if known else None
        anything = {name: exceedance(ensemble, name, 0.0) for name in _RARE if name in ensemble}
    for name in known:
        assert summary is not None
        yield from _outcome(name, summary)
        if name in anything:
            yield from _in_how_many(anything[name])
    yield f"{target}: written" if computed else f"{target}: up to date"


def _in_how_many(found: xr.Dataset) -> Iterator[str]:
    """Say in how many samples there is anything of what nobody wants."""
    shares, errors = (
        found[name].to_numpy().ravel() for name in ("probability", "probability_error")
    )
    options = found["scenario"].to_numpy() if "scenario" in found.coords else [""]
    for option, share, error in zip(options, shares, errors, strict=True):
        if share > 0:
            which = f", {option}" if option else ""
            often = number(rounded(float(share), 3), "1")
            off = number(rounded(float(error), 2), "1")
            yield f"  more than nothing in {often} (± {off}) of the samples{which}"


def _outcome(name: str, summary: xr.Dataset) -> Iterator[str]:
    """Say what an outcome comes to; a line for each combination of levers, where they differ."""
    values, errors = summary[name], summary[f"{name}_error"]
    if not values.to_numpy().any():
        return
    label, unit = values.attrs["long_name"], values.attrs["units"]
    if "scenario" not in values.dims:
        yield f"{label}: {_spread(values, errors, unit)}"
    elif (values == values.isel(scenario=0)).all():
        yield f"{label}: {_spread(values.isel(scenario=0), errors.isel(scenario=0), unit)}"
    else:
        yield f"{label}:"
        for at, option in enumerate(values["scenario"].to_numpy()):
            one = _spread(values.isel(scenario=at), errors.isel(scenario=at), unit)
            yield f"  {option}: {one}"


def _spread(values: xr.DataArray, errors: xr.DataArray, unit: str) -> str:
    """Say the median with its error, and where nine samples in ten lie."""
    low, middle, high = (number(round(float(each)), unit) for each in values)
    error = number(rounded(float(errors[1]), 2), unit)
    return f"{middle} {unit} in the middle (± {error}), nine in ten between {low} and {high}"
