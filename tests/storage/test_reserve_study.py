"""A study of a reserve: every answer from one set of draws, each with its error."""

import numpy as np
import pytest

import jcm_models as jcm
from jcm_models.problems import ScenarioError
from jcm_models.reserve_answers import SHARES, reserve_study
from tests.storage.scenarios import small

# 1,000,000 draws of an independent re-calculation of the published model, 30 years of injection:
# the share of draws that lose no more than 3 % of what is injected, and quantiles of the loss.
PUBLISHED = {
    "well_regulated_offshore": {
        "sufficient": {1000: 1.000, 10_000: 0.713},
        "required": {200: (0.00151, 0.00210), 1000: (0.00656, 0.00965), 10_000: (0.0638, 0.0952)},
    },
    "poorly_regulated_onshore": {
        "sufficient": {100: 0.171, 1000: 0.087, 10_000: 0.003},
        "required": {},
    },
}
EVENTS = {
    "per_year": 0.03,
    "mass": {"distribution": {"shape": "lognormal", "mean": 4000, "sd": 12000}},
}


def whole(folder, regime, **changes):
    """Return a project that gets a credit for each tonne stored, over thirty years."""
    return small(
        folder,
        years={"first": 2030, "last": 2069},
        operation__lifetime=30,
        storage={"leakage": {"model": "security_calculator", "regime": regime}} | changes,
    )


@pytest.mark.parametrize("regime", PUBLISHED)
def test_the_published_regimes_give_what_they_gave_an_independent_recalculation(tmp_path, regime):
    study = reserve_study(whole(tmp_path, regime), samples=20_000)
    for years, share in PUBLISHED[regime]["sufficient"].items():
        at = study.at(years)
        error = max(study["sufficient_error"][at], 0.0005)  # the published share has three digits
        assert abs(study["sufficient"][at] - share) < 3 * error
    for years, rates in PUBLISHED[regime]["required"].items():
        for share, rate in zip((0.95, 0.99), rates, strict=True):
            row, at = SHARES.index(share), study.at(years)
            error = study["required_rate_error"][row, at]
            assert abs(study["required_rate"][row, at] - rate) < 3 * error + 0.002 * rate


def test_the_curve_and_the_rates_are_two_readings_of_the_same_draws(tmp_path):
    study = reserve_study(whole(tmp_path, "well_regulated_offshore"), samples=3000)
    for at, _ in enumerate(study["horizon"]):
        for row, share in enumerate(SHARES):
            rate = study["required_rate"][row, at]
            above = study["rate"] >= rate
            assert (study["adequacy"][at, above] >= share - 1e-12).all()
            assert (study["adequacy"][at, ~above] < share + 1e-12).all()
    assert (np.diff(study["adequacy"], axis=0) <= 1e-12).all()  # it only gets harder
    assert (np.diff(study["adequacy"], axis=1) >= -1e-12).all()


def test_the_same_seed_gives_the_same_bytes_and_another_the_same_within_errors(tmp_path):
    scenario = small(tmp_path, storage={"events": EVENTS, "sites": 3, "leakage": None})
    one, same, other = (reserve_study(scenario, samples=4000, seed=s) for s in (5, 5, 6))
    for name in one:
        np.testing.assert_array_equal(one[name], same[name])
    at = one.at(100)
    spread = np.hypot(one["expected_shortfall_error"][at], other["expected_shortfall_error"][at])
    difference = one["expected_shortfall"][at] - other["expected_shortfall"][at]
    assert 0 < abs(difference) < 3.5 * spread


def test_independent_events_are_answered_by_transform_and_draws_agree(tmp_path):
    scenario = small(tmp_path, storage={"events": EVENTS, "sites": 3, "leakage": None})
    study = reserve_study(scenario, samples=20_000)
    assert study.way == "transform"
    assert (study["sufficient_error"] < 1e-3).all()
    for years in (1, 3, 5, 20, 100, 1000):
        at = study.at(years)
        exact = study["sufficient"][at]
        curve = np.interp(study["reserve_rate"], study["rate"], study["adequacy"][at])
        error = max(study["adequacy_error"][at].max(), 1e-3)
        assert abs(curve - exact) < 3.5 * error


