"""``jcm ledger`` and ``jcm aef``: their arguments, what they do, and what they say."""

from __future__ import annotations

import argparse
import datetime
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jcm_models.ledger_database import Booked, Ledger
    from jcm_models.ledger_database.operations import Amount

__all__ = ["add_aef", "add_ledger", "day"]


def add_ledger(commands: Any) -> None:
    """Add ``jcm ledger`` and what it can do."""
    ledger = commands.add_parser("ledger", help="book credits and see who holds them")
    does = ledger.add_subparsers(required=True, metavar="what")
    _add_bringing_in(does)
    _add_authorizing(does)
    _add_moving(does)
    _add_asking(does)


def _command(does: Any, name: str, text: str, act: Callable[..., str]) -> Any:
    command = does.add_parser(name, help=text)
    command.add_argument("ledger", help="a file, made if it is not there, or a database's address")
    command.set_defaults(say=act)
    return command


def _add_bringing_in(does: Any) -> None:
    bring = _command(does, "import", "book the issuances of a csv file, all or none", _import)
    bring.add_argument("file", nargs="?", type=Path, metavar="issuances.csv")
    bring.add_argument("--open", action="store_true", help="open accounts that are missing")
    bring.add_argument(
        "--published", action="store_true", help="the issuances known from publications"
    )
    issue = _command(does, "issue", "book the credits of a scenario", _issue)
    issue.add_argument("scenario", metavar="scenario.yaml")
    issue.add_argument("--registered", type=day, metavar="DAY", help="of the project")


def _add_authorizing(does: Any) -> None:
    grant = _command(does, "authorize", "authorize credits for uses", _authorize)
    grant.add_argument("authorization", help="its identifier, such as MNG-2026-1")
    grant.add_argument("--day", type=day, required=True)
    grant.add_argument("--host", required=True, metavar="MNG")
    grant.add_argument("--approach", required=True, metavar="CA0001", help="cooperative approach")
    grant.add_argument(
        "--for", dest="purposes", nargs="+", default=["NDC"], choices=("NDC", "IMP", "OP")
    )
    grant.add_argument("--vintages", type=_years, default=(2021, 2030), metavar="2021-2030")
    grant.add_argument("--quantity", type=int, help="at most so many tCO2e")
    grant.add_argument("--first-transfer", default="", help="for IMP and OP, what counts as such")
    grant.add_argument("--account", help="and bring all units of this account under it")


def _add_moving(does: Any) -> None:
    move = _moving(does, "transfer", "move credits to another account", _transfer)
    move.add_argument("--to", required=True, metavar="ACCOUNT")
    first = _moving(does, "first-transfer", "transfer internationally", _first_transfer)
    first.add_argument("--to", default="", metavar="ACCOUNT", help="if they are not there already")
    use = _moving(does, "retire", "use credits", _retire)
    use.add_argument("--for", dest="purpose", required=True, metavar="NDC|IMP|OP|pledge")
    use.add_argument("--year", type=int, help="of the NDC it counts for")
    use.add_argument("--entity", default="", help="who uses them")
    end = _moving(does, "cancel", "cancel credits, of a reserve after a reversal", _cancel)
    end.add_argument("--reason", default="")
    end.add_argument("--for", dest="purpose", default="", metavar="IMP|OP")


def _moving(does: Any, name: str, text: str, act: Callable[..., str]) -> Any:
    command = _command(does, name, text, act)
    command.add_argument("quantity", type=int, help="tCO2e")
    command.add_argument("--from", dest="account", required=True, metavar="ACCOUNT")
    command.add_argument("--day", type=day, required=True)
    command.add_argument("--project")
    command.add_argument("--vintage", type=int)
    return command


def _add_asking(does: Any) -> None:
    balance = _command(does, "balance", "show what accounts hold", _balance)
    balance.add_argument("--on", type=day, help="at the end of this day")
    balance.add_argument("--account", help="one account, by project and vintage")
    history = _command(does, "history", "show what happened to units", _history)
    history.add_argument("units", help="such as JPN-15 or JPN-15-20")
    _command(does, "check", "compare the ledger with itself, and both sides' reports", _check)


