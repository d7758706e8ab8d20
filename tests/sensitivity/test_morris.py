"""Screening after Morris: models whose elementary effects are known."""

import numpy as np
import pytest

from jcm_models.sensitivity_analysis.morris import design, effects
from tests.sensitivity.known import groups_of

NAMES = ["first", "second", "third", "fourth"]
SPAN = 0.75  # from the lowest of four levels, 1/8, to the highest


def screened(function, trajectories=20, groups=None, names=NAMES, seed=1, **options):
    groups = groups_of(len(names)) if groups is None else groups
    points = design(trajectories, groups, seed)
    return effects(points, function(points), groups, names, seed, **options)


def test_a_linear_model_has_the_same_effect_everywhere():
    slopes = np.array([0.0, 1.0, -5.0, 100.0])
    found = screened(lambda points: points @ slopes)
    assert found.mean_size == pytest.approx(SPAN * np.abs(slopes), abs=1e-9)
    assert found.mean == pytest.approx(SPAN * slopes, abs=1e-9)
    assert found.spread == pytest.approx(0.0, abs=1e-9)
    assert found.mean_size_error == pytest.approx(0.0, abs=1e-9)


def test_an_interaction_shows_as_spread_and_only_of_its_inputs():
    found = screened(lambda points: points[:, 0] * points[:, 1] + points[:, 2], 2000)
    # The effect of one is the other: 0.75 times one of 1/8, 3/8, 5/8, 7/8.
    levels = np.array([1, 3, 5, 7]) / 8
    for which in (0, 1):
        assert found.mean_size[which] == pytest.approx(SPAN * levels.mean(), abs=0.01)
        assert found.spread[which] == pytest.approx(SPAN * levels.std(), abs=0.01)
    assert found.spread[2:] == pytest.approx(0.0, abs=1e-9)


def test_effects_that_cancel_have_a_size_and_no_mean():
    found = screened(lambda points: (points[:, 0] - 0.5) ** 2, 2000)
    # A step of two levels of four, from the middle of one half of the range to the other's:
    # (3/8)² - (1/8)² either way.
    change = (9 - 1) / 64 / (2 / 3)
    assert found.mean_size[0] == pytest.approx(change, abs=1e-9)
    assert found.mean[0] == pytest.approx(0.0, abs=0.02)


def test_the_error_of_the_mean_size_holds_the_truth_as_often_as_asked():
    truth = SPAN / 2

    def covers(seed):
        found = screened(lambda p: p[:, 0] * p[:, 1], 30, seed=seed, confidence=0.9)
        return np.abs(found.mean_size[:2] - truth) <= found.mean_size_error[:2]

    share = np.mean([covers(seed) for seed in range(60)])
    assert abs(share - 0.9) < 0.1


def test_a_process_is_one_input_whose_columns_move_together_and_has_no_direction():
    groups = [[1], [3, 0], [2]]
    points = design(50, groups, 4)
    walks = points.reshape(50, 4, 4)
    moved = np.diff(walks, axis=1) != 0
    assert (moved[:, :, 0] == moved[:, :, 3]).all()
    assert (moved[:, :, [0, 1, 2]].sum(axis=1) == 1).all()
    found = effects(points, 2 * points[:, 1] + points[:, 3], groups, ["p", "q", "r"], 4)
    assert found.names == ("p", "q", "r")
    assert found.mean_size == pytest.approx([2 * SPAN, SPAN, 0.0], abs=1e-9)
    assert np.isnan(found.spread).tolist() == [False, True, False]


def test_every_year_is_screened_as_it_would_be_alone_and_the_seed_decides():
    def yearly(points):
        return np.stack([points[:, 0] ** 2, points[:, 1] * points[:, 2]], axis=1)

    found = screened(yearly)
    assert found.mean_size.shape == (4, 2)
    alone = screened(lambda points: yearly(points)[:, 1])
    assert alone.mean_size.tolist() == found.mean_size[:, 1].tolist()
    assert alone.mean_size_error.tolist() == found.mean_size_error[:, 1].tolist()
    assert screened(yearly, seed=2).mean_size.tolist() != found.mean_size.tolist()


def test_points_are_the_middles_of_equally_likely_ranges():
    points = design(200, groups_of(3), 1, levels=4)
    assert points.shape == (800, 3)
    levels, numbers = np.unique(points.round(12), return_counts=True)
    assert levels.tolist() == [0.125, 0.375, 0.625, 0.875]
    assert numbers.min() > 500


def test_a_result_that_never_changes_is_no_effect():
    found = screened(lambda points: np.full(len(points), 7.0))
    assert found.mean_size.tolist() == found.spread.tolist() == [0.0] * 4


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="3 levels"):
        design(5, groups_of(2), 1, levels=3)
    with pytest.raises(ValueError, match=r"columns \[0, 2\]"):
        design(5, [[0], [2]], 1)
    with pytest.raises(ValueError, match=r"columns \[0, 0\]"):
        design(5, [[0], [0]], 1)
    points = design(5, groups_of(2), 1)
    with pytest.raises(ValueError, match="1 names, 2 inputs, 15 points and 15 outputs"):
        effects(points, points[:, 0], groups_of(2), ["a"], 1)
    with pytest.raises(ValueError, match="15 points and 14 outputs"):
        effects(points, points[1:, 0], groups_of(2), ["a", "b"], 1)