def test_parameters_that_are_drawn_are_answered_by_draws(tmp_path):
    assert reserve_study(whole(tmp_path, "well_regulated_offshore"), samples=100).way == "draws"


def test_blow_outs_as_events_keep_the_mean_and_widen_the_tail(tmp_path):
    calm, wild = (
        reserve_study(
            whole(
                tmp_path,
                "well_regulated_offshore",
                leakage={
                    "model": "security_calculator",
                    "regime": "well_regulated_offshore",
                    "blowouts": blowouts,
                },
            ),
            samples=20_000,
        )
        for blowouts in ("expected", "events")
    )
    expected = [study["delayed_value"][0] for study in (calm, wild)]
    error = np.hypot(*(study["delayed_value_error"][0] for study in (calm, wild)))
    assert abs(expected[0] - expected[1]) < 3 * error
    at = calm.at(1000)
    assert wild["required_rate"][-1, at] > 2 * calm["required_rate"][-1, at]


def test_without_discount_the_benefit_that_stays_is_what_is_retained_and_delay_is_worth_more(
    tmp_path,
):
    study = reserve_study(
        small(tmp_path, storage__leakage={"model": "constant", "rate": "0.1 %/yr"}), samples=2
    )
    assert study["delayed_value"][0] == pytest.approx(study["retained_share"][2, -1], rel=1e-12)
    assert (np.diff(study["delayed_value"]) > 0).all()


def test_the_reserve_bears_first_and_all_who_bear_bear_what_is_reversed(tmp_path):
    storage = {"events": EVENTS, "sites": 3, "leakage": None}
    study = reserve_study(small(tmp_path, storage=storage, reserve__shortfall="host"), samples=5000)
    borne = dict(zip(study["bearer"].tolist(), study["borne"].tolist(), strict=True))
    assert borne["host"] > 0
    assert borne["participants"] == borne["nobody"] == borne["next_issuance"] == 0
    by_rules, by_rate = study["sufficient_by_rules"][-1], study["sufficient"][study.at(20)]
    assert abs(by_rules - by_rate) < 3.5 * study["sufficient_by_rules_error"][-1]


def test_what_later_issuances_owe_at_the_end_is_borne_by_nobody(tmp_path):
    leakage = {"model": "constant", "rate": "5 %/yr"}
    scenario = small(tmp_path, storage__leakage=leakage, reserve__shortfall="next_issuance")
    study = reserve_study(scenario, samples=2)
    borne = dict(zip(study["bearer"].tolist(), study["borne"].tolist(), strict=True))
    reversal = study.results["reversal"].sum()
    assert borne["reserve"] == 15_000
    assert borne["next_issuance"] > 0
    assert borne["nobody"] > 0
    # What an issuance makes good is first withheld and then cancelled: it counts as its own.
    assert sum(borne.values()) == reversal


def test_spreading_helps_independent_sites_and_hardly_those_that_are_shaken_together(tmp_path):
    shocks = {"kind": "common_shock", "shocks_per_year": 0.05, "hit_share": 1.0}
    storage = {"events": EVENTS | {"per_year": 0.05}, "leakage": None, "dependence": shocks}
    study = reserve_study(small(tmp_path, storage=storage), samples=100)
    rows = dict(zip(study["dependence"].tolist(), study["diversified_rate"], strict=True))
    errors = np.hypot(*study["diversified_rate_error"][1:, -1])
    assert len(set(rows["identical"].tolist())) == 1
    assert rows["independent"][-1] < 0.7 * rows["independent"][0]
    assert rows["common_shock"][-1] > rows["independent"][-1] + 3 * errors


