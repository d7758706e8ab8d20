"""The database behind the ledger: it keeps what was booked, and only that."""

import datetime
import sqlite3

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from jcm_models.ledger import EVENTS, LedgerError, UnitEvent, Units
from jcm_models.ledger.rules import MOST_UNITS
from jcm_models.ledger_database import Ledger, queries, schema
from jcm_models.ledger_database.rows import event_of, row_of
from tests.examples import unhurried
from tests.ledger import examples
from tests.ledger.cases import A, B
from tests.ledger.examples import (
    LATER,
    SETTING,
    authorization,
    cancellation,
    events_in,
    issuance,
    picture,
    refused,
    transfer,
    units,
    units_in,
)

CHANGES = (
    "UPDATE event SET day = '2000-01-01'",
    "UPDATE event SET details = '{}' WHERE number = 1",
    "DELETE FROM event",
    "DELETE FROM event WHERE number = (SELECT max(number) FROM event)",
)
REPLACED = """
    INTO event (number, operation, kind, day, details)
    VALUES (1, 1, 'notice', '2000-01-01', '{"partner": "THA"}')
"""


# Append only ---------------------------------------------------------------------------------


@pytest.mark.parametrize("change", CHANGES)
def test_the_database_itself_refuses_to_change_events(change, ledger):
    ledger.append(SETTING)
    state = picture(ledger)
    with pytest.raises(sa.exc.DatabaseError, match="events are never changed or removed"):
        by_hand(ledger, change)
    assert picture(ledger) == state


@pytest.mark.parametrize("verb", ["INSERT OR REPLACE", "REPLACE"])
def test_sqlite_refuses_to_replace_events(verb, file_ledger):
    file_ledger.append(SETTING)
    state = picture(file_ledger)
    with pytest.raises(sa.exc.DatabaseError):
        by_hand(file_ledger, verb + REPLACED)
    assert picture(file_ledger) == state


def by_hand(ledger, statement):
    with ledger.engine.begin() as connection:
        connection.exec_driver_sql(statement)


def test_events_are_refused_change_by_any_other_program(new_file):
    file = new_file()
    with Ledger(file) as ledger:
        ledger.append(SETTING)
    other = sqlite3.connect(file)
    with pytest.raises(sqlite3.IntegrityError, match="never changed or removed"):
        other.execute("DELETE FROM event")
    other.close()


# Versions and names --------------------------------------------------------------------------


def test_a_ledger_of_another_version_is_refused_and_left_as_it_was(address):
    with Ledger(address) as ledger:
        ledger.append(SETTING)
        state = picture(ledger)
        by_hand(ledger, f"UPDATE state SET format = {schema.FORMAT + 1}")
        words = (
            f"version {schema.FORMAT + 1}, and this workbench reads version {schema.FORMAT}; use"
        )
        with pytest.raises(ValueError, match=words):
            Ledger(address)
        by_hand(ledger, f"UPDATE state SET format = {schema.FORMAT}")
        assert picture(ledger) == state


@pytest.mark.parametrize("name", ["a b.sqlite", "a?b=c.sqlite", "a%20b.sqlite", "a#b", "年.sqlite"])
def test_a_ledger_is_the_file_it_was_given(name, tmp_path):
    with Ledger(tmp_path / name) as ledger:
        ledger.append(SETTING)
        state = picture(ledger)
    assert {path.name for path in tmp_path.iterdir()} == {name}
    with Ledger(str(tmp_path / name)) as ledger:
        assert picture(ledger) == state


# Events in, events out -----------------------------------------------------------------------

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=20)
DAYS = st.dates(datetime.date(2013, 1, 1), datetime.date(2100, 12, 31))
BY_TYPE = {
    "str": TEXT,
    "datetime.date": DAYS,
    "int": st.integers(-(2**62), 2**62),
    "int | None": st.none() | st.integers(0, 3000),
    "tuple[str, ...]": st.lists(TEXT, max_size=3).map(tuple),
    "Units": st.builds(Units, st.just("JPN"), st.integers(1, 99), st.integers(1, 99)),
    "Units | None": st.builds(Units, st.just("JPN"), st.integers(1, 99), st.integers(1, 99)),
}


@st.composite
def any_event(draw):
    kind = draw(st.sampled_from(sorted(EVENTS)))
    types = {name: field.type for name, field in EVENTS[kind].__dataclass_fields__.items()}
    values = {
        name: draw(BY_TYPE[of])
        if name not in ("source", "target")
        else draw(st.sampled_from((A, B, "THA-government")))
        for name, of in types.items()
        if not of.startswith("ClassVar")
    }
    return EVENTS[kind](**values)


@unhurried
@given(any_event())
def test_an_event_comes_back_from_its_row_as_it_was(event):
    assert event_of(row_of(event, 1, 1)) == event


