"""The distribution of all claims: published and exact values, and the three ways together."""

import inspect
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from jcm_models.distributions import DoubleLogNormal, Exponential, Fixed, LogNormal, Pareto
from jcm_models.reserve import compound as module
from jcm_models.reserve.compound import Claims, probability_of_more, rounding_shift, sum_of
from jcm_models.reserve.rare import probability_of_rare_shortfall
from jcm_models.reserve.ways import shortfall
from tests.examples import unhurried

# Of the problem that actuarial packages were compared on: 0.02 events a year for 100 years, a
# lognormal mass, and 3 % of 30 Mt in reserve. aggregate, gemact and prospicio give these digits.
PROBLEM = Claims(2.0, LogNormal(math.log(5e4), 1.5))
RESERVE = 9e5
GRIDS = {16: (1000.0, 0.07606499), 18: (250.0, 0.07611360), 20: (62.5, 0.07612576)}
RARE = Claims(0.02, LogNormal(math.log(5e4), 1.5))


@pytest.mark.parametrize("power", GRIDS)
def test_the_problem_of_the_packages_has_their_eight_digits(power):
    step, expected = GRIDS[power]
    found = sum_of([PROBLEM], step, 2**power).survival(RESERVE)
    assert float(found) == pytest.approx(expected, abs=5e-9)


def test_quantiles_and_the_expected_shortfall_of_that_problem_are_theirs():
    found = sum_of([PROBLEM], 62.5, 2**20)
    quantiles = found.quantile([0.95, 0.99, 0.999])
    np.testing.assert_allclose(quantiles, [1.16776e6, 2.70375e6, 7.3224e6], rtol=2e-5)
    at = float(quantiles[1])
    beyond = at + found.expected_excess(at, PROBLEM.mean) / 0.01
    assert beyond == pytest.approx(4.68713e6, rel=1e-5)


def exponential_tail(expected, mean, amount):
    """Return the exact tail of exponential claims: Poisson numbers of gamma sums."""
    numbers = np.arange(1, 400)
    return float(stats.poisson.pmf(numbers, expected) @ stats.gamma.sf(amount, numbers, scale=mean))


def test_exponential_claims_have_their_exact_tail():
    exact = exponential_tail(2.0, 1.5e5, 9e5)
    assert exact == pytest.approx(0.0487685427513, rel=1e-11)
    found, error = probability_of_more([Claims(2.0, Exponential(1.5e5))], 9e5, 1e-8)
    assert found == pytest.approx(exact, rel=1e-7)
    assert abs(found - exact) < 2 * error + 1e-9


def test_a_claim_has_the_probability_of_itself():
    claims = Claims(1.0, Pareto(1000.0, 2.0), trials=1)
    found, _ = probability_of_more([claims], 5000.0, 1e-9)
    assert found == pytest.approx((1000 / 5000) ** 2, rel=1e-9)


def test_fixed_claims_are_a_number_of_claims():
    for kind, count in (
        ({}, stats.poisson(3.0)),
        ({"frailty": 2.0}, stats.nbinom(2.0, 2.0 / 5.0)),
        ({"trials": 8}, stats.binom(8, 3 / 8)),
    ):
        found = sum_of([Claims(3.0, Fixed(10.0), **kind)], 10.0, 64)
        expected = count.sf(np.arange(20))
        np.testing.assert_allclose(found.survival(10.0 * np.arange(20)), expected, atol=1e-9)
        assert (found.amounts @ found.probability) == pytest.approx(30.0, rel=1e-6)


def test_kinds_of_claims_that_are_independent_add_up():
    kinds = [Claims(1.0, Exponential(1e5)), Claims(2.0, Exponential(1e5))]
    found, _ = probability_of_more(kinds, 9e5, 1e-7)
    assert found == pytest.approx(exponential_tail(3.0, 1e5, 9e5), rel=1e-6)
    mixed = [Claims(1.0, Exponential(1e5)), Claims(0.5, Fixed(2e5), frailty=1.0)]
    generator = np.random.default_rng(1)
    draws = 400_000
    first = generator.poisson(1.0, draws)
    total = np.where(first > 0, generator.gamma(np.maximum(first, 1), 1e5), 0.0)
    total += 2e5 * generator.poisson(0.5 * generator.gamma(1.0, 1.0, draws))
    found, _ = probability_of_more(mixed, 5.5e5)
    share = (total > 5.5e5).mean()
    assert abs(found - share) < 3 * math.sqrt(share * (1 - share) / draws)


@unhurried
@given(
    st.floats(0.01, 20),
    st.floats(0.3, 2.0),
    st.one_of(st.none(), st.floats(0.2, 50)),
    st.floats(0.05, 20),
)
def test_a_distribution_is_one_and_has_the_mean_that_it_must(expected, sigma, frailty, reach):
    claims = Claims(expected, LogNormal(math.log(1e4), sigma), frailty)
    found = sum_of([claims], 1e3, 2**14)
    assert 0.9 < found.probability.sum() < 1 + 1e-8
    assert found.probability.min() > -1e-9
    assert (np.diff(found.survival(np.linspace(0, 1e7, 50))) <= 1e-9).all()
    amount = reach * claims.mean
    excess = found.expected_excess(amount, claims.mean)
    assert claims.mean - amount - 1e3 < excess < claims.mean * (1 + 1e-3) + 1e3


