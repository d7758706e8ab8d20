"""Bad outcomes that were planted, found in a real scenario; levers compared by hand."""

import numpy as np
import pytest
import xarray as xr

import jcm_models as jcm
from jcm_models.ensemble import draw_ensemble
from tests.ensembles.scenarios import (
    CCS,
    FACTOR,
    OVERSELLING,
    SUPPLIED,
    moving,
    shipped,
    tiny,
    uniform,
)

METHODS = ("prim", "tree")
PLANT = {
    SUPPLIED: uniform(6000, 10_000),
    FACTOR: uniform(0.319, 0.3191),
    "crediting.discount": uniform(0.999, 1),
}


@pytest.fixture(scope="module")
def plant(tmp_path_factory):
    """Return a plant whose credits hang on its generation alone."""
    return jcm.simulate(tiny(tmp_path_factory.mktemp("plant"), **PLANT), 1024)


@pytest.fixture(scope="module")
def compared(tmp_path_factory):
    """Return a plant with two levers, of which one makes it bad."""
    levers = {"crediting.discount": [1, 0.6], "reserve.rate": ["1 %", "2 %"]}
    changes = {SUPPLIED: uniform(7000, 9000), "ensemble.levers": levers}
    return jcm.simulate(tiny(tmp_path_factory.mktemp("compared"), **changes), 256)


@pytest.mark.parametrize("method", METHODS)
def test_a_planted_limit_of_an_input_is_found_in_its_unit(method, plant):
    below = 5 * 7000 * 0.319
    found = jcm.discover(plant, "total_credits", below=below, method=method, density=0.99)
    assert found.share == pytest.approx(0.25, abs=0.005)
    best = found.boxes[0]
    low, high = best.limits[SUPPLIED]
    assert low == -np.inf
    assert high == pytest.approx(7000, rel=0.02)
    assert best.density > 0.9
    assert best.coverage > 0.9
    assert (found.trajectory is None) == (method == "tree")


@pytest.mark.parametrize("method", METHODS)
def test_a_box_is_a_sentence_with_names_and_units(method, plant):
    below = 5 * 7000 * 0.319
    found = jcm.discover(plant, "total_credits", below=below, method=method, most=1)
    (sentence,) = found.in_words()
    label = str(plant[SUPPLIED].attrs["long_name"])
    assert sentence.startswith(f"Where {label[0].lower()}{label[1:]} is at most ")
    assert " MWh/yr" in sentence
    assert "11,165 tCO₂e in " in sentence
    assert "of all such samples lie there." in sentence


def test_a_corner_of_two_inputs_is_found(tmp_path):
    changes = {SUPPLIED: uniform(6000, 10_000), FACTOR: uniform(0.2, 0.4)}
    ensemble = jcm.simulate(tiny(tmp_path, **changes), 2048)
    at_worst = (ensemble[SUPPLIED] > 9000) & (ensemble[FACTOR] > 0.35)
    planted = ensemble.assign(
        total_credits=ensemble.total_credits.where(~at_worst, 1e6).assign_attrs(
            ensemble.total_credits.attrs
        )
    )
    for method in METHODS:
        best = jcm.discover(planted, "total_credits", above=9e5, method=method, density=0.99).boxes[
            0
        ]
        assert best.limits[SUPPLIED][0] == pytest.approx(9000, rel=0.01)
        assert best.limits[FACTOR][0] == pytest.approx(0.35, rel=0.01)
        assert best.limits[SUPPLIED][1] == best.limits[FACTOR][1] == np.inf


@pytest.mark.parametrize("method", METHODS)
def test_above_is_the_other_side_of_below(method, plant):
    above = 5 * 9000 * 0.319
    found = jcm.discover(plant, "total_credits", above=above, method=method, density=0.99)
    low, high = found.boxes[0].limits[SUPPLIED]
    assert low == pytest.approx(9000, rel=0.02)
    assert high == np.inf
    assert "are above 14,355" in found.outcome


