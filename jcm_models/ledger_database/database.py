"""The ledger in a database: events in, each batch in one transaction; balances and history out."""

from __future__ import annotations

import contextlib
import datetime
import functools
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

import sqlalchemy as sa

from jcm_models.ledger import JAPAN, Book, Event, book_all, unwritable
from jcm_models.ledger_database import schema
from jcm_models.ledger_database.laying import lay_open, take_down
from jcm_models.ledger_database.rows import row_of
from jcm_models.rulebook import partners, rules_at

__all__ = ["Booked", "Ledger", "Writer", "failures_in_words"]

# Serialises the first set-up of a database among PostgreSQL's clients; any number will do.
_SET_UP = 6_2_2021
_MOST_NAMES = 5


class Booked(NamedTuple):
    """An event with its number in the ledger."""

    number: int
    event: Event


class Writer:
    """The one who writes: what it reads, nobody else can change before it is done."""

    def __init__(self, connection: sa.Connection) -> None:
        self.connection = connection
        lock = sa.select(schema.state.c.events).with_for_update()
        self._last: int = connection.execute(lock).scalar_one()

    def book(
        self, events: Sequence[Event], name: Callable[[int], str] | None = None
    ) -> list[Booked]:
        """Book events in their order; see `Ledger.append`."""
        empty = Book(_registers(), _first_itmo_vintage(), _signed())
        # What no database could be asked for is refused without being laid open.
        book = lay_open(self.connection, empty, [e for e in events if not unwritable(e)])
        before = set(book.blocks)
        operation = self._last + 1
        booked = list(enumerate(book_all(book, events, name), start=operation))
        rows = [row_of(event, number, operation) for number, event in booked]
        if rows:
            self.connection.execute(sa.insert(schema.event), rows)
            take_down(self.connection, book, booked, before)
            self._last += len(rows)
            now = {"events": self._last, "issuances": book.next_issuance - 1}
            self.connection.execute(sa.update(schema.state).values(now))
        return [Booked(number, event) for number, event in booked]


@contextlib.contextmanager
def failures_in_words(where: str | Path) -> Iterator[None]:
    """Turn what a database says when it cannot be used into words with a way out.

    Raises
    ------
    ValueError
        If there is no such database, it is none, or it is damaged.
    """
    try:
        yield
    except (sa.exc.SQLAlchemyError, ImportError) as error:
        reason = str(getattr(error, "orig", None) or error).partition("\n")[0]
        named = re.sub(r"(://[^:/@]*):[^@]*@", r"\1:***@", str(where))  # a password is not shown
        message = (
            f"{named} cannot be used as a ledger ({reason}); name a file that jcm ledger made, a "
            "new one in a folder that is there, or the address of a PostgreSQL database such as "
            "postgresql+psycopg://user@host/name"
        )
        raise ValueError(message) from error


@functools.cache
def _registers() -> frozenset[str]:
    return frozenset({JAPAN, *partners()})


@functools.cache
def _signed() -> dict[str, datetime.date]:
    return {code: each.signed for code, each in partners().items() if each.signed}


@functools.cache
def _first_itmo_vintage() -> int:
    rules = rules_at(next(iter(partners())), datetime.date.max)
    return int(rules["first_itmo_vintage"].value)


class Ledger:
    """The registers of Japan and its partners, in a database.

    Parameters
    ----------
    where : str or pathlib.Path
        A file, made if it is not there; or the address of a database as SQLAlchemy writes it,
        such as ``postgresql+psycopg://user@host/name``.

    Raises
    ------
    ValueError
        If it cannot be opened, or is something else than a ledger.

    Notes
    -----
    Writers take turns, also from several processes; readers see whole transactions only.
    """

    def __init__(self, where: str | Path) -> None:
        address = "://" in str(where)
        url = str(where) if address else sa.URL.create("sqlite", database=str(where))
        with failures_in_words(where):
            self.engine = schema.engine_of(url)
            try:
                with self._transaction(writes=True) as connection:
                    _set_up(connection)
            except BaseException:
                self.close()
                raise

    def __enter__(self) -> Ledger:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()

    @contextlib.contextmanager
    def _transaction(self, *, writes: bool) -> Iterator[sa.Connection]:
        options: dict[str, Any] = {"writes": writes}
        if not writes and self.engine.dialect.name == "postgresql":
            options["isolation_level"] = "REPEATABLE READ"  # one state for all it reads
        with self.engine.connect().execution_options(**options) as connection, connection.begin():
            yield connection

    def balances(self, on: datetime.date | None = None) -> dict[str, int]:
        """Return what each account holds, or held at the end of a day [tCO2e].

        Parameters
        ----------
        on : datetime.date, optional
            The day; now by default.
        """
        from jcm_models.ledger_database import queries  # it asks this class

        return queries.balances(self) if on is None else queries.balances_on(self, on)

    @contextlib.contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Read one state of the ledger, whatever is written meanwhile."""
        with self._transaction(writes=False) as connection:
            yield connection

    @contextlib.contextmanager
    def writing(self) -> Iterator[Writer]:
        """Write within one transaction: all of it is booked, or nothing."""
        with self._transaction(writes=True) as connection:
            yield Writer(connection)

    def append(
        self, events: Iterable[Event], name: Callable[[int], str] | None = None
    ) -> list[Booked]:
        """Book events in their order, all or none.

        Parameters
        ----------
        events : iterable of Event
            What happened.
        name : callable, optional
            What the event at a position is called in the message.

        Returns
        -------
        list of Booked
            The events with their numbers; the units of issuances are numbered too.

        Raises
        ------
        LedgerError
            With every event that is refused and every reason.
        """
        with self.writing() as writer:
            return writer.book(list(events), name)


def _set_up(connection: sa.Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_SET_UP)))
    others = sorted(sa.inspect(connection).get_table_names())
    if others and schema.state.name not in others:
        message = (
            f"the database holds other tables ({', '.join(others[:_MOST_NAMES])}) and no ledger; "
            "a ledger has a database of its own: name another, or a new file"
        )
        raise ValueError(message)
    schema.metadata.create_all(connection)
    found = connection.scalar(sa.select(schema.state.c.format))
    if found is None:
        start = {"id": 1, "format": schema.FORMAT, "events": 0, "issuances": 0}
        connection.execute(sa.insert(schema.state), start)
    elif found != schema.FORMAT:
        message = (
            f"the ledger has tables of version {found}, and this workbench reads version "
            f"{schema.FORMAT}; use the workbench that wrote it, or start a new ledger"
        )
        raise ValueError(message)
