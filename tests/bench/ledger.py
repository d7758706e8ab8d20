"""How a ledger of a million events does, beside a table with a row for each tonne."""

import datetime
import sqlite3
import time
from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import psutil

from jcm_models.ledger import (
    Cancellation,
    Event,
    Issuance,
    Opening,
    Registration,
    Retirement,
    Transfer,
    Units,
)
from jcm_models.ledger_database import Booked, Ledger, queries

Row = tuple[str, float, float | None, str, float]

EVENTS = 1_000_000
BATCH = 10_000
EARLY = 100_000
PLAIN = 50_000
PROJECTS = 1_000
TONNES = 100
BEGIN = datetime.date(2021, 1, 1)
HOLDERS = [f"JPN-participant-{number}" for number in range(50)]


class Years:
    """Batches of events, a fifth of them issuances and the others of units issued before.

    Six in ten transfer half of what an account holds together, so that blocks are split ever
    finer; one in ten retires and one in ten cancels it.
    """

    def __init__(self) -> None:
        self.random = Random(1)
        self.number = 0
        # Units that somebody holds together: always as many, and bare numbers, so that the memory
        # measured is the ledger's.
        self.first, self.last, self.holder = array("q"), array("q"), array("q")

    def start(self) -> list[Event]:
        """Return what must be there before."""
        projects = [f"TH{number:04}" for number in range(PROJECTS)]
        return [
            *(Opening(day=BEGIN, account=holder) for holder in HOLDERS),
            *(Registration(day=BEGIN, project=project, host="THA") for project in projects),
        ]

    def batch(self) -> list[Event]:
        """Return the events of the next day."""
        day = BEGIN + datetime.timedelta(self.number)
        vintage = 1900 + self.number  # another for each batch, all before the Paris Agreement
        self.number += 1
        issued: list[Event] = [
            Issuance(
                day=day,
                project=f"TH{number % PROJECTS:04}",
                vintage=vintage,
                monitored_from=datetime.date(vintage, 1, 1),
                monitored_to=datetime.date(vintage, 12, 31),
                target=HOLDERS[number // PROJECTS],
                quantity=TONNES,
            )
            for number in range(BATCH // 5)
        ]
        moved = [self._moved(day) for _ in range(BATCH - len(issued))] if self.first else []
        return [*issued, *moved]

    def _moved(self, day: datetime.date) -> Event:
        place = self.random.randrange(len(self.first))
        first, last, holder = self.first[place], self.last[place], self.holder[place]
        half = Units("JPN", first, (first + last) // 2)
        what, source = self.random.random(), HOLDERS[holder]
        if first < last:
            self.first[place] = half.last + 1
        elif what < 0.75:
            self.holder[place] = (holder + 1) % len(HOLDERS)
        else:
            for numbers in (self.first, self.last, self.holder):
                numbers[place] = numbers[-1]
                numbers.pop()
        if what < 0.75:
            target = HOLDERS[(holder + 1) % len(HOLDERS)]
            return Transfer(day=day, units=half, source=source, target=target)
        if what < 0.875:
            return Retirement(day=day, units=half, source=source, purpose="pledge")
        return Cancellation(day=day, units=half, source=source)

    def note(self, booked: Sequence[Booked]) -> None:
        """Take note of units that were issued, in place of others once there are enough."""
        for _, event in booked:
            if isinstance(event, Issuance) and event.units:
                new = (event.units.first, event.units.last, HOLDERS.index(event.target))
                full = len(self.first) >= BATCH
                place = self.random.randrange(BATCH) if full else 0
                for numbers, number in zip((self.first, self.last, self.holder), new, strict=True):
                    if full:
                        numbers[place] = number
                    else:
                        numbers.append(number)


class Plain:
    """A row for each tonne, with its account: no rules, no history of a tonne."""

    def __init__(self, file: Path) -> None:
        self.connection = sqlite3.connect(file)
        self.connection.execute("PRAGMA journal_mode=WAL")
        self.connection.execute("CREATE TABLE tonne (number INTEGER PRIMARY KEY, account TEXT)")
        self.connection.execute("CREATE TABLE event (number INTEGER PRIMARY KEY, what TEXT)")

    def append(self, events: Sequence[Event]) -> None:
        """Write events down, each tonne by itself, in one transaction."""
        with self.connection as connection:
            for event in events:
                connection.execute("INSERT INTO event (what) VALUES (?)", (str(event),))
                if isinstance(event, Issuance):
                    rows = [(event.target,)] * event.quantity
                    connection.executemany("INSERT INTO tonne (account) VALUES (?)", rows)
                elif isinstance(event, Transfer | Retirement | Cancellation):
                    target = event.target if isinstance(event, Transfer) else event.kind
                    connection.execute(
                        "UPDATE tonne SET account = ? WHERE number BETWEEN ? AND ?",
                        (target, event.units.first, event.units.last),
                    )

    def balances(self) -> dict[str, int]:
        """Return the tonnes of each account."""
        query = "SELECT account, count(*) FROM tonne GROUP BY account"
        return dict(self.connection.execute(query).fetchall())


def _seconds(action: object) -> float:
    started = time.perf_counter()
    action()  # type: ignore[operator]
    return time.perf_counter() - started


def _resident() -> float:
    return float(psutil.Process().memory_info().rss) / 2**20


def _ours(file: Path, plain: Plain) -> tuple[Ledger, float, float, float]:
    """Fill a ledger, and a plain one at first; return it, both rates and the memory early on."""
    ledger, years = Ledger(file), Years()
    ledger.append(years.start())
    done, spent, plain_spent, early = 0, 0.0, 0.0, 0.0
    while done < EVENTS:
        events = years.batch()
        started = time.perf_counter()
        booked = ledger.append(events)
        spent += time.perf_counter() - started
        years.note(booked)
        if done < PLAIN:
            plain_spent += _seconds(lambda batch=events: plain.append(batch))  # type: ignore[misc]
        done += len(booked)
        if done <= EARLY:
            early = _resident()
    return ledger, done / spent, PLAIN / plain_spent, early


def measure() -> Iterator[Row]:
    """A million events in batches of 10,000; all balances; and the memory that takes."""
    with TemporaryDirectory() as folder:
        plain = Plain(Path(folder, "plain.sqlite"))
        ledger, rate, plain_rate, early = _ours(Path(folder, "ledger.sqlite"), plain)
        late = _resident()
        scaled = 1000 * _seconds(plain.balances) * EVENTS / PLAIN
        plain.connection.close()
        name = "a row for each tonne, without rules"
        yield "ledger: a million events appended [events/s]", rate, 10_000, name, plain_rate
        for what, action in (
            ("ledger: all balances after a million events", queries.balances),
            ("ledger: the same, added up from the events", queries.balances_on),
        ):
            found = 1000 * _seconds(lambda ask=action: ask(ledger))  # type: ignore[misc]
            yield what, found, 1000, f"{name}, scaled", scaled
        yield "ledger: memory after a million events [MB]", late, None, "after 100,000 [MB]", early
        assert queries.problems_of(ledger) == []
        ledger.close()
