"""Monitoring periods and issuances: by vintage, in whole tonnes, each divided alone (T3, K2)."""

import datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import jcm_models as jcm
from jcm_models.allocation import ROUNDINGS
from jcm_models.batch import Batch
from jcm_models.figures.outcome import outcome_parts
from jcm_models.problems import ScenarioError
from jcm_models.steps import STEPS
from jcm_models.summary import summarise
from jcm_models.variables import PARTIES
from tests.examples import SHIPPED, TINY, USUAL, changed, load, problems, write

DAY = datetime.date


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("issuances")


def period(first, last, issued=None):
    return {"from": first, "to": last, **({"issued": issued} if issued else {})}


def booked(results):
    """Add up the issuances by vintage: issued, reserve and the credits of each party."""
    sums = {int(year): np.zeros(6, dtype=int) for year in results["year"]}
    for one in results.issuances():
        sums[one.vintage] += [one.issued, one.reserve, *(one.credits[p] for p in PARTIES)]
    return np.array(list(sums.values())).T


def assert_booked(results):
    """The issuances add up to the yearly results, to the tonne."""
    sums = booked(results)
    np.testing.assert_array_equal(sums[0], results["credits_issued"])
    np.testing.assert_array_equal(sums[1], results["reserve_withheld"])
    np.testing.assert_array_equal(sums[2:], results["credits"])
    for one in results.issuances():
        assert one.issued == one.reserve + sum(one.credits.values())
        assert one.issued > 0
        assert min(one.reserve, *one.credits.values()) >= 0


def test_a_period_that_crosses_new_year_is_split_by_vintage(folder):  # T3
    changes = {
        "project.electricity_supplied": 3660,
        "project.reference_emission_factor": 1,
        "crediting.monitoring": [period(DAY(2020, 12, 1), DAY(2021, 1, 31), DAY(2021, 6, 1))],
    }
    results = jcm.compute(load(folder, TINY, changes))
    first, second = results.issuances()
    assert (first.vintage, first.issued) == (2020, 310)  # 31 of 366 days
    assert (second.vintage, second.issued) == (2021, 310)  # 31 of 365, 310.8, rounded down
    assert {one.monitored_from for one in (first, second)} == {DAY(2020, 12, 1)}
    assert {one.monitored_to for one in (first, second)} == {DAY(2021, 1, 31)}
    assert {one.issued_on for one in (first, second)} == {DAY(2021, 6, 1)}
    assert results["credits_issued"].tolist() == [310, 310, 0, 0, 0]
    np.testing.assert_allclose(results["reductions_rounded_away"][1], 3660 * 31 / 365 - 310)
    assert results["reductions_outside_crediting"][2:].tolist() == [3660] * 3
    assert_booked(results)


def test_what_is_monitored_in_two_periods_of_a_year_is_rounded_twice(folder):  # K2
    changes = {
        "project.electricity_supplied": 3651.9,
        "project.reference_emission_factor": 1,
        "years": {"first": 2021, "last": 2021},
        "crediting.monitoring": [
            period(DAY(2021, 1, 1), DAY(2021, 3, 14)),  # 73 days, a fifth of the year
            period(DAY(2021, 3, 15), DAY(2021, 12, 31)),
        ],
    }
    results = jcm.compute(load(folder, TINY, changes))
    assert [one.issued for one in results.issuances()] == [730, 2921]  # 730.38 and 2921.52
    at_once = jcm.compute(load(folder, TINY, {**changes, "crediting.monitoring": []}))
    assert at_once["credits_issued"].tolist() == [3651]


