"""The figures: what they say, that they can be read, and that they survive any input."""

import itertools
import json
import os
import re
import struct
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from jcm_models.figures import Figure, emissions_figure, palette, split_figure, svg
from jcm_models.variables import PARTIES
from jcm_models.wording import Words

WORDS = Words("en")
SVG = "{http://www.w3.org/2000/svg}"
BOTH = pytest.mark.parametrize("draw", [emissions_figure, split_figure])
# Building a figure takes milliseconds, but the first one loads the catalogue.
settings.register_profile("figures", deadline=None, max_examples=60)
unhurried = settings.get_profile("figures")


def results(years, reference, project, bau=None, leakage=0.0, shares=(0.5, 0, 0.3, 0.2), **more):
    """Return results as a run makes them, where nothing is discounted or reserved."""
    years = np.asarray(years)
    flow = {"reference": reference, "project": project, "leakage": leakage}
    flow = {
        f"{k}_emissions": np.broadcast_to(v, years.shape).astype(float) for k, v in flow.items()
    }
    reduced = flow["reference_emissions"] - flow["project_emissions"] - flow["leakage_emissions"]
    issued = np.floor(np.maximum(reduced, 0))
    flow |= {"year": years, "emission_reductions": reduced, "credits_issued": issued}
    flow |= {"reductions_rounded_away": np.maximum(reduced, 0) - issued}
    flow |= {"deficit_settled": np.minimum(reduced, 0), "credits": np.outer(shares, issued)}
    if bau is not None:
        flow["bau_emissions"] = np.broadcast_to(bau, years.shape).astype(float)
        flow["unissued_reductions"] = flow["bau_emissions"] - flow["reference_emissions"]
    return flow | more


def thailand(**more):
    return results(range(2020, 2031), 2552, 0, 4336.8, **more)


CASES = {
    "thailand": thailand(),
    "mongolia": results(range(2017, 2031), 15034.3, 288, 15600.2, shares=(0.6, 0, 0.2, 0.2)),
    "BaU unknown": results(range(2020, 2031), 2552, 400),
    "one year": results([2030], 2552, 300, 4336.8),
    "reference as high as BaU": results(range(2020, 2031), 2552, 0, 2552),
    "all zero": results(range(2020, 2031), 0, 0, 0),
    "above the reference": results(
        range(2022, 2028),
        [7000, 7000, 5200, 5000, 7000, 7000],
        [5000, 5000, 6200, 6100, 4000, 4000],
        9000,
    ),
    "sixty years, large": results(
        range(2025, 2085),
        np.linspace(4e8, 6e8, 60),
        np.linspace(1e8, 5.9e8, 60),
        np.linspace(5e8, 1e9, 60),
    ),
    "small": results(range(2020, 2025), 0.7, 0.2, 0.9),
    "all thin": results(range(2020, 2031), 4960, 4920, 5000),
    "a gap in the years": results([2020, 2021, 2025, 2026], 900, 100, 1000),
    "leakage": results(range(2020, 2031), 900, 100, 1000, leakage=50),
}
EVERY = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


def drawings(figure: Figure) -> Iterator[ET.Element]:
    for narrow in (False, True):
        yield ET.fromstring(figure.svg(narrow=narrow))


def assert_as_wide_as_estimated(page, drawing: str) -> None:
    """Assert that no word of the drawing that is seen is wider than it was taken to be."""
    measured = page.locator("svg:visible text").evaluate_all(
        "all => all.map(t => [t.textContent, t.getComputedTextLength()])"
    )
    boxes = text_boxes(ET.fromstring(drawing))
    for (content, wide), (same, left, _, right, _) in zip(measured, boxes, strict=True):
        assert content == same
        assert wide <= right - left + 2


def assert_fits(page, figure, width: int, shown: list[bool]) -> None:
    """Assert that on a screen the drawing made for it is shown, and fits."""
    page.set_viewport_size({"width": width, "height": 800})
    page.set_content(f"<!doctype html><body>{figure._repr_html_()}")
    seen = "nodes => nodes.map(n => getComputedStyle(n).display != 'none')"
    assert page.locator("svg").evaluate_all(seen) == shown
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert_as_wide_as_estimated(page, figure.svg(narrow=shown[1]))


