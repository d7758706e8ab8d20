"""What a run returns: named arrays inside, an xarray Dataset outside."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from jcm_models.scenario import Scenario
from jcm_models.variables import PARTIES, Variable, result_variables

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["Results", "described", "inputs_of"]


@dataclass(frozen=True)
class Results(Mapping[str, NDArray[Any]]):
    """Arrays by name, over ``year`` and ``party``; an app reads them, `to_dataset` labels them.

    Parameters
    ----------
    scenario : Scenario
        What was simulated.
    arrays : mapping of str to array
        By the name of the variable; dimensions as the table of variables says.
    """

    scenario: Scenario
    arrays: Mapping[str, NDArray[Any]]

    def __getitem__(self, name: str) -> NDArray[Any]:
        """Return a variable, or the coordinate ``year`` or ``party``."""
        if name == "year":
            return self.scenario.calendar_years
        return np.array(PARTIES) if name == "party" else self.arrays[name]

    def __iter__(self) -> Iterator[str]:
        """Iterate over the variables, in the order in which they were computed."""
        return iter(self.arrays)

    def __len__(self) -> int:
        """Count the variables."""
        return len(self.arrays)

    def to_dataset(self) -> xr.Dataset:
        """Return the results as a labelled Dataset, with units, sources and the inputs (D1, D2)."""
        import xarray as xr

        return xr.Dataset(
            {name: _labelled(name, array, self.scenario) for name, array in self.items()},
            coords={
                "year": ("year", self["year"], {"calendar": "gregorian", "long_name": "Year"}),
                "party": ("party", self["party"], {"long_name": "Party"}),
            },
            attrs=_attributes(self.scenario),
        )


def _labelled(
    name: str, array: NDArray[Any], scenario: Scenario
) -> tuple[tuple[str, ...], NDArray[Any], dict[str, str]]:
    variable = described(name, scenario)
    attributes = {
        "units": variable.unit,
        "long_name": variable.label,
        "long_name_ja": variable.label_ja,
        "kind": variable.kind,
        "equation": variable.equation,
        "source": variable.source,
    }
    return variable.dims, array, attributes


def described(name: str, scenario: Scenario) -> Variable:
    """Return what a variable is, with the equation of the scenario's own method."""
    variable = result_variables()[name]
    equation = scenario.method.equations.get(name)
    if equation is None:
        return variable
    return Variable(
        **{
            **vars(variable),
            "equation": equation.plain,
            "math": equation.math,
            "inputs": tuple(f"project.{given}" for given in equation.inputs),
            "source": equation.source,
        }
    )


def _attributes(scenario: Scenario) -> dict[str, str | int]:
    from jcm_models import __version__

    changes = scenario.document.changes
    return {
        "title": scenario.title.en,
        "scenario": scenario.name,
        "host": scenario.host,
        "method": scenario.method.name,
        "gwp": scenario.gwp,
        "inputs": json.dumps(list(inputs_of(scenario)), ensure_ascii=False),
        "overrides": json.dumps([[c.path, str(c.old), str(c.new)] for c in changes]),
        "seed": "none: every input stands at its value, a distribution at its mean",
        "code_version": __version__,
        "history": f"jcm_models {__version__}: simulate({scenario.name})",
    }


def inputs_of(scenario: Scenario) -> Iterator[dict[str, Any]]:
    """Yield every number of the scenario as plain data: unit, source, standing, place."""
    for given in scenario.inputs():
        value = given.value
        series = {str(y): p for y, p in zip(value.years, value.points, strict=False)}
        yield {
            "path": given.path,
            "label": given.variable.label,
            "written": value.written,
            "value": series or value.points[0],
            "unit": value.unit,
            "interpolate": value.interpolate if value.years else None,
            "standing": value.standing,
            "source": value.source,
            "note": value.note,
            "place": str(given.place) if given.place else None,
        }
