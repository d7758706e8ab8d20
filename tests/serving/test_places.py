"""Places on a server: who takes one, who gives it back, and what is said when none is left."""

import asyncio
import socket
import time
from urllib.parse import urlsplit

import psutil
import pytest

from tests.serving.projects import ECHO, project, served, visit

SLOW = "import time\ntime.sleep(30)\nprint('slept')"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A notebook that answers, and one that takes long."""
    return project(tmp_path_factory.mktemp("places"), echo=[ECHO], slow=["print('begun')", SLOW])


@pytest.fixture(scope="module")
def narrow(folder):
    """A server with four places, two for each visitor, which trusts a proxy in front of it."""
    options = ("most_sessions=4", "sessions_each=2", "behind_proxy=True")
    with served(folder, *options) as server:
        yield server


def kernels(server):
    """Return the processes that a server has started."""
    return psutil.Process(server.process.pid).children(recursive=True)


async def until(what, answer):
    """Wait until something is as it should be."""
    while await what() != answer:
        await asyncio.sleep(0.05)


async def places(visitor):
    """Return how many places are taken."""
    return (await visitor.health())["sessions"]


def test_one_visitor_leaves_room_for_others_and_all_together_fill_the_server(narrow):
    async def crowd(visitor):
        others = [visitor, visitor.another(), visitor.another()]
        for other in others[:2]:
            for _ in range(2):
                await other.connect((await other.open("echo"))[1])
        answers = [await other.get("/apps/echo?lang=ja") for other in others[1:]]
        await visitor.pages[0].leave()
        await until(lambda: places(visitor), 3)
        await others[2].connect((await others[2].open("echo"))[1])
        return answers

    enough, full = visit(narrow.url, crowd)
    assert (enough.code, full.code) == (429, 503)
    for answer in (enough, full):
        assert answer.headers["Retry-After"] == "30"
        assert '<meta http-equiv="refresh" content="30">' in answer.body.decode()
    assert "開いているページが多すぎます" in enough.body.decode()
    assert "ただいま満員です" in full.body.decode()


def test_who_keeps_no_cookie_is_known_by_the_address_that_the_proxy_names(narrow):
    async def forgetful(visitor):
        await until(lambda: places(visitor), 0)
        codes = []
        for _ in range(3):
            visitor.cookies = {}
            answer = await visitor.get("/apps/echo", **{"X-Forwarded-For": "192.0.2.7"})
            codes.append(answer.code)
        elsewhere = await visitor.another().get("/apps/echo", **{"X-Forwarded-For": "192.0.2.8"})
        return [*codes, elsewhere.code]

    assert visit(narrow.url, forgetful, patience=120) == [200, 200, 429, 200]


def test_who_leaves_before_the_page_is_whole_leaves_no_kernel(folder):
    with served(folder) as server:
        place = urlsplit(server.url)
        for _ in range(3):
            with socket.create_connection((place.hostname, place.port)) as wire:
                wire.sendall(b"GET /apps/slow HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
                received = b""
                while b"begun" not in received:
                    received += wire.recv(65536)
        end = time.monotonic() + 20
        while kernels(server) and time.monotonic() < end:
            time.sleep(0.05)
        assert kernels(server) == []
        assert visit(server.url, places) == 0


def test_reloads_leave_one_kernel(folder):
    with served(folder, "sessions_each=3") as server:

        async def reload(visitor):
            most = 0
            for _ in range(8):
                page = await visitor.connect((await visitor.open("echo"))[1])
                assert await page.ask("here") == {"heard": ["here"]}
                most = max(most, len(kernels(server)))
                page.socket.close(1001)
            await visitor.connect((await visitor.open("echo"))[1])
            await until(lambda: places(visitor), 1)
            return most, len(kernels(server))

        most, left = visit(server.url, reload, patience=120)
    assert most <= 3
    assert left == 1
