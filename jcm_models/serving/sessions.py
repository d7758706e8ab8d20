"""Who has which kernel, for how long, and when a session is over."""

from __future__ import annotations

import contextvars
import ipaddress
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

__all__ = [
    "DIED",
    "IDLE",
    "OVER",
    "Limits",
    "Session",
    "Sessions",
    "Visit",
    "place_of",
    "visit_now",
]

# What a browser is told as its connection is closed.
DIED, IDLE, OVER = 4001, 4002, 4003
# What a tab says that is closed, reloaded or left. A browser that was out of reach for a while says
# 1000, in answer to what the server has said meanwhile, and wants to go on.
_LEFT = 1001

_OF_A_NETWORK = 64  # bits of an address of IPv6 that one household or office has


@dataclass
class Visit:
    """A page that is being made: for whom, and by which kernel.

    Attributes
    ----------
    visitor : str
        What the browser's cookie says.
    address : str
        Where it comes from, as `place_of` says.
    kernel : str
        The kernel, as soon as there is one.
    """

    visitor: str = ""
    address: str = ""
    kernel: str = ""


# The visit whose page is being made; the kernel that is started for it is its own.
visit_now: contextvars.ContextVar[Visit] = contextvars.ContextVar("visit_now")


def place_of(address: str) -> str:
    """Return what counts as one place; empty for this machine, which has no limit of its own."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    found = getattr(found, "ipv4_mapped", None) or found
    if found.is_loopback:
        return ""
    if found.version == 4:
        return str(found)
    return str(ipaddress.ip_network((found, _OF_A_NETWORK), strict=False))


@dataclass(frozen=True)
class Limits:
    """How many sessions there may be, and how long they last.

    Attributes
    ----------
    sessions : int
        The most at once.
    each : int
        The most of one visitor; a place, where many may be, has half of all.
    making : float
        Until a page has to be whole [s].
    first : float
        Until a page that is whole has to be connected [s].
    grace : float
        Until a connection that broke has to be back [s].
    idle : float
        Without any message of the page [s].
    life : float
        In all [s].
    answer : float
        For an answer of the kernel [s].
    """

    sessions: int = 40
    each: int = 12
    making: float = 10 * 60.0
    first: float = 60.0
    grace: float = 30.0
    idle: float = 30 * 60.0
    life: float = 12 * 3600.0
    answer: float = 60.0

    @property
    def place(self) -> int:
        """The most of one place, so that nobody without cookies takes all."""
        return max(self.each, self.sessions // 2)


@dataclass
class Session:
    """A kernel and the visitor it belongs to.

    What its page asked for and has no answer to yet stands in `asked`, with the time since when.
    """

    kernel: str
    visitor: str
    address: str
    opened: float
    heard: float
    making: bool = True
    sockets: int = 0
    ever: bool = False
    left: bool = False
    asked: dict[str, float] = field(default_factory=dict)
    closers: list[Callable[[int], None]] = field(default_factory=list)

    def over(self, now: float, limits: Limits) -> int:
        """Return why the session is over, as what its browser is told; 0 while it goes on."""
        if now - self.opened > limits.life:
            return OVER
        if self.left or (self.asked and now - min(self.asked.values()) > limits.answer):
            return OVER
        if self.making:
            return OVER if now - self.opened > limits.making else 0
        if self.sockets:
            return IDLE if now - self.heard > limits.idle else 0
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
        self._starting: list[Visit] = []

    def __len__(self) -> int:
        """Return how many there are, with those that are being started."""
        return len(self._open) + len(self._starting)

    def __contains__(self, kernel: str) -> bool:
        """Tell whether the session of a kernel goes on."""
        return kernel in self._open

    def has_room_for(self, visit: Visit) -> bool:
        """Tell whether there may be one more, for this visitor and from this place."""
        return len(self) < self.limits.sessions and not self.has_enough(visit)

    def has_enough(self, visit: Visit) -> bool:
        """Tell whether a visitor, or a place, has as many as may be."""
        others: list[Session | Visit] = [*self._open.values(), *self._starting]
        own = sum(other.visitor == visit.visitor for other in others)
        near = sum(bool(visit.address) and other.address == visit.address for other in others)
        return own >= self.limits.each or near >= self.limits.place

    def starting(self, visit: Visit) -> None:
        """Keep a place for a session that is being started."""
        self._starting.append(visit)

    def made(self, visit: Visit) -> None:
        """Note that a page is whole, or never will be; a place that was kept for it is given up."""
        self._not_starting(visit)
        if session := self._open.get(visit.kernel):
            session.making = False
            self.heard(session)

    def _not_starting(self, visit: Visit) -> None:
        self._starting = [other for other in self._starting if other is not visit]

    def begin(self, kernel: str, visit: Visit) -> Session:
        """Note that a kernel has been started for a visit."""
        self._not_starting(visit)
        visit.kernel = kernel
        now = self._clock()
        session = Session(kernel, visit.visitor, visit.address, now, now)
        return self._open.setdefault(kernel, session)

    def leave(self, kernel: str) -> None:
        """Note that nobody waits for a page any more, although it was never connected."""
        if kernel in self._open:
            self._open[kernel].left = True

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

    def asks(self, session: Session, message: str) -> None:
        """Note that the kernel has been asked for something."""
        session.asked[message] = self._clock()

    def disconnected(
        self, session: Session, closer: Callable[[int], None], code: int | None
    ) -> None:
        """Note that a connection has ended: for good, if the tab was left."""
        session.sockets = max(session.sockets - 1, 0)
        if closer in session.closers:
            session.closers.remove(closer)
        session.left = code == _LEFT and not session.sockets
        session.asked.clear()  # nobody is there to hear of the answer
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
