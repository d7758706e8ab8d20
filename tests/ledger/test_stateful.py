"""Thousands of random events: the ledger and a ledger of single tonnes never part ways.

After every step the same events are refused, the same tonnes stand in the same places, and the
sums are those of the events; at the end, the events replayed in other batches give the same.
"""

import datetime
from collections.abc import Sequence
from random import Random

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from jcm_models.ledger import Event, Units
from jcm_models.ledger_database import Ledger, queries
from tests.ledger import walks
from tests.ledger.conftest import NewAddress
from tests.ledger.examples import (
    BEGIN,
    REGISTERS,
    Unit,
    picture,
    refused,
)
from tests.ledger.oracle import GONE, Oracle, kind_of
from tests.ledger.walks import InDatabase, InMemory

# One draw a step: drawn number by number, the sequences would be far shorter.
RANDOM = st.randoms(use_true_random=True)


class Registers(RuleBasedStateMachine):
    """A ledger in a database, a book in memory and single tonnes, given the same events."""

    def __init__(self, new_address: NewAddress) -> None:
        super().__init__()
        self.new_address = new_address
        self.there = InDatabase(new_address())
        self.ledger = self.there.ledger
        self.here = InMemory()
        self.oracle = Oracle(REGISTERS)
        self.gone: dict[tuple[str, int], Unit] = {}

    @initialize()
    def start(self) -> None:
        self._append(walks.START)
        assert self.oracle.tonnes

    @rule(random=RANDOM)
    def something_happens(self, random: Random) -> None:
        self._append(walks.batch(random, self.oracle))
        self._ask_for_the_past(random)

    def _append(self, events: Sequence[Event]) -> None:
        self.oracle, wrong = self.oracle.append(events)
        assert self.here.append(events) == wrong
        assert self.there.append(events) == wrong

    @invariant()
    def every_tonne_is_where_it_should_be_and_what_is_gone_stays_gone(self) -> None:
        meant = {key: tonne.looks() for key, tonne in self.oracle.tonnes.items()}
        found = self.there.units()
        assert found == meant
        assert self.here.units() == meant
        assert found.items() >= self.gone.items()
        self.gone = {key: looks for key, looks in found.items() if kind_of(looks[2]) in GONE}

    @invariant()
    def balances_are_the_sums_of_the_events_and_nothing_is_lost(self) -> None:
        meant = self.oracle.balances()
        assert queries.balances(self.ledger) == meant
        assert queries.balances_on(self.ledger) == meant
        assert sum(meant.values()) == sum(each.quantity for each in self.oracle.issued)
        assert {
            (held.account, held.project, held.vintage): held.quantity
            for held in queries.holdings(self.ledger)
        } == self.oracle.holdings()
        assert queries.problems_of(self.ledger) == []

    @invariant()
    def events_are_there_in_their_order(self) -> None:
        assert self.there.events() == self.here.events() == self.oracle.events

    def _ask_for_the_past(self, random: Random) -> None:
        key = random.choice(sorted(self.oracle.tonnes))
        numbers = tuple(n for n, _ in queries.history(self.ledger, Units(*key, key[1])))
        assert numbers == self.oracle.tonnes[key].events
        day = BEGIN + datetime.timedelta(random.choice((-1, 0, 1, 2, 9, 30, 99)))
        assert queries.balances_on(self.ledger, day) == self.oracle.balances(day)

    def teardown(self) -> None:
        meant = picture(self.ledger)
        self.ledger.close()
        with Ledger(self.new_address()) as again:
            assert refused(again, self.oracle.events) is None
            assert without_operations(picture(again)) == without_operations(meant)


def without_operations(found):
    """Return a picture without the number of the batch, which is all that batches differ by."""
    events, balances, tables = found
    rows = [(number, *rest) for number, _, *rest in tables["event"]]
    return events, balances, {**tables, "event": rows}


@pytest.mark.parametrize(
    ("kind", "sequences"),
    [("new_file", 16), ("new_database", 3)],
    ids=["SQLite", "PostgreSQL"],
)
def test_the_ledger_and_single_tonnes_never_part_ways(kind, sequences, request):
    new_address = request.getfixturevalue(kind)
    run_state_machine_as_test(
        lambda: Registers(new_address),
        settings=settings(
            max_examples=sequences,
            stateful_step_count=50,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_events_give_the_same_in_whatever_batches_they_come(new_address):
    oracle, _ = Oracle(REGISTERS).append(walks.START)
    random = Random(62)
    while len(oracle.events) < 150:
        oracle, _ = oracle.append(walks.batch(random, oracle))
    pictures = []
    for most in (1, 7, 1000):
        with Ledger(new_address()) as ledger:
            for start in range(0, len(oracle.events), most):
                ledger.append(oracle.events[start : start + most])
            pictures.append(picture(ledger))
    assert pictures[0][0] == [*enumerate(oracle.events, start=1)]
    assert pictures[0][1] == oracle.balances()
    assert len({row[1] for row in pictures[1][2]["event"]}) == 22  # the number of batches of 7
    assert without_operations(pictures[0]) == without_operations(pictures[1])
    assert without_operations(pictures[1]) == without_operations(pictures[2])
