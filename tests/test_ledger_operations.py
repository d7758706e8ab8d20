"""Operations in tonnes: which units they take, what they book, and what an account can bear."""

import dataclasses

import pytest

from jcm_models.ledger import (
    Authorization,
    Grant,
    LedgerError,
    Opening,
    Registration,
    Units,
)
from jcm_models.ledger_database import Ledger
from jcm_models.ledger_database.itmos import itmos_first_transferred, itmos_used
from jcm_models.ledger_database.operations import (
    Amount,
    authorize,
    authorize_all,
    cancel,
    cancel_reserve,
    first_transfer,
    retire,
    transfer,
)
from jcm_models.ledger_database.queries import balances, history, holdings, problems_of
from tests.ledger.thailand import COMPANY, HOST, JAPAN, day, issuance

GRANT = Grant(
    day=day("2024-01-10"),
    authorization="THA-2024-1",
    cooperative_approach="CA0004",
    host="THA",
    purposes=("NDC",),
    first_vintage=2021,
    last_vintage=2030,
)


@pytest.fixture
def ledger(tmp_path):
    with Ledger(tmp_path / "ledger.sqlite") as opened:
        opened.append(
            [
                Registration(day=day("2020-09-28"), project="TH014", host="THA"),
                Registration(day=day("2020-09-28"), project="TH015", host="THA"),
                Opening(day=day("2020-09-28"), account=COMPANY),
                issuance(2020, JAPAN, 100),
                issuance(2021, JAPAN, 1000),
                issuance(2021, HOST, 500),
                issuance(2022, JAPAN, 700),
                issuance(2022, JAPAN, 50, project="TH015"),
                issuance(2022, "THA-reserve", 30),
            ]
        )
        yield opened


def numbers(booked):
    return [(each.event.units.first, each.event.units.last) for each in booked]


def test_units_issued_first_go_first_and_the_last_block_is_split(ledger):
    booked = transfer(ledger, day("2024-02-01"), Amount(JAPAN, 1150), COMPANY)
    assert numbers(booked) == [(1, 100), (101, 1100), (1101, 1150)]
    assert balances(ledger)[COMPANY] == 1150
    assert problems_of(ledger) == []


@pytest.mark.parametrize(
    ("which", "ranges"),
    [
        ({"vintage": 2022}, [(1101, 1800), (1801, 1820)]),
        ({"project": "TH014", "vintage": 2022}, [(1101, 1800)]),
        ({"project": "TH015"}, [(1801, 1820)]),
    ],
)
def test_a_project_and_a_vintage_narrow_what_is_taken(ledger, which, ranges):
    quantity = sum(last - first + 1 for first, last in ranges)
    amount = Amount(JAPAN, quantity, **which)
    assert numbers(transfer(ledger, day("2024-02-01"), amount, COMPANY)) == ranges


@pytest.mark.parametrize(
    ("quantity", "said"),
    [
        (1851, "1,851 tCO2e are asked for and 1,850 tCO2e are there"),
        (10**9, "1,000,000,000 tCO2e are asked for and 1,850 tCO2e are there"),
        (0, "found a quantity of 0 tCO2e; ask for 1 or more"),
        (-5, "found a quantity of -5 tCO2e; ask for 1 or more"),
    ],
)
def test_an_account_is_not_overdrawn(ledger, quantity, said):
    before = balances(ledger)
    with pytest.raises(LedgerError, match=f"JPN-government: {said}"):
        transfer(ledger, day("2024-02-01"), Amount(JAPAN, quantity), COMPANY)
    assert balances(ledger) == before


def test_the_whole_account_can_be_taken(ledger):
    transfer(ledger, day("2024-02-01"), Amount(JAPAN, 1850), COMPANY)
    assert JAPAN not in balances(ledger)


def test_an_authorization_covers_what_it_can_and_leaves_other_vintages(ledger):
    booked = authorize_all(ledger, GRANT, JAPAN)
    assert [each.event.kind for each in booked] == ["grant", *["authorization"] * 3]
    covered = sum(e.event.units.quantity for e in booked if isinstance(e.event, Authorization))
    assert covered == 1750
    assert authorize_all(ledger, _other("THA-2024-2"), JAPAN)[1:] == []


def _other(name, **changes):
    return dataclasses.replace(GRANT, authorization=name, **changes)


def test_an_authorization_of_some_projects_leaves_the_others(ledger):
    booked = authorize_all(ledger, _other("THA-2024-3", projects=("TH015",)), JAPAN)
    assert numbers(booked[1:]) == [(1801, 1850)]


def test_units_of_the_register_of_japan_are_first_transferred_where_they_stand(ledger):
    authorize_all(ledger, GRANT, JAPAN)
    first_transfer(ledger, day("2024-02-01"), Amount(JAPAN, 1200))
    assert balances(ledger)[JAPAN] == 1850
    assert itmos_first_transferred(ledger) == {("THA", 2021): 1000, ("THA", 2022): 200}
    with pytest.raises(LedgerError, match="authorized and not first transferred"):
        first_transfer(ledger, day("2024-02-01"), Amount(JAPAN, 551))


