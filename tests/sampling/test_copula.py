"""Correlated points: ranks as the Gaussian copula says, margins as before, nothing else touched."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from jcm_models.sampling import copula as module
from jcm_models.sampling.copula import correlated
from jcm_models.sampling.points import Plan, points
from tests.examples import unhurried

SAMPLES = 2**13

# Three inputs of which two go together and both against the third.
MATRIX = np.array([[1.0, 0.7, -0.4], [0.7, 1.0, -0.2], [-0.4, -0.2, 1.0]])


def sobol(dimensions, samples=SAMPLES, seed=3):
    return points(Plan("sobol", samples, dimensions, seed), 0, samples)


def equal(inputs, correlation):
    return np.full((inputs, inputs), correlation) + (1 - correlation) * np.eye(inputs)


def random_correlation(inputs, rank, seed):
    rows = np.random.default_rng(seed).standard_normal((inputs, rank))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    matrix = rows @ rows.T
    np.fill_diagonal(matrix, 1.0)
    return matrix


# Dependence ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("correlation", [-0.95, -0.5, -0.1, 0.1, 0.5, 0.9, 0.99])
def test_the_rank_correlation_of_two_inputs_is_that_of_the_gaussian_copula(correlation):
    # Spearman's is 6 / pi asin(r / 2), Kendall's 2 / pi asin(r): Kruskal (1958), Ordinal measures
    # of association, Journal of the American Statistical Association 53.
    found = correlated(sobol(2), equal(2, correlation))
    ranks = stats.spearmanr(*found.T).statistic
    assert ranks == pytest.approx(6 / math.pi * math.asin(correlation / 2), abs=2e-3)
    pairs = stats.kendalltau(*found.T).statistic
    assert pairs == pytest.approx(2 / math.pi * math.asin(correlation), abs=4e-3)


def test_each_pair_is_correlated_by_its_own_number():
    normal = stats.norm.ppf(correlated(sobol(3), MATRIX))
    np.testing.assert_allclose(np.corrcoef(normal.T), MATRIX, atol=3e-3)


@unhurried
@given(st.integers(2, 7), st.integers(1, 7), st.integers(0, 10**6))
def test_any_correlations_are_met_singular_ones_too(inputs, rank, seed):
    matrix = random_correlation(inputs, rank, seed)
    normal = stats.norm.ppf(correlated(sobol(inputs, 2**12), matrix))
    np.testing.assert_allclose(np.corrcoef(normal.T), matrix, atol=0.03)


@unhurried
@given(st.integers(1, 9), st.integers(1, 9), st.integers(0, 10**6))
def test_the_root_is_a_lower_triangle_whose_square_is_the_matrix(inputs, rank, seed):
    matrix = random_correlation(inputs, rank, seed)
    root = module._root(matrix)
    np.testing.assert_array_equal(root, np.tril(root))
    assert (np.diag(root) >= 0).all()
    np.testing.assert_allclose(root @ root.T, matrix, atol=1e-8)
    np.testing.assert_allclose(np.square(root).sum(axis=1), 1.0, atol=1e-8)


def test_inputs_that_are_one_get_the_same_points_and_opposites_the_mirrored():
    first, same, opposite = correlated(sobol(3), [[1, 1, -1], [1, 1, -1], [-1, -1, 1]]).T
    np.testing.assert_allclose(same, first, rtol=0, atol=1e-14)
    np.testing.assert_allclose(opposite, 1 - first, rtol=0, atol=1e-14)


@pytest.mark.parametrize("sign", [1, -1])
def test_almost_one_is_almost_the_same_as_one(sign):
    almost = correlated(sobol(2), equal(2, sign * (1 - 1e-8)))
    np.testing.assert_allclose(almost, correlated(sobol(2), equal(2, sign)), atol=5e-4)


def test_the_joint_probability_is_that_of_the_bivariate_normal():
    found = correlated(sobol(2), equal(2, 0.6))
    low = stats.norm.ppf(0.1)
    expected = stats.multivariate_normal([0, 0], equal(2, 0.6)).cdf([low, low])
    assert (found < 0.1).all(axis=1).mean() == pytest.approx(expected, abs=1e-3)


def test_mixing_the_points_themselves_would_not_keep_them_uniform():  # a mutation
    mixed = sobol(2) @ np.linalg.cholesky(equal(2, 0.6)).T
    assert stats.kstest(mixed[:, 1], "uniform").pvalue < 1e-12


# Margins ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("matrix", [MATRIX, equal(3, 0.9), equal(3, -0.5), equal(3, 1.0)])
def test_every_input_by_itself_stays_uniform(matrix):
    for column in correlated(sobol(3), matrix).T:
        assert stats.kstest(column, "uniform").statistic < 0.005  # of chance: 0.0096 on average


@unhurried
@given(st.integers(1, 4), st.integers(0, 1000))
def test_the_first_input_keeps_its_points_and_so_its_balance(rank, seed):
    drawn = sobol(4, 64)
    found = correlated(drawn, random_correlation(4, rank, seed))
    assert found[:, 0].tobytes() == drawn[:, 0].tobytes()


@pytest.mark.parametrize("seed", range(4))
def test_correlated_sobol_points_stay_balanced(seed):
    for column in correlated(sobol(3, seed=seed), MATRIX).T:
        counts = np.histogram(column, bins=16, range=(0, 1))[0]
        assert stats.chisquare(counts).statistic < 15 / 2  # of chance: 15 on average
        assert column.mean() == pytest.approx(0.5, abs=1e-4)  # of chance: 3e-3
        assert column.std() == pytest.approx(math.sqrt(1 / 12), abs=2e-4)


def test_the_mean_of_a_correlated_sum_is_as_exact_as_sobol_points_make_it():
    def error(drawn):  # of the mean of a product of lognormals: exp(s.C.s / 2)
        normal = stats.norm.ppf(correlated(drawn, MATRIX))
        exact = math.exp(0.01 * MATRIX.sum() / 2)
        return abs(np.exp(0.1 * normal.sum(axis=1)).mean() / exact - 1)

    drawn = [points(Plan("monte_carlo", SAMPLES, 3, seed), 0, SAMPLES) for seed in range(8)]
    assert error(sobol(3)) < 2e-5
    assert np.mean([error(chance) for chance in drawn]) > 1e-4


@pytest.mark.parametrize("extreme", [2.0**-53, 1 - 2.0**-53])
def test_extremes_in_every_input_stay_inside(extreme):
    found = correlated(np.full((1, 3), extreme), equal(3, 0.5))
    assert ((found > 0) & (found < 1)).all()
    assert np.isfinite(stats.norm.ppf(found)).all()


# What is not touched ------------------------------------------------------------------------------


@pytest.mark.parametrize("inputs", [1, 2, 9])
def test_the_identity_leaves_points_as_they_are_to_the_last_byte(inputs):
    drawn = sobol(inputs)
    found = correlated(drawn, np.eye(inputs))
    assert found.tobytes() == drawn.tobytes()
    assert found is not drawn


def test_points_that_are_given_are_not_changed():
    drawn = sobol(3)
    before = drawn.tobytes()
    correlated(drawn, MATRIX)
    assert drawn.tobytes() == before


@unhurried
@given(st.permutations(range(6)))
def test_named_columns_are_correlated_in_their_order_and_others_stay(order):
    drawn, chosen = sobol(6, 64), order[:3]
    found = correlated(drawn, MATRIX, chosen)
    expected = correlated(drawn[:, chosen], MATRIX)
    assert np.ascontiguousarray(found[:, chosen]).tobytes() == expected.tobytes()
    assert found[:, order[3:]].tobytes() == drawn[:, order[3:]].tobytes()


def test_an_input_that_depends_on_none_before_it_stays_as_it_is():
    matrix = np.array([[1, 0.5, 0], [0.5, 1, 0.3], [0, 0.3, 1.0]])[:, [0, 2, 1]][[0, 2, 1]]
    drawn = sobol(3, 256)
    found = correlated(drawn, matrix)
    assert found[:, :2].tobytes() == drawn[:, :2].tobytes()
    assert (found[:, 2] != drawn[:, 2]).mean() > 0.9


# The same, whatever is asked for together ---------------------------------------------------------


@unhurried
@given(
    st.integers(1, 300),
    st.lists(st.floats(0, 1), max_size=6),
    st.integers(2, 8),
    st.integers(1, 8),
    st.integers(0, 1000),
)
def test_any_chunks_together_are_the_whole_to_the_last_byte(samples, cuts, inputs, rank, seed):
    matrix = random_correlation(inputs, rank, seed)
    drawn = points(Plan("monte_carlo", samples, inputs, seed), 0, samples)
    ends = [0, *sorted(round(cut * samples) for cut in cuts), samples]
    chunks = [correlated(drawn[start:stop], matrix) for start, stop in itertools.pairwise(ends)]
    assert np.concatenate(chunks).tobytes() == correlated(drawn, matrix).tobytes()


# What cannot be -----------------------------------------------------------------------------------


def test_correlations_that_cannot_be_are_refused_with_the_nearest_that_can():
    with pytest.raises(ValueError, match=r"no inputs can be .* nearest that is: \[\[1.0, -0.33"):
        correlated(sobol(4, 4), equal(4, -0.5))


def test_a_diagonal_that_is_not_one_is_said_of_inputs():
    with pytest.raises(ValueError, match="every input has 1 with itself"):
        correlated(sobol(2, 4), [[1, 0.2], [0.2, 2]])


@pytest.mark.parametrize(("columns", "there"), [(None, 5), ([0, 1], 2)])
def test_correlations_of_another_number_of_inputs_are_refused_with_both(columns, there):
    with pytest.raises(ValueError, match=f"for 3 inputs, but there are {there}"):
        correlated(sobol(5, 4), MATRIX, columns)


def test_a_column_that_is_named_twice_is_refused():
    with pytest.raises(ValueError, match=r"columns \[0, 2, 0\]: each can be named once"):
        correlated(sobol(3, 4), MATRIX, [0, 2, 0])
