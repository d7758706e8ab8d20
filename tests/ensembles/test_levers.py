"""Levers: every option on its own, and all of them in the same samples."""

import numpy as np
import pytest

import jcm_models as jcm
from jcm_models.ensemble import draw_ensemble
from jcm_models.problems import ScenarioError
from tests.ensembles.scenarios import (
    CCS,
    FACTOR,
    SOLAR,
    SUPPLIED,
    moving,
    shipped,
    tiny,
    triangular,
    uniform,
    usual,
)
from tests.examples import TINY, changed, lines, write

SAMPLES = 64
DISCOUNTS = {"crediting.discount": [1, 0.95, 0.9]}
RULES = {
    "own": {},
    "best": {
        "reference.best_technology": {"emissions_share": uniform(0.5, 0.7)},
        "reference.combine": "lowest",
    },
}


def with_levers(folder, levers, **changes):
    return tiny(folder, **{SUPPLIED: uniform(7000, 9000), **changes, "ensemble.levers": levers})


def equal(together, at, own):
    """Assert that an option's results are those of its own ensemble, to the last byte."""
    for name, array in together.items():
        assert array[at].tobytes() == own[name].tobytes(), name


def test_each_option_is_the_ensemble_of_the_scenario_with_it(tmp_path):
    scenario = with_levers(tmp_path, DISCOUNTS)
    together = draw_ensemble(scenario, SAMPLES)
    for at, discount in enumerate(DISCOUNTS["crediting.discount"]):
        own = scenario.with_({"ensemble.levers": {}, "crediting.discount": discount})
        equal(together, at, draw_ensemble(own, SAMPLES))
    totals = together["total_credits"].mean(axis=-1)
    assert totals[0] > totals[1] > totals[2]


@pytest.mark.parametrize("file", [SOLAR, CCS])
def test_what_is_shipped_has_in_each_option_what_the_option_has_alone(file):
    scenario = shipped(file, {})
    together = draw_ensemble(scenario, 32)
    ((_, options),) = scenario.ensemble.lever_options().items()
    for at, overrides in enumerate(options.values()):
        own = draw_ensemble(scenario.with_({**overrides, "ensemble.levers": {}}), 32)
        shared = {name: array for name, array in together.items() if name in own}
        assert set(together) == set(shared)
        equal(shared, at, own)


def test_all_options_meet_the_same_samples_and_the_same_leaks():
    found = jcm.simulate(shipped(CCS, {}), 32)
    assert found.co2_leaked.dims == ("scenario", "sample", "year")
    for option in (1, 2):
        np.testing.assert_array_equal(found.co2_leaked[option], found.co2_leaked[0])
    assert found["project.capture_loss_share"].dims == ("sample",)
    assert (found.reserve_withheld[2] > found.reserve_withheld[0]).any()


def test_combinations_stand_along_one_dimension_with_the_choice_of_each_lever(tmp_path):
    levers = {**DISCOUNTS, "reserve.rate": ["1 %", "5 %"]}
    found = jcm.simulate(with_levers(tmp_path, levers), SAMPLES)
    assert found.sizes["scenario"] == 6
    assert found.credits_issued.dims == ("scenario", "sample", "year")
    assert found.credits.dims == ("scenario", "sample", "party", "year")
    assert found["crediting.discount"].values.tolist() == ["1", "1", "0.95", "0.95", "0.9", "0.9"]
    assert found["reserve.rate"].values.tolist() == ["1 %", "5 %"] * 3
    assert found.scenario.values[1] == "crediting.discount: 1, reserve.rate: 5 %"
    assert len(set(found.scenario.values.tolist())) == 6


def test_options_with_other_rules_keep_what_they_have_in_common(tmp_path):
    changes = {SUPPLIED: uniform(7000, 9000), "reference.above_bau": "lowered"}
    scenario = usual(tmp_path, **changes, **{"ensemble.levers": {"set": RULES}})
    together = draw_ensemble(scenario, SAMPLES)
    assert "reference_by_rule" not in together
    left = {dim for array in together.to_dataset().data_vars.values() for dim in array.dims}
    assert "rule" not in left
    supplied = together.drawn[SUPPLIED]
    share = together.drawn["reference.best_technology.emissions_share"]
    by_rule = supplied * 0.319, np.minimum(supplied * 0.319, supplied * 0.542 * share)
    for option, expected in zip(together["reference_emissions"], by_rule, strict=True):
        np.testing.assert_allclose(option, np.stack([expected] * 5, axis=-1), rtol=1e-12)
    assert 0 < np.mean(by_rule[1] < by_rule[0]) < 1


