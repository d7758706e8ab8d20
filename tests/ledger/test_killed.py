"""A writer that is killed at any moment loses nothing it has booked and leaves no half batch."""

import time
from collections import Counter
from random import Random

from jcm_models.ledger_database import Ledger, queries
from tests.ledger.examples import SETTING, events_in, opening, picture
from tests.ledger.processes import (
    EVENTS_OF_A_BATCH,
    LEFT_BY_A_BATCH,
    A,
    B,
    Other,
    book_batch,
)

OPENINGS = (opening(A), opening(B))


def whole_batches(ledger):
    """Return the names of the batches that are there, each of which must be there as a whole."""
    events = events_in(ledger)[len(OPENINGS) :]
    found = Counter(event.note for event in events)
    assert set(found.values()) <= {EVENTS_OF_A_BATCH}
    assert queries.problems_of(ledger) == []
    meant = {account: many * len(found) for account, many in LEFT_BY_A_BATCH.items()}
    assert queries.balances(ledger) == (meant if found else {})
    return list(found)


def test_killed_at_random_moments_it_loses_nothing_and_goes_on(address):
    with Ledger(address) as ledger:
        ledger.append(OPENINGS)
    random = Random(9)
    booked = []
    for life in range(6):
        with Other("write", address, life, 10**6) as other:
            assert other.says() == "ready"
            other.go_on()
            said = [other.says() for _ in range(random.randint(1, 3))]
            time.sleep(random.uniform(0, 0.03))
            other.kill()
            said += other.rest()
        assert said == [str(number) for number in range(len(said))]
        booked += [f"{life}-{number}" for number in said]
        with Ledger(address) as ledger:
            found = whole_batches(ledger)
            # The last one may have been booked and killed before it could say so.
            unsaid = f"{life}-{len(said)}"
            assert found in (booked, [*booked, unsaid])
            booked = found
    with Ledger(address) as ledger:
        book_batch(ledger, "last")
        assert whole_batches(ledger) == [*booked, "last"]


def test_killed_at_every_statement_of_a_batch_it_leaves_nothing_of_it(address):
    with Ledger(address) as ledger, Other("die", address) as other:
        ledger.append(SETTING)
        state, killed = picture(ledger), 0
        while other.says() == "ready":
            assert picture(ledger) == state
            other.go_on()
            word = other.says()
            if word == "lived 0":
                break
            assert word == "killed 9"
            killed += 1
        assert killed > 20
        assert len(events_in(ledger)) == len(SETTING) + EVENTS_OF_A_BATCH
        assert queries.problems_of(ledger) == []
