"""A batch that is killed, stopped or out of room leaves whole runs only, and can go on."""

import os
import shutil
import signal
import subprocess

import pytest

from tests.batches.examples import (
    FINE,
    WAITS,
    Batch,
    complete,
    contents,
    failures,
    half,
    notebook,
    scenario,
)
from tests.commands import jcm
from tests.parts.examples import until

NAMES = [f"s{number}" for number in range(5)]
FILES = [f"{name}.yaml" for name in NAMES]
CALL = (*FILES, "--jobs", "2")


def project(folder):
    """Write scenarios of which the first two run at once, and the others when they may go on."""
    notebook(folder, "fine", FINE)
    notebook(folder, "waits", WAITS)
    for name in NAMES:
        scenario(folder, name, "fine" if name in NAMES[:2] else "waits")
    return folder


def waiting(folder):
    """Return the kernels that wait or have waited, by scenario."""
    marks = [path.name.split("-") for path in sorted(folder.glob("pid-*"))]
    return {name: int(pid) for _, name, pid in marks}


def in_the_middle(folder):
    """Wait until the first two runs are complete, and two others wait in their kernels."""
    until(lambda: len(complete(folder / "reports")) == 2 and len(waiting(folder)) == 2)


def go_on(folder):
    (folder / "go").touch()


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory, forking):
    """What the batch leaves if nobody disturbs it."""
    folder = project(tmp_path_factory.mktemp("uninterrupted"))
    go_on(folder)
    done = jcm("report", *CALL, cwd=folder)
    assert done.returncode == 0, done.stderr
    assert len(complete(folder / "reports")) == len(NAMES)
    return contents(folder / "reports")


