"""What a distribution is."""

from __future__ import annotations

import math
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["Array", "Distribution", "require_mean"]

Array = NDArray[np.float64]


class Distribution(Protocol):
    """How uncertain a number is."""

    @property
    def mean(self) -> float:
        """The mean; infinite where there is none."""
        ...

    @property
    def support(self) -> tuple[float, float]:
        """The least and the greatest amount there can be; infinite where there is no end."""
        ...

    def quantile(self, share: Array) -> Array:
        """Return the amount that is not exceeded with a probability, in [0, 1]."""
        ...

    def survival(self, amount: Array) -> Array:
        """Return the probability that an amount is exceeded."""
        ...


def require_mean(name: str, distribution: Distribution) -> None:
    """Refuse a distribution of which nothing can be expected.

    Parameters
    ----------
    name : str
        What it is the distribution of.
    distribution : Distribution
        The distribution.

    Raises
    ------
    ValueError
        If its mean is infinite.
    """
    if not math.isfinite(distribution.mean):
        message = (
            f"{name}: {distribution} has an infinite mean, so no loss can be expected and no "
            "reserve suffices on average; give a Pareto index above 1, or a distribution that "
            "ends, such as Triangular"
        )
        raise ValueError(message)
