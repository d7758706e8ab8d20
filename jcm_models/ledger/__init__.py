"""The ledger's rules: accounts, units, events and what they do (A1 to A6).

Pure: nothing here knows of a database or a file. `book_all` judges events against a `Book`.
"""

from jcm_models.ledger.accounts import Account
from jcm_models.ledger.book import JAPAN, Block, Book
from jcm_models.ledger.booking import LedgerError, book_all, move
from jcm_models.ledger.events import (
    EVENTS,
    Acquisition,
    Authorization,
    Cancellation,
    Entity,
    Event,
    FirstTransfer,
    Grant,
    Issuance,
    Notice,
    Opening,
    Registration,
    ReserveCancellation,
    ReserveRelease,
    Retirement,
    Transfer,
    UnitEvent,
    Units,
)
from jcm_models.ledger.register_rules import end_of_memorandum
from jcm_models.ledger.texts import unwritable

__all__ = [
    "EVENTS",
    "JAPAN",
    "Account",
    "Acquisition",
    "Authorization",
    "Block",
    "Book",
    "Cancellation",
    "Entity",
    "Event",
    "FirstTransfer",
    "Grant",
    "Issuance",
    "LedgerError",
    "Notice",
    "Opening",
    "Registration",
    "ReserveCancellation",
    "ReserveRelease",
    "Retirement",
    "Transfer",
    "UnitEvent",
    "Units",
    "book_all",
    "end_of_memorandum",
    "move",
    "unwritable",
]
