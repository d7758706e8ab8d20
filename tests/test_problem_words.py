"""What is wrong is said in Japanese, too: each sentence of the code, and whole real mistakes."""

import ast
import re
import string
import typing

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from jcm_models.pieces import render
from jcm_models.problem_words import _catalogue, problem_text
from jcm_models.problems import Problem
from jcm_models.scenario import Scenario
from jcm_models.values import Value
from jcm_models.wording import Words
from tests.examples import ROOT, USUAL, changed, problems, write
from tests.test_bad_input import MISTAKES
from tests.test_structure import BAND_OF, MODULES, PACKAGE, top

CATALOGUE = _catalogue("ja")
JAPANESE_LETTER = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
ENGLISH = re.compile(r"[A-Za-z]+,? [a-z]+,? [a-z]+")
SEVERAL_WORDS = re.compile(r"[A-Za-z]+ [a-z(]+")
# What a person wrote, a source, and a key with its value stand as they are.
AS_IT_IS = re.compile(r"「[^」]*」|既定値（.*）|\{.*\}")

# No page shows what these modules complain of: programs do, and the command line.
UNSEEN = {
    *("ledger", "ledger_database", "ledger_booking", "ledger_reversals", "grid_factor"),
    *("double_counting", "corresponding_adjustments", "sensitivity_analysis", "discovery"),
    *("regrets", "reserve", "sampling", "estimation", "parts", "sweeping", "differences"),
    *("run_records", "runs", "published_replay", "comparison", "explanation", "results"),
}
# Of what shows things, the pages of apps.
PAGES = {
    *("section_pages", "scenario_pages", "view", "uncertainty_page", "methods_page", "links"),
    *("visitors", "downloads", "moved_scenarios", "offered_scenarios", "controls", "compare_page"),
    "scenario_choosing",
}
# Of what is left: labels, and what is said to programmers of what they pass.
LABELS = {"summaries", "ensemble_discovery", "portfolio_summaries", "reserve_answers"}
TO_PROGRAMMERS = {
    *(
        "methods/decay_equations.py",
        "storage/calculator.py",
        "identities.py",
        "method_catalogue.py",
    ),
}
OTHER = {
    *("picks defaults.", "Scenario by its levers", "The rule is Indonesia's", "from memory"),
    *("that it holds here is assumed.", "mapping values are not allowed", ", mean of all years"),
    *("Share of the variance of: ", "Rank correlation with: ", "R² of the ranks"),
    *("Standardised rank regression of: ", " but declares units for ", " in all years alike"),
    *(" more with each year", " each year, persistence ", " a year from "),
    "NaN in years in which the result is the same in all samples",
    *(" is no result over sample and year alone", "choose a scenario or a party"),
    *("no input was drawn", "a regression needs one", ": the units of the inputs make up "),
    *("convert inside the function, or declare other units", " or are not finite"),
    *("a Scenario is needed, such as load_scenario returns", " years, the last axis"),
    *(" must return jcm.Emissions(bau=..., reference=...)", " emissions have shape "),
    *("needed is a finite number for each of", " samples (or one for all) and"),
    ", which is not in the table of variables",
}


# Wrong values in shipped scenarios, beside those of another test.
OVERRIDES = [
    ("indonesia_ccs_reserve", {"storage.leakage": {"model": "constant"}}),
    ("indonesia_ccs_reserve", {"storage.leakage": {"model": "pool", "rate": 0.1, "loss": 0.5}}),
    ("indonesia_ccs_reserve", {"storage.leakage.regime": "well_regulated"}),
    ("indonesia_ccs_reserve", {"storage.basins": 9, "storage.sites": 2}),
    ("indonesia_ccs_reserve", {"storage.dependence": {"kind": "copula"}}),
    ("indonesia_ccs_reserve", {"storage.dependence": {"kind": "copula", "correlation": 2}}),
    ("indonesia_ccs_reserve", {"storage.leakage": {"model": "table", "table": "none.csv"}}),
    ("indonesia_ccs_reserve", {"crediting.start": "2001-01-01"}),
    ("indonesia_ccs_reserve", {"reserve.release_share": 0.5}),
    ("thailand_solar_uncertainty", {"project.reference_emission_factor": {"value": 9}}),
    ("thailand_solar_uncertainty", {"ensemble.levers": {"host": ["THA", "IDN"]}}),
    ("thailand_solar_uncertainty", {"ensemble.levers": {"crediting.discount": [0.9]}}),
    ("thailand_solar_uncertainty", {"ensemble.levers": {"crediting.discout": [0.9, 1]}}),
    ("thailand_ndc_balances", {"article6.host.target": "cumulative"}),
    ("thailand_ndc_balances", {"article6.host.last_year": 2000}),
    ("tunisia_semi_aerobic_landfill", {"project.climate": "tropic"}),
    ("chile_solar", {"operation": {"lifetime": 3}}),
    ("chile_solar", {"host": "CLH"}),
    ("chile_solar", {"crediting.renewals": ["2019-01-01"]}),
    ("chile_solar", {"reference.ndc": {"reduction": 0.1, "target_year": 2000}}),
    ("chile_solar", {"reference": {"own": "not_used"}}),
    ("chile_solar", {"bau.growth": {"rate": 2}}),
]
UNREADABLE = [
    "host: THA\nhost: MNG\n",
    "host: !secret x\n",
    "title: a: b\n",
    "host:\n\t- x\n",
    "host: [THA\n",
    "a: &a [*a]\n",
    "- one\n",
    "? [a]\n: 1\n",
    "a: *nowhere\n",
    "a: 1\n---\nb: 2\n",
    "a: 'open\n",
    "extends: gone.yaml\n",
    "extends: scenario.yaml\n",
    "host: \x07\n",
    "",
]


