"""The figures of storage and reserve: what they draw, what they say, and any numbers they meet."""

import itertools
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from jcm_models.figures import (
    QUANTILES,
    adequacy_figure,
    bands_figure,
    diversification_figure,
    palette,
    required_rate_figure,
)
from jcm_models.figures.axes import Logarithmic
from jcm_models.figures.curves import Curve, lines, listed_points
from tests.test_figures import (
    LINES,
    SVG,
    WORDS,
    assert_fits,
    assert_readable,
    drawings,
    path_corners,
    text_boxes,
    written,
)

unhurried = settings(deadline=None, max_examples=40)
RATES = np.round(np.arange(0, 0.1001, 0.005), 3)
HORIZONS = np.array([10, 30, 100, 300, 1000, 3000, 10_000])
SITES = np.arange(1, 21)
YEARS = np.arange(2030, 2081)
KINDS = ("independent", "copula", "frailty", "common_shock", "identical")
NARROW_SPACE = "\N{NO-BREAK SPACE}"


def plain(text):
    """Return a text in which every space is an ordinary one."""
    return text.replace(NARROW_SPACE, " ")


def quantiles(median, spread=2.0):
    """Return a median [tCO2e] with quantiles below and above it."""
    factors = spread ** np.array([-1.0, -0.4, 0.0, 0.4, 1.0])
    return factors[:, None] * np.asarray(median, dtype=float)


def stocks(years=YEARS, yearly=1e6, leak=0.004, title="CO2", spread=2.0):
    """Return a plan of thirty years of injection, of which a share leaks."""
    injected = yearly * np.minimum(np.arange(1, years.size + 1), 30)
    leaked = quantiles(leak * injected, spread)
    stored = injected - leaked[::-1]
    return years, [{"injected": injected, "stored": stored}, {"leaked": leaked}], title


def balance(median, first=2030):
    median = np.asarray(median, dtype=float)
    return first + np.arange(median.size), [{"reserve": quantiles(median)}], "Reserve"


def draw_bands(case):
    years, panels, title = case
    return bands_figure(years, panels, WORDS, title=title)


def sufficing(scale, rates=RATES):
    """Return the probability that a reversal of exponential size is covered by each rate."""
    return -np.expm1(-np.asarray(rates) / scale)


ADEQUACY = {30: sufficing(0.003), 100: sufficing(0.008), 1000: sufficing(0.02)}
REQUIRED = {0.9: 0.002 * HORIZONS**0.25, 0.95: 0.003 * HORIZONS**0.27, 0.99: 0.006 * HORIZONS**0.3}
ERRORS = {level: 0.02 * values for level, values in REQUIRED.items()}
POOLED = {kind: 0.005 * i + 0.02 / np.sqrt(SITES) for i, kind in enumerate(KINDS)}


def draw_adequacy(curves=None, rates=RATES, **more):
    return adequacy_figure(rates, ADEQUACY if curves is None else curves, WORDS, **more)


def draw_required(curves=None, errors=None, horizons=HORIZONS, **more):
    curves = REQUIRED if curves is None else curves
    errors = errors or {level: np.zeros(np.size(v)) for level, v in curves.items()}
    return required_rate_figure(horizons, curves, errors, WORDS, **more)


def draw_pooled(curves=None, sites=SITES, **more):
    return diversification_figure(sites, POOLED if curves is None else curves, WORDS, **more)


