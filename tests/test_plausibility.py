"""What is allowed but hardly true is warned of, with the reason and what is usual."""

import pytest
import yaml

import jcm_models as jcm
from jcm_models.plausibility import warnings_of
from tests.commands import jcm as command
from tests.examples import SHIPPED, write

FRAME = """\
title: Doubtful
question: Is it so?
host: {host}
years: {{first: 2020, last: 2024}}
project: {project}
allocation:
  shares: {{japan_government: 1}}
"""
SOLAR = {
    "method": "displaced_electricity",
    "electricity_supplied": 8000,
    "reference_emission_factor": 0.319,
    "bau_emission_factor": 0.5421,
}
COOLING = {
    "method": "efficient_cooling",
    "electricity_consumed": 347.2,
    "project_performance": 6,
    "reference_performance": 5,
    "electricity_emission_factor": 0.741,
}
BOILER = {
    "method": "efficient_boiler",
    "heat_supplied": 10_000,
    "reference_boiler_efficiency": 0.89,
    "project_boiler_efficiency": 0.95,
    "reference_fuel_kind": "natural_gas",
    "project_fuel_kind": "natural_gas",
}


def warned(folder, project, host="THA"):
    path = write(
        folder,
        FRAME.format(
            host=host,
            project=yaml.safe_dump(project, default_flow_style=True, width=10_000).strip(),
        ),
    )
    return {problem.path: problem for problem in warnings_of(jcm.load_scenario(path))}


DOUBTS = {
    # JCM_ID_AM002, project ID009: 42,826,880 "MWh" of one factory, whose chiller took 347.2 MWh.
    "a factory that uses 42 TWh": (
        {**COOLING, "electricity_consumed": 42_826_880},
        "IDN",
        "project.electricity_consumed",
        ("usual for one project is 0 to 5,000,000 MWh/yr", "a thousand times too large", "42,827"),
    ),
    "a capacity factor above one": (
        {**SOLAR, "capacity": 0.9},
        "THA",
        "project.electricity_supplied",
        ("a capacity factor of 101", "at most 7,884 MWh a year"),
    ),
    "a boiler above 100 %": (
        {**BOILER, "project_boiler_efficiency": 1.09},
        "THA",
        "project.project_boiler_efficiency",
        ("usual for one project is 60", "more heat than the fuel holds"),
    ),
    "a factor a thousand times too small": (
        {**SOLAR, "bau_emission_factor": 0.0005421, "reference_emission_factor": 0.000319},
        "THA",
        "project.bau_emission_factor",
        ("far from the grid of Thailand: 0.5421", "Siam Solar Energy 1"),
    ),
    "a grid factor far from the country's": (
        {**SOLAR, "bau_emission_factor": 1.2},
        "THA",
        "project.bau_emission_factor",
        ("found 1.2 tCO2e/MWh, far from the grid of Thailand",),
    ),
    "a project no better than its reference": (
        {**COOLING, "project_performance": 5},
        "IDN",
        "project.project_performance",
        ("no better than reference_performance 5", "brings no reduction"),
    ),
    "a shallow reservoir": (
        {
            "method": "hydro_electricity",
            "electricity_supplied": 20_000,
            "reference_emission_factor": 0.5,
            "capacity": 5,
            "reservoir_area": 2,
        },
        "LAO",
        "project.reservoir_area",
        ("a power density of 2.5 W/m2", "not eligible"),
    ),
    "a supply that grows beyond what is usual": (
        {
            **COOLING,
            "electricity_consumed": {"value": 4e6, "yearly_change": "20 %", "since": 2020},
        },
        "IDN",
        "project.electricity_consumed",
        ("usual for one project is 0 to 5,000,000 MWh/yr",),
    ),
    "a country that is no partner": (
        {**SOLAR, "reference_emission_factor": 0.3},
        "IND",
        "host",
        ("India is not among the partner countries", "after a memorandum is signed"),
    ),
}


@pytest.mark.parametrize("name", DOUBTS)
def test_a_doubt_is_told_with_its_reason_and_its_line(tmp_path, name):
    project, host, key, words = DOUBTS[name]
    found = warned(tmp_path, project, host)
    assert key in found
    told = [str(found[key])]
    path = tmp_path / "scenario.yaml"
    told += [str(p) for p in warnings_of(jcm.load_scenario(path)) if p.path == key]
    for text in words:
        assert any(text in message for message in told), told
    assert found[key].place.line


