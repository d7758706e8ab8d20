"""The reserve against reversals (K4)."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jcm_models.reversal import reserve_balance, withheld
from tests.examples import unhurried


@pytest.mark.parametrize(
    ("issued", "rate", "reserve"),
    [
        (10_000, 0.03, 300),
        (9_999, 0.03, 300),
        (1, 0.03, 1),
        (0, 0.03, 0),
        (95_000, 0.03, 2_850),  # 100,000 reduced, discounted by 0.95 first
        (1_000_000, 0.03, 30_000),
        (100, 0.07, 7),  # 0.07 * 100 is 7.000000000000001
        (100, 0.29, 29),  # 0.29 * 100 is 28.999999999999996
        (12_345, 0, 0),
        (12_345, 1, 12_345),
        (1, 0.05, 1),
        (1_000_000_000, 0.03, 30_000_000),
    ],
)
def test_the_reserve_is_a_share_of_issued_credits_rounded_up(issued, rate, reserve):
    found = withheld(np.array([issued]), np.array([rate]))
    assert found.tolist() == [reserve]
    assert found.dtype == np.int64


@unhurried
@given(st.integers(0, 10**8), st.integers(0, 1000))
def test_the_reserve_is_exact_and_never_more_than_what_is_issued(issued, per_mille):
    (found,) = withheld(np.array([issued]), np.array([per_mille / 1000])).tolist()
    assert found == math.ceil(Fraction(issued * per_mille, 1000))
    assert found <= issued


def test_the_balance_at_the_end_of_the_year_holds_all_that_was_withheld_so_far():  # T2
    assert reserve_balance(np.array([[3, 0, 2], [1, 1, 1]])).tolist() == [[3, 3, 5], [1, 2, 3]]


def test_samples_are_withheld_from_each_as_if_alone():
    issued = np.random.default_rng(1).integers(0, 1000, (4, 5))
    rate = np.full(5, 0.03)
    together = withheld(issued, rate)
    for sample in range(4):
        np.testing.assert_array_equal(together[sample], withheld(issued[sample], rate))
