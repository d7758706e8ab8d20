"""What a scenario says of Article 6: what becomes a mitigation outcome, and the two NDCs."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from jcm_models.components import Section
from jcm_models.periods import calendar_years
from jcm_models.values import InUnit, Value
from jcm_models.variables import input_variable
from jcm_models.written import Year

__all__ = ["Article6", "HostNdc", "JapanNdc", "Ndc"]

_Method = Literal["averaging", "trajectory", "multi_year"]
_Target = Literal["bau_relative", "base_year", "cumulative"]


class Ndc(Section):
    """A country's nationally determined contribution, and how it accounts for it."""

    accounting: _Method = "averaging"
    """Corresponding adjustments by averaging, by a trajectory, or over many years."""
    first_year: Year = 2021
    """First year of the implementation period."""
    last_year: Year = 2030
    """Last year of the implementation period: that of the target."""
    target: _Target = "bau_relative"
    """What the target is relative to: BaU of its year, a base year, or BaU of the whole period."""

    emissions: Value | None = None
    """Emissions covered by the NDC in each year, with the project and before adjustments."""
    share: Value | None = None
    """Share below the baseline that the country aims for."""
    baseline: Value | None = None
    """What the share is taken from: BaU emissions, those of the base year, or of the period."""

    def years(self, first: int, last: int) -> NDArray[np.int64]:
        """Return the years simulated and those of the implementation period, shape (year,)."""
        return calendar_years(min(first, self.first_year), max(last, self.last_year))


class HostNdc(Ndc):
    """The NDC of the partner country."""

    emissions: Annotated[Value, InUnit(input_variable("article6.host.emissions"))] | None = None
    """Emissions covered by the NDC in each year, with the project and before adjustments."""
    share: Annotated[Value, InUnit(input_variable("article6.host.share"))] | None = None
    """Share below the baseline that the country aims for."""
    baseline: Annotated[Value, InUnit(input_variable("article6.host.baseline"))] | None = None
    """What the share is taken from: BaU emissions, those of the base year, or of the period."""


class JapanNdc(Ndc):
    """The NDC of Japan."""

    target: _Target = "base_year"
    """What the target is relative to: BaU of its year, a base year, or BaU of the whole period."""
    emissions: Annotated[Value, InUnit(input_variable("article6.japan.emissions"))] | None = None
    """Emissions covered by the NDC in each year, before adjustments."""
    share: Annotated[Value, InUnit(input_variable("article6.japan.share"))] | None = None
    """Share below the baseline that the country aims for."""
    baseline: Annotated[Value, InUnit(input_variable("article6.japan.baseline"))] | None = None
    """What the share is taken from: the emissions of the base year."""


class Article6(Section):
    """What becomes of the credits under Article 6 of the Paris Agreement."""

    authorized: Literal["japan", "none"] = "japan"
    """Whether the credits in the register of Japan are authorized for use, or none are."""
    years_until_use: int = Field(default=0, ge=0, le=50)
    """How many years after its vintage a mitigation outcome counts towards Japan's NDC."""
    host: HostNdc = HostNdc()
    """The NDC of the partner country."""
    japan: JapanNdc = JapanNdc()
    """The NDC of Japan."""
