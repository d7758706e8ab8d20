"""Numbers made of other numbers: products, averages, extremes, yearly change."""

import numpy as np
import pytest

from jcm_models.problems import ScenarioError
from tests.examples import TINY, load

KEY = "project.electricity_supplied"


@pytest.fixture
def value(tmp_path):
    """Write a number in place of the electricity of the tiny scenario, and read it back."""

    def read(written):
        return load(tmp_path, TINY, {KEY: written}).project.electricity_supplied

    return read


@pytest.mark.parametrize(
    ("written", "number", "words"),
    [
        ({"product": ["5 MW", "8760 h/yr", "20 %"]}, 8760, "5 MW × 8760 h/yr × 20 %"),
        ({"product": ["1 GW", "8760 h/yr", 0.35]}, 3_066_000, "1 GW × 8760 h/yr × 0.35"),
        (
            {"quotient": ["2552 tCO2e/yr", "0.319 tCO2e/MWh"]},
            8000,
            "2552 tCO2e/yr / 0.319 tCO2e/MWh",
        ),
        ({"quotient": ["1 GWh/yr", 4, 5]}, 50, "1 GWh/yr / 4 / 5"),
        ({"average_of": {2017: 1000, 2018: "2 GWh/yr"}}, 1500, "average of 2017: 1000"),
        ({"lowest_of": {"maker A": 4.92, "maker B": 5.94}}, 4.92, "lowest of maker A: 4.92"),
        ({"highest_of": {"maker A": 4.92, "maker B": 5.94}}, 5.94, "highest of maker A"),
        ({"highest_of": {"a": 1, "b": 2}, "unit": "GWh/yr"}, 2000, "highest of a: 1, b: 2"),
    ],
    ids=lambda given: next(iter(given)) if isinstance(given, dict) else None,
)
def test_a_number_is_made_of_others_and_says_so(value, written, number, words):
    read = value(written)
    assert read.constant == pytest.approx(number, rel=1e-12)
    assert words in read.written


def test_a_number_changes_from_year_to_year(value):
    read = value({"value": "8 GWh/yr", "yearly_change": "-0.5 %/yr", "since": 2021})
    found = read.at(np.array([2020, 2021, 2022, 2024]))
    np.testing.assert_allclose(found, 8000 * 0.995 ** np.array([0, 0, 1, 3]), rtol=1e-14)
    assert read.constant is None
    assert read.written.endswith("−0.5\N{NO-BREAK SPACE}% a year from 2021")


def test_a_change_of_a_product_holds_for_the_product(value):
    read = value({"product": ["2 GW", "1 h/yr"], "yearly_change": 0.1, "since": 2020})
    np.testing.assert_allclose(read.at(np.array([2022])), 2000 * 1.21)


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ({"product": ["5 MW", "3"]}, "capacity and a yearly amount are two things"),
        ({"product": ["5 MW"]}, "at least 2 items"),
        ({"product": ["5 MW", "2 xyz"]}, "the unit 'xyz' is not known"),
        ({"product": ["5 t", "2 h/yr"]}, "does not fit; MWh/yr is needed"),
        ({"product": [2, 3]}, "2 and 3 do not make up MWh/yr"),
        ({"quotient": ["1 GWh/yr", 0]}, "nothing can be divided by 0"),
        ({"average_of": {"one": 1}}, "at least 2 items"),
        ({"lowest_of": {"one": 1, "two": "x"}}, "a number is needed"),
        ({"lowest_of": {"one": -5, "two": 2}}, "lowest_of one: found -5"),
        ({"value": 1, "yearly_change": 0.1}, "yearly_change and since go together"),
        ({"value": 1, "since": 2020}, "yearly_change and since go together"),
        ({"value": 1, "yearly_change": -1.5, "since": 2020}, "yearly_change: found -1.5"),
        ({"value": 1, "yearly_change": "2 kg", "since": 2020}, "yearly_change: kg does not fit"),
        (
            {"series": {2020: 1, 2024: 2}, "yearly_change": 0.1, "since": 2020},
            "not with a series",
        ),
        ({"value": 1, "product": [1, 2]}, "found value and product"),
        ({"product": ["10 PW", "8760 h/yr"]}, "allowed is 0 to 30,000,000,000 MWh/yr"),
    ],
    ids=str,
)
def test_what_cannot_be_made_is_explained(tmp_path, written, words):
    with pytest.raises(ScenarioError) as caught:
        load(tmp_path, TINY, {KEY: written})
    assert words in str(caught.value)


def test_a_factor_in_kilogrammes_where_tonnes_belong_is_told_apart(tmp_path):
    with pytest.raises(ScenarioError) as caught:
        load(tmp_path, TINY, {"project.reference_emission_factor": 319})
    assert "is it a thousand times too large (kg for t, kWh for MWh)? 0.319 would do" in str(
        caught.value
    )


def test_a_method_that_declares_its_own_unit_is_not_read_in_that_of_the_table():
    from jcm_models.variables import input_variable

    assert input_variable("reference_emission_factor", "tCO2e/MWh").most == 3
    other = input_variable("reference_emission_factor", "kgCO2e/MWh")
    assert (other.unit, other.most, other.label) == (
        "kgCO2e/MWh",
        None,
        "Reference emission factor",
    )
