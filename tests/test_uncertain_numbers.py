"""Uncertain numbers in a scenario: distributions, processes over time, correlations, levers."""

import pickle
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import jcm_models as jcm
from jcm_models.distributions import Discrete, FromScipy, Normal, Pareto, Pert, Truncated
from jcm_models.ensemble_settings import Correlation, Ensemble
from jcm_models.problems import Place, ScenarioError
from jcm_models.runs import inputs_hash
from jcm_models.spreads import Process
from jcm_models.uncertain_inputs import DRAWN_BY_SITE, uncertain_inputs
from jcm_models.values import InUnit
from jcm_models.variables import input_variable
from jcm_models.written import Written
from tests.examples import ROOT, TINY, USUAL, changed, lines, load, problems, unhurried, write

KEY = "project.electricity_supplied"
FACTOR = "project.reference_emission_factor"
STATED = "project.stated_project_emissions"
DRAWS = "run,supplied,words,far\n1,7000,a,-1\n2,8000,b,2\n3,9900,9,3\n"
SHARES = np.array([0.01, 0.3, 0.5, 0.9])


@pytest.fixture
def value(tmp_path):
    """Write a number in place of the electricity of the tiny scenario, and read it back."""
    (tmp_path / "draws.csv").write_text(DRAWS, encoding="utf-8")

    def read(written):
        return load(tmp_path, TINY, {KEY: written}).project.electricity_supplied

    return read


def spread(**parameters):
    return {"distribution": parameters}


def moving(process, sd=0.08, **more):
    return {"value": 8000, "uncertainty": {"process": process, "sd": sd, **more}}


# Distributions as they are written.


@pytest.mark.parametrize(
    ("written", "distribution", "words"),
    [
        (
            {"shape": "pert", "low": 7000, "mode": 7500, "high": "9 GWh/yr"},
            Pert(7000, 7500, 9000),
            "pert(7,000, 7,500, 9,000) MWh/yr",
        ),
        (
            {"shape": "pareto", "low": 100, "index": 3},
            Pareto(100, 3),
            "pareto(100, 3) MWh/yr",
        ),
        (
            {"shape": "discrete", "values": [5000, "8 GWh/yr"], "weights": [1, 3]},
            Discrete((5000, 8000), (1, 3)),
            "discrete(5,000 (25\N{NO-BREAK SPACE}%), 8,000 (75\N{NO-BREAK SPACE}%)) MWh/yr",
        ),
        (
            {"shape": "draws", "values": [7, 9, 8, 7, 6, 5, 10]},
            Discrete((7, 9, 8, 7, 6, 5, 10)),
            "draws(7 values, 5 to 10) MWh/yr",
        ),
        (
            {"shape": "draws", "table": "draws.csv", "column": "supplied"},
            Discrete((7000, 8000, 9900)),
            "draws(7,000, 8,000, 9,900) MWh/yr",
        ),
        (
            {"shape": "weibull_min", "parameters": {"c": 4, "scale": "8 GWh/yr"}},
            FromScipy("weibull_min", (("c", 4.0), ("scale", 8000.0))),
            "weibull_min(c 4, scale 8,000) MWh/yr",
        ),
        (
            {"shape": "normal", "mean": 8000, "sd": 500, "at_least": "7.5 GWh/yr"},
            Truncated(Normal(8000, 500), 7500, np.inf),
            "normal(8,000, 500) MWh/yr, at least 7,500 MWh/yr",
        ),
        (
            {"shape": "discrete", "values": [1, 2, 3], "at_most": 2},
            Discrete((1, 2)),
            "discrete(1, 2, 3) MWh/yr, at most 2 MWh/yr",
        ),
    ],
    ids=lambda each: each["shape"] if isinstance(each, dict) else None,
)
def test_a_distribution_is_read_in_the_unit_of_its_place(value, written, distribution, words):
    read = value({"distribution": written})
    assert read.spread == read.distribution
    assert read.distribution == distribution
    assert read.written == words
    assert read.points == (read.distribution.mean,)
    assert read.constant is None


