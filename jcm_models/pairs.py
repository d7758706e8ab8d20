"""Two scenarios side by side: what comes out of each, and what goes in differently."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jcm_models.comparison import Comparison, InputDifference, compare_facts
from jcm_models.problems import ScenarioError
from jcm_models.results import Results
from jcm_models.run_figures import facts_of, figures_of
from jcm_models.scenario import Scenario
from jcm_models.simulation import compute
from jcm_models.summary import Summary, summarise

__all__ = ["LETTERS", "Pair"]

LETTERS = ("A", "B")
_MOST_ALONE = 8  # so many inputs are looked at one by one; of more nobody reads the effects
# What is drawn in an ensemble, and no matter of a single run.
_OF_ENSEMBLES = "ensemble."


@dataclass(frozen=True, eq=False)
class Pair:
    """The results of two scenarios; the second is compared with the first."""

    first: Results
    second: Results

    @property
    def sides(self) -> tuple[Results, Results]:
        """Both results, the first in front."""
        return self.first, self.second

    @functools.cached_property
    def totals(self) -> tuple[Summary, Summary]:
        """The sums over all years."""
        return summarise(self.first), summarise(self.second)

    @functools.cached_property
    def comparison(self) -> Comparison:
        """What differs, input by input and figure by figure."""
        return compare_facts(
            [facts_of(each, name) for each, name in zip(self.sides, LETTERS, strict=True)]
        )

    @functools.cached_property
    def inputs(self) -> tuple[InputDifference, ...]:
        """The inputs that differ, but for what only an ensemble reads."""
        found = self.comparison.inputs
        return tuple(each for each in found if not each.path.startswith(_OF_ENSEMBLES))

    @property
    def is_one_project(self) -> bool:
        """Whether both are the same project, perhaps with other values."""
        first, second = (each.scenario for each in self.sides)
        return first.title == second.title and first.host == second.host

    @functools.cached_property
    def effects(self) -> Mapping[str, float]:
        """By how much each differing input alone moves the main figure of the first [tCO2e].

        Notes
        -----
        One at a time, from the first scenario; effects of several together need not be their sum.
        Nothing where there are many, or only one; and none of an input that cannot change alone.
        """
        main = self.comparison.main(1)
        if main is None or not 2 <= len(self.inputs) <= _MOST_ALONE:
            return {}
        before = _figure(self.first, main.name)
        found = {}
        for each in self.inputs:
            with contextlib.suppress(ScenarioError, KeyError, TypeError, IndexError):
                value = _written_at(self.second.scenario, each.path)
                alone = compute(self.first.scenario.with_({each.path: value}))
                found[each.path] = _figure(alone, main.name) - before
        return found

    @functools.cached_property
    def years(self) -> NDArray[np.int64]:
        """The years in which anything flows in one of the two."""
        first, last = (
            min(total.first for total in self.totals),
            max(total.last for total in self.totals),
        )
        return np.arange(first, last + 1)

    def yearly(self, name: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return a flow of both, over `years` [tCO2e/yr]; NaN where a scenario has no such year."""
        first, second = (_over(self.years, each, name) for each in self.sides)
        return first, second


def _over(years: NDArray[np.int64], results: Results, name: str) -> NDArray[np.float64]:
    found = np.full(years.shape, np.nan)
    if name in results:
        own = dict(zip(results["year"].tolist(), results[name].tolist(), strict=True))
        found[:] = [own.get(year, np.nan) for year in years.tolist()]
    return found


def _figure(results: Results, name: str) -> float:
    return float(figures_of(results.scenario, results)[name])


def _written_at(scenario: Scenario, path: str) -> Any:
    """Return what a scenario writes at a key."""
    found: Any = scenario.document.data
    for key in path.split("."):
        found = found[int(key) if isinstance(found, list) else key]
    return found
