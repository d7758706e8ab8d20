"""What is served: the notebooks that are there, whatever their names, in the visitor's language."""

import html
import re
from urllib.parse import quote

import pytest

from tests.serving.projects import project, served, visit

TOLD = "import os\nprint('asked for', os.environ.get('HTTP_ACCEPT_LANGUAGE'))"
OWN = ["% # Our study\n\nWhat it **asks**.", "print('studied')"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A project with notebooks of somebody's own."""
    names = {"told": [TOLD], "排出 量 & co": ["print('opened')"], ".hidden": ["print()"]}
    return project(tmp_path_factory.mktemp("own"), study=OWN, **names)


@pytest.fixture(scope="module")
def own(folder):
    """Their server."""
    with served(folder) as server:
        yield server


def cards(page):
    """Return the titles on the front page and where they lead."""
    found = re.findall(r'<li><a href="([^"]+)">\s*<h2[^>]*>(.*?)</h2>', page.body.decode(), re.S)
    return {html.unescape(title): html.unescape(link) for link, title in found}


def test_somebodys_own_notebooks_are_called_by_their_first_heading(own):
    found = cards(visit(own.url, lambda visitor: visitor.get("/")))
    assert found == {
        "Our study": "/apps/study?lang=en",
        "told": "/apps/told?lang=en",
        "排出 量 & co": f"/apps/{quote('排出 量 & co')}?lang=en",
    }


def test_a_notebook_may_have_a_name_in_any_script(own):
    async def follow(visitor):
        link = cards(await visitor.get("/"))["排出 量 & co"]
        return await visitor.open(link.removeprefix("/apps/"))

    assert "opened" in visit(own.url, follow)[0]


def test_a_notebook_is_offered_as_soon_as_it_is_there(own, folder):
    async def looked(visitor):
        before = await visitor.get("/apps/late")
        project_file = folder / "notebooks" / "late.ipynb"
        project_file.write_bytes((folder / "notebooks" / "told.ipynb").read_bytes())
        listed = cards(await visitor.get("/"))
        page, _ = await visitor.open("late")
        project_file.unlink()
        return before.code, listed, page, (await visitor.get("/apps/late")).code

    before, listed, page, after = visit(own.url, looked)
    assert (before, after) == (404, 404)
    assert "late" in listed
    assert "asked for" in page


def test_the_kernel_knows_the_languages_of_the_browser(own):
    async def ask(visitor):
        return await visitor.open("told", **{"Accept-Language": "ja,en;q=0.5"})

    assert "asked for ja,en;q=0.5" in visit(own.url, ask)[0]


@pytest.mark.parametrize(
    ("query", "accepted", "language"),
    [("", "ja-JP", "ja"), ("", "fr", "en"), ("?lang=en", "ja", "en"), ("?lang=ja", "en", "ja")],
)
def test_the_front_page_speaks_the_language_of_the_link_or_the_browser(
    own, query, accepted, language
):
    page = visit(own.url, lambda visitor: visitor.get(f"/{query}", **{"Accept-Language": accepted}))
    assert f'<html lang="{language}">' in page.body.decode()


def test_who_only_asks_for_the_head_gets_no_kernel(own):
    async def heads(visitor):
        before = await visitor.health()
        paths = ("/", "/health", "/apps/study", "/apps/none")
        codes = [(await visitor.get(path, "HEAD")).code for path in paths]
        return codes, before, await visitor.health()

    codes, before, after = visit(own.url, heads)
    assert codes == [200, 200, 200, 404]
    assert after["sessions"] <= before["sessions"]
