"""Reversals in the ledger: its balances are those of the scenario, year after year (R2, R3)."""

import datetime
from collections import Counter

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import jcm_models as jcm
from jcm_models.ledger import (
    Cancellation,
    LedgerError,
    ReserveCancellation,
    ReserveRelease,
    Transfer,
)
from jcm_models.ledger_booking import account_of, scenario_events
from jcm_models.ledger_database import Ledger, queries
from jcm_models.ledger_database.operations import Amount, cancel_reserve, release_reserve
from jcm_models.ledger_reversals import book_reversals
from jcm_models.reserve.account import BEARERS
from tests.ledger.conftest import new_address, new_database, new_file, server
from tests.storage.scenarios import small

__all__ = ["new_address", "new_database", "new_file", "server"]

RESERVE = "IDN-reserve"


def booked(ledger, results, **where):
    """Book a scenario and its reversals."""
    with ledger.writing() as writer:
        writer.book(scenario_events(results))
        return book_reversals(writer, results, **where)


def booked_later(ledger, results):
    """Book the reversals of a scenario whose credits are in the ledger."""
    with ledger.writing() as writer:
        return book_reversals(writer, results)


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


SHARES = {
    "japan": {"japan_government": 0.5, "japan_participants": 0.5},
    "both": {"japan_participants": 0.5, "host_participants": 0.5},
    "little": {"host_government": 0.97, "host_participants": 0.03},
}
RELEASES = [
    {"release_after": years, "release_share": share} for years in (1, 3) for share in (0.3, 1.0)
]


@settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    leaks=st.lists(st.sampled_from([0.0, 0.0, 0.0005, 0.01, 0.06]), min_size=1, max_size=16),
    shares=st.sampled_from(sorted(SHARES)),
    rules=st.fixed_dictionaries(
        {
            "rate": st.sampled_from([0.0, 0.03, 0.5]),
            "shortfall": st.sampled_from(BEARERS[1:]),
            "top_up": st.sampled_from(["participants", "next_issuance", "nobody"]),
        }
    ),
    release=st.sampled_from([{}, *RELEASES]),
)
def test_no_tonne_is_lost_whatever_leaks_in_which_year(tmp_path, leaks, shares, rules, release):
    rows = "".join(f"{year},{share}\n" for year, share in enumerate(leaks, start=1))
    (tmp_path / "leaks.csv").write_text("year,share_leaked\n" + rows, encoding="utf-8")
    leakage = {"model": "table", "table": "leaks.csv"}
    allocation = {"shares": SHARES[shares]}
    results = jcm.compute(
        small(tmp_path, storage__leakage=leakage, reserve=rules | release, allocation=allocation)
    )
    with Ledger(":memory:") as ledger:
        found = booked(ledger, results)
        balances = Counter(queries.balances(ledger))
        assert queries.problems_of(ledger) == []
        lacking = [
            results["reserve_balance"][at]
            - queries.balances_on(ledger, on_last_day(results, year)).get(RESERVE, 0)
            for at, year in enumerate(results["year"].tolist())
        ]
    assert balances.total() == results["credits_issued"].sum()
    # Each tonne that was reversed is cancelled once, in whichever account, or open.
    cancelled = balances["IDN-cancellation"] + balances["JPN-cancellation"]
    assert cancelled + sum(found.open.values()) == results["reversal"].sum()
    assert all(0 < tonnes <= results["reversal"].sum() for tonnes in found.open.values())
    # The reserve is the scenario's, year after year, but for what participants could not give.
    assert min(lacking) >= 0
    assert lacking[-1] == found.lacking
    if rules["top_up"] != "participants":
        assert not any(lacking)
    elif max(lacking):
        first = int(np.argmax(np.array(lacking) > 0))
        given_ = results["reserve_topped_up"][: first + 1].sum()
        own = results["credits"][3, : first + 1].sum() + results["reserve_released"][:first].sum()
        assert given_ + _borne(results, "participants", first) > own


def _borne(results, bearer, last):
    """Return what somebody bears up to a year [tCO2e]."""
    return results["reversal_borne"][BEARERS.index(bearer), : last + 1].sum()


def test_what_an_issuance_has_paid_for_is_not_open_any_more(tmp_path):
    scenario = small(
        tmp_path,
        storage__leakage__rate="5 %/yr",
        reserve={"rate": 0, "shortfall": "next_issuance"},
    )
    results = jcm.compute(scenario)
    with Ledger(":memory:") as ledger:
        found = booked(ledger, results)
        cancelled = queries.balances(ledger)["IDN-cancellation"]
    assert cancelled == results["reserve_cancelled"].sum() > 0
    # The last credits are those of 2034; they pay for all that leaked before, and for no more.
    reversal = dict(zip(results["year"].tolist(), results["reversal"].tolist(), strict=True))
    assert found.open == {year: tonnes for year, tonnes in reversal.items() if year >= 2034}


