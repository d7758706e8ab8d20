"""The published issuances come out of crediting, allocation and ledger as they were published."""

import datetime
from collections import Counter

import pytest

from jcm_models.issuance_records import (
    announcements,
    issuance_records,
    published_totals,
    transfer_records,
)
from jcm_models.ledger import Issuance, Registration
from jcm_models.ledger_database import Ledger
from jcm_models.ledger_database.queries import balances, balances_on, holdings, problems_of
from jcm_models.published_replay import published_events, replayed

RECORDS = {record.name: record for record in issuance_records()}
AGREED = {"MN001-3", "MN002-3", "MN003-1", "MN005-1", "MN006-1", "ID002-1", "BD002-1"}


@pytest.fixture(scope="module")
def ledger(tmp_path_factory):
    with Ledger(tmp_path_factory.mktemp("published") / "ledger.sqlite") as opened:
        opened.append(published_events())
        yield opened


@pytest.mark.parametrize("record", RECORDS.values(), ids=RECORDS)
def test_an_issuance_comes_out_as_published(record):
    again = replayed(record)
    assert sum(again.values()) == record.total
    japan = sum(tonnes for party, tonnes in again.items() if party.startswith("japan"))
    host = sum(tonnes for party, tonnes in again.items() if party.startswith("host"))
    if "others" not in again:
        assert record.tonnes("japan") in (None, japan)
        assert record.tonnes("host") in (None, host)
    for party, figure in record.figures.items():
        if party in again:
            assert again[party] == figure.tonnes, party


def test_which_issuances_come_out_of_shares_and_which_were_agreed():
    assert {name for name, record in RECORDS.items() if record.rule is None} == AGREED


def test_of_odd_totals_the_government_has_the_larger_half_as_published():
    odd = {n for n, r in RECORDS.items() if r.rule and r.total % 2 and "others" in r.rule.shares}
    assert odd == {"ID001-1", "ID-2020", "VN004-1", "VN005-1", "VN008-1", "BD004-1"}
    for name in odd:
        assert replayed(RECORDS[name])["japan_government"] * 2 == RECORDS[name].total + 1


@pytest.mark.parametrize(
    ("project", "tonnes"),
    [
        ("MN001", 307),
        ("MN002", 637),
        ("MN003", 44_299),
        ("MN004", 53_764),
        ("MN005", 1),
        ("MN006", 30_312),
    ],
)
def test_the_sums_of_the_mongolian_projects_are_those_published(ledger, project, tonnes):
    assert sum(held.quantity for held in holdings(ledger) if held.project == project) == tonnes


def test_mongolia_has_129_320_credits_in_all(ledger):
    mongolian = sum(
        h.quantity for h in holdings(ledger) if h.project.startswith("MN") and "+" not in h.project
    )
    assert mongolian == 129_320


def test_the_first_mongolian_issuance_gave_japan_125_and_its_government_109(ledger):
    day = RECORDS["MN001-1"].issued
    before = balances_on(ledger, day - datetime.timedelta(days=1))
    gained = Counter(balances_on(ledger, day))
    gained.subtract(before)
    sides = Counter()
    for account, tonnes in gained.items():
        sides[account.partition("-")[0]] += tonnes
    assert (gained["JPN-government"], sides["JPN"], sides["MNG"]) == (109, 125, 32)


def test_announced_sums_come_out_or_their_difference_is_known():
    differences = {}
    for announced in announcements():
        for party, figure in announced.figures.items():
            parts = [_part(RECORDS[name], party) for name in announced.issuances]
            if None not in parts and sum(parts) != figure.tonnes:
                differences[announced.issuances, party] = sum(parts) - figure.tonnes
    assert differences == {}


def _part(record, party):
    again = replayed(record) | {"total": record.total}
    if party in ("japan", "host") and party not in again:
        return record.tonnes(party)
    return again.get(party)


def test_every_credit_published_stands_in_one_account(ledger):
    total = sum(record.total for record in RECORDS.values())
    total += sum(record.tonnes for record in transfer_records())
    assert sum(balances(ledger).values()) == total
    assert balances(ledger) == balances_on(ledger)
    assert problems_of(ledger) == []


def test_what_is_assumed_is_marked():
    events = published_events()
    assert all("assumed" in event.note for event in events if isinstance(event, Issuance))
    hosts = {event.host for event in events if isinstance(event, Registration)}
    assert hosts == {"MNG", "IDN", "VNM", "THA", "BGD", "MDV", "PLW"}


def test_japan_has_received_88_200_mitigation_outcomes(ledger):
    received = [held for held in holdings(ledger) if held.project.endswith("(received by Japan)")]
    assert sum(held.quantity for held in received) == 88_200
    assert {held.account for held in received} == {"JPN-government"}
    assert all(held.vintage >= 2021 for held in received)


@pytest.mark.parametrize("total", published_totals(), ids=lambda total: str(total.day))
def test_what_is_replayed_is_no_more_than_the_totals_published(total):
    known = sum(
        record.total
        for record in RECORDS.values()
        if total.country in (None, record.country)
        and (record.issued or record.decided or total.day) <= total.day
    )
    assert 0 < known <= total.tonnes


def test_what_is_not_known_to_be_whose_says_so_in_its_account(ledger):
    held = balances(ledger)
    assert held["JPN-participant-TH001 (register not published)"] == 150
    assert held["JPN-participant-MN006 (side not divided further)"] == 24_249
    assert held["MNG-participant-MN006 (side not divided further)"] == 6_063
