"""Shares in a whole run: by contribution, with floors, agreed, in phases, after pay-back (K6)."""

import math
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import jcm_models as jcm
from jcm_models.allocation import ROUNDINGS
from jcm_models.problems import ScenarioError
from jcm_models.sections import SECTIONS
from jcm_models.shares_over_time import share_sensitivity
from jcm_models.variables import PARTIES
from jcm_models.wording import Words
from tests.examples import REMOVED, TINY, changed, lines, load, problems, write

KINDS = ("private_finance", "public_finance", "in_kind", "technical", "operational")
GIVEN = {
    "subsidy": {"by": "japan_government", "kind": "public_finance", "amount": "30 USD"},
    "equipment": {"by": "japan_participants", "kind": "private_finance", "amount": "50 USD"},
    "land": {"by": "host_participants", "kind": "in_kind", "amount": "20 USD"},
}
DATED = {name: {**given, "year": 2020 + at} for at, (name, given) in enumerate(GIVEN.items())}


def divided_by(**allocation):
    """Change the tiny scenario, so that its credits are divided in another way."""
    return {"allocation": {"contributions": GIVEN, **allocation}}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("shares")


def shares(folder, **allocation):
    return jcm.compute(load(folder, TINY, divided_by(**allocation)))["allocation_share"]


@pytest.mark.parametrize(
    ("allocation", "expected"),
    [
        pytest.param({}, [0.3, 0.5, 0, 0.2], id="in proportion, as nothing else is said"),
        pytest.param({"rule": "proportional"}, [0.3, 0.5, 0, 0.2], id="in proportion"),
        pytest.param(
            {
                "rule": "weighted",
                "weights": {"public_finance": 1, "private_finance": 1, "in_kind": 0.5},
            },
            [30 / 90, 50 / 90, 0, 10 / 90],
            id="by weights",
        ),
        pytest.param(
            {"floors": {"japan_government": 0.5}}, [0.5, 0.5 * 5 / 7, 0, 0.5 * 2 / 7], id="a floor"
        ),
        pytest.param(
            {"floors": {"japan_government": 0.5, "host_government": "10 %"}},
            [0.5, 0.4 * 5 / 7, 0.1, 0.4 * 2 / 7],
            id="two floors",
        ),
        pytest.param(
            {"programme": "model_project"}, [0.5, 0.5 * 5 / 7, 0, 0.5 * 2 / 7], id="a programme"
        ),
        pytest.param(
            {"programme": "model_project", "floors": {"japan_government": 0.6}},
            [0.6, 0.4 * 5 / 7, 0, 0.4 * 2 / 7],
            id="a floor above that of the programme",
        ),
    ],
)
def test_shares_follow_the_contributions_by_the_rule(folder, allocation, expected):
    found = shares(folder, **allocation)
    np.testing.assert_allclose(found, np.repeat([expected], 5, axis=0).T, atol=1e-12)


def test_shares_change_in_the_year_in_which_a_contribution_is_made(folder):
    found = shares(folder, contributions=DATED, counted="to_date")
    expected = [[1, 0.375, 0.3, 0.3, 0.3], [0, 0.625, 0.5, 0.5, 0.5], [0] * 5]
    np.testing.assert_allclose(found, [*expected, [0, 0, 0.2, 0.2, 0.2]], atol=1e-12)


@pytest.mark.parametrize("unit", ["JPY", "", "MUSD"])
def test_yen_points_and_millions_give_the_same_shares(folder, unit):
    other = {
        name: {**given, "amount": given["amount"].replace("USD", unit).strip()}
        for name, given in GIVEN.items()
    }
    found = shares(folder, contributions=other)[:, 0]
    np.testing.assert_allclose(found, [0.3, 0.5, 0, 0.2], atol=1e-12)


def test_agreed_tonnes_are_allocated_as_they_are(folder):
    changes = {
        "years": {"first": 2015, "last": 2016},
        "project.electricity_supplied": {"series": {2015: 40, 2016: 1}},
        "project.reference_emission_factor": 1,
        "allocation": {
            # As the refrigerators ID002 and ID003 of 2016, which no percentage reproduces.
            "agreed": {
                2015: dict(zip(PARTIES, (27, 4, 5, 4), strict=True)),
                2016: {"host_government": 1},
            }
        },
    }
    found = jcm.compute(load(folder, TINY, changes))
    assert found["credits"].T.tolist() == [[27, 4, 5, 4], [0, 0, 1, 0]]
    np.testing.assert_allclose(found["allocation_share"][:, 0], np.array([27, 4, 5, 4]) / 40)
    assert found["allocation_share"].sum(axis=0).tolist() == [1, 1]


