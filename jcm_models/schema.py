"""The JSON schema of scenarios, from which editors complete and check."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from jcm_models.method_catalogue import methods
from jcm_models.scenario import Scenario, scenario_model

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
    variants = []
    for name in methods():
        described = TypeAdapter(scenario_model(name)).json_schema()
        definitions = described["$defs"]
        project = definitions.pop(described["properties"]["project"]["$ref"].rpartition("/")[2])
        project["properties"]["method"] = {"const": name, "description": project["description"]}
        project["required"] = ["method"]
        shared.update({key: value for key, value in definitions.items() if key != "Project"})
        variants.append(project)
    shared.pop("Project")
    schema["properties"]["project"] = {
        "description": schema["properties"]["project"].get("description", "The project."),
        "oneOf": variants,
    }
    extends = {"type": "string", "description": "Another scenario file, whose keys this adds to."}
    schema["properties"] = {"extends": extends, **schema["properties"]}
    schema.pop("required", None)
    shared["Allocation"].pop("required", None)
    shared["Years"].pop("required", None)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


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
