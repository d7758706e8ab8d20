"""Project emissions and leakage as components that stand beside those of any family."""

import inspect

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jcm_models.defaults import tables
from jcm_models.methods import leakage, project_emissions
from tests import independent
from tests.examples import unhurried

EXACT = 1e-12  # relative; the same products in another order
SHAPE = (2, 3, 4)  # sample, project, year
KINDS = 5

BY_THE_PROJECT = [getattr(project_emissions, name) for name in project_emissions.__all__]
OUTSIDE = [getattr(leakage, name) for name in leakage.__all__ if name.endswith("_leakage")]
METHODS = BY_THE_PROJECT + OUTSIDE
BY_KIND = {"waste_composition", "dry_matter", "carbon_share", "fossil_carbon_share"}
# One of the inputs in which each method is linear.
ACTIVITY = {
    "project_electricity": "electricity_consumed",
    "project_mixed_electricity": "electricity_consumed",
    "project_fuel_use": "project_fuel",
    "project_transport": "freight_transported",
    "waste_incineration": "waste_burnt",
    "flare": "methane_to_flare",
    "fugitive_methane": "methane_leaked",
    "competing_biomass_leakage": "biomass_diverted",
    "displaced_activity_leakage": "displaceable_emissions",
    "upstream_fuel_leakage": "project_fuel",
}
BONSAI = {
    "food": "msw_food",
    "garden": "msw_garden",
    "paper": "msw_paper",
    "wood": "msw_wood",
    "textiles": "msw_textiles",
    "nappies": "msw_nappies",
    "rubber_leather": "msw_rubber",
    "plastics": "msw_plastics",
    "other_inert": "msw_other",
}
INCINERATORS = {
    "continuous_stoker": "inc_cont_stoker",
    "continuous_fluidised_bed": "inc_cont_fluid",
    "semi_continuous_stoker": "inc_semi_stoker",
    "semi_continuous_fluidised_bed": "inc_semi_fluid",
    "batch_stoker": "inc_batch_stoker",
    "batch_fluidised_bed": "inc_batch_fluid",
}


def each_method():
    return pytest.mark.parametrize("function", METHODS, ids=lambda f: f.__name__)


def some_inputs(function, seed=0):
    """Draw numbers between 0.1 and 1 for every input, each different in every year."""
    draw = np.random.default_rng(seed)
    names = inspect.signature(function).parameters
    return {
        name: draw.uniform(0.1, 1, (*SHAPE[:-1], KINDS, SHAPE[-1]) if name in BY_KIND else SHAPE)
        for name in names
    }


@each_method()
@unhurried
@given(seed=st.integers(0, 1000))
def test_equations_say_what_the_code_does(function, seed):
    inputs = some_inputs(function, seed)
    found = function(**inputs)._asdict()
    for name, equation in function.__method__.equations.items():
        said = eval(equation.plain, {"np": np}, inputs)
        np.testing.assert_allclose(found[name.removesuffix("_emissions")], said, rtol=EXACT)


@each_method()
def test_every_result_has_the_shape_of_the_inputs(function):
    found = function(**some_inputs(function))
    for array in (found.bau, found.reference, found.project, found.leakage):
        assert array.shape == SHAPE
        assert array.dtype == float


@pytest.mark.parametrize("function", BY_THE_PROJECT, ids=lambda f: f.__name__)
def test_only_the_project_emits(function):
    found = function(**some_inputs(function))
    assert (found.project > 0).all()
    assert not np.any([found.bau, found.reference, found.leakage])


@pytest.mark.parametrize("function", OUTSIDE, ids=lambda f: f.__name__)
def test_only_leakage_emits(function):
    found = function(**some_inputs(function))
    assert (found.leakage > 0).all()
    assert not np.any([found.bau, found.reference, found.project])


@each_method()
def test_emissions_scale_with_activity(function):
    inputs = some_inputs(function)
    once = function(**inputs)
    inputs[ACTIVITY[function.__name__]] = 3 * inputs[ACTIVITY[function.__name__]]
    thrice = function(**inputs)
    np.testing.assert_allclose(
        thrice.project + thrice.leakage, 3 * (once.project + once.leakage), rtol=EXACT
    )


@each_method()
def test_samples_and_projects_are_reckoned_as_if_alone(function):
    inputs = some_inputs(function)
    together = function(**inputs)
    for index in np.ndindex(*SHAPE[:-1]):
        alone = function(**{name: array[index] for name, array in inputs.items()})
        np.testing.assert_allclose(together.project[index], alone.project, rtol=EXACT)
        np.testing.assert_allclose(together.leakage[index], alone.leakage, rtol=EXACT)


@each_method()
def test_a_number_stands_for_every_year(function):
    inputs = some_inputs(function)
    single = inputs.keys() - BY_KIND - {ACTIVITY[function.__name__]}
    numbers = function(**{**inputs, **dict.fromkeys(single, 0.5)})
    arrays = function(**{**inputs, **dict.fromkeys(single, np.full(SHAPE, 0.5))})
    for found, expected in zip(numbers[:4], arrays[:4], strict=True):
        assert found.shape == SHAPE
        np.testing.assert_allclose(found, expected, rtol=EXACT)


