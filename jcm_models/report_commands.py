"""``jcm report`` and ``jcm reproduce``: their arguments, what they do, and what they say."""

from __future__ import annotations

import argparse
import glob
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jcm_models.documents import parse_sets
from jcm_models.parts.locally import usable_cores
from jcm_models.problems import Problem, ScenarioError
from jcm_models.wording import LANGUAGES

if TYPE_CHECKING:
    from jcm_models.report_templates import ReportTemplate
    from jcm_models.reporting import Outcome, Reproduction, Task

__all__ = ["add_report"]

_FAILED = 1
_ROWS_SHOWN = 40


def add_report(commands: Any) -> None:
    """Add ``jcm report`` and ``jcm reproduce``."""
    report = commands.add_parser("report", help="run scenarios through notebooks to reports")
    report.add_argument("scenarios", nargs="*", metavar="scenario.yaml")
    report.add_argument("--reports", type=Path, default=Path("reports"), help="folder of reports")
    _add_what(report)
    _add_how(report)
    report.set_defaults(command=_report)
    reproduce = commands.add_parser("reproduce", help="make a run again from its folder alone")
    reproduce.add_argument("run", type=Path, metavar="reports/SCENARIO/RUN")
    reproduce.set_defaults(command=_reproduce)


def _add_what(report: argparse.ArgumentParser) -> None:
    """Add what says which runs there are."""
    for names, metavar, text in (
        (("--set",), "KEY=VALUE", "replace a value, such as crediting.discount=0.95"),
        (("--matrix",), "KEY=VALUE,VALUE", "a run for each value; twice, for each combination"),
        (("--notebook",), "NAME", "a notebook instead of those of the scenario; again for more"),
        (("-p", "--parameter"), "NAME=VALUE", "parameter of the notebook"),
    ):
        report.add_argument(*names, action="append", default=[], metavar=metavar, help=text)
    report.add_argument(
        "--table", type=Path, metavar="FILE", help="csv or xlsx with a run in each row"
    )
    report.add_argument("--lang", choices=LANGUAGES, help="language of the reports")
    report.add_argument(
        "--template", type=Path, metavar="FOLDER", help="a team's own page, style and notebooks"
    )
    report.add_argument(
        "--failed", action="store_true", help="run again what failed and has not succeeded since"
    )


def _add_how(report: argparse.ArgumentParser) -> None:
    """Add what says how they are run."""
    report.add_argument(
        "--jobs", type=_at_least_one, default=usable_cores(), help="how many run at a time"
    )
    report.add_argument(
        "--scheduler", metavar="tcp://HOST:8786", help="a dask cluster that runs them instead"
    )
    report.add_argument(
        "--timeout", type=_at_least_one, default=1800, help="seconds for a run; 1800 by default"
    )
    report.add_argument("--force", action="store_true", help="run what is complete again, too")
    report.add_argument("--pdf", action="store_true", help="print each report as PDF, too")
    report.add_argument(
        "--output", type=Path, metavar="FOLDER", help="copy the one run there, for make and others"
    )


def _at_least_one(text: str) -> int:
    """Read a whole number; the message is argparse's."""
    if not text.isdecimal() or int(text) < 1:
        message = f"{text!r} is no whole number of 1 or more"
        raise argparse.ArgumentTypeError(message)
    return int(text)


