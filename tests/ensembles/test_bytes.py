"""The same bytes of an ensemble, in whatever parts and processes it is simulated."""

import hashlib
import itertools
import pickle
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import jcm_models as jcm
from jcm_models import ensemble
from jcm_models.batch import BLOCK
from jcm_models.ensemble import EnsembleWork
from jcm_models.method_catalogue import _defined_here
from jcm_models.problems import ScenarioError
from jcm_models.sampling.points import METHODS
from tests.ensembles.scenarios import (
    BAU_FACTOR,
    CCS,
    CONTRIBUTED,
    FACTOR,
    LANDFILL,
    OF_CONTRIBUTIONS,
    OF_LANDFILL,
    OF_PAYBACK,
    PAYBACK,
    SOLAR,
    SUPPLIED,
    deficits,
    moving,
    phased,
    shipped,
    storing,
    tiny,
    uniform,
)
from tests.examples import ROOT, load, unhurried
from tests.test_own_method import SCENARIO as COOL_ROOFS

SAMPLES = 3 * BLOCK + 1  # three blocks, and one sample in the last part
# Where parts begin, as multiples of a block: none, some, all.
CUTS = [[1], [2], [1, 3], [3], [1, 2, 3]]

SCENARIOS = {
    "a solar plant with levers": lambda _: shipped(SOLAR, {}),
    "a store whose leaks are drawn": lambda _: shipped(CCS, {"years.last": 2055}),
    "waste that decays": lambda _: shipped(LANDFILL, OF_LANDFILL),
    "deficits": deficits,
    "monitoring periods and phases": phased,
    "pay-back": lambda _: shipped(PAYBACK, OF_PAYBACK),
    "contributions": lambda _: shipped(CONTRIBUTED, OF_CONTRIBUTIONS),
    "years of operation": lambda folder: storing(
        folder,
        {
            "operation.lifetime": uniform(3, 8),
            "storage.leakage": {"model": "constant", "rate": uniform(0.001, 0.02)},
            "storage.events": {"per_year": uniform(0.01, 0.2), "mass": uniform(1e3, 1e5)},
        },
    ),
    "the method of a researcher": lambda folder: own_method(folder),
}


@pytest.fixture(autouse=True)
def forgetful():
    """Forget the methods that a test defines."""
    yield
    _defined_here.clear()


def own_method(folder):
    @jcm.method(title="Cool roofs")
    @jcm.units(
        area="m2", saving="MWh/m2/yr", electricity_emission_factor="tCO2e/MWh", returns="tCO2e/yr"
    )
    def cool_roofs(area, saving, electricity_emission_factor):
        factor = electricity_emission_factor
        return jcm.Emissions(bau=None, reference=area * saving * factor)

    changes = {
        "project.area": uniform(90_000, 110_000),
        "project.electricity_emission_factor": moving(0.7, "ar1", 0.1, persistence=0.5),
    }
    return load(folder, COOL_ROOFS, changes)


def joined(work, bounds):
    """Return the parts between some bounds, laid end to end."""
    parts = [work(first, last) for first, last in itertools.pairwise(bounds)]
    return {
        name: np.concatenate([part[name] for part in parts], axis=work.sample_axis(name))
        for name in parts[0]
    }


def same_bytes(one, other):
    """Assert that two ensembles have the same results to the last byte."""
    assert list(one) == list(other)
    for name, array in one.items():
        assert array.dtype == other[name].dtype
        assert array.shape == other[name].shape
        # As one truth value: bytes that differ would be compared at length to be shown.
        same = array.tobytes() == other[name].tobytes()
        assert same, name


@pytest.mark.parametrize("name", SCENARIOS)
def test_parts_laid_end_to_end_are_the_whole(name, tmp_path):
    work = EnsembleWork(SCENARIOS[name](tmp_path), SAMPLES, 7)
    whole = work(0, SAMPLES)
    assert all(array.shape[work.sample_axis(key)] == SAMPLES for key, array in whole.items())
    for cuts in CUTS:
        same_bytes(joined(work, [0, *(BLOCK * cut for cut in cuts), SAMPLES]), whole)


@pytest.mark.parametrize("sampling", METHODS)
def test_parts_are_the_whole_however_points_are_laid(sampling, tmp_path):
    changes = {SUPPLIED: uniform(1, 2), FACTOR: uniform(0.3, 0.5)}
    scenario = tiny(tmp_path, **changes)
    samples = 27**2 if sampling == "grid" else SAMPLES
    work = EnsembleWork(scenario, samples, 7, sampling)
    whole = work(0, samples)
    for cuts in ([1], [2], [1, 2]):
        same_bytes(joined(work, [0, *(BLOCK * cut for cut in cuts), samples]), whole)
    assert len(np.unique(whole[SUPPLIED])) == (27 if sampling == "grid" else samples)


