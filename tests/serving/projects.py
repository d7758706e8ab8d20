"""Small notebooks, a server of them with short times, and visitors without a browser."""

import asyncio
import json
import re
import sys
import uuid
from concurrent.futures import ThreadPoolExecutor
from http.cookies import SimpleCookie
from pathlib import Path

import nbformat
from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.websocket import websocket_connect

import jcm_models
from tests.conftest import Server

_JUPYTER = Path(jcm_models.__file__).parent / "jupyter"

# A page that answers what it is sent, with what was sent before.
ECHO = """
import os
from comm import get_comm_manager

heard = []

def opened(comm, _message):
    def answer(message):
        heard.append(message["content"]["data"])
        comm.send({"heard": heard})
    comm.on_msg(answer)

get_comm_manager().register_target("jcm.page", opened)
"""


def project(folder, **notebooks):
    """Write notebooks of code cells, each given as the list of its cells; return the folder."""
    (folder / "notebooks").mkdir()
    for name, cells in notebooks.items():
        notebook = nbformat.v4.new_notebook()
        spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
        notebook.metadata.kernelspec = spec
        notebook.cells = [
            nbformat.v4.new_markdown_cell(cell[1:])
            if cell.startswith("%")
            else nbformat.v4.new_code_cell(cell)
            for cell in cells
        ]
        nbformat.write(notebook, folder / "notebooks" / f"{name}.ipynb")
    return folder


def served(folder, *options):
    """Serve a project by what ``jcm app`` starts, with times and limits that have no option."""
    command = [sys.executable, "-m", "jcm_models.serving", ".", "--no-browser", "--port={port}"]
    paths = [f"--Voila.config_file_paths={_JUPYTER}", "--Voila.ip=127.0.0.1"]
    traits = [f"--Workbench.{option}" for option in options]
    env = {"JUPYTER_PATH": str(_JUPYTER)}
    return Server([*command, *paths, *traits], ready="/health", cwd=folder / "notebooks", env=env)


def visit(url, what, patience=60):
    """Run a coroutine function of a visitor, and let all connections end after it."""

    async def visited():
        visitor = Visitor(url)
        try:
            return await what(visitor)
        finally:
            for page in visitor.pages:
                await page.leave()

    # In a thread of its own, as a browser's loop may run in this one.
    with ThreadPoolExecutor(1) as alone:
        return alone.submit(asyncio.run, asyncio.wait_for(visited(), patience)).result()


class Visitor:
    """Somebody with a cookie jar and no browser.

    Parameters
    ----------
    url
        Address of the server.
    """

    def __init__(self, url, pages=None):
        self.url = url
        self.cookies = {}
        self.pages = [] if pages is None else pages

    def another(self):
        """Return somebody else."""
        return Visitor(self.url, self.pages)

    async def get(self, path, method="GET", **headers):
        """Ask for a page."""
        given = {"Cookie": self._cookie(), **headers} if self.cookies else headers
        request = HTTPRequest(self.url + path, method, headers=given, request_timeout=60)
        answer = await AsyncHTTPClient().fetch(request, raise_error=False)
        for line in answer.headers.get_list("Set-Cookie"):
            self.cookies |= {name: each.value for name, each in SimpleCookie(line).items()}
        return answer

    async def open(self, name, query="", **headers):
        """Open an app; return its HTML and the kernel it has."""
        answer = await self.get(f"/apps/{name}{query}", **headers)
        page = answer.body.decode()
        assert answer.code == 200, page
        return page, re.search(r'(?:data-kernel=|"kernelId": )"([^"]+)"', page)[1]

    async def connect(self, kernel):
        """Connect as the page does."""
        address = f"{self.url.replace('http', 'ws')}/api/kernels/{kernel}/channels"
        headers = {"Cookie": self._cookie(), "Origin": self.url}
        request = HTTPRequest(f"{address}?session_id={uuid.uuid4().hex}", headers=headers)
        page = Page(await websocket_connect(request))
        self.pages.append(page)
        return page

    async def health(self):
        """Return what the server says of itself."""
        return json.loads((await self.get("/health")).body)

    def _cookie(self):
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())


class Page:
    """A connected page that has opened its comm."""

    def __init__(self, socket):
        self.socket = socket
        self._over = False
        self._comm = uuid.uuid4().hex
        self.send("comm_open", target_name="jcm.page", data={})

    def send(self, kind, channel="shell", **content):
        """Send a message to the kernel."""
        header = {"msg_id": uuid.uuid4().hex, "msg_type": kind, "version": "5.3"}
        header |= {"session": "s", "username": "", "date": "2026-01-01T00:00:00Z"}
        content = {"comm_id": self._comm, **content}
        message = {"header": header, "parent_header": {}, "metadata": {}, "buffers": []}
        self.socket.write_message(json.dumps({**message, "channel": channel, "content": content}))

    async def ask(self, data):
        """Send data over the comm, and return what comes back."""
        self.send("comm_msg", data=data)
        while (text := await self.socket.read_message()) is not None:
            message = json.loads(text)
            if message["header"]["msg_type"] == "comm_msg":
                return message["content"]["data"]
        self._over = True
        raise ConnectionError(self.socket.close_code)

    def tear(self):
        """Break the connection without a word."""
        self.socket.protocol.stream.close()

    async def leave(self):
        """Close as a browser does whose tab is closed."""
        self.socket.close(1001)
        await self.ended()

    async def ended(self):
        """Wait until the connection has ended, and return the code that the server gives."""
        while not self._over:
            self._over = await self.socket.read_message() is None
        return self.socket.close_code
