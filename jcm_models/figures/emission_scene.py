"""What figures of emissions are made of: lines, the areas between them, and how they are drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from jcm_models.figures import svg
from jcm_models.figures.axes import END_GAP, Panel
from jcm_models.figures.outcome import span_text, yearly
from jcm_models.figures.palette import Look, amount, mass, unit_for, wrap
from jcm_models.figures.svg import Array, Block, Element, Years

if TYPE_CHECKING:
    from jcm_models.wording import Words

__all__ = ["Scene", "Wedge", "areas", "caption_of", "curves", "description_of", "end_blocks"]
__all__ += ["end_labels", "hatch", "headline_of", "level_text", "scene_of"]

_HATCH = 6.0  # [px]
_THIN = 0.005  # of all reductions: what is not credited but less than this is rounding, not drawn
_LEADER: svg.Attributes = {"stroke-dasharray": "1 4"}
_DASHES: dict[str, svg.Attributes] = {
    "project": {"stroke-width": 3},
    "reference": {"stroke-width": 2},
    "bau": {"stroke-width": 2, "stroke-dasharray": "7 4"},
}


@dataclass(frozen=True, eq=False)
class Wedge:
    """An area between two lines [tCO2e/yr] and its tonnes in all years."""

    kind: str
    top: Array
    bottom: Array
    tonnes: float

    @property
    def where(self) -> NDArray[np.bool_]:
        """In which years it is thick enough to be seen."""
        thick: Array = self.top - self.bottom
        least = 1e-3 * float(thick.max())
        return thick > least


@dataclass(frozen=True, eq=False)
class Scene:
    """What is drawn, before any size is known."""

    years: Years
    lines: dict[str, Array]
    wedges: list[Wedge]
    leaks: bool
    words: Words
    host: str
    span: str
    largest: float

    def name(self, kind: str, suffix: str = "") -> str:
        """Return what people call a line or an area."""
        leakage = "_leakage" if kind == "project" and self.leaks else ""
        return self.words(f"figure.{kind}{leakage}{suffix}", host=self.host)

    def label(self, kind: str) -> str:
        """Return the full name of a line."""
        from jcm_models.variables import result_variables  # here, as it loads YAML

        if self.leaks and kind == "project":
            return self.name(kind)
        return self.words.label(result_variables()[f"{kind}_emissions"])


def scene_of(results: Mapping[str, ArrayLike], words: Words, host: str) -> Scene:
    """Return the lines and the areas of a run; `emissions_figure` says what they are made of."""
    years = np.asarray(results["year"]).astype(np.int64)
    reference, leakage = (yearly(results, f"{name}_emissions") for name in ("reference", "leakage"))
    project = yearly(results, "project_emissions") + leakage
    gap = np.maximum(reference - project, 0)
    issued = yearly(results, "credits_issued") if "credits_issued" in results else gap
    credited = np.clip(issued, 0, gap)
    if (gap - credited).sum() < _THIN * gap.sum():
        credited = gap
    kinds = {
        "credited": (reference, reference - credited, issued.sum()),
        "not_credited": (reference - credited, reference - gap, (gap - credited).sum()),
        "above": (np.maximum(project, reference), reference, (project - reference + gap).sum()),
    }
    lines = {"reference": reference, "project": project}
    if "bau_emissions" in results:
        bau = yearly(results, "bau_emissions")
        kinds = {"unissued": (bau, reference, (bau - reference).sum())} | kinds
        lines = {"bau": bau} | lines
    least = 1e-6 * max(float(values.max()) for values in lines.values())
    wedges = [
        Wedge(kind, top, bottom, float(tonnes))
        for kind, (top, bottom, tonnes) in kinds.items()
        if (top - bottom).max() > least
    ]
    span, largest = span_text(years, words), sum(wedge.tonnes for wedge in wedges)
    return Scene(years, lines, wedges, bool(leakage.any()), words, host, span, largest)


def hatch() -> Element:
    """Return the pattern of what lies above the reference."""
    stroke = svg.line(0, 0, 0, _HATCH, "above", stroke_width=2.4)
    turned: svg.Attributes = {"id": "above", "patternTransform": "rotate(45)"}
    turned |= {"width": _HATCH, "height": _HATCH, "patternUnits": "userSpaceOnUse"}
    return Element("defs", {}, (Element("pattern", turned, (stroke,)),))


def areas(scene: Scene, panel: Panel) -> list[Element]:
    """Draw the areas between the lines."""
    return [
        Element("path", {"fill": fill, "d": d})
        for wedge in scene.wedges
        for fill in ["#above" if wedge.kind == "above" else f"{wedge.kind}-wash"]
        for run in svg.runs(scene.years, wedge.where)
        for top, bottom in [(panel.y(wedge.top[run]), panel.y(wedge.bottom[run]))]
        for d in [svg.area(panel.starts[run], panel.ends[run], top, bottom)]
    ]


def curves(scene: Scene, panel: Panel) -> list[Element]:
    """Draw the lines, level through each year."""
    return [
        Element("path", {**dashes, "fill": "none", "stroke": kind, "d": d})
        for kind, dashes in _DASHES.items()
        if kind in scene.lines
        for run in svg.runs(scene.years)
        for d in [svg.stairs(panel.starts[run], panel.ends[run], panel.y(scene.lines[kind][run]))]
    ]


def end_blocks(scene: Scene, tonnes: float, look: Look, *, short: bool = False) -> dict[str, Block]:
    """Set the names of the lines and what they end at."""
    suffix, width = ("_short", 92.0) if look.narrow or short else ("", 170.0)
    return {
        kind: Block(
            kind,
            wrap(scene.name(kind, suffix), width, look.small, bold=True),
            [level_text(values[-1], tonnes)],
            look.small,
        )
        for kind, values in scene.lines.items()
    }


def end_labels(scene: Scene, ends: dict[str, Block], panel: Panel) -> list[Element]:
    """Set the names of the lines beside their ends."""
    end, right, (bottom, top) = float(panel.ends[-1]), panel.x.pixels[1], panel.y.pixels
    levels = [panel.y(float(values[-1])) for values in scene.lines.values()]
    heights = [block.height + 4 for block in ends.values()]
    middles = svg.spread(levels, heights, top - 10, bottom + 18)
    elements = []
    for level, middle, block in zip(levels, middles, ends.values(), strict=True):
        if end < right - 1:  # where the axis goes on after the last year of these
            elements.append(svg.line(end, level, right, level, block.role, **_LEADER))
        if abs(level - middle) > 2:
            elements.append(svg.line(right + 1, level, right + END_GAP - 4, middle, block.role))
        elements += replace(block, x=right + END_GAP, top=middle - block.height / 2 - 1).draw()
    return elements


def headline_of(scene: Scene) -> str:
    """Say in a sentence how far emissions lie below those without the project."""
    words, upper = scene.words, next(iter(scene.lines))  # business as usual, where it is known
    gaps = [float((above - below).sum()) for above, below in pairwise(scene.lines.values())]
    total = sum(round(gap) if abs(gap) >= 10 else gap for gap in gaps)  # as each is written
    way = ("same", "lower", "higher")[int(np.sign(np.round(total, 3)))]
    places = {"mass": mass(abs(total), scene.largest, words), "base": words(f"figure.base_{upper}")}
    return words(f"figure.emissions_{way}", span=scene.span, **places)


def caption_of(scene: Scene) -> str:
    """Say in sentences what is seen."""
    words = scene.words
    sentences = [headline_of(scene)]
    sentences += [] if "bau" in scene.lines else [words("figure.emissions_unknown")]
    for wedge in scene.wedges:
        places = {"mass": mass(wedge.tonnes, scene.largest, words), "host": scene.host}
        places["years"] = span_text(scene.years[wedge.where], words)
        sentences.append(words(f"figure.emissions_{wedge.kind}", **places))
    return words("figure.sentence_gap").join(sentences)


def description_of(scene: Scene) -> str:
    """Say the range and the key numbers."""
    words, every = scene.words, np.concatenate(list(scene.lines.values()))
    tonnes, unit = unit_for(float(every.max()))
    low, high = level_text(every.min(), tonnes), level_text(every.max(), tonnes)
    places = {"span": scene.span, "unit": unit, "low": low, "high": high}
    sentences = [words("figure.emissions_range", **places)]
    for kind, values in scene.lines.items():
        places |= {"name": scene.label(kind), "first_year": f"{scene.years[0]}"}
        places |= {"first": level_text(values[0], tonnes), "last": level_text(values[-1], tonnes)}
        key = "emissions_line" if len(values) > 1 else "emissions_line_one"
        sentences.append(words(f"figure.{key}", last_year=f"{scene.years[-1]}", **places))
    return words("figure.sentence_gap").join([*sentences, caption_of(scene)])


def level_text(value: float, tonnes: float) -> str:
    """Write a value of a line in the unit of the axis."""
    return amount(float(value) / tonnes, whole=tonnes == 1)
