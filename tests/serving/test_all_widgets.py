"""Voilà's own page, for notebooks with other widgets: shown by the same server, as well guarded."""

import json
import urllib.request

import pytest

from tests.commands import BIN
from tests.conftest import Server
from tests.serving.projects import project, visit

SLIDER = """
import ipywidgets as widgets

slider = widgets.IntSlider(value=3, description="Years")
said = widgets.HTML("not moved")
slider.observe(lambda change: setattr(said, "value", f"moved to {change['new']}"), "value")
widgets.VBox([slider, said])
"""
HOSTED = "import os\nprint('hosted', os.environ.get('JCM_APP'), os.environ.get('JCM_TOKEN'))"
TOKEN = "kept-from-others"


@pytest.fixture(scope="module")
def widgets(tmp_path_factory):
    """A notebook with a widget, served to whoever has the token."""
    folder = project(tmp_path_factory.mktemp("widgets"), slider=["% # A slider", SLIDER, HOSTED])
    command = (BIN / "jcm", "app", "--port", "{port}", "--no-browser", "--all-widgets")
    options = ("--token", TOKEN)
    with Server([*map(str, command), *options], ready="/health", cwd=folder) as server:
        yield server


def sessions(server):
    """Return how many sessions there are."""
    return json.load(urllib.request.urlopen(f"{server.url}/health"))["sessions"]


def test_a_widget_is_shown_and_moved_and_leaves_with_its_page(widgets, watched):
    page = watched.page
    page.goto(f"{widgets.url}/?token={TOKEN}")
    page.get_by_role("link", name="A slider").click()
    handle = page.locator(".noUi-handle")
    handle.wait_for(timeout=60_000)
    handle.focus()
    page.keyboard.press("ArrowRight")
    page.get_by_text("moved to 4").wait_for()
    assert "hosted None None" in page.inner_text("body")
    assert watched.outside == []
    assert [error for error in watched.errors if "voila/api/shutdown" not in error] == []
    assert sessions(widgets) == 1
    page.close()
    while sessions(widgets):
        pass


def test_nothing_is_shown_without_the_token(widgets):
    async def ask(visitor):
        paths = ("/", "/apps/slider", f"/?token={TOKEN}x", "/voila/render/slider.ipynb")
        return [(await visitor.get(path)).code for path in paths]

    assert visit(widgets.url, ask) == [403, 403, 403, 404]


def test_the_state_of_a_kernel_is_told_to_its_own_visitor_only(widgets):
    async def ask(visitor):
        _, kernel = await visitor.open("slider", f"?token={TOKEN}")
        other = visitor.another()
        await other.get(f"/?token={TOKEN}")
        answers = [await each.get(f"/api/kernels/{kernel}") for each in (visitor, other)]
        ended = await visitor.get(f"/api/kernels/{kernel}", "DELETE")
        return [answer.code for answer in answers], ended.code, json.loads(answers[0].body)["id"]

    codes, ended, _ = visit(widgets.url, ask)
    assert codes == [200, 404]
    assert ended in {403, 405}


@pytest.mark.parametrize("place", ["static", "labextensions", "templates/lab/static", "api/themes"])
@pytest.mark.parametrize("way", ["../..", "..%2f..", "%2e%2e/%2e%2e", "a/../../.."])
def test_no_file_beside_those_of_the_page_is_reached(widgets, place, way):
    async def ask(visitor):
        await visitor.get(f"/?token={TOKEN}")
        return await visitor.get(f"/voila/{place}/{way}/voila.json")

    answer = visit(widgets.url, ask)
    assert answer.code == 404
    assert "VoilaConfiguration" not in answer.body.decode()
