"""What a scenario says of allocation: who contributed what, and how that becomes shares."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Annotated, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from jcm_models.components import Section
from jcm_models.values import InUnit, Value
from jcm_models.variables import PARTIES, Variable, categories, input_variable, party_label
from jcm_models.written import Written, Year

__all__ = ["POINTS", "PROGRAMMES", "Allocation", "Contribution", "Division", "Phase"]

POINTS = "points"
# The party that a programme of support asks a least share for, and the rule that says how much.
PROGRAMMES: Mapping[str, tuple[str, str]] = {
    "model_project": ("japan_government", "government_share_of_model_projects"),
}

Party = Literal["japan_government", "japan_participants", "host_government", "host_participants"]
_Kind = Literal["private_finance", "public_finance", "in_kind", "technical", "operational"]
_Tonnes: TypeAlias = Annotated[int, Field(ge=0)]

_CURRENCY = re.compile(r"USD|JPY")


class _InMoney(InUnit):
    """Marks a number in the currency that it is written in: one currency is never made another."""

    def value(self, written: Written) -> Value:
        """Convert every number to the unit of the place, in the currency found."""
        said = written.model_dump(exclude={"source", "standing", "note"}, exclude_none=True)
        found = _CURRENCY.search(str(said))
        if found is None:
            try:
                return super().value(written)
            except ValueError as error:
                message = f"{error}; money is in USD or JPY, and points carry no unit"
                raise ValueError(message) from None
        unit = self.variable.unit.replace(POINTS, "USD").replace("USD", found.group())
        return InUnit(replace(self.variable, unit=unit)).value(written)


class Contribution(Section):
    """What a party brought into the project."""

    by: Party
    """The party that made it."""
    kind: _Kind
    """What it is: private or public finance, in kind, technical, or operation."""
    amount: Annotated[Value, _InMoney(input_variable("allocation.contributions.amount"))]
    """How much, in USD or JPY, or in points that carry no unit; alike for all contributions."""
    year: Year | None = None
    """The year in which it was made."""

    def variable(self, row: Variable) -> Variable:
        """Return what the amount is, named by its kind, its party and its year."""
        kind = categories("contribution")[self.kind]
        year, year_ja = (f", {self.year}", f"、{self.year}年") if self.year else ("", "")
        return replace(
            row,
            unit=self.amount.unit,
            label=f"{row.label} ({kind.en}, {party_label(self.by)}{year})",
            label_ja=f"{row.label_ja}（{kind.ja}、{party_label(self.by, 'ja')}{year_ja}）",
        )


class Division(Section):
    """How shares arise: given, or made of the contributions by a rule."""

    shares: dict[Party, Annotated[Value, InUnit(input_variable("allocation.shares"))]] | None = None
    """Share of each party; together they are 1 in every year."""
    rule: Literal["proportional", "weighted"] | None = None
    """How contributions become shares: as they are, or multiplied by the weight of their kind."""
    weights: dict[_Kind, Annotated[Value, InUnit(input_variable("allocation.weights"))]] | None = (
        None
    )
    """Weight of each kind of contribution, for rule: weighted."""
    counted: Literal["all", "to_date"] = "all"
    """Whether a year counts all contributions, or those made by then."""
    floors: dict[Party, Annotated[Value, InUnit(input_variable("allocation.floors"))]] | None = None
    """Least share of a party; the shares of the others shrink in proportion."""
    programme: Literal["model_project"] | None = None
    """Programme of support, whose rule sets a floor."""

    def shares_at(self, years: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the given shares of all four parties [1], shape (..., party, year)."""
        return _by_party(self.shares or {}, years)

    def floors_at(self, years: NDArray[np.int64], programme: Value | None) -> NDArray[np.float64]:
        """Return the least shares of all four parties [1], shape (..., party, year).

        Parameters
        ----------
        years : array of int, shape (year,)
            Calendar years.
        programme : Value or None
            The least share that the rule of the programme asks for its party [1].
        """
        floors = _by_party(self.floors or {}, years)
        if self.programme and programme is not None:
            row = PARTIES.index(PROGRAMMES[self.programme][0])
            floors[..., row, :] = np.maximum(floors[..., row, :], programme.at(years))
        return floors


def _by_party(given: Mapping[Party, Value], years: NDArray[np.int64]) -> NDArray[np.float64]:
    zero = np.zeros(years.shape)
    found = [given[p].at(years) if p in given else zero for p in PARTIES]  # type: ignore[index]
    return np.stack(np.broadcast_arrays(*found), axis=-2)


class Phase(Division):
    """A part of the time that has shares of its own."""

    from_: Year | None = Field(default=None, alias="from")
    """The first vintage it applies to."""
    after_payback_of: Party | None = None
    """It begins in the year after this party's credits have paid back its contributions."""
    price: Annotated[Value, _InMoney(input_variable("allocation.phases.price"))] | None = None
    """Price at which the credits of that party pay back, in USD or JPY per tCO2e."""


class Allocation(Division):
    """How credits are divided among the parties."""

    contributions: dict[str, Contribution] | None = None
    """What the parties brought into the project, by name."""
    agreed: dict[Year, dict[Party, _Tonnes]] | None = None
    """Whole tonnes by vintage and party, as agreed; they replace shares and rounding."""
    phases: tuple[Phase, ...] | None = None
    """Divisions that follow each other, in place of one: by year, or after pay-back."""
    rounding: Literal["largest_remainder", "government_residual", "government_ceiling"] = (
        "largest_remainder"
    )
    """How whole tonnes are made of shares, with the sum kept."""

    def divisions(self) -> Iterator[tuple[tuple[str, ...], Division]]:
        """Yield every division with the path of its keys: the phases, or else the only one."""
        if self.phases is None:
            yield ("allocation",), self
        for number, phase in enumerate(self.phases or ()):
            yield ("allocation", "phases", str(number)), phase

    @property
    def way(self) -> Literal["shares", "contributions", "agreed", "phases"]:
        """How credits are divided."""
        if self.agreed is not None:
            return "agreed"
        if self.phases is not None:
            return "phases"
        return "shares" if self.shares is not None else "contributions"

    @property
    def by_contributions(self) -> bool:
        """Whether some division makes its shares of the contributions."""
        return self.agreed is None and any(d.shares is None for _, d in self.divisions())
