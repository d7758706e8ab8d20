"""What a Party reports on a year, drawn from the ledger.

A range of units is reported as one row as long as all of it has the same project, vintage and
authorization. Units are the internationally transferred mitigation outcomes themselves: the
number of a unit in the register that issued it is the serial of its identifier.
"""

from __future__ import annotations

import datetime
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from jcm_models.aef.tables import AefReport
from jcm_models.article6_records import (
    Action,
    Authorization,
    AuthorizedEntity,
    Holding,
    Submission,
)
from jcm_models.ledger import (
    JAPAN,
    Acquisition,
    Cancellation,
    Entity,
    Event,
    FirstTransfer,
    Grant,
    Registration,
    ReserveCancellation,
    Retirement,
    Transfer,
)
from jcm_models.ledger import Authorization as UnitsAuthorized
from jcm_models.ledger.accounts import FINAL, Account
from jcm_models.ledger_database import Ledger, schema
from jcm_models.ledger_database.rows import event_of

__all__ = ["aef_report"]

_TO_ANOTHER_PARTY = "First transfer to another Party"
_SUBTYPES = {
    "Authorisation": "Authorization",
    "Issuance": "Issuance",
    "Use or Cancellation": "Use or cancellation",
}
_REPORTED = (
    UnitsAuthorized,
    FirstTransfer,
    Transfer,
    Acquisition,
    Retirement,
    Cancellation,
    ReserveCancellation,
)


class _Known:
    """The authorizations and projects of a ledger."""

    def __init__(self, connection: sa.Connection) -> None:
        kinds = (Grant.kind, Entity.kind, Registration.kind)
        query = sa.select(schema.event).where(schema.event.c.kind.in_(kinds))
        rows = connection.execute(query.order_by(schema.event.c.number)).mappings()
        events = [event_of(row) for row in rows]
        self.grants = {e.authorization: e for e in events if isinstance(e, Grant)}
        self.entities = [e for e in events if isinstance(e, Entity)]
        self.projects = {e.project: e for e in events if isinstance(e, Registration)}

    def common(self, row: Any) -> dict[str, Any]:
        """Return what actions and holdings say alike of a block."""
        grant = self.grants[row["authorization"]]
        return {
            "cooperative_approach": grant.cooperative_approach,
            "authorization": grant.authorization,
            "first_transferring_party": grant.host,
            "itmo_registry": f"{row['register']}01",
            "first": row["first"],
            "last": row["last"],
            "first_unit": f"{row['register']}-{row['first']}",
            "last_unit": f"{row['register']}-{row['last']}",
            "quantity": row["last"] - row["first"] + 1,
            "mitigation": self.projects[row["project"]].mitigation,
            "vintage": row["vintage"],
        }


def aef_report(ledger: Ledger, submission: Submission, *, all_years: bool = False) -> AefReport:
    """Return what a Party reports on a year.

    Parameters
    ----------
    ledger : Ledger
        The ledger.
    submission : Submission
        Who reports on which year.
    all_years : bool
        Whether actions of the years before are listed too, as the check for double counting
        needs them.

    Returns
    -------
    AefReport
        Its authorizations and entities, what it did with mitigation outcomes in the year, and
        those it held at the end of the year.
    """
    first = datetime.date(1 if all_years else submission.reported_year, 1, 1)
    last = datetime.date(submission.reported_year, 12, 31)
    with ledger.reading() as connection:
        known = _Known(connection)
        actions = tuple(_merged(_actions(connection, known, submission.party, first, last)))
        holdings = tuple(_merged(_holdings(connection, known, submission.party, last)))
    return AefReport(
        submission=submission,
        authorizations=tuple(_authorizations(known, submission.party, last)),
        actions=actions,
        holdings=holdings,
        entities=tuple(_entities(known, submission.party, last)),
    )