@pytest.mark.parametrize("frailty", [None, 1.0])
def test_the_three_ways_agree_within_three_standard_errors(frailty):
    claims = Claims(0.5, LogNormal(math.log(5e4), 1.5), frailty)
    (exact, grid), _ = shortfall(claims, RESERVE, "transform")
    for way in ("events", "conditional"):
        (found, error), said = shortfall(claims, RESERVE, way)
        assert said == way
        assert error > 0
        assert abs(found - exact) < 3 * math.hypot(error, grid)


def test_a_rare_event_is_found_by_a_few_thousand_points():
    # Naively a million draws would see five hundred of them.
    exact, _ = probability_of_more([RARE], RESERVE, 1e-7)
    assert exact == pytest.approx(5.41993e-4, rel=1e-4)  # published on a grid of 62.5 t
    estimates = [probability_of_rare_shortfall(RARE, RESERVE, seed=s) for s in range(0, 320, 16)]
    errors = [(value - exact) / error for value, error in estimates]
    assert np.mean(np.abs(errors) < 3) >= 0.9
    assert max(error / value for value, error in estimates) < 0.002
    mean = np.mean([value for value, _ in estimates])
    assert mean == pytest.approx(exact, rel=5e-4)


def test_one_claim_or_two_are_exact_by_quadrature():
    law = stats.lognorm(1.5, scale=5e4)
    from scipy.integrate import quad

    single = law.sf(RESERVE)
    double = (
        single
        + quad(
            lambda u: law.pdf(u) * law.sf(RESERVE - u),
            0,
            RESERVE,
            points=[1e3, 1e4, 1e5],
            limit=400,
        )[0]
    )
    none = math.exp(-0.02)
    least = none * (0.02 * single + 0.02**2 / 2 * double)
    found, _ = probability_of_more([RARE], RESERVE, 1e-7)
    assert least < found < least + 1.4e-6 * 0.2  # three claims or more hardly ever happen


def test_the_best_way_is_chosen_and_named():
    assert shortfall(PROBLEM, RESERVE).way == "transform"
    hardly = Claims(1e-4, Exponential(1e4))
    answer = shortfall(hardly, 3e5)
    assert answer.way == "conditional"
    exact = exponential_tail(1e-4, 1e4, 3e5)
    assert exact < 1e-16  # a transform's rounding is larger
    assert answer.estimate.value == pytest.approx(exact, rel=1e-2)
    assert shortfall(Claims(1e-4, Exponential(1e4), trials=5), 3e5).way == "transform"


@pytest.mark.parametrize("reserve", [9e5, 1.045e6, 1.055e6, 1.2e6])
@pytest.mark.parametrize("mass", [Fixed(35.0), DoubleLogNormal(1.27, 0.0397)])
def test_masses_far_below_the_step_are_not_lost(mass, reserve):
    # On coarse grids all round to nothing, so that halving the step changes nothing.
    found, error = probability_of_more([Claims(30_000.0, mass)], reserve)
    square = float(np.mean(mass.quantile((np.arange(100_000) + 0.5) / 100_000) ** 2))
    exact = stats.norm.sf(reserve, 30_000 * mass.mean, math.sqrt(30_000 * square))
    assert abs(found - exact) < error + 0.01  # the normal is no better with 30,000 claims
    assert error < 0.02 or abs(reserve - 30_000 * mass.mean) < 6e4


def test_small_masses_with_a_frailty_reach_far_beyond_their_mean():
    # So many small claims are their expected sum, times the frailty.
    found, error = probability_of_more([Claims(30_000.0, Fixed(35.0), frailty=0.5)], 3e6)
    exact = stats.gamma.sf(3e6, 0.5, scale=30_000 * 35.0 / 0.5)
    assert exact > 0.05
    assert abs(found - exact) < error + 1e-4


def test_small_masses_beside_large_ones_count():
    claims = [Claims(30_000.0, Fixed(35.0)), PROBLEM]
    found, error = probability_of_more(claims, 1.2e6)
    exact, _ = probability_of_more([PROBLEM], 1.5e5)
    assert exact > 0.3
    assert abs(found - exact) < error + 0.01


def test_the_shift_by_rounding_is_what_the_mean_is_moved():
    claims = Claims(30.0, Fixed(100.0))
    moved = float(sum_of([claims], 62.5, 2**10).amounts @ sum_of([claims], 62.5, 2**10).probability)
    assert moved == pytest.approx(30 * 125, rel=1e-4)
    assert rounding_shift([claims], 62.5, 2**10) == pytest.approx(30 * 25)
    smooth = Claims(2.0, Exponential(1e4))
    # The middle of each step misses h^2 / 24 of the slope at the start, and nothing at the end.
    assert rounding_shift([smooth], 100.0, 2**14) == pytest.approx(2 * 100**2 / 24 / 1e4, rel=1e-4)


