"""The figures of two scenarios: both readable, on one scale, told apart without colour."""

import itertools
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jcm_models.figures import Side, paired_emissions_figure, paired_split_figure
from jcm_models.wording import Words
from tests.test_figures import (
    CASES,
    SVG,
    any_results,
    assert_fits,
    assert_readable,
    drawings,
    path_corners,
    results,
    thailand,
    unhurried,
    written,
)

WORDS = Words("en")
LAOS = "Lao People’s Democratic Republic"


def sides(first, second, titles=("One", "Two")):
    return (
        Side("A", titles[0], "Thailand", first),
        Side("B", titles[1], LAOS, second),
    )


def emissions(first, second, **more):
    return paired_emissions_figure(*sides(first, second), WORDS, **more)


def ghosted(first, second, **more):
    return emissions(first, second, ghost=True, **more)


def split(first, second, **more):
    return paired_split_figure(*sides(first, second), WORDS, **more)


EACH = pytest.mark.parametrize("draw", [emissions, ghosted, split])
PAIRS = list(itertools.product(CASES, CASES))


@EACH
@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_every_pair_is_drawn_within_its_page_and_no_words_lie_on_others(draw, first, second):
    assert_readable(draw(CASES[first], CASES[second]))


@EACH
@given(first=any_results(), second=any_results())
@unhurried
def test_any_data_are_drawn_within_the_page_and_no_words_lie_on_others(draw, first, second):
    assert_readable(draw(first, second))


@pytest.mark.parametrize("language", ["en", "ja"])
@given(titles=st.tuples(st.text(max_size=200), st.text(max_size=200)), title=st.text(max_size=200))
@unhurried
def test_any_titles_leave_well_formed_xml(language, titles, title):
    both = sides(CASES["thailand"], CASES["mongolia"], titles)
    for draw in (paired_emissions_figure, paired_split_figure):
        figure = draw(*both, Words(language), title=title)
        assert_readable(figure)
        ET.fromstring(figure.html())
        assert "<script" not in figure.html()


def test_equal_areas_are_equal_tonnes_in_both_panels():
    first, second = (results(range(2020, 2030), high, 0) for high in (1000, 4000))
    for root in drawings(emissions(first, second)):
        heights = []
        for element in root.iter(f"{SVG}path"):
            if "Z" in (element.get("d") or ""):
                ys = [y for _, y in path_corners(element.get("d"))]
                heights.append(max(ys) - min(ys))
        assert len(heights) == 2
        assert heights[1] == pytest.approx(4 * heights[0], abs=1)


def test_panels_have_the_same_years():
    early, late = (results(range(first, first + 8), 900, 100, 1000) for first in (2013, 2030))
    words = written(emissions(early, late))
    assert words.count("2013") == words.count("2037") == 2


def test_each_panel_names_its_scenario_and_what_its_areas_come_to():
    words = written(emissions(CASES["thailand"], CASES["mongolia"]))
    for part in (
        "A One",
        "B Two",
        "Credited reductions: 28,072 tCO2e",
        "Never issued: 7,923 tCO2e",
    ):
        assert part in words


def test_lines_of_the_first_are_dotted_in_the_panel_of_the_second_where_they_differ():
    def dotted(figure):
        root = ET.fromstring(figure.svg())
        return [e for e in root.iter(f"{SVG}path") if e.get("stroke-dasharray") == "1.5 3.5"]

    moved = results(range(2020, 2031), 3000, 0, 4336.8)
    assert len(dotted(ghosted(thailand(), moved))) == 1
    assert dotted(emissions(thailand(), moved)) == []
    assert dotted(ghosted(thailand(), thailand())) == []
    assert "dotted" in ghosted(thailand(), moved).caption
    assert "dotted" not in ghosted(thailand(), thailand()).caption


def test_bars_of_both_are_on_one_scale_and_differ_without_colour():
    root = ET.fromstring(split(thailand(), CASES["mongolia"]).svg())
    bars = [e for e in root.iter(f"{SVG}rect") if e.get("height") == "15"]
    first, second = bars[:2]  # all reductions: 47,705 and 214,371
    assert float(second.get("width")) / float(first.get("width")) == pytest.approx(
        214371 / 47705, abs=0.02
    )
    assert first.get("stroke-dasharray") is None
    assert second.get("stroke-dasharray") is not None
    assert first.get("fill") == second.get("fill")


def test_differences_stand_beside_the_bars_with_their_sign():
    words = written(split(thailand(), CASES["mongolia"]))
    assert "+166,666" in words
    assert "−11,710" in words


def test_where_bau_is_unknown_what_is_never_issued_is_told_unknown():
    words = written(split(thailand(), CASES["BaU unknown"]))
    assert "not known" in words
    assert "19,633" in words
    assert "BaU" in written(emissions(thailand(), CASES["BaU unknown"]))


@EACH
def test_where_nothing_flows_a_sentence_says_so_and_no_axis_is_drawn(draw):
    figure = draw(CASES["all zero"], CASES["all zero"])
    assert "Neither scenario" in figure.caption
    for root in drawings(figure):
        assert list(root.iter(f"{SVG}line")) == []


@EACH
def test_a_quantity_without_one_number_for_each_year_is_refused_by_name(draw):
    with pytest.raises(ValueError, match="project_emissions"):
        draw(thailand(), thailand() | {"project_emissions": np.full(11, np.nan)})


@EACH
def test_ids_are_unique_on_a_page(draw):
    both = CASES["above the reference"], CASES["thailand"]
    page = f"<main>{draw(*both).html()}{draw(*both).html(key='again')}</main>"
    ids = [e.get("id") for e in ET.fromstring(page).iter() if e.get("id")]
    assert len(ids) == len(set(ids))


@EACH
@given(factor=st.floats(1.05, 100))
@unhurried
def test_the_text_alternative_changes_with_the_numbers(draw, factor):
    first, second = (results(range(2020, 2031), 2552.0 * f, 300, 1e6) for f in (1, factor))
    assert draw(first, first).alt != draw(first, second).alt


@EACH
@pytest.mark.parametrize(("width", "shown"), [(1000, [True, False]), (360, [False, True])])
def test_a_screen_shows_the_drawing_that_fits_with_words_as_wide_as_taken(page, draw, width, shown):
    assert_fits(page, draw(CASES["thailand"], CASES["mongolia"]), width, shown)
