"""Papermill with ``--engine jcm``: the same outputs, whole files, and failures that are told."""

import json
import os
import re
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import papermill as pm
import pytest
from jupyter_core.utils import ensure_event_loop

from jcm_models.kernels import server as server_module
from tests.conftest import ROOT
from tests.kernels.examples import gone, notebook, papermill, printed, read, server_pid
from tests.parts.examples import PATIENCE, until

PARAMETERS = """\
samples: int = 10
rate: float = 0.5
name: str = "one"
final: bool = False
years: list = []
anything = None
"""
SAYS = "print(samples, rate, name, final, years, anything)"
_RANDOM = re.compile(r"\b[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}\b")
BAD = {
    "raises": "raise RuntimeError('the grid is down')",
    "is_killed": "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)",
    "leaves": "import os\nos._exit(3)",
    "hangs": "import time\nwhile True:\n    time.sleep(0.05)",
}
REASONS = {
    "raises": ("RuntimeError", "the grid is down"),
    "is_killed": (
        "KernelDied",
        "the kernel died by the signal SIGKILL, Killed; most often memory has run out",
    ),
    "leaves": ("KernelDied", "the kernel died with exit code 3"),
    "hangs": ("TimedOut", "the time allowed was over before the cell was"),
}


def execute(source, target, engine="jcm", **settings):
    try:
        return pm.execute_notebook(
            str(source), str(target), engine_name=engine, progress_bar=False, **settings
        )
    finally:
        if threading.current_thread() is not threading.main_thread():
            ensure_event_loop().close()  # which nbclient leaves to the thread


def shown(file):
    """Return what the cells of a notebook show, but for the random names of widgets."""
    return named_alike([cell.outputs for cell in read(file)])


def html(file):
    """Return what the cells of a notebook show as HTML, but for random names."""
    data = [output.get("data", {}) for cell in read(file) for output in cell.outputs]
    return named_alike([each["text/html"] for each in data if "text/html" in each])


def named_alike(content):
    text = json.dumps(content, sort_keys=True)
    names = {name: f"name-{at}" for at, name in enumerate(_RANDOM.findall(text))}
    for name, number in names.items():
        text = text.replace(name, number)
    return json.loads(text)


@pytest.mark.filterwarnings("ignore")
def test_outputs_are_those_of_the_stock_engine(shared, tmp_path):
    source = ROOT / "notebooks/reference_vs_bau.ipynb"
    given = {"scenario": str(ROOT / "scenarios/mongolia_darkhan_solar.yaml")}
    for engine in ("jcm", "nbclient"):
        execute(source, tmp_path / f"{engine}.ipynb", engine, parameters=given)
    ours, stock = (shown(tmp_path / f"{engine}.ipynb") for engine in ("jcm", "nbclient"))
    assert sum(map(len, stock)) > 10
    assert ours == stock


@pytest.mark.filterwarnings("ignore")
def test_for_a_report_the_same_is_shown_without_widgets(shared, tmp_path):
    source = ROOT / "notebooks/reference_vs_bau.ipynb"
    given = {"scenario": str(ROOT / "scenarios/mongolia_darkhan_solar.yaml")}
    for name, settings in {"usual": {}, "report": {"for_report": True}}.items():
        execute(source, tmp_path / f"{name}.ipynb", parameters=given, **settings)
    usual, report = (tmp_path / f"{name}.ipynb" for name in ("usual", "report"))
    assert html(report) == html(usual)
    assert len(html(report)) > 10
    widget = "application/vnd.jupyter.widget-view+json"
    assert [widget in usual.read_text(), widget in report.read_text()] == [True, False]


def test_a_notebook_runs_in_a_kernel_of_the_fork_server(shared, tmp_path):
    source = notebook(tmp_path / "in.ipynb", "import os; print(os.getppid())")
    execute(source, tmp_path / "out.ipynb")
    assert printed(read(tmp_path / "out.ipynb")[0]) == f"{server_pid(shared)}\n"