def test_a_project_without_a_name_or_without_credits_is_doubted(tmp_path):
    path = tmp_path / "begun.yaml"
    assert command("new", "--method", "flare", str(path)).returncode == 0
    told = command("check", str(path)).stdout
    assert "title: found 'Flared methane project (change this name)'; give the project" in told
    assert "project: no credits arise" in told


@pytest.mark.parametrize("project", [SOLAR, COOLING, BOILER], ids=["solar", "cooling", "boiler"])
def test_usual_numbers_are_not_doubted(tmp_path, project):
    host = "IDN" if project is COOLING else "THA"
    assert warned(tmp_path, project, host) == {}


def test_the_factor_of_a_generator_of_ones_own_is_a_doubt_and_no_error(tmp_path):
    found = warned(tmp_path, {**SOLAR, "bau_emission_factor": 0.9})
    assert "right for a generator of the user's own" in found["project.bau_emission_factor"].message


def test_jcm_check_prints_the_doubts_and_says_the_scenario_is_sound(tmp_path):
    project, host, key, _ = DOUBTS["a factory that uses 42 TWh"]
    warned(tmp_path, project, host)
    ran = command("check", str(tmp_path / "scenario.yaml"))
    assert ran.returncode == 0
    assert "sound, 1 to doubt" in ran.stdout
    assert f"warning: {tmp_path}/scenario.yaml:5: {key}: found 42,826,880 MWh/yr" in ran.stdout


def test_the_page_shows_what_to_doubt(tmp_path):
    project, host, *_ = DOUBTS["a factory that uses 42 TWh"]
    warned(tmp_path, project, host)
    html = jcm.View(tmp_path / "scenario.yaml").assumptions.value
    assert "Electricity consumed by the project:</strong> found 42,826,880" in html


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_scenarios_are_plausible(path):
    scenario = jcm.load_scenario(path)
    found = {problem.path for problem in warnings_of(scenario)}
    assert found <= ({"host"} if scenario.partner.signed is None else set()), found


@pytest.mark.parametrize(
    ("reserve", "doubted"),
    [
        ({"rate": 0.03}, []),
        ({}, []),
        ({"rate": 0.05}, ["reserve.rate"]),
        ({"rate": {"value": 0.05, "source": "Decision 10/CMP.7"}}, []),
        ({"risk_table": {"wells": 0.01, "law": 0.02}}, ["wells", "law"]),
        ({"risk_table": {"wells": {"value": 0.01, "source": "A study"}}}, []),
    ],
)
def test_another_reserve_than_the_published_needs_its_source(tmp_path, reserve, doubted):
    from tests.storage.scenarios import small

    found = warnings_of(small(tmp_path, reserve=reserve))
    said = [problem.path.rpartition(".")[2] for problem in found if "reserve" in problem.path]
    assert said == [name.rpartition(".")[2] for name in doubted]
    for problem in found:
        if "reserve" in problem.path:
            assert "so another rate needs one" in str(problem)


def test_years_that_end_before_the_injection_does_are_doubted(tmp_path):
    from tests.storage.scenarios import small

    (found,) = (
        problem
        for problem in warnings_of(small(tmp_path, years={"first": 2030, "last": 2032}))
        if problem.path == "years.last"
    )
    assert "CO2 is injected until 2034-12-31" in str(found)
    assert not [p for p in warnings_of(small(tmp_path)) if p.path == "years.last"]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("methd", "nothing in this scenario has this name; did you mean method?"),
        ("Tokyo", "nothing in this scenario has this name"),
        ("method", None),
    ],
)
def test_a_name_that_nothing_bears_is_doubted_where_it_stands(tmp_path, name, told):
    base = FRAME.format(host="THA", project=SOLAR)
    path = write(tmp_path, f"{base}names:\n  {name}: {{en: A, ja: B}}\n")
    found = {p.path: p for p in warnings_of(jcm.load_scenario(path))}
    assert {key: problem.message for key, problem in found.items()} == (
        {f"names.{name}": told} if told else {}
    )
    assert not told or found[f"names.{name}"].place.line == base.count("\n") + 2
    write(tmp_path, "extends: scenario.yaml\n", "other.yaml")
    assert warnings_of(jcm.load_scenario(tmp_path / "other.yaml")) == []
