"""Storage over the years of a scenario: what leaks, what that reverses, who makes it good."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import jcm_models as jcm
from jcm_models.identities import assert_mass
from jcm_models.reserve.account import BEARERS
from jcm_models.reserve_answers import reserve_study
from jcm_models.steps import IdentityError
from tests.examples import ROOT, unhurried
from tests.storage.scenarios import STORAGE, small, written

STORED = 100_000.0


def results(folder, **changes):
    return jcm.compute(small(folder, **changes))


def test_a_constant_share_leaks_as_a_plain_loop_has_it(tmp_path):
    found = results(tmp_path, storage__leakage__rate="1 %/yr")
    held, leaks = 0.0, []
    for year in range(20):
        leaks.append(0.01 * held)
        held += (STORED if year < 5 else 0.0) - leaks[-1]
    np.testing.assert_allclose(found["co2_leaked"], leaks, rtol=1e-12, atol=1e-9)
    np.testing.assert_allclose(found["co2_retained"][-1], held, rtol=1e-12)


def test_injected_is_stored_and_leaked_and_lost_in_operation(tmp_path):  # R1
    found = results(tmp_path, project__co2_operational_loss=700, storage__leakage__rate="2 %/yr")
    lost = 700 * 5
    total = found["co2_retained"][-1] + found["co2_leaked"].sum() + lost
    assert total == pytest.approx(found["co2_injected"].sum(), rel=1e-12)


def test_every_tonne_that_leaks_reverses_a_credit_and_the_reserve_pays_first(tmp_path):  # R2
    found = results(tmp_path, storage__leakage__rate="1 %/yr", reserve__shortfall="host")
    leaked = np.cumsum(found["co2_leaked"])
    assert np.cumsum(found["reversal"]).tolist() == np.ceil(leaked - 1e-6).astype(int).tolist()
    assert found["reserve_withheld"].sum() == 15_000  # 3 % of five times 100,000 tonnes
    assert found["reserve_cancelled"].sum() == 15_000
    assert found["reserve_balance"][-1] == 0
    rest = found["reversal"].sum() - 15_000
    assert found["reversal_shortfall"].sum() == rest
    borne = dict(zip(BEARERS, found["reversal_borne"].sum(axis=1).tolist(), strict=True))
    assert borne == {"reserve": 15_000, "participants": 0, "host": rest} | {
        "next_issuance": 0,
        "nobody": 0,
    }


def test_no_more_credits_are_reversed_than_were_issued(tmp_path):
    found = results(tmp_path, storage__leakage__rate=1, crediting__discount=0.5)
    assert found["co2_leaked"].sum() == pytest.approx(5 * STORED)
    assert found["reversal"].sum() == found["credits_issued"].sum() == 250_000


def test_the_next_issuance_pays_before_it_is_divided(tmp_path):
    found = results(tmp_path, storage__leakage__rate="10 %/yr", reserve__shortfall="next_issuance")
    issued, withheld = found["credits_issued"], found["reserve_withheld"]
    assert (found["credits"].sum(axis=0) + withheld == issued).all()
    assert withheld[0] == 3000
    # 10,000 leak in the second year; 6,000 are in reserve, and the third issuance pays the rest.
    assert withheld[2] == 3000 + 4000
    by_issuance = [each.reserve for each in jcm.compute(found.scenario).issuances()]
    assert by_issuance == withheld[:5].tolist()


def test_two_issuances_of_a_year_pay_one_after_the_other(tmp_path):
    halves = [
        {"from": "2030-01-01", "to": "2031-06-30"},
        {"from": "2031-07-01", "to": "2034-12-31"},
    ]
    found = results(
        tmp_path,
        storage__leakage__rate="30 %/yr",
        reserve__shortfall="next_issuance",
        crediting__monitoring=halves,
    )
    issuances = jcm.compute(found.scenario).issuances()
    for each in issuances:
        assert each.issued == each.reserve + sum(each.credits.values())
    by_vintage = {2030 + k: 0 for k in range(5)}
    for each in issuances:
        by_vintage[each.vintage] += each.reserve
    assert list(by_vintage.values()) == found["reserve_withheld"][:5].tolist()


def test_leaked_co2_is_in_the_inventory_of_the_host_reserve_or_not(tmp_path):  # R3
    article6 = {"host": {"emissions": 1e8}, "japan": {"emissions": 8e8}}
    tight = results(tmp_path, storage__leakage__rate=0, article6=article6)
    for rate in (0.0, 1.0):
        leaking = results(
            tmp_path, storage__leakage__rate="1 %/yr", article6=article6, reserve__rate=rate
        )
        host = leaking["emissions_balance"][0] - leaking["corresponding_adjustment"][0]
        before = tight["emissions_balance"][0] - tight["corresponding_adjustment"][0]
        np.testing.assert_allclose(host - before, leaking["co2_leaked"], atol=1e-6)
        japan = leaking["emissions_balance"][1] - leaking["corresponding_adjustment"][1]
        np.testing.assert_allclose(japan, 8e8)


def test_two_sites_with_years_of_their_own_share_what_is_stored(tmp_path):
    sites = {
        "north": {"share": 0.75, "last": 2032},
        "south": {"share": 0.25, "first": 2031},
    }
    found = results(tmp_path, storage__sites=sites, storage__leakage__rate="1 %/yr")
    plans = {
        "north": [100_000, 75_000, 75_000, 0, 0],
        "south": [0, 25_000, 25_000, 100_000, 100_000],
    }
    leaks = np.zeros(20)
    for amounts in plans.values():
        held = 0.0
        for year in range(20):
            lost = 0.01 * held
            leaks[year] += lost
            held += (amounts[year] if year < 5 else 0.0) - lost
    np.testing.assert_allclose(found["co2_leaked"], leaks, rtol=1e-12, atol=1e-9)


def test_events_leak_by_their_expectation_in_a_single_run(tmp_path):
    mass = {"distribution": {"shape": "lognormal", "mean": 5000, "sd": 9000}}
    events = {"per_year": 0.01, "mass": mass}
    found = results(tmp_path, storage={"events": events, "sites": 4, "leakage": None})
    np.testing.assert_allclose(found["co2_leaked"], 4 * 0.01 * 5000)
    shocks = {"kind": "common_shock", "shocks_per_year": 0.02, "hit_share": 0.5}
    found = results(
        tmp_path,
        storage={"events": events, "sites": 4, "leakage": None, "dependence": shocks},
    )
    np.testing.assert_allclose(found["co2_leaked"], 4 * (0.01 + 0.02 * 0.5) * 5000)


def test_the_stages_follow_each_other_and_wait_for_the_leak_to_calm(tmp_path):
    monitoring = {"preparatory": 2, "after_termination": 4}
    found = results(tmp_path, storage__monitoring=monitoring)
    assert found["storage_stage"].tolist() == [1] * 5 + [2] * 2 + [3] * 4 + [4] * 9
    leakage = {"model": "decaying", "rate": "1 %/yr", "floor": 0, "decay": 0.5}
    strict = monitoring | {"leak_rate_below": "0.1 %/yr", "for_years": 2}
    found = results(tmp_path, storage={"leakage": leakage, "monitoring": strict})
    rate = found["co2_leaked"] / found["co2_retained"]
    calm = [year for year in range(6, 20) if rate[year] < 0.001 and rate[year - 1] < 0.001]
    assert found["storage_stage"].tolist().index(3) == calm[0] + 1
    assert calm[0] > 7


def test_after_completion_nothing_is_reversed_where_the_liability_ends(tmp_path):
    monitoring = {"preparatory": 2, "after_termination": 4}
    storage = {"monitoring": monitoring, "leakage": {"model": "constant", "rate": "1 %/yr"}}
    ends = results(tmp_path, storage=storage, reserve__liable="until_completion")
    never = results(tmp_path, storage=storage)
    assert not ends["reversal"][11:].any()
    assert never["reversal"][11:].all()
    assert (ends["reversal"][:11] == never["reversal"][:11]).all()
    assert (ends["co2_leaked"] == never["co2_leaked"]).all()


def test_a_leak_table_is_followed_year_by_year(tmp_path):
    rows = "".join(f"{year},{year / 10_000}\n" for year in range(1, 11))
    (tmp_path / "leaks.csv").write_text("year,share_leaked\n" + rows, encoding="utf-8")
    found = results(tmp_path, storage__leakage={"model": "table", "table": "leaks.csv"})
    expected = [year / 10_000 * 5 * STORED for year in range(1, 11)] + [0.0] * 10
    np.testing.assert_allclose(found["co2_leaked"], expected, atol=1e-6)


def test_another_leak_table_makes_another_run(tmp_path):
    from jcm_models.runs import run_of

    file, names = written(tmp_path), []
    for share in (0.001, 0.002):
        table = f"year,share_leaked\n1,{share}\n"
        (tmp_path / "leaks.csv").write_text(table, encoding="utf-8")
        leakage = {"model": "table", "table": "leaks.csv"}
        scenario = jcm.load_scenario(file, {"storage.leakage": leakage})
        names.append(run_of(scenario, ROOT / "notebooks/ccs_reserve.ipynb", {}).run_id)
    assert len(set(names)) == 2


def test_a_risk_table_makes_the_rate(tmp_path):
    risks = {"wells": 0.02, "law": "1 %"}
    product = results(tmp_path, reserve={"risk_table": risks})
    assert product["reserve_withheld"][0] == 2980  # 1 - 0.98 * 0.99
    total = results(tmp_path, reserve={"risk_table": risks, "combine": "sum"})
    assert total["reserve_withheld"][0] == 3000


def test_a_project_that_stores_withholds_three_per_cent_by_the_rule_of_indonesia(tmp_path):
    scenario = small(tmp_path)
    (rate,) = (each for each in scenario.inputs() if each.path == "reserve.rate")
    assert rate.value.constant == 0.03
    assert rate.is_default
    assert rate.value.standing == "published"
    assert "METI" in rate.value.source
    assert rate.place.file.endswith("rules/general.yaml")
    elsewhere = small(tmp_path, host="THA")
    (rate,) = (each for each in elsewhere.inputs() if each.path == "reserve.rate")
    assert (rate.value.constant, rate.value.standing) == (0.03, "assumed")


def test_projects_of_a_portfolio_share_their_reserves_where_they_say_so(tmp_path):
    leaky = STORAGE.replace("rate: 1 %/yr", "rate: 3 %/yr")
    for pooled in (False, True):
        pair = [
            jcm.load_scenario(written(tmp_path, text, name), {"reserve.pooled": pooled})
            for text, name in ((leaky, "leaky"), (STORAGE.replace("1 %/yr", "0 %/yr"), "tight"))
        ]
        found = jcm.compute_all(pair)
        paid = found["reserve_cancelled"].sum(axis=1).tolist()
        assert paid == ([15_000, 15_000] if pooled else [15_000, 0])
    dataset = found.to_dataset()
    assert dataset["reversal_borne"].dims == ("project", "bearer", "year")


@unhurried
@given(
    rate=st.floats(0, 1),
    floor=st.floats(0, 1),
    decay=st.floats(0, 3),
    sites=st.integers(1, 4),
    shortfall=st.sampled_from(BEARERS[1:]),
    top_up=st.sampled_from(["nobody", "participants", "next_issuance"]),
    release=st.sampled_from([None, 0, 3]),
    reserve=st.floats(0, 1),
)
def test_mass_and_credits_add_up_whatever_the_rules(
    tmp_path_factory, rate, floor, decay, sites, shortfall, top_up, release, reserve
):
    scenario = small(
        tmp_path_factory.mktemp("storage"),
        storage={
            "sites": sites,
            "leakage": {"model": "decaying", "rate": rate, "floor": floor, "decay": decay},
        },
        reserve={
            "rate": reserve,
            "shortfall": shortfall,
            "top_up": top_up,
            "release_after": release,
        },
    )
    found = jcm.compute(scenario)  # asserts K7 and R1
    assert found["reversal_borne"].sum() == found["reversal"].sum()
    entered = found["reserve_withheld"] + found["reserve_topped_up"]
    left = found["reserve_cancelled"] + found["reserve_released"]
    assert np.cumsum(entered - left).tolist() == found["reserve_balance"].tolist()


def test_a_leak_that_is_lost_from_the_books_is_noticed(tmp_path):
    from jcm_models.batch import Batch

    scenario = small(tmp_path)
    arrays = {name: array[np.newaxis] for name, array in jcm.compute(scenario).arrays.items()}
    assert_mass(Batch([scenario]), arrays)
    arrays["co2_leaked"] = arrays["co2_leaked"] * 0.999
    with pytest.raises(IdentityError, match=r"small: by the end of 2031 200,000.000 tCO2 are sto"):
        assert_mass(Batch([scenario]), arrays)


def test_every_leaking_scenario_that_is_shipped_can_be_studied():
    for name in ("indonesia_ccs_reserve", "ccs_basin_of_twenty_sites"):
        study = reserve_study(jcm.load_scenario(ROOT / f"scenarios/{name}.yaml"), samples=200)
        assert 0 < study["sufficient"][study.at(100)] <= 1


def test_a_project_of_a_portfolio_releases_in_its_own_years_only(tmp_path):
    text = STORAGE.replace("rate: 1 %/yr", "rate: 0 %/yr")
    early = jcm.load_scenario(written(tmp_path, text, "early"), {"reserve.release_after": 20})
    late = jcm.load_scenario(written(tmp_path, text.replace("2049", "2069"), "late"))
    alone = jcm.compute(early)["reserve_released"].sum()
    together = jcm.compute_all([early, late])["reserve_released"].sum(axis=1).tolist()
    assert together == [alone, 0] == [0, 0]
    longer = early.with_({"years.last": 2069})
    assert jcm.compute(longer)["reserve_released"].sum() == 15_000
