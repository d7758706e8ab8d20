"""What differs between runs: inputs, results, years, and the sentence that says the main thing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import jcm_models as jcm
from jcm_models.comparison import Facts, compare_facts
from jcm_models.comparison_page import comparison_page, comparison_text
from jcm_models.comparison_sentences import first_sentences, input_name
from jcm_models.figures import compared_figure
from jcm_models.results import inputs_of
from jcm_models.run_figures import figures_of
from jcm_models.run_records import settings_of
from jcm_models.wording import Words, number
from tests.conftest import ROOT
from tests.examples import unhurried

WORDS = Words()


def facts(name, changes=None, code="same"):
    """Return what is known of a run of a shipped scenario."""
    scenario = jcm.load_scenario(ROOT / f"scenarios/{name}.yaml", changes or {}, origin="--set")
    rows = [*inputs_of(scenario), *settings_of(scenario)]
    totals = figures_of(scenario, jcm.simulate(scenario))
    return Facts(f"{name} {changes}", name, totals, rows, code)


@pytest.fixture(scope="module")
def thailand():
    return facts("thailand_floating_solar")


@pytest.fixture(scope="module")
def discounted():
    return facts("thailand_floating_solar", {"crediting.discount": 0.95})


def sentence(*runs):
    return list(first_sentences(compare_facts(runs), WORDS))


def made(credits, code="same", **more):
    """Return a run that issues some credits a year and says a few things."""
    totals = {"title": {"en": "Made up"}, "issued": sum(credits), "japan": sum(credits)}
    totals["by_year"] = {"year": [*range(2020, 2020 + len(credits))], "credits_issued": credits}
    rows = [{"path": key, "label": key, "written": str(value)} for key, value in more.items()]
    return Facts("made", "made", totals, rows, code)


def test_the_figures_are_those_of_simulate(thailand):
    dataset = jcm.simulate(jcm.load_scenario("thailand_floating_solar"))
    totals = thailand.totals
    assert totals["issued"] == float(dataset["credits_issued"].sum())
    by_party = dataset["credits"].sum("year").to_series()
    japan = by_party["japan_government"] + by_party["japan_participants"]
    assert totals["japan"] == japan
    assert totals["host_credits"] == totals["issued"] - totals["reserve"] - japan
    years = dataset["year"].values.tolist()
    assert totals["by_year"]["year"] == years
    np.testing.assert_array_equal(totals["by_year"]["credits_issued"], dataset["credits_issued"])
    np.testing.assert_allclose(
        totals["by_year"]["emission_reductions"], dataset["emission_reductions"]
    )


def test_one_changed_input_is_named_as_the_reason(thailand, discounted):
    (said,) = sentence(thailand, discounted)
    fewer = 11 * (2552 - int(2552 * 0.95))
    assert said == (
        f"B issues {fewer:,} tCO₂e fewer credits (−5.02\N{NO-BREAK SPACE}%) than A, because the "
        "share of reductions kept (discount factor) is 95\N{NO-BREAK SPACE}% instead of "
        "100\N{NO-BREAK SPACE}%."
    )


def test_several_changed_inputs_are_counted_not_blamed(thailand):
    both = {"crediting.discount": 0.95, "reserve.rate": 0.03}
    (said,) = sentence(thailand, facts("thailand_floating_solar", both))
    assert said.endswith("with 2 inputs different.")
    assert "because" not in said


def test_where_credits_are_the_same_the_next_figure_is_told(thailand):
    (said,) = sentence(thailand, facts("thailand_floating_solar", {"reserve.rate": 0.03}))
    assert said.startswith("B issues as many credits as A, but its credits of the Japanese side")
    assert (
        "because the reserve rate is 3\N{NO-BREAK SPACE}% instead of 0\N{NO-BREAK SPACE}%" in said
    )


def test_another_code_is_never_left_out_of_the_reasons():
    (said,) = sentence(made([5], rate=1), made([4], code="other", rate=2))
    assert "because" not in said
    assert "different versions of the workbench" in said


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (made([5], rate=1), "B comes to the same figures as A; no input differs."),
        (made([5], rate=2), "B comes to the same figures as A, although one input differs."),
        (made([5], rate=2, x=1), "B comes to the same figures as A, although 2 inputs differ."),
        (made([0], rate=1), "B issues 5 tCO₂e fewer credits (−100\N{NO-BREAK SPACE}%) than A; no"),
        (made([6], share=1, rate=1), "than A, because the share is 1 instead of not given."),
    ],
)
def test_every_case_has_its_sentence(other, expected):
    assert expected in sentence(made([5], rate=1), other)[0]


def test_a_setting_that_is_no_number_is_compared_with_its_place(thailand):
    other = facts("thailand_floating_solar", {"allocation.rounding": "largest_remainder"})
    (found,) = compare_facts([thailand, other]).inputs
    assert found.texts == ("government ceiling", "largest remainder")
    places = [row["place"] for row in found.rows]
    assert places == [
        "scenarios/base/model_project.yaml:15",
        "--set allocation.rounding=largest_remainder",
    ]


def test_numbers_that_are_written_alike_but_differ_are_written_out():
    name = "project.reference_emission_factor"
    runs = [facts("thailand_floating_solar", {name: value}) for value in (0.319, 0.3190001)]
    (found,) = compare_facts(runs).inputs
    assert found.texts == ("0.319 tCO2e/MWh (0.319)", "0.319 tCO2e/MWh (0.3190001)")


def test_parties_categories_and_components_stand_in_the_name_of_an_input():
    rows = {row["path"]: row for row in facts("viet_nam_waste_to_energy").inputs}
    named = {
        "allocation.shares.japan_government": "Allocation share: Government of Japan",
        "project.components.landfill.waste_composition.food": (
            "Landfill: Composition of the waste (by wet weight): Food waste"
        ),
        "project.components.power.capacity": "Power: Rated capacity",
    }
    for path, name in named.items():
        assert input_name(rows[path], WORDS).lower().startswith(name.lower()[:40])


@unhurried
@given(st.lists(st.lists(st.integers(0, 10**6), min_size=1, max_size=5), min_size=2, max_size=6))
def test_differences_are_those_of_plain_arithmetic(series):
    comparison = compare_facts([made(each) for each in series])
    (issued, *_) = comparison.results
    first = sum(series[0])
    for at, own in enumerate(series):
        amount, share = issued.change(at)
        assert amount == sum(own) - first
        assert share == (amount / first if first else None)
        assert sum(comparison.credits[at]) == sum(own)
        assert len(comparison.credits[at]) == len(comparison.years)
    assert issued.differs == (len({sum(own) for own in series}) > 1)


def test_a_comparison_the_other_way_round_has_the_opposite_sign(thailand, discounted):
    there, back = (compare_facts(pair) for pair in ((thailand, discounted), (discounted, thailand)))
    for one, other in zip(there.results, back.results, strict=True):
        assert one.change(1)[0] == -other.change(1)[0]
    assert [each.path for each in there.inputs] == [each.path for each in back.inputs]


def test_text_and_page_tell_the_same_with_places(thailand, discounted):
    comparison = compare_facts([thailand, discounted])
    text, page = comparison_text(comparison, WORDS), comparison_page(comparison, WORDS)
    for said in ("scenarios/base/model_project.yaml:9", "--set crediting.discount=0.95"):
        assert said in text
        assert said in page.replace("<wbr>", "")
    for value in (28072, 26664, 2552, 2424):
        assert number(value) in text
        assert number(value) in page
    assert "<script" not in page
    assert sentence(thailand, discounted)[0] in text


def test_a_title_of_markup_is_shown_as_text(thailand):
    totals = thailand.totals | {"title": {"en": "<script>alert(1)</script>"}}
    wicked = Facts("x", "x", totals, thailand.inputs)
    assert "<script" not in comparison_page(compare_facts([wicked, thailand]), WORDS)


def test_the_picture_says_in_words_what_it_shows():
    figure = compared_figure([2020, 2021], {"A": [10, 20], "B": [0, 5]}, WORDS, title="Credits")
    assert "A: 10 in 2020, 20 in 2021, 30 in all." in figure.alt
    assert "B 5 in all" in figure.caption
    assert figure.svg().count("<path") == 2
    with pytest.raises(ValueError, match="A: a figure needs one finite number"):
        compared_figure([2020, 2021], {"A": [1]}, WORDS, title="Credits")


def test_differences_of_datasets_are_exact_and_keep_their_units():
    scenario = jcm.load_scenario("thailand_floating_solar")
    first, other = (jcm.simulate(s) for s in (scenario, scenario.with_({"reserve.rate": 0.03})))
    found = jcm.compare(first, other)
    np.testing.assert_array_equal(found["credits"], other["credits"] - first["credits"])
    assert found["reserve_withheld"].attrs["units"] == "tCO2e/yr"
    assert float(found["credits_issued"].sum()) == 0


def test_datasets_of_other_years_are_refused_not_aligned():
    first = jcm.simulate(jcm.load_scenario("thailand_floating_solar"))
    with pytest.raises(jcm.ScenarioError, match="year: differs between the two results"):
        jcm.compare(first, first.isel(year=slice(1, None)))
