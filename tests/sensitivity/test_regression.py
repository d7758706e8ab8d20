"""Rank correlation and regression: scipy, closed forms, and what does not vary."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.stats import spearmanr

from jcm_models.sensitivity_analysis.regression import (
    correlation_warning,
    rank_correlations,
    regression,
)

DRAWS = np.random.default_rng(3).normal(size=(2000, 3))


def test_rank_correlations_are_those_of_scipy_in_every_year():
    outputs = np.stack([DRAWS[:, 0] ** 3, DRAWS[:, 0] - DRAWS[:, 1], np.round(DRAWS[:, 2])], axis=1)
    found = rank_correlations(DRAWS, outputs)
    for i in range(3):
        for year in range(3):
            exact = spearmanr(DRAWS[:, i], outputs[:, year]).statistic
            assert found[i, year] == pytest.approx(exact, abs=1e-12)


def test_whatever_only_rises_has_a_rank_correlation_of_one():
    found = rank_correlations(DRAWS[:, :1], np.exp(DRAWS[:, 0]))
    assert found == pytest.approx([1.0], abs=1e-12)
    assert found.max() <= 1


def test_a_linear_model_is_fitted_wholly_and_its_squares_share_the_variance():
    slopes = np.array([3.0, -4.0, 0.0])
    found = regression(DRAWS, DRAWS @ slopes)
    deviations = DRAWS.std(axis=0)
    assert found.fit == pytest.approx(1.0, abs=1e-12)
    spread = (DRAWS @ slopes).std()
    assert found.coefficients == pytest.approx(slopes * deviations / spread, abs=1e-12)
    assert found.coefficients**2 == pytest.approx([0.36, 0.64, 0.0], abs=0.05)


def test_ranks_fit_what_rises_and_is_not_linear():
    outputs = np.exp(3 * DRAWS[:, 0])
    assert regression(DRAWS, outputs).fit < 0.4
    by_rank = regression(DRAWS, outputs, ranks=True)
    assert by_rank.fit == pytest.approx(1.0, abs=1e-9)
    assert by_rank.coefficients == pytest.approx([1.0, 0.0, 0.0], abs=1e-9)


def test_the_regression_tells_correlated_inputs_apart_where_a_correlation_does_not():
    inputs = np.stack([DRAWS[:, 0], 0.8 * DRAWS[:, 0] + 0.6 * DRAWS[:, 1]], axis=1)
    outputs = inputs[:, 0]
    assert rank_correlations(inputs, outputs)[1] > 0.7
    assert regression(inputs, outputs).coefficients == pytest.approx([1.0, 0.0], abs=1e-12)


def test_what_an_output_does_not_depend_on_fits_nothing():
    found = regression(DRAWS[:, :1], (DRAWS[:, 0] - DRAWS[:, 0].mean()) ** 2)
    assert found.fit < 0.01


def test_an_input_or_a_year_that_does_not_vary_has_no_measure_and_spoils_no_other():
    inputs = np.column_stack([DRAWS[:, 0], np.full(2000, 0.1)])
    outputs = np.column_stack(
        [DRAWS[:, 0], np.full(2000, 7.0), np.where(DRAWS[:, 1] > 2, np.nan, 1)]
    )
    for found in (rank_correlations(inputs, outputs), regression(inputs, outputs).coefficients):
        assert np.isnan(found).tolist() == [[False, True, True], [True, True, True]]
        assert found[0, 0] == pytest.approx(1.0)
    assert np.isnan(regression(inputs, outputs).fit).tolist() == [False, True, True]


@given(
    hnp.arrays(float, (12, 3), elements=st.floats(-1e6, 1e6, width=32)),
    hnp.arrays(float, (12, 2), elements=st.floats(-1e6, 1e6, width=32)),
)
def test_correlations_and_fits_stay_within_their_bounds(inputs, outputs):
    correlations = rank_correlations(inputs, outputs)
    assert np.nanmax(np.abs(correlations), initial=0.0) <= 1
    fit = regression(inputs, outputs).fit
    assert np.nanmax(fit, initial=0.0) <= 1 + 1e-9
    assert np.nanmin(fit, initial=0.0) >= -1e-9


def test_samples_that_do_not_match_or_are_too_few_are_refused():
    with pytest.raises(ValueError, match=r"\(3, 2\) and outputs of shape \(4,\)"):
        rank_correlations(np.ones((3, 2)), np.ones(4))
    with pytest.raises(ValueError, match="found 2 samples of 2 inputs"):
        regression(np.ones((2, 2)), np.ones(2))


def test_independent_inputs_need_no_warning():
    assert correlation_warning(["a", "b"], np.eye(2)) == ""


def test_a_warning_names_the_inputs_and_the_way_out():
    matrix = np.array([[1.0, 0.0, -0.3], [0.0, 1.0, 0.6], [-0.3, 0.6, 1.0]])
    text = correlation_warning(["heat", "yield", "price"], matrix)
    assert text.startswith("Correlated inputs: yield and price (+0.6), heat and price (-0.3). ")
    assert "rank regression" in text
    assert "as one group" in text


def test_of_many_pairs_the_strongest_are_named_and_the_others_counted():
    matrix = np.full((5, 5), 0.2)
    matrix[3, 4] = matrix[4, 3] = 0.9
    text = correlation_warning(list("abcde"), matrix)
    assert "d and e (+0.9), a and b (+0.2)" in text
    assert "and 5 more pairs" in text
