"""Explain: from a figure down to the lines that its inputs were written in."""

import re
from pathlib import Path

import pytest
import xarray as xr

import jcm_models as jcm
from tests.examples import OPULENT, OPULENT_BASE, USUAL, lines, load


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    return jcm.simulate(load(tmp_path_factory.mktemp("explained"), USUAL))


def leaves(explanation):
    """Yield everything at the bottom: the numbers that were given."""
    for given in explanation.inputs:
        yield from leaves(given) if given.equation else [given]


def places(explanation):
    """Return the file and line of every number at the bottom, by its key."""
    found = {}
    for leaf in leaves(explanation):
        file, _, line = leaf.place.rpartition(":")
        found[leaf.name] = (Path(file).name, int(line))
    return found


PROJECT = {
    "project.electricity_supplied",
    "project.reference_emission_factor",
    "project.stated_project_emissions",
    "project.stated_leakage_emissions",
}
SHARES = {
    "allocation.shares.japan_government",
    "allocation.shares.japan_participants",
    "allocation.shares.host_government",
}


@pytest.mark.parametrize(
    ("name", "party", "keys"),
    [
        ("credits_issued", None, PROJECT | {"crediting.discount"}),
        (
            "unissued_reductions",
            None,
            {
                "project.electricity_supplied",
                "project.reference_emission_factor",
                "project.bau_emission_factor",
            },
        ),
        ("reserve_balance", None, PROJECT | {"crediting.discount", "reserve.rate"}),
        ("project_emissions", None, {"project.stated_project_emissions"}),
        ("allocation_share", "host_government", {"allocation.shares.host_government"}),
        (
            "credits",
            "japan_government",
            PROJECT
            | {
                "crediting.discount",
                "reserve.rate",
                "allocation.shares.japan_government",
            },
        ),
        ("credits", None, PROJECT | SHARES | {"crediting.discount", "reserve.rate"}),
    ],
)
def test_a_figure_leads_to_the_line_of_each_number_it_comes_from(dataset, name, party, keys):
    line = lines(USUAL)
    found = places(jcm.explain(dataset, name, 2021, party))
    assert found == {key: ("scenario.yaml", line[key]) for key in keys}


def test_a_number_of_an_extended_file_is_found_there(tmp_path):
    found = places(jcm.explain(jcm.simulate(load(tmp_path, OPULENT)), "credits_issued", 2022))
    assert found["crediting.discount"] == ("base.yaml", lines(OPULENT_BASE)["crediting.discount"])
    key = "project.electricity_supplied"
    assert found[key] == ("scenario.yaml", lines(OPULENT)[key])


def test_an_overridden_number_is_found_in_its_override(tmp_path):
    scenario = load(tmp_path, USUAL).with_({"crediting.discount": 0.5})
    text = str(jcm.explain(jcm.simulate(scenario), "credits_issued", 2022))
    assert re.search(
        r"crediting\.discount = 50\s%\n +at with_\(\) crediting\.discount=0\.5\n", text
    )


def test_a_default_says_that_it_is_one(tmp_path):
    scenario = load(tmp_path, USUAL, {"reserve": {}})
    text = str(jcm.explain(jcm.simulate(scenario), "reserve_withheld", 2022))
    assert re.search(r"reserve\.rate = 0\s%\n +at default of the workbench\n", text)


def test_the_text_shows_value_equation_source_and_place(dataset):
    text = str(jcm.explain(dataset, "emission_reductions", 2021))
    for words in (
        "emission_reductions[2021] = 2,538 tCO₂e/yr\n",
        "= reference_emissions - project_emissions - leakage_emissions\n",
        "= electricity_supplied * reference_emission_factor\n",
        "project.electricity_supplied = 8,000 MWh/yr\n",
        "source: Project design document\n",
        "Convention K1",
    ):
        assert words in text
    assert re.search(r"at .*scenario\.yaml:8\n", text)


def test_what_was_explained_above_is_not_explained_again(dataset):
    text = str(jcm.explain(dataset, "credits_issued", 2021))
    assert text.count("project.electricity_supplied = ") == 1
    assert "emission_reductions[2021] = 2,538 tCO₂e/yr (see above)" in text


def test_one_party_and_all_parties_are_shown(dataset):
    one = jcm.explain(dataset, "credits", 2021, "host_government")
    assert (one.name, one.value) == ("credits[host_government, 2021]", "468 tCO₂e/yr")
    every = jcm.explain(dataset, "credits", 2021)
    assert every.name == "credits[2021]"
    for words in ("japan_government 1,402", "host_government 468", "host_participants 0"):
        assert words in every.value


def test_a_year_of_a_series_shows_the_number_of_that_year(tmp_path):
    dataset = jcm.simulate(load(tmp_path, OPULENT))
    in_series = leaves(jcm.explain(dataset, "leakage_emissions", 2023))
    assert [leaf.value for leaf in in_series] == [
        "4 tCO₂e/yr in 2023, of 1 (2020) to 7 tCO2e/yr (2026)"
    ]


@pytest.mark.parametrize(
    ("name", "year", "party", "words"),
    [
        ("credit_issued", 2021, None, "no variable 'credit_issued', did you mean credits_issued?"),
        ("bau", 2021, None, "there is bau_emissions, reference_emissions"),
        ("credits_issued", 2031, None, "no year '2031'"),
        ("credits_issued", 2031, None, "there is 2020, 2021, 2022, 2023, 2024"),
        ("credits", 2021, "japan", "no party 'japan'"),
        ("credits", 2021, "host_goverment", "did you mean host_government?"),
        ("credits", 2021, "nobody", "there is japan_government, japan_participants"),
    ],
)
def test_what_is_not_there_is_refused_with_what_is(dataset, name, year, party, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        jcm.explain(dataset, name, year, party)


def test_a_dataset_read_back_from_its_file_is_explained_alike(dataset, tmp_path):
    dataset.to_netcdf(tmp_path / "a.nc", engine="h5netcdf")
    with xr.open_dataset(tmp_path / "a.nc", engine="h5netcdf") as back:
        for name in dataset:
            explained = str(jcm.explain(back, name, 2021, "japan_government"))
            assert explained == str(jcm.explain(dataset, name, 2021, "japan_government"))
