"""What a visitor can do by the connection to a kernel: move the page, and nothing else."""

import json
import re
import struct
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count, pairwise

import psutil
import pytest

from tests.serving.examples import SECRET
from tests.serving.test_reach import TELLTALES, assert_silent
from tests.serving.visitor import BINARY, TEXT, Connection, RefusedError, Visitor

NOWHERE = "0f0f0f0f-0f0f-0f0f-0f0f-0f0f0f0f0f0f"
NO_MESSAGE, TOO_LARGE, CLOSED_WITHOUT_A_WORD = 1008, 1009, 1006
CODE = "import pathlib; pathlib.Path('FILE').touch(); page.number = 999"
REQUESTS = {
    "execute_request": {"code": CODE, "silent": False, "store_history": False},
    "complete_request": {"code": CODE, "cursor_pos": 5},
    "inspect_request": {"code": CODE, "cursor_pos": 5, "detail_level": 1},
    "debug_request": {"type": "request", "command": "evaluate", "arguments": {"expression": CODE}},
    "input_reply": {"value": CODE},
    "shutdown_request": {"restart": False},
    "interrupt_request": {},
    "history_request": {"hist_access_type": "tail", "n": 10, "output": True, "raw": True},
    "is_complete_request": {"code": CODE},
    "create_subshell_request": {},
    "kernel_info_request": {},
    "comm_info_request": {},
    "no_such_request": {},
}
CHANNELS = ["shell", "control", "stdin", "iopub"]
RUNNING = ["execute_request", "shutdown_request", "interrupt_request", "debug_request"]
EVERYWHERE = [(kind, channel) for kind in RUNNING for channel in CHANNELS]
ON_ITS_OWN = [(kind, "shell") for kind in REQUESTS if kind not in RUNNING]


@dataclass
class Held:
    """A page that is set to 7 and stays connected, beside which tests connect."""

    visitor: Visitor
    keeper: Connection
    before: list
    names: Iterator = field(default_factory=lambda: map("page-{}".format, count()))

    def connect(self, **options):
        """Connect once more."""
        return self.visitor.connect(**{"session": next(self.names), **options})

    def number(self):
        """Return what the page says, and the process it lives in."""
        return shown(self.keeper)


def shown(connection):
    """Return what the page of a connection says, and the process it lives in."""
    connection.say("comm_close", {"comm_id": connection.comm})
    text = connection.opened().wish(rest=True)["sections"]["shown"]
    return re.search(r"<p data-number>(.*?)</p>", text)[1].split()


@pytest.fixture(scope="module")
def opened(apps):
    """One session for all tests that do not end it."""
    visitor = Visitor(apps)
    keeper = visitor.visit()
    keeper.wish(changes=[["number", 7]])
    yield Held(visitor, keeper, shown(keeper))
    visitor.leave()


@pytest.fixture
def held(opened):
    """The session; whatever a test does, it goes on and says the same in the same process."""
    assert opened.before[0] == "7"
    yield opened
    assert opened.number() == opened.before


@pytest.fixture
def page(held):
    """One more connection of its page."""
    connection = held.connect().opened()
    yield connection
    connection.leave()


@pytest.mark.parametrize(("kind", "channel"), [*EVERYWHERE, *ON_ITS_OWN, ("input_reply", "stdin")])
def test_no_request_but_those_of_the_page_reaches_a_kernel(held, tmp_path, kind, channel):
    file = tmp_path / "ran"
    content = json.loads(json.dumps(REQUESTS[kind]).replace("FILE", str(file)))
    connection = held.connect().opened()
    connection.say(kind, content, channel)
    assert connection.closed() == NO_MESSAGE
    assert held.number() == held.before  # which the kernel says after whatever it had to do
    assert not file.exists()


def test_what_a_kernel_is_asked_to_do_would_be_noticed(visitor):
    page = visitor.visit()
    before = shown(page)
    page.wish(changes=[["number", 8]])
    assert shown(page) == ["8", before[1]]


@pytest.mark.parametrize("channel", ["control", "stdin", "iopub", None, 7, "no such"])
def test_the_page_speaks_on_one_channel_only(page, channel):
    page.say("comm_msg", {"comm_id": page.comm, "data": {"changes": [["number", 1]]}}, channel)
    assert page.closed() == NO_MESSAGE


