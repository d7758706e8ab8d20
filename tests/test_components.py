"""A project that combines several methods: its parts add up, and each is checked by itself."""

import numpy as np
import pytest

import jcm_models as jcm
from jcm_models.problems import ScenarioError
from tests.examples import changed, load, problems, write

WASTE = """\
title: Waste to energy
question: How much do burning, power and landfill each count?
host: VNM
years: {first: 2020, last: 2029}
project:
  components:
    landfill:
      title: {en: Methane of the landfill, ja: 埋立地のメタン}
      method: landfill_methane
      climate: tropical_wet
      guidelines: ipcc_2006
      landfill_type: unmanaged_deep
      waste_diverted: {product: [60 t/d, 365 d/yr]}
      waste_composition: {food: 0.6, paper: 0.1, plastics: 0.15, other_inert: 0.15}
      bau_captured_share: 0
    burnt:
      method: waste_incineration
      guidelines: ipcc_2006
      incinerator_type: continuous_stoker
      waste_burnt: 21900
      waste_composition: {food: 0.6, paper: 0.1, plastics: 0.15, other_inert: 0.15}
    power:
      method: displaced-electricity
      electricity_supplied: 5200
      reference_emission_factor: 0.45
      bau_emission_factor: 0.5
allocation:
  shares: {japan_government: 1}
"""
LANDFILL = "project.components.landfill"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("components")


@pytest.fixture(scope="module")
def scenario(folder):
    return load(folder, WASTE)


@pytest.fixture(scope="module")
def dataset(scenario):
    return jcm.simulate(scenario)


@pytest.mark.parametrize("level", ["bau", "reference", "project", "leakage"])
def test_a_project_is_the_sum_of_its_parts(dataset, level):
    parts = dataset[f"component_{level}_emissions"]
    np.testing.assert_allclose(parts.sum("component"), dataset[f"{level}_emissions"], rtol=1e-12)
    assert parts["component"].values.tolist() == ["landfill", "burnt", "power"]


def test_waste_to_energy_is_landfill_and_power_less_the_carbon_burnt_by_hand(dataset):
    last = dataset.sel(year=2029)
    # Tool 04 by its double sum, in the tenth year; defaults of IPCC 2006, wet tropics.
    methane = 0.0
    for share, carbon, rate in ((0.6, 0.15, 0.4), (0.1, 0.4, 0.07)):
        for age in range(10):
            methane += 21_900 * share * carbon * np.exp(-rate * age) * (1 - np.exp(-rate))
    decay = 0.85 * 28 * (1 - 0.1) * 16 / 12 * 0.5 * 0.5 * 0.8 * methane
    parts = last["component_reference_emissions"]
    assert float(parts.sel(component="landfill")) == pytest.approx(decay, rel=1e-12)
    assert float(parts.sel(component="power")) == pytest.approx(5200 * 0.45)
    carbon = 21_900 * (0.15 * 0.75 + 0.15 * 0.9 * 0.03) * 44 / 12
    gases = 21_900 * (0.2 * 28 + 47 * 265) / 1e6
    assert float(last["project_emissions"]) == pytest.approx(carbon + gases, rel=1e-12)


def test_one_part_without_bau_leaves_the_whole_unknown(folder):
    found = jcm.compute(load(folder, WASTE, {f"{LANDFILL}.bau_captured_share": None}))
    assert "bau_emissions" not in found
    assert "unissued_reductions" not in found
    assert found["credits_issued"].any()


def test_the_same_method_may_stand_twice(folder):
    power = {
        "method": "displaced_electricity",
        "electricity_supplied": 100,
        "reference_emission_factor": 1,
    }
    changes = {"project": {"components": {"east": power, "west": power}}}
    found = jcm.compute(load(folder, WASTE, changes))
    np.testing.assert_allclose(found["reference_emissions"], 200)


def test_a_value_inside_a_part_can_be_changed(scenario):
    key = "project.components.power.electricity_supplied"
    more = scenario.with_({key: "10.4 GWh/yr"})
    before, after = jcm.compute(scenario), jcm.compute(more)
    added = after["reference_emissions"] - before["reference_emissions"]
    np.testing.assert_allclose(added, 5200 * 0.45)


def test_every_number_knows_its_part_its_category_and_its_line(scenario):
    given = {number.path: number for number in scenario.inputs()}
    food = given[f"{LANDFILL}.waste_composition.food"]
    assert (food.category, food.value.points, food.place.line) == ("food", (0.6,), 14)
    default = given[f"{LANDFILL}.degradable_carbon.paper"]
    assert default.is_default
    assert default.place.file == "jcm_models/defaults.yaml"
    assert default.value.standing == "published"
    assert not any(path.startswith(f"{LANDFILL}.degradable_carbon.wood") for path in given)


def test_a_default_gives_way_to_a_number_of_the_scenario(folder):
    changes = {f"{LANDFILL}.decay_rate": {"food": 0.2}}
    scenario = load(folder, WASTE, changes)
    given = {n.path: n for n in scenario.inputs() if ".decay_rate." in n.path}
    assert given[f"{LANDFILL}.decay_rate.food"].value.points == (0.2,)
    assert given[f"{LANDFILL}.decay_rate.paper"].is_default


def test_the_set_of_warming_potentials_picks_that_of_methane(folder):
    fifth = jcm.compute(load(folder, WASTE))
    fourth = jcm.compute(load(folder, WASTE, {"gwp": "AR4"}))
    ratio = fourth["component_reference_emissions"][0] / fifth["component_reference_emissions"][0]
    np.testing.assert_allclose(ratio, 25 / 28, rtol=1e-12)


