"""The scenario: everything a run needs, as frozen models.

How a file becomes a scenario, and what is said when it cannot, stands in ``reading.py``.
"""

from __future__ import annotations

import datetime
import functools
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, InstanceOf, PrivateAttr, SerializeAsAny, field_validator

from jcm_models.allocation_settings import PROGRAMMES, Allocation, Division
from jcm_models.article6_settings import Article6
from jcm_models.components import Component, Input, Part, Section
from jcm_models.crediting_settings import DEFAULT, Crediting, default_number
from jcm_models.defaults import Default, default_of
from jcm_models.documents import Document, KeyPath, dotted
from jcm_models.ensemble_settings import Ensemble
from jcm_models.level_settings import OWN, BauSettings, ReferenceSettings, numbers_of
from jcm_models.method_catalogue import find_method
from jcm_models.periods import calendar_years, earliest, share_of_years, years_assessed
from jcm_models.problems import Place
from jcm_models.reserve_settings import Reserve
from jcm_models.rulebook import Partner, Rule, partner, rules_at
from jcm_models.scenario_sections import Combined, Operation, Verified, Years
from jcm_models.storage_settings import Storage
from jcm_models.tables import line_of
from jcm_models.values import InUnit, Value
from jcm_models.variables import Variable, input_variable, result_variables
from jcm_models.wording import in_every_language
from jcm_models.written import Text, Written

__all__ = ["Combined", "Input", "Scenario", "Verified"]

_PARTS = ("project", "components")

_RULES = "rules/general.yaml"
_SECTIONS = (
    "operation",
    "bau",
    "reference",
    "crediting",
    "storage",
    "reserve",
    "allocation",
    "article6",
)
_BY_CATEGORY = {"shares", "weights", "floors", "risk_table"}
# The one partner whose rule for reserves is published.
_RESERVES = "IDN"

# Every target below BaU in the table of defaults is one for 2030.
_NDC_TARGET_YEAR = 2030


