"""A portfolio of sites, event by event: against plain loops, exact values and itself."""

import math
import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from jcm_models.distributions import Exponential, Fixed, LogNormal, Normal, Pareto, Uniform
from jcm_models.estimation import mean_of, share_of
from jcm_models.reserve import portfolio as module
from jcm_models.reserve.adequacy import share_that_suffices, sufficient_until
from jcm_models.reserve.event_draws import Events, PoissonEvents, hits, in_order
from jcm_models.reserve.portfolio import Portfolio, Shocks, simulate
from tests.examples import unhurried

USUAL = (LogNormal(math.log(5e4), 1.5),)


def one_site(rate, years=1, masses=USUAL, **more):
    return Portfolio(np.full((1, years), rate), masses, [0], **more)


def several(sites=6, years=40, **more):
    """Sites in two basins, whose rates and masses differ and fall over time."""
    rates = np.outer(np.linspace(0.01, 0.1, sites), np.linspace(1, 0.2, years))
    masses = [LogNormal(math.log(1e4 * (site + 1)), 1.0) for site in range(sites)]
    return Portfolio(rates, masses, [site % 2 for site in range(sites)], **more)


def shocks(portfolio, rate=0.02, hit_share=0.4):
    basins = max(portfolio.basins) + 1
    return replace(portfolio, shocks=Shocks(np.full((basins, portfolio.years), rate), hit_share))


ISSUED = np.minimum(np.arange(1, 41), 30) * 1e6
EVERY_KIND = {
    "independent": several(),
    "frailty": several(frailty=0.7),
    "shocks": shocks(several()),
    "frailty and shocks": shocks(several(frailty=0.7)),
}


def every_kind():
    return pytest.mark.parametrize("portfolio", EVERY_KIND.values(), ids=EVERY_KIND)


# Against a plain loop over the same events --------------------------------------------------------


def drawn(portfolio, samples, seed):
    """Return the events and masses of a simulation that is one block."""
    draws = module._Draws(portfolio)
    assert samples <= draws.samples_at_once
    generator = np.random.default_rng(np.random.SeedSequence(seed).spawn(1)[0])
    events = in_order(draws.events(generator, samples), portfolio.years)
    masses = draws.masses(generator, events.site)
    return Events(*(column[masses > 0] for column in events)), masses[masses > 0]


def by_hand(events, masses, issued, samples, rate):
    """Walk through all years of all draws, and look at the stocks at the end of each (R4)."""
    years = len(issued)
    leaked = [[[] for _ in range(years)] for _ in range(samples)]
    for sample, year, mass in zip(events.sample, events.year, masses, strict=True):
        leaked[sample][year].append(float(mass))
    rows = []
    for own in leaked:
        claims, required, first = 0.0, 0.0, years
        for year in range(years):
            claims = math.fsum([claims, *own[year]])
            if claims > 0:
                ratio = claims / issued[year] if issued[year] else math.inf
                required = max(required, ratio)
            if claims > rate * issued[year] * (1 + 1e-9) and first == years:
                first = year
        rows.append((required, claims, sum(map(len, own)), first))
    return [np.array(column) for column in zip(*rows, strict=True)]


