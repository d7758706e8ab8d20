"""Points of the unit cube: inside it, balanced, and the same whatever is asked for together."""

import dataclasses
import itertools
import math
import warnings

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats
from scipy.stats import qmc

from jcm_models.sampling import points as module
from jcm_models.sampling.points import METHODS, Plan, points, sample_advice
from tests.examples import unhurried

DRAWN = [method for method in METHODS if method != "grid"]

each_drawn_method = pytest.mark.parametrize("method", DRAWN)


def whole(method, samples, dimensions, seed=7):
    return points(Plan(method, samples, dimensions, seed), 0, samples)


def refused(*plan):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - every test looks at the message
        Plan(*plan)
    return str(caught.value)


# The same, whatever is asked for together ---------------------------------------------------------


@unhurried
@given(
    st.sampled_from(METHODS),
    st.integers(1, 4),
    st.integers(1, 6),
    st.integers(1, 300),
    st.integers(0, 2**70),
    st.lists(st.floats(0, 1), max_size=6),
)
def test_any_chunks_together_are_the_whole_to_the_last_byte(
    method, dimensions, levels, samples, seed, cuts
):
    plan = Plan(method, levels**dimensions if method == "grid" else samples, dimensions, seed)
    ends = sorted(round(cut * plan.samples) for cut in cuts)
    chunks = [points(plan, *pair) for pair in itertools.pairwise([0, *ends, plan.samples])]
    assert np.concatenate(chunks).tobytes() == points(plan, 0, plan.samples).tobytes()


@each_drawn_method
def test_each_sample_by_itself_is_that_of_the_whole(method):
    plan = Plan(method, 33, 3, 5)
    alone = np.concatenate([points(plan, row, row + 1) for row in range(33)])
    assert alone.tobytes() == points(plan, 0, 33).tobytes()


def test_the_last_of_a_million_sobol_points_are_found_without_those_before_them():
    plan = Plan("sobol", 2**20, 3, 1)
    assert points(plan, 2**20 - 5, 2**20).tobytes() == points(plan, 0, 2**20)[-5:].tobytes()


@pytest.mark.parametrize("method", ["sobol", "monte_carlo"])
def test_more_samples_go_on_where_fewer_ended(method):
    assert whole(method, 64, 3).tobytes() == whole(method, 256, 3)[:64].tobytes()


@pytest.mark.parametrize(("start", "stop"), [(-1, 3), (4, 3), (0, 9), (9, 9)])
def test_samples_that_a_plan_does_not_have_are_refused(start, stop):
    with pytest.raises(ValueError, match=f"samples {start} to {stop} of 8"):
        points(Plan("sobol", 8, 2, 1), start, stop)


@pytest.mark.parametrize("method", METHODS)
def test_no_samples_are_an_empty_array(method):
    assert points(Plan(method, 1, 3, 1), 1, 1).shape == (0, 3)


# Strictly inside ----------------------------------------------------------------------------------


@each_drawn_method
def test_no_point_of_three_million_numbers_lies_on_the_border(method):
    found = whole(method, 100_000, 30)
    assert 0 < found.min() < 1e-5
    assert 1 - 1e-5 < found.max() < 1


def test_sobol_points_by_themselves_do_lie_on_the_border():  # so that something is to be mended
    # Of all points that some bits tell apart, each multiple comes once in every column.
    every = qmc.Sobol(20, bits=10, rng=np.random.default_rng(2)).random(2**10)
    np.testing.assert_array_equal(every.min(axis=0), 0.0)


def test_half_a_step_is_added_to_sobol_points_without_rounding():
    grid = whole("sobol", 1024, 5) * 2.0**30 - 0.5
    np.testing.assert_array_equal(grid, np.floor(grid))


@pytest.mark.parametrize("raw", [0, 2**64 - 1])
def test_the_least_and_the_most_that_chance_gives_lie_inside(raw):
    (found,) = module._inside(np.array([raw], dtype=np.uint64))
    assert min(found, 1 - found) == 2.0**-53


