"""Pools whose projects or years fail as a whole: published statements and exact limits."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from jcm_models.reserve.pools import (
    BernoulliPool,
    CorrelatedProjects,
    large_portfolio_quantile,
    normal_quantile,
)
from tests.examples import unhurried


def test_yearly_fires_can_consume_the_whole_pool_as_the_article_says():
    # CarbonPlan, "Forest offset projects are burning": with p = 1/4 and a mortality of 0.5 fires
    # alone could consume all of the pool by 2100.
    frequent = BernoulliPool(years=81, probability=1 / 4, loss=0.11 * 0.5)
    assert frequent.exhausted() > 0.5
    assert frequent.exhausted() == pytest.approx(stats.binom.sf(18, 81, 0.25))
    # With p = 1/10 and a mortality of 0.2 they could exceed the fifth that was set aside for fire.
    seldom = BernoulliPool(years=81, probability=1 / 10, loss=0.11 * 0.2)
    assert 0.05 < seldom.exhausted(0.2) < 0.95
    assert seldom.exhausted() < 1e-6


def test_a_pool_is_consumed_as_in_a_simulation():
    pool = BernoulliPool(30, 0.2, 0.11)
    generator, draws = np.random.default_rng(2), 200_000
    taken = np.minimum(generator.binomial(30, 0.2, draws) * 0.11, 1.0)
    assert abs(pool.consumed() - taken.mean()) < 3 * taken.std() / math.sqrt(draws)
    share = (taken >= 0.66 - 1e-12).mean()
    assert abs(pool.exhausted(0.66) - share) < 3 * math.sqrt(share * (1 - share) / draws)


def test_the_losses_of_a_buffer_pool_are_the_sum_of_its_reversals():
    # CarbonPlan's table of six reversals by fire [MtCO2], and one project's 72 % burnt, half lost.
    reversals = {"CAR1046": 0.85, "CAR1174": 0.28, "CAR1102": 0.21}
    reversals |= {"ACR255": 3.95, "ACR273": 1.14, "ACR260": 2.68}
    from jcm_models.reserve.account import BEARERS, Rules, kept

    never = Rules(
        np.array([BEARERS.index("nobody")]),
        np.array([BEARERS.index("nobody")]),
        np.array([np.inf]),
        np.ones(1),
        np.array([False]),
    )
    tonnes = [round(1e6 * amount) for amount in reversals.values()]
    pool = kept(
        np.array([[31_000_000, *[0] * 6]]),
        np.array([[31_000_000, *[0] * 6]]),
        np.array([[0, *tonnes]]),
        never,
    )
    assert pool.cancelled.sum() == 9_110_000
    assert pool.balance[0, -1] == 31_000_000 - 9_110_000


def test_endless_correlated_projects_fail_as_vasicek_has_it():
    assert large_portfolio_quantile(0.02, 0.15, 0.99) == pytest.approx(0.1055873, abs=5e-8)
    many = CorrelatedProjects(5000, 0.02, 0.15).failures().cumsum()
    assert np.searchsorted(many, 0.99) / 5000 == pytest.approx(0.1055873, rel=0.01)


@unhurried
@given(st.integers(1, 60), st.floats(0.01, 0.9), st.floats(0, 0.9))
def test_failures_are_a_distribution_of_the_mean_that_they_must_have(size, probability, rho):
    found = CorrelatedProjects(size, probability, rho).failures()
    assert found.sum() == pytest.approx(1.0, abs=1e-6)
    assert np.arange(size + 1) @ found == pytest.approx(size * probability, rel=1e-4)


def test_two_projects_fail_together_as_the_bivariate_normal_has_it():
    found = CorrelatedProjects(2, 0.1, 0.4).failures()
    at = stats.norm.ppf(0.1)
    both = stats.multivariate_normal([0, 0], [[1, 0.4], [0.4, 1]]).cdf([at, at])
    assert found[2] == pytest.approx(both, rel=1e-4)


def test_independent_projects_are_binomial():
    found = CorrelatedProjects(7, 0.3, 0.0).failures()
    np.testing.assert_allclose(found, stats.binom.pmf(np.arange(8), 7, 0.3), rtol=1e-12)


@pytest.mark.parametrize(
    ("correlation", "cheapest", "cost"),
    [((0.0, 0.0), (0, 177), 7_080), ((0.5, 0.2), (61, 45), 32_300)],
)
def test_the_cheapest_portfolio_is_that_of_carbon_at_risk(correlation, cheapest, cost):
    # Recalculated from the parameters of its portfolio_funcs.R: 500 t a project, 30,000 t wanted
    # with 95 %; capture costs 500 and survives with 0.99, forest 40 and 0.4.
    capture, forest = np.meshgrid(np.arange(121), np.arange(401), indexing="ij")
    numbers = np.stack([capture, forest], axis=-1)
    tonnes = 500 * normal_quantile(numbers, [0.99, 0.4], correlation, 0.05)
    costs = np.where(tonnes >= 30_000, numbers @ [500, 40], np.iinfo(np.int64).max)
    found = np.unravel_index(costs.argmin(), costs.shape)
    assert tuple(map(int, found)) == cheapest
    assert costs[found] == cost


def test_many_independent_projects_are_normal_as_the_binomial_becomes():
    exact = stats.binom.ppf(0.05, 10_000, 0.4)
    assert normal_quantile([10_000], [0.4], [0.0], 0.05) == pytest.approx(exact, abs=1)


def test_two_projects_have_the_variance_of_their_correlation():
    # Both or none survive: 0 or 2 with a half each, a standard deviation of one.
    assert normal_quantile([2], [0.5], [1.0], stats.norm.cdf(1)) == pytest.approx(2.0)
