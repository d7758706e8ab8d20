"""The rules of the ledger: refusals, first transfer, the end of a memorandum, split blocks."""

import datetime
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jcm_models.ledger import Book, Issuance, LedgerError, book_all, end_of_memorandum
from jcm_models.ledger_database import queries
from tests.examples import unhurried
from tests.ledger.cases import CASES, DAY, OURS, A, B, C, thai
from tests.ledger.examples import (
    BEGIN,
    LATER,
    SETTING,
    authorization,
    cancellation,
    entity,
    first_transfer,
    grant,
    issuance,
    ndc_use,
    notice,
    opening,
    picture,
    refused,
    registration,
    retirement,
    transfer,
    units,
    units_in,
)


@pytest.mark.parametrize("rule", CASES)
def test_the_ledger_holds_that(rule, file_ledger):
    case = CASES[rule]
    file_ledger.append((*SETTING, *case.before))
    state = picture(file_ledger)
    error = refused(file_ledger, [case.refused])
    assert error is not None
    assert case.because in str(error)
    assert str(error).startswith(f"event 1, {case.refused}: ")
    assert picture(file_ledger) == state
    assert refused(file_ledger, [case.sound]) is None
    assert len(picture(file_ledger)[0]) == len(state[0]) + 1
    assert queries.problems_of(file_ledger) == []


def test_one_wrong_event_and_nothing_of_the_batch_is_booked(file_ledger):
    file_ledger.append(SETTING)
    state = picture(file_ledger)
    sound = [opening("JPN-participant-E"), issuance(B), transfer(units(1, 5), A, B)]
    assert refused(file_ledger, [*sound, transfer(units(6, 5), A, B)]) is not None
    assert picture(file_ledger) == state
    assert refused(file_ledger, sound) is None


def test_all_wrong_events_are_listed_together_by_their_names(file_ledger):
    file_ledger.append(SETTING)
    events = [
        registration(),
        transfer(units(1, 5), A, B),
        ndc_use(units(1, 5), A, None, party="THA", day=BEGIN),
        issuance("IDN-government", 0),
        transfer(units(1, 5), B, A),
    ]
    with pytest.raises(LedgerError) as caught:
        file_ledger.append(events, name=lambda place: f"row {place + 2}")
    problems = caught.value.problems
    assert [each.path for each in problems] == [
        "row 2, registration of TH001 on 2024-01-10",
        f"row 4, retirement of JPN 1 to 5 on {BEGIN}",
        "row 5, issuance of 0 tCO2e of TH001, vintage 2022, to IDN-government on 2024-01-10",
    ]
    reasons = problems[1].message
    assert f"some stand in {B}" in reasons
    assert f"it is dated before {LATER}" in reasons
    assert "found THA, and units in JPN's" in reasons
    assert "names the calendar year" in reasons
    assert str(caught.value).count("\n") == 2


def test_an_event_that_cannot_be_written_does_not_hide_the_others(file_ledger):
    file_ledger.append(SETTING)
    events = [registration(""), transfer(units(1, 5), B, A), entity(""), opening("JPN-\x00")]
    error = refused(file_ledger, events)
    assert error is not None
    assert [each.path.split(",")[0] for each in error.problems] == [
        f"event {number}" for number in (1, 2, 3, 4)
    ]


def test_an_event_is_judged_as_if_the_sound_ones_before_it_were_booked(file_ledger):
    file_ledger.append(SETTING)
    chain = [
        opening("JPN-participant-E"),
        issuance("JPN-participant-E", 5),
        transfer(units(261, 265), "JPN-participant-E", A),
        authorization(units(261, 265), "ndc"),
        first_transfer(units(261, 265), A, A),
        ndc_use(units(261, 265), A),
    ]
    assert refused(file_ledger, chain) is None
    assert refused(file_ledger, [replace(chain[-1], source=B)]) is not None


