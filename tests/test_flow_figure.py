"""The flow picture: what flows in flows out, it ends where it should, and it can be read."""

import itertools
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator

import numpy as np
import pytest
import xarray as xr
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from jcm_models import compute, load_scenario
from jcm_models.figures import flow_figure, palette
from jcm_models.figures.outcome import outcome_parts
from jcm_models.figures.strands import HOST, JAPAN, RESERVE, UNADJUSTED, Node, flow_of
from jcm_models.variables import PARTIES
from tests.examples import ROOT
from tests.test_figures import (
    CASES,
    MACHADO,
    SCHEMES,
    SVG,
    WORDS,
    assert_as_wide_as_estimated,
    assert_readable,
    contrast,
    distance,
    drawings,
    results,
    text_boxes,
    thailand,
    written,
)

unhurried = settings(deadline=None, max_examples=60)
NBSP = "\N{NO-BREAK SPACE}"
LONG = "Lao People’s Democratic Republic"


def transferred(case, first_vintage=2021):
    """Return results in which the credits of Japan are mitigation outcomes from a vintage on."""
    japan = np.asarray(case["credits"])[:2].sum(axis=0)
    return dict(case) | {"itmos_first_transferred": japan * (case["year"] >= first_vintage)}


def shipped(name):
    computed = compute(load_scenario(ROOT / f"scenarios/{name}.yaml"))
    return {key: computed[key] for key in (*computed, "year")}


@st.composite
def any_outcome(draw):
    """Return results as a run makes them: discounted, reserved, in whole tonnes, by any shares."""
    years = 2015 + np.arange(draw(st.integers(1, 12)))
    numbers = st.lists(st.integers(0, 10**7), min_size=years.size, max_size=years.size)
    project, reference, bau = np.sort([draw(numbers) for _ in range(3)], axis=0) / 7
    kept = 1 - draw(st.sampled_from([0, 0.001, 0.3]))
    case = results(years, reference, project, draw(st.sampled_from([None, bau])))
    reduced = case["emission_reductions"]
    issued = np.floor(np.round(kept * reduced, 6))
    reserve = np.ceil(draw(st.sampled_from([0, 0.03])) * issued)
    cuts = draw(st.lists(st.floats(0, 1), min_size=3, max_size=3).map(sorted))
    edges = np.floor(np.outer([0, *cuts, 1], issued - reserve))
    case |= {
        "credits_issued": issued,
        "reserve_withheld": reserve,
        "credits": np.diff(edges, axis=0),
    }
    case |= {"reductions_discounted": (1 - kept) * reduced, "deficit_settled": 0 * reduced}
    case |= {"reductions_rounded_away": kept * reduced - issued}
    return transferred(case, draw(st.sampled_from([2010, 2021, 2040])))


def flow(case):
    return flow_of(case, outcome_parts(case))


# What flows


@given(any_outcome())
@unhurried
def test_what_flows_into_a_node_flows_out_of_it_to_the_tonne(case):
    found = flow(case)
    for node, tonnes in found.nodes.items():
        into = [amount for link, amount in found.links.items() if link.target == node]
        out = [amount for link, amount in found.links.items() if link.source == node]
        assert not into or sum(into) == tonnes
        assert not out or sum(out) == tonnes
        assert bool(into) == (node.column > 0)
        assert bool(out) == (node.column < 3)
        assert tonnes == round(tonnes)


@given(any_outcome())
@unhurried
def test_the_ends_are_those_counted_by_hand(case):
    ends = flow(case).ends
    upper = case.get("bau_emissions", case["reference_emissions"])
    reference = case["reference_emissions"]
    saved = round(float((upper - reference).sum()))
    saved += round(float((reference - case["project_emissions"]).sum()))
    japan = case["credits"][
        [PARTIES.index(f"japan_{who}") for who in ("government", "participants")]
    ]
    outcomes, reserve = case["itmos_first_transferred"].sum(), case["reserve_withheld"].sum()
    assert ends.get(JAPAN, 0) == outcomes
    assert ends.get(UNADJUSTED, 0) == japan.sum() - outcomes
    assert ends.get(RESERVE, 0) == reserve
    assert ends.get(HOST, 0) == saved - japan.sum() - reserve


