"""Sessions: how many there may be, how they end, and that nothing of them is left."""

import json
import os
import re
import signal
import socket
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest

from tests.serving.conftest import served
from tests.serving.visitor import Visitor, until

DIED, IDLE, OVER = 4001, 4002, 4003
FULL = 503
PLACES, EACH = 6, 2
LIMITS = [
    *("--sessions", str(PLACES), "--sessions-each", str(EACH), "--memory", "300"),
    *("--grace-seconds", "4", "--idle-minutes", "0.15"),
]


@pytest.fixture(scope="module")
def temporary(tmp_path_factory):
    """The folder of temporary files of the server."""
    return tmp_path_factory.mktemp("t")


@pytest.fixture(scope="module")
def short(project, temporary):
    """A server whose sessions are few and short."""
    env = {"JCM_APP_SECONDS": "2", "TMPDIR": str(temporary)}
    with served(project, *LIMITS, env=env) as server:
        yield server


@pytest.fixture
def come(short):
    """Let visitors come; they leave in the end."""
    there = []

    def one(**options):
        there.append(Visitor(short, **options))
        return there[-1]

    yield one
    for visitor in there:
        visitor.leave()
    until(lambda: sessions(short) == 0, "the end of all sessions")


def sessions(server):
    """Return how many sessions there are."""
    return json.loads(Visitor(server).ask("health").text)["sessions"]


def process_of(text):
    """Return the process that a page lives in, as it says itself."""
    return int(re.search(r"<p data-number>\S+ (\d+)</p>", text)[1])


def number(connection):
    """Return the number that a page shows to somebody who comes back."""
    text = connection.opened().wish(rest=True)["sections"]["shown"]
    return re.search(r"<p data-number>(\S+) ", text)[1]


def is_gone(process):
    """Tell whether a process has ended, or only waits to be noted."""
    try:
        return psutil.Process(process).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def fork_server(server):
    """Return the process that kernels are forked from."""
    (found,) = [
        child
        for child in psutil.Process(server.process.pid).children()
        if not is_gone(child.pid) and "jcm_models.kernels.fork_server" in child.cmdline()
    ]
    return found


@pytest.fixture(scope="module")
def passing(short):
    """Sessions that nobody uses any more, all at the same time."""
    never, broken, idle, hung = (Visitor(short) for _ in range(4))
    never_process = process_of(never.open().text)
    broken_process = process_of(broken.open().text)
    broken.connect().opened().drop()
    idle_page = idle.visit()
    hung_page = hung.visit()
    hung_page.send(changes=[["hang", 1]])
    return {
        "never": never_process,
        "broken": broken_process,
        "idle": idle_page,
        "hung": hung_page,
    }


@pytest.mark.parametrize("which", ["never", "broken"])
def test_a_session_without_a_connection_ends(passing, which):
    until(lambda: is_gone(passing[which]), f"the end of the session {which}")


@pytest.mark.parametrize(("which", "code"), [("hung", OVER), ("idle", IDLE)])
def test_a_session_ends_that_answers_or_is_asked_no_more(passing, which, code):
    assert passing[which].closed() == code


def test_a_connection_that_broke_comes_back_to_its_state(come):
    visitor = come()
    page = visitor.visit()
    page.wish(changes=[["number", 31]])
    page.drop()
    assert number(visitor.connect()) == "31"


def test_a_page_that_is_left_ends_at_once_with_its_kernel(short, come):
    visitor = come()
    process = process_of(visitor.open().text)
    visitor.connect().opened().leave()
    until(lambda: is_gone(process) and sessions(short) == 0)


