"""The app that compares two scenarios: what a visitor does on it, in a real Chromium."""

import re

import pytest

import jcm_models as jcm
from tests.app_pages import Visit, assert_figures_fit

SOLAR, MONGOLIA = "thailand_floating_solar", "mongolia_darkhan_solar"
DISCOUNT = "Share of reductions kept (discount factor)"


@pytest.fixture
def app(watched, workbench):
    visit = Visit(watched, workbench)
    yield visit
    visit.assert_clean()


def issued(name, changes=None):
    scenario = jcm.load_scenario(name, changes or {})
    return f"{int(jcm.simulate(scenario)['credits_issued'].sum()):,}"


def amounts(app):
    """Return both amounts on the card of the credits."""
    card = app.page.locator(".jcm-card", has_text="Credits issued")
    return card.locator(".jcm-amount").all_inner_texts()


def side(app, letter):
    """Return the controls of a side."""
    return app.page.get_by_role("region", name=f"Scenario {letter}", exact=True)


def type_in(app, letter, name, text):
    """Type a number on a side and wait for what follows from it."""
    field = side(app, letter).get_by_role("textbox", name=f"{name}, as a number")
    field.fill(text)
    field.press("Enter")
    app.settled()


def press(app, name):
    app.page.get_by_role("button", name=name, exact=True).click()
    app.settled()


def test_both_scenarios_stand_side_by_side_with_the_numbers_of_simulate(app):
    app.open("compare")
    assert amounts(app) == [issued(SOLAR), issued(MONGOLIA)]
    assert "B issues 178,372 tCO₂e more credits than A (+635 %)" in app.text("question")


def test_a_slider_of_b_moves_b_alone_and_the_difference_is_told(app):
    app.open("compare", f"?first={SOLAR}&second={SOLAR}")
    assert amounts(app) == [issued(SOLAR)] * 2
    type_in(app, "B", DISCOUNT, "90")
    assert amounts(app) == [issued(SOLAR), issued(SOLAR, {"crediting.discount": 0.9})]
    assert "One input differs" in app.text("question")
    app.shoot("compare_one_project_1280")


def test_a_is_unfolded_and_moved_by_the_keyboard(app):
    app.open("compare", f"?first={SOLAR}&second={SOLAR}")
    side(app, "A").get_by_text("Inputs", exact=True).click()
    side(app, "A").get_by_role("slider", name="Electricity supplied by the project").focus()
    app.page.keyboard.press("ArrowRight")
    app.settled()
    value = side(app, "A").get_by_role("slider").first.input_value()
    moved = {"project.electricity_supplied": float(value)}
    assert amounts(app) == [issued(SOLAR, moved), issued(SOLAR)]


def test_another_scenario_a_copy_and_a_swap_are_one_choice_away(app):
    app.open("compare")
    side(app, "A").get_by_role("combobox").select_option("lao_redd_plus")
    app.settled()
    assert amounts(app) == [issued("lao_redd_plus"), issued(MONGOLIA)]
    press(app, "Swap A and B")
    assert amounts(app) == [issued(MONGOLIA), issued("lao_redd_plus")]
    press(app, "Start B from A")
    assert amounts(app) == [issued(MONGOLIA)] * 2
    assert "A and B have the same inputs" in app.text("question")


def test_a_link_from_another_app_shows_before_and_after(app):
    app.open("reference_vs_bau", f"?scenario={SOLAR}&set=crediting.discount=0.9&lang=en")
    app.page.get_by_role("link", name="Compare").click()
    app.ready()
    assert amounts(app) == [issued(SOLAR), issued(SOLAR, {"crediting.discount": 0.9})]
    app.page.get_by_role("link", name="Reference and BaU").click()
    app.ready()
    assert app.cards()["Credits issued"] == issued(SOLAR, {"crediting.discount": 0.9})


def test_a_wrong_link_is_told_and_the_page_is_of_use(app):
    app.open("compare", f"?first=nowhere&second={SOLAR}&set2=crediting.discount=7")
    assert "there is no scenario" in app.text("first")
    assert "allowed is 0 to 1" in app.text("second")
    assert amounts(app) == [issued(SOLAR)] * 2
    type_in(app, "B", DISCOUNT, "90")
    assert amounts(app)[1] == issued(SOLAR, {"crediting.discount": 0.9})


def test_what_cannot_be_is_told_on_its_side_and_the_last_picture_stays(app):
    app.open("compare")
    before = amounts(app)
    type_in(app, "B", DISCOUNT, "150")
    assert "allowed is 0 to 1" in app.text("second")
    assert "allowed is 0 to 1" not in app.text("first")
    assert amounts(app) == before


def test_the_comparison_is_taken_along(app):
    app.open("compare")
    for name, ending in (("(xlsx)", "comparison.xlsx"), ("(csv)", "comparison.csv")):
        app.page.get_by_text("Download", exact=True).click()
        with app.page.expect_download() as taken:
            app.page.get_by_role("button", name=re.compile(re.escape(name))).click()
        assert taken.value.suggested_filename == f"{SOLAR}_and_{MONGOLIA}_{ending}"


@pytest.mark.parametrize("width", [1280, 390])
def test_both_figures_fit_the_screen(app, width):
    app.open("compare", "?lang=en", width)
    assert_figures_fit(app.page, width, 2)
    app.shoot(f"compare_{width}")


def test_on_a_telephone_inputs_are_folded_until_they_are_unfolded_and_the_tab_is_in_sight(app):
    app.open("compare", "?lang=en", 1280)
    inputs = app.page.locator(".jcm-values")
    assert [each.get_attribute("open") for each in inputs.all()] == [None, ""]
    app.open("compare", "?lang=en", 390)
    assert [each.get_attribute("open") for each in inputs.all()] == [None, None]
    box = app.page.get_by_role("link", name="Compare", exact=True).bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    inputs.nth(1).locator("summary").first.click()
    app.slider("Reference emission factor").last.press("ArrowRight")
    app.settled()
    assert [each.get_attribute("open") for each in inputs.all()] == [None, ""]
