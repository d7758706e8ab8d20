"""Issuances from a csv file into the ledger: the whole file, or nothing and every bad row."""

from __future__ import annotations

import csv
import datetime
import io
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from jcm_models.ledger import (
    JAPAN,
    Account,
    Event,
    Issuance,
    LedgerError,
    Opening,
    Registration,
)
from jcm_models.ledger_database import Booked, Ledger
from jcm_models.ledger_database.queries import participants, projects
from jcm_models.problems import Place, Problem, nearest
from jcm_models.rulebook import partner

__all__ = ["COLUMNS", "import_issuances"]

_FORMULA = ("=", "+", "-", "@")
_OTHER_SEPARATORS = {";": "semicolons", "\t": "tabs"}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def _text(cell: str) -> str:
    if cell:
        return cell
    message = "is empty"
    raise ValueError(message)


def _day(cell: str) -> datetime.date:
    if _DAY.fullmatch(cell):
        return datetime.date.fromisoformat(cell)
    message = f"found {cell!r}; a day is written year-month-day, such as 2022-02-24"
    raise ValueError(message)


def _whole(cell: str) -> int:
    if cell.isascii() and cell.isdigit():
        return int(cell)
    message = f"found {cell!r}; a whole number without separators or unit is needed"
    raise ValueError(message)


def _account(cell: str) -> str:
    return str(Account.parse(cell))


def _host(cell: str) -> str:
    if cell == JAPAN:
        message = f"found {cell!r}; projects are in partner countries (such as THA), not in Japan"
        raise ValueError(message)
    found = partner(cell)
    if found.signed is None:
        message = (
            f"found {cell!r}; there is no memorandum with {found.name}, and no credits are issued "
            "without one; write the code of a partner country (such as THA), or leave the row out"
        )
        raise ValueError(message)
    return found.code


COLUMNS: dict[str, Callable[[str], Any]] = {
    "project": _text,
    "host": _host,
    "registered": _day,
    "vintage": _whole,
    "monitored_from": _day,
    "monitored_to": _day,
    "issued": _day,
    "account": _account,
    "quantity": _whole,
}
"""The columns of the file, in order, and how their cells are read."""


class _Row(NamedTuple):
    """A row that could be read, and its line."""

    line: int
    cells: dict[str, Any]


def import_issuances(ledger: Ledger, file: Path, *, open_accounts: bool = False) -> list[Booked]:
    """Book the issuances of a csv file, and register the projects that are new.

    Parameters
    ----------
    ledger : Ledger
        The ledger.
    file : pathlib.Path
        One issuance of a project, vintage and account a row; the columns are `COLUMNS`.
    open_accounts : bool
        Whether accounts of participants that are not there yet are opened.

    Returns
    -------
    list of Booked
        What was booked.

    Raises
    ------
    LedgerError
        With every row that cannot be read, repeats another, or is refused; nothing is booked.
    """
    rows, problems = _read(file)
    with ledger.writing() as writer:
        known = projects(writer.connection)
        opened = participants(writer.connection)
        before, more = _prepared(rows, known, opened, file, open_accounts=open_accounts)
        problems += more
        planned = [*before, *((row.line, _issuance(row.cells)) for row in rows)]

        def name(position: int) -> str:
            return str(Place(str(file), planned[position][0]))

        try:
            booked = writer.book([event for _, event in planned], name)
        except LedgerError as error:
            problems += error.problems
        if problems:  # what was booked for the trial goes with the transaction
            raise LedgerError(problems)
        return booked


def _read(file: Path) -> tuple[list[_Row], list[Problem]]:
    # Lines end as csv ends them; Python's own splitting knows more ends, which a cell may hold.
    lines = csv.reader(io.StringIO(_text_of(file), newline=""), strict=True)
    try:
        header = next(lines, [])
        problems = _wrong_header(header, file)
        if problems:
            raise LedgerError(problems)
        rows: list[_Row] = []
        seen: dict[tuple[str, ...], int] = {}
        begins = lines.line_num + 1
        for cells in lines:
            if any(cells):
                _read_row(cells, Place(str(file), begins), rows, problems, seen)
            begins = lines.line_num + 1  # a row with a quoted line break ends further down
    except csv.Error as error:
        place = Place(str(file), lines.line_num)
        raise LedgerError([Problem("", f"is no sound csv: {error}", place)]) from None
    if not rows and not problems:
        problems.append(Problem(str(file), "holds no issuances"))
    return rows, problems


