"""Decay of waste in landfills, against hand calculation, double sums and bonsai-ipcc."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jcm_models.defaults import tables
from jcm_models.method_catalogue import Method
from jcm_models.methods.decay_methane import (
    composting,
    landfill_methane,
    landfill_methane_ipcc,
    semi_aerobic_landfill,
)
from jcm_models.methods.first_order_decay import (
    a_year_later,
    decomposed_carbon,
    deposited_carbon,
    emitted_methane,
)
from tests.examples import unhurried
from tests.independent import default, elementary

EXACT = 1e-12  # relative: the same sums in another order
ALL_DESCRIBED = (landfill_methane, landfill_methane_ipcc, semi_aerobic_landfill, composting)
WASTE, YEARS = 3, 12
BY_WASTE = ("waste_composition", "degradable_carbon", "degradable_carbon_decomposed", "decay_rate")
rates = st.floats(0.01, 2)


def described(function) -> Method:
    return function.__method__


def inputs_of(function, seed=0, leading=()):
    """Make up inputs of the full shape; rates of decay are constant, as in the published sums."""
    random = np.random.default_rng(seed)
    made = {}
    for name in (each.name for each in described(function).inputs):
        by = (WASTE,) if name in BY_WASTE else ()
        made[name] = random.uniform(0.1, 0.9, (*leading, *by, YEARS))
    made["decay_rate"] = np.repeat(made["decay_rate"][..., :1], YEARS, axis=-1)
    composition = made["waste_composition"]
    made["waste_composition"] = composition / composition.sum(axis=-2, keepdims=True)
    for name in ("waste_diverted", "waste_disposed"):
        if name in made:
            made[name] = 1e5 * made[name]
    return made


def pulse(years=40, rate=0.4):
    """1,000 t of food waste in the first year, a pulse."""
    waste = np.zeros(years)
    waste[0] = 1000
    return {
        "waste_diverted": waste,
        "waste_composition": np.ones((1, years)),
        "degradable_carbon": np.full((1, years), 0.15),
        "degradable_carbon_decomposed": np.full((1, years), 0.5),
        "methane_correction_factor": np.ones(years),
        "methane_fraction": np.full(years, 0.5),
        "oxidation_factor": np.zeros(years),
        "decay_rate": np.full((1, years), rate),
        "gwp_methane": np.ones(years),
    }


def double_sum(inputs, from_next_year=False):
    """The sum over kinds, years of disposal and years of decay, term by term."""
    methane = np.zeros(YEARS)
    for y in range(YEARS):
        for x in range(y if from_next_year else y + 1):
            for j in range(WASTE):
                k = inputs["decay_rate"][j, 0]
                methane[y] += (
                    inputs["waste_diverted"][x]
                    * inputs["waste_composition"][j, x]
                    * inputs["degradable_carbon"][j, x]
                    * inputs["degradable_carbon_decomposed"][j, x]
                    * inputs["methane_correction_factor"][x]
                    * math.exp(-k * (y - x - from_next_year))
                    * (1 - math.exp(-k))
                )
    return (
        methane
        * (16 / 12)
        * inputs["methane_fraction"]
        * (1 - inputs["oxidation_factor"])
        * inputs["gwp_methane"]
    )


def by_bonsai(inputs):
    """Follow the stock of each kind of waste with the elementary equations of bonsai-ipcc."""
    swd = elementary("swd")
    total = np.zeros(YEARS)
    for j in range(WASTE):
        stock = 0.0
        for y in range(YEARS):
            k = float(inputs["decay_rate"][j, y])
            deposited = swd.ddoc_from_wd_data(
                inputs["waste_diverted"][y] * inputs["waste_composition"][j, y],
                inputs["degradable_carbon"][j, y],
                inputs["degradable_carbon_decomposed"][j, y],
                inputs["methane_correction_factor"][y],
            )
            generated = swd.ch4_generated(
                swd.ddoc_m_decomp_t(stock, k), inputs["methane_fraction"][y]
            )
            captured = inputs["reference_captured_share"][y]
            total[y] += swd.ch4_emissions(generated, inputs["oxidation_factor"][y], captured)
            stock = swd.ddoc_ma_t(deposited, stock, k)
    return total * inputs["gwp_methane"]


def test_a_pulse_of_1000_t_of_food_waste_gives_16_484_t_of_methane_in_its_second_year():
    methane = landfill_methane_ipcc(**pulse()).reference
    assert methane[0] == 0
    assert methane[1] == pytest.approx(16.484, abs=5e-4)  # as printed in the digest


def test_a_pulse_of_1000_t_of_food_waste_gives_50_t_of_methane_in_the_end():
    for_ever = pulse(years=120)
    assert landfill_methane_ipcc(**for_ever).reference.sum() == pytest.approx(50, rel=EXACT)


@pytest.mark.parametrize("seed", range(3))
def test_the_tool_is_the_double_sum(seed):
    inputs = inputs_of(landfill_methane, seed)
    captured = 1 - inputs["reference_captured_share"]
    expected = double_sum(inputs) * inputs["reference_model_correction"] * captured
    assert landfill_methane(**inputs).reference == pytest.approx(expected, rel=EXACT)


@pytest.mark.parametrize("seed", range(3))
def test_the_inventory_form_is_the_double_sum_of_earlier_years(seed):
    inputs = inputs_of(landfill_methane_ipcc, seed)
    expected = double_sum(inputs, from_next_year=True) * (1 - inputs["bau_captured_share"])
    assert landfill_methane_ipcc(**inputs).bau == pytest.approx(expected, rel=EXACT)


@pytest.mark.parametrize("seed", range(3))
def test_the_inventory_form_agrees_with_bonsai_ipcc(seed):
    inputs = inputs_of(landfill_methane_ipcc, seed)
    assert landfill_methane_ipcc(**inputs).reference == pytest.approx(by_bonsai(inputs), rel=EXACT)


def test_the_inventory_form_agrees_with_bonsai_ipcc_where_the_rate_of_decay_changes():
    inputs = inputs_of(landfill_methane_ipcc, seed=4)
    inputs["decay_rate"] = np.random.default_rng(5).uniform(0.01, 1, (WASTE, YEARS))
    assert landfill_methane_ipcc(**inputs).reference == pytest.approx(by_bonsai(inputs), rel=EXACT)


@unhurried
@given(rate=rates)
def test_the_tool_in_a_year_is_the_inventory_form_a_year_later(rate):
    inputs = pulse(rate=rate)
    inputs["waste_diverted"] = np.random.default_rng(0).uniform(0, 1e5, 40)
    tool = landfill_methane(**inputs, reference_model_correction=np.ones(40)).reference
    inventory = landfill_methane_ipcc(**inputs).reference
    assert tool[:-1] == pytest.approx(inventory[1:], rel=EXACT)
    assert inventory[0] == 0


@unhurried
@given(rate=rates, years=st.integers(1, 60))
def test_a_pulse_has_given_what_has_decayed_of_its_potential(rate, years):
    potential = 1000 * 0.15 * 0.5 * 0.5 * 16 / 12
    one = np.ones(years)
    inputs = landfill_methane(**pulse(years, rate), reference_model_correction=one).reference
    assert inputs.sum() == pytest.approx(potential * -math.expm1(-rate * years), rel=1e-9)
    assert inputs.sum() <= potential * (1 + EXACT)


@unhurried
@given(st.lists(rates, min_size=1, max_size=20))
def test_no_carbon_arises_or_is_lost_however_the_rate_changes(rate):
    deposited = np.linspace(1, 2, len(rate))[np.newaxis]
    decomposed = decomposed_carbon(deposited, np.array([rate]))
    left = deposited.sum(axis=-1) - decomposed.sum(axis=-1)
    assert (left >= 0).all()
    slowest, fastest = min(rate), max(rate)
    years = np.arange(len(rate), 0, -1)
    assert left >= (deposited * np.exp(-fastest * years)).sum() * (1 - 1e-9)
    assert left <= (deposited * np.exp(-slowest * years)).sum() * (1 + 1e-9)


def test_what_does_not_decay_gives_nothing():
    assert landfill_methane_ipcc(**pulse(rate=0.0)).reference.tolist() == [0.0] * 40


def test_deposits_are_moved_by_a_year_and_not_around_the_end():
    assert a_year_later(np.array([[1.0, 2.0, 3.0]])).tolist() == [[0, 1, 2]]


def test_the_building_blocks_of_a_pulse_by_hand():
    one = np.ones(1)
    carbon = deposited_carbon(1000 * one, np.ones((1, 1)), 0.15, 0.5, one)
    assert carbon == pytest.approx(75)
    assert emitted_methane(carbon, 0.5 * one, 0.1 * one) == pytest.approx(75 * 0.5 * 4 / 3 * 0.9)


def test_the_reference_is_bau_times_the_correction_where_both_capture_the_same():
    inputs = inputs_of(landfill_methane)
    inputs["bau_captured_share"] = inputs["reference_captured_share"]
    found = landfill_methane(**inputs)
    assert found.reference == pytest.approx(
        found.bau * inputs["reference_model_correction"], rel=EXACT
    )


def test_bau_is_unknown_where_nobody_says_what_is_captured():
    inputs = inputs_of(landfill_methane)
    del inputs["bau_captured_share"]
    assert landfill_methane(**inputs).bau is None


def test_a_landfill_with_air_emits_by_the_ratio_of_the_correction_factors():
    inputs = inputs_of(semi_aerobic_landfill)
    inputs["reference_methane_correction_factor"] = np.ones(YEARS)
    inputs["bau_methane_correction_factor"] = np.ones(YEARS)
    inputs["project_methane_correction_factor"] = np.full(YEARS, 0.5)
    found = semi_aerobic_landfill(**inputs)
    assert found.project == pytest.approx(found.bau / 2, rel=EXACT)
    assert found.reference == pytest.approx(
        found.bau * inputs["reference_model_correction"], rel=EXACT
    )


def test_a_landfill_that_loses_its_air_does_so_for_what_is_disposed_of_then():
    inputs = inputs_of(semi_aerobic_landfill)
    inputs["project_methane_correction_factor"] = np.where(np.arange(YEARS) < 6, 0.0, 1.0)
    project = semi_aerobic_landfill(**inputs).project
    assert (project[:6] == 0).all()
    assert (project[6:] > 0).all()


def test_a_landfill_with_air_is_the_avoided_landfill_of_the_same_factor():
    inputs = inputs_of(semi_aerobic_landfill)
    shared = {k: v for k, v in inputs.items() if k in inputs_of(landfill_methane)}
    avoided = landfill_methane(
        **shared,
        waste_diverted=inputs["waste_disposed"],
        methane_correction_factor=inputs["project_methane_correction_factor"],
        bau_captured_share=np.zeros(YEARS),
    )
    assert semi_aerobic_landfill(**inputs).project == pytest.approx(avoided.bau, rel=EXACT)


def test_composting_1000_t_gives_175_6_t_by_hand():
    inputs = pulse() | {
        "gwp_methane": np.full(40, 28.0),
        "gwp_nitrous_oxide": np.full(40, 265.0),
        "project_composting_methane": np.full(40, 4.0),
        "project_composting_nitrous_oxide": np.full(40, 0.24),
        "reference_model_correction": np.ones(40),
    }
    found = composting(**inputs)
    assert found.project[0] == pytest.approx(1000 * (4 * 28 + 0.24 * 265) / 1000, rel=EXACT)
    assert (found.project[1:] == 0).all()
    assert found.reference.sum() == pytest.approx(50 * 28, rel=1e-6)  # 40 years of 0.4 a year


def test_the_equation_of_composting_is_its_code():
    inputs = inputs_of(composting)
    plain = described(composting).equations["project_emissions"].plain
    assert composting(**inputs).project == pytest.approx(eval(plain, {}, inputs), rel=EXACT)


@pytest.mark.parametrize("function", ALL_DESCRIBED, ids=lambda f: f.__name__)
def test_the_equations_name_every_input_and_no_other(function):
    found = described(function)
    named = {name for result in found.equations for name in found.inputs_of(result)}
    assert named == {each.name for each in found.inputs}


@pytest.mark.parametrize("function", ALL_DESCRIBED, ids=lambda f: f.__name__)
def test_many_projects_at_once_are_each_alone(function):
    many = inputs_of(function, leading=(4, 2))
    together = function(**many)
    for at in np.ndindex(4, 2):
        alone = function(**{name: array[at] for name, array in many.items()})
        for level in ("bau", "reference", "project", "leakage"):
            found = getattr(together, level)
            assert found.shape == (4, 2, YEARS)
            assert found[at] == pytest.approx(getattr(alone, level), rel=EXACT)


@pytest.mark.parametrize("function", ALL_DESCRIBED, ids=lambda f: f.__name__)
@unhurried
@given(factor=st.floats(1e-3, 1e3))
def test_emissions_scale_with_the_waste(function, factor):
    inputs = inputs_of(function)
    waste = "waste_disposed" if "waste_disposed" in inputs else "waste_diverted"
    more = function(**(inputs | {waste: inputs[waste] * factor}))
    once = function(**inputs)
    for level in ("bau", "reference", "project"):
        assert getattr(more, level) == pytest.approx(getattr(once, level) * factor, rel=1e-9)


def test_the_unit_in_which_the_waste_is_written_changes_nothing():
    inputs = pulse(years=5)
    del inputs["waste_diverted"]
    in_tonnes = landfill_methane_ipcc(waste_diverted="1000 t/yr", **inputs).reference
    in_kilotonnes = landfill_methane_ipcc(waste_diverted="1 kt/yr", **inputs).reference
    assert in_kilotonnes == pytest.approx(in_tonnes, rel=EXACT)
    assert in_tonnes[1:].all()


def test_waste_decays_through_the_years_that_only_another_input_has():
    inputs = pulse(years=5)
    same_each_year = {name: float(array.flat[0]) for name, array in inputs.items()}
    same_each_year["gwp_methane"] = np.ones(5)
    inputs["waste_diverted"] = np.full(5, 1000.0)
    found = landfill_methane_ipcc(**same_each_year).reference
    assert found == pytest.approx(landfill_methane_ipcc(**inputs).reference, rel=EXACT)


BONSAI_WASTE = {
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


@pytest.mark.parametrize("climate", ["boreal_temperate", "tropical"])
@pytest.mark.parametrize("moisture", ["dry", "wet"])
def test_the_rates_of_decay_are_those_of_bonsai_ipcc(climate, moisture):
    table = tables()["decay_rate"]["values"][f"{climate}_{moisture}"]
    assert {kind: table[kind] for kind in BONSAI_WASTE} == {
        kind: default(
            "waste/swd/par_k", waste_type=name, moisture_regime=moisture, climate_zone=climate
        )
        for kind, name in BONSAI_WASTE.items()
    }


def test_degradable_carbon_is_that_of_bonsai_ipcc():
    carbon = tables()["degradable_carbon"]["values"]
    decomposed = tables()["degradable_carbon_decomposed"]["values"]["ipcc_2019"]
    for kind, name in BONSAI_WASTE.items():
        of_wet_waste = default("waste/swd/par_doc", waste_type=name, waste_moisture="wet")
        assert carbon["ipcc_2006"][kind] == carbon["ipcc_2019"][kind] == of_wet_waste
        assert decomposed[kind] == default("waste/swd/par_doc_f", waste_type=name)


def test_the_methane_correction_factors_are_those_of_bonsai_ipcc():
    names = {
        "managed_anaerobic": "managed",
        "semi_aerobic_well_managed": "managed_well_s-a",
        "semi_aerobic_poorly_managed": "managed_poorly_s-a",
        "aerated_well_managed": "managed_well_a-a",
        "aerated_poorly_managed": "managed_poorly_a-a",
        "unmanaged_deep": "unmanaged_deep",
        "unmanaged_shallow": "unmanaged_shallow",
        "uncategorised": "uncharacterised",
    }
    assert tables()["methane_correction_factor"]["values"] == {
        kind: default("waste/swd/par_mcf", swds_type=name) for kind, name in names.items()
    }