def test_an_issuance_pays_first_for_what_leaked_first(tmp_path):
    table = "year,share_leaked\n1,0\n2,0\n3,0.5\n4,0.1\n"
    (tmp_path / "leaks.csv").write_text(table, encoding="utf-8")
    scenario = small(
        tmp_path,
        storage__leakage={"model": "table", "table": "leaks.csv"},
        reserve={"rate": 0, "shortfall": "next_issuance"},
    )
    results = jcm.compute(scenario)
    # Of 500,000 t 250,000 leak in 2032; two issuances of 100,000 t follow.
    assert results["reversal"][:5].tolist() == [0, 0, 250_000, 50_000, 0]
    with Ledger(":memory:") as ledger:
        assert booked(ledger, results).open == {2032: 50_000, 2033: 50_000}


def test_participants_of_the_other_side_bear_what_those_of_the_register_cannot(tmp_path):
    scenario = small(
        tmp_path,
        storage__leakage__rate="2 %/yr",
        reserve__shortfall="participants",
        allocation={"shares": {"japan_participants": 0.97, "host_participants": 0.03}},
    )
    results = jcm.compute(scenario)
    borne = results["reversal_borne"][BEARERS.index("participants")].sum()
    with Ledger(":memory:") as ledger:
        found = booked(ledger, results)
        balances = queries.balances(ledger)
    assert found.open == {}
    assert borne > 14_550  # 3 % of 5 times 97,000 t
    assert balances["IDN-cancellation"] == results["reserve_cancelled"].sum() + 14_550
    assert balances["JPN-cancellation"] == borne - 14_550


def test_participants_that_hold_too_little_leave_the_reserve_lacking(tmp_path):
    scenario = small(
        tmp_path,
        storage__leakage__rate="1 %/yr",
        reserve__top_up="participants",
        allocation={"shares": SHARES["little"]},
    )
    results = jcm.compute(scenario)
    assert results["reserve_balance"][-1] == 15_000
    with Ledger(":memory:") as ledger:
        found = booked(ledger, results)
        balances = queries.balances(ledger)
    # All that they ever had, 3 % of 5 times 97,000 t, went into the reserve, and with it for leaks.
    assert "IDN-participant-small" not in balances
    assert balances["IDN-cancellation"] == 15_000 + 14_550
    assert found.lacking == 15_000
    assert sum(found.open.values()) == results["reversal"].sum() - 29_550


def test_a_reserve_that_is_not_the_scenarios_is_refused_and_nothing_is_booked(tmp_path):
    results = jcm.compute(small(tmp_path, storage__leakage__rate="1 %/yr"))
    with Ledger(":memory:") as ledger:
        ledger.append(scenario_events(results))
        cancel_reserve(ledger, datetime.date(2031, 1, 1), Amount(RESERVE, 2500, "small"))
        before = queries.balances(ledger)
        with pytest.raises(LedgerError, match="ask for no more than there is"):
            booked_later(ledger, results)
        assert queries.balances(ledger) == before


def test_credits_are_booked_with_their_reversals_or_not_at_all(tmp_path, new_address):
    results = jcm.compute(small(tmp_path, storage__leakage__rate="1 %/yr"))
    with Ledger(new_address()) as ledger:
        # Asked of a register whose reserve holds nothing of the project.
        with pytest.raises(LedgerError, match="JPN-reserve: "):
            booked(ledger, results, reserve_register="JPN")
        assert queries.balances(ledger) == {}
        assert booked(ledger, results).booked


def test_a_reserve_may_be_kept_in_the_register_of_japan(tmp_path):
    scenario = small(
        tmp_path,
        storage__leakage__rate="2 %/yr",
        reserve__shortfall="participants",
        allocation={"shares": SHARES["both"]},
    )
    results = jcm.compute(scenario)
    with Ledger(":memory:") as ledger, ledger.writing() as writer:
        writer.book(scenario_events(results, reserve_register="JPN"))
        found = book_reversals(writer, results, reserve_register="JPN")
    cancelled = [each.event for each in found.booked if isinstance(each.event, Cancellation)]
    assert {each.source for each in cancelled} == {"JPN-participant-small"}
    assert found.open == {}


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
        assert booked(ledger, results) == ([], {}, 0)


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


def test_the_command_tells_what_participants_could_not_give(tmp_path, capsys):
    from jcm_models.cli import main
    from tests.storage.scenarios import STORAGE, written

    text = STORAGE.replace("japan_government: 0.5, host_participants: 0.5", "japan_government: 1")
    file = written(tmp_path, text + "reserve: {top_up: participants}\n")
    ledger = str(tmp_path / "ledger.sqlite")
    assert main(["ledger", "issue", ledger, str(file), "--reversals"]) == 0
    assert "15,000 tCO2e not filled up: participants hold too little" in capsys.readouterr().out