FIGURES = {
    "stocks": draw_bands(stocks()),
    "stocks that are certain": draw_bands((range(2030, 2034), [{"injected": [1, 2, 3, 4]}], "CO2")),
    "no leak at all": draw_bands(stocks(leak=0.0)),
    "a leak of a millionth": draw_bands(stocks(leak=1e-6)),
    "half leaks": draw_bands(stocks(leak=0.5, spread=1.2)),
    "one year": draw_bands(stocks(years=np.array([2030]))),
    "two years": draw_bands(stocks(years=np.array([2030, 2031]))),
    "ten thousand years": draw_bands(stocks(years=np.arange(2030, 12_030))),
    "few of many years": draw_bands(stocks(years=np.array([2030, 2060, 2100, 3000, 12_000]))),
    "gigatonnes": draw_bands(stocks(yearly=4e9)),
    "a reserve that runs out": draw_bands(balance([1e5, 9e4, 4e4, 0, 0])),
    "an empty reserve": draw_bands(balance(np.zeros(30))),
    "adequacy": draw_adequacy(injection=30),
    "one horizon": draw_adequacy({30: sufficing(0.01)}),
    "always enough": draw_adequacy(dict.fromkeys((30, 100, 1000, 10_000), np.ones(RATES.size))),
    "never enough": draw_adequacy(dict.fromkeys((30, 100, 1000, 10_000), np.zeros(RATES.size))),
    "seven horizons": draw_adequacy({h: sufficing(0.001 * h**0.5) for h in HORIZONS.tolist()}),
    "two rates": draw_adequacy({30: [0.2, 0.9]}, rates=[0.0, 0.5]),
    "tiny rates": draw_adequacy({9: sufficing(1e-6, np.geomspace(1e-7, 0.05, 50))}
                                , rates=np.geomspace(1e-7, 0.05, 50)),
    "a rate at the edge": draw_adequacy(marked=0.1),
    "no rate is marked but zero": draw_adequacy(marked=0.0),
    "required": draw_required(errors=ERRORS, injection=30),
    "required at one horizon": draw_required({0.95: [0.02]}, {0.95: [0.001]}, [30]),
    "required next to nothing": draw_required({0.9: np.full(7, 1e-6), 0.99: np.full(7, 2e-6)}),
    "half is required": draw_required({0.9: np.full(7, 0.3), 0.99: np.full(7, 0.5)}),
    "nothing is required": draw_required(dict.fromkeys((0.9, 0.95, 0.99), np.zeros(7))),
    "large errors": draw_required({0.9: np.full(7, 0.01)}, {0.9: np.full(7, 0.2)}),
    "pooled": draw_pooled(),
    "one site": draw_pooled({kind: [0.02] for kind in KINDS}, sites=[1]),
    "two sites": draw_pooled({"independent": [0.02, 0.01]}, sites=[1, 2]),
    "with errors": draw_pooled(errors={kind: np.full(20, 1e-3) for kind in KINDS}),
    "a thousand sites": draw_pooled({"identical": np.full(3, 0.02)}, sites=[1, 30, 1000]),
}  # fmt: skip
EVERY = pytest.mark.parametrize("figure", FIGURES.values(), ids=FIGURES)
USUAL = pytest.mark.parametrize("name", ["stocks", "adequacy", "required", "pooled"])


def stroked(root, role):
    """Return the corners of the lines drawn in a colour, each line an array of x and y [px]."""
    return [
        np.array(list(path_corners(path.get("d"))))
        for path in root.iter(f"{SVG}path")
        if path.get("stroke") == palette.literal(role)
    ]


def banded(root, role):
    """Return the corners of the bands in a colour."""
    return [
        np.array(list(path_corners(path.get("d"))))
        for path in root.iter(f"{SVG}path")
        if path.get("fill") == palette.literal(role)
    ]


def dots(root, role):
    """Return the middle of each dot in a colour [px]."""
    return [
        (float(dot.get("cx")), float(dot.get("cy")))
        for dot in root.iter(f"{SVG}circle")
        if dot.get("fill") == palette.literal(role)
    ]


def level_of(root, word):
    """Return the height of the line that a tick on the left names [px]."""
    bottom = next(bottom for text, *_, bottom in text_boxes(root) if plain(text) == word)
    levels = [
        float(line.get("y1"))
        for line in root.iter(f"{SVG}line")
        if line.get("y1") == line.get("y2") and line.get("stroke-dasharray") is None
    ]
    return min(levels, key=lambda level: abs(level - bottom + 8))


# Whatever the numbers


@EVERY
def test_every_case_is_drawn_within_its_page_and_no_words_lie_on_others(figure):
    assert_readable(figure)


@EVERY
def test_no_case_has_a_number_that_is_none_and_no_word_is_cut(figure):
    for root in drawings(figure):
        xml = ET.tostring(root, encoding="unicode")
        assert not re.search(r"\b(nan|inf|None)\b", xml)
        assert "…" not in xml
    ET.fromstring(figure.html())


@EVERY
def test_lines_never_leave_their_panel(figure):
    for root in drawings(figure):
        across = [
            line
            for line in root.iter(f"{SVG}line")
            if line.get("y1") == line.get("y2") and line.get("stroke") != palette.literal("ink")
        ]
        right = max(float(line.get("x2")) for line in across[:2])
        left = min(float(line.get("x1")) for line in across)
        for path in root.iter(f"{SVG}path"):
            corners = np.array(list(path_corners(path.get("d"))))
            assert corners[:, 0].min() >= left - 0.11
            assert corners[:, 0].max() <= right + 0.11


