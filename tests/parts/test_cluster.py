"""Jobs in parts on a real dask cluster: a scheduler and two workers, one of which is killed."""

import shutil
import signal
import threading
from pathlib import Path

import distributed
import pytest

from jcm_models.parts import PartsError
from jcm_models.parts import cluster as cluster_module
from jcm_models.problems import ScenarioError
from jcm_models.runs import code_hash
from tests.conftest import ROOT, free_port
from tests.parts.cluster import Cluster
from tests.parts.examples import (
    SAMPLES,
    Drawn,
    Dying,
    Failing,
    Signed,
    alive,
    compute,
    end,
    files,
    joined,
    same_bytes,
    script,
    started,
    until,
)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    with Cluster(tmp_path_factory.mktemp("cluster")) as running:
        yield running


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "parts"


class Later:
    """Do something as soon as some parts are there, while the job runs."""

    def __init__(self, folder, parts, action):
        self._arguments = folder, parts, action
        self._thread = threading.Thread(target=self._do)

    def _do(self):
        folder, parts, action = self._arguments
        until(lambda: folder.exists() and len(list(folder.glob("*.npz"))) >= parts)
        self.done_then = len(list(folder.glob("*.npz")))
        action()

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._thread.join()


@pytest.mark.parametrize("chunk", [7, 64, SAMPLES])
def test_a_cluster_gives_the_same_bytes(cluster, folder, chunk):
    assert compute(folder, chunk=chunk, scheduler=cluster.address) == SAMPLES
    assert same_bytes(joined(folder))


def test_both_workers_work_and_none_of_them_in_this_process(cluster, tmp_path, folder):
    book = tmp_path / "book"
    book.mkdir()
    compute(folder, Signed(0.1, book), chunk=10, scheduler=cluster.address)
    assert set(files(book)) == {str(worker.pid) for worker in cluster.workers}


def test_the_workers_need_no_folder_in_common_with_this_machine(cluster, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # a path that means another folder to each process
    folder = Path("parts")
    compute(folder, scheduler=cluster.address)
    assert len(list((tmp_path / "parts").glob("*.npz"))) == 7
    assert not (cluster.folder / "parts").exists()
    assert same_bytes(joined(folder))


def test_what_was_begun_here_is_gone_on_with_there(cluster, folder):
    with pytest.raises(ScenarioError):
        compute(folder, Failing(at=100), chunk=20)
    assert compute(folder, chunk=20, scheduler=cluster.address) == SAMPLES - 100
    assert same_bytes(joined(folder))


def test_an_error_in_a_scenario_comes_back_from_a_cluster_with_its_problems(cluster, folder):
    with pytest.raises(ScenarioError) as failed:
        compute(folder, Failing(at=100), scheduler=cluster.address)
    assert failed.value.problems == Failing().error().problems


def test_a_worker_killed_in_the_middle_changes_nothing(tmp_path, folder):
    with Cluster(tmp_path) as cluster:
        kill = Later(folder, 3, lambda: cluster.workers[0].send_signal(signal.SIGKILL))
        with kill:
            assert compute(folder, Drawn(0.1), chunk=5, scheduler=cluster.address) == SAMPLES
        assert cluster.workers[0].wait() == -signal.SIGKILL
        assert cluster.workers[1].poll() is None
    assert 3 <= kill.done_then < SAMPLES // 5
    assert same_bytes(joined(folder))


def test_a_result_that_has_arrived_counts_though_its_worker_is_lost_meanwhile(
    cluster, folder, monkeypatch
):
    gather = distributed.Client._gather

    async def arrives_as_the_worker_dies(client, futures, **options):
        results = await gather(client, futures, **options)
        for future in futures:
            client.futures[future.key].lose()  # as the scheduler tells it
        return results

    monkeypatch.setattr(distributed.Client, "_gather", arrives_as_the_worker_dies)
    assert compute(folder, scheduler=cluster.address) == SAMPLES
    assert same_bytes(joined(folder))


def test_a_part_over_which_all_workers_die_is_told_and_the_others_are_kept(tmp_path, folder):
    marks = tmp_path / "marks"
    marks.mkdir()
    with Cluster(tmp_path, workers=5) as cluster:
        work = Dying(at=185, marks=marks, times=9)
        with pytest.raises(PartsError, match=r"died over .*samples 180 to 199.*are done and kept"):
            compute(folder, work, chunk=20, scheduler=cluster.address)
    assert len(files(marks)) == 4
    compute(folder, chunk=20)
    assert same_bytes(joined(folder))


def test_a_scheduler_that_is_killed_is_told_and_what_is_done_is_kept(tmp_path, folder):
    body = f"""
        import sys
        compute(Path({str(folder)!r}), Drawn(0.1), chunk=5, scheduler=sys.argv[1])
    """
    with Cluster(tmp_path) as cluster:
        process = started(script(tmp_path, body), cluster.address)
        with Later(folder, 3, cluster.scheduler.kill):
            _, errors = process.communicate(timeout=120)
    done = 5 * len(list(folder.glob("*.npz")))
    *_, last = errors.splitlines()
    assert f"cluster at {cluster.address} is not there any more. {done} of 200 samples" in last
    assert compute(folder, chunk=5) == SAMPLES - done
    assert same_bytes(joined(folder))


def test_an_interrupt_leaves_the_cluster_free_for_the_next(cluster, tmp_path, folder):
    body = f"""
        import sys
        compute(Path({str(folder)!r}), Drawn(0.2), chunk=5, scheduler=sys.argv[1])
    """
    process = started(script(tmp_path, body), cluster.address)
    try:
        until(lambda: len(list(folder.glob("*.npz"))) > 3)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
        until(lambda: not alive(process.pid))
    finally:
        end(process)
    done = 5 * len(list(folder.glob("*.npz")))
    assert f"KeyboardInterrupt: Stopped. {done} of 200 samples are done" in errors
    assert compute(folder, chunk=5, scheduler=cluster.address) == SAMPLES - done
    assert same_bytes(joined(folder))


def test_where_nothing_listens_the_address_is_told(folder, monkeypatch):
    monkeypatch.setattr(cluster_module, "_PATIENCE", 0.5)
    address = f"tcp://127.0.0.1:{free_port()}"
    told = f"No dask scheduler answers at {address}: Timed out trying to connect to "
    with pytest.raises(PartsError, match=told):
        compute(folder, scheduler=address)


@pytest.mark.parametrize("address", ["somewhere", "threads", "http://127.0.0.1:1"])
def test_what_is_no_address_of_a_scheduler_is_told(folder, address):
    with pytest.raises(PartsError, match=f"No dask scheduler answers at {address}"):
        compute(folder, scheduler=address)


def test_a_worker_with_other_code_is_refused(tmp_path, folder):
    code = tmp_path / "code"
    shutil.copytree(ROOT / "jcm_models", code / "jcm_models")
    with (code / "jcm_models/levels.py").open("a") as file:
        file.write("# another version\n")
    told = pytest.raises(PartsError, match=rf"has other code: .*, here it is {code_hash()}")
    with Cluster(tmp_path, workers=1, code=code) as cluster, told:
        compute(folder, scheduler=cluster.address)
    assert list(folder.glob("*.npz")) == []
