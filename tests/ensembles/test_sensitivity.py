"""Which inputs a result depends on: closed forms over the years, and what is independent."""

import numpy as np
import pytest

import jcm_models as jcm
from jcm_models.ensemble_sensitivity import CHANCE, sobol_indices
from jcm_models.problems import ScenarioError
from tests.ensembles.scenarios import (
    BAU_FACTOR,
    FACTOR,
    STATED,
    SUPPLIED,
    drawn_of,
    moving,
    storing,
    tiny,
    triangular,
    uniform,
    usual,
)

PRODUCT = {SUPPLIED: uniform(4000, 12_000), FACTOR: uniform(0.2, 0.6)}
LEAKING = {
    "storage.leakage": {
        "model": "security_calculator",
        "regime": "poorly_regulated_onshore",
        "blowouts": "events",
    },
    "crediting.discount": uniform(0.9, 1),
}


def of_product(*relative_variances):
    """Return first and total indices of a product of independent factors.

    With factors of mean one the variance is the product of 1 + v, less 1, and that of all but
    one factor what is left without it.
    """
    v = np.array(relative_variances, dtype=float)
    whole = np.prod(1 + v, axis=0) - 1
    others = np.prod(1 + v, axis=0) / (1 + v)
    return v / whole, v * others / whole


def test_a_product_of_two_inputs_has_the_indices_of_the_closed_form_in_every_year(tmp_path):
    changes = {SUPPLIED: uniform(4000, 12_000, yearly_change="-3 %", since=2020)}
    scenario = tiny(tmp_path, **{**PRODUCT, **changes})
    found = jcm.sensitivity(scenario, "emission_reductions", samples=2048)
    relative = [((high - low) / (high + low)) ** 2 / 3 for low, high in ((4, 12), (0.2, 0.6))]
    first, total = of_product(*relative)
    assert found.sensitivity.dims == ("parameter", "index", "year")
    assert found.year.values.tolist() == [2020, 2021, 2022, 2023, 2024]
    assert found.parameter.values.tolist() == [SUPPLIED, FACTOR]
    for place, name in enumerate((SUPPLIED, FACTOR)):
        own = found.sensitivity.sel(parameter=name)
        np.testing.assert_allclose(own.sel(index="first"), first[place], atol=0.02)
        np.testing.assert_allclose(own.sel(index="total"), total[place], atol=0.02)
    assert (found.sensitivity_low <= found.sensitivity).all()
    assert (found.sensitivity <= found.sensitivity_high).all()


def test_the_share_of_a_random_walk_grows_with_the_years(tmp_path):
    changes = {SUPPLIED: moving(8000, "random_walk", 0.2), FACTOR: uniform(0.2, 0.4)}
    found = jcm.sensitivity(tiny(tmp_path, **changes), "emission_reductions", samples=4096)
    for year in range(5):
        walked = 1.04**year - 1
        first, total = of_product(walked, (0.1 / 0.3) ** 2 / 3)
        np.testing.assert_allclose(found.sensitivity[:, 0, year], first, atol=0.05)
        np.testing.assert_allclose(found.sensitivity[:, 1, year], total, atol=0.05)
    rising = np.diff(found.sensitivity.sel(parameter=SUPPLIED, index="first"))
    assert (rising > 0).all()


def test_an_outcome_has_one_index_and_no_year(tmp_path):
    found = jcm.sensitivity(tiny(tmp_path, **PRODUCT), "total_credits", samples=512)
    assert found.sensitivity.dims == ("parameter", "index")
    bare = sobol_indices(tiny(tmp_path, **PRODUCT), "total_credits", samples=512)
    np.testing.assert_array_equal(found.sensitivity, np.stack([bare.first, bare.total], axis=1))
    assert found.attrs["output"] == "total_credits"
    assert (found.attrs["samples"], found.attrs["seed"]) == (512, 1)


def test_years_in_which_nothing_varies_are_unknown(tmp_path):
    scenario = tiny(tmp_path, **PRODUCT, operation={"start": "2022-01-01"})
    found = jcm.sensitivity(scenario, "emission_reductions", samples=256)
    unknown = np.isnan(found.sensitivity).all(dim=("parameter", "index"))
    assert unknown.values.tolist() == [True, True, False, False, False]
    assert not np.isnan(found.sensitivity[:, :, 2:]).any()
    assert np.isnan(found.sensitivity_low[:, :, :2]).all()


def test_correlated_inputs_are_one_parameter(tmp_path):
    changes = {
        **PRODUCT,
        "crediting.discount": uniform(0.7, 1),
        "ensemble.correlations": [{"between": [SUPPLIED, FACTOR], "value": 0.8}],
    }
    found = jcm.sensitivity(tiny(tmp_path, **changes), "total_credits", samples=1024)
    both = f"{SUPPLIED} + {FACTOR}"
    assert found.parameter.values.tolist() == [both, "crediting.discount"]
    assert found.attrs["correlated"] == both
    assert float(found.sensitivity.sel(parameter=both, index="first")) > 0.8
    # What the two do not explain, with the other, is all there is.
    total = found.sensitivity.sel(index="total")
    first = found.sensitivity.sel(index="first")
    assert float(first[0] + total[1]) == pytest.approx(1, abs=0.03)