def _report(given: argparse.Namespace) -> int:
    from jcm_models.parts import PartsError
    from jcm_models.reporting import Settings, assert_writable, expect_many, run_all

    if _asks_for_many(given):
        expect_many()
    tasks = _tasks(given)
    if given.pdf:
        from jcm_models.printing import require_printer

        require_printer()
    assert_writable(given.reports)
    settings = Settings(given.reports, given.timeout, given.force)
    running = run_all(tasks, settings, jobs=given.jobs, scheduler=given.scheduler)
    try:
        outcomes = list(_progress(running, len(tasks)))
    except PartsError as error:
        _list_runs(given)
        raise SystemExit(f"{error} What is complete is kept; the same call goes on.") from None
    except KeyboardInterrupt:
        _list_runs(given)
        text = f"Stopped. What is complete is kept in {given.reports}; the same call goes on."
        raise KeyboardInterrupt(text) from None
    if given.pdf:
        _print_missing(outcomes)
    listed, index = _list_runs(given)
    if given.output:
        _copy(outcomes, given.output)
    print("\n".join([*_summary(outcomes), _last_line(outcomes, index)]))
    return 0 if listed and all(outcome.report for outcome in outcomes) else _FAILED


def _asks_for_many(given: argparse.Namespace) -> bool:
    """Tell whether there will be several runs on this machine, as far as can be told so early."""
    patterns = len(given.scenarios) > 1 or any(map(glob.has_magic, given.scenarios))
    several = patterns or len(given.notebook) > 1 or given.matrix or given.table or given.failed
    return bool(several and not given.scheduler)


def _list_runs(given: argparse.Namespace) -> tuple[bool, str]:
    """Write the page of all runs; tell whether it is there, and what to say of it."""
    from jcm_models.run_index import write_index

    try:
        return True, f"open {write_index(given.reports, given.lang or 'en')}"
    except OSError as error:  # there may be no room for it
        return False, f"the list of all runs could not be written: {error.strerror}"


def _tasks(given: argparse.Namespace) -> list[Task]:
    """Return every run that is asked for, or raise with all that is wrong."""
    from jcm_models.reporting.gathering import Asked, failed_before, gather

    template = _template(given.template)
    if given.failed:
        _refuse_with_failed(given)
        return failed_before(given.reports)
    parameters = parse_sets(given.parameter, "-p")
    if given.lang:
        parameters = {"lang": given.lang, **parameters}
    tasks = gather(
        Asked(
            tuple(_files(given.scenarios)),
            parse_sets(given.set, "--set"),
            tuple(given.matrix),
            given.table,
            tuple(given.notebook),
            parameters,
        ),
        template,
    )
    if given.output:
        _assert_takes_a_run(given.output, len(tasks))
    return tasks


def _assert_takes_a_run(output: Path, runs: int) -> None:
    """Refuse what cannot become the copy of one run, above all a folder with other files."""
    from jcm_models.runs import RECORD

    text = ""
    if runs != 1:
        text = f"is for one run, and {runs} are asked for; name one scenario and notebook"
    elif output.is_dir() and any(output.iterdir()) and not (output / RECORD).is_file():
        text = f"{output} holds other files, which a copy of a run would replace; name a new folder"
    elif output.exists() and not output.is_dir():
        text = f"{output} is a file; name a folder"
    if text:
        raise ScenarioError([Problem("--output", text)])


def _template(folder: Path | None) -> ReportTemplate | None:
    if folder is None:
        return None
    from jcm_models.report_templates import read_template

    return read_template(folder)


def _refuse_with_failed(given: argparse.Namespace) -> None:
    names = ("scenarios", "set", "matrix", "table", "notebook", "parameter", "template")
    others = [name for name in names if getattr(given, name)]
    if others:
        text = f"runs again what failed as it was asked for, and takes no {', '.join(others)}"
        raise ScenarioError([Problem("--failed", text)])


def _files(names: Sequence[str]) -> Iterator[str]:
    """Yield the scenarios that are named; a pattern that the shell left is filled in here."""
    problems = []
    for name in names:
        found = sorted(glob.glob(name)) if glob.has_magic(name) else [name]
        if not found:
            problems.append(Problem(name, "matches no file; see what there is in scenarios/"))
        yield from found
    if problems:
        raise ScenarioError(problems)


