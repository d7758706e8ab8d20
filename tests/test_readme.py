"""The README: every command in it is run, in a clean clone, as a reader would."""

import os
import re
import shlex
import shutil
import subprocess
import urllib.request

import pytest

from jcm_models.kernels.server import ADDRESS
from tests.commands import environment
from tests.conftest import ROOT, Server

README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", README, re.DOTALL)
COMMANDS = [
    line for kind, block in BLOCKS if kind == "bash" for line in block.splitlines() if line.strip()
]
SERVERS = {"jcm lab": "/api", "jcm app": "/health"}
PLAIN = [command for command in COMMANDS if command not in SERVERS]
# What is done to all is done to a part here: all tests would run this one again, and every scenario
# is drawn by test_shipped_scenarios.py. These four go through three notebooks.
PARTS = {
    "make report": "make report SCENARIOS=scenarios/thailand_*solar*.yaml",
    "make test": "make test TESTS=tests/test_periods.py",
}


@pytest.fixture(scope="module")
def clone(clean_clone, forking):
    """A clean clone that uses the environment the tests run in, so that make installs nothing."""
    folder = clean_clone()
    if (ROOT / ".venv").is_dir():
        (folder / ".venv").symlink_to(ROOT / ".venv")
        os.utime(ROOT / ".venv/.ready")
    return folder


def test_the_readme_has_commands_of_every_kind():
    assert {"make report", "make test", "jcm lab", "jcm app"} <= set(COMMANDS)
    assert len(PLAIN) >= 8


@pytest.mark.parametrize("command", PLAIN)
def test_a_command_of_the_readme_works(clone, command):
    if command.startswith("make") and not (clone / ".venv").exists():
        pytest.fail("make commands need .venv: run the tests by make test")
    done = subprocess.run(
        shlex.split(PARTS.get(command, command)),
        cwd=clone,
        # Of several runs the first command starts a process to fork from, as it does for a reader;
        # the others find one that is there.
        env=environment({ADDRESS: ""} if command.startswith("make") else None),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Setting up .venv" not in done.stdout  # what is there is not installed again


@pytest.mark.parametrize("command", SERVERS)
def test_a_server_of_the_readme_answers(command):
    executable = shutil.which("jcm", path=environment()["PATH"])
    name = command.split()[1]
    started = Server(
        [executable, name, "--no-browser", "--port", "{port}"],
        ready=SERVERS[command],
        env=environment(),
    )
    with started as server, urllib.request.urlopen(server.url + SERVERS[command]) as answer:
        assert answer.status == 200


def test_the_python_of_the_readme_runs(clone):
    code = "\n".join(block for kind, block in BLOCKS if kind == "python")
    code += "\nprint(float(cool_roofs('10 ha', '12 kWh/m2/yr', '0.7 tCO2e/MWh').reference))"
    done = subprocess.run(
        ["python", "-c", code],
        cwd=clone,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "japan_government" in done.stdout
    assert "project.electricity_supplied = 8,000 MWh/yr" in done.stdout
    assert done.stdout.rstrip().endswith("840.0")  # by the method of one's own


@pytest.mark.parametrize("command", ["make help", "source .venv/bin/activate"])
def test_a_command_named_in_a_sentence_works(clone, command):
    assert f"`{command}`" in README
    done = subprocess.run(
        ["bash", "-ec", f"{command} && command -v jcm"], cwd=clone, env=environment(), check=False
    )
    assert done.returncode == 0


def test_links_and_pictures_of_the_readme_are_there():
    for target in re.findall(r"\]\(([^)]+)\)", README):
        assert (ROOT / target).is_file(), target