def _authorizations(known: _Known, party: str, last: datetime.date) -> Iterator[Authorization]:
    for grant in known.grants.values():
        if grant.day > last or party not in (grant.host, *grant.parties):
            continue
        others = [purpose for purpose in grant.purposes if purpose != "NDC"]
        other = "OIMP" if len(others) > 1 else "".join(others)
        ndc = "NDC" if "NDC" in grant.purposes else ""
        yield Authorization(
            identifier=grant.authorization,
            day=grant.day,
            cooperative_approach=grant.cooperative_approach,
            version=grant.version,
            quantity=grant.quantity,
            sectors=grant.sectors,
            purposes=" and ".join(part for part in (ndc, other) if part),
            parties=", ".join(grant.parties),
            entities=", ".join(grant.entities),
            oimp=other,
            timeframe=f"{grant.first_vintage} - {grant.last_vintage}",
            terms=grant.terms,
            first_transfer=grant.first_transfer if other else "",
            note=grant.note,
        )


def _entities(known: _Known, party: str, last: datetime.date) -> Iterator[AuthorizedEntity]:
    for each in known.entities:
        if each.party == party and each.day <= last:
            yield AuthorizedEntity(
                day=each.day,
                name=each.name,
                country=each.country,
                identification=each.identification,
                cooperative_approach=each.cooperative_approach,
                conditions=each.conditions,
                revocation=each.revocation,
                note=each.note,
            )


def _actions(
    connection: sa.Connection,
    known: _Known,
    party: str,
    first: datetime.date,
    last: datetime.date,
) -> Iterator[Action]:
    """Yield what a Party reports of each event, block by block.

    A range that an event touched begins and ends with a block, since blocks are split and never
    joined; and what a block says of its units held for the event too, since units are authorized
    once and first transferred once.
    """
    event, block, issuance = schema.event, schema.block, schema.issuance
    of_event = [c.label(f"event_{c.name}") for c in event.c]
    query = (
        sa.select(*of_event, block, issuance.c.project, issuance.c.vintage)
        .join(
            block,
            sa.and_(
                block.c.register == event.c.register,
                block.c.first >= event.c.first,
                block.c.first <= event.c.last,
            ),
        )
        .join(issuance, issuance.c.number == block.c.issuance)
        .where(event.c.kind.in_([each.kind for each in _REPORTED]))
        .where(event.c.day >= first, event.c.day <= last, block.c.authorization != "")
        .order_by(event.c.number, block.c.first)
    )
    number, happened = 0, None
    for row in connection.execute(query).mappings():
        if row["event_number"] != number or happened is None:
            number = row["event_number"]
            happened = event_of({c.name: row[f"event_{c.name}"] for c in event.c})
        yield from _of_block(known, party, happened, row)


def _of_block(known: _Known, party: str, event: Event, row: Any) -> Iterator[Action]:
    """Yield the actions by which a Party reports an event of a block; none where others do."""
    grant = known.grants[row["authorization"]]
    common = known.common(row) | {"day": event.day, "note": event.note}
    host = party == grant.host
    by_purpose = _SUBTYPES.get(row["transferred_by"], "")
    match event:
        case UnitsAuthorized():
            yield from _authorized(event, by_purpose, party, grant.host, common)
        case FirstTransfer():
            way = (event.source[:3], event.target[:3])
            yield from _first_transfer(way, _TO_ANOTHER_PARTY, party, grant.host, common)
        case Transfer():
            here, there = (code[:3] for code in (event.source, event.target))
            if party == here != there:
                yield Action(kind="Transfer", acquiring_party=there, **common)
        case Acquisition() if party == event.target[:3]:
            sender = JAPAN if host else grant.host
            yield Action(kind="Acquisition", transferring_party=sender, **common)
        case Retirement() | Cancellation():
            serves = bool(event.purpose) and event.purpose != "NDC"
            if serves and host and by_purpose == "Use or cancellation":
                yield Action(kind="First transfer", subtype=by_purpose, **common)
            if party == event.source[:3] and row["first_transferred"]:
                yield _end(event, common)
        case ReserveCancellation() if party == event.source[:3] and row["first_transferred"]:
            yield _cancelled(event, common)


