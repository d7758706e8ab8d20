"""YAML as plain data that remembers its lines: strict, and safe against what explodes."""

import copy
import datetime
import subprocess
import sys

import pytest

from jcm_models.documents import override, parse_set, read
from jcm_models.problems import Place


@pytest.fixture
def put(tmp_path):
    """Write files into a folder; returns the path of the last."""

    def write(text, name="a.yaml"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def only_problem(document):
    (problem,) = document.problems
    return problem


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1e-3", 0.001),
        ("1E5", 100_000.0),
        ("-2.5e+3", -2500.0),
        (".5", 0.5),
        ("1.", 1.0),
        ("017", 17),
        ("8_000", 8000),
        ("yes", "yes"),
        ("no", "no"),
        ("NO", "NO"),
        ("on", "on"),
        ("off", "off"),
        ("y", "y"),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("2024-02-29", datetime.date(2024, 2, 29)),
        ("2023-02-29", "2023-02-29"),
        ("'2024-02-29'", "2024-02-29"),
        ("'5'", "5"),
        ("'true'", "true"),
        ("5 MW", "5 MW"),
        ("0x1F", "0x1F"),
        ("1:30", "1:30"),
        ("[1, a]", [1, "a"]),
        ("{b: 1}", {"b": 1}),
        ("モンゴル", "モンゴル"),
    ],
)
def test_a_plain_word_is_read_as_a_person_means_it(put, written, value):
    document = read(put(f"a: {written}\n"))
    assert document.problems == ()
    assert document.data == {"a": value}
    assert type(document.data["a"]) is type(value)


def test_a_byte_order_mark_is_no_part_of_the_first_key(put):
    assert read(put("a: 1\n".encode("utf-8-sig"))).data == {"a": 1}


def test_every_key_remembers_its_file_and_line(put):
    path = put("a: 1\nb:\n  c: {d: 2,\n      e: [3,\n        4]}\n2020: 5\n")
    document = read(path)
    keys = {"a": 1, "b": 2, "b.c": 3, "b.c.d": 3, "b.c.e": 4, "b.c.e.1": 5, "2020": 6}
    for key, line in keys.items():
        assert document.place(tuple(key.split("."))) == Place(str(path), line), key


def test_an_unknown_key_has_the_place_of_what_it_would_stand_in(put):
    path = put("a: 1\nb:\n  c: 2\n")
    document = read(path)
    assert document.place(("b", "missing", "deeper")) == Place(str(path), 2)
    assert document.place(("missing",)) == Place(str(path), None)


@pytest.mark.parametrize(
    ("text", "key", "first", "second"),
    [
        pytest.param("a: 1\nb: 2\na: 3\n", "a", 1, 3, id="at the top"),
        pytest.param("a:\n  b: 1\n\n  b: 1\n", "a.b", 2, 4, id="in a section, the same value"),
        pytest.param("a: {b: 1,\n b: 2}\n", "a.b", 1, 2, id="in braces"),
        pytest.param("a:\n  2020: 1\n  2020: 2\n", "a.2020", 2, 3, id="a year"),
        pytest.param("a:\n  2020: 1\n  '2020': 2\n", "a.2020", 2, 3, id="a year and its text"),
        pytest.param("a: 1\n'a': 2\n", "a", 1, 2, id="a word and its quotation"),
    ],
)
def test_a_key_given_twice_is_refused_with_both_lines(put, text, key, first, second):
    path = put(text)
    problem = only_problem(read(path))
    assert problem.path == key
    assert problem.place == Place(str(path), second)
    assert f"given twice, in lines {first} and {second}" in problem.message


