"""Bad input on storage and reserve: named with file and line, and with what to do."""

import ast

import pytest

import jcm_models as jcm
from jcm_models.problems import ScenarioError
from tests.examples import TINY
from tests.storage.scenarios import small, written

SITES = {"north": {"share": 0.6}, "south": {"share": 0.4}}
CALCULATOR = {"model": "security_calculator", "regime": "base_case"}


def said(folder, **changes):
    """Return what is said of the small project with some changes."""
    with pytest.raises(ScenarioError) as caught:
        small(folder, **changes)
    return str(caught.value)


@pytest.mark.parametrize(
    ("changes", "key", "words"),
    [
        ({"reserve__rate": 1.2}, "reserve.rate", "found 1.2; allowed is 0 to 1"),
        ({"reserve__rate": -0.01}, "reserve.rate", "found -0.01; allowed is 0 to 1"),
        (
            {"reserve": {"rate": 0.03, "risk_table": {"wells": 0.01}}},
            "reserve.risk_table",
            "the rate is given by reserve.rate as well; leave one of the two out",
        ),
        (
            {"reserve": {"risk_table": {"wells": 0.7, "law": 0.6}, "combine": "sum"}},
            "reserve.risk_table",
            "adds up to 1.3; not more than all credits can be withheld",
        ),
        (
            {"reserve__liable": "until_completion"},
            "reserve.liable",
            "until_completion needs storage.monitoring, which says when that is",
        ),
        (
            {"reserve__release_share": 0.5},
            "reserve.release_share",
            "has no use without reserve.release_after, which says when the release begins",
        ),
        ({"storage__sites": 0}, "storage.sites", "found 0"),
        (
            {"reserve__release_after": {"series": {2030: 5, 2049: 9}}},
            "reserve.release_after",
            "changes over the years; here one number is needed",
        ),
        (
            {"storage__sites": SITES | {"south": {"share": 0.4, "first": 2034, "last": 2031}}},
            "storage.sites.south.last",
            "injection ends in 2031, before it starts in 2034; give a last year of 2034 or later",
        ),
        (
            {"storage__sites": SITES | {"south": {"share": 0.4, "first": 2060, "last": 2061}}},
            "storage.sites.south.first",
            "found 2060, outside the years simulated, 2030 to 2049",
        ),
        (
            {"storage__sites": SITES | {"south": {"share": 0.5}}},
            "storage.sites",
            "the shares of the sites add up to 1.1; they must add up to 1",
        ),
        ({"storage__basins": 2}, "storage.basins", "found 2 basins for 1 sites"),
        (
            {"storage__sites": SITES, "storage__basins": 2},
            "storage.basins",
            "sites with names each name their basin",
        ),
        (
            {"storage__leakage": {"model": "constant"}},
            "storage.leakage.rate",
            "is missing; the model constant needs it",
        ),
        (
            {"storage__leakage": {"model": "decaying", "rate": 0.01}},
            "storage.leakage.decay",
            "is missing; the model decaying needs it",
        ),
        (
            {"storage__leakage": {"model": "pool", "loss": 0.1}},
            "storage.leakage.probability",
            "is missing; the model pool needs it",
        ),
        (
            {"storage__leakage": CALCULATOR | {"rate": 0.01}},
            "storage.leakage.rate",
            "has no use in the model security_calculator, which takes regime, blowouts",
        ),
        (
            {"storage__leakage": CALCULATOR | {"regime": "well_regulated"}},
            "storage.leakage.regime",
            "did you mean well_regulated_offshore",
        ),
        (
            {"storage__dependence": {"kind": "frailty", "shape": 1}},
            "storage.dependence",
            "there are none; give storage.events, or storage.leakage.blowouts: events",
        ),
        (
            {"storage__dependence": {"kind": "common_shock", "shocks_per_year": 0.1}},
            "storage.dependence.hit_share",
            "is missing; kind common_shock needs it",
        ),
        (
            {"storage__dependence": {"kind": "identical", "shape": 2}},
            "storage.dependence.shape",
            "has no use with kind identical, which takes nothing more",
        ),
        (
            {
                "storage__events": {
                    "per_year": 0.1,
                    "mass": {"distribution": {"shape": "pareto", "low": 1000, "index": 0.9}},
                }
            },
            "storage.events.mass",
            "has an infinite mean, so nothing can be expected of it; give parameters with a mean "
            "(of a pareto distribution an index above 1), at_most, or a distribution that ends, "
            "such as triangular",
        ),
        (
            {
                "storage__sites": 2,
                "storage__dependence": {"kind": "copula", "correlation": [[1, 0.2], [0.3, 1]]},
            },
            "storage.dependence.correlation",
            "it is not symmetric: 0.2 in row 1, column 2, but 0.3 in row 2, column 1",
        ),
        (
            {
                "storage__sites": 2,
                "storage__dependence": {"kind": "copula", "correlation": [[1]]},
            },
            "storage.dependence.correlation",
            "has 1 rows, and there are 2 sites",
        ),
        (
            {
                "storage__sites": 5,
                "storage__dependence": {"kind": "copula", "correlation": -0.5},
            },
            "storage.dependence.correlation",
            "any two of 5 sites can have a correlation of -0.25 or more",
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_key_and_the_way_out(tmp_path, changes, key, words):
    text = said(tmp_path, **changes)
    assert f"{key}: " in text
    assert words in text
    assert text.startswith("overrides ")


def test_a_matrix_that_no_sites_can_have_is_refused_with_the_nearest_that_they_can(tmp_path):
    matrix = [[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]]
    dependence = {"kind": "copula", "correlation": matrix}
    text = said(tmp_path, storage__sites=3, storage__dependence=dependence)
    assert "the matrix is not positive semi-definite; the nearest that is: [[1.0, " in text
    nearest = text.rpartition("the nearest that is: ")[2]
    small(
        tmp_path,
        storage__sites=3,
        storage__dependence={"kind": "copula", "correlation": ast.literal_eval(nearest)},
    )


def test_a_project_that_stores_nothing_has_no_storage_section(tmp_path):
    file = written(tmp_path, TINY + "storage: {sites: 2}\n")
    with pytest.raises(ScenarioError, match=r"small.yaml:11: storage: the project stores no CO2"):
        jcm.load_scenario(file)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("year,share_leaked\n1,0.1\n4,0.1\n", "line 3: a gap, year 2 to 3 is missing"),
        ("year,share_leaked\n1,0.1\n1,0.1\n", "line 3: found year 1 after 1; years must rise"),
        ("year,share_leaked\n1,-0.1\n", "line 2: found a share of -0.1; allowed is 0 to 1"),
        ("year,share_leaked\n1,x\n", "line 2: found '1,x'; a year and a share are needed"),
        ("year,share_leaked\n1,0.6\n2,0.6\n", "the shares add up to 1.2; more leaks than"),
        ("jahr,anteil\n1,0\n", "line 1: found 'jahr,anteil'; the heading must be year,share_"),
        ("year,share_leaked\n", "there is no row below the heading"),
        ("", "line 1: found 'nothing'"),
    ],
)
def test_a_leak_table_with_gaps_and_other_faults_is_refused(tmp_path, text, words):
    (tmp_path / "leaks.csv").write_text(text, encoding="utf-8")
    found = said(tmp_path, storage__leakage={"model": "table", "table": "leaks.csv"})
    assert "storage.leakage.table: " in found
    assert words in found


def test_all_faults_of_a_leak_table_are_told_together(tmp_path):
    text = "year,share_leaked\n2,0.1\n3,2\n5,0.1\n"
    (tmp_path / "leaks.csv").write_text(text, encoding="utf-8")
    found = said(tmp_path, storage__leakage={"model": "table", "table": "leaks.csv"})
    for line in (2, 3, 4):
        assert f"line {line}: " in found


def test_a_leak_table_that_is_not_there_is_named(tmp_path):
    found = said(tmp_path, storage__leakage={"model": "table", "table": "nowhere.csv"})
    assert "storage.leakage.table: " in found
    assert "nowhere.csv" in found


def test_faults_of_storage_and_reserve_are_told_together(tmp_path):
    found = said(
        tmp_path,
        reserve={"rate": 0.03, "risk_table": {"wells": 0.01}},
        storage={"leakage": {"model": "constant"}, "dependence": {"kind": "copula"}},
    )
    for key in ("reserve.risk_table", "storage.leakage.rate", "storage.dependence.correlation"):
        assert f"{key}: " in found
