"""Credits issued under the JCM, as published: tonnes by side and party, and how they were divided.

The table ``rules/issuances.yaml`` gives each figure with its standing and each issuance with its
source.
"""

from __future__ import annotations

import datetime
import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jcm_models.tables import read_table

__all__ = [
    "SIDES",
    "Announcement",
    "Division",
    "Figure",
    "IssuanceRecord",
    "PublishedTotal",
    "TransferRecord",
    "announcements",
    "issuance_records",
    "published_totals",
    "transfer_records",
]

_TABLE = "rules/issuances.yaml"

SIDES = {
    "japan": ("japan_government", "japan_participants"),
    "host": ("host_government", "host_participants"),
}


@dataclass(frozen=True)
class Figure:
    """Tonnes [tCO2e], and whether they are published, secondary or derived."""

    tonnes: int
    standing: str


@dataclass(frozen=True)
class Division:
    """Shares by party [1] and a rounding of `jcm_models.allocation.allocate` to whole tonnes.

    The party ``others`` stands for all but the Government of Japan, where it is not known how
    they divide what is left.
    """

    shares: Mapping[str, float]
    rounding: str


@dataclass(frozen=True)
class IssuanceRecord:
    """One issuance of one project, or of several that were published together.

    Parameters
    ----------
    name : str
        The project and the number of its issuance: ``MN001-1``.
    country : str
        ISO 3166 alpha-3 code of the host.
    projects : tuple of str
        The projects, where they are known.
    title : str
        What they are.
    methodology, registered : str or None, datetime.date or None
        Methodology of the JCM and day of registration, where known.
    monitored_from, monitored_to : datetime.date or None
        First and last day of the monitoring period, where known.
    decided, issued : datetime.date or None
        Day of the Joint Committee's decision and (first) day of issuance, where known.
    figures : mapping of str to Figure
        ``total``, the sides ``japan`` and ``host``, and the four parties, where known [tCO2e].
    rule : Division or None
        What gives these figures; None where no rule does and they were agreed.
    source, note : str
        Where they are written, and doubts.
    """

    name: str
    country: str
    projects: tuple[str, ...]
    title: str
    methodology: str | None
    registered: datetime.date | None
    monitored_from: datetime.date | None
    monitored_to: datetime.date | None
    decided: datetime.date | None
    issued: datetime.date | None
    figures: Mapping[str, Figure]
    rule: Division | None
    source: str
    note: str

    @property
    def total(self) -> int:
        """All credits issued [tCO2e]."""
        return self.figures["total"].tonnes

    def tonnes(self, of: str) -> int | None:
        """Return the credits of a party or side [tCO2e]; None where they are not known."""
        figure = self.figures.get(of)
        return figure.tonnes if figure else None

    @property
    def parts(self) -> dict[str, int]:
        """What is known of the division at its finest, adding up to `total` [tCO2e].

        The parties of a side where they are all known, else the side; and ``others`` for what is
        left.
        """
        found: dict[str, int] = {}
        for side, parties in SIDES.items():
            known = {
                party: self.figures[party].tonnes for party in parties if party in self.figures
            }
            whole = self.tonnes(side)
            found |= known if whole is None or sum(known.values()) == whole else {side: whole}
        left = self.total - sum(found.values())
        return found | ({"others": left} if left else {})


@dataclass(frozen=True)
class Announcement:
    """Sums over several issuances [tCO2e], as they were announced together."""

    issuances: tuple[str, ...]
    figures: Mapping[str, Figure]
    source: str
    note: str = ""


@dataclass(frozen=True)
class PublishedTotal:
    """All credits issued up to a day [tCO2e], in one country or, without one, in all."""

    day: datetime.date
    tonnes: int
    standing: str
    source: str
    country: str | None = None
    projects: int | None = None
    note: str = ""


@dataclass(frozen=True)
class TransferRecord:
    """Mitigation outcomes that the Government of Japan has received [tCO2e].

    `vintages` are the first and last one, `transferred` the day; None where not known.
    """

    country: str
    projects: tuple[str, ...]
    title: str
    tonnes: int
    standing: str
    source: str
    vintages: tuple[int, int] | None = None
    transferred: datetime.date | None = None
    note: str = ""


@functools.cache
def issuance_records() -> tuple[IssuanceRecord, ...]:
    """Return the issuances that are known with their tonnes, by country and project."""
    table = read_table(_TABLE)
    rules: dict[str, Division | None] = {"agreed": None}
    rules |= {name: Division(**rule) for name, rule in table["rules"].items()}
    return tuple(_record(name, row, rules) for name, row in table["issuances"].items())


def _record(name: str, row: dict[str, Any], rules: Mapping[str, Division | None]) -> IssuanceRecord:
    first, last = row.pop("monitored", (None, None))
    days = {key: row.pop(key, None) for key in ("registered", "decided", "issued")}
    return IssuanceRecord(
        name=name,
        country=row["country"],
        projects=tuple(row["projects"]),
        title=row["title"],
        methodology=row.get("methodology"),
        monitored_from=first,
        monitored_to=last,
        figures=_figures(row["figures"]),
        rule=rules[row["rule"]],
        source=row["source"],
        note=row.get("note", ""),
        **days,
    )


def _figures(written: Mapping[str, tuple[int, str]]) -> dict[str, Figure]:
    return {name: Figure(*figure) for name, figure in written.items()}


@functools.cache
def announcements() -> tuple[Announcement, ...]:
    """Return the sums that were announced over several issuances."""
    return tuple(
        Announcement(tuple(row.pop("issuances")), _figures(row.pop("figures")), **row)
        for row in read_table(_TABLE)["announcements"]
    )


@functools.cache
def published_totals() -> tuple[PublishedTotal, ...]:
    """Return the sums of all issuances up to a day, as published."""
    return tuple(PublishedTotal(**row) for row in read_table(_TABLE)["totals"])


@functools.cache
def transfer_records() -> tuple[TransferRecord, ...]:
    """Return the mitigation outcomes that the Government of Japan has received."""
    return tuple(
        TransferRecord(
            projects=tuple(row.pop("projects")),
            vintages=tuple(row.pop("vintages")) if "vintages" in row else None,
            **row,
        )
        for row in read_table(_TABLE)["transfers"]
    )
