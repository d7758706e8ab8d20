"""What the page says of storage and reserve: the numbers of the study, in words and tables."""

import re

import numpy as np
import pytest

import jcm_models as jcm
from jcm_models.reserve_answers import SHARES
from jcm_models.storage_sections import STORAGE_SECTIONS
from jcm_models.wording import Words
from tests.examples import ROOT
from tests.storage.scenarios import small

EN = Words("en")


@pytest.fixture(scope="module")
def leaking():
    return jcm.compute(jcm.load_scenario(ROOT / "scenarios/indonesia_ccs_reserve.yaml"))


@pytest.fixture(scope="module")
def study(leaking):
    return jcm.reserve_study(leaking)


def page(results, name):
    """Return a section as text, its tags taken out and white space as one blank."""
    html = STORAGE_SECTIONS[name](results, EN)
    text = re.sub(r"<svg.*?</svg>", " ", html, flags=re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text).replace("\xa0", " "))


def near(value, error):
    digits = max(-int(np.floor(np.log10(100 * error))), 0)
    if error > value / 2 > 0:
        low, high = max(value - 2 * error, 0), min(value + 2 * error, 1)
        return f"{100 * low:.{digits}f} to {100 * high:.{digits}f} %"
    return f"{100 * value:.{digits}f} ± {100 * error:.{digits}f} %"


def test_the_answer_tells_probability_and_rate_with_draws_and_seed(leaking, study):
    text = page(leaking, "reserve_answer")
    at = study.at(100)
    told = near(study["sufficient"][at], study["sufficient_error"][at])
    covers = "covers all reversals for 100 years with a probability of"
    assert f"A reserve of 3 % of the credits {covers} {told}" in text
    assert f"It was simulated {study.samples:,} times" in text
    assert "(draws, seed 1)" in text
    assert "29,684,430 t of CO₂ are stored over 20 years." in text


def test_the_stages_and_the_rules_of_the_account_are_told(leaking):
    text = page(leaking, "stored")
    assert "credits arise, from 2030 to 2049." in text
    assert "The post-termination period lasts from 2055 to 2074." in text
    assert "From 2075 on the project is complete" in text
    text = page(leaking, "reserve_account")
    assert "What the reserve cannot cover is made good by the project participants." in text
    assert "The reserve is never released." in text
    changed = leaking.scenario.with_(
        {
            "reserve.release_after": 30,
            "reserve.release_share": 0.1,
            "reserve.top_up": "participants",
        }
    )
    text = page(jcm.compute(changed), "reserve_account")
    assert "After 30 years without a reversal 10 % of the reserve is released each year." in text
    assert "After a reversal the participants fill the reserve up again." in text


def test_when_the_reserve_first_falls_short_is_told(leaking, study):
    text = page(leaking, "reserve_answer")
    years = study["first_shortfall"]
    assert f"in at least 1 % of the draws within {years[0]:g} years" in text
    assert text.count(f"within {years[1]:,.0f} years") == 1  # 5 and 10 % may be told in one
    never = jcm.compute(leaking.scenario.with_({"reserve.rate": 1}))
    assert "less than 1 % of them within 10,000 years" in page(never, "reserve_answer")


def test_how_the_co2_is_held_adds_up_to_all_of_it(leaking):
    text = page(leaking, "stored")
    assert "injected through 2 wells" in text
    row = re.search(r"1,000 years ((?:[\d.]+ % ){5})", text)
    shares = [float(share) for share in row[1].replace("%", "").split()]
    assert sum(shares) == pytest.approx(100, abs=0.2)


def test_the_table_of_horizons_holds_the_numbers_of_the_study(leaking, study):
    text = page(leaking, "required_rate")
    for years in (100, 1000, 10_000):
        at = study.at(years)
        row = " ".join(
            near(study["required_rate"][k, at], study["required_rate_error"][k, at])
            for k in range(len(SHARES))
        )
        assert f"{years:,} years {row}" in text
        assert f"{round(float(study['expected_shortfall'][at])):,} ±" in text


def test_the_adequacy_table_has_a_column_for_each_horizon(leaking, study):
    text = page(leaking, "adequacy")
    assert "Reserve rate 20 years 100 years 1,000 years 10,000 years" in text
    at = int(np.searchsorted(study["rate"], 0.03))  # the scenario's own rate has its row
    columns = [study.at(years) for years in (20, 100, 1000, 10_000)]
    told = " ".join(near(study["adequacy"][k, at], study["adequacy_error"][k, at]) for k in columns)
    assert f"3 % {told}" in text
    assert near(study["sufficient"][columns[2]], study["sufficient_error"][columns[2]]) in told


def test_diversification_names_every_kind_that_is_compared(leaking, study):
    text = page(leaking, "diversification")
    assert "Sites All sites alike Independent sites" in text
    independent = study["dependence"].tolist().index("independent")
    told = near(
        study["diversified_rate"][independent, 0], study["diversified_rate_error"][independent, 0]
    )
    assert told in text


