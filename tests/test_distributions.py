"""Distributions: means, inverse distribution functions, what lies beyond an amount."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from jcm_models.distributions import (
    DoubleLogNormal,
    Exponential,
    Fixed,
    LogNormal,
    Normal,
    Pareto,
    Triangular,
    Uniform,
    require_mean,
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
