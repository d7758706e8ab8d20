"""Numbers that move at random over the years: their factors by hand, and what follows from them."""

from math import exp, log, sqrt
from statistics import NormalDist

import numpy as np
import pytest

import jcm_models as jcm
from jcm_models.ensemble_design import Experiment
from tests.ensembles.scenarios import (
    FACTOR,
    OVERSELLING,
    SUPPLIED,
    moving,
    shipped,
    tiny,
    uniform,
)

SAMPLES, YEARS = 16, 5


def normals(scenario):
    """Return the normal variables behind the points of a scenario, shape (sample, column)."""
    points = Experiment.of(scenario, SAMPLES).points(0, SAMPLES)
    return [[NormalDist().inv_cdf(share) for share in row] for row in points.tolist()]


def test_a_level_is_one_lognormal_factor_in_all_years(tmp_path):
    scenario = tiny(tmp_path, **{SUPPLIED: moving(8000, "level", 0.1)})
    spread = sqrt(log(1 + 0.1**2))
    found = jcm.simulate(scenario, SAMPLES)
    for sample, (normal,) in enumerate(normals(scenario)):
        factor = exp(spread * normal - spread**2 / 2)
        assert found[SUPPLIED].values[sample] == pytest.approx(factor, rel=1e-12)
        expected = [8000 * 0.319 * factor] * YEARS
        assert found.emission_reductions.values[sample] == pytest.approx(expected, rel=1e-12)


def test_an_ar1_returns_to_its_mean_by_its_persistence(tmp_path):
    scenario = tiny(tmp_path, **{SUPPLIED: moving(8000, "ar1", 0.2, persistence=0.7)})
    spread = sqrt(log(1 + 0.2**2))
    found = jcm.simulate(scenario, SAMPLES)
    for sample, normal in enumerate(normals(scenario)):
        assert len(normal) == YEARS
        state, expected = normal[0], []
        for year in range(YEARS):
            if year:
                state = 0.7 * state + sqrt(1 - 0.7**2) * normal[year]
            expected.append(exp(spread * state - spread**2 / 2))
        assert found[SUPPLIED].values[sample] == pytest.approx(expected, rel=1e-12)
        in_tonnes = [8000 * 0.319 * factor for factor in expected]
        assert found.emission_reductions.values[sample] == pytest.approx(in_tonnes, rel=1e-12)


def test_a_random_walk_starts_at_its_number_and_adds_up_its_steps(tmp_path):
    by_year = {2020: 8000, 2024: 9000}
    scenario = tiny(tmp_path, **{SUPPLIED: moving(by_year, "random_walk", 0.1)})
    spread = sqrt(log(1 + 0.1**2))
    found = jcm.simulate(scenario, SAMPLES)
    for sample, normal in enumerate(normals(scenario)):
        assert len(normal) == YEARS - 1
        so_far = [sum(normal[:steps]) for steps in range(YEARS)]
        expected = [exp(spread * z - n * spread**2 / 2) for n, z in enumerate(so_far)]
        assert found[SUPPLIED].values[sample] == pytest.approx(expected, rel=1e-12)
        certain = [8000, 8250, 8500, 8750, 9000]
        tonnes = [n * factor * 0.319 for n, factor in zip(certain, expected, strict=True)]
        assert found.emission_reductions.values[sample] == pytest.approx(tonnes, rel=1e-12)
    assert (found[SUPPLIED][:, 0] == 1).all()


@pytest.mark.parametrize(
    ("process", "sd", "more"),
    [("level", 0.2, {}), ("ar1", 0.2, {"persistence": 0.8}), ("random_walk", 0.1, {})],
)
def test_the_mean_of_many_samples_is_what_a_single_run_finds(process, sd, more, tmp_path):
    scenario = tiny(tmp_path, **{SUPPLIED: moving(8000, process, sd, **more)})
    found = jcm.simulate(scenario, 8192).emission_reductions
    single = jcm.simulate(scenario).emission_reductions
    assert np.allclose(found.mean("sample"), single, rtol=5e-3)
    steps = np.arange(YEARS) if process == "random_walk" else np.ones(YEARS)
    expected = np.sqrt((1 + sd**2) ** steps - 1)
    assert np.allclose(found.std("sample") / single, expected, atol=5e-3)


def test_a_factor_stays_within_the_physical_bounds_of_its_number(tmp_path):
    scenario = tiny(tmp_path, **{"crediting.discount": moving(0.95, "ar1", 0.2, persistence=0.1)})
    found = jcm.simulate(scenario, 256)
    factors = found["crediting.discount"]
    kept = np.minimum(0.95 * factors, 1) * 8000 * 0.319
    assert (factors > 1 / 0.95).any()
    np.testing.assert_array_equal(found.credits_issued, np.floor(np.round(kept, 6)))


def test_two_inputs_have_columns_of_their_own_and_stay_independent(tmp_path):
    changes = {SUPPLIED: moving(8000, "ar1", 0.1, persistence=0.5), FACTOR: uniform(0.3, 0.4)}
    scenario = tiny(tmp_path, **changes)
    design = Experiment.of(scenario, 8).design
    assert [(at.start, at.stop) for at in design.columns] == [(0, 5), (5, 6)]
    found = jcm.simulate(scenario, 4096)
    for year in range(YEARS):
        correlation = np.corrcoef(found[SUPPLIED][:, year], found[FACTOR])[0, 1]
        assert abs(correlation) < 0.05


def test_correlated_inputs_have_the_correlation_asked_for(tmp_path):
    changes = {
        SUPPLIED: moving(8000, "level", 0.1),
        FACTOR: uniform(0.3, 0.4),
        "crediting.discount": uniform(0.9, 1),
        "ensemble.correlations": [{"between": [SUPPLIED, FACTOR], "value": -0.6}],
    }
    found = jcm.simulate(tiny(tmp_path, **changes), 8192)
    spread = sqrt(log(1 + 0.1**2))
    one = (np.log(found[SUPPLIED]) + spread**2 / 2) / spread
    other = [NormalDist().inv_cdf(share) for share in ((found[FACTOR] - 0.3) / 0.1).values]
    assert np.corrcoef(one, other)[0, 1] == pytest.approx(-0.6, abs=0.01)
    alone = np.corrcoef(found["crediting.discount"], other)[0, 1]
    assert abs(alone) < 0.02


def test_beyond_the_years_simulated_the_nearest_factor_holds():
    changes = {
        "years": {"first": 2023, "last": 2027},
        "article6.host.emissions": moving(56e6, "ar1", 0.02, persistence=0.9),
    }
    oversold = shipped(OVERSELLING, changes)
    found = jcm.simulate(oversold, 64)
    last = 56e6 * found["article6.host.emissions"].isel(year=-1).values
    first = found.itmos_first_transferred.values.sum(axis=-1)
    limit = 73.506e6 * (1 - 0.23)
    # By averaging each year of the period carries the mean of what was first transferred in it.
    most = np.maximum((limit - last) * 10, 0)
    expected = np.maximum(first - most, 0)
    np.testing.assert_allclose(found.oversold, expected, atol=1)