@EVERY
def test_a_label_is_joined_to_the_end_of_its_line_and_stands_right_of_the_axis(figure):
    for root in drawings(figure):
        rules = [rect for rect in root.iter(f"{SVG}rect") if rect.get("width") == "4"]
        ends = {
            (line.get("stroke"), float(line.get("y1")), float(line.get("x2")))
            for line in root.iter(f"{SVG}line")
        }
        for path in root.iter(f"{SVG}path"):
            if path.get("stroke"):
                x, y = list(path_corners(path.get("d")))[-1]
                joined = [e for e in ends if e[0] == path.get("stroke") and abs(e[1] - y) < 0.11]
                assert any(start > x for _, _, start in joined)
        column = min(float(rule.get("x")) for rule in rules)
        muted = [t for t in root.iter(f"{SVG}text") if t.get("fill") == palette.literal("muted")]
        names = {"".join(text.itertext()) for text in muted if text.get("text-anchor") == "middle"}
        rights = [right for text, _, _, right, _ in text_boxes(root) if text in names]
        assert max(rights) <= column - 3


@EVERY
def test_every_case_has_words_for_those_who_do_not_see_it(figure):
    assert figure.caption in figure.alt
    assert figure.alt.startswith(f"{figure.title}. ")
    assert "{" not in figure.alt
    assert figure.caption.endswith(".")


def test_ten_thousand_years_take_no_more_room_than_can_be_seen():
    assert len(FIGURES["ten thousand years"].svg()) < 4 * len(FIGURES["stocks"].svg())


@given(
    st.integers(1, 60),
    st.floats(0, 10),
    st.floats(0, 0.5),
    st.floats(1, 1.9),
    st.integers(1990, 2200),
)
@unhurried
def test_any_stocks_are_drawn_within_the_page(count, power, leak, spread, first):
    case = stocks(first + np.arange(count), 10**power, leak, spread=spread)
    assert_readable(draw_bands(case))


@given(
    st.lists(st.integers(1, 10_000), min_size=1, max_size=7, unique=True),
    st.lists(st.floats(1e-6, 0.5), min_size=7, max_size=7),
    st.floats(0, 0.1),
)
@unhurried
def test_any_adequacy_is_drawn_within_the_page(horizons, scales, marked):
    curves = {h: sufficing(s) for h, s in zip(sorted(horizons), scales, strict=False)}
    assert_readable(draw_adequacy(curves, marked=marked))


rates = st.lists(st.one_of(st.just(0.0), st.floats(1e-6, 0.5)), min_size=7, max_size=7)


@given(rates, rates, rates, st.integers(1, 7), st.booleans())
@unhurried
def test_any_required_rates_are_drawn_within_the_page(low, middle, high, count, uncertain):
    curves = {p: np.array(v[:count]) for p, v in ((0.9, low), (0.95, middle), (0.99, high))}
    errors = {p: v * 0.1 * uncertain for p, v in curves.items()}
    assert_readable(draw_required(curves, errors, HORIZONS[:count]))


@given(st.lists(rates, min_size=1, max_size=5), st.integers(1, 7))
@unhurried
def test_any_diversification_is_drawn_within_the_page(curves, count):
    named = {kind: v[:count] for kind, v in zip(KINDS, curves, strict=False)}
    assert_readable(draw_pooled(named, SITES[:count]))


@given(title=st.text(max_size=300))
@unhurried
def test_any_title_leaves_well_formed_xml(title):
    for figure in (
        draw_bands((*stocks()[:2], title)),
        draw_adequacy(title=title),
        draw_required(title=title),
        draw_pooled(title=title),
    ):
        assert_readable(figure)
        ET.fromstring(figure.html())
        assert "<script" not in figure.html()


# Stocks over the years


def test_the_line_is_the_median_and_lies_in_both_bands():
    years = np.arange(2030, 2040)
    median = np.linspace(1000.0, 10_000.0, 10)
    figure = bands_figure(years, [{"reserve": quantiles(median)}], WORDS, title="Reserve")
    root = next(drawings(figure))
    (line,) = stroked(root, "reserve")
    zero, five = level_of(root, "0"), level_of(root, "5,000")
    height = (zero - five) / 5000
    assert (zero - line[1:-1, 1]) / height == pytest.approx(median, abs=0.2 / height)
    pale, dark = banded(root, "reserve")
    for band, factor in ((pale, 2.0), (dark, 2.0**0.4)):
        upper, lower = np.split(band[:-1] if len(band) % 2 else band, 2)
        assert (zero - upper[1:-1, 1]) / height == pytest.approx(factor * median, abs=0.2 / height)
        below = (zero - lower[::-1][1:-1, 1]) / height
        assert below == pytest.approx(median / factor, abs=0.2 / height)


