"""How the browser for the tests is found, with made-up executables, and how it is watched."""

from collections.abc import Callable
from pathlib import Path

import pytest

from jcm_models import browsers
from tests import browser
from tests.conftest import Watched

Fake = Callable[..., str]


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fake:
    """Put programs on a PATH that holds nothing else."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "playwright"))
    monkeypatch.setenv("PLAYWRIGHT_DOWNLOAD_HOST", "http://127.0.0.1:9")  # nothing answers there
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setattr(browsers, "PLACES", [])
    monkeypatch.setattr(browsers, "IS_ROOT", False)

    def make(name: str, script: str = "exit 0") -> str:
        program = folder / name
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        return str(program)

    return make


def test_the_browser_that_the_environment_names_wins(
    fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake("chromium")
    mine = fake("my-browser")
    monkeypatch.setenv("CHROMIUM", mine)
    assert browser.find() == mine


def test_a_wrong_path_in_the_environment_is_said_and_not_passed_over(
    fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake("chromium")
    monkeypatch.setenv("CHROMIUM", "/nowhere/chromium")
    with pytest.raises(SystemExit, match="CHROMIUM is set to /nowhere/chromium"):
        browser.find()


@pytest.mark.parametrize("name", browsers.NAMES)
def test_a_browser_on_the_path_is_found(fake: Fake, name: str) -> None:
    program = fake(name)
    assert browser.find() == program


def test_a_stub_that_does_not_run_is_passed_over(fake: Fake) -> None:
    fake("chromium", "exit 1")
    chrome = fake("google-chrome")
    assert browser.find() == chrome


def test_a_browser_in_one_of_the_usual_places_is_found(
    fake: Fake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Path(fake("a")).rename(tmp_path / "Google Chrome")
    monkeypatch.setattr(browsers, "PLACES", [str(tmp_path / "missing"), str(place)])
    assert browser.find() == str(place)


def test_the_browser_that_playwright_has_downloaded_is_found(fake: Fake, tmp_path: Path) -> None:
    own = Path(browsers.playwrights_own())
    assert own.is_relative_to(tmp_path)
    own.parent.mkdir(parents=True)
    Path(fake("a")).rename(own)
    assert browser.find() == str(own)


def test_root_gets_the_browser_from_apt(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browsers, "IS_ROOT", True)
    chromium = fake("chromium", "exit 1")  # becomes one that runs when apt-get installs it
    fake("apt-get", f'[ "$2" = update ] || echo "#!/bin/sh" >{chromium}')
    assert browser.ensure() == chromium


def test_without_any_browser_one_sentence_says_what_to_install(fake: Fake) -> None:
    with pytest.raises(SystemExit, match=r"^The tests need a browser: install Chromium [^.]+\.$"):
        browser.ensure()


def test_a_browser_that_is_there_is_not_installed_again(fake: Fake) -> None:
    chromium = fake("chromium")
    fake("apt-get", f"echo broken >{chromium}")
    assert browser.ensure() == chromium


def test_what_a_page_asks_of_the_outside_is_noted_and_never_reached(watched: Watched) -> None:
    with watched.page.expect_event("requestfailed") as failed:
        watched.page.set_content("<img src='http://outside.example/picture.png'>")
    assert watched.outside == [failed.value.url] == ["http://outside.example/picture.png"]
    assert watched.errors == ["Failed to load resource: net::ERR_NAME_NOT_RESOLVED"]
