"""The notebook of the reserve as an app: a real Chromium on a real Voilà."""

import pytest

import jcm_models as jcm
from tests.app_pages import Visit, assert_figures_fit
from tests.conftest import ROOT

SCENARIO = ROOT / "scenarios/indonesia_ccs_reserve.yaml"


@pytest.fixture
def app(watched, workbench):
    visit = Visit(watched, workbench).open("ccs_reserve")
    yield visit
    visit.assert_clean()


@pytest.fixture
def page(app):
    return app.page


def covered(overrides):
    """Return how the page writes the probability that the reserve suffices for 100 years."""
    study = jcm.reserve_study(jcm.load_scenario(SCENARIO, overrides))
    return f"{100 * study['sufficient'][study.at(100)]:.1f}"


def test_a_larger_reserve_moves_the_answer_and_every_figure(app, page):
    told = (
        "A reserve of 3 % of the credits covers all reversals for 100 years with a probability of"
    )
    assert f"{told} {covered({})}" in app.text("reserve_answer")
    app.slider("Reserve rate").focus()
    for _ in range(10):
        page.keyboard.press("ArrowRight")
    app.settled()
    rate = float(app.typed("Reserve rate").input_value())
    assert rate > 3
    changed = covered({"reserve.rate": rate / 100})
    told = told.replace("3 %", f"{rate:g} %")
    assert f"{told} {changed}" in app.text("reserve_answer")
    page.get_by_text(f"Withheld: {rate:g} %").first.wait_for(state="attached", timeout=60_000)


@pytest.mark.parametrize("width", [1280, 390])
def test_every_figure_and_table_fits_the_screen(app, page, width):
    page.set_viewport_size({"width": width, "height": 900})
    page.get_by_text("What pooling sites saves").first.wait_for(timeout=30_000)
    assert_figures_fit(page, width, 5)
    app.shoot(f"reserve_{width}")


def test_the_poorly_regulated_regime_is_one_choice_away(app, page):
    page.get_by_label("How the storage is regulated").select_option(
        label="Poorly regulated, onshore"
    )
    app.settled()
    wanted = covered({"storage.leakage.regime": "poorly_regulated_onshore"})
    assert f"for 100 years with a probability of {wanted}" in app.text("reserve_answer")
    assert 5 < float(wanted) < 20
