"""Worked examples: for each method, inputs and results that can be followed by hand."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from jcm_models.components import Part, component_model
from jcm_models.method_catalogue import find_method
from jcm_models.periods import calendar_years
from jcm_models.tables import read_table

__all__ = ["WorkedExample", "worked_examples"]

_FIRST_YEAR = 2025
_CHOSEN = {"gwp": "AR5", "host": "THA"}


@dataclass(frozen=True)
class WorkedExample:
    """The inputs of a method, the results they lead to [tCO2e/yr], and where both come from."""

    title: str
    part: Part
    expected: Mapping[str, float]
    tolerance: float
    years: int
    source: str
    standing: str

    def results(self) -> dict[str, float]:
        """Compute the example.

        Returns
        -------
        dict of str to float
            Emissions of the last year [tCO2e/yr] by name; BaU only where it is known.
        """
        years = calendar_years(_FIRST_YEAR, _FIRST_YEAR + self.years - 1)
        found = self.part.method.function(
            **self.part.arrays(years, np.ones(years.shape), assessed=years)
        )
        levels = {
            "bau_emissions": found.bau,
            "reference_emissions": found.reference,
            "project_emissions": found.project,
            "leakage_emissions": found.leakage,
            **found.more,
        }
        return {
            name: float(np.broadcast_to(level, years.shape)[-1])
            for name, level in levels.items()
            if level is not None
        }


@functools.cache
def worked_examples() -> Mapping[str, WorkedExample]:
    """Return the worked examples by the name of their method."""
    rows = read_table("worked_examples.yaml")["examples"]
    return {name: _example(name, row) for name, row in rows.items()}


def _example(name: str, row: dict[str, Any]) -> WorkedExample:
    method = find_method(row.get("method", name))
    inputs = dict(row["inputs"])
    chosen = {key: inputs.pop(key, value) for key, value in _CHOSEN.items()}
    section = component_model(method).model_validate({"method": method.name, **inputs})
    part = Part(name, (name,), method, section, tuple(chosen.items()))
    return WorkedExample(
        title=row["title"],
        part=part,
        expected=row["results"],
        tolerance=row["tolerance"],
        years=row.get("years", 1),
        source=row.get("source", ""),
        standing=row["standing"],
    )
