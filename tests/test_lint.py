"""Style, types, and notebooks without stored output."""

import pytest

from tests.commands import run
from tests.conftest import ROOT

SHIPPED = [*ROOT.glob("notebooks/*.ipynb"), ROOT / "jcm_models/templates/new_notebook.ipynb"]
NOTEBOOKS = [str(path) for path in sorted(SHIPPED)]


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
