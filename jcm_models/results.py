"""What a run returns: named arrays inside, an xarray Dataset outside."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from jcm_models.issuances import Issuance, issuances_of
from jcm_models.level_settings import OWN, numbers_of
from jcm_models.reserve.account import BEARERS
from jcm_models.rulebook import JAPAN
from jcm_models.scenario import Scenario
from jcm_models.strict_yaml import dotted
from jcm_models.variables import PARTIES, Variable, result_variables

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["COORDINATES", "Named", "Portfolio", "Results", "attributes", "described", "inputs_of"]
__all__ += ["labels"]


class Named(Mapping[str, NDArray[Any]]):
    """Arrays by name, in the order in which they were computed."""

    arrays: Mapping[str, NDArray[Any]]

    def __getitem__(self, name: str) -> NDArray[Any]:
        """Return an array."""
        return self.arrays[name]

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names."""
        return iter(self.arrays)

    def __len__(self) -> int:
        """Count the arrays."""
        return len(self.arrays)


@dataclass(frozen=True)
class Results(Named):
    """Arrays by name, over ``year`` and ``party``; an app reads them, `to_dataset` labels them.

    Parameters
    ----------
    scenario : Scenario
        What was simulated.
    arrays : mapping of str to array
        By the name of the variable; dimensions as the table of variables says.
    by_issuance : mapping of str to array
        What `issuances` lists, shape (issuance,) or (party, issuance).
    """

    scenario: Scenario
    arrays: Mapping[str, NDArray[Any]]
    by_issuance: Mapping[str, NDArray[Any]]

    def __getitem__(self, name: str) -> NDArray[Any]:
        """Return a variable, or the coordinate ``year``, ``party``, ``country`` and others."""
        if name in self.arrays:
            return self.arrays[name]
        if name == "year":
            return self.scenario.calendar_years
        if name == "component":
            return np.array([part.name for part in self.scenario.parts])
        if name == "rule":
            return np.array(self.scenario.reference.rules)
        if name == "party":
            return np.array(PARTIES)
        if name == "bearer":
            return np.array(BEARERS)
        if name == "country":
            return np.array([self.scenario.host, JAPAN])
        raise KeyError(name)

    def issuances(self) -> list[Issuance]:
        """Return what is issued, by monitoring period and vintage, for a ledger to book.

        Their sums over a vintage are ``credits_issued``, ``reserve_withheld`` and ``credits``.
        """
        return list(issuances_of(self.scenario, self.by_issuance))

    def to_dataset(self) -> xr.Dataset:
        """Return the results as a labelled Dataset, with units, sources and the inputs (D1, D2)."""
        import xarray as xr

        variables = {name: described(name, self.scenario) for name in self}
        used = {dim for variable in variables.values() for dim in variable.dims}
        return xr.Dataset(
            {name: (row.dims, self[name], labels(row)) for name, row in variables.items()},
            coords={
                name: (name, self[name], attributes)
                for name, attributes in COORDINATES.items()
                if name in used
            },
            attrs=attributes(self.scenario),
        )


COORDINATES = {
    "year": {"calendar": "gregorian", "long_name": "Year"},
    "party": {"long_name": "Party"},
    "country": {"long_name": "Country whose NDC is adjusted"},
    "bearer": {"long_name": "Who makes a reversal good"},
    "component": {"long_name": "Component of the project"},
    "rule": {"long_name": "Rule that sets the reference"},
}


@dataclass(frozen=True)
class Portfolio(Named):
    """Arrays of many projects by name, shape (project, ..., year).

    Parameters
    ----------
    scenarios : tuple of Scenario
        The projects.
    years : array of int, shape (year,)
        All years that any of them covers.
    arrays : mapping of str to array
        By the name of the variable.
    """

    scenarios: tuple[Scenario, ...]
    years: NDArray[np.int64]
    arrays: Mapping[str, NDArray[Any]]

    def to_dataset(self) -> xr.Dataset:
        """Return a labelled Dataset over project, party and year (D1, D2)."""
        import xarray as xr

        from jcm_models import __version__

        rows = {name: result_variables()[name] for name in self}
        names = [scenario.name for scenario in self.scenarios]
        return xr.Dataset(
            {n: (("project", *row.dims), self[n], labels(row)) for n, row in rows.items()},
            coords={
                "project": ("project", names, {"long_name": "Project"}),
                "host": ("project", [scenario.host for scenario in self.scenarios]),
                "year": ("year", self.years, COORDINATES["year"]),
                "party": ("party", np.array(PARTIES), COORDINATES["party"]),
            },
            attrs={
                "gwp": self.scenarios[0].gwp,
                "unknown": "NaN where business as usual of a project is not known (E2)",
                "inputs": json.dumps({s.name: list(inputs_of(s)) for s in self.scenarios}),
                "seed": _SEED,
                "code_version": __version__,
                "history": f"jcm_models {__version__}: simulate_all({len(names)} scenarios)",
            },
        )