def test_mixed_electricity_lies_between_all_grid_and_all_captive():
    def emissions(grid, captive):
        found = project_emissions.project_mixed_electricity(
            electricity_consumed=np.array([500.0]),
            electricity_emission_factor=0.8,
            grid_electricity=grid,
            captive_electricity=captive,
            captive_fuel=0.25 * captive,
            captive_fuel_heating_value=43,
            captive_fuel_emission_factor=0.0741,
        )
        return found.project[0]

    assert emissions(4000, 0) == pytest.approx(400, rel=EXACT)
    assert emissions(0, 4000) == pytest.approx(398.2875, rel=EXACT)
    assert emissions(3000, 1000) == pytest.approx(399.571875, rel=EXACT)


def test_a_year_without_operation_emits_nothing():
    zero = np.zeros(3)
    found = project_emissions.project_mixed_electricity(zero, 0.8, zero, zero, zero, 43, 0.0741)
    assert found.project.tolist() == [0, 0, 0]


# 20,000 t: plastics 15 %, textiles 5 %, inert 10 %, the rest without fossil carbon.
def test_a_plant_of_20_000_tonnes_emits_what_is_reckoned_by_hand():
    by_kind = {
        "waste_composition": [0.5, 0.2, 0.05, 0.15, 0.1],
        "dry_matter": [0.4, 0.9, 0.8, 1, 0.9],
        "carbon_share": [0.38, 0.46, 0.5, 0.75, 0.03],
        "fossil_carbon_share": [0, 0, 0.2, 1, 1],
    }
    found = project_emissions.waste_incineration(
        waste_burnt=np.array([20_000.0]),
        oxidation_of_carbon=1,
        methane_from_burning=0.2,
        nitrous_oxide_from_burning=47,
        gwp_methane=28,
        gwp_nitrous_oxide=265,
        **{name: np.array([numbers]).T for name, numbers in by_kind.items()},
    )
    fossil = 20_000 * (0.15 * 2.75 + 0.05 * 0.8 * 0.5 * 0.2 * 44 / 12 + 0.1 * 0.099)
    gases = 20_000 * (0.2 * 28 + 47 * 265) / 1e6
    assert found.project == pytest.approx([fossil + gases], rel=EXACT)
    assert found.project == pytest.approx([8990.55], abs=0.01)


@unhurried
@given(
    waste=st.floats(1, 1e6),
    shares=st.lists(st.floats(0.01, 1), min_size=9, max_size=9),
    incinerator=st.sampled_from(sorted(INCINERATORS)),
)
def test_bonsai_ipcc_burns_waste_to_the_same_emissions(waste, shares, incinerator):
    theirs = independent.elementary("incineration")
    code = INCINERATORS[incinerator]
    composition = np.array(shares) / sum(shares)
    tables_of_it = {
        "dry_matter": "waste/waste_generation/par_dm",
        "carbon_share": "waste/waste_generation/par_cf",
    }
    given_by_kind = {
        name: np.array(
            [[independent.default(t, region="World", waste_type=w)] for w in BONSAI.values()]
        )
        for name, t in tables_of_it.items()
    }
    given_by_kind["fossil_carbon_share"] = np.array([[_fossil(kind)] for kind in BONSAI.values()])
    methane, nitrous = _gas("ch4", code), _gas("n2o", code)
    found = project_emissions.waste_incineration(
        waste_burnt=np.array([waste]),
        waste_composition=composition[:, np.newaxis],
        oxidation_of_carbon=1.0,
        methane_from_burning=methane,
        nitrous_oxide_from_burning=nitrous,
        gwp_methane=28,
        gwp_nitrous_oxide=265,
        **given_by_kind,
    )
    expected = 0.0
    for index, share in enumerate(composition):
        gg = waste * share / 1000
        numbers = [array[index, 0] for array in given_by_kind.values()]
        expected += 1000 * theirs.co2_emissions(gg, *numbers, of=1.0)
        expected += 1000 * theirs.ch4_emissions(gg, methane) * 28
        expected += 1000 * theirs.n2o_emissions(gg, nitrous) * 265
    assert found.project[0] == pytest.approx(expected, rel=1e-9)


def _fossil(kind):
    return independent.default(
        "waste/incineration/par_fcf",
        region="World",
        waste_type=kind,
        incin_type="inc_unspecified",
    )


def _gas(gas, incinerator):
    return independent.default(
        f"waste/incineration/par_ef_{gas}",
        region="JP",
        waste_type="msw_food",
        incin_type=incinerator,
    )


def shipped(table):
    """Return the plain numbers of a table of defaults."""
    values = tables()[table]["values"]
    return {k: v["value"] if isinstance(v, dict) and "value" in v else v for k, v in values.items()}


@pytest.mark.parametrize(
    ("table", "theirs"),
    [
        ("dry_matter", "waste/waste_generation/par_dm"),
        ("carbon_share", "waste/waste_generation/par_cf"),
    ],
)
def test_dry_matter_and_carbon_are_those_of_bonsai_ipcc(table, theirs):
    ours = shipped(table)["ipcc_2006"]
    assert ours == {
        kind: independent.default(theirs, region="World", waste_type=code)
        for kind, code in BONSAI.items()
    }


def test_fossil_carbon_is_that_of_bonsai_ipcc():
    rows = shipped("fossil_carbon_share")["ipcc_2006"]
    ours = {k: v["value"] if isinstance(v, dict) else v for k, v in rows.items()}
    assert ours == {kind: _fossil(code) for kind, code in BONSAI.items()}


@pytest.mark.parametrize(
    ("table", "gas"), [("methane_from_burning", "ch4"), ("nitrous_oxide_from_burning", "n2o")]
)
def test_gases_of_incinerators_are_those_of_bonsai_ipcc(table, gas):
    assert shipped(table) == {name: _gas(gas, code) for name, code in INCINERATORS.items()}
