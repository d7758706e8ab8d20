"""Jobs in parts on this machine: complete, the same bytes, and gone on with after anything."""

import os
import signal
from pathlib import Path

import pytest

from jcm_models.parts import PartsError, Plan, run_in_parts, usable_cores
from jcm_models.problems import Problem, ScenarioError
from tests.parts.examples import (
    AXES,
    SAMPLES,
    Drawn,
    Dying,
    Failing,
    PeculiarError,
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

KEPT = "the same call goes on from there"


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "parts"


@pytest.fixture
def marks(tmp_path):
    path = tmp_path / "marks"
    path.mkdir()
    return path


def parts_in(folder):
    """Return the names of the parts in a folder."""
    return [name for name in files(folder) if name.endswith(".npz")] if folder.exists() else []


def unfinished(folder):
    """Return the names of what is half-written in a folder."""
    return [name for name in files(folder) if name.endswith(".unfinished")]


@pytest.mark.parametrize("chunk", [1, 7, 64, SAMPLES, 10 * SAMPLES])
def test_the_bytes_do_not_depend_on_the_chunk(folder, chunk):
    assert compute(folder, chunk=chunk) == SAMPLES
    assert len(parts_in(folder)) == -(-SAMPLES // chunk)
    assert same_bytes(joined(folder))


@pytest.mark.parametrize(("workers", "chunk"), [(2, 7), (2, 64), (3, 30)])
def test_the_bytes_do_not_depend_on_the_number_of_workers(folder, workers, chunk):
    assert compute(folder, workers=workers, chunk=chunk) == SAMPLES
    assert same_bytes(joined(folder))


def test_a_single_number_that_differs_would_be_seen(folder):
    compute(folder)
    dataset = joined(folder)
    assert same_bytes(dataset)
    dataset["factor"][3] += 1e-6
    assert not same_bytes(dataset)


def test_what_is_there_is_not_computed_again(folder):
    compute(folder)
    before = {name: (folder / name).stat().st_mtime_ns for name in parts_in(folder)}
    assert compute(folder, Failing()) == 0
    assert {name: (folder / name).stat().st_mtime_ns for name in parts_in(folder)} == before


def test_a_part_that_is_lost_or_torn_is_computed_again_alone(folder):
    compute(folder, chunk=30)
    lost, torn, *_ = parts_in(folder)
    (folder / lost).unlink()
    os.truncate(folder / torn, 100)
    assert compute(folder, chunk=30) == 60
    assert same_bytes(joined(folder))


@pytest.mark.parametrize("chunk", [7, 30, 45, SAMPLES])
def test_a_run_is_gone_on_with_in_parts_of_another_size(folder, chunk):
    with pytest.raises(ScenarioError):
        compute(folder, Failing(at=100), chunk=30)
    assert compute(folder, chunk=chunk) == SAMPLES - 90
    assert same_bytes(joined(folder))


def test_another_job_is_refused_and_its_parts_are_left_alone(folder):
    compute(folder)
    before = files(folder)
    with pytest.raises(PartsError, match="inputs an input in the folder, another asked for"):
        compute(folder, inputs="another")
    assert files(folder) == before


def test_work_that_returns_other_arrays_is_told(folder):
    with pytest.raises(PartsError, match=r"samples 0 to 29: has .*factor.*, expected emissions"):
        run_in_parts(
            Drawn(), Plan(90, 30), folder, inputs="x", sample_axis={"emissions": 0}, workers=1
        )


def test_as_many_workers_as_this_process_may_use_cores_where_none_are_asked_for(folder):
    assert usable_cores() == len(os.sched_getaffinity(0))
    assert compute(folder, workers=None) == SAMPLES


@pytest.mark.parametrize("workers", [0, -1])
def test_fewer_than_one_worker_are_refused_before_anything_is_made(folder, workers):
    with pytest.raises(ValueError, match=f"workers: {workers} is below 1"):
        compute(folder, workers=workers)
    assert not folder.exists()


@pytest.mark.parametrize("workers", [1, 2])
def test_progress_begins_with_what_is_there_and_ends_with_all(folder, workers):
    compute(folder, chunk=30)
    for name in parts_in(folder)[:5]:
        (folder / name).unlink()
    told = []
    compute(folder, workers=workers, progress=lambda *numbers: told.append(numbers))
    done, total, seconds = zip(*told, strict=True)
    assert done == (50, 80, 110, 140, 170, 200)
    assert set(total) == {SAMPLES}
    assert seconds[0] == 0
    assert list(seconds) == sorted(seconds)


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_in_a_scenario_comes_back_with_its_problems(folder, workers):
    with pytest.raises(ScenarioError) as failed:
        compute(folder, Failing(at=100), workers=workers)
    assert failed.value.problems == Failing().error().problems
    assert failed.value.problems[0] == Problem("x", "is missing")
    assert str(failed.value) == "x: is missing\na.yaml:7: x.y: cannot be"
    assert unfinished(folder) == []


def test_an_error_of_any_class_comes_back_as_it_is(folder):
    with pytest.raises(PeculiarError) as failed:
        compute(folder, Failing(at=100, how="peculiar"), workers=2)
    assert str(failed.value) == "one and {'two': 2}"
    assert failed.value.two == {"two": 2}
    assert any("examples.py" in note for note in failed.value.__notes__)


def test_an_error_about_a_file_of_the_work_is_not_taken_for_one_of_the_folder(folder):
    with pytest.raises(FileNotFoundError) as failed:
        compute(folder, Failing(at=100, how="file"), workers=2)
    assert failed.value.filename == "leaks.csv"


def test_an_error_that_cannot_be_sent_is_told_in_words(folder):
    with pytest.raises(PartsError, match=r"(?s)RuntimeError: cannot be sent.*kept in"):
        compute(folder, Failing(at=100, how="lock"), workers=2)


def test_after_an_error_no_further_part_is_begun(folder):
    with pytest.raises(ScenarioError):
        compute(folder, Failing(at=0, seconds=0.1), workers=2, chunk=5)
    assert len(parts_in(folder)) <= 2


def test_work_that_cannot_be_sent_is_told_before_anything_runs(folder):
    with pytest.raises(Exception, match="pickle"):
        compute(folder, lambda start, stop: Drawn()(start, stop), workers=2)
    assert parts_in(folder) == []


@pytest.mark.parametrize("times", [1, 3])
def test_a_worker_that_dies_is_replaced_and_its_part_computed_again(folder, marks, times):
    assert compute(folder, Dying(at=100, marks=marks, times=times), workers=2) == SAMPLES
    assert len(files(marks)) == times
    assert same_bytes(joined(folder))


def test_a_part_over_which_workers_die_four_times_is_named_and_the_others_kept(folder, marks):
    with pytest.raises(PartsError) as failed:
        compute(folder, Dying(at=185, marks=marks, times=9), workers=2, chunk=20)
    message = str(failed.value)
    assert "samples 180 to 199" in message
    assert "fewer workers or a smaller chunk" in message
    assert f"180 of 200 samples are done and kept in {folder}; {KEPT}" in message
    assert len(files(marks)) == 4
    assert compute(folder, chunk=20) == 20
    assert same_bytes(joined(folder))


def test_a_run_that_was_killed_goes_on_where_it_stopped(tmp_path, folder):
    body = f"compute(Path({str(folder)!r}), Drawn(0.2), workers=2, chunk=5)"
    process = started(script(tmp_path, body))
    try:
        until(lambda: len(parts_in(folder)) > 3)
        process.kill()
        process.wait()
        until(lambda: not alive(process.pid))  # its workers end with it
    finally:
        end(process)
    done = len(parts_in(folder))
    assert 3 < done < SAMPLES // 5
    assert compute(folder, chunk=5) == SAMPLES - 5 * done
    assert same_bytes(joined(folder))
    assert unfinished(folder) == []


def to_the_process(process):
    process.send_signal(signal.SIGINT)


def to_all_as_a_terminal_does(process):
    os.killpg(process.pid, signal.SIGINT)


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("interrupt", [to_the_process, to_all_as_a_terminal_does])
def test_an_interrupt_stops_the_workers_and_says_how_to_go_on(tmp_path, folder, workers, interrupt):
    body = f"compute(Path({str(folder)!r}), Drawn(0.2), workers={workers}, chunk=5)"
    process = started(script(tmp_path, body))
    try:
        until(lambda: len(parts_in(folder)) > 3)
        interrupt(process)
        _, errors = process.communicate(timeout=60)
        until(lambda: not alive(process.pid))
    finally:
        end(process)
    done = 5 * len(parts_in(folder))
    *_, last = errors.splitlines()
    expected = f"{done} of 200 samples are done and kept in {folder}; {KEPT}."
    assert last == f"KeyboardInterrupt: Stopped. {expected}"
    assert errors.count("Traceback") == 1
    assert unfinished(folder) == []
    assert compute(folder, chunk=5) == SAMPLES - done
    assert same_bytes(joined(folder))


def minds_interrupts(process):
    """Say whether a process has come so far that an interrupt would mean something to it."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    caught = next(line for line in status.splitlines() if line.startswith("SigCgt:"))
    return bool(int(caught.split()[1], 16) >> (signal.SIGINT - 1) & 1)


def test_an_interrupt_while_workers_start_is_told_by_their_starter_alone(tmp_path, folder):
    body = f"""
        begun = lambda *_: print("begun", flush=True)
        compute(Path({str(folder)!r}), Drawn(0.2), workers=2, chunk=5, progress=begun)
    """
    process = started(script(tmp_path, body))
    try:
        assert process.stdout.readline() == "begun\n"
        until(lambda: sum(map(minds_interrupts, alive(process.pid))) == 3)
        to_all_as_a_terminal_does(process)
        _, errors = process.communicate(timeout=60)
    finally:
        end(process)
    assert errors.splitlines()[-1].startswith("KeyboardInterrupt: Stopped. 0 of 200 samples")
    assert errors.count("Traceback") == 1


def test_what_killed_workers_leave_half_written_is_removed_before_and_after(folder):
    compute(folder)
    before = folder / ".000000000000-000000000030.npz.0a1b2c3d.unfinished"
    while_running = folder / ".000000000030-000000000060.npz.0a1b2c3d.unfinished"
    before.touch()

    def leave(*_):
        assert not before.exists()
        while_running.touch()

    compute(folder, progress=leave)
    assert unfinished(folder) == []


def test_a_second_run_of_the_same_job_waits_for_nobody_and_disturbs_nothing(tmp_path, folder):
    body = f"compute(Path({str(folder)!r}), Drawn(0.2), chunk=5)"
    process = started(script(tmp_path, body))
    try:
        until(lambda: parts_in(folder))
        with pytest.raises(PartsError, match=f"Another run writes in {folder}"):
            compute(folder)
        assert process.poll() is None
    finally:
        end(process)


@pytest.mark.parametrize("workers", [1, 2])
def test_where_there_is_no_room_what_is_done_is_kept(tmp_path, folder, workers):
    # Parts of 20 samples take 5 kB, those of one sample 1 kB.
    # Each takes a while, so that one worker's failure is heard before the other has gone on.
    small = f"compute(folder, Failing(0.1, at=40), workers={workers}, chunk=1)"
    body = f"""
        import resource
        folder = Path({str(folder)!r})
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
        try:
            {small}
        except ScenarioError:
            compute(folder, workers={workers}, chunk=20)
    """
    process = started(script(tmp_path, body))
    _, errors = process.communicate(timeout=120)
    *_, last = errors.splitlines()
    done = len(parts_in(folder))
    assert 38 <= done <= 41
    assert ".npz cannot be written: there is no room left for it. Free some room" in last
    assert f"{done} of 200 samples are done and kept in {folder}; {KEPT}" in last
    assert unfinished(folder) == []
    assert compute(folder, chunk=20) == SAMPLES - done
    assert same_bytes(joined(folder))


def test_a_script_that_starts_workers_while_it_is_imported_is_told_what_to_change(tmp_path, folder):
    path = tmp_path / "program.py"
    path.write_text(
        "from pathlib import Path\nfrom tests.parts.examples import *\n"
        f"compute(Path({str(folder)!r}), workers=2)\n"
    )
    process = started(path)
    _, errors = process.communicate(timeout=120)
    assert process.returncode != 0
    assert 'must stand below `if __name__ == "__main__":`' in errors.splitlines()[-1]


def test_the_axes_of_the_example_are_those_of_its_arrays():
    assert {name: array.shape[AXES[name]] for name, array in Drawn()(5, 9).items()} == (
        dict.fromkeys(AXES, 4)
    )
