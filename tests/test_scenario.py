"""A scenario in memory: its numbers, where each was written, and how it is changed."""

import copy
import datetime
import re
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

import jcm_models as jcm
from jcm_models.distributions import Normal
from jcm_models.problems import ScenarioError
from jcm_models.wording import Words
from jcm_models.written import Text
from tests.examples import NAMED, OPULENT, OPULENT_BASE, SHIPPED, TINY, USUAL, lines, load, write

KEY = "project.electricity_supplied"


@pytest.fixture
def usual(tmp_path):
    return load(tmp_path, USUAL)


@pytest.fixture
def opulent(tmp_path):
    return load(tmp_path, OPULENT)


@pytest.fixture
def value(tmp_path):
    """Write a number in place of the electricity of the tiny scenario, and read it back."""

    def read(written):
        return load(tmp_path, TINY, {KEY: written}).project.electricity_supplied

    return read


@pytest.mark.parametrize("text", NAMED.values(), ids=NAMED)
def test_every_example_loads(tmp_path, text):
    assert load(tmp_path, text).name == "scenario"


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_scenario_loads_and_is_named_after_its_file(path):
    assert jcm.load_scenario(path).name == path.stem
    assert jcm.load_scenario(path.stem).document == jcm.load_scenario(path).document


def test_two_readings_of_one_file_are_equal(tmp_path):
    path = write(tmp_path, USUAL)
    assert jcm.load_scenario(path) == jcm.load_scenario(path)
    assert jcm.load_scenario(path) != jcm.load_scenario(path, {"crediting.discount": 0.5})


@pytest.mark.parametrize(
    ("written", "number"),
    [
        (8000, 8000),
        (8000.5, 8000.5),
        ("8000", 8000),
        ("8,000 MWh/yr", 8000),
        ("8 GWh/yr", 8000),
        ({"value": 8000}, 8000),
        ({"value": "8 GWh/yr"}, 8000),
        ({"value": 8, "unit": "GWh/yr"}, 8000),
        ({"value": "28.8 TJ/yr", "unit": "GWh/yr"}, 8000),
        (0, 0),
    ],
    ids=str,
)
def test_a_constant_may_be_written_with_or_without_its_unit(value, written, number):
    read = value(written)
    assert read.constant == pytest.approx(number)
    assert read.unit == "MWh/yr"
    np.testing.assert_allclose(read.at(np.array([2020, 2024])), number)


@pytest.mark.parametrize(
    ("written", "numbers"),
    [
        ({"series": {2020: 10, 2024: 50}}, [10, 20, 30, 40, 50]),
        ({"series": {2024: 50, 2020: 10}}, [10, 20, 30, 40, 50]),
        ({"series": {2018: 0, 2026: 80}}, [20, 30, 40, 50, 60]),
        ({"series": {2020: 10, 2022: 30}, "beyond": "hold"}, [10, 20, 30, 30, 30]),
        ({"series": {2022: 30}, "beyond": "hold"}, [30] * 5),
        (
            {"series": {2020: 10, 2022: 30}, "interpolate": "step", "beyond": "hold"},
            [10, 10, 30, 30, 30],
        ),
        ({"series": dict.fromkeys(range(2020, 2025), 7), "interpolate": "none"}, [7] * 5),
        ({"series": {2020: 10, 2024: "0.05 GWh/yr"}}, [10, 20, 30, 40, 50]),
        ({"series": {2020: 0.01, 2024: "50 MWh/yr"}, "unit": "GWh/yr"}, [10, 20, 30, 40, 50]),
    ],
    ids=str,
)
def test_a_series_is_read_at_every_year_as_it_says(value, written, numbers):
    read = value(written)
    assert read.constant is None
    np.testing.assert_allclose(read.at(np.arange(2020, 2025)), numbers)


