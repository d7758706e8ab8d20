"""What happens in the registers: an append-only list of events (A6).

Units are whole tonnes, numbered from 1 in the register that issued them; an event speaks of a
range of them. An event is never changed: what it did is undone by another, where that is allowed.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import ClassVar

__all__ = [
    "EVENTS",
    "Acquisition",
    "Authorization",
    "Cancellation",
    "Entity",
    "Event",
    "FirstTransfer",
    "Grant",
    "Issuance",
    "Notice",
    "Opening",
    "Registration",
    "ReserveCancellation",
    "ReserveRelease",
    "Retirement",
    "Transfer",
    "UnitEvent",
    "Units",
]


@dataclass(frozen=True, slots=True)
class Units:
    """A range of units of one issuing register, both ends included."""

    register: str
    first: int
    last: int

    @property
    def quantity(self) -> int:
        """How many units these are [tCO2e]."""
        return self.last - self.first + 1

    def __str__(self) -> str:
        return f"{self.register} {self.first} to {self.last}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened on a day."""

    kind: ClassVar[str] = ""
    subject: ClassVar[str] = ""
    day: datetime.date
    note: str = ""

    def __str__(self) -> str:
        return f"{self.kind.replace('_', ' ')} of {getattr(self, self.subject)} on {self.day}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening(Event):
    """An account is opened."""

    kind = "opening"
    subject = "account"
    account: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration(Event):
    """A project is registered by the Joint Committee."""

    kind = "registration"
    subject = "project"
    project: str
    host: str
    title: str = ""
    methodology: str = ""
    mitigation: str = "Emission reductions"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice(Event):
    """A Government gives six months' notice to end a memorandum."""

    kind = "notice"
    subject = "partner"
    partner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant(Event):
    """A Party authorizes mitigation outcomes for uses, up to a quantity, for some vintages.

    `projects` empty stands for all projects of the host; `quantity` None for no limit.
    """

    kind = "grant"
    subject = "authorization"
    authorization: str
    cooperative_approach: str
    host: str
    purposes: tuple[str, ...]
    parties: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()
    first_vintage: int
    last_vintage: int
    quantity: int | None = None
    first_transfer: str = ""
    sectors: str = "Energy generation"
    version: str = "1"
    terms: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity(Event):
    """A Party authorizes a company or body to take part in a cooperative approach."""

    kind = "entity"
    subject = "name"
    party: str
    name: str
    country: str
    identification: str
    cooperative_approach: str
    conditions: str = ""
    revocation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuance(Event):
    """Credits of a vintage are issued into an account; `units` is numbered when it is booked."""

    kind = "issuance"
    project: str
    vintage: int
    monitored_from: datetime.date
    monitored_to: datetime.date
    target: str
    quantity: int
    units: Units | None = None

    def __str__(self) -> str:
        tonnes = f"{self.quantity:,}" if type(self.quantity) is int else self.quantity
        return (
            f"issuance of {tonnes} tCO2e of {self.project}, vintage {self.vintage}, to "
            f"{self.target} on {self.day}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitEvent(Event):
    """Something that happens to units of an account."""

    subject = "units"
    units: Units
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorization(UnitEvent):
    """Units come under an authorization; they stay where they are."""

    kind = "authorization"
    authorization: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstTransfer(UnitEvent):
    """The first international transfer, for use towards an NDC.

    Units that were issued in the register of another Party than the host stay in their account;
    others leave for the register of `target`.
    """

    kind = "first_transfer"
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer(UnitEvent):
    """Units change hands; to another register they go by way of its incoming account."""

    kind = "transfer"
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Acquisition(UnitEvent):
    """A register takes in what another has sent."""

    kind = "acquisition"
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Retirement(UnitEvent):
    """Units are used: towards the NDC of a Party, or for another international purpose.

    `purpose` is NDC, IMP (international mitigation), OP (other purposes) or, for vintages that
    are no mitigation outcomes under Article 6, pledge.
    """

    kind = "retirement"
    purpose: str
    party: str = ""
    entity: str = ""
    year: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancellation(UnitEvent):
    """Units are cancelled; with a purpose (IMP, OP) that is a use, without one it is none."""

    kind = "cancellation"
    reason: str = "voluntary"
    purpose: str = ""
    entity: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReserveCancellation(UnitEvent):
    """Units of a reserve are cancelled to make good a reversal."""

    kind = "reserve_cancellation"
    reason: str = field(default="reversal")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReserveRelease(UnitEvent):
    """Units of a reserve go to a holder of the same register: no reversal needs them any more."""

    kind = "reserve_release"
    target: str


EVENTS: dict[str, type[Event]] = {
    each.kind: each
    for each in (
        Opening,
        Registration,
        Notice,
        Grant,
        Entity,
        Issuance,
        Authorization,
        FirstTransfer,
        Transfer,
        Acquisition,
        Retirement,
        Cancellation,
        ReserveCancellation,
        ReserveRelease,
    )
}