def english_left(text):
    return ENGLISH.findall(AS_IT_IS.sub("", text))


def said(found):
    return [Words("ja").problem(problem) for problem in found]


def wrong_words(texts):
    return [text for text in texts if english_left(text) or not JAPANESE_LETTER.search(text)]


def strings_of(path):
    """Yield the strings in the functions of a module, but for those that document it."""
    module = ast.parse(path.read_text(encoding="utf-8"))
    joined = [node for node in ast.walk(module) if isinstance(node, ast.JoinedStr)]
    inside = {id(part) for node in joined for part in ast.walk(node) if part is not node}
    for function in ast.walk(module):
        if isinstance(function, ast.FunctionDef):
            for statement in function.body:
                if not (
                    isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
                ):
                    yield from (node for node in ast.walk(statement) if id(node) not in inside)


def parts_of(node):
    """Return the text of a string between its places, and the text with its places filled in."""
    values = node.values if isinstance(node, ast.JoinedStr) else [node]
    texts = [each.value if isinstance(each, ast.Constant) else 5 for each in values]
    known = [text for text in texts if isinstance(text, str)]
    return [piece for text in known for piece in text.split("; ")], "".join(map(str, texts))


def untold(path):
    """Yield what a module says that is nowhere in the catalogue."""
    for node in strings_of(path):
        pieces, filled = parts_of(node)
        if filled.startswith("<"):  # a piece of a page
            continue
        lacking = {
            piece
            for piece in pieces
            if SEVERAL_WORDS.search(piece) and piece.strip(" ;:,()") not in KNOWN
        }
        if lacking - OTHER and wrong_words([problem_text(filled, "ja")]):
            yield filled


KNOWN = "\n".join(
    "\0".join(plain for plain, *_ in string.Formatter().parse(english)) for english in CATALOGUE
)


def seen(path):
    name = path.relative_to(PACKAGE).as_posix()
    unseen = {*UNSEEN, *LABELS}
    near = BAND_OF.get(top(path), 5) <= 4 or top(path) in PAGES
    return near and top(path) not in unseen and name not in TO_PROGRAMMERS


@pytest.mark.parametrize("path", [p for p in MODULES if seen(p)], ids=lambda p: p.stem)
def test_every_complaint_of_the_code_stands_in_the_catalogue(path):
    assert list(untold(path)) == []


def test_a_complaint_that_is_new_is_found_out(tmp_path):
    file = tmp_path / "module.py"
    file.write_text("def f(x):\n    return f'found {x}; nobody knows this sentence'\n")
    assert list(untold(file)) == ["found 5; nobody knows this sentence"]


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_in_japanese_without_english(mistake, tmp_path):
    file = write(tmp_path, changed(USUAL, MISTAKES[mistake].changes))
    found = problems(file)
    assert found
    assert wrong_words(said(found)) == []


@pytest.mark.parametrize(("name", "overrides"), OVERRIDES)
def test_a_wrong_value_in_a_shipped_scenario_is_told_in_japanese(name, overrides):
    found = problems(ROOT / "scenarios" / f"{name}.yaml", overrides)
    assert found
    assert wrong_words(said(found)) == []


