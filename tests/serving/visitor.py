"""A visitor of the apps without a browser: what one sends, byte by byte, and what comes back."""

import base64
import http.client
import json
import os
import re
import socket
import struct
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

PATIENCE = 60  # [s]
SWITCHED = 101
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
_KERNEL = re.compile(r'data-kernel="([^"]+)"')


class RefusedError(Exception):
    """A connection that was not made; the argument is the status."""


@dataclass
class Answer:
    """What came back: status, headers by their lower names, and the text."""

    status: int
    headers: dict
    text: str


class Visitor:
    """Somebody with cookies of their own.

    Parameters
    ----------
    server
        What serves the apps.
    base
        Its base URL.
    headers
        What every request of this visitor has.
    """

    def __init__(self, server, base="/", headers=()):
        parts = urlsplit(server.url)
        self.host, self.port, self.base = parts.hostname, parts.port, base
        self.origin = server.url
        self.headers = dict(headers)
        self.cookies = {}
        self.kernel = None
        self.connections = []

    def ask(self, path="", method="GET", headers=(), body=None):
        """Ask for something below the base."""
        own = {"Cookie": self.cookie, **self.headers, **dict(headers)}
        connection = http.client.HTTPConnection(self.host, self.port, timeout=PATIENCE)
        with closing(connection):
            connection.request(method, self.base + path, body, {k: v for k, v in own.items() if v})
            answer = connection.getresponse()
            for cookie in answer.headers.get_all("Set-Cookie", ()):
                name, _, value = cookie.partition(";")[0].partition("=")
                self.cookies[name] = value
            found = {name.lower(): value for name, value in answer.headers.items()}
            return Answer(answer.status, found, answer.read().decode(errors="replace"))

    @property
    def cookie(self):
        """The cookies as a header has them."""
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def open(self, name="tried", query=""):
        """Open an app; the kernel of its page is this visitor's from then on."""
        answer = self.ask(f"apps/{name}{query}")
        assert answer.status == 200, answer
        self.kernel = _KERNEL.search(answer.text)[1]
        return answer

    def connect(self, kernel=None, headers=(), session="tests"):
        """Connect to a kernel as a page does; raise `RefusedError` where that is not allowed."""
        path = f"{self.base}api/kernels/{kernel or self.kernel}/channels?session_id={session}"
        own = {"Host": f"{self.host}:{self.port}", "Origin": self.origin, "Cookie": self.cookie}
        all_ = {**own, **self.headers, **dict(headers)}
        self.connections.append(Connection(self.host, self.port, path, all_, session))
        return self.connections[-1]

    def leave(self):
        """Close whatever is still open."""
        for connection in self.connections:
            connection.leave()

    def visit(self, name="tried", query=""):
        """Open an app and its comm, as a page does when it is loaded."""
        self.open(name, query)
        return self.connect().opened()


class Connection:
    """A web socket, and a page's way to use it; its comm is called as its session is."""

    def __init__(self, host, port, path, headers, comm):
        self.comm = comm
        self.socket = socket.create_connection((host, port), timeout=PATIENCE)
        key = base64.b64encode(os.urandom(16)).decode()
        upgrade = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Key": key}
        lines = {**headers, **upgrade, "Sec-WebSocket-Version": "13"}
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items() if value)
        self.socket.sendall(f"GET {path} HTTP/1.1\r\n{head}\r\n".encode())
        self._received = b""
        while b"\r\n\r\n" not in self._received:
            self._receive()
        head, _, self._received = self._received.partition(b"\r\n\r\n")
        self.head = head.decode()
        status = int(self.head.split()[1])
        if status != SWITCHED:
            self.socket.close()
            raise RefusedError(status)

    def _receive(self):
        data = self.socket.recv(1 << 16)
        if not data:
            raise EOFError
        self._received += data

    def _take(self, size):
        while len(self._received) < size:
            self._receive()
        taken, self._received = self._received[:size], self._received[size:]
        return taken

    def frame(self, kind, payload, final=True):
        """Send a frame, masked by zeros, which is as good a mask as any."""
        size = len(payload)
        if size < 126:
            length = bytes([0x80 | size])
        elif size < 1 << 16:
            length = struct.pack("!BH", 0x80 | 126, size)
        else:
            length = struct.pack("!BQ", 0x80 | 127, size)
        self.socket.sendall(bytes([0x80 * final | kind]) + length + bytes(4) + payload)

    def received(self):
        """Receive a frame; return its kind and what it holds."""
        head = self._take(2)
        size = head[1] & 0x7F
        if size >= 126:
            size = int.from_bytes(self._take(2 if size == 126 else 8), "big")
        payload = self._take(size)
        if head[0] & 0xF == PING:
            self.frame(PONG, payload)
        return head[0] & 0xF, payload

    def say(self, kind, content, channel="shell", **others):
        """Send a message as a page does."""
        header = {"msg_id": os.urandom(8).hex(), "msg_type": kind, "session": "tests"}
        header |= {"username": "", "date": "2026-01-01T00:00:00Z", "version": "5.3"}
        frame = {"header": header, "parent_header": {}, "metadata": {}, "buffers": []}
        frame |= {"content": content, "channel": channel, **others}
        self.frame(TEXT, json.dumps(frame).encode())

    def opened(self):
        """Open the comm of the page."""
        self.say("comm_open", {"comm_id": self.comm, "target_name": "jcm.page", "data": {}})
        return self

    def send(self, **wish):
        """Send a wish."""
        self.say("comm_msg", {"comm_id": self.comm, "data": wish})

    def wish(self, **wish):
        """Send a wish and return the answer."""
        self.send(**wish)
        return self.answer()

    def message(self):
        """Return the next message."""
        end = time.monotonic() + PATIENCE
        while True:
            kind, data = self.received()
            if kind == TEXT:
                return json.loads(data)
            assert kind in {PING, PONG}, (kind, data)
            assert time.monotonic() < end, "no message came"

    def answer(self):
        """Return what the page is to show."""
        while (message := self.message())["content"].get("comm_id") != self.comm:
            pass  # another page of the same kernel is told something
        return message["content"]["data"]

    def closed(self):
        """Wait until the connection is closed, and return the code; 1006 where there is none."""
        end = time.monotonic() + PATIENCE
        try:
            while (frame := self.received())[0] != CLOSE:
                assert time.monotonic() < end, "the connection was not closed"
        except (EOFError, ConnectionError):
            return 1006
        finally:
            self.socket.close()
        return int.from_bytes(frame[1][:2], "big")

    def leave(self, code=1001):
        """Close as a tab does that is left."""
        with suppress(OSError):
            self.frame(CLOSE, struct.pack("!H", code))
        self.socket.close()

    def drop(self):
        """Break off, as a network does."""
        self.socket.close()


def until(holds, what="it"):
    """Wait until something holds."""
    end = time.monotonic() + PATIENCE
    while not (value := holds()):
        assert time.monotonic() < end, f"{what} did not come to hold"
        time.sleep(0.05)
    return value
