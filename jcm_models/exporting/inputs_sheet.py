"""The sheet of every number that went into a run, with its source and where it was written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jcm_models.components import Input
from jcm_models.exporting.workbook import Sheet, Shown
from jcm_models.input_sections import component_titles, input_label
from jcm_models.scenario import Scenario
from jcm_models.variables import Variable
from jcm_models.wording import Words

__all__ = ["inputs_sheet", "unit_of"]

_DIGITS = 10  # decimals that a share or a factor shows at most


def unit_of(variable: Variable, words: Words) -> str:
    """Write the unit of a variable as people do; never nothing."""
    if variable.kind == "share" and variable.unit == "1":
        return words("export.unit_share")
    return words.unit(variable.unit) or words("export.unit_none")


def inputs_sheet(scenario: Scenario, words: Words) -> Sheet:
    """Return the sheet of every input: one row each, one for each year where it is a series.

    Parameters
    ----------
    scenario : Scenario
        What was simulated.
    words : Words
        The words of its language.

    Returns
    -------
    Sheet
        Label, year, value, unit, as it is written, standing, source, note, file and line, key.
    """
    titles = component_titles(scenario, words)
    heads = [words("table.input"), words("table.year"), words("table.value")]
    heads += [words(f"export.{key}") for key in ("unit", "as_written", "standing")]
    heads += [words("table.source")]
    heads += [words(f"export.{key}") for key in ("note", "place", "key")]
    return Sheet(
        name=words("export.inputs"),
        heads=(heads,),
        rows=[
            row
            for given in scenario.inputs()
            for row in _rows(given, input_label(given, words, titles), words)
        ],
        styles=("text", "year", "whole", "beside", *["text"] * (len(heads) - 4)),
        widths=(40, 8, 16, 14, 26, 14, 50, 40, 52, 48),
        fixed=1,
    )


def _rows(given: Input, label: str, words: Words) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of an input; of one that grows, its value in the year from which it does."""
    value = given.value
    years = value.years or (value.since,)
    about = (
        given.written_in(words),
        words(f"standing.{value.standing}"),
        value.source,
        value.note.in_language(words.language) if value.note and given.place else None,
        str(given.place) if given.place else words("table.default"),
        given.path,
    )
    unit = unit_of(given.variable, words)
    for year, number in zip(years, value.points, strict=True):
        yield label, year, Shown(number, _style(number, given.variable)), unit, *about


def _style(number: float, variable: Variable) -> str:
    """Return how people read a number: whole, in per cent, or with its digits."""
    if variable.kind == "share" and variable.unit == "1":
        return "percent" if round(100 * number, _DIGITS).is_integer() else "percents"
    return "whole" if float(number).is_integer() else "digits"
