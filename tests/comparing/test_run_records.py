"""Which runs a list shows, and that no run is lost where batches end at the same time."""

import json
import multiprocessing
import os
import re
import threading

import pytest

from jcm_models.run_index import index_page, write_index
from jcm_models.run_records import complete_runs, failed_runs, newest
from tests.comparing.kept_runs import keep, keep_failure

NAME = "thailand_floating_solar"


def data_in(page):
    """Return what the page compares runs by."""
    return json.loads(re.search(r'id="data">(.*?)</script>', page, re.DOTALL)[1])


def test_the_newest_of_each_scenario_changes_and_parameters_is_listed(tmp_path):
    folders = [
        keep(tmp_path, NAME),
        keep(tmp_path, NAME, {"crediting.discount": 0.95}),
        keep(tmp_path, NAME, parameters={"lang": "ja"}),
    ]
    old = keep(tmp_path, NAME, parameters={"a": 1})
    record = json.loads((old / "run.json").read_text())
    (old / "run.json").write_text(json.dumps(record | {"parameters": {}}))
    os.utime(old / "run.json", (1, 1))  # the same task as the first, run long before
    found = newest(complete_runs(tmp_path))
    assert {run.folder for run in found} == set(folders)


def test_a_failure_is_listed_until_the_task_has_run(tmp_path):
    keep_failure(tmp_path, NAME, "aaaaaaaaaaaa", when="2020-01-01T00:00:00+00:00")
    everything = [*complete_runs(tmp_path), *failed_runs(tmp_path)]
    assert [run.failed for run in newest(everything)] == [True]
    keep(tmp_path, NAME)
    everything = [*complete_runs(tmp_path), *failed_runs(tmp_path)]
    assert [run.failed for run in newest(everything)] == [False]
    keep_failure(tmp_path, NAME, "bbbbbbbbbbbb", when="2999-01-01T00:00:00+00:00")
    everything = [*complete_runs(tmp_path), *failed_runs(tmp_path)]
    assert sorted(run.failed for run in newest(everything)) == [False, True]


def test_what_is_unfinished_is_not_listed(tmp_path):
    folder = keep(tmp_path, NAME)
    folder.rename(folder.with_name(f".{folder.name}-x"))
    assert complete_runs(tmp_path) == []
    assert "There are no reports yet" in write_index(tmp_path).read_text()


def test_what_differs_among_runs_of_a_scenario_is_said_in_words(tmp_path):
    keep(tmp_path, NAME)
    keep(tmp_path, NAME, {"crediting.discount": 0.95})
    page = index_page(complete_runs(tmp_path))
    for share in ("95", "100"):
        text = f"Share of reductions kept (discount factor): {share}\N{NO-BREAK SPACE}%"
        assert page.count(f"<span>{text}</span>") == 1
    assert "crediting.discount=" not in page.partition("<script")[0]


def test_every_text_and_input_stands_in_the_page_once(tmp_path):
    for discount in (1, 0.95, 0.9):
        keep(tmp_path, NAME, {"crediting.discount": discount})
    data = data_in(index_page(complete_runs(tmp_path)))
    assert len(set(data["texts"])) == len(data["texts"])
    distinct = {tuple(entry) for entry in data["inputs"]}
    assert len(distinct) == len(data["inputs"])
    assert len(distinct) == len(data["runs"][0]["inputs"]) + 2


def test_no_text_ends_the_element_that_holds_the_data(tmp_path):
    wicked = "</script><img src=x onerror=alert(1)>"
    keep(tmp_path, NAME, title=wicked)
    keep_failure(tmp_path, reason=wicked, changes="<!--<script>")
    page = write_index(tmp_path).read_text()
    assert "<img" not in page
    assert page.count("</script>") == 2
    texts = data_in(page)["texts"]
    assert wicked in texts


def test_a_run_without_what_a_comparison_needs_is_listed_all_the_same(tmp_path):
    folder = keep(tmp_path, NAME)
    record = json.loads((folder / "run.json").read_text())
    del record["totals"]["by_year"]
    (folder / "run.json").write_text(json.dumps(record))
    page = write_index(tmp_path).read_text()
    assert "28,072" in page
    assert '<input type="checkbox"' not in page


def _batch(reports, number):
    keep(reports, NAME, {"crediting.discount": 1 - number / 100})
    write_index(reports)


def test_two_batches_that_end_at_once_lose_no_run(tmp_path):
    start = multiprocessing.get_context("spawn").Process
    batches = [start(target=_batch, args=(tmp_path, number)) for number in range(2)]
    for batch in batches:
        batch.start()
    for batch in batches:
        batch.join()
    assert [batch.exitcode for batch in batches] == [0, 0]
    page = (tmp_path / "index.html").read_text()
    assert len(data_in(page)["runs"]) == 2
    assert [file.name for file in tmp_path.glob(".index*")] == []


def test_who_reads_before_another_writes_cannot_write_after_it(tmp_path, monkeypatch):
    import jcm_models.run_index as writing

    keep(tmp_path, NAME)
    reading, go_on = threading.Event(), threading.Event()

    def slow(runs, language):
        if len(runs) == 1:  # the first has read and dawdles, while another run is done
            reading.set()
            go_on.wait(5)
        return index_page(runs, language)

    monkeypatch.setattr(writing, "index_page", slow)
    first = threading.Thread(target=write_index, args=(tmp_path,))
    first.start()
    assert reading.wait(5)
    keep(tmp_path, "mongolia_darkhan_solar")
    second = threading.Thread(target=write_index, args=(tmp_path,))
    second.start()
    second.join(0.3)
    assert second.is_alive()  # it waits for its turn
    go_on.set()
    first.join()
    second.join()
    assert len(data_in((tmp_path / "index.html").read_text())["runs"]) == 2


def test_a_list_that_cannot_be_made_leaves_the_old_one(tmp_path, monkeypatch):
    import jcm_models.run_index as writing

    keep(tmp_path, NAME)
    before = write_index(tmp_path).read_text()

    def broken(runs, language):
        raise RuntimeError

    monkeypatch.setattr(writing, "index_page", broken)
    with pytest.raises(RuntimeError):
        write_index(tmp_path)
    assert (tmp_path / "index.html").read_text() == before
    assert {file.name for file in tmp_path.iterdir()} == {"index.html", NAME}
