"""The kernels of sessions: started for a visitor, never started again when they die."""

from __future__ import annotations

import logging
import os
import shutil
import socket
from pathlib import Path
from typing import Any

from jupyter_server.services.kernels.kernelmanager import (
    AsyncMappingKernelManager,
    ServerKernelManager,
)
from traitlets import default

from jcm_models.kernels import ForkServer
from jcm_models.kernels.memory import MEMORY
from jcm_models.kernels.prompt import PromptKernelManager
from jcm_models.kernels.server import ADDRESS
from jcm_models.lives import HOSTED
from jcm_models.serving.sessions import DIED, Sessions, visit_now

__all__ = ["SessionKernels"]

_log = logging.getLogger(__name__)


class _SessionKernel(PromptKernelManager, ServerKernelManager):
    """A kernel that is waited for no longer than it takes."""

    def emit(self, schema_id: str, data: dict[str, Any]) -> None:
        """Tell nobody: a log of events takes longer to set up than a kernel to fork."""


class SessionKernels(AsyncMappingKernelManager):
    """The kernels of the sessions of a server."""

    sessions: Sessions
    memory: int
    hosted = True  # on the workbench's own page

    @default("kernel_manager_class")
    def _kernel_manager_class(self) -> str:
        return f"{__name__}.{_SessionKernel.__name__}"

    async def start_kernel(self, **kwargs: Any) -> str:  # type: ignore[override]
        """Start a kernel for the visitor whose page is being made."""
        _assure_server()
        address = {ADDRESS: os.environ[ADDRESS]} if ADDRESS in os.environ else {}
        own = {MEMORY: str(self.memory), **address} | ({HOSTED: "1"} if self.hosted else {})
        kwargs["env"] = {**kwargs.get("env", os.environ), **own}
        kernel: str = await super().start_kernel(**kwargs)
        self.sessions.begin(kernel, visit_now.get())
        return kernel

    def remove_kernel(self, kernel_id: str) -> Any:
        """Forget a kernel; its browser is told, and the files of its connection go."""
        self.sessions.end(kernel_id, DIED)
        kernel = self.get_kernel(kernel_id)
        kernel.cleanup_connection_file()
        kernel.cleanup_ipc_files()
        return super().remove_kernel(kernel_id)

    async def end(self, kernel_id: str, reason: int) -> None:
        """End a session and its kernel."""
        self.sessions.end(kernel_id, reason)
        if kernel_id in self:
            await self.shutdown_kernel(kernel_id, now=True)  # type: ignore[no-untyped-call]


def _assure_server() -> None:
    """Start another process to fork kernels from, where that of this server is gone."""
    address = os.environ.get(ADDRESS)
    if address is None or _answers(address):
        return
    _log.error("no kernel can be forked any more; starting another process to fork from")
    shutil.rmtree(Path(address).parent, ignore_errors=True)  # what is left of it
    os.environ[ADDRESS] = ForkServer(for_apps=True).address


def _answers(address: str) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(address)
        except OSError:
            return False
    return True
