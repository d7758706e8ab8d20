"""Limits of a session: its memory, the time of a cell, the time until its page connects."""

import json

import pytest

from tests.serving.conftest import served
from tests.serving.projects import ECHO, project, quick
from tests.serving.visitor import Visitor, until

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
def greedy(tmp_path_factory):
    """A page whose kernel may take 200 MB, as every kernel here."""
    folder = project(tmp_path_factory.mktemp("greedy"), greedy=[GREEDY])
    with served(folder, "--memory", "200") as server:
        visitor = Visitor(server)
        yield visitor.visit("greedy")
        visitor.leave()


@pytest.fixture(scope="module")
def hasty(tmp_path_factory):
    """A server on which a cell may take two seconds, and a page one until it connects."""
    endless = [ECHO, "print('begun')", "while True:\n    pass", "print('gone on')"]
    slow = ["import time\ntime.sleep(1.5)", ECHO, "time.sleep(1.5)"]
    folder = project(tmp_path_factory.mktemp("hasty"), endless=endless, slow=slow)
    with quick(folder, cell_seconds=2, grace_seconds=0.5, most_of_each=1) as server:
        yield server


def test_a_session_has_the_memory_it_is_given_and_no_more(greedy):
    assert greedy.wish(megabytes=150) == {"taken": 150_000_000}
    assert greedy.wish(megabytes=250) == {"refused": "MemoryError"}
    assert greedy.wish(megabytes=150) == {"taken": 150_000_000}


def test_a_session_may_have_threads(greedy):
    assert greedy.wish(megabytes=1, threads=8) == {"taken": 1_000_000}


def test_a_cell_that_never_ends_is_ended_and_the_page_goes_on(hasty):
    visitor = Visitor(hasty)
    text = visitor.open("endless").text
    assert "begun" in text
    assert "data-failed" in text
    assert "gone on" not in text
    assert visitor.connect().opened().wish(say="still there") == {"heard": ["still there"]}
    visitor.leave()


def test_a_page_that_takes_long_to_make_is_waited_for(hasty):
    visitor = Visitor(hasty)
    assert visitor.visit("slow").wish(say="here") == {"heard": ["here"]}
    visitor.leave()


def test_a_page_that_never_connects_gives_its_place_back(hasty):
    def sessions():
        return json.loads(Visitor(hasty).ask("health").text)["sessions"]

    until(lambda: sessions() == 0)
    Visitor(hasty).open("slow")
    assert sessions() == 1
    until(lambda: sessions() == 0)


@pytest.mark.parametrize(("language", "said"), [("en", "many pages open"), ("ja", "多すぎます")])
def test_who_has_as_many_pages_as_may_be_is_told_so(hasty, language, said):
    visitor = Visitor(hasty)
    visitor.open("slow")
    refused = visitor.ask(f"apps/slow?lang={language}")
    assert refused.status == 503
    assert said in refused.text
    assert Visitor(hasty).ask("apps/slow").status == 200