@pytest.mark.parametrize("shape", ["normal", "lognormal"])
@pytest.mark.parametrize("keys", [(0.05, 0.95), ("5 %", "95 %"), ("0.95", "0.05")])
def test_two_quantiles_say_how_uncertain_a_number_is(value, shape, keys):
    amounts = dict(zip(keys, ["7 GWh/yr", 9000], strict=True))
    if keys[0] == "0.95":
        amounts = {"0.95": 9000, "0.05": "7 GWh/yr"}
    read = value(spread(shape=shape, quantiles=amounts))
    found = read.distribution.quantile(np.array([0.05, 0.95]))
    np.testing.assert_allclose(found, [7000, 9000], rtol=1e-9)
    assert read.written.startswith(f"{shape}(5\N{NO-BREAK SPACE}%: 7,000, 95")


def test_the_shares_of_quantiles_are_read_from_a_file(tmp_path):
    text = TINY.replace(
        "electricity_supplied: 8000",
        "electricity_supplied: {distribution: {shape: normal, quantiles: {0.1: 7000, 0.9: 9000}}}",
    )
    read = load(tmp_path, text).project.electricity_supplied
    theirs = stats.norm(8000, 1000 / stats.norm.ppf(0.9))
    assert read.distribution.sd == pytest.approx(theirs.std())
    assert read.points[0] == pytest.approx(8000)


def test_a_distribution_is_cut_at_the_physical_bounds_and_stands_at_the_mean_of_the_rest(value):
    read = value(spread(shape="normal", mean=100, sd=100))
    theirs = stats.truncnorm(-1, np.inf, 100, 100)
    assert read.points[0] == pytest.approx(theirs.mean(), rel=1e-9)
    np.testing.assert_allclose(read.distribution.quantile(SHARES), theirs.ppf(SHARES), rtol=1e-9)


@unhurried
@given(st.floats(1000.0, 10_000.0), st.floats(0.0001, 0.16))
def test_a_normal_far_from_its_bounds_stands_where_it_is_published(mean, relative):
    written = Written.model_validate(spread(shape="normal", mean=mean, sd=mean * relative))
    read = InUnit(input_variable("electricity_supplied")).value(written)
    assert read.points[0] == pytest.approx(mean, rel=1e-12)


def test_a_heavy_tail_can_be_taken_if_it_is_cut(value):
    read = value(spread(shape="pareto", low=100, index=1, at_most=1000))
    assert read.points[0] == pytest.approx(100 * np.log(10) / 0.9, rel=1e-6)


def test_a_table_may_stand_beside_the_file_that_is_extended(tmp_path):
    base = tmp_path / "base"
    base.mkdir()
    (base / "draws.csv").write_text(DRAWS, encoding="utf-8")
    written = spread(shape="draws", table="draws.csv", column="supplied")
    write(base, changed(TINY, {KEY: written}))
    path = write(tmp_path, "extends: base/scenario.yaml\ntitle: Other\n", "other.yaml")
    scenario = jcm.load_scenario(path)
    assert scenario.project.electricity_supplied.spread == Discrete((7000, 8000, 9900))
    again = pickle.loads(pickle.dumps(scenario))
    assert again.project.electricity_supplied == scenario.project.electricity_supplied


def test_other_draws_in_the_same_table_are_another_run(tmp_path):
    table = tmp_path / "draws.csv"
    table.write_text(DRAWS, encoding="utf-8")
    written = {KEY: spread(shape="draws", table="draws.csv", column="supplied")}
    before = inputs_hash(load(tmp_path, TINY, written))
    assert inputs_hash(load(tmp_path, TINY, written)) == before
    table.write_text(DRAWS.replace("9900", "9901"), encoding="utf-8")
    assert inputs_hash(load(tmp_path, TINY, written)) != before


def test_plain_shapes_are_read_without_scipy(tmp_path):
    changes = {
        KEY: spread(shape="lognormal", quantiles={0.05: 7000, 0.95: 9000}, at_most=20_000),
        FACTOR: spread(shape="normal", mean=0.3, sd=0.1),
        STATED: spread(shape="triangular", low=1, mode=2, high=6, at_least=1.5),
        "project.stated_leakage_emissions": {
            "value": 2,
            "uncertainty": {"process": "level", "sd": 0.1},
        },
    }
    path = write(tmp_path, changed(USUAL, changes))
    code = (
        f"import sys, jcm_models; jcm_models.load_scenario({str(path)!r}); "
        "print('scipy' in sys.modules, 'pint' in sys.modules)"
    )
    plain = USUAL.replace("8 GWh/yr", "8000").replace("0.319 tCO2e/MWh", "0.319")
    write(tmp_path, changed(plain, {**changes, "reserve.rate": 0.03}))
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["False", "False"]


