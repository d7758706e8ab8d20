"""What each Party reports, and what is found wrong in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from jcm_models.article6_records import Action, Authorization, Holding

__all__ = [
    "ENDS",
    "OTHER_PURPOSES",
    "USE",
    "Clash",
    "Finding",
    "Report",
    "clash",
    "identifiers",
    "number",
    "words",
]

USE = "Use"
ENDS = (USE, "Cancellation", "Voluntary Cancellation")
OTHER_PURPOSES = frozenset({"OIMP", "IMP", "OP"})
_MOST_DIGITS = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What one Party reports on all its cooperative approaches so far.

    Parameters
    ----------
    party : str
        The Party, ISO 3166 alpha-3.
    year : int
        The last year reported; holdings are those of its 31 December.
    authorizations, actions, holdings : tuple
        The rows of the tables of the agreed electronic format, of all years.
    adjustments : mapping of int to float
        Net amount adjusted for each year, before any averaging [tCO2e]: positive is added to
        emissions, 0 where a year is left out.
    """

    party: str
    year: int
    authorizations: tuple[Authorization, ...] = ()
    actions: tuple[Action, ...] = ()
    holdings: tuple[Holding, ...] = ()
    adjustments: Mapping[int, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing in the reports that lets a tonne be counted twice, or that hides whether it is.

    Parameters
    ----------
    kind : str
        What it is, such as ``used_twice``.
    subject : str
        Which mitigation outcomes, or whose adjustment of which year.
    parties : tuple of str
        The Parties concerned.
    message : str
        Both sides, and the way out.
    """

    kind: str
    subject: str
    parties: tuple[str, ...]
    message: str

    def __str__(self) -> str:
        return f"{self.subject}: {self.message}"


class Clash(NamedTuple):
    """A finding before it is known how far it reaches."""

    kind: str
    parties: tuple[str, ...]
    message: str


def clash(kind: str, parties: Iterable[str], message: str) -> Clash:
    """Return a clash with each Party once, in the order of mention."""
    return Clash(kind, tuple(dict.fromkeys(party for party in parties if party)), message)


def identifiers(record: Action | Holding, first: int | None = None, last: int | None = None) -> str:
    """Name a range of mitigation outcomes by its first and last unique identifier."""
    start = record.first if first is None else first
    end = record.last if last is None else last
    stem = "-".join(
        (record.cooperative_approach, record.itmo_registry, record.first_transferring_party)
    )
    one = f"{stem}-{start}-{record.vintage}"
    return one if start == end else f"{one} to {stem}-{end}-{record.vintage}"


def number(unit: str) -> tuple[str, int] | None:
    """Split the identifier of a unit into what stands before its number, and the number."""
    before = unit.rstrip("0123456789")
    digits = unit[len(before) :]
    return (before, int(digits)) if 0 < len(digits) <= _MOST_DIGITS else None


@lru_cache(maxsize=1024)
def words(text: str) -> frozenset[str]:
    """Return the names in a text such as ``NDC and OIMP`` or ``JPN, CHE``."""
    parts = "".join(letter if letter.isalnum() else " " for letter in text)
    return frozenset(parts.split()) - {"and"}
