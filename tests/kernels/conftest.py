"""A fork server for the tests of kernels."""

import pytest

from jcm_models.kernels import server as server_module


@pytest.fixture(scope="session")
def server(fork_server):
    """A fork server of this process."""
    return fork_server


@pytest.fixture
def shared(server, monkeypatch):
    """The fork server that all of this process and of what it starts ask."""
    monkeypatch.setenv(server_module.ADDRESS, server.address)
    monkeypatch.setattr(server_module, "_SHARED", {})
    return server
