"""Serve the notebooks: as apps by Voilà, or for editing by JupyterLab."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from jcm_models.kernels import ForkServer, can_fork
from jcm_models.kernels.server import ADDRESS, PROVISIONER
from jcm_models.problems import Problem, ScenarioError, nearest
from jcm_models.strict_yaml import here_and_above

__all__ = ["Serving", "serve_app", "serve_lab"]

# Holds Voilà's configuration, and its templates where Jupyter looks for templates.
_JUPYTER = Path(__file__).parent / "jupyter"
_NOTEBOOK = "reference_vs_bau"
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


@dataclass(frozen=True)
class Serving:
    """How the apps are served.

    Attributes
    ----------
    port, ip, base_url
        Where: the address.
    browser : bool
        Whether a browser is opened.
    notebook : str
        The app that is opened first; empty for the front page.
    behind_proxy : bool
        Whether a proxy says who asks, and how.
    token : str
        What visitors must have; empty lets all in.
    tells_token : bool
        Whether the address is printed with the token, because nobody knows it yet.
    sessions, sessions_each, memory, idle_minutes, session_hours, grace_seconds
        The most sessions at once and of one visitor, the memory of each [MB], and when they end.
    all_widgets : bool
        Whether Voilà's own page is served, which shows every widget there is.
    """

    port: int = 8866
    browser: bool = True
    notebook: str = ""
    ip: str = "127.0.0.1"
    base_url: str = "/"
    behind_proxy: bool = False
    token: str = ""
    tells_token: bool = False
    sessions: int = 40
    sessions_each: int = 12
    memory: int = 400
    idle_minutes: float = 30.0
    session_hours: float = 12.0
    grace_seconds: float = 30.0
    all_widgets: bool = False

    @property
    def is_open(self) -> bool:
        """Whether others than this machine's own users can reach it without a token."""
        return self.ip not in _LOOPBACK and not self.token and not self.behind_proxy

    @property
    def address(self) -> str:
        """What a visitor opens."""
        shown = urllib.parse.quote(self.token) if self.tells_token else "…"
        query = f"?token={shown}" if self.token else ""
        host = f"[{self.ip}]" if ":" in self.ip else self.ip
        return f"http://{host}:{self.port}{self.base_url}{self.first_page}{query}"

    @property
    def first_page(self) -> str:
        """What is opened first, below the base."""
        return f"apps/{urllib.parse.quote(self.notebook)}" if self.notebook else ""


def project_folder() -> Path:
    """Return the folder that holds ``notebooks/``: here or above.

    Raises
    ------
    ScenarioError
        If there is none.
    """
    for folder in here_and_above():
        if (folder / "notebooks").is_dir():
            return folder
    raise ScenarioError([Problem("", f"there is no notebooks/ folder in {Path.cwd()} or above it")])


def serve_app(serving: Serving) -> int:
    """Serve the notebooks as apps until it is stopped.

    Parameters
    ----------
    serving : Serving
        Where, to whom, and how many of them.

    Returns
    -------
    int
        Exit code of Voilà.

    Raises
    ------
    ScenarioError
        If there is no such notebook, the port is in use, or everybody would be let in.
    """
    folder = project_folder() / "notebooks"
    offered = [file.stem for file in sorted(folder.glob("*.ipynb"))]
    if serving.notebook and serving.notebook not in offered:
        text = f"found {serving.notebook!r}{nearest(serving.notebook, offered)}; "
        raise ScenarioError([Problem("--notebook", f"{text}there is {', '.join(offered)}")])
    if serving.is_open:
        text = f"would let everybody in who reaches {serving.ip}; give --token or --ask-token, "
        raise ScenarioError([Problem("--ip", f"{text}or --behind-proxy where one lets them in")])
    paths = [str(_JUPYTER), os.environ.get("JUPYTER_PATH", "")]
    environment = {**os.environ, "JUPYTER_PATH": os.pathsep.join(filter(None, paths))}
    _assert_free(serving.ip, serving.port)
    environment |= _forked_kernels()
    if serving.token:
        environment["JCM_TOKEN_FILE"] = _written(serving.token)
    what = "app is" if serving.notebook else "apps are"
    print(f"The {what} at {serving.address} (stop with Ctrl-C)", flush=True)  # noqa: T201
    return _until_stopped(list(_command(serving)), folder, environment)


def _command(serving: Serving) -> Iterator[str]:
    """Yield the command that serves."""
    yield from (sys.executable, "-m", "jcm_models.serving", ".")
    yield f"--Workbench.most_sessions={serving.sessions}"
    yield f"--Workbench.most_of_each={serving.sessions_each}"
    yield f"--Workbench.session_memory={serving.memory}"
    yield f"--Workbench.idle_minutes={serving.idle_minutes}"
    yield f"--Workbench.session_hours={serving.session_hours}"
    yield f"--Workbench.grace_seconds={serving.grace_seconds}"
    yield f"--Workbench.behind_proxy={serving.behind_proxy}"
    yield f"--Workbench.first_page={serving.first_page}"
    if serving.all_widgets:
        yield from ("--Workbench.all_widgets=True", "--template=jcm-widgets")
    yield f"--Voila.config_file_paths={_JUPYTER}"
    yield f"--Voila.ip={serving.ip}"
    yield f"--Voila.base_url={serving.base_url}"
    yield f"--port={serving.port}"
    if not serving.browser:
        yield "--no-browser"


def serve_lab(port: int, *, browser: bool, notebook: str = _NOTEBOOK) -> int:
    """Start JupyterLab on the project's folder.

    Parameters
    ----------
    port : int
        Port on 127.0.0.1.
    browser : bool
        Whether to open a browser.
    notebook : str
        Name of the notebook that is opened first.

    Returns
    -------
    int
        Exit code of JupyterLab.
    """
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        f"--port={port}",
        "--ip=127.0.0.1",
        f"--LabApp.default_url=/lab/tree/notebooks/{notebook}.ipynb",
    ]
    if not browser:
        command.append("--no-browser")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    return _until_stopped(command, project_folder(), dict(os.environ))


def _forked_kernels() -> dict[str, str]:
    """Start the process that kernels are forked from, and say how Voilà finds it."""
    if not can_fork():
        return {}
    server = ForkServer(for_apps=True)
    server.stay_while_running()
    return {"JUPYTER_DEFAULT_PROVISIONER_NAME": PROVISIONER, ADDRESS: server.address}


def _written(token: str) -> str:
    """Hand the token on in a file of this user's alone: others see arguments and environments."""
    handle, name = tempfile.mkstemp(prefix="jcm-")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(token)
    return name


def _assert_free(ip: str, port: int) -> None:
    """Refuse a port that is in use: Voilà would take another and the address would be wrong."""
    family = socket.AF_INET6 if ":" in ip else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ip, port))
        except OSError:
            text = "is in use; choose another with --port"
            raise ScenarioError([Problem(f"port {port}", text)]) from None


def _until_stopped(command: list[str], folder: Path, environment: dict[str, str]) -> int:
    """Replace this process by the server where that can be, so that signals reach it."""
    if os.name == "posix":
        os.chdir(folder)
        os.execve(command[0], command, environment)
    return subprocess.run(command, cwd=folder, env=environment, check=False).returncode
