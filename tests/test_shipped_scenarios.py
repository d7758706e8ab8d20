"""Every project type that the sources name is there, plausible, with its sources; yields hold."""

import re

import numpy as np
import pytest
import yaml

import jcm_models as jcm
from jcm_models.figures.outcome import outcome_parts
from jcm_models.sections import SECTIONS
from jcm_models.wording import Words
from tests.examples import SHIPPED

# Published yields [tCO2/yr], with where they are published; each within 1 %, on average over the
# years of full operation inside the crediting period.
YIELDS = {
    # Ministry of the Environment, Japan (30 November 2020)
    "indonesia_cement_waste_heat": 122_000,
    "myanmar_waste_to_energy": 4_732,
    "thailand_floating_solar": 2_552,
    "viet_nam_transformers": 7_972,
    # GEC, National Institute for Environmental Studies, Ministry of the Environment and others
    "mongolia_darkhan_solar": 14_746,
    "thailand_rooftop_solar": 491,
    "viet_nam_rooftop_solar": 3_618,
    "viet_nam_solar_57mw": 28_208,
    "kenya_solar_38mw": 36_390,
    "lao_solar_11mw": 4_784,
    "georgia_solar_43mw": 21_501,
    "viet_nam_waste_to_energy": 41_805,
    "viet_nam_rice_husk_power": 22_315,
    "viet_nam_hospital_air_conditioners": 574,
    "maldives_waste_to_energy": 40_417,
    "costa_rica_electric_taxis": 1_214,
    "thailand_starch_waste_water": 57_997,
}
FIRST_YEAR = {name for name in YIELDS if "solar" in name}  # panels age from then on

# The list of the Ministry of the Environment, Japan (23 January 2025).
MINISTRY = {
    "chile_solar",
    "indonesia_small_hydro",
    "philippines_biogas_power",
    "philippines_binary_geothermal",
    "indonesia_refrigerators",
    "indonesia_refinery_optimisation",
    "indonesia_convenience_stores",
    "viet_nam_transformers",
    "lao_transformers",
    "indonesia_base_stations",
    "thailand_once_through_boiler",
    "viet_nam_waste_to_energy",
    "lao_redd_plus",
    "philippines_f_gas_destruction",
    "indonesia_cng_diesel_bus",
    "thailand_gas_cogeneration",
}
# Feasibility studies of FY2024: METI (27 February 2025).
FEASIBILITY = {
    "kazakhstan_wind",
    "moldova_methane_fermentation",
    "georgia_waste_derived_fuel",
    "thailand_flexographic_printing",
    "thailand_biochar",
    "viet_nam_green_hydrogen",
    "uzbekistan_wind",
    "papua_new_guinea_hybrid_solar",
    "india_cow_dung_biogas",
    "india_waste_to_steam",
    "india_bioethanol",
    "india_compressed_biogas",
    "costa_rica_battery_locomotives",
    "chile_solar_thermal_mining",
    "philippines_biomass_power",
    "philippines_base_stations",
    "brazil_biomass_power",
}
LARGEST = 5e6  # tCO2/yr of one project; larger ones are slips

each_scenario = pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)


@pytest.fixture(scope="module")
def results():
    return {path.stem: jcm.compute(jcm.load_scenario(path)) for path in SHIPPED}


def test_every_project_type_of_the_sources_has_its_scenario():
    assert MINISTRY | FEASIBILITY | set(YIELDS) <= {path.stem for path in SHIPPED}
    assert len(FEASIBILITY) == 17
    assert len(SHIPPED) >= 50


def full_years(scenario):
    """Return in which years a project operates and is credited from the first day to the last."""
    return (scenario.share_operating == 1) & (scenario.share_credited == 1)


@pytest.mark.parametrize("name", YIELDS)
def test_a_published_yield_is_reproduced_within_one_per_cent(results, name):
    found = results[name]["emission_reductions"][full_years(results[name].scenario)]
    yearly = found[0] if name in FIRST_YEAR else np.mean(found)
    assert yearly == pytest.approx(YIELDS[name], rel=0.01)


