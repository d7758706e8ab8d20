"""Where the reductions of two scenarios go: for each part two bars, all on one scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from jcm_models.figures import svg
from jcm_models.figures.outcome import LEAST, outcome_parts
from jcm_models.figures.palette import LEADING, Look, amount, text_width, wrap
from jcm_models.figures.sides import Side, letter_mark, side_heading
from jcm_models.figures.svg import Element, Linear

if TYPE_CHECKING:
    from jcm_models.wording import Words

__all__ = ["paired_split_figure"]

_BAR, _BETWEEN, _ROW = 15.0, 5.0, 18.0  # height of a bar, between two of a row, between rows [px]
_NAMES, _MARK, _GAP, _SHORTEST = 236.0, 26.0, 8.0, 1.5  # [px]
_INDENT = 16.0
_OUTER = {"total": "axis"}
_LEVELS = {"total": 0, "unissued": 1, "not_credited": 1, "above": 1, "credited": 1}
_SECOND: svg.Attributes = {"fill-opacity": 0.3, "stroke-width": 1.5, "stroke-dasharray": "4 2.5"}


@dataclass(frozen=True)
class _Row:
    """A part of the reductions in both scenarios [tCO2e]; None where it is not known."""

    part: str
    name: str
    tonnes: tuple[float | None, float | None]
    written: tuple[str, str]
    change: str

    @property
    def role(self) -> str:
        return _OUTER.get(self.part, self.part)

    @property
    def level(self) -> int:
        return _LEVELS.get(self.part, 2)

    @property
    def bold(self) -> bool:
        return self.part in {"total", "credited"}


def paired_split_figure(
    first: Side, second: Side, words: Words, *, title: str | None = None
) -> svg.Figure:
    """Draw where the reductions of two scenarios go, part by part.

    Parameters
    ----------
    first, second : Side
        The scenarios; where business as usual is absent, what is never issued is not known.
    words : Words
        The words of a language.
    title : str, optional
        Stands above the figure instead of the usual title.

    Returns
    -------
    Figure
        Two bars for each part, all on one scale; parts that are below half a tonne in both are
        left out.
    """
    sides = (first, second)
    rows = _rows(sides, words)
    title = title or words("figure.split_title")
    subtitle = words("compare.split_subtitle")
    if all(abs(each or 0.0) < LEAST for row in rows for each in row.tonnes):
        nothing = words("compare.split_none")
        return svg.Figure(title, nothing, nothing, partial(svg.message, title, subtitle, nothing))
    told = [
        words("compare.split_row", name=row.name, first=row.written[0], second=row.written[1])
        for row in rows
    ]
    described = words("figure.sentence_gap").join([words("text.sentence", text=subtitle), *told])
    draw = partial(_draw, rows, sides, title, words)
    return svg.Figure(title, described, _caption(rows, words), draw)


def _rows(sides: Sequence[Side], words: Words) -> list[_Row]:
    sums = [outcome_parts(side.results) for side in sides]
    order = [part for part in _order(sums) if part == "total" or _largest(sums, part) >= LEAST]
    return [_row(part, sums, words) for part in order]


def _order(sums: Sequence[dict[str, float]]) -> list[str]:
    longest = max(sums, key=len)  # which knows what is never issued, if one does
    return list(longest)


def _largest(sums: Sequence[dict[str, float]], part: str) -> float:
    return max(abs(each.get(part, 0.0)) for each in sums)


def _row(part: str, sums: Sequence[dict[str, float]], words: Words) -> _Row:
    first, second = (each.get(part) for each in sums)
    written = [
        words("compare.not_known") if tonnes is None else amount(round(tonnes))
        for tonnes in (first, second)
    ]
    change = ""
    if first is not None and second is not None:
        difference = round(second - first)
        change = f"{'+' if difference > 0 else ''}{amount(difference)}"
    names = {"total": "figure.split_total", "credited": "figure.split_credits"}
    names |= {"unissued": "figure.flow_unissued", "above": "figure.above_negative"}
    if part.endswith(("_government", "_participants")):
        name = words.party(part)
    else:
        name = words(names.get(part, f"figure.{part}"))
    return _Row(part, name, (first, second), (written[0], written[1]), change)


def _draw(
    rows: Sequence[_Row], sides: Sequence[Side], title: str, words: Words, look: Look
) -> svg.Drawing:
    elements, top = svg.heading(title, words("compare.split_subtitle"), look)
    left, right = look.margin, look.width - look.margin
    for side in sides:
        named, top = side_heading(side, left, right, top + 6, look)
        elements += named
    head = words("runs.difference", other=sides[1].letter, first=sides[0].letter)
    change = max(text_width(each, look.small, bold=True) for each in [head, *_changes(rows)])
    top += 12
    more: svg.Attributes = {"text-anchor": "end"}
    elements.append(svg.text(right, top + look.small, head, look.small, "muted", **more))
    top += look.small * LEADING + 2
    start = left + _MARK if look.narrow else left + _NAMES + _MARK
    numbers = max(text_width(each, look.small) for row in rows for each in row.written)
    end = right - numbers - _GAP - (0 if look.narrow else change + 2 * _GAP)
    scale = _scale(rows, start, end)
    for at, row in enumerate(rows):
        drawn, top = _draw_row(row, scale, top, look, sides, rule=row.level < 2 and at > 0)
        elements += drawn
    return svg.Drawing(look.width, round(top + look.margin / 2), tuple(elements))


def _changes(rows: Sequence[_Row]) -> list[str]:
    return [row.change for row in rows]


def _scale(rows: Sequence[_Row], left: float, right: float) -> Linear:
    every = [tonnes for row in rows for tonnes in row.tonnes if tonnes is not None]
    return Linear((min(0.0, *every), max(LEAST, *every)), (left, right))


def _draw_row(
    row: _Row, scale: Linear, top: float, look: Look, sides: Sequence[Side], *, rule: bool
) -> tuple[list[Element], float]:
    """Draw name, both bars with their letters and amounts, and the difference."""
    left, right = look.margin, look.width - look.margin
    indent = left + _INDENT * row.level * (0.5 if look.narrow else 1)
    elements = [svg.line(left, top, right, top, "grid")] if rule else []
    weight: svg.Attributes = {"font-weight": 700 if row.bold else 400}
    room = (right if look.narrow else left + _NAMES) - indent - (90 if look.narrow else 8)
    name = wrap(row.name, room, look.small, bold=row.bold)
    high = len(name) * look.small * LEADING
    both = 2 * _BAR + _BETWEEN
    bars = top + _ROW / 2 + (high + 4 if look.narrow else max(0.0, high - both) / 2)
    words_at = top + _ROW / 2 + (0 if look.narrow else max(0.0, both - high) / 2 - 1)
    elements += svg.paragraph(indent, words_at, name, look.small, **weight)
    end: svg.Attributes = {"text-anchor": "end", "font-weight": 700}
    place = right, (words_at + look.small if look.narrow else bars + both / 2 + 0.35 * look.small)
    elements.append(svg.text(*place, row.change, look.small, **end))
    for at, side in enumerate(sides):
        y = bars + at * (_BAR + _BETWEEN)
        elements += _bar(row, at, side, scale, y, look)
    return elements, bars + both + _ROW / 2


def _bar(row: _Row, at: int, side: Side, scale: Linear, y: float, look: Look) -> list[Element]:
    tonnes = row.tonnes[at]
    elements = letter_mark(side.letter, scale.pixels[0] - _MARK, y + _BAR / 2, 10.0)
    ends = sorted((scale(0.0), scale(tonnes or 0.0)))
    width = max(ends[1] - ends[0], _SHORTEST if tonnes else 0.0)
    if tonnes:
        look_of: svg.Attributes = {**_SECOND, "stroke": row.role} if at else {}
        elements.append(svg.rectangle(ends[0], y, width, _BAR, row.role, **look_of))
    place = ends[0] + width + _GAP, y + _BAR / 2 + 0.35 * look.small
    role = "muted" if tonnes is None else "ink"
    elements.append(svg.text(*place, row.written[at], look.small, role))
    return elements


def _caption(rows: Sequence[_Row], words: Words) -> str:
    """Say in sentences what the largest parts come to."""
    sentences = [
        words("compare.split_row", name=row.name, first=row.written[0], second=row.written[1])
        for row in rows
        if row.part in {"total", "unissued", "credited"}
    ]
    return words("figure.sentence_gap").join([*sentences, words("compare.split_caption")])
