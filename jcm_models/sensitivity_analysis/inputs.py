"""What the measures of sensitivity share: groups of columns, and outputs that vary at all."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["Groups", "standing", "varies"]

Array = NDArray[np.float64]

# The columns of the unit cube of each input: one, or one for each year.
Groups = Sequence[Sequence[int] | NDArray[np.int64]]

_ROUNDING = 1e-12


def standing(outputs: Array) -> Array:
    """Return outputs as a table of (sample, output), whatever their further axes."""
    return np.asarray(outputs, dtype=float).reshape(outputs.shape[0], -1)


def varies(outputs: Array) -> NDArray[np.bool_]:
    """Tell which outputs, after the first axis, are numbers that differ by more than rounding."""
    least, most = outputs.min(axis=0), outputs.max(axis=0)
    finite = np.isfinite(least) & np.isfinite(most)
    least, most = np.where(finite, least, 0.0), np.where(finite, most, 0.0)
    return np.asarray(most - least > _ROUNDING * np.maximum(np.abs(least), np.abs(most)))
