"""``jcm aef``: its arguments, what it does, and what it says."""

from __future__ import annotations

import argparse
import datetime
from pathlib import Path
from typing import Any

from jcm_models.ledger_commands import command, day, opened, year, years
from jcm_models.problems import Problem, ScenarioError, nearest

__all__ = ["add_aef"]


def add_aef(commands: Any) -> None:
    """Add ``jcm aef``."""
    aef = commands.add_parser("aef", help="write or check a report in the agreed electronic format")
    does = aef.add_subparsers(required=True, metavar="what")
    write = command(does, "write", "write what a Party reports, from the ledger", _write)
    write.add_argument("target", type=Path, help="a .xlsx file, or a folder for csv files")
    write.add_argument("--party", required=True, metavar="JPN")
    write.add_argument("--year", type=year, required=True, help="the year reported on")
    write.add_argument("--day", type=day, help="of submission; today by default")
    write.add_argument("--ndc", type=years, default=(2021, 2030), metavar="2021-2030")
    check = does.add_parser("check", help="check a report")
    check.add_argument("report", type=Path, help="a .xlsx file, or a folder of csv files")
    check.set_defaults(say=_check)


def _write(given: argparse.Namespace) -> str:
    from jcm_models.aef import check_aef, write_aef
    from jcm_models.aef.from_ledger import aef_report
    from jcm_models.article6_records import Submission

    _refuse_no_party_or_year(given.party, given.year)
    submission = Submission(
        party=given.party,
        reported_year=given.year,
        day=given.day or datetime.datetime.now(tz=datetime.UTC).date(),
        first_ndc_year=given.ndc[0],
        last_ndc_year=given.ndc[1],
    )
    with opened(given) as ledger:
        report = aef_report(ledger, submission)
    doubts = check_aef(report)
    write_aef(report, given.target)
    counted = f"{len(report.actions):,} actions, {len(report.holdings):,} holdings"
    return "\n".join([f"{given.target}: {counted}", *(f"  to doubt: {each}" for each in doubts)])


def _refuse_no_party_or_year(party: str, reported: int) -> None:
    from jcm_models.double_counting.check import FIRST_ITMO_VINTAGE
    from jcm_models.ledger import JAPAN
    from jcm_models.rulebook import partners

    problems = []
    known = (JAPAN, *partners())
    if party not in known:
        reason = f"found {party!r}, which keeps no register of the JCM"
        way_out = nearest(party, known) or f"; allowed are {', '.join(known)}"
        problems.append(Problem("--party", reason + way_out))
    if reported < FIRST_ITMO_VINTAGE:
        reason = f"found {reported}; mitigation outcomes, and reports on them, begin with"
        problems.append(Problem("--year", f"{reason} {FIRST_ITMO_VINTAGE}"))
    if problems:
        raise ScenarioError(problems)


def _check(given: argparse.Namespace) -> str:
    from jcm_models.aef import check_aef, read_aef

    problems = check_aef(read_aef(given.report))
    if problems:
        raise ValueError("\n".join(map(str, problems)))
    return f"{given.report}: sound"