_SEED = "none: every input stands at its value, a distribution at its mean"


def labels(variable: Variable) -> dict[str, str]:
    """Return what a Dataset says of a variable (D2)."""
    return {
        "units": variable.unit,
        "long_name": variable.label,
        "long_name_ja": variable.label_ja,
        "kind": variable.kind,
        "equation": variable.equation,
        "inputs": json.dumps(variable.inputs),
        "source": variable.source,
    }


def described(name: str, scenario: Scenario) -> Variable:
    """Return what a variable is, with the equation that the scenario gives it.

    A project of one method has that method's equations; one of several components adds them up;
    where rules set the reference, it is theirs.
    """
    variable = result_variables()[name]
    if name == "allocation_share":
        return _of_shares(variable, scenario)
    if name not in _EMISSIONS:
        return _of_rules(variable, scenario) if name == "reference_by_rule" else variable
    if scenario.is_combined:
        return _of_components(variable, scenario)
    (part,) = scenario.parts
    equation = part.method.equations.get(name)
    if equation is None and part.method.equations:
        return replace(variable, equation="0: the method has none", inputs=())
    used = part.method.inputs_of(name)
    return replace(
        variable,
        equation=equation.plain if equation else f"{part.method.name}({', '.join(used)})",
        math=equation.math if equation else "",
        inputs=tuple(dotted((*part.path, given)) for given in used),
        source=equation.source if equation else part.method.source,
    )


_EMISSIONS = ("bau_emissions", "reference_emissions", "project_emissions", "leakage_emissions")


def _of_components(variable: Variable, scenario: Scenario) -> Variable:
    component = f"component_{variable.name}"
    if variable.name == "reference_emissions" and scenario.reference.rules != (OWN,):
        how = scenario.reference.combine
        several = len(scenario.reference.rules) > 1
        equation = f"{how} of reference_by_rule over the rules" if several else "reference_by_rule"
        weights = ("reference.weights",) if scenario.reference.weights else ()
        return _lowered(variable, scenario, equation, ("reference_by_rule", *weights))
    if variable.name == "bau_emissions" and scenario.is_levelled:
        numbers = [dotted(path) for path, _ in numbers_of(scenario.bau, ("bau",))]
        own = () if scenario.bau.emissions is not None else (component,)
        factors = [n for n in numbers if n != "bau.emissions"]
        base = "bau.emissions" if not own else f"sum of {component} over the components"
        equation = " * ".join([base, *({f"factor of {n.split('.')[1]}": None for n in factors})])
        return replace(variable, equation=equation, inputs=(*own, *numbers))
    return _lowered(variable, scenario, f"sum of {component} over the components", (component,))


_OF_CONTRIBUTIONS = (
    "allocation.contributions",
    "allocation.weights",
    "allocation.floors",
    "allocation.programme",
)


def _of_shares(variable: Variable, scenario: Scenario) -> Variable:
    """Say how the shares arise: given, by contribution, agreed, or by the phase in force."""
    allocation = scenario.allocation
    if allocation.agreed is not None:
        text = "allocation.agreed of the party / allocation.agreed of all, by vintage"
        return replace(variable, equation=text, math="", inputs=())
    if allocation.phases is not None:
        text = "as the phase in force divides: its shares, or the contributions by its rule"
        names = ("allocation_phase", "allocation.phases", "allocation.contributions")
        return replace(variable, equation=text, math="", inputs=names)
    if not allocation.by_contributions:
        return variable
    weights = "weighted " if allocation.rule == "weighted" else ""
    made = " made by then" if allocation.counted == "to_date" else ""
    return replace(
        variable,
        equation=f"max(floor of the party, t * {weights}contributions of the party{made}), "
        "with the t for which the shares add up to 1",
        math=r"s_{p,y} = \max\left( f_p, t_y \sum_{c \in p} w_c \, a_c \right) , \quad "
        r"\sum_p s_{p,y} = 1",
        inputs=_OF_CONTRIBUTIONS,
    )


