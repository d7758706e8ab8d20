"""A decision tree as boxes: they hold every sample once, and describe it as the tree does."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sklearn.tree import DecisionTreeClassifier

from jcm_models.discovery.boxes import within
from jcm_models.discovery.tree import leaves
from tests.discovery.planted import corner, drawn, two_corners


def inside(inputs, box):
    return np.logical_and.reduce(
        [np.ones(len(next(iter(inputs.values()))), dtype=bool)]
        + [within(inputs[name], limits) for name, limits in box.limits.items()]
    )


def test_a_planted_corner_is_one_leaf():
    inputs = drawn(1, 5000)
    best = leaves(inputs, corner(inputs), depth=2)[0]
    assert set(best.limits) == {"a", "b"}
    assert best.limits["a"] == pytest.approx((0.6, math.inf), abs=0.01)
    assert best.limits["b"] == pytest.approx((-math.inf, 0.4), abs=0.01)
    assert (best.density, best.coverage) == pytest.approx((1.0, 1.0), abs=0.01)


@given(st.integers(0, 10**6), st.integers(1, 4))
@settings(max_examples=25, deadline=None)
def test_every_sample_is_in_one_leaf(seed, depth):
    generator = np.random.default_rng(seed)
    inputs = drawn(seed, 300) | {
        "fuel": generator.choice(["coal", "gas", "oil"], 300),
        "year": generator.integers(2021, 2031, 300),
    }
    failed = two_corners(inputs) | (inputs["fuel"] == "oil")
    assume(failed.any() and not failed.all())
    boxes = leaves(inputs, failed, depth, least_share=0.1)
    assert np.sum([inside(inputs, box) for box in boxes], axis=0).tolist() == [1] * 300
    assert sum(box.mass for box in boxes) == pytest.approx(1.0)
    assert sum(box.coverage for box in boxes) == pytest.approx(1.0)
    assert len(boxes) <= 2**depth
    assert min(box.mass for box in boxes) >= 0.1
    assert [box.density for box in boxes] == sorted((box.density for box in boxes), reverse=True)


def test_leaves_are_those_of_scikit_learn_on_the_values():
    inputs = drawn(3, 800)
    failed = two_corners(inputs)
    tree = DecisionTreeClassifier(max_depth=3, min_samples_leaf=0.05, random_state=0)
    table = np.column_stack(list(inputs.values()))
    expected = tree.fit(table, failed).predict_proba(table)[:, 1]
    found = np.zeros(800)
    for box in leaves(inputs, failed):
        found[inside(inputs, box)] = box.density
    assert found == pytest.approx(expected)


def test_a_choice_is_split_by_its_values():
    fuel = np.array(["coal", "gas", "oil"] * 100)
    boxes = leaves({"fuel": fuel}, fuel == "gas")
    assert [(dict(box.limits), box.density) for box in boxes] == [
        ({"fuel": {"gas"}}, 1.0),
        ({"fuel": {"coal", "oil"}}, 0.0),
    ]


def test_limits_lose_no_digit_of_large_numbers():
    # Tonnes that are the same in single precision.
    tonnes = 1e9 + np.arange(100.0)
    boxes = leaves({"tonnes": tonnes}, tonnes >= 1e9 + 37)
    assert dict(boxes[0].limits) == {"tonnes": (1e9 + 37, math.inf)}
    assert dict(boxes[1].limits) == {"tonnes": (-math.inf, 1e9 + 36)}
    assert (boxes[0].density, boxes[1].density) == (1.0, 0.0)


def test_samples_that_all_agree_are_refused():
    with pytest.raises(ValueError, match="all of the 1000 samples"):
        leaves(drawn(5), np.ones(1000, dtype=bool))
