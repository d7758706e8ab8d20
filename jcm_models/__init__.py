"""The JCM workbench: reference and BaU emissions, credits and their allocation, over time.

>>> import jcm_models as jcm
>>> scenario = jcm.load_scenario("thailand_floating_solar")
>>> dataset = jcm.simulate(scenario)

Names are imported when they are first used, so that checking a scenario or serving an app does
not pay for xarray and pandas.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_HOMES = {
    "ComparePage": "compare_page",
    "Emissions": "method_catalogue",
    "Equation": "method_catalogue",
    "Ledger": "ledger_database",
    "MethodsPage": "methods_page",
    "Scenario": "scenario",
    "ScenarioError": "problems",
    "UncertaintyPage": "uncertainty_page",
    "View": "view",
    "compare": "differences",
    "compute": "simulation",
    "compute_all": "simulation",
    "convergence": "summaries",
    "discover": "ensemble_discovery",
    "exceedance": "summaries",
    "expected_shortfall": "summaries",
    "explain": "explanation",
    "load_scenario": "simulation",
    "method": "method_catalogue",
    "method_names": "method_catalogue",
    "ndc_outcome": "article6_over_time",
    "regression": "ensemble_sensitivity",
    "reserve_study": "reserve_answers",
    "robustness": "ensemble_discovery",
    "scenario_events": "ledger_booking",
    "screening": "ensemble_sensitivity",
    "sensitivity": "ensemble_sensitivity",
    "share_sensitivity": "shares_over_time",
    "simulate": "simulation",
    "simulate_all": "simulation",
    "summarise": "summaries",
    "summarise_all": "portfolio_summaries",
    "swings": "ensemble_sensitivity",
    "units": "quantities",
    "warnings_of": "plausibility",
}

__all__ = [
    "ComparePage",
    "Emissions",
    "Equation",
    "Ledger",
    "MethodsPage",
    "Scenario",
    "ScenarioError",
    "UncertaintyPage",
    "View",
    "__version__",
    "compare",
    "compute",
    "compute_all",
    "convergence",
    "discover",
    "exceedance",
    "expected_shortfall",
    "explain",
    "load_scenario",
    "method",
    "method_names",
    "ndc_outcome",
    "regression",
    "reserve_study",
    "robustness",
    "scenario_events",
    "screening",
    "sensitivity",
    "share_sensitivity",
    "simulate",
    "simulate_all",
    "summarise",
    "summarise_all",
    "swings",
    "units",
    "warnings_of",
]

if TYPE_CHECKING:
    from jcm_models.article6_over_time import ndc_outcome
    from jcm_models.compare_page import ComparePage
    from jcm_models.differences import compare
    from jcm_models.ensemble_discovery import discover, robustness
    from jcm_models.ensemble_sensitivity import regression, screening, sensitivity, swings
    from jcm_models.explanation import explain
    from jcm_models.ledger_booking import scenario_events
    from jcm_models.ledger_database import Ledger
    from jcm_models.method_catalogue import Emissions, Equation, method, method_names
    from jcm_models.methods_page import MethodsPage
    from jcm_models.plausibility import warnings_of
    from jcm_models.portfolio_summaries import summarise_all
    from jcm_models.problems import ScenarioError
    from jcm_models.quantities import units
    from jcm_models.reserve_answers import reserve_study
    from jcm_models.scenario import Scenario
    from jcm_models.shares_over_time import share_sensitivity
    from jcm_models.simulation import (
        compute,
        compute_all,
        load_scenario,
        simulate,
        simulate_all,
    )
    from jcm_models.summaries import convergence, exceedance, expected_shortfall, summarise
    from jcm_models.uncertainty_page import UncertaintyPage
    from jcm_models.view import View


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        message = f"module 'jcm_models' has no attribute {name!r}"
        raise AttributeError(message)
    found = getattr(importlib.import_module(f"jcm_models.{_HOMES[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return list(__all__)
