"""Many scenarios in one call: in parallel, the failing beside the others, skipped when there."""

import csv
import json
import re

import pytest

from jcm_models.problems import ScenarioError
from jcm_models.reporting.gathering import Asked, gather
from tests.batches.examples import (
    FINE,
    PARAMETERS,
    Batch,
    complete,
    contents,
    failures,
    half,
    notebook,
    runs_in,
    scenario,
)
from tests.commands import environment, jcm, run

BAD = {
    "raises": "print('last words')\nraise RuntimeError('the grid is down')",
    "dies": "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)",
    "hangs": "import time\nwhile True:\n    time.sleep(0.05)",
}
FINE_ONES = 4
NAMES = [f"s{number:02}" for number in range(FINE_ONES)] + list(BAD)


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    """Seven scenarios in one call: three of them cannot be run."""
    folder = tmp_path_factory.mktemp("seven")
    notebook(folder, "fine", FINE)
    for name in NAMES:
        scenario(folder, name, name if name in BAD else "fine")
    for name, source in BAD.items():
        notebook(folder, name, source)
    files = [f"{name}.yaml" for name in NAMES]
    with Batch(folder, *files, "--jobs", "2", "--timeout", "3") as batch:
        code, out, err = batch.end()
        left = batch.alive()
    kept = {
        name: {file.name: file.read_text() for file in path.iterdir()}
        for name, path in failures(folder / "reports").items()
    }
    page = (folder / "reports/index.html").read_text()
    return {
        "folder": folder,
        "reports": folder / "reports",
        "code": code,
        "out": out,
        "err": err,
        "left": left,
        "kept": kept,
        "page": page,
    }


@pytest.fixture(scope="module")
def mended(first, forking):
    """The three notebooks mended, and what failed run again."""
    for name in BAD:
        notebook(first["folder"], name, "6 * 7")
    done = jcm("report", "--failed", "--jobs", "2", cwd=first["folder"])
    return {**first, "done": done, "page": (first["reports"] / "index.html").read_text()}


def test_the_others_complete_and_the_exit_code_says_that_not_all_is_well(first):
    assert first["code"] == 1
    assert half(first["reports"]) == []
    made = [path.parent.name for path in complete(first["reports"]) if path.parent.name not in BAD]
    assert made == NAMES[:FINE_ONES]
    assert first["left"] == []


def test_each_failure_is_told_in_words_when_it_happens(first):
    lines = first["err"].splitlines()
    assert len(lines) == 3
    for name, reason in {
        "raises": "RuntimeError: the grid is down",
        "dies": "KernelDied: the kernel died by the signal SIGKILL, Killed; most often memory",
        "hangs": "TimedOut: the time allowed was over",
    }.items():
        (line,) = [line for line in lines if f" {name}: failed after " in line]
        assert reason in line
        log = line.rpartition("; see ")[2]
        assert re.fullmatch(rf"reports/{name}/[0-9a-f]{{12}}\.failed/run\.log", log)


@pytest.mark.parametrize("name", BAD)
def test_what_failed_leaves_its_reason_its_log_and_the_notebook_as_far_as_it_came(first, name):
    kept = first["kept"][name]
    assert sorted(kept) == ["failure.json", "notebook.ipynb", "run.log"]
    record = json.loads(kept["failure.json"])
    assert (record["scenario"], record["notebook"]) == (name, f"{name}.ipynb")
    assert record["reason"] in first["err"]
    assert record["reason"] in kept["run.log"].replace("\n", " ")
    statuses = [
        cell["metadata"]["papermill"]["status"]
        for cell in json.loads(kept["notebook.ipynb"])["cells"]
        if cell["metadata"].get("papermill")
    ]
    assert statuses[-1] == "failed"
    assert "completed" in statuses


def test_the_log_holds_what_the_kernel_had_printed(first):
    assert "\nlast words\n" in first["kept"]["raises"]["run.log"]
    (done,) = (first["reports"] / "s00").glob("*/run.log")
    assert "s00.yaml" in done.read_text().partition("\n")[2]


def test_the_table_at_the_end_has_the_failed_ones_first_and_counts_all(first):
    lines = first["out"].splitlines()
    (head,) = [at for at, line in enumerate(lines) if line.startswith("run ")]
    rows = [line.split() for line in lines[head + 1 : head + 8]]
    assert [row[1] for row in rows] == ["failed"] * 3 + ["done"] * FINE_ONES
    assert {row[0] for row in rows} == set(NAMES)
    assert lines[-1] == (
        "4 of 7 reports are there (4 done, 0 skipped, 3 failed); open reports/index.html; "
        "jcm report --failed runs the failed ones again"
    )
    numbers = re.findall(r"^(\d+)/7 ", first["out"] + first["err"], flags=re.MULTILINE)
    assert sorted(map(int, numbers)) == list(range(1, 8))


def test_the_page_of_all_runs_lists_complete_and_failed_ones(first):
    for name in NAMES:
        assert f"Tiny {name}<" in first["page"]
    assert "the grid is down" in first["page"]


