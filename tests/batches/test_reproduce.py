"""A run made again from its folder alone, wherever that stands, and what has changed since."""

import json
import shutil

import pytest

from jcm_models import cli
from tests.batches.examples import complete, notebook, scenario
from tests.commands import jcm
from tests.storage.scenarios import STORAGE

FINE = "print(overrides, lang)"
SHOWS = "import jcm_models as jcm\nview = jcm.View(scenario, overrides, lang)\nview.question"
LEAKS = "year,share_leaked\n" + "".join(f"{year},0.001\n" for year in range(1, 21))
DRAWN = (
    "  reference_emission_factor: {distribution: {shape: draws, table: grid.csv, column: factor}}"
)


@pytest.fixture(scope="module")
def made(tmp_path_factory, forking):
    """Runs of three scenarios outside any project, whose files are gone afterwards."""
    folder = tmp_path_factory.mktemp("away")
    notebook(folder, "fine", FINE)
    notebook(folder, "shows", SHOWS)
    leaking = STORAGE.replace("{model: constant, rate: 1 %/yr}", "{model: table, table: leaks.csv}")
    (folder / "leaking.yaml").write_text(leaking + "notebook: shows\n")
    (folder / "leaks.csv").write_text(LEAKS)
    drawn = scenario(folder, "drawn")
    fixed = "  reference_emission_factor: 0.319"
    drawn.write_text(drawn.read_text().replace(fixed, DRAWN))
    (folder / "grid.csv").write_text("factor\n0.3\n0.32\n0.35\n")
    scenario(folder, "plain")
    reports = tmp_path_factory.mktemp("reports")
    files = [str(folder / f"{name}.yaml") for name in ("leaking", "drawn", "plain")]
    changes = ("--set", "crediting.discount=95 %", "--set", "crediting.rounding=nearest")
    done = jcm("report", *files, *changes, "--lang", "ja", "--reports", str(reports))
    assert done.returncode == 0, done.stderr
    shutil.rmtree(folder)
    return {path.parent.name: path for path in complete(reports)}


@pytest.fixture
def plain(made, tmp_path):
    """A copy of a run, to be changed."""
    return shutil.copytree(made["plain"], tmp_path / "copy")


def said(capsys, folder):
    """Return the exit code of a reproduction and its lines."""
    code = cli.main(["reproduce", str(folder)])
    return code, capsys.readouterr().out.splitlines()


def test_a_run_is_made_again_though_its_files_are_gone(made):
    done = jcm("reproduce", str(made["leaking"]))
    assert done.returncode == 0, done.stdout + done.stderr
    count = len(json.loads((made["leaking"] / "run.json").read_text())["files"])
    assert count >= 12
    assert done.stdout == f"all {count} files come out the same, byte by byte\n"


def test_tables_changes_and_language_go_with_the_folder(made, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    copy = shutil.copytree(made["drawn"], tmp_path / "elsewhere/under another name")
    assert list(copy.glob("sources/**/grid.csv"))
    assert 'lang="ja"' in (copy / "report.html").read_text()
    assert "crediting.discount" in (copy / "inputs.json").read_text()
    code, lines = said(capsys, copy)
    assert (code, len(lines)) == (0, 1)
    assert lines[0].endswith(" files come out the same, byte by byte")
    assert [path.name for path in tmp_path.iterdir()] == ["elsewhere"]  # and nothing is left


def test_a_changed_an_added_and_a_missing_file_are_named(plain, capsys):
    before = json.loads((plain / "run.json").read_text())
    with (plain / "report.html").open("a") as file:
        file.write(" ")
    (plain / "notes.txt").write_text("mine")
    (plain / "results.csv").unlink()
    code, lines = said(capsys, plain)
    assert code == 1
    since = f"since run {before['run_id']} was made: file "
    assert lines == [
        f"{since}notes.txt was added",
        f"{since}report.html was changed",
        f"{since}results.csv is gone",
        f"all {len(before['files'])} files come out the same, byte by byte",
    ]


def test_another_package_python_and_code_are_named_and_may_be_as_long_as_bytes_agree(plain, capsys):
    record = json.loads((plain / "run.json").read_text())
    changed = {
        "packages": {**record["packages"], "numpy": "1.0", "fortran": "77"},
        "python": "3.1.4",
        "code": "0" * 64,
    }
    (plain / "run.json").write_text(json.dumps(record | changed))
    code, lines = said(capsys, plain)
    assert code == 0
    told = "\n".join(lines)
    assert "jcm-models is another (code 000000000000 then, " in told
    assert ", then it was 3.1.4" in told
    assert f"package numpy is {record['packages']['numpy']}, then it was 1.0" in told
    assert "package fortran is missing, then it was 77" in told
    assert len(lines) == 5


def test_a_changed_notebook_is_named_with_the_files_that_come_out_otherwise(plain, capsys):
    (file,) = plain.glob("sources/**/fine.ipynb")
    file.write_text(file.read_text().replace(FINE, "print(1)"))
    code, lines = said(capsys, plain)
    assert code == 1
    assert lines[0].endswith(f"file {file.relative_to(plain)} was changed")
    told, _, names = lines[1].partition(": ")
    assert " files come out otherwise" in told
    assert {"notebook.ipynb", "report.html"} <= set(names.split(", "))
    assert "results.nc" not in names


def test_a_changed_scenario_changes_the_results(plain, capsys):
    (file,) = plain.glob("sources/**/plain.yaml")
    file.write_text(file.read_text().replace("8000", "9000"))
    code, lines = said(capsys, plain)
    assert code == 1
    assert {"results.nc", "results.csv", "inputs.json"} <= set(lines[1].split(": ")[1].split(", "))


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("8000", "much", "electricity_supplied"),
        ("notebook: fine", "notebook: fines", "there is no notebook"),
    ],
)
def test_what_cannot_be_made_again_says_why(plain, capsys, old, new, reason):
    for file in plain.glob("sources/**/*.*"):
        if file.suffix in {".yaml", ".json"}:
            file.write_text(
                file.read_text().replace(old, new).replace("notebooks/fine.", "notebooks/fines.")
                if "notebook" in old
                else file.read_text().replace(old, new)
            )
    code, lines = said(capsys, plain)
    assert code == 1
    assert lines[-1].startswith("it cannot be made again: ")
    assert reason in lines[-1]


@pytest.mark.parametrize("content", [None, "{", "{}", '{"files": {}}', "[]"])
def test_a_folder_that_is_no_run_is_refused_in_one_line(tmp_path, capsys, content):
    if content is not None:
        (tmp_path / "run.json").write_text(content)
    assert cli.main(["reproduce", str(tmp_path)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"{tmp_path}: ")
    assert "complete run" in line or "kept no sources" in line


@pytest.mark.parametrize("content", [None, "{", "{}"])
def test_sources_that_nobody_can_read_are_told_in_one_line(plain, capsys, content):
    task = plain / "sources/task.json"
    task.unlink()
    if content is not None:
        task.write_text(content)
    code, lines = said(capsys, plain)
    assert code == 1
    assert lines[-1].startswith("it cannot be made again: ")
    assert "task.json" in lines[-1]