def test_the_reserve_and_the_parts_are_made_in_each_issuance(folder):  # K4, K6
    halves = [
        period(DAY(2021, 1, 1), DAY(2021, 6, 30)),
        period(DAY(2021, 7, 1), DAY(2021, 12, 31)),
    ]
    changes = {
        "crediting": {"monitoring": halves},
        "project.electricity_supplied": 365,
        "project.reference_emission_factor": 1,
        "project.bau_emission_factor": 2,
        "project.stated_project_emissions": 0,
        "project.stated_leakage_emissions": 0,
        "reserve.rate": 0.01,
        "allocation.rounding": "government_ceiling",
        "allocation.shares": {"japan_government": 0.5, "host_government": 0.5},
    }
    results = jcm.compute(load(folder, USUAL, changes))
    assert [(one.issued, one.reserve) for one in results.issuances()] == [(181, 2), (184, 2)]
    governments = [one.credits["japan_government"] for one in results.issuances()]
    assert governments == [90, 91]  # of 179 and of 182, each rounded up
    assert results["reserve_withheld"].tolist() == [0, 4, 0, 0, 0]
    assert_booked(results)


def test_a_deficit_of_one_period_is_made_good_by_the_next(folder):  # E4
    changes = {
        "years": {"first": 2021, "last": 2022},
        "project.electricity_supplied": {"series": {2021: 0, 2022: 365}},
        "project.reference_emission_factor": 1,
        "project.stated_project_emissions": {"series": {2021: 73, 2022: 0}},
        "crediting.monitoring": [
            period(DAY(2021, 7, 20), DAY(2021, 12, 31)),  # 165 days: 33 above the reference
            period(DAY(2022, 1, 1), DAY(2022, 1, 30)),  # 30 below
            period(DAY(2022, 1, 31), DAY(2022, 12, 31)),
        ],
    }
    carried = jcm.compute(load(folder, TINY, changes))
    assert [one.issued for one in carried.issuances()] == [335 - 3]
    np.testing.assert_allclose(carried["deficit_settled"], [-33, 33])
    ignored = jcm.compute(load(folder, TINY, {**changes, "crediting.negative": "ignored"}))
    assert [one.issued for one in ignored.issuances()] == [30, 335]


def test_a_plant_that_starts_within_a_period_is_counted_from_its_start(folder):
    changes = {
        "project.electricity_supplied": 365,
        "project.reference_emission_factor": 1,
        "operation": {"start": DAY(2021, 10, 1)},
        "crediting.monitoring": [
            period(DAY(2021, 1, 1), DAY(2021, 10, 31)),
            period(DAY(2021, 11, 1), DAY(2022, 12, 31)),
        ],
    }
    results = jcm.compute(load(folder, TINY, changes))
    assert [(o.vintage, o.issued) for o in results.issuances()] == [
        *((2021, 31), (2021, 61), (2022, 365))
    ]


def test_the_issuances_of_darkhan_are_those_published():
    results = jcm.compute(jcm.load_scenario("mongolia_darkhan_issuances"))
    by_period = {}
    for one in results.issuances():
        by_period.setdefault((one.monitored_from, one.monitored_to), []).append(one)
    first, second = by_period.values()
    assert list(by_period) == [
        (DAY(2017, 1, 1), DAY(2017, 7, 31)),
        (DAY(2017, 8, 1), DAY(2020, 12, 31)),
    ]
    assert [one.vintage for one in second] == [2017, 2018, 2019, 2020]
    for issued, total, parts in (
        (first, 8_947, [5_369, 1_789, 1_789, 0]),
        (second, 44_817, [26_891, 8_963, 8_963, 0]),
    ):
        assert sum(one.issued for one in issued) == total
        assert [sum(one.credits[p] for one in issued) for p in PARTIES] == parts
    assert_booked(results)


def test_without_monitoring_periods_every_year_is_an_issuance(folder):
    results = jcm.compute(load(folder, USUAL))
    found = results.issuances()
    assert [one.vintage for one in found] == [2020, 2021, 2022, 2023, 2024]
    assert (found[0].monitored_from, found[0].monitored_to) == (DAY(2020, 7, 1), DAY(2020, 12, 31))
    assert (found[1].monitored_from, found[1].monitored_to) == (DAY(2021, 1, 1), DAY(2021, 12, 31))
    assert {one.issued_on for one in found} == {None}
    assert_booked(results)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_the_issuances_of_shipped_scenarios_add_up(path):
    assert_booked(jcm.compute(jcm.load_scenario(path)))


