"""The fork server as others see it: started once, asked for kernels, ended with its owner."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from jcm_models.parts.locally import deaf_to_interrupts

__all__ = [
    "ADDRESS",
    "PROVISIONER",
    "ForkServer",
    "ForkedKernel",
    "can_fork",
    "known_folder",
    "shared_server",
]

# Workers of a batch find the server of its first process here.
ADDRESS = "JCM_FORK_SERVER"
PROVISIONER = "jcm-forked"  # as Jupyter knows it
_PATIENCE = 60  # [s] until everything is imported
_WAITING = 128  # kernels that may be asked for meanwhile
_LONGEST_ADDRESS = 100  # of a socket; the system allows a few more


def can_fork() -> bool:
    """Tell whether kernels can be forked: on Linux, where libraries bear it."""
    return sys.platform == "linux"


class ForkServer:
    """A process with everything imported, which forks kernels; it ends with this one.

    Parameters
    ----------
    address : str, optional
        Socket of a server that another process has started; one is started otherwise.
    for_apps : bool
        Whether it also prepares what only the pages of visitors need at once.
    """

    def __init__(self, address: str | None = None, *, for_apps: bool = False) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = os.getpid()
        self.address = address or self._started(["apps"] if for_apps else [])

    def _started(self, more: list[str]) -> str:
        folder = tempfile.mkdtemp(prefix="jcm-", dir=_short_folder())
        address = str(Path(folder) / "kernels")
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(address)
            listener.listen(_WAITING)  # from now on anyone may ask
            file = listener.fileno()
            with deaf_to_interrupts():
                self._process = subprocess.Popen(
                    [sys.executable, "-m", "jcm_models.kernels.fork_server", str(file), *more],
                    stdin=subprocess.PIPE,
                    env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
                    pass_fds=[file],
                )
        atexit.register(self.close)
        return address

    @property
    def folder(self) -> Path:
        """A folder that is removed with the server, even if this process is killed."""
        return Path(self.address).parent

    def stay_while_running(self) -> None:
        """Stay with this process although another program takes its place (`os.execve`)."""
        assert self._process is not None
        assert self._process.stdin is not None
        os.set_inheritable(self._process.stdin.fileno(), True)

    def is_alive(self) -> bool:
        """Tell whether it can be asked."""
        if self._process is not None and os.getpid() == self._owner:
            return self._process.poll() is None
        return Path(self.address).exists()

    def fork(self, arguments: list[str], cwd: str, env: dict[str, str]) -> ForkedKernel:
        """Fork a kernel; its output goes where that of this process goes.

        Parameters
        ----------
        arguments : list of str
            What stands after ``ipykernel_launcher``, the connection file among them.
        cwd : str
            Folder to run in.
        env : dict of str to str
            Environment of the kernel.

        Returns
        -------
        ForkedKernel
            The kernel; it ends when this process does.

        Raises
        ------
        OSError
            If the server is not there.
        """
        request = {"arguments": arguments, "cwd": cwd, "env": env, "path": sys.path}
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(_PATIENCE)
        try:
            connection.connect(self.address)
            line = json.dumps(request).encode() + b"\n"
            sent = socket.send_fds(connection, [line], [1, 2])
            connection.sendall(line[sent:])
            return ForkedKernel(connection)
        except BaseException:
            connection.close()
            raise

    def close(self) -> None:
        """End the server and its kernels, if this process has started it."""
        if self._process is None or os.getpid() != self._owner:
            return
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        self._process.terminate()  # it hears that while it imports; later it minds its input
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(Path(self.address).parent, ignore_errors=True)


class ForkedKernel:
    """A kernel that was forked: the part of `subprocess.Popen` that Jupyter asks for."""

    stdin = stdout = stderr = None

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._received = b""
        self.returncode: int | None = None
        self.pid = int(self._message()["pid"])
        if not self.pid:
            raise ConnectionResetError("the process to fork from has ended")
        connection.setblocking(False)

    def _message(self) -> dict[str, int]:
        """Receive a line; it stays pending while it is not whole."""
        while b"\n" not in self._received:
            data = self._connection.recv(4096)
            if not data:  # the server was killed, and its kernels end with it
                return {"exit": -signal.SIGKILL, "pid": 0}
            self._received += data
        line, _, self._received = self._received.partition(b"\n")
        message: dict[str, int] = json.loads(line)
        return message

    def poll(self) -> int | None:
        """Return the exit code, or None while the kernel runs."""
        if self.returncode is None:
            try:
                self.returncode = self._message()["exit"]
            except BlockingIOError:
                return None
            except OSError:
                self.returncode = -signal.SIGKILL
            self._connection.close()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait until the kernel has ended, and return its exit code.

        Raises
        ------
        subprocess.TimeoutExpired
            If it has not by then.
        """
        until = None if timeout is None else time.monotonic() + timeout
        while (code := self.poll()) is None:
            if until is not None and time.monotonic() > until:
                raise subprocess.TimeoutExpired("kernel", timeout or 0)
            time.sleep(0.005)
        return code

    def send_signal(self, signum: int) -> None:
        """Send a signal, unless the kernel has ended."""
        if self.poll() is None:
            os.kill(self.pid, signum)

    def terminate(self) -> None:
        """Ask the kernel to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End the kernel."""
        self.send_signal(signal.SIGKILL)


def _short_folder() -> str | None:
    """Return a folder whose sockets have names that are short enough."""
    usual = tempfile.gettempdir()
    return usual if len(usual) < _LONGEST_ADDRESS - 30 else "/tmp"


_SHARED: dict[int, ForkServer] = {}


def known_folder() -> Path | None:
    """Return the folder of the server of this process, if there is one already."""
    known = _SHARED.get(os.getpid())
    address = known.address if known else os.environ.get(ADDRESS)
    folder = Path(address).parent if address else None
    return folder if folder and folder.is_dir() else None


def shared_server() -> ForkServer:
    """Return the server of this process: that of the batch it works for, or one of its own."""
    known = _SHARED.get(os.getpid())
    if known is None or not known.is_alive():
        known = ForkServer(os.environ.get(ADDRESS))
        _SHARED[os.getpid()] = known
    return known