def test_credits_of_the_host_reach_japan_by_a_first_transfer_and_an_acquisition(ledger):
    authorize_all(ledger, GRANT, HOST)
    with pytest.raises(LedgerError, match="book a first transfer"):
        transfer(ledger, day("2024-02-01"), Amount(HOST, 200), COMPANY)
    booked = first_transfer(ledger, day("2024-02-01"), Amount(HOST, 200), COMPANY)
    assert [each.event.kind for each in booked] == ["first_transfer", "acquisition"]
    assert (balances(ledger)[HOST], balances(ledger)[COMPANY]) == (300, 200)
    back = transfer(ledger, day("2024-03-01"), Amount(COMPANY, 50), HOST)
    assert [each.event.kind for each in back] == ["transfer", "acquisition"]
    assert balances(ledger)[HOST] == 350


def test_a_use_counts_for_its_year_and_moves_to_retirement(ledger):
    authorize_all(ledger, GRANT, JAPAN)
    first_transfer(ledger, day("2024-02-01"), Amount(JAPAN, 1750))
    retire(ledger, day("2031-05-01"), Amount(JAPAN, 600, vintage=2021), "NDC", year=2030)
    retire(ledger, day("2031-06-01"), Amount(JAPAN, 150, vintage=2022), "NDC", year=2029)
    assert itmos_used(ledger) == {("JPN", 2030): 600, ("JPN", 2029): 150}
    assert balances(ledger)["JPN-retirement"] == 750


def test_what_the_host_counts_at_home_is_no_use_of_mitigation_outcomes(ledger):
    retire(ledger, day("2024-02-01"), Amount(HOST, 500), "NDC", year=2022)
    assert itmos_used(ledger) == {}
    assert balances(ledger)["THA-retirement"] == 500


def test_a_use_without_authorization_is_refused(ledger):
    with pytest.raises(LedgerError, match="under no authorization"):
        retire(ledger, day("2024-02-01"), Amount(JAPAN, 10, vintage=2021), "NDC", year=2030)
    with pytest.raises(LedgerError, match="under no authorization"):
        cancel(ledger, day("2024-02-01"), Amount(JAPAN, 10, vintage=2021), purpose="OP")


def test_credits_before_2021_serve_pledges_outside_article_6_only(ledger):
    retire(ledger, day("2024-02-01"), Amount(JAPAN, 60, vintage=2020), "pledge")
    with pytest.raises(LedgerError, match="a pledge outside Article 6 takes earlier ones"):
        retire(ledger, day("2024-02-01"), Amount(JAPAN, 60, vintage=2021), "pledge")
    with pytest.raises(LedgerError, match="vintage 2020 is before 2021 and cannot be an ITMO"):
        ledger.append(
            [
                GRANT,
                Authorization(
                    day=day("2024-02-01"),
                    units=Units("JPN", 61, 70),
                    source=JAPAN,
                    authorization=GRANT.authorization,
                ),
            ]
        )


def test_part_of_an_account_is_authorized_by_quantity(ledger):
    ledger.append([_other("THA-2024-4", quantity=120)])
    authorize(ledger, day("2024-02-01"), Amount(JAPAN, 120, vintage=2021), "THA-2024-4")
    with pytest.raises(LedgerError, match="covers 120 tCO2e; with these 1 it would be 121"):
        authorize(ledger, day("2024-02-01"), Amount(JAPAN, 1, vintage=2021), "THA-2024-4")


def test_a_reserve_is_cancelled_for_a_reversal_and_nothing_else(ledger):
    cancel_reserve(ledger, day("2024-02-01"), Amount("THA-reserve", 12))
    assert balances(ledger)["THA-reserve"] == 18
    assert balances(ledger)["THA-cancellation"] == 12
    with pytest.raises(
        LedgerError, match="its units leave it by a reserve cancellation or release only"
    ):
        transfer(ledger, day("2024-02-01"), Amount("THA-reserve", 5), HOST)
    with pytest.raises(LedgerError, match="is no reserve"):
        cancel_reserve(ledger, day("2024-02-01"), Amount(HOST, 5))


def test_a_cancellation_is_final(ledger):
    cancel(ledger, day("2024-02-01"), Amount(HOST, 500))
    with pytest.raises(LedgerError, match="they never move again"):
        transfer(ledger, day("2024-02-02"), Amount("THA-cancellation", 5), HOST)


def test_the_history_of_a_unit_tells_the_whole_way(ledger):
    authorize_all(ledger, GRANT, HOST)
    first_transfer(ledger, day("2024-02-01"), Amount(HOST, 200), COMPANY)
    transfer(ledger, day("2024-03-01"), Amount(COMPANY, 150), JAPAN)
    kinds = [each.event.kind for each in history(ledger, Units("THA", 150, 150))]
    assert kinds == ["issuance", "authorization", "first_transfer", "acquisition", "transfer"]
    kinds = [each.event.kind for each in history(ledger, Units("THA", 151, 151))]
    assert kinds == ["issuance", "authorization", "first_transfer", "acquisition"]
    assert {(h.account, h.quantity) for h in holdings(ledger, COMPANY)} == {(COMPANY, 50)}
