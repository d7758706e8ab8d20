"""Which samples are computed together."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["Part", "Plan"]

PART_BYTES = 64 * 2**20
PARTS_PER_WORKER = 4  # so that the last parts keep all workers busy


@dataclass(frozen=True, order=True)
class Part:
    """The samples from `start` to before `stop`."""

    start: int
    stop: int

    def __str__(self) -> str:
        return f"samples {self.start:,} to {self.stop - 1:,}"

    def __len__(self) -> int:
        return self.stop - self.start


@dataclass(frozen=True)
class Plan:
    """Samples in parts of equal size, the last one smaller.

    Parameters
    ----------
    samples : int
        How many samples there are, at least 1.
    chunk : int
        Samples of a part, at least 1.

    Raises
    ------
    ValueError
        Where one of them is below 1.
    """

    samples: int
    chunk: int

    def __post_init__(self) -> None:
        for name in ("samples", "chunk"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name}: {getattr(self, name)} is below 1, the least")

    @classmethod
    def fitting(cls, samples: int, bytes_per_sample: int, workers: int) -> Plan:
        """Choose parts of about 64 MB, and at least four parts for every worker.

        Parameters
        ----------
        samples : int
            How many samples there are.
        bytes_per_sample : int
            What one sample takes in memory, all its variables together [B].
        workers : int
            How many parts are computed at a time.

        Returns
        -------
        Plan
            A part holds one sample at least, however large that is.
        """
        in_memory = PART_BYTES // max(bytes_per_sample, 1)
        for_all = math.ceil(samples / (PARTS_PER_WORKER * workers))
        return cls(samples, max(1, min(in_memory, for_all)))

    def missing(self, done: Iterable[Part] = ()) -> list[Part]:
        """Divide what is not done yet into parts.

        Parameters
        ----------
        done : iterable of Part
            What is there, of this or of another chunk size; no two overlap.

        Returns
        -------
        list of Part
            In the order of the samples; a part never reaches into what is done.
        """
        parts: list[Part] = []
        start = 0
        for there in [*sorted(done), Part(self.samples, self.samples)]:
            edges = [*range(start, there.start, self.chunk), there.start]
            parts += map(Part, edges, edges[1:])
            start = there.stop
        return parts
