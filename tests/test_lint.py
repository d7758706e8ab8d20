"""Style, types, and notebooks without stored output."""

import pytest

from tests.commands import run
from tests.conftest import ROOT

NOTEBOOKS = [str(path) for path in sorted((ROOT / "notebooks").glob("*.ipynb"))]


@pytest.mark.parametrize(
    "command",
    [
        ("ruff", "check"),
        ("ruff", "format", "--check"),
        ("mypy",),
        ("nbstripout", "--verify", *NOTEBOOKS),
    ],
    ids=lambda command: command[0] + (" format" if "format" in command else ""),
)
def test_lint_finds_nothing(command):
    done = run(*command)
    assert done.returncode == 0, done.stdout + done.stderr
