"""The rules in force in a partner country on a day, with sources, and what rules leave open.

The tables stand in ``rules/``: partners, dated rules, programmes of support, nationally determined
contributions, and the parameters that no public text settles.
"""

from __future__ import annotations

import datetime
import functools
from dataclasses import dataclass
from typing import Any, TypeAlias

from jcm_models.problems import nearest
from jcm_models.tables import read_table

__all__ = [
    "JAPAN",
    "NdcTarget",
    "Parameter",
    "Partner",
    "Programme",
    "Rule",
    "Term",
    "iamc_region",
    "ndc_targets",
    "parameters",
    "partner",
    "partners",
    "programmes",
    "rules_at",
]

JAPAN = "JPN"

# A number in the rule's unit, or words; whoever asks for a rule by name knows which.
RuleValue: TypeAlias = Any


@dataclass(frozen=True)
class Partner:
    """A partner country: names, and the day its memorandum was signed; None before that."""

    code: str
    name: str
    name_ja: str
    signed: datetime.date | None
    place: str | None
    source: str
    note: str = ""


@dataclass(frozen=True)
class Rule:
    """One rule value: for whom and since when it applies, and where it is written.

    Parameters
    ----------
    name, label : str
        Its name in the table, and what people call it.
    value : float or str
        A number in `unit`, or words where there is no unit.
    since, until : datetime.date
        First and last day it applies; the last is None while it is open.
    source : str
        Where it is written.
    country : str or None
        The country it applies to (``JPN`` for Japan's own side); None for all partners.
    unit : str
        ``1`` for a share, ``year``, ``months``, ``MtCO2e``; empty for words.
    standing : str
        published, secondary, derived or from memory.
    note, note_ja : str
        Doubts, and where sources differ; in Japanese where a page shows it.
    """

    name: str
    label: str
    value: RuleValue
    since: datetime.date
    source: str
    until: datetime.date | None = None
    country: str | None = None
    unit: str = ""
    standing: str = "published"
    note: str = ""
    note_ja: str = ""


@dataclass(frozen=True)
class Term:
    """What a programme of support gives or asks, and where it is written."""

    text: str
    standing: str
    source: str


@dataclass(frozen=True)
class Programme:
    """A programme by which Japan supports projects, as listed on a day.

    `government_owned` says whether companies that a government owns may take part; None where
    that is not stated.
    """

    name: str
    ministry: str
    support: str
    listed: datetime.date
    source: str
    government_owned: bool | None = None
    terms: tuple[Term, ...] = ()


@dataclass(frozen=True, kw_only=True)
class NdcTarget:
    """A target of a nationally determined contribution.

    Parameters
    ----------
    country : str
        ISO 3166 alpha-3 code.
    kind : {"bau_relative", "base_year", "cumulative"}
        Whether shares are taken from business as usual of the target year, from the emissions of
        `base_year`, or from the sum of business as usual over the period.
    first_year, last_year : int
        The period of a cumulative target; twice the target year of the others.
    unconditional, conditional : float or None
        Reduction by the country's own means, and in all with support [1].
    base : float or None
        What the shares are taken from [MtCO2e]; `base_standing` is its own.
    base_year : int or None
        The year of `base`, for a target of that kind.
    calendar : {"gregorian", "japan_fiscal"}
        Calendar of the years.
    since, until : datetime.date or None
        First and last day it is the country's target; None where not known, or open.
    standing, source, note : str
        Where the reductions come from, and doubts.
    """

    country: str
    kind: str
    first_year: int
    last_year: int
    unconditional: float | None = None
    conditional: float | None = None
    base: float | None = None
    base_standing: str = ""
    base_year: int | None = None
    calendar: str = "gregorian"
    since: datetime.date | None = None
    until: datetime.date | None = None
    standing: str
    source: str
    note: str = ""

    def holds_on(self, day: datetime.date) -> bool:
        """Return whether it is the country's target on a day, as far as its days are known."""
        return (self.since or day) <= day <= (self.until or day)


@dataclass(frozen=True)
class Parameter:
    """What no public text settles: the scenario's `keys` that set it, and the workbench's default.

    It has no source; its standing is ``assumed``. Where there are no keys, the workbench has one
    way only.
    """

    name: str
    label: str
    default: str
    standing: str
    keys: tuple[str, ...] = ()
    note: str = ""


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


@functools.cache
def iamc_region(code: str) -> str:
    """Return the name of a partner country, or of Japan, as a region in the IAMC format.

    Raises
    ------
    ValueError
        If `code` is neither a partner's nor Japan's.
    """
    own: dict[str, str] = read_table("rules/partners.yaml")["iamc_regions"]
    return own.get(code) or partner(code).name


def rules_at(code: str, day: datetime.date) -> dict[str, Rule]:
    """Return the rules that applied in a partner country on a day: its own, and those of all.

    Parameters
    ----------
    code : str
        ISO 3166 alpha-3 code of the partner country; ``JPN`` for Japan's own side.
    day : datetime.date
        The day.

    Returns
    -------
    dict of str to Rule
        The value in force of each rule that had one; none before the memorandum was signed. In a
        country that is studied before it is a partner, the rules of all would apply.

    Raises
    ------
    ValueError
        If `code` is neither a partner's nor Japan's.
    """
    signed = None if code == JAPAN else partner(code).signed
    if signed is not None and day < signed:
        return {}
    for_it = [rule for rule in _rules() if rule.country in (None, code)]
    return {r.name: r for r in for_it if r.since <= day <= (r.until or day)}


@functools.cache
def _rules() -> tuple[Rule, ...]:
    """Return all values of all rules, each rule's in order of their days."""
    return tuple(
        Rule(
            name=name,
            label=rule["label"],
            unit=rule.get("unit", ""),
            since=row["from"],
            **{key: given for key, given in row.items() if key != "from"},
        )
        for name, rule in read_table("rules/general.yaml")["rules"].items()
        for row in sorted(rule["values"], key=lambda row: row["from"])
    )


@functools.cache
def programmes() -> dict[str, Programme]:
    """Return the programmes by which Japan supports projects, by name of the table."""
    table = read_table("rules/programmes.yaml")
    return {
        name: Programme(
            listed=table["listed"],
            source=table["source"],
            terms=tuple(Term(**term) for term in row.pop("terms", ())),
            **row,
        )
        for name, row in table["programmes"].items()
    }


@functools.cache
def ndc_targets() -> dict[str, tuple[NdcTarget, ...]]:
    """Return the targets of nationally determined contributions, by code of the country.

    A country may have several: of several years, or one that took the place of another; what
    holds on a day is told by `NdcTarget.holds_on`.
    """
    table = read_table("rules/ndcs.yaml")["targets"]
    return {code: tuple(_target(code, row) for row in rows) for code, rows in table.items()}


def _target(code: str, row: dict[str, Any]) -> NdcTarget:
    first, last = row.pop("years")
    return NdcTarget(country=code, first_year=first, last_year=last, **row)


@functools.cache
def parameters() -> tuple[Parameter, ...]:
    """Return what no public text settles, in the order of the way from reductions to credits."""
    table = read_table("rules/parameters.yaml")
    return tuple(
        Parameter(name=name, standing=table["standing"], keys=tuple(row.pop("keys", ())), **row)
        for name, row in table["parameters"].items()
    )
