"""Corresponding adjustments, balances against targets, and overselling (A2, A4, A5, U2)."""

import doctest
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jcm_models.corresponding_adjustments import (
    METHODS,
    TARGETS,
    NdcAccounting,
    Target,
    adjustments,
    corresponding_adjustment,
    emissions_balance,
    margin,
    reference_reduction_needed,
    target_level,
    targets,
    transferable,
)
from jcm_models.problems import ScenarioError
from tests.examples import unhurried

OVER_YEARS = ("trajectory", "multi_year")


def period(method="averaging", first=2021, last=2030, years=None):
    """Account for a period; the years are those of the period unless others are given."""
    span = years or (first, last)
    return NdcAccounting(
        method=method, first_year=first, last_year=last, years=np.arange(span[0], span[1] + 1)
    )


def nothing(accounting):
    return np.zeros(accounting.years.size)


def one_year(accounting, year, amount):
    """Put an amount into one year."""
    return np.where(accounting.years == year, float(amount), 0.0)


# What the rules say, worked by hand ------------------------------------------------------------


def test_averaging_divides_by_the_years_elapsed_and_is_final_in_the_ndc_year():
    accounting = period(first=2021, last=2025)
    found = corresponding_adjustment([10, 0, 20, 30, 40], nothing(accounting), accounting)
    assert found.annual.tolist() == [10, 5, 10, 15, 20]
    assert found.final.tolist() == [False, False, False, False, True]
    assert found.cumulative.tolist() == [10, 10, 30, 60, 100]


@pytest.mark.parametrize("method", OVER_YEARS)
def test_by_trajectory_and_for_many_years_each_year_is_adjusted_by_its_own_amount(method):
    accounting = period(method, 2021, 2025)
    found = corresponding_adjustment([10, 0, 20, 30, 40], [0, 5, 0, 0, 50], accounting)
    assert found.annual.tolist() == [10, -5, 20, 30, -10]
    assert found.final.all()
    assert found.cumulative.tolist() == [10, 5, 25, 55, 45]


def test_the_swiss_treaty_divides_the_sum_by_the_years_of_the_period():
    # Switzerland and Ghana, 23 November 2020 (SR 0.814.012.136.3), article 10, paragraph 2, with
    # the 11,733 tCO2e that Ghana transferred in July 2025, here of one vintage.
    accounting = period()
    ghana = corresponding_adjustment(
        one_year(accounting, 2023, 11_733), nothing(accounting), accounting
    )
    swiss = corresponding_adjustment(
        nothing(accounting), one_year(accounting, 2025, 11_733), accounting
    )
    assert ghana.annual[-1] == pytest.approx(1_173.3)
    assert swiss.annual[-1] == pytest.approx(-1_173.3)
    # Ghana's is indicative from 2023 on, over three years; Switzerland's from 2025, over five.
    assert ghana.annual[2] == pytest.approx(3_911)
    assert swiss.annual[:4].tolist() == [0, 0, 0, 0]
    assert swiss.annual[4] == pytest.approx(-2_346.6)


def test_japan_averages_what_it_received_so_far_over_ten_years():
    # 88,200 tCO2e received by 6 July 2026, if all are used towards 2030.
    accounting = period()
    found = corresponding_adjustment(
        nothing(accounting), one_year(accounting, 2030, 88_200), accounting
    )
    assert found.annual[-1] == pytest.approx(-8_820)


def test_a_hundred_tonnes_exported_add_a_hundred_here_and_subtract_a_hundred_there():  # W1
    accounting = period("multi_year", 2030, 2030)
    exporting = corresponding_adjustment([100], [0], accounting)
    importing = corresponding_adjustment([0], [100], accounting)
    assert emissions_balance([1_000], exporting).tolist() == [1_100]
    assert emissions_balance([1_000], importing).tolist() == [900]


def test_half_of_thirty_credits_leave_fifteen_with_the_host():  # W2
    bau, reference, project = 100, 90, 60
    issued = reference - project
    accounting = period("multi_year", 2030, 2030)
    host = corresponding_adjustment([issued / 2], [0], accounting)
    japan = corresponding_adjustment([0], [issued / 2], accounting)
    assert emissions_balance([project], host).tolist() == [75]
    assert japan.annual.tolist() == [-15]
    host_keeps = bau - emissions_balance([project], host)[0]
    assert host_keeps == (bau - reference) + issued / 2
    assert host_keeps - japan.annual[0] == bau - project


