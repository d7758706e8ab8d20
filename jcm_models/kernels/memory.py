"""A kernel's limit to its own memory."""

from __future__ import annotations

import os
import sys
from pathlib import Path

__all__ = ["MEMORY", "limit_memory"]

# How much more a kernel may take than it begins with [MB].
MEMORY = "JCM_SESSION_MEMORY"


def limit_memory() -> None:
    """Limit this process, once, to what it holds and as much beyond as its environment allows.

    What counts is memory that it can write to and shares with nobody, the stacks of threads with
    it. Addresses that are only kept, as browsers keep them by the gigabyte, are no memory.
    """
    more = int(os.environ.pop(MEMORY, "0"))
    if not more or sys.platform != "linux":
        return
    import resource

    most = _held() + more * 1_000_000
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))


def _held() -> int:
    """Return what counts already [B]."""
    for line in (
        Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines()
    ):
        name, _, value = line.partition(":")
        if name == "VmData":
            return int(value.split()[0]) * 1024
    return 0
