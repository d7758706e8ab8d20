"""Example scenarios, from tiny to opulent, and what tests do with such files."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from hypothesis import settings

import jcm_models as jcm
from jcm_models.problems import Problem, ScenarioError
from jcm_models.scenario import Scenario

ROOT = Path(__file__).resolve().parents[1]
SHIPPED = sorted((ROOT / "scenarios").glob("*.yaml"))

REMOVED = object()

# The first example of a property pays for what is imported late, more than the usual deadline.
unhurried = settings(deadline=None)

TINY = """\
title: Tiny
question: What is the least a scenario must say?
host: THA
years: {first: 2020, last: 2024}
project:
  method: displaced_electricity
  electricity_supplied: 8000
  reference_emission_factor: 0.319
allocation:
  shares: {japan_government: 1}
"""

USUAL = """\
title: {en: Usual, ja: 通常}
question: Who receives which part of the credits?
host: MNG
years: {first: 2020, last: 2024}
gwp: AR5
project:
  method: displaced_electricity
  electricity_supplied: {value: 8 GWh/yr, source: Project design document}
  reference_emission_factor: 0.319 tCO2e/MWh
  bau_emission_factor: {value: 0.542, standing: assumed}
  stated_project_emissions: 12.5
  stated_leakage_emissions: 1.5
crediting:
  start: 2020-07-01
  end: 2024-12-31
  discount: 0.95
  negative: carried
  rounding: down
reserve:
  rate: 3 %
allocation:
  shares: {japan_government: 0.6, japan_participants: 0.2, host_government: 0.2}
  rounding: government_residual
notes:
  - Made up for the tests.
"""

OPULENT_BASE = """\
title: Base
host: IDN
project:
  method: displaced-electricity
  electricity_supplied:
    value: 1 MWh/yr
    source: a source that goes away with the number
    note: a note that goes away with the number
  stated_project_emissions: {value: 40, unit: kgCO2e/yr, source: Base report}
crediting:
  negative: ignored
  rounding: nearest
  discount: {value: 95 %, source: Base rules}
reserve:
  rate: {value: 3 %, source: "METI, CCS/CCUS guidelines, item 9"}
allocation:
  rounding: largest_remainder
"""

OPULENT = """\
extends: parts/base.yaml
title:
  en: Opulent
  ja: 豪華
question: {en: "How much can one scenario say?", ja: どれだけ書けるか}
years: {first: 2020, last: 2026}
gwp: AR6
project:
  electricity_supplied:
    series: {2020: 7 GWh/yr, 2023: 8500, 2025: 30.6 TJ/yr}
    unit: MWh/yr
    interpolate: linear
    beyond: hold
    source: Design document, table 3
    standing: published
    note: Ageing of the panels from 2025.
  reference_emission_factor:
    series: {2020: 319, 2024: 300}
    unit: kgCO2/MWh
    interpolate: step
    beyond: hold
    source: Methodology
  bau_emission_factor:
    distribution: {shape: triangular, low: 0.5, mode: 0.54, high: 0.61}
    standing: derived
    source: Operating margin
  stated_leakage_emissions:
    series: {2020: 1, 2021: 2, 2022: 3, 2023: 4, 2024: 5, 2025: 6, 2026: 7}
    unit: tCO2e/yr
    interpolate: none
crediting:
  start: 2020-04-01
  end: 2026-03-31
allocation:
  shares:
    japan_government: {value: 50 %, source: Press release}
    japan_participants: 7.5 %
    host_government: {value: 0.3, standing: assumed}
    host_participants: 12.5 %
notes:
  - Every form that a number may take stands here.
"""

SHARED = """\
title: Shared
question: Who contributed what, and receives what for it?
host: THA
years: {first: 2020, last: 2026}
project:
  method: displaced_electricity
  electricity_supplied: 8000
  reference_emission_factor: 0.319
  stated_project_emissions: 100
crediting:
  project_margin: 10 %
  monitoring:
    - {from: 2020-03-01, to: 2021-06-30, issued: 2021-12-01}
    - from: 2021-07-01
      to: 2026-12-31
reserve: {rate: 0.03}
allocation:
  rounding: government_ceiling
  contributions:
    subsidy: {by: japan_government, kind: public_finance, amount: 12 kUSD, year: 2019}
    equipment:
      by: japan_participants
      kind: private_finance
      amount: {value: 0.02 MUSD, source: Contract}
      year: 2019
    land: {by: host_participants, kind: in_kind, amount: "5,000 USD", year: 2021}
  phases:
    - rule: weighted
      weights: {public_finance: 1, private_finance: 1, in_kind: 50 %}
      counted: to_date
      floors: {host_government: 0.05}
      programme: model_project
    - after_payback_of: japan_participants
      price: {value: 8, yearly_change: 2 %, since: 2020}
      rule: proportional
    - from: 2026
      shares: {japan_government: 0.5, host_government: 0.5}
"""

NAMED = {"tiny": TINY, "usual": USUAL, "opulent": OPULENT, "shared": SHARED}


def write(folder: Path, text: str, name: str = "scenario.yaml") -> Path:
    """Write a scenario into `folder`, with the file that the opulent one extends."""
    base = folder / "parts" / "base.yaml"
    if "parts/base.yaml" in text and not base.exists():
        base.parent.mkdir()
        base.write_text(OPULENT_BASE, encoding="utf-8")
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def load(folder: Path, text: str, changes: Mapping[str, Any] | None = None) -> Scenario:
    """Load a scenario from its text, after `changes` to that text."""
    return jcm.load_scenario(write(folder, changed(text, changes) if changes else text))


def changed(text: str, changes: Mapping[str, Any]) -> str:
    """Rewrite a scenario with new values by dotted key, each key on a line of its own."""
    data = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    for key, value in changes.items():
        *above, last = key.split(".")
        section = data
        for part in above:
            if not isinstance(section.get(part), dict):
                section[part] = {}
            section = section[part]
        section.pop(last, None)
        if value is not REMOVED:
            section[last] = value
    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    return yaml.dump(data, Dumper=dumper, sort_keys=False, allow_unicode=True)


def problems(path: Path, overrides: Mapping[str, Any] | None = None) -> tuple[Problem, ...]:
    """Return what is wrong with a scenario file: nothing, or everything that is refused."""
    try:
        jcm.load_scenario(path, overrides)
    except ScenarioError as error:
        return error.problems
    return ()


def lines(text: str) -> dict[str, int]:
    """Return the line of every dotted key, found without the package."""
    return dict(_lines(yaml.compose(text, yaml.SafeLoader), ""))


def _lines(node: yaml.Node, above: str) -> Iterator[tuple[str, int]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield f"{above}{key.value}", key.start_mark.line + 1
            yield from _lines(value, f"{above}{key.value}.")
    elif isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            yield f"{above}{number}", item.start_mark.line + 1
            yield from _lines(item, f"{above}{number}.")
