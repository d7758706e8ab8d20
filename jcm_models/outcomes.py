"""What each sample of an ensemble comes to over all years: one number for each outcome."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jcm_models.article6_over_time import oversold
from jcm_models.scenario import Scenario
from jcm_models.variables import PARTIES

__all__ = ["outcomes_of"]

Array = NDArray[np.float64]

_SUMS = {
    "total_reductions": "emission_reductions",
    "total_credits": "credits_issued",
    "total_unissued": "unissued_reductions",
    "total_leaked": "co2_leaked",
    "total_shortfall": "reversal_shortfall",
}
_OF_JAPAN = np.array([party.startswith("japan") for party in PARTIES])


def outcomes_of(scenario: Scenario, arrays: Mapping[str, NDArray[Any]]) -> dict[str, Array]:
    """Return what a scenario comes to in each sample.

    Parameters
    ----------
    scenario : Scenario
        The scenario with the numbers of each sample.
    arrays : mapping of str to array
        Its results by name, shape (sample, ..., year).

    Returns
    -------
    dict of str to array
        By the name of the outcome, shape (sample,) [tCO2e]; what the scenario knows nothing of is
        left out.
    """
    found = {
        name: arrays[result].sum(axis=-1).astype(float)
        for name, result in _SUMS.items()
        if result in arrays
    }
    by_party = arrays["credits"].sum(axis=-1).astype(float)
    found["total_credits_japan"] = by_party[:, _OF_JAPAN].sum(axis=-1)
    found["total_credits_host"] = by_party[:, ~_OF_JAPAN].sum(axis=-1)
    beyond = oversold(scenario, arrays["itmos_first_transferred"], arrays.get("co2_leaked"))
    return found if beyond is None else {**found, "oversold": beyond}
