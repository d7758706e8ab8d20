"""``jcm ledger``: its arguments, what it does, and what it says."""

from __future__ import annotations

import argparse
import contextlib
import datetime
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jcm_models.problems import Problem, nearest
from jcm_models.strict_yaml import is_file

if TYPE_CHECKING:
    from jcm_models.ledger import Grant
    from jcm_models.ledger_database import Booked, Ledger
    from jcm_models.ledger_database.operations import Amount

__all__ = ["add_ledger", "command", "day", "opened", "year", "years"]

_RESERVE = re.compile("[A-Z]{3}-reserve")  # no participant's name, whatever it ends with
_UNITS = re.compile(r"([A-Z]{3})-([0-9]{1,15})(?:-([0-9]{1,15}))?")


def add_ledger(commands: Any) -> None:
    """Add ``jcm ledger`` and what it can do."""
    ledger = commands.add_parser("ledger", help="book credits and see who holds them")
    does = ledger.add_subparsers(required=True, metavar="what")
    _add_recording(does)
    _add_bringing_in(does)
    _add_authorizing(does)
    _add_moving(does)
    _add_asking(does)


def command(does: Any, name: str, text: str, act: Callable[..., str]) -> Any:
    """Add a command whose first argument is a ledger, and return it."""
    added = does.add_parser(name, help=text)
    added.add_argument("ledger", help="a file, made if it is not there, or a database's address")
    added.set_defaults(say=act)
    return added


def _add_recording(does: Any) -> None:
    account = _recording(does, "open", "open an account of a participant", _open)
    account.add_argument("account", help="such as JPN-participant-Mayekawa")
    project = _recording(does, "register", "register a project", _register)
    project.add_argument("project", help="its number, such as TH014")
    project.add_argument("--host", required=True, metavar="THA")
    project.add_argument("--title", default="")
    project.add_argument("--methodology", default="", metavar="TH_AM001")
    notice = _recording(does, "notice", "book the notice that ends a memorandum", _notice)
    notice.add_argument("partner", metavar="THA")


def _recording(does: Any, name: str, text: str, act: Callable[..., str]) -> Any:
    added = command(does, name, text, act)
    added.add_argument("--day", type=day, required=True)
    return added


def _add_bringing_in(does: Any) -> None:
    bring = command(does, "import", "book the issuances of a csv file, all or none", _import)
    bring.add_argument("file", nargs="?", type=Path, metavar="issuances.csv")
    bring.add_argument("--open", action="store_true", help="open accounts that are missing")
    bring.add_argument(
        "--published", action="store_true", help="the issuances known from publications"
    )
    issue = command(does, "issue", "book the credits of a scenario", _issue)
    issue.add_argument("scenario", metavar="scenario.yaml")
    issue.add_argument("--registered", type=day, metavar="DAY", help="of the project")
    issue.add_argument("--reversals", action="store_true", help="and what becomes of the reserve")


def _add_authorizing(does: Any) -> None:
    grant = command(does, "authorize", "authorize credits for uses", _authorize)
    grant.add_argument("authorization", help="its identifier, such as MNG-2026-1")
    grant.add_argument("--day", type=day, required=True)
    grant.add_argument("--host", required=True, metavar="MNG")
    grant.add_argument("--approach", required=True, metavar="CA0001", help="cooperative approach")
    grant.add_argument(
        "--for", dest="purposes", nargs="+", default=["NDC"], choices=("NDC", "IMP", "OP")
    )
    grant.add_argument("--vintages", type=years, default=(2021, 2030), metavar="2021-2030")
    grant.add_argument("--quantity", type=int, help="at most so many tCO2e")
    grant.add_argument("--first-transfer", default="", help="for IMP and OP, what counts as such")
    grant.add_argument("--account", help="and bring all units of this account under it")


def _add_moving(does: Any) -> None:
    move = _moving(does, "transfer", "move credits, or release a reserve's", _transfer)
    move.add_argument("--to", required=True, metavar="ACCOUNT")
    first = _moving(does, "first-transfer", "transfer internationally", _first_transfer)
    first.add_argument("--to", default="", metavar="ACCOUNT", help="if they are not there already")
    use = _moving(does, "retire", "use credits", _retire)
    use.add_argument("--for", dest="purpose", required=True, metavar="NDC|IMP|OP|pledge")
    use.add_argument("--year", type=year, help="of the NDC it counts for")
    use.add_argument("--entity", default="", help="who uses them")
    end = _moving(does, "cancel", "cancel credits, of a reserve after a reversal", _cancel)
    end.add_argument("--reason", default="")
    end.add_argument("--for", dest="purpose", default="", metavar="IMP|OP")