# Processes over time.


@pytest.mark.parametrize(
    ("written", "process", "words"),
    [
        (moving("level", "8 %"), Process("level", 0.08), "8,000 MWh/yr, ±8 % in all years alike"),
        (moving("random_walk"), Process("random_walk", 0.08), ", ±8 % more with each year"),
        (
            moving("ar1", persistence=0.7),
            Process("ar1", 0.08, 0.7),
            "8,000 MWh/yr, ±8 % each year, persistence 0.7",
        ),
        (
            {
                "series": {2020: 7000, 2024: 8000},
                "uncertainty": {"process": "ar1", "sd": 0.02, "persistence": -0.5},
            },
            Process("ar1", 0.02, -0.5),
            "7,000 (2020) to 8,000 MWh/yr (2024), ±2 % each year, persistence −0.5",
        ),
        (
            moving("level") | {"yearly_change": 0.01, "since": 2020},
            Process("level", 0.08),
            "8,000 MWh/yr, +1 % a year from 2020, ±8 % in all years alike",
        ),
    ],
    ids=str,
)
def test_a_process_over_time_stands_beside_a_number(value, written, process, words):
    read = value(written)
    assert read.process == process
    assert read.spread is None
    assert read.constant is None
    assert words in read.written.replace("\N{NO-BREAK SPACE}", " ")


def test_a_single_run_takes_a_number_without_its_process(tmp_path):
    plain = jcm.compute(load(tmp_path, TINY))
    moved = jcm.compute(load(tmp_path, TINY, {KEY: moving("random_walk")}))
    for name in ("reference_emissions", "credits_issued"):
        assert plain[name].tolist() == moved[name].tolist()


# What is uncertain, what goes together, what is compared.

UNCERTAIN = {
    KEY: spread(shape="uniform", low=7000, high=9000),
    FACTOR: moving("level") | {"value": 0.3},
    STATED: moving("ar1", persistence=0.5) | {"value": 12},
    "reserve.rate": spread(shape="discrete", values=[0.03, 0.05]),
}
FACTORS = [KEY, FACTOR, "reserve.rate"]


def test_the_uncertain_inputs_come_in_the_order_of_the_scenario(tmp_path):
    scenario = load(tmp_path, USUAL, UNCERTAIN)
    found = [given.path for given in uncertain_inputs(scenario)]
    assert found == [KEY, FACTOR, STATED, "reserve.rate"]
    assert found == [each.path for each in scenario.inputs() if each.path in found]
    assert uncertain_inputs(load(tmp_path, USUAL)) == ()


def test_every_shipped_scenario_without_an_ensemble_is_certain_but_for_its_storage():
    for path in sorted((ROOT / "scenarios").glob("*.yaml")):
        scenario = jcm.load_scenario(path)
        if "uncertainty" not in path.stem:
            assert {given.path for given in uncertain_inputs(scenario)} <= {*DRAWN_BY_SITE}


def correlated(*pairs):
    return [{"between": [one, other], "value": value} for one, other, value in pairs]


def test_correlations_make_a_matrix_in_the_order_that_is_asked_for(tmp_path):
    pairs = correlated((KEY, FACTOR, 0.6), ("reserve.rate", KEY, -0.2))
    scenario = load(tmp_path, USUAL, UNCERTAIN | {"ensemble": {"correlations": pairs}})
    matrix = scenario.ensemble.correlation_matrix([FACTOR, "other", KEY, "reserve.rate"])
    expected = [[1, 0, 0.6, 0], [0, 1, 0, 0], [0.6, 0, 1, -0.2], [0, 0, -0.2, 1]]
    assert matrix.tolist() == expected
    assert scenario.ensemble.correlation_matrix([FACTOR, "reserve.rate"]) is None
    assert load(tmp_path, USUAL).ensemble.correlation_matrix([KEY]) is None