@pytest.mark.parametrize(
    ("written", "mean"),
    [
        ({"shape": "uniform", "low": 10, "high": 20}, 15),
        ({"shape": "triangular", "low": 0, "mode": 30, "high": 60}, 30),
        ({"shape": "triangular", "low": 0, "mode": 0, "high": 60}, 20),
        ({"shape": "normal", "mean": 50, "sd": 5}, 50),
        ({"shape": "lognormal", "mean": 50, "sd": 5}, 50),
        ({"shape": "uniform", "low": "10 MWh/yr", "high": "0.02 GWh/yr"}, 15),
    ],
    ids=str,
)
def test_a_distribution_stands_at_its_mean(value, written, mean):
    read = value({"distribution": written})
    assert read.constant is None
    assert read.written.startswith(f"{written['shape']}(")
    np.testing.assert_allclose(read.at(np.array([2020, 2024])), mean)


def test_the_unit_beside_a_distribution_is_that_of_its_parameters(value):
    read = value({"distribution": {"shape": "normal", "mean": 8, "sd": 0.5}, "unit": "GWh/yr"})
    assert read.spread == Normal(8000, 500)


@pytest.mark.parametrize(
    ("beside", "standing"),
    [
        ({}, "assumed"),
        ({"source": "A report"}, "published"),
        ({"source": "A report", "standing": "derived"}, "derived"),
        ({"standing": "from memory"}, "from memory"),
    ],
    ids=str,
)
def test_a_number_is_published_with_a_source_and_assumed_without_unless_said(
    value, beside, standing
):
    read = value({"value": 8000, **beside})
    assert (read.standing, read.source) == (standing, beside.get("source"))


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("8 GWh/yr", "8,000 MWh/yr"),
        ({"series": {2020: 7000, 2024: 8500}}, "7,000 (2020) to 8,500 MWh/yr (2024)"),
        ({"distribution": {"shape": "normal", "mean": 50, "sd": 5}}, "normal(50, 5) MWh/yr"),
    ],
    ids=str,
)
def test_a_number_is_shown_in_the_unit_of_its_place(value, written, shown):
    assert value(written).written == shown


def test_the_opulent_example_means_what_it_says(opulent):
    years = opulent.calendar_years
    values = {name: v.at(years).round(3).tolist() for name, v in opulent.parts[0].values.items()}
    assert values == {
        "electricity_supplied": [7000, 7500, 8000, 8500, 8500, 8500, 8500],
        "reference_emission_factor": [0.319] * 4 + [0.3] * 3,
        "bau_emission_factor": [0.55] * 7,
        "stated_project_emissions": [0.04] * 7,
        "stated_leakage_emissions": [1, 2, 3, 4, 5, 6, 7],
    }
    assert opulent.share_credited.round(4).tolist() == [0.7514, 1, 1, 1, 1, 1, 0.2466]
    shares = opulent.allocation.shares_at(opulent.calendar_years)
    assert shares[:, 0].tolist() == [0.5, 0.075, 0.3, 0.125]
    assert opulent.title.in_language("ja") == "豪華"
    assert (opulent.host, opulent.gwp) == ("IDN", "AR6")
    assert opulent.project.electricity_supplied.note.en == "Ageing of the panels from 2025."
    assert opulent.reserve.rate.source == "METI, CCS/CCUS guidelines, item 9"


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_number_of_a_shipped_scenario_knows_the_line_it_stands_in(path):
    given = list(jcm.load_scenario(path).inputs())
    assert len(given) >= 8
    for number in given:
        text = Path(number.place.file).read_text(encoding="utf-8")
        line = text.splitlines()[number.place.line - 1]
        if number.is_default:  # of a table: the option that was chosen, or the category
            assert re.match(r" +[\w.]+:", line)
        else:  # on a line of its own, or between braces
            assert re.search(rf"(^|[ {{]){re.escape(number.path.rsplit('.', 1)[-1])}:", line), line


def places(scenario):
    """Return the file's name and the line of every number."""
    return {
        given.path: given.place and (Path(given.place.file).name, given.place.line)
        for given in scenario.inputs()
    }


def test_every_number_of_an_extended_scenario_knows_its_file_and_line(opulent):
    top, base = lines(OPULENT), lines(OPULENT_BASE)
    in_base = {"project.stated_project_emissions", "crediting.discount", "reserve.rate"}
    assert places(opulent) == {
        key: ("base.yaml", base[key]) if key in in_base else ("scenario.yaml", top[key])
        for key in places(opulent)
    }
    assert len(places(opulent)) == 11


