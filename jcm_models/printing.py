"""Reports on paper: A4 as PDF, printed by the Chromium of this machine without a network."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import warnings
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from jcm_models.browsers import ARGUMENTS, find_browser
from jcm_models.problems import Problem, ScenarioError

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

__all__ = ["draws_japanese", "print_pdfs", "require_printer"]

_PAPER = {"width": 673, "height": 991}  # what the margins leave of A4 [px]
_JAPANESE = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")
_DATES = re.compile(rb"/(?:CreationDate|ModDate) \(D:[^)]*\)")
_NODE = re.compile(rb"\(node\d{8}\)")
_PREPARED = """for (const box of document.querySelectorAll('.jcm-scroll')) {
  const share = box.clientWidth / box.scrollWidth;
  if (share < 1) box.firstElementChild.style.zoom = share;
}
// The picture in a figure has the text instead of it; what is around both is no picture.
for (const figure of document.querySelectorAll('figure')) figure.role = 'group';"""


def require_printer() -> str:
    """Return the browser that prints, before anything is run.

    Returns
    -------
    str
        The path of a Chromium or Chrome.

    Raises
    ------
    ScenarioError
        If there is none, or nothing to drive it; it says what to install.
    """
    if importlib.util.find_spec("playwright") is None:
        text = "needs the package playwright; install it by: pip install 'jcm-models[pdf]'"
        raise ScenarioError([Problem("--pdf", text)])
    browser = find_browser()
    if browser is None:
        text = "needs Chromium or Chrome; install it by: playwright install chromium"
        raise ScenarioError([Problem("--pdf", f"{text}, or set CHROMIUM to the path of one")])
    return browser


def print_pdfs(pages: Iterable[Path]) -> Iterator[Path]:
    """Print reports as PDF, each beside its page, all by one browser.

    Parameters
    ----------
    pages : iterable of pathlib.Path
        Pages, such as ``report.html`` of several runs.

    Yields
    ------
    pathlib.Path
        ``report.pdf`` for ``report.html``: whole, or not there at all. The same page gives the
        same bytes from the same browser and fonts.

    Raises
    ------
    ScenarioError
        If there is no browser that prints.
    """
    browser = require_printer()
    # A thread of its own: where an event loop runs already, as in a notebook, Playwright refuses.
    with ThreadPoolExecutor(max_workers=1) as thread:
        printer = _Printer()
        thread.submit(printer.open, browser).result()
        try:
            for page in pages:
                yield thread.submit(printer.print, page).result()
        finally:
            thread.submit(printer.close).result()


class _Printer:
    """A browser that is open, and prints one page after the other."""

    def __init__(self) -> None:
        self._is_warned = False

    def open(self, browser: str) -> None:
        from playwright.sync_api import sync_playwright

        self._playwright = sync_playwright().start()
        try:
            self._browser = self._playwright.chromium.launch(
                executable_path=browser, args=ARGUMENTS
            )
        except BaseException:
            self._playwright.stop()
            raise

    def close(self) -> None:
        self._browser.close()
        self._playwright.stop()

    def print(self, page: Path) -> Path:
        self._warn_of_fonts(page)
        final = page.with_suffix(".pdf")
        working = final.with_name(f".{final.name}-{os.getpid()}")
        # Each in a profile of its own, as a browser on another day.
        context = self._browser.new_context(
            viewport=_PAPER,  # type: ignore[arg-type]
            offline=True,
            java_script_enabled=False,
            color_scheme="light",
        )
        try:
            working.write_bytes(_undated(_printed(context, page)))
            working.replace(final)
        finally:
            context.close()
            working.unlink(missing_ok=True)
        return final

    def _warn_of_fonts(self, page: Path) -> None:
        if self._is_warned or not _JAPANESE.search(page.read_text(encoding="utf-8")):
            return
        if not draws_japanese():
            self._is_warned = True
            text = "no font of this machine draws Japanese; install one, such as Noto Sans CJK JP"
            warnings.warn(text, stacklevel=2)


def _printed(context: BrowserContext, page: Path) -> bytes:
    """Return a page as PDF with tags, outline, title and language; wide tables made to fit."""
    opened = context.new_page()
    opened.emulate_media(media="print")
    opened.goto(page.resolve().as_uri())
    opened.evaluate(_PREPARED)
    return opened.pdf(prefer_css_page_size=True, print_background=True, tagged=True, outline=True)


def _undated(pdf: bytes) -> bytes:
    """Return a PDF without what differs from one printing to the next, every byte in its place."""
    pdf = _DATES.sub(lambda date: b" " * len(date[0]), pdf)
    # The browser goes on counting where it stopped; the order holds the tree of names together.
    nodes = sorted(set(_NODE.findall(pdf)))
    names = {node: b"(node%08d)" % number for number, node in enumerate(nodes, start=1)}
    return _NODE.sub(lambda node: names[node[0]], pdf)


def draws_japanese() -> bool:
    """Tell whether a font of this machine draws Japanese; macOS and Windows bring one."""
    if shutil.which("fc-list") is None:
        return True
    command = ["fc-list", ":lang=ja", "family"]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    return bool(found.stdout.strip())