@pytest.mark.parametrize("method", METHODS)
def test_a_lever_counts_as_an_input(method, compared):
    found = jcm.discover(compared, "total_credits", below=5 * 7000 * 0.319 - 20, method=method)
    assert found.share == pytest.approx(0.5, abs=0.01)
    assert found.boxes[0].limits == {"crediting.discount": frozenset({"0.6"})}
    assert (found.boxes[0].density, found.boxes[0].coverage) == (1, 1)
    (sentence, *_) = found.in_words()
    assert "is 0.6" in sentence
    assert set(found.inputs) == {SUPPLIED, "crediting.discount", "reserve.rate"}
    assert all(len(array) == 4 * 256 for array in found.inputs.values())


def test_of_inputs_that_move_over_the_years_the_mean_factor_is_looked_at(tmp_path):
    changes = {SUPPLIED: moving(8000, "ar1", 0.1, persistence=0.5), FACTOR: uniform(0.2, 0.4)}
    ensemble = jcm.simulate(tiny(tmp_path, **changes), 256)
    found = jcm.discover(ensemble, "total_credits", below=10_000)
    assert set(found.inputs) == {FACTOR, SUPPLIED}
    factors = ensemble[SUPPLIED].mean("year")
    np.testing.assert_allclose(found.inputs[SUPPLIED], factors)
    assert found.labels[SUPPLIED] == (
        f"{ensemble[SUPPLIED].attrs['long_name']}, mean of all years",
        "1",
    )


def test_overselling_is_traced_to_what_a_host_emits():
    changes = {
        "article6.host.emissions": moving({2021: 48e6, 2030: 56.595e6}, "level", 0.001),
        SUPPLIED: uniform(13_000, 15_000),
    }
    ensemble = jcm.simulate(shipped(OVERSELLING, changes), 512)
    found = jcm.discover(ensemble, "oversold", above=0)
    limits = found.boxes[0].limits["article6.host.emissions"]
    assert limits[0] > 0.999
    assert limits[1] == np.inf
    assert found.boxes[0].density > 0.8


@pytest.mark.parametrize("limits", [{}, {"below": 5, "above": 3}])
def test_exactly_one_side_is_bad(limits, plant):
    with pytest.raises(ValueError, match="give either below or above; found"):
        jcm.discover(plant, "total_credits", **limits)


@pytest.mark.parametrize("below", [0.0, 1e9])
@pytest.mark.parametrize("method", METHODS)
def test_where_all_or_none_is_bad_nothing_can_be_found(below, method, plant):
    with pytest.raises(ValueError, match="sample"):
        jcm.discover(plant, "total_credits", below=below, method=method)


def test_a_threshold_of_nothing_is_no_missing_threshold(plant):
    with pytest.raises(ValueError, match="sample"):  # none is below zero
        jcm.discover(plant, "total_credits", below=0)


@pytest.mark.parametrize("way", ["discover", "robustness"])
def test_an_unknown_outcome_is_named_with_the_nearest(way, compared):
    limits = {"below": 1} if way == "discover" else {"at_least": 1}
    with pytest.raises(ValueError, match="no outcome 'total_credit', did you mean total_credits"):
        getattr(jcm, way)(compared, "total_credit", **limits)
    with pytest.raises(ValueError, match="no outcome 'credits_issued'"):
        getattr(jcm, way)(compared, "credits_issued", **limits)


def by_hand(outcomes):
    """Return an ensemble of two levers in four samples."""
    return xr.Dataset(
        {"total_credits": (("scenario", "sample"), outcomes, {"units": "tCO2e"})},
        {"rate": ("scenario", ["low", "high", "none"])},
    )


# Credits of three options in four samples [t].
OUTCOMES = [[100.0, 80, 60, 0], [90, 90, 60, 10], [50, 100, 0, 40]]


