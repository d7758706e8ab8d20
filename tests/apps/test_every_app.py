"""What holds for every app: opens offline, reads aloud, fits, speaks two languages, is one link."""

import pathlib
import re
import urllib.parse
from concurrent.futures import ThreadPoolExecutor

import axe_playwright_python
import psutil
import pytest
from playwright.sync_api import expect, sync_playwright

from jcm_models.browsers import ARGUMENTS
from tests import browser as chromium
from tests.app_pages import Visit, words
from tests.conftest import ROOT, Watched

APPS = sorted(file.stem for file in (ROOT / "notebooks").glob("*.ipynb"))
SUPPLIED = "Electricity supplied by the project"
AXE = next(pathlib.Path(axe_playwright_python.__file__).parent.rglob("axe.min.js"))
# Named by the scenario's author, or cited in the language of their source.
OF_THE_AUTHOR = (
    "main :is([lang=en], code, math, .jcm-place, option, .jcm-about, [data-section=identity])"
)
ENGLISH = re.compile(r"\b[A-Za-z]{4,}(?: [A-Za-z]{3,}){2,}")
RAW = re.compile(r"\b[a-z]+_[a-z_]+\b|\bnan\b|\bNone\b|\{[a-z]+\}|Traceback")
# What has the focus, and whether it or what stands around it is framed.
FOCUS = """() => {
  const framed = (element) => element && getComputedStyle(element).outlineStyle !== "none";
  const here = document.activeElement;
  return [here.dataset.stop || "", Boolean(framed(here) || framed(here.parentElement))];
}"""
FOLDED = "details => details.forEach(each => each.open = true)"


def each_app():
    return pytest.mark.parametrize("name", APPS)


# Of the methods one family, for all of them are a long page.
PART = {"methods": "?family=land_carbon"}


@pytest.fixture
def app(watched, workbench):
    return Visit(watched, workbench)


