"""The kernels of sessions: started for a visitor, never started again when they die."""

from __future__ import annotations

import logging
import os
from typing import Any

from jupyter_server.services.kernels.kernelmanager import (
    AsyncMappingKernelManager,
    ServerKernelManager,
)
from traitlets import default

from jcm_models.kernels import ForkServer
from jcm_models.kernels.memory import MEMORY
from jcm_models.kernels.prompt import PromptKernelManager
from jcm_models.kernels.server import ADDRESS, PROVISIONER
from jcm_models.section_pages import HOSTED
from jcm_models.serving.sessions import DIED, Sessions, opening_now

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
        kwargs["env"] = {**kwargs.get("env", os.environ), MEMORY: str(self.memory)}
        if self.hosted:
            kwargs["env"][HOSTED] = "1"
        try:
            kernel: str = await super().start_kernel(**kwargs)
        except Exception:
            if os.environ.get("JUPYTER_DEFAULT_PROVISIONER_NAME") != PROVISIONER:
                raise
            _log.exception("no kernel could be forked; starting another process to fork from")
            kwargs["env"][ADDRESS] = os.environ[ADDRESS] = _another_server()
            kernel = await super().start_kernel(**kwargs)
        self.sessions.begin(kernel, opening_now.get())
        return kernel

    def remove_kernel(self, kernel_id: str) -> Any:
        """Forget a kernel; its browser is told."""
        self.sessions.end(kernel_id, DIED)
        return super().remove_kernel(kernel_id)

    async def end(self, kernel_id: str, reason: int) -> None:
        """End a session and its kernel."""
        self.sessions.end(kernel_id, reason)
        if kernel_id in self:
            await self.shutdown_kernel(kernel_id, now=True)  # type: ignore[no-untyped-call]


def _another_server() -> str:
    server = ForkServer()
    server.stay_while_running()
    return server.address