def _progress(outcomes: Iterable[Outcome], total: int) -> Iterator[Outcome]:
    """Show a bar with what is left on a terminal, plain lines elsewhere."""
    from tqdm import tqdm

    tqdm.monitor_interval = 0  # its thread would be copied into workers, half alive
    counts = dict.fromkeys(("done", "skipped", "failed"), 0)
    terminal = sys.stderr.isatty()
    with tqdm(total=total, unit=" runs", disable=not terminal, leave=False) as bar:
        for number, outcome in enumerate(outcomes, start=1):
            counts[outcome.state] += 1
            bar.set_postfix_str(", ".join(f"{count} {state}" for state, count in counts.items()))
            bar.update()
            failed = outcome.report is None
            line = f"{number}/{total} {outcome.label}: {_told(outcome)}"
            tqdm.write(line, file=sys.stderr if failed else sys.stdout)
            yield outcome


def _told(outcome: Outcome) -> str:
    if outcome.report is None:
        where = f"; see {outcome.log}" if outcome.log else ""
        return f"failed after {outcome.seconds:.1f} s: {outcome.error}{where}"
    state = "up to date" if outcome.up_to_date else f"{outcome.seconds:.1f} s"
    return f"{outcome.report} ({state})"


def _print_missing(outcomes: Iterable[Outcome]) -> None:
    from jcm_models.printing import print_pdfs

    pages = [outcome.report for outcome in outcomes if outcome.report]
    for pdf in print_pdfs(page for page in pages if not page.with_suffix(".pdf").is_file()):
        print(f"{pdf}: printed")


def _copy(outcomes: Iterable[Outcome], output: Path) -> None:
    """Copy a run to where whoever called expects it; the old copy gives way when it is whole."""
    from jcm_models.runs import new_folder

    for outcome in outcomes:
        if outcome.report:
            try:
                with new_folder(output) as folder:
                    shutil.copytree(outcome.report.parent, folder, dirs_exist_ok=True)
            except OSError as error:
                text = (
                    f"{output} cannot be written: {error.strerror}; the run is in {outcome.report}"
                )
                raise ScenarioError([Problem("--output", text)]) from None


def _summary(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Yield a table of what came of the runs, the failed ones first, if there are several."""
    if len(outcomes) < 3:
        return
    ordered = sorted(outcomes, key=lambda outcome: outcome.report is not None)
    width = max(len(outcome.label) for outcome in ordered[:_ROWS_SHOWN])
    yield f"\n{'run':{width}}  {'state':7}  {'seconds':>7}"
    for outcome in ordered[:_ROWS_SHOWN]:
        why = f"  {outcome.error}" if outcome.error else ""
        yield f"{outcome.label:{width}}  {outcome.state:7}  {outcome.seconds:7.1f}{why}"
    if len(ordered) > _ROWS_SHOWN:
        yield f"... and {len(ordered) - _ROWS_SHOWN} more"
    yield ""


def _last_line(outcomes: Sequence[Outcome], index: str) -> str:
    states = [outcome.state for outcome in outcomes]
    there = len(states) - states.count("failed")
    counted = ", ".join(f"{states.count(s)} {s}" for s in ("done", "skipped", "failed"))
    again = "; jcm report --failed runs the failed ones again" if "failed" in states else ""
    return f"{there} of {len(states)} reports are there ({counted}); {index}{again}"


def _reproduce(given: argparse.Namespace) -> int:
    from jcm_models.reporting import reproduce

    found = reproduce(given.run)
    print("\n".join(_said_of(found)))
    return 0 if found.agrees else _FAILED


def _said_of(found: Reproduction) -> Iterator[str]:
    for change in found.changed_before:
        yield f"since run {found.run_id} was made: {change}"
    if found.error:
        yield f"it cannot be made again: {found.error}"
    elif found.differing:
        names = ", ".join(found.differing)
        yield f"{len(found.differing)} of {found.files} files come out otherwise: {names}"
    else:
        yield f"all {found.files} files come out the same, byte by byte"
