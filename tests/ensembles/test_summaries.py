"""Quantiles, means, probabilities and shortfalls of an ensemble, against numpy and by hand."""

import json

import numpy as np
import pytest
import xarray as xr

import jcm_models as jcm
from jcm_models import summaries
from jcm_models.summaries import QUANTILES, exceedance, expected_shortfall
from tests.ensembles.scenarios import CCS, PROJECT, SOLAR, SUPPLIED, shipped, tiny, uniform, usual

SAMPLES = 200


@pytest.fixture(scope="module")
def ensemble(tmp_path_factory):
    return jcm.simulate(
        usual(tmp_path_factory.mktemp("usual"), **PROJECT), SAMPLES, sampling="monte_carlo"
    )


@pytest.fixture(scope="module")
def store():
    return jcm.simulate(shipped(CCS, {}), 64)


def nearest_above(array, share):
    """Return the least sample that so large a share of all does not exceed."""
    return np.quantile(array, share, axis=0, method="inverted_cdf")


def test_every_quantile_and_mean_is_that_of_numpy(ensemble):
    found = jcm.summarise(ensemble)
    names = [str(name) for name in ensemble.data_vars]
    assert set(found.data_vars) == {
        each
        for name in names
        for each in (name, f"{name}_mean", f"{name}_error", f"{name}_mean_error")
    }
    for name in names:
        samples = ensemble[name].transpose("sample", ...).values.astype(float)
        for place, share in enumerate(QUANTILES):
            np.testing.assert_array_equal(found[name][place], nearest_above(samples, share))
        np.testing.assert_allclose(found[f"{name}_mean"], samples.mean(axis=0), rtol=1e-12)
        error = samples.std(axis=0, ddof=1) / np.sqrt(SAMPLES)
        np.testing.assert_allclose(found[f"{name}_mean_error"], error, rtol=1e-9, atol=1e-9)


def test_the_error_of_a_quantile_is_half_of_what_lies_around_it(ensemble):
    found = jcm.summarise(ensemble, [0.5])
    order = np.sort(ensemble.total_credits.values)
    reach = int(np.ceil(np.sqrt(0.25 * SAMPLES)))
    expected = (order[99 + reach] - order[99 - reach]) / 2
    assert float(found.total_credits_error[0]) == pytest.approx(expected)


def test_dimensions_keep_their_order_and_no_sample_is_left(store):
    found = jcm.summarise(store, [0.1, 0.9])
    assert found.credits.dims == ("quantile", "scenario", "party", "year")
    assert found.credits_mean.dims == ("scenario", "party", "year")
    assert found.total_credits.dims == ("quantile", "scenario")
    assert found.reversal_borne.dims == ("quantile", "scenario", "bearer", "year")
    assert "sample" not in found.dims
    assert not any("sample" in each.dims for each in found.coords.values())
    assert found["reserve.rate"].values.tolist() == ["1 %", "3 %", "5 %"]
    assert found["quantile"].values.tolist() == [0.1, 0.9]
    for option in range(3):
        samples = store.credits_issued[option].values
        np.testing.assert_array_equal(found.credits_issued[1, option], nearest_above(samples, 0.9))


@pytest.mark.parametrize("most", [1, 5000, 40_000])
def test_how_much_is_looked_at_together_changes_nothing(most, store, monkeypatch):
    usual_way = jcm.summarise(store)
    monkeypatch.setattr(summaries, "_MOST_BYTES", most)
    assert jcm.summarise(store).identical(usual_way)


def test_an_ensemble_that_was_written_down_is_summed_up_alike(ensemble, tmp_path):
    ensemble.to_netcdf(tmp_path / "ensemble.nc", engine="h5netcdf")
    with xr.open_dataset(tmp_path / "ensemble.nc", engine="h5netcdf") as opened:
        found = jcm.summarise(opened)
        xr.testing.assert_equal(found, jcm.summarise(ensemble))


def test_units_and_labels_stand_on_every_variable(store):
    for dataset in (store, jcm.summarise(store)):
        for name, array in dataset.data_vars.items():
            assert array.attrs["units"], name
            assert array.attrs["long_name"], name
            assert "kind" in array.attrs, name
    found = jcm.summarise(store)
    assert found.credits_issued_mean.attrs["units"] == store.credits_issued.attrs["units"]
    assert found.credits_issued_mean.attrs["long_name"].endswith(", mean")
    assert "standard error of the quantile" in found.credits_issued_error.attrs["long_name"]
    assert "standard error of the mean" in found.credits_issued_mean_error.attrs["long_name"]


