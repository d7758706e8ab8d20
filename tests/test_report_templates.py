"""A team's own template: its looks in the browser and on paper, and what is refused."""

import re
import struct
import zlib
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from jcm_models.printing import print_pdfs
from jcm_models.problems import ScenarioError
from jcm_models.report_templates import read_template
from tests import browser as chromium
from tests.commands import jcm as command
from tests.report_pages import RUN, sections, solar, texts, written

LOGO = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 20">
<title>Bureau of Forests</title><text x="0" y="16" font-size="14">Forests</text></svg>"""
PAGE = """{% extends "report.html" %}
{% block before %}<p>For the joint committee, on {{ country }}</p>{% endblock %}
{% block after %}
<section class="jcm"><h2>Our view</h2><p>Run {{ run_id }}: {{ title }}</p></section>
{% endblock %}
"""
STYLE = ":root { --jcm-reference: #00aa11; } .jcm h1 { color: rgb(1, 2, 3); }"


def picture(width=2, height=2):
    """Return a white PNG."""

    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"".join(b"\0" + b"\xff" * width for _ in range(height)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.fixture
def folder(tmp_path):
    """A template with everything that one may hold, but one logo only."""
    folder = tmp_path / "forests"
    (folder / "notebooks").mkdir(parents=True)
    (folder / "report.html").write_text(PAGE)
    (folder / "style.css").write_text(STYLE)
    (folder / "logo.svg").write_text(LOGO)
    (folder / "notebooks" / "ours.ipynb").write_text("{}")
    (folder / ".DS_Store").write_bytes(b"\xff")
    return folder


@pytest.fixture
def page(folder, tmp_path):
    view = solar()
    cells = sections(view, "question key_figures emissions")
    return written(tmp_path / "run", view.scenario, *cells, template=read_template(folder))


@pytest.mark.parametrize("width", [1280, 390])
def test_logo_colours_and_own_section_are_seen_in_the_browser(page, watched, width):
    watched.page.set_viewport_size({"width": width, "height": 900})
    watched.page.goto(page.as_uri())
    logo = watched.page.get_by_role("img", name="Bureau of Forests")
    assert logo.is_visible()
    assert logo.evaluate("image => image.naturalWidth") > 0
    answer = watched.page.locator(".jcm-answer")
    assert answer.evaluate("e => getComputedStyle(e).borderLeftColor") == "rgb(0, 170, 17)"
    heading = watched.page.get_by_role("heading", level=1)
    assert heading.evaluate("e => getComputedStyle(e).color") == "rgb(1, 2, 3)"
    assert watched.page.get_by_text("For the joint committee, on Thailand").is_visible()
    assert watched.page.get_by_role("heading", name="Our view").is_visible()
    assert watched.page.evaluate("document.documentElement.scrollWidth") <= width
    assert watched.outside == []
    assert watched.errors == []


def test_logo_and_own_section_are_printed(page):
    chromium.ensure()
    (pdf,) = print_pdfs([page])
    found = texts(pdf)
    assert "Forests" in found[0]
    assert "For the joint committee, on Thailand" in found[0]
    assert f"Our view Run {RUN}: 5 MW floating solar power plant, Thailand" in found[-1]


def test_an_empty_folder_changes_nothing(tmp_path):
    view = solar()
    (tmp_path / "empty").mkdir()
    cells = sections(view, "question emissions")
    own = read_template(tmp_path / "empty")
    usual, plain = (
        written(tmp_path / name, view.scenario, *cells, template=template).read_text()
        for name, template in (("usual", None), ("plain", own))
    )
    assert plain.split() == usual.split()


def test_a_png_is_a_logo_too(folder, tmp_path):
    (folder / "logo.svg").unlink()
    (folder / "logo.png").write_bytes(picture())
    view = solar()
    cells = sections(view, "question")
    page = written(tmp_path / "run", view.scenario, *cells, template=read_template(folder))
    (logo,) = re.findall(
        r'<img src="data:image/png;base64,[\w+/=]+" alt="([^"]+)">', page.read_text()
    )
    assert logo == "Logo"


def test_what_a_scenario_says_is_escaped(folder, tmp_path):
    view = solar()
    scenario = view.scenario.with_({"title": "<b>Solar</b> & wind"})
    page = written(tmp_path / "run", scenario, template=read_template(folder)).read_text()
    assert "<b>Solar" not in page
    assert "&lt;b&gt;Solar&lt;/b&gt; &amp; wind</p>" in page


def test_a_template_is_known_by_all_of_its_files(folder, tmp_path):
    before = read_template(folder)
    assert re.fullmatch(r"[0-9a-f]{64}", before.identity)
    moved = folder.rename(tmp_path / "elsewhere")
    (moved / ".DS_Store").unlink()
    assert read_template(moved).identity == before.identity
    seen = {before.identity}
    for file in ("report.html", "style.css", "logo.svg", "notebooks/ours.ipynb"):
        with (moved / file).open("a") as more:
            more.write("\n")
        seen.add(read_template(moved).identity)
    (moved / "notebooks" / "ours.ipynb").rename(moved / "notebooks" / "other.ipynb")
    seen.add(read_template(moved).identity)
    assert len(seen) == 6
    with pytest.raises(FrozenInstanceError):
        before.identity = "another"


WRONG = {
    "unclosed block": (
        "report.html",
        PAGE + "{% block header %}",
        r"report.html:6: cannot be read",
    ),
    "unknown block": ("report.html", PAGE + "{% block foter %}x{% endblock %}", r":6: .* footer\?"),
    "unknown value": (
        "report.html",
        PAGE.replace("country", "contry"),
        r":2: there is no value contry, did you mean country\?",
    ),
    "not ours": (
        "report.html",
        "<p>{{ body }}</p>",
        r':1: must begin with \{% extends "report.html"',
    ),
    "outside of blocks": ("report.html", PAGE + "<p>lost</p>", r"stands in no block"),
    "without the notebook": (
        "report.html",
        PAGE + "{% block body %}nothing{% endblock %}",
        r"does not show the notebook",
    ),
    "a wrong attribute": (
        "report.html",
        PAGE.replace("{{ country }}", "{{ country.name.first }}"),
        r":2: cannot be filled in",
    ),
    "into the machine": (
        "report.html",
        PAGE.replace("{{ country }}", "{{ ''.__class__.__mro__ }}"),
        r":2: cannot be filled in: .*unsafe",
    ),
    "another page": ("report.html", '{% extends "reprt.html" %}', r":1: must begin with"),
    "a script": ("report.html", PAGE.replace("<p>For", "<script>1</script><p>For"), r":2: <script"),
    "a picture from elsewhere": (
        "report.html",
        PAGE.replace("<p>For", '<img src="http://x.example/a.png"><p>For'),
        r":2: src=.* cannot stand here",
    ),
    "an import": ("style.css", "p {}\n@import 'a.css';", r"style.css:2: @import cannot stand here"),
    "an address": (
        "style.css",
        "p { background: url(http://x.example/a.png) }",
        r"style.css:1: url",
    ),
    "a file beside": ("style.css", 'p { background: url("a.png") }', r"style.css:1: url"),
    "an end of style": ("style.css", "</style><script>", r"style.css:1: </style"),
    "no text": ("style.css", b"p {}\n\xff", r"style.css:2: is not in UTF-8"),
    "an unknown file": ("styles.css", "", r"styles.css: unknown file, did you mean style.css\?"),
    "a deep file": ("notebooks/deep/a.ipynb", "{}", r"a.ipynb: unknown file"),
    "a broken picture": ("logo.svg", "<svg>\n<g>\n</svg>", r"logo.svg:3: is no SVG picture"),
    "another picture": ("logo.svg", "<html/>", r"logo.svg:1: is no SVG picture"),
    "a large picture": ("logo.svg", "<svg>" + " " * 1_000_000 + "</svg>", r"found 1.0 MB; 1 MB at"),
    "two pictures": ("logo.png", picture(), r"logo.png: logo.svg is there too"),
}


@pytest.mark.parametrize(("file", "content", "told"), WRONG.values(), ids=WRONG)
def test_each_mistake_is_one_line_that_says_where(folder, file, content, told):
    path = folder / file
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ScenarioError, match=told) as refused:
        read_template(folder)
    assert len(str(refused.value).splitlines()) == 1


def test_mistakes_come_all_at_once(folder):
    (folder / "report.html").write_text(PAGE + "{{ lost }}")
    (folder / "style.css").write_text("@import 'a';\n@import 'b';")
    with pytest.raises(ScenarioError) as refused:
        read_template(folder)
    assert len(refused.value.problems) == 4


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ScenarioError, match="there is no such folder; `jcm new --template"):
        read_template(tmp_path / "nowhere")


def test_a_new_template_is_sound_and_shows_its_logo(tmp_path):
    done = command("new", "--template", str(tmp_path / "mine"))
    assert done.returncode == 0, done.stderr
    found = read_template(tmp_path / "mine")
    assert found.logo_text == "Your team"
    assert {file.name for file in Path(tmp_path / "mine").iterdir()} == {
        "logo.svg",
        "report.html",
        "style.css",
    }
