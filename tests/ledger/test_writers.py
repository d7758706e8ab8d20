"""Several processes write into one ledger and others read it: nothing is lost, nothing twice."""

from itertools import pairwise

import pytest

from jcm_models.ledger import Issuance
from jcm_models.ledger_database import Ledger, queries
from tests.ledger.examples import events_in, issuance, opening, registration, units_in
from tests.ledger.processes import LEFT_BY_A_BATCH, A, B, Other, book_batch

BATCHES = 12
# One round found nothing nine times in ten.
ROUNDS = 20


@pytest.mark.parametrize("writers", [2, 4])
def test_every_batch_of_every_writer_is_booked_once_and_whole(writers, address):
    with Ledger(address) as ledger:
        ledger.append([opening(A), opening(B)])
        others = [Other("write", address, f"writer-{n}", BATCHES) for n in range(writers)]
        for other in others:
            assert other.says() == "ready"
        for other in others:
            other.go_on()
        # Whoever reads meanwhile sees whole batches only.
        seen = [0]
        while any(other.process.poll() is None for other in others):
            assert queries.problems_of(ledger) == []
            quantity = sum(queries.balances_on(ledger).values())
            assert quantity % 10 == 0
            seen.append(quantity)
        for other in others:
            with other:
                assert other.rest() == [str(number) for number in range(BATCHES)]
                assert other.process.returncode == 0
        assert all(before <= after for before, after in pairwise(seen))
        names = [event.note for event in events_in(ledger)[2:]]
        order = list(dict.fromkeys(names))
        assert names == [name for name in order for _ in range(8)]
        assert sorted(order) == sorted(
            f"writer-{n}-{number}" for n in range(writers) for number in range(BATCHES)
        )
        issued = [event.units for event in events_in(ledger) if isinstance(event, Issuance)]
        assert [each.first for each in issued] == list(range(1, 10 * len(order), 10))
        assert len(units_in(ledger)) == 10 * len(order)
        assert queries.balances(ledger) == {
            account: many * len(order) for account, many in LEFT_BY_A_BATCH.items()
        }
        assert queries.problems_of(ledger) == []


def test_of_two_that_move_the_same_tonne_exactly_one_succeeds(address):
    tonnes = 60
    with Ledger(address) as ledger:
        ledger.append(
            [opening(A), opening(B), registration(), issuance(A, tonnes)],
        )
        targets = (B, "JPN-government")
        others = [Other("take", address, target, tonnes) for target in targets]
        for other in others:
            assert other.says() == "ready"
        for other in others:
            other.go_on()
        taken = {}
        for target, other in zip(targets, others, strict=True):
            with other:
                taken[target] = {int(number) for number in other.rest()}
        first, second = taken.values()
        assert first & second == set()
        assert first | second == set(range(1, tonnes + 1))
        for number in range(1, tonnes + 1):
            account = units_in(ledger)["JPN", number][2]
            assert number in taken[account]
        assert len(events_in(ledger)) == 4 + tonnes
        assert queries.problems_of(ledger) == []


def test_a_ledger_made_by_several_at_once_is_one(new_address):
    addresses = [new_address() for _ in range(ROUNDS)]
    others = [Other("make", *addresses) for _ in range(4)]
    for _ in addresses:
        assert [other.says() for other in others] == ["ready"] * len(others)
        for other in others:
            other.go_on()
        assert [other.says() for other in others] == ["made"] * len(others)
    for other in others:
        with other:
            assert other.process.wait() == 0
    for address in addresses:
        with Ledger(address) as ledger:
            assert events_in(ledger) == []
            ledger.append([opening(A), opening(B)])
            book_batch(ledger, "only")
            assert queries.balances(ledger) == LEFT_BY_A_BATCH
