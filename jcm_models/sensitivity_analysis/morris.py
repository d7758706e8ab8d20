"""Screening after Morris: which of many inputs matter at all, from few runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from jcm_models.sensitivity_analysis.inputs import Groups, standing

__all__ = ["LEVELS", "Effects", "design", "effects"]

Array = NDArray[np.float64]

LEVELS = 4


class Effects(NamedTuple):
    """Elementary effects of each input on each output, of (input, ...), in the output's unit.

    `mean_size` (mu star) is the mean of their sizes, and says how much an input matters; it lies
    within `mean_size_error` of the true one as often as was asked for. `spread` (sigma) is their
    standard deviation: large where the effect depends on the other inputs, or is not linear; NaN
    for an input of several columns, whose direction means nothing. `mean` (mu) keeps the sign.
    """

    names: tuple[str, ...]
    mean_size: Array
    mean_size_error: Array
    spread: Array
    mean: Array


def design(trajectories: int, groups: Groups, seed: int, levels: int = LEVELS) -> Array:
    """Return the points to run: walks on which one input after another takes a step.

    Parameters
    ----------
    trajectories : int
        Number of walks; 10 to 50 are usual.
    groups : sequence of sequence of int
        The columns of each input, each column in exactly one.
    seed : int
        The same seed gives the same points.
    levels : int
        Number of values that a column takes, even: the middles of as many equally likely ranges.

    Returns
    -------
    array, shape (trajectory × (input + 1), column)
        Points within the unit cube.

    Raises
    ------
    ValueError
        If a column is in no group or in two, or the number of levels is odd.
    """
    from SALib.sample import morris  # brings pandas

    if levels < 2 or levels % 2:
        message = f"found {levels} levels; the steps of Morris need an even number, such as 4"
        raise ValueError(message)
    problem = _problem(groups, levels)
    points = morris.sample(problem, trajectories, num_levels=levels, seed=seed)
    return np.asarray(points, dtype=float)


def effects(
    points: Array,
    outputs: Array,
    groups: Groups,
    names: Sequence[str],
    seed: int,
    levels: int = LEVELS,
    confidence: float = 0.95,
    resamples: int = 200,
) -> Effects:
    """Return the elementary effects of each input.

    Parameters
    ----------
    points : array, shape (point, column)
        As of `design`.
    outputs : array, shape (point, ...)
        What came out at each, in any unit.
    groups, levels
        As for `design`.
    names : sequence of str
        The inputs, in the order of `groups`.
    seed : int
        Of the resampling.
    confidence : float
        How often the mean size lies within its error [1].
    resamples : int
        How often the walks are drawn anew, with replacement, for that error.

    Returns
    -------
    Effects
        The change of the output as the input goes all the way from its lowest level to its
        highest, were the effect of a step linear.

    Raises
    ------
    ValueError
        If names, points, outputs and groups do not belong together.

    Notes
    -----
    Estimated by SALib. Sources: M.D. Morris: Factorial sampling plans for preliminary
    computational experiments, Technometrics 33 (1991), 161-174; F. Campolongo, J. Cariboni,
    A. Saltelli: An effective screening design for sensitivity analysis of large models,
    Environmental Modelling & Software 22 (2007), 1509-1518.
    """
    from SALib.analyze import morris

    if len(names) != len(groups) or len(points) != len(outputs) or len(points) % (len(groups) + 1):
        message = (
            f"found {len(names)} names, {len(groups)} inputs, {len(points)} points and "
            f"{len(outputs)} outputs; needed are one name for each input, one output for each "
            "point, and one point more than inputs for each walk"
        )
        raise ValueError(message)
    table = standing(outputs)
    found = np.empty((4, len(groups), table.shape[1]))
    for place, column in enumerate(table.T):
        answer = morris.analyze(
            _problem(groups, levels),
            points,
            np.ascontiguousarray(column),
            num_resamples=resamples,
            conf_level=confidence,
            num_levels=levels,
            seed=seed,
        )
        # SALib has the inputs in the order in which their first columns come.
        order = [int(name) for name in answer["names"]]
        for row, key in enumerate(("mu_star", "mu_star_conf", "sigma", "mu")):
            found[row, order, place] = np.ma.filled(np.ma.asarray(answer[key], float), np.nan)
    return Effects(tuple(names), *found.reshape(4, len(groups), *outputs.shape[1:]))


def _problem(groups: Groups, levels: int) -> dict[str, Any]:
    columns = sorted(int(column) for group in groups for column in group)
    if columns != list(range(len(columns))) or not columns:
        message = f"found the columns {columns}; each column belongs to exactly one input"
        raise ValueError(message)
    owner = {int(column): str(place) for place, group in enumerate(groups) for column in group}
    edge = 1 / (2 * levels)
    return {
        "num_vars": len(columns),
        "names": [str(column) for column in columns],
        "groups": [owner[column] for column in columns],
        "bounds": [[edge, 1 - edge]] * len(columns),
    }