def test_regret_and_good_enough_by_hand():
    found = jcm.robustness(by_hand(OUTCOMES), "total_credits", at_least=60)
    # Short of the best in each sample: 0 20 0 40, 10 10 0 30, 50 0 60 0.
    assert found.regret_most.values.tolist() == [40, 30, 60]
    assert found.regret_mean.values.tolist() == [15, 12.5, 27.5]
    assert found.regret_in_nine_of_ten.values.tolist() == [40, 30, 60]
    assert found.satisficing.values.tolist() == [0.75, 0.75, 0.25]
    assert found.regret_mean_error.values[1] == pytest.approx(np.std([10, 10, 0, 30], ddof=1) / 2)
    assert found.satisficing_error.values[0] == pytest.approx(np.sqrt(0.75 * 0.25 / 4))
    assert found.rate.values.tolist() == ["low", "high", "none"]
    assert found.attrs == {"outcome": "total_credits", "good_enough": 60.0}


def test_where_less_is_better_the_least_is_the_best():
    found = jcm.robustness(by_hand(OUTCOMES), "total_credits", at_most=60)
    # Above the best in each sample: 50 0 60 0, 40 10 60 10, 0 20 0 40.
    assert found.regret_most.values.tolist() == [60, 60, 40]
    assert found.regret_mean.values.tolist() == [27.5, 30, 15]
    assert found.satisficing.values.tolist() == [0.5, 0.5, 0.75]


def test_nothing_may_be_good_enough_at_nothing():
    found = jcm.robustness(by_hand(OUTCOMES), "total_credits", at_most=0)
    assert found.satisficing.values.tolist() == [0.25, 0, 0.25]
    assert found.attrs["good_enough"] == 0


def test_the_order_of_dimensions_changes_nothing():
    ensemble = by_hand(OUTCOMES)
    turned = ensemble.transpose("sample", "scenario")
    one, other = (jcm.robustness(e, "total_credits", at_least=60) for e in (ensemble, turned))
    assert one.identical(other)


def test_a_higher_reserve_leaves_a_lower_shortfall_in_every_sample():
    ensemble = jcm.simulate(shipped(CCS, {}), 64)
    found = jcm.robustness(ensemble, "total_shortfall", at_most=0)
    assert found["reserve.rate"].values.tolist() == ["1 %", "3 %", "5 %"]
    assert found.regret_most.values[-1] == 0
    assert (np.diff(found.satisficing) >= 0).all()
    assert (np.diff(found.regret_mean) <= 0).all()
    credited = jcm.robustness(ensemble, "total_credits_japan", at_least=1)
    assert credited.regret_most.values[0] == 0  # what is not withheld is credited
    assert {array.attrs["units"] for array in credited.data_vars.values()} == {"tCO2e", "1"}


def test_robustness_is_worked_out_from_the_ensemble_itself(compared):
    arrays = compared.total_credits.values
    short = arrays.max(axis=0) - arrays
    found = jcm.robustness(compared, "total_credits", at_least=12_000)
    np.testing.assert_allclose(found.regret_mean, short.mean(axis=1))
    np.testing.assert_array_equal(found.regret_most, short.max(axis=1))
    np.testing.assert_array_equal(found.satisficing, (arrays >= 12_000).mean(axis=1))


def test_without_levers_there_is_nothing_to_compare(plant):
    with pytest.raises(ValueError, match="there are no levers to compare; give some under"):
        jcm.robustness(plant, "total_credits", at_least=1)


@pytest.mark.parametrize("limits", [{}, {"at_least": 5, "at_most": 3}])
def test_good_enough_has_exactly_one_side(limits, compared):
    with pytest.raises(ValueError, match="give either at_least or at_most; found"):
        jcm.robustness(compared, "total_credits", **limits)


def test_options_that_draw_for_themselves_are_told_by_what_each_has_drawn(tmp_path):
    levers = {
        "plant": {"large": {SUPPLIED: uniform(7000, 9000)}, "small": {SUPPLIED: uniform(1e3, 5e3)}}
    }
    scenario = tiny(tmp_path, **{SUPPLIED: 8000, "ensemble.levers": levers})
    found = draw_ensemble(scenario, 256)
    below = 5 * 3000 * 0.319
    ensemble = found.to_dataset()
    boxes = jcm.discover(ensemble, "total_credits", below=below, density=0.99).boxes
    assert boxes[0].limits[SUPPLIED][1] == pytest.approx(3000, rel=0.03)
