"""The ledger in its plainest form: every tonne by itself, no ranges, no database.

It is written from the rules, not from the ledger, and shares nothing with it but the events.
"""

import copy
import datetime
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from jcm_models.ledger import (
    Acquisition,
    Authorization,
    Cancellation,
    Entity,
    Event,
    FirstTransfer,
    Grant,
    Issuance,
    Notice,
    Opening,
    Registration,
    ReserveCancellation,
    ReserveRelease,
    Retirement,
    Transfer,
    UnitEvent,
    Units,
)

STANDING = {"government", "reserve", "incoming", "retirement", "cancellation"}
GONE = {"retirement", "cancellation"}
FOR_OTHERS = {"IMP", "OP"}
AT_ONCE = {"Authorisation", "Issuance"}
FIRST_ITMO_VINTAGE = 2021


def register_of(account: str) -> str:
    return account.split("-")[0]


def kind_of(account: str) -> str:
    return account.split("-")[1]


def six_months_after(day: datetime.date) -> datetime.date:
    return (pd.Timestamp(day) + pd.DateOffset(months=6)).date()


@dataclass
class Tonne:
    """One unit, and the numbers of the events that befell it."""

    project: str
    host: str
    vintage: int
    account: str
    since: datetime.date
    grant: Grant | None = None
    first_transferred: datetime.date | None = None
    by: str = ""
    sent_to: str = ""
    events: tuple[int, ...] = ()

    def looks(self) -> tuple[Any, ...]:
        return (
            self.project,
            self.vintage,
            self.account,
            self.grant.authorization if self.grant else "",
            self.first_transferred,
            self.by,
            self.sent_to,
            self.since,
        )

    def transferred_first(self, day: datetime.date, by: str) -> None:
        if self.first_transferred is None:
            self.first_transferred, self.by = day, by