def test_the_output_is_there_when_it_is_whole_and_not_before(shared, tmp_path):
    waits = f"""\
import pathlib, time
here = pathlib.Path({str(tmp_path)!r})
(here / "begun").touch()
while not (here / "go").exists():
    time.sleep(0.02)
print((here / "out.ipynb").exists())
"""
    source = notebook(tmp_path / "in.ipynb", "1 + 1", waits, "3 + 3")
    target = tmp_path / "out.ipynb"
    seen, is_over = set(), threading.Event()

    def look():
        while not is_over.is_set():
            if target.exists():
                seen.add(target.read_text())

    with ThreadPoolExecutor(2) as pool:
        watching = pool.submit(look)
        try:
            running = pool.submit(execute, source, target)
            until((tmp_path / "begun").exists)
            assert not target.exists()
            (tmp_path / "go").touch()
            running.result()
            until(lambda: seen)
        finally:
            (tmp_path / "go").touch()
            is_over.set()
        watching.result()
    assert seen == {target.read_text()}
    assert printed(read(target)[1]) == "False\n"
    assert statuses(target) == ["completed"] * 3
    assert {path.name for path in tmp_path.iterdir()} == {"begun", "go", "in.ipynb", "out.ipynb"}


def test_an_earlier_output_stays_as_it_is_until_another_takes_its_place(shared, tmp_path):
    target, kept = tmp_path / "out.ipynb", tmp_path / "kept.ipynb"
    target.write_text("earlier")
    kept.hardlink_to(target)  # would change if the file was written into
    source = notebook(tmp_path / "in.ipynb", f"print(open({str(target)!r}).read())")
    execute(source, target)
    assert printed(read(target)[0]) == "earlier\n"
    assert kept.read_text() == "earlier"
    plain = tmp_path / "plain"
    plain.touch()
    assert target.stat().st_mode == plain.stat().st_mode


def test_an_output_that_is_a_link_or_a_pipe_stays_one(shared, tmp_path):
    source = notebook(tmp_path / "in.ipynb", "print(6 * 7)")
    link, pipe = tmp_path / "link.ipynb", tmp_path / "pipe.ipynb"
    link.symlink_to(tmp_path / "real.ipynb")
    execute(source, link)
    assert link.is_symlink()
    assert printed(read(tmp_path / "real.ipynb")[0]) == "42\n"
    os.mkfifo(pipe)
    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(pipe.read_text)
        execute(source, pipe)
        assert json.loads(reading.result(PATIENCE))["cells"][0]["outputs"][0]["text"] == ["42\n"]
    assert pipe.is_fifo()


def statuses(file):
    return [cell.metadata.papermill.status for cell in read(file)]


@pytest.fixture(scope="module")
def failures(server, tmp_path_factory):
    """Notebooks that fail in the second of four cells, as the command runs them."""
    folder = tmp_path_factory.mktemp("failures")

    def fail(name):
        file = notebook(folder / f"{name}.ipynb", "print('fine')", BAD[name], "'never'", "'nor'")
        timeout = ("--execution-timeout", "2") if name == "hangs" else ()
        names = (file.name, f"{name}-out.ipynb")
        return papermill(*names, "--engine", "jcm", *timeout, cwd=folder, address=server.address)

    with ThreadPoolExecutor(2) as pool:
        return folder, dict(zip(BAD, pool.map(fail, BAD), strict=True))


@pytest.mark.parametrize("name", BAD)
def test_a_run_that_fails_is_told_by_the_exit_code_and_in_the_cell_where_it_failed(failures, name):
    folder, done = failures
    assert done[name].returncode != 0
    assert ": ".join(REASONS[name]) in done[name].stderr
    first, failed, *rest = (
        cell
        for cell in read(folder / f"{name}-out.ipynb")
        if "papermill-error-cell-tag" not in cell.metadata.get("tags", [])
    )
    assert first.metadata.papermill.status == "completed"
    assert printed(first) == "fine\n"
    assert (failed.metadata.papermill.status, failed.metadata.papermill.exception) == (
        "failed",
        True,
    )
    assert (failed.outputs[-1].ename, failed.outputs[-1].evalue) == REASONS[name]
    for cell in rest:
        assert (cell.metadata.papermill.status, cell.outputs) == ("pending", [])


