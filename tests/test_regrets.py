"""Regret and satisficing, by hand and as properties."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from jcm_models.regrets import regret, relative_regret, satisficing, summed_up

# Credits [t] under two rules and none, in four futures.
CREDITS = np.array([[100.0, 80, 60, 0], [90, 90, 60, 10], [50, 100, 0, 40]])


def test_regret_by_hand():
    assert regret(CREDITS).tolist() == [[0, 20, 0, 40], [10, 10, 0, 30], [50, 0, 60, 0]]
    assert regret(CREDITS, larger_is_better=False).tolist() == [
        [50, 0, 60, 0],
        [40, 10, 60, 10],
        [0, 20, 0, 40],
    ]


def test_relative_regret_by_hand():
    expected = [[0, 0.2, 0, 1], [0.1, 0.1, 0, 0.75], [0.5, 0, 1, 0]]
    assert relative_regret(CREDITS).tolist() == [pytest.approx(row) for row in expected]


def test_relative_to_nothing_the_regret_is_infinite_or_none():
    costs = np.array([[0.0, 0.0], [5.0, 0.0]])
    found = relative_regret(costs, larger_is_better=False)
    assert found.tolist() == [[0, 0], [math.inf, 0]]


def test_losses_are_relative_to_their_size():
    assert relative_regret(np.array([[-10.0], [-15.0]])).tolist() == [[0.0], [0.5]]


def test_summed_up_by_hand():
    found = summed_up(regret(CREDITS), share=0.75)
    assert found.maximum.tolist() == [40, 30, 60]
    assert found.mean.value.tolist() == [15, 12.5, 27.5]
    assert found.mean.error[1] == pytest.approx(np.std([10, 10, 0, 30], ddof=1) / 2)
    assert found.quantile.value.tolist() == [20, 10, 50]
    assert found.quantile.error.shape == (3,)


def test_satisficing_by_hand():
    value, error = satisficing(CREDITS, 60.0)
    assert value.tolist() == [0.75, 0.75, 0.25]
    assert error == pytest.approx([math.sqrt(0.75 * 0.25 / 4)] * 3)
    assert satisficing(CREDITS, 60.0, larger_is_better=False).value.tolist() == [0.5, 0.5, 0.75]


def test_years_have_their_own_best_lever_and_threshold():
    outcomes = np.stack([CREDITS, -CREDITS], axis=-1)
    assert regret(outcomes)[..., 0].tolist() == regret(CREDITS).tolist()
    assert regret(outcomes)[..., 1].tolist() == regret(CREDITS, larger_is_better=False).tolist()
    assert summed_up(regret(outcomes)).maximum.shape == (3, 2)
    found = satisficing(outcomes, [60.0, -60.0]).value
    assert found.tolist() == [[0.75, 0.5], [0.75, 0.5], [0.25, 0.75]]


def test_nobody_knows_the_best_where_an_outcome_is_no_number():
    outcomes = CREDITS.copy()
    outcomes[0, 1] = np.nan
    assert np.isnan(regret(outcomes)).tolist() == [[False, True, False, False]] * 3
    assert np.isnan(relative_regret(outcomes)[:, 1]).all()
    assert satisficing(outcomes, 60.0).value[0] == 0.5
    assert np.isnan(summed_up(regret(outcomes)).maximum).all()


OUTCOMES = hnp.arrays(float, (3, 8), elements=st.floats(-1e6, 1e6))


@given(OUTCOMES)
def test_regret_is_never_negative_and_somebody_has_none(outcomes):
    for larger in (True, False):
        found = regret(outcomes, larger)
        assert found.min() >= 0
        assert (found.min(axis=0) == 0).all()
    assert regret(-outcomes, larger_is_better=False).tolist() == regret(outcomes).tolist()


@given(OUTCOMES)
def test_a_lever_that_is_never_worse_has_no_more_regret(outcomes):
    better = outcomes[0] + 1.0
    found = summed_up(regret(np.vstack([outcomes, better])))
    assert found.maximum[3] <= found.maximum[0]
    assert found.mean.value[3] <= found.mean.value[0]
    thresholds = satisficing(np.vstack([outcomes, better]), 0.0).value
    assert thresholds[3] >= thresholds[0]