def assert_as_by_hand(portfolio, issued, samples, seed, rate=0.03):
    outcome = simulate(portfolio, issued, samples, seed, rates=[rate], by_site=True)
    events, masses = drawn(portfolio, samples, seed)
    required, claims, numbers, first = by_hand(events, masses, issued, samples, rate)
    np.testing.assert_allclose(outcome.required_rate, required, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(outcome.claims, claims, rtol=1e-12)
    np.testing.assert_array_equal(outcome.events, numbers)
    np.testing.assert_array_equal(outcome.first_shortfall[0], first)
    by_site = np.zeros((samples, portfolio.sites))
    np.add.at(by_site, (events.sample, events.site), masses)
    np.testing.assert_allclose(outcome.claims_by_site, by_site, rtol=1e-12)
    return outcome


@every_kind()
def test_what_is_required_is_as_by_hand_over_every_year_of_every_draw(portfolio):
    outcome = assert_as_by_hand(portfolio, ISSUED, 500, 3)
    assert outcome.events.sum() > 1000
    assert 0 < (outcome.first_shortfall < 40).mean() < 1


@st.composite
def portfolios(draw):
    sites, years = draw(st.integers(1, 4)), draw(st.integers(1, 6))
    numbers = st.sampled_from([0.0, 0.0, 1e-9, 0.1, 2.0])
    rates = draw(st.lists(numbers, min_size=sites * years, max_size=sites * years))
    mass = st.sampled_from([Fixed(7.0), Uniform(0, 10), LogNormal(2, 2), Normal(1, 5)])
    masses = draw(st.lists(mass, min_size=sites, max_size=sites) | st.tuples(mass))
    basins = draw(st.lists(st.integers(0, 3), min_size=sites, max_size=sites))
    frailty = draw(st.none() | st.sampled_from([0.3, 1.0, 50.0]))
    portfolio = Portfolio(np.reshape(rates, (sites, years)), masses, basins, frailty)
    if not draw(st.booleans()):
        return portfolio
    return shocks(portfolio, draw(numbers), draw(st.sampled_from([0.0, 0.5, 1.0])))


@unhurried
@given(portfolios(), st.integers(0, 1000), st.lists(st.integers(0, 50), min_size=6, max_size=6))
def test_any_portfolio_is_settled_as_by_hand(portfolio, seed, yearly):
    issued = np.cumsum(yearly)[: portfolio.years].astype(float)
    outcome = assert_as_by_hand(portfolio, issued, 30, seed, rate=0.25)
    assert (outcome.claims >= 0).all()
    assert (outcome.claims_by_site >= 0).all()
    np.testing.assert_array_equal(
        outcome.first_shortfall[0] == portfolio.years, outcome.required_rate <= 0.25 * (1 + 1e-12)
    )
    if issued[-1]:
        assert (outcome.required_rate >= outcome.claims / issued[-1] * (1 - 1e-9)).all()


def test_small_leaks_are_not_lost_behind_large_ones_of_other_draws():
    # One running sum serves many draws; masses over ten orders of magnitude try it.
    heavy = one_site(0.02, 40, masses=[LogNormal(math.log(1e4), 4.0)])
    outcome = simulate(heavy, ISSUED, 20_000, 5)
    required, claims, *_ = by_hand(*drawn(heavy, 20_000, 5), ISSUED, 20_000, 0.03)
    assert claims.max() / claims[claims > 0].min() > 1e10
    np.testing.assert_allclose(outcome.claims, claims, rtol=1e-14)
    np.testing.assert_allclose(outcome.required_rate, required, rtol=0, atol=1e-15 * required.max())


def test_nothing_is_lost_over_many_draws():
    outcome = simulate(several(), ISSUED, 10_000, 5)
    required, *_ = by_hand(*drawn(several(), 10_000, 5), ISSUED, 10_000, 0.03)
    np.testing.assert_allclose(outcome.required_rate, required, rtol=1e-13)


def test_rounding_does_not_pile_up_over_draws_that_are_alike():
    alike = one_site(3.0, masses=[Fixed(0.1)])
    outcome = simulate(alike, [10.0], 40_000, 20)
    np.testing.assert_allclose(outcome.required_rate, outcome.events * 0.01, rtol=1e-15 * 8)


SLIPS = {
    "events are not put in the order of their years": lambda events, masses, issued: (
        Events(events.sample, events.year[::-1].copy(), events.site),
        masses,
        issued,
    ),
    "masses go to the events of others": lambda events, masses, issued: (
        events,
        np.roll(masses, 1),
        issued,
    ),
    "a year earlier is looked at": lambda events, masses, issued: (
        events,
        masses,
        np.concatenate([issued[:1], issued[:-1]]),
    ),
    "only the last year is looked at": lambda events, masses, issued: (
        events,
        masses,
        np.full(issued.size, issued[-1]),
    ),
    "claims of a year are not summed up": lambda events, masses, issued: (
        Events(*(column[::2] for column in events)),
        masses[::2],
        issued,
    ),
    "draws run into each other": lambda events, masses, issued: (
        Events(events.sample // 2 * 2, events.year, events.site),
        masses,
        issued,
    ),
}


@pytest.mark.parametrize("slip", SLIPS.values(), ids=SLIPS)
def test_the_plain_loop_catches_a_slip(slip, monkeypatch):
    right = module._settled

    def wrong(events, masses, issued, samples, rates):
        return right(*slip(events, masses, issued), samples, rates)

    monkeypatch.setattr(module, "_settled", wrong)
    with pytest.raises(AssertionError):
        assert_as_by_hand(several(), ISSUED, 200, 3)


# Against exact values -----------------------------------------------------------------------------


def test_exponential_leaks_exceed_a_reserve_as_often_as_the_exact_sum_says():
    # P(S > x) = sum_k e^-L L^k / k! P(gamma_k > x / m): L = 2, m = 150,000 t, x = 900,000 t.
    k = np.arange(1, 60)
    exact = float(np.sum(stats.poisson.pmf(k, 2) * stats.gamma.sf(6.0, k)))
    assert exact == pytest.approx(0.0487685427513, abs=1e-13)
    outcome = simulate(one_site(0.02, 100, masses=[Exponential(1.5e5)]), [3e7] * 100, 10**6, 1)
    found = share_of(outcome.claims > 9e5)
    assert abs(found.value - exact) < 3 * found.error
    curve = share_that_suffices(outcome.required_rate, [0.03])
    assert curve.value[0] == pytest.approx(1 - found.value, abs=1e-12)


def test_ten_sites_that_do_not_depend_on_each_other_are_as_one_of_ten_times_the_rate():
    mass = [Exponential(1.5e5)]
    ten = Portfolio(np.full((10, 100), 0.002), mass, range(10))
    found = share_of(simulate(ten, [3e7] * 100, 400_000, 2).claims > 9e5)
    assert abs(found.value - 0.0487685427513) < 3 * found.error


def numbers_of(portfolio, samples=200_000, seed=4):
    return simulate(portfolio, [1.0] * portfolio.years, samples, seed)


@pytest.mark.parametrize("shape", [0.5, 1.0, 5.0])
def test_leaks_with_a_gamma_frailty_are_negative_binomial(shape):
    basin = Portfolio(np.full((5, 10), 0.06), [Fixed(1.0)], [0] * 5, frailty=shape)
    found = numbers_of(basin).events
    expected = stats.nbinom(shape, shape / (shape + 3.0))
    for number in range(8):
        share = share_of(found == number)
        assert abs(share.value - expected.pmf(number)) < 4 * share.error


def test_basins_do_not_share_their_frailty():
    rates = np.full((4, 10), 0.1)
    apart = Portfolio(rates, [Fixed(1.0)], [0, 1, 0, 1], frailty=0.5)
    by_site = simulate(apart, [1.0] * 10, 100_000, 5, by_site=True).claims_by_site
    found = np.cov(by_site.T)
    # Given a factor of variance 2, numbers of mean 1: variance 1 + 2, covariance 2 in a basin.
    np.testing.assert_allclose(np.diag(found), 3.0, rtol=0.05)
    assert found[0, 2] == pytest.approx(2.0, rel=0.05)
    assert found[1, 3] == pytest.approx(2.0, rel=0.05)
    assert found[0, 1] == pytest.approx(0.0, abs=4 * 3 / math.sqrt(100_000))


def test_a_shock_hits_each_site_of_its_basin_with_its_probability():
    quiet = Portfolio(np.zeros((6, 10)), [Fixed(1.0)], [0, 0, 0, 0, 1, 1])
    shocked = replace(quiet, shocks=Shocks(np.array([[0.05] * 10, [0.1] * 10]), 0.3))
    outcome = simulate(shocked, [1.0] * 10, 200_000, 6, by_site=True)
    mean = mean_of(outcome.claims_by_site)
    expected = np.array([0.15] * 4 + [0.3] * 2)
    assert (np.abs(mean.value - expected) < 4 * mean.error).all()
    # Numbers of a compound Poisson: variance is rate × E[hits²], covariance rate × share².
    found = np.cov(outcome.claims_by_site.T)
    assert found[0, 1] == pytest.approx(0.5 * 0.09, rel=0.05)
    assert found[4, 5] == pytest.approx(1.0 * 0.09, rel=0.05)
    assert found[0, 4] == pytest.approx(0.0, abs=4 * 0.25 / math.sqrt(200_000))


def test_a_shock_that_always_hits_makes_all_sites_leak_in_the_same_year():
    quiet = shocks(Portfolio(np.zeros((5, 20)), [Fixed(1.0)], [0] * 5), 0.1, 1.0)
    events, _ = drawn(quiet, 1000, 7)
    moments, numbers = np.unique(events.sample * 20 + events.year, return_counts=True)
    assert moments.size > 1000
    assert (numbers % 5 == 0).all()
    assert (simulate(quiet, [1.0] * 20, 1000, 7).events % 5 == 0).all()


def surviving(years, yearly_rate, mass, reserve, step):
    """Return the probability of no shortfall yet, by a recursion on a grid of claims."""
    grid = np.arange(int(reserve[-1] / step) + 2)
    rounded = -np.diff(mass.survival((np.arange(grid.size + 1) - 0.5) * step))
    one_year, power = np.zeros(grid.size), np.eye(1, grid.size)[0]
    for number in range(6):  # more than five leaks in a year happen once in 10^13 years
        one_year += stats.poisson.pmf(number, yearly_rate) * power
        power = np.convolve(power, rounded)[: grid.size]
    alive, shares = np.eye(1, grid.size)[0], []
    for year in range(years):
        alive = np.convolve(alive, one_year)[: grid.size]
        alive[grid * step > reserve[year]] = 0.0
        shares.append(alive.sum())
    return np.array(shares)


def test_a_growing_reserve_falls_short_by_each_year_as_a_yearly_recursion_says():
    # 3 % of 1 Mt a year over 30 years, 0.02 leaks a year until year 100.
    issued = np.minimum(np.arange(1, 101), 30) * 1e6
    exact = surviving(100, 0.02, USUAL[0], 0.03 * issued, 1000.0)
    outcome = simulate(one_site(0.02, 100), issued, 400_000, 8, rates=[0.03])
    found = sufficient_until(outcome.first_shortfall[0], 100)
    assert (np.abs(found.value - exact) < 3.5 * found.error + 2e-4).all()
    assert exact[-1] < exact[29] < exact[0] < 1
    curve = share_that_suffices(outcome.required_rate, [0.03]).value[0]
    assert curve == pytest.approx(found.value[-1], abs=1e-12)


# Draws --------------------------------------------------------------------------------------------


def test_each_cell_is_hit_in_proportion_to_its_rate_and_those_without_a_rate_never():
    generator = np.random.default_rng(9)
    rates = generator.choice([0.0, 1e-4, 0.01, 0.3, 2.0], (7, 50))
    events = PoissonEvents(rates, np.array([2, 0, 1, 0, 2, 1, 0])).draw(generator, 4000)
    found = np.zeros(rates.shape)
    np.add.at(found, (events.site, events.year), 1)
    assert (found[rates == 0] == 0).all()
    expected = 4000 * rates
    z = (found - expected)[rates > 0] / np.sqrt(expected[rates > 0])
    often = expected[rates > 0] > 20
    assert stats.kstest(z[often], "norm").pvalue > 1e-3
    assert np.abs(z[often]).max() < 4.5


def test_factors_multiply_the_rates_of_their_group_in_their_draw():
    rates = np.full((3, 4), 5.0)
    factors = np.array([[0.0, 1.0], [2.0, 0.0]])
    events = PoissonEvents(rates, np.array([0, 1, 1])).draw(np.random.default_rng(1), 2, factors)
    assert set(events.site[events.sample == 0]) == {1, 2}
    assert set(events.site[events.sample == 1]) == {0}
    assert (events.sample == 0).sum() == pytest.approx(40, abs=4 * math.sqrt(40))


@unhurried
@given(st.integers(1, 6), st.integers(1, 7), st.integers(0, 10**6))
def test_the_guide_table_finds_the_cell_that_a_search_finds(sites, years, seed):
    generator = np.random.default_rng(seed)
    rates = generator.choice([0.0, 1e-12, 0.1, 1.0, 1e6], (sites, years))
    process = PoissonEvents(rates, np.zeros(sites, dtype=int))
    edges = np.cumsum(rates.ravel())
    if not edges[-1]:
        assert process.draw(generator, 10).sample.size == 0
        return
    assert_as_searched(process, edges, generator.random(100) * edges[-1])


def assert_as_searched(process, edges, places):
    """Compare at some places, and right at the edges and below them."""
    inside = edges[edges < edges[-1]]
    places = np.concatenate([places, inside, np.nextafter(edges[edges > 0], 0.0)])
    expected = np.searchsorted(edges, places, side="right")
    np.testing.assert_array_equal(process._cells(places), expected)


@pytest.mark.parametrize("rate", [0.1, 1 / 3, 1.0])
def test_edges_of_cells_that_are_edges_of_buckets_are_searched(rate):
    rates = np.full((6, 7), rate)
    process = PoissonEvents(rates, np.zeros(6, dtype=int))
    assert_as_searched(process, np.cumsum(rates.ravel()), np.linspace(0, 41 * rate, 1000))


@unhurried
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 4), st.integers(0, 3)), max_size=40))
def test_events_come_by_draw_and_year_and_none_is_lost(rows):
    columns = zip(*rows, strict=True) if rows else ([], [], [])
    events = Events(*(np.array(column, dtype=np.int64) for column in columns))
    found = list(zip(*(column.tolist() for column in in_order(events, 5)), strict=True))
    assert found == sorted(rows, key=lambda row: row[:2])


