"""Methane of waste water and manure, against a published case, hand calculation and bonsai-ipcc."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jcm_models.defaults import tables
from jcm_models.methods.blocks import electricity_emissions
from jcm_models.methods.conversion_methane import (
    lagoon_methane,
    manure_methane,
    temperature_factor,
    waste_water_methane,
)
from jcm_models.variables import input_variable
from tests.examples import unhurried
from tests.independent import default, elementary

EXACT = 1e-12  # relative: the same product in another order
ALL_DESCRIBED = (waste_water_methane, lagoon_methane, manure_methane)
BY_LIVESTOCK = ("animals", "volatile_solids_per_head", "manure_methane_capacity")
LIVESTOCK, YEARS = 3, 4

# Chok Chai Starch, Thailand: hashgraph/guardian, ACM0014 test data, sections 1, 2 and the results.
MONTHS = np.array([297, 298, 300, 302, 302, 301, 300, 300, 300, 299, 298, 297]) - 273.15
CHOK_CHAI = {
    "waste_water": 12 * 75_593.6,
    "chemical_oxygen_demand": 20.0,
    "oxygen_demand_removed": 1 - 3 / 20,
    "waste_water_methane_capacity": 0.21,
    "gwp_methane": 28.0,
    "reference_uncertainty_factor": 0.89,
    "project_oxygen_demand_removed": 0.9,
    "project_digester_leakage": 0.05,
}


def inputs_of(function, seed=0, leading=()):
    random = np.random.default_rng(seed)
    made = {}
    for name in (each.name for each in function.__method__.inputs):
        by = (LIVESTOCK,) if name in BY_LIVESTOCK else ()
        made[name] = random.uniform(0.1, 0.9, (*leading, *by, YEARS))
    if "lagoon_temperature" in made:
        made["lagoon_temperature"] = 40 * made["lagoon_temperature"]
    return made


def test_chok_chai_s_temperature_factor_is_the_published_one():
    assert temperature_factor(MONTHS).mean() == pytest.approx(0.742, abs=5e-4)  # as printed


def test_chok_chai_s_reference_emissions_are_the_published_ones():
    conversion = 0.7 * temperature_factor(MONTHS).mean()
    assert conversion * 0.89 == pytest.approx(0.462, abs=5e-4)  # as printed
    found = waste_water_methane(**CHOK_CHAI, reference_methane_conversion_factor=conversion)
    assert found.reference == pytest.approx(41_903.7, abs=0.05)  # as printed


def test_a_mean_temperature_is_cautious_against_the_months():
    found = lagoon_methane(
        **CHOK_CHAI, lagoon_depth_factor=0.7, lagoon_temperature=MONTHS.mean()
    ).reference
    assert 0.98 * 41_903.7 < found < 41_903.7


def test_chok_chai_s_published_totals_close():
    methane = 65_048  # of the documents, whose months are not published
    electricity = electricity_emissions(3_406, 0.448)
    heat = 66.35 * 77.4
    assert electricity == pytest.approx(1_526, abs=0.5)  # rounded to the tonne in the documents
    assert heat == pytest.approx(5_135, abs=1)
    assert methane + electricity + heat == pytest.approx(71_709, abs=1)
    assert methane + electricity + heat - (3_751 + 9_961) == pytest.approx(57_997, abs=1)


@pytest.mark.parametrize(
    ("celsius", "factor"),
    [
        (-10, 0),
        (9.8, 0),  # just below 283 K
        (9.9, 0.1670),  # just above it: exp(-15175 x 20.11 / (602.379 x 283.05)) = exp(-1.7898)
        (30.01, 0.95),  # 303.16 K, where the formula gives 1 and the cap holds
        (45, 0.95),
    ],
)
def test_the_temperature_factor_at_its_ends(celsius, factor):
    assert temperature_factor(celsius) == pytest.approx(factor, abs=5e-5)


def test_the_temperature_factor_by_hand_at_20_degrees():
    # 15175 x (293.15 - 303.16) / (1.987 x 303.16 x 293.15) = -151901.75 / 176586.6 = -0.8602
    assert temperature_factor(20.0) == pytest.approx(0.4231, abs=5e-5)


@unhurried
@given(st.floats(-20, 60), st.floats(0, 5))
def test_a_warmer_lagoon_never_gives_less(celsius, rise):
    colder, warmer = temperature_factor(np.array([celsius, celsius + rise]))
    assert 0 <= colder <= warmer <= 0.95


def test_waste_water_agrees_with_bonsai_ipcc():
    """Equations 6.4 and 6.5: (organic matter - what is removed with sludge) x factor - captured."""
    water = elementary("wastewater")
    inputs = inputs_of(waste_water_methane)
    demand = inputs["waste_water"] * inputs["chemical_oxygen_demand"]  # kg/yr
    factor = water.ef_ch4_ind(
        inputs["waste_water_methane_capacity"], inputs["bau_methane_conversion_factor"]
    )
    methane = water.ch4_emissions_system_ind(
        demand, demand * (1 - inputs["oxygen_demand_removed"]), factor, 0
    )
    expected = methane / 1000 * inputs["gwp_methane"]
    assert waste_water_methane(**inputs).bau == pytest.approx(expected, rel=EXACT)


def test_manure_agrees_with_bonsai_ipcc():
    """Equation 10.23, in kilograms a day and 365 days."""
    manure = elementary("agriculture.livestock_manure")
    inputs = inputs_of(manure_methane)
    inputs["methane_density"] = np.full(YEARS, 0.67)
    methane = sum(
        inputs["animals"][a]
        * manure.ef_mm(
            inputs["volatile_solids_per_head"][a] * 1000 / 365,
            inputs["manure_methane_capacity"][a],
            inputs["bau_manure_conversion_factor"],
            1,
        )
        for a in range(LIVESTOCK)
    )
    expected = methane / 1000 * inputs["gwp_methane"]
    assert manure_methane(**inputs).bau == pytest.approx(expected, rel=EXACT)


def test_the_dung_of_1000_cows_by_hand():
    one = np.ones((1, 1))
    found = manure_methane(
        animals=1000 * one,
        volatile_solids_per_head=0.9 * one,
        manure_methane_capacity=0.13 * one,
        methane_density=0.67,
        gwp_methane=28.0,
        reference_manure_conversion_factor=0.76,
        project_digester_leakage=0.1,
    )
    most = 1000 * 0.9 * 0.13 * 0.67 * 28  # 78.39 t of methane
    assert found.reference == pytest.approx(most * 0.76, rel=EXACT)
    assert found.project == pytest.approx(most * 0.1, rel=EXACT)
    assert found.bau is None


def test_a_digester_by_hand():
    found = waste_water_methane(
        waste_water=1000.0,
        chemical_oxygen_demand=10.0,
        oxygen_demand_removed=0.8,
        waste_water_methane_capacity=0.25,
        gwp_methane=28.0,
        reference_methane_conversion_factor=0.8,
        reference_uncertainty_factor=0.89,
        project_oxygen_demand_removed=0.9,
        project_digester_leakage=0.05,
        project_effluent_conversion_factor=0.2,
        methane_to_flare=1.0,
        flare_efficiency=0.9,
    )
    assert found.reference == pytest.approx(10 * 0.8 * 0.25 * 0.8 * 0.89 * 28, rel=EXACT)
    leaked, effluent, flared = 10 * 0.9 * 0.25 * 0.05, 10 * 0.1 * 0.25 * 0.2, 0.1
    assert found.project == pytest.approx((leaked + effluent + flared) * 28, rel=EXACT)


def test_methane_sent_to_a_flare_of_unknown_efficiency_counts_in_full():
    without = waste_water_methane(**CHOK_CHAI, reference_methane_conversion_factor=0.5)
    flared = waste_water_methane(
        **CHOK_CHAI, reference_methane_conversion_factor=0.5, methane_to_flare=10.0
    )
    assert flared.project - without.project == pytest.approx(10 * 28, rel=1e-9)


def test_the_reference_of_a_lagoon_lies_below_bau_by_the_correction_and_the_capture():
    inputs = inputs_of(lagoon_methane) | {"lagoon_temperature": np.full(YEARS, 25.0)}
    found = lagoon_methane(**inputs)
    ratio = (
        inputs["reference_uncertainty_factor"]
        * (1 - inputs["reference_captured_share"])
        / (1 - inputs["bau_captured_share"])
    )
    assert (found.bau > 0).all()
    assert found.reference == pytest.approx(found.bau * ratio, rel=EXACT)


@pytest.mark.parametrize("function", ALL_DESCRIBED, ids=lambda f: f.__name__)
@pytest.mark.parametrize("level", ["bau", "reference", "project"])
def test_the_equation_is_the_code(function, level):
    for seed in range(3):
        inputs = inputs_of(function, seed)
        plain = function.__method__.equations[f"{level}_emissions"].plain
        expected = eval(plain, {"np": np}, inputs)
        assert getattr(function(**inputs), level) == pytest.approx(expected, rel=EXACT)


@pytest.mark.parametrize("function", ALL_DESCRIBED, ids=lambda f: f.__name__)
def test_the_equations_name_every_input_and_no_other(function):
    found = function.__method__
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
@pytest.mark.parametrize("leading", [(), (2,)])
def test_results_have_the_full_shape_where_only_one_input_has_it(function, leading):
    inputs = inputs_of(function)
    inputs["gwp_methane"] = np.full((*leading, YEARS), 28.0)
    for name in set(inputs) - {"gwp_methane", *BY_LIVESTOCK}:
        inputs[name] = 0.5
    for name in set(inputs) & set(BY_LIVESTOCK):
        inputs[name] = np.ones((LIVESTOCK, 1))
    for level in function(**inputs)[:4]:
        assert level.shape == (*leading, YEARS)


@unhurried
@given(factor=st.floats(1e-3, 1e3))
def test_emissions_scale_with_the_activity(factor):
    for function, activity in (
        (waste_water_methane, "waste_water"),
        (lagoon_methane, "waste_water"),
        (manure_methane, "animals"),
    ):
        inputs = inputs_of(function) | {"methane_to_flare": np.zeros(YEARS)}
        once = function(**inputs)
        more = function(**(inputs | {activity: inputs[activity] * factor}))
        for level in ("bau", "reference", "project"):
            expected = getattr(once, level) * factor
            assert getattr(more, level) == pytest.approx(expected, rel=1e-9)


def test_the_unit_in_which_the_methane_capacity_is_written_changes_nothing():
    bare = {k: v for k, v in CHOK_CHAI.items() if k != "waste_water_methane_capacity"}
    written = [
        waste_water_methane(
            **bare, reference_methane_conversion_factor=0.5, waste_water_methane_capacity=text
        ).reference
        for text in (0.21, "0.21 kg/kg", "210 kg/t")
    ]
    assert written == pytest.approx([written[0]] * 3, rel=EXACT)


def test_the_conversion_factors_of_waste_water_are_those_of_bonsai_ipcc():
    names = {
        "shallow_lagoon": "coll_treat_anaerob_f-lagoons",
        "anaerobic_reactor": "coll_treat_anaerob_a-reactors",
        "stagnant_sewer": "coll_untreat_sewer-stagnant",
        "septic_tank": "uncoll_septic-tanks",
        "dry_latrine": "uncoll_latrines_small",
        "communal_latrine": "uncoll_latrines_communal",
        "wet_latrine": "uncoll_latrines_wet",
        "aerobic_plant": "coll_treat_aerob_centralised_industry",
    }
    values = dict(tables()["methane_conversion_factor"]["values"])
    assert values.pop("deep_lagoon")["standing"] == "from memory"  # bonsai-ipcc does not tell them
    assert values == {
        kind: default("waste/wastewater/par_mcf_wwatertreat", activity=name)
        for kind, name in names.items()
    }


def test_the_conversion_factors_of_manure_are_those_of_bonsai_ipcc():
    names = {
        "uncovered_lagoon": "lagoon",
        "liquid_slurry": "liquid-slurry-nocover",
        "pit_long": "pit-long",
        "pit_short": "pit-short",
        "solid_storage": "solid-storage",
        "dry_lot": "drylot",
        "daily_spread": "daily-spread",
        "pasture": "pasture",
    }
    assert tables()["manure_conversion_factor"]["values"] == {
        kind: default(
            "agriculture/livestock_manure/par_mcf_v4c10",
            activity=name,
            climate_zone="tropical",
            moisture_regime="wet",
        )
        for kind, name in names.items()
    }


@pytest.mark.parametrize("productivity", ["high", "low"])
def test_the_methane_capacities_of_manure_are_those_of_bonsai_ipcc(productivity):
    names = {
        "dairy_cattle": "cattle-dairy",
        "other_cattle": "cattle-other",
        "buffalo": "buffalo",
        "swine": "swine-growing",
        "chickens": "poultry-chicken",
        "sheep": "sheep-mature",
        "goats": "goat",
    }
    assert tables()["manure_methane_capacity"]["values"][productivity] == {
        kind: default(
            "agriculture/livestock_manure/par_b0",
            region="ASI",
            product=f"{name}_{productivity[0]}p",
        )
        for kind, name in names.items()
    }


def test_the_density_of_methane_is_that_of_bonsai_ipcc():
    with_nothing_else = elementary("agriculture.livestock_manure").ef_mm(1 / 365, 1, 1, 1)
    assert input_variable("methane_density").default == pytest.approx(with_nothing_else, rel=EXACT)
