"""What a page may say to its kernel: open its one comm, and send wishes by it.

Whoever holds the other end of a connection can send anything. What is none of this never reaches
a kernel, which would run code for whoever asks.
"""

from __future__ import annotations

import json
import re
from typing import Any

from jupyter_server.services.kernels.connection.base import deserialize_msg_from_ws_v1

__all__ = ["KINDS", "TARGET", "message_of", "widget_message_of"]

TARGET = "jcm.page"
KINDS = ["comm_open", "comm_msg", "comm_close"]
_NAME = re.compile(r"[\w-]{1,100}", re.ASCII)
_DEEPEST = 16
_PARTS = ("parent_header", "metadata", "content")


def message_of(text: str | bytes) -> tuple[str, dict[str, Any]] | None:
    """Read what came from a page.

    Parameters
    ----------
    text : str or bytes
        A frame of the connection.

    Returns
    -------
    tuple of str and dict, or None
        The kind of the message and its content, with nothing in it but what belongs there; None
        if it is no message of a page.
    """
    if not isinstance(text, str):
        return None
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, dict) or said.get("channel") != "shell":
        return None
    header, content = _part(said, "header"), _part(said, "content")
    kind, comm, data = header.get("msg_type"), content.get("comm_id"), _part(content, "data")
    if kind not in KINDS or not _is_name(comm) or _is_deeper(data, _DEEPEST):
        return None
    if kind != "comm_open":
        return kind, {"comm_id": comm, "data": data}
    if content.get("target_name") != TARGET:
        return None
    return kind, {"comm_id": comm, "target_name": TARGET, "data": {}}


def widget_message_of(text: str | bytes) -> dict[str, Any] | None:
    """Read what came from Voilà's own page, whose widgets have comms of their own.

    Parameters
    ----------
    text : str or bytes
        A frame of the connection; bytes in the protocol that such a page prefers.

    Returns
    -------
    dict or None
        The message with its channel; None if it is none.
    """
    try:
        said = json.loads(text) if isinstance(text, str) else _unpacked(text)
    except Exception:  # bytes can be wrong in many ways
        return None
    if not isinstance(said, dict):
        return None
    header = _part(said, "header")
    named = all(isinstance(header.get(key), str) for key in ("msg_id", "msg_type"))
    whole = all(isinstance(said.get(part), dict) for part in _PARTS)
    return said if named and whole else None


def _unpacked(frame: bytes) -> dict[str, Any]:
    """Take a frame apart: the channel, the four parts of a message, and what widgets send along."""
    channel, parts = deserialize_msg_from_ws_v1(frame)  # type: ignore[no-untyped-call]
    found = dict(zip(("header", *_PARTS), map(json.loads, parts[:4]), strict=True))
    return {"channel": channel, **found, "buffers": parts[4:]}


def _part(said: dict[str, Any], name: str) -> dict[str, Any]:
    part = said.get(name)
    return part if isinstance(part, dict) else {}


def _is_name(given: Any) -> bool:
    return isinstance(given, str) and _NAME.fullmatch(given) is not None


def _is_deeper(given: Any, most: int) -> bool:
    if not isinstance(given, (dict, list)):
        return False
    inside = given.values() if isinstance(given, dict) else given
    return most == 0 or any(_is_deeper(each, most - 1) for each in inside)
