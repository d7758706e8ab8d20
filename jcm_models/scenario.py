"""The scenario: everything a run needs, as frozen models.

How a file becomes a scenario, and what is said when it cannot, stands in ``reading.py``.
"""

from __future__ import annotations

import datetime
import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    create_model,
    field_validator,
    model_validator,
)

from jcm_models.documents import Document, KeyPath, dotted
from jcm_models.method_catalogue import Method, find_method
from jcm_models.periods import calendar_years, share_of_years
from jcm_models.problems import Place
from jcm_models.rulebook import Partner, partner
from jcm_models.values import InUnit, Value, Written
from jcm_models.variables import PARTIES, Variable, input_variable

__all__ = ["Input", "Scenario", "scenario_model"]

Party = Literal["japan_government", "japan_participants", "host_government", "host_participants"]

_DEFAULT = "default of the workbench"


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


def _default(name: str, value: float) -> Value:
    return InUnit(input_variable(name)).value(Written(value=value, note=_DEFAULT))


class Text(_Section):
    """Words for people, in English and perhaps in Japanese."""

    en: str
    """In English."""
    ja: str | None = None
    """In Japanese."""

    @model_validator(mode="before")
    @classmethod
    def _from_a_bare_text(cls, data: Any) -> Any:
        return {"en": data} if isinstance(data, str) else data

    def in_language(self, language: str) -> str:
        """Return the text in the language, in English where it was not given."""
        return (self.ja or self.en) if language == "ja" else self.en


class Years(_Section):
    """The calendar years that are simulated, both included."""

    first: int = Field(ge=1990, le=2300)
    """First year."""
    last: int = Field(ge=1990, le=2300)
    """Last year."""


class Crediting(_Section):
    """How reductions become credits."""

    start: datetime.date | None = None
    """First day of the crediting period; the first day simulated, unless given."""
    end: datetime.date | None = None
    """Last day of the crediting period; the last day simulated, unless given."""
    discount: Annotated[Value, InUnit(input_variable("crediting.discount"))] = Field(
        default_factory=lambda: _default("crediting.discount", 1.0)
    )
    """Factor that multiplies the reductions; 1 takes nothing away."""
    negative: Literal["carried", "ignored"] = "carried"
    """Whether years above the reference are made good by later years."""
    rounding: Literal["down", "nearest"] = "down"
    """How fractions of a tonne are rounded, per vintage."""


class Reserve(_Section):
    """The reserve that CCS projects withhold against reversals."""

    rate: Annotated[Value, InUnit(input_variable("reserve.rate"))] = Field(
        default_factory=lambda: _default("reserve.rate", 0.0)
    )
    """Share of issued credits withheld; in principle 3 % for CCS and CCUS."""


class Allocation(_Section):
    """How credits are divided among the parties."""

    shares: dict[Party, Annotated[Value, InUnit(input_variable("allocation.shares"))]]
    """Share of each party; together they are 1 in every year."""
    rounding: Literal["largest_remainder", "government_residual", "government_ceiling"] = (
        "largest_remainder"
    )
    """How whole tonnes are made of shares, with the sum kept."""


class Project(_Section):
    """The project: its method and the inputs that method takes."""

    method: str
    """Name of the method; ``jcm new --list`` shows those there are."""


@dataclass(frozen=True)
class Input:
    """One number of a scenario: its key, what it is, its value and where it was written."""

    path: str
    variable: Variable
    value: Value
    place: Place | None


