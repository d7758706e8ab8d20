"""A method of one's own: five lines in a notebook, checked like those that are built in."""

import subprocess
import warnings

import numpy as np
import pytest

import jcm_models as jcm
from jcm_models.method_catalogue import _defined_here, find_method, method_names
from jcm_models.problems import ScenarioError
from jcm_models.steps import IdentityError
from tests.commands import BIN
from tests.conftest import ROOT
from tests.examples import load, write

SCENARIO = """\
title: Cool roofs
question: How much cooling do white roofs save?
host: IDN
years: {first: 2025, last: 2027}
project:
  method: cool_roofs
  area: 10 ha
  saving: {value: 12 kWh/m2/yr, source: A study}
  electricity_emission_factor: 0.7 tCO2e/MWh
allocation:
  shares: {japan_government: 1}
"""


@pytest.fixture
def own():
    """Define methods as in a notebook cell, and forget them afterwards."""

    def define(
        body, units='area="m2", saving="kWh/m2/yr", electricity_emission_factor="tCO2e/kWh"'
    ):
        names = [part.split("=")[0].strip() for part in units.split(",")]
        code = (
            f'@jcm.method(title="Cool roofs")\n@jcm.units({units}, returns="tCO2e/yr")\n'
            f"def cool_roofs({', '.join(names)}):\n    return {body}\n"
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of units that do not work out
            exec(code, {"jcm": jcm, "np": np, "__name__": "__main__"})
        return find_method("cool-roofs")

    yield define
    _defined_here.clear()


def test_five_lines_are_a_method_that_a_scenario_can_use(own, tmp_path):
    own("jcm.Emissions(bau=None, reference=area * saving * electricity_emission_factor)")
    found = jcm.compute(load(tmp_path, SCENARIO))
    np.testing.assert_allclose(found["reference_emissions"], 1e5 * 12 * 0.7 / 1000)
    assert found["credits_issued"].tolist() == [840] * 3


def test_it_is_among_the_methods_and_explained_like_them(own, tmp_path):
    own("jcm.Emissions(bau=None, reference=area * saving * electricity_emission_factor)")
    assert "cool_roofs" in method_names()
    dataset = jcm.simulate(load(tmp_path, SCENARIO))
    text = str(jcm.explain(dataset, "reference_emissions", 2026))
    assert "cool_roofs(area, saving, electricity_emission_factor)" in text
    assert "project.area = 100,000 m2" in text
    assert "scenario.yaml:8" in text
    assert "source: A study" in text


def test_its_inputs_are_checked_with_their_units(own, tmp_path):
    own("jcm.Emissions(bau=None, reference=area * saving * electricity_emission_factor)")
    wrong = SCENARIO.replace("10 ha", "10 kg").replace("  saving:", "  savings:")
    with pytest.raises(ScenarioError) as caught:
        jcm.load_scenario(write(tmp_path, wrong))
    told = [str(problem) for problem in caught.value.problems]
    for words in (
        "scenario.yaml:7: project.area: kg does not fit; m2 is needed",
        "scenario.yaml:8: project.savings: unknown key, did you mean saving?",
        "project.saving: missing; Saving [kWh/m2/yr] is needed",
    ):
        assert any(words in text for text in told), told


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("jcm.Emissions(bau=None, reference=area[..., :1])", "needed is a finite number for each"),
        ("jcm.Emissions(bau=None, reference=area * np.nan)", "are not finite"),
        ("jcm.Emissions(bau=None, reference=5.0)", "have shape ()"),
        ("area * saving", "must return jcm.Emissions(bau=..., reference=...)"),
        ("jcm.Emissions(bau=None, reference=area, more={'coolness': area})", "'coolness', which"),
    ],
)
def test_what_it_returns_is_checked(own, tmp_path, body, words):
    own(body)
    path = write(tmp_path, SCENARIO)
    with pytest.raises(IdentityError) as caught:
        jcm.load_scenario(path)
    assert words in str(caught.value)


def test_a_cell_that_is_run_again_replaces_the_method(own, tmp_path):
    own("jcm.Emissions(bau=None, reference=area)")
    first = jcm.compute(load(tmp_path, SCENARIO))["reference_emissions"][0]
    own("jcm.Emissions(bau=None, reference=area * 2)")
    assert jcm.compute(load(tmp_path, SCENARIO))["reference_emissions"][0] == 2 * first


def test_a_name_that_is_taken_is_refused():
    code = (
        '@jcm.method(title="Mine")\n@jcm.units(a="1", returns="tCO2e/yr")\n'
        "def displaced_electricity(a):\n    return jcm.Emissions(None, a)\n"
    )
    with pytest.raises(ValueError, match="has a method displaced_electricity already"):
        exec(code, {"jcm": jcm, "__name__": "__main__"})


def test_units_that_do_not_work_out_are_warned_of():
    code = (
        '@jcm.method(title="Cool roofs")\n'
        '@jcm.units(area="m2", saving="kWh/m2/yr", factor="tCO2e/MWh", returns="tCO2e/yr")\n'
        "def cool_roofs(area, saving, factor):\n"
        "    return jcm.Emissions(bau=None, reference=area * saving * factor)\n"
    )
    with pytest.warns(UserWarning, match=r"make up .*kWh.*MWh.*, not tCO2e/yr; convert inside"):
        exec(code, {"jcm": jcm, "__name__": "__main__"})
    _defined_here.clear()


def test_a_unit_that_is_not_known_is_refused_where_the_method_is_defined():
    code = (
        '@jcm.method(title="x")\n@jcm.units(area="m2", factor="tCO2e/m2/yrr", returns="tCO2e/yr")\n'
        "def x(area, factor):\n    return jcm.Emissions(None, area * factor)\n"
    )
    with pytest.raises(ValueError, match="factor: the unit 'tCO2e/m2/yrr' is not known"):
        exec(code, {"jcm": jcm, "__name__": "__main__"})
    _defined_here.clear()


def test_an_installed_package_adds_a_method_by_an_entry_point(tmp_path):
    (tmp_path / "cool_package.py").write_text(
        "import jcm_models as jcm\n"
        '@jcm.method(title="Cool roofs", title_ja="遮熱屋根")\n'
        '@jcm.units(area="m2", returns="tCO2e/yr")\n'
        "def cool_roofs(area):\n"
        '    "Cooling saved by white roofs."\n'
        "    return jcm.Emissions(bau=None, reference=area * 0.01)\n"
    )
    info = tmp_path / "cool_package-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: cool-package\nVersion: 1\n")
    (info / "entry_points.txt").write_text(
        "[jcm_models.methods]\ncool_roofs = cool_package:cool_roofs\n"
    )

    def jcm_with_the_package(*arguments):
        return subprocess.run(
            [str(BIN / "jcm"), *arguments],
            env={"PYTHONPATH": str(tmp_path), "PATH": ""},
            capture_output=True,
            text=True,
            check=False,
            cwd=ROOT,
        )

    mine = str(tmp_path / "mine.yaml")
    listed = jcm_with_the_package("new", "--list")
    assert "cool-roofs: Cool roofs. Cooling saved by white roofs." in listed.stdout
    assert jcm_with_the_package("new", "--method", "cool-roofs", mine).returncode == 0
    checked = jcm_with_the_package("check", mine)
    assert checked.returncode == 0, checked.stderr
