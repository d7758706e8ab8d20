"""The figure of both countries' adjustments: heights, final and indicative years, and words."""

import itertools
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from jcm_models.corresponding_adjustments import NdcAccounting, corresponding_adjustment
from jcm_models.figures import adjustments_figure, palette
from tests.test_figures import (
    MACHADO,
    SCHEMES,
    SVG,
    WORDS,
    assert_fits,
    assert_readable,
    contrast,
    distance,
    drawings,
    text_boxes,
    written,
)

unhurried = settings(deadline=None, max_examples=60)
YEARS = np.arange(2020, 2031)
LONG = "Lao People’s Democratic Republic"
GOVERNMENT = {"host": "host_government", "japan": "japan_government"}


def adjusted(transferred, host="trajectory", japan="averaging"):
    """Return what both countries adjust as the accounting computes it, and what is final."""
    nothing = np.zeros(YEARS.size)
    amounts, final = {}, {}
    for name, method, first, used in (
        ("Thailand", host, transferred, nothing),
        ("Japan", japan, nothing, transferred),
    ):
        ndc = NdcAccounting(method=method, first_year=2021, last_year=2030, years=YEARS)
        found = corresponding_adjustment(first, used, ndc)
        amounts[name], final[name] = found.annual, found.final
    return YEARS, amounts, final


def steady(tonnes=2000.0):
    return np.where(YEARS >= 2021, tonnes, 0.0)


def growing():
    return np.where(YEARS >= 2021, 1000.0 + 100 * (YEARS - 2021), 0.0)


def plain(host, japan, host_final=2030, japan_final=2030, name="Thailand"):
    """Return adjustments given by hand, final in the year named."""
    years = 2030 - len(host) + 1 + np.arange(len(host))
    amounts = {name: host, "Japan": japan}
    return years, amounts, {name: years == host_final, "Japan": years == japan_final}


CASES = {
    "both by averaging": adjusted(growing(), host="averaging"),
    "a trajectory and averaging": adjusted(growing()),
    "one year": plain([2000.0], [-2000.0]),
    "one country": plain([0, 0, 500.0], [0, 0, 0]),
    "both add": plain([100.0, 300], [50.0, 400]),
    "both subtract": plain([-100.0, -300], [-50.0, -400]),
    "signs that change": plain([100.0, -300, 200], [-50.0, -400, 100]),
    "nothing": plain([0, 0, 0], [0, 0, 0]),
    "tiny": plain([0.002, 0.7], [-0.001, -0.7]),
    "megatonnes": plain(np.linspace(1e6, 3e7, 60), -np.linspace(5e5, 2e7, 60)),
    "one small beside one large": plain([1e7, 1e7], [-3.0, -3.0]),
    "a gap": plain([10.0, 0, 0, 10], [0.0, 0, -5, 0]),
}
EVERY = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


def draw(case, **more):
    return adjustments_figure(*case, WORDS, host=next(iter(case[1])), **more)


amounts = st.floats(-1e8, 1e8).map(lambda x: round(x, 3))


@st.composite
def any_case(draw):
    years = draw(st.integers(1990, 2090)) + np.arange(draw(st.integers(1, 40)))
    columns = st.lists(st.one_of(st.just(0.0), amounts), min_size=years.size, max_size=years.size)
    names = ("Thailand", "Japan")
    final = st.lists(st.booleans(), min_size=years.size, max_size=years.size)
    return years, {n: draw(columns) for n in names}, {n: np.array(draw(final)) for n in names}


def bars(root):
    """Return the bars of each country: colour, whether pale, left, top, and height [px]."""
    roles = {
        palette.literal(role): (side, pale)
        for side, full in GOVERNMENT.items()
        for role, pale in ((full, False), (f"{side}-wash", True))
    }
    right = max((float(line.get("x2")) for line in root.iter(f"{SVG}line")), default=0)
    found = {"host": [], "japan": []}
    for rect in root.iter(f"{SVG}rect"):
        side, pale = roles.get(rect.get("fill"), (None, None))
        if side and float(rect.get("x")) < right:  # beyond it are the rules of the labels
            place = [float(rect.get(key)) for key in ("x", "y", "height")]
            found[side].append((pale, *place))
    return found


# What is drawn


@EVERY
def test_every_case_is_drawn_within_its_page_and_no_words_lie_on_others(case):
    assert_readable(draw(case))


@given(any_case())
@unhurried
def test_any_adjustments_are_drawn_within_the_page_and_no_words_lie_on_others(case):
    assert_readable(draw(case))