@given(st.permutations(FACTORS), st.floats(-1, 1), st.floats(-1, 1))
def test_a_matrix_of_correlations_is_symmetric_whatever_the_order(names, one, other):
    pairs = (
        Correlation(between=(KEY, FACTOR), value=one),
        Correlation(between=("reserve.rate", KEY), value=other),
    )
    matrix = Ensemble(correlations=pairs).correlation_matrix(names)
    if matrix is None:
        assert one == other == 0
        return
    assert (matrix == matrix.T).all()
    assert (np.diag(matrix) == 1).all()
    assert matrix[names.index(KEY), names.index(FACTOR)] == one
    assert matrix[names.index(FACTOR), names.index("reserve.rate")] == 0


def test_levers_say_which_keys_take_which_values(tmp_path):
    levers = {
        "reserve.rate": [0.01, "3 %", {"value": 0.05, "source": "x"}],
        "reference": {
            "as it is": {},
            "by policies": {
                "reference.current_policies": {"reduction": 0.45},
                "crediting.discount": 0.9,
            },
        },
    }
    scenario = load(tmp_path, USUAL, {"ensemble": {"levers": levers}})
    assert scenario.ensemble.lever_options() == {
        "reserve.rate": {
            "0.01": {"reserve.rate": 0.01},
            "3 %": {"reserve.rate": "3 %"},
            "0.05": {"reserve.rate": {"value": 0.05, "source": "x"}},
        },
        "reference": {
            "as it is": {},
            "by policies": {
                "reference.current_policies": {"reduction": 0.45},
                "crediting.discount": 0.9,
            },
        },
    }
    for options in scenario.ensemble.lever_options().values():
        for overrides in options.values():
            assert scenario.with_(overrides).ensemble == scenario.ensemble


def test_a_correlation_with_what_a_lever_sets_is_judged_when_the_lever_is_set(tmp_path):
    ensemble = {
        "correlations": correlated((KEY, "crediting.discount", 0.5)),
        "levers": {"crediting.discount": [0.9, spread(shape="uniform", low=0.8, high=1)]},
    }
    scenario = load(tmp_path, USUAL, UNCERTAIN | {"ensemble": ensemble})
    paths = [
        [given.path for given in uncertain_inputs(scenario.with_(overrides))]
        for overrides in scenario.ensemble.lever_options()["crediting.discount"].values()
    ]
    assert ["crediting.discount" in found for found in paths] == [False, True]


# What is refused.


def lever(key, *values):
    return {"ensemble.levers": {key: list(values)}}


def matrix(one, two, three):
    pairs = correlated(
        (KEY, FACTOR, one), (FACTOR, "reserve.rate", two), (KEY, "reserve.rate", three)
    )
    return UNCERTAIN | {"ensemble.correlations": pairs}


def goes_with(other, value=0.5, **changes):
    return UNCERTAIN | changes | {"ensemble.correlations": correlated((KEY, other, value))}