@pytest.mark.parametrize(
    "event",
    [registration(""), registration(" "), grant("", "NDC"), grant(" ", "NDC"), opening("")],
    ids=lambda event: f"{event.kind} of {getattr(event, event.subject)!r}",
)
def test_nothing_is_booked_without_a_name(event, file_ledger):
    file_ledger.append(SETTING)
    assert refused(file_ledger, [event]) is not None


# First transfer ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("authorized", "use", "day", "by"),
    [
        ("at-once", None, LATER, "Authorisation"),
        ("issued", None, LATER, "Issuance"),
        ("when-used", None, None, ""),
        ("ndc", None, None, ""),
        ("at-once", "OP", LATER, "Authorisation"),
        ("issued", "IMP", LATER, "Issuance"),
        ("when-used", "IMP", LATER + DAY, "Use or Cancellation"),
    ],
)
@pytest.mark.parametrize("kind", [retirement, cancellation])
def test_for_other_purposes_the_host_says_what_a_first_transfer_is(
    authorized, use, day, by, kind, file_ledger
):
    file_ledger.append((*SETTING, authorization(units(1, 9), authorized)))
    if use:
        file_ledger.append([kind(units(1, 9), A, purpose=use, day=LATER + DAY)])
    for number in range(1, 10):
        assert units_in(file_ledger)["JPN", number][4:6] == (day, by)
    assert units_in(file_ledger)["JPN", 10][4:6] == (None, "")


@pytest.mark.parametrize("authorized", ["ndc", "when-used"])
def test_for_an_ndc_it_is_the_first_international_transfer(authorized, file_ledger):
    file_ledger.append((*SETTING, authorization(thai(1, 9), authorized, C)))
    file_ledger.append([first_transfer(thai(1, 4), C, A, day=LATER + DAY)])
    found = units_in(file_ledger)
    assert {found["THA", n][4:6] for n in range(1, 5)} == {
        (LATER + DAY, "First transfer to another Party")
    }
    assert {found["THA", n][4:6] for n in range(5, 10)} == {(None, "")}
    assert {found["THA", n][2] for n in range(1, 5)} == {"JPN-incoming"}


def test_a_use_does_not_change_how_units_were_first_transferred(file_ledger):
    file_ledger.append(
        (
            *SETTING,
            authorization(units(1, 9), "when-used"),
            first_transfer(units(1, 9), A, A),
            cancellation(units(1, 9), A, purpose="IMP", day=LATER + DAY),
        )
    )
    assert units_in(file_ledger)["JPN", 5][4:6] == (LATER, "First transfer to another Party")


def test_a_plain_cancellation_is_no_first_transfer(file_ledger):
    plain = (authorization(units(1, 9), "when-used"), cancellation(units(1, 9), A))
    file_ledger.append((*SETTING, *plain))
    assert units_in(file_ledger)["JPN", 5][4:6] == (None, "")


# Termination of a memorandum -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "ended"),
    [
        ("2024-01-01", "2024-07-01"),
        ("2024-07-01", "2025-01-01"),
        ("2024-06-30", "2024-12-30"),
        ("2023-08-31", "2024-02-29"),
        ("2024-08-31", "2025-02-28"),
        ("2024-12-31", "2025-06-30"),
    ],
)
def test_a_memorandum_ends_six_months_after_the_notice(given, ended):
    day = datetime.date.fromisoformat
    assert end_of_memorandum(day(given)) == day(ended)


@unhurried
@given(st.dates(datetime.date(2013, 1, 1), datetime.date(2100, 1, 1)))
def test_six_months_are_those_of_the_calendar(day):
    assert end_of_memorandum(day) == (pd.Timestamp(day) + pd.DateOffset(months=6)).date()


def test_projects_go_on_after_the_memorandum_has_ended(file_ledger):
    day = datetime.date(2032, 1, 10)
    file_ledger.append((*SETTING, *OURS, notice("THA")))
    assert refused(file_ledger, [registration("TH002", day=day)]) is not None
    after = [
        issuance(A, vintage=2031, day=day),
        grant("after", "NDC", last_vintage=2031, day=day),
        authorization(units(261, 270), "after", day=day),
        first_transfer(units(261, 270), A, A, day=day),
        ndc_use(units(1, 10), A, day=day),
        cancellation(thai(1, 5), C, day=day),
    ]
    assert refused(file_ledger, after) is None
    assert queries.problems_of(file_ledger) == []


