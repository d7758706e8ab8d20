"""Kernels forked from one process: as fresh as started ones, and none outlives who asked for it."""

import json
import os
import signal
import stat
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest

from jcm_models.kernels.server import ForkServer
from tests.kernels.examples import Asker, Forked, Owner, Talk, gone, sent, server_pid
from tests.parts.examples import PATIENCE, until

PRELOADED = {"numpy", "scipy.stats", "pandas", "xarray", "ipywidgets", "jcm_models.view"}
HOLDS = "import pathlib, time; pathlib.Path('begun').touch(); time.sleep(1000)"


@pytest.fixture
def kernel(server, tmp_path):
    """A kernel of the server of this process."""
    with Forked(server, tmp_path) as forked:
        yield forked


def test_a_kernel_is_a_process_of_its_own_with_its_own_group(server, kernel):
    code = "import os"
    facts = "os.getpid(), os.getpgid(0), os.getsid(0), os.getppid(), os.readlink('/proc/self/fd/0')"
    pid = kernel.process.pid
    assert kernel.value(facts, code) == (pid, pid, pid, server_pid(server), os.devnull)
    assert pid not in {os.getpid(), server_pid(server)}


def test_what_notebooks_import_is_there_at_once_but_no_widget(kernel):
    code = "import sys"
    there = kernel.value(f"[name for name in {PRELOADED!r} if name in sys.modules]", code)
    assert set(there) == PRELOADED
    code = "import comm, ipywidgets.widgets.widget as w"
    assert kernel.value("len(w._instances), len(comm.get_comm_manager().comms)", code) == (0, 0)


def test_where_apps_are_served_their_pages_are_prepared_when_nobody_asks(tmp_path):
    server = ForkServer(for_apps=True)

    def equations():
        with Forked(server, tmp_path) as kernel:
            code = "from jcm_models.pieces import mathml"
            return kernel.value("mathml.cache_info().currsize", code)

    try:
        first = equations()
        until(lambda: (time.sleep(3), equations() > first + 100)[1])
    finally:
        server.close()


def test_a_kernel_runs_where_and_as_it_was_asked_to(server, tmp_path):
    with Forked(server, tmp_path, {"JCM_TESTED": "here"}) as kernel:
        facts = "os.getcwd(), os.environ['JCM_TESTED'], sys.argv[1:], sys.path"
        folder, set_, arguments, path = kernel.value(facts, "import os, sys")
    assert (folder, set_, arguments) == (str(tmp_path), "here", ["-f", kernel.file])
    assert set(filter(None, sys.path)) <= set(path)


def test_nothing_of_one_kernel_is_seen_by_the_next(server, kernel, tmp_path):
    code = """\
import os, sys, numpy as np, jcm_models as jcm
jcm.left_behind = np.left_behind = 1
np.random.seed(1)
np.set_printoptions(precision=2)
os.chdir("/")
os.environ["LEFT_BEHIND"] = "1"
sys.path.append("/left/behind")
"""
    facts = (
        "hasattr(jcm, 'left_behind') or hasattr(np, 'left_behind'), np.get_printoptions()"
        "['precision'], os.getcwd(), 'LEFT_BEHIND' in os.environ, '/left/behind' in sys.path"
    )
    assert kernel.value(facts, code) == (True, 2, "/", True, True)
    with Forked(server, tmp_path) as other:
        code = "import os, sys, numpy as np, jcm_models as jcm"
        assert other.value(facts, code) == (False, 8, str(tmp_path), False, False)


def test_chance_is_another_in_each_kernel(server, kernel, tmp_path):
    code = "import random, tempfile, uuid, numpy as np"
    draws = (
        "random.random(), float(np.random.random()), float(np.random.default_rng().random()), "
        "uuid.uuid4().hex, next(tempfile._get_candidate_names())"
    )
    with Forked(server, tmp_path) as other:
        here, there = kernel.value(draws, code), other.value(draws, code)
    assert [draw for draw in here if draw in there] == []


def test_many_kernels_at_once_are_forked_and_answer(server, tmp_path):
    with ExitStack() as stack, ThreadPoolExecutor(8) as pool:
        kernels = list(pool.map(lambda _: Forked(server, tmp_path), range(8)))
        for each in kernels:
            stack.enter_context(each)
        pids = [each.value("os.getpid()", "import os") for each in kernels]
        assert pids == [each.process.pid for each in kernels]
    assert len(set(pids)) == 8
    until(lambda: gone(*pids))


def ended_by_code(kernel, code):
    kernel.start(f"import os, signal\n{code}")
    return kernel.process.wait(PATIENCE)


def test_the_exit_code_or_signal_is_told(server, kernel, tmp_path):
    assert kernel.process.poll() is None
    assert ended_by_code(kernel, "os._exit(3)") == 3
    assert gone(kernel.process.pid)
    with Forked(server, tmp_path) as other:
        assert ended_by_code(other, "os.kill(os.getpid(), signal.SIGSEGV)") == -signal.SIGSEGV
    with Forked(server, tmp_path) as other:
        other.value("1")
        other.shut_down()
        assert other.process.wait(PATIENCE) == 0
        other.process.send_signal(signal.SIGINT)  # to one that has ended it is no error


