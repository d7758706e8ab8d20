"""Peeling and pasting: planted boxes, another program, and what always holds."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from jcm_models.discovery.boxes import within
from jcm_models.discovery.prim import Trajectory, cover, trajectory
from tests.discovery.planted import bend, corner, drawn, even, two_corners


def held(inputs, box):
    inside = np.ones(len(next(iter(inputs.values()))), dtype=bool)
    for name, limits in box.limits.items():
        inside &= within(inputs[name], limits)
    return inside


def test_a_planted_box_is_found_again():
    inputs = drawn(1, 10_000, 10)
    failed = (inputs["a"] > 0.6) & (inputs["b"] < 0.4) & (inputs["c"] > 0.2)
    box = trajectory(inputs, failed).chosen(0.9)
    assert set(box.limits) == {"a", "b", "c"}
    assert box.limits["a"] == pytest.approx((0.6, math.inf), abs=0.03)
    assert box.limits["b"] == pytest.approx((-math.inf, 0.4), abs=0.03)
    assert box.limits["c"] == pytest.approx((0.2, math.inf), abs=0.08)
    assert box.coverage > 0.93
    assert max(box.p_values.values()) < 1e-10


def test_a_range_with_two_ends_is_found_again():
    inputs = drawn(2, 5000)
    failed = (inputs["b"] > 0.3) & (inputs["b"] < 0.5)
    box = trajectory(inputs, failed).chosen(0.95)
    assert set(box.limits) == {"b"}
    assert box.limits["b"] == pytest.approx((0.3, 0.5), abs=0.02)


# What the EMA Workbench 2.5.3 (https://github.com/quaquel/EMAworkbench) finds for the points of
# `planted.even()`, by Prim(DataFrame, cases, threshold=0.5).find_box() with its defaults: rows of
# box.peeling_trajectory as (step, coverage, density, mass, restricted), and the number of boxes.
WORKBENCH = {
    corner: [
        (0, 1.0, 0.160645, 1.0, 0),
        (5, 1.0, 0.207965, 0.772461, 1),
        (10, 1.0, 0.269451, 0.596191, 1),
        (20, 1.0, 0.453168, 0.354492, 2),
        (31, 1.0, 0.804401, 0.199707, 2),
        (36, 0.954407, 1.0, 0.153320, 2),
    ],
    bend: [
        (5, 1.0, 0.311631, 0.772461, 1),
        (10, 1.0, 0.403767, 0.596191, 2),
        (20, 0.955375, 0.648760, 0.354492, 2),
    ],
    two_corners: [
        (5, 0.909548, 0.228824, 0.772461, 1),
        (10, 0.836683, 0.272727, 0.596191, 2),
        (20, 0.736181, 0.403581, 0.354492, 2),
        (36, 0.650754, 0.824841, 0.153320, 2),
        (41, 0.605528, 1.0, 0.117676, 2),
    ],
}


@pytest.mark.parametrize("cases", WORKBENCH)
def test_the_way_is_that_of_another_program(cases):
    inputs = even()
    boxes = trajectory(inputs, cases(inputs)).boxes
    for step, *measures in WORKBENCH[cases]:
        box = boxes[step]
        found = (box.coverage, box.density, box.mass, box.restricted)
        assert found == pytest.approx(tuple(measures), abs=1e-6)


def test_where_equal_gains_part_the_ways_the_end_is_as_good_as_the_other_programs():
    inputs = even()
    box = trajectory(inputs, bend(inputs)).chosen(0.8)
    assert box.density == pytest.approx(0.813492, abs=0.01)
    assert box.coverage == pytest.approx(0.831643, abs=0.01)


def test_choices_are_restricted_to_some_of_their_values():
    generator = np.random.default_rng(4)
    inputs = drawn(3, 4000, 3) | {
        "fuel": generator.choice(["coal", "gas", "oil", "wood"], 4000),
        "strict": generator.random(4000) < 0.5,
    }
    failed = np.isin(inputs["fuel"], ["coal", "oil"]) & inputs["strict"] & (inputs["a"] > 0.5)
    box = trajectory(inputs, failed).chosen(0.95)
    assert box.limits["fuel"] == {"coal", "oil"}
    assert box.limits["strict"] == {True}
    assert box.limits["a"] == pytest.approx((0.5, math.inf), abs=0.03)


def test_a_slice_counts_by_what_it_gains_for_each_sample_lost():
    # Without oil the density is 0.6, without the five least 40/95; for each sample, that is more.
    fuel = np.array(["oil", "gas"] * 50)
    values = np.arange(100.0)
    place = values // 2
    failed = (values >= 5) & np.where(fuel == "oil", place >= 40, place >= 20)
    failed[values == 39] = False
    first, second = trajectory({"fuel": fuel, "a": values}, failed).peeled[:2]
    assert (first.density, failed[fuel == "gas"].mean()) == (0.4, 0.6)
    assert dict(second.limits) == {"a": (5.0, math.inf)}


def test_whole_numbers_leave_together_where_they_are_equal():
    years = np.random.default_rng(5).integers(2021, 2031, 2000)
    box = trajectory({"year": years}, years >= 2026).boxes[-1]
    assert dict(box.limits) == {"year": (2026.0, math.inf)}
    assert (box.coverage, box.density) == (1.0, 1.0)


def test_pasting_wins_back_what_was_peeled_too_far():
    values = np.arange(100.0)
    failed = (values >= 55) & (values != 80)
    found = trajectory({"a": values}, failed, peel_share=0.4, paste_share=0.02, least_mass=0.3)
    assert dict(found.peeled[-1].limits) == {"a": (64.0, math.inf)}
    assert [box.limits["a"][0] for box in found.pasted] == list(np.arange(63.0, 54.0, -1))
    assert found.boxes == found.peeled + found.pasted


def test_a_dense_box_is_not_pasted_to():
    values = np.arange(100.0)
    found = trajectory({"a": values}, values >= 55, peel_share=0.4)
    assert found.peeled[-1].coverage < 1
    assert found.pasted == ()


def test_a_choice_is_pasted_back_too():
    # Gas goes first, for it hardly ever fails; in the late years that are left, it always does.
    fuel = np.array(["coal"] * 40 + ["gas"] * 40 + ["oil"] * 40)
    year = np.concatenate([np.arange(40, 80), np.arange(12, 52), np.arange(40, 80)])
    failed = (fuel != "oil") & (year >= 50) & ~((fuel == "coal") & (year == 60))
    found = trajectory({"fuel": fuel, "year": year}, failed, least_mass=0.25)
    assert dict(found.peeled[-1].limits) == {"fuel": {"coal"}, "year": (50.0, math.inf)}
    assert found.peeled[-1].density == 29 / 30
    assert [box.limits["fuel"] for box in found.pasted] == [{"coal", "gas"}]
    assert found.pasted[-1].density == 31 / 32


def test_a_constant_input_is_never_restricted():
    inputs = drawn(6) | {"same": np.full(1000, 3.0), "only": np.full(1000, "gas")}
    for box in trajectory(inputs, corner(inputs)).boxes:
        assert set(box.limits) <= {"a", "b", "c", "d"}


def test_several_boxes_cover_several_corners():
    inputs = drawn(7, 5000)
    failed = two_corners(inputs)
    boxes = cover(inputs, failed, most=2, density=0.9)
    assert {frozenset(box.limits) for box in boxes} == {frozenset("ac"), frozenset("bd")}
    assert min(box.density for box in boxes) >= 0.9
    joint = held(inputs, boxes[0]) | held(inputs, boxes[1])
    assert sum(box.coverage for box in boxes) == pytest.approx(
        (failed & joint).sum() / failed.sum()
    )
    assert sum(box.mass for box in boxes) == pytest.approx(joint.mean())
    assert sum(box.coverage for box in boxes) > 0.85
    assert cover(inputs, failed, most=1, density=0.9) == boxes[:1]


def test_covering_ends_when_no_case_is_left_or_no_dense_box():
    values = np.arange(100.0)
    (box,) = cover({"a": values}, values >= 75, most=5, density=0.9)
    assert (box.coverage, box.density) == (1.0, 25 / 27)
    # One case lies apart: what is left has no box with a density of 0.9.
    apart = (values >= 75) | (values == 10)
    assert cover({"a": values}, apart, most=5, density=0.9)[0].limits == box.limits
    assert len(cover({"a": values}, apart, most=5, density=0.9)) == 1


def test_the_first_box_is_there_even_if_it_is_not_dense():
    inputs = drawn(10)
    failed = np.random.default_rng(11).random(1000) < 0.1 + 0.2 * (inputs["a"] > 0.5)
    (box,) = cover(inputs, failed, density=0.95)
    assert box.density < 0.95
    assert box.density > 1.5 * failed.mean()


def test_peeling_goes_on_through_steps_that_gain_nothing():
    # Both ends are dense, so that every first slice loses density; the middle is dense and larger.
    values = np.arange(100.0)
    failed = (values < 5) | (values >= 95) | ((values >= 45) & (values < 60))
    found = trajectory({"a": values}, failed)
    assert found.peeled[1].density < found.peeled[0].density
    assert found.peeled[-1].density == 1.0


def test_the_box_chosen_covers_most_among_the_dense_or_is_the_densest():
    found = trajectory(drawn(8), corner(drawn(8)))
    chosen = found.chosen(0.7)
    dense = [box for box in found.boxes if box.density >= 0.7]
    assert chosen.coverage == max(box.coverage for box in dense)
    assert found.chosen(2.0).density == max(box.density for box in found.boxes)
    assert Trajectory(found.peeled[:1], ()).chosen(0.9) == found.peeled[0]


@st.composite
def cases(draw):
    inputs = {
        "a": draw(hnp.arrays(float, 60, elements=st.floats(-1e9, 1e9))),
        "b": draw(hnp.arrays(np.int64, 60, elements=st.integers(-3, 3))),
        "c": draw(hnp.arrays("U1", 60, elements=st.sampled_from("xyz"))),
    }
    failed = draw(hnp.arrays(bool, 60))
    assume(0 < failed.sum() < 60)
    return inputs, failed


@given(cases(), st.floats(0.01, 0.5), st.floats(0.0, 0.3))
@settings(max_examples=60, deadline=None)
def test_what_always_holds_of_the_way(drawn_cases, share, least):
    inputs, failed = drawn_cases
    found = trajectory(inputs, failed, peel_share=share, paste_share=share, least_mass=least)
    for box in found.boxes:
        inside = held(inputs, box)
        assert box.mass == inside.mean() >= least - 1e-12
        assert box.coverage == failed[inside].sum() / failed.sum() <= 1
        assert box.density == failed[inside].mean() <= 1
        assert set(box.p_values) == set(box.limits)
        assert all(0 <= p <= 1 for p in box.p_values.values())
    masses = [box.mass for box in found.peeled]
    assert all(after < before for before, after in pairwise(masses))
    densest = max(found.peeled, key=lambda box: (box.density, box.mass))
    pasted = [densest, *found.pasted]
    assert all(after.density > before.density for before, after in pairwise(pasted))
    assert all(after.mass > before.mass for before, after in pairwise(pasted))


@given(st.integers(0, 10**6))
@settings(max_examples=25, deadline=None)
def test_mirrored_inputs_give_mirrored_boxes(seed):
    inputs = drawn(seed, 300, 3)
    failed = np.random.default_rng(seed + 1).random(300) < 0.2 + 0.6 * bend(inputs)
    mirrored = {name: -values for name, values in inputs.items()}
    for box, other in zip(
        trajectory(inputs, failed).boxes, trajectory(mirrored, failed).boxes, strict=True
    ):
        turned = {name: (-high, -low) for name, (low, high) in other.limits.items()}
        assert turned == dict(box.limits)
        assert other.coverage == box.coverage


@given(st.integers(0, 10**6))
@settings(max_examples=25, deadline=None)
def test_units_and_the_order_of_samples_do_not_matter(seed):
    inputs = drawn(seed, 300, 3)
    failed = bend(inputs)
    assume(failed.any())
    order = np.random.default_rng(seed).permutation(300)
    scaled = {name: 1024 * values[order] for name, values in inputs.items()}
    for box, other in zip(
        trajectory(inputs, failed).boxes, trajectory(scaled, failed[order]).boxes, strict=True
    ):
        back = {name: (low / 1024, high / 1024) for name, (low, high) in other.limits.items()}
        assert back == dict(box.limits)


def test_samples_from_which_nothing_can_be_learnt_are_refused():
    inputs = drawn(9)
    for answer in (trajectory, cover):
        with pytest.raises(ValueError, match="none of the 1000 samples"):
            answer(inputs, np.zeros(1000, dtype=bool))