def test_an_ensemble_says_what_it_is_made_of():
    found = jcm.simulate(shipped(SOLAR, {}), 16, seed=5, sampling="latin_hypercube")
    for name, array in found.data_vars.items():
        assert {"units", "long_name", "long_name_ja", "kind", "equation"} <= set(array.attrs), name
        assert array.dims[:2] == ("scenario", "sample"), name
    assert (found.attrs["samples"], found.attrs["seed"]) == (16, 5)
    assert found.attrs["sampling"] == "latin_hypercube"
    assert "simulate(thailand_solar_uncertainty, samples=16)" in found.attrs["history"]
    listed = {given["path"]: given["written"] for given in json.loads(found.attrs["inputs"])}
    drawn = found[SUPPLIED]
    assert listed[SUPPLIED] == drawn.attrs["written"]
    assert "pert" in drawn.attrs["written"]
    assert drawn.attrs["units"] == "MWh/yr"
    assert "thailand_solar_uncertainty.yaml:" in drawn.attrs["place"]


def test_a_factor_of_a_level_is_no_amount_in_the_unit_of_its_number():
    found = jcm.simulate(shipped(SOLAR, {}), 16)
    factor = found["project.bau_emission_factor"]
    assert float(factor.mean()) == pytest.approx(1, abs=0.05)
    assert factor.attrs["units"] == "1"
    assert factor.attrs["long_name"].endswith(", factor")


def test_the_probability_to_exceed_an_amount_is_a_share_of_the_samples(ensemble):
    threshold = float(ensemble.total_credits.median())
    found = exceedance(ensemble, "total_credits", threshold)
    share = float((ensemble.total_credits > threshold).mean())
    assert float(found.probability) == share
    assert float(found.probability_error) == pytest.approx(np.sqrt(share * (1 - share) / SAMPLES))
    assert found.probability.attrs["units"] == "1"
    assert f"more than {threshold:,g} tCO2e" in found.probability.attrs["long_name"]


def test_a_probability_over_years_and_parties_keeps_both(ensemble):
    found = exceedance(ensemble, "credits", 700)
    assert found.probability.dims == ("party", "year")
    np.testing.assert_array_equal(found.probability, (ensemble.credits > 700).mean("sample"))
    assert found.party.values.tolist() == ensemble.party.values.tolist()
    assert "sample" not in found.coords


@pytest.mark.parametrize("lower", [True, False])
@pytest.mark.parametrize("share", [0.05, 0.125, 1.0])
def test_the_expected_shortfall_is_the_mean_of_the_worst(share, lower, ensemble):
    found = expected_shortfall(ensemble, "total_reductions", share, lower=lower)
    order = np.sort(ensemble.total_reductions.values)
    worst = order if lower else order[::-1]
    count = round(share * SAMPLES)
    assert float(found.expected_shortfall) == pytest.approx(worst[:count].mean(), rel=1e-12)
    word = "lowest" if lower else "highest"
    assert word in found.expected_shortfall.attrs["long_name"]
    assert found.expected_shortfall.attrs["units"] == "tCO2e"


def test_the_shortfall_of_each_option_is_its_own(store):
    found = expected_shortfall(store, "total_shortfall", 0.25)
    assert found.expected_shortfall.dims == ("scenario",)
    order = np.sort(store.total_shortfall.values, axis=1)[:, ::-1]
    np.testing.assert_allclose(found.expected_shortfall, order[:, :16].mean(axis=1), rtol=1e-12)
    assert "reserve.rate" in found.coords


def test_quantiles_of_a_uniform_input_are_where_they_must_be(tmp_path):
    ensemble = jcm.simulate(tiny(tmp_path, **{SUPPLIED: uniform(6000, 10_000)}), 4096)
    found = jcm.summarise(ensemble, [0.05, 0.5, 0.95])
    expected = np.array([6200, 8000, 9800]) * 0.319
    for year in range(5):
        np.testing.assert_allclose(found.emission_reductions[:, year], expected, rtol=1e-3)
    assert float(found.total_reductions_mean) == pytest.approx(5 * 8000 * 0.319, rel=1e-4)


def test_a_share_that_is_none_is_refused(ensemble):
    with pytest.raises(ValueError, match="a share of the samples is within 0 and 1"):
        jcm.summarise(ensemble, [0.5, 5])
    with pytest.raises(ValueError, match="it is above 0 and at most 1"):
        expected_shortfall(ensemble, "total_credits", 0.0)
