"""Scenarios that are simulated together: their years, and the numbers of all in one array.

A row of an array is one scenario in one sample; the samples of a scenario stand together.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from jcm_models.periods import calendar_years
from jcm_models.scenario import Scenario

__all__ = ["BLOCK", "Batch", "Chance", "Issued", "Rows"]

Array = NDArray[np.float64]
Rows: TypeAlias = "slice | NDArray[np.int64]"


class Issued(NamedTuple):
    """The issuances of all scenarios side by side.

    `vintage` is the position of the year, `share` that of its reductions [1]. Scenarios with
    fewer issuances than others have some that share nothing. Both have shape (row, issuance);
    what is the same in every row has one for all.
    """

    vintage: NDArray[np.int64]
    share: Array


BLOCK = 256
"""So many samples draw from one stream of chance; a part of an ensemble holds whole blocks."""


class Chance(NamedTuple):
    """Where chance comes from in each sample, whatever part of an ensemble it stands in.

    `seed` is that of the ensemble, `start` the number of the first sample, a multiple of `BLOCK`,
    and `stream` one of several that are independent of each other.
    """

    seed: int
    start: int
    stream: int = 0

    def blocks(self, samples: int) -> Iterator[tuple[slice, np.random.Generator]]:
        """Yield the samples of each block, counted from the first, and what they draw from."""
        for first in range(0, samples, BLOCK):
            number = (self.start + first) // BLOCK
            sequence = np.random.SeedSequence(self.seed, spawn_key=(_LEAKS, self.stream, number))
            yield slice(first, min(first + BLOCK, samples)), np.random.default_rng(sequence)


_LEAKS = 1  # what is drawn from a stream of its own


class Batch:
    """Scenarios side by side, over all the years that any of them covers.

    Parameters
    ----------
    scenarios : sequence of Scenario
        At least one.
    samples : int
        How many samples their numbers were drawn in; 1 where none was.
    chance : Chance, optional
        Where leaks are drawn from; without it they are as expected.
    """

    def __init__(
        self, scenarios: Sequence[Scenario], samples: int = 1, chance: Chance | None = None
    ) -> None:
        self.scenarios = tuple(scenarios)
        self.samples = samples
        self.chance = chance
        first = min(scenario.years.first for scenario in scenarios)
        last = max(scenario.years.last for scenario in scenarios)
        self.years = calendar_years(first, last)
        self.spans = [slice(s.years.first - first, s.years.last - first + 1) for s in scenarios]
        self.own_years = np.zeros((len(scenarios), self.years.size), dtype=bool)
        for row, span in zip(self.own_years, self.spans, strict=True):
            row[span] = True

    @property
    def size(self) -> int:
        """Number of rows: scenarios times samples."""
        return len(self.scenarios) * self.samples

    @property
    def is_alone(self) -> bool:
        """Whether every row is of the same scenario."""
        return len(self.scenarios) == 1

    def rows_of(self, index: int) -> slice:
        """Return the rows of a scenario."""
        return slice(index * self.samples, (index + 1) * self.samples)

    def scenario_of(self, row: int) -> Scenario:
        """Return the scenario of a row."""
        return self.scenarios[row // self.samples]

    def each_row(self, by_scenario: NDArray[Any]) -> NDArray[Any]:
        """Repeat what is known of each scenario for its samples, shape (row, ...)."""
        if self.samples == 1:
            return by_scenario
        if self.is_alone:
            return np.broadcast_to(by_scenario, (self.size, *by_scenario.shape[1:]))
        return np.repeat(by_scenario, self.samples, axis=0)

    @functools.cached_property
    def verified(self) -> Issued:
        """What is verified and issued together, in order of time."""
        found = [scenario.verified for scenario in self.scenarios]
        most = max(each.vintage.size for each in found)
        if self.is_alone:
            (one,) = found
            return Issued(one.vintage[np.newaxis] - self.years[0], np.atleast_2d(one.share))
        vintage = np.full((self.size, most), self.years.size - 1)
        share = np.zeros((self.size, most))
        for index, each in enumerate(found):
            rows = self.rows_of(index)
            vintage[rows, : each.vintage.size] = each.vintage - self.years[0]
            share[rows, : each.vintage.size] = each.share
        return Issued(vintage, share)

    def spread(self, index: int, array: Array, *, ends: float | None = None) -> Array:
        """Lay numbers of a scenario's own years over the years of all.

        Parameters
        ----------
        index : int
            Which scenario.
        array : array, shape (..., own year)
            Its numbers.
        ends : float, optional
            What stands before and after its years; its first and last number without it.

        Returns
        -------
        array, shape (..., year)
            In the same unit.
        """
        span = self.spans[index]
        if array.shape[-1] == self.years.size:
            return array
        wide = np.empty((*array.shape[:-1], self.years.size))
        wide[..., span] = array
        wide[..., : span.start] = array[..., :1] if ends is None else ends
        wide[..., span.stop :] = array[..., -1:] if ends is None else ends
        return wide

    def stacked(self, read: Callable[[Scenario], Array]) -> Array:
        """Return what `read` finds in each scenario, of shape (year,) or (sample, year).

        Returns
        -------
        array, shape (row, year)
            One row for all, where every row is of one scenario and no number was drawn.
        """
        found = [self.spread(i, read(s)) for i, s in enumerate(self.scenarios)]
        if self.is_alone:
            return np.atleast_2d(found[0])
        shape = (self.samples, self.years.size)
        return np.concatenate([np.broadcast_to(each, shape) for each in found])

    def by_rule(self, rule: Callable[[Scenario], Any]) -> Iterator[tuple[Any, Rows]]:
        """Yield each setting that some scenarios share, and which rows they are."""
        found: dict[Any, list[int]] = {}
        for index, scenario in enumerate(self.scenarios):
            found.setdefault(rule(scenario), []).append(index)
        for setting, indices in found.items():
            if len(indices) == len(self.scenarios):
                yield setting, slice(None)
            else:
                first = np.array(indices)[:, np.newaxis] * self.samples
                yield setting, (first + np.arange(self.samples)).ravel()
