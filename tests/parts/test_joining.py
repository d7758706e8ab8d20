"""All parts as one file: every byte, whatever has no samples, and memory for one part."""

import os
import tracemalloc

import h5netcdf
import numpy as np
import pytest
import xarray as xr

from jcm_models.parts import PartsError, Plan, each_part, join, run_in_parts
from tests.parts.examples import (
    AXES,
    SAMPLES,
    compute,
    files,
    joined,
    same_bytes,
    script,
    started,
    template,
    whole,
)

EACH_FORMAT = pytest.mark.parametrize("suffix", [".nc", ".zarr"])


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "parts"


@EACH_FORMAT
@pytest.mark.parametrize("chunk", [7, 64, SAMPLES, 1000])
def test_every_byte_is_there_whatever_the_chunk(folder, suffix, chunk):
    compute(folder, chunk=chunk)
    assert same_bytes(joined(folder, suffix))


@EACH_FORMAT
def test_a_result_is_the_same_dataset_as_one_made_at_once(folder, suffix):
    compute(folder)
    expected = template().drop_dims("sample").assign_coords(sample=np.arange(SAMPLES))
    arrays = {
        name: xr.Variable(template()[name].dims, array, template()[name].attrs)
        for name, array in whole().items()
    }
    expected = expected.assign_coords(factor=arrays.pop("factor")).assign(arrays)
    xr.testing.assert_identical(joined(folder, suffix), expected)


@EACH_FORMAT
def test_coordinates_of_samples_stay_coordinates(folder, suffix):
    compute(folder)
    assert set(joined(folder, suffix).coords) == {
        "sample",
        "year",
        "party",
        "party_label",
        "factor",
    }


