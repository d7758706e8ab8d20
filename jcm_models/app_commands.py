"""The command that serves the apps: ``jcm app``."""

from __future__ import annotations

import argparse
import secrets
from pathlib import Path
from typing import Any

from jcm_models.apps import Serving, serve_app
from jcm_models.problems import Problem, ScenarioError

__all__ = ["add_app"]

_LAST_PORT = 65535


def add_app(commands: Any) -> None:
    """Add ``jcm app`` to the commands.

    Parameters
    ----------
    commands : argparse subparsers
        Where the other commands are.
    """
    usual = Serving()
    app = commands.add_parser("app", help="serve the apps with Voilà")
    app.add_argument("--port", type=port, default=usual.port)
    app.add_argument("--no-browser", action="store_true")
    app.add_argument("--notebook", default="", help="the app to open first, such as methods")
    web = app.add_argument_group("on the internet (SERVING.md says how)")
    web.add_argument("--ip", default=usual.ip, help="address to listen on")
    web.add_argument("--base-url", default=usual.base_url, help="such as /jcm/")
    web.add_argument("--behind-proxy", action="store_true", help="a proxy says who asks, and how")
    web.add_argument("--token", default="", help="let in only who has it")
    web.add_argument("--token-file", type=Path, help="let in only who has the token that it holds")
    web.add_argument("--ask-token", action="store_true", help="let in only who has a new token")
    limits = app.add_argument_group("limits")
    limits.add_argument("--sessions", type=_count, default=usual.sessions, help="most at once")
    each = "most of one visitor; a place, where many may be, has half of all"
    limits.add_argument("--sessions-each", type=_count, default=usual.sessions_each, help=each)
    limits.add_argument("--memory", type=_count, default=usual.memory, help="of a session [MB]")
    limits.add_argument("--idle-minutes", type=_time, default=usual.idle_minutes)
    limits.add_argument("--session-hours", type=_time, default=usual.session_hours)
    limits.add_argument("--grace-seconds", type=_time, default=usual.grace_seconds)
    app.add_argument(
        "--all-widgets",
        action="store_true",
        help="for notebooks of your own with other widgets: Voilà's own, slower page",
    )
    app.set_defaults(command=_app)


def _app(given: argparse.Namespace) -> int:
    token = given.token or _token_in(given.token_file)
    tells = given.ask_token and not token
    return serve_app(
        Serving(
            port=given.port,
            browser=not given.no_browser,
            notebook=given.notebook,
            ip=given.ip,
            base_url=f"/{given.base_url.strip('/')}/".replace("//", "/"),
            behind_proxy=given.behind_proxy,
            token=secrets.token_urlsafe(24) if tells else token,
            tells_token=tells,
            sessions=given.sessions,
            sessions_each=given.sessions_each,
            memory=given.memory,
            idle_minutes=given.idle_minutes,
            session_hours=given.session_hours,
            grace_seconds=given.grace_seconds,
            all_widgets=given.all_widgets,
        )
    )


def _token_in(file: Path | None) -> str:
    """Read a token; a file without one would let everybody in."""
    if file is None:
        return ""
    try:
        token = file.read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        raise ScenarioError([Problem("--token-file", f"cannot be read: {error}")]) from None
    if not token:
        raise ScenarioError([Problem("--token-file", f"{file} holds no token")])
    return token


def port(text: str) -> int:
    """Read a port; the message is argparse's."""
    number = int(text)
    if not 0 < number <= _LAST_PORT:
        message = f"a port is a number from 1 to {_LAST_PORT}"
        raise argparse.ArgumentTypeError(message)
    return number


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        message = "at least 1 is needed"
        raise argparse.ArgumentTypeError(message)
    return number


def _time(text: str) -> float:
    number = float(text)
    if not 0 < number < 1e6:
        message = "a time above 0 is needed"
        raise argparse.ArgumentTypeError(message)
    return number
