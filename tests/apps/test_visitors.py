"""Scenario files that visitors bring along."""

import re

import pytest

import jcm_models as jcm
from jcm_models.problems import ScenarioError
from jcm_models.visitors import changes_of, load_brought
from tests.apps.pages import Visit
from tests.conftest import ROOT

SCENARIOS = ROOT / "scenarios"
SOLAR = (SCENARIOS / "mongolia_darkhan_solar.yaml").read_text()
SECRET = "a secret of this machine"


def told(text, folder=SCENARIOS):
    with pytest.raises(ScenarioError) as error:
        load_brought(text, folder, "mine.yaml")
    return str(error.value)


def test_a_file_that_extends_one_of_the_scenarios_is_read_as_if_it_stood_beside_them():
    brought = load_brought(SOLAR, SCENARIOS, "mine.yaml")
    there = jcm.load_scenario(SCENARIOS / "mongolia_darkhan_solar.yaml")
    assert brought.document.data == there.document.data
    assert brought.name == "mine"


@pytest.mark.parametrize("name", ["../../x.yaml", "C:\\a\\x.yaml", "/x", "x\0.yaml", "", ".", "あ"])
def test_no_name_of_a_file_leads_elsewhere(name):
    (first, *_) = load_brought(SOLAR, SCENARIOS, name).document.files
    assert first.parent == SCENARIOS
    assert re.fullmatch(r"[\w.-]+\.yaml", first.name)


@pytest.mark.parametrize(
    "line",
    [
        "extends: ../../outside.yaml",
        "extends: {folder}/outside.yaml",
        "extends: base/../../outside.yaml",
        "extends: ..\\outside.yaml",
        "storage: {leakage: {model: table, table: ../outside.yaml}}",
        "project: {electricity_supplied: {distribution: {table: '{folder}/outside.yaml'}}}",
        "notes: [{table: ../outside.yaml}]",
    ],
)
def test_no_file_outside_the_scenarios_is_reached(tmp_path, line):
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "outside.yaml").write_text(f"title: {SECRET}\n{SECRET}: 1\n")
    said = told(line.replace("{folder}", str(tmp_path)) + "\n", tmp_path / "scenarios")
    assert "only files beside the scenarios can be named here" in said
    assert SECRET not in said


def test_a_link_in_the_folder_is_not_made_by_a_visitor():
    assert not [file for file in SCENARIOS.rglob("*") if file.is_symlink()]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title: [", "this is no YAML"),
        ("", "title: missing"),
        ("just words", "found no keys"),
        ("a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: [*c, *c]", "unknown key"),
        (
            "a0: &a0 [x]\n"
            + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9)),
            "aliases (*name) repeat each other too often",
        ),
        ("a: " + "[" * 5000 + "]" * 5000, "nested too deeply"),
        ("x: !!python/object/apply:os.system ['id']", "python"),
        ("title: a\ntitle: b", "title"),
        ("a" * 300_000 + ": 1", "larger than 200,000 bytes"),
        ("\x00\x01", "this is no YAML"),
    ],
)
def test_what_is_wrong_with_a_file_is_told_in_words(text, said):
    message = told(text)
    assert said in message
    assert "Traceback" not in message
    assert str(ROOT) not in message


def test_all_that_is_wrong_comes_together_in_the_page(hosted):
    visit = Visit(jcm.View("thailand_floating_solar"))
    text = SOLAR.replace("host: MNG", "host: XXX").replace("method: displaced", "method: displacd")
    assert text.count("XXX") == text.count("displacd") == 1
    visit.set(("upload", {"name": "mine.yaml", "text": text}))
    assert "XXX" in visit.message
    assert "displacd" in visit.message
    assert "28,072" in visit.text("key_figures")


def test_a_brought_scenario_stands_in_the_picker_until_another_is_picked(hosted):
    visit = Visit(jcm.View("thailand_floating_solar"))
    visit.set(("upload", {"name": "mine.yaml", "text": SOLAR}))
    assert "Darkhan" in visit.text("question")
    assert "(your file)" in visit.parts["controls"]
    visit.set(("scenario", "brought"), ("crediting.discount", 0.5))
    assert "Darkhan" in visit.text("question")
    visit.set(("scenario", "thailand_floating_solar"))
    assert "(your file)" not in visit.parts["controls"]


def test_markup_in_a_file_stays_text(hosted):
    visit = Visit(jcm.View("thailand_floating_solar"))
    evil = re.sub(r"en: .*solar.*", "en: <img src=x onerror=alert(1)>", SOLAR, count=1)
    visit.set(("upload", {"name": "<b>.yaml", "text": evil}))
    assert "<img src=x" in visit.text("question") or "&lt;img" in visit.parts["question"]
    assert "<img" not in "".join(visit.parts.values())


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (["a.b=1"] * 101, "more than 100 changes"),
        (["a.b=" + "1" * 600], "longer than 500 characters"),
        (["a.b=1", "a.b=2"], "set twice"),
        (["storage.leakage.table=/etc/passwd"], "only files beside the scenarios"),
        (["a"], "write it as key=value"),
    ],
)
def test_changes_of_a_link_are_checked(texts, said):
    with pytest.raises(ScenarioError, match=re.escape(said)):
        changes_of(texts)