FIRST = "ensemble.correlations.0"
WRONG = {
    # distributions
    "ends exchanged": (
        {KEY: spread(shape="uniform", low=9, high=7)},
        KEY,
        "needs low < high; found low 9, high 7",
    ),
    "a mode outside": (
        {KEY: spread(shape="triangular", low=1, mode=9, high=5)},
        KEY,
        "needs low <= mode <= high and low < high; found low 1, mode 9, high 5",
    ),
    "a pert of one number": (
        {KEY: spread(shape="pert", low=5, mode=5, high=5)},
        KEY,
        "low < high; found low 5",
    ),
    "no deviation": ({KEY: spread(shape="normal", mean=5, sd=-1)}, KEY, "sd > 0; found -1"),
    "one quantile": (
        {KEY: spread(shape="normal", quantiles={"0.05": 5})},
        KEY,
        "quantiles: found 1; two are needed, such as {0.05: 10, 0.95: 20}",
    ),
    "one quantile twice": (
        {KEY: spread(shape="normal", quantiles={"0.05": 5, "5 %": 6})},
        KEY,
        "quantiles: 0.05 and 5 % are the same share; two are needed",
    ),
    "quantiles exchanged": (
        {KEY: spread(shape="lognormal", quantiles={"0.05": 9, "0.95": 7})},
        KEY,
        "the amount of 0.95 must be above that of 0.05; found 7 and 9",
    ),
    "a quantile of all": (
        {KEY: spread(shape="normal", quantiles={"0.05": 5, "1": 7})},
        KEY,
        "quantiles: found 1; a share between 0 and 1, both excluded",
    ),
    "a quantile of a word": (
        {KEY: spread(shape="normal", quantiles={"low": 5, "0.9": 7})},
        KEY,
        "quantiles: found 'low'; a number is needed",
    ),
    "a lognormal from nothing": (
        {KEY: spread(shape="lognormal", quantiles={"0.05": 0, "0.95": 7})},
        KEY,
        "needs amounts above 0",
    ),
    "weights of others": (
        {KEY: spread(shape="discrete", values=[1, 2], weights=[1, 2, 3])},
        KEY,
        "weights: found 3 for 2 values; give one for each",
    ),
    "weights of nothing": (
        {KEY: spread(shape="discrete", values=[1, 2], weights=[0, 0])},
        KEY,
        "weights: found [0.0, 0.0]; none may be negative, and not all may be 0",
    ),
    "a negative weight": (
        {KEY: spread(shape="discrete", values=[1, 2], weights=[2, -1])},
        KEY,
        "none may be negative",
    ),
    "a value below its bounds": (
        {KEY: spread(shape="discrete", values=[1, -2])},
        KEY,
        "value 2: found -2; allowed is 0 to",
    ),
    "one value": (
        {KEY: spread(shape="discrete", values=[1])},
        f"{KEY}.distribution.values",
        "at least 2 items",
    ),
    "two ways of being normal": (
        {KEY: spread(shape="normal", mean=1, sd=1, quantiles={"0.1": 1, "0.9": 2})},
        f"{KEY}.distribution",
        "a normal distribution needs mean, sd or quantiles; found mean, sd, quantiles",
    ),
    "a table without its column": (
        {KEY: spread(shape="draws", table="draws.csv")},
        f"{KEY}.distribution",
        "a draws distribution needs values or table, column; found table",
    ),
    "no table": (
        {KEY: spread(shape="draws", table="drws.csv", column="supplied")},
        KEY,
        "there is no file 'drws.csv' beside that of the scenario",
    ),
    "no column": (
        {KEY: spread(shape="draws", table="draws.csv", column="suplied")},
        KEY,
        "no column 'suplied', did you mean supplied?; its first line has run, supplied, words, far",
    ),
    "words in a table": (
        {KEY: spread(shape="draws", table="draws.csv", column="words")},
        KEY,
        "draws.csv, column words: found line 2: 'a', line 3: 'b'; numbers are needed",
    ),
    "a draw below the bounds": (
        {KEY: spread(shape="draws", table="draws.csv", column="far")},
        KEY,
        "draws.csv line 2: found -1.0; allowed is 0 to",
    ),
    "a table of bytes": (
        {KEY: spread(shape="draws", table="bytes.csv", column="a")},
        KEY,
        "bytes.csv cannot be read as text in UTF-8",
    ),
    "an empty table": (
        {KEY: spread(shape="draws", table="empty.csv", column="a")},
        KEY,
        "empty.csv has no row below its heading",
    ),
    "a name near one of scipy's": (
        {KEY: spread(shape="weibull_mni", parameters={"c": 1})},
        f"{KEY}.distribution.shape",
        "found 'weibull_mni', did you mean weibull_min?; allowed: uniform, triangular, normal",
    ),
    "a parameter too few": (
        {KEY: spread(shape="weibull_min", parameters={"scale": 1})},
        KEY,
        "parameters: c missing; weibull_min takes c, loc, scale",
    ),
    "a parameter unknown": (
        {KEY: spread(shape="weibull_min", parameters={"c": 1, "sclae": 1})},
        KEY,
        "parameters: sclae is unknown, did you mean scale?",
    ),
    "a parameter that cannot be": (
        {KEY: spread(shape="weibull_min", parameters={"c": -1})},
        KEY,
        "there is no weibull_min with c -1",
    ),
    "a shape with a unit": (
        {KEY: spread(shape="weibull_min", parameters={"c": "2 MWh/yr"})},
        KEY,
        "parameters c: found '2 MWh/yr'; a number without unit is needed",
    ),
    "a scale in another unit": (
        {KEY: spread(shape="weibull_min", parameters={"c": 2, "scale": "2 MW"})},
        KEY,
        "scale: MW does not fit",
    ),
    "no mean": (
        {KEY: spread(shape="cauchy", parameters={"loc": 5, "scale": 1})},
        KEY,
        "a cauchy distribution has an infinite mean, so nothing can be expected of it; give",
    ),
    "ends of the cut exchanged": (
        {KEY: spread(shape="normal", mean=5, sd=1, at_least=6, at_most=4)},
        KEY,
        "at_least is 6 and at_most 4; at_least must be the lower one",
    ),
    "nothing left": (
        {KEY: spread(shape="normal", mean=5, sd=1, at_least=60)},
        KEY,
        "nothing of the distribution lies between 60 and 3e+10 MWh/yr; widen these ends",
    ),
    # processes
    "no process": (
        {KEY: moving("walk")},
        f"{KEY}.uncertainty.process",
        "found 'walk'; allowed: level, random_walk, ar1",
    ),
    "nothing to move": ({KEY: moving("level", 0)}, KEY, "uncertainty sd: found 0; it is a share"),
    "a forgotten per cent": ({KEY: moving("level", 8)}, KEY, "sd: found 8; it is a share of"),
    "a deviation with a unit": ({KEY: moving("level", "8 MWh/yr")}, KEY, "uncertainty sd: MWh/yr"),
    "no persistence": (
        {KEY: moving("ar1")},
        KEY,
        "persistence: found none; ar1 needs a number between -1 and 1",
    ),
    "all persistence": (
        {KEY: moving("ar1", persistence=1)},
        KEY,
        "persistence: found 1; ar1 needs a number between -1 and 1, both excluded",
    ),
    "a persistence without use": (
        {KEY: moving("random_walk", persistence=0.5)},
        KEY,
        "persistence is of the process ar1, not of random_walk",
    ),
    "uncertain twice": (
        {
            KEY: spread(shape="uniform", low=1, high=2)
            | {"uncertainty": {"process": "level", "sd": 1}}
        },
        KEY,
        "uncertainty is given beside distribution, and a number is uncertain in one way; keep",
    ),
    # what cannot be drawn by itself
    "a share of credits": (
        {"allocation.shares.japan_government": spread(shape="uniform", low=0.5, high=0.7)},
        "allocation.shares.japan_government",
        "all of allocation.shares must add up to 1 in every sample",
    ),
    # correlations
    "more than all correlation": (
        goes_with(FACTOR, 1.2),
        f"{FIRST}.value",
        "found 1.2; a correlation lies between -1 and 1",
    ),
    "a correlation of three": (
        UNCERTAIN | {"ensemble.correlations": [{"between": [KEY, FACTOR, STATED], "value": 0.1}]},
        f"{FIRST}.between",
        "at most 2 items",
    ),
    "a correlation with itself": (goes_with(KEY), FIRST, "two inputs are needed"),
    "a correlation twice": (
        UNCERTAIN | {"ensemble.correlations": correlated((KEY, FACTOR, 0.1), (FACTOR, KEY, 0.2))},
        "ensemble.correlations.1",
        "are given twice; keep one",
    ),
    "a correlation with nothing": (
        goes_with("project.reference_emision_factor"),
        FIRST,
        "no input of this scenario, did you mean project.reference_emission_factor?; uncertain are "
        + KEY,
    ),
    "a correlation with a certain input": (
        goes_with("project.bau_emission_factor"),
        FIRST,
        "project.bau_emission_factor is certain; give it a distribution, or correlate",
    ),
    "a correlation with what moves": (
        goes_with(STATED),
        FIRST,
        "is drawn anew every year by the process ar1; only what is drawn once",
    ),
    "correlations that cannot be": (
        matrix(0.9, 0.9, -0.9),
        "ensemble.correlations",
        "their matrix has the eigenvalue -0.8, and none may be below 0",
    ),
    # levers
    "a lever of one value": (
        lever("reserve.rate", 0.03),
        "ensemble.levers.reserve.rate",
        "one value",
    ),
    "a lever of the same value": (
        lever("reserve.rate", 0.03, 0.03),
        "ensemble.levers.reserve.rate",
        "one value only, given twice",
    ),
    "a value among others twice": (
        lever("reserve.rate", 0.03, 0.05, 0.03),
        "ensemble.levers.reserve.rate",
        "has a value twice",
    ),
    "two options alike": (
        {"ensemble.levers": {"way": {"a": {"reserve.rate": 0.1}, "b": {"reserve.rate": 0.1}}}},
        "ensemble.levers.way",
        "a and b are the same",
    ),
    "a lever of nothing": (
        lever("reserve.rat", 0.03, 0.05),
        "ensemble.levers.reserve.rat",
        "reserve.rat is an unknown key, did you mean rate?; allowed here: rate",
    ),
    "a lever of no section": (
        lever("reserv.rate", 0.03, 0.05),
        "ensemble.levers.reserv.rate",
        "reserv.rate is an unknown key, did you mean reserve?",
    ),
    "a lever of no input": (
        {"ensemble.levers": {"sun": {"little": {"project.electricity_suplied": 1}, "as is": {}}}},
        "ensemble.levers.sun",
        "an unknown key, did you mean electricity_supplied?",
    ),
    "a lever of the years": (
        lever("years.last", 2023, 2024),
        "ensemble.levers.years.last",
        "sets years.last, which all combinations have in common",
    ),
    "two levers of one key": (
        {
            "ensemble.levers": {
                "reserve.rate": [0.01, 0.02],
                "way": {"a": {"reserve.rate": 0.1}, "b": {"reserve": {"rate": 0.2}}},
            }
        },
        "ensemble.levers.way",
        "sets reserve.rate, which the lever reserve.rate sets, too; make one lever of both",
    ),
    "a lever with the name of a dimension": (
        {"ensemble.levers": {"sample": {"a": {"reserve.rate": 0.1}, "b": {}}}},
        "ensemble.levers.sample",
        "the name of a dimension or result of an ensemble; give named options under another name",
    ),
    "a misspelt key": ({"ensemble": {"lever": {}}}, "ensemble.lever", "did you mean levers?"),
}


