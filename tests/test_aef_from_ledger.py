"""What both sides report from the ledger: complete, consistent, and of the right year."""

import dataclasses
import datetime
from collections import Counter

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from jcm_models.aef import check_aef, read_aef, write_aef
from jcm_models.aef.both_sides import findings_of, reports_of
from jcm_models.aef.from_ledger import aef_report
from jcm_models.article6_records import Submission
from jcm_models.double_counting import double_counting
from jcm_models.ledger import Entity, Grant, LedgerError, Opening, Registration
from jcm_models.ledger_database import Ledger
from jcm_models.ledger_database.operations import (
    Amount,
    authorize,
    authorize_all,
    cancel,
    cancel_reserve,
    first_transfer,
    release_reserve,
    retire,
    transfer,
)
from tests.ledger.thailand import COMPANY, HOST, JAPAN, day, issuance

GRANT = Grant(
    day=day("2023-07-01"),
    authorization="THA-2023-1",
    cooperative_approach="CA0004",
    host="THA",
    purposes=("NDC",),
    parties=("JPN",),
    first_vintage=2021,
    last_vintage=2030,
)
OTHER = dataclasses.replace(GRANT, authorization="THA-2023-2", purposes=("IMP", "OP"), parties=())


def filled(path):
    ledger = Ledger(path)
    ledger.append(
        [
            Registration(day=day("2020-09-28"), project="TH014", host="THA"),
            Opening(day=day("2020-09-28"), account=COMPANY),
            issuance(2020, JAPAN, 100),
            issuance(2021, JAPAN, 400),
            issuance(2022, JAPAN, 300),
            issuance(2021, HOST, 200),
            issuance(2022, COMPANY, 50),
        ]
    )
    return ledger


@pytest.fixture
def ledger(tmp_path):
    with filled(tmp_path / "ledger.sqlite") as opened:
        yield opened


def report(ledger, party, year, **how):
    submission = Submission(
        party=party,
        reported_year=year,
        day=datetime.date(year + 1, 3, 31),
        first_ndc_year=2021,
        last_ndc_year=2030,
    )
    return aef_report(ledger, submission, **how)


def listed(actions):
    return [(a.kind, a.subtype, a.vintage, a.first, a.last, a.quantity) for a in actions]


def test_credits_that_nobody_authorized_are_not_reported(ledger):
    for party in ("JPN", "THA"):
        found = report(ledger, party, 2023)
        assert (found.authorizations, found.actions, found.holdings) == ((), (), ())
    assert reports_of(ledger) == {}
    assert findings_of(ledger) == []


def test_the_host_reports_the_first_transfer_and_japan_the_acquisition(ledger):
    authorize_all(ledger, GRANT, JAPAN)
    first_transfer(ledger, day("2023-08-01"), Amount(JAPAN, 700))
    host, japan = report(ledger, "THA", 2023), report(ledger, "JPN", 2023)
    assert listed(host.actions) == [
        ("Authorization", "", 2021, 101, 500, 400),
        ("Authorization", "", 2022, 501, 800, 300),
        ("First transfer", "First transfer to another Party", 2021, 101, 500, 400),
        ("First transfer", "First transfer to another Party", 2022, 501, 800, 300),
    ]
    assert [a.acquiring_party for a in host.actions] == ["", "", "JPN", "JPN"]
    assert [(a.kind, a.transferring_party, a.quantity) for a in japan.actions] == [
        ("Acquisition", "THA", 400),
        ("Acquisition", "THA", 300),
    ]
    assert [(h.vintage, h.quantity, h.itmo_registry) for h in japan.holdings] == [
        (2021, 400, "JPN01"),
        (2022, 300, "JPN01"),
    ]
    assert host.holdings == ()
    assert findings_of(ledger) == []


def test_credits_from_the_register_of_the_host_are_transferred_and_acquired(ledger):
    authorize_all(ledger, GRANT, HOST)
    first_transfer(ledger, day("2023-08-01"), Amount(HOST, 120), COMPANY)
    transfer(ledger, day("2023-09-01"), Amount(COMPANY, 30, vintage=2021), HOST)
    japan = report(ledger, "JPN", 2023)
    assert [(a.kind, a.acquiring_party, a.transferring_party) for a in japan.actions] == [
        ("Acquisition", "", "THA"),
        ("Transfer", "THA", ""),
    ]
    host = report(ledger, "THA", 2023)
    assert [(a.kind, a.transferring_party) for a in host.actions][-1] == ("Acquisition", "JPN")
    assert {(h.itmo_registry, h.first, h.last) for h in japan.holdings} == {("THA01", 31, 120)}
    assert {(h.itmo_registry, h.first, h.last) for h in host.holdings} == {("THA01", 1, 30)}
    assert findings_of(ledger) == []


