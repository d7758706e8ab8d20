"""The notebook on uncertainty as an app: a real Chromium on a real Voilà."""

import re

import numpy as np
import pytest

import jcm_models as jcm
from jcm_models.ensemble import draw_ensemble
from tests.app_pages import assert_figures_fit, served, shoot, visited
from tests.conftest import ROOT

SCENARIO = ROOT / "scenarios/thailand_solar_uncertainty.yaml"
SAMPLES, SEED = 1024, 1


@pytest.fixture(scope="module")
def uncertainty_app():
    with served("uncertainty") as app:
        yield app


@pytest.fixture
def page(uncertainty_app, watched):
    yield from visited(uncertainty_app, watched)


def plain(locator):
    return locator.inner_text().replace("\xa0", " ")


def ensemble(name):
    return draw_ensemble(jcm.load_scenario(ROOT / f"scenarios/{name}.yaml"), SAMPLES, SEED)


def test_the_page_tells_what_the_samples_come_to(page):
    drawn = ensemble("thailand_solar_uncertainty")["total_credits"][0]
    low, high = (f"{np.sort(drawn)[at]:,.0f}" for at in (51, 972))  # 5 % and 95 % of 1,024
    assert f"nine in ten lie between {low} and {high} tCO₂e" in plain(page.locator("header").first)


def test_a_brushed_input_leaves_only_its_samples_in_front(page):
    box = page.locator(".jcm-input", has_text="Electricity supplied by the project").first
    counted = page.get_by_text(re.compile(r"[\d,]+ of 1,024 samples are within the ranges chosen"))
    assert counted.count() == 0
    handle = box.locator(".noUi-handle-upper")
    handle.focus()
    for _ in range(40):
        page.keyboard.press("ArrowLeft")
    counted.first.wait_for(state="attached", timeout=30_000)
    page.wait_for_timeout(1000)  # the last key press is drawn, too
    found = re.search(r"([\d,]+) of 1,024 samples are within", plain(page.locator("body")))
    assert found
    supplied = ensemble("thailand_solar_uncertainty").drawn["project.electricity_supplied"]
    limit = supplied.max() - 0.4 * np.ptp(supplied)
    assert int(found[1].replace(",", "")) == int((supplied <= limit + 1e-6).sum())
    shoot(page, "uncertainty_brushed_1280")
    page.get_by_role("button", name="Show all samples").click()
    counted.first.wait_for(state="detached", timeout=30_000)


@pytest.mark.parametrize("width", [1280, 390])
def test_every_figure_and_table_fits_the_screen(page, width):
    page.set_viewport_size({"width": width, "height": 900})
    page.get_by_text("Are there enough samples?").first.wait_for(state="attached", timeout=30_000)
    assert_figures_fit(page, width, 9, least_height=80)
    shoot(page, f"uncertainty_{width}")


def test_another_uncertain_scenario_is_one_choice_away(page):
    page.locator("select").first.select_option(
        label="CO2 storage in Indonesia, with its uncertainty"
    )
    page.get_by_text("In ").first.wait_for(state="attached")
    page.wait_for_function(
        "document.body.innerText.includes('the reserve cannot make good every reversal')",
        timeout=60_000,
    )
    short = ensemble("indonesia_ccs_uncertainty")["total_shortfall"][1] > 0  # 3 %
    share = re.search(r"In (\d+) ± \d+ % of them the reserve", plain(page.locator("header").first))
    assert share
    assert int(share[1]) == round(100 * short.mean())
    shoot(page, "uncertainty_ccs_1280")


def test_only_scenarios_with_something_uncertain_are_offered(page):
    offered = [each.inner_text() for each in page.locator("select option").all()]
    assert len(offered) >= 2
    assert "5 MW floating solar power plant, Thailand" not in offered
