"""What an ensemble comes to: quantiles over time, probabilities, and how far off they may be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from jcm_models import estimation

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["QUANTILES", "convergence", "exceedance", "expected_shortfall", "summarise"]

Array = NDArray[np.float64]

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
_MOST_BYTES = 2**28  # of one variable that are looked at together


def summarise(ensemble: xr.Dataset, quantiles: Sequence[float] = QUANTILES) -> xr.Dataset:
    """Return the quantiles and the mean of every result of an ensemble, with their errors.

    Parameters
    ----------
    ensemble : xarray.Dataset
        As of `simulate` with samples, in memory or opened from a file.
    quantiles : sequence of float
        Shares of the samples that are lower [1].

    Returns
    -------
    xarray.Dataset
        Each result over (scenario,) quantile, ..., year, with its mean as ``<name>_mean`` and the
        standard errors of both as ``<name>_error`` and ``<name>_mean_error``; no sample is kept.
    """
    import xarray as xr

    found: dict[str, Any] = {}
    for name, array in ensemble.data_vars.items():
        if "sample" in array.dims:
            found |= _summary(str(name), array, quantiles)
    kept = [name for name, each in ensemble.coords.items() if "sample" not in each.dims]
    return xr.Dataset(
        found,
        coords={
            "quantile": ("quantile", list(quantiles), {"long_name": "Share of samples lower"}),
            **{name: ensemble.coords[name] for name in kept},
        },
        attrs=ensemble.attrs,
    )


def _summary(
    name: str, array: xr.DataArray, quantiles: Sequence[float]
) -> Iterator[tuple[str, Any]]:
    """Yield quantiles, mean and errors of one result, by their names."""
    first = array.transpose("sample", ...)
    dims = first.dims[1:]
    pieces = [_estimated(block, quantiles) for block in _blocks(first)]
    value, error, mean, mean_error = (
        np.concatenate(part, axis=-1) if first.ndim > 1 else part[0]
        for part in zip(*pieces, strict=True)
    )
    label, units = array.attrs.get("long_name", name), array.attrs.get("units", "")
    about = {"units": units, "kind": array.attrs.get("kind", "")}
    yield name, (("quantile", *dims), value, array.attrs)
    text = {"long_name": f"{label}, standard error of the quantile"}
    yield f"{name}_error", (("quantile", *dims), error, about | text)
    yield f"{name}_mean", (dims, mean, about | {"long_name": f"{label}, mean"})
    text = {"long_name": f"{label}, standard error of the mean"}
    yield f"{name}_mean_error", (dims, mean_error, about | text)


def _blocks(array: xr.DataArray) -> Iterator[Array]:
    """Yield an array of shape (sample, ..., year) a few years at a time."""
    if array.ndim == 1:
        yield array.to_numpy().astype(float)
        return
    years = array.shape[-1]
    step = max(1, min(years, _MOST_BYTES * years // max(array.nbytes, 1)))
    for first in range(0, years, step):
        # Samples innermost, so that a mean adds them up in the same order in every block.
        yield np.asfortranarray(array[..., first : first + step].to_numpy().astype(float))


def _estimated(outputs: Array, quantiles: Sequence[float]) -> tuple[Any, ...]:
    value, error = estimation.quantiles_of(outputs, quantiles)
    mean, mean_error = estimation.mean_of(outputs)
    return value, error, mean, mean_error


def exceedance(ensemble: xr.Dataset, name: str, threshold: float) -> xr.Dataset:
    """Return the probability that a result exceeds an amount, with its standard error.

    Parameters
    ----------
    ensemble : xarray.Dataset
        As of `simulate` with samples.
    name : str
        Which result.
    threshold : float
        The amount, in the unit of the result.

    Returns
    -------
    xarray.Dataset
        ``probability`` and ``probability_error`` [1] over what the result has beside samples.
    """
    array = ensemble[name].transpose("sample", ...)
    found = estimation.exceedance(array.to_numpy(), threshold)
    label = array.attrs.get("long_name", name)
    text = f"Probability of more than {threshold:,g} {array.attrs.get('units', '')}: {label}"
    return _pair("probability", found, array, {"units": "1", "long_name": text})


def expected_shortfall(
    ensemble: xr.Dataset, name: str, share: float = 0.05, *, lower: bool = False
) -> xr.Dataset:
    """Return the mean of the worst share of the samples, with its standard error.

    Parameters
    ----------
    ensemble : xarray.Dataset
        As of `simulate` with samples.
    name : str
        Which result.
    share : float
        The worst share [1].
    lower : bool
        Whether the small amounts are the worst, as with credits.

    Returns
    -------
    xarray.Dataset
        ``expected_shortfall`` and ``expected_shortfall_error`` in the unit of the result.
    """
    array = ensemble[name].transpose("sample", ...)
    found = estimation.expected_shortfall(array.to_numpy().astype(float), share, lower)
    worst = "lowest" if lower else "highest"
    text = f"Mean of the {worst} {share:.3g} of the samples: {array.attrs.get('long_name', name)}"
    about = {"units": array.attrs.get("units", ""), "long_name": text}
    return _pair("expected_shortfall", found, array, about)


def convergence(ensemble: xr.Dataset, name: str) -> xr.Dataset:
    """Return the mean of a result as the number of samples grows, with its standard error.

    Parameters
    ----------
    ensemble : xarray.Dataset
        As of `simulate` with samples.
    name : str
        Which result.

    Returns
    -------
    xarray.Dataset
        ``mean`` and ``mean_error`` in the unit of the result, over samples (how many of the first)
        and what the result has beside samples.
    """
    array = ensemble[name].transpose("sample", ...)
    found = estimation.convergence(array.to_numpy().astype(float))
    units, label = array.attrs.get("units", ""), array.attrs.get("long_name", name)
    about = {"units": units, "long_name": f"{label}, mean of the first samples"}
    dims = ("samples", *array.dims[1:])
    kept = {key: each for key, each in array.coords.items() if "sample" not in each.dims}
    import xarray as xr

    error = about | {"long_name": f"{about['long_name']}, standard error"}
    return xr.Dataset(
        {"mean": (dims, found.value, about), "mean_error": (dims, found.error, error)},
        {**kept, "samples": found.samples},
    )


def _pair(
    name: str, found: estimation.Estimate, array: xr.DataArray, about: dict[str, str]
) -> xr.Dataset:
    import xarray as xr

    dims = array.dims[1:]
    kept = {key: each for key, each in array.coords.items() if "sample" not in each.dims}
    error = about | {"long_name": f"{about['long_name']}, standard error"}
    return xr.Dataset(
        {name: (dims, found.value, about), f"{name}_error": (dims, found.error, error)}, kept
    )
