"""The page on two scenarios, without a browser: numbers, sentences, links, files."""

import csv
import io
import itertools
import re
from html import unescape

import numpy as np
import openpyxl
import pytest

import jcm_models as jcm
from jcm_models.downloads import download, downloads_of
from jcm_models.links import packed, query_of
from jcm_models.live_pages import LivePage
from jcm_models.pair_sections import PAIR_SECTIONS
from jcm_models.problems import ScenarioError
from jcm_models.visitors import load_brought
from tests.conftest import ROOT
from tests.test_words import english_in, names_of

SOLAR, MONGOLIA = "thailand_floating_solar", "mongolia_darkhan_solar"
ELECTRICITY, DISCOUNT = "project.electricity_supplied", "crediting.discount"
DIVERSE = (
    SOLAR,
    MONGOLIA,
    "mongolia_darkhan_issuances",
    "ccs_basin_of_twenty_sites",
    "indonesia_ccs_reserve",
    "lao_redd_plus",
    "thailand_floating_solar_contributions",
    "viet_nam_rooftop_solar_payback",
    "myanmar_waste_to_energy",
    "brazil_biomass_power",
    "indonesia_refrigerators",
    "thailand_starch_waste_water",
    "thailand_solar_uncertainty",
)
_TAG = re.compile(r"<[^>]+>")


def text_of(page, *names):
    """Return the words of sections, as a reader sees them."""
    html = " ".join(page.section(name).html for name in names)
    return " ".join(unescape(_TAG.sub(" ", html)).replace("\xa0", " ").split())


def issued(name, changes=None):
    return int(jcm.simulate(jcm.load_scenario(name, changes or {}))["credits_issued"].sum())


def cards(page):
    """Return what the cards say: both amounts and the difference, by what stands above."""
    found = {}
    for card in page.section("key_figures").html.split('<div class="jcm-card"')[1:]:
        texts = [" ".join(_TAG.sub(" ", part).split()) for part in re.split("</d[td]>", card)]
        name, first, second, change = texts[:4]
        name = name.split("> ")[-1].removesuffix(" tCO₂e")
        found[name] = tuple(
            text.replace("\xa0", " ") for text in (first[2:], second[2:], change[6:])
        )
    return found


def asked_for(hosted, query, **more):
    hosted(query)
    return jcm.ComparePage(SOLAR, MONGOLIA, **more)


def messages(page):
    return [page.said(problem) for problem in page.problems]


@pytest.fixture
def without_bau(tmp_path):
    """A scenario whose business as usual is not known."""
    text = (ROOT / f"scenarios/{SOLAR}.yaml").read_text()
    text = re.sub(r"  bau_emission_factor:\n(    .*\n)+", "", text)
    text = text.replace("base/model_project.yaml", str(ROOT / "scenarios/base/model_project.yaml"))
    file = tmp_path / "unknown.yaml"
    file.write_text(text)
    return file


# Numbers


def test_the_numbers_are_those_of_simulate():
    page = jcm.ComparePage(SOLAR, MONGOLIA)
    first, second = issued(SOLAR), issued(MONGOLIA)
    share = (second - first) / first
    said = f"+{second - first:,} (+{100 * share:.0f} %)"
    assert cards(page)["Credits issued"] == (f"{first:,}", f"{second:,}", said)
    for dataset, name in zip(page.datasets, (SOLAR, MONGOLIA), strict=True):
        assert dataset.drop_attrs().identical(jcm.simulate(jcm.load_scenario(name)).drop_attrs())


def test_moving_one_side_leaves_the_other():
    page = jcm.ComparePage(SOLAR)
    assert page.change([(f"second:{ELECTRICITY}", 9000), (f"first:{DISCOUNT}", 0.9)])
    expected = issued(SOLAR, {DISCOUNT: 0.9}), issued(SOLAR, {ELECTRICITY: "9000 MWh/yr"})
    assert tuple(int(r["credits_issued"].sum()) for r in page.results) == expected
    assert cards(page)["Credits issued"][:2] == tuple(f"{each:,}" for each in expected)


