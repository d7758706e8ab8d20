"""Problems in what a person wrote: found together, each with its place and a way out."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["Place", "Problem", "ScenarioError", "nearest"]


@dataclass(frozen=True, order=True)
class Place:
    """Where something was written: a file and a line, or a command line."""

    file: str
    line: int | None = None

    def __str__(self) -> str:
        return self.file if self.line is None else f"{self.file}:{self.line}"


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, where it stands, and what would be right.

    Parameters
    ----------
    path : str
        The key in the scenario, such as ``crediting.discount``.
    message : str
        What was found and what is allowed.
    place : Place or None
        Where the key was written.
    """

    path: str
    message: str
    place: Place | None = None

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else ""
        key = f"{self.path}: " if self.path else ""
        return f"{where}{key}{self.message}"


class ScenarioError(ValueError):
    """A scenario cannot be used; holds every problem that was found.

    Parameters
    ----------
    problems : iterable of Problem
        At least one problem; shown in the order of the file.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        unique = dict.fromkeys(problems)
        self.problems: tuple[Problem, ...] = tuple(sorted(unique, key=_in_order_of_the_file))
        super().__init__("\n".join(map(str, self.problems)))

    def _render_traceback_(self) -> list[str]:
        """Show the problems in a notebook, not the way through this package (IPython asks)."""
        return [str(self)]


def _in_order_of_the_file(problem: Problem) -> tuple[str, int]:
    place = problem.place or Place("")
    return place.file, place.line or 0


def nearest(name: str, valid: Iterable[str]) -> str:
    """Suggest the valid name most like `name`.

    Returns
    -------
    str
        ``", did you mean reserve_rate?"``, or an empty string where nothing is near.
    """
    spellings = {_plain(candidate): candidate for candidate in valid}
    found = difflib.get_close_matches(_plain(name), spellings, n=1, cutoff=0.6)
    return f", did you mean {spellings[found[0]]}?" if found else ""


def _plain(name: str) -> str:
    return name.lower().replace("-", "_").replace(".", "_")