def _text_of(file: Path) -> str:
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        reason = f"cannot be read as UTF-8 text: {error}; save it as csv in UTF-8"
    except OSError as error:
        reason = f"cannot be read ({error.strerror}); name a csv file of issuances"
    else:
        if text.strip():
            return text
        reason = f"is empty; its first line is {','.join(COLUMNS)}"
    raise LedgerError([Problem(str(file), reason)])


def _wrong_header(header: Sequence[str], file: Path) -> list[Problem]:
    place = Place(str(file), 1)
    if tuple(header) == tuple(COLUMNS):
        return []
    if len(header) == 1:
        for separator, name in _OTHER_SEPARATORS.items():
            if separator in header[0]:
                text = f"its cells stand apart by {name}; save it as csv with commas"
                return [Problem("", text, place)]
    problems = [
        Problem(name, f"is no column of issuances{nearest(name, COLUMNS)}", place)
        for name in header
        if name not in COLUMNS
    ]
    problems += [
        Problem(name, "this column is missing", place) for name in COLUMNS if name not in header
    ]
    if not problems:
        text = f"the columns stand in another order or twice; needed is {','.join(COLUMNS)}"
        problems.append(Problem("", text, place))
    return problems


def _read_row(
    cells: list[str],
    place: Place,
    rows: list[_Row],
    problems: list[Problem],
    seen: dict[tuple[str, ...], int],
) -> None:
    """Read a row into `rows`, or tell in `problems` what is wrong with it."""
    line = place.line or 0
    if len(cells) != len(COLUMNS):
        text = f"has {len(cells)} cells; {len(COLUMNS)} are needed"
        problems.append(Problem("", text, place))
        return
    first = seen.setdefault(tuple(cells), line)
    if first != line:
        problems.append(Problem("", f"repeats line {first}", place))
        return
    found: dict[str, Any] = {}
    for (name, read), cell in zip(COLUMNS.items(), cells, strict=True):
        try:
            if cell.strip().startswith(_FORMULA) or cell.startswith(("\t", "\r")):
                text = f"found {cell!r}; a cell that begins like a formula is not read"
                problems.append(Problem(name, text, place))
            else:
                found[name] = read(cell.strip())
        except ValueError as error:
            problems.append(Problem(name, str(error), place))
    if len(found) == len(COLUMNS):
        rows.append(_Row(line, found))


def _prepared(
    rows: Sequence[_Row],
    known: dict[str, Registration],
    opened: set[str],
    file: Path,
    *,
    open_accounts: bool,
) -> tuple[list[tuple[int, Event]], list[Problem]]:
    """Return the registrations and openings that rows need, and what speaks against them."""
    new: dict[str, Registration] = {}
    events: list[tuple[int, Event]] = []
    opening = set(opened)
    problems = []
    for row in rows:
        cells, place = row.cells, Place(str(file), row.line)
        project = cells["project"]
        own = Registration(day=cells["registered"], project=project, host=cells["host"])
        other = known.get(project) or new.get(project)
        if other is None:
            other = new[project] = own
            events.append((row.line, own))
        if (other.day, other.host) != (own.day, own.host):
            text = (
                f"{project} is registered in {own.host} on {own.day} here, and in {other.host} "
                f"on {other.day} elsewhere; a project is registered once"
            )
            problems.append(Problem("project", text, place))
        account = cells["account"]
        if Account.parse(account).kind == "participant" and account not in opening:
            opening.add(account)
            events.append((row.line, Opening(day=cells["registered"], account=account)))
            if not open_accounts:
                hint = nearest(account, opened) or "; --open opens the accounts that are missing"
                problems.append(Problem("account", f"there is no {account}{hint}", place))
    return events, problems


def _issuance(cells: dict[str, Any]) -> Issuance:
    return Issuance(
        day=cells["issued"],
        project=cells["project"],
        vintage=cells["vintage"],
        monitored_from=cells["monitored_from"],
        monitored_to=cells["monitored_to"],
        target=cells["account"],
        quantity=cells["quantity"],
    )
