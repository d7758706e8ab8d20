"""The notebooks under Voilà as it comes, with its own page and stock widgets."""

import pytest

from tests.commands import BIN
from tests.conftest import ROOT, Server


@pytest.fixture(scope="module")
def stock():
    command = [str(BIN / "voila"), "notebooks/", "--no-browser", "--port", "{port}"]
    command.append("--Voila.ip=127.0.0.1")
    with Server(command, ready="/voila/static/voila.js", cwd=ROOT) as server:
        yield server


def test_a_notebook_is_an_app_there_too_and_its_slider_moves_the_page(stock, watched):
    page = watched.page
    page.context.route(lambda url: "127.0.0.1" not in url, lambda route: route.abort())
    page.goto(f"{stock.url}/voila/render/reference_vs_bau.ipynb")
    slider = page.locator(".noUi-handle").first
    slider.wait_for(timeout=90_000)
    assert page.get_by_text("28,072").count() > 0
    slider.press("ArrowRight")
    page.get_by_text("28,237").first.wait_for(timeout=20_000)
    assert "Traceback" not in page.inner_text("body")
