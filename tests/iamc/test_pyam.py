"""What the package writes in the IAMC format, read by pyam: make test-iamc."""

import numpy as np
import pytest

import jcm_models as jcm
from jcm_models.exporting import write_results
from jcm_models.rulebook import iamc_region
from jcm_models.variables import PARTIES

pyam = pytest.importorskip(
    "pyam", reason="pyam needs other versions of pandas and SQLAlchemy: make test-iamc"
)

KINDS = (
    "maldives_waste_to_energy",
    "india_cow_dung_biogas",
    "indonesia_ccs_reserve",
    "thailand_ndc_balances",
    "mongolia_overselling",
    "viet_nam_rooftop_solar_payback",
)
REDUCTIONS = "JCM|Emission Reductions"
CREDITS = f"{REDUCTIONS}|Credits"


@pytest.fixture(scope="module", params=KINDS)
def run(request, tmp_path_factory):
    """Return the results of a run, and what pyam reads of both files."""
    results = jcm.compute(jcm.load_scenario(request.param))
    folder = tmp_path_factory.mktemp(request.param)
    write_results(results, folder)
    return (
        results,
        pyam.IamDataFrame(folder / "iamc.csv", float_precision="round_trip"),
        pyam.IamDataFrame(folder / "iamc.xlsx"),
    )


def values(frame, variable, region):
    found = frame.filter(variable=variable, region=region).timeseries()
    assert len(found) == 1
    return found.to_numpy()[0]


def test_both_files_are_equal(run):
    _, text, sheet = run
    assert text.equals(sheet)
    assert text.year == run[0]["year"].tolist()


def test_the_index_tells_model_scenario_and_regions(run):
    results, frame, _ = run
    assert frame.model == [f"jcm_models {jcm.__version__}"]
    assert frame.scenario == [results.scenario.name]
    assert set(frame.region) == {iamc_region(results.scenario.host), "Japan"}


def test_the_values_are_exactly_those_of_the_run(run):
    results, _, frame = run
    host = iamc_region(results.scenario.host)
    dataset = jcm.simulate(results.scenario)
    for variable, name in (
        ("reference_emissions", "JCM|Emissions|Reference"),
        ("project_emissions", "JCM|Emissions|Project"),
        ("emission_reductions", REDUCTIONS),
        ("credits_issued", CREDITS),
        ("itmos_first_transferred", "JCM|ITMOs|First Transferred"),
    ):
        np.testing.assert_array_equal(values(frame, name, host), dataset[variable])
    for party in PARTIES:
        level = party.replace("_", " ").title()
        found = values(frame, f"{CREDITS}|{level}", host)
        np.testing.assert_array_equal(found, dataset["credits"].sel(party=party))
    for country, region in ((results.scenario.host, host), ("JPN", "Japan")):
        found = values(frame, "JCM|Corresponding Adjustment", region)
        expected = dataset["corresponding_adjustment"].sel(country=country)
        np.testing.assert_array_equal(found, expected)


def test_every_variable_with_others_below_it_is_their_sum(run):
    _, frame, _ = run
    checked = []
    for variable in frame.variable:
        if frame.filter(variable=f"{variable}|*", level=0).empty:
            continue
        assert frame.check_aggregate(variable) is None, variable
        checked.append(variable)
    assert {REDUCTIONS, CREDITS} <= set(checked)


def test_pyam_would_find_a_sum_that_does_not_hold(run):
    data = run[1].data
    data.loc[data.variable == CREDITS, "value"] += 1
    assert pyam.IamDataFrame(data).check_aggregate(CREDITS) is not None


def test_units_are_known_and_convert_to_those_of_the_common_definitions(run):
    results, frame, _ = run
    assert set(frame.unit) <= {"t CO2-equiv/yr", "t CO2-equiv", ""}
    mega = frame.filter(variable=CREDITS).convert_unit("t CO2-equiv/yr", "Mt CO2-equiv/yr")
    np.testing.assert_allclose(
        mega.timeseries().to_numpy()[0], results["credits_issued"] / 1e6, rtol=1e-12
    )


def test_runs_stand_together_in_one_table(tmp_path):
    plain = jcm.load_scenario("thailand_floating_solar")
    frames = []
    for number, scenario in enumerate((plain, plain.with_({"crediting.discount": 0.95}))):
        folder = tmp_path / str(number)
        folder.mkdir()
        write_results(jcm.compute(scenario), folder)
        frames.append(pyam.IamDataFrame(folder / "iamc.xlsx"))
    both = pyam.concat(frames)
    assert len(both.scenario) == 2
    assert len(both.data) == sum(len(frame.data) for frame in frames)