FIRST, LAST = DAY(2020, 1, 1).toordinal(), DAY(2024, 12, 31).toordinal()
PERIODS = st.lists(st.integers(FIRST, LAST), min_size=2, max_size=10, unique=True).map(
    lambda days: [
        period(DAY.fromordinal(first), DAY.fromordinal(last))
        for first, last in zip(sorted(days)[::2], sorted(days)[1::2], strict=False)
    ]
)
RUNS = st.fixed_dictionaries(
    {
        "crediting.monitoring": PERIODS,
        "crediting.project_margin": st.floats(0, 2),
        "crediting.discount": st.floats(0, 1),
        "crediting.negative": st.sampled_from(["carried", "ignored"]),
        "crediting.rounding": st.sampled_from(["down", "nearest"]),
        "project.stated_project_emissions": st.fixed_dictionaries(
            {
                "series": st.fixed_dictionaries({y: st.floats(0, 5000) for y in range(2020, 2025)}),
                "interpolate": st.just("none"),
            }
        ),
        "reserve.rate": st.integers(0, 100).map(lambda per_cent: per_cent / 100),
        "allocation.rounding": st.sampled_from(ROUNDINGS),
    }
)


@settings(deadline=None, max_examples=150)
@given(RUNS)
def test_any_periods_lose_no_tonne(folder, changes):  # K7, checked by compute as well
    results = jcm.compute(load(folder, TINY, changes))
    assert_booked(results)
    parts = (
        "reductions_outside_crediting",
        "reductions_by_conservative_project",
        "reductions_discounted",
        "deficit_settled",
        "reductions_rounded_away",
        "reserve_withheld",
    )
    total = sum(results[name] for name in parts) + results["credits"].sum(axis=0)
    np.testing.assert_allclose(total, results["emission_reductions"], atol=1e-3)


@settings(deadline=None, max_examples=60)
@given(PERIODS, st.floats(0, 5000))
def test_periods_issue_what_their_days_bring_and_no_more(folder, periods, electricity):
    changes = {
        "project.electricity_supplied": electricity,
        "project.reference_emission_factor": 1,
        "crediting.monitoring": periods,
    }
    found = jcm.compute(load(folder, TINY, changes)).issuances()
    for one in found:
        start = max(one.monitored_from, DAY(one.vintage, 1, 1))
        end = min(one.monitored_to, DAY(one.vintage, 12, 31))
        of_year = (DAY(one.vintage, 12, 31) - DAY(one.vintage, 1, 1)).days + 1
        exact = electricity * ((end - start).days + 1) / of_year
        assert exact - 1 - 1e-6 < one.issued <= exact + 1e-6


def test_projects_of_a_portfolio_are_issued_each_as_if_alone(tmp_path):
    texts = {
        "yearly": TINY,
        "monitored": changed(
            TINY, {"crediting.monitoring": [period(DAY(2020, 5, 1), DAY(2022, 2, 1))]}
        ),
        "twice": changed(
            TINY,
            {
                "years": {"first": 2023, "last": 2026},
                "crediting.project_margin": 0.2,
                "project.stated_project_emissions": 700,
                "crediting.monitoring": [
                    period(DAY(2023, 2, 1), DAY(2023, 9, 1)),
                    period(DAY(2023, 9, 2), DAY(2026, 3, 1)),
                ],
            },
        ),
    }
    scenarios = [
        jcm.load_scenario(write(tmp_path, text, f"{name}.yaml")) for name, text in texts.items()
    ]
    together = jcm.compute_all(scenarios)
    for row, scenario in enumerate(scenarios):
        alone, span = jcm.compute(scenario), np.isin(together.years, scenario.calendar_years)
        for name in together:
            if name in alone:
                np.testing.assert_allclose(
                    together[name][row][..., span], alone[name], err_msg=name
                )
        assert not together["credits"][row][..., ~span].any()


