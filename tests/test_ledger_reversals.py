"""Reversals in the ledger: its balances are those of the scenario, year after year (R2, R3)."""

import datetime

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import jcm_models as jcm
from jcm_models.ledger import Cancellation, ReserveCancellation, ReserveRelease, Transfer
from jcm_models.ledger_booking import account_of, scenario_events
from jcm_models.ledger_database import Ledger, queries
from jcm_models.ledger_database.operations import Amount, release_reserve
from jcm_models.ledger_reversals import book_reversals
from jcm_models.reserve.account import BEARERS
from tests.ledger.conftest import new_address, new_database, new_file, server
from tests.storage.scenarios import small

__all__ = ["new_address", "new_database", "new_file", "server"]

RESERVE = "IDN-reserve"


def booked(ledger, results):
    """Book a scenario and its reversals."""
    ledger.append(scenario_events(results))
    return book_reversals(ledger, results)


def on_last_day(results, year):
    """Return the day by which everything of a year is booked."""
    issued = [each.monitored_to for each in results.issuances() if each.vintage <= year]
    return max([datetime.date(year, 12, 31), *issued]) + datetime.timedelta(days=1)


def test_the_reserve_of_the_ledger_is_that_of_the_scenario_year_after_year(tmp_path, new_address):
    results = jcm.compute(small(tmp_path, storage__leakage__rate="1 %/yr"))
    with Ledger(new_address()) as ledger:
        found = booked(ledger, results)
        for at, year in enumerate(results["year"].tolist()):
            # An issuance of the year after lies on the same first of January.
            held = queries.balances_on(ledger, on_last_day(results, year)).get(RESERVE, 0)
            assert held == results["reserve_balance"][at], year
        assert queries.balances(ledger)["IDN-cancellation"] == results["reserve_cancelled"].sum()
        assert queries.problems_of(ledger) == []
    assert sum(found.open.values()) == results["reversal_shortfall"].sum()


def test_participants_cancel_their_own_credits_for_what_exceeds_the_reserve(tmp_path):
    scenario = small(tmp_path, storage__leakage__rate="2 %/yr", reserve__shortfall="participants")
    results = jcm.compute(scenario)
    with Ledger(":memory:") as ledger:
        found = booked(ledger, results)
        balances = queries.balances(ledger)
    borne = results["reversal_borne"][BEARERS.index("participants")].sum()
    assert borne > 0
    assert found.open == {}
    host, japan = (account_of(f"{side}_participants", "IDN", "small") for side in ("host", "japan"))
    credits_ = dict(zip(jcm.simulate(scenario)["party"].values, results["credits"], strict=True))
    left = balances.get(host, 0) + balances.get(japan, 0)
    before = credits_["host_participants"].sum() + credits_["japan_participants"].sum()
    assert left == before - borne
    events = {type(each.event) for each in found.booked}
    assert events == {ReserveCancellation, Cancellation}
    assert all(each.event.reason == "reversal" for each in found.booked)


def test_a_host_that_holds_too_little_leaves_a_shortfall_open(tmp_path):
    scenario = small(
        tmp_path,
        storage__leakage__rate="5 %/yr",
        reserve__shortfall="host",
        allocation={"shares": {"japan_government": 0.9, "host_government": 0.1}},
    )
    results = jcm.compute(scenario)
    with Ledger(":memory:") as ledger:
        found = booked(ledger, results)
        balances = queries.balances(ledger)
    held = results["credits"][2].sum()
    borne = results["reversal_borne"][BEARERS.index("host")].sum()
    assert borne > held > 0
    assert "IDN-government" not in balances
    assert sum(found.open.values()) == borne - held
    cancelled = results["reserve_cancelled"].sum() + held
    assert balances["IDN-cancellation"] == cancelled


