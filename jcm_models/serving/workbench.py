"""Voilà as the workbench serves it: only the apps, for visitors whom nobody knows."""

from __future__ import annotations

import asyncio
import os
import shutil
import urllib.parse
import webbrowser
from pathlib import Path
from typing import Any

import tornado.httpserver
import tornado.ioloop
import tornado.web
from jupyter_core.utils import run_sync
from jupyter_server.auth import PasswordIdentityProvider
from jupyter_server.utils import url_path_join
from traitlets import Bool, Float, Integer, Unicode
from traitlets.config import Config
from voila.app import Voila

from jcm_models.links import LARGEST_FILE
from jcm_models.serving.files import ExtensionFiles, PageFiles, ThemeFiles, VoilaFiles
from jcm_models.serving.handlers import (
    AppHandler,
    FrontHandler,
    HealthHandler,
    KernelHandler,
    MissingHandler,
    RobotsHandler,
)
from jcm_models.serving.headers import answer_headers
from jcm_models.serving.kernels import SessionKernels
from jcm_models.serving.sessions import OVER, Limits, Sessions
from jcm_models.serving.sockets import (
    PageConnection,
    PageSocket,
    WidgetConnection,
    WidgetSocket,
)

__all__ = ["TOKEN_FILE", "Workbench"]

TOKEN_FILE = "JCM_TOKEN_FILE"  # as jcm app hands the token on
# A kernel that dies is no session any more; sessions end by themselves.
_KERNELS = Config(
    KernelRestarter={"restart_limit": 0, "time_to_dead": 1.0},
    MappingKernelManager={"cull_idle_timeout": 0},
    VoilaConfiguration={"http_header_envs": ["Accept-Language"], "http_keep_alive_timeout": 2},
    IdentityProvider={"cookie_options": {"samesite": "Lax"}},
)
_LAB = "lab-only"  # tag of a cell
_SWEEP = 500  # [ms] between two looks at what is over
_ENVELOPE = 20_000  # bytes around a scenario file in a message, escapes left aside
_ANSWERS = 3  # times as long as a kernel gives itself for an answer, until it is ended
_KERNEL = r"(?P<kernel_id>\w+-\w+-\w+-\w+-\w+)"
_FILE = r"((?:[\w@-][\w@.-]*/)*[\w@-][\w@.-]*)"  # no part begins with a dot
_LARGEST_REQUEST = 64_000
_LARGEST_OF_A_WIDGET = 10_000_000  # bytes, such as of a file that is chosen
_LONGEST_NOTED = 200  # letters of an address
_OWN_PAGE = {
    "kernel_websocket_connection_class": PageConnection,
    "websocket_max_message_size": 2 * LARGEST_FILE + _ENVELOPE,
}


class Anybody(PasswordIdentityProvider):
    """Whoever comes: where no token is asked for, nobody gets a name or a cookie for it."""

    def set_login_cookie(self, handler: Any, user: Any) -> None:
        """Keep who has shown the token."""
        if self.auth_enabled:
            super().set_login_cookie(handler, user)


def _without_cells_for_the_lab(_request: Any, *, notebook: Any, cwd: str) -> None:
    """Leave out what only those see who open the notebook itself."""
    notebook.cells = [cell for cell in notebook.cells if _LAB not in cell.metadata.get("tags", [])]


