"""Displaced energy: published yields, hand calculations, and what holds for every method."""

import numpy as np
import pytest

from jcm_models.methods.displaced_energy import (
    displaced_electricity,
    displaced_mixed_electricity,
    geothermal_electricity,
    hydro_electricity,
    waste_heat_electricity,
)
from jcm_models.methods.displaced_heat import (
    displaced_fuel,
    displaced_heat,
    generator_replacement,
)
from tests.methods import checks

METHODS = (
    displaced_electricity,
    displaced_mixed_electricity,
    displaced_fuel,
    displaced_heat,
    generator_replacement,
    geothermal_electricity,
    hydro_electricity,
    waste_heat_electricity,
)
each_method = pytest.mark.parametrize("function", METHODS, ids=lambda f: f.__name__)


@each_method
def test_the_equations_are_the_code(function):
    checks.assert_equations_evaluate_to_the_code(function)


@each_method
def test_many_at_once_are_one_by_one(function):
    checks.assert_many_at_once_are_one_by_one(function)


@each_method
def test_one_uncertain_input_gives_every_result_its_shape(function):
    checks.assert_one_uncertain_input_gives_every_result_its_shape(function)


@each_method
def test_bau_and_project_inputs_leave_the_reference_alone(function):
    checks.assert_only_reference_inputs_change_the_reference(function)


@pytest.mark.parametrize("function", [f for f in METHODS if f is not waste_heat_electricity])
def test_twice_the_activity_is_twice_the_emissions(function):
    checks.assert_scales_with_yearly_amounts(function)


def test_the_floating_solar_plant_saves_what_was_published():  # exact
    found = displaced_electricity("8 GWh/yr", 0.319, 0.5421)
    assert float(found.reference) == pytest.approx(2552, rel=1e-12)


@pytest.mark.parametrize(
    ("generation", "factor", "published"),
    [(148_477, 0.54208, 80_487), (26_390, 0.72501, 19_133)],
    ids=["Siam Solar Energy 1", "Cikaso"],
)
def test_cdm_plants_displace_what_was_published(generation, factor, published):
    # The factors are given with five digits: within a tonne.
    assert float(displaced_electricity(generation, factor).reference) == pytest.approx(
        published, abs=1
    )


def test_best_plants_have_the_conservative_factors_of_solar_methods():
    # 54.3 kg/GJ at 61.2 % and 72.6 kg/GJ at 49 %, known with three digits: within 0.0005.
    for per_heat, efficiency, factor in ((0.0543, 0.612, 0.319), (0.0726, 0.49, 0.533)):
        heat = 3.6 / efficiency
        assert heat * per_heat == pytest.approx(factor, abs=5e-4)


def test_measured_shares_mix_the_factors_of_grid_and_generator():
    found = displaced_mixed_electricity(1000, 0.25, 0.8, 0.5, 0.6, auxiliary_electricity=100)
    assert float(found.reference) == pytest.approx(900 * (0.75 * 0.5 + 0.25 * 0.8))
    assert float(found.bau) == pytest.approx(900 * (0.75 * 0.6 + 0.25 * 0.8))


def test_pumps_and_fans_of_waste_heat_count_around_the_clock():
    found = waste_heat_electricity("160 GWh/yr", "1 MW", "330 d/yr", 0.814)
    assert float(found.reference) == pytest.approx((160_000 - 24 * 330) * 0.814, rel=1e-12)
    assert not found.project.any()


@pytest.mark.parametrize(
    ("area", "expected"), [(0, 0), (0.4, 0), (0.5, 0.09 * 1000), (2, 0.09 * 1000)]
)
def test_a_reservoir_counts_up_to_ten_watts_a_square_metre(area, expected):
    found = hydro_electricity(
        1000, 0.5, capacity=5, reservoir_area=area, reservoir_emission_factor=0.09
    )
    assert float(found.project) == pytest.approx(expected)


def test_a_reservoir_without_a_capacity_is_refused():
    with pytest.raises(ValueError, match="capacity must be given"):
        hydro_electricity(1000, 0.5, reservoir_area=1, reservoir_emission_factor=0.09)


@pytest.mark.parametrize(
    ("function", "given", "lacking"),
    [
        (hydro_electricity, {"capacity": 5, "reservoir_area": 1}, "reservoir_emission_factor"),
        (geothermal_electricity, {"working_fluid_loss": 10}, "working_fluid_gwp"),
        (
            geothermal_electricity,
            {"steam_released": 10, "steam_methane_share": 0.1, "gwp_methane": 28},
            "steam_carbon_dioxide_share",
        ),
        (
            geothermal_electricity,
            {"steam_released": 10, "steam_carbon_dioxide_share": 0.1, "steam_methane_share": 0},
            "gwp_methane",
        ),
    ],
)
def test_no_term_is_lost_because_its_factor_is_unknown(function, given, lacking):
    with pytest.raises(ValueError, match=rf"{lacking} must be given"):
        function(1000, 0.5, **given)


def test_a_reservoir_that_does_not_count_needs_no_factor():
    found = hydro_electricity(1000, 0.5, capacity=5, reservoir_area=0.4)
    assert float(found.project) == 0


def test_the_gases_of_steam_and_working_fluid_are_the_projects():
    found = geothermal_electricity(
        1000,
        0.5,
        steam_released=2000,
        steam_carbon_dioxide_share=0.01,
        steam_methane_share=0.001,
        gwp_methane=28,
        working_fluid_loss=2,
        working_fluid_gwp=5,
    )
    assert float(found.project) == pytest.approx(2000 * (0.01 + 0.028) + 10)


def test_heat_of_a_starch_works_displaces_what_was_published():  # 5,135 t, within a tonne
    found = displaced_heat("66.35 TJ/yr", 1.0, "77.4 kgCO2/GJ")
    assert float(found.reference) == pytest.approx(5135, abs=1)


def test_bau_needs_both_the_boiler_and_its_fuel():
    assert displaced_heat(100, 0.9, 0.06, bau_boiler_efficiency=0.8).bau is None
    found = displaced_heat(100, 0.9, 0.06, 0.8, 0.07)
    assert float(found.bau) == pytest.approx(100 / 0.8 * 0.07)


def test_a_fuel_without_its_factor_is_refused():
    with pytest.raises(ValueError, match="project_fuel is given"):
        displaced_fuel(100, 0.07, project_fuel=5)


def test_what_is_left_out_is_nothing():
    load = np.full(3, 10.0)
    found = generator_replacement(load, 0.5)
    assert found.bau is None
    assert found.project.tolist() == [0, 0, 0]
