"""A number as people write it: 8000, 8 GWh/yr, a series, a distribution, or made of others."""

from __future__ import annotations

import numbers
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    model_validator,
)

__all__ = ["FORMS", "PARAMETERS", "Spread", "Standing", "Strict", "Written", "Year"]

Standing: TypeAlias = Literal["published", "derived", "from memory", "assumed"]


def _is_point(data: Any) -> Any:
    if isinstance(data, str):
        return data
    if isinstance(data, dict):
        message = "found a list of keys; numbers by year stand under series:, not under value:"
        raise ValueError(message)  # noqa: TRY004
    if isinstance(data, bool) or not isinstance(data, numbers.Real):
        message = f"found {data!r}; a number is needed, with or without a unit after it"
        raise ValueError(message)  # noqa: TRY004  (pydantic collects value errors)
    return data if isinstance(data, int) else float(data)


_Point: TypeAlias = Annotated[
    Any, AfterValidator(_is_point), WithJsonSchema({"type": ["number", "string"]})
]
# A calendar year that a number may speak of.
Year: TypeAlias = Annotated[int, Field(ge=1900, le=2300)]
_Name: TypeAlias = Annotated[str, BeforeValidator(lambda key: str(key))]

# The forms in which a number can be written; exactly one is given.
FORMS = (
    "value",
    "series",
    "distribution",
    "product",
    "quotient",
    "average_of",
    "lowest_of",
    "highest_of",
)


class Strict(BaseModel):
    """Frozen, and it knows its keys: any other is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Spread(Strict):
    """A distribution: uniform, triangular, normal, lognormal or pareto, with its parameters."""

    shape: Literal["uniform", "triangular", "normal", "lognormal", "pareto"]
    """Shape of the distribution (uniform, triangular, normal, lognormal or pareto)."""
    low: _Point | None = None
    """Lower end of a uniform, triangular or pareto distribution."""
    mode: _Point | None = None
    """Most likely value of a triangular distribution."""
    high: _Point | None = None
    """Upper end of a uniform or triangular distribution."""
    mean: _Point | None = None
    """Mean of a normal or lognormal distribution."""
    sd: _Point | None = None
    """Standard deviation of a normal or lognormal distribution."""
    index: float | None = None
    """Tail index of a pareto distribution: the chance to exceed x is (low / x) ** index."""

    @model_validator(mode="after")
    def _has_what_it_needs(self) -> Spread:
        needed = set(PARAMETERS[self.shape])
        given = {name for name in _ALL_PARAMETERS if getattr(self, name) is not None}
        if given != needed:
            message = f"a {self.shape} distribution needs {_listed(needed)}; found {_listed(given)}"
            raise ValueError(message)
        return self


PARAMETERS = {
    "uniform": ("low", "high"),
    "triangular": ("low", "mode", "high"),
    "normal": ("mean", "sd"),
    "lognormal": ("mean", "sd"),
    "pareto": ("low", "index"),
}
_ALL_PARAMETERS = ("low", "mode", "high", "mean", "sd", "index")


def _listed(names: set[str]) -> str:
    return ", ".join(name for name in _ALL_PARAMETERS if name in names) or "none of these"


class Written(Strict):
    """A number as written in a scenario, with what belongs to it."""

    value: _Point | None = None
    """The number, with or without a unit: 8000, or 8 GWh/yr."""
    series: dict[Year, _Point] | None = Field(default=None, min_length=1)
    """Numbers by year, in place of one value."""
    distribution: Spread | None = None
    """How uncertain the number is, in place of one value; a single run takes its mean."""
    product: list[_Point] | None = Field(default=None, min_length=2)
    """Numbers with units that are multiplied: [60 t/d, 365 d/yr]."""
    quotient: list[_Point] | None = Field(default=None, min_length=2)
    """Numbers with units of which the first is divided by the others."""
    average_of: dict[_Name, _Point] | None = Field(default=None, min_length=2)
    """Numbers by name or year of which the average is taken: a historical average."""
    lowest_of: dict[_Name, _Point] | None = Field(default=None, min_length=2)
    """Numbers by name of which the lowest is taken: a conservative factor."""
    highest_of: dict[_Name, _Point] | None = Field(default=None, min_length=2)
    """Numbers by name of which the highest is taken: the best technology on the market."""
    yearly_change: _Point | None = None
    """Change from year to year, such as -0.5 %: growth, ageing, a grid that decarbonises."""
    since: Year | None = None
    """The year in which the number holds as written; it changes from then on."""
    unit: str | None = None
    """Unit of the numbers here that carry none themselves."""
    interpolate: Literal["linear", "step", "none"] = "linear"
    """Between two years of a series: a straight line, the earlier value, or nothing."""
    beyond: Literal["refuse", "hold"] = "refuse"
    """Before and after the years of a series: an error, or the first and last value hold."""
    source: str | None = None
    """Where the number is published: document, page or address."""
    standing: Standing | None = None
    """How well founded it is; "published" with a source and "assumed" without, unless said."""
    note: str | None = None
    """What a reader should know of the number."""

    @model_validator(mode="before")
    @classmethod
    def _from_a_bare_number(cls, data: Any) -> Any:
        return data if isinstance(data, dict) else {"value": _is_point(data)}

    @model_validator(mode="after")
    def _is_one_of_several(self) -> Written:
        given = [key for key in FORMS if getattr(self, key) is not None]
        if len(given) != 1:
            found = " and ".join(given) or "none of them"
            message = f"needs one of {', '.join(FORMS[:-1])} and {FORMS[-1]}; found {found}"
            raise ValueError(message)
        changes = self.yearly_change is not None, self.since is not None
        if any(changes) and (not all(changes) or self.series is not None):
            message = "yearly_change and since go together, and with one number, not with a series"
            raise ValueError(message)
        if self.standing == "published" and not self.source:
            message = "a published number needs its source"
            raise ValueError(message)
        return self
