"""What holds for every method there is: examples, labels, defaults with a standing, a start."""

import contextlib
import itertools
import re

import pint
import pytest
import yaml

import jcm_models as jcm
from jcm_models.components import choices_of
from jcm_models.defaults import default_of, tables
from jcm_models.method_catalogue import find_method, method_names
from jcm_models.methods_page import MethodsPage
from jcm_models.quantities import registry
from jcm_models.starting import new_scenario
from jcm_models.variables import (
    DefaultByChoice,
    categories,
    choices,
    families,
    input_variable,
    result_variables,
)
from jcm_models.worked_examples import _example, worked_examples
from tests.commands import jcm as command
from tests.conftest import ROOT

FAMILIES = (
    "displaced_energy",
    "efficiency_ratio",
    "output_benchmark",
    "standing_loss",
    "decay_methane",
    "conversion_methane",
    "rice_methane",
    "gas_inventory",
    "land_carbon",
    "durable_storage",
)
TABLE = yaml.safe_load((ROOT / "jcm_models/variables.yaml").read_text())
STANDINGS = {"published", "derived", "from memory", "assumed"}
each_method = pytest.mark.parametrize("name", method_names())


@pytest.mark.parametrize("family", FAMILIES)
def test_each_of_the_ten_families_has_its_file_its_words_and_a_method(family):
    assert (ROOT / f"jcm_models/methods/{family}.py").is_file()
    assert families()[family].summary
    assert family in {find_method(name).family for name in method_names()}


@each_method
def test_a_worked_example_gives_what_it_says(name):
    example = worked_examples()[name]
    found = example.results()
    assert example.expected
    for result, expected in example.expected.items():
        assert found[result] == pytest.approx(expected, abs=example.tolerance), result
    assert example.standing in STANDINGS
    assert example.source or example.standing == "assumed"


def in_half_units(text, declared):
    """Write "8 t/yr" as 16 of half a tonne a year; the first unit of a number is halved."""
    number, _, unit = str(text).partition(" ")
    unit = unit or declared
    first = re.match(r"[A-Za-z]\w*", unit)
    if first is None or first[0] == "degC" or not re.fullmatch(r"[\d.]+(e\d+)?", number):
        return text
    half = f"half_{first[0]}"
    with contextlib.suppress(pint.RedefinitionError):
        if half not in registry():
            registry().define(f"{half} = 0.5 {first[0]}")
    return f"{2 * float(number)!r} {half}{unit[first.end() :]}"


def rewritten(method, inputs):
    """Write every number of an example in half units."""
    declared = {given.name: given.unit for given in method.inputs}
    return {
        name: {key: in_half_units(v, declared.get(name, "")) for key, v in value.items()}
        if isinstance(value, dict)
        else in_half_units(value, declared.get(name, ""))
        for name, value in inputs.items()
    }


@each_method
def test_a_factor_of_two_in_the_units_changes_nothing(name):
    row = yaml.safe_load((ROOT / "jcm_models/worked_examples.yaml").read_text())["examples"][name]
    other = rewritten(find_method(name), row["inputs"])
    assert other != row["inputs"]
    again = _example(name, {**row, "inputs": other}).results()
    for result, value in worked_examples()[name].results().items():
        assert again[result] == pytest.approx(value, rel=1e-12), result


@each_method
def test_every_input_has_a_row_in_the_unit_of_the_method_with_words_and_bounds(name):
    for given in find_method(name).inputs:
        row = TABLE["inputs"][given.name]
        assert row["unit"] == given.unit, given.name
        assert row["label"]
        assert row["label_ja"]
        assert row["least"] < row["most"]
        assert row["kind"] in {"flow", "stock", "share", "factor"}


@each_method
def test_it_says_in_both_languages_what_it_is_and_has_an_equation_for_each_level(name):
    method = find_method(name)
    assert method.title != method.title_ja
    assert method.summary.splitlines()[0].endswith(".")
    assert {"bau_emissions", "reference_emissions"} <= set(method.equations)
    assert set(method.equations) <= set(result_variables())


def plain(latex):
    """Return what a symbol looks like, without the marks of LaTeX."""
    return re.sub(r"\\mathrm|[{}\s]|\\,", "", latex)