@pytest.mark.parametrize("samples", [1, 3, 10**5, 10**9])
def test_the_ends_of_the_outer_slices_lie_inside_however_many_there_are(samples):
    ends = np.array([2.0**-53, 1 - 2.0**-53])
    first, last = module._in_slices(np.array([0.0, samples - 1.0]), ends, samples)
    assert 0 < first < 1e-15
    assert 1 - 1e-15 < last < 1


# Balance ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("power", [1, 4, 10])
def test_every_dimension_of_sobol_has_one_point_in_each_equal_slice(seed, power):
    found = whole("sobol", 2**power, 40, seed)
    cells = np.sort(np.floor(found * 2**power), axis=0)
    np.testing.assert_array_equal(cells, np.tile(np.arange(2.0**power)[:, None], 40))


@pytest.mark.parametrize("first_bits", range(11))
def test_the_first_two_dimensions_of_sobol_are_a_net_in_base_two(first_bits):
    # One point in each of the 2^10 boxes, of whatever shape: a (0, 10, 2)-net, Sobol (1967).
    found = whole("sobol", 2**10, 2, 11)
    boxes = np.floor(found * [2**first_bits, 2 ** (10 - first_bits)])
    assert len(np.unique(boxes, axis=0)) == 2**10


def test_sobol_points_are_those_of_scipy_shifted_by_half_a_step():
    plan = Plan("sobol", 256, 6, 3)
    chance = np.random.SeedSequence(3, spawn_key=(0, 6))
    peer = qmc.Sobol(6, rng=np.random.Generator(np.random.PCG64DXSM(chance))).random(256)
    np.testing.assert_array_equal(points(plan, 0, 256), peer + 2.0**-31)


@pytest.mark.parametrize("samples", [1, 2, 17, 1000])
def test_every_dimension_of_a_latin_hypercube_has_one_point_in_each_slice(samples):
    cells = np.sort(np.floor(whole("latin_hypercube", samples, 8) * samples), axis=0)
    np.testing.assert_array_equal(cells, np.tile(np.arange(float(samples))[:, None], 8))


@pytest.mark.parametrize("method", ["latin_hypercube", "monte_carlo"])
def test_drawn_columns_are_uniform_and_independent(method):
    found = whole(method, 20_000, 6)
    assert min(stats.kstest(column, "uniform").pvalue for column in found.T) > 1e-3
    apart = np.corrcoef(found.T)[np.triu_indices(6, 1)]
    assert np.abs(apart).max() < 4 / math.sqrt(20_000)
    assert np.abs(np.corrcoef(found[:-1, 0], found[1:, 0])[0, 1]) < 4 / math.sqrt(20_000)


def test_points_in_a_slice_of_a_latin_hypercube_are_uniform():
    within = whole("latin_hypercube", 10_000, 2) * 10_000 % 1
    assert min(stats.kstest(column, "uniform").pvalue for column in within.T) > 1e-3


@pytest.mark.parametrize(
    ("method", "discrepancy"), [("sobol", 0.1), ("latin_hypercube", 1.0), ("monte_carlo", 1.6)]
)
def test_each_method_fills_the_cube_as_evenly_as_it_promises(method, discrepancy):
    # As a share of the root-mean-square centred discrepancy of chance: Hickernell (1998).
    expected = math.sqrt(((5 / 4) ** 3 - (13 / 12) ** 3) / 512)
    found = math.sqrt(qmc.discrepancy(whole(method, 512, 3), method="CD"))
    assert found < discrepancy * expected


# Chance -------------------------------------------------------------------------------------------