class Workbench(Voila):  # type: ignore[misc]
    """The server of the apps."""

    most_sessions = Integer(40, config=True, help="How many sessions there may be at once.")
    most_of_each = Integer(12, config=True, help="How many sessions a visitor may have at once.")
    session_memory = Integer(400, config=True, help="Memory of a session beyond its start [MB].")
    idle_minutes = Float(30, config=True, help="When an idle session ends [min].")
    session_hours = Float(12, config=True, help="When any session ends [h].")
    grace_seconds = Float(30, config=True, help="How long a broken connection is waited for [s].")
    cell_seconds = Integer(60, config=True, help="The longest a cell may take [s].")
    ping_seconds = Float(20, config=True, help="Between two looks whether a browser is there [s].")
    all_widgets = Bool(False, config=True, help="Whether the pages are Voilà's own.")
    behind_proxy = Bool(False, config=True, help="Whether a proxy says who asks, and how.")
    first_page = Unicode("", config=True, help="The app that a browser is opened on.")

    def init_settings(self) -> dict[str, Any]:
        """Return the settings of the server, with those of the workbench."""
        self.sessions = Sessions(
            Limits(
                sessions=self.most_sessions,
                each=self.most_of_each,
                first=2 * self.grace_seconds,
                idle=60 * self.idle_minutes,
                life=3600 * self.session_hours,
                grace=self.grace_seconds,
                answer=_ANSWERS * float(os.environ.get("JCM_APP_SECONDS", "20")),
            )
        )
        self.token = _token()
        self.update_config(_KERNELS)
        # What is interrupted does not go on computing for a page that has given it up.
        cells = {"timeout": self.cell_seconds, "interrupt_on_timeout": True}
        self.update_config(Config(NotebookClient=cells))
        self.voila_configuration.update_config(_KERNELS)
        self.identity_provider_class = Anybody
        self.voila_configuration.multi_kernel_manager_class = SessionKernels
        self.voila_configuration.prelaunch_hook = _without_cells_for_the_lab
        self.tornado_settings: dict[str, Any] = {}
        settings: dict[str, Any] = super().init_settings()
        self.kernel_manager.sessions = self.sessions
        self.kernel_manager.memory = self.session_memory
        self.kernel_manager.hosted = not self.all_widgets
        loopback = self.ip in {"127.0.0.1", "::1", "localhost"}
        return settings | {
            "allow_remote_access": self.behind_proxy or not loopback,
            "compress_response": True,
            "default_handler_class": MissingHandler,
            "headers": answer_headers(all_widgets=self.all_widgets),
            "log_function": self._note,
            "websocket_ping_interval": self.ping_seconds,
            **(self._widgets() if self.all_widgets else _OWN_PAGE),
        }

    def _widgets(self) -> dict[str, Any]:
        """Return what Voilà's own page needs; its widgets have messages of several kinds."""
        self.voila_configuration.extension_allowlist = []
        self.kernel_manager.allowed_message_types = [
            *("comm_open", "comm_msg", "comm_close"),
            *("comm_info_request", "kernel_info_request"),
        ]
        return {
            "kernel_websocket_connection_class": WidgetConnection,
            "websocket_max_message_size": _LARGEST_OF_A_WIDGET,
        }

    def init_handlers(self) -> list[tuple[Any, ...]]:
        """Return all that can be reached."""
        folder = {"folder": Path(self.root_dir)}
        sessions = {"sessions": self.sessions}
        app = {
            **sessions,
            **folder,
            "template_paths": self.template_paths,
            "config": self.config,
            "voila_configuration": self.voila_configuration,
        }
        socket = WidgetSocket if self.all_widgets else PageSocket
        reached: list[tuple[Any, ...]] = [
            (r"/", FrontHandler, folder),
            (r"/apps/([^/]+)", AppHandler, app),
            (rf"/api/kernels/{_KERNEL}/channels", socket, sessions),
            (r"/voila/templates/(jcm/static/[\w-]+\.(?:js|css))", PageFiles),
            (r"/health", HealthHandler, sessions),
            (r"/robots.txt", RobotsHandler),
        ]
        if self.all_widgets:
            reached += [
                (rf"/api/kernels/{_KERNEL}", KernelHandler, sessions),
                *self._files_of_voila(),
            ]
        return [(url_path_join(self.server_url, path), *rest) for path, *rest in reached]

    def _files_of_voila(self) -> list[tuple[Any, ...]]:
        """Return what Voilà's own page loads."""
        extensions = self.labextensions_path
        themes = {"path": self.themes_dir, "labextensions_path": extensions}
        return [
            (rf"/voila/templates/((?:jcm-widgets|lab|base)/static/{_FILE[1:]}", PageFiles),
            (rf"/voila/static/{_FILE}", VoilaFiles, {"paths": self.static_paths}),
            (rf"/voila/labextensions/{_FILE}", ExtensionFiles, {"path": extensions}),
            (
                rf"/voila/api/themes/{_FILE}",
                ThemeFiles,
                {**themes, "themes_url": "/voila/api/themes", "no_cache_paths": ["/"]},
            ),
        ]

    def listen(self) -> None:
        """Listen until the server is stopped."""
        server = tornado.httpserver.HTTPServer(
            self.app,
            xheaders=self.behind_proxy,
            max_body_size=_LARGEST_REQUEST,
            max_header_size=_LARGEST_REQUEST,
            idle_connection_timeout=120,
            body_timeout=30,
        )
        server.listen(self.port, self.ip)
        self.ioloop = tornado.ioloop.IOLoop.current()
        tornado.ioloop.PeriodicCallback(self._sweep, _SWEEP).start()
        if self.open_browser:
            query = f"?{urllib.parse.urlencode({'token': self.token})}" if self.token else ""
            webbrowser.open(url_path_join(self.connection_url, self.first_page) + query)
        try:
            self.ioloop.start()
        except KeyboardInterrupt:
            self.log.info("Stopping...")
        finally:
            self.stop()

    async def _sweep(self) -> None:
        """End the sessions that are over."""
        over = list(self.sessions.over())
        await asyncio.gather(
            *(self.kernel_manager.end(session.kernel, reason) for session, reason in over),
            return_exceptions=True,
        )

    def stop(self) -> None:
        """End every session, and the server."""
        for kernel in self.kernel_manager.list_kernel_ids():
            self.sessions.end(kernel, OVER)
        run_sync(self.kernel_manager.shutdown_all)(now=True)  # they have nothing to keep
        shutil.rmtree(self.connection_dir, ignore_errors=True)

    def _note(self, handler: tornado.web.RequestHandler) -> None:
        """Note what went wrong, without what a link says: it may hold a token."""
        status, request = handler.get_status(), handler.request
        log = self.log.error if status >= 500 else self.log.warning
        if status >= 400:
            log("%d %s %r", status, request.method, request.path[:_LONGEST_NOTED])


def _token() -> str:
    """Take the token out of the file that it was handed on in, so that no kernel has it."""
    file = os.environ.pop(TOKEN_FILE, "")
    if not file:
        return ""
    token = Path(file).read_text(encoding="utf-8")
    Path(file).unlink()
    return token
