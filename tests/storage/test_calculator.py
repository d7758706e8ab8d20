"""The Storage Security Calculator against what was published, and against the plain loop."""

import functools
import inspect

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jcm_models.distributions import Fixed
from jcm_models.storage import Injection, SecurityCalculator, draw_blowouts
from jcm_models.storage import calculator as module
from jcm_models.storage_regimes import drawn, means, regime
from tests.examples import unhurried
from tests.storage.published import BASE_CASE, COLUMNS, DRAWS, TARGET, year_by_year

STEADY = Injection.steady(TARGET, 30)


@functools.cache
def losses(name, draws, seed=2100):
    """Return what is lost by the published horizons, in per cent, shape (draw, horizon)."""
    shares = np.random.default_rng(seed).random((draws, len(regime(name))))
    years = np.array([30, 100, 200, 1000, 10_000])
    leaked = SecurityCalculator(drawn(name, shares)).leaked(STEADY, years)
    return dict(zip(years.tolist(), (100 * leaked / TARGET).T, strict=True))


@pytest.mark.parametrize("year", BASE_CASE)
def test_the_base_case_is_that_of_the_published_code_to_eleven_digits(year):
    held = SecurityCalculator(means("base_case")).trapped(STEADY, np.array([year]))
    for name, expected in zip(COLUMNS, BASE_CASE[year], strict=True):
        found = 100 * getattr(held, name)[0, 0] / TARGET
        assert found == pytest.approx(expected, rel=1e-9), name


def test_the_plain_loop_of_these_tests_is_that_of_the_published_code_too():
    parameters = {name: float(value[0]) for name, value in means("base_case").items()}
    rows = year_by_year(parameters, [TARGET / 30] * 30, 10_000)
    for year, expected in BASE_CASE.items():
        found = [100 * amount / TARGET for amount in rows[year - 1]]
        assert found == pytest.approx(list(expected), rel=1e-9)


@pytest.mark.parametrize("year", DRAWS)
def test_ten_thousand_draws_give_the_published_table(year):
    found = losses("well_regulated_offshore", 10_000)[year]
    many = losses("well_regulated_offshore", 200_000, seed=1)[year]
    mean, *quantiles = DRAWS[year]
    # Both tables are drawn 10,000 times: a difference has the error of both.
    error = np.sqrt(2) * many.std() / 100
    assert abs(found.mean() - mean) < 3 * error
    for share, published in zip((0.90, 0.95, 0.98), quantiles, strict=True):
        width = 0.004
        low, high = np.quantile(many, [share - width, share + width])
        spread = np.sqrt(2 * share * (1 - share) / 10_000) * (high - low) / (2 * width)
        assert abs(np.quantile(found, share) - published) < 3 * spread


def test_the_headlines_of_the_paper_come_out():
    offshore = losses("well_regulated_offshore", 200_000, seed=1)
    onshore = losses("poorly_regulated_onshore", 200_000, seed=1)
    # Half of the draws leak less than 0.0008 % a year.
    assert np.median(offshore[30]) / 30 == pytest.approx(0.0008, abs=5e-5)
    # More than 98 % is retained over 10,000 years.
    assert 98.0 < 100 - np.median(offshore[10_000]) < 98.2
    # The paper says more than 78 %; here as in another re-calculation it is 77.8.
    assert 100 - np.median(onshore[10_000]) == pytest.approx(78.0, abs=0.5)


parameter_draws = st.tuples(
    st.sampled_from(["well_regulated_offshore", "poorly_regulated_onshore"]),
    st.lists(st.floats(0.001, 0.999), min_size=24, max_size=24),
)
plans = st.lists(st.floats(1.0, 1e8), min_size=1, max_size=45)