@given(any_case())
@unhurried
def test_bars_are_as_high_as_their_tonnes_and_never_lie_on_each_other(case):
    figure = draw(case)
    amounts = dict(zip(GOVERNMENT, (np.array(column) for column in case[1].values()), strict=True))
    largest = max(np.abs(column).max() for column in amounts.values())
    assume(largest > 1)
    for root in drawings(figure):
        drawn, spans, scales = bars(root), [], []
        for side, column in amounts.items():
            shown = column[np.abs(column) >= 0.0005]
            assert len(drawn[side]) == len(shown)
            for (_, x, y, height), tonnes in zip(drawn[side], shown, strict=True):
                spans.append((x, y, y + height))
                scales += [(height, abs(tonnes))] if height > 1.05 else []
        most = max(scales, key=lambda pair: pair[1])
        for height, tonnes in scales:
            assert height == pytest.approx(tonnes * most[0] / most[1], abs=0.35)
        for (x, top, bottom), (other, above, below) in itertools.combinations(spans, 2):
            # a bar of next to nothing is drawn one pixel high
            assert abs(x - other) > 0.05 or bottom <= above + 1.1 or below <= top + 1.1


def test_what_is_added_stands_on_zero_and_what_is_subtracted_hangs_from_it():
    root = next(drawings(draw(CASES["both by averaging"])))
    zero = next(
        float(line.get("y1"))
        for line in root.iter(f"{SVG}line")
        if line.get("stroke") == palette.literal("axis")
    )
    drawn = bars(root)
    assert all(y + height == pytest.approx(zero, abs=0.15) for _, _, y, height in drawn["host"])
    assert all(y == pytest.approx(zero, abs=0.15) for _, _, y, height in drawn["japan"])


def test_by_averaging_only_the_target_year_is_final_and_a_trajectory_is_final_in_all():
    drawn = bars(next(drawings(draw(CASES["a trajectory and averaging"]))))
    assert [pale for pale, *_ in drawn["host"]] == [False] * 10
    assert [pale for pale, *_ in drawn["japan"]] == [True] * 9 + [False]


def test_an_indicative_bar_has_an_edge_so_that_it_stands_out():
    root = next(drawings(draw(CASES["both by averaging"])))
    for side, role in GOVERNMENT.items():
        pale = [e for e in root.iter() if e.get("fill") == palette.literal(f"{side}-wash")]
        assert pale
        assert all(e.get("stroke") == palette.literal(role) for e in pale)


def test_the_axis_spans_the_years_in_which_anything_is_adjusted():
    figure = draw(CASES["both by averaging"])
    words = [text for text, *_ in text_boxes(next(drawings(figure)))]
    assert "2020" not in words  # the first adjustment is that of 2021
    assert {"2021", "2030"} <= set(words)
    assert "2020" not in figure.description


def test_a_missing_adjustment_between_two_has_no_bar():
    drawn = bars(next(drawings(draw(CASES["a gap"]))))
    assert (len(drawn["host"]), len(drawn["japan"])) == (2, 1)


@pytest.mark.parametrize(
    ("largest", "unit"), [(99_999, "tCO2e/yr"), (250_000, "ktCO2e/yr"), (1.2e6, "MtCO2e/yr")]
)
def test_large_values_are_in_kilotonnes_and_megatonnes(largest, unit):
    words = written(draw(plain([largest], [-largest])))
    assert f"or subtracted (−), {unit}" in words


# What it says


def test_the_last_final_values_are_named_directly():
    words = written(draw(CASES["both by averaging"]))
    assert "Thailand adds 1,450 in 2030, final" in words
    assert "Japan subtracts 1,450 in 2030, final" in words
    assert "full: final, pale: indicative" in words


def test_averaging_tells_the_mean_of_all_years_and_a_trajectory_the_last_of_them():
    # 1,000, 1,100 … 1,900 are 1,450 on average
    words = written(draw(CASES["a trajectory and averaging"]))
    assert "Thailand adds 1,900 in 2030, final" in words
    assert "Japan subtracts 1,450 in 2030, final" in words


def test_the_caption_says_what_both_countries_adjust():
    assert draw(CASES["a trajectory and averaging"]).caption == (
        "In 2030 Thailand adds 1,900 tCO₂e and Japan subtracts 1,450 tCO₂e for this project; this"
        " is final."
    )
    assert draw(CASES["one country"]).caption == (
        "In 2030 Thailand adds 500 tCO₂e and Japan adjusts nothing for this project; this is final."
    )


def test_years_and_standings_that_differ_are_told_apart():
    caption = draw(plain([100.0, 200, 300], [-50.0, 0, 0], host_final=2029)).caption
    assert "In 2029 Thailand adds 200 tCO₂e for this project; this is final." in caption
    assert "In 2028 Japan subtracts 50 tCO₂e for this project; this is indicative." in caption


def test_all_final_or_all_indicative_is_said_in_the_subtitle():
    assert "all final" in written(draw(plain([10.0], [-10.0])))
    indicative = draw(plain([10.0, 20], [-10.0, -20], host_final=0, japan_final=0))
    assert "all indicative" in written(indicative)
    assert "this is indicative" in indicative.caption


