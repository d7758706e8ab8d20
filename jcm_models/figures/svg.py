"""The small vocabulary of every figure: elements, scales, ticks, labels, and the figure itself.

Coordinates are SVG pixels, so y grows downwards. A colour is named by its role and only becomes a
literal or a CSS variable when the element is written out.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from jcm_models.figures import palette
from jcm_models.figures.elements import Attributes as Attributes
from jcm_models.figures.elements import Element as Element
from jcm_models.figures.elements import Paint, short
from jcm_models.figures.elements import Value as Value
from jcm_models.figures.palette import FONTS, LEADING, NARROW, WIDE, Look, text_width, wrap

PAD = 7.0  # around a name [px]

# Stands for the beginning of the ids until all is written; in no text, where it would be escaped.
_START = "<>"
_STEPS = (1.0, 1.5, 2.0, 2.5, 4.0, 5.0)

Array = NDArray[np.float64]
Years = NDArray[np.int64]
Numbers = TypeVar("Numbers", float, NDArray[np.float64])


@dataclass(frozen=True)
class Linear:
    """A linear scale from a domain to pixels."""

    domain: tuple[float, float]
    pixels: tuple[float, float]

    def __call__(self, value: Numbers) -> Numbers:
        """Return where a number, or each of an array, is drawn [px]."""
        (low, high), (start, end) = self.domain, self.pixels
        return start + (value - low) * ((end - start) / (high - low))


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
    blocks: list[tuple[float, int]] = []  # pools of adjacent violators: mean start and length
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


def runs(years: Years, where: NDArray[np.bool_] | None = None) -> Iterator[slice]:
    """Yield each unbroken run of years, of those in which `where` holds."""
    chosen = np.arange(len(years)) if where is None else where.nonzero()[0]
    if not chosen.size:
        return
    there = years[chosen]
    gaps = (chosen[1:] - chosen[:-1] > 1) | (there[1:] - there[:-1] > 1)
    begins = [0, *(gaps.nonzero()[0] + 1).tolist(), chosen.size]
    for first, after in pairwise(begins):
        yield slice(int(chosen[first]), int(chosen[after - 1]) + 1)


def text(
    x: float, y: float, content: str, size: float, role: str = "ink", /, **more: Value
) -> Element:
    """Return a line of text on the baseline `y`; keywords are SVG attributes with _ for -."""
    place: Attributes = {"x": x, "y": y, "font-size": size, "fill": role}
    return Element("text", place | _attributes(more), tuple(_lowered(content, size)))


def _lowered(content: str, size: float) -> Iterator[Element | str]:
    """Yield a text with its subscript twos lowered by hand."""
    # Many fonts lack the character, and resvg then changes the font of the whole line.
    first, *others = content.split("\N{SUBSCRIPT TWO}")
    yield first
    for other in others:
        yield Element("tspan", {"dy": 0.2 * size, "font-size": 0.72 * size}, ("2",))
        yield Element("tspan", {"dy": -0.2 * size}, (other,))


def paragraph(
    x: float, top: float, lines: Sequence[str], size: float, role: str = "ink", /, **more: Value
) -> list[Element]:
    """Return lines of text below `top` [px]; each is `LEADING` times `size` high."""
    return [
        text(x, top + size * (LEADING * row + 1), line, size, role, **more)
        for row, line in enumerate(lines)
    ]


def heading(title: str, subtitle: str, look: Look) -> tuple[list[Element], float]:
    """Return title and subtitle at the top of a drawing, and where they end [px]."""
    room, top = look.width - 2 * look.margin, look.margin * 0.8
    first = wrap(title, room, look.title, bold=True)
    second = wrap(subtitle, room, look.small)
    below = top + len(first) * LEADING * look.title + 2
    words = paragraph(look.margin, top, first, look.title, font_weight=700)
    words += paragraph(look.margin, below, second, look.small, "muted")
    return words, below + len(second) * LEADING * look.small


def line(x1: float, y1: float, x2: float, y2: float, role: str, /, **more: Value) -> Element:
    """Return a straight line."""
    place: Attributes = {"x1": x1, "y1": y1, "x2": x2, "y2": y2, "stroke": role}
    return Element("line", place | _attributes(more))


def rectangle(
    x: float, y: float, width: float, height: float, role: str, /, *inside: Element, **more: Value
) -> Element:
    """Return a filled rectangle."""
    place: Attributes = {"x": x, "y": y, "width": width, "height": height, "fill": role}
    return Element("rect", place | _attributes(more), inside)


def stairs(starts: Array, ends: Array, y: Array) -> str:
    """Return the path of a line that is level through each year and steps between years."""
    steps = [f"V{short(level)}H{short(end)}" for end, level in zip(ends[1:], y[1:], strict=True)]
    return f"M{short(starts[0])} {short(y[0])}H{short(ends[0])}" + "".join(steps)


def area(starts: Array, ends: Array, top: Array, bottom: Array) -> str:
    """Return the path of the area between two such lines."""
    back = [
        f"V{short(level)}H{short(start)}"
        for start, level in zip(starts[::-1], bottom[::-1], strict=True)
    ]
    return stairs(starts, ends, top) + "".join(back) + "Z"


def _attributes(more: Attributes) -> Attributes:
    return {name.rstrip("_").replace("_", "-"): value for name, value in more.items()}


@dataclass(frozen=True)
class Block:
    """Words set in lines: a name in bold, and below it a text."""

    role: str
    name: list[str]
    text: list[str]
    size: float
    x: float = 0
    top: float = 0
    align: float = 0  # 0 left, 0.5 centred, 1 right

    @cached_property
    def width(self) -> float:
        """How wide the longest line is, estimated [px]."""
        bold = [text_width(row, self.size, bold=True) for row in self.name]
        return max(bold + [text_width(row, self.size) for row in self.text])

    @cached_property
    def height(self) -> float:
        """How high all lines are [px]."""
        return (len(self.name) + len(self.text)) * self.size * LEADING

    def draw(self) -> list[Element]:
        """Return the lines of the name and of the text."""
        below = self.top + len(self.name) * self.size * LEADING
        x = self.x + self.width * self.align
        more: Attributes = {"text-anchor": ("start", "middle", "end")[round(2 * self.align)]}
        name = paragraph(x, self.top, self.name, self.size, self.role, font_weight=700, **more)
        return name + paragraph(x, below, self.text, self.size, self.role, **more)


@dataclass(frozen=True)
class Flag:
    """A block beside a pole that stands in its wedge."""

    block: Block
    pole: float
    foot: float

    def crosses(self, block: Block) -> bool:
        """Return whether the pole runs through a block or close by it."""
        beside = block.x - PAD < self.pole < block.x + block.width + PAD
        return beside and self.block.top < block.top < self.foot

    def draw(self) -> list[Element]:
        """Return pole, foot and block; where the pole is not beside its block it starts below."""
        block, right = self.block, self.block.x + self.block.width
        start = block.top + (block.height + 2 if block.x < self.pole < right else 4)
        foot: Attributes = {"cx": self.pole, "cy": self.foot, "r": 2.5, "fill": block.role}
        pole = line(self.pole, start, self.pole, self.foot, block.role)
        return [pole, Element("circle", foot), *block.draw()]


@dataclass(frozen=True)
class Drawing:
    """Elements on a page of a given size [px]."""

    width: float
    height: float
    elements: tuple[Element, ...]


def message(title: str, subtitle: str, sentence: str, look: Look) -> Drawing:
    """Return a drawing that says in a sentence why there is nothing to draw."""
    elements, top = heading(title, subtitle, look)
    lines = wrap(sentence, look.width - 2 * look.margin, look.body, at_most=9)
    elements += paragraph(look.margin, top + 16, lines, look.body)
    bottom = top + 16 + len(lines) * look.body * LEADING
    return Drawing(look.width, round(bottom + look.margin), tuple(elements))


_looks: ContextVar[tuple[Look, ...]] = ContextVar("looks", default=(WIDE, NARROW))


@contextmanager
def only(look: Look) -> Iterator[None]:
    """Let figures become HTML with one of their two drawings, where the other cannot be seen."""
    before = _looks.set((look,))
    try:
        yield
    finally:
        _looks.reset(before)


@dataclass(frozen=True, repr=False)
class Figure:
    """A figure in two widths, with its words; each is drawn when it is asked for.

    Attributes
    ----------
    title : str
        What the figure is called.
    description : str
        What it shows, for those who do not see it: range and key numbers.
    caption : str
        A sentence that says what is seen.
    draw : callable
        Returns the drawing of a size: the one for a page, or the one for a telephone.
    """

    title: str
    description: str
    caption: str
    draw: Callable[[Look], Drawing]

    @property
    def alt(self) -> str:
        """The text alternative: title and description."""
        return f"{self.title}. {self.description}"

    def __repr__(self) -> str:
        """Return the text alternative, which is all a terminal can show."""
        return self.alt

    @cached_property
    def wide(self) -> Drawing:
        """The drawing for a page."""
        return self.draw(WIDE)

    @cached_property
    def narrow(self) -> Drawing:
        """The drawing for a telephone."""
        return self.draw(NARROW)

    def svg(self, standalone: bool = True, *, narrow: bool = False, key: str = "") -> str:
        """Return the figure as SVG: literal colours if it stands alone, CSS variables if not.

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
        """Write the drawing; its ids begin with a number that stands for what it shows."""
        drawing, name = (self.narrow, "narrow") if narrow else (self.wide, "wide")
        width, height = short(drawing.width), short(drawing.height)
        attributes: Attributes = {
            "xmlns": "http://www.w3.org/2000/svg",
            "viewBox": f"0 0 {width} {height}",
            "role": "img",
            "aria-labelledby": "title desc",
            "font-family": FONTS,
        }
        attributes |= {"width": width, "height": height} if sized else {"class": f"jcm-{name}"}
        title = Element("title", {"id": "title"}, (self.title,))
        words = Element("desc", {"id": "desc"}, (self.description,))
        paper = rectangle(0, 0, drawing.width, drawing.height, "surface")
        page = Element("svg", attributes, (title, words, paper, *drawing.elements))
        content = page.write(paint, _START)
        digest = zlib.crc32(f"{key} {self.alt} {content}".encode("utf-8", "replace"))
        return content.replace(_START, f"jcm-{digest:08x}-{name}-")

    def png(self, scale: float = 2, *, narrow: bool = False) -> bytes:
        """Return the figure as PNG, `scale` pixels to each pixel of the drawing."""
        import resvg_py  # here, because only those who ask for PNG need it

        width = round((self.narrow if narrow else self.wide).width * scale)
        return bytes(resvg_py.svg_to_bytes(svg_string=self.svg(narrow=narrow), width=width))

    def html(self, themed: bool = True, *, key: str = "") -> str:
        """Return a ``<figure>`` with both drawings; the style sheet shows the one that fits.

        Within `only` there is one drawing.

        Parameters
        ----------
        themed : bool
            Whether the colours follow the theme of the page, or stay light.
        key : str
            Goes into the ids; tells two figures with the same content apart on one page.
        """
        paint = palette.variable if themed else palette.literal
        both = "".join(self._in_page(look.narrow, themed, key) for look in _looks.get())
        caption = Element("figcaption", {}, (self.caption,)).write(paint, "")
        kind = "jcm-figure" if themed else "jcm-figure jcm-light"
        return f'<figure class="{kind}">{both}{caption}</figure>'

    def _in_page(self, narrow: bool, themed: bool, key: str) -> str:
        """Write a drawing for a page, or return what was written for the last page like it."""
        like = narrow, themed, key
        if like not in self._written:
            paint = palette.variable if themed else palette.literal
            self._written[like] = self._write(paint, narrow=narrow, key=key, sized=False)
        return self._written[like]

    @cached_property
    def _written(self) -> dict[tuple[bool, bool, str], str]:
        return {}

    def _repr_html_(self) -> str:
        return f"<style>{palette.stylesheet()}</style>{self.html()}"
