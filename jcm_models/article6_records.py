"""What a Party reports on its cooperative approaches: authorizations, actions, holdings, entities.

The fields are those of the tables of the agreed electronic format, in their order. Text is empty
and numbers are None where a record has nothing to say.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

__all__ = ["Action", "Authorization", "AuthorizedEntity", "Holding", "Submission"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """Who reports on which year."""

    party: str
    version: str = "1.0"
    reported_year: int
    day: datetime.date
    review_status: str = ""
    consistency: str = ""
    first_ndc_year: int
    last_ndc_year: int
    review_report: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorization:
    """The leave a Party gives to use mitigation outcomes internationally."""

    identifier: str
    day: datetime.date
    cooperative_approach: str
    version: str = "1"
    quantity: int | None = None
    metric: str = "GHG"
    gwp: str = ""
    non_ghg_metric: str = ""
    sectors: str = ""
    activities: str = ""
    purposes: str
    parties: str = ""
    entities: str = ""
    oimp: str = ""
    timeframe: str = ""
    terms: str = ""
    documentation: str = ""
    first_transfer: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """What happened to a range of mitigation outcomes, as one Party reports it."""

    day: datetime.date
    kind: str
    subtype: str = ""
    cooperative_approach: str
    authorization: str
    first_transferring_party: str
    itmo_registry: str
    first: int
    last: int
    unit_registry: str = "JCM"
    first_unit: str = ""
    last_unit: str = ""
    metric: str = "GHG"
    gwp: str = ""
    non_ghg_metric: str = ""
    quantity: int
    non_ghg_quantity: float | None = None
    mitigation: str
    vintage: int
    transferring_party: str = ""
    acquiring_party: str = ""
    purpose: str = ""
    using_party: str = ""
    using_entity: str = ""
    use_year: int | None = None
    consistency: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """A range of mitigation outcomes that a Party holds on 31 December."""

    cooperative_approach: str
    authorization: str
    first_transferring_party: str
    itmo_registry: str
    first: int
    last: int
    unit_registry: str = "JCM"
    first_unit: str = ""
    last_unit: str = ""
    metric: str = "GHG"
    gwp: str = ""
    non_ghg_metric: str = ""
    quantity: int
    non_ghg_quantity: float | None = None
    mitigation: str
    vintage: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizedEntity:
    """A company or body that may take part in a cooperative approach."""

    day: datetime.date
    name: str
    country: str
    identification: str
    cooperative_approach: str
    conditions: str = ""
    revocation: str = ""
    note: str = ""
