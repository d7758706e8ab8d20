"""Small sections of a scenario: its years, when the project operates, what is verified together."""

from __future__ import annotations

import datetime
from typing import Annotated, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, InstanceOf, SerializeAsAny

from jcm_models.components import Component, Section
from jcm_models.crediting_settings import Day
from jcm_models.periods import last_day, last_days
from jcm_models.values import InUnit, Value
from jcm_models.variables import input_variable

__all__ = ["Combined", "Operation", "Verified", "Years"]


class Years(Section):
    """The calendar years that are simulated, both included."""

    first: int = Field(ge=1990, le=2300)
    """First year."""
    last: int = Field(ge=1990, le=2300)
    """Last year."""


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

    @property
    def ends(self) -> datetime.date | NDArray[np.int64] | None:
        """Last day of operation; that of each sample, counted in days, if the lifetime is drawn."""
        if self.start is None or self.lifetime is None or self.lifetime.drawn is None:
            return self.end
        return last_days(self.start, self.lifetime.number)


class Verified(NamedTuple):
    """What is verified together: of each vintage the monitoring period and its share of the year.

    In order of time, each of shape (issuance,); `share` has the dimension sample in front where it
    was drawn. Without monitoring periods every year is verified by itself, and `period` counts the
    years.
    """

    period: NDArray[np.int64]
    vintage: NDArray[np.int64]
    share: NDArray[np.float64]


class Combined(Section):
    """A project that combines several methods."""

    components: dict[str, SerializeAsAny[InstanceOf[Component]]]
    """The parts of the project by name: each a method and its inputs."""
