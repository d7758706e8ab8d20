"""Corresponding adjustments and the emissions balance (A4, U2)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from jcm_models.corresponding_adjustments.accounting import Array, NdcAccounting, amounts, refuse

__all__ = ["Adjustment", "corresponding_adjustment", "emissions_balance"]


class Adjustment(NamedTuple):
    """The corresponding adjustments of a Party.

    Parameters
    ----------
    annual : array, shape (..., year)
        Adjustment of each year [tCO2e/yr]: positive is added to emissions; 0 outside the period.
    final : array of bool, shape (year,)
        Whether the adjustment of that year stands; under averaging all but the NDC year's are
        indicative.
    cumulative : array, shape (..., year)
        First transferred less used since the period began [tCO2e].
    """

    annual: Array
    final: NDArray[np.bool_]
    cumulative: Array


def corresponding_adjustment(
    first_transferred: ArrayLike, used: ArrayLike, accounting: NdcAccounting
) -> Adjustment:
    r"""Corresponding adjustments of one Party over its NDC period.

    Parameters
    ----------
    first_transferred : array, shape (..., year)
        ITMOs first transferred [tCO2e/yr], by the year in which the mitigation occurred.
    used : array, shape (..., year)
        ITMOs used towards the NDC [tCO2e/yr], by the year for which they are used.
    accounting : NdcAccounting
        Method, period and years.

    Returns
    -------
    Adjustment
        Annual and cumulative, and which are final.

    Raises
    ------
    ScenarioError
        Where an amount is negative, missing, or of another number of years.

    Notes
    -----
    With :math:`C_y = \sum_{i=first}^{y} (F_i - U_i)`, the adjustment is
    :math:`A_y = C_y / (y - first + 1)` by averaging and :math:`A_y = F_y - U_y` by a trajectory
    or for a multi-year NDC. What a Party acquires and does not use changes nothing. Mitigation
    outside the period belongs to another NDC. A later first transfer of an older vintage changes
    even final adjustments until their review (paragraph 12).

    Examples
    --------
    >>> import numpy as np
    >>> japan = NdcAccounting(
    ...     method="averaging", first_year=2021, last_year=2024, years=np.arange(2021, 2025)
    ... )
    >>> corresponding_adjustment([0, 0, 0, 0], [0, 40, 20, 60], japan).annual
    array([  0., -20., -20., -30.])
    """
    first = np.asarray(first_transferred, dtype=float)
    use = np.asarray(used, dtype=float)
    refuse(
        (
            *amounts("itmos_first_transferred", first, accounting),
            *amounts("itmos_used", use, accounting),
        )
    )
    inside = accounting.inside
    net = np.where(inside, first - use, 0.0)
    cumulative = np.cumsum(net, axis=-1)
    if accounting.method != "averaging":
        return Adjustment(net, inside, cumulative)
    elapsed = np.maximum(accounting.years - accounting.first_year + 1, 1)
    average = np.where(inside, cumulative / elapsed, 0.0)
    return Adjustment(average, accounting.years == accounting.last_year, cumulative)


def emissions_balance(inventory: ArrayLike, adjustment: Adjustment) -> Array:
    """Emissions covered by the NDC, adjusted [tCO2e/yr], shape (..., year).

    Parameters
    ----------
    inventory : array, shape (..., year)
        Emissions and removals covered by the NDC [tCO2e/yr].
    adjustment : Adjustment
        Corresponding adjustments of the same Party.

    Notes
    -----
    :math:`B_y = E_y + A_y` (decision 2/CMA.3, annex, paragraph 8).
    """
    return np.asarray(np.asarray(inventory, dtype=float) + adjustment.annual)