def _moving(does: Any, name: str, text: str, act: Callable[..., str]) -> Any:
    added = command(does, name, text, act)
    added.add_argument("quantity", type=int, help="tCO2e")
    added.add_argument("--from", dest="account", required=True, metavar="ACCOUNT")
    added.add_argument("--day", type=day, required=True)
    added.add_argument("--project")
    added.add_argument("--vintage", type=year)
    return added


def _add_asking(does: Any) -> None:
    balance = command(does, "balance", "show what accounts hold", _balance)
    balance.add_argument("--on", type=day, help="at the end of this day")
    balance.add_argument("--account", help="one account, by project and vintage")
    history = command(does, "history", "show what happened to units", _history)
    history.add_argument("units", help="such as JPN-15 or JPN-15-20")
    command(does, "check", "compare the ledger with itself, and both sides' reports", _check)


def day(text: str) -> datetime.date:
    """Read a day, year-month-day; the message is argparse's."""
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        message = f"{text!r} is no day such as 2026-01-30"
        raise argparse.ArgumentTypeError(message) from None


def year(text: str) -> int:
    """Read a year of four digits; the message is argparse's."""
    if not re.fullmatch("[1-9][0-9]{3}", text):
        message = f"{text!r} is no year such as 2030"
        raise argparse.ArgumentTypeError(message)
    return int(text)


def years(text: str) -> tuple[int, int]:
    """Read two years; the message is argparse's."""
    found = re.fullmatch("([1-9][0-9]{3})-([1-9][0-9]{3})", text)
    if not found:
        message = f"{text!r} is no span of years such as 2021-2030"
        raise argparse.ArgumentTypeError(message)
    return int(found[1]), int(found[2])


@contextlib.contextmanager
def opened(given: argparse.Namespace, *accounts: str, new: bool = False) -> Iterator[Ledger]:
    """Open the ledger that is named, and refuse names of accounts that it does not have."""
    from jcm_models.ledger_database import Ledger, failures_in_words

    where = str(given.ledger)
    if not new and "://" not in where and not is_file(Path(where)):
        message = f"there is no ledger {where}; jcm ledger import, issue or register makes one"
        raise ValueError(message)
    with failures_in_words(where), Ledger(where) as ledger:
        _refuse_unknown(ledger, accounts)
        yield ledger


def _refuse_unknown(ledger: Ledger, accounts: Sequence[str]) -> None:
    from jcm_models.ledger import JAPAN, LedgerError
    from jcm_models.ledger.accounts import STANDING
    from jcm_models.ledger_database.queries import participants
    from jcm_models.rulebook import partners

    with ledger.reading() as connection:
        known = participants(connection)
    known |= {f"{register}-{kind}" for register in (JAPAN, *partners()) for kind in STANDING}
    problems = []
    for code in accounts:
        if code and code not in known:
            way_out = nearest(code, known) or "; jcm ledger open opens accounts of participants"
            problems.append(Problem(code, f"there is no such account{way_out}"))
    if problems:
        raise LedgerError(problems)


def _open(given: argparse.Namespace) -> str:
    from jcm_models.ledger import Opening

    with opened(given) as ledger:
        return _booked(ledger.append([Opening(day=given.day, account=given.account)]))


def _register(given: argparse.Namespace) -> str:
    from jcm_models.ledger import Registration

    project = Registration(
        day=given.day,
        project=given.project,
        host=given.host,
        title=given.title,
        methodology=given.methodology,
    )
    with opened(given, new=True) as ledger:
        return _booked(ledger.append([project]))


def _notice(given: argparse.Namespace) -> str:
    from jcm_models.ledger import Notice

    with opened(given) as ledger:
        return _booked(ledger.append([Notice(day=given.day, partner=given.partner)]))


def _amount(given: argparse.Namespace) -> Amount:
    from jcm_models.ledger_database.operations import Amount

    return Amount(given.account, given.quantity, given.project, given.vintage)


def _import(given: argparse.Namespace) -> str:
    from jcm_models.issuance_import import import_issuances
    from jcm_models.published_replay import published_events

    if bool(given.published) == bool(given.file):
        message = "name one csv file of issuances, or --published"
        raise ValueError(message)
    with opened(given, new=True) as ledger:
        if given.published:
            return _booked(ledger.append(published_events()))
        return _booked(import_issuances(ledger, given.file, open_accounts=given.open))


