"""A number as people write it: 8000, 8 GWh/yr, a series, a distribution, or made of others."""

from __future__ import annotations

import numbers
from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    WithJsonSchema,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from jcm_models.distributions import scipy_names
from jcm_models.problems import nearest

__all__ = ["FORMS", "PARAMETERS", "Spread", "Standing", "Strict", "Text", "Uncertainty"]
__all__ += ["Written", "Year", "called"]

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


# What each shape in plain words needs: one of these.
PARAMETERS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "uniform": (("low", "high"),),
    "triangular": (("low", "mode", "high"),),
    "normal": (("mean", "sd"), ("quantiles",)),
    "lognormal": (("mean", "sd"), ("quantiles",)),
    "pareto": (("low", "index"),),
    "pert": (("low", "mode", "high"),),
    "discrete": (("values",), ("values", "weights")),
    "draws": (("values",), ("table", "column")),
}
# What editors are told of the shapes.
_SHAPES_IN_JSON = {"anyOf": [{"enum": list(PARAMETERS)}, {"type": "string"}]}


class Strict(BaseModel):
    """Frozen, and it knows its keys: any other is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Text(Strict):
    """Words for people, in English and perhaps in Japanese."""

    en: str
    """In English."""
    ja: str | None = None
    """In Japanese."""

    @model_validator(mode="before")
    @classmethod
    def _from_a_bare_text(cls, data: Any) -> Any:
        return {"en": data} if isinstance(data, str) else data

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Tell editors that a bare text will do."""
        return {"anyOf": [{"type": "string"}, handler(schema)]}

    def in_language(self, language: str) -> str:
        """Return the text in the language, in English where it was not given."""
        return (self.ja or self.en) if language == "ja" else self.en


def called(name: str, names: Mapping[str, Text], language: str) -> str:
    """Return what people call something that a scenario names, by its own list of names.

    Parameters
    ----------
    name : str
        Such as ``own_finance``.
    names : mapping of str to Text
        What the scenario says that its names mean.
    language : str
        Such as ``ja``.
    """
    return names[name].in_language(language) if name in names else name.replace("_", " ")


def _is_shape(shape: str) -> str:
    if shape in PARAMETERS or shape in scipy_names():
        return shape
    hint = nearest(shape, (*PARAMETERS, *scipy_names()))
    message = (
        f"found {shape!r}{hint}; allowed: {', '.join(PARAMETERS)}, or any continuous distribution "
        "of scipy.stats by its name there, such as weibull_min"
    )
    raise ValueError(message)


class Spread(Strict):
    """A distribution in plain words, or by its name in scipy.stats, with its parameters."""

    shape: Annotated[str, AfterValidator(_is_shape), WithJsonSchema(_SHAPES_IN_JSON)]
    """uniform, triangular, normal, lognormal, pareto, pert, discrete, draws, or one of scipy's."""
    low: _Point | None = None
    """Lower end of a uniform, triangular, pert or pareto distribution."""
    mode: _Point | None = None
    """Most likely value of a triangular or pert distribution."""
    high: _Point | None = None
    """Upper end of a uniform, triangular or pert distribution."""
    mean: _Point | None = None
    """Mean of a normal or lognormal distribution, before it is cut at bounds."""
    sd: _Point | None = None
    """Standard deviation of a normal or lognormal distribution, before it is cut at bounds."""
    quantiles: dict[_Name, _Point] | None = None
    """Of a normal or lognormal distribution two quantiles, in place of mean and sd."""
    index: float | None = None
    """Tail index of a pareto distribution: the chance to exceed x is (low / x) ** index."""
    values: list[_Point] | None = Field(default=None, min_length=2)
    """Amounts of a discrete distribution, or draws that are alike."""
    weights: list[float] | None = None
    """How likely each value is compared with the others; alike unless given."""
    table: str | None = None
    """A csv file with draws, beside the scenario's, in place of values."""
    column: str | None = None
    """The heading of the draws in the table."""
    parameters: dict[_Name, _Point] | None = None
    """Parameters of a distribution of scipy.stats by their names there, loc and scale with unit."""
    at_least: _Point | None = None
    """Where the distribution is cut below; the physical bounds cut it in any case."""
    at_most: _Point | None = None
    """Where the distribution is cut above; the physical bounds cut it in any case."""

    @model_validator(mode="after")
    def _has_what_it_needs(self) -> Spread:
        ways = PARAMETERS.get(self.shape, (("parameters",),))
        given = [name for name in _ALL_PARAMETERS if getattr(self, name) is not None]
        if given not in [list(way) for way in ways]:
            needed, found = " or ".join(map(", ".join, ways)), ", ".join(given) or "none of these"
            message = f"a {self.shape} distribution needs {needed}; found {found}"
            raise ValueError(message)
        return self


_ALL_PARAMETERS = tuple(
    name for name in Spread.model_fields if name not in {"shape", "at_least", "at_most"}
)


class Uncertainty(Strict):
    """How a number moves at random over the years: a factor of mean 1 multiplies it.

    Beyond a physical bound the number stays at the bound, which moves its mean where it is near.
    """

    process: Literal["level", "random_walk", "ar1"]
    """One factor for all years, one that walks off, or one that returns to 1 (ar1)."""
    sd: _Point
    """Relative standard deviation of the factor; of a random walk, of each year's step."""
    persistence: float | None = None
    """Of ar1: correlation of the factor from year to year, between -1 and 1."""


class Written(Strict):
    """A number as written in a scenario, with what belongs to it."""

    value: _Point | None = None
    """The number, with or without a unit: 8000, or 8 GWh/yr."""
    series: dict[Year, _Point] | None = Field(default=None, min_length=1)
    """Numbers by year, in place of one value."""
    distribution: Spread | None = None
    """How uncertain the number is, in place of one value; a single run takes its mean."""
    uncertainty: Uncertainty | None = None
    """How the number moves at random over time; a single run takes it as written."""
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
    note: Text | None = None
    """What a reader should know of the number, in English or in both languages."""

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
        if self.uncertainty is not None and self.distribution is not None:
            message = (
                "uncertainty is given beside distribution, and a number is uncertain in one way; "
                "keep one of the two, such as value with uncertainty"
            )
            raise ValueError(message)
        changes = self.yearly_change is not None, self.since is not None
        if any(changes) and (not all(changes) or self.series is not None):
            message = "yearly_change and since go together, and with one number, not with a series"
            raise ValueError(message)
        if self.standing == "published" and not self.source:
            message = "a published number needs its source"
            raise ValueError(message)
        return self
