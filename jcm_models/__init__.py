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
    "Scenario": "scenario",
    "ScenarioError": "problems",
    "View": "view",
    "compute": "simulation",
    "explain": "explanation",
    "load_scenario": "simulation",
    "simulate": "simulation",
}

__all__ = [
    "Scenario",
    "ScenarioError",
    "View",
    "__version__",
    "compute",
    "explain",
    "load_scenario",
    "simulate",
]

if TYPE_CHECKING:
    from jcm_models.explanation import explain
    from jcm_models.problems import ScenarioError
    from jcm_models.scenario import Scenario
    from jcm_models.simulation import compute, load_scenario, simulate
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
