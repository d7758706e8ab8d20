"""Who has which kernel, for how long, and when a session is over."""

from __future__ import annotations

import contextvars
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

__all__ = ["DIED", "IDLE", "Limits", "Session", "Sessions", "visitor_now"]

# What a browser is told as its connection is closed.
DIED, IDLE, OVER = 4001, 4002, 4003
# A tab that was closed, reloaded or left says so.
_LEFT = {1000, 1001}

# The visitor whose page is being made; the kernels that are started for it are theirs.
visitor_now: contextvars.ContextVar[str] = contextvars.ContextVar("visitor_now", default="")


@dataclass(frozen=True)
class Limits:
    """How many sessions there may be, and how long they last.

    Attributes
    ----------
    sessions : int
        The most at once.
    each : int
        The most of one visitor.
    first : float
        Until the page has to be connected [s].
    grace : float
        Until a connection that broke has to be back [s].
    idle : float
        Without any message of the page [s].
    life : float
        In all [s].
    """

    sessions: int = 40
    each: int = 12
    first: float = 60.0
    grace: float = 30.0
    idle: float = 30 * 60.0
    life: float = 12 * 3600.0


@dataclass
class Session:
    """A kernel and the visitor it belongs to."""

    kernel: str
    visitor: str
    opened: float
    heard: float
    sockets: int = 0
    ever: bool = False
    left: bool = False
    closers: list[Callable[[int], None]] = field(default_factory=list)

    def over(self, now: float, limits: Limits) -> int:
        """Return why the session is over, as what its browser is told; 0 while it goes on."""
        if now - self.opened > limits.life:
            return OVER
        if self.sockets:
            return IDLE if now - self.heard > limits.idle else 0
        if self.left:
            return OVER
        patience = limits.grace if self.ever else limits.first
        return OVER if now - self.heard > patience else 0


class Sessions:
    """All sessions of a server.

    Parameters
    ----------
    limits : Limits
        How many there may be, and how long they last.
    clock : callable
        Tells the time [s].
    """

    def __init__(self, limits: Limits, clock: Callable[[], float] = time.monotonic) -> None:
        self.limits = limits
        self._clock = clock
        self._open: dict[str, Session] = {}
        self._starting: list[str] = []

    def __len__(self) -> int:
        """Return how many there are, with those that are being started."""
        return len(self._open) + len(self._starting)

    def has_room_for(self, visitor: str) -> bool:
        """Tell whether a visitor may have one more."""
        own = [session for session in self._open.values() if session.visitor == visitor]
        waiting = self._starting.count(visitor)
        return len(self) < self.limits.sessions and len(own) + waiting < self.limits.each

    def starting(self, visitor: str) -> None:
        """Keep a place for a session that is being started."""
        self._starting.append(visitor)

    def not_starting(self, visitor: str) -> None:
        """Give up a place that was kept and not taken."""
        if visitor in self._starting:
            self._starting.remove(visitor)

    def begin(self, kernel: str, visitor: str) -> Session:
        """Note that a kernel has been started for a visitor."""
        self.not_starting(visitor)
        now = self._clock()
        return self._open.setdefault(kernel, Session(kernel, visitor, now, now))

    def of(self, kernel: str, visitor: str) -> Session | None:
        """Return the session of a kernel, if it is this visitor's."""
        found = self._open.get(kernel)
        return found if found is not None and found.visitor == visitor else None

    def connected(self, session: Session, closer: Callable[[int], None]) -> None:
        """Note that the page of a session is connected; `closer` ends the connection."""
        session.sockets += 1
        session.ever, session.left = True, False
        session.closers.append(closer)
        self.heard(session)

    def heard(self, session: Session) -> None:
        """Note that the page has sent something."""
        session.heard = self._clock()

    def disconnected(
        self, session: Session, closer: Callable[[int], None], code: int | None
    ) -> None:
        """Note that a connection has ended: for good, if the tab was left."""
        session.sockets = max(session.sockets - 1, 0)
        if closer in session.closers:
            session.closers.remove(closer)
        session.left = code in _LEFT and not session.sockets
        self.heard(session)

    def over(self) -> Iterator[tuple[Session, int]]:
        """Yield the sessions that are over, and why."""
        now = self._clock()
        for session in list(self._open.values()):
            if reason := session.over(now, self.limits):
                yield session, reason

    def end(self, kernel: str, reason: int) -> None:
        """Forget a session, and tell its browser."""
        session = self._open.pop(kernel, None)
        for close in list(session.closers) if session else ():
            close(reason)