def add_aef(commands: Any) -> None:
    """Add ``jcm aef``."""
    aef = commands.add_parser("aef", help="write or check a report in the agreed electronic format")
    does = aef.add_subparsers(required=True, metavar="what")
    write = _command(does, "write", "write what a Party reports, from the ledger", _aef_write)
    write.add_argument("target", type=Path, help="a .xlsx file, or a folder for csv files")
    write.add_argument("--party", required=True, metavar="JPN")
    write.add_argument("--year", type=int, required=True, help="the year reported on")
    write.add_argument("--day", type=day, help="of submission; today by default")
    write.add_argument("--ndc", type=_years, default=(2021, 2030), metavar="2021-2030")
    check = does.add_parser("check", help="check a report")
    check.add_argument("report", type=Path, help="a .xlsx file, or a folder of csv files")
    check.set_defaults(say=_aef_check)


def day(text: str) -> datetime.date:
    """Read a day, year-month-day; the message is argparse's."""
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        message = f"{text!r} is no day such as 2026-01-30"
        raise argparse.ArgumentTypeError(message) from None


def _years(text: str) -> tuple[int, int]:
    """Read two years; the message is argparse's."""
    first, dash, last = text.partition("-")
    if not (dash and first.isdigit() and last.isdigit()):
        message = f"{text!r} is no span of years such as 2021-2030"
        raise argparse.ArgumentTypeError(message)
    return int(first), int(last)


def _opened(given: argparse.Namespace, *, new: bool = False) -> Ledger:
    from jcm_models.ledger_database import Ledger

    where = str(given.ledger)
    if not new and "://" not in where and not Path(where).exists():
        message = f"there is no ledger {where}; jcm ledger import or issue makes one"
        raise ValueError(message)
    return Ledger(where)


def _amount(given: argparse.Namespace) -> Amount:
    from jcm_models.ledger_database.operations import Amount

    return Amount(given.account, given.quantity, given.project, given.vintage)


def _import(given: argparse.Namespace) -> str:
    from jcm_models.issuance_import import import_issuances
    from jcm_models.published_replay import published_events

    if bool(given.published) == bool(given.file):
        message = "name one csv file of issuances, or --published"
        raise ValueError(message)
    with _opened(given, new=True) as ledger:
        if given.published:
            return _booked(ledger.append(published_events()))
        return _booked(import_issuances(ledger, given.file, open_accounts=given.open))


def _issue(given: argparse.Namespace) -> str:
    from jcm_models.ledger_booking import scenario_events
    from jcm_models.simulation import compute, load_scenario

    results = compute(load_scenario(given.scenario))
    with _opened(given, new=True) as ledger:
        return _booked(ledger.append(scenario_events(results, given.registered)))


def _authorize(given: argparse.Namespace) -> str:
    from jcm_models.ledger import Grant
    from jcm_models.ledger_database.operations import authorize_all

    grant = Grant(
        day=given.day,
        authorization=given.authorization,
        cooperative_approach=given.approach,
        host=given.host,
        purposes=tuple(given.purposes),
        parties=("JPN",) if "NDC" in given.purposes else (),
        first_vintage=given.vintages[0],
        last_vintage=given.vintages[1],
        quantity=given.quantity,
        first_transfer=given.first_transfer,
    )
    with _opened(given) as ledger:
        return _booked(authorize_all(ledger, grant, given.account))


def _transfer(given: argparse.Namespace) -> str:
    from jcm_models.ledger_database.operations import transfer

    with _opened(given) as ledger:
        return _booked(transfer(ledger, given.day, _amount(given), given.to))


def _first_transfer(given: argparse.Namespace) -> str:
    from jcm_models.ledger_database.operations import first_transfer

    with _opened(given) as ledger:
        return _booked(first_transfer(ledger, given.day, _amount(given), given.to))


def _retire(given: argparse.Namespace) -> str:
    from jcm_models.ledger_database.operations import retire

    more = {"year": given.year, "entity": given.entity}
    with _opened(given) as ledger:
        return _booked(retire(ledger, given.day, _amount(given), given.purpose, **more))


