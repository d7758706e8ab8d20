"""BaU and reference as they move over time: the functions by hand, the settings in a scenario."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import jcm_models as jcm
from jcm_models import levels
from jcm_models.level_settings import OWN, RULE_EQUATIONS, RULES
from jcm_models.levels_over_time import _RULES
from jcm_models.periods import years_assessed
from jcm_models.problems import ScenarioError
from tests.examples import USUAL, changed, load, write

YEARS = np.arange(2020, 2031)
SHARES = st.floats(0, 1)

LEVELLED = """\
title: Levels
question: How far does the reference lie below business as usual?
host: IDN
years: {first: 2020, last: 2030}
project:
  method: displaced_electricity
  electricity_supplied: 1000
  reference_emission_factor: 0.8
  bau_emission_factor: 1
allocation:
  shares: {japan_government: 1}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("levels")


def compute(folder, **changes):
    keys = {key.replace("__", "."): value for key, value in changes.items()}
    return jcm.compute(load(folder, LEVELLED, keys))


def test_growth_compounds_from_its_year():
    factor = levels.growth_factor(YEARS, np.full(11, 0.02), 2022)
    np.testing.assert_allclose(factor[[0, 2, 3, 10]], [1, 1, 1.02, 1.02**8], rtol=1e-15)


def test_a_stock_is_replaced_in_equal_parts():
    factor = levels.turnover_factor(YEARS, np.full(11, 0.6), 2020, np.full(11, 8.0))
    np.testing.assert_allclose(factor[[0, 4, 8, 10]], [1, 0.8, 0.6, 0.6], rtol=1e-15)


def test_a_grid_decarbonises_down_to_its_floor():
    factor = levels.decarbonisation_factor(YEARS, np.full(11, 0.1), 2020, np.full(11, 0.5))
    np.testing.assert_allclose(factor[[0, 1, 6, 7, 10]], [1, 0.9, 0.9**6, 0.5, 0.5], rtol=1e-15)


def test_an_ndc_is_reached_on_a_straight_way_and_stays():
    share = levels.ndc_reduction(YEARS, np.full(11, 0.3), 2022, 2028)
    np.testing.assert_allclose(share[[0, 2, 5, 8, 10]], [0, 0, 0.15, 0.3, 0.3], rtol=1e-15)


def test_a_mixture_is_the_lowest_the_average_or_weighted():
    candidates = np.array([[10.0, 20.0], [30.0, 10.0]])
    assert levels.mixture(candidates, "lowest").tolist() == [10, 10]
    assert levels.mixture(candidates, "average").tolist() == [20, 15]
    weights = np.array([[0.25, 0.25], [0.75, 0.75]])
    assert levels.mixture(candidates, "weighted", weights).tolist() == [25, 12.5]


@given(st.floats(0, 1e9), SHARES)
def test_no_share_below_bau_lies_above_it(bau, share):  # E1
    found = levels.below(np.array([bau]), np.array([share]))
    assert 0 <= found[0] <= bau


def test_years_are_assessed_at_the_start_and_at_each_renewal():
    assert years_assessed(YEARS, (2025,)).tolist() == [2020] * 5 + [2025] * 6
    assert years_assessed(YEARS, ()).tolist() == [2020] * 11
    assert years_assessed(YEARS, (2024, 2027)).tolist() == [2020] * 4 + [2024] * 3 + [2027] * 4


def test_every_rule_has_its_computation_and_its_equation():
    assert set(RULES) == set(RULE_EQUATIONS) == {OWN, *_RULES}


def test_bau_grows_is_replaced_and_decarbonises_at_once(folder):
    found = compute(
        folder,
        bau__growth={"rate": "2 %", "since": 2020},
        bau__stock_turnover={"emissions_of_new": 0.9, "lifetime": 10, "since": 2020},
        bau__grid_decarbonisation={"rate": "1 %", "since": 2025},
    )
    expected = 1000 * 1.02**10 * 0.9 * 0.99**5
    np.testing.assert_allclose(found["bau_emissions"][-1], expected, rtol=1e-12)
    np.testing.assert_allclose(found["component_bau_emissions"][0], 1000)


