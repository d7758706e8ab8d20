"""Sites that depend on each other: correlations, the nearest that can be, shared rates."""

import ast
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, stats

from jcm_models.correlations import nearest_correlation, require_correlation
from jcm_models.estimation import share_of
from jcm_models.reserve.adequacy import rate_that_suffices
from jcm_models.reserve.dependence import correlated_shares, frailties
from tests.examples import unhurried

# Higham (2002), Computing the nearest correlation matrix, IMA J. Numer. Anal. 22, gives this
# matrix and its nearest to four decimals.
HIGHAM = np.array([[1.0, 1.0, 0.0], [1.0, 1.0, 1.0], [0.0, 1.0, 1.0]])
NEAREST = [[1.0, 0.7607, 0.1573], [0.7607, 1.0, 0.7607], [0.1573, 0.7607, 1.0]]


def equal(sites, correlation):
    return np.full((sites, sites), correlation) + (1 - correlation) * np.eye(sites)


def refused(matrix):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - every test looks at the message
        require_correlation(matrix)
    return str(caught.value)


# What is a matrix of correlations -----------------------------------------------------------------


@pytest.mark.parametrize(
    "matrix",
    [
        [[1.0]],
        np.eye(4),
        np.ones((5, 5)),
        equal(5, 0.3),
        equal(5, -0.25),  # the least that any two of five can have
        [[1, -1], [-1, 1]],
        [[1, 0.3 + 1e-12], [0.3, 1]],  # a digit of rounding
    ],
)
def test_matrices_of_correlations_are_accepted_as_they_are(matrix):
    np.testing.assert_array_equal(require_correlation(matrix), np.asarray(matrix, dtype=float))


@pytest.mark.parametrize(
    ("matrix", "message"),
    [
        (0.3, "needs a square"),
        ([1.0, 0.5], "needs a square"),
        ([[1.0, 0.5, 0.2], [0.5, 1.0, 0.2]], "needs a square"),
        ([[1.0, 0.5], [0.5]], "needs a square"),
        ([], "needs a square"),
        ([[1.0, 0.5], [0.4, 1.0]], "0.5 in row 1, column 2, but 0.4 in row 2, column 1"),
        ([[1.0, 0.5], [0.5, 2.0]], "its diagonal is [1.0, 2.0]"),
        ([[1.0, 1.5], [1.5, 1.0]], "1.5 in row 1, column 2; correlations lie between -1 and 1"),
        ([[1.0, np.nan], [np.nan, 1.0]], "nan in row 1, column 2"),
        ([[1.0, -np.inf], [-np.inf, 1.0]], "-inf in row 1, column 2"),
        ([[1.0, np.inf], [-np.inf, 1.0]], "it is not symmetric: inf in row 1, column 2"),
        (equal(5, -0.26), "not positive semi-definite; the nearest that is: [[1.0, -0.2"),
    ],
)
def test_what_is_none_is_refused_and_the_message_says_why(matrix, message):
    assert message in refused(matrix)


def test_all_faults_come_together_and_the_nearest_is_that_of_the_mended_matrix():
    broken = HIGHAM.copy()
    broken[0, 1], broken[1, 1], broken[1, 2], broken[2, 1] = 0.9, 0.5, 1.2, 1.2
    found = refused(broken)
    for part in ("not symmetric", "diagonal", "1.2 in row 2, column 3", "the nearest that is"):
        assert part in found
    mended = np.array([[1, 0.95, 0], [0.95, 1, 1], [0, 1, 1]])
    np.testing.assert_allclose(told(found), nearest_correlation(mended), atol=3e-4)


def told(message):
    return np.array(ast.literal_eval(message.partition("the nearest that is: ")[2]))


def test_the_nearest_matrix_that_is_told_is_that_of_the_paper_and_is_accepted():
    found = told(refused(HIGHAM))
    np.testing.assert_allclose(found, NEAREST, atol=2e-4)
    require_correlation(found)