def test_a_stock_stands_in_the_middle_of_its_year_and_fills_the_first_and_the_last():
    root = next(drawings(draw_bands((range(2030, 2034), [{"stored": [1, 2, 3, 4]}], "CO2"))))
    (line,) = stroked(root, "stored")
    width = line[-1, 0] - line[0, 0]
    places = (line[:, 0] - line[0, 0]) / width
    assert places == pytest.approx([0, 0.125, 0.375, 0.625, 0.875, 1], abs=0.001)
    assert line[0, 1] == line[1, 1]
    assert line[-1, 1] == line[-2, 1]


def test_a_leak_has_a_panel_and_a_unit_of_its_own():
    words = written(draw_bands(stocks(leak=0.004)))
    assert "Injected · Retained (MtCO2e)" in words
    assert "Leaked (ktCO2e)" in words
    assert "Leaked 120 (60 to 240)" in words
    assert "Injected 30" in words
    assert "Retained 29.9 (29.8 to 29.9)" in words


def test_each_panel_names_its_years_once_and_below_all_of_them():
    for root in drawings(draw_bands(stocks())):
        below = [(text, top) for text, _, top, *_ in text_boxes(root) if text == "2030"]
        assert len(below) == 1
        assert all(
            corners[:, 1].max() < below[0][1]
            for role in ("stored", "above")
            for corners in stroked(root, role)
        )


def test_what_is_certain_has_neither_bands_nor_words_about_them():
    figure = FIGURES["stocks that are certain"]
    assert not banded(next(drawings(figure)), "bau")
    assert "draws" not in figure.html()
    assert figure.caption == "At the end of 2033: Injected 4 tCO₂e."
    assert "nine draws in ten" in written(draw_bands(stocks()))


def test_no_leak_is_a_line_at_zero_and_is_said():
    figure = FIGURES["no leak at all"]
    root = next(drawings(figure))
    (line,) = stroked(root, "above")
    assert np.ptp(line[:, 1]) == 0
    assert "Leaked 0 (0 to 0) tCO₂e" in figure.caption
    assert "Retained 30 (30 to 30) MtCO₂e" in figure.caption


def test_the_caption_of_stocks_gives_median_and_range_at_the_end():
    assert draw_bands(stocks()).caption == (
        "At the end of 2080, median and range of nine draws in ten: Injected 30 MtCO₂e;"
        " Retained 29.9 (29.8 to 29.9) MtCO₂e; Leaked 120 (60 to 240) ktCO₂e."
    )


def test_the_text_alternative_of_stocks_lists_years_and_quartiles():
    alt = draw_bands(balance([1000.0, 2000, 4000])).alt
    assert "1,000 (500 to 2,000) in 2030" in alt
    assert "2,000 (1,000 to 4,000) in 2031" in alt
    assert "4,000 (2,000 to 8,000) in 2032" in alt
    assert "Half of the draws are 3,031 to 5,278 in 2032." in alt  # 4,000 / 2^0.4 and 4,000 * 2^0.4


@given(st.integers(0, 4), st.integers(0, 7))
@unhurried
def test_the_text_alternative_of_stocks_changes_with_every_year_it_tells(row, at):
    assume(row in (0, 2, 4) or at == 7)
    years, panels, title = balance(np.linspace(100, 800, 8))
    other = panels[0]["reserve"].copy()
    other[row, at] *= 1.05
    assert (
        draw_bands((years, [{"reserve": other}], title)).alt
        != draw_bands((years, panels, title)).alt
    )


def test_the_wide_drawing_names_the_stocks_of_each_year_under_the_pointer():
    wide, narrow = drawings(draw_bands(balance([1000.0, 2000])))
    tips = [rect.find(f"{SVG}title").text for rect in wide.iter(f"{SVG}rect") if rect.get("class")]
    assert tips == [
        "2030: Reserve 1,000 (500 to 2,000) tCO₂e",
        "2031: Reserve 2,000 (1,000 to 4,000) tCO₂e",
    ]
    assert not [rect for rect in narrow.iter(f"{SVG}rect") if rect.get("class")]
    wide, _ = drawings(FIGURES["ten thousand years"])
    assert not [rect for rect in wide.iter(f"{SVG}rect") if rect.get("class")]


def test_stocks_that_are_no_stocks_are_refused_by_name():
    years = np.arange(2030, 2033)
    good = quantiles([1.0, 2, 3])
    for values, message in (
        (good[:3], "reserve: give 5 quantiles or one row, not 3"),
        (good[::-1], "reserve: quantiles must rise from 5% to 95%"),
        (good[:, :2], "reserve: a figure needs one finite number for each of its 3 points"),
        (good * np.nan, "reserve: .* 0 of shape"),
        ([1.0, np.inf, 2], "reserve: .* 2 of shape"),
    ):
        with pytest.raises(ValueError, match=message):
            bands_figure(years, [{"reserve": values}], WORDS, title="")
    with pytest.raises(ValueError, match=r"years: must rise, not \[2032, 2031, 2030\]"):
        bands_figure(years[::-1], [{"reserve": good}], WORDS, title="")


