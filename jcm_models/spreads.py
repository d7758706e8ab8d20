"""How uncertain a number is: what is written becomes a distribution, or a process over time."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

from jcm_models.distributions import (
    Discrete,
    Distribution,
    FromScipy,
    LogNormal,
    Normal,
    Pareto,
    Pert,
    Triangular,
    Uniform,
    truncated,
)
from jcm_models.problems import nearest
from jcm_models.quantities import convert, parse
from jcm_models.strict_yaml import is_file
from jcm_models.variables import Variable
from jcm_models.wording import number
from jcm_models.written import PARAMETERS, Spread, Uncertainty, Written

__all__ = ["Process", "SpreadReader", "process_in_words", "read_process", "with_table"]

ReadPoint: TypeAlias = Callable[[Any, str], float]

_MOST_VALUES_SHOWN = 5
_LARGEST_SD = 2.0
_MOST_ROWS_NAMED = 3
_BY_ENDS: Mapping[str, Callable[..., Distribution]] = {
    "uniform": Uniform,
    "triangular": Triangular,
    "pert": Pert,
}


@dataclass(frozen=True)
class Process:
    """How a number moves at random over the years, by a factor of mean one.

    Parameters
    ----------
    kind : {"level", "random_walk", "ar1"}
        One factor for all years, one that walks off, or one that returns to 1.
    sd : float
        Relative standard deviation of the factor; of a random walk, of each year's step [1].
    persistence : float
        Correlation of the factor from year to year [1]; only of ``ar1``.
    """

    kind: Literal["level", "random_walk", "ar1"]
    sd: float
    persistence: float = 0.0


def read_process(written: Uncertainty) -> Process:
    """Read how a number moves at random.

    Raises
    ------
    ValueError
        If the standard deviation or the persistence cannot be.
    """
    try:
        sd, unit = parse(written.sd) if isinstance(written.sd, str) else (float(written.sd), None)
        sd = convert(sd, unit, "1")
    except ValueError as error:
        message = f"uncertainty sd: {error}"
        raise ValueError(message) from None
    if not 0 < sd <= _LARGEST_SD:
        message = (
            f"uncertainty sd: found {written.sd}; it is a share of the number, such as 8 %, more "
            f"than 0 and at most {_LARGEST_SD:.0%}"
        )
        raise ValueError(message)
    if written.process != "ar1":
        if written.persistence is not None:
            message = f"uncertainty: persistence is of the process ar1, not of {written.process}"
            raise ValueError(message)
        return Process(written.process, sd)
    if written.persistence is None or not -1 < written.persistence < 1:
        said = "none" if written.persistence is None else f"{written.persistence:g}"
        message = (
            f"uncertainty persistence: found {said}; ar1 needs a number between -1 and 1, both "
            "excluded, such as 0.7; a factor that never changes is the process level"
        )
        raise ValueError(message)
    return Process("ar1", sd, written.persistence)


def process_in_words(process: Process) -> str:
    """Say how a number moves at random, as a person would."""
    sd = f"±{number(process.sd, '1')}"
    if process.kind == "level":
        return f"{sd} in all years alike"
    if process.kind == "random_walk":
        return f"{sd} more with each year"
    return f"{sd} each year, persistence {number(process.persistence, '')}"


def with_table(written: Written, folders: Sequence[Path]) -> Written:
    """Return a number with the draws that its table holds.

    Parameters
    ----------
    written : Written
        The number.
    folders : sequence of pathlib.Path
        Where the table may stand: beside the scenario's file, or one that this extends.

    Raises
    ------
    ValueError
        If there is no such table or column, or something in it is no number.
    """
    spread = written.distribution
    if spread is None or spread.table is None:
        return written
    files = [folder / spread.table for folder in folders]
    file = next((file for file in files if is_file(file)), None)
    if file is None:
        message = f"there is no file {spread.table!r} beside that of the scenario"
        raise ValueError(message)
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        message = f"{spread.table} cannot be read as text in UTF-8; save it as csv"
        raise ValueError(message) from None
    draws = _column(text, spread)
    return written.model_copy(update={"distribution": spread.model_copy(update={"values": draws})})


def _column(text: str, spread: Spread) -> list[float]:
    rows = list(csv.reader(io.StringIO(text)))
    while rows and not any(rows[-1]):
        rows.pop()
    heads = [cell.strip() for cell in rows[0]] if rows else []
    column = str(spread.column)
    if column not in heads:
        message = (
            f"{spread.table} has no column {column!r}{nearest(column, heads)}; its first line has "
            f"{', '.join(heads) or 'nothing'}"
        )
        raise ValueError(message)
    at = heads.index(column)
    cells = [row[at].strip() if at < len(row) else "" for row in rows[1:]]
    if not cells:
        message = f"{spread.table} has no row below its heading"
        raise ValueError(message)
    wrong = [f"line {line}: {cell!r}" for line, cell in enumerate(cells, 2) if not _is_number(cell)]
    if wrong:
        more = len(wrong) - _MOST_ROWS_NAMED
        listed = ", ".join(wrong[:_MOST_ROWS_NAMED]) + (f" and {more} more" if more > 0 else "")
        message = f"{spread.table}, column {column}: found {listed}; numbers are needed"
        raise ValueError(message)
    return [float(cell) for cell in cells]


def _is_number(cell: str) -> bool:
    try:
        return math.isfinite(float(cell))
    except ValueError:
        return False


@dataclass(frozen=True)
class SpreadReader:
    """Reads the parameters of a distribution in the unit of their number.

    Parameters
    ----------
    spread : Spread
        The distribution as written.
    variable : Variable
        What the number is: its unit and its physical bounds.
    bounded, free : callable
        Read a number that must be within the bounds, or any; with what messages call it.
    """

    spread: Spread
    variable: Variable
    bounded: ReadPoint
    free: ReadPoint

    def read(self) -> tuple[Distribution, str]:
        """Return the distribution, cut at its ends and at the physical bounds, and its words.

        Raises
        ------
        ValueError
            If the parameters make no distribution of a finite mean.
        """
        whole, words = self._whole()
        if not math.isfinite(whole.mean) and self.spread.at_most is None:
            message = (
                f"{self._kind} has an infinite mean, so nothing can be expected of "
                "it; give parameters with a mean (of a pareto distribution an index above 1), "
                "at_most, or a distribution that ends, such as triangular"
            )
            raise ValueError(message)
        ends = self._ends()
        least = _first(ends["at_least"], self.variable.least, -math.inf)
        most = _first(ends["at_most"], self.variable.most, math.inf)
        try:
            found = truncated(whole, least, most)
        except ValueError as error:
            message = f"{error}{self._unit}; widen these ends, or move the distribution"
            raise ValueError(message) from None
        if not math.isfinite(found.mean):
            message = f"{self._kind} cut at one end only has no mean here; give at_least, too"
            raise ValueError(message)
        cut = (
            f", {name.replace('_', ' ')} {self._number(end)}{self._unit}"
            for name, end in ends.items()
            if end is not None
        )
        return found, words + "".join(cut)

    def _ends(self) -> dict[str, float | None]:
        """Return where the distribution is cut, as far as that is written."""
        found = {}
        for name in ("at_least", "at_most"):
            point = getattr(self.spread, name)
            found[name] = None if point is None else self.bounded(point, f"{name}: ")
        least, most = found.values()
        if least is not None and most is not None and least >= most:
            message = f"at_least is {least:g} and at_most {most:g}; at_least must be the lower one"
            raise ValueError(message)
        return found

    @property
    def _unit(self) -> str:
        return "" if self.variable.unit == "1" else f" {self.variable.unit}"

    def _number(self, value: float) -> str:
        return number(value, self.variable.shown_unit)

    @property
    def _kind(self) -> str:
        return f"a {self.spread.shape} distribution"

    def _in_words(self, *parts: str) -> str:
        return f"{self.spread.shape}({', '.join(parts)}){self._unit}"

    def _whole(self) -> tuple[Distribution, str]:
        shape = self.spread.shape
        if shape not in PARAMETERS:
            return self._of_scipy()
        if shape in _BY_ENDS:
            return self._by_ends()
        if shape == "pareto":
            return self._pareto()
        if self.spread.quantiles is not None:
            return self._by_quantiles(self.spread.quantiles)
        return self._discrete() if shape in {"discrete", "draws"} else self._by_mean()

    def _by_ends(self) -> tuple[Distribution, str]:
        shape, (names,) = self.spread.shape, PARAMETERS[self.spread.shape]
        found = [self.bounded(getattr(self.spread, name), f"{name}: ") for name in names]
        if found != sorted(found) or found[0] == found[-1]:
            order = "low < high" if shape == "uniform" else "low <= mode <= high and low < high"
            given = ", ".join(f"{name} {value:g}" for name, value in zip(names, found, strict=True))
            message = f"the distribution needs {order}; found {given}"
            raise ValueError(message)
        return _BY_ENDS[shape](*found), self._in_words(*map(self._number, found))

    def _by_mean(self) -> tuple[Distribution, str]:
        mean, sd = self.bounded(self.spread.mean, "mean: "), self.free(self.spread.sd, "sd: ")
        if not sd > 0:
            message = f"the distribution needs sd > 0; found {sd:g}; a certain number is a value"
            raise ValueError(message)
        if self.spread.shape == "lognormal" and mean <= 0:
            message = f"{self._kind} needs mean > 0"
            raise ValueError(message)
        made = Normal if self.spread.shape == "normal" else LogNormal.of_mean
        return made(mean, sd), self._in_words(self._number(mean), self._number(sd))

    def _by_quantiles(self, given: Mapping[str, Any]) -> tuple[Distribution, str]:
        if len(given) != 2:
            message = (
                f"quantiles: found {len(given)}; two are needed, such as {{0.05: 10, 0.95: 20}}"
            )
            raise ValueError(message)
        found = {
            _share(key): self.bounded(point, f"quantiles {key}: ") for key, point in given.items()
        }
        if len(found) == 1:
            message = f"quantiles: {' and '.join(given)} are the same share; two are needed"
            raise ValueError(message)
        found = dict(sorted(found.items()))
        lower, upper = found.values()
        if not lower < upper:
            (share, _), (higher, _) = found.items()
            message = (
                f"quantiles: the amount of {higher:g} must be above that of {share:g}; found "
                f"{upper:g} and {lower:g}; are they exchanged?"
            )
            raise ValueError(message)
        if self.spread.shape == "lognormal" and lower <= 0:
            message = f"quantiles: {self._kind} needs amounts above 0"
            raise ValueError(message)
        made = (Normal if self.spread.shape == "normal" else LogNormal).of_quantiles(found)
        parts = (f"{number(s, '1')}: {self._number(value)}" for s, value in found.items())
        return made, self._in_words(*parts)

    def _pareto(self) -> tuple[Distribution, str]:
        low, index = self.bounded(self.spread.low, "low: "), float(self.spread.index or 0)
        if not (low > 0 and index > 0):
            message = f"a pareto distribution needs low > 0 and index > 0; found {low:g}, {index:g}"
            raise ValueError(message)
        return Pareto(low, index), self._in_words(self._number(low), number(index, ""))

    def _discrete(self) -> tuple[Distribution, str]:
        spread = self.spread
        if spread.values is None:
            message = "a table of draws can only stand beside a scenario's file"
            raise ValueError(message)
        # The first line of a table is its heading.
        what, first = (f"{spread.table} line", 2) if spread.table else ("value", 1)
        values = tuple(
            self.bounded(point, f"{what} {place}: ")
            for place, point in enumerate(spread.values, start=first)
        )
        weights = tuple(spread.weights or ())
        if spread.weights is not None and len(weights) != len(values):
            message = f"weights: found {len(weights)} for {len(values)} values; give one for each"
            raise ValueError(message)
        if not all(0 <= weight < math.inf for weight in weights) or (weights and not sum(weights)):
            message = f"weights: found {list(weights)}; none may be negative, and not all may be 0"
            raise ValueError(message)
        return Discrete(values, weights), self._in_words(*self._amounts(values, weights))

    def _amounts(self, values: Sequence[float], weights: Sequence[float]) -> Iterator[str]:
        if len(values) > _MOST_VALUES_SHOWN:
            ends = f"{self._number(min(values))} to {self._number(max(values))}"
            yield f"{len(values):,} values, {ends}"
            return
        for place, value in enumerate(values):
            share = f" ({number(weights[place] / sum(weights), '1')})" if weights else ""
            yield f"{self._number(value)}{share}"

    def _of_scipy(self) -> tuple[Distribution, str]:
        found = {
            name: self.free(point, f"{name}: ") if name in {"loc", "scale"} else _plain(name, point)
            for name, point in (self.spread.parameters or {}).items()
        }
        parts = (
            f"{name} {self._number(v) if name in {'loc', 'scale'} else number(v, '')}"
            for name, v in found.items()
        )
        return FromScipy(self.spread.shape, tuple(found.items())), self._in_words(*parts)


def _first(end: float | None, bound: float | None, otherwise: float) -> float:
    return next(found for found in (end, bound, otherwise) if found is not None)


def _share(key: str) -> float:
    try:
        share = convert(*parse(key), "1")
    except ValueError as error:
        message = f"quantiles: {error}"
        raise ValueError(message) from None
    if not 0 < share < 1:
        message = f"quantiles: found {key}; a share between 0 and 1, both excluded, is needed"
        raise ValueError(message)
    return share


def _plain(name: str, point: Any) -> float:
    if isinstance(point, str):
        message = f"parameters {name}: found {point!r}; a number without unit is needed"
        raise ValueError(message)  # noqa: TRY004  (pydantic collects value errors)
    return float(point)