def text_boxes(root: ET.Element) -> Iterator[tuple[str, float, float, float, float]]:
    """Yield each text with its left, top, right and bottom edge [px], as far as can be known."""
    for element in root.iter(f"{SVG}text"):
        content, size = "".join(element.itertext()), float(element.get("font-size"))
        bold = element.get("font-weight") == "700"
        width = palette.text_width(content, size, bold=bold)
        x, y = float(element.get("x")), float(element.get("y"))
        left = (
            x - width * {"start": 0, "middle": 0.5, "end": 1}[element.get("text-anchor", "start")]
        )
        yield content, left, y - 0.75 * size, left + width, y + 0.2 * size


def corners(root: ET.Element) -> Iterator[tuple[float, float]]:
    """Yield every coordinate that is drawn, of texts the corners."""
    for _, left, top, right, bottom in text_boxes(root):
        yield from ((left, top), (right, bottom))
    for element in root.iter():
        get = {name: float(value) for name, value in element.items() if _is_number(value)}
        if element.tag == f"{SVG}rect":
            yield from ((get["x"], get["y"]), (get["x"] + get["width"], get["y"] + get["height"]))
        elif element.tag == f"{SVG}line":
            yield from ((get["x1"], get["y1"]), (get["x2"], get["y2"]))
        elif element.tag == f"{SVG}circle":
            yield get["cx"], get["cy"]
        elif element.tag == f"{SVG}path":
            yield from path_corners(element.get("d"))


def path_corners(path: str) -> Iterator[tuple[float, float]]:
    x = y = 0.0
    for command, numbers in re.findall(r"([MHVLZ])([-\d. ]*)", path):
        values = [float(number) for number in numbers.split()]
        if command in "ML":
            x, y = values
        elif command == "H":
            (x,) = values
        elif command == "V":
            (y,) = values
        yield x, y


def _is_number(text: str) -> bool:
    return re.fullmatch(r"-?\d+(\.\d+)?", text) is not None


def assert_readable(figure: Figure) -> None:
    """Check that all is on the page and no words lie on others."""
    for root in drawings(figure):
        _, _, width, height = map(float, root.get("viewBox").split())
        assert all(-0.1 <= x <= width + 0.1 and -0.1 <= y <= height + 0.1 for x, y in corners(root))
        for one, other in itertools.combinations(text_boxes(root), 2):
            apart = (
                one[3] <= other[1] or other[3] <= one[1] or one[4] <= other[2] or other[4] <= one[2]
            )
            assert apart, (one, other)


flows = st.floats(0, 1e9)
years = st.integers(1, 40).flatmap(
    lambda n: st.tuples(
        st.integers(1990, 2100), *[st.lists(flows, min_size=n, max_size=n) for _ in range(3)]
    )
)


@st.composite
def any_results(draw):
    first, *levels = draw(years)
    low, middle, high = np.sort(np.array(levels), axis=0)
    reference, project = (middle, low) if draw(st.booleans()) else (low, middle)
    bau = draw(st.sampled_from([None, high]))
    leakage = draw(st.sampled_from([0.0, 0.1 * low]))
    return results(first + np.arange(len(low)), reference, project, bau, leakage)


# What is drawn


@BOTH
@EVERY
def test_every_case_is_drawn_within_its_page_and_no_words_lie_on_others(draw, case):
    assert_readable(draw(case, WORDS, "Lao People’s Democratic Republic"))


@BOTH
@given(case=any_results())
@unhurried
def test_any_data_are_drawn_within_the_page_and_no_words_lie_on_others(draw, case):
    assert_readable(draw(case, WORDS, "Thailand"))


@BOTH
@given(title=st.text(max_size=300), host=st.text(max_size=80))
@unhurried
def test_any_title_and_host_leave_well_formed_xml(draw, title, host):
    figure = draw(CASES["thailand"], WORDS, host, title=title)
    assert_readable(figure)
    html = figure.html()
    ET.fromstring(html)
    assert "<script" not in html


