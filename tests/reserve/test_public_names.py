"""The library of the reserve: its public names, imported when they are used."""

import subprocess
import sys

import jcm_models.reserve as reserve
from tests.examples import ROOT


def test_every_public_name_is_there_and_documented():
    for name in reserve.__all__:
        assert getattr(reserve, name).__doc__, name
    assert not hasattr(reserve, "no_such_name")


def test_the_account_does_not_bring_in_the_mathematics():
    code = (
        "import sys, jcm_models.reserve.account as _\n"
        "print(*(name for name in sys.modules if name.startswith('jcm_models.reserve')))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert ran.stdout.split() == ["jcm_models.reserve", "jcm_models.reserve.account"]