def test_a_kernel_that_cannot_start_says_why_where_its_asker_writes(server, tmp_path, capfd):
    kernel = server.fork(["-f"], str(tmp_path), dict(os.environ))
    assert kernel.wait(PATIENCE) != 0
    assert "-f" in capfd.readouterr().err
    kernel = server.fork([], str(tmp_path / "absent"), dict(os.environ))
    assert kernel.wait(PATIENCE) == 1
    assert "absent" in capfd.readouterr().err


def test_what_is_no_request_ends_neither_the_server_nor_leaves_files_open(server, kernel, tmp_path):
    kernel.value("1")
    process = psutil.Process(server_pid(server))
    before = process.num_fds()
    for data in (b"", b"\n", b"nonsense\n", b'{"argum', b"\xff\n", b"[" * 100_000 + b"\n"):
        sent(server, data, [1, 2]).close()
    for data in (b"[]\n", b'{"cwd": "/"}\n'):
        with sent(server, data, [1, 2]) as connection, connection.makefile() as lines:
            assert json.loads(lines.readline())["pid"] > 0
            assert json.loads(lines.readline()) == {"exit": 1}
    with Forked(server, tmp_path) as other:  # asked after all of them, so that they are done with
        assert other.value("6 * 7") == 42
    until(lambda: process.num_fds() <= before)
    assert kernel.value("6 * 7") == 42


def test_a_kernel_ends_with_its_connection_and_so_does_what_it_has_started(server, tmp_path):
    code = "import subprocess; started = subprocess.Popen(['sleep', '1000'])"
    with Forked(server, tmp_path) as kernel, Forked(server, tmp_path) as other:
        child = kernel.value("started.pid", code)
        assert not gone(kernel.process.pid, child)
        kernel.process._connection.close()
        until(lambda: gone(kernel.process.pid, child))
        assert kernel.process.poll() == -signal.SIGKILL
        assert other.value("6 * 7") == 42


def test_a_kernel_ends_with_the_process_that_asked_for_it(server, tmp_path):
    with Talk(tmp_path) as talk, Asker(server.address, talk.file) as asker:
        assert talk.value("os.getpid()", "import os") == asker.kernel
        asker.process.kill()
        until(lambda: gone(asker.kernel))
    assert server.is_alive()


def test_an_interrupt_ends_what_the_kernel_does_and_not_the_kernel(kernel, tmp_path):
    asked = kernel.start(HOLDS)
    until((tmp_path / "begun").exists)
    kernel.process.send_signal(signal.SIGINT)
    assert kernel.reply(asked)["ename"] == "KeyboardInterrupt"
    assert kernel.value("6 * 7") == 42


def test_ctrl_c_ends_neither_server_nor_kernel_and_the_end_of_the_owner_ends_both(tmp_path):
    with Owner(tmp_path) as owner:
        os.kill(owner.server_pid, signal.SIGINT)  # which is still importing
        with Forked(owner.server, tmp_path) as kernel:
            folder = Path(owner.server.address).parent
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700
            asked = kernel.start(f"{HOLDS.replace('1000', '1')}; done = True")
            until((tmp_path / "begun").exists)
            os.killpg(owner.process.pid, signal.SIGINT)  # as a terminal does
            assert owner.line() == "interrupted"
            assert kernel.reply(asked)["status"] == "ok"
            with Forked(owner.server, tmp_path) as other:
                assert other.value("6 * 7") == 42
            assert owner.end() == 0
            until(lambda: gone(owner.server_pid, kernel.process.pid))
            assert not folder.exists()


def test_a_killed_owner_leaves_no_server_no_kernel_and_no_folder(tmp_path):
    with Owner(tmp_path) as owner, Forked(owner.server, tmp_path) as kernel:
        kernel.value("1")
        owner.process.kill()
        until(lambda: gone(owner.server_pid, kernel.process.pid))
        assert kernel.process.wait(PATIENCE) == -signal.SIGKILL
        until(lambda: not Path(owner.server.address).parent.exists())


def test_a_killed_server_takes_its_kernels_with_it_and_is_told_as_their_death(tmp_path):
    with (
        Owner(tmp_path) as owner,
        Forked(owner.server, tmp_path) as busy,
        Forked(owner.server, tmp_path) as idle,
    ):
        busy.start(HOLDS)
        idle.value("1")
        until((tmp_path / "begun").exists)
        os.kill(owner.server_pid, signal.SIGKILL)
        until(lambda: gone(busy.process.pid, idle.process.pid))
        assert {each.process.wait(PATIENCE) for each in (busy, idle)} == {-signal.SIGKILL}
        with pytest.raises(OSError, match="refused"):
            owner.server.fork([], str(tmp_path), {})
