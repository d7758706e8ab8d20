"""The command line, run as a process."""

import contextlib
import os
import pty
import re
import shutil
import socket
import sys
from pathlib import Path

import pytest

from jcm_models import cli
from jcm_models.problems import ScenarioError
from jcm_models.reporting import find_notebook
from jcm_models.simulation import load_scenario
from tests.batches.examples import FINE, notebook, scenario
from tests.commands import BIN, jcm, run
from tests.conftest import ROOT

THAILAND = "scenarios/thailand_floating_solar.yaml"
MONGOLIA = "scenarios/mongolia_darkhan_solar.yaml"


def test_shipped_scenarios_are_sound():
    done = jcm("check", THAILAND, MONGOLIA)
    assert done.returncode == 0
    assert done.stdout.splitlines() == [f"{THAILAND}: sound", f"{MONGOLIA}: sound"]


def test_check_lists_the_problems_of_every_file_with_line_and_exits_2(tmp_path):
    first, second = tmp_path / "first.yaml", tmp_path / "second.yaml"
    text = (
        (ROOT / THAILAND)
        .read_text()
        .replace("base/model_project.yaml", str(ROOT / "scenarios/base/model_project.yaml"))
    )
    first.write_text(text.replace("8000 MWh/yr", "8000 MW"))
    second.write_text(text + "reserv_rate: 0.03\n")
    done = jcm("check", str(first), str(second))
    assert done.returncode == 2
    assert done.stdout == ""
    one, two = done.stderr.splitlines()
    assert re.search(r"first\.yaml:14: project\.electricity_supplied: MW does not fit", one)
    assert re.search(
        r"second\.yaml:\d+: reserv_rate: unknown key, did you mean reserve\.rate\?", two
    )
    assert "Traceback" not in done.stderr


def test_overrides_are_checked_like_the_file():
    done = jcm(
        "check", THAILAND, "--set", "crediting.discount=95", "--set", "creditng.start=2021-01-01"
    )
    assert done.returncode == 2
    assert (
        "--set crediting.discount=95: crediting.discount: found 95; allowed is 0 to 1"
        in done.stderr
    )
    assert "creditng: unknown key, did you mean crediting?" in done.stderr


def test_two_overrides_that_disagree_are_refused():
    done = jcm(
        "check", THAILAND, "--set", "crediting.discount=0.9", "--set", "crediting.discount=0.8"
    )
    assert done.returncode == 2
    assert "set twice, to 0.9 and to 0.8" in done.stderr


def test_a_file_that_is_not_there_is_named():
    done = jcm("check", "scenarios/nothing*.yaml")
    assert done.returncode == 2
    assert "scenarios/nothing*.yaml" in done.stderr
    assert "cannot be read" in done.stderr


def test_explain_goes_down_to_file_and_line():
    done = jcm("explain", MONGOLIA, "credits_issued", "--year", "2025")
    assert done.returncode == 0
    assert done.stdout.startswith("credits_issued[2025] = 14,746 tCO₂e/yr")
    lines = (ROOT / MONGOLIA).read_text().splitlines()
    place = re.search(
        rf"project\.electricity_supplied = 14,182 MWh/yr\n +at {MONGOLIA}:(\d+)", done.stdout
    )
    assert place
    assert "electricity_supplied" in lines[int(place.group(1)) - 1]


def test_explain_names_the_nearest_variable():
    done = jcm("explain", MONGOLIA, "credit_issued")
    assert done.returncode == 2
    assert "did you mean credits_issued?" in done.stderr


def test_new_writes_a_scenario_that_is_sound_and_names_every_input(tmp_path):
    mine = tmp_path / "mine.yaml"
    assert jcm("new", "--method", "displaced-electricity", str(mine)).returncode == 0
    assert jcm("check", str(mine)).returncode == 0
    text = mine.read_text()
    for words in ("[MWh/yr]", "[tCO2e/MWh]", "required", "optional; unknown without it", "0 to 3"):
        assert words in text


def test_new_never_overwrites_a_file(tmp_path):
    mine = tmp_path / "mine.yaml"
    mine.write_text("precious")
    done = jcm("new", str(mine))
    assert done.returncode == 2
    assert mine.read_text() == "precious"


def test_new_with_an_unknown_method_suggests_one(tmp_path):
    done = jcm("new", "--method", "displaced-electricty", str(tmp_path / "mine.yaml"))
    assert done.returncode == 2
    assert "did you mean displaced_electricity?" in done.stderr


def test_new_list_shows_the_methods():
    assert "displaced-electricity: Displaced electricity." in jcm("new", "--list").stdout


def test_a_misspelt_notebook_parameter_is_refused_before_a_kernel_starts(
    tmp_path, monkeypatch, capsys
):
    import papermill

    monkeypatch.setattr(
        papermill, "execute_notebook", lambda *_, **__: pytest.fail("a kernel started")
    )
    code = cli.main(["report", str(ROOT / THAILAND), "--reports", str(tmp_path), "-p", "lnag=en"])
    assert code == 2
    assert (
        "lnag: unknown parameter of reference_vs_bau.ipynb, did you mean lang?"
        in capsys.readouterr().err
    )
    assert list(tmp_path.iterdir()) == []


def test_a_notebook_parameter_of_the_wrong_type_is_refused(tmp_path, capsys):
    code = cli.main(["report", str(ROOT / THAILAND), "--reports", str(tmp_path), "-p", "lang=3"])
    assert code == 2
    assert "lang: found 3; reference_vs_bau.ipynb needs a str" in capsys.readouterr().err


def refused(capsys, *arguments):
    """Return the exit code of a call in the project's folder, and what it says is wrong."""
    with contextlib.chdir(ROOT):
        code = cli.main(arguments)
    return code, capsys.readouterr().err