def test_bau_may_be_a_given_pathway(folder):
    series = {"series": {2020: 1000, 2030: 2000}}
    found = compute(folder, bau__emissions=series, project__bau_emission_factor=None)
    np.testing.assert_allclose(found["bau_emissions"][[0, 5, 10]], [1000, 1500, 2000])


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"ndc": {"reduction": "30 %", "since": 2020, "target_year": 2030}}, (1000, 850, 700)),
        ({"current_policies": {"reduction": {"series": {2020: 0, 2030: 0.5}}}}, (1000, 750, 500)),
        ({"best_technology": {"emissions_share": 0.75}}, (750, 750, 750)),
        ({"conservative_factor": {"factor": "90 %"}}, (900, 900, 900)),
        (
            {
                "historical": {
                    "emissions": {"average_of": {2017: 880, 2018: 900, 2019: 920}},
                    "band": "5 %",
                }
            },
            (855, 855, 855),
        ),
        ({"pathway": {"emissions": {"series": {2020: 900, 2030: 400}}}}, (900, 650, 400)),
    ],
    ids=lambda given: next(iter(given)) if isinstance(given, dict) else "",
)
def test_each_rule_alone_sets_the_reference(folder, settings, expected):
    found = compute(folder, reference={"own": "not_used", **settings})
    np.testing.assert_allclose(found["reference_emissions"][[0, 5, 10]], expected, rtol=1e-12)
    below = 1 - np.array(expected) / 1000
    np.testing.assert_allclose(found["reference_below_bau"][[0, 5, 10]], below, atol=1e-12)
    assert found["rule"].tolist() == [next(iter(settings))]


def test_rules_are_mixed_as_the_scenario_says(folder):
    ndc = {"reduction": "40 %", "since": 2020, "target_year": 2030}
    lowest = compute(folder, reference={"ndc": ndc})  # beside the method's own 0.8
    np.testing.assert_allclose(lowest["reference_emissions"][[0, 5, 10]], [800, 800, 600])
    average = compute(folder, reference={"ndc": ndc, "combine": "average"})
    np.testing.assert_allclose(average["reference_emissions"][[0, 5, 10]], [900, 800, 700])
    weights = {"own": 0.25, "ndc": 0.75}
    weighted = compute(folder, reference={"ndc": ndc, "combine": "weighted", "weights": weights})
    np.testing.assert_allclose(weighted["reference_emissions"][[0, 10]], [950, 650])
    assert weighted["rule"].tolist() == ["own", "ndc"]
    np.testing.assert_allclose(weighted["reference_by_rule"][1][[0, 10]], [1000, 600])


def test_the_ndc_of_the_partner_is_the_default_and_has_its_source(folder):
    scenario = load(folder, LEVELLED, {"reference.ndc": {}, "reference.own": "not_used"})
    found = jcm.compute(scenario)
    np.testing.assert_allclose(found["reference_below_bau"][-1], 0.3189)
    (given,) = [g for g in scenario.inputs() if g.path == "reference.ndc.reduction"]
    assert given.value.standing == "published"
    assert given.value.source.startswith("Enhanced NDC of Indonesia")
    assert given.place.file == "jcm_models/defaults.yaml"
    assert given.place.line > 1


def test_a_reference_left_out_of_the_method_is_measured_from_its_bau(folder):
    found = compute(
        folder,
        project__reference_emission_factor=None,
        reference={"own": "not_used", "conservative_factor": {"factor": 0.9}},
    )
    np.testing.assert_allclose(found["reference_emissions"], 900)


FALLING = {"series": {2020: 0.8, 2030: 0.3}}