@pytest.mark.parametrize("key", ["true", "null", "1.5", "[a, b]", "{a: b}", "2020-01-01"])
def test_a_key_that_is_neither_a_word_nor_a_year_is_refused(put, key):
    path = put(f"b: 1\n? {key}\n: 2\n")
    problem = only_problem(read(path))
    assert (problem.place, problem.message) == (
        Place(str(path), 2),
        "a key must be a word or a year",
    )


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a: !!python/object/apply:os.mkdir [made]", id="a value"),
        pytest.param("a:\n  - 1\n  - !!python/object/apply:os.mkdir [made]", id="an item"),
        pytest.param("? !!python/object/apply:os.mkdir [made]\n: 1", id="a key"),
        pytest.param("? !!python/object/apply:os.mkdir made\n: 1", id="a key that is a word"),
        pytest.param("a: !!python/object/new:os.mkdir {args: [made]}", id="new"),
        pytest.param("a: !!python/name:os.mkdir", id="a name"),
        pytest.param("a: !!python/module:os", id="a module"),
        pytest.param("a: !!python/tuple [1, 2]", id="a tuple"),
        pytest.param("!!python/object/apply:os.mkdir [made]", id="the whole file"),
        pytest.param("a: !!binary bWFkZQ==", id="binary"),
        pytest.param("a: !secret word", id="a tag of its own"),
        pytest.param("a: !!set {b}", id="a set"),
    ],
)
def test_tags_are_refused_and_nothing_is_executed(put, text, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = put(text)
    problem = read(path).problems[0]
    assert problem.place.line == text.count("\n", 0, text.index("!!" if "!!" in text else "!")) + 1
    assert list(tmp_path.iterdir()) == [path]


def laughs(levels, width):
    """Write aliases that unfold to width ** levels words."""
    rows = ["a0: &a0 [" + ", ".join(["ha"] * width) + "]"]
    rows += [f"a{n}: &a{n} [" + ", ".join([f"*a{n - 1}"] * width) + "]" for n in range(1, levels)]
    return "\n".join(rows) + "\n"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(laughs(7, 7), id="a million laughs, which memory could still hold"),
        pytest.param(laughs(19, 2), id="by doubling"),
        pytest.param(laughs(2, 400), id="a square of laughs"),
        pytest.param("a: &a [*a]\n", id="a list in itself"),
        pytest.param("a: &a {b: *a}\n", id="a section in itself"),
        pytest.param("a: &a\n  b: &b\n    c: [*a, *b]\n", id="two in each other"),
        pytest.param("&a [*a]\n", id="the whole file in itself"),
    ],
)
def test_aliases_that_explode_or_bite_their_tail_end_at_once_with_the_reason(put, text):
    document = read(put(text))
    assert "aliases (*name) repeat each other too often" in only_problem(document).message
    assert document.data == {}


def test_an_alias_may_repeat_what_was_written_before(put):
    path = put("a: &x {b: 1}\nc: *x\nd: [*x, *x]\n")
    assert read(path).data == {"a": {"b": 1}, "c": {"b": 1}, "d": [{"b": 1}, {"b": 1}]}


@pytest.mark.parametrize(
    ("opening", "closing"), [("[", "]"), ("{a: ", "}")], ids=["lists", "sections"]
)
@pytest.mark.parametrize("depth", [600, 5_000])
def test_deep_nesting_is_refused(put, opening, closing, depth):
    document = read(put("a: " + opening * depth + "1" + closing * depth + "\n"))
    assert only_problem(document).message == "the file is nested too deeply"


def test_the_deepest_nesting_that_a_file_has_room_for_does_not_break_the_interpreter(put):
    path = put("a: " + "[" * 450_000 + "]" * 450_000 + "\n")
    # In a process of its own: this used to end in a segmentation fault.
    code = "import sys; from pathlib import Path; from jcm_models.documents import read; "
    code += "print(len(read(Path(sys.argv[1])).problems))"
    ran = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True)
    assert (ran.returncode, ran.stdout) == (0, "1\n")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param("a: Größe\n".encode("latin-1"), "not text in UTF-8", id="Latin-1"),
        pytest.param("a: 1\n".encode("utf-16"), "not text in UTF-8", id="UTF-16"),
        pytest.param(bytes(range(256)), "not text in UTF-8", id="no text at all"),
        pytest.param(b"a: \x00\n", "this is no YAML", id="a zero byte"),
        pytest.param(b"a: [1, 2\nb: 3\n", "this is no YAML", id="a bracket left open"),
        pytest.param(b"a: b: c\n", "this is no YAML", id="two colons"),
        pytest.param(b"a:\n\t- 1\n", "this is no YAML", id="a tabulator"),
        pytest.param(b"a: *nowhere\n", "this is no YAML", id="an alias of nothing"),
        pytest.param(b"a: 1\n---\nb: 2\n", "this is no YAML", id="two documents"),
        pytest.param(b"- a\n- b\n", "found no keys", id="a list"),
        pytest.param(b"words\n", "found no keys", id="words"),
        pytest.param(b"a: " + b"x" * 1_000_000, "larger than 1,000,000 bytes", id="a large file"),
    ],
)
def test_a_file_that_is_no_scenario_is_refused(put, content, words):
    path = put(content)
    document = read(path)
    assert words in only_problem(document).message
    assert only_problem(document).place.file == str(path)
    assert document.data == {}