def test_two_scenarios_of_one_name_are_refused(tmp_path, capsys):
    other = tmp_path / Path(THAILAND).name
    shutil.copytree(ROOT / "scenarios" / "base", tmp_path / "base")
    shutil.copyfile(ROOT / THAILAND, other)
    code, err = refused(capsys, "report", THAILAND, str(other), "--reports", str(tmp_path / "r"))
    assert code == 2
    assert "two scenarios have this name" in err
    assert str(other) in err
    assert not (tmp_path / "r").exists()


def test_a_run_that_is_asked_for_twice_is_refused(tmp_path, capsys):
    code, err = refused(capsys, "report", THAILAND, THAILAND, "--reports", str(tmp_path / "r"))
    assert code == 2
    assert "is asked for 2 times with the same inputs" in err


def test_a_wrong_scenario_leaves_no_report_of_any(tmp_path, capsys):
    code, err = refused(
        capsys,
        "report",
        THAILAND,
        MONGOLIA,
        "--set",
        "crediting.discount=2",
        "--reports",
        str(tmp_path / "r"),
    )
    assert code == 2
    assert "crediting.discount: found 2; allowed is 0 to 1" in err
    assert not (tmp_path / "r").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals on Windows")
def test_a_terminal_shows_a_progress_bar(tmp_path):
    shown = bytearray()

    def read(descriptor: int) -> bytes:
        shown.extend(data := os.read(descriptor, 4096))
        return b" " * bool(data)  # what pty would print itself

    notebook(tmp_path, "fine", FINE)
    file = scenario(tmp_path, "tiny")
    command = (
        f"stty rows 40 cols 100; exec {BIN / 'jcm'} report {file} --reports {tmp_path / 'reports'}"
    )
    assert pty.spawn(["sh", "-c", command], read) == 0
    text = shown.decode()
    assert re.search(r"\d+%\|.*\| \d/1", text)
    assert "1/1 tiny: " in text


@pytest.mark.parametrize("parameter", ["scenario=scenarios/x.yaml", "overrides=reserve.rate=0"])
def test_a_parameter_that_the_command_sets_itself_is_refused(tmp_path, parameter, capsys):
    code, err = refused(
        capsys, "report", THAILAND, "-p", parameter, "--reports", str(tmp_path / "r")
    )
    assert code == 2
    assert "is set by the command itself" in err
    assert not (tmp_path / "r").exists()


def test_reports_that_cannot_be_written_are_refused_before_anything_runs(tmp_path, capsys):
    file = tmp_path / "a_file"
    file.write_text("x")
    code, err = refused(capsys, "report", THAILAND, "--reports", str(file))
    assert code == 2
    assert err.startswith(f"{file}: reports cannot be written there: ")


def test_an_override_of_a_section_changes_its_keys_and_leaves_the_others():
    scenario = load_scenario(ROOT / THAILAND, {"crediting": {"discount": 0.5}})
    assert scenario.crediting.discount.constant == 0.5
    assert str(scenario.crediting.start) == "2020-01-01"
    assert [change.path for change in scenario.document.changes] == ["crediting.discount"]


def test_a_report_is_made_from_any_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert find_notebook("reference_vs_bau", ROOT / "scenarios").is_file()
    with pytest.raises(ScenarioError, match="call jcm inside the project's folder"):
        find_notebook("reference_vs_bau", tmp_path)


def test_a_port_in_use_is_refused_and_no_wrong_address_is_told():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = jcm("app", "--no-browser", "--port", str(taken.getsockname()[1]))
    assert done.returncode == 2
    assert "is in use; choose another with --port" in done.stderr
    assert "The app is at" not in done.stdout


def test_a_port_that_is_none_is_refused():
    done = jcm("app", "--port", "99999")
    assert done.returncode == 2
    assert "a port is a number from 1 to 65535" in done.stderr


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("scenarios/thailand_floating_soler.yaml", "did you mean thailand_floating_solar?"),
        ("thailand_floating_soler", "did you mean thailand_floating_solar?"),
        ("scenarios", "name its files, such as scenarios/*.yaml"),
        ("nothing/*.yaml", "no file matches"),
    ],
)
def test_a_name_that_is_no_file_is_told_what_was_perhaps_meant(name, hint):
    done = jcm("check", name)
    assert done.returncode == 2
    assert hint in done.stderr


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("title: x\nyears:\n\tfirst: 2020\n", "a tab stands here; indent with spaces"),
        ("title: 5 MW: solar\n", "a colon stands inside a text; put the text in quotes"),
        ("crediting: {start: 01/04/2025}\n", "a date is needed, such as 2025-04-01"),
        ("reserve: {rate: {value: {2020: 0.1}}}\n", "numbers by year stand under series:"),
    ],
)
def test_the_commonest_slips_are_explained_in_plain_words(tmp_path, text, words):
    path = tmp_path / "slip.yaml"
    path.write_text(text)
    assert words in jcm("check", str(path)).stderr


def test_a_change_that_the_notebook_would_read_otherwise_is_refused(tmp_path, capsys):
    change = "title=a; reserve.rate=0.5"
    code, err = refused(
        capsys, "report", THAILAND, "--set", change, "--reports", str(tmp_path / "r")
    )
    assert code == 2
    assert "a semicolon cannot stand in a change" in err
    assert not (tmp_path / "r").exists()


def test_no_command_builds_the_grammar_of_addresses():
    """It takes a second or two, whatever the command."""
    code = (
        "import sys; from jcm_models.cli import main; main(['report', 'nowhere.yaml']); "
        "print('jsonschema' in sys.modules, sys.modules.get('rfc3987_syntax'))"
    )
    assert run(sys.executable, "-c", code).stdout == "True None\n"