def test_a_reference_held_between_renewals_is_that_of_the_last_assessment(folder):
    found = compute(
        folder,
        project__reference_emission_factor=FALLING,
        crediting={"renewals": ["2025-01-01"]},
        reference={"assessed": "at_renewal"},
    )
    np.testing.assert_allclose(found["reference_emissions"], [800] * 5 + [550] * 6)
    yearly = compute(folder, project__reference_emission_factor=FALLING)
    np.testing.assert_allclose(yearly["reference_emissions"], np.linspace(800, 300, 11))


def test_the_explanation_of_a_held_reference_shows_the_number_of_its_assessment(folder):
    changes = {
        "project.reference_emission_factor": FALLING,
        "crediting.renewals": ["2025-01-01"],
        "reference.assessed": "at_renewal",
        "operation": {"start": "2020-07-01"},
    }
    changes["project.reference_emission_factor"] = {
        "series": {2020: 0.8, 2025: 0.5, 2028: 0.4, 2030: 0.3}
    }
    dataset = jcm.simulate(load(folder, LEVELLED, changes))
    text = str(jcm.explain(dataset, "reference_emissions", 2028))
    assert "reference_emissions[2028] = 500 tCO₂e/yr" in text
    assert "project.reference_emission_factor = 0.5 tCO2e/MWh" in text.replace("₂", "2")
    assert "share of the year in operation (from 2020-07-01)" in text


def test_a_held_reference_above_bau_is_refused_or_lowered(folder):
    changes = {
        "project__reference_emission_factor": 0.8,
        "project__bau_emission_factor": {"series": {2020: 1, 2030: 0.5}},
    }
    with pytest.raises(ScenarioError, match="lies above BaU in 2025"):
        compute(folder, **changes)
    found = compute(folder, **changes, reference={"above_bau": "lowered"})
    np.testing.assert_allclose(found["reference_emissions"][[0, 4, 5, 10]], [800, 800, 750, 500])


def test_activity_starts_in_the_middle_of_a_year_and_ends_with_the_lifetime(folder):
    found = compute(folder, operation={"start": "2021-07-02", "lifetime": "5 yr"})
    share = (365 - 182) / 365
    reference = found["reference_emissions"]
    np.testing.assert_allclose(reference[[0, 1, 2, 5]], [0, 800 * share, 800, 800], rtol=1e-12)
    assert 0 < reference[6] < 800
    np.testing.assert_allclose(reference[7:], 0)
    days = reference.sum() / 800 * 365
    assert abs(days - 5 * 365.2425) < 2


def test_a_first_year_is_not_counted_in_part_twice(folder):
    operation = {"start": "2021-07-02"}
    found = compute(folder, operation=operation, crediting={"start": "2021-07-02"})
    share = (365 - 182) / 365
    np.testing.assert_allclose(found["emission_reductions"][1], 800 * share, rtol=1e-12)
    assert found["credits_issued"][:3].tolist() == [0, int(800 * share), 800]
    later = compute(folder, operation=operation, crediting={"start": "2021-10-01"})
    assert later["credits_issued"][1] == int(800 * 92 / 365)


def test_activity_grows_and_ages(folder):
    ageing = {"value": "1 GWh/yr", "yearly_change": "-0.5 %", "since": 2020}
    found = compute(folder, project__electricity_supplied=ageing)
    np.testing.assert_allclose(found["bau_emissions"], 1000 * 0.995 ** np.arange(11))


def test_a_growth_rate_that_changes_compounds_year_by_year(folder):
    rates = {"series": {2020: "10 %", 2025: "10 %", 2026: 0, 2030: 0}}
    found = compute(folder, bau__growth={"rate": rates, "since": 2020})["bau_emissions"]
    np.testing.assert_allclose(found[:6], 1000 * 1.1 ** np.arange(6))
    np.testing.assert_allclose(found[6:], 1000 * 1.1**5)
    earlier = compute(folder, bau__growth={"rate": "2 %", "since": 2018})["bau_emissions"]
    np.testing.assert_allclose(earlier, 1000 * 1.02 ** np.arange(2, 13))


