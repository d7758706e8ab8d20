"""Distributions: means, inverse distribution functions, what lies beyond an amount."""

import math
import re

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from jcm_models.distributions import (
    Discrete,
    DoubleLogNormal,
    Exponential,
    Fixed,
    FromScipy,
    LogNormal,
    Normal,
    Pareto,
    Pert,
    Triangular,
    Truncated,
    Uniform,
    require_mean,
    scipy_names,
    truncated,
)
from jcm_models.values import InUnit
from jcm_models.variables import input_variable
from jcm_models.written import Written
from tests.examples import unhurried

SCIPY = [
    (Uniform(2.0, 5.0), stats.uniform(2, 3)),
    (Triangular(3.0, 12.0, 53.0), stats.triang(9 / 50, 3, 50)),
    (Triangular(0.0, 0.0, 2.0), stats.triang(0, 0, 2)),
    (Triangular(0.0, 2.0, 2.0), stats.triang(1, 0, 2)),
    (Normal(158.5, 5.2), stats.norm(158.5, 5.2)),
    (LogNormal(13.4, 0.35), stats.lognorm(0.35, scale=math.exp(13.4))),
    (Exponential(1.5e5), stats.expon(scale=1.5e5)),
    (Pareto(1000.0, 2.5), stats.pareto(2.5, scale=1000)),
    (Pert(2.0, 3.0, 12.0), stats.beta(1.4, 4.6, 2, 10)),
    (Pert(0.0, 5.0, 10.0), stats.beta(3, 3, 0, 10)),
    (FromScipy("gamma", (("a", 2.5), ("scale", 4.0))), stats.gamma(2.5, scale=4)),
    (FromScipy("gumbel_r", (("loc", 3.0), ("scale", 2.0))), stats.gumbel_r(3, 2)),
]
SHARES = np.array([1e-9, 0.01, 0.25, 0.5, 0.75, 0.99, 1 - 1e-9])


@pytest.mark.parametrize(("ours", "theirs"), SCIPY, ids=lambda each: str(each)[:40])
def test_a_distribution_is_that_of_scipy(ours, theirs):
    assert ours.mean == pytest.approx(theirs.mean(), rel=1e-12)
    np.testing.assert_allclose(ours.quantile(SHARES), theirs.ppf(SHARES), rtol=1e-9)
    amounts = np.concatenate([theirs.ppf(SHARES), [-1.0, 0.0, 1e9]])
    np.testing.assert_allclose(ours.survival(amounts), theirs.sf(amounts), rtol=1e-9, atol=1e-15)


