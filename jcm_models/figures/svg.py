"""The small vocabulary every figure is written in: elements, scales, ticks, labels, and the figure itself.

Coordinates are SVG pixels, so y grows downwards. A colour is named by its role and only becomes a
literal or a CSS variable when the element is written out.
"""

from __future__ import annotations

import math
import unicodedata
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from jcm_models.figures import palette

__all__ = [
    "NARROW",
    "WIDE",
    "Drawing",
    "Element",
    "Figure",
    "Linear",
    "Look",
    "amount",
    "area",
    "line",
    "nice_ticks",
]
__all__ += [
    "paragraph",
    "rectangle",
    "runs",
    "spread",
    "stack",
    "stairs",
    "text",
    "text_width",
    "unit_for",
    "wrap",
]

FONTS = "'Helvetica Neue',Arial,'Liberation Sans','Hiragino Sans','Yu Gothic','Noto Sans CJK JP','DejaVu Sans',sans-serif"
LEADING = 1.3

_STEPS = (1.0, 2.0, 2.5, 4.0, 5.0)
_EM = {" ": 0.29, "\N{NO-BREAK SPACE}": 0.29} | dict.fromkeys("fijlrtI!'()*,-./:;[]`|", 0.34)
_EM |= dict.fromkeys("mwMW@%", 0.92) | dict.fromkeys("ABCDEFGHJKLNOPQRSTUVXYZ&", 0.71)
_EM_OF_OTHERS = 0.58
_BOLD = 1.07
_UNITS = ((1e6, 1e6, "Mt"), (1e5, 1e3, "kt"), (0.0, 1.0, "t"))  # from which value on, tonnes, name

# What XML 1.0 cannot hold at all, beside the characters that need escaping.
_ESCAPES = dict.fromkeys(
    [*range(9), 11, 12, *range(14, 32), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF],
    "\N{REPLACEMENT CHARACTER}",
)
_ESCAPES |= {
    ord("&"): "&amp;",
    ord("<"): "&lt;",
    ord(">"): "&gt;",
    ord('"'): "&quot;",
    ord("'"): "&#39;",
    9: " ",
    10: " ",
    13: " ",
}


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


Paint = Callable[[str], str]
Attributes = dict[str, str | float]


@dataclass(frozen=True)
class Element:
    """One SVG element; ``fill`` and ``stroke`` hold the role of a colour."""

    tag: str
    attributes: Attributes = field(default_factory=dict)
    children: tuple[Element | str, ...] = ()

    def write(self, paint: Paint, key: str) -> str:
        """Return the element as XML, its colours painted and its ids and links beginning with `key`."""
        parts = [_attribute(name, value, paint, key) for name, value in self.attributes.items()]
        inside = "".join(
            c.translate(_ESCAPES) if isinstance(c, str) else c.write(paint, key)
            for c in self.children
        )
        start = "".join([f"<{self.tag}", *parts])
        return f"{start}>{inside}</{self.tag}>" if inside else f"{start}/>"


def _attribute(name: str, value: str | float, paint: Paint, key: str) -> str:
    if isinstance(value, str) and value.startswith("#"):
        value = f"url(#{key}{value[1:]})"
    elif name in {"fill", "stroke"} and isinstance(value, str) and value != "none":
        value = paint(value)
    elif name == "id":
        value = f"{key}{value}"
    return f' {name}="{_short(value) if isinstance(value, float | int) else value.translate(_ESCAPES)}"'


def _short(value: float) -> str:
    return f"{round(float(value), 1) + 0.0:g}"  # + 0.0 makes -0.0 plain


