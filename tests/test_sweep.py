"""``jcm sweep`` as a person uses it: files, gone on with, on all cores and on a real cluster."""

import hashlib
import re
import shutil
import signal
import subprocess

import numpy as np
import pytest
import xarray as xr

import jcm_models as jcm
from jcm_models import cli
from tests.commands import BIN, environment, run
from tests.commands import jcm as command
from tests.conftest import ROOT
from tests.parts.cluster import Cluster
from tests.parts.examples import until

SOLAR = ROOT / "scenarios/thailand_solar_uncertainty.yaml"
STORAGE = ROOT / "scenarios/indonesia_ccs_uncertainty.yaml"


def sweep(scenario, target, *options, samples=1024):
    asked = (str(scenario), "--samples", str(samples), "--seed", "7", "--output", str(target))
    return command("sweep", *asked, *options)


def content(target):
    """Return a hash of every number of a file, by name."""
    engine = {"engine": "zarr"} if target.suffix == ".zarr" else {}
    with xr.open_dataset(target, **engine) as found:
        return {str(name): hashed(array.to_numpy()) for name, array in found.variables.items()}


def hashed(array):
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()


@pytest.fixture(scope="module")
def solar(tmp_path_factory):
    target = tmp_path_factory.mktemp("sweep") / "solar.nc"
    done = sweep(SOLAR, target, "--workers", "1")
    assert done.returncode == 0, done.stderr
    return target, done.stdout


def test_a_sweep_is_what_simulate_gives(solar):
    target, _ = solar
    there = jcm.simulate(jcm.load_scenario(SOLAR), samples=1024, seed=7)
    with xr.open_dataset(target) as found:
        assert set(found.data_vars) == set(there.data_vars)
        assert set(found.coords) == set(there.coords)
        for name, array in there.variables.items():
            assert found[name].dims == array.dims, name
            assert found[name].dtype == array.dtype or array.dtype.kind in "U", name
            np.testing.assert_array_equal(found[name].to_numpy(), array.to_numpy(), err_msg=name)
            assert {**found[name].attrs} == {**array.attrs}, name
        same = {"title", "inputs", "seed", "samples", "sampling", "code_version", "history"}
        assert {key: found.attrs[key] for key in same} == {key: there.attrs[key] for key in same}


def test_it_says_what_came_out_for_each_choice(solar):
    _, told = solar
    middle = np.sort(jcm.simulate(jcm.load_scenario(SOLAR), 1024, 7)["total_credits"].to_numpy())
    first, other = (f"{middle[at, 511]:,.0f} tCO2e in the middle" for at in (0, 1))
    assert "1,024 samples of 4 uncertain inputs by sobol, seed 7" in told
    assert f"setting of the reference: as the methodology has it: {first}" in told
    assert f"setting of the reference: 45 % below business as usual: {other}" in told
    assert told.endswith("solar.nc: written\n")


def test_it_is_not_simulated_twice(solar):
    target, _ = solar
    again = sweep(SOLAR, target)
    assert again.returncode == 0
    assert again.stdout.endswith(f"{target}: up to date\n")


@pytest.mark.parametrize(
    ("suffix", "options"),
    [
        (".nc", ("--workers", "2", "--chunk", "256")),
        (".zarr", ("--workers", "1", "--chunk", "600")),
    ],
)
def test_the_bytes_do_not_depend_on_workers_chunks_or_format(solar, tmp_path, suffix, options):
    target = tmp_path / f"other{suffix}"
    assert sweep(SOLAR, target, *options).returncode == 0
    assert content(target) == content(solar[0])
    assert not list(tmp_path.glob("*.parts"))


def test_another_ensemble_is_not_written_over(solar):
    target, _ = solar
    before = target.read_bytes()
    refused = sweep(SOLAR, target, "--set", "crediting.discount=0.9")
    assert refused.returncode == 1
    assert re.search(r"is there already, and is no file of this run \(\w+\)", refused.stderr)
    assert "name another file, or remove it" in refused.stderr
    assert target.read_bytes() == before


def test_only_the_results_that_are_asked_for_are_kept(tmp_path):
    target = tmp_path / "few.nc"
    asked = ("--variables", "credits_issued,total_credits", "--workers", "1")
    assert sweep(SOLAR, target, *asked, samples=256).returncode == 0
    with xr.open_dataset(target) as found:
        assert set(found.data_vars) == {"credits_issued", "total_credits"}