def test_the_stock_engine_takes_a_killed_cell_for_a_completed_one(tmp_path):
    # Why there is an engine here. Where this fails, papermill has learnt it.
    source = notebook(tmp_path / "in.ipynb", "print('fine')", BAD["is_killed"])
    with pytest.raises(Exception, match="Kernel died"):
        execute(source, tmp_path / "out.ipynb", "nbclient")
    assert statuses(tmp_path / "out.ipynb") == ["completed", "completed"]


@pytest.fixture
def nobody_forks(tmp_path, monkeypatch):
    """A socket in the place of the fork server's, on which a kernel would be asked for."""
    address = str(tmp_path / "kernels")
    monkeypatch.setenv(server_module.ADDRESS, address)
    monkeypatch.setattr(server_module, "_SHARED", {})
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen()
        listener.setblocking(False)
        yield
        with pytest.raises(BlockingIOError):
            listener.accept()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            {"sample": 3},
            "sample: unknown parameter of the notebook, did you mean samples?; allowed: ",
        ),
        ({"samples": "many"}, "samples: found 'many'; the notebook needs an int"),
        ({"samples": 2.5}, "samples: found 2.5; the notebook needs an int"),
        ({"samples": True}, "samples: found True; the notebook needs an int"),
        ({"rate": False}, "rate: found False; the notebook needs a float"),
        ({"name": 3}, "name: found 3; the notebook needs a str"),
        ({"final": 1}, "final: found 1; the notebook needs a bool"),
        ({"years": "2030"}, "years: found '2030'; the notebook needs a list"),
    ],
)
def test_a_parameter_that_does_not_fit_is_refused_before_a_kernel_starts(
    nobody_forks, tmp_path, given, said
):
    source = notebook(tmp_path / "in.ipynb", SAYS, parameters=PARAMETERS)
    with pytest.raises(ValueError, match=re.escape(said)):
        execute(source, tmp_path / "out.ipynb", parameters=given)
    assert not (tmp_path / "out.ipynb").exists()


def test_all_that_does_not_fit_is_told_together_and_in_the_command_too(nobody_forks, tmp_path):
    notebook(tmp_path / "in.ipynb", SAYS, parameters=PARAMETERS)
    address = str(tmp_path / "kernels")
    given = ("-p", "sample", "3", "-p", "samples", "many")
    done = papermill(
        "in.ipynb", "out.ipynb", "--engine", "jcm", *given, cwd=tmp_path, address=address
    )
    assert done.returncode != 0
    told = done.stderr.splitlines()[-2:]
    assert "sample: unknown parameter of the notebook" in told[0]
    assert told[1] == "samples: found 'many'; the notebook needs an int"
    assert not (tmp_path / "out.ipynb").exists()


@pytest.mark.filterwarnings("ignore:Input notebook does not contain a cell with tag 'parameters'")
def test_without_a_parameters_cell_nothing_can_be_set(nobody_forks, tmp_path):
    source = notebook(tmp_path / "in.ipynb", "1 + 1")
    with pytest.raises(ValueError, match="the notebook has no cell tagged parameters"):
        execute(source, tmp_path / "out.ipynb", parameters={"samples": 3})


def test_what_fits_reaches_the_cells_and_what_is_not_given_keeps_its_default(shared, tmp_path):
    source = notebook(tmp_path / "in.ipynb", SAYS, parameters=PARAMETERS)
    execute(source, tmp_path / "default.ipynb")
    assert printed(read(tmp_path / "default.ipynb")[1]) == "10 0.5 one False [] None\n"
    given = {"samples": 7, "rate": 1, "name": "a 'b'", "years": [2030], "anything": {"a": 1}}
    execute(source, tmp_path / "given.ipynb", parameters=given)
    assert printed(read(tmp_path / "given.ipynb")[2]) == "7 1 a 'b' False [2030] {'a': 1}\n"


