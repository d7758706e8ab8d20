"""A small storage project, and changes to it."""

from pathlib import Path

import jcm_models as jcm
from jcm_models.scenario import Scenario

STORAGE = """\
title: A small storage project
question: Does the reserve suffice?
host: IDN
years: {first: 2030, last: 2049}
project:
  method: co2_storage
  co2_captured: 100000
  reference_co2_emitted_share: 1
operation: {start: 2030-01-01, lifetime: 5}
storage:
  leakage: {model: constant, rate: 1 %/yr}
allocation:
  shares: {japan_government: 0.5, host_participants: 0.5}
"""


def written(folder: Path, text: str = STORAGE, name: str = "small") -> Path:
    """Write a scenario into a folder."""
    file = folder / f"{name}.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def small(folder: Path, **changes: object) -> Scenario:
    """Return the small project with changes, by dotted key with two underscores for a dot."""
    by_key = {key.replace("__", "."): value for key, value in changes.items()}
    return jcm.load_scenario(written(folder), by_key)
