"""Gives Jupyter forked kernels instead of started ones, wherever that is possible."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from jcm_models.kernels.server import ForkedKernel, can_fork, known_folder, shared_server

__all__ = ["ForkedProvisioner"]

_INSTANT = 0.005  # [s]
_LONGEST_NAME = 90  # bytes; of the 104 that a socket's name may have somewhere, with its number
_LAUNCHED = ["-m", "ipykernel_launcher"]


class ForkedProvisioner(LocalProvisioner):
    """A kernel provisioner that forks kernels of this Python, and starts all others.

    Each kernel is a process of its own, as fresh as a started one. Jupyter finds it by the entry
    point ``jcm-forked`` of ``jupyter_client.kernel_provisioners``.
    """

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Let the files of the connection stand where they are removed, whoever is killed."""
        folder = known_folder()
        if folder and self.parent is not None:
            if not self.parent.connection_file:
                self.parent.connection_file = str(folder / f"{self.kernel_id}.json")
            if not self._why_not(self.parent.format_kernel_cmd()):
                self._connect_by_files(folder / str(self.kernel_id))
        return await super().pre_launch(**kwargs)

    def _connect_by_files(self, beginning: Path) -> None:
        """Connect by files, unless somebody has set what to connect by.

        Another process may take a port between the moment it is found free and the moment the
        kernel listens there; the kernel then dies, and a visitor finds a session that has ended.
        """
        manager: Any = self.parent
        set_already = manager.transport != "tcp" or any(manager.ports)
        if set_already or len(os.fsencode(beginning)) > _LONGEST_NAME:
            return
        manager.transport, manager.ip, manager.cache_ports = "ipc", str(beginning), False

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Fork the kernel, or start it where it cannot be forked, which is said in the log."""
        reason = self._why_not(cmd)
        if not reason:
            try:
                # It may have to wait, and others shall not wait with it.
                await asyncio.to_thread(self._fork, cmd, kwargs)
            except OSError as error:
                reason = f"the process to fork from is not there ({error})"
            else:
                return self.connection_info
        self.log.warning("An ordinary kernel is started: %s.", reason)
        return await super().launch_kernel(cmd, **kwargs)

    async def wait(self) -> int | None:
        """Wait until the kernel has ended, and return its exit code."""
        while isinstance(self.process, ForkedKernel) and self.process.poll() is None:
            await asyncio.sleep(_INSTANT)
        return await super().wait()

    def _fork(self, cmd: list[str], kwargs: dict[str, Any]) -> None:
        env = dict(kwargs.get("env") or os.environ)
        cwd = str(kwargs.get("cwd") or Path.cwd())
        kernel = shared_server().fork(cmd[len(_LAUNCHED) + 1 :], cwd, env)
        self.process = kernel  # type: ignore[assignment] # it is what of a Popen is asked for
        self.pid = self.pgid = kernel.pid
        self.cwd = cwd

    @staticmethod
    def _why_not(cmd: list[str]) -> str:
        if not can_fork():
            return f"kernels cannot be forked on {sys.platform}"
        if cmd[1 : len(_LAUNCHED) + 1] != _LAUNCHED or not _is_this_python(cmd[0]):
            return f"the kernel is not of this Python but {' '.join(cmd[:3])}"
        return ""


def _is_this_python(command: str) -> bool:
    """Tell whether a command is this Python, in this environment."""
    found, here = Path(shutil.which(command) or command), Path(sys.executable)
    # Environments may share one Python, to which each has a link in a folder of its own.
    return found.exists() and found.samefile(here) and found.parent.samefile(here.parent)
