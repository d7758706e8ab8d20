"""What differs between runs: their inputs and settings, and what they come to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["FIGURES", "Comparison", "Facts", "InputDifference", "ResultDifference", "compare_facts"]
__all__ += ["written_exactly"]

FIGURES = ("issued", "japan", "host_credits", "reserve", "reductions", "unissued")
"""The sums of a run that are compared [tCO2e], what is asked for first in front."""

_LEAST = 1e-6  # a smaller difference is one of rounding [tCO2e]

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Facts:
    """What is known of a run: its names, what went in, and what it came to.

    Attributes
    ----------
    name : str
        The name of the run, or of the file that was simulated on the spot.
    totals : mapping
        What `figures_of` returns.
    inputs : sequence of mapping
        What `inputs_of` and `settings_of` yield.
    code : str
        The hash of the code.
    folder : pathlib.Path or None
        The folder of the run; None where it was simulated on the spot.
    page : str
        Where its report stands, seen from the comparison.
    """

    name: str
    scenario: str
    totals: Row
    inputs: Sequence[Row]
    code: str = ""
    folder: Path | None = None
    page: str = ""

    @property
    def credits(self) -> dict[int, float]:
        """Credits issued of each year [tCO2e/yr]."""
        by_year = self.totals["by_year"]
        return dict(zip(by_year["year"], by_year["credits_issued"], strict=True))


@dataclass(frozen=True)
class InputDifference:
    """An input that is not the same in all runs: its rows and what each says, run by run."""

    path: str
    rows: tuple[Row | None, ...]
    texts: tuple[str | None, ...]

    @property
    def known(self) -> Row:
        """The first row that there is."""
        return next(row for row in self.rows if row is not None)


@dataclass(frozen=True)
class ResultDifference:
    """A figure in every run [tCO2e]; None where it is not known."""

    name: str
    values: tuple[float | None, ...]

    @property
    def differs(self) -> bool:
        """Whether it is not the same in all runs."""
        known = [value for value in self.values if value is not None]
        return len(known) < len(self.values) or max(known) - min(known) > _LEAST

    def change(self, at: int) -> tuple[float, float | None] | None:
        """Return by how much a run differs from the first [tCO2e], and as a share of it."""
        first, value = self.values[0], self.values[at]
        if first is None or value is None:
            return None
        return value - first, (value - first) / first if first else None


@dataclass(frozen=True)
class Comparison:
    """Runs, and what differs between them; the first is what the others are compared with."""

    runs: tuple[Facts, ...]
    inputs: tuple[InputDifference, ...]
    results: tuple[ResultDifference, ...]
    years: tuple[int, ...]
    credits: tuple[tuple[float, ...], ...]
    """Credits issued, run by run and year by year [tCO2e/yr]."""

    def between(self, at: int) -> list[InputDifference]:
        """Return the inputs in which a run differs from the first."""
        return [each for each in self.inputs if each.texts[at] != each.texts[0]]

    def same_code(self, at: int) -> bool:
        """Tell whether a run was computed by the code of the first."""
        return self.runs[at].code == self.runs[0].code

    def main(self, at: int) -> ResultDifference | None:
        """Return the first figure in which a run differs from the first run, if any."""
        changes = ((each, each.change(at)) for each in self.results)
        return next((each for each, change in changes if change and abs(change[0]) > _LEAST), None)


def compare_facts(runs: Sequence[Facts]) -> Comparison:
    """Say what differs between two runs or more.

    Parameters
    ----------
    runs : sequence of Facts
        At least two; the others are compared with the first.

    Returns
    -------
    Comparison
        Inputs that differ, in their order; every figure; credits over the years of all runs, up to
        the last in which there are any; none in a year that a run does not cover.
    """
    credits_ = [run.credits for run in runs]
    all_years = sorted(set().union(*credits_))
    last = max((year for found in credits_ for year, amount in found.items() if amount), default=0)
    years = tuple(year for year in all_years if year <= last) or tuple(all_years)
    return Comparison(
        runs=tuple(runs),
        inputs=tuple(_inputs(runs)),
        results=tuple(
            ResultDifference(name, tuple(run.totals.get(name) for run in runs)) for name in FIGURES
        ),
        years=years,
        credits=tuple(tuple(found.get(year, 0) for year in years) for found in credits_),
    )


def _inputs(runs: Sequence[Facts]) -> Iterator[InputDifference]:
    found = [{row["path"]: row for row in run.inputs} for run in runs]
    for path in dict.fromkeys(path for rows in found for path in rows):
        rows = tuple(own.get(path) for own in found)
        exact = written_exactly([row for row in rows if row is not None])
        texts = tuple(None if row is None else exact[identity(row)] for row in rows)
        if len(set(texts)) > 1:
            yield InputDifference(path, rows, texts)


def identity(row: Row) -> str:
    """Return what makes an input the same as another of its path."""
    return repr((row["written"], row.get("value"), row.get("by_year")))


def written_exactly(rows: Iterable[Row]) -> dict[str, str]:
    """Return what each input of one path says, by its `identity`.

    What is written for people has five digits; where that makes different numbers look alike,
    they are written out.
    """
    by_text: dict[str, dict[str, Row]] = {}
    for row in rows:
        by_text.setdefault(row["written"], {})[identity(row)] = row
    return {
        key: text if len(alike) == 1 else f"{text} ({row.get('by_year') or row.get('value')})"
        for text, alike in by_text.items()
        for key, row in alike.items()
    }
