"""What answers: the front page, the apps, their connections, files of the page, health."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

from jupyter_server.base.handlers import JupyterHandler
from tornado import web
from tornado.ioloop import IOLoop
from tornado.iostream import StreamClosedError
from tornado.websocket import WebSocketHandler
from voila.tornado.handler import TornadoVoilaHandler
from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler

from jcm_models.serving.files import Bare
from jcm_models.serving.pages import apps_in, front_page, message_page, words_for
from jcm_models.serving.sessions import OVER, Opening, Session, Sessions, opening_now
from jcm_models.wording import Words

__all__ = [
    "AppHandler",
    "FrontHandler",
    "HealthHandler",
    "KernelHandler",
    "MissingHandler",
    "PageSocket",
    "RobotsHandler",
]

VISITOR = "jcm_visitor"
_FULL, _ENOUGH = 503, 429
_AGAIN = 30  # [s] until a page that was full is asked for again
_HEARTBEAT = "<script>window.voila_heartbeat"
_SENTENCES = {
    400: "missing",
    403: "forbidden",
    404: "missing",
    405: "missing",
    _FULL: "full",
    _ENOUGH: "enough",
}


class _Page(JupyterHandler):
    """A page of the workbench; whatever goes wrong is a sentence."""

    async def prepare(self, **_: Any) -> None:
        """Let nobody in who has not the token, where one is asked for."""
        await super().prepare(_redirect_to_login=False)
        if not self.current_user:
            raise web.HTTPError(403)

    @property
    def words(self) -> Words:
        """The words of the visitor's language."""
        asked = self.get_query_argument("lang", "")
        return words_for(asked, self.request.headers.get("Accept-Language", ""))

    def write_error(self, status_code: int, **_: Any) -> None:
        """Say what is the matter, and nothing of the code."""
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Cache-Control", "no-store")
        key = _SENTENCES.get(status_code, "failed")
        again = _AGAIN if status_code in {_FULL, _ENOUGH} else 0
        if again:
            self.set_header("Retry-After", str(again))
        self.finish(message_page(self.words, key, self.base_url, again))

    def visitor(self) -> str:
        """Return who this is, as a cookie says that only the browser itself reads."""
        known = self.get_cookie(VISITOR)
        if known and len(known) == _LENGTH and known.isalnum():
            return str(known)
        new = secrets.token_hex(_LENGTH // 2)
        secure = self.request.protocol == "https"
        self.set_cookie(
            VISITOR, new, path=self.base_url, httponly=True, samesite="Lax", secure=secure
        )
        return new


_LENGTH = 32


class FrontHandler(_Page):
    """The page that leads to the apps."""

    def initialize(self, folder: Path) -> None:
        """Take the folder of notebooks."""
        self._folder = folder

    def get(self) -> None:
        """Answer without any kernel."""
        self.set_header("Cache-Control", "no-store")
        self.finish(front_page(apps_in(self._folder), self.base_url, self.words))

    head = get


class AppHandler(_Page, TornadoVoilaHandler):  # type: ignore[misc]
    """An app: its notebook, run for this visitor."""

    _page: Opening | None = None

    def initialize(self, *, sessions: Sessions, folder: Path, **kwargs: Any) -> None:
        """Take the sessions and the folder of notebooks."""
        super().initialize(**kwargs)
        self._sessions = sessions
        self._folder = folder

    def head(self, name: str) -> None:
        """Answer whoever only wants to know whether there is such an app."""
        self._assert_served(name)
        self.finish()

    def _assert_served(self, name: str) -> None:
        if name not in {app.name for app in apps_in(self._folder)}:
            raise web.HTTPError(404)

    async def get(self, name: str) -> None:
        """Run the notebook and send what its cells show, as they show it."""
        self._assert_served(name)
        self._page = Opening(self.visitor(), self.request.remote_ip or "")
        if self._sessions.has_enough(self._page):
            raise web.HTTPError(_ENOUGH)
        if self._sessions.full:
            raise web.HTTPError(_FULL)
        self._sessions.opening(self._page)
        opening_now.set(self._page)
        try:
            async for html in self.get_generator(path=f"{name}.ipynb"):
                self.write(_quiet(html))
                await self.flush()
        except StreamClosedError:
            self._page.left = True
        finally:
            self._sessions.made(self._page)
            if self._page.left:
                await self._end(self._page)

    def on_connection_close(self) -> None:
        """End the session of whoever leaves before the page is whole."""
        super().on_connection_close()
        if self._page is not None:
            self._page.left = True
            IOLoop.current().add_callback(self._end, self._page)

    async def _end(self, page: Opening) -> None:
        await self.settings["kernel_manager"].end(page.kernel, OVER)


def _quiet(html: str) -> str:
    """Leave out the scripts that Voilà sends while a cell takes long."""
    return "<!-- -->" if html.startswith(_HEARTBEAT) else html


class PageSocket(VoilaKernelWebsocketHandler):  # type: ignore[misc]
    """The connection of a page to the kernel of its own session."""

    connection: Any = None
    _session: Session | None = None
    # Tornado's looks at whether a browser is still there, in seconds; Jupyter has others beside.
    ping_interval = WebSocketHandler.ping_interval
    ping_timeout = WebSocketHandler.ping_timeout

    def initialize(self, sessions: Sessions) -> None:
        """Take the sessions."""
        self._sessions = sessions

    set_default_headers = Bare.set_default_headers
    write_error = Bare.write_error

    async def get(self, kernel_id: str) -> None:
        """Connect the page, if the kernel is that of its own visitor."""
        found = self._sessions.of(kernel_id, self.get_cookie(VISITOR) or "")
        if found is None:
            raise web.HTTPError(404)
        self._of = found
        await super().get(kernel_id=kernel_id)

    async def open(self, kernel_id: str) -> None:
        """Note that the session is connected."""
        self._session = self._of
        self._sessions.connected(self._session, self._closed_with)
        await self.connection.connect()

    def on_message(self, ws_message: str | bytes) -> None:
        """Hand a message to the kernel; what is none ends the connection."""
        if self._session is not None:
            self._sessions.heard(self._session)
        try:
            super().on_message(ws_message)
        except Exception:
            self.log.warning("a page sent what is no message")
            self.close(1003)

    def on_close(self) -> None:
        """Note that the page is gone, for good if it said so."""
        if self._session is not None:
            self._sessions.disconnected(self._session, self._closed_with, self.close_code)
            self._session = None
        if self.connection is not None:
            super().on_close()

    def _closed_with(self, code: int) -> None:
        self.close(code)


class KernelHandler(_Page):
    """What Voilà's own page asks of its kernel before it connects."""

    def initialize(self, sessions: Sessions) -> None:
        """Take the sessions."""
        self._sessions = sessions

    def get(self, kernel_id: str) -> None:
        """Say that the kernel is there, to its own visitor."""
        if self._sessions.of(kernel_id, self.get_cookie(VISITOR) or "") is None:
            raise web.HTTPError(404)
        self.set_header("Cache-Control", "no-store")
        self.finish(self.kernel_manager.kernel_model(kernel_id))  # type: ignore[no-untyped-call]


class HealthHandler(Bare):
    """Whether the server answers, for what watches it."""

    def initialize(self, sessions: Sessions) -> None:
        """Take the sessions."""
        self._sessions = sessions

    def get(self) -> None:
        """Answer in JSON."""
        self.set_header("Cache-Control", "no-store")
        most = self._sessions.limits.sessions
        self.finish({"status": "ok", "sessions": len(self._sessions), "most_sessions": most})

    head = get


class RobotsHandler(Bare):
    """What search engines may read: the front page, and no app."""

    def get(self) -> None:
        """Answer in plain text."""
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish("User-agent: *\nDisallow: /apps/\n")

    head = get


class MissingHandler(_Page):
    """Whatever is not served."""

    def prepare(self) -> None:  # type: ignore[override]
        """Say that there is nothing, to whatever request."""
        raise web.HTTPError(404)
