"""Faults put into the ledger's rules, booking and database: single tonnes tell each of them."""

import importlib
import sys
import types
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from pathlib import Path
from random import Random

import pytest
from sqlalchemy.exc import IntegrityError

from jcm_models.ledger import Event
from tests.ledger import walks
from tests.ledger.cases import CASES, Case
from tests.ledger.conftest import NewAddress
from tests.ledger.examples import REGISTERS, SETTING
from tests.ledger.oracle import Oracle
from tests.ledger.walks import InDatabase, InMemory

# What happens next, at a step and after all before it; None at the end.
Way = Callable[[int, Oracle], Sequence[Event] | None]

# The module, the words in it, and what is written in their place.
RULES = {
    "a date before the last event is taken": ("rules", "if event.day < latest:", "if False:"),
    "an account may be overdrawn": ("rules", "if elsewhere:", "if False:"),
    "units are moved that were never issued": ("rules", "if missing:", "if missing > 1:"),
    "retired units may move again": ("rules", "if kind in FINAL:", "if kind in FINAL[1:]:"),
    "a reserve is spent like any account": (
        "rules",
        'if kind == "reserve" and',
        'if kind == "pocket" and',
    ),
    "a release takes units of any account": (
        "rules",
        'yield f"{event.source} is no reserve; move its units by a transfer"',
        "pass",
    ),
    "a release goes abroad": (
        "rules",
        'yield "a release stays in the register of the reserve; transfer its units after"',
        "pass",
    ),
    "a release ends in a reserve": (
        "rules",
        'yield f"{event.target} is a reserve, too; a release is for a holder"',
        "pass",
    ),
    "a released unit stays in the reserve": (
        "booking",
        "case Acquisition() | ReserveRelease():",
        "case Acquisition():",
    ),
    "units on their way are passed on": (
        "rules",
        'if kind == "incoming" and not',
        'if kind == "pocket" and not',
    ),
    "an authorization covers one unit more": (
        "rules",
        "total > grant.quantity:",
        "total > grant.quantity + 1:",
    ),
    "units come under two authorizations": (
        "rules",
        "if any(block.authorization for block in blocks):",
        "if False:",
    ),
    "a notice runs for five months": (
        "register_rules",
        "_MONTHS_OF_NOTICE = 6",
        "_MONTHS_OF_NOTICE = 5",
    ),
    "a memorandum lasts one day longer": (
        "register_rules",
        "event.day >= end_of_memorandum(notice):",
        "event.day > end_of_memorandum(notice):",
    ),
    "a first transfer happens twice": (
        "rules",
        'if block.first_transferred:\n            yield f"some of its units were',
        'if None:\n            yield f"some of its units were',
    ),
    "the host counts what it has transferred": (
        "rules",
        "if block.first_transferred:\n                yield",
        "if None:\n                yield",
    ),
    "units are used abroad that were not first transferred": (
        "rules",
        "if block.first_transferred is None:",
        "if False:",
    ),
    "credits of vintage 2020 become mitigation outcomes": (
        "book",
        "first_itmo_vintage: int = 2021",
        "first_itmo_vintage: int = 2020",
    ),
    "overlapping monitoring periods are issued twice": (
        "rules",
        "elif not same and not apart:",
        "elif False:",
    ),
    "monitoring periods may share a day": (
        "rules",
        "other.monitored_to < event.monitored_from or",
        "other.monitored_to <= event.monitored_from or",
    ),
    "a use may lie before its vintage": (
        "rules",
        "event.year < _vintage(book, block)",
        "event.year + 1 < _vintage(book, block)",
    ),
    "the other part of a split loses its first transfer": (
        "book",
        "_state = operator.attrgetter(*Block.__slots__[2:])",
        "_state = operator.attrgetter(*Block.__slots__[2:7])",
    ),
    "a split leaves a unit in both parts": ("book", "block.last = at - 1", "block.last = at"),
    "a range begins one unit late": (
        "book",
        "self._split(block, units.first) if block.first < units.first",
        "self._split(block, units.first + 1) if block.first < units.first",
    ),
    "a whole block moves with its last unit": (
        "book",
        "if block.last > units.last:",
        "if block.last > units.last + 1:",
    ),
    "an issuance is numbered over units that are there": (
        "book",
        "self.next_serial[register] = units.last + 1",
        "self.next_serial[register] = units.last",
    ),
    "a retirement leaves its units where they are": (
        "booking",
        'target = f"{register}-retirement"',
        "target = event.source",
    ),
    "a cancellation ends in the retirement account": (
        "booking",
        'target = f"{register}-cancellation"',
        'target = f"{register}-retirement"',
    ),
    "units arrive abroad without being acquired": (
        "booking",
        'target = event.target if there == register else f"{there}-incoming"',
        "target = event.target",
    ),
    "the day of an event is forgotten": ("booking", "block.since = event.day", "pass"),
    "a first transfer for other purposes has one definition only": (
        "booking",
        'if by in ("Authorisation", "Issuance"):',
        "if by:",
    ),
    "use and cancellation are no first transfer": (
        "booking",
        "if event.purpose in OTHER_PURPOSES:",
        "if False:",
    ),
    "an authorization is used up by nothing": (
        "booking",
        "book.authorized[grant.authorization] += event.units.quantity",
        "pass",
    ),
    "a batch with a refused event is booked without it": (
        "booking",
        "if problems:\n        raise LedgerError(problems)\n    return booked",
        "return booked",
    ),
}
DATABASE = {
    "a split is not written down": (
        "laying",
        "[_BLOCK(book.blocks[key]) for key in keys if key not in before]",
        "[]",
    ),
    "the day of an event is not written down": (
        "laying",
        "for name in _COLUMNS[2:]}",
        'for name in _COLUMNS[2:] if name != "since"}',
    ),
    "the total of an authorization is not written down": (
        "laying",
        'totals = [{"key": code, "total": book.authorized[code]} for code in sorted(used)]',
        "totals = []",
    ),
    "numbers of units begin anew with each batch": (
        "laying",
        "book.next_serial[code] = serial",
        "pass",
    ),
    "notices are not read": ("laying", "book.notices[event.partner] = event.day", "pass"),
    "earlier issuances are not read": (
        "laying",
        "book.issued_for[event.project].append(event)",
        "pass",
    ),
    "the block in which a range begins is not read": (
        "laying",
        "connection.execute(sa.update(wanted).values(first=begins))",
        "pass",
    ),
    "an event stands for the account it names, not the one it reaches": (
        "rows",
        '"target": target,',
        '"target": getattr(event, "target", None) or target,',
    ),
}


