"""Allocation (K6): shares propose, whole tonnes are allocated, the sum is kept."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jcm_models.allocation import (
    NEVER,
    ROUNDINGS,
    Phases,
    allocate,
    allocate_in_phases,
    phase_in_force,
)
from tests.examples import unhurried


def divided(total, shares, rounding="largest_remainder"):
    """Divide one total; the parties' tonnes in their order."""
    column = np.array([float(share) for share in shares])[:, np.newaxis]
    return allocate(np.array([total]), column, rounding)[:, 0].tolist()


SIXTY = (0.6, 0.2, 0.2)
SEVENTY = (0.7, 0.1, 0.1, 0.1)
HALF = (0.5, 0.5)

# Published issuances, the Government of Japan's part first. Left out, because no rule on the
# issuance as a whole gives them (the rounding was per vintage, or the parties agreed otherwise):
# MN003 of December 2018 (8,880, about 6,215), the three projects of November 2018 taken together
# (6,442 of 9,206), MN006 (30,312, Mongolia 6,063), MN001 and MN002 of January 2026 (139, Mongolia
# 29; 322, Mongolia 66), MN005 (1, all to Mongolia), BD002 (144, Japan's government 73) and
# ID002/ID003 (40 as 27, 4, 5, 4).
ISSUED = {
    "MN003, 35,419": (SIXTY, "government_residual", [21_251, 7_084, 7_084]),
    "MN004, 8,947": (SIXTY, "government_residual", [5_369, 1_789, 1_789]),
    "MN004, 44,817": (SIXTY, "government_residual", [26_891, 8_963, 8_963]),
    "MN001, 50": (SEVENTY, "government_residual", [35, 5, 5, 5]),
    "MN002, 107": (SEVENTY, "government_residual", [74, 11, 11, 11]),
    "MN001, 118": (SEVENTY, "government_residual", [82, 12, 12, 12]),
    "MN002, 208": (SEVENTY, "government_residual", [145, 21, 21, 21]),
    "VN001, 288": (SEVENTY, "government_residual", [201, 29, 29, 29]),
    "Indonesia 2017, 705": (HALF, "government_ceiling", [353, 352]),
    "Indonesia 2020, 17,673": (HALF, "government_ceiling", [8_837, 8_836]),
    "VN008, 2,477": (HALF, "government_ceiling", [1_239, 1_238]),
    "VN005, 189": (HALF, "government_ceiling", [95, 94]),
    "TH001, 300": (HALF, "government_ceiling", [150, 150]),
    "BD004, 355": (HALF, "government_ceiling", [178, 177]),
    "VN004, 151": (HALF, "government_ceiling", [76, 75]),
}


@pytest.mark.parametrize(("shares", "rounding", "parts"), ISSUED.values(), ids=ISSUED)
def test_published_issuances_are_divided_as_they_were(shares, rounding, parts):
    assert divided(sum(parts), shares, rounding) == parts


@pytest.mark.parametrize(
    ("total", "shares", "rounding", "parts"),
    [
        pytest.param(10, (1 / 3, 1 / 3, 1 / 3), "largest_remainder", [4, 3, 3], id="thirds"),
        pytest.param(1, (0.25,) * 4, "largest_remainder", [1, 0, 0, 0], id="a tie, the first wins"),
        pytest.param(10, (0.5, 0.15, 0.35), "largest_remainder", [5, 2, 3], id="a tie in between"),
        pytest.param(10, (0.26, 0.37, 0.37), "largest_remainder", [2, 4, 4], id="two remainders"),
        pytest.param(1, (0, 0.5, 0.5), "government_residual", [0, 1, 0], id="halves up, too much"),
        pytest.param(3, (0, 0.5, 0.5), "government_residual", [0, 2, 1], id="again too much"),
        pytest.param(1, (0.1, 0.3, 0.3, 0.3), "government_residual", [1, 0, 0, 0], id="all small"),
        pytest.param(101, (0.5, 0.3, 0.2), "government_ceiling", [51, 30, 20], id="rounded up"),
        pytest.param(1, (0.01, 0.99), "government_ceiling", [1, 0], id="a hundredth rounded up"),
        pytest.param(7, (0, 0.5, 0.5), "government_ceiling", [0, 4, 3], id="no share, no tonne"),
        pytest.param(7, (1, 0, 0), "government_ceiling", [7, 0, 0], id="everything to one"),
        pytest.param(100, (0.29, 0.71), "government_ceiling", [29, 71], id="no tonne from noise"),
    ],
)
def test_a_division_worked_by_hand(total, shares, rounding, parts):
    assert divided(total, shares, rounding) == parts


