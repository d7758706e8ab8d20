"""Both languages say the same, and no page in Japanese is half in English."""

import re
import string
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

import jcm_models as jcm
from jcm_models.documents import shown
from jcm_models.figures.palette import wrap
from jcm_models.method_catalogue import find_method, method_names
from jcm_models.runs import inputs_hash
from jcm_models.simulation import load_scenario
from jcm_models.tables import read_table
from jcm_models.variables import families
from jcm_models.view import _SECTIONS
from jcm_models.wording import LANGUAGES, Words
from tests.examples import SHIPPED, TINY, write

ENGLISH, JAPANESE = Words("en")._texts, Words("ja")._texts
JAPANESE_LETTER = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
ENGLISH_WORD = re.compile(r"[A-Za-z_]*[a-z]{2,}[A-Za-z_]*")

# Units, what is cited by its name, and keys of a scenario: they are written alike in Japanese.
ALIKE = {"yr", "ha", "km", "kg", "ohm", "degC", "ktCO", "output", "scenarios", "yaml", "et", "al"}
ALIKE |= {"Alcalde", "Nature", "Communications", "Storage", "Security", "Calculator", "jcm"}
ALIKE |= {"report", "government_ceiling", "Tool", "bonsai", "ipcc", "kgCO"}
ALIKE |= {"csv", "netCDF", "html", "xlsx", "English"}

# Addresses, numbers of reports, and what papers and companies are called.
CITED = re.compile(
    r"(https://)?[\w-]+(\.[\w-]+)*\.(jp|com)\b[\w/.-]*|13ps_ina_03|2013ds02"
    r"|Lee et al\. 2026 \(Carbon at Risk\)|Republika|Jateng Today|Kompas|PT Adib|BusinessWorld"
    r"|Metro Pacific Investments|VietnamPlus"
)

UNCERTAIN = (
    "indonesia_ccs_uncertainty",
    "mongolia_overselling_uncertainty",
    "thailand_solar_uncertainty",
)
OF_UNCERTAINTY = (
    *("answer", "over_time", "outcomes", "influence", "one_at_a_time", "discovery", "levers"),
    *("convergence", "brush", "assumptions", "inputs", "method", "notes", "identity"),
)
FILES = {path.stem: path for path in SHIPPED}


class Texts(HTMLParser):
    """Collects what is read on a page, or read out, but for what others wrote."""

    _ALONE = frozenset({"meta", "link", "br", "wbr", "img", "hr", "input"})
    _UNREAD = frozenset({"style", "math", "code"})

    def __init__(self):
        super().__init__()
        self.open, self.found = [], []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        left_out = tag in self._UNREAD or "lang" in given or given.get("class") == "jcm-place"
        self.found += [] if any(self.left_out) else [given.get("aria-label") or ""]
        if tag not in self._ALONE:
            self.open.append((tag, left_out))

    def handle_endtag(self, tag):
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        if not any(self.left_out):
            self.found.append(data)

    @property
    def left_out(self):
        return [left_out for _, left_out in self.open]


def english_in(html, own_names=()):
    """Return the English words on a page in Japanese, but for the names that a scenario gives."""
    texts = Texts()
    texts.feed(html)
    text = CITED.sub("", " ".join(texts.found))
    for name in sorted(own_names, key=len, reverse=True):
        text = text.replace(name, "").replace(name[:1].upper() + name[1:], "")
    return set(ENGLISH_WORD.findall(text)) - ALIKE


def names_of(scenario):
    """Return the files that a scenario stands in, and what it is known by."""
    yield from map(shown, scenario.document.files)
    yield from (scenario.partner.source, inputs_hash(scenario))


def places(text):
    return sorted(name for _, name, *_ in string.Formatter().parse(text) if name)


def test_both_languages_have_the_same_keys():
    assert set(LANGUAGES) == {"en", "ja"}
    assert list(JAPANESE) == list(ENGLISH)


@pytest.mark.parametrize("key", ENGLISH)
def test_a_text_fills_in_the_same_in_both_languages(key):
    assert places(JAPANESE[key]) == places(ENGLISH[key])


def test_no_japanese_text_is_the_english_one_where_it_has_words():
    same = {key for key, text in JAPANESE.items() if text == ENGLISH[key]}
    assert {key for key in same if _english(JAPANESE[key]) - ALIKE} == set()


def test_a_japanese_text_has_no_words_but_names_and_units():
    assert {key: found for key, text in JAPANESE.items() if (found := _english(text) - ALIKE)} == {}


@pytest.mark.parametrize("key", JAPANESE)
def test_a_japanese_text_has_japanese_punctuation(key):
    text = JAPANESE[key]
    for cited in ("Alcalde et al. (2018), Nature Communications 9:2201", "(1 − d)", "/*.yaml"):
        text = text.replace(cited, "")
    assert not re.search(r"[,;:!?.()](?!\d)", _bare(text).replace("(SHA-256)", ""))
    assert not re.search(r"[\u3002\u3001\uff1a\uff08\uff09] ", text)
    assert text.count("（") == text.count("）")


def _english(text):
    return set(ENGLISH_WORD.findall(_bare(text)))


def _bare(text):
    return re.sub(r"\{\w+\}", "", text)


@pytest.mark.parametrize("name", [n for n in method_names() if not n.startswith("_")])
def test_a_method_says_in_japanese_what_it_computes(name):
    method = find_method(name)
    if not method.function.__module__.startswith("jcm_models."):
        pytest.skip("a method of a test")
    assert JAPANESE_LETTER.search(method.title_ja)
    assert JAPANESE_LETTER.search(Words("ja").summary(name, ""))
    assert Words("en").summary(name, "as it is") == "as it is"


