"""The fields of events: of the right kind, told apart, and nothing that a database cannot hold."""

from __future__ import annotations

import dataclasses
import datetime
import functools
import re
import unicodedata

from jcm_models.ledger.events import EVENTS, Event, Units

__all__ = ["alike", "unwritable"]

# What people write in sentences may hold more than one line.
_PROSE = frozenset({"note", "title", "terms", "reason", "conditions", "revocation"})
_NEVER_EMPTY = frozenset(
    {"project", "authorization", "cooperative_approach", "name", "country", "identification"}
)
# In names also what nobody sees: marks of no width, and those that turn the writing around.
_UNSEEN = "\x00-\x1f\x7f-\x9f\xad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff"
_CONTROL = re.compile(f"[{_UNSEEN}]")
_CONTROL_IN_PROSE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")

_TYPES: dict[str, tuple[str, tuple[type, ...]]] = {
    "str": ("a text", (str,)),
    "tuple[str, ...]": ("a tuple of texts", (tuple,)),
    "int": ("a whole number (int)", (int,)),
    "int | None": ("a whole number (int) or None", (int, type(None))),
    "datetime.date": ("a day (datetime.date)", (datetime.date,)),
    "Units": ("Units", (Units,)),
    "Units | None": ("Units or None", (Units, type(None))),
}
_FIELDS = {
    kind: tuple((field.name, *_TYPES[str(field.type)]) for field in dataclasses.fields(kind))
    for kind in EVENTS.values()
}


def unwritable(event: Event) -> list[str]:
    """Return what is wrong with the fields of an event; nothing where all can be written."""
    found = []
    for name, needed, types in _FIELDS[type(event)]:
        value = getattr(event, name)
        if type(value) not in types:
            found.append(f"its {name} is {value!r}, and {needed} is needed")
        elif isinstance(value, str):
            found += _text(name, value)
        elif isinstance(value, Units):
            found += _units(value)
        elif isinstance(value, tuple):
            for each in value:
                found += _text(name, each) if type(each) is str else [f"its {name} holds {each!r}"]
    return found


def _units(units: Units) -> list[str]:
    if type(units.first) is int and type(units.last) is int and type(units.register) is str:
        return _text("register", units.register)
    return [f"its units are {units!r}, and whole numbers (int) of a register are needed"]


def _text(name: str, text: str) -> list[str]:
    called = name.replace("_", " ")
    if not text.isprintable() and (_CONTROL_IN_PROSE if name in _PROSE else _CONTROL).search(text):
        return [f"its {called} {text!r} holds characters that cannot be written or seen"]
    if name in _NEVER_EMPTY and not text.strip():
        return [f"its {called} is empty"]
    return []


@functools.lru_cache(maxsize=10_000)
def alike(name: str) -> str:
    """Return what two names have in common that people would take for one.

    Examples
    --------
    >>> alike("MN\N{FULLWIDTH DIGIT ONE}  a") == alike("mn1 A")
    True
    """
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