def test_what_failed_is_run_again_and_then_counts_as_mended(mended):
    done = mended["done"]
    assert done.returncode == 0, done.stderr
    assert len(runs_in(done.stdout)) == 3
    assert "3 of 3 reports are there (3 done, 0 skipped, 0 failed)" in done.stdout
    assert failures(mended["reports"]) == {}
    assert "the grid is down" not in mended["page"]
    assert [path.parent.name for path in complete(mended["reports"])] == sorted(NAMES)
    again = jcm("report", "--failed", cwd=mended["folder"])
    assert (again.returncode, again.stderr) == (2, "--failed: no run under reports has failed\n")


def test_complete_runs_are_skipped_and_forced_ones_have_the_same_bytes_with_one_job(mended):
    folder, reports = mended["folder"], mended["reports"]
    before, inodes = contents(reports), _inodes(reports)
    done = jcm("report", *[f"{name}.yaml" for name in NAMES], cwd=folder)
    assert "7 of 7 reports are there (0 done, 7 skipped, 0 failed)" in done.stdout
    assert (contents(reports), _inodes(reports)) == (before, inodes)
    done = jcm("report", "s03.yaml", "hangs.yaml", "--force", "--jobs", "1", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert contents(reports) == before
    changed = {name for name, inode in _inodes(reports).items() if inode != inodes[name]}
    assert changed == {"s03", "hangs"}


def _inodes(reports):
    return {path.parent.name: path.stat().st_ino for path in complete(reports)}


def test_one_scenario_with_bad_input_stops_all_before_anything_runs(mended, tmp_path):
    bad = scenario(mended["folder"], "bad", more="reserve: {rate: 300 %}\n")
    files = [f"{name}.yaml" for name in NAMES]
    done = jcm("report", *files, bad.name, "--reports", str(tmp_path / "r"), cwd=mended["folder"])
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith("bad.yaml:12: reserve.rate: ")
    assert not (tmp_path / "r").exists()


@pytest.fixture
def project(tmp_path, monkeypatch, forking):
    """A folder with three scenarios and two notebooks."""
    monkeypatch.chdir(tmp_path)
    notebook(tmp_path, "fine", FINE)
    notebook(tmp_path, "other", "1 + 1", 'scenario: str = ""\noverrides: str = ""\ndigits: int = 3')
    for name in ("a", "b"):
        scenario(tmp_path, name)
    scenario(tmp_path, "both", "[fine, other]")
    return tmp_path


def ids(*scenarios, **asked):
    """Return the runs that would be made, by name and notebook."""
    tasks = gather(Asked(tuple(f"{name}.yaml" for name in scenarios), **asked))
    return [(task.scenario.name, task.notebook.stem, task.run.run_id) for task in tasks]


def test_notebooks_come_from_the_scenario_or_from_the_command(project):
    assert [run[:2] for run in ids("a", "both")] == [
        ("a", "fine"),
        ("both", "fine"),
        ("both", "other"),
    ]
    both = ids("a", "both", notebooks=("other", "fine"))
    assert [run[:2] for run in both] == [
        ("a", "other"),
        ("a", "fine"),
        ("both", "other"),
        ("both", "fine"),
    ]
    assert len({run[2] for run in both}) == 4
    assert set(ids("a", "both")) < set(both)


def test_a_parameter_goes_to_the_notebooks_that_have_it(project):
    plain = {run[:2]: run[2] for run in ids("both")}
    given = {run[:2]: run[2] for run in ids("both", parameters={"digits": 4})}
    assert plain["both", "fine"] == given["both", "fine"]
    assert plain["both", "other"] != given["both", "other"]


def test_a_matrix_asks_for_the_same_runs_as_each_change_by_hand(project):
    matrix = ("crediting.discount=0.9,95 %", "reserve.rate=0.01,0.03")
    found = ids("a", "b", matrix=matrix)
    by_hand = [
        run
        for name in ("a", "b")
        for discount in (0.9, "95 %")
        for rate in (0.01, 0.03)
        for run in ids(name, values={"crediting.discount": discount, "reserve.rate": rate})
    ]
    assert found == by_hand
    assert len({run[2] for run in found}) == 8
    other_way = ids("b", matrix=tuple(reversed(matrix)), values={"crediting.rounding": "nearest"})
    assert len({run[2] for run in other_way} | {run[2] for run in found}) == 12


def test_a_table_asks_for_the_same_runs_as_each_row_by_hand(project):
    rows = [
        ["scenario", "notebook", "crediting.discount", "reserve.rate", "years.last"],
        ["a.yaml", "", "0.9", "3 %", ""],
        ["", "", "", "", ""],
        ["b.yaml", "other", "", "0.01", "2026"],
        ["both.yaml", "", "", "", ""],
    ]
    with (project / "runs.csv").open("w", newline="", encoding="utf-8-sig") as file:
        csv.writer(file).writerows(rows)
    by_hand = [
        *ids("a", values={"crediting.discount": 0.9, "reserve.rate": "3 %"}),
        *ids("b", values={"reserve.rate": 0.01, "years.last": 2026}, notebooks=("other",)),
        *ids("both"),
    ]
    assert ids(table=project / "runs.csv") == by_hand
    numbers = [[*rows[0]], ["a.yaml", None, 0.9, "3 %", None], rows[2]]
    numbers += [["b.yaml", "other", None, 0.01, 2026], ["both.yaml", None, None, None, None]]
    _write_xlsx(project / "runs.xlsx", numbers)
    assert ids(table=project / "runs.xlsx") == by_hand


def test_each_row_of_a_table_without_scenarios_is_laid_over_each_that_is_named(project):
    (project / "runs.csv").write_text("reserve.rate\n0.01\n0.03\n")
    assert ids("a", "b", table=project / "runs.csv") == [
        run for rate in (0.01, 0.03) for name in ("a", "b")
        for run in ids(name, values={"reserve.rate": rate})
    ]  # fmt: skip


def test_what_is_wrong_in_a_row_is_told_with_its_line(project):
    (project / "runs.csv").write_text("scenario,reserve.rate\na.yaml,0.01\nb.yaml,300 %\n")
    with pytest.raises(ScenarioError) as caught:
        ids(table=project / "runs.csv")
    assert str(caught.value).startswith(f"{project}/runs.csv:3 ")
    assert "reserve.rate: " in str(caught.value)


def _write_xlsx(file, rows):
    from openpyxl import Workbook

    book = Workbook()
    for row in rows:
        book.active.append(row)
    book.save(file)


def test_a_table_of_runs_is_made_and_told_apart_by_its_changes(project):
    text = "scenario,notebook,crediting.discount\na.yaml,,0.9\nb.yaml,other,95 %\nboth.yaml,,\n"
    (project / "runs.csv").write_text(text)
    done = jcm("report", "--table", "runs.csv", "--set", "reserve.rate=0.03", cwd=project)
    assert done.returncode == 0, done.stderr
    expected = [
        *ids("a", values={"crediting.discount": 0.9, "reserve.rate": 0.03}),
        *ids(
            "b", values={"crediting.discount": "95 %", "reserve.rate": 0.03}, notebooks=("other",)
        ),
        *ids("both", values={"reserve.rate": 0.03}),
    ]
    assert sorted(runs_in(done.stdout)) == sorted(
        f"reports/{name}/{run_id}/report.html" for name, _, run_id in expected
    )
    for label in (
        "a (crediting.discount=0.9; reserve.rate=0.03): ",
        "b other (crediting.discount=95 %; reserve.rate=0.03): ",
        "both (reserve.rate=0.03): ",
        "both other (reserve.rate=0.03): ",
    ):
        assert label in done.stdout


MAKEFILE = """\
all: out/a/report.html
out/%/report.html: %.yaml
\tjcm report $< --output out/$* --jobs 1
"""


def test_make_asks_for_one_report_by_a_rule_and_only_when_it_is_older(project):
    (project / "Makefile").write_text(MAKEFILE)
    assert environment()["PATH"].startswith("/")
    done = run("make", cwd=project)
    assert done.returncode == 0, done.stderr
    (folder,) = complete(project / "reports")
    copied = {file.name for file in (project / "out/a").iterdir()}
    assert copied == {file.name for file in folder.iterdir()}
    assert (project / "out/a/report.html").read_bytes() == (folder / "report.html").read_bytes()
    assert "Nothing to be done" in run("make", cwd=project).stdout
    scenario(project, "a", more="reserve: {rate: 0.03}\n")
    assert run("make", cwd=project).returncode == 0
    assert len(complete(project / "reports")) == 2
    assert b"0.03" in (project / "out/a/inputs.json").read_bytes()


def test_where_the_input_is_wrong_nothing_that_was_started_meanwhile_stays(tmp_path):
    notebook(tmp_path, "fine", FINE)
    scenario(tmp_path, "sound")
    scenario(tmp_path, "wrong", more="crediting: {discount: green}\n")
    kept = tmp_path / "temporary"
    kept.mkdir()
    with Batch(tmp_path, "sound.yaml", "wrong.yaml", before=("env", f"TMPDIR={kept}")) as batch:
        code, out, err = batch.end()
        assert batch.alive() == []
    assert (code, out) == (2, "")
    assert err.startswith("wrong.yaml")
    assert list(kept.iterdir()) == []


def test_what_failed_is_compared_with_the_same_other_scenario_again(tmp_path):
    parameters = f'{PARAMETERS}\nother: str = ""\nother_overrides: str = ""'
    notebook(tmp_path, "pair", "raise RuntimeError", parameters)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    scenario(tmp_path, "one", "pair")
    scenario(elsewhere, "other", "pair")
    failed = jcm("report", "one.yaml", "-p", "other=elsewhere/other.yaml", cwd=tmp_path)
    assert failed.returncode == 1
    notebook(tmp_path, "pair", "print(other)", parameters)
    again = jcm("report", "--failed", cwd=tmp_path)
    assert (again.returncode, again.stderr) == (0, "")
    (run,) = complete(tmp_path / "reports")
    assert "elsewhere/other.yaml" in (run / "run.log").read_text()
    assert failures(tmp_path / "reports") == {}