@dataclass(frozen=True)
class Linear:
    """A linear scale from a domain to pixels."""

    domain: tuple[float, float]
    pixels: tuple[float, float]

    def __call__(self, value: float) -> float:
        """Return where `value` is drawn [px]."""
        (low, high), (start, end) = self.domain, self.pixels
        return start + (float(value) - low) / (high - low) * (end - start)

    def each(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return where each of `values` is drawn [px]."""
        (low, high), (start, end) = self.domain, self.pixels
        return start + (values - low) / (high - low) * (end - start)


def nice_ticks(low: float, high: float, at_most: int) -> list[float]:
    """Return round numbers, evenly spaced, that cover the range.

    Parameters
    ----------
    low, high : float
        The range to cover, in any unit.
    at_most : int
        How many ticks there may be, 4 at least.

    Examples
    --------
    >>> nice_ticks(0, 4336.8, 6)
    [0.0, 1000.0, 2000.0, 3000.0, 4000.0, 5000.0]
    """
    high = high if high > low else low + 1
    power = 10.0 ** math.floor(math.log10((high - low) / at_most))
    while True:
        for step in (mantissa * power for mantissa in _STEPS):
            first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
            if last - first < at_most:
                return [index * step for index in range(first, last + 1)]
        power *= 10


def unit_for(largest: float) -> tuple[float, str]:
    """Return the tonnes in the unit that suits values up to `largest` [tCO2e/yr], and its name."""
    return next((tonnes, f"{name}CO2e") for least, tonnes, name in _UNITS if largest >= least)


def amount(value: float, unit: str = "tCO2e") -> str:
    """Write a value of `unit` for reading: whole from ten upwards, else four significant digits."""
    from jcm_models.wording import (
        number,
    )  # here, because it reads YAML: 60 ms that an import of the figures need not pay

    if unit == "1" or value == 0:
        return number(round(value, 3), unit)
    places = 0 if unit == "tCO2e" and abs(value) >= 10 else 3 - math.floor(math.log10(abs(value)))
    return number(round(value, min(max(places, 0), 12)) + 0.0, unit)


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
    """Break a text into at most so many lines of `width` [px]; what is left over ends in an ellipsis."""
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
    """Yield what a line may break after: words, CJK characters, and the characters of words too long for a line."""
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


def spread(wanted: Sequence[float], sizes: Sequence[float], low: float, high: float) -> list[float]:
    """Move labels apart as little as possible (least squares), keeping their order.

    Parameters
    ----------
    wanted : sequence of float
        Where the middle of each label would best be [px]; equal ones stay in the order given.
    sizes : sequence of float
        The height of each label [px].
    low, high : float
        The room for all of them [px]; if it is too small they run over its end.

    Returns
    -------
    list of float
        The middle of each label [px], in the order given.
    """
    order = sorted(range(len(wanted)), key=lambda index: wanted[index])
    before = np.cumsum([0.0] + [sizes[index] for index in order])
    blocks: list[
        tuple[float, int]
    ] = []  # mean and length of each pool, for pooling adjacent violators
    for place, index in enumerate(order):
        mean, length = wanted[index] - sizes[index] / 2 - float(before[place]), 1
        while blocks and blocks[-1][0] > mean:
            other, more = blocks.pop()
            mean, length = (mean * length + other * more) / (length + more), length + more
        blocks.append((mean, length))
    starts = [mean for mean, length in blocks for _ in range(length)]
    last_start = max(high - float(before[-1]), low)
    middles = {
        index: min(max(start, low), last_start) + float(before[place]) + sizes[index] / 2
        for place, (index, start) in enumerate(zip(order, starts, strict=True))
    }
    return [middles[index] for index in range(len(wanted))]


def stack(values: Sequence[float], start: float = 0) -> list[tuple[float, float]]:
    """Return where each value begins and ends when every one begins where the last ended."""
    ends = np.cumsum([start, *values]).tolist()
    return list(zip(ends[:-1], ends[1:], strict=True))


def runs(years: NDArray[np.int64], where: NDArray[np.bool_]) -> Iterator[slice]:
    """Yield each unbroken run of years in which `where` holds."""
    chosen = np.flatnonzero(where)
    for group in np.split(
        chosen, np.flatnonzero((np.diff(chosen) > 1) | (np.diff(years[chosen]) > 1)) + 1
    ):
        if group.size:
            yield slice(int(group[0]), int(group[-1]) + 1)


def text(
    x: float, y: float, content: str, size: float, role: str = "ink", **more: str | float
) -> Element:
    """Return a line of text on the baseline `y`; keywords are SVG attributes with _ for -."""
    return Element(
        "text", {"x": x, "y": y, "font-size": size, "fill": role} | _attributes(more), (content,)
    )


def paragraph(
    x: float, top: float, lines: Sequence[str], size: float, role: str = "ink", **more: str | float
) -> list[Element]:
    """Return lines of text below `top` [px]; each is `LEADING` times `size` high."""
    return [
        text(x, top + size * (LEADING * row + 1), line, size, role, **more)
        for row, line in enumerate(lines)
    ]


def line(x1: float, y1: float, x2: float, y2: float, role: str, **more: str | float) -> Element:
    """Return a straight line."""
    return Element(
        "line", {"x1": x1, "y1": y1, "x2": x2, "y2": y2, "stroke": role} | _attributes(more)
    )


def rectangle(
    x: float,
    y: float,
    width: float,
    height: float,
    role: str,
    *inside: Element,
    **more: str | float,
) -> Element:
    """Return a filled rectangle."""
    shape: Attributes = {"x": x, "y": y, "width": width, "height": height, "fill": role}
    return Element("rect", shape | _attributes(more), inside)


def stairs(starts: NDArray[np.float64], ends: NDArray[np.float64], y: NDArray[np.float64]) -> str:
    """Return the path of a line that is level through each year and steps between years."""
    steps = [f"V{_short(level)}H{_short(end)}" for end, level in zip(ends[1:], y[1:], strict=True)]
    return f"M{_short(starts[0])} {_short(y[0])}H{_short(ends[0])}" + "".join(steps)


def area(
    starts: NDArray[np.float64],
    ends: NDArray[np.float64],
    top: NDArray[np.float64],
    bottom: NDArray[np.float64],
) -> str:
    """Return the path of the area between two such lines."""
    back = [
        f"V{_short(level)}H{_short(start)}"
        for start, level in zip(starts[::-1], bottom[::-1], strict=True)
    ]
    return stairs(starts, ends, top) + "".join(back) + "Z"


def _attributes(more: Attributes) -> Attributes:
    return {name.rstrip("_").replace("_", "-"): value for name, value in more.items()}


@dataclass(frozen=True)
class Drawing:
    """Elements on a page of a given size [px]."""

    width: float
    height: float
    elements: tuple[Element, ...]


@dataclass(frozen=True, repr=False)
class Figure:
    """A figure in two widths, with its words.

    Attributes
    ----------
    title : str
        What the figure is called.
    alt : str
        What it shows, for those who do not see it: range and key numbers.
    caption : str
        A sentence that says what is seen.
    wide, narrow : Drawing
        The drawing for a page and the one for a telephone.
    """

    title: str
    alt: str
    caption: str
    wide: Drawing
    narrow: Drawing

    def __repr__(self) -> str:
        """Return the words of the figure, which is all a terminal can show."""
        return f"{self.title}. {self.alt}"

    def svg(self, standalone: bool = True, *, narrow: bool = False, key: str = "") -> str:
        """Return the figure as SVG: with literal colours if it stands alone, else with CSS variables.

        Parameters
        ----------
        standalone : bool
            Whether the SVG is a file of its own or part of a page that has the style sheet.
        narrow : bool
            Whether to take the drawing for a telephone.
        key : str
            Goes into the ids; tells two figures with the same content apart on one page.
        """
        paint = palette.literal if standalone else palette.variable
        return self._write(paint, narrow=narrow, key=key, sized=standalone)

    def _write(self, paint: Paint, *, narrow: bool, key: str, sized: bool) -> str:
        drawing, name = (self.narrow, "narrow") if narrow else (self.wide, "wide")
        content = repr((self.title, self.alt, drawing, key)).encode("utf-8", "replace")
        start = f"jcm-{zlib.crc32(content):08x}-{name}-"
        width, height = _short(drawing.width), _short(drawing.height)
        attributes: Attributes = {
            "xmlns": "http://www.w3.org/2000/svg",
            "viewBox": f"0 0 {width} {height}",
            "role": "img",
            "aria-labelledby": f"{start}title {start}desc",
            "font-family": FONTS,
        }
        attributes |= {"width": width, "height": height} if sized else {"class": f"jcm-{name}"}
        title, words = (
            Element("title", {"id": "title"}, (self.title,)),
            Element("desc", {"id": "desc"}, (self.alt,)),
        )
        paper = rectangle(0, 0, drawing.width, drawing.height, "surface")
        return Element("svg", attributes, (title, words, paper, *drawing.elements)).write(
            paint, start
        )

    def png(self, scale: float = 2, *, narrow: bool = False) -> bytes:
        """Return the figure as PNG, `scale` pixels to each pixel of the drawing."""
        import resvg_py  # here, because only those who ask for PNG need it

        drawing = self.narrow if narrow else self.wide
        width, height = round(drawing.width * scale), round(drawing.height * scale)
        svg = self.svg(narrow=narrow)
        return bytes(resvg_py.svg_to_bytes(svg_string=svg, width=width, height=height))

    def html(self, themed: bool = True, *, key: str = "") -> str:
        """Return a ``<figure>`` with both drawings; the style sheet of the page shows the one that fits.

        Parameters
        ----------
        themed : bool
            Whether the colours follow the page's light or dark theme; otherwise they are the light ones.
        key : str
            Goes into the ids; tells two figures with the same content apart on one page.
        """
        paint = palette.variable if themed else palette.literal
        both = "".join(
            self._write(paint, narrow=narrow, key=key, sized=False) for narrow in (False, True)
        )
        caption = Element("figcaption", {}, (self.caption,)).write(paint, "")
        kind = "jcm-figure" if themed else "jcm-figure jcm-light"
        return f'<figure class="{kind}">{both}{caption}</figure>'

    def _repr_html_(self) -> str:
        return f"<style>{palette.stylesheet()}</style>{self.html()}"
