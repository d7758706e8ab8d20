"""Whether a growing reserve ever falls short: exact values, and a plain simulation."""

import math

import numpy as np
import pytest

from jcm_models.distributions import Exponential, Fixed, LogNormal
from jcm_models.reserve.compound import Claims, probability_of_more
from jcm_models.reserve.ruin import probability_of_shortfall

MASS = LogNormal(math.log(5e4), 1.5)
GROWING = 3e4 * np.minimum(np.arange(1, 101), 30)  # 3 % of 1 Mt a year for 30 years


def test_a_growing_reserve_falls_short_as_often_as_in_a_simulation():
    found = probability_of_shortfall([[Claims(0.02, MASS)]] * 100, GROWING, 250.0)
    generator, draws = np.random.default_rng(4), 200_000
    claims, short, shares = np.zeros(draws), np.zeros(draws, dtype=bool), []
    for reserve in GROWING:
        numbers = generator.poisson(0.02, draws)
        owner = np.repeat(np.arange(draws), numbers)
        masses = generator.lognormal(math.log(5e4), 1.5, owner.size)
        claims += np.bincount(owner, masses, minlength=draws)
        short |= claims > reserve
        shares.append(short.mean())
    for year in (0, 9, 29, 99):
        error = math.sqrt(shares[year] * (1 - shares[year]) / draws)
        assert abs(found[year] - shares[year]) < 3 * error
    assert (np.diff(found) >= 0).all()


def test_with_a_reserve_that_stays_the_last_year_decides():
    yearly = [[Claims(0.02, MASS)]] * 100
    found = probability_of_shortfall(yearly, np.full(100, 9e5), 9e5 / 4000.5)
    exact, _ = probability_of_more([Claims(2.0, MASS)], 9e5, 1e-7)
    assert found[-1] == pytest.approx(exact, rel=1e-5)


def test_years_that_are_left_out_change_nothing_while_the_reserve_stays():
    step = 250.0
    every = probability_of_shortfall([[Claims(0.02, MASS)]] * 100, GROWING, step)
    gap = [[Claims(0.02, MASS)]] * 30 + [[Claims(0.02 * 70, MASS)]]
    some = probability_of_shortfall(gap, np.append(GROWING[:30], GROWING[-1]), step)
    assert some[-1] == pytest.approx(every[-1], rel=1e-3)


def test_endless_exponential_claims_ruin_as_cramer_and_lundberg_have_it():
    # Premiums of 1.2 times the expected claims, an initial reserve of five mean claims; yearly
    # looks are many, so that what happens between them hardly counts.
    loading, mean, start, yearly = 0.2, 1.0, 5.0, 0.02
    years = 9000
    reserve = start + (1 + loading) * yearly * mean * np.arange(1, years + 1)
    exact = math.exp(-loading * start / ((1 + loading) * mean)) / (1 + loading)
    assert exact == pytest.approx(0.3621652, rel=1e-6)
    found = probability_of_shortfall([[Claims(yearly, Exponential(mean))]] * years, reserve, 0.1)
    assert found[-1] == pytest.approx(exact, rel=0.02)


def test_a_fixed_claim_beyond_the_reserve_is_a_shortfall_and_one_within_is_none():
    within = probability_of_shortfall([[Claims(1.0, Fixed(100.0), trials=1)]], [100.0], 1.0)
    beyond = probability_of_shortfall([[Claims(1.0, Fixed(101.0), trials=1)]], [100.0], 1.0)
    assert (within[0], beyond[0]) == (pytest.approx(0.0, abs=1e-12), pytest.approx(1.0))


@pytest.mark.parametrize("reserve", [[1.0], [2.0, 1.0]])
def test_a_reserve_that_falls_or_is_too_short_is_refused(reserve):
    with pytest.raises(ValueError, match="found 2 years of claims and a reserve of"):
        probability_of_shortfall([[Claims(1.0, Fixed(1.0))]] * 2, reserve, 1.0)