@BOTH
def test_names_from_a_users_file_are_escaped(draw):
    figure = draw(CASES["thailand"], WORDS, '<b onclick="x">&', title="</title><script>")
    assert "<script" not in figure.html()
    assert "<b " not in figure.html()
    assert figure.title == "</title><script>"


def test_xarray_results_are_drawn_like_arrays():
    case = CASES["thailand"]
    arrays = {k: ("year", v) for k, v in case.items() if np.ndim(v) == 1 and k != "year"}
    dataset = xr.Dataset(
        arrays | {"credits": (("party", "year"), case["credits"])},
        coords={"year": case["year"], "party": list(PARTIES)},
    )
    for draw in (emissions_figure, split_figure):
        assert draw(dataset, WORDS, "Thailand").svg() == draw(case, WORDS, "Thailand").svg()


@BOTH
def test_a_quantity_without_one_number_for_each_year_is_refused_by_name(draw):
    with pytest.raises(ValueError, match="reference_emissions"):
        draw(thailand() | {"reference_emissions": np.ones((3, 11))}, WORDS, "Thailand")
    with pytest.raises(ValueError, match="project_emissions"):
        draw(thailand() | {"project_emissions": np.full(11, np.nan)}, WORDS, "Thailand")


def written(figure: Figure) -> str:
    return " ".join(
        "".join(text.itertext()) for text in ET.fromstring(figure.svg()).iter(f"{SVG}text")
    )


def test_lines_and_areas_are_named_directly_with_their_tonnes():
    words = written(emissions_figure(CASES["thailand"], WORDS, "Thailand"))
    for name in ("Business as usual 4,337", "Reference 2,552", "Project 0"):
        assert name in words
    assert "Never issued, stays with Thailand 19,633 tCO2e in 2020–2030" in words
    assert "Credited reductions 28,072 tCO2e in 2020–2030" in words


def test_without_bau_nothing_is_said_about_what_is_never_issued():
    for draw in (emissions_figure, split_figure):
        figure = draw(CASES["BaU unknown"], WORDS, "Thailand")
        assert "Never issued" not in figure.html()
        assert "usual is not known" in figure.html()


def test_a_wedge_without_height_has_no_name():
    words = written(emissions_figure(CASES["reference as high as BaU"], WORDS, "Thailand"))
    assert "Never issued" not in words
    assert "Credited reductions" in words


def test_years_above_the_reference_are_marked_and_not_credited():
    figure = emissions_figure(CASES["above the reference"], WORDS, "Thailand")
    assert "Above the reference 2,100 tCO2e in 2024–2025" in written(figure)
    credited = [
        e
        for e in ET.fromstring(figure.svg()).iter()
        if e.get("fill") == palette.literal("credited-wash")
    ]
    assert len(credited) == 2  # before and after, not between
    assert "−2,100" in written(split_figure(CASES["above the reference"], WORDS, "Thailand"))


def test_the_area_of_what_is_credited_is_proportional_to_its_tonnes():
    def credited(project):
        root = ET.fromstring(
            emissions_figure(results(range(2020, 2030), 1000, project), WORDS, "Thailand").svg()
        )
        path = next(e for e in root.iter() if e.get("fill") == palette.literal("credited-wash"))
        ys = [y for _, y in path_corners(path.get("d"))]
        return max(ys) - min(ys)

    assert credited(500) == pytest.approx(credited(0) / 2, abs=0.2)


def test_what_lies_outside_the_crediting_period_has_an_area_of_its_own():
    case = CASES["thailand"]
    inside = np.where(case["year"] < 2025, 1.0, 0.0)
    outside = {"reductions_outside_crediting": (1 - inside) * 2552, "credits_issued": inside * 2552}
    case = case | outside | {"credits": np.outer((0.5, 0, 0.3, 0.2), inside * 2552)}
    assert "Not credited 15,312 tCO2e in 2025–2030" in written(
        emissions_figure(case, WORDS, "Thailand")
    )
    assert "Not credited" in written(split_figure(case, WORDS, "Thailand"))