def test_credits_before_2021_are_told_apart_by_who_holds_them():
    case = thailand(credits=np.outer((1276, 510, 306, 460), np.ones(11)))
    links = {(k.source.name, k.target.name): v for k, v in flow(transferred(case)).links.items()}
    assert links["japan_government", "japan_ndc"] == 12_760
    assert links["japan_government", "unadjusted"] == 1276
    assert links["japan_participants", "japan_ndc"] == 5100
    assert links["japan_participants", "unadjusted"] == 510
    assert links["host_government", "host_ndc"] == 3366
    assert links["unissued", "host_ndc"] == 19_633


def test_vintages_differ_in_who_holds_their_credits():
    credits = np.array([[100.0, 0], [0, 100], [0, 0], [0, 0]])
    case = results([2020, 2021], 100, 0, 100) | {"credits": credits}
    nodes = flow(transferred(case)).links
    assert {
        (k.source.name, k.target.name): v for k, v in nodes.items() if k.source.column == 2
    } == {
        ("japan_government", "unadjusted"): 100,
        ("japan_participants", "japan_ndc"): 100,
    }


def test_published_issuances_of_mongolia_lower_its_own_balance_for_no_one_adjusts_for_them():
    figure = flow_figure(transferred(shipped("mongolia_darkhan_issuances")), WORDS, "Mongolia")
    assert f"Government of Japan: 32,260 tCO₂e (57.8{NBSP}%)" in figure.alt
    held = "Emissions balance of Mongolia: held by Japan, not adjusted for"
    assert f"{held}: 43,012 tCO₂e (77{NBSP}%)" in figure.alt
    assert f"{held} 43,012" in written(figure)
    assert f"55,833 tCO₂e (100{NBSP}%) lower the emissions balance of Mongolia" in figure.caption
    assert "0 tCO₂e (0\N{NO-BREAK SPACE}%) that of Japan" in figure.caption
    assert "Emissions balance of Japan" not in written(figure)


def test_more_outcomes_than_credits_of_japan_are_refused_with_both_numbers():
    case = transferred(CASES["thailand"])
    case["itmos_first_transferred"][5] = 2000
    found = "itmos_first_transferred: 2000 in 2025, where Japan has 1276 credits"
    with pytest.raises(ValueError, match=found):
        flow_figure(case, WORDS, "Thailand")
    case["itmos_first_transferred"][5] = -1
    with pytest.raises(ValueError, match="-1 in 2025"):
        flow_figure(case, WORDS, "Thailand")


@pytest.mark.parametrize("name", ["reference_emissions", "itmos_first_transferred"])
def test_a_quantity_without_one_number_for_each_year_is_refused_by_name(name):
    for wrong in (np.ones((3, 11)), np.full(11, np.nan)):
        with pytest.raises(ValueError, match=name):
            flow_figure(transferred(CASES["thailand"]) | {name: wrong}, WORDS, "Thailand")


def test_without_what_is_first_transferred_the_figure_ends_with_who_holds_the_credits():
    figure = flow_figure(CASES["thailand"], WORDS, "Thailand")
    words = written(figure)
    assert "Where it counts" not in words
    assert "balance" not in figure.alt
    assert f"33,669 tCO₂e (70.6{NBSP}%) stay with Thailand" in figure.caption
    assert f"14,036 tCO₂e (29.4{NBSP}%) go to the Japanese side" in figure.caption
    assert max(node.column for node in flow(CASES["thailand"]).nodes) == 2


def test_parts_below_half_a_tonne_are_left_out():
    tiny = transferred(results([2030], 10.4, 0, 12))
    assert Node(1, "not_credited") not in flow(tiny).nodes
    assert Node(1, "not_credited") in flow(transferred(results([2030], 10.6, 0, 12))).nodes


# Bands


def points(path: ET.Element) -> np.ndarray:
    return np.array(re.findall(r"(-?[\d.]+) (-?[\d.]+)", path.get("d")), dtype=float)


def bands(root: ET.Element) -> Iterator[ET.Element]:
    return root.iter(f"{SVG}path")


