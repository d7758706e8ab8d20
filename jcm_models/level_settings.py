"""What a scenario says of its two levels: how business as usual moves, how the reference is set."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal, TypeAlias

from jcm_models.components import Section
from jcm_models.values import InUnit, Value
from jcm_models.variables import input_variable
from jcm_models.written import Year

__all__ = ["OWN", "RULES", "RULE_EQUATIONS", "BauSettings", "ReferenceSettings", "numbers_of"]

OWN = "own"
RULES = (
    OWN,
    "ndc",
    "current_policies",
    "best_technology",
    "conservative_factor",
    "historical",
    "pathway",
)
# The reference by each rule: in names and in print.
RULE_EQUATIONS: Mapping[str, tuple[str, str]] = {
    OWN: (
        "sum of component_reference_emissions over the components",
        r"\mathrm{RE}^\mathrm{own}_y = \sum_k \mathrm{RE}_{k,y}",
    ),
    "ndc": (
        "bau_emissions * (1 - the NDC's reduction on the straight way to its target year)",
        r"\mathrm{RE}^\mathrm{ndc}_y = \mathrm{BaU}_y (1 - \rho_y) , \quad "
        r"\rho_y = \rho_T \min\left(\frac{\max(y - y_0, 0)}{T - y_0}, 1\right)",
    ),
    "current_policies": (
        "bau_emissions * (1 - reference.current_policies.reduction)",
        r"\mathrm{RE}^\mathrm{pol}_y = \mathrm{BaU}_y (1 - \rho_y)",
    ),
    "best_technology": (
        "bau_emissions * reference.best_technology.emissions_share",
        r"\mathrm{RE}^\mathrm{best}_y = \mathrm{BaU}_y \, n",
    ),
    "conservative_factor": (
        "bau_emissions * reference.conservative_factor.factor",
        r"\mathrm{RE}^\mathrm{con}_y = \mathrm{BaU}_y \, f",
    ),
    "historical": (
        "reference.historical.emissions * (1 - reference.historical.band)",
        r"\mathrm{RE}^\mathrm{his}_y = \mathrm{HE} (1 - b)",
    ),
    "pathway": ("reference.pathway.emissions", r"\mathrm{RE}^\mathrm{path}_y"),
}

_Kind: TypeAlias = Literal[
    "not_stated",
    "conservative_factors",
    "best_technology",
    "current_policies",
    "historical_average",
    "historical_bands",
    "pathway",
    "not_used",
]


class Growth(Section):
    """Business as usual grows by a rate."""

    rate: Annotated[Value, InUnit(input_variable("bau.growth.rate"))]
    """Growth from year to year."""
    since: Year
    """The year from which it grows."""


class StockTurnover(Section):
    """Old equipment is replaced by new, an equal part of the stock each year."""

    emissions_of_new: Annotated[
        Value, InUnit(input_variable("bau.stock_turnover.emissions_of_new"))
    ]
    """Emissions of new equipment, as a share of those of the old."""
    lifetime: Annotated[Value, InUnit(input_variable("bau.stock_turnover.lifetime"))]
    """Years after which the whole stock is replaced."""
    since: Year
    """The year in which all equipment is old."""


class GridDecarbonisation(Section):
    """A grid that decarbonises by itself."""

    rate: Annotated[Value, InUnit(input_variable("bau.grid_decarbonisation.rate"))]
    """Fall from year to year."""
    floor: Annotated[Value, InUnit(input_variable("bau.grid_decarbonisation.floor"))] | None = None
    """Share of the emissions that stays; none without it."""
    since: Year
    """The year from which it falls."""


class BauSettings(Section):
    """How business-as-usual emissions move, beside what the method's inputs say."""

    growth: Growth | None = None
    """Growth by a rate."""
    stock_turnover: StockTurnover | None = None
    """Replacement of old equipment by new."""
    grid_decarbonisation: GridDecarbonisation | None = None
    """A grid that decarbonises by itself."""
    emissions: Annotated[Value, InUnit(input_variable("bau.emissions"))] | None = None
    """A given pathway of business-as-usual emissions, in place of the method's."""


