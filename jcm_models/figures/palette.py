"""Colours by the role they play, read from ``figures.css``, where each is written once."""

from __future__ import annotations

import functools
import re
from pathlib import Path

__all__ = ["SCHEMES", "literal", "roles", "stylesheet", "variable"]

SCHEMES = ("light", "dark")

_COLOUR = re.compile(r"--jcm-([\w-]+):\s*light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)")


@functools.cache
def stylesheet() -> str:
    """Return the style sheet of the figures, for a page that shows them."""
    return Path(__file__).with_name("figures.css").read_text(encoding="utf-8")


@functools.cache
def roles() -> dict[str, tuple[str, str]]:
    """Return every role with its colour on white paper and on a dark screen."""
    return {role: (light, dark) for role, light, dark in _COLOUR.findall(stylesheet())}


def literal(role: str, scheme: str = "light") -> str:
    """Return the colour of a role as ``#rrggbb``.

    Examples
    --------
    >>> literal("surface"), literal("surface", "dark")
    ('#ffffff', '#14191f')
    """
    return roles()[role][SCHEMES.index(scheme)]


def variable(role: str) -> str:
    """Return the colour of a role as a CSS variable that falls back to the light literal.

    Examples
    --------
    >>> variable("surface")
    'var(--jcm-surface,#ffffff)'
    """
    return f"var(--jcm-{role},{literal(role)})"
