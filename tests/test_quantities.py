"""Units at the door (convention U3): converted or refused, never guessed."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jcm_models.methods.displaced_energy import displaced_electricity
from jcm_models.quantities import DECLARED_UNITS, convert, parse, registry, units
from tests.examples import unhurried

NUMBERS = st.floats(-1e9, 1e9, allow_subnormal=False)


def read(text, target):
    return convert(*parse(text), target)


@pytest.mark.parametrize(
    ("text", "target", "value"),
    [
        ("12.5 ktCO2e/yr", "tCO2e/yr", 12_500),
        ("2.5 MtCO2/yr", "tCO2e/yr", 2_500_000),
        ("2,552 tCO2eq/yr", "tCO2e/yr", 2_552),
        ("1.2 ktCO2e/month", "tCO2e/yr", 14_400),
        ("0.319 kgCO2/kWh", "tCO2e/MWh", 0.319),
        ("319 gCO2/kWh", "tCO2e/MWh", 0.319),
        ("54.3 kgCO2/GJ", "tCO2e/MWh", 0.19548),
        ("8 GWh/yr", "MWh/yr", 8_000),
        ("8 GWh per year", "MWh/yr", 8_000),
        ("28.8 TJ/a", "MWh/yr", 8_000),
        ("8 000 MWh/yr", "MWh/yr", 8_000),
        ("8_000 MWh/yr", "MWh/yr", 8_000),
        ("8,000MWh/yr", "MWh/yr", 8_000),
        ("1 tce", "GJ", 29.3076),
        ("3 kt", "t", 3_000),
        ("5000 kW", "MW", 5),
        ("60 %", "1", 0.6),
        ("60%", "1", 0.6),
        ("3 per cent", "1", 0.03),
        ("0.03", "1", 0.03),
        ("1e-3", "1", 0.001),
        ("-1.5e3", "tCO2e/yr", -1_500),
        (".5", "1", 0.5),
    ],
)
def test_a_number_with_a_unit_is_converted(text, target, value):
    assert read(text, target) == pytest.approx(value, rel=1e-12)


def test_kt_are_kilotonnes_and_not_knots():
    assert read("1 kt", "kg") == pytest.approx(1e6)
    with pytest.raises(ValueError, match=r"kt does not fit; m/s is needed"):
        read("1 kt", "m/s")


@pytest.mark.parametrize(
    ("text", "target"),
    [
        pytest.param("10 MWh", "MW", id="energy for a capacity"),
        pytest.param("5 MW", "MWh/yr", id="a capacity for yearly energy"),
        pytest.param("8000 MWh", "MWh/yr", id="energy without its year"),
        pytest.param("8000 MWh/yr", "MWh", id="yearly energy for energy"),
        pytest.param("8000 MWh/yr", "MW", id="yearly energy for a capacity"),
        pytest.param("5 t", "tCO2e", id="tonnes of anything for CO2e"),
        pytest.param("5 tCO2e", "t", id="CO2e for tonnes of anything"),
        pytest.param("5 kt/yr", "tCO2e/yr", id="kilotonnes of anything for CO2e"),
        pytest.param("5 tCO2e", "tCO2e/yr", id="a stock for a flow"),
        pytest.param("5 kg/kWh", "tCO2e/MWh", id="kilograms of anything in a factor"),
        pytest.param("5 USD", "JPY", id="dollars for yen"),
        pytest.param("5 %", "MWh/yr", id="a share for energy"),
        pytest.param("5 MW", "1", id="a capacity for a share"),
        pytest.param("5 degC", "MWh/yr", id="a temperature for energy"),
    ],
)
def test_a_unit_that_measures_something_else_is_refused(text, target):
    with pytest.raises(ValueError, match=r"does not fit.* is needed$"):
        read(text, target)


@pytest.mark.parametrize(
    "unit",
    [
        *("xyz", "Mwh/yr", "MWh/yr approx", "t CO2e", "%%", "inf", "8", "*3", "/3", "-3", ".3 t"),
        *(",5 MWh/yr", "± 3", "((((", "'", "\\", "\x00", "[length]", "MWh/0"),
        *("(" * 500, "-" * 5000),
    ],
    ids=lambda unit: repr(unit[:12]),
)
def test_an_unknown_or_nonsensical_unit_is_refused(unit):
    with pytest.raises(ValueError, match=r"the unit .* is needed$"):
        convert(1, unit, "MWh/yr")


@pytest.mark.parametrize(
    "code",
    [
        "__import__('pathlib').Path('made').touch()",
        "open('made', 'w')",
        "exec(\"open('made', 'w')\")",
        "(lambda: open('made', 'w'))()",
        "MWh/yr; open('made', 'w')",
        "{0.__class__}",
    ],
)
def test_a_unit_that_looks_like_code_is_refused_and_not_run(code, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=r"MWh/yr is needed"):
        read(f"5 {code}", "MWh/yr")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("unit", ["MWh**9**9**9", "MWh*10**1000000000"])
def test_a_unit_that_asks_for_endless_arithmetic_is_refused_at_once(unit):
    # In a process of its own: such arithmetic cannot be interrupted from within.
    code = f"from jcm_models.quantities import convert; convert(1.0, {unit!r}, 'MWh/yr')"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=5)
    assert "ValueError" in ran.stderr


@pytest.mark.parametrize("text", ["", "  ", "MWh", "many", "--5", "½", "e5", "E3 MWh", ".", "-"])
def test_a_text_without_a_number_is_refused_with_what_was_found(text):
    with pytest.raises(ValueError, match=r"^found .*; a number is needed"):
        parse(text)


@unhurried
@given(NUMBERS)
def test_a_number_without_a_unit_is_in_the_unit_needed(number):
    assert read(repr(number), "MWh/yr") == number
    assert convert(number, None, "tCO2e/MWh") == number


@unhurried
@given(NUMBERS, st.sampled_from([("GWh/yr", "MWh/yr"), ("gCO2/kWh", "tCO2e/MWh"), ("%", "1")]))
def test_a_conversion_there_and_back_changes_nothing(number, pair):
    unit, target = pair
    assert convert(convert(number, unit, target), target, unit) == pytest.approx(number)


@pytest.fixture(scope="module")
def halved():
    """Units of half the usual size, in which every number is twice as large."""
    known = registry()
    for name, half in [("half_MWh", "0.5 MWh"), ("half_tCO2e", "0.5 tCO2e")]:
        known.define(f"{name} = {half}")
    return known.Quantity


@unhurried
@given(electricity=st.floats(0, 1e7), reference=st.floats(0, 3), stated=st.floats(0, 1e6))
def test_a_factor_of_two_in_the_units_changes_nothing(halved, electricity, reference, stated):
    plain = displaced_electricity(electricity, reference, reference, stated, stated)
    doubled = displaced_electricity(
        halved(2 * electricity, "half_MWh/yr"),
        halved(reference, "half_tCO2e/half_MWh"),
        f"{2 * reference!r} half_tCO2e/MWh",
        f"{2 * stated!r} half_tCO2e/yr",
        halved(np.array(2 * stated), "half_tCO2e/yr"),
    )
    for one, other in zip(plain[:4], doubled[:4], strict=True):
        np.testing.assert_allclose(other, one, rtol=1e-12)


@units(power="MW", hours="h/yr", share="1", returns="MWh/yr")
def supplied(power, hours, share=None):
    return power * hours * (1.0 if share is None else share)


@pytest.mark.parametrize(
    "power",
    [
        pytest.param(5, id="a number"),
        pytest.param("5", id="a text"),
        pytest.param("5000 kW", id="a text with a unit"),
        pytest.param(np.float64(5), id="a numpy number"),
        pytest.param(registry().Quantity(5000.0, "kW"), id="a pint quantity"),
        pytest.param(registry().Quantity(np.array(5000), "kW"), id="an array with a unit"),
    ],
)
def test_the_door_takes_a_quantity_in_any_form(power):
    assert supplied(power, 1600) == 8000
    assert supplied(power, hours="1600 h/yr", share="50 %") == 4000


def test_the_door_lets_bare_arrays_and_lists_through():
    np.testing.assert_array_equal(supplied(np.array([5.0, 10.0]), 1600), [8000, 16000])
    np.testing.assert_array_equal(supplied([5, 10], 1600), [8000, 16000])


def test_the_door_converts_arrays_with_a_unit():
    power = registry().Quantity(np.array([5000.0, 10_000.0]), "kW")
    np.testing.assert_allclose(supplied(power, 1600), [8000, 16000])


@pytest.mark.parametrize(
    "power",
    ["5 MWh", "5 MW/yr", "five", registry().Quantity(5.0, "MWh"), registry().Quantity([5], "m")],
    ids=str,
)
def test_the_door_refuses_what_does_not_fit_and_names_the_argument(power):
    with pytest.raises(ValueError, match=r"^power: "):
        supplied(power, 1600)


def test_the_door_keeps_the_declared_units_on_the_function():
    declared = {"power": "MW", "hours": "h/yr", "share": "1", "return": "MWh/yr"}
    assert getattr(supplied, DECLARED_UNITS) == declared


@pytest.mark.parametrize(
    "declared",
    [{}, {"power": "MW"}, {"power": "MW", "hours": "h/yr", "days": "day/yr"}],
    ids=["none", "one missing", "one too many"],
)
def test_a_missing_or_superfluous_declaration_is_a_type_error(declared):
    def product(power, hours):
        return power * hours

    with pytest.raises(TypeError, match=r"product takes .* but declares units for"):
        units(returns="MWh/yr", **declared)(product)


@pytest.mark.parametrize("unit", ["MWh/h", "GJ/s", "kWh/minute"])
def test_an_amount_per_hour_is_a_capacity_and_no_yearly_amount(unit):
    with pytest.raises(ValueError, match="a capacity and a yearly amount are two things"):
        convert(1.0, unit, "MWh/yr")


@pytest.mark.parametrize("unit", ["dB", "MWh/MWh", "ppm"])
def test_a_share_is_a_bare_number_or_per_cent(unit):
    with pytest.raises(ValueError, match="does not fit; a share without unit"):
        convert(1.0, unit, "1")


def test_a_unit_is_read_as_reports_print_it():
    assert convert(5.0, "ktCO₂e/yr", "tCO2e/yr") == pytest.approx(5000)