def test_frailty_and_correlation_make_a_larger_reserve_needed_than_independence(tmp_path):
    regime = "poorly_regulated_onshore"
    leakage = {"model": "security_calculator", "regime": regime}

    def needed(**dependence):
        scenario = whole(tmp_path, regime, sites=10, leakage=leakage, dependence=dependence)
        study = reserve_study(scenario, samples=2000)
        at = study.at(100)
        return study["required_rate"][1, at], study["required_rate_error"][1, at]

    alone, correlated, alike = (
        needed(kind="independent"),
        needed(kind="copula", correlation=0.5),
        needed(kind="identical"),
    )
    assert alone[0] + 3 * alone[1] < correlated[0]
    assert correlated[0] + 3 * correlated[1] < alike[0]


def test_a_pool_with_a_yearly_chance_is_that_of_the_binomial(tmp_path):
    pool = {"model": "pool", "probability": 0.02, "loss": 0.04}
    scenario = small(tmp_path, storage={"leakage": pool}, operation__lifetime=1)
    study = reserve_study(scenario, samples=20_000)
    assert study.results["co2_leaked"][0] == pytest.approx(0.02 * 0.04 * 100_000)
    for years in (10, 100, 1000):
        at = study.at(years)
        # The reserve holds 3 % of the credits, so the first event already exceeds it.
        exact = 0.98**years
        assert abs(study["sufficient"][at] - exact) < 3.5 * study["sufficient_error"][at]
        events = min(years * 0.02 * 0.04, 1.0)
        retained = study["retained_share"][2, at]
        assert abs(1 - retained - events) < 0.05 or years == 1000


def test_the_first_shortfall_is_told_by_how_many_draws_have_met_it(tmp_path):
    leakage = {"model": "constant", "rate": "0.1 %/yr"}
    study = reserve_study(small(tmp_path, storage__leakage=leakage), samples=3)
    # Of 500,000 t stored in five years 0.1 % leaks each year; the 15,000 t are gone in year 33.
    held, leaked, year = 0.0, 0.0, 0
    while leaked <= 15_000:
        lost = 0.001 * held
        leaked, held, year = leaked + lost, held - lost + (1e5 if year < 5 else 0.0), year + 1
    first = min(at for at in study["horizon"] if at >= year)
    assert study["first_shortfall"].tolist() == [first] * 4
    tight = reserve_study(small(tmp_path, storage__leakage__rate=0), samples=3)
    assert np.isinf(tight["first_shortfall"]).all()


def test_a_study_is_a_labelled_dataset_with_errors_beside_its_answers(tmp_path):
    study = reserve_study(whole(tmp_path, "well_regulated_offshore"), samples=50, seed=3)
    dataset = study.to_dataset()
    for name, array in dataset.data_vars.items():
        assert array.attrs["units"], name
        assert array.attrs["long_name"], name
        assert not array.isnull().any(), name
    sampled = [name for name in dataset.data_vars if f"{name}_error" in dataset.data_vars]
    assert len(sampled) == 8
    assert (dataset.attrs["samples"], dataset.attrs["seed"]) == (50, 3)
    assert dataset.attrs["way"] == "draws"
    assert "jcm_models" in dataset.attrs["history"]
    assert dataset["required_rate"].sel(share=0.95, horizon=1000) > 0


def test_a_scenario_without_leaks_cannot_be_studied(tmp_path):
    with pytest.raises(ScenarioError, match="says nothing of how stored CO2 leaks"):
        jcm.reserve_study(small(tmp_path, storage__leakage=None))


def test_a_horizon_that_is_not_looked_at_is_refused(tmp_path):
    study = reserve_study(whole(tmp_path, "well_regulated_offshore"), samples=10)
    with pytest.raises(KeyError, match="123 years are not looked at; those are"):
        study.at(123)


# What an audit found ------------------------------------------------------------------------------


def test_draws_do_not_pool_their_reserves_with_each_other(tmp_path):
    storage = {"leakage": None, "events": {"per_year": 0.02, "mass": 40_000}}
    apart, pooled = (
        reserve_study(small(tmp_path, storage=storage, reserve={"pooled": each}), samples=400)
        for each in (False, True)
    )
    np.testing.assert_array_equal(apart["sufficient_by_rules"], pooled["sufficient_by_rules"])
    assert apart["sufficient_by_rules"][-1] < 0.9


