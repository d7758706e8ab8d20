"""The report as a page, made of an executed notebook."""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

from jcm_models import __version__
from jcm_models.figures import stylesheet
from jcm_models.numbering import numbered
from jcm_models.pieces import mathml, render
from jcm_models.report_templates import ReportTemplate
from jcm_models.scenario import Scenario
from jcm_models.styles import running_lines, style_sheet
from jcm_models.wording import Words

if TYPE_CHECKING:
    from nbconvert import HTMLExporter
    from nbformat import NotebookNode

__all__ = ["report_page"]

# What a report shows of an output, the first that there is.
_SHOWN = ["text/html", "image/svg+xml", "image/png", "text/markdown", "text/latex", "text/plain"]
_EQUATION = re.compile(r"\$\$(.+?)\$\$|(?<![\\$\w])\$([^$\n<]+?)\$(?!\w)", re.DOTALL)


def report_page(
    notebook: NotebookNode,
    scenario: Scenario,
    run_id: str,
    language: str,
    template: ReportTemplate | None = None,
) -> str:
    """Return the report: what the notebook shows, without code, in one file that opens offline.

    Parameters
    ----------
    notebook : NotebookNode
        The executed notebook.
    scenario : Scenario
        What it reports on.
    run_id : str
        The name of the run.
    language : str
        Language of the page.
    template : ReportTemplate, optional
        The looks of a team, instead of the usual ones.

    Returns
    -------
    str
        HTML with its styles inside; it loads nothing.
    """
    words = Words(language)
    body, _ = _exporter().from_notebook_node(notebook)
    for styles in (style_sheet(), stylesheet()):  # which stand in the head
        body = body.replace(f"<style>{styles}</style>", "")
    title = scenario.title.in_language(language)
    context = {
        "title": title,
        "question": scenario.question.in_language(language),
        "country": words.choose(scenario.partner.name, scenario.partner.name_ja),
        "style": Markup(style_sheet() + running_lines(title, words("report.run", run_id=run_id))),
        "body": Markup(numbered(body, words)),
        "run_id": run_id,
        "version": __version__,
        "logo": "",
        "logo_text": "",
    }
    if template is None:
        return render("report.html", words, **context)
    return template.render(words, context)


@functools.cache
def _exporter() -> HTMLExporter:
    from nbconvert import HTMLExporter
    from traitlets.config import Config

    here = Path(__file__).parent / "templates"
    exporter = HTMLExporter(  # type: ignore[no-untyped-call]
        template_name="notebook",
        extra_template_basedirs=[str(here)],
        exclude_anchor_links=True,
        config=Config({"NbConvertBase": {"display_data_priority": _SHOWN}}),
    )
    exporter.register_filter("with_mathml", _with_mathml)  # type: ignore[no-untyped-call]
    return exporter


def _with_mathml(html: str) -> str:
    """Replace the equations between dollar signs by MathML, which needs no script."""

    def drawn(match: re.Match[str]) -> str:
        block, inline = match.groups()
        return str(mathml(block or inline, "block" if block else "inline"))

    return _EQUATION.sub(drawn, html)