def test_over_many_years_two_hundred_transferred_raise_the_sum_by_two_hundred():  # W5
    accounting = period("multi_year", 2021, 2024)
    inventory = np.array([500.0, 490, 480, 470])
    found = corresponding_adjustment([20, 80, 0, 100], nothing(accounting), accounting)
    assert emissions_balance(inventory, found).sum() == inventory.sum() + 200
    assert found.cumulative[-1] == 200


def test_the_sample_first_transfer_of_400_tonnes_is_added_in_its_vintage_year():  # W9
    accounting = period("trajectory", 2021, 2030)
    tonnes = 1000 - 601 + 1
    found = corresponding_adjustment(
        one_year(accounting, 2024, tonnes), nothing(accounting), accounting
    )
    assert found.annual.tolist() == one_year(accounting, 2024, 400).tolist()


@pytest.mark.parametrize("method", METHODS)
def test_credits_of_2019_and_2020_move_no_balance_of_a_period_from_2021_on(method):  # W10
    accounting = period(method, years=(2018, 2030))
    issued = one_year(accounting, 2019, 8_880) + one_year(accounting, 2020, 35_419)
    found = corresponding_adjustment(issued, nothing(accounting), accounting)
    assert not found.annual.any()
    assert not found.cumulative.any()


@pytest.mark.parametrize("method", METHODS)
def test_years_beyond_the_period_belong_to_another_ndc(method):
    accounting = period(method, years=(2019, 2034))
    ones = np.ones(accounting.years.size)
    found = corresponding_adjustment(ones, 0 * ones, accounting)
    inside = (accounting.years >= 2021) & (accounting.years <= 2030)
    assert found.annual.tolist() == inside.astype(float).tolist()
    assert found.cumulative[-1] == 10
    assert not found.final[~inside].any()


def test_a_period_that_is_not_over_has_indicative_adjustments_only():
    accounting = period(years=(2021, 2026))
    found = corresponding_adjustment(np.full(6, 6.0), nothing(accounting), accounting)
    assert found.annual.tolist() == [6.0] * 6
    assert not found.final.any()


@pytest.mark.parametrize("module", [adjustments, targets], ids=lambda module: module.__name__)
def test_the_examples_in_the_docstrings_are_right(module):
    done = doctest.testmod(module)
    assert done.attempted > 0
    assert done.failed == 0


# The wrong variants seen in public code give other numbers --------------------------------------

FIRST = np.array([100.0, 0, 50, 0, 90])
USED = np.array([0.0, 30, 0, 0, 20])
ACQUIRED = np.array([0.0, 40, 0, 10, 0])

