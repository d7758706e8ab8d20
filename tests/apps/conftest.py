"""What tests of apps share: the surroundings of a kernel that serves an app."""

import pytest

from tests.conftest import ROOT


@pytest.fixture
def hosted(monkeypatch):
    """Make this process look as a kernel of an app does; return what sets its link."""
    monkeypatch.setenv("SERVER_SOFTWARE", "voila/0.5.13")
    monkeypatch.setenv("JCM_APP", "1")
    monkeypatch.setenv("SCRIPT_NAME", "/apps/reference_vs_bau")
    monkeypatch.setenv("QUERY_STRING", "")
    monkeypatch.delenv("HTTP_ACCEPT_LANGUAGE", raising=False)
    monkeypatch.chdir(ROOT / "notebooks")
    return lambda query: monkeypatch.setenv("QUERY_STRING", query.removeprefix("?"))