class Scenario(_Section):
    """Everything one run needs, checked; `with_` returns a changed one."""

    title: Text
    """Name of the project."""
    question: Text
    """The question this scenario answers."""
    host: str
    """Partner country as its ISO 3166 alpha-3 code (such as THA)."""
    years: Years
    """The first and the last year simulated."""
    gwp: Literal["AR4", "AR5", "AR6"] = "AR5"
    """Set of global warming potentials the figures are in."""
    project: Project
    """The project: its method and inputs."""
    crediting: Crediting = Crediting()
    """How reductions become credits."""
    reserve: Reserve = Reserve()
    """The reserve against reversals."""
    allocation: Allocation
    """How credits are divided."""
    notebook: str = "reference_vs_bau"
    """The notebook that reports on this scenario."""
    notes: list[str] = Field(default_factory=list)
    """What a reader must know: assumptions, limits, conflicts between sources."""

    _name: str = PrivateAttr(default="scenario")
    _document: Document = PrivateAttr(default_factory=lambda: Document({}, {}))

    @field_validator("host")
    @classmethod
    def _is_a_partner(cls, code: str) -> str:
        return partner(code).code

    @property
    def name(self) -> str:
        """The name of the scenario's file, without its ending."""
        return self._name

    @property
    def document(self) -> Document:
        """What the scenario was read from, with the place of every key."""
        return self._document

    @property
    def partner(self) -> Partner:
        """The partner country."""
        return partner(self.host)

    @property
    def method(self) -> Method:
        """The method of the project."""
        return find_method(self.project.method)

    def with_(self, overrides: Mapping[str, Any]) -> Scenario:
        """Return the scenario with some values replaced, checked again.

        Parameters
        ----------
        overrides : mapping of str to any
            New values by dotted key: ``{"crediting.discount": 0.95}``.

        Returns
        -------
        Scenario
            The changed scenario; this one stays as it is.

        Raises
        ------
        ScenarioError
            With every problem the new values bring; whether the reference still lies below BaU
            is seen when the scenario is simulated.
        """
        # Reading builds scenarios, so it cannot be imported before this module is.
        from jcm_models.reading import changed

        return changed(self, overrides)

    @property
    def calendar_years(self) -> NDArray[np.int64]:
        """The years simulated, shape (year,)."""
        return calendar_years(self.years.first, self.years.last)

    @property
    def share_credited(self) -> NDArray[np.float64]:
        """Share of each year inside the crediting period [1], shape (year,)."""
        return share_of_years(self.calendar_years, self.crediting.start, self.crediting.end)

    def project_values(self) -> dict[str, Value]:
        """Return the inputs that were given to the method, by name."""
        return {
            name: value
            for name in type(self.project).model_fields
            if isinstance(value := getattr(self.project, name), Value)
        }

    def inputs(self) -> Iterator[Input]:
        """Yield every number of the scenario, the project's first."""
        given_values = self.project_values()
        rows = {g.name: g.variable for g in self.method.inputs} if given_values else {}
        for name, value in given_values.items():
            yield self._input(("project", name), rows[name], value)
        yield self._input(
            ("crediting", "discount"), input_variable("crediting.discount"), self.crediting.discount
        )
        yield self._input(("reserve", "rate"), input_variable("reserve.rate"), self.reserve.rate)
        for party, share in self.allocation.shares.items():
            path = ("allocation", "shares", party)
            yield self._input(path, input_variable("allocation.shares"), share)

    def _input(self, path: KeyPath, variable: Variable, value: Value) -> Input:
        place = None if value.note == _DEFAULT else self._document.place(path)
        return Input(dotted(path), variable, value, place)

    def shares(self) -> NDArray[np.float64]:
        """Return the shares of all four parties [1], shape (party, year)."""
        years = self.calendar_years
        zero = np.zeros(years.shape)
        given = self.allocation.shares
        return np.stack([given[p].at(years) if p in given else zero for p in PARTIES])


@functools.cache
def scenario_model(method_name: str) -> type[Scenario]:
    """Return the scenario whose project takes the inputs of one method.

    Raises
    ------
    ValueError
        If there is no such method.
    """
    method = find_method(method_name)
    fields: dict[str, Any] = {}
    for given in method.inputs:
        kind = Annotated[Value, InUnit(given.variable)]
        text = f"{given.variable.label} [{given.unit}]"
        if given.required:
            fields[given.name] = (kind, Field(description=text))
        else:
            fields[given.name] = (kind | None, Field(default=None, description=text))
    project = create_model(
        f"Project_{method.name}",
        __base__=Project,
        __doc__=method.title,
        method=(str, Field(description="Name of the method.")),
        **fields,
    )
    described = (project, Field(description="The project: its method and inputs."))
    return create_model("Scenario", __base__=Scenario, __doc__=Scenario.__doc__, project=described)
