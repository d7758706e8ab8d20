"""Events as rows of the database, and rows as events; neither loses anything."""

from __future__ import annotations

import dataclasses
import datetime
import json
from collections.abc import Mapping
from typing import Any

from jcm_models.ledger import EVENTS, Event, Issuance, UnitEvent, Units, move

__all__ = ["event_of", "row_of"]

# What stands in a column of its own, and not among the details; `source` and `target` of events
# that move units stand in both, since units may go by way of another account than the one named.
_COLUMNS = frozenset({"day", "units"})


def row_of(event: Event, number: int, operation: int) -> dict[str, Any]:
    """Return the row of an event."""
    units = event.units if isinstance(event, UnitEvent | Issuance) else None
    source, target = move(event)
    return {
        "number": number,
        "operation": operation,
        "kind": event.kind,
        "day": event.day,
        "register": units.register if units else None,
        "first": units.first if units else None,
        "last": units.last if units else None,
        "source": source,
        "target": target,
        "details": json.dumps(_details(event), ensure_ascii=False),
    }


def _details(event: Event) -> dict[str, Any]:
    found = {}
    for name, default in _FIELDS[type(event)]:
        value = getattr(event, name)
        if value != default:
            found[name] = value.isoformat() if isinstance(value, datetime.date) else value
    return found


_FIELDS = {
    kind: tuple(
        (field.name, field.default)
        for field in dataclasses.fields(kind)
        if field.name not in _COLUMNS
    )
    for kind in EVENTS.values()
}


def event_of(row: Mapping[Any, Any]) -> Event:
    """Return the event of a row."""
    kind = EVENTS[row["kind"]]
    details = json.loads(row["details"])
    for name, value in details.items():
        if isinstance(value, list):
            details[name] = tuple(value)
        elif name in ("monitored_from", "monitored_to"):
            details[name] = datetime.date.fromisoformat(value)
    if row["register"] is not None:
        details["units"] = Units(row["register"], row["first"], row["last"])
    return kind(day=row["day"], **details)