def test_large_values_are_in_kilotonnes_and_megatonnes():
    for high, unit in ((99_999, "tCO"), (250_000, "ktCO"), (1.2e6, "MtCO")):
        case = results(range(2030, 2060), high, high / 10, high)
        assert f"Totals of calendar years, {unit}2e/yr" in written(
            emissions_figure(case, WORDS, "Thailand")
        )


def test_the_rows_of_the_split_add_up_to_the_whole():
    case = thailand(reserve_withheld=np.full(11, 77.0))
    case["credits"] = np.outer((0.5, 0, 0.3, 0.2), np.full(11, 2475.0))
    root = ET.fromstring(split_figure(case, WORDS, "Thailand").svg())
    bars = [e for e in root.iter(f"{SVG}rect") if e.get("height") == "20"]
    left, width = (float(bars[0].get(key)) for key in ("x", "width"))
    top_level, parties = bars[1:3], bars[3:]
    assert sum(float(e.get("width")) for e in top_level) == pytest.approx(width, abs=0.3)
    assert sum(float(e.get("width")) for e in parties) == pytest.approx(
        float(bars[2].get("width")), abs=0.5
    )
    end = float(parties[-1].get("x")) + float(parties[-1].get("width"))
    assert end == pytest.approx(left + width, abs=0.5)
    assert [e.get("fill") for e in parties] == [
        palette.literal(role)
        for role in ("reserve", "japan_government", "host_government", "host_participants")
    ]


def test_parts_below_half_a_tonne_have_no_row():
    assert "Not credited" not in written(
        split_figure(results([2030], 10.4, 0, 12), WORDS, "Thailand")
    )
    assert "Not credited" in written(split_figure(results([2030], 10.6, 0, 12), WORDS, "Thailand"))


# What it says to those who do not see it


def test_the_text_alternative_holds_title_range_and_key_numbers():
    alt = emissions_figure(CASES["thailand"], WORDS, "Thailand").alt
    assert alt.startswith(WORDS("figure.emissions_title"))
    assert "2020–2030, between 0 and 4,337 tCO₂e/yr" in alt
    assert "Business-as-usual (BaU) emissions: 4,337 tCO₂e in 2020" in alt
    assert "19,633 tCO₂e" in alt
    assert "28,072 tCO₂e" in alt
    alt = split_figure(CASES["thailand"], WORDS, "Thailand").alt
    assert "All reductions: 47,705 tCO₂e (100\N{NO-BREAK SPACE}%)" in alt
    assert "Government of Japan: 14,036 tCO₂e (29.4\N{NO-BREAK SPACE}%)" in alt


@BOTH
@given(factor=st.floats(1.01, 100), name=st.sampled_from(["project", "reference"]))
@unhurried
def test_the_text_alternative_changes_with_the_numbers(draw, factor, name):
    levels = {"project": 300.0, "reference": 2552.0}
    before = draw(results(range(2020, 2031), bau=1e6, **levels), WORDS, "Thailand")
    levels[name] *= factor
    after = draw(results(range(2020, 2031), bau=1e6, **levels), WORDS, "Thailand")
    assert before.alt != after.alt


def test_the_caption_says_what_is_seen():
    caption = emissions_figure(CASES["thailand"], WORDS, "Thailand").caption
    for part in (
        "2020–2030",
        "47,705 tCO₂e below business as usual",
        "19,633",
        "28,072",
        "Thailand",
    ):
        assert part in caption
    assert "are as high as" in emissions_figure(CASES["all zero"], WORDS, "Thailand").caption
    worse = results(range(2020, 2031), 100, 200, 150)
    assert "above business as usual" in emissions_figure(worse, WORDS, "Thailand").caption


@BOTH
def test_each_drawing_is_one_image_with_a_name_and_a_description(draw):
    figure = draw(CASES["thailand"], WORDS, "Thailand")
    for root in drawings(figure):
        assert root.get("role") == "img"
        title, words = (root.find(f"{SVG}{tag}") for tag in ("title", "desc"))
        assert root.get("aria-labelledby") == f"{title.get('id')} {words.get('id')}"
        assert (title.text, words.text) == (figure.title, figure.description)
    assert repr(figure) == figure.alt == f"{figure.title}. {figure.description}"


