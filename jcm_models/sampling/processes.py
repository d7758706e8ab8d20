"""Factors that uncertain inputs are multiplied with, year by year: processes over time."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

__all__ = ["PROCESSES", "Process", "dimensions", "factors"]

Array = NDArray[np.float64]
Process = Literal["level", "ar1", "random_walk"]

PROCESSES: tuple[Process, ...] = get_args(Process)


def dimensions(kind: Process, years: int) -> int:
    """Return how many columns of points a process takes.

    Parameters
    ----------
    kind : {"level", "ar1", "random_walk"}
        The process.
    years : int
        For how many years, at least 1.

    Returns
    -------
    int
        One for a level, one a year for an AR(1), one for each step of a random walk.

    Raises
    ------
    ValueError
        If there is no such process, or no year.
    """
    if wrong := [*_unknown(kind)]:
        raise ValueError(wrong[0])
    if years < 1:
        message = f"{years} years; a process needs at least 1"
        raise ValueError(message)
    return {"level": 1, "ar1": years, "random_walk": years - 1}[kind]


def factors(kind: Process, sd: float, persistence: float, points: Array) -> Array:
    r"""Return the factors of a process: lognormal with mean one in every year.

    Parameters
    ----------
    kind : {"level", "ar1", "random_walk"}
        One factor for all years; one that returns to its mean; or one whose uncertainty grows with
        every year from the first, about which there is none.
    sd : float
        Standard deviation relative to the mean [1]: of the factor in every year, or of each step
        of a random walk.
    persistence : float
        Correlation of the logarithms of an AR(1) from year to year [1]; others take no notice.
    points : array, shape (sample, column)
        Points of the unit cube, with as many columns as `dimensions` says.

    Returns
    -------
    array, shape (sample, year)
        Factors [1]; those of a level have one year, which stands for all.

    Raises
    ------
    ValueError
        With everything that is wrong.

    Notes
    -----
    With :math:`s^2 = \ln(1 + sd^2)` and normal variables :math:`z_t = \Phi^{-1}(u_t)`:

    - level: :math:`\exp(s z - s^2/2)`;
    - AR(1): :math:`\exp(s x_t - s^2/2)`, :math:`x_1 = z_1`,
      :math:`x_t = \rho x_{t-1} + \sqrt{1 - \rho^2} z_t`;
    - random walk: :math:`\exp(\sum_{k=1}^{t} (s z_k - s^2/2))` after t steps, whose relative
      standard deviation is :math:`\sqrt{(1 + sd^2)^t - 1}`.
    """
    if wrong := [*_faults(kind, sd, persistence, points)]:
        raise ValueError("; ".join(wrong))
    from scipy.special import ndtri  # a run without draws goes without scipy

    variance = math.log1p(sd**2)
    logs = np.asarray(ndtri(points))
    if kind == "ar1":
        new = math.sqrt((1 - persistence) * (1 + persistence))
        for year in range(1, logs.shape[1]):
            logs[:, year] = persistence * logs[:, year - 1] + new * logs[:, year]
    logs *= math.sqrt(variance)
    logs -= variance / 2
    if kind == "random_walk":
        # From zero on, as the first year is certain.
        logs = np.concatenate([np.zeros((len(logs), 1)), np.cumsum(logs, axis=1)], axis=1)
    return np.asarray(np.exp(logs, out=logs))


def _unknown(kind: str) -> Iterator[str]:
    if kind not in PROCESSES:
        yield f"no process is called {kind!r}; there are {', '.join(PROCESSES)}"


def _faults(kind: str, sd: float, persistence: float, points: Array) -> Iterator[str]:
    """Say what keeps factors from being drawn."""
    yield from _unknown(kind)
    if not 0 <= sd < math.inf:
        yield f"the relative standard deviation is {sd:g}; it must be 0 or more"
    if kind == "ar1" and not -1 < persistence < 1:
        yield (
            f"the persistence is {persistence:g}; it must lie between -1 and 1: with 1 a factor "
            "never changes, which is the process level"
        )
    if kind == "level" and points.shape[1] != 1:
        yield f"a level takes 1 column of points, but there are {points.shape[1]}"
