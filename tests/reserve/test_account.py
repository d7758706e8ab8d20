"""The reserve account: what is withheld (K4), and what becomes of it (R2)."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jcm_models.reserve.account import (
    BEARERS,
    AccountError,
    Flows,
    Rules,
    from_issuances,
    kept,
    shared_out,
    withheld,
)
from tests.examples import unhurried


@pytest.mark.parametrize(
    ("issued", "rate", "reserve"),
    [
        (10_000, 0.03, 300),
        (9_999, 0.03, 300),
        (1, 0.03, 1),
        (0, 0.03, 0),
        (95_000, 0.03, 2_850),  # 100,000 reduced, discounted by 0.95 first
        (1_000_000, 0.03, 30_000),
        (100, 0.07, 7),  # 0.07 * 100 is 7.000000000000001
        (100, 0.29, 29),  # 0.29 * 100 is 28.999999999999996
        (12_345, 0, 0),
        (12_345, 1, 12_345),
        (1, 0.05, 1),
        (1_000_000_000, 0.03, 30_000_000),
    ],
)
def test_the_reserve_is_a_share_of_issued_credits_rounded_up(issued, rate, reserve):
    found = withheld(np.array([issued]), np.array([rate]))
    assert found.tolist() == [reserve]
    assert found.dtype == np.int64


@unhurried
@given(st.integers(0, 10**8), st.integers(0, 1000))
def test_the_reserve_is_exact_and_never_more_than_what_is_issued(issued, per_mille):
    (found,) = withheld(np.array([issued]), np.array([per_mille / 1000])).tolist()
    assert found == math.ceil(Fraction(issued * per_mille, 1000))
    assert found <= issued


def test_samples_are_withheld_from_each_as_if_alone():
    issued = np.random.default_rng(1).integers(0, 1000, (4, 5))
    rate = np.full(5, 0.03)
    together = withheld(issued, rate)
    for sample in range(4):
        np.testing.assert_array_equal(together[sample], withheld(issued[sample], rate))


def rules(bearer="nobody", top_up="nobody", after=math.inf, share=1.0, *, pooled=False):
    return Rules(
        bearer=np.array([BEARERS.index(bearer)]),
        top_up=np.array([BEARERS.index(top_up)]),
        release_after=np.array([after]),
        release_share=np.array([share]),
        pooled=np.array([pooled]),
    )


def account(issued, reversals, rate=0.03, **more):
    """Keep one account; return each flow as a list, what is borne by bearer."""
    issued = np.array([issued])
    flows = kept(withheld(issued, np.array(rate)), issued, np.array([reversals]), rules(**more))
    found = {name: array[0].tolist() for name, array in flows._asdict().items()}
    return found | {"borne": dict(zip(BEARERS, found["borne"], strict=True))}


ISSUED = [1000, 1000, 1000, 0, 0, 0]


def test_without_reversals_the_balance_holds_all_that_was_withheld_so_far():  # T2
    found = account(ISSUED, [0] * 6)
    assert found["balance"] == [30, 60, 90, 90, 90, 90]
    assert not any(map(any, (found["extra"], found["cancelled"], found["released"])))


def test_a_reversal_is_made_good_from_the_reserve_first_and_the_rest_is_a_shortfall():  # R2
    found = account(ISSUED, [0, 20, 0, 100, 5, 0])
    assert found["cancelled"] == [0, 20, 0, 70, 0, 0]
    assert found["balance"] == [30, 40, 70, 0, 0, 0]
    assert found["borne"]["reserve"] == [0, 20, 0, 70, 0, 0]
    assert found["borne"]["nobody"] == [0, 0, 0, 30, 5, 0]


@pytest.mark.parametrize("bearer", ["participants", "host"])
def test_a_shortfall_is_borne_by_whom_the_rules_name(bearer):
    found = account(ISSUED, [0, 100, 0, 0, 0, 0], bearer=bearer)
    assert found["borne"][bearer] == [0, 40, 0, 0, 0, 0]
    assert found["balance"] == [30, 0, 30, 30, 30, 30]
    assert found["owed"] == [0] * 6


def test_the_next_issuance_makes_good_what_it_can_and_the_rest_stays_owed():
    found = account(ISSUED, [0, 1100, 0, 5000, 0, 0], bearer="next_issuance")
    # 1100 less the 60 in reserve are owed; the third issuance has 970 beyond its own 30.
    assert found["extra"] == [0, 0, 970, 0, 0, 0]
    assert found["cancelled"] == [0, 60, 970, 30, 0, 0]
    assert found["owed"] == [0, 1040, 70, 70 + 4970, 5040, 5040]
    assert found["balance"] == [30, 0, 30, 0, 0, 0]


def test_the_reserve_is_filled_up_again_by_participants_at_once():
    found = account(ISSUED, [0, 25, 0, 200, 0, 0], top_up="participants")
    assert found["topped_up"] == [0, 25, 0, 90, 0, 0]
    assert found["balance"] == [30, 60, 90, 90, 90, 90]


def test_the_reserve_is_filled_up_again_by_the_next_issuance_while_there_is_one():
    found = account(ISSUED, [0, 25, 0, 200, 0, 0], top_up="next_issuance")
    assert found["extra"] == [0, 0, 25, 0, 0, 0]
    assert found["balance"] == [30, 35, 90, 0, 0, 0]


def test_the_reserve_is_released_after_years_without_reversal_counted_from_the_last_issuance():
    found = account([*ISSUED, 0, 0], [0] * 8, after=3, share=0.5)
    # Quiet years are 4, 5 and 6: half of what is there goes in each year from the sixth on.
    assert found["released"] == [0, 0, 0, 0, 0, 45, 23, 11]
    assert found["balance"] == [30, 60, 90, 90, 90, 45, 22, 11]


def test_a_reversal_puts_the_release_off():
    found = account([*ISSUED, 0, 0], [0, 0, 0, 0, 1, 0, 0, 0], after=3)
    assert found["released"] == [0, 0, 0, 0, 0, 0, 0, 89]


def test_a_reserve_that_was_released_is_not_filled_up_again():
    found = account([*ISSUED, 0, 0], [0, 0, 0, 0, 0, 7, 7, 0], after=2, top_up="participants")
    assert found["released"] == [0, 0, 0, 0, 90, 0, 0, 0]
    assert found["topped_up"] == [0] * 8


def test_projects_that_pool_their_reserves_cover_each_other_and_no_one_else():
    issued = np.array([[1000, 0], [3000, 0], [1000, 0]])
    reserve = withheld(issued, np.array(0.03))
    reversals = np.array([[0, 70], [0, 0], [0, 50]])
    pooled = Rules(
        *(getattr(rules(), name) for name in ("bearer", "top_up", "release_after")),
        np.ones(1),
        np.array([True, True, False]),
    )
    flows = kept(reserve, issued, reversals, pooled)
    assert flows.cancelled[:, 1].tolist() == [30, 40, 30]
    assert flows.balance[:, 1].tolist() == [0, 50, 0]
    assert flows.borne[:, 0, 1].tolist() == [70, 0, 30]
    assert flows.borne[2, BEARERS.index("nobody"), 1] == 20


@unhurried
@given(st.integers(0, 1000), st.lists(st.integers(0, 500), min_size=1, max_size=8))
def test_tonnes_are_shared_out_in_proportion_and_none_is_lost(amount, weights):
    amount = min(amount, sum(weights))
    parts = shared_out(amount, np.array(weights))
    assert parts.sum() == amount
    exact = [Fraction(amount * weight, max(sum(weights), 1)) for weight in weights]
    assert all(math.floor(e) <= part <= math.ceil(e) for e, part in zip(exact, parts, strict=True))
    assert (parts <= np.array(weights)).all()


class Plain:
    """The same account, credit by credit, for one project: slow and independent."""

    def __init__(self, bearer, top_up, after, share):
        self.bearer, self.top_up, self.after, self.share = bearer, top_up, after, share

    def keep(self, issued, regular, reversals):
        last = max((y for y, amount in enumerate(issued) if amount), default=len(issued) - 1)
        last = last if any(issued) else len(issued) - 1
        pot, full, debt, gap, quiet, rows = [], 0, 0, 0, 0, []
        for year, (tonnes, own, lost) in enumerate(zip(issued, regular, reversals, strict=True)):
            free, extra, used, topped, out = tonnes - own, 0, 0, 0, 0
            pot += [year] * own
            full += own
            while debt and free:
                debt, free, extra, used = debt - 1, free - 1, extra + 1, used + 1
            while gap and free:
                gap, free, extra = gap - 1, free - 1, extra + 1
                pot.append(year)
            gap, left = 0, lost
            while left and pot:
                pot.pop()
                left, used = left - 1, used + 1
            if self.bearer == "next_issuance":
                debt += left
            if self.top_up == "participants":
                while len(pot) < full:
                    pot.append(year)
                    topped += 1
            if self.top_up == "next_issuance":
                gap = max(full - len(pot), 0)
            quiet = 0 if lost else quiet + (year > last)
            if quiet >= self.after and year > last:
                out = math.ceil(len(pot) * self.share)
                del pot[len(pot) - out :]
                full = len(pot)
            rows.append((extra, topped, used, out, left, debt, len(pot)))
        return [list(column) for column in zip(*rows, strict=True)]


accounts = st.integers(1, 7).flatmap(
    lambda years: st.tuples(
        st.lists(st.integers(0, 60), min_size=years, max_size=years),
        st.lists(st.integers(0, 30), min_size=years, max_size=years),
    )
)


@unhurried
@given(
    accounts,
    st.sampled_from([0.0, 0.03, 0.25, 1.0]),
    st.sampled_from(BEARERS[1:]),
    st.sampled_from(["nobody", "participants", "next_issuance"]),
    st.sampled_from([0, 1, 2, math.inf]),
    st.sampled_from([0.0, 0.5, 1.0]),
)
def test_an_account_is_kept_as_credit_by_credit(both, rate, bearer, top_up, after, share):
    issued, reversals = both
    found = account(issued, reversals, rate, bearer=bearer, top_up=top_up, after=after, share=share)
    regular = withheld(np.array(issued), np.array(rate)).tolist()
    extra, topped, used, out, short, debt, balance = Plain(bearer, top_up, after, share).keep(
        issued, regular, reversals
    )
    assert found["extra"] == extra
    assert found["topped_up"] == topped
    assert found["cancelled"] == used
    assert found["released"] == out
    assert found["owed"] == debt
    assert found["balance"] == balance
    assert found["borne"][bearer] == short


def test_an_account_that_does_not_add_up_is_refused(monkeypatch):
    from jcm_models.reserve import account as module

    def lose(state, flows: Flows, year, *_):
        flows.released[:, year] = 1

    monkeypatch.setattr(module, "_release", lose)
    with pytest.raises(AccountError, match=r"holds 30 tCO2e at the end of year 1.* is 29"):
        account([1000], [0], after=5)


def test_what_is_withheld_beyond_the_rate_comes_from_the_first_issuance_of_the_year():
    taken = from_issuances(np.array([[0, 70]]), np.array([[9, 50, 50]]), np.array([[0, 1, 1]]))
    assert taken.tolist() == [[0, 50, 20]]


def test_a_release_waits_for_the_last_issuance_and_not_for_the_last_vintage():
    issued = np.array([[*ISSUED, 0, 0]])
    flows = kept(
        withheld(issued, np.array(0.03)),
        issued,
        np.zeros_like(issued),
        rules(after=1),
        np.array([5]),
    )
    assert flows.released[0].tolist() == [0, 0, 0, 0, 0, 0, 90, 0]
    at_once = account([*ISSUED], [0] * 6, after=0)
    assert at_once["released"] == [0, 0, 0, 90, 0, 0]


@pytest.mark.parametrize("bearer", ["nobody", "participants", "host"])
def test_a_release_that_lies_beyond_all_years_changes_nothing(bearer):
    chance = np.random.default_rng(7)
    issued = chance.integers(0, 2000, (300, 40)) * (np.arange(40) < 25)
    reversals = chance.poisson(15, (300, 40)) * chance.integers(0, 2, (300, 40))
    regular = withheld(issued, np.array(0.03))
    never, late = (rules(bearer, after=after) for after in (math.inf, 1e9))
    plain, stepped = (kept(regular, issued, reversals, each) for each in (never, late))
    assert (plain.balance == 0).any(), "some reserve runs dry"
    for at_once, by_year in zip(plain, stepped, strict=True):
        np.testing.assert_array_equal(at_once, by_year)


def test_what_has_leaked_does_not_come_back():
    with pytest.raises(AccountError, match="reversals below nothing"):
        account([1000, 0], [5, -1])
