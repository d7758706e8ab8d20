"""The tables of the ledger, the same in SQLite and in PostgreSQL.

``event`` is the ledger: rows are added and never changed or removed, which the database itself
refuses. The other tables are what follows from it, kept in the same transaction, so that a state
is found without reading a million events; `queries.problems_of` compares the two.
"""

from __future__ import annotations

import sqlite3
import time
from typing import Any

import sqlalchemy as sa

__all__ = [
    "FORMAT",
    "account",
    "block",
    "engine_of",
    "event",
    "grant",
    "issuance",
    "metadata",
    "notice",
    "project",
    "register",
    "state",
    "wanted",
]

FORMAT = 1
"""Version of the tables; another version is refused and not guessed at."""

metadata = sa.MetaData()


def _text(name: str, **more: Any) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, **more)


def _whole(name: str, **more: Any) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, **{"nullable": False, **more})


def _number() -> sa.Column[int]:
    """Return a key that is given, not counted by the database."""
    return _whole("number", primary_key=True, autoincrement=False)


# One row: writers take turns by locking it.
state = sa.Table(
    "state",
    metadata,
    _whole("id", primary_key=True, autoincrement=False),
    _whole("format"),
    _whole("events"),
    _whole("issuances"),
)
register = sa.Table("register", metadata, _text("code", primary_key=True), _whole("next_serial"))
account = sa.Table("account", metadata, _text("code", primary_key=True))
project = sa.Table("project", metadata, _text("code", primary_key=True), _whole("event"))
grant = sa.Table(
    "grant_given", metadata, _text("code", primary_key=True), _whole("event"), _whole("authorized")
)
notice = sa.Table("notice", metadata, _text("partner", primary_key=True), _whole("event"))
issuance = sa.Table(
    "issuance",
    metadata,
    _number(),
    _whole("event"),
    _text("project", index=True),
    _text("host"),
    _whole("vintage"),
)
event = sa.Table(
    "event",
    metadata,
    _number(),
    _whole("operation"),
    _text("kind"),
    sa.Column("day", sa.Date, nullable=False),
    sa.Column("register", sa.Text),
    _whole("first", nullable=True),
    _whole("last", nullable=True),
    sa.Column("source", sa.Text),
    sa.Column("target", sa.Text),
    _text("details"),
)
block = sa.Table(
    "block",
    metadata,
    _text("register", primary_key=True),
    _whole("first", primary_key=True, autoincrement=False),
    _whole("last"),
    _text("account"),
    _whole("issuance"),
    sa.Column("since", sa.Date, nullable=False),
    _text("authorization"),
    sa.Column("first_transferred", sa.Date),
    _text("transferred_by"),
    _text("transferred_to"),
)
sa.Index("block_by_account", block.c.account, block.c.issuance, block.c.first, block.c.last)

# The ranges a batch touches; of the connection alone, and empty outside a transaction.
wanted = sa.Table(
    "wanted",
    sa.MetaData(),
    _text("register"),
    _whole("first"),
    _whole("last"),
    prefixes=["TEMPORARY"],
)

_NO_CHANGE = "events are never changed or removed"
_SQLITE_TRIGGER = """
CREATE TRIGGER IF NOT EXISTS event_no_{word} BEFORE {word} ON event
BEGIN SELECT RAISE(ABORT, '{text}'); END
"""
_POSTGRESQL_FUNCTION = """
CREATE OR REPLACE FUNCTION event_unchanged() RETURNS trigger AS
$$ BEGIN RAISE EXCEPTION '{text}'; END $$ LANGUAGE plpgsql
"""
_POSTGRESQL_TRIGGER = """
CREATE OR REPLACE TRIGGER event_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON event
FOR EACH STATEMENT EXECUTE FUNCTION event_unchanged()
"""


def _protect(dialect: str, statement: str) -> None:
    ddl = sa.DDL(statement).execute_if(dialect=dialect)  # type: ignore[no-untyped-call]
    sa.event.listen(event, "after_create", ddl)


# SQLite would let INSERT OR REPLACE take the place of an event without asking the others.
_SQLITE_REPLACE = """
CREATE TRIGGER IF NOT EXISTS event_no_replace BEFORE INSERT ON event
WHEN EXISTS (SELECT 1 FROM event WHERE number = NEW.number)
BEGIN SELECT RAISE(ABORT, '{text}'); END
"""

for _word in ("UPDATE", "DELETE"):
    _protect("sqlite", _SQLITE_TRIGGER.format(word=_word, text=_NO_CHANGE))
_protect("sqlite", _SQLITE_REPLACE.format(text=_NO_CHANGE))
_protect("postgresql", _POSTGRESQL_FUNCTION.format(text=_NO_CHANGE))
_protect("postgresql", _POSTGRESQL_TRIGGER)


def engine_of(url: str | sa.URL) -> sa.Engine:
    """Return a connection to a database, made ready for one writer at a time.

    Parameters
    ----------
    url : str or sqlalchemy.URL
        As SQLAlchemy writes it: ``sqlite:///ledger.sqlite``, ``postgresql+psycopg://…``.
    """
    try:
        engine = sa.create_engine(url)
    except ValueError as error:  # a port that is no number
        raise sa.exc.ArgumentError(str(error)) from error
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _set_up_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


# How long a writer waits for another one [ms].
_PATIENCE = 60_000
# Until it asks once more where it has to ask itself [s].
_PAUSE = 0.01


def _set_up_sqlite(connection: Any, _: Any) -> None:
    """Leave transactions to us, keep readers beside a writer, and wait for other writers."""
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout={_PATIENCE}")
    _write_ahead(connection)
    for setting in ("synchronous=FULL", "temp_store=MEMORY"):
        connection.execute(f"PRAGMA {setting}")


def _write_ahead(connection: Any) -> None:
    """Set how SQLite keeps its journal: the one statement that SQLite itself never waits with."""
    patience = time.monotonic() + _PATIENCE / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            locked = error.sqlite_errorcode == sqlite3.SQLITE_BUSY
            if not locked or time.monotonic() > patience:
                raise
            time.sleep(_PAUSE)
        else:
            return


def _begin_sqlite(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
