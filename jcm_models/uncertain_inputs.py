"""Which inputs of a scenario are uncertain."""

from __future__ import annotations

from jcm_models.components import Input
from jcm_models.scenario import Scenario

__all__ = ["DRAWN_BY_SITE", "is_uncertain", "uncertain_inputs"]

# Drawn anew at every site and for every event, not once for a sample.
DRAWN_BY_SITE = (
    "storage.leakage.rate",
    "storage.leakage.floor",
    "storage.leakage.decay",
    "storage.events.mass",
)


def uncertain_inputs(scenario: Scenario) -> tuple[Input, ...]:
    """Return the inputs of a scenario that a distribution or a process over time draws.

    Parameters
    ----------
    scenario : Scenario
        The scenario.

    Returns
    -------
    tuple of Input
        In the order of `Scenario.inputs`, defaults among them.
    """
    return tuple(given for given in scenario.inputs() if is_uncertain(given))


def is_uncertain(given: Input) -> bool:
    """Tell whether an input is drawn in an ensemble."""
    return given.value.spread is not None or given.value.process is not None