def test_a_final_year_without_adjustment_is_not_told():
    figure = draw(plain([10.0, 20, 0], [-10.0, -20, 0]))
    assert "In 2029" in figure.caption
    assert "all indicative" in written(figure)


def test_without_any_adjustment_a_sentence_says_so_instead_of_an_empty_axis():
    figure = draw(CASES["nothing"])
    assert figure.caption == (
        "In 2028–2030 neither Thailand nor Japan adjusts its emissions for this project."
    )
    for root in drawings(figure):
        assert not list(root.iter(f"{SVG}line"))
        assert "There is nothing to draw." in " ".join(text for text, *_ in text_boxes(root))


def test_the_text_alternative_lists_every_year_with_its_sign_and_its_standing():
    alt = draw(CASES["a trajectory and averaging"]).alt
    assert alt.startswith("Corresponding adjustments. ")
    assert "Thailand: +1,000 in 2021 (final), +1,100 in 2022 (final)" in alt
    assert "Japan: −1,000 in 2021 (indicative), −1,050 in 2022 (indicative)" in alt
    assert "−1,450 in 2030 (final)." in alt
    assert len(re.findall(r"in 20\d\d \(", alt)) == 20


@given(any_case(), st.integers(0, 39), st.sampled_from(["Thailand", "Japan"]))
@unhurried
def test_the_text_alternative_changes_with_every_number(case, at, country):
    years, amounts, final = case
    at %= years.size
    other = {name: list(column) for name, column in amounts.items()}
    other[country][at] = 3 * other[country][at] if abs(other[country][at]) > 1 else 2e8
    assert draw((years, other, final)).alt != draw(case).alt


def test_the_wide_drawing_names_the_numbers_of_each_year_under_the_pointer():
    wide, narrow = drawings(draw(CASES["a trajectory and averaging"]))
    tips = [rect.find(f"{SVG}title").text for rect in wide.iter(f"{SVG}rect") if rect.get("class")]
    assert len(tips) == 10
    assert tips[1] == "2022: Thailand +1,100, Japan −1,050 tCO₂e"
    assert not [rect for rect in narrow.iter(f"{SVG}rect") if rect.get("class")]


@given(title=st.text(max_size=300), host=st.text(max_size=80))
@unhurried
def test_any_title_and_host_leave_well_formed_xml(title, host):
    assume(host not in ("Japan", "year"))
    figure = draw(plain([10.0, 20], [-10.0, -20], name=host), title=title)
    assert_readable(figure)
    ET.fromstring(figure.html())
    assert "<script" not in figure.html()


def test_long_names_are_not_cut():
    host = "the United Republic of a Country with a Name of Many Words"
    figure = draw(plain([10.0, 20], [-10.0, -20], name=host))
    assert_readable(figure)
    for root in drawings(figure):
        words = " ".join(text for text, *_ in text_boxes(root))
        assert "…" not in words
        assert all(word in words for word in host.split())


def test_a_country_without_one_number_for_each_year_is_refused_by_name():
    years, amounts, final = CASES["one year"]
    with pytest.raises(ValueError, match="Thailand"):
        draw((years, amounts | {"Thailand": [1.0, 2.0]}, final))
    with pytest.raises(ValueError, match="Japan"):
        draw((years, amounts | {"Japan": [np.nan]}, final))
    with pytest.raises(ValueError, match="Japan"):
        draw((years, amounts, final | {"Japan": [True, False]}))


def test_lists_are_drawn_like_arrays():
    years, amounts, final = CASES["a trajectory and averaging"]
    lists = [{k: np.asarray(v).tolist() for k, v in each.items()} for each in (amounts, final)]
    assert draw((years.tolist(), *lists)).svg() == draw((years, amounts, final)).svg()


# Colours, and in a browser


@SCHEMES
@pytest.mark.parametrize("sight", MACHADO)
def test_final_and_indicative_and_both_countries_can_be_told_apart(sight, scheme):
    roles = [*GOVERNMENT.values(), *(f"{side}-wash" for side in GOVERNMENT)]
    close = {
        pair: distance(*pair, sight, scheme)
        for pair in itertools.combinations([*roles, "surface"], 2)
    }
    assert not {pair: d for pair, d in close.items() if d < 15}


@SCHEMES
def test_bars_and_edges_stand_out_from_the_paper(scheme):
    assert not [role for role in GOVERNMENT.values() if contrast(role, "surface", scheme) < 3]


@pytest.mark.parametrize(("width", "shown"), [(1280, [True, False]), (390, [False, True])])
def test_the_drawing_that_fits_is_shown_and_words_are_as_wide_as_estimated(page, width, shown):
    assert_fits(page, draw(CASES["a trajectory and averaging"]), width, shown)
