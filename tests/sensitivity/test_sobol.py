"""Sobol indices: closed forms, intervals that hold the truth, and outputs that do not vary."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jcm_models.sensitivity_analysis.sobol import design, indices, mixed
from tests.sensitivity.known import (
    G_WEIGHTS,
    groups_of,
    ishigami,
    ishigami_indices,
    sobol_g,
    sobol_g_indices,
)


def estimated(function, samples, dimensions, seed=1, groups=None, confidence=0.95):
    a, b = design(samples, dimensions, seed)
    groups = groups_of(dimensions) if groups is None else groups
    f_ab = np.stack([function(mixed(a, b, group)) for group in groups])
    return indices(function(a), function(b), f_ab, [str(g) for g in groups], confidence)


def test_ishigami_is_as_its_closed_form():
    first, total = ishigami_indices()
    assert first == pytest.approx([0.3139, 0.4424, 0.0], abs=5e-5)  # as published
    assert total == pytest.approx([0.5576, 0.4424, 0.2437], abs=5e-5)
    found = estimated(ishigami, 8192, 3)
    assert found.first == pytest.approx(first, abs=0.005)
    assert found.total == pytest.approx(total, abs=0.005)


def test_sobol_g_is_as_its_closed_form():
    first, total = sobol_g_indices()
    assert first[:4] == pytest.approx([0.7162, 0.1790, 0.0237, 0.0072], abs=5e-5)
    assert total[:4] == pytest.approx([0.7871, 0.2422, 0.0343, 0.0105], abs=5e-5)
    found = estimated(sobol_g, 8192, len(G_WEIGHTS))
    assert found.first == pytest.approx(first, abs=0.01)
    assert found.total == pytest.approx(total, abs=0.01)


def test_an_additive_model_has_first_and_total_indices_alike_by_its_weights():
    weights = np.array([1.0, 2.0, 4.0])
    found = estimated(lambda points: points @ weights, 4096, 3)
    exact = weights**2 / (weights**2).sum()
    assert found.first == pytest.approx(exact, abs=1e-3)
    assert found.total == pytest.approx(exact, abs=1e-3)


def test_a_product_has_more_in_total_than_first():
    # For x y of uniform numbers: V = 7/144, V1 = V2 = 1/48, V12 = 1/144.
    found = estimated(lambda points: points[:, 0] * points[:, 1], 4096, 2)
    assert found.first == pytest.approx([3 / 7, 3 / 7], abs=2e-3)
    assert found.total == pytest.approx([4 / 7, 4 / 7], abs=2e-3)


def test_the_columns_of_a_process_count_as_one_input():
    weights = np.array([1.0, 1.0, 1.0, 2.0])
    found = estimated(lambda points: points @ weights, 4096, 4, groups=[[0, 1, 2], [3]])
    assert found.first == pytest.approx([3 / 7, 4 / 7], abs=1e-3)
    assert found.total == pytest.approx([3 / 7, 4 / 7], abs=1e-3)


def test_every_year_has_its_own_indices():
    rising = np.linspace(0, 1, 5)

    def function(points):
        return points[:, :1] * (1 - rising) + points[:, 1:2] * rising

    found = estimated(function, 2048, 2)
    exact = np.stack([(1 - rising) ** 2, rising**2]) / ((1 - rising) ** 2 + rising**2)
    assert found.first.shape == (2, 5)
    assert found.first == pytest.approx(exact, abs=2e-3)
    alone = estimated(lambda points: function(points)[:, 2], 2048, 2)
    assert alone.total.tolist() == found.total[:, 2].tolist()
    assert alone.first_high.tolist() == found.first_high[:, 2].tolist()


def test_further_axes_are_kept():
    found = estimated(lambda points: points[:, :, np.newaxis] * np.ones((2, 3)), 64, 2)
    assert found.first.shape == found.total_high.shape == (2, 2, 3)
    assert found.first[0, 0] == pytest.approx(1.0, abs=0.1)
    assert found.total[0, 1] == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize("constant", [0.0, 5.3, 0.1 + 0.2, -1e9])
def test_a_year_in_which_nothing_varies_has_no_indices_and_the_others_do(constant):
    def function(points):
        return np.stack([np.full(len(points), constant), points[:, 0]], axis=1)

    found = estimated(function, 256, 2)
    for measure in found[1:]:
        assert np.isnan(measure[:, 0]).all()
        assert np.isfinite(measure[:, 1]).all()


def test_what_differs_by_rounding_alone_does_not_vary():
    found = estimated(lambda points: 1e6 + 1e-10 * points[:, 0], 256, 2)
    assert np.isnan(found.first).all()


def test_an_output_that_is_no_number_in_one_sample_has_no_indices():
    a, b = design(64, 1, 1)
    f_a, f_b, f_ab = a.repeat(2, axis=1), b.repeat(2, axis=1), np.stack([b.repeat(2, axis=1)])
    f_ab[0, 3, 1] = np.nan
    found = indices(f_a, f_b, f_ab, ["x"])
    assert np.isnan(found.total[0]).tolist() == [False, True]


def test_all_outputs_constant_is_answered_too():
    assert np.isnan(estimated(lambda points: np.ones((len(points), 3)), 16, 2).total).all()


def independent(function, samples, dimensions, seed):
    """Return indices from points that are independent, for which the errors are meant."""
    a, b = np.random.default_rng(seed).random((2, samples, dimensions))
    f_ab = np.stack([function(mixed(a, b, [i])) for i in range(dimensions)])
    return indices(function(a), function(b), f_ab, ["a", "b", "c"], 0.9)


def held(found, first, total):
    return np.concatenate(
        [
            (found.first_low <= first) & (first <= found.first_high),
            (found.total_low <= total) & (total <= found.total_high),
        ]
    )


def test_intervals_hold_the_true_index_as_often_as_they_say_and_more_for_even_points():
    first, total = ishigami_indices()
    runs = range(200)
    by_chance = np.mean([held(independent(ishigami, 512, 3, s), first, total) for s in runs], 0)
    assert (np.abs(by_chance - 0.9) < 4 * np.sqrt(0.9 * 0.1 / 200)).all()
    even = np.mean(
        [held(estimated(ishigami, 512, 3, s, confidence=0.9), first, total) for s in range(50)], 0
    )
    assert (even >= 0.9 - 4 * np.sqrt(0.9 * 0.1 / 50)).all()


@pytest.mark.parametrize(
    "function", [ishigami, lambda points: np.exp(3 * points[:, 0]) + points[:, 1]]
)
def test_the_errors_are_those_of_a_bootstrap(function):
    a, b = np.random.default_rng(5).random((2, 256, 3))
    f_a, f_b = function(a), function(b)
    f_ab = np.stack([function(mixed(a, b, [i])) for i in range(3)])
    found = indices(f_a, f_b, f_ab, "abc", confidence=0.95)
    again = []
    for rows in np.random.default_rng(6).integers(256, size=(1500, 256)):
        drawn = indices(f_a[rows], f_b[rows], f_ab[:, rows], "abc")
        again.append(np.concatenate([drawn.first, drawn.total]))
    half = np.concatenate([found.first_high - found.first, found.total_high - found.total])
    assert half == pytest.approx(1.959964 * np.std(again, axis=0), rel=0.15, abs=1e-9)


def test_a_surer_interval_is_wider():
    usual, sure = (estimated(ishigami, 256, 3, confidence=share) for share in (0.9, 0.99))
    assert (sure.total_low < usual.total_low).all()
    assert (sure.first_high > usual.first_high).all()
    assert usual.first.tolist() == sure.first.tolist()


@given(seed=st.integers(0, 2**63), power=st.integers(0, 6), dimensions=st.integers(1, 6))
@settings(max_examples=50, deadline=None)
def test_points_lie_inside_fill_every_stripe_and_follow_from_the_seed(seed, power, dimensions):
    samples = 2**power
    a, b = design(samples, dimensions, seed)
    both = np.concatenate([a, b], axis=1)
    assert both.shape == (samples, 2 * dimensions)
    # Odd multiples of half the finest step, so that neither end is ever met.
    assert (both * 2.0**53 % 2 == 1).all()
    assert ((both > 0) & (both < 1)).all()
    stripes = np.sort(np.floor(both * samples), axis=0)
    assert (stripes == np.arange(samples)[:, np.newaxis]).all()
    assert design(samples, dimensions, seed)[1].tobytes() == b.tobytes()


def test_mixing_takes_one_input_and_leaves_its_sources_alone():
    a, b = np.zeros((2, 3)), np.ones((2, 3))
    assert mixed(a, b, [0, 2]).tolist() == [[1, 0, 1]] * 2
    assert a.sum() == 0
    assert mixed(a, b, np.array([1])).tolist() == [[0, 1, 0]] * 2


@pytest.mark.parametrize(("samples", "offered"), [(1000, "512 or 1024"), (0, "1 or 2")])
def test_a_number_of_samples_that_is_no_power_of_two_is_refused(samples, offered):
    with pytest.raises(ValueError, match=offered):
        design(samples, 2, 1)


def test_shapes_that_do_not_belong_together_are_refused():
    with pytest.raises(ValueError, match=r"\(4,\) at A, \(4,\) at B and \(1, 4\) mixed, for 2"):
        indices(np.ones(4), np.ones(4), np.ones((1, 4)), ["a", "b"])
    with pytest.raises(ValueError, match="found 3 samples"):
        indices(np.ones(3), np.ones(3), np.ones((1, 3)), ["a"])