def test_agreed_tonnes_that_are_not_those_issued_are_refused_with_both_sides(folder):
    agreed = {2020: {"japan_government": 2552}, 2021: {"host_government": 2000}, 2023: {}}
    changes = {"reserve.rate": 0.03, "allocation": {"agreed": agreed}}
    path = write(folder, changed(TINY, changes))
    found = {problem.path: problem for problem in problems(path)}
    assert set(found) == {f"allocation.agreed.{year}" for year in range(2020, 2025)}
    assert found["allocation.agreed.2020"].message == (
        "found 2,552 t, but 2,475 t are issued less the reserve"
    )
    assert "found 0 t, but 2,475 t" in found["allocation.agreed.2022"].message
    line = lines(changed(TINY, changes))["allocation.agreed.2021"]
    assert found["allocation.agreed.2021"].place.line == line
    with pytest.raises(ScenarioError, match=r"found 2,000 t, but 2,475 t"):
        jcm.compute(
            load(folder, TINY).with_(
                {"reserve.rate": 0.03, "allocation.shares": None} | {"allocation.agreed": agreed}
            )
        )


PHASES = [
    {"rule": "proportional"},
    {
        "after_payback_of": "japan_participants",
        "price": "10 USD/tCO2e",
        "shares": {"japan_government": 0.2, "host_government": 0.8},
    },
    {"from": 2023, "shares": {"host_participants": 1}},
]


@pytest.mark.parametrize(
    ("owed", "phase"),
    [
        ("12,759 USD", [1, 2, 2, 3, 3]),  # 50 % of 2,552 at 10 USD are 12,760 a year
        ("12,760 USD", [1, 2, 2, 3, 3]),
        ("12,770 USD", [1, 1, 2, 3, 3]),
        ("1,000,000 USD", [1, 1, 1, 3, 3]),
    ],
)
def test_a_phase_begins_after_pay_back_and_another_in_its_year(folder, owed, phase):
    # The shares stay: all amounts grow alike.
    amount = float(owed.split()[0].replace(",", ""))
    given_amounts = {
        name: {**given, "amount": f"{amount * int(given['amount'].split()[0]) / 50} USD"}
        for name, given in GIVEN.items()
    }
    found = jcm.compute(load(folder, TINY, divided_by(contributions=given_amounts, phases=PHASES)))
    assert found["allocation_phase"].tolist() == phase
    by_phase = {1: [0.3, 0.5, 0, 0.2], 2: [0.2, 0, 0.8, 0], 3: [0, 0, 0, 1]}
    np.testing.assert_allclose(found["allocation_share"].T, [by_phase[k] for k in phase])
    assert found["credits"].sum(axis=0).tolist() == found["credits_issued"].tolist()


def test_a_price_that_grows_pays_back_earlier(folder):
    owing = {**GIVEN, "equipment": {**GIVEN["equipment"], "amount": "7,000 USD"}}
    rising = {"value": "1 USD/tCO2e", "yearly_change": "100 %", "since": 2020}
    # 2,534 of 2,552 tonnes a year: three years at 1 USD, or one at 1 and one at 2 USD.
    for price, phase in (("1 USD/tCO2e", [1, 1, 1, 2, 2]), (rising, [1, 1, 2, 2, 2])):
        waiting = [PHASES[0], {**PHASES[1], "price": price}]
        found = jcm.compute(load(folder, TINY, divided_by(contributions=owing, phases=waiting)))
        assert found["allocation_phase"].tolist() == phase


def test_a_file_that_divides_in_another_way_leaves_out_what_it_extends(tmp_path):
    base = divided_by(rule="proportional", floors={"japan_government": 0.5}, rounding=ROUNDINGS[2])
    write(tmp_path, changed(TINY, base), "base.yaml")
    top = write(tmp_path, "extends: base.yaml\nallocation:\n  shares: {host_government: 1}\n")
    allocation = jcm.load_scenario(top).allocation
    assert (allocation.way, allocation.rounding) == ("shares", ROUNDINGS[2])
    assert (allocation.contributions, allocation.floors, allocation.rule) == (None, None, None)


AMOUNTS = st.dictionaries(
    st.text("abc", min_size=1, max_size=3),
    st.fixed_dictionaries(
        {
            "by": st.sampled_from(PARTIES),
            "kind": st.sampled_from(KINDS),
            "amount": st.floats(1e-3, 1e6).map("{:f} JPY".format),
            "year": st.integers(2018, 2020),
        }
    ),
    min_size=1,
    max_size=5,
)
FLOORS = st.dictionaries(st.sampled_from(PARTIES), st.integers(0, 15).map(lambda n: n / 100))


