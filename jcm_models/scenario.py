"""The scenario: everything a run needs, as frozen models.

How a file becomes a scenario, and what is said when it cannot, stands in ``reading.py``.
"""

from __future__ import annotations

import datetime
import functools
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, InstanceOf, PrivateAttr, SerializeAsAny, field_validator

from jcm_models.components import Component, Input, Part, Section, Text
from jcm_models.defaults import Default, default_of
from jcm_models.documents import Document, KeyPath, dotted
from jcm_models.level_settings import OWN, BauSettings, ReferenceSettings, numbers_of
from jcm_models.method_catalogue import find_method
from jcm_models.periods import calendar_years, last_day, share_of_years, years_assessed
from jcm_models.rulebook import Partner, partner
from jcm_models.values import InUnit, Value
from jcm_models.variables import PARTIES, input_variable
from jcm_models.written import Written

__all__ = ["Combined", "Input", "Scenario"]

Party = Literal["japan_government", "japan_participants", "host_government", "host_participants"]

_DEFAULT = "default of the workbench"
_PARTS = ("project", "components")

# Every target below BaU in the table of defaults is one for 2030.
_NDC_TARGET_YEAR = 2030


def _default(name: str, value: float) -> Value:
    return InUnit(input_variable(name)).value(Written(value=value, note=_DEFAULT))


Day: TypeAlias = Annotated[
    datetime.date, Field(ge=datetime.date(1900, 1, 1), le=datetime.date(2300, 12, 31))
]


class Years(Section):
    """The calendar years that are simulated, both included."""

    first: int = Field(ge=1990, le=2300)
    """First year."""
    last: int = Field(ge=1990, le=2300)
    """Last year."""


class Crediting(Section):
    """How reductions become credits."""

    start: Day | None = None
    """First day of the crediting period; the first day simulated, unless given."""
    end: Day | None = None
    """Last day of the crediting period; the last day simulated, unless given."""
    renewals: tuple[Day, ...] = ()
    """Days on which the crediting period is renewed and the reference assessed anew."""
    discount: Annotated[Value, InUnit(input_variable("crediting.discount"))] = Field(
        default_factory=lambda: _default("crediting.discount", 1.0)
    )
    """Factor that multiplies the reductions; 1 takes nothing away."""
    negative: Literal["carried", "ignored"] = "carried"
    """Whether years above the reference are made good by later years."""
    rounding: Literal["down", "nearest"] = "down"
    """How fractions of a tonne are rounded, per vintage."""


class Reserve(Section):
    """The reserve that CCS projects withhold against reversals."""

    rate: Annotated[Value, InUnit(input_variable("reserve.rate"))] = Field(
        default_factory=lambda: _default("reserve.rate", 0.0)
    )
    """Share of issued credits withheld; in principle 3 % for CCS and CCUS."""


class Allocation(Section):
    """How credits are divided among the parties."""

    shares: dict[Party, Annotated[Value, InUnit(input_variable("allocation.shares"))]]
    """Share of each party; together they are 1 in every year."""
    rounding: Literal["largest_remainder", "government_residual", "government_ceiling"] = (
        "largest_remainder"
    )
    """How whole tonnes are made of shares, with the sum kept."""


class Operation(Section):
    """When the project operates; without it, in every year simulated."""

    start: Day | None = None
    """First day of operation; yearly amounts count for the rest of that year."""
    lifetime: Annotated[Value, InUnit(input_variable("operation.lifetime"))] | None = None
    """Years of operation."""

    @property
    def end(self) -> datetime.date | None:
        """Last day of operation, where start and lifetime are known."""
        if self.start is None or self.lifetime is None:
            return None
        return last_day(self.start, self.lifetime.points[0])


class Combined(Section):
    """A project that combines several methods."""

    components: dict[str, SerializeAsAny[InstanceOf[Component]]]
    """The parts of the project by name: each a method and its inputs."""


