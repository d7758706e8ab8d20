"""The command line: check, report, sweep, explain, new, grid, rules, ledger, aef, app and more."""

from __future__ import annotations

import argparse
import datetime
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jcm_models.aef_commands import add_aef
from jcm_models.documents import parse_set, shown
from jcm_models.ledger_commands import add_ledger, day
from jcm_models.new_commands import add_new
from jcm_models.problems import Problem, ScenarioError
from jcm_models.quantities import convert, parse
from jcm_models.sweep_commands import add_sweep

if TYPE_CHECKING:
    from jcm_models.reporting import Outcome, Task
    from jcm_models.scenario import Scenario

__all__ = ["main"]

_FAILED = 1
_BAD_INPUT = 2
_LAST_PORT = 65535


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
    given = _parser().parse_args(arguments)
    try:
        if "say" in given:
            print(given.say(given), flush=True)
            return 0
        code: int = given.command(given)
    except (ScenarioError, ValueError, ArithmeticError) as error:
        print(error, file=sys.stderr)
        return _BAD_INPUT
    except KeyboardInterrupt as stopped:
        if str(stopped):  # what is done is kept, and how to go on
            print(stopped, file=sys.stderr)
        return 130
    except BrokenPipeError:  # whoever read has closed, such as `head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="jcm", description="The JCM workbench: scenarios in, reports and apps out."
    )
    commands = parser.add_subparsers(required=True, metavar="command")
    _add_check(commands)
    _add_report(commands)
    add_sweep(commands, _one_loaded, _add_set)
    _add_explain(commands)
    add_new(commands)
    _add_grid(commands)
    _add_rules(commands)
    add_ledger(commands)
    add_aef(commands)
    _add_servers(commands)
    return parser


def _add_check(commands: Any) -> None:
    check = commands.add_parser("check", help="list everything that is wrong with scenarios")
    check.add_argument("scenarios", nargs="+", metavar="scenario.yaml")
    _add_set(check)
    check.set_defaults(command=_check)
    schema = commands.add_parser("schema", help="write the JSON schema that editors read")
    schema.add_argument("folder", nargs="?", type=Path, default=Path("scenarios"))
    schema.set_defaults(command=_schema)


def _add_report(commands: Any) -> None:
    report = commands.add_parser("report", help="run scenarios through their notebook to a report")
    report.add_argument("scenarios", nargs="+", metavar="scenario.yaml")
    report.add_argument("--reports", type=Path, default=Path("reports"), help="folder of reports")
    report.add_argument(
        "-p",
        "--parameter",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="parameter of the notebook",
    )
    report.add_argument(
        "--jobs", type=_jobs, default=_jobs(os.cpu_count() or 1), help="how many run at a time"
    )
    _add_set(report)
    report.set_defaults(command=_report)


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
    rules = commands.add_parser(
        "rules", help="print what applied in a country on a day, and where it is written"
    )
    rules.add_argument("country", metavar="IDN")
    rules.add_argument("--on", type=day, metavar="DAY", help="such as 2025-01-01; today by default")
    rules.set_defaults(say=_rules)


def _rules(given: argparse.Namespace) -> str:
    from jcm_models.rules_page import rules_text

    return rules_text(given.country, given.on or datetime.datetime.now(tz=datetime.UTC).date())


def _add_servers(commands: Any) -> None:
    for name, text, port in (
        ("app", "serve the app with Voilà", 8866),
        ("lab", "open the notebooks in JupyterLab", 8888),
    ):
        server = commands.add_parser(name, help=text)
        server.add_argument("--port", type=_port, default=port)
        server.add_argument("--no-browser", action="store_true")
        server.add_argument("--notebook", default="reference_vs_bau", help="such as methods")
        server.set_defaults(command=_serve, server=name)


def _jobs(text: str | int) -> int:
    """Read a number of jobs; the message is argparse's."""
    jobs = int(text)
    if jobs < 1:
        message = "at least one job is needed"
        raise argparse.ArgumentTypeError(message)
    return jobs


