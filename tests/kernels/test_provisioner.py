"""The provisioner ``jcm-forked``: Jupyter's own tools over forked kernels."""

import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from jupyter_client.manager import KernelManager
from jupyter_client.provisioning import KernelProvisionerFactory

from jcm_models.kernels import provisioner
from jcm_models.kernels.server import ADDRESS
from jcm_models.kernels.server import PROVISIONER as NAME
from tests.app_pages import Visit
from tests.commands import BIN, environment
from tests.conftest import Server, free_port
from tests.kernels.examples import (
    gone,
    notebook,
    printed,
    read,
    server_pid,
    written_kernelspec,
)
from tests.parts.examples import PATIENCE, until

CHOICE = "JUPYTER_DEFAULT_PROVISIONER_NAME"
FACTS = "os.getpid(), os.getppid(), os.getcwd(), os.environ.get('JCM_TESTED')"


@pytest.fixture
def forking(shared, monkeypatch):
    """The fork server, where Jupyter's usual provisioner is the one that asks it."""
    monkeypatch.setenv(CHOICE, NAME)
    KernelProvisionerFactory.clear_instance()
    yield shared
    KernelProvisionerFactory.clear_instance()


@contextmanager
def kernel(name="python3", manager=None, **settings):
    """Start a kernel as Jupyter does; ended in the end."""
    manager = KernelManager(kernel_name=name, cache_ports=manager is None, **(manager or {}))
    manager.start_kernel(**settings)
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(PATIENCE)
        yield manager, client
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
        manager.context.destroy(linger=0)


def value(client, expression, code="import os, sys, time"):
    """Return the value of an expression in a kernel, after some code."""
    asked = {"it": expression}
    reply = client.execute(code, user_expressions=asked, reply=True, timeout=PATIENCE)
    assert reply["content"]["status"] == "ok", reply["content"]
    return eval(reply["content"]["user_expressions"]["it"]["data"]["text/plain"])


def test_jupyter_gets_forked_kernels_where_and_as_it_asks(forking, tmp_path):
    asked = {"cwd": str(tmp_path), "env": {**os.environ, "JCM_TESTED": "here"}}
    with kernel(**asked) as (manager, client):
        pid, parent, *rest = value(client, FACTS)
        assert parent == server_pid(forking)
        assert rest == [str(tmp_path), "here"]
        assert manager.provisioner.pid == pid
        assert manager.is_alive()
    until(lambda: gone(pid))
    assert not manager.has_kernel


def test_interrupt_and_restart_work_as_with_any_kernel(forking, tmp_path):
    with kernel(cwd=str(tmp_path)) as (manager, client):
        first = value(client, "os.getpid()", "import os; here = 1")
        begun = "open('begun', 'w').close()"
        # What comes after it is not aborted because it was interrupted.
        asked = client.execute(f"import time; {begun}; time.sleep(1000)", stop_on_error=False)
        until((tmp_path / "begun").exists)
        manager.interrupt_kernel()
        reply = client.get_shell_msg(timeout=PATIENCE)
        while reply["parent_header"].get("msg_id") != asked:
            reply = client.get_shell_msg(timeout=PATIENCE)
        assert reply["content"]["ename"] == "KeyboardInterrupt"
        assert value(client, "os.getpid(), here") == (first, 1)
        manager.restart_kernel()
        client.wait_for_ready(PATIENCE)
        second, parent, is_kept = value(client, "os.getpid(), os.getppid(), 'here' in dir()")
        assert (parent, is_kept) == (server_pid(forking), False)
        assert second != first
        assert gone(first)


def test_a_kernel_that_dies_is_seen_as_dead(forking):
    with kernel() as (manager, client):
        client.execute("import os; os._exit(3)")
        until(lambda: not manager.is_alive())
        assert manager.provisioner.process.poll() == 3


def ports_of(pid):
    """Return the ports that a process listens on."""
    found = psutil.Process(pid).net_connections("inet")
    return {each.laddr.port for each in found if each.status == psutil.CONN_LISTEN}


def test_a_forked_kernel_needs_no_port_that_another_process_could_take(forking):
    with kernel() as (manager, client):
        assert value(client, "6 * 7") == 42
        # One for what its own processes print, which it finds by listening there.
        assert len(ports_of(manager.provisioner.pid)) == 1
        files = [Path(f"{manager.ip}-{number}") for number in manager.ports]
        assert len(files) == 5
        assert all(file.is_socket() for file in files)
        assert files[0].parent.stat().st_mode & 0o077 == 0, "nobody else may connect"
    assert not any(file.exists() for file in files)


def test_where_the_names_of_files_are_too_long_for_sockets_ports_are_taken(forking, monkeypatch):
    monkeypatch.setattr(provisioner, "_LONGEST_NAME", 20)
    with kernel() as (manager, client):
        assert value(client, "6 * 7") == 42
        assert manager.transport == "tcp"