@unhurried
@given(st.integers(2, 12), st.integers(0, 10**6))
def test_a_matrix_that_is_told_is_never_refused_in_its_turn(sites, seed):
    matrix = symmetric(sites, seed)
    try:
        require_correlation(matrix)
    except ValueError as error:
        found = require_correlation(told(str(error)))
        np.testing.assert_allclose(found, nearest_correlation(matrix), atol=1e-3)


# The nearest that is ------------------------------------------------------------------------------


def symmetric(sites, seed):
    upper = np.triu(np.random.default_rng(seed).uniform(-1, 1, (sites, sites)), 1)
    return upper + upper.T + np.eye(sites)


def test_the_nearest_to_the_example_of_the_paper_is_that_of_the_paper():
    np.testing.assert_allclose(nearest_correlation(HIGHAM), NEAREST, atol=5e-5)
    distance = np.linalg.norm(nearest_correlation(HIGHAM) - HIGHAM)
    assert distance == pytest.approx(0.5278, abs=5e-5)


@pytest.mark.parametrize("seed", range(6))
def test_the_nearest_is_what_a_general_minimiser_finds(seed):
    matrix = symmetric(4, seed)

    def candidate(numbers):
        rows = numbers.reshape(4, 4)
        rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return rows @ rows.T

    starts = np.random.default_rng(seed).standard_normal((4, 16))
    distances = [
        optimize.minimize(lambda x: np.sum((candidate(x) - matrix) ** 2), start).fun
        for start in starts
    ]
    found = np.sum((nearest_correlation(matrix) - matrix) ** 2)
    assert found == pytest.approx(min(distances), rel=1e-5, abs=1e-8)


@unhurried
@given(st.integers(2, 10), st.integers(0, 10**6))
def test_the_nearest_is_a_matrix_of_correlations_and_stays_itself(sites, seed):
    found = nearest_correlation(symmetric(sites, seed))
    require_correlation(found)
    np.testing.assert_allclose(nearest_correlation(found), found, atol=1e-7)


def test_the_nearest_to_equal_correlations_that_are_too_low_is_the_least_there_can_be():
    np.testing.assert_allclose(nearest_correlation(equal(5, -0.8)), equal(5, -0.25), atol=1e-7)


def test_projecting_without_the_correction_would_not_find_the_nearest():  # a mutation
    found = HIGHAM
    for _ in range(500):
        values, vectors = np.linalg.eigh(found)
        found = (vectors * np.maximum(values, 0)) @ vectors.T
        np.fill_diagonal(found, 1.0)
    assert np.abs(found - NEAREST).max() > 1e-3


# Shares by a Gaussian copula ----------------------------------------------------------------------


@pytest.mark.parametrize("correlation", [0, 0.5, 1, equal(3, -0.4), HIGHAM * 0.6 + 0.4 * np.eye(3)])
def test_each_site_by_itself_has_uniform_shares(correlation):
    shares = correlated_shares(np.random.default_rng(5), 20_000, 3, correlation)
    assert shares.shape == (20_000, 3)
    assert shares.min() > 0
    assert shares.max() < 1
    for site in shares.T:
        assert stats.kstest(site, "uniform").pvalue > 1e-3


@pytest.mark.parametrize("correlation", [-0.3, 0.0, 0.25, 0.9])
def test_the_rank_correlation_is_that_of_the_gaussian_copula(correlation):
    # Spearman's: 6 / pi asin(r / 2).
    shares = correlated_shares(np.random.default_rng(6), 40_000, 3, correlation)
    found = np.corrcoef(shares.T)
    expected = 6 / math.pi * math.asin(correlation / 2)
    np.testing.assert_allclose(found[np.triu_indices(3, 1)], expected, atol=4 / math.sqrt(40_000))


def test_a_matrix_correlates_each_pair_by_its_own_number():
    matrix = np.array([[1, 0.8, 0], [0.8, 1, -0.4], [0, -0.4, 1]])
    shares = correlated_shares(np.random.default_rng(7), 40_000, 3, matrix)
    normals = stats.norm.ppf(shares)
    np.testing.assert_allclose(np.corrcoef(normals.T), matrix, atol=4 / math.sqrt(40_000))