def test_a_use_names_its_party_and_year_and_leaves_the_holdings(ledger):
    authorize_all(ledger, GRANT, JAPAN)
    first_transfer(ledger, day("2023-08-01"), Amount(JAPAN, 700))
    retire(ledger, day("2024-02-01"), Amount(JAPAN, 400, vintage=2021), "NDC", year=2030)
    found = report(ledger, "JPN", 2024)
    (use,) = found.actions
    assert (use.kind, use.using_party, use.use_year, use.quantity) == ("Use", "JPN", 2030, 400)
    assert [h.vintage for h in found.holdings] == [2022]
    assert [h.vintage for h in report(ledger, "JPN", 2023).holdings] == [2021, 2022]
    assert reports_of(ledger)["JPN"].adjustments == {2021: 0, 2022: 0, 2030: -400}
    assert reports_of(ledger)["THA"].adjustments == {2021: 400, 2022: 300, 2030: 0}
    assert findings_of(ledger) == []


@pytest.mark.parametrize(
    ("definition", "subtype"),
    [
        ("Authorisation", "Authorization"),
        ("Issuance", "Issuance"),
        ("Use or Cancellation", "Use or cancellation"),
    ],
)
def test_for_other_purposes_the_first_transfer_is_what_the_host_defined(
    ledger, definition, subtype
):
    authorize_all(ledger, dataclasses.replace(OTHER, first_transfer=definition), JAPAN)
    cancel(ledger, day("2024-05-01"), Amount(JAPAN, 150, vintage=2021), purpose="OP", entity="ANA")
    actions = report(ledger, "THA", 2024, all_years=True).actions
    first = [a for a in actions if a.kind == "First transfer"]
    assert {a.subtype for a in first} == {subtype}
    at_use = definition == "Use or Cancellation"
    assert sum(a.quantity for a in first) == (150 if at_use else 700)
    assert {a.day for a in first} == {day("2024-05-01") if at_use else GRANT.day}
    (end,) = report(ledger, "JPN", 2024).actions
    assert (end.kind, end.purpose, end.using_entity) == ("Voluntary Cancellation", "OP", "ANA")
    assert findings_of(ledger) == []


def test_neighbouring_blocks_that_say_the_same_are_one_row(ledger):
    authorize_all(ledger, GRANT, JAPAN)
    first_transfer(ledger, day("2023-08-01"), Amount(JAPAN, 400, vintage=2021))
    for quantity in (10, 20, 30):
        transfer(ledger, day("2023-09-01"), Amount(JAPAN, quantity, vintage=2021), COMPANY)
    assert [a.quantity for a in report(ledger, "JPN", 2023).actions] == [400]
    assert [(h.first, h.last) for h in report(ledger, "JPN", 2023).holdings] == [(101, 500)]


def test_entities_are_reported_by_the_party_that_authorized_them(ledger):
    entity = Entity(
        day=day("2023-07-02"),
        party="JPN",
        name="TSB Co., Ltd.",
        country="JPN",
        identification="0100-01-000001",
        cooperative_approach="CA0004",
    )
    ledger.append([entity])
    assert [each.name for each in report(ledger, "JPN", 2023).entities] == ["TSB Co., Ltd."]
    assert report(ledger, "THA", 2023).entities == ()
    assert report(ledger, "JPN", 2022).entities == ()


def test_a_report_survives_both_files(ledger, tmp_path):
    authorize_all(ledger, GRANT, JAPAN)
    first_transfer(ledger, day("2023-08-01"), Amount(JAPAN, 700))
    for party in ("JPN", "THA"):
        found = report(ledger, party, 2023)
        assert check_aef(found) == []
        for target in (tmp_path / f"{party}.xlsx", tmp_path / party):
            write_aef(found, target)
            assert read_aef(target) == found


STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ["authorize", "first", "send", "move", "use", "cancel", "reserve", "reverse", "release"]
        ),
        st.sampled_from([JAPAN, HOST, COMPANY]),
        st.integers(1, 250),
        st.sampled_from([None, 2021, 2022]),
    ),
    min_size=4,
    max_size=14,
)


def take(ledger, number, step):
    what, account, quantity, vintage = step
    amount, on = Amount(account, quantity, vintage=vintage), day("2023-08-01")
    on += datetime.timedelta(days=40 * number)
    match what:
        case "authorize":
            authorize(ledger, on, amount, GRANT.authorization)
        case "first":
            first_transfer(ledger, on, amount, COMPANY if account == HOST else "")
        case "send":
            transfer(ledger, on, amount, HOST if account != HOST else JAPAN)
        case "move":
            transfer(ledger, on, amount, COMPANY if account != COMPANY else JAPAN)
        case "use":
            retire(ledger, on, amount, "NDC", year=2030)
        case "cancel":
            cancel(ledger, on, amount)
        case "reserve":
            transfer(ledger, on, amount, f"{account[:3]}-reserve")
        case "reverse":
            cancel_reserve(
                ledger, on, dataclasses.replace(amount, account=f"{account[:3]}-reserve")
            )
        case "release":
            reserve = dataclasses.replace(amount, account=f"{account[:3]}-reserve")
            release_reserve(ledger, on, reserve, account)


