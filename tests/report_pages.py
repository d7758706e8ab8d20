"""Reports made of the sections of a scenario without a kernel, and read as PDF."""

from pathlib import Path

from nbformat import v4
from pypdf import PdfReader

import jcm_models as jcm
from jcm_models.pages import report_page
from tests.conftest import ROOT

SECTIONS = "question key_figures emissions split assumptions by_year inputs method notes identity"
RUN = "0123456789ab"


def shown(html):
    """Return a cell of a notebook that shows some HTML."""
    output = v4.new_output("display_data", {"text/html": html})
    return v4.new_code_cell("the_code()", outputs=[output])


def sections(view, names=SECTIONS):
    """Return the cells that show sections of a view."""
    return [shown(getattr(view, name).value) for name in names.split()]


def executed(*cells):
    """Return a notebook as it is after a run."""
    return v4.new_notebook(cells=list(cells))


def written(folder, scenario, *cells, template=None, language="en"):
    """Write the report of these cells into a folder of its own, and return it."""
    folder.mkdir(parents=True)
    page = report_page(executed(*cells), scenario, RUN, language, template)
    (folder / "report.html").write_text(page, encoding="utf-8")
    return folder / "report.html"


def solar(language="en"):
    """Return the view of a scenario with published results."""
    return jcm.View(ROOT / "scenarios/thailand_floating_solar.yaml", lang=language)


def texts(pdf: Path):
    """Return the words of each page, with single spaces; a subscript two stands in its word."""
    pages = [" ".join(page.extract_text().split()) for page in PdfReader(pdf).pages]
    return [page.replace("CO \N{SUBSCRIPT TWO} e", "CO\N{SUBSCRIPT TWO}e") for page in pages]