BACKWARDS = [
    period(DAY(2021, 6, 1), DAY(2021, 5, 1), DAY(2021, 4, 1)),
    period(DAY(2019, 6, 1), DAY(2020, 5, 1)),
    period(DAY(2022, 1, 1), DAY(2022, 12, 31), DAY(2022, 6, 1)),
    period(DAY(2022, 12, 31), DAY(2023, 6, 1)),
    period(DAY(2024, 1, 1), DAY(2025, 1, 1)),
]


def test_everything_wrong_with_periods_is_told_at_once_with_both_sides(folder):
    path = write(folder, changed(TINY, {"crediting.monitoring": BACKWARDS}))
    found = {
        problem.path.removeprefix("crediting.monitoring."): problem.message
        for problem in problems(path)
    }
    assert found == {
        "0.to": "found 2021-05-01, before from: 2021-06-01",
        "0.issued": "found 2021-04-01, and its period ends on 2021-05-01; credits are issued after",
        "1.from": "found 2019-06-01, but the period before it ends 2021-05-01; periods follow each "
        "other in order of time and share no day",
        "2.issued": "found 2022-06-01, and its period ends on 2022-12-31; credits are issued after",
        "3.from": "found 2022-12-31, but the period before it ends 2022-12-31; periods follow each "
        "other in order of time and share no day",
        "4": "2024-01-01 to 2025-01-01 lies outside what is credited, 2020-01-01 to 2024-12-31 "
        "(crediting.start and crediting.end, within the years simulated)",
    }


def test_a_period_outside_the_crediting_period_is_refused(folder):
    changes = {"crediting.monitoring": [period(DAY(2020, 6, 30), DAY(2021, 6, 30))]}
    (problem,) = problems(write(folder, changed(USUAL, changes)))
    assert problem.path == "crediting.monitoring.0"
    assert "lies outside what is credited, 2020-07-01 to 2024-12-31" in problem.message


def test_agreed_tonnes_cannot_divide_a_vintage_issued_twice(folder):
    changes = {
        "crediting.monitoring": [
            period(DAY(2020, 1, 1), DAY(2020, 6, 30)),
            period(DAY(2020, 7, 1), DAY(2021, 12, 31)),
        ],
        "allocation": {
            "agreed": {2020: {"host_government": 2551}, 2021: {"host_government": 2552}}
        },
    }
    (problem,) = problems(write(folder, changed(TINY, changes)))
    assert problem.path == "allocation.agreed.2020"
    assert "is issued 2 times (1,269 t and 1,282 t)" in problem.message


MARGIN = {"project.stated_project_emissions": 500, "crediting.project_margin": "20 %"}


def test_what_a_margin_leaves_uncredited_is_shown_with_the_rest(folder):  # E3
    results = jcm.compute(load(folder, TINY, MARGIN))
    assert results["reductions_by_conservative_project"].tolist() == [100] * 5
    assert results["emission_reductions"].tolist() == [2052] * 5  # against the actual emissions
    assert results["credits_issued"].tolist() == [1952] * 5
    assert summarise(results).not_credited == 500
    sums = outcome_parts(results)
    assert (sums["not_credited"], sums["credited"], sums["total"]) == (500, 9760, 10_260)
    text = str(jcm.explain(results.to_dataset(), "credits_issued", 2022))
    assert "reductions_by_conservative_project[2022] = 100 tCO₂e/yr" in text
    assert "crediting.project_margin = 20\N{NO-BREAK SPACE}%" in text


def test_a_margin_on_removals_takes_from_the_credits_too(folder):
    # No method here returns negative project emissions; one of another package may.
    batch, known = Batch([load(folder, TINY, MARGIN)]), {}
    for step in STEPS[:3]:
        known.update(step(batch, known))
    removing = {**known, "project_emissions": -known["project_emissions"]}
    (crediting,) = [step for step in STEPS if "crediting" in step.__name__]
    name = "reductions_by_conservative_project"
    np.testing.assert_array_equal(crediting(batch, removing)[name], crediting(batch, known)[name])
    assert (crediting(batch, removing)[name] == 100).all()