WRONG = {
    "what is acquired is subtracted too": lambda f, u, a: f - u - a,
    "what is acquired is added": lambda f, u, a: f - u + a,
    "use is added": lambda f, u, a: f + u,
    "the sign is reversed": lambda f, u, a: u - f,
    "5 % and 2 % are held back": lambda f, u, a: 0.93 * f - u,
    "first transfers are not added": lambda f, u, a: -u,
    "uses are not subtracted": lambda f, u, a: f,
    "what is acquired and not what is used is subtracted": lambda f, u, a: f - a,
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_a_wrong_adjustment_is_told_from_the_right_one(wrong):
    accounting = period("multi_year", 2021, 2025)
    right = corresponding_adjustment(FIRST, USED, accounting).annual
    assert right.tolist() == [100, -30, 50, 0, 70]
    assert right.tolist() != wrong(FIRST, USED, ACQUIRED).tolist()


WRONG_AVERAGES = {
    "the amount of the year is divided by the period": lambda net, n: net / n,
    "the indicative average is over the whole period": lambda net, n: np.cumsum(net) / n,
    "elapsed years begin at 0": lambda net, n: np.cumsum(net) / np.maximum(np.arange(n), 1),
    "the total stands in the last year": lambda net, n: np.append(0 * net[1:], net.sum()),
}


@pytest.mark.parametrize("wrong", WRONG_AVERAGES.values(), ids=WRONG_AVERAGES)
def test_a_wrong_average_is_told_from_the_right_one(wrong):
    accounting = period(first=2021, last=2025)
    right = corresponding_adjustment(FIRST, USED, accounting).annual
    assert right.tolist() == pytest.approx([100, 35, 40, 30, 38])
    assert not np.allclose(right, wrong(FIRST - USED, 5))


# Properties -------------------------------------------------------------------------------------

TONNES = st.lists(st.integers(0, 10**7), min_size=10, max_size=10)
METHOD = st.sampled_from(METHODS)


@unhurried
@given(TONNES, TONNES, METHOD)
def test_a_recalculation_in_fractions_agrees(first, used, method):
    accounting = period(method)
    found = corresponding_adjustment(first, used, accounting)
    total = Fraction(0)
    for year in range(10):
        net = first[year] - used[year]
        total += net
        due = total / (year + 1) if method == "averaging" else Fraction(net)
        assert found.annual[year] == pytest.approx(float(due), rel=1e-12, abs=1e-9)
        assert found.cumulative[year] == total


@unhurried
@given(TONNES, st.lists(st.integers(0, 9), min_size=10, max_size=10), st.sampled_from(OVER_YEARS))
def test_both_adjustments_cancel_when_all_that_is_transferred_is_used(first, delays, method):
    used = np.zeros(10)
    for year, delay in enumerate(delays):
        used[min(year + delay, 9)] += first[year]
    accounting = period(method)
    host = corresponding_adjustment(first, np.zeros(10), accounting)
    user = corresponding_adjustment(np.zeros(10), used, accounting)
    assert host.annual.sum() + user.annual.sum() == 0
    assert host.cumulative[-1] + user.cumulative[-1] == 0


@unhurried
@given(TONNES, TONNES)
def test_under_averaging_both_cancel_in_the_ndc_year_though_not_before_it(first, shuffled):
    # Used as a whole, in other years than those of the vintages.
    used = np.array(shuffled, dtype=float)
    used[-1] += max(sum(first) - used.sum(), 0)
    first = np.array(first, dtype=float)
    first[0] += used.sum() - first.sum()
    accounting = period()
    host = corresponding_adjustment(first, np.zeros(10), accounting)
    user = corresponding_adjustment(np.zeros(10), used, accounting)
    assert host.annual[-1] + user.annual[-1] == pytest.approx(0, abs=1e-6)


def test_under_averaging_indicative_adjustments_do_not_cancel_and_their_sum_is_not_the_total():
    accounting = period(first=2021, last=2024)
    host = corresponding_adjustment([40, 0, 0, 0], [0, 0, 0, 0], accounting)
    user = corresponding_adjustment([0, 0, 0, 0], [0, 0, 0, 40], accounting)
    assert (host.annual + user.annual).tolist() == pytest.approx([40, 20, 40 / 3, 0])
    assert host.annual.sum() == pytest.approx(40 * (1 + 1 / 2 + 1 / 3 + 1 / 4))


def test_periods_of_different_length_do_not_cancel_in_the_ndc_year():
    five, ten = period(first=2026, last=2030), period()
    host = corresponding_adjustment(one_year(five, 2028, 100), nothing(five), five)
    user = corresponding_adjustment(nothing(ten), one_year(ten, 2030, 100), ten)
    assert host.annual[-1] + user.annual[-1] == pytest.approx(20 - 10)


@pytest.mark.parametrize("method", METHODS)
def test_samples_and_countries_are_adjusted_each_as_if_alone(method):
    random = np.random.default_rng(4)
    first, used = random.integers(0, 1_000, (2, 3, 5, 10)).astype(float)
    accounting = period(method)
    together = corresponding_adjustment(first, used, accounting)
    for at in np.ndindex(3, 5):
        alone = corresponding_adjustment(first[at], used[at], accounting)
        assert together.annual[at].tolist() == alone.annual.tolist()
        assert together.cumulative[at].tolist() == alone.cumulative.tolist()


# Targets ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("share", "base", "level"),
    [
        pytest.param(0.46, 1_408e6, 760e6, id="Japan, FY2030"),
        pytest.param(0.60, 1_408e6, 563e6, id="Japan, FY2035"),
        pytest.param(0.73, 1_408e6, 380e6, id="Japan, FY2040"),
    ],
)
def test_japans_targets_lie_below_fiscal_year_2013(share, base, level):
    found = target_level(Target(kind="base_year", share=share, baseline=base), period())
    assert found == pytest.approx(level, rel=0.002)


