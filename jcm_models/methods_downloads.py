"""What a visitor takes along of the methods: their inputs and equations as tables."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence

from jcm_models.downloads import Download, workbook_of
from jcm_models.method_catalogue import Method
from jcm_models.wording import Words

__all__ = ["method_files"]

_HEADS = ("method", "name", "input", "unit", "default", "source")
_EQUATION_HEADS = ("method", "equation", "source")

Described = Sequence[tuple[Method, Mapping[str, str], Sequence[Mapping[str, str]]]]
"""Methods with their titles, by key `title`, and their inputs as the page shows them."""


def method_files(
    described: Callable[[], Described], words: Words
) -> Mapping[str, tuple[str, Callable[[], Download]]]:
    """Return the files of the methods that are shown, by kind: a name, and what makes it.

    Parameters
    ----------
    described : callable
        Returns the methods that are shown.
    words : Words
        The language of the page.
    """
    return {
        "workbook": (words("methods.download_workbook"), lambda: _workbook(described(), words)),
        "csv": (words("methods.download_csv"), lambda: _csv(described(), words)),
    }


def _heads(keys: Sequence[str], words: Words) -> list[str]:
    return [words(f"methods.head_{key}") for key in keys]


def _inputs(described: Described) -> list[list[str]]:
    keys = ("name", "label", "unit", "default", "source")
    return [
        [said["title"], *(each[key] for key in keys)]
        for _, said, inputs in described
        for each in inputs
    ]


def _equations(described: Described) -> list[list[str]]:
    return [
        [said["title"], f"{name} = {each.plain}", each.source or method.source]
        for method, said, _ in described
        for name, each in method.equations.items()
    ]


def _csv(described: Described, words: Words) -> Download:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([_heads(_HEADS, words), *_inputs(described)])
    return Download("jcm_methods.csv", "text/csv", text.getvalue().encode("utf-8-sig"))


def _workbook(described: Described, words: Words) -> Download:
    from jcm_models.exporting.workbook import Sheet

    sheets = [
        Sheet(
            words("methods.sheet_inputs"),
            [_heads(_HEADS, words)],
            _inputs(described),
            ["text"] * len(_HEADS),
            [34, 30, 40, 16, 30, 60],
        ),
        Sheet(
            words("methods.sheet_equations"),
            [_heads(_EQUATION_HEADS, words)],
            _equations(described),
            ["text"] * len(_EQUATION_HEADS),
            [34, 70, 60],
        ),
    ]
    return workbook_of("jcm_methods.xlsx", words("app.methods"), sheets)
