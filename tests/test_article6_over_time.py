"""Mitigation outcomes of a scenario, both countries' balances, and the risk of overselling."""

import numpy as np
import pytest

import jcm_models as jcm
from jcm_models.article6_over_time import ndc_outcome
from tests.examples import ROOT

BALANCES = ROOT / "scenarios/thailand_ndc_balances.yaml"
OVERSELLING = ROOT / "scenarios/mongolia_overselling.yaml"


@pytest.fixture(scope="module")
def balances():
    return jcm.compute(jcm.load_scenario(BALANCES))


@pytest.fixture(scope="module")
def overselling():
    return jcm.compute(jcm.load_scenario(OVERSELLING))


def changed(path, **changes):
    overrides = {key.replace("__", "."): value for key, value in changes.items()}
    return jcm.compute(jcm.load_scenario(path, overrides))


def refused(path, **changes):
    with pytest.raises(jcm.ScenarioError) as error:
        changed(path, **changes)
    return str(error.value)


def test_only_credits_in_the_register_of_japan_from_2021_on_are_mitigation_outcomes(balances):
    japan = balances["credits"][:2].sum(axis=0)
    years = balances["year"]
    assert japan[years == 2020] > 0
    np.testing.assert_array_equal(
        balances["itmos_first_transferred"], np.where(years >= 2021, japan, 0)
    )


def test_without_authorization_nothing_is_transferred_and_nothing_is_adjusted():
    found = changed(BALANCES, article6__authorized="none")
    assert not found["itmos_first_transferred"].any()
    assert not found["corresponding_adjustment"].any()


def test_a_use_counts_so_many_years_after_its_vintage():
    found = changed(BALANCES, article6__years_until_use=3)
    first, used = found["itmos_first_transferred"], found["itmos_used"]
    np.testing.assert_array_equal(used[3:], first[:-3])
    assert not used[:3].any()


def test_by_averaging_both_sides_adjust_by_the_mean_since_2021(balances):
    first = balances["itmos_first_transferred"].astype(float)
    years = balances["year"]
    expected = [
        first[(years >= 2021) & (years <= year)].sum() / (year - 2020) if year > 2020 else 0.0
        for year in years
    ]
    host, japan = balances["corresponding_adjustment"]
    np.testing.assert_allclose(host, expected)
    np.testing.assert_allclose(japan, -np.array(expected))


def test_by_a_trajectory_each_year_stands_by_itself():
    found = changed(
        BALANCES,
        article6__host__accounting="trajectory",
        article6__host__target="cumulative",
        article6__host__share=0,
    )
    years = found["year"]
    np.testing.assert_array_equal(
        found["corresponding_adjustment"][0][years >= 2021],
        found["itmos_first_transferred"][years >= 2021],
    )


def test_a_balance_is_emissions_and_adjustment(balances):
    years = balances["year"]
    host, japan = balances["emissions_balance"] - balances["corresponding_adjustment"]
    np.testing.assert_allclose(host, np.interp(years, [2020, 2030], [360e6, 385e6]))
    np.testing.assert_allclose(japan, np.interp(years, [2020, 2030], [1150e6, 775e6]))


def test_a_balance_is_unknown_where_no_emissions_are_given(overselling):
    host, japan = overselling["emissions_balance"]
    assert np.isfinite(host).all()
    assert np.isnan(japan).all()
    assert "emissions_balance" not in jcm.compute(jcm.load_scenario("thailand_floating_solar"))


def test_the_outcome_of_an_ndc_is_the_level_and_the_margin_before_and_after(balances):
    host, japan = ndc_outcome(balances, "THA"), ndc_outcome(balances, "JPN")
    adjustment = balances["corresponding_adjustment"][:, -1]
    assert (host.level, host.before) == pytest.approx((0.7 * 555e6, 3.5e6))
    assert host.after == pytest.approx(3.5e6 - adjustment[0])
    assert japan.level == pytest.approx(1408e6 * 0.54)
    assert japan.after - japan.before == pytest.approx(-adjustment[1])
    assert host.most == pytest.approx(35e6)
    assert float(host.reduction.oversold) == 0


@pytest.mark.parametrize(
    "more",
    [{}, {"crediting.discount": 0.8}, {"reserve.rate": 0.1}],
    ids=["", "discount", "reserve"],
)
def test_overselling_is_found_and_the_lower_reference_makes_the_transfers_fit(more):
    overselling = jcm.compute(jcm.load_scenario(OVERSELLING, more))
    found = ndc_outcome(overselling, "MNG")
    planned = overselling["itmos_first_transferred"].sum()
    room = 10 * ((1 - 0.23) * 73.506e6 - 56.595e6)
    assert found.most == pytest.approx(room)
    assert float(found.reduction.oversold) == pytest.approx(planned - room)
    assert found.before > 0 > found.after
    # The reference lowered by what is said, the outcome simulated anew: nothing is oversold.
    lower = overselling["reference_emissions"] - found.reduction.annual
    series = dict(zip(range(2021, 2031), lower.tolist(), strict=True))
    pathway = {"reference.pathway": {"emissions": {"series": series}}}
    again = jcm.compute(jcm.load_scenario(OVERSELLING, more | pathway))
    fits = ndc_outcome(again, "MNG")
    assert again["itmos_first_transferred"].sum() == pytest.approx(room, abs=20)
    assert float(fits.reduction.oversold) == pytest.approx(0, abs=20)


def test_an_outcome_needs_emissions_and_a_target(overselling):
    assert ndc_outcome(overselling, "JPN") is None


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"article6__host__last_year": 2020}, "found 2020, before first_year: 2021"),
        ({"article6__host__accounting": "multi_year"}, "multi_year does not go with bau_relative"),
        ({"article6__host__target": "cumulative"}, "averaging does not go with cumulative"),
        ({"article6__host__share": None}, "share is missing; a target is a share below"),
        ({"article6__host__last_year": 2035}, "says nothing of 2031 to 2035"),
        ({"article6__host__share": {"series": {2020: 0.1, 2030: 0.3}}}, "here it is one number"),
        ({"article6__host__share": 1.2}, "allowed is −1 to 1"),
        ({"article6__host__emissions": "385 MW"}, "MW does not fit"),
        ({"article6__authorized": "thailand"}, "japan"),
        ({"article6__years_until_use": -1}, "0"),
    ],
)
def test_what_does_not_fit_together_is_refused(changes, said):
    assert said in refused(BALANCES, **changes)


def test_the_dataset_names_the_countries_and_explains_the_balance():
    dataset = jcm.simulate(jcm.load_scenario(BALANCES))
    assert dataset["country"].values.tolist() == ["THA", "JPN"]
    assert dataset["emissions_balance"].dims == ("country", "year")
    text = str(jcm.explain(dataset, "emissions_balance", 2030))
    assert "article6.host.emissions" in text
    assert "allocation.contributions.subsidy" in text


def test_a_portfolio_keeps_what_its_projects_share():
    scenarios = [jcm.load_scenario(path) for path in (BALANCES, OVERSELLING)]
    together = jcm.compute_all(scenarios)
    assert "corresponding_adjustment" not in together
    for at, scenario in enumerate(scenarios):
        alone = jcm.compute(scenario)
        inside = np.isin(together.years, alone["year"])
        np.testing.assert_array_equal(
            together["itmos_first_transferred"][at][inside], alone["itmos_first_transferred"]
        )