def test_quantiles_of_equal_draws_may_be_out_of_order_by_rounding():
    rows = np.full((5, 2), 0.3)
    rows[1] = np.nextafter(0.3, 1)
    assert "Reserve 0.3 (0.3 to 0.3)" in draw_bands(([2030, 2031], [{"reserve": rows}], "")).caption


def test_quantiles_are_those_of_the_bands():
    draws = np.random.default_rng(1).lognormal(size=(4000, 3)).cumsum(axis=1)
    panel = {"leaked": np.quantile(draws, QUANTILES, axis=0)}
    caption = bands_figure([2030, 2031, 2032], [panel], WORDS, title="").caption
    low, middle, high = (palette.amount(np.quantile(draws[:, -1], q)) for q in (0.05, 0.5, 0.95))
    assert f"{middle} ({low} to {high})" in caption


# Whether the reserve suffices


def test_each_line_is_read_off_at_the_marked_rate():
    root = next(drawings(FIGURES["adequacy"]))
    zero, all_of_it = level_of(root, "0 %"), level_of(root, "100 %")
    (mark,) = [
        float(line.get("x1"))
        for line in root.iter(f"{SVG}line")
        if line.get("stroke-dasharray") and line.get("x1") == line.get("x2")
    ]
    ticks = {plain(t): (left + right) / 2 for t, left, _, right, _ in text_boxes(root)}
    assert mark == pytest.approx(ticks["0 %"] + 0.6 * (ticks["5 %"] - ticks["0 %"]), abs=0.3)
    for role, scale in zip(LINES, (0.003, 0.008, 0.02), strict=False):
        ((x, y),) = dots(root, role)
        assert x == pytest.approx(mark, abs=0.1)
        assert (zero - y) / (zero - all_of_it) == pytest.approx(sufficing(scale, 0.03), abs=0.001)


def test_each_line_is_named_with_its_probability_at_the_marked_rate():
    words = plain(written(FIGURES["adequacy"]))
    assert "Withheld: 3 %" in words
    assert "End of injection (30 years) 99.995 % at 3 %" in words  # 1 - exp(-10)
    assert "100 years 97.6 % at 3 %" in words  # 1 - exp(-3.75)
    assert "1,000 years 77.7 % at 3 %" in words  # 1 - exp(-1.5)


def test_one_year_is_no_years():
    figure = draw_adequacy({1: sufficing(0.001), 2: sufficing(0.01)})
    assert "1 year 100 %" in plain(written(figure))
    assert "100 % for 1 year, 95 % for 2 years." in plain(figure.caption)


def test_labels_are_in_the_order_of_their_lines():
    for root in drawings(FIGURES["adequacy"]):
        tops = {plain(text): top for text, _, top, *_ in text_boxes(root)}
        assert tops["100 years"] < tops["1,000 years"]
        rules = [
            float(rect.get("y"))
            for role in LINES[:3]
            for rect in root.iter(f"{SVG}rect")
            if rect.get("fill") == palette.literal(role)
        ]
        assert rules == sorted(rules)


def test_a_reading_between_two_rates_is_interpolated():
    figure = draw_adequacy({30: [0.2, 0.6]}, rates=[0.02, 0.04])
    assert "40 % for 30 years" in plain(figure.caption)


def test_the_axis_ends_where_no_curve_rises_and_never_before_twice_the_mark():
    wide = np.linspace(0, 1, 201)

    def named(scale, **more):
        root = next(drawings(draw_adequacy({30: sufficing(scale, wide)}, rates=wide, **more)))
        return {plain(text) for text, *_ in text_boxes(root)} - {"25 %", "50 %", "75 %", "100 %"}

    assert named(1e-4) >= {"0 %", "1.5 %", "4.5 %", "6 %"}
    assert "20 %" in named(1e-4, marked=0.1)
    assert named(0.04) >= {"10 %", "20 %"}  # 1 - exp(-x / 0.04) is 0.995 at 21 %
    assert "40 %" not in named(0.04)


