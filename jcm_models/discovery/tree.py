"""A decision tree as boxes: each leaf is one, and together they hold every sample once."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jcm_models.discovery.boxes import Box, Inputs, Limits, described, is_set, require_cases

__all__ = ["leaves"]

Flags = NDArray[np.bool_]


def leaves(
    inputs: Inputs, interest: Flags, depth: int = 3, least_share: float = 0.05
) -> tuple[Box, ...]:
    """Return the leaves of a decision tree, the densest first.

    Parameters
    ----------
    inputs : mapping of str to array, shape (sample,)
        Values of the inputs, in any units; texts and truth values are those of a choice.
    interest : array of bool, shape (sample,)
        Which samples are cases of interest.
    depth : int
        How many questions lead to a leaf at most.
    least_share : float
        Share of all samples that a leaf holds at least [1].

    Returns
    -------
    tuple of Box
        Their masses sum to one, and so do their coverages.

    Raises
    ------
    ValueError
        If no sample or every sample is of interest, or an input is not a number in some sample.

    Notes
    -----
    Splits by the Gini impurity, by scikit-learn, on ranks instead of values: the splits are the
    same, a limit is the value of a sample as in `prim`, and no digit is lost. Source: L. Breiman,
    J.H. Friedman, R.A. Olshen, C.J. Stone: Classification and regression trees (Wadsworth, 1984).
    """
    from sklearn.tree import DecisionTreeClassifier  # slow to import, and seldom needed

    require_cases(inputs, interest)
    questions = list(_questions(inputs))
    table = np.array([column for _, _, column in questions], dtype=np.float32).T
    fitted = DecisionTreeClassifier(
        max_depth=depth, min_samples_leaf=least_share, random_state=0
    ).fit(table, interest)
    whole: dict[str, Limits] = {
        name: frozenset(values.tolist()) if is_set(values) else (-math.inf, math.inf)
        for name, values in inputs.items()
    }
    boxes = []
    for limits in _walked(fitted.tree_, questions, whole, 0):
        restricted = {name: limit for name, limit in limits.items() if limit != whole[name]}
        boxes.append(described(inputs, interest, restricted))
    return tuple(sorted(boxes, key=lambda box: (-box.density, -box.coverage)))


Question = tuple[str, Any, NDArray[np.int64]]


def _questions(inputs: Inputs) -> Iterator[Question]:
    """Yield what can be asked: of a number its ranks, of a choice each of its values."""
    for name, values in inputs.items():
        if is_set(values):
            for value in sorted(set(values.tolist()), key=str):
                yield name, value, (values == value).astype(np.int64)
        else:
            distinct, ranks = np.unique(values, return_inverse=True)
            yield name, distinct, ranks


def _walked(
    tree: Any, questions: list[Question], limits: Mapping[str, Limits], node: int
) -> Iterator[Mapping[str, Limits]]:
    below, above = tree.children_left[node], tree.children_right[node]
    if below == above:  # a leaf
        yield limits
        return
    name, values, _ = questions[tree.feature[node]]
    limit = limits[name]
    if isinstance(limit, frozenset):
        low, high = limit - {values}, limit & {values}
        halves: tuple[Limits, Limits] = (low, high)
    else:
        place = math.floor(tree.threshold[node])
        halves = (limit[0], float(values[place])), (float(values[place + 1]), limit[1])
    for child, half in zip((below, above), halves, strict=True):
        yield from _walked(tree, questions, {**limits, name: half}, child)