def test_a_group_without_sites_has_no_events():
    process = PoissonEvents(np.ones((2, 3)), np.array([0, 3]))
    assert process.expected.tolist() == [3, 0, 0, 3]
    events = process.draw(np.random.default_rng(2), 50)
    assert set(events.site) == {0, 1}


class Highest(np.random.Generator):
    """Draws nothing but the highest share there is."""

    def random(self, size):
        return np.full(size, np.nextafter(1.0, 0.0))


def test_the_highest_share_of_a_group_does_not_fall_into_the_next():
    rates = np.array([[1e6], [1e-3], [1.0]])  # 1e6 + (1 - 1e-16) * 1e-3 rounds to the end
    process = PoissonEvents(rates, np.arange(3))
    factors = np.array([[0.0, 5000.0, 0.0], [0.0, 0.0, 5.0]])
    events = process.draw(Highest(np.random.PCG64(1)), 2, factors)
    assert set(events.site[events.sample == 0]) == {1}
    assert set(events.site[events.sample == 1]) == {2}


def test_hits_are_told_basin_by_basin():
    struck = Events(np.array([0, 1, 2]), np.array([5, 6, 7]), np.array([1, 0, 1]))
    members = [np.array([0, 3]), np.array([1])]
    found = list(hits(struck, members, 1.0, np.random.default_rng(1)))
    assert [column.tolist() for column in found[0]] == [[1, 1], [6, 6], [0, 3]]
    assert [column.tolist() for column in found[1]] == [[0, 2], [5, 7], [1, 1]]
    assert not any(e.sample.size for e in hits(struck, members, 0.0, np.random.default_rng(1)))