def test_a_killed_batch_leaves_whole_runs_and_the_next_call_makes_the_rest(tmp_path, uninterrupted):
    folder, reports = project(tmp_path), tmp_path / "reports"
    with Batch(folder, *CALL) as batch:
        in_the_middle(folder)
        assert len(batch.alive()) >= 6  # itself, two workers, the server of kernels, two kernels
        batch.process.kill()
        until(lambda: not batch.alive())
    there = contents(reports)
    assert [path.parent.name for path in complete(reports)] == NAMES[:2]
    assert {name: uninterrupted[name] for name in there} == there
    left = list(reports.glob("*/.*"))
    assert len(left) == 2  # what was being written when all was killed, under other names
    go_on(folder)
    done = jcm("report", *CALL, cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "5 of 5 reports are there (3 done, 2 skipped, 0 failed)" in done.stdout
    assert contents(reports) == uninterrupted
    assert half(reports) == []
    assert failures(reports) == {}


def test_a_killed_worker_costs_nothing_and_a_killed_kernel_one_run(tmp_path, uninterrupted):
    folder, reports = project(tmp_path), tmp_path / "reports"
    with Batch(folder, *CALL) as batch:
        in_the_middle(folder)
        before = waiting(folder)
        assert len(batch.workers()) == 2
        os.kill(batch.workers()[0], signal.SIGKILL)
        # Its run is begun anew, by a new worker in a new kernel.
        until(lambda: len(list(folder.glob("pid-*"))) == 4)
        again = {name: max(_pids(folder, name) - {before[name]}) for name in before}
        assert not set(before.values()) & set(batch.alive())
        os.kill(again["s3"], signal.SIGKILL)
        go_on(folder)
        code, out, err = batch.end()
        assert batch.alive() == []
    assert code == 1
    (line,) = err.splitlines()
    assert " s3: failed after " in line
    assert "KernelDied: the kernel died by the signal SIGKILL" in line
    assert "4 of 5 reports are there (4 done, 0 skipped, 1 failed)" in out
    assert list(failures(reports)) == ["s3"]
    assert half(reports) == []
    done = jcm("report", "--failed", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert contents(reports) == uninterrupted
    assert failures(reports) == {}


def _pids(folder, name):
    return {int(path.name.split("-")[2]) for path in folder.glob(f"pid-{name}-*")}


# A kernel that still answers that its cell was interrupted, before it ends.
_ENDS_SLOWLY = """\
import time
kernel = get_ipython().kernel
end = kernel.do_shutdown
kernel.do_shutdown = lambda restart: (time.sleep(0.5), end(restart))[1]
"""


@pytest.mark.parametrize("jobs", [1, 2])
def test_ctrl_c_ends_all_at_once_with_one_line_and_nothing_half(tmp_path, jobs):
    folder, reports = project(tmp_path), tmp_path / "reports"
    notebook(folder, "waits", _ENDS_SLOWLY + WAITS)
    with Batch(folder, *FILES, "--jobs", str(jobs)) as batch:
        until(lambda: len(complete(reports)) == 2 and len(waiting(folder)) == jobs)
        os.killpg(batch.process.pid, signal.SIGINT)  # as a terminal does
        code, out, err = batch.end()
        until(lambda: not batch.alive())
    assert code == 130
    assert err == "Stopped. What is complete is kept in reports; the same call goes on.\n"
    assert len(out.splitlines()) == 2
    assert half(reports) == []
    assert failures(reports) == {}
    page = (reports / "index.html").read_text()
    assert [name for name in NAMES if f"Tiny {name}<" in page] == NAMES[:2]


def test_ctrl_c_before_there_is_anything_says_so_in_one_line(tmp_path):
    slow = tmp_path / "slow.yaml"
    os.mkfifo(slow)
    with Batch(tmp_path, slow.name) as batch, slow.open("w"):  # as soon as the batch reads it
        batch.process.send_signal(signal.SIGINT)
        assert batch.end() == (130, "", "Stopped.\n")
    assert not (tmp_path / "reports").exists()


# Files of 25 kB at most, or 50 kB where the shell counts otherwise.
_LIMITED = ("sh", "-c", 'ulimit -f 50 && exec "$@"', "sh")


def test_a_file_that_cannot_be_written_fails_the_run_and_says_why(tmp_path):
    folder, reports = project(tmp_path), tmp_path / "reports"
    with Batch(folder, *FILES[:2], "--jobs", "1", before=_LIMITED) as batch:
        code, out, err = batch.end()
    assert code == 1, err
    assert len(err.splitlines()) == 2, err
    assert err.count(" s: File too large; see reports/s") == 2
    assert "0 of 2 reports are there (0 done, 0 skipped, 2 failed); " in out
    assert "the list of all runs could not be written: File too large" in out
    assert half(reports) == []
    assert sorted(failures(reports)) == ["s0", "s1"]
    done = jcm("report", "--failed", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert len(complete(reports)) == 2
    assert half(reports) == []
    assert (reports / "index.html").is_file()


# A file system of its own with little room, in a name space of its own, where that is allowed.
_SMALL = 'mount -t tmpfs -o size=200k none reports && "$@"; code=$?; ls -A reports/*; exit $code'


def test_a_full_disk_fails_what_finds_no_room_and_keeps_what_did(tmp_path):
    folder = project(tmp_path)
    (folder / "reports").mkdir()
    unshare = [shutil.which("unshare") or "unshare", "--mount", "--user", "--map-root-user"]
    try:
        subprocess.run(
            [*unshare, "mount", "-t", "tmpfs", "none", folder / "reports"],
            check=True,
            capture_output=True,
        )
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no file system can be mounted here")
    small = (*unshare, "sh", "-c", _SMALL, "sh")
    go_on(folder)
    with Batch(folder, *FILES[:3], "--jobs", "1", before=small) as batch:
        code, out, err = batch.end()
    assert code == 1, err
    assert "1 of 3 reports are there (1 done, 0 skipped, 2 failed)" in out
    assert err.count("No space left on device") >= 2
    assert "Traceback" not in err
    listed = out.partition("failed ones again")[2]
    assert "run.json" not in listed
    assert "/." not in listed


def test_what_killed_batches_left_is_cleared_by_the_next_call(tmp_path):
    folder, reports = project(tmp_path), tmp_path / "reports"
    left = reports / "s9/.0123456789ab-killed"
    foreign = reports / "s9/.notes-of-a-person"
    for path in (left, foreign):
        path.mkdir(parents=True)
        (path / "results.csv").write_text("half")
    done = jcm("report", "s0.yaml", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert not left.exists()
    assert foreign.exists()