def _authorized(
    event: UnitsAuthorized, by_purpose: str, party: str, host: str, common: dict[str, Any]
) -> Iterator[Action]:
    """Yield an authorization, and the first transfer that it may be at once."""
    if party == host:
        yield Action(kind="Authorization", **common)
    if by_purpose in ("Authorization", "Issuance"):
        way = (event.source[:3], event.source[:3])
        yield from _first_transfer(way, by_purpose, party, host, common)


def _first_transfer(
    way: tuple[str, str], subtype: str, party: str, host: str, common: dict[str, Any]
) -> Iterator[Action]:
    """Yield a first transfer from one register to another, as a Party reports it.

    Units that stand with another Party than the host already are acquired in the same moment.
    """
    here, there = way
    if party == host:
        acquiring = "" if there == host else there
        yield Action(kind="First transfer", subtype=subtype, acquiring_party=acquiring, **common)
    elif party == here == there:
        yield Action(kind="Acquisition", transferring_party=host, **common)


def _end(event: Retirement | Cancellation, common: dict[str, Any]) -> Action:
    register = event.source[:3]
    if isinstance(event, Retirement):
        return Action(
            kind="Use",
            purpose=event.purpose,
            using_party=event.party or register,
            using_entity=event.entity,
            use_year=event.year,
            **common,
        )
    return _cancelled(event, common, purpose=event.purpose, using_entity=event.entity)


def _cancelled(
    event: Cancellation | ReserveCancellation, common: dict[str, Any], **more: Any
) -> Action:
    voluntary = event.reason == "voluntary"
    return Action(
        kind="Voluntary Cancellation" if voluntary else "Cancellation",
        subtype="" if voluntary else "Other cancellations",
        using_party=event.source[:3],
        **more,
        **common,
    )


def _holdings(
    connection: sa.Connection, known: _Known, party: str, last: datetime.date
) -> Iterator[Holding]:
    """Yield the blocks that were mitigation outcomes and stood with a Party on a day."""
    block, issuance = schema.block, schema.issuance
    query = (
        sa.select(block, issuance.c.project, issuance.c.vintage)
        .join(issuance, issuance.c.number == block.c.issuance)
        .where(block.c.first_transferred <= last)
        .order_by(block.c.register, block.c.first)
    )
    rows = list(connection.execute(query).mappings())
    held = _accounts_on(connection, rows, last)
    for row, account in zip(rows, held, strict=True):
        if account and account.register == party and account.kind not in FINAL:
            yield Holding(**known.common(row))


def _accounts_on(
    connection: sa.Connection, rows: list[Any], last: datetime.date
) -> list[Account | None]:
    """Return the account in which each block stood at the end of a day."""
    held: list[Account | None] = [None] * len(rows)
    keys = [(row["register"], row["first"]) for row in rows]
    event = schema.event.c
    query = (
        sa.select(event.register, event.first, event.last, event.target)
        .where(event.target.is_not(None), event.day <= last)
        .order_by(event.number)
    )
    for register, start, end, target in connection.execution_options(yield_per=5_000).execute(
        query
    ):
        at, after = bisect_left(keys, (register, start)), bisect_right(keys, (register, end))
        held[at:after] = [Account.parse(target)] * (after - at)
    return held


def _merged(records: Iterable[Any]) -> Iterator[Any]:
    """Join rows of neighbouring units that say the same."""
    before: Any = None
    for record in records:
        if before is not None and _continues(before, record):
            before = replace(
                before,
                last=record.last,
                last_unit=record.last_unit,
                quantity=before.quantity + record.quantity,
            )
            continue
        if before is not None:
            yield before
        before = record
    if before is not None:
        yield before


def _continues(before: Any, record: Any) -> bool:
    if record.first != before.last + 1:
        return False
    same = {
        "first": before.first,
        "last": before.last,
        "first_unit": before.first_unit,
        "last_unit": before.last_unit,
        "quantity": before.quantity,
    }
    return bool(replace(record, **same) == before)
