"""What answers: the front page, the apps, their connections, files of the page, health."""

from __future__ import annotations

import asyncio
import secrets
import urllib.parse
from pathlib import Path
from typing import Any

from jupyter_server.base.handlers import JupyterHandler
from tornado import web
from tornado.iostream import StreamClosedError
from voila.tornado.handler import TornadoVoilaHandler

from jcm_models.serving.files import Bare
from jcm_models.serving.pages import apps_in, front_page, message_page, words_for
from jcm_models.serving.sessions import Sessions, Visit, place_of, visit_now
from jcm_models.serving.sockets import VISITOR
from jcm_models.wording import Words

__all__ = [
    "AppHandler",
    "FrontHandler",
    "HealthHandler",
    "KernelHandler",
    "MissingHandler",
    "RobotsHandler",
]

_FULL = 503
_AGAIN = 30  # [s] until a page that was full is asked for again
_PATIENCE = 60  # [s] until a browser has to have fetched what it was sent
_LENGTH = 32  # of the cookie
_HEARTBEAT = "<script>window.voila_heartbeat"
_SENTENCES = {400: "missing", 403: "forbidden", 404: "missing", 405: "missing", _FULL: "full"}
_ENOUGH = "enough"


class _Page(JupyterHandler):
    """A page of the workbench; whatever goes wrong is a sentence."""

    _has_enough = False

    async def prepare(self, **_: Any) -> None:
        """Let nobody in who has not the token, where one is asked for."""
        await super().prepare(_redirect_to_login=False)
        if not self.current_user:
            raise web.HTTPError(403)
        if self.identity_provider.token and "token" in self.request.query_arguments:
            self._forget_token()

    def _forget_token(self) -> None:
        """Go on by the cookie: no history, log or kernel shall have the token."""
        pairs = urllib.parse.parse_qsl(self.request.query, keep_blank_values=True)
        rest = urllib.parse.urlencode([pair for pair in pairs if pair[0] != "token"])
        self.redirect(f"{self.request.path}?{rest}" if rest else self.request.path)

    def set_cors_headers(self) -> None:
        """Let no page of another origin read anything, whatever token it knows."""

    @property
    def words(self) -> Words:
        """The words of the visitor's language."""
        asked = self.request.query_arguments.get("lang", [b""])[0].decode(errors="replace")
        return words_for(asked, self.request.headers.get("Accept-Language", ""))

    def write_error(self, status_code: int, **_: Any) -> None:
        """Say what is the matter, and nothing of the code."""
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Cache-Control", "no-store")
        key = _ENOUGH if self._has_enough else _SENTENCES.get(status_code, "failed")
        again = _AGAIN if status_code == _FULL else 0
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

    _visit: Visit | None = None

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
        if name not in {app.name for app in apps_in(self._folder)} or self._is_embedded():
            raise web.HTTPError(404)

    async def get(self, name: str) -> None:
        """Run the notebook and send what its cells show, as they show it."""
        self._assert_served(name)
        place = place_of(self.request.remote_ip or "")
        self._visit = visit = Visit(self.visitor(), place)
        if not self._sessions.has_room_for(visit):
            self._has_enough = self._sessions.has_enough(visit)
            raise web.HTTPError(_FULL)
        self._sessions.starting(visit)
        visit_now.set(visit)
        try:
            async for html in self.get_generator(path=f"{name}.ipynb"):
                self.write(_quiet(html))
                await asyncio.wait_for(self.flush(), _PATIENCE)
                if visit.kernel not in self._sessions:
                    break  # the kernel has died, and nothing comes any more
        except (StreamClosedError, TimeoutError):
            self.on_connection_close()
        finally:
            self._sessions.made(visit)

    def _is_embedded(self) -> bool:
        """Tell whether a page of another origin loads this as a part of itself."""
        headers = self.request.headers
        alone = headers.get("Sec-Fetch-Dest", "document") == "document"
        return not alone and headers.get("Sec-Fetch-Site") != "same-origin"

    def on_connection_close(self) -> None:
        """End a session whose page nobody waits for any more."""
        if self._visit is not None:
            self._sessions.leave(self._visit.kernel)


def _quiet(html: str) -> str:
    """Leave out the scripts that Voilà sends while a cell takes long."""
    return "<!-- -->" if html.startswith(_HEARTBEAT) else html


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