def test_a_page_that_nobody_waits_for_ends_at_once(short):
    before = sessions(short)
    for size in (None, 1):
        asked = socket.create_connection(("127.0.0.1", Visitor(short).port))
        asked.sendall(b"GET /apps/reference_vs_bau HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        if size:
            asked.recv(size)
        asked.close()
    until(lambda: sessions(short) == before)


def test_over_the_limit_a_page_says_so_in_both_languages_until_somebody_leaves(short, come):
    pages = [come().visit() for _ in range(PLACES)]
    for language, text in (("en", "All places are taken"), ("ja", "満員")):
        refused = Visitor(short).ask(f"apps/tried?lang={language}")
        assert refused.status == FULL
        assert f'lang="{language}"' in refused.text
        assert language != "en" or text in refused.text
        assert int(refused.headers["retry-after"]) > 0
        assert f'content="{refused.headers["retry-after"]}"' in refused.text
    assert Visitor(short).ask().status == 200
    pages[0].leave()
    until(lambda: sessions(short) < PLACES)
    assert come().visit().wish(rest=True)["number"] == 0
    assert pages[1].wish(rest=True)["number"] == 0


def test_one_visitor_does_not_take_the_places_of_others(come):
    greedy = come()
    for _ in range(EACH):
        greedy.visit()
    assert greedy.ask("apps/tried").status == FULL
    assert come().visit().wish(rest=True)["number"] == 0


def test_a_kernel_that_is_killed_ends_its_session_and_no_other(short, come):
    killed, other = come(), come()
    process = process_of(killed.open().text)
    page = killed.connect().opened()
    beside = other.visit()
    os.kill(process, signal.SIGKILL)
    assert page.closed() == DIED
    until(lambda: sessions(short) == 1)
    assert beside.wish(changes=[["number", 5]])["number"] == 0
    assert come().visit().wish(rest=True)["number"] == 0


def test_a_wish_that_eats_memory_gets_a_sentence_and_the_session_lives(come):
    page = come().visit()
    page.wish(changes=[["number", 3]])
    assert "more memory" in page.wish(changes=[["eat", 1]])["said"][0]
    assert page.wish(changes=[["number", 4]])["number"] == 0
    assert number(page) == "4"


def test_a_wish_that_computes_for_ever_is_ended_and_the_session_lives(come):
    page = come().visit()
    assert "too long" in page.wish(changes=[["compute", 1]])["said"][0]
    assert page.wish(changes=[["number", 4]])["number"] == 0


def test_clients_that_are_slow_keep_nobody_waiting(short, come):
    port = Visitor(short).port
    slow = []
    for sent in (
        b"",
        b"G",
        b"GET / HTTP/1.1\r\nX:",
        b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\n1",
    ):
        for _ in range(50):
            slow.append(socket.create_connection(("127.0.0.1", port)))
            slow[-1].sendall(sent)
    for _ in range(EACH):
        deaf = socket.socket()
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.connect(("127.0.0.1", port))
        deaf.sendall(b"GET /apps/reference_vs_bau HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        slow.append(deaf)
    assert come().visit().wish(rest=True)["number"] == 0
    for connection in slow:
        connection.close()


def test_reloading_leaves_no_process_and_no_file(short, temporary):
    def files():
        return sorted(str(file) for file in temporary.rglob("*"))

    until(lambda: fork_server(short).children() == [])
    until(lambda: not list(temporary.rglob("kernel-*")), "the end of all files of kernels")
    before, process = files(), psutil.Process(short.process.pid)
    open_before = process.num_fds()

    def reload(_):
        visitor = Visitor(short)
        for _ in range(10):
            visitor.visit("writing").leave()
            until(lambda: sessions(short) < EACH)

    with ThreadPoolExecutor(EACH) as pool:
        list(pool.map(reload, range(EACH)))
    until(lambda: fork_server(short).children() == [])
    assert sessions(short) == 0
    until(lambda: files() == before, "the folder as it was")
    assert process.num_fds() <= open_before + 10


def test_without_the_process_to_fork_from_the_next_visit_works(short, come):
    page = come().visit()
    killed = fork_server(short)
    killed.kill()
    assert page.closed() == DIED
    visitor = come()
    text = visitor.open().text
    assert visitor.connect().opened().wish(rest=True)["number"] == 0
    assert psutil.Process(process_of(text)).ppid() == fork_server(short).pid
    assert fork_server(short).pid != killed.pid


def test_a_server_that_is_stopped_leaves_no_process_and_no_file(short, temporary):
    visitor = Visitor(short)
    process = process_of(visitor.open().text)
    page = visitor.connect().opened()
    forks = fork_server(short)
    short.process.terminate()
    assert page.closed() in {OVER, 1006}
    assert short.process.wait(30) == 0
    until(lambda: is_gone(process) and not forks.is_running())
    assert list(temporary.rglob("*")) == []
