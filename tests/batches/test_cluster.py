"""Batches on a real dask cluster, whose workers share no folder with the caller and are killed."""

import json
import re
import shutil
import signal
from types import SimpleNamespace

import pytest

from jcm_models import cli
from jcm_models.runs import code_hash
from tests.batches.cluster import KILLS, WAITS, Workers, none_runs
from tests.batches.examples import (
    FINE,
    NEXT_CELL,
    Batch,
    complete,
    contents,
    failures,
    half,
    notebook,
    scenario,
)
from tests.commands import BIN, jcm, run
from tests.conftest import ROOT, free_port
from tests.examples import TINY
from tests.parts.examples import until

DRAWN = """\
extends: ../shared/base.yaml
title: Tiny drawn
notebook: waits
project:
  electricity_supplied:
    distribution: {shape: draws, table: draws.csv, column: supplied}
"""
BAD = {
    "raises": ("raise RuntimeError('the grid is down')", "RuntimeError: the grid is down"),
    "dies": (
        # What a kernel prints in the moment of its death may or may not leave it.
        f"print('last'){NEXT_CELL}import os, signal\nos.kill(os.getpid(), signal.SIGKILL)",
        "KernelDied: the kernel died by the signal SIGKILL, Killed; most often memory has run out",
    ),
    "hangs": (
        "import time\nwhile True:\n    time.sleep(0.05)",
        "TimedOut: the time allowed was over before the cell was",
    ),
}
PLAIN = ["s0", "s1", "s2"]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Scenarios of every kind, in folders that the workers of the cluster do not see."""
    caller = tmp_path_factory.mktemp("caller")
    here, elsewhere = caller / "project", caller / "elsewhere"
    for folder in (here, elsewhere, here / "shared", here / "team"):
        folder.mkdir()
    notebook(here, "waits", WAITS)
    notebook(here, "fine", FINE)
    notebook(elsewhere, "own", "import jcm_models as jcm\njcm.load_scenario(scenario)")
    for name in PLAIN:
        scenario(here, name, "waits" if name in PLAIN[1:] else "fine")
    scenario(here, "two", "[waits, fine]")
    scenario(elsewhere, "absolute", "own")
    (here / "shared/base.yaml").write_text(TINY)
    (here / "shared/draws.csv").write_text("supplied\n7000\n8000\n9900\n")
    (here / "team/drawn.yaml").write_text(DRAWN)
    files = [*(f"{name}.yaml" for name in PLAIN), "two.yaml", "team/drawn.yaml"]
    files += [
        str(elsewhere / "absolute.yaml"),
        str(ROOT / "scenarios/thailand_floating_solar.yaml"),
    ]
    return SimpleNamespace(caller=caller, here=here, files=files)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory, place):
    with Workers(tmp_path_factory.mktemp("w"), place.caller) as running:
        yield running


@pytest.fixture(scope="module")
def local(place, forking):
    """What the same batch leaves when it runs on this machine."""
    done = jcm("report", *place.files, "--jobs", "2", "--reports", "local", cwd=place.here)
    assert done.returncode == 0, done.stderr
    reports = place.here / "local"
    assert len(complete(reports)) == 8
    return contents(reports)


def at_the_gate(cluster, batch, kernels):
    """Wait until so many kernels have come to the gate of the cluster."""
    until(lambda: len(cluster.waiting()) == kernels or batch.process.poll() is not None)
    assert batch.process.poll() is None, batch.end()


@pytest.fixture(scope="module")
def killed(place, cluster):
    """A batch on the cluster, one of whose workers is killed while both have a notebook open."""
    call = (*place.files, "--scheduler", cluster.address, "--reports", "far")
    with Batch(place.here, *call) as batch, cluster.closed_gate():
        at_the_gate(cluster, batch, 2)
        kernels = cluster.waiting()
        started = [cluster.started_by(worker) for worker in (0, 1)]
        cluster.workers[0].send_signal(signal.SIGKILL)
        cluster.workers[0].wait()
        until(lambda: none_runs(started[0]))
        until(lambda: cluster.left(0) == [])
        marks = len(list(cluster.gate.iterdir()))
        cluster.open_gate()
        code, out, err = batch.end()
        alive = batch.alive()
    of_whom = [{process.pid for process in processes} for processes in started]
    return SimpleNamespace(
        kernels=kernels, of_whom=of_whom, marks=marks, code=code, out=out, err=err, alive=alive
    )


def test_a_worker_killed_in_the_middle_costs_no_run(killed):
    assert killed.marks == 2
    for kernel in killed.kernels.values():  # each worker had forked one of them
        assert sum(kernel in pids for pids in killed.of_whom) == 1
    assert all(set(killed.kernels.values()) & pids for pids in killed.of_whom)
    assert (killed.code, killed.err, killed.alive) == (0, "", [])
    assert "8 of 8 reports are there (8 done, 0 skipped, 0 failed)" in killed.out


def test_every_file_but_the_log_is_byte_by_byte_that_of_a_run_on_this_machine(place, killed, local):
    reports = place.here / "far"
    found = contents(reports)
    assert set(found) == set(local)
    assert [name for name in found if found[name] != local[name]] == []
    assert half(reports) == []
    assert failures(reports) == {}
    for folder in complete(reports):
        assert " done in " in (folder / "run.log").read_text()


def test_a_worker_needs_and_leaves_nothing_where_the_caller_is(place, cluster, killed):
    left = {path.name for path in place.here.iterdir()}
    assert left - {"local", "reports", "mixed"} == {
        "far", "notebooks", "shared", "team", "two.yaml", *(f"{name}.yaml" for name in PLAIN)
    }  # fmt: skip
    assert not list(cluster.folder.rglob("run.json"))
    assert cluster.left(0) == []


def test_a_worker_that_has_made_its_runs_keeps_the_process_to_fork_from_and_nothing_else(
    cluster, killed
):
    processes = cluster.started_by(1)
    assert [process.pid for process in processes if process.pid in killed.kernels.values()] == []
    assert len(processes) == 1
    assert "jcm_models.kernels.fork_server" in processes[0].cmdline()
    (folder,) = cluster.left(1)
    assert folder.startswith("jcm-")


def test_what_is_complete_asks_no_cluster(place, killed):
    address = f"tcp://127.0.0.1:{free_port()}"
    call = ("report", *place.files, "--scheduler", address, "--reports", "far")
    done = jcm(*call, cwd=place.here)
    assert (done.returncode, done.stderr) == (0, "")
    assert "8 of 8 reports are there (0 done, 8 skipped, 0 failed)" in done.stdout


@pytest.fixture(scope="module")
def troubled(tmp_path_factory, cluster, killed):
    """Three notebooks that cannot be run, beside two that can, on what the cluster still has."""
    folder = tmp_path_factory.mktemp("bad")
    notebook(folder, "fine", FINE)
    for name, (source, _) in BAD.items():
        notebook(folder, name, source)
        scenario(folder, name, name)
    for name in PLAIN[:2]:
        scenario(folder, name)
    files = [f"{name}.yaml" for name in (*BAD, *PLAIN[:2])]
    done = jcm("report", *files, "--scheduler", cluster.address, "--timeout", "3", cwd=folder)
    return SimpleNamespace(folder=folder, reports=folder / "reports", done=done)


def test_the_others_complete_where_some_fail_on_the_cluster(troubled):
    assert troubled.done.returncode == 1
    assert "2 of 5 reports are there (2 done, 0 skipped, 3 failed)" in troubled.done.stdout
    assert [folder.parent.name for folder in complete(troubled.reports)] == PLAIN[:2]
    assert half(troubled.reports) == []


@pytest.mark.parametrize("name", BAD)
def test_what_fails_there_is_recorded_here_with_its_log_and_notebook(troubled, name):
    _, reason = BAD[name]
    folder = failures(troubled.reports)[name]
    assert {file.name for file in folder.iterdir()} == {"failure.json", "notebook.ipynb", "run.log"}
    record = json.loads((folder / "failure.json").read_text())
    assert record["reason"] == reason
    assert record["file"] == str(troubled.folder / f"{name}.yaml")
    assert record["notebook_file"] == str(troubled.folder / f"notebooks/{name}.ipynb")
    log = (folder / "run.log").read_text()
    assert reason in log
    assert ("\nlast\n" in log) == (name == "dies")
    (line,) = [line for line in troubled.done.stderr.splitlines() if f" {name}: failed" in line]
    assert line.endswith(f"s: {reason}; see {(folder / 'run.log').relative_to(troubled.folder)}")


def test_what_failed_there_is_mended_there_and_no_trace_of_it_stays(troubled, cluster):
    for name in BAD:
        notebook(troubled.folder, name, "6 * 7")
    done = jcm("report", "--failed", "--scheduler", cluster.address, cwd=troubled.folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert "3 of 3 reports are there (3 done, 0 skipped, 0 failed)" in done.stdout
    assert failures(troubled.reports) == {}
    assert len(complete(troubled.reports)) == 5
    assert "the grid is down" not in (troubled.reports / "index.html").read_text()


def test_forced_runs_are_made_again_there_with_the_same_bytes(place, cluster, killed, local):
    reports = place.here / "far"
    (before,) = (reports / "s0").glob("[!.]*")
    inode = before.stat().st_ino
    call = ("report", "s0.yaml", "--force", "--scheduler", cluster.address, "--reports", "far")
    done = jcm(*call, cwd=place.here)
    assert (done.returncode, done.stderr) == (0, "")
    assert before.stat().st_ino != inode
    assert contents(reports) == local


def test_a_batch_that_is_killed_is_gone_on_with_on_the_cluster_and_then_here(place, cluster, local):
    here, reports = place.here, place.here / "mixed"
    files = [*(f"{name}.yaml" for name in PLAIN), "team/drawn.yaml"]
    call = (*files, "--scheduler", cluster.address, "--reports", "mixed")
    with cluster.closed_gate():
        with Batch(here, *call) as batch:
            at_the_gate(cluster, batch, cluster.alive())
            until(lambda: complete(reports))
            batch.process.kill()
            until(lambda: not batch.alive())
        assert [folder.parent.name for folder in complete(reports)] == PLAIN[:1]
        assert half(reports) == []
        with Batch(here, *call) as batch:  # what its worker still does is not waited for
            until(lambda: "s0" in batch.process.stdout.readline())
            batch.process.send_signal(signal.SIGINT)
            code, _, err = batch.end()
            assert batch.alive() == []
        assert (code, err) == (
            130,
            "Stopped. What is complete is kept in mixed; the same call goes on.\n",
        )
    done = jcm("report", *call, cwd=here)
    assert (done.returncode, done.stderr) == (0, "")
    assert "4 of 4 reports are there (3 done, 1 skipped, 0 failed)" in done.stdout
    done = jcm("report", *files, "two.yaml", "--reports", "mixed", "--jobs", "2", cwd=here)
    assert "6 of 6 reports are there (2 done, 4 skipped, 0 failed)" in done.stdout
    found = contents(reports)
    assert {name.partition("/")[0] for name in found} == {*PLAIN, "drawn", "two"}
    assert [name for name in found if found[name] != local[name]] == []
    assert half(reports) == []


def test_a_worker_that_is_asked_to_end_leaves_nothing(cluster, killed):
    started = cluster.started_by(1)
    assert started
    cluster.workers[1].send_signal(signal.SIGTERM)
    cluster.workers[1].wait(60)
    until(lambda: none_runs(started))
    until(lambda: cluster.left(1) == [])


def _made(folder):
    (folder / "w").mkdir()
    return folder / "w"


def test_a_run_over_which_workers_die_fails_and_a_cluster_that_goes_away_is_told(tmp_path):
    folder, reports = tmp_path / "here", tmp_path / "here/reports"
    folder.mkdir()
    notebook(folder, "kills", KILLS)
    notebook(folder, "waits", WAITS)
    scenario(folder, "deadly", "kills")
    scenario(folder, "slow", "waits")
    once = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0"}
    with Workers(_made(tmp_path), env=once) as cluster:
        done = jcm("report", "deadly.yaml", "--scheduler", cluster.address, cwd=folder)
        reason = "worker after worker of the cluster died over it; most often memory ran out"
        assert done.returncode == 1
        assert f"deadly: failed after 0.0 s: {reason}" in done.stderr
        record = json.loads((failures(reports)["deadly"] / "failure.json").read_text())
        assert record["reason"] == reason
        call = ("slow.yaml", "--scheduler", cluster.address)
        with Batch(folder, *call) as batch, cluster.closed_gate():
            at_the_gate(cluster, batch, 1)
            cluster.scheduler.kill()
            code, _, err = batch.end()
        assert code == 1
        assert err == (
            f"The dask cluster at {cluster.address} is not there any more. "
            "What is complete is kept; the same call goes on.\n"
        )
    assert complete(reports) == []
    assert half(reports) == []


def test_a_worker_with_other_code_is_refused_in_one_line(tmp_path):
    code = tmp_path / "code"
    shutil.copytree(ROOT / "jcm_models", code / "jcm_models")
    with (code / "jcm_models/levels.py").open("a") as file:
        file.write("# another version\n")
    notebook(tmp_path, "fine", FINE)
    scenario(tmp_path, "s0")
    with Workers(_made(tmp_path), workers=1, code=code) as cluster:
        done = jcm("report", "s0.yaml", "--scheduler", cluster.address, cwd=tmp_path)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("A worker of the cluster has other code: ")
    assert f"here it is {code_hash()}. Install the same version of jcm-models on all" in line
    assert complete(tmp_path / "reports") == []
    assert failures(tmp_path / "reports") == {}


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("http://127.0.0.1:1", "unknown address scheme 'http'"),
        ("tls://127.0.0.1:1", "no certificate of this side is named"),
    ],
)
def test_where_no_scheduler_answers_one_line_says_so(tmp_path, monkeypatch, address, reason):
    monkeypatch.chdir(tmp_path)
    notebook(tmp_path, "fine", FINE)
    scenario(tmp_path, "s0")
    with pytest.raises(SystemExit) as stopped:
        cli.main(["report", "s0.yaml", "--scheduler", address])
    (line,) = str(stopped.value).splitlines()
    assert line.startswith(f"No dask scheduler answers at {address}: {reason}")
    assert line.endswith("What is complete is kept; the same call goes on.")
    assert complete(tmp_path / "reports") == []


def test_the_document_names_options_that_there_are_and_programs_that_can_be_read():
    text = (ROOT / "CLUSTER.md").read_text()
    blocks = re.findall(r"```(\w+)\n(.*?)```", text, re.DOTALL)
    lines = [line for kind, block in blocks if kind == "bash" for line in block.splitlines()]
    called = {"jcm report": 0, "jcm sweep": 0, "dask scheduler": 0, "dask worker": 0}
    for line in lines:
        program, command, *rest = line.split()
        known = run(str(BIN / program), command, "--help").stdout
        called[f"{program} {command}"] += 1
        assert [word for word in rest if word.startswith("--") and word not in known] == []
    assert all(called.values())
    programs = [block for kind, block in blocks if kind == "python"]
    assert len(programs) == 2
    for program in programs:
        compile(program, "CLUSTER.md", "exec")
        assert "cluster.scheduler_address" in program
