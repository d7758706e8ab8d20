"""Random ways through a ledger: most events are sound, and each rule is broken now and then."""

import copy
import datetime
from collections import Counter
from collections.abc import Callable, Sequence
from random import Random

import jcm_models.ledger as registers
from jcm_models.ledger import Event, Units
from jcm_models.ledger_database import Ledger, queries
from tests.ledger import examples
from tests.ledger.examples import BEGIN, Unit
from tests.ledger.oracle import GONE, Oracle, Tonne, kind_of, register_of

REGISTERS = ("JPN", "THA", "IDN")
PARTICIPANTS = (
    "JPN-participant-A",
    "JPN-participant-B",
    "THA-participant-C",
    "IDN-participant-D",
)
# What holds units, and what does not: nobody, nowhere, a country without a register.
ACCOUNTS = (
    *PARTICIPANTS,
    *(f"{code}-{kind}" for code in REGISTERS for kind in ("government", "reserve")),
    "JPN-incoming",
    "JPN-retirement",
    "THA-cancellation",
    "JPN-participant-nobody",
    "XXX-government",
    "JPN-pocket",
)
START = (
    *map(examples.opening, PARTICIPANTS),
    examples.registration("TH001"),
    examples.registration("ID001", "IDN"),
    examples.grant("ndc", "NDC"),
    examples.grant("few", "NDC", quantity=4),
    examples.grant("at-once", "NDC", "OP", first_transfer="Authorisation", parties=()),
    examples.grant("when-used", "NDC", "IMP", host="IDN", first_transfer="Use or Cancellation"),
    examples.issuance("JPN-participant-A", 12),
    examples.issuance("THA-participant-C", 8),
    examples.issuance("JPN-reserve", 3),
    examples.issuance("IDN-government", 6, project="ID001"),
)


def event(rng: Random, oracle: Oracle) -> Event:
    """Return something that might happen next."""
    if rng.random() < 0.8:
        return _of_units(rng, oracle)
    kinds = (_opening, _registration, _notice, _grant, _entity, _issuance, _issuance)
    return rng.choice(kinds)(rng, oracle)


def batch(rng: Random, oracle: Oracle, most: int = 5) -> list[Event]:
    """Return what might happen next, each event as if those before it had; half of all is sound."""
    after, found = oracle.copied(), []
    careful = rng.random() < 0.5
    for _ in range(rng.randint(1, most)):
        found.append(event(rng, after))
        while careful and any(after.refusals(found[-1])):
            found[-1] = event(rng, after)
        if not any(after.refusals(found[-1])):
            after.book(found[-1])
    return found


def _mostly(rng: Random, usual: object, *others: object) -> object:
    return usual if rng.random() < 0.9 else rng.choice(others)


def _opening(rng: Random, _: Oracle) -> Event:
    return examples.opening(rng.choice(("JPN-participant-E", "THA-participant-", *ACCOUNTS)))


def _registration(rng: Random, oracle: Oracle) -> Event:
    return examples.registration(
        rng.choice(("TH001", "TH002", "TH003", "ID002", "ID003")),
        rng.choice(("THA", "IDN", "IDN", "JPN", "XXX")),
        day=rng.choice((_day(rng, oracle), *oracle.ended.values()))
        + datetime.timedelta(rng.choice((-1, 0, 0, 1, 150))),
    )


def _notice(rng: Random, oracle: Oracle) -> Event:
    return examples.notice(rng.choice(("IDN", "IDN", "THA", "JPN", "XXX")), _day(rng, oracle))


def _grant(rng: Random, oracle: Oracle) -> Event:
    purposes = rng.sample(("NDC", "IMP", "OP"), rng.randint(1, 3))
    return examples.grant(
        f"given-{len(oracle.grants) if rng.random() < 0.9 else 5}",
        *_mostly(rng, purposes, (), ("NDC", "fun")),
        day=_day(rng, oracle),
        host=_mostly(rng, rng.choice(("THA", "IDN")), "JPN", "XXX"),
        parties=rng.choice(((), ("JPN",), ("JPN", "IDN"))),
        projects=rng.choice(((), (), ("TH001",), ("TH002",))),
        first_vintage=_mostly(rng, rng.choice((2021, 2022)), 2020),
        last_vintage=_mostly(rng, rng.choice((2022, 2030)), 2020),
        quantity=rng.choice((None, None, 5, 10, 0)),
        first_transfer=_mostly(
            rng, rng.choice(("Authorisation", "Issuance", "Use or Cancellation")), "", "Never"
        ),
    )