def test_the_years_of_a_series_have_their_own_lines(tmp_path):
    scenario = load(tmp_path, TINY, {KEY: {"series": {2020: 1, 2024: 2}}})
    first = scenario.document.place(("project", "electricity_supplied", "series", "2020"))
    last = scenario.document.place(("project", "electricity_supplied", "series", "2024"))
    assert last.line == first.line + 1


@pytest.mark.parametrize(
    ("key", "new"),
    [
        pytest.param(KEY, 9000, id="whole"),
        pytest.param(KEY, {"value": 9000, "source": "Other"}, id="with its source"),
        pytest.param(f"{KEY}.value", 9000, id="its value alone"),
        pytest.param(f"{KEY}.unit", "MWh/yr", id="its unit alone"),
    ],
)
def test_an_overridden_number_is_placed_where_the_override_came_from(tmp_path, key, new):
    before = load(tmp_path, USUAL, {KEY: {"value": 8000, "unit": "GWh/yr", "source": "Document"}})
    after = before.with_({key: new})
    assert after.project.electricity_supplied != before.project.electricity_supplied
    place = next(given.place for given in after.inputs() if given.path == KEY)
    assert f"with_() {key}=" in str(place)


def test_an_override_moves_the_place_of_no_other_number(usual):
    before, after = places(usual), places(usual.with_({"crediting.discount": 0.5}))
    assert {key for key in before if before[key] != after[key]} == {"crediting.discount"}


def test_a_default_stands_in_no_file(tmp_path):
    given = {number.path: number for number in load(tmp_path, TINY).inputs()}
    for path in ("crediting.discount", "reserve.rate"):
        assert given[path].place is None
        assert given[path].value.note.en == "default of the workbench"


def test_what_is_not_given_has_a_default(tmp_path):
    tiny = load(tmp_path, TINY)
    assert tiny.crediting.discount.constant == 1
    assert (tiny.crediting.negative, tiny.crediting.rounding) == ("carried", "down")
    assert (tiny.reserve_rates == 0).all()
    assert tiny.allocation.rounding == "largest_remainder"
    assert tiny.gwp == "AR5"
    assert tiny.notebook == "reference_vs_bau"
    assert tiny.project.bau_emission_factor is None
    assert set(tiny.parts[0].values) == {"electricity_supplied", "reference_emission_factor"}
    assert tiny.share_credited.tolist() == [1.0] * 5
    assert tiny.title.in_language("ja") == "Tiny"


def test_null_is_the_same_as_not_given(tmp_path):
    null = load(tmp_path, USUAL, {"project.bau_emission_factor": None, "crediting.end": None})
    assert "bau_emission_factor" not in null.parts[0].values
    assert null.share_credited[-1] == 1


def test_parties_without_a_share_receive_none(tmp_path):
    tiny = load(tmp_path, TINY)
    shares = tiny.allocation.shares_at(tiny.calendar_years)
    assert shares.tolist() == [[1.0] * 5] + [[0.0] * 5] * 3


@pytest.mark.parametrize("spelling", ["displaced_electricity", "displaced-electricity"])
def test_hyphens_and_underscores_of_a_method_are_the_same(tmp_path, spelling):
    scenario = load(tmp_path, TINY, {"project.method": spelling})
    assert scenario.parts[0].method.name == "displaced_electricity"


def test_the_host_is_a_partner_country(usual):
    assert usual.partner.name == "Mongolia"
    assert usual.partner.signed == datetime.date(2013, 1, 8)


def test_with_returns_a_changed_scenario_and_leaves_this_one_alone(usual):
    text, document = usual.model_dump_json(), copy.deepcopy(usual.document)
    other = usual.with_({"crediting.discount": 0.5, "years.last": 2022})
    assert (other.crediting.discount.constant, other.calendar_years[-1]) == (0.5, 2022)
    assert (usual.model_dump_json(), usual.document) == (text, document)
    assert usual.calendar_years[-1] == 2024


def test_with_reads_a_value_as_the_file_does(usual, tmp_path):
    new = {KEY: {"value": "9 GWh/yr", "source": "Other"}}
    assert usual.with_(new).model_dump() == load(tmp_path, USUAL, new).model_dump()
    assert usual.with_({KEY: "9 GWh/yr"}).project.electricity_supplied.source is None