def test_each_site_leaks_by_its_own_distribution():
    masses = [Fixed(1.0), Fixed(100.0), Fixed(1.0)]  # two alike are drawn together
    mixed = Portfolio(np.full((3, 5), 0.2), masses, [0, 0, 0])
    events, drawn_masses = drawn(mixed, 400, 10)
    np.testing.assert_array_equal(drawn_masses, np.array([1.0, 100.0, 1.0])[events.site])
    assert set(events.site) == {0, 1, 2}


def test_a_mass_below_nothing_counts_as_nothing():
    odd = one_site(3.0, masses=[Normal(0.0, 1.0)])
    _, masses = drawn(odd, 2000, 11)
    outcome = simulate(odd, [1.0], 2000, 11)
    assert masses.min() > 0
    assert outcome.events.sum() == masses.size == pytest.approx(3000, rel=0.06)
    assert outcome.claims.sum() == pytest.approx(3000 * math.sqrt(2 / math.pi), rel=0.06)


# Itself -------------------------------------------------------------------------------------------


def bytes_of(outcome):
    return [array.tobytes() for array in vars(outcome).values()]


@every_kind()
def test_the_bytes_are_the_same_whatever_the_number_of_workers(portfolio, monkeypatch):
    monkeypatch.setattr(module, "_EVENTS_AT_ONCE", 1000)  # many blocks
    assert 2 * module._Draws(portfolio).samples_at_once < 2345
    found = [
        bytes_of(simulate(portfolio, ISSUED, 2345, 12, rates=[0.03], by_site=True, workers=workers))
        for workers in (1, 2, 3, None)
    ]
    assert found[0] == found[1] == found[2] == found[3]


