"""Summaries of many projects: of each as of its own ensemble, and of all as of independent ones."""

import numpy as np
import pytest

import jcm_models as jcm
from jcm_models.ensemble import draw_ensemble
from jcm_models.portfolio_summaries import USUAL, _Some, summarise_all
from jcm_models.problems import ScenarioError
from tests.ensembles.scenarios import (
    FACTOR,
    LANDFILL,
    OF_LANDFILL,
    PROJECT,
    SHORT,
    SUPPLIED,
    moving,
    shipped,
    uniform,
)
from tests.examples import TINY, changed, write
from tests.examples import USUAL as USUAL_TEXT
from tests.storage.scenarios import STORAGE

PLANT = {SUPPLIED: uniform(7000, 9000), FACTOR: uniform(0.3, 0.34)}
LEAKING = {"storage.leakage": {"model": "constant", "rate": uniform(0.001, 0.02)}}


def named(folder, name, text, changes):
    """Return a scenario with a name of its own."""
    return jcm.load_scenario(write(folder, changed(text, changes), f"{name}.yaml"))


@pytest.fixture(scope="module")
def projects(tmp_path_factory):
    """Return projects of several kinds, over different years; one of them is certain."""
    folder = tmp_path_factory.mktemp("projects")
    late = {"years": {"first": 2023, "last": 2028}}
    return [
        named(folder, "plant", TINY, PLANT),
        named(folder, "usual", USUAL_TEXT, PROJECT),
        named(folder, "certain", TINY, {}),
        named(folder, "short", USUAL_TEXT, SHORT),
        named(folder, "late", TINY, {**PLANT, **late}),
        shipped(LANDFILL, OF_LANDFILL),
        named(folder, "moving", TINY, {SUPPLIED: moving(8000, "ar1", 0.1, persistence=0.5)}),
        named(folder, "store", STORAGE, {**LEAKING, "years": {"first": 2030, "last": 2036}}),
        named(folder, "levers", TINY, {**PLANT, "ensemble.levers": {FACTOR: [0.1, 0.2]}}),
    ]


@pytest.fixture(scope="module")
def portfolio(projects):
    return summarise_all(projects, 256, workers=1)


def test_any_number_of_workers_finds_the_same_bytes(projects, portfolio):
    assert len(projects) > 8  # or one worker does it all
    for workers in (2, 3):
        assert summarise_all(projects, 256, workers=workers).identical(portfolio)


def own_ensemble(scenario, samples, seed=1):
    """Return the ensemble of one project of a portfolio, alone."""
    years = scenario.calendar_years
    own = _Some(USUAL, (0.5,), samples, seed, years)._seed(scenario)
    return draw_ensemble(scenario, samples, own, with_levers=False)


@pytest.mark.parametrize("at", [0, 1, 3, 4, 5, 6, 7, 8])
def test_a_project_has_the_quantiles_of_its_own_ensemble(at, projects, portfolio):
    scenario = projects[at]
    alone = own_ensemble(scenario, 256)
    for name in USUAL:
        found = portfolio[name].sel(project=scenario.name, year=scenario.calendar_years)
        samples = alone[name]
        expected = np.quantile(samples, portfolio["quantile"], axis=0, method="inverted_cdf")
        np.testing.assert_array_equal(found, expected)
        mean = portfolio[f"{name}_mean"].sel(project=scenario.name, year=scenario.calendar_years)
        np.testing.assert_allclose(mean, samples.mean(axis=0), rtol=1e-12)


def test_a_certain_project_is_the_same_in_every_quantile(projects, portfolio):
    certain = jcm.compute(projects[2])
    own = portfolio.sel(project="certain", year=projects[2].calendar_years)
    for share in portfolio["quantile"]:
        np.testing.assert_array_equal(
            own.credits_issued.sel(quantile=share), certain["credits_issued"]
        )


def test_nothing_stands_outside_the_years_of_a_project(projects, portfolio):
    assert portfolio.year.values.tolist() == list(range(2020, 2037))
    for scenario in projects:
        outside = ~portfolio.year.isin(scenario.calendar_years)
        for name in USUAL:
            assert not portfolio[name].sel(project=scenario.name)[:, outside].any()


def test_the_mean_of_all_is_the_sum_of_the_means(portfolio):
    for name in USUAL:
        of_each = portfolio[f"{name}_mean"].sum("project")
        np.testing.assert_allclose(portfolio[f"total_{name}_mean"], of_each, rtol=1e-12, atol=1e-9)


