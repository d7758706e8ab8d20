"""Two scenarios side by side as files: a workbook for people, a table for programs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

import numpy as np

from jcm_models.exporting.workbook import Sheet, Shown
from jcm_models.pair_inputs import input_cells, input_names
from jcm_models.pairs import LETTERS, Pair
from jcm_models.variables import result_variables
from jcm_models.wording import Words

__all__ = ["pair_csv", "pair_sheets"]

_YEARLY = (
    "bau_emissions",
    "reference_emissions",
    "project_emissions",
    "leakage_emissions",
    "emission_reductions",
    "unissued_reductions",
    "credits_issued",
    "reserve_withheld",
)
_COLUMNS = ("part", "name", "key", "year", "unit", "a", "b", "b_minus_a")
_TONNES, _A_YEAR = "tCO2e", "tCO2e/yr"


def pair_sheets(pair: Pair, words: Words) -> list[Sheet]:
    """Return the sheets of a workbook: the sums, the years, and the inputs that differ.

    Parameters
    ----------
    pair : Pair
        The two scenarios.
    words : Words
        The words of its language.
    """
    return [_sums(pair, words), _years(pair, words), _inputs(pair, words)]


def pair_csv(pair: Pair) -> str:
    """Return sums, years and the inputs that differ as one table with a row for each number.

    Parameters
    ----------
    pair : Pair
        The two scenarios.

    Returns
    -------
    str
        Comma-separated, in English; a field is empty where a scenario has no such number.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    writer.writerows(_csv_rows(pair))
    return text.getvalue()


def _csv_rows(pair: Pair) -> Iterator[tuple[Any, ...]]:
    words = Words()
    titles = [each.scenario.title.in_language("en") for each in pair.sides]
    yield ("scenario", "title", "", "", "", *titles, "")
    yield ("scenario", "name", "", "", "", *(each.scenario.name for each in pair.sides), "")
    for each in pair.comparison.results:
        name = words(f"runs.head_{each.name}")
        change = each.change(1)
        yield ("sum", name, each.name, "", _TONNES, *each.values, change[0] if change else None)
    for key, first, second in _flows(pair):
        label = words.label(result_variables()[key])
        for year, a, b in zip(pair.years.tolist(), first, second, strict=True):
            known = a is not None and b is not None
            more = (b or 0.0) - (a or 0.0) if known else None
            yield ("year", label, key, year, _A_YEAR, a, b, more)
    names = input_names(pair, words)
    for differing in pair.inputs:
        texts = [cell["text"] for cell in input_cells(differing, pair, words)]
        yield ("input", names[differing.path], differing.path, "", "", *texts, "")


def _flows(pair: Pair) -> Iterator[tuple[str, list[float | None], list[float | None]]]:
    """Yield the flows of which either scenario has something; None where there is no such year."""
    for name in _YEARLY:
        both = pair.yearly(name)
        if any(np.nansum(np.abs(values)) for values in both):
            first, second = ([_known(v) for v in values.tolist()] for values in both)
            yield name, first, second


def _known(value: float) -> float | None:
    return None if np.isnan(value) else value


def _sums(pair: Pair, words: Words) -> Sheet:
    titles = [each.scenario.title.in_language(words.language) for each in pair.sides]
    head = [words("compare.figure"), *LETTERS, words("compare.change")]
    head += [words("compare.share_of_first"), words("compare.unit")]
    rows: list[list[Any]] = []
    for each in pair.comparison.results:
        change = each.change(1) or (None, None)
        rows.append([words(f"runs.head_{each.name}"), *each.values, *change, words.unit(_TONNES)])
    rows.append([])
    rows += [
        [Shown(words("compare.assumptions_of", side=letter, title=title), "line")]
        for letter, title in zip(LETTERS, titles, strict=True)
    ]
    return Sheet(
        name=words("compare.sheet_summary"),
        heads=(head,),
        rows=rows,
        styles=("text", "whole", "whole", "whole", "share", "beside"),
        widths=(40, 18, 18, 18, 18, 10),
        fixed=1,
    )


def _years(pair: Pair, words: Words) -> Sheet:
    """Return a row for each year, three columns for each flow, and the sums below."""
    heads, units = [words("table.year")], [""]
    columns: list[list[float | None]] = []
    for key, first, second in _flows(pair):
        label = words.label(result_variables()[key])
        sides = (*LETTERS, words("compare.change"))
        heads += [words("compare.of_column", name=label, side=side) for side in sides]
        units += [words.unit(_A_YEAR)] * len(sides)
        change = [(b or 0.0) - (a or 0.0) for a, b in zip(first, second, strict=True)]
        columns += [first, second, [*change]]
    rows: list[list[Any]] = [
        [year, *(column[at] for column in columns)] for at, year in enumerate(pair.years.tolist())
    ]
    total = [Shown(sum(v or 0.0 for v in column), "whole total") for column in columns]
    rows.append([Shown(words("table.total"), "text total"), *total])
    return Sheet(
        name=words("compare.sheet_years"),
        heads=(heads, units),
        rows=rows,
        styles=("year", *["whole"] * len(columns)),
        widths=(9, *[17] * len(columns)),
        fixed=1,
    )


def _inputs(pair: Pair, words: Words) -> Sheet:
    """Return what each scenario says of the inputs that differ, with source and place."""
    head = [words("table.input")]
    for letter in LETTERS:
        beside = (words("table.source"), words("compare.place"))
        head += [letter, *(words("compare.of_column", name=n, side=letter) for n in beside)]
    names = input_names(pair, words)
    rows = []
    for each in pair.inputs:
        cells = input_cells(each, pair, words)
        told = [cell[part] for cell in cells for part in ("text", "source", "place")]
        rows.append([names[each.path], *told, each.path])
    return Sheet(
        name=words("compare.sheet_inputs"),
        heads=([*head, words("compare.path")],),
        rows=rows,
        styles=("text",) * 8,
        widths=(40, 22, 44, 40, 22, 44, 40, 44),
        fixed=1,
    )