@pytest.mark.parametrize(
    ("share", "bau", "level"),
    [
        pytest.param(0.3, 555e6, 388.5e6, id="Thailand, unconditional"),
        pytest.param(0.4, 555e6, 333e6, id="Thailand, conditional"),
        pytest.param(0.3189, 2_869e6, 1_954.0759e6, id="Indonesia"),
        pytest.param(0.227, 16_881e3 / 0.227, 16_881e3 / 0.227 - 16_881e3, id="Mongolia"),
    ],
)
def test_a_bau_relative_target_looks_at_bau_in_the_ndc_year_alone(share, bau, level):
    accounting = period(years=(2019, 2035))
    path = np.where(accounting.years == 2030, bau, 1.0)
    found = target_level(Target(kind="bau_relative", share=share, baseline=path), accounting)
    assert found == pytest.approx(level)


def test_the_philippine_target_is_a_share_of_cumulative_bau():
    # 75 % below BaU of 2020 to 2030 together.
    accounting = period("multi_year", 2020, 2030, years=(2018, 2032))
    bau = np.where((accounting.years >= 2020) & (accounting.years <= 2030), 3_340.3e6 / 11, 7e9)
    target = Target(kind="cumulative", share=0.75, baseline=bau)
    assert target_level(target, accounting) == pytest.approx(835.075e6)


def test_a_margin_is_positive_when_the_target_is_met_and_negative_when_it_is_missed():
    accounting = period(first=2021, last=2022)
    target = Target(kind="base_year", share=0.5, baseline=200.0)
    assert margin(target, [500, 90], accounting) == 10
    assert margin(target, [0, 115], accounting) == -15


@pytest.mark.parametrize("method", OVER_YEARS)
def test_a_trajectory_is_kept_over_the_whole_period(method):
    accounting = period(method, 2021, 2023)
    budget = Target(kind="cumulative", share=0, baseline=[100, 90, 80])
    assert margin(budget, [110, 85, 70], accounting) == 5


def test_a_target_for_each_sample_is_compared_with_that_sample():
    accounting = period(first=2021, last=2022)
    target = Target(kind="bau_relative", share=0.1, baseline=[[1.0, 100.0], [1.0, 200.0]])
    assert margin(target, [[0, 80.0], [0, 190.0]], accounting).tolist() == [10, -10]


# Overselling ------------------------------------------------------------------------------------


def test_ten_years_of_averaging_allow_ten_times_the_margin_of_the_ndc_year():
    accounting = period()
    target = Target(kind="base_year", share=0.4, baseline=1_000.0)
    inventory = np.linspace(900, 560, 10)
    assert transferable(target, inventory, nothing(accounting), accounting) == pytest.approx(400)


def test_over_the_whole_period_the_margin_itself_can_be_transferred():
    accounting = period("multi_year", 2021, 2023)
    target = Target(kind="cumulative", share=0, baseline=[100, 90, 80])
    assert transferable(target, [110, 70, 70], [0, 0, 5], accounting) == 25


def test_a_party_that_misses_its_target_anyway_can_transfer_nothing():
    accounting = period()
    target = Target(kind="base_year", share=0.5, baseline=100.0)
    assert transferable(target, np.full(10, 60.0), nothing(accounting), accounting) == 0


def test_the_reference_falls_by_what_is_oversold_where_every_credit_is_transferred():
    accounting = period("multi_year", 2021, 2022)
    found = reference_reduction_needed([60, 40], [60, 40], 75, accounting)
    assert (found.oversold, found.share) == (25, 0.25)
    assert found.annual.tolist() == [15, 10]