@settings(deadline=None, max_examples=80)
@given(
    AMOUNTS, FLOORS, st.sampled_from(ROUNDINGS), st.sampled_from(["all", "to_date"]), st.booleans()
)
def test_any_contributions_divide_every_tonne(folder, amounts, floors, rounding, counted, half):
    least = {**floors, "japan_government": 0.5} if half else floors
    allocation = {
        "contributions": amounts,
        "floors": floors,
        "rounding": rounding,
        "counted": counted,
        **({"programme": "model_project"} if half else {}),
    }
    found = jcm.compute(load(folder, TINY, {"allocation": allocation}))
    assert found["credits"].sum(axis=0).tolist() == found["credits_issued"].tolist()
    assert found["credits"].min() >= 0
    np.testing.assert_allclose(found["allocation_share"].sum(axis=0), 1, atol=1e-9)
    for party, floor in zip(PARTIES, found["allocation_share"], strict=True):
        assert (floor >= least.get(party, 0) - 1e-9).all()
    if rounding == "government_ceiling" and half:
        assert (2 * found["credits"][0] >= found["credits_issued"]).all()


def test_projects_of_a_portfolio_are_divided_each_as_if_alone(tmp_path):
    ways = {
        "given": {"shares": {"japan_government": 0.7, "host_government": 0.3}},
        "brought": {"contributions": DATED, "counted": "to_date"},
        "paid": {"contributions": GIVEN, "phases": PHASES},
        "later": {"contributions": GIVEN, "phases": [*PHASES[:2], {**PHASES[2], "from": 2024}]},
        "agreed": {"agreed": {y: {"host_participants": 2552} for y in range(2022, 2027)}},
        "turned": {"phases": [{"shares": {"japan_government": 1}}, {**PHASES[2], "from": 2024}]},
    }
    scenarios = []
    for at, (name, allocation) in enumerate(ways.items()):
        years = {"first": 2022, "last": 2026} if at > 1 else {"first": 2020, "last": 2024}
        text = changed(TINY, {"years": years, "allocation": allocation})
        scenarios.append(jcm.load_scenario(write(tmp_path, text, f"{name}.yaml")))
    together = jcm.compute_all(scenarios)
    for row, scenario in enumerate(scenarios):
        alone, span = jcm.compute(scenario), np.isin(together.years, scenario.calendar_years)
        for name in ("credits", "allocation_share", "credits_issued"):
            np.testing.assert_array_equal(together[name][row][..., span], alone[name])
        assert not together["credits"][row][..., ~span].any()


def test_the_sensitivity_is_that_of_the_run(folder):
    floors = {"japan_government": 0.4}
    scenario = load(folder, TINY, divided_by(contributions=DATED, counted="to_date", floors=floors))
    found = share_sensitivity(jcm.compute(scenario))
    assert found.shape == (3, 4, 5)
    for at, name in enumerate(DATED):
        amount, unit = DATED[name]["amount"].split()
        key = f"allocation.contributions.{name}.amount"
        low, high = (
            jcm.compute(scenario.with_({key: f"{float(amount) * (1 + step)} {unit}"}))
            for step in (-1e-6, 1e-6)
        )
        slope = (high["allocation_share"] - low["allocation_share"]) / 2e-6
        np.testing.assert_allclose(found[at], slope, atol=1e-6)
    assert np.abs(found).max() > 0.1


def test_a_sensitivity_is_that_of_the_phase_in_force(folder):
    found = share_sensitivity(jcm.compute(load(folder, TINY, divided_by(phases=PHASES))))
    assert np.abs(found[:, :, 0]).max() > 0.1
    assert not found[
        :, :, 1:
    ].any()  # 50 USD are paid back in the first year; then shares are given
    given_shares = jcm.compute(load(folder, TINY))
    assert share_sensitivity(given_shares).shape == (0, 4, 5)


def leaves(explanation):
    for below in explanation.inputs:
        yield from leaves(below) if below.equation else [below]


def test_a_share_leads_to_the_lines_of_the_contributions_and_the_rule(folder):
    changes = divided_by(
        rule="weighted",
        weights={"public_finance": 1, "private_finance": 1, "in_kind": 0.5},
        programme="model_project",
    )
    scenario = load(folder, TINY, changes)
    dataset = jcm.simulate(scenario)
    line = lines(changed(TINY, changes))
    found = {
        leaf.name: leaf.place.rpartition(":")
        for leaf in leaves(jcm.explain(dataset, "allocation_share", 2022, "japan_government"))
    }
    written = {
        *(f"allocation.contributions.{name}.amount" for name in GIVEN),
        *(
            f"allocation.weights.{kind}"
            for kind in ("public_finance", "private_finance", "in_kind")
        ),
    }
    floor = "allocation.programme"
    assert set(found) == written | {floor}
    assert {name: int(found[name][2]) for name in written} == {name: line[name] for name in written}
    assert found[floor][0] == "jcm_models/rules/general.yaml"
    others = jcm.explain(dataset, "allocation_share", 2022, "host_participants")
    assert floor in {leaf.name for leaf in leaves(others)}  # it limits the shares of the others