def test_what_somebody_has_set_to_connect_by_is_kept(forking, tmp_path):
    set_there = {f"{name}_port": free_port() for name in ("shell", "iopub", "stdin", "hb")}
    with kernel(manager={**set_there, "control_port": free_port()}) as (manager, client):
        assert value(client, "6 * 7") == 42
        assert manager.transport == "tcp"
        assert ports_of(manager.provisioner.pid) > set(manager.ports)


def started_ordinarily(caplog, name, server):
    """Start a kernel; return what the log says, and its executable and arguments."""
    with caplog.at_level("WARNING"), kernel(name) as (_, client):
        parent, facts = value(client, "os.getppid(), (sys.prefix, sys.orig_argv)")
    assert parent != server_pid(server)
    (said,) = [text for text in caplog.messages if "An ordinary kernel is started" in text]
    return said, *facts


def test_a_kernel_with_another_command_is_started_and_the_log_says_so(
    forking, tmp_path, caplog, monkeypatch
):
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    written_kernelspec(tmp_path, "other", sys.executable, "-X", "dev", "-m", "ipykernel_launcher")
    said, _, arguments = started_ordinarily(caplog, "other", forking)
    assert said.endswith(f"the kernel is not of this Python but {sys.executable} -X dev.")
    assert arguments[1:3] == ["-X", "dev"]


def test_a_kernel_of_another_environment_over_the_same_python_is_not_forked(
    forking, tmp_path, caplog, monkeypatch
):
    create = [sys.executable, "-m", "venv", "--without-pip", "--symlinks", str(tmp_path / "venv")]
    subprocess.run(create, check=True)
    other = tmp_path / "venv" / "bin" / "python"
    assert other.samefile(sys.executable)
    # Its own packages would bring ipykernel; here it borrows ours.
    (ours,) = [path for path in sys.path if path.endswith("site-packages")]
    (packages,) = (tmp_path / "venv").glob("lib/python*/site-packages")
    (packages / "borrowed.pth").write_text(ours)
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    written_kernelspec(tmp_path, "other", str(other), "-m", "ipykernel_launcher")
    said, prefix, _ = started_ordinarily(caplog, "other", forking)
    assert said.endswith(f"the kernel is not of this Python but {other} -m ipykernel_launcher.")
    assert prefix == str(tmp_path / "venv")


def test_a_kernel_whose_command_is_not_there_fails_as_ever(forking, tmp_path, monkeypatch):
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    written_kernelspec(tmp_path, "other", "/nowhere/julia", "-m", "ipykernel_launcher")
    with pytest.raises(FileNotFoundError, match="/nowhere/julia"), kernel("other"):
        pass


def test_where_nothing_can_be_forked_kernels_are_started(forking, caplog, monkeypatch):
    monkeypatch.setattr("jcm_models.kernels.provisioner.can_fork", lambda: False)
    said, prefix, _ = started_ordinarily(caplog, "python3", forking)
    assert said.endswith(f"kernels cannot be forked on {sys.platform}.")
    assert prefix == sys.prefix


def test_where_the_fork_server_has_gone_kernels_are_started(forking, caplog, monkeypatch, tmp_path):
    monkeypatch.setenv(ADDRESS, str(tmp_path / "absent"))
    said, prefix, _ = started_ordinarily(caplog, "python3", forking)
    assert "the process to fork from is not there (" in said
    assert prefix == sys.prefix


def test_nbconvert_executes_in_a_forked_kernel(forking, tmp_path):
    notebook(tmp_path / "in.ipynb", "import os; print(os.getppid())")
    command = [BIN / "jupyter", "nbconvert", "--to", "notebook", "--execute", "in.ipynb"]
    done = subprocess.run(
        [*command, "--output", "out"],
        cwd=tmp_path,
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=3 * PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert printed(read(tmp_path / "out.ipynb")[0]) == f"{server_pid(forking)}\n"


def kernels_of(pid):
    """Return the numbers of the processes that a process has started and that run."""
    return {child.pid for child in psutil.Process(pid).children() if not gone(child.pid)}


def test_the_app_shows_itself_out_of_forked_kernels(watched):
    command = [str(BIN / "jcm"), "app", "--port", "{port}", "--no-browser"]
    with Server(command, ready="/health") as app:
        visit = Visit(watched, app).open("reference_vs_bau")
        assert visit.page.locator("figure svg:visible").count() == 2
        visit.assert_clean()
        started = psutil.Process(app.process.pid).children()
        (server,) = [one for one in started if "jcm_models.kernels.fork_server" in one.cmdline()]
        assert server.children()
        assert [one for one in started if "ipykernel_launcher" in one.cmdline()] == []
    until(lambda: not server.is_running())
