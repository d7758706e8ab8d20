"""One set of draws of what leaks, and what it alone tells; kept while nothing else changes."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jcm_models.estimation import between_samples, mean_of, named
from jcm_models.lately import Lately
from jcm_models.reserve_timeline import Timeline
from jcm_models.results import Results
from jcm_models.site_leaks import SiteInjection
from jcm_models.storage_draws import drawn_leaks

__all__ = ["DISCOUNTS", "QUANTILES", "Leaks", "drawn_from", "leaks_of"]

Array = NDArray[np.float64]

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
DISCOUNTS = (0.0, 0.01, 0.02, 0.03, 0.05)

_KEPT: Lately[Leaks] = Lately(2)  # as somebody moves a slider back and forth


def leaks_of(
    results: Results, plans: Sequence[SiteInjection], timeline: Timeline, samples: int, seed: int
) -> Leaks:
    """Draw what leaks, or return what was drawn lately from the same storage and seed.

    Parameters
    ----------
    results : Results
        The scenario at its means.
    plans : sequence of SiteInjection
        What is stored at each site.
    timeline : Timeline
        The years that are looked at.
    samples, seed : int
        How often to draw, and where chance starts.
    """
    scenario = results.scenario
    years, storage = timeline.years, scenario.storage

    def drawn() -> Leaks:
        generator = np.random.default_rng(seed)
        leaked = drawn_leaks(scenario, storage, plans, years, samples, generator)
        leaked.setflags(write=False)  # several studies may look at it
        return Leaks(leaked, timeline)

    return _KEPT.get((drawn_from(results), years.tolist(), samples, seed), drawn)


def drawn_from(results: Results) -> tuple[Any, ...]:
    """Return all that draws of leaks depend on beside years, samples and seed, to be compared."""
    scenario = results.scenario
    storage = scenario.storage.model_copy(update={"monitoring": None})  # who watches draws nothing
    table = scenario.leak_table and scenario.leak_table.read_text(encoding="utf-8")
    return storage, results["co2_stored"].tolist(), scenario.years.first, table


class Leaks:
    """What leaks by the end of each year, and what of it does not depend on credits.

    Parameters
    ----------
    leaked : array, shape (sample, horizon)
        CO2 leaked so far [t].
    timeline : Timeline
        The years looked at, and what is stored in them.
    """

    def __init__(self, leaked: Array, timeline: Timeline) -> None:
        self.leaked = leaked
        self._years, self._stored = timeline.years, timeline.stored

    @functools.cached_property
    def over_time(self) -> dict[str, NDArray[Any]]:
        """Quantiles of what is leaked and retained."""
        # A smaller leak is more that stays: one order serves all three, read from either end.
        order = np.array(self.leaked.T, order="C")
        order.sort(axis=-1)
        fewer, stored = order[:, ::-1], self._stored[:, np.newaxis]
        share = np.divide(fewer, stored, out=np.zeros_like(fewer), where=stored > 0)
        return {
            "leaked": between_samples(order, QUANTILES),
            "retained": between_samples(stored - fewer, QUANTILES),
            "retained_share": between_samples(1.0 - share, QUANTILES),
        }

    @functools.cached_property
    def delay(self) -> dict[str, NDArray[Any]]:
        """What stays of the climate's benefit when a tonne later counts for less than now."""
        edges = np.concatenate([[0], self._years])
        gaps = np.diff(edges)
        stored = np.diff(self._stored, prepend=0.0)
        flows = np.diff(self.leaked, axis=1, prepend=0.0)
        kept_shares = []
        for rate in DISCOUNTS:
            # The mean of the factors at the middle of each year of a gap: a geometric sum.
            each = (1.0 + rate) ** -(edges[:-1] + 0.5)
            step = 1.0 / (1.0 + rate)
            weights = each * ((1 - step**gaps) / (1 - step) / gaps if rate else 1.0)
            kept_shares.append(1.0 - flows @ weights / (stored @ weights))
        return named("delayed_value", mean_of(np.stack(kept_shares, axis=-1)))
