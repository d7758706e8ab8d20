"""What a session outlasts: silence, looks at whether its browser is there, a broken wire."""

import time

import pytest

from tests.serving.projects import ECHO, project, quick
from tests.serving.visitor import Visitor, until


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server that looks every second and a half whether browsers are there."""
    folder = project(tmp_path_factory.mktemp("quick"), echo=[ECHO])
    with quick(folder, ping_seconds=1.5, grace_seconds=10) as server:
        yield server


@pytest.fixture
def page(server):
    """A page that has said something."""
    visitor = Visitor(server)
    page = visitor.visit("echo")
    page.visitor = visitor
    assert page.wish(say="first") == {"heard": ["first"]}
    yield page
    visitor.leave()


def test_a_page_that_says_nothing_stays_connected(page):
    page.socket.settimeout(0.1)
    end = time.monotonic() + 5  # three looks
    while time.monotonic() < end:
        try:
            page.received()
        except TimeoutError:
            continue
    page.socket.settimeout(60)
    assert page.wish(say="second") == {"heard": ["first", "second"]}


def test_a_browser_that_does_not_answer_is_cut_off_and_may_come_back(page):
    while page.socket.recv(1 << 16):
        pass
    back = page.visitor.connect(session="back").opened()
    assert back.wish(say="second") == {"heard": ["first", "second"]}


def test_a_browser_that_was_out_of_reach_and_answers_late_may_come_back(page):
    page.leave(1000)
    time.sleep(1)  # in which a session would end that was left
    back = page.visitor.connect(session="back").opened()
    assert back.wish(say="second") == {"heard": ["first", "second"]}


def test_a_tab_that_was_left_does_not_come_back(page, server):
    page.leave(1001)
    until(lambda: '"sessions": 0' in Visitor(server).ask("health").text)
