"""The rules in force in a partner country on a day, each with its source."""

from __future__ import annotations

import datetime
import functools
from dataclasses import dataclass

from jcm_models.problems import nearest
from jcm_models.tables import read_table

__all__ = ["Partner", "Rule", "partner", "partners", "rules_at"]


@dataclass(frozen=True)
class Partner:
    """A partner country: names, and the day its memorandum was signed; None before that."""

    code: str
    name: str
    name_ja: str
    signed: datetime.date | None
    place: str | None
    source: str


@dataclass(frozen=True)
class Rule:
    """One rule value: since when it applies and where it is written."""

    name: str
    label: str
    value: float
    since: datetime.date
    source: str


@functools.cache
def partners() -> dict[str, Partner]:
    """Return the partner countries by their ISO 3166 alpha-3 code, in order of signature."""
    return {code: found for code, found in _countries().items() if found.signed is not None}


@functools.cache
def _countries() -> dict[str, Partner]:
    """Return the partner countries, and those that are studied before they are partners."""
    table = read_table("rules/partners.yaml")
    source = table["source"]
    partners_ = {
        code: Partner(code=code, source=source, place=row.pop("place", None), **row)
        for code, row in table["partners"].items()
    }
    studied = {
        code: Partner(code=code, source=source, place=None, signed=None, **row)
        for code, row in table["studied"].items()
    }
    return partners_ | studied


def partner(code: str) -> Partner:
    """Return one partner country, or one in which a project is studied before it is a partner.

    Raises
    ------
    ValueError
        If `code` is no partner's; the message names the nearest.
    """
    known = _countries()
    if code not in known:
        by_name = {p.name: p.code for p in known.values()}
        hint = f"; {code} is {by_name[code]}" if code in by_name else nearest(code, known)
        message = f"found {code!r}, which is no partner country's code (such as THA){hint}"
        raise ValueError(message)
    return known[code]


def rules_at(code: str, day: datetime.date) -> dict[str, Rule]:
    """Return the rules that applied in a partner country on a day.

    Parameters
    ----------
    code : str
        ISO 3166 alpha-3 code of the partner country.
    day : datetime.date
        The day.

    Returns
    -------
    dict of str to Rule
        The value in force of each rule that had one.

    Raises
    ------
    ValueError
        If `code` is no partner's.
    """
    partner(code)
    found: dict[str, Rule] = {}
    for name, rule in read_table("rules/general.yaml")["rules"].items():
        for row in sorted(rule["values"], key=lambda row: row["from"]):
            if row["from"] <= day and row.get("country", code) == code:
                found[name] = Rule(name, rule["label"], row["value"], row["from"], row["source"])
    return found
