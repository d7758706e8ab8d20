"""The look of every figure: colours by the role they play, type, and how numbers are written.

Each colour is written once, in ``figures.css``, and read from there.
"""

from __future__ import annotations

import functools
import math
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jcm_models.wording import Words

__all__ = ["FONTS", "LEADING", "NARROW", "SCHEMES", "WIDE", "Look", "amount", "literal", "mass"]
__all__ += ["roles", "stylesheet", "text_width", "unit_for", "variable", "wrap"]

SCHEMES = ("light", "dark")
FONTS = (
    "'Helvetica Neue',Arial,'Liberation Sans','Hiragino Sans','Hiragino Kaku Gothic ProN',"
    "'Yu Gothic',Meiryo,'Noto Sans CJK JP','Noto Sans JP',IPAexGothic,IPAPGothic,"
    "'DejaVu Sans',sans-serif"
)
LEADING = 1.3

_EM = {" ": 0.29, "\N{NO-BREAK SPACE}": 0.29} | dict.fromkeys("fijlrtI!'()*,-./:;[]`|", 0.34)
_EM |= dict.fromkeys("mwMW@%", 0.92) | dict.fromkeys("ABCDEFGHJKLNOPQRSTUVXYZ&", 0.71)
_EM_OF_OTHERS = 0.58
_NEVER_FIRST = tuple("、。・\uff1a\uff09」』ー〜々ぁぃぅぇぉっゃゅょァィゥェォッャュョ")
_NEVER_LAST = tuple("\uff08「『")
_BOLD = 1.07

_UNITS = ((1e6, 1e6, "Mt"), (1e5, 1e3, "kt"), (0.0, 1.0, "t"))  # from which value on, tonnes, name
_COLOUR = re.compile(r"--jcm-([\w-]+):\s*light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)")


@dataclass(frozen=True)
class Look:
    """The size of a drawing and of its type, in pixels."""

    width: float
    margin: float
    title: float
    body: float
    small: float
    narrow: bool = False


WIDE = Look(width=920, margin=20, title=20, body=14.5, small=13.5)
NARROW = Look(width=358, margin=12, title=17, body=13.5, small=12.5, narrow=True)


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


@functools.lru_cache(maxsize=4096)  # a slider moves few of the words
def text_width(content: str, size: float, *, bold: bool = False) -> float:
    """Estimate the width of a text [px], on the wide side; a CJK character takes one em."""
    return sum(map(_em, content)) * size * (_BOLD if bold else 1)


def _em(character: str) -> float:
    if character in _EM:
        return _EM[character]
    if unicodedata.east_asian_width(character) in "WF":
        return 1.0
    return 0.0 if unicodedata.combining(character) else _EM_OF_OTHERS


def wrap(
    content: str, width: float, size: float, *, bold: bool = False, at_most: int = 3
) -> list[str]:
    """Break a text into lines of `width` [px]; an ellipsis ends what takes more than `at_most`."""
    lines, current = [], ""
    for piece in _pieces(content, width, size):
        if current and text_width((current + piece).rstrip(), size, bold=bold) > width:
            lines.append(current.rstrip())
            current = ""
        current += piece
    lines = [line for line in [*lines, current.rstrip()] if line] or [""]
    if len(lines) <= at_most:
        return lines
    last = lines[at_most - 1] + "…"
    while len(last) > 1 and text_width(last, size, bold=bold) > width:
        last = last[:-2] + "…"
    return [*lines[: at_most - 1], last]


def _pieces(content: str, width: float, size: float) -> Iterator[str]:
    """Yield what a line may break after; no line begins or ends as Japanese ones must not."""
    held = ""
    for piece in _smallest(content, width, size):
        if held and (piece[:1] in _NEVER_FIRST or held[-1] in _NEVER_LAST):
            held += piece
            continue
        if held:
            yield held
        held = piece
    yield held


def _smallest(content: str, width: float, size: float) -> Iterator[str]:
    """Yield words, CJK characters, parts of overlong words."""
    word = ""
    for character in content:
        wide = unicodedata.east_asian_width(character) in "WF"
        if wide and word:
            yield word
            word = ""
        word += character
        if wide or character == " " or text_width(word, size) > 0.85 * width:
            yield word
            word = ""
    yield word


def unit_for(largest: float) -> tuple[float, str]:
    """Return the tonnes in the unit that suits values up to `largest` [tCO2e/yr], and the unit."""
    from jcm_models.wording import unit_text  # here, as it loads YAML: 60 ms to the import

    tonnes, name = next((tonnes, name) for least, tonnes, name in _UNITS if largest >= least)
    return tonnes, unit_text(f"{name}CO2e")


def amount(value: float, *, whole: bool = True) -> str:
    """Write a number for reading: three significant digits, and `whole` tonnes from ten upwards."""
    from jcm_models.wording import number  # here, for the same reason

    value = float(value)
    if abs(value) < 1e-9:
        return number(0.0)
    digits = 2 - math.floor(math.log10(abs(value)))
    return number(round(value, 0 if whole and abs(value) >= 10 else min(max(digits, 0), 12)) + 0.0)


def mass(tonnes: float, largest: float, words: Words) -> str:
    """Write tonnes with their unit; megatonnes where the `largest` beside it has ten of them."""
    large = largest >= 1e7 and abs(tonnes) >= 1e4
    written = amount(tonnes / 1e6, whole=False) if large else amount(tonnes)
    return words("figure.mass", amount=written, unit=unit_for(1e6 if large else 0.0)[1])