class Ndc(Section):
    """The reference follows the partner's latest NDC: a share below BaU in the target year."""

    reduction: Annotated[Value, InUnit(input_variable("reference.ndc.reduction"))] | None = None
    """Share below BaU in the target year; that of the partner's NDC unless given."""
    since: Year | None = None
    """The year in which it is nothing; the first year simulated unless given."""
    target_year: Year | None = None
    """The target year; that of the partner's NDC unless given."""


class CurrentPolicies(Section):
    """The reference holds what current policies achieve."""

    reduction: Annotated[Value, InUnit(input_variable("reference.current_policies.reduction"))]
    """Share below BaU, perhaps as a series over years."""


class BestTechnology(Section):
    """The reference is the best technology on the market."""

    emissions_share: Annotated[
        Value, InUnit(input_variable("reference.best_technology.emissions_share"))
    ]
    """Its emissions as a share of BaU."""


class ConservativeFactor(Section):
    """The reference is BaU times a conservative factor."""

    factor: Annotated[Value, InUnit(input_variable("reference.conservative_factor.factor"))]
    """The factor."""


class Historical(Section):
    """The reference is the average of the past, or the lower edge of a band around it."""

    emissions: Annotated[Value, InUnit(input_variable("reference.historical.emissions"))]
    """Emissions of the past, such as average_of: {2018: ..., 2019: ...}."""
    band: Annotated[Value, InUnit(input_variable("reference.historical.band"))] | None = None
    """Width of the band below the average, as a share of it."""


class Pathway(Section):
    """The reference is a given pathway."""

    emissions: Annotated[Value, InUnit(input_variable("reference.pathway.emissions"))]
    """Reference emissions."""


class ReferenceSettings(Section):
    """How reference emissions are set, beside what the method's inputs say."""

    own: _Kind = "not_stated"
    """How the method's own reference inputs were chosen; not_used leaves them out."""
    ndc: Ndc | None = None
    """By the partner's latest NDC."""
    current_policies: CurrentPolicies | None = None
    """By current policies."""
    best_technology: BestTechnology | None = None
    """By the best technology on the market."""
    conservative_factor: ConservativeFactor | None = None
    """By a conservative factor."""
    historical: Historical | None = None
    """By a historical average or band."""
    pathway: Pathway | None = None
    """By a given pathway."""
    combine: Literal["lowest", "average", "weighted"] = "lowest"
    """How several rules make one reference."""
    weights: (
        dict[
            Literal[RULES],  # type: ignore[valid-type]
            Annotated[Value, InUnit(input_variable("reference.weights"))],
        ]
        | None
    ) = None
    """Weights of the rules, for combine: weighted; together 1."""
    assessed: Literal["yearly", "at_renewal"] = "yearly"
    """Whether the reference follows every year, or is held between renewals."""
    above_bau: Literal["refuse", "lowered"] = "refuse"
    """Where the reference would lie above BaU: an error, or it is lowered to BaU."""

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that set the reference, the method's own first."""
        own = () if self.own == "not_used" else (OWN,)
        return (*own, *(rule for rule in RULES[1:] if getattr(self, rule) is not None))


def numbers_of(section: Section, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Value]]:
    """Yield every number in a section and those in it, with its path."""
    for name in type(section).model_fields:
        found = getattr(section, name)
        if isinstance(found, Value):
            yield (*path, name), found
        elif isinstance(found, Section):
            yield from numbers_of(found, (*path, name))
        elif isinstance(found, (dict, tuple)):
            inside = found.items() if isinstance(found, dict) else enumerate(found)
            for key, value in inside:
                here = (*path, name, str(key))
                if isinstance(value, Value):
                    yield here, value
                elif isinstance(value, Section):
                    yield from numbers_of(value, here)