def test_inputs_that_are_correlated_through_a_third_are_one_parameter(tmp_path):
    names = [SUPPLIED, FACTOR, "crediting.discount"]
    pairs = [
        {"between": names[:2], "value": 0.3},
        {"between": [names[2], names[1]], "value": -0.3},
    ]
    changes = {
        **PRODUCT,
        "crediting.discount": uniform(0.7, 1),
        BAU_FACTOR: uniform(0.7, 0.8),
        "ensemble.correlations": pairs,
    }
    found = jcm.sensitivity(tiny(tmp_path, **changes), "total_credits", samples=64)
    assert found.parameter.values.tolist() == [" + ".join(names), BAU_FACTOR]


def test_leaks_at_random_explain_what_leaks_and_the_discount_nothing(tmp_path):
    found = jcm.sensitivity(storing(tmp_path, LEAKING), "total_leaked", samples=1024)
    assert found.parameter.values.tolist() == ["crediting.discount", CHANCE]
    of_discount, of_chance = found.sensitivity
    np.testing.assert_array_equal(of_discount, 0)
    np.testing.assert_allclose(of_chance, 1, atol=0.1)


def test_the_discount_explains_what_is_credited_and_chance_nothing(tmp_path):
    found = jcm.sensitivity(storing(tmp_path, LEAKING), "total_credits", samples=256)
    np.testing.assert_allclose(found.sensitivity.sel(parameter="crediting.discount"), 1, atol=0.02)
    np.testing.assert_array_equal(found.sensitivity.sel(parameter=CHANCE), 0)


def test_swings_are_single_runs_at_the_quantiles(tmp_path):
    changes = {**PRODUCT, STATED: triangular(0, 100, 400), BAU_FACTOR: 0.7}
    scenario = usual(tmp_path, **changes)
    found = jcm.swings(scenario, "total_credits", low=0.05, high=0.95)
    medians = {
        path: value.distribution.quantile(np.array([0.5]))[0] for path, value in own(scenario)
    }

    def single(**at):
        results = jcm.compute(
            scenario.with_({**medians, **{k.replace("__", "."): v for k, v in at.items()}})
        )
        return results["credits_issued"].sum()

    assert found.base == single()
    for swing in found.swings:
        value = dict(own(scenario))[swing.name]
        low, high = value.distribution.quantile(np.array([0.05, 0.95])).tolist()
        assert swing.low == single(**{swing.name: low})
        assert swing.high == single(**{swing.name: high})
    sizes = [swing.size for swing in found.swings]
    assert sizes == sorted(sizes, reverse=True)
    assert found.swings[-1].name == STATED


def own(scenario):
    return [(path, value) for path, (value, _) in drawn_of(scenario, 1).items()]


def test_swings_of_a_result_by_year_are_those_of_the_last_year(tmp_path):
    changes = {SUPPLIED: moving(8000, "random_walk", 0.1), FACTOR: uniform(0.3, 0.4)}
    found = jcm.swings(tiny(tmp_path, **changes), "emission_reductions")
    walk = next(swing for swing in found.swings if swing.name == SUPPLIED)
    # Over four steps the normal score of the sum is at its quantile.
    spread, score = np.sqrt(np.log1p(0.01)), 1.2815515655446004
    expected = 8000 * 0.35 * np.exp(2 * spread * np.array([-score, score]) - 2 * spread**2)
    assert [walk.low, walk.high] == pytest.approx(expected, rel=1e-9)


def test_chance_moves_neither_a_swing_nor_a_screening(tmp_path):
    scenario = storing(tmp_path, {**LEAKING, "project.co2_captured": uniform(90_000, 110_000)})
    for name in ("total_leaked", "total_credits"):
        by_name = {swing.name: swing.size for swing in jcm.swings(scenario, name).swings}
        effects = jcm.screening(scenario, name, trajectories=4)
        sizes = dict(zip(effects.names, effects.mean_size, strict=True))
        assert by_name["project.co2_captured"] > 0
        assert sizes["project.co2_captured"] > 0
        if name == "total_leaked":
            assert by_name["crediting.discount"] == 0
            assert sizes["crediting.discount"] == pytest.approx(0, abs=1e-6)
        else:
            assert by_name["crediting.discount"] > 0