def test_the_command_takes_paths_with_spaces_and_puts_in_its_own_paths(server, tmp_path):
    source = notebook(
        tmp_path / "in a folder" / "my notebook.ipynb",
        "print(PAPERMILL_OUTPUT_PATH)",
        parameters=PARAMETERS,
    )
    target = tmp_path / "in a folder" / "my output.ipynb"
    named = (str(source.relative_to(tmp_path)), str(target.relative_to(tmp_path)))
    options = ("--engine", "jcm", "--inject-paths")
    done = papermill(*named, *options, cwd=tmp_path, address=server.address)
    assert done.returncode == 0, done.stderr
    assert printed(read(target)[2]) == f"{named[1]}\n"


class _Store(BaseHTTPRequestHandler):
    """Takes what is put, as a store in the web does."""

    def do_PUT(self):
        self.server.taken.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(201)
        self.end_headers()

    def log_message(self, *_):
        pass


def test_an_output_that_is_no_file_goes_where_papermill_lets_it_go(shared, tmp_path, monkeypatch):
    source = notebook(tmp_path / "in.ipynb", "print(6 * 7)")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with HTTPServer(("127.0.0.1", 0), _Store) as store, ThreadPoolExecutor(1) as pool:
        store.taken = []
        pool.submit(store.serve_forever, 0.05)
        try:
            execute(source, f"http://127.0.0.1:{store.server_port}/out.ipynb")
        finally:
            store.shutdown()
    (cell,) = json.loads(store.taken[-1])["cells"]
    assert cell["outputs"][0]["text"] == ["42\n"]
    assert [path.name for path in tmp_path.iterdir()] == ["in.ipynb"]


def test_an_output_may_be_printed(server, tmp_path):
    notebook(tmp_path / "in.ipynb", "print(6 * 7)")
    done = papermill("in.ipynb", "-", "--engine", "jcm", cwd=tmp_path, address=server.address)
    assert done.returncode == 0, done.stderr
    (cell,) = json.loads(done.stdout)["cells"]
    assert cell["outputs"][0]["text"] == ["42\n"]
    assert [path.name for path in tmp_path.iterdir()] == ["in.ipynb"]


def test_an_output_in_a_folder_that_is_not_there_leaves_nothing(shared, tmp_path):
    source = notebook(tmp_path / "in.ipynb", "1 + 1")
    with pytest.raises(FileNotFoundError, match="absent"):
        execute(source, tmp_path / "absent" / "out.ipynb")
    assert [path.name for path in tmp_path.iterdir()] == ["in.ipynb"]


def test_several_threads_run_notebooks_each_in_its_kernel_and_folder(shared, tmp_path):
    says = "import os, pathlib\nprint(name, os.getpid(), pathlib.Path.cwd().name)"
    source = notebook(tmp_path / "in.ipynb", says, parameters=PARAMETERS)

    def run(name):
        target = tmp_path / f"{name}.ipynb"
        execute(source, target, parameters={"name": name})
        return printed(read(target)[2]).split()

    names = ["one", "two", "three", "four"]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(run, names))
    assert [name for name, _, _ in found] == names
    assert len({pid for _, pid, _ in found}) == 4
    assert {folder for _, _, folder in found} == {Path.cwd().name}


def test_an_engine_without_a_server_starts_one_that_ends_with_the_command(tmp_path):
    notebook(tmp_path / "in.ipynb", "import os; print(os.getppid())")
    (tmp_path / "t").mkdir()
    done = papermill(
        "in.ipynb",
        "out.ipynb",
        "--engine",
        "jcm",
        cwd=tmp_path,
        address="",
        TMPDIR=str(tmp_path / "t"),
    )
    assert done.returncode == 0, done.stderr
    pid = int(printed(read(tmp_path / "out.ipynb")[0]))
    assert gone(pid)
    assert list((tmp_path / "t").glob("jcm-*")) == []
