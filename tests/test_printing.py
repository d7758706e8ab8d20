"""Reports on paper: printed by a real Chromium, read back by a PDF reader."""

import html
import os
import re
import shutil
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from pypdf import PdfReader

import jcm_models as jcm
from jcm_models import browsers
from jcm_models.printing import print_pdfs, require_printer
from jcm_models.problems import ScenarioError
from tests import browser as chromium
from tests.report_pages import RUN, executed, sections, shown, solar, texts, written

A4 = (210, 297)
HOSTILE = 'Solar \\ "wind" </style><b>& more</b>'
COLUMNS = 40
ROWS = 150


def table(rows, columns):
    heads = "".join(f"<th>head{column}</th>" for column in range(columns))
    body = "".join(
        "<tr>" + "".join(f"<td>r{row}c{column}</td>" for column in range(columns)) + "</tr>"
        for row in range(rows)
    )
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """Pages of every kind, by name."""
    chromium.ensure()
    folder = tmp_path_factory.mktemp("pages")
    view = solar()
    scenario = view.scenario
    return {
        "solar": written(folder / "solar", scenario, *sections(view)),
        "japanese": written(folder / "japanese", scenario, *sections(solar("ja")), language="ja"),
        "tables": written(
            folder / "tables",
            scenario.with_({"title": HOSTILE}),
            shown(table(3, COLUMNS)),
            shown(table(ROWS, 3)),
            shown("<details><summary>folded</summary><p>unfolded</p></details>"),
        ),
    }


@pytest.fixture(scope="module")
def pdfs(pages):
    return dict(zip(pages, print_pdfs(pages.values()), strict=True))


def test_the_first_page_answers_the_question(pdfs):
    view = solar()
    first = texts(pdfs["solar"])[0]
    total = round(float(view.results["credits_issued"].sum()))
    answer = f"Of this, {total:,} tCO₂e are issued as credits"
    for said in (view.scenario.title.en, view.scenario.question.en, answer):
        assert said in first
    for shown_there in (
        "Saved against business as usual 47,705",
        "Figure 1",
        "Credited reductions",
    ):
        assert shown_there in first


def test_a_pdf_lies_beside_its_page_and_nothing_else(pdfs, pages):
    for name, pdf in pdfs.items():
        assert pdf == pages[name].with_name("report.pdf")
        assert {file.name for file in pdf.parent.iterdir()} == {"report.html", "report.pdf"}


def test_every_page_is_a4_and_says_which_run_and_which_page_it_is(pdfs):
    for pdf in pdfs.values():
        pages = PdfReader(pdf).pages
        for page in pages:
            size = [float(side) / 72 * 25.4 for side in page.mediabox[2:]]
            assert size == pytest.approx(A4, abs=0.5)
        for number, text in enumerate(texts(pdf), start=1):
            assert f"{number} / {len(pages)}" in text
            assert RUN in text


def test_a_title_of_any_kind_stands_above_each_page_but_the_first(pdfs):
    first, *others = texts(pdfs["tables"])
    assert HOSTILE not in first
    assert others
    assert all(HOSTILE in text for text in others)


def test_the_pdf_has_title_language_tags_and_outline(pdfs):
    reader = PdfReader(pdfs["solar"])
    root = reader.trailer["/Root"]
    assert reader.metadata.title == solar().scenario.title.en
    assert root["/Lang"] == "en"
    assert root["/MarkInfo"]["/Marked"].value
    (top, below) = reader.outline
    assert top.title == reader.metadata.title
    named = [entry.title for entry in below]
    assert named[:2] == [
        "Figure 1: Emissions with and without the project",
        "Figure 2: Where the reductions go",
    ]
    assert named[-1] == "This run"


def test_every_figure_has_a_text_instead_of_it(pdfs):
    reader = PdfReader(pdfs["solar"])
    objects = (reader.get_object(number) for number in range(1, reader.trailer["/Size"]))
    tagged = [each for each in objects if isinstance(each, dict) and each.get("/S") == "/Figure"]
    alternatives = [str(each.get("/Alt", "")) for each in tagged]
    assert len(alternatives) == 2
    assert "Emissions with and without the project" in alternatives[0]
    assert "Where the reductions go" in alternatives[1]


def test_all_fonts_are_inside(pdfs):
    for pdf in pdfs.values():
        for page in PdfReader(pdf).pages:
            for font in page["/Resources"]["/Font"].values():
                if font["/Subtype"] == "/Type3":  # its letters are drawings inside the file
                    continue
                (descendant,) = font["/DescendantFonts"]
                assert {"/FontFile2", "/FontFile3"} & set(descendant["/FontDescriptor"])


def test_japanese_is_drawn_and_can_be_read_back(pdfs):
    reader = PdfReader(pdfs["japanese"])
    title = solar("ja").scenario.title.ja
    first, second, *_ = ("".join(text.split()) for text in texts(pdfs["japanese"]))
    for said in (title, "28,072", "クレジットとして発行", "図1"):
        assert "".join(said.split()) in first
    assert "図2" in second
    assert "表1" in second
    assert reader.metadata.title == title
    assert reader.trailer["/Root"]["/Lang"] == "ja"


