"""The patient rule induction method: boxes found by peeling thin slices off all samples."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from jcm_models.discovery.boxes import (
    Box,
    Inputs,
    Limits,
    described,
    is_set,
    open_ends,
    require_cases,
    within,
)

__all__ = ["Trajectory", "cover", "trajectory"]

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Trajectory:
    """The boxes on the way from all samples to the densest box.

    Attributes
    ----------
    peeled : tuple of Box
        From no restriction on, each with one slice less than the one before.
    pasted : tuple of Box
        From the densest of those on, each with one slice more, and denser again.
    """

    peeled: tuple[Box, ...]
    pasted: tuple[Box, ...]

    @property
    def boxes(self) -> tuple[Box, ...]:
        """All boxes, in the order in which they were found."""
        return self.peeled + self.pasted

    def chosen(self, density: float) -> Box:
        """Return the box of most coverage among those dense enough, or else the densest.

        Parameters
        ----------
        density : float
            Share of the samples in the box that shall be cases of interest [1].

        Returns
        -------
        Box
            With fewer restrictions where two cover as much.
        """
        dense = [box for box in self.boxes if box.density >= density]
        if dense:
            return max(dense, key=lambda box: (box.coverage, -box.restricted))
        return max(self.boxes, key=lambda box: (box.density, box.coverage))


class _Slice(NamedTuple):
    """What one step would take away, or add: where, how many samples, how many of interest."""

    name: str
    limits: Limits
    samples: int
    cases: int
    width: float  # share of the input's range


def trajectory(
    inputs: Inputs,
    interest: Flags,
    among: Flags | None = None,
    peel_share: float = 0.05,
    paste_share: float = 0.05,
    least_mass: float = 0.05,
) -> Trajectory:
    """Return the boxes found by peeling, then by pasting.

    Parameters
    ----------
    inputs : mapping of str to array, shape (sample,)
        Values of the inputs, in any units; texts and truth values are those of a choice.
    interest : array of bool, shape (sample,)
        Which samples are cases of interest.
    among : array of bool, shape (sample,), optional
        The samples that no earlier box holds; by default all.
    peel_share, paste_share : float
        Share of the samples in the box that a step takes away, or adds [1].
    least_mass : float
        Share of all samples that a box keeps at least [1].

    Returns
    -------
    Trajectory

    Raises
    ------
    ValueError
        If no sample or every sample is of interest, or an input is not a number in some sample.

    Notes
    -----
    A step takes the slice with the largest gain of density for each sample lost (or added), which
    treats numbers and choices alike. Where two gain as much, an input that is restricted already
    comes first, then the slice that is wider on the input's range. Peeling goes on through steps
    that gain nothing, and ends where all samples left agree or too few would be left; pasting ends
    where nothing is gained.

    Sources: J.H. Friedman, N.I. Fisher: Bump hunting in high-dimensional data, Statistics and
    Computing 9 (1999), 123-143; B.P. Bryant, R.J. Lempert: Thinking inside the box, Technological
    Forecasting and Social Change 77 (2010), 34-49; J.H. Kwakkel, M. Jaxa-Rozen: Improving scenario
    discovery for handling heterogeneous uncertainties and multinomial classified outcomes,
    Environmental Modelling & Software 79 (2016), 311-321, for the gain.
    """
    require_cases(inputs, interest)
    considered = np.ones(len(interest), dtype=bool) if among is None else among
    search = _Search(inputs, interest, considered)
    limits: dict[str, Limits] = {}
    peeled = [described(inputs, interest, limits, considered)]
    least = max(least_mass * len(interest), 1.0)
    while (cut := search.best_peel(limits, peel_share, least)) is not None:
        limits = limits | {cut.name: cut.limits}
        peeled.append(described(inputs, interest, limits, considered))
    densest = max(peeled, key=lambda box: (box.density, box.mass))
    limits, pasted = dict(densest.limits), []
    while (cut := search.best_paste(limits, paste_share)) is not None:
        limits = search.opened(limits | {cut.name: cut.limits})
        pasted.append(described(inputs, interest, limits, considered))
    return Trajectory(tuple(peeled), tuple(pasted))


def cover(
    inputs: Inputs,
    interest: Flags,
    most: int = 3,
    density: float = 0.8,
    peel_share: float = 0.05,
    paste_share: float = 0.05,
    least_mass: float = 0.05,
) -> tuple[Box, ...]:
    """Return several boxes, each from the samples that no earlier one holds.

    Parameters
    ----------
    inputs, interest, peel_share, paste_share, least_mass
        As for `trajectory`.
    most : int
        How many boxes at most.
    density : float
        As for `Trajectory.chosen` [1].

    Returns
    -------
    tuple of Box
        The first is there even where none is dense enough, later ones only where they are.
        Coverage and mass of later boxes are those of what they add, so that the coverages sum to
        that of all boxes together; density and p-values are among the samples left.

    Raises
    ------
    ValueError
        As for `trajectory`.
    """
    require_cases(inputs, interest)
    left = np.ones(len(interest), dtype=bool)
    boxes: list[Box] = []
    while len(boxes) < most and (interest & left).any():
        way = trajectory(inputs, interest, left, peel_share, paste_share, least_mass)
        box = way.chosen(density)
        if not box.limits or (boxes and box.density < density):
            break
        boxes.append(box)
        left = left & ~_inside(inputs, box.limits, len(left))
    return tuple(boxes)


def _inside(inputs: Inputs, limits: Mapping[str, Limits], samples: int) -> Flags:
    inside = np.ones(samples, dtype=bool)
    for name, limit in limits.items():
        inside &= within(inputs[name], limit)
    return inside


def _gain(samples: int, cases: int, change: int, cases_changed: int) -> float:
    """Return the gain of density for each sample that a step adds, or takes where negative."""
    after = (cases + cases_changed) / (samples + change)
    return (after - cases / samples) / abs(change)


class _Search:
    """The samples that a box is sought in, sorted by each number once."""

    def __init__(self, inputs: Inputs, interest: Flags, considered: Flags) -> None:
        self.inputs = {name: values[considered] for name, values in inputs.items()}
        self.interest = interest[considered]
        self.numbers = [name for name, values in self.inputs.items() if not is_set(values)]
        self.choices = [name for name in self.inputs if name not in self.numbers]
        table = np.array([self.inputs[name] for name in self.numbers], dtype=float)
        table = table.reshape(len(self.numbers), len(self.interest))
        self.order = table.argsort(axis=1, kind="stable")
        self.sorted = np.take_along_axis(table, self.order, axis=1)
        self.values = {name: frozenset(self.inputs[name].tolist()) for name in self.choices}

    def best_peel(self, limits: Mapping[str, Limits], share: float, least: float) -> _Slice | None:
        """Return the slice to take away; None where all agree, or too few would be left."""
        inside = _inside(self.inputs, limits, len(self.interest))
        samples, cases = int(inside.sum()), int(self.interest[inside].sum())
        if cases in (0, samples):
            return None
        slices = [
            (_gain(samples, cases, -cut.samples, -cut.cases), cut.name in limits, cut.width, cut)
            for cut in (*self._ends(inside, limits, share), *self._single_values(inside, limits))
            if 0 < cut.samples < samples and samples - cut.samples >= least
        ]
        best = max(slices, key=_rank, default=None)
        return None if best is None else best[-1]

    def _ends(self, inside: Flags, limits: Mapping[str, Limits], share: float) -> Iterator[_Slice]:
        """Yield the lowest and the highest samples of each number that still lie in the box."""
        size = int(inside.sum())
        if size < 2 or not self.numbers:
            return
        kept = inside[self.order]
        values = self.sorted[kept].reshape(-1, size)
        flags = self.interest[self.order[kept]].reshape(-1, size)
        span = self.sorted[:, -1] - self.sorted[:, 0]
        reach = min(math.ceil(share * size), size - 1)
        for sign, table, cases_of in ((1, values, flags), (-1, -values[:, ::-1], flags[:, ::-1])):
            edges, samples, cases = _lowest(table, cases_of, reach)
            for row, name in enumerate(self.numbers):
                if samples[row] < size:  # else all values are the same
                    width = float((edges[row] - table[row, 0]) / span[row])
                    moved = _moved(limits, name, sign, edges[row])
                    yield _Slice(name, moved, int(samples[row]), int(cases[row]), width)

    def _single_values(self, inside: Flags, limits: Mapping[str, Limits]) -> Iterator[_Slice]:
        for name in self.choices:
            left = self._chosen(limits, name)
            for value in sorted(left, key=str):
                taken = inside & (self.inputs[name] == value)
                cases = int((taken & self.interest).sum())
                yield _Slice(name, left - {value}, int(taken.sum()), cases, 0.0)

    def _chosen(self, limits: Mapping[str, Limits], name: str) -> frozenset[Any]:
        limit = limits.get(name, self.values[name])
        assert isinstance(limit, frozenset)
        return limit

    def best_paste(self, limits: Mapping[str, Limits], share: float) -> _Slice | None:
        """Return the slice to add to a box; None where none gains."""
        inside = _inside(self.inputs, limits, len(self.interest))
        samples, cases = int(inside.sum()), int(self.interest[inside].sum())
        reach = math.ceil(share * samples)
        slices = [
            (_gain(samples, cases, cut.samples, cut.cases), True, cut.width, cut)
            for name in limits
            for cut in self._beyond(name, limits, reach)
            if cut.samples
        ]
        best = max(slices, key=_rank, default=None)
        return best[-1] if best is not None and best[0] > 0 else None

    def _beyond(self, name: str, limits: Mapping[str, Limits], reach: int) -> Iterator[_Slice]:
        """Yield the samples next to the box, beyond each limit of one input."""
        others = {other: limit for other, limit in limits.items() if other != name}
        allowed = _inside(self.inputs, others, len(self.interest))
        values = self.inputs[name]
        if name in self.choices:
            chosen = self._chosen(limits, name)
            for value in sorted(self.values[name] - chosen, key=str):
                added = allowed & (values == value)
                cases = int((added & self.interest).sum())
                yield _Slice(name, chosen | {value}, int(added.sum()), cases, 0.0)
            return
        low, high = _numbers(limits, name)
        span = values.max() - values.min()
        for sign, edge in ((1, low), (-1, -high)):
            beyond = allowed & (sign * values < edge)
            if not beyond.any():
                continue
            nearest = np.sort(sign * values[beyond])[::-1]
            limit = nearest[min(reach, nearest.size) - 1]
            added = beyond & (sign * values >= limit)
            cases = int((added & self.interest).sum())
            width = float((edge - limit) / span)
            yield _Slice(name, _moved(limits, name, sign, limit), int(added.sum()), cases, width)

    def opened(self, limits: Mapping[str, Limits]) -> dict[str, Limits]:
        """Return limits without those beyond which no sample lies."""
        found: dict[str, Limits] = {}
        for name, limit in limits.items():
            if isinstance(limit, frozenset):
                if limit != self.values[name]:
                    found[name] = limit
            elif (ends := open_ends(self.inputs[name], *limit)) is not None:
                found[name] = ends
        return found


def _numbers(limits: Mapping[str, Limits], name: str) -> tuple[float, float]:
    limit = limits.get(name, (-math.inf, math.inf))
    assert not isinstance(limit, frozenset)
    return limit


def _moved(limits: Mapping[str, Limits], name: str, sign: int, edge: float) -> Limits:
    """Return the limits of a number with the lower one moved, or the upper one where -1."""
    low, high = _numbers(limits, name)
    return (float(edge), high) if sign > 0 else (low, -float(edge))


def _rank(weighed: tuple[float, bool, float, _Slice]) -> tuple[float, bool, float]:
    return weighed[:3]


def _lowest(table: Array, flags: Flags, reach: int) -> tuple[Array, Array, Array]:
    """Return the least value to keep in each sorted row, and how many samples and cases go.

    Equal values stay or go together: those at the very end go, any others stay.
    """
    limit = table[:, reach].copy()
    tied = limit == table[:, 0]
    above = np.where(table > table[:, :1], table, np.inf).min(axis=1)
    limit[tied] = above[tied]
    gone = table < limit[:, np.newaxis]
    return limit, gone.sum(axis=1), (gone & flags).sum(axis=1)
