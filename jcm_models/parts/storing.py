"""A part as a file: complete and checked, or not there at all.

A part is a zip archive of ``.npy`` files, as `numpy.load` reads them, without compression. The
archive ends with its table of contents and holds a CRC-32 of every variable, so that a file that
was cut off or damaged is recognised.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jcm_models.parts.failures import PartsError, cannot_write
from jcm_models.parts.plan import Part

__all__ = ["Arrays", "Store", "remove_unfinished", "whole_file"]

Arrays = Mapping[str, NDArray[Any]]

_UNFINISHED = ".unfinished"
_NAME = re.compile(r"(\d+)-(\d+)\.npz")
_NUMBERS = "biuf"


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give a name to write a file under, and give the file its own name when it is whole.

    Parameters
    ----------
    path : pathlib.Path
        The name in the end; a file that has it is replaced.

    Yields
    ------
    pathlib.Path
        Another name in the same folder; the file is removed if the writing fails.

    Raises
    ------
    PartsError
        Where the file cannot be written.
    """
    working = path.with_name(f".{path.name}.{secrets.token_hex(4)}{_UNFINISHED}")
    try:
        yield working
        with working.open("rb+") as file:
            os.fsync(file.fileno())
        working.replace(path)
    except OSError as error:
        raise cannot_write(path, error) from error
    finally:
        working.unlink(missing_ok=True)


def remove_unfinished(folder: Path) -> None:
    """Remove what workers that were killed have left half-written in a folder."""
    for file in folder.glob(f".*{_UNFINISHED}"):
        file.unlink(missing_ok=True)


def _read(path: Path) -> dict[str, NDArray[Any]]:
    arrays: dict[str, NDArray[Any]] = {}
    with zipfile.ZipFile(path) as archive:
        if archive.testzip() is not None:
            raise zipfile.BadZipFile("its CRC-32 is wrong")
        for name in archive.namelist():
            with archive.open(name) as member:
                array = np.lib.format.read_array(member, allow_pickle=False)
            arrays[name.removesuffix(".npy")] = array
    return arrays


def _once(array: NDArray[Any], axis: int) -> NDArray[Any]:
    """Return what is the same for all samples once: it need not stand on the disk for each."""
    return array.take([0], axis=axis) if array.strides[axis] == 0 else array


def _for_all(array: NDArray[Any], axis: int, samples: int) -> NDArray[Any]:
    """Return what stands once for all samples."""
    if array.ndim <= axis or array.shape[axis] != 1:
        return array
    return np.broadcast_to(array, (*array.shape[:axis], samples, *array.shape[axis + 1 :]))


@dataclass(frozen=True)
class Store:
    """The parts of one job in their folder.

    Parameters
    ----------
    folder : pathlib.Path
        Holds one file for every part.
    sample_axis : mapping of str to int
        Every variable, and which of its axes is that of the samples.
    """

    folder: Path
    sample_axis: Mapping[str, int]

    def write(self, part: Part, arrays: Arrays) -> None:
        """Write a part.

        Parameters
        ----------
        part : Part
            Which samples.
        arrays : mapping of str to numpy.ndarray
            Every variable of the job.

        Raises
        ------
        PartsError
            Where the arrays are not those of the job, or there is no room.
        """
        wrong = list(self._clashes(part, arrays))
        if wrong:
            raise PartsError(f"{part}: " + "; ".join(wrong))
        with whole_file(self._path(part)) as working, zipfile.ZipFile(working, "w") as archive:
            for name in self.sample_axis:
                entry = zipfile.ZipInfo(f"{name}.npy")  # without the time: same data, same bytes
                with archive.open(entry, "w", force_zip64=True) as member:
                    array = _once(arrays[name], self.sample_axis[name])
                    np.lib.format.write_array(member, array, allow_pickle=False)

    def read(self, part: Part) -> Arrays:
        """Read a part.

        Raises
        ------
        PartsError
            Where its file is damaged.
        """
        path = self._path(part)
        try:
            arrays = _read(path)
        except Exception as error:  # how reading fails depends on where the file is damaged
            raise PartsError(f"{path} is damaged: {error}.") from error
        for name, axis in self.sample_axis.items():
            if name in arrays:
                arrays[name] = _for_all(arrays[name], axis, len(part))
        wrong = list(self._clashes(part, arrays))
        if wrong:
            raise PartsError(f"{path} is damaged: {'; '.join(wrong)}.")
        return arrays

    def there(self) -> list[Part]:
        """Return the parts that have a file, in the order of the samples."""
        names = (_NAME.fullmatch(file.name) for file in self.folder.glob("*.npz"))
        return sorted(Part(int(name[1]), int(name[2])) for name in names if name)

    def done(self) -> list[Part]:
        """Return the parts that are there and whole; removes the files of those that are not."""
        whole = []
        for part in self.there():
            try:
                self.read(part)
            except PartsError:
                self._path(part).unlink()
            else:
                whole.append(part)
        return whole

    def _path(self, part: Part) -> Path:
        # Names of equal length, so that a listing stands in the order of the samples.
        return self.folder / f"{part.start:012}-{part.stop:012}.npz"

    def _clashes(self, part: Part, arrays: Arrays) -> Iterator[str]:
        if set(arrays) != set(self.sample_axis):
            yield f"has {', '.join(sorted(arrays))}, expected {', '.join(sorted(self.sample_axis))}"
        for name in self.sample_axis.keys() & arrays.keys():
            array, axis = arrays[name], self.sample_axis[name]
            if array.dtype.kind not in _NUMBERS:
                yield f"{name} is of {array.dtype}, only numbers and bool can be stored"
            if array.ndim <= axis or array.shape[axis] != len(part):
                yield f"{name} has shape {array.shape}, expected {len(part)} along axis {axis}"
