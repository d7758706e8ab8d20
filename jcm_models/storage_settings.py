"""What a scenario says of stored CO2: its sites, how it may leak, and how long it is monitored."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field

from jcm_models.components import Section
from jcm_models.values import InUnit, Value
from jcm_models.variables import input_variable
from jcm_models.written import Year

__all__ = ["Dependence", "Events", "Leakage", "Monitoring", "Site", "Storage"]

Regime: TypeAlias = Literal["well_regulated_offshore", "poorly_regulated_onshore", "base_case"]


class Site(Section):
    """A place where CO2 is injected."""

    share: Annotated[Value, InUnit(input_variable("storage.sites.share"))]
    """Share of what the project injects while all sites inject; together they are 1."""
    basin: str = Field(default="basin", pattern=r"^[A-Za-z][\w -]{0,39}$")
    """The basin it lies in; sites of one basin may leak together."""
    first: Year | None = None
    """First year of injection; the project's first unless given."""
    last: Year | None = None
    """Last year of injection; the project's last unless given."""


class Leakage(Section):
    """How stored CO2 leaks over time."""

    model: Literal["security_calculator", "constant", "decaying", "table", "pool"]
    """Storage Security Calculator, constant or decaying share, table, or yearly chance (pool)."""
    regime: Regime | None = None
    """Published set of parameters of the Storage Security Calculator."""
    blowouts: Literal["expected", "events"] = "expected"
    """Whether its blow-outs are spread over time as expectations, or happen as events."""
    rate: Annotated[Value, InUnit(input_variable("storage.leakage.rate"))] | None = None
    """Share of the stored CO2 that leaks in a year; where it decays, while CO2 is injected."""
    floor: Annotated[Value, InUnit(input_variable("storage.leakage.floor"))] | None = None
    """Share of the rate that never decays."""
    decay: Annotated[Value, InUnit(input_variable("storage.leakage.decay"))] | None = None
    """Speed at which the rest of the rate decays after injection."""
    probability: Annotated[Value, InUnit(input_variable("storage.leakage.probability"))] | None = (
        None
    )
    """Of the pool: probability of an event in a year, one at most."""
    loss: Annotated[Value, InUnit(input_variable("storage.leakage.loss"))] | None = None
    """Of the pool: share of all that is injected by then which an event lets escape."""
    table: str | None = None
    """A csv file with years since the start of injection and the share that leaks in each."""


class Events(Section):
    """Leaks that happen at once, beside those of the model."""

    per_year: Annotated[Value, InUnit(input_variable("storage.events.per_year"))]
    """Expected number a year at each site."""
    mass: Annotated[Value, InUnit(input_variable("storage.events.mass"))]
    """CO2 that each lets escape, usually a distribution."""


class Dependence(Section):
    """How sites depend on each other."""

    kind: Literal["independent", "identical", "copula", "frailty", "common_shock"] = "independent"
    """Not at all, all alike, by correlated parameters, by a rate that a basin shares, by shocks."""
    correlation: Annotated[float, Field(ge=-1, le=1)] | tuple[tuple[float, ...], ...] | None = None
    """Correlation of the parameters of any two sites, or the matrix of all; for kind: copula."""
    shape: Annotated[Value, InUnit(input_variable("storage.dependence.shape"))] | None = None
    """Shape of the gamma distribution, of mean 1, that multiplies a basin's rate of events."""
    shocks_per_year: (
        Annotated[Value, InUnit(input_variable("storage.dependence.shocks_per_year"))] | None
    ) = None
    """Expected number of shocks a year in each basin; the mass is that of the events."""
    hit_share: Annotated[Value, InUnit(input_variable("storage.dependence.hit_share"))] | None = (
        None
    )
    """Probability that a shock lets a site of its basin leak."""

    @property
    def shocks_at_a_site(self) -> Any:
        """Expected number of shocks that let a site leak in a year [1/yr]."""
        if self.shocks_per_year is None or self.hit_share is None:
            return 0.0
        return self.shocks_per_year.number * self.hit_share.number


class Monitoring(Section):
    """What follows the injection, and when the project is complete."""

    preparatory: Annotated[Value, InUnit(input_variable("storage.monitoring.preparatory"))]
    """Years of the termination-preparatory period, at least."""
    after_termination: Annotated[
        Value, InUnit(input_variable("storage.monitoring.after_termination"))
    ]
    """Years of the post-termination period, at least."""
    leak_rate_below: (
        Annotated[Value, InUnit(input_variable("storage.monitoring.leak_rate_below"))] | None
    ) = None
    """Share of the stored CO2 a year; termination waits until less than this leaks."""
    for_years: Annotated[int, Field(ge=1, le=1000)] = 1
    """For how many years in a row."""


class Storage(Section):
    """CO2 under ground, from the first injection on."""

    sites: Annotated[int, Field(ge=1, le=1000)] | dict[str, Site] = 1
    """How many equal sites, or each by its name."""
    basins: Annotated[int, Field(ge=1, le=1000)] = 1
    """Over how many basins equal sites are spread."""
    leakage: Leakage | None = None
    """How it leaks; without it nothing does."""
    events: Events | None = None
    """Leaks that happen at once."""
    dependence: Dependence = Dependence()
    """How sites depend on each other."""
    monitoring: Monitoring | None = None
    """What follows the injection; without it the site is monitored in all years simulated."""

    @property
    def can_leak(self) -> bool:
        """Whether anything is said of how stored CO2 leaks."""
        return self.leakage is not None or self.events is not None

    @property
    def number_of_sites(self) -> int:
        """How many sites there are."""
        return self.sites if isinstance(self.sites, int) else len(self.sites)

    @property
    def basin_of_sites(self) -> tuple[int, ...]:
        """The number of each site's basin, from 0 on."""
        if isinstance(self.sites, int):
            return tuple(site % self.basins for site in range(self.sites))
        order = {site.basin: None for site in self.sites.values()}
        return tuple(list(order).index(site.basin) for site in self.sites.values())
