"""What the ledger refuses where no units move: accounts, projects, notices, authorizations."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from jcm_models.ledger.accounts import Account
from jcm_models.ledger.book import JAPAN, Block, Book
from jcm_models.ledger.events import Entity, Grant, Notice, Opening, Registration
from jcm_models.ledger.texts import alike

__all__ = [
    "FIRST_TRANSFER_BY",
    "NDC",
    "OTHER_PURPOSES",
    "PURPOSES",
    "end_of_memorandum",
    "entity",
    "grant",
    "notice",
    "opening",
    "registration",
]

NDC = "NDC"
OTHER_PURPOSES = ("IMP", "OP")
PURPOSES = (NDC, *OTHER_PURPOSES)
FIRST_TRANSFER_BY = ("Authorisation", "Issuance", "Use or Cancellation")
_MONTHS_OF_NOTICE = 6
_DECEMBER = 12


def opening(book: Book, event: Opening, _: list[Block]) -> Iterator[str]:
    """Refuse an account that no register can open, or that is open."""
    try:
        account = Account.parse(event.account)
    except ValueError as error:
        yield str(error)
        return
    if account.register not in book.registers:
        yield f"{account.register} keeps no register"
    same = [name for name in book.participants if alike(name) == alike(event.account)]
    if book.knows(event.account):
        yield f"the account {event.account} is open already"
    elif same:
        yield f"the account {event.account} looks like {same[0]}, which is open already"
    elif account.kind != "participant":
        yield f"{event.account} is no participant's account; every register has the others"


def registration(book: Book, event: Registration, _: list[Block]) -> Iterator[str]:
    """Refuse a project that is there, or that no memorandum covers."""
    for name in book.projects:
        if name == event.project:
            yield f"project {name} is registered already"
        elif alike(name) == alike(event.project):
            yield f"project {event.project} looks like project {name}, which is registered already"
    if event.host not in book.registers or event.host == JAPAN:
        yield f"the host {event.host!r} is no partner country's code (such as THA)"
    signed = book.signed.get(event.host)
    if signed and event.day < signed:
        yield f"the memorandum with {event.host} was signed on {signed}, after {event.day}"
    notice = book.notices.get(event.host)
    if notice and event.day >= end_of_memorandum(notice):
        yield (
            f"the memorandum with {event.host} ended on {end_of_memorandum(notice)}, six months "
            f"after the notice of {notice}; projects registered before go on, new ones cannot"
        )


def end_of_memorandum(notice: datetime.date) -> datetime.date:
    """Return the first day without the memorandum, six months after a notice."""
    month = notice.month + _MONTHS_OF_NOTICE
    year, month = notice.year + (month > _DECEMBER), (month - 1) % _DECEMBER + 1
    after = datetime.date(year + month // _DECEMBER, month % _DECEMBER + 1, 1)
    last = (after - datetime.timedelta(days=1)).day
    return datetime.date(year, month, min(notice.day, last))


def notice(book: Book, event: Notice, _: list[Block]) -> Iterator[str]:
    """Refuse a notice where there is no memorandum, or one that comes too late."""
    if event.partner not in book.registers or event.partner == JAPAN:
        yield f"there is no memorandum with {event.partner!r}"
    if event.partner in book.notices:
        yield f"notice was given already, on {book.notices[event.partner]}"
    end = end_of_memorandum(event.day)
    late = [p for p in book.projects.values() if p.host == event.partner and p.day >= end]
    yield from (
        f"the memorandum would have ended on {end}, and project {each.project} was registered on "
        f"{each.day}"
        for each in late
    )


def grant(book: Book, event: Grant, _: list[Block]) -> Iterator[str]:
    """Refuse an authorization that Article 6.2 does not know."""
    if event.authorization in book.grants:
        yield f"there is an authorization {event.authorization} already"
    if event.host not in book.registers or event.host == JAPAN:
        yield f"the host {event.host!r} is no partner country's code (such as THA)"
    wrong = [purpose for purpose in event.purposes if purpose not in PURPOSES]
    if wrong or not event.purposes:
        yield f"found purposes {list(event.purposes)}; allowed are {', '.join(PURPOSES)}"
    if event.first_vintage < book.first_itmo_vintage:
        yield (
            f"vintages before {book.first_itmo_vintage} are no mitigation outcomes to transfer; "
            f"found {event.first_vintage}"
        )
    if event.last_vintage < event.first_vintage:
        yield f"its last vintage {event.last_vintage} lies before its first {event.first_vintage}"
    if event.quantity is not None and event.quantity < 1:
        yield f"found a quantity of {event.quantity}; it is 1 or more, or left out for no limit"
    if set(event.purposes) & set(OTHER_PURPOSES) and event.first_transfer not in FIRST_TRANSFER_BY:
        yield (
            "for other purposes than an NDC the host says what counts as first transfer: "
            f"{' | '.join(FIRST_TRANSFER_BY)}; found {event.first_transfer!r}"
        )
    yield from (
        f"project {name} is not registered" for name in event.projects if name not in book.projects
    )


def entity(book: Book, event: Entity, _: list[Block]) -> Iterator[str]:
    """Refuse a body that no Party of the JCM authorizes."""
    if event.party not in book.registers:
        yield f"{event.party} is no Party of the JCM"
