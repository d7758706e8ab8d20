"""One input at a time: what changes between a low and a high value of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from jcm_models.sensitivity_analysis.inputs import Groups

__all__ = ["Swing", "Tornado", "design", "tornado"]

Array = NDArray[np.float64]


class Swing(NamedTuple):
    """What comes out where one input is low, and where it is high; in the unit of the output."""

    name: str
    low: float
    high: float

    @property
    def size(self) -> float:
        """How far the two are apart."""
        return abs(self.high - self.low)


class Tornado(NamedTuple):
    """What comes out in the middle, and the swing of each input, the widest first."""

    base: float
    swings: tuple[Swing, ...]


def design(groups: Groups, low: float = 0.1, high: float = 0.9, centre: ArrayLike = 0.5) -> Array:
    r"""Return the points to run: the middle, then each input low and high in turn.

    Parameters
    ----------
    groups : sequence of sequence of int
        The columns of each input.
    low, high : float
        Quantiles that the inputs are taken to [1].
    centre : array_like, shape () or (column,)
        Quantiles at which all others stay [1]: medians by default.

    Returns
    -------
    array, shape (2 × input + 1, column)
        Points within the unit cube.

    Raises
    ------
    ValueError
        If low, centre and high do not follow each other within 0 and 1.

    Notes
    -----
    The m columns of an input over time all go to :math:`\Phi(\Phi^{-1}(q) / \sqrt m)`, where the
    sum of their normal scores is at its quantile q: every year at its own quantile would be far
    less likely than one in ten.
    """
    from scipy.special import ndtr, ndtri  # a plain run goes without scipy

    columns = max(int(column) for group in groups for column in group) + 1
    middle = np.broadcast_to(np.asarray(centre, dtype=float), (columns,))
    if not (0 < low < high < 1 and (middle > 0).all() and (middle < 1).all()):
        message = (
            f"found the quantiles {low} as low, {high} as high and {np.unique(middle).tolist()} "
            "between; needed is 0 < low < high < 1, and the others within 0 and 1"
        )
        raise ValueError(message)
    points = np.tile(middle, (2 * len(groups) + 1, 1))
    for place, group in enumerate(groups):
        for row, share in ((2 * place + 1, low), (2 * place + 2, high)):
            alone = len(group) == 1
            level = share if alone else float(ndtr(ndtri(share) / np.sqrt(len(group))))
            points[row, np.asarray(group, dtype=np.int64)] = level
    return points


def tornado(outputs: Array, names: Sequence[str]) -> Tornado:
    """Return the swings of all inputs, the widest first.

    Parameters
    ----------
    outputs : array, shape (2 × input + 1,)
        What came out at each point of `design`, in any unit.
    names : sequence of str
        The inputs, in the order of the groups.

    Returns
    -------
    Tornado
        Where two swings are as wide, in the order of the names.

    Raises
    ------
    ValueError
        If there are not as many outputs as points.
    """
    if outputs.shape != (2 * len(names) + 1,):
        message = (
            f"found outputs of shape {outputs.shape} for {len(names)} inputs; needed is one for "
            f"each of {2 * len(names) + 1} points"
        )
        raise ValueError(message)
    swings = [
        Swing(name, float(low), float(high))
        for name, low, high in zip(names, outputs[1::2], outputs[2::2], strict=True)
    ]
    return Tornado(float(outputs[0]), tuple(sorted(swings, key=lambda swing: -swing.size)))