def test_where_half_the_credits_are_transferred_the_reference_falls_by_twice_as_much():
    accounting = period("multi_year", 2021, 2022)
    found = reference_reduction_needed([60, 40], [120, 80], 75, accounting)
    assert (found.oversold, found.share) == (25, 0.25)
    assert found.annual.tolist() == [30, 20]


def test_the_reference_of_other_periods_is_left_alone():
    accounting = period("multi_year", 2021, 2022, years=(2020, 2023))
    found = reference_reduction_needed([50, 60, 40, 50], [50, 60, 40, 50], 75, accounting)
    assert found.annual.tolist() == [0, 15, 10, 0]


def test_nothing_is_oversold_by_who_transfers_nothing():
    accounting = period("multi_year", 2021, 2022)
    found = reference_reduction_needed([0, 0], [5, 5], 0, accounting)
    assert (found.oversold, found.share, found.annual.tolist()) == (0, 0, [0, 0])


MARGINS = st.integers(-(10**6), 10**6)
SHARES = st.lists(st.integers(0, 10), min_size=10, max_size=10)


@st.composite
def plans(draw):
    """Draw accounting, target, inventory, credits of both sides, transfers and uses."""
    method = draw(METHOD)
    accounting = period(method)
    inventory = np.array(draw(st.lists(st.integers(0, 10**7), min_size=10, max_size=10)), float)
    room = draw(MARGINS)
    if method == "averaging":
        target = Target(kind="base_year", share=0, baseline=inventory[-1] + room)
    else:
        budget = inventory.copy()
        budget[draw(st.integers(0, 9))] += room
        target = Target(kind="cumulative", share=0, baseline=budget)
    credited = np.array(draw(TONNES), dtype=float)
    transferred = credited * np.array(draw(SHARES)) / 10
    used = np.array(draw(st.lists(st.integers(0, 1_000), min_size=10, max_size=10)), float)
    return accounting, target, inventory, credited, transferred, used


def left(target, inventory, transferred, used, accounting):
    """Return the margin with the adjustments made."""
    made = corresponding_adjustment(transferred, used, accounting)
    return margin(target, emissions_balance(inventory, made), accounting)


@unhurried
@given(plans())
def test_the_most_that_can_be_transferred_just_meets_the_target(plan):
    accounting, target, inventory, _, _, used = plan
    most = float(transferable(target, inventory, used, accounting))
    spread = np.full(10, most / 10)
    if most > 0:
        assert left(target, inventory, spread, used, accounting) == pytest.approx(0, abs=1e-3)
        assert left(target, inventory, spread + 1, used, accounting) < 0
    else:
        assert left(target, inventory, 0 * spread, used, accounting) <= 1e-3


@unhurried
@given(plans())
def test_with_the_lower_reference_the_transfers_just_fit(plan):
    accounting, target, inventory, credited, transferred, used = plan
    most = transferable(target, inventory, used, accounting)
    needed = reference_reduction_needed(transferred, credited, most, accounting)
    assert 0 <= needed.share <= 1
    assert (needed.annual >= 0).all()
    assert (needed.annual <= credited * (1 + 1e-12)).all()
    # The reference falls, and with it the credits of both sides; the inventory does not.
    kept = np.divide(credited - needed.annual, credited, out=0 * credited, where=credited > 0)
    fitting = transferred * kept
    assert fitting.sum() == pytest.approx(min(transferred.sum(), float(most)), rel=1e-9, abs=1e-3)
    before = left(target, inventory, transferred, used, accounting)
    after = left(target, inventory, fitting, used, accounting)
    assert (needed.oversold > 1e-3) <= (before < 0)
    assert after >= -1e-3 or float(most) == 0


def test_reductions_lowering_the_inventory_do_not_pay_for_a_lower_reference():
    # Mutation: were the inventory to rise as the reference falls, the target would be missed.
    accounting = period("multi_year", 2021, 2021)
    target = Target(kind="cumulative", share=0, baseline=[100])
    most = transferable(target, [90], [0], accounting)
    needed = reference_reduction_needed([30], [30], most, accounting)
    assert needed.annual.tolist() == [20]
    fitting = 30 - needed.annual
    assert left(target, [90], fitting, [0], accounting) == 0
    assert left(target, [90 + needed.annual[0]], fitting, [0], accounting) == -20


