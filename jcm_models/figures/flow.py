"""Where the outcome ends up: bands as wide as their tonnes, from what is saved on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from jcm_models.figures import svg
from jcm_models.figures.outcome import LEAST, TINY, outcome_parts, share_text, span_text, yearly
from jcm_models.figures.palette import LEADING, NARROW, WIDE, Look, amount, mass, text_width, wrap
from jcm_models.figures.strands import (
    HOST,
    JAPAN,
    NODES,
    RESERVE,
    UNADJUSTED,
    Flow,
    Link,
    Node,
    flow_of,
)
from jcm_models.figures.svg import Block, Element

if TYPE_CHECKING:
    from jcm_models.wording import Words

__all__ = ["flow_figure"]

_BANDS, _CURVE, _BAR, _GAP, _NEAR = 220.0, 84.0, 9.0, 16.0, 4.0  # wide [px]
_STRIP, _FALL, _CRACK, _INDENT, _SWATCH = 12.0, 44.0, 6.0, 18.0, 11.0  # narrow [px]
_THINNEST, _SHORTEST = 1.0, 1.5  # the thinnest band and bar can still be seen [px]


class _Outside(NamedTuple):
    """Mitigation outcomes that count before or after the NDC periods of the sides."""

    when: str
    year: int
    tonnes: float
    sides: list[str]


@dataclass(frozen=True)
class _Scene:
    """What is drawn, and the words for it."""

    flow: Flow
    words: Words
    host: str
    outside: list[_Outside]

    def step(self, column: int) -> str:
        return self.words(f"figure.flow_step_{column}")

    def named(self) -> Iterator[tuple[int, list[Node]]]:
        """Yield each column with the nodes that are more than passed."""
        for column, nodes in enumerate(self.flow.columns):
            if named := [node for node in nodes if not self.flow.passed(node)]:
                yield column, named

    def label(self, node: Node) -> str:
        keys = {"total": "split_total", "credited": "split_credits"}
        keys |= {"not_credited": "not_credited", "reserve": "reserve"}
        if node.name.endswith(("_government", "_participants")):
            return self.words.party(node.name)
        return self.words(f"figure.{keys.get(node.name, f'flow_{node.name}')}", host=self.host)

    def numbers(self, node: Node, key: str = "split_one") -> str:
        written = amount(round(self.flow.nodes[node]))
        share = share_text(self.flow.nodes[node], self.flow.total, self.words)
        return self.words(f"figure.{key}", name=self.label(node), amount=written, share=share)


@dataclass(frozen=True)
class _Slot:
    """The room a node takes across the flow, and how far into it its bar begins [px]."""

    size: float
    before: float


def flow_figure(
    results: Mapping[str, ArrayLike],
    words: Words,
    host: str,
    *,
    title: str | None = None,
    periods: Mapping[str, tuple[int, int]] | None = None,
) -> svg.Figure:
    """Draw where the outcome of all years ends up: what is saved, who holds it, where it counts.

    Parameters
    ----------
    results : mapping of str to array-like
        ``year``, annual totals by name and ``credits`` by party and year [tCO2e/yr]. Where business
        as usual is absent what is saved is counted from the reference. Without
        ``itmos_first_transferred`` by vintage [tCO2e/yr] the figure ends with who holds the
        credits.
    words : Words
        The words of a language.
    host : str
        The partner country.
    title : str, optional
        Stands above the figure instead of the usual title.
    periods : mapping of str to tuple of int, optional
        First and last year of the NDC of ``host`` and ``japan``. What the one first transfers and
        the other uses outside them is named in the caption: it is in no adjustment of these NDCs.

    Returns
    -------
    Figure
        Parts below half a tonne are left out. What Japan holds without its being first transferred
        is a part of its own of the host's balance, as neither country adjusts for it. Emissions
        above the reference that were not made good cannot be drawn as a band; the caption names
        them.

    Raises
    ------
    ValueError
        If there is not one number for each year, or if of a vintage more is first transferred than
        Japan has credits.
    """
    parts = outcome_parts(results)
    outside = _outside(results, periods or {})
    scene = _Scene(flow_of(results, parts), words, host, outside)
    span = span_text(np.asarray(results["year"]).astype(np.int64), words)
    known = "known" if "unissued" in parts else "unknown"
    title = title or words("figure.flow_title")
    subtitle = words("figure.flow_subtitle", base=words(f"figure.split_{known}", span=span))
    caption = _caption(scene, -parts["above"], span)
    described = words("figure.sentence_gap").join(
        [words("text.sentence", text=subtitle), *_listed(scene), caption]
    )
    return svg.Figure(title, described, caption, partial(_draw, scene, title, subtitle))


# Where nodes and bands lie across the flow


def _place(
    flow: Flow, scale: float, slots: Mapping[Node, _Slot], low: float, high: float
) -> dict[Node, float]:
    """Return where the bar of each node begins: as level with what flows in as the room allows."""
    starts: dict[Node, float] = {}
    for column in flow.columns:
        leaving = _offsets(flow, starts, scale, "source")
        wanted = []
        for node in column:
            into = [link for link in flow.links if link.target == node]
            middles = [leaving[link] + flow.links[link] * scale / 2 for link in into]
            tonnes = [flow.links[link] for link in into]
            level = np.average(middles, weights=tonnes) if into else (low + high) / 2
            top = float(level) - flow.nodes[node] * scale / 2 - slots[node].before
            wanted.append(top + slots[node].size / 2)
        in_order = np.maximum.accumulate(wanted).tolist()
        middles = svg.spread(in_order, [slots[node].size for node in column], low, high)
        for node, middle in zip(column, middles, strict=True):
            starts[node] = middle - slots[node].size / 2 + slots[node].before
    return starts


def _offsets(flow: Flow, starts: Mapping[Node, float], scale: float, end: str) -> dict[Link, float]:
    """Return where each band begins on the bar at its `end`: one after the other."""
    reached, offsets = dict(starts), {}
    for link in sorted(flow.links, key=Link.order):
        node = getattr(link, end)
        if node in reached:
            offsets[link] = reached[node]
            reached[node] += flow.links[link] * scale
    return offsets


def _bands(
    flow: Flow,
    starts: Mapping[Node, float],
    scale: float,
    along: Callable[[Link], tuple[float, float, float]],
    *,
    down: bool = False,
) -> list[Element]:
    """Draw the bands; `along` gives where one leaves, begins to bend, and arrives [px]."""
    leaving, coming = (_offsets(flow, starts, scale, end) for end in ("source", "target"))

    def point(distance: float, across: float) -> str:
        x, y = (across, distance) if down else (distance, across)
        return f"{x:.1f} {y:.1f}"

    elements = []
    for link, tonnes in flow.links.items():
        (start, bend, end), a, b = along(link), leaving[link], coming[link]
        thick, half = max(tonnes * scale, _THINNEST), (bend + end) / 2
        path = f"M{point(start, a)}L{point(bend, a)}C{point(half, a)} {point(half, b)} "
        path += f"{point(end, b)}L{point(end, b + thick)}C{point(half, b + thick)} "
        path += f"{point(half, a + thick)} {point(bend, a + thick)}L{point(start, a + thick)}Z"
        elements.append(Element("path", {"fill": link.role, "d": path}))
    return elements


def _thick(scene: _Scene, node: Node, scale: float) -> float:
    return max(scene.flow.nodes[node] * scale, _SHORTEST)


# From left to right


def _draw(scene: _Scene, title: str, subtitle: str, look: Look) -> svg.Drawing:
    if not scene.flow.nodes:
        return svg.message(title, subtitle, scene.words("figure.nothing"), look)
    return (_draw_narrow if look.narrow else _draw_wide)(scene, title, subtitle)


def _draw_wide(scene: _Scene, title: str, subtitle: str) -> svg.Drawing:
    """Draw from left to right; names stand above their bars, in the last column beside them."""
    elements, top = svg.heading(title, subtitle, WIDE)
    flow, columns = scene.flow, scene.flow.columns
    scale, last = _BANDS / flow.total, len(columns) - 1
    room = (WIDE.width - 2 * WIDE.margin - last * _CURVE) / len(columns)
    xs = [WIDE.margin + column * (room + _CURVE) for column in range(len(columns))]
    for column, _ in scene.named():
        x, step = xs[column], wrap(scene.step(column), room, WIDE.small, at_most=1)
        elements += svg.paragraph(x, top + 12, step, WIDE.small, "muted")
    top += 20 + WIDE.small * LEADING
    blocks = {n: _block(scene, n, room, n.column == last) for n in flow.nodes if not flow.passed(n)}
    slots = {n: _slot(_thick(scene, n, scale), blocks.get(n), n.column == last) for n in flow.nodes}
    bottom = top + max(sum(slots[node].size for node in column) for column in columns)
    starts = _place(flow, scale, slots, top, bottom)

    def along(link: Link) -> tuple[float, float, float]:
        x = xs[link.source.column]
        return x, x + room, xs[link.target.column]

    elements += _bands(flow, starts, scale, along)
    for node, block in blocks.items():
        x, start, thick = xs[node.column], starts[node], _thick(scene, node, scale)
        elements.append(svg.rectangle(x, start, _BAR, thick, NODES[node.name]))
        above = replace(block, x=x, top=start - block.height - _NEAR)
        beside = replace(block, x=x + _BAR + 2 * _NEAR, top=start + (thick - block.height) / 2)
        elements += (beside if node.column == last else above).draw()
    return svg.Drawing(WIDE.width, round(bottom + WIDE.margin / 2), tuple(elements))


def _block(scene: _Scene, node: Node, room: float, beside: bool) -> Block:
    width = room - (_BAR + 2 * _NEAR) * beside
    name = wrap(scene.label(node), width, WIDE.small, bold=True, at_most=9)
    return Block("ink", name, wrap(scene.numbers(node), width, WIDE.small), WIDE.small)


def _slot(thick: float, block: Block | None, beside: bool) -> _Slot:
    """Return the room for a bar and its name; tonnes that only pass have none."""
    if block is None:
        return _Slot(thick + _GAP, _GAP / 2)
    if beside:
        size = max(thick, block.height) + _GAP
        return _Slot(size, (size - thick) / 2)
    return _Slot(block.height + _NEAR + thick + _GAP, block.height + _NEAR)


# From top to bottom


def _draw_narrow(scene: _Scene, title: str, subtitle: str) -> svg.Drawing:
    """Draw from top to bottom, and below a list of what is drawn, step by step."""
    elements, top = svg.heading(title, subtitle, NARROW)
    flow, columns = scene.flow, scene.flow.columns
    left, right = NARROW.margin + _INDENT, NARROW.width - NARROW.margin
    scale = (right - left - (_CRACK + _SHORTEST) * max(map(len, columns))) / flow.total
    slots = {n: _Slot(_thick(scene, n, scale) + _CRACK, _CRACK / 2) for n in flow.nodes}
    starts = _place(flow, scale, slots, left, right)
    ys = [top + 12 + column * (_STRIP + _FALL) for column in range(len(columns))]

    def along(link: Link) -> tuple[float, float, float]:
        y = ys[link.source.column]
        return y, y + _STRIP, ys[link.target.column]

    elements += _bands(flow, starts, scale, along, down=True)
    for node, start in starts.items():
        if not flow.passed(node):
            place = start, ys[node.column], _thick(scene, node, scale), _STRIP
            elements.append(svg.rectangle(*place, NODES[node.name]))
    for column, y in enumerate(ys):
        elements.append(svg.text(NARROW.margin, y + 10, f"{column + 1}", NARROW.small, "muted"))
    rows, bottom = _rows(scene, ys[-1] + _STRIP + 14)
    return svg.Drawing(NARROW.width, round(bottom), (*elements, *rows))


def _rows(scene: _Scene, y: float) -> tuple[list[Element], float]:
    """List the nodes of each step: colour, name, and numbers; and return where the list ends."""
    elements: list[Element] = []
    left, right, size = NARROW.margin, NARROW.width - NARROW.margin, NARROW.body
    for column, nodes in scene.named():
        number = scene.words("figure.flow_step", number=column + 1, step=scene.step(column))
        elements.append(svg.text(left, y + size, number, NARROW.small, "muted"))
        y += size * LEADING + 5
        for node in nodes:
            numbers = scene.numbers(node)
            room = right - left - _INDENT - text_width(numbers, size) - 10
            name = wrap(scene.label(node), room, size, at_most=9)
            elements.append(svg.rectangle(left, y + 4, _SWATCH, _SWATCH, NODES[node.name]))
            elements += svg.paragraph(left + _INDENT, y, name, size)
            elements.append(svg.text(right, y + size, numbers, size, text_anchor="end"))
            y += len(name) * size * LEADING + 4
        y += 8
    return elements, y


# What it says


def _listed(scene: _Scene) -> Iterator[str]:
    """Yield a sentence for each step with its parts."""
    for column, nodes in scene.named():
        rows = [scene.numbers(node, "split_row") for node in nodes]
        joined = scene.words("figure.sentence_gap").join(rows)
        yield scene.words("figure.flow_list", step=scene.step(column), rows=joined)


def _caption(scene: _Scene, above: float, span: str) -> str:
    """Say in sentences where the outcome ends up."""
    words, flow, total = scene.words, scene.flow, scene.flow.total
    counted = any(node.column == 3 for node in flow.nodes)
    places = {"host": scene.host, "span": span, "total": mass(total, total, words)}
    for side, roles in (("host", (HOST, UNADJUSTED)), ("japan", (JAPAN,))):
        tonnes = sum(flow.ends.get(role, 0) for role in roles)
        places |= {f"{side}_mass": mass(tonnes, total, words)}
        places |= {f"{side}_share": share_text(tonnes, total, words)}
    key = "split_none" if not flow.nodes else "flow_counts" if counted else "flow_sides"
    sentences = [words(f"figure.{key}", **places)]
    for role, key in ((UNADJUSTED, "flow_not_adjusted"), (RESERVE, "split_reserve")):
        tonnes = flow.ends.get(role, 0)
        if tonnes >= max(LEAST, TINY * total):
            part = {"mass": mass(tonnes, total, words), "share": share_text(tonnes, total, words)}
            sentences.append(words(f"figure.{key}", host=scene.host, **part))
    sentences += [_outside_text(scene, each) for each in scene.outside]
    if above >= max(LEAST, TINY * total):
        sentences.append(words("figure.flow_above", mass=mass(above, above, words)))
    return words("figure.sentence_gap").join(sentences)


def _outside(
    results: Mapping[str, ArrayLike], periods: Mapping[str, tuple[int, int]]
) -> list[_Outside]:
    """Sum what counts before and after each period; sides of which the same is true together."""
    years, transferred = np.asarray(results["year"]), yearly(results, "itmos_first_transferred")
    used = yearly(results, "itmos_used") if "itmos_used" in results else transferred
    found: dict[tuple[str, int, float], list[str]] = {}
    for side, (first, last) in periods.items():
        counts = transferred if side == "host" else used
        # what is used after the years simulated is in no array of its uses
        late = float(transferred.sum() - counts[years <= last].sum())
        for when, year, tonnes in (
            ("before", first, float(counts[years < first].sum())),
            ("after", last, late),
        ):
            if tonnes >= LEAST:
                found.setdefault((when, year, tonnes), []).append(side)
    return [_Outside(*key, sides) for key, sides in found.items()]


def _outside_text(scene: _Scene, outside: _Outside) -> str:
    words, total = scene.words, scene.flow.total
    names = {"host": scene.host, "japan": words("figure.flow_japan")}
    countries = words("figure.flow_and").join(names[side] for side in outside.sides)
    written = mass(outside.tonnes, total, words)
    places = {"mass": written, "year": outside.year, "countries": countries}
    return words(f"figure.flow_{outside.when}", **places)