@pytest.mark.parametrize("text", UNREADABLE)
def test_a_file_that_cannot_be_read_is_told_in_japanese(text, tmp_path):
    found = problems(write(tmp_path, text))
    assert found
    assert wrong_words(said(found)) == []


def test_a_missing_file_a_folder_and_a_file_of_pictures_are_told_in_japanese(tmp_path):
    picture = tmp_path / "picture.yaml"
    picture.write_bytes(b"\x89PNG\xff")
    found = [each for file in (tmp_path / "none", tmp_path, picture) for each in problems(file)]
    assert len(found) == 3
    assert wrong_words(said(found)) == []


def test_every_field_that_must_be_given_is_described_in_japanese():
    described = [
        field.description.rstrip(".")
        for model in sections(Scenario)
        for field in model.model_fields.values()
        if field.is_required() and field.description
    ]
    assert len(described) > 30
    assert (
        wrong_words([problem_text(f"missing; {text} is needed", "ja") for text in described]) == []
    )


def sections(model, known=None):
    """Return a section of a scenario and all that stand in it."""
    known = known or {model}
    for field in model.model_fields.values():
        for inside in models_in(field.annotation):
            if inside not in known and inside is not Value:
                known.add(inside)
                sections(inside, known)
    return known


def models_in(annotation):
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inside in typing.get_args(annotation):
        yield from models_in(inside)


@pytest.mark.parametrize("english", CATALOGUE)
def test_a_sentence_of_the_catalogue_has_its_places_and_no_english(english):
    japanese = CATALOGUE[english]
    assert set(places(japanese)) <= set(places(english))
    bare = re.sub(r"\{\w+\}", "", japanese)
    assert JAPANESE_LETTER.search(bare) or not re.search("[A-Za-z]", bare)
    assert not english_left(japanese)
    assert not re.search(r"[\u3002\u3001\uff1a\uff08\uff09] ", japanese)
    assert not japanese.endswith("。") or english == "; "


def places(text):
    return [name for _, name, *_ in string.Formatter().parse(text) if name]


@pytest.mark.parametrize(
    ("english", "japanese"),
    [
        ("found 'a; b'; missing", "「a; b」となっています。値がありません"),
        (
            "found 'it is needed'; allowed: x, y or z",
            "「it is needed」となっています。使えるのはx、yまたはzです",
        ),
        (
            "found 3, did you mean 4?; allowed is 0 to 2 MWh/yr",
            "3となっています（4のことではありませんか）。使えるのは0から2 MWh/yrまでです",
        ),
        (
            "low: found -5; allowed is 0 to any number t",
            "low\uff1a-5となっています。0 t以上にしてください",
        ),
        (
            "missing; Rated capacity of pumps and fans [kW] is needed",
            "値がありません。必要なのは「補機定格容量」\uff3bkW\uff3dです",
        ),
        (
            "no target below BaU is known for Chile",
            "チリについてBaU比の削減目標が登録されていません",
        ),
    ],
)
def test_keys_numbers_and_what_a_person_wrote_stay_as_they_are(english, japanese):
    assert problem_text(english, "ja") == japanese


@pytest.mark.parametrize(
    "text", ["nobody knows this", "found 1; nobody knows this", "it's so; 'x'"]
)
def test_what_the_catalogue_lacks_stays_english_as_a_whole(text):
    assert problem_text(text, "ja") == text


def test_in_english_a_problem_says_what_it_says():
    problem = Problem("crediting.discount", "found 2; allowed is 0 to 1")
    assert Words("en").problem(problem) == problem.message


@given(st.text(max_size=80))
def test_whatever_a_person_wrote_is_told_as_it_was_written(written):
    shown = repr(written)
    assert f"「{shown[1:-1]}」" in problem_text(f"found {shown}; it is needed", "ja") or (
        shown[1:-1].count(shown[0])
    )


@given(
    st.lists(st.sampled_from([*CATALOGUE, "'", '"', "; ", ", ", ": ", "x", "\ue000"]), max_size=9)
)
def test_any_text_comes_back_in_some_language(parts):
    assert problem_text("".join(parts), "ja") is not None


def test_a_page_in_japanese_says_what_is_wrong_in_japanese():
    words = Words("ja")
    known, unknown = (Problem("x", text) for text in ("found 2; it is needed", "not known at all"))
    page = render("message.html", words, messages=[words.problem(p) for p in (known, unknown)])
    assert "2となっています。この項目は必要です。" in page
    assert '<span lang="en">not known at all。</span>' in page
    assert page.count("lang=") == 1