# What is refused --------------------------------------------------------------------------------


def said(call):
    with pytest.raises(ScenarioError) as refused:
        call()
    return str(refused.value)


def test_everything_wrong_with_the_accounting_is_said_together():
    message = said(lambda: period("avaraging", first=2030, last=2021, years=(2031, 2035)))
    assert "found 'avaraging', did you mean averaging?" in message
    assert "found 2030, but the NDC period ends in 2021, before it begins" in message
    assert "found years from 2031, but the NDC period from 2030" in message


@pytest.mark.parametrize("years", [[], [2021, 2023], [2022, 2021], [2021, 2021, 2022]], ids=str)
def test_years_that_are_not_each_once_in_order_are_refused(years):
    message = said(
        lambda: NdcAccounting(
            method="averaging", first_year=2021, last_year=2022, years=np.array(years, dtype=int)
        )
    )
    assert "needed is every year once, in order" in message


def test_amounts_that_are_negative_missing_or_too_few_are_refused_together():
    accounting = period(first=2021, last=2022)
    message = said(lambda: corresponding_adjustment([1, -2], [np.nan, 0], accounting))
    assert "itmos_first_transferred: found -2 tCO2e/yr" in message
    assert "itmos_used: found numbers missing" in message
    message = said(lambda: corresponding_adjustment([1, 2, 3], 5, accounting))
    assert "itmos_first_transferred: found 3; needed is a number for each of 2 years" in message
    assert "itmos_used: found one number" in message


@pytest.mark.parametrize("kind", TARGETS)
@pytest.mark.parametrize("method", METHODS)
def test_a_method_goes_only_with_targets_of_its_kind(method, kind):
    accounting = period(method)
    target = Target(kind=kind, share=0.1, baseline=10 if kind == "base_year" else np.ones(10))
    if (method == "averaging") == (kind != "cumulative"):
        assert target_level(target, accounting) == pytest.approx(
            {"base_year": 9, "bau_relative": 0.9, "cumulative": 9}[kind]
        )
    else:
        message = said(lambda: target_level(target, accounting))
        assert f"{kind} does not go with the method {method}; " in message


def test_a_target_is_compared_only_when_its_period_is_over():
    accounting = period(years=(2021, 2028))
    target = Target(kind="bau_relative", share=0.1, baseline=[1.0])
    message = said(lambda: margin(target, np.ones(8), accounting))
    assert "the years end in 2028, the NDC period in 2030" in message
    assert "target.baseline: found 1; needed is a number for each of 8 years" in message


def test_a_balance_of_other_years_is_refused():
    target = Target(kind="base_year", share=0.1, baseline=1.0)
    message = said(lambda: margin(target, np.ones(9), period()))
    assert "emissions_balance: found 9; needed is a number for each of 10 years" in message


@pytest.mark.parametrize("share", [1.01, np.inf, -np.inf, np.nan])
def test_a_share_is_a_number_up_to_one(share):
    assert "a share is at most 1" in said(
        lambda: Target(kind="base_year", share=share, baseline=1.0)
    )


def test_a_target_may_be_zero_or_lie_above_its_baseline():
    for share, level in ((1, 0), (-0.5, 15)):
        target = Target(kind="base_year", share=share, baseline=10.0)
        assert target_level(target, period()) == level


def test_everything_wrong_with_a_target_is_said_together():
    message = said(lambda: Target(kind="base-yaer", share=45, baseline=np.nan))
    assert "found 'base-yaer', did you mean base_year?" in message
    assert "found 45; a share is at most 1 (45 % is 0.45)" in message
    assert "found numbers missing" in message


def test_more_transfers_than_credits_are_refused_with_their_years():
    accounting = period("multi_year", 2021, 2023)
    message = said(
        lambda: reference_reduction_needed([[1, 2, 3], [1, 9, 3]], [2, 2, 3], 1, accounting)
    )
    assert "more ITMOs are first transferred than reductions credited in [2022]" in message
    message = said(lambda: reference_reduction_needed([1, 2, 3], [2, 2, -3], 1, accounting))
    assert "emission_reductions: found -3 tCO2e/yr" in message
