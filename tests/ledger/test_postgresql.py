"""What PostgreSQL does in its own way; all else is tested on both kinds of database."""

import pytest
import sqlalchemy as sa

from jcm_models.ledger import LedgerError
from jcm_models.ledger_database import Ledger, queries
from tests.ledger.cases import CASES
from tests.ledger.examples import SETTING, picture


@pytest.fixture
def ledger(new_database):
    with Ledger(new_database()) as opened:
        opened.append(SETTING)
        yield opened


class UndoneError(Exception):
    """Ends a transaction without a trace."""


def test_all_rules_hold_there_too(ledger):
    state = picture(ledger)
    for rule, case in CASES.items():
        with pytest.raises(UndoneError):
            _judge(ledger, case, rule)
    assert picture(ledger) == state


def _judge(ledger, case, rule):
    with ledger.writing() as writer:
        before = writer.book(case.before)
        with pytest.raises(LedgerError) as caught:
            writer.book([case.refused])
        assert case.because in str(caught.value), rule
        (booked,) = writer.book([case.sound])
        assert booked.number == len(SETTING) + len(before) + 1, rule
        raise UndoneError


@pytest.mark.parametrize(
    "change",
    [
        "TRUNCATE event",
        "UPDATE event SET kind = 'notice' WHERE number = -1",
        "DELETE FROM event WHERE number = -1",
        """
        INSERT INTO event SELECT * FROM event WHERE number = 1
        ON CONFLICT (number) DO UPDATE SET kind = 'notice'
        """,
        "MERGE INTO event USING state ON number = events WHEN MATCHED THEN DELETE",
    ],
)
def test_the_server_refuses_every_way_to_change_events(change, ledger):
    state = picture(ledger)
    with (
        pytest.raises(sa.exc.DatabaseError, match="events are never changed or removed"),
        ledger.engine.begin() as connection,
    ):
        connection.exec_driver_sql(change)
    assert picture(ledger) == state


def test_readers_do_not_wait_for_a_writer(ledger):
    with ledger.writing() as writer, ledger.engine.connect() as other:
        writer.book(CASES["a transfer goes somewhere else"].before)
        other.exec_driver_sql("SET lock_timeout = 1000")
        assert other.exec_driver_sql("SELECT count(*) FROM event").scalar() == len(SETTING)
        assert queries.problems_of(ledger) == []


def test_a_second_writer_waits_for_the_first(ledger):
    with ledger.writing(), ledger.engine.begin() as other:
        other.exec_driver_sql("SET LOCAL lock_timeout = 100")
        with pytest.raises(sa.exc.OperationalError, match="lock timeout"):
            other.exec_driver_sql("SELECT events FROM state FOR UPDATE")


def test_the_ledger_is_the_same_in_both_kinds_of_database(ledger, file_ledger):
    file_ledger.append(SETTING)
    assert picture(ledger) == picture(file_ledger)