@BOTH
def test_ids_are_unique_on_a_page_and_links_find_them(draw):
    one, other = (
        draw(CASES[name], WORDS, "Thailand") for name in ("above the reference", "thailand")
    )
    page = f"<main>{one.html()}{other.html()}{other.html(key='again')}</main>"
    ids = [e.get("id") for e in ET.fromstring(page).iter() if e.get("id")]
    assert len(ids) == len(set(ids))
    assert set(re.findall(r"url\(#([\w-]+)\)", page)) <= set(ids)


def test_the_wide_drawing_names_the_numbers_of_each_year_under_the_pointer():
    wide, narrow = drawings(emissions_figure(CASES["mongolia"], WORDS, "Thailand"))
    tips = [rect.find(f"{SVG}title").text for rect in wide.iter(f"{SVG}rect") if rect.get("class")]
    assert len(tips) == 14
    assert tips[0] == "2017: Business as usual 15,600, Reference 15,034, Project 288 tCO₂e"
    assert not [rect for rect in narrow.iter(f"{SVG}rect") if rect.get("class")]


# Files


IN_ANOTHER_PROCESS = """
import sys, json
from jcm_models import figures
from jcm_models.wording import Words
name, case = json.load(sys.stdin)
print(getattr(figures, name)(case, Words("en"), "Thailand").html())
"""


@BOTH
def test_the_same_inputs_give_the_same_bytes_in_every_process(draw):
    lists = {name: np.asarray(values).tolist() for name, values in CASES["all thin"].items()}
    here = draw(CASES["all thin"], WORDS, "Thailand").html()
    assert here == draw(lists, WORDS, "Thailand").html()
    for seed in ("1", "2"):
        elsewhere = subprocess.run(
            [sys.executable, "-c", IN_ANOTHER_PROCESS],
            env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"},
            input=json.dumps([draw.__name__, lists]),
            check=True,
            capture_output=True,
            encoding="utf-8",
        )
        assert elsewhere.stdout.strip() == here


@BOTH
@pytest.mark.parametrize(("narrow", "width"), [(False, 920), (True, 358)])
def test_png_has_the_size_asked_for(draw, narrow, width):
    figure = draw(CASES["thailand"], WORDS, "Thailand")
    drawing = figure.narrow if narrow else figure.wide
    for scale in (1, 2, 3):
        png = figure.png(scale, narrow=narrow)
        assert png.startswith(b"\x89PNG")
        assert struct.unpack(">II", png[16:24]) == (
            round(width * scale),
            round(drawing.height * scale),
        )


@BOTH
def test_a_standalone_svg_needs_no_style_sheet_and_nothing_from_outside(draw):
    text = draw(CASES["thailand"], WORDS, "var(--jcm-bau,#000000)").svg()
    root = ET.fromstring(text)
    assert not any("var(" in value for e in root.iter() for value in e.attrib.values())
    assert "var(--jcm-bau,#000000)" in text  # the user's own words stay as they are
    assert re.findall(r"https?://[^\"]+", text) == ["http://www.w3.org/2000/svg"]
    assert "sans-serif" in root.get("font-family")


@BOTH
def test_colours_on_a_page_are_variables_with_a_literal_to_fall_back_on(draw):
    page = draw(CASES["thailand"], WORDS, "Thailand").html()
    colours = re.findall(r'(?:fill|stroke)="([^"]+)"', page)
    assert {c for c in colours if not re.fullmatch(r"var\(--jcm-[\w-]+,#[0-9a-f]{6}\)", c)} <= {
        "none"
    }
    assert "var(" not in draw(CASES["thailand"], WORDS, "Thailand").html(themed=False)


def test_the_notebook_shows_a_figure_with_its_style_sheet():
    shown = emissions_figure(CASES["thailand"], WORDS, "Thailand")._repr_html_()
    assert shown.count("<style>") == 1
    assert shown.index("</style>") < shown.index("<figure")