def test_the_table_by_year_adds_up_and_tells_years_that_are_not_there():
    page = jcm.ComparePage(SOLAR, MONGOLIA)
    html = page.by_year.html
    rows = [_TAG.sub(" ", row).split() for row in re.findall(r"<tr>(.*?)</tr>", html, re.DOTALL)]
    by_year = {row[0]: row[1:] for row in rows if row and row[0].isdecimal()}
    assert list(by_year) == [str(year) for year in range(2017, 2031)]
    assert by_year["2017"][3:] == ["–", "14,746", "+14,746"]
    assert by_year["2020"][3:] == ["2,552", "14,746", "+12,194"]
    assert rows[-1] == ["Total", "28,072", "206,449", "+178,377", "28,072", "206,444", "+178,372"]


@pytest.mark.parametrize(("first", "second"), [*itertools.pairwise(DIVERSE)])
def test_each_difference_is_that_of_the_two_numbers_beside_it(first, second):
    def tonnes(text):
        return int(text.replace(",", "").replace("−", "-").replace("–", "0"))

    page = jcm.ComparePage(first, second)
    shown = {name: found for name, found in cards(page).items() if "share" not in name}
    assert len(shown) >= 5
    for one, other, change in shown.values():
        told = 0 if change == "no difference" else tonnes(change.split(" (")[0])
        assert told == tonnes(other) - tonnes(one)
    rows = re.findall(r"<tr><th scope=\"row\">.*?</tr>", page.by_year.html)
    assert len(rows) > 3
    for row in rows:
        cells = [tonnes(cell) for cell in re.findall(r"<td>(.*?)</td>", row)]
        assert cells[2::3] == [b - a for a, b in zip(cells[::3], cells[1::3], strict=True)]


# What is said


def test_one_input_that_differs_is_named_with_both_values():
    page = jcm.ComparePage(SOLAR, other_overrides=f"{DISCOUNT}=0.95")
    told = text_of(page, "question")
    assert "B issues 1,408 tCO₂e fewer credits than A (−5.02 %): 26,664 instead of 28,072" in told
    assert (
        "One input differs: share of reductions kept (discount factor) (100 % in A, 95 % in B)."
        in told
    )


def test_of_several_inputs_each_is_told_what_it_does_alone():
    page = jcm.ComparePage(SOLAR, other_overrides=f"{DISCOUNT}=0.95; {ELECTRICITY}=9000 MWh/yr")
    told = text_of(page, "question")
    for change in ({ELECTRICITY: "9000 MWh/yr"}, {DISCOUNT: 0.95}):
        effect = issued(SOLAR, change) - issued(SOLAR)
        assert f"alone {effect:+,} tCO₂e of credits".replace("-", "−") in told
        assert f"{effect:+,}".replace("-", "−") in text_of(page, "differing")


def test_where_credits_are_the_same_what_differs_most_comes_next():
    told = text_of(jcm.ComparePage(SOLAR, other_overrides="reserve.rate=0.03"), "question")
    assert "Both issue 28,072 tCO₂e of credits. The reserve holds 0 tCO₂e in A and 847" in told


def test_the_same_scenario_twice_says_that_nothing_differs():
    page = jcm.ComparePage(SOLAR)
    told = text_of(page, *PAIR_SECTIONS)
    assert "A and B have the same inputs" in told
    assert "No input differs." in told
    assert {change for *_, change in cards(page).values()} == {"no difference", "0 points"}
    assert 'class="jcm-narrow"' in page.emissions.html


def test_where_bau_is_unknown_on_one_side_nothing_is_compared_with_it(without_bau):
    page = jcm.ComparePage(SOLAR, without_bau)
    told = text_of(page, *PAIR_SECTIONS)
    assert "Business as usual is not known for B" in told
    assert cards(page)["Never issued"] == ("19,633", "not known", "not known")
    assert "nan" not in told.lower().split()
    both = text_of(jcm.ComparePage(without_bau, without_bau), *PAIR_SECTIONS)
    assert "Business as usual is not known for A and B" in both