@settings(max_examples=40, deadline=None)
@given(steps=STEPS)
def test_whatever_the_ledger_accepts_both_sides_report_without_double_counting(
    tmp_path_factory, steps
):
    with filled(tmp_path_factory.mktemp("ledger") / "ledger.sqlite") as ledger:
        ledger.append([GRANT])
        for number, step in enumerate(steps):
            try:
                take(ledger, number, step)
            except LedgerError:
                continue
        assert findings_of(ledger) == []
        transferred, acquired = Counter(), Counter()
        for party in ("JPN", "THA"):
            found = report(ledger, party, 2030, all_years=True)
            for action in found.actions:
                if action.kind in ("First transfer", "Transfer"):
                    transferred[action.acquiring_party] += action.quantity
                if action.kind == "Acquisition":
                    acquired[party] += action.quantity
            # What came in and neither left nor ended is held: no outcome vanishes from a report.
            assert sum(_change(a) for a in found.actions) == sum(h.quantity for h in found.holdings)
        assert transferred == acquired


def _change(action):
    """Return by how much an action changes what the Party that reports it holds."""
    ends = ("Transfer", "Use", "Cancellation", "Voluntary Cancellation")
    return action.quantity * ((action.kind == "Acquisition") - (action.kind in ends))


def test_an_outcome_in_a_reserve_is_held_until_it_makes_good_a_reversal(ledger, tmp_path):
    authorize_all(ledger, GRANT, JAPAN)
    first_transfer(ledger, day("2023-08-01"), Amount(JAPAN, 700))
    transfer(ledger, day("2024-02-01"), Amount(JAPAN, 50, vintage=2021), "JPN-reserve")
    cancel_reserve(ledger, day("2024-03-01"), Amount("JPN-reserve", 30))
    release_reserve(ledger, day("2024-04-01"), Amount("JPN-reserve", 20), JAPAN)
    found = report(ledger, "JPN", 2024)
    assert listed(found.actions) == [("Cancellation", "Other cancellations", 2021, 101, 130, 30)]
    assert [action.purpose for action in found.actions] == [""]
    assert sum(holding.quantity for holding in found.holdings) == 700 - 30
    assert check_aef(found) == []
    write_aef(found, tmp_path / "JPN.xlsx")
    assert read_aef(tmp_path / "JPN.xlsx") == found
    assert report(ledger, "THA", 2024).actions == ()
    assert findings_of(ledger) == []


def test_a_reserve_that_is_released_can_be_authorized_and_transferred(ledger):
    ledger.append([GRANT, issuance(2022, "THA-reserve", 40)])
    with pytest.raises(LedgerError, match="is a reserve"):
        authorize(ledger, day("2023-08-01"), Amount("THA-reserve", 40), GRANT.authorization)
    release_reserve(ledger, day("2023-08-01"), Amount("THA-reserve", 40), HOST)
    assert report(ledger, "THA", 2023).actions == ()
    released = Amount(HOST, 40, vintage=2022)
    authorize(ledger, day("2023-09-01"), released, GRANT.authorization)
    first_transfer(ledger, day("2023-10-01"), released, COMPANY)
    kinds = [(a.kind, a.quantity) for a in report(ledger, "THA", 2023).actions]
    assert kinds == [("Authorization", 40), ("First transfer", 40)]
    assert findings_of(ledger) == []


def test_a_use_that_is_counted_twice_would_be_found(ledger):
    authorize_all(ledger, GRANT, JAPAN)
    first_transfer(ledger, day("2023-08-01"), Amount(JAPAN, 400, vintage=2021))
    retire(ledger, day("2024-02-01"), Amount(JAPAN, 100, vintage=2021), "NDC", year=2030)
    sound = reports_of(ledger)
    assert double_counting(sound) == []
    japan = sound["JPN"]
    use = next(action for action in japan.actions if action.kind == "Use")
    wrong = {
        "twice": {"actions": (*japan.actions, use)},
        "added": {"adjustments": {2030: 100, 2021: 0}},
        "missing": {"actions": tuple(a for a in japan.actions if a.kind != "Acquisition")},
    }
    for name, change in wrong.items():
        mutated = sound | {"JPN": dataclasses.replace(japan, **change)}
        assert double_counting(mutated) != [], name
    silent = sound | {"THA": dataclasses.replace(sound["THA"], adjustments={2021: 0})}
    assert double_counting(silent) != []