def test_importing_the_figures_loads_nothing_heavy():
    code = "import sys, jcm_models.figures; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    heavy = {"xarray", "pandas", "matplotlib", "scipy", "pint", "pydantic", "yaml", "resvg_py"}
    assert not heavy & set(run.stdout.split())


# The vocabulary


@given(st.floats(-1, 1), st.floats(1e-3, 1e9), st.integers(4, 12))
def test_ticks_cover_the_range_and_are_few_and_even(share_below_zero, span, at_most):
    low = share_below_zero * span
    ticks = svg.nice_ticks(low, low + span, at_most)
    slack = 1e-6 * (abs(low) + span)
    assert ticks[0] <= low + slack
    assert ticks[-1] >= low + span - slack
    assert 2 <= len(ticks) <= at_most
    assert np.diff(ticks) == pytest.approx(ticks[1] - ticks[0])


@given(st.lists(st.tuples(st.floats(-500, 900), st.floats(1, 60)), min_size=1, max_size=8))
def test_labels_never_overlap_and_stay_where_there_is_room(labels):
    wanted, sizes = zip(*labels, strict=True)
    low, high = 0.0, 500.0
    middles = svg.spread(wanted, sizes, low, high)
    order = sorted(range(len(labels)), key=lambda i: wanted[i])
    for one, other in itertools.pairwise(order):
        assert middles[other] - middles[one] >= (sizes[one] + sizes[other]) / 2 - 1e-6
    for middle, size in zip(middles, sizes, strict=True):
        assert low - 1e-6 <= middle - size / 2
        assert middle + size / 2 <= high + 1e-6


def test_labels_with_room_stay_where_they_are():
    assert svg.spread([10, 50, 90], [10, 10, 10], 0, 100) == pytest.approx([10, 50, 90])
    assert svg.spread([50, 50], [10, 10], 0, 100) == pytest.approx([45, 55])


@given(st.text(max_size=200), st.floats(60, 400), st.integers(1, 4))
def test_wrapped_lines_are_never_wider_than_asked_for(content, width, at_most):
    lines = palette.wrap(content, width, 14, at_most=at_most)
    assert 1 <= len(lines) <= at_most
    assert all(palette.text_width(line, 14) <= width for line in lines)


def test_wrapping_keeps_every_word():
    text = "Never issued, stays with Lao People’s Democratic Republic"
    assert " ".join(palette.wrap(text, 150, 14, at_most=9)) == text
    assert (
        "".join(palette.wrap("クレジットとして発行されない削減量", 60, 14, at_most=9))
        == "クレジットとして発行されない削減量"
    )


def test_a_chinese_or_japanese_character_is_one_em_wide():
    assert palette.text_width("日本国政府", 10) == pytest.approx(50)


# Colours


def test_every_colour_of_the_style_sheet_has_a_light_and_a_dark_form():
    assert len(palette.roles()) == len(re.findall(r"--jcm-[\w-]+:", palette.stylesheet()))


