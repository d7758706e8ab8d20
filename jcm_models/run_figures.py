"""What a run came to, in few figures: what lists of runs show and comparisons compare."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from jcm_models.scenario import Scenario
from jcm_models.summary import summarise

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["figures_of"]

_FLOWS = ("emission_reductions", "unissued_reductions", "credits_issued", "reserve_withheld")


def figures_of(scenario: Scenario, dataset: xr.Dataset) -> dict[str, Any]:
    """Return the figures of a run as plain data: the ``totals`` of its record.

    Parameters
    ----------
    scenario : Scenario
        What was simulated.
    dataset : xarray.Dataset
        What `simulate` returned.

    Returns
    -------
    dict
        ``title``, ``changes``, ``host`` (its name) and ``host_code``, the ``first`` and ``last``
        year in which anything happens; sums over all years [tCO2e]: ``reductions``, ``unissued``
        (None without BaU), ``issued``, ``reserve``, ``japan`` and ``host_credits``; and
        ``by_year`` the ``year`` and the flows of each [tCO2e/yr].
    """
    total = summarise({str(name): array for name, array in dataset.variables.items()})
    changes = scenario.document.changes
    return {
        "title": scenario.title.model_dump(),
        "changes": "; ".join(f"{change.path}={change.new}" for change in changes),
        "host": scenario.partner.name,
        "host_code": scenario.host,
        "first": total.first,
        "last": total.last,
        "reductions": total.reductions,
        "unissued": total.unissued,
        "issued": total.issued,
        "reserve": total.reserve,
        "japan": total.japan,
        "host_credits": total.host,
        "by_year": {
            "year": dataset["year"].values.tolist(),
            **{name: _plain(dataset[name].values) for name in _FLOWS if name in dataset},
        },
    }


def _plain(values: Any) -> list[int] | list[float]:
    """Return numbers as JSON keeps them best: whole ones as such."""
    whole = bool((values == np.rint(values)).all())
    found: list[int] | list[float] = (values.astype(np.int64) if whole else values).tolist()
    return found
