"""A scenario whose uncertain numbers were drawn: the same scenario, in many samples at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel

from jcm_models.drawn import Drawn
from jcm_models.scenario import Scenario
from jcm_models.values import Value

__all__ = ["replaced", "with_draws"]

M = TypeVar("M", bound=BaseModel)

# What a scenario derives from its numbers once, and must derive again from others.
_DERIVED = ("parts", "is_levelled")


def with_draws(scenario: Scenario, draws: Mapping[str, tuple[Value, Drawn]]) -> Scenario:
    """Return a scenario with numbers that were drawn.

    Parameters
    ----------
    scenario : Scenario
        The scenario.
    draws : mapping of str to tuple of Value and Drawn
        By the path of the number: what stands there, and what it is in each sample. A default
        becomes a number of the scenario.

    Returns
    -------
    Scenario
        The same in all other respects; it is not checked again.
    """
    numbers = {
        tuple(path.split(".")): value.model_copy(update={"drawn": drawn})
        for path, (value, drawn) in draws.items()
    }
    found = replaced(scenario, numbers)
    for name in _DERIVED:
        found.__dict__.pop(name, None)
    return found


def replaced(section: M, numbers: Mapping[tuple[str, ...], Value]) -> M:
    """Return a section with other numbers at some paths; the section itself stays as it is."""
    found: Any = section
    for path, value in numbers.items():
        found = _replaced(found, path, value)
    return found  # type: ignore[no-any-return]


def _replaced(node: Any, path: tuple[str, ...], value: Value) -> Any:
    if not path:
        return value
    key, rest = path[0], path[1:]
    if isinstance(node, BaseModel):
        return node.model_copy(update={key: _replaced(getattr(node, key), rest, value)})
    if isinstance(node, tuple):
        at = int(key)
        return (*node[:at], _replaced(node[at], rest, value), *node[at + 1 :])
    inside = node or {}
    return {**inside, key: _replaced(inside.get(key), rest, value)}