MACHADO = {  # Machado, Oliveira and Fernandes (2009), severity 1, on linear RGB
    "none": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
XYZ = [
    [0.4124564, 0.3575761, 0.1804375],
    [0.2126729, 0.7151522, 0.0721750],
    [0.0193339, 0.1191920, 0.9503041],
]
SCHEMES = pytest.mark.parametrize("scheme", palette.SCHEMES)


def linear(colour: str) -> np.ndarray:
    rgb = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def lab(rgb: np.ndarray) -> np.ndarray:
    x = XYZ @ rgb / [0.95047, 1, 1.08883]
    f = np.where(x > 0.008856, np.cbrt(x), 7.787 * x + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def distance(one: str, other: str, sight: str, scheme: str) -> float:
    seen = [
        lab(np.clip(MACHADO[sight] @ linear(palette.literal(role, scheme)), 0, 1))
        for role in (one, other)
    ]
    return float(np.linalg.norm(seen[0] - seen[1]))


def contrast(one: str, other: str, scheme: str) -> float:
    light = [linear(palette.literal(role, scheme)) @ XYZ[1] + 0.05 for role in (one, other)]
    return max(light) / min(light)


PARTS = ("unissued", "not_credited", "reserve", *PARTIES)
LINES = tuple(f"line-{number}" for number in range(1, 6))
SIDE_BY_SIDE = [
    *itertools.combinations(LINES, 2),
    ("bau", "stored"),
    *itertools.combinations(PARTS, 2),
    *itertools.combinations(("bau", "reference", "project"), 2),
    ("unissued-wash", "credited-wash"),
    ("credited-wash", "not_credited-wash"),
    *[("credited", part) for part in ("unissued", "not_credited", "reserve", "japan_government")],
]


@SCHEMES
@pytest.mark.parametrize("sight", MACHADO)
def test_roles_side_by_side_can_be_told_apart(sight, scheme):
    close = {pair: distance(*pair, sight, scheme) for pair in SIDE_BY_SIDE}
    assert not {pair: d for pair, d in close.items() if d < 15}


@SCHEMES
def test_words_can_be_read_on_what_is_behind_them(scheme):
    pairs = [(role, "surface") for role in ("ink", "muted", "bau", "reference", "project", "above")]
    for part in ("unissued", "credited", "not_credited"):
        pairs += [(f"{part}-text", f"{part}-wash"), (f"{part}-text", "surface")]
    assert not {pair: contrast(*pair, scheme) for pair in pairs if contrast(*pair, scheme) < 4.5}


@SCHEMES
def test_bars_stand_out_from_the_paper(scheme):
    roles = (*PARTS, *LINES, "credited", "above", "axis", "stored")
    assert not {
        r: contrast(r, "surface", scheme) for r in roles if contrast(r, "surface", scheme) < 3
    }


def test_lines_differ_without_colour_too():
    root = ET.fromstring(emissions_figure(CASES["thailand"], WORDS, "Thailand").svg())
    strokes = {palette.literal(role): role for role in ("bau", "reference", "project")}
    styles = {
        strokes[e.get("stroke")]: (e.get("stroke-width"), e.get("stroke-dasharray"))
        for e in root.iter(f"{SVG}path")
        if e.get("stroke") in strokes
    }
    assert len(set(styles.values())) == 3


# In a browser

SEEN = "nodes => nodes.map(n => getComputedStyle(n).display != 'none')"
FILL = "node => getComputedStyle(node).fill"


def shown(page, figure: Figure, **body) -> None:
    attributes = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in body.items())
    page.set_content(f"<!doctype html><body{attributes}>{figure._repr_html_()}")


def paper(scheme: str) -> str:
    return "rgb({}, {}, {})".format(*bytes.fromhex(palette.literal("surface", scheme)[1:]))


def test_one_drawing_is_shown_the_other_hidden_by_the_width_of_the_figure(page):
    shown(page, emissions_figure(CASES["thailand"], WORDS, "Thailand"))
    for width, seen in ((1000, [True, False]), (390, [False, True])):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.locator("svg").evaluate_all(SEEN) == seen
        assert page.get_by_role("img").count() == 1
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@SCHEMES
def test_colours_follow_the_reader_and_a_jupyter_theme_before_that(page, scheme):
    figure = emissions_figure(CASES["thailand"], WORDS, "Thailand")
    page.emulate_media(color_scheme=scheme)
    paint = page.locator(".jcm-wide > rect").first
    shown(page, figure)
    assert paint.evaluate(FILL) == paper(scheme)
    for theme, expected in (("true", "light"), ("false", "dark")):
        shown(page, figure, data_jp_theme_light=theme)
        assert paint.evaluate(FILL) == paper(expected)
    page.emulate_media(media="print", color_scheme=scheme)
    assert paint.evaluate(FILL) == paper("light")


@BOTH
def test_estimated_widths_are_not_too_narrow_for_the_font_used(page, draw):
    page.set_content(draw(CASES["mongolia"], WORDS, "Mongolia").svg())
    assert_as_wide_as_estimated(page, draw(CASES["mongolia"], WORDS, "Mongolia").svg())
