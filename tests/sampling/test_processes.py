"""Factors over years: mean and spread in every year, memory between years, and a plain loop."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from jcm_models.sampling.points import Plan, points
from jcm_models.sampling.processes import PROCESSES, dimensions, factors
from tests.examples import unhurried

YEARS, SAMPLES = 12, 2**14

each_kind = pytest.mark.parametrize("kind", PROCESSES)
each_sd = pytest.mark.parametrize("sd", [0.02, 0.2, 0.5])


def drawn(kind, years=YEARS, samples=SAMPLES, seed=4):
    columns = dimensions(kind, years)
    if not columns:
        return np.empty((samples, 0))
    return points(Plan("sobol", samples, columns, seed), 0, samples)


def by_loop(kind, sd, persistence, shares):
    """The same, sample by sample and year by year, with the standard library alone."""
    spread, rows = math.sqrt(math.log1p(sd**2)), []
    for sample in stats.norm.ppf(shares):
        row, log = [], 0.0
        if kind == "random_walk":
            row.append(1.0)
        for year, normal in enumerate(sample):
            if kind == "random_walk":
                log += spread * normal - spread**2 / 2
                row.append(math.exp(log))
                continue
            new = math.sqrt(1 - persistence**2) if year else 1.0
            log = persistence * log + new * spread * normal
            row.append(math.exp(log - spread**2 / 2))
        rows.append(row)
    return rows


# Mean and spread ----------------------------------------------------------------------------------


@each_kind
@each_sd
@pytest.mark.parametrize("persistence", [-0.4, 0.0, 0.9])
def test_the_mean_is_one_in_every_year(kind, sd, persistence):
    found = factors(kind, sd, persistence, drawn(kind))
    # A random walk spreads with the years, and the error of its mean with it.
    spread = math.sqrt((1 + sd**2) ** YEARS - 1) if kind == "random_walk" else sd
    np.testing.assert_allclose(found.mean(axis=0), 1.0, atol=0.02 * spread + 1e-12)


@each_sd
@pytest.mark.parametrize(("kind", "persistence"), [("level", 0.0), ("ar1", 0.0), ("ar1", 0.9)])
def test_the_relative_standard_deviation_is_the_same_in_every_year(kind, sd, persistence):
    found = factors(kind, sd, persistence, drawn(kind)).std(axis=0)
    np.testing.assert_allclose(found, sd, rtol=0.03)


@pytest.mark.parametrize("sd", [0.02, 0.1, 0.2])
def test_a_random_walk_spreads_as_its_steps_compound(sd):
    found = factors("random_walk", sd, 0.0, drawn("random_walk")).std(axis=0)
    expected = [math.sqrt((1 + sd**2) ** steps - 1) for steps in range(YEARS)]
    assert found[0] == 0.0
    assert found[1] == pytest.approx(sd, rel=5e-3)
    np.testing.assert_allclose(found, expected, rtol=0.05)


@pytest.mark.parametrize("sd", [0.02, 0.2])
def test_each_step_of_a_random_walk_has_the_same_spread_and_no_memory(sd):
    found = factors("random_walk", sd, 0.0, drawn("random_walk"))
    steps = found[:, 1:] / found[:, :-1]
    np.testing.assert_allclose(steps.mean(axis=0), 1.0, atol=0.01 * sd)
    np.testing.assert_allclose(steps.std(axis=0), sd, rtol=0.02)
    apart = np.corrcoef(steps.T)[np.triu_indices(YEARS - 1, 1)]
    assert np.abs(apart).max() < 0.03


@each_kind
def test_factors_are_lognormal_with_the_exact_variance_of_their_logarithm(kind):
    sd = 0.8  # large enough that sd itself would be far off as the spread of the logarithm
    last = factors(kind, sd, 0.5, drawn(kind, years=2))[:, -1]
    expected = stats.lognorm(math.sqrt(math.log(1 + sd**2)), scale=1 / math.sqrt(1 + sd**2))
    assert expected.mean() == pytest.approx(1.0)
    assert expected.std() == pytest.approx(sd)
    assert stats.kstest(last, expected.cdf).pvalue > 0.1
    careless = stats.lognorm(sd, scale=math.exp(-(sd**2) / 2))
    assert stats.kstest(last, careless.cdf).pvalue < 1e-12


# Memory -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("persistence", [-0.6, 0.0, 0.5, 0.95])
def test_the_logarithms_of_an_ar1_are_correlated_by_its_persistence_to_the_power_of_the_lag(
    persistence,
):
    logs = np.log(factors("ar1", 0.3, persistence, drawn("ar1")))
    lags = np.abs(np.subtract.outer(np.arange(YEARS), np.arange(YEARS)))
    np.testing.assert_allclose(np.corrcoef(logs.T), float(persistence) ** lags, atol=0.03)


def test_the_logarithms_of_a_random_walk_are_correlated_as_the_steps_they_share():
    logs = np.log(factors("random_walk", 0.1, 0.0, drawn("random_walk")))[:, 1:]
    steps = np.arange(1, YEARS)
    expected = np.sqrt(np.minimum.outer(steps, steps) / np.maximum.outer(steps, steps))
    np.testing.assert_allclose(np.corrcoef(logs.T), expected, atol=0.03)


def test_an_ar1_that_started_at_its_mean_would_not_be_stationary():  # a mutation
    loop = np.array(by_loop("ar1", 0.3, 0.9, drawn("ar1", samples=2**10)))
    normal = stats.norm.ppf(drawn("ar1", samples=2**10))
    started = np.zeros(len(normal))
    for year in range(3):
        started = 0.9 * started + math.sqrt(1 - 0.81) * normal[:, year]
    assert np.log(loop)[:, 2].std() == pytest.approx(math.sqrt(math.log(1.09)), rel=0.05)
    assert started.std() < 0.75


def test_a_level_is_one_factor_for_all_years():
    shares = drawn("level", samples=64)
    found = factors("level", 0.2, 0.0, shares)
    assert found.shape == (64, 1)
    spread = math.sqrt(math.log(1.04))
    expected = stats.lognorm(spread, scale=math.exp(-(spread**2) / 2)).ppf(shares)
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_the_first_year_of_a_random_walk_is_certain():
    found = factors("random_walk", 0.5, 0.0, drawn("random_walk", samples=64))
    np.testing.assert_array_equal(found[:, 0], 1.0)
    alone = factors("random_walk", 0.5, 0.0, drawn("random_walk", years=1, samples=64))
    np.testing.assert_array_equal(alone, np.ones((64, 1)))


@pytest.mark.parametrize("kind", ["ar1", "random_walk"])
def test_more_years_leave_those_before_as_they_are(kind):
    shares = drawn(kind, samples=64)
    few = factors(kind, 0.2, 0.7, shares[:, :5])
    more = factors(kind, 0.2, 0.7, shares)
    assert few.tobytes() == more[:, : few.shape[1]].tobytes()


# A plain loop, and chunks -------------------------------------------------------------------------


@unhurried
@given(
    st.sampled_from(PROCESSES),
    st.floats(0, 2),
    st.floats(-0.99, 0.99),
    st.integers(1, 20),
    st.integers(0, 1000),
)
def test_factors_are_those_of_a_plain_loop(kind, sd, persistence, years, seed):
    shares = np.random.default_rng(seed).uniform(1e-6, 1 - 1e-6, (5, dimensions(kind, years)))
    found = factors(kind, sd, persistence, shares)
    np.testing.assert_allclose(found, by_loop(kind, sd, persistence, shares), rtol=1e-9)
    assert found.shape == (5, 1 if kind == "level" else years)
    assert (found > 0).all()


@unhurried
@given(
    st.sampled_from(PROCESSES),
    st.integers(1, 300),
    st.integers(1, 9),
    st.lists(st.floats(0, 1), max_size=6),
)
def test_any_chunks_together_are_the_whole_to_the_last_byte(kind, samples, years, cuts):
    shares = drawn(kind, years, 512)[:samples]
    ends = [0, *sorted(round(cut * samples) for cut in cuts), samples]
    chunks = [factors(kind, 0.3, 0.8, shares[a:b]) for a, b in itertools.pairwise(ends)]
    assert np.concatenate(chunks).tobytes() == factors(kind, 0.3, 0.8, shares).tobytes()


@each_kind
def test_points_out_of_a_wider_array_give_the_same_bytes_and_stay_as_they_are(kind):
    wide = np.random.default_rng(1).uniform(0.01, 0.99, (65, 40))
    before = wide.tobytes()
    shares = wide[:, 7 : 7 + dimensions(kind, 9)]
    found = factors(kind, 0.3, 0.8, shares)
    assert found.tobytes() == factors(kind, 0.3, 0.8, np.ascontiguousarray(shares)).tobytes()
    assert wide.tobytes() == before


@each_kind
def test_without_spread_every_factor_is_one(kind):
    found = factors(kind, 0.0, 0.5, drawn(kind, samples=64))
    np.testing.assert_array_equal(found, np.ones((64, found.shape[1])))


# What is wrong ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "years", "columns"),
    [("level", 30, 1), ("ar1", 30, 30), ("random_walk", 30, 29), ("random_walk", 1, 0)],
)
def test_a_process_takes_as_many_columns_as_it_has_chances(kind, years, columns):
    assert dimensions(kind, years) == columns


def test_all_faults_come_together():
    with pytest.raises(ValueError, match=r"relative standard deviation is -1.*persistence is 2"):
        factors("ar1", -1.0, 2.0, np.full((1, 3), 0.5))


@pytest.mark.parametrize("sd", [-0.1, math.nan, math.inf])
def test_a_spread_that_is_none_is_refused(sd):
    with pytest.raises(ValueError, match=f"deviation is {sd:g}; it must be 0 or more"):
        factors("level", sd, 0.0, np.full((1, 1), 0.5))


@pytest.mark.parametrize("persistence", [1.0, -1.0, 1.5, math.nan])
def test_a_persistence_that_never_forgets_is_refused_and_the_level_is_named(persistence):
    with pytest.raises(ValueError, match=r"between -1 and 1: .* process level"):
        factors("ar1", 0.1, persistence, np.full((1, 2), 0.5))


def test_a_level_with_more_columns_than_one_is_refused():
    with pytest.raises(ValueError, match="takes 1 column of points, but there are 3"):
        factors("level", 0.1, 0.0, np.full((1, 3), 0.5))


@pytest.mark.parametrize("ask", [lambda: dimensions("walk", 3), lambda: factors("walk", 1, 0, [])])
def test_a_process_that_there_is_not_is_refused_with_those_that_there_are(ask):
    with pytest.raises(ValueError, match="called 'walk'; there are level, ar1, random_walk"):
        ask()


def test_a_process_without_years_is_refused():
    with pytest.raises(ValueError, match="0 years"):
        dimensions("ar1", 0)