def test_a_change_begins_with_its_year_and_not_before(folder):
    later = {"value": 1000, "yearly_change": "10 %", "since": 2028}
    found = compute(folder, project__electricity_supplied=later)["bau_emissions"]
    np.testing.assert_allclose(found, [1000] * 9 + [1100, 1210])


def test_without_not_used_an_input_of_bau_is_none_of_the_reference(folder):
    changes = {
        "host": "VNM",
        "project": {
            "method": "cogeneration",
            "electricity_supplied": 100,
            "heat_supplied": 10,
            "cooling_supplied": 50,
            "reference_emission_factor": 0.5,
            "reference_boiler_efficiency": 0.9,
            "reference_fuel_kind": "diesel",
            "project_fuel": 1,
            "project_fuel_kind": "natural_gas",
            "bau_cooling_performance": 4,
        },
    }
    with pytest.raises(ScenarioError, match="cooling_performance must be given"):
        load(folder, LEVELLED, changes)


def test_the_explanation_shows_the_number_of_the_year(folder):
    dataset = jcm.simulate(
        load(
            folder,
            LEVELLED,
            {
                "project.electricity_supplied": {"series": {2020: 1000, 2030: 2000}},
                "project.bau_emission_factor": {"value": 1, "yearly_change": "-1 %", "since": 2020},
                "project.reference_emission_factor": 0.95,
                "reference": {"above_bau": "lowered"},
            },
        )
    )
    text = str(jcm.explain(dataset, "reference_emissions", 2029))
    assert (
        "project.electricity_supplied = 1,900 MWh/yr in 2029, of 1,000 (2020) to 2,000"
        in text.replace("₂", "2")
    )
    assert "min(sum of component_reference_emissions over the components, bau_emissions)" in text
    assert "project.bau_emission_factor = 0.91352 tCO2e/MWh in 2029" in text.replace("₂", "2")


def test_weights_that_change_are_explained_and_checked_in_every_year(folder):
    reference = {
        "conservative_factor": {"factor": 0.9},
        "combine": "weighted",
        "weights": {
            "own": {"series": {2020: 1, 2030: 0}},
            "conservative_factor": {"series": {2020: 0, 2030: 1}},
        },
    }
    dataset = jcm.simulate(load(folder, LEVELLED, {"reference": reference}))
    np.testing.assert_allclose(dataset["reference_emissions"], np.linspace(800, 900, 11))
    assert "reference.weights.own = 50" in str(jcm.explain(dataset, "reference_emissions", 2025))


