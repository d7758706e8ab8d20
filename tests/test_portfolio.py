"""Many scenarios simulated together give what each gives alone."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import jcm_models as jcm
from jcm_models.batch import Batch
from jcm_models.problems import ScenarioError
from jcm_models.steps import component_emissions
from tests.examples import SHIPPED, TINY, USUAL, load

ALONE = {"component", "reference_by_rule"}


@pytest.fixture(scope="module")
def shipped():
    return [jcm.load_scenario(path) for path in SHIPPED]


@pytest.fixture(scope="module")
def portfolio(shipped):
    return jcm.simulate_all(shipped)


def assert_same(together, scenario):
    """Compare a project of a portfolio with the scenario simulated alone, year by year."""
    alone = jcm.compute(scenario)
    project = together.sel(project=scenario.name)
    inside = project.sel(year=alone["year"])
    for name in project.data_vars:
        if name in alone:
            np.testing.assert_allclose(inside[name], alone[name], rtol=1e-12, err_msg=name)
        elif "component" not in name:
            assert not np.nan_to_num(inside[name]).any(), name
    outside = project.drop_sel(year=alone["year"])
    for name in ("reference_emissions", "project_emissions", "credits_issued", "credits"):
        assert not outside[name].any(), name


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_project_in_a_portfolio_is_what_it_is_alone(portfolio, shipped, path):
    (scenario,) = [each for each in shipped if each.name == path.stem]
    assert_same(portfolio, scenario)


def test_a_portfolio_has_labels_units_and_the_inputs_of_each(portfolio, shipped):  # D1, D2
    assert portfolio["credits"].dims == ("project", "party", "year")
    assert portfolio["bau_emissions"].attrs["units"] == "tCO2e/yr"
    assert portfolio["host"].values.tolist() == [scenario.host for scenario in shipped]
    assert all(scenario.name in portfolio.attrs["inputs"] for scenario in shipped)


@settings(deadline=None, max_examples=20)
@given(
    st.lists(
        st.tuples(st.integers(2015, 2025), st.integers(0, 12), st.floats(0, 1e6), st.booleans()),
        min_size=1,
        max_size=6,
    )
)
def test_projects_of_other_years_and_rules_do_not_disturb_each_other(tmp_path_factory, drawn):
    folder = tmp_path_factory.mktemp("portfolio")
    scenarios = []
    for number, (first, length, supplied, known) in enumerate(drawn):
        changes = {
            "years": {"first": first, "last": first + length},
            "crediting": {},
            "project.electricity_supplied": supplied,
            "crediting.rounding": "nearest" if known else "down",
        }
        scenario = load(folder, USUAL if known else TINY, changes)
        scenario._name = f"project_{number}"
        scenarios.append(scenario)
    together = jcm.simulate_all(scenarios)
    for scenario in scenarios:
        assert_same(together, scenario)


def test_projects_of_one_method_are_computed_in_one_call(tmp_path, monkeypatch):
    scenarios = [load(tmp_path, TINY, {"project.electricity_supplied": n}) for n in range(1, 30)]
    batch = Batch(scenarios)
    part = scenarios[0].parts[0]
    shapes = []

    def watched(**inputs):
        shapes.append(inputs["electricity_supplied"].shape)
        return original(**inputs)

    original = part.method.function
    monkeypatch.setitem(part.method.__dict__, "function", watched)
    component_emissions(batch, {})
    assert shapes == [(29, 5)]


def test_two_scenarios_of_one_name_or_mixed_potentials_are_refused(tmp_path):
    tiny = load(tmp_path, TINY)
    other = load(tmp_path, TINY, {"gwp": "AR4"})
    with pytest.raises(ScenarioError) as caught:
        jcm.compute_all([tiny, other])
    told = str(caught.value)
    assert "scenario: two scenarios have this name" in told
    assert "gwp: AR4 and AR5 are mixed" in told
    with pytest.raises(ScenarioError, match="no scenario"):
        jcm.compute_all([])