def test_without_any_credits_the_page_says_so_and_draws_what_there_is():
    nothing = f"{DISCOUNT}=0"
    page = jcm.ComparePage(SOLAR, MONGOLIA, nothing, nothing)
    told = text_of(page, *PAIR_SECTIONS)
    assert "Neither issues any credits." in told
    assert cards(page)["Japan’s share of the credits"][0] == "no credits"
    assert "nan" not in told.lower().split()


def test_one_project_has_one_title_and_its_figures_name_what_tells_the_sides_apart():
    page = jcm.ComparePage(SOLAR, other_overrides="reserve.rate=0.03")
    assert page.question.html.count("<h1>") == 1
    assert page.title == "5 MW floating solar power plant, Thailand: A and B"
    assert "Reserve rate: 3" in page.emissions.html


@pytest.mark.parametrize("lang", ["en", "ja"])
@pytest.mark.parametrize("first", DIVERSE)
def test_every_pair_is_told_and_drawn(first, lang):
    for second in DIVERSE:
        page = jcm.ComparePage(first, second, lang=lang)
        everything = text_of(page, *PAIR_SECTIONS, *page.groups)
        assert not {"nan", "inf", "true", "false"} & set(everything.lower().split())
        read = text_of(page, *(set(PAIR_SECTIONS) - {"identity", "differing"}), *page.groups)
        assert re.findall(r"\b(?:project|crediting|reserve|allocation|bau)\.[a-z_]+", read) == []
        assert re.findall(r"\b(?:reference|project|bau)_[a-z_]+", read) == []
        for name in ("emissions", "split"):
            drawn = page.section(name).html
            assert drawn.count("<svg") == 2
            assert len(re.findall(r"<(?:path|rect) ", drawn)) > 6


@pytest.mark.parametrize(("first", "second"), [*itertools.pairwise(DIVERSE)])
def test_a_page_in_japanese_has_no_english(first, second):
    page = jcm.ComparePage(first, second, lang="ja")
    own = [name for scenario in page.scenarios for name in names_of(scenario)]
    names = [name for name in PAIR_SECTIONS if name != "differing"]
    assert {n: found for n in names if (found := english_in(page.section(n).value, own))} == {}


# Controls


def test_b_starts_from_a_and_moves_by_itself():
    page = jcm.ComparePage(SOLAR, MONGOLIA)
    page.change([(f"first:{ELECTRICITY}", 9000), ("copy", None)])
    assert [each.name for each in page.scenarios] == [SOLAR, SOLAR]
    assert len({int(each["credits_issued"].sum()) for each in page.results}) == 1
    page.change([(f"second:{ELECTRICITY}", 10000)])
    first, second = (int(each["credits_issued"].sum()) for each in page.results)
    assert (first, second) == tuple(
        issued(SOLAR, {ELECTRICITY: f"{each} MWh/yr"}) for each in (9000, 10000)
    )


def test_swapping_twice_is_where_it_began():
    page = jcm.ComparePage(SOLAR, MONGOLIA, other_overrides=f"{DISCOUNT}=0.9")
    before, text = page.link(), text_of(page, "question")
    page.change([("swap", None)])
    assert [each.name for each in page.scenarios] == [MONGOLIA, SOLAR]
    assert "fewer credits" in text_of(page, "question")
    page.change([("swap", None)])
    assert (page.link(), text_of(page, "question")) == (before, text)


def test_each_side_goes_back_to_its_file():
    page = jcm.ComparePage(SOLAR)
    page.change([(f"{group}:{ELECTRICITY}", 9000) for group in page.groups])
    page.change([("first:reset", None)])
    assert [int(each["credits_issued"].sum()) for each in page.results] == [
        issued(SOLAR),
        issued(SOLAR, {ELECTRICITY: "9000 MWh/yr"}),
    ]


def test_keys_of_both_groups_differ():
    page = jcm.ComparePage(SOLAR, MONGOLIA)
    keys = [control.key for group in page.groups for control in page.controls_of(group)]
    assert len(keys) == len(set(keys))