@pytest.mark.parametrize(("changes", "key", "words"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_with_an_uncertain_number_is_named_at_its_line(tmp_path, changes, key, words):
    (tmp_path / "draws.csv").write_text(DRAWS, encoding="utf-8")
    (tmp_path / "bytes.csv").write_bytes(b"a\n\xff\xfe\n")
    (tmp_path / "empty.csv").write_text("a,b\n\n", encoding="utf-8")
    text = changed(USUAL, changes)
    path = write(tmp_path, text)
    found = problems(path)
    assert {problem.path for problem in found} == {key}
    assert words in found[0].message
    known = lines(text)
    parts = key.split(".")
    above = [".".join(parts[:length]) for length in range(len(parts), 0, -1)]
    line = next(known[name] for name in above if name in known)
    assert found[0].place == Place(str(path), line)


def test_correlations_that_cannot_be_are_told_with_the_nearest_that_can(tmp_path):
    changes = matrix(0.9, 0.9, -0.9)
    (problem,) = problems(write(tmp_path, changed(USUAL, changes)))
    assert f"cannot be together between {KEY}, {FACTOR} and reserve.rate" in problem.message
    pairs = [each.rsplit(" ", 1) for each in problem.message.split("can be: ")[1].split(", ")]
    mended = {frozenset(pair.split(" and ")): float(value) for pair, value in pairs}
    given_ = changes["ensemble.correlations"]
    for pair in given_:
        pair["value"] = mended[frozenset(pair["between"])]
    assert problems(write(tmp_path, changed(USUAL, changes))) == ()
    assert {round(abs(value), 2) for value in mended.values()} == {0.5}


@unhurried
@given(st.floats(-0.99, 0.99), st.floats(-0.99, 0.99), st.floats(-0.99, 0.99))
def test_correlations_are_refused_exactly_where_a_partial_one_would_exceed_one(
    tmp_path_factory, one, two, three
):
    # Of three, the determinant tells (Sylvester); near nothing either answer is right.
    determinant = 1 + 2 * one * two * three - one**2 - two**2 - three**2
    path = write(tmp_path_factory.getbasetemp(), changed(USUAL, matrix(one, two, three)))
    if abs(determinant) > 1e-6:
        assert bool(problems(path)) is bool(determinant < 0)


SHARE = spread(shape="uniform", low=0.4, high=0.6)


@pytest.mark.parametrize(
    ("name", "changes", "whole"),
    [
        (
            "mongolia_darkhan_solar",
            {
                "reference.current_policies": {"reduction": 0.5},
                "reference.combine": "weighted",
                "reference.weights": {"own": SHARE, "current_policies": 0.5},
            },
            "reference.weights",
        ),
        (
            "indonesia_ccs_reserve",
            {"storage.sites": {"north": {"share": 0.5}, "south": {"share": SHARE}}},
            "storage.sites",
        ),
        (
            "georgia_waste_derived_fuel",
            {"project.components.landfill.waste_composition": {"food": SHARE, "paper": 0.5}},
            "project.components.landfill.waste_composition",
        ),
        (
            "thailand_floating_solar",
            {
                "allocation": {
                    "phases": [{"shares": {"host_government": SHARE, "japan_government": 0.5}}]
                }
            },
            "allocation.phases.0.shares",
        ),
    ],
)
def test_what_must_add_up_to_one_cannot_be_drawn_part_by_part(name, changes, whole):
    with pytest.raises(ScenarioError) as refused:
        jcm.load_scenario(ROOT / f"scenarios/{name}.yaml", changes)
    (problem,) = refused.value.problems
    assert problem.path.startswith(f"{whole}.")
    assert f"all of {whole} must add up to 1 in every sample" in problem.message
    assert f"as a lever: ensemble: {{levers: {{{whole}: [" in problem.message


def test_what_is_drawn_at_every_site_takes_no_process_and_no_correlation(tmp_path):
    base = (ROOT / "scenarios/ccs_basin_of_twenty_sites.yaml").read_text(encoding="utf-8")
    mass = {"value": "100 kt", "uncertainty": {"process": "level", "sd": 0.5}}
    rate = {"value": 0.05, "uncertainty": {"process": "ar1", "sd": 0.5, "persistence": 0}}
    changes = {
        "extends": str(ROOT / "scenarios/indonesia_ccs_reserve.yaml"),
        "storage.events.mass": mass,
        "storage.events.per_year": rate,
    }
    found = {each.path: each.message for each in problems(write(tmp_path, changed(base, changes)))}
    assert "is drawn at every site or event; give it a distribution" in found["storage.events.mass"]
    assert "one number is needed for all of them" in found["storage.events.per_year"]


def test_what_is_wrong_elsewhere_does_not_hide_or_multiply_what_is_wrong_with_an_ensemble(tmp_path):
    changes = UNCERTAIN | {
        "gwp": "AR3",
        KEY: {"value": 8000, "sorce": "x"},
        "ensemble.correlations": correlated((KEY, FACTOR, 0.5), ("reserve.rate", "reserve.rat", 1)),
        "ensemble.levers": {"crediting.discount": [0.9]},
    }
    found = problems(write(tmp_path, changed(USUAL, changes)))
    assert sorted(each.path for each in found) == [
        "ensemble.correlations.1",
        "ensemble.levers.crediting.discount",
        "gwp",
        f"{KEY}.sorce",
    ]


def test_a_wrong_option_of_a_lever_is_found_when_it_is_read(tmp_path):
    scenario = load(tmp_path, USUAL, lever("reserve.rate", 0.03, 3))
    options = scenario.ensemble.lever_options()["reserve.rate"]
    with pytest.raises(ScenarioError, match="found 3; allowed is 0 to 1"):
        scenario.with_(options["3"])


def test_a_cut_that_leaves_an_endless_tail_without_a_mean_is_refused():
    written = Written.model_validate(
        spread(shape="cauchy", parameters={"loc": 5, "scale": 1}, at_most=9)
    )
    with pytest.raises(ValueError, match="cut at one end only has no mean here; give at_least"):
        InUnit(input_variable("an_input_that_no_table_bounds")).value(written)
