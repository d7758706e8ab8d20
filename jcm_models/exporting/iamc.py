"""Results in the format of the Integrated Assessment Modeling Consortium (IAMC).

One row for each variable of a region, one column for each year, as pyam and others read it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

import numpy as np

from jcm_models import __version__
from jcm_models.results import Results
from jcm_models.rulebook import iamc_region
from jcm_models.scenario import Scenario
from jcm_models.variables import Variable, result_variables

__all__ = ["iamc_table"]

Row: TypeAlias = tuple[Any, ...]

_INDEX = ("Model", "Scenario", "Region", "Variable", "Unit")
# The names of IAMC common-definitions, there before Mt; whole credits stay whole in tonnes.
_UNITS = {"tCO2e/yr": "t CO2-equiv/yr", "tCO2e": "t CO2-equiv", "1": ""}


def iamc_table(results: Results) -> tuple[Row, list[Row]]:
    """Return the results in the IAMC format, with the names of ``variables.yaml``.

    Parameters
    ----------
    results : Results
        What `compute` returned.

    Returns
    -------
    heading : tuple
        Model, scenario, region, variable, unit and the years.
    rows : list of tuple
        A row for each variable, and for each of its parties, components, rules and bearers below
        it, [t CO2-equiv/yr], [t CO2-equiv] or without unit; for each country under its region.
        None where a value is not known; no row where none is.

    Notes
    -----
    A variable that stands above others here is their sum. All stand below ``JCM``: the common
    names (``Carbon Capture|Geological Storage``) mean what a country has in all.
    """
    scenario = results.scenario
    run = (f"jcm_models {__version__}", _scenario(scenario))
    rows = [
        (*run, region, name, unit, *values)
        for variable in map(result_variables().__getitem__, results)
        for region, name, unit, values in _series(results, variable)
        if any(value is not None for value in values)
    ]
    return (*_INDEX, *results["year"].tolist()), rows


def _scenario(scenario: Scenario) -> str:
    """Name a scenario; one with other values is another, so that both may stand in one table."""
    changes = "; ".join(f"{change.path}={change.new}" for change in scenario.document.changes)
    return f"{scenario.name} ({changes})" if changes else scenario.name


def _series(results: Results, variable: Variable) -> Iterator[tuple[str, str, str, list[Any]]]:
    """Yield region, name, unit and values by year of what a variable has."""
    array, unit = results[variable.name], _UNITS[variable.unit]
    here = iamc_region(results.scenario.host)
    if variable.dims == ("year",):
        yield here, variable.iamc, unit, _known(array)
        return
    dimension = variable.dims[0]
    for member, values in zip(results[dimension].tolist(), array, strict=True):
        if dimension == "country":
            yield iamc_region(member), variable.iamc, unit, _known(values)
        else:
            name = f"{variable.iamc}|{_level(dimension, member)}"
            yield here, name, unit, _known(values)


def _level(dimension: str, member: str) -> str:
    """Return the name of a level: Host Government; that of a component as it is written."""
    return member if dimension == "component" else member.replace("_", " ").title()


def _known(values: Any) -> list[Any]:
    return [None if np.isnan(value) else value for value in values.tolist()]
