"""The files that pages load: those of the workbench's page, and of Voilà's own."""

from __future__ import annotations

from typing import Any

from jupyter_server.base.handlers import FileFindHandler
from jupyterlab_server.themes_handler import ThemesHandler
from tornado import web
from voila.static_file_handler import MultiStaticFileHandler, TemplateStaticFileHandler

__all__ = ["Bare", "ExtensionFiles", "PageFiles", "ThemeFiles", "VoilaFiles"]


class Bare(web.RequestHandler):
    """What answers with the headers of the workbench, and errors with nothing else."""

    def set_default_headers(self) -> None:
        """Set the headers of every answer."""
        for name, value in self.settings["headers"].items():
            self.set_header(name, value)

    def set_cors_headers(self) -> None:
        """Let no page of another origin read anything, whatever token it knows."""

    def write_error(self, status_code: int, **_: Any) -> None:
        """Say no more than the status."""
        self.finish()


class PageFiles(Bare, TemplateStaticFileHandler):  # type: ignore[misc]
    """The scripts and styles of a template."""


class VoilaFiles(Bare, MultiStaticFileHandler):  # type: ignore[misc]
    """The scripts of Voilà's own page."""


class ExtensionFiles(Bare, FileFindHandler):
    """The scripts that show widgets on Voilà's own page."""


class ThemeFiles(Bare, ThemesHandler):
    """The colours of Voilà's own page."""
