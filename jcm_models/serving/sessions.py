"""Who has which kernel, for how long, and when a session is over."""

from __future__ import annotations

import contextvars
import ipaddress
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

__all__ = ["DIED", "IDLE", "OVER", "Limits", "Opening", "Session", "Sessions", "opening_now"]

# What a browser is told as its connection is closed.
DIED, IDLE, OVER = 4001, 4002, 4003
# What a tab says that is closed, reloaded or left. A browser that was out of reach for a while says
# 1000, in answer to what the server has said meanwhile, and wants to go on.
_LEFT = 1001


@dataclass
class Opening:
    """A page that is being made: for whom, and with which kernel as soon as there is one.

    Attributes
    ----------
    visitor : str
        What the cookie of the browser says.
    address : str
        Where the visitor is.
    kernel : str
        The kernel that runs the notebook; empty before it has been started.
    left : bool
        Whether the visitor has gone before the page was whole.
    """

    visitor: str
    address: str = ""
    kernel: str = ""
    left: bool = False


# The page that is being made; the kernel that is started for it is its visitor's.
opening_now: contextvars.ContextVar[Opening] = contextvars.ContextVar("opening_now")


@dataclass(frozen=True)
class Limits:
    """How many sessions there may be, and how long they last.

    Attributes
    ----------
    sessions : int
        The most at once.
    each : int
        The most of one visitor, and of one address.
    making : float
        Until the page has to be whole [s].
    first : float
        Until a page that is whole has to be connected [s].
    grace : float
        Until a connection that broke has to be back [s].
    idle : float
        Without any message of the page [s].
    life : float
        In all [s].
    """

    sessions: int = 40
    each: int = 12
    making: float = 10 * 60.0
    first: float = 60.0
    grace: float = 30.0
    idle: float = 30 * 60.0
    life: float = 12 * 3600.0


@dataclass
class Session:
    """A kernel and the visitor it belongs to."""

    kernel: str
    visitor: str
    address: str
    opened: float
    heard: float
    making: bool = True
    sockets: int = 0
    ever: bool = False
    left: bool = False
    closers: list[Callable[[int], None]] = field(default_factory=list)

    def over(self, now: float, limits: Limits) -> int:
        """Return why the session is over, as what its browser is told; 0 while it goes on."""
        if now - self.opened > limits.life:
            return OVER
        if self.making:
            return OVER if now - self.opened > limits.making else 0
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
        self._openings: list[Opening] = []

    def __len__(self) -> int:
        """Return how many there are, with those that are being started."""
        return len(self._open) + len(self._openings)

    @property
    def full(self) -> bool:
        """Whether nobody may have one more."""
        return len(self) >= self.limits.sessions

    def has_enough(self, wanted: Opening) -> bool:
        """Tell whether a visitor, or all at the same address, have as many as they may."""
        others: list[Session | Opening] = [*self._open.values(), *self._openings]
        own = sum(other.visitor == wanted.visitor for other in others)
        beside = sum(other.address == wanted.address for other in others)
        most = self.limits.each
        return own >= most or (beside >= most and not _of_this_machine(wanted.address))

    def opening(self, page: Opening) -> None:
        """Keep a place for a session that is being started."""
        self._openings.append(page)

    def made(self, page: Opening) -> None:
        """Note that a page is whole, or will never be; a place that was kept for it is given up."""
        self._unopened(page)
        if session := self._open.get(page.kernel):
            session.making = False
            self.heard(session)

    def _unopened(self, page: Opening) -> None:
        if page in self._openings:
            self._openings.remove(page)

    def begin(self, kernel: str, page: Opening) -> Session:
        """Note that a kernel has been started for a page."""
        self._unopened(page)
        page.kernel = kernel
        now = self._clock()
        session = Session(kernel, page.visitor, page.address, now, now)
        return self._open.setdefault(kernel, session)

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
        session.left = code == _LEFT and not session.sockets
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


def _of_this_machine(address: str) -> bool:
    """Tell whether an address says nothing of who is there, as that of a proxy beside us."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:  # a socket file
        return True
