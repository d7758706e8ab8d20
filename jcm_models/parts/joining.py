"""All parts of a job as one file, read and written part by part."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from jcm_models.parts.failures import PartsError, cannot_write
from jcm_models.parts.folder import job_of
from jcm_models.parts.optional import optional
from jcm_models.parts.plan import Part, Plan
from jcm_models.parts.storing import Arrays, Store, whole_file

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["each_part", "join", "require_format"]

_SAMPLE = "sample"
_CANNOT_RESERVE = {errno.EINVAL, errno.ENODEV, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP}
_SLACK = 2**16  # what a file needs beside its numbers [B]


class _Stored(Protocol):
    def __setitem__(self, where: tuple[slice, ...], values: np.ndarray[Any, Any], /) -> None: ...


_Create = Callable[[str, tuple[int, ...], np.dtype[Any]], _Stored]


def each_part(folder: Path) -> Iterator[tuple[Part, Arrays]]:
    """Read a complete job, one part at a time.

    Parameters
    ----------
    folder : pathlib.Path
        Where `run_in_parts` has kept the parts.

    Yields
    ------
    tuple of Part and mapping of str to numpy.ndarray
        In the order of the samples.

    Raises
    ------
    PartsError
        Where parts are missing or damaged.
    """
    job = job_of(folder)
    store = Store(folder, job.sample_axis)
    parts = store.there()
    missing = Plan(job.samples, job.samples).missing(parts)
    if missing:
        raise PartsError(
            f"{folder} is not complete: {', '.join(map(str, missing[:5]))}"
            f"{' and others' * (len(missing) > 5)} are missing. Run the job again to go on."
        )
    for part in parts:
        yield part, store.read(part)


def join(folder: Path, target: Path, template: xr.Dataset) -> None:
    """Write all parts of a complete job as one file, with memory for one part.

    Parameters
    ----------
    folder : pathlib.Path
        Where `run_in_parts` has kept the parts.
    target : pathlib.Path
        A netCDF file (``.nc``) or a zarr store (``.zarr``, chunked as the parts are); it is
        written under another name and then replaces what is there.
    template : xarray.Dataset
        The result but for its samples: attributes, coordinates, whatever has no samples, and every
        variable of the parts with its dimensions and attributes and none along ``sample``, such as
        ``(("sample", "year"), np.empty((0, 30)), {"units": "tCO2e/yr"})``.

    Raises
    ------
    PartsError
        Where parts are missing or damaged, are not those of the template, or there is no room.
    ValueError
        Where the name ends otherwise.
    """
    require_format(target)
    job = job_of(folder)
    _check(template, job.sample_axis)
    size = _SLACK + sum(file.stat().st_size for file in folder.glob("*.npz"))
    with _FORMATS[target.suffix](target, template, Plan(job.samples, job.chunk), size) as create:
        variables: dict[str, _Stored] = {}
        if _SAMPLE in template.coords:
            numbers = np.arange(job.samples)
            create(_SAMPLE, numbers.shape, numbers.dtype)[:,] = numbers
        for part, arrays in each_part(folder):
            for name, axis in job.sample_axis.items():
                array = arrays[name]
                if name not in variables:
                    shape = (*array.shape[:axis], job.samples, *array.shape[axis + 1 :])
                    _check_shape(template, name, shape)
                    variables[name] = create(name, shape, array.dtype)
                where = (slice(None),) * axis + (slice(part.start, part.stop),)
                variables[name][where] = array


def require_format(target: Path) -> None:
    """Refuse a name that is none of a netCDF file or a zarr store.

    Raises
    ------
    ValueError
        Where the name ends otherwise.
    PartsError
        Where zarr is not installed.
    """
    if target.suffix not in _FORMATS:
        end = target.suffix or "nothing"
        raise ValueError(f"{target} ends in {end}; .nc and .zarr can be written")
    if target.suffix == ".zarr":
        optional("zarr", str(target))


def _check(template: xr.Dataset, sample_axis: Mapping[str, int]) -> None:
    expected = {
        str(name): variable.dims.index(_SAMPLE)
        for name, variable in template.variables.items()
        if _SAMPLE in variable.dims and name != _SAMPLE
    }
    if expected != sample_axis:
        raise PartsError(
            "The template has other variables, or the samples along other axes, than the parts: "
            f"{expected} in the template, {dict(sample_axis)} in the parts."
        )


def _check_shape(template: xr.Dataset, name: str, shape: tuple[int, ...]) -> None:
    sizes = template[name].sizes
    expected = tuple(
        shape[axis] if dim == _SAMPLE else sizes[dim] for axis, dim in enumerate(sizes)
    )
    if shape != expected:
        raise PartsError(f"{name} has shape {shape} in the parts, {expected} in the template.")


@contextlib.contextmanager
def _netcdf(target: Path, template: xr.Dataset, plan: Plan, size: int) -> Iterator[_Create]:
    import h5netcdf

    with whole_file(target) as working:
        fixed = template.drop_dims(_SAMPLE)
        # HDF5 may crash where it finds no room, so it is made to find it; it cuts the rest off.
        _reserve(working, size)
        fixed.to_netcdf(working, engine="h5netcdf")
        _reserve(working, working.stat().st_size + size)
        with h5netcdf.File(working, "a") as file:
            for dim, size in {**template.sizes, _SAMPLE: plan.samples}.items():
                if dim not in file.dimensions:
                    file.dimensions[dim] = size

            def create(name: str, shape: tuple[int, ...], dtype: np.dtype[Any]) -> _Stored:
                dims, attributes = template[name].dims, dict(template[name].attrs)
                if dtype.kind == "b":  # netCDF has none; xarray reads this as one
                    dtype, attributes = np.dtype("i1"), {**attributes, "dtype": "bool"}
                variable: _Stored = file.create_variable(name, dims, dtype)
                file[name].attrs.update(attributes)
                return variable

            _name_coordinates(template, file.attrs)
            yield create


@contextlib.contextmanager
def _zarr(target: Path, template: xr.Dataset, plan: Plan, _size: int) -> Iterator[_Create]:
    from jcm_models.runs import new_folder

    zarr = optional("zarr", str(target))
    fixed = template.drop_dims(_SAMPLE)
    try:
        with new_folder(target) as working:
            # Format 2: in the third, text has no form yet that all readers know.
            fixed.to_zarr(working, mode="w", zarr_format=2, consolidated=False)
            group = zarr.open_group(working, mode="a")

            def create(name: str, shape: tuple[int, ...], dtype: np.dtype[Any]) -> _Stored:
                dims, attributes = template[name].dims, _plain(template[name].attrs)
                axis = dims.index(_SAMPLE)
                variable: _Stored = group.create_array(
                    name,
                    shape=shape,
                    dtype=dtype,
                    chunks=(*shape[:axis], min(plan.chunk, plan.samples), *shape[axis + 1 :]),
                    fill_value=None,  # with one, each number equal to it would be read as missing
                    attributes={**attributes, "_ARRAY_DIMENSIONS": [*map(str, dims)]},
                )
                return variable

            _name_coordinates(template, group.attrs)
            yield create
            zarr.consolidate_metadata(group.store)
    except OSError as error:
        raise cannot_write(target, error) from error


def _reserve(file: Path, size: int) -> None:
    if hasattr(os, "posix_fallocate"):
        with file.open("ab") as opened:
            try:
                os.posix_fallocate(opened.fileno(), 0, size)
            except OSError as error:
                if error.errno not in _CANNOT_RESERVE:
                    raise


def _name_coordinates(template: xr.Dataset, attributes: MutableMapping[str, Any]) -> None:
    # How xarray tells coordinates beside those of dimensions from data.
    of_samples = [
        str(name)
        for name, coordinate in template.coords.items()
        if _SAMPLE in coordinate.dims and name != _SAMPLE
    ]
    if of_samples:
        attributes["coordinates"] = " ".join(
            [attributes.get("coordinates", ""), *of_samples]
        ).strip()


def _plain(attributes: Mapping[Any, Any]) -> dict[str, Any]:
    # zarr writes them as JSON, which does not know the types of numpy.
    return {
        str(name): value.tolist() if isinstance(value, np.ndarray | np.generic) else value
        for name, value in attributes.items()
    }


_FORMATS = {".nc": _netcdf, ".zarr": _zarr}
