"""What the sections are made of: templates, and equations that browsers draw by themselves."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from jcm_models.wording import Words, number, unit_text

__all__ = ["environment", "mathml", "render"]


@functools.cache
def environment() -> jinja2.Environment:
    """Return the templates; whatever a scenario says is escaped in them."""
    loader = jinja2.FileSystemLoader(Path(__file__).with_name("templates"))
    found = jinja2.Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    found.undefined = jinja2.StrictUndefined
    found.globals.update(number=number, unit_text=unit_text, foreign=_foreign)
    return found


def render(template: str, words: Words, **context: Any) -> str:
    """Fill a template of ``templates/`` with words and values."""
    return environment().get_template(template).render(w=words, **context)


def _foreign(words: Words, text: str) -> Markup:
    """Return the attribute of an element whose text is in another language than the page."""
    if not words.is_foreign(text):
        return Markup("")
    return Markup(' lang="{}"').format("en" if words.language == "ja" else "ja")


@functools.cache
def mathml(latex: str, display: str = "inline") -> Markup:
    """Return an equation as MathML, which browsers draw without any script."""
    from latex2mathml.converter import convert

    return Markup(convert(latex, display=display))
