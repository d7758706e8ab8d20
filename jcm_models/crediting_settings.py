"""What a scenario says of crediting: its period, what is monitored when, and how it is rounded."""

from __future__ import annotations

import datetime
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from jcm_models.components import Section
from jcm_models.values import InUnit, Value
from jcm_models.variables import input_variable
from jcm_models.written import Text, Written

__all__ = ["DEFAULT", "Crediting", "Day", "MonitoringPeriod", "default_number"]

DEFAULT = "default of the workbench"

Day: TypeAlias = Annotated[
    datetime.date, Field(ge=datetime.date(1900, 1, 1), le=datetime.date(2300, 12, 31))
]


def default_number(name: str, value: float) -> Value:
    """Return the number that an input has where nobody gives it, marked as a default."""
    return InUnit(input_variable(name)).value(Written(value=value, note=Text(en=DEFAULT)))


class MonitoringPeriod(Section):
    """A span that is monitored, verified and issued together; vintage by vintage."""

    from_: Day = Field(alias="from")
    """First day monitored."""
    to: Day
    """Last day monitored."""
    issued: Day | None = None
    """Day on which the credits are issued."""


class Crediting(Section):
    """How reductions become credits."""

    start: Day | None = None
    """First day of the crediting period; the first day simulated, or of injection, unless given."""
    end: Day | None = None
    """Last day of the crediting period; the last day simulated, or of injection, unless given."""
    renewals: tuple[Day, ...] = ()
    """Days on which the crediting period is renewed and the reference assessed anew."""
    monitoring: tuple[MonitoringPeriod, ...] = ()
    """Monitoring periods in order of time; without them every year is issued by itself."""
    project_margin: Annotated[Value, InUnit(input_variable("crediting.project_margin"))] | None = (
        None
    )
    """Share by which project emissions are calculated above the actual; none unless given."""
    discount: Annotated[Value, InUnit(input_variable("crediting.discount"))] = Field(
        default_factory=lambda: default_number("crediting.discount", 1.0)
    )
    """Factor that multiplies the reductions; 1 takes nothing away."""
    negative: Literal["carried", "ignored"] = "carried"
    """Whether years above the reference are made good by later years."""
    rounding: Literal["down", "nearest"] = "down"
    """How fractions of a tonne are rounded, per vintage and issuance."""
