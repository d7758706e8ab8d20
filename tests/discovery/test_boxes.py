"""What a box holds, and how well it describes the cases of interest."""

import math

import numpy as np
import pytest
from scipy.stats import binomtest

from jcm_models.discovery.boxes import described, open_ends, require_cases, within
from tests.discovery.planted import bend, corner, even, two_corners

YEARS = np.array([1.0, 2, 3, 4, 5, 6, 7, 8, 9, 10])
FUEL = np.array(["coal", "gas"] * 5)
FAILED = np.array([0, 0, 0, 0, 1, 0, 1, 0, 1, 1], dtype=bool)


def test_both_limits_are_inside():
    assert within(YEARS, (3.0, 5.0)).nonzero()[0].tolist() == [2, 3, 4]
    assert within(YEARS, (9.0, math.inf)).nonzero()[0].tolist() == [8, 9]
    assert within(FUEL, frozenset({"gas"})).sum() == 5
    assert within(FUEL, frozenset()).sum() == 0


def test_a_box_by_hand():
    # Inside: 5, 7, 9, of which all three have failed; four have failed of all ten.
    limits = {"year": (5.0, math.inf), "fuel": frozenset({"coal"})}
    box = described({"year": YEARS, "fuel": FUEL}, FAILED, limits)
    assert (box.coverage, box.density, box.mass, box.restricted) == (0.75, 1.0, 0.3, 2)
    # Without the years: 3 of 5 coal have failed. Without the fuel: 4 of 6 late years.
    assert box.p_values == pytest.approx({"year": (3 / 5) ** 3, "fuel": (4 / 6) ** 3})


def test_quasi_p_values_are_those_of_a_binomial_test():
    inputs = even()
    failed = bend(inputs)
    limits = {"a": (0.3, 0.9), "b": (0.5, math.inf)}
    box = described(inputs, failed, limits)
    inside = within(inputs["a"], limits["a"]) & within(inputs["b"], limits["b"])
    wider = within(inputs["b"], limits["b"])
    test = binomtest(
        int(failed[inside].sum()), int(inside.sum()), failed[wider].mean(), alternative="greater"
    )
    assert box.p_values["a"] == pytest.approx(test.pvalue, rel=1e-9)


# Boxes and quasi-p-values that the EMA Workbench 2.5.3 (https://github.com/quaquel/EMAworkbench)
# gives for the points of `planted.even()`: Prim(DataFrame, cases, threshold=0.5).find_box(), the
# box of most coverage with a density of 0.8 at least, box.box_lims[i] and box.qp[i].
WORKBENCH = [
    (
        corner,
        {"a": (0.5852060317993164, math.inf), "b": (-math.inf, 0.4816904067993164)},
        {"a": 3.034825225518113e-85, "b": 1.1827788497688263e-66},
    ),
    (
        bend,
        {"a": (0.5170907974243164, math.inf), "b": (0.4890146255493164, math.inf)},
        {"a": 6.380833025397523e-67, "b": 1.3395897814208455e-63},
    ),
    (
        two_corners,
        {"a": (0.7412118911743164, math.inf), "c": (-math.inf, 0.5925302505493164)},
        {"a": 2.2596653566727545e-93, "c": 1.564825106700088e-29},
    ),
]


@pytest.mark.parametrize(("cases", "limits", "p_values"), WORKBENCH)
def test_quasi_p_values_are_those_of_another_program(cases, limits, p_values):
    inputs = even()
    assert described(inputs, cases(inputs), limits).p_values == pytest.approx(p_values, rel=1e-9)


def test_a_restriction_of_no_effect_is_as_likely_as_not():
    inputs = even()
    box = described(inputs, corner(inputs), {"a": (0.6, math.inf), "d": (0.3, math.inf)})
    assert box.p_values["a"] < 1e-20
    assert box.p_values["d"] > 0.2


def test_a_box_without_limits_holds_everything():
    box = described({"year": YEARS}, FAILED, {})
    assert (box.coverage, box.density, box.mass, dict(box.p_values)) == (1.0, 0.4, 1.0, {})


def test_an_empty_box_and_one_without_cases_are_described_too():
    empty = described({"year": YEARS}, FAILED, {"year": (11.0, 12.0)})
    assert (empty.coverage, empty.density, empty.mass, empty.p_values["year"]) == (0, 0, 0, 1)
    without = described({"year": YEARS}, FAILED, {"year": (-math.inf, 4.0)})
    assert (without.coverage, without.density, without.mass) == (0, 0, 0.4)
    assert without.p_values["year"] == 1.0


def test_later_boxes_count_only_what_is_left_as_a_share_of_all():
    left = YEARS < 9
    box = described({"year": YEARS}, FAILED, {"year": (5.0, math.inf)}, left)
    assert (box.coverage, box.density, box.mass) == (0.5, 0.5, 0.4)


def test_a_limit_beyond_which_no_sample_lies_is_none():
    assert open_ends(YEARS, 1.0, 5.0) == (-math.inf, 5.0)
    assert open_ends(YEARS, 2.0, 10.0) == (2.0, math.inf)
    assert open_ends(YEARS, 2.0, 9.0) == (2.0, 9.0)
    assert open_ends(YEARS, -math.inf, 10.0) is None


@pytest.mark.parametrize(
    ("cases", "message"),
    [
        (np.zeros(10, dtype=bool), "none of the 10 samples are cases of interest"),
        (np.ones(10, dtype=bool), "all of the 10 samples are cases of interest"),
    ],
)
def test_samples_that_all_agree_teach_nothing(cases, message):
    with pytest.raises(ValueError, match=message):
        require_cases({"year": YEARS}, cases)


def test_all_that_is_wrong_with_the_inputs_is_told_together():
    inputs = {"year": np.where(YEARS > 8, np.nan, YEARS), "price": YEARS[1:], "fuel": FUEL}
    with pytest.raises(ValueError, match="year is not a number in 2 of 10 samples") as raised:
        require_cases(inputs, FAILED)
    assert "price has the shape (9,), and there are 10 samples" in str(raised.value)
    assert "fuel" not in str(raised.value)
