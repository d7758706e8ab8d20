"""The connection of a page to the kernel of its session."""

from __future__ import annotations

import asyncio
from typing import Any

from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection
from tornado import web
from tornado.iostream import StreamBufferFullError
from tornado.websocket import WebSocketClosedError, WebSocketHandler
from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler

from jcm_models.serving.files import Bare
from jcm_models.serving.protocol import message_of, widget_message_of
from jcm_models.serving.sessions import Session, Sessions

__all__ = ["VISITOR", "PageConnection", "PageSocket", "WidgetConnection", "WidgetSocket"]

VISITOR = "jcm_visitor"  # the cookie
_NO_MESSAGE = 1008  # as RFC 6455 calls what breaks a policy
_MOST_ASKED = 8  # messages that a kernel has not answered; a page sends one at a time
_MOST_UNREAD = 16_000_000  # bytes that a browser has not fetched


class PageConnection(ZMQChannelsWebsocketConnection):
    """Hands messages on, in both directions those of the page's comm alone.

    What else a kernel says (its versions, what its code prints, where that failed) is no matter of
    a visitor.
    """

    websocket_handler: Any

    def ask(self, kind: str, content: dict[str, Any]) -> str:
        """Send the kernel a message; return by which name its answer calls it."""
        sent = self.session.send(self.channels["shell"], kind, content)
        return str(sent["header"]["msg_id"]) if sent else ""

    def handle_outgoing_message(self, stream: Any, outgoing_msg: list[Any]) -> None:
        """Hand on what the kernel says by the comm, and note that it has answered."""
        _, parts = self.session.feed_identities(outgoing_msg)
        kind = self.session.unpack(parts[1])["msg_type"]
        if kind == "comm_msg":
            super().handle_outgoing_message(stream, outgoing_msg)
        elif kind == "status" and self.session.unpack(parts[4])["execution_state"] == "idle":
            parent = self.session.unpack(parts[2]).get("msg_id", "")
            self.websocket_handler.answered(parent)


class PageSocket(VoilaKernelWebsocketHandler):  # type: ignore[misc]
    """The connection of a page to the kernel of its own session."""

    connection: Any = None
    _session: Session | None = None
    # Tornado's looks at whether a browser is still there, in seconds; Jupyter has others beside.
    ping_interval = WebSocketHandler.ping_interval
    ping_timeout = WebSocketHandler.ping_timeout
    set_default_headers = Bare.set_default_headers
    write_error = Bare.write_error

    def initialize(self, sessions: Sessions) -> None:
        """Take the sessions."""
        self._sessions = sessions
        self._calm = asyncio.Event()

    def set_cors_headers(self) -> None:
        """Let no page of another origin read anything, whatever token it knows."""

    def skip_check_origin(self) -> bool:
        """Look at the origin always."""
        return False

    def select_subprotocol(self, _subprotocols: list[str]) -> None:
        """Speak the one protocol that is looked at here."""

    async def get(self, kernel_id: str) -> None:
        """Connect the page, if the kernel is that of its own visitor."""
        found = self._sessions.of(kernel_id, self.get_cookie(VISITOR) or "")
        session = self.request.query_arguments.get("session_id", [b""])[0]
        if found is None or not _is_id(session):
            raise web.HTTPError(404)
        self._of = found
        await super().get(kernel_id=kernel_id)

    async def open(self, kernel_id: str) -> None:
        """Note that the session is connected."""
        self.ws_connection.stream.max_write_buffer_size = _MOST_UNREAD
        self._session = self._of
        self._sessions.connected(self._session, self._closed_with)
        await self.connection.connect()

    async def on_message(self, ws_message: str | bytes) -> None:
        """Hand a message to the kernel; what is none ends the connection.

        While the kernel has much to answer nothing more is read: that waits where it comes from.
        """
        session = self._session
        message = message_of(ws_message)
        if session is None or message is None or not self.connection.channels:
            self.log.warning("what came was no message of a page")
            self.close(_NO_MESSAGE)
            return
        self._sessions.heard(session)
        await self._ask(session, self.connection.ask(*message))

    async def _ask(self, session: Session, message: str) -> None:
        """Note what the kernel was asked, and wait while that is much."""
        self._sessions.asks(session, message)
        while len(session.asked) > _MOST_ASKED and self._session is session:
            self._calm.clear()
            await self._calm.wait()

    def answered(self, message: str) -> None:
        """Note that the kernel has answered."""
        if self._session is not None:
            self._session.asked.pop(message, None)
        self._calm.set()

    def write_message(self, message: Any, binary: bool = False) -> Any:
        """Send something to the page; whoever reads nothing is left."""
        try:
            return super().write_message(message, binary)
        except StreamBufferFullError:
            self.log.warning("a page reads nothing")
            self.ws_connection.stream.close()
        except WebSocketClosedError:
            pass  # it is gone already
        return None

    def on_close(self) -> None:
        """Note that the page is gone, for good if it said so."""
        if self._session is not None:
            self._sessions.disconnected(self._session, self._closed_with, self.close_code)
            self._session = None
        self._calm.set()
        if self.connection is not None:
            super().on_close()

    def _closed_with(self, code: int) -> None:
        self.close(code)


class WidgetConnection(PageConnection):
    """Hands on what Voilà's own page needs, and not where code failed or what it complains of."""

    def pass_on(self, message: dict[str, Any]) -> str:
        """Send the kernel a message as it came; return by which name its answer calls it."""
        self.session.send(self.channels["shell"], message)
        return str(message["header"]["msg_id"])

    def handle_outgoing_message(self, stream: Any, outgoing_msg: list[Any]) -> None:
        """Hand on what a visitor may see, and note that the kernel has answered."""
        _, parts = self.session.feed_identities(outgoing_msg)
        kind, content = self.session.unpack(parts[1])["msg_type"], self.session.unpack(parts[4])
        if kind == "error" or (kind == "stream" and content.get("name") == "stderr"):
            return
        ZMQChannelsWebsocketConnection.handle_outgoing_message(self, stream, outgoing_msg)
        if kind == "status" and content["execution_state"] == "idle":
            parent = self.session.unpack(parts[2]).get("msg_id", "")
            self.websocket_handler.answered(parent)


class WidgetSocket(PageSocket):
    """The connection of Voilà's own page, whose widgets have comms and messages of many kinds."""

    def select_subprotocol(self, subprotocols: list[str]) -> Any:
        """Speak what such a page prefers."""
        return super(PageSocket, self).select_subprotocol(subprotocols)

    async def on_message(self, ws_message: str | bytes) -> None:
        """Hand on a message of a kind that is allowed; what is none ends the connection."""
        session = self._session
        message = widget_message_of(ws_message)
        if session is None or message is None or not self.connection.channels:
            self.log.warning("what came was no message of a page")
            self.close(_NO_MESSAGE)
            return
        self._sessions.heard(session)
        kind, channel = message["header"]["msg_type"], message.pop("channel", None)
        if channel != "shell" or kind not in self.kernel_manager.allowed_message_types:
            return  # it asks for what it never gets
        await self._ask(session, self.connection.pass_on(message))


def _is_id(given: bytes) -> bool:
    return 0 < len(given) < 100 and given.replace(b"-", b"").replace(b".", b"").isalnum()
