"""What tests share: a browser that is watched, servers on loopback, and clean clones."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from jcm_models.browsers import ARGUMENTS
from jcm_models.kernels import ForkServer
from jcm_models.kernels import server as server_module
from tests import browser as chromium

# Continuous integration judges a change, not the luck of the draw; runs by hand go on looking for
# what no run has found yet.
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")

# A shell lets what it starts in the background ignore Ctrl-C, which tests send.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

ROOT = Path(__file__).resolve().parents[1]
LOOPBACK = {"127.0.0.1", "::1", "localhost"}


def free_port() -> int:
    """Return a port of 127.0.0.1 on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Server:
    """A server on 127.0.0.1 that runs inside a ``with`` statement.

    Parameters
    ----------
    command
        What starts it; ``{port}`` in an argument becomes a free port.
    ready
        The path that answers as soon as the server is of use.
    cwd, env
        The folder it starts in, and variables set on top of this process's own.
    patience
        Seconds that it may take to start.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        ready: str = "/",
        cwd: Path = ROOT,
        env: Mapping[str, str] | None = None,
        patience: float = 60,
    ) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self._command = [part.replace("{port}", str(port)) for part in command]
        self._ready = self.url + ready
        self._cwd = cwd
        self._env = {**os.environ, **(env or {})}
        self._patience = patience
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - stop() closes it

    def __enter__(self) -> Self:
        # A session of its own makes the server and its children one group that can be stopped.
        self.process = subprocess.Popen(
            self._command,
            cwd=self._cwd,
            env=self._env,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            self._wait()
        except BaseException:  # Ctrl-C too leaves nothing running
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _wait(self) -> None:
        end = time.monotonic() + self._patience
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > end:
                message = f"{' '.join(self._command)} did not start:\n{self.log()[-4000:]}"
                raise RuntimeError(message)
            time.sleep(0.1)

    def _answers(self) -> bool:
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # past any proxy
        try:
            direct.open(self._ready, timeout=5).close()
        except OSError:
            return False
        return True

    def log(self) -> str:
        """Return what the server has printed so far."""
        # Not by seek and read: the server writes where this file's position is.
        return os.pread(self._log.fileno(), 1 << 24, 0).decode(errors="replace")

    def stop(self) -> None:
        """End the server and whatever it started in its group."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(15)
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self._log.close()


@dataclass
class Watched:
    """A page in a browser profile of its own, and what went wrong in it.

    Attributes
    ----------
    page
        The page.
    errors
        Errors on the console (failed requests and web sockets are among them), and exceptions
        that no script caught.
    outside
        Addresses asked for that are not on this machine; they are never reached.
    """

    page: Page
    errors: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        context = self.page.context
        context.on("console", lambda m: self.errors.append(m.text) if m.type == "error" else None)
        context.on("weberror", lambda e: self.errors.append(str(e.error)))
        context.on("request", lambda r: self._note(r.url))

    def _note(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme in {"http", "https"} and parts.hostname not in LOOPBACK:
            self.outside.append(url)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Headless Chromium."""
    path = chromium.ensure()
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[[], Watched]]:
    """Open pages, each as if by another visitor: with its own cookies and storage."""
    contexts: list[BrowserContext] = []

    def open_one() -> Watched:
        context = browser.new_context()
        contexts.append(context)
        return Watched(context.new_page())

    yield open_one
    for context in contexts:
        context.close()


@pytest.fixture
def watched(open_page: Callable[[], Watched]) -> Watched:
    """A new page, with its errors and its requests to the outside."""
    return open_page()


@pytest.fixture
def page(watched: Watched) -> Page:
    """The page that `watched` watches, for tests that look only at it."""
    return watched.page


@pytest.fixture(scope="session")
def workbench() -> Iterator[Server]:
    """All apps, served as ``jcm app`` serves them."""
    jcm = Path(sys.executable).with_name("jcm")
    with Server([str(jcm), "app", "--port", "{port}", "--no-browser"], ready="/health") as server:
        yield server


@pytest.fixture(scope="session")
def fork_server() -> Iterator[ForkServer]:
    """A process to fork kernels from, which this process has started."""
    started = ForkServer()
    yield started
    started.close()


@pytest.fixture(scope="module")
def forking(fork_server: ForkServer) -> Iterator[ForkServer]:
    """The process that all batches of a file of tests fork their kernels from.

    Starting one takes longer than the runs of a small batch.
    """
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv(server_module.ADDRESS, fork_server.address)
        patched.setattr(server_module, "_SHARED", {})
        yield fork_server


@pytest.fixture(scope="session")
def clean_clone(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Path]:
    """Clone the project as it stands: all that git tracks or would track, committed or not."""
    folder = tmp_path_factory.mktemp("clones")
    origin = folder / "origin.git"
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}  # as in a hook

    def git(*arguments: str | Path) -> None:
        subprocess.run(["git", *arguments], env=environment, check=True, capture_output=True)

    # A second repository over the same work tree leaves the project's own one as it is.
    git("init", "--bare", origin)
    settings = {  # instead of the user's own
        "core.excludesFile": os.devnull,
        "commit.gpgSign": "false",
        "user.name": "Test",
        "user.email": "test@localhost",
    }
    for name, value in settings.items():
        git("--git-dir", origin, "config", name, value)
    here = ("-C", ROOT, "--git-dir", origin, "--work-tree", ROOT)
    git(*here, "add", "--all")
    git(*here, "commit", "--message", "As it stands")
    numbers = count(1)

    def clone() -> Path:
        target = folder / f"clone-{next(numbers)}"
        git("clone", origin, target)
        return target

    return clone


# What takes long stands first where two processes share the files of tests, so that neither waits
# at the end.
_LONG = (
    "test_readme",
    "test_every_app",
    "test_cluster",
    "test_interrupted",
    "test_batch",
    "test_lint",
    "test_notebooks",
    "test_compare_report",
    "test_sweep",
    "test_sessions",
    "test_bounds",
    "test_mutations",
    "test_two_batches",
    "test_reproduce",
    "test_fork_server",
    "test_stateful",
    "test_report",
    "test_running",
    "test_all_widgets",
    "test_reserve_app",
    "test_sockets",
    "test_engine",
    "test_provisioner",
    "test_run_records",
    "test_reserve_study",
    "test_downloads",
    "test_ledger_reversals",
    "test_compare_page",
    "test_killed",
    "test_portfolio_summaries",
    "test_cli",
    "test_lasting",
    "test_writers",
    "test_uncertainty_app",
    "test_reference_app",
)


def pytest_collection_modifyitems(items):
    """Begin with the files that take long."""
    place = {name: at for at, name in enumerate(_LONG)}
    items.sort(key=lambda item: place.get(item.path.stem, len(_LONG)))
