"""Methane of rice fields, by hand and with the terms arranged in another way."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jcm_models.methods.rice_methane import amendment_factor, rice_methane
from tests.examples import unhurried

EXACT = 1e-12  # relative: the same product in another order
AMENDMENTS, YEARS = 3, 4
BY_AMENDMENT = ("organic_amendment", "amendment_conversion_factor")
SOUTH_EAST_ASIA = {
    "cultivated_area": 1000.0,
    "cultivation_days": 102.0,
    "flooded_field_methane": 1.22,
    "preseason_factor": 1.0,
    "gwp_methane": 28.0,
    "gwp_nitrous_oxide": 265.0,
    "reference_water_factor": 1.0,
    "project_water_factor": 0.55,
}


def inputs_of(seed=0, leading=()):
    random = np.random.default_rng(seed)
    return {
        name: random.uniform(
            0.1, 2, (*leading, *((AMENDMENTS,) if name in BY_AMENDMENT else ()), YEARS)
        )
        for name in (each.name for each in rice_methane.__method__.inputs)
    }


def of_one_field(inputs, water, year):
    """Equations 5.1 to 5.3 for one year, in gigagrams and with logarithms."""
    organic = 1 + sum(
        inputs["organic_amendment"][i, year] * inputs["amendment_conversion_factor"][i, year]
        for i in range(AMENDMENTS)
    )
    daily = (  # kg/ha/d
        inputs["flooded_field_methane"][year]
        * inputs[water][year]
        * inputs["preseason_factor"][year]
        * math.exp(inputs["amendment_exponent"][year] * math.log(organic))
    )
    gigagrams = daily * inputs["cultivation_days"][year] * inputs["cultivated_area"][year] * 1e-6
    return gigagrams * 1000 * inputs["gwp_methane"][year]


def test_alternate_wetting_and_drying_on_1000_ha_by_hand():
    found = rice_methane(**SOUTH_EAST_ASIA)
    assert found.reference == pytest.approx(1000 * 102 * 1.22 / 1000 * 28, rel=EXACT)  # 3,484.32
    assert found.project == pytest.approx(3484.32 * 0.55, rel=EXACT)
    assert found.leakage == 0
    assert found.bau is None


def test_the_nitrous_oxide_that_drying_adds_by_hand():
    more = rice_methane(**SOUTH_EAST_ASIA, project_nitrous_oxide_rise=0.5)
    added = more.project - rice_methane(**SOUTH_EAST_ASIA).project
    assert added == pytest.approx(1000 * 0.5 / 1000 * 265, rel=1e-9)


def test_three_tonnes_of_straw_by_hand():
    straw = np.full((1, 1), 3.0)
    # 1 + 3 x 1 = 4 = 2 x 2, so that 4 ** 0.59 = 2 ** 1.18
    assert amendment_factor(straw, np.ones((1, 1)), 0.59) == pytest.approx(2**1.18, rel=EXACT)


def test_a_field_without_organic_matter_is_not_scaled():
    none = amendment_factor(np.zeros((2, 3)), np.ones((2, 3)), 0.59)
    assert none.tolist() == [1.0] * 3
    assert amendment_factor(None, None, 0.59) == 1.0


@pytest.mark.parametrize("lacking", ["amendment_conversion_factor", "amendment_exponent"])
def test_organic_matter_of_unknown_effect_is_refused(lacking):
    inputs = inputs_of()
    del inputs[lacking]
    with pytest.raises(ValueError, match=lacking):
        rice_methane(**inputs)


@pytest.mark.parametrize("seed", range(3))
def test_the_levels_are_the_sums_of_the_guidelines(seed):
    inputs = inputs_of(seed)
    found = rice_methane(**inputs)
    for year in range(YEARS):
        rise = inputs["cultivated_area"] * inputs["project_nitrous_oxide_rise"] / 1000
        nitrous_oxide = (rise * inputs["gwp_nitrous_oxide"])[year]
        for level, added in (("bau", 0), ("reference", 0), ("project", nitrous_oxide)):
            expected = of_one_field(inputs, f"{level}_water_factor", year) + added
            assert getattr(found, level)[year] == pytest.approx(expected, rel=EXACT)


@pytest.mark.parametrize("level", ["bau", "reference", "project"])
def test_the_equation_is_the_code(level):
    for seed in range(3):
        inputs = inputs_of(seed)
        plain = rice_methane.__method__.equations[f"{level}_emissions"].plain
        expected = eval(plain, {"np": np}, inputs)
        assert getattr(rice_methane(**inputs), level) == pytest.approx(expected, rel=EXACT)


def test_the_equations_name_every_input_and_no_other():
    found = rice_methane.__method__
    named = {name for result in found.equations for name in found.inputs_of(result)}
    assert named == {each.name for each in found.inputs}


def test_many_projects_at_once_are_each_alone():
    many = inputs_of(leading=(4, 2))
    together = rice_methane(**many)
    for at in np.ndindex(4, 2):
        alone = rice_methane(**{name: array[at] for name, array in many.items()})
        for level in ("bau", "reference", "project", "leakage"):
            found = getattr(together, level)
            assert found.shape == (4, 2, YEARS)
            assert found[at] == pytest.approx(getattr(alone, level), rel=EXACT)


@unhurried
@given(factor=st.floats(1e-3, 1e3))
def test_emissions_scale_with_the_area(factor):
    inputs = inputs_of()
    once = rice_methane(**inputs)
    more = rice_methane(**(inputs | {"cultivated_area": inputs["cultivated_area"] * factor}))
    for level in ("bau", "reference", "project"):
        assert getattr(more, level) == pytest.approx(getattr(once, level) * factor, rel=1e-9)


def test_the_unit_in_which_the_area_is_written_changes_nothing():
    bare = {k: v for k, v in SOUTH_EAST_ASIA.items() if k != "cultivated_area"}
    hectares = rice_methane(**bare, cultivated_area="1000 ha").reference
    assert hectares == pytest.approx(rice_methane(**SOUTH_EAST_ASIA).reference, rel=EXACT)
    assert rice_methane(**bare, cultivated_area="10 km**2").reference == pytest.approx(
        hectares, rel=EXACT
    )


@unhurried
@given(st.floats(0, 20), st.floats(0, 20))
def test_more_straw_never_gives_less_methane(straw, added):
    amount = np.array([[straw, straw + added]])
    less, more = amendment_factor(amount, np.ones((1, 2)), 0.59)
    assert 1 <= less <= more