def test_no_figure_is_cut_by_the_end_of_a_page(pdfs, pages):
    drawn = re.findall(r'<svg[^>]*class="jcm-wide".*?</svg>', pages["solar"].read_text(), re.DOTALL)
    assert len(drawn) == 2
    found = texts(pdfs["solar"])
    for svg in drawn:
        words = {html.unescape(w) for w in re.findall(r"<text[^>]*>([^<]+)</text>", svg)}
        assert any(all(" ".join(word.split()) in page for word in words) for page in found)


def test_a_wide_table_is_made_to_fit(pdfs):
    reader = PdfReader(pdfs["tables"])
    width = float(reader.pages[0].mediabox.right)
    places = {}

    def note(text, page, line, *_):
        places[text.strip()] = line[4] * page[0] + line[5] * page[2] + page[4]

    reader.pages[0].extract_text(visitor_text=note)
    first = texts(pdfs["tables"])[0]
    assert all(f"head{column}" in first for column in range(COLUMNS))
    assert places
    assert max(places.values()) < width


def test_a_long_table_repeats_its_head_and_loses_no_row(pdfs):
    found = texts(pdfs["tables"])
    for row in range(ROWS):
        assert sum(len(re.findall(rf"\br{row}c0 r{row}c1 r{row}c2\b", page)) for page in found) >= 1
    holding = [page for page in found if re.search(r"\br1\d\dc0\b|\br5\dc0\b", page)]
    assert len(holding) >= 2
    assert all("head0 head1 head2" in page for page in holding)


def test_what_is_folded_on_the_screen_is_open_on_paper(pdfs):
    assert "unfolded" in texts(pdfs["tables"])[-1]


def test_the_same_pages_give_the_same_bytes_in_any_order(pdfs, pages):
    before = {name: pdf.read_bytes() for name, pdf in pdfs.items()}
    assert len(list(print_pdfs(reversed(pages.values())))) == len(pages)
    assert {name: pdf.read_bytes() for name, pdf in pdfs.items()} == before


def test_a_page_reaches_no_network_and_runs_no_script(tmp_path):
    asked = []

    class Server(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)

    with HTTPServer(("127.0.0.1", 0), Server) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        page = tmp_path / "report.html"
        page.write_text(
            f"<title>t</title><img src='http://127.0.0.1:{server.server_port}/picture.png'>"
            "<p id=p>as written</p><script>p.textContent = 'run'</script>"
        )
        (pdf,) = print_pdfs([page])
        server.shutdown()
    assert "as written" in texts(pdf)[0]
    assert asked == []


def test_a_page_that_is_not_there_leaves_nothing_behind(tmp_path):
    with pytest.raises(OSError, match=r"report\.html"):
        list(print_pdfs([tmp_path / "report.html"]))
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_browser_is_named_before_anything_runs(monkeypatch):
    monkeypatch.setenv("CHROMIUM", "/nowhere/chromium")
    with pytest.raises(ScenarioError, match="CHROMIUM is set to /nowhere/chromium"):
        require_printer()


def test_without_a_browser_one_line_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))
    monkeypatch.setattr(browsers, "PLACES", [])
    with pytest.raises(
        ScenarioError, match=r"^--pdf: needs Chromium or Chrome; .*chromium"
    ) as told:
        require_printer()
    assert "\n" not in str(told.value)


@pytest.mark.skipif(shutil.which("fc-list") is None, reason="no fontconfig to ask for fonts")
def test_letters_that_no_font_draws_are_warned_of_once(tmp_path, pages, monkeypatch):
    monkeypatch.setenv("CHROMIUM", chromium.ensure())
    (tmp_path / "fc-list").write_text("#!/bin/sh\n")
    (tmp_path / "fc-list").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    with pytest.warns(UserWarning, match="no font of this machine draws Japanese") as warned:
        list(print_pdfs([pages["japanese"], pages["japanese"]]))
    assert len(warned) == 1


def test_figures_and_tables_are_numbered_as_a_reader_meets_them():
    view = solar()
    own = shown('<figure class="jcm-figure"><svg></svg></figure>')
    cells = [*sections(view, "split"), own, *sections(view, "emissions by_year inputs")]
    page = jcm_page(view, cells)
    found = re.findall(r"(Figure \d)(?:<span[^>]*>: ([^<]*))?", page)
    assert found == [
        ("Figure 1", "Where the reductions go"),
        ("Figure 2", ""),
        ("Figure 3", "Emissions with and without the project"),
    ]
    assert re.findall(r"Table \d", page) == ["Table 1", "Table 2"]


def jcm_page(view, cells):
    from jcm_models.pages import report_page

    return report_page(executed(*cells), view.scenario, RUN, "en")


def test_the_style_stands_in_a_report_once():
    page = jcm_page(solar(), sections(solar()))
    assert page.count("<style>") == 1
    assert jcm.__version__ in page