def _entity(rng: Random, _: Oracle) -> Event:
    return examples.entity(rng.choice(("A", "B", "")), party=rng.choice(("JPN", "THA", "XXX")))


def _issuance(rng: Random, oracle: Oracle) -> Event:
    vintage = rng.choice((2020, 2021, 2021, 2021, 2023))
    begin, end = rng.choice(
        (((1, 1), (12, 31)), ((1, 1), (6, 30)), ((6, 30), (12, 31)), ((7, 1), (9, 9)))
    )
    project = rng.choice((*oracle.hosts, *oracle.hosts, "TH009"))
    register = oracle.hosts[project].host if project in oracle.hosts else "THA"
    ours = [a for a in oracle.accounts if register_of(a) in ("JPN", register)]
    holding = sorted(a for a in ours if kind_of(a) in ("government", "participant", "reserve"))
    return examples.issuance(
        _mostly(rng, rng.choice(holding), *ACCOUNTS),
        _mostly(rng, rng.randint(1, 9), 0, -1),
        vintage + _mostly(rng, 0, 1, -1),
        project=project,
        monitored_from=datetime.date(vintage, *begin),
        monitored_to=datetime.date(vintage + (rng.random() < 0.1), *end),
        day=_mostly(rng, _day(rng, oracle), datetime.date(2022, 6, 30)),
    )


def _of_units(rng: Random, oracle: Oracle) -> Event:
    keys = [key for key, tonne in oracle.tonnes.items() if kind_of(tonne.account) not in GONE]
    key = rng.choice(keys if keys and rng.random() < 0.9 else list(oracle.tonnes))
    units, tonne = _range(rng, oracle, key), oracle.tonnes[key]
    kind = rng.choice(_KINDS) if rng.random() < 0.2 else rng.choice(_likely(tonne))
    source = _mostly(rng, tonne.account, *ACCOUNTS)
    latest = max(
        t.since
        for (code, n), t in oracle.tonnes.items()
        if (code, n) == key or (code == units.register and units.first <= n <= units.last)
    )
    day = latest + datetime.timedelta(_mostly(rng, rng.choice((0, 0, 1, 9)), -1, -9))
    return kind(rng, oracle, tonne, units, source, day=day)


def _range(rng: Random, oracle: Oracle, key: tuple[str, int]) -> Units:
    """Return units around one: all with its looks, some of them, or a few too many."""
    register, first = key
    last = first
    looks = oracle.tonnes[key].looks()[:4]
    while (t := oracle.tonnes.get((register, first - 1))) and t.looks()[:4] == looks:
        first -= 1
    while (t := oracle.tonnes.get((register, last + 1))) and t.looks()[:4] == looks:
        last += 1
    if rng.random() < 0.7:
        first, last = sorted((rng.randint(first, last), rng.randint(first, last)))
    if rng.random() < 0.05:
        first, last = rng.choice(((first - 1, last), (first, last + 1), (last + 1, first)))
    return Units(register, first, last)


def _authorization(rng, oracle, tonne, units, source, **day):
    fitting = sorted(n for n, g in oracle.grants.items() if g.host == tonne.host) or ["none"]
    likely = rng.choice(("few", rng.choice(fitting)))
    name = _mostly(rng, likely if tonne.host == "THA" else rng.choice(fitting), "none", "ndc")
    return examples.authorization(units, name, source, **day)


def _first_transfer(rng, _, tonne, units, source, **day):
    abroad = register_of(tonne.account) == tonne.host
    target = rng.choice(("JPN-participant-A", "JPN-government")) if abroad else source
    return examples.first_transfer(units, source, _mostly(rng, target, *ACCOUNTS), **day)


def _transfer(rng, oracle, tonne, units, source, **day):
    near = sorted(a for a in oracle.accounts if register_of(a) == register_of(tonne.account))
    target = rng.choice([a for a in near if kind_of(a) in ("participant", "government")])
    far = rng.choice(ACCOUNTS) if tonne.first_transferred else target
    return examples.transfer(
        units, source, _mostly(rng, rng.choice((target, far)), *ACCOUNTS), **day
    )