@unhurried
@given(st.sampled_from([each for each, _ in SCIPY]), st.floats(1e-6, 1 - 1e-6))
def test_what_is_not_exceeded_with_a_probability_is_exceeded_with_the_rest(distribution, share):
    amount = distribution.quantile(np.array(share))
    assert float(distribution.survival(amount)) == pytest.approx(1 - share, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("ours", [each for each, _ in SCIPY], ids=lambda each: str(each)[:40])
def test_a_distribution_ends_where_its_quantiles_do(ours):
    np.testing.assert_allclose(ours.support, ours.quantile(np.array([0.0, 1.0])), atol=1e-12)


def test_a_double_lognormal_is_cut_where_its_mean_would_become_infinite():
    major = DoubleLogNormal(2.57, 0.045)
    z = np.linspace(-6, 6, 400_001)
    density = np.exp(-(z**2) / 2)
    values = np.exp(np.exp(2.57 + 0.045 * z))
    assert major.mean == pytest.approx(np.trapezoid(values * density) / np.trapezoid(density))
    assert major.mean > math.exp(math.exp(2.57))
    edges = np.exp(np.exp(2.57 + 0.045 * np.array([-6.0, 0.0, 6.0])))
    assert major.quantile(np.array([1e-300, 0.5, 1 - 1e-16])) == pytest.approx(edges)
    assert major.survival(edges * (1 + 1e-9)) == pytest.approx([1.0, 0.5, 0.0], abs=1e-6)
    drawn = major.quantile(np.random.default_rng(1).random(200_000))
    assert abs(drawn.mean() - major.mean) < 3 * drawn.std() / math.sqrt(drawn.size)


def test_a_fixed_number_is_certain():
    fixed = Fixed(7.0)
    assert fixed.mean == 7.0
    assert fixed.quantile(SHARES).tolist() == [7.0] * SHARES.size
    assert fixed.survival(np.array([6.9, 7.0, 7.1])).tolist() == [1.0, 0.0, 0.0]


def test_a_lognormal_has_the_mean_and_the_deviation_it_is_given():
    found = LogNormal.of_mean(150e3, 300e3)
    assert found.mean == pytest.approx(150e3)
    theirs = stats.lognorm(found.log_sd, scale=math.exp(found.log_centre))
    assert theirs.std() == pytest.approx(300e3)


@pytest.mark.parametrize("index", [0.5, 1.0])
def test_an_infinite_mean_is_refused_with_a_way_out(index):
    assert Pareto(1.0, index).mean == math.inf
    with pytest.raises(ValueError, match=r"mass of a leak: Pareto.* has an infinite mean.*above 1"):
        require_mean("mass of a leak", Pareto(1.0, index))
    require_mean("mass of a leak", Pareto(1.0, 1.01))


@pytest.mark.parametrize(
    ("written", "mean"),
    [
        ({"value": "5 kt"}, 5000.0),
        ({"distribution": {"shape": "uniform", "low": 1, "high": "3 t"}}, 2.0),
        ({"distribution": {"shape": "triangular", "low": 1, "mode": 2, "high": 6}}, 3.0),
        ({"distribution": {"shape": "normal", "mean": 10, "sd": 2}}, 10.0),
        ({"distribution": {"shape": "lognormal", "mean": 10, "sd": 20}}, 10.0),
        ({"distribution": {"shape": "pareto", "low": "1 kt", "index": 3}}, 1500.0),
    ],
)
def test_a_number_of_a_scenario_knows_its_distribution(written, mean):
    value = InUnit(input_variable("storage.events.mass")).value(Written.model_validate(written))
    assert value.distribution.mean == pytest.approx(mean)
    assert value.points[0] == pytest.approx(mean)  # what a single run takes


# What two quantiles make.


@unhurried
@given(st.floats(0.001, 0.45), st.floats(0.55, 0.999), st.floats(1e-3, 1e6), st.floats(1.01, 100))
def test_two_quantiles_are_those_of_the_distribution_made_of_them(low, high, amount, ratio):
    given_ = {high: amount * ratio, low: amount}  # in whatever order
    for made in (Normal, LogNormal):
        found = made.of_quantiles(given_).quantile(np.array([low, high]))
        np.testing.assert_allclose(found, [amount, amount * ratio], rtol=1e-9)


def test_an_interval_of_95_per_cent_has_the_usual_196_standard_deviations_on_each_side():
    found = Normal.of_quantiles({0.025: 100 - 1.959963984540054 * 8, 0.975: 115.67971187632043})
    assert (found.centre, found.sd) == pytest.approx((100, 8), rel=1e-12)


# A few amounts, or draws.


def test_amounts_with_weights_come_as_often_as_they_weigh():
    some = Discrete((30.0, 10.0, 20.0), (1.0, 2.0, 0.0))
    assert some.mean == pytest.approx(50 / 3)
    assert some.support == (10.0, 30.0)
    found = some.quantile(np.array([0.0, 0.5, 2 / 3, 0.67, 1.0]))
    assert found.tolist() == [10, 10, 10, 30, 30]
    assert some.survival(np.array([9.9, 10.0, 20.0, 30.0])).tolist() == pytest.approx(
        [1, 1 / 3, 1 / 3, 0]
    )


@unhurried
@given(
    st.lists(st.tuples(st.integers(-9, 9), st.integers(1, 5)), min_size=1, max_size=12),
    st.floats(0.001, 0.999),
)
def test_a_quantile_of_draws_is_the_inverse_of_their_empirical_distribution(pairs, share):
    values, weights = (tuple(map(float, each)) for each in zip(*pairs, strict=True))
    steps = np.cumsum([w for _, w in sorted(zip(values, weights, strict=True))]) / sum(weights)
    assume(np.abs(steps - share).min() > 1e-9)
    theirs = np.quantile(values, share, method="inverted_cdf", weights=weights)
    assert Discrete(values, weights).quantile(np.array(share)) == theirs
    assert Discrete(values).mean == pytest.approx(np.mean(values))


def test_a_table_of_draws_is_drawn_from_again():
    draws = np.random.default_rng(5).gamma(2.0, size=1000)
    again = Discrete(tuple(draws)).quantile((np.arange(1000) + 0.5) / 1000)
    assert again.tolist() == sorted(draws)


# What is cut at an end.

CUT = [
    (Normal(50.0, 30.0), stats.norm(50, 30), 0.0, math.inf),
    (Normal(50.0, 30.0), stats.norm(50, 30), 20.0, 60.0),
    (Normal(0.0, 1.0), stats.norm(0, 1), 4.0, 5.0),
    (Normal(0.0, 1.0), stats.norm(0, 1), -math.inf, -3.0),
    (LogNormal(1.0, 0.8), stats.lognorm(0.8, scale=math.e), 2.0, 9.0),
    (LogNormal(1.0, 0.8), stats.lognorm(0.8, scale=math.e), -5.0, 3.0),
    (LogNormal(1.0, 0.8), stats.lognorm(0.8, scale=math.e), 2.0, math.inf),
    (Triangular(0.0, 2.0, 10.0), stats.triang(0.2, 0, 10), 1.0, 5.0),
    (Uniform(0.0, 10.0), stats.uniform(0, 10), 4.0, 20.0),
    (Pareto(1.0, 3.0), stats.pareto(3), 2.0, 50.0),
    (Pert(2.0, 3.0, 12.0), stats.beta(1.4, 4.6, 2, 10), 4.0, 8.0),
    (FromScipy("t", (("df", 4.0),)), stats.t(4), 0.0, math.inf),
    (FromScipy("gamma", (("a", 2.5),)), stats.gamma(2.5), -math.inf, 2.0),
]


@pytest.mark.parametrize(("whole", "theirs", "least", "most"), CUT, ids=lambda each: str(each)[:30])
def test_what_is_cut_is_the_whole_given_that_it_lies_between_the_ends(whole, theirs, least, most):
    cut = truncated(whole, least, most)
    low, high = max(least, theirs.support()[0]), min(most, theirs.support()[1])
    mass = theirs.cdf(high) - theirs.cdf(low)
    amounts = theirs.isf(theirs.sf(low) - mass * SHARES[1:-1])
    np.testing.assert_allclose(cut.quantile(SHARES[1:-1]), amounts, rtol=1e-6)
    np.testing.assert_allclose(cut.survival(amounts), 1 - SHARES[1:-1], rtol=1e-6)
    assert cut.survival(np.array([low - 1, high + 1])) == pytest.approx([1.0, 0.0], abs=1e-12)
    assert cut.support == (low, high)
    assert cut.mean == pytest.approx(theirs.expect(lb=low, ub=high, conditional=True), rel=2e-6)
    assert cut.quantile(np.array([0.0, 1.0])).tolist() == pytest.approx([low, high])


def test_a_cut_normal_is_the_truncated_normal_of_scipy():
    ours, theirs = truncated(Normal(8.0, 5.0), 1.0, 9.0), stats.truncnorm(-1.4, 0.2, 8, 5)
    assert ours.mean == pytest.approx(theirs.mean(), rel=1e-12)
    np.testing.assert_allclose(ours.quantile(SHARES), theirs.ppf(SHARES), rtol=1e-9)


@unhurried
@given(st.floats(0.1, 5.0), st.floats(0.01, 10.0))
def test_what_is_left_of_an_exponential_or_a_pareto_is_one_again(mean, times):
    left = truncated(Exponential(mean), times * mean, math.inf)
    assert left.mean == pytest.approx(mean * (1 + times), rel=1e-6)
    index, least = 1 + mean, 1 + times / 10
    left = truncated(Pareto(1.0, index), least, math.inf)
    assert left.mean == pytest.approx(least * index / (index - 1), rel=1e-6)


def test_ends_that_a_normal_never_reaches_leave_its_mean_to_the_last_digit():
    assert truncated(Normal(6.0, 1.0), 0.0, math.inf).mean == 6.0
    assert truncated(Normal(6.0, 1.0), 0.0, 12.5).quantile(np.array(0.5)) == pytest.approx(
        6.0, rel=1e-9
    )
    whole = Normal(9.0, 1.0)
    assert truncated(whole, 0.0, 18.0) is whole
    assert truncated(Normal(4.0, 1.0), 0.0, math.inf).mean > 4.0


def test_ends_outside_a_distribution_leave_it_as_it_is():
    for whole in (Uniform(1.0, 2.0), Triangular(1.0, 1.5, 2.0), Discrete((1.0, 2.0))):
        assert truncated(whole, 0.0, 3.0) is whole
    assert truncated(Discrete((1.0, 2.0, 3.0), (1.0, 2.0, 5.0)), 1.5, 3.0) == Discrete(
        (2.0, 3.0), (2.0, 5.0)
    )


@pytest.mark.parametrize(
    ("whole", "least", "most"),
    [
        (Normal(0.0, 1.0), 7.0, math.inf),
        (LogNormal(0.0, 0.1), -math.inf, 0.0),
        (Uniform(1.0, 2.0), 3.0, 4.0),
        (Discrete((1.0, 2.0)), 3.0, 4.0),
        (Discrete((1.0, 2.0), (1.0, 0.0)), 2.0, 4.0),
        (FromScipy("gamma", (("a", 2.5),)), -2.0, -1.0),
    ],
    ids=lambda each: str(each)[:30],
)
def test_ends_that_leave_nothing_are_refused(whole, least, most):
    with pytest.raises(ValueError, match="nothing of the distribution lies between"):
        truncated(whole, least, most)


@unhurried
@given(
    st.sampled_from([each for each, _ in SCIPY]),
    st.floats(0.01, 0.4),
    st.floats(0.6, 0.99),
    st.lists(st.floats(0.0, 1.0), min_size=2, max_size=9),
)
def test_draws_of_what_is_cut_stay_between_the_ends_and_in_order(whole, low, high, shares):
    least, most = whole.quantile(np.array([low, high]))
    cut = truncated(whole, float(least), float(most))
    assert isinstance(cut, Truncated)
    found = cut.quantile(np.sort(shares))
    assert (found >= least).all()
    assert (found <= most).all()
    assert (np.diff(found) >= 0).all()
    assert least < cut.mean < most


# What scipy.stats has.


def test_the_names_of_scipy_are_those_of_its_continuous_distributions():
    assert {"weibull_min", "norm", "beta", "truncnorm"} <= {*scipy_names()}
    assert not {"poisson", "rv_continuous", "gaussian_kde"} & {*scipy_names()}


@pytest.mark.parametrize(
    ("name", "parameters", "words"),
    [
        ("weibul_min", (), "found 'weibul_min', did you mean weibull_min?"),
        ("poisson", (("mu", 2.0),), "found 'poisson'"),
        ("beta", (("a", 2.0),), "b missing; beta takes a, b, loc, scale"),
        ("beta", (("a", 2.0), ("b", 2.0), ("scal", 2.0)), "scal is unknown, did you mean scale?"),
        ("beta", (("a", 2.0), ("b", -2.0)), "there is no beta with a 2, b -2"),
        ("norm", (("scale", 0.0),), "there is no norm with scale 0"),
    ],
)
def test_what_scipy_does_not_have_is_refused_with_what_it_has(name, parameters, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        FromScipy(name, parameters)
