"""What is injected when, and the stages of a storage project."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jcm_models.storage import Injection, Stages

INJECTION, PREPARATORY, POST_TERMINATION, COMPLETE = 1, 2, 3, 4


def test_what_is_injected_adds_up_and_then_stays():
    plan = Injection(np.array([10.0, 0.0, 30.0]))
    assert (plan.total, plan.period) == (40.0, 3)
    assert plan.injected(np.array([0, 1, 2, 3, 4, 10_000])).tolist() == [0, 10, 10, 40, 40, 40]


def test_a_steady_injection_is_the_same_every_year():
    plan = Injection.steady(3e7, 30)
    assert plan.amounts.tolist() == [1e6] * 30
    assert plan.is_steady
    assert not Injection(np.array([1.0, 1.0, 1.001])).is_steady


@pytest.mark.parametrize("period", [0, -5])
def test_an_injection_that_ends_before_it_starts_is_refused(period):
    with pytest.raises(ValueError, match=f"over {period} years ends before it starts; give 1 year"):
        Injection.steady(1e6, period)


@pytest.mark.parametrize(
    "amounts", [[], [0.0], [0.0, 1.0], [1.0, 0.0], [np.nan], [[1.0, 1.0], [0.0, 1.0]]]
)
def test_a_plan_begins_and_ends_with_an_injection(amounts):
    with pytest.raises(ValueError, match="from its first to its last, above 0 in both"):
        Injection(np.array(amounts))


@pytest.mark.parametrize("amounts", [[1.0, -0.5, 1.0], [1.0, np.nan, 1.0], [np.inf, 1.0]])
def test_no_year_takes_back_what_was_injected(amounts):
    with pytest.raises(ValueError, match="no year can inject less than nothing"):
        Injection(np.array(amounts))


def test_the_stages_follow_the_least_years_where_no_limit_is_set():
    found = Stages(preparatory=2, after_termination=3).of_years(4, np.ones(12))
    assert found.tolist() == [1] * 4 + [2] * 2 + [3] * 3 + [4] * 3


def test_the_termination_waits_until_the_leak_has_been_small_for_some_years():
    rates = np.array([5, 5, 5, 5, 1, 1, 5, 1, 1, 1, 1, 1]) / 1000
    stages = Stages(preparatory=1, after_termination=1, leak_rate_below=0.002, for_years=3)
    # Below the limit in years 8, 9 and 10; two years in a row before were too few.
    assert stages.of_years(4, rates).tolist() == [1] * 4 + [2] * 6 + [3] + [4]


def test_a_leak_at_the_limit_is_not_below_it():
    stages = Stages(preparatory=0, after_termination=0, leak_rate_below=0.002)
    assert stages.of_years(1, np.array([0.002, 0.002, 0.0019])).tolist() == [1, 2, 2]


def test_a_leak_that_never_calms_is_never_terminated():
    stages = Stages(preparatory=1, after_termination=1, leak_rate_below=0.001)
    assert stages.of_years(2, np.full(50, 0.01)).tolist() == [1] * 2 + [2] * 48


@given(
    st.lists(st.floats(0, 0.02), min_size=1, max_size=60),
    st.integers(1, 40),
    st.integers(0, 10),
    st.integers(0, 10),
    st.integers(1, 5),
)
def test_stages_never_go_back_and_last_as_long_as_they_must(rates, period, prepare, after, calm):
    stages = Stages(prepare, after, leak_rate_below=0.01, for_years=calm)
    found = stages.of_years(period, np.array(rates))
    assert (np.diff(found) >= 0).all()
    assert (found == INJECTION).sum() == min(period, len(rates))
    if (found == POST_TERMINATION).any() and COMPLETE in found:
        assert (found == POST_TERMINATION).sum() == after
    if COMPLETE in found:
        assert (found == PREPARATORY).sum() >= prepare
        (done,) = np.nonzero(found <= PREPARATORY)  # the last of these years is calm, as before it
        assert max(rates[max(done[-1] + 1 - calm, 0) : done[-1] + 1]) < 0.01