def test_identical_sites_spread_as_one_site_whatever_their_shares_and_years(tmp_path):
    events = {"per_year": 0.1, "mass": 1000}
    sites = {"a": {"share": 0.6}, "b": {"share": 0.4, "first": 2031}}

    def spread(kind):
        storage = {"leakage": None, "events": events, "sites": sites, "dependence": {"kind": kind}}
        study = reserve_study(small(tmp_path, storage=storage), samples=20_000)
        at = study.at(100)
        return study["leaked"][4, at] - study["leaked"][0, at], study["leaked"][2, at]

    alike, middle = spread("identical")
    apart, _ = spread("independent")
    assert alike > 1.3 * apart
    assert middle == pytest.approx(2 * 0.1 * 100 * 1000, rel=0.1)


def test_a_shock_hits_all_sites_in_the_same_year_whenever_they_began(tmp_path):
    shocks = {"kind": "common_shock", "shocks_per_year": 0.05, "hit_share": 1}
    sites = {"a": {"share": 0.5}, "b": {"share": 0.5, "first": 2032}}
    storage = {
        "leakage": None,
        "events": {"per_year": 0, "mass": 1000},
        "sites": sites,
        "dependence": shocks,
    }
    from jcm_models.site_leaks import injections
    from jcm_models.storage_draws import drawn_leaks

    scenario = small(tmp_path, storage=storage)
    plans = injections(scenario, scenario.storage, jcm.compute(scenario)["co2_stored"])
    years = np.arange(1, 41)
    found = drawn_leaks(scenario, scenario.storage, plans, years, 500, np.random.default_rng(2))
    yearly = np.diff(found, axis=1, prepend=0)
    assert (yearly[:, 3:] % 2000 == 0).all()  # both or neither
    assert (yearly[:, :2] % 2000 != 0).any()  # one alone while the other has not begun


def test_years_in_which_no_site_injects_are_refused(tmp_path):
    sites = {"a": {"share": 0.5, "last": 2031}, "b": {"share": 0.5, "first": 2033}}
    with pytest.raises(ScenarioError, match="CO2 is stored in 2032, and no site injects then"):
        small(tmp_path, storage__sites=sites)
    late = {"a": {"share": 0.5}, "b": {"share": 0.5, "first": 2040}}
    with pytest.raises(ScenarioError, match="nothing is stored while b injects"):
        small(tmp_path, storage__sites=late)


def test_the_liability_ends_also_where_that_lies_beyond_the_years_simulated(tmp_path):
    monitoring = {"preparatory": 5, "after_termination": 20}
    leakage = {"model": "constant", "rate": "0.05 %/yr"}
    found = []
    for last in (2049, 2089):
        scenario = small(
            tmp_path,
            years={"first": 2030, "last": last},
            storage={"leakage": leakage, "monitoring": monitoring},
            reserve__liable="until_completion",
        )
        study = reserve_study(scenario, samples=2)
        found.append(study["required_rate"][0, study.at(1000)])
        assert study["diversified_rate"][0, 0] == pytest.approx(found[-1], rel=1e-6)
    assert found[0] == pytest.approx(found[1], rel=1e-6)


def test_kinds_of_dependence_that_are_compared_expect_the_same_leaks(tmp_path):
    shocks = {"kind": "common_shock", "shocks_per_year": 0.05, "hit_share": 1}
    storage = {
        "sites": 2,
        "leakage": None,
        "events": {"per_year": 0.01, "mass": 2000},
        "dependence": shocks,
    }
    from jcm_models.storage_draws import spread_over

    scenario = small(tmp_path, storage=storage)
    others = [spread_over(scenario, 4, kind) for kind in ("independent", "identical")]
    assert [each.events.per_year.points[0] for each in others] == [pytest.approx(0.06)] * 2
    assert spread_over(scenario, 4, "common_shock").events.per_year.points[0] == 0.01