@pytest.mark.parametrize("rounding", ROUNDINGS)
def test_nothing_is_divided_into_nothing(rounding):
    assert divided(0, SIXTY, rounding) == [0, 0, 0]


WEIGHTS = st.lists(st.integers(0, 100), min_size=1, max_size=4).filter(any)
PER_CENT = st.lists(st.integers(0, 100), max_size=3).map(
    lambda cuts: [
        high - low for low, high in zip([0, *sorted(cuts)], [*sorted(cuts), 100], strict=True)
    ]
)
TOTALS = st.integers(0, 10**9)
RULES = st.sampled_from(ROUNDINGS)


def fractions(weights):
    return [Fraction(weight, sum(weights)) for weight in weights]


@unhurried
@given(TOTALS, st.lists(st.floats(0, 1), min_size=1, max_size=6).filter(any), RULES)
def test_the_sum_is_kept_and_no_party_owes_credits(total, shares, rounding):
    whole = np.array(shares) / math.fsum(shares)
    if not math.isclose(whole.sum(), 1.0):  # the smallest numbers of all have no exact ratios
        return
    parts = divided(total, whole, rounding)
    assert sum(parts) == total
    assert min(parts) >= 0


@unhurried
@given(TOTALS, WEIGHTS)
def test_largest_remainders_stay_within_a_tonne_of_the_shares(total, weights):
    shares = fractions(weights)
    for part, share in zip(divided(total, shares), shares, strict=True):
        assert abs(part - share * total) < 1


@unhurried
@given(TOTALS, WEIGHTS, st.sampled_from(["largest_remainder", "government_ceiling"]))
def test_a_party_without_a_share_receives_nothing(total, weights, rounding):
    parts = divided(total, fractions(weights), rounding)
    assert [part for part, weight in zip(parts, weights, strict=True) if not weight and part] == []


@unhurried
@given(TOTALS, PER_CENT)
@example(9_066_400, [56, 44])  # 5,077,184 exactly
def test_the_government_is_rounded_up_but_never_by_a_tonne_or_more(total, weights):
    share = fractions(weights)[0]
    assert divided(total, fractions(weights), "government_ceiling")[0] == math.ceil(share * total)


def test_largest_remainders_may_take_a_tonne_from_a_party_though_the_total_grows():
    # Hamilton's method is not monotone (the Alabama paradox); whoever needs that takes another.
    shares = fractions([6, 6, 2])
    assert divided(10, shares) == [4, 4, 2]
    assert divided(11, shares) == [5, 5, 1]


def by_largest_remainder(total, shares):
    """Divide in exact fractions, a tonne at a time."""
    parts = [math.floor(share * total) for share in shares]
    for _ in range(total - sum(parts)):
        short = [share * total - part for share, part in zip(shares, parts, strict=True)]
        parts[short.index(max(short))] += 1
    return parts


def plainly(total, shares, rounding):
    """Divide by the rule in exact fractions."""
    if rounding == "largest_remainder":
        return by_largest_remainder(total, shares)
    if rounding == "government_ceiling":
        government = math.ceil(shares[0] * total)
        others = sum(shares[1:])
        scaled = [share / others if others else share for share in shares[1:]]
        return [government, *by_largest_remainder(total - government, scaled)]
    others = [math.floor(share * total + Fraction(1, 2)) for share in shares[1:]]
    for party in reversed(range(len(others))):
        others[party] -= min(others[party], max(sum(others) - total, 0))
    return [total - sum(others), *others]


@unhurried
@given(TOTALS, PER_CENT, RULES)
@example(11_433_935, [70, 30], "largest_remainder")  # a tie at half a tonne
@example(7_813_310, [5, 65, 20, 10], "government_residual")  # half a tonne, rounded up
@example(799_110, [12, 1, 60, 27], "government_ceiling")  # a tie among the others
def test_a_plain_implementation_in_fractions_agrees(total, weights, rounding):
    shares = fractions(weights)
    assert divided(total, shares, rounding) == plainly(total, shares, rounding)


@pytest.mark.parametrize("rounding", ROUNDINGS)
def test_years_and_samples_are_divided_each_as_if_alone(rounding):
    random = np.random.default_rng(1)
    total = random.integers(0, 1000, (3, 2, 6))
    shares = random.dirichlet(np.ones(4), (3, 2, 6)).swapaxes(-1, -2)
    together = allocate(total, shares, rounding)
    for *at, year in np.ndindex(3, 2, 6):
        alone = divided(total[*at, year], shares[*at, :, year], rounding)
        assert together[*at, :, year].tolist() == alone


