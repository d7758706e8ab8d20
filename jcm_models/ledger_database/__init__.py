"""The ledger in a database: SQLite in a file, or PostgreSQL.

`Ledger` books events, each batch in one transaction; `queries` asks for balances and history.
"""

from jcm_models.ledger_database.database import Booked, Ledger, Writer, failures_in_words

__all__ = ["Booked", "Ledger", "Writer", "failures_in_words"]
