"""Land carbon against hand calculations and the properties of methods."""

import numpy as np
import pytest

from jcm_models.methods.land_carbon import (
    fire_gases,
    forest_burning,
    forest_carbon_stock,
    land_carbon,
)
from tests.methods import checks

EXACT = 1e-9  # relative; hand calculations are closed

BY_CATEGORY = {
    land_carbon: (
        "reference_area_converted",
        "carbon_stock_loss",
        "project_area_converted",
        "bau_area_converted",
    ),
    forest_burning: (),
}
each_method = pytest.mark.parametrize("function", BY_CATEGORY, ids=lambda f: f.__name__)


@each_method
def test_a_method_is_its_equations_and_scales_and_broadcasts(function):
    checks.whole(function, BY_CATEGORY[function])


@each_method
def test_bau_is_unknown_where_its_inputs_are(function):
    drawn = checks.draw(function, 1, BY_CATEGORY[function])
    known = {name: array for name, array in drawn.items() if not name.startswith("bau_")}
    assert function(**drawn).bau is not None
    assert function(**known).bau is None


def saved(project=((200.0,), (10.0,)), **inputs):
    return land_carbon(
        reference_area_converted=np.array([[500.0], [40.0]]),
        carbon_stock_loss=np.array([[90.0], [30.0]]),
        project_area_converted=np.array(project),
        **inputs,
    )


def test_the_reference_level_is_the_sum_over_transitions():
    found = saved(bau_area_converted=np.array([[550.0], [44.0]]))
    assert found.reference == pytest.approx([(45_000 + 1_200) * 44 / 12], rel=EXACT)
    assert found.bau == pytest.approx([1.1 * 46_200 * 44 / 12], rel=EXACT)
    assert found.project == pytest.approx([(18_000 + 300) * 44 / 12], rel=EXACT)
    assert found.leakage.tolist() == [0.0]


def test_displacement_is_a_share_of_what_is_avoided_before_the_discount():
    found = saved(displacement_leakage_share=0.1, reference_uncertainty_discount=0.05)
    assert found.leakage == pytest.approx([0.1 * (46_200 - 18_300) * 44 / 12], rel=EXACT)
    assert found.reference == pytest.approx([0.95 * 46_200 * 44 / 12], rel=EXACT)


def test_a_project_that_loses_more_than_the_reference_has_no_negative_leakage():
    found = saved(project=((600.0,), (40.0,)), displacement_leakage_share=0.1)
    assert found.leakage.tolist() == [0.0]
    assert found.project > found.reference


def test_nothing_saved_is_nothing_reduced():
    found = saved(project=((500.0,), (40.0,)), displacement_leakage_share=0.3)
    assert found.reference - found.project - found.leakage == pytest.approx([0], abs=1e-6)


def test_carbon_of_a_forest_is_above_and_below_ground():
    # 300 t/ha of dry matter, half of it carbon, roots 37 % (ratio of the Cambodian guideline)
    assert forest_carbon_stock(300.0, 0.5, "37 %") == pytest.approx(205.5, rel=EXACT)


def test_gas_of_a_fire_by_equation_2_27():
    # 1 ha x 100 t/ha x 0.4 = 40 t burnt, 6.8 g of methane to the kilogramme: 0.272 t
    assert fire_gases(1.0, 100.0, 0.4, 6.8) == pytest.approx(0.272, rel=EXACT)


def test_fires_of_the_reference_and_the_project():
    found = forest_burning(
        reference_area_burnt=np.array([500.0]),
        biomass_available_to_burn=100.0,
        combustion_factor=0.4,
        methane_from_fire=6.8,
        nitrous_oxide_from_fire=0.2,
        gwp_methane=28.0,
        gwp_nitrous_oxide=265.0,
        project_area_burnt="2 km**2/yr",
    )
    # a hectare: 0.272 t x 28 + 0.008 t x 265 = 9.736 tCO2e
    assert found.reference == pytest.approx([4_868], rel=EXACT)
    assert found.project == pytest.approx([1_947.2], rel=EXACT)
    assert found.bau is None
