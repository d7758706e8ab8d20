"""Shares by contribution: by hand, against a plain search, and what must hold of any (K6)."""

import itertools

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from jcm_models import contributions
from jcm_models.contributions import counted, sensitivities, shares_of
from tests.examples import unhurried

PARTIES = 4


def divided(amounts, by, floors=(0, 0, 0, 0)):
    """Divide by the contributions of one year; the shares of the four parties."""
    column = np.array(amounts, dtype=float)[:, np.newaxis]
    least = np.array(floors, dtype=float)[:, np.newaxis]
    return shares_of(column, np.array(by), least)[:, 0]


@pytest.mark.parametrize(
    ("amounts", "by", "floors", "shares"),
    [
        pytest.param([1, 1], [0, 1], (0, 0, 0, 0), [0.5, 0.5, 0, 0], id="equal"),
        pytest.param([3, 1], [0, 3], (0, 0, 0, 0), [0.75, 0, 0, 0.25], id="three to one"),
        pytest.param([1, 2, 1], [1, 2, 1], (0, 0, 0, 0), [0, 0.5, 0.5, 0], id="two of one party"),
        pytest.param([30, 70], [0, 1], (0.5, 0, 0, 0), [0.5, 0.5, 0, 0], id="half to Japan"),
        pytest.param([60, 40], [0, 1], (0.5, 0, 0, 0), [0.6, 0.4, 0, 0], id="more than the half"),
        pytest.param(
            [20, 48, 32], [0, 1, 3], (0.5, 0, 0, 0), [0.5, 0.3, 0, 0.2], id="the others shrink"
        ),
        pytest.param([1, 1], [0, 1], (0, 0, 0.2, 0), [0.4, 0.4, 0.2, 0], id="a floor for a guest"),
        pytest.param(
            [10, 50, 40],
            [0, 1, 2],
            (0.5, 0, 0.3, 0),
            [0.5, 0.2, 0.3, 0],
            id="shrinking meets the next floor",
        ),
        pytest.param([1, 3], [0, 1], (0.5, 0.5, 0, 0), [0.5, 0.5, 0, 0], id="floors are all"),
    ],
)
def test_a_division_worked_by_hand(amounts, by, floors, shares):
    np.testing.assert_allclose(divided(amounts, by, floors), shares, atol=1e-12)


def test_contributions_count_from_the_year_they_are_made_in():
    years = np.array([2019, 2020, 2021, 2022])
    found = counted(np.array([5.0, 7.0]), np.array([2022, 2020]), years)
    # Before anything is there, what comes first counts: a year without credits needs shares too.
    assert found.tolist() == [[0, 0, 0, 5], [7, 7, 7, 7]]


AMOUNTS = st.one_of(st.just(0.0), st.floats(1e-3, 1e9))
MADE = st.lists(st.tuples(AMOUNTS, st.integers(0, PARTIES - 1)), min_size=1, max_size=6).filter(
    lambda made: any(amount for amount, _ in made)
)
# Cuts of a whole per cent leave floors that add up to at most 1.
FLOORS = st.lists(st.integers(0, 100), min_size=4, max_size=4).map(
    lambda cuts: tuple(np.diff([0, *sorted(cuts)]) / 100)
)


@unhurried
@given(MADE, FLOORS)
def test_shares_add_up_and_none_lies_below_its_floor(made, floors):
    amounts, by = zip(*made, strict=True)
    found = divided(amounts, by, floors)
    assert found.sum() == pytest.approx(1, abs=1e-9)
    assert (found >= np.array(floors) - 1e-12).all()


@unhurried
@given(MADE, FLOORS, st.floats(1e-3, 1e3))
def test_the_currency_does_not_matter(made, floors, factor):
    amounts, by = zip(*made, strict=True)
    other = divided([amount * factor for amount in amounts], by, floors)
    np.testing.assert_allclose(other, divided(amounts, by, floors), atol=1e-9)


@unhurried
@given(MADE, FLOORS, st.integers(0, 5), st.floats(0, 1e9))
def test_who_contributes_more_never_gets_less_and_nobody_else_more(made, floors, which, more):
    amounts, by = map(list, zip(*made, strict=True))
    which %= len(amounts)
    before = divided(amounts, by, floors)
    amounts[which] += more
    after = divided(amounts, by, floors)
    assert after[by[which]] >= before[by[which]] - 1e-9
    others = np.arange(PARTIES) != by[which]
    assert (after[others] <= before[others] + 1e-9).all()


@unhurried
@given(MADE, FLOORS, st.permutations(range(PARTIES)), st.randoms())
def test_neither_names_nor_order_matter(made, floors, renamed, random):
    amounts, by = zip(*made, strict=True)
    moved = [(amount, renamed[party]) for amount, party in made]
    random.shuffle(moved)
    other_floors = [0.0] * PARTIES
    for party, floor in enumerate(floors):
        other_floors[renamed[party]] = floor
    other = divided(*zip(*moved, strict=True), other_floors)
    np.testing.assert_allclose(other[list(renamed)], divided(amounts, by, floors), atol=1e-9)


