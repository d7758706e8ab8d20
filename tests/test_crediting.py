"""Credits, by hand and against a slow plain implementation (E3, E4, K1 to K3)."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jcm_models.crediting import by_year, credit, of_vintage, whole_tonnes
from jcm_models.emissions import above, emission_reductions, unissued_reductions
from tests.examples import unhurried

GRAM = 1e-6
RULES = ("carried", "ignored")


def credited(reductions, *, inside=1.0, discount=1.0, **rules):
    """Credit reductions; shares that are the same in every year may be given once."""
    array = np.array(reductions, dtype=float)
    ones = np.ones(array.shape[-1:])
    issued = np.ones(len(rules["vintage"])) if "vintage" in rules else ones
    return credit(array, inside * issued, discount * ones, **rules)


def test_the_reduction_is_reference_less_project_less_leakage():  # K1
    found = emission_reductions(np.array([100.0, 10.0]), np.array([30.0, 12.0]), np.array([5.0, 1]))
    assert found.tolist() == [65, -3]


def test_what_lies_between_bau_and_reference_is_never_issued():
    assert unissued_reductions(np.array([120.0]), np.array([100.0])).tolist() == [20]


def test_a_reference_is_above_bau_only_by_more_than_noise():  # E1
    reference = np.array([0.1 + 0.2, 0.3001, 0.0, 0.2])
    assert above(reference, np.array([0.3, 0.3, 0.0, 0.3])).tolist() == [False, True, False, False]


def test_fractions_of_a_tonne_are_rounded_down_in_each_year():  # K2
    found = credited([25.81, 0.99, 1.0, 0.5])
    assert found.issued.tolist() == [25, 0, 1, 0]
    np.testing.assert_allclose(found.rounded, [0.81, 0.99, 0, 0.5])


def test_fractions_may_be_rounded_to_the_nearest_halves_up():  # K2, a parameter
    found = credited([25.81, 0.49, 2.5, 0.5], rounding="nearest")
    assert found.issued.tolist() == [26, 0, 3, 1]
    np.testing.assert_allclose(found.rounded, [-0.19, 0.49, -0.5, -0.5])


def test_the_discount_comes_before_the_rounding():  # K3
    assert credited([10.9], discount=0.95).issued.tolist() == [10]  # and not 0.95 * 10, down to 9


@pytest.mark.parametrize(
    ("reductions", "discount", "issued"),
    [
        pytest.param(100_000, 0.95, 95_000, id="rules.md 2.3"),
        pytest.param(8000 * 0.319, 1, 2552, id="floating solar"),
        pytest.param(15_034.34 - 288, 1, 14_746, id="Darkhan"),
        pytest.param(135.70 - 109.89, 1, 25, id="refrigerator ID_AM003"),
        pytest.param(1000, 0, 0, id="all given up"),
        pytest.param(0, 1, 0, id="nothing reduced"),
    ],
)
def test_a_year_worked_by_hand(reductions, discount, issued):
    assert credited([reductions], discount=discount).issued.tolist() == [issued]


def test_reductions_outside_the_crediting_period_bring_no_credits():
    found = credited([100.0, 100.0, 100.0], inside=np.array([0.25, 1.0, 0.0]))
    assert found.issued.tolist() == [25, 100, 0]
    assert found.outside.tolist() == [75, 0, 100]


@pytest.mark.parametrize(
    ("rule", "issued", "deficit"),
    [
        ("carried", [100, 0, 0, 40, 0, 0, 5], [0, -30, 20, 10, -5, -5, 10]),
        ("ignored", [100, 0, 20, 50, 0, 0, 15], [0, -30, 0, 0, -5, -5, 0]),
    ],
)
def test_years_above_the_reference_are_made_good_or_ignored(rule, issued, deficit):  # E4
    found = credited([100, -30, 20, 50, -5, -5, 15], negative=rule)
    assert found.issued.tolist() == issued
    assert found.deficit.tolist() == deficit


def test_deficits_are_made_good_from_what_the_discount_leaves():  # E3, E4, K3
    found = credited([10, -5.5, 8.2, 3], discount=0.9)
    np.testing.assert_allclose(found.discounted, [1, 0, 0.82, 0.3])
    np.testing.assert_allclose(found.deficit, [0, -5.5, 5.5, 0])
    np.testing.assert_allclose(found.rounded, [0, 0, 0.88, 0.7], atol=GRAM)
    assert found.issued.tolist() == [9, 0, 1, 2]


def test_a_deficit_outside_the_crediting_period_is_nobodys_debt():
    found = credited([-50, -50, 40], inside=np.array([0, 0.5, 1]))
    assert found.outside.tolist() == [-50, -25, 0]
    assert found.issued.tolist() == [0, 0, 15]


@pytest.mark.parametrize(
    ("amount", "down", "nearest", "up"),
    [
        (0.29 * 100, 29, 29, 29),
        (8000 * 0.319, 2552, 2552, 2552),
        (0.1 + 0.2, 0, 0, 1),
        (1.1 * 3 * 10, 33, 33, 33),
        (2.5, 2, 3, 3),
        (2.499, 2, 2, 3),
        (0.0, 0, 0, 0),
        (1e9 / 3 * 3, 10**9, 10**9, 10**9),
        (999_999_999.999, 999_999_999, 10**9, 10**9),
    ],
)
def test_whole_tonnes(amount, down, nearest, up):
    assert whole_tonnes(np.array(amount)) == down
    assert whole_tonnes(np.array(amount), "nearest") == nearest
    assert whole_tonnes(np.array(amount), "up") == up
    assert whole_tonnes(np.array(amount)).dtype == np.int64


@unhurried
@given(st.integers(0, 10**6), st.integers(0, 10**3))
def test_no_tonne_is_lost_to_binary_fractions(activity, thousandths):
    exact = Fraction(activity * thousandths, 1000)
    product = np.array(activity * (thousandths / 1000))
    assert whole_tonnes(product) == math.floor(exact)
    assert whole_tonnes(product, "up") == math.ceil(exact)
    assert whole_tonnes(product, "nearest") == math.floor(exact + Fraction(1, 2))


TONNES = st.floats(-1e9, 1e9)
SHARES = st.floats(0, 1)
YEARS = st.lists(st.tuples(TONNES, SHARES, SHARES), min_size=1, max_size=12)


@unhurried
@given(YEARS, st.sampled_from(RULES), st.sampled_from(["down", "nearest"]))
def test_the_parts_add_up_to_the_reductions_for_any_numbers(years, negative, rounding):
    reductions, inside, discount = map(np.array, zip(*years, strict=True))
    found = credit(reductions, inside, discount, negative=negative, rounding=rounding)
    np.testing.assert_allclose(np.sum(found, axis=0), reductions, rtol=1e-12, atol=GRAM)


@unhurried
@given(YEARS, st.sampled_from(RULES))
def test_credits_are_never_more_than_the_reductions(years, negative):
    reductions, inside, discount = map(np.array, zip(*years, strict=True))
    found = credit(reductions, inside, discount, negative=negative)
    most = np.maximum(reductions * inside * discount, 0)
    assert (found.issued >= 0).all()
    assert (found.issued <= most + 2 * GRAM).all()
    assert (found.rounded > -2 * GRAM).all()
    assert (found.rounded < 1).all()


@unhurried
@given(st.lists(TONNES, min_size=1, max_size=12), SHARES, SHARES)
def test_a_stronger_discount_and_carried_deficits_never_bring_more_credits(reductions, one, other):
    lower, higher = sorted((one, other))
    for rule in RULES:
        fewer = credited(reductions, discount=lower, negative=rule).issued
        more = credited(reductions, discount=higher, negative=rule).issued
        assert (fewer <= more).all()
    carried, ignored = (credited(reductions, negative=rule).issued for rule in RULES)
    assert (carried <= ignored).all()


def plainly(years, negative, rounding):
    """Credit year by year in exact fractions; a fraction of a gram is rounded first."""
    rows, owed = [], Fraction(0)
    for reduction, inside, discount, margin in years:
        eligible = reduction * inside
        left = eligible - margin * inside
        net = left * discount if left > 0 else left
        creditable = max(net, Fraction(0))
        if negative == "carried":
            settled = min(creditable, owed)
            creditable -= settled
            owed += max(-net, Fraction(0)) - settled
        grams = Fraction(round(creditable * 10**6), 10**6)
        issued = math.floor(grams + (Fraction(1, 2) if rounding == "nearest" else 0))
        parts = (
            reduction - eligible,
            eligible - left,
            left - net,
            net - creditable,
            creditable - issued,
        )
        rows.append((*map(float, parts), issued))
    return [list(column) for column in zip(*rows, strict=True)]


@unhurried
@given(
    st.lists(
        st.tuples(
            st.integers(-(10**7), 10**8).map(lambda kilograms: Fraction(kilograms, 1000)),
            st.integers(0, 365).map(lambda days: Fraction(days, 365)),
            st.integers(0, 100).map(lambda per_cent: Fraction(per_cent, 100)),
            st.integers(0, 10**7).map(lambda kilograms: Fraction(kilograms, 1000)),
        ),
        min_size=1,
        max_size=8,
    ),
    st.sampled_from(RULES),
    st.sampled_from(["down", "nearest"]),
)
def test_a_slow_plain_implementation_agrees(years, negative, rounding):
    reductions, inside, discount, margin = np.array(years, dtype=float).T
    rules = {"negative": negative, "rounding": rounding}
    found = credit(reductions, inside, discount, margin=margin, **rules)
    *parts, issued = plainly(years, negative, rounding)
    assert found.issued.tolist() == issued
    np.testing.assert_allclose(found[:-1], parts, atol=2 * GRAM)


@pytest.mark.parametrize("negative", RULES)
@pytest.mark.parametrize("rounding", ["down", "nearest"])
def test_samples_are_credited_each_as_if_alone(negative, rounding):
    random = np.random.default_rng(1)
    reductions = random.normal(20, 60, (2, 5, 8))
    inside, discount = random.uniform(0, 1, 8), random.uniform(0, 1, (2, 5, 8))
    rules = {"negative": negative, "rounding": rounding}
    together = credit(reductions, inside, discount, **rules)
    for at in np.ndindex(2, 5):
        alone = credit(reductions[at], inside, discount[at], **rules)
        for one, all_of_them in zip(alone, together, strict=True):
            np.testing.assert_array_equal(all_of_them[at], one)


BAU, ACTUAL = 100.0, 60.0
WAYS = {  # reference, margin on project emissions, discount; the reductions credited
    "none": (100.0, 0.0, 1.0, 40),
    "reference below BaU": (90.0, 0.0, 1.0, 30),
    "project above actual": (100.0, 0.1, 1.0, 34),
    "discount": (100.0, 0.0, 0.75, 30),
    "reference and project": (90.0, 0.1, 1.0, 24),
    "reference and discount": (90.0, 0.0, 0.5, 15),
    "project and discount": (100.0, 0.1, 0.5, 17),
    "all three": (90.0, 0.1, 0.5, 12),
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_three_ways_to_a_net_reduction_alone_and_together(way):  # E3
    reference, margin, discount, issued = way
    below = unissued_reductions(np.array([BAU]), np.array([reference]))
    reductions = emission_reductions(np.array([reference]), np.array([ACTUAL]), np.array([0.0]))
    found = credited(reductions, margin=margin * np.array([ACTUAL]), discount=discount)
    assert found.issued.tolist() == [issued]
    # What is saved and not credited is the net reduction, each way with its own part of it.
    np.testing.assert_allclose(below, BAU - reference)
    np.testing.assert_allclose(found.conservative, margin * ACTUAL)
    np.testing.assert_allclose(found.discounted, (1 - discount) * (reductions - margin * ACTUAL))
    net = below + found.conservative + found.discounted
    np.testing.assert_allclose(net, BAU - ACTUAL - issued)


def test_the_margin_counts_for_the_part_of_the_year_that_is_credited():
    found = credited([40.0], inside=0.5, margin=np.array([6.0]))
    assert (found.outside.tolist(), found.conservative.tolist()) == ([20], [3])
    assert found.issued.tolist() == [17]


def test_a_margin_larger_than_the_reductions_leaves_a_deficit():  # E4
    found = credited([5.0, 20.0], margin=np.array([8.0, 8.0]), discount=0.5)
    np.testing.assert_allclose(found.discounted, [0, 6])  # no discount on what is not there
    np.testing.assert_allclose(found.deficit, [-3, 3])
    assert found.issued.tolist() == [0, 3]


HALVES = np.array([0, 1, 1, 2])  # the second year is issued in two parts


def test_whole_tonnes_are_made_in_each_issuance():  # K2
    found = credited([10.9, 10.9, 10.9], inside=np.array([1, 0.5, 0.5, 1]), vintage=HALVES)
    assert found.issued.tolist() == [10, 5, 5, 10]
    assert by_year(found.issued, HALVES, 3).tolist() == [10, 10, 10]
    np.testing.assert_allclose(found.rounded, [0.9, 0.45, 0.45, 0.9])


def test_what_no_issuance_covers_is_outside():
    found = credited([10.0, 10.0, 10.0], inside=np.array([1, 0.25, 0.5, 0]), vintage=HALVES)
    assert found.outside.tolist() == [0, 2.5, 10]


def test_deficits_are_carried_from_issuance_to_issuance_in_order_of_time():  # E4
    share = np.array([1, 0.5, 0.5, 1])
    found = credited([-4.0, 6.0, 9.0], inside=share, vintage=HALVES)
    assert found.issued.tolist() == [0, 0, 2, 9]
    assert found.deficit.tolist() == [-4, 3, 1, 0]


def test_numbers_of_years_are_read_at_the_year_of_each_issuance():
    yearly = np.array([[[1, 2, 3], [4, 5, 6]]])
    at = np.array([[[0, 1, 1, 2]]])
    assert of_vintage(yearly, at).tolist() == [[[1, 2, 2, 3], [4, 5, 5, 6]]]
    assert by_year(of_vintage(yearly, at), at, 3).tolist() == [[[1, 4, 3], [4, 10, 6]]]


@unhurried
@given(
    st.lists(st.tuples(TONNES, SHARES, st.floats(0, 1e6)), min_size=1, max_size=6),
    st.lists(st.integers(0, 5), min_size=1, max_size=9),
    st.randoms(),
    st.sampled_from(RULES),
    st.sampled_from(["down", "nearest"]),
)
def test_the_parts_of_the_issuances_add_up_in_every_year(years, of, random, negative, rounding):
    reductions, discount, margin = map(np.array, zip(*years, strict=True))
    vintage = np.array(sorted(year % len(years) for year in of))
    inside = np.array([random.random() for _ in vintage]) / len(vintage)
    rules = {"negative": negative, "rounding": rounding}
    found = credit(reductions, inside, discount, margin=margin, vintage=vintage, **rules)
    parts = [by_year(part, vintage, len(years)) for part in found[1:]]
    total = found.outside + np.sum(parts, axis=0)
    np.testing.assert_allclose(total, reductions, rtol=1e-12, atol=GRAM)
    assert (found.issued >= 0).all()


@unhurried
@given(YEARS, st.sampled_from(RULES), st.sampled_from(["down", "nearest"]))
def test_a_year_issued_at_once_is_a_year_without_issuances(years, negative, rounding):
    reductions, inside, discount = map(np.array, zip(*years, strict=True))
    rules = {"negative": negative, "rounding": rounding}
    at_once = credit(reductions, inside, discount, vintage=np.arange(len(years)), **rules)
    for one, other in zip(at_once, credit(reductions, inside, discount, **rules), strict=True):
        np.testing.assert_array_equal(one, other)