def edges(path: ET.Element, along: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return where a band lies: sampled distances along the flow, and both edges across it."""
    corners = points(path)
    t = np.linspace(0, 1, 41)[:, np.newaxis]

    def curve(a, b, c, d):
        return (1 - t) ** 3 * a + 3 * t * (1 - t) ** 2 * b + 3 * t**2 * (1 - t) * c + t**3 * d

    there = np.vstack([corners[:1], curve(*corners[1:5])])
    back = np.vstack([corners[9:], curve(*corners[[8, 7, 6, 5]])])
    np.testing.assert_allclose(there[:, along], back[:, along], rtol=0, atol=0.11)
    return there[:, along], there[:, 1 - along], back[:, 1 - along]


def meets(box, band: tuple[np.ndarray, np.ndarray, np.ndarray], along: int) -> bool:
    """Tell whether a band touches a text."""
    across = box[2 - along], box[4 - along]
    places, one, other = band
    low, high = max(box[1 + along], places[0]), min(box[3 + along], places[-1])
    if low > high:
        return False
    inside = np.linspace(low, high, 30)
    upper, lower = np.interp(inside, places, one), np.interp(inside, places, other)
    return bool(((upper < across[1]) & (lower > across[0])).any())


def assert_words_lie_on_paper(figure):
    for along, root in enumerate(drawings(figure)):
        _, _, *size = map(float, root.get("viewBox").split())
        boxes = list(text_boxes(root))
        for path in bands(root):
            assert (points(path) >= -0.1).all()
            assert (points(path) <= np.array(size) + 0.1).all()
            band = edges(path, along)
            assert not [box for box in boxes if meets(box, band, along)]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
@pytest.mark.parametrize("known", [True, False])
def test_every_case_is_drawn_within_its_page_and_words_lie_on_paper(case, known):
    figure = flow_figure(transferred(case, 2023) if known else case, WORDS, LONG)
    assert_readable(figure)
    assert_words_lie_on_paper(figure)


@given(any_outcome())
@unhurried
def test_any_outcome_is_drawn_within_the_page_and_words_lie_on_paper(case):
    figure = flow_figure(case, WORDS, LONG)
    assert_readable(figure)
    assert_words_lie_on_paper(figure)


@given(any_outcome())
@unhurried
def test_bands_are_as_wide_as_their_tonnes(case):
    found = flow(case)
    assume(found.nodes)
    for along, root in enumerate(drawings(flow_figure(case, WORDS, "Thailand"))):
        drawn = list(bands(root))
        assert len(drawn) == len(found.links)
        wide = [float(np.ptp(edges(path, along)[1:], axis=0)[0]) for path in drawn]
        first = {k: w for k, w in zip(found.links, wide, strict=True) if k.source.name == "total"}
        thick = [k for k in first if found.links[k] > 0.01 * found.total]
        scale = sum(first[k] for k in thick) / sum(found.links[k] for k in thick)
        for link, width in zip(found.links, wide, strict=True):
            assert width == pytest.approx(max(found.links[link] * scale, 1), abs=0.35)


@given(any_outcome())
@unhurried
def test_bands_at_one_bar_lie_side_by_side_in_the_order_of_their_other_ends(case):
    found = flow(case)
    assume(found.nodes)
    for along, root in enumerate(drawings(flow_figure(case, WORDS, "Thailand"))):
        lies = [edges(path, along) for path in bands(root)]
        drawn = list(zip(found.links, lies, strict=True))
        for (one, first), (other, second) in itertools.combinations(drawn, 2):
            for shared, far_end, end in (("source", "target", 0), ("target", "source", -1)):
                if getattr(one, shared) != getattr(other, shared):
                    continue
                upper, lower = sorted((first, second), key=lambda band: band[1][end])
                assert upper[2][end] <= lower[1][end] + 1.1  # the thinnest is drawn 1 px wide
                if getattr(one, far_end) != getattr(other, far_end):
                    assert upper[1][-1 - end] <= lower[1][-1 - end] + 0.2


def test_bands_have_the_colour_of_where_they_go():
    credits = np.outer((1276, 500, 300, 399), np.ones(11))
    case = transferred(thailand(credits=credits, reserve_withheld=np.full(11, 77.0)))
    colours = {"host_ndc": HOST, "japan_ndc": JAPAN, "unadjusted": UNADJUSTED, "held": RESERVE}
    links = flow(case).links
    for root in drawings(flow_figure(case, WORDS, "Thailand")):
        fills = [path.get("fill") for path in bands(root)]
        for link, fill in zip(links, fills, strict=True):
            if link.target.name in colours:
                assert fill == palette.literal(colours[link.target.name])
        # out of the whole: never issued and credits of the host; of Japan; before 2021; reserve
        whole = [fill for link, fill in zip(links, fills, strict=True) if link.source.column == 0]
        roles = (HOST, HOST, JAPAN, UNADJUSTED, RESERVE)
        assert sorted(whole) == sorted(palette.literal(role) for role in roles)


def test_bands_meet_the_bars_they_leave_and_reach():
    case = transferred(thailand(credits=np.outer((1276, 510, 306, 460), np.ones(11))))
    root = next(drawings(flow_figure(case, WORDS, "Thailand")))
    bars = [
        {key: float(bar.get(key)) for key in ("x", "y", "width", "height")}
        for bar in root.iter(f"{SVG}rect")
        if bar.get("width") == "9"
    ]
    reached = dict.fromkeys(range(len(bars)), 0.0)
    for path in bands(root):
        places, upper, lower = edges(path, 0)
        for at, bar in enumerate(bars):
            if places[-1] == pytest.approx(bar["x"], abs=0.1):
                within = bar["y"] - 0.2 <= upper[-1] and lower[-1] <= bar["y"] + bar["height"] + 0.2
                reached[at] += (lower[-1] - upper[-1]) * within
    for at, bar in enumerate(bars[1:], start=1):
        assert reached[at] == pytest.approx(bar["height"], abs=0.5)
    assert reached[0] == 0  # nothing flows into the whole


# What it says


def test_each_node_is_named_with_its_tonnes_and_its_share():
    words = written(flow_figure(transferred(CASES["thailand"]), WORDS, "Thailand"))
    for text in (
        f"All reductions 47,705 · 100{NBSP}%",
        f"Never issued 19,633 · 41.2{NBSP}%",
        f"Issued as credits 28,072 · 58.8{NBSP}%",
        f"Government of Japan 14,036 · 29.4{NBSP}%",
        f"Emissions balance of Japan 12,760 · 26.7{NBSP}%",
        f"Emissions balance of Thailand: held by Japan, not adjusted for 1,276 · 2.7{NBSP}%",
    ):
        assert text in words


def test_the_text_alternative_holds_every_number_that_is_drawn():
    for case in CASES.values():
        figure = flow_figure(transferred(case), WORDS, LONG)
        numbers = set(re.findall(r"[\d,]+(?= · )", written(figure)))
        assert all(f": {number} tCO₂e (" in figure.description for number in numbers)
        assert figure.caption in figure.description


def test_the_caption_says_how_much_lowers_which_balance():
    figure = flow_figure(transferred(CASES["thailand"]), WORDS, "Thailand")
    assert figure.caption.replace(NBSP, " ") == (
        "Of 47,705 tCO₂e saved in 2020–2030, 34,945 tCO₂e (73.3 %) lower the emissions balance of"
        " Thailand and 12,760 tCO₂e (26.7 %) that of Japan; against these their NDCs are measured,"
        " each year against the NDC that holds it. 1,276 tCO₂e (2.7 %) of what lowers the balance"
        " of Thailand are credits that Japan holds but no mitigation outcomes, as they are of a"
        " vintage before 2021 or not authorized: neither country adjusts for them."
    )


@given(any_outcome())
@unhurried
def test_what_lowers_the_balances_is_the_inventory_and_what_is_first_transferred(case):
    # U2: the host adds what it first transfers to an inventory that all of the savings lower
    upper = case.get("bau_emissions", case["reference_emissions"])
    lower = case["project_emissions"]
    reference = case["reference_emissions"]
    saved = round(float((upper - reference).sum())) + round(float((reference - lower).sum()))
    transferred_, reserve = case["itmos_first_transferred"].sum(), case["reserve_withheld"].sum()
    ends = flow(case).ends
    assert ends.get(HOST, 0) + ends.get(UNADJUSTED, 0) == saved - transferred_ - reserve
    assert ends.get(JAPAN, 0) == transferred_


BOTH = {"host": (2021, 2030), "japan": (2021, 2030)}


def later(case, **periods):
    """Return what the caption says of tonnes that count outside the periods of the NDCs."""
    caption = flow_figure(case, WORDS, "Thailand", periods=periods).caption
    return [said for said in re.split(r"(?<=\.) ", caption) if "Of what is first" in said]


def test_vintages_after_both_ndcs_are_said_to_belong_to_later_ones():
    case = transferred(results(range(2028, 2034), 100, 0, 100))
    each = case["itmos_first_transferred"][0]
    assert each > 0
    (said,) = later(case, **BOTH)
    assert said == (
        f"Of what is first transferred to Japan, {3 * each:g} tCO₂e count after 2030, the last"
        " year of the NDC of Thailand and Japan: they belong to later NDCs and are in no"
        " adjustment here."
    )


def test_periods_that_differ_are_told_apart_and_vintages_before_one_belong_to_an_earlier():
    case = transferred(results(range(2021, 2034), 100, 0, 100))
    each = case["itmos_first_transferred"][0]
    before, after, japan = later(case, host=(2023, 2032), japan=(2021, 2030))
    assert f"{2 * each:g} tCO₂e count before 2023, the first year of the NDC of Thail" in before
    assert "they belong to an earlier NDC" in before
    assert f"{each:g} tCO₂e count after 2032, the last year of the NDC of Thailand:" in after
    assert f"{3 * each:g} tCO₂e count after 2030, the last year of the NDC of Japan:" in japan


def test_what_japan_uses_after_its_ndc_counts_later_even_beyond_the_years_simulated():
    case = transferred(results(range(2021, 2031), 100, 0, 100))
    first = case["itmos_first_transferred"]
    assert later(case, **BOTH) == []
    case["itmos_used"] = np.concatenate([np.zeros(3), first[:-3]])
    (said,) = later(case, **BOTH)
    assert f"{first[-3:].sum():g} tCO₂e count after 2030, the last year of the NDC of Jap" in said


def test_without_periods_and_within_them_nothing_is_said_of_other_ndcs():
    case = transferred(results(range(2021, 2034), 100, 0, 100))
    assert later(case) == []
    assert later(case, host=(2021, 2033), japan=(2021, 2033)) == []


def test_the_reserve_ends_in_no_balance():
    figure = flow_figure(transferred(shipped("indonesia_ccs")), WORDS, "Indonesia")
    assert "Reserve, in no balance 759,280" in written(figure)
    assert f"0.759 MtCO₂e (2.9{NBSP}%) are held in reserve" in figure.caption
    assert "no mitigation outcomes" not in figure.caption


def test_emissions_above_the_reference_are_named_but_not_drawn():
    figure = flow_figure(transferred(CASES["above the reference"]), WORDS, "Thailand")
    assert "Not in the picture are 2,100 tCO₂e emitted above the reference" in figure.caption
    assert "All reductions 25,800" in written(figure)
    assert "Not in the picture" not in flow_figure(CASES["thailand"], WORDS, "Thailand").caption


def test_without_bau_nothing_is_said_about_what_is_never_issued():
    figure = flow_figure(transferred(CASES["BaU unknown"]), WORDS, "Thailand")
    assert "Never issued" not in figure.html()
    assert "usual is not known" in figure.html()


@pytest.mark.parametrize("known", [True, False])
def test_without_reductions_a_sentence_says_so(known):
    for case in (CASES["all zero"], results(range(2020, 2031), 100, 200, 150)):
        case = case | {"bau_emissions": case["reference_emissions"]}
        figure = flow_figure(transferred(case) if known else case, WORDS, "Thailand")
        assert "In 2020–2030 there are no reductions." in figure.caption
        assert "There is nothing to draw." in written(figure)
        assert_readable(figure)


def test_a_step_that_nothing_takes_is_not_named():
    figure = flow_figure(transferred(CASES["small"]), WORDS, "Thailand")
    assert "What becomes of it" in written(figure)
    assert "Who holds the credits" not in figure.html()


@given(title=st.text(max_size=300), host=st.text(max_size=80))
@unhurried
def test_any_title_and_host_leave_well_formed_xml(title, host):
    figure = flow_figure(transferred(CASES["thailand"]), WORDS, host, title=title)
    assert_readable(figure)
    assert_words_lie_on_paper(figure)
    ET.fromstring(figure.html())
    assert "<script" not in figure.html()


def test_long_names_are_not_cut():
    host = "the United Republic of a Country with a Name of Many Words"
    case = transferred(CASES["thailand"])
    for root in drawings(flow_figure(case, WORDS, host)):
        words = " ".join(text for text, *_ in text_boxes(root))
        assert "…" not in words
        assert all(word in words for word in host.split())


def test_the_narrow_drawing_lists_what_the_wide_one_names():
    for case in CASES.values():
        wide, narrow = drawings(flow_figure(transferred(case), WORDS, "Thailand"))
        numbers = [
            sorted(re.findall(r"[\d,]+ · ", " ".join(text for text, *_ in text_boxes(root))))
            for root in (wide, narrow)
        ]
        assert numbers[0] == numbers[1]


def test_lists_and_datasets_are_drawn_like_arrays():
    case = transferred(CASES["mongolia"])
    svg = flow_figure(case, WORDS, "Mongolia").svg()
    lists = {name: np.asarray(values).tolist() for name, values in case.items()}
    assert flow_figure(lists, WORDS, "Mongolia").svg() == svg
    annual = {k: ("year", v) for k, v in case.items() if np.ndim(v) == 1 and k != "year"}
    dataset = xr.Dataset(
        annual | {"credits": (("party", "year"), case["credits"])},
        coords={"year": case["year"], "party": list(PARTIES)},
    )
    assert flow_figure(dataset, WORDS, "Mongolia").svg() == svg


# Colours


@SCHEMES
@pytest.mark.parametrize("sight", MACHADO)
def test_bands_can_be_told_apart_and_from_the_paper(sight, scheme):
    roles = (HOST, JAPAN, UNADJUSTED, RESERVE, "surface")
    pairs = [(a, b) for at, a in enumerate(roles) for b in roles[at + 1 :]]
    close = {pair: distance(*pair, sight, scheme) for pair in pairs}
    assert not {pair: d for pair, d in close.items() if d < 15}


@SCHEMES
@pytest.mark.parametrize("sight", MACHADO)
def test_bars_can_be_told_from_the_bands_beside_them(sight, scheme):
    beside = {
        HOST: ("unissued", "not_credited", "credited", "host_government", "host_participants"),
        JAPAN: ("credited", "japan_government", "japan_participants"),
        UNADJUSTED: ("credited", "muted", "japan_government", "japan_participants"),
        RESERVE: ("credited", "reserve"),
    }
    close = {
        (band, bar): distance(band, bar, sight, scheme)
        for band, bars in beside.items()
        for bar in bars
    }
    assert not {pair: d for pair, d in close.items() if d < 15}


@SCHEMES
def test_bars_stand_out_from_the_paper(scheme):
    roles = ("axis", "muted", "unissued", "not_credited", "credited", "reserve", *PARTIES)
    assert not {r for r in roles if contrast(r, "surface", scheme) < 3}


# In a browser


def test_estimated_widths_are_not_too_narrow_for_the_font_used(page):
    figure = flow_figure(transferred(CASES["mongolia"]), WORDS, "Mongolia")
    page.set_content(figure.svg())
    assert_as_wide_as_estimated(page, figure.svg())


@pytest.mark.parametrize(("width", "shown"), [(1280, [True, False]), (390, [False, True])])
def test_the_drawing_that_fits_is_shown_and_nothing_is_wider_than_the_page(page, width, shown):
    page.set_viewport_size({"width": width, "height": 800})
    figure = flow_figure(transferred(CASES["thailand"]), WORDS, "Thailand")
    page.set_content(f"<!doctype html><body>{figure._repr_html_()}")
    seen = "nodes => nodes.map(n => getComputedStyle(n).display != 'none')"
    assert page.locator("svg").evaluate_all(seen) == shown
    assert page.evaluate("document.documentElement.scrollWidth") <= width
