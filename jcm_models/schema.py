"""The JSON schema of scenarios, from which editors complete and check."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from jcm_models.components import component_model
from jcm_models.method_catalogue import Method, find_method, method_names
from jcm_models.scenario import Scenario

__all__ = ["FILE", "scenario_schema", "write_schema"]

FILE = "scenario.schema.json"


def scenario_schema() -> dict[str, Any]:
    """Return the JSON schema of a scenario, with the inputs of every method installed.

    Returns
    -------
    dict
        JSON schema, draft 2020-12. Nothing is required, since a scenario may extend another.
    """
    schema = TypeAdapter(Scenario).json_schema()
    shared = schema["$defs"]
    for unknown in ("Component", "Combined"):  # what takes no inputs; those that do stand below
        shared.pop(unknown)
    names = [_add_component(shared, find_method(name)) for name in method_names()]
    schema["properties"]["project"] = {
        "description": "The project: its method and inputs, or its components.",
        "if": {"required": ["components"]},
        "then": {"$ref": "#/$defs/Components"},
        "else": {"$ref": "#/$defs/Method"},
    }
    shared["Components"] = {
        "type": "object",
        "properties": {
            "components": {
                "type": "object",
                "description": "The parts of the project by name: each a method and its inputs.",
                "additionalProperties": {"$ref": "#/$defs/Method"},
            }
        },
        "additionalProperties": False,
    }
    components = [{"$ref": f"#/$defs/{name}"} for name in names]
    # What the extended file names the method of takes the inputs of any.
    shared["Method"] = {
        "if": {"required": ["method"]},
        "then": {"oneOf": components},
        "else": {"anyOf": components},
    }
    extends = {"type": "string", "description": "Another scenario file, whose keys this adds to."}
    schema["properties"] = {"extends": extends, **schema["properties"]}
    schema.pop("required", None)
    for partial in ("Years", "Contribution"):  # what these lack may stand in the extended file
        shared[partial].pop("required")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _add_component(shared: dict[str, Any], method: Method) -> str:
    """Add the section of a method to the definitions, and return its name there."""
    described = TypeAdapter(component_model(method)).json_schema()
    shared.update(described.pop("$defs", {}))
    text = described["properties"]["method"]["description"]
    described["properties"]["method"] = {"enum": _spellings(method.name), "description": text}
    described.pop("required")
    name = str(described["title"])
    shared[name] = described
    return name


def _spellings(name: str) -> list[str]:
    return list(dict.fromkeys([name, name.replace("_", "-")]))


def write_schema(folder: Path) -> Path:
    """Write the schema into a folder of scenarios.

    Parameters
    ----------
    folder : pathlib.Path
        Usually ``scenarios/``.

    Returns
    -------
    pathlib.Path
        The file.
    """
    text = json.dumps(scenario_schema(), indent=1, ensure_ascii=False, sort_keys=True)
    (folder / FILE).write_text(text + "\n", encoding="utf-8")
    return folder / FILE