def searched(amounts, by, floors):
    """Find the one t of max(floor, t * brought) that gives everything away, by bisection."""
    brought = np.zeros(PARTIES)
    np.add.at(brought, list(by), amounts)
    low, high = 0.0, 1 / max(brought)
    while np.maximum(floors, high * brought).sum() < 1:
        high *= 2
    for _ in range(200):
        middle = (low + high) / 2
        enough = np.maximum(floors, middle * brought).sum() >= 1
        low, high = (low, middle) if enough else (middle, high)
    return np.maximum(floors, high * brought)


@unhurried
@given(MADE, FLOORS)
@example([(10.0, 0), (50.0, 1), (40.0, 2)], (0.5, 0.0, 0.3, 0.0))
def test_a_plain_search_finds_the_same_shares(made, floors):
    amounts, by = zip(*made, strict=True)
    found = divided(amounts, by, floors)
    np.testing.assert_allclose(found, searched(amounts, by, np.array(floors)), atol=1e-9)


def moved(amounts, by, floors):
    """Return the sensitivities of one year, shape (contribution, party)."""
    column = np.array(amounts, dtype=float)[:, np.newaxis]
    least = np.array(floors, dtype=float)[:, np.newaxis]
    return sensitivities(column, np.array(by), least)[..., 0]


def test_a_sensitivity_worked_by_hand():
    # 60 of 100: 0.6 grows by 0.6 * 0.4 per unit of growth, so by 0.24 points for 1 %.
    found = moved([60, 40], [0, 1], (0, 0, 0, 0))
    np.testing.assert_allclose(found, [[0.24, -0.24, 0, 0], [-0.24, 0.24, 0, 0]])


def test_at_its_floor_a_party_moves_nothing_and_is_not_moved():
    found = moved([20, 48, 32], [0, 1, 3], (0.5, 0, 0, 0))
    assert found[0].tolist() == [0, 0, 0, 0]
    assert found[:, 0].tolist() == [0, 0, 0]
    np.testing.assert_allclose(found[1], [0, 0.5 * 0.6 * 0.4, 0, -0.5 * 0.6 * 0.4])


@unhurried
@given(
    st.lists(st.tuples(st.floats(1, 100), st.integers(0, 3)), min_size=1, max_size=6),
    FLOORS,
    st.integers(0, 5),
)
def test_finite_differences_agree_with_the_sensitivities(made, floors, which):
    amounts, by = map(list, zip(*made, strict=True))
    which %= len(amounts)
    step = 1e-6
    nearby = []
    for sign in (-1, 1):
        other = list(amounts)
        other[which] *= 1 + sign * step
        nearby.append(divided(other, by, floors))
    # Across a floor there is no derivative; just there the two sides differ.
    at_floor = [
        np.isclose(share, np.array(floors), rtol=0, atol=1e-5) & (share != np.array(floors))
        for share in (*nearby, divided(amounts, by, floors))
    ]
    assume(not np.any(at_floor))
    expected = (nearby[1] - nearby[0]) / (2 * step)
    np.testing.assert_allclose(moved(amounts, by, floors)[which], expected, atol=1e-6)


@unhurried
@given(MADE, FLOORS)
def test_what_one_share_gains_the_others_lose_and_all_growing_moves_nothing(made, floors):
    amounts, by = zip(*made, strict=True)
    found = moved(amounts, by, floors)
    np.testing.assert_allclose(found.sum(axis=1), 0, atol=1e-9)
    np.testing.assert_allclose(found.sum(axis=0), 0, atol=1e-9)
    assert all(found[c, p] >= 0 for c, p in enumerate(by))


def test_projects_and_years_are_divided_each_as_if_alone():
    random = np.random.default_rng(3)
    amounts = random.uniform(0, 10, (3, 5, 6))
    by = np.array([0, 1, 2, 3, 1])
    floors = random.uniform(0, 0.25, (3, PARTIES, 6))
    together, all_moved = shares_of(amounts, by, floors), sensitivities(amounts, by, floors)
    for project, year in itertools.product(range(3), range(6)):
        at = (amounts[project, :, year], by, floors[project, :, year])
        np.testing.assert_allclose(together[project, :, year], divided(*at))
        np.testing.assert_allclose(all_moved[project, :, :, year], moved(*at))


# Slips that a rule like this invites, each as a change of what the function is given or returns.
MUTATIONS = {
    "floors are cut off and the rest is left": lambda right, a, b, f: np.maximum(
        right(a, b, 0 * f), f
    ),
    "floors are added on top": lambda right, a, b, f: f + (1 - f.sum(axis=-2)) * right(a, b, 0 * f),
    "all are scaled back, those at the floor too": lambda right, a, b, f: (
        np.maximum(right(a, b, 0 * f), f) / np.maximum(right(a, b, 0 * f), f).sum(axis=-2)
    ),
    "floors are forgotten": lambda right, a, b, f: right(a, b, 0 * f),
    "contributions are mixed up": lambda right, a, b, f: right(np.roll(a, 1, axis=0), b, f),
}


@pytest.mark.parametrize("slip", MUTATIONS.values(), ids=MUTATIONS)
def test_the_examples_and_the_search_catch_a_slip(slip):
    amounts, by, floors = [10.0, 50.0, 40.0], [0, 1, 2], np.array([0.5, 0, 0.3, 0])
    column, least = np.array(amounts)[:, np.newaxis], floors[:, np.newaxis]
    wrong = slip(contributions.shares_of, column, np.array(by), least)[:, 0]
    assert not np.allclose(wrong, searched(amounts, by, floors), atol=1e-9)