def test_what_cannot_be_set_is_told_beside_its_side_and_the_last_picture_stays():
    page = jcm.ComparePage(SOLAR, MONGOLIA)
    before = text_of(page, "question")
    assert not page.change([(f"second:{DISCOUNT}", 1.5)])
    assert messages(page) == ["B: found 1.5; allowed is 0 to 1"]
    assert 'data-key="second:crediting.discount" value=' in page.section("second").html
    assert 'aria-invalid="true"' in page.section("second").html
    assert 'aria-invalid="true"' not in page.section("first").html
    assert text_of(page, "question") == before
    assert page.change([(f"second:{DISCOUNT}", 0.9)])


def test_wrong_scenarios_fail_with_the_problems_of_both():
    with pytest.raises(ScenarioError) as failed:
        jcm.ComparePage("no_such_one", "nor_this_one")
    assert {"no_such_one", "nor_this_one"} <= set(re.findall(r"\w+", str(failed.value)))


# Links


def test_a_link_brings_back_what_is_on_the_screen(hosted):
    page = asked_for(hosted, "")
    page.change([("first:scenario", "lao_redd_plus"), (f"second:{DISCOUNT}", 0.9)])
    again = asked_for(hosted, query_of(page.link(), "ja"))
    assert again.problems == ()
    assert again.words.language == "ja"
    assert again.link() == page.link()
    for one, other in zip(page.results, again.results, strict=True):
        np.testing.assert_array_equal(one["credits"], other["credits"])


def test_a_change_beside_the_controls_goes_through_a_link_too(hosted):
    page = asked_for(hosted, f"second={SOLAR}&set2=allocation.rounding=largest_remainder")
    assert page.scenarios[1].allocation.rounding == "largest_remainder"
    assert "set2" in page.link()
    assert page.link()["set2"] == ["allocation.rounding=largest_remainder"]


def test_a_link_of_another_app_shows_before_and_after(hosted):
    page = asked_for(hosted, f"scenario={MONGOLIA}&set={DISCOUNT}=0.9&set=reserve.rate=0.05")
    assert [each.name for each in page.scenarios] == [MONGOLIA, MONGOLIA]
    first, second = (int(each["credits_issued"].sum()) for each in page.results)
    assert (first, second) == (issued(MONGOLIA), issued(MONGOLIA, {DISCOUNT: 0.9}))
    handed_on = page.link_to("reference_vs_bau")
    assert handed_on["scenario"] == [MONGOLIA]
    assert set(handed_on["set"]) == {f"{DISCOUNT}=0.9", "reserve.rate=0.05"}


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("first=thailand_floating", "A: there is no scenario"),
        ("second=../../etc/passwd", "B: there is no scenario"),
        ("second=mongolia_darkan_solar", "did you mean mongolia_darkhan_solar?"),
        ("set2=crediting.discount=7", "B: "),
        ("set2=crediting.discoun=0.9", "B: crediting.discoun: unknown key, did you mean discount?"),
        ("set1=storage.leakage.table=../../secret.csv", "only files beside the scenarios"),
        ("file2=abc", "the scenario in the link cannot be read"),
        ("scenario=nowhere", "there is no scenario 'nowhere'"),
        ("lang=fr", "allowed: en, ja"),
    ],
)
def test_a_wrong_link_is_told_and_the_page_shows_its_own(hosted, query, said):
    page = asked_for(hosted, query)
    assert said in " ".join(messages(page)).replace("“", "").replace("”", "")
    assert [each.name for each in page.scenarios] == [SOLAR, MONGOLIA]
    assert cards(page)["Credits issued"][0] == f"{issued(SOLAR):,}"


def test_one_wrong_side_does_not_cost_the_other(hosted):
    page = asked_for(hosted, f"first=nowhere&second=lao_redd_plus&set2={DISCOUNT}=0.9")
    assert [each.name for each in page.scenarios] == [SOLAR, "lao_redd_plus"]
    assert len(page.problems) == 1


def test_a_scenario_of_ones_own_stands_on_one_side_and_in_the_link(hosted):
    text = (ROOT / f"scenarios/{SOLAR}.yaml").read_text().replace("5 MW floating", "My floating")
    page = asked_for(hosted, "")
    page.change([("upload", {"name": "mine.yaml", "text": text})])
    assert page.problems == ()
    assert "My floating" in text_of(page, "question", "second")
    assert page.link()["file2"] == [packed(text)]
    again = asked_for(hosted, query_of(page.link(), "en"))
    assert again.link() == page.link()