@dataclass
class Oracle:
    """All tonnes, and what has been said about accounts, projects and authorizations."""

    registers: frozenset[str]
    tonnes: dict[tuple[str, int], Tonne] = field(default_factory=dict)
    accounts: set[str] = field(default_factory=set)
    hosts: dict[str, Registration] = field(default_factory=dict)
    grants: dict[str, Grant] = field(default_factory=dict)
    ended: dict[str, datetime.date] = field(default_factory=dict)
    issued: list[Issuance] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    # Each tonne's ways: the day, out of which account, into which.
    ways: list[tuple[datetime.date, str | None, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.accounts |= {f"{code}-{kind}" for code in self.registers for kind in STANDING}

    def copied(self) -> "Oracle":
        """Return another that goes on by itself."""
        other = copy.copy(self)
        for name in ("accounts", "hosts", "grants", "ended", "issued", "events", "ways"):
            setattr(other, name, copy.copy(getattr(self, name)))
        other.tonnes = {key: copy.copy(tonne) for key, tonne in self.tonnes.items()}
        return other

    def append(self, events: Sequence[Event]) -> tuple["Oracle", list[int]]:
        """Return the state after events, and the places of those refused; if any, none counts.

        What follows for units of a refused event is not judged.
        """
        after, refused, unclear = self.copied(), [], []
        for place, event in enumerate(events):
            units = event.units if isinstance(event, UnitEvent) else None
            if units and any(_touch(units, each) for each in unclear):
                continue
            if any(after.refusals(event)):
                refused.append(place)
                unclear += [units] if units else []
            else:
                after.book(event)
        return (self if refused else after), refused

    def balances(self, day: datetime.date = datetime.date.max) -> dict[str, int]:
        """Return the tonnes of each account, counted along the ways they went until a day."""
        count: Counter[str] = Counter()
        for when, out_of, into in self.ways:
            if when <= day:
                count[into] += 1
                if out_of is not None:
                    count[out_of] -= 1
        return {account: tonnes for account, tonnes in count.items() if tonnes}

    def holdings(self) -> dict[tuple[str, str, int], int]:
        return Counter((t.account, t.project, t.vintage) for t in self.tonnes.values())

    # What is refused --------------------------------------------------------------------------

    def refusals(self, event: Event) -> Iterator[str]:
        """Yield why an event cannot be; a word each is enough here."""
        if not isinstance(event, UnitEvent):
            yield from getattr(self, f"_{event.kind}")(event)
            return
        keys = [(event.units.register, n) for n in range(event.units.first, event.units.last + 1)]
        tonnes = [self.tonnes[key] for key in keys if key in self.tonnes]
        if not tonnes or len(tonnes) < len(keys):
            yield "not there"
        if event.source not in self.accounts:
            yield "no such account"
        for tonne in tonnes:
            yield from self._moved(tonne, event)
            yield from getattr(self, f"_{event.kind}")(tonne, event)
        if isinstance(event, Authorization) and event.authorization in self.grants:
            most = self.grants[event.authorization].quantity
            under = [t for t in self.tonnes.values() if t.grant == self.grants[event.authorization]]
            if most is not None and len(under) + len(keys) > most:
                yield "more than authorized"

    def _moved(self, tonne: Tonne, event: UnitEvent) -> Iterator[str]:
        if tonne.account != event.source:
            yield "elsewhere"
        kind = kind_of(tonne.account)
        if kind in GONE:
            yield "gone for good"
        if kind == "incoming" and not isinstance(event, Acquisition):
            yield "on its way"
        if kind == "reserve" and event.kind not in ("reserve_cancellation", "reserve_release"):
            yield "reserved"
        if event.day < tonne.since:
            yield "before"

    def _opening(self, event: Opening) -> Iterator[str]:
        code, kind, holder = [*event.account.split("-", 2), "", ""][:3]
        if code not in self.registers or kind != "participant" or not holder.strip():
            yield "no participant's account"
        if event.account in self.accounts:
            yield "open already"

    def _registration(self, event: Registration) -> Iterator[str]:
        if event.project in self.hosts:
            yield "registered already"
        if event.host not in self.registers - {"JPN"}:
            yield "no partner"
        if event.host in self.ended and event.day >= self.ended[event.host]:
            yield "memorandum ended"

    def _notice(self, event: Notice) -> Iterator[str]:
        if event.partner not in self.registers - {"JPN"} or event.partner in self.ended:
            yield "no memorandum"
        end = six_months_after(event.day)
        if any(p.host == event.partner and p.day >= end for p in self.hosts.values()):
            yield "would undo what was registered"

    def _grant(self, event: Grant) -> Iterator[str]:
        if event.authorization in self.grants or not set(event.projects) <= self.hosts.keys():
            yield "given already, or for nothing there is"
        if event.host not in self.registers - {"JPN"}:
            yield "by nobody"
        if not event.purposes or not set(event.purposes) <= FOR_OTHERS | {"NDC"}:
            yield "no purpose"
        if not FIRST_ITMO_VINTAGE <= event.first_vintage <= event.last_vintage:
            yield "no vintages"
        if event.quantity is not None and event.quantity <= 0:
            yield "for nothing"
        by = AT_ONCE | {"Use or Cancellation"}
        if FOR_OTHERS & set(event.purposes) and event.first_transfer not in by:
            yield "first transfer not defined"

    def _entity(self, event: Entity) -> Iterator[str]:
        named = (event.name, event.country, event.identification, event.cooperative_approach)
        if event.party not in self.registers or not all(named):
            yield "nobody, or by nobody"

    def _issuance(self, event: Issuance) -> Iterator[str]:
        project = self.hosts.get(event.project)
        begin, end = event.monitored_from, event.monitored_to
        if project is None or event.day < project.day:
            yield "no project"
        elif register_of(event.target) not in {"JPN", project.host}:
            yield "another country's register"
        if event.target not in self.accounts or kind_of(event.target) in GONE | {"incoming"}:
            yield "no account to issue into"
        if event.quantity <= 0 or not begin <= end < event.day:
            yield "nothing, or nothing yet"
        if event.vintage not in range(begin.year, end.year + 1):
            yield "vintage outside"
        for other in self.issued:
            if (other.project, other.vintage) == (event.project, event.vintage):
                yield from _clash(event, other)

    def _authorization(self, tonne: Tonne, event: Authorization) -> Iterator[str]:
        grant = self.grants.get(event.authorization)
        if grant is None or tonne.grant is not None or event.day < grant.day:
            yield "not given, or given before"
            return
        if not max(FIRST_ITMO_VINTAGE, grant.first_vintage) <= tonne.vintage <= grant.last_vintage:
            yield "another vintage"
        if tonne.host != grant.host or (grant.projects and tonne.project not in grant.projects):
            yield "another project"

    def _first_transfer(self, tonne: Tonne, event: FirstTransfer) -> Iterator[str]:
        yield from self._holds(event.target)
        if tonne.grant is None or "NDC" not in tonne.grant.purposes:
            yield "not authorized"
        elif tonne.grant.parties and register_of(event.target) not in tonne.grant.parties:
            yield "not for this Party"
        if tonne.first_transferred:
            yield "twice"
        if tonne.host == register_of(event.target):
            yield "stays at home"
        if (
            register_of(event.target) == register_of(tonne.account)
            and event.target != tonne.account
        ):
            yield "two steps in one"

    def _transfer(self, tonne: Tonne, event: Transfer) -> Iterator[str]:
        yield from self._holds(event.target)
        if event.target == tonne.account:
            yield "there already"
        if register_of(event.target) != register_of(tonne.account) and not tonne.first_transferred:
            yield "leaves for the first time"

    def _acquisition(self, tonne: Tonne, event: Acquisition) -> Iterator[str]:
        yield from self._holds(event.target)
        if kind_of(tonne.account) != "incoming" or tonne.sent_to != event.target:
            yield "not sent there"

    def _retirement(self, tonne: Tonne, event: Retirement) -> Iterator[str]:
        if event.purpose == "NDC":
            yield from _counted(tonne, event)
        elif event.purpose in FOR_OTHERS:
            yield from _used(tonne, event.purpose)
        elif event.purpose != "pledge" or tonne.vintage >= FIRST_ITMO_VINTAGE:
            yield "no purpose"

    def _cancellation(self, tonne: Tonne, event: Cancellation) -> Iterator[str]:
        if event.purpose and event.purpose not in FOR_OTHERS:
            yield "no purpose"
        elif event.purpose:
            yield from _used(tonne, event.purpose)

    def _reserve_cancellation(self, tonne: Tonne, _: ReserveCancellation) -> Iterator[str]:
        if kind_of(tonne.account) != "reserve":
            yield "no reserve"

    def _reserve_release(self, tonne: Tonne, event: ReserveRelease) -> Iterator[str]:
        yield from self._holds(event.target)
        if kind_of(tonne.account) != "reserve" or kind_of(event.target) == "reserve":
            yield "not from a reserve to a holder"
        if register_of(event.target) != register_of(tonne.account):
            yield "released abroad"

    def _holds(self, account: str) -> Iterator[str]:
        if account not in self.accounts or kind_of(account) in GONE | {"incoming"}:
            yield "no account that can take it"

    # What then happens ------------------------------------------------------------------------

    def book(self, event: Event) -> None:
        """Let an event happen."""
        match event:
            case Opening():
                self.accounts.add(event.account)
            case Registration():
                self.hosts[event.project] = event
            case Notice():
                self.ended[event.partner] = six_months_after(event.day)
            case Grant():
                self.grants[event.authorization] = event
            case Issuance():
                event = self._issued(event)
            case UnitEvent():
                for number in range(event.units.first, event.units.last + 1):
                    self._befalls(self.tonnes[event.units.register, number], event)
        self.events.append(event)

    def _issued(self, event: Issuance) -> Issuance:
        register = register_of(event.target)
        first = 1 + sum(code == register for code, _ in self.tonnes)
        host = self.hosts[event.project].host
        for number in range(first, first + event.quantity):
            self.tonnes[register, number] = Tonne(
                project=event.project,
                host=host,
                vintage=event.vintage,
                account=event.target,
                since=event.day,
                events=(len(self.events) + 1,),
            )
            self.ways.append((event.day, None, event.target))
        self.issued.append(event)
        return replace(event, units=Units(register, first, first + event.quantity - 1))

    def _befalls(self, tonne: Tonne, event: UnitEvent) -> None:
        tonne.since = event.day
        tonne.events += (len(self.events) + 1,)
        home = register_of(tonne.account)
        into = tonne.account
        match event:
            case Authorization():
                tonne.grant = self.grants[event.authorization]
                if FOR_OTHERS & set(tonne.grant.purposes) and tonne.grant.first_transfer in AT_ONCE:
                    tonne.transferred_first(event.day, tonne.grant.first_transfer)
            case FirstTransfer() | Transfer():
                abroad = register_of(event.target) != home
                into = f"{register_of(event.target)}-incoming" if abroad else event.target
                tonne.sent_to = event.target if abroad else ""
                if isinstance(event, FirstTransfer):
                    tonne.transferred_first(event.day, "First transfer to another Party")
            case Acquisition() | ReserveRelease():
                into, tonne.sent_to = event.target, ""
            case Retirement() | Cancellation() | ReserveCancellation():
                into = f"{home}-{'retirement' if isinstance(event, Retirement) else 'cancellation'}"
                if getattr(event, "purpose", "") in FOR_OTHERS:
                    tonne.transferred_first(event.day, "Use or Cancellation")
        if into != tonne.account:
            self.ways.append((event.day, tonne.account, into))
            tonne.account = into


def _touch(some: Units, others: Units) -> bool:
    same = some.register == others.register
    return same and some.first <= others.last and others.first <= some.last


def _clash(event: Issuance, other: Issuance) -> Iterator[str]:
    days, others = (
        set(range(each.monitored_from.toordinal(), each.monitored_to.toordinal() + 1))
        for each in (event, other)
    )
    if days == others:
        if event.target == other.target:
            yield "issued already"
    elif days & others:
        yield "overlapping"


def _counted(tonne: Tonne, event: Retirement) -> Iterator[str]:
    if event.party != register_of(tonne.account):
        yield "in another register"
    if event.year is None or event.year < tonne.vintage:
        yield "in no year, or before it was"
    if tonne.host == event.party:
        if tonne.first_transferred:
            yield "counted twice"
        return
    if tonne.first_transferred is None or tonne.grant is None:
        yield "counted twice"
    elif "NDC" not in tonne.grant.purposes:
        yield "not authorized for it"
    elif tonne.grant.parties and event.party not in tonne.grant.parties:
        yield "authorized for others"


def _used(tonne: Tonne, purpose: str) -> Iterator[str]:
    if tonne.grant is None or purpose not in tonne.grant.purposes:
        yield "not authorized"
