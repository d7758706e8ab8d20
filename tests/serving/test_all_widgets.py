"""Voilà's own page, for notebooks with other widgets: shown by the same server, as well guarded."""

import json
from contextlib import suppress

import psutil
import pytest

from tests.serving.conftest import served
from tests.serving.projects import project
from tests.serving.visitor import Visitor, until

SLIDER = """
import ipywidgets as widgets

slider = widgets.IntSlider(value=3, description="Years")
said = widgets.HTML("not moved")
slider.observe(lambda change: setattr(said, "value", f"moved to {change['new']}"), "value")
widgets.VBox([slider, said])
"""
HOSTED = "import os\nprint('hosted', os.environ.get('JCM_APP'), 'kept' in str(os.environ))"
TOKEN = "kept-from-others"
BUTTON = """
import sys
import ipywidgets as widgets

def fail(_):
    print("for the log", file=sys.stderr, flush=True)
    1 / 0

button = widgets.Button(description="Fail")
button.on_click(fail)
button
"""
WRITES = "open('written', 'w').close()"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A notebook with a widget."""
    return project(
        tmp_path_factory.mktemp("widgets"),
        slider=["% # A slider", SLIDER, HOSTED],
        button=["% # A button", BUTTON],
    )


@pytest.fixture(scope="module")
def server(folder):
    """Its server, which lets in who has the token."""
    with served(folder, "--all-widgets", "--token", TOKEN) as server:
        yield server


@pytest.fixture
def guest(server):
    """Somebody who came by the link with the token, and leaves in the end."""
    visitor = Visitor(server)
    visitor.ask(f"?token={TOKEN}")
    yield visitor
    visitor.leave()


def opened(visitor):
    """Open the app; return the kernel, which this page names in another way."""
    text = visitor.ask("apps/slider").text
    visitor.kernel = text.partition('"kernelId": "')[2].partition('"')[0]
    return visitor.kernel


def sessions(server):
    """Return how many sessions there are."""
    return json.loads(Visitor(server).ask("health").text)["sessions"]


def test_a_widget_is_shown_and_moved_and_its_session_ends_with_the_page(server, watched):
    page, before = watched.page, sessions(server)
    page.goto(f"{server.url}/?token={TOKEN}")
    page.get_by_role("link", name="A slider").click()
    handle = page.locator(".noUi-handle")
    handle.wait_for(timeout=60_000)
    handle.focus()
    page.keyboard.press("ArrowRight")
    page.get_by_text("moved to 4").wait_for()
    assert "hosted None False" in page.inner_text("body")
    assert watched.outside == []
    assert watched.errors == []
    assert sessions(server) > before
    page.close()
    until(lambda: sessions(server) <= before)


def test_what_fails_in_a_widget_s_code_is_not_told_to_visitors(server, watched):
    page = watched.page
    told = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda said: told.append(said)))
    page.goto(f"{server.url}/?token={TOKEN}")
    page.get_by_role("link", name="A button").click()
    page.get_by_role("button", name="Fail").click(timeout=60_000)
    page.wait_for_timeout(2000)
    frames = [each if isinstance(each, bytes) else each.encode() for each in told]
    assert frames
    for kept in (b"ZeroDivisionError", b"for the log"):
        assert not any(kept in frame for frame in frames)


def test_a_page_that_asks_much_is_heard_when_the_kernel_has_answered(guest):
    opened(guest)
    page = guest.connect()
    for _ in range(200):
        page.say("kernel_info_request", {})
    answers = 0
    while answers < 200:
        answers += page.message()["header"]["msg_type"] == "kernel_info_reply"


def test_a_flood_waits_where_it_comes_from_while_the_kernel_is_silent(server, guest):
    before = forked(server)
    opened(guest)
    page = guest.connect()
    page.socket.settimeout(3)
    (kernel,) = forked(server) - before  # those of other visitors may end meanwhile
    kernel.suspend()
    try:
        assert taken(page, 500) < 200  # what the system's own buffers hold
    finally:
        kernel.resume()


def forked(server):
    """Return the processes from which and to which kernels were forked."""
    found = set()
    for process in psutil.Process(server.process.pid).children(recursive=True):
        with suppress(psutil.NoSuchProcess):  # it has ended just now
            if "jcm_models.kernels.fork_server" in process.cmdline():
                found.add(process)
    return found


def taken(page, most):
    """Send much; return how many messages are taken."""
    for number in range(most):
        try:
            page.say("kernel_info_request", {"more": "x" * 100_000})
        except TimeoutError:
            return number
    return most


def test_no_other_origin_reads_the_files_of_the_page(server):
    visitor = Visitor(server, headers={"Origin": "https://elsewhere.example"})
    path = "voila/labextensions/@jupyter-widgets/jupyterlab-manager/package.json"
    answer = visitor.ask(f"{path}?token={TOKEN}")
    assert answer.status == 200
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("path", ["", "apps/slider", f"?token={TOKEN}x", "api/kernels/a-b-c-d-e"])
def test_nothing_is_shown_without_the_token(server, path):
    assert Visitor(server).ask(path).status == 403


def test_the_state_of_a_kernel_is_told_to_its_own_visitor_only(server, guest):
    kernel, other = opened(guest), Visitor(server)
    other.ask(f"?token={TOKEN}")
    assert json.loads(guest.ask(f"api/kernels/{kernel}").text)["id"] == kernel
    assert other.ask(f"api/kernels/{kernel}").status == 404
    assert guest.ask(f"api/kernels/{kernel}", method="DELETE").status in {403, 405}
    assert guest.ask(f"api/kernels/{kernel}").status == 200


@pytest.mark.parametrize("channel", ["shell", "control", "stdin"])
def test_no_code_of_a_visitor_is_run(guest, folder, channel):
    opened(guest)
    page = guest.connect()
    page.say("execute_request", {"code": WRITES, "silent": False}, channel)
    page.say("shutdown_request", {"restart": False}, channel)
    page.say("kernel_info_request", {}, "shell")
    while page.message()["header"]["msg_type"] != "kernel_info_reply":
        pass
    assert not (folder / "notebooks" / "written").exists()


@pytest.mark.parametrize("place", ["static", "labextensions", "templates/lab/static", "api/themes"])
@pytest.mark.parametrize("way", ["../..", "..%2f..", "%2e%2e/%2e%2e", "a/../../..", ".", "%00"])
def test_no_file_beside_those_of_the_page_is_reached(guest, place, way):
    answer = guest.ask(f"voila/{place}/{way}/voila.json")
    assert answer.status == 404
    assert "VoilaConfiguration" not in answer.text
