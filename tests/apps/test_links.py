"""Links: whatever stands in one is read as a visitor's input, and what a page shows comes back."""

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

import jcm_models as jcm
from jcm_models.links import LARGEST_FILE, asked, packed, query_of, read_link, unpacked
from tests.apps.pages import Visit
from tests.conftest import ROOT

SOLAR = "project.electricity_supplied"


def test_a_link_says_scenario_language_and_changes():
    link = read_link("scenario=a&lang=ja&set=x.y=1%20kt&set=b=2&family=waste")
    assert (link.scenario, link.language, link.changes) == ("a", "ja", ("x.y=1 kt", "b=2"))
    assert link.more == {"family": ("waste",)}
    assert link.problems == ()


@given(st.text(max_size=200))
def test_no_query_is_too_odd_to_be_read(query):
    assert read_link(query).language in {"", "en", "ja"}


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("lang=fr", "found 'fr'; allowed: en, ja"),
        ("x" * 20_000, "longer than 16,000 characters"),
        ("&".join(["set=a"] * 300), "more than 100 changes"),
        ("file=abc", "cannot be read"),
    ],
)
def test_what_is_wrong_with_a_link_is_told(query, said):
    (problem,) = read_link(query).problems
    assert said in problem.message


@given(st.text(max_size=500))
def test_a_scenario_goes_through_a_link_unchanged(text):
    assert unpacked(packed(text)) == text


def test_a_scenario_that_is_too_long_for_a_link_is_left_out_of_it():
    assert packed("".join(chr(33 + i * 7919 % 5000) for i in range(9000))) == ""


def test_a_bomb_in_a_link_is_not_unpacked():
    import base64

    bomb = base64.urlsafe_b64encode(zlib.compress(b"a" * (LARGEST_FILE * 50))).decode()
    assert len(bomb) < 20_000
    assert unpacked(bomb) == ""


def test_a_link_is_read_only_where_an_app_is_served(monkeypatch):
    monkeypatch.setenv("QUERY_STRING", "lang=ja")
    monkeypatch.delenv("SERVER_SOFTWARE", raising=False)
    assert asked().language == ""


@pytest.mark.parametrize(
    ("header", "language"),
    [("ja,en;q=0.8", "ja"), ("de-DE,de;q=0.9,ja;q=0.5", "ja"), ("en-GB", "en"), ("de", "en")],
)
def test_the_language_is_that_of_the_browser_unless_the_link_names_one(
    hosted, monkeypatch, header, language
):
    monkeypatch.setenv("HTTP_ACCEPT_LANGUAGE", header)
    assert jcm.View("thailand_floating_solar").words.language == language
    hosted("lang=ja")
    assert jcm.View("thailand_floating_solar").words.language == "ja"


def test_a_link_reproduces_what_is_on_the_screen(hosted):
    visit = Visit(jcm.View("thailand_floating_solar", choices=("crediting.rounding",)))
    visit.set(("scenario", "mongolia_darkhan_solar"))
    visit.set((SOLAR, "12.5 GWh/yr"), ("crediting.discount", 0.9))
    visit.set(("crediting.rounding", "nearest"), ("language", "ja"))
    hosted(visit.answered["link"])
    again = Visit(jcm.View("thailand_floating_solar", choices=("crediting.rounding",)))
    assert again.page.problems == ()
    assert again.parts == visit.parts
    assert again.answered["link"] == visit.answered["link"]


def test_a_link_carries_over_what_the_other_app_has_no_control_for(hosted):
    hosted("scenario=indonesia_ccs_reserve&set=reserve.shortfall=host&set=reserve.rate=0.05")
    view = jcm.View("thailand_floating_solar")
    assert view.scenario.reserve.shortfall == "host"
    assert query_of(view.link(), "en") == (
        "scenario=indonesia_ccs_reserve&set=reserve.shortfall%3Dhost&set=reserve.rate%3D0.05&lang=en"
    )


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("scenario=../../etc/passwd", "there is no scenario '../../etc/passwd'"),
        ("scenario=%00", "there is no scenario"),
        ("scenario=thailand_floating_sola", "did you mean thailand_floating_solar?"),
        (f"set={SOLAR}=-5", "found -5"),
        (f"set={SOLAR}=5 tCO2e", "tCO2e"),
        (f"set={SOLAR}=.nan", "found"),
        ("set=project.elektricity=5", "project.elektricity"),
        ("set=nonsense", "write it as key=value"),
        ("set=extends=../../../etc/passwd", "only files beside the scenarios"),
        (f"set={SOLAR}={{distribution: {{table: /etc/passwd, column: a}}}}", "only files beside"),
        ("set=storage.leakage.table=..\\\\x.csv", "only files beside the scenarios"),
        ("set=title={en: <script>alert(1)</script>", "no YAML"),
        ("set=a=!!python/object/apply:os.system [id]", "python"),
    ],
)
def test_a_wrong_link_is_told_on_the_page_which_shows_its_own_scenario(hosted, query, said):
    hosted(query)
    visit = Visit(jcm.View("thailand_floating_solar"))
    assert said in " ".join(visit.page.said(each) for each in visit.page.problems)
    assert "5 MW floating solar power plant, Thailand" in visit.text("question")
    assert "jcm-wrong" in visit.parts["controls"]
    assert "<script>" not in "".join(visit.parts.values())


def test_every_change_that_a_slider_makes_is_in_the_link_to_the_last_digit(hosted):
    visit = Visit(jcm.View("thailand_floating_solar"))
    for value in (8123.456789, 1e-3 + 8000, 4000.000001):
        visit.set((SOLAR, value))
        hosted(visit.answered["link"])
        again = jcm.View("thailand_floating_solar")
        assert again.dataset.drop_attrs().identical(visit.page.dataset.drop_attrs())


def test_the_link_of_a_scenario_that_was_brought_along_holds_it(hosted):
    text = (ROOT / "scenarios/mongolia_darkhan_solar.yaml").read_text()
    visit = Visit(jcm.View("thailand_floating_solar"))
    visit.set(("upload", {"name": "mine.yaml", "text": text}))
    visit.set(("crediting.discount", 0.5))
    assert "scenario=" not in visit.answered["link"]
    hosted(visit.answered["link"])
    again = Visit(jcm.View("thailand_floating_solar"))
    assert again.page.problems == ()
    assert again.text("key_figures") == visit.text("key_figures")