def test_options_with_other_components_keep_what_they_have_in_common(tmp_path):
    one = {"method": "displaced_electricity", "electricity_supplied": 8000}
    part = {**one, "reference_emission_factor": 0.3}
    levers = {
        "size": {
            "one": {"project": {"components": {"first": part}}},
            "two": {"project": {"components": {"first": part, "second": part}}},
        }
    }
    changes = {"crediting.discount": uniform(0.9, 1), "ensemble.levers": levers}
    found = jcm.simulate(tiny(tmp_path, project={"components": {"first": part}}, **changes), 16)
    assert "component" not in {dim for array in found.data_vars.values() for dim in array.dims}
    np.testing.assert_allclose(found.emission_reductions[1], 2 * found.emission_reductions[0])


def test_an_input_that_only_one_option_has_is_drawn_for_it_alone(tmp_path):
    levers = {"plant": {"known": {SUPPLIED: 8000}, "not yet": {SUPPLIED: uniform(1000, 2000)}}}
    found = jcm.simulate(tiny(tmp_path, **{"ensemble.levers": levers}), SAMPLES)
    known, unknown = found.total_reductions
    np.testing.assert_allclose(known, 5 * 8000 * 0.319)
    assert ((unknown > 5 * 1000 * 0.319) & (unknown < 5 * 2000 * 0.319)).all()


def test_options_draw_the_same_share_from_distributions_of_their_own(tmp_path):
    levers = {
        "plant": {
            "large": {SUPPLIED: uniform(7000, 9000)},
            "small": {SUPPLIED: uniform(1000, 2000)},
            "peaked": {SUPPLIED: triangular(0, 2000, 2000)},
        }
    }
    found = jcm.simulate(with_levers(tmp_path, levers), SAMPLES)
    assert found[SUPPLIED].dims == ("scenario", "sample")
    np.testing.assert_allclose(found.total_reductions, 5 * found[SUPPLIED] * 0.319, rtol=1e-12)
    shares = (found[SUPPLIED][0].values - 7000) / 2000
    np.testing.assert_allclose((found[SUPPLIED][1] - 1000) / 1000, shares, rtol=1e-9)
    np.testing.assert_allclose((found[SUPPLIED][2] / 2000) ** 2, shares, rtol=1e-9)


def test_options_with_processes_of_their_own_move_in_step(tmp_path):
    levers = {
        SUPPLIED: [
            moving(8000, "ar1", 0.05, persistence=0.5),
            moving(4000, "ar1", 0.2, persistence=0.5),
        ]
    }
    found = jcm.simulate(with_levers(tmp_path, levers), SAMPLES)
    assert found[SUPPLIED].dims == ("scenario", "sample", "year")
    logs = np.log(found[SUPPLIED].values)
    spread = [np.sqrt(np.log1p(sd**2)) for sd in (0.05, 0.2)]
    one, other = ((logs[at] + s**2 / 2) / s for at, s in enumerate(spread))
    np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-9)


def test_an_option_that_draws_otherwise_is_refused_where_columns_would_differ(tmp_path):
    levers = {SUPPLIED: [uniform(7000, 9000), moving(8000, "ar1", 0.1, persistence=0.5)]}
    with pytest.raises(ScenarioError, match="anew every year in another"):
        jcm.simulate(with_levers(tmp_path, levers), SAMPLES)


WRONG = {
    "split": {
        "all": {"allocation.shares": {"japan_government": 1}},
        "too much": {"allocation.shares": {"japan_government": 0.8, "host_government": 0.4}},
        "too little": {"allocation.shares": {"japan_government": 0.3}},
    }
}


def test_every_wrong_option_is_named_and_what_is_wrong_with_it(tmp_path):
    with pytest.raises(ScenarioError) as caught:
        jcm.simulate(with_levers(tmp_path, WRONG), SAMPLES)
    much, little = sorted(map(str, caught.value.problems), key=lambda text: "little" in text)
    assert "allocation.shares: with split: too much: add up to 1.2" in much
    assert "allocation.shares: with split: too little: add up to 0.3" in little