def test_the_balance_is_told_every_fifth_year_and_in_the_last(leaking, study):
    text = page(leaking, "reserve_account")
    for at in (0, 5, 95, 99):
        low, middle, high = (
            f"{round(float(study['reserve_balance'][k, at])):,}" for k in (0, 2, 4)
        )
        assert f"{2030 + at} {low} {middle} {high}" in text
    assert "2031 " not in text


def test_the_first_sentence_of_the_answer_says_whether_the_reserve_suffices(leaking):
    html = STORAGE_SECTIONS["reserve_question"](leaking, EN)
    _, _, answer = html.partition('<p class="jcm-answer">')
    assert answer.startswith(
        "A reserve of 3\N{NO-BREAK SPACE}% of the credits covers all reversals"
    )


def test_without_leaks_there_is_nothing_to_tell(tmp_path):
    results = jcm.compute(small(tmp_path, storage__leakage=None))
    shown = {name: section(results, EN) for name, section in STORAGE_SECTIONS.items()}
    assert "this scenario stores no CO₂, or says nothing of how" in shown.pop("reserve_answer")
    assert "of the credits covers all reversals" not in shown.pop("reserve_question")
    assert set(shown.values()) == {""}


def test_a_project_of_independent_events_says_that_it_was_computed_by_transform(tmp_path):
    mass = {"distribution": {"shape": "lognormal", "mean": 4000, "sd": 12000}}
    storage = {"events": {"per_year": 0.03, "mass": mass}, "leakage": None}
    text = page(jcm.compute(small(tmp_path, storage=storage)), "reserve_answer")
    assert "computed from the distribution of all leaks, by transform" in text


@pytest.mark.parametrize("name", STORAGE_SECTIONS)
def test_no_section_shows_a_raw_name_or_a_number_that_is_none(leaking, name):
    text = page(leaking, name)
    assert text.strip()
    assert not re.search(r"\b(nan|inf|None|[a-z]+_[a-z_]+)\b", text)


def test_the_method_tells_how_co2_leaks_and_when_a_reserve_suffices(leaking):
    from jcm_models.sections import SECTIONS

    text = re.sub(r"<[^>]+>", " ", SECTIONS["method"](leaking, EN))
    assert "Storage Security Calculator of Alcalde et al. (2018)" in text
    assert "Blow-outs of wells happen as events" in text
    assert "A reserve suffices if its rate is at least the largest ratio" in text
    assert "CO2 retained in storage at the end of the year" in text
    plain = re.sub(
        r"<[^>]+>",
        " ",
        SECTIONS["method"](jcm.compute(jcm.load_scenario("thailand_floating_solar")), EN),
    )
    assert "retained" not in plain
    assert "reserve suffices" not in plain


@pytest.mark.parametrize(
    ("leakage", "told"),
    [
        ({"model": "constant", "rate": 0.01}, "The same share of what is stored leaks every year."),
        ({"model": "pool", "probability": 0.1, "loss": 0.1}, "Each year has a chance of an event"),
    ],
)
def test_each_model_of_leakage_has_its_sentence(tmp_path, leakage, told):
    from jcm_models.sections import SECTIONS

    results = jcm.compute(small(tmp_path, storage__leakage=leakage, storage__sites=3))
    text = SECTIONS["method"](results, EN)
    assert told in text
    assert "The sites are independent of each other." in text


def test_the_parameters_of_a_published_regime_are_listed_with_their_distributions(leaking):
    text = page(leaking, "stored")
    assert "Parameters of the leak model as published (Well regulated, offshore)" in text
    assert "Blow-outs of an abandoned well in a year uniform(1e-05, 0.0001) a year" in text
    assert "The model of leakage describes an industry that stores 12 Gt" in page(
        leaking, "reserve_answer"
    )


def test_how_long_leaks_count_is_told(leaking):
    assert "Leaks are counted as reversals for ever" in page(leaking, "reserve_account")
    ends = jcm.compute(leaking.scenario.with_({"reserve.liable": "until_completion"}))
    assert "until the project is complete, and not after" in page(ends, "reserve_account")


def test_pooling_and_the_table_of_rates_ask_the_same_of_the_same_sites():
    results = jcm.compute(jcm.load_scenario(ROOT / "scenarios/ccs_basin_of_twenty_sites.yaml"))
    study = jcm.reserve_study(results, samples=4000)
    row, column = (
        study["dependence"].tolist().index("common_shock"),
        study["sites"].tolist().index(20),
    )
    pooled, error = (
        study[name][row, column] for name in ("diversified_rate", "diversified_rate_error")
    )
    at = study.at(100)
    own, own_error = study["required_rate"][-1, at], study["required_rate_error"][-1, at]
    assert abs(pooled - own) < 3 * np.hypot(error, own_error)