def test_notes_in_any_script_are_kept(ledger):
    note = "排出削減 =1+1 'a' \\ \" \n\t 💨"
    ledger.append([*SETTING, transfer(units(1, 5), A, B, note=note)])
    assert events_in(ledger)[-1].note == note


def test_notes_that_no_database_can_hold_are_refused(ledger):
    ledger.append(SETTING)
    for sign in ("\x00", "\ud800"):
        assert refused(ledger, [transfer(units(1, 5), A, B, note=f"a{sign}b")]) is not None
    assert len(events_in(ledger)) == len(SETTING)


@pytest.mark.parametrize("sign", ["\x00", "\n", "\x1b", "\ud800", "\u202e"])
def test_identifiers_that_cannot_be_printed_are_refused(sign, ledger):
    ledger.append(SETTING)
    state = picture(ledger)
    for event in (
        examples.opening(f"JPN-participant-A{sign}B"),
        examples.registration(f"TH{sign}2"),
        examples.grant(f"ndc{sign}", "NDC"),
        examples.grant("new", "NDC", parties=(f"JP{sign}N",)),
        examples.entity("Company", identification=f"12{sign}34"),
        transfer(units(1, 5), A, f"JPN-participant-{sign}"),
        issuance(A, 5, project=f"TH{sign}001"),
    ):
        assert refused(ledger, [event]) is not None
    assert picture(ledger) == state


def test_numbers_too_large_for_a_database_are_refused(ledger):
    ledger.append(SETTING)
    state = picture(ledger)
    for far in (10**15, 2**31, 2**63 - 1, 2**63, 10**30):
        assert refused(ledger, [cancellation(units(1, far), A)]) is not None
        assert refused(ledger, [cancellation(units(far, far), A)]) is not None
        assert refused(ledger, [cancellation(units(-far, 5), A)]) is not None
    for many in (2**63, 10**30):
        assert refused(ledger, [issuance("THA-government", many)]) is not None
    assert picture(ledger) == state


