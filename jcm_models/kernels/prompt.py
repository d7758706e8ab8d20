"""Kernels that are ready, and gone, as soon as they say so: no fixed time is waited for."""

from __future__ import annotations

import math
import time
from queue import Empty
from typing import Any

import zmq
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.manager import AsyncKernelManager
from traitlets import Type, default

__all__ = ["PromptKernelManager"]

_AGAIN_AFTER = 5  # [ms]
_INSTANT = 0.005  # [s]


class _PromptClient(AsyncKernelClient):
    """Is ready as soon as the kernel has answered, without waiting until nothing more comes."""

    def start_channels(self, *args: Any, **kwargs: Any) -> None:
        """Connect; where the kernel does not listen yet, try again at once."""
        self.context.setsockopt(zmq.RECONNECT_IVL, _AGAIN_AFTER)
        super().start_channels(*args, **kwargs)

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Wait until the kernel answers on both channels.

        Raises
        ------
        RuntimeError
            If it dies before, or does not in time.
        """
        until = time.monotonic() + (timeout or math.inf)
        while not await self._answers():
            if not await self._async_is_alive():
                raise RuntimeError("Kernel died before replying to kernel_info")
            if time.monotonic() > until:
                raise RuntimeError(f"Kernel didn't respond in {timeout:g} seconds")

    async def _answers(self) -> bool:
        asked = self.kernel_info()
        try:
            reply = await self.shell_channel.get_msg(timeout=1)
            while reply["parent_header"].get("msg_id") != asked:
                reply = await self.shell_channel.get_msg(timeout=1)
            # What it says of being busy is lost until the other channel is connected.
            while not _is_idle(await self.iopub_channel.get_msg(timeout=0.2), asked):
                pass
        except Empty:
            return False
        self._handle_kernel_info_reply(reply)
        return True


def _is_idle(message: dict[str, Any], asked: str) -> bool:
    of_ours: bool = message["parent_header"].get("msg_id") == asked
    idle: bool = message["content"].get("execution_state") == "idle"
    return of_ours and idle


class PromptKernelManager(AsyncKernelManager):
    """Starts kernels as usual, and waits for them no longer than they take."""

    client_factory = Type(_PromptClient, AsyncKernelClient)

    @default("transport_encryption")
    def _encrypted(self) -> str:
        return "auto"  # so that other users of this machine cannot listen

    async def _async_finish_shutdown(
        self, waittime: float | None = None, pollinterval: float = _INSTANT, restart: bool = False
    ) -> None:
        """Wait for the end of the kernel, which takes an instant."""
        await super()._async_finish_shutdown(waittime, pollinterval, restart)
