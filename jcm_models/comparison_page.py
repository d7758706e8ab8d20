"""A comparison of runs as a table for a terminal and as a page of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from markupsafe import Markup

from jcm_models import __version__
from jcm_models.comparison import Comparison, InputDifference, ResultDifference
from jcm_models.comparison_sentences import difference, first_sentences, input_name, letter
from jcm_models.figures import Figure, compared_figure
from jcm_models.pieces import render
from jcm_models.rulebook import partner
from jcm_models.styles import style_sheet
from jcm_models.wording import Words, number, written_text

__all__ = ["comparison_page", "comparison_text", "credits_picture"]

_UNKNOWN = "–"

Cells = list[tuple[str, list[str]]]


def comparison_page(comparison: Comparison, words: Words) -> str:
    """Return a comparison as HTML in one file that opens offline.

    Parameters
    ----------
    comparison : Comparison
        What differs between the runs.
    words : Words
        The words of a language.

    Returns
    -------
    str
        The main thing in a sentence; the runs, what comes out, what goes in, credits by year.
    """
    return render(
        "comparison.html",
        words,
        title=words("runs.title", count=len(comparison.runs)),
        style=Markup(style_sheet()),
        sentences=list(first_sentences(comparison, words)),
        runs=[_run(comparison, at, words) for at in range(len(comparison.runs))],
        letters=[letter(at) for at in range(len(comparison.runs))],
        effect_head="",
        heads=_heads(comparison, words),
        results=_results(comparison, words),
        inputs_caption=_inputs_caption(comparison, words),
        inputs=[
            (input_name(each.known, words), _input_cells(each, words)) for each in comparison.inputs
        ],
        picture=Markup(credits_picture(comparison, words).html()),
        by_year=_by_year(comparison, words),
        version=__version__,
    )


def comparison_text(comparison: Comparison, words: Words) -> str:
    """Return a comparison as lines for a terminal, each table with its columns aligned."""
    runs = [_run(comparison, at, words) for at in range(len(comparison.runs))]
    parts = [
        "\n".join(
            f"{run['letter']}: {run['title']}, {run['changes'] or words('runs.as_written')}"
            f" ({run['name']})"
            for run in runs
        ),
        "\n".join(first_sentences(comparison, words)),
    ]
    heads = _heads(comparison, words)
    results = _results(comparison, words)
    parts.append(_aligned([(words("runs.results_caption", first=letter(0)), heads), *results]))
    if comparison.inputs:
        parts.append("\n".join(_input_lines(comparison, words)))
    by_year = _by_year(comparison, words)
    if by_year:
        parts.append(_aligned([(words("runs.by_year"), heads), *by_year]))
    return "\n\n".join(parts)


def credits_picture(comparison: Comparison, words: Words) -> Figure:
    """Return credits by year, a line for each run with its letter and sum beside it."""
    names = [letter(at) for at in range(len(comparison.runs))]
    credits_ = dict(zip(names, comparison.credits, strict=True))
    return compared_figure(comparison.years, credits_, words, title=words("runs.by_year"))


def _run(comparison: Comparison, at: int, words: Words) -> dict[str, str]:
    run = comparison.runs[at]
    title, code = run.totals["title"], run.totals.get("host_code")
    host = partner(code) if code else None
    return {
        "letter": letter(at),
        "title": words.choose(title["en"], title.get("ja") or title["en"]),
        "changes": run.totals.get("changes") or "",
        "country": words.choose(host.name, host.name_ja) if host else _UNKNOWN,
        "name": run.name,
        "page": run.page,
    }


def _heads(comparison: Comparison, words: Words) -> list[str]:
    names = [letter(at) for at in range(len(comparison.runs))]
    return names + [words("runs.difference", other=name, first=names[0]) for name in names[1:]]


def _results(comparison: Comparison, words: Words) -> Cells:
    return [
        (words(f"runs.head_{each.name}"), _with_changes(each, words))
        for each in comparison.results
        if any(value for value in each.values)
    ]


def _with_changes(each: ResultDifference, words: Words) -> list[str]:
    values = [_UNKNOWN if value is None else number(round(value)) for value in each.values]
    for at in range(1, len(each.values)):
        change = each.change(at)
        values.append(difference(*change, words) if change else _UNKNOWN)
    return values


def _by_year(comparison: Comparison, words: Words) -> Cells:
    """Return the credits of the years in which they differ."""
    rows = zip(comparison.years, zip(*comparison.credits, strict=True), strict=True)
    found = [(str(year), ResultDifference("issued", values)) for year, values in rows]
    return [(year, _with_changes(each, words)) for year, each in found if each.differs]


def _inputs_caption(comparison: Comparison, words: Words) -> str:
    one = "_one" if len(comparison.inputs) == 1 else ""
    return words(f"runs.inputs_caption{one}", count=len(comparison.inputs))


def _input_cells(each: InputDifference, words: Words) -> list[dict[str, Any]]:
    return [
        {"text": words("runs.absent"), "place": "", "source": ""}
        if text is None or row is None
        else {
            "text": written_text(text),
            "place": row.get("place") or "",
            "source": row.get("source") or "",
        }
        for text, row in zip(each.texts, each.rows, strict=True)
    ]


def _input_lines(comparison: Comparison, words: Words) -> Iterator[str]:
    """Yield each input that differs, and below it what each run says and where."""
    yield f"{_inputs_caption(comparison, words)}:"
    for each in comparison.inputs:
        yield f"  {input_name(each.known, words)}"
        for at, cell in enumerate(_input_cells(each, words)):
            places = ", ".join(text for text in (cell["place"], cell["source"]) if text)
            yield f"    {letter(at)}: {cell['text']}" + (f"  [{places}]" if places else "")


def _aligned(rows: Sequence[tuple[str, list[str]]]) -> str:
    """Set rows in columns: names to the left, numbers to the right."""
    first = max(len(name) for name, _ in rows)
    widths = [max(map(len, column)) for column in zip(*(cells for _, cells in rows), strict=True)]
    return "\n".join(
        "  ".join(
            [name.ljust(first), *(c.rjust(w) for c, w in zip(cells, widths, strict=True))]
        ).rstrip()
        for name, cells in rows
    )
