"""Boxes: ranges of inputs in which an outcome is frequent, and how well they describe it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Box", "Inputs", "Limits", "described", "is_set", "open_ends", "require_cases", "within"]

Flags = NDArray[np.bool_]

# Name of an input to its value in each sample: numbers, or texts or truth values of a choice.
Inputs = Mapping[str, NDArray[Any]]
# Least and largest value, infinite on a side that is open; or the values of a choice.
Limits = tuple[float, float] | frozenset[Any]


@dataclass(frozen=True)
class Box:
    """Ranges of inputs, and how well they describe the cases of interest.

    Attributes
    ----------
    limits : mapping of str to (float, float) or frozenset
        The inputs that are restricted: least and largest value, both inside, infinite on a side
        that is open, in the input's unit; or the values that a choice may have.
    coverage : float
        Share of all cases of interest that lie in the box [1].
    density : float
        Share of the samples in the box that are cases of interest [1].
    mass : float
        Share of all samples that lie in the box [1].
    p_values : mapping of str to float
        For each restriction, the probability that chance alone makes the box as dense, were the
        restriction of no effect [1]; see `described`.
    """

    limits: Mapping[str, Limits]
    coverage: float
    density: float
    mass: float
    p_values: Mapping[str, float]

    @property
    def restricted(self) -> int:
        """The number of inputs that are restricted."""
        return len(self.limits)


def is_set(values: NDArray[Any]) -> bool:
    """Tell whether an input is a choice, and no number."""
    return values.dtype.kind not in "fiu"


def within(values: NDArray[Any], limits: Limits) -> Flags:
    """Return which samples of one input are inside its limits.

    Parameters
    ----------
    values : array, shape (sample,)
        In the unit of the limits.
    limits : tuple or frozenset
        Least and largest value, or the values of a choice.

    Returns
    -------
    array of bool, shape (sample,)
    """
    if isinstance(limits, frozenset):
        inside = np.zeros(len(values), dtype=bool)
        for value in limits:
            inside |= values == value
        return inside
    low, high = limits
    return np.asarray((values >= low) & (values <= high))


def described(
    inputs: Inputs, interest: Flags, limits: Mapping[str, Limits], among: Flags | None = None
) -> Box:
    r"""Return the box of some limits, with its measures.

    Parameters
    ----------
    inputs : mapping of str to array, shape (sample,)
        Values of the inputs, in any units.
    interest : array of bool, shape (sample,)
        Which samples are cases of interest.
    limits : mapping of str to limits
        Of the inputs that are restricted.
    among : array of bool, shape (sample,), optional
        The samples that no earlier box holds; by default all. Coverage and mass stay shares of all
        samples, so that those of several boxes add up.

    Returns
    -------
    Box
        An empty one has density 0.

    Notes
    -----
    With n samples in the box, h of them of interest, and a share q of interest in the box without
    the restriction of an input, the quasi-p-value is :math:`P(X \ge h)` for
    :math:`X \sim B(n, q)`. Source: B.P. Bryant, R.J. Lempert: Thinking inside the box,
    Technological Forecasting and Social Change 77 (2010), 34-49.
    """
    from scipy.special import bdtrc  # a plain run goes without scipy

    considered = np.ones(len(interest), dtype=bool) if among is None else among
    outside = {name: ~within(inputs[name], limit) for name, limit in limits.items()}
    broken = np.zeros(len(interest), dtype=np.int64)
    for violated in outside.values():
        broken += violated
    inside = considered & (broken == 0)
    size, found = int(inside.sum()), int((inside & interest).sum())
    p_values = {}
    for name, violated in outside.items():
        wider = considered & (broken == violated)
        share = (wider & interest).sum() / max(wider.sum(), 1)
        p_values[name] = float(bdtrc(found - 1, size, share)) if found else 1.0
    return Box(
        dict(limits),
        coverage=found / max(int(interest.sum()), 1),
        density=found / max(size, 1),
        mass=size / len(interest),
        p_values=p_values,
    )


def require_cases(inputs: Inputs, interest: Flags) -> None:
    """Refuse samples from which nothing can be learnt.

    Parameters
    ----------
    inputs : mapping of str to array, shape (sample,)
        Values of the inputs.
    interest : array of bool, shape (sample,)
        Which samples are cases of interest.

    Raises
    ------
    ValueError
        If no sample or every sample is of interest, an input has another number of samples or is
        not a number in one; all that is wrong, together.
    """
    samples, cases = len(interest), int(interest.sum())
    wrong = []
    if cases in (0, samples):
        which = "none" if cases == 0 else "all"
        wrong.append(
            f"{which} of the {samples} samples are cases of interest; set the threshold so that "
            "some are and some are not"
        )
    for name, values in inputs.items():
        if values.shape != (samples,):
            wrong.append(f"{name} has the shape {values.shape}, and there are {samples} samples")
        elif not is_set(values) and np.isnan(values).any():
            missing = int(np.isnan(values).sum())
            wrong.append(f"{name} is not a number in {missing} of {samples} samples; leave it out")
    if wrong:
        raise ValueError("; ".join(wrong))


def open_ends(values: NDArray[Any], low: float, high: float) -> Limits | None:
    """Return limits without those beyond which no sample lies.

    Parameters
    ----------
    values : array, shape (sample,)
        Of one number.
    low, high : float
        Its limits, in the same unit.

    Returns
    -------
    tuple of float, or None
        Infinite on a side that cuts nothing off; None if both do not.
    """
    least = low if values.min() < low else -math.inf
    most = high if values.max() > high else math.inf
    return None if math.isinf(least) and math.isinf(most) else (least, most)
