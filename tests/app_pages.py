"""Apps in a real Chromium on a real Voilà: what tests of apps share."""

from playwright.sync_api import TimeoutError

from tests.conftest import ROOT

_SHOTS = ROOT / ".pytest_cache" / "screenshots"
_PATIENCE = 30_000  # [ms]


class Visit:
    """A visitor in front of an app.

    Parameters
    ----------
    watched
        A page with its errors.
    server
        What serves the apps.
    """

    def __init__(self, watched, server):
        self.watched = watched
        self.page = watched.page
        self._server = server

    def open(self, name, query="", width=1280):
        """Open an app and wait until it is of use."""
        self.page.set_viewport_size({"width": width, "height": 900})
        self.page.goto(f"{self._server.url}/apps/{name}{query}")
        return self.ready()

    def ready(self):
        """Wait until the page is connected, and has drawn all."""
        self._until("html[data-state=ready][data-settled=true]")
        return self

    def settled(self):
        """Wait until all that was set has been drawn."""
        self._until("html[data-settled=true]")
        return self

    def _until(self, state):
        """Wait for a state of the page; what it says instead is told where that does not come."""
        try:
            self.page.locator(state).wait_for(timeout=_PATIENCE)
        except TimeoutError:
            found = self.page.locator("html").evaluate("page => ({...page.dataset})")
            said = words(self.page.locator("body"))[:500]
            log = self._server.log()[-2000:]
            message = f"{found}, not {state}: {said}\n{self.watched.errors}\n{log}"
            raise AssertionError(message) from None

    def slider(self, name):
        """Return a slider by its label."""
        return self.page.get_by_role("slider", name=name, exact=True)

    def typed(self, name):
        """Return the field beside a slider, by the slider's label."""
        return self.page.get_by_role("textbox", name=f"{name}, as a number", exact=True)

    def type(self, name, text):
        """Type a number and wait for what follows from it."""
        self.typed(name).fill(text)
        self.typed(name).press("Enter")
        return self.settled()

    def cards(self):
        """Return the amounts on the cards, by what stands above each."""
        return {
            card.locator("dt").inner_text(): card.locator(".jcm-amount").inner_text()
            for card in self.page.locator(".jcm-card").all()
        }

    def text(self, section):
        """Return the words of a section."""
        return words(self.page.locator(f"[data-section={section}]"))

    def shoot(self, name):
        """Keep a picture of the whole page."""
        shoot(self.page, name)

    def assert_clean(self):
        """Assert that nothing was asked of another host, and that no script failed."""
        assert self.watched.outside == []
        assert self.watched.errors == []


def shoot(page, name):
    """Keep a picture of a whole page."""
    _SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=_SHOTS / f"{name}.png", full_page=True)


def words(locator):
    """Return the words of an element, with plain spaces."""
    return " ".join(locator.inner_text().replace("\xa0", " ").split())


def assert_figures_fit(page, width, figures, least_height=200):
    """Assert that a page shows so many figures, all within the screen, and scrolls down only."""
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    boxes = [box.bounding_box() for box in page.locator("figure svg").all() if box.is_visible()]
    assert len(boxes) == figures
    for box in boxes:
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        assert box["height"] > least_height
