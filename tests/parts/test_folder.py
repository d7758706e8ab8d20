"""Whose folder it is."""

import json
import re
from dataclasses import asdict, replace

import pytest

from jcm_models.parts import PartsError
from jcm_models.parts.folder import Job, alone_in, job_of, open_folder

JOB = Job("1f0c", "77aa", 100, 10, {"credits": 1}, "0.1.0")


def test_a_new_folder_says_what_it_is_for(tmp_path):
    folder = tmp_path / "runs" / "parts"
    store = open_folder(folder, JOB)
    assert (store.folder, store.sample_axis) == (folder, {"credits": 1})
    assert json.loads((folder / "job.json").read_text()) == asdict(JOB)
    assert job_of(folder) == JOB


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ({"inputs": "9e9e"}, "inputs 1f0c in the folder, 9e9e asked for"),
        ({"code": "88bb"}, "code 77aa in the folder, 88bb asked for"),
        ({"samples": 200}, "samples 100 in the folder, 200 asked for"),
        (
            {"sample_axis": {"reversal": 0, "credits": 1}},
            "sample axis credits (1) in the folder, credits (1), reversal (0) asked for",
        ),
        (
            {"sample_axis": {"credits": 0}},
            "sample axis credits (1) in the folder, credits (0) asked for",
        ),
    ],
)
def test_another_job_is_refused_with_both_sides(tmp_path, other, told):
    open_folder(tmp_path, JOB)
    with pytest.raises(PartsError, match=re.escape(told)):
        open_folder(tmp_path, replace(JOB, **other))
    assert job_of(tmp_path) == JOB


def test_all_that_differs_is_told_together(tmp_path):
    open_folder(tmp_path, JOB)
    with pytest.raises(PartsError, match=r"inputs 1f0c .* 9e9e .*; samples 100 .* 50"):
        open_folder(tmp_path, replace(JOB, inputs="9e9e", samples=50))


@pytest.mark.parametrize("other", [{"chunk": 7}, {"code_version": "0.2.0"}])
def test_the_same_job_in_other_parts_goes_on(tmp_path, other):
    open_folder(tmp_path, JOB)
    open_folder(tmp_path, replace(JOB, **other))
    assert job_of(tmp_path) == JOB


def test_a_folder_of_other_files_is_left_alone(tmp_path):
    (tmp_path / "thesis.doc").write_text("x")
    with pytest.raises(PartsError, match="holds other files"):
        open_folder(tmp_path, JOB)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.doc"]


@pytest.mark.parametrize("content", ["", "{", "[]", '{"inputs": "1f0c"}'])
def test_a_manifest_that_cannot_be_read_is_named(tmp_path, content):
    (tmp_path / "job.json").write_text(content)
    with pytest.raises(PartsError, match=re.escape(f"{tmp_path} holds no parts of a job")):
        open_folder(tmp_path, JOB)


def test_a_second_run_in_the_same_folder_is_refused(tmp_path):
    with alone_in(tmp_path), pytest.raises(PartsError, match="Another run writes in"):  # noqa: SIM117
        with alone_in(tmp_path):
            pass


def test_a_run_that_has_ended_keeps_nobody_out(tmp_path):
    for _ in range(2):
        with alone_in(tmp_path):
            assert list(tmp_path.iterdir()) == []
