"""Durable storage: biochar against published figures, carbon dioxide by its mass balance."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jcm_models.defaults import tables
from jcm_models.methods.biochar_permanence import (
    decay_temperature_factor,
    two_pool_permanence,
    woolf_permanence,
)
from jcm_models.methods.durable_storage import biochar, co2_storage
from tests.methods import checks

EXACT = 1e-9  # relative; hand calculations are closed

BY_CATEGORY = {biochar: ("biochar_produced", "biochar_carbon_content"), co2_storage: ()}
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


def test_a_thousand_tonnes_of_wood_biochar():
    carbon, permanent = np.array([[0.77]]), 0.80
    found = biochar(np.array([[1_000.0]]), carbon, permanent, 1.0)
    assert found.reference == pytest.approx([2_258.7], abs=0.05)  # published digits
    assert found.project.tolist() == [0.0]


def test_biochar_that_would_have_been_released_in_part():
    found = biochar(np.array([[1_000.0]]), np.array([[0.75]]), 0.8, 0.9, bau_released_share=1.0)
    assert found.bau == pytest.approx([2_200], rel=EXACT)
    assert found.reference == pytest.approx([1_980], rel=EXACT)


def test_pyrolysis_and_carriage_of_biochar_are_emissions_of_the_project():
    found = biochar(
        biochar_produced=np.array([[600.0], [400.0]]),
        biochar_carbon_content=0.5,
        permanent_share=0.8,
        reference_released_share=1.0,
        methane_leaked=2.0,
        gwp_methane=28.0,
        electricity_consumed=100.0,
        electricity_emission_factor=0.5,
        transport_distance=100.0,
        transport_emission_factor=1e-4,
    )
    assert found.project == pytest.approx([56 + 50 + 10], rel=EXACT)


def test_classes_of_temperature_are_those_of_the_ipcc():
    expected = {"below_450": 0.65, "from_450_to_600": 0.80, "above_600": 0.89}
    assert tables()["biochar_permanence"]["values"] == expected


def test_permanence_by_the_regression_of_woolf():
    assert woolf_permanence(0.4) == pytest.approx(0.790478, abs=1e-9)  # .79047 in the digest


def test_a_share_never_leaves_the_range_of_shares():
    assert woolf_permanence(np.array([0.0, 2.0])).tolist() == [1.0, 0.0]


@pytest.mark.parametrize(
    ("incubated_at", "ten_degree_factor", "expected"),
    [(22.0, 1.4883, 0.75402), (25.0, 1.41455, 0.70449), (32.0, 1.30929, 0.63077)],
)
def test_rates_of_the_laboratory_are_brought_to_the_soil(incubated_at, ten_degree_factor, expected):
    found = decay_temperature_factor(ten_degree_factor, incubated_at, 14.9)
    assert found == pytest.approx(expected, abs=2e-5)  # Q10 has five digits


def test_two_pools_by_hand():
    # 10 % gone with a rate of 1/yr, 90 % with 0.002/yr, at half speed over 100 years
    expected = 0.1 * np.exp(-50) + 0.9 * np.exp(-0.1)
    assert two_pool_permanence(0.1, 1.0, 0.002, 0.5, 100.0) == pytest.approx(expected, rel=EXACT)


def test_two_pools_at_no_time_are_all_there():
    assert two_pool_permanence(0.3, 1.0, 0.01, 0.7, 0.0) == 1.0


SHARES = st.floats(0, 0.2)
AMOUNTS = st.floats(0, 1e5)


@given(
    capture=SHARES,
    transport=SHARES,
    injection=SHARES,
    recycling=SHARES,
    vented=AMOUNTS,
    produced=AMOUNTS,
    operational=AMOUNTS,
)
def test_what_is_captured_is_stored_or_given_off(
    capture, transport, injection, recycling, vented, produced, operational
):
    found = co2_storage(
        np.array([1e6]),
        1.0,
        capture_loss_share=capture,
        transport_loss_share=transport,
        injection_loss_share=injection,
        recycle_loss_share=recycling,
        co2_vented=vented,
        co2_produced=produced,
        co2_operational_loss=operational,
    )
    stored, injected = found.more["co2_stored"], found.more["co2_injected"]
    assert found.project + stored == pytest.approx([1e6], rel=EXACT)
    assert found.reference - found.project == pytest.approx(stored, rel=EXACT)
    # by the steps, one after the other
    arriving = 1e6 * (1 - capture) * (1 - transport) - vented
    assert injected == pytest.approx(
        [(arriving + produced * (1 - recycling)) * (1 - injection)], rel=EXACT
    )
    assert stored == pytest.approx(injected - operational - produced, rel=EXACT)


def test_without_losses_all_is_stored():
    found = co2_storage(np.array([1e6]), 1.0, bau_co2_emitted_share=1.0, co2_produced=2e5)
    assert found.more["co2_stored"].tolist() == [1e6]
    assert found.more["co2_injected"].tolist() == [1.2e6]
    assert found.project.tolist() == [0.0]
    assert found.bau.tolist() == [1e6]


def test_fuel_that_the_injection_brings_up_is_reported_and_not_counted():
    products = {
        "recovered_fuel": 3e5,
        "recovered_fuel_heating_value": 42.3,
        "recovered_fuel_emission_factor": 0.0733,
    }
    without, found = (
        co2_storage(np.array([1e6]), 1.0),
        co2_storage(np.array([1e6]), 1.0, **products),
    )
    assert found.more["memo_emissions"] == pytest.approx([930_177], rel=EXACT)
    assert without.more["memo_emissions"].tolist() == [0.0]
    assert found.project.tolist() == without.project.tolist()


def test_energy_of_capture_transport_and_injection_is_counted():
    found = co2_storage(
        np.array([1e6]),
        1.0,
        electricity_consumed="100 GWh/yr",
        electricity_emission_factor=0.5,
        project_fuel=1_000.0,
        project_fuel_heating_value=43.0,
        project_fuel_emission_factor=0.0741,
    )
    assert found.project == pytest.approx([50_000 + 3_186.3], rel=EXACT)


def test_a_plant_compared_with_a_benchmark_elsewhere_has_no_reference_here():
    found = co2_storage(np.array([1e6]), 0.0, capture_loss_share=0.01)
    assert found.reference.tolist() == [0.0]
    assert found.project == pytest.approx([10_000], rel=EXACT)
