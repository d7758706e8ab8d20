"""Leak models that are not the Storage Security Calculator: by hand, and year by year."""

import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jcm_models.storage import (
    ConstantShare,
    DecayingShare,
    Injection,
    LeakTable,
    SecurityCalculator,
    read_leak_table,
)
from jcm_models.storage_regimes import means
from tests.examples import unhurried

plans = st.lists(st.floats(1.0, 1e7), min_size=1, max_size=40)
shares = st.floats(0.0, 1.0)


def walked(plan, years, share_of_year):
    """Walk through the years: what a year begins with leaks by a share of that year."""
    stored, leaked, rows = 0.0, 0.0, []
    for year in range(1, years + 1):
        lost = stored * share_of_year(year)
        leaked += lost
        stored += (plan[year - 1] if year <= len(plan) else 0.0) - lost
        rows.append(leaked)
    return np.array(rows)


def test_a_constant_share_worked_by_hand():
    plan = Injection(np.array([100.0, 200.0]))
    # Year 2: 10 % of 100; year 3: of 100 - 10 + 200; year 4: of what that leaves.
    found = ConstantShare(0.1).leaked(plan, np.array([1, 2, 3, 4]))
    np.testing.assert_allclose(found, [[0.0, 10.0, 39.0, 39.0 + 26.1]], rtol=1e-12)


def test_a_constant_share_retains_what_the_literature_says():
    # 0.01 % a year keeps 99 % after 100 years (Alcalde et al. 2018, introduction).
    plan = Injection(np.array([1e6]))
    leaked = ConstantShare(1e-4).leaked(plan, np.array([101]))
    assert 1 - leaked[0, 0] / 1e6 == pytest.approx(0.99, abs=1e-4)


def test_a_decaying_share_worked_by_hand():
    plan = Injection(np.array([1000.0, 1000.0]))
    found = DecayingShare(0.1, 0.25, math.log(2)).leaked(plan, np.array([2, 3, 4]))
    # The rate is 10 % in year 2; of that a quarter stays and the rest is halved each year.
    third = 1900 * 0.1 * (0.25 + 0.75 / 2)
    fourth = (1900 - third) * 0.1 * (0.25 + 0.75 / 4)
    np.testing.assert_allclose(found, [[100, 100 + third, 100 + third + fourth]], rtol=1e-12)


