"""One input at a time: the points to run, and the swings in their order."""

import numpy as np
import pytest
from scipy.stats import norm

from jcm_models.sensitivity_analysis.tornado import Swing, design, tornado
from tests.sensitivity.known import groups_of


def test_each_input_goes_low_and_high_while_the_others_stay():
    assert design(groups_of(2), 0.05, 0.95).tolist() == [
        [0.5, 0.5],
        [0.05, 0.5],
        [0.95, 0.5],
        [0.5, 0.05],
        [0.5, 0.95],
    ]


def test_the_others_may_stay_at_their_means():
    points = design(groups_of(2), 0.1, 0.9, centre=[0.6, 0.3])
    assert points[0].tolist() == [0.6, 0.3]
    assert points[1].tolist() == [0.1, 0.3]
    assert points[4].tolist() == [0.6, 0.9]


def test_the_sum_of_the_scores_of_a_process_is_at_its_quantile():
    points = design([[0, 1, 2, 3], [4]], 0.1, 0.9)
    total = norm.ppf(points[1, :4]).sum()
    assert norm.cdf(total / 2) == pytest.approx(0.1)  # of four, the deviation is 2
    assert points[1, 4] == 0.5
    assert points[3].tolist() == [0.5] * 4 + [0.1]
    assert points[2, :4] == pytest.approx(1 - points[1, :4])


def test_the_widest_swing_comes_first_whatever_its_direction():
    found = tornado(np.array([10.0, 9, 11, 25, 1, 10, 10]), ["a", "b", "c"])
    assert found.base == 10
    assert found.swings == (Swing("b", 25, 1), Swing("a", 9, 11), Swing("c", 10, 10))
    assert [swing.size for swing in found.swings] == [24, 2, 0]


def test_swings_as_wide_keep_the_order_of_the_names():
    found = tornado(np.array([0.0, -1, 1, 1, -1]), ["a", "b"])
    assert [swing.name for swing in found.swings] == ["a", "b"]


def test_a_model_by_hand():
    # 100 t + 20 t (2u - 1) - 60 t (2v - 1), at the quantiles 0.1 and 0.9
    points = design(groups_of(2))
    found = tornado(100 + 20 * (2 * points[:, 0] - 1) - 60 * (2 * points[:, 1] - 1), ["u", "v"])
    assert found.base == pytest.approx(100)
    assert found.swings[0].name == "v"
    assert found.swings[0][1:] == pytest.approx((148, 52))
    assert found.swings[1][1:] == pytest.approx((84, 116))


@pytest.mark.parametrize(
    ("low", "high", "centre"), [(0.9, 0.1, 0.5), (0.0, 0.9, 0.5), (0.1, 1.0, 0.5), (0.1, 0.9, 1.0)]
)
def test_quantiles_out_of_order_or_at_an_end_are_refused(low, high, centre):
    with pytest.raises(ValueError, match="0 < low < high < 1"):
        design(groups_of(1), low, high, centre)


def test_another_number_of_outputs_than_points_is_refused():
    with pytest.raises(ValueError, match="needed is one for each of 5 points"):
        tornado(np.zeros(4), ["a", "b"])