def test_where_only_chance_is_uncertain_sensitivity_is_pointed_to(tmp_path):
    scenario = storing(tmp_path, {"storage.leakage": LEAKING["storage.leakage"]})
    for way in (jcm.swings, jcm.screening):
        with pytest.raises(ScenarioError, match="only leaks at random are uncertain"):
            way(scenario, "total_leaked")
    found = jcm.sensitivity(scenario, "total_leaked", samples=256)
    assert found.parameter.values.tolist() == [CHANCE]
    np.testing.assert_allclose(found.sensitivity, 1, atol=0.2)


def test_screening_puts_inputs_in_the_order_of_their_influence(tmp_path):
    changes = {
        SUPPLIED: uniform(4000, 12_000),
        FACTOR: uniform(0.3, 0.4),
        STATED: uniform(0, 50),
        BAU_FACTOR: uniform(0.5, 0.6),
    }
    effects = jcm.screening(usual(tmp_path, **changes), "total_reductions", trajectories=10)
    sizes = dict(zip(effects.names, effects.mean_size, strict=True))
    assert sizes[SUPPLIED] > sizes[FACTOR] > sizes[STATED] > sizes[BAU_FACTOR]
    assert sizes[BAU_FACTOR] == pytest.approx(0, abs=1e-6)
    assert dict(zip(effects.names, effects.mean, strict=True))[STATED] < 0
    # Five years of 3/4 of the range, from the lowest of four levels to the highest.
    assert sizes[STATED] == pytest.approx(5 * 50 * 0.75, rel=1e-6)


def test_what_is_known_of_each_party_needs_a_party(tmp_path):
    scenario = usual(tmp_path, **PRODUCT, **{BAU_FACTOR: 0.7})
    for way in (jcm.sensitivity, jcm.swings, jcm.screening):
        with pytest.raises(ScenarioError, match="give party as one of japan_government, japan_p"):
            way(scenario, "credits")
        with pytest.raises(ScenarioError, match="give party as one of japan_government"):
            way(scenario, "credits", party="japan")
    of_host = jcm.sensitivity(scenario, "credits", party="host_government", samples=64)
    assert of_host.attrs["party"] == "host_government"
    assert of_host.sensitivity.dims == ("parameter", "index", "year")


def test_an_unknown_result_is_named_with_the_nearest(tmp_path):
    for way in (jcm.sensitivity, jcm.swings, jcm.screening):
        with pytest.raises(ScenarioError, match="did you mean total_credits"):
            way(tiny(tmp_path, **PRODUCT), "total_credit")


def test_samples_that_are_no_power_of_two_are_refused(tmp_path):
    with pytest.raises(ValueError, match="power of two"):
        jcm.sensitivity(tiny(tmp_path, **PRODUCT), "total_credits", samples=1000)


def test_levers_stay_as_the_scenario_has_them(tmp_path):
    levers = {"ensemble.levers": {"crediting.discount": [1, 0.5]}}
    with_them = jcm.swings(tiny(tmp_path, **PRODUCT, **levers), "total_credits")
    assert with_them == jcm.swings(tiny(tmp_path, **PRODUCT), "total_credits")


def test_a_study_of_the_same_seed_is_the_same(tmp_path):
    scenario = storing(tmp_path, LEAKING)
    one, other = (jcm.sensitivity(scenario, "total_leaked", samples=64) for _ in range(2))
    assert one.identical(other)
    assert not one.equals(jcm.sensitivity(scenario, "total_leaked", samples=64, seed=2))


def test_an_ensemble_that_is_there_tells_how_a_result_goes_with_each_input(tmp_path):
    scenario = tiny(tmp_path, **{SUPPLIED: uniform(7000, 9000), STATED: uniform(0, 100)})
    found = jcm.regression(jcm.simulate(scenario, 1024), "total_reductions")
    up, down = found["rank_correlation"].to_numpy()  # what is supplied saves, what is emitted costs
    assert up > 0.9
    assert down < 0
    assert found["fit"] > 0.99
    assert abs(up**2 + down**2 - 1) < 0.02  # independent, and nearly linear


def test_a_regression_asks_for_one_scenario_and_party(tmp_path):
    scenario = tiny(tmp_path, **{SUPPLIED: uniform(7000, 9000)})
    with pytest.raises(ValueError, match="credits is no result over sample and year alone"):
        jcm.regression(jcm.simulate(scenario, 64), "credits")


def test_correlated_inputs_come_with_a_warning_and_a_way_out(tmp_path):
    pair = [{"between": [SUPPLIED, FACTOR], "value": 0.5}]
    both = {SUPPLIED: uniform(7000, 9000), FACTOR: uniform(0.3, 0.4), "ensemble.correlations": pair}
    found = jcm.sensitivity(tiny(tmp_path, **both), "total_credits", samples=64)
    assert f"Correlated inputs: {SUPPLIED} and {FACTOR} (+0.5)" in found.attrs["warning"]
    assert "Use the rank regression" in found.attrs["warning"]
