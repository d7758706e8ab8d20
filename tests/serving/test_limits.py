"""Limits of a session: its memory, the time of a cell, the time until its page connects."""

import asyncio

import pytest

from tests.commands import BIN
from tests.conftest import Server
from tests.serving.projects import ECHO, project, served, visit

# A page that takes as much memory as it is told to, in megabytes, and that many threads.
GREEDY = """
import threading
from comm import get_comm_manager

def opened(comm, _message):
    def take(message):
        wanted = message["content"]["data"]
        over = threading.Event()
        threads = [threading.Thread(target=over.wait) for _ in range(wanted.get("threads", 0))]
        try:
            for thread in threads:
                thread.start()
            comm.send({"taken": len(bytes(wanted["megabytes"] * 1_000_000))})
        except (MemoryError, RuntimeError) as error:
            comm.send({"refused": type(error).__name__})
        over.set()
    comm.on_msg(take)

get_comm_manager().register_target("jcm.page", opened)
"""


@pytest.fixture(scope="module")
def forked(tmp_path_factory):
    """The apps as they are served, whose kernels may take 200 MB each."""
    folder = project(tmp_path_factory.mktemp("greedy"), greedy=[GREEDY])
    command = [str(BIN / "jcm"), "app", "--port", "{port}", "--no-browser", "--memory", "200"]
    with Server(command, ready="/health", cwd=folder) as server:
        yield server


@pytest.fixture(scope="module")
def hasty(tmp_path_factory):
    """A server on which a cell may take two seconds, and a page one until it connects."""
    endless = [ECHO, "print('begun')", "while True:\n    pass", "print('gone on')"]
    slow = ["import time\ntime.sleep(1.5)", ECHO, "time.sleep(1.5)"]
    folder = project(tmp_path_factory.mktemp("hasty"), endless=endless, slow=slow)
    with served(folder, "cell_seconds=2", "first_seconds=1") as server:
        yield server


def test_a_session_has_the_memory_it_is_given_and_no_more(forked):
    async def greedy(visitor):
        page = await visitor.connect((await visitor.open("greedy"))[1])
        return [await page.ask({"megabytes": size}) for size in (150, 250, 150)]

    assert visit(forked.url, greedy) == [
        {"taken": 150_000_000},
        {"refused": "MemoryError"},
        {"taken": 150_000_000},
    ]


def test_a_session_may_have_threads(forked):
    async def busy(visitor):
        page = await visitor.connect((await visitor.open("greedy"))[1])
        return await page.ask({"megabytes": 1, "threads": 8})

    assert visit(forked.url, busy) == {"taken": 1_000_000}


def test_a_cell_that_never_ends_is_ended_and_the_page_goes_on(hasty):
    async def patient(visitor):
        html, kernel = await visitor.open("endless")
        return html, await (await visitor.connect(kernel)).ask("still there")

    html, answer = visit(hasty.url, patient)
    assert "begun" in html
    assert "data-failed" in html
    assert "gone on" not in html
    assert answer == {"heard": ["still there"]}


def test_a_page_that_takes_long_to_make_is_waited_for(hasty):
    async def patient(visitor):
        return await (await visitor.connect((await visitor.open("slow"))[1])).ask("here")

    assert visit(hasty.url, patient) == {"heard": ["here"]}


def test_a_page_that_never_connects_gives_its_place_back(hasty):
    async def deaf(visitor):
        await visitor.open("slow")
        taken = (await visitor.health())["sessions"]
        while (await visitor.health())["sessions"]:
            await asyncio.sleep(0.1)
        return taken

    assert visit(hasty.url, deaf) == 1