def test_blocks_do_not_repeat_each_other_and_another_seed_gives_other_numbers(monkeypatch):
    monkeypatch.setattr(module, "_SAMPLES_AT_ONCE", 100)
    claims = simulate(several(), ISSUED, 200, 13).claims
    assert not np.intersect1d(claims[:100][claims[:100] > 0], claims[100:]).size
    assert not np.intersect1d(claims[claims > 0], simulate(several(), ISSUED, 200, 14).claims).size


def test_what_is_asked_for_besides_does_not_change_what_is_drawn():
    plain = simulate(several(), ISSUED, 500, 15)
    more = simulate(several(), ISSUED, 500, 15, rates=[0.01, 0.03], by_site=True)
    np.testing.assert_array_equal(plain.required_rate, more.required_rate)
    assert plain.claims_by_site is None
    assert plain.first_shortfall.shape == (0, 500)
    assert (more.first_shortfall[0] <= more.first_shortfall[1]).all()
    np.testing.assert_allclose(more.claims_by_site.sum(axis=1), more.claims, rtol=1e-9)


class Counting(np.random.Generator):
    """Counts the random numbers that are asked for."""

    drawn = 0

    def random(self, size):
        self.drawn += int(np.prod(size))
        return super().random(size)

    def poisson(self, means):
        self.drawn += means.size
        return super().poisson(means)


