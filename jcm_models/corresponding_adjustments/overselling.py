"""How much a Party can transfer before its own target is missed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from jcm_models.corresponding_adjustments.accounting import Array, NdcAccounting, amounts, refuse
from jcm_models.corresponding_adjustments.targets import Target, margin
from jcm_models.problems import Problem

__all__ = ["ReferenceReduction", "reference_reduction_needed", "transferable"]


def transferable(
    target: Target, inventory: ArrayLike, used: ArrayLike, accounting: NdcAccounting
) -> Array:
    r"""Return the most ITMOs a Party can first transfer before its own target is missed.

    Parameters
    ----------
    target : Target
        The Party's own target.
    inventory : array, shape (..., year)
        Emissions covered by the NDC [tCO2e/yr], lower already by all that projects reduce.
    used : array, shape (..., year)
        ITMOs the Party itself uses towards its NDC [tCO2e/yr].
    accounting : NdcAccounting
        Method, period and years.

    Returns
    -------
    array, shape (...)
        Over the period [tCO2e]; 0 where the target is missed without any transfer.

    Raises
    ------
    ScenarioError
        As `margin` and `corresponding_adjustment`.

    Notes
    -----
    With transfers :math:`X` and uses :math:`U` over a period of :math:`N` years, the target
    :math:`T` is met by averaging while :math:`E_{last} + (X - U) / N \le T`, and over the whole
    period while :math:`\sum E_y + X - U \le T`. Hence

    .. math:: X_{max} = \max(0, N (T - E_{last}) + U), \quad
              X_{max} = \max(0, T - \sum E_y + U).

    Averaging looks at the inventory of the NDC year alone: reductions that end before that year
    leave the inventory, and their transfers stay in the average.
    """
    room = margin(target, inventory, accounting)
    use = np.asarray(used, dtype=float)
    refuse(amounts("itmos_used", use, accounting))
    weight = accounting.length if accounting.method == "averaging" else 1
    return np.asarray(np.maximum(room * weight + accounting.over_period(use), 0.0))


class ReferenceReduction(NamedTuple):
    """How much lower the reference must be so that the planned transfers fit.

    Parameters
    ----------
    oversold : array, shape (...)
        Planned transfers beyond what is transferable, over the period [tCO2e].
    share : array, shape (...)
        Share of the credited reductions that must not be issued [1].
    annual : array, shape (..., year)
        How much lower the reference must be in each year [tCO2e/yr].
    """

    oversold: Array
    share: Array
    annual: Array


def reference_reduction_needed(
    first_transferred: ArrayLike,
    credited: ArrayLike,
    most: ArrayLike,
    accounting: NdcAccounting,
) -> ReferenceReduction:
    r"""How much lower the reference would have to be so that a Party does not oversell.

    Parameters
    ----------
    first_transferred : array, shape (..., year)
        ITMOs it is planned to first transfer [tCO2e/yr].
    credited : array, shape (..., year)
        Reductions against the reference that stand behind the credits [tCO2e/yr]: those of both
        sides and the reserve, before any discount.
    most : array, shape (...)
        What is `transferable` [tCO2e].
    accounting : NdcAccounting
        Method, period and years.

    Returns
    -------
    ReferenceReduction
        What is oversold, the share not to issue, and the reduction of each year.

    Raises
    ------
    ScenarioError
        Where an amount is negative, or more is transferred than credited.

    Notes
    -----
    The inventory stays, since the project is the same. Credits are discounted and divided as
    before, so a share :math:`f` of the reductions :math:`C_y` behind them that is not credited
    takes :math:`f F_y` off the transfers :math:`F_y`, whatever part of the credits these are:

    .. math:: \sum (1 - f) F_y = X_{max} \Rightarrow
              f = \max(0, \sum F_y - X_{max}) / \sum F_y, \quad \Delta REF_y = f \, C_y.

    Where every credit is transferred, the reference falls by just what is oversold. With
    :math:`f = 1` it lies at the project's emissions and there is nothing to transfer; a target
    missed even so is not missed because of transfers. Whole tonnes are not rounded here.
    """
    first = np.asarray(first_transferred, dtype=float)
    credits_of_both = np.asarray(credited, dtype=float)
    problems = [
        *amounts("itmos_first_transferred", first, accounting),
        *amounts("emission_reductions", credits_of_both, accounting),
    ]
    refuse(problems or _more_than_credited(first, credits_of_both, accounting))
    planned = accounting.over_period(first)
    oversold = np.asarray(np.maximum(planned - np.asarray(most, dtype=float), 0.0))
    share = np.divide(oversold, planned, out=np.zeros_like(oversold), where=planned > 0)
    off = share[..., np.newaxis] * np.where(accounting.inside, credits_of_both, 0.0)
    return ReferenceReduction(oversold, share, np.asarray(off))


def _more_than_credited(
    first: Array, credits_of_both: Array, accounting: NdcAccounting
) -> Iterator[Problem]:
    over = (first > credits_of_both).reshape(-1, accounting.years.size).any(axis=0)
    if over.any():
        years = accounting.years[over].tolist()
        message = f"more ITMOs are first transferred than reductions credited in {years}"
        way_out = "transfer less, or give the credits of both sides together"
        yield Problem("itmos_first_transferred", f"{message}; {way_out}")