def _acquisition(rng, _, tonne, units, source, **day):
    target = _mostly(rng, tonne.sent_to or "JPN-government", *ACCOUNTS)
    return examples.acquisition(units, source, target, **day)


def _retirement(rng, _, tonne, units, source, **day):
    purposes = tonne.grant.purposes if tonne.grant else ("NDC",)
    likely = rng.choice(purposes) if tonne.vintage > 2020 else "pledge"
    purpose = _mostly(rng, likely, "NDC", "IMP", "OP", "pledge", "fun")
    party = _mostly(rng, register_of(tonne.account), "JPN", "THA", "")
    year = _mostly(rng, tonne.vintage + rng.choice((0, 1, 8)), tonne.vintage - 1, None)
    return examples.retirement(units, source, purpose, party=party, year=year, **day)


def _cancellation(rng, _, tonne, units, source, **day):
    purposes = ("", *tonne.grant.purposes) if tonne.grant else ("",)
    purpose = _mostly(rng, rng.choice(purposes), "IMP", "OP", "fun")
    return examples.cancellation(units, source, purpose=purpose, **day)


def _reserve_cancellation(_rng, _, _tonne, units, source, **day):
    return examples.reserve_cancellation(units, source, **day)


def _reserve_release(rng, oracle, tonne, units, source, **day):
    home = register_of(tonne.account)
    own = sorted(a for a in oracle.accounts if register_of(a) == home)
    target = _mostly(rng, rng.choice(own), "JPN-reserve", "THA-government", "JPN-retirement")
    return examples.reserve_release(units, target, source, **day)


_Kind = Callable[[Random, Oracle, Tonne, Units, str], Event]
_KINDS: tuple[_Kind, ...] = (
    _authorization,
    _first_transfer,
    _transfer,
    _acquisition,
    _retirement,
    _cancellation,
    _reserve_cancellation,
    _reserve_release,
)
_ANYWHERE = (_transfer, _retirement, _cancellation)


def _likely(tonne: Tonne) -> tuple[_Kind, ...]:
    """Return what may well happen to a tonne."""
    kind = kind_of(tonne.account)
    if kind in ("reserve", "incoming"):
        return (_reserve_cancellation, _reserve_release) if kind == "reserve" else (_acquisition,)
    if tonne.grant is None:
        return (_authorization, _authorization, *_ANYWHERE)
    return _ANYWHERE if tonne.first_transferred else (_first_transfer, _first_transfer, *_ANYWHERE)


def _day(rng: Random, oracle: Oracle) -> datetime.date:
    latest = max(each.day for each in oracle.events)
    return _mostly(rng, BEGIN, latest) + datetime.timedelta(rng.choice((0, 1, 30)))


class InMemory:
    """The ledger's rules alone, asked as the oracle is."""

    def __init__(self) -> None:
        self.book = registers.Book(examples.REGISTERS)
        self.booked: list[Event] = []

    def append(self, events: Sequence[Event]) -> list[int]:
        """Book events; return the places of those refused."""
        after = copy.deepcopy(self.book)
        try:
            booked = registers.book_all(after, events, name=str)
        except registers.LedgerError as error:
            return _places(error)
        self.book = after
        self.booked += booked
        return []

    def units(self) -> dict[tuple[str, int], Unit]:
        return examples.units_of(self.book)

    def balances(self) -> dict[str, int]:
        return Counter(account for _, _, account, *_ in self.units().values())

    def events(self) -> list[Event]:
        return self.booked


class InDatabase:
    """The ledger in a database, asked as the oracle is."""

    def __init__(self, address: str) -> None:
        self.ledger = Ledger(address)

    def append(self, events: Sequence[Event]) -> list[int]:
        """Book events; return the places of those refused."""
        try:
            booked = self.ledger.append(events, name=str)
        except registers.LedgerError as error:
            return _places(error)
        assert booked == list(queries.events_of(self.ledger))[-len(booked) :]
        return []

    def units(self) -> dict[tuple[str, int], Unit]:
        return examples.units_in(self.ledger)

    def balances(self) -> dict[str, int]:
        return queries.balances_on(self.ledger)

    def events(self) -> list[Event]:
        return examples.events_in(self.ledger)


def _places(error: registers.LedgerError) -> list[int]:
    return [int(each.path.split(",")[0]) for each in error.problems]