class Scenario(Section):
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
    project: SerializeAsAny[InstanceOf[Component] | InstanceOf[Combined]]
    """The project: its method and inputs, or its components."""
    operation: Operation = Operation()
    """When the project operates."""
    bau: BauSettings = BauSettings()
    """How business-as-usual emissions move over time."""
    reference: ReferenceSettings = ReferenceSettings()
    """How reference emissions are set."""
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

    @functools.cached_property
    def parts(self) -> tuple[Part, ...]:
        """The components of the project; a project of one method is its own only component."""
        chosen = (("gwp", self.gwp), ("host", self.host))
        from_bau = self.reference.own == "not_used"
        if isinstance(self.project, Component):
            found = find_method(self.project.method)
            return (Part(found.name, ("project",), found, self.project, chosen, from_bau),)
        return tuple(
            Part(name, (*_PARTS, name), find_method(s.method), s, chosen, from_bau)
            for name, s in self.project.components.items()
        )

    @functools.cached_property
    def is_levelled(self) -> bool:
        """Whether BaU or reference are set by more than the inputs of the methods."""
        more = self.reference.rules != (OWN,) or self.reference.above_bau == "lowered"
        return more or any(numbers_of(self.bau, ("bau",)))

    @property
    def is_combined(self) -> bool:
        """Whether results by component, or by rule of the reference, say more than the totals."""
        return len(self.parts) != 1 or self.is_levelled

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
        """Share of the reductions of each year inside the crediting period [1], shape (year,).

        Reductions arise while the project operates: of a year in which it starts in July, what
        lies in the crediting period is counted from July on. Where it does not operate, what
        still arises (waste not put into a landfill long ago) is counted by days of the year.
        """
        years, operation, period = self.calendar_years, self.operation, self.crediting
        operating = self.share_operating
        starts = [day for day in (operation.start, period.start) if day is not None]
        ends = [day for day in (operation.end, period.end) if day is not None]
        both = share_of_years(years, max(starts, default=None), min(ends, default=None))
        by_days = share_of_years(years, period.start, period.end)
        return np.divide(both, operating, out=by_days, where=operating > 0)

    @property
    def share_operating(self) -> NDArray[np.float64]:
        """Share of each year in which the project operates [1], shape (year,)."""
        return share_of_years(self.calendar_years, self.operation.start, self.operation.end)

    @property
    def years_assessed(self) -> NDArray[np.int64]:
        """The year in which the reference of each year was assessed, shape (year,)."""
        years = self.calendar_years
        if self.reference.assessed == "yearly":
            return years
        return years_assessed(years, tuple(day.year for day in self.crediting.renewals))

    @property
    def ndc_reduction(self) -> Value | None:
        """Share below BaU in the target year of the partner's NDC, as given or by default [1]."""
        ndc = self.reference.ndc
        if ndc is None or ndc.reduction is not None:
            return ndc.reduction if ndc else None
        default = self._ndc_default
        return default.value if default else None

    @property
    def _ndc_default(self) -> Default | None:
        return default_of(input_variable("reference.ndc.reduction"), {"host": self.host})

    @property
    def ndc_years(self) -> tuple[int, int]:
        """The year in which the reduction of the NDC is nothing, and its target year."""
        ndc = self.reference.ndc
        since = ndc.since if ndc else None
        target = ndc.target_year if ndc else None
        return (
            self.years.first if since is None else since,
            _NDC_TARGET_YEAR if target is None else target,
        )

    def inputs(self) -> Iterator[Input]:
        """Yield every number of the scenario, the project's first, defaults among them."""
        for part in self.parts:
            yield from part.inputs(self._document.place)
        for name in ("operation", "bau", "reference", "crediting", "reserve", "allocation"):
            for path, value in numbers_of(getattr(self, name), (name,)):
                yield self._input(path, value)
        default = self._ndc_default
        if self.reference.ndc and self.reference.ndc.reduction is None and default:
            row = input_variable("reference.ndc.reduction")
            yield Input(row.name, row, default.value, default.place, is_default=True)

    def _input(self, path: KeyPath, value: Value) -> Input:
        by = path[-1] if path[-2] in {"shares", "weights"} else ""
        row = input_variable(dotted(path[:-1] if by else path))
        ours = value.note == _DEFAULT
        place = None if ours else self._document.place(path)
        return Input(dotted(path), row, value, place, by, is_default=ours)

    def shares(self) -> NDArray[np.float64]:
        """Return the shares of all four parties [1], shape (party, year)."""
        years = self.calendar_years
        zero = np.zeros(years.shape)
        given = self.allocation.shares
        return np.stack([given[p].at(years) if p in given else zero for p in PARTIES])