CCS = "indonesia_ccs"


def test_storage_is_credited_from_the_start_to_the_end_of_injection():  # K5
    captured = {"series": {2030: 0, 2031: 0, 2032: 1.5e6, 2040: 1.5e6, 2041: 0, 2049: 0}}
    changes = {
        "project.co2_captured": {**captured, "interpolate": "step"},
        "project.co2_vented": 0,
        "project.co2_operational_loss": 0,
        "crediting.start": None,
        "crediting.end": None,
    }
    results = jcm.compute(jcm.load_scenario(CCS, changes))
    years = results["year"]
    inside = (years >= 2032) & (years <= 2040)
    assert (results["co2_injected"] > 0).tolist() == inside.tolist()
    assert (results["credits_issued"] > 0).tolist() == inside.tolist()
    # Compressors run before the injection begins: no debt of the crediting period.
    assert (results["emission_reductions"][~inside] < 0).all()
    np.testing.assert_allclose(
        results["reductions_outside_crediting"][~inside], results["emission_reductions"][~inside]
    )
    assert not results["deficit_settled"].any()
    with pytest.raises(ScenarioError) as refused:
        jcm.load_scenario(
            CCS, {**changes, "crediting.start": "2031-07-01", "crediting.end": "2045-12-31"}
        )
    said = {problem.path: problem.message for problem in refused.value.problems}
    assert said["crediting.start"].startswith(
        "found 2031-07-01, but CO2 is injected from 2032-01-01 to 2040-12-31"
    )
    assert said["crediting.end"].startswith(
        "found 2045-12-31, but CO2 is injected from 2032-01-01 to 2040-12-31"
    )


def test_storage_that_operates_from_a_day_is_credited_from_that_day():  # K5
    changes = {"operation.start": "2030-07-01", "operation.lifetime": 10}
    with pytest.raises(ScenarioError, match="injected from 2030-07-01 to 2040-06-30"):
        jcm.load_scenario(CCS, changes)
    given_none = {**changes, "crediting.start": None, "crediting.end": None}
    issued = jcm.compute(jcm.load_scenario(CCS, given_none))["credits_issued"]
    assert (issued > 0).tolist() == [True] * 11 + [False] * 9


def test_a_plant_that_stores_nothing_is_credited_as_its_scenario_says(folder):
    issued = jcm.compute(
        load(
            folder,
            TINY,
            {
                "project.electricity_supplied": {
                    "series": {2020: 0, 2021: 0, 2022: 10, 2024: 10},
                    "interpolate": "step",
                }
            },
        )
    )
    assert issued["reductions_outside_crediting"].tolist() == [0] * 5


RENEWED = {
    "years": {"first": 2020, "last": 2024},
    "crediting": {"renewals": ["2022-01-01"], "end": "2023-12-31"},
    "project.reference_emission_factor": {"value": 0.5, "yearly_change": "-10 %", "since": 2020},
}


def test_a_renewal_assesses_the_reference_anew(folder):
    held = {"reference": {"own": "conservative_factors", "assessed": "at_renewal"}}
    found = jcm.compute(load(folder, TINY, {**RENEWED, **held}))["reference_emissions"]
    np.testing.assert_allclose(found, 8000 * 0.5 * np.array([1, 1, 0.81, 0.81, 0.81]))


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (
            ["2024-01-01"],
            "lies outside the crediting period that it renews, from the start to 2023",
        ),
        (["2022-01-01", "2021-01-01"], "must rise from one to the next"),
        (["2020-01-01"], "a renewal lies after the first year, 2020"),
    ],
)
def test_a_renewal_out_of_place_is_refused(folder, days, words):
    changes = {**RENEWED, "crediting": {"renewals": days, "end": "2023-12-31"}}
    found = problems(write(folder, changed(TINY, changes)))
    assert any(words in problem.message for problem in found)
    assert {problem.path for problem in found} == {"crediting.renewals"}
