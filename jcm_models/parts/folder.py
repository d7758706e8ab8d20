"""The folder of a job: whose it is, and who may write in it."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from jcm_models.parts.failures import PartsError
from jcm_models.parts.storing import Store, whole_file

try:
    import fcntl
except ImportError:  # Windows has no such lock
    fcntl = None  # type: ignore[assignment]

__all__ = ["Job", "alone_in", "job_of", "open_folder"]

_MANIFEST = "job.json"
_IDENTITY = ("inputs", "code", "samples", "sample_axis")


@dataclass(frozen=True)
class Job:
    """What the parts in a folder are parts of.

    Parameters
    ----------
    inputs : str
        Hash of all that the results depend on beside the code.
    code : str
        Hash of the code.
    samples : int
        How many there are in all.
    chunk : int
        Samples of a part where the folder was begun; another may go on with another.
    sample_axis : mapping of str to int
        Every variable, and which of its axes is that of the samples.
    code_version : str
        Version of the code, for people.
    """

    inputs: str
    code: str
    samples: int
    chunk: int
    sample_axis: Mapping[str, int]
    code_version: str


def open_folder(folder: Path, job: Job) -> Store:
    """Begin the folder of a job, or go on in it.

    Parameters
    ----------
    folder : pathlib.Path
        A folder of this job, an empty one, or none yet.
    job : Job
        What is computed.

    Returns
    -------
    Store
        The parts of the job.

    Raises
    ------
    PartsError
        Where the folder belongs to another job, or holds other files.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if (folder / _MANIFEST).exists():
        _same(folder, job_of(folder), job)
    elif any(folder.glob("[!.]*")):
        raise PartsError(f"{folder} holds other files. Name a new folder for the parts.")
    else:
        with whole_file(folder / _MANIFEST) as working:
            working.write_text(json.dumps(asdict(job), indent=2) + "\n", encoding="utf-8")
    return Store(folder, job.sample_axis)


def job_of(folder: Path) -> Job:
    """Read what the parts in a folder are parts of.

    Raises
    ------
    PartsError
        Where the folder holds no job.
    """
    try:
        text = (folder / _MANIFEST).read_text(encoding="utf-8")
        return Job(**json.loads(text))
    except (OSError, ValueError, TypeError) as error:
        raise PartsError(f"{folder} holds no parts of a job: {error}.") from error


def _same(folder: Path, there: Job, asked: Job) -> None:
    clashes = [
        f"{name.replace('_', ' ')} {_shown(getattr(there, name))} in the folder, "
        f"{_shown(getattr(asked, name))} asked for"
        for name in _IDENTITY
        if getattr(there, name) != getattr(asked, name)
    ]
    if clashes:
        raise PartsError(
            f"{folder} holds the parts of another job: {'; '.join(clashes)}. "
            "Name another folder, or remove this one if nobody needs it."
        )


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} ({axis})" for name, axis in sorted(value.items()))
    return str(value)


@contextlib.contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Keep a second run out of a folder; the lock ends with the process that holds it.

    Raises
    ------
    PartsError
        Where another run writes in the folder.
    """
    if fcntl is None:
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        # Some network file systems know no locks: there nothing keeps a second run out.
        with contextlib.suppress(OSError):
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise PartsError(
                    f"Another run writes in {folder}. Wait for it, or name another folder."
                ) from None
        yield
    finally:
        os.close(handle)
