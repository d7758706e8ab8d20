"""The notebook on uncertainty as an app: a real Chromium on a real Voilà."""

import re

import numpy as np
import pytest

import jcm_models as jcm
from jcm_models.ensemble import draw_ensemble
from tests.app_pages import Visit, assert_figures_fit, words
from tests.conftest import ROOT

SCENARIO = ROOT / "scenarios/thailand_solar_uncertainty.yaml"
SAMPLES, SEED = 1024, 1


@pytest.fixture
def app(watched, workbench):
    visit = Visit(watched, workbench).open("uncertainty")
    yield visit
    visit.assert_clean()


@pytest.fixture
def page(app):
    return app.page


def ensemble(name):
    return draw_ensemble(jcm.load_scenario(ROOT / f"scenarios/{name}.yaml"), SAMPLES, SEED)


def test_the_page_tells_what_the_samples_come_to(app):
    drawn = ensemble("thailand_solar_uncertainty")["total_credits"][0]
    low, high = (f"{np.sort(drawn)[at]:,.0f}" for at in (51, 972))  # 5 % and 95 % of 1,024
    assert f"nine in ten lie between {low} and {high} tCO₂e" in app.text("answer")


def test_cards_and_years_are_those_of_the_samples(app, page):
    drawn = ensemble("thailand_solar_uncertainty")
    total = np.sort(drawn["total_credits"][0])
    shown = app.text("key_figures")
    assert f"{total[511]:,.0f}" in shown or f"{total[512]:,.0f}" in shown
    assert f"nine in ten samples between {total[51]:,.0f} and {total[972]:,.0f}" in shown
    of_a_year = np.sort(drawn["credits_issued"][0], axis=0)  # as the methodology has it
    rows = page.get_by_role("region", name="Credits issued, by vintage, tCO₂e a year")
    cells = rows.locator("tbody tr").first.locator("td").all_inner_texts()
    first = of_a_year[:, np.flatnonzero(of_a_year.any(axis=0))[0]]
    assert cells[0] == f"{first[51]:,.0f}"
    assert cells[2] == f"{first[972]:,.0f}"
    assert cells[3] == f"{first.mean():,.0f}"


def test_a_brushed_input_leaves_only_its_samples_in_front(app, page):
    counted = page.get_by_text(re.compile(r"[\d,]+ of 1,024 samples are within the ranges chosen"))
    assert counted.count() == 0
    upper = page.get_by_role("slider", name="Electricity supplied by the project, to")
    least, most = (float(upper.get_attribute(end)) for end in ("min", "max"))
    limit = most - 0.4 * (most - least)
    upper.fill(str(limit))
    app.settled()
    found = re.search(r"([\d,]+) of 1,024 samples are within", words(page.locator("body")))
    supplied = ensemble("thailand_solar_uncertainty").drawn["project.electricity_supplied"]
    assert int(found[1].replace(",", "")) == int((supplied <= limit).sum())
    app.shoot("uncertainty_brushed_1280")
    page.get_by_role("button", name="Show all samples").click()
    app.settled()
    assert counted.count() == 0


@pytest.mark.parametrize("width", [1280, 390])
def test_every_figure_and_table_fits_the_screen(app, page, width):
    page.set_viewport_size({"width": width, "height": 900})
    page.get_by_text("Are there enough samples?").first.wait_for(state="attached", timeout=30_000)
    assert_figures_fit(page, width, 9, least_height=80)
    app.shoot(f"uncertainty_{width}")


def test_an_uncertain_input_can_be_fixed_and_made_uncertain_again(app, page):
    before = app.text("answer")
    app.type("Share of reductions kept (discount factor)", "50")
    scenario = jcm.load_scenario(SCENARIO, {"crediting.discount": 0.5})
    drawn = draw_ensemble(scenario, SAMPLES, SEED)["total_credits"][0]
    assert f"between {np.sort(drawn)[51]:,.0f} and" in app.text("answer")
    page.get_by_role("button", name="Uncertain again, 98.75 % on average").click()
    app.settled()
    assert app.text("answer") == before


def test_an_input_that_goes_together_with_another_can_be_fixed_alone(app):
    app.type("Reference emission factor", "0.3")
    changes = {"project.reference_emission_factor": 0.3, "ensemble.correlations": []}
    drawn = draw_ensemble(jcm.load_scenario(SCENARIO, changes), SAMPLES, SEED)["total_credits"][0]
    assert f"between {np.sort(drawn)[51]:,.0f} and" in app.text("answer")


def test_another_uncertain_scenario_is_one_choice_away(app, page):
    page.get_by_label("Scenario", exact=True).select_option("indonesia_ccs_uncertainty")
    page.get_by_text("the reserve cannot make good every reversal").first.wait_for(timeout=60_000)
    app.settled()
    short = ensemble("indonesia_ccs_uncertainty")["total_shortfall"][1] > 0  # 3 %
    share = re.search(r"In (\d+) ± \d+ % of them the reserve", app.text("answer"))
    assert int(share[1]) == round(100 * short.mean())
    app.shoot("uncertainty_ccs_1280")


def test_only_scenarios_with_something_uncertain_are_offered(page):
    offered = page.get_by_label("Scenario", exact=True).locator("option").all_inner_texts()
    assert len(offered) >= 2
    assert "5 MW floating solar power plant, Thailand" not in offered
