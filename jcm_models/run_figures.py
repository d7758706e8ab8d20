"""What a run came to, in few figures: what lists of runs show and comparisons compare."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from jcm_models.comparison import Facts
from jcm_models.results import Results, inputs_of
from jcm_models.run_records import settings_of
from jcm_models.scenario import Scenario
from jcm_models.summary import summarise

__all__ = ["facts_of", "figures_of"]

_FLOWS = ("emission_reductions", "unissued_reductions", "credits_issued", "reserve_withheld")


def facts_of(results: Results, name: str, code: str = "") -> Facts:
    """Return what is known of a scenario that was simulated on the spot, to compare it.

    Parameters
    ----------
    results : Results
        What `compute` returned.
    name : str
        What it is called.
    code : str
        The hash of the code, where others may have been made by other code.
    """
    scenario = results.scenario
    rows = [*inputs_of(scenario), *settings_of(scenario)]
    return Facts(name, scenario.name, figures_of(scenario, results), rows, code)


def figures_of(scenario: Scenario, results: Mapping[Any, Any]) -> dict[str, Any]:
    """Return the figures of a run as plain data: the ``totals`` of its record.

    Parameters
    ----------
    scenario : Scenario
        What was simulated.
    results : Results or xarray.Dataset
        What `compute` or `simulate` returned.

    Returns
    -------
    dict
        ``title``, ``changes``, ``host`` (its name) and ``host_code``, the ``first`` and ``last``
        year in which anything happens; sums over all years [tCO2e]: ``reductions``, ``unissued``
        (None without BaU), ``issued``, ``reserve``, ``japan`` and ``host_credits``; and
        ``by_year`` the ``year`` and the flows of each [tCO2e/yr].
    """
    total = summarise(results)
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
            "year": np.asarray(results["year"]).tolist(),
            **{name: _plain(np.asarray(results[name])) for name in _FLOWS if name in results},
        },
    }


def _plain(values: Any) -> list[int] | list[float]:
    """Return numbers as JSON keeps them best: whole ones as such."""
    whole = bool((values == np.rint(values)).all())
    found: list[int] | list[float] = (values.astype(np.int64) if whole else values).tolist()
    return found