def _cancel(given: argparse.Namespace) -> str:
    from jcm_models.ledger_database.operations import cancel, cancel_reserve

    with _opened(given) as ledger:
        if given.account.endswith("-reserve"):
            reason = given.reason or "reversal"
            return _booked(cancel_reserve(ledger, given.day, _amount(given), reason=reason))
        more = {"reason": given.reason or "voluntary", "purpose": given.purpose}
        return _booked(cancel(ledger, given.day, _amount(given), **more))


def _booked(booked: Sequence[Booked]) -> str:
    if not booked:
        return "nothing to book"
    lines = [f"{number:>8}  {event}" for number, event in booked[:_MOST_LINES]]
    more = len(booked) - _MOST_LINES
    return "\n".join([*lines, f"          and {more:,} more events"] if more > 0 else lines)


_MOST_LINES = 20


def _balance(given: argparse.Namespace) -> str:
    from jcm_models.ledger_database import queries

    with _opened(given) as ledger:
        if given.account:
            if given.on:
                message = "--on shows whole accounts; leave out --account, or --on"
                raise ValueError(message)
            held = queries.holdings(ledger, given.account)
            rows = [(each.project, str(each.vintage), each.quantity) for each in held]
        else:
            found = queries.balances_on(ledger, given.on) if given.on else queries.balances(ledger)
            rows = [(account, "", quantity) for account, quantity in found.items()]
    return _table(rows)


def _table(rows: Sequence[tuple[str, str, int]]) -> str:
    if not rows:
        return "there are no credits"
    total = ("together", "", sum(quantity for *_, quantity in rows))
    wide = max(len(name) for name, *_ in [*rows, total])
    return "\n".join(f"{n:<{wide}}  {v:>4}  {q:>15,} tCO2e" for n, v, q in [*rows, total])


def _history(given: argparse.Namespace) -> str:
    from jcm_models.ledger import Units
    from jcm_models.ledger_database import queries

    register, *numbers = given.units.split("-")
    if not (1 <= len(numbers) <= 2 and all(number.isdigit() for number in numbers)):
        message = f"{given.units!r} are no units such as JPN-15 or JPN-15-20"
        raise ValueError(message)
    units = Units(register, int(numbers[0]), int(numbers[-1]))
    with _opened(given) as ledger:
        return _lines(_line(each) for each in queries.history(ledger, units))


def _line(booked: Booked) -> str:
    from jcm_models.ledger import move

    source, target = move(booked.event)
    way = f": {source or 'issued'} to {target}" if target else ""
    return f"{booked.number:>8}  {booked.event}{way}"


def _lines(found: Iterable[str]) -> str:
    return "\n".join(found) or "nothing happened to these units"


def _check(given: argparse.Namespace) -> str:
    from jcm_models.aef.both_sides import findings_of
    from jcm_models.ledger_database import queries

    with _opened(given) as ledger:
        problems = [*map(str, queries.problems_of(ledger)), *map(str, findings_of(ledger))]
    if problems:
        raise ValueError("\n".join(problems))
    return "sound: every unit stands in one account, and nothing is counted twice"


def _aef_write(given: argparse.Namespace) -> str:
    from jcm_models.aef import check_aef, write_aef
    from jcm_models.aef.from_ledger import aef_report
    from jcm_models.article6_records import Submission

    submission = Submission(
        party=given.party,
        reported_year=given.year,
        day=given.day or datetime.datetime.now(tz=datetime.UTC).date(),
        first_ndc_year=given.ndc[0],
        last_ndc_year=given.ndc[1],
    )
    with _opened(given) as ledger:
        report = aef_report(ledger, submission)
    doubts = check_aef(report)
    write_aef(report, given.target)
    counted = f"{len(report.actions):,} actions, {len(report.holdings):,} holdings"
    return "\n".join([f"{given.target}: {counted}", *(f"  to doubt: {each}" for each in doubts)])


def _aef_check(given: argparse.Namespace) -> str:
    from jcm_models.aef import check_aef, read_aef

    problems = check_aef(read_aef(given.report))
    if problems:
        raise ValueError("\n".join(map(str, problems)))
    return f"{given.report}: sound"