def test_a_share_of_a_phase_leads_to_that_phase_alone(folder):
    dataset = jcm.simulate(load(folder, TINY, divided_by(phases=PHASES)))
    for year, phase in ((2020, 0), (2022, 1), (2024, 2)):
        found = jcm.explain(dataset, "allocation_share", year, "japan_government")
        names = [leaf.name for leaf in leaves(found) if ".phases." in leaf.name]
        assert all(name.startswith(f"allocation.phases.{phase}.") for name in names)
        assert f"allocation_phase[{year}] = {phase + 1}\n" in str(found)
    text = str(jcm.explain(dataset, "credits", 2022, "japan_government"))
    assert "allocation.phases.1.shares.japan_government = 20" in text
    assert "allocation.phases.1.shares.host_government" not in text


def test_the_page_names_each_contribution_by_what_it_is_and_who_made_it(folder):
    source = {"value": "30 USD", "source": "Grant agreement"}
    brought = {**DATED, "subsidy": {**DATED["subsidy"], "amount": source}}
    results = jcm.compute(load(folder, TINY, divided_by(contributions=brought, phases=PHASES)))
    page = SECTIONS["inputs"](results, Words("en"))
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
    for words in (
        "Contribution (Public finance, Government of Japan, 2020): subsidy",
        "Contribution (In kind, Partner participants, 2022): land",
        "30 USD",
        "Grant agreement",
        "Price at which credits pay back (phase of allocation 2)",
        "Allocation share (phase of allocation 3): Partner participants",
    ):
        assert words in text, words
    method = SECTIONS["method"](results, Words("en"))
    assert "change over time, in phases" in method


@pytest.mark.parametrize(
    ("name", "least"),
    [("thailand_floating_solar_contributions", 0.5), ("viet_nam_rooftop_solar_payback", 0)],
)
def test_the_shipped_examples_divide_by_contribution(name, least):
    found = jcm.compute(jcm.load_scenario(name))
    assert (found["credits"][0] >= least * found["credits_issued"]).all()
    assert len({tuple(column) for column in found["allocation_share"].T.round(9).tolist()}) > 1
    assert math.isclose(found["allocation_share"].sum(), len(found["year"]))


def test_shares_removed_from_a_scenario_are_asked_for(folder):
    path = write(folder, changed(TINY, {"allocation.shares": REMOVED, "allocation.rounding": "x"}))
    assert {problem.path for problem in problems(path)} == {
        "allocation.shares",
        "allocation.rounding",
    }


def test_a_rule_needs_contributions(folder):
    path = write(folder, changed(TINY, {"allocation": {"rule": "proportional"}}))
    (problem,) = problems(path)
    assert problem.path == "allocation.rule"
    assert "needs allocation.contributions: who brought what" in problem.message


def test_an_override_that_divides_in_another_way_leaves_out_the_rest(folder):
    scenario = load(folder, TINY, divided_by(floors={"japan_government": 0.5}))
    given_shares = scenario.with_({"allocation": {"shares": {"host_government": 1}}})
    assert given_shares.allocation.way == "shares"
    back = given_shares.with_({"allocation": {"contributions": GIVEN}})
    assert (back.allocation.way, back.allocation.floors) == ("contributions", None)
    more = scenario.with_({"allocation.contributions.land.amount": "120 USD"})
    found = jcm.compute(more)["allocation_share"][:, 0]
    np.testing.assert_allclose(found, [0.5, 0.5 * 5 / 17, 0, 0.5 * 12 / 17])


def test_a_number_in_a_list_is_overridden_by_its_position(folder):
    scenario = load(folder, TINY, divided_by(phases=PHASES))
    other = scenario.with_({"allocation.phases.1.price": "0.01 USD/tCO2e"})
    assert other.allocation.phases[1].price.constant == 0.01
    assert jcm.compute(other)["allocation_phase"].tolist() == [1, 1, 1, 3, 3]  # 25 of 50 USD
    place = next(given.place for given in other.inputs() if given.path.endswith(".price"))
    assert str(place) == "with_() allocation.phases.1.price=0.01 USD/tCO2e"
    later = scenario.with_({"allocation.phases.2.from": 2024})
    assert jcm.compute(later)["allocation_phase"].tolist() == [1, 2, 2, 2, 3]
    assert scenario.allocation.phases[2].from_ == 2023
