"""The JSON schema that editors read."""

import copy
import json

import jsonschema
import pytest
import yaml

from jcm_models.schema import scenario_schema
from tests.conftest import ROOT

SCENARIOS = sorted((ROOT / "scenarios").glob("*.yaml"))


@pytest.fixture(scope="module")
def schema():
    return json.loads((ROOT / "scenarios/scenario.schema.json").read_text())


@pytest.fixture(scope="module")
def validator(schema):
    return jsonschema.Draft202012Validator(schema)


def plain(path):
    """Read a scenario as an editor does: dates are text."""
    return json.loads(json.dumps(yaml.safe_load(path.read_text()), default=str))


def test_the_schema_in_scenarios_is_current(schema):
    assert schema == json.loads(json.dumps(scenario_schema())), "run: jcm schema"


def test_the_schema_is_a_sound_schema(schema):
    jsonschema.Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_shipped_scenarios_fit_the_schema(validator, path):
    validator.validate(plain(path))


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_shipped_scenarios_name_the_schema_for_editors(path):
    assert path.read_text().startswith("# yaml-language-server: $schema=scenario.schema.json")


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [
        (None, "reserv", {}),
        ("crediting", "discont", 1),
        ("crediting", "discount", -1),
        ("project", "electricity_suplied", 8000),
        ("project", "electricity_supplied", {"value": 8000, "sorce": "x"}),
        ("project", "method", "magic"),
        (None, "gwp", "AR3"),
    ],
)
def test_the_schema_refuses_what_the_loader_refuses(validator, section, key, value):
    wrong = copy.deepcopy(plain(SCENARIOS[0]))
    (wrong if section is None else wrong[section])[key] = value
    with pytest.raises(jsonschema.ValidationError):
        validator.validate(wrong)


def test_the_schema_describes_every_input_with_its_unit(schema):
    project = schema["$defs"]["Component_displaced_electricity"]["properties"]
    assert "[MWh/yr]" in project["electricity_supplied"]["description"]