def test_no_summary_is_left_of_a_method_that_is_gone():
    assert set(read_table("words/methods_ja.yaml")) <= set(method_names())


def test_every_label_of_the_tables_is_in_japanese():
    assert set(_in_english(read_table("variables.yaml"))) == {"HFC-227ea", "HFC-245fa"}
    assert set(_in_english(read_table("storage_regimes.yaml"))) == set()
    assert set(_in_english(read_table("rules/partners.yaml"))) == set()
    assert all(family.summary_ja for family in families().values())


def _in_english(table):
    for key, inside in table.items():
        if isinstance(inside, dict):
            yield from _in_english(inside)
        elif key in {"label_ja", "name_ja", "summary_ja"} and ENGLISH_WORD.search(inside):
            yield inside


@pytest.mark.parametrize("name", FILES)
def test_a_shipped_scenario_has_its_title_and_question_in_japanese(name):
    scenario = load_scenario(FILES[name])
    assert JAPANESE_LETTER.search(scenario.title.in_language("ja"))
    assert JAPANESE_LETTER.search(scenario.question.in_language("ja"))


@pytest.mark.parametrize("name", FILES)
def test_a_report_in_japanese_has_no_english(name):
    view = jcm.View(FILES[name], lang="ja")
    own = list(names_of(view.scenario))
    assert {n: found for n in _SECTIONS if (found := english_in(view.section(n).value, own))} == {}


@pytest.mark.parametrize("name", UNCERTAIN)
def test_a_page_on_uncertainty_in_japanese_has_no_english(name):
    page = jcm.UncertaintyPage(FILES[name], lang="ja", samples=64)
    own = list(names_of(page.scenario))
    found = {n: english_in(page.section(n).value, own) for n in OF_UNCERTAINTY}
    assert {n: words for n, words in found.items() if words} == {}


def test_the_page_of_methods_in_japanese_has_no_english():
    page = jcm.MethodsPage(lang="ja")
    named = ("forest to cropland", "paper", "board", "low", "usual")  # categories of the examples
    assert english_in(page.heading.value + page.body.value, named) == set()


@pytest.mark.parametrize(
    ("section", "key"),
    [
        ("question", "answer.reductions"),
        ("key_figures", "card.issued"),
        ("emissions", "figure.emissions_title"),
        ("inputs", "table.source"),
        ("method", "symbol.inside"),
        ("by_year", "table.caption"),
    ],
)
def test_a_japanese_text_that_is_missing_is_found_out(section, key, monkeypatch):
    view = jcm.View(FILES["chile_solar"], lang="ja")
    own = list(names_of(view.scenario))
    assert english_in(view.section(section).value, own) == set()
    monkeypatch.setitem(view.words._texts, key, ENGLISH[key])
    view._fill(section)
    assert english_in(view.section(section).value, own)


def test_what_others_wrote_is_marked_with_its_language(tmp_path):
    words = Words("ja")
    assert words.is_foreign("Notes are in English.")
    assert not words.is_foreign("注記は日本語です。")
    assert not words.is_foreign("")
    file = write(tmp_path, TINY + "notes: [In English., 日本語です。]\n")
    notes = jcm.View(file, lang="ja").notes.value
    assert '<li lang="en">In English.</li>' in notes
    assert "<li>日本語です。</li>" in notes
    assert "<li>In English.</li>" in jcm.View(file).notes.value


@pytest.mark.parametrize("name", FILES)
def test_what_a_shipped_scenario_tells_its_readers_is_in_both_languages(name):
    scenario = load_scenario(FILES[name])
    notes = [given.value.note for given in scenario.inputs() if given.place and given.value.note]
    for note in (*scenario.notes, *scenario.names.values(), *notes):
        assert JAPANESE_LETTER.search(note.in_language("ja")), note.en
        assert not JAPANESE_LETTER.search(note.in_language("en"))


@pytest.mark.parametrize(
    ("english", "japanese"),
    [
        ("0.38 tCO2e/MWh, −1\u00a0% a year from 2027", "0.38 tCO₂e/MWh、2027年以降は年−1\u00a0%"),
        ("5 (highest of turbo (new): 5, screw: 4)", "5（最大\uff1aturbo (new): 5, screw: 4）"),
        ("48 (2021) to 56 tCO2e/yr (2030)", "48（2021年）から56\u00a0tCO₂e/yr（2030年）"),
        ("lognormal(0.741, 0.06) t, at least 0.5 t", "対数正規分布（0.741, 0.06） t、下限0.5 t"),
        ("1 t, ±10\u00a0% each year, persistence 0.7", "1 t、各年±10\u00a0%、持続性0.7"),
        ("2 1/yr", "2/年"),
        ("8,000 MWh/yr", "8,000 MWh/yr"),
    ],
)
def test_a_number_says_in_japanese_what_it_was_made_of(english, japanese):
    assert Words("ja").written(english) == japanese


def test_the_picker_offers_scenarios_by_their_titles_in_the_language():
    view = jcm.View(FILES["chile_solar"], lang="ja")
    assert dict(view.controls_of("controls")[0].options)["chile_solar"] == "チリ 太陽光発電"


@given(
    text=st.text("排出量リーク、。（）ッ〜CO2e", max_size=40),
    width=st.integers(30, 200),
)
def test_no_line_of_a_figure_begins_or_ends_as_japanese_lines_must_not(text, width):
    lines = wrap(text, width, 14, at_most=99)
    assert "".join(lines) == text
    assert not any(line[:1] in tuple("、。）ッー〜") for line in lines[1:])
    assert not any(line.endswith("（") for line in lines[:-1])