@pytest.mark.parametrize(
    ("options", "code", "told"),
    [
        (("--samples", "0"), 2, "'0' is no whole number of 1 or more"),
        (("--sampling", "grid", "--samples", "100"), 2, "81 (3 for each) or 256 (4 for each) do"),
        (("--variables", "credit_issued"), 2, "did you mean credits_issued?"),
        (("--output", "out.csv"), 2, "out.csv ends in .csv; .nc and .zarr can be written"),
        (
            (
                "--set",
                "project.electricity_supplied={distribution: {shape: uniform, low: 2, high: 1}}",
            ),
            2,
            "needs low < high",
        ),
        (
            (
                "--set",
                "ensemble.correlations=[{between: [project.electricity_supplied, "
                "project.bau_emission_facto], value: 0.5}]",
            ),
            2,
            "did you mean project.bau_emission_factor?",
        ),
        (
            (
                "--set",
                "ensemble.correlations=[{between: [project.electricity_supplied, "
                "project.bau_emission_factor], value: 1.5}]",
            ),
            2,
            "a correlation lies between -1 and 1",
        ),
    ],
)
def test_bad_input_is_named(tmp_path, monkeypatch, capsys, options, code, told):
    monkeypatch.chdir(tmp_path)
    where = ("--output", str(tmp_path / "x.nc"))
    try:
        ended = cli.main(["sweep", str(SOLAR), "--samples", "256", *where, *options])
    except SystemExit as stopped:  # as argparse ends
        ended = stopped.code
    assert ended == code
    assert told in capsys.readouterr().err.replace("\n", " ")
    assert not list(tmp_path.iterdir())


def test_a_scheduler_that_is_not_there_is_told_in_one_line(tmp_path):
    done = sweep(SOLAR, tmp_path / "x.nc", "--scheduler", "http://127.0.0.1:9", samples=256)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("No dask scheduler answers at http://127.0.0.1:9")
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_scenario_without_uncertainty_says_how_to_write_some():
    done = sweep(ROOT / "scenarios/thailand_floating_solar.yaml", "never.nc")
    assert done.returncode == 2
    assert "thailand_floating_solar.yaml: nothing is uncertain: give a number a" in done.stderr


def test_a_number_that_is_no_power_of_two_is_simulated_with_a_warning(tmp_path):
    done = sweep(SOLAR, tmp_path / "x.nc", "--workers", "1", samples=300)
    assert done.returncode == 0
    assert done.stderr.startswith("warning: 300 Sobol points are no power of two")
    assert "256 or 512 samples keep it" in done.stderr


@pytest.fixture(scope="module")
def storage(tmp_path_factory):
    target = tmp_path_factory.mktemp("sweep") / "storage.nc"
    assert sweep(STORAGE, target, "--workers", "1", samples=4096).returncode == 0
    return content(target)


def started(target, *options):
    """Start a sweep of 16 parts, and return it when some of them are there."""
    asked = (str(STORAGE), "--samples", "4096", "--seed", "7", "--chunk", "256", *options)
    process = subprocess.Popen(
        [str(BIN / "jcm"), "sweep", *asked, "--output", str(target)],
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    folder = target.with_name(f"{target.name}.parts")
    until(lambda: len(list(folder.glob("*.npz"))) >= 2 or process.poll() is not None)
    assert process.poll() is None
    return process, folder


def test_a_sweep_that_was_killed_goes_on_with_the_same_bytes(storage, tmp_path):
    target = tmp_path / "storage.nc"
    process, folder = started(target, "--workers", "1")
    process.send_signal(signal.SIGKILL)
    process.communicate()
    kept = len(list(folder.glob("*.npz")))
    assert 2 <= kept < 16
    assert not target.exists()
    done = sweep(STORAGE, target, "--workers", "2", "--chunk", "512", samples=4096)
    assert done.returncode == 0, done.stderr
    assert f"{256 * kept:,} were there before" in done.stdout
    assert content(target) == storage


def test_an_interrupt_says_what_is_kept_and_how_to_go_on(tmp_path):
    process, folder = started(tmp_path / "storage.nc", "--workers", "1")
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 130
    assert re.search(r"Stopped\. [\d,]+ of 4,096 samples are done and kept in", told)
    assert "the same call goes on from there" in told
    assert "Traceback" not in told
    assert not [file for file in folder.iterdir() if "unfinished" in file.name]


def test_a_cluster_of_which_a_worker_is_killed_gives_the_same_bytes(storage, tmp_path):
    target = tmp_path / "storage.nc"
    here = tmp_path / "cluster"
    here.mkdir()
    with Cluster(here) as cluster:
        process, _ = started(target, "--scheduler", cluster.address)
        cluster.workers[0].send_signal(signal.SIGKILL)
        out, told = process.communicate(timeout=120)
    assert process.returncode == 0, told
    assert "4,096 samples of 5 uncertain inputs" in out
    assert content(target) == storage


def test_the_file_of_a_scenario_that_stands_elsewhere_is_swept_there(tmp_path):
    copy = tmp_path / "mine"
    shutil.copytree(ROOT / "scenarios", copy)
    done = run(
        *(str(BIN / "jcm"), "sweep", str(copy / SOLAR.name), "--samples", "256", "--workers", "2"),
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    (found,) = (tmp_path / "reports/thailand_solar_uncertainty").glob("ensemble-*.nc")
    assert found.stat().st_size > 100_000