def test_with_adds_up_and_lists_what_was_replaced(usual):
    other = usual.with_({"crediting.discount": 0.5}).with_({"crediting.discount": 0.6})
    listed = [(c.path, c.old, c.new) for c in other.document.changes]
    assert listed == [("crediting.discount", 0.95, 0.5), ("crediting.discount", 0.5, 0.6)]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"crediting.discount": 2}, "with_() crediting.discount=2: crediting.discount: found 2"),
        ({"crediting.discont": 1}, "unknown key, did you mean discount?"),
        ({"years.last": 2019}, "found 2019, before years.first: 2020"),
        ({"years.last": 2019, "host": "THI"}, "did you mean THA?"),
        ({"": 1}, "unknown key"),
        ({"..": 1}, "unknown key"),
        pytest.param({KEY: object()}, "a number is needed", id="an object"),
        ({"notes": {1, 2}}, "notes"),
    ],
    ids=str,
)
def test_with_refuses_what_the_file_would_be_refused_for(usual, changes, words):
    with pytest.raises(ScenarioError) as refused:
        usual.with_(changes)
    assert words in str(refused.value)


@pytest.mark.parametrize("number", [np.float64(9000), np.float32(9000), np.int64(9000)], ids=repr)
def test_with_takes_the_numbers_of_numpy(usual, number):
    assert usual.with_({KEY: number}).project.electricity_supplied.constant == 9000


@pytest.mark.parametrize(
    "change",
    [
        lambda s: setattr(s, "host", "THA"),
        lambda s: setattr(s.crediting, "discount", 1),
        lambda s: setattr(s.crediting.discount, "points", (0.1,)),
        lambda s: setattr(s.years, "last", 2050),
        lambda s: setattr(s.project, "method", "another"),
    ],
    ids=["scenario", "section", "number", "years", "project"],
)
def test_a_scenario_is_frozen(usual, change):
    with pytest.raises(ValidationError, match="frozen"):
        change(usual)


def test_overrides_at_loading_are_those_of_with(tmp_path):
    path = write(tmp_path, USUAL)
    loaded = jcm.load_scenario(path, {"crediting.discount": 0.5}, origin="--set")
    other = jcm.load_scenario(path).with_({"crediting.discount": 0.5})
    assert loaded.model_dump() == other.model_dump()
    place = next(g.place for g in loaded.inputs() if g.path == "crediting.discount")
    assert str(place) == "--set crediting.discount=0.5"


def test_a_text_without_a_language_is_english():
    assert Text.model_validate("Word") == Text(en="Word")
    assert Text(en="Word", ja="言葉").in_language("ja") == "言葉"
    assert Text(en="Word", ja="言葉").in_language("en") == "Word"


NAMED_THINGS = """\
names:
  old_maker: {en: Maker A, ja: A社}
  loan: {en: Bank loan, ja: 融資}
"""


def test_names_of_a_scenario_are_called_as_it_says(tmp_path):
    made = TINY.replace("0.319", "{lowest_of: {old_maker: 0.4, new_maker: 0.3}}")
    loan = "{by: japan_participants, kind: private_finance, amount: 5 USD}"
    scenario = load(
        tmp_path,
        made.replace("  shares: {japan_government: 1}", f"  contributions: {{loan: {loan}}}")
        + NAMED_THINGS,
    )
    given = {each.path: each for each in scenario.inputs()}
    factor = given["project.reference_emission_factor"]
    assert factor.written_in(Words("ja")) == "0.3 tCO₂e/MWh（最小\uff1aA社: 0.4, new maker: 0.3）"
    assert "(lowest of Maker A: 0.4, new maker: 0.3)" in factor.written_in(Words("en"))
    amount = given["allocation.contributions.loan.amount"]
    assert (amount.category_in("en"), amount.category_in("ja")) == ("Bank loan", "融資")


def test_a_scenario_may_leave_out_a_named_thing_of_the_one_it_extends(tmp_path):
    base = TINY.replace("0.319", "{lowest_of: {old_maker: 0.4, new_maker: 0.3}}")
    write(tmp_path, base + "names: {old_maker: A}\n", "base.yaml")
    text = "extends: base.yaml\nproject: {reference_emission_factor: 0.2}\n"
    assert load(tmp_path, text).names["old_maker"].en == "A"