@pytest.mark.parametrize("mass", [Fixed(2.9e5), Exponential(1.5e5), LogNormal(10.8, 0.5)])
@pytest.mark.parametrize("expected", [0.02, 2.0, 20.0])
def test_the_error_of_a_probability_is_no_smaller_than_it_is(expected, mass):
    claims = Claims(expected, mass)
    found, error = probability_of_more([claims], 9e5)
    if isinstance(mass, Fixed):
        exact = stats.poisson.sf(3, expected)
    elif isinstance(mass, Exponential):
        exact = exponential_tail(expected, mass.mean, 9e5)
    else:
        exact = float(sum_of([claims], 2 * 9e5 / (2**21 - 1), 2**21).survival(9e5))
    assert abs(found - exact) <= error
    assert error < 1e-4 * found + 1e-11


def test_neighbouring_seeds_have_no_scrambling_in_common():
    # With fifteen of sixteen in common they would differ by a fifth of what others differ by.
    many = [probability_of_rare_shortfall(PROBLEM, RESERVE, 64, seed).value for seed in range(40)]
    assert np.diff(many).std() == pytest.approx(math.sqrt(2) * np.std(many), rel=0.4)


def test_where_nothing_is_expected_nothing_is_claimed():
    found, error = probability_of_more([Claims(0.0, Exponential(1.0))], 5.0)
    assert found == pytest.approx(0.0, abs=1e-15)
    assert error < 1e-11


def test_claims_that_are_rare_alone_but_not_together_are_answered_by_transform():
    many = shortfall(Claims(1000.0, Exponential(1e4)), 9e5)
    assert many.way == "transform"
    assert many.estimate.value == pytest.approx(1.0, abs=1e-6)
    some = shortfall(Claims(50.0, Exponential(1e4)), 9e5)
    assert some.estimate.value == pytest.approx(exponential_tail(50.0, 1e4, 9e5), rel=1e-3)


def test_without_a_reserve_any_claim_is_too_much():
    found, error = probability_of_more([PROBLEM], 0.0)
    assert found == pytest.approx(1 - math.exp(-2.0))
    assert error == 0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"expected": -1.0}, "found -1 claims expected; allowed is 0 to inf"),
        ({"expected": 3.0, "trials": 2}, "found 3 claims expected; allowed is 0 to 2"),
        ({"frailty": 0.0}, "found a frailty of shape 0; it must be above 0"),
        ({"frailty": 1.0, "trials": 9}, "a binomial number has no frailty: leave one out"),
        ({"mass": Pareto(1.0, 1.0)}, "mass of a claim: Pareto.* has an infinite mean"),
    ],
)
def test_claims_that_cannot_be_are_refused(change, words):
    with pytest.raises(ValueError, match=words):
        Claims(**{"expected": 1.0, "mass": Fixed(1.0)} | change)


def test_ways_that_cannot_be_gone_are_refused():
    with pytest.raises(ValueError, match="too many for a rare event; the transform"):
        probability_of_rare_shortfall(Claims(1e6, Exponential(1.0)), 1e7)
    with pytest.raises(ValueError, match="found a binomial number of claims; the transform"):
        probability_of_rare_shortfall(Claims(1.0, Exponential(1.0), trials=3), 2.0)
    with pytest.raises(ValueError, match="claims of 1 each, of which none is the largest"):
        probability_of_rare_shortfall(Claims(1.0, Fixed(1.0)), 2.0)
    for points in (16, 100):
        with pytest.raises(ValueError, match=f"found {points} points; allowed is a power of two"):
            probability_of_rare_shortfall(PROBLEM, RESERVE, points)
    with pytest.raises(ValueError, match="is not reached on a grid up to"):
        sum_of([PROBLEM], 10.0, 64).quantile(0.999)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("-0.5, points + 0.5", "0.0, points + 1.0"),
        ("/ damping)", ")"),
        ("** -self.frailty", "** self.frailty"),
        ("self.expected * above", "self.expected * transform"),
    ],
)
def test_a_changed_transform_is_noticed(old, new):
    source = inspect.getsource(module)
    assert old in source
    names = {"__name__": module.__name__}
    exec(compile(source.replace(old, new), "mutated", "exec"), names)
    claims = names["Claims"](2.0, Exponential(1.5e5), 1.5 if "frailty" in old else None)
    right = Claims(2.0, Exponential(1.5e5), claims.frailty)
    step = 2 * 9e5 / (2**14 - 1)
    found = float(names["sum_of"]([claims], step, 2**14).survival(9e5))
    assert abs(found - float(sum_of([right], step, 2**14).survival(9e5))) > 1e-6
