"""Lay open the part of the book that events touch, and take down what they changed.

Work and memory grow with the batch, not with the ledger.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from jcm_models.ledger import (
    Authorization,
    Block,
    Book,
    Event,
    Grant,
    Issuance,
    Notice,
    Opening,
    Registration,
    UnitEvent,
    Units,
)
from jcm_models.ledger.rules import MOST_UNITS
from jcm_models.ledger_database import schema
from jcm_models.ledger_database.rows import event_of

__all__ = ["lay_open", "take_down"]

_LENGTHS = (1, 10, 100, 1000)


def lay_open(connection: sa.Connection, book: Book, events: Sequence[Event]) -> Book:
    """Fill an empty book with what is needed to judge events.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        Within a transaction that no other writer can disturb.
    book : Book
        Empty.
    events : sequence of Event
        What is to be judged.
    """
    for code, serial in connection.execute(sa.select(*schema.register.c)):
        book.next_serial[code] = serial
    book.next_issuance = connection.scalar(sa.select(schema.state.c.issuances + 1)) or 1
    for event in _behind(connection, schema.notice, None):
        if isinstance(event, Notice):
            book.notices[event.partner] = event.day
    _lay_blocks(connection, book, [e.units for e in events if isinstance(e, UnitEvent)])
    _lay_issuances(connection, book, [e for e in events if isinstance(e, Issuance)])
    _lay_leave(connection, book, events)
    if any(isinstance(each, Opening) for each in events):
        book.participants.update(connection.scalars(sa.select(schema.account.c.code)))
    named = {getattr(each, "source", "") for each in events}
    named |= {getattr(each, "target", "") for each in events}
    for some in _portions(named):
        query = sa.select(schema.account.c.code).where(schema.account.c.code.in_(some))
        book.participants.update(connection.scalars(query))
    return book


def _lay_blocks(connection: sa.Connection, book: Book, ranges: Sequence[Units]) -> None:
    """Lay open the blocks that overlap ranges: those that begin in one, and the one before."""
    block, wanted = schema.block, schema.wanted
    touched = [
        {"register": u.register, "first": u.first, "last": u.last}
        for u in ranges
        if 1 <= u.first <= u.last <= MOST_UNITS  # others are refused without a look
    ]
    if not touched:
        return
    wanted.create(connection, checkfirst=True)
    connection.execute(sa.delete(wanted))
    connection.execute(sa.insert(wanted), touched)
    before = (
        sa.select(sa.func.max(block.c.first))
        .where(block.c.register == wanted.c.register, block.c.first <= wanted.c.first)
        .scalar_subquery()
    )
    begins = sa.func.coalesce(before, wanted.c.first)
    connection.execute(sa.update(wanted).values(first=begins))
    # An outer join, and no condition on it, so that the database goes through the ranges.
    query = (
        sa.select(block)
        .select_from(wanted)
        .outerjoin(
            block,
            sa.and_(
                block.c.register == wanted.c.register,
                block.c.first >= wanted.c.first,
                block.c.first <= wanted.c.last,
            ),
        )
    )
    rows = connection.execute(query.distinct().order_by(block.c.register, block.c.first))
    for row in rows:
        if row.register is not None:
            book.lay(Block(*row))


def _lay_issuances(connection: sa.Connection, book: Book, new: Sequence[Issuance]) -> None:
    """Lay open the issuances of the blocks, and those that new ones might repeat."""
    columns = schema.issuance.c
    numbers = {block.issuance for block in book}
    for some in _portions(numbers):
        for number, event in _numbered(connection, columns.number.in_(some)):
            book.issuances[number] = event
    vintages = {each.vintage for each in new}
    for some in _portions({each.project for each in new}):
        where = sa.and_(columns.project.in_(some), columns.vintage.in_(vintages))
        for _, event in _numbered(connection, where):
            book.issued_for[event.project].append(event)


def _numbered(connection: sa.Connection, where: Any) -> Iterator[tuple[int, Issuance]]:
    issuance, event = schema.issuance, schema.event
    query = (
        sa.select(issuance.c.number.label("issuance_number"), event)
        .join(event, event.c.number == issuance.c.event)
        .where(where)
    )
    for row in connection.execute(query).mappings():
        found = event_of(row)
        if isinstance(found, Issuance):
            yield row["issuance_number"], found


def _lay_leave(connection: sa.Connection, book: Book, events: Sequence[Event]) -> None:
    """Lay open the authorizations and the projects that events and blocks speak of."""
    grants = {each.authorization for each in events if isinstance(each, Grant | Authorization)}
    grants |= {block.authorization for block in book if block.authorization}
    for found in _behind(connection, schema.grant, grants):
        if isinstance(found, Grant):
            book.grants[found.authorization] = found
    for some in _portions(grants):
        query = sa.select(schema.grant.c.code, schema.grant.c.authorized)
        for code, quantity in connection.execute(query.where(schema.grant.c.code.in_(some))):
            book.authorized[code] = quantity
    projects = {e.project for e in events if isinstance(e, Registration | Issuance)}
    projects |= {issued.project for issued in book.issuances.values()}
    projects |= {name for each in events if isinstance(each, Grant) for name in each.projects}
    # New names, and notices, are judged against all projects.
    all_of_them = any(isinstance(each, Notice | Registration) for each in events)
    for found in _behind(connection, schema.project, None if all_of_them else projects):
        if isinstance(found, Registration):
            book.projects[found.project] = found


def _behind(
    connection: sa.Connection, table: sa.Table, keys: Iterable[str] | None
) -> Iterator[Event]:
    """Yield the events that rows of a table stem from; of all rows where `keys` is None."""
    query = sa.select(schema.event).join(table, table.c.event == schema.event.c.number)
    (key,) = table.primary_key.columns
    queries = [query] if keys is None else [query.where(key.in_(some)) for some in _portions(keys)]
    for each in queries:
        yield from map(event_of, connection.execute(each).mappings())


def _portions(keys: Iterable[Any]) -> Iterator[list[Any]]:
    """Divide keys into lists of few lengths, the last key repeated.

    A statement with another number of values is another statement, which databases prepare and
    drivers keep; so there are only as many as there are lengths.
    """
    known = sorted(keys)
    for start in range(0, len(known), _LENGTHS[-1]):
        some = known[start : start + _LENGTHS[-1]]
        length = next(length for length in _LENGTHS if length >= len(some))
        yield some + some[-1:] * (length - len(some))


def take_down(
    connection: sa.Connection, book: Book, events: Sequence[tuple[int, Event]], before: set[Any]
) -> None:
    """Write what has changed: new and changed blocks, and what the events brought into being.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        Within the transaction.
    book : Book
        After the events.
    events : sequence of (int, Event)
        What was booked, with its number.
    before : set
        The blocks that stand in the database already.
    """
    _take_down_blocks(connection, book, before)
    _take_down_names(connection, book, events)
    serials = [{"code": code, "next": serial} for code, serial in book.next_serial.items()]
    known = set(connection.scalars(sa.select(schema.register.c.code)))
    _insert(
        connection,
        schema.register,
        [{"code": s["code"], "next_serial": s["next"]} for s in serials if s["code"] not in known],
    )
    _update(
        connection,
        sa.update(schema.register)
        .where(schema.register.c.code == sa.bindparam("key"))
        .values(next_serial=sa.bindparam("next")),
        [{"key": s["code"], "next": s["next"]} for s in serials if s["code"] in known],
    )


def _take_down_blocks(connection: sa.Connection, book: Book, before: set[Any]) -> None:
    keys = sorted(book.changed)
    new = [_BLOCK(book.blocks[key]) for key in keys if key not in before]
    _insert(connection, schema.block, [dict(zip(_COLUMNS, row, strict=True)) for row in new])
    old = [_BLOCK(book.blocks[key]) for key in keys if key in before]
    _update(connection, _REPLACED, [dict(zip(_NEW_COLUMNS, row, strict=True)) for row in old])


_COLUMNS = tuple(schema.block.c.keys())
_BLOCK = operator.attrgetter(*_COLUMNS)
# A column cannot lend its name to a value of its own update.
_NEW_COLUMNS = tuple(f"new_{name}" for name in _COLUMNS)
_REPLACED = (
    sa.update(schema.block)
    .where(schema.block.c.register == sa.bindparam("new_register"))
    .where(schema.block.c.first == sa.bindparam("new_first"))
    .values({name: sa.bindparam(f"new_{name}") for name in _COLUMNS[2:]})
)


def _take_down_names(
    connection: sa.Connection, book: Book, events: Sequence[tuple[int, Event]]
) -> None:
    new: dict[sa.Table, list[dict[str, Any]]] = {}
    used = set()
    issued = book.next_issuance - sum(isinstance(event, Issuance) for _, event in events)
    for number, event in events:
        match event:
            case Opening():
                new.setdefault(schema.account, []).append({"code": event.account})
            case Registration():
                row = {"code": event.project, "event": number}
                new.setdefault(schema.project, []).append(row)
            case Notice():
                row = {"partner": event.partner, "event": number}
                new.setdefault(schema.notice, []).append(row)
            case Grant():
                row = {"code": event.authorization, "event": number, "authorized": 0}
                new.setdefault(schema.grant, []).append(row)
            case Authorization():
                used.add(event.authorization)
            case Issuance():
                new.setdefault(schema.issuance, []).append(_issued(book, event, number, issued))
                issued += 1
    for table, rows in new.items():
        _insert(connection, table, rows)
    statement = (
        sa.update(schema.grant)
        .where(schema.grant.c.code == sa.bindparam("key"))
        .values(authorized=sa.bindparam("total"))
    )
    totals = [{"key": code, "total": book.authorized[code]} for code in sorted(used)]
    _update(connection, statement, totals)


def _issued(book: Book, event: Issuance, event_number: int, number: int) -> dict[str, Any]:
    return {
        "number": number,
        "event": event_number,
        "project": event.project,
        "host": book.projects[event.project].host,
        "vintage": event.vintage,
    }


def _insert(connection: sa.Connection, table: sa.Table, rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute(sa.insert(table), rows)


def _update(connection: sa.Connection, statement: sa.Update, rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute(statement, rows)
