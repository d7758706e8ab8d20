"""Elements of SVG, and how they are written out."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

__all__ = ["Attributes", "Element", "Paint", "Value", "short"]

Paint = Callable[[str], str]
Value = str | float
Attributes = dict[str, Value]

# What XML 1.0 cannot hold at all, and what it holds only in disguise.
_ESCAPES = dict.fromkeys(
    [*range(32), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF], "\N{REPLACEMENT CHARACTER}"
) | str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"}
    | dict.fromkeys("\t\n\r", " ")
)
_ESCAPED = re.compile(f"[{re.escape(''.join(map(chr, _ESCAPES)))}]")


@dataclass(frozen=True)
class Element:
    """One SVG element; ``fill`` and ``stroke`` hold the role of a colour."""

    tag: str
    attributes: Attributes = field(default_factory=dict)
    children: tuple[Element | str, ...] = ()

    def write(self, paint: Paint, key: str) -> str:
        """Return the element as XML; `paint` gives its colours, `key` begins its ids and links."""
        pieces: list[str] = []
        self._write_onto(pieces, paint, key)
        return "".join(pieces)

    def _write_onto(self, pieces: list[str], paint: Paint, key: str) -> None:
        # A figure has thousands of these, and a visitor who moves a slider waits for them.
        pieces.append(f"<{self.tag}")
        for name, value in self.attributes.items():
            written = _text(name, value, paint, key) if isinstance(value, str) else short(value)
            pieces.append(f' {name}="{written}"')
        if not any(self.children):
            pieces.append("/>")
            return
        pieces.append(">")
        for part in self.children:
            if isinstance(part, str):
                pieces.append(_escaped(part))
            else:
                part._write_onto(pieces, paint, key)
        pieces.append(f"</{self.tag}>")


def _text(name: str, value: str, paint: Paint, key: str) -> str:
    if value.startswith("#"):
        return f"url(#{key}{_escaped(value[1:])})"
    if name == "id":
        return f"{key}{_escaped(value)}"
    if name == "aria-labelledby":
        return " ".join(f"{key}{_escaped(each)}" for each in value.split())
    return _escaped(paint(value) if name in {"fill", "stroke"} and value != "none" else value)


def _escaped(content: str) -> str:
    return content.translate(_ESCAPES) if _ESCAPED.search(content) else content


def short(value: float) -> str:
    """Return a number of pixels with one digit after the point at most."""
    return f"{round(float(value), 1) + 0.0:g}"  # + 0.0 makes -0.0 plain