def of_case(case: Case) -> Way:
    batches = ((*SETTING, *case.before), (case.refused,), (case.sound,), None)
    return lambda step, _: batches[step]


def at_random(seed: int) -> Way:
    random = Random(seed)

    def batch(step: int, oracle: Oracle) -> Sequence[Event] | None:
        if step == 0:
            return walks.START
        return walks.batch(random, oracle) if step < 40 else None

    return batch


def first_difference(new: Callable[[], InMemory | InDatabase], walks_: int) -> str | None:
    """Return where a ledger and single tonnes part, on every case or at random; None if never."""
    for way in (*map(of_case, CASES.values()), *map(at_random, range(walks_))):
        side, oracle = new(), Oracle(REGISTERS)
        for step in count():
            batch = way(step, oracle)
            if batch is None:
                break
            oracle, meant = oracle.append(batch)
            try:
                wrong = _differs(side, batch, oracle, meant)
            except (AssertionError, IntegrityError) as error:  # a unit stands twice
                wrong = str(error)
            if wrong:
                return f"step {step}: {wrong} after {batch}"
    return None


def _differs(
    side: InMemory | InDatabase, batch: Sequence[Event], oracle: Oracle, meant: list[int]
) -> str:
    if side.append(batch) != meant:
        return "others are refused"
    if side.units() != {key: tonne.looks() for key, tonne in oracle.tonnes.items()}:
        return "other units"
    if side.balances() != oracle.balances():
        return "other balances"
    return "other events" if side.events() != oracle.events else ""


def put_in(monkeypatch: pytest.MonkeyPatch, name: str, words: str, others: str) -> None:
    """Write other words into a module, and let all that use it use it so."""
    module = importlib.import_module(name)
    source = Path(str(module.__file__)).read_text(encoding="utf-8")
    assert source.count(words) == 1, f"{words!r} stands {source.count(words)} times in {name}"
    made = types.ModuleType(name)
    exec(compile(source.replace(words, others), name, "exec"), made.__dict__)
    own = {id(value): key for key, value in vars(module).items() if _is_of(value, name)}
    for other in [each for key, each in sys.modules.items() if key.startswith("jcm_models.ledger")]:
        for key, value in list(vars(other).items()):
            if id(value) in own:
                monkeypatch.setattr(other, key, getattr(made, own[id(value)]))
            for kind, rule in list(value.items()) if isinstance(value, dict) else ():
                if id(rule) in own:  # a table of rules
                    monkeypatch.setitem(value, kind, getattr(made, own[id(rule)]))


def _is_of(value: object, name: str) -> bool:
    return getattr(value, "__module__", None) == name


@pytest.fixture
def new_side(new_file: NewAddress) -> Iterator[Callable[[], InDatabase]]:
    opened: list[InDatabase] = []

    def new() -> InDatabase:
        opened.append(InDatabase(new_file()))
        return opened[-1]

    yield new
    for side in opened:
        side.ledger.close()


def test_without_a_fault_nothing_differs(new_side):
    assert first_difference(InMemory, 25) is None
    assert first_difference(new_side, 5) is None


@pytest.mark.parametrize("fault", RULES)
def test_a_fault_in_the_rules_is_told(fault, monkeypatch):
    module, words, others = RULES[fault]
    put_in(monkeypatch, f"jcm_models.ledger.{module}", words, others)
    assert first_difference(InMemory, 25)


@pytest.mark.parametrize("fault", DATABASE)
def test_a_fault_in_the_database_is_told(fault, monkeypatch, new_side):
    module, words, others = DATABASE[fault]
    put_in(monkeypatch, f"jcm_models.ledger_database.{module}", words, others)
    assert first_difference(new_side, 5)
