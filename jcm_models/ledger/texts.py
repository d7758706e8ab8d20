"""The texts of events: names that can be told apart, and nothing that a database cannot hold."""

from __future__ import annotations

import dataclasses
import re

from jcm_models.ledger.events import EVENTS, Event

__all__ = ["unwritable"]

# What people write in sentences may hold more than one line.
_PROSE = frozenset({"note", "title", "terms", "reason", "conditions", "revocation"})
_NEVER_EMPTY = frozenset(
    {"project", "authorization", "cooperative_approach", "name", "country", "identification"}
)
# In names also what turns the direction of writing, so that two names can look the same.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_CONTROL_IN_PROSE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def unwritable(event: Event) -> list[str]:
    """Return what is wrong with the texts of an event; nothing where all can be written."""
    found = []
    for name in _TEXTS[type(event)]:
        value = getattr(event, name)
        text = value if isinstance(value, str) else "".join(value)
        if text.isprintable():
            if name in _NEVER_EMPTY and not text.strip():
                found.append(f"its {name.replace('_', ' ')} is empty")
            continue
        called = name.replace("_", " ")
        if (_CONTROL_IN_PROSE if name in _PROSE else _CONTROL).search(text):
            found.append(f"its {called} {text!r} holds characters that cannot be written")
    return found


_TYPES = ("str", "tuple[str, ...]")
_TEXTS = {
    kind: tuple(field.name for field in dataclasses.fields(kind) if field.type in _TYPES)
    for kind in EVENTS.values()
}
