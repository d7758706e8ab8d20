"""What the server itself says: the front page and sentences instead of errors, in two languages."""

from __future__ import annotations

import functools
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from markupsafe import Markup

from jcm_models.links import accepted_language
from jcm_models.pieces import render
from jcm_models.styles import style_sheet
from jcm_models.wording import LANGUAGES, Words

__all__ = ["App", "apps_in", "front_page", "message_page", "words_for"]

# The apps of the workbench, in the order in which a visitor meets them.
_OWN = ("reference_vs_bau", "credit_allocation", "ccs_reserve", "uncertainty", "compare", "methods")
_TEMPLATES = Path(__file__).parents[1] / "templates"


@dataclass(frozen=True)
class App:
    """A notebook that is served: its name, its title and a sentence; those of others in one."""

    name: str
    heading: str = ""
    sentence: str = ""

    def title(self, words: Words) -> str:
        """Return what the app is called."""
        return words(f"serving.{self.name}") if self.name in _OWN else self.heading

    def says(self, words: Words) -> str:
        """Return what it answers."""
        return words(f"serving.{self.name}_says") if self.name in _OWN else self.sentence


def apps_in(folder: Path) -> list[App]:
    """Return the notebooks that are in a folder now: those of the workbench first, then others."""
    files = sorted(file for file in folder.glob("*.ipynb") if not file.name.startswith("."))
    names = {file.stem: file for file in files}
    own = [App(name) for name in _OWN if name in names]
    others = {name: file for name, file in names.items() if name not in _OWN}
    return own + [_other(file, file.stat().st_mtime_ns) for file in others.values()]


@functools.lru_cache
def _other(file: Path, _when: int) -> App:
    """Return somebody's own notebook, called as its first heading says."""
    try:
        cells = json.loads(file.read_text(encoding="utf-8")).get("cells", [])
    except (OSError, ValueError):
        cells = []
    texts = ["".join(cell["source"]) for cell in cells if cell.get("cell_type") == "markdown"]
    lines = [line.strip() for text in texts[:1] for line in text.splitlines() if line.strip()]
    heads = [line.lstrip("# ") for line in lines if line.startswith("#")]
    sentences = [line for line in lines if not line.startswith("#")]
    heading = heads[0] if heads else file.stem.replace("_", " ")
    return App(file.stem, heading, sentences[0] if sentences else "")


def words_for(asked: str, accepted: str) -> Words:
    """Return the words of the language that a link names, or else a browser asks for."""
    if asked in LANGUAGES:
        return Words(asked)
    return Words(accepted_language(accepted) or LANGUAGES[0])


def front_page(apps: Sequence[App], base: str, words: Words) -> str:
    """Return the page that leads to the apps."""
    listed = [
        {
            "title": app.title(words),
            "says": app.says(words),
            "link": f"{base}apps/{quote(app.name, safe='')}?lang={words.language}",
            "own": app.name in _OWN,
            "name": app.name,
        }
        for app in apps
    ]
    return render("front.html", words, apps=listed, base=base, style=_style(), languages=LANGUAGES)


def message_page(words: Words, key: str, base: str, again: int = 0) -> str:
    """Return a sentence in the place of a page; `again` has it asked for anew [s]."""
    return render("serving_message.html", words, key=key, base=base, style=_style(), again=again)


def _style() -> Markup:
    return Markup(style_sheet() + (_TEMPLATES / "front.css").read_text(encoding="utf-8"))
