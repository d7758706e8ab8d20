"""Voilà as the workbench serves it: only the apps, for visitors whom nobody knows."""

from __future__ import annotations

import asyncio
import os
import shutil
import webbrowser
from pathlib import Path
from typing import Any

import tornado.httpserver
import tornado.ioloop
from jupyter_core.utils import run_sync
from jupyter_server.utils import url_path_join
from traitlets import Bool, Float, Integer
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
    PageSocket,
    RobotsHandler,
)
from jcm_models.serving.headers import answer_headers
from jcm_models.serving.kernels import SessionKernels
from jcm_models.serving.sessions import OVER, Limits, Sessions

__all__ = ["ADDRESS", "TOKEN", "Workbench"]

# As jcm app hands them on: everybody can read a command line, and no kernel shall have them.
TOKEN = "JCM_TOKEN"
ADDRESS = "JCM_ADDRESS"
# A kernel that dies is no session any more; sessions end by themselves.
_KERNELS = Config(
    KernelRestarter={"restart_limit": 0, "time_to_dead": 1.0},
    MappingKernelManager={"cull_idle_timeout": 0},
)
_LAB = "lab-only"  # tag of a cell
_SWEEP = 500  # [ms] between two looks at what is over
_ENVELOPE = 20_000  # bytes around a scenario file in a message, escapes left aside
_KERNEL = r"(?P<kernel_id>\w+-\w+-\w+-\w+-\w+)"
_FILE = r"((?:[\w@-][\w@.-]*/)*[\w@-][\w@.-]*)"  # no part begins with a dot
_LARGEST_REQUEST = 64_000
# Of what a widget sends, such as a file that is chosen.
_LARGEST_OF_A_WIDGET = 10_000_000


def _without_cells_for_the_lab(_request: Any, *, notebook: Any, cwd: str) -> None:
    """Leave out what only those see who open the notebook itself."""
    notebook.cells = [cell for cell in notebook.cells if _LAB not in cell.metadata.get("tags", [])]


class Workbench(Voila):  # type: ignore[misc]
    """The server of the apps."""

    most_sessions = Integer(40, config=True, help="How many sessions there may be at once.")
    sessions_each = Integer(12, config=True, help="How many of them one visitor may have.")
    session_memory = Integer(400, config=True, help="Memory of a session beyond its start [MB].")
    idle_minutes = Float(30, config=True, help="When an idle session ends [min].")
    session_hours = Float(12, config=True, help="When any session ends [h].")
    cell_seconds = Integer(60, config=True, help="The longest a cell may take [s].")
    first_seconds = Float(60, config=True, help="How long a page may take to connect [s].")
    grace_seconds = Float(30, config=True, help="How long a broken connection is waited for [s].")
    ping_seconds = Float(20, config=True, help="Between two looks whether a browser is there [s].")
    all_widgets = Bool(False, config=True, help="Whether the pages are Voilà's own.")
    behind_proxy = Bool(False, config=True, help="Whether a proxy says who asks, and how.")

    def init_settings(self) -> dict[str, Any]:
        """Return the settings of the server, with those of the workbench."""
        self.sessions = Sessions(
            Limits(
                sessions=self.most_sessions,
                each=self.sessions_each,
                idle=60 * self.idle_minutes,
                life=3600 * self.session_hours,
                first=self.first_seconds,
                grace=self.grace_seconds,
            )
        )
        self.token = os.environ.pop(TOKEN, "")
        self._address = os.environ.pop(ADDRESS, "")
        self.voila_configuration.multi_kernel_manager_class = SessionKernels
        self.voila_configuration.prelaunch_hook = _without_cells_for_the_lab
        self.voila_configuration.http_header_envs = ["Accept-Language"]
        if self.all_widgets:
            self.voila_configuration.extension_allowlist = []
        self.update_config(_KERNELS)
        # What is interrupted does not go on computing for a page that has given it up.
        cells = {"timeout": self.cell_seconds, "interrupt_on_timeout": True}
        self.update_config(Config(NotebookClient=cells))
        self.tornado_settings: dict[str, Any] = {}
        settings: dict[str, Any] = super().init_settings()
        self.kernel_manager.sessions = self.sessions
        self.kernel_manager.memory = self.session_memory
        self.kernel_manager.hosted = not self.all_widgets
        self.kernel_manager.allowed_message_types = [
            "comm_open",
            "comm_close",
            "comm_msg",
            "comm_info_request",
            "kernel_info_request",
        ]
        largest = _LARGEST_OF_A_WIDGET if self.all_widgets else 2 * LARGEST_FILE + _ENVELOPE
        loopback = self.ip in {"127.0.0.1", "::1", "localhost"}
        return settings | {
            "allow_remote_access": self.behind_proxy or not loopback,
            "compress_response": True,
            "default_handler_class": MissingHandler,
            "headers": answer_headers(all_widgets=self.all_widgets),
            "websocket_max_message_size": largest,
            "websocket_ping_interval": self.ping_seconds,
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
        reached: list[tuple[Any, ...]] = [
            (r"/", FrontHandler, folder),
            (r"/apps/([^/]+)", AppHandler, app),
            (rf"/api/kernels/{_KERNEL}/channels", PageSocket, sessions),
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
            webbrowser.open(self._address or self.connection_url)
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
