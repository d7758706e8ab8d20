"""A number that was sampled, and how far it may be off."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Estimate"]

Numbers = NDArray[np.float64] | float


class Estimate(NamedTuple):
    """A value and the standard error of its sampling; 0 where nothing was sampled."""

    value: Numbers
    error: Numbers