WRONG = {
    "a discount that grows beyond 1": (
        {"crediting.discount": {"value": 0.95, "yearly_change": "5 %", "since": 2020}},
        "crediting.discount",
        "becomes 1.04737 in 2022; allowed is 0 to 1",
    ),
    "a reserve that grows beyond 1": (
        {"reserve.rate": {"value": 0.5, "yearly_change": "20 %", "since": 2020}},
        "reserve.rate",
        "in 2024; allowed is 0 to 1",
    ),
    "weights that fall short later": (
        {
            "reference": {
                "conservative_factor": {"factor": 0.9},
                "combine": "weighted",
                "weights": {"own": {"series": {2020: 0.5, 2030: 0.1}}, "conservative_factor": 0.5},
            }
        },
        "reference.weights",
        "add up to 0.96 in 2021",
    ),
    "a lifetime that changes": (
        {"operation": {"start": "2020-01-01", "lifetime": {"series": {2020: 3, 2030: 20}}}},
        "operation.lifetime",
        "one number is needed",
    ),
    "a year beyond all years": (
        {"bau.growth": {"rate": 0.1, "since": -99999}},
        "bau.growth.since",
        "greater than or equal to 1900",
    ),
    "a day beyond all days": (
        {"operation.start": "9950-07-01"},
        "operation.start",
        "2300",
    ),
    "a level of BaU that falls below the reference": (
        {"bau.grid_decarbonisation": {"rate": 0.1, "since": 2020}},
        "project.reference_emission_factor",
        "must not exceed bau.grid_decarbonisation",
    ),
    "an NDC without BaU": (
        {"project.bau_emission_factor": None, "reference.ndc": {}},
        "reference.ndc",
        "needs business as usual",
    ),
    "growth of an unknown BaU": (
        {"project.bau_emission_factor": None, "bau.growth": {"rate": 0.1, "since": 2020}},
        "bau.growth",
        "needs business as usual",
    ),
    "no rule at all": ({"reference.own": "not_used"}, "reference.own", "leaves no reference"),
    "an NDC that nobody knows": (
        {"host": "KAZ", "reference.ndc": {}},
        "reference.ndc.reduction",
        "no target below BaU is known for Kazakhstan",
    ),
    "a target before its start": (
        {"reference.ndc": {"reduction": 0.1, "since": 2030}},
        "reference.ndc.target_year",
        "not after reference.ndc.since: 2030",
    ),
    "weights of other rules": (
        {
            "reference": {
                "conservative_factor": {"factor": 0.9},
                "combine": "weighted",
                "weights": {"own": 0.5, "ndc": 0.5},
            }
        },
        "reference.weights",
        "the rules are own, conservative_factor",
    ),
    "weights that are not all": (
        {
            "reference": {
                "conservative_factor": {"factor": 0.9},
                "combine": "weighted",
                "weights": {"own": 0.5, "conservative_factor": 0.4},
            }
        },
        "reference.weights",
        "add up to 0.9",
    ),
    "weights for nothing": (
        {"reference": {"weights": {"own": 1}}},
        "reference.weights",
        "combine: weighted only",
    ),
    "weighted without weights": (
        {"reference": {"combine": "weighted"}},
        "reference.combine",
        "needs reference.weights",
    ),
    "a lifetime from nowhere": ({"operation.lifetime": 5}, "operation.lifetime", "is missing"),
    "an operation at another time": (
        {"operation.start": "2035-01-01"},
        "operation",
        "lies outside 2020 to 2030",
    ),
    "held without renewals": (
        {"reference.assessed": "at_renewal"},
        "reference.assessed",
        "needs crediting.renewals",
    ),
    "a renewal too early": (
        {"crediting.renewals": ["2019-01-01"]},
        "crediting.renewals",
        "lies after the first year, 2020",
    ),
    "a rule that is none": ({"reference.ndcs": {}}, "reference.ndcs", "did you mean ndc?"),
    "a reference share above 1": (
        {"reference.best_technology": {"emissions_share": 1.2}},
        "reference.best_technology.emissions_share",
        "allowed is 0 to 1",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_does_not_fit_is_named_with_its_key_and_line(folder, name):
    changes, key, words = WRONG[name]
    path = write(folder, changed(LEVELLED, changes))
    with pytest.raises(ScenarioError) as caught:
        jcm.load_scenario(path)
    (problem,) = [p for p in caught.value.problems if p.path == key]
    assert words in problem.message
    assert problem.place.line


def test_the_usual_example_needs_no_rules_and_says_how_far_below_it_lies(folder):
    found = jcm.compute(load(folder, USUAL))
    np.testing.assert_allclose(found["reference_below_bau"], 1 - 0.319 / 0.542)
    assert "reference_by_rule" not in found


def test_the_way_down_from_a_reference_by_rules_reaches_every_number(folder):
    changes = {
        "reference.ndc": {"reduction": {"value": "30 %", "source": "The NDC"}},
        "bau.growth": {"rate": 0.01, "since": 2020},
    }
    dataset = jcm.simulate(load(folder, LEVELLED, changes))
    text = str(jcm.explain(dataset, "reference_emissions", 2025))
    for words in (
        "lowest of reference_by_rule",
        "reference_by_rule[own, 2025]",
        "component_reference_emissions[displaced_electricity, 2025]",
        "project.reference_emission_factor = 0.8 tCO2e/MWh",
        "reference.ndc.reduction = 30",
        "source: The NDC",
        "bau.growth.rate = 1",
    ):
        assert words in text, words
