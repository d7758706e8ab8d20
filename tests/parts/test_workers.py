"""Processes of this machine: what they are given, and how often."""

import multiprocessing
from pathlib import Path

import pytest

from jcm_models.parts.locally import in_processes

TASKS = range(12)
WORKERS = 2


class Work:
    """Notes in a file each time it is copied for another process."""

    def __init__(self, copies: Path) -> None:
        self.copies = copies

    def __getstate__(self):
        with self.copies.open("a") as file:
            file.write("copied\n")
        return self.__dict__

    def __call__(self, task):
        return task * task


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="no fork")
def test_forked_workers_have_their_work_without_a_copy(tmp_path):
    assert _copies(tmp_path, forked=True) == 0


def test_fresh_workers_are_given_their_work_once_each_and_not_with_every_task(tmp_path):
    assert _copies(tmp_path, forked=False) == WORKERS


def _copies(folder: Path, *, forked: bool) -> int:
    copies = folder / "copies"
    copies.touch()
    done = dict(in_processes(Work(copies), TASKS, WORKERS, forked=forked))
    assert done == {task: task * task for task in TASKS}
    return len(copies.read_text().splitlines())