def test_the_caption_says_with_which_probability_the_marked_rate_suffices():
    assert plain(FIGURES["adequacy"].caption) == (
        "With 3 % of the credits withheld, the reserve suffices with a probability of 99.995 %"
        " until the end of injection, 97.6 % for 100 years, 77.7 % for 1,000 years."
    )
    assert "100 % for 10,000 years" in plain(FIGURES["always enough"].caption)
    assert "of 0 % for 30 years" in plain(FIGURES["never enough"].caption)


def test_the_text_alternative_of_adequacy_gives_both_ends_the_mark_and_twice_the_mark():
    alt = plain(FIGURES["adequacy"].alt)
    assert "1,000 years: 0 % at 0 %, 77.7 % at 3 %, 95 % at 6 %, 99.3 % at 10 %." in alt


@given(st.sampled_from([30, 100, 1000]), st.sampled_from([0, 6, 12, 20]))
@unhurried
def test_the_text_alternative_of_adequacy_changes_with_the_numbers_it_tells(horizon, at):
    other = {years: values.copy() for years, values in ADEQUACY.items()}
    other[horizon][at] = 0.5 * other[horizon][at] + 0.01
    assert draw_adequacy(other).alt != draw_adequacy().alt


def test_probabilities_that_are_none_are_refused_by_name():
    for curve, message in (
        (np.full(RATES.size, 1.1), "100 years: probabilities are 0 to 1, not 1.1 to 1.1"),
        (np.full(RATES.size, -0.1), "100 years: probabilities are 0 to 1"),
        (np.ones(3), "100 years: a figure needs one finite number for each of its 21 points"),
    ):
        with pytest.raises(ValueError, match=message):
            draw_adequacy({100: curve})
    with pytest.raises(
        ValueError, match=r"marked: 0\.2 lies outside the rates, which are 0 to 0\.1"
    ):
        draw_adequacy(marked=0.2)
    with pytest.raises(ValueError, match="rates: the shares withheld must rise"):
        draw_adequacy(rates=RATES[::-1])


def test_probabilities_above_one_by_rounding_are_one():
    figure = draw_adequacy({100: np.full(RATES.size, 1 + 1e-12)})
    assert "100 % for 100 years" in plain(figure.caption)


# How much has to be withheld


def test_required_rates_are_drawn_over_a_logarithmic_axis():
    root = next(drawings(FIGURES["required"]))
    zero, four = level_of(root, "0 %"), level_of(root, "4 %")
    for role, values in zip(LINES, REQUIRED.values(), strict=False):
        (line,) = stroked(root, role)
        places = (line[:, 0] - line[0, 0]) / (line[-1, 0] - line[0, 0])
        assert places == pytest.approx(np.log10(HORIZONS / 10) / 3, abs=0.001)
        assert 0.04 * (zero - line[:, 1]) / (zero - four) == pytest.approx(values, abs=2e-4)
        assert len(dots(root, role)) == HORIZONS.size


def test_the_band_is_two_standard_errors_on_both_sides():
    root = next(drawings(FIGURES["required"]))
    zero, four = level_of(root, "0 %"), level_of(root, "4 %")
    (band,) = banded(root, "line-3")
    ends = band[np.isclose(band[:, 0], band[:, 0].max()), 1]
    reach = 0.04 * np.ptp(ends) / (zero - four)
    assert reach == pytest.approx(4 * ERRORS[0.99][-1], abs=2e-4)
    assert "band: two standard errors" in written(FIGURES["required"])
    assert "standard errors" not in draw_required().alt
    assert not banded(next(drawings(draw_required())), "line-3")


def test_one_horizon_is_a_dot_on_a_level_line_with_its_band():
    root = next(drawings(FIGURES["required at one horizon"]))
    (line,) = stroked(root, "line-1")
    ((x, y),) = dots(root, "line-1")
    assert np.ptp(line[:, 1]) == 0
    assert np.ptp(line[:, 0]) > 400
    assert (x, y) == pytest.approx((line[:, 0].mean(), line[0, 1]), abs=0.11)
    (band,) = banded(root, "line-1")
    assert np.ptp(band[:, 0]) == np.ptp(line[:, 0])
    zero, two = level_of(root, "0 %"), level_of(root, "2 %")
    assert 0.02 * np.ptp(band[:, 1]) / (zero - two) == pytest.approx(0.004, abs=2e-4)


def test_the_marked_rate_is_a_level_line_with_its_name():
    root = next(drawings(FIGURES["required"]))
    zero, four = level_of(root, "0 %"), level_of(root, "4 %")
    (mark,) = [
        float(line.get("y1"))
        for line in root.iter(f"{SVG}line")
        if line.get("stroke-dasharray") and line.get("y1") == line.get("y2")
    ]
    assert 0.04 * (zero - mark) / (zero - four) == pytest.approx(0.03, abs=2e-4)
    assert "Withheld: 3 %" in plain(written(FIGURES["required"]))


