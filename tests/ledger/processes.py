"""Other processes that write into a ledger: ``python -m tests.ledger.processes WORK ADDRESS …``.

Each says that it is ready, waits for a line, and then says of each batch that it is booked, as
soon as it is: what has been said must be there, whatever happens afterwards.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Self

import sqlalchemy as sa

from jcm_models.ledger import Issuance, LedgerError
from jcm_models.ledger_database import Booked, Ledger
from tests.ledger.examples import cancellation, issuance, registration, transfer, units

ROOT = Path(__file__).resolve().parents[2]
A, B = "JPN-participant-A", "JPN-participant-B"
EVENTS_OF_A_BATCH = 8
LEFT_BY_A_BATCH = {A: 4, B: 3, "JPN-cancellation": 3}


def book_batch(ledger: Ledger, name: str) -> list[Booked]:
    """Register a project and issue its credits; move three tonnes and cancel three others."""
    with ledger.writing() as writer:
        booked = writer.book(
            [registration(name, note=name), issuance(A, 10, project=name, note=name)]
        )
        issued = booked[-1].event
        assert isinstance(issued, Issuance)
        assert issued.units is not None
        tonnes = [units(n, n) for n in range(issued.units.first, issued.units.last + 1)]
        moves = [transfer(tonne, A, B, note=name) for tonne in tonnes[1::3]]
        losses = [cancellation(tonne, A, note=name) for tonne in tonnes[2::3]]
        return booked + writer.book([*moves, *losses])


class Other:
    """Another process at work, ended when the ``with`` statement ends."""

    def __init__(self, work: str, address: str, *more: object) -> None:
        words = [work, address, *map(str, more)]
        self.process = subprocess.Popen(
            [sys.executable, "-W", "error", "-m", __name__, *words],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        for stream in (self.process.stdin, self.process.stdout):
            assert stream is not None
            stream.close()

    def says(self) -> str:
        """Return the next line it says; empty if it has ended."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def go_on(self) -> None:
        """Let it go on."""
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def kill(self) -> None:
        """End it at once, wherever it is."""
        self.process.kill()
        self.process.wait()

    def rest(self) -> list[str]:
        """Return all that it has said, in whole lines."""
        assert self.process.stdout is not None
        return [line.strip() for line in self.process.stdout if line.endswith("\n")]


def _say(word: object) -> None:
    print(word, flush=True)


def _wait() -> None:
    _say("ready")
    sys.stdin.readline()


def make(*addresses: str) -> None:
    """Open ledgers, which are made where there are none."""
    for address in addresses:
        _wait()
        with Ledger(address):
            _say("made")


def write(address: str, name: str, batches: str) -> None:
    """Book batches one after another."""
    _wait()
    with Ledger(address) as ledger:
        for number in range(int(batches)):
            book_batch(ledger, f"{name}-{number}")
            _say(number)


def take(address: str, target: str, tonnes: str) -> None:
    """Move tonnes to an account one by one, those that nobody else has moved."""
    with Ledger(address) as ledger:
        _wait()
        for number in range(1, int(tonnes) + 1):
            try:
                ledger.append([transfer(units(number, number), A, target)])
            except LedgerError:
                continue
            _say(number)


def die(address: str) -> None:
    """Be killed within a batch: before its first statement, then before its second, and so on.

    Each time it is another process that dies; the last is past the last statement and lives.
    """
    for statements in count():
        _wait()
        child = os.fork()
        if child == 0:
            with Ledger(address) as ledger:
                _kill_before(ledger, statements)
                book_batch(ledger, "batch")
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if os.WIFEXITED(status):
            _say(f"lived {os.WEXITSTATUS(status)}")
            return
        _say(f"killed {os.WTERMSIG(status)}")


def _kill_before(ledger: Ledger, statements: int) -> None:
    done = count()

    def perhaps(*_: object) -> None:
        if next(done) == statements:
            os.kill(os.getpid(), signal.SIGKILL)

    for moment in ("before_cursor_execute", "commit"):
        sa.event.listen(ledger.engine, moment, perhaps)


WORK: dict[str, Callable[..., None]] = {"make": make, "write": write, "take": take, "die": die}

if __name__ == "__main__":
    WORK[sys.argv[1]](*sys.argv[2:])
