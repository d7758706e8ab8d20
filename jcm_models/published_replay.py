"""The published issuances, taken again the way from reductions to accounts.

Each total goes through crediting and allocation as that of any project would: by the shares and
the rounding that give what was published or, where none do, by the vector that was agreed.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator

import numpy as np

from jcm_models.allocation import allocate
from jcm_models.crediting import credit
from jcm_models.issuance_records import (
    IssuanceRecord,
    TransferRecord,
    issuance_records,
    transfer_records,
)
from jcm_models.ledger import Event, Issuance, Opening, Registration
from jcm_models.ledger_booking import account_of
from jcm_models.variables import PARTIES

__all__ = ["published_events", "replayed"]

_FIRST_ITMOS = 2021
_ASSUMED = datetime.date(2020, 12, 31)
_YEAR = datetime.timedelta(days=365)


def replayed(record: IssuanceRecord) -> dict[str, int]:
    """Return the credits of each party [tCO2e] of a published issuance, computed again.

    Parameters
    ----------
    record : IssuanceRecord
        The issuance.

    Returns
    -------
    dict of str to int
        By party; or by side, and ``others``, where no more is known.
    """
    one = np.ones(1)
    issued = credit(np.array([float(record.total)]), one, one).issued
    if record.rule is None:
        return record.parts
    shares = np.array(list(record.rule.shares.values()))[:, np.newaxis]
    tonnes = allocate(issued, shares, record.rule.rounding)[:, 0].tolist()
    found = dict(zip(record.rule.shares, tonnes, strict=True))
    if "others" in found:  # the rule speaks of one party; of the others, some figures are published
        found = record.parts | {party: found[party] for party in found if party != "others"}
    return found


def published_events() -> list[Event]:
    """Return the published issuances as events: projects, accounts and credits.

    Figures are published by monitoring period and not by vintage: all credits of a period are
    booked as of its last year, which is assumed, and so are days that are not published. What is
    left of a total where only a government's part is known stands in the register of Japan. Of the
    mitigation outcomes that the Government of Japan has received, only its part is known.
    """
    opened: set[str] = set()
    issued = [
        event
        for record in sorted(issuance_records(), key=_issued)
        for event in _events(record, opened)
    ]
    return [*issued, *(each for record in transfer_records() for each in _received(record))]


def _issued(record: IssuanceRecord) -> datetime.date:
    known = record.issued or record.decided
    if known is None and record.monitored_to:
        return record.monitored_to + _YEAR
    return known or _ASSUMED


def _events(record: IssuanceRecord, opened: set[str]) -> Iterator[Event]:
    issued = _issued(record)
    project = "+".join(record.projects) or record.name
    year = issued.year - 1
    start = record.monitored_from or datetime.date(year, 1, 1)
    end = record.monitored_to or datetime.date(year, 12, 31)
    registered = record.registered or start
    if project not in opened:
        opened.add(project)
        yield Registration(
            day=registered,
            project=project,
            host=record.country,
            title=record.title,
            methodology=record.methodology or "",
        )
    known = None not in (record.issued, record.monitored_from, record.registered)
    for party, tonnes in replayed(record).items():
        if not tonnes:
            continue
        account = _account(party, record.country, project)
        if account not in opened and "participant" in account:
            opened.add(account)
            yield Opening(day=registered, account=account)
        yield Issuance(
            day=issued,
            project=project,
            vintage=end.year,
            monitored_from=start,
            monitored_to=end,
            target=account,
            quantity=tonnes,
            note="vintage assumed" if known else "vintage and days not published are assumed",
        )


def _account(party: str, host: str, project: str) -> str:
    """Return the account of a party; what is not known to be whose says so in its name."""
    if party in PARTIES:
        return account_of(party, host, project)
    what = "register not published" if party == "others" else "side not divided further"
    return account_of("japan" if party == "others" else party, host, f"{project} ({what})")


def _received(record: TransferRecord) -> Iterator[Event]:
    """Yield what the Government of Japan received: its part of issuances not published in full."""
    first, last = record.vintages or (_FIRST_ITMOS, _FIRST_ITMOS)
    day = record.transferred or datetime.date(last + 1, 12, 31)
    project = f"{'+'.join(record.projects)} (received by Japan)"
    start = datetime.date(first, 1, 1)
    yield Registration(day=start, project=project, host=record.country, title=record.title)
    yield Issuance(
        day=day,
        project=project,
        vintage=last,
        monitored_from=start,
        monitored_to=datetime.date(last, 12, 31),
        target=account_of("japan_government", record.country, project),
        quantity=record.tonnes,
        note="part of the Government of Japan; vintage, monitoring period and, where it is not "
        "published, day are assumed; the authorization is not published",
    )
