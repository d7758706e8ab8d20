"""Serve the notebooks: as apps by Voilà, or for editing by JupyterLab."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

from jcm_models.kernels import ForkServer, can_fork
from jcm_models.kernels.server import ADDRESS, PROVISIONER
from jcm_models.problems import Problem, ScenarioError, nearest
from jcm_models.strict_yaml import here_and_above

__all__ = ["serve_app", "serve_lab"]

# Holds Voilà's configuration, and its template where Jupyter looks for templates.
_JUPYTER = Path(__file__).parent / "jupyter"
_NOTEBOOK = "reference_vs_bau"


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


def serve_app(port: int, *, browser: bool, notebook: str = _NOTEBOOK) -> int:
    """Serve a notebook as an app until it is stopped.

    Parameters
    ----------
    port : int
        Port on 127.0.0.1.
    browser : bool
        Whether to open a browser.
    notebook : str
        Name of the notebook in ``notebooks/``.

    Returns
    -------
    int
        Exit code of Voilà.

    Raises
    ------
    ScenarioError
        If there is no such notebook, or the port is in use.
    """
    folder = project_folder()
    offered = [file.stem for file in sorted((folder / "notebooks").glob("*.ipynb"))]
    if notebook not in offered:
        text = f"found {notebook!r}{nearest(notebook, offered)}; there is {', '.join(offered)}"
        raise ScenarioError([Problem("--notebook", text)])
    paths = [str(_JUPYTER), os.environ.get("JUPYTER_PATH", "")]
    environment = {**os.environ, "JUPYTER_PATH": os.pathsep.join(filter(None, paths))}
    command = [
        sys.executable,
        "-m",
        "voila",
        f"{notebook}.ipynb",
        f"--Voila.config_file_paths={_JUPYTER}",
        f"--port={port}",
    ]
    _assert_free(port)
    environment |= _forked_kernels()
    print(f"The app is at http://127.0.0.1:{port}/ (stop with Ctrl-C)", flush=True)  # noqa: T201
    if not browser:
        command.append("--no-browser")
    return _until_stopped(command, folder / "notebooks", environment)


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
    server = ForkServer()
    server.stay_while_running()
    return {"JUPYTER_DEFAULT_PROVISIONER_NAME": PROVISIONER, ADDRESS: server.address}


def _assert_free(port: int) -> None:
    """Refuse a port that is in use: Voilà would take another and the address would be wrong."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            text = "is in use; choose another with --port"
            raise ScenarioError([Problem(f"port {port}", text)]) from None


def _until_stopped(command: list[str], folder: Path, environment: dict[str, str]) -> int:
    """Replace this process by the server where that can be, so that signals reach it."""
    if os.name == "posix":
        os.chdir(folder)
        os.execve(command[0], command, environment)
    return subprocess.run(command, cwd=folder, env=environment, check=False).returncode
