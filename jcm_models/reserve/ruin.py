"""Whether a reserve that grows with every issuance ever falls short, year after year."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from jcm_models.reserve.compound import Claims, sum_of

__all__ = ["probability_of_shortfall"]

Array = NDArray[np.float64]


def probability_of_shortfall(
    yearly: Sequence[Sequence[Claims]], reserve: ArrayLike, step: float
) -> Array:
    r"""Return the probability that claims have exceeded the reserve by the end of each year.

    Parameters
    ----------
    yearly : sequence of sequence of Claims
        The kinds of claims of each year; what happens in different years is independent.
    reserve : array, shape (year,)
        What has been withheld by the end of each year, cumulative [tCO2e].
    step : float
        Distance of the amounts that claims are rounded to [tCO2e].

    Returns
    -------
    array, shape (year,)
        Probability of a shortfall at that year's end or at any before [1]; it never falls.

    Raises
    ------
    ValueError
        If there are not as many years of claims as of reserve, or the reserve falls.

    Notes
    -----
    With :math:`f_y(s)` the probability that s has been claimed by the end of year y and no year so
    far fell short, :math:`f_y = (f_{y-1} * g_y) \cdot 1[s \le \rho C_y]` with the claims
    :math:`g_y` of the year; what is cut off is the probability of the first shortfall in it.
    Convolutions are by Fourier transform, twice as long as the largest reserve.
    """
    from scipy.fft import irfft, next_fast_len, rfft  # a run without a study goes without scipy

    amounts = np.asarray(reserve, dtype=float)
    if len(yearly) != amounts.size or (np.diff(amounts, prepend=0.0) < 0).any():
        message = (
            f"found {len(yearly)} years of claims and a reserve of {amounts.tolist()}; needed is "
            "one amount for each year, never falling"
        )
        raise ValueError(message)
    held = int(np.floor(amounts.max(initial=0.0) / step)) + 1
    points = next_fast_len(2 * held, real=True)
    grid = step * np.arange(held)
    alive = np.zeros(held)
    alive[0] = 1.0
    found = np.empty(amounts.size)
    transforms: dict[tuple[Claims, ...], NDArray[np.complex128]] = {}
    for year, kinds in enumerate(map(tuple, yearly)):
        if kinds not in transforms:
            transforms[kinds] = rfft(sum_of(kinds, step, 2 * points).probability[:held], points)
        alive = irfft(rfft(alive, points) * transforms[kinds], points)[:held]
        alive = np.where(grid <= amounts[year] * (1 + 1e-12), alive, 0.0)
        found[year] = 1.0 - alive.sum()
    return np.maximum.accumulate(np.clip(found, 0.0, 1.0))
