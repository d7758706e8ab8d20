"""A new scenario to start from: every input of a method, with its unit, default and range."""

from __future__ import annotations

from pathlib import Path

from jcm_models.method_catalogue import Method, MethodInput, find_method, methods
from jcm_models.schema import FILE
from jcm_models.wording import number

__all__ = ["method_list", "new_scenario"]

_FRAME = """\
# yaml-language-server: $schema={schema}
# {title}
#
# A number is written 8000, or 8 GWh/yr, or with what belongs to it:
#   {{value: 8 GWh/yr, source: "where it is published", note: "what to know"}}
#   {{series: {{2025: 0.5, 2030: 0.4}}, unit: tCO2e/MWh, interpolate: linear}}
#   {{distribution: {{shape: triangular, low: 7000, mode: 8000, high: 8500}}, unit: MWh/yr}}
# Replace every number marked assumed, and name its source. Check with: jcm check {name}

title: {title}
question: How much does the project cut emissions, and who receives which part of the credits?
host: THA                         # partner country, ISO 3166 alpha-3
years: {{first: 2025, last: 2034}}
gwp: AR5                          # AR4, AR5 or AR6

project:
  method: {method}
{inputs}
crediting:
  start: 2025-01-01
  end: 2034-12-31
  discount: 1                     # factor on the reductions, 0 to 1
  negative: carried               # carried, ignored: what becomes of years above the reference
  rounding: down                  # down, nearest: fractions of a tonne, per vintage

reserve:
  rate: 0                         # share of issued credits; in principle 3 % for CCS and CCUS

allocation:
  shares:                         # together 1; a party that gets nothing is left out
    japan_government: {{value: 0.5, standing: assumed}}
    host_government: {{value: 0.5, standing: assumed}}
  rounding: largest_remainder     # largest_remainder, government_residual, government_ceiling

notes:
  - Every input is an assumption so far.
"""


def new_scenario(method_name: str, path: Path) -> str:
    """Return a scenario that uses a method, ready to be simulated and then made one's own.

    Parameters
    ----------
    method_name : str
        The method; hyphens and underscores are the same.
    path : pathlib.Path
        Where it will stand; named in its comments.

    Returns
    -------
    str
        YAML with a comment beside every input: what it is, unit, range, default.

    Raises
    ------
    ValueError
        If there is no such method.
    """
    method = find_method(method_name)
    inputs = "\n".join(_input_lines(given) for given in method.inputs)
    schema = FILE if path.parent.name == "scenarios" else f"scenarios/{FILE}"
    return _FRAME.format(
        schema=schema,
        title=f"{method.title} project (change this name)",
        name=path,
        method=method.name,
        inputs=inputs,
    )


def _input_lines(given: MethodInput) -> str:
    row = given.variable
    least = "any" if row.least is None else number(row.least, given.unit)
    most = "any" if row.most is None else number(row.most, given.unit)
    allowed = f"{least} to {most}" if row.most is not None else f"{least} or more"
    if given.required:
        status = "required"
    elif given.default is None:
        status = "optional; unknown without it"
    else:
        status = f"optional; {given.default:g} without it"
    example = 1.0 if row.example is None else row.example
    unit = "" if given.unit == "1" else f" {given.unit}"
    return (
        f"  # {row.label} [{given.unit}]; {allowed}; {status}\n"
        f"  {given.name}: {{value: {example:g}{unit}, standing: assumed}}"
    )


def method_list() -> list[Method]:
    """Return every method that is installed."""
    return [find_method(name) for name in methods()]
