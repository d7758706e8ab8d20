"""The figures a decision-maker asks for, summed over the years of a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jcm_models.variables import PARTIES

__all__ = ["Summary", "summarise"]

_LEVELS = ("reference_emissions", "project_emissions", "emission_reductions")
_NOT_CREDITED = (
    "reductions_outside_crediting",
    "reductions_by_conservative_project",
    "reductions_discounted",
    "deficit_settled",
    "reductions_rounded_away",
)


@dataclass(frozen=True)
class Summary:
    """Sums over all years [tCO2e]; what needs BaU is None where BaU is unknown.

    `saved` adds up `reductions` and `unissued`, each to the tonne, as people do who read both.
    """

    first: int
    last: int
    saved: float
    reductions: float
    unissued: float | None
    not_credited: float
    issued: int
    reserve: int
    parties: Mapping[str, int]

    @property
    def years(self) -> int:
        """Number of years."""
        return self.last - self.first + 1

    @property
    def japan(self) -> int:
        """Credits of both Japanese parties [tCO2e]."""
        return self.parties["japan_government"] + self.parties["japan_participants"]

    @property
    def host(self) -> int:
        """Credits of both parties of the partner country [tCO2e]."""
        return self.parties["host_government"] + self.parties["host_participants"]


def _busy(results: Mapping[str, Any]) -> NDArray[np.int64]:
    """Return the years up to the last in which anything is emitted or saved."""
    years = np.asarray(results["year"])
    levels = [np.asarray(results[name]) for name in _LEVELS]
    (flowing,) = np.nonzero(np.any(levels, axis=0))
    return years[: flowing[-1] + 1] if flowing.size else years


def summarise(results: Mapping[str, Any]) -> Summary:
    """Sum the flows of a run over its years.

    Parameters
    ----------
    results : Results or xarray.Dataset
        What `compute` or `simulate` returned.

    Returns
    -------
    Summary
        Sums [tCO2e].
    """

    def total(name: str) -> float:
        return float(np.sum(np.asarray(results[name])))

    known = "unissued_reductions" in results
    unissued = total("unissued_reductions") if known else None
    credits_ = np.asarray(results["credits"]).sum(axis=-1)
    years = _busy(results)
    reductions = total("emission_reductions")
    return Summary(
        first=int(years[0]),
        last=int(years[-1]),
        saved=float(round(reductions) + round(unissued or 0.0)),
        reductions=reductions,
        unissued=unissued,
        not_credited=sum(map(total, _NOT_CREDITED)),
        issued=int(total("credits_issued")),
        reserve=int(total("reserve_withheld")),
        parties={party: int(c) for party, c in zip(PARTIES, credits_, strict=True)},
    )