# A block that is split keeps its history -----------------------------------------------------


def test_all_parts_of_a_split_block_keep_its_history(file_ledger):
    file_ledger.append((*SETTING, *OURS))
    first = len(SETTING)
    issued = next(place for place, event in enumerate(SETTING) if isinstance(event, Issuance))
    file_ledger.append(
        [
            transfer(units(4, 8), A, B),
            cancellation(units(6, 6), B),
            ndc_use(units(1, 3), A),
        ]
    )
    numbers = {
        number: [
            booked.number - first for booked in queries.history(file_ledger, units(number, number))
        ]
        for number in range(1, 12)
    }
    before = issued + 1 - first
    assert numbers == {
        **{number: [before, 1, 2, 5] for number in (1, 2, 3)},
        **{number: [before, 1, 2, 3] for number in (4, 5, 7, 8)},
        6: [before, 1, 2, 3, 4],
        **{number: [before, 1, 2] for number in (9, 10)},
        11: [before],
    }
    found = units_in(file_ledger)
    for number in range(1, 11):
        assert found["JPN", number][:2] == ("TH001", 2022)
        assert found["JPN", number][3:5] == ("ndc", LATER)
    assert found["JPN", 11][3:5] == ("", None)


def test_the_history_of_a_range_is_that_of_all_its_units(file_ledger):
    file_ledger.append((*SETTING, *OURS, transfer(units(8, 12), A, B)))
    whole = {booked.number for booked in queries.history(file_ledger, units(1, 300))}
    single = {
        booked.number
        for number in range(1, 261)
        for booked in queries.history(file_ledger, units(number, number))
    }
    assert whole == single
    assert queries.history(file_ledger, units(261, 300)) == []
    kinds = [booked.event.kind for booked in queries.history(file_ledger, units(10, 11))]
    assert kinds == ["issuance", "authorization", "first_transfer", "transfer"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"quantity": 1.5}, "its quantity is 1.5, and a whole number"),
        ({"quantity": True}, "its quantity is True, and a whole number"),
        ({"quantity": np.int64(5)}, "its quantity is np.int64(5), and a whole number"),
        ({"quantity": "5"}, "its quantity is '5', and a whole number"),
        ({"vintage": "2022"}, "its vintage is '2022', and a whole number"),
        ({"day": datetime.datetime(2024, 1, 1)}, "and a day (datetime.date) is needed"),
        ({"day": "2024-01-01"}, "and a day (datetime.date) is needed"),
        ({"target": None}, "its target is None, and a text is needed"),
        ({"project": 7}, "its project is 7, and a text is needed"),
    ],
)
def test_a_field_of_another_kind_is_refused_and_not_guessed(change, said):
    wrong = replace(issuance("JPN-government", 5), **change)
    with pytest.raises(LedgerError) as error:
        book_all(Book({"JPN", "THA"}), [wrong])
    assert said in str(error.value)


def test_units_are_counted_in_whole_numbers():
    event = transfer(units(1, 1.5), "JPN-government", "JPN-participant-A")
    with pytest.raises(LedgerError, match="whole numbers"):
        book_all(Book({"JPN", "THA"}), [event])


def test_a_project_is_registered_only_after_the_memorandum_was_signed():
    signed = {"THA": datetime.date(2015, 11, 19)}
    book = Book({"JPN", "THA"}, signed=signed)
    early = registration("TH9", day=datetime.date(2015, 11, 18))
    with pytest.raises(LedgerError, match="was signed on 2015-11-19, after 2015-11-18"):
        book_all(book, [early])
    book_all(Book({"JPN", "THA"}, signed=signed), [registration("TH9", day=signed["THA"])])