def _port(text: str) -> int:
    """Read a port; the message is argparse's."""
    port = int(text)
    if not 0 < port <= _LAST_PORT:
        message = f"a port is a number from 1 to {_LAST_PORT}"
        raise argparse.ArgumentTypeError(message)
    return port


def _add_set(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="replace a value, such as crediting.discount=0.95",
    )


def _overrides(texts: Iterable[str]) -> dict[str, Any]:
    """Read key=value texts; two that disagree are a problem, not a matter of order."""
    found: dict[str, Any] = {}
    problems = []
    for text in texts:
        try:
            key, value = parse_set(text)
        except ValueError as error:
            problems.append(Problem("--set", str(error)))
            continue
        if found.get(key, value) != value:
            problems.append(Problem(key, f"set twice, to {found[key]} and to {value}; keep one"))
        found[key] = value
    if problems:
        raise ScenarioError(problems)
    return found


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
    return _loaded([given.scenario], _overrides(given.set))[0]


def _check(given: argparse.Namespace) -> int:
    from jcm_models.plausibility import warnings_of

    for scenario in _loaded(given.scenarios, _overrides(given.set)):
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


def _report(given: argparse.Namespace) -> int:
    from jcm_models.reporting import assert_writable, plan, run_all, write_index

    scenarios = _loaded(given.scenarios, _overrides(given.set))
    _refuse_same_names(scenarios)
    parameters = _overrides(given.parameter)
    changes = _joined(given.set)
    tasks = [plan(scenario, parameters, changes) for scenario in scenarios]
    assert_writable(given.reports)
    outcomes = list(_progress(run_all(tasks, given.reports, given.jobs), tasks))
    index = write_index(given.reports)
    failed = sum(outcome.report is None for outcome in outcomes)
    print(f"{len(outcomes) - failed} of {len(outcomes)} reports are there; open {index}")
    return _FAILED if failed else 0


def _joined(changes: Sequence[str]) -> str:
    """Join the changes as the notebook reads them, so that both simulate the same."""
    split = [change for change in changes if ";" in change]
    if split:
        text = "a semicolon cannot stand in a change here; write it into the scenario"
        raise ScenarioError([Problem(f"--set {change}", text) for change in split])
    return "; ".join(changes)


def _refuse_same_names(scenarios: Sequence[Scenario]) -> None:
    names = [scenario.name for scenario in scenarios]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        text = "two scenarios have this name; their reports would stand in one folder"
        raise ScenarioError([Problem(name, text) for name in twice])


def _progress(outcomes: Iterable[Outcome], tasks: Sequence[Task]) -> Iterable[Outcome]:
    """Show a bar on a terminal, plain lines elsewhere."""
    from tqdm import tqdm

    terminal = sys.stderr.isatty()
    bar = tqdm(total=len(tasks), unit="report", disable=not terminal, leave=False)
    for number, outcome in enumerate(outcomes, start=1):
        bar.update()
        line = f"{number}/{len(tasks)} {outcome.scenario}: {_told(outcome)}"
        tqdm.write(line, file=sys.stderr if outcome.report is None else sys.stdout)
        yield outcome
    bar.close()


def _told(outcome: Outcome) -> str:
    if outcome.report is None:
        return f"failed after {outcome.seconds:.1f} s: {outcome.error}"
    state = "up to date" if outcome.up_to_date else f"{outcome.seconds:.1f} s"
    return f"{outcome.report} ({state})"


def _explain(given: argparse.Namespace) -> int:
    from jcm_models.explanation import explain
    from jcm_models.simulation import simulate

    scenario = _one_loaded(given)
    year = scenario.years.first if given.year is None else given.year
    print(explain(simulate(scenario), given.variable, year, given.party))
    return 0


def _grid(given: argparse.Namespace) -> int:
    from jcm_models.grid_factor import grid_emission_factor, read_plants
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


def _serve(given: argparse.Namespace) -> int:
    from jcm_models.apps import serve_app, serve_lab

    serve = serve_app if given.server == "app" else serve_lab
    return serve(given.port, browser=not given.no_browser, notebook=given.notebook)


if __name__ == "__main__":
    sys.exit(main())