@each_drawn_method
def test_another_seed_method_or_number_of_inputs_shares_no_number(method):
    drawn = [whole(method, 64, 3, seed) for seed in (7, 8)] + [whole(method, 64, 4, 7)]
    drawn += [whole(other, 64, 3, 7) for other in DRAWN if other != method]
    for one, two in itertools.combinations(drawn, 2):
        assert not np.intersect1d(one, two).size


def test_places_in_the_slices_of_a_latin_hypercube_are_not_the_points_of_monte_carlo():
    within = whole("latin_hypercube", 256, 3) * 256 % 1
    found = np.corrcoef(within.ravel(), whole("monte_carlo", 256, 3).ravel())
    assert abs(found[0, 1]) < 0.2


@pytest.mark.parametrize("method", ["latin_hypercube", "monte_carlo"])
def test_plans_that_differ_in_anything_are_independent(method):
    # A seed that is counted up for each column would repeat columns of the seed before.
    plans = itertools.product((3, 4), range(3))
    columns = [whole(method, 256, dimensions, seed).T for dimensions, seed in plans]
    found = np.corrcoef(np.concatenate(columns))
    assert np.abs(found[np.triu_indices(len(found), 1)]).max() < 0.3


def test_an_input_more_scrambles_every_column_of_sobol_anew():
    few, more = whole("sobol", 256, 3), whole("sobol", 256, 4)
    for column in range(3):
        orders = [np.argsort(found[:, column]) for found in (few, more)]
        assert not np.array_equal(*orders)
        assert not np.array_equal(orders[0], orders[1][::-1])


def test_sobol_columns_of_two_plans_run_alike_so_that_one_plan_holds_what_is_independent():
    few, more = whole("sobol", 256, 3), whole("sobol", 256, 4)
    assert abs(np.corrcoef(few[:, 0], more[:, 0])[0, 1]) > 0.5
    assert np.abs(np.corrcoef(more.T)[np.triu_indices(4, 1)]).max() < 0.1


def test_chance_does_not_depend_on_the_chance_of_the_process():
    np.random.seed(1)  # noqa: NPY002 - what must not matter
    one = [whole(method, 16, 2).tobytes() for method in DRAWN]
    np.random.seed(2)  # noqa: NPY002
    assert one == [whole(method, 16, 2).tobytes() for method in DRAWN]


# Grid ---------------------------------------------------------------------------------------------


@unhurried
@given(st.integers(1, 9), st.integers(1, 4))
def test_a_grid_is_the_product_of_the_middles_of_equal_parts(levels, dimensions):
    middles = [(2 * k + 1) / (2 * levels) for k in range(levels)]
    expected = list(itertools.product(middles, repeat=dimensions))
    np.testing.assert_allclose(whole("grid", levels**dimensions, dimensions), expected, rtol=1e-15)


@unhurried
@given(st.integers(1, 10**12), st.integers(1, 60))
def test_a_number_of_samples_is_a_grid_or_the_two_nearest_are_named(samples, dimensions):
    roots = [k for k in range(1, 200) if k**dimensions == samples]
    assume(roots or samples < 200**dimensions)
    if roots:
        assert Plan("grid", samples, dimensions, 0).samples == samples
    else:
        found = refused("grid", samples, dimensions, 0)
        below = max(k for k in range(1, 200) if k**dimensions < samples)
        for levels in (below, below + 1):
            assert f"({levels} for each)" in found


def test_a_grid_of_a_thousand_over_four_inputs_is_refused_with_both_that_can_be():
    found = refused("grid", 1000, 4, 0)
    assert found == (
        "1,000 samples make no full grid over 4 inputs; 625 (5 for each) or 1,296 (6 for each) do"
    )


@pytest.mark.parametrize("dimensions", [64, 20_000])
def test_a_grid_over_many_inputs_is_refused_without_a_number_of_many_digits(dimensions):
    assert f"or 2^{dimensions} (2 for each) do" in refused("grid", 1000, dimensions, 0)
    assert whole("grid", 1, dimensions).tobytes() == np.full((1, dimensions), 0.5).tobytes()


