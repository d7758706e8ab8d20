"""What is served: the notebooks that are there, whatever their names, in the visitor's language."""

import html
import re
from urllib.parse import quote

import pytest

from tests.serving.projects import project, quick
from tests.serving.visitor import Visitor

TOLD = "import os\nprint('asked for', os.environ.get('HTTP_ACCEPT_LANGUAGE'))"
OWN = ["% # Our study\n\nWhat it **asks**.", "print('studied')"]
SCRIPT = "排出 量 & co"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A project with notebooks of somebody's own."""
    names = {"told": [TOLD], SCRIPT: ["print('opened')"], ".hidden": ["print()"]}
    return project(tmp_path_factory.mktemp("own"), study=OWN, **names)


@pytest.fixture(scope="module")
def own(folder):
    """Their server."""
    with quick(folder) as server:
        yield server


def cards(page):
    """Return the titles on the front page and where they lead."""
    found = re.findall(r'<li><a href="([^"]+)">\s*<h2[^>]*>(.*?)</h2>', page.text, re.DOTALL)
    return {html.unescape(title): html.unescape(link) for link, title in found}


def test_somebodys_own_notebooks_are_called_by_their_first_heading(own):
    assert cards(Visitor(own).ask()) == {
        "Our study": "/apps/study?lang=en",
        "told": "/apps/told?lang=en",
        SCRIPT: f"/apps/{quote(SCRIPT)}?lang=en",
    }


def test_a_notebook_may_have_a_name_in_any_script(own):
    link = cards(Visitor(own).ask())[SCRIPT]
    assert "opened" in Visitor(own).ask(link[1:]).text


def test_a_notebook_is_offered_as_long_as_it_is_there(own, folder):
    late, visitor = folder / "notebooks" / "late.ipynb", Visitor(own)
    assert visitor.ask("apps/late").status == 404
    late.write_bytes((folder / "notebooks" / "told.ipynb").read_bytes())
    assert "late" in cards(visitor.ask())
    assert "asked for" in visitor.ask("apps/late").text
    late.unlink()
    assert visitor.ask("apps/late").status == 404


def test_the_kernel_knows_the_languages_of_the_browser(own):
    page = Visitor(own, headers={"Accept-Language": "ja,en;q=0.5"}).ask("apps/told")
    assert "asked for ja,en;q=0.5" in page.text


@pytest.mark.parametrize(
    ("query", "accepted", "language"),
    [("", "ja-JP", "ja"), ("", "fr", "en"), ("?lang=en", "ja", "en"), ("?lang=ja", "en", "ja")],
)
def test_the_front_page_speaks_the_language_of_the_link_or_the_browser(
    own, query, accepted, language
):
    page = Visitor(own, headers={"Accept-Language": accepted}).ask(query)
    assert f'<html lang="{language}">' in page.text


@pytest.mark.parametrize(
    ("path", "status"), [("", 200), ("health", 200), ("apps/study", 200), ("apps/none", 404)]
)
def test_who_asks_for_the_head_gets_no_kernel(own, path, status):
    before = own.log().count("Kernel started")
    answer = Visitor(own).ask(path, method="HEAD")
    assert (answer.status, answer.text) == (status, "")
    assert own.log().count("Kernel started") == before


def test_whoever_only_looks_at_the_front_page_gets_no_cookie(own):
    assert "set-cookie" not in Visitor(own).ask().headers


def test_who_opens_an_app_gets_the_cookie_of_its_session_alone(own):
    visitor = Visitor(own)
    visitor.ask("apps/told")
    assert set(visitor.cookies) == {"jcm_visitor"}