def test_a_wrong_option_is_named_with_its_line(tmp_path):
    text = changed(TINY, {SUPPLIED: uniform(7000, 9000), "ensemble.levers": WRONG})
    scenario = jcm.load_scenario(write(tmp_path, text))
    with pytest.raises(ScenarioError) as caught:
        jcm.simulate(scenario, SAMPLES)
    first = lines(text)["ensemble.levers.split"]
    within = [f"scenario.yaml:{line}: " for line in range(first, first + 20)]
    assert all(any(place in str(p) for place in within) for p in caught.value.problems)


@pytest.mark.parametrize(
    "key",
    [
        {"allocation.shares": {"japan_government": 0.3}},
        {"allocation.shares.japan_government": 0.3},
    ],
)
def test_of_several_levers_the_line_is_that_of_the_wrong_one(key, tmp_path):
    levers = {"rate": {"a": {"reserve.rate": 0.01}, "b": {}}, "split": {"x": key, "y": {}}}
    text = changed(TINY, {SUPPLIED: uniform(7000, 9000), "ensemble.levers": levers})
    scenario = jcm.load_scenario(write(tmp_path, text))
    with pytest.raises(ScenarioError) as caught:
        jcm.simulate(scenario, SAMPLES)
    line = lines(text)["ensemble.levers.split"]
    assert all(f"scenario.yaml:{line}: allocation.shares" in str(p) for p in caught.value.problems)


@pytest.mark.parametrize(
    "name", ["total_credits", "country", "component", "rule", "bearer", "quantile"]
)
def test_no_lever_takes_the_name_of_what_an_ensemble_holds(name, tmp_path):
    levers = {name: {"a": {FACTOR: 0.3}, "b": {}}}
    with pytest.raises(ScenarioError, match="is the name of a dimension or result"):
        with_levers(tmp_path, levers)


def test_a_lever_whose_options_are_distributions_keeps_its_labels(tmp_path):
    levers = {SUPPLIED: [uniform(7000, 9000), 8000]}
    found = jcm.simulate(tiny(tmp_path, **{"ensemble.levers": levers}), 8)
    labels = [each.values.tolist() for each in found.coords.values() if each.dims == ("scenario",)]
    assert len(labels) == 2  # the whole name, and the choice of the one lever
    assert any("8000" in label for label in labels[1])


def test_levers_alone_make_an_ensemble_of_certain_samples(tmp_path):
    found = jcm.simulate(tiny(tmp_path, **{"ensemble.levers": DISCOUNTS}), 4)
    assert found.sizes["sample"] == 4
    assert (found.total_credits.std("sample") == 0).all()
    assert found.total_credits[:, 0].values.tolist() == [12760.0, 12120.0, 11480.0]


@pytest.mark.parametrize(
    ("levers", "words"),
    [
        ({"host": ["THA", "IDN"]}, "which all combinations have in common"),
        ({"gwp": ["AR5", "AR6"]}, "which all combinations have in common"),
        ({"years": [{"first": 2020, "last": 2021}, {"first": 2020, "last": 2022}]}, "in common"),
        ({FACTOR: [0.3]}, "has one value only"),
        ({FACTOR: [0.3, 0.3]}, "given twice"),
        ({"crediting.discout": [1, 0.9]}, "did you mean discount"),
        ({"credits": {"a": {FACTOR: 0.3}, "b": {}}}, "is the name of a dimension or result"),
        ({FACTOR: [0.3, 0.2], "x": {"a": {FACTOR: 0.1}, "b": {}}}, "which the lever"),
    ],
)
def test_what_no_lever_can_be_is_refused_with_its_line(levers, words, tmp_path):
    text = changed(TINY, {SUPPLIED: uniform(7000, 9000), "ensemble.levers": levers})
    with pytest.raises(ScenarioError) as caught:
        jcm.load_scenario(write(tmp_path, text))
    told = [str(problem) for problem in caught.value.problems]
    name = list(levers)[-1]
    line = lines(text)[f"ensemble.levers.{name}"]
    assert any(words in text and f"scenario.yaml:{line}" in text for text in told), told