# Files


def test_the_table_holds_the_numbers_on_the_screen():
    page = jcm.ComparePage(SOLAR, MONGOLIA)
    rows = list(csv.DictReader(io.StringIO(download(page, "csv").content.decode())))
    sums = {row["key"]: row for row in rows if row["part"] == "sum"}
    assert float(sums["issued"]["a"]) == issued(SOLAR)
    assert float(sums["issued"]["b_minus_a"]) == issued(MONGOLIA) - issued(SOLAR)
    years = [r for r in rows if r["part"] == "year" and r["key"] == "credits_issued"]
    assert [row["year"] for row in years] == [str(year) for year in range(2017, 2031)]
    assert years[0]["a"] == ""
    assert sum(float(row["a"] or 0) for row in years) == issued(SOLAR)
    inputs = {row["key"]: (row["a"], row["b"]) for row in rows if row["part"] == "input"}
    assert inputs["host"] == ("Thailand", "Mongolia")
    assert inputs[ELECTRICITY] == ("8,000 MWh/yr", "14,182 MWh/yr")


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_the_workbook_holds_sums_years_and_inputs(lang):
    page = jcm.ComparePage(SOLAR, MONGOLIA, lang=lang)
    book = openpyxl.load_workbook(io.BytesIO(download(page, "workbook").content))
    assert len(book.sheetnames) == 3
    sums, years, inputs = ([[c.value for c in row] for row in sheet.iter_rows()] for sheet in book)
    assert [28072, 206444, 178372] in [row[1:4] for row in sums]
    assert years[-1][0] in {"Total", "合計"}
    assert {28072, 206444, 178372} <= set(years[-1])
    assert ELECTRICITY in [row[-1] for row in inputs]


def test_both_scenarios_are_taken_along_as_they_stand():
    page = jcm.ComparePage(SOLAR, MONGOLIA)
    page.change([(f"second:{DISCOUNT}", 0.9)])
    for kind, results in zip(("scenario_a", "scenario_b"), page.results, strict=True):
        text = download(page, kind).content.decode()
        again = jcm.compute(load_brought(text, ROOT / "scenarios", "again.yaml"))
        np.testing.assert_array_equal(again["credits"], results["credits"])


def test_what_is_offered_has_names_in_both_languages():
    kinds = ("report", "workbook", "csv", "scenario_a", "scenario_b")
    english, japanese = (downloads_of(jcm.ComparePage(SOLAR, lang=each)) for each in ("en", "ja"))
    assert tuple(english) == tuple(japanese) == kinds
    assert not set(english.values()) & set(japanese.values())


def test_the_report_of_the_page_shows_what_the_page_shows(hosted, monkeypatch):
    monkeypatch.setenv("SCRIPT_NAME", "/apps/compare")
    page = asked_for(hosted, "")
    page.change([(f"second:{DISCOUNT}", 0.9), (f"first:{ELECTRICITY}", 9000)])
    report = download(page, "report")
    assert report.name == f"{SOLAR}_and_{MONGOLIA}_report.html"
    shown = " ".join(unescape(_TAG.sub(" ", report.content.decode())).replace("\xa0", " ").split())
    for sentence in re.findall(r"<li>(.*?)</li>", page.question.html):
        assert unescape(sentence).replace("\xa0", " ") in shown


# In an app


def test_an_app_gets_what_has_changed_and_the_link(hosted):
    hosted("")
    page = jcm.ComparePage(SOLAR, MONGOLIA)
    html = page.controls._repr_mimebundle_()["text/html"]
    assert html.count('class="jcm-part"') == 2
    page.question._repr_mimebundle_()
    live = LivePage(page)
    live.begin()
    live.answer({"rest": True})
    answered = live.answer({"changes": [[f"second:{DISCOUNT}", 0.9]], "seen": ["question"]})
    assert {"question", "second"} <= set(answered["sections"])
    assert "first" not in answered["sections"]
    assert "set2=crediting.discount%3D0.9" in answered["link"]
    assert "/apps/methods?family=displaced_energy&" in page.method.html
