"""What a person sees of a run."""

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios

import pytest

from tests.conftest import ROOT
from tests.parts.examples import compute, script, started

BODY = """
    with progress_bar() as progress:
        compute(Path({folder!r}), chunk=10, workers=1, progress=progress, work=Drawn(0.05))
"""


@pytest.fixture
def program(tmp_path):
    folder = str(tmp_path / "parts")
    first = "from jcm_models.parts import progress_bar"
    return script(tmp_path, BODY.format(folder=folder), first)


def on_a_terminal(program):
    """Run a program on a terminal and return what it shows."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("4H", 40, 100, 0, 0))
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [sys.executable, program], stdin=theirs, stdout=theirs, stderr=theirs, env=environment
    )
    os.close(theirs)
    shown = b""
    try:
        while read := os.read(ours, 4096):
            shown += read
    except OSError:  # how Linux says that the other end is closed
        pass
    os.close(ours)
    assert process.wait() == 0
    return shown.decode()


def test_a_terminal_shows_a_bar_with_the_time_left(program):
    shown = on_a_terminal(program)
    assert "200/200" in shown
    assert "samples/s" in shown
    assert "<00:00" in shown


def test_a_bar_begins_with_what_was_there(program, tmp_path):
    compute(tmp_path / "parts", chunk=10)
    for path in sorted((tmp_path / "parts").glob("*.npz"))[-2:]:
        path.unlink()
    first, *_ = on_a_terminal(program).strip().split("\r")
    assert "180/200" in first
    assert "<?" in first  # what was there before says nothing about the time left


def test_nothing_is_shown_where_nobody_looks(program):
    process = started(program)
    assert process.communicate(timeout=120) == ("", "")
    assert process.returncode == 0