def test_each_probability_is_named_with_its_rate_at_the_last_horizon():
    words = plain(written(FIGURES["required"]))
    for level, rate in ((90, "2 %"), (95, "3.61 %"), (99, "9.51 %")):  # 0.002 * 10 = 2 %, …
        assert f"{level} % sure {rate}" in words


def test_the_caption_says_up_to_which_horizon_the_marked_rate_is_enough():
    curves = {0.9: [0.01, 0.02, 0.03], 0.95: [0.02, 0.03, 0.04], 0.99: [0.05, 0.06, 0.07]}
    caption = plain(draw_required(curves, horizons=[30, 100, 1000], injection=30).caption)
    assert caption == (
        "To be 90 % sure, 3 % is enough for 1,000 years: it takes 3 %."
        " To be 95 % sure, 3 % is enough for 100 years; for 1,000 years it takes 4 %."
        " To be 99 % sure, 3 % is not enough; for 1,000 years it takes 7 %."
    )
    curves = {0.9: [0.01, 0.04, 0.05]}
    caption = plain(draw_required(curves, horizons=[30, 100, 1000], injection=30).caption)
    assert "3 % is enough until the end of injection; for 1,000 years" in caption


def test_the_text_alternative_lists_the_rate_of_each_horizon_and_the_largest_error():
    alt = plain(FIGURES["required"].alt)
    assert "90 % sure: 0.356 % (10 years), 0.468 % (End of injection (30 years)), 0.632 %" in alt
    assert "2 % (10,000 years). The standard error is at most 0.04 %." in alt


@given(st.sampled_from([0.9, 0.95, 0.99]), st.integers(0, 6), st.booleans())
@unhurried
def test_the_text_alternative_of_required_rates_changes_with_every_number(level, at, error):
    one = {k: v.copy() for k, v in REQUIRED.items()}
    two = {k: np.full(7, 1e-4) for k in REQUIRED}
    before = draw_required(one, two).alt
    (two if error else one)[level][at] *= 1.3
    assert draw_required(one, two).alt != before


def test_horizons_and_errors_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match=r"horizons: must be above zero and rise, not \[0"):
        draw_required({0.9: [0.1, 0.1]}, horizons=[0, 10])
    with pytest.raises(ValueError, match="horizons: must be above zero and rise"):
        draw_required({0.9: [0.1, 0.1]}, horizons=[10, 10])
    with pytest.raises(ValueError, match=r"errors: give standard errors for 0\.95, 0\.99 too"):
        draw_required(errors={0.9: ERRORS[0.9]})
    with pytest.raises(ValueError, match=r"95.% sure: .* 6 of shape"):
        draw_required({0.95: [*REQUIRED[0.95][:-1], np.inf]})


@given(st.floats(0.1, 1e3), st.floats(1.1, 1e6), st.floats(0, 1))
def test_a_logarithmic_scale_draws_equal_ratios_equally_far(low, ratio, share):
    scale = Logarithmic((low, low * ratio), (100.0, 500.0))
    assert scale(low * ratio**share) == pytest.approx(100 + 400 * share)


# What pooling changes


def test_pooled_sites_are_drawn_from_the_first_number_to_the_last():
    root = next(drawings(FIGURES["pooled"]))
    zero, one = level_of(root, "0 %"), level_of(root, "1 %")
    for role, values in zip(LINES, POOLED.values(), strict=True):
        (line,) = stroked(root, role)
        places = (line[:, 0] - line[0, 0]) / (line[-1, 0] - line[0, 0])
        assert places == pytest.approx((SITES - 1) / 19, abs=0.001)
        assert 0.01 * (zero - line[:, 1]) / (zero - one) == pytest.approx(values, abs=2e-4)


def test_each_kind_of_dependence_is_named_with_its_rate_at_the_most_sites():
    words = plain(written(FIGURES["pooled"]))
    for name, rate in (
        ("Independent sites", "0.447 %"),  # 2 % / 20^(1/2)
        ("Correlated sites", "0.947 %"),
        ("Shared risk in a basin", "1.45 %"),
        ("Common shocks", "1.95 %"),
        ("All sites alike", "2.45 %"),
    ):
        assert f"{name} {rate}" in words
    assert "with a probability of 95 %" in words
    assert "with a probability of 99 %" in plain(written(draw_pooled(probability=0.99)))