@pytest.mark.parametrize(
    "target", ["jupyter.widget", "jupyter.widget.control", "jcm.page ", "", None, ["jcm.page"]]
)
def test_no_other_comm_can_be_opened(page, target):
    page.say("comm_open", {"comm_id": "evil", "target_name": target, "data": {}})
    assert page.closed() == NO_MESSAGE


@pytest.mark.parametrize("comm", ["no-such-comm", "page-", "TESTS"])
def test_a_wish_of_an_unknown_comm_does_nothing(page, comm):
    page.say("comm_msg", {"comm_id": comm, "data": {"changes": [["number", 1]]}})
    assert "sections" in page.wish(rest=True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "{}",
        '{"header": {}}',
        '{"header": "comm_msg", "content": "x", "channel": "shell"}',
        "{",
        "[" * 100_000,
        '{"a":' * 50_000,
        "9" * 10_000,
        '"\\ud800"',
        "NaN",
        '{"header": {"msg_type": "comm_msg"}, "channel": "shell", "content": {"comm_id": "x"',
    ],
)
def test_what_is_no_message_ends_the_connection(page, text):
    page.frame(TEXT, text.encode())
    assert page.closed() == NO_MESSAGE


@pytest.mark.parametrize("data", [b"", b"\0" * 8, b"\xff" * 64, struct.pack("!iII", 2, 12, 40)])
def test_binary_frames_end_the_connection(page, data):
    page.frame(BINARY, data)
    assert page.closed() == NO_MESSAGE


def test_text_that_is_none_ends_the_connection(page):
    page.frame(TEXT, b"\xff\xfe\xff")
    assert page.closed() in {NO_MESSAGE, 1006, 1007}


def test_the_binary_protocol_of_jupyter_is_not_spoken(held):
    offered = {"Sec-WebSocket-Protocol": "v1.kernel.websocket.jupyter.org"}
    assert "Sec-WebSocket-Protocol" not in held.connect(headers=offered).head


def test_deeply_nested_wishes_end_the_connection(page):
    nested = "[" * 500 + "]" * 500
    page.say("comm_msg", {"comm_id": page.comm, "data": {"changes": json.loads(nested)}})
    assert page.closed() == NO_MESSAGE


def test_a_frame_that_is_too_large_ends_the_connection(page):
    page.say("comm_msg", {"comm_id": page.comm, "data": {"changes": "x" * 500_000}})
    assert page.closed() in {TOO_LARGE, 1006}


def test_pieces_that_add_up_to_too_much_end_the_connection(page):
    with pytest.raises((ConnectionError, EOFError)):
        send_pieces(page)


def send_pieces(page):
    """Send a message in pieces that never ends, and wait for what comes."""
    for place in range(200):
        page.frame(0 if place else TEXT, b"x" * 100_000, final=False)
    page.closed()
    raise EOFError


def test_a_compressed_bomb_is_not_unpacked(held):
    offered = {"Sec-WebSocket-Extensions": "permessage-deflate"}
    assert "permessage-deflate" not in held.connect(headers=offered).head


def test_names_of_no_wish_and_values_of_any_kind_do_no_harm(page):
    for changes in ([["__class__", 1]], [["number"]], [[1, 2, 3]], {"number": 1}, "number", None):
        assert "number" in page.wish(changes=changes, number="1", seen={"a": 1})
        assert "said" in page.wish(download=changes)


def test_a_flood_waits_where_it_comes_from(apps, visitor):
    page = visitor.visit()
    memory = psutil.Process(apps.process.pid).memory_info
    before = memory().rss
    page.send(changes=[["compute", 1]])
    assert is_held_up(page, lambda place: {"rest": True, "more": "x" * 100_000}, 1_000)
    assert memory().rss < before + 60_000_000
    page.drop()
    assert Visitor(apps).ask("health").status == 200