@pytest.mark.parametrize("name", ["thailand_floating_solar", "indonesia_cement_waste_heat"])
def test_a_yield_that_is_a_product_of_two_numbers_is_exact_to_the_tonne(results, name):
    found = results[name]["emission_reductions"][full_years(results[name].scenario)]
    np.testing.assert_allclose(found, YIELDS[name], atol=1)


def test_the_refrigerators_of_the_design_document_bring_25_credits_a_year(results):
    found = results["indonesia_refrigerators"]
    assert set(found["credits_issued"][full_years(found.scenario)]) == {25}


@each_scenario
def test_a_project_reduces_emissions_by_a_plausible_amount(results, path):
    found = results[path.stem]
    reductions = found["emission_reductions"][full_years(found.scenario)]
    assert reductions.size
    assert 0 < np.mean(reductions) < LARGEST * found.scenario.storage.number_of_sites
    assert found["credits_issued"].sum() > 0


@each_scenario
def test_the_reference_lies_at_or_below_bau_and_above_nothing(results, path):  # E1
    found = results[path.stem]
    assert (found["reference_emissions"] >= 0).all()
    if "bau_emissions" in found:
        assert (found["reference_emissions"] <= found["bau_emissions"] * (1 + 1e-12)).all()
        assert (found["reference_below_bau"] > -1e-12).all()


@each_scenario
def test_every_number_has_a_source_or_says_that_it_has_none(path):
    for given in jcm.load_scenario(path).inputs():
        value = given.value
        if value.standing in {"published", "derived"}:
            assert value.source, given.path
        else:
            assert not value.source, f"{given.path}: {value.standing} and yet with a source"


@each_scenario
def test_it_is_named_in_both_languages_and_says_what_to_know(path):
    scenario = jcm.load_scenario(path)
    assert scenario.title.ja
    assert scenario.question.ja
    assert scenario.notes
    assert path.read_text().startswith("# yaml-language-server: $schema=scenario.schema.json\n# ")
    assert "extends" in yaml.safe_load(path.read_text())


@each_scenario
def test_no_source_names_a_folder_of_this_machine(path):
    text = path.read_text()
    assert "shared/" not in text
    assert not re.search(r"\bdigest\b", text.lower())
    assert "/work" not in text


def test_the_levels_are_set_in_many_ways():
    scenarios = [jcm.load_scenario(path) for path in SHIPPED]
    rules = {rule for scenario in scenarios for rule in scenario.reference.rules}
    assert {"own", "ndc", "current_policies"} <= rules
    ways = {way for s in scenarios for way in type(s.bau).model_fields if getattr(s.bau, way)}
    assert {"grid_decarbonisation", "stock_turnover"} <= ways
    assert any(s.reference.assessed == "at_renewal" for s in scenarios)
    assert any(len(scenario.parts) >= 3 for scenario in scenarios)
    families = {part.method.family for scenario in scenarios for part in scenario.parts}
    assert len(families) == 12  # all ten, project emissions and leakage


@each_scenario
def test_its_page_has_every_section_and_no_raw_name(results, path):
    words = Words("en")
    found = results[path.stem]
    page = "".join(section(found, words) for section in SECTIONS.values())
    text = re.sub(r"<[^>]+>", " ", page)
    assert found.scenario.title.en.split(",")[0] in text.replace("&#39;", "'")
    raw = re.findall(r"\b[a-z]+_[a-z_]+\b", re.sub(r"jcm_models/|\S*\.yaml\S*", "", text))
    assert raw == [], raw
    assert "nan" not in text.split()
    assert not re.search(r"\{\w*\}", text)


@each_scenario
def test_the_parts_of_the_figure_add_up_to_its_total_to_the_tonne(results, path):
    sums = outcome_parts(results[path.stem])
    names = ("unissued", "not_credited", "above", "credited")
    shown = sum(round(sums.get(name, 0.0)) for name in names)
    assert shown == round(sums["total"])