def test_perfect_correlation_gives_every_site_the_same_share():
    shares = correlated_shares(np.random.default_rng(8), 1000, 5, 1)
    np.testing.assert_allclose(shares, np.repeat(shares[:, :1], 5, axis=1), rtol=0, atol=1e-13)
    against = correlated_shares(np.random.default_rng(8), 1000, 2, [[1, -1], [-1, 1]])
    np.testing.assert_allclose(against.sum(axis=1), 1.0, atol=1e-13)


def test_a_number_is_the_matrix_with_that_number_between_any_two():
    number = correlated_shares(np.random.default_rng(9), 100, 4, 0.35)
    matrix = correlated_shares(np.random.default_rng(9), 100, 4, equal(4, 0.35))
    np.testing.assert_array_equal(number, matrix)


def test_a_matrix_for_other_sites_is_refused_with_both_numbers():
    with pytest.raises(ValueError, match="for 3 sites, but there are 5"):
        correlated_shares(np.random.default_rng(1), 10, 5, np.eye(3))


def test_a_correlation_that_so_many_sites_cannot_have_is_refused_with_the_nearest():
    with pytest.raises(ValueError, match=r"the nearest that is: \[\[1.0, -0.33"):
        correlated_shares(np.random.default_rng(1), 10, 4, -0.5)


P, R, Q = 0.02, 0.15, 0.99  # probability of a failure, correlation, quantile


def test_a_large_portfolio_of_sites_fails_as_vasicek_says():
    # Vasicek (1991): the q-quantile is Phi((Phi^-1(p) + sqrt(r) Phi^-1(q)) / sqrt(1 - r)).
    normal = stats.norm
    limit = normal.cdf((normal.ppf(P) + math.sqrt(R) * normal.ppf(Q)) / math.sqrt(1 - R))
    assert limit == pytest.approx(0.1055873, abs=5e-8)
    shares = correlated_shares(np.random.default_rng(10), 20_000, 500, R)
    failed = (shares < P).mean(axis=1)
    quantile = rate_that_suffices(failed, (Q,))
    # 500 sites are not all: given the factor, their share still has its binomial spread.
    assert quantile.value[0] == pytest.approx(limit, abs=4 * quantile.error[0] + 0.004)


@pytest.mark.parametrize("correlation", [0.0, 0.15, 0.6])
def test_two_sites_fail_together_as_often_as_the_bivariate_normal_says(correlation):
    shares = correlated_shares(np.random.default_rng(11), 200_000, 2, correlation)
    both = share_of((shares < 0.1).all(axis=1))
    low = stats.norm.ppf(0.1)
    expected = stats.multivariate_normal([0, 0], equal(2, correlation)).cdf([low, low])
    assert abs(both.value - expected) < 4 * both.error


# Rates that a basin shares ------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [0.5, 1.0, 20.0])
def test_frailties_have_mean_one_and_variance_one_over_their_shape(shape):
    drawn = frailties(np.random.default_rng(12), 100_000, shape, [0])[:, 0]
    assert stats.kstest(drawn, stats.gamma(shape, scale=1 / shape).cdf).pvalue > 1e-3
    assert drawn.mean() == pytest.approx(1.0, abs=4 / math.sqrt(shape * 100_000))


def test_sites_of_a_basin_share_their_frailty_and_others_do_not():
    drawn = frailties(np.random.default_rng(13), 20_000, 1.0, [1, 0, 1, 2])
    assert drawn.shape == (20_000, 4)
    np.testing.assert_array_equal(drawn[:, 0], drawn[:, 2])
    found = np.corrcoef(drawn[:, [0, 1, 3]].T)
    np.testing.assert_allclose(found, np.eye(3), atol=4 / math.sqrt(20_000))


def test_events_with_a_gamma_frailty_are_negative_binomial():
    generator, mean, shape = np.random.default_rng(14), 3.0, 0.8
    factors = frailties(generator, 100_000, shape, [0])[:, 0]
    numbers = generator.poisson(mean * factors)
    expected = stats.nbinom(shape, shape / (shape + mean))
    for number in range(6):
        found = share_of(numbers == number)
        assert abs(found.value - expected.pmf(number)) < 4 * found.error