def test_the_variance_of_two_equal_projects_is_twice_that_of_one(tmp_path):
    samples = 4096
    one, other = (named(tmp_path, name, TINY, PLANT) for name in ("one", "other"))
    some = _Some(("emission_reductions",), (0.5,), samples, 1, one.calendar_years)
    alone, both = (some(group).totals[0].sum(axis=-1) for group in ([one], [one, other]))
    second = both - alone
    assert np.var(both) == pytest.approx(2 * np.var(alone), rel=0.06)
    assert abs(np.corrcoef(alone, second)[0, 1]) < 0.05
    np.testing.assert_allclose(np.sort(alone).mean(), np.sort(second).mean(), rtol=1e-3)


def test_no_two_of_many_equal_projects_go_together(tmp_path):
    samples, many = 1024, 12
    each = [named(tmp_path, f"plant_{number}", TINY, PLANT) for number in range(many)]
    some = _Some(("emission_reductions",), (0.5,), samples, 1, each[0].calendar_years)
    totals = np.array([some([project]).totals[0, :, 0] for project in each])
    correlations = np.corrcoef(totals)[~np.eye(many, dtype=bool)]
    assert np.abs(correlations).max() < 4 / np.sqrt(samples)
    assert np.var(totals.sum(axis=0)) == pytest.approx(many * totals.var(axis=1).mean(), rel=0.2)


def test_a_quantile_of_all_lies_inside_the_sum_of_those_of_each(tmp_path):
    each = [named(tmp_path, f"plant_{number}", TINY, PLANT) for number in range(6)]
    found = summarise_all(each, 1024, workers=1)
    apart = found.emission_reductions.sum("project")
    together = found.total_emission_reductions
    width, sum_of_widths = (
        float(array.isel(year=0).sel(quantile=0.95) - array.isel(year=0).sel(quantile=0.05))
        for array in (together, apart)
    )
    assert width == pytest.approx(sum_of_widths / np.sqrt(6), rel=0.15)


def test_a_project_is_the_same_whatever_projects_stand_beside_it(projects, portfolio):
    few = summarise_all(projects[:2], 256, workers=1)
    for name in USUAL:
        years = few.year
        beside = portfolio[name].sel(project=["plant", "usual"], year=years)
        np.testing.assert_array_equal(few[name], beside)


def test_another_seed_draws_every_project_anew(projects, portfolio):
    found = summarise_all(projects[:2], 256, seed=2, workers=1)
    beside = portfolio.emission_reductions.sel(project=["plant", "usual"], year=found.year)
    assert (found.emission_reductions != beside).any(dim=("quantile", "year")).all()


def test_what_is_asked_for_is_kept_with_units_and_labels(projects):
    found = summarise_all(
        projects[:2], 64, variables=["credits_issued"], quantiles=[0.1, 0.9], workers=1
    )
    assert set(found.data_vars) == {
        "credits_issued",
        "credits_issued_error",
        "credits_issued_mean",
        "total_credits_issued",
        "total_credits_issued_error",
        "total_credits_issued_mean",
    }
    assert found.credits_issued.dims == ("project", "quantile", "year")
    assert found.total_credits_issued.dims == ("quantile", "year")
    assert found["quantile"].values.tolist() == [0.1, 0.9]
    for array in found.data_vars.values():
        assert array.attrs["units"] == "tCO2e/yr"
        assert {"long_name", "long_name_ja", "kind", "equation"} <= set(array.attrs)
    assert found.total_credits_issued.attrs["long_name"].endswith(", all projects")
    assert found.host.values.tolist() == ["THA", "MNG"]
    assert "assumed" in found.attrs["independence"]


def test_names_that_repeat_are_refused(tmp_path):
    one = named(tmp_path, "same", TINY, PLANT)
    with pytest.raises(ScenarioError, match="two scenarios have this name; rename one"):
        summarise_all([one, one], 16)


def test_no_project_at_all_is_refused():
    with pytest.raises(ScenarioError, match="there is no scenario to simulate"):
        summarise_all([], 16)


def test_an_unknown_result_is_refused_with_the_nearest(tmp_path):
    one = named(tmp_path, "one", TINY, PLANT)
    with pytest.raises(ScenarioError, match="did you mean credits_issued"):
        summarise_all([one], 16, variables=["credit_issued"], workers=1)


def test_an_unknown_result_of_a_certain_project_is_refused_alike(tmp_path):
    certain = named(tmp_path, "certain", TINY, {})
    with pytest.raises(ScenarioError, match="did you mean credits_issued"):
        summarise_all([certain], 16, variables=["credit_issued"], workers=1)


def test_a_result_over_more_than_years_is_refused(tmp_path):
    one = named(tmp_path, "one", TINY, PLANT)
    with pytest.raises(ScenarioError, match="credits"):
        summarise_all([one], 16, variables=["credits"], workers=1)
