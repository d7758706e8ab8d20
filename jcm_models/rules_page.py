"""The rules in force on a day as a text: what applies, since when, and where it is written."""

from __future__ import annotations

import datetime
import functools
import textwrap
from collections.abc import Iterable, Iterator

from jcm_models.rulebook import (
    JAPAN,
    NdcTarget,
    Parameter,
    Partner,
    Programme,
    Rule,
    ndc_targets,
    parameters,
    partner,
    programmes,
    rules_at,
)
from jcm_models.tables import read_table
from jcm_models.wording import written_text

__all__ = ["rules_text"]

_WIDTH = 100

Entry = tuple[str, list[str]]


def rules_text(code: str, day: datetime.date) -> str:
    """Tell what applied in a partner country on a day, and where it is written.

    Parameters
    ----------
    code : str
        ISO 3166 alpha-3 code of the partner country; ``JPN`` for Japan's own side.
    day : datetime.date
        The day.

    Returns
    -------
    str
        Lines of at most 100 characters: the partner and its memorandum; the rules for this
        country, for all, and of Japan's side; the programmes of support; the nationally
        determined contributions; and what is not published and left to the scenario.

    Raises
    ------
    ValueError
        If `code` is neither a partner's nor Japan's.
    """
    country = None if code == JAPAN else partner(code)
    name = country.name if country else _say("japan_name")
    heading = _say("title", name=name, code=code, day=_date(day))
    blocks = [*_heading(heading, "="), _filled(_introduction(country, day))]
    if country is None or country.signed is None or country.signed <= day:
        for title, entries in _sections(code, name, day):
            blocks += ["", *_heading(title, "-"), *(_entry(entry) for entry in entries)]
    return "\n".join(blocks) + "\n"


def _introduction(country: Partner | None, day: datetime.date) -> str:
    if country is None:
        return _say("japan")
    said = {"name": country.name, "source": country.source}
    if country.signed is None:
        note = " " + _say("note", note=country.note) if country.note else ""
        return _say("studied", **said) + note
    signed = _date(country.signed)
    said["place"] = _say("place", place=country.place) if country.place else ""
    if day < country.signed:
        return _say("not_yet", day=_date(day), signed=signed, **said)
    return _say("signed", day=signed, **said)


def _sections(code: str, name: str, day: datetime.date) -> Iterator[tuple[str, list[Entry]]]:
    """Yield the titles of the sections and what stands in them."""
    found = [*rules_at(code, day).values()]
    if code != JAPAN:
        own = [_rule(rule) for rule in found if rule.country == code]
        yield _say("own", name=name), own or [(_say("own_none"), [])]
    yield _say("all"), [_rule(rule) for rule in found if rule.country is None]
    japan = rules_at(JAPAN, day).values()
    yield _say("japans_side"), [_rule(rule) for rule in japan if rule.country == JAPAN]
    support = [*programmes().values()]
    listed: Entry = (_say("listed", source=support[0].source), [])
    title = _say("programmes", day=_date(support[0].listed))
    yield title, [*map(_programme, support), listed]
    yield _say("ndcs"), [*_targets(code, name, day)]
    yield (
        _say("parameters"),
        [
            (_say("parameters_intro", standing=parameters()[0].standing), []),
            *map(_parameter, parameters()),
        ],
    )


def _rule(rule: Rule) -> Entry:
    told = _since(rule.since, rule.until), _source(rule.standing, rule.source)
    value = _say(f"unit.{rule.unit}", number=_number(rule)) if rule.unit else rule.value
    return _say("value", label=rule.label, value=value), [" ".join(told), *_note(rule.note)]


def _number(rule: Rule) -> str:
    if rule.unit == "1":
        return _per_cent(rule.value)
    return str(rule.value) if rule.unit == "year" else f"{rule.value:,}"


def _programme(given: Programme) -> Entry:
    terms = [f"{term.text} {_source(term.standing, term.source)}" for term in given.terms]
    owned = [_say("government_owned")] if given.government_owned else []
    named = _say("programme", name=given.name, support=given.support, ministry=given.ministry)
    return named, [*terms, *owned]


def _targets(code: str, name: str, day: datetime.date) -> Iterator[Entry]:
    """Yield the targets of the partner, and of Japan, that held on the day."""
    for country, called in dict.fromkeys([(code, name), (JAPAN, _say("japan_name"))]):
        held = [target for target in ndc_targets().get(country, ()) if target.holds_on(day)]
        yield from (_target(target, called) for target in held)
        if not held:
            yield _say("ndc_none", name=called), []


def _target(target: NdcTarget, name: str) -> Entry:
    period = str(target.last_year)
    if target.first_year != target.last_year:
        period = f"{target.first_year}–{period}"
    years = _say(f"years.{target.calendar}", years=period)
    amount = target.base and _say(
        "amount", amount=f"{target.base:,}", standing=_say(f"standing.{target.base_standing}")
    )
    base_year = _say(f"years.{target.calendar}", years=target.base_year)
    said = _say(
        "ndc",
        name=name,
        years=years,
        reductions=_reductions(target),
        base=_say(f"below.{target.kind}", years=years, base_year=base_year, amount=amount or ""),
    )
    told = _since(target.since, target.until), _source(target.standing, target.source)
    return said, [" ".join(told), *_note(target.note)]


def _reductions(target: NdcTarget) -> str:
    if target.country == JAPAN and target.unconditional is not None:
        return _say("reduction", share=_per_cent(target.unconditional))
    shares = {"unconditional": target.unconditional, "conditional": target.conditional}
    return " ".join(
        _say(kind, share=_per_cent(share)) for kind, share in shares.items() if share is not None
    )


def _parameter(given: Parameter) -> Entry:
    keys = _say("keys", keys=", ".join(given.keys)) if given.keys else _say("no_key")
    return _say("value", label=given.label, value=given.default), [keys, *_note(given.note)]


def _since(since: datetime.date | None, until: datetime.date | None) -> str:
    if since is None:
        return _say("since_unknown")
    if until is None:
        return _say("since", day=_date(since))
    return _say("since_until", day=_date(since), until=_date(until))


def _source(standing: str, source: str) -> str:
    return _say(f"source.{standing}", source=source)


def _note(note: str) -> Iterable[str]:
    return [_say("note", note=note)] if note else []


def _entry(entry: Entry) -> str:
    said, details = entry
    lines = [_filled(said, "- ", "  "), *(_filled(detail, "    ", "    ") for detail in details)]
    return "\n".join(lines)


def _heading(title: str, under: str) -> list[str]:
    return [title, under * len(title)]


def _filled(text: str, first: str = "", others: str = "") -> str:
    return textwrap.fill(
        written_text(text),
        _WIDTH,
        initial_indent=first,
        subsequent_indent=others,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _per_cent(share: float) -> str:
    """Write a share with the digits it was decided with: 31.89, not 31.9."""
    return f"{100 * share:.4g}"


def _date(day: datetime.date) -> str:
    return _say("date", day=day.day, month=_say(f"month.{day.month}"), year=day.year)


def _say(key: str, **places: object) -> str:
    return _texts()[key].format(**places)


@functools.cache
def _texts() -> dict[str, str]:
    """Return the words of the page by key; those of a group as ``group.key``."""
    texts: dict[str, str] = {}
    for key, said in read_table("rules/page.yaml").items():
        group = said if isinstance(said, dict) else {}
        texts |= {f"{key}.{inner}": text for inner, text in group.items()} or {key: said}
    return texts
