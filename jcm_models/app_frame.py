"""What stands around the sections of an app: the bar with the apps, and the tools of the page."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import PurePosixPath

from jcm_models.downloads import downloads_of
from jcm_models.links import app_link
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
    apps = [
        {
            "name": page.words(f"app.{name}"),
            "link": app_link(name, _short(page.link_to(name)), page.words.language),
            "here": name == here,
        }
        for name in _APPS
    ]
    languages = [(each, page.words(f"app.language_{each}")) for each in LANGUAGES]
    home = f"{base}?lang={page.words.language}"
    return render("bar.html", page.words, home=home, apps=apps, languages=languages)


def _short(said: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Leave out the text of a scenario, which makes the links of a bar too long."""
    return {key: value for key, value in said.items() if key != "file"}


def tools(page: SectionPage) -> str:
    """Return the tools: a link to what is shown, files to take along, a scenario of one's own."""
    return render(
        "tools.html",
        page.words,
        files=list(downloads_of(page).items()),
        takes=page.takes_files,
        upload=page.words(page.upload),
        linkable=[""] not in page.link().values(),
    )