def test_the_explanation_goes_through_each_part_to_its_defaults(dataset):
    text = str(jcm.explain(dataset, "emission_reductions", 2025))
    for words in (
        "sum of component_reference_emissions over the components",
        "component_reference_emissions[landfill, 2025]",
        "component_project_emissions[burnt, 2025]",
        f"{LANDFILL}.waste_diverted = 21,900 t/yr (60 t/d × 365 d/yr)",
        f"{LANDFILL}.decay_rate.food = 0.4 1/yr",
        "at jcm_models/defaults.yaml:",
        "source: CDM Tool 04, Emissions from solid waste disposal sites",
    ):
        assert words in text, words


def test_the_page_shows_the_parts_and_counts_what_is_assumed(folder):
    view = jcm.View(write(folder, WASTE, "shown.yaml"))
    html = view.components.value
    assert "Methane of the landfill" in html
    assert "Burnt" in html
    assert "Waste burnt" in html
    total = len(list(view.scenario.inputs()))
    assumed = sum(given.value.standing == "assumed" for given in view.scenario.inputs())
    assert f"Inputs: {total} in all" in view.question.value
    assert f"{assumed} assumed" in view.question.value
    assert f"Assumed inputs: {assumed}" in view.assumptions.value
    assert "Methane of the landfill: Composition of the waste" in view.inputs.value


WRONG = {
    "an input that is missing, with where its default would come from": (
        {f"{LANDFILL}.climate": None},
        f"{LANDFILL}.decay_rate",
        (
            "missing; ",
            "Rate of decay [1/yr, by waste] is needed",
            "or choose climate (climate of the landfill: tropical_wet, tropical_dry",
        ),
    ),
    "a required input": (
        {f"{LANDFILL}.waste_diverted": None},
        f"{LANDFILL}.waste_diverted",
        ("missing; Waste kept out of the landfill (wet weight) [t/yr] is needed",),
    ),
    "a choice that is none": (
        {f"{LANDFILL}.climate": "tropic_wet"},
        f"{LANDFILL}.climate",
        ("found 'tropic_wet', did you mean tropical_wet?",),
    ),
    "a category that is none": (
        {f"{LANDFILL}.waste_composition": {"foood": 1}},
        f"{LANDFILL}.waste_composition.foood",
        ("found 'foood', did you mean food?",),
    ),
    "a composition that is not all": (
        {f"{LANDFILL}.waste_composition": {"food": 0.5, "paper": 0.4}},
        f"{LANDFILL}.waste_composition",
        ("adds up to 0.9 in 2020; the shares must add up to 1",),
    ),
    "a composition as one number": (
        {f"{LANDFILL}.waste_composition": 0.5},
        f"{LANDFILL}.waste_composition",
        ("found 0.5",),
    ),
    "an unknown method": (
        {"project.components.power.method": "displaced_electricty"},
        "project.components.power.method",
        ("did you mean displaced_electricity?",),
    ),
    "no method": (
        {"project.components.power.method": None},
        "project.components.power.method",
        ("the name of a method is needed in each component",),
    ),
    "an unknown key in a part": (
        {"project.components.power.electricity_suplied": 1},
        "project.components.power.electricity_suplied",
        ("unknown key, did you mean electricity_supplied?",),
    ),
    "a name that a number or a text uses": (
        {"project": {"components": {"product": {"method": "displaced_electricity"}}}},
        "project.components.product",
        ("which means something else in a number or a text",),
    ),
    "a name of two words": (
        {"project": {"components": {"my part": {"method": "displaced_electricity"}}}},
        "project.components.my part",
        ("the name of a component is one word",),
    ),
    "an amount without the factor it needs": (
        {
            "project": {
                "method": "displaced_heat",
                "heat_supplied": 10,
                "reference_boiler_efficiency": 0.9,
                "reference_fuel_kind": "diesel",
                "project_fuel": 5,
            }
        },
        "project",
        (
            "project_fuel is given; project_fuel_heating_value and project_fuel_emission_factor",
            "or choose project_fuel_kind (fuel",
        ),
    ),
    "more vented than captured": (
        {
            "project": {
                "method": "co2_storage",
                "co2_captured": 100,
                "reference_co2_emitted_share": 1,
                "co2_vented": 200,
            }
        },
        "project",
        ("falls below zero",),
    ),
    "a factor by category that one category lacks": (
        {
            "project": {
                "method": "output_benchmark",
                "output_supplied": {"steel": 10, "slag": 5},
                "reference_specific_emissions": {"steel": 2, "slag": 1},
                "bau_specific_emissions": {"steel": 3},
            }
        },
        "project.bau_specific_emissions",
        ("missing for slag", "[tCO2e/output, by output] is needed"),
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_mistake_in_a_part_is_named_with_what_is_allowed(folder, name):
    changes, key, words = WRONG[name]
    found = problems(write(folder, changed(WASTE, changes)))
    (problem,) = [each for each in found if each.path == key]
    for text in words:
        assert text in problem.message
    assert problem.place.line


def test_the_mistakes_of_all_parts_come_together(folder):
    changes = {
        f"{LANDFILL}.waste_diverted": "60 kg",
        "project.components.burnt.incinerator_type": "fire",
        "project.components.power.electricity_supplied": None,
        "crediting.discount": 2,
    }
    with pytest.raises(ScenarioError) as caught:
        load(folder, WASTE, changes)
    found = {problem.path for problem in caught.value.problems}
    assert set(changes) <= found
    assert len(found) == len(changes)