def _lowered(
    variable: Variable, scenario: Scenario, equation: str, inputs: tuple[str, ...]
) -> Variable:
    """Say that a reference is lowered to BaU, where the scenario asks for it."""
    settings = scenario.reference
    if variable.name == "reference_emissions" and settings.above_bau == "lowered":
        equation, inputs = f"min({equation}, bau_emissions)", (*inputs, "bau_emissions")
    return replace(variable, equation=equation, inputs=inputs)


def _of_rules(variable: Variable, scenario: Scenario) -> Variable:
    numbers = tuple(dotted(path) for path, _ in numbers_of(scenario.reference, ("reference",)))
    if scenario.reference.ndc and scenario.reference.ndc.reduction is None:
        numbers = (*numbers, "reference.ndc.reduction")
    own = ("component_reference_emissions",) if OWN in scenario.reference.rules else ()
    bau = ("bau_emissions",) if set(scenario.reference.rules) - {OWN} else ()
    return replace(
        variable,
        equation="each rule by itself: own inputs of the methods, or BaU less what the rule says",
        inputs=(*own, *bau, *numbers),
    )


def attributes(scenario: Scenario) -> dict[str, Any]:
    """Return what a Dataset says of the scenario that it comes from (D2)."""
    from jcm_models import __version__

    changes = scenario.document.changes
    return {
        "title": scenario.title.en,
        "scenario": scenario.name,
        "host": scenario.host,
        "method": ", ".join(dict.fromkeys(part.method.name for part in scenario.parts)),
        "components": json.dumps({part.name: part.method.name for part in scenario.parts}),
        "reference": scenario.reference.combine + " of " + ", ".join(scenario.reference.rules),
        "reference_own": scenario.reference.own,
        "reference_assessed": json.dumps(scenario.years_assessed.tolist()),
        "operation": _operation(scenario),
        "unknown": _unknown(scenario),
        "gwp": scenario.gwp,
        "inputs": json.dumps(list(inputs_of(scenario)), ensure_ascii=False),
        "overrides": json.dumps([[c.path, str(c.old), str(c.new)] for c in changes]),
        "seed": _SEED,
        "code_version": __version__,
        "history": f"jcm_models {__version__}: simulate({scenario.name})",
    }


def _unknown(scenario: Scenario) -> str:
    """Say for which country a balance is not known, where it is for the other (D4)."""
    ndcs = {scenario.host: scenario.article6.host, JAPAN: scenario.article6.japan}
    missing = [country for country, ndc in ndcs.items() if ndc.emissions is None]
    if len(missing) != 1:
        return ""
    return f"emissions_balance is NaN for {missing[0]}, whose emissions are not given"


def _operation(scenario: Scenario) -> str:
    start, end = scenario.operation.start, scenario.operation.end
    if start is None:
        return ""
    return f"{start} to {end}" if end else f"from {start}"


def inputs_of(scenario: Scenario) -> Iterator[dict[str, Any]]:
    """Yield every number of the scenario as plain data: unit, source, standing, place."""
    years = scenario.calendar_years
    for given in scenario.inputs():
        value = given.value
        moving = bool(value.years) or value.since is not None
        series = {str(y): p for y, p in zip(value.years, value.points, strict=False)}
        yield {
            "path": given.path,
            "label": given.variable.label,
            "written": value.written,
            "value": series or value.points[0],
            "variable": given.variable.name,
            "by_year": value.at(years).tolist() if moving else None,
            "unit": value.unit,
            "shown_unit": given.variable.shown_unit,
            "interpolate": value.interpolate if value.years else None,
            "standing": value.standing,
            "source": value.source,
            "note": value.note.en if value.note else None,
            "place": str(given.place) if given.place else None,
            "default": given.is_default,
        }
