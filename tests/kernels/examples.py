"""Forked kernels that tests talk to, and notebooks small enough to know all of."""

import ast
import itertools
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import nbformat
import psutil
from jupyter_client import BlockingKernelClient
from jupyter_client.connect import write_connection_file
from nbformat import v4

from jcm_models.kernels import ForkServer
from jcm_models.kernels.server import ADDRESS
from tests.commands import BIN, environment
from tests.conftest import ROOT
from tests.parts.examples import PATIENCE

_NUMBERS = itertools.count()


def server_pid(server: ForkServer) -> int:
    """Return the number of the process that kernels are forked from."""
    return server._process.pid


def gone(*pids: int) -> bool:
    """Tell whether processes have ended; who is to be reaped by others has."""
    return not any(map(_runs, pids))


def _runs(pid):
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


class Talk:
    """A conversation with a kernel, used in a ``with`` statement.

    Parameters
    ----------
    folder
        Where the files of the connection stand.
    """

    def __init__(self, folder: Path) -> None:
        name = str(folder / f"k{next(_NUMBERS)}")
        self.file, _ = write_connection_file(f"{name}.json", transport="ipc", ip=name)
        self._client = BlockingKernelClient(connection_file=self.file)

    def __enter__(self):
        self._client.load_connection_file()
        self._client.start_channels()
        return self

    def __exit__(self, *_):
        self._client.stop_channels()
        self._client.context.destroy(linger=0)

    def value(self, expression: str, code: str = "pass"):
        """Run code, and return the value of an expression afterwards."""
        self._client.wait_for_ready(PATIENCE)
        asked = {"it": expression}
        reply = self._client.execute(code, user_expressions=asked, reply=True, timeout=PATIENCE)
        content = reply["content"]
        assert content["status"] == "ok", content
        found = content["user_expressions"]["it"]
        assert found["status"] == "ok", found
        return ast.literal_eval(found["data"]["text/plain"])

    def start(self, code: str) -> str:
        """Let the kernel run code, without waiting for it."""
        self._client.wait_for_ready(PATIENCE)
        return self._client.execute(code)

    def reply(self, asked: str):
        """Return what the kernel answers to something that was started."""
        while reply := self._client.get_shell_msg(timeout=PATIENCE):
            if reply["parent_header"].get("msg_id") == asked:
                return reply["content"]
        raise AssertionError

    def shut_down(self):
        """Ask the kernel to end, as Jupyter does first."""
        self._client.shutdown()


class Forked(Talk):
    """A kernel forked by a server for this process, and a conversation with it."""

    def __init__(self, server: ForkServer, folder: Path, env=None) -> None:
        super().__init__(folder)
        self.process = server.fork(["-f", self.file], str(folder), {**os.environ, **(env or {})})

    def __exit__(self, *_):
        super().__exit__()
        self.process.kill()
        self.process.wait(PATIENCE)


_OWNER = """\
import sys, time
from jcm_models.kernels import ForkServer

server = ForkServer()
print(server._process.pid, server.address, flush=True)
try:
    sys.stdin.read()
except KeyboardInterrupt:
    print("interrupted", flush=True)
    sys.stdin.read()
"""
_ASKER = """\
import os, sys
from jcm_models.kernels import ForkServer

kernel = ForkServer(sys.argv[1]).fork(["-f", sys.argv[2]], os.getcwd(), dict(os.environ))
print(kernel.pid, flush=True)
sys.stdin.read()
"""


class Program:
    """A Python program in a session of its own, ended with the ``with`` statement.

    Parameters
    ----------
    text, arguments
        The program and what it is called with.
    """

    def __init__(self, text: str, *arguments: str, env=None) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", text, *arguments],
            cwd=ROOT,
            env=environment(env),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.returncode is None:
            self.process.kill()
            self.process.communicate()

    def line(self) -> str:
        """Return the next line that it prints."""
        return self.process.stdout.readline().strip()

    def end(self) -> int:
        """Close its input, at which it ends."""
        self.process.communicate("", timeout=PATIENCE)
        return self.process.returncode


class Owner(Program):
    """A process that has started a fork server."""

    def __init__(self, temporary: Path) -> None:
        super().__init__(_OWNER, env={"TMPDIR": str(temporary)})

    def __enter__(self):
        pid, address = self.line().split(maxsplit=1)
        self.server_pid, self.server = int(pid), ForkServer(address)
        return self

    def __exit__(self, *_):
        super().__exit__()
        if not gone(self.server_pid):
            os.kill(self.server_pid, signal.SIGKILL)


class Asker(Program):
    """A process that has asked a fork server of another for a kernel."""

    def __init__(self, address: str, file: str) -> None:
        super().__init__(_ASKER, address, file)

    def __enter__(self):
        self.kernel = int(self.line())
        return self


def sent(server: ForkServer, data: bytes, files=()) -> socket.socket:
    """Send a server what is not as it should be, and return the connection."""
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(PATIENCE)
    connection.connect(server.address)
    if data:
        socket.send_fds(connection, [data], list(files))
    return connection


def notebook(file: Path, *sources: str, parameters: str | None = None) -> Path:
    """Write a notebook of code cells, the first of them with parameters if there are any."""
    cells = [v4.new_code_cell(source) for source in sources]
    if parameters is not None:
        cells.insert(0, v4.new_code_cell(parameters, metadata={"tags": ["parameters"]}))
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    file.parent.mkdir(exist_ok=True)
    nbformat.write(v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), file)
    return file


def read(file: Path):
    """Return the code cells of a notebook."""
    cells = nbformat.read(file, as_version=4).cells
    return [cell for cell in cells if cell.cell_type == "code"]


def printed(cell) -> str:
    """Return what a cell has printed."""
    return "".join(output.text for output in cell.outputs if output.output_type == "stream")


def papermill(*arguments: str, cwd: Path, address: str, **env: str):
    """Call papermill as a person does, over a fork server that is there."""
    return subprocess.run(
        [str(BIN / "papermill"), "--no-progress-bar", *arguments],
        cwd=cwd,
        env=environment({ADDRESS: address, **env}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=3 * PATIENCE,
        check=False,
    )


def written_kernelspec(folder: Path, name: str, *command: str) -> None:
    """Write a kernelspec below a folder of Jupyter's data."""
    target = folder / "kernels" / name
    target.mkdir(parents=True)
    spec = {"argv": [*command, "-f", "{connection_file}"], "display_name": name}
    (target / "kernel.json").write_text(json.dumps({**spec, "language": "python"}))
