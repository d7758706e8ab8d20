"""A page as an app holds it, without a browser: what a browser sends, and what comes back."""

import html
import re

from jcm_models.live_pages import LivePage

_TAG = re.compile(r"<[^>]+>")


class Visit:
    """A page in the hands of a visitor, whose browser is this test.

    Parameters
    ----------
    page
        The page.
    shown
        The sections that its notebook shows, beside the controls.
    """

    def __init__(self, page, shown=("question", "key_figures", "emissions", "by_year")):
        self.page = page
        self.parts = {}
        for name in (*shown, *page.groups):
            page.section(name)._repr_mimebundle_()
            self.parts[name] = page.section(name).shown
        self.live = LivePage(page)
        self.live.begin()
        self.ask(rest=True)

    def ask(self, **wish):
        """Send a wish, and keep what the page is to show."""
        answered = self.live.answer(wish)
        self.parts |= answered.get("sections", {})
        self.answered = answered
        return answered

    def set(self, *changes):
        """Set controls and wait until all is drawn."""
        answered = self.ask(changes=[list(each) for each in changes], seen=["question"])
        while answered.get("more"):
            answered = self.ask(rest=True)
        return answered

    def text(self, name):
        """Return the words of a section."""
        return " ".join(_TAG.sub(" ", self.parts[name]).split())

    @property
    def message(self):
        """What the page says below its controls."""
        found = re.search(r'<p class="jcm-message.*?>(.*?)</p>', self.parts["controls"], re.DOTALL)
        return html.unescape(found[1])
