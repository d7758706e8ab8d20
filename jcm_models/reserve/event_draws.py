"""Events at random over sites and years, drawn one by one: years without events cost nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Events", "PoissonEvents", "hits", "in_order"]

Array = NDArray[np.float64]
Whole = NDArray[np.int64]

_BUCKETS_PER_CELL = 8
_NOISE = 1e-12


class Events(NamedTuple):
    """Events in no order: the position of the draw, year and site of each, shape (event,)."""

    sample: Whole
    year: Whole
    site: Whole


class PoissonEvents:
    r"""A Poisson process over the cells (site, year), made ready to be drawn often.

    Parameters
    ----------
    rates : array, shape (site, year)
        Expected events, not negative [1/yr].
    groups : array of int, shape (site,)
        Sites of one group share a factor on their rates; groups count from 0.

    Notes
    -----
    The number of events of a group is Poisson distributed, and given the number each of them lies
    in a cell with a probability in proportion to its rate, whichever cell the others lie in. So a
    uniform number, looked up in the cumulated rates, tells site and year. A guide table (Chen and
    Asau 1974, On generating random variates from an empirical distribution, AIIE Transactions 6)
    answers most look-ups at once; what falls near an edge is searched.
    """

    def __init__(self, rates: Array, groups: Whole) -> None:
        self._sites = np.argsort(groups, kind="stable")
        self._years = rates.shape[1]
        self._edges = np.cumsum(rates[self._sites].ravel())
        sites_until = np.cumsum(np.bincount(groups))
        # Before the first cell lies nothing, so that a group without sites has no width.
        edges = np.concatenate([[0.0], self._edges])[sites_until * self._years]
        self._starts = np.concatenate([[0.0], edges[:-1]])
        self._ends = edges
        self._guide, self._buckets_per_event = self._guided()

    @property
    def expected(self) -> Array:
        """Expected events of each group in all years, shape (group,)."""
        return np.asarray(self._ends - self._starts)

    def _guided(self) -> tuple[Whole, float]:
        """Return the cell of each bucket, or -1 where an edge runs through, and their density."""
        total = self._edges[-1] if self._edges.size else 0.0
        if not total:
            return np.full(1, -1), 0.0
        buckets = _BUCKETS_PER_CELL * self._edges.size
        bounds = np.linspace(0.0, total, buckets + 1)
        low = np.searchsorted(self._edges, bounds[:-1] * (1 - _NOISE), side="right")
        high = np.searchsorted(self._edges, bounds[1:] * (1 + _NOISE), side="right")
        return np.append(np.where(low == high, low, -1), -1), buckets / total

    def draw(
        self, generator: np.random.Generator, samples: int, factors: Array | None = None
    ) -> Events:
        """Draw all events.

        Parameters
        ----------
        generator : numpy.random.Generator
            Where chance comes from.
        samples : int
            How often to draw.
        factors : array, shape (sample, group), optional
            What multiplies the rates of a group [1]; by default 1.

        Returns
        -------
        Events
            Of all draws, in no order.
        """
        groups = self._ends.size
        means = np.broadcast_to(self.expected, (samples, groups))
        numbers = generator.poisson(means if factors is None else means * factors).ravel()
        sample = np.repeat(np.arange(samples).repeat(groups), numbers)
        start, width, last = (
            np.repeat(np.tile(of_group, samples), numbers)
            for of_group in (self._starts, self.expected, np.nextafter(self._ends, 0.0))
        )
        # A sum may round up to the end, which belongs to the next group.
        cell = self._cells(np.minimum(start + width * generator.random(sample.size), last))
        row = cell // self._years
        return Events(sample, cell - row * self._years, self._sites[row])

    def _cells(self, places: Array) -> Whole:
        """Return the cell in which each place on the cumulated rates lies."""
        cell = self._guide[(places * self._buckets_per_event).astype(np.int64)]
        (near_edge,) = np.nonzero(cell < 0)
        cell[near_edge] = np.searchsorted(self._edges, places[near_edge], side="right")
        return cell


def hits(
    shocks: Events, members: Sequence[Whole], share: float, generator: np.random.Generator
) -> Iterator[Events]:
    """Tell which sites are hit by shocks.

    Parameters
    ----------
    shocks : Events
        Shocks, with the basin of each in place of its site.
    members : sequence of array of int
        The sites of each basin.
    share : float
        Probability that a shock hits a site, one by one [1].
    generator : numpy.random.Generator
        Where chance comes from.

    Yields
    ------
    Events
        What happens in each basin.
    """
    for basin, sites in enumerate(members):
        (own,) = np.nonzero(shocks.site == basin)
        shock, site = np.nonzero(generator.random((own.size, sites.size)) < share)
        yield Events(shocks.sample[own[shock]], shocks.year[own[shock]], sites[site])


def in_order(events: Events, years: int) -> Events:
    """Return events by draw and, within each draw, by year.

    Position and time are packed into one whole number, which sorts faster than an index.
    """
    moment = events.sample * years + events.year
    bits = int(moment.size).bit_length()
    order = np.sort((moment << bits) | np.arange(moment.size)) & ((1 << bits) - 1)
    return Events(*(column[order] for column in events))