def test_very_many_tonnes_are_counted_exactly(ledger):
    many = 10**15 - 1000
    ledger.append([*SETTING, issuance("THA-government", many)])
    start = 151
    half = examples.units(start, start + many // 2 - 1, "THA")
    ledger.append([cancellation(half, "THA-government")])
    assert queries.balances(ledger)["THA-cancellation"] == many // 2
    assert queries.balances_on(ledger)["THA-government"] == many - many // 2
    assert queries.problems_of(ledger) == []


def test_units_are_issued_only_as_far_as_a_register_can_number(ledger):
    there = 150  # of Thailand's register, in the setting
    ledger.append([*SETTING, issuance("THA-government", MOST_UNITS - there - 5)])
    assert refused(ledger, [issuance("THA-government", 6, vintage=2023)]) is not None
    ledger.append([issuance("THA-government", 5, vintage=2023)])
    last = units(MOST_UNITS, MOST_UNITS, "THA")
    assert refused(ledger, [cancellation(last, "THA-government")]) is None
    assert queries.balances(ledger)["THA-cancellation"] == 1
    assert queries.problems_of(ledger) == []


# All or nothing ------------------------------------------------------------------------------


class StoppedError(RuntimeError):
    """What befalls a writer in the middle of its work."""


# Something for every table.
BATCH = (
    examples.opening("JPN-participant-E"),
    examples.registration("TH002"),
    examples.notice("IDN"),
    examples.grant("new", "NDC"),
    issuance(A, 9, project="TH002"),
    authorization(units(261, 265), "new"),
    authorization(units(1, 5), "ndc"),
    transfer(units(50, 60), A, B),
    cancellation(units(56, 57), B),
)


def booked_until(ledger, statements):
    """Book the batch, with so many statements before something goes wrong; return those done."""
    done = []

    def stop(_connection, _cursor, statement, *_):
        if len(done) == statements:
            raise StoppedError
        done.append(statement)

    sa.event.listen(ledger.engine, "before_cursor_execute", stop)
    try:
        ledger.append(BATCH)
    finally:
        sa.event.remove(ledger.engine, "before_cursor_execute", stop)
    return done


def test_whatever_statement_fails_nothing_is_left(ledger):
    ledger.append(SETTING)
    state = picture(ledger)
    for statements in range(1000):
        try:
            done = booked_until(ledger, statements)
        except StoppedError:
            assert picture(ledger) == state
        else:
            break
    written = {words.split()[2] for words in done if words.startswith("INSERT")}
    assert written >= {"event", "block", "issuance", "account", "project", "notice", "grant_given"}
    assert len(events_in(ledger)) == len(SETTING) + len(BATCH)
    assert queries.problems_of(ledger) == []


def test_two_batches_of_one_transaction_are_booked_together_or_not_at_all(ledger):
    ledger.append(SETTING)
    state = picture(ledger)

    def issue_and_move(last):
        with ledger.writing() as writer:
            first = writer.book([issuance(B, 5)])
            return first + writer.book([transfer(units(261, last), B, A)])

    with pytest.raises(LedgerError, match="1 of its units were never issued"):
        issue_and_move(266)
    assert picture(ledger) == state
    booked = issue_and_move(262)
    assert [number for number, _ in booked] == [len(SETTING) + 1, len(SETTING) + 2]
    assert units_in(ledger)["JPN", 262][2] == A
    assert queries.problems_of(ledger) == []


def test_a_refused_batch_does_not_spoil_its_transaction(ledger):
    ledger.append(SETTING)
    with ledger.writing() as writer:
        with pytest.raises(LedgerError):
            writer.book([transfer(units(1, 5), A, B), transfer(units(1, 5), A, B)])
        writer.book([transfer(units(1, 5), A, "JPN-government")])
    assert units_in(ledger)["JPN", 5][2] == "JPN-government"
    assert len(events_in(ledger)) == len(SETTING) + 1


def test_no_events_are_booked_as_none(ledger):
    assert ledger.append([]) == []
    assert queries.balances(ledger) == {}
    assert queries.problems_of(ledger) == []


# Queries -------------------------------------------------------------------------------------


def test_balances_of_a_day_are_those_of_the_events_until_its_end(ledger):
    ledger.append((*SETTING, transfer(units(1, 5), A, B), cancellation(units(1, 2), B)))
    day = datetime.timedelta(1)
    assert queries.balances_on(ledger, LATER - day)[A] == 200
    assert B not in queries.balances_on(ledger, LATER - day)
    assert queries.balances_on(ledger, LATER) == queries.balances(ledger)
    assert queries.balances(ledger) == {
        A: 195,
        B: 3,
        "JPN-cancellation": 2,
        "JPN-reserve": 10,
        "JPN-government": 50,
        "THA-participant-C": 150,
    }
    assert queries.balances_on(ledger, datetime.date(2024, 1, 9)) == {}


def test_a_reader_sees_one_state_whatever_is_written_meanwhile(address):
    with Ledger(address) as ledger, Ledger(address) as other:
        ledger.append(SETTING)
        moves = iter(range(1, 51))

        def write(_connection, _cursor, statement, *_):
            if statement.lstrip().upper().startswith("SELECT"):
                number = next(moves)
                other.append([transfer(units(number, number), A, B)])

        meant = queries.balances(ledger)
        sa.event.listen(ledger.engine, "after_cursor_execute", write)
        assert queries.problems_of(ledger) == []
        found = queries.balances_on(ledger)
        sa.event.remove(ledger.engine, "after_cursor_execute", write)
        assert sum(found.values()) == sum(meant.values())
        assert next(moves) > 5
        assert queries.problems_of(ledger) == []


DAMAGES = {
    "a block that grew": "UPDATE block SET last = last + 1 WHERE first = 1 AND register = 'JPN'",
    "a block that is gone": "DELETE FROM block WHERE first = 101 AND register = 'JPN'",
    "a block in another account": "UPDATE block SET account = 'JPN-reserve' WHERE first = 101",
    "a block that shrank": "UPDATE block SET last = last - 1 WHERE account = 'JPN-reserve'",
    "an event that did not happen": """
        INSERT INTO event (number, operation, kind, day, register, first, last, source, target,
        details) VALUES (99, 99, 'transfer', '2024-05-01', 'JPN', 1, 5, 'JPN-participant-A',
        'JPN-government', '{"source": "JPN-participant-A", "target": "JPN-government"}')
    """,
    "a gap in the events": """
        INSERT INTO event (number, operation, kind, day, details)
        VALUES (99, 99, 'notice', '2024-05-01', '{"partner": "THA"}')
    """,
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_ledger_is_told(damage, ledger):
    ledger.append(SETTING)
    assert queries.problems_of(ledger) == []
    by_hand(ledger, DAMAGES[damage])
    assert queries.problems_of(ledger) != []


def test_events_name_accounts_that_moved_units(ledger):
    """Rows of events bring units where the blocks are, also by way of an incoming account."""
    ledger.append(
        (
            *SETTING,
            authorization(units(1, 10, "THA"), "ndc", "THA-participant-C"),
            examples.first_transfer(units(1, 10, "THA"), "THA-participant-C", A),
        )
    )
    assert queries.balances_on(ledger)["JPN-incoming"] == 10
    assert queries.balances_on(ledger)[A] == 200
    last = events_in(ledger)[-1]
    assert isinstance(last, UnitEvent)
    assert last.target == A
