"""What a browser may send to a page, and what it gets."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import jcm_models as jcm
from jcm_models import live_pages
from jcm_models.controls import Slider
from jcm_models.wording import Words
from tests.apps.pages import Visit
from tests.conftest import ROOT

SOLAR = "project.electricity_supplied"
STYLE = "jupyter/voila/templates/jcm/static/app.css"


@pytest.fixture
def visit(hosted):
    return Visit(jcm.View("thailand_floating_solar", choices=("gwp", "crediting.rounding")))


def expected(**overrides):
    scenario = jcm.load_scenario(ROOT / "scenarios/thailand_floating_solar.yaml")
    changes = {key.replace("__", "."): value for key, value in overrides.items()}
    return jcm.simulate(scenario.with_(changes))


def test_the_first_answer_brings_the_frame_and_not_what_the_page_has_already(hosted):
    visit = Visit(jcm.View("thailand_floating_solar"))
    assert set(visit.answered["sections"]) == {"bar", "tools", "strip"}
    assert visit.answered["language"] == "en"
    assert visit.answered["title"] == "5 MW floating solar power plant, Thailand"


def test_what_is_seen_comes_first_and_the_rest_when_asked_for(visit):
    first = visit.ask(changes=[[SOLAR, 9000]], seen=["key_figures"])
    assert set(first["sections"]) == {"key_figures", "controls", "strip"}
    assert first["more"]
    rest = visit.rest()
    assert set(rest["sections"]) == {"question", "emissions", "by_year", "bar"}
    assert not rest["more"]


def test_what_is_not_seen_is_drawn_piece_by_piece_so_that_the_browser_is_heard(visit, monkeypatch):
    monkeypatch.setattr(live_pages, "_AT_ONCE", 0)
    visit.ask(changes=[[SOLAR, 9000]], seen=["key_figures"])
    drawn = [set(visit.ask(rest=True)["sections"]) for _ in range(3)]
    assert drawn == [{"question"}, {"emissions"}, {"by_year", "bar"}]
    visit.ask(changes=[[SOLAR, 9500]], seen=["by_year"])
    assert visit.ask(rest=True)["more"]
    assert visit.rest()["more"] is False


def test_the_numbers_are_those_of_simulate(visit):
    visit.set((SOLAR, 9000), ("crediting.discount", 0.9))
    sums = expected(project__electricity_supplied=9000, crediting__discount=0.9).sum("year")
    assert f"{int(sums['credits_issued']):,}" in visit.text("key_figures")
    assert visit.page.results["credits_issued"].sum() == int(sums["credits_issued"])


def test_of_several_values_of_one_control_the_last_holds(visit):
    visit.set((SOLAR, 5000), (SOLAR, 9000))
    assert "set=project.electricity_supplied%3D9000" in visit.answered["link"]


def test_a_browser_that_comes_back_gets_everything(visit):
    visit.set((SOLAR, 9000))
    visit.live.begin()
    again = visit.rest()
    assert set(again["sections"]) >= {"question", "key_figures", "emissions", "by_year", "controls"}


@pytest.mark.parametrize(
    ("typed", "value"),
    [("9000", 9000), ("9,000.5", 9000.5), ("9 GWh/yr", 9000), (" 9e3 ", 9000), ("8000", None)],
)
def test_a_number_is_typed_with_or_without_its_unit(visit, typed, value):
    answered = visit.set((SOLAR, typed))
    assert visit.page.problems == ()
    if value is None:
        assert "set=" not in answered["link"]
    else:
        assert visit.page.results["reference_emissions"][0] == pytest.approx(value * 0.319)


def test_a_share_is_typed_in_per_cent(visit):
    visit.set(("crediting.discount", "90"))
    assert visit.page.scenario.crediting.discount.constant == pytest.approx(0.9)
    assert 'value="90"' in visit.parts["controls"]


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        (SOLAR, "abc", "a number is needed"),
        (SOLAR, "-1", "found -1"),
        (SOLAR, "5 tCO2e", "tCO2e"),
        (SOLAR, "nan", "found"),
        (SOLAR, "inf", "found"),
        (SOLAR, True, "a number is needed"),
        (SOLAR, [1], "a number is needed"),
        (SOLAR, {"value": 5}, "a number is needed"),
        (SOLAR, "9" * 100, "longer than 80 characters"),
        ("crediting.discount", "101", "allowed is 0 to 1"),
        ("crediting.rounding", "up", "allowed: down, nearest"),
        ("crediting.rounding", 5, "allowed: down, nearest"),
        ("project.method", "displaced_heat", "cannot be set here"),
        ("__class__", "x", "cannot be set here"),
        ("scenario", "../secret", "there is no scenario"),
        ("language", "fr", "no words in 'fr'"),
        ("upload", "text", "cannot be set here"),
        ("project.bau_emission_factor", 0.1, "lies above BaU"),
    ],
)
def test_a_wrong_value_says_what_is_allowed_and_leaves_the_last_picture(visit, key, value, said):
    before = {name: part for name, part in visit.parts.items() if name not in {"controls", "bar"}}
    answered = visit.set((key, value))
    assert said.lower() in visit.message.lower()
    assert "The last good picture is kept" in visit.message
    assert {name: visit.parts[name] for name in before} == before
    assert "set=" not in answered["link"]
    visit.set(("reset", None))
    assert "belong to these values" in visit.message


def test_no_message_names_a_key_of_a_file(visit):
    visit.set(("project.bau_emission_factor", 0.1))
    assert "“Business-as-usual (BaU) emission factor”" in visit.message
    assert not re.search(r"[a-z]+[._][a-z]+_", visit.message)


def test_the_language_changes_also_while_something_is_wrong(visit):
    visit.set(("project.bau_emission_factor", 0.1))
    visit.set(("language", "ja"))
    assert "水上太陽光" in visit.text("question")
    assert "jcm-wrong" in visit.parts["controls"]


def test_one_value_goes_back_to_the_scenario_s_own(visit):
    visit.set((SOLAR, 9000), ("crediting.discount", 0.9))
    visit.set((SOLAR, None))
    assert "electricity_supplied" not in visit.answered["link"]
    assert "crediting.discount%3D0.9" in visit.answered["link"]


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
KEYS = st.sampled_from([SOLAR, "scenario", "language", "upload", "reset", "gwp", "x"])


@settings(max_examples=60, deadline=None)
@given(wish=ANYTHING, changes=st.lists(st.tuples(KEYS, ANYTHING).map(list), max_size=3))
def test_whatever_is_sent_the_page_answers_and_lives_on(wish, changes):
    for asked in (wish, {"changes": changes, "seen": wish}, {"changes": wish}, {"download": wish}):
        answered = HELD.live.answer(asked)
        assert isinstance(answered["number"], int)
        assert "Traceback" not in str(answered)
        assert "/jcm_models/" not in str(answered.get("said", ""))
    HELD.set(("scenario", "thailand_floating_solar"), ("language", "en"), ("reset", None))
    assert "28,072" in HELD.text("key_figures")


@pytest.fixture(autouse=True)
def _held(request, hosted):
    """Hold one page for the test that sends anything, which hypothesis calls many times."""
    if "lives_on" in request.node.name:
        global HELD
        HELD = Visit(jcm.View("thailand_floating_solar", choices=("gwp",)))


def test_what_takes_too_long_is_ended_and_said_so(visit, monkeypatch):
    def endless(_):
        while True:
            pass

    monkeypatch.setattr(live_pages, "_SECONDS", 0.2)
    monkeypatch.setattr(visit.page, "change", endless)
    answered = visit.live.answer({"changes": [[SOLAR, 9000]]})
    assert answered["said"] == ["This takes too long to compute here; nothing was changed."]


@pytest.mark.parametrize("error", [MemoryError(), ZeroDivisionError("secret"), RecursionError()])
def test_what_goes_wrong_in_the_code_is_a_sentence(visit, monkeypatch, error):
    def fails(_):
        raise error

    monkeypatch.setattr(visit.page, "change", fails)
    (said,) = visit.live.answer({"changes": [[SOLAR, 9000]]})["said"]
    assert said.endswith("nothing was changed.")
    assert "secret" not in said


def test_every_slider_of_every_scenario_answers_at_both_its_ends(hosted):
    for file in sorted((ROOT / "scenarios").glob("*.yaml")):
        view = jcm.View(file)
        _ = view.key_figures, view.section("controls")
        for each in view.controls_of("controls"):
            for value in (each.low, each.high) if isinstance(each, Slider) else ():
                view.change([(each.key, value)])
                told = " ".join(view.said(problem) for problem in view.problems)
                assert bool(told) == ("BaU" in told or "falls below zero" in told), told
                assert not re.search(r"\w[._]\w*_|convention|method", told), told
                assert view.change([("reset", None)])


def test_the_language_changes_every_part(visit):
    visit.set((SOLAR, 9000))
    visit.set(("language", "ja"))
    assert visit.answered["language"] == "ja"
    for name in ("question", "key_figures", "emissions", "by_year", "controls", "bar", "tools"):
        assert re.search("[ぁ-ん一-龥]", visit.text(name)), name
    assert "9,000" in visit.parts["controls"]
    assert visit.words["computing"] == "計算中 …"


def test_the_words_of_the_page_come_when_it_opens_and_with_another_language_only(visit):
    assert visit.words == Words("en").starting("page_script.")
    assert "words" not in visit.ask(changes=[[SOLAR, 9000]], seen=["question"])
    assert "words" in visit.ask(changes=[["language", "ja"]], seen=["question"])
    assert "words" not in visit.ask(changes=[[SOLAR, 9500]], seen=["question"])
    visit.live.begin()
    assert "words" in visit.ask(rest=True), "a page that was opened again knows nothing"


@pytest.mark.parametrize(("look", "other"), [("wide", "narrow"), ("narrow", "wide")])
def test_only_the_drawing_that_is_seen_is_made_while_something_moves(visit, look, other):
    seen = visit.ask(changes=[[SOLAR, 9000]], seen=["question", "emissions"], look=look)
    assert f'class="jcm-{look}"' in seen["sections"]["emissions"]
    assert f'class="jcm-{other}"' not in seen["sections"]["emissions"]
    assert seen["more"]
    whole = visit.rest()["sections"]["emissions"]
    visit.page.section("emissions").fill("")
    visit.set((SOLAR, 9500), (SOLAR, 9000))
    assert whole == visit.parts["emissions"], "as if it had been drawn in one go"
    drawing = re.compile(rf'<svg [^>]*class="jcm-{look}".*?</svg>', re.DOTALL)
    assert drawing.findall(seen["sections"]["emissions"]) == drawing.findall(whole)


def test_a_figure_that_does_not_change_is_not_sent_in_one_size_either(visit):
    visit.set((SOLAR, 9000))
    whole = visit.parts["emissions"]
    same = visit.ask(changes=[[SOLAR, 9000]], seen=["question", "emissions"], look="wide")
    assert "emissions" not in same["sections"]
    assert visit.page.section("emissions").live == whole


def test_a_figure_that_was_made_in_one_size_stays_to_be_made_in_both(visit):
    for _ in range(2):
        visit.ask(changes=[[SOLAR, 9000]], seen=["emissions"], look="wide")
    both = re.findall(r'class="jcm-(wide|narrow)"', visit.rest()["sections"]["emissions"])
    assert both == ["wide", "narrow"]


@pytest.mark.parametrize("look", ["", "both", None, 7, ["wide"], {"wide": 1}])
def test_without_a_size_that_there_is_both_drawings_are_made(visit, look):
    seen = visit.ask(changes=[[SOLAR, 9000]], seen=["emissions"], look=look)
    both = re.findall(r'class="jcm-(wide|narrow)"', seen["sections"]["emissions"])
    assert both == ["wide", "narrow"]


def test_a_control_that_stays_as_it_is_reads_the_same_when_another_moves(visit):
    before = visit.parts["controls"]
    visit.set((SOLAR, 9000))
    assert visit.parts["controls"] != before
    visit.set((SOLAR, None))
    assert visit.parts["controls"] == before


def test_a_group_whose_control_is_set_says_so_though_it_is_not_seen(hosted):
    page = jcm.UncertaintyPage("thailand_solar_uncertainty")
    visit = Visit(page, ("answer", "key_figures"))
    span = next(iter(page.controls_of("brushes")))
    answered = visit.ask(changes=[[span.key, [span.low, (span.low + span.high) / 2]]], seen=[])
    assert "brushes" in answered["sections"]
    assert "controls" not in answered["sections"]


def test_the_style_of_an_app_never_asks_what_an_element_holds():
    """It would have the style of the whole page worked out anew whenever a section changes."""
    css = (Path(live_pages.__file__).parent / STYLE).read_text()
    rules = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    assert ":has(" not in rules