def test_top_up_and_release_move_credits_between_reserve_and_participants(tmp_path):
    scenario = small(
        tmp_path,
        storage__leakage={"model": "decaying", "rate": "0.5 %/yr", "floor": 0, "decay": 3},
        reserve={"top_up": "participants", "release_after": 3, "release_share": 0.5},
    )
    results = jcm.compute(scenario)
    assert results["reserve_topped_up"].sum() > 0
    assert results["reserve_released"].sum() > 0
    with Ledger(":memory:") as ledger:
        found = booked(ledger, results)
        balances = queries.balances(ledger)
    assert {type(each.event) for each in found.booked} == {
        ReserveCancellation,
        Transfer,
        ReserveRelease,
    }
    assert balances.get(RESERVE, 0) == results["reserve_balance"][-1]
    moved = results["reserve_released"].sum() - results["reserve_topped_up"].sum()
    participants = account_of("host_participants", "IDN", "small")
    assert balances[participants] == results["credits"][3].sum() + moved


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rate=st.sampled_from([0.0, 0.001, 0.02, 0.3]),
    reserve=st.sampled_from([0.0, 0.03, 0.5]),
    shortfall=st.sampled_from(BEARERS[1:]),
    release=st.sampled_from([None, 2]),
)
def test_no_tonne_is_lost_whatever_the_rules(tmp_path, rate, reserve, shortfall, release):
    results = jcm.compute(
        small(
            tmp_path,
            storage__leakage__rate=rate,
            reserve={"rate": reserve, "shortfall": shortfall, "release_after": release},
        )
    )
    with Ledger(":memory:") as ledger:
        found = booked(ledger, results)
        balances = queries.balances(ledger)
        assert queries.problems_of(ledger) == []
    assert sum(balances.values()) == results["credits_issued"].sum()
    assert balances.get(RESERVE, 0) == results["reserve_balance"][-1]
    owed = results["reversal_borne"][BEARERS.index("next_issuance")].sum()
    made_good = balances.get("IDN-cancellation", 0) + balances.get("JPN-cancellation", 0)
    # What issuances paid for is cancelled too, so at most it is counted on both sides.
    total = made_good + sum(found.open.values())
    assert results["reversal"].sum() <= total <= results["reversal"].sum() + owed


def test_the_host_stands_by_its_inventory_and_the_ledger_by_its_credits(tmp_path):  # R3
    article6 = {"host": {"emissions": 1e8}}
    results = jcm.compute(small(tmp_path, storage__leakage__rate="1 %/yr", article6=article6))
    tight = jcm.compute(small(tmp_path, storage__leakage__rate=0, article6=article6))
    more = results["emissions_balance"][0] - tight["emissions_balance"][0]
    np.testing.assert_allclose(more.sum(), results["co2_leaked"].sum(), rtol=1e-9)
    with Ledger(":memory:") as ledger:
        booked(ledger, results)
        covered = queries.balances(ledger)["IDN-cancellation"]
    # What the reserve makes good lessens credits, not the emissions that the host reports.
    assert covered == results["reserve_cancelled"].sum() > 0


def test_a_reserve_is_released_in_tonnes(tmp_path):
    results = jcm.compute(small(tmp_path, storage__leakage__rate=0))
    with Ledger(":memory:") as ledger:
        ledger.append(scenario_events(results))
        day = datetime.date(2060, 1, 1)
        (one,) = release_reserve(ledger, day, Amount(RESERVE, 100, "small"), "IDN-government")
        assert one.event.units.quantity == 100
        assert queries.balances(ledger)["IDN-government"] == 100


def test_without_storage_nothing_becomes_of_a_reserve():
    results = jcm.compute(jcm.load_scenario("thailand_floating_solar"))
    with Ledger(":memory:") as ledger:
        assert booked(ledger, results) == ([], {})


def test_the_command_books_reversals_and_tells_what_is_open(tmp_path, capsys):
    from jcm_models.cli import main
    from tests.storage.scenarios import STORAGE, written

    file = written(tmp_path, STORAGE.replace("1 %/yr", "5 %/yr"))
    ledger = str(tmp_path / "ledger.sqlite")
    assert main(["ledger", "issue", ledger, str(file), "--reversals"]) == 0
    text = capsys.readouterr().out
    assert "tCO2e of 2040 open" in text
    release = ["ledger", "transfer", ledger, "10", "--from", RESERVE, "--day", "2061-01-01"]
    assert main([*release, "--to", "IDN-government"]) == 2
    assert "ask for no more than there is" in capsys.readouterr().err
