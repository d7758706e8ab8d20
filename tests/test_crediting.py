"""Credits, by hand and against a slow plain implementation (E3, E4, K1 to K3)."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jcm_models.crediting import credit, whole_tonnes
from jcm_models.emissions import above, emission_reductions, unissued_reductions
from tests.examples import unhurried

GRAM = 1e-6
RULES = ("carried", "ignored")


def credited(reductions, *, inside=1.0, discount=1.0, **rules):
    """Credit reductions; shares that are the same in every year may be given once."""
    array = np.array(reductions, dtype=float)
    ones = np.ones(array.shape[-1:])
    return credit(array, inside * ones, discount * ones, **rules)


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
    for reduction, inside, discount in years:
        eligible = reduction * inside
        net = eligible * discount if eligible > 0 else eligible
        creditable = max(net, Fraction(0))
        if negative == "carried":
            settled = min(creditable, owed)
            creditable -= settled
            owed += max(-net, Fraction(0)) - settled
        grams = Fraction(round(creditable * 10**6), 10**6)
        issued = math.floor(grams + (Fraction(1, 2) if rounding == "nearest" else 0))
        parts = (reduction - eligible, eligible - net, net - creditable, creditable - issued)
        rows.append((*map(float, parts), issued))
    return [list(column) for column in zip(*rows, strict=True)]


@unhurried
@given(
    st.lists(
        st.tuples(
            st.integers(-(10**7), 10**8).map(lambda kilograms: Fraction(kilograms, 1000)),
            st.integers(0, 365).map(lambda days: Fraction(days, 365)),
            st.integers(0, 100).map(lambda per_cent: Fraction(per_cent, 100)),
        ),
        min_size=1,
        max_size=8,
    ),
    st.sampled_from(RULES),
    st.sampled_from(["down", "nearest"]),
)
def test_a_slow_plain_implementation_agrees(years, negative, rounding):
    reductions, inside, discount = np.array(years, dtype=float).T
    found = credit(reductions, inside, discount, negative=negative, rounding=rounding)
    *parts, issued = plainly(years, negative, rounding)
    assert found.issued.tolist() == issued
    np.testing.assert_allclose(found[:4], parts, atol=2 * GRAM)


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
