"""Output benchmarks against published factors, hand calculations and the properties of methods."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jcm_models.methods.energy_outputs import cogeneration, hydrogen_production
from jcm_models.methods.output_benchmark import output_benchmark, refinery_optimisation
from jcm_models.methods.transport_service import transport_service
from tests.methods import checks

EXACT = 1e-9  # relative; hand calculations are closed

BY_CATEGORY = {
    output_benchmark: (
        "output_supplied",
        "reference_specific_emissions",
        "bau_specific_emissions",
        "project_specific_emissions",
    ),
    refinery_optimisation: (
        "band_upper_limit",
        "reference_feed_specific_emissions",
        "bau_feed_specific_emissions",
    ),
    cogeneration: (),
    transport_service: (),
    hydrogen_production: (),
}
each_method = pytest.mark.parametrize("function", BY_CATEGORY, ids=lambda f: f.__name__)


@each_method
def test_a_method_is_its_equations_and_scales_and_broadcasts(function):
    banded = ("bau_emissions", "reference_emissions") if function is refinery_optimisation else ()
    checks.whole(function, BY_CATEGORY[function], skip=banded)


@each_method
def test_bau_is_unknown_where_its_inputs_are(function):
    drawn = checks.draw(function, 1, BY_CATEGORY[function])
    known = {name: array for name, array in drawn.items() if not name.startswith("bau_")}
    assert function(**drawn).bau is not None
    assert function(**known).bau is None


def test_bau_of_a_co_generation_needs_every_one_of_its_inputs():
    drawn = checks.draw(cogeneration, 1)
    for name in [name for name in drawn if name.startswith("bau_")]:
        assert cogeneration(**{k: v for k, v in drawn.items() if k != name}).bau is None


def test_several_outputs_add_up_with_fuel_and_electricity():
    found = output_benchmark(
        output_supplied=np.array([[10_000.0], [5_000.0]]),
        reference_specific_emissions=np.array([[0.5], [0.8]]),
        bau_specific_emissions=np.array([[0.6], [0.9]]),
        project_specific_emissions=np.array([[0.01], [0.0]]),
        project_fuel="1 kt/yr",
        project_fuel_heating_value=48.0,
        project_fuel_emission_factor="56.1 kgCO2/GJ",
        electricity_consumed="2 GWh/yr",
        electricity_emission_factor=0.5,
    )
    assert found.bau == pytest.approx([10_500], rel=EXACT)
    assert found.reference == pytest.approx([9_000], rel=EXACT)
    assert found.project == pytest.approx([100 + 2_692.8 + 1_000], rel=EXACT)


def refinery(feed, limits=((1.5e6,), (2.5e6,)), specific=((0.06,), (0.05,))):
    return refinery_optimisation(np.asarray(feed), np.array(limits), np.array(specific)).reference


def test_the_feed_of_the_year_picks_the_band():
    # 1.0 Mt in the band up to 1.5 Mt, 1.5 Mt still, 2.0 Mt in the band up to 2.5 Mt
    expected = [60_000, 90_000, 100_000]
    assert refinery([1.0e6, 1.5e6, 2.0e6]) == pytest.approx(expected, rel=EXACT)


def test_a_feed_beyond_all_bands_counts_to_the_highest():
    assert refinery([3.0e6]) == pytest.approx([150_000], rel=EXACT)


def test_the_order_of_the_bands_does_not_matter():
    turned = refinery([1.0e6, 2.0e6], limits=((2.5e6,), (1.5e6,)), specific=((0.05,), (0.06,)))
    assert turned == pytest.approx([60_000, 100_000], rel=EXACT)


def test_half_a_year_of_operation_stays_in_its_band():
    # 1 Mt in half a year is a load of 2 Mt a year: flows, and the limits are flows, are halved.
    halved = refinery([1.0e6], limits=((0.75e6,), (1.25e6,)))
    assert halved == pytest.approx([50_000], rel=EXACT)


def test_a_year_without_operation_emits_nothing():
    assert refinery([0.0], limits=((0.0,), (0.0,))).tolist() == [0.0]


@given(
    feed=st.lists(st.floats(0, 5e6), min_size=1, max_size=5),
    limits=st.lists(st.floats(1e5, 4e6), min_size=1, max_size=4, unique=True),
)
def test_bands_are_those_of_a_search_year_by_year(feed, limits):
    specific = [0.01 * (number + 1) for number in range(len(limits))]
    found = refinery(feed, limits=[[x] for x in limits], specific=[[x] for x in specific])
    by_limit = sorted(zip(limits, specific, strict=True))
    for amount, emitted in zip(feed, found, strict=True):
        factor = next((s for limit, s in by_limit if amount <= limit), by_limit[-1][1])
        assert emitted == pytest.approx(amount * factor, rel=EXACT)


def test_co_generation_against_grid_boiler_and_chiller():
    found = cogeneration(
        electricity_supplied=np.array([40_000.0]),
        heat_supplied=89_000.0,
        reference_emission_factor=0.319,
        reference_boiler_efficiency=0.89,
        reference_fuel_emission_factor=0.0561,
        project_fuel=6_000.0,
        project_fuel_heating_value=48.0,
        project_fuel_emission_factor=0.0561,
        cooling_supplied=5_000.0,
        reference_cooling_performance=5.0,
    )
    # 41,000 MWh x 0.319 and 100,000 GJ x 0.0561
    assert found.reference == pytest.approx([13_079 + 5_610], rel=EXACT)
    assert found.project == pytest.approx([16_156.8], rel=EXACT)


def test_cooling_without_a_chiller_to_compare_with_is_refused():
    drawn = checks.draw(cogeneration, 3)
    del drawn["reference_cooling_performance"]
    with pytest.raises(ValueError, match="cooling_supplied is given; cooling_performance"):
        cogeneration(**drawn)


def test_buses_on_gas_and_diesel_slip_methane():
    found = transport_service(
        service_supplied=np.array([72 * 60_000.0]),
        reference_energy_per_service=0.0145,
        reference_fuel_emission_factor=0.0741,
        project_fuel=1_000.0,
        project_fuel_heating_value=48.0,
        project_fuel_emission_factor=0.0561,
        methane_leaked=10.0,
        gwp_methane=28.0,
    )
    assert found.reference == pytest.approx([4_641.624], rel=EXACT)
    assert found.project == pytest.approx([2_692.8 + 280], rel=EXACT)


def test_electricity_of_vehicles_is_taken_before_the_losses_of_the_grid():
    found = transport_service(
        service_supplied=np.array([1.0]),
        reference_energy_per_service=1.0,
        reference_fuel_emission_factor=0.0741,
        electricity_consumed=92.0,
        electricity_emission_factor=0.5,
        grid_loss_share="8 %",
    )
    assert found.project == pytest.approx([50], rel=EXACT)


@pytest.mark.parametrize(("made_from", "emitted"), [(9.0, 9_000), (19.0, 19_000)])
def test_g12_a_thousand_tonnes_of_hydrogen(made_from, emitted):
    assert hydrogen_production(np.array([1_000.0]), made_from).reference.tolist() == [emitted]


def test_hydrogen_with_a_tenth_of_its_electricity_from_the_grid():
    found = hydrogen_production(
        np.array([1_000.0]),
        9.0,
        electricity_consumed=0.1 * 53 * 1_000,
        electricity_emission_factor=0.5,
    )
    assert found.project == pytest.approx([2_650], rel=EXACT)
    assert found.reference - found.project == pytest.approx([6_350], rel=EXACT)


def test_hydrogen_that_leaks_and_is_carried():
    found = hydrogen_production(
        np.array([1_000.0]),
        9.0,
        hydrogen_leaked_share=0.02,
        gwp_hydrogen=11.6,
        transport_distance=100.0,
        transport_emission_factor=1e-4,
    )
    assert found.project == pytest.approx([232 + 10], rel=EXACT)


@pytest.mark.parametrize(
    ("amount", "lacking"),
    [
        ("project_fuel", "project_fuel_heating_value"),
        ("project_fuel", "project_fuel_emission_factor"),
        ("electricity_consumed", "electricity_emission_factor"),
        ("methane_leaked", "gwp_methane"),
    ],
)
def test_an_amount_without_its_factor_is_refused_not_lost(amount, lacking):
    drawn = checks.draw(transport_service, 5)
    del drawn[lacking]
    with pytest.raises(ValueError, match=f"{amount} is given; {lacking} must be given with it"):
        transport_service(**drawn)