@EACH_FORMAT
def test_a_zero_is_not_read_as_missing(folder, suffix):
    compute(folder)
    factor = joined(folder, suffix)["factor"]
    assert float(factor[0]) == 0
    assert int((factor == 0).sum()) == -(-SAMPLES // 7)


@EACH_FORMAT
def test_parts_of_two_sizes_are_joined(folder, suffix):
    compute(folder, chunk=30)
    for path in sorted(folder.glob("*.npz"))[2:5]:
        path.unlink()
    compute(folder, chunk=13)
    assert same_bytes(joined(folder, suffix))


@EACH_FORMAT
def test_what_was_there_is_replaced_and_nothing_else_is_left(folder, suffix):
    compute(folder)
    joined(folder, suffix)
    before = files(folder.parent)
    assert same_bytes(joined(folder, suffix))
    assert files(folder.parent) == before == ["parts", f"parts{suffix}"]


def test_a_zarr_store_is_chunked_as_the_parts_are(folder):
    zarr = pytest.importorskip("zarr")
    compute(folder, chunk=30)
    join(folder, folder.with_suffix(".zarr"), template())
    group = zarr.open_group(folder.with_suffix(".zarr"), mode="r")
    assert group["emissions"].chunks == (30, 5)
    assert group["credits"].chunks == (3, 30, 5)


def test_dimensions_without_coordinates_and_attributes_of_numpy_are_kept(folder):
    arrays = {"x": np.arange(12.0).reshape(4, 3)}
    run_in_parts(Given(arrays), Plan(4, 2), folder, inputs="x", sample_axis={"x": 0}, workers=1)
    attributes = {"scale": np.float64(2.5), "levels": np.arange(3), "unit": "t"}
    empty = xr.Dataset({"x": (("sample", "year"), np.empty((0, 3)), attributes)})
    for suffix in (".nc", ".zarr"):
        target = folder.with_suffix(suffix)
        join(folder, target, empty)
        read = xr.open_dataset(target) if suffix == ".nc" else xr.open_zarr(target, chunks=None)
        with read as dataset:
            assert dataset["x"].dims == ("sample", "year")
            assert dataset["x"].values.tobytes() == arrays["x"].tobytes()
            assert dataset["x"].attrs["scale"] == 2.5
            assert list(dataset["x"].attrs["levels"]) == [0, 1, 2]
            assert dataset["x"].attrs["unit"] == "t"


class Given:
    """Samples of arrays that are there already, along their first axis."""

    def __init__(self, arrays):
        self._arrays = arrays

    def __call__(self, start, stop):
        return {name: array[start:stop] for name, array in self._arrays.items()}


class Wide:
    """Samples of 8 kB."""

    def __call__(self, start, stop):
        return {"x": np.arange(start, stop, dtype=float)[:, None] + np.zeros(1024)}


def highest(folder, parts, suffix):
    """Return how much memory joining parts of 1 MB takes at most [B]."""
    run_in_parts(
        Wide(), Plan(128 * parts, 128), folder, inputs="x", sample_axis={"x": 0}, workers=1
    )
    empty = xr.Dataset({"x": (("sample", "year"), np.empty((0, 1024)))})
    tracemalloc.start()
    join(folder, folder.with_suffix(suffix), empty)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


@EACH_FORMAT
def test_ten_times_the_parts_take_no_more_memory(tmp_path, suffix):
    few = highest(tmp_path / "few", 4, suffix)
    many = highest(tmp_path / "many", 40, suffix)
    assert few > 2**20
    assert many < few + 2**20


def test_parts_can_be_read_one_by_one_in_order(folder):
    compute(folder, chunk=30, workers=2)
    parts = list(each_part(folder))
    assert [part.start for part, _ in parts] == list(range(0, SAMPLES, 30))
    emissions = np.concatenate([arrays["emissions"] for _, arrays in parts])
    assert emissions.tobytes() == whole()["emissions"].tobytes()


@EACH_FORMAT
def test_a_job_that_is_not_complete_is_refused_and_the_gaps_are_named(folder, suffix):
    compute(folder, chunk=30)
    for path in sorted(folder.glob("*.npz"))[2:4]:
        path.unlink()
    target = folder.with_suffix(suffix)
    with pytest.raises(PartsError, match="not complete: samples 60 to 119 are missing"):
        join(folder, target, template())
    assert files(folder.parent) == ["parts"]


def test_only_some_of_many_gaps_are_named(folder):
    compute(folder, chunk=10)
    for path in sorted(folder.glob("*.npz"))[::2]:
        path.unlink()
    with pytest.raises(PartsError, match="samples 80 to 89 and others are missing"):
        list(each_part(folder))


@EACH_FORMAT
def test_a_damaged_part_is_named_and_an_older_result_is_kept(folder, suffix):
    compute(folder, chunk=30)
    assert same_bytes(joined(folder, suffix))
    damaged = sorted(folder.glob("*.npz"))[3]
    os.truncate(damaged, 700)
    target = folder.with_suffix(suffix)
    with pytest.raises(PartsError, match=f"{damaged} is damaged"):
        join(folder, target, template())
    assert files(folder.parent) == ["parts", f"parts{suffix}"]
    compute(folder, chunk=30)
    assert same_bytes(joined(folder, suffix))


def test_a_template_of_other_variables_is_refused_with_both_sides(folder):
    compute(folder)
    other = template().drop_vars("credits")
    with pytest.raises(PartsError, match=r"'short': 0.* in the template, .*'credits': 1.* parts"):
        join(folder, folder.with_suffix(".nc"), other)


def test_a_template_with_the_samples_along_another_axis_is_refused(folder):
    compute(folder)
    other = template().assign(credits=template()["credits"].transpose("sample", ...))
    with pytest.raises(PartsError, match=r"'credits': 0.* in the template, .*'credits': 1"):
        join(folder, folder.with_suffix(".nc"), other)


@pytest.mark.parametrize(
    ("dims", "shape"),
    [
        (("sample", "month"), (0, 12)),
        (("sample", "year", "gas"), (0, 5, 2)),
        (("sample",), (0,)),
    ],
)
def test_a_template_of_another_shape_is_refused_with_both_sides(folder, dims, shape):
    compute(folder)
    other = template().assign(emissions=(dims, np.empty(shape)))
    expected = (SAMPLES, *shape[1:])
    with pytest.raises(PartsError) as refused:
        join(folder, folder.with_suffix(".nc"), other)
    assert str(refused.value) == (
        f"emissions has shape (200, 5) in the parts, {expected} in the template."
    )


def test_a_name_that_ends_otherwise_is_refused(folder):
    compute(folder)
    for name in ("result.csv", "result"):
        with pytest.raises(ValueError, match=r"\.nc and \.zarr can be written"):
            join(folder, folder.with_name(name), template())


def test_a_folder_without_a_job_is_refused(tmp_path):
    with pytest.raises(PartsError, match=f"{tmp_path} holds no parts of a job"):
        join(tmp_path, tmp_path / "result.nc", template())


@EACH_FORMAT
def test_where_there_is_no_room_for_the_result_the_parts_are_kept(tmp_path, folder, suffix):
    compute(folder, chunk=SAMPLES)
    body = f"""
        import resource
        resource.setrlimit(resource.RLIMIT_FSIZE, ({LIMIT}, {LIMIT}))
        folder = Path({str(folder)!r})
        join(folder, folder.with_suffix({suffix!r}), template())
    """
    process = started(script(tmp_path, body))
    _, errors = process.communicate(timeout=120)
    *_, last = errors.splitlines()
    assert f"parts{suffix} cannot be written: there is no room left for it." in last
    assert files(tmp_path) == ["parts", "program.py"]
    assert same_bytes(joined(folder, suffix))


LIMIT = 4096  # less than the emissions alone take, which cannot be packed much


def test_the_netcdf_file_takes_little_more_than_its_numbers(folder):
    arrays = {"x": np.zeros((1000, 100))}
    run_in_parts(Given(arrays), Plan(1000, 50), folder, inputs="x", sample_axis={"x": 0}, workers=1)
    target = folder.with_suffix(".nc")
    join(folder, target, xr.Dataset({"x": (("sample", "year"), np.empty((0, 100)))}))
    assert arrays["x"].nbytes < target.stat().st_size < arrays["x"].nbytes + 2**14


def test_the_netcdf_file_is_read_without_xarray(folder):
    compute(folder)
    joined(folder)
    with h5netcdf.File(folder.with_suffix(".nc")) as file:
        assert {name: len(size) for name, size in file.dimensions.items()} == {
            "sample": SAMPLES,
            "party": 3,
            "year": 5,
        }
        assert file["credits"].dimensions == ("party", "sample", "year")
        assert file["emissions"].attrs["units"] == "tCO2e/yr"
        assert file["emissions"][:].tobytes() == whole()["emissions"].tobytes()


def test_the_example_has_what_a_template_needs():
    assert {name: template()[name].dims.index("sample") for name in AXES} == AXES
