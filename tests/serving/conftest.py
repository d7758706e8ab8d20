"""Servers of the apps that tests attack."""

import sys
from pathlib import Path

import pytest

from tests.conftest import Server
from tests.serving.examples import BASE, TOKEN, write_project
from tests.serving.visitor import Visitor

JCM = str(Path(sys.executable).with_name("jcm"))


def served(project, *options, ready="/health", env=None):
    """Serve a project as ``jcm app`` does; used in a ``with`` statement."""
    command = [JCM, "app", "--port", "{port}", "--no-browser", *options]
    return Server(command, ready=ready, cwd=project, env=env)


@pytest.fixture(scope="package")
def project(tmp_path_factory):
    """A folder with notebooks to attack."""
    return write_project(tmp_path_factory.mktemp("attacked"))


@pytest.fixture(scope="package")
def apps(project):
    """A server as it comes."""
    with served(project) as server:
        yield server


@pytest.fixture
def visitor(apps):
    """Somebody new, who leaves in the end."""
    somebody = Visitor(apps)
    yield somebody
    somebody.leave()


@pytest.fixture(scope="package")
def guarded_temporary(tmp_path_factory):
    """The folder of temporary files of the server that is guarded."""
    return tmp_path_factory.mktemp("t")


@pytest.fixture(scope="package")
def guarded(project, guarded_temporary):
    """A server as it stands behind a proxy, which lets in who has the token."""
    file = guarded_temporary / "token"
    file.write_text(f"{TOKEN}\n")
    limits = ["--sessions", "16", "--sessions-each", "2"]
    options = ["--base-url", BASE, "--behind-proxy", "--token-file", str(file), *limits]
    env = {"TMPDIR": str(guarded_temporary)}
    with served(project, *options, ready=f"{BASE}health", env=env) as server:
        yield server