def findings(page, *levels):
    """Return what axe finds on a page, by rule."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document)")["violations"]
    return {each["id"]: each["nodes"][0]["html"] for each in found if each["impact"] in levels}


@pytest.mark.parametrize(
    ("name", "scheme"), [*((app, "light") for app in APPS), ("reference_vs_bau", "dark")]
)
def test_axe_finds_nothing_even_where_all_is_unfolded(app, name, scheme):
    app.page.emulate_media(color_scheme=scheme)
    app.open(name, PART.get(name, ""))
    app.page.locator("details").evaluate_all(FOLDED)
    assert findings(app.page, "critical", "serious", "moderate") == {}
    app.assert_clean()


@each_app()
@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("width", [1280, 390])
def test_an_app_fits_and_is_complete_in_its_language(app, name, language, width):
    app.open(name, f"{PART.get(name, '?')}&lang={language}", width)
    app.shoot(f"app-{name}-{language}-{width}")
    page = app.page
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("document.documentElement.lang") == language
    page.locator("details").evaluate_all(FOLDED)
    page.locator(OF_THE_AUTHOR).evaluate_all("els => els.forEach(el => el.remove())")
    text = words(page.locator("main"))
    assert len(text) > 500
    assert RAW.findall(text) == []
    if language == "ja":
        assert set(ENGLISH.findall(text)) <= {"Storage Security Calculator"}  # its name
    app.assert_clean()


@each_app()
def test_the_link_on_the_screen_opens_the_same_page(app, open_page, workbench, name):
    app.open(name)
    for control in app.page.locator("main select[data-key]:visible").all()[:2]:
        options = control.locator("option").evaluate_all("els => els.map(el => el.value)")
        control.select_option(options[-1])
        app.settled()
    sliders = app.page.locator("main .jcm-slide input[type=range]")
    if sliders.count():
        sliders.first.focus()
        app.page.keyboard.press("ArrowLeft")
        app.settled()
    app.page.get_by_role("button", name="日本語").click()
    app.settled()
    address = urllib.parse.urlsplit(app.page.url)
    again = Visit(open_page(), workbench).open(name, f"?{address.query}")
    assert "lang=ja" in address.query
    shown = "parts => parts.filter(p => p.dataset.section !== 'controls').map(p => p.innerHTML)"
    parts = (each.page.locator("main [data-section]").evaluate_all(shown) for each in (app, again))
    assert next(parts) == next(parts)
    assert again.page.locator(".jcm-wrong").count() == 0


@each_app()
def test_a_keyboard_reaches_everything_and_shows_where_it_is(app, name):
    app.open(name, PART.get(name, ""))
    page = app.page
    wanted = set(
        page.locator("main :is(a, button, input, select, summary), header :is(a, button)")
        .locator("visible=true")
        .evaluate_all("els => els.map((el, at) => (el.dataset.stop = String(at)))")
    )
    reached, bare = set(), set()
    page.keyboard.press("Tab")
    for _ in range(len(wanted) + 100):
        stop, ring = page.evaluate(FOCUS)
        reached.add(stop)
        bare |= {stop} if stop and not ring else set()
        page.keyboard.press("Tab")
    assert wanted - reached == set()
    assert bare == set()


@each_app()
def test_nothing_jumps_while_an_app_gets_ready(app, name):
    app.page.add_init_script(
        "window.moved = 0; new PerformanceObserver(list => { for (const each of list.getEntries())"
        " window.moved += each.value; }).observe({type: 'layout-shift', buffered: true});"
    )
    app.open(name)
    assert app.page.evaluate("window.moved") < 0.1  # what is called good of Web Vitals


@each_app()
def test_the_page_says_at_once_that_it_is_starting(app, workbench, name):
    app.page.goto(f"{workbench.url}/apps/{name}", wait_until="commit")
    started = app.page.locator("html[data-state=starting]")
    expect(started.or_(app.page.locator("html[data-state=ready]"))).to_be_attached()
    source = app.page.request.get(f"{workbench.url}/apps/{name}").text()
    head = source[: source.index("<main")]
    assert "The app is starting" in head
    assert "アプリを起動しています" in head
    app.ready()
    assert not app.page.locator(".jcm-start").is_visible()


def test_light_and_dark_are_a_button_away_and_remembered(app):
    app.open("reference_vs_bau")
    ground = "() => getComputedStyle(document.body).backgroundColor"
    light = app.page.evaluate(ground)
    app.page.get_by_role("button", name="Light or dark").click()
    dark = app.page.evaluate(ground)
    assert dark != light
    app.shoot("app-reference_vs_bau-dark-1280")
    app.open("methods")
    assert app.page.evaluate(ground) == dark


def test_the_page_moves_nothing_for_those_who_ask_for_it(app):
    app.page.emulate_media(reduced_motion="reduce")
    app.open("reference_vs_bau")
    times = app.page.locator("*").evaluate_all(
        "els => els.map(el => parseFloat(getComputedStyle(el).transitionDuration))"
    )
    assert max(times) < 0.001


def test_a_figure_brings_its_words_along_when_it_changes(app):
    app.open("reference_vs_bau")
    figure = app.page.locator("svg[role=img]:visible").first
    name = "svg => svg.querySelector('desc').textContent"
    before = figure.evaluate(name)
    app.type(SUPPLIED, "9000")
    assert figure.evaluate(name) != before
    ids = figure.get_attribute("aria-labelledby").split()
    assert all(app.page.locator(f"#{each}").count() == 1 for each in ids)


@pytest.mark.parametrize(("width", "turned"), [(390, 1280), (1280, 390)])
def test_a_page_that_changes_its_width_shows_the_newest_figure_in_the_other_size(
    app, width, turned
):
    app.open("reference_vs_bau", width=width)
    app.type(SUPPLIED, "9000")
    drawings = app.page.locator("figure.jcm-figure").first.locator("svg")
    words = "svgs => svgs.map(svg => svg.querySelector('desc').textContent)"
    seen, other = drawings.evaluate_all(words)
    assert seen == other
    app.page.set_viewport_size({"width": turned, "height": 900})
    for figure in app.page.locator("figure.jcm-figure").all():
        if figure.is_visible():
            expect(figure.locator("svg:visible")).to_have_count(1)


def test_files_are_taken_along_and_a_scenario_is_brought_back(app, tmp_path):
    app.open("reference_vs_bau")
    app.type(SUPPLIED, "9000")
    cards = app.cards()
    for kind in ("svg:emissions:0", "png:split:0", "csv", "workbook", "scenario", "report"):
        with app.page.expect_download(timeout=120_000) as started:
            if ":" not in kind:
                app.page.locator("summary", has_text="Download").click()
            app.page.locator(f'[data-download="{kind}"]').click()
        started.value.save_as(tmp_path / kind.partition(":")[0])
        assert (tmp_path / kind.partition(":")[0]).stat().st_size > 1000
    assert "9,000" in (tmp_path / "report").read_text()
    app.page.get_by_role("button", name="Back to the scenario's values").click()
    app.settled()
    assert app.cards() != cards
    app.page.locator("[data-upload]").set_input_files(
        {"name": "mine.yaml", "mimeType": "", "buffer": (tmp_path / "scenario").read_bytes()}
    )
    expect(app.page.get_by_label("Scenario", exact=True)).to_have_value("brought")
    app.settled()
    assert app.cards() == cards


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title: [", "This is no YAML"),
        ("title: x\nhost: XXX", "Question: missing"),
        ("extends: ../../pyproject.toml", "Only files beside the scenarios"),
        ("x" * 300_000, "larger than 200 kB"),
    ],
)
def test_a_wrong_file_is_told_in_the_page_and_the_picture_stays(app, text, said):
    app.open("reference_vs_bau")
    cards = app.cards()
    app.page.locator("[data-upload]").set_input_files(
        {"name": "x.yaml", "mimeType": "", "buffer": text.encode()}
    )
    expect(app.page.locator("main")).to_contain_text(said, ignore_case=True)
    assert app.cards() == cards
    app.type(SUPPLIED, "9000")
    assert app.cards() != cards


def test_a_kernel_that_is_killed_is_told_and_the_page_starts_again_where_it_was(app, workbench):
    app.open("reference_vs_bau")
    app.type(SUPPLIED, "9000")
    cards = app.cards()
    kernels = [p for p in psutil.Process(workbench.process.pid).children(True) if not p.children()]
    for kernel in kernels:
        kernel.kill()
    alert = app.page.get_by_role("alert")
    expect(alert).to_contain_text("This session has ended", timeout=20_000)
    alert.get_by_role("button", name="Start again").click()
    expect(alert).to_be_hidden()
    app.ready()
    assert app.cards() == cards


def test_a_connection_that_breaks_comes_back_with_the_same_session(app):
    app.page.add_init_script(
        "window.sockets = []; const Own = WebSocket; window.WebSocket = class extends Own {"
        " constructor(...given) { super(...given); window.sockets.push(this); } };"
    )
    app.open("reference_vs_bau")
    app.type(SUPPLIED, "9000")
    cards = app.cards()
    app.page.evaluate("window.sockets[0].close(3001)")
    app.type("Share of reductions kept (discount factor)", "50")
    assert app.cards()["Credits issued"] != cards["Credits issued"]
    assert "electricity_supplied" in app.page.url
    assert app.page.evaluate("window.sockets.length") == 2
    assert not app.page.get_by_role("alert").is_visible()


def test_ten_visitors_at_once_all_get_an_app_that_answers(workbench):
    def visit(number):
        with sync_playwright() as playwright:
            launched = playwright.chromium.launch(
                executable_path=chromium.ensure(), args=list(ARGUMENTS)
            )
            app = Visit(Watched(launched.new_context().new_page()), workbench)
            app.open("reference_vs_bau").type(SUPPLIED, f"{9000 + number}")
            shown = app.page.url
            launched.close()
            return f"electricity_supplied%3D{9000 + number}" in shown

    with ThreadPoolExecutor(10) as pool:
        assert list(pool.map(visit, range(10))) == [True] * 10
