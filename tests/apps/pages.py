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
        self.parts, self.words = {}, {}
        for name in (*shown, *page.groups):
            page.section(name)._repr_mimebundle_()
            self.parts[name] = page.section(name).shown
        self.live = LivePage(page)
        self.live.begin()
        self.rest()

    def ask(self, **wish):
        """Send a wish, and keep what the page is to show."""
        answered = self.live.answer(wish)
        self.parts |= answered.get("sections", {})
        self.words = answered.get("words", self.words)
        self.answered = answered
        return answered

    def rest(self):
        """Let all be drawn that is not yet; return the last answer and what came in all."""
        drawn = {}
        while True:
            answered = self.ask(rest=True)
            drawn |= answered["sections"]
            if not answered["more"]:
                return {**answered, "sections": drawn}

    def set(self, *changes):
        """Set controls and wait until all is drawn."""
        answered = self.ask(changes=[list(each) for each in changes], seen=["question"])
        return self.rest() if answered.get("more") else answered

    def text(self, name):
        """Return the words of a section."""
        return " ".join(_TAG.sub(" ", self.parts[name]).split())

    @property
    def message(self):
        """What the page says below its controls."""
        found = re.search(r'<p class="jcm-message.*?>(.*?)</p>', self.parts["controls"], re.DOTALL)
        return html.unescape(found[1])
