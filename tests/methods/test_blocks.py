"""Shared blocks: electricity, fuel, transport, waste, gases and leakage."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jcm_models.methods import blocks, leakage
from tests.examples import unhurried

EXACT = 1e-12  # relative; the same products in another order
PRINTED = 5e-5  # the digits a source prints

shares = st.floats(0.01, 1)
amounts = st.floats(0.1, 1e6)
factors = st.floats(0.01, 2)

# Each block with a number of every argument, and what comes out, worked by hand.
BY_HAND = {
    "electricity": (blocks.electricity_emissions, (1000, 0.741), 741),
    "fuel": (blocks.fuel_emissions, (100, 43, 0.0741), 318.63),
    "captive electricity": (blocks.captive_electricity_factor, (250, 43, 0.0741, 1000), 0.796575),
    "mixed electricity": (blocks.mixed_electricity_factor, (3000, 0.8, 1000, 0.4), 0.7),
    "auxiliaries": (blocks.auxiliary_electricity, (500, 330), 3960),
    "transport": (blocks.transport_emissions, (20_000, 50, 0.000129), 129),
    "combustion gases": (blocks.waste_combustion_gases, (1e6, 0.2, 47, 28, 265), 12_460.6),
    "fugitive gas": (blocks.fugitive_gas, (20, 28), 560),
    "flare": (blocks.flare_emissions, (100, 0.9, 28), 280),
    "displaced activity": (leakage.displaced_activity, (40_000, 0.1), 4000),
    "competing biomass": (leakage.competing_biomass, (5000, 1.2), 6000),
    "upstream": (leakage.upstream_fuel, (100, 48, 0.005), 24),
}


@pytest.mark.parametrize(("block", "given_numbers", "result"), BY_HAND.values(), ids=BY_HAND)
def test_a_block_gives_what_is_reckoned_by_hand(block, given_numbers, result):
    assert block(*given_numbers) == pytest.approx(result, rel=EXACT)


@pytest.mark.parametrize(("block", "given_numbers", "result"), BY_HAND.values(), ids=BY_HAND)
def test_samples_and_years_are_reckoned_as_if_alone(block, given_numbers, result):
    scales = 1 + np.arange(6).reshape(2, 3) / 10  # sample, year
    together = block(*(np.minimum(number * scales, 1e9) for number in given_numbers))
    for sample in np.ndindex(2, 3):
        alone = block(*(np.array([number * scales[sample]]) for number in given_numbers))
        assert together[sample] == pytest.approx(alone[0], rel=EXACT)


# 3,406 MWh × 0.448 and 66.35 TJ × 77.4 t/TJ of the Chok Chai Starch document.
def test_the_electricity_and_heat_of_chok_chai_starch_are_those_of_its_design_document():
    electricity = blocks.electricity_emissions(3406, 0.448)
    heat = blocks.fuel_emissions(1000, 66.35, 0.0774)
    assert (round(electricity, 1), round(heat, 1)) == (1525.9, 5135.5)


# The table of fossil CO2 per tonne of wet waste, from dry matter, carbon and fossil share.
WASTE = {
    "food": (0.40, 0.38, 0, 0),
    "textiles": (0.80, 0.50, 0.20, 0.2933),
    "nappies": (0.40, 0.70, 0.10, 0.1027),
    "rubber and leather": (0.84, 0.67, 0.20, 0.4127),
    "plastics": (1, 0.75, 1, 2.750),
    "other inert": (0.90, 0.03, 1, 0.099),
}


@pytest.mark.parametrize(("dry", "carbon", "fossil", "co2"), WASTE.values(), ids=WASTE)
def test_a_tonne_of_waste_holds_the_fossil_carbon_of_the_table(dry, carbon, fossil, co2):
    column = [np.full((1, 1), number) for number in (1.0, dry, carbon, fossil)]
    found = blocks.waste_fossil_carbon(np.ones(1), *column, 1.0)
    assert found == pytest.approx([co2], abs=PRINTED)


def test_kinds_of_waste_add_up():
    composition, dry, carbon, fossil = (
        np.array([numbers]).T
        for numbers in ([0.5, 0.3, 0.2], [0.4, 0.8, 1], [0.38, 0.5, 0.75], [0, 0.2, 1])
    )
    waste = np.array([1000.0, 2000.0])
    per_tonne = (0.3 * 0.8 * 0.5 * 0.2 + 0.2 * 0.75) * 44 / 12
    found = blocks.waste_fossil_carbon(waste, composition, dry, carbon, fossil, 0.9)
    np.testing.assert_allclose(found, waste * per_tonne * 0.9, rtol=EXACT)


def test_without_generation_there_is_no_captive_factor():  # a year before the start
    factor = blocks.captive_electricity_factor(
        np.array([0.0, 250.0]), 43, 0.0741, np.array([0.0, 1000.0])
    )
    np.testing.assert_allclose(factor, [0, 0.796575], rtol=EXACT)


def test_where_neither_source_is_measured_the_grid_counts():
    zero = np.zeros(2)
    found = blocks.mixed_electricity_factor(zero, np.array([0.8, 0.7]), zero, 0.3)
    assert found.tolist() == [0.8, 0.7]


@unhurried
@given(amounts, factors, amounts, factors)
def test_the_mixed_factor_lies_between_the_two(grid, of_grid, captive, of_captive):
    found = blocks.mixed_electricity_factor(
        np.array([grid]), of_grid, np.array([captive]), of_captive
    )
    low, high = sorted((of_grid, of_captive))
    assert low * (1 - EXACT) <= found[0] <= high * (1 + EXACT)


@unhurried
@given(amounts, st.floats(1, 50), st.floats(0.01, 0.2), amounts)
def test_the_captive_factor_times_generation_is_what_the_fuel_emits(fuel, heat, factor, generated):
    per_mwh = blocks.captive_electricity_factor(
        np.array([fuel]), heat, factor, np.array([generated])
    )
    emitted = blocks.electricity_emissions(generated, per_mwh)
    assert emitted[0] == pytest.approx(blocks.fuel_emissions(fuel, heat, factor), rel=EXACT)


@unhurried
@given(amounts, shares, st.floats(20, 40))
def test_what_a_flare_destroys_and_what_passes_make_up_all_its_methane(methane, efficiency, gwp):
    passes = blocks.flare_emissions(methane, efficiency, gwp)
    destroyed = blocks.fugitive_gas(methane * efficiency, gwp)
    assert passes + destroyed == pytest.approx(blocks.fugitive_gas(methane, gwp), rel=1e-9)


def test_other_units_give_the_same_emissions():
    plain = blocks.transport_emissions(20_000, 50, 0.000129)
    other = blocks.transport_emissions("20 kt/yr", "50000 m", "129 gCO2e/t/km")
    assert other == pytest.approx(plain, rel=EXACT)
    assert blocks.auxiliary_electricity("0.5 MW", "330 d/yr") == pytest.approx(3960, rel=EXACT)
    gases = blocks.waste_combustion_gases("1 Mt/yr", "0.2 kg/kt", "47 kg/kt", 28, 265)
    assert gases == pytest.approx(12_460.6, rel=EXACT)


def test_a_capacity_is_no_yearly_amount():
    with pytest.raises(ValueError, match=r"electricity: .*a yearly amount"):
        blocks.electricity_emissions("5 MW", 0.8)
