"""A part as a file: whole, or recognised as damaged."""

import io
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from jcm_models.parts import Part, PartsError
from jcm_models.parts.storing import Store, remove_unfinished, whole_file
from tests.parts.examples import files

PART = Part(10, 14)
ARRAYS = {"a": np.arange(8.0).reshape(4, 2), "b": np.arange(12).reshape(3, 4)}
AXES = {"a": 0, "b": 1}

numbers = st.sampled_from(["f8", "f4", "i8", "i4", "u2", "?", ">f8"])


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path, AXES)


@given(hnp.arrays(numbers, hnp.array_shapes(min_dims=1, max_dims=4)), st.data())
@settings(max_examples=50)
def test_what_is_read_is_what_was_written_to_the_byte(tmp_path_factory, array, data):
    axis = data.draw(st.integers(0, array.ndim - 1))
    order = data.draw(st.permutations(range(array.ndim)))
    turned = array.transpose(order)
    store = Store(tmp_path_factory.mktemp("parts"), {"x": axis})
    part = Part(3, 3 + turned.shape[axis])
    store.write(part, {"x": turned})
    (read,) = store.read(part).values()
    assert (read.dtype, read.shape) == (turned.dtype, turned.shape)
    assert read.tobytes() == turned.tobytes()


def test_numpy_alone_reads_a_part(store):
    store.write(PART, ARRAYS)
    with np.load(store.folder / "000000000010-000000000014.npz") as archive:
        assert {name: array.tolist() for name, array in archive.items()} == {
            name: array.tolist() for name, array in ARRAYS.items()
        }


def test_the_same_part_is_the_same_file(store, tmp_path_factory):
    other = Store(tmp_path_factory.mktemp("other"), AXES)
    for each in (store, other):
        each.write(PART, ARRAYS)
    (one,), (two,) = store.folder.iterdir(), other.folder.iterdir()
    assert one.read_bytes() == two.read_bytes()


def test_a_file_cut_off_anywhere_is_recognised_and_removed(store):
    store.write(PART, ARRAYS)
    (path,) = store.folder.iterdir()
    content = path.read_bytes()
    for length in range(len(content)):
        path.write_bytes(content[:length])
        with pytest.raises(PartsError, match="is damaged"):
            store.read(PART)
    assert store.done() == []
    assert files(store.folder) == []


@given(st.data())
def test_a_bit_that_changed_anywhere_gives_an_error_or_the_same_numbers(tmp_path_factory, data):
    store = Store(tmp_path_factory.mktemp("parts"), AXES)
    store.write(PART, ARRAYS)
    (path,) = store.folder.iterdir()
    content = bytearray(path.read_bytes())
    content[data.draw(st.integers(0, len(content) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    path.write_bytes(content)
    try:
        read = store.read(PART)
    except PartsError:
        return
    assert all(read[name].tobytes() == array.tobytes() for name, array in ARRAYS.items())


def test_a_number_that_changed_on_the_disk_is_recognised(store):
    store.write(PART, ARRAYS)
    (path,) = store.folder.iterdir()
    content = path.read_bytes()
    start = content.index(ARRAYS["a"].tobytes())
    for position in range(start, start + ARRAYS["a"].nbytes):
        changed = bytearray(content)
        changed[position] ^= 1
        path.write_bytes(changed)
        with pytest.raises(PartsError, match="CRC"):
            store.read(PART)


def test_a_file_under_the_name_of_other_samples_is_recognised(store):
    store.write(PART, ARRAYS)
    (path,) = store.folder.iterdir()
    path.rename(store.folder / "000000000010-000000000015.npz")
    with pytest.raises(PartsError, match="expected 5 along axis 0"):
        store.read(Part(10, 15))


def test_an_archive_without_a_variable_is_recognised(store):
    npy = io.BytesIO()
    np.save(npy, ARRAYS["a"])
    with zipfile.ZipFile(store.folder / "000000000010-000000000014.npz", "w") as archive:
        archive.writestr("a.npy", npy.getvalue())
    with pytest.raises(PartsError, match="has a, expected a, b"):
        store.read(PART)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"a": ARRAYS["a"]}, "has a, expected a, b"),
        ({**ARRAYS, "c": np.zeros(4)}, "has a, b, c, expected a, b"),
        ({**ARRAYS, "a": np.zeros((3, 2))}, r"a has shape \(3, 2\), expected 4 along axis 0"),
        ({**ARRAYS, "b": np.zeros(4)}, r"b has shape \(4,\), expected 4 along axis 1"),
        ({**ARRAYS, "a": np.array(["x"] * 4)}, "a is of <U1, only numbers and bool"),
        ({**ARRAYS, "a": np.array([None] * 4)}, "a is of object, only numbers and bool"),
    ],
)
def test_arrays_that_are_not_those_of_the_job_are_refused(store, arrays, message):
    with pytest.raises(PartsError, match=f"samples 10 to 13: {message}"):
        store.write(PART, arrays)
    assert files(store.folder) == []


def test_clashes_come_all_together(store):
    with pytest.raises(PartsError) as refused:
        store.write(PART, {"a": np.zeros((3, 2)), "b": np.zeros(4)})
    assert str(refused.value).count("expected") == 2


def test_files_that_are_no_parts_are_left_alone(store):
    store.write(PART, ARRAYS)
    for name in ("job.json", "notes.npz", "1-2.txt"):
        (store.folder / name).write_text("x")
    assert store.done() == [PART]
    assert len(files(store.folder)) == 4


def test_a_file_is_there_under_its_name_only_when_it_is_whole(tmp_path):
    path = tmp_path / "x"
    path.write_text("old")
    with whole_file(path) as working:
        working.write_text("new")
        assert path.read_text() == "old"
        assert len(files(tmp_path)) == 2
    assert path.read_text() == "new"
    assert files(tmp_path) == ["x"]


def write_and_fail(path, error):
    with whole_file(path) as working:
        working.write_text("new")
        raise error


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_an_error_leaves_the_old_file_and_nothing_else(tmp_path, error):
    path = tmp_path / "x"
    path.write_text("old")
    with pytest.raises(error):
        write_and_fail(path, error)
    assert path.read_text() == "old"
    assert files(tmp_path) == ["x"]


def test_a_folder_that_is_gone_is_named(tmp_path):
    path = tmp_path / "gone" / "x"
    with pytest.raises(PartsError, match=f"{path} cannot be written: No such file"):  # noqa: SIM117
        with whole_file(path) as working:
            working.write_text("new")


def test_what_a_killed_worker_left_half_written_is_removed_and_nothing_else(tmp_path):
    (tmp_path / "job.json").write_text("x")
    (tmp_path / ".hidden").write_text("x")
    (tmp_path / ".000000000010-000000000014.npz.12ab34cd.unfinished").write_text("x")
    remove_unfinished(tmp_path)
    assert files(tmp_path) == [".hidden", "job.json"]


def test_what_is_the_same_for_all_samples_stands_once_on_the_disk(tmp_path):
    store = Store(tmp_path, {"alike": 1, "each": 0})
    part, alike = Part(0, 1000), np.arange(30.0)
    each = np.arange(1000.0)
    store.write(part, {"alike": np.broadcast_to(alike, (2, 1000, 30)), "each": each})
    (file,) = tmp_path.glob("*.npz")
    assert file.stat().st_size < 10_000 + each.nbytes
    found = store.read(part)
    assert (found["alike"] == alike).all()
    assert found["alike"].shape == (2, 1000, 30)
    assert (found["each"] == each).all()