@pytest.mark.parametrize("years", [10, 1000, 20_000])
def test_what_is_drawn_grows_with_the_events_and_not_with_the_years(years):
    draws = module._Draws(Portfolio(np.full((5, years), 2.0 / years), USUAL, [0] * 5))
    generator, samples = Counting(np.random.PCG64(16)), 1000
    events = draws.events(generator, samples)
    masses = draws.masses(generator, events.site)
    assert masses.size == pytest.approx(10_000, rel=0.05)
    assert generator.drawn == samples + 2 * masses.size
    assert draws.samples_at_once == 2**17 // 10


def test_blocks_are_smaller_where_shocks_hit_many_sites_or_basins_are_many():
    quiet = Portfolio(np.zeros((50, 10)), USUAL, [0] * 50)
    assert module._Draws(quiet).samples_at_once == 2**16
    assert module._Draws(shocks(quiet, 0.2, 0.1)).samples_at_once == 2**17 // (2 * 50)
    apart = Portfolio(np.zeros((50, 10)), USUAL, range(50), frailty=1.0)
    assert module._Draws(apart).samples_at_once == 2**17 // 50


def test_a_shared_frailty_raises_the_rate_that_suffices_and_leaves_the_mean():
    sites = {"masses": [Exponential(1e4)], "basins": [0] * 50}
    rates = np.full((50, 200), 0.005)
    alone = simulate(Portfolio(rates, **sites), [1e8] * 200, 20_000, 17)
    shared = simulate(Portfolio(rates, **sites, frailty=1.0), [1e8] * 200, 20_000, 17)
    mean = mean_of(shared.claims)
    assert abs(mean.value - alone.claims.mean()) < 4 * mean.error
    at_99 = [np.quantile(each.required_rate, 0.99) for each in (alone, shared)]
    # 50 events of 10,000 t on average; the factor's 99 % quantile is ln 100 = 4.6.
    assert at_99[0] == pytest.approx(0.005 * (1 + 2.4 * math.sqrt(2 / 50)), rel=0.05)
    assert at_99[1] == pytest.approx(0.005 * math.log(100), rel=0.06)


def test_where_nothing_happens_no_reserve_is_required():
    outcome = simulate(one_site(0.0, 5), [0.0] * 5, 100, 18, rates=[0.0], by_site=True)
    assert not outcome.required_rate.any()
    assert not outcome.claims.any()
    assert outcome.claims_by_site.dtype == float
    assert (outcome.first_shortfall == 5).all()


