"""The command line: check, report, compare, sweep, explain, new, grid, rules, ledger, app, more."""

from __future__ import annotations

import argparse
import datetime
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jcm_models.problems import Problem, ScenarioError

if TYPE_CHECKING:
    from jcm_models.scenario import Scenario

__all__ = ["main"]

_FAILED = 1
_BAD_INPUT = 2

# By it jsonschema would check addresses in other scripts than ours, which no notebook has; to
# build it takes longer than all else that is imported, a second or two.
_GRAMMAR_OF_ADDRESSES = "rfc3987_syntax"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command.

    Parameters
    ----------
    arguments : sequence of str, optional
        What stands after ``jcm``; that of this process by default.

    Returns
    -------
    int
        0 if all is well, 1 if a run failed, 2 if the input is wrong.
    """
    _leave_out(_GRAMMAR_OF_ADDRESSES)
    try:
        given = _parser().parse_args(arguments)
        if "say" in given:
            print(given.say(given), flush=True)
            return 0
        code: int = given.command(given)
    except (ScenarioError, ValueError, ArithmeticError) as error:
        print(error, file=sys.stderr)
        return _BAD_INPUT
    except KeyboardInterrupt as stopped:
        # What is done is kept, and how to go on, where there is anything yet.
        print(str(stopped) or "Stopped.", file=sys.stderr)
        return 130
    except BrokenPipeError:  # whoever read has closed, such as `head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return code


def _leave_out(module: str) -> None:
    """Let a module seem not to be installed, unless it is there already."""
    sys.modules.setdefault(module, None)  # type: ignore[arg-type] # as importlib has it


def _parser() -> argparse.ArgumentParser:
    # Imported here, where Ctrl-C is minded.
    from jcm_models.aef_commands import add_aef
    from jcm_models.app_commands import add_app
    from jcm_models.compare_commands import add_compare
    from jcm_models.ledger_commands import add_ledger
    from jcm_models.new_commands import add_new
    from jcm_models.report_commands import add_report
    from jcm_models.sweep_commands import add_sweep

    parser = argparse.ArgumentParser(
        prog="jcm", description="The JCM workbench: scenarios in, reports and apps out."
    )
    commands = parser.add_subparsers(required=True, metavar="command")
    _add_check(commands)
    add_report(commands)
    add_sweep(commands, _one_loaded, _add_set)
    add_compare(commands)
    _add_explain(commands)
    add_new(commands)
    _add_grid(commands)
    _add_rules(commands)
    add_ledger(commands)
    add_aef(commands)
    add_app(commands)
    _add_lab(commands)
    return parser


def _add_check(commands: Any) -> None:
    check = commands.add_parser("check", help="list everything that is wrong with scenarios")
    check.add_argument("scenarios", nargs="+", metavar="scenario.yaml")
    _add_set(check)
    check.set_defaults(command=_check)
    schema = commands.add_parser("schema", help="write the JSON schema that editors read")
    schema.add_argument("folder", nargs="?", type=Path, default=Path("scenarios"))
    schema.set_defaults(command=_schema)


def _add_explain(commands: Any) -> None:
    explain = commands.add_parser("explain", help="show where a figure comes from")
    explain.add_argument("scenario", metavar="scenario.yaml")
    explain.add_argument("variable", help="such as credits_issued")
    explain.add_argument("--year", type=int, help="the first year by default")
    explain.add_argument("--party", help="such as japan_government")
    _add_set(explain)
    explain.set_defaults(command=_explain)


def _add_grid(commands: Any) -> None:
    grid = commands.add_parser(
        "grid", help="emission factor of a grid from its plants, by CDM Tool 07"
    )
    grid.add_argument("plants", type=Path, metavar="plants.csv")
    grid.add_argument(
        "--weights",
        choices=("wind_solar", "other_first", "other_later"),
        default="wind_solar",
        help="of operating and build margin: wind and solar; others, first or later period",
    )
    grid.add_argument(
        "--operating-margin",
        choices=("simple", "simple_adjusted", "average"),
        default="simple",
    )
    grid.add_argument(
        "--hours-on-margin", help="hours in which must-run plants are on the margin, such as 1000"
    )
    grid.set_defaults(command=_grid)


def _add_rules(commands: Any) -> None:
    from jcm_models.ledger_commands import day

    rules = commands.add_parser(
        "rules", help="print what applied in a country on a day, and where it is written"
    )
    rules.add_argument("country", metavar="IDN")
    rules.add_argument("--on", type=day, metavar="DAY", help="such as 2025-01-01; today by default")
    rules.set_defaults(say=_rules)


def _rules(given: argparse.Namespace) -> str:
    from jcm_models.rules_page import rules_text

    return rules_text(given.country, given.on or datetime.datetime.now(tz=datetime.UTC).date())


def _add_lab(commands: Any) -> None:
    from jcm_models.app_commands import port

    lab = commands.add_parser("lab", help="open the notebooks in JupyterLab")
    lab.add_argument("--port", type=port, default=8888)
    lab.add_argument("--no-browser", action="store_true")
    lab.add_argument("--notebook", default="reference_vs_bau", help="such as methods")
    lab.set_defaults(command=_lab)


def _add_set(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="replace a value, such as crediting.discount=0.95",
    )


def _loaded(names: Iterable[str], overrides: dict[str, Any]) -> list[Scenario]:
    """Load every scenario, or raise with the problems of all of them."""
    from jcm_models.simulation import load_scenario

    scenarios: list[Scenario] = []
    problems: list[Problem] = []
    for name in names:
        try:
            scenarios.append(load_scenario(name, overrides, origin="--set"))
        except ScenarioError as error:
            problems += error.problems
    if problems:
        raise ScenarioError(problems)
    return scenarios


def _one_loaded(given: argparse.Namespace) -> Scenario:
    from jcm_models.documents import parse_sets

    return _loaded([given.scenario], parse_sets(given.set, "--set"))[0]


def _check(given: argparse.Namespace) -> int:
    from jcm_models.documents import parse_sets, shown
    from jcm_models.plausibility import warnings_of

    for scenario in _loaded(given.scenarios, parse_sets(given.set, "--set")):
        warnings = [*warnings_of(scenario), *_without_credits(scenario)]
        doubts = f", {len(warnings)} to doubt" if warnings else ""
        print(f"{shown(scenario.document.files[0])}: sound{doubts}")
        for warning in warnings:
            print(f"  warning: {warning}")
    return 0


def _without_credits(scenario: Scenario) -> list[Problem]:
    """Doubt a project that brings no credits."""
    from jcm_models.simulation import compute

    if compute(scenario)["credits_issued"].any():
        return []
    text = "no credits arise: the project does not emit less than the reference by a tonne"
    return [Problem("project", text, scenario.document.place(("project",)))]


def _schema(given: argparse.Namespace) -> int:
    from jcm_models.schema import write_schema

    print(write_schema(given.folder))
    return 0


def _explain(given: argparse.Namespace) -> int:
    from jcm_models.explanation import explain
    from jcm_models.simulation import simulate

    scenario = _one_loaded(given)
    year = scenario.years.first if given.year is None else given.year
    print(explain(simulate(scenario), given.variable, year, given.party))
    return 0


def _grid(given: argparse.Namespace) -> int:
    from jcm_models.grid_factor import grid_emission_factor, read_plants
    from jcm_models.quantities import convert, parse
    from jcm_models.wording import number

    hours = None
    if given.hours_on_margin is not None:
        hours = convert(*parse(given.hours_on_margin), "h/yr")
    found = grid_emission_factor(
        read_plants(given.plants),
        weights=given.weights,
        operating_margin=given.operating_margin,
        hours_on_margin=hours,
    )
    unit = "tCO2e/MWh"
    print(f"operating margin ({found.method}): {number(found.operating_margin, unit)} {unit}")
    newest = f"{len(found.newest)} newest plants, {number(found.newest_share, '1')}"
    print(f"build margin ({newest}): {number(found.build_margin, unit)} {unit}")
    shares = f"{number(found.weights.operating, '1')} and {number(found.weights.build, '1')}"
    print(f"combined margin ({shares}): {number(found.combined_margin, unit)} {unit}")
    for warning in found.warnings:
        print(f"  warning: {warning}")
    return 0


def _lab(given: argparse.Namespace) -> int:
    from jcm_models.apps import serve_lab

    return serve_lab(given.port, browser=not given.no_browser, notebook=given.notebook)


if __name__ == "__main__":
    sys.exit(main())