def test_large_powers_are_grids_to_the_last_sample():  # where a root in floating point is off
    for levels, dimensions in ((1000, 5), (10, 15), (99_999, 3), (3, 37)):
        exact = levels**dimensions
        assert points(Plan("grid", exact, dimensions, 0), exact - 1, exact).max() < 1
        assert f"({levels} for each)" in refused("grid", exact + 1, dimensions, 0)
        assert f"({levels} for each)" in refused("grid", exact - 1, dimensions, 0)


# What is wrong with a plan ------------------------------------------------------------------------


def test_all_faults_of_a_plan_come_together():
    found = refused("sobal", 0, -1, -3)
    for part in ("called 'sobal'", "sobol, latin_hypercube", "0 samples", "-1 dim", "seed is -3"):
        assert part in found


def test_sobol_has_as_many_dimensions_as_scipy_and_one_more_is_refused():
    assert Plan("sobol", 8, qmc.Sobol.MAXDIM, 0).dimensions == 21_201
    assert "at most 21,201 dimensions, but 21,202 are needed" in refused("sobol", 8, 21_202, 0)
    assert Plan("monte_carlo", 8, 21_202, 0).dimensions == 21_202


def test_sobol_has_as_many_points_as_its_bits_tell_apart():
    assert Plan("sobol", 2**30, 1, 0).samples == 2**30
    assert "fewer than 1,073,741,825" in refused("sobol", 2**30 + 1, 1, 0)


def test_a_plan_stays_as_it_was_checked():
    plan = Plan("grid", 9, 2, 0)
    with pytest.raises(dataclasses.FrozenInstanceError):
        plan.samples = 10
    with pytest.raises(ValueError, match="no full grid"):
        dataclasses.replace(plan, samples=10)


# Advice -------------------------------------------------------------------------------------------


def test_a_number_that_is_no_power_of_two_is_told_what_it_loses_and_which_keep_it():
    found = sample_advice("sobol", 1000, 3)
    assert "balance is lost" in found
    assert "512 or 1,024" in found


@given(st.integers(1, 2**30))
def test_advice_on_sobol_names_the_powers_of_two_on_both_sides(samples):
    found = sample_advice("sobol", samples, 5)
    power = 2 ** math.floor(math.log2(samples))
    if samples in (power, 2 * power):
        assert found is None
    else:
        assert power < samples < 2 * power
        assert f"{power:,} or {2 * power:,} samples" in found


def test_what_advice_says_of_sobol_is_so():
    for samples, even in ((1024, True), (1000, False)):
        counts = np.histogram(whole("sobol", samples, 1), bins=64, range=(0, 1))[0]
        assert (np.ptp(counts) == 0) == even


@pytest.mark.parametrize("samples", [3, 1000, 1023, 1025])
@pytest.mark.parametrize("start", [0, 1, 5])
def test_scipy_does_not_warn_where_advice_has_been_given(samples, start):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        points(Plan("sobol", samples, 3, 1), min(start, samples - 1), samples)


@pytest.mark.parametrize("levels", [1, 2, 3, 5, 7])
def test_advice_on_a_coarse_grid_tells_how_much_too_narrow_it_is(levels):
    exact = math.sqrt(1 / 12)
    narrower = 1 - whole("grid", levels**2, 2)[:, 0].std() / exact
    found = sample_advice("grid", levels**2, 2)
    assert f"{narrower:.0%} too small" in found
    assert f"{levels} value{'' if levels == 1 else 's'}:" in found


@pytest.mark.parametrize(
    ("method", "samples", "dimensions"),
    [("grid", 64, 2), ("grid", 10**6, 3), ("latin_hypercube", 1000, 3), ("monte_carlo", 1000, 3)],
)
def test_no_advice_is_given_where_all_is_well(method, samples, dimensions):
    assert sample_advice(method, samples, dimensions) is None
