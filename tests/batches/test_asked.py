"""What cannot be run is refused in one clear line each, before anything runs."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jcm_models import cli
from jcm_models.documents import parse_overrides, parse_set
from jcm_models.problems import ScenarioError
from jcm_models.reporting import as_changes, read_matrix
from tests.batches.examples import FINE, notebook, scenario
from tests.examples import unhurried


@pytest.fixture(autouse=True)
def project(tmp_path, monkeypatch):
    """A folder with two scenarios and three notebooks, in which commands are given."""
    monkeypatch.chdir(tmp_path)
    notebook(tmp_path, "fine", FINE)
    notebook(tmp_path, "bare", FINE, None)
    notebook(tmp_path, "typed", FINE, 'scenario: str = ""\noverrides: str = ""\ndigits: int = 3')
    (tmp_path / "notebooks/torn.ipynb").write_text("{")
    for name in ("a", "b"):
        scenario(tmp_path, name)
    (tmp_path / "other").mkdir()
    scenario(tmp_path / "other", "a")
    return tmp_path


def refused(capsys, *arguments):
    """Call ``jcm report``, which refuses, and return what it says."""
    try:
        code = cli.main(["report", *arguments])
    except SystemExit as stopped:
        code = stopped.code
    said = capsys.readouterr()
    assert code == 2, said
    assert said.out == ""
    return said.err


REFUSED = {
    "no scenario": ((), "scenario: name a scenario, such as scenarios/*.yaml"),
    "a pattern that matches nothing": (("x*.yaml",), "x*.yaml: matches no file"),
    "no such file": (("c.yaml",), "c.yaml: the file cannot be read"),
    "two of one name": (("a.yaml", "other/a.yaml"), "a: two scenarios have this name: "),
    "no parameters cell": (
        ("a.yaml", "--notebook", "bare"),
        "notebook: bare.ipynb has no cell tagged parameters",
    ),
    "no such notebook": (("a.yaml", "--notebook", "fin"), "notebook: there is no notebook 'fin'"),
    "a torn notebook": (
        ("a.yaml", "--notebook", "torn"),
        "torn.ipynb cannot be read as a notebook: ",
    ),
    "an unknown parameter": (
        ("a.yaml", "-p", "lnag=en"),
        "lnag: unknown parameter of fine.ipynb, did you mean lang?",
    ),
    "a parameter of the wrong type": (
        ("a.yaml", "--notebook", "typed", "-p", "digits=many"),
        "digits: found 'many'; typed.ipynb needs an int",
    ),
    "a parameter set by the command": (("a.yaml", "-p", "overrides=x"), "overrides: is set by"),
    "a parameter without value": (("a.yaml", "-p", "lang"), "-p"),
    "an unknown language": (("a.yaml", "-p", "lang=fr"), "lang: found 'fr'; there is en, ja"),
    "the same run twice": (("a.yaml", "a.yaml"), "a: is asked for 2 times"),
    "the same notebook twice": (
        ("a.yaml", "--notebook", "fine", "--notebook", "notebooks/fine.ipynb"),
        "a: is asked for 2 times",
    ),
    "an unknown key": (("a.yaml", "--set", "crediting.discuont=1"), "crediting.discuont: "),
    "a bad value": (("a.yaml", "b.yaml", "--set", "reserve.rate=300 %"), "reserve.rate: found 300"),
    "a matrix without equals sign": (("a.yaml", "--matrix", "reserve.rate"), "--matrix"),
    "a matrix without values": (
        ("a.yaml", "--matrix", "reserve.rate="),
        "reserve.rate: has no values in --matrix reserve.rate=",
    ),
    "a matrix that is no yaml": (("a.yaml", "--matrix", "reserve.rate=[1"), "--matrix: found "),
    "a matrix with a value twice": (
        ("a.yaml", "--matrix", "reserve.rate=0.01,0.02,0.01"),
        "reserve.rate: has a value twice in --matrix",
    ),
    "a key in two matrices": (
        ("a.yaml", "--matrix", "reserve.rate=0.01", "--matrix", "reserve.rate=0.02"),
        "reserve.rate: is given twice by --matrix",
    ),
    "a key in a matrix and a set": (
        ("a.yaml", "--matrix", "reserve.rate=0.01,0.02", "--set", "reserve.rate=0.03"),
        "reserve.rate: set to 0.03 by --set and to 0.01; keep one",
    ),
    "no such template": (("a.yaml", "--template", "ours"), "--template: ours: there is no such"),
    "failed and more": (("a.yaml", "--failed"), "--failed: runs again what failed as it was asked"),
    "failed and a table": (("--failed", "--table", "x.csv"), "and takes no table"),
    "failed where nothing is": (("--failed",), "--failed: no run under reports has failed"),
    "an output for two": (("a.yaml", "b.yaml", "--output", "out"), "--output: is for one run"),
    "an output for two of a matrix": (
        ("a.yaml", "--matrix", "reserve.rate=0.01,0.02", "--output", "out"),
        "--output: is for one run, and 2 are asked for",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_asked_for_is_refused_in_one_line(project, capsys, case):
    arguments, words = REFUSED[case]
    said = refused(capsys, *arguments)
    assert words in said
    assert len(said.splitlines()) == 1
    assert not (project / "reports").exists()
    assert not (project / "out").exists()


def test_an_output_never_takes_the_place_of_other_files(project, capsys):
    (project / "mine").mkdir()
    (project / "mine" / "letter.txt").write_text("Dear minister")
    said = refused(capsys, "a.yaml", "--output", "mine")
    assert said == (
        "--output: mine holds other files, which a copy of a run would replace; name a new folder\n"
    )
    assert "is a file" in refused(capsys, "a.yaml", "--output", "mine/letter.txt")
    assert (project / "mine" / "letter.txt").read_text() == "Dear minister"
    assert not (project / "reports").exists()


@pytest.mark.parametrize(
    ("option", "value"),
    [("--jobs", "0"), ("--jobs", "-1"), ("--jobs", "two"), ("--timeout", "x"), ("--timeout", "0")],
)
def test_a_number_of_jobs_or_seconds_is_at_least_one(project, capsys, option, value):
    said = refused(capsys, "a.yaml", option, value)
    assert said.splitlines()[-1].endswith(
        f"argument {option}: {value!r} is no whole number of 1 or more"
    )
    assert not (project / "reports").exists()


TABLES = {
    "no rows": ("reserve.rate\n", "--table: runs.csv has no rows below its heading"),
    "nothing": ("", "--table: runs.csv has no rows below its heading"),
    "empty rows": ("reserve.rate,x\n,\n\n", "--table: runs.csv has no rows below its heading"),
    "a wrong column": ("reserve.rte\n0.01\n", "reserve.rte"),
    "a column twice": ("reserve.rate,reserve.rate\n1,2\n", "has the column reserve.rate twice"),
    "a column without a name": ("reserve.rate,\n0.01,2\n", "column 2 has no name"),
    "too many cells": ("reserve.rate\n0.01,0.02\n", "runs.csv:2: has 2 cells, and the first line"),
    "a bad value": ("reserve.rate\n0.01\n300 %\n", "runs.csv:3 "),
    "no yaml": ("reserve.rate\n[1\n", "runs.csv:2: "),
    "a key of --set": ("crediting.discount\n0.9\n", "set to 0.9 by runs.csv:2 and to 0.95"),
    "two equal rows": ("reserve.rate\n0.01\n0.01\n", "is asked for 2 times"),
    "scenarios beside scenarios": (
        "scenario,reserve.rate\nb.yaml,0.01\n",
        "--table: runs.csv names scenarios itself; name none beside it",
    ),
}


@pytest.mark.parametrize("case", TABLES)
def test_a_bad_table_is_refused_in_one_line(project, capsys, case):
    text, words = TABLES[case]
    (project / "runs.csv").write_text(text)
    said = refused(capsys, "a.yaml", "--table", "runs.csv", "--set", "crediting.discount=0.95")
    assert words in said
    assert len(said.splitlines()) == 1
    assert not (project / "reports").exists()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("runs.csv", None, "there is no file runs.csv"),
        ("runs.csv", "reserve.rate\nひとつ\n".encode("cp932"), "a csv file in UTF-8 or an xlsx"),
        ("runs.csv", b"reserve.rate\n0.01\0\n", "runs.csv"),
        ("runs.xlsx", b"reserve.rate\n0.01\n", "runs.xlsx cannot be read: "),
        ("runs.xlsx", b"PK\x05\x06" + bytes(18), "runs.xlsx cannot be read: "),
    ],
)
def test_a_table_that_cannot_be_read_is_refused(project, capsys, name, content, words):
    if content is not None:
        (project / name).write_bytes(content)
    said = refused(capsys, "a.yaml", "--table", name)
    assert words in said
    assert len(said.splitlines()) == 1
    assert not (project / "reports").exists()


def test_a_row_without_its_scenario_is_named(project, capsys):
    (project / "runs.csv").write_text("scenario,reserve.rate\na.yaml,0.01\n,0.02\n")
    assert refused(capsys, "--table", "runs.csv") == "scenario: runs.csv:3 names no scenario\n"


def test_a_table_of_values_needs_scenarios(project, capsys):
    (project / "runs.csv").write_text("reserve.rate\n0.01\n")
    assert "or a --table with a column scenario" in refused(capsys, "--table", "runs.csv")


def test_the_same_fault_of_many_rows_is_told_once(project, capsys):
    rows = "".join(f"{number / 1000}\n" for number in range(1, 41))
    (project / "runs.csv").write_text("reserve.rte\n" + rows)
    (line,) = refused(capsys, "a.yaml", "--table", "runs.csv").splitlines()
    assert "39 more" in line


def test_all_faults_are_told_at_once(project, capsys):
    scenario(project, "c", more="reserve: {rate: 300 %}\n")
    scenario(project, "d", more="reserve: {rat: 3 %}\n")
    lines = refused(capsys, "a.yaml", "c.yaml", "d.yaml").splitlines()
    assert [line.partition(":")[0] for line in lines] == ["c.yaml", "d.yaml"]


def test_a_template_that_does_not_parse_is_named_with_its_line(project, capsys):
    (project / "ours").mkdir()
    (project / "ours/report.html").write_text("<p>\n{% if %}\n")
    said = refused(capsys, "a.yaml", "--template", "ours")
    assert said.startswith("ours/report.html:2: ")
    assert len(said.splitlines()) == 1
    assert not (project / "reports").exists()


@pytest.mark.parametrize("reports", ["file", "file/below"])
def test_reports_that_cannot_be_written_are_told_before_anything_runs(project, capsys, reports):
    (project / "file").write_text("in the way")
    said = refused(capsys, "a.yaml", "--reports", reports)
    assert said.startswith(f"{reports}: reports cannot be written there: ")
    assert said.endswith("; choose another --reports\n")
    assert len(said.splitlines()) == 1


KEYS = st.text(string.ascii_lowercase + "_.", min_size=1, max_size=12)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=20)
    | st.dates()
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=6,
)


@unhurried
@given(st.dictionaries(KEYS, VALUES, max_size=4))
def test_changes_read_back_as_the_values_they_were_or_are_refused(values):
    try:
        text = as_changes(values)
    except ScenarioError:
        return
    back = parse_overrides(text)
    assert back == values
    assert [type(value) for value in back.values()] == [type(value) for value in values.values()]


PLAIN = st.text(string.ascii_letters + string.digits + " .%+-äあ", min_size=1, max_size=20)


@unhurried
@given(st.dictionaries(KEYS, st.integers() | st.floats(-1e9, 1e9) | PLAIN, max_size=4))
def test_numbers_and_plain_words_can_always_be_written(values):
    assert parse_overrides(as_changes(values)) == values


@unhurried
@given(st.text(max_size=30))
def test_whatever_set_can_read_can_be_written_again(text):
    try:
        key, value = parse_set(f"key={text}")
        written = as_changes({key: value})
    except (ValueError, ScenarioError):
        return
    assert parse_overrides(written) == {key: value}


@unhurried
@given(st.lists(st.integers(), min_size=1, max_size=5, unique=True))
def test_a_matrix_gives_each_value_once_in_order(numbers):
    text = ",".join(map(str, numbers))
    assert read_matrix([f"a={text}"]) == [{"a": number} for number in numbers]
    assert len(read_matrix([f"a={text}", "b=x,y"])) == 2 * len(numbers)
