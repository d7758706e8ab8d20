"""The notebook of the reserve as an app: a real Chromium on a real Voilà."""

import re

import pytest

import jcm_models as jcm
from tests.app_pages import assert_figures_fit, served, shoot, visited
from tests.conftest import ROOT

SCENARIO = ROOT / "scenarios/indonesia_ccs_reserve.yaml"


@pytest.fixture(scope="module")
def reserve_app():
    with served("ccs_reserve") as app:
        yield app


@pytest.fixture
def page(reserve_app, watched):
    yield from visited(reserve_app, watched)


def covered(overrides):
    """Return how the page writes the probability that the reserve suffices for 100 years."""
    study = jcm.reserve_study(jcm.load_scenario(SCENARIO, overrides))
    return f"{100 * study['sufficient'][study.at(100)]:.1f}"


def test_a_larger_reserve_moves_the_answer_and_every_figure(page):
    answer = page.locator("section", has_text="Does the reserve suffice?").last
    before = answer.inner_text().replace("\xa0", " ")
    told = (
        "A reserve of 3 % of the credits covers all reversals for 100 years with a probability of"
    )
    assert f"{told} {covered({})}" in before
    handle = page.locator(".jcm-input", has_text="Reserve rate").locator(".noUi-handle")
    handle.focus()
    for _ in range(10):
        page.keyboard.press("ArrowRight")
    shown = page.locator(".jcm-input", has_text="Reserve rate").locator(".widget-readout")
    rate = re.match(r"([\d.]+)%", shown.inner_text())
    assert rate
    written = f"{float(rate[1]):g}"
    page.wait_for_function(
        "rate => document.body.innerText.replaceAll('\\u00a0', ' ').includes("
        "`A reserve of ${rate} % of`)",
        arg=written,
        timeout=60_000,
    )
    changed = covered({"reserve.rate": float(rate[1]) / 100})
    assert f"for 100 years with a probability of {changed}" in answer.inner_text().replace(
        "\xa0", " "
    )
    page.get_by_text(f"Withheld: {written} %").first.wait_for(state="attached", timeout=60_000)


@pytest.mark.parametrize("width", [1280, 390])
def test_every_figure_and_table_fits_the_screen(page, width):
    page.set_viewport_size({"width": width, "height": 900})
    page.get_by_text("What pooling sites saves").first.wait_for(timeout=30_000)
    assert_figures_fit(page, width, 5)
    shoot(page, f"reserve_{width}")


def test_the_poorly_regulated_regime_is_one_choice_away(page):
    page.locator("select").first.select_option(
        label="Published regime of leakage, poorly regulated onshore"
    )
    page.wait_for_function(
        "!document.body.innerText.replaceAll('\\u00a0', ' ').includes('probability of 99.3')",
        timeout=30_000,
    )
    answer = page.locator("section", has_text="Does the reserve suffice?").last.inner_text()
    assert "29,684,430 t of CO₂" in answer.replace("\xa0", " ")
    probability = re.search(
        r"100 years with a probability of ([\d.]+)", answer.replace("\xa0", " ")
    )
    assert probability
    assert 5 < float(probability[1]) < 20
