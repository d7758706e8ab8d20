"""The choices of a scenario in words: none of them is shown by its key."""

import re

import pytest

from jcm_models.run_records import settings_of
from jcm_models.setting_names import setting_name, setting_text
from jcm_models.simulation import load_scenario
from jcm_models.wording import Words
from tests.conftest import ROOT

FILES = sorted((ROOT / "scenarios").glob("*.yaml"))
JAPANESE = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")
LATIN = re.compile("[A-Za-z]{3}")
ALIKE = {"AR5", "LPG"}  # in every language


def compared(file):
    """Return the choices that a comparison shows."""
    rows = settings_of(load_scenario(file))
    return [row for row in rows if not row["path"].startswith("ensemble.")]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_choice_of_the_shipped_scenarios_has_a_name_in_japanese(file):
    rows = compared(file)
    unnamed = [row["path"] for row in rows if not JAPANESE.search(setting_name(row, Words("ja")))]
    assert unnamed == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_what_a_choice_says_is_told_in_japanese(file):
    texts = {setting_text(row, Words("ja")) for row in compared(file)} - ALIKE
    assert [text for text in texts if LATIN.search(text) and not JAPANESE.search(text)] == []


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("crediting.renewals.0", "Renewal 1"),
        ("crediting.monitoring.1.to", "Monitoring period 2, last day"),
        ("allocation.contributions.own_finance.by", "Contribution “own finance”: who makes it"),
        ("some.thing_new", "Some thing new"),
    ],
)
def test_what_stands_in_a_list_is_counted_from_one(path, name):
    row = {"path": path, "label": path.replace(".", " ").replace("_", " ")}
    assert setting_name(row, Words()) == name