def _issue(given: argparse.Namespace) -> str:
    from jcm_models.ledger_booking import scenario_events
    from jcm_models.ledger_reversals import book_reversals
    from jcm_models.simulation import compute, load_scenario

    results = compute(load_scenario(given.scenario))
    # All or nothing: credits without their reversals could not be booked a second time.
    with opened(given, new=True) as ledger, ledger.writing() as writer:
        booked = writer.book(scenario_events(results, given.registered))
        if not given.reversals:
            return _booked(booked)
        reversals = book_reversals(writer, results)
    return "\n".join([_booked(booked), *reversals.told()])


def _authorize(given: argparse.Namespace) -> str:
    from jcm_models.aef import wrong_fields
    from jcm_models.ledger import Grant, LedgerError
    from jcm_models.ledger_database.operations import authorize_all

    # A grant cannot be taken back, and every report to come would be doubted.
    wrong = wrong_fields(
        "authorizations",
        identifier=given.authorization,
        cooperative_approach=given.approach,
    )
    if wrong:
        raise LedgerError(wrong)
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
    with opened(given, given.account or "") as ledger:
        booked = authorize_all(ledger, grant, given.account)
    said = _booked(booked)
    return f"{said}\n{_covered(grant, given.account, booked)}" if given.account else said


def _covered(grant: Grant, account: str, booked: Sequence[Booked]) -> str:
    from jcm_models.ledger import Authorization

    events = [each.event for each in booked]
    total = sum(each.units.quantity for each in events if isinstance(each, Authorization))
    if total:
        return f"{total:,} tCO2e of {account} are under authorization {grant.authorization} now"
    return (
        f"0 tCO2e of {account} come under authorization {grant.authorization}: it holds none of "
        f"{grant.host}, vintages {grant.first_vintage} to {grant.last_vintage}, that are under no "
        "authorization yet"
    )


def _transfer(given: argparse.Namespace) -> str:
    from jcm_models.ledger_database.operations import release_reserve, transfer

    with opened(given, given.account, given.to) as ledger:
        move = release_reserve if _RESERVE.fullmatch(given.account) else transfer
        return _booked(move(ledger, given.day, _amount(given), given.to))


def _first_transfer(given: argparse.Namespace) -> str:
    from jcm_models.ledger_database.operations import first_transfer

    with opened(given, given.account, given.to) as ledger:
        return _booked(first_transfer(ledger, given.day, _amount(given), given.to))


def _retire(given: argparse.Namespace) -> str:
    from jcm_models.ledger_database.operations import retire

    more = {"year": given.year, "entity": given.entity}
    with opened(given, given.account) as ledger:
        return _booked(retire(ledger, given.day, _amount(given), given.purpose, **more))


def _cancel(given: argparse.Namespace) -> str:
    from jcm_models.ledger_database.operations import cancel, cancel_reserve

    with opened(given, given.account) as ledger:
        if _RESERVE.fullmatch(given.account):
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

    with opened(given, given.account or "") as ledger:
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

    found = _UNITS.fullmatch(given.units)
    first, last = (int(found[2]), int(found[3] or found[2])) if found else (0, 0)
    if not (found and 1 <= first <= last):
        message = f"{given.units!r} are no units such as JPN-15 or JPN-15-20, the lower first"
        raise ValueError(message)
    units = Units(found[1], first, last)
    with opened(given) as ledger:
        events = queries.history(ledger, units)
    if not events:
        message = f"{units}: never issued; jcm ledger balance shows what there is"
        raise ValueError(message)
    return "\n".join(map(_line, events))


def _line(booked: Booked) -> str:
    from jcm_models.ledger import move

    source, target = move(booked.event)
    way = f": {source or 'issued'} to {target}" if target else ""
    note = f" ({booked.event.note})" if booked.event.note else ""
    return f"{booked.number:>8}  {booked.event}{way}{note}"


def _check(given: argparse.Namespace) -> str:
    from jcm_models.aef.both_sides import findings_of
    from jcm_models.ledger_database import queries

    with opened(given) as ledger:
        problems = [*map(str, queries.problems_of(ledger)), *map(str, findings_of(ledger))]
    if problems:
        raise ValueError("\n".join(problems))
    return "sound: every unit stands in one account, and nothing is counted twice"
