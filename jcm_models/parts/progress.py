"""How far a run is, and how long it will still take."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

__all__ = ["Progress", "progress_bar"]

Progress = Callable[[int, int, float], None]
"""Called with the samples done, the samples in all, and the seconds since the run began; first
with what an earlier run has left, then after every part."""


@contextlib.contextmanager
def progress_bar() -> Iterator[Progress]:
    """Show a bar with an estimate of the time left, on a terminal only.

    Yields
    ------
    callable
        The `progress` of `run_in_parts`.
    """
    from tqdm import tqdm

    bars: list[tqdm] = []

    def show(done: int, total: int, seconds: float) -> None:
        if not bars:  # what was there before does not count for the estimate
            bars.append(tqdm(total=total, initial=done, unit=" samples", disable=None))
        bars[0].update(done - bars[0].n)

    try:
        yield show
    finally:
        for bar in bars:
            bar.close()
