"""The app on reference and BaU: what a visitor does on it."""

import re

import pytest
from playwright.sync_api import expect

import jcm_models as jcm
from tests.app_pages import Visit
from tests.conftest import ROOT

ELECTRICITY = "Electricity supplied by the project"
BAU = "Business-as-usual (BaU) emission factor"


@pytest.fixture
def app(watched, workbench):
    return Visit(watched, workbench)


def totals(overrides=None, name="thailand_floating_solar"):
    """Return what the cards must say, from simulate() of the same inputs."""
    scenario = jcm.load_scenario(ROOT / f"scenarios/{name}.yaml").with_(overrides or {})
    sums = jcm.simulate(scenario).sum("year")
    japan = sums["credits"].sel(party=["japan_government", "japan_participants"]).sum()
    return {
        "Never issued, stays with Thailand": f"{float(sums['unissued_reductions']):,.0f}",
        "Credits issued": f"{int(sums['credits_issued']):,}",
        "Credits of Japan": f"{int(japan):,}",
    }


def test_a_slider_moves_the_picture_and_the_numbers_are_those_of_simulate(app):
    app.open("reference_vs_bau")
    assert totals().items() <= app.cards().items()
    picture = app.page.locator("figure svg:visible").first
    before = picture.evaluate("svg => svg.outerHTML")
    app.slider(ELECTRICITY).focus()
    for _ in range(4):
        app.page.keyboard.press("ArrowRight")
    app.settled()
    assert totals({"project.electricity_supplied": 8200}).items() <= app.cards().items()
    assert picture.evaluate("svg => svg.outerHTML") != before
    assert app.typed(ELECTRICITY).input_value() == "8,200"
    app.assert_clean()


def test_dragging_ends_at_the_newest_value_and_the_picture_belongs_to_it(app):
    app.open("reference_vs_bau")
    box = app.slider(ELECTRICITY).bounding_box()
    middle = box["y"] + box["height"] / 2
    app.page.mouse.move(box["x"] + box["width"] / 2, middle)
    app.page.mouse.down()
    for step in range(40):
        app.page.mouse.move(box["x"] + box["width"] * (0.5 + step / 100), middle)
    app.page.mouse.up()
    app.settled()
    value = float(app.slider(ELECTRICITY).input_value())
    assert value > 9000
    assert totals({"project.electricity_supplied": value}).items() <= app.cards().items()


def test_each_input_moves_the_page_to_what_simulate_gives(app):
    app.open("reference_vs_bau")
    for name, text, key, value in (
        (ELECTRICITY, "9,500", "project.electricity_supplied", 9500),
        ("Reference emission factor", "0.3", "project.reference_emission_factor", 0.3),
        (BAU, "600 kgCO2e/MWh", "project.bau_emission_factor", 0.6),
        ("Share of reductions kept (discount factor)", "90", "crediting.discount", 0.9),
    ):
        app.type(name, text)
        assert totals({key: value}).items() <= app.cards().items(), name
        app.page.get_by_role("button", name=re.compile("^Back to [^t]")).click()
        app.settled()
        assert totals().items() <= app.cards().items()
    app.page.get_by_label("Whole tonnes", exact=True).select_option("nearest")
    app.settled()
    assert totals({"crediting.rounding": "nearest"}).items() <= app.cards().items()
    app.page.get_by_role("button", name="Back to the scenario's values").click()
    app.settled()
    assert totals().items() <= app.cards().items()


def test_a_reference_above_bau_is_explained_and_the_last_picture_stays(app):
    app.open("reference_vs_bau")
    app.slider(BAU).press("Home")
    app.settled()
    message = app.page.locator(".jcm-message")
    expect(message).to_contain_text("reference lies above BaU")
    expect(app.slider(BAU)).to_be_focused()
    assert totals().items() <= app.cards().items()
    assert app.page.locator("figure svg:visible").count() == 2
    app.page.get_by_role("button", name="Back to the scenario's values").click()
    expect(message).to_contain_text("belong to these values")


def test_the_picker_changes_the_scenario(app):
    app.open("reference_vs_bau")
    app.page.get_by_label("Scenario", exact=True).select_option("mongolia_darkhan_solar")
    app.page.locator("h1", has_text="Darkhan").wait_for()
    app.settled()
    wanted = totals(name="mongolia_darkhan_solar")
    assert app.cards()["Credits issued"] == wanted["Credits issued"]
    assert app.page.title() == "10 MW solar power plant, Darkhan, Mongolia – JCM workbench"


def test_two_visitors_do_not_disturb_each_other(workbench, open_page):
    first, second = (Visit(open_page(), workbench).open("reference_vs_bau") for _ in range(2))
    first.type(ELECTRICITY, "8050")
    moved = totals({"project.electricity_supplied": 8050})
    assert moved.items() <= first.cards().items()
    assert totals().items() <= second.cards().items()
