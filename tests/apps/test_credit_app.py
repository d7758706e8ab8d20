"""The notebook of credits as an app: a real Chromium on a real Voilà."""

import re

import pytest

import jcm_models as jcm
from tests.app_pages import Visit
from tests.conftest import ROOT

SCENARIO = ROOT / "scenarios/thailand_ndc_balances.yaml"
SUBSIDY = re.compile("Public finance, Government of Japan")
EQUIPMENT = re.compile("Private finance, Japanese participants")


@pytest.fixture
def app(watched, workbench):
    visit = Visit(watched, workbench).open("credit_allocation")
    yield visit
    visit.assert_clean()


@pytest.fixture
def page(app):
    return app.page


def cells(page, table):
    """Return the rows of a table: the head of each row, and its cells."""
    region = page.get_by_role("region", name=table, exact=True)
    return {
        row.locator("th").inner_text(): row.locator("td").all_inner_texts()
        for row in region.locator("tbody tr").all()
    }


def expected(overrides):
    dataset = jcm.simulate(jcm.load_scenario(SCENARIO, overrides))
    return {
        str(year): [
            f"{int(dataset['credits_issued'].sel(year=year)):,}",
            *(f"{int(tonnes):,}" for tonnes in dataset["credits"].sel(year=year)),
        ]
        for year in dataset["year"].values
    }


def test_the_app_shows_shares_tonnes_flow_and_balances_as_simulate_gives_them(app, page):
    assert cells(page, "Tonnes by party and vintage") == expected({})
    assert page.locator("figure svg:visible").count() == 2
    text = page.inner_text("body")
    for said in ("Emissions balance", "Corresponding adjustments", "Thailand could transfer up to"):
        assert said in text
    for raw in ("own_finance", "japan_government", "error when executing", " nan", "jcm.View"):
        assert raw not in text
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        app.shoot(f"credits_{width}")


def test_a_contribution_moves_the_shares_and_the_tonnes(app, page):
    shown = page.get_by_role("region", name="Shares of the credits", exact=True)
    before = shown.inner_text()
    page.get_by_role("slider", name=EQUIPMENT).press("End")
    app.settled()
    assert shown.inner_text() != before
    moved = expected({"allocation.contributions.equipment.amount": "2.25 MUSD"})
    assert cells(page, "Tonnes by party and vintage") == moved


def test_a_floor_holds_while_the_subsidy_shrinks(app, page):
    page.get_by_role("slider", name=SUBSIDY).press("Home")
    app.settled()
    table = page.get_by_role("region", name="Who contributes, and the shares that follow")
    assert "1,000,000 USD" in table.locator("tr", has_text="Subsidy").inner_text()
    assert (
        cells(page, "Shares of the credits")["Government of Japan"] == ["50\N{NO-BREAK SPACE}%"] * 2
    )


def test_another_scenario_can_be_picked_and_tells_of_overselling(app, page):
    page.get_by_label("Scenario", exact=True).select_option(label=_title())
    answer = page.locator(".jcm-answer", has_text="more than that. To fit,")
    answer.wait_for(timeout=30_000)
    app.settled()
    assert "must not be issued" in page.inner_text("body")


def _title():
    return jcm.load_scenario(ROOT / "scenarios/mongolia_overselling.yaml").title.en