@pytest.mark.parametrize("rounding", ROUNDINGS)
def test_the_same_shares_serve_every_sample(rounding):
    total = np.random.default_rng(2).integers(0, 1000, (5, 6))
    shares = np.tile(np.array(SEVENTY)[:, np.newaxis], 6)
    together = allocate(total, shares, rounding)
    for sample in range(5):
        np.testing.assert_array_equal(together[sample], allocate(total[sample], shares, rounding))


def test_the_last_phase_that_has_begun_is_in_force():
    begins = np.array([0, 3, NEVER, 5])
    assert [int(phase_in_force(begins, np.array(year))) for year in range(7)] == [
        *(0, 0, 0, 1, 1, 3, 3)
    ]


def phases(*shares, begins, owed=(np.inf, np.inf), party=(0, 0), price=1.0, years=5):
    """Lay out the phases of one project, each with the same shares in every year."""
    laid = np.repeat(np.array(shares, dtype=float)[..., np.newaxis], years, axis=-1)
    prices = np.full((1, len(shares), years), price)
    return Phases(
        laid[np.newaxis],
        np.array([begins]),
        np.array([party]),
        np.array([owed], dtype=float),
        prices,
    )


def test_a_phase_begins_in_the_year_after_its_pay_back():
    given_first = phases((0.5, 0.5), (1, 0), begins=(0, NEVER), owed=(np.inf, 100), party=(0, 1))
    whole, phase = allocate_in_phases(np.full((1, 5), 80), np.arange(5)[np.newaxis], given_first)
    # 40, 80, 120: paid back in the third year.
    assert whole[0].tolist() == [[40, 40, 40, 80, 80], [40, 40, 40, 0, 0]]
    assert phase.tolist() == [[0, 0, 0, 1, 1]]


def test_a_pay_back_that_is_reached_exactly_is_reached():
    exactly = phases((0.5, 0.5), (1, 0), begins=(0, NEVER), owed=(np.inf, 80), party=(0, 1))
    _, phase = allocate_in_phases(np.full((1, 5), 80), np.arange(5)[np.newaxis], exactly)
    assert phase.tolist() == [[0, 0, 1, 1, 1]]


def test_the_year_of_the_pay_back_ends_as_it_began_however_often_it_is_issued():
    soon = phases((0.5, 0.5), (1, 0), begins=(0, NEVER), owed=(np.inf, 40), party=(0, 1), years=2)
    whole, phase = allocate_in_phases(np.full((1, 3), 80), np.array([[0, 0, 1]]), soon)
    assert whole[0].tolist() == [[40, 40, 80], [40, 40, 0]]
    assert phase.tolist() == [[0, 1]]


def one_after_the_other(total, vintage, given_phases, rounding):
    """Divide the issuances of one project, keeping book of what is paid back."""
    shares, begins, party, owed, price = (part[0] for part in given_phases)
    begins, value, whole = begins.tolist(), [0.0] * len(owed), []
    for tonnes, year in zip(total, vintage, strict=True):
        in_force = max([k for k, first in enumerate(begins) if first <= year], default=0)
        parts = divided(tonnes, shares[in_force, :, year], rounding)
        whole.append(parts)
        for k, one in enumerate(party):
            value[k] += parts[one] * price[k, year]
            if begins[k] == NEVER and value[k] >= owed[k]:
                begins[k] = year + 1
    return whole


@unhurried
@given(
    st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 4)), min_size=1, max_size=8),
    st.lists(st.tuples(*[st.integers(0, 9)] * 3).filter(any), min_size=1, max_size=4),
    st.lists(st.none() | st.integers(0, 5), min_size=3, max_size=3),
    st.integers(1, 20_000),
    st.integers(0, 2),
    RULES,
)
def test_projects_side_by_side_are_paid_back_each_as_if_alone(
    issued, weights, starts, owed, party, rounding
):
    issued.sort(key=lambda one: one[1])
    total, vintage = (np.array([row]) for row in zip(*issued, strict=True))
    shares = [np.array(w) / sum(w) for w in weights]
    begins = [0, *(NEVER if first is None else first for first in starts)][: len(shares)]
    laid = phases(
        *shares,
        begins=begins,
        owed=[owed if first == NEVER else np.inf for first in begins],
        party=[party] * len(shares),
        price=1.5,
    )
    twice = Phases(*(np.concatenate([part, part]) for part in laid))
    both = np.concatenate([total, total[:, ::-1]]), np.concatenate([vintage, vintage])
    whole, phase = allocate_in_phases(*both, twice, rounding)
    for project in range(2):
        alone = one_after_the_other(both[0][project], vintage[0], laid, rounding)
        assert whole[project].T.tolist() == alone
    assert (whole.sum(axis=1) == both[0]).all()
    assert (whole >= 0).all()
    assert ((phase >= 0) & (phase < len(shares))).all()