def test_no_rate_suffices_for_a_leak_before_the_first_credit():
    outcome = simulate(one_site(5.0, 2), [0.0, 1e9], 100, 19, rates=[1.0])
    early = outcome.first_shortfall[0] == 0
    assert early.mean() > 0.9
    assert np.isinf(outcome.required_rate[early]).all()


def test_a_rate_that_is_just_what_is_required_suffices():
    # 3 leaks of 0.1 t of 10 t issued are 3 %, but (0.1 + 0.1 + 0.1) / 10 > 0.03 in binary digits.
    assert (0.1 + 0.1 + 0.1) / 10 > 0.03
    outcome = simulate(one_site(3.0, masses=[Fixed(0.1)]), [10.0], 3000, 20, rates=[0.03])
    np.testing.assert_array_equal(outcome.first_shortfall[0] == 1, outcome.events <= 3)


# Bad input ----------------------------------------------------------------------------------------


def test_all_that_is_wrong_with_a_portfolio_is_told_together():
    with pytest.raises(ValueError, match="rates") as caught:
        Portfolio(
            np.array([[0.1, -0.2], [0.1, 0.1]]),
            [Pareto(1.0, 0.9), Fixed(1.0), Fixed(2.0)],
            [0, 1],
            frailty=-1.0,
            shocks=Shocks(np.zeros((1, 2)), 1.5),
        )
    message = str(caught.value).splitlines()
    for line, part in zip(
        message,
        [
            "rates: -0.2 events in row 1, year 2",
            "masses: 3 distributions for 2 sites; give one for each, or one for all",
            "infinite mean",
            "frailty: shape -1; give more than 0",
            "shocks.rates: shape (1, 2), but basins and years are (2, 2)",
            "shocks.hit_share: 1.5; a probability lies between 0 and 1",
        ],
        strict=True,
    ):
        assert part in line


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"rates": np.zeros(4)}, "rates: shape (4,); give a number for each site and year"),
        ({"rates": np.zeros((2, 0))}, "rates: shape (2, 0)"),
        ({"rates": np.array([[0.1], [np.nan]])}, "rates: nan events in row 2, year 1"),
        ({"rates": np.array([[np.inf], [0.1]])}, "rates: inf events in row 1, year 1"),
        ({"masses": []}, "masses: 0 distributions for 2 sites"),
        ({"basins": [0]}, "basins: [0] for 2 sites; give each its basin, from 0 on"),
        ({"basins": [0, -1]}, "basins: [0, -1]"),
        ({"basins": [0.5, 1.0]}, "basins: [0.5, 1.0]"),
        ({"frailty": 0.0}, "frailty: shape 0"),
        ({"frailty": math.nan}, "frailty: shape nan"),
        ({"shocks": Shocks(np.array([[-1.0]]), 0.5)}, "shocks.rates: -1 events in row 1, year 1"),
        ({"shocks": Shocks(np.ones((1, 1)), math.nan)}, "shocks.hit_share: nan"),
    ],
)
def test_what_does_not_fit_is_named(changes, message):
    sound = {"rates": np.full((2, 1), 0.1), "masses": USUAL, "basins": [0, 0]}
    with pytest.raises(ValueError, match=re.escape(message)):
        Portfolio(**sound | changes)


def test_all_that_keeps_a_simulation_from_running_is_told_together():
    with pytest.raises(ValueError, match="credits") as caught:
        simulate(one_site(0.1, 3), [2.0, 1.0], 0, 1, rates=[3.0], workers=0)
    for part in (
        "credits: shape (2,), but events have 3 years",
        "credits: those issued so far are neither negative nor ever fewer",
        "samples: 0; draw at least once",
        "rates: 3; a reserve rate lies between 0 and 1",
        "workers: 0; give at least one",
    ):
        assert part in str(caught.value)


@pytest.mark.parametrize("issued", [[-1.0, 1.0], [1.0, np.nan], [1.0, np.inf]])
def test_credits_that_cannot_be_are_refused(issued):
    with pytest.raises(ValueError, match="credits: those issued so far"):
        simulate(one_site(0.1, 2), issued, 10, 1)