@unhurried
@given(parameter_draws, plans, st.sampled_from([1, 7, 40, 300, 2500]))
def test_the_closed_form_is_the_loop_whatever_the_parameters_and_the_plan(draw, plan, last):
    name, shares = draw
    parameters = drawn(name, np.array([shares]))
    years = np.unique(np.array([1, (last + 1) // 2, last]))
    found = SecurityCalculator(parameters).trapped(Injection(np.array(plan)), years)
    rows = year_by_year({k: float(v[0]) for k, v in parameters.items()}, plan, last)
    for at, year in enumerate(years):
        for name, expected in zip(COLUMNS, rows[year - 1], strict=True):
            amount = getattr(found, name)[0, at]
            assert amount == pytest.approx(expected, rel=1e-9, abs=1e-9 * sum(plan)), (name, year)


@unhurried
@given(parameter_draws, plans)
def test_mass_is_conserved_and_leaks_never_fall(draw, plan):  # R1
    name, shares = draw
    injection, years = Injection(np.array(plan)), np.array([1, 2, 5, 30, 31, 60, 1000, 10_000])
    held = SecurityCalculator(drawn(name, np.array([shares]))).trapped(injection, years)
    total = sum(held)
    np.testing.assert_allclose(total[0], injection.injected(years), rtol=1e-12)
    assert (np.diff(held.leaked[0]) >= -1e-12 * injection.total).all()
    assert (held.leaked[0] <= injection.injected(years)).all()


def test_leakage_stops_in_the_year_in_which_the_loop_has_no_free_co2():
    shares = np.random.default_rng(3).random((400, 24))
    parameters = drawn("poorly_regulated_onshore", shares)
    years = np.array([2000, 6000, 10_000])
    found = SecurityCalculator(parameters).leaked(STEADY, years)
    stopped = np.flatnonzero(found[:, 2] == found[:, 1])
    assert stopped.size >= 3
    for sample in stopped[:3]:
        own = {name: float(value[sample]) for name, value in parameters.items()}
        rows = year_by_year(own, [TARGET / 30] * 30, 10_000)
        for at, year in enumerate(years):
            assert found[sample, at] == pytest.approx(rows[year - 1][0], rel=1e-9)


def test_years_are_answered_alike_alone_and_together():
    model = SecurityCalculator(drawn("poorly_regulated_onshore", np.full((1, 24), 0.9)))
    years = np.array([1, 29, 30, 31, 32, 500, 10_000])
    together = model.leaked(STEADY, years)
    alone = [model.leaked(STEADY, np.array([year]))[0, 0] for year in years]
    np.testing.assert_allclose(together[0], alone, rtol=1e-14)


def test_a_site_of_any_size_leaks_in_proportion():
    model = SecurityCalculator(means("base_case"))
    years = np.array([10, 30, 1000])
    small = model.leaked(Injection.steady(3e7, 30), years) / 3e7
    np.testing.assert_allclose(small, model.leaked(STEADY, years) / TARGET, rtol=1e-12)


def test_slow_leaks_and_blow_outs_are_all_that_leaks():
    model = SecurityCalculator(means("base_case"))
    years = np.arange(1, 2000)
    masses, numbers = means("base_case"), model.blowouts(STEADY, years)
    assert len(numbers) == 3
    blown = sum(masses[kind] * number for kind, number in numbers.items())
    together = model.slow(STEADY, years) + blown
    np.testing.assert_allclose(together, model.leaked(STEADY, years), rtol=1e-12)
    assert (blown > 0).all()


@pytest.mark.parametrize("name", ["well_regulated_offshore", "poorly_regulated_onshore"])
def test_blow_outs_that_are_drawn_have_the_mean_of_those_expected(name):
    draws, injection = 20_000, Injection.steady(3e7, 30)
    years = np.array([10, 30, 100, 1000])
    generator = np.random.default_rng(8)
    parameters = drawn(name, generator.random((draws, 24)))
    model = SecurityCalculator(parameters)
    events = model.slow(injection, years)
    for kind, number in model.blowouts(injection, years).items():
        events = events + draw_blowouts(number, regime(name)[kind], generator)
    # The same parameters, so that what differs is the chance of the events alone.
    smooth = model.slow(injection, years) + sum(
        parameters[kind][:, np.newaxis] * number
        for kind, number in model.blowouts(injection, years).items()
    )
    difference = events - smooth
    error = difference.std(axis=0) / np.sqrt(draws)
    assert (np.abs(difference.mean(axis=0)) < 3 * error).all()
    assert (events.std(axis=0) > 1.1 * smooth.std(axis=0)).any()


def test_blow_outs_come_when_they_are_expected_and_never_without():
    expected = np.array([[0.0, 0.0, 500.0, 500.0, 2000.0]] * 200)
    found = draw_blowouts(expected, Fixed(1.0), np.random.default_rng(1))
    assert not found[:, :2].any()
    assert (found[:, 2] == found[:, 3]).all()
    assert abs(found[:, 2].mean() - 500) < 3 * np.sqrt(500 / 200)
    assert abs((found[:, 4] - found[:, 3]).mean() - 1500) < 3 * np.sqrt(1500 / 200)
    assert not draw_blowouts(np.zeros((3, 2)), Fixed(1.0), np.random.default_rng(1)).any()


MUTATIONS = [
    ("_MINERAL[1]", "_MINERAL[0]"),
    ("area * opened / injection.period", "area * opened"),
    ("(1 - high) * low_rate", "high * low_rate"),
    ("wells.unplugged_unknown +", "wells.plugged_unknown +"),
    ("plugged_unknown * degraded - burst", "plugged_unknown * degraded"),
    ("* standing", "* p['known_well_density']"),
    ("+ active / area", ""),
    ("> 0)", "> 1e9)"),
]


@pytest.mark.parametrize(("old", "new"), MUTATIONS)
def test_a_changed_equation_is_noticed(old, new):
    source = inspect.getsource(module)
    assert old in source
    names = {"__name__": module.__name__}
    exec(compile(source.replace(old, new), "mutated", "exec"), names)
    changed = names["SecurityCalculator"]
    years = np.array([1, 30, 31, 1000, 10_000])
    for draw in range(40):
        shares = np.random.default_rng(draw).random((1, 24))
        parameters = drawn("poorly_regulated_onshore", shares)
        right = SecurityCalculator(parameters).trapped(STEADY, years)
        wrong = changed(parameters).trapped(STEADY, years)
        if not np.allclose(right.leaked, wrong.leaked, rtol=1e-9, atol=0):
            return
        if not np.allclose(right.mineral, wrong.mineral, rtol=1e-9, atol=0):
            return
    pytest.fail("nothing changed")
