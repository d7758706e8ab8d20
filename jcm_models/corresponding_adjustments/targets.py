"""What a Party has promised, and whether a balance keeps it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from jcm_models.corresponding_adjustments.accounting import (
    Array,
    NdcAccounting,
    numbers,
    refuse,
    unknown,
)
from jcm_models.problems import Problem

__all__ = ["TARGETS", "Target", "margin", "target_level"]

TARGETS = ("bau_relative", "base_year", "cumulative")


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Target:
    """What a Party has promised: emissions a share below a baseline.

    Parameters
    ----------
    kind : {"bau_relative", "base_year", "cumulative"}
        Below BaU of the NDC year, below a base year, or below the sum over the NDC period.
    share : float or array, shape (...)
        Share below the baseline [1]; 0 makes the baseline itself the limit, a negative share
        lies above it.
    baseline : array
        BaU emissions [tCO2e/yr], shape (..., year); for a base year its emissions, shape (...).
        For a trajectory or a budget: the emissions allowed in each year, with the share 0.

    Raises
    ------
    ScenarioError
        With everything that is wrong.
    """

    kind: str
    share: ArrayLike
    baseline: ArrayLike

    def __post_init__(self) -> None:
        refuse(self._problems())

    def _problems(self) -> Iterator[Problem]:
        yield from unknown("target.kind", self.kind, TARGETS)
        shares = np.asarray(self.share, dtype=float)
        if not (np.isfinite(shares) & (shares <= 1)).all():
            message = f"found {shares.max():g}; a share is at most 1 (45 % is 0.45)"
            yield Problem("target.share", message)
        if not np.isfinite(np.asarray(self.baseline, dtype=float)).all():
            yield Problem("target.baseline", "found numbers missing; give every one [tCO2e/yr]")


def target_level(target: Target, accounting: NdcAccounting) -> Array:
    r"""Emissions that a Party's balance must not exceed.

    Parameters
    ----------
    target : Target
        The target.
    accounting : NdcAccounting
        Method, period and years.

    Returns
    -------
    array, shape (...)
        In the NDC year [tCO2e/yr], or over the period for a cumulative target [tCO2e].

    Raises
    ------
    ScenarioError
        Where the method does not go with the target, or the years do not hold what it needs.

    Notes
    -----
    :math:`T = (1 - s) \, BaU_{last}`, :math:`T = (1 - s) \, E_{base}` or
    :math:`T = (1 - s) \sum_{period} BaU_y`.

    Examples
    --------
    Thailand, 30 % below a BaU of 555 MtCO2e in 2030 (RERIC International Energy Journal):

    >>> import numpy as np
    >>> thailand = NdcAccounting(
    ...     method="averaging", first_year=2021, last_year=2030, years=np.arange(2021, 2031)
    ... )
    >>> bau = np.linspace(400e6, 555e6, 10)
    >>> float(target_level(Target(kind="bau_relative", share=0.3, baseline=bau), thailand))
    388500000.0
    """
    baseline = np.asarray(target.baseline, dtype=float)
    refuse(_clashes(target.kind, baseline, accounting))
    if target.kind != "base_year":
        baseline = _compared(baseline, accounting)
    return np.asarray((1.0 - np.asarray(target.share)) * baseline)


def margin(target: Target, balance: ArrayLike, accounting: NdcAccounting) -> Array:
    """By how much a balance stays below the target: positive is met, negative is missed.

    Parameters
    ----------
    target : Target
        The target.
    balance : array, shape (..., year)
        Emissions balance [tCO2e/yr].
    accounting : NdcAccounting
        Method, period and years.

    Returns
    -------
    array, shape (...)
        In the NDC year [tCO2e/yr], or over the period for a cumulative target [tCO2e].

    Raises
    ------
    ScenarioError
        As `target_level`, or where the balance is of another number of years.
    """
    level = target_level(target, accounting)
    emissions = np.asarray(balance, dtype=float)
    refuse(numbers("emissions_balance", emissions, accounting))
    return np.asarray(level - _compared(emissions, accounting))


def _compared(annual: Array, accounting: NdcAccounting) -> Array:
    """Return what the target speaks of: the NDC year by averaging, else the whole period."""
    if accounting.method == "averaging":
        return np.asarray(annual[..., accounting.years == accounting.last_year][..., 0])
    return accounting.over_period(annual)


_WAYS_OUT = {
    "cumulative": "average over a bau_relative or base_year target, or account by trajectory or "
    "multi_year",
    "single": "give the emissions allowed in each year as a cumulative target of share 0, or "
    "account by averaging",
}


def _clashes(kind: str, baseline: Array, accounting: NdcAccounting) -> Iterator[Problem]:
    cumulative = kind == "cumulative"
    if cumulative == (accounting.method == "averaging"):
        clash = f"{kind} does not go with the method {accounting.method}"
        yield Problem(
            "target.kind", f"{clash}; {_WAYS_OUT['cumulative' if cumulative else 'single']}"
        )
    if accounting.years[-1] < accounting.last_year:
        message = f"the years end in {accounting.years[-1]}, the NDC period in"
        yield Problem("years", f"{message} {accounting.last_year}; only then can they be compared")
    if kind != "base_year":
        yield from numbers("target.baseline", baseline, accounting)
