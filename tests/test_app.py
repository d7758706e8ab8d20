"""The app: a real Chromium on a real Voilà."""

import re
from dataclasses import dataclass

import pytest

import jcm_models as jcm
from tests.app_pages import shoot
from tests.conftest import ROOT

APP = "/"
STARTED = ".noUi-handle"
ELECTRICITY = "Electricity supplied by the project"


@dataclass
class App:
    """A page of the app, and what a visitor does on it."""

    watched: object
    url: str

    @property
    def page(self):
        return self.watched.page

    def open(self, query=""):
        self.page.goto(self.url + APP + query)
        self.page.locator(STARTED).first.wait_for(state="visible", timeout=90_000)
        return self

    def cards(self):
        return {
            card.locator("dt").inner_text(): card.locator(".jcm-amount").inner_text()
            for card in self.page.locator(".jcm-card").all()
        }

    def press(self, name, key, times=1):
        handle = self.page.locator(f'{STARTED}[aria-label="{name}"]')
        handle.focus()
        for _ in range(times):
            self.page.keyboard.press(key)


@pytest.fixture
def app(voila, watched):
    return App(watched, voila.url)


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


def test_the_app_opens_offline_without_errors_and_shows_the_scenario(app):
    app.open()
    assert "5 MW floating solar power plant, Thailand" in app.page.locator("h1").inner_text()
    assert totals().items() <= app.cards().items()
    assert app.page.locator("figure svg:visible").count() == 2
    text = app.page.inner_text("body")
    assert "error when executing" not in text
    assert "jcm.View" not in text
    assert "Your own analysis" not in text
    assert app.watched.outside == []
    assert app.watched.errors == []


def test_a_slider_moves_the_picture_and_the_numbers_are_those_of_simulate(app):
    app.open()
    picture = app.page.locator("figure svg:visible").first
    before = picture.evaluate("svg => svg.outerHTML")
    app.press(ELECTRICITY, "ArrowRight", times=4)
    expected = totals({"project.electricity_supplied": 8200})
    issued = app.page.locator(".jcm-amount", has_text=re.compile(f"^{expected['Credits issued']}$"))
    issued.wait_for(timeout=10_000)
    assert expected.items() <= app.cards().items()
    assert picture.evaluate("svg => svg.outerHTML") != before
    assert "assumed" in app.page.locator("tr", has_text=ELECTRICITY).inner_text()


def test_a_reference_above_bau_is_explained_and_the_last_picture_stays(app):
    app.open()
    app.press("Business-as-usual (BaU) emission factor", "Home")
    message = app.page.locator(".jcm-wrong")
    message.wait_for(timeout=10_000)
    assert "reference lies above BaU" in message.inner_text()
    assert "Traceback" not in app.page.inner_text("body")
    assert app.page.locator("figure svg:visible").count() == 2
    app.page.get_by_role("button", name="Back to the scenario's values").click()
    message.wait_for(state="detached", timeout=10_000)
    assert totals().items() <= app.cards().items()


def test_the_picker_changes_the_scenario(app):
    app.open()
    app.page.get_by_label("Scenario", exact=True).select_option(
        "10 MW solar power plant, Darkhan, Mongolia"
    )
    app.page.locator("h1", has_text="Darkhan").wait_for(timeout=10_000)
    expected = totals(name="mongolia_darkhan_solar")
    assert app.cards()["Credits issued"] == expected["Credits issued"]
    assert app.cards()["Credits of Japan"] == expected["Credits of Japan"]


def test_a_link_opens_a_scenario_and_a_wrong_name_the_first(app):
    app.open("?scenario=mongolia_darkhan_solar")
    assert "Darkhan" in app.page.locator("h1").inner_text()
    app.open("?scenario=../../etc/passwd")
    assert "Thailand" in app.page.locator("h1").inner_text()


def test_every_control_has_an_accessible_name(app):
    app.open()
    names = app.page.locator(STARTED).evaluate_all("e => e.map(h => h.getAttribute('aria-label'))")
    assert len(names) == 4
    assert all(names)
    assert app.page.get_by_label("Scenario", exact=True).count() == 1


@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_fits_the_screen_and_scrolls_as_a_whole(app, width):
    app.page.set_viewport_size({"width": width, "height": 900})
    app.open()
    wide, inner, tall = app.page.evaluate(
        "[document.documentElement.scrollWidth, innerWidth, document.documentElement.scrollHeight]"
    )
    assert wide <= inner
    assert tall > 2000
    shoot(app.page, f"app-{width}")


def test_two_visitors_do_not_disturb_each_other(voila, open_page):
    first, second = (App(open_page(), voila.url).open() for _ in range(2))
    first.press(ELECTRICITY, "ArrowRight")
    moved = totals({"project.electricity_supplied": 8050})["Credits issued"]
    first.page.locator(".jcm-amount", has_text=re.compile(f"^{moved}$")).wait_for(timeout=10_000)
    assert totals().items() <= second.cards().items()


def test_sources_and_files_are_not_served(voila, page):
    for path in (
        "/voila/files/reference_vs_bau.ipynb",
        "/voila/files/../scenarios/thailand_floating_solar.yaml",
        "/voila/files/%2e%2e/pyproject.toml",
    ):
        assert page.request.get(voila.url + path).status in {403, 404}
    source = page.request.get(voila.url + APP).text()
    assert "jcm.View" not in source
    assert str(ROOT) not in source