@unhurried
@given(plans, shares, shares, st.sampled_from([0.0, 1e-3, 0.05, 0.7, 30.0]), st.integers(1, 3000))
def test_no_year_is_walked_through_and_yet_the_leaks_are_those_of_the_walk(
    plan, rate, floor, decay, last
):
    def share_of_year(year):
        return rate * (floor + (1 - floor) * math.exp(-decay * max(year - len(plan), 0)))

    years = np.unique([1, (last + 1) // 3 + 1, (last + 1) // 2, last])
    years = years[years <= last]
    found = DecayingShare(rate, floor, decay).leaked(Injection(np.array(plan)), years)
    expected = walked(plan, last, share_of_year)[years - 1]
    np.testing.assert_allclose(found[0], expected, rtol=1e-9, atol=1e-9 * sum(plan))


def test_samples_are_answered_alike_alone_and_together():
    plan, years = Injection.steady(5e6, 12), np.array([1, 5, 12, 13, 90, 1200, 10_000])
    rate, floor, decay = np.random.default_rng(2).random((3, 8)) * [[0.02], [1.0], [0.4]]
    together = DecayingShare(rate, floor, decay).leaked(plan, years)
    for sample in range(8):
        alone = DecayingShare(rate[sample], floor[sample], decay[sample]).leaked(plan, years)
        np.testing.assert_allclose(together[sample], alone[0], rtol=1e-9)


ANY_MODEL = {
    "constant": ConstantShare(0.003),
    "all at once": ConstantShare(1.0),
    "none": ConstantShare(0.0),
    "decaying": DecayingShare(0.5, 0.1, 0.02),
    "table": LeakTable(np.arange(1, 6), np.array([0.3, 0.0, 0.5, 0.1, 0.1])),
    "calculator": SecurityCalculator(means("poorly_regulated_onshore")),
}


@unhurried
@pytest.mark.parametrize("model", ANY_MODEL.values(), ids=ANY_MODEL)
@given(plan=plans)
def test_no_model_leaks_more_than_is_injected_or_takes_a_leak_back(model, plan):  # R1
    injection = Injection(np.array(plan))
    years = np.array([1, 2, 3, 7, 20, 40, 41, 200, 5000, 10_000, 20_000])
    leaked = model.leaked(injection, years)
    assert leaked.shape == (1, years.size)
    noise = 1e-9 * injection.total
    assert (leaked >= 0).all()
    assert (leaked <= injection.injected(years) + noise).all()
    assert (np.diff(leaked) >= -noise).all()


def test_a_table_is_followed_as_far_as_it_goes():
    table = read_leak_table("year,share_leaked\n1,0\n2,0.001\n3,0.02\n")
    injection = Injection(np.array([400.0, 0.0, 600.0]))
    found = table.leaked(injection, np.array([1, 2, 3, 4, 1000]))
    np.testing.assert_allclose(found, [[0.0, 1.0, 21.0, 21.0, 21.0]], rtol=1e-12)


def test_a_table_cannot_let_escape_what_is_not_yet_injected():
    injection = Injection(np.array([100.0, 900.0]))
    found = LeakTable(np.array([1, 2]), np.array([0.5, 0.0])).leaked(injection, np.array([1, 2]))
    assert found.tolist() == [[100.0, 500.0]]


def test_a_table_that_a_spreadsheet_wrote_is_read():
    table = read_leak_table("\ufeffyear, share_leaked\r\n1, 0.5\r\n2, 1e-3\r\n")
    assert table.years.tolist() == [1, 2]
    assert table.shares.tolist() == [0.5, 0.001]


HEAD = "year,share_leaked\n"
FAULTS = {
    "nothing at all": ("", "found 'nothing'; the heading must be year,share_leaked"),
    "another heading": ("year,leak\n1,0\n", "line 1: found 'year,leak'; the heading must be"),
    "no row": (HEAD, "there is no row below the heading"),
    "a gap": (HEAD + "1,0\n4,0\n", "line 3: a gap, year 2 to 3 is missing; write 0 where none"),
    "a gap of one year": (HEAD + "1,0\n3,0\n", "line 3: a gap, year 2 is missing"),
    "a late beginning": (HEAD + "2,0\n", "line 2: a gap, year 1 is missing"),
    "years that fall": (HEAD + "1,0\n2,0\n1,0\n", "line 4: found year 1 after 2; years must rise"),
    "a year twice": (HEAD + "1,0\n1,0\n", "line 3: found year 1 after 1"),
    "a negative share": (HEAD + "1,-0.1\n", "line 2: found a share of -0.1; allowed is 0 to 1"),
    "a share above 1": (HEAD + "1,1.5\n", "line 2: found a share of 1.5; allowed is 0 to 1"),
    "no number": (HEAD + "1,nan\n", "line 2: found a share of nan"),
    "a word": (HEAD + "1,none\n", "line 2: found '1,none'; a year and a share are needed"),
    "a missing column": (HEAD + "1\n", "line 2: found '1'; a year and a share are needed"),
    "part of a year": (HEAD + "1.5,0\n", "line 2: found '1.5,0'; a year and a share"),
    "more than all": (HEAD + "1,0.6\n2,0.6\n", "the shares add up to 1.2; more leaks than is"),
}


@pytest.mark.parametrize(("text", "words"), FAULTS.values(), ids=FAULTS)
def test_a_fault_of_a_table_is_told_with_its_line_and_what_to_do(text, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        read_leak_table(text)


def test_all_faults_of_a_table_come_together():
    with pytest.raises(ValueError, match=r"line 2: .*; line 3: .*; line 4: .*; line 5: "):
        read_leak_table(HEAD + "1,-1\n3,x\n5,0.1\n4,0\n")
