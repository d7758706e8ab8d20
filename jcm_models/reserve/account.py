"""The reserve account: what is withheld from issued credits (K4), and what leaves it (R2).

The text of the guidelines for CCS and CCUS under the JCM is not public beyond the rate, so who
makes good a shortfall, how the reserve is filled up again and when it is released are parameters.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "BEARERS",
    "AccountError",
    "Flows",
    "Rules",
    "from_issuances",
    "kept",
    "shared_out",
    "withheld",
]

Whole = NDArray[np.int64]

BEARERS = ("reserve", "participants", "host", "next_issuance", "nobody")
"""Who makes good a reversal: the reserve first, then whom the rules name."""

_RELATIVE_NOISE = 1e-12


class AccountError(ArithmeticError):
    """A reserve account that does not add up; the message names the year and both sides."""


def withheld(issued: Whole, rate: NDArray[np.float64]) -> Whole:
    r"""Credits withheld as reserve, rounded up to whole tonnes.

    Parameters
    ----------
    issued : array of int, shape (..., year)
        Credits issued [tCO2e/yr].
    rate : array, shape (..., year)
        Share of issued credits withheld [1].

    Returns
    -------
    array of int, shape (..., year)
        Credits withheld [tCO2e/yr].

    Notes
    -----
    :math:`R_y = \lceil r \, I_y \rceil`.

    Examples
    --------
    >>> import numpy as np
    >>> withheld(np.array([10_000, 9_999, 1]), np.array(0.03))
    array([300, 300,   1])
    """
    exact = issued * rate
    return np.asarray(np.ceil(exact * (1 - _RELATIVE_NOISE))).astype(np.int64)


def from_issuances(yearly: Whole, spare: Whole, vintage: Whole) -> Whole:
    """Lay what is withheld beyond the rate in a year on its issuances, the first of them first.

    Parameters
    ----------
    yearly : array of int, shape (project, year)
        Withheld beyond the rate [tCO2e/yr].
    spare : array of int, shape (project, issuance)
        What each issuance has left; together at least as much as is withheld.
    vintage : array of int, shape (project, issuance)
        Position of the year of each issuance; one row, where it is the same in all.

    Returns
    -------
    array of int, shape (project, issuance)
        Withheld beyond the rate [tCO2e].
    """
    if not yearly.any():
        return np.zeros_like(spare)
    taken = np.zeros((len(yearly), spare.shape[-1]), dtype=np.int64)
    projects, vintage = np.arange(len(taken)), np.broadcast_to(vintage, taken.shape)
    left = yearly.copy()
    for issuance in range(taken.shape[-1]):
        year = vintage[:, issuance]
        taken[:, issuance] = np.minimum(left[projects, year], spare[:, issuance])
        left[projects, year] -= taken[:, issuance]
    return taken


@dataclass(frozen=True)
class Rules:
    """How a reserve account is kept; each field has shape (project,), or holds for all.

    Parameters
    ----------
    bearer : array of int
        Position in `BEARERS` of whoever makes good what the reserve cannot; never the reserve.
    top_up : array of int
        The same of whoever fills the reserve up again to what was withheld: ``participants``,
        ``next_issuance``, or ``nobody``.
    release_after : array
        Years without a reversal, counted from the last issuance on, until the reserve is
        released [yr]; infinite where it never is.
    release_share : array
        Share of the balance released in each year from then on [1].
    pooled : array of bool
        Whether the project shares its reserve with all others that do.
    last_year : array of int
        Position of the project's own last year, after which nothing is released.
    """

    bearer: Whole
    top_up: Whole
    release_after: NDArray[np.float64]
    release_share: NDArray[np.float64]
    pooled: NDArray[np.bool_]
    last_year: Whole = field(default_factory=lambda: np.array([np.iinfo(np.int64).max]))

    def broadcast(self, projects: int) -> Rules:
        """Return the rules with one entry for each project."""
        return Rules(
            *(np.broadcast_to(getattr(self, each.name), (projects,)) for each in fields(self))
        )

    @property
    def only_drain(self) -> bool:
        """Whether nothing fills any reserve but the rate, and nothing empties it but reversals."""
        filled = (self.bearer == _NEXT).any() or (self.top_up != _NOBODY).any()
        return not (filled or np.isfinite(self.release_after).any() or self.pooled.any())


class Flows(NamedTuple):
    """What enters and leaves the reserve accounts, each of shape (project, year) [tCO2e/yr].

    `extra` is withheld from issuances beyond the rate, for reversals or to fill up the reserve;
    `borne` has shape (project, bearer, year) and adds up to the reversals; what others bear for
    them is in the row of the bearer, and ``next_issuance`` holds what no issuance followed for,
    too, until it is paid. `balance` is the stock at the end of the year [tCO2e].
    """

    extra: Whole
    topped_up: Whole
    cancelled: Whole
    released: Whole
    borne: Whole
    owed: Whole
    balance: Whole


_NEXT, _PARTICIPANTS, _NOBODY = map(BEARERS.index, ("next_issuance", "participants", "nobody"))


class _State:
    """The accounts of all projects as one year ends."""

    def __init__(self, projects: int) -> None:
        self.balance = np.zeros(projects, dtype=np.int64)
        self.target = np.zeros(projects, dtype=np.int64)
        self.owed = np.zeros(projects, dtype=np.int64)  # reversals that issuances make good
        self.missing = np.zeros(projects, dtype=np.int64)  # what issuances fill up
        self.quiet = np.zeros(projects)


def kept(
    regular: Whole,
    issued: Whole,
    reversals: Whole,
    rules: Rules,
    last_issuance: Whole | None = None,
) -> Flows:
    r"""Keep reserve accounts year by year.

    Parameters
    ----------
    regular : array of int, shape (project, year)
        Credits withheld by the rate [tCO2e/yr].
    issued : array of int, shape (project, year)
        Credits issued [tCO2e/yr]; what is withheld never exceeds them.
    reversals : array of int, shape (project, year)
        Credits whose CO2 has leaked [tCO2e/yr].
    rules : Rules
        How the accounts are kept.
    last_issuance : array of int, shape (project,), optional
        Position of the year in which credits are issued last; that of the last vintage by default.

    Returns
    -------
    Flows
        What happened in each year, and the balance at its end.

    Raises
    ------
    AccountError
        If an account does not add up, or holds less than nothing.

    Notes
    -----
    In a year credits are withheld first, then reversals are made good from the project's own
    reserve and the pool it belongs to, then the reserve is filled up, and last released:
    :math:`B_y = B_{y-1} + R_y + E_y + T_y - X_y - L_y`, with what is withheld by the rate R and
    beyond it E, filled up T, cancelled X and released L. The part of E that makes good an earlier
    reversal is cancelled in the same year; X counts it. Where nothing else is filled up or
    released, what is left of reversals v needs no year before it:
    :math:`B_y = N_y - \min(0, \min_{k \le y} N_k)` with :math:`N_y = \sum_{k \le y} R_k - v_k`.
    """
    if (reversals < 0).any():
        message = "reversals below nothing; what has leaked once does not come back"
        raise AccountError(message)
    rules = rules.broadcast(len(regular))
    if last_issuance is None:
        last_issuance = regular.shape[1] - 1 - np.argmax(issued[:, ::-1] > 0, axis=1)
    if rules.only_drain:
        flows = _drained(regular, reversals)
    else:
        flows = _year_by_year(regular, issued, reversals, rules, last_issuance)
    # The reserve itself never is the bearer of what it cannot make good.
    flows.borne[np.arange(len(regular)), rules.bearer] = reversals - flows.borne[:, 0]
    _assert_adds_up(regular, reversals, flows)
    return flows


def _drained(regular: Whole, reversals: Whole) -> Flows:
    """Return what the reserves pay for reversals where nothing else happens, all years at once."""
    flows = _nothing(*regular.shape)
    net = regular - reversals
    np.cumsum(net, axis=1, out=net)
    missing = np.minimum.accumulate(net, axis=1)
    np.minimum(missing, 0, out=missing)
    np.subtract(net, missing, out=flows.balance)
    flows.cancelled[:, :1] = reversals[:, :1] + missing[:, :1]
    flows.cancelled[:, 1:] = reversals[:, 1:] + (missing[:, 1:] - missing[:, :-1])
    flows.borne[:, 0] = flows.cancelled
    return flows


def _year_by_year(
    regular: Whole, issued: Whole, reversals: Whole, rules: Rules, last_issuance: Whole
) -> Flows:
    flows = _nothing(*regular.shape)
    state = _State(len(regular))
    for year in range(regular.shape[1]):
        _withhold(state, flows, year, regular[:, year], issued[:, year])
        _make_good(state, flows, year, reversals[:, year], rules)
        _fill_up(state, flows, year, rules)
        over = (year > last_issuance) & (year <= rules.last_year)
        state.quiet = np.where(reversals[:, year] > 0, 0.0, state.quiet + over)
        _release(state, flows, year, over & (state.quiet >= rules.release_after), rules)
        flows.owed[:, year] = state.owed
        flows.balance[:, year] = state.balance
    return flows


def _nothing(projects: int, years: int) -> Flows:
    """Return flows in which nothing happens yet."""
    empty = {name: np.zeros((projects, years), dtype=np.int64) for name in Flows._fields}
    empty["borne"] = np.zeros((projects, len(BEARERS), years), dtype=np.int64)
    return Flows(**empty)


def _withhold(state: _State, flows: Flows, year: int, regular: Whole, issued: Whole) -> None:
    """Withhold by the rate, then what earlier years owe as far as the issuance reaches."""
    spare = issued - regular
    paid = np.minimum(state.owed, spare)
    filled = np.minimum(state.missing, spare - paid)
    state.owed = state.owed - paid
    state.missing = state.missing - filled
    flows.extra[:, year] = paid + filled
    flows.cancelled[:, year] = paid
    state.balance = state.balance + regular + filled
    state.target = state.target + regular


def _make_good(state: _State, flows: Flows, year: int, reversals: Whole, rules: Rules) -> None:
    own = np.minimum(state.balance, reversals)
    state.balance = state.balance - own
    open_ = reversals - own
    from_pool = np.zeros_like(open_)
    if rules.pooled.any():
        from_pool, taken = _from_pool(state.balance, np.where(rules.pooled, open_, 0), rules.pooled)
        state.balance = state.balance - taken
        own = own + taken
    flows.cancelled[:, year] += own
    shortfall = open_ - from_pool
    flows.borne[:, 0, year] = reversals - shortfall
    state.owed = state.owed + np.where(rules.bearer == _NEXT, shortfall, 0)


def _from_pool(balance: Whole, claims: Whole, pooled: NDArray[np.bool_]) -> tuple[Whole, Whole]:
    """Return what a pool pays to each claim, and what it takes of each balance for that."""
    held = np.where(pooled, balance, 0)
    paid = min(int(claims.sum()), int(held.sum()))
    return shared_out(paid, claims), shared_out(paid, held)


def shared_out(amount: int, weights: Whole) -> Whole:
    """Divide whole tonnes in proportion to weights, never more to one than its weight if it fits.

    Parameters
    ----------
    amount : int
        Whole tonnes [tCO2e].
    weights : array of int
        Not negative.

    Returns
    -------
    array of int
        Whole tonnes that add up to the amount; largest remainders are rounded up, and of equal
        ones the first.
    """
    total = int(weights.sum())
    if total == 0:
        return np.zeros_like(weights)
    exact = [divmod(amount * int(weight), total) for weight in weights]
    parts = np.array([whole for whole, _ in exact], dtype=np.int64)
    order = sorted(range(len(exact)), key=lambda at: (-exact[at][1], at))
    parts[order[: amount - int(parts.sum())]] += 1
    return parts


def _fill_up(state: _State, flows: Flows, year: int, rules: Rules) -> None:
    """Fill the reserve up to what was withheld by the rate: at once, or by later issuances."""
    gap = np.maximum(state.target - state.balance, 0)
    by_participants = np.where(rules.top_up == _PARTICIPANTS, gap, 0)
    flows.topped_up[:, year] = by_participants
    state.balance = state.balance + by_participants
    state.missing = np.where(rules.top_up == _NEXT, gap, 0)


def _release(state: _State, flows: Flows, year: int, due: NDArray[np.bool_], rules: Rules) -> None:
    share = np.where(due, rules.release_share, 0.0)
    released = np.minimum(np.ceil(state.balance * share).astype(np.int64), state.balance)
    flows.released[:, year] = released
    state.balance = state.balance - released
    state.target = np.where(due, state.balance, state.target)


def _assert_adds_up(regular: Whole, reversals: Whole, flows: Flows) -> None:
    entered = regular + flows.extra + flows.topped_up
    left = flows.cancelled + flows.released
    stock = np.cumsum(entered - left, axis=1)
    wrong = (stock != flows.balance) | (flows.balance < 0)
    wrong |= flows.borne.sum(axis=1) != reversals
    if wrong.any():
        project, year = np.argwhere(wrong)[0]
        message = (
            f"the reserve of project {project + 1} holds {flows.balance[project, year]:,} tCO2e at "
            f"the end of year {year + 1}, but what entered less what left is "
            f"{stock[project, year]:,}; of {reversals[project, year]:,} reversed "
            f"{flows.borne[project, :, year].sum():,} are borne"
        )
        raise AccountError(message)