def test_only_whole_numbers_of_sites_are_named():
    for count in range(1, 30):
        curve = {"independent": 0.02 / np.arange(1.0, count + 1)}
        for root in drawings(draw_pooled(curve, range(1, count + 1))):
            axis = [t for t, *_ in text_boxes(root) if re.fullmatch(r"[\d.,]+", t)]
            assert all(t.isdigit() for t in axis)
            assert {"1", f"{count}"} <= set(axis)


def test_the_caption_says_what_pooling_saves():
    curves = {"independent": [0.03, 0.02, 0.01], "identical": [0.03, 0.03, 0.03]}
    assert plain(draw_pooled(curves, [1, 5, 20]).caption) == (
        "With 20 sites instead of 1 site it takes: Independent sites 1 % instead of 3 %;"
        " All sites alike 3 % instead of 3 %."
    )
    assert plain(draw_pooled({"identical": [0.03]}, [1]).caption) == (
        "With 1 site it takes: All sites alike 3 %."
    )


@given(st.sampled_from(KINDS), st.integers(0, 7))
@unhurried
def test_the_text_alternative_of_pooling_changes_with_every_number_it_tells(kind, at):
    other = {name: values.copy() for name, values in POOLED.items()}
    other[kind][listed_points(20)[at]] *= 1.3
    assert draw_pooled(other).alt != draw_pooled().alt


@given(st.integers(1, 20_000))
def test_few_points_are_told_and_always_the_first_and_the_last(size):
    told = listed_points(size)
    assert (told[0], told[-1]) == (0, size - 1)
    assert len(told) == min(size, 8)
    assert all(one < other for one, other in itertools.pairwise(told))


# The same everywhere


def test_more_lines_than_colours_still_differ():
    styles = [
        (path.get("stroke"), path.get("stroke-width"), path.get("stroke-dasharray"))
        for path in ET.fromstring(FIGURES["seven horizons"].svg()).iter(f"{SVG}path")
    ]
    assert len(set(styles)) == 7


@USUAL
def test_lines_differ_without_colour_too(name):
    styles = [
        (path.get("stroke-width"), path.get("stroke-dasharray"))
        for path in ET.fromstring(FIGURES[name].svg()).iter(f"{SVG}path")
        if path.get("stroke")
    ]
    several = styles[:2] if name == "stocks" else styles  # the leak has a panel of its own
    assert len(set(several)) == len(several) > 1


def test_lists_are_drawn_like_arrays():
    years, panels, title = stocks()
    lists = [{k: np.asarray(v).tolist() for k, v in panel.items()} for panel in panels]
    assert (
        draw_bands((years.tolist(), lists, title)).svg() == draw_bands((years, panels, title)).svg()
    )
    lists = {k: v.tolist() for k, v in REQUIRED.items()}
    assert draw_required(lists, horizons=HORIZONS.tolist()).svg() == draw_required().svg()


@USUAL
def test_ids_and_colours_are_those_of_every_figure(name):
    figure = FIGURES[name]
    root = ET.fromstring(figure.svg())
    title, words = (root.find(f"{SVG}{tag}") for tag in ("title", "desc"))
    assert (title.text, words.text) == (figure.title, figure.description)
    assert not any("var(" in value for e in root.iter() for value in e.attrib.values())
    colours = set(re.findall(r'(?:fill|stroke)="([^"]+)"', figure.html())) - {"none"}
    assert all(re.fullmatch(r"var\(--jcm-[\w-]+,#[0-9a-f]{6}\)", colour) for colour in colours)


@USUAL
@pytest.mark.parametrize(("narrow", "width"), [(False, 920), (True, 358)])
def test_png_is_drawn_in_both_widths(name, narrow, width):
    png = FIGURES[name].png(1, narrow=narrow)
    assert png.startswith(b"\x89PNG")
    assert int.from_bytes(png[16:20], "big") == width


@USUAL
@pytest.mark.parametrize(("width", "shown"), [(1280, [True, False]), (390, [False, True])])
def test_the_drawing_that_fits_is_shown_and_words_are_as_wide_as_estimated(
    page, name, width, shown
):
    assert_fits(page, FIGURES[name], width, shown)


@given(st.lists(st.sampled_from([0.0, 0.04, 10.0, 20.5]), min_size=2, max_size=40))
def test_a_line_that_leaves_out_level_points_passes_through_them_all(levels):
    y = np.array(levels)
    x = np.arange(y.size) + 0.5
    (path,) = lines([Curve("line-1", x, y, "a", "b")], lambda x: x, lambda y: y)
    points = np.array([part.split() for part in path.attributes["d"][1:].split("L")], dtype=float)
    assert np.interp(x, points[:, 0], points[:, 1]) == pytest.approx(y.round(1))
    assert len(points) <= y.size
