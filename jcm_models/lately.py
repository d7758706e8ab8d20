"""What was computed lately, kept for whoever asks for the same again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Generic, TypeVar

__all__ = ["Lately", "LazyMapping"]

Found = TypeVar("Found")


class Lately(Generic[Found]):
    """The last few things that were computed, each beside all that it depends on.

    Parameters
    ----------
    most : int
        How many are kept; the one that was not asked for longest goes first.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: list[tuple[Any, Found]] = []

    def get(self, key: Any, compute: Callable[[], Found]) -> Found:
        """Return what was computed for an equal key, or compute it now.

        Parameters
        ----------
        key : any
            All that the outcome depends on; it is compared by ``==`` and need not be hashable.
        compute : callable
            What computes it.
        """
        for at, (known, found) in enumerate(self._kept):
            if known == key:
                self._kept.append(self._kept.pop(at))
                return found
        found = compute()
        self._kept = [*self._kept, (key, found)][-self._most :]
        return found


class LazyMapping(Mapping[str, Found]):
    """A mapping whose parts are computed when the first of their names is asked for.

    Parameters
    ----------
    parts : mapping of tuple of str to callable
        What each part is made of, and what computes it: a mapping with just these names.
    """

    def __init__(self, parts: Mapping[tuple[str, ...], Callable[[], Mapping[str, Found]]]) -> None:
        self._part_of = {name: compute for names, compute in parts.items() for name in names}
        self._found: dict[str, Found] = {}

    def __getitem__(self, name: str) -> Found:
        """Return what has a name; its part is computed unless it is known."""
        if name not in self._found:
            self._found.update(self._part_of[name]())
        return self._found[name]

    def __contains__(self, name: object) -> bool:
        """Tell whether there is something of a name, without computing it."""
        return name in self._part_of

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names."""
        return iter(self._part_of)

    def __len__(self) -> int:
        """Count the names."""
        return len(self._part_of)