@pytest.mark.parametrize("text", ["", "\n\n", "# nothing but words\n", "{}\n"])
def test_an_empty_file_is_data_without_keys(put, text):
    document = read(put(text))
    assert (document.data, document.problems) == ({}, ())


@pytest.mark.parametrize("content", ["null\n", "~\n", "---\n"])
def test_a_file_that_says_nothing_is_refused(put, content):
    assert "found no keys" in only_problem(read(put(content))).message


def test_a_folder_and_a_missing_file_are_refused(tmp_path):
    assert "Is a directory" in only_problem(read(tmp_path)).message
    assert "No such file" in only_problem(read(tmp_path / "none.yaml")).message


BASE = """\
shared: base
section:
  kept: 1
  changed: 2
  inner: {kept: 3, changed: 4}
number:
  value: 10
  unit: MWh
  source: Old source
series:
  series: {2020: 1, 2030: 2}
  source: Old source
section_for_number: {kept: 5}
number_for_section: 6
list: [1, 2, 3]
"""

TOP = """\
extends: parts/base.yaml
section:
  changed: 20
  inner:
    changed: 40
number: {value: 11}
series: {series: {2025: 3}}
section_for_number: 50
number_for_section: {kept: 60}
list: [9]
own: top
"""


@pytest.fixture
def extended(put):
    put(BASE, "parts/base.yaml")
    return read(put(TOP, "top.yaml"))


def test_extends_merges_sections_and_replaces_numbers_whole(extended):
    assert extended.problems == ()
    assert extended.data == {
        "shared": "base",
        "section": {"kept": 1, "changed": 20, "inner": {"kept": 3, "changed": 40}},
        "number": {"value": 11},
        "series": {"series": {2025: 3}},
        "section_for_number": 50,
        "number_for_section": {"kept": 60},
        "list": [9],
        "own": "top",
    }


@pytest.mark.parametrize(
    ("key", "file", "line"),
    [
        ("shared", "base.yaml", 1),
        ("section.kept", "base.yaml", 3),
        ("section.changed", "top.yaml", 3),
        ("section.inner.kept", "base.yaml", 5),
        ("section.inner.changed", "top.yaml", 5),
        ("number", "top.yaml", 6),
        ("number.source", "top.yaml", 6),
        ("series.series.2020", "top.yaml", 7),
        ("section_for_number.kept", "top.yaml", 8),
        ("number_for_section.kept", "top.yaml", 9),
        ("list.0", "top.yaml", 10),
        ("list.2", "top.yaml", 10),
        ("own", "top.yaml", 11),
    ],
)
def test_lines_survive_extends_and_none_is_stale(extended, key, file, line):
    place = extended.place(tuple(key.split(".")))
    assert (place.file.rsplit("/", 1)[-1], place.line) == (file, line)


def test_extends_is_looked_up_from_its_own_folder_and_may_go_on(put):
    put("a: 1\nb: 1\nc: 1\n", "one/first.yaml")
    put("extends: ../one/first.yaml\nb: 2\nc: 2\n", "two/second.yaml")
    document = read(put("extends: two/second.yaml\nc: 3\n", "third.yaml"))
    assert document.data == {"a": 1, "b": 2, "c": 3}
    assert [file.name for file in document.files] == ["third.yaml", "second.yaml", "first.yaml"]


@pytest.mark.parametrize(
    ("files", "circle"),
    [
        ({"a": "a"}, "a.yaml -> a.yaml"),
        ({"b": "a", "a": "b"}, "a.yaml -> b.yaml -> a.yaml"),
        ({"c": "a", "b": "c", "a": "b"}, "a.yaml -> b.yaml -> c.yaml -> a.yaml"),
        ({"c": "b", "b": "c", "a": "b"}, "a.yaml -> b.yaml -> c.yaml -> b.yaml"),
        ({"a": "../{here}/a"}, "a.yaml -> a.yaml"),
    ],
    ids=["itself", "two", "three", "a circle further on", "itself by another path"],
)
def test_extends_in_a_circle_is_refused_with_the_way_round(put, tmp_path, files, circle):
    for name, target in files.items():
        path = put(f"x: 1\nextends: {target.format(here=tmp_path.name)}.yaml\n", f"{name}.yaml")
    problem = only_problem(read(path))
    assert (problem.path, problem.place.line) == ("extends", 2)
    assert problem.message == f"goes in a circle: {circle}"


