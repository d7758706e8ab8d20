"""The samples of an ensemble as they are drawn: which of them, and which in front of the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from jcm_models.figures.curves import numbers
from jcm_models.figures.svg import Array

if TYPE_CHECKING:
    from jcm_models.wording import Words

__all__ = ["MOST_DRAWN", "Group", "Samples", "samples"]

MOST_DRAWN = 400  # samples; more would hide each other and make a figure heavy

Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Group:
    """Samples that look the same: ``others``, ``missed``, ``met``, ``selected``, ``every``."""

    kind: str
    where: Mask

    def name(self, words: Words) -> str:
        """Say what the samples have in common, and how many they are."""
        from jcm_models.wording import number  # here, as it loads YAML: 60 ms to the import

        count = number(float(self.where.sum()))
        return words(f"ensemble_figures.{self.kind}", count=count)


@dataclass(frozen=True, eq=False)
class Samples:
    """Values by name, of which those within the limits are drawn in front."""

    values: Mapping[str, Array]
    limits: Mapping[str, tuple[float, float]]
    selected: Mask
    good: Mask | None

    @property
    def size(self) -> int:
        """How many samples there are."""
        return self.selected.size

    @property
    def drawn(self) -> NDArray[np.int64]:
        """Which are drawn: at most `MOST_DRAWN`, evenly by their order."""
        places = np.linspace(0, self.size - 1, min(self.size, MOST_DRAWN))
        return places.round().astype(np.int64)

    @property
    def groups(self) -> list[Group]:
        """Those of the groups that have a sample, from the back to the front."""
        others = Group("others", ~self.selected)
        if self.good is None:
            found = [others, Group("selected" if self.limits else "every", self.selected)]
        else:
            missed, met = self.selected & ~self.good, self.selected & self.good
            found = [others, Group("missed", missed), Group("met", met)]
        return [group for group in found if group.where.any()]

    def counted(self, words: Words) -> str:
        """Say how many samples are drawn of how many, and how many are within the limits."""
        from jcm_models.wording import number  # here, for the same reason

        places = {"drawn": number(float(self.drawn.size)), "size": number(float(self.size))}
        everything = "all" if self.drawn.size == self.size else "some"
        counted = words(f"ensemble_figures.drawn_{everything}", **places)
        if self.selected.all():
            return counted
        places = {"selected": number(float(self.selected.sum())), "size": places["size"]}
        return words("ensemble_figures.drawn_selected", counted=counted, **places)

    def told(self, words: Words) -> str:
        """Say how many samples are within the limits, and how many of these are good."""
        from jcm_models.wording import number  # here, for the same reason

        chosen, size = int(self.selected.sum()), number(float(self.size))
        places = {"selected": number(float(chosen)), "size": size}
        sentence = words(
            f"ensemble_figures.{'all' if chosen == self.size else 'some'}_selected", **places
        )
        if self.good is None or not chosen:
            return sentence
        met = int((self.selected & self.good).sum())
        places = {"met": number(float(met)), "share": number(met / chosen, "1")}
        more = words("ensemble_figures.of_these", **places)
        return words("figure.sentence_gap").join([sentence, more])


def samples(
    values: Mapping[str, ArrayLike],
    *,
    limits: Mapping[str, tuple[float, float]] | None = None,
    good: ArrayLike | None = None,
) -> Samples:
    """Return samples with those selected that lie within all limits, ends included.

    Parameters
    ----------
    values : mapping of str to array-like, shape (sample,)
        Inputs and outcomes by name.
    limits : mapping of str to (float, float), optional
        From where to where a value is chosen, by name.
    good : array-like of bool, shape (sample,), optional
        Whether the outcome of each sample is good.

    Raises
    ------
    ValueError
        If there is not one finite number for each sample, or a limit has no values.
    """
    size = np.size(next(iter(values.values())))
    found = {name: numbers(name, value, size) for name, value in values.items()}
    limits = dict(limits or {})
    unknown = [name for name in limits if name not in found]
    if unknown:
        message = f"limits: no values for {', '.join(unknown)}; there are {', '.join(found)}"
        raise ValueError(message)
    selected = np.ones(size, dtype=bool)
    for name, (low, high) in limits.items():
        selected &= (found[name] >= low) & (found[name] <= high)
    mask = None if good is None else np.asarray(good, dtype=bool)
    if mask is not None and mask.shape != (size,):
        message = (
            f"good: a figure needs one answer for each of its {size} samples, not {mask.shape}"
        )
        raise ValueError(message)
    return Samples(found, limits, selected, mask)
