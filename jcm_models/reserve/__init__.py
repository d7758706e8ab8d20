"""The reserve against reversals: its account, and the probability that it suffices.

A library that can be used without a scenario: `Portfolio` and `simulate` draw the events of many
sites, `rate_that_suffices` and its neighbours say what follows, `shortfall` gives the probability
that claims exceed a reserve, by the way that is best, and `probability_of_shortfall` that of a
reserve which grows year by year. Names are imported when they are first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

_HOMES = {
    "BernoulliPool": "pools",
    "Claims": "compound",
    "CorrelatedProjects": "pools",
    "Outcome": "portfolio",
    "Portfolio": "portfolio",
    "Shocks": "portfolio",
    "diversification": "adequacy",
    "expected_shortfall": "adequacy",
    "first_shortfalls": "adequacy",
    "large_portfolio_quantile": "pools",
    "normal_quantile": "pools",
    "probability_of_more": "compound",
    "probability_of_rare_shortfall": "rare",
    "probability_of_shortfall": "ruin",
    "rate_that_suffices": "adequacy",
    "required_rates": "adequacy",
    "share_that_suffices": "adequacy",
    "shortfall": "ways",
    "simulate": "portfolio",
    "sufficient_until": "adequacy",
}

__all__ = [
    "BernoulliPool",
    "Claims",
    "CorrelatedProjects",
    "Outcome",
    "Portfolio",
    "Shocks",
    "diversification",
    "expected_shortfall",
    "first_shortfalls",
    "large_portfolio_quantile",
    "normal_quantile",
    "probability_of_more",
    "probability_of_rare_shortfall",
    "probability_of_shortfall",
    "rate_that_suffices",
    "required_rates",
    "share_that_suffices",
    "shortfall",
    "simulate",
    "sufficient_until",
]

if TYPE_CHECKING:
    from jcm_models.reserve.adequacy import (
        diversification,
        expected_shortfall,
        first_shortfalls,
        rate_that_suffices,
        required_rates,
        share_that_suffices,
        sufficient_until,
    )
    from jcm_models.reserve.compound import Claims, probability_of_more
    from jcm_models.reserve.pools import (
        BernoulliPool,
        CorrelatedProjects,
        large_portfolio_quantile,
        normal_quantile,
    )
    from jcm_models.reserve.portfolio import Outcome, Portfolio, Shocks, simulate
    from jcm_models.reserve.rare import probability_of_rare_shortfall
    from jcm_models.reserve.ruin import probability_of_shortfall
    from jcm_models.reserve.ways import shortfall


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