@pytest.mark.parametrize(
    "target",
    ["none.yaml", "..", "''", "5", "[a.yaml]", "{a: b}", '"\\0"', "x" * 300, '"\\n"', "2020-01-01"],
)
def test_extends_of_what_is_no_file_is_refused(put, target):
    problem = only_problem(read(put(f"x: 1\nextends: {target}\n")))
    assert (problem.path, problem.place.line) == ("extends", 2)
    assert problem.message.startswith("there is no file ")


def test_what_is_wrong_in_an_extended_file_is_found_there(put):
    base = put("a: 1\na: 2\n", "base.yaml")
    top = put("extends: base.yaml\nb: !secret 1\n", "top.yaml")
    assert {p.place for p in read(top).problems} == {Place(str(base), 2), Place(str(top), 2)}


@pytest.fixture
def document(put):
    return read(put("a: 1\nsection:\n  number: {value: 2, source: Old}\n  other: 3\n2020: 4\n"))


@pytest.mark.parametrize(
    ("key", "new", "old"),
    [
        ("a", 10, 1),
        ("section.other", "5 MW", 3),
        ("section.number", 20, {"value": 2, "source": "Old"}),
        ("section.number.value", 20, 2),
        ("section.new", 6, None),
        ("new.section.key", 7, None),
        ("a.deeper", 8, None),
        ("2020", 9, 4),
    ],
)
def test_an_override_replaces_one_value_and_records_old_and_new(document, key, new, old):
    replaced = override(document, {key: new}, "--set")
    found = replaced.data
    for part in key.split("."):
        found = found[int(part) if part.isdigit() else part]
    assert found == new
    assert [(c.path, c.old, c.new) for c in replaced.changes] == [(key, old, new)]
    assert replaced.place(tuple(key.split("."))) == Place(f"--set {key}={new}")


def test_an_override_leaves_the_document_and_all_else_in_it_alone(document):
    before = copy.deepcopy(document)
    replaced = override(document, {"section.number": 20, "a": 0}, "--set")
    assert document == before
    assert replaced.data == {"a": 0, "section": {"number": 20, "other": 3}, 2020: 4}
    assert replaced.place(("section", "other")) == document.place(("section", "other"))
    assert "--set" in str(replaced.place(("section", "number", "source")))


def test_overrides_add_up(document):
    twice = override(override(document, {"a": 2}, "--set"), {"a": 3}, "with_()")
    assert [(c.old, c.new) for c in twice.changes] == [(1, 2), (2, 3)]


@pytest.mark.parametrize(
    ("text", "key", "value"),
    [
        ("crediting.discount=0.95", "crediting.discount", 0.95),
        ("reserve.rate=3 %", "reserve.rate", "3 %"),
        ("a = 1e-3 ", "a", 0.001),
        ("host=NO", "host", "NO"),
        ("crediting.end=2030-12-31", "crediting.end", datetime.date(2030, 12, 31)),
        ("a={b: 1, c: [2]}", "a", {"b": 1, "c": [2]}),
        ("a.b=c=d", "a.b", "c=d"),
        ("a='5'", "a", "5"),
        ("a=null", "a", None),
        ("a=", "a", None),
    ],
)
def test_a_set_argument_is_a_key_and_a_value_in_yaml(text, key, value):
    assert parse_set(text) == (key, value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "write it as key=value"),
        ("a", "write it as key=value"),
        ("=5", "write it as key=value"),
        (" =5", "write it as key=value"),
        ("a=[1", "this is no YAML"),
        ("a=*b", "this is no YAML"),
        ("a=!!python/object/apply:os.getcwd []", "is refused"),
        ("a={b: 1, b: 2}", "given twice"),
        ("a=" + "[" * 5000 + "]" * 5000, "too deeply"),
        ("a=\x00", "this is no YAML"),
    ],
    ids=lambda text: repr(text[:20]),
)
def test_a_set_argument_that_is_no_key_and_value_is_refused(text, words):
    with pytest.raises(ValueError, match=words):
        parse_set(text)