def test_a_negative_correlation_of_two_sites_is_the_least_that_more_can_have(tmp_path):
    regime = "poorly_regulated_onshore"
    scenario = whole(tmp_path, regime, sites=2, dependence={"kind": "copula", "correlation": -0.5})
    assert reserve_study(scenario, samples=100)["diversified_rate"].shape == (3, 6)


def test_sites_with_names_keep_their_basins_when_they_are_spread(tmp_path):
    from jcm_models.storage_draws import spread_over

    sites = {f"site {n}": {"share": 0.2, "basin": f"basin {n}"} for n in range(5)}
    scenario = small(tmp_path, storage__sites=sites)
    assert set(spread_over(scenario, 20, "independent").basin_of_sites) == set(range(5))


@pytest.mark.parametrize(
    "changes",
    [
        {"reserve": {"rate": 0}, "storage__leakage__rate": 0},
        {"reserve": {"rate": 0.00001}},
        {"project__reference_co2_emitted_share": 0},
    ],
)
def test_the_page_stands_where_reserve_leak_or_credits_are_next_to_nothing(tmp_path, changes):
    from jcm_models.storage_sections import STORAGE_SECTIONS
    from jcm_models.wording import Words

    results = jcm.compute(small(tmp_path, **changes))
    for section in STORAGE_SECTIONS.values():
        assert section(results, Words("en"))


def test_a_rate_that_changes_is_judged_by_what_is_withheld_so_far(tmp_path):
    rate = {"series": {2030: 0, 2031: 0, 2032: 0.1}, "interpolate": "step", "beyond": "hold"}
    scenario = small(tmp_path, storage__leakage__rate="0.5 %/yr", reserve={"rate": rate})
    study = reserve_study(scenario, samples=2)
    first = [study["sufficient"][study.at(years)] for years in (1, 2, 3)]
    assert first == study["sufficient_by_rules"][:3].tolist() == [1, 0, 0]
    assert study["first_shortfall"].tolist() == [2] * 4


def test_where_claims_are_capped_the_transform_is_not_taken(tmp_path):
    storage = {"leakage": None, "events": {"per_year": 0.1, "mass": 100_000}}
    study = reserve_study(small(tmp_path, storage=storage, reserve={"rate": 1}), samples=500)
    assert study.way == "draws"
    assert study["sufficient"][study.at(100)] == 1


def test_the_value_of_delay_does_not_depend_on_how_many_years_are_simulated(tmp_path):
    found = [
        reserve_study(small(tmp_path, years={"first": 2030, "last": last}), samples=2)
        for last in (2049, 2129, 2230)
    ]
    for study in found[1:]:
        np.testing.assert_allclose(study["delayed_value"], found[0]["delayed_value"], atol=0.004)


def test_draws_stay_within_the_bounds_of_their_input(tmp_path):
    floor = {"distribution": {"shape": "normal", "mean": 0.05, "sd": 0.3}}
    leakage = {"model": "decaying", "rate": "1 %/yr", "decay": 0.1, "floor": floor}
    study = reserve_study(small(tmp_path, storage__leakage=leakage), samples=500)
    assert (np.diff(study["leaked"], axis=1) >= -1e-6).all()


def test_masses_that_are_lost_on_the_grid_are_not_left_to_the_transform(tmp_path):
    from jcm_models.reserve_exact import exactly_sufficient
    from jcm_models.reserve_timeline import Timeline
    from jcm_models.site_leaks import injections

    def exact(per_year, mass):
        storage = {"leakage": None, "events": {"per_year": per_year, "mass": mass}}
        scenario = small(tmp_path, storage=storage, project__co2_captured="4 Mt/yr")
        results = jcm.compute(scenario)
        plans = injections(scenario, scenario.storage, results["co2_stored"])
        return exactly_sufficient(scenario, Timeline.of(results, plans))

    # 300 leaks a year of 35 t take 1.05 Mt in 100 years; each rounds to nothing on 150 t.
    assert exact(300, 35) is None
    mass = {"distribution": {"shape": "lognormal", "mean": 150_000, "sd": 400_000}}
    found = exact(0.02, mass)
    assert (found.error < 1e-3).all()
    assert 0 < found.value[19] < found.value[0] < 1
