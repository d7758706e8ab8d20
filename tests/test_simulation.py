"""From a scenario to its results: golden numbers, the identity K7, and the Dataset D1 to D5."""

import datetime
import json
import math
import re
import subprocess
import sys
from fractions import Fraction

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

import jcm_models as jcm
from jcm_models.allocation import ROUNDINGS
from jcm_models.problems import ScenarioError
from jcm_models.simulation import IdentityError
from jcm_models.variables import PARTIES
from tests.examples import NAMED, OPULENT, REMOVED, ROOT, SHIPPED, TINY, USUAL, load, write

YEARS = range(2020, 2025)
NUMBERS = {"credits_issued", "credits", "reserve_withheld", "reserve_balance"}
WHOLE = NUMBERS | {"allocation_phase", "itmos_first_transferred", "itmos_used", "storage_stage"}
WHOLE |= {"reversal", "reversal_shortfall", "reversal_borne"}
WHOLE |= {"reserve_cancelled", "reserve_topped_up", "reserve_released"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("simulation")


@pytest.fixture(scope="module", params=[*NAMED, *(path.stem for path in SHIPPED)])
def scenario(request, tmp_path_factory):
    """Every example and every shipped scenario."""
    if request.param in NAMED:
        return load(tmp_path_factory.mktemp("example"), NAMED[request.param])
    return jcm.load_scenario(ROOT / "scenarios" / f"{request.param}.yaml")


@pytest.fixture(scope="module")
def dataset(scenario):
    return jcm.simulate(scenario)


def whole(array):
    """Round to whole tonnes, as the documents of the projects do."""
    return np.round(array).astype(int).tolist()


def test_the_floating_solar_plant_saves_the_2552_tonnes_that_were_published():
    found = jcm.compute(jcm.load_scenario("thailand_floating_solar"))
    assert found["year"].tolist() == list(range(2020, 2031))
    np.testing.assert_allclose(found["emission_reductions"], 2552, rtol=1e-12)
    assert found["credits_issued"].tolist() == [2552] * 11
    assert found["credits"][0].tolist() == [1276] * 11


def test_the_plant_at_darkhan_has_the_emissions_that_were_published():
    found = jcm.compute(jcm.load_scenario("mongolia_darkhan_solar"))
    assert found["year"].tolist() == list(range(2017, 2031))
    assert whole(found["reference_emissions"]) == [15_034] * 14
    assert whole(found["project_emissions"]) == [288] * 14
    assert whole(found["emission_reductions"]) == [14_746] * 14
    assert found["credits_issued"].tolist() == [14_746] * 14
    assert found["credits"][:, 0].tolist() == [8_848, 2_949, 2_949, 0]


def test_the_usual_scenario_worked_by_hand(folder):
    found = jcm.compute(load(folder, USUAL))
    first, later = 184 / 366, 1.0  # from 1 July in a leap year
    reduction = 8000 * 0.319 - 12.5 - 1.5
    np.testing.assert_allclose(found["bau_emissions"], 4336)
    np.testing.assert_allclose(found["unissued_reductions"], 1784)
    np.testing.assert_allclose(found["emission_reductions"], reduction)
    np.testing.assert_allclose(found["reductions_outside_crediting"][0], reduction * (1 - first))
    np.testing.assert_allclose(found["reductions_discounted"][1], reduction * later * 0.05)
    assert found["credits_issued"].tolist() == [1212, 2411, 2411, 2411, 2411]
    assert found["reserve_withheld"].tolist() == [37, 73, 73, 73, 73]
    assert found["reserve_balance"].tolist() == [37, 110, 183, 256, 329]
    assert found["credits"][:, 0].tolist() == [705, 235, 235, 0]
    assert found["credits"][:, 1].tolist() == [1402, 468, 468, 0]


def test_deficits_are_carried_through_a_whole_run(folder):
    changes = {
        "project.electricity_supplied": {"series": {2020: 100, 2021: 40, 2022: 70, 2024: 90}},
        "project.reference_emission_factor": 1,
        "project.stated_project_emissions": 50,
    }
    carried = jcm.compute(load(folder, TINY, changes))
    assert carried["emission_reductions"].tolist() == [50, -10, 20, 30, 40]
    assert carried["credits_issued"].tolist() == [50, 0, 10, 30, 40]
    ignored = jcm.compute(load(folder, TINY, {**changes, "crediting.negative": "ignored"}))
    assert ignored["credits_issued"].tolist() == [50, 0, 20, 30, 40]


def test_the_rules_of_rounding_reach_a_whole_run(folder):  # K2, K6
    changes = {"project.electricity_supplied": 10.5, "project.reference_emission_factor": 1}
    assert jcm.compute(load(folder, TINY, changes))["credits_issued"].tolist() == [10] * 5
    scenario = load(folder, TINY, changes).with_(
        {
            "crediting.rounding": "nearest",
            "allocation.rounding": "government_ceiling",
            "allocation.shares": {"japan_government": 0.4, "host_government": 0.6},
        }
    )
    found = jcm.compute(scenario)
    assert found["credits_issued"].tolist() == [11] * 5
    assert found["credits"][:, 0].tolist() == [5, 0, 6, 0]  # 4.4 and 6.6, the first rounded up
    by_remainders = jcm.compute(scenario.with_({"allocation.rounding": "largest_remainder"}))
    assert by_remainders["credits"][:, 0].tolist() == [4, 0, 7, 0]


def numbers_in(most):
    constant = st.floats(0, most)
    return constant | st.lists(constant, min_size=5, max_size=5).map(
        lambda points: {"series": dict(zip(YEARS, points, strict=True)), "interpolate": "none"}
    )


def shared(weights):
    """Turn whole weights into shares of the parties that have any."""
    return {p: w / sum(weights) for p, w in zip(PARTIES, weights, strict=True) if w}


DAYS = st.none() | st.dates(datetime.date(2020, 1, 1), datetime.date(2024, 12, 31))
SCENARIOS = st.fixed_dictionaries(
    {
        "project.electricity_supplied": numbers_in(1e7),
        "project.reference_emission_factor": numbers_in(1.5),
        "project.bau_emission_factor": st.none() | st.floats(1.5, 3),
        "project.stated_project_emissions": numbers_in(1e6),
        "project.stated_leakage_emissions": numbers_in(1e4),
        "crediting.start": DAYS,
        "crediting.project_margin": st.none() | numbers_in(1),
        "crediting.discount": numbers_in(1),
        "crediting.negative": st.sampled_from(["carried", "ignored"]),
        "crediting.rounding": st.sampled_from(["down", "nearest"]),
        "reserve.rate": st.integers(0, 1000).map(lambda per_mille: per_mille / 1000),
        "allocation.shares": st.lists(st.integers(0, 20), min_size=4, max_size=4)
        .filter(any)
        .map(shared),
        "allocation.rounding": st.sampled_from(ROUNDINGS),
    }
)


@settings(deadline=None, max_examples=150)
@given(SCENARIOS)
def test_every_tonne_goes_somewhere_on_every_run(folder, changes):  # K7
    scenario = jcm.load_scenario(write(folder, TINY)).with_(changes)
    found = jcm.compute(scenario)
    top = "bau_emissions" if "bau_emissions" in found else "reference_emissions"
    for at in range(len(YEARS)):
        year = {name: np.asarray(array)[..., at].tolist() for name, array in found.items()}
        saved = math.fsum([year[top], -year["project_emissions"], -year["leakage_emissions"]])
        parts = [
            year[top] - year["reference_emissions"],
            year["reductions_outside_crediting"],
            year["reductions_by_conservative_project"],
            year["reductions_discounted"],
            year["deficit_settled"],
            year["reductions_rounded_away"],
            year["reserve_withheld"],
            *year["credits"],
        ]
        assert math.fsum(parts) == pytest.approx(saved, abs=1e-3)


@settings(deadline=None, max_examples=100)
@given(SCENARIOS)
def test_credits_reserve_and_parts_are_whole_and_never_negative(folder, changes):  # K4, K6, D4
    found = jcm.compute(jcm.load_scenario(write(folder, TINY)).with_(changes))
    for name in NUMBERS:
        assert found[name].dtype == np.int64
        assert found[name].min() >= 0
    rate = Fraction(str(changes["reserve.rate"]))
    issued, reserve = found["credits_issued"].tolist(), found["reserve_withheld"].tolist()
    assert reserve == [math.ceil(rate * credits) for credits in issued]
    assert (found["credits"].sum(axis=0) + reserve).tolist() == issued
    assert np.cumsum(reserve).tolist() == found["reserve_balance"].tolist()
    for array in found.values():
        assert np.isfinite(array).all()


@pytest.mark.parametrize(
    "changes",
    [
        {"project.bau_emission_factor": 0.1},
        {"project.reference_emission_factor": {"series": {2020: 0.3, 2022: 0.6, 2024: 0.3}}},
    ],
    ids=["in every year", "in one year"],
)
def test_a_reference_above_bau_gives_no_result(folder, changes):  # E1
    scenario = load(folder, USUAL).with_(changes)
    with pytest.raises(ScenarioError, match=r"lies above BaU in 202[02]"):
        jcm.compute(scenario)


def a_tonne(sign):
    def change(array):
        array = np.array(array)
        array[..., 2] += sign
        return array

    return change


def crediting_with(**changes):
    """Change parts of what crediting returns, each in the third year."""
    return lambda found: found._replace(
        **{part: change(getattr(found, part)) for part, change in changes.items()}
    )


def of_the_first_party(parts):
    parts = parts.copy()
    parts[..., 0, 2] -= 1
    return parts


MUTATIONS = {
    "allocation loses a tonne": ("allocation.allocate", of_the_first_party),
    "allocation finds a tonne for each party": ("allocation.allocate", a_tonne(1)),
    "crediting issues a tonne too many": ("crediting.credit", crediting_with(issued=a_tonne(1))),
    "crediting issues a tonne too few": ("crediting.credit", crediting_with(issued=a_tonne(-1))),
    "crediting forgets the discount": (
        "crediting.credit",
        crediting_with(discounted=lambda part: part * [1, 1, 0, 1, 1]),
    ),
    "crediting forgets what is calculated conservatively": (
        "crediting.credit",
        crediting_with(conservative=a_tonne(-1)),
    ),
    "crediting turns a fraction round": (
        "crediting.credit",
        crediting_with(rounded=lambda part: part * [1, 1, -1, 1, 1]),
    ),
    "crediting puts a tonne outside its period": (
        "crediting.credit",
        crediting_with(outside=a_tonne(1)),
    ),
    "crediting settles a deficit that is none": (
        "crediting.credit",
        crediting_with(deficit=a_tonne(1)),
    ),
    "the sums of the issuances grow by a tonne": ("crediting.by_year", a_tonne(1)),
    "reductions grow by a tonne": ("emissions.emission_reductions", a_tonne(1)),
    "unissued reductions grow by a tonne": ("emissions.unissued_reductions", a_tonne(1)),
}


@pytest.mark.parametrize(("step", "change"), MUTATIONS.values(), ids=MUTATIONS)
def test_an_error_of_a_tonne_in_any_step_is_caught_with_its_year(folder, monkeypatch, step, change):
    scenario = load(folder, USUAL)
    jcm.compute(scenario)
    module, name = step.split(".")
    right = getattr(sys.modules[f"jcm_models.{module}"], name)
    monkeypatch.setattr(f"jcm_models.{step}", lambda *args, **rest: change(right(*args, **rest)))
    with pytest.raises(IdentityError, match=r"in 2022 .*convention K7"):
        jcm.compute(scenario)


def test_reductions_that_forget_the_leakage_are_caught(folder, monkeypatch):
    scenario = load(folder, USUAL)
    monkeypatch.setattr(
        "jcm_models.emissions.emission_reductions",
        lambda reference, project, _: reference - project,
    )
    with pytest.raises(IdentityError, match=r"in 2020 .*convention K7"):
        jcm.compute(scenario)


def test_unissued_reductions_that_are_computed_from_the_project_are_caught(folder, monkeypatch):
    scenario = load(folder, USUAL)
    monkeypatch.setattr(
        "jcm_models.emissions.unissued_reductions",
        lambda bau, reference: bau - 12.5 + 0 * reference,
    )
    with pytest.raises(IdentityError, match=r"in 2020 .*convention K7"):
        jcm.compute(scenario)


def test_dimensions_stand_in_their_order(dataset):  # D1
    order = ("scenario", "sample", "project", "component", "rule")
    order += ("party", "country", "bearer", "year")
    for name, array in dataset.data_vars.items():
        assert array.dims == tuple(d for d in order if d in array.dims), name
        assert array.dims[-1] == "year", name
    assert dataset["credits"].dims == ("party", "year")
    assert tuple(dataset["party"].values) == PARTIES


def test_the_year_is_an_integer_of_the_gregorian_calendar(dataset):  # T1
    assert dataset["year"].dtype.kind == "i"
    assert dataset["year"].attrs["calendar"] == "gregorian"


def test_every_variable_says_what_it_is(dataset):  # D2
    for name, array in dataset.data_vars.items():
        said = array.attrs
        assert {"units", "long_name", "long_name_ja", "kind", "equation", "source"} <= set(said)
        for word in ("units", "long_name", "long_name_ja", "equation"):
            assert said[word].strip(), (name, word)
        assert said["kind"] in {"flow", "stock", "share", "factor"}
        assert said["units"].endswith("/yr") == (said["kind"] == "flow")
        assert re.search(
            "[\N{HIRAGANA LETTER A}-\N{CJK UNIFIED IDEOGRAPH-9FFF}]", said["long_name_ja"]
        )


def test_the_names_are_those_of_the_contract(scenario, dataset):
    named = {
        "reference_emissions",
        "project_emissions",
        "leakage_emissions",
        "emission_reductions",
        "credits_issued",
        "credits",
        "reserve_withheld",
        "reserve_balance",
    }
    of_bau = {"bau_emissions", "unissued_reductions", "reference_below_bau"}
    assert named <= set(dataset)
    assert of_bau & set(dataset) in (of_bau, set())  # all of it, or none


def test_credits_are_integers_and_nothing_is_missing(dataset):  # D4
    for name, array in dataset.data_vars.items():
        whole = name in WHOLE
        assert array.dtype == (np.int64 if whole else np.float64), name
        missing = array.isnull()
        if missing.any():
            where = missing.any("year")
            countries = where["country"].values[where.values].tolist()
            assert dataset.attrs["unknown"] == (
                f"{name} is NaN for {', '.join(countries)}, whose emissions are not given"
            )


def test_the_dataset_says_where_it_comes_from(scenario, dataset):  # D2, U4
    said = dataset.attrs
    assert (said["scenario"], said["host"], said["gwp"]) == (
        scenario.name,
        scenario.host,
        scenario.gwp,
    )
    assert said["code_version"] == jcm.__version__
    for word in ("title", "method", "seed", "history"):
        assert said[word]


def test_every_given_number_is_among_the_inputs_with_its_line(scenario, dataset):  # D2
    inputs = {row["path"]: row for row in json.loads(dataset.attrs["inputs"])}
    assert list(inputs) == [number.path for number in scenario.inputs()]
    for number in scenario.inputs():
        row = inputs[number.path]
        assert row["unit"] == number.value.unit
        assert row["source"] == number.value.source
        assert row["standing"] == number.value.standing
        if number.value.note and number.value.note.en == "default of the workbench":
            assert row["place"] is None
        else:
            assert re.fullmatch(r".+\.yaml:\d+", row["place"])


def test_a_series_is_among_the_inputs_year_by_year(folder):
    dataset = jcm.simulate(load(folder, OPULENT))
    row = json.loads(dataset.attrs["inputs"])[0]
    assert row["value"] == {"2020": 7000, "2023": 8500, "2025": pytest.approx(8500)}
    assert row["interpolate"] == "linear"


def test_overrides_are_written_on_the_result(folder):
    dataset = jcm.simulate(load(folder, USUAL).with_({"crediting.discount": 0.5}))
    assert json.loads(dataset.attrs["overrides"]) == [["crediting.discount", "0.95", "0.5"]]
    rows = {row["path"]: row for row in json.loads(dataset.attrs["inputs"])}
    assert rows["crediting.discount"]["place"] == "with_() crediting.discount=0.5"


def test_credits_do_not_need_bau(folder):  # E2
    known = jcm.simulate(load(folder, USUAL))
    unknown = jcm.simulate(load(folder, USUAL, {"project.bau_emission_factor": REMOVED}))
    of_bau = {"bau_emissions", "unissued_reductions", "reference_below_bau"}
    assert set(known) - set(unknown) == of_bau
    for name in unknown:
        np.testing.assert_array_equal(unknown[name], known[name])


def test_arrays_and_dataset_hold_the_same(scenario, dataset):
    found = jcm.compute(scenario)
    assert list(found) == list(dataset)
    assert len(found) == len(dataset)
    for name in (*found, "year", "party"):
        np.testing.assert_array_equal(found[name], dataset[name])


def written(dataset, path):
    dataset.to_netcdf(path, engine="h5netcdf")
    return path.read_bytes()


def test_a_dataset_survives_a_file(scenario, dataset, tmp_path):
    written(dataset, tmp_path / "a.nc")
    with xr.open_dataset(tmp_path / "a.nc", engine="h5netcdf") as back:
        xr.testing.assert_identical(back.load(), dataset)


def test_the_same_inputs_give_the_same_bytes(scenario, dataset, tmp_path):  # D5
    again = jcm.simulate(jcm.load_scenario(scenario.document.files[0]))
    assert written(again, tmp_path / "b.nc") == written(dataset, tmp_path / "a.nc")


def test_another_process_gives_the_same_bytes(tmp_path):  # D5
    path, file = SHIPPED[0], tmp_path / "other.nc"
    code = "import sys, jcm_models as jcm; d = jcm.simulate(jcm.load_scenario(sys.argv[1])); "
    code += "d.to_netcdf(sys.argv[2], engine='h5netcdf')"
    subprocess.run(
        [sys.executable, "-c", code, path, file], check=True, env={"PYTHONHASHSEED": "7"}
    )
    here = written(jcm.simulate(jcm.load_scenario(path)), tmp_path / "here.nc")
    assert file.read_bytes() == here
