"""The figures of ensembles: what they draw, what they say, and any numbers they meet."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jcm_models.figures import (
    QUANTILES,
    boxes_figure,
    convergence_figure,
    fans_figure,
    influence_figure,
    palette,
    parallel_figure,
    peeling_figure,
    scatter_figure,
    tornado_figure,
    total_influence_figure,
)
from jcm_models.figures.key import key, patch
from jcm_models.figures.measures import measure
from jcm_models.figures.samples import MOST_DRAWN, samples
from tests.test_figures import (
    LINES,
    MACHADO,
    SCHEMES,
    SVG,
    WORDS,
    assert_fits,
    assert_readable,
    contrast,
    distance,
    drawings,
    path_corners,
    text_boxes,
    written,
)

unhurried = settings(deadline=None, max_examples=30)
YEARS = np.arange(2025, 2041)
STEADY = np.ones(YEARS.size)
GRID, CAPACITY, SHARE = "Emission factor of the grid", "Capacity", "Share of credits to Japan"
CHANGE, CREDITS = "Yearly change of the grid's emission factor", "Credits issued"
UNITS = {
    GRID: "tCO2e/MWh",
    CAPACITY: "MW",
    SHARE: "1",
    CHANGE: "1",
    CREDITS: "tCO2e",
    "Leakage": "tCO2e/yr",
}
LIMITS = {GRID: (0.53, 1.0), CAPACITY: (45.0, 60.0)}


def plain(text):
    """Return a text in which every space is an ordinary one."""
    return text.replace("\N{NO-BREAK SPACE}", " ")


def quantiles(median, spread=1.6):
    """Return a median with quantiles below and above it."""
    return spread ** np.array([-1.0, -0.4, 0.0, 0.4, 1.0])[:, None] * np.asarray(
        median, dtype=float
    )


def ensemble(size=1000, seed=5):
    """Return samples of four inputs, and of credits that grow with each of two."""
    rng = np.random.default_rng(seed)
    inputs = {
        GRID: rng.normal(0.53, 0.05, size),
        CAPACITY: rng.triangular(30, 50, 60, size),
        SHARE: rng.uniform(0.3, 0.7, size),
        CHANGE: rng.uniform(-0.05, 0.0, size),
    }
    return inputs, {CREDITS: inputs[GRID] * inputs[CAPACITY] * 8760 * 0.2}


INPUTS, OUTCOMES = ensemble()
GOOD = OUTCOMES[CREDITS] >= np.quantile(OUTCOMES[CREDITS], 0.6)


def draw_fans(fans=None, units=None, years=YEARS, **more):
    fans = {CREDITS: quantiles(np.linspace(8e5, 2e6, years.size))} if fans is None else fans
    units = dict.fromkeys(fans, "tCO2e/yr") if units is None else units
    return fans_figure(years, fans, WORDS, title="Credits", units=units, **more)


MANY_FANS = {
    CREDITS: quantiles(np.linspace(8e5, 2e6, 16)),
    GRID: quantiles(np.linspace(0.53, 0.4, 16), 1.1),
    SHARE: quantiles(0.5 * STEADY, 1.2),
    "Leakage": quantiles(200.0 * STEADY),
    "Credits to Japan": quantiles(np.linspace(4e5, 1e6, 16)),
}
MANY_UNITS = {**UNITS, CREDITS: "tCO2e/yr", "Credits to Japan": "tCO2e/yr"}
RESERVES = {f"Reserve {r} %": quantiles((20_000 - 1000 * r) * STEADY, 1.3) for r in (1, 3, 5)}

MOVED = {GRID: (15_000, 22_000), CAPACITY: (12_000, 25_000), SHARE: (18_000, 18_000)}
RANGES = {GRID: (0.45, 0.62), CAPACITY: (32, 58), SHARE: (0.3, 0.7), CHANGE: (-0.05, 0.0)}


def draw_tornado(moved=None, ranges=None, central=18_000, unit="tCO2e", **more):
    moved = MOVED if moved is None else moved
    ranges = RANGES if ranges is None else ranges
    return tornado_figure(
        moved, ranges, central, WORDS, outcome=CREDITS, unit=unit, units=UNITS, **more
    )


FIRST = {GRID: 0.5 * STEADY, CAPACITY: np.linspace(0.1, 0.3, 16), SHARE: 0.1 * STEADY}
NOT_YET = np.where(YEARS < 2027, np.nan, 1.0)
MANY = {f"Input {i}": 0.3 * 0.6**i * STEADY for i in range(9)}


def draw_influence(first=None, years=YEARS, **more):
    first = FIRST if first is None else first
    return influence_figure(years, first, WORDS, outcome="credits", **more)


def draw_total(total=None, years=YEARS, spread=0.1, **more):
    total = FIRST if total is None else total
    ends = {
        end: {name: np.asarray(values) + sign * spread for name, values in total.items()}
        for end, sign in (("low", -1), ("high", 1))
    }
    return total_influence_figure(years, total, WORDS, outcome="credits", **ends, **more)


def draw_parallel(inputs=None, outcomes=None, units=UNITS, **more):
    inputs = INPUTS if inputs is None else inputs
    outcomes = OUTCOMES if outcomes is None else outcomes
    return parallel_figure(inputs, outcomes, WORDS, units=units, **more)


def draw_scatter(across=CAPACITY, along=CREDITS, values=None, **more):
    values = INPUTS | OUTCOMES if values is None else values
    return scatter_figure(values, across, along, WORDS, units=UNITS, **more)


WHOLE = {name: (values.min(), values.max()) for name, values in INPUTS.items()}


def draw_boxes(limits=None, ranges=None, coverage=0.83, density=0.91, **more):
    limits = LIMITS if limits is None else limits
    more = {"units": UNITS, "coverage": coverage, "density": density, **more}
    return boxes_figure(limits, WHOLE if ranges is None else ranges, WORDS, **more)


PEELED = np.linspace(1.0, 0.2, 30), 1 - 0.6 * np.linspace(1.0, 0.2, 30) ** 2


def draw_peeling(coverage=PEELED[0], density=PEELED[1], chosen=18, **more):
    return peeling_figure(coverage, density, chosen, WORDS, **more)


COUNTS = 2 ** np.arange(5, 15)


def draw_convergence(counts=COUNTS, estimates=None, errors=None, unit="tCO2e", **more):
    counts = np.asarray(counts)
    estimates = 15_034 + 300 / np.sqrt(counts) if estimates is None else estimates
    errors = 800 / np.sqrt(counts) if errors is None else errors
    return convergence_figure(
        counts, estimates, errors, WORDS, name="Mean credits", unit=unit, **more
    )


TWELVE = {f"An input of twelve, number {i}": np.arange(50.0) + i for i in range(12)}
FIGURES = {
    "fan": draw_fans(plans={CREDITS: ("Plan of the partnership", 1.5e6)}),
    "fans together": draw_fans(
        RESERVES, together=True, plans=dict.fromkeys(RESERVES, ("Plan", 15_000.0))
    ),
    "fans apart": draw_fans(MANY_FANS, MANY_UNITS, plans={GRID: ("Plan of the utility", 0.4)}),
    "two fans": draw_fans({name: RESERVES[name] for name in list(RESERVES)[:2]}),
    "four fans": draw_fans({f"Scenario {i}": quantiles(i * STEADY) for i in range(4)}),
    "certain": draw_fans({CREDITS: STEADY, "Credits to Japan": 0.5 * STEADY}),
    "one year": draw_fans({CREDITS: quantiles([5.0])}, years=np.array([2030])),
    "all zero": draw_fans({CREDITS: quantiles(0 * STEADY)}),
    "below zero": draw_fans({CREDITS: -quantiles(100 * STEADY)[::-1]}),
    "tornado": draw_tornado(),
    "tornado on one side": draw_tornado({GRID: (17_000, 16_000), CAPACITY: (18_500, 25_000)}),
    "tornado without a swing": draw_tornado({SHARE: (18_000, 18_000)}),
    "tornado of a share": draw_tornado({GRID: (0.2, 0.5)}, central=0.3, unit="1"),
    "tornado of megatonnes": draw_tornado({GRID: (2e6, 5e7), CHANGE: (8e6, 1e7)}, central=9e6),
    "influence": draw_influence(),
    "influence from 2027 on": draw_influence({n: v * NOT_YET for n, v in FIRST.items()}),
    "influence of many": draw_influence(MANY),
    "influence over the whole": draw_influence({n: 1.6 * v for n, v in FIRST.items()}),
    "influence in one year": draw_influence({GRID: [0.4]}, years=[2030]),
    "total": draw_total(),
    "total of many from 2027 on": draw_total({n: v * NOT_YET for n, v in MANY.items()}),
    "total over the whole": draw_total({n: 2 * v for n, v in FIRST.items()}),
    "parallel": draw_parallel(limits=LIMITS, good=GOOD),
    "parallel without limits": draw_parallel(),
    "parallel of one sample": draw_parallel({GRID: [0.5]}, {CREDITS: [7.0]}),
    "parallel with twelve inputs": draw_parallel(TWELVE, {}, dict.fromkeys(TWELVE, "MWh/yr")),
    "parallel, none chosen": draw_parallel(limits={GRID: (9.0, 9.5)}, good=GOOD),
    "scatter": draw_scatter(limits=LIMITS, good=GOOD, box={CAPACITY: (45.0, np.inf)}),
    "scatter of inputs": draw_scatter(CAPACITY, GRID, good=GOOD, box=LIMITS),
    "scatter alone": draw_scatter(CHANGE, SHARE),
    "scatter of one sample": draw_scatter(values={CAPACITY: [3.0], CREDITS: [0.0]}),
    "boxes": draw_boxes(),
    "box of values": draw_boxes({SHARE: frozenset([0.3, 0.7])}, {SHARE: [0.3, 0.5, 0.7]}),
    "box within": draw_boxes({SHARE: (0.4, 0.41), GRID: (-np.inf, 0.5)}),
    "no box": draw_boxes({}, {}),
    "peeling": draw_peeling(),
    "peeling of one box": draw_peeling([1.0], [0.0], 0),
    "convergence": draw_convergence(),
    "convergence at once": draw_convergence([64], [0.25], [0.0], "1"),
    "convergence of a share": draw_convergence(estimates=np.full(10, 0.02), unit="1",
                                               errors=0.05 / np.sqrt(COUNTS)),
}  # fmt: skip
EVERY = pytest.mark.parametrize("figure", FIGURES.values(), ids=FIGURES)
NAMES = ["fan", "fans together", "fans apart", "tornado", "influence", "total", "parallel"]
NAMES += ["scatter", "boxes", "peeling", "convergence"]
USUAL = pytest.mark.parametrize("name", NAMES)


def paths(root, role, attribute="stroke"):
    """Return the corners of the paths in a colour, each an array of x and y [px]."""
    return [
        np.array(list(path_corners(path.get("d"))))
        for path in root.iter(f"{SVG}path")
        if path.get(attribute) == palette.literal(role)
    ]


def rectangles(root, role):
    """Return left, top, width and height of each rectangle in a colour [px], but of swatches."""
    found = [
        tuple(float(rect.get(name)) for name in ("x", "y", "width", "height"))
        for rect in root.iter(f"{SVG}rect")
        if rect.get("fill") == palette.literal(role)
    ]
    return [rect for rect in found if rect[2:] != (22.0, 11.0)]


def level_of(root, word):
    """Return the height of the line that a tick on the left names [px]."""
    bottom = next(bottom for text, *_, bottom in text_boxes(root) if plain(text) == word)
    levels = [
        float(line.get("y1"))
        for line in root.iter(f"{SVG}line")
        if line.get("y1") == line.get("y2") and line.get("stroke-dasharray") is None
    ]
    return min(levels, key=lambda level: abs(level - bottom + 8))


def subpaths(root, role):
    """Return how many lines are drawn in a colour."""
    return sum(
        path.get("d").count("M")
        for path in root.iter(f"{SVG}path")
        if path.get("stroke") == palette.literal(role)
    )


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
def test_every_case_has_words_for_those_who_do_not_see_it(figure):
    assert figure.caption in figure.alt
    assert figure.alt.startswith(f"{figure.title}. ")
    assert "{" not in figure.alt
    assert figure.caption.endswith(".")
    assert not re.search(r"\.\.|\b(nan|inf)\b", figure.alt)


@USUAL
def test_ids_and_colours_are_those_of_every_figure(name):
    figure = FIGURES[name]
    root = ET.fromstring(figure.svg())
    title, words = (root.find(f"{SVG}{tag}") for tag in ("title", "desc"))
    assert (title.text, words.text) == (figure.title, figure.description)
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


@given(title=st.text(max_size=300))
@unhurried
def test_any_title_and_any_name_leave_well_formed_xml(title):
    for figure in (
        draw_fans({f"Name {title}": quantiles(STEADY)}),
        draw_tornado(title=title),
        draw_influence({f"Name {title}": STEADY}, title=title),
        draw_total({f"Name {title}": STEADY}, title=title),
        draw_peeling(title=title),
        draw_convergence(title=title),
        draw_boxes(title=title),
        draw_scatter(title=title),
        draw_parallel(title=title),
    ):
        assert_readable(figure)
        ET.fromstring(figure.html())
        assert "<script" not in figure.html()


def test_colours_of_groups_and_ends_can_be_told_apart_by_everyone():
    pairs = [("met", "missed"), ("met", "sample"), ("missed", "sample")]
    pairs += [("input-low", "input-high"), ("influence-more", "influence-interactions")]
    pairs += [(line, rest) for line in LINES for rest in ("influence-interactions",)]
    close = {
        (pair, sight, scheme): distance(*pair, sight, scheme)
        for pair in pairs
        for sight in MACHADO
        for scheme in palette.SCHEMES
    }
    assert not {at: found for at, found in close.items() if found < 15}


@SCHEMES
def test_lines_and_bars_stand_out_from_the_paper(scheme):
    roles = ("met", "missed", "input-high", "influence-more")
    assert not {r: contrast(r, "surface", scheme) for r in roles
                if contrast(r, "surface", scheme) < 3}  # fmt: skip


# Numbers as they are read


@pytest.mark.parametrize(
    ("unit", "values", "value", "told"),
    [
        ("tCO2e/MWh", (0.45123, 0.62), 0.45123, "0.451 tCO₂e/MWh"),
        ("1", (-0.05, -9e-6), -9e-6, "0 %"),
        ("1", (0.3, 0.7), 0.45, "45 %"),
        ("tCO2e", (0, 2.5e6), 1.25e6, "1.25 MtCO₂e"),
        ("tCO2e/yr", (0, 250_000), 125_400, "125 ktCO₂e/yr"),
        ("tCO2e", (15_000, 15_040), 15_034.34, "15,034 tCO₂e"),
        ("", (0, 8), 2.0, "2"),
        ("MW", (1e-3, 1.0), 1e-3, "0.001 MW"),
        ("tCO2e", (-300, 100), -300, "−300 tCO₂e"),
    ],
)
def test_a_number_is_written_as_fine_as_its_span_needs(unit, values, value, told):
    assert plain(measure("Name", unit, values, WORDS).amount(value)) == told


def test_a_range_and_a_title_have_their_unit_once():
    grid = measure(GRID, "tCO2e/MWh", (0.45, 0.62), WORDS)
    assert grid.between(0.45, 0.62) == "0.45 to 0.62 tCO₂e/MWh"
    assert grid.title == f"{GRID} (tCO₂e/MWh)"
    share = measure(SHARE, "1", (0.3, 0.7), WORDS)
    assert plain(share.between(0.3, 0.7)) == "30 % to 70 %"
    assert share.title == SHARE


@given(
    st.floats(-1e9, 1e9),
    st.floats(1e-6, 1e9),
    st.sampled_from(["1", "tCO2e", "MW"]),
    st.integers(4, 8),
)
@unhurried
def test_ticks_cover_the_span_and_no_two_are_written_alike(low, span, unit, at_most):
    span = max(span, 1e-7 * abs(low))  # a narrower one is noise
    axis = measure("Name", unit, (low, low + span), WORDS)
    ticks = axis.ticks(at_most)
    assert len(set(ticks.values())) == len(ticks) <= at_most
    assert min(ticks) <= low + 1e-6 * span
    assert max(ticks) >= low + span - 1e-6 * span


@pytest.mark.parametrize(
    ("limits", "told"),
    [
        ((2.0, 5.0), "2 to 5 MW"),
        ((-np.inf, 5.0), "0 to 5 MW"),
        ((2.0, np.inf), "2 to 10 MW"),
        ((-np.inf, np.inf), "0 to 10 MW"),
        ((20.0, 30.0), "20 to 30 MW"),
    ],
)
def test_an_open_end_of_a_range_is_that_of_the_values(limits, told):
    assert measure("Capacity", "MW", (0, 10), WORDS).limits(limits) == told


def test_an_axis_of_a_single_value_goes_on_both_sides_of_it():
    ticks = measure("Capacity", "MW", [50.0], WORDS).ticks()
    assert min(ticks) < 50 < max(ticks)
    assert min(measure("Capacity", "MW", [0.0], WORDS).ticks()) == 0


def test_numbers_that_are_none_are_refused_by_name():
    with pytest.raises(ValueError, match="Capacity: a figure needs finite numbers"):
        measure("Capacity", "MW", [1.0, np.nan], WORDS)
    with pytest.raises(ValueError, match="Capacity: a figure needs numbers, there is none"):
        measure("Capacity", "MW", [], WORDS)


@given(st.lists(st.text("abc def", min_size=1, max_size=70), min_size=1, max_size=6))
@unhurried
def test_a_key_stays_within_its_room_and_ends_below_its_words(texts):
    for look in (palette.WIDE, palette.NARROW):
        right = look.width - look.margin
        elements, bottom = key([(patch("ink"), t) for t in texts], 10, look, look.margin, right)
        root = ET.Element("svg")
        root.extend(ET.fromstring(e.write(palette.literal, "")) for e in elements)
        for text in root.iter("text"):
            wide = palette.text_width("".join(text.itertext()).rstrip(), look.small)
            assert float(text.get("x")) + wide <= right + 0.1
            assert float(text.get("y")) <= bottom


# Fans


def test_the_line_is_the_median_and_the_bands_hold_half_and_nine_in_ten():
    median = np.linspace(1000.0, 10_000.0, 16)
    root = next(drawings(draw_fans({CREDITS: quantiles(median)})))
    (line,) = paths(root, "line-1")
    zero, eight = level_of(root, "0"), level_of(root, "8,000")
    height = (zero - eight) / 8000
    assert (zero - line[1:-1, 1]) / height == pytest.approx(median, abs=0.2 / height)
    pale, dark = paths(root, "line-1", "fill")[:2]
    for band, factor in ((pale, 1.6), (dark, 1.6**0.4)):
        upper, lower = np.split(band[:-1] if len(band) % 2 else band, 2)
        assert (zero - upper[1:-1, 1]) / height == pytest.approx(factor * median, abs=0.2 / height)
        below = (zero - lower[::-1][1:-1, 1]) / height
        assert below == pytest.approx(median / factor, abs=0.2 / height)


def test_a_plan_is_a_dashed_line_with_its_name_and_value():
    root = next(drawings(FIGURES["fan"]))
    (plan,) = paths(root, "ink")
    one, two = level_of(root, "1"), level_of(root, "2")
    assert plan[:, 1] == pytest.approx((one + two) / 2, abs=0.1)
    dashed = [p for p in root.iter(f"{SVG}path") if p.get("stroke") == palette.literal("ink")]
    assert dashed[0].get("stroke-dasharray") == "5 3"
    assert "Plan of the partnership 1.5" in written(FIGURES["fan"])


def test_a_plan_that_rises_is_drawn_year_by_year():
    plan = np.linspace(5e5, 2e6, 16)
    root = next(drawings(draw_fans(plans={CREDITS: ("Plan", plan)})))
    (line,) = paths(root, "ink")
    zero, one = level_of(root, "0"), level_of(root, "1")
    assert 1e6 * (zero - line[1:-1, 1]) / (zero - one) == pytest.approx(plan, abs=3e3)


def test_fans_together_have_names_and_strokes_of_their_own_and_share_a_plan():
    root = next(drawings(FIGURES["fans together"]))
    strokes = {
        (path.get("stroke"), path.get("stroke-dasharray"))
        for path in root.iter(f"{SVG}path")
        if path.get("stroke")
    }
    assert len(strokes) == 4
    assert len(paths(root, "ink")) == 1
    for name in RESERVES:
        assert sum(name in text for text, *_ in text_boxes(root)) == 1


def test_two_plans_with_one_name_but_other_numbers_are_both_drawn():
    plans = {name: ("Plan", 10_000.0 + 1000 * i) for i, name in enumerate(RESERVES)}
    root = next(drawings(draw_fans(RESERVES, together=True, plans=plans)))
    assert len(paths(root, "ink")) == 3


def test_panels_in_one_unit_share_a_scale_unless_one_could_not_be_seen():
    words = [text for text, *_ in text_boxes(next(drawings(FIGURES["fans apart"])))]
    assert words.count("4") == 2  # credits, and those to Japan [Mt]
    assert words.count("400") == 1  # leakage [t]
    assert "Leakage (tCO2e/yr)" in words
    assert "Credits to Japan (MtCO2e/yr)" in words


def test_panels_stand_in_columns_on_a_page_and_below_each_other_on_a_telephone():
    for narrow, columns in ((False, 3), (True, 1)):
        root = ET.fromstring(FIGURES["fans apart"].svg(narrow=narrow))
        lines = paths(root, "line-1")
        assert len(lines) == len(MANY_FANS)
        assert len({round(line[0, 0]) for line in lines}) == columns


def test_the_caption_of_fans_tells_median_range_and_plan_at_the_end():
    assert FIGURES["fan"].caption == (
        "In 2040, median and range of nine samples in ten: Credits issued 2 (1.25 to 3.2)"
        " MtCO₂e/yr, Plan of the partnership: 1.5."
    )
    assert "median" not in FIGURES["certain"].caption


@given(st.sampled_from([0, 2, 4]), st.sampled_from([0, 15]))
@unhurried
def test_the_text_alternative_of_fans_changes_with_every_number_it_tells(row, at):
    other = quantiles(1000 * STEADY)
    before = draw_fans({CREDITS: other}).alt
    changed = other.copy()
    changed[row, at] *= {0: 0.8, 2: 1.1, 4: 1.3}[row]
    assert draw_fans({CREDITS: changed}).alt != before


@given(
    st.lists(st.floats(0, 9), min_size=1, max_size=6),
    st.integers(1, 40),
    st.booleans(),
    st.floats(1, 5),
)
@unhurried
def test_any_fans_are_drawn_within_the_page(powers, count, together, spread):
    years = 2020 + np.arange(count)
    fans = {f"Scenario {i}": quantiles(np.full(count, 10**p), spread) for i, p in enumerate(powers)}
    assert_readable(draw_fans(fans, years=years, together=together))


def test_fans_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match=r"Capacity \[MW\] cannot share a scale"):
        draw_fans({CREDITS: STEADY, CAPACITY: STEADY}, UNITS, together=True)
    with pytest.raises(ValueError, match="Credits issued: quantiles must rise from 5% to 95%"):
        draw_fans({CREDITS: quantiles(STEADY)[::-1]})
    with pytest.raises(ValueError, match=f"give {len(QUANTILES)} quantiles or one row, not 3"):
        draw_fans({CREDITS: quantiles(STEADY)[:3]})
    with pytest.raises(ValueError, match="years: must rise"):
        draw_fans(years=YEARS[::-1])
    with pytest.raises(ValueError, match="Plan: a figure needs one finite number"):
        draw_fans(plans={CREDITS: ("Plan", np.nan)})


# Tornado


def test_bars_go_from_the_central_value_to_both_ends_the_longest_first():
    root = next(drawings(FIGURES["tornado"]))
    low, high = rectangles(root, "input-low"), rectangles(root, "input-high")
    # Capacity: 12,000 to 25,000; the grid: 15,000 to 22,000, both around 18,000.
    per_tonne = low[0][2] / 6000
    assert high[0][2] / per_tonne == pytest.approx(7000, abs=20)
    assert low[1][2] / per_tonne == pytest.approx(3000, abs=20)
    assert high[1][2] / per_tonne == pytest.approx(4000, abs=20)
    assert low[0][0] + low[0][2] == pytest.approx(high[0][0], abs=0.2)
    names = [text for text, *_ in text_boxes(root) if text in MOVED]
    assert names == [CAPACITY, GRID, SHARE]


def test_an_input_that_moves_the_outcome_down_has_its_low_end_on_the_right():
    root = next(drawings(draw_tornado({GRID: (20_000, 15_000)})))
    ((low, *_),), ((high, *_),) = rectangles(root, "input-low"), rectangles(root, "input-high")
    assert low > high


def test_two_ends_on_one_side_are_drawn_one_below_the_other():
    root = next(drawings(FIGURES["tornado on one side"]))
    low, high = rectangles(root, "input-low"), rectangles(root, "input-high")
    for one, other in zip(low, high, strict=True):
        assert one[1] + one[3] == pytest.approx(other[1])
    assert low[1][0] + low[1][2] == pytest.approx(high[1][0] + high[1][2], abs=0.2)  # the grid


def test_each_input_has_its_range_in_words_and_each_bar_its_numbers():
    words = plain(written(FIGURES["tornado"]))
    for told in ("0.45 to 0.62 tCO2e/MWh", "32 to 58 MW", "30 % to 70 %"):
        assert told in words
    for told in ("12,000", "25,000", "15,000", "22,000"):
        assert told in words


def test_title_and_caption_name_the_input_that_moves_the_outcome_most():
    figure = FIGURES["tornado"]
    assert figure.title == "Capacity moves the outcome most"
    assert figure.caption == (
        "Credits issued moves most with Capacity (32 to 58 MW): 12,000 to 25,000 tCO₂e."
    )
    assert FIGURES["tornado without a swing"].caption == "No input moves Credits issued."


@given(st.sampled_from([GRID, CAPACITY]), st.integers(0, 1), st.booleans())
@unhurried
def test_the_text_alternative_of_a_tornado_changes_with_every_number(name, end, outcome):
    moved, ranges = ({k: list(v) for k, v in each.items()} for each in (MOVED, RANGES))
    (moved if outcome else ranges)[name][end] *= 0.9
    assert draw_tornado(moved, ranges).alt != FIGURES["tornado"].alt


@given(st.lists(st.tuples(st.floats(-1e8, 1e8), st.floats(-1e8, 1e8)), min_size=1, max_size=4))
@unhurried
def test_any_tornado_is_drawn_within_the_page(ends):
    moved = dict(zip(RANGES, ends, strict=False))
    assert_readable(draw_tornado(moved, central=float(np.mean(ends))))


def test_a_tornado_without_ranges_or_ends_is_refused():
    with pytest.raises(ValueError, match="ranges: give low and high of Leakage"):
        draw_tornado({"Leakage": (1, 2)})
    with pytest.raises(ValueError, match="at least one input"):
        draw_tornado({})
    with pytest.raises(ValueError, match="Capacity: a figure needs one finite number"):
        draw_tornado({CAPACITY: (1, np.nan)})


# Influence over the years


def test_areas_are_as_thick_as_indices_and_interactions_fill_the_rest():
    root = next(drawings(FIGURES["influence"]))
    zero, whole = level_of(root, "0 %"), level_of(root, "100 %")
    rest = 1 - np.sum(list(FIRST.values()), axis=0)
    roles = [*LINES[:3], "influence-interactions"]
    for role, values in zip(roles, [*FIRST.values(), rest], strict=True):
        (corners,) = paths(root, role, "fill")
        per_year = corners[corners[:, 0].argsort()]
        first = per_year[per_year[:, 0] == per_year[0, 0]]
        last = per_year[per_year[:, 0] == per_year[-1, 0]]
        for edge, at in ((first, 0), (last, -1)):
            assert np.ptp(edge[:, 1]) / (zero - whole) == pytest.approx(values[at], abs=2e-3)


def test_years_in_which_nothing_varies_are_left_out_and_said():
    figure = FIGURES["influence from 2027 on"]
    assert "Left out, since the outcome does not vary: 2025–2026." in figure.caption
    assert "Left out" not in FIGURES["influence"].caption
    root, whole = (next(drawings(FIGURES[n])) for n in ("influence from 2027 on", "influence"))
    start, usual = (paths(r, "line-1", "fill")[0][:, 0].min() for r in (root, whole))
    end = paths(root, "line-1", "fill")[0][:, 0].max()
    assert (start - usual) / (end - usual) == pytest.approx(2 / 16, abs=1e-3)


def test_a_gap_in_the_middle_cuts_areas_and_lines_in_two():
    gap = np.where(YEARS == 2030, np.nan, 1.0)
    cut = {name: values * gap for name, values in FIRST.items()}
    assert len(paths(next(drawings(draw_influence(cut))), "line-1", "fill")) == 2
    root = next(drawings(draw_total(cut)))
    assert len(paths(root, "line-1")) == 2
    assert sum(text == CAPACITY for text, *_ in text_boxes(root)) == 1


def test_only_the_largest_inputs_have_an_area_of_their_own():
    words = written(FIGURES["influence of many"])
    assert "Input 4" in words
    assert "Input 5" not in words
    assert "Other inputs (4)" in words
    assert "Not drawn, with smaller indices: Input 5, Input 6, Input 7, Input 8." in (
        FIGURES["total of many from 2027 on"].caption
    )


def test_estimates_below_zero_have_no_area_and_do_not_add_to_interactions():
    root = next(drawings(draw_influence({GRID: 0.7 * STEADY, SHARE: -0.05 * STEADY})))
    zero, whole = level_of(root, "0 %"), level_of(root, "100 %")
    (rest,) = paths(root, "influence-interactions", "fill")
    assert np.ptp(rest[:, 1]) / (zero - whole) == pytest.approx(0.3, abs=2e-3)


def test_where_indices_are_more_than_the_whole_no_interactions_are_named():
    figure = FIGURES["influence over the whole"]
    assert "Interactions" not in written(figure)
    assert "Interactions" in written(FIGURES["influence"])
    corners = np.concatenate(paths(next(drawings(figure)), "line-3", "fill"))
    assert corners[:, 1].min() < level_of(next(drawings(figure)), "120 %")


def test_total_indices_are_lines_in_their_intervals():
    root = next(drawings(FIGURES["total"]))
    zero, whole = level_of(root, "0 %"), level_of(root, "100 %")
    for role, values in zip(LINES, FIRST.values(), strict=False):
        (line,), band = paths(root, role), paths(root, role, "fill")[0]
        start, end = line[0, 0], line[-1, 0]
        middles = start + (np.arange(len(values)) + 0.5) * (end - start) / len(values)
        drawn = np.interp(middles, line[:, 0], line[:, 1])
        assert (zero - drawn) / (zero - whole) == pytest.approx(values, abs=2e-3)
        top = (zero - band[:, 1].min()) / (zero - whole)
        assert top == pytest.approx(values.max() + 0.1, abs=2e-3)
    assert "band: interval" in written(FIGURES["total"])


def test_the_caption_of_influence_names_the_largest_share_at_both_ends():
    assert plain(FIGURES["influence"].caption) == (
        "In 2025 the largest share of the spread of credits comes from Emission factor of the"
        " grid: 50 %. In 2040 the largest share of the spread of credits comes from Emission"
        " factor of the grid: 50 %."
    )
    assert plain(draw_influence({GRID: 0.1 * STEADY}).caption).endswith("Interactions: 90 %.")


@given(st.sampled_from(list(FIRST)), st.sampled_from([0, 15]))
@unhurried
def test_the_text_alternative_of_influence_changes_with_every_number_it_tells(name, at):
    other = {k: v.copy() for k, v in FIRST.items()}
    other[name][at] *= 0.7
    assert draw_influence(other).alt != FIGURES["influence"].alt
    assert draw_total(other).alt != FIGURES["total"].alt
    assert draw_total(spread=0.05).alt != FIGURES["total"].alt


@given(
    st.lists(st.lists(st.floats(-0.2, 1.2), min_size=8, max_size=8), min_size=1, max_size=7),
    st.lists(st.booleans(), min_size=8, max_size=8).filter(any),
)
@unhurried
def test_any_influence_is_drawn_within_the_page(indices, known):
    gap = np.where(known, 1.0, np.nan)
    found = {f"Input {i}": np.array(values) * gap for i, values in enumerate(indices)}
    assert_readable(draw_influence(found, YEARS[:8]))
    assert_readable(draw_total(found, YEARS[:8]))


def test_indices_that_do_not_fit_are_refused():
    some = np.where(YEARS == 2030, np.nan, 0.1)
    with pytest.raises(ValueError, match=r"in \[2030\] some inputs have an index and others not"):
        draw_influence({GRID: STEADY, SHARE: some})
    with pytest.raises(ValueError, match="Capacity: give one index for each year"):
        draw_influence({CAPACITY: [0.1]})
    with pytest.raises(ValueError, match="none"):
        draw_influence({CAPACITY: np.nan * STEADY})
    with pytest.raises(ValueError, match="at least one input"):
        draw_influence({})


# Samples, and which are in front


@given(st.integers(1, 5000))
@unhurried
def test_drawn_samples_are_few_evenly_spread_and_keep_both_ends(size):
    drawn = samples({GRID: np.arange(float(size))}).drawn
    assert drawn.size == min(size, MOST_DRAWN)
    assert (drawn[0], drawn[-1]) == (0, size - 1)
    steps = np.diff(drawn)
    assert steps.size == 0 or (steps.min() >= 1 and np.ptp(steps) <= 1)


@given(st.floats(0, 1), st.floats(0, 1), st.integers(0, 2**32 - 1))
@unhurried
def test_those_within_all_limits_are_chosen_and_each_is_in_one_group(one, other, seed):
    rng = np.random.default_rng(seed)
    x, y = rng.random(50), rng.random(50)
    limits = {"x": (min(one, other), max(one, other)), "y": (0.2, y[3])}
    found = samples({"x": x, "y": y}, limits=limits, good=x > y)
    expected = [limits["x"][0] <= a <= limits["x"][1] and 0.2 <= b <= y[3]
                for a, b in zip(x, y, strict=True)]  # fmt: skip
    assert found.selected.tolist() == expected
    assert np.sum([group.where for group in found.groups], axis=0).tolist() == [1] * 50


def test_those_that_meet_the_target_are_counted_among_those_chosen():
    values = {CAPACITY: [1.0, 2.0, 3.0, 4.0, 5.0], CREDITS: [1.0, 2.0, 3.0, 4.0, 5.0]}
    good = [True, True, True, False, False]
    figure = draw_scatter(values=values, limits={CAPACITY: (1.0, 4.0)}, good=good)
    words = written(figure)
    for told in ("Not chosen (1)", "Target missed (1)", "Target met (3)"):
        assert told in words
    assert plain(figure.caption) == (
        "4 of 5 samples are within the ranges chosen. Of these, 3 (75 %) meet the target."
    )


def test_samples_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="limits: no values for Leakage; there are Capacity"):
        samples({CAPACITY: [1.0]}, limits={"Leakage": (0, 1)})
    with pytest.raises(ValueError, match="good: a figure needs one answer for each of its 2"):
        samples({CAPACITY: [1.0, 2.0]}, good=[True])
    with pytest.raises(ValueError, match="Leakage: a figure needs one finite number"):
        samples({CAPACITY: [1.0, 2.0], "Leakage": [1.0, np.inf]})


# Parallel axes


def test_lines_go_through_the_values_of_their_samples():
    values = {GRID: [0.0, 1.0, 0.5], CAPACITY: [0.0, 5.0, 10.0]}
    root = next(drawings(draw_parallel(values, {CREDITS: [1.0, 2.0, 3.0]})))
    lines = np.concatenate(paths(root, "met")).reshape(3, 3, 2)
    bottom, top = lines[..., 1].max(), lines[..., 1].min()
    places = (bottom - lines[..., 1]) / (bottom - top)
    assert places == pytest.approx(np.array([[0, 0, 0], [1, 0.5, 0.5], [0.5, 1, 1]]), abs=1e-3)


def test_on_a_telephone_lines_go_through_the_same_values_from_left_to_right():
    values = {GRID: [0.0, 1.0, 0.5], CAPACITY: [0.0, 5.0, 10.0]}
    root = ET.fromstring(draw_parallel(values, {CREDITS: [1.0, 2.0, 3.0]}).svg(narrow=True))
    pieces = np.concatenate(paths(root, "met")).reshape(3, 2, 2, 2)  # line, gap, end, x and y
    left, right = pieces[..., 0].min(), pieces[..., 0].max()
    places = (pieces[..., 0] - left) / (right - left)
    assert places[:, 0] == pytest.approx(np.array([[0, 0], [1, 0.5], [0.5, 1]]), abs=1e-3)
    assert places[:, 1] == pytest.approx(np.array([[0, 0], [0.5, 0.5], [1, 1]]), abs=1e-3)


def test_no_line_runs_through_the_words_of_an_axis():
    root = ET.fromstring(FIGURES["parallel"].svg(narrow=True))
    gaps = {
        tuple(sorted((piece[0, 1], piece[1, 1])))
        for role in ("met", "missed", "sample")
        for corners in paths(root, role)
        for piece in corners.reshape(-1, 2, 2)
    }
    assert len(gaps) == len(INPUTS)
    for _, _, top, _, bottom in text_boxes(root):
        assert all(bottom <= start or top >= end for start, end in gaps)


def test_those_chosen_are_in_front_and_told_apart_without_colour_too():
    root = next(drawings(FIGURES["parallel"]))
    strokes = [
        (path.get("stroke"), path.get("stroke-dasharray")) for path in root.iter(f"{SVG}path")
    ]
    order = list(dict.fromkeys(strokes))
    assert order == [
        (palette.literal("sample"), None),
        (palette.literal("missed"), "5 3"),
        (palette.literal("met"), None),
    ]


def test_each_line_is_drawn_in_the_colour_of_its_group():
    found = samples(INPUTS | OUTCOMES, limits=LIMITS, good=GOOD)
    root = next(drawings(FIGURES["parallel"]))
    for role, kind in (("sample", "others"), ("missed", "missed"), ("met", "met")):
        (group,) = (group for group in found.groups if group.kind == kind)
        assert subpaths(root, role) == group.where[found.drawn].sum()


def test_all_samples_are_counted_also_those_not_drawn():
    figure = FIGURES["parallel"]
    chosen = sum(0.53 <= g <= 1.0 and 45.0 <= c <= 60.0
                 for g, c in zip(INPUTS[GRID], INPUTS[CAPACITY], strict=True))  # fmt: skip
    words = written(figure)
    assert "400 of 1,000 samples are drawn" in words
    assert f"{chosen} are within the ranges chosen" in words
    assert figure.caption.startswith(f"{chosen} of 1,000 samples are within the ranges chosen.")
    assert FIGURES["parallel without limits"].caption == "Number of samples: 1,000."


def test_a_brush_lies_on_its_axis_from_limit_to_limit():
    values = {GRID: np.linspace(0.0, 1.0, 11), CAPACITY: np.linspace(0.0, 1.0, 11)}
    figure = draw_parallel(values, {}, limits={GRID: (0.2, 0.7)})
    wide, narrow = drawings(figure)
    axis = next(line for line in wide.iter(f"{SVG}line") if line.get("x1") == line.get("x2"))
    top, bottom = float(axis.get("y1")), float(axis.get("y2"))
    ((left, start, width, long),) = rectangles(wide, "surface")[1:]
    assert left + width / 2 == pytest.approx(float(axis.get("x1")))
    assert (bottom - start - long) / (bottom - top) == pytest.approx(0.2, abs=1e-3)
    assert (bottom - start) / (bottom - top) == pytest.approx(0.7, abs=1e-3)
    edges = rectangles(narrow, "surface")[1:]
    assert [(x - 12) / 334 for x, *_ in edges] == pytest.approx([0.2, 0.2], abs=1e-3)


def test_axes_are_named_with_units_and_both_ends():
    words = plain(written(FIGURES["parallel without limits"]))
    assert f"{WHOLE[CAPACITY][0]:.1f}" in words
    assert f"{WHOLE[CAPACITY][1]:.1f}" in words
    assert "Capacity (MW)" in words
    assert f"−{-100 * WHOLE[CHANGE][0]:.2f} %" in words


def test_more_axes_than_fit_side_by_side_lie_one_below_another():
    wide = next(drawings(FIGURES["parallel with twelve inputs"]))
    upright = [line for line in wide.iter(f"{SVG}line") if line.get("x1") == line.get("x2")]
    assert not upright
    assert any(line.get("x1") == line.get("x2")
               for line in next(drawings(FIGURES["parallel"])).iter(f"{SVG}line"))  # fmt: skip


def test_ten_thousand_samples_and_ten_axes_stay_light():
    rng = np.random.default_rng(0)
    inputs = {f"Input {i}": rng.random(10_000) for i in range(9)}
    units = dict.fromkeys([*inputs, "Outcome"], "1")
    figure = draw_parallel(
        inputs, {"Outcome": rng.random(10_000)}, units, good=rng.random(10_000) > 0.5
    )
    assert len(figure.html()) < 300_000
    assert len(draw_scatter(good=GOOD).html()) < 60_000


@given(
    st.integers(1, 30),
    st.integers(1, 12),
    st.floats(0, 8),
    st.integers(0, 2**32 - 1),
    st.sampled_from(["1", "tCO2e/yr", "tCO2e/MWh"]),
)
@unhurried
def test_any_samples_are_drawn_within_the_page(size, axes, power, seed, unit):
    rng = np.random.default_rng(seed)
    inputs = {f"Input {i} with a name": rng.normal(size=size) * 10**power for i in range(axes)}
    units = dict.fromkeys(inputs, unit) | {CREDITS: "tCO2e"}
    first = next(iter(inputs))
    limits = {first: (float(inputs[first].min()), float(np.median(inputs[first])))}
    outcome = {CREDITS: rng.random(size)}
    good = rng.random(size) > 0.5
    assert_readable(draw_parallel(inputs, outcome, units, limits=limits, good=good))


# Scatter


def test_points_stand_at_their_values():
    values = {CAPACITY: [10.0, 20.0, 40.0], CREDITS: [0.0, 50.0, 100.0]}
    root = next(drawings(draw_scatter(values=values)))
    (points,) = [p[::2] for p in paths(root, "met") if len(p) == 6]
    zero, hundred = level_of(root, "0"), level_of(root, "100")
    assert 100 * (zero - points[:, 1]) / (zero - hundred) == pytest.approx([0, 50, 100], abs=0.1)
    steps = np.diff(points[:, 0])
    assert steps[1] / steps[0] == pytest.approx(2, abs=0.01)


def test_what_misses_the_target_is_a_cross_and_what_meets_it_a_dot():
    root = next(drawings(FIGURES["scatter"]))
    styles = {p.get("stroke"): p.get("stroke-linecap") for p in root.iter(f"{SVG}path")}
    assert styles[palette.literal("met")] == "round"
    assert styles[palette.literal("missed")] is None
    found = samples(INPUTS | OUTCOMES, limits=LIMITS, good=GOOD)
    (missed,) = (group.where[found.drawn].sum() for group in found.groups if group.kind == "missed")
    assert subpaths(root, "missed") == 2 * missed + 2  # and the one in the key


def test_the_box_is_a_rectangle_that_ends_at_the_panel():
    values = {CAPACITY: np.linspace(0.0, 100.0, 11), CREDITS: np.linspace(0.0, 100.0, 11)}
    box = {CAPACITY: (20.0, np.inf), CREDITS: (30.0, 60.0), GRID: (0.0, 1.0)}
    root = next(drawings(draw_scatter(values=values, box=box)))
    ((left, top, width, height),) = rectangles(root, "ink")
    zero, hundred = level_of(root, "0"), level_of(root, "100")
    assert (zero - top) / (zero - hundred) == pytest.approx(0.6, abs=1e-3)
    assert (zero - top - height) / (zero - hundred) == pytest.approx(0.3, abs=1e-3)
    grid = [line for line in root.iter(f"{SVG}line") if line.get("y1") == line.get("y2")]
    start, end = float(grid[0].get("x1")), float(grid[0].get("x2"))
    assert (left - start) / (end - start) == pytest.approx(0.2, abs=1e-3)
    assert left + width == pytest.approx(end, abs=0.2)


def test_a_limit_on_what_is_not_drawn_chooses_too():
    limits = {SHARE: (0.3, 0.5)}
    figure = draw_scatter(limits=limits)
    chosen = ((INPUTS[SHARE] >= 0.3) & (INPUTS[SHARE] <= 0.5)).sum()
    assert figure.caption == f"{chosen} of 1,000 samples are within the ranges chosen."
    assert "Box" not in written(figure)


def test_a_scatter_is_named_after_both_and_tells_the_box():
    figure = FIGURES["scatter of inputs"]
    assert figure.title == "Emission factor of the grid against Capacity"
    assert f"Capacity: {WHOLE[CAPACITY][0]:.1f} to" in figure.alt
    assert "in the box 45 to" in figure.alt


# Boxes


def test_bars_show_which_part_of_the_range_is_in_the_box():
    ranges = {GRID: (0.0, 1.0), CAPACITY: (0.0, 100.0)}
    for root in drawings(draw_boxes({GRID: (0.25, 0.5), CAPACITY: (80.0, np.inf)}, ranges)):
        whole, parts = rectangles(root, "influence-more"), rectangles(root, "ink")
        for (left, _, width, _), (start, _, long, _), low, high in zip(
            whole, parts, (0.25, 0.8), (0.5, 1.0), strict=True
        ):
            assert (start - left) / width == pytest.approx(low, abs=1e-3)
            assert (start + long - left) / width == pytest.approx(high, abs=1e-3)


def test_limits_are_in_words():
    limits = {GRID: (0.25, 0.5), CAPACITY: (80.0, np.inf), SHARE: (-np.inf, 0.4)}
    ranges = {GRID: (0.0, 1.0), CAPACITY: (0.0, 100.0), SHARE: (0.3, 0.7)}
    figure = draw_boxes(limits, ranges)
    assert plain(figure.caption) == (
        "The box: Emission factor of the grid 0.25 to 0.5 tCO₂e/MWh; Capacity at least 80 MW;"
        " Share of credits to Japan at most 40 %. All other inputs are free."
    )
    assert "at least 80 MW" in written(figure)


def test_a_box_of_values_names_them_and_marks_their_cells():
    figure = FIGURES["box of values"]
    assert "one of 30 %, 70 %" in plain(written(figure))
    root = next(drawings(figure))
    ((left, _, width, _),) = rectangles(root, "influence-more")
    cells = [((x - left) / width, w / width) for x, _, w, _ in rectangles(root, "ink")]
    assert cells == [
        (pytest.approx(0, abs=1e-3), pytest.approx(1 / 3, abs=1e-3)),
        (pytest.approx(2 / 3, abs=1e-3), pytest.approx(1 / 3, abs=1e-3)),
    ]


def test_coverage_and_density_are_in_the_heading():
    words = plain(written(FIGURES["boxes"]))
    assert "In this box 91 % of the samples are of interest" in words
    assert "Coverage 83 % of all samples of interest; density 91 %" in words


def test_a_box_without_limits_says_so():
    assert "No input is restricted: the box holds all samples." in written(FIGURES["no box"])


@given(
    st.floats(-1e6, 1e6),
    st.floats(1e-3, 1e6),
    st.floats(0, 1),
    st.floats(0, 1),
    st.sampled_from(list(RANGES)),
)
@unhurried
def test_any_box_is_drawn_within_the_page(low, span, start, end, name):
    start, end = sorted((start, end))
    limits = {name: (low + start * span, low + end * span)}
    assert_readable(draw_boxes(limits, {name: (low, low + span)}))


def test_a_box_that_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="ranges: give the whole range of Capacity"):
        draw_boxes({CAPACITY: (1, 2)}, {GRID: (0, 1)})
    with pytest.raises(
        ValueError, match=r"\[0\.4\] is none of its values, which are \[0\.3, 0\.5\]"
    ):
        draw_boxes({SHARE: frozenset([0.4])}, {SHARE: [0.3, 0.5]})


def test_boxes_of_the_trajectory_stand_at_their_coverage_and_density():
    root = next(drawings(FIGURES["peeling"]))
    zero, whole = level_of(root, "0 %"), level_of(root, "100 %")
    (line,) = paths(root, "axis")
    assert (zero - line[:, 1]) / (zero - whole) == pytest.approx(PEELED[1], abs=1e-3)
    grid = [x for x in root.iter(f"{SVG}line") if x.get("y1") == x.get("y2")]
    start, end = float(grid[0].get("x1")), float(grid[0].get("x2"))
    assert (line[:, 0] - start) / (end - start) == pytest.approx(PEELED[0], abs=1e-3)
    marked = [c for c in root.iter(f"{SVG}circle") if c.get("fill") == palette.literal("above")]
    assert float(marked[-1].get("cx")) == pytest.approx(line[18, 0], abs=0.1)
    assert float(marked[-1].get("cy")) == pytest.approx(line[18, 1], abs=0.1)


def test_the_caption_of_the_trajectory_tells_the_chosen_box():
    assert plain(FIGURES["peeling"].caption) == (
        "Of 30 boxes, the chosen one has a coverage of 50.3 % and a density of 84.8 %; of all"
        " samples, 40 % are of interest."
    )
    assert draw_peeling(chosen=3).alt != FIGURES["peeling"].alt


def test_a_trajectory_that_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="the box is one of 0 to 29, not 30"):
        draw_peeling(chosen=30)
    with pytest.raises(ValueError, match="coverage and density are 0 to 1"):
        draw_peeling(density=2 * PEELED[1])
    with pytest.raises(ValueError, match="density: a figure needs one finite number"):
        draw_peeling(density=PEELED[1][:-1])


# Convergence


def test_the_band_is_two_standard_errors_wide_on_both_sides():
    estimates, errors = np.full(10, 500.0), np.linspace(100.0, 10.0, 10)
    root = next(drawings(draw_convergence(estimates=estimates, errors=errors)))
    (line,), (band, *_) = paths(root, "line-1"), paths(root, "line-1", "fill")
    upper, lower = np.split(band[:-1] if len(band) % 2 else band, 2)
    middle = np.interp(upper[:, 0], line[:, 0], line[:, 1])  # of a level line only the ends stand
    up, down = middle - upper[:, 1], lower[::-1][:, 1] - middle
    assert up == pytest.approx(down, abs=0.2)
    level = level_of(root, "600") - level_of(root, "400")
    assert 200 * up / -level == pytest.approx(2 * errors, abs=1)


def test_samples_are_on_a_logarithmic_axis():
    root = next(drawings(FIGURES["convergence"]))
    (line,) = paths(root, "line-1")
    assert np.ptp(np.diff(line[:, 0])) < 0.3  # each point has twice the samples of the last


def test_title_and_caption_tell_the_last_estimate_with_its_error():
    figure = draw_convergence([100, 1000], [480.0, 500.0], [20.0, 5.0])
    assert figure.title == "Mean credits: 500 tCO₂e from 1,000 samples"
    assert figure.caption == (
        "From 1,000 samples Mean credits is 500 tCO₂e, with a standard error of 5."
    )
    assert "480 ± 20 from 100" in figure.alt


@given(st.integers(0, 9), st.booleans())
@unhurried
def test_the_text_alternative_of_convergence_changes_with_every_number_it_tells(at, error):
    estimates, errors = np.full(10, 500.0), np.full(10, 20.0)
    told = np.linspace(0, 9, 8).round().astype(int)
    before = draw_convergence(estimates=estimates, errors=errors).alt
    (errors if error else estimates)[at] *= 1.5
    after = draw_convergence(estimates=estimates, errors=errors).alt
    assert (after != before) or at not in told


@given(
    st.lists(st.integers(1, 10**6), min_size=1, max_size=12, unique=True),
    st.floats(-1e9, 1e9),
    st.floats(0, 1e6),
)
@unhurried
def test_any_convergence_is_drawn_within_the_page(counts, mean, error):
    counts = np.sort(counts)
    estimates = np.full(counts.size, mean)
    assert_readable(draw_convergence(counts, estimates, error / np.sqrt(counts)))


def test_a_small_error_is_told_however_large_the_first_one_was():
    figure = draw_convergence([10, 10**6], [500.0, 510.0321], [500.0, 0.0012])
    assert "510.03 tCO₂e, with a standard error of 0.0012." in figure.caption


def test_numbers_of_samples_that_do_not_rise_are_refused():
    with pytest.raises(ValueError, match="counts: numbers of samples must be above zero and rise"):
        draw_convergence([64, 64], [1.0, 1.0], [0.1, 0.1])
    with pytest.raises(ValueError, match="Mean credits: a figure needs one finite number"):
        draw_convergence([64], [np.nan], [0.1])