def test_what_nobody_reads_does_not_fill_the_server(apps, visitor):
    page = visitor.visit()
    memory = psutil.Process(apps.process.pid).memory_info
    before = memory().rss
    assert is_held_up(page, lambda place: {"changes": [["fill", 4_000_000 + place // 2]]}, 200)
    assert memory().rss < before + 120_000_000
    assert Visitor(apps).ask("health").status == 200


def is_held_up(page, wish_of, most):
    """Send wishes without reading anything; tell whether nothing more is taken in the end."""
    page.socket.settimeout(3)
    try:
        for place in range(most):
            page.send(**wish_of(place))
        return page.closed() == CLOSED_WITHOUT_A_WORD
    except (TimeoutError, ConnectionError):
        return True


@pytest.mark.parametrize("wish", ["fail", "print"])
def test_what_code_prints_and_where_it_fails_is_not_told(visitor, wish):
    page = visitor.visit()
    page.send(changes=[[wish, 1]])
    page.send(changes=[["number", "seen"]], seen=["shown"], rest=True)
    told = [page.message(), page.message()]
    assert [message["msg_type"] for message in told] == ["comm_msg", "comm_msg"]
    assert "seen" in json.dumps(told[1])
    assert_silent(json.dumps(told))


@pytest.mark.parametrize("kernel", [NOWHERE, "x", f"../{NOWHERE}", f"{NOWHERE}%00", "a-a-a-a-a"])
def test_a_kernel_that_nobody_has_is_not_there(held, kernel):
    with pytest.raises(RefusedError, match="404"):
        held.connect(kernel=kernel)


@pytest.mark.parametrize("cookie", ["", f"jcm_visitor={'0' * 32}", "jcm_visitor="])
def test_nobody_without_its_cookie_gets_a_kernel(apps, held, cookie):
    with pytest.raises(RefusedError, match="404"):
        Visitor(apps).connect(held.visitor.kernel, {"Cookie": cookie})


def test_another_visitor_does_not_get_a_kernel(held, visitor):
    visitor.visit()
    with pytest.raises(RefusedError, match="404"):
        visitor.connect(held.visitor.kernel)


@pytest.mark.parametrize(
    "origin",
    ["https://other.example", "null", "http://127.0.0.1", "http://127.0.0.1:1", "file://", "x"],
)
def test_a_page_of_another_origin_gets_no_kernel_although_cookies_are_sent(held, origin):
    with pytest.raises(RefusedError, match="403"):
        held.connect(headers={"Origin": origin})


@pytest.mark.parametrize("session", ["", "a" * 300, "a%00b", "%ff", "a/b", "a%0d%0ab"])
def test_a_name_of_a_session_is_a_name(held, session):
    with pytest.raises(RefusedError, match="404"):
        held.connect(session=session)


def test_ten_visits_at_once_are_each_of_use(apps):
    def visit(place):
        visitor = Visitor(apps)
        connection = visitor.visit("reference_vs_bau")
        wish = [["project.electricity_supplied", 8_000 + 50 * place]]
        link = connection.wish(changes=wish)["link"]
        visitor.leave()
        return link

    with ThreadPoolExecutor(10) as pool:
        links = list(pool.map(visit, range(1, 11)))
    values = [re.search(r"electricity_supplied%3D(\d+)", link)[1] for link in links]
    assert values == [str(8_000 + 50 * place) for place in range(1, 11)]


BOMB = "\n".join(f"{b}: &{b} [{','.join(9 * [f'*{a}'])}]" for a, b in pairwise("abcdefghi"))


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [x,x,x,x,x,x,x,x,x]\n" + BOMB,
        '!!python/object/apply:os.system ["touch FILE"]',
        "project: !!python/object/new:os.system [touch FILE]",
        "extends: ../secret.txt",
        "extends: /etc/passwd",
        "name: x\nproject:\n  table: ../secret.txt",
        "[" * 5_000,
        "a: " * 5_000,
        "\0\0",
        "{}" * 100_001,
        "name: <script>alert(1)</script>",
        "",
    ],
)
def test_a_file_that_somebody_brings_does_no_harm(reference, tmp_path, text):
    file = tmp_path / "made"
    name = "../../<script>alert(2)</script>\0.yaml"
    brought = {"name": name, "text": text.replace("FILE", str(file))}
    told = json.dumps(reference.wish(changes=[["upload", brought]]), ensure_ascii=False)
    assert "<script>alert" not in told
    assert_silent(told)
    told = reference.wish(changes=[["upload", None], ["project.electricity_supplied", 9_000]])
    assert "9000" in told["link"]
    assert not file.exists()


@pytest.fixture(scope="module")
def reference(apps):
    """A page of a scenario, which takes files."""
    visitor = Visitor(apps)
    yield visitor.visit("reference_vs_bau")
    visitor.leave()


def test_what_an_answer_must_not_say_would_be_found():
    for text in (f"x {SECRET} y", "File /usr/lib/python3", "Traceback (most recent call last)"):
        assert TELLTALES.search(text)
