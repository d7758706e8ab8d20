"""Scenarios that are simulated together: their years, and the numbers of all in one array."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from jcm_models.periods import calendar_years
from jcm_models.scenario import Scenario

__all__ = ["Batch", "Issued"]

Array = NDArray[np.float64]


class Issued(NamedTuple):
    """The issuances of all scenarios side by side, each of shape (project, issuance).

    `vintage` is the position of the year, `share` that of its reductions [1]. Scenarios with
    fewer issuances than others have some that share nothing.
    """

    vintage: NDArray[np.int64]
    share: Array


class Batch:
    """Scenarios side by side, over all the years that any of them covers.

    Parameters
    ----------
    scenarios : sequence of Scenario
        At least one.
    """

    def __init__(self, scenarios: Sequence[Scenario]) -> None:
        self.scenarios = tuple(scenarios)
        first = min(scenario.years.first for scenario in scenarios)
        last = max(scenario.years.last for scenario in scenarios)
        self.years = calendar_years(first, last)
        self.spans = [slice(s.years.first - first, s.years.last - first + 1) for s in scenarios]
        self.own_years = np.zeros((len(scenarios), self.years.size), dtype=bool)
        for row, span in zip(self.own_years, self.spans, strict=True):
            row[span] = True

    @property
    def size(self) -> int:
        """Number of scenarios."""
        return len(self.scenarios)

    @functools.cached_property
    def verified(self) -> Issued:
        """What is verified and issued together, in order of time."""
        found = [scenario.verified for scenario in self.scenarios]
        most = max(each.vintage.size for each in found)
        vintage = np.full((self.size, most), self.years.size - 1)
        share = np.zeros((self.size, most))
        for row, each in enumerate(found):
            vintage[row, : each.vintage.size] = each.vintage - self.years[0]
            share[row, : each.vintage.size] = each.share
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
        """Return what `read` finds in each scenario, shape (project, ..., year)."""
        return np.stack([self.spread(i, read(s)) for i, s in enumerate(self.scenarios)])

    def by_rule(self, rule: Callable[[Scenario], Any]) -> Iterator[tuple[Any, NDArray[np.int64]]]:
        """Yield each setting that some scenarios share, and which they are."""
        found: dict[Any, list[int]] = {}
        for index, scenario in enumerate(self.scenarios):
            found.setdefault(rule(scenario), []).append(index)
        for setting, indices in found.items():
            yield setting, np.array(indices)
