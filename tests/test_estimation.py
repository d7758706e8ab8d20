"""Estimates from samples: by hand, in closed form, and errors that are as large as they say."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.stats import norm
from scipy.stats.qmc import Sobol

from jcm_models.estimation import (
    between_samples,
    convergence,
    exceedance,
    expected_shortfall,
    mean_of,
    quantiles_of,
    replicated,
    share_error,
    share_of,
)

TEN = np.arange(1.0, 11.0)


def many(estimate, samples=400, repetitions=600):
    """Return estimates from as many independent ensembles of normal numbers, and their errors."""
    draws = np.random.default_rng(8).normal(size=(samples, repetitions))
    found = estimate(draws)
    return np.asarray(found.value).reshape(-1), np.asarray(found.error).reshape(-1)


@pytest.mark.parametrize(
    ("estimate", "exact"),
    [
        (mean_of, 0.0),
        (lambda draws: quantiles_of(draws, [0.5]), 0.0),
        (lambda draws: quantiles_of(draws, [0.9]), norm.ppf(0.9)),
        (lambda draws: exceedance(draws, 1.0), norm.sf(1.0)),
        (lambda draws: expected_shortfall(draws, 0.1), norm.pdf(norm.ppf(0.9)) / 0.1),
        (lambda draws: expected_shortfall(draws, 0.1, lower=True), -norm.pdf(norm.ppf(0.9)) / 0.1),
    ],
    ids=["mean", "median", "quantile", "exceedance", "upper shortfall", "lower shortfall"],
)
def test_an_error_is_as_large_as_estimates_differ(estimate, exact):
    values, errors = many(estimate)
    spread = values.std(ddof=1)
    assert values.mean() == pytest.approx(exact, abs=0.25 * spread)
    assert np.sqrt((errors**2).mean()) == pytest.approx(spread, rel=0.15)


def test_by_hand():
    assert mean_of(TEN) == pytest.approx((5.5, math.sqrt(55 / 6 / 10)))
    value, error = exceedance(TEN, 7.0)
    assert (value, error) == pytest.approx((0.3, math.sqrt(0.3 * 0.7 / 10)))
    value, error = quantiles_of(TEN, [0.5])
    # The fifth, and half the distance from the third to the seventh: sqrt(10 / 4) is 1.6, so 2.
    assert (value.tolist(), error.tolist()) == ([5.0], [2.0])
    assert expected_shortfall(TEN, 0.2).value == pytest.approx(9.5)
    assert expected_shortfall(TEN, 0.2, lower=True).value == pytest.approx(1.5)


def test_a_sample_that_is_partly_among_the_worst_counts_in_part():
    # The worst 25 % of ten: 10, 9, and half of 8.
    assert expected_shortfall(TEN, 0.25).value == pytest.approx((10 + 9 + 8 / 2) / 2.5)
    assert expected_shortfall(TEN, 1.0).value == pytest.approx(5.5)


@given(hnp.arrays(float, (20, 2), elements=st.floats(-1e6, 1e6)), st.floats(0.01, 1.0))
def test_the_worst_share_is_worse_than_its_quantile_and_mirrors(draws, share):
    upper = expected_shortfall(draws, share)
    quantile = quantiles_of(draws, [1 - share]).value[0]
    slack = 1e-9 * (1 + np.abs(draws).max())
    assert (upper.value >= quantile - slack).all()
    assert (upper.value <= draws.max(axis=0) + slack).all()
    lower = expected_shortfall(-draws, share, lower=True)
    assert lower.value.tolist() == (-upper.value).tolist()
    assert lower.error.tolist() == upper.error.tolist()


@given(hnp.arrays(float, 30, elements=st.floats(-1e6, 1e6)), st.floats(0.0, 1.0))
def test_a_quantile_is_the_least_sample_that_as_many_do_not_exceed(draws, share):
    value = quantiles_of(draws, [share]).value[0]
    assert value in draws
    assert (draws <= value).mean() >= share - 1e-9
    assert (draws < value).mean() <= share


def test_the_last_digit_of_a_product_moves_no_quantile():
    assert 0.07 * 100 > 7
    assert quantiles_of(np.arange(100.0), [0.07]).value.tolist() == [6.0]


def test_quantiles_come_together_and_for_every_output():
    draws = np.random.default_rng(1).normal(size=(50, 2, 3))
    found = quantiles_of(draws, [0.1, 0.5, 0.9])
    assert found.value.shape == found.error.shape == (3, 2, 3)
    assert found.value[2, 1, 1] == quantiles_of(draws[:, 1, 1], [0.9]).value[0]
    assert (np.diff(found.value, axis=0) > 0).all()


def test_how_far_the_ends_are_off_no_sample_tells():
    value, error = quantiles_of(TEN, [0.0, 1.0])
    assert value.tolist() == [1.0, 10.0]
    assert np.isnan(error).all()


def test_one_sample_tells_no_spread():
    value, error = mean_of(np.array([[3.0, 4.0]]))
    assert value.tolist() == [3.0, 4.0]
    assert np.isnan(error).all()


def test_what_is_no_number_in_one_sample_is_not_estimated_and_spoils_no_other_year():
    draws = np.column_stack([TEN, np.where(TEN == 4, np.nan, TEN)])
    for found in (
        mean_of(draws),
        exceedance(draws, 5.0),
        expected_shortfall(draws, 0.3),
        expected_shortfall(draws, 0.3, lower=True),
    ):
        assert np.isnan(found.value).tolist() == [False, True]
        assert np.isnan(found.error).tolist() == [False, True]
    assert np.isnan(quantiles_of(draws, [0.2, 0.8]).value).tolist() == [[False, True]] * 2
    assert np.isnan(quantiles_of(draws[:, 1], [0.2]).value).all()


@pytest.mark.parametrize("infinite", [1, 5])
def test_what_is_infinite_in_bad_samples_is_so_on_average(infinite):
    draws = np.where(10 - infinite < TEN, np.inf, TEN)
    for found in (mean_of(draws), expected_shortfall(draws, 0.3)):
        assert found.value == np.inf
    assert expected_shortfall(draws, 0.2, lower=True).value == 1.5
    assert quantiles_of(draws, [0.4, 1.0]).value.tolist() == [4.0, np.inf]


def test_a_share_where_all_agree_may_still_be_off_by_one_sample():
    value, error = share_of(np.ones(100, dtype=bool))
    assert value == 1.0
    assert error == pytest.approx(math.sqrt(0.01 * 0.99 / 100))
    assert share_error(np.array(0.5), 100) == pytest.approx(0.05)


def test_the_threshold_may_differ_from_year_to_year():
    draws = np.column_stack([TEN, TEN])
    assert exceedance(draws, [2.0, 9.0]).value.tolist() == [0.8, 0.1]
    assert exceedance(draws, [10.0, 0.0]).value.tolist() == [0.0, 1.0]


def replications(number, samples):
    return np.concatenate(
        [Sobol(2, rng=np.random.default_rng(seed)).random(samples) for seed in range(number)]
    )


def test_replications_of_sobol_points_show_how_much_better_they_are():
    points = replications(16, 256)
    outputs = points[:, 0] * points[:, 1]
    value, error = replicated(outputs, 16)
    assert error < mean_of(outputs).error / 10
    assert abs(value - 0.25) < 4 * error
    median = replicated(outputs, 16, lambda block: quantiles_of(block, [0.5]))
    assert median.value == quantiles_of(outputs, [0.5]).value
    assert median.error[0] < quantiles_of(outputs, [0.5]).error[0] / 2


def test_replications_of_independent_draws_have_the_usual_error():
    draws = np.random.default_rng(3).normal(size=(64 * 100, 200))
    errors = replicated(draws, 64).error
    assert np.sqrt((errors**2).mean()) == pytest.approx(1 / math.sqrt(6400), rel=0.05)


def test_estimates_converge_at_powers_of_two():
    draws = np.random.default_rng(4).normal(size=(1000, 2))
    found = convergence(draws)
    assert found.samples.tolist() == [16, 32, 64, 128, 256, 512, 1000]
    assert found.value.shape == found.error.shape == (7, 2)
    assert found.value[2].tolist() == draws[:64].mean(axis=0).tolist()
    assert found.value[-1].tolist() == mean_of(draws).value.tolist()
    assert found.error[0] == pytest.approx(found.error[-1] * math.sqrt(1000 / 16), rel=0.6)


def test_convergence_is_asked_of_anything_at_any_number():
    found = convergence(TEN, lambda outputs: quantiles_of(outputs, [0.5]), at=[1, 5, 10])
    assert found.samples.tolist() == [1, 5, 10]
    assert found.value.tolist() == [[1.0], [3.0], [5.0]]
    assert convergence(TEN[:3]).samples.tolist() == [3]
    assert convergence(np.ones(16)).samples.tolist() == [16]


def test_what_cannot_be_estimated_is_refused():
    with pytest.raises(ValueError, match=r"found shares of \[0.5, 1.5\]"):
        quantiles_of(TEN, [0.5, 1.5])
    for share in (0.0, 1.1):
        with pytest.raises(ValueError, match="above 0 and at most 1"):
            expected_shortfall(TEN, share)
    for number in (1, 3):
        with pytest.raises(ValueError, match=f"10 samples in {number} replications"):
            replicated(TEN, number)
    for at in ([0], [11], []):
        with pytest.raises(ValueError, match="and there are 10"):
            convergence(TEN, at=at)


@given(
    hnp.arrays(float, st.tuples(st.integers(1, 30), st.integers(1, 4)), elements=st.floats(-9, 9)),
    st.lists(st.sampled_from([0, 0.05, 0.25, 0.5, 0.77, 0.95, 1]), min_size=1, max_size=4),
)
def test_quantiles_between_samples_are_those_of_numpy_to_the_last_digit(outputs, shares):
    order = np.sort(outputs.T, axis=-1)
    np.testing.assert_array_equal(
        between_samples(order, shares), np.quantile(outputs, shares, axis=0)
    )


def test_samples_that_are_sorted_already_have_the_same_quantiles():
    outputs = np.random.default_rng(1).normal(size=(200, 3))
    order = np.sort(outputs, axis=0)
    for found, expected in zip(
        quantiles_of(order, [0.1, 0.9], are_sorted=True),
        quantiles_of(outputs, [0.1, 0.9]),
        strict=True,
    ):
        np.testing.assert_array_equal(found, expected)
