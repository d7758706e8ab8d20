"""A page that the browser and the kernel keep in step: what an app of Voilà runs on.

The browser opens a comm to the page. It sends what a visitor sets, one message at a time and only
the newest values; the page sends back the sections that have changed, those that are seen first.
Inputs and results travel together, so that they always belong together.
"""

from __future__ import annotations

import logging
import os
import signal
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import Any

from jcm_models.app_frame import bar, tools
from jcm_models.downloads import Download, download
from jcm_models.figures.palette import NARROW, WIDE
from jcm_models.kernels.memory import limit_memory
from jcm_models.links import query_of
from jcm_models.problems import ScenarioError
from jcm_models.section_pages import SectionPage

__all__ = ["LivePage", "serve"]

TARGET = "jcm.page"
_MOST_CHANGES = 200
_LONGEST_KEY = 200
_AT_ONCE = 0.005  # [s] of drawing what is not seen, until the browser is heard again
_SECONDS = float(os.environ.get("JCM_APP_SECONDS", "20"))
_FOR_A_FILE = 2.0  # times as long

_LOOKS = {"wide": WIDE, "narrow": NARROW}

_log = logging.getLogger(__name__)
_pages: list[LivePage] = []


class _TooLongError(Exception):
    """A visitor's wish takes longer than is given to one."""


def serve(page: SectionPage) -> None:
    """Let the browser keep in step with a page; the last one of a notebook is that of its app."""
    if not _pages:
        limit_memory()  # where the kernel was not forked, which would have done so
        from comm import get_comm_manager

        get_comm_manager().register_target(TARGET, _opened)
    _pages[:] = [LivePage(page)]


def _opened(comm: Any, _message: Mapping[str, Any]) -> None:
    page = _pages[-1]
    page.begin()
    comm.on_msg(lambda message: comm.send(page.answer(message["content"]["data"])))


class LivePage:
    """A page in the hands of a visitor.

    Parameters
    ----------
    page : SectionPage
        What is shown.
    """

    def __init__(self, page: SectionPage) -> None:
        self._page = page
        self._sent: dict[str, str] | None = None
        self._spoken = ""  # the language whose words the browser has

    def begin(self) -> None:
        """Meet a browser: at first it has what the cells showed, later nothing is known of it."""
        names = self._page.names() if self._sent is None else ()
        self._sent = {name: self._page.section(name).shown for name in names}
        self._spoken = ""

    def answer(self, asked: Any) -> dict[str, Any]:
        """Do what the browser asks for, and return what it shall show.

        Parameters
        ----------
        asked : any
            What came; anybody can send anything. ``changes`` holds keys and values, ``seen`` the
            sections on the screen, ``look`` which of the two drawings of a figure is seen there;
            ``rest`` asks for the others, ``download`` for a file.

        Returns
        -------
        dict
            ``sections`` with their HTML, ``link``, ``title``, ``language`` and its ``words`` where
            they are new, whether ``more`` is to come, ``download``, and ``said``, a sentence where
            something went wrong.
        """
        asked = asked if isinstance(asked, dict) else {}
        number = asked.get("number")
        try:
            with _in_time(_SECONDS * (_FOR_A_FILE if "download" in asked else 1.0)):
                answered = self._answered(asked)
        except ScenarioError as error:
            answered = {"said": [self._page.said(each) for each in error.problems]}
        except _TooLongError:
            answered = {"said": [self._page.words("app.too_long")]}
        except MemoryError:
            answered = {"said": [self._page.words("app.too_large")]}
        except Exception:
            _log.exception("a visitor's wish failed")  # its place is no matter of the visitor's
            answered = {"said": [self._page.words("app.failed")]}
        return {"number": number if isinstance(number, int) else 0, **answered}

    def _answered(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        if "download" in asked:
            return {"download": _sent(download(self._page, str(asked["download"])))}
        changes = list(_changes(asked.get("changes")))
        if changes:
            self._page.change(changes)
        if asked.get("rest") or not changes:
            self._draw_on()
        else:
            seen = [*_names(asked.get("seen")), *_groups_of(self._page, changes)]
            self._page.fill_stale(seen, _LOOKS.get(str(asked.get("look"))))
        return self._shown()

    def _draw_on(self) -> None:
        """Draw what is stale for a while, so that what is set meanwhile does not wait for long."""
        ended = time.monotonic() + _AT_ONCE
        for name in self._page.names():
            if self._page.fill_stale([name]) and time.monotonic() > ended:
                return

    def _shown(self) -> dict[str, Any]:
        page = self._page
        parts = {name: page.section(name).live for name in page.names()}
        parts["strip"] = page.strip()
        if not page.is_stale:  # what leads elsewhere is not looked at while something is moved
            parts |= {"bar": bar(page), "tools": tools(page)}
        sent = self._sent if self._sent is not None else {}
        changed = {name: html for name, html in parts.items() if sent.get(name) != html}
        self._sent = {**sent, **changed}
        language = page.words.language
        words = {} if language == self._spoken else {"words": page.words.starting("page_script.")}
        self._spoken = language
        return {
            "sections": changed,
            "link": "?" + query_of(page.link(), language),
            "title": page.title,
            "language": language,
            **words,
            "more": page.is_stale,
        }


def _changes(given: Any) -> Iterator[tuple[str, object]]:
    """Yield the keys and values that a browser sends; whatever else it sends is left."""
    for pair in given[:_MOST_CHANGES] if isinstance(given, list) else ():
        if isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], str):
            yield pair[0][:_LONGEST_KEY], pair[1]


def _groups_of(page: SectionPage, changes: Iterable[tuple[str, object]]) -> set[str]:
    """Return the groups whose controls have been set; they say what is wrong, too."""
    first, *others = page.groups
    return {next((g for g in others if key.startswith(g)), first) for key, _ in changes}


def _names(given: Any) -> list[str]:
    return [name for name in given if isinstance(name, str)] if isinstance(given, list) else []


def _sent(file: Download) -> dict[str, str]:
    import base64

    text = base64.b64encode(file.content).decode()
    return {"name": file.name, "kind": file.kind, "content": text}


@contextmanager
def _in_time(seconds: float) -> Iterator[None]:
    """End what takes too long, so that one visitor cannot keep a processor for good."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise _TooLongError

    if not hasattr(signal, "setitimer"):
        yield
        return
    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
