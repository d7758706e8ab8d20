"""Where the reductions go: rows that make up the whole, each beginning where the last ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from jcm_models.figures import svg
from jcm_models.figures.outcome import LEAST, TINY, outcome_parts, share_text, span_text
from jcm_models.figures.palette import LEADING, NARROW, WIDE, Look, amount, mass, text_width, wrap
from jcm_models.figures.svg import Element, Linear

if TYPE_CHECKING:
    from jcm_models.wording import Words

__all__ = ["split_figure"]

_INDENT, _GAP, _NAMES, _SHARES, _SHORTEST = 18.0, 28.0, 330.0, 84.0, 1.5  # [px]
_LEVELS = {"total": 0, "unissued": 1, "not_credited": 1, "above": 1, "credited": 1}
_ROLES = {"total": "axis"}


@dataclass(frozen=True)
class _Row:
    """A part of the reductions, from where to where it lies [tCO2e], and its words."""

    role: str
    level: int
    start: float
    tonnes: float
    label: str
    amount: str
    share: str

    @property
    def weight(self) -> int:
        return 700 if self.role in {"axis", "credited"} else 400


def split_figure(
    results: Mapping[str, ArrayLike],
    words: Words,
    host: str,
    *,
    title: str | None = None,
) -> svg.Figure:
    """Draw where the reductions of all years go: kept by the host, not credited, or issued to whom.

    Parameters
    ----------
    results : mapping of str to array-like
        ``year``, annual totals by name and ``credits`` by party and year [tCO2e/yr]. Where business
        as usual is absent the reductions are those against the reference.
    words : Words
        The words of a language.
    host : str
        The partner country.
    title : str, optional
        Stands above the figure instead of the usual title.

    Returns
    -------
    Figure
        Parts below half a tonne are left out. Emissions above the reference that were not made good
        stand as a negative part, so that the parts add up.
    """
    sums = outcome_parts(results)
    rows = _rows(sums, words, host)
    span = span_text(np.asarray(results["year"]).astype(np.int64), words)
    known = "known" if "unissued" in sums else "unknown"
    title = title or words("figure.split_title")
    subtitle = words(f"figure.split_{known}", span=span)
    listed = [words("figure.split_row", name=r.label, amount=r.amount, share=r.share) for r in rows]
    described = words("figure.sentence_gap").join([words("text.sentence", text=subtitle), *listed])
    draw = partial(_draw, rows, title, subtitle, words)
    return svg.Figure(title, described, _caption(sums, words, host, span), draw)


def _rows(sums: Mapping[str, float], words: Words, host: str) -> list[_Row]:
    """Set the parts one after the other; those of the credits begin where the credits begin."""
    rows, position = [], 0.0
    for part, tonnes in sums.items():
        level = _LEVELS.get(part, 2)
        if part == "total" or abs(tonnes) >= LEAST:
            role, label = _ROLES.get(part, part), _label(part, words, host)
            written = (
                amount(round(tonnes) if abs(tonnes) >= 1 else tonnes),
                share_text(tonnes, sums["total"], words),
            )
            rows.append(_Row(role, level, position, tonnes, label, *written))
        if level == 2 or part in {"unissued", "not_credited", "above"}:
            position += tonnes
    return rows


def _label(part: str, words: Words, host: str) -> str:
    keys = {"total": "split_total", "credited": "split_credits", "above": "above_negative"}
    if part.endswith(("_government", "_participants")):
        return words.party(part)
    return words(f"figure.{keys.get(part, part)}", host=host)


def _scale(rows: list[_Row], left: float, right: float) -> Linear:
    ends = [edge for row in rows for edge in (row.start, row.start + row.tonnes)]
    low, high = min(ends), max(ends)
    return Linear((low, high if high - low >= LEAST else low + 1), (left, right))


def _bar(row: _Row, x: Linear, y: float, height: float) -> Element:
    """Draw the bar of a row; the thinnest can still be seen."""
    start, end = sorted((x(row.start), x(row.start + row.tonnes)))
    width = max(end - start, _SHORTEST if row.tonnes else 0)
    return svg.rectangle(min(start, x.pixels[1] - width), y, width, height, row.role)


def _threads(rows: list[_Row], tops: list[float], height: float, x: Linear) -> list[Element]:
    """Hang each bar by a thread on the end of the one it continues."""
    return [
        svg.line(x(row.start), above + height, x(row.start), top, "axis")
        for row, above, top in zip(rows[1:], tops, tops[1:], strict=False)
    ]


def _draw(rows: list[_Row], title: str, subtitle: str, words: Words, look: Look) -> svg.Drawing:
    return (_draw_narrow if look.narrow else _draw_wide)(rows, title, subtitle, words)


def _draw_wide(rows: list[_Row], title: str, subtitle: str, words: Words) -> svg.Drawing:
    elements, y = svg.heading(title, subtitle, WIDE)
    right = WIDE.width - WIDE.margin
    columns = right - _SHARES, right
    size, small = WIDE.body, WIDE.small
    for place, key in zip(columns, ("amount", "share"), strict=True):
        head = words(f"figure.split_{key}")
        elements.append(svg.text(place, y + 12, head, small, "muted", text_anchor="end"))
    y, tops, ends = y + 22, [], [0.0]
    for row in rows:
        left, bold = WIDE.margin + _INDENT * row.level, row.weight > 400
        name = wrap(row.label, _NAMES - left, size, bold=bold)
        height = max(36.0, len(name) * size * LEADING + 14)
        middle = y + height / 2
        if row.level < 2:
            elements.append(svg.line(WIDE.margin, y, right, y, "grid"))
        top = middle - len(name) * size * LEADING / 2
        elements += svg.paragraph(left, top, name, size, font_weight=row.weight)
        for place, word in zip(columns, (row.amount, row.share), strict=True):
            more: svg.Attributes = {"text-anchor": "end", "font-weight": row.weight}
            elements.append(svg.text(place, middle + 0.35 * size, word, size, **more))
        ends += [left + text_width(line, size, bold=bold) for line in name]
        tops.append(middle - 10)
        y += height
    amounts = max(text_width(row.amount, size, bold=True) for row in rows)
    x = _scale(rows, max(ends) + _GAP, columns[0] - amounts - _GAP)
    elements += _threads(rows, tops, 20, x)
    elements += [_bar(row, x, top, 20) for row, top in zip(rows, tops, strict=True)]
    return svg.Drawing(WIDE.width, round(y + WIDE.margin), tuple(elements))


def _draw_narrow(rows: list[_Row], title: str, subtitle: str, words: Words) -> svg.Drawing:
    elements, y = svg.heading(title, subtitle, NARROW)
    right, size = NARROW.width - NARROW.margin, NARROW.body
    y, tops = y + 8, []
    for row in rows:
        left, bold = NARROW.margin + _INDENT * row.level / 2, row.weight > 400
        numbers = words("figure.split_one", amount=row.amount, share=row.share)
        room = right - left - text_width(numbers, size, bold=bold) - 12
        name = wrap(row.label, room, size, bold=bold)
        elements += svg.paragraph(left, y, name, size, font_weight=row.weight)
        more: svg.Attributes = {"text-anchor": "end", "font-weight": row.weight}
        elements.append(svg.text(right, y + size, numbers, size, **more))
        tops.append(y + len(name) * size * LEADING + 3)
        y = tops[-1] + 10 + 11
    x = _scale(rows, NARROW.margin, right)
    for row, at in zip(rows, tops, strict=True):
        track = svg.rectangle(NARROW.margin, at, right - NARROW.margin, 10, "grid")
        elements += [track, _bar(row, x, at, 10)]
    return svg.Drawing(NARROW.width, round(y + 4), tuple(elements))


def _caption(sums: Mapping[str, float], words: Words, host: str, span: str) -> str:
    """Say in sentences who gets what."""
    if sums["total"] < LEAST:
        return words("figure.split_none", span=span)
    masses = {part: mass(tonnes, sums["total"], words) for part, tonnes in sums.items()}
    shares = {part: share_text(tonnes, sums["total"], words) for part, tonnes in sums.items()}
    places = {"total": masses["total"], "credits": masses["credited"], "share": shares["credited"]}
    for side in ("japan", "host"):
        tonnes = sums[f"{side}_government"] + sums[f"{side}_participants"]
        places[f"{side}_side"] = mass(tonnes, sums["total"], words)
    key = "figure.split_sentence" if sums["credited"] >= LEAST else "figure.split_no_credits"
    sentences = [words(key, span=span, host=host, **places)]
    for part in ("unissued", "not_credited", "reserve"):
        if sums.get(part, 0) >= max(LEAST, TINY * sums["total"]):
            places = {"mass": masses[part], "share": shares[part], "host": host}
            sentences.append(words(f"figure.split_{part}", **places))
    return words("figure.sentence_gap").join(sentences)
