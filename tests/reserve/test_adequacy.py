"""Does a reserve suffice? The answers from draws, and how far they may be off."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from jcm_models.distributions import Exponential
from jcm_models.estimation import mean_of, share_of
from jcm_models.reserve.adequacy import (
    diversification,
    expected_shortfall,
    first_shortfalls,
    rate_that_suffices,
    required_rates,
    share_that_suffices,
    sufficient_until,
)
from jcm_models.reserve.dependence import correlated_shares
from jcm_models.reserve.portfolio import Portfolio, simulate
from tests.examples import unhurried

CLAIMS = np.array([[0.0, 20.0, 20.0], [30.0, 30.0, 80.0], [0.0, 0.0, 0.0], [5.0, 40.0, 50.0]])
ISSUED = np.array([100.0, 400.0, 1000.0])

amounts = st.integers(0, 200)
draws_of_claims = st.integers(1, 5).flatmap(
    lambda years: st.tuples(
        st.lists(st.lists(amounts, min_size=years, max_size=years), min_size=1, max_size=12),
        st.lists(amounts, min_size=years, max_size=years),
    )
)


def cumulative(both):
    claims, issued = both
    return np.cumsum(np.array(claims, dtype=float), axis=1), np.cumsum(np.array(issued, float))


# The rate that is required ------------------------------------------------------------------------


def test_the_rate_required_is_the_highest_ratio_of_claims_to_credits_so_far():  # R4
    found = required_rates(CLAIMS, ISSUED)
    np.testing.assert_allclose(
        found, [[0, 0.05, 0.05], [0.3, 0.3, 0.3], [0, 0, 0], [0.05, 0.1, 0.1]]
    )


def test_no_rate_suffices_for_claims_before_the_first_credit():
    found = required_rates(np.array([[0.0, 5.0, 5.0], [1.0, 1.0, 1.0]]), np.array([0, 100, 100]))
    np.testing.assert_array_equal(found, [[0, 0.05, 0.05], [np.inf] * 3])


@unhurried
@given(draws_of_claims, st.integers(0, 100))
def test_a_reserve_suffices_exactly_if_its_rate_is_the_one_required_or_more(both, per_cent):
    claims, issued = cumulative(both)
    curve = share_that_suffices(required_rates(claims, issued), [per_cent / 100])
    for year in range(issued.size):
        # In whole numbers: hundred times the claims against the rate in per cent.
        good = (100 * claims[:, : year + 1] <= per_cent * issued[: year + 1]).all(axis=1)
        assert curve.value[year, 0] == pytest.approx(good.mean(), abs=1e-12)


@unhurried
@given(draws_of_claims)
def test_the_curve_rises_with_the_rate_and_falls_with_the_years(both):
    curve = share_that_suffices(required_rates(*cumulative(both)), np.linspace(0, 1, 11)).value
    assert ((curve >= 0) & (curve <= 1)).all()
    assert (np.diff(curve, axis=1) >= 0).all()
    assert (np.diff(curve, axis=0) <= 0).all()


def test_a_rate_that_is_just_what_is_required_suffices_whatever_the_last_digit():
    required = required_rates(np.array([[0.1 + 0.1 + 0.1]]), [10.0])
    assert required[0, 0] > 0.03  # in binary digits
    assert share_that_suffices(required, [0.03]).value == 1


def test_one_required_rate_for_each_draw_gives_one_curve():
    required = required_rates(CLAIMS, ISSUED)
    rates = [0.0, 0.05, 0.2, 0.3]
    alone = share_that_suffices(required[:, -1], rates)
    assert alone.value.tolist() == [0.25, 0.5, 0.75, 1.0]
    for found, expected in zip(alone, share_that_suffices(required, rates), strict=True):
        np.testing.assert_array_equal(found, expected[-1])


# The rate that suffices ---------------------------------------------------------------------------


@unhurried
@given(
    st.lists(st.integers(0, 1000), min_size=1, max_size=60), st.sampled_from([0.07, 0.5, 0.9, 0.99])
)
def test_the_rate_that_suffices_is_the_least_that_does_in_that_share_of_the_draws(numbers, share):
    required = np.array(numbers) / 1000
    found = rate_that_suffices(required, [share]).value[0]
    count = len(numbers)
    assert (required <= found).sum() * 100 >= round(share * 100) * count
    assert (required < found).sum() * 100 < round(share * 100) * count


def test_the_order_statistic_is_not_missed_by_a_digit_of_rounding():
    # 0.07 * 100 is 7.000000000000001.
    assert rate_that_suffices(np.arange(1.0, 101.0), [0.07, 0.29, 1.0]).value.tolist() == [
        7.0,
        29.0,
        100.0,
    ]


@pytest.mark.parametrize("share", [0.5, 0.9, 0.95, 0.99])
def test_the_error_of_a_quantile_is_how_much_it_varies_between_runs(share):
    generator = np.random.default_rng(1)
    runs = generator.exponential(size=(4000, 400))  # one run in each column
    found = rate_that_suffices(runs, [share])
    exact = -math.log(1 - share)
    spread = found.value[0].std()
    theory = math.sqrt(share * (1 - share) / 4000) / (1 - share)  # sqrt(q (1 - q) / n) / density
    assert spread == pytest.approx(theory, rel=0.15)
    assert found.error[0].mean() == pytest.approx(spread, rel=0.15)
    within = np.abs(found.value[0] - exact) < 2 * found.error[0]
    assert within.mean() > 0.88


def test_the_error_of_a_quantile_is_measured_over_as_many_draws_as_there_are_beside_it():
    # sqrt(q (1 - q) n) places to each side: 50 of 10,000 at a half; one of 20 and none above.
    assert rate_that_suffices(np.arange(10_000.0), [0.5]).error.tolist() == [50.0]
    assert rate_that_suffices(np.arange(20.0), [0.99]).error.tolist() == [1.0]


def test_many_years_are_answered_as_each_alone():
    required = np.random.default_rng(2).exponential(size=(500, 3))
    together = rate_that_suffices(required, [0.9, 0.95])
    for year in range(3):
        alone = rate_that_suffices(required[:, year], [0.9, 0.95])
        np.testing.assert_array_equal(together.value[:, year], alone.value)
        np.testing.assert_array_equal(together.error[:, year], alone.error)


def test_where_no_rate_suffices_none_is_told():
    found = rate_that_suffices(np.array([0.01] * 50 + [np.inf] * 50), [0.25, 0.9])
    assert found.value.tolist() == [0.01, np.inf]
    assert found.error[0] == 0


# Means and shares ---------------------------------------------------------------------------------


def test_the_expected_shortfall_is_the_mean_of_what_is_lacking():
    # At 5 %: reserves 5, 20, 50; lacking 25; 10 and 20; 30.
    found = expected_shortfall(CLAIMS, 0.05 * ISSUED)
    np.testing.assert_allclose(found.value, [25 / 4, 30 / 4, 30 / 4])
    np.testing.assert_allclose(
        found.error, np.array([25, np.std([0, 10, 0, 20], ddof=1), 30]) / [4, 2, 4] * [1, 1, 1]
    )


def test_the_expected_shortfall_of_exponential_claims_is_the_exact_one():
    # E[(S - u)+] = m exp(-u / m).
    claims = np.random.default_rng(3).exponential(2.0, 200_000)
    found = expected_shortfall(claims, 3.0)
    assert abs(found.value - 2 * math.exp(-1.5)) < 3 * found.error
    assert found.error == pytest.approx(
        math.sqrt(2 * 4 * math.exp(-1.5) - 4 * math.exp(-3)) / math.sqrt(200_000), rel=0.05
    )


@unhurried
@given(draws_of_claims, st.sampled_from([0.0, 0.03, 0.5, 1.0]))
def test_the_shortfall_is_never_negative_and_falls_as_the_rate_rises(both, rate):
    claims, issued = cumulative(both)
    if len(claims) > 1:
        less = expected_shortfall(claims, rate * issued)
        more = expected_shortfall(claims, min(1.0, rate + 0.1) * issued)
        assert (less.value >= more.value).all()
        assert (more.value >= 0).all()
        assert (expected_shortfall(claims, 0 * issued).value == claims.mean(axis=0)).all()


def test_the_error_of_a_share_is_binomial_and_never_nothing():
    half = share_of(np.array([True, False] * 50))
    assert half.value == 0.5
    assert half.error == pytest.approx(0.05)
    always = share_of(np.ones((100, 2), dtype=bool))
    assert always.value.tolist() == [1, 1]
    np.testing.assert_allclose(always.error, 0.01, rtol=0.01)


def test_the_error_of_a_mean_is_that_of_the_textbook_and_unknown_for_one_draw():
    found = mean_of(np.array([[1.0, 4.0], [3.0, 4.0]]))
    assert found.value.tolist() == [2, 4]
    assert found.error.tolist() == [1, 0]
    assert np.isnan(mean_of(np.array([[1.0]])).error).all()


# The first shortfall ------------------------------------------------------------------------------

FIRST = np.array([0, 2, 2, 3, 3, 3, 3, 1])  # of three years; the number 3 is never


def test_the_first_shortfall_is_told_by_year_and_last_how_often_there_is_none():
    found = first_shortfalls(FIRST, 3)
    assert found.value.tolist() == [1 / 8, 1 / 8, 2 / 8, 4 / 8]
    np.testing.assert_allclose(found.error, np.sqrt(np.array([7, 7, 12, 16]) / 64 / 8))


def test_a_reserve_suffices_until_the_year_before_its_first_shortfall():
    assert sufficient_until(FIRST, 3).value.tolist() == [7 / 8, 6 / 8, 4 / 8]
    assert sufficient_until(np.array([3, 3]), 3).value.tolist() == [1, 1, 1]
    assert sufficient_until(np.array([0, 0]), 3).value.tolist() == [0, 0, 0]


@unhurried
@given(st.lists(st.integers(0, 6), min_size=1, max_size=40))
def test_whether_it_suffices_and_when_it_first_does_not_add_up(numbers):
    first = np.array(numbers)
    by_year, until = first_shortfalls(first, 6), sufficient_until(first, 6)
    assert by_year.value.sum() == pytest.approx(1)
    np.testing.assert_allclose(until.value, 1 - np.cumsum(by_year.value[:-1]), atol=1e-12)
    direct = share_of(first[:, np.newaxis] > np.arange(6))
    np.testing.assert_allclose(until.value, direct.value, atol=1e-12)
    np.testing.assert_allclose(until.error, direct.error, atol=1e-9)


def test_both_ways_to_the_probability_that_a_reserve_suffices_agree():
    rates = np.full((3, 25), 0.05)
    issued = np.minimum(np.arange(1, 26), 10) * 1e6
    portfolio = Portfolio(rates, [Exponential(1e5)], [0, 0, 0], frailty=1.0)
    outcome = simulate(portfolio, issued, 5000, 1, rates=[0.03])
    until = sufficient_until(outcome.first_shortfall[0], 25)
    curve = share_that_suffices(outcome.required_rate, [0.03])
    assert until.value[-1] == pytest.approx(curve.value[0], abs=1e-12)
    assert until.error[-1] == pytest.approx(curve.error[0], abs=1e-12)
    assert first_shortfalls(outcome.first_shortfall[0], 25).value[-1] == pytest.approx(
        curve.value[0], abs=1e-12
    )


# Diversification ----------------------------------------------------------------------------------


def test_pools_hold_the_claims_and_credits_of_their_sites():
    claims = np.array([[10.0, 0.0, 30.0], [0.0, 20.0, 0.0], [4.0, 4.0, 4.0]])
    found = diversification(claims, [100.0, 100.0, 200.0], [1.0, 0.5])
    np.testing.assert_allclose(found.value, [[0.1, 0.1, 0.1], [0.04, 0.05, 0.05]])


def by_pool(frailty, share=0.95, sites=60):
    """Return the rate that suffices over its mean, for pools of growing size."""
    rates = np.full((sites, 20), 0.05)
    portfolio = Portfolio(rates, [Exponential(1e4)], [0] * sites, frailty)
    issued = np.full(20, sites * 1e6)
    claims = simulate(portfolio, issued, 20_000, 5, by_site=True).claims_by_site
    return diversification(claims, np.full(sites, 1e6), [share]).value[0] / 0.01


def test_independent_sites_need_less_the_more_they_are_and_come_near_the_mean():
    found = by_pool(None)
    # A single site: 1 leak on average, exponential; 60 sites: mean 60, variance 60 × 2.
    assert found[0] > 3
    assert found[-1] == pytest.approx(1 + 1.645 * math.sqrt(2 / 60), rel=0.04)
    assert (np.diff(found[[0, 1, 3, 7, 15, 31, 59]]) < 0).all()


def test_a_shared_frailty_leaves_a_floor_that_no_number_of_sites_removes():
    found = by_pool(1.0)
    floor = -math.log(0.05)  # of the exponential factor that all share: 3.0 times the mean
    assert (np.diff(found[[0, 1, 3, 7]]) < 0).all()
    assert found[-1] == pytest.approx(floor, rel=0.05)
    assert found[29] == pytest.approx(floor, rel=0.07)


# What Carbon at Risk publishes: kilograms at risk (95 %) of a tonne by number of forest projects
# and correlation; github.com/BenGroom/CarbonAtRisk, outputs/si/si_k_rho_convergence.csv at
# commit 61ecea91fabe21cec8ca9aac4aec28d47fbd83c0, rounded to a tenth. Expected: 550.
PROJECTS = (1, 2, 5, 10, 20, 50, 100, 200)
PUBLISHED = {
    0.0: (648.8, 619.6, 594.6, 582.3, 572.1, 564.4, 560.3, 557.3),
    0.05: (647.4, 620.0, 596.9, 585.0, 578.5, 572.8, 570.8, 569.6),
    0.1: (647.8, 620.5, 599.4, 588.4, 584.2, 579.2, 577.8, 577.0),
    0.25: (646.6, 624.5, 607.6, 599.7, 597.0, 593.0, 592.9, 593.1),
    0.5: (645.6, 632.0, 622.6, 616.6, 615.8, 611.5, 613.9, 613.9),
}


def correlation_of_losses(published):
    """Return what correlation of whole losses leaves as much at 200 projects as was published.

    There the fires of a year are correlated, of which the losses over 100 years keep less.
    """
    left = ((published[-1] - 550) / (published[0] - 550)) ** 2
    return max((left - 1 / 200) / (1 - 1 / 200), 0.0)


@pytest.mark.parametrize(("correlation", "published"), PUBLISHED.items())
def test_pools_of_correlated_projects_fall_to_a_floor_as_carbon_at_risk_publishes(
    correlation, published
):
    effective = correlation_of_losses(published)
    assert 0.7 * correlation <= effective <= correlation + 0.002
    shares = correlated_shares(np.random.default_rng(8), 8000, 200, effective)
    # Normal losses with the mean and 95 % quantile of a single project stand for all of it.
    losses = stats.norm.ppf(shares, 550.0, (published[0] - 550.0) / stats.norm.ppf(0.95))
    found = diversification(losses, np.ones(200), [0.95])
    at = np.array(PROJECTS) - 1
    np.testing.assert_allclose(found.value[0][at], published, atol=5.0)
    gains = -np.diff(found.value[0][at])
    assert (gains[:3] > 0).all()
    assert gains[-1] < 0.15 * gains[0]


def test_projects_taken_as_independent_would_miss_what_is_published():  # a mutation
    apart = np.array(PUBLISHED[0.25]) - np.array(PUBLISHED[0.0])
    assert apart[0] < 5.0 < apart[2]
    assert apart[-1] > 30
