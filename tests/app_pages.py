"""A notebook as an app, in a real Chromium on a real Voilà: what tests of apps share."""

from tests.commands import BIN
from tests.conftest import ROOT, Server

_SHOTS = ROOT / ".pytest_cache" / "screenshots"


def served(notebook):
    """Serve a notebook; used in a ``with`` statement."""
    command = [
        *(str(BIN / "jcm"), "app", "--port", "{port}", "--no-browser"),
        *("--notebook", notebook),
    ]
    return Server(command, ready="/voila/static/voila.js")


def visited(app, watched):
    """Open an app, yield its page when it can be used, and find no error or call elsewhere."""
    watched.page.goto(app.url)
    watched.page.locator(".noUi-handle").first.wait_for(state="visible", timeout=90_000)
    yield watched.page
    assert watched.outside == []
    assert [error for error in watched.errors if "WebSocket" not in error] == []


def shoot(page, name):
    """Keep a picture of the whole page."""
    _SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=_SHOTS / f"{name}.png", full_page=True)


def assert_figures_fit(page, width, figures, least_height=200):
    """Assert that a page shows so many figures, all within the screen, and scrolls down only."""
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    boxes = [box.bounding_box() for box in page.locator("figure svg").all() if box.is_visible()]
    assert len(boxes) == figures
    for box in boxes:
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        assert box["height"] > least_height