@each_method
def test_the_symbol_of_every_input_stands_in_the_equations_that_use_it(name):
    method = find_method(name)
    rows = {given.name: given.variable for given in method.inputs}
    written = " ".join(plain(equation.math) for equation in method.equations.values())
    for result in method.equations:
        for used in method.inputs_of(result):
            symbol = plain(rows[used].symbol)
            without_year = re.sub(r",?_?y$", "", symbol)
            assert symbol, f"{used} has no symbol"
            assert without_year in written, (result, used, symbol)


@each_method
def test_jcm_new_writes_a_scenario_of_it_that_is_sound(name, tmp_path):
    path = tmp_path / "new.yaml"
    path.write_text(new_scenario([name.replace("_", "-")], path))
    scenario = jcm.load_scenario(path)
    text = path.read_text()
    for given in find_method(name).inputs:
        assert f"{given.name}:" in text
        assert f"[{'share' if given.variable.shown_unit == '1' else given.unit}]" in text
    assert jcm.compute(scenario)["reference_emissions"].shape == (10,)


def test_jcm_new_combines_methods_into_components(tmp_path):
    path = tmp_path / "new.yaml"
    names = ("landfill-methane", "displaced-electricity", "waste-incineration")
    flags = itertools.chain.from_iterable(("--method", name) for name in names)
    assert command("new", *flags, str(path)).returncode == 0
    assert [part.name for part in jcm.load_scenario(path).parts] == [
        name.replace("-", "_") for name in names
    ]


def leaves(values, standing, source, note):
    """Yield every number of a table with its own standing, source and note."""
    if not isinstance(values, dict):
        yield values, standing, source, note
    elif "value" in values:
        own = "standing" in values
        yield (
            values["value"],
            values.get("standing", standing),
            values.get("source", None if own else source),
            values.get("note", note),
        )
    else:
        for inner in values.values():
            yield from leaves(inner, standing, source, note)


@pytest.mark.parametrize("name", tables())
def test_every_default_of_a_table_has_a_source_or_says_that_it_has_none(name):
    table = tables()[name]
    found = list(
        leaves(table["values"], table.get("standing"), table.get("source"), table.get("note"))
    )
    assert found
    for value, standing, source, note in found:
        assert standing in STANDINGS, value
        if standing in {"published", "derived"}:
            assert source, value
        else:
            assert not source, f"{value}: {standing}, and yet it names {source}"
            assert note, value


@pytest.mark.parametrize("name", [n for n, row in TABLE["inputs"].items() if "default" in row])
def test_every_default_of_a_row_has_a_source_or_a_table(name):
    row = TABLE["inputs"][name]
    if not isinstance(row["default"], dict):
        assert row["standing"] in STANDINGS
        assert bool(row.get("source")) == (row["standing"] in {"published", "derived"})
        return
    picked = input_variable(name).default
    assert isinstance(picked, DefaultByChoice)
    options = set(tables()[picked.table]["values"])
    assert options
    if picked.choice != "host":
        assert options <= set(choices(picked.choice))


def test_every_default_lies_within_the_bounds_of_its_input():
    checked = 0
    for name in method_names():
        method = find_method(name)
        for given in method.inputs:
            picked = given.variable.default
            choice = picked.choice if isinstance(picked, DefaultByChoice) else "gwp"
            for option in choices(choice):
                for category in categories(given.variable.by) if given.variable.by else [""]:
                    checked += default_of(given.variable, {choice: option}, category) is not None
        assert len(choices_of(method)) == len(set(choices_of(method)))
    assert checked > 300


def test_every_row_of_the_table_is_used():
    used = {given.name for name in method_names() for given in find_method(name).inputs}
    own = {name for name in TABLE["inputs"] if "." not in name}
    assert own - used == set()
    picked = {
        row["default"]["table"]
        for row in TABLE["inputs"].values()
        if isinstance(row.get("default"), dict)
    }
    assert set(tables()) - picked <= {"grid_emission_factor"}


def test_the_page_of_methods_shows_each_with_its_equations_and_its_example():
    page = MethodsPage()
    assert str(len(method_names())) in page.heading.value
    for name in method_names():
        assert f"<code>{name.replace('_', '-')}</code>" in page.body.value
        assert worked_examples()[name].title.split(",")[0].replace("'", "&#39;") in page.body.value
    assert page.body.value.count("<math") > 3 * len(method_names())
    one = MethodsPage("rice_methane")
    assert one.body.value.count("jcm-family") == 1


def test_a_family_that_is_none_is_refused_with_the_nearest():
    with pytest.raises(jcm.ScenarioError, match="did you mean rice_methane"):
        MethodsPage("rice_metane")
