"""What stands around the sections of an app: the bar with the apps, and the tools of the page."""

from __future__ import annotations

import os
from pathlib import PurePosixPath

from jcm_models.downloads import downloads_of
from jcm_models.links import query_of
from jcm_models.pieces import render
from jcm_models.section_pages import SectionPage
from jcm_models.wording import LANGUAGES

__all__ = ["app_name", "bar", "tools"]

_APPS = (
    "reference_vs_bau",
    "credit_allocation",
    "ccs_reserve",
    "uncertainty",
    "compare",
    "methods",
)


def app_name() -> str:
    """Return the name of the notebook that is served."""
    return PurePosixPath(os.environ.get("SCRIPT_NAME", "")).name.removesuffix(".ipynb")


def bar(page: SectionPage) -> str:
    """Return the bar: the way home, the apps, languages, and light or dark."""
    base = os.environ.get("VOILA_BASE_URL", "/")
    here = app_name()
    said = {key: value for key, value in page.link().items() if key != "file"}
    apps = [
        {
            "name": page.words(f"app.{name}"),
            "link": f"{base}apps/{name}?"
            + query_of(said if name in page.shares_link_with else {}, page.words.language),
            "here": name == here,
        }
        for name in _APPS
    ]
    languages = [(each, page.words(f"app.language_{each}")) for each in LANGUAGES]
    home = f"{base}?lang={page.words.language}"
    return render("bar.html", page.words, home=home, apps=apps, languages=languages)


def tools(page: SectionPage) -> str:
    """Return the tools: a link to what is shown, files to take along, a scenario of one's own."""
    files = [(kind, page.words(f"app.download_{kind}")) for kind in downloads_of(page)]
    linkable = page.link().get("file", ["-"]) != [""]
    return render("tools.html", page.words, files=files, takes=page.takes_files, linkable=linkable)