def _of_phase(row: Variable, number: int) -> Variable:
    """Return what a number of a phase is, named by the phase."""
    phase = result_variables()["allocation_phase"]
    return replace(
        row,
        label=f"{row.label} ({phase.label.lower()} {number})",
        label_ja=f"{row.label_ja}（{phase.label_ja} {number}）",
    )


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
    storage: Storage = Storage()
    """CO2 under ground: sites, how they may leak, monitoring."""
    reserve: Reserve = Reserve()
    """The reserve against reversals."""
    allocation: Allocation
    """How credits are divided."""
    article6: Article6 = Article6()
    """What becomes a mitigation outcome, and both countries' NDCs."""
    ensemble: Ensemble = Ensemble()
    """What its uncertain numbers have in common, and what else is tried."""
    notebook: str | list[str] = "reference_vs_bau"
    """The notebook that reports on this scenario, or several."""
    names: dict[str, Text] = Field(default_factory=dict)
    """What its own names are called: of contributions, sites, choices, what an average is of."""
    notes: list[Text] = Field(default_factory=list)
    """What a reader must know: assumptions, limits, conflicts between sources."""

    _name: str = PrivateAttr(default="scenario")
    _document: Document = PrivateAttr(default_factory=lambda: Document({}, {}))

    def __reduce__(self) -> tuple[Any, ...]:
        """Go to another process as what was read: the models of methods are made anew there."""
        from jcm_models.reading import from_document

        return from_document, (self._document, self._name)

    @field_validator("host")
    @classmethod
    def _is_a_partner(cls, code: str) -> str:
        return partner(code).code

    @property
    def notebooks(self) -> tuple[str, ...]:
        """The notebooks that report on this scenario."""
        return (self.notebook,) if isinstance(self.notebook, str) else tuple(self.notebook)

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

    @property
    def injects(self) -> bool:
        """Whether carbon dioxide is injected, so that credits arise only meanwhile (K5)."""
        return any(part.method.name == "co2_storage" for part in self.parts)

    @property
    def keeps_account(self) -> bool:
        """Whether anything may leave the reserve: CO2 is stored, or the reserve is released."""
        return self.injects or self.reserve.release_after is not None

    @property
    def leak_table(self) -> Path | None:
        """The file of a leak table of its own, beside the scenario's."""
        leakage = self.storage.leakage
        if leakage is None or leakage.table is None:
            return None
        files = self.document.files
        return files[0].parent / leakage.table if files else Path(leakage.table)

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
        return self._share_between(self.crediting.start, self.crediting.end)

    def _share_between(
        self, first: datetime.date | None, last: datetime.date | None
    ) -> NDArray[np.float64]:
        years, operation = self.calendar_years, self.operation
        starts = [day for day in (operation.start, first) if day is not None]
        both = share_of_years(years, max(starts, default=None), earliest((operation.ends, last)))
        by_days = np.broadcast_to(share_of_years(years, first, last), both.shape)
        operating = self.share_operating
        return np.divide(both, operating, out=by_days.copy(), where=operating > 0)

    @property
    def verified(self) -> Verified:
        """What is verified, by monitoring period and vintage (T3)."""
        years, periods = self.calendar_years, self.crediting.monitoring
        if not periods:
            return Verified(np.arange(years.size), years, self.share_credited)
        found = []
        for number, period in enumerate(periods):
            inside = (years >= period.from_.year) & (years <= period.to.year)
            share = self._share_between(period.from_, period.to)
            found.append((np.full(years.shape, number)[inside], years[inside], share[..., inside]))
        return Verified(*(np.concatenate(part, axis=-1) for part in zip(*found, strict=True)))

    @property
    def share_operating(self) -> NDArray[np.float64]:
        """Share of each year in which the project operates [1], shape (year,) or (sample, year)."""
        return share_of_years(self.calendar_years, self.operation.start, self.operation.ends)

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
    def reserve_default(self) -> Input:
        """The rate of the reserve where none is given: by the rule where CO2 is stored."""
        row = input_variable("reserve.rate")
        if not self.injects:
            return Input(row.name, row, default_number(row.name, 0.0), None, is_default=True)
        day = self.crediting.start or datetime.date(self.years.first, 1, 1)
        own = rules_at(self.host, day).get("ccs_reserve_rate")
        rule = own or rules_at(_RESERVES, datetime.date.max)["ccs_reserve_rate"]
        written = Written(
            value=float(rule.value),
            source=rule.source,
            standing="published" if own else "assumed",
            note=None if own else Text(**in_every_language("table.rule_of_indonesia")),
        )
        place = Place(f"jcm_models/{_RULES}", line_of(_RULES, ("rules", rule.name)))
        return Input(row.name, row, InUnit(row).value(written), place, is_default=True)

    @property
    def reserve_rates(self) -> NDArray[np.float64]:
        """Share of issued credits withheld as reserve in each year [1], shape (year,)."""
        return self.reserve.rate_at(self.calendar_years, self.reserve_default.value)

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
            for given in part.inputs(self._document.place):
                yield replace(given, names=self.names) if self.names else given
        for name in _SECTIONS:
            for path, value in numbers_of(getattr(self, name), (name,)):
                yield self._input(path, value)
        if self.reserve.rate is None and self.reserve.risk_table is None:
            yield self.reserve_default
        yield from self._programme_floors()
        default = self._ndc_default
        if self.reference.ndc and self.reference.ndc.reduction is None and default:
            row = input_variable("reference.ndc.reduction")
            yield Input(row.name, row, default.value, default.place, is_default=True)

    def _input(self, path: KeyPath, value: Value) -> Input:
        row, category = self._row_of(path)
        ours = value.note is not None and value.note.en == DEFAULT
        place = None if ours else self._document.place(path)
        return Input(dotted(path), row, value, place, category, is_default=ours, names=self.names)

    def _row_of(self, path: KeyPath) -> tuple[Variable, str]:
        """Return what a number is, and the party, kind or name it is given for."""
        if path[:2] == ("allocation", "contributions"):
            given = (self.allocation.contributions or {})[path[2]]
            row = input_variable(dotted((*path[:2], *path[3:])))
            return given.variable(row), path[2]
        if path[:2] == ("storage", "sites"):
            return input_variable("storage.sites.share"), path[2]
        phased = path[:2] == ("allocation", "phases")
        key = (*path[:2], *path[3:]) if phased else path
        by = key[-2] in _BY_CATEGORY
        # A phase takes what a single division takes.
        row = input_variable(dotted((key[0], key[-2]) if by else key))
        return (_of_phase(row, int(path[2]) + 1) if phased else row), key[-1] if by else ""

    def _programme_floors(self) -> Iterator[Input]:
        for path, division in self.allocation.divisions():
            rule, floor = self._programme_rule(division), self.programme_floor(division)
            if division.programme and rule and floor:
                row, party = self._row_of((*path, "floors", PROGRAMMES[division.programme][0]))
                place = Place(f"jcm_models/{_RULES}", line_of(_RULES, ("rules", rule.name)))
                key = dotted((*path, "programme"))
                yield Input(key, row, floor, place, party, is_default=True)

    def _programme_rule(self, division: Division) -> Rule | None:
        """Return the rule of its programme of support that applied when crediting began."""
        if division.programme is None:
            return None
        day = self.crediting.start or datetime.date(self.years.first, 1, 1)
        return rules_at(self.host, day).get(PROGRAMMES[division.programme][1])

    def programme_floor(self, division: Division) -> Value | None:
        """Return the least share that the rule of its programme of support asks for [1]."""
        rule = self._programme_rule(division)
        if rule is None:
            return None
        note = Text(en=rule.note, ja=rule.note_ja or None) if rule.note else None
        written = Written(value=float(rule.value), source=rule.source, note=note)
        return InUnit(input_variable("allocation.floors")).value(written)