@unhurried
@given(
    cuts=st.sets(st.integers(1, 3)),
    samples=st.integers(BLOCK * 3 + 1, BLOCK * 4),
    seed=st.integers(0, 99),
)
def test_no_division_into_blocks_changes_a_byte(cuts, samples, seed, tmp_path_factory):
    work = EnsembleWork(deficits(tmp_path_factory.mktemp("short")), samples, seed)
    bounds = [0, *(BLOCK * cut for cut in sorted(cuts)), samples]
    same_bytes(joined(work, bounds), work(0, samples))


@pytest.mark.parametrize("name", ["a store whose leaks are drawn", "pay-back", "deficits"])
@pytest.mark.parametrize("blocks", [1, 3])
def test_how_many_samples_are_simulated_at_once_changes_nothing(
    name, blocks, tmp_path, monkeypatch
):
    work = EnsembleWork(SCENARIOS[name](tmp_path), SAMPLES, 7)
    usual = work(0, SAMPLES)
    monkeypatch.setattr(ensemble, "PIECE", blocks * BLOCK)
    same_bytes(work(0, SAMPLES), usual)


def test_a_single_sample_has_the_bytes_that_it_has_among_others(tmp_path):
    work = EnsembleWork(SCENARIOS["a store whose leaks are drawn"](tmp_path), SAMPLES, 7)
    one, whole = work(SAMPLES - 1, SAMPLES), work(0, SAMPLES)
    for name, array in one.items():
        among = whole[name].take([SAMPLES - 1], axis=work.sample_axis(name))
        assert array.tobytes() == among.tobytes(), name


FINGERPRINT = """\
import hashlib, pickle, sys
work = pickle.load(sys.stdin.buffer)
found = work(256, 513)
for name in found:
    print(name, found[name].shape, hashlib.sha256(found[name].tobytes()).hexdigest())
"""


@pytest.mark.parametrize("name", ["a solar plant with levers", "a store whose leaks are drawn"])
def test_another_process_finds_the_same_bytes(name, tmp_path):
    work = EnsembleWork(SCENARIOS[name](tmp_path), 1024, 7)
    here = work(256, 513)  # what follows from the rest is there now, and stays here
    told = subprocess.run(
        [sys.executable, "-c", FINGERPRINT],
        input=pickle.dumps(work),
        capture_output=True,
        check=True,
        cwd=ROOT,
    )
    lines = [
        f"{key} {array.shape} {hashlib.sha256(array.tobytes()).hexdigest()}"
        for key, array in here.items()
    ]
    assert told.stdout.decode().splitlines() == lines


def test_only_what_is_asked_for_is_kept_and_it_is_the_same(tmp_path):
    scenario = phased(tmp_path)
    some = EnsembleWork(scenario, 300, 7, variables=("credits", "total_credits"))(0, 300)
    every = EnsembleWork(scenario, 300, 7)(0, 300)
    inputs = {path for path in every if "." in path}
    assert set(some) == {"credits", "total_credits"} | inputs
    same_bytes(some, {name: every[name] for name in some})


def test_another_seed_is_another_ensemble_and_another_chance():
    scenario = shipped(CCS, {"years.last": 2049})
    one, other = (EnsembleWork(scenario, 256, seed)(0, 256) for seed in (1, 2))
    assert not np.array_equal(
        one["project.capture_loss_share"], other["project.capture_loss_share"]
    )
    assert not np.array_equal(one["co2_leaked"], other["co2_leaked"])


def test_more_sobol_samples_go_on_where_fewer_ended(tmp_path):
    scenario = shipped(CCS, {"years.last": 2049})
    few, many = (EnsembleWork(scenario, samples)(0, 256) for samples in (256, 1024))
    same_bytes(few, many)


def test_results_that_are_the_same_in_all_samples_stand_in_memory_once(tmp_path):
    found = EnsembleWork(tiny(tmp_path, **{SUPPLIED: uniform(1e3, 2e3)}), 5000)(0, 5000)
    assert found["allocation_share"].strides[0] == 0
    assert found["credits_issued"].strides[0] > 0


def test_a_part_with_a_wrong_sample_is_refused_as_the_whole_is(tmp_path):
    changes = {BAU_FACTOR: uniform(0.3, 0.6)}
    work = EnsembleWork(tiny(tmp_path, **changes), 1024)
    for part in ((0, 256), (256, 1024)):
        with pytest.raises(ScenarioError, match="samples the reference lies above BaU"):
            work(*part)
